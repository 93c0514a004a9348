"""Which of the six parts of a good note does this text have?

Finds who, channel, person, reference number, finding and next step with its day. It gives no grade.
"""

from __future__ import annotations

import dataclasses
import re
from typing import Final

from arlab.worklog.note_clauses import clauses, expanded, plain_marks
from arlab.worklog.note_contacts import is_patient, names_desk
from arlab.worklog.note_dates import DAY
from arlab.worklog.note_names import payer_words
from arlab.worklog.note_person import find_person
from arlab.worklog.note_staff import find_staff
from arlab.worklog.note_steps import Steps, split_steps
from arlab.worklog.note_words import COMMON_NAMES, FINDING, FIRST_NAMES, HOLLOW, NOTHING_SAID, pattern, piece

__all__ = ["Found", "find_parts"]

_CHANNELS: Final = {
    "portal": pattern("parts_channels_portal"),
    "phone": pattern("parts_channels_phone"),
    "fax": pattern("parts_channels_fax"),
    "email": pattern("parts_channels_email"),
    "mail": pattern("parts_channels_mail"),
    "clearinghouse": pattern("parts_channels_clearinghouse"),
    "remittance": pattern("parts_channels_remittance"),
    "in person": pattern("parts_channels_in_person"),
}
_NAMED_SITE: Final = re.compile(rf"\b(?:{piece('portals')})\b|payer", re.IGNORECASE)
_REFERENCE: Final = pattern("parts_reference")
_TIGHT: Final = pattern("parts_tight")
_AFTER: Final = pattern("parts_after")
_BARE: Final = pattern("parts_bare")
_CODE: Final = pattern("parts_code")
_DASHED: Final = pattern("parts_dashed")
_NO_REF: Final = pattern("parts_no_ref")
_HCPCS: Final = pattern("parts_hcpcs")
_NOT_REF: Final = pattern("parts_not_ref")
_CONTROL: Final = pattern("parts_control")
_TOPIC: Final = pattern("parts_topic")


_NO_NEWS: Final = pattern("parts_no_news")
_NO_CONTACT: Final = pattern("parts_no_contact")
_SAYS: Final = pattern("parts_says")


@dataclasses.dataclass(frozen=True)
class Found:
    """What a note says, part by part, in its words; None where it does not.

    ``spared`` names the parts that it does not need.
    """

    who: str | None
    channel: str | None
    person: str | None
    reference: str | None
    finding: str | None
    next_step: str | None
    step: str | None
    day: str | None
    spared: frozenset[str]


_DID_IT: Final = re.compile(
    r"(?: [\w.()]+){0,4}? \(?(?:\w+ed|spoke|rang|sent|got|went|took|wrote|read|had|made|spent)\b"
)


def _tells_of(text: str, name: str) -> bool:
    """Return whether a note tells what its writer did by name: "Amy called ... She will resubmit"."""
    places = re.finditer(rf"\b{re.escape(name)}\b", text) if len(name) > 2 else ()
    return any(_DID_IT.match(text, place.end()) for place in places)


_NO_ANSWER: Final = pattern("parts_no_answer")


