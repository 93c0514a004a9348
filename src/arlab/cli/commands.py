"""What can be asked: a report, a check of an export, a synthetic practice (``generate``)?

Each command imports what it needs when it runs, calls the library, and prints what it says.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from arlab import __version__
from arlab.cli.check import check, checked_import, write_lists
from arlab.cli.deid import deid
from arlab.cli.folders import reports_folder
from arlab.cli.generate import generate
from arlab.cli.options import AsOf, Clock, Dates, MapFile, Sheet
from arlab.cli.queue import queue
from arlab.cli.reading import read_file
from arlab.cli.snapshot import snapshot
from arlab.cli.terminal import complain, folded, say, show_progress
from arlab.errors import ArlabError, SettingsError

if TYPE_CHECKING:
    from arlab.importers import Import
    from arlab.tables import Practice

__all__ = ["app"]

app = typer.Typer(
    name="arlab",
    help="Learn, analyse and present medical accounts receivable. Nothing leaves this machine.",
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)

Exports = Annotated[
    list[Path] | None,
    typer.Argument(
        metavar="EXPORT",
        help="Your own export: CSV, XLSX, Parquet, a folder of 837 and 835 files, or a folder that arlab generate"
        " wrote. Empty: the sample.",
    ),
]
Folder = Annotated[Path | None, typer.Option("--out", metavar="FOLDER", help="Where to write.")]


@app.callback(invoke_without_command=True)
def arlab(
    context: typer.Context,
    version: Annotated[bool, typer.Option("--version", help="Print the version and stop.")] = False,
) -> None:
    """Print the version or the help when no command is given."""
    if version:
        say(f"AR Lab {__version__}")
        raise typer.Exit
    if context.invoked_subcommand is None:
        say(context.get_help())


@app.command()
def report(
    exports: Exports = None,
    as_of: AsOf = None,
    clock: Clock = "standard",
    sheet: Sheet = None,
    dates: Dates = None,
    map_file: MapFile = None,
    out: Folder = None,
    share: Annotated[bool, typer.Option("--share", help="A version for others, as by arlab deid.")] = False,
) -> None:
    """Write the AR report as one HTML file; the last line is its path.

    Several files give one report each; the last line is then the path of the last one.
    """
    if share:
        if not exports or len(exports) > 1:
            raise SettingsError("--share makes the version for others of one export: give one.")
        deid(exports[0], out=out, as_of=as_of, sheet=sheet, dates=dates, map_file=map_file, clock=clock)
        return
    from arlab.report import make_content, save_content
    from arlab.tables import is_practice, load_practice, load_sample

    folder = reports_folder() if out is None else out
    refused = False
    taken: set[str] = set()
    wanted: list[Path | None] = list(exports) if exports else [None]
    for export in wanted:
        try:
            with show_progress("the sample practice" if export is None else export.name) as step:
                step("reading")
                found: Import | None = None
                source: Practice | Import
                if export is None:
                    source = load_sample()
                elif is_practice(export):
                    source = load_practice(export, lazy=None)
                else:
                    source = found = read_file(
                        export, as_of=as_of, sheet=sheet, dates=dates, map_file=map_file
                    )
                content = make_content(source, as_of=as_of, clock=clock, progress=step)
                step("writing")
                path = save_content(content, out=folder / f"{_free(content.stem, taken)}.html")
                if found is not None:
                    _write_beside(found, path)
        except ArlabError as problem:
            # One file that is refused does not keep the others from their reports.
            if len(wanted) == 1:
                raise
            complain(str(problem))
            refused = True
            continue
        say(content.source or content.name)
        for sentence in (*content.proofs, content.finding):
            say(folded(sentence, indent="  "))
        say(str(path.resolve()))
    if refused:
        raise typer.Exit(2)


app.command()(check)
app.command()(generate)
app.command()(queue)
app.add_typer(snapshot)
app.command()(deid)


def _write_beside(found: Import, report: Path) -> None:
    """Write what was found, what was quarantined and the map for next time, beside the report."""
    write_lists(
        checked_import(found),
        report.with_name(f"{report.stem}.findings.csv"),
        report.with_name(f"{report.stem}.quarantine.csv"),
    )
    if len(found.mapping):
        from arlab.importers import write_map

        write_map(found, report.with_name(f"{report.stem}.map.toml"))


def _free(stem: str, taken: set[str]) -> str:
    """Return a file name that no earlier report of this run has, on systems that ignore case too."""
    name, number = stem, 1
    while name.casefold() in taken:
        number += 1
        name = f"{stem}-{number}"
    taken.add(name.casefold())
    return name
