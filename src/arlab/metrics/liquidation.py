"""Which part of the charges of a month was resolved 30, 60, 90 days after the visit, and how?

One curve per month of service, from the ledger. A cell that is not old enough is empty; nothing is projected into
it.
"""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Sequence
from typing import Any

import narwhals.stable.v2 as nw

from arlab.errors import SettingsError
from arlab.frames import (
    cents,
    day_number,
    days_between,
    dollars,
    month,
    small_like,
    sorted_by,
    steps,
    table_function,
    to_date,
    to_pandas,
)
from arlab.metrics.money import AGREED_REASONS, KEY, LEDGER, sum_of, with_net_kind
from arlab.metrics.periods import flag

__all__ = ["CURVE_DAYS", "RESOLVED_BY", "describe_liquidation", "liquidation_table"]

CURVE_DAYS = (30, 60, 90, 120, 180, 270, 365)
"""Days since service at which a curve is read."""

RESOLVED_BY = {
    "payer_paid": "payments of payers less refunds and takebacks",
    "patient_paid": "payments of patients less refunds",
    "contractual": "contract adjustments, sequestration, the price agreed with a self-paying patient",
    "written_off": "all other write-offs, charity among them",
    "bad_debt": "patient balances given up",
    "other": "reversals that name no row, and other rows without a kind; below zero where they put money back",
}
"""How charges are resolved; with ``open_payer`` and ``open_patient`` the kinds add up to the charges."""

_PATIENT = ("patient", "agency")
_NAMED = tuple(name for name in RESOLVED_BY if name != "other")
_SUMS = ("charges", *_NAMED, "open_payer", "open_patient", "_paid_priced")


@table_function(
    claims=(*KEY, "service_date", "charge_entry_date", "expected_allowed?"),
    transactions=LEDGER,
)
def liquidation_table(
    claims: Any,
    transactions: Any,
    *,
    as_of: dt.date | str,
    days: Sequence[int] = CURVE_DAYS,
    by: Sequence[str] = (),
) -> Any:
    """Return how the charges of each month of service were resolved by so many days after the visit.

    Parameters
    ----------
    claims, transactions : frames of the table contract
    as_of : rows posted and claims entered later do not count
    days : days since service, 0 or more, ascending
    by : columns of the claims to split by, such as ``["payer_class"]``

    Returns
    -------
    frame sorted by ``by``, ``month`` (of service, such as 2026-03) and ``days``, with ``mature`` (1 when the day is
    at least ``days`` after the last day of the month, else 0), ``claims``, ``charges`` (posted by the day),
    ``expected`` (contract price of the claims that have one), and, empty where not mature: the dollars of
    ``RESOLVED_BY``, ``open_payer`` (with payers, or not entered yet), ``open_patient`` (moved to the patient or an
    agency and open), ``resolved_share`` (of the charges) and ``paid_share`` (payments on claims with a contract
    price, of that price). A balance below zero is open below zero: a share can pass 1.

    Raises
    ------
    SettingsError
        when the days are not ascending whole numbers from 0.

    Notes
    -----
    Charges entered late join their month: they count in the denominator from the start, so that a curve never falls
    but by reversals, refunds and takebacks.

    Examples
    --------
    >>> import pandas as pd
    >>> claims = pd.DataFrame({"practice_id": "p", "claim_id": ["c1"], "expected_allowed": [80.0],
    ...     "service_date": pd.to_datetime(["2026-01-10"]), "charge_entry_date": pd.to_datetime(["2026-01-12"])})
    >>> rows = pd.DataFrame({"practice_id": "p", "claim_id": "c1", "responsible": "payer_1",
    ...     "posted_date": pd.to_datetime(["2026-01-12", "2026-02-05", "2026-03-05"]),
    ...     "kind": ["charge", "contractual", "payer_payment"], "amount": [160.0, -80.0, -80.0]})
    >>> curve = liquidation_table(claims, rows, as_of="2026-04-01", days=[30, 60, 90])
    >>> curve[["days", "mature", "resolved_share"]].values.tolist()
    [[30, 1, 0.5], [60, 1, 1.0], [90, 0, nan]]
    """
    edges = [int(edge) for edge in days]
    if not edges or edges[0] < 0 or any(after <= before for before, after in itertools.pairwise(edges)):
        raise SettingsError(
            f"The days of a curve must ascend from 0 or more, such as 30, 60, 90; not {list(days)}."
        )
    day = to_date(as_of)
    by = (by,) if isinstance(by, str) else tuple(by)
    groups = [f"_by_{name}" for name in by]
    have = claims.collect_schema().names()
    price = cents("expected_allowed") if "expected_allowed" in have else nw.lit(None).cast(nw.Int64)
    own = claims.filter((nw.col("charge_entry_date") <= day) & (nw.col("service_date") <= day))
    own = own.with_columns(
        _month=month("service_date"),
        _ends=_month_end("service_date"),
        _price=price,
        # Under another name: a column to split by may be called like a sum.
        **{f"_by_{name}": nw.col(name) for name in by},
    ).select(*KEY, *groups, "service_date", "_month", "_ends", "_price")
    resolved = _by_age(own, transactions, day, edges, groups)
    curve = _read_at(resolved, edges, groups)
    sizes = own.with_columns(_one=nw.lit(1)).group_by(*groups, "_month", "_ends").agg(
        claims=nw.col("_one").sum(), _expected=nw.col("_price").sum()
    )  # fmt: skip
    found = sizes.join(small_like(sizes, {"days": edges}), how="cross").join(
        curve, on=[*groups, "_month", "days"], how="left"
    )
    return _shown(found, day, by)


