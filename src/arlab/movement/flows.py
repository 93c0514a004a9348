"""Of the dollars in each age bucket on one day, where are they on a later day?

Compares two lists of open items, claim by claim, and adds up; the notes of :func:`movement_table` say how. It reads
no file and ages nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import narwhals.stable.v2 as nw

from arlab.errors import InputRefused
from arlab.frames import as_counts, cents, dollars, sorted_by, table_function

__all__ = ["FIRST_OTHER", "FROM", "TO", "movement_table"]

FIRST_OTHER = 100
"""Numbers from here on are no buckets: dollars that were not open before, or are not open after."""

FROM = {
    "grew": (101, "balance grew"),
    "credit": (102, "was a credit"),
    "new": (103, "newly open"),
    "group": (104, "from another group"),
}
"""Where dollars come from that were in no bucket on the first day: number and label."""

TO = {
    "fell": (101, "balance fell"),
    "credit": (102, "now a credit"),
    "gone": (103, "no longer open"),
    "group": (104, "to another group"),
}
"""Where dollars went that are in no bucket on the second day: number and label."""

_ITEM = ("practice_id?", "claim_id", "responsible", "bucket_number", "bucket", "balance")
_CREDIT = ("practice_id?", "claim_id", "responsible", "amount")


@table_function(opening=_ITEM, closing=_ITEM, opening_credits=_CREDIT, closing_credits=_CREDIT)
def movement_table(
    opening: Any,
    closing: Any,
    *,
    opening_credits: Any = None,
    closing_credits: Any = None,
    by: Sequence[str] = (),
) -> Any:
    """Return the dollars that moved from each bucket of one day to each bucket of a later day.

    Parameters
    ----------
    opening, closing : open items of the two days, with ``bucket`` (see :func:`arlab.aging.add_bucket`)
    opening_credits, closing_credits : what was owed back on the two days, to tell balances that became credits
    by : column names to split by, such as ``["payer"]``

    Returns
    -------
    frame with ``by``, ``from_number``, ``from_bucket``, ``to_number``, ``to_bucket``, ``items`` and ``balance`` in
    dollars, one row per way that dollars took. What starts in a bucket adds up to that bucket's opening balance,
    and what ends in one to its closing balance. Numbers from 100 on are no buckets but the ways of ``FROM`` and
    ``TO``. A balance that was partly settled stands in two rows, so the items of several rows do not add up.

    Raises
    ------
    InputRefused
        when one of the two has no column that is named in ``by``.

    Notes
    -----
    Dollars are followed by claim and party, oldest bucket to oldest bucket; up to the lower of the two balances
    they are the same dollars. What then lacks with one party and is more with another of the same claim was passed on
    from one to the other. The rest was settled: the balance fell where the claim is still open, else it is a credit
    or no longer open. The rest of the closing day was likewise added: the balance grew where the claim was open
    before, else it was a credit or is newly open.

    Examples
    --------
    >>> import pandas as pd
    >>> june = pd.DataFrame({"claim_id": ["a", "b"], "responsible": "payer_1", "bucket_number": 0,
    ...                      "bucket": "0-30", "balance": [80.0, 40.0]})
    >>> july = pd.DataFrame({"claim_id": ["a"], "responsible": "payer_1", "bucket_number": 1,
    ...                      "bucket": "31-60", "balance": [20.0]})
    >>> movement_table(june, july)[["from_bucket", "to_bucket", "balance"]].to_numpy().tolist()
    [['0-30', '31-60', 20.0], ['0-30', 'balance fell', 60.0], ['0-30', 'no longer open', 40.0]]
    """
    by = (by,) if isinstance(by, str) else tuple(by)
    for name, frame in (("opening", opening), ("closing", closing)):
        lacking = [column for column in by if column not in frame.collect_schema().names()]
        if lacking:
            raise InputRefused(f"movement_table cannot split by '{lacking[0]}': {name} has no such column.")
    given = [frame for frame in (opening, closing, opening_credits, closing_credits) if frame is not None]
    of_many = all("practice_id" in frame.collect_schema().names() for frame in given)
    claim = ["practice_id", "claim_id"] if of_many else ["claim_id"]
    before, after = _cells(opening, claim, by), _cells(closing, claim, by)
    same_party, before_left, after_left = _matched(before, after, [*claim, "responsible"], by)
    passed_on, before_left, after_left = _matched(before_left, after_left, claim, by)
    ways = nw.concat(
        [
            same_party,
            passed_on,
            _ended(before_left, after, closing_credits, claim, by),
            _begun(after_left, before, opening_credits, claim, by),
        ]
    )
    return _added_up(ways, by)


def _cells(items: nw.LazyFrame[Any], claim: Sequence[str], by: Sequence[str]) -> nw.LazyFrame[Any]:
    """Return the cents per claim, party, bucket and group; groups as text, which every engine can sort."""
    groups = [nw.col(name).cast(nw.String).fill_null("").alias(f"group_{n}") for n, name in enumerate(by)]
    named = items.with_columns(*groups, number=nw.col("bucket_number").cast(nw.Int64), cents=cents("balance"))
    keys = [*claim, "responsible", *_groups(by), "number", "bucket"]
    summed = named.group_by(*keys).agg(nw.col("cents").sum()).with_columns(*as_counts("cents"))
    return summed.filter(nw.col("cents") > 0).select(*keys, "cents")


def _groups(by: Sequence[str], prefix: str = "") -> list[str]:
    return [f"{prefix}group_{n}" for n, _ in enumerate(by)]


def _matched(
    before: nw.LazyFrame[Any], after: nw.LazyFrame[Any], within: Sequence[str], by: Sequence[str]
) -> tuple[nw.LazyFrame[Any], nw.LazyFrame[Any], nw.LazyFrame[Any]]:
    """Return the ways of the dollars that are on both sides within a key, and what is left of either side.

    Laid end to end, oldest first, the dollars of both sides are spans on one line; where two spans overlap they are
    the same dollars.
    """
    before, after = _spans(before, within, by), _spans(after, within, by)
    side = ["number", "bucket", *_groups(by), "start", "end"]
    other = after.select(*within, *[nw.col(name).alias(f"to_{name}") for name in side])
    first = nw.when(nw.col("start") > nw.col("to_start")).then(nw.col("start")).otherwise(nw.col("to_start"))
    last = nw.when(nw.col("end") < nw.col("to_end")).then(nw.col("end")).otherwise(nw.col("to_end"))
    ways = before.join(other, on=list(within), how="inner").with_columns(cents=last - first)
    ways = ways.filter(nw.col("cents") > 0)
    return _ways(ways, by), _left(before, after, within), _left(after, before, within)


def _spans(cells: nw.LazyFrame[Any], within: Sequence[str], by: Sequence[str]) -> nw.LazyFrame[Any]:
    """Return the cells with the place of their cents on the line of their key."""
    order = ["responsible", "younger", "bucket", *_groups(by)]
    lined = cells.with_columns(younger=0 - nw.col("number"))
    end = nw.col("cents").cum_sum().over(*within, order_by=order).cast(nw.Int64)
    return lined.with_columns(end=end).with_columns(start=nw.col("end") - nw.col("cents")).drop("younger")


def _left(cells: nw.LazyFrame[Any], others: nw.LazyFrame[Any], within: Sequence[str]) -> nw.LazyFrame[Any]:
    """Return the cents of each cell that lie beyond the end of the other side's line."""
    total = others.group_by(*within).agg(total=nw.col("cents").sum())
    total = total.with_columns(*as_counts("total"))
    joined = cells.join(total, on=list(within), how="left").with_columns(nw.col("total").fill_null(0))
    beyond = nw.when(nw.col("total") > nw.col("start")).then(nw.col("total")).otherwise(nw.col("start"))
    left = joined.with_columns(cents=nw.col("end") - beyond).filter(nw.col("cents") > 0)
    return left.drop("start", "end", "total")


