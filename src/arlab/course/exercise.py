"""Is an answer right, and if not, which mistake leads to it?

Holds what an exercise is and how an answer is read and judged. Right and wrong answers are computed from the
practice at hand; none is stored. The exercises themselves stand in the modules of their lessons.
"""

from __future__ import annotations

import datetime as dt
import functools
import math
from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any, Concatenate, ParamSpec, TypeVar

from arlab.course.display import words_html
from arlab.errors import ArlabError
from arlab.tables import Practice

__all__ = [
    "COUNT",
    "DAY",
    "DAYS",
    "DOLLARS",
    "EDGES",
    "PERCENT",
    "TEXT",
    "Exercise",
    "Feedback",
    "Kind",
    "Mistake",
    "judge",
    "once",
]

Compute = Callable[[Practice], Any]
P = ParamSpec("P")
R = TypeVar("R")

_seen: ContextVar[dict[Any, Any] | None] = ContextVar("seen", default=None)


def once(function: Callable[Concatenate[Practice, P], R]) -> Callable[Concatenate[Practice, P], R]:
    """Let a function of a practice be computed only once while one answer is judged.

    Nothing is kept longer: the next answer is judged by the data as they are then.
    """

    @functools.wraps(function)
    def wrapper(practice: Practice, /, *args: P.args, **kwargs: P.kwargs) -> R:
        memory = _seen.get()
        if memory is None:
            return function(practice, *args, **kwargs)
        key = (function, id(practice), args, tuple(kwargs.items()))
        if key not in memory:
            memory[key] = function(practice, *args, **kwargs)
        result: R = memory[key]
        return result

    return wrapper


@dataclass(frozen=True)
class Kind:
    """What sort of answer is asked for: how it is read, when two are the same, how it is written."""

    name: str
    read: Callable[[Any], Any]
    same: Callable[[Any, Any], bool]
    example: str


def _single(answer: Any) -> Any:
    """Return the one value of a table or list that holds only one."""
    if hasattr(answer, "to_numpy") and getattr(answer, "size", 0) == 1:
        answer = answer.to_numpy()
    return answer.item() if hasattr(answer, "item") and answer.size == 1 else answer


def _number(answer: Any) -> float:
    """Return a number that may be written as on paper: 1,234.50 or $1,234.50 or 12 %."""
    answer = _single(answer)
    if isinstance(answer, bool):
        raise ValueError
    if isinstance(answer, str):
        answer = answer.replace(",", "").replace("$", "").replace("%", "").strip()
    number = float(answer)
    if not math.isfinite(number):
        raise ValueError
    return number


def _words(answer: Any) -> str:
    answer = _single(answer)
    if not isinstance(answer, str) or not answer.strip():
        raise ValueError
    return " ".join(answer.replace("\N{EN DASH}", "-").split()).casefold()


def _day(answer: Any) -> dt.date:
    answer = _single(answer)
    if isinstance(answer, dt.datetime):
        return answer.date()
    if isinstance(answer, dt.date):
        return answer
    return dt.date.fromisoformat(str(answer).strip()[:10])


def _edges(answer: Any) -> tuple[int, ...]:
    edges = tuple(answer)
    whole = all(isinstance(edge, int) and not isinstance(edge, bool) and edge >= 0 for edge in edges)
    if not edges or not whole or list(edges) != sorted(set(edges)):
        raise ValueError
    return edges


def _near(width: float) -> Callable[[float, float], bool]:
    """Return whether two numbers agree to a width, or the first is the second in whole dollars or percent."""
    return lambda given, other: abs(given - other) < width or given == round(other)


DOLLARS = Kind("an amount in dollars", _number, _near(0.005), "1234.50")
PERCENT = Kind("a percentage", _number, _near(0.06), "12.3")
DAYS = Kind("a number of days", _number, _near(0.06), "12.3")
COUNT = Kind("a whole number", _number, lambda a, b: a == b, "12")
TEXT = Kind("a name in quotes", _words, lambda a, b: a == b, '"over 120"')
DAY = Kind("a day in quotes", _day, lambda a, b: a == b, '"2026-03-31"')
EDGES = Kind("rising whole days", _edges, lambda a, b: a[0] == b[0], "(30, 60, 90, 120)")


@dataclass(frozen=True)
class Mistake:
    """A way to go wrong: its name, the answer it leads to, and what is said to the learner."""

    name: str
    answer: Compute
    says: str


@dataclass(frozen=True)
class Exercise:
    """A question with its right answer and its usual mistakes, all computed from a practice.

    Parameters
    ----------
    id : lesson and letter, such as ``02-a``; ``02-try`` for the check of a lesson's *Try it*
    question : what is asked, in one or two sentences
    kind : how the answer is read and compared
    answer : the right answer
    because : what is said when the answer is right
    mistakes : wrong answers that have a name; the first that fits is told
    hints : two steps, the second says more than the first, neither gives the answer
    otherwise : what is said to a wrong answer that is no usual mistake, from the practice and the answer
    """

    id: str
    question: str
    kind: Kind
    answer: Compute
    because: str
    mistakes: tuple[Mistake, ...]
    hints: tuple[str, str]
    otherwise: Callable[[Practice, Any], str] | None = None


@dataclass(frozen=True, repr=False)
class Feedback:
    """What is said about an answer: whether it is right, the mistake's name, and the sentence."""

    exercise: str
    right: bool
    mistake: str
    text: str

    def __repr__(self) -> str:
        return self.text

    def _repr_html_(self) -> str:
        return words_html(self.text)


def judge(exercise: Exercise, answer: Any, practice: Practice) -> Feedback:
    """Return what is to be said about an answer.

    Returns
    -------
    Feedback with ``mistake`` empty when the answer is right, ``no answer`` for ``None``, ``not readable`` for
    something of another kind, the name of a known mistake, or ``other``.
    """
    token = _seen.set({})
    try:
        return _judged(exercise, answer, practice)
    finally:
        _seen.reset(token)


def _judged(exercise: Exercise, answer: Any, practice: Practice) -> Feedback:
    def say(right: bool, mistake: str, text: str) -> Feedback:
        return Feedback(exercise.id, right, mistake, f"{exercise.id}: {text}")

    hint = f'A hint: hint("{exercise.id}")'
    if answer is None or answer is ...:
        return say(False, "no answer", f"no answer yet. Put {exercise.kind.name} in the place of None.")
    try:
        given = exercise.kind.read(answer)
    except (ValueError, TypeError, AttributeError):
        text = f"not yet. The answer is {exercise.kind.name}, written like {exercise.kind.example}."
        return say(False, "not readable", text)
    if exercise.kind.same(given, exercise.kind.read(exercise.answer(practice))):
        return say(True, "", f"right. {exercise.because}")
    for mistake in exercise.mistakes:
        try:
            wrong = exercise.kind.read(mistake.answer(practice))
        except (ArlabError, ValueError, TypeError):  # this practice cannot lead to this mistake
            continue
        if exercise.kind.same(given, wrong):
            return say(False, mistake.name, f"not yet. {mistake.says} {hint}")
    why = f"{exercise.otherwise(practice, given)} " if exercise.otherwise else ""
    return say(False, "other", f"not yet. {why}{hint}")
