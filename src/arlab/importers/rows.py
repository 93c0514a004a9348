"""Which rows are data, and which are blanks, notes, repeated headings or totals?

Sorts the rows of a table and checks totals against the rows that they add up. It accepts and refuses nothing:
that is :mod:`arlab.importers.build`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

from arlab.importers.amounts import read_amount
from arlab.importers.detect import Table
from arlab.importers.findings import Findings, count, money, rows
from arlab.importers.grid import Coded, Mask, matches
from arlab.importers.parsed import Parsed
from arlab.importers.vocabulary import CONCEPTS

__all__ = ["check_totals", "data_rows"]

Cents = npt.NDArray[np.int64]

_SEEN = 500

# For RE2, which runs them over a whole column.
_IS_TOTAL = (
    r"(?i)^(?:grand|sub|report|overall|page|final|all|claims?|practice)?[\s-]*(?:totals?|sum)\s*"
    r"(?:[^\w\s].*|\d.*|(?:for|of|by)\b.*)?$"
)
_MAY_BE_TOTAL = r"(?i)\b(?:sub)?totals?\b"


def data_rows(
    parsed: Parsed, cents: Cents, readable: Mask, dollar_columns: Sequence[str], findings: Findings
) -> tuple[Mask, Mask]:
    """Return which rows of the table are data rows, and which are totals.

    Parameters
    ----------
    cents, readable : the amount of each row that decides open AR, and where there is one
    dollar_columns : the columns that amount comes from
    findings : receives what the other rows are; see :func:`check_totals` for the totals

    Examples
    --------
    A row labelled Total, Grand total or the like, without a claim of its own, is a totals row; so is a last row
    without any label whose amount is the sum of the rows above it.
    """
    table = parsed.table
    blank = table.filled == 0
    repeated = _repeated_headings(table)
    note = _notes(table, readable, dollar_columns)
    data = ~(blank | repeated | note)
    totals = _totals(parsed, data, cents, readable, dollar_columns)
    data &= ~totals
    _tell(table, {"blank_rows": blank, "repeated_headings": repeated, "note_rows": note}, data, findings)
    return data, totals


def _repeated_headings(table: Table) -> Mask:
    """Return the rows that repeat the column names or what stands over them, as pages of printed reports do."""
    repeated = np.zeros(len(table.body), dtype=bool)
    several = table.filled > 1 if len(table.columns) > 1 else table.filled > 0
    for heading in ({name: name for name in table.columns}, *table.headings):
        same = several
        # A column of few texts and no empty cell soon shows that no row repeats its name.
        for name in sorted(heading, key=lambda n: (table.coded[n].empty >= 0, len(table.coded[n].different))):
            same = same & table.coded[name].rows_with("", heading[name])
            if not same.any():
                break
        repeated |= same
    return repeated


def _notes(table: Table, readable: Mask, dollar_columns: Sequence[str]) -> Mask:
    """Return the rows that hold one text and nothing else: remarks, section headings, footers."""
    note = np.zeros(len(table.body), dtype=bool)
    if len(table.columns) < 2:
        return note
    one = np.flatnonzero((table.filled == 1) & ~readable)
    last_amount = int(np.flatnonzero(readable)[-1]) if readable.any() else len(readable)
    for name in table.columns if len(one) else ():
        if name not in dollar_columns:
            column = table.coded[name]
            here = one[column.places[one] != column.empty]
            spaced = column.different.str.contains(" ", regex=False).to_numpy(dtype=bool)
            note[here] = spaced[column.places[here]] | (here > last_amount)
    return note


def _totals(parsed: Parsed, data: Mask, cents: Cents, readable: Mask, dollar_columns: Sequence[str]) -> Mask:
    """Return the rows that add other rows up."""
    surely, perhaps, unnamed = _labelled_as_total(parsed, data, dollar_columns)
    totals = surely.copy()
    if not (perhaps.any() or unnamed.any()):
        return totals
    running = np.cumsum(np.where(data & ~surely, cents, 0))
    before = np.cumsum(data)
    last_sure = np.maximum.accumulate(np.where(surely, np.arange(len(data)), -1))
    rest = np.flatnonzero(data & ~surely & ~perhaps & ~unnamed)
    last_named = int(rest[-1]) if len(rest) else len(data)
    maybe = perhaps & readable & (cents != 0)
    maybe[last_named:] |= (unnamed & readable & (cents != 0))[last_named:]
    taken_out, last_total = 0, -1
    # "Total Care Plan" may be a payer: such a row is a total only when its amount is one. So is a last row
    # without any label.
    for place in np.flatnonzero(maybe):
        amount = int(cents[place])
        others = int(running[-1]) - taken_out - amount
        start = max(last_total, int(last_sure[place]))
        part = int(running[place]) - amount - (int(running[start]) if start >= 0 else 0)
        above = int(before[place]) - 1
        between = above - int(before[start]) if start >= 0 else above - 1
        if (amount == part and between > 0) or (amount == others and above > 1):
            totals[place] = True
            last_total = int(place)
            taken_out += amount
    return totals


def _labelled_as_total(parsed: Parsed, data: Mask, dollar_columns: Sequence[str]) -> tuple[Mask, Mask, Mask]:
    """Return which rows say that they are totals, which may say so, and which say nothing at all."""
    table = parsed.table
    kinds = {name: CONCEPTS[concept].kind for concept, name in parsed.columns.chosen.items()}
    labels = [
        name
        for name in table.columns
        if name not in dollar_columns and kinds.get(name, "text") not in ("money", "date", "days")
    ]
    possible = data.copy()
    if parsed.has("claim_id"):
        claim = parsed.coded("claim_id")
        says_so = _says_total(claim)
        possible &= claim.rows_where(says_so[0] | says_so[1]) | claim.rows_with("")
    surely, perhaps, unnamed = (np.zeros(len(data), dtype=bool) for _ in range(3))
    places = np.flatnonzero(possible)
    unnamed[places] = True
    for name in labels if len(places) else ():
        column = table.coded[name]
        own = column.places[places]
        sure, maybe = _says_total(column)
        surely[places] |= sure[own]
        perhaps[places] |= maybe[own]
        unnamed[places] &= own == column.empty
    perhaps &= ~surely
    others = np.flatnonzero(data & ~surely & ~perhaps & ~unnamed)
    if perhaps.any() and len(others) > perhaps.sum() and np.median(_words(table, others[:_SEEN])) > 2:
        # Rows of this file say several things of themselves: one that only says "Total Aetna" is a total.
        named = np.flatnonzero(perhaps)
        surely[named[_words(table, named) == 1]] = True
    return surely, perhaps & ~surely, unnamed


def _words(table: Table, places: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Return how many cells of some rows hold something that is no amount."""
    found = np.zeros(len(places), dtype=np.int64)
    for column in table.coded.values():
        own, back = np.unique(column.places[places], return_inverse=True)
        texts = column.different.iloc[own]
        found += np.array([bool(text) and read_amount(text) is None for text in texts], dtype=bool)[back]
    return found


