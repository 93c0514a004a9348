"""Grades of notes: each part by itself, the rule of the grades, and what no note may do to the check.

``data/own_notes.csv`` was written along with the check and holds it to what it can do; it proves nothing of notes
that the check was not made for.
"""

from __future__ import annotations

import csv
import time
from pathlib import Path

import pandas as pd
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from arlab import InputRefused, load_sample
from arlab.worklog import NOTE_GRADES, NOTE_PARTS, describe_note, grade_note, note_table
from arlab.worklog.note_clauses import expanded
from arlab.worklog.note_dates import days_in
from arlab.worklog.note_parts import find_parts
from arlab.worklog.note_steps import split_steps

WHOLE = "KM called Aetna, s/w Joy, ref# 88123. Claim denied for no auth. Will appeal by 7/1."


def own_notes():
    with (
        Path(__file__).with_name("data").joinpath("own_notes.csv").open(encoding="utf-8", newline="") as file
    ):
        return [tuple(row.values()) for row in csv.DictReader(file)]


def test_the_notes_that_the_check_was_made_with():
    wrong = []
    for note, grade, missing in own_notes():
        found = grade_note(note)
        if found.grade != grade or (missing and " ".join(found.missing) != missing):
            wrong.append((note, found))
    assert wrong == []
    assert len(own_notes()) > 300


def test_a_note_with_every_part_is_good():
    found = find_parts(WHOLE)
    assert (found.who, found.channel, found.person, found.reference, found.day) == (
        "KM",
        "phone",
        "Joy",
        "88123",
        "7/1",
    )
    assert grade_note(WHOLE).missing == ()


@pytest.mark.parametrize(
    ("old", "new", "part", "grade"),
    [
        ("KM called", "Called", "who", "usable"),
        ("KM called Aetna, s/w Joy", "KM: Joy at Aetna", "channel", "usable"),
        ("s/w Joy", "s/w rep", "person", "usable"),
        (", ref# 88123", "", "reference", "usable"),
        ("Claim denied for no auth", "Asked about the denial", "finding", "lacking"),
        ("Will appeal by 7/1", "Will appeal", "next_step", "lacking"),
        ("Will appeal by 7/1", "They will call back by 7/1", "next_step", "lacking"),
    ],
)
def test_what_is_taken_away_is_missing(old, new, part, grade):
    found = grade_note(WHOLE.replace(old, new))
    assert (found.grade, found.missing) == (grade, (part,))
    assert NOTE_PARTS[part] in describe_note(found)


def test_more_than_two_of_the_others_make_a_note_lacking():
    assert grade_note("Denied for no auth. Appeal by 7/1. KM").missing == ("channel", "person", "reference")
    assert grade_note("Denied for no auth. Appeal by 7/1. KM").grade == "lacking"


@pytest.mark.parametrize(
    ("note", "grade"),
    [
        (
            "KM checked Availity, txn 5512-A: claim pending COB. Recheck in 14 days.",
            "good",
        ),  # nobody to speak to
        (
            "KM checked portal, txn 5512-A: claim pending COB. Recheck in 14 days.",
            "usable",
        ),  # of which payer?
        (
            "Called pt, she has new insurance, Cigna. Bill Cigna 7/2. KM",
            "good",
        ),  # a patient gives no reference
        ("KM read ERA 6/2: CO-97 bundled. Write off line 6/20.", "good"),
        ("KM called Aetna, Joy, ref 88123: paid in full 6/2, posted. No further action.", "good"),
        ("I called Aetna, Joy, ref 88123: denied for no auth. Will appeal by 7/1.", "usable"),  # who is "I"?
    ],
)
def test_parts_that_do_not_apply_do_not_count(note, grade):
    assert grade_note(note).grade == grade


@pytest.mark.parametrize(
    "note", ["", " ", None, float("nan"), "called payer", "will follow up", "checked claim", "f/u", "."]
)
def test_what_says_nothing_is_lacking(note):
    found = grade_note(note)
    assert found.grade == "lacking" and {"finding", "next_step"} <= set(found.missing)


@pytest.mark.parametrize(
    "day",
    [
        "7/1",
        "7/1/26",
        "07-01-2026",
        "2026-07-01",
        "July 1",
        "Jul 1st",
        "1 July",
        "the 1st",
        "in 14 days",
        "in two weeks",
        "next Tues",
        "on Monday",
        "tomorrow",
        "30 days",
        "end of month",
        "by Friday",
        "a week from today",
        "EOW",
    ],
)
def test_days_are_known_in_many_forms(day):
    assert days_in(f"call again {day}")
    assert (
        grade_note(f"KM called Aetna, Joy, ref 88123: claim pending. Will call again {day}.").grade == "good"
    )


@pytest.mark.parametrize("no_day", ["soon", "later", "at some point", "if needed", "asap", "when possible"])
def test_a_step_without_a_day_is_no_step(no_day):
    assert grade_note(
        f"KM called Aetna, Joy, ref 88123: claim pending. Will call again {no_day}."
    ).missing == ("next_step",)


def test_days_that_are_past_are_no_days_of_a_step():
    assert days_in("denied 6/2, DOS 5/3/26, received on 6/10, two weeks ago, 90 day limit") == []
    assert split_steps("will appeal the claim denied 6/2").days == ()


