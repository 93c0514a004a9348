"""What happened to one claim, row by row, and what is left of it on a day?

Reads a practice's ledger and sendings as of a day and puts one claim's rows in plain words for a lesson. It
judges nothing and looks at no claim's future.
"""

from __future__ import annotations

import datetime as dt

import pandas as pd

from arlab.course.display import Words
from arlab.errors import SettingsError
from arlab.frames import to_date
from arlab.reference import read_rows
from arlab.tables import Practice

__all__ = [
    "KIND_WORDS",
    "claim_kinds",
    "claim_ledger",
    "claim_rows",
    "claim_sendings",
    "describe_claim",
]

KIND_WORDS = {
    "charge": "charge for the visit",
    "payer_payment": "payment by the payer",
    "contractual": "contractual adjustment",
    "sequestration": "cut by federal law",
    "denial": "denial",
    "transfer": "transfer",
    "patient_payment": "payment by the patient",
    "write_off": "write-off",
    "bad_debt": "given up as bad debt",
    "refund_to_payer": "refund to the payer",
    "refund_to_patient": "refund to the patient",
    "recoupment": "taken back by the payer",
    "reversal": "reversal of an earlier row",
}
"""Kind of a ledger row -> what a lesson calls it."""

PARTY_WORDS = {
    "payer_1": "first payer",
    "payer_2": "second payer",
    "payer_3": "third payer",
    "patient": "patient",
    "agency": "agency",
}


def claim_rows(
    practice: Practice, claim_id: str, as_of: dt.date | str | None
) -> tuple[pd.DataFrame, dt.date]:
    """Return a claim's ledger rows up to a day, in the order of the books, and the day."""
    day = practice.as_of if as_of is None else to_date(as_of)
    rows = practice.transactions
    rows = rows[rows["claim_id"] == claim_id]
    if rows.empty:
        raise SettingsError(
            f"'{practice.name}' has no claim '{claim_id}': look its number up in the claims table."
        )
    rows = rows[rows["posted_date"] <= pd.Timestamp(day)]
    return rows.sort_values(["posted_date", "transaction_id"], kind="stable", ignore_index=True), day


def _reasons(rows: pd.DataFrame) -> list[str]:
    """Return why each row was posted, in our own words, where the ledger says so."""
    labels = {row["carc"]: row["label"] for row in read_rows("denial_codes")}
    reasons = []
    for row in rows.to_dict("records"):
        code, own = row.get("carc"), row.get("reason")
        if row["kind"] == "denial" and pd.notna(code):
            reasons.append(f"reason {code}: {labels[code]}" if code in labels else f"reason {code}")
        else:
            reasons.append(str(own).replace("_", " ") if pd.notna(own) and own else "")
    return reasons


def claim_ledger(practice: Practice, claim_id: str, *, as_of: dt.date | str | None = None) -> pd.DataFrame:
    """Return what happened to a claim until a day, one row per posting, with the balance after it.

    Parameters
    ----------
    practice : with ``transactions``
    claim_id : the claim
    as_of : last posting day that counts; the practice's own day when left out

    Returns
    -------
    frame with ``day``, ``what``, ``why``, ``whose`` (whose balance the row changes), ``amount`` in dollars (plus
    raises what is owed), and in dollars after the row: ``payers_owe``, ``patient_owes``.

    Raises
    ------
    SettingsError
        when the practice has no such claim.
    """
    rows, _ = claim_rows(practice, claim_id, as_of)
    cents = (rows["amount"] * 100).round().astype("int64")
    of_patient = rows["responsible"].isin(["patient", "agency"])
    return pd.DataFrame(
        {
            "day": rows["posted_date"],
            "what": rows["kind"].map(KIND_WORDS),
            "why": _reasons(rows),
            "whose": rows["responsible"].map(PARTY_WORDS),
            "amount": rows["amount"],
            "payers_owe": cents.where(~of_patient, 0).cumsum() / 100,
            "patient_owes": cents.where(of_patient, 0).cumsum() / 100,
        }
    )


def claim_kinds(practice: Practice, claim_id: str, *, as_of: dt.date | str | None = None) -> pd.DataFrame:
    """Return a claim's ledger added up by kind, ending with what is left: nothing is lost between the rows.

    Returns
    -------
    frame with ``what`` and ``amount`` in dollars, in the order of the books; the last row is their sum.
    """
    rows, _ = claim_rows(practice, claim_id, as_of)
    cents = (rows["amount"] * 100).round().astype("int64").groupby(rows["kind"]).sum()
    kinds = [kind for kind in KIND_WORDS if kind in cents.index]
    return pd.DataFrame(
        {
            "what": [*(KIND_WORDS[kind] for kind in kinds), "left to be paid"],
            "amount": [*(cents[kind] / 100 for kind in kinds), cents.sum() / 100],
        }
    )


def describe_claim(practice: Practice, claim_id: str, *, as_of: dt.date | str | None = None) -> str:
    """Return a claim's visit, charge and balances on a day as one sentence."""
    _, day = claim_rows(practice, claim_id, as_of)
    claim = practice.claims.set_index("claim_id").loc[claim_id]
    owed = claim_ledger(practice, claim_id, as_of=day).iloc[-1:]
    payers = float(owed["payers_owe"].sum())
    patient = float(owed["patient_owes"].sum())
    return Words(
        f"Claim {claim_id}, visit on {claim['service_date']:%Y-%m-%d}, charge ${claim['charge']:,.2f}, first payer"
        f" {claim['first_payer']}: on {day} {_owed('the payers', payers)} and"
        f" {_owed('the patient', patient)}."
    )


def _owed(party: str, amount: float) -> str:
    """Return who owes how much; a balance below zero is owed to the party."""
    plural = party.endswith("s")
    if amount < 0:
        return f"{party} {'are' if plural else 'is'} owed ${-amount:,.2f}"
    return f"{party} {'owe' if plural else 'owes'} ${amount:,.2f}"


def claim_sendings(practice: Practice, claim_id: str, *, as_of: dt.date | str | None = None) -> pd.DataFrame:
    """Return every sending of a claim until a day, and what was known of its fate on that day.

    Returns
    -------
    frame with ``sent``, ``payer``, ``kind`` (first, corrected, voided or again) and ``answer``.
    """
    day = pd.Timestamp(practice.as_of if as_of is None else to_date(as_of))
    rows = practice.submissions
    rows = rows[(rows["claim_id"] == claim_id) & (rows["submitted_date"] <= day)].sort_values(
        ["submitted_date", "submission_id"], kind="stable"
    )
    answers, kinds = [], []
    for row in rows.to_dict("records"):
        accepted, rejected = row["accepted_date"], row.get("rejected_date")
        if pd.notna(accepted) and accepted <= day:
            answers.append(f"accepted on {accepted:%Y-%m-%d}")
        elif rejected is not None and pd.notna(rejected) and rejected <= day:
            answers.append(f"rejected on {rejected:%Y-%m-%d}")
        else:
            answers.append("no answer")
        kinds.append(
            {"7": "corrected", "8": "voided"}.get(
                row["frequency_code"], "first" if row["sequence"] == 1 else "again"
            )
        )
    return pd.DataFrame(
        {
            "sent": rows["submitted_date"].tolist(),
            "payer": rows["payer"].tolist(),
            "kind": kinds,
            "answer": answers,
        }
    )
