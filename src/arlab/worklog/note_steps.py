"""Which part of a note says what is to be done next, and on which day?

Cuts a note into clauses and tells what lies ahead for the practice from what was found. What a payer or patient will
do is no next step of ours. It grades nothing.
"""

from __future__ import annotations

import dataclasses
import re
from typing import Final

from arlab.worklog.note_dates import DAY, days_in
from arlab.worklog.note_words import (
    ABBREVIATIONS,
    COMPANY,
    FINDING,
    NO_NAMES,
    OWN_BASE,
    OWN_DOES,
    OWN_ING,
    OWN_PASSIVE,
    PAYERS,
    ROLES,
)

__all__ = ["Steps", "clauses", "expanded", "plain_marks", "split_steps"]

_EXPANSIONS: Final = tuple(
    # Letters of a code, as in LM-4002, stand for nothing.
    (re.compile(rf"(?:{pattern})(?!-?\w*\d)", re.IGNORECASE), words)
    for pattern, words in ABBREVIATIONS
)
_SENTENCE: Final = re.compile(
    r"(?<!\bno)(?<!\bref)(?<!\bdr)(?<!\bmr)(?<!\bms)(?<!\bmrs)(?<!\bst)(?<!\bext)(?<!\bvs)(?<!\bco)(?<!\binc)"
    r"(?<!\s[a-z])(?<!^[a-z])(?<!\.[a-z])(?<!\bconf)(?<!\bappt)(?<!\bsgt)\.(?=\s|$)"
    rf"|\.(?=\s+(?:then|next|follow|claims?|they|rep|ref|reference|spoke|said|denied|coverage|patient|payment|per|no|not|she|he|it|we"
    rf"|i|this|the|need|needs|will|plan|action|f|appeals?|{OWN_BASE}|{OWN_ING})\b)"
    r"|[!?;|•]+(?=\s|$|\w)|\n+|\.(?=[A-Z][a-z])|->|=>|→|>>+",
    re.IGNORECASE,
)
_COMMA: Final = re.compile(
    r",(?=\s)|\s+[-–—]+\s+|\s*—\s*|\s/\s|\s+(?=(?:and |so |then |but )?(?:then|so|but)\b)|\s+&\s+|:(?=\s)|\)\s*|\s*\((?=(?:by )?(?:call|phone|portal|fax|e-?mail|web|chat|online)\b)"
    r"|\s+(?=and (?:will|I(?:'ll)?|then|we|need|to)\b)"
)
_LEADS: Final = re.compile(
    r"^(?:and |so |then |but |we'll |i'll )*(?:if|when|once|unless|after|by|on|in|until|as of|before|no later than|should"
    r"|around|per|due|for|starting|effective|within|at)\b",
    re.IGNORECASE,
)
_ONLY_DAY: Final = re.compile(
    r"^\W*(?:(?:due|by|on|in|for|no later than|around|about|target|date|deadline|to|the|at|not later than|before|or"
    r" sooner|if needed|next|again|then|and|approximately|set|reminder|latest|tickle[rd]?|first thing)\W+)*$",
    re.IGNORECASE,
)

