"""Who wrote the note, and whom did they speak to?

Tells names and initials of staff from those of a payer's representative. It grades nothing.
"""

from __future__ import annotations

import itertools
import re
from typing import Final

from arlab.worklog.note_dates import DAY
from arlab.worklog.note_words import (
    COMMON_NAMES,
    FINDING,
    FIRST_NAMES,
    NO_NAMES,
    PAYERS,
    SHORT_WORDS,
    pattern,
    piece,
)

__all__ = ["find_person", "find_staff", "payer_words"]

_NAME: Final = piece("name")
_INITIALS: Final = piece("initials")
_ROLES: Final = piece("roles")
_SAID: Final = piece("said")
_OWN_DONE: Final = piece("own_done")
_OWN_BASE: Final = piece("own_base")
_PORTALS: Final = piece("portals")
_COMPANY: Final = piece("company")
_TALK: Final = pattern("people_talk")
# Cues after which a word in small letters is a name, too.
_STRONG: Final = pattern("people_strong")
_WORD: Final = pattern("people_word")
_SKIPPED: Final = pattern("people_skipped")
_ROLE_ID: Final = pattern("people_role_id")
_PATIENT: Final = pattern("people_patient")
_IVR: Final = pattern("people_ivr")
_CALLED_PAYER: Final = pattern("people_called_payer")
_PAYER_SITE: Final = pattern("people_payer_site")
_AT_PAYER: Final = pattern("people_at_payer")
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
_DESKS: Final = pattern("people_desks")
_OF_PATIENT: Final = pattern("people_of_patient")
_OTHER_PEOPLE: Final = pattern("people_other_people")


def payer_words(text: str) -> frozenset[str]:
    """Return the words, in lower case, that name a payer in a written-out note.

    Examples
    --------
    >>> sorted(payer_words("Called Birch Mutual, spoke with Ann"))
    ['birch', 'mutual']
    """
    found = {word for word in re.findall(r"[a-z]+", text.lower()) if word in PAYERS}
    for match in re.finditer(rf"\b((?:[A-Z][\w&'-]+ ){{1,3}})(?:{_COMPANY})\b", text):
        found |= {word.lower() for word in match[0].split() if word.lower() not in FIRST_NAMES}
    for match in _CALLED_PAYER.finditer(text):
        found |= {word.lower().strip(".") for word in match[1].split() if word.lower() not in FIRST_NAMES}
    for match in _PAYER_SITE.finditer(text):
        found |= {word.lower().strip(".").removesuffix("'s") for word in match[1].split()}
    for match in _AT_PAYER.finditer(text):
        words = [word.lower().strip(".") for word in match[1].split()]
        if (
            words[0] not in FIRST_NAMES
            and re.search(r"\b(?:rep|[A-Z][a-z]+(?: [A-Z]\.?)?)$", text[: match.start()].strip())
            and "with" != match[0][:4]
        ):
            found |= set(words)
    # BlueCross, CareFirst: a capital within a word, other than in names such as LaToya or McKay.
    found |= {
        word.lower()
        for word in re.findall(r"\b(?!Mc|Mac|De|La|Le|Di|Van|O')[A-Z][a-z]+[A-Z][A-Za-z]+\b", text)
        if word.lower() not in FIRST_NAMES
    }
    return frozenset(found - {"the", "a"} - NO_NAMES | {word for word in found if word in PAYERS})


def _is_name(word: str, payers: frozenset[str]) -> bool:
    plain = word.lower().strip(".'-").removesuffix("'s")
    if plain in FIRST_NAMES and plain not in payers:
        return True
    if re.search(_PORTALS, plain) and len(plain) > 3:
        return False
    return (
        len(plain) > 1
        and plain.isalpha()
        and plain not in NO_NAMES
        and plain not in payers
        and plain not in SHORT_WORDS
        and not re.fullmatch(rf"{_SAID}|{_OWN_DONE}", plain)
    )


_NEVER_INITIALS: Final = frozenset(
    "co oa tc fu cb vm pt ok na am pm id er rx dx md wc ub po re cc ck op ip hh is no cr lm pa".split()  # noqa: SIM905
)


