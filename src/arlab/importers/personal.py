"""What does an export hold in each of its columns, personal data included?

Reads it a second time for those who must make sure that nothing of it is written again. What it returns stays in
memory: it is never printed, logged or kept.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from pathlib import Path

from arlab.importers.detect import Table, find_tables
from arlab.importers.files import open_grids
from arlab.importers.findings import Findings
from arlab.importers.map_file import read_map
from arlab.importers.mapping import map_columns
from arlab.importers.vocabulary import PERSONAL, concepts_named
from arlab.importers.x12.kind import x12_kind
from arlab.importers.x12.personal import personal_values

__all__ = ["FileColumn", "read_columns"]


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
    if path.is_dir() or x12_kind(path):
        return _columns_of_x12(path)
    given = dict(mapping or {})
    if map_file is not None:
        wanted = read_map(map_file)
        given, sheet = dict(wanted.columns) | given, sheet if sheet is not None else wanted.sheet
    found: list[FileColumn] = []
    for grid in open_grids(path, sheet=sheet, findings=Findings()):
        for table in find_tables(grid):
            found += _columns_of(table, given)
    return tuple(found)


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
