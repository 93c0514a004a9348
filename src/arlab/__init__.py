"""AR Lab: learn, analyse and present medical accounts receivable.

The public names are loaded when first used, so that ``import arlab`` costs nothing.
"""

from importlib import import_module
from typing import Any

__version__ = "0.1.0"

# Public name -> the module that holds it.
_WHERE = {
    "ArlabError": "errors",
    "InputRefused": "errors",
    "NotAvailable": "errors",
    "SettingsError": "errors",
    "WorkspaceError": "errors",
    "Practice": "tables",
    "load_practice": "tables",
    "load_sample": "tables",
    "save_practice": "tables",
    "balances": "ledger",
    "credits": "ledger",
    "open_items": "ledger",
    "remedies": "ledger",
    "kind_totals": "ledger",
    "deadlines": "ledger",
    "add_age": "aging",
    "add_bucket": "aging",
    "add_owner": "aging",
    "aged_items": "aging",
    "aging_table": "aging",
    "aging_wide_table": "aging",
    "credit_table": "aging",
    "describe_aging": "aging",
    "read_export": "importers",
    "save_snapshot": "snapshots",
    "load_snapshot": "snapshots",
    "snapshot_table": "snapshots",
    "movement_table": "movement",
    "movement_wide_table": "movement",
    "describe_movement": "movement",
    "Scenario": "synth",
    "make_practice": "synth",
    "plot_aging": "plots",
    "show": "plots",
    "write_report": "report",
    "check": "course",
}

__all__ = ["__version__", *_WHERE]


def __getattr__(name: str) -> Any:
    if name in _WHERE:
        return getattr(import_module(f"arlab.{_WHERE[name]}"), name)
    raise AttributeError(f"module 'arlab' has no attribute '{name}'")


def __dir__() -> list[str]:
    return sorted([*globals(), *_WHERE])
