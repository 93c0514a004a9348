"""Where does the command line put what it makes?

Names folders; it makes none.
"""

from __future__ import annotations

import os
from pathlib import Path

__all__ = ["reports_folder", "work_folder", "workspace_folder"]

CHECKOUT = Path(__file__).resolve().parents[3]


def work_folder() -> Path | None:
    """Return the checkout's own folder for what is made there, or nothing for an installed package."""
    is_checkout = (CHECKOUT / "pyproject.toml").is_file() and (CHECKOUT / "src" / "arlab").is_dir()
    return CHECKOUT / "work" if is_checkout else None


def reports_folder() -> Path:
    """Return where reports go when the user names no folder."""
    work = work_folder()
    return Path("arlab-reports") if work is None else work / "reports"


def workspace_folder() -> Path:
    """Return where the user's own data is kept when the user names no folder."""
    named, work = os.environ.get("ARLAB_WORKSPACE", "").strip(), work_folder()
    if named:
        return Path(named)
    return Path("arlab-workspace") if work is None else work / "workspace"
