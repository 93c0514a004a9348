"""What does reading a file give back?

The import, its reconciliation, and nothing that computes.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping

import pandas as pd

from arlab.tables import Practice

__all__ = ["Import", "MapFile", "Reconciliation"]


@dataclasses.dataclass(frozen=True)
class Reconciliation:
    """Where every row and every cent of a file went.

    Amounts are integer cents; the ``dollars_`` properties are the same in dollars. ``accepted`` rows include the
    ``repaired`` ones. The accepted cents are those counted as open, less credits, plus those set aside.
    """

    rows_in: int
    accepted: int
    repaired: int
    quarantined: int
    cents_in: int
    cents_accepted: int
    cents_quarantined: int
    cents_open: int
    cents_credit: int
    cents_aside: int
    dollars_column: str

    @property
    def dollars_in(self) -> float:
        """Dollars of all data rows."""
        return self.cents_in / 100

    @property
    def dollars_accepted(self) -> float:
        """Dollars of the accepted rows."""
        return self.cents_accepted / 100

    @property
    def dollars_quarantined(self) -> float:
        """Dollars of the quarantined rows."""
        return self.cents_quarantined / 100

    @property
    def ties_out(self) -> bool:
        """Whether what came in was accepted or quarantined, and what was accepted went somewhere, to the cent."""
        return (
            self.rows_in == self.accepted + self.quarantined
            and self.repaired <= self.accepted
            and self.cents_in == self.cents_accepted + self.cents_quarantined
            and self.cents_accepted == self.cents_open - self.cents_credit + self.cents_aside
        )


@dataclasses.dataclass(frozen=True)
class MapFile:
    """How a file is to be read, as a user keeps it for the next time (see ``map_file``).

    Parameters
    ----------
    columns : concept -> column
    ignore : columns that are not to be read, whatever they are called
    payers : payer as written -> the name it goes by
    sheet : sheet of a workbook
    dates : ``mdy`` or ``dmy``, for dates like 3/5/2024
    posted_date : ``charge`` or ``payment``: what was posted on the posted date
    amounts : ``claim`` or ``line``: what the amounts on the rows of a claim are of
    """

    columns: Mapping[str, str] = dataclasses.field(default_factory=dict)
    ignore: tuple[str, ...] = ()
    payers: Mapping[str, str] = dataclasses.field(default_factory=dict)
    sheet: str | None = None
    dates: str | None = None
    posted_date: str | None = None
    amounts: str | None = None


def _no_payers() -> pd.DataFrame:
    kinds = {"written": "str", "payer": "str", "rows": "Int64", "how": "str"}
    return pd.DataFrame(columns=list(kinds)).astype(kinds)


def _nothing_unmapped() -> pd.DataFrame:
    return pd.DataFrame(columns=["concept", "cost"], dtype="str")


@dataclasses.dataclass(frozen=True)
class Import:
    """A file as read.

    Parameters
    ----------
    practice : the open items and credits of the file, as a practice
    source, kind : name of the file without its folder; csv, xlsx, parquet, 837, or x12 for a folder of X12 files
    mapping : ``concept, column, confidence, how``
    unused_columns : columns that were dropped on reading, names and contact data among them
    findings : ``code, where, sentence``
    quarantine : ``row_number, reason, dollars`` of the rows that were not accepted
    reconciliation : where every row and cent went
    cannot_compute : (measure, why) pairs
    aside : ``what, items, dollars, why``: accepted dollars of the file that are not counted as open
    currency : code of the currency that the amounts are in; they are shown as they are, never converted
    claims : distinct claims of a table, or CLP or CLM segments of X12, whether accepted or not; None when the file
        has no claim numbers
    charge_total, paid_total : dollars charged and paid by the accepted rows; None when the file has no such column
    denied_claims : claims denied by code or status; None when the file shows neither
    payers : ``written, payer, rows, how``: every spelling of a payer and the name it goes by
    unmapped : ``concept, cost``: what has no column and what that costs
    map : how the file was read, to be kept for the next time
    """

    practice: Practice
    source: str
    kind: str
    mapping: pd.DataFrame
    unused_columns: tuple[str, ...]
    findings: pd.DataFrame
    quarantine: pd.DataFrame
    reconciliation: Reconciliation
    cannot_compute: tuple[tuple[str, str], ...]
    aside: pd.DataFrame
    currency: str = "USD"
    claims: int | None = None
    charge_total: float | None = None
    paid_total: float | None = None
    denied_claims: int | None = None
    payers: pd.DataFrame = dataclasses.field(default_factory=_no_payers)
    unmapped: pd.DataFrame = dataclasses.field(default_factory=_nothing_unmapped)
    map: MapFile = dataclasses.field(default_factory=MapFile)