def _month_end(column: str) -> nw.Expr:
    """Return the running day number of the last day of a date's month."""
    date = nw.col(column).dt
    number, year = date.month().cast(nw.Int64), date.year().cast(nw.Int64)
    short = flag(number.is_in([4, 6, 9, 11]))
    february = flag(number == 2) * (3 - flag(year % 4 == 0))  # 1901 to 2099
    return day_number(column) - date.day().cast(nw.Int64) + 31 - short - february


def _by_age(own: Any, transactions: Any, day: dt.date, edges: Sequence[int], groups: Sequence[str]) -> Any:
    """Return the ledger's sums in cents by month and place on the curve: one pass over the ledger."""
    known = transactions.filter(nw.col("posted_date") <= day).with_columns(_cents=cents("amount"))
    rows = with_net_kind(known).join(own, on=list(KEY), how="inner")
    kind, agreed = nw.col("net_kind"), nw.col("net_reason").is_in(list(AGREED_REASONS))
    write_off, charge = kind == "write_off", kind == "charge"
    patient = nw.col("responsible").is_in(list(_PATIENT))
    paid = kind.is_in(["payer_payment", "refund_to_payer", "recoupment"])
    by_patient = kind.is_in(["patient_payment", "refund_to_patient"])
    passed = steps(days_between("service_date", "posted_date"), edges).fill_null(0)
    sums = {
        # Charges are there from the start, whenever they were entered.
        "_place": nw.when(charge).then(nw.lit(0)).otherwise(passed).cast(nw.Int64),
        "charges": sum_of(charge, sign=1),
        "payer_paid": sum_of(paid),
        "patient_paid": sum_of(by_patient),
        "contractual": sum_of(kind.is_in(["contractual", "sequestration"]) | (write_off & agreed)),
        "written_off": sum_of(write_off & ~agreed),
        "bad_debt": sum_of(kind == "bad_debt"),
        "open_payer": sum_of(~patient, sign=1),
        "open_patient": sum_of(patient, sign=1),
        "_paid_priced": sum_of((paid | by_patient) & ~nw.col("_price").is_null()),
    }
    return (
        rows.with_columns(**sums)
        .group_by(*groups, "_month", "_place")
        .agg(*[nw.col(name).sum() for name in _SUMS])
        .with_columns(*[nw.col(name).cast(nw.Int64) for name in _SUMS])
    )


def _read_at(resolved: Any, edges: Sequence[int], groups: Sequence[str]) -> Any:
    """Return the sums up to each day of the curve."""
    places = small_like(resolved, {"days": edges, "_until": list(range(len(edges)))})
    return (
        resolved.join(places, how="cross")
        .filter(nw.col("_place") <= nw.col("_until"))
        .group_by(*groups, "_month", "days")
        .agg(*[nw.col(name).sum() for name in _SUMS])
        .with_columns(*[nw.col(name).cast(nw.Int64) for name in _SUMS])
    )


def _shown(found: Any, day: dt.date, by: Sequence[str]) -> Any:
    """Turn cents into dollars and shares, and leave empty what is not mature."""
    today = 365 * day.year + (day.year - 1) // 4 + day.timetuple().tm_yday  # as in frames.day_number
    mature = nw.col("_ends") + nw.col("days") <= today
    found = found.with_columns(*[nw.col(name).fill_null(0) for name in _SUMS], _old=flag(mature))
    named = nw.col(_NAMED[0])
    for name in _NAMED[1:]:
        named = named + nw.col(name)
    found = found.with_columns(_done=nw.col("charges") - nw.col("open_payer") - nw.col("open_patient"))
    found = found.with_columns(other=nw.col("_done") - named)
    old = nw.col("_old") == 1
    kinds = (*RESOLVED_BY, "open_payer", "open_patient")

    def share(top: str, bottom: str) -> nw.Expr:
        over = nw.col(bottom).cast(nw.Float64)
        return nw.when(old & (nw.col(bottom) > 0)).then(nw.col(top).cast(nw.Float64) / over)

    expected = nw.col("_expected").cast(nw.Int64).fill_null(0)
    found = found.with_columns(_expected=expected)
    table = found.select(
        *[nw.col(f"_by_{name}").alias(name) for name in by],
        month=nw.col("_month"),
        days=nw.col("days").cast(nw.Int64),
        mature=nw.col("_old"),
        claims=nw.col("claims").cast(nw.Int64),
        charges=dollars("charges"),
        expected=dollars("_expected"),
        **{name: nw.when(old).then(dollars(name)) for name in kinds},
        resolved_share=share("_done", "charges"),
        paid_share=share("_paid_priced", "_expected"),
    )
    return sorted_by(table, *by, "month", "days")


def describe_liquidation(table: Any) -> str:
    """Return a liquidation table without splits as a sentence: how much is resolved by when, and since which month.

    Parameters
    ----------
    table : frame of :func:`liquidation_table` made without ``by``
    """
    rows = to_pandas(table)
    mature = rows[(rows["mature"] == 1) & (rows["charges"] > 0)]
    if mature.empty:
        return "No month is old enough yet to say how its charges were resolved."
    kinds = list(RESOLVED_BY)
    parts = []
    for edge, cells in mature.groupby("days"):
        charges, done = float(cells["charges"].sum()), float(cells[kinds].sum().sum())
        months = "month" if len(cells) == 1 else f"{len(cells)} months"
        parts.append(f"{done / charges:.1%} by day {edge} ({months})")
    young = int((rows["mature"] == 0).sum())
    tail = f" {young} cell{'s are' if young != 1 else ' is'} not old enough and empty." if young else ""
    return f"Of the charges, resolved: {', '.join(parts)}.{tail}"
