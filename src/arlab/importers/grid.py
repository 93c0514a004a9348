"""What is a file once it is open?

One class, shared by the readers of text, workbooks and Parquet. It opens nothing.
"""

from __future__ import annotations

import dataclasses

import numpy as np
import numpy.typing as npt
import pandas as pd

__all__ = ["Grid"]


@dataclasses.dataclass(frozen=True)
class Grid:
    """One sheet (or a whole file) as text: ``cells`` has columns 0, 1, 2, ... and "" for an empty cell.

    ``row_numbers`` holds, for each row, the line of a text file, or the row of a sheet or of a Parquet file.
    """

    kind: str
    sheet: str | None
    cells: pd.DataFrame
    row_numbers: npt.NDArray[np.int64]