_PARTY: Final = (
    rf"(?:they|he|she|it|payer|payor|insurance|insurer|carrier|plan|{ROLES}|adjuster|claims?|check|cheque|payment|eft"
    r"|system|department|reviewer|who|which|that|letter|eob|decision|determination|refund|patient|member|spouse"
    r"|guarantor|employer|subscriber|mom|mother|father|dad|wife|husband|daughter|son|someone|somebody|director|nurse"
    r"|money|remit|response|company|attorney|provider relations|services?|claim dept|office manager there)"
)
_LITTLE: Final = r"(?:also|now|still|just|then|again|likely|probably|only|first|please|pls|not|definitely|really|either|each)"
_MODAL: Final = (
    rf"(?:will|'ll|wll|shall|need to|needs to|have to|has to|must|should|going to|gonna|plan(?:ning|s)? (?:is )?to"
    rf"|intend(?:s|ing)? to|scheduled to|set to|want to|about to|ready to|remind(?:er|ed)?(?: me| set)? to|task(?:ed)?"
    rf" to|next(?: step)?(?: is)? to|step is to|plan is to|action is to|asked (?:me|us) to|told (?:me|us) to"
    rf"|(?:said|says|advised|instructed|instructs|suggested|recommended)(?: me| us)? to|let's|please|can|agreed to|got to|have)"
)
_WILL: Final = re.compile(
    rf"(?:(?P<who>[\w.'-]+)\s+)?\b(?P<cue>{_MODAL})\s+(?:{_LITTLE}\s+)*(?:{OWN_BASE})\b", re.IGNORECASE
)
_PASSIVE: Final = re.compile(
    rf"\b(?:(?:needs?|must|should|has|have|will|is|are|ought|going)? ?(?:to )?be|gets?|getting|to get) (?:{_LITTLE} )*"
    rf"(?!(?:processed|reprocessed|released|expected|assigned|finished|decided|charged|reviewed(?! again)|denied|reconsidered|reissued|handled)\b)"
    rf"(?P<verb>{OWN_PASSIVE}|rechecked|written off|moved|chased|billed|looked (?:for|at|into)|watched for)\b",
    re.IGNORECASE,
)
_MONEY: Final = re.compile(r"\b(?:checks?|payment|eob|letter|decision|refund|money|funds|determination|response|he|she|they|it|rep|we|i)\W*$", re.IGNORECASE)
_CUES: Final = re.compile(
    r"\b(?:next (?:steps?|action|touch|contact|call|check|move|review|follow up|date|up)|next:|n/?a(?:d)?:|na:|nad\b|nfd\b"
    r"|action(?: item| needed| plan| date)?:|to[- ]?do\b|plan:|tickle[rd]?\b|diar(?:y|ied|ize)\b|reminder\b|calendar(?:ed)?\b"
    r"|task (?:set|created|for|due|made)|re-?check(?!ed|ing)|check back|call back|circle back|touch base|revisit|bring up"
    r"|back (?:on|in) (?:my|the|our) (?:queue|list|worklist|desk)|on (?:my|the|our) (?:list|calendar|desk|schedule|worklist)"
    r"|queued (?:up )?for|scheduled (?:a |for)|slated|set (?:a |for)|due (?:by|on|date)?|deadline|target(?:ing)?|flag(?:ged)? for"
    r"|(?:another|second|2nd|third|3rd) (?:call|check|look|attempt|try|request|appeal|contact)|status check|pencil(?:l?ed)? in"
    r"|(?:call|appeal|resubmission|rebill|recheck|records|statement|corrected claim|reconsideration|dispute|review|refund"
    r"|letter|fax|follow up|escalation|inquiry|check|claim) (?:again |is |are |to |will |planned |goes? |going |out |next )*"
    r"(?:due|planned|scheduled|set|slated|booked|go out|going out|goes out|out|on the calendar|for|by|on|again)(?= )"
    r"|suspense|bump(?:ed)? to|follow up|reattempt|re-attempt|look again|try again"
    r"|worklist|work queue|assigned to|hand(?:ed|ing)? (?:off )?to|ask(?:ed)? (?:me|us) to|in (?:my|our) (?:diary|tickler))",
    re.IGNORECASE,
)
_PURPOSE: Final = re.compile(
    r"(?:\bto|\bfor a|\bfor|\bon|\ba|\bthis|\broutine|\bour|\bmy|\bas|\binitial|\bfirst|\bduring|\bper) $",
    re.IGNORECASE,
)
_DID: Final = re.compile(
    r"\b(?:called|phoned|phone call|call to|rang|dialed|telephoned|contacted|logged|spoke|reached out|went (?:online|to|on)"
    r"|emailed|faxed|tried|attempted|visited|wrote|chatted|checked|able|used|unable|asked|requested|opened)\b",
    re.IGNORECASE,
)
_BASE_FIRST: Final = re.compile(
    rf"^(?:\W|\b(?:and|then|so|also|please|pls|must|next|if (?:not|no|still)[^,]*|just|now|kindly|plan|or|else)\b)*"
    rf"(?P<verb>{OWN_BASE})\b(?P<rest>.*)",
    re.IGNORECASE | re.DOTALL,
)
_NOUN_AFTER: Final = re.compile(
    r"^\s*(?:[#/]|(?:received|mailed|sent|issued|cleared|denied|filed|upheld|posted|cashed|was|is|are|were|has|had|on file"
    r"|in process|processed|number|no|status:|status is|status shows|shows?|says?|states?|completed?|done|placed|made"
    r"|submitted|level|ended|dropped|pended|lasted|taken|reviewed|with (?:rep|the)|denial|reopened|overturned|from|id|did"
    r"|in progress|ref|reference|dated|still|copy|off (?:approved|done)|confirmation|conf|call|cover|went|came|back from|lost|won"
    r"|stands|history|date)(?!\w))",
    re.IGNORECASE,
)
_SHORT_STEP: Final = re.compile(
    r"\b(?:by|due|due by|due on|before|no later than|not later than|on or before)\W+$", re.IGNORECASE
)
_NOUN_STEP: Final = re.compile(
    r"^\W*(?:(?:the|a|our|an|new|2nd|second|next|formal|written|1st|first) )*(?:corrected claim|corrected|replacement claim|appeal|resubmission|rebill|recheck"
    r"|statement|records|callback|call back|follow up|fax|letter|p2p|peer to peer|peer-to-peer|reconsideration|dispute|refile|claim|write-?off"
    r"|status check|(?:patient|payer|provider) call|payment check|check for payment|reminder|escalation|redetermination|review)(?: (?:letter|request|packet|to \w+|with \w+|w/ \w+))?(?: (?:goes?|going|out|to go|is|on|by|for|due|set|again|in|will go|planned|sent out))*"
    r" ?(?=\W*(?:" + DAY.pattern + "))",
    re.IGNORECASE,
)
_DAY_FIRST: Final = re.compile(r"^\W*(?:(?:on|by|for) )?(?:(?:" + DAY.pattern + r")[\s,:-]*)+", re.IGNORECASE)
_NOT_OURS: Final = re.compile(
    r"\b(?:decision|payment|checks?|eob|response|determination|answer|result|they|paid|pay|payer|insurance|rep|he|she|it|claim"
    r"|patient|was|were|is|are|had|has|been|received|requested|needed|required|deadline|limit|expected|said|says|promised"
    r"|processing|review|filing|would|could|release[ds]?|issue[ds]?)\b|\w{3,}ed\b",
    re.IGNORECASE,
)
_GOING: Final = re.compile(
    rf"(?:^|\b(?:and|then|so|will be|am|be|i'm|we're|are|is|now) )\W*(?:{OWN_ING})\b", re.IGNORECASE
)
_TO_US: Final = re.compile(r"\b(?:us|me|back to us|to our)\b|\bcall back\b", re.IGNORECASE)
_PURPOSE_GOING: Final = re.compile(
    r"^\W*(?:calling|checking|following|looking|writing|reaching|seeing) (?:about|on|to|re|regarding|for|if|up on)\b",
    re.I,
)
_ADVICE: Final = re.compile(r"said|says|advised|instruct|suggested|recommended|told|asked", re.IGNORECASE)
_PAYS: Final = re.compile(r"sent|mailed|released|issued|made|posted", re.IGNORECASE)
_NO_PASSIVE: Final = re.compile(
    r"\b(?:have|has|had|need|needed|want|wanted|trying|able|hoping|supposed) to get\b|\b(?:can't|cannot|can not|could not|couldn't) be\b",
    re.IGNORECASE,
)
_DESKS: Final = (
    r"front desk|coder|coding|billing|posting|manager|team|office|staff|supervisor|lead|biller|poster|director|provider|doctor"
    r"|scheduler|nurse|registration|credentialing|collections|department"
)
_TO_DO: Final = re.compile(rf"(?:^|(?P<who>\b[A-Z][\w.]*|\b(?i:{_DESKS})) )to (?:{_LITTLE} )*(?i:{OWN_BASE})\b")
_HEAD_WORDS: Final = re.compile(r"follow up|status check|call |check |due", re.IGNORECASE)
_WORK_WORDS: Final = re.compile(r"follow up|status|call|check|review", re.IGNORECASE)
_SET_FOR: Final = re.compile(
    r"(?:set|task|reminder|scheduled?|need|plan(?:ned)?|calendar|due) (?:\w+ )?(?:for|a|to|on) $", re.IGNORECASE
)
_ABOUT_WORDS: Final = re.compile(r"follow up (?:call|on|with|to|re|regarding)\b", re.IGNORECASE)
_NOUN_WORDS: Final = re.compile(
    r"call|follow up|review|set|scheduled|due|hold|check|assigned|on |appeal|resubmission|rebill|records|statement|corrected"
    r"|reconsideration|dispute|refund|letter|fax|escalation|inquiry|claim",
    re.IGNORECASE,
)
_DONE_BEFORE: Final = re.compile(
    r"\b(?:sent|mailed|submitted|filed|faxed|uploaded|resubmitted|rebilled|appealed|received|got|made|placed|completed|did|done"
    r"|resent|re-sent|posted|issued|entered|wrote|they|their|no)(?: (?:the|a|an|our|out|in|another|second|first|level))* $",
    re.IGNORECASE,
)
_NEXT_WORDS: Final = re.compile(r"next (?:step|action)|next:|action|to[- ]?do|plan:|n/?ad?:", re.IGNORECASE)
_AGAIN_WORDS: Final = re.compile(r"follow up|re-?check|call back|check back", re.IGNORECASE)
_DOES: Final = re.compile(
    rf"(?:^|\b(?P<who>[A-Z][\w.]*|[Ss]he|[Hh]e|I|[Ww]e|{_DESKS}) |\band )(?P<does>(?:then |also )?(?:{OWN_DOES}))\b(?! (?:that|it was|the claim (?:is|was)))"
    r"|\b(?P<out>(?<!check )(?<!payment )(?<!eob )(?<!decision )go(?:es|ing)? out)\b"
)
_OUR_NEED: Final = re.compile(r"\b(?:need|so|for)\b", re.IGNORECASE)
CLOSED: Final = re.compile(
    r"\bno (?:further|more|other|additional) (?:action|follow up|steps?|work|contact|activity)|\bnothing (?:further|more|else|left)"
    r"|\bno (?:follow up|next step|action) (?:needed|required|necessary)|\b(?:account|acct|claim|item|case|ticket) (?:is |now |can be |to be )*"
    r"(?:closed|resolved|zeroed|done|complete)|\bclos(?:ed|ing) (?:the |this )?(?:account|acct|item|out|claim)|\bzero(?:ed)? (?:out|balance)"
    r"|\bbalance (?:is |now )*(?:zero|\$?0(?:\.00)?)\b|\bpaid in full|\bnfa\b|\bfully resolved|\bresolved[.,]? (?:nothing|no)",
    re.IGNORECASE,
)


