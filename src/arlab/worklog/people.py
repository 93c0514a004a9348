"""Who keeps up with the work, what does it bring in, and who has more than the day holds?

Counts what the log and the ledger show by person, as known on a day. A count is no judgement of a person: easy
accounts bring more than hard ones.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from typing import Any

import narwhals.stable.v2 as nw

from arlab.errors import NotAvailable, SettingsError
from arlab.frames import cents, days_between, dollars, sorted_by, table_function, to_date
from arlab.worklog.pairs import ACTION, KEY, known_actions, later_pairs, owed_steps, same_party
from arlab.worklog.promises import LEDGER, PAYMENTS, money_rows

__all__ = ["CREDIT_DAYS", "NOBODY", "productivity_table", "upcoming_steps", "workload_table"]

CREDIT_DAYS = 60
"""Days for which a payment is put down to the last action before it; most payers answer well within them."""

NOBODY = "nobody"
"""Stands for the person where there is none: money that came by itself, work without an owner."""

_WRITE_OFFS = ("write_off", "bad_debt")
_LOG = (*ACTION, "minutes?", "next_action_date?", "responsible?")


def _flag(condition: nw.Expr) -> nw.Expr:
    return nw.when(condition).then(nw.lit(1)).otherwise(nw.lit(0)).cast(nw.Int64)


def _work(log: nw.LazyFrame[Any], start: dt.date) -> nw.LazyFrame[Any]:
    """Return actions, items and minutes of the days after ``start``, by person."""
    rows = log.filter(nw.col("date") > start).with_columns(
        _one=nw.lit(1), _minutes=nw.col("minutes").fill_null(0).cast(nw.Int64)
    )
    by_item = rows.group_by("staff", *KEY).agg(_one=nw.col("_one").sum(), _minutes=nw.col("_minutes").sum())
    return (
        by_item.with_columns(_item=nw.lit(1))
        .group_by("staff")
        .agg(actions=nw.col("_one").sum(), items=nw.col("_item").sum(), minutes=nw.col("_minutes").sum())
    )


def _credited(money: nw.LazyFrame[Any], log: nw.LazyFrame[Any], credit_days: int) -> nw.LazyFrame[Any]:
    """Return the ledger rows with ``staff``: who acted last on the claim before that day, or nobody."""
    row = ["practice_id", "transaction_id"]
    acts = log.select(*KEY, "action_id", "date", staff=nw.col("staff"), _party=nw.col("responsible"))
    pairs = money.join(acts, on=list(KEY), how="inner").filter(
        (nw.col("date") < nw.col("posted_date"))
        & (days_between("date", "posted_date") <= credit_days)
        & same_party("responsible", "_party")
    )
    newest = pairs.group_by(*row).agg(_last=nw.col("date").max())
    chosen = (
        pairs.join(newest, on=row, how="inner")
        .filter(nw.col("date") == nw.col("_last"))
        .group_by(*row)
        .agg(action_id=nw.col("action_id").max())
        .join(log.select("practice_id", "action_id", "staff"), on=["practice_id", "action_id"], how="left")
    )
    return money.join(chosen.drop("action_id"), on=row, how="left").with_columns(
        staff=nw.col("staff").fill_null(NOBODY)
    )


def _steps(
    log: nw.LazyFrame[Any], transactions: nw.LazyFrame[Any], start: dt.date, day: dt.date
) -> nw.LazyFrame[Any]:
    """Return the next steps that fell due after ``start`` and before the day, by the person who set them."""
    due = log.filter((nw.col("next_action_date") > start) & (nw.col("next_action_date") < day))
    one = ["practice_id", "action_id"]
    taken = (
        later_pairs(due, log)
        .with_columns(_in_time=_flag(nw.col("_later") <= nw.col("next_action_date")), _done=nw.lit(1))
        .group_by(*one)
        .agg(nw.col("_in_time").max(), nw.col("_done").max())
    )
    whole = (
        owed_steps(due, transactions)
        .join(taken, on=one, how="left")
        .with_columns(
            _in_time=nw.col("_in_time").fill_null(0).cast(nw.Int64),
            _done=nw.col("_done").fill_null(0).cast(nw.Int64),
        )
    )
    # What was settled before its day needs no step any more, unless somebody took it all the same.
    needed = whole.filter((nw.col("_owed") > 0) | (nw.col("_done") == 1)).with_columns(_one=nw.lit(1))
    return needed.group_by("staff").agg(
        steps_due=nw.col("_one").sum(),
        steps_done=nw.col("_done").sum(),
        steps_on_time=nw.col("_in_time").sum(),
    )


@table_function(actions=_LOG, transactions=LEDGER)
def productivity_table(
    actions: Any, transactions: Any, *, as_of: dt.date | str, days: int = 28, credit_days: int = CREDIT_DAYS
) -> Any:
    """Return what each person did in the last days, what it brought in, and whether next steps were taken.

    Parameters
    ----------
    actions : the follow-up log with ``minutes`` and ``next_action_date``
    transactions : the ledger
    as_of : last day that counts; nothing later is known
    days : the period is so many days that end with ``as_of``
    credit_days : a payment is put down to the person whose action on the claim was the last before the day it was
        posted, if that was at most so many days before; each dollar to one person

    Returns
    -------
    frame by ``staff`` with ``actions``, ``items`` (claims touched), ``minutes``, ``dollars_resolved`` (payments of
    payers and patients posted in the period, less what was taken back or refunded), ``dollars_per_hour``,
    ``dollars_written_off`` (shown beside it and never counted as resolved), ``steps_due`` (next steps that fell due
    in the period and were still needed), ``steps_done``, ``steps_on_time`` and ``completion`` (done ÷ due). Money
    after which nobody had acted stands under ``nobody``, so that the column adds up to all payments of the period.
    Where no minutes are logged, or no step was due, the rate is empty.

    Raises
    ------
    SettingsError
        when ``days`` or ``credit_days`` is not at least 1.
    """
    day = to_date(as_of)
    if days < 1 or credit_days < 1:
        raise SettingsError("days and credit_days must be at least 1.")
    start = day - dt.timedelta(days=days)
    log = known_actions(actions, day, "minutes", "next_action_date").with_columns(
        staff=nw.col("staff").fill_null(NOBODY)
    )
    parts = [_work(log, start)]
    for kinds, name, sign in ((PAYMENTS, "_resolved", -1), (_WRITE_OFFS, "_off", -1)):
        money = money_rows(transactions, day, kinds).filter(nw.col("posted_date") > start)
        by_person = _credited(money, log, credit_days).with_columns(_cents=cents("amount") * sign)
        parts.append(by_person.group_by("staff").agg(nw.col("_cents").sum().alias(name)))
    parts.append(_steps(log, transactions, start, day))
    counts = ("actions", "items", "minutes", "_resolved", "_off", "steps_due", "steps_done", "steps_on_time")
    names = nw.concat([part.select("staff") for part in parts]).unique()
    table = names
    for part in parts:
        table = table.join(part, on="staff", how="left")
    table = table.with_columns(*(nw.col(name).fill_null(0).cast(nw.Int64) for name in counts))
    empty = nw.lit(None, nw.Float64)
    table = table.with_columns(
        dollars_resolved=dollars("_resolved"),
        dollars_written_off=dollars("_off"),
        dollars_per_hour=nw.when(nw.col("minutes") > 0)
        .then((nw.col("_resolved").cast(nw.Float64) * 60 / nw.col("minutes") / 100).round(2))
        .otherwise(empty),
        completion=nw.when(nw.col("steps_due") > 0)
        .then(nw.col("steps_done").cast(nw.Float64) / nw.col("steps_due"))
        .otherwise(empty),
    )
    return sorted_by(
        table.select(
            "staff",
            "actions",
            "items",
            "minutes",
            "dollars_resolved",
            "dollars_per_hour",
            "dollars_written_off",
            "steps_due",
            "steps_done",
            "steps_on_time",
            "completion",
        ),
        "staff",
    )


@table_function(actions=_LOG, open_items=(*KEY, "responsible", "balance"))
def upcoming_steps(
    actions: Any,
    *,
    as_of: dt.date | str,
    until: dt.date | str,
    open_items: Any = None,
    minutes_each: float | None = None,
    history_days: int = 90,
) -> Any:
    """Return the next steps that are overdue or fall due until a day, with the minutes they will take.

    Parameters
    ----------
    actions : the follow-up log
    as_of : actions of later days are not known
    until : last day on which a step falls due
    open_items : when given, only steps of claims that still owe something
    minutes_each : minutes of a step; when left out, the mean of the practice's own actions of the last
        ``history_days``

    Returns
    -------
    frame with ``practice_id``, ``claim_id``, ``action_id``, ``owner`` (who set the step), ``next_action_date`` and
    ``minutes``, by day: the work that :func:`workload_table` weighs. Minutes are empty where the practice has
    logged none.
    """
    day, last = to_date(as_of), to_date(until)
    if last < day:
        raise SettingsError("until must not lie before as_of.")
    log = known_actions(actions, day, "minutes", "next_action_date")
    steps = log.filter(nw.col("next_action_date") <= last)
    one = ["practice_id", "action_id"]
    left = steps.join(later_pairs(steps, log).select(*one).unique(), on=one, how="anti")
    if open_items is not None:
        owing = open_items.select(*KEY).unique()
        left = left.join(owing, on=list(KEY), how="inner")
    if minutes_each is not None:
        left = left.with_columns(_each=nw.lit(float(minutes_each)))
    else:
        timed = log.filter(
            (nw.col("date") > day - dt.timedelta(days=history_days)) & ~nw.col("minutes").is_null()
        )
        each = (
            timed.with_columns(_one=nw.lit(1), _sum=nw.col("minutes").cast(nw.Int64))
            .group_by("practice_id")
            .agg(nw.col("_sum").sum(), nw.col("_one").sum())
            .with_columns(_each=(nw.col("_sum").cast(nw.Float64) / nw.col("_one").cast(nw.Float64)).round(1))
        )
        left = left.join(each.select("practice_id", "_each"), on="practice_id", how="left")
    told = left.select(
        *KEY,
        "action_id",
        owner=nw.col("staff"),
        next_action_date=nw.col("next_action_date"),
        minutes=nw.col("_each"),
    )
    return sorted_by(told, "next_action_date", *KEY, "action_id")


@table_function(work=("owner", "minutes", "balance?"), staff=("staff", "minutes_per_day", "role?"))
def _loads(work: Any, staff: Any, *, days: int, away: Collection[str]) -> Any:
    balance = cents("balance") if "balance" in work.collect_schema().names() else nw.lit(0)
    sums = (
        work.with_columns(
            staff=nw.col("owner").fill_null(NOBODY),
            _one=nw.lit(1),
            _minutes=nw.col("minutes").cast(nw.Float64).fill_null(0.0),
            _cents=balance,
        )
        .group_by("staff")
        .agg(items=nw.col("_one").sum(), work_minutes=nw.col("_minutes").sum(), _cents=nw.col("_cents").sum())
    )
    here = ~nw.col("staff").is_in([*away]) if away else nw.lit(True)
    people = (
        staff.with_columns(
            _capacity=nw.when(here).then(nw.col("minutes_per_day").fill_null(0) * days).otherwise(nw.lit(0)),
            is_known=nw.lit(1),
        )
        .group_by("staff")
        .agg(capacity_minutes=nw.col("_capacity").max(), is_known=nw.col("is_known").max())
    )
    names = nw.concat([people.select("staff"), sums.select("staff")]).unique()
    both = names.join(people, on="staff", how="left").join(sums, on="staff", how="left")
    both = both.with_columns(
        *(
            nw.col(name).fill_null(0).cast(nw.Int64)
            for name in ("capacity_minutes", "is_known", "items", "_cents")
        ),
        nw.col("work_minutes").fill_null(0.0).round(1),
    )
    has_time = nw.col("capacity_minutes") > 0
    load = (nw.col("work_minutes") / nw.col("capacity_minutes").cast(nw.Float64)).round(4)
    beyond = (nw.col("work_minutes") - nw.col("capacity_minutes").cast(nw.Float64)).round(1)
    told = both.with_columns(
        balance=dollars("_cents"),
        load=nw.when(has_time).then(load).otherwise(nw.lit(None, nw.Float64)),
        over_minutes=nw.when(beyond > 0).then(beyond).otherwise(nw.lit(0.0)),
    )
    return sorted_by(
        told.select(
            "staff",
            "items",
            "balance",
            "work_minutes",
            "capacity_minutes",
            "load",
            "over_minutes",
            "is_known",
        ),
        "staff",
    )


def workload_table(work: Any, staff: Any, *, days: int = 5, away: Collection[str] = ()) -> Any:
    """Return each person's work against the minutes they have.

    Parameters
    ----------
    work : frame of work as of a day, with ``owner``, ``minutes`` and, if wanted, ``balance``: of
        :func:`upcoming_steps`, or the queue
    staff : frame with ``staff`` and ``minutes_per_day``
    days : working days that the minutes are counted for
    away : people who are away for all of them: their work shows, their minutes do not

    Returns
    -------
    frame by ``staff`` with ``items``, ``balance``, ``work_minutes``, ``capacity_minutes``, ``load`` (work ÷
    capacity, empty where there is no capacity), ``over_minutes`` (work beyond the capacity) and ``is_known`` (0 for
    an owner who is not among the staff; work without an owner stands under ``nobody``).

    Raises
    ------
    NotAvailable
        when nobody is on the staff.
    SettingsError
        when ``days`` is below 1 or ``away`` names somebody who is not on the staff.

    Examples
    --------
    >>> import pandas as pd
    >>> work = pd.DataFrame({"owner": ["Amy", "Amy", "John"], "minutes": [30.0, 90.0, 20.0]})
    >>> staff = pd.DataFrame({"staff": ["Amy", "John"], "minutes_per_day": [20, 20]})
    >>> workload_table(work, staff)[["staff", "load", "over_minutes"]].values.tolist()
    [['Amy', 1.2, 20.0], ['John', 0.2, 0.0]]
    """
    if days < 1:
        raise SettingsError("days must be at least 1 working day.")
    names = _names_of(staff)
    if not names:
        raise NotAvailable("The workload is not available, because nobody is in the staff table.")
    strangers = sorted(set(away) - names)
    if strangers:
        raise SettingsError(f"away names '{strangers[0]}', who is not in the staff table.")
    return _loads(work, staff, days=days, away=sorted(away))


def _names_of(staff: Any) -> set[str]:
    from arlab.frames import to_pandas

    frame: Any = nw.from_native(staff)
    return set(to_pandas(frame.select("staff").to_native())["staff"].dropna())
