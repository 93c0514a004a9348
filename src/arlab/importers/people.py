"""Which rows are of one patient, when a file has no patient numbers?

Counts patients up by their number at the payer or by their names, and keeps the count alone. Namesakes are one.
"""

from __future__ import annotations

import hashlib
import unicodedata

import numpy as np
import pandas as pd

from arlab.importers.findings import Findings, column, listed
from arlab.importers.grid import coded
from arlab.importers.parsed import Parsed
from arlab.importers.vocabulary import EMPTY_CELLS, name_words, text_words

__all__ = ["number_people"]

_NOT_THE_PATIENT = frozenset(("guarantor", "subscriber", "insured", "holder", "responsible", "policy"))


def number_people(parsed: Parsed, findings: Findings) -> pd.Series | None:
    """Return a made-up patient number per row, such as ``person 7``; None when the file has nothing to go by.

    Notes
    -----
    One name in any spelling (case, accents, "Last, First") is one number. The numbers follow neither the order of
    the rows nor the alphabet, and are those of this file alone. A row without a name has none.
    """
    by_member = bool(parsed.columns.members)
    columns = list(parsed.columns.members[:1]) or _patients_columns(parsed.columns.names)
    if parsed.has("patient_id") or not columns:
        return None
    first = parsed.table.coded[columns[0]]
    if len(columns) > 1:
        text = parsed.table.body[columns[0]]
        for name in columns[1:]:
            text = text + " " + parsed.table.body[name]
        first = coded(text)
    places, different = first.places, first.different
    names = [_normal(str(name)) for name in different]
    order = sorted({name for name in names if name}, key=lambda name: hashlib.sha256(name.encode()).digest())
    numbers = {name: f"person {number}" for number, name in enumerate(order, start=1)}
    if not numbers:
        return None
    findings.add(
        "patients_counted_up",
        column(columns[0]) if len(columns) == 1 else f"columns {listed(columns)}",
        f"There is no patient number, so {len(numbers):,} patients are told apart by"
        + (
            " their number at the payer and counted up; the number is dropped."
            if by_member
            else " name and counted up; the names are dropped, and namesakes count as one patient."
        ),
    )
    found = np.array([numbers.get(name) for name in names], dtype=object)[places]
    return pd.Series(found, index=parsed.table.body.index, dtype="str")


def _patients_columns(names: tuple[str, ...]) -> list[str]:
    """Return the columns that make up the patient's name."""
    words = {name: set(name_words(name)) for name in names}
    own = [name for name in names if not words[name] & _NOT_THE_PATIENT]
    whole = [name for name in own if not words[name] & {"first", "last", "middle"}]
    # A whole name is enough; without one, first and last name together are.
    return whole[:1] if whole else own


def _normal(name: str) -> str:
    """Return a name in the form in which its spellings are equal."""
    if name.strip().lower() in EMPTY_CELLS:
        return ""
    plain = "".join(mark for mark in unicodedata.normalize("NFKD", name) if not unicodedata.combining(mark))
    return " ".join(sorted(text_words(plain)))
