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
    columns : column name -> value where a piece does not name the column; None where every piece must

    Examples
    --------
    >>> log = Chunks(claim=None, amount=0)
    >>> log.add(claim=np.array([3, 4]), amount=20)
    array([0, 1])
    >>> log.joined()["amount"].tolist()
    [20, 20]
    """

    def __init__(self, **columns: int | None) -> None:
        self._defaults = columns
        self._pieces: dict[str, list[Column]] = {name: [] for name in columns}
        self.length = 0

    def add(self, **values: Column | int | bool) -> npt.NDArray[np.int64]:
        """Add rows; single values hold for all of them. Return the numbers of the new rows."""
        count = max((len(value) for value in values.values() if isinstance(value, np.ndarray)), default=1)
        for name, default in self._defaults.items():
            value = values.get(name, default)
            if value is None:
                raise ValueError(f"column {name} must be given")
            whole = np.broadcast_to(np.asarray(value, dtype=np.int64), (count,))
            self._pieces[name].append(whole)
        if not values.keys() <= self._defaults.keys():
            raise ValueError(f"unknown column in {sorted(values)}")
        self.length += count
        return np.arange(self.length - count, self.length)

    def joined(self) -> dict[str, Column]:
        """Return every column as one array."""
        return {
            name: np.concatenate(pieces) if pieces else np.empty(0, dtype=np.int64)
            for name, pieces in self._pieces.items()
        }
