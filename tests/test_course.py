"""The course: tables as people write them, one claim row by row, and exercises that check themselves."""

import datetime as dt

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import arlab
from arlab import course
from arlab.course.display import table_html, table_text
from arlab.course.exercise import COUNT, DAY, DOLLARS, EDGES, PERCENT, TEXT
from arlab.errors import NotAvailable, SettingsError
from arlab.importers import Reconciliation
from arlab.tables import Practice, load_sample
from ledgers import day, ledgers
from small_practice import AS_OF, make_small_practice

SMALL = make_small_practice()


@pytest.fixture
def small(monkeypatch):
    monkeypatch.setattr("arlab.course.session._on_the_table", {"practice": SMALL})


# Worked by hand from the rows of small_practice.
RIGHT = {
    "00-try": "2026-05-31",
    "00-a": "0-30",
    "00-b": 8,
    "01-try": "2026-02-02",
    "01-a": 130.00,
    "01-b": 0,
    "01-c": "2026-03-31",
    "02-try": (45, 60, 90, 120),
    "02-a": 60 + 640 + 15 + 5120,
    "02-b": 100 * (60 + 640 + 5120) / (60 + 640 + 10240 + 20 + 1280 + 5120),
    "02-c": "Birch Mutual",
    "03-try": 180,
    "03-a": 18010 / (19845 / 180),
    "03-b": 100 / 7,
    "03-c": 128.22,
    "04-try": 2,
    "04-a": 0,  # no contract says a last day of what was never answered
    "04-b": 100 * 640 / (60 + 640 + 10240 + 20 + 1280 + 5120),
    "04-c": 6 + 6 + 6 + 5,  # three calls, one status; c5 waits, c4 is over
    "08-try": 35,
    "08-a": 160 + 80 + 40 + 10,
    "08-b": 3,
    "08-c": 6 + 6 + 6 + 5 + 4 + 10 + 2 + 12,
    # Another file, here one that is no more than its sums; see test_lesson_10 for files that are read.
    "10-try": Reconciliation(2, 2, 0, 0, 3000, 3000, 0, 3000, 0, 0, "Balance"),
    "10-a": 1,
    "10-b": 640.00,
    "10-c": 5120 + 15 + 60 + 640 + 20 + 1280 + 640,
    "11-try": "2026-03-31",
    "11-a": 10240,
    "11-b": 100,
    "11-c": 10240,
}
# What the file of lesson 10 says of small_practice: eleven claims, one of them (640 open) written twice.
SMALL_FILE = Reconciliation(
    12, 11, 0, 1, 1865000, 1801000, 64000, 1801500, 500, 0, "Balance Ins + Balance Pt"
)
# Mistakes that small_practice cannot tell apart: why.
SAME = {
    "03-a": {"net instead of gross"},  # no expected allowed amount is known
    "03-b": {
        "any line",
        "lines instead of claims",
        "answers instead of sendings",
    },  # one line a claim, none answered
    "03-c": {"adjusted instead of gross", "net instead of gross"},  # nothing contractual in the period
    "04-a": {"all live"},  # none ends soon: all live ones are those with more time
    "08-c": {"one person"},  # there is one
    "10-c": {"off by one bucket: over 60"},  # counted from the visit, nothing is 61 to 90 days old
    "11-b": {"wrong row: 0-30"},  # nothing of it was paid, either
}
WRONG = {
    "00-try": {
        "2026-06-30": "unchanged",
        "2026-06-01": "same month",
        "2026-05-01": "first of the month before",
        "2026-04-30": "two months before",
        "2026-07-01": "other",
    },
    "00-a": {"over 120": "most items", "61-90": "other"},
    "00-b": {11: "all claims", 1: "one bucket", 3: "oldest bucket", 18015: "dollars", 7: "other"},
    "01-try": {
        "2026-06-30": "unchanged",
        "2026-03-09": "patient's day",
        "2026-02-01": "one day early",
        "2026-02-03": "one day late",
        "2026-01-20": "other",
    },
    "01-a": {
        160: "billed instead of allowed",
        80: "payer's part only",
        50: "patient's part only",
        30: "adjustment",
        131: "other",
    },
    "01-b": {320: "denial taken for a write-off", 240: "payment instead of denial", 80: "other"},
    "01-c": {
        "2026-04-01": "first day too late",
        "2026-03-30": "off by one day",
        "2026-04-19": "wrong clock: charge entry",
        "2026-04-21": "wrong clock: first sending",
        "2025-12-01": "visit",
        "2026-06-30": "other",
    },
    "02-try": {
        (30, 60, 90, 120): "unchanged",
        (46, 60, 90, 120): "off by one day: 46",
        (44, 60): "off by one day: 44",
        (15, 60): "other",
    },
    "02-a": {
        715: "off by one bucket: over 120",
        5835 + 1280 + 640: "off by one bucket: over 60",
        5835 + 1280 + 20 + 640: "wrong clock: service",
        5835 + 640: "wrong clock: first_bill",
        5835 - 5: "credits netted",
        5820: "payers only",
        32.4: "share instead of dollars",
        4: "items instead of dollars",
        18015: "everything",
        1: "other",
    },
    "02-b": {
        0.335: "fraction instead of percent",
        100 * 5835 / 18015: "patients mixed in",
        100 * 5820 / 18015: "wrong total below the line",
        100 * 700 / 17360: "off by one bucket: over 120",
        100 * 7100 / 17360: "off by one bucket: over 60",
        100 * 7120 / 17360: "wrong clock: service",
        5820: "dollars instead of percent",
        99: "other",
    },
    "02-c": {
        "Cedar Care": "largest in all",
        "Patient": "patients are not a payer",
        "Alder Health": "off by one bucket: over 120",
        "Nobody": "other",
    },
    "03-try": {90: "unchanged", 365: "a year", 45: "other"},
    "03-a": {
        18010 / (11540 / 90): "wrong look-back",
        18010 / ((19845 - 130) / 180): "adjusted instead of gross",
        18010: "dollars instead of days",
        1: "other",
    },
    "03-b": {
        0.143: "fraction instead of percent",
        100 * 320 / 8305: "dollars instead of claims",
        1: "claims instead of percent",
        50: "other",
    },
    "03-c": {18010: "all AR", 140.5: "days instead of dollars", 1: "other"},
    "04-try": {1: "unchanged", 0: "left out", 3: "other"},
    "04-a": {1: "expired counted", 5: "more than 30 days", 6: "all items", 3: "other"},
    "04-b": {
        0.037: "fraction instead of percent",
        100 / 6: "items instead of dollars",
        640: "dollars instead of percent",
        99: "other",
    },
    "04-c": {26: "waiting counted", 30: "everything", 0.4: "hours instead of minutes", 1: "other"},
    "08-try": {25: "unchanged", 30: "other"},
    "08-a": {280: "whole claims alone", 260: "25 minutes", 300: "all four", 1: "other"},
    "08-b": {6: "items instead of payers", 5: "sessions instead of payers", 1: "other"},
    "08-c": {8: "items instead of minutes", 0.8: "hours instead of minutes", 1: "other"},
    "10-try": {
        SMALL_FILE: "unchanged",
        Reconciliation(3, 2, 0, 0, 7000, 3000, 0, 3000, 0, 0, "Balance"): "other",
    },
    "10-a": {12: "all rows", 11: "accepted rows", 640: "dollars", 7: "other"},
    "10-b": {
        18010: "totals row",
        18650: "sum of rows",
        5: "credits",
        1: "rows instead of dollars",
        641: "other",
    },
    "10-c": {
        60 + 640 + 640 + 5120 + 15: "wrong clock: first_bill",
        60 + 640 + 640 + 15: "off by one bucket: over 120",
        5120 + 20 + 1280: "off by one bucket: 91-120",
        7775 - 5: "credits netted",
        18015: "everything",
        1: "other",
    },
    "11-try": {"2026-05-31": "unchanged", "2026-04-01": "first day of the quarter", "2026-01-31": "other"},
    "11-a": {
        18010: "closing instead of charges",
        0: "payments instead of charges",
        7770: "opening instead of charges",
        1: "other",
    },
    "11-b": {
        0: "paid instead of open",
        1: "fraction instead of percent",
        1920: "dollars instead of percent",
        50: "other",
    },
    "11-c": {-10240: "opening less closing", 18010: "closing", 1: "other"},
}


