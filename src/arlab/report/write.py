"""Which sections does this source allow, and what is the one finding?

Puts the content together. The numbers come from the sections, the file from ``files``.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from arlab import __version__
from arlab.frames import to_date
from arlab.plots import amounts_in, dollars_sum, share_text, shorten
from arlab.reference import read_rows
from arlab.report.aged import AGENCY, OWN_BUCKETS, PATIENTS, Aged, age_practice, clock_name, money
from arlab.report.aging import aging_sections, clock_section
from arlab.report.content import Content, Figure
from arlab.report.files import report_stem, save_content
from arlab.report.sources import apart_section, credits_of, currency_of, describe_reconciliation
from arlab.report.tie_out import tie_out_section
from arlab.report.trust import check_list, trust_section
from arlab.tables import OWN_WRITE_OFFS, PATIENT_BALANCES, Practice
from arlab.workspace import WORK_MARKER

if TYPE_CHECKING:
    from arlab.importers import Import

__all__ = ["make_content", "write_report"]

_MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
_WORDS = (
    "open_balance",
    "credit_balance",
    "aging_bucket",
    "share_over_90",
    "clock_service",
    "clock_first_bill",
    "clock_responsibility",
    "not_on_file",
    "not_yet_stated",
)


def _silent(step: str) -> None:
    """Tell nobody how far the work is."""


def day_text(day: dt.date) -> str:
    """Return a day as people write it.

    Examples
    --------
    >>> day_text(dt.date(2026, 6, 30))
    'June 30, 2026'
    """
    return f"{_MONTHS[day.month - 1]} {day.day}, {day.year}"


def make_content(
    source: Practice | Import,
    *,
    as_of: dt.date | str | None = None,
    clock: str = "standard",
    progress: Callable[[str], None] = _silent,
) -> Content:
    """Return everything that a report shows, as text and pictures.

    Parameters
    ----------
    source : a practice, or a file that was read with :func:`arlab.read_export`
    as_of : day of the report; the source's own when left out
    clock : aging clock, a key of ``arlab.aging.CLOCKS``
    progress : called with the name of each step when it begins

    Raises
    ------
    NotAvailable
        when the source knows nothing of that day or has no open items.
    """
    with amounts_in(currency_of(source)):
        return _content(source, as_of=as_of, clock=clock, progress=progress)


def _content(
    source: Practice | Import, *, as_of: dt.date | str | None, clock: str, progress: Callable[[str], None]
) -> Content:
    """Return the content in the currency that is set."""
    practice = source if isinstance(source, Practice) else source.practice
    imported = None if isinstance(source, Practice) else source
    day = practice.as_of if as_of is None else to_date(as_of)
    progress("counting ages")
    own = () if imported is None else _buckets_of(imported)
    aged = age_practice(practice, as_of=day, clock=clock, own_buckets=own)
    owed = credits_of(practice, as_of=day)
    owed_back = 0.0 if owed is None else dollars_sum(owed["amount"])
    progress("drawing charts")
    aging = aging_sections(aged)
    progress("tying out")
    tie_out = None
    if practice.has("claims", "transactions"):
        tie_out = tie_out_section(practice, as_of=day, balance=aged.balance, owed_back=owed_back)
    limits = [*practice.cannot_compute, *(imported.cannot_compute if imported is not None else ())]
    words = [row for row in read_rows("metric_definitions") if row["metric"] in _WORDS]
    sections = [
        *aging,
        apart_section(source, owed=owed),
        trust_section(imported, tie_out=tie_out, limits=limits),
        clock_section(aged, definitions=words),
    ]
    proofs = [] if imported is None else [describe_reconciliation(imported)]
    if tie_out is not None:
        proofs.append(tie_out.sentences[0])
    return Content(
        name=practice.name,
        source="" if imported is None else imported.source,
        stem=f"{report_stem(practice.name if imported is None else imported.source)}_ar_{day.isoformat()}",
        as_of=day_text(day) + _assumed(imported),
        currency="dollars" if currency_of(source) == "USD" else currency_of(source),
        clock="the buckets of the file"
        if aged.clock == OWN_BUCKETS
        else f"the {clock_name(aged.clock)} clock",
        marker=WORK_MARKER if practice.own_data or imported is not None else "",
        finding=_finding(
            aged, day, imported, whose="" if practice.knows(PATIENT_BALANCES) else "with payers "
        ),
        proofs=tuple(proofs),
        figures=_figures(practice, aged, owed_back if owed is not None else None) + _to_check(imported),
        sections=tuple(sections),
        version=__version__,
    )


def _buckets_of(imported: Import) -> tuple[str, ...]:
    """Return the columns of a file that hold one age bucket each; X12 has no columns at all."""
    if imported.mapping.empty:
        return ()
    return tuple(imported.mapping.loc[imported.mapping["concept"] == "bucket_amount", "column"])


def _assumed(imported: Import | None) -> str:
    """Return the words beside a day that the file does not state itself."""
    if imported is None or "as_of_assumed" not in set(imported.findings["code"]):
        return ""
    return ", the latest date in the file"


def _finding(aged: Aged, day: dt.date, imported: Import | None, *, whose: str) -> str:
    """Return the one sentence that the report opens with; ``whose`` narrows a balance that is not all."""
    if not aged.balance and imported is not None:
        rows = f"{imported.reconciliation.accepted:,}"
        return f"The file shows no open balance on {day_text(day)}: none of its {rows} accepted rows has one."
    if not aged.balance:
        return f"No balance is open on {day_text(day)}."
    sentence = f"{money(aged.balance)} is open {whose}on {day_text(day)}"
    if aged.over_90 is not None:
        share = share_text(aged.over_90, aged.balance)
        where = "in the file's buckets over 90 days" if aged.clock == OWN_BUCKETS else "for more than 90 days"
        part = f"{money(aged.over_90)} of it ({share})" if aged.over_90 else "none of it"
        sentence += f", {part} {where}"
    if aged.undated:
        how_much = "it" if aged.undated == aged.balance else money(aged.undated)
        sentence += f", and no date says how old {how_much} is"
    if "payer" in aged.items:
        by_payer = {str(name): dollars_sum(part) for name, part in aged.items.groupby("payer")["balance"]}
        name = min(by_payer, key=lambda payer: (-by_payer[payer], payer))
        if len(by_payer) > 1:
            share = share_text(by_payer[name], aged.balance)
            who = name.lower() if name in (PATIENTS, AGENCY) else shorten(name, 60)
            sentence += f"; the largest part is with {who} ({share})"
    return f"{sentence}."


def _figures(practice: Practice, aged: Aged, owed_back: float | None) -> tuple[Figure, ...]:
    """Return the numbers for the head of the report, those that the source allows."""
    note = "" if practice.knows(OWN_WRITE_OFFS) else ", what the practice itself wrote off included"
    figures = [Figure("Open balance", money(aged.balance), f"{len(aged.items):,} items{note}")]
    if aged.over_90 is not None and aged.balance:
        share = share_text(aged.over_90, aged.balance)
        label = "In buckets over 90 days" if aged.clock == OWN_BUCKETS else "Older than 90 days"
        figures.append(Figure(label, money(aged.over_90), f"{share} of the open balance"))
    if aged.undated:
        share = share_text(aged.undated, aged.balance)
        figures.append(Figure("Without a date", money(aged.undated), f"{share} of the open balance"))
    if not practice.knows(PATIENT_BALANCES):
        figures.append(Figure("Owed by patients", "not available", "what patients have paid is not known"))
    elif (aged.items["responsible"] == "patient").any():
        patients = dollars_sum(aged.items.loc[aged.items["responsible"] == "patient", "balance"])
        share = share_text(patients, aged.balance)
        figures.append(Figure("Owed by patients", money(patients), f"{share} of the open balance"))
    if owed_back is not None:
        figures.append(Figure("Credits owed back", money(owed_back), "not in the open balance"))
    return tuple(figures)


def _to_check(imported: Import | None) -> tuple[Figure, ...]:
    """Return how much of a file is to be checked before anyone relies on it, for the head of its report."""
    if imported is None:
        return ()
    number = len(check_list(imported))
    return (Figure("To check first", f"{number:,}", "see 'Can I trust this file?'"),)


def write_report(
    source: Practice | Import,
    *,
    out: Path | str,
    as_of: dt.date | str | None = None,
    clock: str = "standard",
    progress: Callable[[str], None] = _silent,
) -> Path:
    """Write the report of a practice or of a file as one HTML file and return its path.

    Parameters
    ----------
    source, as_of, clock, progress : as for :func:`make_content`
    out : as for :func:`save_content`

    Raises
    ------
    NotAvailable
        as :func:`make_content`; nothing is written then.
    WorkspaceError
        as :func:`save_content`.
    """
    content = make_content(source, as_of=as_of, clock=clock, progress=progress)
    progress("writing")
    return save_content(content, out=out)
