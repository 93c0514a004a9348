"""How does ``arlab snapshot`` keep, list, show and remove snapshots, and say what moved between two of them?

Reads the options, calls the library and prints what it says. What is kept and how is not decided here.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from arlab.cli.folders import workspace_folder
from arlab.cli.options import AsOf, Clock, Dates, Export, MapFile, Sheet, Workspace
from arlab.cli.reading import read_file
from arlab.cli.terminal import folded, say, say_columns, say_heading, say_rows
from arlab.errors import InputRefused

if TYPE_CHECKING:
    import pandas as pd

    from arlab.movement import AgedPair
    from arlab.snapshots import Snapshot

__all__ = ["snapshot"]

snapshot = typer.Typer(
    name="snapshot",
    help="Keep exports of several days, and see what moved between them.",
    no_args_is_help=True,
    rich_markup_mode=None,
)


@snapshot.command()
def add(
    export: Export,
    as_of: AsOf = None,
    sheet: Sheet = None,
    dates: Dates = None,
    map_file: MapFile = None,
    replace: Annotated[
        bool, typer.Option("--replace", help="In place of the snapshot that there is of this day.")
    ] = False,
    workspace: Workspace = None,
) -> None:
    """Keep what an export says is open; the last line is the id of the snapshot."""
    from arlab.report import describe_reconciliation
    from arlab.snapshots import file_digest, save_snapshot

    found = read_file(export, as_of=as_of, sheet=sheet, dates=dates, map_file=map_file)
    digest = file_digest(export)
    if "as_of_assumed" in set(found.findings["code"]):
        raise InputRefused(
            f"'{found.source}' does not say which day its balances are of, which a snapshot needs to know: give"
            " the day with --as-of."
        )
    kept, is_new = save_snapshot(found, _folder(workspace), sha256=digest, replace=replace)
    if is_new:
        say(folded(describe_reconciliation(found)))
        say(folded(f"Kept as of {kept.as_of}: {_sums(kept)}."))
        for other in kept.replaces:
            say(folded(f"It stands in place of {other}, which was removed."))
        _say_marker()
    else:
        say(folded(f"This file is kept already as of {kept.as_of}: nothing was stored."))
    say(kept.snapshot_id)


@snapshot.command("list")
def list_(workspace: Workspace = None) -> None:
    """List the snapshots, oldest day first."""
    from arlab.snapshots import list_snapshots

    folder = _folder(workspace)
    held, damaged = list_snapshots(folder)
    if not held and not damaged:
        say(
            folded(f"There are no snapshots in '{folder}': arlab snapshot add EXPORT --as-of DATE keeps one.")
        )
        return
    _say_marker()
    say_columns(
        ("Snapshot", "As of", "Items", "Open", "Credits", "File"),
        [
            (
                one.snapshot_id,
                str(one.as_of),
                f"{one.items:,}",
                _money(one.cents_open),
                "not shown" if one.credits is None else _money(one.cents_credit),
                one.source,
            )
            for one in held
        ],
        right=(2, 3, 4),
    )
    for name in damaged:
        say(folded(f"{name} is damaged: remove it and add its file again."))


@snapshot.command()
def show(
    which: Annotated[str, typer.Argument(metavar="ID|DATE", help="Id of a snapshot, or its day.")],
    clock: Clock = "standard",
    workspace: Workspace = None,
) -> None:
    """Show what is known of one snapshot, with its aging."""
    from arlab.aging import aged_items, aging_table, describe_aging
    from arlab.snapshots import find_snapshot, load_snapshot

    folder = _folder(workspace)
    one = find_snapshot(folder, which)
    practice = load_snapshot(folder, one.snapshot_id)
    items = aged_items(practice, clock=clock)
    _say_marker()
    say_rows(
        [
            ("Snapshot", one.snapshot_id),
            ("As of", str(one.as_of)),
            ("File", f"{one.source} ({one.kind}, {one.rows_in:,} rows, SHA-256 {one.sha256})"),
            ("Open and owed back", _sums(one)),
            ("Added", f"as number {one.order}, by AR Lab {one.arlab_version}, tables {one.schema_version}"),
            ("Columns", f"fingerprint {one.mapping_fingerprint[:12]}"),
        ]
    )
    say_rows([(f"  {concept}", column) for concept, column in one.mapping] or [("  none", "")])
    own = "bucket" in items and (items["clock"] == "as in the file").any()
    table = aging_table(items, buckets=None) if own else aging_table(items)
    say_heading(f"Aging, counted by: {items['clock'].iloc[0] if len(items) else clock}")
    say_columns(
        ("Age", "Items", "Open"),
        [(row.bucket, f"{row.items:,}", f"{row.balance:,.2f}") for row in table.itertuples(index=False)],
        right=(1, 2),
    )
    say(folded(describe_aging(table).replace("$", "" if one.currency != "USD" else "$")))
    say_heading("What cannot be computed")
    for measure, why in one.cannot_compute or [("Nothing", "is missing")]:
        say(folded(f"{measure}: {why}"))


@snapshot.command()
def remove(
    snapshot_id: Annotated[str, typer.Argument(metavar="ID", help="Id of the snapshot, as listed.")],
    workspace: Workspace = None,
) -> None:
    """Remove one snapshot for good, without asking; it needs the whole id."""
    from arlab.snapshots import remove_snapshot

    remove_snapshot(_folder(workspace), snapshot_id)
    say(f"Removed {snapshot_id}.")


@snapshot.command()
def movement(
    opening: Annotated[str, typer.Argument(metavar="FROM", help="Earlier day, or id of its snapshot.")],
    closing: Annotated[str, typer.Argument(metavar="TO", help="Later day, or id of its snapshot.")],
    by: Annotated[str | None, typer.Option("--by", help="Also one line for each, such as payer.")] = None,
    clock: Clock = "standard",
    workspace: Workspace = None,
) -> None:
    """Say how the dollars moved from bucket to bucket between two snapshots."""
    from arlab.movement import (
        CANNOT_TELL,
        age_pair,
        credit_movement_table,
        describe_movement,
        movement_table,
        movement_wide_table,
    )
    from arlab.snapshots import check_pair, find_snapshot, load_snapshot

    folder = _folder(workspace)
    first, second = find_snapshot(folder, opening), find_snapshot(folder, closing)
    findings = check_pair(first, second)
    pair = age_pair(
        load_snapshot(folder, first.snapshot_id), load_snapshot(folder, second.snapshot_id), clock=clock
    )
    owed = pair.opening_credits, pair.closing_credits
    table, lines = (
        movement_table(pair.opening, pair.closing, opening_credits=owed[0], closing_credits=owed[1], by=names)
        for names in ((), () if by is None else (by,))
    )
    say(f"Movement of open balances from {first.as_of} to {second.as_of}, in {first.currency}")
    _say_marker()
    wide = movement_wide_table(table, buckets=pair.buckets)
    say_heading(f"From the buckets of {first.as_of} (rows) to those of {second.as_of} (columns)")
    say(f"Age counted by: {pair.clock}")
    _say_dollars(wide, "from")
    _say_proof(table, first, second)
    say(folded(describe_movement(table)))
    if by is not None:
        _say_by(lines, by)
    if owed[0] is not None and owed[1] is not None:
        _say_credits(credit_movement_table(*owed), first, second)
    say_heading("What to know")
    for sentence in [*findings["sentence"], *_found_again(pair), CANNOT_TELL]:
        say(folded(sentence))


def _folder(given: Path | None) -> Path:
    return workspace_folder() if given is None else given


def _say_marker() -> None:
    from arlab.workspace import WORK_MARKER

    say(f"{WORK_MARKER}.")


def _money(cents: int) -> str:
    return f"{cents / 100:,.2f}"


def _sums(one: Snapshot) -> str:
    credits = "credits are not shown by the file"
    if one.credits is not None:
        credits = f"{one.credits:,} credit{'s' * (one.credits != 1)} of {_money(one.cents_credit)}"
    items = f"{one.items:,} open item{'s' * (one.items != 1)} of {_money(one.cents_open)}"
    return f"{items}, {credits} ({one.currency})"


def _say_dollars(frame: pd.DataFrame, label: str) -> None:
    """Print a table of a label and amounts; nothing is a dash, so that the eye finds what moved."""
    names = [name for name in frame.columns if name != label]
    rows = [
        (str(row[label]) or "Not stated", *(f"{row[name]:,.2f}" if row[name] else "–" for name in names))
        for row in frame.to_dict("records")
    ]
    say_columns((str(label), *map(str, names)), rows, right=range(1, len(names) + 1))


def _say_proof(table: pd.DataFrame, first: Snapshot, second: Snapshot) -> None:
    """Say whether rows and columns add up to the balances that were kept."""
    from arlab.movement import FIRST_OTHER

    for side, one, what in (("from", first, "rows"), ("to", second, "columns")):
        inside = table.loc[table[f"{side}_number"] < FIRST_OTHER, "balance"]
        cents = int((inside * 100).round().sum())
        off = f"does not tie out, {_money(cents - one.cents_open)} is unexplained"
        ties = "ties out to the cent" if cents == one.cents_open else off
        say(f"Open on {one.as_of}: {_money(one.cents_open)}; the sum of the {what} of buckets {ties}.")


def _say_by(lines: pd.DataFrame, by: str) -> None:
    from arlab.movement import movement_roll_table

    roll = movement_roll_table(lines, by=by)
    say_heading(f"By {by.replace('_', ' ')}, largest closing balance first")
    never = [name for name in roll.columns[1:] if name not in ("opening", "closing") and not roll[name].any()]
    _say_dollars(roll.drop(columns=never), by)


def _say_credits(table: pd.DataFrame, first: Snapshot, second: Snapshot) -> None:
    """Print how credits moved: opening, what changed, closing."""
    cents = (table["amount"] * 100).round().astype("int64")
    amounts = dict(zip(table["part"], cents, strict=True))
    say_heading("Credits owed back (never netted with open balances)")
    rows = [
        (f"owed on {first.as_of}", sum(amounts.get(part, 0) for part in ("kept", "fell", "gone"))),
        ("new", amounts.get("new", 0)),
        ("credit grew", amounts.get("grew", 0)),
        ("credit fell", -amounts.get("fell", 0)),
        ("no longer owed", -amounts.get("gone", 0)),
    ]
    rows.append((f"owed on {second.as_of}", sum(amount for _, amount in rows)))
    say_columns(("Part", "Amount"), [(name, _money(amount)) for name, amount in rows], right=(1,))


def _found_again(pair: AgedPair) -> list[str]:
    """Return how many claims are in both snapshots, and what could not be followed."""
    sentences = [
        f"Of {pair.claims_before:,} claim numbers open on the first day, {pair.claims_in_both:,} are open on the"
        f" second, on which {pair.claims_after:,} are."
    ]
    if pair.claims_before and pair.claims_after and not pair.claims_in_both:
        sentences.append(
            "No claim number is in both: the two files may number claims differently, and then everything looks"
            " as if it had been settled and billed anew."
        )
    if pair.unnumbered_items:
        sentences.append(
            f"{pair.unnumbered_items:,} items of {pair.unnumbered_balance:,.2f} have no claim number and cannot be"
            " found again: they count as no longer open and as newly open."
        )
    return sentences
