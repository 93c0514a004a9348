"""What do the mapped columns say, row by row?

Turns each mapped column into amounts, days or texts, and says what had to be assumed to read them. It judges no
row: see :mod:`arlab.importers.rows`.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping

import pandas as pd

from arlab.importers.ages import parse_days
from arlab.importers.amounts import Amounts, decimal_marks, parse_amounts
from arlab.importers.dates import Dates, Order, date_order, parse_dates
from arlab.importers.detect import Table, currency_in
from arlab.importers.findings import Findings, column, rows
from arlab.importers.grid import Coded, Mask, coded
from arlab.importers.mapping import ColumnMap
from arlab.importers.vocabulary import CONCEPTS

__all__ = ["Parsed", "parse_columns", "tell_reading"]


@dataclasses.dataclass(frozen=True)
class Parsed:
    """The mapped columns, typed: amounts by concept (bucket columns by name), dates and days by concept.

    ``orders`` says for columns with dates like 3/5/2024 how day and month were told apart.
    """

    table: Table
    columns: ColumnMap
    amounts: Mapping[str, Amounts]
    dates: Mapping[str, Dates]
    days: Mapping[str, pd.Series]
    orders: Mapping[str, tuple[Order, str]]
    order_given: Order | None

    def text(self, concept: str) -> pd.Series:
        """Return the text of a concept's column, with single spaces."""
        name = self.columns.chosen[concept]
        tidy, own = self.coded(concept), self.table.coded[name]
        return self.table.body[name] if tidy is own else tidy.series()

    def coded(self, concept: str) -> Coded:
        """Return the same column by its different texts."""
        own = self.table.coded[self.columns.chosen[concept]]
        if not own.untidy:
            return own
        tidy = coded(own.different.str.replace(r"\s+", " ", regex=True))
        return Coded(tidy.places[own.places], tidy.different)

    def has(self, *concepts: str) -> bool:
        """Return whether every one of these concepts has a column."""
        return self.columns.has(*concepts)


def parse_columns(table: Table, columns: ColumnMap, *, order: Order | None) -> Parsed:
    """Return the mapped columns of a table, typed.

    Parameters
    ----------
    order : the order of day and month in dates like 3/5/2024, when the user gave it
    """
    chosen = columns.chosen
    money = {concept: name for concept, name in chosen.items() if CONCEPTS[concept].kind == "money"}
    money |= {name: name for name in columns.buckets}
    marks = {key: decimal_marks(table.coded[name]) for key, name in money.items()}
    # One file writes amounts one way: a column that shows nothing follows the others.
    comma = any(mark[0] for mark in marks.values()) and not any(mark[1] for mark in marks.values())
    days_like = {concept: name for concept, name in chosen.items() if CONCEPTS[concept].kind == "date"}
    orders = date_order({concept: table.coded[name] for concept, name in days_like.items()}, order)
    return Parsed(
        table=table,
        columns=columns,
        amounts={
            key: parse_amounts(table.coded[name], decimal_comma=comma or marks[key] == (True, False))
            for key, name in money.items()
        },
        dates={
            concept: parse_dates(table.coded[name], order=orders[concept][0] if concept in orders else "mdy")
            for concept, name in days_like.items()
        },
        days={
            concept: parse_days(table.coded[name])[0]
            for concept, name in chosen.items()
            if CONCEPTS[concept].kind == "days"
        },
        orders=orders,
        order_given=order,
    )


def tell_reading(parsed: Parsed, data: Mask, findings: Findings) -> str | None:
    """Note what had to be assumed to read amounts and dates in the data rows; return the currency, if known."""
    currencies = {values.currency for values in parsed.amounts.values() if values.currency}
    said = currency_in([cell for row in parsed.table.titles for cell in row] + parsed.table.columns)
    currency = currencies.pop() if len(currencies) == 1 else said
    if currency not in (None, "USD"):
        findings.add(
            "currency",
            "file",
            f"The amounts are in {currency}; they are shown as they are, without conversion into dollars.",
        )
    for key, values in parsed.amounts.items():
        where = column(parsed.columns.chosen.get(key, key))
        if values.decimal_comma:
            findings.add("decimal_comma", where, "The comma is read as the decimal mark, as in 1.234,50.")
        rounded = int((values.rounded & data).sum())
        if rounded:
            findings.add("rounded", where, f"Amounts with parts of a cent, rounded to cents: {rounded:,}.")
    for name, cells in parsed.table.formulas.items():
        findings.add(
            "formulas",
            column(name),
            f"Cells with a formula whose value was not saved, and which are read as empty: {cells:,}; open the file"
            " in a spreadsheet and save it.",
        )
    for concept, dates in parsed.dates.items():
        _tell_dates(parsed, concept, dates, data, findings)
    return currency


def _tell_dates(parsed: Parsed, concept: str, dates: Dates, data: Mask, findings: Findings) -> None:
    where = column(parsed.columns.chosen[concept])
    order, how = parsed.orders.get(concept, ("mdy", ""))
    words = "month first" if order == "mdy" else "day first"
    if how == "assumed":
        findings.add(
            "dates_ambiguous",
            where,
            f"No date shows whether day or month comes first, as in 3/5/2026; {words} is assumed, as in the US: say"
            " which with --dates mdy or --dates dmy.",
        )
    elif how == "mixed":
        findings.add(
            "dates_mixed",
            where,
            f"Some dates have the day first and some the month; {words} is taken, as it is more frequent, and dates"
            " that do not fit it are left empty: say which with --dates mdy or --dates dmy.",
        )
    if dates.serial:
        findings.add("dates_serial", where, f"Dates written as spreadsheet serial numbers: {dates.serial:,}.")
    if dates.with_time:
        findings.add("dates_time", where, "Times of day were dropped; the day is the one that is written.")
    bad = dates.bad & data
    if bad.any():
        numbers = parsed.table.row_numbers[bad]
        findings.add(
            "dates_unreadable",
            where,
            f"Dates that could not be read and were left empty: {len(numbers):,} ({rows(numbers)}).",
        )
