"""Is this path a folder, a file, or a link that leads somewhere else than the user pointed at?

Needs the standard library alone, so that every reader can ask before it opens a file. It opens none.
"""

from __future__ import annotations

from pathlib import Path

from arlab.errors import InputRefused
from arlab.importers.findings import shown

__all__ = ["check_link", "is_file", "is_folder"]


def check_link(path: Path) -> None:
    """Refuse a link to a file that lies outside the folder of the link: the user pointed at another place.

    Links among the folders above do not matter, so that a linked home or temporary folder is none.
    """
    if path.is_symlink() and not path.resolve().is_relative_to(path.parent.resolve()):
        raise InputRefused(
            f"'{shown(path.name)}' is a link to a file outside its folder: give the file itself."
        )


def is_folder(path: Path) -> bool:
    """Return whether a path is a folder; one that stands in a folder closed to this user is refused."""
    try:
        return path.is_dir()
    except PermissionError:
        raise _closed(path) from None


def is_file(path: Path) -> bool:
    """Return whether a path is an ordinary file; one that stands in a folder closed to this user is refused."""
    try:
        return path.is_file()
    except PermissionError:
        raise _closed(path) from None


def _closed(path: Path) -> InputRefused:
    return InputRefused(
        f"'{shown(path.name)}' may not be read by this user: ask for permission, or copy it to your own folder."
    )
