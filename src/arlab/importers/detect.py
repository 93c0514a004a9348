"""Where in a grid does the table start, and what do the lines above it say?

Finds the row of column names and reads the titles over it (the day the report is as of, the currency). It does
not decide what a column means.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import functools
import re
from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from arlab.importers.ages import bucket_range
from arlab.importers.amounts import read_amount
from arlab.importers.dates import Order, read_date
from arlab.importers.grid import AROUND, Coded, Grid, Mask, coded, coded_columns
from arlab.importers.vocabulary import CURRENCY_CODES, CURRENCY_SIGNS, concepts_named

__all__ = ["Table", "currency_in", "day_in_titles", "find_table", "find_tables"]

_HEADER_WITHIN = 60
_MOST_TABLES = 8
_MOST_GAPS = 100
_TITLES_BETWEEN = 4
_AS_OF = re.compile(r"\b(?:as[ -]?of|aging date|snapshot date|balance date|report date)\b", re.IGNORECASE)
_DAY = re.compile(
    r"\d{4}-\d{1,2}-\d{1,2}|\d{1,2}[/.-]\d{1,2}[/.-]\d{2,4}"
    r"|[A-Za-z]{3,9}\.? \d{1,2},? \d{4}|\d{1,2}[ -][A-Za-z]{3,9}[ ,-]+\d{4}"
)


@dataclasses.dataclass(frozen=True)
class Table:
    """The table within a grid.

    ``body`` holds the rows under the column names as text, blank rows and totals included, and ``coded`` the same
    columns by their different texts; ``titles`` are the rows above; ``headings`` are the rows that name columns or
    groups of them, by column, as they may come again on every page; ``extra_cells`` marks rows with something
    beyond the last column; ``names_known`` says whether the column names are believed to be some, so that they may
    be shown to the user; ``formulas`` counts by column the cells with a formula but without its value.
    """

    kind: str
    sheet: str | None
    header_row: int
    body: pd.DataFrame
    coded: Mapping[str, Coded]
    row_numbers: npt.NDArray[np.int64]
    titles: tuple[tuple[str, ...], ...]
    title_rows: tuple[int, ...]
    headings: tuple[Mapping[str, str], ...]
    extra_cells: Mask
    names_known: bool
    formulas: Mapping[str, int]

    @property
    def columns(self) -> list[str]:
        """The column names, in the order of the file."""
        return [str(name) for name in self.body.columns]

    @functools.cached_property
    def filled(self) -> npt.NDArray[np.int8]:
        """How many cells of each row are filled: none, one, or at least two."""
        # Two columns without an empty cell settle it for all rows.
        whole = min(2, sum(column.empty < 0 for column in self.coded.values()))
        filled = np.full(len(self.body), whole, dtype=np.int8)
        for column in self.coded.values() if whole < 2 else ():
            if column.empty >= 0:
                filled += (column.places != column.empty) & (filled < 2)
        return filled


@dataclasses.dataclass(frozen=True)
class _Head:
    """The column names: the row they stand in (the lower of two), each name, and the rows that make them up."""

    place: int
    names: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def find_table(grid: Grid) -> Table | None:
    """Return the first table of a grid; None when every cell is empty.

    The row of column names is the one in which most cells have a known name; without any, the first row that is
    as wide as the rows below it. Names that stand in two rows, such as Insurance above Balance, are joined.
    """
    tables = find_tables(grid)
    return tables[0] if tables else None


def find_tables(grid: Grid) -> list[Table]:
    """Return the tables of a grid, from the top: another one starts after a blank row with its own column names."""
    tables: list[Table] = []
    rest: Grid | None = grid
    while rest is not None and len(tables) < _MOST_TABLES:
        table = _table_at_top(rest)
        if table is None:
            break
        cut = _next_header(rest, table)
        if cut is None:
            return [*tables, table]
        first = dataclasses.replace(rest, cells=rest.cells.iloc[:cut], row_numbers=rest.row_numbers[:cut])
        tables.append(_table_at_top(first) or table)
        rest = dataclasses.replace(
            rest, cells=rest.cells.iloc[cut:].reset_index(drop=True), row_numbers=rest.row_numbers[cut:]
        )
    return tables


def _table_at_top(grid: Grid) -> Table | None:
    top = [
        tuple(cell.strip(AROUND) for cell in row)
        for row in grid.cells.iloc[:_HEADER_WITHIN].itertuples(index=False)
    ]
    if not any(any(row) for row in top):
        return None
    head = _head_of(top)
    last = max(place for place, cell in enumerate(head.names) if cell)
    below = grid.cells.iloc[head.place + 1 :].reset_index(drop=True)
    extra = np.zeros(len(below), dtype=bool)
    for place in range(last + 1, below.shape[1]):
        extra |= ~coded(below.iloc[:, place]).rows_with("")
    named = head.names[: last + 1]
    body, columns = _tidy(below.iloc[:, : last + 1].set_axis(_unique_names(named), axis=1))
    empty = [
        name
        for name, cell in zip(body.columns, named, strict=True)
        if not cell and columns[name].different.isin([""]).all()
    ]
    kept = {name: place for place, name in enumerate(body.columns) if name not in empty}
    above = [(row, int(grid.row_numbers[n])) for n, row in enumerate(top[: head.place]) if any(row)]
    own_rows = {row for row in head.rows if len(head.rows) > 1}
    repeated = dict.fromkeys([*head.rows, *(row for row, _ in above if sum(map(bool, row)) > 1)])
    return Table(
        kind=grid.kind,
        sheet=grid.sheet,
        header_row=int(grid.row_numbers[head.place]),
        body=body.drop(columns=empty),
        coded={name: columns[name] for name in kept},
        row_numbers=grid.row_numbers[head.place + 1 :],
        titles=tuple(row for row, _ in above if row not in own_rows),
        title_rows=tuple(number for row, number in above if row not in own_rows),
        headings=tuple({name: row[place] for name, place in kept.items()} for row in repeated),
        extra_cells=extra,
        names_known=_are_names(named, body),
        formulas={name: grid.formulas[place] for name, place in kept.items() if place in grid.formulas},
    )


def _tidy(body: pd.DataFrame) -> tuple[pd.DataFrame, dict[str, Coded]]:
    """Return a table without what stands around its texts, and its columns by their different texts."""
    columns = dict(zip(body.columns, coded_columns(body[name] for name in body.columns), strict=True))
    changed = {name: column.series() for name, column in columns.items() if column.trimmed}
    return (body.assign(**changed) if changed else body), columns


def _head_of(top: Sequence[tuple[str, ...]]) -> _Head:
    """Return the column names among the first rows of a grid."""
    hits = [_known(row) for row in top]
    if not max(hits):
        widths = [sum(map(bool, row)) for row in top]
        place = widths.index(max(widths))
        return _Head(place, top[place], (top[place],))
    best = hits.index(max(hits))
    head = _Head(best, top[best], (top[best],))
    # Above it may stand the names of groups; or it is itself such a row, and the names are completed below it.
    for upper in (best - 1, best):
        if (
            upper < 0
            or upper + 1 >= len(top)
            or not (_is_heading(top[upper]) and _is_heading(top[upper + 1]))
        ):
            continue
        names = _joined(top[upper], top[upper + 1])
        completes = upper == best and _completes(top[upper], top[upper + 1])
        if _known(names) > _known(head.names) or (completes and _known(names) == _known(head.names)):
            head = _Head(upper + 1, names, (top[upper], top[upper + 1]))
    return head


def _known(row: Sequence[str]) -> int:
    """Return how many different known names stand in a row."""
    return len({cell.lower() for cell in row if _is_known(cell)})


def _is_heading(row: Sequence[str]) -> bool:
    """Return whether a row holds several words and no values."""
    cells = [cell for cell in row if cell]
    return len(cells) > 1 and not any(_is_value(cell) for cell in cells)


def _completes(upper: Sequence[str], lower: Sequence[str]) -> bool:
    """Return whether a row holds only known names, some of them under an empty cell or under a repeated one."""
    cells = [(above, cell) for above, cell in zip(upper, lower, strict=True) if cell]
    names = [cell for _, cell in cells]
    return all(map(_is_known, names)) and (
        len(set(names)) < len(names) or any(not above for above, _ in cells)
    )


def _joined(upper: Sequence[str], lower: Sequence[str]) -> tuple[str, ...]:
    """Return the column names of two rows: the lower name, with its group's where it says too little alone.

    Examples
    --------
    >>> _joined(("Claim #", "Insurance", "", "Patient"), ("", "Balance", "Paid", "Balance"))
    ('Claim #', 'Insurance Balance', 'Paid', 'Patient Balance')
    """
    names, group = [], ""
    for above, cell in zip(upper, lower, strict=True):
        group = above or group
        both = f"{group} {cell}".strip()
        repeats = lower.count(cell) > 1 and bucket_range(cell) is None
        if not cell:
            names.append(above)
        else:
            names.append(both if repeats or (not _is_known(cell) and _is_known(both)) else cell)
    return tuple(names)


def _next_header(grid: Grid, table: Table) -> int | None:
    """Return the place in the grid where another table starts, under a blank row; None when there is none."""
    blank = table.filled == 0
    starts = np.flatnonzero(blank[:-1] & ~blank[1:] & ~table.extra_cells[:-1]) + 1
    first = len(grid.cells) - len(table.body)
    own = {tuple(cell for cell in row.values() if cell) for row in table.headings}
    for start in starts[:_MOST_GAPS]:
        for place in range(int(start), min(int(start) + _TITLES_BETWEEN, len(table.body))):
            row = [cell.strip(AROUND) for cell in grid.cells.iloc[first + place]]
            cells = tuple(cell for cell in row if cell)
            if cells in own or not cells:
                break
            if _is_heading(row) and _known(row) > 1 and _known(row) * 2 > len(cells):
                return int(first + start)
            if len(cells) > 1:
                break
    return None


@functools.lru_cache(maxsize=4096)
def _is_known(cell: str) -> bool:
    return bool(cell) and len(cell) <= 60 and (bool(concepts_named(cell)) or bucket_range(cell) is not None)


def _is_value(cell: str) -> bool:
    return read_amount(cell) is not None or read_date(cell) is not None


def _unique_names(header: Sequence[str]) -> list[str]:
    """Return column names that are all there and all different."""
    names: list[str] = []
    taken: set[str] = set()
    times: dict[str, int] = {}
    for place, cell in enumerate(header, start=1):
        name = first = re.sub(r"\s+", " ", cell) or f"column {place}"
        while name in taken:
            times[first] = times.get(first, 1) + 1
            name = f"{first} ({times[first]})"
        taken.add(name)
        names.append(name)
    return names


def _are_names(header: Sequence[str], body: pd.DataFrame) -> bool:
    """Return whether a row holds column names and not data, which must never be shown."""
    cells = [cell for cell in header if cell]
    values = sum(map(_is_value, cells))
    hits = sum(map(_is_known, cells))
    if hits >= 2 or hits == len(cells):
        return hits > values
    below = body.iloc[:50]
    numbers = sum(_mostly_values(below[name]) for name in below.columns) if len(below) else 0
    return values == 0 and numbers * 2 >= len(cells)


def _mostly_values(text: pd.Series) -> bool:
    cells = [cell for cell in text if cell]
    return sum(map(_is_value, cells)) * 2 > len(cells)


def day_in_titles(titles: Sequence[Sequence[str]], *, order: Order | None) -> dt.date | None:
    """Return the day that the titles say the report is as of.

    Examples
    --------
    >>> day_in_titles([("Aging report", ""), ("As of:", "June 30, 2026")], order=None)
    datetime.date(2026, 6, 30)
    """
    for row in titles:
        line = " ".join(cell for cell in row if cell)
        said = _AS_OF.search(line)
        for text in _DAY.findall(line[said.end() :]) if said else ():
            day = read_date(text.replace(". ", " "), order=order or "mdy")
            if day is not None:
                return day
    return None


def currency_in(texts: Sequence[str]) -> str | None:
    """Return the currency that titles or column names speak of; None when they name none or several.

    Examples
    --------
    >>> currency_in(["All figures in ILS.", "Balance"]), currency_in(["Balance ($)"]), currency_in(["Balance"])
    ('ILS', 'USD', None)
    """
    found = {word for text in texts for word in re.findall(r"\b[A-Z]{3}\b", text) if word in CURRENCY_CODES}
    found |= {code for text in texts for sign, code in CURRENCY_SIGNS.items() if sign in text}
    return found.pop() if len(found) == 1 else None
