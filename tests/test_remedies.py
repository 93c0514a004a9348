"""Which clocks run, and until when: one pencil example per remedy, edges on the due day, no look-ahead."""

import datetime as dt

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from arlab.errors import InputRefused
from arlab.ledger import deadlines, remedies
from arlab.tables import empty_table
from ledgers import claims, ledger, submissions, table

VISIT = claims(("c1", "2026-01-01"))
COVERED = table(
    "coverages",
    [
        {"claim_id": "c1", "rank": 1, "payer": "Alder", "payer_class": "commercial", "contract_id": "k1"},
        {"claim_id": "c1", "rank": 2, "payer": "Birch", "payer_class": "commercial", "contract_id": "k2"},
    ],
)
TERMS = {
    "procedure": "*",
    "effective_from": pd.Timestamp("2025-01-01"),
    "filing_days": 90,
    "corrected_days": 60,
    "appeal_1_days": 120,
    "appeal_2_days": 30,
    "secondary_days": 45,
    "basis": "received",
}
CONTRACTS = table(
    "contracts",
    [
        {"contract_id": "k1", "payer": "Alder", "reopen_days": 365, **TERMS},
        {"contract_id": "k2", "payer": "Birch", **TERMS},
    ],
)
CHARGE = ("c1", "2026-01-05", "charge", "payer_1", 80)


def denial(posted, rarc=None, party="payer_1"):
    return ("c1", posted, "denial", party, 0, {"memo_amount": 80.0, "carc": "197", "rarc": rarc})


def appeals(*rows):
    if not rows:
        return empty_table("appeals")
    return table(
        "appeals",
        [
            {
                "claim_id": "c1",
                "denial_id": "t0001",
                "level": level,
                "filed_date": pd.Timestamp(filed),
                "decision_date": pd.Timestamp(decided) if decided else pd.NaT,
                "outcome": outcome,
            }
            for level, filed, decided, outcome in rows
        ],
    )


def states(as_of, *, rows=(CHARGE,), sent=None, filed=(), rank=1, contracts=CONTRACTS):
    """Return {remedy: (due date, state)} of the claim at one payer on a day."""
    sent = submissions(("c1", 1, "2026-01-10", None)) if sent is None else sent
    found = remedies(VISIT, COVERED, contracts, sent, ledger(*rows), appeals(*filed), as_of=as_of)
    found = found[found["rank"] == rank]
    due = [None if pd.isna(day) else f"{day:%Y-%m-%d}" for day in found["due_date"]]
    return dict(zip(found["remedy"], zip(due, found["state"], strict=True), strict=True))


ACCEPTED = submissions(("c1", 1, "2026-01-10", "2026-01-12"))


def test_filing_is_live_to_its_last_day_and_expired_after_it():
    assert states("2026-04-01") == {"file": ("2026-04-01", "live")}  # 90 days from 1 January
    assert states("2026-04-02") == {"file": ("2026-04-01", "expired")}


def test_sending_and_rejection_do_not_stop_the_filing_clock_acceptance_does():
    rejected = submissions(("c1", 1, "2026-01-10", None, {"acceptance": "rejected"}))
    assert states("2026-02-01", sent=rejected)["file"][1] == "live"
    assert states("2026-01-11", sent=ACCEPTED)["file"][1] == "live"
    assert states("2026-01-12", sent=ACCEPTED)["file"][1] == "used"
    assert states("2026-12-31", sent=ACCEPTED)["file"][1] == "used"


def test_a_denial_starts_correction_appeal_and_reopening():
    found = states("2026-02-15", rows=(CHARGE, denial("2026-02-10")), sent=ACCEPTED)
    assert found == {
        "file": ("2026-04-01", "used"),
        "correct": ("2026-04-11", "live"),
        "reopen": ("2027-02-10", "live"),
        "appeal_1": ("2026-06-10", "live"),
        "appeal_2": (None, "not_open"),
    }
    assert set(states("2026-02-09", rows=(CHARGE, denial("2026-02-10")), sent=ACCEPTED)) == {"file"}


def test_a_later_denial_does_not_restart_the_clock():
    rows = (CHARGE, denial("2026-02-10"), denial("2026-04-01"))
    assert states("2026-04-05", rows=rows, sent=ACCEPTED)["correct"] == ("2026-04-11", "live")


def test_a_corrected_claim_counts_once_the_payer_has_accepted_it():
    sent = submissions(
        ("c1", 1, "2026-01-10", "2026-01-12"),
        ("c1", 1, "2026-02-20", "2026-02-22", {"frequency_code": "7", "submission_id": "fix"}),
    )
    rows = (CHARGE, denial("2026-02-10"))
    assert states("2026-02-21", rows=rows, sent=sent)["correct"][1] == "live"
    assert states("2026-02-22", rows=rows, sent=sent)["correct"][1] == "used"


