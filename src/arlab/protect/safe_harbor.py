"""Which of the 18 kinds of identifiers of the HIPAA Safe Harbor rule were in the input, and what became of each?

Follows 45 CFR 164.514(b)(2)(i), (A) to (R). It finds columns by what they are read as, by their names and by the
shape of their values; it gives no legal advice.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterable, Sequence

from arlab.protect.known import ValuesOfColumn, holds_people
from arlab.protect.patterns import PATTERNS

__all__ = ["CLASSES", "HarborClass", "HarborRow", "safe_harbor_rows"]

_MOST_VALUES = 20_000


@dataclasses.dataclass(frozen=True)
class HarborClass:
    """One kind of identifier: how it is known, and what sharing does with it.

    ``concepts`` are what a column may be read as, ``names`` words of column names, ``shape`` a key of ``PATTERNS``.
    ``done`` is what an aggregate does with it and ``remains`` what a reader should still know.
    """

    letter: str
    name: str
    concepts: tuple[str, ...] = ()
    names: str = ""
    shape: str = ""
    done: str = "left out: no output has it"
    remains: str = "nothing"


_PAYERS = "a payer's name that hides a person's name which no other column has would not be noticed"

CLASSES: Sequence[HarborClass] = (
    HarborClass("A", "Names", ("patient_name",), r"name|guarantor|subscriber|insured", "",
                "left out; outputs are searched for every word of them", _PAYERS),
    HarborClass("B", "Places smaller than a state", ("location",), r"address|street|city|zip|county|location"
                r"|facility|clinic", "", "left out; no ZIP code is kept, not even three digits of it"),
    HarborClass("C", "Dates but the year, and ages over 89",
                ("service_date", "first_bill_date", "last_bill_date", "charge_entry_date", "posted_date",
                 "decision_date", "payment_date", "last_action_date", "due_date", "snapshot_date", "age_days"),
                r"date|dob|birth|dos\b|\bage\b", "date", "", ""),
    HarborClass("D", "Telephone numbers", (), r"phone|mobile|\bcell\b", "telephone number"),
    HarborClass("E", "Fax numbers", (), r"\bfax\b"),
    HarborClass("F", "E-mail addresses", (), r"e.?mail", "e-mail address"),
    HarborClass("G", "Social security numbers", (), r"\bssn\b|social", "social security number"),
    HarborClass("H", "Medical record numbers", ("patient_id",), r"\bmrn\b|medical.?record|chart", "record number",
                "used to count patients, then left out"),
    HarborClass("I", "Health plan beneficiary numbers", (), r"member|subscriber.?(id|n)|policy|group.?n"
                r"|insurance.?id"),
    HarborClass("J", "Account numbers", ("claim_id",), r"account|acct|claim|invoice|encounter|ticket|voucher",
                "long number", "used to add up lines, then left out"),
    HarborClass("K", "Certificate and licence numbers", (), r"licen[cs]e|certificate|\bnpi\b|\bdea\b"),
    HarborClass("L", "Vehicle identifiers", (), r"vehicle|\bvin\b|plate"),
    HarborClass("M", "Device identifiers", (), r"device|serial|\budi\b"),
    HarborClass("N", "Web addresses", (), r"\burl\b|web|link", "web address"),
    HarborClass("O", "Internet addresses", (), r"\bip\b|ip.?address", "internet address"),
    HarborClass("P", "Biometric identifiers", (), r"biometric|fingerprint|voice"),
    HarborClass("Q", "Full-face photographs", (), r"photo|picture|image"),
    HarborClass("R", "Any other unique number, characteristic or code", ("provider",), r"\bid\b|\bkey\b|guid|uuid"
                r"|code|number|#", "", "left out, or a keyed pseudonym", ""),
)  # fmt: skip
"""The 18 kinds in the order of the rule."""


@dataclasses.dataclass(frozen=True)
class HarborRow:
    """What was found of one kind, what was done and what remains; ``columns`` are names of the file's columns."""

    letter: str
    name: str
    found: str
    done: str
    remains: str
    columns: tuple[str, ...] = dataclasses.field(repr=False, default=())


def safe_harbor_rows(
    columns: Iterable[ValuesOfColumn], *, dates_done: str, dates_remain: str, codes_remain: str
) -> list[HarborRow]:
    """Return what became of each of the 18 kinds.

    Parameters
    ----------
    columns : all columns of the input with their values
    dates_done, dates_remain : what was done with dates, and what that leaves
    codes_remain : what the pseudonyms leave

    Returns
    -------
    18 rows. ``found`` counts columns and says how they were recognised; it names neither a column nor a value, as
    the row may be published.
    """
    columns = list(columns)
    shapes = {id(column): _shapes_of(column) for column in columns}
    rows = []
    for kind in CLASSES:
        by_concept = {c.name for c in columns if c.concept in kind.concepts}
        by_name = {c.name for c in columns if kind.names and _named(c, kind.names)} - by_concept
        by_value = {c.name for c in columns if kind.shape and kind.shape in shapes[id(c)]}
        if kind.letter == "A":
            by_value |= {c.name for c in columns if not c.concept and holds_people(c)}
        by_value -= by_concept | by_name
        said = [
            f"{len(names)} {how}"
            for names, how in ((by_concept, "by meaning"), (by_name, "by name"), (by_value, "by values"))
            if names
        ]
        every = by_concept | by_name | by_value
        found = f"{len(every)} column{'s' * (len(every) != 1)}: {', '.join(said)}" if said else "not found"
        done, remains = kind.done, kind.remains
        if kind.letter == "C":
            done, remains = dates_done, dates_remain
        if kind.letter == "R":
            remains = codes_remain
        if not said:
            done = (
                "nothing to do; outputs were searched for it all the same" if kind.shape else "nothing to do"
            )
            remains = remains if kind.letter in "CR" else "nothing"
        rows.append(HarborRow(kind.letter, kind.name, found, done, remains, tuple(sorted(every))))
    return rows


def _named(column: ValuesOfColumn, words: str) -> bool:
    """Return whether a column's name says so; one with a known meaning of another kind is not asked again."""
    if column.concept and column.concept not in ("contact", "patient_name"):
        return False
    name = re.sub(r"(?<=[a-z])(?=[A-Z])|_", " ", column.name).lower()
    return re.search(words, name) is not None


def _shapes_of(column: ValuesOfColumn) -> frozenset[str]:
    if column.concept in ("charge", "allowed", "paid", "balance", "adjustment"):
        return frozenset()
    text = "\n".join(list(column.values)[:_MOST_VALUES])
    return frozenset(kind for kind, shape in PATTERNS.items() if shape.search(text))
