"""Which of the six parts of a good note does this text have?

Finds who, channel, person, reference number, finding and next step with its day. It gives no grade.
"""

from __future__ import annotations

import dataclasses
import re
from typing import Final

from arlab.worklog.note_dates import DAY
from arlab.worklog.note_people import find_person, find_staff, payer_words
from arlab.worklog.note_steps import Steps, clauses, expanded, plain_marks, split_steps
from arlab.worklog.note_words import COMMON_NAMES, FINDING, FIRST_NAMES, HOLLOW, OWN_DONE, OWN_ING, OWN_PASSIVE, PORTALS

__all__ = ["Found", "find_parts"]

_CHANNELS: Final = {
    "portal": re.compile(
        rf"\b(?:portals?|web ?sites?|online|on-line|web(?: inquiry| status| search)?|claim status tool|{PORTALS}|logged (?:in|on|into|onto)"
        r"|logging in(?:to)?|log-?in|payer(?:'s)? site|provider site|insurance site|\w+ site\b(?! of)|self-service|e-?status)\b",
        re.IGNORECASE,
    ),
    "phone": re.compile(
        r"\b(?:called|phoned|rang|dialed|dialled|telephoned|phone calls?|by phone|by telephone|on the (?:phone|line|horn)|over the phone|via (?:phone|telephone|call)"
        r"|phone|telephone|tel|calls? (?:to|with|placed|made|from|ref\w*|id|lasted|dropped|time|length|duration|#|number|log|in to|into|out|was|and|center|confirmed|notes?)"
        r"|(?:a|the|this|my|our|during|inbound|outbound|incoming|outgoing|conference|3-way|follow up|long|second|made|quick|today's|per|phone) calls?|calling|spoken?|talked|speaking with|voicemail"
        r"|(?:on|waited on|after) hold|hold (?:time|\d+)|held (?:for )?\d+|(?:provider|automated|claims|status|customer service|member|payer|service|provider services) line|ivr|hotline|1?-?8(?:00|88|77|66|55|44)[- ]|rang up|got through|toll[- ]free|picked up|hung up|disconnected|call:)\b"
        r"|^\W*call\b(?! back)|\bcall[,.:]|\bcall (?:on )?\d|(?<!to )(?<!must )(?<!will )(?<!should )(?<!can )(?<!please )(?<!'ll )(?<!and )(?<!may )\bcall\b(?! (?:back|again|us|me|the|them|him|her|their|member|cob))",
        re.IGNORECASE,
    ),
    "fax": re.compile(
        r"^\W*fax\b|\b(?:faxed|by fax|via fax|fax (?:to|confirms?|sent|confirmation|received|from|went|conf|transmission|ref\w*)|sent (?:\w+ )*fax|e-?fax(?:ed)?|refaxed|re-faxed)\b",
        re.IGNORECASE,
    ),
    "email": re.compile(
        r"\b(?:e-?mailed|by e-?mail|via e-?mail|e-?mail (?:from|to|sent|received|reply|response)|secure (?:message|mail)|message (?:id|from|to|sent|#|\d)|msg|sent (?:an? )?(?:secure )?(?:e-?mail|message)|messaged|live chat|chat(?:ted)?|in-?basket|texted|text message|chat with)\b",
        re.IGNORECASE,
    ),
    "mail": re.compile(
        r"\b(?:certified|usps|ups|fedex|by mail|via mail|by post|(?:mailed|posted) (?:the |our |out |in |a |an |level \d |first |second |1st |2nd |written )*(?:appeal|records?|letter|statement|corrected|reconsideration|claim|paper|packet|documents?|cms|form|dispute)"
        r"|(?:received|sent|got|in|read|opened|per|from|by|via|their|denial|payer|decision|a|the) (?:a |the |their |payer |denial |appeal |an? |decision |determination )*letter|correspondence|letter (?:received|dated|from|says|states|in)|statement (?:sent|mailed)|mail(?:ed)? (?:in|out) )\b",
        re.IGNORECASE,
    ),
    "clearinghouse": re.compile(
        r"\b(?:clearing ?house|277(?:ca)?|999|rejection report|edi (?:report|rejection|portal|team)|scrubber|acceptance report|276)\b",
        re.IGNORECASE,
    ),
    "remittance": re.compile(
        r"(?:^|[.;:,-]\s*)(?:era|835|remit(?:tance)?|eob)\b(?! (?:copy|request|needed|required|missing|to|sent))|\b(?:era|835|remit(?:tance)?(?: advice)?|eob) (?:\w+ )?(?:shows?|showed|says?|states?|stated|received|posted|dated|read|lists?|reads?|came|of|review(?:ed)?|in|has|denies|denied|with|from|indicates?|reports?|gave|gives|for|on|#|reason)\b|\b(?:per|read|reviewed|pulled|on|from|reading|received|got|opened|via|checked|reviewing|through) (?:the |an? |our |payer |latest |today's |\w+'s |\w+ )?(?:era|835|remit(?:tance)?|eob)\b",
        re.IGNORECASE,
    ),
    "in person": re.compile(
        r"\b(?:in person|walk(?:ed)?[- ]in|at the (?:window|front desk|counter)|came in|face to face|stopped by)\b",
        re.IGNORECASE,
    ),
}
_REF_LABEL: Final = (
    r"\b(?:msg|message)(?= (?:id|#|no|number|\d))|\bchat(?= ?(?:id|#|no|number|\d))|\binq(?=\W)|\bint(?=[#:])|(?:call |phone |chat |case |claim )?(?:ref(?:erence)?s?|rf)\b|\bconf(?:irm(?:ation)?)?s?\b|\bticket\b|\btracking\b|\binquiry\b|\binteraction\b"
    r"|\btrans(?:action)?\b|\btxn\b|\bincident\b|\bservice request\b|\bsr\b|\bcall (?:id|log|number|no|#)|\bcase\b|\bcall\b|\bcertified\b|\breceipt\b"
    r"|\blog(?:ged)? (?:number|no|id|#)|\bsession id|\bcontact id|\bquery\b|\bissue\b|\bsubmission\b|\bcertification\b|\brequest (?:id|number|#|no)|\bdocument id|\bsubmission id|\bupload id"
)
_JOIN: Final = r"(?:[\s:=.,#(\[\"'-]|\bletter\b|\bmailing\b|\bnumber\b|\bnum\b|\bno\b\.?|\bid\b|\bis\b|\bwas\b|\bgiven\b|\bof\b|\bcode\b|\bas\b|\bfor (?:the |this )?call\b|\bprovided\b|\bmail\b|\bletter\b|\bthe\b|\bshe gave\b|\bhe gave\b|\bthey gave\b|\breceived\b|\bobtained\b|\breads?\b|\bcall\b|\bnumbered\b|\bref(?:erence)?\b|\blogged\b|\bunder\b|\brecorded\b|\bissued\b|\bbeing\b|\bwe got\b|\bi got\b|\bassigned\b|\bopened\b|\bcreated\b)"
_TOKEN: Final = r"(?=[A-Za-z0-9/._-]*\d)[A-Za-z0-9][A-Za-z0-9/._-]{2,}"
_REFERENCE: Final = re.compile(
    rf"(?:\b|(?<=#))(?P<label>{_REF_LABEL})(?P<join>{_JOIN}{{1,8}}?)\s*(?P<token>{_TOKEN})", re.IGNORECASE
)
_TIGHT: Final = re.compile(
    r"\b(?P<token>(?:ref|conf|inc|case|tkt|int|sr|call|crn|cs|rf|cas|tk)[-_#]?\d[\w-]{2,})", re.IGNORECASE
)
_AFTER: Final = re.compile(
    rf"(?P<token>{_TOKEN})[\"')\]]?,? (?:is |was |as |for |\()?(?:the |a |my |our |her |his |their )?(?:call |phone )?(?:ref(?:erence)?|confirmation|ticket|tracking)\b",
    re.IGNORECASE,
)
_BARE: Final = re.compile(r"(?P<before>\b\w+\s*)?#\s?(?P<token>(?=[A-Za-z0-9-]*\d)[A-Za-z0-9-]{4,})")
_CODE: Final = re.compile(
    r"(?P<before>\b\w+\W{1,2})?(?<![\w-])(?P<token>[A-Z]{1,5}-?\d{4,}(?:-\w+)*|[A-Z]{2,5}-\d{3,}-\d+)\b"
)
_DASHED: Final = re.compile(
    r"(?P<before>\b\w+[ #:]{1,3})?(?<![\w/$.-])(?P<token>(?!1?-?\d{3}-\d{3}-\d{4}|\d{3}-\d{4}\b)(?!(?:CO|PR|OA|PI|MA)-)(?:(?=(?:\D*\d){5})[A-Z0-9]{1,8}-[A-Z0-9]+(?:-[A-Z0-9]+)*|(?=(?:\D*\d){4})(?=[\d-]*[A-Z])[A-Z0-9]{1,8}-[A-Z0-9]+-[A-Z0-9]+|\d{4,}-[A-Z]{1,4}|[A-Z]{1,4}-\d{4,}|[A-Z]{1,4}/\d{3,}(?:/\d+)*))\b(?!/)"
)
_NO_REF: Final = re.compile(
    r"\b(?:no|without|did ?n[o']t (?:get|give|have)(?: me| us)?|would ?n[o']t give(?: me| us)?|refused(?: to give)?|forgot(?: to get)?|not given|lost)"
    r"(?: an?| any| the| call| my)* (?:ref|reference|confirmation)\b|\bref(?:erence)?(?: number| #)? (?:not|n/a|none|wasn't|unavailable|refused)",
    re.IGNORECASE,
)
_HCPCS: Final = re.compile(r"[A-Z]\d{4}")
_NOT_REF: Final = re.compile(
    r"claims?|check|cheque|eft|authorization|auth|member|policy|acct|account|invoice|phone|fax|npi|group|line|icn|id|dcn|ccn|tcn|code|provider|mrn|patient|po|box|room|level|cert|referral|batch|visit|encounter|tin|tax|appeal",
    re.IGNORECASE,
)
_CONTROL: Final = re.compile(
    rf"\b(?:icn|ccn|dcn|tcn|pcn|control|claim|trace|eft|check|batch|file|acceptance|report|payer claim)(?: (?:control|trace|id|number|no|#))*(?:\s*[#:=]+\s*|\s+(?:is|was|number|no\.?|id)?\s*)(?P<token>(?=[A-Za-z0-9-]*\d)[A-Za-z0-9-]{{4,}})",
    re.IGNORECASE,
)
_TOPIC: Final = re.compile(
    r"\b(?:about|regarding|re|concerning|to (?:see|ask|learn|determine)(?: (?:if|why|whether|about|what|when|on))?|to (?:check|follow up|inquire)(?: (?:on|if|why|whether|about|the|into|with))?"
    r"|(?:asked|asking|inquir(?:ed?|ing)|question(?:ed)?)(?: \w+){0,2} (?:why|if|whether|about|for|on|when|into)|discuss(?:ed|ing)?|to discuss|to find out|follow(?:ed|ing)? up on|to get|for status|in reference to"
    r"|worked on|working on|looked into|looking into|checked (?:on|into)|checking (?:on|into)|called on|called for|to dispute|to appeal|to resolve|reviewed|argued|went over|going over|explained (?:the |our |this |about |why )*(?:denial|reason|claim|status|process|policy|situation|it|everything))\b[^,.;:]*?(?=$|[,.;:]|\b(?:and|who|rep|she|he|they|it)\b|\b(?:said|says|states|stated|advised|shows?|told)\b|\s-\s)",
    re.IGNORECASE,
)


