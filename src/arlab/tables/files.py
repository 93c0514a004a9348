"""How does one table go into a file, Parquet or CSV, and come back?

A column's type is that of the contract, whatever the file says. It knows no manifest and no practice.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import pandas as pd
import pyarrow as pa
import pyarrow.csv

from arlab.errors import InputRefused
from arlab.tables.contract import TABLES

__all__ = ["FORMS", "read_table", "write_table"]

FORMS: Final = ("parquet", "csv")
"""Kinds of file that a table can be written to."""

_IN_CSV: Final[dict[str, Any]] = {
    "money": pa.float64(),
    "count": pa.int64(),
    "date": pa.timestamp("us"),
    "flag": pa.bool_(),
}


def write_table(frame: pd.DataFrame, path: Path, name: str) -> None:
    """Write a table of the contract; the path's suffix says as what.

    In a CSV file amounts have two decimals, days look like 2026-06-30, and an empty value is nothing.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.suffix == ".parquet":
        frame.to_parquet(path, compression="zstd", index=False)
        return
    table = pa.Table.from_pandas(frame, preserve_index=False)
    shown = {"money": pa.decimal128(18, 2), "date": pa.date32()}
    for place, column in enumerate(table.column_names):
        kind = TABLES[name].columns[column].metadata["kind"]
        if kind in shown:
            table = table.set_column(place, column, table[column].cast(shown[kind]))
    pa.csv.write_csv(table, path)


def read_table(path: Path, name: str) -> pd.DataFrame:
    """Return a table that :func:`write_table` wrote.

    Raises
    ------
    InputRefused
        when the file is not there or is not what its suffix says.
    """
    try:
        if path.suffix == ".parquet":
            return pd.read_parquet(path)
        columns = TABLES[name].columns
        types = {column: _IN_CSV.get(columns[column].metadata["kind"], pa.string()) for column in columns}
        options = pa.csv.ConvertOptions(
            column_types=types, null_values=[""], strings_can_be_null=True, quoted_strings_can_be_null=False
        )
        table = pa.csv.read_csv(path, convert_options=options)
        return table.to_pandas(types_mapper={pa.int64(): pd.Int64Dtype(), pa.bool_(): pd.BooleanDtype()}.get)
    except (OSError, ValueError):
        raise InputRefused(f"'{path.parent}' lacks a readable {path.name} that its manifest names.") from None
