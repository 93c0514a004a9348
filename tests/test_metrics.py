"""The measures with a pencil, their edges, their intervals and baselines, and what they refuse."""

from __future__ import annotations

import datetime as dt
import math

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from arlab import metrics
from arlab.errors import NotAvailable, SettingsError
from arlab.metrics import (
    MEASURES,
    aged_table,
    flow_table,
    lag_table,
    money_table,
    scorecard,
    wilson_interval,
)
from arlab.metrics.periods import last_whole_month, months_before
from arlab.metrics.ratio import Ratio, median_of, pooled
from arlab.metrics.scorecard import COLUMNS
from arlab.reference import load_benchmarks, load_metric_definitions
from arlab.tables import Practice, empty_table
from ledgers import claims, ledger, ledgers, submissions, table

AS_OF = dt.date(2026, 6, 30)
# The 90 days begin on 2026-04-02.


def practice(visits, rows, *, as_of=AS_OF, **tables):
    return Practice(
        name="Pencil",
        as_of=as_of,
        tables={"claims": claims(*visits), "transactions": ledger(*rows), **tables},
    )


def values(found):
    """Return {metric: value} of the figures that are there."""
    there = found[found["value"].notna()]
    return dict(zip(there["metric"], there["value"], strict=True))


def asked(which, *measures, **options):
    options = {"least": 1, "baseline": False, **options}
    return scorecard(which, measures=measures, **options)


def visit(claim, day, charge, expected=None, **more):
    return (claim, day, {"charge": float(charge), "expected_allowed": expected, **more})


def entered(claim, day, charge, party="payer_1"):
    return (claim, day, "charge", party, charge)


THREE = practice(
    [
        visit("c1", "2026-04-01", 900, 600.0),
        visit("c2", "2026-06-15", 900, 450.0),
        visit("c3", "2026-04-28", 900, 900.0),
    ],
    [
        entered("c1", "2026-04-05", 900),
        ("c1", "2026-05-05", "contractual", "payer_1", -300),
        ("c1", "2026-05-05", "payer_payment", "payer_1", -400),
        entered("c2", "2026-06-20", 900),
        entered("c3", "2026-05-01", 900),
        ("c3", "2026-05-20", "payer_payment", "payer_1", -1000),
    ],
)


def test_three_kinds_of_days_in_ar():
    # AR 200 + 900 - 100. Charges 30 a day; less contract 2400 / 90; at contract price (600 + 450 + 900) / 90.
    found = values(asked(THREE, "days_in_ar"))
    assert found["days_in_ar_gross"] == pytest.approx(1000 / 30)
    assert found["days_in_ar_adjusted"] == pytest.approx(1000 / (2400 / 90))
    # Of c2's 900 the contract will take 450.
    assert found["days_in_ar_net"] == pytest.approx(550 / (1950 / 90))
    less = metrics.days_in_ar(THREE, allowance=50.0, least=1, baseline=False)
    assert values(less)["days_in_ar_net"] == pytest.approx(500 / (1950 / 90))


def test_days_in_ar_need_the_whole_look_back():
    short = asked(THREE, "days_in_ar", days=120)
    assert set(short["why_not"]) == {
        "Not available, because the ledger begins on 2026-04-05 and does not cover the 120 days before 2026-07-01."
    }


def test_an_account_at_an_agency_is_no_ar():
    rows = [
        entered("c1", "2026-04-02", 90, "patient"),
        entered("c2", "2026-04-02", 90, "patient"),
        ("c2", "2026-06-01", "transfer", "patient", -90),
        ("c2", "2026-06-01", "transfer", "agency", 90),
    ]
    both = practice([visit("c1", "2026-04-01", 90), visit("c2", "2026-04-01", 90)], rows)
    assert values(asked(both, "days_in_ar"))["days_in_ar_gross"] == 45


def test_old_ar_of_all_and_of_what_was_billed():
    days = {"c1": 10, "c2": 61, "c3": 91, "c4": 121, "c5": 200}
    amounts = {"c1": 10, "c2": 20, "c3": 40, "c4": 80, "c5": 160}
    born = {claim: (AS_OF - dt.timedelta(days=age)).isoformat() for claim, age in days.items()}
    visits = [visit(claim, born[claim], amounts[claim]) for claim in days]
    rows = [entered(claim, born[claim], amounts[claim]) for claim in days]
    sent = submissions(*[(claim, 1, born[claim], born[claim]) for claim in days if claim != "c5"])
    found = values(asked(practice(visits, rows, submissions=sent), "aged_share"))
    assert found["share_over_60"] == pytest.approx(300 / 310)
    assert found["share_over_90"] == pytest.approx(280 / 310)
    assert found["share_over_120"] == pytest.approx(240 / 310)
    assert found["share_over_60_billed"] == pytest.approx(140 / 150)
    assert found["share_over_90_billed"] == pytest.approx(120 / 150)
    assert found["share_over_120_billed"] == pytest.approx(80 / 150)
    unsent = asked(practice(visits, rows), "aged_share").set_index("metric")
    assert unsent.loc["share_over_90", "value"] == pytest.approx(280 / 310)
    assert "no sendings" in unsent.loc["share_over_90_billed", "why_not"]


