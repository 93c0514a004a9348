"""Owners, dates, absences and sittings: by hand, at the edges, and what must always hold."""

import dataclasses

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from arlab.errors import SettingsError
from arlab.priority import (
    Owner,
    add_projects,
    assign_owners,
    make_owners,
    owner_table,
    rebalance,
    work_sessions,
)
from arlab.reference import load_rules
from arlab.tables import Practice
from ledgers import day, table

RULES = load_rules()
MONDAY = "2026-06-29"
AMY = Owner("Amy", frozenset(["status", "corrections"]), 60)
JOHN = Owner("John", frozenset(["appeals"]), 60)
KIM = Owner("Kim", frozenset(["all"]), 120)


def queue(*rows):
    """Return items from (skill, minutes[, extra columns]) tuples, in the order of work."""
    frame = pd.DataFrame(
        [
            {
                "claim_id": f"c{i}",
                "skill": row[0],
                "minutes": float(row[1]),
                "next_action_date": pd.Timestamp(MONDAY),
                "waiting": False,
                "action_due_date": pd.NaT,
                "expected_recovery": 10.0,
                **(row[2] if len(row) > 2 else {}),
            }
            for i, row in enumerate(rows)
        ],
        columns=[
            "claim_id",
            "skill",
            "minutes",
            "next_action_date",
            "waiting",
            "action_due_date",
            "expected_recovery",
            "last_staff",
        ],
    )
    dates = dict.fromkeys(("next_action_date", "action_due_date"), "datetime64[us]")
    return frame.astype({**dates, "waiting": bool})


def told(found):
    return [(row.owner, f"{row.work_date:%m-%d}") for row in found.itertuples()]


def test_work_goes_by_skill_and_fills_the_days_in_order():
    found = assign_owners(
        queue(("status", 40), ("appeals", 28), ("status", 20), ("status", 10), ("corrections", 13)),
        [AMY, JOHN],
        as_of=MONDAY,
        lead="Lee",
    )
    assert told(found) == [
        ("Amy", "06-29"),
        ("John", "06-29"),
        ("Amy", "06-29"),
        ("Amy", "06-30"),
        ("Amy", "06-30"),
    ]


def test_who_has_a_free_minute_first_takes_it_and_who_knows_the_item_comes_before():
    rows = queue(("status", 30), ("status", 30, {"last_staff": "Amy"}), ("status", 30), ("status", 30))
    found = assign_owners(rows, [AMY, KIM], as_of=MONDAY, lead="Lee")
    assert found["owner"].tolist() == ["Amy", "Amy", "Kim", "Kim"]


def test_weekends_are_no_days_of_work():
    found = assign_owners(queue(("status", 50), ("status", 50)), [AMY], as_of="2026-06-27", lead="Lee")
    assert told(found) == [("Amy", "06-29"), ("Amy", "06-29")]  # Saturday: the first day is Monday
    now = {"next_action_date": pd.Timestamp("2026-06-26")}
    rows = queue(("status", 60, now), ("status", 10, now))
    friday = assign_owners(rows, [AMY], as_of="2026-06-26", lead="Lee")
    assert told(friday) == [("Amy", "06-26"), ("Amy", "06-29")]


def test_a_skill_that_nobody_has_is_the_leads_on_its_day_by_rule():
    found = assign_owners(queue(("credits", 12), ("status", 5)), [AMY], as_of=MONDAY, lead="Lee")
    assert told(found) == [("Lee", "06-29"), ("Amy", "06-29")]


def test_what_waits_keeps_its_day_and_is_shared_out():
    later = {"waiting": True, "next_action_date": pd.Timestamp("2026-07-20")}
    found = assign_owners(
        queue(("status", 5, later), ("status", 5, later)), [AMY, KIM], as_of=MONDAY, lead="Lee"
    )
    assert sorted(told(found)) == [("Amy", "07-20"), ("Kim", "07-20")]


def test_a_deadline_that_the_minutes_do_not_reach_is_said():
    soon = {"action_due_date": pd.Timestamp("2026-06-30")}
    found = assign_owners(queue(("status", 130), ("status", 5, soon)), [AMY], as_of=MONDAY, lead="Lee")
    assert told(found) == [("Amy", "06-29"), ("Amy", "06-30")]
    assert found["late_for_deadline"].tolist() == [False, True]


@pytest.mark.parametrize("people", [[], [Owner("Amy", frozenset(["all"]), 0)]])
def test_with_nobody_at_work_all_is_the_leads(people):
    found = assign_owners(queue(("status", 5), ("appeals", 28)), people, as_of=MONDAY, lead="Lee")
    assert told(found) == [("Lee", "06-29"), ("Lee", "06-29")]
    assert owner_table(found, people, as_of=MONDAY)["days"].isna().all()