_NO_NEWS: Final = re.compile(
    r"\b(?:no|not any|without) (?:new |further |more |additional |other )*(?:information|updates?|status|changes?|news|answers?|response|reply)\b(?: (?:available|yet|given|from \w+|since))*",
    re.IGNORECASE,
)
_SAYS: Final = re.compile(
    r"\b(?:said|says|stated|states|advised|advises|explained|explains|confirmed|confirms|told (?:me|us)|informed (?:me|us)|shows?"
    r"|showed|reads|replied|indicated|indicates|found(?: out)?|learned|reports?|reported)\b(?: that| me| us|:)*",
    re.IGNORECASE,
)
_NOTHING_SAID: Final = re.compile(
    r"^\W*(?:(?:s?he|they|it|we|i|someone|somebody|the|rep|supervisor|payer|claim|to|is|are|was|were|will|would|can|could|may|might"
    r"|has|have|had|'ll|'s|'re|be|still|just|that|a|an|not|needs?|more|some|please|my|me|us|our|their|her|his|there|of|for|and|on"
    r"|no|any|in|at|with|look(?:s|ing|ed)?|check(?:ing|ed)?|call(?:ing|ed)?|get(?:ting)?|research(?:ing)?|investigat\w*|follow(?:ing)?|up"
    r"|escalat\w*|see|try|trying|help(?:ing)?|work(?:ing|ed)?|nothing|same|thing|as|before|last|time|new|changes?|updates?|updated|info|information"
    r"|status|answer|sure|know|doesn't|didn't|don't|wait(?:ing)?|busy|hold|unable|hello|sorry|talk|email|contact|reach|hear|give|while|soon"
    r"|later|fine|ok|okay|ref(?:erence)?|number|it's|into|back|out|again|good|normal|days|day|days|week|weeks|few|a|about|this|today|tomorrow"
    r"|receipt|address|details?|issue|problem|something|anything|everything|things?|everything|handle|handled|take|care|touch|asap|go|fix"
    r"|someone|manager|else|department|team|by|from|so|but|then|who|what|why|how|when|where|do|does|did|if|need|ticket|review\b(?= it)"
    r"|system|down|number|\d+|claims?|account|patient|member|balance|bill|portal|website|online|phone)\W*)*$",
    re.IGNORECASE,
)