def test_clean_claims_need_no_hand():
    names = [f"c{i}" for i in range(1, 6)]
    visits = [visit(name, "2026-06-01", 80) for name in names]
    visits.append(visit("c6", "2026-06-01", 80, payer_class="self_pay"))
    edit = {"edit": "missing_modifier", "hit_date": pd.Timestamp("2026-06-02"), "manual": False}
    cleared = {"cleared_date": pd.Timestamp("2026-06-02")}
    edits = table(
        "claim_edits",
        [
            {"claim_id": "c1", **edit, **cleared},
            {"claim_id": "c2", **edit, **cleared, "manual": True},
            {"claim_id": "c3", **edit},
        ],
    )
    sent = submissions(
        ("c1", 1, "2026-06-03", None),
        ("c4", 1, "2026-06-03", None, {"touched_before_send": True}),
        ("c5", 1, "2026-06-03", None),
        ("c5", 1, "2026-06-20", None, {"touched_before_send": True}),
    )
    there = practice(visits, [], claim_edits=edits, submissions=sent)
    found = values(metrics.clean_claim_rate(there, least=1, baseline=False))
    assert found == {"clean_claim_rate": 2 / 5, "clean_claim_rate_no_edit": 2 / 5}


def test_acceptance_and_rejection_have_different_denominators():
    rejected = {"acceptance": "rejected", "rejected_date": pd.Timestamp("2026-06-04")}
    sent = submissions(
        ("c1", 1, "2026-06-03", "2026-06-04"),
        ("c2", 1, "2026-06-03", None, rejected),
        ("c2", 1, "2026-06-08", "2026-06-09"),
        ("c3", 1, "2026-06-03", None),
        ("c1", 2, "2026-06-20", "2026-06-21"),
    )
    there = practice([visit(f"c{i}", "2026-06-01", 80) for i in (1, 2, 3)], [], submissions=sent)
    found = values(asked(there, "acceptance_rate", "rejection_rate"))
    assert found == {
        "acceptance_rate": 3 / 4,
        "acceptance_rate_first": 1 / 2,
        "rejection_rate": 1 / 5,
        "rejection_rate_first": 1 / 3,
    }
    # The day before the answers came nobody knew of them.
    early = asked(there, "acceptance_rate", "rejection_rate", as_of="2026-06-03").set_index("metric")
    assert early.loc["rejection_rate", "value"] == 0
    assert (
        early.loc["acceptance_rate", "why_not"] == "Not available, because there is no case (1 are needed)."
    )


def denied(claim, day, memo, **more):
    return (claim, day, "denial", "payer_1", 0, {"carc": "16", "memo_amount": memo, "line_number": 1, **more})


def paid(claim, day, amount, **more):
    return (claim, day, "payer_payment", "payer_1", -amount, {"line_number": 1, **more})


def one_line(claim, charge):
    return {
        "claim_id": claim,
        "line_number": 1,
        "procedure": "EST-L3",
        "units": 1,
        "charge": float(charge),
        "abn_on_file": False,
    }


def denial_practice():
    """Six claims sent in a period that ended 90 days ago; 10, 20 ... 320 dollars."""
    charges = {"c1": 10, "c2": 20, "c3": 40, "c4": 80, "c5": 160, "c6": 320}
    visits = [visit(claim, "2026-02-01", charge) for claim, charge in charges.items()]
    visits[5] = visit("c6", "2026-02-01", 320, lines=2)
    lines = [one_line(claim, charge) for claim, charge in charges.items() if claim != "c6"]
    lines += [one_line("c6", 300), one_line("c6", 20) | {"line_number": 2}]
    again = {"sequence": 2, "frequency_code": "7"}
    sent = submissions(
        *[(claim, 1, "2026-02-10", "2026-02-11") for claim in charges],
        ("c2", 1, "2026-03-20", "2026-03-21", again),
    )
    rows = [entered(claim, "2026-02-05", charge) for claim, charge in charges.items()]
    rows += [
        paid("c1", "2026-03-01", 10),  # resolved at once
        denied("c2", "2026-03-02", 20.0),  # denied, then paid
        paid("c2", "2026-04-20", 20),
        denied("c3", "2026-05-12", 40.0),  # denied after more than 90 days
        ("c4", "2026-03-03", "transfer", "payer_1", -80, {"carc": "1", "group_code": "PR", "line_number": 1}),
        ("c4", "2026-03-03", "transfer", "patient", 80, {"carc": "1", "group_code": "PR", "line_number": 1}),
        denied("c6", "2026-03-04", 300.0),
        paid("c6", "2026-03-04", 20, line_number=2),
    ]  # c5: no answer
    return practice(visits, rows, submissions=sent, lines=table("lines", lines))


