"""In which order do the rows of an export stand, and what stands between them?

Puts header, subtotals, totals, empty and repeated rows around the data. It counts none of them as data and
changes no cell.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Sequence
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from arlab.synth.exports.cells import amounts, counts
from arlab.synth.exports.sheet import NUMBERS, Ints, Sheet, Texts, text
from arlab.synth.streams import Streams

__all__ = ["PAGE_ROWS", "Laid", "lay_rows", "title_lines"]

PAGE_ROWS: Final = 50
_ONE_IN: Final = 40  # rows between two empty or two repeated ones, on average


@dataclasses.dataclass(frozen=True)
class Laid:
    """The rows below the titles: cells, and what each row is.

    ``roles`` are ``above`` (group names), ``header``, ``data``, ``duplicate``, ``subtotal``, ``total``, ``blank``.
    """

    cells: npt.NDArray[np.object_]
    roles: npt.NDArray[np.object_]


def title_lines(sheet: Sheet, messes: Collection[str]) -> list[str]:
    """Return the lines above the header; the last is empty. There are none where the system writes none."""
    if not sheet.titled and "title_rows" not in messes:
        return []
    dash = "–" if {"accented_names", "cp1252"} & set(messes) else "-"
    lines = [sheet.practice, sheet.report.replace(" - ", f" {dash} "), f"As of: {sheet.as_of}"]
    return [*text(pd.Series(lines, dtype=object), "title").tolist(), "Printed by: BILLING", ""]


def lay_rows(sheet: Sheet, cells: pd.DataFrame, messes: Collection[str], streams: Streams) -> Laid:
    """Return the file's rows in order.

    Parameters
    ----------
    sheet : the content, for sums and groups
    cells : the same as text, row by row
    messes : names of ``MESSES``; those of cells and files do nothing here
    """
    count, width = cells.shape
    payers = sheet.column(sheet.payer).values.astype(object)
    groups, names = pd.factorize(payers, sort=True)
    order = np.arange(count)
    if "subtotal_rows" in messes:
        order = np.argsort(groups, kind="stable")
    body = cells.to_numpy(dtype=object)[order]
    parts = [("data", body, np.arange(count), 0)]

    def some(mess: str) -> Ints:
        """Return the places of a few rows: one for sure, where there are any."""
        draws = streams.stage(f"export {sheet.layout}: {mess}")
        if mess not in messes or not count:
            return np.empty(0, dtype=np.int64)
        return np.unique(np.append(draws.below(count, count // _ONE_IN), draws.below(count, 1)))

    again = some("duplicate_rows")
    parts.append(("duplicate", body[again], again, 1))
    if "subtotal_rows" in messes and count:
        ends = np.flatnonzero(np.append(np.diff(groups[order]) != 0, True))
        sums = {c.name: _sums(c.values, groups, len(names)) for c in sheet.columns if c.kind in NUMBERS}
        labels = [f"Total {name}".strip() for name in names]
        parts.append(("subtotal", _total_rows(sheet, labels, sums, messes), ends, 2))
    empty = some("blank_rows")
    parts.append(("blank", np.full((len(empty), width), "", dtype=object), empty, 3))
    header = _header(sheet, messes)
    last = count - 1 if "repeated_headers" in messes else 0
    pages = np.arange(PAGE_ROWS - 1, last, PAGE_ROWS)
    for rank, (role, row) in enumerate(header, start=4):
        parts.append((role, np.array([row], dtype=object), np.array([-1]), rank))
        parts.append((role, np.array([row] * len(pages), dtype=object).reshape(-1, width), pages, rank))
    if "total_row" in messes:
        sums = {name: np.array([total]) for name, total in sheet.totals().items()}
        parts.append(("total", _total_rows(sheet, ["Grand Total"], sums, messes), np.array([count]), 9))
    places = np.concatenate([where for _, _, where, _ in parts])
    ranks = np.concatenate([np.full(len(where), rank) for _, _, where, rank in parts])
    roles = np.concatenate([np.full(len(where), role, dtype=object) for role, _, where, _ in parts])
    laid = np.lexsort((ranks, places))
    return Laid(np.concatenate([rows for _, rows, _, _ in parts])[laid], roles[laid])


def _header(sheet: Sheet, messes: Collection[str]) -> list[tuple[str, list[str]]]:
    """Return the header's rows; a group's name stands over its first column, as merged cells are exported."""
    names = [column.name for column in sheet.columns]
    if "two_row_header" not in messes:
        return [("header", names)]
    above = [column.above for column in sheet.columns]
    shown = [name if place == 0 or above[place - 1] != name else "" for place, name in enumerate(above)]
    return [("above", shown), ("header", names)]


def _sums(values: npt.NDArray[np.generic], groups: Ints, number: int) -> Ints:
    """Return the sum of each group, exactly."""
    sums = np.zeros(number, dtype=np.int64)
    np.add.at(sums, groups, values.astype(np.int64))
    return sums


def _total_rows(
    sheet: Sheet, labels: Sequence[str], sums: dict[str, Ints], messes: Collection[str]
) -> npt.NDArray[np.object_]:
    """Return rows of sums with their label in the first column."""
    rows = np.full((len(labels), len(sheet.columns)), "", dtype=object)
    for place, column in enumerate(sheet.columns):
        if column.kind in NUMBERS:
            written: Texts = (
                amounts(sums[column.name], messes) if column.kind == "money" else counts(sums[column.name])
            )
            rows[:, place] = written
    rows[:, 0] = labels
    return rows
