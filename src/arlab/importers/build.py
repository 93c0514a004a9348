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
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from arlab.errors import InputRefused, SettingsError
from arlab.frames import to_date
from arlab.importers.accept import judge_rows
from arlab.importers.amounts import Mask
from arlab.importers.aside import counted_and_aside
from arlab.importers.asof import decide_as_of, later_days
from arlab.importers.checks import (
    check_total_column,
    tell_asked,
    tell_columns,
    tell_nothing_open,
    tell_titles,
    tell_unapplied,
)
from arlab.importers.contradictions import tell_contradictions, tell_unused_dates
from arlab.importers.counts import count_claims
from arlab.importers.dates import Order
from arlab.importers.detect import Table, find_tables
from arlab.importers.files import open_grids
from arlab.importers.findings import Findings, count, listed, money, shown
from arlab.importers.items import claim_labels, items_of
from arlab.importers.layouts import CLAIMS, POSTINGS, choose_layout, dollars_of
from arlab.importers.limits import limits_of, unmapped_table
from arlab.importers.lines import count_once, find_lines
from arlab.importers.links import is_file, is_folder
from arlab.importers.map_file import map_of, read_map
from arlab.importers.mapping import ColumnMap, map_columns
from arlab.importers.parsed import Parsed, parse_columns, tell_reading
from arlab.importers.payers import payers_of, payers_table
from arlab.importers.postings import parties_of, read_postings, tell_postings, transactions_of
from arlab.importers.refuse import refusal
from arlab.importers.result import Import, MapFile, Reconciliation
from arlab.importers.rows import check_totals, data_rows
from arlab.importers.vocabulary import CLOCKS, EVENT_DATES
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
    map_file: Path | str | MapFile | None = None,
) -> Import:
    """Read one export of a billing system: CSV and other delimited text, a workbook, Parquet, or X12.

    Parameters
    ----------
    path : the file, or a folder of X12 files (837 and 835): see :func:`arlab.importers.x12.folder.read_x12_folder`
    as_of : the day that the balances are as of; the file's own day, or else the latest date in it, when left out
    sheet : name or number (from 1) of a workbook's sheet; the first that holds open balances when left out
    mapping : concept -> column name, for what the user knows better than the names say
    dates : ``"mdy"`` or ``"dmy"`` for dates like 3/5/2024; the file itself decides when left out
    map_file : how the file is to be read, or the path of a ``map.toml`` that says so; the other arguments win

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
        when ``mapping``, ``dates`` or the map file has something that is not possible.
    """
    path = Path(path)
    wanted = (
        map_file if isinstance(map_file, MapFile) else MapFile() if map_file is None else read_map(map_file)
    )
    if dates not in (None, "mdy", "dmy"):
        raise SettingsError(f"dates is {dates!r}, which is not possible: give 'mdy', 'dmy' or nothing.")
    day = None if as_of is None else to_date(as_of)
    if is_folder(path) or (is_file(path) and x12_kind(path)):
        return read_x12_folder(path, as_of=day, practice_id=PRACTICE_ID)
    # A column that is given for one concept is not the map's any more for another.
    own = {concept: name for concept, name in wanted.columns.items() if name not in (mapping or {}).values()}
    wanted = dataclasses.replace(
        wanted,
        columns={**own, **(mapping or {})},
        dates=dates or wanted.dates,
        sheet=wanted.sheet if sheet is None else None,
    )
    sheet = sheet if sheet is not None else wanted.sheet
    findings = Findings()
    tables = [
        table for grid in open_grids(path, sheet=sheet, findings=findings) for table in find_tables(grid)
    ]
    if wanted.columns and len(tables) > 1:
        tables = [t for t in tables if set(wanted.columns.values()) <= set(t.columns)] or tables[:1]
    found = []
    for table in tables:
        heard = Findings()
        columns = map_columns(
            table.body, given=wanted.columns, ignore=wanted.ignore, findings=heard, held=table.coded
        )
        columns = columns.with_posting(wanted.posted_date)
        found.append(_Candidate(table, columns, heard))
    fitting = [candidate for candidate in found if candidate.layout is not None and len(candidate.table.body)]
    if not fitting:
        raise refusal(shown(path.name), [(candidate.table, candidate.columns) for candidate in found])
    first, *others = fitting
    findings.extend(first.findings)
    result = _read_table(path, first, as_of=day, wanted=wanted, findings=findings)
    _tell_other_tables(first.table, tables, findings)
    _compare_sheets(path, result, first, others, wanted=wanted, findings=findings)
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
    path: Path, candidate: _Candidate, *, as_of: dt.date | None, wanted: MapFile, findings: Findings
) -> Import:
    """Return the import of one table."""
    layout = str(candidate.layout)
    order: Any = wanted.dates
    parsed = parse_columns(candidate.table, candidate.columns, order=order)
    postings = read_postings(parsed, findings) if layout == POSTINGS else None
    dollars = dollars_of(parsed, layout) if postings is None else postings.dollars
    tell_titles(candidate.table, findings)
    tell_columns(parsed, findings)
    data, totals = data_rows(parsed, dollars.cents, dollars.readable, dollars.columns, findings)
    if not data.any():
        raise refusal(shown(path.name), [(candidate.table, candidate.columns)], no_data=True)
    currency = tell_reading(parsed, data, findings)
    verdict = judge_rows(parsed, dollars, data, findings)
    check_totals(candidate.table, totals, data, verdict.accepted, dollars.cents, findings)
    if not verdict.accepted.any():
        raise InputRefused(
            f"'{shown(path.name)}' has {count(int(data.sum()), 'row')}, none of which can be used (the first:"
            f" {verdict.reasons.iloc[0]}){_formulas(candidate.table)}: if amounts are formulas, open it in a"
            " spreadsheet and save it."
        )
    lines = find_lines(parsed, verdict.accepted, findings, amounts_of="line" if postings else wanted.amounts)
    dollars = count_once(parsed, dollars, layout, lines, verdict.accepted)
    payers = payers_of(parsed, data, wanted.payers, findings)
    day = decide_as_of(
        parsed,
        verdict.accepted,
        given=as_of,
        name=shown(path.name),
        findings=findings,
        ledger=postings is not None,
    )
    counted, aside = counted_and_aside(
        parsed, layout, dollars, verdict.accepted, as_of=day, findings=findings
    )
    parties = None
    if postings is not None:
        tell_postings(parsed, postings, verdict.accepted, day, findings)
        named = payers.of(parsed.coded("payer")) if parsed.has("payer") else None
        parties = parties_of(parsed, named, postings.kind)
    later = {c: later_days(parsed, counted, c, day, findings) for c in EVENT_DATES if parsed.has(c)}
    items, credits, cents_open, cents_credit = items_of(
        parsed,
        dollars,
        layout,
        counted=counted,
        later=later,
        as_of=day,
        practice_id=PRACTICE_ID,
        payers=payers,
        parties=parties,
        findings=findings,
    )
    check_total_column(parsed, dollars, layout, verdict.accepted, findings)
    if not cents_open and layout != CLAIMS:
        tell_nothing_open(parsed, verdict.accepted, findings)
    # A file of claims without balances cannot show a credit: that is not the same as owing nothing back.
    tables = {"open_items": items} if layout == CLAIMS else {"open_items": items, "credits": credits}
    if postings is not None and parties is not None:
        ledger = transactions_of(
            parsed,
            postings,
            parties,
            claim_labels(parsed, np.arange(len(data))),
            used=counted,
            practice_id=PRACTICE_ID,
            findings=findings,
        )
        tables |= {} if ledger is None else {"transactions": ledger}
    families = frozenset(aside["family"])
    tell_asked(parsed, layout, verdict.accepted, findings)
    tell_unapplied(parsed, layout, verdict.accepted, findings)
    tell_contradictions(parsed, dollars, layout, lines, verdict.accepted, findings)
    tell_unused_dates(parsed, wanted.ignore, findings)
    limits = limits_of(parsed, layout, families=families, currency=currency, nothing_open=not items.size)
    counts = count_claims(
        parsed,
        lines,
        data=data,
        accepted=verdict.accepted,
        day=_of_day(parsed, day) if postings is None else counted,
        findings=findings,
        postings=postings,
    )
    # A row whose cells have shifted has no amount that means anything.
    cents = np.where(candidate.table.extra_cells, 0, dollars.cents)
    repaired = np.logical_or.reduce([verdict.repaired, *(later[c] for c in CLOCKS if c in later)])
    rejected = data & ~verdict.accepted
    return Import(
        practice=Practice(
            name=shown(path.stem), as_of=day, tables=tables, cannot_compute=limits, own_data=True
        ),
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
        claims=counts.claims,
        charge_total=counts.charge_total,
        paid_total=counts.paid_total,
        denied_claims=counts.denied_claims,
        payers=payers_table(payers),
        unmapped=unmapped_table(parsed, layout),
        map=map_of(parsed, payers, wanted),
    )