# -- exercises -----------------------------------------------------------------------------------------------


def test_every_exercise_is_worked_here():
    assert list(course.EXERCISES) == list(RIGHT) == list(WRONG)


@pytest.mark.parametrize("name", RIGHT)
def test_right_answers_are_right(small, name):
    feedback = course.check(name, RIGHT[name])
    assert (feedback.right, feedback.mistake) == (True, "")
    assert repr(feedback) == f"{name}: right. {course.EXERCISES[name].because}"


@pytest.mark.parametrize("name", WRONG)
def test_wrong_answers_are_named(small, name):
    found = {answer: course.check(name, answer) for answer in WRONG[name]}
    assert {answer: feedback.mistake for answer, feedback in found.items()} == WRONG[name]
    assert not any(feedback.right for feedback in found.values())
    assert all(f'hint("{name}")' in feedback.text for feedback in found.values())
    if name not in (
        "02-try",
        "03-try",
        "04-try",
        "08-try",
        "10-try",
    ):  # the question names the day that is asked for, or any file is right
        answer = str(RIGHT[name])
        told = [feedback.text for feedback in found.values()] + [*course.EXERCISES[name].hints]
        assert [text for text in told if f" {answer} " in text.replace(".", " ").replace(",", " ")] == []
    # Every mistake with a name is tried above, bar those that small_practice cannot tell apart.
    names = {mistake.name for mistake in course.EXERCISES[name].mistakes}
    same = {"oldest bucket", "wrong clock: responsibility"} | SAME.get(name, set())
    assert names - set(WRONG[name].values()) <= same


