"""How does a queue become a workbook or a CSV file that a biller can work from?

Lays out the queues with empty columns for what was done. Every value is data: no cell begins a formula. It
decides no order.
"""

from __future__ import annotations

import dataclasses
import io
from typing import Any

import pandas as pd

from arlab.errors import NotAvailable, SettingsError
from arlab.priority.queues import QUEUES, WorkQueue
from arlab.priority.score import TIERS
from arlab.priority.words import add_words
from arlab.workspace import WORK_MARKER, csv_bytes, inert_cell

__all__ = ["FILL_IN", "queue_csv", "queue_rows", "queue_workbook", "shown_queue"]

FILL_IN = ("kind", "channel", "contact", "reference_number", "payer_status", "finding", "note", "promise_amount",
           "promise_due_date", "next_action", "next_action_date", "minutes", "outcome")  # fmt: skip
"""Columns left empty for whoever works the item; the worklog reads them back."""

# Name in the file -> column of the queue. What is recommended has other names than what is filled in.
_SHOWN = {
    "place": "place",
    "as_of": "as_of",
    "practice_id": "practice_id",
    "claim_id": "claim_id",
    "responsible": "responsible",
    "payer": "payer",
    "balance": "balance",
    "elsewhere": "elsewhere",
    "age_days": "age_days",
    "bucket": "bucket",
    "category": "category",
    "carc": "carc",
    "worth_and_why": "words",
    "do_next": "step",
    "bucket_focus": "focus",
    "owner": "owner",
    "work_date": "work_date",
    "due_by_rule": "next_action_date",
    "next_deadline": "next_due_date",
    "days_left": "days_left",
    "deadline_state": "remedy_state",
    "recommended": "action",
    "way": "channel",
    "expected_minutes": "minutes",
    "expected_recovery": "expected_recovery",
    "dollars_per_minute": "dollars_per_minute",
    "urgency": "urgency",
    "standing": "tier_words",
    "score": "score",
    "points": "points",
    "escalate_to": "escalate_to",
    "session": "session",
    "project": "project",
}
_OF_QUEUE = {
    "credit": {"payee": "payee", "cause": "cause", "identified_date": "identified_date"},
    "underpayment": {"lines": "lines", "systematic_lines": "systematic_lines"},
    "patient": {"statements": "statements", "segment": "segment", "may_not_bill": "patient_bar"},
    "payer": {"may_not_bill": "patient_bar"},
}
_MONEY = ("balance", "elsewhere", "expected_recovery", "dollars_per_minute")
_NARROW, _LINE_POINTS = 13, 15
_WIDE = {
    "words": 90,
    "what": 30,
    "worth_and_why": 70,
    "do_next": 80,
    "bucket_focus": 40,
    "payer": 26,
    "points": 50,
    "standing": 26,
}


def shown_queue(queue: WorkQueue, *, top: int | None = None, owner: str | None = None) -> WorkQueue:
    """Return the first items of each queue, of one owner or of all.

    Raises
    ------
    SettingsError
        when ``top`` is below 1, or nobody of that name has an item.
    """
    items = queue.items
    if owner is not None:
        names = sorted(set(items["owner"]) | {one.name for one in queue.owners})
        if owner not in names:
            known = ", ".join(names) or "nobody"
            raise SettingsError(f"Nobody called '{owner}' has an item in the queue: the owners are {known}.")
        items = items[(items["owner"] == owner).to_numpy()]
    if top is not None:
        if top < 1:
            raise SettingsError(f"--top must be a whole number from 1, not {top}.")
        items = items[(items.groupby("queue", sort=False).cumcount() < top).to_numpy()]
    return dataclasses.replace(queue, items=items.reset_index(drop=True))


def queue_rows(queue: WorkQueue, name: str) -> pd.DataFrame:
    """Return one queue as it is written: words and numbers under plain names, days as text, columns to fill in."""
    rows = add_words(queue.of(name))
    rows = rows.assign(as_of=queue.as_of.isoformat(), tier_words=rows["tier"].map(TIERS))
    columns = {**_SHOWN, **_OF_QUEUE[name]}
    made = {}
    for label, column in columns.items():
        values = rows[column]
        if str(values.dtype).startswith("datetime"):
            values = values.dt.strftime("%Y-%m-%d")
        elif str(values.dtype) == "float64":
            values = values.round(2)
        made[label] = values
    table = pd.DataFrame(made, index=rows.index)
    return table.assign(**dict.fromkeys(FILL_IN, ""))


