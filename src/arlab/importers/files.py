"""Which kind of file is this, and what grids does it hold?

Opens text, workbooks and Parquet by their content, not by their name. It knows nothing of columns or money;
what it cannot open it refuses in one sentence.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from arlab.errors import InputRefused
from arlab.importers.findings import Findings, shown
from arlab.importers.grid import AROUND, Grid
from arlab.importers.guard import MOST_BYTES, check_parquet, check_path
from arlab.importers.text import text_grid
from arlab.importers.workbook import OLE, ZIP, cell_text, workbook_grids

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
                file.seek(0)
                data = file.read()
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
        named = [
            about.schema.column(n).path
            for n in range(about.num_columns)
            if about.schema.column(n).physical_type == "BYTE_ARRAY"
        ]
        # A text that repeats is held once: a small file may say it a million times.
        table = pq.ParquetFile(pa.BufferReader(source), read_dictionary=named).read()
        table.validate(full=True)
        _refuse_repeated(name, table)
        texts = {place: _as_text(column) for place, column in enumerate(table.columns)}
    except InputRefused:
        raise
    except Exception:
        # Arrow raises many classes of its own for a broken file; all of them mean the same to the user.
        raise InputRefused(f"'{name}' is a damaged Parquet file: write it again.") from None
    if not texts:
        raise InputRefused(f"'{name}' has no columns: export it again.")
    head = pd.DataFrame([[_name_of(column) for column in table.column_names]], dtype="str")
    cells = pd.concat([head, pd.DataFrame(texts)], ignore_index=True)
    return Grid("parquet", None, cells, np.arange(len(cells), dtype=np.int64))


def _name_of(column: str) -> str:
    """Return the name of a column; what pandas kept its row labels in has none of its own."""
    return "index" if re.fullmatch(r"__index_level_\d+__", column) else column.strip(AROUND)


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


def _as_text(column: pa.ChunkedArray) -> pd.Series:
    """Return typed cells as text: days as 2026-06-30, whole numbers without a point, empty as nothing."""
    if pa.types.is_dictionary(column.type):
        column = column.cast(column.type.value_type)
    kind = column.type
    if pa.types.is_integer(kind) or pa.types.is_string(kind) or pa.types.is_large_string(kind):
        column = column.cast(pa.large_string()).fill_null("")
        return pd.Series(pd.array(column, dtype="str"))
    if pa.types.is_floating(kind) or pa.types.is_date(kind) or pa.types.is_boolean(kind):
        return pd.Series([cell_text(value) for value in column.to_pylist()], dtype="str")
    return pd.Series([cell_text(value) for value in column.to_pandas().astype(object)], dtype="str")
