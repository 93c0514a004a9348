"""How many of a payer's waiting claims would be answered each week at its own earlier pace?

Life-table arithmetic on counts by payer and day (see ``resolutions``). It sets no limit and raises no alarm.
"""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import numpy.typing as npt

__all__ = ["BASE_WEEKS", "GAP_WEEKS", "LEAST_WEEKS", "Pace", "older_by_a_week", "payer_pace", "week_ends"]

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
_FEW_DAYS = 2  # answering days a week of a payer that sends its answers in few large remittances
_EXCUSED = 2  # weeks in a row in which a remittance may be missing: a holiday, or nobody has posted it

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


@dataclasses.dataclass(frozen=True)
class Pace:
    """One payer's weeks and, beside them, the pace at which it answered before.

    Parameters
    ----------
    waiting : week x age: claims that waited at the week's begin or began to wait in it
    resolved : of those, the claims answered in the week
    share : the share of such claims that the payer answered in its earlier weeks; 0 where ``seen`` is false
    seen : ages that enough claims reached in the earlier weeks; the others are left out of all counts
    charge : mean charge of the claims waiting in the week
    known : by week, the weeks of the past that the pace rests on; below ``LEAST_WEEKS`` nothing is expected
    open_days : by week, the part of its usual answering days on which a payer of few such days answered, else 1
    """

    waiting: Floats
    resolved: Floats
    share: Floats
    seen: npt.NDArray[np.bool_]
    charge: Floats
    known: Ints
    open_days: Floats


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


def older_by_a_week(claims: Floats) -> Floats:
    """Return counts by age, along the last axis, a week later; the oldest are no longer counted on."""
    later = np.zeros_like(claims)
    later[..., 7:_DAILY] = claims[..., : _DAILY - 7]
    later[..., _DAILY] = claims[..., _DAILY - 7 : _DAILY].sum(axis=-1)
    later[..., _DAILY + 1 :] = claims[..., _DAILY:-1]
    return later


def _base(values: Floats) -> Floats:
    """Return, for each week, the sum over the weeks that its base is made of."""
    sums = np.concatenate([np.zeros((1, *values.shape[1:])), np.cumsum(values, axis=0)])
    at = np.arange(len(values))
    stop, start = np.maximum(at - GAP_WEEKS, 0), np.maximum(at - GAP_WEEKS - BASE_WEEKS, 0)
    found: Floats = sums[stop] - sums[start]
    return found


def _open_days(resolved: Ints, ends: Ints) -> Floats:
    """Return the part of its usual answering days on which a payer of few such days answered, by week."""
    days = np.unique(resolved[resolved <= ends[-1]])
    count = np.bincount((days - (int(ends[0]) - 6)) // 7, minlength=len(ends)).astype(np.float64)
    weeks = _base((count > 0).astype(np.float64))
    usual = np.round(np.divide(_base(count), weeks, out=np.zeros_like(weeks), where=weeks > 0))
    short = (usual > 0) & (usual <= _FEW_DAYS) & (count < usual)
    before = np.array([short[max(at - _EXCUSED, 0) : at].sum() for at in range(len(short))])
    part: Floats = np.where(short & (before < _EXCUSED), count / np.maximum(usual, 1), 1.0)
    return part


def payer_pace(started: Ints, resolved: Ints, claims: Ints, cents: Ints, ends: Ints) -> Pace:
    """Return a payer's weeks, and its pace as known from earlier ones.

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
    Ederer 1958). The earlier weeks are up to ``BASE_WEEKS`` that end ``GAP_WEEKS`` before.
    """
    waiting, resolved_in, money = _by_week(started, resolved, claims, cents, ends)
    reached, answered = _base(waiting), _base(resolved_in)
    some = np.flatnonzero(waiting.sum(axis=1) > 0)
    begins = int(some[0]) if len(some) else len(ends)
    known = np.clip(np.arange(len(ends)) - GAP_WEEKS - begins, 0, BASE_WEEKS)
    seen = (reached >= _SEEN) & (known >= LEAST_WEEKS)[:, None]
    each = waiting.sum(axis=1)
    return Pace(
        waiting=waiting * seen,
        resolved=resolved_in * seen,
        share=np.divide(answered, reached, out=np.zeros_like(reached), where=seen),
        seen=seen,
        charge=np.divide(money.sum(axis=1), each, out=np.zeros_like(each), where=each > 0) / 100,
        known=known,
        open_days=_open_days(resolved, ends),
    )