def test_denial_rates_side_by_side():
    found = values(asked(denial_practice(), "initial_denial_rate", "first_pass_resolution_rate"))
    assert found["initial_denial_rate"] == 1 / 6
    assert found["initial_denial_rate_any_line"] == 2 / 6
    assert found["initial_denial_rate_lines"] == 2 / 7
    assert found["initial_denial_rate_dollars"] == pytest.approx(20 / 630)
    assert found["initial_denial_rate_dollars_lines"] == pytest.approx(320 / 630)
    # In the last 90 days one claim was answered first: c3, and it was denied.
    assert found["initial_denial_rate_answered"] == 1
    # c1 and c4 needed nothing more.
    assert found["first_pass_resolution_rate"] == 2 / 6


def test_the_month_of_hfma_has_the_three_months_before_as_denominator():
    visits = [visit(f"c{i}", "2026-01-01", 10 * 2**i) for i in range(7)]
    days = ["2026-01-05", "2026-02-10", "2026-02-12", "2026-03-20", "2026-04-30", "2026-05-05", "2026-05-06"]
    sent = submissions(*[(f"c{i}", 1, day, day) for i, day in enumerate(days)])
    rows = [entered(f"c{i}", "2026-01-02", 10 * 2**i) for i in range(7)]
    rows += [
        denied("c4", "2026-05-20", 160.0),
        denied("c5", "2026-06-02", 320.0),
        denied("c1", "2026-04-30", 20.0),
    ]
    there = practice(visits, rows, submissions=sent)
    # May, asked on a day in June: 1 denied; February to April sent 2 + 1 + 1.
    found = asked(there, "initial_denial_rate", as_of="2026-06-15").set_index("metric")
    row = found.loc["initial_denial_rate_month"]
    assert (row["numerator"], row["denominator"], row["value"]) == (1, 4 / 3, 0.75)
    assert math.isnan(row["low"])  # two different sets of claims: no interval
    dollars = found.loc["initial_denial_rate_month_dollars"]
    assert (dollars["numerator"], dollars["denominator"]) == (160, 100)


def test_a_closed_month_of_denials_never_changes():
    there = denial_practice()
    months = {}
    for as_of in ("2026-05-31", "2026-06-10", "2026-06-29"):
        row = (
            asked(there, "initial_denial_rate", as_of=as_of)
            .set_index("metric")
            .loc["initial_denial_rate_month"]
        )
        months[as_of] = (row["numerator"], row["denominator"])
    assert len(set(months.values())) == 1
    assert months["2026-05-31"][0] == 1


def test_zero_pay_counts_a_deductible_and_leaves_copies_out():
    visits = [visit(f"c{i}", "2026-06-01", 80) for i in (1, 2, 3, 4)]
    rows = [
        paid("c1", "2026-06-20", 80, remit_id="r1"),
        ("c2", "2026-06-20", "transfer", "payer_1", -80, {"carc": "1", "group_code": "PR", "remit_id": "r1"}),
        ("c2", "2026-06-20", "transfer", "patient", 80, {"carc": "1", "group_code": "PR", "remit_id": "r1"}),
        denied("c3", "2026-06-20", 80.0, remit_id="r1"),
        denied("c4", "2026-06-20", 80.0, carc="18", remit_id="r1"),
    ]
    there = practice(visits, rows)
    assert values(asked(there, "primary_denial_rate")) == {"primary_denial_rate": 2 / 3}
    assert values(asked(there, "initial_denial_rate"))["initial_denial_rate_answered"] == 1 / 3


def test_final_denial_write_offs_are_those_of_denied_payer_balances():
    visits = [visit(f"c{i}", "2026-04-01", charge) for i, charge in ((1, 400), (2, 500), (3, 100))]
    rows = [
        *[entered(f"c{i}", "2026-04-03", charge) for i, charge in ((1, 400), (2, 500), (3, 100))],
        ("c2", "2026-05-01", "contractual", "payer_1", -200),
        denied("c1", "2026-05-01", 400.0),
        ("c1", "2026-06-01", "write_off", "payer_1", -40, {"reason": "no_authorisation"}),
        ("c2", "2026-06-01", "write_off", "payer_1", -20, {"reason": "small_balance"}),  # never denied
        ("c3", "2026-06-01", "write_off", "payer_1", -80, {"reason": "timely_filing"}),  # before the denial
        denied("c3", "2026-06-02", 100.0),
        ("c1", "2026-06-03", "write_off", "patient", -10, {"reason": "small_balance"}),
    ]
    found = values(asked(practice(visits, rows), "final_denial_write_off_rate"))
    assert found == {"final_denial_write_off_rate": 40 / 800}


