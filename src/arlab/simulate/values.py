"""Which claim brings most for a minute: built-in policies that weigh dollars, chances, minutes and deadlines?

Each is made from what was known before the first day of a replay, or, where its name says so, from the truth. How
an order turns into sessions stands in ``queue``.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Callable
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from arlab.policies import Policy
from arlab.simulate.history import RateTable, fit_rates
from arlab.simulate.queue import DayQueue
from arlab.simulate.start import Start
from arlab.synth.chances import Action

__all__ = ["DEADLINES", "Deadlines", "Prepared", "session_scores"]

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


@dataclasses.dataclass(frozen=True)
class Prepared:
    """A policy that is made anew for each replay.

    Parameters
    ----------
    make : from the start of a replay and its queue to the policy itself
    """

    make: Callable[[Start, DayQueue], Policy]
    knows_truth: bool = False


def session_scores(value: Floats, minutes: Floats, items: pd.DataFrame) -> Floats:
    """Return dollars per minute of each claim, with the set-up shared as well as the claims of its line allow.

    Of one line (payer and channel) the claims are taken by dollars per minute, as many as a session holds. A session
    is worth most per minute with its best claims alone, up to the point where the next claim would lower it; those
    claims get the session's dollars per minute, set-up counted. The claims after that point get their own: the
    session is paid for.

    Examples
    --------
    Two claims of 30 dollars and 10 minutes share a set-up of 5 minutes; a third brings little:

    >>> items = pd.DataFrame({"session": [1, 1, 1], "setup_minutes": [5.0] * 3, "session_most": [40] * 3})
    >>> session_scores(np.array([30.0, 30.0, 4.0]), np.array([10.0, 10.0, 10.0]), items).round(2).tolist()
    [2.4, 2.4, 0.4]
    """
    line, most = items["session"].to_numpy(), items["session_most"].to_numpy()
    setup = items["setup_minutes"].to_numpy(dtype=np.float64)
    own = value / minutes
    order = np.lexsort((-own, line))
    sorted_line = line[order]
    place = np.arange(len(order)) - np.searchsorted(sorted_line, sorted_line, side="left")
    begins = np.flatnonzero(place % most[order] == 0)
    group = np.cumsum(place % most[order] == 0) - 1
    dollars, spent = np.cumsum(value[order]), np.cumsum(minutes[order])
    before_d, before_m = (np.concatenate([[0.0], total])[begins][group] for total in (dollars, spent))
    rate = (dollars - before_d) / (spent - before_m + setup[order])
    best = np.maximum.reduceat(rate, begins) if len(order) else rate
    # The last place at which the best is reached: up to there the session pays for its set-up.
    reached = rate >= best[group] - 1e-12 if len(order) else rate > 0
    last = np.zeros(len(begins), dtype=np.int64)
    np.maximum.at(last, group[reached], np.flatnonzero(reached))
    within = np.arange(len(order)) <= last[group] if len(order) else reached
    scores = np.empty(len(order))
    scores[order] = np.where(within, best[group] if len(order) else 0.0, own[order])
    return scores
