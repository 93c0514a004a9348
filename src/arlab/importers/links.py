"""Does a link lead somewhere else than the user pointed at?

Needs the standard library alone, so that every reader can ask before it opens a file. It opens none.
"""

from __future__ import annotations

from pathlib import Path

from arlab.errors import InputRefused
from arlab.importers.findings import shown

__all__ = ["check_link"]


def check_link(path: Path) -> None:
    """Refuse a link to a file that lies outside the folder of the link: the user pointed at another place.

    Links among the folders above do not matter, so that a linked home or temporary folder is none.
    """
    if path.is_symlink() and not path.resolve().is_relative_to(path.parent.resolve()):
        raise InputRefused(
            f"'{shown(path.name)}' is a link to a file outside its folder: give the file itself."
        )
