"""What work is coming up, and who has more of it than the days hold?

Weighs minutes of work against minutes of people. It assigns nothing.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from typing import Any

import narwhals.stable.v2 as nw

from arlab.errors import NotAvailable, SettingsError
from arlab.frames import cents, dollars, sorted_by, table_function, to_date, to_pandas
from arlab.worklog.pairs import ACTION, KEY, NOBODY, known_actions, later_pairs

__all__ = ["upcoming_steps", "workload_table"]

_LOG = (*ACTION, "minutes?", "next_action_date?", "responsible?")


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
    frame: Any = nw.from_native(staff)
    return set(to_pandas(frame.select("staff").to_native())["staff"].dropna())
