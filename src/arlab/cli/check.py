"""How does ``arlab check`` say what a file holds: in words, as one JSON object, as two CSV files?

One form for tables, workbooks, X12 files and folders of them. It reads through the importers and judges nothing.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from arlab.cli.options import AsOf, Dates, MapFile, Sheet
from arlab.cli.terminal import folded, say, say_heading, say_rows
from arlab.cli.writing import write_file
from arlab.workspace import WORK_MARKER, csv_bytes

if TYPE_CHECKING:
    from arlab.importers import Import
    from arlab.importers.x12.check import X12Check

__all__ = ["Checked", "check", "checked_import", "write_lists"]

_MOST = 50


@dataclasses.dataclass(frozen=True)
class Checked:
    """What is said of a file, whatever its kind; amounts in dollars, None for what the file does not have."""

    source: str
    kind: str
    as_of: str | None
    mapping: dict[str, str]
    confidence: dict[str, float]
    buckets: list[str]
    rows_in: int
    accepted: int
    repaired: int
    quarantined: int
    dollars_in: float
    dollars_accepted: float
    dollars_quarantined: float
    claims: int | None
    charge_total: float | None
    paid_total: float | None
    denied_claims: int | None
    findings: tuple[tuple[str, str, str], ...]
    cannot_compute: tuple[tuple[str, str], ...]
    quarantine: tuple[tuple[int, str, float | None], ...]

    def as_json(self) -> str:
        """Return one JSON object; the quarantined rows themselves are in ``quarantine.csv``."""
        told = {
            field.name: getattr(self, field.name)
            for field in dataclasses.fields(self)
            if field.name != "quarantine"
        }
        told["findings"] = [
            {"code": code, "where": where, "sentence": sentence} for code, where, sentence in self.findings
        ]
        told["cannot_compute"] = [{"measure": measure, "why": why} for measure, why in self.cannot_compute]
        return json.dumps({**told, "notice": WORK_MARKER}, ensure_ascii=True, allow_nan=False)


def check(
    path: Annotated[
        Path,
        typer.Argument(
            metavar="PATH", help="CSV, XLSX, Parquet, an X12 file (835, 837, 277), or a folder of X12."
        ),
    ],
    as_of: AsOf = None,
    sheet: Sheet = None,
    dates: Dates = None,
    map_file: MapFile = None,
    out: Annotated[
        Path | None,
        typer.Option("--out", metavar="FOLDER", help="Also write findings.csv, quarantine.csv, map.toml."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object and nothing else.")] = False,
) -> None:
    """Say how a file is read: columns, reconciliation, findings, limits."""
    from arlab.importers.links import is_file
    from arlab.importers.x12.kind import x12_kind

    found: Import | None = None
    if is_file(path) and x12_kind(path):
        from arlab.importers.findings import shown
        from arlab.importers.x12.check import check_x12

        told = checked_x12(check_x12(path), source=shown(path.name))
    else:
        from arlab.cli.reading import read_file

        found = read_file(path, as_of=as_of, sheet=sheet, dates=dates, map_file=map_file)
        told = checked_import(found)
    if out is not None:
        write_lists(told, out / "findings.csv", out / "quarantine.csv")
        if found is not None and len(found.mapping):
            from arlab.importers import write_map

            write_map(found, out / "map.toml")
    if as_json:
        say(told.as_json())
    else:
        _say_all(told, found)


def checked_import(found: Import) -> Checked:
    """Return what is said of a table, a workbook or a folder as read."""
    tied = found.reconciliation
    rows = found.mapping.to_dict("records")
    return Checked(
        source=found.source,
        kind=found.kind,
        as_of=str(found.practice.as_of),
        mapping={
            str(row["concept"]): str(row["column"]) for row in rows if row["concept"] != "bucket_amount"
        },
        confidence={
            str(row["concept"]): float(row["confidence"]) for row in rows if row["concept"] != "bucket_amount"
        },
        buckets=[str(row["column"]) for row in rows if row["concept"] == "bucket_amount"],
        rows_in=tied.rows_in,
        accepted=tied.accepted,
        repaired=tied.repaired,
        quarantined=tied.quarantined,
        dollars_in=tied.dollars_in,
        dollars_accepted=tied.dollars_accepted,
        dollars_quarantined=tied.dollars_quarantined,
        claims=found.claims,
        charge_total=found.charge_total,
        paid_total=found.paid_total,
        denied_claims=found.denied_claims,
        findings=tuple(found.findings[["code", "where", "sentence"]].itertuples(index=False, name=None)),
        cannot_compute=tuple(found.cannot_compute),
        quarantine=tuple(
            (int(row["row_number"]), str(row["reason"]), float(row["dollars"]))
            for row in found.quarantine.to_dict("records")
        ),
    )


def checked_x12(found: X12Check, *, source: str) -> Checked:
    """Return what is said of one X12 file."""
    return Checked(
        source=source,
        kind=found.kind,
        as_of=None,
        mapping={},
        confidence={},
        buckets=[],
        rows_in=found.rows_in,
        accepted=found.accepted,
        repaired=found.repaired,
        quarantined=found.quarantined,
        dollars_in=found.cents_in / 100,
        dollars_accepted=found.cents_accepted / 100,
        dollars_quarantined=found.cents_quarantined / 100,
        claims=found.claims,
        charge_total=_dollars(found.charge_total),
        paid_total=_dollars(found.paid_total),
        denied_claims=found.denied_claims,
        findings=tuple(found.findings),
        cannot_compute=tuple(found.cannot_compute),
        quarantine=tuple((segment, reason, cents / 100) for segment, reason, cents in found.quarantine),
    )


def _dollars(cents: int | None) -> float | None:
    return None if cents is None else cents / 100


def write_lists(told: Checked, findings: Path, quarantine: Path) -> None:
    """Write the findings and the quarantined rows as CSV, for the owner alone; a cell never starts a formula.

    Raises
    ------
    WorkspaceError
        when a file cannot be written.
    """
    place = "segment" if told.kind in ("835", "837", "277") else "row"
    lists: tuple[tuple[Path, Sequence[str], Iterable[Sequence[Any]]], ...] = (
        (findings, ("code", "where", "sentence"), told.findings),
        (quarantine, (place, "reason", "dollars"), told.quarantine),
    )
    for path, names, rows in lists:
        write_file(path, csv_bytes([names, *rows]))


def _say_all(told: Checked, found: Import | None) -> None:
    """Print everything in words."""
    day = f", as of {told.as_of}" if told.as_of else ""
    say(f"{told.source} ({told.kind}){day}")
    if found is not None and len(found.mapping):
        _say_columns(found)
    say_heading("Reconciliation")
    if found is not None:
        from arlab.report import describe_reconciliation

        say(folded(describe_reconciliation(found)))
    else:
        say(folded(_x12_words(told)))
    _say_counts(told)
    say_heading("Findings")
    _say_sentences([f"{where}: {sentence}" for _, where, sentence in told.findings])
    if told.quarantine:
        say_heading("Quarantined")
        place = "segment" if found is None else "row"
        lines = [f"{place} {number}: {reason}" for number, reason, _ in told.quarantine]
        _say_sentences(
            [*lines[:_MOST], *([f"and {len(lines) - _MOST:,} more"] if len(lines) > _MOST else [])]
        )
    if found is not None and len(found.aside):
        say_heading("Not counted as open")
        _say_sentences(
            [
                f"{row['what']}: {row['items']:,} for {row['dollars']:,.2f}, because {row['why']}"
                for row in found.aside.to_dict("records")
            ]
        )
    say_heading("What cannot be computed")
    _say_sentences([f"{measure}: {why}" for measure, why in told.cannot_compute])
    _say_undefined()


def _say_undefined() -> None:
    """Name what the practice's own rules leave open: the founding article wants the workflow defined first."""
    from arlab.cli.queue import own_rules
    from arlab.reference import undefined_rules

    say_heading("Rules of the practice that are not defined")
    rules = own_rules(None, None)
    _say_sentences([f"{name}: {why}" for name, why in undefined_rules(rules)])


