"""What is a measured figure: its value, what it was divided by, and how sure it is?

A ratio and its interval. It knows no measure.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import NamedTuple

__all__ = ["Ratio", "median_of", "pooled", "wilson_interval"]

_Z = 1.959963984540054  # two-sided 95 %


class Ratio(NamedTuple):
    """A figure: ``numerator`` over ``denominator``, from ``n`` cases.

    ``denominator`` is ``None`` for a sum that is divided by nothing; then ``value`` is the numerator.
    ``proportion`` says that both count the same cases, so that an interval means something. ``exact`` stands for
    the quotient where the figure is none (a median).
    """

    numerator: float | None
    denominator: float | None
    n: int
    proportion: bool = False
    exact: float | None = None

    @property
    def value(self) -> float | None:
        """The figure, ``None`` when it would be divided by nothing."""
        if self.exact is not None:
            return self.exact
        if self.denominator is None or self.numerator is None:
            return self.numerator
        return self.numerator / self.denominator if self.denominator > 0 else None

    @property
    def interval(self) -> tuple[float, float] | None:
        """The 95 % Wilson interval of a proportion, else ``None``."""
        if not self.proportion or not self.denominator or self.numerator is None:
            return None
        return wilson_interval(round(self.numerator), round(self.denominator))


def wilson_interval(hits: int, cases: int) -> tuple[float, float]:
    """Return the 95 % interval of a share (Wilson 1927), which never leaves 0 to 1.

    Examples
    --------
    >>> [round(end, 4) for end in wilson_interval(5, 50)]
    [0.0435, 0.2136]
    """
    share = hits / cases
    spread = _Z * math.sqrt(share * (1 - share) / cases + _Z**2 / (4 * cases**2))
    middle, scale = share + _Z**2 / (2 * cases), 1 + _Z**2 / cases
    low, high = (middle - spread) / scale, (middle + spread) / scale
    # At none and at all the ends are exact; rounding must not pass them.
    return (0.0 if hits == 0 else max(low, 0.0), 1.0 if hits == cases else min(high, 1.0))


def pooled(ratios: Iterable[Ratio]) -> Ratio:
    """Return one ratio of the sums of several, so that each weighs by its size; a sum becomes a mean."""
    parts = list(ratios)
    top = sum(part.numerator or 0 for part in parts)
    if any(part.denominator is None for part in parts):
        return Ratio(top / len(parts), None, sum(part.n for part in parts))
    return Ratio(top, sum(part.denominator or 0 for part in parts), sum(part.n for part in parts))


def median_of(waits: Iterable[tuple[float, int]]) -> float | None:
    """Return the median of values given as (value, how often).

    Examples
    --------
    >>> median_of([(2, 1), (5, 1), (9, 2)])
    7.0
    """
    ordered = sorted((value, count) for value, count in waits if count > 0)
    total = sum(count for _, count in ordered)
    if not total:
        return None
    middle = []
    for place in ((total - 1) // 2, total // 2):
        seen = 0
        for value, count in ordered:
            seen += count
            if seen > place:
                middle.append(value)
                break
    return sum(middle) / 2
