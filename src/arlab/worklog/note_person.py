"""Whom did the writer of a note speak to?

Finds a representative, a patient or an automated line. It leaves out the name of who wrote the note.
"""

from __future__ import annotations

import re
from typing import Final

from arlab.worklog.note_names import is_name
from arlab.worklog.note_words import COMMON_NAMES, FINDING, FIRST_NAMES, pattern, piece

__all__ = ["find_person"]

_NAME: Final = piece("name")
_ROLES: Final = piece("roles")
_SAID: Final = piece("said")
_COMPANY: Final = piece("company")
_TALK: Final = pattern("people_talk")
# Cues after which a word in small letters is a name, too.
_STRONG: Final = pattern("people_strong")
_SKIPPED: Final = pattern("people_skipped")
_ROLE_ID: Final = pattern("people_role_id")
_PATIENT: Final = pattern("people_patient")
_IVR: Final = pattern("people_ivr")
_DESKS: Final = pattern("people_desks")
_OF_PATIENT: Final = pattern("people_of_patient")
_OTHER_PEOPLE: Final = pattern("people_other_people")
_NAME_AT: Final = pattern("people_name_at")
_NAME_SAYS: Final = pattern("people_name_says")
_NAME_ROLE: Final = pattern("people_name_role")
_OTHERS: Final = re.compile(
    r"\b(?:patient|member|dr|doctor|provider|physician|for|mr|mrs|re)\.? $", re.IGNORECASE
)
_TALKED: Final = re.compile(r"\b(?:phone|call|called|spoke|talked|told|collected)\b", re.IGNORECASE)
_NO_NAME: Final = re.compile(rf"{FINDING.pattern}|(?:ed|ing)\s*$", re.IGNORECASE)


def find_person(text: str, *, payers: frozenset[str], staff: str | None, sure: bool = False) -> str | None:
    """Return who was spoken to: a name, a representative's id, the patient, or the automated line.

    ``sure`` leaves out names that only stand there, since they may be those of staff.

    Examples
    --------
    >>> find_person("spoke with Ann at BCBS", payers=frozenset({"bcbs"}), staff=None)
    'Ann'
    >>> find_person("spoke with rep at BCBS", payers=frozenset({"bcbs"}), staff=None) is None
    True
    """
    own = {word.lower().strip(".") for word in (staff or "").split()}
    if found := _ROLE_ID.search(text):
        return found[0]
    for cue in _TALK.finditer(text):
        strong = _STRONG.match(cue[0].strip()) is not None
        if name := _name_after(text[cue.end() :], payers, own, strong=strong, cue=cue[0].lower()):
            return name
    if (name := _placed(text, payers, own)) or (name := _patient_or_line(text)):
        return name
    if found := re.search(r"\b(?:Mr|Mrs|Ms|Miss|Sgt|Lt)\.? ([A-Z][a-z]+)", text):
        return found[0]
    return None if sure else _alone(text, payers, own) or _known(text, payers, own)


def _placed(text: str, payers: frozenset[str], own: set[str]) -> str | None:
    """Return a name that stands at a payer, says something, or has a role: Ann at BCBS; Ann said; Ann, a rep."""
    for form in (_NAME_AT, _NAME_SAYS, _NAME_ROLE):
        for match in form.finditer(text):
            words = match["name"].split()
            while words and not is_name(words[0], payers):
                words = words[1:]
            if not words or words[0].lower().strip(".") in own or _OTHERS.search(text[: match.start()]):
                continue
            if form is _NAME_AT:
                at, here = match["at"].lower(), text[match.start() : match.end() + 15]
                known = at in payers or _DESKS.fullmatch(at)
                if not known or at == "billing" or re.search(r"\bour (?:office|billing)", here):
                    continue
            return " ".join(words)
    return None


def _patient_or_line(text: str) -> str | None:
    """Return the patient, or who speaks for them, or an automated line."""
    if found := _PATIENT.search(text):
        return found["who"] or found["whom"] or found["theirs"] or found["says"]
    if (found := _OF_PATIENT.search(text)) and _TALKED.search(text):
        return found[1]
    found = _IVR.search(text)
    return found[0] if found else None


def _alone(text: str, payers: frozenset[str], own: set[str]) -> str | None:
    """Return a name that stands alone between commas and the like."""
    for part in re.split(r"[,;|()/]|\s-\s|\.\s", text)[1:]:
        alone = re.fullmatch(rf"\s*({_NAME})\s*", part)
        if not alone or re.fullmatch(r"[A-Z]{2,3}", part.strip()) or _NO_NAME.search(part):
            continue
        words = alone[1].split()
        if words[0].lower().strip(".") in own:
            continue
        if all(is_name(word, payers) or len(word.strip(".")) == 1 for word in words):
            return alone[1]
    if re.search(r"[A-Z]", text[1:]):
        return None
    for part in re.split(r"[,;|()]|\s-\s|\s/\s", text)[1:-1]:  # a note in small letters
        word = part.strip()
        if re.fullmatch(r"[a-z]{3,10}", word) and is_name(word, payers) and not FINDING.search(word):
            return word
    return None


def _known(text: str, payers: frozenset[str], own: set[str]) -> str | None:
    """Return a first name that stands anywhere, unless it is the patient's or a doctor's."""
    for word in re.finditer(r"\b[A-Z][a-z'-]+(?: [A-Z]\b\.?)?", text):
        first, before = word[0].split()[0].lower(), text[: word.start()]
        starts = not before.strip() or before.rstrip().endswith((".", ";"))
        if first not in FIRST_NAMES or first in own | payers or (starts and first in COMMON_NAMES):
            continue
        if not _OTHER_PEOPLE.search(before):
            return word[0]
    return None


def _name_after(text: str, payers: frozenset[str], own: set[str], *, strong: bool, cue: str) -> str | None:
    """Return the name that stands next behind a cue, past the payer, the department and the like."""
    place = 0
    passed_role = False
    for _ in range(9):
        rest = text[place:].lstrip(" \"'")
        place = len(text) - len(rest)
        mark = re.match(r"[:(,#/-]+\s*", rest)
        if mark:
            if "," in mark[0] and not passed_role and place == 0:
                return None
            place += mark.end()
            continue
        found = re.match(r"[A-Za-z][A-Za-z'-]*\.?", rest)
        if not found:
            return None
        word = found[0]
        plain = word.lower().strip(".'-").removesuffix("'s")
        if plain in own:
            return None
        if plain in payers or _SKIPPED.match(plain) or re.fullmatch(_COMPANY.lower(), plain):
            passed_role = passed_role or bool(re.fullmatch(_ROLES, plain)) or plain in payers
            place += found.end()
            continue
        if not is_name(word, payers):
            return None
        capital = word[:1].isupper()
        known = plain in FIRST_NAMES
        if re.match(r"patient|member|dr\b", cue):
            return None
        if capital or known or (strong and len(plain) > 2):
            if word.endswith(".") and len(plain) > 2:  # the sentence ends with the name
                return word.strip(".")
            if capital and len(plain) <= 3 and word.isupper() and not known and not strong:
                return None
            more = re.match(r"\s+([A-Z](?:[a-z'-]+|\b\.?))(?=\W|$)", rest[found.end() :])
            second = (
                f" {more[1]}" if more and (len(more[1].strip(".")) == 1 or is_name(more[1], payers)) else ""
            )
            return f"{word.strip('.')}{second}"
        return None
    return None
