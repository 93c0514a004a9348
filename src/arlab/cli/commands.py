"""What can be asked: a report, a check of an export, a synthetic practice?

Each command imports what it needs when it runs, calls the library, and prints what it says.
"""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from arlab import __version__
from arlab.cli.folders import reports_folder
from arlab.cli.terminal import complain, folded, say, say_heading, say_rows, show_progress
from arlab.errors import ArlabError, SettingsError, WorkspaceError

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


@app.command()
def generate(
    out: Annotated[Path, typer.Option("--out", metavar="FOLDER", help="Where to write the tables.")],
    preset: Annotated[
        str | None, typer.Option("--preset", help="Ready scenario, such as typical (the default).")
    ] = None,
    claims: Annotated[int | None, typer.Option("--claims", min=1, help="Claims in all, about.")] = None,
    months: Annotated[int | None, typer.Option("--months", min=1, help="Months of visits.")] = None,
    seed: Annotated[
        int | None, typer.Option("--seed", min=0, help="The same number gives the same practice (default 1).")
    ] = None,
    sample: Annotated[bool, typer.Option("--sample", help="The bundled sample practice anew.")] = False,
) -> None:
    """Make a synthetic practice as Parquet files; the last line is its folder."""
    from arlab.tables import load_practice

    given = {"--preset": preset, "--claims": claims, "--months": months, "--seed": seed}
    if sample and any(value is not None for value in given.values()):
        names = " and ".join(name for name, value in given.items() if value is not None)
        raise SettingsError(f"The sample is always the same practice: leave {names} out, or --sample.")
    try:
        if sample:
            from arlab.synth.sample import write_sample

            write_sample(out)
        else:
            _write_practice(
                out,
                preset=preset or "typical",
                claims=claims,
                months=months,
                seed=1 if seed is None else seed,
            )
    except OSError as problem:
        why = (problem.strerror or type(problem).__name__).lower()
        raise WorkspaceError(
            f"The practice cannot be written to '{out}' ({why}): choose another folder with --out."
        ) from None
    practice = load_practice(out)
    say(f"{practice.name}: {len(practice.claims):,} claims, as of {practice.as_of}")
    say_rows([(name, f"{len(frame):,} rows") for name, frame in practice.tables.items()])
    say(str(out.resolve()))


def _write_practice(out: Path, *, preset: str, claims: int | None, months: int | None, seed: int) -> None:
    """Make a practice from a preset, changed where asked, and write it."""
    from arlab.synth import GENERATOR_VERSION, find_preset, make_practice
    from arlab.tables import save_practice

    scenario = find_preset(preset)
    if months is not None:
        scenario = dataclasses.replace(scenario, months=months)
    if claims is not None:
        # The scenario counts a year's visits; asked for here are those of the whole period.
        scenario = dataclasses.replace(scenario, claims_per_year=max(1, round(claims * 12 / scenario.months)))
    about = {"scenario": preset, "claims": scenario.claims, "months": scenario.months, "seed": seed}
    save_practice(
        make_practice(scenario, seed=seed), out, about={**about, "generator_version": GENERATOR_VERSION}
    )


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
