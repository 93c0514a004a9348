"""What must be paid back, to whom, why, and by which day; and which underpaid lines can still be disputed?

The credit queue and the underpayment queue. It refunds nothing and looks up no price (see ``variance``).
"""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import pandas as pd

from arlab.aging import credit_items
from arlab.errors import NotAvailable
from arlab.priority.known import KEY, PARTY, days_between, known_by, payer_channels
from arlab.priority.recommend import action_facts, letter_channel, working_day
from arlab.priority.score import make_weights, score_items
from arlab.reference import PracticeRules, read_rows
from arlab.tables import Practice, empty_table
from arlab.variance import underpaid_lines

__all__ = ["CAUSES", "GOVERNMENT", "credit_queue", "underpayment_queue"]

GOVERNMENT = ("medicare", "medicaid", "medicaid_managed")
"""Classes whose overpayments the law wants back in 60 days (Social Security Act 1128J(d), 42 CFR 401.305). An
Advantage plan's contract has days of its own."""

CAUSES = {
    "two_payers": "two payers paid for the same claim",
    "paid_twice": "the same amount was paid twice",
    "at_visit": "more was taken at the visit than the plan left to the patient",
    "price_changed": "the payer priced the claim again, or the share changed after the payment",
    "unknown": "no plain cause in the ledger: compare the remittances line by line",
}
"""Short name of a cause -> what it means."""


def credit_queue(
    practice: Practice, *, as_of: dt.date, rules: PracticeRules, credits: pd.DataFrame | None = None
) -> pd.DataFrame:
    """Return what the practice owes back, in no order yet.

    Parameters
    ----------
    practice, as_of, rules : as for :func:`arlab.priority.payer_queue`
    credits : frame of :func:`arlab.aging.credit_items`; made when left out

    Returns
    -------
    one row per claim and party with ``balance`` (dollars owed back), ``payee``, ``cause`` (a
    key of ``CAUSES``), ``identified_date`` (since when the ledger shows the credit that is there now; empty
    without a ledger), ``next_due_date`` (60 days later, for Medicare and Medicaid), ``days_left`` (below 0 when
    that day has passed: the duty does not end with it), the columns of a recommendation and of
    :func:`arlab.priority.score_items`, where ``balance`` counts as what is at stake. A credit brings nothing
    in: ``expected_recovery`` is 0.
    """
    if credits is None:
        has = practice.has("claims", "transactions") or practice.has("credits")
        credits = credit_items(practice, as_of=as_of) if has else empty_table("credits")
    found = credits.rename(columns={"amount": "balance"}).reset_index(drop=True)
    found = _add_cause(found, practice, as_of)
    payer_class = _class_of_payee(found, practice)
    days = pd.Timedelta(days=rules.value("credits", "report_days"))
    lawful = payer_class.isin(GOVERNMENT) & found["responsible"].str.startswith("payer")
    due = (found["identified_date"] + days).where(lawful).astype("datetime64[us]")
    left = days_between(pd.Timestamp(as_of), due)
    payer = found["payer"] if "payer" in found.columns else pd.Series("", index=found.index)
    found = found.assign(
        payer=payer,
        payee=payer.where(found["responsible"].ne("patient"), "Patient").where(payer.notna(), found["responsible"]),
        payer_class=payer_class,
        category="credit",
        action="refund_review",
        because=np.where(lawful, "sixty_days", "owed_back"),
        next_due_date=due,
        action_due_date=due,
        days_left=left,
        action_days_left=left,
        remedy_state="live",
        patient_bar="",
        win_chance=0.0,
        **_work("refund_review", rules),
    )  # fmt: skip
    scored = score_items(
        found.assign(
            expected_recovery=found["balance"],
            days_left=left.clip(lower=0),
            remedy_live=True,
            lost_share=lawful.astype("float64"),
            waiting=False,
        ),
        make_weights(rules),
    )
    near = (left <= float(rules.value("credits", "near_days"))).to_numpy(dtype=bool, na_value=False)
    return scored.assign(
        tier=np.where(near, 0, scored["tier"]).astype(np.int8),
        expected_recovery=0.0,
        chance=0.0,
        dollars_per_minute=0.0,
        days_left=left,
        next_action_date=working_day(
            pd.Series(pd.Timestamp(as_of), index=found.index, dtype="datetime64[us]")
        ),
    )


