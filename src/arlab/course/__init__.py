"""How does a learner work a lesson: open it, follow a claim, ask whether an answer is right?

What the notebooks use beside the library itself. It measures nothing that ``ledger`` and ``aging`` do not.
"""

from arlab.course.claims import claim_kinds, claim_ledger, claim_sendings, describe_claim
from arlab.course.clocks import claim_remedies, compare_remedies, denial_day, filing_day
from arlab.course.exercise import Exercise, Feedback, Mistake, judge
from arlab.course.own_file import describe_file, findings_table, read_text, reconciliation_table
from arlab.course.session import (
    EXERCISES,
    check,
    describe_practice,
    exercise_table,
    hint,
    question,
    start,
)
from arlab.course.stories import STORIES, find_claim

__all__ = [
    "EXERCISES",
    "STORIES",
    "Exercise",
    "Feedback",
    "Mistake",
    "check",
    "claim_kinds",
    "claim_ledger",
    "claim_remedies",
    "claim_sendings",
    "compare_remedies",
    "denial_day",
    "describe_claim",
    "describe_file",
    "describe_practice",
    "exercise_table",
    "filing_day",
    "find_claim",
    "findings_table",
    "hint",
    "judge",
    "question",
    "read_text",
    "reconciliation_table",
    "start",
]
