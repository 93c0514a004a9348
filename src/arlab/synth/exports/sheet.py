"""What does a layout show, before anyone has written it as text?

Columns with money in whole cents and days as days. It draws nothing and writes nothing.
"""

from __future__ import annotations

import dataclasses
from typing import Final, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from arlab.errors import InputRefused

__all__ = ["AGENCY", "NUMBERS", "PATIENT", "Column", "Ints", "Kind", "Sheet", "Texts", "dates", "text"]

Kind = Literal["text", "date", "money", "count"]
Ints = npt.NDArray[np.int64]
Texts = npt.NDArray[np.object_]

PATIENT: Final = "Patient"
"""How an export names the patient where a payer would stand."""
AGENCY: Final = "Collections"
"""How an export names the agency where a payer would stand."""

NUMBERS: Final = ("money", "count")
_RUN_AS_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")


@dataclasses.dataclass(frozen=True)
class Column:
    """One column: text as objects, days as ``datetime64[D]``, money and counts as whole numbers (cents).

    ``above`` is the name of its group in a header of two rows; ``shown`` is false where the cell is left empty.
    """

    name: str
    kind: Kind
    values: npt.NDArray[np.generic]
    above: str
    shown: npt.NDArray[np.bool_] | None = None


@dataclasses.dataclass(frozen=True)
class Sheet:
    """The content of one export.

    Parameters
    ----------
    layout, report : name of the layout and the name that the system gives the report
    practice, as_of : name of the practice and its day, as ``06/30/2026``
    columns : every column, all of one length
    payer : name of the column with the payer, by which subtotals are made
    patient : name of the column with the patient's name
    receivable : columns whose sum over all rows is the ledger's total AR, credits included
    titled : whether the system always writes title rows above the header
    """

    layout: str
    report: str
    practice: str
    as_of: str
    columns: tuple[Column, ...]
    payer: str
    patient: str
    receivable: tuple[str, ...]
    titled: bool = False

    def __len__(self) -> int:
        return len(self.columns[0].values)

    def column(self, name: str) -> Column:
        """Return the column of a name."""
        return next(column for column in self.columns if column.name == name)

    def totals(self) -> dict[str, int]:
        """Return the sum of every column of numbers: cents for money."""
        return {c.name: int(c.values.astype(np.int64).sum()) for c in self.columns if c.kind in NUMBERS}


def text(values: pd.Series, name: str) -> Texts:
    """Return a column of text with nothing as the empty text.

    Raises
    ------
    InputRefused
        when a value begins as a formula does: a spreadsheet would run it.
    """
    words = values.astype(object).where(values.notna(), "").to_numpy(dtype=object)
    unsafe = sum(str(word).startswith(_RUN_AS_FORMULA) for word in pd.unique(words))
    if unsafe:
        raise InputRefused(
            f"The column '{name}' of the export would hold {unsafe} different values that begin with = + - or @,"
            " which a spreadsheet runs as a formula: rename them at the source."
        )
    return words


def dates(values: pd.Series) -> npt.NDArray[np.datetime64]:
    """Return a column of days."""
    return values.to_numpy().astype("datetime64[D]")
