"""How is a file written where the user wants it, or the reason told why it cannot be?

For its owner alone, whole or not at all. It knows no content.
"""

from __future__ import annotations

from pathlib import Path

from arlab.errors import WorkspaceError
from arlab.workspace import write_private

__all__ = ["write_file"]


def write_file(path: Path, data: bytes) -> None:
    """Write a file for its owner alone, in a folder that is made when missing.

    Raises
    ------
    WorkspaceError
        when it cannot be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_private(path, data)
    except OSError as problem:
        why = (problem.strerror or type(problem).__name__).lower()
        raise WorkspaceError(
            f"'{path.name}' cannot be written ({why}): choose another folder with --out."
        ) from None