def _say_columns(found: Import) -> None:
    say_heading("Columns and what they are read as")
    mapping = found.mapping.assign(confidence=[f"{share:.0%}" for share in found.mapping["confidence"]])
    say_rows([tuple(map(str, row)) for row in mapping[["concept", "column", "confidence", "how"]].to_numpy()])
    if found.unused_columns:
        say(folded(f"Left out: {', '.join(found.unused_columns)}"))


def _x12_words(told: Checked) -> str:
    thing = {"835": "claim payments", "837": "claims"}.get(told.kind, "claim statuses")
    return (
        f"{told.rows_in:,} {thing} and {told.dollars_in:,.2f} in = {told.accepted:,} and"
        f" {told.dollars_accepted:,.2f} accepted + {told.quarantined:,} and {told.dollars_quarantined:,.2f}"
        " quarantined."
    )


def _say_counts(told: Checked) -> None:
    counts = [("claims", told.claims), ("denied claims", told.denied_claims)]
    totals = [("charges", told.charge_total), ("payments", told.paid_total)]
    said = [f"{name}: {value:,}" for name, value in counts if value is not None]
    said += [f"{name}: {value:,.2f}" for name, value in totals if value is not None]
    if said:
        say(folded("; ".join(said).capitalize() + "."))


def _say_sentences(sentences: list[str]) -> None:
    for sentence in sentences or ["None."]:
        say(folded(sentence))
