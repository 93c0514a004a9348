"""How does ``arlab queue`` say what to work first, and where does it write the list?

Reads the options, calls the library and prints what it says. No order is decided here.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from arlab.cli.folders import workspace_folder
from arlab.cli.options import AsOf, Dates, MapFile, Sheet, Workspace
from arlab.cli.reading import read_file
from arlab.cli.terminal import folded, say, say_columns, say_heading, show_progress
from arlab.cli.writing import write_file
from arlab.errors import SettingsError

if TYPE_CHECKING:
    from arlab.priority import WorkQueue
    from arlab.reference import PracticeRules
    from arlab.tables import Practice

__all__ = ["own_rules", "queue"]

_TOP = 10
_SESSIONS = 5


def queue(
    export: Annotated[
        Path | None,
        typer.Argument(
            metavar="EXPORT",
            help="Your own export: CSV, XLSX, Parquet, a folder of 837 and 835 files, or a folder that arlab"
            " generate wrote. Empty: the sample.",
        ),
    ] = None,
    as_of: AsOf = None,
    top: Annotated[
        int | None, typer.Option("--top", metavar="N", help="Only the first N items of each queue.")
    ] = None,
    owner: Annotated[
        str | None, typer.Option("--owner", metavar="NAME", help="Only one person's items.")
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option("--out", metavar="FILE", help="Also write a .xlsx or .csv file to work from."),
    ] = None,
    rules: Annotated[
        Path | None,
        typer.Option("--rules", metavar="FILE", help="Your practice_rules.toml; else that of the workspace."),
    ] = None,
    sheet: Sheet = None,
    dates: Dates = None,
    map_file: MapFile = None,
    workspace: Workspace = None,
) -> None:
    """Say what to work first, why, by whom and when; with --out the last line is the file's path."""
    if out is not None and out.suffix.lower() not in (".xlsx", ".csv"):
        raise SettingsError(
            f"'{out.name}' is neither .xlsx nor .csv: give --out a name that ends in one of them."
        )
    from arlab.priority import make_queue
    from arlab.priority.export import shown_queue

    with show_progress("the sample practice" if export is None else export.name, steps=3) as step:
        step("reading")
        practice = _practice(export, as_of=as_of, sheet=sheet, dates=dates, map_file=map_file)
        kept = own_rules(rules, workspace)
        step("ordering")
        whole = make_queue(practice, as_of=as_of, rules=kept)
        asked = shown_queue(whole, top=top, owner=owner)
        _say_all(whole, asked, most=_TOP if top is None else top)
        if out is not None:
            step("writing")
            _write(asked, out)
    if out is not None:
        say(str(out.resolve()))


def _practice(
    export: Path | None,
    *,
    as_of: str | None,
    sheet: str | None,
    dates: str | None,
    map_file: Path | None,
) -> Practice:
    from arlab.tables import is_practice, load_practice, load_sample

    if export is None:
        return load_sample()
    if is_practice(export):
        return load_practice(export)
    return read_file(export, as_of=as_of, sheet=sheet, dates=dates, map_file=map_file).practice


def own_rules(given: Path | None, workspace: Path | None) -> PracticeRules:
    """Return the practice's rules: of the file given, else of the workspace, else the default ones."""
    from arlab.reference import RULES_FILE, load_rules

    if given is not None:
        return load_rules(given)
    kept = (workspace_folder() if workspace is None else workspace) / RULES_FILE
    return load_rules(kept if kept.is_file() else None)


def _write(queue: WorkQueue, out: Path) -> None:
    from arlab.priority.export import queue_csv, queue_workbook

    write_file(out, queue_csv(queue) if out.suffix.lower() == ".csv" else queue_workbook(queue))


def _say_all(whole: WorkQueue, asked: WorkQueue, *, most: int) -> None:
    from arlab.priority import add_words
    from arlab.priority.queues import QUEUES
    from arlab.workspace import WORK_MARKER

    say(f"What to work first at {whole.name}, as of {whole.as_of}")
    if whole.own_data:
        say(f"{WORK_MARKER}.")
    for name in QUEUES:
        every, rows = whole.of(name), asked.of(name)
        due = int((every["tier"] < 2).sum())
        say_heading(
            f"{name.capitalize()} queue: {len(every):,} item{'s' * (len(every) != 1)},"
            f" ${every['balance'].sum():,.2f}, {due:,} to work now"
        )
        if not len(rows):
            say("Nothing.")
        for row in add_words(rows.head(most)).to_dict("records"):
            say(
                folded(
                    f"{row['place']}. {row['claim_id']}, {row['payer'] or 'payer not stated'}: {row['words']}."
                )
            )
            say(folded(row["step"], indent="   "))
            if row["points"]:
                say(folded(f"{row['points']}.", indent="   "))
    _say_sessions(whole)
    _say_owners(whole)
    if whole.limits:
        say_heading("What cannot be told")
        for what, why in whole.limits:
            say(folded(f"{what}: {why}"))


def _say_sessions(queue: WorkQueue) -> None:
    if not len(queue.sessions):
        return
    say_heading("Sittings worth most")
    rows = queue.sessions.head(_SESSIONS).to_dict("records")
    say_columns(
        ("Payer", "Way", "Items", "Minutes", "Expected", "A minute"),
        [
            (
                row["project"] or row["payer"],
                row["channel"],
                f"{row['items']:,}",
                f"{row['minutes']:,.0f}",
                f"{row['expected_recovery']:,.2f}",
                f"{row['dollars_per_minute']:,.2f}",
            )
            for row in rows
        ],
        right=(2, 3, 4, 5),
    )


def _say_owners(queue: WorkQueue) -> None:
    table = queue.workload()
    if not len(table):
        return
    say_heading("Who has what")
    say_columns(
        ("Owner", "Items", "Due now", "Minutes", "A day", "Days", "Late"),
        [
            (
                row["owner"],
                f"{row['items']:,.0f}",
                f"{row['due_now']:,.0f}",
                f"{row['minutes']:,.0f}",
                f"{row['minutes_per_day']:,.0f}",
                "" if row["days"] != row["days"] else f"{row['days']:,.0f}",
                f"{row['late']:,.0f}",
            )
            for row in table.to_dict("records")
        ],
        right=(1, 2, 3, 4, 5, 6),
    )
