"""What in a practice or file is personal, so that no output may hold it?

Gathers the columns of a source with their values. It writes nothing.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from arlab.importers.personal import FileColumn, read_columns
from arlab.protect.known import Known, known_of
from arlab.report.write import day_text
from arlab.tables import Practice

if TYPE_CHECKING:
    from arlab.importers import Import

__all__ = ["columns_of_source", "known_of_source"]

# Table (any when empty) and column of a practice's own tables -> what it holds of persons.
_PERSONAL = {
    ("patients", "name"): "patient_name",
    ("patients", "zip"): "contact",
    ("patients", "phone"): "contact",
    ("staff", "staff"): "provider",
    ("", "claim_id"): "claim_id",
    ("", "patient_id"): "patient_id",
    ("", "provider"): "provider",
    ("", "location"): "location",
}


def columns_of_source(
    source: Practice | Import,
    *,
    path: Path | str | None,
    sheet: str | int | None = None,
    mapping: Mapping[str, str] | None = None,
    map_file: Path | str | None = None,
) -> list[FileColumn]:
    """Return every column of a source with its values: those of the file, or of a practice's own tables."""
    if path is not None:
        return list(read_columns(path, sheet=sheet, mapping=mapping, map_file=map_file))
    practice = source if isinstance(source, Practice) else source.practice
    found = []
    for name, table in practice.tables.items():
        for column in map(str, table.columns):
            dated = pd.api.types.is_datetime64_any_dtype(table[column])
            concept = (
                "service_date" if dated else _PERSONAL.get((name, column), _PERSONAL.get(("", column), ""))
            )
            if concept:
                values = table[column].dropna()
                texts = values.dt.strftime("%Y-%m-%d") if dated else values.astype("str")
                found.append(FileColumn(f"{name}.{column}", concept, len(table), frozenset(texts.unique())))
    return found


def known_of_source(source: Practice | Import, columns: Sequence[FileColumn]) -> Known:
    """Return what must not be written: what is personal in the columns, the day, file and practice."""
    practice = source if isinstance(source, Practice) else source.practice
    day = practice.as_of
    days = (day.isoformat(), day_text(day), f"{day.month}/{day.day}/{day.year}", f"{day:%m/%d/%Y}")
    names = {practice.name} if isinstance(source, Practice) else {practice.name, source.source}
    known = known_of(columns, days=days, texts=names)
    titles = known_of([FileColumn("name", "location", 1, frozenset(names))])
    return dataclasses.replace(known, phrases=known.phrases | titles.phrases)
