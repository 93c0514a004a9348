"""From which bucket, and by what posting, did each dollar go where it is on a later day?

Follows dollars through a dated ledger between two days. For two snapshots see ``flows``; ages and values nothing
beyond that.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

import narwhals.stable.v2 as nw

from arlab.aging import BUCKET_EDGES
from arlab.frames import as_counts, dollars, small_like, sorted_by, table_function
from arlab.ledger.sums import balance_cents
from arlab.movement.flows import FROM, TO
from arlab.movement.postings import ENTRIES, EXITS, ITEM, POSTED, net_postings
from arlab.movement.spans import checked_span, day_of
from arlab.movement.started import (
    CLAIMS,
    COVERED,
    SENT,
    STATED,
    add_facts,
    add_starts,
    age_on,
    bucket_at,
    bucket_names,
    check_clock,
    checked_by,
)

__all__ = ["roll_table"]

# Where a piece of an item's dollars stands in time: 0 was there on the first day, then (day + 1) * 1000 - way.
_THERE = 0
_NONE = 2_000_000_000  # after every piece: still open, or owed back, on the second day
_STEP = 1000


@table_function(claims=CLAIMS, transactions=POSTED, submissions=SENT, statements=STATED, coverages=COVERED)
def roll_table(
    claims: Any,
    transactions: Any,
    *,
    after: dt.date | str,
    as_of: dt.date | str,
    clock: str = "standard",
    edges: Sequence[int] = BUCKET_EDGES,
    by: Sequence[str] = (),
    submissions: Any = None,
    statements: Any = None,
    coverages: Any = None,
) -> Any:
    """Return the dollar roll-rate matrix from one day to a later day: bucket by bucket, with every way in and out.

    Parameters
    ----------
    claims, transactions : frames of the table contract; with ``transaction_id`` and ``reverses_id`` a posting and
        its reversal within the span cancel out
    after, as_of : the first day and the second; what was posted on the first day is in its balance
    clock, edges : as for :func:`arlab.aging.add_age` and :func:`arlab.aging.add_bucket`
    by : columns to split by: of the claims, ``payer`` (who owes, by name; needs ``coverages``) or ``responsible``
    submissions, statements, coverages : as for :func:`arlab.ledger.open_items`

    Returns
    -------
    frame with ``by``, ``from_number``, ``from_bucket``, ``to_number``, ``to_bucket``, ``items`` and ``balance`` in
    dollars, one row per way that dollars took, sorted by ``by`` and numbers. What starts in a bucket adds up to its
    balance in ``aging_table`` on the first day, what ends in one to that of the second, to the cent. Numbers from
    100 on are no buckets: the ways of ``ENTRIES`` and ``EXITS``, and 102 for credits, which stand apart. What was a
    credit adds up to the credits of the first day, what is now one to those of the second. All dollars are above
    zero. The items of several rows do not add up: one item can take several ways.

    Raises
    ------
    SettingsError
        when the second day is not later, or clock or edges are not as they should be.
    NotAvailable
        when the clock needs sendings and there are none.
    InputRefused
        when a column to split by is not there.

    Notes
    -----
    An item is a claim and the party that owes. Dollars are first in, first out: what leaves, in the order of
    posting days, takes the item's opening dollars before what came in after the first day. Within a day transfers,
    write-offs and adjustments come before payments. What leaves beyond that makes a credit; a credit takes what
    comes in next. Dollars that came and went within the span lead from a way in to a way out. A transfer went to the
    patient where the patient was given the same amount on the same day of the same claim, else to another party.

    Examples
    --------
    >>> import pandas as pd
    >>> claims = pd.DataFrame({"practice_id": "p", "claim_id": ["c1"],
    ...     "service_date": pd.to_datetime(["2026-01-02"])})
    >>> rows = pd.DataFrame({"practice_id": "p", "claim_id": "c1", "responsible": "payer_1",
    ...     "posted_date": pd.to_datetime(["2026-01-05", "2026-02-02", "2026-02-02"]),
    ...     "kind": ["charge", "contractual", "payer_payment"], "amount": [160.0, -40.0, -100.0]})
    >>> table = roll_table(claims, rows, after="2026-01-31", as_of="2026-02-28", clock="service")
    >>> table[["from_bucket", "to_bucket", "balance"]].values.tolist()
    [['0-30', '31-60', 20.0], ['0-30', 'paid by payer', 100.0], ['0-30', 'contractual', 40.0]]
    """
    first, last = checked_span(after, as_of)
    check_clock(clock, submissions)
    names = bucket_names(edges)
    by = checked_by(by, claims, "roll_table")
    there = balance_cents(transactions, first).filter(nw.col("balance_cents") != 0)
    pieces = there.select(*ITEM, _cents=nw.col("balance_cents"), _at=nw.lit(_THERE).cast(nw.Int64))
    within = transactions.filter((nw.col("posted_date") > first) & (nw.col("posted_date") <= last))
    posted = net_postings(within).with_columns(_at=(nw.col("_day") + 1) * _STEP - nw.col("_way"))
    posted = posted.group_by(*ITEM, "_at").agg(nw.col("_cents").sum()).with_columns(*as_counts("_cents"))
    cells = _matched(nw.concat([pieces, posted.select(*ITEM, "_cents", "_at")]))
    cells = add_starts(add_facts(cells, claims, coverages, by), transactions, submissions, statements, clock)
    cells = cells.with_columns(
        _age_0=age_on(nw.lit(day_of(first)), cells, clock), _age_1=age_on(nw.lit(day_of(last)), cells, clock)
    )
    was_credit, is_credit = nw.lit(FROM["credit"][0]), nw.lit(TO["credit"][0])
    source, sink = nw.col("_source"), nw.col("_sink")
    ways = cells.with_columns(
        from_number=nw.when(sink == _THERE)
        .then(was_credit)
        .when(source == _THERE)
        .then(bucket_at("_age_0", edges))
        .when(source == _NONE)
        .then(sink)
        .otherwise(source)
        .cast(nw.Int64),
        to_number=nw.when(source == _NONE)
        .then(is_credit)
        .when(sink == _NONE)
        .then(bucket_at("_age_1", edges))
        .when(sink == _THERE)
        .then(source)
        .otherwise(sink)
        .cast(nw.Int64),
    )
    table = ways.group_by(*by, "from_number", "to_number").agg(nw.col("_cents").sum(), items=nw.len())
    for side, credit in (("from", FROM["credit"]), ("to", TO["credit"])):
        labels = names | dict([credit, *ENTRIES.values(), *EXITS.values()])
        small = small_like(table, {f"{side}_number": list(labels), f"{side}_bucket": list(labels.values())})
        table = table.join(small, on=f"{side}_number", how="left")
    table = table.with_columns(*as_counts("items"), balance=dollars("_cents"))
    columns = ("from_number", "from_bucket", "to_number", "to_bucket", "items", "balance")
    return sorted_by(table.select(*by, *columns), *by, "from_number", "to_number")


def _matched(pieces: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
    """Return the cents of each item by where they came from and where they went, first in, first out.

    What comes in and what goes out lie end to end on two lines along the item. Cut at every end of both, each
    stretch has one source and one sink: the first that ends there or later.
    """
    into, whole = nw.col("_cents") > 0, nw.lit(0).cast(nw.Int64)
    pieces = pieces.with_columns(
        _in=nw.when(into).then(nw.col("_cents")).otherwise(whole),
        _out=nw.when(into).then(whole).otherwise(-nw.col("_cents")),
        _source=nw.when(into).then(nw.col("_at")).otherwise(nw.lit(_NONE).cast(nw.Int64)),
        _sink=nw.when(into).then(nw.lit(_NONE).cast(nw.Int64)).otherwise(nw.col("_at")),
    )
    lines = {name: nw.col(name).cum_sum().over(*ITEM, order_by="_at") for name in ("_in", "_out")}
    end = nw.when(nw.col("_cents") > 0).then(nw.col("_in")).otherwise(nw.col("_out")).cast(nw.Int64)
    pieces = pieces.with_columns(**lines).with_columns(_end=end)
    order = ["_end", "_at"]
    pieces = pieces.with_columns(
        _before=nw.col("_end").shift(1).over(*ITEM, order_by=order),
        **{
            name: nw.col(name).cum_min(reverse=True).over(*ITEM, order_by=order)
            for name in ("_source", "_sink")
        },
    )
    pieces = pieces.with_columns(_cents=nw.col("_end") - nw.col("_before").fill_null(0))
    way = {name: _way_of(nw.col(name)) for name in ("_source", "_sink")}
    stretches = pieces.filter(nw.col("_cents") > 0).with_columns(**way)
    cells = stretches.group_by(*ITEM, "_source", "_sink").agg(nw.col("_cents").sum())
    return cells.with_columns(*as_counts("_cents"))


def _way_of(at: nw.Expr) -> nw.Expr:
    """Return the way of a piece; the marks of what was there before and of nothing stay."""
    return nw.when((at == _THERE) | (at == _NONE)).then(at).otherwise(_STEP - at % _STEP).cast(nw.Int64)
