"""Which claim brings most for a minute: built-in policies that weigh dollars, chances, minutes and deadlines?

Each is made from what was known before the first day of a replay, or, where its name says so, from the truth. How
an order turns into sessions stands in ``queue``.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Callable
from typing import Final, TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd

from arlab.policies import Policy
from arlab.simulate.history import WEIGHT, fit_rates
from arlab.simulate.moves import true_chance
from arlab.simulate.queue import DayQueue
from arlab.simulate.start import Start
from arlab.synth.chances import Action

__all__ = [
    "DEADLINES",
    "Deadlines",
    "Prepared",
    "dollars_per_minute",
    "expected_value",
    "points_score",
    "session_scores",
    "true_value",
]

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


def session_scores(value: Floats, minutes: Floats, items: pd.DataFrame) -> Floats:
    """Return dollars per minute of each claim, with the set-up shared as well as the claims of its line allow.

    Of one line (payer and channel) the claims are taken by dollars per minute, as many as a session holds. A
    session is worth most per minute with its best claims alone, up to the point where the next claim would lower
    it; those claims get the session's dollars per minute, set-up counted. The claims after that point get their
    own: the session is paid for.

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


@dataclasses.dataclass(frozen=True)
class Deadlines:
    """How much sooner a claim is worked because waiting would lose its money.

    Parameters
    ----------
    strength : the claim's expected dollars count ``1 + strength * share`` times
    horizon : days; ``share`` is the part of them that is gone by then: all when no remedy is left, some when a
        weaker one is
    plan : working days; only claims that the team would get to within so many, new ones counted, are hurried. To
        hurry what is not worth its minutes costs more than it saves.
    """

    strength: float = 2.0
    horizon: float = 10.0
    plan: float = 20.0


DEADLINES: Final = Deadlines()
"""Chosen on seeds from 1,001, which no reported bake-off uses."""
_REMEMBERED: Final = 30  # days of new claims from which the next ones are guessed
_LEAST_SEEN: Final = 3
Chances: TypeAlias = Callable[[pd.DataFrame, Ints, int | None, float], Floats]
"""From open items, some of their rows, a remedy (None: the one due) and days from now to each row's chance."""


def _workable(items: pd.DataFrame) -> npt.NDArray[np.bool_]:
    """Return which items have something due that can bring money."""
    action = items["remedy"].cat.codes.to_numpy()
    return (action != Action.STATUS_CHECK) & (action < Action.WRITE_OFF)


def _minutes(items: pd.DataFrame) -> Floats:
    return np.maximum(items["minutes"].to_numpy(dtype=np.float64), 1.0)


def dollars_per_minute(items: pd.DataFrame, day: dt.date) -> Floats:
    """Return the dollars of each claim for a minute of its work and its session's: no chances, no deadlines.

    A claim about which nothing is due that could bring money counts nothing.
    """
    value = np.where(_workable(items), items["expected"].to_numpy(dtype=np.float64), 0.0)
    return session_scores(value, _minutes(items), items)


def points_score(items: pd.DataFrame, day: dt.date) -> Floats:
    """Return points from 0 to 100 as work queues give them: 40 for dollars, 20 each for age, deadline and kind.

    Dollars count by their order of magnitude (all 40 from 1,000 dollars), age up to 120 days, a deadline within 30
    days by how near it is; what a corrected claim or records mend gets 20, what takes an appeal 8. A claim about
    which nothing is due gets none.
    """
    dollars = np.log10(np.maximum(items["expected"].to_numpy(dtype=np.float64), 1.0)) / 3
    age = items["age_days"].to_numpy(dtype=np.float64) / 120
    left = items["last_days_left"].fillna(np.inf).to_numpy(dtype=np.float64)
    appeals = items["remedy"].cat.codes.isin([Action.APPEAL_1, Action.APPEAL_2]).to_numpy()
    points = 40 * np.minimum(dollars, 1) + 20 * np.minimum(age, 1) + 20 * np.maximum(1 - left / 30, 0)
    return np.where(_workable(items), np.round(points + np.where(appeals, 8, 20)), 0.0)