def _ways(frame: nw.LazyFrame[Any], by: Sequence[str]) -> nw.LazyFrame[Any]:
    """Return only what says whence and whither so many cents went."""
    whence = [nw.col(name).alias(f"from_{name}") for name in ("number", "bucket", *_groups(by))]
    whither = [nw.col(f"to_{name}") for name in ("number", "bucket", *_groups(by))]
    return frame.select(*whence, *whither, nw.col("cents"))


def _with_fate(
    cells: nw.LazyFrame[Any], others: nw.LazyFrame[Any], credits: Any, claim: Sequence[str]
) -> tuple[nw.LazyFrame[Any], nw.Expr, nw.Expr]:
    """Return the cells, and whether their claim is open, or a credit, on the other day."""
    is_open = others.select(*claim).unique(subset=list(claim)).with_columns(open=nw.lit(1))
    cells = cells.join(is_open, on=list(claim), how="left").with_columns(nw.col("open").fill_null(0))
    if credits is None:
        cells = cells.with_columns(owed=nw.lit(0))
    else:
        owed = credits.filter(cents("amount") > 0).select(*claim)
        owed = owed.unique(subset=list(claim)).with_columns(owed=nw.lit(1))
        cells = cells.join(owed, on=list(claim), how="left").with_columns(nw.col("owed").fill_null(0))
    return cells, nw.col("open") == 1, nw.col("owed") == 1