def test_one_minute_a_day_takes_as_many_days_as_minutes():
    one = Owner("Amy", frozenset(["all"]), 1)
    found = assign_owners(queue(*[("status", 5)] * 3), [one], as_of=MONDAY, lead="Lee")
    assert told(found) == [("Amy", "06-29"), ("Amy", "07-06"), ("Amy", "07-13")]
    assert owner_table(found, [one], as_of=MONDAY)[["owner", "minutes", "days"]].values.tolist() == [
        ["Amy", 15.0, 15.0]
    ]


def test_no_items_have_no_owner():
    assert len(assign_owners(queue(), [AMY], as_of=MONDAY, lead="Lee")) == 0


def test_the_people_are_those_of_the_rules_else_of_the_staff_table():
    staff = table(
        "staff",
        [{"staff": "Ann", "role": "follow_up", "minutes_per_day": 30}, {"staff": "Bob", "role": "appeals"}],
    )
    practice = Practice("One", day("2026-06-30"), {"staff": staff})
    assert [(one.name, one.minutes_per_day) for one in make_owners(RULES, practice)] == [
        ("Ann", 30.0),
        ("Bob", 240.0),
    ]
    assert [sorted(one.skills) for one in make_owners(RULES, practice)] == [["all"], ["appeals"]]
    own = dataclasses.replace(RULES, owners=({"name": "Zoe", "skills": ["appeals"], "minutes_per_day": 10},))
    assert make_owners(own, practice) == (Owner("Zoe", frozenset(["appeals"]), 10.0),)


ITEM = st.tuples(
    st.sampled_from(["status", "appeals", "credits"]),
    st.integers(1, 50),
    st.booleans(),
    st.one_of(st.none(), st.integers(-10, 40)),
    st.sampled_from(["Amy", "John", None]),
)


def drawn(rows):
    start = pd.Timestamp(MONDAY)
    return queue(
        *[
            (
                skill,
                minutes,
                {
                    "waiting": waiting,
                    "next_action_date": start + pd.Timedelta(days=7 if waiting else 0),
                    "action_due_date": pd.NaT if due is None else start + pd.Timedelta(days=due),
                    "last_staff": last,
                },
            )
            for skill, minutes, waiting, due, last in rows
        ]
    )


PEOPLE = st.lists(st.sampled_from([AMY, JOHN, KIM]), unique=True)


@settings(max_examples=40)
@given(st.lists(ITEM, max_size=25), PEOPLE, st.sets(st.sampled_from(["Amy", "John", "Kim"])))
def test_no_item_is_without_owner_and_date_and_an_absence_moves_no_more_than_it_must(rows, people, away):
    items = drawn(rows)
    found = assign_owners(items, people, as_of=MONDAY, lead="Lee")
    assert found["owner"].ne("").all() and found["owner"].notna().all() and found["work_date"].notna().all()
    assert found["work_date"].ge(pd.Timestamp(MONDAY)).all()
    assert found["work_date"].dt.day_of_week.lt(5).all()
    able = {one.name: one for one in people}
    assert all(
        name == "Lee" or able[name].can(skill)
        for name, skill in zip(found["owner"], found["skill"], strict=True)
    )
    gone = away & set(able)
    after = rebalance(found, people, away=gone, since=MONDAY, until="2026-07-03", lead="Lee")
    moved = after["moved_from"].ne("").to_numpy()
    inside = found["work_date"].le(pd.Timestamp("2026-07-03")).to_numpy()
    assert (moved == (found["owner"].isin(gone).to_numpy() & inside)).all()
    assert (after["work_date"] == found["work_date"]).all()
    assert not after.loc[inside, "owner"].isin(gone).any()
    assert all(
        name == "Lee" or able[name].can(skill)
        for name, skill in zip(after["owner"], after["skill"], strict=True)
    )


def test_an_absence_shares_out_to_whoever_has_least_that_day():
    rows = queue(*[("status", 20)] * 4)
    people = [AMY, Owner("Bob", frozenset(["status"]), 60), Owner("Cid", frozenset(["status"]), 60)]
    found = assign_owners(rows, people, as_of=MONDAY, lead="Lee")
    assert found["owner"].tolist() == ["Amy", "Bob", "Cid", "Amy"]
    after = rebalance(found, people, away=["Amy"], since=MONDAY, until=MONDAY, lead="Lee")
    assert after["owner"].tolist() == ["Bob", "Bob", "Cid", "Cid"]
    assert after["moved_from"].tolist() == ["Amy", "", "", "Amy"]


def test_an_absence_that_cannot_be_is_one_sentence():
    found = assign_owners(queue(("status", 5)), [AMY], as_of=MONDAY, lead="Lee")
    with pytest.raises(SettingsError, match="Nobody is called 'Zoe': the owners are Amy"):
        rebalance(found, [AMY], away=["Zoe"], since=MONDAY, until=MONDAY, lead="Lee")
    with pytest.raises(SettingsError, match="give since before until"):
        rebalance(found, [AMY], away=["Amy"], since=MONDAY, until="2026-06-01", lead="Lee")


