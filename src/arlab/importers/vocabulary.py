"""Which words do billing systems use for the same thing?

Reads ``vocabulary.toml`` and turns names into a form in which they can be compared. Decides nothing about a
file: :mod:`arlab.importers.mapping` does that.
"""

from __future__ import annotations

import dataclasses
import re
import tomllib
from collections.abc import Mapping
from importlib import resources
from typing import Any

__all__ = [
    "AMOUNTS_BY_PARTY",
    "CLOCKS",
    "CLOSED_WORDS",
    "CONCEPTS",
    "COSTS",
    "CURRENCY_CODES",
    "CURRENCY_SIGNS",
    "DENIED_WORDS",
    "EMPTY_CELLS",
    "EVENT_DATES",
    "PARTY_WORDS",
    "PART_WORDS",
    "PAYER_CLASS_WORDS",
    "PAYER_FILLERS",
    "PAYER_PHRASES",
    "PAYER_SHORT",
    "PAYER_STATES",
    "PAYER_SUFFIXES",
    "PAYER_WORDS",
    "PERSONAL",
    "POSTING_WORDS",
    "RESPONSIBLE_WORDS",
    "STATUS_WORDS",
    "TRANSACTION_WORDS",
    "Concept",
    "Cost",
    "concepts_named",
    "name_key",
    "name_words",
    "text_words",
]


@dataclasses.dataclass(frozen=True)
class Concept:
    """One thing that a column can hold; the fields are explained at the top of ``vocabulary.toml``."""

    kind: str
    names: frozenset[str]
    weak: frozenset[str]
    words: tuple[frozenset[str], ...]
    never: frozenset[str]


_TOML: Mapping[str, Any] = tomllib.loads(
    resources.files("arlab.importers").joinpath("vocabulary.toml").read_text(encoding="utf-8")
)
CURRENCY_CODES = frozenset(
    ("USD", "EUR", "GBP", "ILS", "JPY", "INR", "CAD", "AUD", "NZD", "CHF", "SEK", "NOK", "DKK", "MXN", "ZAR")
)
"""Three-letter codes that are looked for beside an amount and in titles."""

_SHORT: Mapping[str, str] = _TOML["short"]
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")


def text_words(text: str) -> list[str]:
    """Return the words of a text in lower case, without punctuation.

    >>> text_words("In-process (payer)")
    ['in', 'process', 'payer']
    """
    return re.findall(r"[^\W_]+", text.lower())


def name_words(name: str) -> list[str]:
    """Return the words of a column name, short forms written out, plurals singular, without its currency.

    >>> name_words("PatientControlNumber"), name_words("CLM_FROM_DT"), name_words("Claim #")
    (['patient', 'control', 'number'], ['claim', 'from', 'date'], ['claim', 'number'])
    >>> name_words("Balance (ILS)")
    ['balance']
    """
    words = text_words(_CAMEL.sub(" ", name.replace("#", " number ")))
    words = [word for word in words if word.upper() not in CURRENCY_CODES] or words
    words = [
        word[:-1] if len(word) > 3 and word.endswith("s") and word[-2] not in "ius" else word
        for word in words
    ]
    return [_SHORT.get(word, word) for word in words]


def name_key(name: str) -> str:
    """Return a column name in the form in which two spellings of it are equal.

    >>> name_key("Date of Service") == name_key("date_of_service") == name_key("DateOfService")
    True
    """
    return "".join(name_words(name))


def _keys(name: str) -> tuple[str, str]:
    """Return the key of a name, and the key of the same letters without a sign of where words begin."""
    return name_key(name), "".join(text_words(name.replace("#", " number ")))


def _concept(entry: Mapping[str, Any]) -> Concept:
    return Concept(
        kind=entry["kind"],
        names=frozenset(key for name in entry["names"] for key in _keys(name)),
        weak=frozenset(key for name in entry.get("weak", ()) for key in _keys(name)),
        words=tuple(frozenset(name_words(phrase)) for phrase in entry.get("words", ())),
        never=frozenset(name_words(entry.get("never", ""))),
    )


EMPTY_CELLS = frozenset(
    ("", "-", "--", "—", "–", ".", "?", "n/a", "na", "#n/a", "nan", "nat", "none", "null", "nil")
)
"""Texts, in lower case, that mean that a cell is empty."""

CONCEPTS: Mapping[str, Concept] = {name: _concept(entry) for name, entry in _TOML["concept"].items()}
"""Concept -> how to know its column."""

# Most cells of a file are no name of a column; these tell so at once.
_NAMES = frozenset().union(*(concept.names | concept.weak for concept in CONCEPTS.values()))
_PHRASE_WORDS = frozenset().union(*(phrase for concept in CONCEPTS.values() for phrase in concept.words))

PERSONAL = tuple(name for name, concept in CONCEPTS.items() if concept.kind == "personal")
"""Concepts that are dropped as soon as they are recognised."""

