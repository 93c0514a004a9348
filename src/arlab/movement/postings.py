"""What did a posting do to the balance of its item: bring dollars in, or take them out, and which way?

Names the ways, nets a posting with its reversal and tells where a transfer went. It follows no dollar.
"""

from __future__ import annotations

from typing import Any

import narwhals.stable.v2 as nw

from arlab.frames import cents, day_number, small_like

__all__ = ["ENTRIES", "EXITS"]

ITEM = ("practice_id", "claim_id", "responsible")
POSTED = (*ITEM, "posted_date", "amount", "kind", "transaction_id?", "reverses_id?", "reason?")

ENTRIES = {
    "charge": (111, "new charge"),
    "moved": (112, "moved in"),
    "reversed": (113, "reversed"),
    "taken_back": (114, "taken back"),
    "refunded": (115, "refunded"),
}
"""How a posting brings dollars in: number and label. Numbers from 100 on are no buckets."""

EXITS = {
    "paid_by_payer": (121, "paid by payer"),
    "paid_by_patient": (122, "paid by patient"),
    "contractual": (123, "contractual"),
    "written_off": (124, "written off"),
    "to_patient": (125, "moved to patient"),
    "to_other": (126, "moved to another party"),
    "reversed": (127, "charge reversed"),
}
"""How a posting takes dollars out: number and label. Written off includes bad debt, contractual sequestration."""

_BROUGHT = {
    "charge": ("charge",),
    "moved": ("transfer",),
    "taken_back": ("recoupment",),
    "refunded": ("refund_to_payer", "refund_to_patient"),
}
_TOOK = {
    "paid_by_payer": ("payer_payment", "recoupment", "refund_to_payer"),
    "paid_by_patient": ("patient_payment", "refund_to_patient"),
    "contractual": ("contractual", "sequestration"),
    "written_off": ("write_off", "bad_debt"),
    "to_other": ("transfer",),
}


def net_postings(rows: nw.LazyFrame[Any], *also: str) -> nw.LazyFrame[Any]:
    """Return the rows with ``kind``, ``_day`` (a number) and ``_cents``, none of them 0.

    A row and the reversals of it that are among the rows become one row of the day and kind of the first. ``also``
    are columns within which rows are netted, such as the week.
    """
    have = rows.collect_schema().names()
    amount, posted, kind = cents("amount"), day_number("posted_date"), nw.col("kind")
    if "reverses_id" in have and "transaction_id" in have:
        back = ((kind == "reversal") & ~nw.col("reverses_id").is_null()).fill_null(False)
        rows = rows.with_columns(
            _cents=amount,
            _day=posted,
            _root=nw.when(back).then(nw.col("reverses_id")).otherwise(nw.col("transaction_id")),
            _kind=nw.when(~back).then(kind),
        )
        keys = (*ITEM, *also, "_root")
        rows = rows.group_by(*keys).agg(nw.col("_cents").sum(), nw.col("_day").min(), nw.col("_kind").max())
        amount, posted = nw.col("_cents").cast(nw.Int64), nw.col("_day")
        kind = nw.col("_kind").fill_null("reversal")
    rows = rows.select(*[nw.col(name) for name in (*ITEM, *also)], kind=kind, _day=posted, _cents=amount)
    return rows.filter(nw.col("_cents") != 0)


def kind_table(frame: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
    """Return the way that each kind of row stands for: ``_brought`` where it raises the balance, else ``_took``."""
    kinds = dict.fromkeys(kind for ways in (_BROUGHT, _TOOK) for kinds in ways.values() for kind in kinds)
    brought = {kind: ENTRIES[way][0] for way, kinds in _BROUGHT.items() for kind in kinds}
    took = {kind: EXITS[way][0] for way, kinds in _TOOK.items() for kind in kinds}
    return small_like(
        frame,
        {
            "kind": list(kinds),
            "_brought": [brought.get(kind, ENTRIES["reversed"][0]) for kind in kinds],
            "_took": [took.get(kind, EXITS["reversed"][0]) for kind in kinds],
        },
    )


def add_way(rows: nw.LazyFrame[Any], kinds: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
    """Add to netted rows ``_way``, the number of the way in ``ENTRIES`` or ``EXITS`` that each stands for."""
    moved, into, patient = (
        nw.col("kind") == "transfer",
        nw.col("_cents") > 0,
        nw.col("responsible") == "patient",
    )
    turn = nw.when(moved & patient & into).then(nw.lit(0)).otherwise(nw.lit(1)).cast(nw.Int64)
    rows = rows.join(kinds, on="kind", how="left").with_columns(_size=nw.col("_cents").abs(), _turn=turn)
    # Each transfer is two rows of one size: where the patient was given as much, it went to the patient. What was
    # given comes first in the order, so that the lowest until each row is that of all.
    lowest = nw.col("_turn").cum_min().over("practice_id", "claim_id", "_day", "_size", order_by="_turn")
    way = (
        nw.when(into)
        .then(nw.col("_brought").fill_null(ENTRIES["reversed"][0]))
        .when(moved & ~patient & (nw.col("_met") == 0))
        .then(nw.lit(EXITS["to_patient"][0]))
        .otherwise(nw.col("_took").fill_null(EXITS["reversed"][0]))
    )
    return rows.with_columns(_met=lowest).with_columns(_way=way.cast(nw.Int64))
