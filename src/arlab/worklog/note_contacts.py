"""Was the contact with the patient, and does a letter or fax name the desk that it went to?

Reads a written-out note of which the person is known. It finds no names.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Final

from arlab.worklog.note_words import pattern, piece

__all__ = ["is_patient", "names_desk"]

_PATIENTS: Final = pattern("parts_patients")
_OF_PATIENT: Final = re.compile(
    r"\b(?:called|phoned|rang|(?:spoke|talked) (?:with|to)) (?:the )?(?:patient|member|guarantor)\b|\(patient\)"
    r"|\bpatient (?:called|phoned)|\b(?:daughter|son|wife|husband|mother|father|mom|dad|spouse|caregiver)\b",
    re.IGNORECASE,
)
_CAME: Final = pattern("contacts_came")
_SELF: Final = pattern("contacts_self")
_TITLE: Final = re.compile(r"\b(?:Mr|Mrs|Ms|Miss)\.? (?:[A-Z][a-z]* )?$")
_NO_PATIENT: Final = re.compile(
    rf"\b(?:{piece('roles')}|supervisor|department|unit|claims|provider|customer|appeals)\b", re.IGNORECASE
)
_SENT: Final = pattern("contacts_sent")
_CAME_BY_MAIL: Final = pattern("contacts_came_by_mail")
_DESK: Final = pattern("contacts_desk")


def is_patient(text: str, person: str | None, *, payers: frozenset[str], channels: Collection[str]) -> bool:
    """Return whether the one spoken to is the patient or somebody of theirs, who give no reference number.

    Somebody called Mr. or Mrs. is a patient unless a payer or a role stands before or beside the name.

    Examples
    --------
    >>> is_patient("Phoned Mrs. Okafor about her balance", "Okafor", payers=frozenset(), channels=["phone"])
    True
    >>> is_patient("Called Aetna, Mr. Bell", "Bell", payers=frozenset({"aetna"}), channels=["phone"])
    False
    """
    if _PATIENTS.fullmatch(person or "") or _CAME.search(text):
        return True
    if not payers and _OF_PATIENT.search(text):
        return True
    if not person:
        return False
    name = re.sub(r"^(?:Mr|Mrs|Ms|Miss)\.? ", "", person)
    place = re.search(rf"\b{re.escape(name)}(?!\w)", text)
    if not place:
        return False
    if _SELF.match(text, place.end()) or re.search(
        r"\b(?:patient|member|guarantor),? (?:(?:Mr|Mrs|Ms|Miss)\.? )?$", text[: place.start()]
    ):
        return True
    if not _TITLE.search(text[: place.start()]) and name == person:
        return False
    if "in person" in channels:
        return True
    start = max(text.rfind(mark, 0, place.start() - 5) for mark in (". ", "; ", "\n"))
    end = re.search(r"\. |; |\n|$", text[place.end() :])
    beside = text[max(start, 0) : place.end() + (end.start() if end else 0)]
    before = {word.lower() for word in re.findall(r"[A-Za-z]+", text[: place.end()])}
    after = re.match(r",? (?:at|from|of|with|in|\() ?(?:the )?(\w+)", text[place.end() :])
    at_payer = after is not None and after[1].lower() in payers
    return not (before & payers or at_payer or _NO_PATIENT.search(beside))


def names_desk(text: str) -> bool:
    """Return whether what was faxed or mailed names a department or person; the payer's name alone is neither.

    What came from a payer, the answer to it, and a claim sent to the claims address need no name.

    Examples
    --------
    >>> names_desk("Faxed records to Aetna Appeals"), names_desk("Faxed records to Aetna")
    (True, False)
    """
    return bool(_DESK.search(text) or _CAME_BY_MAIL.search(text)) or not _SENT.search(text)
