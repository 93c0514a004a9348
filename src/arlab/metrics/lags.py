"""How many days passed from one step of a claim to the next, and how much work stood between?

Counts waits by their length in whole days, so that mean and median follow exactly. It judges no length.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

import narwhals.stable.v2 as nw

from arlab.frames import days_between, sorted_by, table_function, to_date
from arlab.metrics.periods import counted, flag

__all__ = ["claim_dates", "denial_work", "lag_table", "work_table"]

KEY = ("practice_id", "claim_id")


@table_function(frame=("*?",))
def lag_table(
    frame: Any,
    *,
    start: str,
    end: str,
    as_of: dt.date | str,
    on: str | None = None,
    weight: str | None = None,
    by: Sequence[str] = (),
    each: str = "all",
) -> Any:
    """Return how often each number of days passed between two dates of a row.

    Parameters
    ----------
    frame : any frame with the two dates
    start, end : names of the date columns; rows without both, or with an end after ``as_of``, do not count
    as_of : last day that counts
    on : the date by which rows are split in time, the end when left out
    weight : a column of counts, such as the lines of a claim, to count with
    by, each : columns to split by; ``day``, ``month`` or ``all``

    Returns
    -------
    frame with ``by``, ``day`` or ``month``, ``days`` (below zero when the end came first), ``n`` rows with that
    wait and ``weight`` (``n`` when no column is named), sorted.

    Examples
    --------
    >>> import pandas as pd
    >>> claims = pd.DataFrame({"service_date": pd.to_datetime(["2026-01-02", "2026-01-05"]),
    ...     "charge_entry_date": pd.to_datetime(["2026-01-04", "2026-01-07"])})
    >>> waits = lag_table(claims, start="service_date", end="charge_entry_date", as_of="2026-01-31")
    >>> waits[["days", "n"]].values.tolist()
    [[2, 2]]
    """
    day = to_date(as_of)
    rows = frame.filter((nw.col(end) <= day) & ~nw.col(start).is_null())
    load = nw.col(weight).cast(nw.Int64).fill_null(0) if weight else nw.lit(1)
    rows = rows.with_columns(days=days_between(start, end), n=nw.lit(1), weight=load)
    return counted(rows, on=on or end, by=by, each=each, counts=("n", "weight"), also=("days",))


@table_function(
    claims=(*KEY, "charge_entry_date", "first_payer", "payer_class", "service_date"),
    transactions=(*KEY, "posted_date", "kind", "responsible", "amount"),
    submissions=(*KEY, "rank", "submitted_date"),
)
def claim_dates(claims: Any, transactions: Any, submissions: Any, *, as_of: dt.date | str) -> Any:
    """Return the first days of each insured claim's way, as known on a day.

    Returns
    -------
    frame sorted by claim with ``practice_id``, ``claim_id``, ``payer``, ``payer_class``, ``service_date``,
    ``charge_entry_date``, ``first_sent_date`` (to the first payer) and ``first_paid_date`` (first payment of the
    first payer, by posting), empty where it has not come.
    """
    day = to_date(as_of)
    sent = submissions.filter((nw.col("submitted_date") <= day) & (nw.col("rank") == 1))
    paid = transactions.filter(
        (nw.col("posted_date") <= day)
        & (nw.col("kind") == "payer_payment")
        & (nw.col("responsible") == "payer_1")
        & (nw.col("amount") < 0)
    )
    found = (
        claims.filter((nw.col("charge_entry_date") <= day) & (nw.col("payer_class") != "self_pay"))
        .join(
            sent.group_by(*KEY).agg(first_sent_date=nw.col("submitted_date").min()), on=list(KEY), how="left"
        )
        .join(paid.group_by(*KEY).agg(first_paid_date=nw.col("posted_date").min()), on=list(KEY), how="left")
        .with_columns(payer=nw.col("first_payer"))
    )
    dates = ("service_date", "charge_entry_date", "first_sent_date", "first_paid_date")
    return sorted_by(found.select(*KEY, "payer", "payer_class", *dates), *KEY)


_DENIALS = (
    *KEY,
    "denied_date",
    "paid_date",
    "written_off_date",
    "to_patient_date",
    "status",
    "denied_amount",
)


@table_function(denials=(*_DENIALS, "*?"), actions=(*KEY, "date"))
def denial_work(denials: Any, actions: Any, *, as_of: dt.date | str) -> Any:
    """Return the denials with the day of the first action, the day of their end and the work between.

    Parameters
    ----------
    denials : frame of :func:`arlab.denials.initial_denials`; denied claims count, reduced ones are left out
    actions : the follow-up log
    as_of : actions and ends of later days do not count

    Returns
    -------
    the denials, sorted by claim, with ``first_action_date`` (on the day of the denial or later), ``end_date``
    (first of money, write-off and move to the patient) and ``touches`` (actions from the denial to its end).
    """
    day = to_date(as_of)
    rows = denials.filter((nw.col("denied_date") <= day) & (nw.col("status") != "reduced"))
    ends = [
        nw.when(nw.col(name) <= day).then(nw.col(name))
        for name in ("paid_date", "written_off_date", "to_patient_date")
    ]
    rows = rows.with_columns(end_date=nw.min_horizontal(*ends))
    done = (
        actions.filter(nw.col("date") <= day)
        .join(rows.select(*KEY, "denied_date", "end_date"), on=list(KEY), how="inner")
        .filter(nw.col("date") >= nw.col("denied_date"))
        .with_columns(_touch=flag(nw.col("end_date").is_null() | (nw.col("date") <= nw.col("end_date"))))
        .group_by(*KEY)
        .agg(first_action_date=nw.col("date").min(), touches=nw.col("_touch").sum())
    )
    found = rows.join(done, on=list(KEY), how="left")
    return sorted_by(found.with_columns(touches=nw.col("touches").cast(nw.Int64).fill_null(0)), *KEY)


@table_function(actions=(*KEY, "date", "minutes?"))
def work_table(actions: Any, *, as_of: dt.date | str, by: Sequence[str] = (), each: str = "all") -> Any:
    """Return how many actions were taken, on how many accounts a day, and in how many minutes.

    Returns
    -------
    frame with ``by``, ``day`` or ``month``, ``actions``, ``accounts`` (a claim worked twice on one day counts once
    that day), ``minutes``.
    """
    rows = actions.filter(nw.col("date") <= to_date(as_of))
    minutes = nw.lit(0)
    if "minutes" in actions.collect_schema().names():
        minutes = nw.col("minutes").cast(nw.Int64).fill_null(0)
    names = (by,) if isinstance(by, str) else tuple(by)
    rows = (
        rows.with_columns(actions=nw.lit(1), minutes=minutes)
        .group_by(*dict.fromkeys([*KEY, "date", *names]))
        .agg(nw.col("actions").sum(), nw.col("minutes").sum())
        .with_columns(accounts=nw.lit(1))
    )
    return counted(rows, on="date", by=by, each=each, counts=("actions", "accounts", "minutes"))
