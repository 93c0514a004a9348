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
from arlab.movement.expected import GAP_WEEKS, Pace, older_by_a_week

__all__ = ["AlarmRule", "score_paces"]

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.int64]

_OTHERS_KEPT = (
    20.0  # answers at the usual pace that are added to those of the other payers: few answers say little
)
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
    most_a_week : most that one week adds to the sum, as a share of the limit: one lost remittance is no slow payer
    least_claims : delayed claims without which no alarm is raised
    """

    slowed: float = 0.65
    limit: float = 5.0
    most_a_week: float = 0.45
    least_claims: float = 8.0

    def __post_init__(self) -> None:
        for name, holds, rule in (
            ("slowed", 0 < self.slowed < 1, "lie between 0 and 1"),
            ("limit", self.limit > 0, "be above 0"),
            ("most_a_week", 0 < self.most_a_week <= 1, "be above 0 and at most 1"),
            ("least_claims", self.least_claims >= 0, "be 0 or more"),
        ):
            if not holds:
                raise SettingsError(f"The alarm's '{name}' must {rule}, not {getattr(self, name)}.")


def score_paces(paces: Sequence[Pace], rule: AlarmRule) -> dict[str, Any]:
    """Return the columns of a series as payer x week, for the payers of one practice.

    ``run`` is the first week of the run in which the sum is above 0, -1 for none. See
    :func:`arlab.movement.score_weeks` for the others and for the sources.
    """
    waiting, resolved, share, seen = (
        np.array([getattr(p, name) for p in paces]) for name in ("waiting", "resolved", "share", "seen")
    )
    given = resolved.sum(axis=2)
    open_days, charge = (np.array([getattr(p, name) for p in paces]) for name in ("open_days", "charge"))
    excuse = _excuse(given, (waiting * share).sum(axis=2)) * open_days
    share = share * excuse[:, :, None]
    usual = (waiting * share).sum(axis=2)
    spread = _spread(given, usual)
    step = (usual * (1 - rule.slowed) + given * np.log(rule.slowed)) / spread
    sigma = np.sqrt(spread * usual)
    return {
        "waiting": waiting.sum(axis=2),
        "resolved": given,
        "expected": usual,
        "low": np.maximum(usual - 3 * sigma, 0.0),
        "high": usual + 3 * sigma,
        "known": np.array([p.known for p in paces]),
        **_summed(step, waiting * share - resolved, seen * (1 - share), usual, charge, rule),
    }


def _excuse(resolved: Floats, expected: Floats) -> Floats:
    """Return what share of its expected answers a payer can give in a week, as the practice's others show."""
    given, usual = (part.sum(axis=0) - part + _OTHERS_KEPT for part in (resolved, expected))
    share: Floats = np.minimum(given / usual, 1.0)
    return share


def _spread(resolved: Floats, usual: Floats) -> Floats:
    """Return how much more than a Poisson count a payer's weeks varied until some weeks before each week."""
    judged = usual >= 1
    off = np.divide((resolved - usual) ** 2, usual, out=np.zeros_like(usual), where=judged)
    sums, weeks = (np.cumsum(part, axis=1) for part in (np.minimum(off, _WILD), judged.astype(np.float64)))
    sums, weeks = (np.pad(part, ((0, 0), (GAP_WEEKS + 1, 0)))[:, : part.shape[1]] for part in (sums, weeks))
    found: Floats = (_USUAL_SPREAD * _SPREAD_WEEKS + sums) / (_SPREAD_WEEKS + weeks)
    return found


def _summed(
    step: Floats, short: Floats, stays: Floats, usual: Floats, charge: Floats, rule: AlarmRule
) -> dict[str, Any]:
    """Return by week the sum, the first week of its run, what is late by that run, and whether the alarm is on.

    ``short`` is expected less answered claims by payer, week and age, ``stays`` the share that the usual pace
    leaves unanswered. A claim that is late is expected again each week: what stays late is what the usual pace
    would have answered by now, and was not.
    """
    payers, weeks = step.shape
    score, delayed, money = (np.zeros((payers, weeks)) for _ in range(3))
    run, alarm = np.full((payers, weeks), -1, dtype=np.int64), np.zeros((payers, weeks), dtype=bool)
    now, dollars, sent = (np.zeros(payers) for _ in range(3))
    late = np.zeros((payers, short.shape[2]))
    since, on = np.full(payers, -1, dtype=np.int64), np.zeros(payers, dtype=bool)
    for week in range(weeks):
        now = now + np.minimum(step[:, week], rule.most_a_week * rule.limit)
        above = now > 0
        # A long slow time must not put off the day on which the payer is said to have recovered.
        now = np.where(above, np.minimum(now, 2 * rule.limit), 0.0)
        since = np.where(above, np.where(since < 0, week, since), -1)
        late = older_by_a_week(late) * stays[:, week] + short[:, week]
        late[~above] = 0.0
        owed = np.maximum(late.sum(axis=1), 0.0)
        sent = np.where(above, sent + usual[:, week], 0.0)
        dollars = np.where(above, dollars + usual[:, week] * charge[:, week], 0.0)
        on = above & (on | ((now >= rule.limit) & (owed >= rule.least_claims)))
        score[:, week], run[:, week], alarm[:, week], delayed[:, week] = now, since, on, owed
        money[:, week] = owed * np.divide(dollars, sent, out=np.zeros(payers), where=sent > 0)
    return {
        "score": score,
        "run": run,
        "claims_delayed": delayed,
        "dollars_delayed": money,
        "alarm": alarm,
    }