def _is_initials(word: str) -> bool:
    """Return whether two or three letters can be somebody's initials; common short words only as two capitals."""
    plain = word.replace(".", "").replace(" ", "")
    plain = plain.upper() if "." in word else plain
    if not (2 <= len(plain) <= 3 and plain.isalpha()):
        return False
    if plain.isupper() and len(plain) == 2:
        return plain.lower() not in _NEVER_INITIALS
    return plain.lower() not in SHORT_WORDS


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
        r"\((?:by |via )?(?:phone|portal|fax|call|web|e-?mail|mail|chat|online)\)",
        "",
        plain,
        flags=re.IGNORECASE,
    )
    plain = re.sub(r"\s+", " ", plain).strip()
    if (head := re.match(rf"({_NAME})[,:]? (?={DAY.pattern})", bare)) and _is_name(
        head[1].split()[0], payers
    ):
        return head[1]
    cut = bool(re.search(r"[A-Za-z]\W*$", plain)) and not re.search(r"[A-Za-z]\W*$", DAY.sub("0", bare))
    if who := _labelled(plain, payers) or _leading(plain, payers) or _trailing(plain, payers, dated=cut):
        return who
    for owner in owners:
        if _is_initials(owner) or _is_name(owner, payers):
            return owner
    return _acting(plain, payers)


def _labelled(text: str, payers: frozenset[str]) -> str | None:
    desk = _OWN_DESK.search(text)
    if desk and _is_name(desk[1].split()[0], payers):
        return desk[1]
    label = (
        r"\b(?:who:|by:|staff|biller|user|initials?|signed|entered by|worked by|logged by|author|noted? by|posted by|written by"
        r"|called by|checked by|done by|handled by|touched by|completed by|made by|placed by|submitted by|reviewed by our"
        r"|phoned by|documented by|follow up by|(?:reviewed|read|entered|taken|uploaded|prepared|faxed|mailed|emailed|sent|researched|updated|documented|contacted|pulled|verified|initiated|made|call|phoned|looked up|filed|resubmitted|rebilled|appealed) by|[Tt]his is|call(?:er)? ?(?:by|:)|I,|from our (?:office|side):?|(?:our|AR) (?:biller|team member|collector|specialist))"
    )
    for match in re.finditer(rf"{label}\s*[:=-]?\s*({_NAME}|{_INITIALS})", text, re.IGNORECASE):
        if re.match(
            r" (?:at|from|of|with|in) (?!our|billing|the office|AR)", text[match.end() :]
        ) and not re.match(r"who|staff|biller|initial|by:|user", match[0], re.I):
            continue
        word = match[1].split()[1 if re.match(r"[A-Z]\.? ", match[1]) and len(match[1].split()) > 1 else 0]
        if (_is_initials(match[1]) and match[1].isupper()) or (_is_name(word, payers) and word[:1].isupper()):
            return match[1].strip()
    return None


def _leading(text: str, payers: frozenset[str]) -> str | None:
    text = text.lstrip(" :-/,.[(*#")
    if head := re.match(r"([A-Z]{2,3}|[a-z]\.? [a-z]{3,12})\s?:", text):
        if (
            head[1].lower() not in payers | NO_NAMES
            and not head[1].startswith(("I ", "i ", "a "))
            and head[1].lower() not in ("eob", "era", "edi", "dos", "dob", "fyi", "npi", "icn")
        ):
            return head[1]
    head = _HEAD_INITIALS.match(text)
    if head and _is_initials(head[1].upper() if text[head.end() : head.end() + 1] == ":" else head[1]):
        rest = text[head.end() :]
        if head[1].lower() not in payers and not _NO_INITIALS_BEFORE.match(rest):
            if (
                rest[:1] == " "
                and _VERB_AFTER.match(rest)
                and head[1].isupper()
            ):
                return head[1].strip()
            if _AFTER_INITIALS.match(rest):
                return head[1].strip()
    head = re.match(rf"({_NAME})(?P<rest>.*)", text, re.DOTALL)
    if not head:
        return None
    words, rest = head[1].split(), head["rest"]
    if len(words) == 2 and (not _is_name(words[1], payers) and len(words[1].strip(".")) > 1):
        words, rest = words[:1], f" {words[1]}{rest}"
    last = words[-1] if re.fullmatch(r"[A-Z]\.?", words[0]) else words[0]
    first = last.lower()
    if not _is_name(last, payers):
        return None
    away = re.match(rf"\s*(?:\(|,)?\s*(?:at|from|with|of|w/)\s+(?:the )?(\w+)", rest, re.I)
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
    if re.match(r"[.,]?\s*(?:[:\-/|\])>]|- |,\s*(?:called|spoke|phone|portal))", rest) and (
        known or len(words) == 2 or words[0][0].isupper()
    ):
        if not re.match(r"\s*:\s*$", rest):
            return " ".join(words)
    return None


