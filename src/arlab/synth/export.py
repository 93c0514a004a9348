"""What would a practice-management system write when asked for its accounts receivable?

Three layouts stand for three kinds of system (see :mod:`arlab.synth.exports`), each clean or with the messes that
such systems make. The ledger stays the truth; beside each file stands a record of what the file truly says. It
reads no file.
"""

from __future__ import annotations

import csv
import dataclasses
import io
import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

import pandas as pd

from arlab.errors import SettingsError, WorkspaceError
from arlab.synth.exports.aging import aging_sheet
from arlab.synth.exports.cells import sheet_cells
from arlab.synth.exports.claims import claims_sheet
from arlab.synth.exports.messes import MESSES, choose_messes
from arlab.synth.exports.postings import postings_sheet
from arlab.synth.exports.record import truth_record
from arlab.synth.exports.rows import lay_rows, title_lines
from arlab.synth.exports.sheet import Sheet
from arlab.synth.streams import Streams
from arlab.tables import Practice

__all__ = ["EXPORT_LAYOUTS", "MESSES", "Export", "export_table", "make_export", "truth_path", "write_export"]

_SHEETS: Final[Mapping[str, Callable[[Practice], Sheet]]] = MappingProxyType(
    {"claims": claims_sheet, "aging": aging_sheet, "transactions": postings_sheet}
)
EXPORT_LAYOUTS: Final = tuple(_SHEETS)
"""Names of the layouts: one row per claim, per account and payer, per posting."""

_ENCODINGS: Final = {"utf8_bom": "utf-8-sig", "cp1252": "cp1252"}
_DELIMITERS: Final = {"semicolon": ";", "tab": "\t"}


@dataclasses.dataclass(frozen=True)
class Export:
    """A file's ``content`` and the ``record`` of what it truly says (see ``truth_record``)."""

    content: bytes
    record: dict[str, Any]


def export_table(practice: Practice, *, layout: str = "claims") -> pd.DataFrame:
    """Return a clean export as text, as known on the practice's as-of day.

    Parameters
    ----------
    practice : one practice with the tables of the generator
    layout : one of ``EXPORT_LAYOUTS``

    Returns
    -------
    frame of text, one row per claim, account and payer, or posting. Nothing is the empty text.
    """
    cells, _ = sheet_cells(_sheet(practice, layout))
    return cells.astype("str")


def make_export(
    practice: Practice, *, layout: str = "claims", messy: bool | str | Sequence[str] = False, seed: int = 0
) -> Export:
    """Return an export's bytes and the record of what it truly says.

    Parameters
    ----------
    practice : one practice with the tables of the generator
    layout : one of ``EXPORT_LAYOUTS``
    messy : names of ``MESSES``, or true for those that go together (see ``choose_messes``)
    seed : of everything drawn for the messes; the same seed gives the same bytes

    Raises
    ------
    SettingsError
        when there is no such layout or mess, messes exclude each other, the seed is not a whole number from 0, or
        a name cannot be written in the encoding.
    InputRefused
        when there are several practices, or a text begins as a formula does.
    """
    streams = Streams(seed)
    sheet = _sheet(practice, layout)
    messes = choose_messes(messy, streams)
    cells, spelled = sheet_cells(sheet, messes, streams)
    titles = title_lines(sheet, messes)
    laid = lay_rows(sheet, cells, messes, streams)
    encoding = next((_ENCODINGS[mess] for mess in messes if mess in _ENCODINGS), "utf-8")
    delimiter = next((_DELIMITERS[mess] for mess in messes if mess in _DELIMITERS), ",")
    line_end = "\r\n" if "crlf" in messes else "\n"
    text = io.StringIO()
    writer = csv.writer(text, delimiter=delimiter, lineterminator=line_end)
    # A title is a line of one cell, and the last title a line of none.
    writer.writerows([title] if title else [] for title in titles)
    writer.writerows(laid.cells.tolist())
    try:
        content = text.getvalue().encode(encoding)
    except UnicodeEncodeError:
        raise SettingsError(
            f"The mess cp1252 is not possible for '{practice.name}', because a name in it has letters outside"
            " Windows code page 1252: choose utf8_bom instead."
        ) from None
    record = truth_record(
        sheet,
        laid,
        titles=len(titles),
        messes=messes,
        spelled=spelled,
        encoding=encoding,
        delimiter=delimiter,
        line_end=line_end,
        seed=streams.seed,
    )
    return Export(content, record)


def write_export(
    practice: Practice,
    path: Path,
    *,
    layout: str = "claims",
    messy: bool | str | Sequence[str] = False,
    seed: int = 0,
) -> Path:
    """Write an export and, beside it, the record of what it truly says (see :func:`truth_path`).

    Parameters are those of :func:`make_export`; clean files are UTF-8 with commas.

    Returns
    -------
    the path of the export.

    Raises
    ------
    WorkspaceError
        when the folder is not there or may not be written to; and what :func:`make_export` raises.
    """
    path = Path(path)
    export = make_export(practice, layout=layout, messy=messy, seed=seed)
    record = json.dumps({"file": path.name, **export.record}, indent=2, ensure_ascii=False) + "\n"
    try:
        path.write_bytes(export.content)
        truth_path(path).write_bytes(record.encode("utf-8"))
    except OSError as problem:
        raise WorkspaceError(
            f"'{path}' could not be written ({problem.strerror}): check that its folder exists and is yours."
        ) from None
    return path


def truth_path(path: Path) -> Path:
    """Return where the record of an export stands.

    Examples
    --------
    >>> truth_path(Path("out/export.csv")).name
    'export.truth.json'
    """
    return path.with_name(f"{path.stem}.truth.json")


def _sheet(practice: Practice, layout: str) -> Sheet:
    if layout not in _SHEETS:
        raise SettingsError(f"There is no export layout {layout!r}: choose from {', '.join(EXPORT_LAYOUTS)}.")
    return _SHEETS[layout](practice)
