"""Which day is a working day, and when does a payer next pay?

Days are whole numbers from the scenario's first day. No clock is read.
"""

from __future__ import annotations

import dataclasses
import datetime as dt

import numpy as np
import numpy.typing as npt

__all__ = ["Calendar", "holidays", "make_calendar"]

Ints = npt.NDArray[np.int64]


@dataclasses.dataclass(frozen=True)
class Calendar:
    """Working days of a practice over the simulated time.

    Parameters
    ----------
    start : the day with number 0
    weekday : for each day, 0 for Monday to 6 for Sunday
    working : for each day, whether the office is open
    next_working : for each day, the same or the next working day
    ordinal : for each day, how many working days came before it
    numbers : the working days in order
    """

    start: dt.date
    weekday: Ints
    working: npt.NDArray[np.bool_]
    next_working: Ints
    ordinal: Ints
    numbers: Ints

    @property
    def length(self) -> int:
        """Number of simulated days."""
        return len(self.weekday)

    @property
    def last(self) -> int:
        """Number of the last simulated day."""
        return len(self.weekday) - 1

    def clip(self, day: Ints) -> Ints:
        """Return days no later than the last simulated one."""
        return np.minimum(day, self.last)

    def roll(self, day: Ints) -> Ints:
        """Return the same or the next working day."""
        return self.next_working.take(self.clip(day))

    def plus_working(self, day: Ints, count: Ints | int) -> Ints:
        """Return the day so many working days after the same or next working day."""
        # A day that is not worked has the ordinal of the next one that is.
        place = self.ordinal.take(self.clip(day)) + count
        return self.numbers.take(np.minimum(place, len(self.numbers) - 1))

    def dates(
        self, day: npt.NDArray[np.integer], known: npt.NDArray[np.bool_] | None = None
    ) -> npt.NDArray[np.datetime64]:
        """Return day numbers as dates; where ``known`` is false, no date."""
        result = (np.datetime64(self.start, "D") + day.astype("timedelta64[D]")).astype("datetime64[us]")
        if known is not None:
            result[~known] = np.datetime64("NaT")
        return result

    def number(self, date: dt.date) -> int:
        """Return the number of a date."""
        return (date - self.start).days


def holidays(year: int) -> list[dt.date]:
    """Return the days on which practices are closed.

    Examples
    --------
    >>> [day.isoformat() for day in holidays(2026)][:3]
    ['2026-01-01', '2026-05-25', '2026-07-04']
    """

    def of_month(month: int, weekday: int, which: int) -> dt.date:
        first = dt.date(year, month, 1)
        return first + dt.timedelta(days=(weekday - first.weekday()) % 7 + 7 * (which - 1))

    memorial = dt.date(year, 5, 31)
    memorial -= dt.timedelta(days=memorial.weekday())
    return [
        dt.date(year, 1, 1),
        memorial,
        dt.date(year, 7, 4),
        of_month(9, 0, 1),
        of_month(11, 3, 4),
        dt.date(year, 12, 25),
    ]


def make_calendar(start: dt.date, length: int) -> Calendar:
    """Return the calendar of ``length`` days from ``start``.

    Examples
    --------
    >>> calendar = make_calendar(dt.date(2025, 1, 1), 10)
    >>> calendar.roll(np.array([0, 1])).tolist()
    [1, 1]
    """
    weekday = (np.arange(length) + start.weekday()) % 7
    working = weekday < 5
    for year in range(start.year, (start + dt.timedelta(days=length)).year + 1):
        for day in holidays(year):
            place = (day - start).days
            if 0 <= place < length:
                working[place] = False
    working[-1] = True  # so that rolling forward always ends
    numbers = np.flatnonzero(working)
    ordinal = np.concatenate([[0], np.cumsum(working)[:-1]])
    return Calendar(start, weekday, working, numbers[ordinal], ordinal, numbers)
