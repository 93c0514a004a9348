"""How near were the front desk's estimates, and how much of what was due at the visit was collected?

Compares estimates with what payers in the end left to the patient. It does not say why a patient did not pay.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

import narwhals.stable.v2 as nw

from arlab.frames import as_counts, cents, dollars, sorted_by, table_function, to_date, to_pandas
from arlab.metrics.money import AGREED_REASONS, KEY, LEDGER, PAYERS, SELF_PAY, sum_of, with_net_kind
from arlab.metrics.periods import flag, only

__all__ = ["LEAST_VISITS", "describe_front_desk", "front_desk_table"]

LEAST_VISITS = 10
"""Fewest visits behind a ratio or an error; with fewer it is empty."""

_COUNTS = ("visits", "due_visits", "paid_visits", "estimated", "estimates_final", "estimates_open")
_MONEY = ("due", "collected", "estimate", "responsibility")


@table_function(
    claims=(*KEY, "payer_class", "service_date", "charge_entry_date"),
    visits=(*KEY, "estimate?", "due_at_visit", "collected_at_visit"),
    transactions=LEDGER,
)
def front_desk_table(
    claims: Any,
    visits: Any,
    transactions: Any,
    *,
    as_of: dt.date | str,
    by: Sequence[str] = ("registrar", "location"),
    least: int = LEAST_VISITS,
) -> Any:
    """Return what was due, collected and estimated at the visits, and how far estimates were off in the end.

    Parameters
    ----------
    claims, visits, transactions : frames of the table contract
    as_of : visits and claims entered, and rows posted, later do not count
    by : columns of the claims or visits to split by
    least : fewest visits behind a ratio or an error

    Returns
    -------
    frame sorted by ``by`` with ``visits``, ``due_visits`` (something was due), ``paid_visits`` (all of it was
    collected), ``due`` and ``collected`` (dollars), ``collected_ratio`` (of the dollars due); ``estimated`` (visits
    with an estimate), ``estimates_final`` (of those, no payer owes anything more, so that the patient's part is
    final), ``estimates_open`` (it is not yet: they stand in no figure but this), ``estimate`` and
    ``responsibility`` (dollars, of the final ones), ``estimate_ratio`` (estimate over responsibility), ``bias``
    (mean of estimate less responsibility; below zero is too low) and ``median_error`` (median of its size), in
    dollars. Ratios and errors are empty with fewer than ``least`` visits behind them.

    Notes
    -----
    The patient's responsibility is what the ledger moved from payers to the patient by the day, amounts due at the
    visit and later corrections included, and the price after the agreed discount where the patient alone pays. A
    claim that a payer never answers stays open and out of the errors.

    Examples
    --------
    >>> import pandas as pd
    >>> claims = pd.DataFrame({"practice_id": "p", "claim_id": ["c1"], "payer_class": ["commercial"],
    ...     "service_date": pd.to_datetime(["2026-01-02"]), "charge_entry_date": pd.to_datetime(["2026-01-03"])})
    >>> visits = pd.DataFrame({"practice_id": "p", "claim_id": ["c1"], "registrar": ["Ann"], "estimate": [30.0],
    ...     "due_at_visit": [20.0], "collected_at_visit": [20.0]})
    >>> rows = pd.DataFrame({"practice_id": "p", "claim_id": "c1",
    ...     "kind": ["charge", "payer_payment", "transfer", "transfer"], "amount": [100.0, -60.0, -40.0, 40.0],
    ...     "responsible": ["payer_1", "payer_1", "payer_1", "patient"],
    ...     "posted_date": pd.to_datetime(["2026-01-03", "2026-02-02", "2026-02-02", "2026-02-02"])})
    >>> desk = front_desk_table(claims, visits, rows, as_of="2026-03-01", by="registrar", least=1)
    >>> desk[["collected_ratio", "estimate", "responsibility", "bias"]].values.tolist()
    [[1.0, 30.0, 40.0, -10.0]]
    """
    day = to_date(as_of)
    by = (by,) if isinstance(by, str) else tuple(by)
    of_claims = [name for name in claims.collect_schema().names() if name in by]
    of_visits = [name for name in visits.collect_schema().names() if name in by and name not in of_claims]
    groups = [f"_by_{name}" for name in by]
    own = claims.filter((nw.col("charge_entry_date") <= day) & (nw.col("service_date") <= day))
    # Under another name: a column to split by may be called like a sum.
    own = own.select(*KEY, "payer_class", *[nw.col(name).alias(f"_by_{name}") for name in of_claims])
    estimated = "estimate" in visits.collect_schema().names()
    told = cents("estimate") if estimated else nw.lit(None).cast(nw.Int64)
    desk = visits.select(
        *KEY,
        *[nw.col(name).alias(f"_by_{name}") for name in of_visits],
        _estimate=told,
        _due=cents("due_at_visit").fill_null(0),
        _collected=cents("collected_at_visit").fill_null(0),
    )
    settled = _settled(transactions, day)
    rows = own.join(desk, on=list(KEY), how="inner").join(settled, on=list(KEY), how="left")
    self_pay = nw.col("payer_class") == SELF_PAY
    known = ~nw.col("_estimate").is_null()
    final = (nw.col("_with_payers") <= 0).fill_null(False)
    owed = nw.when(self_pay).then(nw.col("_price")).otherwise(nw.col("_moved"))
    rows = rows.with_columns(_owed=owed.fill_null(0), _final=flag(known & final))
    is_final = nw.col("_final") == 1
    rows = rows.with_columns(_error=nw.when(is_final).then(nw.col("_estimate") - nw.col("_owed")))
    rows = rows.with_columns(
        visits=nw.lit(1),
        due_visits=flag(nw.col("_due") > 0),
        paid_visits=flag((nw.col("_due") > 0) & (nw.col("_collected") >= nw.col("_due"))),
        estimated=flag(known),
        estimates_final=nw.col("_final"),
        estimates_open=flag(known) - nw.col("_final"),
        due=nw.col("_due"),
        collected=nw.col("_collected"),
        estimate=only(is_final, nw.col("_estimate")),
        responsibility=only(is_final, nw.col("_owed")),
        _size=nw.max_horizontal(nw.col("_error"), -nw.col("_error")),
    )
    sums = (*_COUNTS, *_MONEY)
    totals = [nw.col(name).sum().alias(f"_sum_{name}") for name in sums]
    totals += [nw.col("_size").median().alias("_median")]
    found = rows.group_by(*groups).agg(*totals) if groups else rows.select(*totals)
    found = found.with_columns(*as_counts(*[f"_sum_{name}" for name in sums]))
    found = found.with_columns(*[nw.col(f"_sum_{name}").fill_null(0).alias(name) for name in sums])
    return _shown(found, by, least)


def _settled(transactions: Any, day: dt.date) -> Any:
    """Return by claim what payers still owe, what was moved to the patient, and a self-payer's price, in cents."""
    known = transactions.filter(nw.col("posted_date") <= day).with_columns(_cents=cents("amount"))
    rows = with_net_kind(known)
    kind, party = nw.col("net_kind"), nw.col("responsible")
    theirs = party.is_in(["patient", "agency"])  # what goes on to an agency stays the patient's
    agreed = (kind == "write_off") & nw.col("net_reason").is_in(list(AGREED_REASONS))
    sums = {
        "_with_payers": sum_of(party.is_in(list(PAYERS)), sign=1),
        "_moved": sum_of(theirs & (kind == "transfer"), sign=1),
        "_price": sum_of(theirs & ((kind == "charge") | agreed), sign=1),
    }
    settled = rows.with_columns(**sums).group_by(*KEY).agg(*[nw.col(name).sum() for name in sums])
    return settled.with_columns(*as_counts(*sums))


