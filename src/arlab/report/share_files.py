"""How do shared files come into their folder: searched first, and none at all when something personal is in one?

Writes, searches and moves files. It knows nothing of what is in them.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from arlab.errors import NotAvailable, WorkspaceError
from arlab.protect.known import Known
from arlab.protect.scan import check_written

__all__ = ["publish"]


def publish(
    files: Mapping[str, bytes],
    *,
    out: Path | str,
    known: Known,
    own: Sequence[str],
    amounts: Sequence[str] = (),
) -> Path:
    """Write files beside their folder, search what stands on the disk, and move them into place when all is well.

    Raises
    ------
    NotAvailable
        when something personal was found; nothing is left of the files then.
    WorkspaceError
        when the folder cannot be written.
    """
    folder = Path(out)
    made = not folder.exists()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        fresh = Path(tempfile.mkdtemp(dir=folder, prefix=".shared-"))
    except OSError as problem:
        raise _cannot_write(folder, problem) from None
    try:
        for name, data in files.items():
            (fresh / name).write_bytes(data)
        written = {path.name: path.read_bytes() for path in fresh.iterdir()}
        kinds = check_written(written, known=known, own=own, amounts=amounts)
        if kinds:
            raise NotAvailable(
                f"Nothing was shared, because the search of what was written found a {kinds[0]}: look in the file"
                " for it in the names of payers, and correct it there."
            )
        for name in files:
            (fresh / name).replace(folder / name)
    except OSError as problem:
        raise _cannot_write(folder, problem) from None
    finally:
        shutil.rmtree(fresh, ignore_errors=True)
        if made and not any(folder.iterdir()):
            with contextlib.suppress(OSError):
                os.rmdir(folder)  # noqa: PTH106 - a folder that this call made and nobody used
    return folder


def _cannot_write(folder: Path, problem: OSError) -> WorkspaceError:
    why = (problem.strerror or type(problem).__name__).lower()
    return WorkspaceError(
        f"The shared version cannot be written to '{folder}' ({why}): choose another folder."
    )
