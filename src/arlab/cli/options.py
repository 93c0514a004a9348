"""How is an export named, and what may be said of how it is to be read?

The arguments and options that several commands share, so that they read alike everywhere. Nothing is read here.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

__all__ = ["AsOf", "Clock", "Dates", "Export", "MapFile", "Sheet", "Workspace"]

Export = Annotated[
    Path,
    typer.Argument(
        metavar="EXPORT", help="Your own export: CSV, XLSX, Parquet, or a folder of 837 and 835 files."
    ),
]
AsOf = Annotated[
    str | None,
    typer.Option("--as-of", metavar="DATE", help="Day that the balances are true for: 2026-06-30."),
]
Sheet = Annotated[str | None, typer.Option("--sheet", help="Sheet of a workbook, by name or place.")]
Dates = Annotated[str | None, typer.Option("--dates", help="How 3/5/2024 is meant: mdy or dmy.")]
MapFile = Annotated[
    Path | None, typer.Option("--map", metavar="FILE", help="Your own map of the columns, a TOML file.")
]
Clock = Annotated[
    str, typer.Option("--clock", help="Aging clock: standard, service, first_bill or responsibility.")
]
Workspace = Annotated[
    Path | None,
    typer.Option(
        "--workspace", metavar="FOLDER", help="Your own folder (or ARLAB_WORKSPACE in the environment)."
    ),
]