def _cells(table: pd.DataFrame) -> list[list[Any]]:
    """Return rows of plain values; what is empty is empty text."""
    columns = [
        [("" if value is None or value != value else value) for value in table[name].tolist()]
        for name in table
    ]
    return [list(row) for row in zip(*columns, strict=True)]


def queue_csv(queue: WorkQueue) -> bytes:
    """Return all queues as one CSV table, the queue in the first column; own data is marked in the last one."""
    tables = [queue_rows(queue, name).assign(queue=name) for name in QUEUES]
    labels = list(dict.fromkeys(label for table in tables for label in table.columns if label != "queue"))
    labels = ["queue", *[name for name in labels if name not in FILL_IN], *FILL_IN]
    whole = pd.concat([table.reindex(columns=labels).astype("object") for table in tables], ignore_index=True)
    if queue.own_data:
        whole = whole.assign(notice=WORK_MARKER)
    return csv_bytes([list(whole.columns), *_cells(whole)])


def queue_workbook(queue: WorkQueue) -> bytes:
    """Return a workbook with one sheet for each queue, the sittings, the owners and how it was made.

    Raises
    ------
    NotAvailable
        when XlsxWriter is not installed.
    """
    try:
        import xlsxwriter  # type: ignore[import-untyped]
    except ImportError:
        raise NotAvailable(
            "Writing a workbook needs the package XlsxWriter: install it with pip install 'arlab[present]', or"
            " write a .csv file."
        ) from None
    data = io.BytesIO()
    no_guessing = {
        "in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False,
        "nan_inf_to_errors": False,
    }  # fmt: skip
    book = xlsxwriter.Workbook(data, no_guessing)
    book.set_properties({"title": f"Work queue as of {queue.as_of}", "created": pd.Timestamp(queue.as_of)})
    for name in QUEUES:
        _write_sheet(book, f"{name.capitalize()} queue", queue_rows(queue, name), queue)
    _write_sheet(book, "Sessions", queue.sessions.round(2), queue)
    _write_sheet(book, "Owners", queue.workload(), queue)
    _write_sheet(book, "About", _about(queue), queue)
    book.close()
    return data.getvalue()


def _write_sheet(book: Any, title: str, table: pd.DataFrame, queue: WorkQueue) -> None:
    sheet = book.add_worksheet(title)
    bold, head = (
        book.add_format({"bold": True}),
        book.add_format({"bold": True, "bottom": 1, "text_wrap": True}),
    )
    money = book.add_format({"num_format": "#,##0.00", "valign": "top"})
    plain = book.add_format({"valign": "top", "text_wrap": True})
    first = f"{title} as of {queue.as_of}: {queue.name}"
    sheet.write_string(0, 0, str(inert_cell(first)), bold)
    top = 1
    if queue.own_data:
        sheet.write_string(1, 0, f"{WORK_MARKER}.", bold)
        sheet.set_footer(f"&L{WORK_MARKER}")
        top = 2
    for place, name in enumerate(table.columns):
        sheet.write_string(top, place, str(name), head)
        sheet.set_column(place, place, _WIDE.get(str(name), _NARROW))
    widths = [_WIDE.get(str(name), _NARROW) for name in table.columns]
    for number, row in enumerate(_cells(table), start=top + 1):
        # Not every program opens a row as high as its text is.
        lines = [
            -(-len(value) // width)
            for value, width in zip(row, widths, strict=True)
            if isinstance(value, str)
        ]
        sheet.set_row(number, _LINE_POINTS * max([1, *lines]))
        for place, value in enumerate(row):
            if isinstance(value, str):
                if value:
                    sheet.write_string(number, place, inert_cell(value), plain)
            else:
                sheet.write_number(number, place, value, money if table.columns[place] in _MONEY else plain)
    sheet.set_landscape()
    sheet.repeat_rows(top)
    sheet.freeze_panes(top + 1, 0)
    if len(table):
        sheet.autofilter(top, 0, top + len(table), len(table.columns) - 1)


def _about(queue: WorkQueue) -> pd.DataFrame:
    """Return what a reader must know: order, rules, what the tables cannot tell."""
    order = (
        "Within a queue: deadlines that must not be missed, then expected dollars a minute times urgency, then what"
        " waits for its day, then what has nothing left to win. An account is in one queue only."
    )
    points = "Points are the logarithm of that value, cut into balance, chance, short work and deadline."
    rows = [("order", order), ("points", points), ("rules", queue.rules.source)]
    rows += [(f"not available: {what}", why) for what, why in queue.limits]
    return pd.DataFrame(rows, columns=["what", "words"])