@pytest.mark.parametrize(
    ("note", "names"),
    [
        ("They will reprocess in 10 days", ()),
        ("Joy will call us back by 7/1", ()),
        ("pt will call back by 7/1", ()),
        ("rep said it will be reprocessed by 7/1", ()),
        ("claim denied, need to resubmit by 7/1", ("need to resubmit by 7/1",)),
        ("claim denied, to be resubmitted 7/1", ("to be resubmitted 7/1",)),
        ("called to check status of claim 7/1", ()),
        ("claim denied. Follow up 7/1", ("follow up 7/1",)),
    ],
)
def test_only_what_the_practice_will_do_is_a_step(note, names):
    found = split_steps(expanded(note), others=frozenset({"joy"}))
    assert (found.steps if found.days else ()) == names


@pytest.mark.parametrize(
    ("note", "number"),
    [
        ("ref# 88123", "88123"), ("call ref: A-2231", "A-2231"), ("reference number was 88-1234", "88-1234"),
        ("conf 5512", "5512"), ("ticket INC0012345", "INC0012345"), ("her call reference is 2026-118", "2026-118"),
        ("ref 6/12", None), ("no ref given, claim 88123", None), ("claim # 123456", None), ("check #44812", None),
        ("member ID 123456", None), ("fax 800-555-0100", None), ("HCPCS J1100", None), ("CO-197", None),
        ("in reference to DOS 5/3", None), ("auth # 99812", None),
    ],
)  # fmt: skip
def test_reference_numbers_and_what_only_looks_like_one(note, number):
    assert find_parts(f"KM called Aetna, {note}").reference == number


@pytest.mark.parametrize(
    ("note", "who", "person"),
    [
        ("Dana R. called Cigna, spoke with James", "Dana R.", "James"),
        ("Spoke with James at Cigna. - Dana", "Dana", "James"),
        ("James from Cigna called back. /km", "km", "James"),
        ("Called Cigna, spoke w/ provider services rep Tanya M.", None, "Tanya M."),
        ("Called Birch Mutual, talked to billing", None, None),
        ("spoke to someone at medicaid", None, None),
        ("Called Fernway. Fernway says denied", None, None),
        ("Staff: KM | Rep: Joy", "KM", "Joy"),
        ("called the mother", None, "mother"),
    ],
)
def test_staff_and_the_person_spoken_to_are_told_apart(note, who, person):
    found = find_parts(note)
    assert (found.who, found.person) == (who, person)


def test_a_better_note_has_what_was_found_and_blanks_for_the_rest():
    found = grade_note("Spoke with Joy at Aetna, claim pending COB. Will call pt")
    assert (
        "Joy" in found.better and "claim pending COB" in found.better and "Will call patient" in found.better
    )
    assert all(blank in found.better for blank in ("[your name]", "[number]", "[date]"))
    assert "[" not in grade_note(WHOLE).better


def test_fields_beside_the_note_count():
    actions = load_sample().actions
    alone, beside = note_table(actions, with_fields=False), note_table(actions)
    assert len(alone) == len(beside) == len(actions)
    assert alone["action_id"].tolist() == actions["action_id"].tolist()
    poor = actions["note"].isin(["called payer", "checked claim", "will follow up"])
    assert (alone.loc[poor, "grade"] == "lacking").all()
    # "Claim is on file and in process. Spoke with Susan, REF476096. Checked status." with a next step in its field
    spoken = actions["contact"].notna() & actions["next_action_date"].notna() & ~poor
    assert (beside.loc[spoken, "grade"] == "good").all() and spoken.sum() > 30
    assert (beside["missing"].str.len() <= alone["missing"].str.len()).all()
    assert note_table(pl.from_pandas(actions))["grade"].tolist() == beside["grade"].tolist()


def test_edges_of_the_table():
    none = note_table(pd.DataFrame({"note": pd.Series([], dtype="str")}))
    assert none.columns.tolist() == ["grade", "missing", "better"] and none.empty
    one = note_table(pd.DataFrame({"note": [None], "staff": ["Zoe"]}))
    assert one[["staff", "grade"]].values.tolist() == [["Zoe", "lacking"]]
    with pytest.raises(InputRefused, match="needs the column 'note'"):
        note_table(pd.DataFrame({"staff": ["Zoe"]}))


_PARTS = ["KM", "called", "Aetna", "s/w", "Joy", "ref#", "88123", "denied", "no auth", "will", "appeal", "by",
          "7/1", ".", ",", "to", "to to", "(", ")", "- ", "\n", "A.", "1-1", "claim", "they", "portal", "é", "call",
          "#", ":", "f/u"]  # fmt: skip


@given(st.one_of(st.text(max_size=200), st.lists(st.sampled_from(_PARTS), max_size=40).map(" ".join)))
def test_any_text_has_a_grade_that_follows_from_what_is_missing(note):
    found = grade_note(note)
    assert found.grade in NOTE_GRADES and list(found.missing) == [
        part for part in NOTE_PARTS if part in found.missing
    ]
    needed = {"finding", "next_step"} & set(found.missing)
    others = set(found.missing) - needed
    expected = "lacking" if needed or len(others) > 2 else "usable" if others else "good"
    assert found.grade == expected
    assert grade_note(note) == found and describe_note(found).endswith(".")
    assert set(grade_note(note, known=["who", "finding"]).missing) == set(found.missing) - {"who", "finding"}


@pytest.mark.parametrize("piece", ["1-", "A.", "to ", "d ", "call ", "ref ", "7/1 ", ", ", "Aa "])
def test_no_text_takes_long(piece):
    start = time.perf_counter()
    grade_note(piece * 2000)
    assert time.perf_counter() - start < 5
