"""Where are the centre and the limits of a control chart, and which of its points are signals?

Arithmetic on figures in the order of time. It knows no practice and no measure.
"""

from __future__ import annotations

import dataclasses
import itertools
import math
from collections.abc import Sequence
from statistics import fmean

from arlab.metrics.ratio import Ratio

__all__ = ["RUN", "Limits", "chart_limits", "signals_of"]

RUN = 8
"""Points in a row on one side of the centre that are a signal (Western Electric 1956)."""
_SIGMAS = 3.0
_D2 = 1.128  # the mean moving range of two normal values in standard deviations


@dataclasses.dataclass(frozen=True)
class Limits:
    """Centre and limits of a chart.

    Parameters
    ----------
    chart : ``p``, ``p'``, ``XmR``, or empty where there are too few points
    centre : the centre line
    low, high : limits by point, ``None`` in the baseline and where a point has no value
    baseline : places of the points that centre and limits come from
    """

    chart: str
    centre: float | None
    low: tuple[float | None, ...]
    high: tuple[float | None, ...]
    baseline: tuple[int, ...]

    def holds(self, place: int) -> bool:
        """Return whether the limits were known before a point."""
        return self.centre is not None and place > self.baseline[-1]


def chart_limits(points: Sequence[Ratio | None], *, first: int) -> Limits:
    """Return centre and limits from the first points that have a value; none where there are fewer.

    Examples
    --------
    >>> weeks = [Ratio(value, None, 1) for value in (10.0, 12.0, 11.0, 19.0)]
    >>> found = chart_limits(weeks, first=3)  # mean 11, moving ranges 2 and 1: 11 + 2.66 x 1.5
    >>> found.chart, found.centre, round(found.high[3], 2)
    ('XmR', 11.0, 14.99)
    """
    there = [place for place, point in enumerate(points) if point is not None and point.value is not None]
    baseline = there[:first]
    nothing: tuple[float | None, ...] = (None,) * len(points)
    if len(baseline) < first:
        return Limits("", None, nothing, nothing, tuple(baseline))
    base = [point for point in (points[place] for place in baseline) if point is not None]
    if all(point.proportion for point in base):
        return _of_shares(points, base, tuple(baseline))
    values = [_value(point) for point in base]
    centre, sigma = fmean(values), _moving_range(values) / _D2
    # What was never below zero has no limit there.
    least = 0.0 if min(values) >= 0 else -math.inf
    return _around(points, tuple(baseline), "XmR", centre, [sigma] * len(points), (least, math.inf))


def _value(point: Ratio) -> float:
    assert point.value is not None
    return point.value


def _moving_range(values: Sequence[float]) -> float:
    """Return the mean difference of neighbours."""
    return fmean(abs(later - earlier) for earlier, later in itertools.pairwise(values))


def _of_shares(points: Sequence[Ratio | None], base: Sequence[Ratio], baseline: tuple[int, ...]) -> Limits:
    """Return the limits of a share of cases: wider where few cases are behind it, and where the baseline varies."""
    cases = sum(point.denominator or 0 for point in base)
    centre = sum(point.numerator or 0 for point in base) / cases

    def sigma(point: Ratio | None) -> float:
        return math.sqrt(centre * (1 - centre) / point.denominator) if point and point.denominator else 0.0

    chance = [sigma(point) for point in base]
    spread = 1.0
    if min(chance) > 0:
        far = [(_value(point) - centre) / one for point, one in zip(base, chance, strict=True)]
        spread = max(_moving_range(far) / _D2, 1.0)
    widths = [spread * sigma(point) for point in points]
    return _around(points, baseline, "p'" if spread > 1 else "p", centre, widths, (0.0, 1.0))


def _around(
    points: Sequence[Ratio | None],
    baseline: tuple[int, ...],
    chart: str,
    centre: float,
    sigmas: Sequence[float],
    ends: tuple[float, float],
) -> Limits:
    low: list[float | None] = [None] * len(points)
    high: list[float | None] = [None] * len(points)
    for place in range(baseline[-1] + 1, len(points)):
        if points[place] is not None:
            low[place] = max(centre - _SIGMAS * sigmas[place], ends[0])
            high[place] = min(centre + _SIGMAS * sigmas[place], ends[1])
    return Limits(chart, centre, tuple(low), tuple(high), baseline)


def signals_of(points: Sequence[Ratio | None], limits: Limits) -> list[str]:
    """Return the signal of each point: ``above`` or ``below`` a limit, ``run above`` or ``run below``, or nothing.

    A run counts the points after the baseline; one without a value neither lengthens nor breaks it, one on the
    centre breaks it.
    """
    found, side, length = [], 0, 0
    for place, point in enumerate(points):
        low, high = limits.low[place], limits.high[place]
        if point is None or limits.centre is None or low is None or high is None:
            found.append("")
            continue
        value = _value(point)
        now = (value > limits.centre) - (value < limits.centre)
        length = length + 1 if now == side and now else abs(now)
        side = now
        if value > high or value < low:
            found.append("above" if value > high else "below")
        else:
            found.append(("run above" if side > 0 else "run below") if length >= RUN else "")
    return found
