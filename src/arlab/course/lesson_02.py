"""What is asked in lesson 02, aging, and which mistakes are usual?"""

from __future__ import annotations

from typing import Any

import pandas as pd

from arlab.aging import BUCKET_EDGES, aged_items, credit_items
from arlab.course.exercise import DOLLARS, EDGES, PERCENT, TEXT, Exercise, Mistake, once
from arlab.tables import Practice

__all__ = ["EXERCISES"]

OLD = 90
PATIENT = ("patient", "agency")


@once
def _items(practice: Practice, clock: str = "standard") -> pd.DataFrame:
    items: pd.DataFrame = aged_items(practice, clock=clock)
    return items


def _payers(items: pd.DataFrame) -> pd.DataFrame:
    return items[~items["responsible"].isin(PATIENT)]


def _dollars(items: pd.DataFrame) -> float:
    return float((items["balance"] * 100).round().sum()) / 100


def _older(items: pd.DataFrame, days: int = OLD) -> pd.DataFrame:
    return items[items["age_days"] > days]


def _percent_older(items: pd.DataFrame, days: int = OLD) -> float:
    return 100 * _dollars(_older(items, days)) / _dollars(items)


@once
def _credits(practice: Practice) -> float:
    return float((credit_items(practice)["amount"] * 100).round().sum()) / 100


def _payer_with_most(items: pd.DataFrame) -> str:
    sums = (items["balance"] * 100).round().groupby(items["payer"]).sum()
    return str(sums.sort_index().idxmax())


def _first_bucket(_practice: Practice, given: tuple[int, ...]) -> str:
    return f"Your youngest bucket holds the days 0 to {given[0]}."


def _wrong_clock(clock: str, measure: Any) -> Mistake:
    words = {
        "service": "the day of the visit",
        "first_bill": "the first bill for patients' balances, too",
        "responsibility": "the day the present party became responsible, for payers' balances, too",
    }
    return Mistake(
        f"wrong clock: {clock}",
        lambda practice: measure(_items(practice, clock)),
        f"You counted from {words[clock]}. Use the standard clock.",
    )