@dataclasses.dataclass(frozen=True)
class Found:
    """What a note says, part by part, in its words; None where it does not. ``spared`` names parts it does not need."""

    who: str | None
    channel: str | None
    person: str | None
    reference: str | None
    finding: str | None
    next_step: str | None
    step: str | None
    day: str | None
    spared: frozenset[str]


_PATIENTS: Final = re.compile(
    r"patient|member|guarantor|subscriber|mom|mother|dad|father|spouse|wife|husband|daughter|son|parent|policy ?holder",
    re.IGNORECASE,
)


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
    person = find_person(whole, payers=payers, staff=staff)
    others = frozenset(word.lower().strip(".") for word in (person or "").split())
    name = (staff or "").split(" ")[0]
    told = len(name) > 2 and bool(
        re.search(
            rf"\b{re.escape(name)}\b(?: [A-Z]\w*\.?)? \w+ed\b|\b{re.escape(name)}\b \(?\w* ?(?:spoke|rang|sent|got|went|took|wrote|read|had|made)",
            whole,
        )
    )
    steps = split_steps(whole, others=others | payers, told=told)
    past_person = find_person(steps.past, payers=payers, staff=staff)
    if staff is None:
        staff = find_staff(whole, payers=payers | others, owners=steps.owners)
    own = {word.lower().strip(".") for word in (staff or "").split()}
    if past_person and past_person.lower().split()[0].strip(".") in own:
        past_person = None
    channels = [name for name, pattern in _CHANNELS.items() if pattern.search(steps.past)]
    channels = channels or _weak_channels(steps.past) or _weak_channels(whole)
    voice = "phone" in channels or "in person" in channels
    patient = bool(_PATIENTS.fullmatch(past_person or "")) or bool(
        re.match(r"(?:Mr|Mrs|Ms)\b", past_person or "")
        and (not payers or re.search(r"\bpatient\b", steps.past, re.IGNORECASE))
    )
    spared = set()
    if channels and not voice:
        named = (
            bool(payers)
            or bool(re.search(rf"\b(?:{PORTALS})\b|payer", whole, re.IGNORECASE))
            or "portal" not in channels
        )
        if named:
            spared.add("person")
        if channels == ["remittance"]:
            spared.add("reference")
    if patient:
        spared.add("reference")
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
    "fax": re.compile(r"\bfax\b(?! (?:number|#|to|by|it|the|records|over|back))", re.IGNORECASE),
    "email": re.compile(r"\be-?mail\b", re.IGNORECASE),
    "portal": re.compile(rf"\bupload(?:ed)?\b|\b(?:via|through|on|in|using) (?:{PORTALS})\b", re.IGNORECASE),
    "remittance": re.compile(
        r"(?<!need )(?<!needs )(?<!primary )(?<!copy of )(?<!send )(?<!missing )(?<!no )(?<!for )(?<!with )(?<!see )\b(?:era|remit(?:tance)?|835)\b|\b(?:per|from|on|read|reviewed) (?:the |an? )?eft\b|\b(?!with|w|and|an|the|need|needs|primary|copy|of|attach|send|their|new|for|no|a|corrected)[a-z]+ eob\b(?= (?:of |dated |from )?\d)",
        re.IGNORECASE,
    ),
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
            about = _TOPIC.sub(" ", clause)
            about = re.sub(
                r"\b(?:no|did not|didn't|never) (?:get|got|receive|received) (?:a |any )?(?:answer|response|reference|ref)\b[^,]*",
                " ",
                about,
            )
            about = _NO_NEWS.sub(" ", about)
            if FINDING.search(about) or _says_something(about) or _has_content(about, names):
                told.append(clause)
    return "; ".join(told) or None


