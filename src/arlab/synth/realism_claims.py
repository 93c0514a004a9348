"""Do a practice's claims look like published ones: mix, prices, lags, sendings, first answers?

Every function takes the facts and returns figures by part; the docstring is the definition. Public tables only.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from arlab.errors import NotAvailable
from arlab.synth.realism_facts import Facts, Figure, share_of
from arlab.tables import PAYER_CLASSES

__all__ = ["CLAIM_MEASURES"]

_PRIVATE = ("commercial", "marketplace")
_MEDICARE = ("medicare", "medicare_advantage")
_MEDICAID = ("medicaid", "medicaid_managed")
_OTHER = ("workers_compensation_auto", "tricare_va", "other")
_GROUPS = {"private": _PRIVATE, "all_medicare": _MEDICARE, "all_medicaid": _MEDICAID, "all_other": _OTHER}


def lines_per_claim(facts: Facts) -> dict[str, Figure]:
    """Service lines over claims."""
    claims = len(facts.claims)
    return {"": Figure(len(facts.practice.lines) / claims if claims else float("nan"), claims)}


def payer_mix(facts: Facts) -> dict[str, Figure]:
    """Share of patients by class of the first payer of their first visit.

    Parts: every class, and the groups of the survey (``private`` with the marketplace, ``all_medicare``,
    ``all_medicaid``, ``all_other``).
    """
    first = facts.claims.sort_values(["service_date", "claim_id"]).drop_duplicates("patient_id")
    payer_class = first["payer_class"]
    found = {name: share_of(payer_class == name) for name in PAYER_CLASSES}
    return found | {name: share_of(payer_class.isin(members)) for name, members in _GROUPS.items()}


def advantage_share(facts: Facts) -> dict[str, Figure]:
    """Share of Medicare's patients who are in an Advantage plan."""
    first = facts.claims.sort_values(["service_date", "claim_id"]).drop_duplicates("patient_id")
    medicare = first["payer_class"].isin(_MEDICARE)
    return {"": share_of(first["payer_class"] == "medicare_advantage", medicare)}


def visit_level(facts: Facts) -> dict[str, Figure]:
    """Share of each level among primary care's visits of established and of new patients (main service)."""
    claims = facts.claims[facts.claims["specialty"] == "primary_care"]
    found: dict[str, Figure] = {}
    for prefix, kind in (("EST-L", "established"), ("NEW-L", "new")):
        level = claims["procedure"][claims["procedure"].str.startswith(prefix)]
        found |= {f"{kind}_{name[-1]}": share_of(level == name) for name in sorted(level.unique())}
    return found


def charge_to_medicare(facts: Facts) -> dict[str, Figure]:
    """Charge over what Medicare allows for the same lines, by provider; the median of the providers.

    Medicare's price is that of its contract on the day of the visit.
    """
    names = facts.practice.payers.query("payer_class == 'medicare'")["payer"]
    prices = facts.practice.contracts
    prices = prices[prices["payer"].isin(names) & prices["allowed"].notna()]
    if prices.empty:
        raise NotAvailable("No contract says what Medicare allows.")
    lines = facts.practice.lines[["claim_id", "procedure", "units", "charge"]]
    claim = facts.claim_of(lines["claim_id"])
    lines = lines.assign(
        provider=facts.claims["provider"].to_numpy()[claim],
        service_date=facts.claims["service_date"].to_numpy()[claim],
    )
    both = lines.merge(prices[["procedure", "allowed", "effective_from", "effective_to"]], on="procedure")
    holds = both["service_date"].ge(both["effective_from"])
    holds &= both["effective_to"].isna() | both["service_date"].le(both["effective_to"])
    both = both[holds]
    sums = both.assign(medicare=both["allowed"] * both["units"]).groupby("provider")
    ratio = sums["charge"].sum() / sums["medicare"].sum()
    return {"": Figure(float(ratio.median()), len(both))}


def allowed_to_charge(facts: Facts) -> dict[str, Figure]:
    """Contract price over gross charge, by class of first payer."""
    priced = facts.claims[facts.claims["expected_allowed"].notna()]
    sums = priced.groupby("payer_class")[["expected_allowed", "charge"]].sum()
    cases = priced["payer_class"].value_counts()
    ratio = sums["expected_allowed"] / sums["charge"]
    return {str(name): Figure(float(ratio.loc[name]), int(cases.loc[name])) for name in ratio.index}