def old_denials():
    """Four denials posted 181 days ago or more: 10, 20, 40, 80 dollars."""
    charges = {"c1": 10, "c2": 20, "c3": 40, "c4": 80}
    visits = [visit(claim, "2025-11-01", charge) for claim, charge in charges.items()]
    rows = [entered(claim, "2025-11-05", charge) for claim, charge in charges.items()]
    rows += [denied(claim, "2025-12-20", float(charge)) for claim, charge in charges.items()]
    rows += [
        paid("c1", "2026-02-01", 10),
        paid("c2", "2026-06-28", 20),  # after more than 180 days
        ("c3", "2026-03-01", "reversal", "payer_1", 0, {"line_number": 1, "memo_amount": -40.0}),
        ("c4", "2026-05-10", "write_off", "payer_1", -80, {"line_number": 1}),
    ]
    appeals = [
        ("c1", 1, "2026-01-10", "2026-04-20", "won"),
        ("c3", 1, "2026-01-10", "2026-05-20", "partly_won"),
    ]
    appeals += [
        ("c4", 1, "2026-01-10", "2026-05-02", "lost"),
        ("c4", 2, "2026-05-03", "2026-06-20", "withdrawn"),
    ]
    appeals += [("c2", 1, "2026-05-10", None, None), ("c2", 2, "2025-12-22", "2026-03-01", "lost")]
    appeal = [
        {
            "claim_id": claim,
            "denial_id": f"d{i}",
            "level": level,
            "filed_date": pd.Timestamp(filed),
            "decision_date": pd.Timestamp(decided) if decided else pd.NaT,
            "outcome": outcome,
        }
        for i, (claim, level, filed, decided, outcome) in enumerate(appeals)
    ]
    act = [("c1", "2026-01-10"), ("c1", "2026-01-20"), ("c1", "2026-02-20"), ("c4", "2026-04-19")]
    act += [("c4", "2026-05-05"), ("c2", "2025-12-19"), ("c4", "2026-05-05")]
    actions = [
        {
            "action_id": f"a{i}",
            "claim_id": claim,
            "date": pd.Timestamp(day),
            "staff": "Ann",
            "kind": "status_check",
            "minutes": 20,
        }
        for i, (claim, day) in enumerate(act)
    ]
    tables = {"appeals": table("appeals", appeal), "actions": table("actions", actions)}
    return practice(visits, rows, lines=table("lines", [one_line(*row) for row in charges.items()]), **tables)


def test_overturn_is_not_the_success_of_appeals():
    found = values(asked(old_denials(), "overturn_rate", "appeal_success_rate"))
    assert found["overturn_rate"] == 2 / 4
    assert found["overturn_rate_dollars"] == 50 / 150
    assert found["appeal_success_rate"] == 2 / 3  # decided in the period; a withdrawn one is none


def test_days_from_denial_to_action_and_to_the_end():
    there = old_denials()
    found = values(asked(there, "days_denial_to_action", "days_denial_to_resolution"))
    assert found["days_denial_to_action"] == 120  # c4, first acted on 2026-04-19
    # c4 ended after 141 days and c2 after 190 in the last 90 days.
    assert found["days_denial_to_resolution"] == (141 + 190) / 2
    assert found["days_denial_to_resolution_median"] == (141 + 190) / 2
    early = values(asked(there, "days_denial_to_resolution", as_of="2026-03-01"))
    assert early["days_denial_to_resolution"] == (43 + 71) / 2


def test_speed_and_touches_of_the_work():
    there = old_denials()
    found = values(asked(there, "follow_up_speed", "follow_up_touches"))
    # In the period c4 was worked on two days with three actions of 20 minutes; c4 and c2 ended, after 3 and 0.
    assert found["accounts_per_hour"] == 2
    assert found["actions_per_account"] == 3 / 2
    assert found["touches_per_resolved_denial"] == 3 / 2
    soon = values(asked(there, "follow_up_speed", as_of="2026-02-20"))
    assert soon["denials_worked_in_30_days"] == 1 / 4


def matured():
    """Visits of December: one paid at contract price, one misposted, one free, one never paid."""
    visits = [
        visit("c1", "2025-12-01", 640, 400.0),
        visit("c2", "2025-12-01", 160, 100.0),
        visit("c3", "2025-12-01", 80, 80.0),
        visit("c4", "2025-12-01", 40, None, payer_class="self_pay"),
    ]
    rows = [
        entered("c1", "2025-12-03", 640),
        entered("c2", "2025-12-03", 160),
        entered("c3", "2025-12-03", 80),
        entered("c4", "2025-12-03", 40, "patient"),
        ("c1", "2026-01-10", "contractual", "payer_1", -240),
        ("c1", "2026-01-10", "payer_payment", "payer_1", -420),
        ("c1", "2026-02-10", "refund_to_payer", "payer_1", 20),
        ("c2", "2026-01-10", "contractual", "payer_1", -160),  # a denial posted as contractual
        ("c3", "2026-01-10", "write_off", "payer_1", -80, {"reason": "charity"}),
        ("c4", "2026-03-01", "bad_debt", "patient", -40, {"reason": "uncollectible"}),
    ]
    return practice(visits, rows)


