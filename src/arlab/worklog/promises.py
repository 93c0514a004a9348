"""Which promises of payment were kept, and which were broken?

Compares what was promised with what was posted afterwards, as known on a day. It guesses no payment.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

import narwhals.stable.v2 as nw

from arlab.errors import SettingsError
from arlab.frames import (
    as_counts,
    cents,
    days_between,
    dollars,
    plus_days,
    sorted_by,
    table_function,
    to_date,
)
from arlab.worklog.pairs import ACTION, KEY, known_actions, with_columns_of

__all__ = ["GRACE_DAYS", "PROMISE_STATES", "broken_promises", "money_rows", "promise_table"]

GRACE_DAYS = 7
"""Days after the promised day in which a payment may still be posted: a week for the mail and for posting."""

PROMISE_STATES = ("kept", "partly kept", "late", "waiting", "broken")
"""What can become of a promise; see :func:`promise_table`."""

LEDGER = (*KEY, "transaction_id", "posted_date", "kind", "responsible", "amount", "reverses_id?")
_PROMISED = (*ACTION, "promise_amount?", "promise_due_date?", "responsible?")
PAYMENTS = ("payer_payment", "patient_payment", "recoupment", "refund_to_payer", "refund_to_patient")


def money_rows(transactions: nw.LazyFrame[Any], day: dt.date, kinds: tuple[str, ...]) -> nw.LazyFrame[Any]:
    """Return the rows of some kinds until a day, with the reversals of such rows under the kind they reverse."""
    rows = transactions.filter(nw.col("posted_date") <= day)
    columns = (*KEY, "transaction_id", "posted_date", "kind", "responsible", "amount")
    if "reverses_id" not in rows.collect_schema().names():
        return rows.filter(nw.col("kind").is_in(list(kinds))).select(*columns)
    first = rows.select("practice_id", reverses_id=nw.col("transaction_id"), _first_kind=nw.col("kind"))
    whole = rows.join(first, on=["practice_id", "reverses_id"], how="left").with_columns(
        kind=nw.when(nw.col("kind") == "reversal").then(nw.col("_first_kind")).otherwise(nw.col("kind"))
    )
    return whole.filter(nw.col("kind").is_in(list(kinds))).select(*columns)


@table_function(actions=_PROMISED, transactions=LEDGER)
def promise_table(
    actions: Any, transactions: Any, *, as_of: dt.date | str, grace_days: int = GRACE_DAYS
) -> Any:
    """Return every promise of payment and what became of it.

    Parameters
    ----------
    actions : the follow-up log with ``promise_due_date``, ``promise_amount`` and, if there is one, ``responsible``:
        who promised; without it any payer's payment counts
    transactions : the ledger; payments less what was taken back or refunded, posted on the claim after the promise
    as_of : what was posted or promised later is not known
    grace_days : days after the promised day until which a payment keeps the promise

    Returns
    -------
    frame with ``practice_id``, ``claim_id``, ``responsible``, ``action_id``, ``date``, ``staff``,
    ``promise_due_date``, ``promise_amount``, ``paid_in_time`` and ``paid`` (in dollars, until the day with grace
    and until ``as_of``), ``days_past`` (from the promised day, below zero before it) and ``state``, by promised
    day.

    *kept*: all that was promised was paid in time (any payment where no amount was promised). *partly kept*: some.
    *late*: nothing in time, something since. *waiting*: nothing yet, and the day with grace is not past. *broken*:
    nothing, and it is past.

    Raises
    ------
    SettingsError
        when ``grace_days`` is below zero.

    Examples
    --------
    >>> import pandas as pd
    >>> log = pd.DataFrame({"practice_id": "p", "claim_id": ["c1", "c2"], "action_id": ["a1", "a2"],
    ...     "date": pd.to_datetime(["2026-06-01", "2026-06-01"]), "staff": "Amy", "promise_amount": [80.0, 40.0],
    ...     "promise_due_date": pd.to_datetime(["2026-06-10", "2026-06-10"])})
    >>> ledger = pd.DataFrame({"practice_id": "p", "claim_id": ["c1"], "transaction_id": ["t1"],
    ...     "posted_date": pd.to_datetime(["2026-06-12"]), "kind": ["payer_payment"], "responsible": ["payer_1"],
    ...     "amount": [-80.0]})
    >>> promise_table(log, ledger, as_of="2026-06-30")["state"].tolist()
    ['kept', 'broken']
    """
    day = to_date(as_of)
    if grace_days < 0:
        raise SettingsError("grace_days must be zero or more days.")
    log = known_actions(actions, day, "promise_amount", "promise_due_date")
    promised = log.filter(~nw.col("promise_due_date").is_null()).with_columns(
        _until=plus_days("promise_due_date", grace_days)
    )
    paid = money_rows(transactions, day, PAYMENTS).select(
        *KEY, _posted=nw.col("posted_date"), _payer=nw.col("responsible"), _cents=-cents("amount")
    )
    by_payer = nw.col("_payer").is_in(["payer_1", "payer_2", "payer_3"])
    theirs = (
        nw.when(nw.col("responsible").is_null())
        .then(by_payer)
        .otherwise(nw.col("_payer") == nw.col("responsible"))
    )
    after = (
        promised.join(paid, on=list(KEY), how="inner")
        .filter(theirs & (nw.col("_posted") >= nw.col("date")))
        .with_columns(
            _in_time=nw.when(nw.col("_posted") <= nw.col("_until"))
            .then(nw.col("_cents"))
            .otherwise(nw.lit(0))
        )
        .group_by("practice_id", "action_id")
        .agg(_in_time=nw.col("_in_time").sum(), _paid=nw.col("_cents").sum())
    )
    found = promised.join(after, on=["practice_id", "action_id"], how="left").with_columns(
        _in_time=nw.col("_in_time").fill_null(0).cast(nw.Int64),
        _paid=nw.col("_paid").fill_null(0).cast(nw.Int64),
    )
    wanted = cents(nw.col("promise_amount").fill_null(0.01))
    state = (
        nw.when((nw.col("_in_time") > 0) & (nw.col("_in_time") >= wanted))
        .then(nw.lit("kept"))
        .otherwise(
            nw.when(nw.col("_in_time") > 0)
            .then(nw.lit("partly kept"))
            .otherwise(
                nw.when(nw.col("_until") >= day)
                .then(nw.lit("waiting"))
                .otherwise(nw.when(nw.col("_paid") > 0).then(nw.lit("late")).otherwise(nw.lit("broken")))
            )
        )
    )
    told = found.with_columns(
        paid_in_time=dollars("_in_time"),
        paid=dollars("_paid"),
        days_past=days_between("promise_due_date", day),
        state=state,
    ).with_columns(*as_counts("days_past"))
    return sorted_by(
        told.select(
            *KEY,
            "responsible",
            "action_id",
            "date",
            "staff",
            "promise_due_date",
            "promise_amount",
            "paid_in_time",
            "paid",
            "days_past",
            "state",
        ),
        "promise_due_date",
        *KEY,
        "action_id",
    )


@table_function(actions=_PROMISED, transactions=LEDGER, open_items=(*KEY, "responsible", "balance", "payer?"))
def broken_promises(
    actions: Any,
    transactions: Any,
    *,
    as_of: dt.date | str,
    grace_days: int = GRACE_DAYS,
    open_items: Any = None,
) -> Any:
    """Return the promises of payment after which nothing came, although the day with grace is past.

    Parameters
    ----------
    actions, transactions, as_of, grace_days : as for :func:`promise_table`
    open_items : when given, only promises of items that still owe something, with ``payer`` and ``balance``

    Returns
    -------
    rows of :func:`promise_table` whose state is *broken*.
    """
    found = promise_table(actions, transactions, as_of=as_of, grace_days=grace_days)
    broken = found.filter(nw.col("state") == "broken")
    if open_items is None:
        return broken
    items = with_columns_of(open_items, "payer")
    whose = items.select(*KEY, _owes=nw.col("responsible"), payer=nw.col("payer"), balance=nw.col("balance"))
    is_payer = nw.col("_owes").is_in(["payer_1", "payer_2", "payer_3"])
    theirs = (
        nw.when(nw.col("responsible").is_null())
        .then(is_payer)
        .otherwise(nw.col("_owes") == nw.col("responsible"))
    )
    both = broken.join(whose, on=list(KEY), how="inner").filter(theirs)
    told = both.with_columns(responsible=nw.col("_owes")).drop("_owes")
    return sorted_by(told, "promise_due_date", *KEY, "action_id", "responsible")
