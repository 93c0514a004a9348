"""Which part of a note says what is to be done next, and on which day?

Cuts a note into clauses and tells what lies ahead for the practice from what was found. What a payer or patient
will do is no next step of ours. It grades nothing.
"""

from __future__ import annotations

import dataclasses
import re
from typing import Final

from arlab.worklog.note_clauses import clauses
from arlab.worklog.note_dates import DAY, days_in
from arlab.worklog.note_words import FINDING, NO_NAMES, PAYERS, pattern, piece

__all__ = ["Steps", "split_steps"]

_PARTY: Final = piece("party")
_LITTLE: Final = piece("little")
_COMPANY: Final = piece("company")

_WILL: Final = pattern("steps_will")
_PASSIVE: Final = pattern("steps_passive")
_MONEY: Final = pattern("steps_money")
_CUES: Final = pattern("steps_cues")
_PURPOSE: Final = pattern("steps_purpose")
_DID: Final = pattern("steps_did")
_BASE_FIRST: Final = pattern("steps_base_first")
_NOUN_AFTER: Final = pattern("steps_noun_after")
_SHORT_STEP: Final = pattern("steps_short_step")
_NOUN_STEP: Final = pattern("steps_noun_step")
_DAY_FIRST: Final = pattern("steps_day_first")
_NOT_OURS: Final = pattern("steps_not_ours")
_GOING: Final = pattern("steps_going")
_TO_US: Final = pattern("steps_to_us")
_PURPOSE_GOING: Final = pattern("steps_purpose_going")
_ADVICE: Final = pattern("steps_advice")
_PAYS: Final = pattern("steps_pays")
_NO_PASSIVE: Final = pattern("steps_no_passive")
_TO_DO: Final = pattern("steps_to_do")
_HEAD_WORDS: Final = pattern("steps_head_words")
_WORK_WORDS: Final = pattern("steps_work_words")
_SET_FOR: Final = pattern("steps_set_for")
_ABOUT_WORDS: Final = pattern("steps_about_words")
_NOUN_WORDS: Final = pattern("steps_noun_words")
_DONE_BEFORE: Final = pattern("steps_done_before")
_NEXT_WORDS: Final = pattern("steps_next_words")
_AGAIN_WORDS: Final = pattern("steps_again_words")
_DOES: Final = pattern("steps_does")
# "Writes Ann from the plan": told to us.
_WRITES: Final = pattern("steps_writes")
_ASKED: Final = re.compile(
    r"\b(?:ask(?:ed|ing)?|requested|told|tells|wants?|had|expects?) (?:for )?(?:the |a )?(?:\w+ )?(?P<who>[\w']+)$"
)
_WILL_BEFORE: Final = re.compile(
    r"\b(?:will|would|shall|is going to|are going to|plans to|promised to|agreed to|has to|needs to|must|is to)\b"
    r"(?: \w+){0,2} $|'ll(?: \w+){0,2} $",
    re.IGNORECASE,
)
_NAMED_BEFORE: Final = re.compile(r"\b([A-Z][a-z'-]+)(?: [A-Z]\b\.?)?\s*$")
# What billers do and what they did it with have one word.
_NOUNS: Final = re.compile(
    r"calls?|reply|research|attempt|order|key|address|schedule|route|log|check|appeal|fax|e-?mail|mail|bill|review|file|work|message|phone|post|return|dispute|charge|hold|refund|statement"
    r"|invoice|print|contact|request|rebill|fix|note|look|claim|query|report|scan|transfer|change|update|process|release|finish"
    r"|complete|open|recheck|resubmit|audit|ring|prep|start|return|release|answer|batch|queue|link|load|split|void|drop|move|run|set",
    re.IGNORECASE,
)
_A_CHECK: Final = re.compile(r"(?:\$[\d,.]+|\b(?:an?|the|his|her|their|our)) $", re.IGNORECASE)
_OUR_NEED: Final = pattern("steps_our_need")
CLOSED: Final = pattern("steps_closed")


@dataclasses.dataclass(frozen=True)
class Steps:
    """``past`` is the note without what lies ahead; ``steps`` are the clauses that say a next step, ``days`` their
    days.

    ``owners`` are those who are to take it, where they are named.
    """

    past: str
    steps: tuple[str, ...]
    days: tuple[str, ...]
    owners: tuple[str, ...]
    closed: bool


