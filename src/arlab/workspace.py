"""Where does the user's own data stand, so that its owner alone reads it and no crash leaves half a file?

Makes the folder, locks it and writes into it. It knows neither what is kept there nor where it stands by default.
"""

from __future__ import annotations

import contextlib
import csv
import io
import os
import stat
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, BinaryIO

from arlab.errors import WorkspaceError

__all__ = [
    "WORK_MARKER",
    "csv_bytes",
    "inert_cell",
    "lock_workspace",
    "make_private_folder",
    "make_workspace",
    "open_private",
    "settle_folder",
    "workspace_errors",
    "write_private",
]

WORK_MARKER = "Contains protected health information, internal use"
"""What stands on every output that is made from a practice's own data."""

MARKER = "arlab-workspace.txt"
_MARKER_TEXT = (
    "This folder is a workspace of AR Lab. It holds true dates and claim numbers of a practice: protected health\n"
    "information, internal use. Keep it to yourself, out of shared drives and version control.\n"
)
_LOCK = "lock"
# Names that a workspace may have before its marker: of a run that was cut off, or of a part that came first.
_OWN = frozenset({".gitignore", _LOCK, "share.key", "logs"})


@contextlib.contextmanager
def workspace_errors(folder: Path, doing: str) -> Iterator[None]:
    """Turn what the system says of a folder into one sentence; ``doing`` is read, written or locked.

    Raises
    ------
    WorkspaceError
        in place of any ``OSError``.
    """
    try:
        yield
    except (OSError, ValueError) as problem:
        if isinstance(problem, ValueError) and "\0" not in str(folder):
            raise
        why = getattr(problem, "strerror", None) or "its name cannot be used"
        raise WorkspaceError(
            f"The workspace '{folder}' cannot be {doing} ({why.lower()}): make room or get permission, or choose"
            " another folder with --workspace."
        ) from None


def make_workspace(folder: Path | str) -> Path:
    """Return a folder of the user's own, made when missing: readable by its owner alone, and left out of git.

    Raises
    ------
    WorkspaceError
        when it cannot be made or written, is a file, or holds other things than a workspace does: a folder in use
        for something else is not taken over.
    """
    path = Path(folder).expanduser().absolute()
    with workspace_errors(path, "written"):
        if path.exists() and not path.is_dir():
            raise WorkspaceError(f"The workspace '{path}' is a file: choose another folder with --workspace.")
        path.mkdir(parents=True, exist_ok=True, mode=0o700)
        if not (path / MARKER).exists():
            others = [p.name for p in path.iterdir() if p.name not in _OWN and not p.name.endswith(".part")]
            if others:
                raise WorkspaceError(
                    f"The folder '{path}' is in use for other things and is not made a workspace: choose a new or"
                    " empty folder with --workspace."
                )
        # Windows has no such modes; there the user's own folders are the protection.
        if os.name == "posix" and stat.S_IMODE(path.stat().st_mode) & 0o077:
            path.chmod(0o700)
        if not all((path / name).exists() for name in (".gitignore", MARKER)):
            with lock_workspace(path):  # two runs may make it at the same time
                write_private(path / ".gitignore", b"*\n")
                write_private(path / MARKER, _MARKER_TEXT.encode("utf-8"))
    return path


@contextlib.contextmanager
def lock_workspace(folder: Path, *, tries: int = 100, pause_seconds: float = 0.1) -> Iterator[None]:
    """Let one process at a time change a workspace; a process that dies leaves no lock behind.

    Raises
    ------
    WorkspaceError
        when another process keeps the lock for all the tries, or the folder cannot be written.
    """
    with workspace_errors(folder, "locked"):
        handle = os.open(folder / _LOCK, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        for _ in range(tries):
            with workspace_errors(folder, "locked"):
                taken = _take_lock(handle)
            if taken:
                break
            time.sleep(pause_seconds)
        else:
            raise WorkspaceError(
                f"The workspace '{folder}' is being changed by another AR Lab: wait until it is done and try again."
            )
        try:
            yield
        finally:
            _give_lock(handle)
    finally:
        os.close(handle)


if sys.platform == "win32":
    import msvcrt

    def _take_lock(handle: int) -> bool:
        try:
            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

    def _give_lock(handle: int) -> None:
        with contextlib.suppress(OSError):
            msvcrt.locking(handle, msvcrt.LK_UNLCK, 1)
else:
    import fcntl

    def _take_lock(handle: int) -> bool:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def _give_lock(handle: int) -> None:
        fcntl.flock(handle, fcntl.LOCK_UN)


def make_private_folder(path: Path) -> None:
    """Make a folder that its owner alone may read; its parent is there."""
    path.mkdir(mode=0o700, exist_ok=True)


@contextlib.contextmanager
def open_private(path: Path) -> Iterator[BinaryIO]:
    """Open a new file that its owner alone may read; at the end its bytes are on the disk, or there is no file."""
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o600)
    try:
        with os.fdopen(handle, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
    except BaseException:
        with contextlib.suppress(OSError):
            path.unlink()
        raise


def write_private(path: Path, data: bytes) -> None:
    """Write a file beside its place and move it there, so that it is whole or not there at all."""
    beside = path.with_name(f"{path.name}.part")
    beside.unlink(missing_ok=True)
    with open_private(beside) as file:
        file.write(data)
    beside.replace(path)
    settle_folder(path.parent)


def csv_bytes(rows: Iterable[Sequence[Any]]) -> bytes:
    r"""Return rows as CSV in UTF-8 that a spreadsheet shows and never runs: no text begins a formula.

    Examples
    --------
    >>> csv_bytes([("payer", "dollars"), ("=1+1", -2.5)])
    b"payer,dollars\n'=1+1,-2.5\n"
    """
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\n").writerows([inert_cell(cell) for cell in row] for row in rows)
    return text.getvalue().encode("utf-8")


def inert_cell(cell: Any) -> Any:
    """Return a cell that no spreadsheet takes for a formula; what is not text stays as it is.

    Examples
    --------
    >>> inert_cell("=1+1"), inert_cell(-2.5)
    ("'=1+1", -2.5)
    """
    return f"'{cell}" if isinstance(cell, str) and cell[:1] in ("=", "+", "-", "@", "\t", "\r") else cell


def settle_folder(path: Path) -> None:
    """Bring the names of a folder to the disk, where the system can (Windows does so by itself)."""
    if os.name != "posix":
        return
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
