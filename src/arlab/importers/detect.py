"""Where in a grid does the table start, and what do the lines above it say?

Finds the row of column names and reads the titles over it (the day the report is as of, the currency). It does
not decide what a column means.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import re
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from arlab.importers.ages import bucket_range
from arlab.importers.amounts import Mask, read_amount
from arlab.importers.dates import Order, read_date
from arlab.importers.grid import Grid
from arlab.importers.vocabulary import CURRENCY_CODES, CURRENCY_SIGNS, concepts_named

__all__ = ["Table", "currency_in", "day_in_titles", "find_table"]

_HEADER_WITHIN = 60
_AS_OF = re.compile(r"\b(?:as[ -]?of|aging date|snapshot date|balance date|report date)\b", re.IGNORECASE)
_DAY = re.compile(
    r"\d{4}-\d{1,2}-\d{1,2}|\d{1,2}[/.-]\d{1,2}[/.-]\d{2,4}"
    r"|[A-Za-z]{3,9}\.? \d{1,2},? \d{4}|\d{1,2}[ -][A-Za-z]{3,9}[ ,-]+\d{4}"
)


@dataclasses.dataclass(frozen=True)
class Table:
    """The table within a grid.

    ``body`` holds the rows under the column names as text, blank rows and totals included; ``titles`` the rows
    above; ``extra_cells`` marks rows with something beyond the last column; ``names_known`` says whether the row
    of column names is believed to be one, so that it may be shown to the user.
    """

    kind: str
    sheet: str | None
    header_row: int
    body: pd.DataFrame
    row_numbers: npt.NDArray[np.int64]
    titles: tuple[tuple[str, ...], ...]
    title_rows: tuple[int, ...]
    extra_cells: Mask
    names_known: bool

    @property
    def columns(self) -> list[str]:
        """The column names, in the order of the file."""
        return [str(name) for name in self.body.columns]


def find_table(grid: Grid) -> Table | None:
    """Return the table of a grid; None when every cell is empty.

    The row of column names is the one in which most cells have a known name; without any, the first row that is
    as wide as the rows below it.
    """
    top = [list(row) for row in grid.cells.iloc[:_HEADER_WITHIN].itertuples(index=False)]
    if not any(any(row) for row in top):
        return None
    hits = [sum(_is_known(cell) for cell in row) for row in top]
    widths = [sum(map(bool, row)) for row in top]
    best = int(np.argmax(hits)) if max(hits) else widths.index(max(widths))
    header = top[best]
    last = max(place for place, cell in enumerate(header) if cell)
    below = grid.cells.iloc[best + 1 :]
    extra = (below.iloc[:, last + 1 :] != "").any(axis=1).to_numpy(dtype=bool)
    body = below.iloc[:, : last + 1].set_axis(_unique_names(header[: last + 1]), axis=1)
    empty = [
        name
        for name, cell in zip(body.columns, header, strict=False)
        if not cell and (body[name] == "").all()
    ]
    above = [(tuple(row), int(grid.row_numbers[n])) for n, row in enumerate(top[:best]) if any(row)]
    return Table(
        kind=grid.kind,
        sheet=grid.sheet,
        header_row=int(grid.row_numbers[best]),
        body=body.drop(columns=empty).reset_index(drop=True),
        row_numbers=grid.row_numbers[best + 1 :],
        titles=tuple(row for row, _ in above),
        title_rows=tuple(number for _, number in above),
        extra_cells=extra,
        names_known=_are_names(header, hits[best], body),
    )


def _is_known(cell: str) -> bool:
    return bool(cell) and len(cell) <= 60 and (bool(concepts_named(cell)) or bucket_range(cell) is not None)


def _unique_names(header: Sequence[str]) -> list[str]:
    """Return column names that are all there and all different."""
    names: list[str] = []
    for place, cell in enumerate(header, start=1):
        name = re.sub(r"\s+", " ", cell) or f"column {place}"
        times = 2
        while name in names:
            name, times = f"{cell} ({times})", times + 1
        names.append(name)
    return names


def _are_names(header: Sequence[str], hits: int, body: pd.DataFrame) -> bool:
    """Return whether a row holds column names and not data, which must never be shown."""
    cells = [cell for cell in header if cell]
    values = sum(read_amount(cell) is not None or read_date(cell) is not None for cell in cells)
    if hits >= 2 or hits == len(cells):
        return hits > values
    below = body.iloc[:50]
    numbers = sum(_mostly_values(below[name]) for name in below.columns) if len(below) else 0
    return values == 0 and numbers * 2 >= len(cells)


def _mostly_values(text: pd.Series) -> bool:
    cells = [cell for cell in text if cell]
    return sum(read_amount(c) is not None or read_date(c) is not None for c in cells) * 2 > len(cells)


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
