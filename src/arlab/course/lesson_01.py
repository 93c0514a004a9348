"""What is asked in lesson 01, follow one claim, and which mistakes are usual?"""

from __future__ import annotations

import datetime as dt
from typing import Any

import pandas as pd

from arlab.course.claims import claim_ledger
from arlab.course.clocks import filing_day
from arlab.course.exercise import DAY, DOLLARS, Exercise, Mistake, once
from arlab.course.stories import find_claim
from arlab.tables import Practice

__all__ = ["EXERCISES"]


_claim = once(find_claim)


@once
def _rows(practice: Practice, story: str) -> pd.DataFrame:
    """Return the ledger rows of a story's claim, known on the practice's day."""
    rows = practice.transactions
    known = rows["posted_date"] <= pd.Timestamp(practice.as_of)
    return rows[known & (rows["claim_id"] == _claim(practice, story))]


def _sum(practice: Practice, story: str, *kinds: str) -> float:
    """Return the ledger rows of a story's claim and kinds, added up in dollars."""
    rows = _rows(practice, story)
    cents = (rows.loc[rows["kind"].isin(kinds), "amount"] * 100).round().sum()
    return float(cents) / 100


def _allowed(practice: Practice) -> float:
    return round(_sum(practice, "patient share", "charge", "contractual"), 2)


@once
def _first_day_without_payer(practice: Practice) -> dt.date:
    rows = claim_ledger(practice, _claim(practice, "patient share"))
    by_day = rows.groupby("day")["payers_owe"].last()
    return by_day.index[by_day == 0][0].date()


def _settled_day(practice: Practice) -> dt.date:
    return claim_ledger(practice, _claim(practice, "patient share"))["day"].iloc[-1].date()


def _owed_on(practice: Practice, given: dt.date) -> str:
    number = _claim(practice, "patient share")
    first = claim_ledger(practice, number)["day"].iloc[0].date()
    if given < first:
        return f"Before {first} nothing was in the books at all."
    last = claim_ledger(practice, number, as_of=given).iloc[-1]
    return (
        f"On {given} the payer owes ${last['payers_owe']:,.2f} and the patient ${last['patient_owes']:,.2f}."
    )


@once
def _last_filing_day(practice: Practice) -> dt.date:
    return filing_day(practice, _claim(practice, "filed too late"))


def _counted_from(practice: Practice, day: pd.Timestamp) -> dt.date:
    """Return the filing limit as it would be if its days were counted from another day than the visit."""
    visit = _late_claim(practice)["service_date"].date()
    return day.date() + (_last_filing_day(practice) - visit)


def _late_claim(practice: Practice) -> Any:
    return practice.claims.set_index("claim_id").loc[_claim(practice, "filed too late")]


def _first_sending(practice: Practice) -> pd.Timestamp:
    rows = practice.submissions
    return rows.loc[rows["claim_id"] == _claim(practice, "filed too late"), "submitted_date"].min()


_DAY = dt.timedelta(days=1)

EXERCISES = (
    Exercise(
        id="01-try",
        question="Set day to the first day on which the payer owes nothing on the claim of section 2.",
        kind=DAY,
        answer=_first_day_without_payer,
        because="From that day on, what is left is the patient's, and it is worked in another way.",
        mistakes=(
            Mistake(
                "unchanged",
                lambda practice: practice.as_of,
                "The day is still the one the lesson came with, and by then all is settled. Go back in time.",
            ),
            Mistake(
                "patient's day",
                _settled_day,
                "That is the day the patient paid. The payer was done earlier.",
            ),
            Mistake(
                "one day early",
                lambda practice: _first_day_without_payer(practice) - _DAY,
                "On that day the payer still owes. You are one day early.",
            ),
            Mistake(
                "one day late",
                lambda practice: _first_day_without_payer(practice) + _DAY,
                "The payer owes nothing on that day, but it was already so the day before.",
            ),
        ),
        hints=(
            "Look at the column 'payers owe' in section 2 and find where it becomes 0.00.",
            "Several rows can carry the same day. The day counts once all its rows are posted.",
        ),
        otherwise=_owed_on,
    ),
    Exercise(
        id="01-a",
        question="How much did the contract allow for the claim of section 2, payer and patient together?",
        kind=DOLLARS,
        answer=_allowed,
        because="The allowed amount is the charge less the contractual adjustment.",
        mistakes=(
            Mistake(
                "billed instead of allowed",
                lambda practice: _sum(practice, "patient share", "charge"),
                "That is the charge, the list price. The contract allows less.",
            ),
            Mistake(
                "payer's part only",
                lambda practice: -_sum(practice, "patient share", "payer_payment"),
                "That is what the payer paid. The patient's share belongs to the allowed amount, too.",
            ),
            Mistake(
                "patient's part only",
                lambda practice: -_sum(practice, "patient share", "patient_payment"),
                "That is what the patient paid. The payer's part belongs to the allowed amount, too.",
            ),
            Mistake(
                "adjustment",
                lambda practice: -_sum(practice, "patient share", "contractual"),
                "That is the contractual adjustment: the part of the charge that nobody owes.",
            ),
        ),
        hints=(
            "Start from the charge and take off what nobody owes.",
            "In the table of kinds: charge and contractual adjustment. Or add up what payer and patient paid.",
        ),
    ),
    Exercise(
        id="01-b",
        question="By how much did the denial itself change what is owed on the claim of section 3?",
        kind=DOLLARS,
        answer=lambda practice: _sum(practice, "denied then paid", "denial"),
        because="A denial is a decision, not a payment: the balance stays until someone acts.",
        mistakes=(
            Mistake(
                "denial taken for a write-off",
                lambda practice: _sum(practice, "denied then paid", "charge"),
                "That is the whole charge. A denial does not write it off; only a write-off does.",
            ),
            Mistake(
                "payment instead of denial",
                lambda practice: -_sum(practice, "denied then paid", "payer_payment"),
                "That is what the payer paid later. Look at the row of the denial.",
            ),
        ),
        hints=(
            "Look at the amount in the row of the denial.",
            "Compare what is owed before that row and after it.",
        ),
    ),
    Exercise(
        id="01-c",
        question="What was the last day to file the claim of section 5?",
        kind=DAY,
        answer=_last_filing_day,
        because="The days are counted from the visit, and only the payer's acceptance stops them.",
        mistakes=(
            Mistake(
                "first day too late",
                lambda practice: _last_filing_day(practice) + _DAY,
                "That is the first day on which it was too late.",
            ),
            Mistake(
                "off by one day",
                lambda practice: _last_filing_day(practice) - _DAY,
                "On that day one more day was left.",
            ),
            Mistake(
                "wrong clock: charge entry",
                lambda practice: _counted_from(practice, _late_claim(practice)["charge_entry_date"]),
                "You counted from the day the charge was entered. The limit runs from the visit.",
            ),
            Mistake(
                "wrong clock: first sending",
                lambda practice: _counted_from(practice, _first_sending(practice)),
                "You counted from the first sending. The limit runs from the visit.",
            ),
            Mistake(
                "visit",
                lambda practice: _late_claim(practice)["service_date"].date(),
                "That is the day of the visit, where the limit starts.",
            ),
        ),
        hints=(
            "The table of remedies has the last day of each.",
            "Look at the row 'file the claim' and at the column 'last day'.",
        ),
    ),
)
