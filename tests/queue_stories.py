"""A practice of stories, each claim one of them: what a work queue should say of it can be told by hand."""

from __future__ import annotations

import pandas as pd

from arlab.tables import Practice, check_practice
from ledgers import claims, day, ledger, submissions, table

AS_OF = "2026-06-30"


def denied(claim, posted, carc, *, group="CO", party="payer_1", memo=160.0):
    return (claim, posted, "denial", party, 0, {"memo_amount": memo, "carc": carc, "group_code": group})


# Claim -> (visit, rows after its charge of 160, sendings, actions). Terms: 120 days to file, 90 to correct, 60 to
# appeal, counted from the denial.
STORIES = {
    "appeal": ("2026-05-20", [denied("appeal", "2026-06-10", "197")], None, []),
    "correct": ("2026-05-20", [denied("correct", "2026-06-10", "4")], None, []),
    "used": (
        "2026-04-20",
        [denied("used", "2026-05-05", "4"), denied("used", "2026-06-15", "4")],
        [
            ("2026-04-22", "2026-04-23", {}),
            ("2026-05-10", "2026-05-11", {"sequence": 2, "frequency_code": "7"}),
        ],
        [("2026-05-10", "corrected_claim", {})],
    ),
    "awaited": (
        "2026-05-20",
        [denied("awaited", "2026-06-10", "4")],
        [
            ("2026-05-22", "2026-05-23", {}),
            ("2026-06-20", "2026-06-21", {"sequence": 2, "frequency_code": "7"}),
        ],
        [("2026-06-20", "corrected_claim", {})],
    ),
    "expired": ("2025-12-01", [denied("expired", "2025-12-20", "197")], None, []),
    "owed": ("2025-12-01", [denied("owed", "2025-12-20", "27", group="PR")], None, []),
    "late": ("2025-12-01", [denied("late", "2025-12-20", "29", group="PR")], None, []),
    "rejected": (
        "2026-06-01",
        [],
        [("2026-06-05", None, {"acceptance": "rejected", "rejected_date": pd.Timestamp("2026-06-06")})],
        [],
    ),
    "lost": ("2026-05-01", [], [("2026-05-04", None, {})], []),
    "unsent": ("2026-06-24", [], [], []),
    "young": ("2026-06-15", [], [("2026-06-16", "2026-06-17", {})], []),
    "silent": ("2026-05-10", [], [("2026-05-12", "2026-05-13", {})], []),
    "looked": (
        "2026-05-10",
        [],
        [("2026-05-12", "2026-05-13", {})],
        [("2026-06-15", "status_check", {"channel": "portal", "payer_status": "in process"})],
    ),
    "looked_late": (
        "2026-05-10",
        [],
        [("2026-05-12", "2026-05-13", {})],
        [("2026-06-18", "status_check", {"channel": "portal", "payer_status": "in process"})],
    ),
    "promised": (
        "2026-05-01",
        [],
        [("2026-05-04", "2026-05-05", {})],
        [
            (
                "2026-06-10",
                "status_check",
                {"channel": "phone", "promise_due_date": pd.Timestamp("2026-06-29")},
            )
        ],
    ),
    "promised_later": (
        "2026-05-01",
        [],
        [("2026-05-04", "2026-05-05", {})],
        [
            (
                "2026-06-10",
                "status_check",
                {"channel": "phone", "promise_due_date": pd.Timestamp("2026-06-30")},
            )
        ],
    ),
    "ending": ("2026-03-10", [denied("ending", "2026-05-03", "197")], None, []),
    "over": (
        "2026-03-10",
        [denied("over", "2026-05-01", "197"), ("over", "2026-06-01", "patient_payment", "patient", -40)],
        None,
        [],
    ),
}
PATIENTS = {
    "new": ("commercial", [], 25.0),
    "reminded": ("commercial", ["2026-05-20"], 40.0),
    "large": ("commercial", ["2026-05-20"], 640.0),
    "recent": ("commercial", ["2026-06-20"], 640.0),
    "final": ("commercial", ["2026-03-01", "2026-04-01", "2026-05-01"], 80.0),
    "medicaid": ("medicaid", [], 40.0),
    "copay": ("medicaid", [], 4.0),
    "qmb": ("medicare", [], 40.0),
    "trifle": ("commercial", [], 2.0),
}


