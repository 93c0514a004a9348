"""What would a system write when asked for its claims and their balances?

One row per claim, as cloud systems for small practices write their claim list: charges less payments and
adjustments is the balance, split into insurance and patient. The ledger stays the truth; this is the view of it
that most practices can get.

It cannot tell which payer owes (the first and the second are one balance, so a credit with one may hide behind
what the other owes), when the patient's part began, what happened in between, or which part an agency holds.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from arlab.synth.exports.known import first_billed, ledger_rows, looked_up, sendings, the_claims
from arlab.synth.exports.sheet import Column, Sheet, dates, text
from arlab.tables import Practice

__all__ = ["CLASS_WORDS", "claims_sheet"]

CLASS_WORDS: Final = {
    "medicare": "Medicare",
    "medicare_advantage": "Medicare Advantage",
    "medicaid": "Medicaid",
    "medicaid_managed": "Medicaid MCO",
    "commercial": "Commercial",
    "marketplace": "Exchange",
    "workers_compensation_auto": "Work Comp/Auto",
    "tricare_va": "Tricare/VA",
    "self_pay": "Self Pay",
    "other": "Other",
}
_INSURANCE_MONEY: Final = ("payer_payment", "recoupment", "refund_to_payer")
_PATIENT_MONEY: Final = ("patient_payment", "refund_to_patient")
_NO_MONEY: Final = ("charge", "transfer", "denial")


def claims_sheet(practice: Practice) -> Sheet:
    """Return the claims known on the practice's day, one row each; credits are negative balances.

    ``Balance Ins`` and ``Balance Pt`` together add up to the ledger's total AR.
    """
    claims = the_claims(practice)
    rows = ledger_rows(practice)
    money = np.select(
        [rows["of"].isin(_INSURANCE_MONEY), rows["of"].isin(_PATIENT_MONEY), rows["of"].isin(_NO_MONEY)],
        ["insurance", "patient", "none"],
        "adjustment",
    )
    of_patient = rows["responsible"].isin(["patient", "agency"])

    def total(which: pd.Series | np.ndarray) -> pd.Series:
        return (
            rows["cents"].where(which, 0).groupby(rows["claim_id"]).sum().reindex(claims.index, fill_value=0)
        )

    insurance, patient = total(~of_patient), total(of_patient)
    denial = _open_denials(rows).reindex(claims.index).where(insurance > 0)
    names = practice.patients.set_index("patient_id")["name"]
    status = pd.Series(_status(practice, rows, insurance, patient, denial), index=claims.index)

    def words(name: str, values: pd.Series, above: str) -> Column:
        return Column(name, "text", text(values, name), above)

    def cents(name: str, values: pd.Series, above: str) -> Column:
        return Column(name, "money", values.to_numpy(dtype=np.int64), above)

    columns = (
        words("Claim #", claims.index.to_series(), "Claim"),
        words("Patient", looked_up(claims["patient_id"], names), "Claim"),
        words("Primary Ins", claims["first_payer"], "Claim"),
        words("Financial Class", claims["payer_class"].map(CLASS_WORDS), "Claim"),
        Column("DOS", "date", dates(claims["service_date"]), "Dates"),
        Column("First Billed", "date", dates(first_billed(practice).reindex(claims.index)), "Dates"),
        cents("Charges", total(rows["kind"] == "charge"), "Activity"),
        cents("Ins Paid", -total(money == "insurance"), "Activity"),
        cents("Pt Paid", -total(money == "patient"), "Activity"),
        cents("Adjustments", -total(money == "adjustment"), "Activity"),
        cents("Balance Ins", insurance, "Open"),
        cents("Balance Pt", patient, "Open"),
        words("Status", status, "Follow-up"),
        words("Denial Reason", denial, "Follow-up"),
        words("Provider", claims["provider"], "Visit"),
        words("Location", claims["location"], "Visit"),
    )
    return Sheet(
        layout="claims",
        report="Claim Balances",
        practice=practice.name,
        as_of=f"{practice.as_of:%m/%d/%Y}",
        columns=columns,
        payer="Primary Ins",
        patient="Patient",
        receivable=("Balance Ins", "Balance Pt"),
    )


def _open_denials(rows: pd.DataFrame) -> pd.Series:
    """Return the latest denial of each claim that was not reversed, such as CO-197."""
    denials = rows[(rows["kind"] == "denial") & ~rows["transaction_id"].isin(rows["reverses_id"].dropna())]
    # A copy denied as a duplicate says nothing about the claim itself.
    denials = denials[denials["carc"] != "18"].sort_values("transaction_id")
    reason = denials["group_code"] + "-" + denials["carc"]
    return reason.groupby(denials["claim_id"]).last()


def _status(
    practice: Practice, rows: pd.DataFrame, insurance: pd.Series, patient: pd.Series, denial: pd.Series
) -> np.ndarray:
    """Return the claim status as such systems word it."""
    sent = sendings(practice)
    last = sent[sent["rank"] == 1].groupby("claim_id")["acceptance"].last().reindex(insurance.index)
    agency = rows[rows["responsible"] == "agency"]
    at_agency = (agency.groupby("claim_id")["cents"].sum() > 0).reindex(insurance.index, fill_value=False)
    return np.select(
        [
            (insurance < 0) | (patient < 0),
            (insurance > 0) & denial.notna(),
            (insurance > 0) & last.isna(),
            (insurance > 0) & (last == "rejected"),
            insurance > 0,
            (patient > 0) & at_agency,
            patient > 0,
        ],
        ["Credit", "Denied", "Unbilled", "Rejected", "Billed", "Collections", "Patient"],
        "Closed",
    )