def split_steps(text: str, *, others: frozenset[str] = frozenset(), told: bool = False) -> Steps:
    """Return what a written-out note says of the next step, and the note without it.

    Parameters
    ----------
    text : of :func:`expanded`
    others : names, in lower case, of those who are not of the practice: what they will do is no step of ours
    told : whether the note tells of its writer by name, so that "she will resubmit" is a step of the writer's

    Examples
    --------
    >>> found = split_steps("claim denied for no authorization, will appeal by 7/1")
    >>> found.past, found.steps, found.days
    ('claim denied for no authorization', ('will appeal by 7/1',), ('7/1',))
    >>> split_steps("Ann said they will call us by 7/1").steps
    ()
    """
    past, steps, days, owners = [], [], [], []
    loose: list[str] = []
    first, words = True, 0
    for sentence in clauses(text):
        kept = []
        after_step = False
        for clause in sentence:
            cue = _cue(_Clause(clause, first, others, told))
            if cue is None:
                kept.append(clause)
                if (
                    after_step
                ):  # "will resubmit, corrected, 7/1": a day further on in the sentence may date it
                    loose += days_in(clause)
            else:
                before, step = clause[: cue[0]].strip(" ,-:"), clause[cue[0] :].strip()
                dated = days_in(step, ahead=True) or (days_in(before) if not first else [])
                if re.search(r"\w", before):
                    kept.append(before)
                steps.append(step)
                days += dated
                owners += [cue[1]] if cue[1] else []
                after_step = not dated
            # Who, when and with whom may stand before the first thing that is told.
            words += len(clause.split())
            first = first and words <= 5 and not FINDING.search(clause)
        first = first and words < 4
        if kept:
            past.append(", ".join(kept))
    if steps and not days:
        days = loose
    return Steps(". ".join(past), tuple(steps), tuple(days), tuple(owners), bool(CLOSED.search(text)))


@dataclasses.dataclass(frozen=True)
class _Clause:
    """A clause, whether it may still be the head of the note, and whose doings are none of ours."""

    text: str
    first: bool
    others: frozenset[str]
    told: bool

    def theirs_before(self, place: int) -> bool:
        """Return whether what stands just before a place is the payer, its rep or the patient."""
        words = re.findall(r"[\w']+", self.text[:place].lower())
        return bool(words) and (bool(re.fullmatch(_PARTY, words[-1])) or words[-1] in self.others | PAYERS)


_Cue = tuple[int, str | None]


def _cue(clause: _Clause) -> _Cue | None:
    """Return where in a clause the next step starts, and who is to take it; None when there is none."""
    for find in (_by_modal, _by_passive, _by_infinitive, _by_words, _by_verb, _by_doer, _by_day, _by_going):
        if (found := find(clause)) is not None:
            return found
    return None


def _by_modal(clause: _Clause) -> _Cue | None:
    """Will call, need to resubmit, the plan is to appeal."""
    text = clause.text
    for found in _WILL.finditer(text):
        subject = text[: found.start("cue")]
        ours = clause.told and re.fullmatch(r"(?:and |then |so )?s?he", subject.strip(), re.IGNORECASE)
        if _is_party(subject, clause.others) and not (ours and not _TO_US.search(text)):
            continue
        if _ADVICE.search(found["cue"]) and not days_in(text[found.start() :]):
            continue
        named = _NAMED_BEFORE.search(subject)
        return found.start("cue"), _owner(named[1] if named else found["who"])
    return None


def _by_passive(clause: _Clause) -> _Cue | None:
    """To be resubmitted, gets billed."""
    text = clause.text
    for found in _PASSIVE.finditer(text):
        theirs = _MONEY.search(text[: found.start()]) and _PAYS.match(found["verb"])
        if not theirs and not _NO_PASSIVE.search(text[: found.end()]):
            return found.start(), None
    return None


def _by_infinitive(clause: _Clause) -> _Cue | None:
    """KM to call back, front desk to run the card; in "called to check" it tells only what a call was for."""
    text = clause.text
    if clause.first or _DID.search(text):
        return None
    found = _TO_DO.search(text)
    if not found or _is_party(text[: found.start()] + (found["who"] or ""), clause.others):
        return None
    return found.start(), _owner(found["who"])


