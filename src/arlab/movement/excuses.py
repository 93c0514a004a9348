"""Which answers are missing through no fault of the payer: a holiday, or a remittance that nobody has posted?

Takes such days off what is expected, on counts by payer, day and age (see ``expected``). It raises no alarm.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from arlab.movement.expected import older_by_a_day

__all__ = ["excused_days", "excused_weeks", "last_week"]

Floats = npt.NDArray[np.float64]

_IDLE = 0.5  # of what the other payers usually answer on a day: with less nobody works
_KEPT_A_DAY, _KEPT_A_WEEK = (
    4.0,
    20.0,
)  # answers at the usual pace added to the others': few answers say little
_REMITTANCE = 6.0  # expected answers of a day, so that none at all is a missing remittance and not chance
_EXCUSED = 2  # remittances in a row that may be missing: with more the payer has stopped
_EXCUSED_A_WEEK = 1


def _others(resolved: Floats, expected: Floats, kept: float) -> Floats:
    """Return what share of their expected answers the other payers of the practice gave, 1 at most."""
    given, usual = (part.sum(axis=0) - part + kept for part in (resolved, expected))
    share: Floats = np.minimum(given / usual, 1.0)
    return share


def last_week(values: Floats) -> Floats:
    """Return sums over the seven days that end on each day, along the last axis."""
    sums = np.cumsum(values, axis=-1)
    found: Floats = sums - np.pad(sums, ((0, 0), (7, 0)))[:, : sums.shape[1]]
    return found


def excused_weeks(resolved: Floats, expected: Floats) -> Floats:
    """Return, by payer and day, what share of its expected answers a payer can give, as the others' week shows."""
    return _others(last_week(resolved), last_week(expected), _KEPT_A_WEEK)


def excused_days(waiting: Floats, resolved: Floats, share: Floats) -> tuple[Floats, Floats]:
    """Return the claims that wait for the payer, and the share of them to expect, without days that do not count.

    Parameters
    ----------
    waiting, resolved, share : by payer, day and age, see :class:`arlab.movement.expected.Counts`

    Notes
    -----
    On a day on which the practice's other payers give less than half of what they usually do, no more is expected
    of this one. A day that usually brings several answers and brings none is a remittance that is missing (one in a
    week, and two such days in a row): what it would have brought is set aside from then on, for it waits to be
    posted.
    """
    given = resolved.sum(axis=2)
    usual = (waiting * share).sum(axis=2)
    part = _others(given, usual, _KEPT_A_DAY)
    idle = np.where(part < _IDLE, part, 1.0)
    share = share * idle[:, :, None]
    payers, days, ages = waiting.shape
    aside, row = np.zeros((payers, ages)), np.zeros(payers)
    this_week = np.zeros(payers)
    kept = np.empty_like(waiting)
    for day in range(days):
        if day % 7 == 0:
            this_week[:] = 0
        aside = np.minimum(older_by_a_day(aside), waiting[:, day])
        kept[:, day] = waiting[:, day] - aside
        expected = kept[:, day] * share[:, day]
        sent = expected.sum(axis=1) >= _REMITTANCE
        none = sent & (given[:, day] == 0)
        row = np.where(sent, np.where(none, row + 1, 0), row)
        lost = none & (row <= _EXCUSED) & (this_week < _EXCUSED_A_WEEK)
        this_week += lost
        aside[lost] += expected[lost]
        share[lost, day] = 0.0
    return kept, share
