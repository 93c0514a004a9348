"""Which open claim comes first by age, by amount, by payer, or by nothing at all?

Each function gives one score per row, the highest first. None knows chances, minutes or deadlines.
"""

from __future__ import annotations

import datetime as dt

import numpy as np
import numpy.typing as npt
import pandas as pd

from arlab.policies.check import Policy

__all__ = ["by_payer_and_amount", "largest_first", "oldest_first", "random_order"]

Floats = npt.NDArray[np.float64]


def oldest_first(items: pd.DataFrame, day: dt.date) -> Floats:
    """Return the age in days: the longest unpaid claim is worked first.

    Examples
    --------
    >>> oldest_first(pd.DataFrame({"age_days": [30, 90]}), dt.date(2026, 1, 5)).tolist()
    [30.0, 90.0]
    """
    return items["age_days"].to_numpy(dtype=np.float64)


def largest_first(items: pd.DataFrame, day: dt.date) -> Floats:
    """Return the dollars that the contract lets one expect: the largest claim is worked first.

    Examples
    --------
    >>> largest_first(pd.DataFrame({"expected": [80.0, 20.0]}), dt.date(2026, 1, 5)).tolist()
    [80.0, 20.0]
    """
    return items["expected"].to_numpy(dtype=np.float64)


def by_payer_and_amount(items: pd.DataFrame, day: dt.date) -> Floats:
    """Return scores for the report sorted by payer and amount (article A9, A11).

    The payer who owes most in all comes first, and of one payer the largest claim.

    Examples
    --------
    >>> items = pd.DataFrame({"payer": ["a", "b", "b"], "expected": [40.0, 20.0, 80.0]})
    >>> np.argsort(-by_payer_and_amount(items, dt.date(2026, 1, 5))).tolist()
    [2, 1, 0]
    """
    payers, payer = np.unique(items["payer"].to_numpy(dtype=object).astype(str), return_inverse=True)
    expected = items["expected"].to_numpy(dtype=np.float64)
    owed = np.bincount(payer, weights=expected, minlength=len(payers))
    place = np.empty(len(items))
    place[np.lexsort((expected, payer, owed[payer]))] = np.arange(len(items))
    return place


def random_order(seed: int = 0) -> Policy:
    """Return a policy that draws lots anew every day: what any order should beat.

    Examples
    --------
    >>> draw = random_order(7)
    >>> items = pd.DataFrame({"expected": [20.0, 40.0, 80.0]})
    >>> draw(items, dt.date(2026, 1, 5)).tolist() == draw(items, dt.date(2026, 1, 5)).tolist()
    True
    """

    def draw_lots(items: pd.DataFrame, day: dt.date) -> Floats:
        source = np.random.Generator(np.random.SFC64(np.random.SeedSequence([seed, day.toordinal()])))
        return source.random(len(items))

    return draw_lots
