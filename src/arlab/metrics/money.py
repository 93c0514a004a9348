"""How much was charged, adjusted, paid, refunded and lost in a span of posting days, claim by claim?

Sums ledger rows in whole cents and tells an agreed adjustment from a misposted one. It makes no ratio of them.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

import narwhals.stable.v2 as nw

from arlab.errors import SettingsError
from arlab.frames import as_counts, cents, dollars, sorted_by, table_function, to_date
from arlab.metrics.periods import flag

__all__ = ["AGREED_REASONS", "CHARITY_REASONS", "MONEY", "money_table", "net_rows"]

KEY = ("practice_id", "claim_id")

AGREED_REASONS = ("self_pay_discount",)
"""Write-off reasons that are a price agreed on beforehand: they leave the denominator like a contract does."""

CHARITY_REASONS = ("charity", "charity_care", "financial_assistance")
"""Write-off reasons of care given free by the practice's own rules."""

SELF_PAY = "self_pay"
PAYERS = ("payer_1", "payer_2", "payer_3")

MONEY = {
    "claims": "claims of the group",
    "charged_claims": "claims whose charge was posted in the span",
    "answered_claims": "claims that a payer answered, the patient alone owes, or that owe their payer nothing more",
    "priced_claims": "claims whose contract price is known, or that have none because the patient pays",
    "charges": "charges",
    "contract": "agreed adjustments: contract (capped), sequestration, price agreed with a self-paying patient",
    "misposted": "contract adjustments of the first payer beyond charge less expected allowed",
    "payer_paid": "payments of payers less refunds and takebacks",
    "patient_paid": "payments of patients less refunds",
    "at_visit": "payments of patients made on the day of the visit or before",
    "charity": "care given free",
    "bad_debt": "patient balances given up",
    "written_off": "all other write-offs",
    "expected": "charges of the span at contract price, less self-pay discounts and charity",
    "ar": "all signed rows until the day, accounts at an agency left out",
    "contract_to_come": "contract adjustments that payers' open balances still hold",
}
"""Column of :func:`money_table` -> what it counts. Dollars, but for the columns that end in ``claims``."""

CLAIMS = (*KEY, "payer_class", "charge", "service_date", "expected_allowed?", "*?")
LEDGER = (
    *KEY,
    "posted_date",
    "kind",
    "responsible",
    "amount",
    "reason?",
    "effective_date?",
    "transaction_id?",
    "reverses_id?",
    "net_kind?",
    "net_reason?",
)


def with_net_kind(rows: Any) -> Any:
    """Add ``net_kind`` and ``net_reason``: a reversal counts with the row that it takes back."""
    have = rows.collect_schema().names()
    if "net_kind" in have:
        return rows
    reason = nw.col("reason").fill_null("") if "reason" in have else nw.lit("")
    rows = rows.with_columns(net_kind=nw.col("kind"), net_reason=reason)
    if "reverses_id" not in have or "transaction_id" not in have:
        return rows
    back = rows.filter((nw.col("kind") == "reversal") & ~nw.col("reverses_id").is_null())
    undone = rows.select("practice_id", reverses_id="transaction_id", _kind="kind", _reason="net_reason")
    back = back.join(undone, on=["practice_id", "reverses_id"], how="left").with_columns(
        net_kind=nw.coalesce(nw.col("_kind"), nw.col("kind")),
        net_reason=nw.coalesce(nw.col("_reason"), nw.col("net_reason")),
    )
    names = rows.collect_schema().names()
    others = rows.filter((nw.col("kind") != "reversal") | nw.col("reverses_id").is_null())
    return nw.concat([others.select(*names), back.select(*names)])


@table_function(transactions=(*LEDGER, "*?"))
def net_rows(transactions: Any) -> Any:
    """Return the ledger with ``net_kind`` and ``net_reason``: what a reversal takes back, and else the row's own.

    A reversal that names no row keeps the kind ``reversal``. The other functions of this module do this by
    themselves; done once, many questions of one ledger are quicker.
    """
    return sorted_by(with_net_kind(transactions), "practice_id", "transaction_id")


def sum_of(condition: nw.Expr, *, sign: int = -1) -> nw.Expr:
    value = nw.col("_cents") if sign > 0 else -nw.col("_cents")
    return nw.when(condition).then(value).otherwise(nw.lit(0))


# Column of MONEY -> the sums by claim that it rests on; any other rests on the sum of its own name.
_CAPPED = ("_total", "_inside")
_RESTS_ON = {
    "claims": (),
    "charged_claims": ("charges",),
    "answered_claims": ("_spoke", "_at_payers"),
    "priced_claims": (),
    "contract": (*_CAPPED, "_other"),
    "misposted": _CAPPED,
    "expected": ("charges", "_discount"),
    "contract_to_come": ("_total", "_first"),
}


