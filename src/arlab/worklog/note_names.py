"""Is this word somebody's name, somebody's initials, or the name of a payer?

Knows words, not people. It does not say what a name is doing in a note.
"""

from __future__ import annotations

import re
from typing import Final

from arlab.worklog.note_words import FIRST_NAMES, NO_NAMES, PAYERS, SHORT_WORDS, pattern, piece

__all__ = ["NEVER_INITIALS", "is_initials", "is_name", "payer_words"]

_SAID: Final = piece("said")
_OWN_DONE: Final = piece("own_done")
_PORTALS: Final = piece("portals")
_COMPANY: Final = piece("company")
_CALLED_PAYER: Final = pattern("people_called_payer")
_PHONE_WITH: Final = pattern("people_phone_with")
_PAYER_SITE: Final = pattern("people_payer_site")
_AT_PAYER: Final = pattern("people_at_payer")
NEVER_INITIALS: Final = frozenset(
    "co oa tc fu cb vm pt ok na am pm id rx dx md wc ub po re ck op ip is no lm pa".split()  # noqa: SIM905
)
"""Two letters that mean something in a note even as capitals."""


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
        words = [word for word in match[1].split() if not re.fullmatch(r"[A-Z]{2,3}", word)]
        found |= {word.lower().strip(".") for word in words if word.lower() not in FIRST_NAMES}
    found |= {name.lower() for name in _PHONE_WITH.findall(text) if name.lower() not in FIRST_NAMES}
    for match in _PAYER_SITE.finditer(text):
        found |= {word.lower().strip(".").removesuffix("'s") for word in match[1].split()}
    for match in _AT_PAYER.finditer(text):
        words = [word.lower().strip(".") for word in match[1].split()]
        if (
            words[0] not in FIRST_NAMES
            and re.search(r"\b(?:rep|[A-Z][a-z]+(?: [A-Z]\.?)?)$", text[: match.start()].strip())
            and match[0][:4] != "with"
        ):
            found |= set(words)
    # BlueCross, CareFirst: a capital within a word, other than in names such as LaToya or McKay.
    found |= {
        word.lower()
        for word in re.findall(r"\b(?!Mc|Mac|De|La|Le|Di|Van|O')[A-Z][a-z]+[A-Z][A-Za-z]+\b", text)
        if word.lower() not in FIRST_NAMES
    }
    return frozenset(found - {"the", "a"} - NO_NAMES | {word for word in found if word in PAYERS})


def is_name(word: str, payers: frozenset[str]) -> bool:
    """Return whether a word can be the name of a person: a known first name, or no word that means something."""
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


def is_initials(word: str) -> bool:
    """Return whether two or three letters can be somebody's initials; common short words only as two capitals."""
    plain = word.replace(".", "").replace(" ", "")
    if not (2 <= len(plain) <= 3 and plain.isalpha()):
        return False
    if re.fullmatch(r"(?:[A-Za-z]\. ?)+[A-Za-z]\.?", word):
        return True
    if plain.isupper() and len(plain) == 2:
        return plain.lower() not in NEVER_INITIALS
    return plain.lower() not in SHORT_WORDS
