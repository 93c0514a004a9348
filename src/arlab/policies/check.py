"""What may a policy answer, and which claim does it want worked first?

Turns scores or row positions into one order of rows. It ranks nothing itself.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd

from arlab.errors import InputRefused

__all__ = ["Order", "Policy", "place_order"]

Order: TypeAlias = npt.NDArray[Any] | pd.Series | Sequence[float]
"""Scores (numbers with a point, the highest is worked first) or row positions (whole numbers, in order)."""
Policy: TypeAlias = Callable[[pd.DataFrame, dt.date], Order]
"""From the open items that the practice can see on a day, and the day, to an order."""


def place_order(answer: Order, rows: int, *, policy: str = "policy") -> npt.NDArray[np.int64]:
    """Return the positions of the rows to work, the first one first.

    Parameters
    ----------
    answer : what a policy returned for ``rows`` open items. Numbers with a point are scores, one per row: the
        highest comes first, equal ones in the order of the rows, and a row without a score (NaN) is not worked.
        Whole numbers are row positions in the order of working; rows that are not named are not worked.
    policy : name of the policy, for the message

    Raises
    ------
    InputRefused
        when there are not as many scores as rows, or a position is named twice or does not exist.

    Examples
    --------
    >>> place_order([0.5, 2.0, float("nan"), 2.0], 4).tolist()
    [1, 3, 0]
    >>> place_order([2, 0], 4).tolist()
    [2, 0]
    """
    values = np.asarray(answer)
    if values.ndim != 1 or (len(values) and values.dtype.kind not in "iuf"):
        raise InputRefused(
            f"Policy '{policy}' returned no row of numbers: return one score per open item, or row positions."
        )
    if values.dtype.kind == "f" or not len(values):
        if len(values) != rows and len(values):
            raise InputRefused(
                f"Policy '{policy}' returned {len(values)} scores for {rows} open items: return one for each."
            )
        scored = np.flatnonzero(~np.isnan(values)) if len(values) else np.empty(0, dtype=np.int64)
        return scored[np.argsort(-values[scored], kind="stable")]
    values = values.astype(np.int64)
    if values.min() < 0 or values.max() >= rows or len(np.unique(values)) != len(values):
        raise InputRefused(
            f"Policy '{policy}' named a row twice or one that is not there: name each of the {rows} rows at most"
            " once, from 0."
        )
    return values
