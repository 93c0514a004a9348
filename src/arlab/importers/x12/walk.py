"""Which files of a folder are read, and which must not be?

Lists the files of a folder and of those in it, in one order on every system, and follows no link. It opens nothing.
"""

from __future__ import annotations

import os
from pathlib import Path

from arlab.errors import InputRefused
from arlab.importers.findings import Findings, shown

__all__ = ["files_of", "name_in"]


def files_of(folder: Path, findings: Findings) -> list[Path]:
    """Return the files of a folder in order of their names.

    Raises
    ------
    InputRefused
        when the folder cannot be listed, or a link in it leads out of it.
    """
    try:
        root = folder.resolve(strict=True)
    except (OSError, RuntimeError) as problem:
        raise _unreadable(folder) from problem
    found: list[Path] = []

    def stop(problem: OSError) -> None:
        raise _unreadable(Path(problem.filename or folder)) from problem

    for place, folders, files in os.walk(folder, onerror=stop, followlinks=False):
        for name in sorted((*folders, *files)):
            path = Path(place) / name
            if path.is_symlink():
                _check_link(path, root, folder)
                findings.add("link", name_in(path, folder), "A link within the folder; it is not followed.")
            elif name in files:
                if path.is_file():
                    found.append(path)
                else:
                    findings.add("not_x12", name_in(path, folder), "It is no ordinary file; it is not read.")
    return sorted(found, key=lambda path: path.relative_to(folder).as_posix())


def name_in(path: Path, folder: Path) -> str:
    """Return how a file is named within its folder."""
    return shown(path.relative_to(folder).as_posix())


def _check_link(path: Path, root: Path, folder: Path) -> None:
    """Refuse a link that leads out of the folder, also one that leads nowhere or round in a circle."""
    try:
        inside = path.resolve(strict=True).is_relative_to(root)
    except (OSError, RuntimeError):
        inside = False
    if not inside:
        raise InputRefused(
            f"'{name_in(path, folder)}' is a link that leads out of '{shown(folder.name)}': take it out, or put the"
            " file itself into the folder."
        )


def _unreadable(folder: Path) -> InputRefused:
    return InputRefused(
        f"'{shown(folder.name)}' could not be read as a folder: check the name and the permission."
    )
