"""Which actions belong to which item, and which of them came last?

Pairs actions with open items and with each other, as known on a day. It judges none of them.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

import narwhals.stable.v2 as nw

from arlab.frames import cents

__all__ = [
    "ACTION",
    "KEY",
    "NOBODY",
    "known_actions",
    "last_actions",
    "later_pairs",
    "owed_steps",
    "same_party",
    "with_columns_of",
]

KEY = ("practice_id", "claim_id")
ACTION = (*KEY, "action_id", "date", "staff")
NOBODY = "nobody"
"""Stands for the person where there is none: money that came by itself, work without an owner."""

_TEXT = ("responsible", "kind", "next_action", "outcome", "payer")
_DATES = ("next_action_date", "promise_due_date")


def with_columns_of(frame: nw.LazyFrame[Any], *names: str) -> nw.LazyFrame[Any]:
    """Return a frame with these columns, empty where it does not have them; blank text is empty, too."""
    have = frame.collect_schema().names()
    made = []
    for name in names:
        if name in _TEXT:
            text = nw.col(name) if name in have else nw.lit(None, nw.String)
            made.append(nw.when(text != "").then(text).otherwise(nw.lit(None, nw.String)).alias(name))
        elif name not in have:
            kind = nw.Date if name in _DATES else nw.Float64
            made.append(nw.lit(None, kind).alias(name))
    return frame.with_columns(*made) if made else frame


def known_actions(actions: nw.LazyFrame[Any], day: dt.date, *names: str) -> nw.LazyFrame[Any]:
    """Return the actions until a day with their key, party and these columns."""
    kept = with_columns_of(actions.filter(nw.col("date") <= day), "responsible", *names)
    return kept.select(*ACTION, "responsible", *(name for name in names if name not in ACTION))


def same_party(left: str, right: str) -> nw.Expr:
    """Return whether two parties are one; an action that names none counts for every party of its claim."""
    return nw.col(left).is_null() | nw.col(right).is_null() | (nw.col(left) == nw.col(right))


def later_pairs(first: nw.LazyFrame[Any], actions: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
    """Return each row of ``first`` once for every later action on the same item, whose day is ``_later``.

    Of two actions of one day the one with the greater id is later.
    """
    later = actions.select(
        *KEY, _later=nw.col("date"), _later_id=nw.col("action_id"), _later_party=nw.col("responsible")
    )
    after = (nw.col("_later") > nw.col("date")) | (
        (nw.col("_later") == nw.col("date")) & (nw.col("_later_id") > nw.col("action_id"))
    )
    return first.join(later, on=list(KEY), how="inner").filter(
        after & same_party("responsible", "_later_party")
    )


def owed_steps(steps: nw.LazyFrame[Any], transactions: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
    """Return the steps with ``_owed``: the cents that their item owed when they fell due, empty for none."""
    one = ["practice_id", "action_id"]
    posted = transactions.select(
        *KEY, _posted=nw.col("posted_date"), _owes=nw.col("responsible"), _owed=cents("amount")
    )
    sums = (
        steps.join(posted, on=list(KEY), how="inner")
        .filter((nw.col("_posted") <= nw.col("next_action_date")) & same_party("responsible", "_owes"))
        .group_by(*one)
        .agg(nw.col("_owed").sum())
    )
    return steps.join(sums, on=one, how="left")


def last_actions(items: nw.LazyFrame[Any], actions: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
    """Return the items (by claim and ``responsible``) with their last action; items without one have it empty.

    The columns of the action come along under their names but for ``date`` (``last_action_date``).
    """
    item = (*KEY, "responsible")
    own = actions.with_columns(_party=nw.col("responsible")).drop("responsible")
    pairs = (
        items.select(*item).join(own, on=list(KEY), how="inner").filter(same_party("responsible", "_party"))
    )
    newest = pairs.group_by(*item).agg(_last=nw.col("date").max())
    chosen = (
        pairs.join(newest, on=list(item), how="inner")
        .filter(nw.col("date") == nw.col("_last"))
        .group_by(*item)
        .agg(action_id=nw.col("action_id").max())
    )
    told = own.drop("claim_id", "_party").with_columns(last_action_date=nw.col("date")).drop("date")
    with_last = chosen.join(told, on=["practice_id", "action_id"], how="left")
    return items.join(with_last, on=list(item), how="left")