@pytest.mark.parametrize("name", RIGHT)
def test_answers_follow_the_data(name):
    """Another practice has other answers: nothing is stored."""
    exercise = course.EXERCISES[name]
    sample = load_sample()
    answer = exercise.answer(sample)
    assert course.judge(exercise, answer, sample).right
    same_in_both = (
        "00-try",
        "00-a",
        "01-b",
        "02-try",
        "03-try",
        "04-try",
        "08-try",
        "08-a",
        "10-try",
        "11-try",
    )
    if name not in same_in_both:
        assert not course.judge(exercise, answer, SMALL).right


def test_without_an_answer_the_learner_is_told_where_to_put_it(small):
    assert repr(course.check("02-a")) == "02-a: no answer yet. Put an amount in dollars in the place of None."
    assert course.check("02-a", ...).mistake == "no answer"


@pytest.mark.parametrize(
    ("name", "answer"),
    [("02-a", "much"), ("02-a", True), ("02-c", 7), ("02-c", " "), ("01-c", "May"), ("02-try", (60, 30))],
)
def test_an_answer_of_another_kind_gets_an_example(small, name, answer):
    feedback = course.check(name, answer)
    assert (feedback.right, feedback.mistake) == (False, "not readable")
    assert course.EXERCISES[name].kind.example in feedback.text


@pytest.mark.parametrize(
    ("kind", "answer", "read"),
    [
        (DOLLARS, "$5,835.00", 5835.0),
        (DOLLARS, pd.Series([5835.0]), 5835.0),
        (DOLLARS, pd.DataFrame({"balance": [5835.0]}), 5835.0),
        (PERCENT, "33.5 %", 33.5),
        (COUNT, " 7 ", 7),
        (TEXT, "  Birch   MUTUAL ", "birch mutual"),
        (TEXT, "0–30", "0-30"),
        (DAY, pd.Timestamp("2026-03-31"), dt.date(2026, 3, 31)),
        (DAY, dt.date(2026, 3, 31), dt.date(2026, 3, 31)),
        (EDGES, [45, 60], (45, 60)),
    ],
)
def test_answers_may_be_written_as_on_paper(kind, answer, read):
    assert kind.read(answer) == read