def _shown(found: Any, by: Sequence[str], least: int) -> Any:
    """Turn cents into dollars, ratios and errors."""

    def ratio(top: str, bottom: str, n: str) -> nw.Expr:
        enough = (nw.col(bottom) > 0) & (nw.col(n) >= least)
        return nw.when(enough).then(nw.col(top).cast(nw.Float64) / nw.col(bottom).cast(nw.Float64))

    n = nw.col("estimates_final")
    enough = (n >= least) & (n > 0)
    error = (nw.col("estimate") - nw.col("responsibility")).cast(nw.Float64) / n.cast(nw.Float64) / 100
    table = found.select(
        *[nw.col(f"_by_{name}").alias(name) for name in by],
        *[nw.col(name) for name in ("visits", "due_visits", "paid_visits")],
        due=dollars("due"),
        collected=dollars("collected"),
        collected_ratio=ratio("collected", "due", "due_visits"),
        estimated=nw.col("estimated"),
        estimates_final=nw.col("estimates_final"),
        estimates_open=nw.col("estimates_open"),
        estimate=dollars("estimate"),
        responsibility=dollars("responsibility"),
        estimate_ratio=ratio("estimate", "responsibility", "estimates_final"),
        bias=nw.when(enough).then(error),
        median_error=nw.when(enough).then(nw.col("_median").cast(nw.Float64) / 100),
    )
    return sorted_by(table, *by)


def describe_front_desk(table: Any) -> str:
    """Return a front-desk table as a sentence or two: collected of what was due, and how far estimates were off.

    Parameters
    ----------
    table : frame of :func:`front_desk_table`
    """
    rows = to_pandas(table)

    def total(name: str) -> float:
        return float((rows[name] * 100).round().sum()) / 100

    visits, due = int(rows["visits"].sum()), total("due")
    if not visits:
        return "No visit is entered yet."
    said = f"At {visits:,} visit{'s' * (visits != 1)} ${due:,.2f} was due"
    said += f" and ${total('collected'):,.2f} ({total('collected') / due:.1%}) was collected." if due else "."
    final, waiting = int(rows["estimates_final"].sum()), int(rows["estimates_open"].sum())
    if final:
        off = (total("estimate") - total("responsibility")) / final
        how = "too low" if off < 0 else "too high" if off > 0 else "off"
        said += f" {final:,} estimate{'s' * (final != 1)} can be judged: on average ${abs(off):,.2f} {how}."
    if waiting:
        said += f" {waiting:,} more wait{'s' * (waiting == 1)} for a payer's answer."
    return said