def _by_value(chances: Chances, deadlines: Deadlines | None, desk: DayQueue) -> Policy:
    """Return expected dollars per minute, with or without regard to deadlines."""
    inflow = _Inflow()

    def order(items: pd.DataFrame, day: dt.date) -> Floats:
        expected, minutes = items["expected"].to_numpy(dtype=np.float64), _minutes(items)
        chance = np.where(_workable(items), chances(items, np.arange(len(items)), None, 0.0), 0.0)
        plain = session_scores(chance * expected, minutes, items)
        if deadlines is None or not len(items):
            return plain
        least = inflow.price(desk.rows, plain, minutes, desk.minutes, deadlines.plan)
        lost = np.where(plain >= least, _lost_share(items, chances, chance, deadlines.horizon), 0.0)
        return session_scores(chance * expected * (1 + deadlines.strength * lost), minutes, items)

    return order


class _Inflow:
    """Remembers what came new each day, to tell how far down its list a team will get."""

    def __init__(self) -> None:
        self._known: Ints | None = None
        self._new: list[tuple[Floats, Floats]] = []

    def price(self, claims: Ints, rates: Floats, minutes: Floats, per_day: float, days: float) -> float:
        """Return the dollars per minute of the last claim that the team would get to within some days.

        It works from the top of what is there and of what comes: as much a day as came of late.
        """
        if self._known is not None:
            new = ~np.isin(claims, self._known)
            self._new = [*self._new[1 - _REMEMBERED :], (rates[new], minutes[new])]
        self._known = claims
        if len(self._new) >= _LEAST_SEEN:
            rates = np.concatenate([rates, *[rate for rate, _ in self._new]])
            minutes = np.concatenate([minutes, *[spent * days / len(self._new) for _, spent in self._new]])
        best = np.argsort(-rates, kind="stable")
        reached = int(np.searchsorted(np.cumsum(minutes[best]), days * per_day))
        return float(rates[best[min(reached, len(best) - 1)]])


def _lost_share(items: pd.DataFrame, chances: Chances, now: Floats, horizon: float) -> Floats:
    """Return the part of each claim's chance that is gone after the horizon because a remedy ends."""
    left, last = (
        items["days_left"].to_numpy(dtype=np.float64),
        items["last_days_left"].to_numpy(dtype=np.float64),
    )
    share = np.where(last <= horizon, 1.0, 0.0)
    weaker = np.flatnonzero((left <= horizon) & ~(last <= horizon))
    if len(weaker):  # a correction ends, and an appeal can still be made: for more minutes, with less hope
        later = chances(items, weaker, Action.APPEAL_1, horizon)
        share[weaker] = 1 - np.minimum(later / np.maximum(now[weaker], 1e-9), 1.0)
    return share


def expected_value(deadlines: Deadlines | None = None, *, weight: float = WEIGHT) -> Prepared:
    """Return the policy of expected dollars per minute by the practice's own history.

    Parameters
    ----------
    deadlines : how deadlines count; not at all when left out
    weight : see :func:`arlab.simulate.history.fit_rates`
    """

    def make(start: Start, desk: DayQueue) -> Policy:
        table = fit_rates(start.history, weight=weight)

        def chances(items: pd.DataFrame, rows: Ints, remedy: int | None, days_on: float) -> Floats:
            some = items if len(rows) == len(items) else items.iloc[rows]
            return table.chance(some, remedy=remedy, days_on=days_on)

        return _by_value(chances, deadlines, desk)

    return Prepared(make)


def true_value(deadlines: Deadlines | None = None) -> Prepared:
    """Return the policy of expected dollars per minute by the true probabilities: nobody has it in life.

    Of a denied claim it knows the probability that the next action brings the money that day, not the luck. Of a
    claim that the payer has not got it knows the share that this payer pays of claims at their first answer.
    """

    def make(start: Start, desk: DayQueue) -> Policy:
        skill = start.skill
        paid = start.paid_at_first

        def chances(items: pd.DataFrame, rows: Ints, remedy: int | None, days_on: float) -> Floats:
            state = {name: values[rows] for name, values in desk.state().items()}
            action = desk.moves.action[rows] if remedy is None else np.full(len(rows), remedy)
            chance = true_chance(state, action, desk.day + int(days_on), skill)
            payer = state["payer"].astype(np.int64)
            return np.where(action == Action.RESUBMIT, paid[payer], chance)

        return _by_value(chances, deadlines, desk)

    return Prepared(make)
