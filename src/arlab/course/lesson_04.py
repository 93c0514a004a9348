"""What is asked in lesson 04, what to work first, and which mistakes are usual?"""

from __future__ import annotations

from typing import Any

from arlab.course.exercise import COUNT, PERCENT, Exercise, Mistake, once
from arlab.priority import WorkQueue, make_queue
from arlab.tables import Practice

__all__ = ["EXERCISES"]

SOON = 30
TWICE = 2
_LATER, _OVER = 2, 3  # tiers of the queue, see arlab.priority.TIERS


@once
def _queue(practice: Practice) -> WorkQueue:
    return make_queue(practice)


def _payers(practice: Practice) -> Any:
    return _queue(practice).of("payer")


def _soon(practice: Practice, days: int = SOON) -> int:
    items = _payers(practice)
    return int((items["remedy_live"] & (items["days_left"] <= days)).sum())


def _over(practice: Practice) -> Any:
    items = _payers(practice)
    return items[items["remedy_state"].eq("expired").to_numpy()]


def _over_share(practice: Practice) -> float:
    return 100 * float(_over(practice)["balance"].sum() / _payers(practice)["balance"].sum())


def _minutes(practice: Practice, most_tier: int = _LATER - 1) -> float:
    items = _payers(practice)
    return float(items.loc[items["tier"] <= most_tier, "minutes"].sum())


def _own_weight(_practice: Practice, given: float) -> str:
    if given < 0:
        return "A weight is 0 or more."
    return f"Your weight is {given:g}. A weight of {TWICE} counts urgency twice."


EXERCISES = (
    Exercise(
        id="04-try",
        question="Change deadline so that urgency counts twice.",
        kind=COUNT,
        answer=lambda _practice: TWICE,
        because="The claim with 3 days left gains; one that is over gains nothing, however large the weight.",
        mistakes=(
            Mistake(
                "unchanged",
                lambda _practice: 1,
                "The weight is still 1. Change the number and run the cell again.",
            ),
            Mistake(
                "left out",
                lambda _practice: 0,
                "A weight of 0 leaves urgency out. It is to count twice.",
            ),
        ),
        hints=(
            "The weight stands behind deadline.",
            f"Write {TWICE}.0 in the place of 1.0 and run the cell again.",
        ),
        otherwise=_own_weight,
    ),
    Exercise(
        id="04-a",
        question=f"How many items of the payer queue are live with {SOON} days or less until the last day?",
        kind=COUNT,
        answer=_soon,
        because="These can still be met. Those that have passed are not among them.",
        mistakes=(
            Mistake(
                "expired counted",
                lambda practice: _soon(practice) + len(_over(practice)),
                "That counts items whose last day has passed. Live ones alone are asked for.",
            ),
            Mistake(
                "more than 30 days",
                lambda practice: int(_payers(practice)["remedy_live"].sum()) - _soon(practice),
                f"Those have more than {SOON} days, or no clock runs.",
            ),
            Mistake(
                "all live",
                lambda practice: int(_payers(practice)["remedy_live"].sum()),
                f"Those are all live items. {SOON} days or less are asked for.",
            ),
            Mistake(
                "all items",
                lambda practice: len(_payers(practice)),
                "Those are all items of the payer queue.",
            ),
        ),
        hints=(
            "Look at the table of section 4: one row is live and has 30 days or less.",
            "Read items in the row live, 30 days or less. Where there is no such row, there is none.",
        ),
    ),
    Exercise(
        id="04-b",
        question="What percentage of the payer queue's dollars is in items with no remedy left?",
        kind=PERCENT,
        answer=_over_share,
        because="It is AR on paper. It asks for a review and a proper end, not for another call.",
        mistakes=(
            Mistake(
                "fraction instead of percent",
                lambda practice: round(_over_share(practice) / 100, 3),
                "Right idea, but as a fraction. Multiply by 100.",
            ),
            Mistake(
                "items instead of dollars",
                lambda practice: 100 * len(_over(practice)) / len(_payers(practice)),
                "That is the share of the items. The share of the dollars is asked for.",
            ),
            Mistake(
                "dollars instead of percent",
                lambda practice: float(_over(practice)["balance"].sum()),
                "That is the amount. Divide it by all dollars of the payer queue.",
            ),
        ),
        hints=(
            "The table of section 4 has a row for expired.",
            "Divide its balance by the sum of all balances in the table, and multiply by 100.",
        ),
    ),
    Exercise(
        id="04-c",
        question="How many minutes does the work in the payer queue take that is neither waiting nor over?",
        kind=COUNT,
        answer=_minutes,
        because="Logins and waits on the telephone come on top; see the sessions.",
        mistakes=(
            Mistake(
                "waiting counted",
                lambda practice: _minutes(practice, _LATER),
                "That counts items whose next step is not due yet. Leave those that wait out.",
            ),
            Mistake(
                "everything",
                lambda practice: _minutes(practice, _OVER),
                "That counts the whole queue. Leave out what waits and what is over.",
            ),
            Mistake(
                "hours instead of minutes",
                lambda practice: round(_minutes(practice) / 60, 1),
                "Those are hours. Multiply by 60.",
            ),
        ),
        hints=(
            "The column tier is 0 or 1 for what is to be worked now, 2 for what waits, 3 for what is over.",
            'In a new cell: payers.loc[payers["tier"] <= 1, "minutes"].sum()',
        ),
    ),
)
"""The exercises of lesson 04."""
