"""What was charged, adjusted, paid and lost on each posting day?

Sums the ledger by day, so that any span is a sum of rows. It makes no ratio of them.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

import narwhals.stable.v2 as nw

from arlab.denials import DUPLICATE
from arlab.frames import as_counts, cents, table_function, to_date
from arlab.metrics.money import (
    AGREED_REASONS,
    CHARITY_REASONS,
    CLAIMS,
    KEY,
    LEDGER,
    PAYERS,
    at_visit,
    optional,
    sum_of,
    with_net_kind,
    with_visit_day,
)
from arlab.metrics.periods import counted, flag

__all__ = ["FLOWS", "flow_table"]

FLOWS = (
    "charges",
    "contract",
    "misposted",
    "payer_paid",
    "patient_paid",
    "at_visit",
    "charity",
    "bad_debt",
    "written_off",
    "denial_written_off",
    "ar_change",
)
"""Columns of :func:`flow_table` in dollars: as in ``MONEY``, by posting day. ``denial_written_off`` is the part of
``written_off`` that a payer owed and had denied before; ``ar_change`` is every signed row outside an agency."""


@table_function(claims=CLAIMS, transactions=(*LEDGER, "carc?"))
def flow_table(
    claims: Any, transactions: Any, *, as_of: dt.date | str, by: Sequence[str] = (), each: str = "day"
) -> Any:
    """Return what was charged, adjusted, paid and lost, by posting day.

    Parameters
    ----------
    claims, transactions : frames of the table contract
    as_of : last posting day that counts
    by, each : columns of the claims to split by; ``day``, ``month`` or ``all`` of posting

    Returns
    -------
    frame with ``by``, ``day`` or ``month``, ``charge_rows`` and ``patient_payments`` (rows posted), and the columns
    of ``FLOWS``. A contract adjustment counts as misposted from the row on that takes the claim's sum beyond charge
    less expected allowed.
    """
    by = (by,) if isinstance(by, str) else tuple(by)
    names = dict.fromkeys([*KEY, "payer_class", "charge", "service_date", *optional(claims), *by])
    claims = claims.select(*names)
    known = transactions.filter(nw.col("posted_date") <= to_date(as_of)).with_columns(_cents=cents("amount"))
    rows = with_visit_day(with_net_kind(known), claims)
    kind, reason, party = nw.col("net_kind"), nw.col("net_reason"), nw.col("responsible")
    write_off, first = kind == "write_off", party == "payer_1"
    agreed, charity = reason.is_in(list(AGREED_REASONS)), reason.is_in(list(CHARITY_REASONS))
    own = write_off & ~agreed & ~charity
    sums = {
        "charge_rows": flag(nw.col("kind") == "charge"),
        "patient_payments": flag(nw.col("kind") == "patient_payment"),
        "charges": sum_of(kind == "charge", sign=1),
        "contract": sum_of(kind.is_in(["contractual", "sequestration"]) | (write_off & agreed)),
        "payer_paid": sum_of(kind.is_in(["payer_payment", "refund_to_payer", "recoupment"])),
        "patient_paid": sum_of(kind.is_in(["patient_payment", "refund_to_patient"])),
        "at_visit": sum_of(at_visit()),
        "charity": sum_of(write_off & charity),
        "bad_debt": sum_of(kind == "bad_debt"),
        "written_off": sum_of(own),
        "ar_change": sum_of(party != "agency", sign=1),
        "_adjusted": sum_of(first & (kind == "contractual")),
        "_lost": sum_of(own & party.is_in(list(PAYERS))),
        "_denied": flag((nw.col("kind") == "denial") & ~_copies(rows)),
    }
    # One row per claim, party and day; then what hangs on the order of a claim's days.
    daily = (
        rows.with_columns(**sums)
        .group_by(*KEY, "responsible", "posted_date")
        .agg(nw.col(*sums).sum())
        .with_columns(*as_counts(*sums))
    )
    order = {"order_by": ["posted_date"]}
    daily = daily.with_columns(
        _until=nw.col("_adjusted").cum_sum().over(*KEY, "responsible", **order),
        _ever=nw.col("_denied").cum_sum().over(*KEY, "responsible", **order),
    ).join(
        claims.select(*[name for name in names if name != "service_date" or name in by]),
        on=list(KEY),
        how="inner",
    )
    room = nw.lit(None).cast(nw.Int64)
    if "expected_allowed" in names:
        known_price = ~nw.col("expected_allowed").is_null()  # the larger of nothing and 0 would be 0
        room = nw.when(known_price).then(
            nw.max_horizontal(cents("charge") - cents("expected_allowed"), nw.lit(0))
        )
    daily = daily.with_columns(_room=room)

    def beyond(total: nw.Expr) -> nw.Expr:
        return nw.max_horizontal(total - nw.col("_room"), nw.lit(0)).cast(nw.Int64)

    excess = beyond(nw.col("_until")) - beyond(nw.col("_until") - nw.col("_adjusted"))
    unknown = nw.col("_room").is_null() | (nw.col("responsible") != "payer_1")
    daily = daily.with_columns(
        misposted=nw.when(unknown).then(nw.lit(0)).otherwise(excess).cast(nw.Int64),
        denial_written_off=nw.when(nw.col("_ever") > 0).then(nw.col("_lost")).otherwise(nw.lit(0)),
    ).with_columns(contract=nw.col("contract") - nw.col("misposted"))
    return counted(
        daily, on="posted_date", by=by, each=each, counts=("charge_rows", "patient_payments"), money=FLOWS
    )


def _copies(rows: Any) -> nw.Expr:
    """Return whether a denial only says that the claim is a copy."""
    if "carc" not in rows.collect_schema().names():
        return nw.lit(False)
    return (nw.col("carc") == DUPLICATE).fill_null(False)
