"""What are the clauses of a note, once its abbreviations are written out?

Cuts text; it knows no part of a note.
"""

from __future__ import annotations

import re
from typing import Final

from arlab.worklog.note_dates import DAY
from arlab.worklog.note_words import ABBREVIATIONS, pattern

__all__ = ["clauses", "expanded", "plain_marks"]

_EXPANSIONS: Final = tuple(
    # Letters of a code, as in LM-4002, stand for nothing.
    (re.compile(rf"(?:{pattern})(?!-?\w*\d)", re.IGNORECASE), words)
    for pattern, words in ABBREVIATIONS
)
_SENTENCE: Final = pattern("steps_sentence")
_COMMA: Final = pattern("steps_comma")
_LEADS: Final = pattern("steps_leads")
_ONLY_DAY: Final = pattern("steps_only_day")


def plain_marks(text: str) -> str:
    """Return a note with plain quotation marks, dashes and single spaces."""
    for mark, plain in (
        ("’", "'"),
        ("‘", "'"),
        ("“", '"'),
        ("”", '"'),
        ("–", "-"),
        ("—", " - "),
        ("\u00a0", " "),
        ("→", " -> "),
    ):
        text = text.replace(mark, plain)
    return re.sub(r"[ \t\r]+", " ", text).strip()


def expanded(text: str) -> str:
    """Return a note with its abbreviations written out and its marks made plain.

    Examples
    --------
    >>> expanded("s/w Ann, clm pd; f/u 7/1")
    'spoke with Ann, claim paid; follow up 7/1'
    """
    text = plain_marks(text)
    for short, words in _EXPANSIONS:
        text = short.sub(words, text)
    return re.sub(r" {2,}", " ", text)


def clauses(text: str) -> list[list[str]]:
    """Return the sentences of a written-out note, each as its clauses; a lone day stays with what it dates."""
    result = []
    for sentence in _SENTENCE.split(text):
        parts: list[str] = []
        for part in _COMMA.split(sentence or ""):
            part = part.strip(" ,")
            if not part:
                continue
            rest = DAY.sub("", part)
            lead = bool(parts) and _LEADS.match(parts[-1]) and len(parts[-1].split()) < 9
            if parts and ((_ONLY_DAY.match(rest) and part != rest) or lead):
                parts[-1] = f"{parts[-1]}, {part}"
            else:
                parts.append(part)
        if parts:
            result.append(parts)
    return result
