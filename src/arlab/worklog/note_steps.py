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
    OWN_ING,
    OWN_PASSIVE,
    PAYERS,
    ROLES,
)

__all__ = ["Steps", "clauses", "expanded", "plain_marks", "split_steps"]

_EXPANSIONS: Final = tuple((re.compile(pattern, re.IGNORECASE), words) for pattern, words in ABBREVIATIONS)
_SENTENCE: Final = re.compile(
    r"(?<!\bno)(?<!\bref)(?<!\bdr)(?<!\bmr)(?<!\bms)(?<!\bmrs)(?<!\bst)(?<!\bext)(?<!\bvs)(?<!\bco)(?<!\binc)"
    r"(?<!\s[a-z])(?<!^[a-z])(?<!\.[a-z])(?<!\bconf)(?<!\bappt)(?<!\bsgt)\.(?=\s|$)"
    rf"|\.(?=\s+(?:then|next|follow|claims?|they|rep|ref|reference|spoke|said|denied|coverage|patient|payment|per|no|not|she|he|it|we"
    rf"|i|this|the|need|needs|will|plan|action|f|appeals?|{OWN_BASE}|{OWN_ING})\b)"
    r"|[!?;|•]+(?=\s|$|\w)|\n+|\.(?=[A-Z][a-z])|->|=>|→|>>+",
    re.IGNORECASE,
)
_COMMA: Final = re.compile(
    r",(?=\s)|\s+[-–—]+\s+|\s*—\s*|\s/\s|\s+(?=(?:and |so |then |but )?(?:then|so|but)\b)|\s+&\s+|:(?=\s)|\)\s*"
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
    rf"\b(?:needs?|must|should|has|have|will|is|are|ought|going)? ?(?:to )?be (?:{_LITTLE} )*(?:called|phoned|rechecked|re-?sub"
    r"mitted|submitted|rebilled|re-?billed|refiled|filed|appealed|corrected|followed|sent|faxed|mailed|checked|"
    r"written off|adjusted|transferred|escalated|reviewed again|verified|contacted|moved|worked|resent|uploaded|updated"
    r"|disputed|billed|dropped|chased)\b",
    re.IGNORECASE,
)
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
    r"|status check|reminder|escalation|redetermination|review)(?: (?:letter|request|packet|to \w+|with \w+|w/ \w+))?(?: (?:goes?|going|out|to go|is|on|by|for|due|set|again|in|will go|planned|sent out))*"
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
            cut, owner = _cue(clause, first=first, others=others, told=told)
            if cut is None:
                kept.append(clause)
                if (
                    after_step
                ):  # "will resubmit, corrected, 7/1": a day further on in the sentence may date it
                    loose += days_in(clause)
            else:
                before, step = clause[:cut].strip(" ,-:"), clause[cut:].strip()
                dated = days_in(step, ahead=True) or (days_in(before) if not first else [])
                if re.search(r"\w", before):
                    kept.append(before)
                steps.append(step)
                days += dated
                owners += [owner] if owner else []
                after_step = not dated
            # Who, when and with whom may stand before the first thing that is told.
            words += len(clause.split())
            first = first and words <= 5 and not FINDING.search(clause)
        if kept:
            past.append(", ".join(kept))
    if steps and not days:
        days = loose
    return Steps(". ".join(past), tuple(steps), tuple(days), tuple(owners), bool(CLOSED.search(text)))


