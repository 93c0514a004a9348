"""Who wrote the note?

Finds the name or initials of staff at one of its ends, or beside what only the practice does. Whom they spoke to is
found elsewhere.
"""

from __future__ import annotations

import itertools
import re
from typing import Final

from arlab.worklog.note_dates import DAY
from arlab.worklog.note_names import NEVER_INITIALS, is_initials, is_name
from arlab.worklog.note_words import FINDING, FIRST_NAMES, NO_NAMES, pattern, piece

__all__ = ["find_staff"]

_NAME: Final = piece("name")
_INITIALS: Final = piece("initials")
_ROLES: Final = piece("roles")
_OWN_BASE: Final = piece("own_base")
_COMPANY: Final = piece("company")
_OWN_DESK: Final = pattern("people_own_desk")
_HEAD_INITIALS: Final = pattern("people_head_initials")
_NO_INITIALS_BEFORE: Final = pattern("people_no_initials_before")
_VERB_AFTER: Final = pattern("people_verb_after")
_AFTER_INITIALS: Final = pattern("people_after_initials")
_TELLS: Final = pattern("people_tells")
_HEAD_DID: Final = pattern("people_head_did")
_WORK_WORDS: Final = pattern("people_work_words")
_DONE_TO: Final = pattern("people_done_to")
_DID: Final = pattern("people_did")
_SIGNED_BY_CHANNEL: Final = pattern("people_signed_by_channel")
_HEADINGS: Final = frozenset({"eob", "era", "edi", "dos", "dob", "fyi", "npi", "icn"})
# "Hollis here. Called ..."; "Bea at front desk:"; "phone call JT / Ann".
_HERE: Final = pattern("people_here")
# "Status check at the payer site by Ann, ..."
_CHECK_BY: Final = pattern("people_check_by")
_BESIDE: Final = pattern("people_beside")
_HEAD_ALONE: Final = re.compile(
    rf"({_NAME})(?: ?\((?:billing|AR|A/R|our office|our biller|biller|collections|denials|front desk|staff)\)"
    r"|(?=\.\s+[A-Z]))"
)
# "UHC, Noor. Called the provider line": a head without a verb ends with who wrote it.
_HEAD_LAST: Final = re.compile(
    rf"[^.a-z]{{0,6}}[\w ,/-]{{0,24}}, ?({_NAME})\.\s+"
    r"(?:Called|Phoned|Spoke|Checked|Logged|Looked|Faxed|Emailed|Talked)\b"
)
# A patient who called was spoken to by staff.
_TO_STAFF: Final = re.compile(
    r"\b(?:pt|patient|member|mom|mother|dad|father|guarantor)\b[^.;]* (?:called|phoned|rang|came)[^.;]*"
    rf"(?:[Ss]poke|[Tt]alked) (?:with|w/|to) ({_NAME})"
)
_AT_SITE: Final = re.compile(
    r" (?:on|in|at|via) (?:the )?[\w' ]{0,30}(?:portal|web ?site|site)\b", re.IGNORECASE
)
_LABEL: Final = pattern("people_label")
_SIGNED_INITIALS: Final = pattern("people_signed_initials")
_SIGNED_NAME: Final = pattern("people_signed_name")


def find_staff(text: str, *, payers: frozenset[str], owners: tuple[str, ...] = ()) -> str | None:
    """Return the name or initials of who wrote a note, as it stands at one of its ends or beside what was done.

    "I" names nobody: the next reader must know whom to ask.

    Examples
    --------
    >>> find_staff("KM 6/3: called BCBS", payers=frozenset({"bcbs"}))
    'KM'
    >>> find_staff("Called BCBS, spoke with Ann. - Dana R.", payers=frozenset({"bcbs"}))
    'Dana R.'
    >>> find_staff("Called BCBS, spoke with Ann", payers=frozenset({"bcbs"})) is None
    True
    """
    bare = text.strip()
    plain = DAY.sub("", bare)
    plain = re.sub(r"\b\d{1,2}:\d\d ?(?:am|pm|a|p)?\b|\b\d{1,2} ?(?:am|pm)\b", "", plain, flags=re.IGNORECASE)
    plain = re.sub(
        r"[(\[](?:by |via )?(?:phone|portal|fax|call|web|e-?mail|mail|chat|online)[)\]]",
        "",
        plain,
        flags=re.IGNORECASE,
    )
    plain = re.sub(r"\s+", " ", plain).strip()
    if (head := re.match(rf"({_NAME})[,:]? (?={DAY.pattern})", bare)) and is_name(head[1].split()[0], payers):
        return head[1]
    cut = bool(re.search(r"[A-Za-z]\W*$", plain)) and not re.search(r"[A-Za-z]\W*$", DAY.sub("0", bare))
    if who := _labelled(plain, payers) or _leading(plain, payers) or _trailing(plain, payers, dated=cut):
        return who
    for owner in owners:
        if is_initials(owner) or is_name(owner, payers):
            return owner
    return _acting(plain, payers)


