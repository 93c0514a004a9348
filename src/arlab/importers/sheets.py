"""What does the XML of an XLSX sheet say that its cells alone do not?

Finds how far apart its cells lie, which formulas have no saved value and which cells are merged, without building
the sheet. It reads no value.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator, Mapping
from typing import Any
from xml.etree import ElementTree
from zipfile import BadZipFile, ZipFile, ZipInfo

from arlab.errors import InputRefused
from arlab.importers.findings import shown
from arlab.importers.guard import unpacked

__all__ = ["SheetFacts", "sheet_facts", "sheet_parts"]

_MOST_COLUMNS = 2_000
_SURELY_FINE = 2_000_000
_MOST_AREA = 40_000_000
_EMPTY_PER_FILLED = 8
_MOST_HELD = 1 << 26
# Places are looked for wherever they could stand, also where a tag has two or is written oddly: the reader of the
# sheet may take one that this one would not.
_ROW = re.compile(rb"\br\s*=\s*[\"']\s*(\d+)")
_PLACE = re.compile(rb"\br\s*=\s*[\"']\s*([A-Za-z]+)(\d+)")
_CELL = re.compile(rb"<(?:\w+:)?c\b[^>]*?\br=\"([A-Z]{1,3})(\d{1,9})\"")
_ROW_STARTS = re.compile(rb"<(?:[^\s<>\"'/]+:)?row\b")
_MERGED = re.compile(rb"<(?:\w+:)?mergeCell\b[^>]*?\bref=\"([A-Z]{1,3})(\d{1,9}):([A-Z]{1,3})(\d{1,9})\"")
_STARTS = re.compile(rb"<(?:[^\s<>\"'/]+:)?c\b")
_NUMBERED = re.compile(rb"<(?:\w+:)?row\b[^<>]*?\br=\"\d")
_VALUE = re.compile(rb"<(?:\w+:)?(?:v|t)\b[^>]*>[^<]")
_FORMULA = re.compile(rb"<(?:\w+:)?f\b")
_TEXT_RESULT = re.compile(rb"^[^>]*\bt=\"str\"")


@dataclasses.dataclass(frozen=True)
class SheetFacts:
    """``formulas`` counts, by place of the column, cells with a formula but no value; ``merged`` holds column,
    first and last row (from 0) of cells merged over several rows.
    """

    formulas: Mapping[int, int] = dataclasses.field(default_factory=dict)
    merged: tuple[tuple[int, int, int], ...] = ()


def sheet_parts(archive: ZipFile, data: bytes) -> dict[str, ZipInfo]:
    """Return the part of an archive in which each sheet stands.

    Raises
    ------
    BadZipFile
        when the workbook does not say so.
    """

    def tree(part: str) -> Any:
        try:
            return ElementTree.fromstring(b"".join(unpacked(data, archive.getinfo(part))))  # noqa: S314
        except ElementTree.ParseError:
            raise BadZipFile from None

    targets = {
        relation.get("Id"): str(relation.get("Target", ""))
        for relation in tree("xl/_rels/workbook.xml.rels")
        if relation.get("TargetMode") != "External"
    }
    held = set(archive.namelist())
    parts = {}
    for entry in tree("xl/workbook.xml").iter():
        if entry.tag.rpartition("}")[2] == "sheet":
            link = next((value for name, value in entry.items() if name.endswith("}id")), None)
            target = targets.get(link, "")
            part = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
            if part in held:
                parts[str(entry.get("name"))] = archive.getinfo(part)
    return parts


def sheet_facts(name: str, title: str, data: bytes, part: ZipInfo) -> SheetFacts:
    """Return what the XML of a sheet says, or refuse a sheet whose cells lie too far apart to be held.

    Raises
    ------
    InputRefused
        when it has far more columns, or far more empty cells, than an export has.
    BadZipFile
        when it is damaged.
    """
    last_row, last_column, rows, numbered, filled = 0, 0, 0, 0, 0
    formulas: dict[int, int] = {}
    merged: list[tuple[int, int, int]] = []
    for text in _pieces(name, data, part):
        if b"\0" in text:
            raise BadZipFile
        places = _PLACE.findall(text)
        columns = {_column_number(letters.upper()) for letters in {letters for letters, _ in places}}
        numbers = {*_ROW.findall(text), *(number for _, number in places)}
        last_row = max([last_row, *map(int, numbers)])
        by_row = _ROW_STARTS.split(text)
        rows, numbered = rows + len(by_row) - 1, numbered + len(_NUMBERED.findall(text))
        unplaced = 0
        if len(places) < len(_STARTS.findall(text)):
            # Cells without a place follow one another.
            unplaced = max(len(_STARTS.findall(row)) for row in by_row)
        last_column = max([last_column, unplaced, *(column + unplaced for column in columns)])
        filled += len(_VALUE.findall(text))
        if _FORMULA.search(text):
            for column in _without_value(text):
                formulas[column] = formulas.get(column, 0) + 1
        for left, top, _, bottom in _MERGED.findall(text):
            if top != bottom:
                merged.append((_column_number(left) - 1, int(top) - 1, int(bottom) - 1))
    # Rows without a number follow one another, too.
    last_row = last_row if numbered >= rows else last_row + rows
    if last_column > _MOST_COLUMNS:
        raise InputRefused(
            f"'{name}' (sheet '{shown(title)}') has {last_column:,} columns, which no AR export has: export only"
            " those that you need."
        )
    area = last_row * last_column
    if area > _MOST_AREA or area > max(_SURELY_FINE, _EMPTY_PER_FILLED * filled):
        raise InputRefused(
            f"'{name}' (sheet '{shown(title)}') has cells as far down as row {last_row:,} and hardly any between:"
            " delete the empty rows and columns, or save the sheet as CSV."
        )
    return SheetFacts(formulas, tuple(merged))


def _pieces(name: str, data: bytes, part: ZipInfo) -> Iterator[bytes]:
    """Yield the XML of a sheet in pieces that end with a cell."""
    rest = b""
    for piece in unpacked(data, part):
        text = rest + piece
        end = max(text.rfind(b"</c>"), text.rfind(b"</row>"), text.rfind(b"row>"), text.rfind(b":c>")) + 1
        if end == 0 and len(text) > _MOST_HELD:
            raise InputRefused(f"'{name}' has a cell larger than any export's: export it again as CSV.")
        yield text[:end]
        rest = text[end:]
    yield rest


def _without_value(text: bytes) -> Iterator[int]:
    """Yield the column of each cell that holds a formula and no value."""
    places = [found.start() for found in _STARTS.finditer(text)]
    for start, end in zip(places, [*places[1:], len(text)], strict=True):
        cell = text[start:end]
        named = _CELL.match(cell)
        if named and _FORMULA.search(cell) and not _VALUE.search(cell) and not _TEXT_RESULT.match(cell):
            yield _column_number(named[1]) - 1


def _column_number(letters: bytes) -> int:
    """Return the number of a column from 1, as A is 1 and AA 27."""
    number = 0
    for letter in letters[:8]:
        number = number * 26 + letter - 64
    return number
