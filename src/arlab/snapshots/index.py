"""Which snapshots does a workspace list, in a small SQLite file?

The list is a copy of what stands in the Parquet files, for a quick look and for other tools: when it is lost or
damaged it is written anew. It opens no Parquet file.
"""

from __future__ import annotations

import contextlib
import json
import os
import sqlite3
from collections.abc import Iterable
from pathlib import Path

from arlab.snapshots.entry import Snapshot

__all__ = ["INDEX", "read_index", "write_index"]

INDEX = "index.sqlite"
_VERSION = 1
_TABLE = """
create table if not exists snapshots (
    snapshot_id text primary key,
    as_of text not null,
    added_order integer not null,
    source text not null,
    sha256 text not null,
    rows_in integer not null,
    items integer not null,
    credits integer,
    cents_open integer not null,
    cents_credit integer not null,
    arlab_version text not null,
    schema_version text not null,
    mapping_fingerprint text not null,
    cannot_compute text not null,
    facts text not null
)
"""


def read_index(path: Path) -> dict[str, Snapshot]:
    """Return the listed snapshots by id; none when there is no list, or it cannot be read."""
    if not path.is_file():
        return {}
    try:
        with contextlib.closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as base:
            if base.execute("pragma user_version").fetchone() != (_VERSION,):
                return {}
            facts = [Snapshot.from_json(text) for (text,) in base.execute("select facts from snapshots")]
    except (sqlite3.Error, ValueError, TypeError):
        return {}
    return {snapshot.snapshot_id: snapshot for snapshot in facts}


def write_index(path: Path, snapshots: Iterable[Snapshot]) -> None:
    """List these snapshots and no others, all at once; a list that cannot be opened is written anew."""
    rows = [_row(snapshot) for snapshot in snapshots]
    # SQLite would make the file readable by others where the user's mask allows it.
    os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    try:
        _fill(path, rows)
    except sqlite3.DatabaseError as problem:
        if isinstance(problem, sqlite3.OperationalError):
            raise OSError(None, str(problem)) from None
        path.unlink()
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
        _fill(path, rows)


def _fill(path: Path, rows: list[tuple[object, ...]]) -> None:
    with contextlib.closing(sqlite3.connect(path)) as base, base:
        base.execute("begin immediate")
        if base.execute("pragma user_version").fetchone() != (_VERSION,):
            base.execute("drop table if exists snapshots")
            base.execute(f"pragma user_version = {_VERSION}")
        base.execute(_TABLE)
        base.execute("delete from snapshots")
        marks = ", ".join("?" * 15)
        base.executemany(f"insert into snapshots values ({marks})", rows)  # noqa: S608, question marks only


def _row(snapshot: Snapshot) -> tuple[object, ...]:
    return (
        snapshot.snapshot_id,
        snapshot.as_of.isoformat(),
        snapshot.order,
        snapshot.source,
        snapshot.sha256,
        snapshot.rows_in,
        snapshot.items,
        snapshot.credits,
        snapshot.cents_open,
        snapshot.cents_credit,
        snapshot.arlab_version,
        snapshot.schema_version,
        snapshot.mapping_fingerprint,
        json.dumps(snapshot.cannot_compute, ensure_ascii=False),
        snapshot.to_json(),
    )
