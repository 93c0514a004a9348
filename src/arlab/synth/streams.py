"""How are random numbers drawn so that a seed means the same practice everywhere?

Each stage has its own stream, named in words; only integers and uniform doubles are drawn, and every other
shape comes from a lookup table. Nothing here knows what the numbers are for.
"""

from __future__ import annotations

import functools
import hashlib
import statistics
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from arlab.errors import SettingsError

__all__ = ["Draws", "Streams", "lag_table", "pick_table"]

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

STEPS = 1 << 16
LAG_STEPS = 1 << 12


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

    def pick(self, table: npt.NDArray[np.integer], count: int) -> Ints:
        """Return entries of a lookup table (see :func:`pick_table` and :func:`lag_table`)."""
        return table[self.below(len(table), count)].astype(np.int64)

    def pick_by(self, tables: npt.NDArray[np.integer], row: npt.NDArray[np.integer]) -> Ints:
        """Return for each item an entry of its own row of lookup tables."""
        return tables[row, self.below(tables.shape[1], len(row))].astype(np.int64)


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


def pick_table(weights: Sequence[float] | Floats) -> Ints:
    """Return a table whose entries are positions in ``weights``, each as often as its weight says.

    Examples
    --------
    >>> table = pick_table([1, 3])
    >>> (table == 1).mean()
    np.float64(0.75)
    """
    total = np.cumsum(np.asarray(weights, dtype=np.float64))
    points = (np.arange(STEPS) + 0.5) / STEPS * total[-1]
    return np.searchsorted(total, points, side="right").clip(max=len(total) - 1).astype(np.int64)


@functools.cache
def _normal_points() -> Floats:
    """Return evenly spaced quantiles of the normal distribution."""
    inverse = statistics.NormalDist().inv_cdf
    return np.array([inverse((step + 0.5) / LAG_STEPS) for step in range(LAG_STEPS)])


def lag_table(median: float, sigma: float, *, most: int = 400) -> Ints:
    """Return a table of whole days whose logarithm is bell-shaped: a lookup replaces the lognormal draw.

    Examples
    --------
    >>> table = lag_table(7, 0.5)
    >>> int(np.median(table)), bool((table <= 15).mean() > 0.9)
    (7, True)
    """
    days = np.floor(median * np.exp(sigma * _normal_points()) + 0.5)
    return days.clip(0, most).astype(np.int64)
