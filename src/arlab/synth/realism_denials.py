"""Do a practice's denials look like published ones: how many, why, what became of them, what they cost?

Every function takes the facts and returns figures by part; the docstring is the definition. Public tables only. An
initial denial is fixed by the first answer to the first sending; copies and rejections are none.
"""

from __future__ import annotations

import pandas as pd

from arlab.errors import NotAvailable
from arlab.synth.realism_facts import DUPLICATE, Facts, Figure, share_of

__all__ = ["DENIAL_MEASURES"]

_RESOLVED_DAYS = 270  # from the denial: by then nearly all of them have come to an end
_EARLY_RESOLVED_DAYS = 180  # from the denial, when it was worked at once
_DECIDED_DAYS = 120  # from filing an appeal: by then it is decided
_EARLY_DAYS = 30  # from the denial to the first work on it

_COVERAGE = ("eligibility", "registration", "coordination_of_benefits", "wrong_payer")
_BENEFITS = ("non_covered", "benefit_limit")
_REASONS = {
    "registration": _COVERAGE,
    "front_end": (*_COVERAGE, "authorisation", *_BENEFITS),
    "claim_data": ("claim_data", "documentation"),
    "coding": ("coding",),
    "coding_and_claim_data": ("coding", "claim_data"),
    "authorisation": ("authorisation",),
    "not_covered": _BENEFITS,
    "clinical": ("medical_necessity",),
    "timely_filing": ("timely_filing",),
    "credentialing": ("credentialing",),
}
_TIERS = {
    "clinical": ("medical_necessity",),
    "registration": _COVERAGE,
    "billing": ("claim_data", "documentation", "coding"),
}


def initial_denial_rate(facts: Facts) -> dict[str, Figure]:
    """Share of first answers that denied a line at least: ``all``, every class, and ``dollars`` (gross charge of
    the denied lines over that of the claims).

    Only claims sent at least 90 days ago, so that a denial that comes fast does not weigh too much.
    """
    answers = facts.answers[facts.answers["settled"]]
    found = {"all": share_of(answers["denied"])}
    for name, of_class in answers.groupby("payer_class"):
        found[str(name)] = share_of(of_class["denied"])
    denied = facts.denials[facts.denials["claim"].isin(answers["claim"])]
    charge = facts.claims["charge_cents"].to_numpy()[answers["claim"]].sum()
    found["dollars"] = Figure(float(denied["cents"].sum() / charge) if charge else float("nan"), len(denied))
    return found


def line_denial_rate(facts: Facts) -> dict[str, Figure]:
    """Share of lines denied at the first answer: by class, and ``to_claim_rate`` over the rate by claim."""
    answers = facts.answers[facts.answers["settled"]]
    found = {}
    for name, of_class in answers.groupby("payer_class"):
        lines = int(of_class["lines"].sum())
        found[str(name)] = Figure(float(of_class["lines_denied"].sum() / lines), lines)
    lines = int(answers["lines"].sum())
    if answers["denied"].any():
        ratio = answers["lines_denied"].sum() / lines / answers["denied"].mean()
        found["to_claim_rate"] = Figure(float(ratio), lines)
    return found


def denial_reason_share(facts: Facts) -> dict[str, Figure]:
    """Share of initial denials by group of reasons (see the playbook of denial codes for the categories)."""
    category = facts.denials["category"]
    return {name: share_of(category.isin(members)) for name, members in _REASONS.items()}


def duplicate_share(facts: Facts) -> dict[str, Figure]:
    """Claims denied as copies over these and all initial denials together."""
    rows = facts.rows
    copies = rows.loc[(rows["kind"] == "denial") & (rows["carc"] == DUPLICATE), "claim"].nunique()
    total = copies + len(facts.denials)
    return {"": Figure(copies / total if total else float("nan"), total)}


def overturn_rate(facts: Facts) -> dict[str, Figure]:
    """Share of initial denials, 270 days old or older, on whose denied lines money came in the end: by number
    (``all``) and by charge (``dollars``).
    """
    old = _old(facts)
    paid = old["paid_on"].notna()
    dollars = float(old.loc[paid, "cents"].sum() / old["cents"].sum())
    return {"all": share_of(paid), "dollars": Figure(dollars, len(old))}


def _old(facts: Facts, days: int = _RESOLVED_DAYS) -> pd.DataFrame:
    """Return the initial denials old enough to have come to an end."""
    old = facts.denials[facts.denials["age_days"] >= days]
    if old.empty:
        raise NotAvailable(f"No denial is {days} days old yet.")
    return old


