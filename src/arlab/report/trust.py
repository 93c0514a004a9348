"""Can I trust these numbers: is every row and cent accounted for, and what is to be checked first?

Says in one sentence what a file is worth, and puts the proofs in order. The proofs themselves stand in ``sources``,
``reading`` and ``tie_out``; nothing is judged to be right that the file alone cannot show.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from arlab.plots import amounts_in
from arlab.report.content import Column, Section, Table
from arlab.report.reading import mapping_section, payers_section
from arlab.report.sources import (
    MOST_ROWS,
    aside_section,
    cannot_section,
    counted,
    currency_of,
    of_cents,
    quarantine_section,
    reconciliation_section,
    unit_of,
)
from arlab.report.weights import CHECKS, OTHER, SET_ASIDE, WEIGHTS, weight_of

if TYPE_CHECKING:
    import pandas as pd

    from arlab.importers import Import

__all__ = ["check_list", "describe_trust", "findings_table", "trust_section"]

_SURE_ENOUGH = 0.75
_MOST_CHECKS = 6


def describe_trust(source: Import) -> str:
    r"""Return whether a file's numbers can be relied on, as one sentence that names what to check first.

    Examples
    --------
    >>> import tempfile, pathlib
    >>> from arlab.importers import read_export
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = pathlib.Path(folder, "open.csv")
    ...     _ = path.write_text("Claim #,Payer,DOS,As Of Date,Balance\n1,Oak,2026-06-10,2026-06-30,20\n")
    ...     describe_trust(read_export(path))
    'Every row and every cent of the file is accounted for, and nothing in it asks for a check.'
    """
    with amounts_in(currency_of(source)):
        return _verdict(source)


def _verdict(source: Import) -> str:
    found, checks = source.reconciliation, check_list(source)
    things = f"{counted(len(checks), 'thing')} to check before you rely on it: {_listed(checks)}"
    if not found.ties_out:
        words = (
            f"Do not rely on these numbers: not every {unit_of(source)} or not every cent is accounted for"
        )
        return f"{words}; {things}." if checks else f"{words}."
    # An amount that no one can read is in no sum.
    cents = "every cent that could be read" if found.quarantined else "every cent of the file"
    row = f"Every {unit_of(source)}{' of the file' * bool(found.quarantined)}"
    words = f"{row} and {cents} is accounted for"
    return f"{words}; {things}." if checks else f"{words}, and nothing in it asks for a check."


def check_list(source: Import) -> list[str]:
    """Return what is to be checked, the weightiest first, each with its places."""
    found, checks = source.reconciliation, []
    if found.quarantined:
        were = "was" if found.quarantined == 1 else "were"
        amount = f" with {of_cents(found.cents_quarantined)}" if found.cents_quarantined else ""
        checks.append(f"why {counted(found.quarantined, unit_of(source))}{amount} {were} set aside")
    places: dict[str, list[str]] = {}
    for row in source.findings.to_dict("records"):
        if weight_of(str(row["code"])) == 0 and row["code"] not in SET_ASIDE:
            what = CHECKS.get(str(row["code"]), OTHER)
            places.setdefault(what, []).append(str(row["where"]))
    order = [*CHECKS.values(), OTHER]
    checks += [f"{what} ({_places(places[what])})" for what in sorted(places, key=order.index)]
    unsure = [
        f"'{row['column']}' as {str(row['concept']).replace('_', ' ')}"
        for row in source.mapping.to_dict("records")
        if row["confidence"] < _SURE_ENOUGH
    ]
    if unsure:
        checks.append(f"{counted(len(unsure), 'column')} read with little confidence ({_places(unsure)})")
    return checks


def _places(places: Sequence[str], *, most: int = 3) -> str:
    more = f" and {len(places) - most:,} more" if len(places) > most else ""
    return ", ".join(places[:most]) + more


def _listed(checks: Sequence[str]) -> str:
    more = len(checks) - _MOST_CHECKS
    return "; ".join(checks[:_MOST_CHECKS]) + (f"; and {more:,} more" if more > 0 else "")


def trust_section(
    source: Import | None, *, tie_out: Section | None, limits: Iterable[tuple[str, str]]
) -> Section:
    """Return the page on which everything stands that speaks for or against the numbers of a report.

    Parameters
    ----------
    source : the file as read; nothing for a practice that was not read from a file
    tie_out : the proof of the ledger, where there is one
    limits : (measure, why) pairs of what cannot be computed
    """
    cannot = cannot_section(limits)
    if source is None:
        words = tie_out.sentences[0] if tie_out else (
            "These are the balances of one day without their postings: whether they are right cannot be proved"
            " from them."
        )  # fmt: skip
        parts = [part for part in (tie_out, cannot) if part is not None]
        return Section("trust", "Can I trust these numbers?", (words,), parts=tuple(parts))
    sentences = (
        _verdict(source),
        "That a file ties out shows that nothing was lost on reading it. It does not show that the file itself is"
        " right: compare its total with the one your billing system shows.",
    )
    found: list[Section | None] = [
        reconciliation_section(source),
        _findings_section(source),
        quarantine_section(source),
        aside_section(source),
        mapping_section(source),
        payers_section(source),
        tie_out,
        cannot,
    ]
    parts = [part for part in found if part is not None]
    return Section("trust", "Can I trust this file?", sentences, parts=tuple(parts))


def findings_table(source: Import) -> pd.DataFrame:
    """Return the findings of a file, the weightiest first.

    Returns
    -------
    frame with ``weight`` (Check, Changed or Note), ``where`` and ``sentence``; equal weights as they were noticed.
    """
    places = source.findings["code"].map(lambda code: weight_of(str(code))).astype("int64")
    rows = source.findings[["where", "sentence"]]
    rows.insert(0, "weight", places.map(dict(enumerate(WEIGHTS))).astype("str"))
    return rows.iloc[places.argsort(kind="stable")].reset_index(drop=True)


def _findings_section(source: Import) -> Section:
    """Return what was noticed on reading, the weightiest first."""
    title = "What was found in the file?"
    if not len(source.findings):
        return Section("findings", title, ("Nothing was found that needs to be told.",))
    found = findings_table(source)
    caption = "Findings, the weightiest first"
    if len(found) > MOST_ROWS:
        caption += f": {MOST_ROWS} of {len(found):,}"
    checks, changed, notes = (int((found["weight"] == weight).sum()) for weight in WEIGHTS)
    words = (
        f"{counted(len(found), 'finding')}: {checks:,} to check, {changed:,} changed on reading, {notes:,} good to"
        " know."
    )
    columns = (Column("Weight"), Column("Where"), Column("What"))
    rows = tuple(
        (str(row["weight"]), str(row["where"]), str(row["sentence"]))
        for row in found.head(MOST_ROWS).to_dict("records")
    )
    return Section("findings", title, (words,), None, (Table("findings-table", caption, columns, rows),))
