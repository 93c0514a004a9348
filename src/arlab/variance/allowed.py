"""What did the first payer allow for each line, as the ledger knew it on a day?

Sums the ledger's rows by line and tells a denial, a takeback and a cut by law or for several procedures from the
price. It knows no price.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

import narwhals.stable.v2 as nw

from arlab.denials import DUPLICATE
from arlab.frames import as_counts, cents
from arlab.metrics.money import with_net_kind
from arlab.metrics.periods import flag, only
from arlab.reference import load_never_denial_codes

__all__ = ["ALLOWED_FROM", "allowed_by_line"]

KEY = ("practice_id", "claim_id")
LINE = (*KEY, "line_number")

ALLOWED_FROM = ("parts", "adjustment")
"""How the allowed amount is found: as the sum of what was paid, left to the patient and cut by law, or, in a ledger
that never says what is left to the patient, as the charge less the contract adjustment. The second does not see a
short payment whose rest is left open."""

_SEVERAL_PROCEDURES = "59"
# Adjustments that take nothing off the price, by kind in the data file of codes that never deny.
_STILL_ALLOWED = ("prior_payer", "paid_elsewhere", "patient_share", "administrative")
_NO_PRICE = ("capitation", "bundled_by_contract")

_SUMS = (
    "_paid",
    "_share",
    "_share_said",
    "_sequestration",
    "_several",
    "_elsewhere",
    "_no_price",
    "_misposted",
    "_contract",
    "_returned",
    "_denials",
)


def _codes() -> dict[str, list[str]]:
    """Return the codes that never deny by kind, and all that never deny any payer's claims as ``spared``."""
    table = load_never_denial_codes()
    found = {str(kind): part["carc"].tolist() for kind, part in table.groupby("kind")}
    return found | {"spared": table.loc[table["unless_payer_class"] == "", "carc"].tolist()}


def allowed_by_line(claims: Any, transactions: Any, as_of: dt.date) -> Any:
    """Return one row per line that the first payer has answered, with amounts in cents.

    Rows without a line number count for the line of a claim that has only one.

    Returns
    -------
    frame with the line's key, ``_paid`` (payments less their reversals), ``_share`` (left to the patient or the
    next payer), ``_sequestration`` (cuts by law), ``_several`` (cuts for several procedures), ``_gone`` (contract
    adjustments), ``_parts`` (what was allowed, as the sum of its parts), ``state`` (``answered``, ``denied``,
    ``reduced``, ``taken_back``, ``no_price``), ``first_seen_date`` (posting of the first answer that allowed
    something) and ``remitted_date`` (the payer's day of the last one).
    """
    rows = _flagged(with_net_kind(_payer_rows(claims, transactions, as_of)))
    found = (
        rows.group_by(*LINE)
        .agg(
            *[nw.col(name).sum() for name in _SUMS],
            first_seen_date=nw.col("_seen").min(),
            remitted_date=nw.col("_remitted").max(),
            _last_paid=nw.col("_paid_on").max(),
            _last_denied=nw.col("_denied_on").max(),
        )
        .with_columns(*as_counts(*_SUMS))
        .with_columns(
            _parts=nw.col("_paid") + nw.col("_share") + nw.col("_sequestration") + nw.col("_elsewhere")
        )
    )
    # A later payment undoes a denial that no row takes back.
    after = (nw.col("_last_paid") > nw.col("_last_denied")).fill_null(False)
    refused = ((nw.col("_denials") > 0) & ~after) | (nw.col("_misposted") > 0)
    # What was asked for at the visit is no payer's word: it may still stand with the patient after a denial.
    some = nw.col("_parts") - nw.col("_share") + nw.col("_share_said") > 0
    taken = (nw.col("_returned") > 0) & (nw.col("_paid") <= nw.col("_returned"))
    state = (
        nw.when(refused & ~some)
        .then(nw.lit("denied"))
        .when(taken)
        .then(nw.lit("taken_back"))
        .when(refused)
        .then(nw.lit("reduced"))
        .when((nw.col("_no_price") > 0) & ~some)
        .then(nw.lit("no_price"))
        .otherwise(nw.lit("answered"))
    )
    seen = ~nw.col("first_seen_date").is_null() | refused | (nw.col("_no_price") > 0)
    return found.filter(seen).with_columns(state=state, _gone=nw.col("_contract") + nw.col("_several")).select(
        *LINE, "_paid", "_share", "_sequestration", "_several", "_gone", "_parts", "state",
        "first_seen_date", "remitted_date",
    )  # fmt: skip


