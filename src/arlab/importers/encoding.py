"""Which letters do the bytes of a text file mean, and is it a table at all?

Turns every encoding into UTF-8 and refuses what is binary or clearly of another kind. It looks at no row.
"""

from __future__ import annotations

import codecs
import re

from arlab.errors import InputRefused
from arlab.importers.findings import Findings

__all__ = ["as_utf8"]

_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_CONTROL = bytes(code for code in range(32) if code not in (9, 10, 11, 12, 13, 26))


def as_utf8(name: str, data: bytes, findings: Findings) -> bytes:
    """Return the text as UTF-8 without a byte order mark."""
    encoding = next((code for mark, code in _BOMS if data.startswith(mark)), None)
    if encoding is None and b"\0" in data[:4096]:
        even, odd = data[0:4096:2].count(0), data[1:4096:2].count(0)
        # Text in UTF-16 without a mark has a NUL in every second byte and nowhere else.
        if min(even, odd) == 0 and max(even, odd) > len(data[:4096]) // 4:
            encoding = "utf-16-le" if odd else "utf-16-be"
    if encoding is None and b"\0" in data:
        raise _with_nul(name)
    head = data[: 1 << 20]
    if encoding is None and len(head) - len(head.translate(None, _CONTROL)) > len(head) // 1000:
        raise InputRefused(
            f"'{name}' is not a text file, workbook or Parquet file: export it as CSV or XLSX."
        )
    if encoding is None and data.isascii():
        _refuse_other_text(name, data[:2000].decode("ascii").lstrip())
        return data
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