def test_whole_dollars_and_percents_are_near_enough():
    assert DOLLARS.same(124, 123.62) and not DOLLARS.same(123.60, 123.62)
    assert PERCENT.same(33.5, 33.525) and PERCENT.same(34, 33.525) and not PERCENT.same(33, 33.525)
    assert not COUNT.same(8, 7)


PLAIN = course.Exercise(
    id="99-a",
    question="?",
    kind=DOLLARS,
    answer=lambda practice: 80.0,
    because="So it is.",
    mistakes=(course.Mistake("double", lambda practice: 160.0, "You counted it twice."),),
    hints=("Look.", "Look again."),
)


@given(cents=st.integers(0, 100_000))
def test_an_amount_off_by_a_cent_is_never_right(cents):
    feedback = course.judge(PLAIN, cents / 100, SMALL)
    assert feedback.right is (cents == 8000)
    assert feedback.mistake == {8000: "", 16000: "double"}.get(cents, "other")


@given(
    answer=st.one_of(st.none(), st.text(), st.floats(), st.lists(st.integers()), st.binary(), st.booleans())
)
def test_any_answer_gets_a_sentence(answer):
    assert course.judge(PLAIN, answer, SMALL).text.startswith("99-a: ")


def test_a_practice_that_cannot_lead_to_a_mistake_is_no_trouble():
    bare = Practice(
        name="Bare",
        as_of=AS_OF,
        tables={"open_items": arlab.open_items(SMALL.claims, SMALL.transactions, as_of=AS_OF)},
    )
    assert not bare.has("credits")
    exercise = course.EXERCISES["02-a"]
    assert course.judge(exercise, exercise.answer(bare), bare).right
    assert course.judge(exercise, 1, bare).mistake == "other"


def test_hints_come_in_two_steps():
    exercise = course.EXERCISES["02-a"]
    assert repr(course.hint("02-a")) == f'02-a: {exercise.hints[0]} More: hint("02-a", 2)'
    assert course.hint("02-a", 2) == f"02-a: {exercise.hints[1]}"
    assert all(len(set(exercise.hints)) == 2 for exercise in course.EXERCISES.values())


def test_every_exercise_is_listed_with_its_question():
    table = course.exercise_table()
    assert table["exercise"].tolist() == list(RIGHT)
    assert table["lesson"].unique().tolist() == ["00", "01", "02", "03", "04", "08", "10", "11"]
    assert course.question("02-b") == table.set_index("exercise").loc["02-b", "question"]


@pytest.mark.parametrize("ask", [course.check, course.hint, course.question])
@pytest.mark.parametrize("name", ["09-z", None, ["02-a"]])
def test_an_unknown_exercise_is_one_sentence(ask, name):
    with pytest.raises(SettingsError, match=r"^There is no exercise '.*': choose one of 00-try, .*\.$"):
        ask(name)


def test_an_unknown_hint_is_one_sentence():
    with pytest.raises(SettingsError, match="There is no hint 3"):
        course.hint("02-a", 3)


def test_check_is_at_the_top_of_the_library(small):
    assert arlab.check("02-a", RIGHT["02-a"]).right


def test_without_a_start_the_sample_is_asked(monkeypatch):
    monkeypatch.setattr("arlab.course.session._on_the_table", {})
    exercise = course.EXERCISES["00-b"]
    assert course.check("00-b", exercise.answer(load_sample())).right


# -- one claim -----------------------------------------------------------------------------------------------


def test_stories_find_their_claims():
    assert {story: course.find_claim(SMALL, story) for story in course.STORIES} == {
        "patient share": "c1",
        "denied then paid": "c2",
        "taken back": "c3",
        "filed too late": "c4",
    }


@pytest.mark.parametrize("story", course.STORIES)
def test_the_sample_tells_every_story(story):
    sample = load_sample()
    number = course.find_claim(sample, story)
    assert number in set(sample.claims["claim_id"])
    assert len(course.claim_ledger(sample, number)) > 0


def test_a_story_nobody_tells_is_one_sentence():
    none = Practice(
        name="Empty",
        as_of=AS_OF,
        tables={**SMALL.tables, "transactions": SMALL.transactions[SMALL.transactions["kind"] == "charge"]},
    )
    with pytest.raises(NotAvailable, match="'Empty' has no claim that was paid once, and then taken back"):
        course.find_claim(none, "taken back")
    with pytest.raises(SettingsError, match="There is no story 'a duel': choose patient share, "):
        course.find_claim(SMALL, "a duel")


