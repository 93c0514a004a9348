"""Which rows are data, and which are blanks, notes, repeated headings or totals?

Sorts the rows of a table and checks totals against the rows that they add up. It accepts and refuses nothing:
that is :mod:`arlab.importers.build`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

from arlab.importers.amounts import Mask
from arlab.importers.detect import Table
from arlab.importers.findings import Findings, count, money, rows
from arlab.importers.parsed import Parsed
from arlab.importers.vocabulary import CONCEPTS

__all__ = ["data_rows"]

Cents = npt.NDArray[np.int64]

# As text, so that the engine of the text column runs them.
_IS_TOTAL = (
    r"(?i)(?:grand|sub|report|overall|page|final|all|claims?|practice)?[\s-]*(?:totals?|sum)\s*"
    r"(?:[^\w\s].*|\d.*|(?:for|of|by)\b.*)?"
)
_MAY_BE_TOTAL = r"(?i)\b(?:sub)?totals?\b"


def data_rows(
    parsed: Parsed, cents: Cents, readable: Mask, dollar_columns: Sequence[str], findings: Findings
) -> Mask:
    """Return which rows of the table are data rows.

    Parameters
    ----------
    cents, readable : the amount of each row that decides open AR, and where there is one
    dollar_columns : the columns that amount comes from
    findings : receives what the other rows are, and whether totals agree with the rows

    Examples
    --------
    A row labelled Total, Grand total or the like, without a claim of its own, is a totals row; so is a last row
    without any label whose amount is the sum of the rows above it.
    """
    table = parsed.table
    filled = np.zeros(len(table.body), dtype=np.int64)
    for name in table.columns:
        filled += (table.body[name] != "").to_numpy(dtype=bool)
    blank = filled == 0
    repeated = _repeated_headings(table, filled)
    note = _notes(table, filled, readable, dollar_columns)
    data = ~(blank | repeated | note)
    totals = _totals(parsed, data, cents, readable, dollar_columns)
    data &= ~totals
    _tell(table, {"blank_rows": blank, "repeated_headings": repeated, "note_rows": note}, data, findings)
    _check_totals(table, totals, data, cents, findings)
    return data


def _repeated_headings(table: Table, filled: npt.NDArray[np.int64]) -> Mask:
    """Return the rows that repeat the column names, as page breaks of printed reports do."""
    same = filled > 0
    for name in table.columns:
        if not same.any():
            break
        same &= table.body[name].isin(["", name]).to_numpy(dtype=bool)
    return same


def _notes(
    table: Table, filled: npt.NDArray[np.int64], readable: Mask, dollar_columns: Sequence[str]
) -> Mask:
    """Return the rows that hold one text and nothing else: remarks, section headings, footers."""
    if len(table.columns) < 2:
        return np.zeros(len(table.body), dtype=bool)
    one = np.flatnonzero((filled == 1) & ~readable)
    note = np.zeros(len(table.body), dtype=bool)
    last_amount = int(np.flatnonzero(readable)[-1]) if readable.any() else len(readable)
    for place in one:
        name, text = next((str(n), t) for n, t in table.body.iloc[int(place)].items() if t)
        note[place] = name not in dollar_columns and (" " in text or place > last_amount)
    return note


def _totals(parsed: Parsed, data: Mask, cents: Cents, readable: Mask, dollar_columns: Sequence[str]) -> Mask:
    """Return the rows that add other rows up."""
    surely, perhaps, unnamed = _labelled_as_total(parsed, data, dollar_columns)
    totals = surely.copy()
    running = np.cumsum(np.where(data & ~surely, cents, 0))
    rest = np.flatnonzero(data & ~surely & ~perhaps & ~unnamed)
    last_named = int(rest[-1]) if len(rest) else -1
    taken_out = 0
    # "Total Care Plan" may be a payer: such a row is a total only when its amount is one. So is a last row
    # without any label.
    for place in np.flatnonzero((perhaps | unnamed) & readable & (cents != 0)):
        if unnamed[place] and not 0 <= last_named < place:
            continue
        amount = int(cents[place])
        others = int(running[-1]) - taken_out - amount
        before = np.flatnonzero(totals[:place])
        start = int(before[-1]) if len(before) else 0
        part = int(running[place]) - amount - (int(running[start]) if len(before) else 0)
        if amount in (others, part) and int(data[start:place].sum()) > 1:
            totals[place] = True
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
        claim = parsed.text("claim_id")
        is_label = claim.str.contains(_MAY_BE_TOTAL) | claim.str.fullmatch(_IS_TOTAL)
        possible &= ((claim == "") | is_label).to_numpy(dtype=bool)
    surely, perhaps, unnamed = (np.zeros(len(data), dtype=bool) for _ in range(3))
    places = np.flatnonzero(possible)
    unnamed[places] = True
    for name in labels:
        text = table.body[name].iloc[places]
        surely[places] |= text.str.fullmatch(_IS_TOTAL).to_numpy(dtype=bool)
        perhaps[places] |= text.str.contains(_MAY_BE_TOTAL).to_numpy(dtype=bool)
        unnamed[places] &= (text == "").to_numpy(dtype=bool)
    return surely, perhaps & ~surely, unnamed


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


def _check_totals(table: Table, totals: Mask, data: Mask, cents: Cents, findings: Findings) -> None:
    """Note every totals row and whether it agrees with the rows that it adds up."""
    start, whole = 0, int(cents[data].sum())
    for place in np.flatnonzero(totals):
        number, said = int(table.row_numbers[place]), int(cents[place])
        part = int(cents[start:place][data[start:place]].sum())
        start = int(place) + 1
        if said in (whole, part):
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
