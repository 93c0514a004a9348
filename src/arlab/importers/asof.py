"""Which day are the balances of a file as of?

Takes the day that the file states (a snapshot column, a title, ages beside dates) or, failing that, the latest
date in it, and says which. It never looks at a clock, and refuses a day that the balances are not known for.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import numpy as np
import pandas as pd

from arlab.errors import InputRefused
from arlab.importers.amounts import Mask
from arlab.importers.detect import day_in_titles
from arlab.importers.findings import Findings, column, rows
from arlab.importers.parsed import Parsed
from arlab.importers.vocabulary import EVENT_DATES

__all__ = ["decide_as_of", "later_days"]

_STRAY_GAP = 366
_SURE_GAP = 3653
_STRAY_SHARE = 0.01


def decide_as_of(
    parsed: Parsed, data: Mask, *, given: dt.date | None, name: str, findings: Findings, ledger: bool = False
) -> dt.date:
    """Return the day that the balances of the data rows are as of.

    Parameters
    ----------
    ledger : whether the rows are dated postings, so that any earlier day is known too

    Raises
    ------
    InputRefused
        when the file knows no such day, when the given day is not the one that the file states, or when the file
        shows later events than the given day.
    """
    stated = _stated(parsed, data)
    if stated:
        days, how = stated
        if given is not None and given not in days and not (ledger and given < days[-1]):
            shown = ", ".join(day.isoformat() for day in days[-3:])
            raise InputRefused(
                f"'{name}' holds balances as of {shown} ({how}), so they are not known as of {given.isoformat()}:"
                " leave --as-of out, or give a day that the file has."
            )
        day = given or days[-1]
        findings.add("as_of", "file", f"The balances are as of {day.isoformat()}: {how}.")
        return day
    # What is mistyped far ahead is left empty: see later_days.
    latest = _latest_event(parsed, data, ("posted_date",) if ledger else EVENT_DATES)
    if latest is None and given is None:
        raise InputRefused(f"'{name}' has no date that its balances could be as of: give the day (--as-of).")
    if latest is not None:
        day, where = latest
        if given is not None and given < day and not ledger and not _few_later(parsed, data, given):
            raise InputRefused(
                f"'{name}' shows events up to {day.isoformat()} ({where}), so its balances are not known as of"
                f" {given.isoformat()}: give {day.isoformat()} or a later day (--as-of)."
            )
        if given is None:
            findings.add(
                "as_of_assumed",
                "file",
                f"The file does not say which day it is as of; the latest date in it, {day.isoformat()} ({where}),"
                " is taken, and every age is too low if the file was made later (--as-of changes it).",
            )
            return day
    assert given is not None
    findings.add("as_of", "file", f"The balances are as of {given.isoformat()}: given by the user.")
    return given


def _stated(parsed: Parsed, data: Mask) -> tuple[list[dt.date], str] | None:
    """Return the days that the file itself states, oldest first, and where."""
    if parsed.has("snapshot_date"):
        values = parsed.dates["snapshot_date"].days[data].dropna()
        if len(values):
            days = [day.date() for day in sorted(values.unique())]
            return days, column(parsed.columns.chosen["snapshot_date"])
    order = next((order for order, _ in parsed.orders.values()), parsed.order_given)
    titled = day_in_titles(parsed.table.titles, order=order)
    if titled is not None:
        return [titled], "the title says so"
    return _from_ages(parsed, data)


def _from_ages(parsed: Parsed, data: Mask) -> tuple[list[dt.date], str] | None:
    """Return the day that every date plus its age comes to, when there is one such day."""
    found: dict[dt.date, str] = {}
    for age, dates in (("age_days", EVENT_DATES), ("days_past_due", ("due_date",))):
        for concept in dates if parsed.has(age) else ():
            if not parsed.has(concept):
                continue
            start, days = parsed.dates[concept].days[data], parsed.days[age][data]
            known = (start.notna() & days.notna()).to_numpy(dtype=bool)
            if known.sum() < 3 or start[known].nunique() < 2:
                continue
            sums = start[known] + pd.to_timedelta(days[known].astype("int64"), unit="D")
            usual = sums.mode().iloc[0]
            if (sums == usual).mean() >= 0.95:
                chosen = parsed.columns.chosen
                found[usual.date()] = f"every '{chosen[concept]}' plus '{chosen[age]}' comes to that day"
    return ([next(iter(found))], next(iter(found.values()))) if len(found) == 1 else None


def _latest_event(parsed: Parsed, data: Mask, events: Sequence[str]) -> tuple[dt.date, str] | None:
    """Return the latest day on which something happened, and its column.

    A few days that lie more than a year after all the others are typing errors and are passed over, and so is a
    single one of few that lies more than ten years after at least two others.
    """
    columns = {
        concept: parsed.dates[concept].days[data].value_counts() for concept in events if parsed.has(concept)
    }
    often = pd.concat([pd.Series(dtype="int64"), *columns.values()])
    if often.empty:
        return None
    often = often.groupby(level=0).sum().sort_index()
    days, times = often.index.to_numpy(), often.to_numpy()
    gaps, total = np.diff(days), int(times.sum())
    before = np.cumsum(times)[:-1]
    after = total - before
    few = (gaps > np.timedelta64(_STRAY_GAP, "D")) & (after <= _STRAY_SHARE * total)
    one = (gaps > np.timedelta64(_SURE_GAP, "D")) & (after == 1) & (before > 1)
    stray = np.flatnonzero(few | one)
    latest = pd.Timestamp(days[stray[0]] if len(stray) else days[-1])
    where = next(concept for concept, held in columns.items() if latest in held.index)
    return latest.date(), column(parsed.columns.chosen[where])


def _few_later(parsed: Parsed, data: Mask, given: dt.date) -> bool:
    """Return whether so few rows show something after the given day, and so far after, that it is mistyped.

    What happened soon after the day may be in the balances too, which are then not those of the day.
    """
    later = np.zeros(len(data), dtype=bool)
    soon = pd.Timestamp(given) + pd.Timedelta(days=_STRAY_GAP)
    for concept in EVENT_DATES:
        if parsed.has(concept):
            days = parsed.dates[concept].days
            after = (days > pd.Timestamp(given)).to_numpy(dtype=bool) & data
            if (days[after] <= soon).any():
                return False
            later |= after
    shown = int(data.sum())
    return 0 < int(later.sum()) <= max(1, int(_STRAY_SHARE * shown)) < shown


def later_days(parsed: Parsed, data: Mask, concept: str, as_of: dt.date, findings: Findings) -> Mask:
    """Return the data rows whose date lies after the as-of day, and note them."""
    later = (parsed.dates[concept].days > pd.Timestamp(as_of)).to_numpy(dtype=bool) & data
    if later.any():
        numbers = parsed.table.row_numbers[later]
        findings.add(
            "dates_later",
            column(parsed.columns.chosen[concept]),
            f"Dates after {as_of.isoformat()}, which cannot be true yet and were left empty: {len(numbers):,}"
            f" ({rows(numbers)}).",
        )
    return later
