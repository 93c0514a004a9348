"""How sure is a mean over seeds, or a ratio of two such means?

Student's t and the delta method, without a library of statistics. It knows no policies.
"""

from __future__ import annotations

import math

import numpy as np
import pandas as pd

__all__ = ["half_width", "ratio_of_means"]


def ratio_of_means(above: pd.Series, below: pd.Series) -> tuple[float, float, float]:
    """Return the ratio of two means over the same seeds, and the ends of its 95 % interval by the delta method.

    Examples
    --------
    >>> ratio_of_means(pd.Series([1.0, 2.0, 3.0]), pd.Series([2.0, 4.0, 6.0]))
    (0.5, 0.5, 0.5)
    """
    ratio = float(above.mean() / below.mean()) if below.mean() else math.nan
    half = half_width(above - ratio * below) / abs(float(below.mean())) if below.mean() else math.nan
    return ratio, ratio - half, ratio + half


def half_width(values: pd.Series, *, level: float = 0.95) -> float:
    """Return half the width of the interval of a mean by Student's t; not a number below two values.

    Examples
    --------
    >>> round(half_width(pd.Series([1.0, 2.0, 3.0, 4.0, 5.0])), 2)
    1.96
    """
    count = len(values)
    if count < 2:
        return math.nan
    return _student(level, count - 1) * float(values.std(ddof=1)) / math.sqrt(count)


def _student(level: float, freedom: int) -> float:
    """Return the quantile of Student's t for a two-sided interval: by its density, summed finely."""
    points = np.linspace(0.0, 60.0, 120_001)
    log_density = -(freedom + 1) / 2 * np.log1p(points**2 / freedom)
    density = np.exp(log_density + math.lgamma((freedom + 1) / 2) - math.lgamma(freedom / 2))
    density /= math.sqrt(freedom * math.pi)
    below = np.concatenate([[0.0], np.cumsum((density[1:] + density[:-1]) / 2)]) * (points[1] - points[0])
    return float(np.interp(level / 2, below, points))
