"""What was done about each item, what comes next, and who has kept up?

The action log of a workspace, the grade of each note, and the tables that say what was forgotten. It ranks nothing:
what to work first is decided elsewhere. The names are loaded when first used, so that writing to the log needs the
standard library alone.
"""

from importlib import import_module
from typing import Any

_WHERE = {
    "CREDIT_DAYS": "people",
    "GRACE_DAYS": "promises",
    "Intake": "intake",
    "LOG_FILE": "log_file",
    "NOBODY": "pairs",
    "NOTE_GRADES": "notes",
    "NOTE_PARTS": "notes",
    "NoteGrade": "notes",
    "PROMISE_STATES": "promises",
    "SETTLING_KINDS": "forgotten",
    "STALE_DAYS": "forgotten",
    "Worklog": "store",
    "alert_table": "audit",
    "broken_promises": "promises",
    "closed_with_balance": "forgotten",
    "closed_without_outcome": "forgotten",
    "describe_note": "notes",
    "grade_note": "notes",
    "import_actions": "intake",
    "note_table": "notes",
    "open_worklog": "store",
    "overdue_actions": "forgotten",
    "past_alerts": "audit",
    "productivity_table": "people",
    "promise_table": "promises",
    "read_actions": "store",
    "stale_items": "forgotten",
    "stale_table": "forgotten",
    "upcoming_steps": "workload",
    "workload_table": "workload",
}

__all__ = sorted(_WHERE)


def __getattr__(name: str) -> Any:
    if name in _WHERE:
        return getattr(import_module(f"arlab.worklog.{_WHERE[name]}"), name)
    raise AttributeError(f"module 'arlab.worklog' has no attribute '{name}'")
