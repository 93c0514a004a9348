"""How does delimited text (CSV and its kin) become a grid?

Finds the delimiter and keeps the line on which each row starts. It knows nothing of columns or
money; what is no such text it refuses in one sentence.
"""

from __future__ import annotations

import csv
import io
import secrets

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.csv as csv_of_arrow

from arlab.errors import InputRefused
from arlab.importers.encoding import as_utf8
from arlab.importers.findings import Findings
from arlab.importers.grid import Grid

__all__ = ["text_grid"]

_DELIMITERS = (",", ";", "\t", "|")
_SAMPLE_LINES = 200
_MOST_COLUMNS = 2_000
_MOST_CELLS = 60_000_000
_LONGEST_LINE = 1 << 19
_MOST_ABOVE = 60
_BLOCK = 1 << 22
_LOOK, _LOOKS = 1 << 14, 64


def text_grid(name: str, data: bytes, findings: Findings) -> Grid:
    """Return the bytes of a delimited text file as a grid.

    Raises
    ------
    InputRefused
        when it is binary, damaged, of another format, has a line or a number of columns that no export has, or a
        quotation mark is never closed.
    """
    data = as_utf8(name, data, findings)
    _refuse_long_lines(name, data)
    sample = data[: 1 << 18].decode("utf-8", errors="ignore").splitlines()[:_SAMPLE_LINES]
    delimiter, usual = _delimiter_of(sample)
    regular = _regular_rows(name, data, delimiter)
    if regular is not None:
        return Grid("csv", None, regular, np.arange(1, len(regular) + 1, dtype=np.int64))
    cells = _ragged_rows(name, data, delimiter, usual)
    return Grid("csv", None, cells, _line_numbers(name, cells, delimiter, usual))


def _refuse_long_lines(name: str, data: bytes) -> None:
    """Refuse a file with a line so long that it can be no row."""
    ends = b"\n" if b"\n" in data[:_LONGEST_LINE] else b"\r"
    for start in range(0, len(data) - _LONGEST_LINE + 1, _LONGEST_LINE):
        if data.find(ends, start, start + _LONGEST_LINE) < 0:
            raise InputRefused(
                f"'{name}' has a line of more than {_LONGEST_LINE:,} characters, which no AR export has: export it"
                " again as CSV."
            )


def _regular_rows(name: str, data: bytes, delimiter: str) -> pd.DataFrame | None:
    """Return the cells of text whose lines all have as many cells as its most regular ones; None for any other.

    Lines above the table may be shorter. Arrow reads such a file on all cores, and every line is a row.
    """
    top, width, start = _lines_above(data, delimiter)
    if not 1 < width <= _MOST_COLUMNS:
        return None
    end = len(data)
    while end > start and data[end - 1] in b"\r\n":
        end -= 1
    _refuse_many_cells(name, data, width)
    names = [str(place) for place in range(width)]
    try:
        table = csv_of_arrow.read_csv(
            pa.py_buffer(memoryview(data)[start:end]),
            read_options=csv_of_arrow.ReadOptions(column_names=names, block_size=_BLOCK),
            parse_options=csv_of_arrow.ParseOptions(
                delimiter=delimiter, ignore_empty_lines=False, newlines_in_values=b'"' in data
            ),
            convert_options=csv_of_arrow.ConvertOptions(
                column_types=dict.fromkeys(names, pa.large_string()), strings_can_be_null=False
            ),
        )
    except pa.ArrowInvalid:
        return None
    if b'"' in data and len(table) != _count_lines(data, start, end):
        return None
    texts = {place: pd.Series(pd.array(column, dtype="str")) for place, column in enumerate(table.columns)}
    rows = pd.DataFrame(texts)
    if not top:
        return rows
    above = pd.DataFrame([line + [""] * (width - len(line)) for line in top], dtype="str")
    return pd.concat([above, rows], ignore_index=True)


def _refuse_many_cells(name: str, data: bytes, width: int) -> None:
    """Refuse a file of more cells than can be held at once; a cell has at least one byte."""
    if len(data) <= _MOST_CELLS or _lines_about(data) * width * 2 <= _MOST_CELLS:
        return
    pieces = (
        np.frombuffer(data, np.uint8, min(_BLOCK, len(data) - n), n) for n in range(0, len(data), _BLOCK)
    )
    cells = width * sum(int(np.count_nonzero(piece == ord("\n"))) for piece in pieces)
    if cells > _MOST_CELLS:
        raise InputRefused(
            f"'{name}' has {cells:,} cells, more than are read at once: export a shorter period or fewer columns."
        )


def _lines_about(data: bytes) -> float:
    """Return about how many lines a long text has, by places that nobody can foresee."""
    starts = [secrets.randbelow(len(data) - _LOOK) for _ in range(_LOOKS)]
    return sum(data.count(b"\n", start, start + _LOOK) for start in starts) / (_LOOK * _LOOKS) * len(data)


