"""Aging: how old is each unpaid balance, and how much money sits in each age bucket?

Reads open items, returns tables. The clock is a visible choice; total AR is the same under every clock. It
draws nothing and changes nothing in place.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import narwhals.stable.v2 as nw

from arlab.errors import NotAvailable, SettingsError
from arlab.frames import (
    as_counts,
    cents,
    days_between,
    dollars,
    labelled,
    small_like,
    sorted_by,
    steps,
    table_function,
    to_date,
    to_pandas,
)
from arlab.ledger import credits, open_items
from arlab.tables import NOT_ON_FILE, PATIENT_BALANCES, Practice

__all__ = [
    "BUCKET_EDGES",
    "CLOCKS",
    "add_age",
    "add_bucket",
    "add_owner",
    "aged_items",
    "aging_table",
    "aging_wide_table",
    "bucket_labels",
    "bucket_of",
    "credit_items",
    "credit_table",
    "describe_aging",
]

BUCKET_EDGES = (30, 60, 90, 120)
"""Last day of each bucket but the oldest: day 30 is in 0-30 (MGMA survey buckets)."""

CLOCKS = {
    "standard": "payer balances from the first bill, patient balances from the day they became the patient's",
    "service": "every balance from the day of the visit",
    "first_bill": "every balance from the first sending of the claim; sending it again does not restart it",
    "responsibility": "every balance from the day its party became responsible",
}
"""Name of an aging clock -> what it counts from. A balance without that day counts from the visit."""

NO_DATE = "no date"
NOBODY = "nobody yet"


def _checked(edges: Sequence[int]) -> tuple[int, ...]:
    """Return bucket edges, or say what is wrong with them."""
    whole = [isinstance(edge, int) and not isinstance(edge, bool) and edge >= 0 for edge in edges]
    if not whole or not all(whole) or any(b <= a for a, b in pairwise(edges)):
        raise SettingsError(
            f"Bucket edges {list(edges)} are not rising whole days: give numbers such as 30, 60, 90, 120."
        )
    return tuple(edges)


def bucket_labels(edges: Sequence[int] = BUCKET_EDGES) -> tuple[str, ...]:
    """Return the bucket names for the last days of the buckets, youngest first.

    Examples
    --------
    >>> bucket_labels()
    ('0-30', '31-60', '61-90', '91-120', 'over 120')
    """
    edges = _checked(edges)
    starts = (0, *(edge + 1 for edge in edges[:-1]))
    between = [f"{start}-{end}" for start, end in zip(starts, edges, strict=True)]
    return (*between, f"over {edges[-1]}")


def bucket_of(ages: Sequence[int], *, edges: Sequence[int] = BUCKET_EDGES) -> list[str]:
    """Return the bucket of each age in days.

    Examples
    --------
    >>> bucket_of([0, 30, 31, 120, 121])
    ['0-30', '0-30', '31-60', '91-120', 'over 120']
    """
    labels = bucket_labels(edges)
    return [labels[sum(age > edge for edge in edges)] for age in ages]


@table_function(
    open_items=("as_of", "responsible", "*?", "service_date?", "first_bill_date?", "responsibility_date?")
)
def add_age(open_items: Any, *, clock: str = "standard") -> Any:
    """Return the open items with ``age_days`` and the ``clock`` it was counted with.

    Parameters
    ----------
    open_items : frame with ``as_of``, ``responsible`` and the date that the clock counts from
    clock : a key of ``CLOCKS``

    Returns
    -------
    the frame with ``age_days`` (whole days, never below 0: a balance that is not due yet is 0 days old) and
    ``clock``. A row without the clock's date counts from the visit; without any date its age is empty.

    Raises
    ------
    SettingsError
        when the clock has another name.
    NotAvailable
        when the items have no column with the clock's date.
    """
    if clock not in CLOCKS:
        raise SettingsError(f"There is no aging clock '{clock}': choose {', '.join(CLOCKS)}.")
    have = open_items.collect_schema().names()
    needs = {
        "standard": ("first_bill_date", "responsibility_date"),
        "service": ("service_date",),
        "first_bill": ("first_bill_date",),
        "responsibility": ("responsibility_date",),
    }[clock]
    lacking = [name for name in needs if name not in have]
    if lacking:
        raise NotAvailable(
            f"The {clock} clock is not available, because the open items have no {lacking[0]}: choose a clock"
            " whose dates are there."
        )
    if clock == "standard":
        by_patient = nw.col("responsible").is_in(["patient", "agency"])
        start = nw.when(by_patient).then(nw.col("responsibility_date")).otherwise(nw.col("first_bill_date"))
    else:
        start = nw.col(needs[0])
    if "service_date" in have:
        start = nw.coalesce(start, nw.col("service_date"))
    return (
        open_items.with_columns(_start=start, clock=nw.lit(clock))
        .with_columns(_age=days_between("_start", "as_of"))
        .with_columns(age_days=nw.when(nw.col("_age") < 0).then(nw.lit(0)).otherwise(nw.col("_age")))
        .drop("_start", "_age")
    )


@table_function(open_items=("age_days", "*?"))
def add_bucket(open_items: Any, *, edges: Sequence[int] = BUCKET_EDGES) -> Any:
    """Return the open items with ``bucket`` and ``bucket_number`` (0 for the youngest).

    Parameters
    ----------
    open_items : frame with ``age_days`` (see :func:`add_age`)
    edges : last day of each bucket but the oldest

    Returns
    -------
    the frame with the two columns; a row without an age is in the bucket ``no date``, after the oldest.
    """
    labels = bucket_labels(edges)
    number = steps(nw.col("age_days"), edges).fill_null(len(edges) + 1)
    return open_items.with_columns(bucket_number=number).with_columns(
        bucket=labelled(nw.col("bucket_number"), labels, otherwise=NO_DATE)
    )


@table_function(
    open_items=("practice_id", "claim_id", "as_of", "*?"),
    actions=("practice_id", "claim_id", "date", "staff", "action_id?"),
)
def add_owner(open_items: Any, actions: Any) -> Any:
    """Return the open items with ``owner``: who worked the claim last, as known on the items' day.

    Parameters
    ----------
    open_items : frame with ``practice_id``, ``claim_id`` and ``as_of``
    actions : follow-up log of the table contract; actions after the items' day do not count. Of several on one day
        the one with the greatest ``action_id`` is the last, and without ids the last name of the alphabet.

    Returns
    -------
    the frame with the name of the person, or ``nobody yet`` where no one touched the claim; sorted by claim, day
    and party.

    Examples
    --------
    >>> import pandas as pd
    >>> items = pd.DataFrame({"practice_id": "p", "claim_id": ["c1", "c2"], "balance": [10.0, 20.0],
    ...     "as_of": pd.to_datetime("2026-03-31")})
    >>> actions = pd.DataFrame({"practice_id": "p", "claim_id": "c1", "staff": ["Amy", "John"],
    ...     "date": pd.to_datetime(["2026-03-02", "2026-04-01"])})
    >>> add_owner(items, actions)["owner"].tolist()
    ['Amy', 'nobody yet']
    """
    claim = ["practice_id", "claim_id"]
    item = [*claim, "as_of"]  # items of several days may stand in one frame
    days = open_items.group_by(*item).agg(_items=nw.len()).select(*item)
    known = days.join(actions, on=claim, how="inner").filter(nw.col("date") <= nw.col("as_of"))
    # One window after the other: each keeps the rows that are the last by one column.
    have = actions.collect_schema().names()
    for name in ("date", "action_id") if "action_id" in have else ("date",):
        known = known.filter(nw.col(name) == nw.col(name).max().over(*item))
    last = known.group_by(*item).agg(owner=nw.col("staff").max())
    found = open_items.join(last, on=item, how="left").with_columns(owner=nw.col("owner").fill_null(NOBODY))
    return sorted_by(
        found, *item, *(["responsible"] if "responsible" in found.collect_schema().names() else [])
    )


@table_function(
    open_items=("bucket_number", "bucket", "balance", "not_on_file?", "not_yet_stated?"),
)
def aging_table(
    open_items: Any, *, by: Sequence[str] = (), buckets: Sequence[str] | None = bucket_labels()
) -> Any:
    """Return the open balance and the number of items per age bucket.

    Parameters
    ----------
    open_items : frame with ``bucket``, ``bucket_number`` (see :func:`add_bucket`) and ``balance`` in dollars
    by : column names to split by, such as ``["payer"]``
    buckets : bucket names that must appear, youngest first, with zero where there is nothing; ``None`` shows
        only those that occur (for a file with buckets of its own)

    Returns
    -------
    frame with ``by``, ``bucket_number``, ``bucket``, ``items``, ``balance``; where the items have them also
    ``not_on_file`` and ``not_yet_stated``, the dollars within ``balance`` that no payer has accepted or no
    statement has asked for. The balances add up to the total of ``open_items``. Sorted by ``by`` and bucket.
    Credits are not here: see :func:`credit_table`.
    """
    by = (by,) if isinstance(by, str) else tuple(by)
    have = open_items.collect_schema().names()
    asides = [name for name in ("not_on_file", "not_yet_stated") if name in have]
    sums = ["balance", *asides]
    rows = open_items.with_columns(balance=cents("balance"))
    for name in asides:
        inside = nw.when(nw.col(name).fill_null(False)).then(nw.col("balance"))
        rows = rows.with_columns(inside.otherwise(nw.lit(0)).alias(name))
    counted = (
        rows.group_by(*by, "bucket_number", "bucket")
        .agg(nw.col(*sums).sum(), items=nw.len())
        .with_columns(*as_counts("items", *sums))
        .select(*by, "bucket_number", "bucket", "items", *sums)
    )
    if buckets is not None:
        counted = _with_empty(counted, by, buckets, ("items", *sums))
    table = counted.with_columns(dollars(nw.col(*sums)))
    return sorted_by(table.select(*by, "bucket_number", "bucket", "items", *sums), *by, "bucket_number")


def _with_empty(counted: Any, by: Sequence[str], buckets: Sequence[str], sums: Sequence[str]) -> Any:
    """Return sums by group and bucket, with a row of zeros for a bucket that must show and has none."""
    keys = ("bucket_number", "bucket")
    labels = small_like(counted, {"_number": list(range(-1, len(buckets))), "_label": ["", *buckets]})
    own = nw.col("_number") < 0
    if not by:  # also where nothing is open
        zero = [nw.lit(0).cast(nw.Int64).alias(name) for name in sums]
        named = [nw.col("_number").alias("bucket_number"), nw.col("_label").alias("bucket")]
        rows = nw.concat([counted, labels.filter(~own).select(*named, *zero)])
    else:
        # Each row beside each label, and not a list of groups put to the rows: these are then worked out only once.
        listed: Any = nw.lit(False)
        for number, bucket in enumerate(buckets):
            listed = listed | ((nw.col("bucket_number") == number) & (nw.col("bucket") == bucket))
        here = (nw.col("bucket_number") == nw.col("_number")) & (nw.col("bucket") == nw.col("_label"))
        rows = counted.with_columns(_listed=listed.fill_null(False)).join(labels, how="cross")
        rows = rows.filter(~own | ~nw.col("_listed")).with_columns(
            *[nw.when(own | here).then(nw.col(name)).otherwise(nw.lit(0)).alias(name) for name in sums]
        )
        rows = rows.with_columns(
            bucket_number=nw.when(own).then(nw.col("bucket_number")).otherwise(nw.col("_number")),
            bucket=nw.when(own).then(nw.col("bucket")).otherwise(nw.col("_label")),
        )
    return rows.group_by(*by, *keys).agg(nw.col(*sums).sum()).with_columns(*as_counts(*sums))


def aging_wide_table(
    open_items: Any, *, by: Sequence[str] = ("payer",), buckets: Sequence[str] | None = bucket_labels()
) -> Any:
    """Return the aging report as people print it: one row per group, one column per bucket, then the total.

    Parameters
    ----------
    open_items : as for :func:`aging_table`
    by : column names of the rows
    buckets : as for :func:`aging_table`

    Returns
    -------
    pandas frame with ``by``, one column per bucket in dollars, ``total`` and ``oldest_share`` (share of the total
    in the oldest bucket, 0 to 1), largest total first. For reading; compute on :func:`aging_table`.
    """
    by = [by] if isinstance(by, str) else list(by)
    long = nw.from_native(aging_table(open_items, by=by, buckets=buckets))
    long = long.collect() if isinstance(long, nw.LazyFrame) else long
    frame = long.to_pandas()
    order = (
        frame[["bucket_number", "bucket"]].drop_duplicates().sort_values("bucket_number")["bucket"].tolist()
    )
    if frame.empty:
        order = list(buckets or ())
    whole = frame.assign(balance=(frame["balance"] * 100).round().astype("int64"))
    wide = whole.pivot_table(
        index=by, columns="bucket", values="balance", aggfunc="sum", fill_value=0, dropna=False, observed=True
    )
    wide = wide.reindex(columns=order, fill_value=0)
    total = wide.sum(axis=1)
    oldest = next((name for name in reversed(order) if name != NO_DATE), None)
    share = wide[oldest] / total.where(total != 0) if oldest else total * float("nan")
    result: Any = (wide / 100).assign(total=total / 100, oldest_share=share)
    result = result.rename_axis(columns=None).reset_index()
    return result.sort_values(["total", *by], ascending=[False] + [True] * len(by), ignore_index=True)


@table_function(credits=("amount",))
def credit_table(credits: Any, *, by: Sequence[str] = ("responsible",)) -> Any:
    """Return what the practice owes back: ``by``, ``items``, ``amount`` in dollars, sorted by ``by``."""
    by = (by,) if isinstance(by, str) else tuple(by)
    rows = credits.with_columns(amount=cents("amount"))
    total = [nw.col("amount").sum()]
    table = rows.group_by(*by).agg(*total, items=nw.len()) if by else rows.select(*total, items=nw.len())
    return sorted_by(
        table.with_columns(*as_counts("items"), amount=dollars("amount")).select(*by, "items", "amount"), *by
    )


def aged_items(
    practice: Practice,
    *,
    as_of: dt.date | str | None = None,
    clock: str = "standard",
    edges: Sequence[int] = BUCKET_EDGES,
) -> Any:
    """Return a practice's open items on a day, with age and bucket, as a pandas frame.

    Parameters
    ----------
    practice : with a ledger (``claims`` and ``transactions`` of any engine), or with ``open_items`` of a snapshot
    as_of : the day; the practice's own when left out
    clock, edges : as for :func:`add_age` and :func:`add_bucket`

    Raises
    ------
    NotAvailable
        when the day is later than the practice's data, a snapshot is asked for another day, or the dates for
        the clock are missing and the file has no buckets of its own.

    Notes
    -----
    A snapshot without the dates of the standard clock is aged from the visit; without any date it keeps the
    buckets of its file. The column ``clock`` says which it was.
    """
    day = practice.as_of if as_of is None else to_date(as_of)
    if day > practice.as_of:
        raise NotAvailable(
            f"'{practice.name}' ends on {practice.as_of}: ask for that day or an earlier one, not {day}."
        )
    if practice.has("claims", "transactions"):
        tables = {name: practice.tables.get(name) for name in ("submissions", "statements", "coverages")}
        items = to_pandas(open_items(practice.claims, practice.transactions, as_of=day, **tables))
        items = _known(practice, items).drop(
            columns=[] if practice.knows(NOT_ON_FILE) else ["not_on_file"], errors="ignore"
        )
        if tables["submissions"] is None and clock == "standard":
            clock = "service"
    else:
        items = practice.open_items
        if day != practice.as_of:
            raise NotAvailable(
                f"'{practice.name}' is a picture of {practice.as_of} and knows no other day: a past day needs"
                " the dated ledger."
            )
        dated = [name for name in ("service_date", "first_bill_date", "responsibility_date") if name in items]
        if "bucket" in items and (clock == "standard" or not dated):
            return items.assign(clock="as in the file")
        if "age_days" in items and not dated:
            return add_bucket(items.assign(clock="as in the file"), edges=edges)
        if clock == "standard" and not {"first_bill_date", "responsibility_date"} <= set(dated):
            clock = "first_bill" if "first_bill_date" in dated else "service"
    return add_bucket(add_age(items, clock=clock), edges=edges)


def credit_items(practice: Practice, *, as_of: dt.date | str | None = None) -> Any:
    """Return what a practice owes back on a day, as a pandas frame of ``credits``."""
    day = practice.as_of if as_of is None else to_date(as_of)
    if practice.has("claims", "transactions"):
        covered = practice.tables.get("coverages")
        found = to_pandas(credits(practice.claims, practice.transactions, as_of=day, coverages=covered))
        return _known(practice, found)
    return practice.credits


def _known(practice: Practice, items: Any) -> Any:
    """Return the items whose balance is known: a ledger without patient payments knows what payers owe alone."""
    if practice.knows(PATIENT_BALANCES):
        return items
    return items[~items["responsible"].isin(["patient", "agency"])].reset_index(drop=True)


def describe_aging(table: Any) -> str:
    """Return an aging table without groups as one sentence."""
    frame = nw.from_native(table)
    rows = (frame.collect() if isinstance(frame, nw.LazyFrame) else frame).sort("bucket_number").to_dict()
    balance, names, items = (rows[name].to_list() for name in ("balance", "bucket", "items"))
    total = round(sum(balance), 2)
    if not total:
        return "No balance is open."
    opening = f"${total:,.2f} is open on {sum(items):,} item{'s' * (sum(items) != 1)}"
    dated = [i for i, name in enumerate(names) if name != NO_DATE]
    undated = round(sum(value for value, name in zip(balance, names, strict=True) if name == NO_DATE), 2)
    if undated == total:
        return f"{opening}, and no date says how old it is."
    unknown = f"; no date says how old ${undated:,.2f} is" if undated else ""
    young, old = dated[0], dated[-1]
    return (
        f"{opening}: {balance[young] / total:.1%} in the bucket {names[young]},"
        f" {balance[old] / total:.1%} in {names[old]}{unknown}."
    )