def _work(action: str, rules: PracticeRules) -> dict[str, Any]:
    facts = action_facts()[action]
    minutes = max(1.0, float(rules.value("minutes", action)))
    return {"minutes": minutes, "channel": facts["channel"], "skill": facts["skill"]}


def _class_of_payee(items: pd.DataFrame, practice: Practice) -> pd.Series:
    """Return the class of the payer that is owed; a later payer's is that of its own coverage."""
    first = items["payer_class"] if "payer_class" in items.columns else pd.Series("", index=items.index)
    if not practice.has("coverages") or "payer_class" not in practice.coverages.columns:
        return first.where(~items["responsible"].isin(["payer_2", "payer_3"]), "")
    own = practice.coverages.assign(
        responsible="payer_" + practice.coverages["rank"].astype("int64").astype("str")
    )
    own = own[[*PARTY, "payer_class"]].drop_duplicates(PARTY).rename(columns={"payer_class": "_own"})
    merged = items[PARTY].merge(own, on=PARTY, how="left")["_own"]
    return merged.fillna(pd.Series(first.to_numpy(), index=merged.index)).fillna("")


def _add_cause(items: pd.DataFrame, practice: Practice, day: dt.date) -> pd.DataFrame:
    """Add when a credit arose and why, as the ledger shows it."""
    if not practice.has("transactions") or not len(items):
        return items.assign(
            cause="unknown", identified_date=pd.Series(pd.NaT, index=items.index, dtype="datetime64[us]")
        )
    ledger = known_by(practice.transactions, "posted_date", day)
    rows = ledger.merge(items[PARTY], on=PARTY, how="inner").sort_values("posted_date", kind="stable")
    cents = (rows["amount"] * 100).round().astype("int64")
    rows = rows.assign(_cents=cents)
    by_day = rows.groupby([*PARTY, "posted_date"], sort=True)["_cents"].sum().rename("_day").reset_index()
    by_day["_sum"] = by_day.groupby(PARTY, sort=False)["_day"].cumsum()
    # The credit that is there now began the day after the last one on which nothing was owed back.
    clear = by_day[by_day["_sum"] >= 0].groupby(PARTY, sort=False)["posted_date"].max().rename("_clear")
    owed = by_day[by_day["_sum"] < 0].merge(clear.reset_index(), on=PARTY, how="left")
    owed = owed[~(owed["posted_date"] <= owed["_clear"])]
    since = owed.groupby(PARTY, sort=False)["posted_date"].min().rename("identified_date").reset_index()

    paid = rows[rows["kind"].isin(["payer_payment", "patient_payment"]) & (rows["amount"] < 0)]
    times = paid.groupby([*PARTY, "_cents"], sort=False).size()
    # Two copays of one size are usual; the amount must be all that is owed back.
    back = items[PARTY].assign(_cents=-(items["balance"] * 100).round().astype("int64"))
    twice = back.merge(times[times > 1].rename("_twice").reset_index(), on=[*PARTY, "_cents"], how="left")
    payers = ledger[(ledger["kind"] == "payer_payment").to_numpy() & (ledger["amount"] < 0).to_numpy()]
    several = payers.groupby(KEY, sort=False)["responsible"].nunique().rename("_payers").reset_index()
    reason = rows["reason"] if "reason" in rows.columns else pd.Series("", index=rows.index)
    visit = paid[reason.loc[paid.index].isin(["at_visit"]).to_numpy()].groupby(PARTY, sort=False).size()
    found = items.merge(since, on=PARTY, how="left").merge(several, on=KEY, how="left")
    found = found.merge(visit.rename("_visit").reset_index(), on=PARTY, how="left")
    changed = rows[(rows["kind"].isin(["reversal", "recoupment", "contractual", "transfer"])).to_numpy()]
    changed_on = changed[changed["amount"] < 0].groupby(PARTY, sort=False)["posted_date"].max()
    found = found.merge(changed_on.rename("_changed").reset_index(), on=PARTY, how="left")
    of_payer = found["responsible"].str.startswith("payer")
    cause: Any = np.select(
        [
            twice["_twice"].notna().to_numpy(),
            (of_payer & (found["_payers"] > 1)).to_numpy(dtype=bool, na_value=False),
            (~of_payer & found["_visit"].notna()).to_numpy(),
            (found["_changed"] == found["identified_date"]).to_numpy(dtype=bool, na_value=False),
        ],
        ["paid_twice", "two_payers", "at_visit", "price_changed"],
        default="unknown",
    )
    return found.drop(columns=["_payers", "_visit", "_changed"]).assign(cause=cause)


