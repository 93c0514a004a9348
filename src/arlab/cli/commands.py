"""What can be asked: a report, a check of an export, a synthetic practice (``generate``)?

Each command imports what it needs when it runs, calls the library, and prints what it says.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from arlab import __version__
from arlab.cli.deid import deid
from arlab.cli.folders import reports_folder
from arlab.cli.generate import generate
from arlab.cli.terminal import complain, folded, say, say_heading, say_rows, show_progress
from arlab.errors import ArlabError

if TYPE_CHECKING:
    import pandas as pd

    from arlab.importers import Import

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
    typer.Argument(metavar="EXPORT", help="Your own export: CSV, XLSX or Parquet. Empty: the sample."),
]
Export = Annotated[Path, typer.Argument(metavar="EXPORT", help="Your own export: CSV, XLSX or Parquet.")]
AsOf = Annotated[str | None, typer.Option("--as-of", metavar="DATE", help="Day to report on: 2026-06-30.")]
Clock = Annotated[
    str, typer.Option("--clock", help="Aging clock: standard, service, first_bill or responsibility.")
]
Sheet = Annotated[str | None, typer.Option("--sheet", help="Sheet of a workbook, by name or place.")]
Dates = Annotated[str | None, typer.Option("--dates", help="How 3/5/2024 is meant: mdy or dmy.")]
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
    out: Folder = None,
) -> None:
    """Write the AR report as one HTML file; the last line is its path.

    Several files give one report each; the last line is then the path of the last one.
    """
    from arlab.report import make_content, save_content
    from arlab.tables import load_sample

    folder = reports_folder() if out is None else out
    refused = False
    taken: set[str] = set()
    wanted: list[Path | None] = list(exports) if exports else [None]
    for export in wanted:
        try:
            with show_progress("the sample practice" if export is None else export.name) as step:
                step("reading")
                source = load_sample() if export is None else _read(export, as_of, sheet, dates)
                content = make_content(source, as_of=as_of, clock=clock, progress=step)
                step("writing")
                path = save_content(content, out=folder / f"{_free(content.stem, taken)}.html")
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


@app.command()
def check(export: Export, as_of: AsOf = None, sheet: Sheet = None, dates: Dates = None) -> None:
    """Say how an export is read: columns, reconciliation, findings, limits."""
    from arlab.report import describe_reconciliation

    found = _read(export, as_of, sheet, dates)
    say(f"{found.source} ({found.kind}), as of {found.practice.as_of}")
    say_heading("Columns and what they are read as")
    mapping = found.mapping.assign(confidence=[f"{share:.0%}" for share in found.mapping["confidence"]])
    say_rows([tuple(map(str, row)) for row in mapping[["concept", "column", "confidence", "how"]].to_numpy()])
    if found.unused_columns:
        say(folded(f"Left out: {', '.join(found.unused_columns)}"))
    say_heading("Reconciliation")
    say(folded(describe_reconciliation(found)))
    say_heading("Findings")
    _say_sentences([f"{row['where']}: {row['sentence']}" for row in _records(found.findings)])
    if len(found.quarantine):
        say_heading("Quarantined rows")
        lines = [f"row {row['row_number']}: {row['reason']}" for row in _records(found.quarantine)]
        _say_sentences([*lines[:50], *([f"and {len(lines) - 50:,} more"] if len(lines) > 50 else [])])
    if len(found.aside):
        say_heading("Not counted as open")
        _say_sentences(
            [
                f"{row['what']}: {row['items']:,} for {row['dollars']:,.2f}, because {row['why']}"
                for row in _records(found.aside)
            ]
        )
    say_heading("What cannot be computed")
    _say_sentences([f"{measure}: {why}" for measure, why in found.cannot_compute])


app.command()(generate)
app.command()(deid)


def _read(export: Path, as_of: str | None, sheet: str | None, dates: Any) -> Import:
    """Return an export as read; a short number is the place of a sheet, anything else its name."""
    from arlab.importers import read_export

    place = int(sheet) if sheet is not None and sheet.isdecimal() and len(sheet) < 3 else sheet
    return read_export(export, as_of=as_of, sheet=place, dates=dates)


def _free(stem: str, taken: set[str]) -> str:
    """Return a file name that no earlier report of this run has, on systems that ignore case too."""
    name, number = stem, 1
    while name.casefold() in taken:
        number += 1
        name = f"{stem}-{number}"
    taken.add(name.casefold())
    return name


def _records(table: pd.DataFrame) -> list[dict[Any, Any]]:
    return table.to_dict("records")


def _say_sentences(sentences: list[str]) -> None:
    for sentence in sentences or ["None."]:
        say(folded(sentence))
