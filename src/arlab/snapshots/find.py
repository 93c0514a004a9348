"""Which snapshots does a workspace hold, and what does each say was open?

Finds and reads them; it writes nothing, so that it works in a folder that may only be read. Nothing is aged here.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from arlab.errors import InputRefused, SettingsError, WorkspaceError
from arlab.snapshots.entry import Snapshot
from arlab.snapshots.index import INDEX, read_index
from arlab.tables import SCHEMA_VERSION, Practice, check_table
from arlab.workspace import workspace_errors

__all__ = [
    "FACTS",
    "FOLDER",
    "KEPT_TABLES",
    "find_snapshot",
    "held_snapshots",
    "list_snapshots",
    "load_snapshot",
    "snapshot_table",
]

FOLDER: Final = "snapshots"
FACTS: Final = b"arlab_snapshot"
"""Key under which a snapshot's facts stand in its Parquet files."""

KEPT_TABLES: Final = ("open_items", "credits")
_ID = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}-[0-9a-f]{8}")


def held_snapshots(folder: Path) -> tuple[list[Snapshot], list[str], list[str]]:
    """Return the snapshots of a workspace by day, the ids of damaged ones, and of those that others replace."""
    place = folder / FOLDER
    if not place.is_dir():
        return [], [], []
    listed = read_index(folder / INDEX)
    found, damaged = [], []
    for name in sorted(path.name for path in place.iterdir() if _ID.fullmatch(path.name)):
        one = listed.get(name) or _facts(place / name)
        if one is None or one.snapshot_id != name:
            damaged.append(name)
        else:
            found.append(one)
    replaced = [
        one.snapshot_id
        for one in found
        if any(other.order > one.order and one.snapshot_id in other.replaces for other in found)
    ]
    held = [one for one in found if one.snapshot_id not in replaced]
    return sorted(held, key=lambda one: (one.as_of, one.order)), damaged, replaced


def _facts(path: Path) -> Snapshot | None:
    """Return what a snapshot's own file says of it; nothing when it cannot be read."""
    try:
        return Snapshot.from_json((pq.read_schema(path / "open_items.parquet").metadata or {})[FACTS])
    except (OSError, KeyError, ValueError, pa.ArrowException):
        return None


def list_snapshots(workspace: Path | str) -> tuple[list[Snapshot], list[str]]:
    """Return the snapshots of a workspace, oldest day first, and the ids of those that cannot be read.

    Nothing is written, so it works in a folder that may only be read; a workspace that is not there is empty.

    Raises
    ------
    WorkspaceError
        when the folder cannot be read or is a file.
    """
    folder = Path(workspace).expanduser().absolute()
    with workspace_errors(folder, "read"):
        if folder.exists() and not folder.is_dir():
            raise WorkspaceError(
                f"The workspace '{folder}' is a file: choose another folder with --workspace."
            )
        held, damaged, _ = held_snapshots(folder)
    return held, damaged


def snapshot_table(workspace: Path | str) -> pd.DataFrame:
    """Return the snapshots of a workspace to read, oldest day first.

    Returns
    -------
    frame with ``snapshot_id, as_of, source, rows, items, balance, credits, credit_balance, added`` (dollars; the
    order in which they were added).
    """
    held, _ = list_snapshots(workspace)
    return pd.DataFrame(
        {
            "snapshot_id": pd.Series([one.snapshot_id for one in held], dtype="str"),
            "as_of": pd.to_datetime(pd.Series([one.as_of for one in held], dtype="datetime64[us]")),
            "source": pd.Series([one.source for one in held], dtype="str"),
            "rows": pd.Series([one.rows_in for one in held], dtype="Int64"),
            "items": pd.Series([one.items for one in held], dtype="Int64"),
            "balance": pd.Series([one.cents_open / 100 for one in held], dtype="float64"),
            "credits": pd.Series([one.credits for one in held], dtype="Int64"),
            "credit_balance": pd.Series([one.cents_credit / 100 for one in held], dtype="float64"),
            "added": pd.Series([one.order for one in held], dtype="Int64"),
        }
    )


def find_snapshot(workspace: Path | str, which: dt.date | str) -> Snapshot:
    """Return the snapshot of a day, or the one with an id.

    Raises
    ------
    SettingsError
        when there is none, or the day has several.
    WorkspaceError
        when the folder cannot be read, or the snapshot is damaged.
    """
    held, damaged = list_snapshots(workspace)
    wanted = which.isoformat() if isinstance(which, dt.date) else which.strip()
    found = [one for one in held if wanted in (one.snapshot_id, one.as_of.isoformat())]
    if len(found) == 1:
        return found[0]
    if found:
        raise SettingsError(
            f"There are {len(found)} snapshots of {wanted}: name one by its id, such as {found[0].snapshot_id}."
        )
    if any(name == wanted or name[:10] == wanted for name in damaged):
        raise _damaged(next(name for name in damaged if name.startswith(wanted)))
    have = ", ".join(one.as_of.isoformat() for one in held[-6:])
    there = f"the last ones are of {have}" if have else "there are none yet"
    raise SettingsError(f"There is no snapshot '{wanted}' in '{workspace}': {there} (arlab snapshot list).")


def load_snapshot(workspace: Path | str, which: dt.date | str) -> Practice:
    """Return a snapshot as a practice that knows one day, for :func:`aged_items` and the report.

    Parameters
    ----------
    workspace : the user's own folder
    which : the day, as a date or as text like 2026-06-30, or the id of a snapshot

    Raises
    ------
    SettingsError
        when there is no such snapshot, or the day has several.
    WorkspaceError
        when it cannot be read, is damaged, or was kept by an AR Lab with other tables.
    """
    snapshot = find_snapshot(workspace, which)
    if snapshot.schema_version != SCHEMA_VERSION:
        raise WorkspaceError(
            f"The snapshot {snapshot.snapshot_id} is of table version {snapshot.schema_version}, this AR Lab reads"
            f" version {SCHEMA_VERSION}: remove it and add its file again."
        )
    path = Path(workspace).expanduser().absolute() / FOLDER / snapshot.snapshot_id
    names = [name for name in KEPT_TABLES if name != "credits" or snapshot.credits is not None]
    try:
        tables = {name: check_table(pd.read_parquet(path / f"{name}.parquet"), name) for name in names}
    except PermissionError:
        raise WorkspaceError(
            f"The snapshot {snapshot.snapshot_id} may not be read by this user: get permission for '{path}'."
        ) from None
    except (OSError, ValueError, KeyError, pa.ArrowException, InputRefused):
        raise _damaged(snapshot.snapshot_id) from None
    if not _is_whole(snapshot, tables):
        raise _damaged(snapshot.snapshot_id)
    return Practice(
        snapshot.name, snapshot.as_of, tables, cannot_compute=snapshot.cannot_compute, own_data=True
    )


def _is_whole(snapshot: Snapshot, tables: Mapping[str, pd.DataFrame]) -> bool:
    """Return whether the tables hold the rows and cents that were kept."""
    sums = {"open_items": ("balance", snapshot.items, snapshot.cents_open)}
    sums["credits"] = ("amount", snapshot.credits or 0, snapshot.cents_credit)
    return all(
        len(frame) == sums[name][1] and int((frame[sums[name][0]] * 100).round().sum()) == sums[name][2]
        for name, frame in tables.items()
    )


def _damaged(snapshot_id: str) -> WorkspaceError:
    return WorkspaceError(
        f"The snapshot {snapshot_id} is damaged: remove it (arlab snapshot remove {snapshot_id}) and add its file"
        " again."
    )