@dataclasses.dataclass(frozen=True)
class Steps:
    """``past`` is the note without what lies ahead; ``steps`` are the clauses that say a next step, ``days`` their days.

    ``owners`` are those who are to take it, where they are named.
    """

    past: str
    steps: tuple[str, ...]
    days: tuple[str, ...]
    owners: tuple[str, ...]
    closed: bool


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
    for pattern, words in _EXPANSIONS:
        text = pattern.sub(words, text)
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
            if parts and (_ONLY_DAY.match(rest) and part != rest or lead):
                parts[-1] = f"{parts[-1]}, {part}"
            else:
                parts.append(part)
        if parts:
            result.append(parts)
    return result


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
                if after_step:  # "will resubmit, corrected, 7/1": a day further on in the sentence may date it
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
        return found.start("cue"), _owner(found["who"])
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
    if not found or _NOUN_AFTER.match(found["rest"]):
        return None
    if not days_in(clause.text) and not 1 <= len(re.findall(r"[a-z]{2,}", found["rest"])) <= 8:
        return None
    return (0 if bare != clause.text else found.start("verb")), None


def _by_doer(clause: _Clause) -> _Cue | None:
    """Amy calls on 7/1, the appeal goes out Friday."""
    text = clause.text
    if clause.first or not days_in(text):
        return None
    found = _DOES.search(text)
    if not found or re.match(rf"\W*(?:{_PARTY})\b", text, re.IGNORECASE) and found["out"] is None:
        return None
    start = found.start("does" if found["does"] else "out")
    if found["does"] and (clause.theirs_before(start) and not (clause.told and re.search(r"\bs?he $", text[:start]))):
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
    if not found or _is_purpose(text) or not days_in(text[found.start() :]) or clause.theirs_before(found.start()):
        return None
    return found.start(), None


def _is_purpose(clause: str) -> bool:
    """Return whether an -ing form tells what a call was about: "following up on the claim", not "on 4/9"."""
    found = _PURPOSE_GOING.match(clause)
    return bool(found) and not DAY.match(clause[found.end() :].lstrip())


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
    asked = re.search(rf"\b(?:ask(?:ed|ing)?|requested|told|tells|wants?|had|expects?) (?:for )?(?:the |a )?(?:\w+ )?{re.escape(last[0])}$", " ".join(words))
    if asked:
        return last[0] not in ("i", "we", "me", "us")
    return bool(re.search(rf"\b(?:{COMPANY})\s*$", subject))


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
