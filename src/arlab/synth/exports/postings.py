"""What would a system write when asked for everything that was posted?

One row per posting, as large systems write their transaction detail: charges are positive, payments and
adjustments negative, each in a column of its own; what is taken back is a row of its own that names the row it
voids. The day it was posted and the day the money was deposited both stand there.

It has no balance column: what is open is the sum of all three columns, and by party only where ``Payer`` is read
as the party whose balance the row changes. A transfer is two adjustments that cancel out, so the sum of the
positive or of the negative adjustments alone means nothing. It cannot tell when a claim was sent, what the patient
was told, what is being done, or what a payer took back or added outside the claims (interest, provider-level
adjustments): the deposit of a day is not in it.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from arlab.synth.exports.known import ledger_rows, looked_up, owing_party, the_claims
from arlab.synth.exports.sheet import Column, Sheet, dates, text
from arlab.tables import Practice

__all__ = ["WORDS", "postings_sheet"]

WORDS: Final = {
    "charge": ("CHG", "Charge", "Charge"),
    "payer_payment": ("PMT-I", "Insurance payment", "Payment"),
    "patient_payment": ("PMT-P", "Patient payment", "Payment"),
    "denial": ("DEN", "Zero pay", "Payment"),
    "recoupment": ("TKB", "Insurance takeback", "Payment"),
    "refund_to_payer": ("RFD-I", "Refund to insurance", "Payment"),
    "refund_to_patient": ("RFD-P", "Refund to patient", "Payment"),
    "contractual": ("ADJ-C", "Contractual adj", "Adjustment"),
    "sequestration": ("ADJ-S", "Sequestration", "Adjustment"),
    "write_off": ("ADJ-W", "Write-off", "Adjustment"),
    "bad_debt": ("ADJ-B", "Bad debt", "Adjustment"),
    "transfer": ("TRF", "Transfer", "Adjustment"),
    "reversal": ("", "Posting", "Adjustment"),
}
"""Kind of ledger row -> (code, words, money column) of the system."""

_SAYS_WHY: Final = ("write_off", "bad_debt", "transfer")
_AMOUNTS: Final = ("Charge", "Payment", "Adjustment")


def postings_sheet(practice: Practice) -> Sheet:
    """Return every posting known on the practice's day, in posting order.

    ``Charge``, ``Payment`` and ``Adjustment`` together add up to the ledger's total AR, of all rows and of each
    claim. A cell that does not apply is empty.
    """
    claims = the_claims(practice)
    rows = ledger_rows(practice)
    place = claims.index.get_indexer(pd.Index(rows["claim_id"]))
    names = looked_up(claims["patient_id"], practice.patients.set_index("patient_id")["name"])
    remits = practice.remittances.set_index("remit_id")
    amount = rows["of"].map({kind: words[2] for kind, words in WORDS.items()})
    is_payment = amount == "Payment"
    # Money that came without a remittance was deposited on the day it was handed over.
    deposited = looked_up(rows["remit_id"], remits["payment_date"])
    deposited = deposited.where(rows["remit_id"].notna(), rows["effective_date"]).where(is_payment)
    services = practice.lines.set_index(["claim_id", "line_number"])["procedure"]
    line = rows["line_number"].astype("Int64")
    service = services.reindex(pd.MultiIndex.from_arrays([rows["claim_id"], line]))
    # Facts of the claim are made once for each claim.
    account, patient = text(claims["patient_id"], "Acct #"), text(names, "Patient")

    def words(name: str, values: pd.Series, above: str) -> Column:
        return Column(name, "text", text(values, name), above)

    def cents(name: str) -> Column:
        here = (amount == name).to_numpy(dtype=bool)
        return Column(name, "money", np.where(here, rows["cents"].to_numpy(), 0), "Amounts", shown=here)

    columns = (
        words("Trans #", rows["transaction_id"], "Posting"),
        Column("Posted", "date", dates(rows["posted_date"]), "Posting"),
        Column("Deposit Date", "date", dates(deposited), "Posting"),
        Column("DOS", "date", dates(claims["service_date"])[place], "Claim"),
        Column("Acct #", "text", account[place], "Claim"),
        Column("Patient", "text", patient[place], "Claim"),
        words("Claim #", rows["claim_id"], "Claim"),
        words("Line", line.astype("str").where(line.notna(), ""), "Claim"),
        words("Proc", service, "Claim"),
        words("Payer", owing_party(practice, rows), "Claim"),
        words("Code", _coded(rows, 0, "V-"), "Detail"),
        words("Description", _described(rows), "Detail"),
        words("Check/EFT", looked_up(rows["remit_id"], remits["trace_number"]).where(is_payment), "Detail"),
        words("Voids", rows["reverses_id"], "Detail"),
        *[cents(name) for name in _AMOUNTS],
    )
    return Sheet(
        layout="transactions",
        report="Transaction Detail",
        practice=practice.name,
        as_of=f"{practice.as_of:%m/%d/%Y}",
        columns=columns,
        payer="Payer",
        patient="Patient",
        receivable=_AMOUNTS,
    )


def _coded(rows: pd.DataFrame, place: int, voiding: str) -> pd.Series:
    """Return the system's code or words of each row, with a mark where it takes another row back."""
    said = rows["of"].map({kind: words[place] for kind, words in WORDS.items()}).astype(object)
    return said.mask(rows["kind"] == "reversal", voiding + said)


def _described(rows: pd.DataFrame) -> pd.Series:
    """Return the description of each row: the system's words, the payer's code, the practice's reason."""
    said = _coded(rows, 1, "VOID ")
    code = rows["group_code"].fillna("") + "-" + rows["carc"].fillna("")
    said = said.mask(rows["carc"].notna(), said + " " + code.str.lstrip("-"))
    why = ": " + rows["reason"].fillna("").str.replace("_", " ")
    return said.mask(rows["kind"].isin(_SAYS_WHY) & rows["reason"].notna(), said + why)
