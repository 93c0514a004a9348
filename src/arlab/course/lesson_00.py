"""What is asked in lesson 00, start here, and which mistakes are usual?"""

from __future__ import annotations

import datetime as dt
from typing import Any

from arlab.aging import aged_items, aging_table
from arlab.course.exercise import COUNT, DAY, TEXT, Exercise, Mistake, once
from arlab.tables import Practice

__all__ = ["EXERCISES"]


@once
def _table(practice: Practice) -> Any:
    return aging_table(aged_items(practice))


def _bucket_with_most(practice: Practice, column: str) -> str:
    table = _table(practice)
    return str(table.loc[table[column].idxmax(), "bucket"])


def _first_of_month(practice: Practice) -> dt.date:
    return practice.as_of.replace(day=1)


def _month_end_before(practice: Practice) -> dt.date:
    return _first_of_month(practice) - dt.timedelta(days=1)


def _picture_of_that_day(practice: Practice, given: dt.date) -> str:
    if given > practice.as_of:
        return f"Nothing is known after {practice.as_of}."
    return f"You chose {given}, which is {(practice.as_of - given).days} days before {practice.as_of}."


EXERCISES = (
    Exercise(
        id="00-try",
        question="Set day to the last day of the month before.",
        kind=DAY,
        answer=_month_end_before,
        because="The picture above shows what was owed on that day, with nothing in it that came later.",
        mistakes=(
            Mistake(
                "unchanged",
                lambda practice: practice.as_of,
                "The day is still the one the lesson came with. Write another one and run the cell again.",
            ),
            Mistake(
                "same month",
                _first_of_month,
                "That is the first day of this month; the last day of the month before is one day earlier.",
            ),
            Mistake(
                "first of the month before",
                lambda practice: _month_end_before(practice).replace(day=1),
                "That is the first day of the month before; its last day is asked for.",
            ),
            Mistake(
                "two months before",
                lambda practice: _month_end_before(practice).replace(day=1) - dt.timedelta(days=1),
                "That is the end of the month before last: one month too early.",
            ),
        ),
        hints=(
            "Write the day in quotes, year first, then month, then day.",
            "Step back from the first day of the practice's own month by one day.",
        ),
        otherwise=_picture_of_that_day,
    ),
    Exercise(
        id="00-a",
        question="Which age bucket holds the most money?",
        kind=TEXT,
        answer=lambda practice: _bucket_with_most(practice, "balance"),
        because="You read it off the tallest bar, or off the balance column of the table.",
        mistakes=(
            Mistake(
                "most items",
                lambda practice: _bucket_with_most(practice, "items"),
                "That bucket has the most items. Look at the balance column, which is in dollars.",
            ),
            Mistake(
                "oldest bucket",
                lambda practice: _table(practice)["bucket"].iloc[-1],
                "That is the oldest bucket. It worries us most, but it does not hold the most money.",
            ),
        ),
        hints=("Look for the tallest bar.", "Compare the five amounts in the balance column of the table."),
    ),
    Exercise(
        id="00-b",
        question="How many open items does the practice have, over all buckets?",
        kind=COUNT,
        answer=lambda practice: len(aged_items(practice)),
        because="An item is one balance that one party owes on one claim.",
        mistakes=(
            Mistake(
                "all claims",
                lambda practice: len(practice.claims),
                "That counts every claim, and most of them are settled. Count the open items.",
            ),
            Mistake(
                "one bucket",
                lambda practice: _table(practice)["items"].iloc[0],
                "That is the youngest bucket alone. Add up all of them.",
            ),
            Mistake(
                "oldest bucket",
                lambda practice: _table(practice)["items"].iloc[-1],
                "That is the oldest bucket alone. Add up all of them.",
            ),
            Mistake(
                "dollars",
                lambda practice: round(float(_table(practice)["balance"].sum())),
                "Those are the dollars. The number of items is asked for.",
            ),
        ),
        hints=(
            "The table has a column for the number of items.",
            "The sentence under the picture says the total number of items, too.",
        ),
    ),
)
