"""Which items has nobody touched, which next steps are overdue, and what was closed without a word?

Reads open items and the action log as they stood on a day. It orders no work: see the queue for that.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

import narwhals.stable.v2 as nw

from arlab.errors import SettingsError
from arlab.frames import as_counts, cents, days_between, dollars, sorted_by, table_function, to_date
from arlab.worklog.pairs import (
    ACTION,
    KEY,
    known_actions,
    last_actions,
    later_pairs,
    same_party,
    with_columns_of,
)

__all__ = [
    "SETTLING_KINDS",
    "STALE_DAYS",
    "closed_with_balance",
    "closed_without_outcome",
    "overdue_actions",
    "stale_items",
    "stale_table",
]

STALE_DAYS = (14, 30)
"""Days without an action from which an item is stale: re-check every 14 days, no-response list at 30 (domain 8)."""

SETTLING_KINDS = ("write_off", "move_to_patient")
"""Kinds of action that say themselves how an item was closed."""

ITEMS = (*KEY, "responsible", "balance", "payer?")
_STARTS = ("responsibility_date", "first_bill_date", "service_date")
_SENT = (*KEY, "statement_id", "sent_date")
_LOG = (*ACTION, "kind?", "next_action?", "next_action_date?", "outcome?", "responsible?")


def _checked(days: Sequence[int]) -> tuple[int, ...]:
    if not days or any(not isinstance(n, int) or n < 1 for n in days) or list(days) != sorted(set(days)):
        raise SettingsError(
            "days must be whole numbers of days, each greater than the one before, such as 14 and 30."
        )
    return tuple(days)


def _waits(open_items: Any, actions: Any, statements: Any, day: dt.date) -> nw.LazyFrame[Any]:
    """Return the open items with their last action and ``days_without_action``, empty where no day is known."""
    items = with_columns_of(open_items, "payer")
    log = known_actions(actions, day, "next_action_date")
    if statements is not None:
        sent = statements.filter(nw.col("sent_date") <= day).select(
            *KEY,
            action_id=nw.col("statement_id"),
            date=nw.col("sent_date"),
            staff=nw.lit(None, nw.String),
            responsible=nw.lit("patient"),
            next_action_date=nw.lit(None, nw.Date),
        )
        log = nw.concat([log, sent.select(*log.collect_schema().names())])
    have = items.collect_schema().names()
    starts = [nw.col(name) for name in _STARTS if name in have]
    since = nw.coalesce(nw.col("last_action_date"), *starts) if starts else nw.col("last_action_date")
    return last_actions(items, log).with_columns(days_without_action=days_between(since, day))


def _level(steps: Sequence[int]) -> nw.Expr:
    """Return the greatest of the steps that the wait has reached, 0 for none."""
    wait = nw.col("days_without_action").fill_null(steps[-1])
    level: Any = nw.lit(0)
    for step in steps:
        level = nw.when(wait >= step).then(nw.lit(step)).otherwise(level)
    return level


def _planned(day: dt.date) -> nw.Expr:
    """Return 1 where a next step is due on the day or later."""
    return nw.when(nw.col("next_action_date") >= day).then(nw.lit(1)).otherwise(nw.lit(0))


@table_function(open_items=(*ITEMS, *(f"{name}?" for name in _STARTS)), actions=_LOG, statements=_SENT)
def stale_items(
    open_items: Any,
    actions: Any,
    *,
    as_of: dt.date | str,
    days: Sequence[int] = STALE_DAYS,
    statements: Any = None,
) -> Any:
    """Return the open items on which nothing was done for so many days.

    Parameters
    ----------
    open_items : frame with ``practice_id``, ``claim_id``, ``responsible``, ``balance``; the day from which an item
        without any action waits is its ``responsibility_date``, else ``first_bill_date``, else ``service_date``
    actions : the follow-up log; an action without ``responsible`` counts for every party of its claim
    as_of : actions of later days do not count
    days : an item is stale from the least of these on; it is put under the greatest it has reached
    statements : when given, a statement is an action on what the patient owes

    Returns
    -------
    frame with ``practice_id``, ``claim_id``, ``responsible``, ``payer``, ``balance``, ``last_action_date``,
    ``staff`` (who acted last; empty when nobody has), ``days_without_action``, ``stale_days`` (one of ``days``),
    ``next_action_date`` and ``is_planned`` (1 when a next step is due on the day or later: a wait on purpose), the
    longest class and the largest balance first. An item of which no day is known counts as the longest class.

    Examples
    --------
    >>> import pandas as pd
    >>> items = pd.DataFrame({"practice_id": "p", "claim_id": ["c1", "c2"], "responsible": "payer_1",
    ...     "balance": [80.0, 40.0], "service_date": pd.to_datetime(["2026-05-01", "2026-06-29"])})
    >>> log = pd.DataFrame({"practice_id": "p", "claim_id": ["c1"], "action_id": ["a1"],
    ...     "date": pd.to_datetime(["2026-06-10"]), "staff": ["Amy"]})
    >>> stale_items(items, log, as_of="2026-06-30")[["claim_id", "days_without_action"]].values.tolist()
    [['c1', 20]]
    """
    day, steps = to_date(as_of), _checked(days)
    waits = _waits(open_items, actions, statements, day)
    stale = waits.with_columns(
        stale_days=_level(steps),
        is_planned=_planned(day),
        _longest=-_level(steps),
        _largest=-cents("balance"),
    ).filter(nw.col("stale_days") > 0)
    ordered = sorted_by(stale, "_longest", "_largest", *KEY, "responsible")
    told = ordered.select(
        *KEY,
        "responsible",
        "payer",
        "balance",
        "last_action_date",
        "staff",
        "days_without_action",
        "stale_days",
        "next_action_date",
        "is_planned",
    )
    return told.with_columns(*as_counts("days_without_action", "stale_days", "is_planned"))


@table_function(open_items=(*ITEMS, *(f"{name}?" for name in _STARTS)), actions=_LOG, statements=_SENT)
def stale_table(
    open_items: Any,
    actions: Any,
    *,
    as_of: dt.date | str,
    days: Sequence[int] = STALE_DAYS,
    statements: Any = None,
    by: Sequence[str] = (),
) -> Any:
    """Return how many open items and dollars have waited how long for an action.

    Parameters
    ----------
    open_items, actions, as_of, days, statements : as for :func:`stale_items`
    by : columns of the open items to split by, such as ``["payer"]``

    Returns
    -------
    frame with ``by``, ``stale_days`` (0 for those that are not stale), ``items``, ``balance`` and ``planned_items``
    (those with a next step due on the day or later), sorted; balances add up to that of ``open_items``.
    """
    day, steps = to_date(as_of), _checked(days)
    by = [by] if isinstance(by, str) else list(by)
    waits = _waits(open_items, actions, statements, day)
    flagged = waits.with_columns(
        stale_days=_level(steps),
        _planned=_planned(day),
        _one=nw.lit(1),
        _cents=cents("balance"),
    )
    sums = flagged.group_by(*by, "stale_days").agg(
        items=nw.col("_one").sum(), _cents=nw.col("_cents").sum(), planned_items=nw.col("_planned").sum()
    )
    told = sums.with_columns(balance=dollars("_cents")).select(
        *by, "stale_days", "items", "balance", "planned_items"
    )
    return sorted_by(told.with_columns(*as_counts("stale_days", "items", "planned_items")), *by, "stale_days")


@table_function(actions=_LOG, open_items=ITEMS)
def overdue_actions(actions: Any, *, as_of: dt.date | str, open_items: Any = None) -> Any:
    """Return the next steps whose day is past and after which nothing was done.

    Parameters
    ----------
    actions : the follow-up log with ``next_action_date``
    as_of : a step that is due on this day is not overdue yet; actions of later days do not count
    open_items : when given, only steps of items that still owe something, with their balance

    Returns
    -------
    frame with ``practice_id``, ``claim_id``, ``responsible``, ``action_id`` and ``staff`` (who set the step),
    ``next_action``, ``next_action_date``, ``days_overdue`` and, with ``open_items``, ``payer`` and ``balance``; the
    longest overdue first.
    """
    day = to_date(as_of)
    log = known_actions(actions, day, "next_action", "next_action_date")
    steps = log.filter(nw.col("next_action_date") < day)
    taken = later_pairs(steps, log).select("practice_id", "action_id").unique()
    left = steps.join(taken, on=["practice_id", "action_id"], how="anti")
    owed: tuple[str, ...] = ()
    if open_items is not None:
        owed = ("payer", "balance")
        items = with_columns_of(open_items, "payer").select(*KEY, "responsible", *owed)
        left = (
            left.with_columns(_party=nw.col("responsible"))
            .drop("responsible")
            .join(items, on=list(KEY), how="inner")
            .filter(same_party("responsible", "_party"))
        )
    told = left.with_columns(days_overdue=days_between("next_action_date", day)).select(
        *KEY,
        "responsible",
        "action_id",
        "staff",
        "next_action",
        "next_action_date",
        "days_overdue",
        *owed,
    )
    return sorted_by(told.with_columns(*as_counts("days_overdue")), "next_action_date", *KEY, "responsible")


def _closing(actions: Any, day: dt.date) -> nw.LazyFrame[Any]:
    """Return the actions after which nothing was done and nothing is planned."""
    log = known_actions(actions, day, "kind", "next_action", "next_action_date", "outcome")
    ends = log.filter(nw.col("next_action").is_null() & nw.col("next_action_date").is_null())
    followed = later_pairs(ends, log).select("practice_id", "action_id").unique()
    return ends.join(followed, on=["practice_id", "action_id"], how="anti")


@table_function(actions=_LOG)
def closed_without_outcome(
    actions: Any, *, as_of: dt.date | str, settling: Sequence[str] = SETTLING_KINDS
) -> Any:
    """Return the actions that ended the work on an item without saying how it ended.

    Parameters
    ----------
    actions : the follow-up log
    as_of : actions of later days do not count
    settling : kinds of action that are an outcome in themselves

    Returns
    -------
    frame with ``practice_id``, ``claim_id``, ``responsible``, ``action_id``, ``date``, ``staff``, ``kind``: the
    last action of its item, with neither a next step nor an ``outcome``; sorted by day.
    """
    ends = _closing(actions, to_date(as_of)).filter(nw.col("outcome").is_null())
    silent = ends.filter(~nw.col("kind").fill_null("").is_in(list(settling)))
    return sorted_by(
        silent.select(*KEY, "responsible", "action_id", "date", "staff", "kind"), "date", "action_id"
    )


@table_function(actions=_LOG, open_items=ITEMS)
def closed_with_balance(actions: Any, open_items: Any, *, as_of: dt.date | str) -> Any:
    """Return the items on which work has ended although they still owe something.

    Parameters
    ----------
    actions : the follow-up log
    open_items : the open items of that day
    as_of : actions of later days do not count

    Returns
    -------
    frame with ``practice_id``, ``claim_id``, ``responsible``, ``payer``, ``balance``, ``action_id``, ``date``,
    ``staff``, ``kind``, ``outcome`` of the last action, which has no next step; the largest balance first. A
    write-off that was asked for and never posted is among them.
    """
    ends = _closing(actions, to_date(as_of)).with_columns(_party=nw.col("responsible")).drop("responsible")
    items = with_columns_of(open_items, "payer").select(*KEY, "responsible", "payer", "balance")
    both = items.join(ends, on=list(KEY), how="inner").filter(same_party("responsible", "_party"))
    told = sorted_by(
        both.with_columns(_largest=-cents("balance")), "_largest", *KEY, "responsible", "action_id"
    )
    return told.select(
        *KEY, "responsible", "payer", "balance", "action_id", "date", "staff", "kind", "outcome"
    )
