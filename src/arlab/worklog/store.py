"""Where is every action kept, so that none is lost, changed or half there?

One SQLite file in the workspace, which only grows: rows are never changed or deleted, a correction is a new row.
It grades and counts nothing.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import os
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any

from arlab.errors import InputRefused, SettingsError, WorkspaceError
from arlab.worklog.log_file import (
    KEPT,
    LOG_FILE,
    LOG_VERSION,
    connected,
    log_frame,
    log_schema,
    log_sentences,
)
from arlab.worklog.record import WITHDRAWN, clean_action, clean_day, row_key
from arlab.workspace import make_workspace, settle_folder, workspace_errors

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["LOG_FILE", "LOG_VERSION", "Worklog", "open_worklog", "read_actions"]

_WAIT_SECONDS = 30.0


class Worklog:
    """The open log of a workspace; made by :func:`open_worklog` and used in a ``with`` block."""

    def __init__(self, connection: sqlite3.Connection, path: Path) -> None:
        self._connection = connection
        self.path = path

    def __enter__(self) -> Worklog:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the file; what was appended is on the disk already."""
        self._connection.close()

    @contextlib.contextmanager
    def _writing(self) -> Iterator[None]:
        """Hold the file for one change that is made whole or not at all."""
        with log_sentences(self.path):
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield
                self._connection.execute("COMMIT")
            except BaseException:
                with contextlib.suppress(sqlite3.Error):
                    self._connection.execute("ROLLBACK")
                raise

    def append(self, actions: Any, *, entered_date: dt.date | str) -> list[str]:
        """Write actions, all of them or none; when this returns they are on the disk.

        Parameters
        ----------
        actions : mappings or a frame with the columns of :data:`FIELDS`; ``practice_id``, ``claim_id``, ``date``,
            ``staff`` and ``kind`` are needed, an ``action_id`` is given where there is none. ``corrects`` names the
            action that a row stands in for; with the kind ``withdrawn`` it takes that action back
        entered_date : day on which they are entered, from which on they are known

        Returns
        -------
        the ``action_id`` of each, in their order.

        Raises
        ------
        InputRefused
            when a row lacks what it needs, repeats an id, or corrects what is not there or is corrected already.
        WorkspaceError
            when the file cannot be written; nothing of this call is in it then.
        """
        entered = _day(entered_date)
        rows = []
        for number, row in enumerate(_mappings(actions), start=1):
            kept = clean_action(row, entered=entered)
            if isinstance(kept, str):
                raise InputRefused(f"Action {number} cannot be kept, because {kept}; nothing was written.")
            rows.append(kept)

        return self.append_chosen(lambda _: [(row, None) for row in rows], entered=entered)

    def append_chosen(
        self,
        choose: Callable[[Worklog], Iterable[tuple[Mapping[str, Any], str | None]]],
        *,
        entered: dt.date,
    ) -> list[str]:
        """Write the cleaned rows that ``choose`` returns while no other writer can come between.

        ``choose`` is given this log, which does not change meanwhile; it returns pairs of a cleaned row and the
        name of its source.
        """
        ids = []
        with self._writing():
            last = self._one("SELECT coalesce(max(number), 0) FROM actions")
            for number, (row, source) in enumerate(choose(self), start=last + 1):
                if problem := self.problem_with(row, entered=entered):
                    raise InputRefused(
                        f"Action {number - last} cannot be kept, because {problem}; nothing was written."
                    )
                given = row["action_id"] or self._free_id(number)
                values = {**row, "action_id": given, "entered_date": entered.isoformat(), "source": source}
                values["row_key"] = row_key(row)
                names, marks = ", ".join(KEPT), ", ".join(f":{name}" for name in KEPT)
                self._connection.execute(
                    f"INSERT INTO actions (number, {names}) VALUES (:number, {marks})",  # noqa: S608, our own names
                    {**values, "number": number},
                )
                ids.append(given)
        return ids

    def has(self, *, key: str, source: str) -> bool:
        """Return whether the log has a row with this :func:`row_key`, or one of this source."""
        asked = "SELECT EXISTS (SELECT 1 FROM actions WHERE row_key = ? OR source = ?)"
        return bool(self._one(asked, key, source) == 1)

    def like(self, row: Mapping[str, Any]) -> str | None:
        """Return the id of the standing action with the same claim, party, day, time, person and kind, if any."""
        names = ("practice_id", "claim_id", "responsible", "date", "time", "staff", "kind")
        same = " AND ".join(f"{name} IS :{name}" for name in names)
        found = self._connection.execute(
            f"SELECT max(action_id) FROM actions one WHERE {same} AND NOT EXISTS"  # noqa: S608, our own names
            " (SELECT 1 FROM actions later WHERE later.corrects = one.action_id)",
            {name: row[name] for name in names},
        ).fetchone()
        return None if found[0] is None else str(found[0])

    def _one(self, question: str, *values: Any) -> Any:
        return self._connection.execute(question, values).fetchone()[0]

    def _free_id(self, number: int) -> str:
        """Return an id that no row has, also where somebody gave ids of this form."""
        while self._one("SELECT EXISTS (SELECT 1 FROM actions WHERE action_id = ?)", f"W{number:07d}"):
            number += 1
        return f"W{number:07d}"

    def problem_with(self, row: Mapping[str, Any], *, entered: dt.date) -> str | None:
        """Return why a cleaned row has no place in the log as it stands; None when it has one."""
        if row["action_id"] is not None and self._one(
            "SELECT EXISTS (SELECT 1 FROM actions WHERE action_id = ?)", row["action_id"]
        ):
            return "the log has an action of its action_id already"
        if row["corrects"] is None:
            return None
        found = self._connection.execute(
            "SELECT entered_date, kind, (SELECT action_id FROM actions WHERE corrects = :wrong)"
            " FROM actions WHERE action_id = :wrong",
            {"wrong": row["corrects"]},
        ).fetchone()
        if found is None:
            return "the log has no action of the number in corrects"
        if found[2] is not None:
            return f"what it corrects is corrected by {found[2]} already: correct that one"
        if found[1] == WITHDRAWN:
            return "what it corrects is a withdrawal: enter the action anew"
        return "what it corrects was entered later than this" if found[0] > entered.isoformat() else None

    def read(self, *, as_of: dt.date | str, history: bool = False) -> pd.DataFrame:
        """Return the actions as they were known on a day.

        Parameters
        ----------
        as_of : rows that were entered later are not there
        history : with the rows that a correction had replaced by then, and the withdrawals

        Returns
        -------
        pandas frame by ``date`` and order of entry, with the columns of :data:`FIELDS` (``promise_amount`` in
        dollars), ``entered_date`` and ``source``.
        """
        day = _day(as_of).isoformat()
        standing = (
            " AND kind <> :withdrawn AND NOT EXISTS"
            " (SELECT 1 FROM actions later WHERE later.corrects = one.action_id AND later.entered_date <= :day)"
        )
        names = KEPT[:-1]
        question = (
            f"SELECT {', '.join(names)} FROM actions one WHERE entered_date <= :day"  # noqa: S608, our own names
            f"{'' if history else standing} ORDER BY date, number"
        )
        asked = {"day": day} if history else {"day": day, "withdrawn": WITHDRAWN}
        with log_sentences(self.path):
            rows = self._connection.execute(question, asked).fetchall()
        return log_frame(names, rows)


