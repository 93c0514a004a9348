"""What does the contract allow for each service line, and how long can a short payment be disputed?

Looks prices and terms up by contract, service and day of service. It compares nothing; where no contract is
known, ``modal`` finds what the payer usually allows.
"""

from __future__ import annotations

from typing import Any

import narwhals.stable.v2 as nw

from arlab.frames import cents

__all__ = ["EVERY_SERVICE", "PRICED_APART", "priced_lines"]

KEY = ("practice_id", "claim_id")
LINE = (*KEY, "line_number")

EVERY_SERVICE = "*"
"""Procedure of the contract row whose terms hold for every service."""

PRICED_APART = (
    *("22", "50", "52", "53", "54", "55", "56", "62", "66", "73", "74", "78", "80", "81", "82"),
    *("26", "AS", "TC"),
)
"""Modifiers that change the price of a service (Medicare's payment modifiers): the contract price of the bare
service does not hold for them, the payer's usual amount for service and modifier does."""

_OF_CONTRACT = ("practice_id", "contract_id")
_TERMS = ("appeal_1_days", "basis")


def priced_lines(claims: Any, lines: Any, coverages: Any, contracts: Any) -> Any:
    """Return the insured lines with what is expected for them, in cents.

    Parameters
    ----------
    claims, lines : lazy frames of the table contract
    coverages, contracts : the same or ``None``

    Returns
    -------
    one row per line with the claim's facts, ``contract_id``, ``modifier`` (empty text where there is none),
    ``units``, ``_charge``, ``_expected`` (empty where no price is known), ``basis`` (``contract``: price of the
    contract times the units, at most the charge; ``line``: the amount that the line carries; else empty), ``_days``
    (to dispute an answer) and ``_counted`` (received or postmarked).
    """
    if contracts is not None:
        contracts = _whole(contracts)
    own = claims.filter(nw.col("payer_class") != "self_pay").with_columns(payer=nw.col("first_payer"))
    own = _with_contract(own, coverages, contracts)
    have = lines.collect_schema().names()
    modifier = nw.col("modifier") if "modifier" in have else nw.lit("")
    units = nw.col("units") if "units" in have else nw.lit(1)
    carried = cents("expected_allowed") if "expected_allowed" in have else nw.lit(None).cast(nw.Int64)
    facts = lines.with_columns(
        line_number=nw.col("line_number").cast(nw.Int64),
        modifier=modifier.cast(nw.String).fill_null("").str.strip_chars().str.to_uppercase(),
        units=units.cast(nw.Int64).fill_null(1),
        _charge=cents("charge"),
        _carried=carried,
    ).select(*LINE, "procedure", "modifier", "units", "_charge", "_carried")
    # Of a claim, the procedure is its main service; here it is the line's.
    names = [name for name in own.collect_schema().names() if name != "procedure"]
    rows = facts.join(own.select(*names), on=list(KEY), how="inner")
    if contracts is None:
        unknown = nw.lit(None).cast(nw.Int64)
        rows = rows.with_columns(_price=unknown, _days=unknown, _counted=nw.lit(None).cast(nw.String))
    else:
        rows = _with_terms(rows, contracts)
    apart = nw.lit(False)
    for code in PRICED_APART:
        apart = apart | nw.col("modifier").str.contains(code, literal=True)
    # A payer never owes more than was charged.
    at_most = nw.min_horizontal(nw.col("_price") * nw.col("units"), nw.col("_charge"))
    by_contract = nw.when(~apart & ~nw.col("_price").is_null()).then(at_most)
    carried = nw.min_horizontal(nw.col("_carried"), nw.col("_charge"))
    carried = nw.when(~nw.col("_carried").is_null()).then(carried)
    return rows.with_columns(_by_contract=by_contract).with_columns(
        _expected=nw.coalesce(nw.col("_by_contract"), carried),
        basis=nw.when(~nw.col("_by_contract").is_null())
        .then(nw.lit("contract"))
        .when(~nw.col("_carried").is_null())
        .then(nw.lit("line")),
    )


def _whole(contracts: Any) -> Any:
    """Return the contracts with the columns that a table may lack."""
    kinds: dict[str, Any] = {
        "effective_to": nw.Date,
        "allowed": nw.Float64,
        "appeal_1_days": nw.Int64,
        "basis": nw.String,
    }
    have = contracts.collect_schema().names()
    lacking = {name: nw.lit(None).cast(kind) for name, kind in kinds.items() if name not in have}
    return contracts.with_columns(**lacking) if lacking else contracts


