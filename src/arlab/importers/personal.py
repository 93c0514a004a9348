"""What does an export hold in each of its columns, personal data included?

Reads it a second time for those who must make sure that nothing of it is written again. What it returns stays in
memory: it is never printed, logged or kept.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from arlab.importers.detect import Table, find_tables
from arlab.importers.files import open_grids
from arlab.importers.findings import Findings
from arlab.importers.links import is_folder
from arlab.importers.map_file import read_map
from arlab.importers.mapping import map_columns
from arlab.importers.people import people_of
from arlab.importers.vocabulary import PERSONAL, concepts_named
from arlab.importers.x12.kind import x12_kind
from arlab.importers.x12.personal import personal_values

__all__ = ["FileColumn", "read_columns", "same_patients"]


@dataclasses.dataclass(frozen=True)
class FileColumn:
    """One column of a file with all its different values.

    ``concept`` is what it is read as; for a column that is dropped on reading it is the personal concept that its
    name means, or empty.
    """

    name: str
    concept: str
    rows: int
    values: frozenset[str] = dataclasses.field(repr=False)


def read_columns(
    path: Path | str,
    *,
    sheet: str | int | None = None,
    mapping: Mapping[str, str] | None = None,
    map_file: Path | str | None = None,
) -> tuple[FileColumn, ...]:
    """Return every column of a file, of all its sheets, and the texts around the tables as a column ``titles``.

    Parameters
    ----------
    path, sheet, mapping, map_file : as for :func:`arlab.read_export`; a folder or file of X12 gives its segments

    Raises
    ------
    InputRefused
        when the file cannot be opened.
    """
    path = Path(path)
    if is_folder(path) or x12_kind(path):
        return _columns_of_x12(path)
    given, sheet = _given(sheet, mapping, map_file)
    found: list[FileColumn] = []
    for grid in open_grids(path, sheet=sheet, findings=Findings()):
        for table in find_tables(grid):
            found += _columns_of(table, given)
    return tuple(found)


def same_patients(
    path: Path | str,
    *,
    sheet: str | int | None = None,
    mapping: Mapping[str, str] | None = None,
    map_file: Path | str | None = None,
) -> dict[str, str]:
    """Return patient number -> one number for all that may be the same person, by name or number of their own.

    Many a column of accounts numbers visits. Whoever counts patients in order to hide small groups must not count
    one person several times; to count two namesakes once does no harm.

    Parameters
    ----------
    path, sheet, mapping, map_file : as for :func:`read_columns`; X12 tells its patients apart itself
    """
    path = Path(path)
    if is_folder(path) or x12_kind(path):
        return {}
    given, sheet = _given(sheet, mapping, map_file)
    joined: dict[str, str] = {}
    for grid in open_grids(path, sheet=sheet, findings=Findings()):
        for table in find_tables(grid):
            fitting = given if set(given.values()) <= set(table.columns) else {}
            columns = map_columns(table.body, given=fitting, findings=Findings())
            if "patient_id" in columns.chosen:
                number = table.body[columns.chosen["patient_id"]]
                for one in people_of(table.body, columns):
                    pairs = pd.DataFrame({"number": number, "one": one})
                    pairs = pairs[(pairs["number"] != "") & (pairs["one"] != "")].drop_duplicates()
                    for _, numbers in pairs.groupby("one", sort=False)["number"]:
                        first, *others = (_root(joined, text) for text in numbers)
                        joined.update(dict.fromkeys(others, first))
                        joined[first] = first
    return {number: _root(joined, number) for number in joined}


def _root(joined: dict[str, str], number: str) -> str:
    """Return the number that stands for all that a number was joined with."""
    path = []
    while joined.get(number, number) != number:
        path.append(number)
        number = joined[number]
    joined.update(dict.fromkeys(path, number))
    return number


def _given(
    sheet: str | int | None, mapping: Mapping[str, str] | None, map_file: Path | str | None
) -> tuple[dict[str, str], str | int | None]:
    """Return the columns and the sheet that the user gave, by a map or one by one."""
    given = dict(mapping or {})
    if map_file is None:
        return given, sheet
    wanted = read_map(map_file)
    return dict(wanted.columns) | given, sheet if sheet is not None else wanted.sheet


def _columns_of(table: Table, given: Mapping[str, str]) -> list[FileColumn]:
    if not set(given.values()) <= set(table.columns):
        given = {}
    columns = map_columns(table.body, given=given, findings=Findings())
    concepts = {name: concept for concept, name in columns.chosen.items()}
    concepts |= dict.fromkeys(columns.buckets, "bucket_amount")
    found = []
    for name in table.columns:
        concept = concepts.get(name, "")
        if not concept and name in columns.personal:
            concept = next((c for c in concepts_named(name) if c in PERSONAL), PERSONAL[0])
        found.append(FileColumn(name, concept, len(table.body), frozenset(table.body[name].unique()) - {""}))
    titles = frozenset(cell for row in table.titles for cell in row if cell)
    return [*found, *([FileColumn("titles", "", len(table.titles), titles)] if titles else [])]


def _columns_of_x12(path: Path) -> tuple[FileColumn, ...]:
    values: dict[tuple[str, str], set[str]] = {}
    for segment, concept, text in personal_values(path):
        values.setdefault((segment, concept), set()).add(text)
    return tuple(
        FileColumn(f"{segment} segments", concept, len(found), frozenset(found))
        for (segment, concept), found in values.items()
    )
