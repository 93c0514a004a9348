"""Are alerts useful, and what became of them?

What a regular audit looks at (article A20), as known on a day; which rules are not written down says
:func:`arlab.reference.undefined_rules`. It changes nothing and blames nobody.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

import narwhals.stable.v2 as nw

from arlab.errors import SettingsError
from arlab.frames import as_counts, plus_days, sorted_by, table_function, to_date
from arlab.worklog.pairs import (
    ACTION,
    KEY,
    known_actions,
    later_pairs,
    owed_steps,
    same_party,
    with_columns_of,
)
from arlab.worklog.promises import GRACE_DAYS, LEDGER, promise_table

__all__ = ["alert_table", "past_alerts"]

_LOG = (*ACTION, "next_action_date?", "promise_amount?", "promise_due_date?", "responsible?")


@table_function(actions=_LOG, transactions=LEDGER)
def past_alerts(
    actions: Any,
    transactions: Any,
    *,
    as_of: dt.date | str,
    days: int = 90,
    grace_days: int = GRACE_DAYS,
) -> Any:
    """Return the alerts that the log gave rise to in the last days: overdue next steps and broken promises.

    Parameters
    ----------
    actions, transactions : the follow-up log and the ledger
    as_of : nothing later is known
    days : alerts raised in so many days that end with ``as_of``
    grace_days : as for :func:`arlab.worklog.promise_table`

    Returns
    -------
    frame with ``practice_id``, ``claim_id``, ``responsible``, ``alert`` (*overdue next step* or *broken promise*),
    ``raised_date`` (the day after the step was due, or after the day with grace), by day. A step of an item that
    owed nothing any more on its day raises none. An alert that was raised
    stands, whatever was done since: see :func:`alert_table`.
    """
    day = to_date(as_of)
    if days < 1:
        raise SettingsError("days must be at least 1.")
    start = day - dt.timedelta(days=days)
    log = known_actions(actions, day, "next_action_date")
    due = log.filter(nw.col("next_action_date") < day)
    in_time = later_pairs(due, log).filter(nw.col("_later") <= nw.col("next_action_date"))
    one = ["practice_id", "action_id"]
    missed = due.join(in_time.select(*one).unique(), on=one, how="anti")
    needed = owed_steps(missed, transactions).filter(nw.col("_owed") > 0)
    overdue = needed.select(
        *KEY,
        "responsible",
        alert=nw.lit("overdue next step"),
        raised_date=plus_days("next_action_date", 1),
    )
    found = promise_table(actions, transactions, as_of=day, grace_days=grace_days)
    broken = found.filter(nw.col("state").is_in(["broken", "late"])).select(
        *KEY,
        "responsible",
        alert=nw.lit("broken promise"),
        raised_date=plus_days("promise_due_date", grace_days + 1),
    )
    both = nw.concat([overdue, broken]).filter(
        (nw.col("raised_date") > start) & (nw.col("raised_date") <= day)
    )
    return sorted_by(both, "raised_date", *KEY, "alert")


@table_function(
    alerts=("practice_id", "claim_id?", "responsible?", "alert", "raised_date", "disposition?"), actions=_LOG
)
def alert_table(alerts: Any, actions: Any, *, as_of: dt.date | str, within_days: int = 7) -> Any:
    """Return what became of alerts, by kind, and the share that was acted on.

    Parameters
    ----------
    alerts : frame with ``practice_id``, ``alert`` (its kind), ``raised_date``, ``claim_id`` (empty for an alert
        about a payer) and, if somebody answered, ``disposition`` (such as *acted*, *not useful* or *wrong*); of
        :func:`past_alerts`, the queue or the weekly review
    actions : the follow-up log; an alert is acted on when its claim has an action on its day or in the days after
    as_of : alerts and actions of later days do not count
    within_days : days in which somebody should act

    Returns
    -------
    frame by ``alert`` with ``raised``, ``acted_on`` (an action in time, or the disposition *acted*), ``answered``
    (any other disposition and no action), ``waiting`` (neither yet, and the days are not over), ``ignored`` and
    ``share_acted_on`` (acted on ÷ all but the waiting; empty where all wait), sorted.
    """
    day = to_date(as_of)
    if within_days < 0:
        raise SettingsError("within_days must be zero or more.")
    have = alerts.collect_schema().names()
    for name in ("claim_id", "disposition"):
        alerts = alerts if name in have else alerts.with_columns(nw.lit(None, nw.String).alias(name))
    raised = with_columns_of(alerts.filter(nw.col("raised_date") <= day), "responsible")
    raised = raised.with_columns(_until=plus_days("raised_date", within_days))
    log = known_actions(actions, day).select(*KEY, "date", _party=nw.col("responsible"))
    one = ["practice_id", "claim_id", "alert", "raised_date"]
    acts = (
        raised.select(*one, "responsible", "_until")
        .join(log, on=list(KEY), how="inner")
        .filter(
            (nw.col("date") >= nw.col("raised_date"))
            & (nw.col("date") <= nw.col("_until"))
            & same_party("responsible", "_party")
        )
        .select(*one)
        .unique()
        .with_columns(_acted=nw.lit(1))
    )
    told = raised.join(acts, on=one, how="left").with_columns(
        _said=nw.col("disposition").fill_null(""), _acted=nw.col("_acted").fill_null(0)
    )
    acted = (nw.col("_acted") == 1) | (nw.col("_said") == "acted")
    answered = ~acted & (nw.col("_said") != "")
    waiting = ~acted & ~answered & (nw.col("_until") >= day)
    flags = {"acted_on": acted, "answered": answered, "waiting": waiting}
    told = told.with_columns(
        raised=nw.lit(1),
        **{name: nw.when(one).then(nw.lit(1)).otherwise(nw.lit(0)) for name, one in flags.items()},
    )
    sums = told.group_by("alert").agg(*(nw.col(name).sum() for name in ("raised", *flags)))
    sums = sums.with_columns(*as_counts("raised", *flags))
    settled = nw.col("raised") - nw.col("waiting")
    return sorted_by(
        sums.with_columns(
            ignored=settled - nw.col("acted_on") - nw.col("answered"),
            share_acted_on=nw.when(settled > 0)
            .then(nw.col("acted_on").cast(nw.Float64) / settled.cast(nw.Float64))
            .otherwise(nw.lit(None, nw.Float64)),
        ),
        "alert",
    )