def _of_day(parsed: Parsed, day: dt.date) -> Mask:
    """Return the rows of the snapshot that counts; all of them when the file is one."""
    if not parsed.has("snapshot_date"):
        return np.ones(len(parsed.table.body), dtype=bool)
    return (parsed.dates["snapshot_date"].days == pd.Timestamp(day)).to_numpy(dtype=bool)


def _formulas(table: Table) -> str:
    """Return, for a refusal, which columns hold formulas without their values."""
    return f"; {listed(list(table.formulas))} holds formulas without their values" if table.formulas else ""


def _quarantine(
    table: Table, reasons: pd.Series, rejected: Mask, cents: npt.NDArray[np.int64]
) -> pd.DataFrame:
    """Return the rows that were not accepted: ``row_number, reason, dollars``."""
    return pd.DataFrame(
        {
            "row_number": pd.Series(table.row_numbers[rejected], dtype="Int64"),
            "reason": pd.Series(reasons.to_numpy(), dtype="str"),
            "dollars": pd.Series(cents[rejected] / 100, dtype="float64"),
        }
    )


def _tell_other_tables(read: Table, tables: Sequence[Table], findings: Findings) -> None:
    """Note the other tables on the sheet of the one that is read."""
    for other in tables:
        if other.sheet == read.sheet and other.header_row != read.header_row:
            findings.add(
                "second_table",
                f"row {other.header_row}",
                "Another table with its own column names stands here; its rows are not counted: save it as a"
                " file of its own to read it.",
            )


def _compare_sheets(
    path: Path,
    result: Import,
    read: _Candidate,
    others: Sequence[_Candidate],
    *,
    wanted: MapFile,
    findings: Findings,
) -> None:
    """Note every other sheet that holds open balances too, and whether its total is the same."""
    own = result.reconciliation.cents_open - result.reconciliation.cents_credit
    for other in others:
        if other.table.sheet == read.table.sheet:
            continue
        where = f"sheet '{other.table.sheet}'"
        try:
            found = _read_table(path, other, as_of=None, wanted=wanted, findings=Findings()).reconciliation
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
