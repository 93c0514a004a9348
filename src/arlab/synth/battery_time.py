"""Do the days of a practice keep to what can happen when, and are its payers like payers?

Rules of the realism battery on dates: each returns whether it holds, how many cases it looked at, and what it
found.
"""

from __future__ import annotations

import pandas as pd

from arlab.ledger import deadlines, remedies
from arlab.synth.realism_facts import Facts

__all__ = [
    "live_deadlines_lie_ahead",
    "medicare_keeps_its_floor",
    "nothing_piles_up_on_the_last_day",
    "payers_are_few_and_repeat",
    "remedies_are_taken_in_time",
    "untimely_means_received_late",
    "weekends_are_quiet",
]

WRONGLY_LATE_SHARE = 0.003  # of insured claims: payers that call a claim late though it came in time
FLOOR_DAYS = 14
_PILE = 2.5  # times the mean of the days on which something happened
_USUAL_DAYS = 90
_WEEKEND_SHARE = 0.05
_MOST_PAYERS = 30
_SAVEABLE_SHARE = 0.1  # of the open denials: where it is less, deadlines are too short to be real
_RARE_PAYER = 10  # claims
_DATED = (("transactions", "posted_date"), ("actions", "date"), ("statements", "sent_date"),
          ("submissions", "submitted_date"), ("appeals", "filed_date"))  # fmt: skip


def nothing_piles_up_on_the_last_day(facts: Facts) -> tuple[bool, int, str]:
    """As much happens on the last day as on any other, and nothing after it."""
    last, piles, cases = facts.last_day, [], 0
    for table, column in _DATED:
        if not facts.practice.has(table):
            continue
        days = facts.practice.tables[table][column]
        usual = days[(days < last) & (days > last - pd.Timedelta(days=_USUAL_DAYS))].value_counts()
        on_last, mean = int((days == last).sum()), float(usual.mean()) if len(usual) else 0.0
        cases += len(days)
        # Where a day has one or two rows, two or three more are no pile.
        if (days > last).any() or on_last > max(_PILE * mean, mean + 8):
            piles.append(
                f"{table} ({on_last} on the last day, {mean:.0f} usual, {(days > last).sum()} later)"
            )
    return not piles, cases, "; ".join(piles) or "no table has a pile"


def weekends_are_quiet(facts: Facts) -> tuple[bool, int, str]:
    """Few visits fall on a weekend."""
    day = facts.claims["service_date"].dt.day_of_week
    share = float((day >= 5).mean()) if len(day) else 0.0
    return share <= _WEEKEND_SHARE, len(day), f"{share:.1%} of the visits"


def medicare_keeps_its_floor(facts: Facts) -> tuple[bool, int, str]:
    """Traditional Medicare pays nothing before the fourteenth day after receipt, yet turns some claims down sooner,
    and Medicare Advantage shows no such floor.
    """
    answers = facts.answers[facts.answers["days"].notna()]
    rows = facts.rows
    paid = rows[(rows["kind"] == "payer_payment") & (rows["responsible"] == "payer_1")]
    medicare = facts.claims["payer_class"].eq("medicare").to_numpy()
    paid = paid[medicare[paid["claim"]]]
    received = facts.first_sent.set_index("claim")["received"]
    days = (paid["effective"] - received.reindex(paid["claim"]).set_axis(paid.index)).dt.days
    early = int((days < FLOOR_DAYS).sum())
    no_pay = answers[(answers["payer_class"] == "medicare") & ~answers["pays"]]
    advantage = answers[(answers["payer_class"] == "medicare_advantage") & answers["pays"]]
    sooner = int((no_pay["days"] < FLOOR_DAYS).sum())
    no_floor = int((advantage["days"] < FLOOR_DAYS).sum())
    # A few answers could all be slow by chance; of twenty, not all.
    holds = not early and (sooner > 0 or len(no_pay) < 20) and (no_floor > 0 or len(advantage) < 20)
    text = f"{early} payments before day {FLOOR_DAYS}; {sooner} of {len(no_pay)} answers without money and"
    return holds, len(paid), f"{text} {no_floor} of {len(advantage)} payments of Advantage plans came sooner"