def mean_claim_value(facts: Facts) -> dict[str, Figure]:
    """Mean contract price of an insured claim in dollars; ``medicaid_to_all`` a ratio (both Medicaids)."""
    priced = facts.claims[facts.claims["expected_allowed"].notna()]
    medicaid = priced[priced["payer_class"].isin(_MEDICAID)]
    mean = float(priced["expected_allowed"].mean())
    part = float(medicaid["expected_allowed"].mean()) / mean
    return {"": Figure(mean, len(priced)), "medicaid_to_all": Figure(part, len(medicaid))}


def charge_lag_days(facts: Facts) -> dict[str, Figure]:
    """Days from the visit to the entry of its charge: ``mean`` and ``median``."""
    lag = (facts.claims["charge_entry_date"] - facts.claims["service_date"]).dt.days
    return {
        "mean": Figure(float(lag.mean()), len(lag)),
        "median": Figure(float(lag.median()), len(lag)),
    }


def rejection_rate(facts: Facts) -> dict[str, Figure]:
    """Share of first sendings to the first payer that were rejected before adjudication."""
    return {"": share_of(facts.first_sent["rejected"], facts.first_sent["settled"])}


def _settled_answers(facts: Facts) -> pd.DataFrame:
    """Return first answers to claims sent long enough ago, with the days from the payer's receipt."""
    answers = facts.answers
    return answers[answers["settled"] & answers["days"].ge(0)]


def _part(payer: str) -> str:
    return payer.lower().replace(" ", "_")


def first_remit_within_15(facts: Facts) -> dict[str, Figure]:
    """Share of first answers that came within 15 days of the payer's receipt, by payer."""
    return _within(_settled_answers(facts), 15)


def first_remit_within_30(facts: Facts) -> dict[str, Figure]:
    """Share of first answers that came within 30 days of the payer's receipt, by payer."""
    return _within(_settled_answers(facts), 30)


def _within(answers: pd.DataFrame, days: int) -> dict[str, Figure]:
    soon = (answers["days"] <= days).groupby(answers["payer"].astype("object"))
    return {_part(payer): Figure(float(of.mean()), len(of)) for payer, of in soon}


def first_remit_median_days(facts: Facts) -> dict[str, Figure]:
    """Median days from the payer's receipt to its first answer: by payer; ``medicaid_less_commercial`` the
    difference between traditional Medicaid and commercial payers.
    """
    answers = _settled_answers(facts)
    found = {
        _part(payer): Figure(float(of.median()), len(of))
        for payer, of in answers.groupby(answers["payer"].astype("object"))["days"]
    }
    by_class = answers.groupby("payer_class")["days"].median()
    cases = int((answers["payer_class"] == "medicaid").sum())
    if {"medicaid", "commercial"} <= set(by_class.index):
        found["medicaid_less_commercial"] = Figure(
            float(by_class["medicaid"] - by_class["commercial"]), cases
        )
    return found


def first_remit_after_60(facts: Facts) -> dict[str, Figure]:
    """Share of commercial payers' first answers that came more than 60 days after receipt."""
    answers = _settled_answers(facts)
    return {"commercial": share_of(answers["days"] > 60, answers["payer_class"] == "commercial")}


def medicaid_paid_within(facts: Facts) -> dict[str, Figure]:
    """Share of traditional Medicaid's clean claims (paid at the first answer, nothing denied) paid within 30 and
    within 90 days of receipt.
    """
    answers = _settled_answers(facts)
    clean = (answers["payer_class"] == "medicaid") & answers["pays"] & ~answers["denied"]
    return {str(days): share_of(answers["days"] <= days, clean) for days in (30, 90)}


def medicare_first_payment_day(facts: Facts) -> dict[str, Figure]:
    """Fewest days from receipt to a payment of traditional Medicare (first answers)."""
    answers = facts.answers
    paid = answers[(answers["payer_class"] == "medicare") & answers["pays"] & answers["days"].ge(0)]
    return {"": Figure(float(paid["days"].min()), len(paid))}


