"""Which claim of a practice tells a story worth following?

Looks for claims by what the ledger and the remedies say of them as of the practice's day. It follows none.
"""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd

from arlab import ledger
from arlab.course.claims import KIND_WORDS
from arlab.course.clocks import all_remedies
from arlab.errors import NotAvailable, SettingsError
from arlab.tables import Practice

__all__ = ["STORIES", "find_claim"]


def _kinds(practice: Practice) -> pd.DataFrame:
    """Return one row per claim and one column per kind: the number of ledger rows up to the practice's day."""
    rows = practice.transactions
    rows = rows[rows["posted_date"] <= pd.Timestamp(practice.as_of)]
    counts = pd.crosstab(rows["claim_id"], rows["kind"])
    return counts.reindex(columns=list(KIND_WORDS), fill_value=0)


def _only_first_payer(practice: Practice) -> pd.Index:
    """Return the claims that no second payer, third payer or agency ever owed."""
    rows = practice.transactions
    later = rows.loc[rows["responsible"].isin(["payer_2", "payer_3", "agency"]), "claim_id"]
    return pd.Index(rows["claim_id"].unique()).difference(later.unique())


def _settled(practice: Practice) -> pd.Index:
    """Return the claims on which nobody owes anything on the practice's day."""
    left = ledger.balances(practice.transactions, as_of=practice.as_of)
    unsettled = left.loc[left["balance"] != 0, "claim_id"]
    return pd.Index(left["claim_id"].unique()).difference(unsettled)


def _days(practice: Practice, *kinds: str) -> pd.DataFrame:
    """Return the first and the last day of such rows of the first payer, and on how many days they stand."""
    rows = practice.transactions
    known = (rows["posted_date"] <= pd.Timestamp(practice.as_of)) & (rows["responsible"] == "payer_1")
    by_claim = rows[known & rows["kind"].isin(kinds)].groupby("claim_id")["posted_date"]
    return by_claim.agg(["min", "max", "nunique"])


def _patient_share(practice: Practice) -> pd.Index:
    kinds = _kinds(practice)
    paid = (kinds["payer_payment"] > 0) & (kinds["transfer"] > 0) & (kinds["patient_payment"] > 0)
    odd = [
        "denial",
        "recoupment",
        "reversal",
        "write_off",
        "bad_debt",
        "refund_to_payer",
        "refund_to_patient",
    ]
    plain = kinds.index[paid & (kinds["contractual"] > 0) & (kinds[odd].sum(axis=1) == 0)]
    # Not a copay at the desk: the payer answers first, then the patient is asked.
    moved, payment = _days(practice, "transfer"), _days(practice, "payer_payment")
    plain = plain[(moved["min"].reindex(plain) >= payment["min"].reindex(plain)).to_numpy()]
    return plain.intersection(_settled(practice)).intersection(_only_first_payer(practice))


def _denied_then_paid(practice: Practice) -> pd.Index:
    denied, payment = _days(practice, "denial"), _days(practice, "payer_payment")
    reversed_rows = practice.transactions.loc[practice.transactions["kind"] == "reversal"]
    undone = pd.Index(reversed_rows.loc[reversed_rows["amount"] == 0, "claim_id"].unique())
    sent = practice.submissions
    corrected = (sent["frequency_code"] == "7") & (sent["acceptance"] == "accepted")
    worked = pd.Index(sent.loc[corrected, "claim_id"].unique())
    if practice.has("appeals"):
        worked = worked.union(pd.Index(practice.appeals["claim_id"].unique()))
    kinds = _kinds(practice)
    plain = kinds.index[kinds["recoupment"] == 0].intersection(undone).intersection(worked)
    plain = plain.intersection(payment.index).intersection(denied.index)
    won = plain[(payment.loc[plain, "min"] > denied.loc[plain, "max"]).to_numpy()]
    return won.intersection(_settled(practice)).intersection(_only_first_payer(practice))


def _taken_back(practice: Practice) -> pd.Index:
    kinds = _kinds(practice)
    back, payment = _days(practice, "recoupment"), _days(practice, "payer_payment")
    plain = kinds.index[kinds["denial"] == 0].intersection(back.index).intersection(payment.index)
    later = (back.loc[plain, "min"] > payment.loc[plain, "max"]).to_numpy()
    return plain[later & (payment.loc[plain, "nunique"] == 1).to_numpy()]


def _filed_too_late(practice: Practice) -> pd.Index:
    last = all_remedies(practice, practice.as_of)
    missed = last[(last["remedy"] == "file") & (last["state"] == "expired")]
    covers = practice.coverages.groupby("claim_id").size()
    missed = missed[missed["claim_id"].isin(covers.index[covers == 1])]
    owing = ledger.balances(practice.transactions, as_of=practice.as_of)
    owing = owing[(owing["responsible"] == "payer_1") & (owing["balance"] > 0)]
    return pd.Index(missed["claim_id"]).intersection(owing["claim_id"])


STORIES: dict[str, tuple[str, Callable[[Practice], pd.Index]]] = {
    "patient share": ("paid by the payer, then by the patient, and settled", _patient_share),
    "denied then paid": (
        "denied, worked, paid by the same payer in the end, and settled",
        _denied_then_paid,
    ),
    "taken back": ("paid once, and then taken back by the payer", _taken_back),
    "filed too late": ("still open, never accepted before its filing limit ended", _filed_too_late),
}
"""Name of a story -> what happens in it, and how its claims are found."""


def find_claim(practice: Practice, story: str) -> str:
    """Return the number of the claim that tells a story in the fewest ledger rows.

    Parameters
    ----------
    practice : with ``claims`` and ``transactions``
    story : a key of ``STORIES``

    Returns
    -------
    the claim's number; among claims with as few rows, the smallest.

    Raises
    ------
    SettingsError
        when there is no such story.
    NotAvailable
        when no claim of the practice tells it.
    """
    if story not in STORIES:
        raise SettingsError(f"There is no story '{story}': choose {', '.join(STORIES)}.")
    words, search = STORIES[story]
    found = search(practice)
    if not len(found):
        raise NotAvailable(f"'{practice.name}' has no claim that was {words}: take another practice.")
    rows = practice.transactions.groupby("claim_id").size().reindex(found)
    return str(rows[rows == rows.min()].index.min())
