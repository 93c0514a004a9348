"""Which words do billers use in notes, and what do they stand for?

Reads ``note_words.toml`` and makes the patterns that the note check looks for. It reads no note.
"""

from __future__ import annotations

import functools
import re
import tomllib
from importlib import resources
from typing import Any, Final

__all__ = [
    "ABBREVIATIONS",
    "COMMON_NAMES",
    "FINDING",
    "FIRST_NAMES",
    "HOLLOW",
    "NOTHING_SAID",
    "NO_NAMES",
    "PAYERS",
    "SHORT_WORDS",
    "pattern",
    "piece",
]

_FILE: Final[dict[str, Any]] = tomllib.loads(
    resources.files("arlab.worklog").joinpath("note_words.toml").read_text(encoding="utf-8")
)


def _listed(name: str) -> frozenset[str]:
    return frozenset(_FILE["words"][name].split())


PAYERS: Final = _listed("payers")
"""Words in names of payers, in small letters as all lists here: whoever is called so is no person."""

SHORT_WORDS: Final = _listed("short_words") | _listed("states")
"""Short words and abbreviations that are nobody's initials in small letters."""

NO_NAMES: Final = _listed("no_names")
"""Words that stand where a name could and are none."""

COMMON_NAMES: Final = _listed("common_names")
"""First names that are words or places, too: in small letters they count as words."""

FIRST_NAMES: Final = _listed("first_names")

NOTHING_SAID: Final = _listed("nothing_said")
"""Words of which "they will look into it and call back" is made: said, and nothing learnt."""

HOLLOW: Final = _listed("hollow")
"""Words that tell nothing of a claim by themselves."""

ABBREVIATIONS: Final = tuple((short, long) for short, long in _FILE["abbreviations"]["list"])
"""Abbreviation (a pattern, in any case) -> what it stands for."""

_PAST: Final = {
    "get": "got",
    "send": "sent",
    "write": "written|wrote",
    "ring": "rung|rang",
    "see": "seen|saw",
    "speak": "spoken|spoke",
    "tell": "told",
    "take": "taken|took",
    "make": "made",
    "bring": "brought",
    "find": "found",
    "hold": "held",
    "keep": "kept",
    "give": "given|gave",
    "run": "run|ran",
    "set": "set",
    "put": "put",
    "do": "done|did",
    "split": "split",
}
_DOUBLED: Final = (
    "submit",
    "log",
    "get",
    "set",
    "drop",
    "put",
    "run",
    "ship",
    "prep",
    "refer",
    "scan",
    "split",
)


def _forms(verb: str) -> dict[str, str]:
    """Return the forms of a verb: call, calling, called and calls, each as a pattern.

    >>> _forms("re-send")["own_passive"], _forms("copy")["own_does"], _forms("submit")["own_ing"]
    ('re-sent', 'copies', 'submitting')
    """
    again, bare = re.fullmatch(r"(re-|re(?=send|run))?(.*)", verb).groups()  # type: ignore[union-attr]
    again, stem = again or "", verb + verb[-1] if verb.endswith(_DOUBLED) else verb
    in_y = verb.endswith("y") and verb[-2] not in "aeiou"
    going = verb[:-1] if verb.endswith("e") and not verb.endswith("ee") else stem
    if bare in _PAST:
        done = "|".join(f"{again}{form}" for form in _PAST[bare].split("|"))
    else:
        done = f"{verb}d" if verb.endswith("e") else f"{verb[:-1]}ied" if in_y else f"{stem}ed"
    does = f"{verb[:-1]}ies" if in_y else f"{verb}e?s"
    return {"own_base": verb, "own_ing": f"{going}ing", "own_passive": done, "own_does": does}


@functools.cache
def piece(name: str) -> str:
    """Return a part of a regular expression by its name in the file; longer verbs stand first."""
    if name.startswith("own_") and name != "own_done":
        forms = [_forms(verb)[name] for verb in dict.fromkeys(_FILE["words"]["own_verbs"].split())]
        return "|".join(sorted(forms, key=len, reverse=True))
    return _filled(_FILE["pieces"][name])


def _filled(parts: list[str]) -> str:
    """Return the parts joined by "or", with the pieces they name filled in."""
    return re.sub(r"<([a-z_]{3,})>", _named, "|".join(parts))


def _named(found: re.Match[str]) -> str:
    # What stands behind ?P is the name of a group.
    return found[0] if found.string[: found.start()].endswith("?P") else piece(found[1])


def pattern(name: str) -> re.Pattern[str]:
    """Return a pattern by its name in the file."""
    if name in _FILE["patterns"]:
        return re.compile(_filled(_FILE["patterns"][name]), re.IGNORECASE)
    return re.compile(_filled(_FILE["as_written"][name]))


FINDING: Final = re.compile(
    "|".join(f"(?:{one})" for one in _FILE["findings"]["list"])
    + rf"|\b(?:{piece('matters')})\b.*\b(?:{piece('how_it_is')})\b"
    + rf"|\b(?:{piece('how_it_is')})\b.*\b(?:{piece('matters')})\b",
    re.IGNORECASE,
)
"""What was learnt about the claim: a word that says it, or a matter of the claim beside a word that says how it
is."""
