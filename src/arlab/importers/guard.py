"""Could opening this file exhaust the computer, or read something else than the user pointed at?

Looks at names, sizes and the directory of an archive before anything is unpacked, and refuses in one sentence. It
reads no cell.
"""

from __future__ import annotations

import stat
import struct
import zlib
from collections.abc import Iterator
from pathlib import Path
from zipfile import BadZipFile, ZipFile, ZipInfo

import pyarrow.parquet

from arlab.errors import InputRefused
from arlab.importers.findings import shown
from arlab.importers.links import check_link

__all__ = ["check_parquet", "check_path", "check_workbook", "unpacked"]

MOST_BYTES = 1 << 29
MOST_UNPACKED = 400_000_000
MOST_PARTS = 2_000
MOST_TIMES = 100
"""An XLSX part of a megabyte or more that is over a hundred times as large as its packed form is a trap: sheets of
real exports pack 5 to 30 times."""

MOST_CELLS = 50_000_000
_STEP = 1 << 20
_OWN_WORDS = (b"<!DOCTYPE", b"<!ENTITY")


def check_path(path: Path) -> None:
    """Refuse what is no ordinary file, is too large, or is a link that leads out of its folder.

    Raises
    ------
    InputRefused, and OSError as the system has it
    """
    about = path.stat()
    check_link(path)
    if stat.S_ISDIR(about.st_mode):
        raise InputRefused(
            f"'{shown(str(path))}' is a folder: give the one export file in it that you want to read."
        )
    if not stat.S_ISREG(about.st_mode):
        raise InputRefused(f"'{shown(path.name)}' is not an ordinary file: save the export to a file first.")
    if about.st_size > MOST_BYTES:
        raise InputRefused(
            f"'{shown(path.name)}' has {about.st_size / 1e6:,.0f} MB, more than the {MOST_BYTES / 1e6:,.0f} MB that"
            " are read at once: export a shorter period."
        )


def check_workbook(name: str, archive: ZipFile, data: bytes) -> None:
    """Refuse an archive that would unpack to far more than a workbook, whatever its directory says.

    Raises
    ------
    InputRefused
        when its directory or its true content is too large, or a part has a document type of its own.
    """
    parts = archive.infolist()
    declared = sum(part.file_size for part in parts)
    trap = any(_is_trap(part.file_size, part.compress_size) for part in parts)
    if len(parts) > MOST_PARTS or declared > MOST_UNPACKED or trap:
        raise _too_large(name)
    left = MOST_UNPACKED
    for part in parts:
        before, true = b"", 0
        for piece in unpacked(data, part):
            if any(word in before + piece for word in _OWN_WORDS):
                raise InputRefused(
                    f"'{name}' has a part that defines words of its own, which no spreadsheet writes: open it in a"
                    " spreadsheet and save it as XLSX or CSV."
                )
            before, true = piece[-16:], true + len(piece)
            if true > part.file_size or true > left:
                raise _too_large(name)
        left -= true


def _is_trap(size: int, packed: int) -> bool:
    return size > _STEP and size > MOST_TIMES * max(packed, 1)


def unpacked(data: bytes, part: ZipInfo) -> Iterator[bytes]:
    """Yield the content of a part in pieces, as it is and not as long as its directory says.

    Raises
    ------
    BadZipFile
        when it is damaged or packed in another way than spreadsheets do.
    """
    start = part.header_offset
    if data[start : start + 4] != b"PK\x03\x04" or part.flag_bits & 1:
        raise BadZipFile
    name_length, extra_length = struct.unpack("<HH", data[start + 26 : start + 30])
    start += 30 + name_length + extra_length
    packed = data[start : start + part.compress_size]
    if part.compress_type == 0:
        yield packed
        return
    if part.compress_type != 8:
        raise BadZipFile
    stream = zlib.decompressobj(-15)
    try:
        while packed and not stream.eof:
            yield stream.decompress(packed, _STEP)
            packed = stream.unconsumed_tail
    except zlib.error:
        raise BadZipFile from None


def _too_large(name: str) -> InputRefused:
    return InputRefused(f"'{name}' unpacks to far more than a workbook holds: export it again as CSV.")


def check_parquet(name: str, about: pyarrow.parquet.FileMetaData) -> None:
    """Refuse a Parquet file that says that it holds more rows, columns or bytes than can be read at once."""
    size = sum(about.row_group(n).total_byte_size for n in range(about.num_row_groups))
    cells = about.num_rows * about.num_columns
    if about.num_columns > 2_000:
        raise InputRefused(
            f"'{name}' has {about.num_columns:,} columns, which no AR export has: export only those that you need."
        )
    if cells > MOST_CELLS or size > MOST_BYTES:
        raise InputRefused(
            f"'{name}' holds {about.num_rows:,} rows of {about.num_columns:,} columns, more than are read at once:"
            " export a shorter period or fewer columns."
        )