def _cue(clause: str, *, first: bool, others: frozenset[str], told: bool) -> tuple[int | None, str | None]:
    """Return where in a clause the next step starts, and who is to take it; None when there is none."""
    for found in _WILL.finditer(clause):
        who = (found["who"] or "").strip(".").lower()
        subject = clause[: found.start("cue")]
        ours = (
            told
            and re.fullmatch(r"(?:and |then |so )?s?he", subject.strip(), re.IGNORECASE)
            and not _TO_US.search(clause)
        )
        if _is_party(who, subject, others) and not ours:
            continue
        advice = re.search(
            r"(?:said|says|advised|instruct\w+|suggested|recommended|told|asked)", found["cue"], re.IGNORECASE
        )
        if advice and not days_in(clause[found.start() :]):
            continue
        return found.start("cue"), _owner(found["who"])
    if found := _PASSIVE.search(clause):
        return found.start(), None
    did = _DID.search(clause)
    if (
        not did
        and not first
        and (found := re.search(rf"(?:^|(?P<who>\b[A-Z][\w.]*) )to (?:{_LITTLE} )*(?:{OWN_BASE})\b", clause))
    ):
        who = found["who"] or ""
        if not _is_party(who.lower().strip("."), clause[: found.start()] + who, others):
            return found.start(), _owner(who)
    for found in _CUES.finditer(clause):
        ahead = clause[found.start() :]
        if (
            first
            and re.match(r"follow up|status check|call |check |due|due ", ahead, re.IGNORECASE)
            and _starts_note(clause, found.start())
        ):
            continue
        if _PURPOSE.search(clause[: found.start()]) and (
            did or re.search(r"follow up|status|call|check|review", found[0], re.I)
        ):
            if not re.search(
                r"(?:set|task|reminder|scheduled?|need|plan(?:ned)?|calendar|due) (?:\w+ )?(?:for|a|to|on) $",
                clause[: found.start()],
                re.I,
            ):
                continue
        if (
            re.match(r"follow up (?:call|on|with|to|re|regarding)\b", ahead, re.I)
            and did
            and not days_in(ahead)
        ):
            continue
        if _party_before(clause[: found.start()], others) and re.match(
            r"call back|follow up|review|set|scheduled|due|hold|check|assigned|on |check ", ahead, re.I
        ):
            continue
        if not days_in(ahead) and not re.match(
            r"next (?:step|action)|next:|action|to[- ]?do|plan:|n/?ad?:", ahead, re.I
        ):
            if not (
                days_in(clause[: found.start()])
                and not first
                and re.match(r"follow up|re-?check|call back|check back", ahead, re.I)
            ):
                continue
            return 0, None
        return found.start(), None
    if (
        not first
        and (found := _BASE_FIRST.match(_DAY_FIRST.sub("", clause)))
        and not _NOUN_AFTER.match(found["rest"])
    ):
        if days_in(clause) or 1 <= len(re.findall(r"[a-z]{2,}", found["rest"])) <= 8:
            return len(clause) - len(found[0]) + found.start("verb") if not days_in(
                clause[: len(clause) - len(found[0])]
            ) else 0, None
    if not first and len(clause.split()) <= 9 and not _NOT_OURS.search(clause):
        day = DAY.search(clause)
        if (
            day
            and _SHORT_STEP.search(clause[: day.start()])
            and re.search(r"[a-z]{3}", clause[: day.start()])
        ):
            return 0, None
    if not first and len(clause.split()) <= 7 and _NOUN_STEP.match(clause) and days_in(clause):
        return 0, None
    if (
        not first
        and (found := _GOING.search(clause))
        and not _is_purpose(clause)
        and days_in(clause[found.start() :])
    ):
        if not _party_before(clause[: found.start()], others):
            return found.start(), None
    return None, None


def _is_purpose(clause: str) -> bool:
    """Return whether an -ing form tells what a call was about: "following up on the claim", not "on 4/9"."""
    found = _PURPOSE_GOING.match(clause)
    return bool(found) and not DAY.match(clause[found.end() :].lstrip())


def _starts_note(clause: str, place: int) -> bool:
    """Return whether nothing but a day, a time or initials stands before a place of the first clause."""
    before = DAY.sub("", clause[:place])
    return len(re.findall(r"[A-Za-z]{2,}", before)) <= 1


def _is_party(who: str, subject: str, others: frozenset[str]) -> bool:
    """Return whether the one who is to act is a payer, its rep or the patient."""
    words = re.findall(r"[\w']+", subject.lower())
    last = [word for word in words if not re.fullmatch(_LITTLE, word)][-2:]
    if not last:
        return False
    if re.fullmatch(_PARTY, last[-1]) or last[-1] in PAYERS or last[-1] in others:
        return not (
            last[-1] in ("that", "claim", "claims", "check")
            and re.search(r"\b(?:need|so|for)\b", subject[-12:].lower())
        )
    if re.search(
        rf"(?:asked|requested|told|wants?|had|expects?|tells|asking) (?:for )?(?:the |a )?(?:\w+ )?{re.escape(last[-1])}$",
        " ".join(words),
    ):
        return last[-1] not in ("i", "we", "me", "us")
    return bool(re.search(rf"\b(?:{COMPANY})\s*$", subject))


def _party_before(text: str, others: frozenset[str]) -> bool:
    words = re.findall(r"[\w']+", text.lower())
    return bool(words) and (
        bool(re.fullmatch(_PARTY, words[-1])) or words[-1] in others or words[-1] in PAYERS
    )


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
