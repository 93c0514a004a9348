"""What would a system write when asked for its aging report?

One row per account and payer, as older server systems print their insurance aging to a file: a title above, age
buckets across, grouped by whoever owes. Ages count from the day of service, the only clock that such a report has.

It cannot tell claims apart, nor the first bill or the day the patient came to owe, so no other clock can be
computed from it; denials, payments and sendings are not in it. The oldest visit of an account says nothing of the
age of its newer balances.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from arlab.synth.exports.claims import CLASS_WORDS
from arlab.synth.exports.known import ledger_rows, looked_up, owing_party, the_claims
from arlab.synth.exports.sheet import Column, Sheet, dates, text
from arlab.tables import Practice

__all__ = ["BUCKETS", "aging_sheet"]

BUCKETS: Final = {"0-30": 30, "31-60": 60, "61-90": 90, "91-120": 120, "Over 120": None}
"""Bucket column -> last day that is in it."""


def aging_sheet(practice: Practice) -> Sheet:
    """Return the open balances of each account and payer by age; an account that owes nothing has no row.

    What one party owes for one claim is in a bucket when it is above zero and in ``Unapplied`` (below zero) when
    it is a credit: never netted. ``Total`` is the sum of the buckets; with ``Unapplied`` it is the ledger's AR.
    """
    claims = the_claims(practice)
    rows = ledger_rows(practice)
    owed = rows.groupby(["claim_id", "responsible"], as_index=False)["cents"].sum()
    owed = owed[owed["cents"] != 0].reset_index(drop=True)
    facts = claims.reindex(owed["claim_id"])
    age = (pd.Timestamp(practice.as_of) - facts["service_date"]).dt.days.clip(lower=0)
    limits = [limit for limit in BUCKETS.values() if limit is not None]
    bucket = np.searchsorted(limits, age.to_numpy(), side="left")
    items = pd.DataFrame(
        {
            "account": facts["patient_id"].to_numpy(),
            "payer": owing_party(practice, owed).to_numpy(),
            "class": facts["payer_class"].map(CLASS_WORDS).to_numpy(),
            "visit": facts["service_date"].to_numpy(),
            "claim": owed["claim_id"],
            "Unapplied": owed["cents"].clip(upper=0),
            "Total": owed["cents"].clip(lower=0),
        }
    )
    for place, name in enumerate(BUCKETS):
        items[name] = np.where(bucket == place, items["Total"], 0)
    money = [*BUCKETS, "Total", "Unapplied"]
    # The class is the first claim's: the account has one in such systems.
    how = {"class": ("class", "first"), "visits": ("claim", "nunique"), "oldest": ("visit", "min")}
    table = items.groupby(["payer", "account"], sort=True).agg(
        **how, **{name: (name, "sum") for name in money}
    )
    table = table.reset_index()
    names = practice.patients.set_index("patient_id")["name"]
    paid = _last_payments(practice, claims, rows).reindex([table["account"], table["payer"]])

    def cents(name: str, above: str) -> Column:
        return Column(name, "money", table[name].to_numpy(dtype=np.int64), above)

    columns = (
        Column("Acct #", "text", text(table["account"], "Acct #"), "Account"),
        Column("Patient", "text", text(looked_up(table["account"], names), "Patient"), "Account"),
        Column("Payer", "text", text(table["payer"], "Payer"), "Account"),
        Column("Fin Class", "text", text(table["class"], "Fin Class"), "Account"),
        Column("Visits", "count", table["visits"].to_numpy(dtype=np.int64), "Account"),
        Column("Oldest Visit", "date", dates(table["oldest"]), "Account"),
        Column("Last Pmt", "date", dates(paid), "Account"),
        *[cents(name, "Days from service") for name in BUCKETS],
        cents("Total", "Balance"),
        cents("Unapplied", "Balance"),
    )
    return Sheet(
        layout="aging",
        report="Aging by Payer - Detail, from Date of Service",
        practice=practice.name,
        as_of=f"{practice.as_of:%m/%d/%Y}",
        columns=columns,
        payer="Payer",
        patient="Patient",
        receivable=("Total", "Unapplied"),
        titled=True,
    )


def _last_payments(practice: Practice, claims: pd.DataFrame, rows: pd.DataFrame) -> pd.Series:
    """Return the day of the last payment by account and payer."""
    paid = rows[rows["kind"].isin(["payer_payment", "patient_payment"])].reset_index(drop=True)
    account = looked_up(paid["claim_id"], claims["patient_id"]).rename("account")
    return paid["posted_date"].groupby([account, owing_party(practice, paid).rename("payer")]).max()
