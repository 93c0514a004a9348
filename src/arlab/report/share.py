"""What of a practice's AR may leave the house, and is it sure that nothing more does?

Computes the aging on true dates, names and withholds, writes to a folder of its own, searches what was written and
only then publishes it. It reads no file that was shared before.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from arlab import __version__
from arlab.aging import CLOCKS
from arlab.errors import SettingsError
from arlab.frames import to_date
from arlab.importers.personal import same_patients
from arlab.plots import amounts_in
from arlab.protect.dates import move_practice
from arlab.protect.key import secret_shift
from arlab.protect.labels import names_a_person
from arlab.protect.own import own_texts
from arlab.protect.safe_harbor import HarborRow, safe_harbor_rows
from arlab.report.aged import OWN_BUCKETS, Aged, age_practice, clock_name
from arlab.report.content import Column, Content, Section, Table
from arlab.report.render import render_html
from arlab.report.share_files import publish
from arlab.report.share_sections import (
    WITHHELD_MEANS,
    shared_figures,
    shared_finding,
    shared_rows,
    shared_sections,
)
from arlab.report.share_source import columns_of_source, known_of_source
from arlab.report.share_tables import SharedTable, shared_aging
from arlab.report.sources import currency_of
from arlab.report.write import day_text
from arlab.tables import Practice
from arlab.workspace import csv_bytes

if TYPE_CHECKING:
    from arlab.importers import Import

__all__ = ["PROFILES", "Shared", "write_shared"]

PROFILES = ("pseudonymised", "safe-harbor")
HTML, TABLES, HARBOR = "shared_ar.html", "shared_aging.csv", "safe_harbor.csv"
_AMOUNTS = ("items", "balance", "share_of_group")


@dataclasses.dataclass(frozen=True)
class Shared:
    """What was published.

    ``harbor`` has the names of the file's columns as well: it is for the owner, the published report has none.
    """

    html: Path
    tables: Path
    safe_harbor: Path
    finding: str
    verdict: str
    harbor: tuple[HarborRow, ...]


def _silent(step: str) -> None:
    """Tell nobody how far the work is."""


def write_shared(
    source: Practice | Import,
    *,
    out: Path | str,
    key: bytes,
    path: Path | str | None = None,
    sheet: str | int | None = None,
    mapping: Mapping[str, str] | None = None,
    map_file: Path | str | None = None,
    as_of: dt.date | str | None = None,
    clock: str = "standard",
    profile: str = "pseudonymised",
    shift: bool = False,
    name: str = "",
    progress: Callable[[str], None] = _silent,
) -> Shared:
    """Write what may be shared of a practice or file into a folder.

    Parameters
    ----------
    source : a practice, or a file that was read with :func:`arlab.read_export`
    out : folder for ``shared_ar.html``, ``shared_aging.csv`` and ``safe_harbor.csv``
    key : the practice's key (:func:`arlab.protect.key.load_key`)
    path, sheet, mapping, map_file : the file that ``source`` was read from, and how; it is read once more for the
        names and numbers that must not be written
    as_of, clock : as for :func:`arlab.report.make_content`
    profile : ``pseudonymised``, or ``safe-harbor``: years only, and the practice may be named
    shift : show the day of the report, moved by the practice's secret number of weeks, in place of "week 0"
    name : name of the practice, for the profile ``safe-harbor`` alone

    Raises
    ------
    NotAvailable
        when the source does not tell patients apart, there are too few of them, or what was written held something
        personal; nothing is published then.
    SettingsError
        when the settings do not fit together.
    WorkspaceError
        when the folder cannot be written.
    """
    _check_settings(source, path, profile, shift, name)
    practice = source if isinstance(source, Practice) else source.practice
    progress("looking for what is personal")
    columns = columns_of_source(source, path=path, sheet=sheet, mapping=mapping, map_file=map_file)
    known = known_of_source(source, columns)
    if name and names_a_person(name, known):
        raise SettingsError(
            "The name given for the practice is, by the file, that of a person or holds a person's number, so it is"
            " not shared: leave --name out, or give another."
        )
    with amounts_in(currency_of(source)):
        progress("counting ages")
        day = practice.as_of if as_of is None else to_date(as_of)
        if shift:
            days = secret_shift(key)
            practice, day = move_practice(practice, days=days), day + dt.timedelta(days=days)
        own = () if isinstance(source, Practice) else _own_buckets(source)
        aged = age_practice(practice, as_of=day, clock=clock, own_buckets=own)
        if path is not None and "patient_id" in aged.items:
            same = same_patients(path, sheet=sheet, mapping=mapping, map_file=map_file)
            one = aged.items["patient_id"].map(lambda number: same.get(number, number))
            aged = dataclasses.replace(aged, items=aged.items.assign(patient_id=one))
        progress("withholding small cells")
        shared = shared_aging(aged, key=key, known=known)
        rows = safe_harbor_rows(columns, **_about_dates(profile, shift))
        verdict = _verdict(profile)
        progress("drawing charts")
        content = Content(
            name=name or "A medical practice",
            source="",
            stem=HTML.removesuffix(".html"),
            as_of=_day_shown(day, profile, shift),
            currency="dollars" if currency_of(source) == "USD" else currency_of(source),
            clock="the buckets of the file"
            if aged.clock == OWN_BUCKETS
            else f"the {clock_name(aged.clock)} clock",
            marker="Shared version: totals only, small numbers withheld",
            finding=shared_finding(shared),
            proofs=(verdict,),
            figures=shared_figures(shared),
            sections=(
                *shared_sections(shared, label=aged.label),
                _protection_section(source, shared, aged, profile=profile, shift=shift),
                _harbor_section(rows, verdict),
            ),
            version=__version__,
        )
        files = {
            HTML: render_html(content).encode("utf-8"),
            TABLES: csv_bytes(shared_rows(shared)),
            HARBOR: csv_bytes(_harbor_table(rows)),
        }
    progress("searching what was written")
    folder = publish(files, out=out, known=known, own=(*own_texts(), *shared.buckets, name), amounts=_AMOUNTS)
    return Shared(folder / HTML, folder / TABLES, folder / HARBOR, content.finding, verdict, tuple(rows))


def _check_settings(source: object, path: object, profile: str, shift: bool, name: str) -> None:
    if profile not in PROFILES:
        raise SettingsError(f"There is no profile '{profile}': choose {' or '.join(PROFILES)}.")
    if name and profile != "safe-harbor":
        raise SettingsError(
            "A name may be shared with the profile safe-harbor alone: add it, or leave name out."
        )
    if shift and profile == "safe-harbor":
        raise SettingsError("The profile safe-harbor shows years only: leave shift out.")
    if path is None and not isinstance(source, Practice):
        raise SettingsError(
            "Sharing a file needs its path, to know which names must not be written: give path."
        )


def _own_buckets(source: Import) -> tuple[str, ...]:
    return tuple(source.mapping.loc[source.mapping["concept"] == "bucket_amount", "column"])


def _day_shown(day: dt.date, profile: str, shift: bool) -> str:
    if profile == "safe-harbor":
        return str(day.year)
    if shift:
        return f"{day_text(day)}, a day moved by a secret number of weeks"
    return "week 0, the week of the report; the day itself is not shared"


def _about_dates(profile: str, shift: bool) -> dict[str, str]:
    """Return what the 18 kinds say about dates and codes."""
    if profile == "safe-harbor":
        shown, remains = "ages are totals; the year is all that is shown of a date", "nothing but the year"
    elif shift:
        shown = "ages are totals; the day of the report is moved by a secret number of weeks"
        remains = "who knows one true day knows all of them"
    else:
        shown, remains = (
            "ages are totals; the report's day is called week 0",
            "who learns the day can tell which days a bucket spans",
        )
    codes = "a payer's pseudonym is a code made from its name with a secret key; it is in no way a patient's"
    return {"dates_done": shown, "dates_remain": remains, "codes_remain": codes}


def _verdict(profile: str) -> str:
    if profile == "safe-harbor":
        return (
            "None of the 18 kinds of identifiers of the Safe Harbor rule was written, as far as a search can tell;"
            " that nobody has actual knowledge by which a person could be recognised, which the rule asks for too,"
            " only people can say."
        )
    return (
        "Pseudonymised, not Safe Harbor: no person is in it, but payers have pseudonyms that come from their names,"
        " and who holds the practice's key can undo them."
    )


def _protection_section(
    source: Practice | Import, shared: SharedTable, aged: Aged, *, profile: str, shift: bool
) -> Section:
    """Return how the output was protected, what is not in it, and what protection cannot do."""
    hidden, filled = shared.suppressed.counts()
    sentences = [
        f"{hidden:,} of {filled:,} cells that hold something are withheld. {WITHHELD_MEANS}",
        "Everything was computed on the true dates first; no number was changed, rounded or made up.",
        "Payers of at least 11 patients are called by their name where it holds nothing personal, otherwise by a"
        " pseudonym; smaller ones are together.",
        "Not in here: claims, patients, providers, locations, credits, the file's findings, and the same balance by"
        " other clocks, from which withheld numbers could be computed.",
    ]
    if aged.clock != OWN_BUCKETS:
        sentences.append(f"Age is counted by the {clock_name(aged.clock)} clock: {CLOCKS[aged.clock]}.")
    if not isinstance(source, Practice):
        ties = "ties out to the cent" if source.reconciliation.ties_out else "does not tie out"
        sentences.append(f"The file that the numbers are from {ties}.")
    notes = [
        f"By {split.words} is left out: with so few patients it would give numbers away."
        for split in shared.left_out
    ]
    notes.append(
        "Who has two shared versions of nearly the same day can subtract them: share one, not every day's."
    )
    return Section("protection", "How was this protected?", tuple(sentences), None, (), tuple(notes))


def _harbor_table(rows: Sequence[HarborRow]) -> list[tuple[str, ...]]:
    head = ("class", "identifier", "found_in_the_input", "done", "what_remains")
    return [head, *((row.letter, row.name, row.found, row.done, row.remains) for row in rows)]


def _harbor_section(rows: Sequence[HarborRow], verdict: str) -> Section:
    """Return what became of the 18 kinds of identifiers."""
    labels = ("Kind", "In the input", "Done", "What remains")
    table = Table(
        "harbor-table",
        "The 18 kinds of identifiers of 45 CFR 164.514(b)(2)",
        tuple(Column(label) for label in labels),
        tuple((f"{row.letter}. {row.name}", row.found, row.done, row.remains) for row in rows),
    )
    return Section("safe-harbor", "Is it Safe Harbor?", (verdict,), None, (table,))
