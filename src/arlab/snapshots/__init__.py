"""Snapshots of an export: what was open on each day that the practice has a file of?

``entry`` says what is known of one, ``index`` lists them in SQLite, ``store`` keeps and removes them, ``find``
finds and reads them, ``pair`` tells whether two can be compared. It ages nothing and reads no file of the user.
"""

from arlab.snapshots.entry import OWN_LABEL, Snapshot, file_digest
from arlab.snapshots.find import find_snapshot, list_snapshots, load_snapshot, snapshot_table
from arlab.snapshots.pair import check_pair
from arlab.snapshots.store import Kept, remove_snapshot, save_snapshot

__all__ = [
    "OWN_LABEL",
    "Kept",
    "Snapshot",
    "check_pair",
    "file_digest",
    "find_snapshot",
    "list_snapshots",
    "load_snapshot",
    "remove_snapshot",
    "save_snapshot",
    "snapshot_table",
]
