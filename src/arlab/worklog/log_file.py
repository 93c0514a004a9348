"""What is the file of the action log: its table, its triggers, and what SQLite says of it in words?

Opens a file and makes the table. What is written into it is decided by ``store``.
"""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from arlab.errors import WorkspaceError
from arlab.worklog.record import FIELDS

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["KEPT", "LOG_FILE", "LOG_VERSION", "connected", "log_frame", "log_schema", "log_sentences"]

LOG_FILE = "worklog.sqlite"
LOG_VERSION = 1
_TYPES = {"money": "INTEGER", "count": "INTEGER"}
_DAY = "GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]'"
KEPT = [*FIELDS, "entered_date", "source", "row_key"]
"""Columns of the log, in their order."""


def log_schema() -> Iterator[str]:
    """Yield the statements that make a new log; nothing but an insert of a new row gets past the triggers."""
    columns = ["number INTEGER PRIMARY KEY"]
    for name, field in FIELDS.items():
        must = " NOT NULL" if field.needed or name == "action_id" else ""
        columns.append(f"{name} {_TYPES.get(field.kind, 'TEXT')}{must}")
    columns += [
        f"entered_date TEXT NOT NULL CHECK (entered_date {_DAY})",
        "source TEXT",
        "row_key TEXT NOT NULL",
    ]
    columns += [f"CHECK (date {_DAY} AND date <= entered_date)", "UNIQUE (action_id)"]
    columns += ["FOREIGN KEY (corrects) REFERENCES actions (action_id)"]
    yield f"CREATE TABLE actions ({', '.join(columns)})"
    # One correction for each row: who mends a mended row names the last one.
    yield "CREATE UNIQUE INDEX one_correction ON actions (corrects) WHERE corrects IS NOT NULL"
    yield "CREATE INDEX by_key ON actions (row_key)"
    yield "CREATE INDEX by_source ON actions (source)"
    yield "CREATE INDEX by_claim ON actions (practice_id, claim_id)"
    for what in ("UPDATE", "DELETE"):
        yield (
            f"CREATE TRIGGER no_{what.lower()} BEFORE {what} ON actions"
            " BEGIN SELECT RAISE(ABORT, 'the log only grows'); END"
        )
    # An insert that replaces a row takes the old one away without asking the trigger above.
    yield (
        "CREATE TRIGGER no_replacement BEFORE INSERT ON actions WHEN EXISTS (SELECT 1 FROM actions"
        " WHERE number = NEW.number OR action_id = NEW.action_id OR corrects = NEW.corrects)"
        " BEGIN SELECT RAISE(ABORT, 'the log only grows'); END"
    )
    yield f"PRAGMA user_version = {LOG_VERSION}"


def connected(path: Path, wait_seconds: float) -> sqlite3.Connection:
    """Return a connection that flushes every change to the disk and waits for other writers."""
    with log_sentences(path):
        connection = sqlite3.connect(path, timeout=wait_seconds, isolation_level=None)
        try:
            for setting in (
                "synchronous = EXTRA",
                "fullfsync = ON",
                "foreign_keys = ON",
                "trusted_schema = OFF",
            ):
                connection.execute(f"PRAGMA {setting}")
        except BaseException:
            connection.close()
            raise
    return connection


@contextlib.contextmanager
def log_sentences(path: Path) -> Iterator[None]:
    """Turn what SQLite says into one sentence."""
    try:
        yield
    except sqlite3.OperationalError as problem:
        if "locked" in str(problem):
            told = "is in use by another program: close that or wait, and try again"
        else:
            told = f"cannot be used ({problem}): make room or get permission"
        raise WorkspaceError(f"The log '{path}' {told}; nothing was written.") from None
    except sqlite3.DatabaseError as problem:
        raise WorkspaceError(
            f"The log '{path}' is damaged or is no log ({problem}): it was left as it is; bring back a copy of it."
        ) from None


def log_frame(names: list[str], rows: list[tuple[Any, ...]]) -> pd.DataFrame:
    """Return rows of the log with the types of the table contract."""
    import pandas as pd

    kinds = {name: field.kind for name, field in FIELDS.items()} | {"entered_date": "date"}
    columns = dict(zip(names, zip(*rows, strict=True), strict=True)) if rows else dict.fromkeys(names, ())
    made: dict[str, Any] = {}
    for name, values in columns.items():
        kind = kinds.get(name, "text")
        if kind == "date":
            made[name] = pd.to_datetime(pd.Series(values, dtype="object")).astype("datetime64[us]")
        elif kind == "count":
            made[name] = pd.Series(values, dtype="Int64")
        elif kind == "money":
            made[name] = (pd.Series(values, dtype="float64") / 100).round(2)
        else:
            made[name] = pd.Series(values, dtype="str")
    return pd.DataFrame(made, index=range(len(rows)))
