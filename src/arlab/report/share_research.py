"""What may a researcher get, claim by claim?

Writes open items with pseudonyms and with each patient's dates moved by a secret number of days of their own. No
aging can be computed from it, and AR Lab refuses to try.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from arlab.errors import NotAvailable
from arlab.importers.mapping import RESEARCH_COLUMN
from arlab.ledger import open_items
from arlab.protect.key import patient_shift, pseudonyms
from arlab.protect.own import own_texts
from arlab.report.share_files import publish
from arlab.report.share_source import columns_of_source, known_of_source
from arlab.tables import PAYER_CLASSES, RESPONSIBLE, Practice
from arlab.workspace import csv_bytes

if TYPE_CHECKING:
    from arlab.importers import Import

__all__ = ["OLDEST", "research_table", "write_research"]

RESEARCH = "research_claims.csv"
OLDEST = 90
"""Ages from here on are one group: the Safe Harbor rule names ages over 89."""

_NAMES = {
    "claim_id": "claim",
    "patient_id": "patient",
    "payer": "payer",
    "provider": "provider",
    "location": "location",
}
_DATES = ("service_date", "first_bill_date", "responsibility_date")


def research_table(practice: Practice, *, key: bytes) -> pd.DataFrame:
    """Return a practice's open items for research, as text.

    Returns
    -------
    frame with ``research_export`` (in every row the word), pseudonyms of ``claim, patient, payer, provider,
    location``, ``payer_class, responsible, balance``, the dates there are (each patient's moved back by 1 to 364
    days, the same for all dates of the patient) and, where birth dates are known, ``patient_age`` in years with all
    from ``OLDEST`` in one group. No free text; neither ages nor buckets: they would give the moves away.

    Raises
    ------
    NotAvailable
        when the source does not tell patients apart.
    """
    if practice.has("claims", "transactions"):
        tables: Mapping[str, pd.DataFrame | None] = {
            name: practice.tables.get(name) for name in ("submissions", "statements", "coverages")
        }
        items = open_items(practice.claims, practice.transactions, as_of=practice.as_of, **tables)
    else:
        items = practice.open_items
    if "patient_id" not in items or items["patient_id"].isna().any():
        raise NotAvailable(
            "No research export can be made, because the source does not say of every claim whose it is, and"
            " dates are moved patient by patient."
        )
    table = pd.DataFrame({RESEARCH_COLUMN: RESEARCH_COLUMN}, index=items.index)
    for column, kind in _NAMES.items():
        if column in items:
            texts = items[column].astype("object").where(items[column].notna(), "").astype("str")
            table[kind] = texts.map(pseudonyms(key, kind, texts)).mask(texts == "", "")
    for column, allowed in (("payer_class", PAYER_CLASSES), ("responsible", RESPONSIBLE)):
        if column in items:
            table[column] = items[column].where(items[column].isin(allowed), "unknown")
    shifts = {patient: patient_shift(key, str(patient)) for patient in items["patient_id"].unique()}
    back = pd.to_timedelta(items["patient_id"].map(shifts), unit="D")
    for column in _DATES:
        if column in items:
            table[column] = (items[column] - back).dt.strftime("%Y-%m-%d").fillna("")
    table["balance"] = items["balance"].map("{:.2f}".format)
    if practice.has("patients") and "birth_date" in practice.patients:
        born = items["patient_id"].map(practice.patients.set_index("patient_id")["birth_date"])
        table["patient_age"] = _ages(born, pd.Timestamp(practice.as_of))
    return table.sort_values(["patient", "claim", "responsible"], ignore_index=True)


def _ages(born: pd.Series, day: pd.Timestamp) -> pd.Series:
    """Return ages in whole years as text, the oldest in one group."""
    years = day.year - born.dt.year
    before = (born.dt.month > day.month) | ((born.dt.month == day.month) & (born.dt.day > day.day))
    years = (years - before.astype("int64")).where(born.notna())
    return years.map(lambda age: "" if pd.isna(age) else f"{OLDEST}+" if age >= OLDEST else str(int(age)))


def write_research(
    source: Practice | Import,
    *,
    out: Path | str,
    key: bytes,
    path: Path | str | None = None,
    sheet: str | int | None = None,
    mapping: Mapping[str, str] | None = None,
    map_file: Path | str | None = None,
) -> Path:
    """Write the research export of a practice or file into a folder and return the file's path.

    Parameters
    ----------
    source, out, key, path, sheet, mapping, map_file : as for :func:`arlab.report.share.write_shared`

    Raises
    ------
    NotAvailable
        as :func:`research_table`, or when what was written held something personal.
    WorkspaceError
        when the folder cannot be written.
    """
    practice = source if isinstance(source, Practice) else source.practice
    columns = columns_of_source(source, path=path, sheet=sheet, mapping=mapping, map_file=map_file)
    known = known_of_source(source, columns)
    table = research_table(practice, key=key)
    rows = [tuple(map(str, table.columns)), *(tuple(map(str, row)) for row in table.to_numpy())]
    own = (*own_texts(), *PAYER_CLASSES, *RESPONSIBLE)
    amounts = (*_DATES, "balance", "patient_age")
    return publish({RESEARCH: csv_bytes(rows)}, out=out, known=known, own=own, amounts=amounts) / RESEARCH
