"""How do the actions in a worked queue file come into the log, each row once?

Reads a workbook or CSV in which billers wrote down what they did, and accounts for every row of it. It judges no
note and changes no file.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import hashlib
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd

from arlab.errors import InputRefused
from arlab.frames import to_date
from arlab.importers.amounts import read_amount
from arlab.importers.dates import Order, date_order, read_date
from arlab.importers.files import open_grids
from arlab.importers.findings import Findings, count, shown
from arlab.importers.grid import Grid
from arlab.worklog.record import FIELDS, clean_action, row_key
from arlab.worklog.store import Worklog

__all__ = ["Intake", "import_actions"]

_HEADER_WITHIN = 60
_OTHER_NAMES = {
    "claim": "claim_id",
    "claim_number": "claim_id",
    "action_kind": "kind",
    "action_done": "kind",
    "action_date": "date",
    "worked_date": "date",
    "done_by": "staff",
    "worked_by": "staff",
    "spoke_with": "contact",
    "reference": "reference_number",
    "call_reference_number": "reference_number",
    "follow_up_date": "next_action_date",
    "queue_date": "as_of",
}
# What somebody fills in who has worked the row; the rest may stand there from the start.
_FILLED = (
    "kind",
    "channel",
    "contact",
    "reference_number",
    "payer_status",
    "finding",
    "note",
    "promise_amount",
    "promise_due_date",
    "minutes",
    "outcome",
)


_RIVAL = (
    "the log has {} of this claim, day, person and kind with other contents: name it in corrects, or"
    " give a time"
)


class _Place(NamedTuple):
    """Where a row stands: the sheet (empty for a text file) and its row or line."""

    sheet: str
    row: int


@dataclasses.dataclass(frozen=True)
class Intake:
    """What became of a worked queue file: ``rows`` = ``len(action_ids)`` + ``len(set_aside)``.

    ``set_aside`` has ``sheet`` (empty for a text file), ``row`` (of the sheet, or line of the file) and ``reason``,
    which holds no value of the file.
    """

    source: str
    rows: int
    action_ids: tuple[str, ...]
    set_aside: pd.DataFrame

    def describe(self) -> str:
        """Return the account in a sentence or two."""
        text = (
            f"{count(self.rows, 'row')} in '{self.source}': {len(self.action_ids):,} entered,"
            f" {len(self.set_aside):,} set aside."
        )
        reasons = self.set_aside["reason"].value_counts(sort=False)
        told = ", ".join(f"{number:,} because {reason}" for reason, number in sorted(reasons.items()))
        return f"{text} Set aside: {told}." if told else text


def import_actions(
    log: Worklog,
    path: Path | str,
    *,
    entered_date: dt.date | str,
    worked_date: dt.date | str | None = None,
    staff: str | None = None,
    practice_id: str = "export",
    sheet: str | int | None = None,
    dates: Order | None = None,
) -> Intake:
    """Enter the actions of a worked queue file; the same file, or the same rows in another, add nothing again.

    Parameters
    ----------
    log : of :func:`open_worklog`
    path : CSV, or workbook of which every such sheet is read, with column names as the queue has them
        (``claim_id``, ``responsible``, ...) and those that billers fill in: ``kind`` of action, ``channel``,
        ``contact``, ``reference_number``, ``payer_status``, ``finding``, ``note``, ``promise_amount``,
        ``promise_due_date``, ``next_action``, ``next_action_date``, ``minutes``, ``outcome``, and if wanted
        ``date``, ``time``, ``staff`` and ``corrects``
    entered_date : day of the import, from which on the actions are known
    worked_date, staff, practice_id : for rows that do not say them themselves. The day of a row is its ``date``,
        else ``worked_date``, else the ``as_of`` of the queue; its person is its ``staff``, else ``staff``, else the
        ``owner`` in the queue
    sheet, dates : as for :func:`arlab.read_export`

    Returns
    -------
    the account of every row. A row is set aside when nothing is filled in, something needed is missing or cannot be
    read, it repeats another row, or the log has it already. A row that differs from an action of the same claim,
    day, person and kind only in what it says is set aside, too: it is either that action mended (name it in
    ``corrects``) or another one (give ``time``).

    Raises
    ------
    InputRefused
        when the file cannot be read or has no columns of a worked queue.
    """
    path = Path(path)
    entered = to_date(entered_date)
    given = {"date": None if worked_date is None else to_date(worked_date), "staff": staff}
    rows = _worked_rows(path, sheet)
    digest = hashlib.sha256(path.read_bytes()).hexdigest()[:16]
    orders = {name: order for name, (order, _) in date_order(_date_columns(rows), dates).items()}
    aside: list[tuple[_Place, str]] = []
    kept: list[tuple[_Place, dict[str, Any]]] = []
    for place, cells in rows:
        read = _read_row(cells, orders)
        clean = (
            read
            if isinstance(read, str)
            else clean_action(_completed(read, given, practice_id), entered=entered)
        )
        if isinstance(clean, str):
            aside.append((place, clean))
        else:
            kept.append((place, clean))

    def choose(open_log: Worklog) -> Iterator[tuple[Mapping[str, Any], str]]:
        seen: dict[str, _Place] = {}
        chosen = []
        for place, row in kept:
            key, source = row_key(row), f"{digest} {place.sheet} row {place.row}"
            if key in seen:
                aside.append((place, f"it repeats row {seen[key].row}"))
            elif open_log.has(key=key, source=source):
                aside.append((place, "the log has it already"))
            elif row["corrects"] is None and (rival := open_log.like(row)):
                aside.append((place, _RIVAL.format(rival)))
            else:
                chosen.append((place, row, source))
            seen.setdefault(key, place)
        for place, row, source in chosen:
            if problem := open_log.problem_with(row, entered=entered):
                aside.append((place, problem))
            else:
                yield row, source

    ids = log.append_chosen(choose, entered=entered)
    in_order = {place: number for number, (place, _) in enumerate(rows)}
    told = sorted(aside, key=lambda one: in_order[one[0]])
    table = pd.DataFrame(
        [(*place, reason) for place, reason in told], columns=["sheet", "row", "reason"]
    ).astype({"sheet": "str", "row": "Int64", "reason": "str"})
    return Intake(shown(path.name), len(rows), tuple(ids), table)


def _worked_rows(path: Path, sheet: str | int | None) -> list[tuple[_Place, dict[str, str]]]:
    """Return the rows of every sheet with a worked queue, by the names of fields; wholly empty rows are none."""
    seen: list[str] = []
    rows: list[tuple[_Place, dict[str, str]]] = []
    found = False
    for grid in open_grids(path, sheet=sheet, findings=Findings()):
        for header in range(min(_HEADER_WITHIN, len(grid.cells))):
            names = [_name_of(text) for text in grid.cells.iloc[header]]
            if "claim_id" in names and "kind" in names:
                found = True
                under = _rows_under(grid, header, names)
                rows += [(_Place(grid.sheet or "", number), cells) for number, cells in under]
                break
            seen = seen or [name for name in names if name]
    if found:
        return rows
    have = ", ".join(seen[:12]) or "none"
    raise InputRefused(
        f"'{shown(path.name)}' is no worked queue: it needs the columns claim_id and kind (what was done); its"
        f" first row has {have}."
    )


def _name_of(text: Any) -> str:
    """Return a column name as fields are named: Claim ID is claim_id."""
    name = re.sub(r"[^a-z0-9]+", "_", str(text).strip().lower()).strip("_") if isinstance(text, str) else ""
    return _OTHER_NAMES.get(name, name)


def _rows_under(grid: Grid, header: int, names: list[str]) -> Iterator[tuple[int, dict[str, str]]]:
    used = {name: place for place, name in reversed(list(enumerate(names))) if name}
    columns = {name: grid.cells.iloc[header + 1 :, place].fillna("").tolist() for name, place in used.items()}
    for offset, number in enumerate(grid.row_numbers[header + 1 :].tolist()):
        cells = {name: _as_written(values[offset]) for name, values in columns.items()}
        if any(cells.values()):
            yield int(number), cells


def _as_written(text: str) -> str:
    """Return a cell without the mark that kept it from being a formula."""
    text = text.strip()
    return text[1:] if text[:1] == "'" and text[1:2] in ("=", "+", "-", "@") else text


def _date_columns(rows: list[tuple[_Place, dict[str, str]]]) -> dict[str, pd.Series]:
    names = [*(name for name, field in FIELDS.items() if field.kind == "date"), "as_of"]
    return {name: pd.Series([cells.get(name, "") for _, cells in rows], dtype="str") for name in names}


def _read_row(cells: Mapping[str, str], orders: Mapping[str, Order]) -> dict[str, Any] | str:
    """Return the cells of a row as values, or why they cannot be read."""
    if not any(cells.get(name) for name in _FILLED):
        return "nothing is filled in"
    read: dict[str, Any] = {}
    for name in (*FIELDS, "as_of", "owner"):
        text = cells.get(name, "")
        kind = FIELDS[name].kind if name in FIELDS else "date" if name == "as_of" else "text"
        if not text or kind not in ("date", "money"):
            read[name] = text or None
            continue
        if kind == "date":
            found: Any = read_date(text, order=orders.get(name, "mdy"))
        else:
            amount = read_amount(text)
            found = None if amount is None else f"{amount[0] / 100:.2f}"
        if found is None:
            return f"{name} is not {'a day' if kind == 'date' else 'an amount'}"
        read[name] = found
    return read


def _completed(read: Mapping[str, Any], given: Mapping[str, Any], practice_id: str) -> dict[str, Any]:
    """Return a row with the day, person and practice that it does not say itself."""
    return {
        **read,
        "practice_id": read["practice_id"] or practice_id,
        "date": read["date"] or given["date"] or read["as_of"],
        "staff": read["staff"] or given["staff"] or read["owner"],
        "action_id": None,
    }
