"""How does ``arlab deid`` share what may be shared of an export?

Reads the options, calls the library and says what was written. What may be shared is not decided here.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from arlab.cli.folders import reports_folder, workspace_folder
from arlab.cli.options import AsOf, Clock, Dates, Export, MapFile, Sheet, Workspace
from arlab.cli.reading import read_file, sheet_place
from arlab.cli.terminal import folded, say, say_heading, show_progress

__all__ = ["deid"]

STEPS = 6


def deid(
    export: Export,
    out: Annotated[Path | None, typer.Option("--out", metavar="FOLDER", help="Where to write.")] = None,
    as_of: AsOf = None,
    sheet: Sheet = None,
    dates: Dates = None,
    map_file: MapFile = None,
    clock: Clock = "standard",
    profile: Annotated[
        str, typer.Option("--profile", help="pseudonymised, or safe-harbor: years only.")
    ] = "pseudonymised",
    shift: Annotated[
        bool, typer.Option("--shift", help="Move the day by a secret number of weeks, in place of week 0.")
    ] = False,
    name: Annotated[
        str, typer.Option("--name", help="Name of the practice, with --profile safe-harbor alone.")
    ] = "",
    research: Annotated[
        bool, typer.Option("--research", help="Also the open claims one by one, each patient's dates moved.")
    ] = False,
    workspace: Workspace = None,
) -> None:
    """Write a version for others: totals only, small numbers withheld; the last line is its path.

    Names, numbers, days and places stay here. What was written is searched for them before it is published.
    """
    from arlab.protect.key import load_key
    from arlab.report.share import write_shared
    from arlab.report.share_research import write_research

    folder = reports_folder() / "shared" if out is None else out
    with show_progress(export.name, steps=STEPS) as step:
        step("reading")
        source = read_file(export, as_of=as_of, sheet=sheet, dates=dates, map_file=map_file)
        key = load_key(workspace_folder() if workspace is None else workspace)
        how: dict[str, Any] = {
            "out": folder,
            "key": key,
            "path": export,
            "sheet": sheet_place(sheet),
            "map_file": map_file,
        }
        shared = write_shared(
            source, **how, clock=clock, profile=profile, shift=shift, name=name, progress=step
        )
        claims = write_research(source, **how) if research else None
    say_heading("Identifiers found in the input (for you; the shared version names no column)")
    for row in shared.harbor:
        if row.columns:
            say(folded(f"{row.letter}. {row.name}: {', '.join(row.columns)}; {row.done}."))
    say_heading("Shared")
    for sentence in (shared.finding, shared.verdict):
        say(folded(sentence))
    if claims is not None:
        say(
            folded(
                "The research export is pseudonymised, not Safe Harbor: it has dates and a row for each claim."
            )
        )
        say(str(claims.resolve()))
    for path in (shared.tables, shared.safe_harbor, shared.html):
        say(str(path.resolve()))
