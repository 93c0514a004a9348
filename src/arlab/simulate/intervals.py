"""How sure is a mean over seeds, or a ratio of two such means?

Student's t and the delta method. It knows no policies.
"""

from __future__ import annotations

import math

import pandas as pd

from arlab.errors import NotAvailable

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
    """Return the quantile of Student's t for a two-sided interval."""
    try:
        from scipy.stats import t
    except ImportError:
        raise NotAvailable(
            "Intervals over seeds need the package scipy: install it with pip install 'arlab[model]'."
        ) from None
    return float(t.ppf((1 + level) / 2, freedom))
