"""Which grids does a workbook hold?

Reads XLSX and the older XLS as the spreadsheet saved them: no formula is computed and no macro run. It knows
nothing of columns or money; what it cannot open it refuses in one sentence.
"""

from __future__ import annotations

import datetime as dt
import io
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from zipfile import BadZipFile, ZipFile

import numpy as np
import pandas as pd

from arlab.errors import InputRefused, NotAvailable
from arlab.importers.amounts import read_amount
from arlab.importers.findings import Findings, count, listed, shown
from arlab.importers.grid import Grid
from arlab.importers.guard import check_workbook
from arlab.importers.sheets import SheetFacts, sheet_facts, sheet_parts

__all__ = ["OLE", "ZIP", "cell_text", "workbook_grids"]

logger = logging.getLogger("arlab")
ZIP = b"PK\x03\x04"
OLE = bytes.fromhex("d0cf11e0a1b11ae1")
_MOST_FILLED = 1_000_000


def workbook_grids(path: Path, data: bytes, *, sheet: str | int | None, findings: Findings) -> Iterator[Grid]:
    """Yield the visible sheets of a workbook, or the one asked for.

    Raises
    ------
    InputRefused
        when it is damaged, protected, of another kind, or larger than any export.
    NotAvailable
        when the package for workbooks is not installed.
    """
    name = shown(path.name)
    if data.startswith(OLE) and "EncryptedPackage".encode("utf-16-le") in data:
        raise _with_password(name)
    parts = {} if data.startswith(OLE) else _checked_parts(name, data, findings)
    book = _opened(path, data)
    for title in _sheets_to_read(name, book, sheet, findings):
        try:
            # The older kind of workbook is no archive and holds no such thing.
            facts = SheetFacts() if data.startswith(OLE) else sheet_facts(name, title, data, parts[title])
            rows = book.get_sheet_by_name(title).to_python(skip_empty_area=False)
        except InputRefused:
            raise
        except BaseException as problem:
            raise _broken(name, problem) from None
        columns = [[cell_text(value) for value in column] for column in zip(*rows, strict=True)]
        _fill_merged(columns, facts, title, findings)
        cells = pd.DataFrame({place: pd.Series(column, dtype="str") for place, column in enumerate(columns)})
        numbers = np.arange(1, len(rows) + 1, dtype=np.int64)
        yield Grid("xlsx", title, cells, numbers, facts.formulas)


def _checked_parts(name: str, data: bytes, findings: Findings) -> dict[str, Any]:
    """Return the part of the archive that each sheet stands in, after a look at the whole archive."""
    try:
        with ZipFile(io.BytesIO(data)) as archive:
            check_workbook(name, archive, data)
            held = set(archive.namelist())
            if "xl/workbook.xml" not in held:
                raise _other_kind(name, held)
            parts = sheet_parts(archive, data)
    except (BadZipFile, ValueError, OSError, NotImplementedError, EOFError, KeyError, IndexError) as problem:
        raise _broken(name, problem) from None
    if "xl/vbaProject.bin" in held:
        findings.add("macros", "file", "The workbook holds macros; none of them was run.")
    return parts


def _other_kind(name: str, held: set[str]) -> InputRefused:
    if "xl/workbook.bin" in held or "content.xml" in held:
        return InputRefused(
            f"'{name}' is a workbook of another kind (XLSB or OpenDocument): open it in a spreadsheet and save it"
            " as XLSX or CSV."
        )
    if any(part.lower().endswith((".csv", ".txt", ".xlsx", ".xls", ".zip")) for part in held):
        return InputRefused(f"'{name}' is an archive and no workbook: unpack it and give the export in it.")
    return _broken(name, None)


def _opened(path: Path, data: bytes) -> Any:
    """Return the workbook as its reader has it."""
    try:
        from python_calamine import CalamineWorkbook
    except ImportError:
        raise NotAvailable(
            f"Reading the workbook '{shown(path.name)}' needs the package python-calamine: install it with"
            " pip install 'arlab[present]', or save the sheet as CSV."
        ) from None
    try:
        return CalamineWorkbook.from_filelike(io.BytesIO(data))
    except BaseException as problem:
        raise _broken(shown(path.name), problem) from None


def _sheets_to_read(name: str, book: Any, sheet: str | int | None, findings: Findings) -> list[str]:
    """Return the names of the sheets to look at: those that are not hidden, or the one asked for."""
    names = [str(title) for title in book.sheet_names]
    if sheet is None:
        tables = [entry for entry in book.sheets_metadata if str(entry.typ).endswith(".WorkSheet")]
        visible = [str(entry.name) for entry in tables if str(entry.visible).endswith(".Visible")]
        hidden = [str(entry.name) for entry in tables if str(entry.name) not in visible]
        if hidden and visible:
            findings.add(
                "hidden_sheets",
                "file",
                f"{count(len(hidden), 'hidden sheet')} left alone: {listed(hidden)} (give sheet to read one).",
            )
        return [title for title in names if title in visible] or names
    if isinstance(sheet, str) and sheet in names:
        return [sheet]
    if isinstance(sheet, int) and 1 <= sheet <= len(names):
        return [names[sheet - 1]]
    raise InputRefused(f"'{name}' has no sheet {sheet!r}: it has {listed(names)}.")


def _fill_merged(columns: list[list[str]], facts: SheetFacts, title: str, findings: Findings) -> None:
    """Write the text of cells that are merged over several rows into each of these rows.

    An amount is not repeated: it would count more than once.
    """
    filled, areas = 0, 0
    for left, top, bottom in facts.merged:
        if left >= len(columns) or top >= len(columns[left]) or filled > _MOST_FILLED:
            continue
        cells, bottom = columns[left], min(bottom, len(columns[left]) - 1)
        text = cells[top]
        if bottom > top and text and read_amount(text) is None and not any(cells[top + 1 : bottom + 1]):
            cells[top + 1 : bottom + 1] = [text] * (bottom - top)
            filled, areas = filled + bottom - top, areas + 1
    if areas:
        findings.add(
            "merged_cells",
            f"sheet '{title}'",
            f"Cells merged over several rows: {areas:,}; their text counts for each of these rows.",
        )


def _with_password(name: str) -> InputRefused:
    return InputRefused(f"'{name}' is protected by a password: save a copy without one and read that.")


def _broken(name: str, problem: BaseException | None) -> InputRefused:
    """Return the refusal of a workbook; its reader raises many classes of its own for a damaged one."""
    if isinstance(problem, KeyboardInterrupt | SystemExit | MemoryError):
        raise problem
    logger.debug("a workbook was not readable: %s", type(problem).__name__)
    if "password" in str(problem).lower():
        return _with_password(name)
    return InputRefused(
        f"'{name}' is damaged or is no workbook: open it in a spreadsheet and save it as XLSX or CSV."
    )


def cell_text(value: Any) -> str:
    """Return a typed cell as text: days as 2026-06-30, whole numbers without a point, empty as nothing."""
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, float):
        if value != value:
            return ""
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    if isinstance(value, dt.datetime) and value is not pd.NaT:
        # A workbook keeps a time as a fraction of a day, so midnight may come out a little early.
        whole = value.replace(microsecond=0) + dt.timedelta(seconds=value.microsecond >= 500_000)
        return whole.date().isoformat() if whole.time() == dt.time() else str(whole)
    return "" if value is None or value is pd.NaT else str(value)
