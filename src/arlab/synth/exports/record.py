"""What does an exported file truly say, whatever it looks like?

The record stands beside the file, so that whoever reads the file can be held to it. It is computed from the
content, never from the text.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from arlab.synth.exports.cells import amounts
from arlab.synth.exports.messes import MESSES
from arlab.synth.exports.rows import Laid
from arlab.synth.exports.sheet import Sheet

__all__ = ["truth_record"]


def truth_record(
    sheet: Sheet,
    laid: Laid,
    *,
    titles: int,
    messes: Sequence[str],
    spelled: Mapping[str, Mapping[str, str]],
    encoding: str,
    delimiter: str,
    line_end: str,
    seed: int,
) -> dict[str, Any]:
    """Return what a reader of the file must find.

    Row numbers count the file's lines from 1. Dollars are text with two decimals, by column: the sum of all data
    rows, and ``open`` and ``credit`` the sums of the cells above and below zero in the columns of ``receivable``.
    ``net`` is the ledger's total AR.
    """
    numbers = np.arange(1, len(laid.roles) + 1) + titles

    def at(*roles: str) -> list[int]:
        return [int(number) for number in numbers[np.isin(laid.roles, roles)]]

    owed = np.array([sheet.column(name).values for name in sheet.receivable], dtype=np.int64)
    totals = sheet.totals()
    money = [column.name for column in sheet.columns if column.kind == "money"]
    header = at("header")

    def dollars(cents: int) -> str:
        return str(amounts(np.array([cents], dtype=np.int64))[0])

    return {
        "layout": sheet.layout,
        "practice": sheet.practice,
        "as_of": f"{sheet.as_of[6:]}-{sheet.as_of[:2]}-{sheet.as_of[3:5]}",
        "seed": seed,
        "messes": {name: MESSES[name].words for name in messes},
        "encoding": encoding,
        "delimiter": delimiter,
        "line_end": line_end,
        "lines": titles + len(laid.roles),
        "title_rows": titles,
        "header_row": header[0],
        "header_rows": 1 + len(at("above")) // len(header),
        "repeated_header_rows": header[1:],
        "rows": len(sheet),
        "subtotal_rows": at("subtotal"),
        "grand_total_rows": at("total"),
        "totals_rows": len(at("subtotal", "total")),
        "blank_rows": at("blank"),
        "duplicate_rows": at("duplicate"),
        "columns": {column.name: column.kind for column in sheet.columns},
        "dollars": {name: dollars(totals[name]) for name in money},
        "counts": {name: total for name, total in totals.items() if name not in money},
        "receivable": list(sheet.receivable),
        "open": dollars(int(owed.clip(min=0).sum())),
        "credit": dollars(int(owed.clip(max=0).sum())),
        "net": dollars(int(owed.sum())),
        "written_as": {name: dict(words) for name, words in spelled.items()},
    }
