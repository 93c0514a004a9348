"""Is every row and cent accounted for, which are in no figure, and what can the source not tell?

Builds the sections about the source of the numbers: reconciliation, amounts that stand apart, rows set aside, and
what could not be computed. It ages nothing; how columns and payers were read stands in ``reading``.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from arlab.aging import credit_items, credit_table
from arlab.errors import NotAvailable
from arlab.plots import amounts_in, dollars_sum
from arlab.report.aged import money
from arlab.report.content import Column, Section, Table

if TYPE_CHECKING:
    import datetime as dt

    import pandas as pd

    from arlab.importers import Import
    from arlab.tables import Practice

__all__ = [
    "MOST_ROWS",
    "apart_section",
    "aside_section",
    "cannot_section",
    "counted",
    "credits_of",
    "currency_of",
    "describe_reconciliation",
    "of_cents",
    "quarantine_section",
    "reconciliation_section",
    "unit_of",
]

MOST_ROWS = 50

_PAYEES = {
    "payer_1": "First payer",
    "payer_2": "Second payer",
    "payer_3": "Third payer",
    "patient": "Patient",
    "agency": "Collection agency",
}


def credits_of(practice: Practice, *, as_of: dt.date | None) -> pd.DataFrame | None:
    """Return what the practice owes back, or nothing where the source cannot say."""
    try:
        return credit_items(practice, as_of=as_of)
    except NotAvailable:
        return None


def currency_of(source: Practice | Import) -> str:
    """Return the code of the currency that the amounts are in."""
    return str(getattr(source, "currency", None) or "USD")


def unit_of(source: Import) -> str:
    """Return what the reconciliation counts: rows of a table; sendings, answers and reports of X12."""
    return "row" if source.kind in ("csv", "xlsx", "parquet") else "record"


def describe_reconciliation(source: Import) -> str:
    """Return whether a file ties out, as one sentence with its rows and amounts."""
    with amounts_in(currency_of(source)):
        return reconciliation_section(source).sentences[0]


def reconciliation_section(source: Import) -> Section:
    """Return whether every row and cent of a file is accounted for."""
    found, unit = source.reconciliation, unit_of(source)
    into = Table(
        "reconciliation-table",
        f"{unit.capitalize()}s and amounts of the file (amounts from {found.dollars_column})",
        (Column("Part"), Column(f"{unit.capitalize()}s", True), Column("Amount", True)),
        (
            ("In the file", f"{found.rows_in:,}", of_cents(found.cents_in)),
            ("Accepted", f"{found.accepted:,}", of_cents(found.cents_accepted)),
            ("of them repaired, with a finding", f"{found.repaired:,}", "–"),
            ("Quarantined", f"{found.quarantined:,}", of_cents(found.cents_quarantined)),
        ),
        (
            "Difference",
            f"{found.rows_in - found.accepted - found.quarantined:,}",
            of_cents(found.cents_in - found.cents_accepted - found.cents_quarantined),
        ),
    )
    unexplained = found.cents_accepted - found.cents_open + found.cents_credit - found.cents_aside
    accepted = Table(
        "accepted-table",
        "Where the accepted amount is",
        (Column("Part"), Column("Amount", True)),
        (
            ("Open balance", of_cents(found.cents_open)),
            ("less credits owed back", of_cents(-found.cents_credit)),
            ("Not counted as open", of_cents(found.cents_aside)),
            ("Accepted", of_cents(found.cents_accepted)),
        ),
        ("Difference", of_cents(unexplained)),
    )
    parts = (
        f"{counted(found.rows_in, unit)} and {of_cents(found.cents_in)} in = {counted(found.accepted, unit)}"
        f" and {of_cents(found.cents_accepted)} accepted + {counted(found.quarantined, unit)} and"
        f" {of_cents(found.cents_quarantined)} quarantined; accepted = open balance of"
        f" {of_cents(found.cents_open)}"
    )
    if found.cents_credit:
        parts += f" - credits of {of_cents(found.cents_credit)}"
    if found.cents_aside:
        parts += f" + {of_cents(found.cents_aside)} not counted as open"
    verdict = "ties out to the cent" if found.ties_out else "does not tie out, one of these does not hold"
    words = f"The file {verdict}: {parts}."
    title = f"Is every {unit} and every cent of the file accounted for?"
    return Section("reconciliation", title, (words,), None, (into, accepted))


def of_cents(cents: int) -> str:
    """Return cents as an amount with its sign."""
    return money(cents / 100)


def apart_section(source: Practice | Import, *, owed: pd.DataFrame | None) -> Section:
    """Return the dollars that are not in the open balance: credits, and what a file has besides."""
    tables, sentences = [], []
    if owed is None:
        sentences.append("The source does not say what the practice owes back.")
    elif owed.empty:
        sentences.append("The practice owes nothing back.")
    else:
        amount = money(dollars_sum(owed["amount"]))
        sentences.append(
            f"The practice owes {amount} back on {counted(len(owed), 'account')}; credits are never netted"
            " into the buckets."
        )
        rows = [
            (_PAYEES.get(str(row.responsible), "Not stated"), f"{row.items:,}", money(row.amount))
            for row in credit_table(owed, by=["responsible"]).itertuples(index=False)
        ]
        tables.append(
            Table(
                "credits-table",
                "Credits owed back",
                (Column("To"), Column("Items", True), Column("Amount", True)),
                tuple(rows),
                ("Total", f"{len(owed):,}", amount),
            )
        )
    aside = getattr(source, "aside", None)
    if aside is not None and len(aside):
        sentences.append(
            "The file also has amounts that are not counted as open: see 'Can I trust this file?' for what and why."
        )
    return Section("apart", "What stands apart from the open balance?", tuple(sentences), None, tuple(tables))


def quarantine_section(source: Import) -> Section | None:
    """Return the rows set aside, or nothing when there are none."""
    if not len(source.quarantine):
        return None
    rows = [
        (str(row["row_number"]), str(row["reason"]), "–" if row["dollars"] is None else money(row["dollars"]))
        for row in source.quarantine.astype("object")
        .where(source.quarantine.notna(), None)
        .to_dict("records")
    ]
    unit = unit_of(source)
    amount, are = (
        of_cents(source.reconciliation.cents_quarantined),
        "is" if source.reconciliation.quarantined == 1 else "are",
    )
    words = (
        f"{counted(source.reconciliation.quarantined, unit)} with {amount} {are} set aside and in no figure of this"
        " report. Correct them at the source and read the file again."
    )
    if len(rows) > MOST_ROWS:
        words += " The command arlab report writes all of them beside the report, into a .quarantine.csv."
    columns = (Column("Row" if unit == "row" else "Segment"), Column("Why"), Column("Amount", True))
    table = _cut("quarantine-table", f"Quarantined {unit}s", columns, rows)
    return Section("quarantine", f"Which {unit}s are in no figure?", (words,), None, (table,))


def aside_section(source: Import) -> Section | None:
    """Return the accepted amounts that are not counted as open, or nothing when there are none."""
    if not len(source.aside):
        return None
    table = Table(
        "aside-table",
        "In the file, but not counted as open",
        (Column("What"), Column("Items", True), Column("Amount", True), Column("Why")),
        tuple(
            (str(row["what"]), f"{row['items']:,}", money(row["dollars"]), str(row["why"]))
            for row in source.aside.to_dict("records")
        ),
    )
    words = "These rows were read and are accounted for, but they are not in the open balance."
    return Section("aside", "What is not counted as open, and why?", (words,), None, (table,))


def _cut(key: str, caption: str, columns: tuple[Column, ...], rows: Sequence[tuple[str, ...]]) -> Table:
    """Return a table with the first rows only, saying so in its caption."""
    if len(rows) > MOST_ROWS:
        caption = f"{caption}: the first {MOST_ROWS} of {len(rows):,}"
    return Table(key, caption, columns, tuple(rows[:MOST_ROWS]))


def cannot_section(pairs: Iterable[tuple[str, str]]) -> Section:
    """Return what could not be computed and why."""
    rows = tuple(dict.fromkeys((str(measure), str(why)) for measure, why in pairs))
    title = "What could not be computed, and why?"
    if not rows:
        return Section("cannot", title, ("Nothing in this report is missing for want of data.",))
    table = Table("cannot-table", "Measures without data", (Column("Measure"), Column("Why")), rows)
    return Section("cannot", title, ("No number is better than a wrong one.",), None, (table,))


def counted(number: int, noun: str) -> str:
    """Return a number and its noun, in the plural where it is due."""
    return f"{number:,} {noun}{'s' * (number != 1)}"