def _says_total(column: Coded) -> tuple[Mask, Mask]:
    """Return which of a column's different texts mean a total, and which may mean one."""
    letters = column.joined.lower()
    if b"total" not in letters and b"sum" not in letters:
        return np.zeros(len(column.different), dtype=bool), np.zeros(len(column.different), dtype=bool)
    return matches(column.different, _IS_TOTAL), matches(column.different, _MAY_BE_TOTAL)


def _tell(table: Table, kinds: Mapping[str, Mask], data: Mask, findings: Findings) -> None:
    """Note the rows that are no data."""
    last = int(np.flatnonzero(data)[-1]) if data.any() else -1
    words = {
        "blank_rows": "blank and left out",
        "repeated_headings": "a repeat of the column names and left out",
        "note_rows": "a remark or heading and left out",
    }
    for code, mask in kinds.items():
        numbers = table.row_numbers[mask & ((np.arange(len(mask)) < last) | (code != "blank_rows"))]
        if len(numbers):
            verb = "is" if len(numbers) == 1 else "are each"
            findings.add(code, rows(numbers), f"{rows(numbers).capitalize()} {verb} {words[code]}.")


def check_totals(
    table: Table, totals: Mask, data: Mask, accepted: Mask, cents: Cents, findings: Findings
) -> None:
    """Note every totals row and whether it agrees with the rows that it adds up.

    A total may leave out the rows that stand twice: it is compared with all rows and with the accepted ones.
    """
    if not totals.any():
        return
    start, whole = 0, int(cents[data].sum())
    wholes = {whole, int(cents[accepted].sum())}
    running = [np.cumsum(np.where(mask, cents, 0)) for mask in (data, accepted)]
    for place in np.flatnonzero(totals):
        number, said = int(table.row_numbers[place]), int(cents[place])
        parts = {int(sums[place]) - (int(sums[start - 1]) if start else 0) for sums in running}
        start = int(place) + 1
        if said in wholes | parts:
            findings.add(
                "totals_row",
                f"row {number}",
                f"Row {number} is a totals row and is not counted; its {money(said)} equals the sum of its rows.",
            )
        else:
            findings.add(
                "totals_row_differs",
                f"row {number}",
                f"Row {number} is a totals row and is not counted; it says {money(said)}, but the"
                f" {count(int(data.sum()), 'row')} of the file add up to {money(whole)}.",
            )
