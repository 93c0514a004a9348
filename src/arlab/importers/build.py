"""How does an export become a practice whose every row and cent is accounted for?

Puts the steps together: open, find the table, map, read, sort the rows, accept or quarantine, build items,
reconcile. Each step is a module of its own.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import logging
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

from arlab.errors import InputRefused, SettingsError
from arlab.frames import to_date
from arlab.importers.accept import judge_rows
from arlab.importers.amounts import Mask
from arlab.importers.aside import counted_and_aside
from arlab.importers.asof import decide_as_of, later_days
from arlab.importers.checks import check_total_column, tell_columns, tell_nothing_open, tell_titles
from arlab.importers.dates import Order
from arlab.importers.detect import Table, find_table
from arlab.importers.files import open_grids
from arlab.importers.findings import Findings, count, money, shown
from arlab.importers.items import items_of
from arlab.importers.layouts import CLAIMS, choose_layout, dollars_of
from arlab.importers.limits import limits_of
from arlab.importers.mapping import ColumnMap, map_columns
from arlab.importers.parsed import parse_columns, tell_reading
from arlab.importers.refuse import refusal
from arlab.importers.result import Import, Reconciliation
from arlab.importers.rows import data_rows
from arlab.importers.vocabulary import CLOCKS
from arlab.importers.x12.folder import read_x12_folder
from arlab.importers.x12.kind import x12_kind
from arlab.tables import Practice

__all__ = ["read_export"]

logger = logging.getLogger("arlab")
PRACTICE_ID = "export"


def read_export(
    path: Path | str,
    *,
    as_of: dt.date | str | None = None,
    sheet: str | int | None = None,
    mapping: Mapping[str, str] | None = None,
    dates: Order | None = None,
) -> Import:
    """Read one export of a billing system: CSV and other delimited text, a workbook, Parquet, or X12.

    Parameters
    ----------
    path : the file, or a folder of X12 files (837 and 835): see :func:`arlab.importers.x12.folder.read_x12_folder`
    as_of : the day that the balances are as of; the file's own day, or else the latest date in it, when left out
    sheet : name or number (from 1) of a workbook's sheet; the first that holds open balances when left out
    mapping : concept -> column name, for what the user knows better than the names say
    dates : ``"mdy"`` or ``"dmy"`` for dates like 3/5/2024; the file itself decides when left out

    Returns
    -------
    the import: open items and credits as a practice, and what became of every row and cent. Names, contact data
    and columns without a known meaning are dropped on reading.

    Raises
    ------
    InputRefused
        when the file cannot be read or cannot be a list of open balances; one sentence that names the columns
        that were looked for and those there are, never a value.
    NotAvailable
        when reading a workbook needs a package that is not installed.
    SettingsError
        when ``mapping`` or ``dates`` is not one of the possible values.
    """
    path = Path(path)
    if dates not in (None, "mdy", "dmy"):
        raise SettingsError(f"dates is {dates!r}, which is not possible: give 'mdy', 'dmy' or nothing.")
    day = None if as_of is None else to_date(as_of)
    if path.is_dir() or (path.is_file() and x12_kind(path)):
        return read_x12_folder(path, as_of=day, practice_id=PRACTICE_ID)
    findings = Findings()
    tables = [
        table for grid in open_grids(path, sheet=sheet, findings=findings) if (table := find_table(grid))
    ]
    if mapping and len(tables) > 1:
        tables = [t for t in tables if set(mapping.values()) <= set(t.columns)] or tables[:1]
    found = []
    for table in tables:
        own = Findings()
        found.append(_Candidate(table, map_columns(table.body, given=mapping, findings=own), own))
    fitting = [candidate for candidate in found if candidate.layout is not None and len(candidate.table.body)]
    if not fitting:
        raise refusal(shown(path.name), [(candidate.table, candidate.columns) for candidate in found])
    first, *others = fitting
    findings.extend(first.findings)
    result = _read_table(path, first, as_of=day, order=dates, findings=findings)
    _compare_sheets(path, result, others, order=dates, findings=findings)
    result = dataclasses.replace(result, findings=findings.table())
    found_rows = result.reconciliation
    logger.info("read a %s file: %d rows, %d accepted", result.kind, found_rows.rows_in, found_rows.accepted)
    return result


@dataclasses.dataclass(frozen=True)
class _Candidate:
    """A sheet (or the whole file) that may hold open balances."""

    table: Table
    columns: ColumnMap
    findings: Findings

    @property
    def layout(self) -> str | None:
        return choose_layout(self.columns)


def _read_table(
    path: Path, candidate: _Candidate, *, as_of: dt.date | None, order: Order | None, findings: Findings
) -> Import:
    """Return the import of one table."""
    layout = str(candidate.layout)
    parsed = parse_columns(candidate.table, candidate.columns, order=order)
    dollars = dollars_of(parsed, layout)
    tell_titles(candidate.table, findings)
    tell_columns(parsed, findings)
    data = data_rows(parsed, dollars.cents, dollars.readable, dollars.columns, findings)
    if not data.any():
        raise refusal(shown(path.name), [(candidate.table, candidate.columns)], no_data=True)
    currency = tell_reading(parsed, data, findings)
    verdict = judge_rows(parsed, dollars, data, findings)
    if not verdict.accepted.any():
        raise InputRefused(
            f"'{shown(path.name)}' has {count(int(data.sum()), 'row')}, none of which can be used (the first:"
            f" {verdict.reasons[data].iloc[0]}): if amounts are formulas, open it in a spreadsheet and save it."
        )
    day = decide_as_of(parsed, verdict.accepted, given=as_of, name=shown(path.name), findings=findings)
    counted, aside = counted_and_aside(
        parsed, layout, dollars, verdict.accepted, as_of=day, findings=findings
    )
    later = {c: later_days(parsed, counted, c, day, findings) for c in CLOCKS if parsed.has(c)}
    items, credits, cents_open, cents_credit = items_of(
        parsed,
        dollars,
        layout,
        counted=counted,
        later=later,
        as_of=day,
        practice_id=PRACTICE_ID,
        findings=findings,
    )
    check_total_column(parsed, dollars, layout, verdict.accepted, findings)
    if not cents_open and layout != CLAIMS:
        tell_nothing_open(parsed, verdict.accepted, findings)
    # A file of claims without balances cannot show a credit: that is not the same as owing nothing back.
    tables = {"open_items": items} if layout == CLAIMS else {"open_items": items, "credits": credits}
    families = frozenset(aside["family"])
    limits = limits_of(parsed, layout, families=families, currency=currency, nothing_open=not items.size)
    # A row whose cells have shifted has no amount that means anything.
    cents = np.where(candidate.table.extra_cells, 0, dollars.cents)
    repaired = np.logical_or.reduce([verdict.repaired, *later.values()])
    rejected = data & ~verdict.accepted
    return Import(
        practice=Practice(name=shown(path.stem), as_of=day, tables=tables, cannot_compute=limits),
        source=shown(path.name),
        kind=candidate.table.kind,
        currency=currency or "USD",
        mapping=candidate.columns.table(),
        unused_columns=candidate.columns.unused,
        findings=findings.table(),
        quarantine=_quarantine(candidate.table, verdict.reasons, rejected, cents),
        reconciliation=Reconciliation(
            rows_in=int(data.sum()),
            accepted=int(verdict.accepted.sum()),
            repaired=int(repaired.sum()),
            quarantined=int(rejected.sum()),
            cents_in=int(cents[data].sum()),
            cents_accepted=int(cents[verdict.accepted].sum()),
            cents_quarantined=int(cents[rejected].sum()),
            cents_open=cents_open,
            cents_credit=cents_credit,
            cents_aside=int(aside["cents"].sum()),
            dollars_column=dollars.name,
        ),
        cannot_compute=limits,
        aside=aside.assign(dollars=aside["cents"] / 100)[["what", "items", "dollars", "why"]],
    )


def _quarantine(
    table: Table, reasons: pd.Series, rejected: Mask, cents: npt.NDArray[np.int64]
) -> pd.DataFrame:
    """Return the rows that were not accepted: ``row_number, reason, dollars``."""
    return pd.DataFrame(
        {
            "row_number": pd.Series(table.row_numbers[rejected], dtype="Int64"),
            "reason": pd.Series(reasons[rejected].to_numpy(), dtype="str"),
            "dollars": pd.Series(cents[rejected] / 100, dtype="float64"),
        }
    )


def _compare_sheets(
    path: Path, result: Import, others: Sequence[_Candidate], *, order: Order | None, findings: Findings
) -> None:
    """Note every other sheet that holds open balances too, and whether its total is the same."""
    own = result.reconciliation.cents_open - result.reconciliation.cents_credit
    for other in others:
        where = f"sheet '{other.table.sheet}'"
        try:
            found = _read_table(path, other, as_of=None, order=order, findings=Findings()).reconciliation
        except InputRefused:
            findings.add(
                "other_sheet", where, "It looks like open balances too, but cannot be read; it is not used."
            )
            continue
        total = found.cents_open - found.cents_credit
        same = "the same total" if total == own else f"which differs by {money(total - own)}"
        findings.add(
            "other_sheet",
            where,
            f"It holds open balances too: {money(total)}, {same}; it is not counted again (give sheet to read it).",
        )