def _ended(
    left: nw.LazyFrame[Any], after: nw.LazyFrame[Any], credits: Any, claim: Sequence[str], by: Sequence[str]
) -> nw.LazyFrame[Any]:
    """Return the ways of the dollars that are in no bucket any more."""
    cells, is_open, is_credit = _with_fate(left, after, credits, claim)
    number, bucket = (
        nw.when(is_open)
        .then(nw.lit(TO["fell"][n]))
        .when(is_credit)
        .then(nw.lit(TO["credit"][n]))
        .otherwise(nw.lit(TO["gone"][n]))
        for n in (0, 1)
    )
    groups = [nw.col(name).alias(f"to_{name}") for name in _groups(by)]
    return _ways(cells.with_columns(*groups, to_number=number.cast(nw.Int64), to_bucket=bucket), by)


def _begun(
    left: nw.LazyFrame[Any], before: nw.LazyFrame[Any], credits: Any, claim: Sequence[str], by: Sequence[str]
) -> nw.LazyFrame[Any]:
    """Return the ways of the dollars that were in no bucket before."""
    cells, is_open, is_credit = _with_fate(left, before, credits, claim)
    number, bucket = (
        nw.when(is_open)
        .then(nw.lit(FROM["grew"][n]))
        .when(is_credit)
        .then(nw.lit(FROM["credit"][n]))
        .otherwise(nw.lit(FROM["new"][n]))
        for n in (0, 1)
    )
    own = [nw.col(name).alias(f"to_{name}") for name in ("number", "bucket", *_groups(by))]
    cells = cells.with_columns(*own)
    return _ways(cells.with_columns(number=number.cast(nw.Int64), bucket=bucket), by)


def _added_up(ways: nw.LazyFrame[Any], by: Sequence[str]) -> nw.LazyFrame[Any]:
    """Return the ways added up; one that leads from group to group is shown in both, with its end left open."""
    keys = ["from_number", "from_bucket", "to_number", "to_bucket"]
    whence, whither = _groups(by, "from_"), _groups(by, "to_")
    if by:
        apart: Any = nw.lit(False)
        for one, other in zip(whence, whither, strict=True):
            apart = apart | (nw.col(one) != nw.col(other))
        wanted = [*whence, *keys, "cents"]
        out_of = ways.filter(apart).with_columns(
            to_number=nw.lit(TO["group"][0]).cast(nw.Int64), to_bucket=nw.lit(TO["group"][1])
        )
        into = ways.filter(apart).with_columns(
            *[nw.col(other).alias(one) for one, other in zip(whence, whither, strict=True)],
            from_number=nw.lit(FROM["group"][0]).cast(nw.Int64),
            from_bucket=nw.lit(FROM["group"][1]),
        )
        ways = nw.concat([frame.select(*wanted) for frame in (ways.filter(~apart), out_of, into)])
    table = ways.group_by(*whence, *keys).agg(nw.col("cents").sum(), items=nw.len())
    named = [nw.col(group).alias(name) for group, name in zip(whence, by, strict=True)]
    table = table.with_columns(*as_counts("items"), balance=dollars("cents"))
    return sorted_by(table.select(*named, *keys, "items", "balance"), *by, *keys)
