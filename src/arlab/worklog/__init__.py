"""What was done about each item, what comes next, and who has kept up?

The action log of a workspace, the grade of each note, and the tables that say what was forgotten. It ranks nothing:
what to work first is decided elsewhere. The names are loaded when first used, so that writing to the log needs the
standard library alone.
"""

from importlib import import_module
from typing import Any

_WHERE = {
    "Intake": "intake",
    "LOG_FILE": "store",
    "Worklog": "store",
    "import_actions": "intake",
    "open_worklog": "store",
    "read_actions": "store",
}

__all__ = sorted(_WHERE)


def __getattr__(name: str) -> Any:
    if name in _WHERE:
        return getattr(import_module(f"arlab.worklog.{_WHERE[name]}"), name)
    raise AttributeError(f"module 'arlab.worklog' has no attribute '{name}'")
