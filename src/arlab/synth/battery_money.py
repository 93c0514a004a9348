"""Do the dollars of a practice keep to what money can do?

Rules of the realism battery on amounts: each returns whether it holds, how many cases it looked at, and what it
found.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from arlab.synth.realism_facts import DUPLICATE, Facts

__all__ = [
    "ar_rolls_forward",
    "balances_lie_in_every_bucket",
    "denied_lines_are_not_paid",
    "headers_are_the_sum_of_their_lines",
    "poor_and_protected_owe_next_to_nothing",
    "practice_losses_stay_with_it",
]

NOMINAL_COPAY_CENTS = 400  # the most that Medicaid lets a patient be asked for an office visit, about
_LEAST, _MOST = 0.02, 0.75  # of the open balance in one bucket
_SIGNS = {
    "charge": 1, "payer_payment": -1, "patient_payment": -1, "contractual": -1, "sequestration": -1,
    "write_off": -1, "bad_debt": -1, "recoupment": 1, "refund_to_payer": 1, "refund_to_patient": 1, "denial": 0,
}  # fmt: skip
_KEY = ["claim", "line"]


def denied_lines_are_not_paid(facts: Facts) -> tuple[bool, int, str]:
    """A denial moves no money and names an amount, and its remittance does not also settle what it denies.

    What it denies and what it takes off the balance are at most the charge of the line: a payer may deny some units
    and pay the others. Copies (code 18) are left aside: they may be turned down with the claim itself.
    """
    rows = facts.rows
    denials = rows[rows["kind"] == "denial"]
    bare = int(((denials["cents"] != 0) | (denials["memo_cents"] <= 0)).sum())
    key = [*_KEY, "remit_id", "responsible"]
    said_no = denials[(denials["carc"] != DUPLICATE) & (denials["remit_id"] != "")]
    same = pd.MultiIndex.from_frame(rows[key]).isin(pd.MultiIndex.from_frame(said_no[key]))
    settled = -rows[same].groupby(key, observed=True)["cents"].sum()
    # A later payer is asked for what the first one left, and denies all of that.
    most = said_no["line_cents"].where(said_no["responsible"] == "payer_1", said_no["memo_cents"])
    said_no = said_no.assign(most=most)
    denied = said_no.groupby(key, observed=True).agg(no=("memo_cents", "sum"), most=("most", "max"))
    both = int((denied["no"] + settled.reindex(denied.index) > denied["most"]).sum())
    text = (
        f"{bare} denials move money or name no amount; {both} are settled by the remittance that denies them"
    )
    return not bare and not both, len(denials), text


def ar_rolls_forward(facts: Facts) -> tuple[bool, int, str]:
    """AR of a month is AR of the month before plus charges less payments and adjustments, for every month.

    Held against other tables: charges are those of the claims entered in the month, payers' money is that of the
    remittances posted in it, every kind of row has its sign, transfers cancel out, a reversal undoes its row, and
    what is left over all months is the balance.
    """
    rows, claims = facts.rows, facts.claims
    month = rows["posted"].dt.to_period("M")
    by_kind = rows.groupby([month, rows["kind"].astype("object")])["cents"].sum().unstack(fill_value=0)
    wrong = set(by_kind.index[by_kind.get("transfer", 0) != 0]) if "transfer" in by_kind else set()
    entered = claims.groupby(claims["charge_entry_date"].dt.to_period("M"))["charge_cents"].sum()
    charged = by_kind["charge"] if "charge" in by_kind else pd.Series(0, index=by_kind.index)
    wrong |= set(charged.index[charged != entered.reindex(charged.index, fill_value=0)])
    wrong |= set(entered.index.difference(charged.index))
    wrong |= _months_of_remittances_that_differ(facts, month)
    sign = rows["kind"].astype("object").map(_SIGNS)
    wrong |= set(month[sign.notna() & (np.sign(rows["cents"]) != sign)])
    undone = rows["reverses"] >= 0
    wrong |= set(month[undone][rows["cents"].to_numpy()[rows["reverses"][undone]] != -rows["cents"][undone]])
    named = f" ({', '.join(str(m) for m in sorted(wrong)[:3])})" if wrong else ""
    return not wrong, len(by_kind), f"{len(wrong)} of {len(by_kind)} months do not add up{named}"


def _months_of_remittances_that_differ(facts: Facts, month: pd.Series) -> set[pd.Period]:
    """Return the months in which a remittance's ledger rows do not come to its amount and adjustment."""
    rows = facts.rows
    cash = rows["net_kind"].isin(["payer_payment", "recoupment"]) & (rows["remit_id"] != "")
    names = rows.loc[cash, "remit_id"].astype("object")
    posted = -rows.loc[cash, "cents"].groupby(names).sum()
    remits = facts.practice.remittances.set_index("remit_id")
    owed = ((remits["amount"] + remits["plb_amount"].fillna(0)) * 100).round().astype("int64")
    off = posted.reindex(owed.index, fill_value=0).ne(owed)
    months = month[rows["remit_id"].isin(off.index[off])]
    return set(months) | set(remits.loc[off & ~off.index.isin(names), "payment_date"].dt.to_period("M"))


