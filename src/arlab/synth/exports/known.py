"""What does the practice know on its day, ready to be shown: ledger rows in cents, and who owes each?

Every layout starts from here. It reads the public tables and leaves out what happened after the day.
"""

from __future__ import annotations

import pandas as pd

from arlab.errors import InputRefused
from arlab.synth.exports.sheet import AGENCY, PATIENT
from arlab.tables import Practice

__all__ = ["first_billed", "ledger_rows", "looked_up", "owing_party", "sendings", "the_claims"]

_COLUMNS = (
    "transaction_id",
    "claim_id",
    "line_number",
    "posted_date",
    "effective_date",
    "kind",
    "responsible",
    "amount",
    "reason",
    "group_code",
    "carc",
    "remit_id",
    "reverses_id",
)
_UNNAMED_PAYER = {"payer_2": "Secondary insurance", "payer_3": "Tertiary insurance"}


def the_claims(practice: Practice) -> pd.DataFrame:
    """Return the claims by number.

    Raises
    ------
    InputRefused
        when the tables hold several practices: a system exports one.
    """
    claims = practice.claims
    if claims["practice_id"].nunique() > 1:
        raise InputRefused(
            f"'{practice.name}' holds {claims['practice_id'].nunique()} practices, and an export is of one: keep"
            " the rows of one practice_id in every table."
        )
    return claims.sort_values("claim_id").set_index("claim_id")


def ledger_rows(practice: Practice) -> pd.DataFrame:
    """Return the postings known on the day, in order, with ``cents`` and ``of``: the kind, or that taken back.

    Raises
    ------
    InputRefused
        when a posting belongs to no claim: its dollars would be missing from the export.
    """
    rows = practice.transactions[list(_COLUMNS)]
    rows = rows[rows["posted_date"] <= pd.Timestamp(practice.as_of)]
    lost = int((~rows["claim_id"].isin(practice.claims["claim_id"])).sum())
    if lost:
        raise InputRefused(
            f"'{practice.name}' has {lost} postings whose claim is not in its claims: add the claims, or take the"
            " postings out."
        )
    rows = rows.sort_values(["posted_date", "transaction_id"], kind="stable", ignore_index=True)
    taken_back = looked_up(rows["reverses_id"], rows.set_index("transaction_id")["kind"])
    reversing = rows["kind"] == "reversal"
    return rows.assign(
        cents=(rows["amount"] * 100).round().astype("int64"),
        of=taken_back.where(reversing & taken_back.notna(), rows["kind"]),
    )


def sendings(practice: Practice) -> pd.DataFrame:
    """Return the claims' sendings until the day."""
    sent = practice.submissions
    return sent[sent["submitted_date"] <= pd.Timestamp(practice.as_of)].sort_values("submission_id")


def looked_up(keys: pd.Series, values: pd.Series) -> pd.Series:
    """Return the value of each key, or nothing; unlike ``map`` it knows the type of values that are not there."""
    return values.reindex(keys).set_axis(keys.index)


def first_billed(practice: Practice) -> pd.Series:
    """Return the day of each claim's first sending to its first payer."""
    sent = sendings(practice)
    return sent[sent["rank"] == 1].groupby("claim_id")["submitted_date"].min()


def owing_party(practice: Practice, owed: pd.DataFrame) -> pd.Series:
    """Return who owes each row, by name.

    Parameters
    ----------
    owed : frame with ``claim_id`` and ``responsible``

    Returns
    -------
    the first payer's name, the later payer's as it was billed, the patient or the agency. A later payer that was
    never billed has no name: the system knows only that there is one.
    """
    claim, party = owed["claim_id"], owed["responsible"]
    names = looked_up(claim, practice.claims.set_index("claim_id")["first_payer"]).astype(object)
    names = names.mask(party == "patient", PATIENT).mask(party == "agency", AGENCY)
    sent = sendings(practice)
    for responsible, unnamed in _UNNAMED_PAYER.items():
        billed = sent[sent["rank"] == int(responsible[-1])].groupby("claim_id")["payer"].last()
        names = names.mask(party == responsible, looked_up(claim, billed).fillna(unnamed))
    return names
