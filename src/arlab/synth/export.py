"""What would a practice-management system write when asked for its claims and their balances?

One row per claim, amounts as such systems show them: charges less payments and adjustments is the balance. The
ledger stays the truth; this is the view of it that most practices can get.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd

from arlab.tables import Practice

__all__ = ["export_table", "write_export"]

_CLASS_WORDS: Final = {
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


def export_table(practice: Practice) -> pd.DataFrame:
    """Return the export as text, one row per claim known on the practice's as-of day.

    Credits are negative balances. ``Balance Ins`` and ``Balance Pt`` together add up to the ledger's total AR.
    """
    claims = practice.claims.sort_values("claim_id").set_index("claim_id")
    rows = practice.transactions
    cents = (rows["amount"] * 100).round().astype("int64")
    taken_back = rows["reverses_id"].map(rows.set_index("transaction_id")["kind"])
    kind = taken_back.where(rows["kind"] == "reversal", rows["kind"])
    money = np.select(
        [kind.isin(_INSURANCE_MONEY), kind.isin(_PATIENT_MONEY), kind.isin(_NO_MONEY)],
        ["insurance", "patient", "none"],
        "adjustment",
    )
    party = np.where(rows["responsible"].isin(["patient", "agency"]), "patient", "insurance")

    def total(which: pd.Series | np.ndarray) -> pd.Series:
        return cents.where(which, 0).groupby(rows["claim_id"]).sum().reindex(claims.index, fill_value=0)

    insurance, patient = total(party == "insurance"), total(party == "patient")
    billed = practice.submissions.query("rank == 1").groupby("claim_id")["submitted_date"].min()
    first_billed = billed.reindex(claims.index)
    denial = _open_denials(rows).reindex(claims.index).where(insurance > 0)
    names = practice.patients.set_index("patient_id")["name"]
    table = pd.DataFrame(
        {
            "Claim #": claims.index,
            "Patient": claims["patient_id"].map(names),
            "Primary Ins": claims["first_payer"],
            "Financial Class": claims["payer_class"].map(_CLASS_WORDS),
            "DOS": claims["service_date"].dt.strftime("%m/%d/%Y"),
            "First Billed": first_billed.dt.strftime("%m/%d/%Y"),
            "Charges": _amount(total(rows["kind"] == "charge")),
            "Ins Paid": _amount(-total(money == "insurance")),
            "Pt Paid": _amount(-total(money == "patient")),
            "Adjustments": _amount(-total(money == "adjustment")),
            "Balance Ins": _amount(insurance),
            "Balance Pt": _amount(patient),
            "Status": _status(practice, insurance, patient, denial),
            "Denial Reason": denial,
            "Provider": claims["provider"],
            "Location": claims["location"],
        },
        index=claims.index,
    )
    return table.fillna("").reset_index(drop=True)


def write_export(practice: Practice, path: Path) -> Path:
    """Write the export as CSV (UTF-8) and return its path."""
    text = export_table(practice).to_csv(index=False, lineterminator="\n")
    path.write_bytes(text.encode("utf-8"))
    return path


def _amount(cents: pd.Series) -> pd.Series:
    """Return whole cents as text with two decimals; no float is involved."""
    whole, rest = np.divmod(cents.abs().to_numpy(), 100)
    sign = np.where(cents.to_numpy() < 0, "-", "")
    texts = [f"{s}{w}.{r:02d}" for s, w, r in zip(sign, whole.tolist(), rest.tolist(), strict=True)]
    return pd.Series(texts, index=cents.index)


def _open_denials(rows: pd.DataFrame) -> pd.Series:
    """Return the latest denial of each claim that was not reversed, such as CO-197."""
    denials = rows[(rows["kind"] == "denial") & ~rows["transaction_id"].isin(rows["reverses_id"].dropna())]
    # A copy denied as a duplicate says nothing about the claim itself.
    denials = denials[denials["carc"] != "18"].sort_values("transaction_id")
    reason = denials["group_code"] + "-" + denials["carc"]
    return reason.groupby(denials["claim_id"]).last()


def _status(practice: Practice, insurance: pd.Series, patient: pd.Series, denial: pd.Series) -> np.ndarray:
    """Return the claim status as such systems word it."""
    sent = practice.submissions.query("rank == 1").sort_values("submission_id")
    last = sent.groupby("claim_id")["acceptance"].last().reindex(insurance.index)
    agency = practice.transactions.query("responsible == 'agency'")
    at_agency = (agency.groupby("claim_id")["amount"].sum().round(2) > 0).reindex(
        insurance.index, fill_value=False
    )
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
