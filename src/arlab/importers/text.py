"""How does delimited text (CSV and its kin) become a grid?

Finds encoding and delimiter and keeps the line on which each row starts. It knows nothing of columns or
money; what is no such text it refuses in one sentence.
"""

from __future__ import annotations

import codecs
import csv
import io
import re

import numpy as np
import numpy.typing as npt
import pandas as pd

from arlab.errors import InputRefused
from arlab.importers.findings import Findings
from arlab.importers.grid import Grid

__all__ = ["text_grid"]

_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_DELIMITERS = (",", ";", "\t", "|")
_CONTROL = bytes(code for code in range(32) if code not in (9, 10, 11, 12, 13, 26))
_SAMPLE_LINES = 200
_MOST_COLUMNS = 2_000
_AROUND = " \t\r\n\u00a0\u200b\ufeff\x1a"


def text_grid(name: str, data: bytes, findings: Findings) -> Grid:
    """Return the bytes of a delimited text file as a grid.

    Raises
    ------
    InputRefused
        when it is binary, damaged, of another format, or a quotation mark is never closed.
    """
    data = _as_utf8(name, data, findings)
    sample = data[: 1 << 18].decode("utf-8", errors="ignore").splitlines()[:_SAMPLE_LINES]
    delimiter, usual = _delimiter_of(sample)
    width = max(line.count(delimiter.encode()) for line in data.splitlines()) + 1
    if width > _MOST_COLUMNS:
        raise InputRefused(
            f"'{name}' has a line with {width:,} cells, which no AR export has: export it again as CSV."
        )
    try:
        cells = pd.read_csv(
            io.BytesIO(data),
            header=None,
            names=list(range(width)),
            sep=delimiter,
            dtype="str",
            na_filter=False,
            skip_blank_lines=False,
            index_col=False,
            encoding="utf-8",
        )
    except (pd.errors.ParserError, ValueError):
        raise InputRefused(
            f"'{name}' has a quotation mark that is opened and never closed: export it again as CSV."
        ) from None
    numbers = _line_numbers(name, cells, delimiter, usual)
    for column in cells.columns:
        cells[column] = cells[column].str.strip(_AROUND)
    return Grid("csv", None, cells, numbers)


def _as_utf8(name: str, data: bytes, findings: Findings) -> bytes:
    """Return the text as UTF-8 without a byte order mark."""
    encoding = next((code for mark, code in _BOMS if data.startswith(mark)), None)
    if encoding is None and b"\0" in data[:4096]:
        even, odd = data[0:4096:2].count(0), data[1:4096:2].count(0)
        # Text in UTF-16 without a mark has a NUL in every second byte and nowhere else.
        if min(even, odd) == 0 and max(even, odd) > len(data[:4096]) // 4:
            encoding = "utf-16-le" if odd else "utf-16-be"
    if encoding is None and b"\0" in data:
        raise _with_nul(name)
    if encoding is None and len(data) - len(data.translate(None, _CONTROL)) > len(data) // 1000:
        raise InputRefused(
            f"'{name}' is not a text file, workbook or Parquet file: export it as CSV or XLSX."
        )
    try:
        text = data.decode(encoding or "utf-8")
    except UnicodeDecodeError:
        if encoding:
            raise InputRefused(
                f"'{name}' starts as {encoding[:6].upper()} text but is damaged further on: export it again."
            ) from None
        encoding = "cp1252"
        text = data.decode(encoding, errors="replace")
        findings.add(
            "encoding",
            "file",
            "The text is not UTF-8; it was read as Windows-1252, so letters with accents may be wrong.",
        )
    if "\0" in text:
        raise _with_nul(name)
    _refuse_other_text(name, text[:2000].lstrip("\ufeff \t\r\n"))
    return data if encoding is None else text.encode("utf-8", errors="replace")


def _with_nul(name: str) -> InputRefused:
    return InputRefused(
        f"'{name}' holds NUL bytes, so it is damaged or no text file: export it again as CSV."
    )


def _refuse_other_text(name: str, start: str) -> None:
    """Refuse text that is clearly of another kind."""
    if re.match(r"ISA[^\w\s,;\t|].{0,120}|ISA\|", start):
        raise InputRefused(
            f"'{name}' is an X12 file (such as an 835 or 837), not a table: export CSV or XLSX."
        )
    if re.match(r"<(!doctype|html|\?xml|table|meta)", start, re.IGNORECASE):
        raise InputRefused(
            f"'{name}' is a web page or XML file, whatever its name says: open it in a spreadsheet and save"
            " it as CSV or XLSX."
        )
    if re.match(r'[{\[]\s*["{\[]', start):
        raise InputRefused(f"'{name}' is a JSON file, not a table: export it as CSV or XLSX.")
    if start.startswith(("%PDF", "{\\rtf")):
        raise InputRefused(f"'{name}' is a printed document, not a table: export it as CSV or XLSX.")


def _delimiter_of(sample: list[str]) -> tuple[str, int]:
    """Return the delimiter under which most lines have the same number of cells, and that number."""
    best, best_score = (",", 1), (0, 0)
    for delimiter in _DELIMITERS:
        try:
            widths = [len(cells) for cells in csv.reader(sample, delimiter=delimiter) if cells]
        except csv.Error:
            continue
        usual = max(set(widths), key=lambda width: (widths.count(width), width), default=1)
        score = (widths.count(usual) if usual > 1 else 0, usual)
        if score > best_score:
            best, best_score = (delimiter, usual), score
    return best


def _line_numbers(name: str, cells: pd.DataFrame, delimiter: str, usual: int) -> npt.NDArray[np.int64]:
    """Return the line on which each row starts: a cell in quotation marks may hold line breaks."""
    breaks = np.zeros(len(cells), dtype=np.int64)
    swallowed = np.zeros(len(cells), dtype=bool)
    for column in cells.columns:
        held = np.flatnonzero(cells[column].str.contains("\n", regex=False))
        for place, text in zip(held, cells[column].iloc[held], strict=True):
            breaks[place] += text.count("\n")
            # A line in a cell with as many delimiters as a whole row is a row that an open quote swallowed.
            swallowed[place] |= max(line.count(delimiter) for line in text.split("\n")) >= max(2, usual - 1)
    numbers = np.arange(1, len(cells) + 1, dtype=np.int64)
    numbers[1:] += np.cumsum(breaks)[:-1]
    if swallowed.any():
        raise InputRefused(
            f"'{name}' has a quotation mark on line {int(numbers[swallowed][0])} that is not closed, so that other"
            " rows end up in it: close it, or export it again as CSV."
        )
    return numbers