def test_a_claim_row_by_row():
    rows = course.claim_ledger(SMALL, "c1")
    assert rows[["what", "whose", "amount", "payers_owe", "patient_owes"]].values.tolist() == [
        ["charge for the visit", "first payer", 160.0, 160.0, 0.0],
        ["contractual adjustment", "first payer", -30.0, 130.0, 0.0],
        ["payment by the payer", "first payer", -80.0, 50.0, 0.0],
        ["transfer", "first payer", -50.0, 0.0, 0.0],
        ["transfer", "patient", 50.0, 0.0, 50.0],
        ["payment by the patient", "patient", -50.0, 0.0, 0.0],
    ]
    assert rows["day"].iloc[0] == pd.Timestamp("2026-01-07")


def test_a_denial_is_told_with_its_reason_in_our_own_words():
    why = course.claim_ledger(SMALL, "c2").set_index("what").loc["denial", "why"]
    labels = arlab.reference.load_denial_codes().set_index("carc")["label"]
    assert why == f"reason 16: {labels['16']}"


def test_a_claim_is_seen_as_of_the_day():
    assert len(course.claim_ledger(SMALL, "c1", as_of="2026-01-06")) == 0
    assert course.claim_ledger(SMALL, "c1", as_of="2026-02-02")["patient_owes"].iloc[-1] == 50.0
    told = course.describe_claim(SMALL, "c1", as_of="2026-02-02")
    assert repr(told) == (
        "Claim c1, visit on 2026-01-05, charge $160.00, first payer Alder Health: on 2026-02-02 the payers owe"
        " $0.00 and the patient owes $50.00."
    )
    assert "the payers owe $0.00 and the patient owes $0.00" in course.describe_claim(
        SMALL, "c1", as_of="2026-01-06"
    )
    assert "the payers owe nothing and is due" not in course.describe_claim(SMALL, "c9")
    assert "the payers are owed $5.00" in course.describe_claim(SMALL, "c9")


def test_a_claim_added_up_by_kind_leaves_its_balance():
    kinds = course.claim_kinds(SMALL, "c3").set_index("what")["amount"].to_dict()
    assert kinds == {
        "charge for the visit": 80.0,
        "payment by the payer": -60.0,
        "contractual adjustment": -20.0,
        "taken back by the payer": 60.0,
        "left to be paid": 60.0,
    }


@given(ledgers())
@settings(max_examples=40, deadline=None)
def test_a_claims_rows_always_add_up_to_its_balance(drawn):
    claims, transactions = drawn
    end = day("2027-06-30")
    practice = Practice(name="Any", as_of=end, tables={"claims": claims, "transactions": transactions})
    number = claims["claim_id"].iloc[0]
    rows = course.claim_ledger(practice, number)
    cents = round(transactions.loc[transactions["claim_id"] == number, "amount"].sum() * 100)
    last = rows.iloc[-1]
    assert round((last["payers_owe"] + last["patient_owes"]) * 100) == cents
    assert round(course.claim_kinds(practice, number)["amount"].iloc[-1] * 100) == cents


def test_sendings_are_told_as_the_day_knew_them():
    assert course.claim_sendings(SMALL, "c2")[["kind", "answer"]].values.tolist() == [
        ["first", "accepted on 2026-01-16"],
        ["corrected", "accepted on 2026-02-21"],
    ]
    assert course.claim_sendings(SMALL, "c2", as_of="2026-02-20")["answer"].iloc[-1] == "no answer"
    assert course.claim_sendings(SMALL, "c4")["answer"].tolist() == ["rejected on 2025-12-23", "no answer"]