def _trailing(text: str, payers: frozenset[str], *, dated: bool) -> str | None:
    text = re.sub(
        r"[\s.,;:\])}]+$",
        lambda end: (
            "." if end[0].startswith(".") and re.search(r"\b[A-Z]$", text[: len(text) - len(end[0])]) else ""
        ),
        text,
    )
    mark = r"(?:(?:^|\s)[-~/*]+\s*|\s/s/\s*|[(\[{]\s*|/|~|--|\bby\s+|[Tt]hanks,?\s+|[Rr]egards,?\s+|\binitials?:?\s*|\|\s*|\s-)"
    if found := re.search(rf"{mark}(?P<who>{_INITIALS}|[a-z]{{2,3}}|[a-z]\.[a-z]\.?)$", text):
        after_by = re.search(r"\bby\s+$", text[: found.start("who")])
        if (
            _is_initials(found["who"])
            and found["who"].lower() not in payers
            and (not after_by or found["who"].isupper())
        ):
            return found["who"].strip()
    if found := re.search(
        rf"(?P<mark>{mark})(?P<who>{_NAME}|[A-Z]\. ?[A-Z][a-z]+)(?:,? (?:billing|AR|A/R|biller|denials|collections|billing office|our office|insurance desk|team|staff))?$",
        text,
    ):
        word = found["who"].split()[-1 if "." in found["who"].split()[0] else 0]
        if (
            len(found["who"]) == 2
            and found["who"].lower() not in _NEVER_INITIALS | payers
            and re.search(r"[-~/(]\s*$", text[: found.start("who")])
        ):
            return found["who"]
        done_to = _DONE_TO.search(text[:found.start('who')])
        if (
            _is_name(word, payers)
            and not done_to
            and not re.search(r"\b(?:rep|with|ref\w*)\s*[-/(]*\s*$", text[: found.start()], re.I)
        ):
            return found["who"].strip()
    if found := re.search(rf"[.;!?,)\d]\s+(?P<who>{_INITIALS}|{_NAME})$", text):
        who = found["who"].strip()
        word = who.split()[-1 if "." in who.split()[0] else 0]
        if (
            _is_initials(who)
            and who.replace(".", "").replace(" ", "").isupper()
            and who.lower() not in payers
        ):
            return who
        ends = re.search(r"[.;!?)]\s+$|[.;!?]\s[\w ]{0,25},\s+$", text[: found.start("who")])
        if (
            ends
            and not dated
            and _is_name(word, payers)
            and (
                word.lower() in FIRST_NAMES
                or not (FINDING.search(word) or re.search(r"(?:ed|ing|ly)$", word) or len(word) < 3)
            )
        ):
            return who
    if (found := re.search(r"[.;!?)]\s+(?P<who>[a-z]{2,3})$", text)) and _is_initials(found["who"]):
        return found["who"]
    # Initials at the end without any mark: only capitals in a note that has small letters, too.
    if (
        (found := re.search(r"\s(?P<who>[A-Z]{2})$", text))
        and _is_initials(found["who"])
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
        if re.search(rf"\b(?:{_ROLES}|with|to|per|patient|member)\s+$", text[: match.start(1)], re.I):
            continue
        if (_is_initials(match[1]) and match[1].isupper() and match[1].lower() not in payers) or _is_name(
            word, payers
        ):
            return match[1].strip()
    for part in re.split(r"[.;]\s+", text):
        alone = re.sub(r"\W", "", part)
        if re.fullmatch(r"[A-Z]{2,3}", alone) and _is_initials(alone) and alone.lower() not in payers:
            return alone
    sentences = re.split(r"\.\s+", text)
    for before, alone in itertools.pairwise(sentences):
        if (
            re.fullmatch(_NAME, alone.strip(" ."))
            and re.match(rf"\W*(?:{_OWN_BASE})\b", before, re.IGNORECASE)
            and _is_name(alone.split()[0], payers)
        ):
            return alone.strip(" .")
    if (
        (found := re.search(r",\s+([A-Z]{2,3})[.;]", text))
        and _is_initials(found[1])
        and found[1].lower() not in payers
    ):
        return found[1]
    by = _SIGNED_BY_CHANNEL.search(text)
    if by and (_is_name(by[1].split()[0], payers) or _is_initials(by[1])):
        return by[1]
    if (
        (found := re.search(r"[.;]\s+([A-Z]{2,3})\s*[,:/-](?!\s?\d)", text))
        and _is_initials(found[1])
        and found[1].lower() not in payers
    ):
        return found[1]
    if found := re.search(rf"\b(?:I|we),? ({_NAME}),", text):
        return found[1]
    found = re.search(r"\(([A-Z]{2,3}|[A-Z]\.[A-Z]\.)\)", text)
    return found[1] if found and _is_initials(found[1]) and found[1].lower() not in payers else None


def find_person(text: str, *, payers: frozenset[str], staff: str | None) -> str | None:
    """Return who was spoken to: a name, a representative's id, the patient, or the automated line.

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
        if name := _name_after(
            text[cue.end() :], payers, own, strong=bool(_STRONG.match(cue[0].strip())), cue=cue[0].lower()
        ):
            return name
    patterns = (
        rf"\b({_NAME})(?: \([^)]{{1,25}}\)|,)? (?:at|from|in|with|of|over at|@) (?:the |their )?([\w&'-]+)",
        rf"\b({_NAME})(?: \([^)]{{1,25}}\)|,)?,? (?:(?:also|who|then|there|she|he|kindly|the \w+|in \w+|a \w+) )*(?:{_SAID})\b",
        rf"\b({_NAME}),? (?:\(|- )?(?:the |a |their )?(?:\w+ )?(?:{_ROLES})\b",
    )
    for place, pattern in enumerate(patterns):
        for match in re.finditer(pattern, text):
            words = match[1].split()
            while words and not _is_name(words[0], payers):
                words = words[1:]
            if not words or words[0].lower().strip(".") in own:
                continue
            if place == 0:
                at = match[2].lower()
                if at not in payers and not _DESKS.fullmatch(at):
                    continue
                if at == "billing" or re.search(
                    r"\bour (?:office|billing)", text[match.start() : match.end() + 15]
                ):
                    continue
            if re.search(
                r"\b(?:patient|member|dr|doctor|provider|physician|for|mr|mrs|re)\.? $",
                text[: match.start()],
                re.I,
            ):
                continue
            return " ".join(words)
    if found := _PATIENT.search(text):
        return found["who"] or found["whom"] or found["theirs"] or found["says"]
    if found := _OF_PATIENT.search(text):
        if re.search(r"\b(?:phone|call|called|spoke|talked|told|collected)\b", text, re.I):
            return found[1]
    if found := _IVR.search(text):
        return found[0]
    if found := re.search(r"\b(?:Mr|Mrs|Ms|Miss|Sgt|Lt)\.? ([A-Z][a-z]+)", text):
        return found[0]
    # A name that stands alone between commas and the like.
    for part in re.split(r"[,;|()]|\s-\s|\s/\s|\.\s", text)[1:]:
        alone = re.fullmatch(rf"\s*({_NAME})\s*", part)
        if (
            alone
            and not re.fullmatch(r"\s*[A-Z]{2,3}\s*", part)
            and all(_is_name(word, payers) or len(word.strip(".")) == 1 for word in alone[1].split())
        ):
            if (
                alone[1].split()[0].lower().strip(".") not in own
                and not FINDING.search(alone[1])
                and not re.search(r"(?:ed|ing)$", alone[1])
            ):
                return alone[1]
    if not re.search(r"[A-Z]", text[1:]):
        for part in re.split(r"[,;|()]|\s-\s|\s/\s", text)[1:-1]:
            if (
                re.fullmatch(r"\s*[a-z]{3,10}\s*", part)
                and _is_name(part.strip(), payers)
                and not FINDING.search(part)
            ):
                return part.strip()
    for word in re.finditer(r"\b[A-Z][a-z'-]+(?: [A-Z]\b\.?)?", text):
        first = word[0].split()[0].lower()
        starts = not text[: word.start()].strip() or text[: word.start()].rstrip().endswith((".", ";"))
        if first in FIRST_NAMES and first not in own | payers and not (starts and first in COMMON_NAMES):
            if not _OTHER_PEOPLE.search(text[:word.start()]):
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
        if not _is_name(word, payers):
            return None
        capital = word[:1].isupper()
        known = plain in FIRST_NAMES
        if re.match(r"patient|member|dr\b", cue):
            return None
        if capital or known or (strong and len(plain) > 2):
            if capital and len(plain) <= 3 and word.isupper() and not known and not strong:
                return None
            more = re.match(r"\s+([A-Z](?:[a-z'-]+|\b\.?))(?=\W|$)", rest[found.end() :])
            second = (
                f" {more[1]}" if more and (len(more[1].strip(".")) == 1 or _is_name(more[1], payers)) else ""
            )
            return f"{word.strip('.')}{second}"
        return None
    return None
