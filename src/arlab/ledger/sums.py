"""What is the balance of every claim and party on a day, and which rows made it?

Sums dated ledger rows in whole cents. It joins no other table; see ``items`` for who owes it.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

import narwhals.stable.v2 as nw

from arlab.frames import as_counts, cents, dollars, sorted_by, table_function, to_date

__all__ = ["balances", "kind_totals"]

KEY = ("practice_id", "claim_id")
LEDGER_COLUMNS = (*KEY, "responsible", "posted_date", "amount")


def balance_cents(transactions: nw.LazyFrame[Any], as_of: dt.date) -> nw.LazyFrame[Any]:
    """Return the balance in cents by claim and responsible party."""
    return (
        transactions.filter(nw.col("posted_date") <= as_of)
        .with_columns(balance_cents=cents("amount"))
        .group_by(*KEY, "responsible")
        .agg(nw.col("balance_cents").sum())
        .with_columns(*as_counts("balance_cents"))
    )


@table_function(transactions=LEDGER_COLUMNS)
def balances(transactions: Any, *, as_of: dt.date | str) -> Any:
    """Return the balance of every claim and responsible party on a day.

    Parameters
    ----------
    transactions : frame with ``practice_id``, ``claim_id``, ``responsible``, ``posted_date``, ``amount``
    as_of : last posting day that counts

    Returns
    -------
    frame with ``practice_id``, ``claim_id``, ``responsible``, ``balance`` in dollars: the sum of the amounts
    posted until then, exact to the cent; below zero for a credit, zero when settled.

    Examples
    --------
    >>> import pandas as pd
    >>> rows = pd.DataFrame({
    ...     "practice_id": "p", "claim_id": ["c1", "c1", "c1"], "responsible": ["payer_1", "payer_1", "patient"],
    ...     "posted_date": pd.to_datetime(["2026-01-05", "2026-02-02", "2026-02-02"]),
    ...     "amount": [80.0, -20.0, 20.0]})
    >>> balances(rows, as_of="2026-01-31")["balance"].tolist()
    [80.0]
    >>> balances(rows, as_of="2026-02-28")["balance"].tolist()
    [20.0, 60.0]
    """
    sums = balance_cents(transactions, to_date(as_of)).with_columns(balance=dollars("balance_cents"))
    return sorted_by(sums.drop("balance_cents"), *KEY, "responsible")


@table_function(transactions=(*KEY, "kind", "posted_date", "amount"))
def kind_totals(transactions: Any, *, as_of: dt.date | str, after: dt.date | str | None = None) -> Any:
    """Return the sum of the ledger by kind of row, which is the roll-forward of AR.

    Parameters
    ----------
    transactions : frame with ``kind``, ``posted_date``, ``amount``
    as_of : last posting day that counts
    after : count only rows posted later than this day; AR on ``as_of`` = AR on ``after`` + the sum of the rows

    Returns
    -------
    frame with ``kind``, ``rows``, ``amount`` in dollars, signed as in the ledger (plus raises AR).
    """
    rows = transactions.filter(nw.col("posted_date") <= to_date(as_of))
    if after is not None:
        rows = rows.filter(nw.col("posted_date") > to_date(after))
    totals = (
        rows.with_columns(amount_cents=cents("amount"))
        .group_by("kind")
        .agg(nw.col("amount_cents").sum(), rows=nw.len())
        .with_columns(*as_counts("rows"), amount=dollars("amount_cents"))
    )
    return sorted_by(totals.select("kind", "rows", "amount"), "kind")
