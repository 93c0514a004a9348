"""Which days does a figure count: a span, a month, the six months before?

Names the spans and groups rows by day or month. It reads no money.
"""

from __future__ import annotations

import calendar
import datetime as dt
from collections.abc import Sequence
from typing import Any, NamedTuple

import narwhals.stable.v2 as nw

from arlab.errors import SettingsError
from arlab.frames import dollars, month, sorted_by

__all__ = ["EACH", "Span", "last_whole_month", "months_before", "six_months_before"]

EACH = ("day", "month", "all")
"""How the table functions split time: a row per day, per month, or one for everything."""

_HALF_YEAR = 182  # days: 26 weeks, so that every weekday counts alike


class Span(NamedTuple):
    """Days from the one after ``after`` to ``until``, both days known."""

    after: dt.date
    until: dt.date

    @property
    def days(self) -> int:
        """How many days the span has."""
        return (self.until - self.after).days

    @classmethod
    def ending(cls, until: dt.date, days: int) -> Span:
        """Return the span of so many days that ends on a day.

        Examples
        --------
        >>> Span.ending(dt.date(2026, 6, 30), 30).after.isoformat()
        '2026-05-31'
        """
        return cls(until - dt.timedelta(days=days), until)


def six_months_before(span: Span) -> Span:
    """Return the half year (26 weeks) that ends where a span begins."""
    return Span.ending(span.after, _HALF_YEAR)


def months_before(day: dt.date, count: int) -> dt.date:
    """Return the same day of an earlier month; the last day of a month leads to the last day of that one.

    Examples
    --------
    >>> months_before(dt.date(2026, 6, 30), 4).isoformat(), months_before(dt.date(2026, 3, 30), 1).isoformat()
    ('2026-02-28', '2026-02-28')
    """
    year, at = divmod(day.year * 12 + day.month - 1 - count, 12)
    last = calendar.monthrange(year, at + 1)[1]
    ends = day.day == calendar.monthrange(day.year, day.month)[1]
    return dt.date(year, at + 1, last if ends else min(day.day, last))


def last_whole_month(day: dt.date) -> Span:
    """Return the last calendar month that is over on a day.

    Examples
    --------
    >>> last_whole_month(dt.date(2026, 6, 29)).until.isoformat()
    '2026-05-31'
    """
    ends = day.day == calendar.monthrange(day.year, day.month)[1]
    until = day if ends else day.replace(day=1) - dt.timedelta(days=1)
    return Span(until.replace(day=1) - dt.timedelta(days=1), until)


def counted(
    rows: Any,
    *,
    on: str,
    by: Sequence[str] | str,
    each: str,
    counts: Sequence[str],
    money: Sequence[str] = (),
    also: Sequence[str] = (),
) -> Any:
    """Return sums of whole columns by group and time, ``money`` from cents to dollars, sorted.

    The time column is called ``day`` or ``month``; ``also`` are further columns to group by.
    """
    if each not in EACH:
        raise SettingsError(f"There is no table for each '{each}': choose {', '.join(EACH)}.")
    by = (by,) if isinstance(by, str) else tuple(by)
    if each != "all":
        rows = rows.with_columns(**{each: nw.col(on) if each == "day" else month(on)})
    groups = [*by, *([each] if each != "all" else []), *also]
    # A column to split by may be called like a sum: sums go under a name of their own until the end.
    sums = {name: f"_sum_{name}" for name in (*counts, *money)}
    rows = rows.with_columns(**{own: nw.col(name) for name, own in sums.items()})
    aggregated = nw.col(*sums.values()).sum()
    found = rows.group_by(*groups).agg(aggregated) if groups else rows.select(aggregated)
    found = found.with_columns(nw.col(*sums.values()).cast(nw.Int64).fill_null(0))
    shown = [nw.col(own).alias(name) for name, own in sums.items() if name in counts]
    shown += [dollars(own).alias(name) for name, own in sums.items() if name in money]
    return sorted_by(found.select(*[nw.col(name) for name in groups], *shown), *groups)


def flag(condition: nw.Expr) -> nw.Expr:
    """Return a condition as 1 or 0; empty is 0."""
    return nw.when(condition).then(nw.lit(1)).otherwise(nw.lit(0)).cast(nw.Int64)


def only(condition: nw.Expr, value: nw.Expr) -> nw.Expr:
    """Return a whole number where a condition holds, else 0."""
    return nw.when(condition).then(value).otherwise(nw.lit(0)).cast(nw.Int64)