def _lines_above(data: bytes, delimiter: str) -> tuple[list[list[str]], int, int]:
    """Return the cells of the lines above the regular ones, how many cells those have, and where they start."""
    head = data[: 1 << 18]
    if b"\r" in head and b"\n" not in head:
        return [], head[: head.index(b"\r")].count(delimiter.encode()) + 1, 0
    lines = head.split(b"\n")[:_SAMPLE_LINES]
    if len(data) > len(head) and len(lines) < _SAMPLE_LINES:
        lines = lines[:-1]
    cut = delimiter.encode()
    widths = [line.count(cut) + 1 for line in lines]
    if b'"' in head:
        # What stands in quotation marks may hold delimiters; only Python's own reader knows which.
        texts = [line.decode("utf-8", "replace") for line in lines]
        try:
            widths = [len(next(csv.reader([text], delimiter=delimiter), ())) or 1 for text in texts]
        except csv.Error:
            return [], 0, 0
    width = max(widths, default=1)
    above = widths.index(width)
    if above > _MOST_ABOVE or any(b'"' in line for line in lines[:above]):
        return [], 0, 0
    top = [line.decode("utf-8").rstrip("\r").split(delimiter) for line in lines[:above]]
    return top, width, sum(len(line) + 1 for line in lines[:above])


def _count_lines(data: bytes, start: int, end: int) -> int:
    ends = b"\n" if data.find(b"\n", start, end) >= 0 else b"\r"
    return data.count(ends, start, end) + 1


def _ragged_rows(name: str, data: bytes, delimiter: str, usual: int) -> pd.DataFrame:
    """Return the cells of any delimited text; short lines get empty cells."""
    counts = [line.count(delimiter.encode()) for line in data.splitlines()]
    width = max(counts) + 1
    if b'"' in data and width <= _MOST_COLUMNS:
        width = _widest_row(data, delimiter) or width
    if width > _MOST_COLUMNS or width * len(counts) > _MOST_CELLS:
        raise InputRefused(
            f"'{name}' has a line with {width:,} cells, which no AR export has: export it again as CSV."
        )
    try:
        return pd.read_csv(
            io.BytesIO(data),
            header=None,
            names=list(range(width)),
            sep=delimiter,
            dtype="str",
            na_filter=False,
            skip_blank_lines=False,
            index_col=False,
            encoding="utf-8",
        )
    except (pd.errors.ParserError, ValueError):
        raise InputRefused(
            f"'{name}' has a quotation mark that is opened and never closed: export it again as CSV."
        ) from None


def _widest_row(data: bytes, delimiter: str) -> int | None:
    """Return the most cells of a row, where a cell in quotation marks may hold line ends and delimiters."""
    rows = csv.reader(io.TextIOWrapper(io.BytesIO(data), "utf-8", newline=""), delimiter=delimiter)
    try:
        return max(map(len, rows), default=0)
    except csv.Error:
        return None


def _delimiter_of(sample: list[str]) -> tuple[str, int]:
    """Return the delimiter under which most lines have the same number of cells, and that number."""
    best, best_score = (",", 1), (0, 0)
    for delimiter in _DELIMITERS:
        try:
            widths = [len(cells) for cells in csv.reader(sample, delimiter=delimiter) if cells]
        except csv.Error:
            continue
        usual = max(set(widths), key=lambda width: (widths.count(width), width), default=1)
        score = (widths.count(usual) if usual > 1 else 0, usual)
        if score > best_score:
            best, best_score = (delimiter, usual), score
    return best


def _line_numbers(name: str, cells: pd.DataFrame, delimiter: str, usual: int) -> npt.NDArray[np.int64]:
    """Return the line on which each row starts: a cell in quotation marks may hold line breaks."""
    breaks = np.zeros(len(cells), dtype=np.int64)
    swallowed = np.zeros(len(cells), dtype=bool)
    for column in cells.columns:
        held = np.flatnonzero(cells[column].str.contains("\n", regex=False))
        for place, text in zip(held, cells[column].iloc[held], strict=True):
            breaks[place] += text.count("\n")
            # A line in a cell with as many delimiters as a whole row is a row that an open quote swallowed.
            swallowed[place] |= max(line.count(delimiter) for line in text.split("\n")) >= max(2, usual - 1)
    numbers = np.arange(1, len(cells) + 1, dtype=np.int64)
    numbers[1:] += np.cumsum(breaks)[:-1]
    if swallowed.any():
        raise InputRefused(
            f"'{name}' has a quotation mark on line {int(numbers[swallowed][0])} that is not closed, so that other"
            " rows end up in it: close it, or export it again as CSV."
        )
    return numbers