def untimely_means_received_late(facts: Facts) -> tuple[bool, int, str]:
    """Every claim that the payer got after the filing limit is turned down for it (code 29), others hardly ever.

    The limit is that of the contract on the day of the visit; judged on the day the contract names.
    """
    terms = facts.practice.contracts
    terms = terms[terms["procedure"] == "*"][["contract_id", "filing_days", "basis", "effective_from"]]
    covers = facts.practice.coverages
    covers = covers[covers["rank"] == 1][["claim_id", "contract_id"]].dropna()
    both = covers.merge(terms.drop_duplicates("contract_id"), on="contract_id")
    both = both.assign(claim=facts.claim_of(both["claim_id"])).set_index("claim")
    answers = facts.answers.set_index("claim").join(both[["filing_days", "basis"]], how="inner")
    sent = facts.first_sent.set_index("claim").reindex(answers.index)
    counted = sent["counted_submitted"].where(answers["basis"] == "postmarked", sent["received"])
    waited = (counted - facts.claims["service_date"].reindex(answers.index)).dt.days
    late = waited > answers["filing_days"].astype("float64")
    denied = facts.denials.loc[facts.denials["carc"] == "29", "claim"]
    untimely = answers.index.isin(denied)
    missed, wrong = int((late & ~untimely).sum()), int((~late & untimely).sum())
    holds = not missed and wrong <= max(WRONGLY_LATE_SHARE * len(answers), 1)
    text = f"{int(late.sum())} came late, {missed} of them not denied for it; {wrong} in time denied as late"
    return holds, len(answers), text


def live_deadlines_lie_ahead(facts: Facts) -> tuple[bool, int, str]:
    """Of the open denials a tenth or more can be saved; their next deadlines lie ahead, some within 30 days."""
    practice = facts.practice
    open_claims = facts.open_items.query("responsible == 'payer_1'")["claim"]
    denied = facts.denials[facts.denials["claim"].isin(open_claims) & facts.denials["paid_on"].isna()]
    ids = facts.claims["claim_id"].to_numpy()[denied["claim"]]
    tables = {
        name: practice.tables[name][practice.tables[name]["claim_id"].isin(ids)]
        for name in ("claims", "coverages", "submissions", "transactions", "appeals")
        if practice.has(name)
    }
    if len(tables) < 5 or not len(ids):
        return False, 0, "no open denial, or a table is lacking"
    found = remedies(
        tables["claims"], tables["coverages"], practice.contracts, tables["submissions"],
        tables["transactions"], tables["appeals"], as_of=practice.as_of,
    )  # fmt: skip
    first = deadlines(found).query("rank == 1")
    live = first[first["state"] == "live"]
    past = int((live["days_left"] < 0).sum())
    close = int(live["days_left"].between(0, 30).sum())
    saved = len(live) >= _SAVEABLE_SHARE * len(first)
    holds = not past and len(live) > 0 and saved and (close > 0 or len(live) < 20)
    text = (
        f"{len(live)} can still be saved, {close} of them within 30 days; {past} of these deadlines are past"
    )
    return holds, len(first), text


def remedies_are_taken_in_time(facts: Facts) -> tuple[bool, int, str]:
    """Appeals are filed and replacements sent after the denial and within the contract's time."""
    practice = facts.practice
    denials = facts.denials.set_index("claim")
    covers = practice.coverages[practice.coverages["rank"] == 1]
    terms = practice.contracts[practice.contracts["procedure"] == "*"].drop_duplicates("contract_id")
    limits = covers.merge(terms, on="contract_id", suffixes=("", "_terms"))
    limits = limits.set_index(facts.claim_of(limits["claim_id"]))[["appeal_1_days", "corrected_days"]]
    appeals = practice.appeals[practice.appeals["level"] == 1]
    sent = practice.submissions.query("rank == 1 and frequency_code == '7'")
    wrong = cases = 0
    for claim_id, day, limit in (
        (appeals["claim_id"], appeals["filed_date"], "appeal_1_days"),
        (sent["claim_id"], sent["submitted_date"], "corrected_days"),
    ):
        claim = pd.Series(facts.claim_of(claim_id), index=claim_id.index)
        known = claim.isin(denials.index) & claim.isin(limits.index)
        claim, day = claim[known], day[known]
        of_claim = denials.reindex(claim).set_index(claim.index)
        most = (day - of_claim["effective"]).dt.days
        least = (day - of_claim["posted"]).dt.days
        # Contracts count from the notice: the payer's day or the day it was read, whichever is kinder.
        wrong += int(((least > limits[limit].reindex(claim).to_numpy(dtype="float64")) | (most < 0)).sum())
        cases += len(claim)
    return not wrong, cases, f"{wrong} were taken before the denial or after the limit"


def payers_are_few_and_repeat(facts: Facts) -> tuple[bool, int, str]:
    """A practice has few payers, and nearly every claim is with one that comes again and again."""
    counts = facts.claims["first_payer"].value_counts()
    rare = float(counts[counts < _RARE_PAYER].sum() / counts.sum()) if len(counts) else 1.0
    holds = len(counts) <= _MOST_PAYERS and rare <= 0.05
    return holds, int(counts.sum()), f"{len(counts)} payers; {rare:.1%} of the claims are with a rare one"