def claim_money(
    claims: Any, transactions: Any, as_of: dt.date, after: dt.date | None, wanted: Sequence[str]
) -> Any:
    """Return one row per claim with the wanted sums of ``MONEY`` in cents; see :func:`money_table`."""
    known = transactions.filter(nw.col("posted_date") <= as_of).with_columns(_cents=cents("amount"))
    rows = with_net_kind(known)
    if "at_visit" in wanted:
        rows = with_visit_day(rows, claims)
    # What was posted in the span, and what was taken off by it: each asked for by many sums.
    inside: Any = nw.col("_cents")
    if after is not None:
        inside = nw.when(nw.col("posted_date") > after).then(nw.col("_cents")).otherwise(nw.lit(0))
    rows = rows.with_columns(_inside=inside).with_columns(_less=-nw.col("_inside"))
    kind, reason, party = nw.col("net_kind"), nw.col("net_reason"), nw.col("responsible")
    first = party == "payer_1"
    adjusted = kind == "contractual"
    write_off = kind == "write_off"
    agreed, charity = reason.is_in(list(AGREED_REASONS)), reason.is_in(list(CHARITY_REASONS))
    other = (adjusted & ~first) | (kind == "sequestration") | (write_off & agreed)
    spoke = first & kind.is_in(["payer_payment", "contractual", "sequestration", "denial"])
    nothing = nw.lit(0)

    def off(condition: nw.Expr) -> nw.Expr:
        return nw.when(condition).then(nw.col("_less")).otherwise(nothing)

    sums = {
        "_total": sum_of(adjusted & first),
        "_inside": off(adjusted & first),
        "_other": off(other),
        "charges": nw.when(kind == "charge").then(nw.col("_inside")).otherwise(nothing),
        "payer_paid": off(kind.is_in(["payer_payment", "refund_to_payer", "recoupment"])),
        "patient_paid": off(kind.is_in(["patient_payment", "refund_to_patient"])),
        "charity": off(write_off & charity),
        "bad_debt": off(kind == "bad_debt"),
        "written_off": off(write_off & ~agreed & ~charity),
        "_discount": off(write_off & (agreed | charity)),
        "ar": sum_of(party != "agency", sign=1),
        "_first": sum_of(first, sign=1),
        "_at_payers": sum_of(party.is_in(list(PAYERS)), sign=1),
        "_spoke": flag(spoke),
    }
    if "at_visit" in wanted:
        sums["at_visit"] = off(at_visit())
    needed = {name for column in wanted for name in _RESTS_ON.get(column, (column,))}
    sums = {name: value for name, value in sums.items() if name in needed}
    by_claim = rows.with_columns(**sums).group_by(*KEY).agg(nw.col(*sums).sum())
    found = claims.join(by_claim, on=list(KEY), how="inner").with_columns(*as_counts(*sums))
    return _capped(found, wanted)


def with_visit_day(rows: Any, claims: Any) -> Any:
    """Add the day of the visit and the day a row happened, by which money of the visit is told."""
    on = "effective_date" if "effective_date" in rows.collect_schema().names() else "posted_date"
    dated = claims.select(*KEY, "service_date")
    return rows.with_columns(_on=nw.col(on)).join(dated, on=list(KEY), how="left")


def at_visit() -> nw.Expr:
    """Return whether a row is a patient's payment of the day of the visit or before it."""
    early = (nw.col("_on") <= nw.col("service_date")).fill_null(False)
    return (nw.col("net_kind") == "patient_payment") & ((nw.col("net_reason") == "at_visit") | early)