def test_net_collection_puts_a_misposted_contractual_back():
    found = asked(matured(), "gross_collection_rate", "net_collection_rate", "misposted_contractual")
    got = values(found)
    assert got["gross_collection_rate"] == 400 / 920
    # 920 charged, 240 + 60 agreed; 100 of c2 was never the contract's.
    assert got["net_collection_rate"] == 400 / 620
    assert got["net_collection_rate_without_charity"] == 400 / 540
    assert got["misposted_contractual_matured"] == 100
    assert got["misposted_contractual"] == 0  # nothing was posted in the last 90 days
    wait = found.set_index("metric").loc["net_collection_rate_period", "why_not"]
    assert wait == "Not available, because there is no case (1 are needed)."


def test_net_collection_waits_until_nearly_all_is_adjudicated():
    there = matured()
    visits = [visit(f"w{i}", "2025-12-02", 10, 10.0) for i in range(2)]
    rows = [entered(f"w{i}", "2025-12-05", 10) for i in range(2)]
    both = practice([], [])
    both.tables["claims"] = pd.concat([there.claims, claims(*visits)], ignore_index=True)
    both.tables["transactions"] = pd.concat([there.transactions, ledger(*rows)], ignore_index=True)
    found = asked(both, "net_collection_rate").set_index("metric")
    assert found.loc["net_collection_rate", "why_not"] == (
        "Not available, because only 66.7% of the 6 claims of those visits are adjudicated (97% are needed)."
    )


def test_period_collection_mixes_old_cash_with_new_charges():
    visits = [visit("c1", "2026-03-01", 100, 80.0), visit("c2", "2026-04-10", 100, 80.0)]
    rows = [
        entered("c1", "2026-03-02", 100),
        entered("c2", "2026-04-12", 100),
        ("c1", "2026-05-01", "contractual", "payer_1", -30),  # 10 more than the contract
        ("c1", "2026-05-01", "payer_payment", "payer_1", -70),
        ("c2", "2026-05-02", "payer_payment", "payer_1", -90),
        ("c2", "2026-05-20", "recoupment", "payer_1", 10),
    ]
    found = values(
        asked(practice(visits, rows), "net_collection_rate", "gross_collection_rate", "misposted_contractual")
    )
    assert found["gross_collection_rate_period"] == 150 / 100
    assert found["net_collection_rate_period"] == 150 / 80
    assert found["misposted_contractual"] == 10


def test_a_reversal_counts_with_what_it_takes_back():
    visits = [visit("c1", "2026-04-01", 100, 60.0)]
    rows = [
        entered("c1", "2026-04-02", 100),
        ("c1", "2026-05-01", "contractual", "payer_1", -70, {"transaction_id": "x1"}),
        ("c1", "2026-05-01", "payer_payment", "payer_1", -30, {"transaction_id": "x2"}),
        ("c1", "2026-06-01", "reversal", "payer_1", 70, {"reverses_id": "x1"}),
        ("c1", "2026-06-01", "reversal", "payer_1", 30, {"reverses_id": "x2"}),
        ("c1", "2026-06-01", "contractual", "payer_1", -40),
        ("c1", "2026-06-01", "payer_payment", "payer_1", -60),
    ]
    there = practice(visits, rows)
    by_day = flow_table(there.claims, there.transactions, as_of=AS_OF).set_index("day")
    assert by_day["misposted"].tolist() == [0, 30, -30]
    assert by_day["contract"].tolist() == [0, 40, 0]
    whole = money_table(there.claims, there.transactions, as_of=AS_OF).iloc[0]
    assert whole[["contract", "misposted", "payer_paid", "ar"]].tolist() == [40, 0, 60, 0]


def test_lags_by_claim_by_line_and_in_the_middle():
    visits = [
        visit("c1", "2026-06-01", 10, charge_entry_date="2026-06-02"),
        visit("c2", "2026-06-01", 10, charge_entry_date="2026-06-03", lines=4),
        visit("c3", "2026-06-01", 10, charge_entry_date="2026-06-10"),
    ]
    sent = submissions(
        ("c1", 1, "2026-06-04", None), ("c2", 1, "2026-06-08", None), ("c2", 1, "2026-06-12", None)
    )
    rows = [
        entered("c1", "2026-06-02", 10),
        paid("c1", "2026-06-24", 10),
        entered("c2", "2026-06-03", 10),
        denied("c2", "2026-06-18", 10.0),
    ]
    there = practice(visits, rows, submissions=sent)
    found = values(asked(there, "charge_lag_days", "submission_lag_days", "days_to_pay"))
    assert found["charge_lag_days"] == 12 / 3
    assert found["charge_lag_days_lines"] == (1 + 4 * 2 + 9) / 6
    assert found["charge_lag_days_median"] == 2
    assert found["submission_lag_days"] == (2 + 5) / 2
    assert found["days_to_pay"] == 20
    assert found["days_entry_to_answer"] == (22 + 15) / 2


