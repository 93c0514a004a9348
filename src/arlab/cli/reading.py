"""How do the options of a command become an export as read?

One place for all commands that take an export. It opens nothing itself.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from arlab.importers import Import

__all__ = ["read_file", "sheet_place"]


def read_file(
    path: Path,
    *,
    as_of: str | None = None,
    sheet: str | None = None,
    dates: Any = None,
    map_file: Path | None = None,
) -> Import:
    """Return an export as read; a short number is the place of a sheet, anything else its name."""
    from arlab.importers import read_export

    return read_export(path, as_of=as_of, sheet=sheet_place(sheet), dates=dates, map_file=map_file)


def sheet_place(sheet: str | None) -> str | int | None:
    """Return a sheet as it is asked for: a short number is its place, anything else its name."""
    return int(sheet) if sheet is not None and sheet.isdecimal() and len(sheet) < 3 else sheet
