"""Reads an export back by its looks alone, undoing every mess; only tests use it.

It shares no code with the writer. What a person cannot see in the file either (encoding, delimiter, how a name is
really spelled) it takes from the record.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import re

MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]


def cents(text: str) -> int | None:
    """Return an amount in any style as cents; nothing for an empty cell."""
    if not text:
        return None
    below = text.startswith(("(", "-")) or text.endswith("-")
    digits = text.strip("()-").lstrip("$").replace(",", "")
    assert re.fullmatch(r"\d+\.\d\d", digits), text
    return int(digits.replace(".", "")) * (-1 if below else 1)


def day(text: str) -> dt.date | None:
    """Return a date in any form."""
    if not text:
        return None
    if found := re.fullmatch(r"(\d+)/(\d+)/(\d{4})", text):
        return dt.date(int(found[3]), int(found[1]), int(found[2]))
    if found := re.fullmatch(r"(\d+)-([A-Z][a-z]{2})-(\d\d)", text):
        return dt.date(2000 + int(found[3]), MONTHS.index(found[2]) + 1, int(found[1]))
    if re.fullmatch(r"\d{5}", text):
        return dt.date(1899, 12, 30) + dt.timedelta(days=int(text))
    return dt.date.fromisoformat(text)


READ = {"text": str, "date": day, "money": cents, "count": int}


def grid(content: bytes, record: dict) -> list[list[str]]:
    """Return the file's cells, stripped."""
    text = content.decode(record["encoding"])
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=record["delimiter"])
    return [[cell.strip() for cell in row] for row in rows]


def read_back(content: bytes, record: dict) -> tuple[list[dict], dict[str, list[int]]]:
    """Return the data rows with typed values, and the row numbers of everything else."""
    rows = grid(content, record)
    names = list(record["columns"])
    found: dict[str, list[int]] = {"header": [], "subtotal": [], "total": [], "blank": [], "above": []}
    data = []
    first = rows.index(names)
    above = rows[first - 1] if record["header_rows"] == 2 else None
    for number, row in enumerate(rows, start=1):
        if row == names:
            found["header"].append(number)
        elif not found["header"]:
            continue  # titles, and the names of groups
        elif not any(row):
            found["blank"].append(number)
        elif row == above:
            found["above"].append(number)
        elif row[0] == "Grand Total":
            found["total"].append(number)
        elif row[0].startswith("Total"):
            found["subtotal"].append(number)
        else:
            assert len(row) == len(names)
            data.append({"row": number, **_typed(dict(zip(names, row, strict=True)), record)})
    return data, found


def _typed(row: dict[str, str], record: dict) -> dict:
    spelled = record["written_as"]
    return {
        name: READ[record["columns"][name]](spelled.get(name, {}).get(cell, cell))
        for name, cell in row.items()
    }