def test_remedies_of_one_claim_on_two_days():
    seen = course.compare_remedies(SMALL, "c2", days=["2026-02-03", "2026-06-30"])
    assert seen["remedy"].tolist() == [
        "file the claim",
        "send a corrected claim",
        "first appeal",
        "second appeal",
    ]
    assert seen["on_2026-02-03"].tolist() == ["used", "live", "live", "not open yet"]
    assert seen["on_2026-06-30"].tolist() == ["used", "used", "expired", "not open yet"]
    before = course.compare_remedies(SMALL, "c2", days=["2026-02-02", "2026-02-03"])
    assert before["on_2026-02-02"].tolist() == ["used", "", "", ""]


def test_the_days_that_a_lesson_looks_at():
    assert course.denial_day(SMALL, "c2") == dt.date(2026, 2, 3)
    assert course.filing_day(SMALL, "c4") == dt.date(2026, 3, 31)
    with pytest.raises(NotAvailable, match="Claim c1 was never denied"):
        course.denial_day(SMALL, "c1")


def test_the_late_claim_is_live_on_its_last_day_and_gone_the_day_after():
    seen = course.compare_remedies(SMALL, "c4", days=["2026-03-31", "2026-04-01"])
    assert seen.drop(columns="last_day").values.tolist() == [["file the claim", "live", "expired"]]


@pytest.mark.parametrize(
    "ask", [course.claim_ledger, course.claim_kinds, course.claim_remedies, course.describe_claim]
)
def test_an_unknown_claim_is_one_sentence(ask):
    with pytest.raises(SettingsError, match="'Small Practice' has no claim 'c99': look its number up"):
        ask(SMALL, "c99")


def test_a_practice_in_one_sentence():
    assert repr(course.describe_practice(SMALL)) == (
        "Small Practice: 11 claims for visits from 2025-12-01 to 2026-06-08, 11 patients, as of 2026-06-30."
    )


# -- tables in a lesson --------------------------------------------------------------------------------------

FRAME = pd.DataFrame(
    {
        "payer": ["Oak & Elm <1>", None],
        "items": pd.array([1234, 1], dtype="Int64"),
        "balance": [1234.5, -0.0],
        "over_90_share": [0.1234, 1.0],
        "service_date": pd.to_datetime(["2026-01-05", None]),
        "not_on_file": [True, False],
        "year": [2026, 2025],
    }
)


def test_a_table_is_written_as_people_write_it():
    assert table_text(FRAME).splitlines() == [
        "payer          items   balance  over 90 share  service date  not on file  year",
        "Oak & Elm <1>  1,234  1,234.50          12.3%  2026-01-05    yes          2026",
        "                   1      0.00         100.0%                no           2025",
    ]


def test_a_table_in_html_escapes_its_values_and_has_no_formulas():
    written = table_html(FRAME)
    assert '<td style="text-align: left">Oak &amp; Elm &lt;1&gt;</td>' in written
    assert '<td style="text-align: right">1,234.50</td>' in written
    assert '<td style="text-align: left; white-space: nowrap">2026-01-05</td>' in written
    assert "mathjax_ignore" in written.splitlines()[0]


def test_a_long_table_says_how_long_it_is():
    long = pd.DataFrame({"balance": [10.0] * 1234})
    assert table_text(long).splitlines()[-1] == "The first 20 of 1,234 rows."
    assert len(table_text(long).splitlines()) == 22
    assert "<p>The first 20 of 1,234 rows.</p>" in table_html(long)


def test_a_named_index_is_shown_and_an_unnamed_one_is_not():
    grouped = pd.DataFrame({"payer": ["Oak", "Oak"], "balance": [10.0, 20.0]}).groupby("payer").sum()
    assert table_text(grouped).splitlines() == ["payer  balance", "Oak      30.00"]
    assert table_text(pd.DataFrame({"a": [1]}, index=[7])).splitlines() == ["a", "1"]


def test_an_empty_table_shows_its_columns():
    assert table_text(FRAME.head(0)).splitlines() == [
        "payer  items  balance  over 90 share  service date  not on file  year"
    ]


def test_start_changes_no_table_and_returns_the_practice(small):
    before = {name: frame.copy() for name, frame in SMALL.tables.items()}
    assert course.start(SMALL) is SMALL
    for name, frame in before.items():
        pd.testing.assert_frame_equal(frame, SMALL.tables[name])
