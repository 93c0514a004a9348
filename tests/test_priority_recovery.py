"""History: which tries count, what they say, and that nothing later is used."""

import dataclasses
import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from arlab.errors import InputRefused
from arlab.priority import (
    add_chance,
    call_history,
    prior_chance,
    recovery_table,
    resolved_patients,
    resolved_tries,
)
from arlab.priority.recovery import LEVELS
from arlab.reference import read_rows
from arlab.tables import OWN_WRITE_OFFS, Practice, check_practice, load_sample
from ledgers import claims, day, ledger, table

DENIED = {"memo_amount": 80.0, "carc": "197", "group_code": "CO"}


def actions(*rows):
    """Return actions from (claim, day, kind[, extra columns]) tuples."""
    return table(
        "actions",
        [
            {
                "action_id": f"a{i:03d}",
                "claim_id": row[0],
                "date": pd.Timestamp(row[1]),
                "staff": "Amy",
                "kind": row[2],
                **(row[3] if len(row) > 3 else {}),
            }
            for i, row in enumerate(rows)
        ],
    )


def practice(*done, rows=(), as_of="2026-06-30"):
    """Return a practice of one claim, denied on 2 February, with what was done about it."""
    whole = [
        ("c1", "2026-01-05", "charge", "payer_1", 80),
        ("c1", "2026-02-02", "denial", "payer_1", 0, DENIED),
        *rows,
    ]
    tables = {"claims": claims(("c1", "2026-01-02", {"charge": 80.0})), "transactions": ledger(*whole)}
    if done:
        tables["actions"] = actions(*done)
    return check_practice(Practice(name="One", as_of=day(as_of), tables=tables))


def told(source, as_of="2026-06-30"):
    found = resolved_tries(source, as_of=as_of)
    return [
        (row.kind, row.try_number, row.age_days, bool(row.won), f"{row.resolved_date:%m-%d}")
        for row in found.itertuples()
    ]


PAID = ("c1", "2026-04-20", "payer_payment", "payer_1", -80)
LOST = ("c1", "2026-04-20", "write_off", "payer_1", -80)
AGAIN = ("c1", "2026-03-10", "denial", "payer_1", 0, DENIED)


def test_a_try_wins_with_the_money_and_loses_with_the_next_denial():
    both = practice(
        ("c1", "2026-02-12", "corrected_claim"), ("c1", "2026-03-14", "appeal_1"), rows=[AGAIN, PAID]
    )
    assert told(both) == [("corrected_claim", 1, 10, False, "03-10"), ("appeal_1", 2, 40, True, "04-20")]


def test_a_try_loses_with_the_write_off_and_an_open_one_does_not_count():
    assert told(practice(("c1", "2026-02-12", "appeal_1"), rows=[LOST])) == [
        ("appeal_1", 1, 10, False, "04-20")
    ]
    assert told(practice(("c1", "2026-02-12", "appeal_1"))) == []


def test_only_what_was_answered_before_the_day_counts():
    one = practice(("c1", "2026-02-12", "appeal_1"), rows=[PAID])
    assert told(one, "2026-04-20") == []
    assert told(one, "2026-04-21") == [("appeal_1", 1, 10, True, "04-20")]


def test_without_a_log_each_settled_denial_is_a_try_unless_write_offs_are_not_known():
    settled = practice(rows=[LOST])
    found = resolved_tries(settled, as_of="2026-06-30")
    assert found[["won", "try_number"]].values.tolist() == [[False, 1]] and found["age_days"].isna().all()
    blind = dataclasses.replace(settled, cannot_compute=((OWN_WRITE_OFFS, "not in the file"),))
    assert len(resolved_tries(blind, as_of="2026-06-30")) == 0
    assert len(resolved_tries(Practice("none", day("2026-06-30"), {}), as_of="2026-06-30")) == 0


def tries(*rows):
    names = ["payer", "payer_class", "category", "carc", "age_days", "try_number", "won"]
    frame = pd.DataFrame(rows, columns=names)
    return frame.assign(resolved_date=pd.Timestamp("2026-01-31"))