def overturn_if_worked_early(facts: Facts) -> dict[str, Figure]:
    """Share paid in the end of the initial denials that staff worked within 30 days, by tier of reasons.

    Of denials 180 days old or older.
    """
    old = _old(facts, _EARLY_RESOLVED_DAYS)
    wait = (facts.worked.iloc[old["claim"]].set_axis(old.index) - old["posted"]).dt.days
    old = old[wait.between(0, _EARLY_DAYS)]
    return {
        name: share_of(old["paid_on"].notna(), old["category"].isin(members))
        for name, members in _TIERS.items()
    }


def never_reworked(facts: Facts) -> dict[str, Figure]:
    """Share of the old initial denials for which staff never sent or filed anything."""
    old = _old(facts)
    touched = facts.worked.iloc[old["claim"]].to_numpy() >= old["posted"].to_numpy()
    return {"": share_of(~touched)}


def appealed_share(facts: Facts) -> dict[str, Figure]:
    """Share of traditional Medicare's initial denials that went to a first appeal."""
    denials = facts.denials[facts.denials["payer_class"] == "medicare"]
    appealed = facts.claim_of(facts.practice.appeals["claim_id"])
    return {"medicare": share_of(denials["claim"].isin(appealed))}


def appeal_won_share(facts: Facts) -> dict[str, Figure]:
    """Share of decided appeals that were won in full or in part."""
    decided = facts.practice.appeals.dropna(subset="outcome")
    return {"": share_of(decided["outcome"].isin(["won", "partly_won"]))}


def appeal_round_days(facts: Facts) -> dict[str, Figure]:
    """Mean days from filing an appeal to its decision, of appeals filed at least 120 days ago."""
    appeals = facts.practice.appeals
    old = appeals[(facts.last_day - appeals["filed_date"]).dt.days >= _DECIDED_DAYS]
    days = (old["decision_date"] - old["filed_date"]).dt.days.dropna()
    return {"": Figure(float(days.mean()), len(days))}


def denial_to_resolution_days(facts: Facts) -> dict[str, Figure]:
    """Mean days from the posting of an initial denial to its end, of old denials: ``paid`` until the money, ``all``
    until the money, the write-off or the move to the patient, whichever comes first.
    """
    old = _old(facts)
    end = old[["paid_on", "closed_on"]].min(axis=1)
    paid = (old["paid_on"] - old["posted"]).dt.days.dropna()
    ended = (end - old["posted"]).dt.days.dropna()
    return {
        "paid": Figure(float(paid.mean()), len(paid)),
        "all": Figure(float(ended.mean()), len(ended)),
    }


def net_payer_loss(facts: Facts) -> dict[str, Figure]:
    """Dollars of the first payer written off by the practice over contract price, of matured claims, by class.

    Contractual adjustments are no loss. A payer balance that is still open is none yet.
    """
    rows = facts.rows
    lost = rows["kind"].isin(["write_off", "bad_debt"]) & (rows["responsible"] == "payer_1")
    loss = -facts.cents_by_claim(lost)
    claims = facts.claims.assign(loss=loss)
    claims = claims[claims["matured"] & claims["expected_allowed"].notna()]
    if claims.empty:
        raise NotAvailable("No claim is old enough: the loss shows when most claims have come to an end.")
    found = {}
    for name, of_class in claims.groupby("payer_class"):
        worth = float(of_class["expected_allowed"].sum()) * 100
        found[str(name)] = Figure(float(of_class["loss"].sum()) / worth, len(of_class))
    medicaid = claims[claims["payer_class"].isin(["medicaid", "medicaid_managed"])]
    if len(medicaid):
        worth = float(medicaid["expected_allowed"].sum()) * 100
        found["all_medicaid"] = Figure(float(medicaid["loss"].sum()) / worth, len(medicaid))
    return found


def old_money_of_slow_clean_claims(facts: Facts) -> dict[str, Figure]:
    """Share of the payer and patient dollars older than 90 days that wait for a first payer who accepted the claim
    and has never answered.
    """
    items = facts.open_items
    old = items[items["age"] > 90]
    answered = old["claim"].isin(facts.answers["claim"])
    slow = (old["responsible"] == "payer_1") & ~answered & ~old["not_on_file"]
    share = float(old.loc[slow, "cents"].sum() / old["cents"].sum()) if len(old) else float("nan")
    return {"": Figure(share, len(old))}


DENIAL_MEASURES = (
    initial_denial_rate,
    line_denial_rate,
    denial_reason_share,
    duplicate_share,
    overturn_rate,
    overturn_if_worked_early,
    never_reworked,
    appealed_share,
    appeal_won_share,
    appeal_round_days,
    denial_to_resolution_days,
    net_payer_loss,
    old_money_of_slow_clean_claims,
)
"""The measures of this module, by their function's name."""
