"""What does a file hold in each of its columns, personal data included?

Reads a file a second time for those who must make sure that nothing of it is written again. What it returns stays
in memory: it is never printed, logged or kept.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from pathlib import Path

from arlab.importers.detect import Table, find_table
from arlab.importers.files import open_grids
from arlab.importers.findings import Findings
from arlab.importers.mapping import map_columns
from arlab.importers.vocabulary import PERSONAL, concepts_named

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
    path: Path | str, *, sheet: str | int | None = None, mapping: Mapping[str, str] | None = None
) -> tuple[FileColumn, ...]:
    """Return every column of a file, of all its sheets, and the titles above the table as a column ``titles``.

    Parameters
    ----------
    path, sheet, mapping : as for :func:`arlab.read_export`

    Raises
    ------
    InputRefused
        when the file cannot be opened.
    """
    found: list[FileColumn] = []
    for grid in open_grids(Path(path), sheet=sheet, findings=Findings()):
        table = find_table(grid)
        if table is not None:
            found += _columns_of(table, mapping)
    return tuple(found)


def _columns_of(table: Table, mapping: Mapping[str, str] | None) -> list[FileColumn]:
    given = mapping if mapping and set(mapping.values()) <= set(table.columns) else None
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