def test_a_factor_by_hand():
    # Reason 197: published chance 0.5 at once. Three of four won; 2 were expected: (3 + 10) / (2 + 10).
    rows = [("Alder", "commercial", "authorisation", "197", 0, 1, won) for won in (True, True, True, False)]
    table = recovery_table(tries(*rows), as_of="2026-06-30", levels=[["what"]], shrinkage=10)
    assert table[["tries", "won", "rate", "expected"]].values.tolist() == [[4, 3, 0.75, 2.0]]
    assert table["factor"].tolist() == [13 / 12]
    found = add_chance(tries(*rows), table)
    assert found["history_chance"].round(9).tolist() == [round(0.5 * 13 / 12, 9)] * 4


def test_a_payer_without_history_falls_back_on_what_is_coarser():
    rows = [("Alder", "commercial", "coding", "4", 0, 1, False)] * 40
    table = recovery_table(tries(*rows), as_of="2026-06-30")
    new = tries(
        ("Birch", "medicaid", "coding", "4", 0, 1, False),
        ("Cedar", "medicaid", "eligibility", "27", 0, 1, False),
    )
    chance = add_chance(new, table)["history_chance"].tolist()
    assert (
        chance[0] < chance[1] * 0.9 / 0.6
    )  # the same reason was lost here, the other is only known as a whole
    shared = table.loc[table["level"].isin([1, 2]), "factor"].tolist()  # what it is, and which try
    assert len(shared) == 2 and chance[1] == pytest.approx(0.60 * shared[0] * shared[1])
    assert add_chance(new, table)["chance_from"].tolist() == [0, 0]


def test_nothing_known_is_the_published_chance():
    none = recovery_table(tries().astype({"won": bool}), as_of="2026-06-30")
    assert len(none) == 0
    item = tries(("Alder", "commercial", "coding", "4", 30, 1, False))
    assert add_chance(item, none)["history_chance"].tolist() == [pytest.approx(0.9 * 0.9)]


def test_a_code_that_is_not_known_has_the_chance_of_its_category():
    items = pd.DataFrame({"category": ["other", "no_answer"], "carc": ["999", ""], "age_days": [0, 300]})
    book = {row["category"]: float(row["chance"]) for row in read_rows("playbook")}
    assert prior_chance(items).tolist() == [book["other"], book["no_answer"]]


def test_a_column_that_is_missing_is_named():
    with pytest.raises(InputRefused, match="have no column 'try_number'"):
        add_chance(tries().drop(columns="try_number"), pd.DataFrame())


def by_loop(frame, shrinkage):
    """Return the chance of each row of a history for its own table, worked out one by one."""

    def kinds(row):
        age = (
            ""
            if math.isnan(row["age_days"])
            else ["0-30", "31-60", "61-90", "91-120", "over 120"][
                sum(row["age_days"] > edge for edge in (30, 60, 90, 120))
            ]
        )
        tried = ["1", "2", "3 or more"][min(int(row["try_number"]), 3) - 1]
        return {**row, "age_band": age, "try_band": tried, "what": "denial" if row["carc"] else "look"}

    rows = [kinds(row) for row in frame.to_dict("records")]
    chance = prior_chance(frame).tolist()
    for level in LEVELS:
        keys = [tuple(row[name] for name in level) for row in rows]
        won, hoped = {}, {}
        for key, row, expected in zip(keys, rows, chance, strict=True):
            won[key] = won.get(key, 0) + row["won"]
            hoped[key] = hoped.get(key, 0.0) + expected
        chance = [
            expected * (won[key] + shrinkage) / (hoped[key] + shrinkage)
            for key, expected in zip(keys, chance, strict=True)
        ]
    return [min(0.97, one) for one in chance]


TRY = st.tuples(
    st.sampled_from(["Alder", "Birch"]),
    st.sampled_from(["commercial", "medicaid"]),
    st.sampled_from([("coding", "4"), ("authorisation", "197"), ("no_answer", "")]),
    st.one_of(st.just(float("nan")), st.integers(0, 200).map(float)),
    st.integers(1, 5),
    st.booleans(),
)