def test_the_second_appeal_runs_from_the_first_decision():
    rows = (CHARGE, denial("2026-02-10"))
    filed = [(1, "2026-03-01", "2026-04-15", "lost")]
    assert states("2026-04-14", rows=rows, sent=ACCEPTED, filed=filed)["appeal_2"] == (None, "not_open")
    after = states("2026-04-15", rows=rows, sent=ACCEPTED, filed=filed)
    assert after["appeal_1"] == ("2026-06-10", "used")
    assert after["appeal_2"] == ("2026-05-15", "live")
    won = [(1, "2026-03-01", "2026-04-15", "won")]
    assert states("2026-04-20", rows=rows, sent=ACCEPTED, filed=won)["appeal_2"] == (None, "not_open")


def test_an_unprocessable_claim_is_refiled_in_filing_time_and_not_appealed():
    found = states("2026-02-15", rows=(CHARGE, denial("2026-02-10", "MA130")), sent=ACCEPTED)
    assert found == {"file": ("2026-04-01", "used"), "refile_unprocessable": ("2026-04-01", "live")}


def test_the_next_payer_runs_from_the_remittance_of_the_one_before():
    paid = (CHARGE, ("c1", "2026-02-10", "payer_payment", "payer_1", -40))
    assert states("2026-02-09", rows=paid, rank=2) == {"secondary_file": (None, "not_open")}
    assert states("2026-02-10", rows=paid, rank=2) == {"secondary_file": ("2026-03-27", "live")}
    assert states("2026-03-28", rows=paid, rank=2) == {"secondary_file": ("2026-03-27", "expired")}


def test_terms_for_the_service_come_before_terms_for_all():
    special = table(
        "contracts",
        [
            {"contract_id": "k1", "payer": "Alder", **TERMS},
            {"contract_id": "k1", "payer": "Alder", **TERMS, "procedure": "EST-L3", "filing_days": 10},
        ],
    )
    assert states("2026-01-11", contracts=special) == {"file": ("2026-01-11", "live")}


def test_terms_out_of_their_years_do_not_count():
    old = table(
        "contracts",
        [{"contract_id": "k1", "payer": "Alder", **TERMS, "effective_to": pd.Timestamp("2025-12-31")}],
    )
    assert states("2026-02-01", contracts=old) == {}


def next_deadline(as_of, rows, sent=ACCEPTED, filed=()):
    found = deadlines(remedies(VISIT, COVERED, CONTRACTS, sent, ledger(*rows), appeals(*filed), as_of=as_of))
    row = found[found["rank"] == 1].iloc[0]
    days = None if pd.isna(row["days_left"]) else int(row["days_left"])
    return int(row["live"]), days, row["state"]


def test_the_next_deadline_is_the_nearest_live_one_and_expired_means_that_none_is_live():
    rows = (CHARGE, denial("2026-02-10"))
    assert next_deadline("2026-02-20", (CHARGE,)) == (0, None, "used")  # filed and waiting
    assert next_deadline("2026-02-20", rows) == (3, 50, "live")  # correction ends on 11 April
    assert next_deadline("2026-04-12", rows) == (2, 59, "live")  # the appeal is left
    assert next_deadline("2027-02-10", rows) == (1, 0, "live")  # the reopening, on its last day
    assert next_deadline("2027-02-11", rows) == (0, None, "expired")
    assert next_deadline("2026-05-01", (CHARGE,), sent=submissions(("c1", 1, "2026-01-10", None))) == (
        0,
        None,
        "expired",
    )


def test_an_appeal_that_waits_for_its_decision_is_not_expired():
    rows = (CHARGE, denial("2026-02-10"))
    assert next_deadline("2027-03-01", rows, filed=[(1, "2026-03-01", None, None)]) == (0, None, "used")


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 500), st.integers(1, 300), st.booleans())
def test_live_means_that_the_day_is_within_the_clock(after, denied_after, accepted):
    as_of = dt.date(2026, 1, 1) + dt.timedelta(days=after)
    posted = (dt.date(2026, 1, 1) + dt.timedelta(days=denied_after)).isoformat()
    sent = ACCEPTED if accepted else submissions(("c1", 1, "2026-01-10", None))
    found = remedies(VISIT, COVERED, CONTRACTS, sent, ledger(CHARGE, denial(posted)), appeals(), as_of=as_of)
    live = found[found["state"] == "live"]
    assert (live["start_date"] <= pd.Timestamp(as_of)).all()
    assert (live["due_date"] >= pd.Timestamp(as_of)).all()
    assert (found.loc[found["state"] == "expired", "due_date"] < pd.Timestamp(as_of)).all()
    if posted > as_of.isoformat():  # what has not happened yet opens nothing
        assert set(found.loc[found["rank"] == 1, "remedy"]) == {"file"}


def test_contracts_without_their_days_are_refused():
    with pytest.raises(InputRefused, match="remedies: contracts needs the column 'filing_days'"):
        states("2026-02-01", contracts=CONTRACTS.drop(columns="filing_days"))
