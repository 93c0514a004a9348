"""Reading a practice's own export: what does the file say is open, and can every row and cent be accounted for?

:func:`read_export` is the only way in. It reads one file of a billing system and changes none.
"""

from arlab.importers.build import read_export
from arlab.importers.map_file import read_map, write_map
from arlab.importers.result import Import, MapFile, Reconciliation

__all__ = ["Import", "MapFile", "Reconciliation", "read_export", "read_map", "write_map"]
