"""What stands in a report: which sections, sentences, tables and pictures?

Plain data, ready to be rendered: every number is already text. Nothing is computed or formatted here.
"""

from __future__ import annotations

import dataclasses

__all__ = ["Chart", "Column", "Content", "Figure", "Section", "Table"]


@dataclasses.dataclass(frozen=True)
class Column:
    """One column of a table; numbers stand at the right."""

    label: str
    number: bool = False


@dataclasses.dataclass(frozen=True)
class Table:
    """A table for reading: the first cell of a row names it; ``total`` is the last row, set apart."""

    key: str
    caption: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[str, ...], ...]
    total: tuple[str, ...] | None = None


@dataclasses.dataclass(frozen=True)
class Chart:
    """One picture in two widths (PNG bytes), with the words for those who cannot see it."""

    wide: bytes
    narrow: bytes
    wide_size: tuple[int, int]
    narrow_size: tuple[int, int]
    alt: str


@dataclasses.dataclass(frozen=True)
class Section:
    """A heading and, in this order, sentences, a chart, tables, notes and sections of its own."""

    key: str
    title: str
    sentences: tuple[str, ...] = ()
    chart: Chart | None = None
    tables: tuple[Table, ...] = ()
    notes: tuple[str, ...] = ()
    parts: tuple[Section, ...] = ()


@dataclasses.dataclass(frozen=True)
class Figure:
    """One number for the head of the report."""

    label: str
    value: str
    note: str = ""


@dataclasses.dataclass(frozen=True)
class Content:
    """A whole report."""

    name: str
    source: str
    stem: str
    as_of: str
    currency: str
    clock: str
    marker: str
    finding: str
    proofs: tuple[str, ...]
    figures: tuple[Figure, ...]
    sections: tuple[Section, ...]
    version: str
