"""Which spellings in a file are one payer?

Case, spaces, punctuation, words like Inc. and abbreviations that can mean one thing only make no difference.
Names that are merely alike stay apart and are asked about. It knows no payer that the file does not name.
"""

from __future__ import annotations

import dataclasses
import difflib
import itertools
import unicodedata
from collections.abc import Iterable, Mapping, Sequence

import pandas as pd

from arlab.importers.findings import Findings, are, column, count
from arlab.importers.grid import Coded, Mask
from arlab.importers.parsed import Parsed
from arlab.importers.vocabulary import (
    PAYER_FILLERS,
    PAYER_PHRASES,
    PAYER_SHORT,
    PAYER_STATES,
    PAYER_SUFFIXES,
    text_words,
)

__all__ = ["PayerNames", "payer_key", "payer_names", "payers_of", "payers_table"]

_MOST_COMPARED = 400
_MOST_MEANINGS = 64
_ALIKE = 0.9
_AS_WRITTEN = "as written"
_GIVEN = "given by the user"
_BLUES_OF = ("blue", "cross", "blue", "shield", "of")
Words = tuple[str, ...]


@dataclasses.dataclass(frozen=True)
class PayerNames:
    """How the payers of a file are called.

    ``names`` maps what is written to the name it goes by, ``how`` to the reason, ``rows`` to the rows it stands in;
    ``alike`` are pairs of names that stay apart although they look like one.
    """

    names: Mapping[str, str]
    how: Mapping[str, str]
    rows: Mapping[str, int]
    alike: tuple[tuple[str, str], ...]

    def of(self, held: Coded) -> pd.Series:
        """Return the payers of a column by the names that they go by, row by row."""
        names = pd.Series([self.names.get(text, text) for text in held.different], dtype="str")
        return names.take(held.places).reset_index(drop=True)


def payer_key(text: str) -> str:
    """Return a payer's name in the form in which sure spellings of it are equal.

    Examples
    --------
    >>> payer_key("BCBS of MA") == payer_key("Blue Cross & Blue Shield of Massachusetts, Inc.")
    True
    >>> payer_key("UNITED HEALTHCARE") == payer_key("UHC"), payer_key("Aetna MA") == payer_key("Aetna")
    (True, False)
    """
    return _joined([PAYER_SHORT.get(word, (word,))[0] for word in _words(text)])


def payer_names(rows: Mapping[str, int], *, given: Mapping[str, str] | None = None) -> PayerNames:
    """Return how each written payer is called.

    Parameters
    ----------
    rows : payer as written -> number of rows it stands in
    given : payer as written -> name, for what the user knows better; it wins

    Examples
    --------
    >>> payer_names({"Alder Health": 5, "ALDER HLTH.": 2, "Elder Health": 1}).names["ALDER HLTH."]
    'Alder Health'
    >>> payer_names({"Alder Health": 5, "Elder Health": 1}).alike
    (('Alder Health', 'Elder Health'),)
    """
    given = {text: name for text, name in (given or {}).items() if text in rows}
    written = sorted(text for text in rows if text)
    # A name that the user gives takes in the spellings that are surely the same.
    by_user = {payer_key(name): name for name in sorted(given.values())}
    groups: dict[str, list[str]] = {}
    for text, key in _keys(written).items():
        groups.setdefault(key, []).append(text)
    names: dict[str, str] = {}
    how: dict[str, str] = {}
    for key, texts in groups.items():
        usual = min(texts, key=lambda text: _less_shown(text, rows[text]))
        for text in texts:
            names[text] = given.get(text) or by_user.get(key) or usual
            how[text] = (
                _GIVEN if names[text] != usual else _AS_WRITTEN if text == usual else _difference(text, usual)
            )
    names = {text: names[text] for text in written}
    return PayerNames(names, how, {text: rows[text] for text in written}, _alike(sorted(set(names.values()))))


def payers_of(parsed: Parsed, data: Mask, given: Mapping[str, str], findings: Findings) -> PayerNames:
    """Return the names that the payers of the data rows go by."""
    rows: dict[str, int] = {}
    there = [concept for concept in ("payer", "payer_2") if parsed.has(concept)]
    for concept in there:
        held = parsed.coded(concept)
        for text, times in zip(held.different, held.counts(data), strict=True):
            if times:
                rows[text] = rows.get(text, 0) + int(times)
    found = payer_names(rows, given=given)
    for concept in there[:1]:
        _tell_payers(found, parsed.columns.chosen[concept], findings)
    return found


def payers_table(found: PayerNames) -> pd.DataFrame:
    """Return the list to read and to correct: ``written, payer, rows, how``, by payer."""
    like = {b: a for a, b in reversed(found.alike)} | dict(reversed(found.alike))
    apart = {name: f"; much like '{other}', kept apart" for name, other in like.items()}
    table = pd.DataFrame(
        [
            (text, name, found.rows[text], found.how[text] + apart.get(name, ""))
            for text, name in found.names.items()
        ],
        columns=["written", "payer", "rows", "how"],
    ).astype({"written": "str", "payer": "str", "rows": "Int64", "how": "str"})
    return table.sort_values(["payer", "written"], ignore_index=True)


