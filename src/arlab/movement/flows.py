"""Of the dollars in each age bucket on one day, where are they on a later day?

Compares two lists of open items, claim by claim, and adds up; the notes of :func:`movement_table` say how. It reads
no file and ages nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import narwhals.stable.v2 as nw

from arlab.errors import InputRefused
from arlab.frames import as_counts, cents, dollars, small_like, sorted_by, table_function

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
    Dollars are followed by claim and party, the oldest item with the oldest; up to the lower of the two balances
    they are the same dollars. What then lacks in one item and is more in another of the same claim was passed on,
    in the order of the parties. The rest was settled: the balance fell where the claim is still open, else it is a
    credit or no longer open. The rest of the closing day was likewise added: the balance grew where the claim was
    open before, else it was a credit or is newly open.

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
    rows = [_items(opening, "before", claim, by), _items(closing, "after", claim, by)]
    for side, credits in (("before", opening_credits), ("after", closing_credits)):
        if credits is not None:
            rows.append(_credits(credits, side, claim, by))
    both = _side_by_side(nw.concat(rows), claim, by)
    return _added_up(nw.concat([_own_ways(both, by), _passed_on(both, claim, by)]), by)


def _groups(by: Sequence[str], side: str) -> list[str]:
    return [f"{side}_group_{n}" for n, _ in enumerate(by)]


def _facts(side: str, by: Sequence[str]) -> dict[str, Any]:
    """Return the columns that say where the dollars of a side stand, with their types."""
    kinds = {f"{side}_number": nw.Int64, f"{side}_bucket": nw.String}
    return kinds | dict.fromkeys(_groups(by, side), nw.String)


def _like_both(frame: nw.LazyFrame[Any], claim: Sequence[str], by: Sequence[str]) -> nw.LazyFrame[Any]:
    """Return the frame with every column that the rows of either side have, empty or 0 where it has none."""
    have = frame.collect_schema().names()
    facts = _facts("before", by) | _facts("after", by)
    cells = dict.fromkeys(("before", "after", "before_credit", "after_credit"), nw.Int64)
    empty = [nw.lit(None).cast(kind).alias(name) for name, kind in facts.items() if name not in have]
    zero = [nw.lit(0).cast(kind).alias(name) for name, kind in cells.items() if name not in have]
    return frame.with_columns(*empty, *zero).select(*claim, "responsible", "place", *facts, *cells)


def _items(items: nw.LazyFrame[Any], side: str, claim: Sequence[str], by: Sequence[str]) -> nw.LazyFrame[Any]:
    """Return the cents of each item, and its place among those of its claim and party, the oldest first."""
    # Groups as text without empty values: those can be compared and sorted on every engine.
    groups = [
        nw.col(name).cast(nw.String).fill_null("").alias(own)
        for name, own in zip(by, _groups(by, side), strict=True)
    ]
    named = items.with_columns(
        *groups,
        nw.col("bucket").alias(f"{side}_bucket"),
        nw.col("bucket_number").cast(nw.Int64).alias(f"{side}_number"),
        cents("balance").alias(side),
        younger=0 - nw.col("bucket_number").cast(nw.Int64),
        one=nw.lit(1),
    ).filter(nw.col(side) > 0)
    order = ["younger", f"{side}_bucket", *_groups(by, side), side]
    place = nw.col("one").cum_sum().over(*claim, "responsible", order_by=order).cast(nw.Int64)
    return _like_both(named.with_columns(place=place), claim, by)


def _credits(
    credits: nw.LazyFrame[Any], side: str, claim: Sequence[str], by: Sequence[str]
) -> nw.LazyFrame[Any]:
    """Return the cents owed back, as rows of their own."""
    named = credits.with_columns(cents("amount").alias(f"{side}_credit"), place=nw.lit(0).cast(nw.Int64))
    return _like_both(named, claim, by)


def _side_by_side(rows: nw.LazyFrame[Any], claim: Sequence[str], by: Sequence[str]) -> nw.LazyFrame[Any]:
    """Return one row per claim, party and place, with the cents of both days and what is known of the whole claim.

    ``kept`` are the cents that both days have; the rest of either side lies on a line from ``start`` to ``end``
    along its claim. As far as both lines of a claim reach, its cents were passed on.
    """
    cells = ("before", "after", "before_credit", "after_credit")
    both = rows.group_by(*claim, "responsible", "place").agg(
        *[nw.col(name).max() for name in _facts("before", by) | _facts("after", by)],
        *[nw.col(name).sum() for name in cells],
    )
    lower = nw.when(nw.col("before") < nw.col("after")).then(nw.col("before")).otherwise(nw.col("after"))
    both = both.with_columns(*as_counts(*cells)).with_columns(kept=lower)
    both = both.with_columns(
        before_rest=nw.col("before") - nw.col("kept"), after_rest=nw.col("after") - nw.col("kept")
    )
    order = ["responsible", "place"]
    lines = [
        nw.col(f"{side}_rest").cum_sum().over(*claim, order_by=order).cast(nw.Int64).alias(f"{side}_end")
        for side in ("before", "after")
    ]
    whole = [
        nw.col(name).sum().over(*claim).cast(nw.Int64).alias(f"claim_{name}")
        for name in (*cells, "before_rest", "after_rest")
    ]
    return both.with_columns(*lines, *whole).with_columns(
        before_start=nw.col("before_end") - nw.col("before_rest"),
        after_start=nw.col("after_end") - nw.col("after_rest"),
    )


def _beyond(side: str, other: str) -> nw.Expr:
    """Return the cents of one side's rest that lie beyond the end of the other side's line."""
    reach = nw.col(f"claim_{other}_rest")
    start = nw.when(reach > nw.col(f"{side}_start")).then(reach).otherwise(nw.col(f"{side}_start"))
    cents_beyond = nw.col(f"{side}_end") - start
    return nw.when(cents_beyond > 0).then(cents_beyond).otherwise(nw.lit(0).cast(nw.Int64))


def _fate(side: str, ways: dict[str, tuple[int, str]], usual: tuple[str, str], place: int) -> nw.Expr:
    """Return number (place 0) or label (1) of the way of cents that are in no bucket on this other side."""
    same, gone = usual
    kind = nw.Int64 if place == 0 else nw.String
    return (
        nw.when(nw.col(f"claim_{side}") > 0)
        .then(nw.lit(ways[same][place]).cast(kind))
        .when(nw.col(f"claim_{side}_credit") > 0)
        .then(nw.lit(ways["credit"][place]).cast(kind))
        .otherwise(nw.lit(ways[gone][place]).cast(kind))
    )


def _own_ways(both: nw.LazyFrame[Any], by: Sequence[str]) -> nw.LazyFrame[Any]:
    """Return the ways of the cents that stayed in their item, were settled, or were added."""
    # Each row three times instead of three frames: the engine reads the items once.
    kinds = small_like(both, {"way": ["kept", "ended", "begun"]})
    kept, ended = nw.col("way") == "kept", nw.col("way") == "ended"
    amount = nw.when(kept).then(nw.col("kept")).when(ended).then(_beyond("before", "after"))
    chosen = both.join(kinds, how="cross").with_columns(cents=amount.otherwise(_beyond("after", "before")))
    begun = nw.col("way") == "begun"
    sides = {
        "before_number": nw.when(begun).then(_fate("before", FROM, ("grew", "new"), 0)),
        "before_bucket": nw.when(begun).then(_fate("before", FROM, ("grew", "new"), 1)),
        "after_number": nw.when(ended).then(_fate("after", TO, ("fell", "gone"), 0)),
        "after_bucket": nw.when(ended).then(_fate("after", TO, ("fell", "gone"), 1)),
    }
    for one, other in zip(_groups(by, "before"), _groups(by, "after"), strict=True):
        sides |= {one: nw.when(begun).then(nw.col(other)), other: nw.when(ended).then(nw.col(one))}
    chosen = chosen.filter(nw.col("cents") > 0)
    facts = [way.otherwise(nw.col(name)).alias(name) for name, way in sides.items()]
    return _ways(chosen.select(*facts, "cents"), by)


def _passed_on(both: nw.LazyFrame[Any], claim: Sequence[str], by: Sequence[str]) -> nw.LazyFrame[Any]:
    """Return the ways of the cents that left one item of a claim and came to another."""
    sides = []
    for side, other in (("before", "after"), ("after", "before")):
        both_reach = (nw.col(f"{side}_rest") > 0) & (nw.col(f"claim_{other}_rest") > 0)
        sides.append(
            both.filter(both_reach).select(*claim, *_facts(side, by), f"{side}_start", f"{side}_end")
        )
    ways = sides[0].join(sides[1], on=list(claim), how="inner")
    ends = [nw.col("before_end"), nw.col("after_end")]
    starts = [nw.col("before_start"), nw.col("after_start")]
    first = nw.when(starts[0] > starts[1]).then(starts[0]).otherwise(starts[1])
    last = nw.when(ends[0] < ends[1]).then(ends[0]).otherwise(ends[1])
    return _ways(ways.with_columns(cents=last - first).filter(nw.col("cents") > 0), by)


def _ways(frame: nw.LazyFrame[Any], by: Sequence[str]) -> nw.LazyFrame[Any]:
    return frame.select(*_facts("before", by), *_facts("after", by), "cents")


def _added_up(ways: nw.LazyFrame[Any], by: Sequence[str]) -> nw.LazyFrame[Any]:
    """Return the ways added up; one that leads from group to group is shown in both, with its end left open."""
    names = {"before_number": "from_number", "before_bucket": "from_bucket"}
    names |= {"after_number": "to_number", "after_bucket": "to_bucket"}
    whence, whither = _groups(by, "before"), _groups(by, "after")
    ways = ways.group_by(*whence, *whither, *names).agg(nw.col("cents").sum(), items=nw.len())
    if by:
        apart: Any = nw.lit(False)
        for one, other in zip(whence, whither, strict=True):
            apart = apart | (nw.col(one) != nw.col(other))
        ways = ways.join(small_like(ways, {"end": [0, 1]}), how="cross").with_columns(apart=apart)
        ways = ways.filter(nw.col("apart") | (nw.col("end") == 0))
        out_of = nw.col("apart") & (nw.col("end") == 0)
        into = nw.col("apart") & (nw.col("end") == 1)
        ways = ways.with_columns(
            *_in_place(("after_number", "after_bucket"), TO["group"], out_of),
            *_in_place(("before_number", "before_bucket"), FROM["group"], into),
            *[
                nw.when(into).then(nw.col(other)).otherwise(nw.col(one)).alias(one)
                for one, other in zip(whence, whither, strict=True)
            ],
        )
    table = ways.group_by(*whence, *names).agg(nw.col("cents").sum(), nw.col("items").sum())
    named = [nw.col(group).alias(name) for group, name in zip(whence, by, strict=True)]
    named += [nw.col(old).alias(new) for old, new in names.items()]
    table = table.with_columns(*as_counts("items"), balance=dollars("cents"))
    return sorted_by(table.select(*named, "items", "balance"), *by, *names.values())


def _in_place(columns: tuple[str, str], way: tuple[int, str], where: nw.Expr) -> list[nw.Expr]:
    """Return number and label of a way in place of a bucket's, where it is that way."""
    number, bucket = columns
    return [
        nw.when(where).then(nw.lit(way[0]).cast(nw.Int64)).otherwise(nw.col(number)).alias(number),
        nw.when(where).then(nw.lit(way[1])).otherwise(nw.col(bucket)).alias(bucket),
    ]
