"""What did a posting do to the balance of its item: bring dollars in, or take them out, and which way?

Names the ways, nets a posting with its reversal and tells where a transfer went. It follows no dollar.
"""

from __future__ import annotations

from typing import Any

import narwhals.stable.v2 as nw

from arlab.frames import cents, day_number

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
}


def net_postings(rows: nw.LazyFrame[Any], *also: str) -> nw.LazyFrame[Any]:
    """Return the rows with ``_cents``, ``_day`` (a number) and ``_way`` (number in ``ENTRIES`` or ``EXITS``).

    A row and the reversals of it that are among the rows become one row of the day and kind of the first. ``also``
    are columns within which rows are netted, such as the week.
    """
    have = rows.collect_schema().names()
    rows = rows.with_columns(_cents=cents("amount"), _day=day_number("posted_date"))
    if "reverses_id" in have and "transaction_id" in have:
        back = ((nw.col("kind") == "reversal") & ~nw.col("reverses_id").is_null()).fill_null(False)
        rows = rows.with_columns(
            _root=nw.when(back).then(nw.col("reverses_id")).otherwise(nw.col("transaction_id")),
            _kind=nw.when(~back).then(nw.col("kind")),
        )
        keys = (*ITEM, *also, "_root")
        rows = rows.group_by(*keys).agg(nw.col("_cents").sum(), nw.col("_day").min(), nw.col("_kind").max())
        rows = rows.with_columns(
            _cents=nw.col("_cents").cast(nw.Int64), kind=nw.col("_kind").fill_null("reversal")
        )
    rows = rows.filter(nw.col("_cents") != 0)
    # Each transfer is two rows of one size: where the patient was given as much, it went to the patient.
    given = (nw.col("kind") == "transfer") & (nw.col("responsible") == "patient") & (nw.col("_cents") > 0)
    rows = rows.with_columns(
        _size=nw.col("_cents").abs(),
        _given=nw.when(given).then(nw.lit(1)).otherwise(nw.lit(0)).cast(nw.Int64),
    )
    met = nw.col("_given").max().over("practice_id", "claim_id", "_day", "_size")
    rows = rows.with_columns(_met=met)
    return rows.with_columns(_way=_way()).select(*ITEM, *also, "_day", "_way", "_cents")


def _way() -> nw.Expr:
    """Return the number of the way that a netted row stands for."""
    kind, into = nw.col("kind"), nw.col("_cents") > 0
    to_patient = (kind == "transfer") & (nw.col("_met") == 1) & (nw.col("responsible") != "patient")
    chain: Any = nw
    for way, kinds in _BROUGHT.items():
        chain = chain.when(into & kind.is_in(list(kinds))).then(nw.lit(ENTRIES[way][0]))
    chain = chain.when(into).then(nw.lit(ENTRIES["reversed"][0]))
    for way, kinds in _TOOK.items():
        chain = chain.when(kind.is_in(list(kinds))).then(nw.lit(EXITS[way][0]))
    chain = chain.when(to_patient).then(nw.lit(EXITS["to_patient"][0]))
    chain = chain.when(kind == "transfer").then(nw.lit(EXITS["to_other"][0]))
    return chain.otherwise(nw.lit(EXITS["reversed"][0])).cast(nw.Int64)
