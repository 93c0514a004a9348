"""Which practice is on the table, and how does a learner ask whether an answer is right?

``start`` opens a lesson, ``check`` judges an answer, ``hint`` helps in two steps. Answers are computed from
the practice at hand at the moment of asking.
"""

from __future__ import annotations

import functools
from typing import Any

import pandas as pd

from arlab.course import (
    lesson_00,
    lesson_01,
    lesson_02,
    lesson_03,
    lesson_04,
    lesson_08,
    lesson_10,
    lesson_11,
)
from arlab.course.display import Words, install_display
from arlab.course.exercise import Exercise, Feedback, judge
from arlab.errors import SettingsError
from arlab.tables import Practice, load_sample

__all__ = ["EXERCISES", "check", "describe_practice", "exercise_table", "hint", "question", "start"]

EXERCISES: dict[str, Exercise] = {
    exercise.id: exercise
    for lesson in (lesson_00, lesson_01, lesson_02, lesson_03, lesson_04, lesson_08, lesson_10, lesson_11)
    for exercise in lesson.EXERCISES
}
"""Exercise id -> exercise, in the order of the lessons."""

_on_the_table: dict[str, Practice] = {}


@functools.cache
def _sample() -> Practice:
    return load_sample()


def start(practice: Practice | None = None) -> Practice:
    """Open a lesson: choose its practice and let tables be shown as people write them.

    Parameters
    ----------
    practice : the practice that ``check`` computes its answers from; the bundled sample when left out

    Returns
    -------
    the practice.
    """
    install_display()
    _on_the_table["practice"] = practice if practice is not None else _sample()
    return _on_the_table["practice"]


def _practice() -> Practice:
    return _on_the_table.get("practice") or _sample()


def _find(id: str) -> Exercise:
    try:
        return EXERCISES[id]
    except (KeyError, TypeError):
        raise SettingsError(f"There is no exercise '{id}': choose one of {', '.join(EXERCISES)}.") from None


def check(id: str, answer: Any = None) -> Feedback:
    """Return whether an answer is right, and if it is not, which mistake it looks like.

    Parameters
    ----------
    id : number of the exercise, such as ``"02-a"``
    answer : the learner's answer; numbers may be written as on paper

    Returns
    -------
    Feedback, whose text a notebook shows.

    Raises
    ------
    SettingsError
        when there is no such exercise.
    """
    return judge(_find(id), answer, _practice())


def question(id: str) -> str:
    """Return the question of an exercise."""
    return Words(_find(id).question)


def hint(id: str, step: int = 1) -> str:
    """Return the first or the second hint of an exercise.

    Raises
    ------
    SettingsError
        when there is no such exercise or step.
    """
    exercise = _find(id)
    if step not in (1, 2):
        raise SettingsError(f'There is no hint {step}: ask hint("{id}") or hint("{id}", 2).')
    more = f' More: hint("{id}", 2)' if step == 1 else ""
    return Words(f"{id}: {exercise.hints[step - 1]}{more}")


def exercise_table() -> pd.DataFrame:
    """Return every exercise with its lesson and question."""
    rows = [(id[:2], id, exercise.question) for id, exercise in EXERCISES.items()]
    return pd.DataFrame(rows, columns=["lesson", "exercise", "question"])


def describe_practice(practice: Practice) -> str:
    """Return a practice's name, size and day as one sentence."""
    claims = practice.claims
    return Words(
        f"{practice.name}: {len(claims):,} claims for visits from {claims['service_date'].min():%Y-%m-%d} to"
        f" {claims['service_date'].max():%Y-%m-%d}, {claims['patient_id'].nunique():,} patients,"
        f" as of {practice.as_of}."
    )
