"""How are random numbers drawn so that a seed means the same practice everywhere?

Each stage has its own stream, named in words; only integers and uniform doubles are drawn, and every other
shape comes from a lookup table. Nothing here knows what the numbers are for.
"""

from __future__ import annotations

import functools
import hashlib
import statistics
from collections.abc import Sequence
from typing import Final

import numpy as np
import numpy.typing as npt

from arlab.errors import SettingsError

__all__ = ["STEPS", "Draws", "Streams", "lag_table", "pick_table", "pick_tables"]

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

STEPS: Final = 1 << 16
"""Length of the tables of :func:`pick_table`."""
LAG_STEPS: Final = 1 << 12


class Draws:
    """The random numbers of one stage, in the order in which they are asked for."""

    def __init__(self, source: np.random.Generator) -> None:
        self._source = source

    def share(self, count: int | tuple[int, ...]) -> Floats:
        """Return uniform doubles from 0 (included) to 1 (not included)."""
        return self._source.random(count)

    def below(self, top: int, count: int | tuple[int, ...]) -> Ints:
        """Return whole numbers from 0 to ``top - 1``."""
        return self._source.integers(0, top, size=count, dtype=np.int64)

    def between(self, low: int, high: int, count: int | tuple[int, ...]) -> Ints:
        """Return whole numbers from ``low`` to ``high``, both included."""
        return self._source.integers(low, high + 1, size=count, dtype=np.int64)

    def steps(self, count: int | tuple[int, ...]) -> npt.NDArray[np.uint16]:
        """Return whole numbers from 0 to 65,535, to look things up in tables of that length."""
        return self._source.integers(0, STEPS, size=count, dtype=np.uint16)

    def pick(self, table: npt.NDArray[np.integer], count: int) -> Ints:
        """Return entries of a lookup table (see :func:`pick_table` and :func:`lag_table`)."""
        return table.take(_place(self.steps(count), len(table))).astype(np.int64)

    def pick_by(self, tables: npt.NDArray[np.integer], row: npt.NDArray[np.integer]) -> Ints:
        """Return for each item an entry of its own row of lookup tables."""
        width = tables.shape[1]
        place = row * np.int64(width)
        place += _place(self.steps(len(row)), width)
        return tables.take(place).astype(np.int64)


def _place(steps: npt.NDArray[np.uint16], length: int) -> npt.NDArray[np.uint16]:
    """Return steps as places in a table of ``length`` entries, which divides :data:`STEPS`."""
    return steps if length == STEPS else steps // np.uint16(STEPS // length)


class Streams:
    """The named streams of one practice.

    Parameters
    ----------
    seed : whole number from 0
    practice : number of the practice in a billing company, so that practices of one seed differ

    Examples
    --------
    >>> Streams(7).stage("visits").below(10, 3).tolist() == Streams(7).stage("visits").below(10, 3).tolist()
    True
    """

    def __init__(self, seed: int, *, practice: int = 0) -> None:
        if isinstance(seed, bool) or not isinstance(seed, (int, np.integer)) or seed < 0:
            raise SettingsError(f"seed must be a whole number from 0, not {seed!r}.")
        self.seed, self.practice = int(seed), practice

    def stage(self, name: str) -> Draws:
        """Return the stream of a stage, from its beginning; the name alone decides which stream it is."""
        digest = hashlib.sha256(name.encode("utf-8")).digest()
        words = [int.from_bytes(digest[at : at + 4], "little") for at in (0, 4, 8, 12)]
        sequence = np.random.SeedSequence(self.seed, spawn_key=(self.practice, *words))
        return Draws(np.random.Generator(np.random.SFC64(sequence)))


def pick_table(weights: Sequence[float] | Floats) -> npt.NDArray[np.integer]:
    """Return a table whose entries are positions in ``weights``, each as often as its weight says.

    Tables are kept by content, because every practice asks for the same ones, and cannot be written to.

    Examples
    --------
    >>> table = pick_table([1, 3])
    >>> (table == 1).mean()
    np.float64(0.75)
    """
    return _pick_tables(np.asarray(weights, dtype=np.float64).tobytes(), 1)[0]


def pick_tables(weights: Floats) -> npt.NDArray[np.integer]:
    """Return the tables of the rows of a matrix of weights, one below the other, for :meth:`Draws.pick_by`."""
    return _pick_tables(np.ascontiguousarray(weights, dtype=np.float64).tobytes(), len(weights))


@functools.lru_cache(maxsize=256)
def _pick_tables(content: bytes, rows: int) -> npt.NDArray[np.integer]:
    weights = np.frombuffer(content, dtype=np.float64).reshape(rows, -1)
    last = weights.shape[1] - 1
    result = np.empty((rows, STEPS), dtype=np.min_scalar_type(last))
    for row, mine in zip(result, weights, strict=True):
        total = np.cumsum(mine)
        points = (np.arange(STEPS) + 0.5) / STEPS * total[-1]
        row[:] = np.searchsorted(total, points, side="right").clip(max=last)
    result.flags.writeable = False
    return result


@functools.cache
def _normal_points() -> Floats:
    """Return evenly spaced quantiles of the normal distribution."""
    inverse = statistics.NormalDist().inv_cdf
    return np.array([inverse((step + 0.5) / LAG_STEPS) for step in range(LAG_STEPS)])


@functools.lru_cache(maxsize=256)
def lag_table(median: float, sigma: float, *, most: int = 400) -> npt.NDArray[np.integer]:
    """Return a table of whole days whose logarithm is bell-shaped: a lookup replaces the lognormal draw.

    Tables are kept and cannot be written to, like those of :func:`pick_table`.

    Examples
    --------
    >>> table = lag_table(7, 0.5)
    >>> int(np.median(table)), bool((table <= 15).mean() > 0.9)
    (7, True)
    """
    days = np.floor(median * np.exp(sigma * _normal_points()) + 0.5)
    table = days.clip(0, most).astype(np.int16)
    table.flags.writeable = False
    return table
