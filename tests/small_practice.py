"""A practice of eleven claims, small enough to check with a pencil, in which every story of lesson 01 happens."""

from __future__ import annotations

import pandas as pd

from arlab.tables import Practice, check_practice
from ledgers import claims, day, ledger, submissions, table

AS_OF = day("2026-06-30")
ALDER, BIRCH, CEDAR = "Alder Health", "Birch Mutual", "Cedar Care"

# claim, visit, charge entry, charge, first payer
VISITS = [
    ("c1", "2026-01-05", "2026-01-07", 160, ALDER),  # paid by payer, then by patient
    ("c2", "2026-01-12", "2026-01-14", 320, ALDER),  # denied, corrected, paid
    ("c3", "2026-01-15", "2026-01-16", 80, ALDER),  # paid, then taken back: 60 open since the first bill
    ("c4", "2025-12-01", "2025-12-20", 640, ALDER),  # never accepted, filing limit over
    ("c5", "2026-06-08", "2026-06-09", 10240, CEDAR),  # 20 days old
    ("c6", "2026-03-20", "2026-05-19", 20, BIRCH),  # 41 days old from the bill, 102 from the visit
    ("c7", "2026-03-25", "2026-04-19", 1280, BIRCH),  # 71 days old from the bill, 97 from the visit
    (
        "c8",
        "2026-01-02",
        "2026-01-03",
        2560,
        BIRCH,
    ),  # 640 left to the patient, 80 days old from the statement, 177 from the first bill
    ("c9", "2026-02-02", "2026-02-03", 40, BIRCH),  # paid 5 too much
    ("c10", "2026-03-18", "2026-03-19", 5120, BIRCH),  # 102 days old
    ("c11", "2026-01-06", "2026-01-07", 25, ALDER),  # 15 left to the patient, no statement, 131 days old
]
ROWS = [
    *[(claim, entry, "charge", "payer_1", charge) for claim, _, entry, charge, _ in VISITS],
    ("c1", "2026-02-02", "contractual", "payer_1", -30),
    ("c1", "2026-02-02", "payer_payment", "payer_1", -80),
    ("c1", "2026-02-02", "transfer", "payer_1", -50),
    ("c1", "2026-02-02", "transfer", "patient", 50),
    ("c1", "2026-03-09", "patient_payment", "patient", -50),
    ("c2", "2026-02-03", "denial", "payer_1", 0, {"carc": "16", "group_code": "CO", "memo_amount": 320.0}),
    ("c2", "2026-03-10", "reversal", "payer_1", 0, {"memo_amount": -320.0, "reason": "denial_reversed"}),
    ("c2", "2026-03-10", "contractual", "payer_1", -80),
    ("c2", "2026-03-10", "payer_payment", "payer_1", -240),
    ("c3", "2026-02-05", "contractual", "payer_1", -20),
    ("c3", "2026-02-05", "payer_payment", "payer_1", -60),
    ("c3", "2026-05-04", "recoupment", "payer_1", 60),
    ("c8", "2026-04-01", "payer_payment", "payer_1", -1920),
    ("c8", "2026-04-01", "transfer", "payer_1", -640),
    ("c8", "2026-04-01", "transfer", "patient", 640),
    ("c9", "2026-03-02", "payer_payment", "payer_1", -45),
    ("c11", "2026-01-20", "payer_payment", "payer_1", -10),
    ("c11", "2026-01-20", "transfer", "payer_1", -15),
    ("c11", "2026-01-20", "transfer", "patient", 15),
]
CORRECTED = {"sequence": 2, "frequency_code": "7"}
SENT = [
    ("c1", 1, "2026-01-08", "2026-01-09"),
    ("c2", 1, "2026-01-15", "2026-01-16"),
    ("c2", 1, "2026-02-20", "2026-02-21", CORRECTED),
    ("c3", 1, "2026-01-16", "2026-01-17"),
    ("c4", 1, "2025-12-22", None, {"acceptance": "rejected", "rejected_date": pd.Timestamp("2025-12-23")}),
    ("c4", 1, "2026-06-20", None, {"sequence": 2}),
    ("c5", 1, "2026-06-10", "2026-06-11"),
    ("c6", 1, "2026-05-20", "2026-05-21"),
    ("c7", 1, "2026-04-20", "2026-04-21"),
    ("c8", 1, "2026-01-04", "2026-01-05"),
    ("c9", 1, "2026-02-04", "2026-02-05"),
    ("c10", 1, "2026-03-20", "2026-03-21"),
    ("c11", 1, "2026-01-08", "2026-01-09"),
]


def make_small_practice() -> Practice:
    """Return the practice, checked against the contract."""
    covers = [
        {
            "claim_id": claim,
            "rank": 1,
            "payer": payer,
            "payer_class": "commercial",
            "contract_id": f"{payer} 2026",
        }
        for claim, _, _, _, payer in VISITS
    ]
    contracts = [
        {
            "contract_id": f"{payer} 2026",
            "payer": payer,
            "procedure": "*",
            "effective_from": pd.Timestamp("2025-01-01"),
            "filing_days": 120,
            "corrected_days": 90,
            "appeal_1_days": 60,
            "appeal_2_days": 30,
            "secondary_days": 60,
            "basis": "received",
        }
        for payer in (ALDER, BIRCH, CEDAR)
    ]
    statement = {
        "statement_id": "s1",
        "patient_id": "patient of c8",
        "claim_id": "c8",
        "sent_date": pd.Timestamp("2026-04-11"),
        "statement_number": 1,
        "amount": 640.0,
    }
    visits = [
        (claim, visit, {"charge_entry_date": entry, "charge": charge, "first_payer": payer})
        for claim, visit, entry, charge, payer in VISITS
    ]
    tables = {
        "claims": claims(*visits),
        "transactions": ledger(*ROWS),
        "submissions": submissions(*SENT),
        "coverages": table("coverages", covers),
        "contracts": table("contracts", contracts),
        "statements": table("statements", [statement]),
        "patients": table(
            "patients",
            [{"patient_id": f"patient of {claim}", "name": f"Ann {claim}"} for claim, *_ in VISITS],
        ),
    }
    return check_practice(Practice(name="Small Practice", as_of=AS_OF, tables=tables))