def make_stories(**changes):
    """Return the practice of all stories."""
    seen, rows, sent, done, statements = [], [], [], [], []
    for name, (visit, more, sendings, actions) in STORIES.items():
        seen.append((name, visit, {"charge": 160.0, "expected_allowed": 80.0}))
        rows += [(name, visit, "charge", "payer_1", 160), *more]
        default = pd.Timestamp(visit) + pd.Timedelta(days=2)
        sendings = [(default, default + pd.Timedelta(days=1), {})] if sendings is None else sendings
        sent += [(name, 1, one, accepted, extra) for one, accepted, extra in sendings]
        done += [
            {
                "action_id": f"{name}{i}",
                "claim_id": name,
                "date": pd.Timestamp(on),
                "staff": "Amy",
                "kind": kind,
                **extra,
            }
            for i, (on, kind, extra) in enumerate(actions)
        ]
    for name, (payer_class, stated, balance) in PATIENTS.items():
        seen.append((name, "2026-01-10", {"charge": balance, "payer_class": payer_class}))
        rows += [
            (name, "2026-01-12", "charge", "payer_1", balance),
            (name, "2026-02-10", "transfer", "payer_1", -balance, {"carc": "3", "group_code": "PR"}),
            (name, "2026-02-10", "transfer", "patient", balance, {"carc": "3", "group_code": "PR"}),
        ]
        statements += [
            {
                "statement_id": f"{name}{i}",
                "patient_id": f"patient of {name}",
                "claim_id": name,
                "sent_date": pd.Timestamp(on),
                "statement_number": i + 1,
                "amount": balance,
            }
            for i, on in enumerate(stated)
        ]
    seen.append(("back", "2026-01-10", {"charge": 80.0, "payer_class": "medicare"}))
    rows += [
        ("back", "2026-01-12", "charge", "payer_1", 80),
        ("back", "2026-02-10", "payer_payment", "payer_1", -80),
        ("back", "2026-05-10", "payer_payment", "payer_1", -80),
    ]
    everyone = [name for name, *_ in seen]
    contract = {
        "contract_id": "k", "payer": "Alder Health", "procedure": "*", "effective_from": pd.Timestamp("2025-01-01"),
        "filing_days": 120, "corrected_days": 90, "appeal_1_days": 60, "appeal_2_days": 30, "secondary_days": 60,
        "basis": "received",
    }  # fmt: skip
    tables = {
        "claims": claims(*seen),
        "transactions": ledger(*sorted(rows, key=lambda row: row[1])),
        "submissions": submissions(*sent),
        "actions": table("actions", done),
        "statements": table("statements", statements),
        "contracts": table("contracts", [contract]),
        "coverages": table(
            "coverages",
            [
                {
                    "claim_id": name,
                    "rank": 1,
                    "payer": "Alder Health",
                    "payer_class": "medicare" if name == "back" else "commercial",
                    "contract_id": "k",
                }
                for name in everyone
            ],
        ),
        "patients": table(
            "patients", [{"patient_id": f"patient of {name}", "no_cost_share": name == "qmb"} for name in everyone]
        ),
        "payers": table("payers", [{"payer": "Alder Health", "payer_class": "commercial", "channel": "portal"}]),
        "staff": table(
            "staff", [{"staff": "Amy", "minutes_per_day": 120}, {"staff": "Bob", "minutes_per_day": 60}]
        ),
        **changes,
    }  # fmt: skip
    return check_practice(Practice("Stories", day(AS_OF), tables))