def _after_name(text: str, person: str | None) -> str | None:
    """Return a number that stands straight behind the name of who gave it."""
    if not person:
        return None
    found = re.search(rf"\b{re.escape(person)}\W{{1,4}}(\d{{3}}-\d{{4}}|[A-Z]{{0,3}}\d{{5,}}|\d[\d-]{{5,}})\b(?!/)", text)
    return found[1] if found else None


_STATE: Final = re.compile(
    r"\b(?:is|was|are|were|be|should|has|have|had|not|no|never|only|under|over|\w+n't)\b|n't\b|=|\d", re.IGNORECASE
)
_MATTERS: Final = frozenset("pos npi dob eob cob ndc tin cpt icd dx id lcd ncd abn msp pcp dos tpl wc pip mva".split())
_OWN_START: Final = re.compile(rf"^\W*(?:(?:and|then|also|so|i|we|have|has|just) )*(?:{OWN_DONE}|{OWN_PASSIVE}|{OWN_ING}|re-?sent|gave|took)\b", re.IGNORECASE)


def _has_content(clause: str, names: frozenset[str]) -> bool:
    """Return whether a clause has words of substance, beside names, contacts and what says nothing."""
    if _OWN_START.match(clause):
        return False
    bare = DAY.sub(" ", _REFERENCE.sub(" ", clause))
    words = re.findall(r"(?<![A-Za-z])[a-z][a-z'-]{2,}", bare)
    real = {word for word in words if word not in HOLLOW and word not in names and word not in FIRST_NAMES - COMMON_NAMES}
    real |= {word.lower() for word in re.findall(r"\b[A-Z]{2,4}\b", bare) if word.lower() in _MATTERS}
    return len(real) >= 2 or (len(real) == 1 and bool(_STATE.search(bare)))


def _says_something(clause: str) -> bool:
    """Return whether somebody, or a screen, says more than that they will look, call or wait."""
    found = _SAYS.search(clause)
    if not found:
        return False
    rest = clause[found.end() :]
    return len(re.findall(r"[A-Za-z]{2,}", rest)) >= 3 and not _NOTHING_SAID.match(rest)


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
    for pattern in (_TIGHT, _AFTER):
        if found := pattern.search(text):
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