def _by_words(clause: _Clause) -> _Cue | None:
    """Next step, follow up 7/1, reminder set for Monday."""
    text, did = clause.text, _DID.search(clause.text)
    for found in _CUES.finditer(text):
        before, ahead = text[: found.start()], text[found.start() :]
        if clause.first and _HEAD_WORDS.match(ahead) and _starts_note(text, found.start()):
            continue
        if _PURPOSE.search(before) and (did or _WORK_WORDS.search(found[0])) and not _SET_FOR.search(before):
            continue
        if did and _ABOUT_WORDS.match(ahead) and not days_in(ahead):
            continue
        if re.match(r"checks? |payment", ahead, re.IGNORECASE) and _A_CHECK.search(before):
            continue
        will = _WILL_BEFORE.search(before)
        if will and _is_party(before[: will.start()], clause.others):
            continue
        if _NOUN_WORDS.match(ahead) and (clause.theirs_before(found.start()) or _DONE_BEFORE.search(before)):
            continue
        if days_in(ahead, ahead=True) or _NEXT_WORDS.match(ahead):
            return found.start(), None
        if days_in(before) and not clause.first and _AGAIN_WORDS.match(ahead):
            return 0, None
    return None


def _by_verb(clause: _Clause) -> _Cue | None:
    """Resubmit by 7/1; call again in two weeks."""
    if clause.first:
        return None
    bare = _DAY_FIRST.sub("", clause.text)
    found = _BASE_FIRST.match(bare)
    if (
        not found
        or re.match(r"(?:tele)?phone to|call to", bare.lower())
        or (_NOUNS.fullmatch(found["verb"]) and _NOUN_AFTER.match(found["rest"]))
    ):
        return None
    if not days_in(clause.text, ahead=True) and not 1 <= len(re.findall(r"[a-z]{2,}", found["rest"])) <= 8:
        return None
    return (0 if bare != clause.text else found.start("verb")), None


def _by_doer(clause: _Clause) -> _Cue | None:
    """Amy calls on 7/1, the appeal goes out Friday."""
    text = clause.text
    if clause.first or not days_in(text, ahead=True):
        return None
    found = _DOES.search(text)
    if not found or _WRITES.match(text):
        return None
    ours = clause.told and re.match(r"\W*s?he\b", text, re.IGNORECASE)
    theirs = re.match(rf"\W*(?:{_PARTY})\b", text, re.IGNORECASE) or clause.theirs_before(found.start("does"))
    if found["does"] and theirs and not ours:
        return None
    return 0, _owner(found["who"])


def _by_day(clause: _Clause) -> _Cue | None:
    """Peer to peer by 7/1, corrected claim Tuesday: short, with a day, and nothing that was found or done."""
    text = clause.text
    if clause.first:
        return None
    if len(text.split()) <= 7 and _NOUN_STEP.match(text) and days_in(text):
        return 0, None
    day = DAY.search(text)
    if not day or len(text.split()) > 9 or _NOT_OURS.search(text):
        return None
    before = text[: day.start()]
    return (0, None) if _SHORT_STEP.search(before) and re.search(r"[a-z]{3}", before) else None


def _by_going(clause: _Clause) -> _Cue | None:
    """Resubmitting tomorrow."""
    text = clause.text
    found = None if clause.first else _GOING.search(text)
    if (
        not found
        or _is_purpose(text)
        or not days_in(text[found.start() :])
        or clause.theirs_before(found.start())
    ):
        return None
    return found.start(), None


def _is_purpose(clause: str) -> bool:
    """Return whether an -ing form tells what a call was about: "following up on the claim", not "on 4/9"."""
    found = _PURPOSE_GOING.match(clause)
    return found is not None and not DAY.match(clause[found.end() :].lstrip())


def _starts_note(clause: str, place: int) -> bool:
    """Return whether nothing but a day, a time or initials stands before a place of the first clause."""
    before = DAY.sub("", clause[:place])
    return len(re.findall(r"[A-Za-z]{2,}", before)) <= 1


def _is_party(subject: str, others: frozenset[str]) -> bool:
    """Return whether the one who is to act is a payer, its rep or the patient."""
    words = re.findall(r"[\w']+", subject.lower())
    last = [word for word in words if not re.fullmatch(_LITTLE, word)][-1:]
    if not last:
        return False
    if re.fullmatch(_PARTY, last[0]) or last[0] in PAYERS | others:
        # "so that will be resubmitted", "need claim to be sent": said of what we do
        return not (last[0] in ("that", "claim", "claims", "check") and _OUR_NEED.search(subject[-12:]))
    asked = _ASKED.search(" ".join(words))
    if asked and asked["who"] == last[0]:
        return last[0] not in ("i", "we", "me", "us")
    return bool(re.search(rf"\b(?:{_COMPANY})\s*$", subject))


def _owner(who: str | None) -> str | None:
    """Return the name or initials of who is to act, where they are one."""
    if (
        not who
        or not re.fullmatch(r"[A-Z][A-Za-z.'-]*", who)
        or who.lower().strip(".") in NO_NAMES
        or who == "I"
    ):
        return None
    return who
