"""How do balances stand week after week, and which part of what would cross an edge crosses it still open?

Reads a dated ledger once for all weeks. The flows of each week are in ``waterfall``; no limit is drawn here.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

import narwhals.stable.v2 as nw

from arlab.aging import BUCKET_EDGES
from arlab.errors import SettingsError
from arlab.frames import as_counts, cents, dollars, small_like, sorted_by, table_function, to_date
from arlab.ledger.sums import LEDGER_COLUMNS, balance_cents
from arlab.movement.postings import ITEM, POSTED, net_postings
from arlab.movement.spans import dated, day_of, place_table, places, week_ends
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

__all__ = ["weekly_balance_table", "weekly_roll_table"]

_DATED = (*LEDGER_COLUMNS, "kind", "reason?")


@table_function(claims=CLAIMS, transactions=_DATED, submissions=SENT, statements=STATED, coverages=COVERED)
def weekly_balance_table(
    claims: Any,
    transactions: Any,
    *,
    as_of: dt.date | str,
    weeks: int = 13,
    days: Sequence[dt.date | str] | None = None,
    clock: str = "standard",
    edges: Sequence[int] = BUCKET_EDGES,
    by: Sequence[str] = (),
    submissions: Any = None,
    statements: Any = None,
    coverages: Any = None,
) -> Any:
    """Return the open balance per age bucket on many days, each as that day's ``aging_table`` has it.

    Parameters
    ----------
    claims, transactions : frames of the table contract
    as_of, weeks : the last day, and how many days there are, a week apart
    days : these days instead, each later than the one before and the last of them ``as_of``
    clock, edges, by, submissions, statements, coverages : as for :func:`roll_table`

    Returns
    -------
    frame with ``by``, ``day``, ``bucket_number``, ``bucket``, ``items`` and ``balance`` in dollars; only what is
    open. Sorted by ``by``, day and bucket. Credits are not here.

    Raises
    ------
    SettingsError, NotAvailable, InputRefused
        as :func:`roll_table`.

    Examples
    --------
    >>> import pandas as pd
    >>> claims = pd.DataFrame({"practice_id": "p", "claim_id": ["c1"],
    ...     "service_date": pd.to_datetime(["2026-01-02"])})
    >>> rows = pd.DataFrame({"practice_id": "p", "claim_id": "c1", "responsible": "payer_1",
    ...     "posted_date": pd.to_datetime(["2026-01-05", "2026-02-02"]), "kind": ["charge", "payer_payment"],
    ...     "amount": [160.0, -100.0]})
    >>> table = weekly_balance_table(claims, rows, as_of="2026-02-03", weeks=3, clock="service")
    >>> table[["bucket", "balance"]].values.tolist()
    [['0-30', 160.0], ['0-30', 160.0], ['31-60', 60.0]]
    """
    ends = week_ends(as_of, weeks=weeks) if days is None else _checked_days(days, as_of)
    check_clock(clock, submissions)
    names = bucket_names(edges)
    by = checked_by(by, claims, "weekly_balance_table")
    rows = transactions.filter(nw.col("posted_date") <= ends[-1]).with_columns(_at=places(ends))
    held = _standing(_sums(rows, "_at"), len(ends))
    held = add_starts(add_facts(held, claims, coverages, by), transactions, submissions, statements, clock)
    # A place here is the day itself: place 0 is the first of them.
    marks = small_like(held, {"_place": list(range(len(ends))), "_day": [day_of(day) for day in ends]})
    on = held.join(marks, how="cross").filter(
        (nw.col("_place") >= nw.col("_at")) & (nw.col("_place") < nw.col("_until"))
    )
    on = on.with_columns(_age=age_on(nw.col("_day"), on, clock))
    on = on.with_columns(bucket_number=bucket_at("_age", edges))
    table = on.group_by(*by, "_day", "bucket_number").agg(nw.col("_cents").sum(), items=nw.len())
    labels = small_like(table, {"bucket_number": list(names), "bucket": list(names.values())})
    table = table.join(labels, on="bucket_number", how="left").with_columns(
        *as_counts("items"), day=dated("_day", ends[0]), balance=dollars("_cents")
    )
    columns = ("day", "bucket_number", "bucket", "items", "balance")
    return sorted_by(table.select(*by, *columns), *by, "day", "bucket_number")


@table_function(claims=CLAIMS, transactions=POSTED, submissions=SENT, statements=STATED, coverages=COVERED)
def weekly_roll_table(
    claims: Any,
    transactions: Any,
    *,
    as_of: dt.date | str,
    weeks: int = 13,
    clock: str = "standard",
    edges: Sequence[int] = BUCKET_EDGES,
    by: Sequence[str] = (),
    submissions: Any = None,
    statements: Any = None,
    coverages: Any = None,
) -> Any:
    """Return, for each week and bucket edge, the dollars that would cross the edge and those that did, still open.

    Parameters
    ----------
    claims, transactions : frames of the table contract
    as_of, weeks : last day of the last week, and how many weeks there are
    clock, edges, by, submissions, statements, coverages : as for :func:`roll_table`

    Returns
    -------
    frame with ``by``, ``from_day``, ``to_day``, ``edge`` (last day of the younger bucket), ``items`` and ``due``
    (dollars open on the first day whose age passes the edge by the second), ``crossed`` (those of them that are
    past the edge and still open on the second day) and ``roll_rate``, ``crossed`` / ``due``. Only where something
    was due.

    Raises
    ------
    SettingsError, NotAvailable, InputRefused
        as :func:`roll_table`.

    Notes
    -----
    The denominator is not the whole bucket: of a bucket of 30 days only about a quarter can leave it by age in a
    week, whatever the payer does. Dollars are followed as :func:`roll_table` does, what was open leaving first. What
    a first sending made younger than the edge again has not crossed.

    Examples
    --------
    >>> import pandas as pd
    >>> claims = pd.DataFrame({"practice_id": "p", "claim_id": ["c1"],
    ...     "service_date": pd.to_datetime(["2026-01-02"])})
    >>> rows = pd.DataFrame({"practice_id": "p", "claim_id": "c1", "responsible": "payer_1",
    ...     "posted_date": pd.to_datetime(["2026-01-05", "2026-02-02"]), "kind": ["charge", "payer_payment"],
    ...     "amount": [160.0, -120.0]})
    >>> table = weekly_roll_table(claims, rows, as_of="2026-02-03", clock="service")
    >>> table[["edge", "due", "crossed", "roll_rate"]].values.tolist()
    [[30, 160.0, 40.0, 0.25]]
    """
    days = week_ends(as_of, weeks=weeks)
    days = [days[0] - dt.timedelta(days=7), *days]
    check_clock(clock, submissions)
    bucket_names(edges)  # refuses edges that do not rise
    by = checked_by(by, claims, "weekly_roll_table")
    nothing = nw.lit(0).cast(nw.Int64)
    before = balance_cents(transactions, days[0]).select(
        *ITEM, _at=nothing, _cents=nw.col("balance_cents"), _left=nothing
    )
    within = transactions.filter((nw.col("posted_date") > days[0]) & (nw.col("posted_date") <= days[-1]))
    netted = net_postings(within.with_columns(_at=places(days)), "_at")
    gone = nw.when(nw.col("_cents") < 0).then(-nw.col("_cents")).otherwise(nothing)
    posted = (
        netted.with_columns(_left=gone)
        .group_by(*ITEM, "_at")
        .agg(nw.col("_cents").sum(), nw.col("_left").sum())
        .with_columns(*as_counts("_cents", "_left"))
    )
    held = _standing(nw.concat([before, posted.select(*ITEM, "_at", "_cents", "_left")]), len(days))
    held = add_starts(add_facts(held, claims, coverages, by), transactions, submissions, statements, clock)
    weeks_of = held.join(place_table(held, days), how="cross").filter(
        (nw.col("_place") > nw.col("_at")) & (nw.col("_place") <= nw.col("_until"))
    )
    first, last = nw.col("_first"), nw.col("_last")
    weeks_of = weeks_of.with_columns(
        _age=_not_below_zero(age_on(first, weeks_of, clock)), _age_after=age_on(last, weeks_of, clock)
    ).with_columns(_grown=nw.col("_age") + (last - first))
    # Few items pass an edge in a week: only these are looked at edge by edge.
    weeks_of = weeks_of.filter(bucket_at("_grown", edges) > bucket_at("_age", edges))
    at_edge = weeks_of.join(small_like(held, {"edge": list(edges)}), how="cross").filter(
        (nw.col("_age") <= nw.col("edge")) & (nw.col("_grown") > nw.col("edge"))
    )
    # What the next postings take counts in the week that they are posted in.
    stays = nw.when(nw.col("_place") == nw.col("_until")).then(nw.col("_stays")).otherwise(nw.col("_cents"))
    across = nw.when(nw.col("_age_after") > nw.col("edge")).then(stays).otherwise(nothing)
    table = (
        at_edge.with_columns(_across=across)
        .group_by(*by, "_first", "_last", "edge")
        .agg(nw.col("_cents").sum(), nw.col("_across").sum(), items=nw.len())
        .with_columns(
            *as_counts("items"),
            from_day=dated("_first", days[0]),
            to_day=dated("_last", days[0]),
            due=dollars("_cents"),
            crossed=dollars("_across"),
            roll_rate=nw.col("_across").cast(nw.Float64) / nw.col("_cents").cast(nw.Float64),
        )
    )
    columns = ("from_day", "to_day", "edge", "items", "due", "crossed", "roll_rate")
    return sorted_by(table.select(*by, *columns), *by, "from_day", "edge")


def _checked_days(days: Sequence[dt.date | str], as_of: dt.date | str) -> list[dt.date]:
    """Return the days asked for, or say that they do not rise to the last."""
    found = [to_date(day) for day in days]
    if not found or sorted(set(found)) != found or found[-1] != to_date(as_of):
        raise SettingsError("The days of the balances must rise, each once, and the last be the day as_of.")
    return found


def _sums(rows: nw.LazyFrame[Any], at: str) -> nw.LazyFrame[Any]:
    """Return the cents posted by item and place."""
    sums = rows.with_columns(_cents=cents("amount")).group_by(*ITEM, at).agg(nw.col("_cents").sum())
    return sums.with_columns(*as_counts("_cents"))


def _standing(sums: nw.LazyFrame[Any], end: int) -> nw.LazyFrame[Any]:
    """Return the balances above zero with the places they stand for, from ``_at`` up to ``_until``.

    With ``_left``, what was taken out at a place, ``_stays`` says what of the balance is there after ``_until``.
    """
    leaves = "_left" in sums.collect_schema().names()
    moved = nw.col("_cents") != 0
    if leaves:
        moved = moved | (nw.col("_left") != 0)
    order = {"order_by": "_at"}
    sums = sums.filter(moved)
    taken = {"_taken": nw.col("_left").shift(-1).over(*ITEM, **order)} if leaves else {}
    held = sums.with_columns(
        _cents=nw.col("_cents").cum_sum().over(*ITEM, **order).cast(nw.Int64),
        _until=nw.col("_at").shift(-1).over(*ITEM, **order),
        **taken,
    ).filter(nw.col("_cents") > 0)
    held = held.with_columns(_until=nw.col("_until").fill_null(end))
    if not leaves:
        return held
    return held.with_columns(_stays=_not_below_zero(nw.col("_cents") - nw.col("_taken").fill_null(0)))


def _not_below_zero(value: nw.Expr) -> nw.Expr:
    return nw.when(value < 0).then(nw.lit(0).cast(nw.Int64)).otherwise(value)