def find_parts(text: str) -> Found:
    """Return the parts of a note.

    Examples
    --------
    >>> found = find_parts("KM called BCBS, s/w Ann, ref# 8812; clm denied no auth. Will appeal by 7/1")
    >>> found.who, found.channel, found.person, found.reference, found.day
    ('KM', 'phone', 'Ann', '8812', '7/1')
    """
    text = plain_marks(text)
    text = _calmed(text) if not re.search(r"[a-z]", text) else _with_names(text)
    payers = payer_words(expanded(text))
    # Initials such as LM mean something else, too: they are looked for before abbreviations are written out.
    staff = find_staff(text, payers=payers)
    if staff and not re.match(r"(?:[A-Z]\. ?)?[A-Z][a-z]", staff):
        text = re.sub(rf"^(\W*){re.escape(staff)}(?!\w)|(?<!\w){re.escape(staff)}(\W*)$", r"\1\2", text)
    whole = expanded(text)
    person = find_person(whole, payers=payers, staff=staff, sure=True)
    others = frozenset(word.lower().strip(".") for word in (person or "").split())
    told = _tells_of(whole, (staff or "").split(" ")[0])
    steps = split_steps(whole, others=others | payers, told=told)
    if staff is None:
        staff = find_staff(whole, payers=payers | others, owners=steps.owners)
    past_person = find_person(steps.past, payers=payers, staff=staff)
    own = {word.lower().strip(".") for word in (staff or "").split()}
    if past_person and past_person.lower().split()[0].strip(".") in own:
        past_person = None
    channels = [name for name, pattern in _CHANNELS.items() if pattern.search(steps.past)]
    channels = channels or _weak_channels(steps.past) or (["portal"] if _WEAK["portal"].search(whole) else [])
    voice = "phone" in channels or "in person" in channels
    patient = is_patient(steps.past, past_person, payers=payers, channels=channels)
    spared = set()
    if channels and not voice:
        if "portal" in channels:
            named = bool(payers) or bool(_NAMED_SITE.search(whole))
        else:
            named = not {"fax", "mail"} & set(channels) or names_desk(steps.past)
        if named:
            spared.add("person")
        if "remittance" in channels and {"remittance", "mail"}.issuperset(channels):
            spared.add("reference")
    if patient:
        spared |= {"reference", "person"}
    finding = _finding(steps, others | payers | own)
    closed = steps.closed and not (steps.steps and steps.days) and finding is not None
    if closed:
        spared.add("next_step")
    step = "; ".join(steps.steps) or None
    day = steps.days[0] if steps.days else None
    return Found(
        staff,
        channels[0] if channels else None,
        past_person,
        _reference(whole, voice=voice or not channels) or _after_name(whole, past_person),
        finding,
        step if day else None,
        step,
        day,
        frozenset(spared),
    )


_WEAK: Final = {
    "fax": pattern("parts_weak_fax"),
    "email": pattern("parts_weak_email"),
    "mail": pattern("parts_weak_mail"),
    "portal": pattern("parts_weak_portal"),
    "remittance": pattern("parts_weak_remittance"),
}


def _weak_channels(text: str) -> list[str]:
    """Return channels that are only mentioned, for a note that says none plainly."""
    return [name for name, pattern in _WEAK.items() if pattern.search(text)][:1]


def _with_names(text: str) -> str:
    """Return a note with first names that were written small, unless they are words as well."""
    names = FIRST_NAMES - COMMON_NAMES
    return re.sub(
        r"\b[a-z]{3,}\b", lambda found: found[0].capitalize() if found[0] in names else found[0], text
    )


def _calmed(text: str) -> str:
    """Return a note in capitals with small letters, its names and initials still capital."""

    def word(match: re.Match[str]) -> str:
        plain = match[0].lower()
        if plain in FIRST_NAMES:
            return match[0].capitalize()
        return plain

    calm = re.sub(r"[A-Za-z']+", word, text)
    head, tail = re.match(r"^\W*(?:[\d/.-]+\s+)?([A-Z]{2})\b", text), re.search(r"\b([A-Z]{2})\W*$", text)
    for match in (head, tail):
        if match:
            calm = calm[: match.start(1)] + match[1] + calm[match.end(1) :]
    return calm


def _finding(steps: Steps, names: frozenset[str]) -> str | None:
    """Return the clauses of the past that say what was learnt."""
    told = []
    for sentence in clauses(steps.past):
        for clause in sentence:
            about = _TOPIC.sub(" ", re.sub(r"\b(re|regarding|about):", r"\1", clause, flags=re.IGNORECASE))
            about = _NO_ANSWER.sub(" ", about)
            about = _NO_NEWS.sub(" ", about)
            bare = _NO_CONTACT.sub(" ", about)
            if bare != about and not (FINDING.search(bare) or _says_something(bare)):
                continue
            about = bare
            if FINDING.search(about) or _says_something(about) or _has_content(about, names):
                told.append(clause)
    return "; ".join(told) or None