def underpayment_queue(practice: Practice, *, as_of: dt.date, rules: PracticeRules) -> pd.DataFrame:
    """Return the claims with underpaid lines and their dispute clock, in no order yet.

    Returns
    -------
    one row per claim with ``balance`` (dollars short), ``lines``, ``systematic_lines``, ``next_due_date`` (last day
    of the first dispute to end among those that are live), ``days_left``, ``remedy_state`` (``live``, ``expired``,
    ``unknown`` where no contract says), and the columns of a recommendation and of
    :func:`arlab.priority.score_items`. No rows where variance is not available.
    """
    try:
        lines = pd.DataFrame(underpaid_lines(practice, as_of=as_of))
    except NotAvailable:
        lines = pd.DataFrame()
    if not len(lines):
        lines = pd.DataFrame(
            {
                **{name: pd.Series(dtype="str") for name in (*KEY, "payer", "payer_class", "pattern", "dispute")},
                "short": pd.Series(dtype="float64"),
                "dispute_due_date": pd.Series(dtype="datetime64[us]"),
            }
        )  # fmt: skip
    dispute = lines["dispute"]
    lines = lines.assign(
        _short=(lines["short"] * 100).round().astype("int64"),
        _systematic=(lines["pattern"] == "systematic").astype("int64"),
        _live=(dispute == "live").astype("int64"),
        _open=(dispute == "not stated").astype("int64"),
        _due=lines["dispute_due_date"].where((dispute == "live").to_numpy(dtype=bool)),
        lines=1,
    )
    by = [*KEY, "payer", "payer_class"]
    sums = lines.groupby(by, sort=True).agg(
        {"_short": "sum", "_systematic": "sum", "_live": "sum", "_open": "sum", "_due": "min", "lines": "sum"}
    )
    found = sums.reset_index().rename(columns={"_systematic": "systematic_lines", "_due": "next_due_date"})
    found = found.assign(balance=found["_short"] / 100)
    found = found[found["balance"] >= float(rules.value("underpayments", "least"))].reset_index(drop=True)
    state = np.select([found["_live"] > 0, found["_open"] > 0], ["live", "unknown"], default="expired")
    book = {row["category"]: row for row in read_rows("playbook")}
    chance = float(book["underpaid"]["chance"])
    alive = state != "expired"
    left = days_between(pd.Timestamp(as_of), found["next_due_date"])
    closing = "accept_shortfall"
    work, closed = _work("dispute_underpayment", rules), _work(closing, rules)
    found = found.drop(columns=["_short", "_live", "_open"]).assign(
        responsible="payer_1",
        category="underpaid",
        action=np.where(alive, "dispute_underpayment", closing),
        because=np.where(alive, "short", "nothing_left"),
        action_due_date=found["next_due_date"],
        days_left=left,
        action_days_left=left,
        remedy_state=state,
        remedy_live=alive,
        lost_share=1.0,
        waiting=False,
        patient_bar="CO",
        win_chance=np.where(alive, chance, 0.0),
        expected_recovery=np.round(np.where(alive, chance, 0.0) * found["balance"], 2),
        next_action_date=working_day(
            pd.Series(pd.Timestamp(as_of), index=found.index, dtype="datetime64[us]")
        ),
        **{name: np.where(alive, work[name], closed[name]) for name in work},
    )
    letter = letter_channel(payer_channels(found["payer"], practice))
    found = found.assign(channel=np.where(alive, letter, found["channel"]))
    return score_items(found.astype({"minutes": "float64"}), make_weights(rules))
