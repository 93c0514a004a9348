"""What is asked in lesson 03, key measures, and which mistakes are usual?"""

from __future__ import annotations

from typing import Any

from arlab.course.exercise import COUNT, DAYS, DOLLARS, PERCENT, Exercise, Mistake, once
from arlab.errors import NotAvailable
from arlab.metrics import LOOK_BACK, scorecard
from arlab.tables import Practice

__all__ = ["EXERCISES"]

LONGER = 180


@once
def _row(practice: Practice, measure: str, metric: str, days: int = LOOK_BACK) -> dict[str, Any]:
    """Return one row of the scorecard, however few cases there are: the lesson says what few cases mean."""
    card = scorecard(practice, measures=[measure], days=days, least=1, baseline=False)
    row: dict[Any, Any] = card.set_index("metric").loc[metric].to_dict()
    if row["why_not"]:
        raise NotAvailable(f"'{practice.name}': {row['why_not']}")
    return row


def _days(practice: Practice, variant: str, days: int = LOOK_BACK) -> float:
    return float(_row(practice, "days_in_ar", f"days_in_ar_{variant}", days)["value"])


def _denied(practice: Practice, variant: str = "") -> float:
    return 100 * float(_row(practice, "initial_denial_rate", f"initial_denial_rate{variant}")["value"])


def _a_day(practice: Practice, variant: str) -> float:
    return round(float(_row(practice, "days_in_ar", f"days_in_ar_{variant}")["denominator"]), 2)


def _ar(practice: Practice) -> float:
    return round(float(_row(practice, "days_in_ar", "days_in_ar_gross")["numerator"]), 2)


def _own_look_back(practice: Practice, given: float) -> str:
    if given < 1 or given != int(given):
        return "A look-back is a whole number of days."
    return f"You look back over {given:.0f} days; {LONGER} are asked for."


EXERCISES = (
    Exercise(
        id="03-try",
        question=f"Change look_back so that the charges of {LONGER} days are counted.",
        kind=COUNT,
        answer=lambda _practice: LONGER,
        because="The same money is owed. Only the charges it is divided by have changed.",
        mistakes=(
            Mistake(
                "unchanged",
                lambda _practice: LOOK_BACK,
                "The look-back is still the usual one. Change the number and run the cell again.",
            ),
            Mistake(
                "a year",
                lambda _practice: 365,
                f"That is a whole year. Half a year, {LONGER} days, is asked for.",
            ),
        ),
        hints=(
            "The number of days stands behind look_back.",
            f"Write {LONGER} in the place of the number and run the cell again.",
        ),
        otherwise=_own_look_back,
    ),
    Exercise(
        id="03-a",
        question=f"How many gross days are in AR by the charges of the last {LONGER} days?",
        kind=DAYS,
        answer=lambda practice: _days(practice, "gross", LONGER),
        because="A look-back belongs to the number: without it two practices cannot be compared.",
        mistakes=(
            Mistake(
                "wrong look-back",
                lambda practice: _days(practice, "gross"),
                f"Those are the days by the last {LOOK_BACK} days. Change the look-back first.",
            ),
            Mistake(
                "adjusted instead of gross",
                lambda practice: _days(practice, "adjusted", LONGER),
                "Those are the adjusted days: the money is divided by charges after contractual adjustments.",
            ),
            Mistake(
                "net instead of gross",
                lambda practice: _days(practice, "net", LONGER),
                "Those are the net days: what is expected, divided by what is earned.",
            ),
            Mistake(
                "dollars instead of days",
                _ar,
                "That is the money owed. Divide it by the charges of one day.",
            ),
        ),
        hints=(
            "Change one value in the cell of Try it and read the row that says gross.",
            f"Set look_back to {LONGER}; the first figure in the row of gross days is the answer.",
        ),
    ),
    Exercise(
        id="03-b",
        question="What percentage of the claims sent was denied whole?",
        kind=PERCENT,
        answer=_denied,
        because="Claims over claims: denied whole, of those sent for the first time in the period.",
        mistakes=(
            Mistake(
                "fraction instead of percent",
                lambda practice: round(_denied(practice) / 100, 3),
                "Right idea, but as a fraction. Multiply by 100.",
            ),
            Mistake(
                "any line",
                lambda practice: _denied(practice, "_any_line"),
                "That counts claims with any denied line. Denied whole is asked for.",
            ),
            Mistake(
                "lines instead of claims",
                lambda practice: _denied(practice, "_lines"),
                "That counts lines. Claims are asked for.",
            ),
            Mistake(
                "dollars instead of claims",
                lambda practice: _denied(practice, "_dollars"),
                "That weighs claims by their charge. Count claims.",
            ),
            Mistake(
                "answers instead of sendings",
                lambda practice: _denied(practice, "_answered"),
                "That divides by the claims answered in the period. Divide by the claims sent.",
            ),
            Mistake(
                "claims instead of percent",
                lambda practice: _row(practice, "initial_denial_rate", "initial_denial_rate")["numerator"],
                "That is the number of denied claims. Divide it by the claims sent.",
            ),
        ),
        hints=(
            "One of the rates is counted in whole claims, over claims sent.",
            "Read the row that has the plain name: Initial denial rate.",
        ),
    ),
    Exercise(
        id="03-c",
        question="How many dollars of gross charges make one gross day in AR, by the usual look-back?",
        kind=DOLLARS,
        answer=lambda practice: _a_day(practice, "gross"),
        because="One day less is that much charge less to wait for; in cash it is about half, after contracts.",
        mistakes=(
            Mistake(
                "adjusted instead of gross",
                lambda practice: _a_day(practice, "adjusted"),
                "That is a day of adjusted charges. A day of gross charges is asked for.",
            ),
            Mistake(
                "net instead of gross",
                lambda practice: _a_day(practice, "net"),
                "That is a day of net revenue. A day of gross charges is asked for.",
            ),
            Mistake(
                "all AR",
                _ar,
                "That is all the money owed. What is below the line is asked for.",
            ),
            Mistake(
                "days instead of dollars",
                lambda practice: round(_days(practice, "gross"), 1),
                "Those are the days. What the money is divided by is asked for.",
            ),
        ),
        hints=(
            "Days in AR is a division. What stands below the line?",
            "In the sentence about gross days, take the second number in the brackets.",
        ),
    ),
)
"""The exercises of lesson 03."""
