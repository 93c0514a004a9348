"""Reading a practice's own export: what does the file say is open, and can every row and cent be accounted for?

:func:`read_export` is the only way in. It reads one file of a billing system and changes none.
The names are loaded when first used, so that X12 files can be read with the standard library alone.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from arlab.importers.build import read_export
    from arlab.importers.map_file import read_map, write_map
    from arlab.importers.result import Import, MapFile, Reconciliation

__all__ = ["Import", "MapFile", "Reconciliation", "read_export", "read_map", "write_map"]

_WHERE = {
    "Import": "result",
    "MapFile": "result",
    "Reconciliation": "result",
    "read_export": "build",
    "read_map": "map_file",
    "write_map": "map_file",
}


def __getattr__(name: str) -> Any:
    if name in _WHERE:
        return getattr(import_module(f"arlab.importers.{_WHERE[name]}"), name)
    raise AttributeError(f"module 'arlab.importers' has no attribute '{name}'")
