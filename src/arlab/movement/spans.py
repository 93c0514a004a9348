"""Which days does a table of movement stand on: two days, thirteen week ends, the ends of months?

Names days and brings them into tables. It reads no money.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

import narwhals.stable.v2 as nw

from arlab.errors import SettingsError
from arlab.frames import day_number, plus_days, small_like, steps, to_date

__all__ = ["EACH", "week_ends"]

EACH = ("all", "week", "month")
"""How a span is divided: one period, weeks that end on the weekday of its last day, or calendar months."""

_WEEK = dt.timedelta(days=7)


def week_ends(as_of: dt.date | str, *, weeks: int = 13) -> list[dt.date]:
    """Return so many days a week apart, the last of them ``as_of``.

    Examples
    --------
    >>> [day.isoformat() for day in week_ends("2026-06-30", weeks=3)]
    ['2026-06-16', '2026-06-23', '2026-06-30']
    """
    if isinstance(weeks, bool) or not isinstance(weeks, int) or weeks < 1:
        raise SettingsError(f"{weeks} weeks cannot be shown: give a whole number from 1 on.")
    last = to_date(as_of)
    return [last - _WEEK * back for back in range(weeks - 1, -1, -1)]


def checked_span(after: dt.date | str, as_of: dt.date | str) -> tuple[dt.date, dt.date]:
    """Return the two days of a span, or say that they are in the wrong order."""
    first, last = to_date(after), to_date(as_of)
    if first >= last:
        raise SettingsError(f"There is no movement from {first} to {last}: the second day must be later.")
    return first, last


def period_ends(after: dt.date | str, as_of: dt.date | str, each: str) -> list[dt.date]:
    """Return the first day of a span and the last day of each of its periods."""
    first, last = checked_span(after, as_of)
    if each not in EACH:
        raise SettingsError(f"There is no movement for each '{each}': choose {', '.join(EACH)}.")
    ends = []
    if each == "month":
        day = first.replace(day=1)
        while (day := (day.replace(day=28) + dt.timedelta(days=4)).replace(day=1)) <= last:
            ends.append(day - dt.timedelta(days=1))
    elif each == "week":
        ends = [last - _WEEK * back for back in range((last - first).days // 7, 0, -1)]
    return [first, *(day for day in ends if first < day < last), last]


def day_of(day: dt.date) -> int:
    """Return a day as the number that :func:`arlab.frames.day_number` gives it."""
    return 365 * day.year + (day.year - 1) // 4 + day.timetuple().tm_yday


def places(days: Sequence[dt.date]) -> nw.Expr:
    """Return how many of the days a posting came after: 0 counts for all of them."""
    return steps(day_number("posted_date"), [day_of(day) for day in days])


def place_table(frame: nw.LazyFrame[Any], days: Sequence[dt.date]) -> nw.LazyFrame[Any]:
    """Return the periods between the days: ``_place`` from 1 on, and ``_first`` and ``_last`` day as numbers."""
    numbers = [day_of(day) for day in days]
    return small_like(
        frame, {"_place": list(range(1, len(days))), "_first": numbers[:-1], "_last": numbers[1:]}
    )


def dated(number: str, origin: dt.date) -> nw.Expr:
    """Return day numbers as dates."""
    return plus_days(nw.lit(origin).cast(nw.Date), nw.col(number) - day_of(origin))
