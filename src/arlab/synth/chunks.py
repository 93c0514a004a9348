"""How do the stages write down what happens, a few thousand rows at a time?

A log keeps columns in pieces and joins them once at the end; no stage ever reads another's rows back.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

__all__ = ["Chunks"]

Column = npt.NDArray[Any]


class Chunks:
    """A table that grows by pieces.

    Parameters
    ----------
    columns : column name -> value where a piece does not name the column (None where every piece must), or a
        pair: the type of its numbers (int64 otherwise) and that value

    Examples
    --------
    >>> log = Chunks(claim=("int32", None), amount=("int32", 0))
    >>> log.add(claim=np.array([3, 4]), amount=20)
    array([0, 1])
    >>> log.joined()["amount"].tolist()
    [20, 20]
    """

    def __init__(self, **columns: int | tuple[str, int | None] | None) -> None:
        self._columns = {
            name: column if isinstance(column, tuple) else ("int64", column)
            for name, column in columns.items()
        }
        self._pieces: dict[str, list[tuple[int, int, Column | int]]] = {name: [] for name in columns}
        self.length = 0

    def add(self, **values: Column | int | bool) -> npt.NDArray[np.int64]:
        """Add rows; single values hold for all of them. Return the numbers of the new rows."""
        count = max((len(value) for value in values.values() if isinstance(value, np.ndarray)), default=1)
        first, after = self.length, self.length + count
        if not values.keys() <= self._columns.keys():
            raise ValueError(f"unknown column in {sorted(values)}")
        for name, (kind, default) in self._columns.items():
            value = values.get(name, default)
            if value is None:
                raise ValueError(f"column {name} must be given")
            if isinstance(value, np.ndarray):
                self._pieces[name].append((first, after, value.astype(kind)))
            elif value != default:
                self._pieces[name].append((first, after, int(value)))
        self.length = after
        return np.arange(first, after)

    def joined(self) -> dict[str, Column]:
        """Return every column as one array, in its own type."""
        return {name: self.column(name) for name in self._columns}

    def column(self, name: str) -> Column:
        """Return one column as one array, in its own type."""
        kind, default = self._columns[name]
        column = np.full(self.length, 0 if default is None else default, dtype=kind)
        for first, after, value in self._pieces[name]:
            column[first:after] = value
        return column

    def names(self) -> tuple[str, ...]:
        """Return the names of the columns."""
        return tuple(self._columns)