def _tell_payers(found: PayerNames, name: str, findings: Findings) -> None:
    """Note which spellings were taken for one payer and which names look like one and were not.

    No name is repeated here: it is a value of the file. The list of payers has them.
    """
    changed = [text for text, payer in found.names.items() if text != payer]
    by_map = sum(found.how[text] == _GIVEN for text in changed)
    sure = len(changed) - by_map
    if changed:
        said = [f"{sure:,} {'differs' if sure == 1 else 'differ'} from the name"
                f" {'it goes' if sure == 1 else 'they go'} by in case, spaces, punctuation, abbreviations or words"
                " like Inc. only"] if sure else []  # fmt: skip
        said += (
            [f"{by_map:,} {'goes' if by_map == 1 else 'go'} by another name by the map file"]
            if by_map
            else []
        )
        findings.add(
            "payer_spellings",
            column(name),
            f"{count(len(found.names), 'spelling')} {are(len(found.names))}"
            f" {count(len(set(found.names.values())), 'payer')}: {', and '.join(said)}; the list of payers"
            " shows each.",
        )
    if found.alike:
        findings.add(
            "payer_alike",
            column(name),
            f"{count(len(found.alike), 'pair')} of payers {are(len(found.alike))} spelled almost alike and kept"
            " apart: are they one? The list of payers shows them; a map file (--map) can make them one.",
        )


def _words(text: str) -> Words:
    """Return the words of a payer's name that tell it apart, phrases written out."""
    plain = unicodedata.normalize("NFKD", text.replace("&", " and "))
    words = tuple(text_words("".join(mark for mark in plain if not unicodedata.combining(mark))))
    # BCBSMA: the state is part of the word.
    words = tuple(
        itertools.chain.from_iterable(
            ("bcbs", "of", word[4:]) if word[:4] == "bcbs" and word[4:] in PAYER_STATES else (word,)
            for word in words
        )
    )
    for said, meant in PAYER_PHRASES:
        words = _replaced(words, said, meant)
    after = next((n for n in range(5, len(words)) if words[n - 5 : n] == _BLUES_OF), None)
    if after is not None and words[after] in PAYER_STATES:
        words = (*words[:after], *PAYER_STATES[words[after]], *words[after + 1 :])
    while len(words) > 1 and words[-1] in PAYER_SUFFIXES:
        words = words[:-1]
    return tuple(word for word in words if word not in PAYER_FILLERS) or words


def _replaced(words: Words, said: Words, meant: Words) -> Words:
    """Return words with every run of ``said`` written as ``meant``."""
    place, size = 0, len(said)
    result: list[str] = []
    while place < len(words):
        if words[place : place + size] == said:
            result += meant
            place += size
        else:
            result.append(words[place])
            place += 1
    return tuple(result)


def _joined(words: Iterable[str]) -> str:
    return "".join(words)


def _keys(texts: Sequence[str]) -> dict[str, str]:
    """Return the key of each text; a short word that may mean several is read as the one that the file has."""
    held = {text: _words(text) for text in texts}
    full = {
        _joined(PAYER_SHORT.get(word, (word,))[0] for word in words)
        for words in held.values()
        if all(len(PAYER_SHORT.get(word, ())) < 2 for word in words)
    }
    keys = {}
    for text, words in held.items():
        meanings = [PAYER_SHORT.get(word, (word,)) for word in words]
        possible = [_joined(each) for each in itertools.islice(itertools.product(*meanings), _MOST_MEANINGS)]
        known = [key for key in possible if key in full]
        # Of several names that it may stand for none is sure: it stays a name of its own.
        keys[text] = possible[0] if not known else known[0] if len(known) == 1 else _joined(words)
    return keys


def _less_shown(text: str, rows: int) -> tuple[bool, int, int, str]:
    """Sort spellings: written as a name is, in full, often."""
    shouted = text.isupper() or text.islower()
    return shouted, -len(_joined(text_words(text))), -rows, text


def _difference(text: str, name: str) -> str:
    """Say in what a spelling differs from the name it goes by."""
    if text_words(text) == text_words(name):
        return "case, spaces or punctuation"
    ends = [[w for w in text_words(each) if w not in PAYER_SUFFIXES | PAYER_FILLERS] for each in (text, name)]
    if _joined(ends[0]) == _joined(ends[1]):
        return "spaces, small words or words like Inc."
    return "an abbreviation"


def _alike(names: Sequence[str]) -> tuple[tuple[str, str], ...]:
    """Return the pairs of names that look like one; of very many names only neighbours are compared."""
    keys = {name: payer_key(name) for name in names}
    pairs: Iterable[tuple[str, str]]
    pairs = itertools.combinations(names, 2) if len(names) <= _MOST_COMPARED else itertools.pairwise(names)
    found = []
    for one, two in pairs:
        a, b = keys[one], keys[two]
        # Names that differ in their figures are different plans.
        if min(len(a), len(b)) < 5 or [c for c in a if c.isdigit()] != [c for c in b if c.isdigit()]:
            continue
        matcher = difflib.SequenceMatcher(None, a, b, autojunk=False)
        if (
            matcher.real_quick_ratio() >= _ALIKE
            and matcher.quick_ratio() >= _ALIKE
            and matcher.ratio() >= _ALIKE
        ):
            found.append((one, two))
    return tuple(found)
