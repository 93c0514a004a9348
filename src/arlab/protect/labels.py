"""May a payer be called by its name, or must a pseudonym stand in its place?

Judges labels one by one against what is known of the people in the file. It counts no patients.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from arlab.protect.key import pseudonyms
from arlab.protect.known import Known, phrases_in, words_in
from arlab.protect.patterns import patterns_in

__all__ = ["KNOWN_PAYERS", "may_stand", "names_a_person", "shared_labels"]

KNOWN_PAYERS = frozenset(
    re.findall(
        r"\w+",
        " administrators advantage aetna america american anthem assistance assurance bcbs benefit blue"
        " care champva cigna commercial community compensation complete cross employers first government"
        " health healthcare hmo humana indemnity insurance kaiser managed medicaid medical medicare mutual"
        " national network option part plan plans ppo premier select service services shield state tricare"
        " uhc supplement casualty united unitedhealthcare veterans workers",
    )
)
"""Words of insurers' names: a patient called Cross or State does not forbid Blue Cross."""

_NO_PAYER = frozenset(("self", "pay", "private", "patient", "patients", "uninsured", "cash"))
_LONGEST = 60
_LETTERS = re.compile(r"[^\W_](?:[\w &'’./()+-]*[\w).+])?")


def may_stand(label: str, known: Known) -> bool:
    """Return whether a label may be written: plainly a name, and nothing in it is a person's.

    Examples
    --------
    >>> known = Known(words=frozenset({"smith", "cross"}), phrases=frozenset({("harbor", "clinic")}))
    >>> [may_stand(label, known) for label in ("Blue Cross", "Aetna", "Smith Family Plan", "Harbor Clinic Fund")]
    [True, True, False, False]
    >>> may_stand("Oak 555-010-4477", known), may_stand("=Oak", known), may_stand("", known)
    (False, False, False)
    """
    words = words_in(label)
    if not words or len(label) > _LONGEST or not _LETTERS.fullmatch(label) or patterns_in(label):
        return False
    if re.search(r"\d{4}", label):
        return False
    if known.words & {word for word in words if word not in KNOWN_PAYERS}:
        return False
    return not any(
        phrase in known.phrases and not KNOWN_PAYERS.issuperset(phrase) for phrase in phrases_in(words)
    )


def names_a_person(text: str, known: Known) -> bool:
    """Return whether a text that the user gives is a person's name in the file, or holds a person's number.

    Examples
    --------
    >>> known = Known(words=frozenset({"young", "anna"}))
    >>> [names_a_person(text, known) for text in ("Young, Anna", "Young Family Practice", "Oak 078-05-1120")]
    [True, False, True]
    """
    words = set(words_in(text))
    hits = words & known.words
    return bool(patterns_in(text)) or len(hits) > 1 or bool(hits and hits == words)


def _is_payer(label: str) -> bool:
    words = set(words_in(label))
    return bool(words & KNOWN_PAYERS) or words <= _NO_PAYER


def shared_labels(labels: Iterable[str], *, kind: str, key: bytes, known: Known) -> Mapping[str, str]:
    """Return label -> what is written: itself where it may stand, otherwise its pseudonym.

    A name without any word of an insurer's name may be a person's, where no column of names tells.
    """
    labels = sorted(set(labels))
    hidden = [
        label for label in labels if not (may_stand(label, known) and KNOWN_PAYERS & {*words_in(label)})
    ]
    return {label: label for label in labels} | dict(pseudonyms(key, kind, hidden))
