"""What is a file once it is open?

Two classes, shared by the readers of text, workbooks and Parquet, and by what reads their columns. It opens
nothing.
"""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

__all__ = ["AROUND", "Coded", "Grid", "Mask", "coded", "coded_columns", "matches"]

Mask = npt.NDArray[np.bool_]

AROUND = " \t\r\n\u00a0\u200b\ufeff\x1a"
"""What may stand around the text of a cell without being part of it."""

_UNTIDY = (b"  ", b"\n", b"\t", b"\r")
_WORTH_THREADS = 50_000
_WORTH_A_LOOK = 1_000


@dataclasses.dataclass(frozen=True, eq=False)
class Coded:
    """A column of text by its different texts: row ``n`` holds ``different[places[n]]``.

    A column of a million rows holds few different days, payers and amounts: what a text means is worked out once
    for each, and then taken to the rows. ``trimmed`` says whether something stood around the texts before,
    ``rises`` that every text stands behind the one before it, as claim numbers often do.
    """

    places: npt.NDArray[np.int32]
    different: pd.Series
    trimmed: bool = False
    rises: bool = False

    def to_rows(self, values: npt.NDArray[Any]) -> npt.NDArray[Any]:
        """Return, for each row, the value of its text."""
        return values[self.places]

    def rows_where(self, mask: Mask) -> Mask:
        """Return the rows whose text is one of those marked."""
        if not mask.any():
            return np.zeros(len(self.places), dtype=bool)
        if mask.all():
            return np.ones(len(self.places), dtype=bool)
        return mask[self.places]

    @functools.cached_property
    def untidy(self) -> bool:
        """Whether a text holds a line end, a tab, or two spaces in a row."""
        return any(mark in self.joined for mark in _UNTIDY)

    @functools.cached_property
    def empty(self) -> int:
        """The place of the empty text; -1 when no row is empty."""
        lengths = _numpy(pc.binary_length(_chunked(self.different)))
        return int(lengths.argmin()) if len(lengths) and lengths.min() == 0 else -1

    @property
    def all_differ(self) -> bool:
        """Whether no text stands in two rows."""
        return len(self.different) == len(self.places)

    def rows_with(self, *texts: str) -> Mask:
        """Return the rows that hold one of these texts."""
        if texts == ("",):
            none = np.zeros(len(self.places), dtype=bool)
            return none if self.empty < 0 else self.places == self.empty
        return self.rows_where(self.different.isin(texts).to_numpy(dtype=bool))

    @functools.cached_property
    def joined(self) -> bytes:
        """All different texts one after the other: in it a word that is nowhere is quickly known to be nowhere."""
        return b"".join(_joined(piece) for piece in _chunked(self.different).chunks)

    def counts(self, rows: Mask | None = None) -> npt.NDArray[np.int64]:
        """Return how many rows (or how many of these rows) hold each text."""
        places = self.places if rows is None else self.places[rows]
        return np.bincount(places, minlength=len(self.different)).astype(np.int64)

    def taken(self, rows: npt.NDArray[np.intp]) -> pd.Series:
        """Return the texts of some rows, with those as their index."""
        return self.different.take(self.places[rows]).set_axis(rows)

    def series(self) -> pd.Series:
        """Return the column itself."""
        return self.different.take(self.places).reset_index(drop=True)


@dataclasses.dataclass(frozen=True)
class Grid:
    """One sheet (or a whole file) as text: ``cells`` has columns 0, 1, 2, ... and "" for an empty cell.

    ``row_numbers`` holds, for each row, the line of a text file, or the row of a sheet or of a Parquet file.
    ``formulas`` counts, by column, the cells that hold a formula but not its value.
    """

    kind: str
    sheet: str | None
    cells: pd.DataFrame
    row_numbers: npt.NDArray[np.int64]
    formulas: Mapping[int, int] = dataclasses.field(default_factory=dict)


def coded(text: pd.Series) -> Coded:
    """Return a column by its different texts, without what stands around them.

    Examples
    --------
    >>> column = coded(pd.Series(["Aetna", " Aetna ", "Cigna"]))
    >>> column.places.tolist(), column.different.tolist()
    ([0, 0, 1], ['Aetna', 'Cigna'])
    """
    array = _chunked(text)
    if len(array) > _WORTH_A_LOOK and all(
        _rises(array.slice(0, length)) for length in (_WORTH_A_LOOK, len(array))
    ):
        # Claim numbers in their order: all differ, and nothing need be compared with anything but its neighbour.
        trimmed = pc.utf8_trim(array, AROUND)
        if trimmed.equals(array):
            return Coded(np.arange(len(array), dtype=np.int32), text.reset_index(drop=True), rises=True)
    # The pieces of a long column come back with one and the same dictionary.
    pieces = array.dictionary_encode("encode").chunks
    different = pieces[-1].dictionary if pieces else pa.array([], pa.large_string())
    numbers = np.concatenate([np.empty(0, np.int32), *(_numpy(piece.indices) for piece in pieces)])
    trimmed = pc.utf8_trim(different, AROUND)
    if trimmed.equals(different):
        return Coded(numbers, _series(different))
    again = trimmed.dictionary_encode()
    return Coded(_numpy(again.indices)[numbers], _series(again.dictionary), trimmed=True)


def _rises(array: pa.ChunkedArray) -> bool:
    """Return whether every text stands behind the one before it."""
    return bool(pc.all(pc.less(array.slice(0, len(array) - 1), array.slice(1))).as_py())


def _chunked(text: pd.Series) -> pa.ChunkedArray:
    """Return a column of text as Arrow holds it, without a copy; what is no text is the empty text."""
    array = pa.array(text, type=pa.large_string(), from_pandas=True)
    whole = array if isinstance(array, pa.ChunkedArray) else pa.chunked_array([array])
    return whole.fill_null("") if whole.null_count else whole


def _joined(text: pa.LargeStringArray) -> bytes:
    """Return the texts of an array as they lie in memory, one after the other."""
    _, ends, data = text.buffers()
    if data is None or not len(text):
        return b""
    own = np.frombuffer(ends, dtype=np.int64)[text.offset : text.offset + len(text) + 1]
    return memoryview(data)[int(own[0]) : int(own[-1])].tobytes()


def _series(text: pa.Array) -> pd.Series:
    return pd.Series(pd.array(text, dtype="str"))


def _numpy(array: pa.Array | pa.ChunkedArray) -> npt.NDArray[Any]:
    values: npt.NDArray[Any] = (
        array.to_numpy() if isinstance(array, pa.ChunkedArray) else array.to_numpy(zero_copy_only=False)
    )
    return values


def coded_columns(columns: Iterable[pd.Series]) -> list[Coded]:
    """Return several columns by their different texts; long ones side by side."""
    every = list(columns)
    if not every or len(every[0]) < _WORTH_THREADS:
        return [coded(text) for text in every]
    with ThreadPoolExecutor() as pool:
        return list(pool.map(coded, every))


def matches(text: pd.Series, pattern: str) -> Mask:
    """Return where a pattern of RE2 fits within a text.

    >>> matches(pd.Series(["12", "12a"]), "^[0-9]+$").tolist()
    [True, False]
    """
    return _numpy(pc.match_substring_regex(_chunked(text), pattern))
