"""Does a practice's money look like published figures: aging, days in AR, collection, what patients pay?

Every function takes the facts and returns figures by part; the docstring is the definition. Public tables only. AR
is gross, net of credits, without accounts at an agency, as in the association surveys; ages by the standard clock.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from arlab.errors import NotAvailable
from arlab.synth.realism_facts import Facts, Figure, share_of

__all__ = ["MONEY_MEASURES"]

_LOOK_BACK = 90  # days of charges behind the days in AR
_EDGES = (30, 60, 90, 120)
_BUCKETS = ("0_30", "31_60", "61_90", "91_120", "over_120")
_AGENCY_DAYS = 180  # from placement: by then an agency has collected what it will
_STATED_DAYS = 210  # from the first statement: four statements and the last payments are over
_SIZES = {"up_to_500": (0, 50_000), "500_to_1000": (50_000, 100_000), "over_3000": (300_000, 1 << 60)}
_SPECIALIST = ("orthopaedics", "cardiology")


def bucket_share(facts: Facts) -> dict[str, Figure]:
    """Share of the open balance in each age bucket."""
    items = facts.open_items
    bucket = np.searchsorted(_EDGES, items["age"].to_numpy())
    cents = np.bincount(bucket, weights=items["cents"], minlength=len(_BUCKETS))
    total = cents.sum()
    if not total:
        raise NotAvailable("Nothing is open.")
    return {name: Figure(float(cents[at] / total), len(items)) for at, name in enumerate(_BUCKETS)}


def over_90_share(facts: Facts) -> dict[str, Figure]:
    """Share of the open balance older than 90 days: ``all``, first payers' balances by class of payer, ``patient``;
    ``advantage_to_commercial`` the ratio of two of them.
    """
    items = facts.open_items
    old = items["age"] > 90
    found = {"all": _weighted(old, items["cents"])}
    of_payer = items["responsible"] == "payer_1"
    for name, of_class in items[of_payer].groupby("payer_class"):
        found[str(name)] = _weighted(of_class["age"] > 90, of_class["cents"])
    medicaid = items[of_payer & items["payer_class"].isin(["medicaid", "medicaid_managed"])]
    found["all_medicaid"] = _weighted(medicaid["age"] > 90, medicaid["cents"])
    own = items["responsible"] == "patient"
    found["patient"] = _weighted(old[own], items.loc[own, "cents"])
    if {"medicare_advantage", "commercial"} <= set(found) and found["commercial"].value:
        ratio = found["medicare_advantage"].value / found["commercial"].value
        found["advantage_to_commercial"] = Figure(ratio, found["medicare_advantage"].cases)
    return found


def _weighted(which: pd.Series, cents: pd.Series) -> Figure:
    total = int(cents.sum())
    return Figure(float(cents[which].sum() / total) if total else float("nan"), len(cents))


def _ar_and_daily_charges(facts: Facts) -> tuple[float, float, int]:
    """Return total AR and average daily charges in cents, and how many charges were posted in the look-back."""
    rows = facts.rows
    total = int(rows.loc[rows["responsible"] != "agency", "cents"].sum())
    recent = rows[
        (rows["kind"] == "charge") & (rows["posted"] > facts.last_day - pd.Timedelta(days=_LOOK_BACK))
    ]
    if recent.empty:
        raise NotAvailable(f"No charge was posted in the last {_LOOK_BACK} days.")
    return total, recent["cents"].sum() / _LOOK_BACK, len(recent)


def gross_days_in_ar(facts: Facts) -> dict[str, Figure]:
    """Total AR over the average daily gross charges posted in the last 90 days."""
    total, daily, cases = _ar_and_daily_charges(facts)
    return {"": Figure(float(total / daily), cases)}


def adjusted_days_in_ar(facts: Facts) -> dict[str, Figure]:
    """Total AR over the average daily *adjusted* charges: gross days over the adjusted share of matured charges.

    ``to_gross`` is that ratio of the two kinds of days.
    """
    gross = gross_days_in_ar(facts)[""]
    charge, agreed, _, cases = _matured_sums(facts)
    ratio = charge / (charge - agreed)
    return {"": Figure(gross.value * ratio, gross.cases), "to_gross": Figure(ratio, cases)}


def _matured_sums(facts: Facts) -> tuple[float, float, float, int]:
    """Return charge, agreed adjustments and money of matured claims in cents, and their number."""
    matured = facts.claims["matured"].to_numpy()
    if not matured.any():
        raise NotAvailable("No visit is long enough ago: collection is measured on visits 270 days old.")
    rows = facts.rows
    parts = (rows["kind"] == "charge", facts.is_contract, facts.is_money)
    charge, agreed, money = (float(facts.cents_by_claim(which)[matured].sum()) for which in parts)
    return charge, -agreed, -money, int(matured.sum())


def net_collection_rate(facts: Facts) -> dict[str, Figure]:
    """Money over charges less agreed adjustments, of visits 270 days old or older.

    Agreed are the contract, sequestration and the self-pay price. Bad debt, late filing and every other write-off
    stay in the denominator.
    """
    charge, agreed, money, cases = _matured_sums(facts)
    return {"": Figure(money / (charge - agreed), cases)}


def collection_identity(facts: Facts) -> dict[str, Figure]:
    """Gross collection rate of the matured claims less net collection rate times the adjusted share of charges.

    The money behind the gross rate is what the ledger lacks: charges less adjustments, write-offs, bad debt and
    what is still open.
    """
    charge, agreed, money, cases = _matured_sums(facts)
    matured = facts.claims["matured"].to_numpy()
    rows = facts.rows
    no_money = rows["net_kind"].isin(["write_off", "bad_debt"]) & ~facts.is_contract
    written_off = -float(facts.cents_by_claim(no_money)[matured].sum())
    still_open = float(facts.cents_by_claim(np.ones(len(rows), dtype=bool))[matured].sum())
    gross_rate = (charge - agreed - written_off - still_open) / charge
    return {"": Figure(gross_rate - money / (charge - agreed) * (charge - agreed) / charge, cases)}


def _patient_share(facts: Facts) -> pd.DataFrame:
    """Return per commercial claim that was answered without a denial: month of visit, share moved on, paid, whether
    a specialist's; in cents.
    """
    rows = facts.rows
    moved = (
        (rows["kind"] == "transfer")
        & (rows["responsible"] == "payer_1")
        & (rows["reason"] != "denied_to_patient")
    )
    paid = (rows["net_kind"] == "payer_payment") & (rows["responsible"] == "payer_1")
    everyone = facts.claims.assign(moved=-facts.cents_by_claim(moved), paid=-facts.cents_by_claim(paid))
    clean = facts.answers.loc[~facts.answers["denied"], "claim"].to_numpy()
    claims = everyone.iloc[clean]
    claims = claims[claims["payer_class"] == "commercial"]
    return pd.DataFrame(
        {
            "month": claims["service_date"].dt.month,
            "moved": claims["moved"],
            "paid": claims["paid"],
            "specialist": claims["specialty"].isin(_SPECIALIST),
        }
    )


def patient_share(facts: Facts) -> dict[str, Figure]:
    """Part of what commercial plans allow that falls to the patient or a second payer; claims without a denial.

    ``year`` over all months of the year alike, ``january``, ``february``, ``march`` and ``december`` of
    orthopaedics and cardiology, ``january_to_december`` as their ratio.
    """
    claims = _patient_share(facts)
    by_month = claims.groupby("month")[["moved", "paid"]].sum()
    share = by_month["moved"] / (by_month["moved"] + by_month["paid"])
    found = {"year": Figure(float(share.mean()), len(claims))}
    special = claims[claims["specialist"]]
    for month, name in ((1, "january"), (2, "february"), (3, "march"), (12, "december")):
        of_month = special[special["month"] == month]
        moved, paid = of_month["moved"].sum(), of_month["paid"].sum()
        if len(of_month):
            found[name] = Figure(float(moved / (moved + paid)), len(of_month))
    if {"january", "december"} <= set(found):
        ratio = found["january"].value / found["december"].value
        found["january_to_december"] = Figure(ratio, found["december"].cases)
    return found


def patient_cash_peak_month(facts: Facts) -> dict[str, Figure]:
    """Number of the month around which most patient cash was posted: the middle of the best three months in a row.

    Among the last twelve whole months; a single month of one practice jumps too much.
    """
    rows = facts.rows
    cash = rows[rows["net_kind"].isin(["patient_payment", "refund_to_patient"])]
    month = cash["posted"].dt.to_period("M")
    end = (facts.last_day + pd.Timedelta(days=1)).to_period("M")
    whole = cash[(month < end) & (month >= end - 12)]
    known = (facts.last_day - facts.claims["service_date"].min()).days >= 365 + 90
    if whole.empty or not known:
        raise NotAvailable("The practice is too short for a year of patient cash.")
    by_month = -whole.groupby(whole["posted"].dt.to_period("M"))["cents"].sum()
    best = by_month.rolling(3, center=True).sum().idxmax()
    return {"": Figure(float(pd.Period(best, "M").month), len(whole))}


def copay_at_visit(facts: Facts) -> dict[str, Figure]:
    """Dollars collected at the visit over dollars due at it, insured patients."""
    rows = facts.rows
    insured = (facts.claims["payer_class"] != "self_pay").to_numpy()
    due = (rows["reason"] == "due_at_visit") & (rows["responsible"] == "patient")
    due_cents = facts.cents_by_claim(due)
    got = -facts.cents_by_claim((rows["kind"] == "patient_payment") & (rows["reason"] == "at_visit"))
    asked = insured & (due_cents > 0)
    if not asked.any():
        raise NotAvailable("Nothing was due at a visit.")
    return {"": Figure(float(got[asked].sum() / due_cents[asked].sum()), int(asked.sum()))}


def cash_at_service_share(facts: Facts) -> dict[str, Figure]:
    """Patient cash of the visit over all patient cash, of matured claims."""
    rows = facts.rows
    matured = facts.claims["matured"].to_numpy()
    if not matured.any():
        raise NotAvailable("No visit is 270 days ago.")
    cash = -facts.cents_by_claim(rows["net_kind"].isin(["patient_payment", "refund_to_patient"]))
    at_visit = -facts.cents_by_claim((rows["kind"] == "patient_payment") & (rows["reason"] == "at_visit"))
    total = float(cash[matured].sum())
    return {"": Figure(float(at_visit[matured].sum()) / total if total else float("nan"), int(matured.sum()))}


def _stated(facts: Facts) -> pd.DataFrame:
    """Return per claim whose first statement was long ago: ``asked`` cents, ``paid`` cents after it (no agency),
    ``statements`` until the last payment.
    """
    statements = facts.practice.statements
    statements = statements.assign(claim=facts.claim_of(statements["claim_id"]))
    first = statements.sort_values("statement_number").drop_duplicates("claim").set_index("claim")
    first = first[(facts.last_day - first["sent_date"]).dt.days >= _STATED_DAYS]
    if first.empty:
        raise NotAvailable(f"No statement was sent {_STATED_DAYS} days ago or earlier.")
    rows = facts.rows
    paid = rows[rows["net_kind"].isin(["patient_payment", "refund_to_patient"])]
    paid = paid[(paid["responsible"] == "patient") & paid["claim"].isin(first.index)]
    paid = paid[paid["posted"].to_numpy() >= first["sent_date"].reindex(paid["claim"]).to_numpy()]
    by_claim = paid.groupby("claim").agg(cents=("cents", "sum"), last=("posted", "max"))
    by_claim = by_claim.reindex(first.index)
    asked = (first["amount"] * 100).round().astype("int64")
    last_paid = by_claim["last"].reindex(statements["claim"]).to_numpy()
    counted = statements[statements["sent_date"] <= last_paid].groupby("claim").size()
    return pd.DataFrame(
        {
            "asked": asked,
            "paid": np.minimum(-by_claim["cents"].fillna(0), asked),
            "statements": counted.reindex(first.index),
        }
    )


def patient_paid_in_full(facts: Facts) -> dict[str, Figure]:
    """Share of balances paid in full after the first statement, by its amount: ``up_to_500``, ``500_to_1000``,
    ``over_3000`` dollars; ``larger_to_smaller`` the second over the first; ``falls_with_size`` how much the share
    falls from balances up to 100 dollars to those of 200 or more. Payments by plan count, an agency's do not.
    """
    stated = _stated(facts)
    full = stated["paid"] >= stated["asked"]
    found = {
        name: share_of(full, (stated["asked"] > low) & (stated["asked"] <= high))
        for name, (low, high) in _SIZES.items()
    }
    smaller, larger = found["up_to_500"], found["500_to_1000"]
    if smaller.value:
        found["larger_to_smaller"] = Figure(larger.value / smaller.value, larger.cases)
    small, large = share_of(full, stated["asked"] <= 10_000), share_of(full, stated["asked"] >= 20_000)
    found["falls_with_size"] = Figure(small.value - large.value, large.cases)
    return found


def patient_dollars_collected(facts: Facts) -> dict[str, Figure]:
    """Dollars paid after the first statement over dollars it asked for (no agency)."""
    stated = _stated(facts)
    return {"": Figure(float(stated["paid"].sum() / stated["asked"].sum()), len(stated))}


def patient_any_payment(facts: Facts) -> dict[str, Figure]:
    """Share of balances on which anything was paid after the first statement (no agency)."""
    return {"": share_of(_stated(facts)["paid"] > 0)}


def statements_until_paid(facts: Facts) -> dict[str, Figure]:
    """Mean number of statements sent for a balance that was paid in full, up to the last payment."""
    stated = _stated(facts)
    full = stated[stated["paid"] >= stated["asked"]]
    return {"": Figure(float(full["statements"].mean()), len(full))}


def agency_recovery(facts: Facts) -> dict[str, Figure]:
    """Dollars an agency collected over dollars placed with it at least 180 days ago."""
    rows = facts.rows
    placed = rows[(rows["kind"] == "transfer") & (rows["responsible"] == "agency") & (rows["cents"] > 0)]
    placed = placed[(facts.last_day - placed["posted"]).dt.days >= _AGENCY_DAYS]
    if placed.empty:
        raise NotAvailable(f"Nothing was placed with an agency {_AGENCY_DAYS} days ago or earlier.")
    paid = rows[(rows["kind"] == "patient_payment") & (rows["responsible"] == "agency")]
    got = -paid.loc[paid["claim"].isin(placed["claim"]), "cents"].sum()
    return {"": Figure(float(got / placed["cents"].sum()), len(placed))}


MONEY_MEASURES = (
    bucket_share,
    over_90_share,
    gross_days_in_ar,
    adjusted_days_in_ar,
    net_collection_rate,
    collection_identity,
    patient_share,
    patient_cash_peak_month,
    copay_at_visit,
    cash_at_service_share,
    patient_paid_in_full,
    patient_dollars_collected,
    patient_any_payment,
    statements_until_paid,
    agency_recovery,
)
"""The measures of this module, by their function's name."""
