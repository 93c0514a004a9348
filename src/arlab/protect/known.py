"""Which words and numbers of the input belong to a person, so that no output may hold them?

Sorts the values of a file's columns into words, phrases and identifiers. It keeps them in memory only.
"""

from __future__ import annotations

import dataclasses
import re
import unicodedata
from collections.abc import Collection, Iterable, Iterator
from typing import Protocol

from arlab.protect.patterns import patterns_in

__all__ = [
    "MOST_WORDS",
    "Known",
    "ValuesOfColumn",
    "holds_people",
    "known_of",
    "numbers_in",
    "phrases_in",
    "plain",
    "words_in",
]

MOST_WORDS = 6
_SHORTEST_NUMBER = 5
_NOBODY = frozenset(
    re.findall(
        r"\w+",
        "the and for with not from this that all jr sr iii none null unknown test patient self pay care health plan"
        " insurance estate total",
    )
)
_TITLES = frozenset(
    re.findall(
        r"\w+",
        "drs med associates association center centre clinic corp department doctor family group hospital inc"
        " internal llc llp medical medicine office partners physician physicians practice primary provider services"
        " specialists surgery team urgent",
    )
)
_PEOPLE = re.compile(r"[^\W\d_][^\W\d_'’.-]*(?:,? +[^\W\d_][^\W\d_'’.-]*\.?){1,3}")
_MONEY = re.compile(r"[-($]*[\d,]*\.\d{1,2}\)?-?%?|[-($]*\d{1,3}(?:,\d{3})+\)?%?")
_NAMES = ("patient_name",)
_PLACES = ("provider", "location")
_NUMBERS = ("claim_id", "patient_id", "contact")


class ValuesOfColumn(Protocol):
    """A column of a file: its name, what it is read as, its rows and its different values."""

    @property
    def name(self) -> str:
        """Its name in the file."""

    @property
    def concept(self) -> str:
        """What it is read as, or nothing."""

    @property
    def rows(self) -> int:
        """How many rows there are."""

    @property
    def values(self) -> Collection[str]:
        """Its different values."""


@dataclasses.dataclass(frozen=True)
class Known:
    """What must not be written.

    ``words`` are single words of people's names, ``phrases`` whole names and places as tuples of words, and
    ``numbers`` identifiers, contact data and days as tuples of what stands between spaces.
    """

    words: frozenset[str] = dataclasses.field(repr=False, default=frozenset())
    phrases: frozenset[tuple[str, ...]] = dataclasses.field(repr=False, default=frozenset())
    numbers: frozenset[tuple[str, ...]] = dataclasses.field(repr=False, default=frozenset())


def plain(text: str) -> str:
    """Return a text in the form in which two spellings of it are equal.

    Examples
    --------
    >>> plain("MÜLLER") == plain("Mu\u0308ller")
    True
    """
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())


def words_in(text: str) -> list[str]:
    """Return the words of a text: runs of letters.

    Examples
    --------
    >>> words_in("O'Neil, Anna-Maria (2)")
    ['o', 'neil', 'anna', 'maria']
    """
    return re.findall(r"[^\W\d_]+", plain(text))


def numbers_in(text: str) -> list[str]:
    """Return what stands between spaces, without the punctuation around it."""
    return [part for raw in plain(text).split() if (part := raw.strip(".,;:!?()[]{}<>\"'|=#$%"))]


def phrases_in(parts: Iterable[str]) -> Iterator[tuple[str, ...]]:
    """Yield every run of 1 to ``MOST_WORDS`` parts."""
    parts = list(parts)
    for start in range(len(parts)):
        for end in range(start + 1, min(start + MOST_WORDS, len(parts)) + 1):
            yield tuple(parts[start:end])


def holds_people(column: ValuesOfColumn) -> bool:
    """Return whether a column without a known meaning looks like people's names: two to four words, many different.

    Examples
    --------
    >>> import types
    >>> names = [f"Ann{chr(97 + n)} Lee" for n in range(20)]
    >>> holds_people(types.SimpleNamespace(name="x", concept="", rows=40, values=names))
    True
    >>> holds_people(types.SimpleNamespace(name="x", concept="", rows=900, values=["Prior Auth", "Claim Sent"] * 6))
    False
    """
    values = list(column.values)
    if len(values) < max(10, 0.2 * column.rows):
        return False
    return sum(bool(_PEOPLE.fullmatch(value)) for value in values) >= 0.6 * len(values)


def known_of(
    columns: Iterable[ValuesOfColumn], *, days: Iterable[str] = (), texts: Iterable[str] = ()
) -> Known:
    """Return what must not be written of a file.

    Parameters
    ----------
    columns : all columns of the file with their values
    days : days that must not be written, in every form in which they could be
    texts : further texts, such as the name of the file
    """
    words: set[str] = set()
    phrases: set[tuple[str, ...]] = set()
    numbers: set[tuple[str, ...]] = set()
    for column in columns:
        people = column.concept in _NAMES or (not column.concept and holds_people(column))
        for value in column.values:
            found = words_in(value)
            if people:
                words.update(word for word in found if len(word) >= 3 and word not in _NOBODY)
            if column.concept == "provider":
                words.update(word for word in found if len(word) >= 3 and word not in _NOBODY | _TITLES)
            if people or column.concept in _PLACES or column.concept == "contact":
                _add_phrase(phrases, found)
            if column.concept in _NUMBERS or column.concept.endswith("_date") or not column.concept:
                _add_number(numbers, value)
            elif patterns_in(value):
                # A number or address in a column where none is expected, such as the payer's.
                _add_number(numbers, value)
    for text in (*days, *texts):
        _add_number(numbers, text)
    return Known(frozenset(words), frozenset(phrases), frozenset(numbers))


def _add_phrase(phrases: set[tuple[str, ...]], words: list[str]) -> None:
    if len(words) > 1 or (words and len(words[0]) >= 4):
        phrases.add(tuple(words[:MOST_WORDS]))


def _add_number(numbers: set[tuple[str, ...]], value: str) -> None:
    """Note an identifier: something with a digit and at least five letters or digits that is no amount."""
    parts = numbers_in(value)
    letters = sum(map(str.isalnum, value))
    digits = any(map(str.isdigit, value))
    if parts and letters >= _SHORTEST_NUMBER and digits and not _MONEY.fullmatch(value.strip()):
        numbers.add(tuple(parts[:MOST_WORDS]))
        # Within a long text every part that is a number or an address of its own.
        if len(parts) > 1:
            numbers.update((part,) for part in parts if patterns_in(part))
