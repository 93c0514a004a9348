"""How does a snapshot get into a workspace and out of it without ever being half there?

It is a folder of Parquet files, made under another name and then renamed: what has its name is whole. The index is
written after that and is only a list (see ``index``). Reading is done in ``find``.
"""

from __future__ import annotations

import contextlib
import dataclasses
import logging
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from arlab.errors import NotAvailable, SettingsError
from arlab.snapshots.entry import Snapshot, describe_import
from arlab.snapshots.find import FACTS, FOLDER, KEPT_TABLES, held_snapshots, list_snapshots
from arlab.snapshots.index import INDEX, read_index, write_index
from arlab.workspace import (
    lock_workspace,
    make_private_folder,
    make_workspace,
    open_private,
    settle_folder,
    workspace_errors,
)

if TYPE_CHECKING:
    from arlab.importers import Import

__all__ = ["Kept", "remove_snapshot", "save_snapshot"]

logger = logging.getLogger("arlab")

_ADDING, _REMOVED = ".adding-", ".removed-"


class Kept(NamedTuple):
    """What became of a snapshot that was to be kept: ``is_new`` is false when it was there already."""

    snapshot: Snapshot
    is_new: bool


def save_snapshot(imported: Import, workspace: Path | str, *, sha256: str, replace: bool = False) -> Kept:
    """Keep the open items and credits of an import as a snapshot of its day.

    Parameters
    ----------
    imported : a file that was read with :func:`arlab.read_export`
    workspace : the user's own folder, made when missing
    sha256 : digest of the file's bytes, see :func:`file_digest`
    replace : put it in place of the snapshot that there is of this day

    Returns
    -------
    the snapshot, and whether it is new: the same file, read the same way for the same day, is kept once.

    Raises
    ------
    SettingsError
        when the day has a snapshot of another file, or of this one read another way, and ``replace`` is not given.
    NotAvailable
        when the import has no open items but a dated ledger, which knows every day and needs no snapshots.
    WorkspaceError
        when the folder cannot be used; what it held before is still there.
    """
    tables = {name: imported.practice.tables[name] for name in KEPT_TABLES if imported.practice.has(name)}
    if "open_items" not in tables:
        raise NotAvailable(
            f"A snapshot of '{imported.source}' is not available, because it has dated postings and no list of open"
            " balances: ask it for any past day instead."
        )
    folder = make_workspace(workspace)
    with lock_workspace(folder), workspace_errors(folder, "written"):
        held, _ = _tidy(folder)
        new = describe_import(imported, sha256=sha256)
        for one in held:
            if one.snapshot_id == new.snapshot_id:
                return Kept(one, is_new=False)
        rivals = [one for one in held if one.as_of == new.as_of]
        if rivals and not replace:
            raise _taken(rivals[0], new)
        new = dataclasses.replace(
            new,
            order=max((one.order for one in held), default=0) + 1,
            replaces=tuple(one.snapshot_id for one in rivals),
        )
        _put(folder, new, tables)
        # From here on it is kept, whatever happens to the list of it.
        _tidy(folder)
    logger.info("kept a snapshot: %d items", new.items)
    return Kept(new, is_new=True)


def _taken(held: Snapshot, new: Snapshot) -> SettingsError:
    """Return why a day cannot have this snapshot too."""
    what = f"'{held.source}'"
    if held.sha256 == new.sha256:
        what = "this file, but it was read another way (other options, columns or version)"
    return SettingsError(
        f"There is a snapshot of {held.as_of} already, {held.snapshot_id}, of {what}: give --replace to put the new"
        " one in its place, or remove it first."
    )


def _put(folder: Path, snapshot: Snapshot, tables: Mapping[str, pd.DataFrame]) -> None:
    """Write the tables into a folder that is not a snapshot yet, then make it one by its name."""
    place = folder / FOLDER
    make_private_folder(place)
    beside, target = place / f"{_ADDING}{snapshot.snapshot_id}", place / snapshot.snapshot_id
    try:
        make_private_folder(beside)
        for name, frame in tables.items():
            table = pa.Table.from_pandas(frame, preserve_index=False)
            about = {**(table.schema.metadata or {}), FACTS: snapshot.to_json().encode("utf-8")}
            with open_private(beside / f"{name}.parquet") as file:
                pq.write_table(table.replace_schema_metadata(about), file, compression="zstd")
        settle_folder(beside)
        if target.exists():  # damaged: a whole one would have been found
            _discard(target)
        beside.rename(target)
        settle_folder(place)
    except OSError:
        shutil.rmtree(beside, ignore_errors=True)
        raise


def _discard(path: Path) -> None:
    """Take a snapshot away at once by its name, then file by file."""
    gone = path.with_name(f"{_REMOVED}{path.name}")
    shutil.rmtree(gone, ignore_errors=True)
    path.rename(gone)
    settle_folder(path.parent)
    shutil.rmtree(gone, ignore_errors=True)


def _tidy(folder: Path) -> tuple[list[Snapshot], list[str]]:
    """Finish what a run that was cut off left behind, and list anew; only under the lock."""
    place = folder / FOLDER
    if place.is_dir():
        for path in place.iterdir():
            if path.name.startswith((_ADDING, _REMOVED)):
                shutil.rmtree(path, ignore_errors=True)
    held, damaged, replaced = held_snapshots(folder)
    for snapshot_id in replaced:
        with contextlib.suppress(OSError):  # in use; it is passed over until it can go
            _discard(place / snapshot_id)
    listed = {one.snapshot_id: one for one in held}
    if (listed or (folder / INDEX).exists()) and read_index(folder / INDEX) != listed:
        try:
            write_index(folder / INDEX, held)
        except OSError:
            logger.warning("the list of snapshots could not be written; it is made anew by the next change")
    return held, damaged


def remove_snapshot(workspace: Path | str, snapshot_id: str) -> None:
    """Remove a snapshot for good; it needs the whole id, since a day could mean another one tomorrow.

    Raises
    ------
    SettingsError
        when there is no snapshot with this id.
    WorkspaceError
        when the folder cannot be written.
    """
    held, damaged = list_snapshots(workspace)
    if snapshot_id not in [*(one.snapshot_id for one in held), *damaged]:
        raise SettingsError(
            f"There is no snapshot with the id '{snapshot_id}' in '{workspace}': arlab snapshot list shows the ids."
        )
    folder = make_workspace(workspace)
    with lock_workspace(folder), workspace_errors(folder, "written"):
        with contextlib.suppress(FileNotFoundError):  # another run was quicker
            _discard(folder / FOLDER / snapshot_id)
        _tidy(folder)
