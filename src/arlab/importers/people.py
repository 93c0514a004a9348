"""Which rows are of one patient, when a file has no patient numbers?

Counts patients up by their number at the payer or by their names, and keeps the count alone. Namesakes are one.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from arlab.importers.findings import Findings, column, listed
from arlab.importers.grid import coded
from arlab.importers.mapping import ColumnMap
from arlab.importers.parsed import Parsed
from arlab.importers.vocabulary import EMPTY_CELLS, name_words

__all__ = ["number_people", "people_of"]

_NOT_THE_PATIENT = frozenset(("guarantor", "subscriber", "insured", "holder", "responsible", "policy"))


def number_people(parsed: Parsed, rows: npt.NDArray[np.intp], findings: Findings) -> pd.Series | None:
    """Return a made-up patient number for some rows, such as ``person 7``; None when there is nothing to go by.

    Notes
    -----
    One name in any spelling (case, accents, "Last, First") is one number. The numbers follow neither the order of
    the rows nor the alphabet, and are those of this file alone. A row without a name has none.
    """
    by_member = bool(parsed.columns.members)
    columns = list(parsed.columns.members[:1]) or _patients_columns(parsed.columns.names)
    if parsed.has("patient_id") or not columns:
        return None
    held = parsed.table.coded[columns[0]]
    if len(columns) > 1:
        text = parsed.table.body[columns[0]]
        for name in columns[1:]:
            text = text + " " + parsed.table.body[name]
        held = coded(text)
    used, back = np.unique(held.places[rows], return_inverse=True)
    places, different = pd.factorize(_normal(held.different.iloc[used]))
    there = np.flatnonzero(different != "")
    # In the order of a hash: neither the alphabet nor the order of rows can be read from it.
    order = there[np.argsort(pd.util.hash_array(np.asarray(different, dtype=object)[there]), kind="stable")]
    numbers = np.zeros(len(different), dtype=np.int64)
    numbers[order] = np.arange(1, len(order) + 1)
    if not len(order):
        return None
    findings.add(
        "patients_counted_up",
        column(columns[0]) if len(columns) == 1 else f"columns {listed(columns)}",
        f"There is no patient number, so {len(order):,} patients with a balance are told apart by"
        + (
            " their number at the payer and counted up; the number is dropped."
            if by_member
            else " name and counted up; the names are dropped, and namesakes count as one patient."
        ),
    )
    labels = pd.Series([f"person {number}" if number else None for number in numbers[places]], dtype="str")
    return labels.take(back).set_axis(rows)


def people_of(body: pd.DataFrame, columns: ColumnMap) -> list[pd.Series]:
    """Return what tells persons apart in a table besides a patient number: each a text per row, "" for nothing.

    These are the name, the number at the payer, and every column of social security numbers.
    """
    held = []
    names = _patients_columns(columns.names)
    if names:
        text = body[names[0]]
        for name in names[1:]:
            text = text + " " + body[name]
        held.append(_normal(text).set_axis(body.index))
    others = [*columns.members, *(name for name in columns.personal if _is_security_number(body[name]))]
    return held + [_normal(body[name]).set_axis(body.index) for name in dict.fromkeys(others)]


def _is_security_number(text: pd.Series) -> bool:
    filled = text[text != ""]
    return bool(len(filled)) and float(filled.str.fullmatch(r"\d{3}-?\d{2}-?\d{4}").mean()) > 0.5


def _patients_columns(names: tuple[str, ...]) -> list[str]:
    """Return the columns that make up the patient's name."""
    words = {name: set(name_words(name)) for name in names}
    own = [name for name in names if not words[name] & _NOT_THE_PATIENT]
    whole = [name for name in own if not words[name] & {"first", "last", "middle"}]
    # A whole name is enough; without one, first and last name together are.
    return whole[:1] if whole else own


def _normal(names: pd.Series) -> pd.Series:
    """Return names in the form in which their spellings are equal.

    >>> _normal(pd.Series(["Zoë  Lee", "LEE, ZOE", "n/a"])).tolist()
    ['zoe lee', 'zoe lee', '']
    """
    text = pc.utf8_lower(pc.utf8_normalize(pa.array(names, type=pa.string()), form="NFKD"))
    text = pc.utf8_trim_whitespace(pc.replace_substring_regex(text, r"\p{M}", ""))
    nothing = pc.is_in(text, value_set=pa.array(sorted(EMPTY_CELLS)))
    text = pc.if_else(nothing, "", text)
    text = pc.replace_substring_regex(text, r"^([^,]+),\s*(.+)$", r"\2 \1")
    text = pc.utf8_trim_whitespace(pc.replace_substring_regex(text, r"[^\p{L}\p{N}]+", " "))
    return pd.Series(text.to_pandas(), dtype="str")
