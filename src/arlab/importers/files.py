"""Which kind of file is this, and what grids does it hold?

Opens text, workbooks and Parquet by their content, not by their name. It knows nothing of columns or money;
what it cannot open it refuses in one sentence.
"""

from __future__ import annotations

import datetime as dt
import io
import logging
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from arlab.errors import InputRefused, NotAvailable
from arlab.importers.findings import Findings, listed, shown
from arlab.importers.grid import Grid
from arlab.importers.text import text_grid

__all__ = ["open_grids"]

logger = logging.getLogger("arlab")
_WORKBOOKS = (".xlsx", ".xlsm", ".xlsb", ".xls", ".ods")
_ZIP = b"PK\x03\x04"
_OLE = bytes.fromhex("d0cf11e0a1b11ae1")


def open_grids(path: Path, *, sheet: str | int | None, findings: Findings) -> Iterator[Grid]:
    """Yield the file's grids: one for text and Parquet, one per visible sheet for a workbook.

    Raises
    ------
    InputRefused
        when the file is not there, may not be read, is empty, or is none of these kinds.
    NotAvailable
        when the package for workbooks is not installed.
    """
    data = _bytes_of(path)
    if data.startswith((_ZIP, _OLE)) or (path.suffix.lower() in _WORKBOOKS and b"\0" in data):
        yield from _workbook_grids(path, data, sheet)
    elif sheet is not None:
        raise InputRefused(f"'{shown(path.name)}' is not a workbook and has no sheets: leave sheet out.")
    elif data.startswith(b"PAR1"):
        yield _parquet_grid(path, data)
    else:
        yield text_grid(shown(path.name), data, findings)


def _bytes_of(path: Path) -> bytes:
    """Return the content of a file, or refuse it in one sentence."""
    try:
        kind = path.stat().st_mode
        if stat.S_ISDIR(kind):
            raise InputRefused(
                f"'{shown(str(path))}' is a folder: give the one export file in it that you want to read."
            )
        if not stat.S_ISREG(kind):
            raise InputRefused(
                f"'{shown(path.name)}' is not an ordinary file: save the export to a file first."
            )
        data = path.read_bytes()
    except FileNotFoundError:
        raise InputRefused(
            f"'{shown(str(path))}' does not exist: check the spelling and the folder."
        ) from None
    except PermissionError:
        raise InputRefused(
            f"'{shown(path.name)}' may not be read by this user: ask for permission, or copy it to your own folder."
        ) from None
    except (OSError, ValueError) as problem:
        why = (problem.strerror if isinstance(problem, OSError) else None) or "its name cannot be used"
        raise InputRefused(
            f"'{shown(path.name)}' could not be read ({why}): copy it to this computer first."
        ) from None
    if not data.strip(b" \t\r\n\xef\xbb\xbf\xff\xfe"):
        raise InputRefused(f"'{shown(path.name)}' is empty: export it again.")
    return data


def _parquet_grid(path: Path, data: bytes) -> Grid:
    """Return a Parquet file as a grid whose first row is the column names; its rows count from 1."""
    try:
        frame = pd.read_parquet(io.BytesIO(data))
    except Exception:
        # Arrow raises many classes of its own for a broken file; all of them mean the same to the user.
        raise InputRefused(f"'{shown(path.name)}' is a damaged Parquet file: write it again.") from None
    if not isinstance(frame.index, pd.RangeIndex):
        frame = frame.reset_index()
    cells = _text_frame(frame)
    head = pd.DataFrame([[str(name) for name in frame.columns]], columns=cells.columns, dtype="str")
    cells = pd.concat([head, cells], ignore_index=True)
    return Grid("parquet", None, cells, np.arange(len(cells), dtype=np.int64))


def _workbook_grids(path: Path, data: bytes, sheet: str | int | None) -> Iterator[Grid]:
    """Yield the visible sheets of a workbook, or the one asked for."""
    if data.startswith(_OLE) and "EncryptedPackage".encode("utf-16-le") in data:
        raise _with_password(path)
    try:
        book = pd.ExcelFile(io.BytesIO(data), engine="calamine")
    except ImportError:
        raise NotAvailable(
            f"Reading the workbook '{shown(path.name)}' needs the package python-calamine: install it with"
            " pip install 'arlab[present]', or save the sheet as CSV."
        ) from None
    except Exception as problem:
        raise _broken(path, problem) from None
    with book:
        for name in _sheets_to_read(path, book, sheet):
            try:
                frame = pd.read_excel(
                    book, sheet_name=name, header=None, dtype=object, keep_default_na=False, na_values=[]
                )
            except Exception as problem:
                raise _broken(path, problem) from None
            yield Grid("xlsx", name, _text_frame(frame), np.arange(1, len(frame) + 1, dtype=np.int64))


def _sheets_to_read(path: Path, book: pd.ExcelFile, sheet: str | int | None) -> list[str]:
    """Return the names of the sheets to look at: those that are not hidden, or the one asked for."""
    names = [str(name) for name in book.sheet_names]
    if sheet is None:
        about: Any = book.book
        visible = [
            str(entry.name)
            for entry in about.sheets_metadata
            if str(entry.visible).endswith(".Visible") and str(entry.typ).endswith(".WorkSheet")
        ]
        return [name for name in names if name in visible] or names
    if isinstance(sheet, str) and sheet in names:
        return [sheet]
    if isinstance(sheet, int) and 1 <= sheet <= len(names):
        return [names[sheet - 1]]
    raise InputRefused(f"'{shown(path.name)}' has no sheet {sheet!r}: it has {listed(names)}.")


def _with_password(path: Path) -> InputRefused:
    return InputRefused(
        f"'{shown(path.name)}' is protected by a password: save a copy without one and read that."
    )


def _broken(path: Path, problem: Exception) -> InputRefused:
    """Return the refusal of a workbook; its reader raises many classes of its own for a damaged one."""
    logger.debug("a workbook was not readable: %s", type(problem).__name__)
    if "password" in str(problem).lower():
        return _with_password(path)
    return InputRefused(
        f"'{shown(path.name)}' is damaged or is no workbook: open it in a spreadsheet and save it as XLSX or CSV."
    )


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
