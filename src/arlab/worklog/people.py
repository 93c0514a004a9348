"""Who keeps up with the work, and what does it bring in?

Counts what the log and the ledger show by person, as known on a day. A count is no judgement of a person: easy
accounts bring more than hard ones.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

import narwhals.stable.v2 as nw

from arlab.errors import SettingsError
from arlab.frames import cents, days_between, dollars, sorted_by, table_function, to_date
from arlab.worklog.pairs import ACTION, KEY, NOBODY, known_actions, later_pairs, owed_steps, same_party
from arlab.worklog.promises import LEDGER, PAYMENTS, money_rows

__all__ = ["CREDIT_DAYS", "productivity_table"]

CREDIT_DAYS = 60
"""Days for which a payment is put down to the last action before it; most payers answer well within them."""


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