def due(*rows):
    """Return items from (payer, channel, minutes, expected dollars[, extra columns]) tuples."""
    return pd.DataFrame(
        [
            {
                "queue": "payer",
                "payer": row[0],
                "channel": row[1],
                "minutes": float(row[2]),
                "expected_recovery": float(row[3]),
                "tier": 1,
                "category": "coding",
                "action": "corrected_claim",
                **(row[4] if len(row) > 4 else {}),
            }
            for row in rows
        ],
        columns=["queue", "payer", "channel", "minutes", "expected_recovery", "tier", "category", "action"],
    )


def test_a_sitting_by_hand():
    rows = due(("Alder", "portal", 5, 80), ("Birch", "portal", 5, 60), ("Alder", "portal", 7, 40))
    found, number = work_sessions(rows, RULES)
    # Alder: 120 dollars in 3 + 12 minutes is 8 a minute; Birch: 60 in 3 + 5 is 7.5.
    assert found[["session", "payer", "items", "minutes", "dollars_per_minute"]].values.tolist() == [
        [1, "Alder", 2, 15.0, 8.0],
        [2, "Birch", 1, 8.0, 7.5],
    ]
    assert number.tolist() == [1, 2, 1]


def test_a_call_waits_and_takes_so_many_claims():
    rows = due(*[("Alder", "phone", 6, 30)] * 4)
    found, number = work_sessions(rows, RULES)
    assert found[["items", "setup_minutes"]].values.tolist() == [[3, 23.0], [1, 23.0]]  # 3 + the usual 20
    known = pd.DataFrame({"payer": ["Alder"], "calls": [9], "hold_minutes": [7.0], "claims_per_call": [2]})
    found, number = work_sessions(rows, RULES, calls=known)
    assert found[["items", "setup_minutes"]].values.tolist() == [[2, 10.0], [2, 10.0]]
    assert number.tolist() == [1, 1, 2, 2]


def test_urgent_sittings_come_first_and_what_waits_has_none():
    rows = due(
        ("Alder", "portal", 5, 800),
        ("Birch", "portal", 5, 30, {"tier": 0}),
        ("Birch", "portal", 5, 30, {"tier": 2}),
        ("Cedar", "portal", 5, 0, {"tier": 3}),
        ("Cedar", "internal", 5, 0, {"queue": "credit"}),
        ("Birch", "portal", 5, 9),
    )
    found, number = work_sessions(rows, RULES)
    assert found["payer"].tolist() == ["Birch", "Alder", "Birch"] and found["urgent"].tolist() == [1, 0, 0]
    assert number.tolist() == [
        2,
        1,
        0,
        0,
        0,
        3,
    ]  # what is urgent does not bring the rest of its payer forward
    call = due(("Birch", "phone", 5, 30, {"tier": 0}), ("Birch", "phone", 5, 9))
    assert work_sessions(call, RULES)[1].tolist() == [1, 1]  # but a wait on the telephone is shared


def test_many_claims_of_one_payer_and_reason_become_one_project():
    rows = due(
        *[("Alder", "portal", 13, 50)] * 8,
        *[("Birch", "portal", 13, 50)] * 7,
        ("Alder", "portal", 13, 50, {"tier": 0}),
    )
    found = add_projects(rows, RULES)
    assert found["project"].tolist() == ["Alder: coding"] * 8 + [""] * 8
    sessions, _ = work_sessions(found, RULES)
    project = sessions[sessions["project"] == "Alder: coding"].iloc[0]
    assert (project["channel"], project["items"], project["minutes"]) == (
        "payer representative",
        8,
        30 + 8 * 2.0,
    )
    never = add_projects(due(*[("Alder", "portal", 10, 50, {"action": "resubmit"})] * 9), RULES)
    assert never["project"].eq("").all()  # the representative cannot send our claims


DUE = st.tuples(
    st.sampled_from("ABC"),
    st.sampled_from(["portal", "phone", "fax"]),
    st.integers(1, 40),
    st.integers(0, 500),
    st.integers(0, 3),
)


@settings(max_examples=30)
@given(st.lists(DUE, max_size=40))
def test_every_due_item_is_in_one_sitting_and_the_sums_are_those_of_the_items(rows):
    frame = add_projects(due(*[(p, c, m, e, {"tier": t}) for p, c, m, e, t in rows]), RULES)
    found, number = work_sessions(frame, RULES)
    assert ((number > 0) == frame["tier"].isin([0, 1]).to_numpy()).all()
    assert found["session"].tolist() == list(range(1, len(found) + 1))
    for row in found.to_dict("records"):
        own = frame[number == row["session"]]
        assert len(own) == row["items"] and own["payer"].eq(row["payer"]).all()
        assert row["expected_recovery"] == pytest.approx(own["expected_recovery"].sum())
        assert row["channel"] != "phone" or row["items"] <= 3
    worth = found[found["urgent"] == 0]["dollars_per_minute"].to_numpy()
    assert (np.diff(worth) <= 1e-9).all()
    assert (np.diff(found["urgent"].gt(0).astype(int).to_numpy()) <= 0).all()
