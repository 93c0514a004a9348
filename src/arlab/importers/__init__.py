"""Reading a practice's own export: what does the file say is open, and can every row and cent be accounted for?

:func:`read_export` is the only way in. It reads one file of a billing system and changes none.
"""

from arlab.importers.build import read_export
from arlab.importers.result import Import, Reconciliation

__all__ = ["Import", "Reconciliation", "read_export"]