def _labelled(text: str, payers: frozenset[str]) -> str | None:
    if (found := _TO_STAFF.search(text)) and is_name(found[1].split()[0].strip("."), payers):
        return found[1].split()[0].strip(".")
    desk = _OWN_DESK.search(text)
    if desk and is_name(desk[1].split()[0], payers):
        return desk[1]
    for match in _LABEL.finditer(text):
        if re.match(
            r" (?:at|from|of|with|in) (?!our|billing|the office|AR)", text[match.end() :]
        ) and not re.match(r"who|staff|biller|initial|by:|user", match[0], re.I):
            continue
        word = match[1].split()[1 if re.match(r"[A-Z]\.? ", match[1]) and len(match[1].split()) > 1 else 0]
        if (is_initials(match[1]) and match[1].isupper()) or (is_name(word, payers) and word[:1].isupper()):
            return match[1].strip()
    return None


def _leading(text: str, payers: frozenset[str]) -> str | None:
    text = text.lstrip(" :-/,.[(*#")
    if (head := _HERE.match(text)) and (is_initials(head[1]) or is_name(head[1].split()[0], payers)):
        return head[1]
    if (head := _BESIDE.match(text)) and is_initials(head[1]) and head[1].lower() not in payers | _HEADINGS:
        return head[1]
    head = re.match(r"([A-Z]{2,3}|[a-z]\.? [a-z]{3,12})\s?:", text)
    if (
        head
        and not head[1].startswith(("I ", "i ", "a "))
        and head[1].lower() not in payers | NO_NAMES | _HEADINGS
    ):
        return head[1]
    head = _HEAD_INITIALS.match(text)
    if head and is_initials(head[1].upper() if text[head.end() : head.end() + 1] == ":" else head[1]):
        rest = text[head.end() :]
        if head[1].lower() not in payers and not _NO_INITIALS_BEFORE.match(rest):
            if rest[:1] == " " and _VERB_AFTER.match(rest) and head[1].isupper():
                return head[1].strip()
            if _AFTER_INITIALS.match(rest):
                return head[1].strip()
    if (head := _HEAD_ALONE.match(text)) and is_name(head[1].split()[-1], payers):
        return head[1]
    if (head := _HEAD_LAST.match(text)) and is_name(head[1].split()[-1].strip("."), payers):
        return head[1]
    head = re.match(rf"({_NAME})(?: [a-z]\.?(?= ?[-:/|]))?(?P<rest>.*)", text, re.DOTALL)
    if not head:
        return None
    words, rest = head[1].split(), head["rest"]
    if len(words) == 2 and (not is_name(words[1], payers) and len(words[1].strip(".")) > 1):
        words, rest = words[:1], f" {words[1]}{rest}"
    last = words[-1] if re.fullmatch(r"[A-Z]\.?", words[0]) else words[0]
    first = last.lower()
    if not is_name(last, payers):
        return None
    away = re.match(r"\s*(?:\(|,)?\s*(?:at|from|with|of|w/)\s+(?:the )?(\w+)", rest, re.I)
    if away and (
        away[1].lower() in payers
        or re.search(rf"^\s*\W*(?:at|from|with|of) (?:[A-Z]\w+ )*(?:{_COMPANY})\b", rest)
    ):
        return None
    if re.match(rf"\s*(?:\(?(?:{_ROLES})\b)", rest, re.I) and not re.search(r"billing|our|AR\b", rest[:40]):
        return None
    known = first in FIRST_NAMES
    after = re.match(r" ([A-Za-z'-]+)", rest)
    if known and after and first not in payers:
        word = after[1].lower()
        speaks = _TELLS.fullmatch(word)
        if _AT_SITE.match(rest):
            return " ".join(words)
        if (word in payers and not re.search(r"\b(?:said|says|stated|advised|rep)\b", rest[:40])) or (
            after[1].islower()
            and not speaks
            and re.search(r"(?:ed|t|d|ook|ent|ot|ang|oke|ote|ead|aw|id|as|ade|ave|ilt|ound|ell)$", word)
        ):
            return " ".join(words)
    if _HEAD_DID.match(rest):
        says = re.match(r"\s*(?:confirmed|verified|checked|looked|reviewed|processed)\b", rest, re.I)
        if not says or _WORK_WORDS.search(rest):
            return " ".join(words)
    if re.match(
        r"[.,]?\s*(?:[:\-/|\])>]|- |,\s*(?:called|spoke|phoned?|portal|call|by|on|via|fax|chat|checked|rang)\b)",
        rest,
    ) and (known or len(words) == 2 or words[0][0].isupper()):
        return None if re.match(r"\s*:\s*$", rest) else " ".join(words)
    return None