def _with_contract(claims: Any, coverages: Any, contracts: Any) -> Any:
    """Add the contract of each claim: by its coverage, else the only one that the payer has on that day."""
    if coverages is None or "contract_id" not in coverages.collect_schema().names():
        claims = claims.with_columns(contract_id=nw.lit(None).cast(nw.String))
    else:
        first = coverages.filter(nw.col("rank") == 1).select(*KEY, "contract_id")
        claims = claims.join(first, on=list(KEY), how="left")
    if contracts is None:
        return claims
    spans = contracts.with_columns(_open=nw.col("effective_to").is_null().cast(nw.Int64))
    spans = spans.group_by(*_OF_CONTRACT, "payer").agg(
        _from=nw.col("effective_from").min(), _to=nw.col("effective_to").max(), _open=nw.col("_open").max()
    )
    served = nw.col("service_date")
    only = (
        claims.select(*KEY, "payer", "service_date")
        .join(
            spans.with_columns(_one=nw.col("contract_id")).drop("contract_id"),
            on=["practice_id", "payer"],
            how="inner",
        )
        .filter((served >= nw.col("_from")) & ((served <= nw.col("_to")) | (nw.col("_open") == 1)))
        .with_columns(_other=nw.col("_one"))
        .group_by(*KEY)
        .agg(nw.col("_one").min(), nw.col("_other").max())
        .filter(nw.col("_one") == nw.col("_other"))
    )
    return (
        claims.join(only.select(*KEY, "_one"), on=list(KEY), how="left")
        .with_columns(contract_id=nw.coalesce(nw.col("contract_id"), nw.col("_one")))
        .drop("_one")
    )


def _with_terms(rows: Any, contracts: Any) -> Any:
    """Add price and terms that hold on the day of service; the service's own terms come before those of all."""
    periods = _periods(contracts)
    served = nw.col("service_date")
    holds = (
        (served >= nw.col("_from"))
        & ((served <= nw.col("_to")) | nw.col("_to").is_null())
        & ((served < nw.col("_next")) | nw.col("_next").is_null())
    )
    found = ("_price", "_days", "_counted")
    asked = rows.select(*LINE, "contract_id", "procedure", "service_date")
    own = asked.join(periods, on=[*_OF_CONTRACT, "procedure"], how="inner").filter(holds)
    every = periods.filter(nw.col("procedure") == EVERY_SERVICE).drop("procedure")
    every = asked.join(every, on=list(_OF_CONTRACT), how="inner").filter(holds)
    every = every.with_columns(_all_days=nw.col("_days"), _all_counted=nw.col("_counted"))
    rows = rows.join(own.select(*LINE, *found), on=list(LINE), how="left")
    rows = rows.join(every.select(*LINE, "_all_days", "_all_counted"), on=list(LINE), how="left")
    return rows.with_columns(
        _days=nw.coalesce(nw.col("_days"), nw.col("_all_days")),
        _counted=nw.coalesce(nw.col("_counted"), nw.col("_all_counted")),
    ).drop("_all_days", "_all_counted")


def _periods(contracts: Any) -> Any:
    """Return one price per contract, service and first day; a later row ends the one before it.

    Two prices from one day contradict each other: then there is none.
    """
    one = (
        contracts.with_columns(
            _low=cents("allowed"),
            _high=cents("allowed"),
            _days=nw.col("appeal_1_days").cast(nw.Int64),
            _counted=nw.col("basis").cast(nw.String),
        )
        .group_by(*_OF_CONTRACT, "procedure", "effective_from")
        .agg(
            nw.col("_low").min(),
            nw.col("_high").max(),
            nw.col("_days").min(),
            nw.col("_counted").min(),
            _to=nw.col("effective_to").max(),
        )
    )
    follows = nw.col("effective_from").shift(-1).over(*_OF_CONTRACT, "procedure", order_by="effective_from")
    return one.with_columns(
        _from=nw.col("effective_from"),
        _next=follows,
        _price=nw.when(nw.col("_low") == nw.col("_high")).then(nw.col("_low")),
    ).select(*_OF_CONTRACT, "procedure", "_from", "_to", "_next", "_price", "_days", "_counted")