def test_point_of_service_share_is_of_money_and_not_of_what_was_due():
    visits = [visit("c1", "2026-06-01", 100)]
    early = {"effective_date": "2026-06-01"}
    rows = [
        entered("c1", "2026-06-03", 100, "patient"),
        ("c1", "2026-06-03", "patient_payment", "patient", -20, {**early, "reason": "at_visit"}),
        ("c1", "2026-06-03", "patient_payment", "patient", -10, early),
        ("c1", "2026-06-20", "patient_payment", "patient", -50),
        ("c1", "2026-06-25", "refund_to_patient", "patient", 5),
    ]
    assert values(asked(practice(visits, rows), "point_of_service_share")) == {
        "point_of_service_share": 30 / 75
    }


def test_credits_bad_debt_and_cost():
    found = values(asked(THREE, "credit_balance", "bad_debt_rate", "cost_to_collect", costs=70.0))
    assert found["credit_balance"] == 100
    assert found["credit_balance_days"] == pytest.approx(100 / 30)
    assert found["bad_debt_rate"] == 0
    assert found["cost_to_collect"] == 70 / 1400
    free = metrics.cost_to_collect(THREE, costs=None, least=1)
    assert free["why_not"].tolist() == ["Not available, because no costs are given."]


# Intervals, baselines, directions.


def test_wilson_interval_against_a_published_example_and_at_the_ends():
    # Newcombe 1998, table I: 81 of 263, 15 of 148, 0 of 20, 1 of 29.
    for hits, cases, low, high in (
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ):
        assert [round(end, 4) for end in wilson_interval(hits, cases)] == [low, high]
    assert wilson_interval(20, 20)[1] == 1


