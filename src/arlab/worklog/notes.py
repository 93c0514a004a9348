"""Is this note good enough for the next person to go on from?

Grades the text of a note by six parts, says what is missing and shows a better note. It reads text alone: it has
learnt from no data, asks no network, and does not know whether what the note says is true.
"""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Collection
from typing import TYPE_CHECKING, Any, Final

from arlab.worklog.note_parts import Found, find_parts

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["NOTE_GRADES", "NOTE_PARTS", "NoteGrade", "describe_note", "grade_note", "note_table"]

NOTE_PARTS: Final = {
    "who": "who did it (name or initials)",
    "channel": "the channel (phone, portal, fax, ...)",
    "person": "the person spoken to",
    "reference": "the reference number",
    "finding": "what was found",
    "next_step": "the next step and its date",
}
"""Part of a good note -> the same in words."""

NOTE_GRADES: Final = ("good", "usable", "lacking")
_NEEDED: Final = ("finding", "next_step")
_MOST_LACKING = 2
_LONGEST = 2_000


@dataclasses.dataclass(frozen=True)
class NoteGrade:
    """``grade`` is one of :data:`NOTE_GRADES`; ``missing`` names parts of :data:`NOTE_PARTS`.

    ``better`` is the note as it could stand, with what was found filled in and a blank in brackets for the rest.
    """

    grade: str
    missing: tuple[str, ...]
    better: str


def grade_note(text: str | None, *, known: Collection[str] = ()) -> NoteGrade:
    """Grade the text of a note.

    Parameters
    ----------
    text : the note as it was written; empty text is a note that says nothing
    known : parts that stand elsewhere, such as ``["who", "channel"]`` when fields of the log hold them; they count

    Returns
    -------
    the grade, what is missing, and a better note. Six parts count: *who* did it, the *channel*, the *person* spoken
    to, the *reference* number, the *finding*, and the *next step* of the practice with its date.

    - **good**: all parts that apply are there.
    - **usable**: finding and next step are there, so that the next person can go on, and one or two others lack.
    - **lacking**: the finding or the next step with its date is missing or says too little, or more than two of the
      others lack.

    Some parts do not always apply. Work at a portal or in writing has no person spoken to: the portal or payer
    that is named counts, but what is faxed or mailed must name a department. A patient gives no reference number,
    nor does a remittance. Where the note says that the item is closed and why, there is no next step. "I" names
    nobody, "will follow up" has no day, "called payer" finds nothing, and what the payer or the patient will do
    is no next step of the practice.

    Source: the note standard in founding article A12 (date, person, call reference number, what was said, next
    step).

    Examples
    --------
    >>> note = "KM called BCBS, s/w Ann, claim denied for no auth. Will send auth by 7/1."
    >>> grade_note(note).grade, grade_note(note).missing
    ('usable', ('reference',))
    >>> grade_note(note + " Ref# 88123").grade
    'good'
    >>> grade_note("called payer").grade
    'lacking'
    """
    return _graded(str(text) if isinstance(text, str) else "", frozenset(known))


@functools.lru_cache(maxsize=4096)
def _graded(text: str, known: frozenset[str]) -> NoteGrade:
    # Of a text longer than any note the ends are read, where names, days and numbers stand.
    found = find_parts(
        text if len(text) <= _LONGEST else f"{text[: 3 * _LONGEST // 4]} {text[-_LONGEST // 4 :]}"
    )
    missing = tuple(
        part
        for part in NOTE_PARTS
        if getattr(found, part) is None and part not in found.spared and part not in known
    )
    others = [part for part in missing if part not in _NEEDED]
    if len(others) < len(missing) or len(others) > _MOST_LACKING:
        grade = "lacking"
    else:
        grade = "usable" if others else "good"
    return NoteGrade(grade, missing, _better(found, known))


def _better(found: Found, known: Collection[str]) -> str:
    """Return the note as a template: what was found, and blanks for the rest."""
    parts = []
    if "who" not in known or found.who:
        parts.append(f"{found.who or '[your name]'}:")
    parts.append(found.channel or "[phone, portal, fax, ...]")
    if found.person or "person" not in found.spared:
        parts.append(f"with {found.person or '[name of the person]'},")
    if found.reference or "reference" not in found.spared:
        parts.append(f"ref {found.reference or '[number]'}.")
    text = " ".join(parts).rstrip(",.") + "."
    text += f" Found: {_sentence(found.finding) or '[what was said about the claim]'}."
    if "next_step" in found.spared and not found.next_step:
        return f"{text} Closed, no next step."
    step = _sentence(found.step) or "[what you do next]"
    return f"{text} Next: {step}{'' if found.day else ' by [date]'}."


def _sentence(text: str | None) -> str:
    return (text or "").strip(" .,;")


def describe_note(grade: NoteGrade) -> str:
    """Return a grade in a sentence.

    Examples
    --------
    >>> describe_note(grade_note("KM called BCBS, s/w Ann, ref 88123, claim denied for no auth"))
    'Lacking: it does not say the next step and its date.'
    """
    if not grade.missing:
        return "Good: every part that applies is there."
    words = [NOTE_PARTS[part] for part in grade.missing]
    listed = words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"
    return f"{grade.grade.capitalize()}: it does not say {listed}."


_FIELDS: Final = {
    "staff": "who",
    "channel": "channel",
    "contact": "person",
    "reference_number": "reference",
    "finding": "finding",
    "next_action_date": "next_step",
}


def note_table(actions: Any, *, with_fields: bool = True) -> pd.DataFrame:
    """Return the grade of every note of a log.

    Parameters
    ----------
    actions : frame of actions with ``note``; ``action_id``, ``claim_id``, ``staff`` and ``date`` are kept if there
    with_fields : whether fields beside the note count, too: ``staff`` says who, ``channel``, ``contact`` and
        ``reference_number`` the same, ``finding`` what was found, ``next_action_date`` the next step

    Returns
    -------
    pandas frame in the order of ``actions`` with the columns kept, ``grade``, ``missing`` (parts, joined by commas)
    and ``better``.

    Raises
    ------
    InputRefused
        when there is no column ``note``.
    """
    import pandas as pd

    from arlab.errors import InputRefused
    from arlab.frames import to_pandas

    frame = to_pandas(actions).reset_index(drop=True)
    if "note" not in frame.columns:
        raise InputRefused("note_table needs the column 'note': give actions as they are logged.")
    fields = [name for name in _FIELDS if name in frame.columns] if with_fields else []
    held = {name: frame[name].notna() & (frame[name].astype("str").str.strip() != "") for name in fields}
    known = pd.Series([frozenset[str]()] * len(frame), dtype="object")
    if fields:
        rows = zip(*(held[name].tolist() for name in fields), strict=True)
        known = pd.Series(
            [frozenset(_FIELDS[name] for name, has in zip(fields, row, strict=True) if has) for row in rows],
            dtype="object",
            index=frame.index,
        )
    graded = [grade_note(text, known=parts) for text, parts in zip(frame["note"], known, strict=True)]
    kept = [
        name for name in ("practice_id", "action_id", "claim_id", "date", "staff") if name in frame.columns
    ]
    return frame[kept].assign(
        grade=pd.Series([one.grade for one in graded], dtype="str", index=frame.index),
        missing=pd.Series([", ".join(one.missing) for one in graded], dtype="str", index=frame.index),
        better=pd.Series([one.better for one in graded], dtype="str", index=frame.index),
    )