def _trailing(text: str, payers: frozenset[str], *, dated: bool) -> str | None:
    text = re.sub(
        r"[\s.,;:\])}]+$",
        lambda end: (
            "." if end[0].startswith(".") and re.search(r"\b[A-Z]$", text[: len(text) - len(end[0])]) else ""
        ),
        text,
    )
    if found := _SIGNED_INITIALS.search(text):
        after_by = re.search(r"\bby\s+$", text[: found.start("who")])
        if (
            is_initials(found["who"])
            and found["who"].lower() not in payers
            and (not after_by or found["who"].isupper())
        ):
            return found["who"].strip()
    if found := _SIGNED_NAME.search(text):
        word = found["who"].split()[-1 if "." in found["who"].split()[0] else 0]
        if (
            len(found["who"]) == 2
            and found["who"].lower() not in NEVER_INITIALS | payers
            and re.search(r"[-~/(]\s*$", text[: found.start("who")])
        ):
            return found["who"]
        done_to = _DONE_TO.search(text[: found.start("who")])
        if (
            is_name(word, payers)
            and not done_to
            and not re.search(r"\b(?:rep|with|ref\w*)\s*[-/(]*\s*$", text[: found.start()], re.I)
        ):
            return found["who"].strip()
    if found := re.search(rf"[.;!?,)\d]\s+(?P<who>{_INITIALS}|{_NAME})$", text):
        who = found["who"].strip()
        word = who.split()[-1 if "." in who.split()[0] else 0]
        if is_initials(who) and who.replace(".", "").replace(" ", "").isupper() and who.lower() not in payers:
            return who
        ends = re.search(r"[.;!?)]\s+$|[.;!?]\s[\w -]{0,25},\s+$", text[: found.start("who")])
        if (
            ends
            and not dated
            and is_name(word, payers)
            and (
                word.lower() in FIRST_NAMES
                or not (FINDING.search(word) or re.search(r"(?:ed|ing|ly)$", word) or len(word) < 3)
            )
        ):
            return who
    if (found := re.search(r"[.;!?)]\s+(?P<who>[a-z]{2,3})$", text)) and is_initials(found["who"]):
        return found["who"]
    # Initials at the end without any mark: only capitals in a note that has small letters, too.
    if (
        (found := re.search(r"\s(?P<who>[A-Z]{2})$", text))
        and is_initials(found["who"])
        and found["who"].lower() not in payers
    ):
        return found["who"] if re.search(r"[a-z]{3}", text) else None
    return None


def _acting(text: str, payers: frozenset[str]) -> str | None:
    """Return initials or a name beside what only the practice does."""
    for match in _DID.finditer(text):
        word = (
            match[1].split()[-1]
            if len(match[1].split()) == 2 and match[1].split()[0].lower() in NO_NAMES
            else match[1].split()[0]
        )
        if re.search(
            rf"\b(?:{_ROLES}|with|to|per|patient|member|mr|mrs|ms)\.?\s+$", text[: match.start(1)], re.I
        ):
            continue
        if (is_initials(match[1]) and match[1].isupper() and match[1].lower() not in payers) or is_name(
            word, payers
        ):
            return match[1].strip()
    for part in re.split(r"[.;]\s+", text):
        alone = re.sub(r"\W", "", part)
        if re.fullmatch(r"[A-Z]{2,3}", alone) and is_initials(alone) and alone.lower() not in payers:
            return alone
    sentences = re.split(r"\.\s+", text)
    for before, alone in itertools.pairwise(sentences):
        if (
            re.fullmatch(_NAME, alone.strip(" ."))
            and re.match(rf"\W*(?:{_OWN_BASE})\b", before, re.IGNORECASE)
            and is_name(alone.split()[0], payers)
        ):
            return alone.strip(" .")
    if (
        (found := re.search(r",\s+([A-Z]{2,3})[.;]", text))
        and is_initials(found[1])
        and found[1].lower() not in payers
    ):
        return found[1]
    by = _SIGNED_BY_CHANNEL.search(text)
    if by and (is_name(by[1].split()[0], payers) or is_initials(by[1])):
        return by[1]
    if (
        (found := re.search(r"[.;]\s+([A-Z]{2,3})\s*[,:/-](?!\s?\d)", text))
        and is_initials(found[1])
        and found[1].lower() not in payers
    ):
        return found[1]
    found = re.search(rf"\b(?:told|informed|advised|emailed|asked|let) ({_INITIALS})(?= |$)", text)
    if found and is_initials(found[1]) and found[1].lower() not in payers:
        return found[1].strip()
    found = _CHECK_BY.search(text)
    if found and (is_name(found[1].split()[0], payers) or is_initials(found[1])):
        return found[1]
    if found := re.search(rf"\b(?:I|we),? \(?({_NAME})[,)]", text):
        return found[1]
    found = re.search(r"\(([A-Z]{2,3}|[A-Z]\.[A-Z]\.)\)", text)
    return found[1] if found and is_initials(found[1]) and found[1].lower() not in payers else None
