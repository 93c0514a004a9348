"""What does a file of open balances say, and where did its rows go: read from a few lines, shown as a small table?

Helps a lesson to read lines that stand in a cell and to show what reading a file gave back. It reads no file of its
own: that is ``arlab.read_export``.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import pandas as pd

from arlab.course.display import Words

if TYPE_CHECKING:
    import datetime as dt

    from arlab.importers import Import

__all__ = ["describe_file", "findings_table", "read_text", "reconciliation_table"]

PENCIL = "pencil.csv"


def read_text(
    text: str, *, as_of: dt.date | str | None = None, dates: Literal["mdy", "dmy"] | None = None
) -> Import:
    r"""Return lines of text as ``arlab.read_export`` reads them from a file.

    Parameters
    ----------
    text : the whole file, with its column names and its line ends
    as_of, dates : as for ``arlab.read_export``

    Raises
    ------
    InputRefused
        when the lines are no list of open balances.

    Examples
    --------
    >>> found = read_text("Claim #,Payer,DOS,Balance\nA1,Oak,2026-06-10,20\nA2,Elm,2026-06-11,10\n")
    >>> found.reconciliation.rows_in, found.reconciliation.dollars_in
    (2, 30.0)
    """
    from arlab.importers import read_export

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / PENCIL
        path.write_text(text, encoding="utf-8", newline="")
        return read_export(path, as_of=as_of, dates=dates)


def describe_file(found: Import) -> str:
    """Return whether a file's numbers can be relied on and what to check first, as one sentence."""
    from arlab.report import describe_trust

    return Words(describe_trust(found))


def findings_table(found: Import) -> pd.DataFrame:
    """Return the findings of a file, the weightiest first, as the report shows them."""
    from arlab.report.trust import findings_table as weighed

    return weighed(found)


def reconciliation_table(found: Import) -> pd.DataFrame:
    """Return where the rows and dollars of a file went.

    Returns
    -------
    frame with ``part`` (in the file, accepted, set aside, difference), ``rows`` and ``dollars``; the difference is
    nothing when every row and cent is accounted for.
    """
    sums = found.reconciliation
    lost = sums.cents_in - sums.cents_accepted - sums.cents_quarantined
    rows = [
        ("in the file", sums.rows_in, sums.dollars_in),
        ("accepted", sums.accepted, sums.dollars_accepted),
        ("set aside", sums.quarantined, sums.dollars_quarantined),
        ("difference", sums.rows_in - sums.accepted - sums.quarantined, lost / 100),
    ]
    return pd.DataFrame(rows, columns=["part", "rows", "dollars"]).astype({"rows": "Int64"})
