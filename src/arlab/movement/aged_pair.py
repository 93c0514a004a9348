"""Are the open items of two days aged the same way, and which of them can be found again?

Ages both by one clock, brings their buckets into one order, and sets apart what has no claim number. It compares no
balances.
"""

from __future__ import annotations

import dataclasses
import re
from typing import Any

import pandas as pd

from arlab.aging import CLOCKS, NO_DATE, aged_items, bucket_labels
from arlab.errors import NotAvailable
from arlab.importers.ages import bucket_range
from arlab.importers.items import bucket_numbers
from arlab.snapshots import OWN_LABEL
from arlab.tables import Practice

__all__ = ["AgedPair", "age_pair"]


@dataclasses.dataclass(frozen=True)
class AgedPair:
    """The open items of two days, ready for :func:`arlab.movement.movement_table`.

    Parameters
    ----------
    opening, closing : aged open items
    opening_credits, closing_credits : credits; None where a file cannot show them
    clock : the clock of both; ``as in the file`` where the files have buckets of their own
    buckets : names of the buckets, youngest first
    claims_before, claims_after, claims_in_both : distinct claim numbers
    unnumbered_items, unnumbered_balance : items of either day without a claim number, and their dollars: they
        cannot be found again, so that they count as no longer open and as newly open
    """

    opening: pd.DataFrame
    closing: pd.DataFrame
    opening_credits: pd.DataFrame | None
    closing_credits: pd.DataFrame | None
    clock: str
    buckets: tuple[str, ...]
    claims_before: int
    claims_after: int
    claims_in_both: int
    unnumbered_items: int
    unnumbered_balance: float


def age_pair(opening: Practice, closing: Practice, *, clock: str = "standard") -> AgedPair:
    """Return the open items of two snapshots, aged by one clock.

    Raises
    ------
    NotAvailable
        when the two can only be aged in different ways, or have buckets that cut across each other.
    """
    opening, closing = _with_plain_claims(opening), _with_plain_claims(closing)
    before, after = aged_items(opening, clock=clock), aged_items(closing, clock=clock)
    clocks = [str(items["clock"].iloc[0]) for items in (before, after) if len(items)]
    if len(set(clocks)) > 1:
        raise NotAvailable(
            f"Movement is not available, because balances are aged by '{clocks[0]}' on {opening.as_of} and by"
            f" '{clocks[1]}' on {closing.as_of}: {_common_clocks(opening, closing)}."
        )
    used = clocks[0] if clocks else clock
    buckets = bucket_labels()
    if used not in CLOCKS:
        before, after = _with_same_names(before, after)
        buckets = _common_buckets(before, after)
        numbers = {name: number for number, name in enumerate(buckets)}
        before, after = (
            items.assign(bucket_number=items["bucket"].map(numbers).astype("Int64"))
            for items in (before, after)
        )
    own = [items["claim_id"].str.contains(OWN_LABEL) for items in (before, after)]
    claims = [
        items["claim_id"][~mask].drop_duplicates() for items, mask in zip((before, after), own, strict=True)
    ]
    cents = [
        int((items["balance"][m] * 100).round().sum()) for items, m in zip((before, after), own, strict=True)
    ]
    credits = [practice.credits if practice.has("credits") else None for practice in (opening, closing)]
    return AgedPair(
        opening=_labelled(before, "first day"),
        closing=_labelled(after, "second day"),
        opening_credits=None if credits[0] is None else _labelled(credits[0], "first day"),
        closing_credits=None if credits[1] is None else _labelled(credits[1], "second day"),
        clock=used,
        buckets=buckets,
        claims_before=len(claims[0]),
        claims_after=len(claims[1]),
        claims_in_both=len(claims[0]) + len(claims[1]) - pd.concat(claims).nunique(),
        unnumbered_items=int(own[0].sum() + own[1].sum()),
        unnumbered_balance=sum(cents) / 100,
    )


def _common_clocks(opening: Practice, closing: Practice) -> str:
    """Return which clocks both can be aged by, as advice."""
    found = []
    for clock in CLOCKS:
        try:
            ways = {str(aged_items(one, clock=clock)["clock"].iloc[0]) for one in (opening, closing)}
        except NotAvailable:
            continue
        if ways == {clock}:
            found.append(clock)
    return f"give --clock {' or '.join(found)}" if found else "export both with the same date columns"


def _with_plain_claims(practice: Practice) -> Practice:
    """Take off what an import adds to a claim number to tell buckets apart: the claim stays, its bucket changes."""
    items = practice.open_items
    if "bucket" not in items or not len(items):
        return practice
    ends = "|".join(re.escape(f", {name}") for name in sorted(set(items["bucket"].dropna()), reverse=True))
    tables = {
        name: frame.assign(claim_id=frame["claim_id"].str.replace(f"(?:{ends})$", "", regex=True))
        for name, frame in practice.tables.items()
    }
    return dataclasses.replace(practice, tables=tables)


def _with_same_names(before: pd.DataFrame, after: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Give buckets of the same days one name in both files, the first file's: ``31-60`` and ``31 to 60 days``."""
    known = {bucket_range(name): name for name in sorted(set(before["bucket"]), reverse=True)}
    known.pop(None, None)
    names = {name: known.get(bucket_range(name), name) for name in set(after["bucket"])}
    return before, after.assign(bucket=after["bucket"].map(names).astype("str"))


def _common_buckets(before: pd.DataFrame, after: pd.DataFrame) -> tuple[str, ...]:
    """Return the buckets of both files in one order.

    Raises
    ------
    NotAvailable
        when a bucket of one file covers only some of the days of a bucket of the other.
    """
    sides = [set(items["bucket"]) - {NO_DATE} for items in (before, after)]
    ranges: dict[str, Any] = {name: bucket_range(name) for name in sorted(sides[0] | sides[1])}
    for one in sides[0]:
        for other in sides[1]:
            if ranges[one] and ranges[other] and _cross(ranges[one], ranges[other]):
                raise NotAvailable(
                    "Movement is not available, because the two files have age buckets that cut across each other:"
                    " export both with the same buckets."
                )
    numbers = bucket_numbers(list(ranges))
    return (*sorted(ranges, key=lambda name: (numbers[name], name)), *_undated(before, after))


def _cross(one: tuple[int, int | None], other: tuple[int, int | None]) -> bool:
    """Return whether two runs of days share days without being the same; None is no end."""
    ends = [float("inf") if end is None else end for _, end in (one, other)]
    return one != other and max(one[0], other[0]) <= min(ends)


def _undated(before: pd.DataFrame, after: pd.DataFrame) -> tuple[str, ...]:
    return (NO_DATE,) if any((items["bucket"] == NO_DATE).any() for items in (before, after)) else ()


def _labelled(frame: pd.DataFrame, day: str) -> pd.DataFrame:
    """Keep rows that are only named by their place in a file from being found again in another file."""
    own = frame["claim_id"].str.contains(OWN_LABEL)
    return (
        frame.assign(claim_id=frame["claim_id"].mask(own, f"{day}, " + frame["claim_id"]))
        if own.any()
        else frame
    )
