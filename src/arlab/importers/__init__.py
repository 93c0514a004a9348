"""Reading a practice's own export: what does the file say is open, and can every row and cent be accounted for?

:func:`read_export` is the only way in. It reads one file of a billing system and changes none.
The names are loaded when first used, so that X12 files can be read with the standard library alone.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from arlab.importers.build import read_export
    from arlab.importers.result import Import, Reconciliation

__all__ = ["Import", "Reconciliation", "read_export"]

_WHERE = {"Import": "result", "Reconciliation": "result", "read_export": "build"}


def __getattr__(name: str) -> Any:
    if name in _WHERE:
        return getattr(import_module(f"arlab.importers.{_WHERE[name]}"), name)
    raise AttributeError(f"module 'arlab.importers' has no attribute '{name}'")
