"""How do the options of a command become an export as read?

One place for all commands that take an export. It opens nothing itself.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from arlab.importers import Import

__all__ = ["read_file"]


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

    place = int(sheet) if sheet is not None and sheet.isdecimal() and len(sheet) < 3 else sheet
    return read_export(path, as_of=as_of, sheet=place, dates=dates, map_file=map_file)
