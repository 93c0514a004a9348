"""How many of a payer's waiting claims would be answered each week at its own earlier pace?

Life-table arithmetic on counts by payer and day (see ``resolutions``). It sets no limit and raises no alarm.
"""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import numpy.typing as npt

__all__ = ["BASE_WEEKS", "GAP_WEEKS", "LEAST_WEEKS", "Pace", "expected_answers", "week_ends"]

BASE_WEEKS = 52
"""Weeks of a payer's past from which its pace is known, so that every season is in it."""
GAP_WEEKS = 4
"""Latest weeks that its pace is not taken from: a payer that slows would else be expected to be slow."""
LEAST_WEEKS = 13
"""Weeks of the past without which nothing is expected."""
_DAILY = 42  # days of waiting that are told apart one by one; later ones by the week
_WATCHED = 182  # days of waiting after which a claim is no longer counted on
_BINS = _DAILY + (_WATCHED - _DAILY) // 7
_SEEN = 5  # claims that must have reached an age before: fewer say nothing about it

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


@dataclasses.dataclass(frozen=True)
class Pace:
    """One payer's weeks, an entry per week.

    Parameters
    ----------
    waiting : claims that waited at the week's begin or began to wait in it, of ages with a known pace
    resolved : of those, the claims answered in the week
    expected : of those, the claims that would have been answered at the payer's earlier pace
    dollars : charge of ``expected``
    known : weeks of the past that the pace rests on; below ``LEAST_WEEKS`` nothing is expected
    """

    waiting: Floats
    resolved: Floats
    expected: Floats
    dollars: Floats
    known: Ints


def week_ends(first: int, last: int) -> Ints:
    """Return the Sundays that end the whole weeks from a day to a day, as days since 1970.

    The week of the first day counts as whole: nothing was there before.
    """
    # Day 3 of 1970 was a Sunday.
    begin = first + (3 - first) % 7
    return np.arange(begin, last + 1, 7, dtype=np.int64)


def _by_week(started: Ints, resolved: Ints, claims: Ints, cents: Ints, ends: Ints) -> tuple[Floats, ...]:
    """Return claims waiting, claims answered and cents waiting, by week and age at the week's end."""
    weeks, monday = len(ends), int(ends[0]) - 6
    first = (started - monday) // 7
    last = (resolved - monday) // 7
    watched = (started + _WATCHED - 1 - monday) // 7
    count = np.maximum(np.minimum(np.minimum(last, watched), weeks - 1) - first + 1, 0)
    row = np.repeat(np.arange(len(started)), count)
    week = first[row] + np.arange(len(row)) - np.repeat(np.cumsum(count) - count, count)
    age = ends[week] - started[row]
    week, row, age = (part[age < _WATCHED] for part in (week, row, age))
    place = week * _BINS + np.where(age < _DAILY, age, _DAILY + (age - _DAILY) // 7)

    def added(at: Any, what: Ints) -> Floats:
        sums = np.bincount(place[at], what[row[at]], weeks * _BINS).astype(np.float64)
        return sums.reshape(weeks, _BINS)

    every = slice(None)
    return added(every, claims), added(week == last[row], claims), added(every, cents)


def _base(values: Floats) -> Floats:
    """Return, for each week, the sum over the weeks that its base is made of."""
    sums = np.vstack([np.zeros((1, values.shape[1])), np.cumsum(values, axis=0)])
    at = np.arange(len(values))
    stop, start = np.maximum(at - GAP_WEEKS, 0), np.maximum(at - GAP_WEEKS - BASE_WEEKS, 0)
    found: Floats = sums[stop] - sums[start]
    return found


def expected_answers(started: Ints, resolved: Ints, claims: Ints, cents: Ints, ends: Ints) -> Pace:
    """Return a payer's answers week by week beside those to expect.

    Parameters
    ----------
    started, resolved : days since 1970 on which claims began to wait and their answers were known; a day after the
        last week for those that still wait
    claims, cents : how many claims, and their charge
    ends : last days of the weeks, see :func:`week_ends`

    Notes
    -----
    Of the claims that reached an age (days since acceptance, taken at the week's end, so that the weekday on which
    a payer pays is in it; whole weeks after six weeks) in the earlier weeks, some share was answered in that week:
    that share times the claims that reach the age now is what is expected (the actuarial life table, Cutler and
    Ederer 1958). The earlier weeks are up to ``BASE_WEEKS`` that end ``GAP_WEEKS`` before. An age that fewer than 5
    claims had reached in them is left out, of the answers too.
    """
    waiting, answered, money = _by_week(started, resolved, claims, cents, ends)
    reached, then_answered = _base(waiting), _base(answered)
    known = reached >= _SEEN
    share = np.divide(then_answered, reached, out=np.zeros_like(reached), where=known)
    some = np.flatnonzero(waiting.sum(axis=1) > 0)
    begins = int(some[0]) if len(some) else len(ends)
    weeks = np.clip(np.arange(len(ends)) - GAP_WEEKS - begins, 0, BASE_WEEKS)
    judged = weeks >= LEAST_WEEKS
    return Pace(
        waiting=np.where(judged, (waiting * known).sum(axis=1), 0.0),
        resolved=np.where(judged, (answered * known).sum(axis=1), 0.0),
        expected=np.where(judged, (waiting * share).sum(axis=1), 0.0),
        dollars=np.where(judged, (money * share).sum(axis=1), 0.0) / 100,
        known=weeks,
    )
