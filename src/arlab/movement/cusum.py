"""How far do a payer's answers fall short of those to expect, added up, and when is that too far to be chance?

The cumulative sum and its limit, on counts by payer and week. It knows no table and names nobody.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from arlab.errors import SettingsError
from arlab.movement.excuses import excused_days, excused_weeks
from arlab.movement.expected import GAP_WEEKS, Pace, older_by_a_day

__all__ = ["AlarmRule", "score_paces"]

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.int64]

_USUAL_SPREAD, _SPREAD_WEEKS = 1.2, 8.0  # how much weeks vary, until a payer's own weeks say so
_WILD = 9.0  # a week beyond three standard deviations says no more about the usual spread than one at three


@dataclasses.dataclass(frozen=True, kw_only=True)
class AlarmRule:
    """When an alarm is raised; the usual values were chosen on practices of their own (``benchmarks.alarm``).

    Parameters
    ----------
    slowed : share of the expected answers that a payer to be found still gives; the sum is the logarithm of the
        likelihood ratio of that pace against the usual one
    limit : sum at which the alarm is raised
    most_a_day : most that one day adds to the sum, as a share of the limit: one lost remittance is no slow payer
    least_claims : delayed claims without which no alarm is raised
    """

    slowed: float = 0.65
    limit: float = 5.0
    most_a_day: float = 0.7
    least_claims: float = 8.0

    def __post_init__(self) -> None:
        for name, holds, rule in (
            ("slowed", 0 < self.slowed < 1, "lie between 0 and 1"),
            ("limit", self.limit > 0, "be above 0"),
            ("most_a_day", 0 < self.most_a_day <= 1, "be above 0 and at most 1"),
            ("least_claims", self.least_claims >= 0, "be 0 or more"),
        ):
            if not holds:
                raise SettingsError(f"The alarm's '{name}' must {rule}, not {getattr(self, name)}.")


def score_paces(paces: Sequence[Pace], rule: AlarmRule, *, days: int) -> dict[str, Any]:
    """Return the columns of a series as payer x week, for the payers of one practice.

    ``days`` is how many days there are: the last week may not be over. ``run`` is the day on which the run begins
    in which the sum is above 0, ``raised`` the day on which the alarm was raised that is on; -1 for none. See
    :func:`arlab.movement.score_weeks` for the others and for the sources.
    """
    waiting, resolved, share = _stacked(paces, "front", days)
    # What nobody waited for before says nothing, answered or not.
    seen = np.array([p.front.seen[:days] for p in paces])
    waiting, resolved = waiting * seen, resolved * seen
    waiting, share = excused_days(waiting, resolved, share)
    given, usual = resolved.sum(axis=2), (waiting * share).sum(axis=2)
    excuse = excused_weeks(given, usual)
    usual = usual * excuse
    weekly = _weekly(given), _weekly(usual)
    spread = _spread(*weekly)
    by_day = np.repeat(spread, 7, axis=1)[:, :days]
    step = (usual * (1 - rule.slowed) + given * np.log(rule.slowed)) / by_day
    sigma = np.sqrt(spread * weekly[1])
    every, answered, pace = _stacked(paces, "every", days)
    pace = pace * excuse[:, :, None]
    begun = every[:, :, 0].copy()
    begun[:, ::7] = every[:, ::7].sum(axis=2)
    charge = np.array([p.charge for p in paces])
    ahead = np.array([p.ahead[:days] for p in paces])
    return {
        "waiting": _weekly(begun),
        "resolved": weekly[0],
        "expected": weekly[1],
        "low": np.maximum(weekly[1] - 3 * sigma, 0.0),
        "high": weekly[1] + 3 * sigma,
        "known": np.array([p.known for p in paces]),
        **_summed(step, every * pace - answered, 1 - pace, ahead, charge, rule),
    }


def _stacked(paces: Sequence[Pace], which: str, days: int) -> tuple[Floats, Floats, Floats]:
    """Return claims waiting, claims answered and the usual share by payer, day and age."""
    waiting, resolved, share = (
        np.array([getattr(getattr(pace, which), name)[:days] for pace in paces])
        for name in ("waiting", "resolved", "share")
    )
    return waiting, resolved, share


def _weekly(values: Floats) -> Floats:
    """Return sums by week of values by payer and day; the last week may not be whole."""
    sums: Floats = np.add.reduceat(values, np.arange(0, values.shape[1], 7), axis=1)
    return sums


def _spread(resolved: Floats, usual: Floats) -> Floats:
    """Return how much more than a Poisson count a payer's weeks varied until some weeks before each week."""
    judged = usual >= 1
    off = np.divide((resolved - usual) ** 2, usual, out=np.zeros_like(usual), where=judged)
    sums, weeks = (np.cumsum(part, axis=1) for part in (np.minimum(off, _WILD), judged.astype(np.float64)))
    sums, weeks = (np.pad(part, ((0, 0), (GAP_WEEKS + 1, 0)))[:, : part.shape[1]] for part in (sums, weeks))
    found: Floats = (_USUAL_SPREAD * _SPREAD_WEEKS + sums) / (_SPREAD_WEEKS + weeks)
    return found


def _summed(
    step: Floats, short: Floats, stays: Floats, ahead: Flags, charge: Floats, rule: AlarmRule
) -> dict[str, Any]:
    """Return by week the sum, the first day of its run, what is late by that run, and whether the alarm is on.

    ``short`` is expected less answered claims by payer, day and age, ``stays`` the share that the usual pace
    leaves unanswered, ``ahead`` says which claims are not passed over. A claim that is late is expected again each
    day: what stays late is what the usual pace would have answered by now, and was not. Claims that were passed
    over when the run began are not late by it.
    """
    payers, days = step.shape
    now, late = np.zeros(payers), np.zeros((payers, short.shape[2]))  # late by age
    own = np.ones(late.shape, dtype=bool)
    since, raised, shown = (np.full(payers, -1, dtype=np.int64) for _ in range(3))
    columns: dict[str, list[Any]] = {name: [] for name in ("score", "run", "raised", "claims_delayed")}
    for day in range(days):
        now = now + np.minimum(step[:, day], rule.most_a_day * rule.limit)
        above = now > 0
        # A long slow time must not put off the day on which the payer is said to have recovered.
        now = np.where(above, np.minimum(now, 2 * rule.limit), 0.0)
        since = np.where(above, np.where(since < 0, day, since), -1)
        own[:, 1:] = own[:, :-1]
        own[since == day] = ahead[since == day, day]
        late = older_by_a_day(late) * stays[:, day] + short[:, day] * own
        late[~above] = 0.0
        owed = np.maximum(late.sum(axis=1), 0.0)
        new = (now >= rule.limit) & (owed >= rule.least_claims)
        raised = np.where(above, np.where((raised < 0) & new, day, raised), -1)
        # An alarm that goes off before the week is over is shown all the same.
        shown = np.maximum(raised, shown) if day % 7 else raised
        if day % 7 == 6 or day == days - 1:
            for name, values in zip(columns, (now, since, shown, owed), strict=True):
                columns[name].append(values)
    found = {name: np.stack(values, axis=1) for name, values in columns.items()}
    return {**found, "dollars_delayed": found["claims_delayed"] * charge}