def open_worklog(workspace: Path | str, *, wait_seconds: float = _WAIT_SECONDS) -> Worklog:
    """Open the action log of a workspace, made when missing: readable by its owner alone.

    Parameters
    ----------
    workspace : the user's own folder
    wait_seconds : how long a change waits for another writer

    Raises
    ------
    WorkspaceError
        when the folder or file cannot be used, is no log, or was made by a newer version.

    Notes
    -----
    Rows go through SQLite's rollback journal with full flushes, so that a process that dies, or a machine that
    loses power, leaves every acknowledged action whole and no other. Keep the workspace on this computer's own
    disk: shared drives do not lock files safely.
    """
    path = make_workspace(workspace) / LOG_FILE
    is_new = not path.exists()
    with workspace_errors(path.parent, "written"):
        # SQLite gives its journal the permission of the file.
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
        if is_new:
            settle_folder(path.parent)
    connection = connected(path, wait_seconds)
    log = Worklog(connection, path)
    try:
        with log_sentences(path):
            version = log._one("PRAGMA user_version")
            if version == 0:
                with log._writing():
                    if log._one("PRAGMA user_version") == 0:  # another process may have been quicker
                        _check_empty(log)
                        for statement in log_schema():
                            connection.execute(statement)
            elif version != LOG_VERSION:
                raise WorkspaceError(
                    f"The log '{path}' was made by another version of AR Lab: open it with that one."
                )
    except BaseException:
        connection.close()
        raise
    return log


def _check_empty(log: Worklog) -> None:
    """Refuse a database of something else that bears the name of the log."""
    if log._one("SELECT count(*) FROM sqlite_master"):
        raise WorkspaceError(f"'{log.path}' is no log of AR Lab: move it to another folder.")


def read_actions(workspace: Path | str, *, as_of: dt.date | str, history: bool = False) -> pd.DataFrame:
    """Return the actions of a workspace's log as they were known on a day; none where there is no log.

    See :meth:`Worklog.read` for what is in them.
    """
    if not (Path(workspace).expanduser() / LOG_FILE).exists():
        _day(as_of)
        return log_frame(KEPT[:-1], [])
    with open_worklog(workspace) as log:
        return log.read(as_of=as_of, history=history)


def _day(value: dt.date | str) -> dt.date:
    try:
        day = clean_day(value)
    except ValueError:
        day = None
    if day is None:
        raise SettingsError(f"'{value}' is not a day: write it as year-month-day, such as 2026-06-30.")
    return day


def _mappings(actions: Any) -> Iterable[Mapping[str, Any]]:
    """Return rows as mappings, from a frame of any kind or from mappings."""
    if isinstance(actions, Mapping):
        return [actions]
    if isinstance(actions, list | tuple):
        return actions
    from arlab.frames import to_pandas

    try:
        found: Any = to_pandas(actions)
    except TypeError:
        raise InputRefused("Actions must be mappings or a frame with a row for each.") from None
    return found.to_dict("records")