def _capped(found: Any, wanted: Sequence[str]) -> Any:
    """Add what hangs on the contract price: agreed and misposted adjustments, and what is still to come."""
    self_pay = nw.col("payer_class") == SELF_PAY
    if "expected_allowed" in found.collect_schema().names():
        room = nw.max_horizontal(cents("charge") - cents("expected_allowed"), nw.lit(0))
        known = ~nw.col("expected_allowed").is_null()
    else:
        room, known = nw.lit(None).cast(nw.Int64), nw.lit(False)
    # Without a known price nothing can be called misposted.
    found = found.with_columns(_room=nw.when(known).then(room), _priced=flag(known | self_pay))

    def capped(value: nw.Expr) -> nw.Expr:
        return nw.min_horizontal(value, nw.coalesce(nw.col("_room"), value))

    if "contract" in wanted or "misposted" in wanted:
        total, inside = nw.col("_total"), nw.col("_inside")
        found = found.with_columns(_cap_inside=capped(total) - capped(total - inside))
    charged = nw.col("charges") > 0
    made = {
        "contract": lambda: nw.col("_cap_inside") + nw.col("_other"),
        "misposted": lambda: nw.col("_inside") - nw.col("_cap_inside"),
        "expected": lambda: (
            nw.when(charged).then(nw.col("charges") - nw.col("_room").fill_null(0)).otherwise(nw.lit(0))
            - nw.col("_discount")
        ),
        "contract_to_come": lambda: nw.min_horizontal(
            nw.max_horizontal(nw.col("_room") - nw.col("_total"), nw.lit(0)).fill_null(0),
            nw.max_horizontal(nw.col("_first"), nw.lit(0)),
        ),
        "claims": lambda: nw.lit(1),
        "charged_claims": lambda: flag(charged),
        "answered_claims": lambda: flag(self_pay | (nw.col("_spoke") > 0) | (nw.col("_at_payers") <= 0)),
        "priced_claims": lambda: nw.col("_priced"),
    }
    return found.with_columns(**{name: make() for name, make in made.items() if name in wanted})


@table_function(claims=CLAIMS, transactions=LEDGER)
def money_table(
    claims: Any,
    transactions: Any,
    *,
    as_of: dt.date | str,
    after: dt.date | str | None = None,
    by: Sequence[str] = (),
    served_after: dt.date | str | None = None,
    served_until: dt.date | str | None = None,
    columns: Sequence[str] = tuple(MONEY),
) -> Any:
    """Return what was charged, adjusted, paid and lost, summed over claims.

    Parameters
    ----------
    claims, transactions : frames of the table contract
    as_of : last posting day that counts
    after : count the flows posted later than this day; ``ar`` and ``contract_to_come`` stand at ``as_of``
    by : columns of the claims to split by, such as ``["payer_class"]``
    served_after, served_until : keep only claims with a service day after the one and until the other
    columns : those of ``MONEY`` that are wanted; fewer are quicker

    Returns
    -------
    frame with ``by`` and the columns of ``MONEY``, or those wanted, sorted by ``by``. A reversal counts with the
    row it takes back.
    ``charges`` - ``contract`` - ``misposted`` - ``payer_paid`` - ``patient_paid`` - ``charity`` - ``bad_debt`` -
    ``written_off`` is the change of the balance, but for reversals that name no row.

    Examples
    --------
    >>> import pandas as pd
    >>> claims = pd.DataFrame({"practice_id": "p", "claim_id": ["c1"], "payer_class": ["commercial"],
    ...     "charge": [160.0], "service_date": pd.to_datetime(["2026-01-02"]), "expected_allowed": [120.0]})
    >>> rows = pd.DataFrame({"practice_id": "p", "claim_id": "c1", "responsible": "payer_1",
    ...     "posted_date": pd.to_datetime(["2026-01-05", "2026-02-02", "2026-02-02"]),
    ...     "kind": ["charge", "contractual", "payer_payment"], "amount": [160.0, -60.0, -80.0]})
    >>> money_table(claims, rows, as_of="2026-02-28")[["contract", "misposted", "ar"]].values.tolist()
    [[40.0, 20.0, 20.0]]
    """
    by = (by,) if isinstance(by, str) else tuple(by)
    wanted = [name for name in MONEY if name in columns]
    unknown = [name for name in columns if name not in MONEY]
    if unknown or not wanted:
        raise SettingsError(
            f"There is no column '{unknown[0] if unknown else ''}': choose from {', '.join(MONEY)}."
        )
    if served_after is not None:
        claims = claims.filter(nw.col("service_date") > to_date(served_after))
    if served_until is not None:
        claims = claims.filter(nw.col("service_date") <= to_date(served_until))
    # Under another name: a column to split by may be called like a sum.
    claims = claims.select(
        *dict.fromkeys([*KEY, "payer_class", "charge", "service_date", *optional(claims), *by])
    )
    if served_after is not None or served_until is not None:
        transactions = transactions.join(claims.select(*KEY), on=list(KEY), how="semi")
    span = None if after is None else to_date(after)
    found = claim_money(claims, transactions, to_date(as_of), span, wanted)
    sums = nw.col(*wanted).sum()
    total = found.group_by(*by).agg(sums) if by else found.select(sums)
    total = total.with_columns(nw.col(*wanted).cast(nw.Int64).fill_null(0))
    money = [name for name in wanted if not name.endswith("claims")]
    total = total.with_columns(dollars(nw.col(*money))) if money else total
    return sorted_by(total.select(*by, *wanted), *by)


def optional(claims: Any) -> list[str]:
    return [name for name in ("expected_allowed",) if name in claims.collect_schema().names()]
