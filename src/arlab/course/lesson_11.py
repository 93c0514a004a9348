"""What is asked in lesson 11, the weekly review, and which mistakes are usual?"""

from __future__ import annotations

import datetime as dt
from typing import Any

import pandas as pd

from arlab.course.exercise import DAY, DOLLARS, PERCENT, Exercise, Mistake, once
from arlab.movement import FIRST_OTHER, movement_of, roll_table, waterfall_table
from arlab.tables import Practice

__all__ = ["EXERCISES"]

BUCKET = "31-60"


def _month_end_before(practice: Practice) -> dt.date:
    return practice.as_of.replace(day=1) - dt.timedelta(days=1)


def _quarter_end_before(practice: Practice) -> dt.date:
    day = practice.as_of
    return dt.date(day.year, day.month - (day.month - 1) % 3, 1) - dt.timedelta(days=1)


@once
def _steps(practice: Practice) -> pd.Series:
    """Return opening, every step and closing of the month, all parties together."""
    table = movement_of(practice, waterfall_table, after=_month_end_before(practice))
    return (table.drop(columns=["party", "from_day", "to_day"]) * 100).round().sum() / 100


def _step(name: str) -> Any:
    return lambda practice: round(float(_steps(practice)[name]), 2)


def _change(practice: Practice) -> float:
    steps = _steps(practice)
    return round(float(steps["closing"] - steps["opening"]), 2)


@once
def _ways(practice: Practice, bucket: str) -> pd.DataFrame:
    table = movement_of(practice, roll_table, after=_month_end_before(practice))
    rows: pd.DataFrame = table[table["from_bucket"] == bucket]
    return rows


def _still_open(practice: Practice, bucket: str = BUCKET) -> float:
    rows = _ways(practice, bucket)
    return 100 * rows.loc[rows["to_number"] < FIRST_OTHER, "balance"].sum() / rows["balance"].sum()


def _dollars_still_open(practice: Practice) -> float:
    rows = _ways(practice, BUCKET)
    return round(float(rows.loc[rows["to_number"] < FIRST_OTHER, "balance"].sum()), 2)


def _chosen(practice: Practice, given: dt.date) -> str:
    if given >= practice.as_of:
        return f"Nothing has moved yet between {given} and {practice.as_of}."
    return f"You look at the {(practice.as_of - given).days} days after {given}."


EXERCISES = (
    Exercise(
        id="11-try",
        question="Change after to the last day of the quarter before, so that the whole quarter is shown.",
        kind=DAY,
        answer=_quarter_end_before,
        because="Opening and closing are balances of two days; every dollar between them has a posting.",
        mistakes=(
            Mistake(
                "unchanged",
                _month_end_before,
                "The day is still the one the lesson came with. Write another one and run the cell again.",
            ),
            Mistake(
                "first day of the quarter",
                lambda practice: _quarter_end_before(practice) + dt.timedelta(days=1),
                "That leaves out the quarter's first day: the opening balance is that of the evening before.",
            ),
        ),
        hints=(
            "A quarter has three months. With which day did the one before end?",
            "The opening balance is that of the evening before the quarter's first day.",
        ),
        otherwise=_chosen,
    ),
    Exercise(
        id="11-a",
        question="How many dollars were charged in the last month?",
        kind=DOLLARS,
        answer=_step("charges"),
        because="Charges alone bring new money into AR; all the rest passes it on or takes it out.",
        mistakes=(
            Mistake(
                "closing instead of charges",
                _step("closing"),
                "That is the closing balance. The new charges are asked for.",
            ),
            Mistake(
                "opening instead of charges",
                _step("opening"),
                "That is the opening balance. The new charges are asked for.",
            ),
            Mistake(
                "payments instead of charges",
                lambda practice: abs(_step("payer_paid")(practice)),
                "That is what payers paid. The new charges are asked for.",
            ),
        ),
        hints=(
            "Look at the waterfall: which step comes right after the opening?",
            "The sentence under the waterfall names it: the amount that was charged.",
        ),
    ),
    Exercise(
        id="11-b",
        question=f"Of the dollars that were in the bucket {BUCKET} a month ago, what percentage is still open?",
        kind=PERCENT,
        answer=_still_open,
        because="Row by row: what is in any bucket now, over all that was in the row.",
        mistakes=(
            Mistake(
                "fraction instead of percent",
                lambda practice: round(_still_open(practice) / 100, 3),
                "Right idea, but as a fraction. Say it as a percentage.",
            ),
            Mistake(
                "dollars instead of percent",
                _dollars_still_open,
                "Those are the dollars. Divide them by the total of their row.",
            ),
            Mistake(
                "wrong row: 0-30",
                lambda practice: _still_open(practice, "0-30"),
                f"That is the youngest bucket. Take the row {BUCKET}.",
            ),
            Mistake(
                "paid instead of open",
                lambda practice: 100 - _still_open(practice),
                "That is what has left the buckets. What is still in one is asked for.",
            ),
        ),
        hints=(
            f"Take the row {BUCKET} of the roll matrix. Which of its cells are buckets?",
            "Add up the cells of that row that stand under buckets, divide by its total, as a percentage.",
        ),
    ),
    Exercise(
        id="11-c",
        question="By how many dollars did AR, credits taken off, change last month? Below zero when it fell.",
        kind=DOLLARS,
        answer=_change,
        because="Closing less opening. That it hardly changes says nothing: see what came in and what went out.",
        mistakes=(
            Mistake(
                "opening less closing",
                lambda practice: -_change(practice),
                "Right amount, other sign: take the opening from the closing.",
            ),
            Mistake(
                "closing",
                _step("closing"),
                "That is the closing balance. Take the opening balance from it.",
            ),
        ),
        hints=(
            "Two balances stand at the ends of the waterfall.",
            "The sentence under the waterfall begins with both: take the first from the second.",
        ),
    ),
)
"""The exercises of lesson 11."""