AMOUNTS_BY_PARTY: Mapping[str, str] = {
    "balance_payer": "payer_1",
    "balance_payer_2": "payer_2",
    "balance_payer_3": "payer_3",
    "balance_patient": "patient",
    "balance_agency": "agency",
}
"""Balance column of one party -> who owes it; a plain insurance balance counts as the first payer's."""

CLOCKS = ("service_date", "first_bill_date")
"""Dates that an age can count from. The last billed date is never one: every resending starts it anew."""

EVENT_DATES = (
    "service_date",
    "first_bill_date",
    "last_bill_date",
    "charge_entry_date",
    "posted_date",
    "decision_date",
    "payment_date",
    "last_action_date",
)
"""Dates of things that have happened: a file cannot be older than the latest of them."""

STATUS_WORDS: Mapping[str, frozenset[str]] = {
    family: frozenset(text_words(text)) for family, text in _TOML["status"].items()
}
"""Status family -> words that show it; the first family that fits wins."""

DENIED_WORDS = frozenset(text_words(_TOML["denied"]["words"]))
"""Words of a status that say that the payer denied: an appeal or a rejection alone does not."""

CLOSED_WORDS = frozenset(text_words(_TOML["closed"]["words"]))
"""Words of a status that say that nothing is owed any more, unless one of ``PART_WORDS`` is beside them."""

PART_WORDS = frozenset(text_words(_TOML["closed"]["unless"]))

PAYER_CLASS_WORDS: Mapping[str, frozenset[str]] = {
    name: frozenset(text_words(text)) for name, text in _TOML["payer_class"].items()
}
"""Payer class -> words of a financial class that mean it; the first class that fits wins."""

POSTING_WORDS: Mapping[str, tuple[str, ...]] = {
    kind: tuple(" ".join(text_words(text)) for text in texts) for kind, texts in _TOML["posting"].items()
}
"""Kind of a posting -> phrases that show it; the first kind that fits wins."""

RESPONSIBLE_WORDS: Mapping[str, str] = {
    name_key(value): party for party, values in _TOML["responsible"].items() for value in values
}
"""Value of a responsibility column, as :func:`name_key` -> who owes."""

PARTY_WORDS: Mapping[str, str] = {
    name_key(value): party for party, values in _TOML["party"].items() for value in values
}
"""Text of a payer column that names no insurer, as :func:`name_key` -> who owes."""

PAYER_SUFFIXES = frozenset(text_words(_TOML["payer_name"]["suffixes"]))
PAYER_FILLERS = frozenset(text_words(_TOML["payer_name"]["fillers"]))
PAYER_SHORT: Mapping[str, tuple[str, ...]] = {
    short: tuple(full) for short, full in _TOML["payer_name"]["short"].items()
}
"""Short word of a payer's name -> the full words that it may stand for."""

PAYER_PHRASES: tuple[tuple[tuple[str, ...], tuple[str, ...]], ...] = tuple(
    sorted(
        (
            (tuple(said.split()), tuple(meant.split()))
            for said, meant in _TOML["payer_name"]["phrases"].items()
        ),
        key=lambda pair: (-len(pair[0]), pair[0]),
    )
)
"""Words of a payer's name in order -> the words that they stand for, the longest first."""

PAYER_STATES: Mapping[str, tuple[str, ...]] = {
    code: tuple(name.split()) for code, name in _TOML["payer_name"]["states"].items()
}
PAYER_WORDS = frozenset(text_words(_TOML["words"]["payer"]))
TRANSACTION_WORDS = frozenset(text_words(_TOML["words"]["transaction"]))

CURRENCY_SIGNS: Mapping[str, str] = _TOML["currency"]


@dataclasses.dataclass(frozen=True)
class Cost:
    """What it costs when a concept has no column; the fields are explained in ``vocabulary.toml``."""

    concept: str
    cost: str
    instead: tuple[str, ...] = ()
    required: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    layouts: tuple[str, ...] = ()


COSTS = tuple(
    Cost(
        concept=entry["concept"],
        cost=" ".join(entry["cost"].split()),
        instead=tuple(entry.get("instead", ())),
        required=tuple(entry.get("with", ())),
        without=tuple(entry.get("without", ())),
        layouts=tuple(entry.get("layouts", ())),
    )
    for entry in _TOML["cost"]
)
"""Every cost of a concept that is missing, in the order in which they are told."""


def concepts_named(name: str) -> dict[str, float]:
    """Return the concepts that a column name may stand for, each with a confidence from 0 to 1.

    >>> concepts_named("Svc Date"), concepts_named("Date Sent"), concepts_named("Favourite colour")
    ({'service_date': 1.0}, {'first_bill_date': 0.6}, {})
    """
    keys, held = set(_keys(name)), frozenset(name_words(name))
    found: dict[str, float] = {}
    if not keys & _NAMES and not held & _PHRASE_WORDS:
        return found
    for concept, about in CONCEPTS.items():
        if keys & about.names:
            found[concept] = 1.0
        elif keys & about.weak:
            found[concept] = 0.6
        elif not held & about.never and any(phrase <= held for phrase in about.words):
            found[concept] = 0.8
    return found
