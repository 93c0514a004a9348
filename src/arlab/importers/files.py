"""Which kind of file is this, and what grids does it hold?

Opens text, workbooks and Parquet by their content, not by their name. It knows nothing of columns or money;
what it cannot open it refuses in one sentence.
"""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from arlab.errors import InputRefused
from arlab.importers.findings import Findings, shown
from arlab.importers.grid import Grid
from arlab.importers.guard import MOST_BYTES, check_parquet, check_path
from arlab.importers.text import text_grid
from arlab.importers.workbook import OLE, ZIP, workbook_grids

__all__ = ["open_grids"]

_WORKBOOKS = (".xlsx", ".xlsm", ".xlsb", ".xls", ".ods")
_HEAD = 1 << 22
_NOTHING = b" \t\r\n\xef\xbb\xbf\xff\xfe"


def open_grids(path: Path, *, sheet: str | int | None, findings: Findings) -> Iterator[Grid]:
    """Yield the file's grids: one for text and Parquet, one per visible sheet for a workbook.

    Raises
    ------
    InputRefused
        when the file is not there, may not be read, is empty, is too large, or is none of these kinds.
    NotAvailable
        when the package for workbooks is not installed.
    """
    data = _bytes_of(path)
    if data.startswith((ZIP, OLE)) or (path.suffix.lower() in _WORKBOOKS and b"\0" in data):
        yield from workbook_grids(path, data, sheet=sheet, findings=findings)
    elif sheet is not None:
        raise InputRefused(f"'{shown(path.name)}' is not a workbook and has no sheets: leave sheet out.")
    elif data.startswith(b"PAR1"):
        yield _parquet_grid(path, data)
    else:
        yield text_grid(shown(path.name), data, findings)


def _bytes_of(path: Path) -> bytes:
    """Return the content of a file, or refuse it in one sentence."""
    try:
        check_path(path)
        with path.open("rb") as file:
            # A file of nothing but NUL bytes, or of one endless line, is refused by its beginning.
            data = file.read(_HEAD)
            packed = data.startswith((ZIP, OLE, b"PAR1"))
            if packed or (data.strip(b"\0") and (b"\n" in data or b"\r" in data)):
                data += file.read()
    except FileNotFoundError:
        raise InputRefused(
            f"'{shown(str(path))}' does not exist: check the spelling and the folder."
        ) from None
    except PermissionError:
        raise InputRefused(
            f"'{shown(path.name)}' may not be read by this user: ask for permission, or copy it to your own folder."
        ) from None
    except (OSError, ValueError, RuntimeError) as problem:
        why = (problem.strerror if isinstance(problem, OSError) else None) or "its name cannot be used"
        raise InputRefused(
            f"'{shown(path.name)}' could not be read ({why}): copy it to this computer first."
        ) from None
    if not data[:_HEAD].strip(b" \t\r\n\xef\xbb\xbf\xff\xfe") and not data.strip(
        b" \t\r\n\xef\xbb\xbf\xff\xfe"
    ):
        raise InputRefused(f"'{shown(path.name)}' is empty: export it again.")
    return data


def _parquet_grid(path: Path, data: bytes) -> Grid:
    """Return a Parquet file as a grid whose first row is the column names; its rows count from 1."""
    name = shown(path.name)
    try:
        source = pa.py_buffer(data)
        about = pq.read_metadata(pa.BufferReader(source))
        check_parquet(name, about)
        texts = [
            about.schema.column(n).path
            for n in range(about.num_columns)
            if about.schema.column(n).physical_type == "BYTE_ARRAY"
        ]
        # A text that repeats is held once: a small file may say it a million times.
        table = pq.ParquetFile(pa.BufferReader(source), read_dictionary=texts).read()
        _refuse_repeated(name, table)
        frame = pd.read_parquet(io.BytesIO(data))
    except InputRefused:
        raise
    except Exception:
        # Arrow raises many classes of its own for a broken file; all of them mean the same to the user.
        raise InputRefused(f"'{name}' is a damaged Parquet file: write it again.") from None
    if not isinstance(frame.index, pd.RangeIndex):
        frame = frame.reset_index()
    cells = _text_frame(frame)
    head = pd.DataFrame([[str(name) for name in frame.columns]], columns=cells.columns, dtype="str")
    cells = pd.concat([head, cells], ignore_index=True)
    return Grid("parquet", None, cells, np.arange(len(cells), dtype=np.int64))


def _refuse_repeated(name: str, table: pa.Table) -> None:
    """Refuse a table whose repeated texts would fill the memory when each is written out."""
    size = 0
    for column in table.columns:
        for piece in column.chunks if pa.types.is_dictionary(column.type) else ():
            lengths = pc.binary_length(piece.dictionary).to_numpy(zero_copy_only=False).astype(np.float64)
            often = np.bincount(piece.indices.drop_null().to_numpy(), minlength=len(lengths))
            size += int(np.nan_to_num(lengths) @ often[: len(lengths)])
    if size > MOST_BYTES:
        raise InputRefused(f"'{name}' unpacks to far more than an export holds: export it again as CSV.")


def _text_frame(frame: pd.DataFrame) -> pd.DataFrame:
    """Return typed cells as text: days as 2026-06-30, whole numbers without a point, empty as nothing."""
    texts = {place: _as_text(frame.iloc[:, place]) for place in range(frame.shape[1])}
    return pd.DataFrame(texts, index=range(len(frame)))


def _as_text(values: pd.Series) -> pd.Series:
    if values.dtype == "str":
        return values.fillna("").str.strip().reset_index(drop=True)
    if pd.api.types.is_integer_dtype(values.dtype) and not values.isna().any():
        return values.astype("str").reset_index(drop=True)
    return pd.Series([_cell_text(value) for value in values.astype(object)], dtype="str")


def _cell_text(value: Any) -> str:
    if isinstance(value, str):
        return value.strip()
    if pd.api.types.is_scalar(value) and pd.isna(value):
        return ""
    if isinstance(value, dt.datetime):
        # A workbook keeps a time as a fraction of a day, so midnight may come out a little early.
        value = pd.Timestamp(value).round("s")
        return str(value.date().isoformat() if value == value.normalize() else value.isoformat(sep=" "))
    if isinstance(value, float | np.floating):
        number = float(value)
        return str(int(number)) if number.is_integer() and abs(number) < 1e15 else repr(number)
    return str(value)