def headers_are_the_sum_of_their_lines(facts: Facts) -> tuple[bool, int, str]:
    """The charge of a claim is the sum of its lines and is posted once; so is its number of lines."""
    claims, lines = facts.claims, facts.practice.lines
    claim = facts.claim_of(lines["claim_id"])
    cents = (lines["charge"] * 100).round().astype("int64")
    of_lines = np.bincount(claim, weights=cents, minlength=len(claims)).astype("int64")
    posted = facts.cents_by_claim(facts.rows["kind"] == "charge")
    size = np.bincount(claim, minlength=len(claims))
    header = claims["charge_cents"].to_numpy()
    off = (of_lines != header) | (posted != header) | (size != claims["lines"].to_numpy())
    return not off.any(), len(claims), f"{int(off.sum())} claims differ from their lines or postings"


def balances_lie_in_every_bucket(facts: Facts) -> tuple[bool, int, str]:
    """Each of the five age buckets holds some of the open balance, none of them nearly all."""
    items = facts.open_items
    bucket = np.searchsorted((30, 60, 90, 120), items["age"].to_numpy())
    cents = np.bincount(bucket, weights=items["cents"], minlength=5)
    share = cents / max(cents.sum(), 1)
    holds = bool(share.min() >= _LEAST and share.max() <= _MOST)
    return holds, len(items), "shares " + ", ".join(f"{part:.1%}" for part in share)


def practice_losses_stay_with_it(facts: Facts) -> tuple[bool, int, str]:
    """What the payer denied as the practice's loss (not group PR), late filing too, never moves to the patient.

    Looked at: transfers to the patient after such a denial of the line that stands, made by the practice (no
    remittance) or by the remittance that denies the whole line (one that denies a part may leave the patient a
    share of the rest). What was due at the visit had moved before.
    """
    rows = facts.rows
    denials = rows[rows["kind"].eq("denial") & rows["responsible"].eq("payer_1") & rows["carc"].ne(DUPLICATE)]
    losses = denials[denials["group_code"] != "PR"]
    undone = rows[rows["reverses"] >= 0].groupby("reverses")["posted"].min()
    whole = losses["memo_cents"] >= losses["line_cents"]
    losses = losses.assign(until=undone.reindex(losses.index), whole=whole)
    moved = rows[
        rows["kind"].eq("transfer")
        & rows["responsible"].eq("patient")
        & rows["cents"].gt(0)
        & rows["reason"].ne("due_at_visit")
    ]
    moved = moved.assign(move=moved.index)
    both = moved.merge(
        losses[[*_KEY, "posted", "until", "remit_id", "whole"]], on=_KEY, suffixes=("", "_denied")
    )
    standing = both["posted"].ge(both["posted_denied"]) & ~both["until"].le(both["posted"])
    same = both["remit_id"].astype("object").eq(both["remit_id_denied"].astype("object"))
    own = both["remit_id"].eq("") | (same & both["whole"])
    wrong = both[standing & own]
    text = f"{wrong['move'].nunique()} transfers ({wrong['cents'].sum() / 100:,.2f} dollars) of such losses"
    return wrong.empty, losses["claim"].nunique(), text


def poor_and_protected_owe_next_to_nothing(facts: Facts) -> tuple[bool, int, str]:
    """Under Medicaid a patient is asked for a nominal copay at most, and who may not be billed for nothing."""
    rows, claims = facts.rows, facts.claims
    asked = rows["kind"].isin(["transfer", "charge"]) & rows["responsible"].isin(["patient", "agency"])
    to_agency = rows["reason"].isin(["to_agency", "from_agency"])
    owed = facts.cents_by_claim(asked & ~to_agency)
    poor = claims["payer_class"].isin(["medicaid", "medicaid_managed"]).to_numpy()
    patients = facts.practice.patients
    protected = patients.loc[patients["no_cost_share"].eq(True), "patient_id"]
    spared = (
        claims["patient_id"].isin(protected).to_numpy() & (claims["payer_class"] != "self_pay").to_numpy()
    )
    too_much = int((poor & (owed > NOMINAL_COPAY_CENTS)).sum())
    billed = int((spared & (owed > 0)).sum())
    text = f"{too_much} Medicaid claims above a nominal copay; {billed} claims of protected people billed"
    return not too_much and not billed, int((poor | spared).sum()), text
