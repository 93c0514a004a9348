"""What is asked in lesson 08, policies and staffing, and which mistakes are usual?"""

from __future__ import annotations

from arlab.course.exercise import COUNT, DOLLARS, Exercise, Mistake, once
from arlab.priority import WorkQueue, make_queue
from arlab.tables import Practice

__all__ = ["EXERCISES"]

# The pencil example: claims of so many dollars, each of so many minutes.
DOLLARS_OF = (160, 80, 40, 20)
MINUTES_EACH, USUAL, MORE = 10, 25, 35


def _most(minutes: int) -> float:
    """Return the most that can be expected in the minutes, the last claim worked in part."""
    left, found = minutes, 0.0
    for dollars in DOLLARS_OF:  # the best first
        worked = min(left, MINUTES_EACH)
        left, found = left - worked, found + dollars * worked / MINUTES_EACH
    return found


@once
def _queue(practice: Practice) -> WorkQueue:
    return make_queue(practice)


def _payers(practice: Practice) -> int:
    return int(_queue(practice).of("payer")["payer"].nunique())


def _minutes(practice: Practice) -> float:
    return float(_queue(practice).workload()["minutes"].sum())


def _own_minutes(_practice: Practice, given: float) -> str:
    if given < 0 or given != int(given):
        return "Minutes are a whole number from 0."
    return f"You have {given:.0f} minutes; {MORE} are asked for."


EXERCISES = (
    Exercise(
        id="08-try",
        question=f"Change minutes_you_have to {MORE}.",
        kind=COUNT,
        answer=lambda _practice: MORE,
        because="More minutes make a minute cheaper: the best price falls, and the third claim is worked whole.",
        mistakes=(
            Mistake(
                "unchanged",
                lambda _practice: USUAL,
                f"The minutes are still {USUAL}. Change the number and run the cell again.",
            ),
        ),
        hints=(
            "The number stands behind minutes_you_have.",
            f"Write {MORE} in its place and run the cell again.",
        ),
        otherwise=_own_minutes,
    ),
    Exercise(
        id="08-a",
        question=f"In the example with four claims, what is the most that can be expected in {MORE} minutes?",
        kind=DOLLARS,
        answer=lambda _practice: _most(MORE),
        because="Three claims whole, and half of the fourth.",
        mistakes=(
            Mistake(
                "whole claims alone",
                lambda _practice: float(sum(DOLLARS_OF[:3])),
                "Those are the three best claims. Half of the minutes of the fourth are left.",
            ),
            Mistake(
                f"{USUAL} minutes",
                lambda _practice: _most(USUAL),
                f"That is the most in {USUAL} minutes. {MORE} are asked for.",
            ),
            Mistake(
                "all four",
                lambda _practice: float(sum(DOLLARS_OF)),
                "That is all four claims. They take longer than you have.",
            ),
        ),
        hints=(
            "Work the best claims first. How many fit whole, and what part of the next one?",
            "Run the cell of Try it with the minutes that are asked for.",
        ),
    ),
    Exercise(
        id="08-b",
        question="How many different payers stand in the payer queue of your practice?",
        kind=COUNT,
        answer=_payers,
        because="Each of them takes at least one session, however the work is ordered.",
        mistakes=(
            Mistake(
                "items instead of payers",
                lambda practice: len(_queue(practice).of("payer")),
                "Those are the items. Count each payer once.",
            ),
            Mistake(
                "sessions instead of payers",
                lambda practice: len(_queue(practice).sessions),
                "Those are the sessions. One payer can have several.",
            ),
        ),
        hints=(
            "Section 5 shows the queue; the column payer has the names.",
            'In a new cell: queue.of("payer")["payer"].nunique()',
        ),
    ),
    Exercise(
        id="08-c",
        question="How many minutes of work are due now, for all people and all queues together?",
        kind=COUNT,
        answer=_minutes,
        because="Beside the minutes that people have in a day, this is the backlog in days.",
        mistakes=(
            Mistake(
                "one person",
                lambda practice: float(_queue(practice).workload()["minutes"].iloc[0]),
                "Those are the minutes of one person. Add up all of them.",
            ),
            Mistake(
                "items instead of minutes",
                lambda practice: float(_queue(practice).workload()["due_now"].sum()),
                "Those are the items that are due. Minutes are asked for.",
            ),
            Mistake(
                "hours instead of minutes",
                lambda practice: round(_minutes(practice) / 60, 1),
                "Those are hours. Multiply by 60.",
            ),
        ),
        hints=(
            "The table of section 5 has a column with the minutes.",
            'Add them up: queue.workload()["minutes"].sum()',
        ),
    ),
)
"""The exercises of lesson 08."""