def first_pass_rate(facts: Facts) -> dict[str, Figure]:
    """Share of insured claims sent whose first sending was accepted and whose first answer denied no line."""
    sent = facts.first_sent[facts.first_sent["settled"]]
    answers = facts.answers.set_index("claim")["denied"]
    clean = sent["accepted"] & sent["claim"].map(answers).eq(False)
    return {"": share_of(clean)}


def underpaid_lines(facts: Facts) -> dict[str, Figure]:
    """Share of lines paid at the first answer on which the payer allowed less than the contract price.

    Allowed is the charge less the contractual adjustment of that answer. A cent is not counted.
    """
    rows = facts.first_rows
    key = ["claim", "line"]
    denied = rows.loc[rows["kind"] == "denial", key].drop_duplicates()
    less = rows[rows["kind"] == "contractual"].groupby(key)["cents"].sum()
    answered = rows.loc[rows["kind"].isin(["contractual", "payer_payment"]), key].drop_duplicates()
    answered = answered.merge(denied, on=key, how="left", indicator="hit")
    answered = answered[answered["hit"] == "left_only"].drop(columns="hit")
    lines = facts.practice.lines
    priced = pd.DataFrame(
        {
            "claim": facts.claim_of(lines["claim_id"]),
            "line": lines["line_number"].astype("int64"),
            "charge": (lines["charge"] * 100).round(),
            "contract": (lines["expected_allowed"] * 100).round(),
        }
    ).dropna()
    both = answered.merge(priced, on=key)
    cut = less.reindex(pd.MultiIndex.from_frame(both[key])).fillna(0).to_numpy()
    return {"": share_of(both["charge"] + cut < both["contract"] - 1)}


def new_year_coverage_factor(facts: Facts) -> dict[str, Figure]:
    """Share of claims first denied for coverage or membership (eligibility, registration, wrong payer) among
    visits of January to March over the same share of April to December; private plans and Advantage plans.
    """
    answers = facts.answers[facts.answers["settled"]]
    answers = answers[answers["payer_class"].isin([*_PRIVATE, "medicare_advantage"])]
    category = facts.denials.set_index("claim")["category"].reindex(answers["claim"])
    hit = category.isin(["eligibility", "registration", "wrong_payer"]).to_numpy()
    early = facts.claims["service_date"].dt.month.to_numpy()[answers["claim"]] <= 3
    if not early.any() or early.all() or not hit[~early].any():
        raise NotAvailable("There are no visits both in the new year and later in the year.")
    return {"": Figure(float(hit[early].mean() / hit[~early].mean()), int(hit.sum()))}


def follow_up_minutes(facts: Facts) -> dict[str, Figure]:
    """Minutes of follow-up that the staff have, per claim of the last year (251 working days)."""
    recent = int((facts.claims["age_days"] < 365).sum())
    span = min(365, int(facts.claims["age_days"].max()) + 1) if len(facts.claims) else 365
    minutes = float(facts.practice.staff["minutes_per_day"].sum()) * 251 * span / 365
    return {"per_claim": Figure(minutes / recent if recent else float("nan"), recent)}


def accounts_per_hour(facts: Facts) -> dict[str, Figure]:
    """Actions per hour of follow-up minutes spent: ``all``, ``status_check`` and ``appeal``."""
    actions = facts.practice.actions
    minutes = actions["minutes"].astype("float64")
    kinds = {
        "all": np.ones(len(actions), dtype=bool),
        "status_check": (actions["kind"] == "status_check").to_numpy(),
        "appeal": actions["kind"].isin(["appeal_1", "appeal_2"]).to_numpy(),
    }
    return {
        name: Figure(60 / float(minutes[which].mean()), int(which.sum()))
        for name, which in kinds.items()
        if which.any()
    }


CLAIM_MEASURES = (
    lines_per_claim,
    payer_mix,
    advantage_share,
    visit_level,
    charge_to_medicare,
    allowed_to_charge,
    mean_claim_value,
    charge_lag_days,
    rejection_rate,
    first_remit_within_15,
    first_remit_within_30,
    first_remit_median_days,
    first_remit_after_60,
    medicaid_paid_within,
    medicare_first_payment_day,
    first_pass_rate,
    underpaid_lines,
    new_year_coverage_factor,
    follow_up_minutes,
    accounts_per_hour,
)
"""The measures of this module, by their function's name."""