def _payer_rows(claims: Any, transactions: Any, as_of: dt.date) -> Any:
    """Return the first payer's rows with ``line_number`` and cents."""
    have = transactions.collect_schema().names()
    rows = transactions.filter((nw.col("posted_date") <= as_of) & (nw.col("responsible") == "payer_1"))
    text = [name for name in ("carc", "group_code", "remit_id") if name in have]
    given = nw.col("line_number").cast(nw.Int64) if "line_number" in have else nw.lit(None).cast(nw.Int64)
    coded = nw.lit(False)
    for name in text:
        coded = coded | (nw.col(name).fill_null("") != "")
    rows = rows.with_columns(
        line_number=given,
        carc=nw.col("carc").fill_null("") if "carc" in have else nw.lit(""),
        _coded=coded,
        _cents=cents("amount"),
        _day=nw.col("effective_date" if "effective_date" in have else "posted_date"),
    )
    single = claims.filter(nw.col("lines") == 1).select(*KEY, _only=nw.col("lines").cast(nw.Int64))
    return (
        rows.join(single, on=list(KEY), how="left")
        .with_columns(line_number=nw.coalesce(nw.col("line_number"), nw.col("_only")))
        .filter(~nw.col("line_number").is_null())
    )


def _flagged(rows: Any) -> Any:
    """Add what each row adds to the sums of its line."""
    codes = _codes()
    kind, carc, gone = nw.col("net_kind"), nw.col("carc"), -nw.col("_cents")
    adjusted = kind == "contractual"
    still = carc.is_in([code for name in _STILL_ALLOWED for code in codes[name]])
    by_law = carc.is_in(codes["statutory"])
    no_price = carc.is_in([code for name in _NO_PRICE for code in codes[name]])
    several = carc == _SEVERAL_PROCEDURES
    harmless = carc.is_in([*codes["spared"], *codes["capitation"], ""])
    share = (kind == "transfer") & (carc.is_in(codes["patient_share"]) | (carc == ""))
    denies = (nw.col("kind") == "denial") & (carc != DUPLICATE) & ~carc.is_in(codes["spared"])
    # A reversal that moves no money can only take a denial back.
    undenies = (nw.col("kind") == "reversal") & (nw.col("_cents") == 0)
    price = adjusted & ~still & ~by_law & ~no_price & ~several & harmless
    paid = kind == "payer_payment"
    cut = (kind == "sequestration") | (adjusted & by_law)
    speaks = paid | cut | (adjusted & (still | several)) | (price & nw.col("_coded")) | (share & (carc != ""))
    posted, day = nw.col("posted_date"), nw.col("_day")
    return rows.with_columns(
        _paid=only(paid, gone),
        _share=only(share, gone),
        _share_said=only(share & (carc != ""), gone),
        _sequestration=only(cut, gone),
        _several=only(adjusted & several, gone),
        _elsewhere=only(adjusted & still, gone),
        _no_price=only(adjusted & no_price, gone),
        _misposted=only(adjusted & ~harmless, gone),
        _contract=only(price, gone),
        _returned=only(kind.is_in(["recoupment", "refund_to_payer"]), nw.col("_cents")),
        _denials=flag(denies) - flag(undenies),
        _seen=nw.when(speaks).then(posted),
        _remitted=nw.when(speaks).then(day),
        _paid_on=nw.when(paid & (nw.col("_cents") < 0)).then(posted),
        _denied_on=nw.when(denies).then(posted),
    )