def _after_name(text: str, person: str | None) -> str | None:
    """Return a number that stands straight behind the name of who gave it."""
    if not person:
        return None
    found = re.search(
        rf"\b{re.escape(person)}\W{{1,4}}(\d{{3}}-\d{{4}}|[A-Z]{{0,3}}\d{{5,}}|\d[\d-]{{5,}})\b(?!/)", text
    )
    return found[1] if found else None


_STATE: Final = pattern("parts_state")
_MATTERS: Final = frozenset(
    [
        "pos",
        "npi",
        "dob",
        "eob",
        "cob",
        "ndc",
        "tin",
        "cpt",
        "icd",
        "dx",
        "id",
        "lcd",
        "ncd",
        "abn",
        "msp",
        "pcp",
        "dos",
        "tpl",
        "wc",
        "pip",
        "mva",
    ]
)
_OWN_START: Final = pattern("parts_own_start")


def _has_content(clause: str, names: frozenset[str]) -> bool:
    """Return whether a clause has words of substance, beside names, contacts and what says nothing."""
    if _OWN_START.match(clause):
        return False
    bare = DAY.sub(" ", _REFERENCE.sub(" ", clause))
    words = re.findall(r"(?<![A-Za-z])[a-z][a-z'-]{2,}", bare)
    real = {
        word
        for word in words
        if word not in HOLLOW and word not in names and word not in FIRST_NAMES - COMMON_NAMES
    }
    real |= {word.lower() for word in re.findall(r"\b[A-Z]{2,4}\b(?!-?\d)", bare) if word.lower() in _MATTERS}
    return len(real) >= 2 or (len(real) == 1 and bool(_STATE.search(bare)))


def _says_something(clause: str) -> bool:
    """Return whether somebody, or a screen, says more than that they will look, call or wait."""
    found = _SAYS.search(clause)
    if not found:
        return False
    rest = clause[found.end() :]
    words = re.findall(r"[a-z']+", rest.lower())
    return len(words) >= 3 and not NOTHING_SAID.issuperset(words)


def _reference(text: str, *, voice: bool) -> str | None:
    """Return the reference number of a contact; for written channels the payer's own number of the claim counts."""
    for match in _REFERENCE.finditer(text):
        label, join, token = match["label"].lower(), match["join"].lower(), match["token"]
        loose = label.strip() in (
            "case",
            "call",
            "issue",
            "query",
            "inquiry",
            "trans",
            "submission",
            "receipt",
            "certified",
        )
        mixed = re.search(r"[A-Za-z]", token) and not re.match(
            r"(?:co|pr|oa|pi|n|ma|m)-?\d|\d+(?:st|nd|rd|th)\b", token, re.IGNORECASE
        )
        if (
            loose
            and not mixed
            and not re.search(r"#|number|no|id|:", join)
            and len(re.sub(r"\D", "", token)) < 5
        ):
            continue
        if DAY.fullmatch(token.strip(".")) or re.match(r"\d{1,2}(?:min|hr|day|wk)", token, re.IGNORECASE):
            continue
        if re.search(r"\bin $", text[: match.start()]) and "#" not in join and "number" not in join:
            continue
        return token.strip(".-_/")
    if _NO_REF.search(text):
        return None
    for form in (_TIGHT, _AFTER):
        if found := form.search(text):
            return found["token"].strip(".-_/")
    for match in _BARE.finditer(text):
        before = (match["before"] or "").strip()
        if not _NOT_REF.fullmatch(before) and not DAY.fullmatch(match["token"]):
            return match["token"]
    for match in [*_CODE.finditer(text), *_DASHED.finditer(text)]:
        before = re.sub(r"\W", "", match["before"] or "")
        if (
            not _HCPCS.fullmatch(match["token"])
            and not _NOT_REF.fullmatch(before)
            and not DAY.fullmatch(match["token"])
        ):
            return match["token"]
    if not voice and (found := _CONTROL.search(text)):
        return found["token"]
    return None