@settings(max_examples=25)
@given(st.lists(TRY, min_size=1, max_size=30), st.sampled_from([1.0, 10.0, 50.0]))
def test_a_loop_comes_to_the_same_chances(rows, shrinkage):
    frame = tries(
        *[(payer, kind, *reason, age, number, won) for payer, kind, reason, age, number, won in rows]
    )
    table = recovery_table(frame, as_of="2026-06-30", shrinkage=shrinkage)
    found = add_chance(frame, table)["history_chance"].to_numpy()
    np.testing.assert_allclose(found, by_loop(frame, shrinkage), rtol=1e-9)
    assert ((found >= 0) & (found <= 0.97)).all()
    for _, level in table.groupby("level"):
        assert (level["tries"].sum(), level["won"].sum()) == (len(frame), int(frame["won"].sum()))


def test_history_of_the_sample_is_that_of_the_sample_cut_off_at_the_day():
    sample, on = load_sample(), day("2026-02-28")
    cut = pd.Timestamp(on)
    tables = dict(sample.tables)
    tables["transactions"] = tables["transactions"][tables["transactions"]["posted_date"] < cut]
    tables["actions"] = tables["actions"][tables["actions"]["date"] < cut]
    sent = tables["submissions"]
    tables["submissions"] = sent[sent["submitted_date"] < cut]
    filed = tables["appeals"]
    tables["appeals"] = filed[filed["filed_date"] < cut]
    whole = resolved_tries(sample, as_of=on)
    mixed = {name: frame.sample(frac=1, random_state=3) for name, frame in sample.tables.items()}
    again = resolved_tries(dataclasses.replace(sample, tables=mixed), as_of=on)
    pd.testing.assert_frame_equal(whole, again)
    known = resolved_tries(dataclasses.replace(sample, tables=tables), as_of=on)
    pd.testing.assert_frame_equal(whole, known)
    assert (
        len(whole) > 200
        and (whole["resolved_date"] < cut).all()
        and (whole["date"] <= whole["resolved_date"]).all()
    )
    settled = resolved_patients(sample, as_of=on)
    assert (settled["resolved_date"] < cut).all() and settled["share"].between(0, 1).all()


def test_what_a_patient_paid_at_the_visit_says_nothing_of_what_statements_bring():
    def account(reasons):
        moves = [
            ("transfer", 160, None),
            ("patient_payment", -40, "at_visit"),
            ("patient_payment", -80, "statement"),
            ("bad_debt", -40, None),
        ]
        days = ["2026-01-05", "2026-01-05", "2026-03-02", "2026-05-04"]
        rows = [
            ("c1", on, kind, "patient", amount, {"reason": reason} if reasons else {})
            for on, (kind, amount, reason) in zip(days, moves, strict=True)
        ]
        pair = [("c1", "2026-01-05", "transfer", "payer_1", -160)]
        seen = claims(("c1", "2026-01-05", {"charge": 160.0}))
        return Practice("One", day("2026-06-30"), {"claims": seen, "transactions": ledger(*rows, *pair)})

    for reasons in (True, False):
        found = resolved_patients(account(reasons), as_of="2026-06-30")
        assert found[["owed", "paid", "share"]].values.tolist() == [[120.0, 80.0, 80 / 120]]
        assert len(resolved_patients(account(reasons), as_of="2026-05-04")) == 0


def test_the_wait_of_a_call_is_in_its_first_row():
    call = {"channel": "phone", "session_id": "n1"}
    done = [("c1", "2026-03-02", "status_check", {**call, "minutes": 29})]
    found = call_history(practice(*done), as_of="2026-06-30", usual=20, work=9)
    assert found.values.tolist() == [["Alder Health", 1, (20 + 3 * 20) / 4, 1]]
    assert len(call_history(practice(*done), as_of="2026-03-02", usual=20, work=9)) == 0