@settings(max_examples=10)
@given(st.integers(1, 500).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_the_interval_holds_the_share(pair):
    hits, cases = pair
    low, high = wilson_interval(hits, cases)
    assert 0 <= low <= hits / cases <= high <= 1


@settings(max_examples=10)
@given(st.lists(st.tuples(st.integers(-5, 50), st.integers(0, 4)), max_size=8))
def test_the_median_is_the_one_of_the_values_written_out(pairs):
    flat = [value for value, count in pairs for _ in range(count)]
    assert median_of(pairs) == (pd.Series(flat).median() if flat else None)


def test_pooling_weighs_by_size():
    assert pooled([Ratio(1, 2, 2), Ratio(30, 98, 98)]).value == 31 / 100
    assert pooled([Ratio(10, None, 1), Ratio(30, None, 3)]).value == 20


def test_months_end_on_their_last_day():
    assert [months_before(AS_OF, n).isoformat() for n in (1, 2, 4)] == [
        "2026-05-31",
        "2026-04-30",
        "2026-02-28",
    ]
    assert last_whole_month(dt.date(2026, 3, 30)).after == dt.date(2026, 1, 31)
    assert last_whole_month(dt.date(2026, 3, 31)).until == dt.date(2026, 3, 31)


def test_a_figure_is_compared_with_its_own_six_months():
    entry = [("2025-10-10", 2), ("2025-12-01", 2), ("2026-02-01", 4), ("2026-06-01", 9)]
    visits, rows = [], []
    for i, (day, lag) in enumerate(entry):
        served = (dt.date.fromisoformat(day) - dt.timedelta(days=lag)).isoformat()
        visits.append(visit(f"c{i}", served, 10, charge_entry_date=day))
        rows.append(entered(f"c{i}", day, 10))
    there = practice(visits, rows)
    # The 26 weeks before 2026-04-02 begin on 2025-10-02: the ledger reaches back, a week is allowed for.
    row = asked(there, "charge_lag_days", baseline=True).set_index("metric").loc["charge_lag_days"]
    assert (row["value"], row["direction"]) == (9, "")
    visits.append(visit("c9", "2025-10-01", 10, charge_entry_date="2025-10-05"))
    rows.append(entered("c9", "2025-10-05", 10))
    row = (
        asked(practice(visits, rows), "charge_lag_days", baseline=True)
        .set_index("metric")
        .loc["charge_lag_days"]
    )
    assert (row["baseline"], row["direction"]) == (3, "worse")


def test_a_stock_is_compared_with_six_month_ends():
    days = [(AS_OF - dt.timedelta(days=n)).isoformat() for n in range(0, 360, 10)]
    visits = [visit(f"c{i}", day, 30) for i, day in enumerate(days)]
    rows = [entered(f"c{i}", day, 30) for i, day in enumerate(days)]
    there = practice(visits, rows)
    row = asked(there, "days_in_ar", baseline=True).set_index("metric").loc["days_in_ar_gross"]
    before = [
        values(asked(there, "days_in_ar", as_of=months_before(AS_OF, n))).get("days_in_ar_gross")
        for n in range(1, 7)
    ]
    tops = [asked(there, "days_in_ar", as_of=months_before(AS_OF, n)).iloc[0] for n in range(1, 7)]
    pooled_value = sum(t["numerator"] for t in tops) / sum(t["denominator"] for t in tops)
    assert None not in before
    assert row["baseline"] == pytest.approx(pooled_value)
    assert row["direction"] == "worse"


# What it refuses.


def test_few_cases_are_no_figure():
    found = asked(THREE, "charge_lag_days", least=30)
    assert set(found["why_not"]) == {"Not available, because there are only 2 cases (30 are needed)."}
    assert found["value"].isna().all()
    assert (found["n"] == 2).all()


def test_a_missing_table_or_an_empty_column_is_named():
    found = scorecard(THREE, least=1, baseline=False).set_index("metric")["why_not"]
    assert found["clean_claim_rate"] == "Not available, because there is no claim_edits table."
    assert found["acceptance_rate"] == "Not available, because there is no submissions table."
    assert found["appeal_success_rate"] == "Not available, because there is no appeals table."
    assert found["accounts_per_hour"] == "Not available, because there is no actions table."
    assert found["primary_denial_rate"] == "Not available, because remit_id is empty in transactions."
    assert found["days_in_ar_gross"] == ""


def test_without_contract_prices_nothing_is_called_misposted():
    there = practice(
        [visit("c1", "2026-04-01", 100)],
        [entered("c1", "2026-04-02", 100), ("c1", "2026-05-01", "contractual", "payer_1", -90)],
    )
    found = asked(there, "misposted_contractual", "days_in_ar", "net_collection_rate").set_index("metric")
    known = "the expected allowed amount is known of 0% of the insured claims (95% are needed)"
    why = f"Not available, because {known}."
    assert found.loc["misposted_contractual", "why_not"] == why
    assert found.loc["days_in_ar_net", "why_not"] == why
    assert found.loc["net_collection_rate_period", "denominator"] == 10


def test_a_day_after_the_data_or_a_wrong_name_is_refused():
    with pytest.raises(NotAvailable, match="'Pencil' ends on 2026-06-30"):
        scorecard(THREE, as_of="2026-07-01")
    with pytest.raises(SettingsError, match="There is no measure 'days': choose days_in_ar, aged_share"):
        scorecard(THREE, measures=["days"])
    with pytest.raises(SettingsError, match="must be 1 or more"):
        scorecard(THREE, days=0)


# Edges.

_ALL = ("claims", "transactions", "submissions", "lines", "claim_edits", "appeals", "actions", "statements")


@pytest.mark.parametrize("tables", [_ALL, _ALL[:2], ()], ids=["empty tables", "two empty tables", "no table"])
def test_an_empty_practice_has_no_figure_and_every_reason(tables):
    there = Practice("Nobody", AS_OF, {name: empty_table(name) for name in tables})
    found = scorecard(there)
    left = found[found["value"].notna()]
    assert set(left["metric"]) <= {"credit_balance", "misposted_contractual"}
    assert (left["value"] == 0).all()
    assert found.loc[found["value"].isna(), "why_not"].str.startswith("Not available, because ").all()
    assert tuple(found.columns) == COLUMNS


def test_one_claim_one_day_all_credits_and_money_before_its_charge():
    one = practice([visit("c1", "2026-06-30", 80)], [entered("c1", "2026-06-30", 80)])
    assert values(asked(one, "charge_lag_days"))["charge_lag_days"] == 0
    assert "begins on 2026-06-30" in asked(one, "days_in_ar")["why_not"].iloc[0]
    credits = practice(
        [visit("c1", "2026-04-01", 80)],
        [entered("c1", "2026-04-02", 80), paid("c1", "2026-05-01", 90), paid("c1", "2026-05-02", 30)],
    )
    found = asked(credits, "days_in_ar", "aged_share", "credit_balance").set_index("metric")
    assert found.loc["days_in_ar_gross", "value"] == pytest.approx(-40 / (80 / 90))
    assert found.loc["credit_balance", "value"] == 40
    assert found.loc["share_over_90", "why_not"] == "Not available, because there is no case (1 are needed)."
    before = practice(
        [visit("c1", "2026-04-01", 80), visit("c2", "2026-05-20", 80)],
        [entered("c1", "2026-04-02", 80), paid("c2", "2026-05-25", 50), entered("c2", "2026-06-10", 80)],
    )
    early = asked(before, "days_in_ar", as_of="2026-06-05", days=70).set_index("metric")
    assert early.loc["days_in_ar_gross", "numerator"] == 30
    lag = asked(before, "days_to_pay", "gross_collection_rate").set_index("metric")
    assert lag.loc["gross_collection_rate_period", "value"] == 50 / 160


def test_a_picture_of_one_day_gives_what_it_can():
    items = table(
        "open_items",
        [
            {
                "as_of": pd.Timestamp(AS_OF),
                "claim_id": "c1",
                "responsible": "payer_1",
                "balance": 10.0,
                "age_days": 5,
            },
            {
                "as_of": pd.Timestamp(AS_OF),
                "claim_id": "c2",
                "responsible": "patient",
                "balance": 30.0,
                "age_days": 95,
            },
        ],
    )
    credit = table(
        "credits",
        [{"as_of": pd.Timestamp(AS_OF), "claim_id": "c3", "responsible": "patient", "amount": 7.0}],
    )
    there = Practice("Picture", AS_OF, {"open_items": items, "credits": credit})
    found = values(scorecard(there, least=1))
    assert found == {
        "share_over_60": 0.75,
        "share_over_90": 0.75,
        "share_over_120": 0,
        "credit_balance": 7,
    } | {name: value for name, value in found.items() if name.endswith("_billed")}


# Identities.


@settings(max_examples=10)
@given(ledgers())
def test_the_flows_are_the_change_of_the_balance(pair):
    visits, rows = pair
    found = money_table(visits, rows, as_of="2026-12-31").iloc[0]
    gone = ("contract", "misposted", "payer_paid", "patient_paid", "charity", "bad_debt", "written_off")
    known = rows[~rows["kind"].isin(["reversal", "denial"])]
    cents = round(found["charges"] * 100) - sum(round(found[name] * 100) for name in gone)
    assert cents == int((known["amount"] * 100).round().sum())
    assert round(found["ar"] * 100) == int((rows["amount"] * 100).round().sum())


@settings(max_examples=10)
@given(ledgers(), st.integers(0, 200))
def test_two_spans_are_the_whole_and_days_add_up(pair, cut):
    visits, rows = pair
    visits = visits.assign(charge=500.0, expected_allowed=300.0)
    middle = dt.date(2026, 1, 1) + dt.timedelta(days=cut)
    tables = (visits, rows)
    whole = money_table(*tables, as_of="2026-12-31").iloc[0]
    parts = [
        money_table(*tables, as_of=middle).iloc[0],
        money_table(*tables, as_of="2026-12-31", after=middle).iloc[0],
    ]
    by_day = flow_table(*tables, as_of="2026-12-31")
    for name in ("charges", "contract", "misposted", "payer_paid", "patient_paid", "bad_debt", "written_off"):
        cents = round(whole[name] * 100)
        assert cents == sum(round(part[name] * 100) for part in parts), name
        assert cents == int((by_day[name] * 100).round().sum()), name


def test_adjusted_days_are_gross_days_over_the_adjusted_share():
    found = asked(THREE, "days_in_ar").set_index("metric")
    gross, adjusted = found.loc["days_in_ar_gross"], found.loc["days_in_ar_adjusted"]
    share = adjusted["denominator"] / gross["denominator"]
    assert adjusted["value"] == pytest.approx(gross["value"] / share)
    assert adjusted["value"] >= gross["value"]


def test_gross_collection_is_net_collection_times_the_adjusted_share():
    found = asked(matured(), "gross_collection_rate", "net_collection_rate").set_index("metric")
    gross, net = found.loc["gross_collection_rate"], found.loc["net_collection_rate"]
    assert gross["value"] == pytest.approx(net["value"] * net["denominator"] / gross["denominator"])


# Definitions.


def test_every_measure_has_a_definition_a_function_and_perhaps_a_published_figure():
    definitions = load_metric_definitions()
    shown = definitions[definitions["measure"].isin(MEASURES)]
    assert set(shown["measure"]) == set(MEASURES)
    benchmarks = set(load_benchmarks()["benchmark"]) | {""}
    assert set(definitions["benchmark"]) <= benchmarks
    assert set(definitions["better"]) <= {"lower", "higher", ""}
    assert definitions["mark"].isin(["S", "S2", "D", "C"]).all(), "what was only recalled is no source"
    assert (shown[["numerator", "source", "caution", "meaning"]] != "").all(axis=None)
    assert not shown.duplicated(["measure", "variant"]).any()
    for measure in MEASURES:
        assert set(shown.loc[shown["measure"] == measure, "function"]) == {f"arlab.metrics.{measure}"}
        assert callable(getattr(metrics, measure))


def test_a_scorecard_carries_formula_source_and_published_figure():
    row = asked(THREE, "days_in_ar").iloc[0]
    assert row["definition"].startswith("Total AR at gross charges")
    assert " ÷ Charges posted" in row["definition"]
    assert row["benchmark"] == "30 to 40 days (guidance)"
    assert row["benchmark_source"].endswith("Family practices")
    assert "MGMA" in row["source"]


def test_lag_and_age_tables_split_by_a_column():
    waits = lag_table(
        THREE.claims, start="service_date", end="charge_entry_date", as_of=AS_OF, by="payer_class"
    )
    assert waits[["payer_class", "days", "n"]].values.tolist() == [["commercial", 0, 3]]
    items = pd.DataFrame(
        {"payer": ["a", "b"], "responsible": "payer_1", "balance": [1.0, 2.0], "age_days": [61, 10]}
    )
    assert aged_table(items, by=["payer"])["over_60"].tolist() == [1, 0]
    with pytest.raises(NotAvailable, match="the same"):
        aged_table(items, after=[60, 60])
    with pytest.raises(SettingsError, match="each 'week'"):
        lag_table(THREE.claims, start="service_date", end="charge_entry_date", as_of=AS_OF, each="week")
