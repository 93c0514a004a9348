"""How many of a payer's waiting claims would be answered each day at its own earlier pace?

Life-table arithmetic on counts by payer and day (see ``resolutions``). It sets no limit and raises no alarm.
"""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import numpy.typing as npt

__all__ = [
    "BASE_WEEKS",
    "GAP_WEEKS",
    "LEAST_WEEKS",
    "Counts",
    "Pace",
    "older_by_a_day",
    "payer_pace",
    "week_ends",
]

BASE_WEEKS = 52
"""Weeks of a payer's past from which its pace is known, so that every season is in it."""
GAP_WEEKS = 4
"""Latest weeks that its pace is not taken from: a payer that slows would else be expected to be slow."""
LEAST_WEEKS = 13
"""Weeks of the past without which nothing is expected."""
AGES = 98
"""Days of waiting after which a claim is no longer counted on."""
_DAILY = 28  # days of waiting that are told apart one by one; later ones by the week
_FOLLOWERS, _LEAST_FOLLOWERS = (
    7,
    4,
)  # days, and claims, that came after a claim and show whether it is passed over
_SEEN = 5  # claims that must have reached an age before: fewer say nothing about it

_BIN = np.where(np.arange(AGES) < _DAILY, np.arange(AGES), _DAILY + (np.arange(AGES) - _DAILY) // 7)

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


@dataclasses.dataclass(frozen=True)
class Counts:
    """Claims by day and age in days, and the pace at which they were answered before.

    Parameters
    ----------
    waiting : claims that waited on the day
    resolved : of those, the claims answered on it
    share : the share of such claims that the payer answered in its earlier weeks; 0 where ``seen`` is false
    seen : whether enough claims reached the age in the earlier weeks to say what is usual
    """

    waiting: Floats
    resolved: Floats
    share: Floats
    seen: npt.NDArray[np.bool_]


@dataclasses.dataclass(frozen=True)
class Pace:
    """One payer's days and, beside them, the pace at which it answered before.

    Parameters
    ----------
    every : of all its claims
    front : of the claims that are not passed over
    ahead : by day and age, whether the claims are not passed over
    charge : by week, mean charge of the claims that have begun to wait until then
    known : by week, the weeks of the past that the pace rests on; below ``LEAST_WEEKS`` nothing is expected
    """

    every: Counts
    front: Counts
    ahead: npt.NDArray[np.bool_]
    charge: Floats
    known: Ints


def week_ends(first: int, last: int) -> Ints:
    """Return the Sundays that end the weeks from a day to a day, as days since 1970; the last may come after it."""
    # Day 3 of 1970 was a Sunday.
    begin = first + (3 - first) % 7
    return np.arange(begin, last + 7, 7, dtype=np.int64)


def older_by_a_day(claims: Floats) -> Floats:
    """Return counts by age, along the last axis, a day later; the oldest are no longer counted on."""
    later = np.zeros_like(claims)
    later[..., 1:] = claims[..., :-1]
    return later


def _passed_over(begun: Ints, resolved: Ints, claims: Ints, days: int) -> Ints:
    """Return, by first day of waiting, the day from which claims are passed over: most that came later are done.

    Claims of a lost remittance are passed over soon; when a payer slows, those who came later wait as well.
    """
    never = days + AGES + 1
    done = np.bincount(begun * (days + 1) + np.clip(resolved, 0, days), claims, days * (days + 1))
    done = np.cumsum(done.reshape(days, days + 1), axis=1)  # answered until a day, by first day
    until = np.concatenate([np.zeros((1, days + 1)), np.cumsum(done, axis=0)])
    start = np.arange(max(days - _FOLLOWERS, 0))
    followers = until[start + _FOLLOWERS + 1] - until[start + 1]
    most = followers[:, :-1] > followers[:, -1:] // 2
    passed = np.full(days, never, dtype=np.int64)
    known = most.any(axis=1) & (followers[:, -1] >= _LEAST_FOLLOWERS)
    passed[start[known]] = np.maximum(most.argmax(axis=1), start + _FOLLOWERS)[known] + 1
    return passed


def _base(values: Floats) -> Floats:
    """Return, for each week, the sums over the weeks of its base, ages pooled as they are told apart."""
    pooled = np.add.reduceat(values, np.unique(_BIN, return_index=True)[1], axis=-1)
    sums = np.concatenate([np.zeros((1, *pooled.shape[1:])), np.cumsum(pooled, axis=0)])
    at = np.arange(len(values))
    stop, start = np.maximum(at - GAP_WEEKS, 0), np.maximum(at - GAP_WEEKS - BASE_WEEKS, 0)
    found: Floats = sums[stop] - sums[start]
    return found


def _by_day(by_start: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Return by day and age what is given by first day of waiting and age."""
    days = len(by_start)
    by_day = np.zeros_like(by_start)
    for age in range(min(AGES, days)):
        by_day[age:, age] = by_start[: days - age, age]
    return by_day


def _counts(waits: npt.NDArray[Any], ended: npt.NDArray[Any], weeks: int, known: Ints) -> Counts:
    """Return counts by day and age from those by first day and age, with the pace of the earlier weeks."""
    waiting, resolved = _by_day(waits), _by_day(ended)
    reached, answered = (_base(part.reshape(weeks, 7, AGES)) for part in (waiting, resolved))
    seen = (reached >= _SEEN) & (known >= LEAST_WEEKS)[:, None, None]
    share = np.divide(answered, reached, out=np.zeros_like(reached), where=seen)
    share, seen = share[..., _BIN].reshape(waiting.shape), seen[..., _BIN].reshape(waiting.shape)
    return Counts(waiting, resolved, share, seen)


def payer_pace(started: Ints, resolved: Ints, claims: Ints, cents: Ints, ends: Ints) -> Pace:
    """Return a payer's days, and its pace as known from earlier weeks.

    Parameters
    ----------
    started, resolved : days since 1970 on which claims began to wait and their answers were known; a day after the
        last week for those that still wait
    claims, cents : how many claims, and their charge
    ends : last days of the weeks, see :func:`week_ends`

    Notes
    -----
    Of the claims that had waited so many days (so many weeks, after four) on that weekday in the earlier weeks,
    some share was answered on that day: that share times the claims that have waited so long now is what is
    expected (the actuarial life table, Cutler and Ederer 1958; by weekday, since payers pay on some). The earlier
    weeks are up to ``BASE_WEEKS`` that end ``GAP_WEEKS`` before. A claim is passed over, and no longer counted in
    ``front``, once most of the claims that came in the week after it are answered: one that is stuck says nothing
    about the payer's pace.
    """
    weeks, monday = len(ends), int(ends[0]) - 6
    days = weeks * 7
    begun, wait = started - monday, resolved - started
    known = np.clip(np.arange(weeks) - GAP_WEEKS - int(begun.min()) // 7, 0, BASE_WEEKS)
    ended = np.bincount(begun * (AGES + 1) + np.minimum(wait, AGES), claims, days * (AGES + 1))
    ended = ended.reshape(days, AGES + 1)
    # An answer on a day comes at its end.
    waits = (ended.sum(axis=1, keepdims=True) - np.cumsum(ended, axis=1) + ended)[:, :AGES]
    ended = ended[:, :AGES]
    passed = _passed_over(begun, resolved - monday, claims, days)
    ahead = np.arange(days)[:, None] + np.arange(AGES) < passed[:, None]
    until, money = (np.cumsum(np.bincount(begun // 7, part, weeks)) for part in (claims, cents))
    return Pace(
        every=_counts(waits, ended, weeks, known),
        front=_counts(waits * ahead, ended * ahead, weeks, known),
        ahead=_by_day(ahead),
        charge=np.divide(money, until, out=np.zeros(weeks), where=until > 0) / 100,
        known=known,
    )