EXERCISES = (
    Exercise(
        id="02-try",
        question="Change edges so that the youngest bucket holds the days 0 to 45.",
        kind=EDGES,
        answer=lambda _practice: (45, 60, 90, 120),
        because="The youngest bucket is larger now, yet nobody owes a cent more or less.",
        mistakes=(
            Mistake(
                "unchanged",
                lambda _practice: BUCKET_EDGES,
                "The edges are still the usual ones. Change the first number and run the cell again.",
            ),
            Mistake(
                "off by one day: 46",
                lambda _practice: (46, 60, 90, 120),
                "An edge is the last day of its bucket: with 46, day 46 is still in the youngest bucket.",
            ),
            Mistake(
                "off by one day: 44",
                lambda _practice: (44, 60, 90, 120),
                "An edge is the last day of its bucket: with 44, day 45 has left the youngest bucket.",
            ),
        ),
        hints=(
            "Each number in edges is the last day of a bucket.",
            "Only the first number has to change. Day 45 must still be inside.",
        ),
        otherwise=_first_bucket,
    ),
    Exercise(
        id="02-a",
        question="How many dollars are older than 90 days, by the standard clock?",
        kind=DOLLARS,
        answer=lambda practice: _dollars(_older(_items(practice))),
        because="Two buckets are older than 90 days: 91-120 and over 120.",
        mistakes=(
            Mistake(
                "off by one bucket: over 120",
                lambda practice: _dollars(_older(_items(practice), 120)),
                "That is the oldest bucket alone. The bucket 91-120 is older than 90 days, too.",
            ),
            Mistake(
                "off by one bucket: over 60",
                lambda practice: _dollars(_older(_items(practice), 60)),
                "You took the bucket 61-90 as well. None of it is older than 90 days.",
            ),
            _wrong_clock("service", lambda items: _dollars(_older(items))),
            _wrong_clock("first_bill", lambda items: _dollars(_older(items))),
            _wrong_clock("responsibility", lambda items: _dollars(_older(items))),
            Mistake(
                "credits netted",
                lambda practice: _dollars(_older(_items(practice))) - _credits(practice),
                "You took the credits off. They are owed by the practice and make no balance younger or smaller.",
            ),
            Mistake(
                "payers only",
                lambda practice: _dollars(_older(_payers(_items(practice)))),
                "That is what payers owe. Patients' old balances count here, too.",
            ),
            Mistake(
                "share instead of dollars",
                lambda practice: round(_percent_older(_items(practice)), 1),
                "That is the share in percent. Dollars are asked for.",
            ),
            Mistake(
                "items instead of dollars",
                lambda practice: len(_older(_items(practice))),
                "That is the number of items. Dollars are asked for.",
            ),
            Mistake(
                "everything",
                lambda practice: _dollars(_items(practice)),
                "That is the whole open balance, young and old.",
            ),
        ),
        hints=(
            "Which buckets hold only days above 90?",
            "Add up the last two buckets of the table of the whole practice.",
        ),
    ),
    Exercise(
        id="02-b",
        question="Of the dollars that payers owe, what percentage is older than 90 days, by the standard clock?",
        kind=PERCENT,
        answer=lambda practice: _percent_older(_payers(_items(practice))),
        because="The same money is above and below the line: payers' old dollars over payers' dollars.",
        mistakes=(
            Mistake(
                "fraction instead of percent",
                lambda practice: round(_percent_older(_payers(_items(practice))) / 100, 3),
                "Right idea, but as a fraction. Multiply by 100.",
            ),
            Mistake(
                "patients mixed in",
                lambda practice: _percent_older(_items(practice)),
                "Patients' balances are in your number. Use the row of the payers alone.",
            ),
            Mistake(
                "wrong total below the line",
                lambda practice: (
                    100 * _dollars(_older(_payers(_items(practice)))) / _dollars(_items(practice))
                ),
                "You divided by everything that is open. Divide by what payers owe.",
            ),
            Mistake(
                "off by one bucket: over 120",
                lambda practice: _percent_older(_payers(_items(practice)), 120),
                "That is the oldest bucket alone. The bucket 91-120 is older than 90 days, too.",
            ),
            Mistake(
                "off by one bucket: over 60",
                lambda practice: _percent_older(_payers(_items(practice)), 60),
                "You took the bucket 61-90 as well. None of it is older than 90 days.",
            ),
            _wrong_clock("service", lambda items: _percent_older(_payers(items))),
            _wrong_clock("responsibility", lambda items: _percent_older(_payers(items))),
            Mistake(
                "dollars instead of percent",
                lambda practice: _dollars(_older(_payers(_items(practice)))),
                "Those are the dollars. Divide them by all that payers owe.",
            ),
        ),
        hints=(
            "Use the table that keeps payers and patients apart.",
            "Add up the two oldest buckets in the payers' row, divide by that row's total, times 100.",
        ),
    ),
    Exercise(
        id="02-c",
        question="Which payer owes the most money that is older than 90 days, by the standard clock?",
        kind=TEXT,
        answer=lambda practice: _payer_with_most(_older(_payers(_items(practice)))),
        because="That is where a look at old items starts; the largest payer is not always the slowest.",
        mistakes=(
            Mistake(
                "largest in all",
                lambda practice: _payer_with_most(_payers(_items(practice))),
                "That payer owes the most in all. Look at the two oldest buckets.",
            ),
            Mistake(
                "patients are not a payer",
                lambda practice: "Patient",
                "Patients are worked apart, with other messages. Name a payer.",
            ),
            Mistake(
                "off by one bucket: over 120",
                lambda practice: _payer_with_most(_older(_payers(_items(practice)), 120)),
                "That payer has the most in the oldest bucket alone. Take the bucket 91-120 as well.",
            ),
        ),
        hints=(
            "Use the table by payer and look at its two oldest columns.",
            "Add up the columns 91-120 and over 120 for the payers with the most in them.",
        ),
    ),
)
