"""How was a file read: which column as what, what is missing and what does that cost, and who is which payer?

Builds the sections on columns and payers, for people to check. It judges no column and joins no payers itself.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from arlab.report.content import Column, Section, Table
from arlab.report.sources import MOST_ROWS, counted, unit_of

if TYPE_CHECKING:
    from arlab.importers import Import

__all__ = ["mapping_section", "payers_section"]

_KINDS = {
    "csv": "delimited text",
    "xlsx": "a workbook",
    "parquet": "a Parquet file",
    "835": "an X12 remittance file (835)",
    "837": "an X12 claim file (837)",
    "277": "an X12 acknowledgement file (277CA)",
    "x12": "a folder of X12 claims and remittances",
}
_MOST_SPELLINGS = 8


def mapping_section(source: Import) -> Section:
    """Return which column of the file was read as what, what has no column and what that costs."""
    rows = [
        (_words(row["concept"]), str(row["column"]), _confidence(row["confidence"]), str(row["how"]))
        for row in source.mapping.to_dict("records")
    ]
    tables = []
    if rows:
        names = (Column("Read as"), Column("Column in the file"), Column("Confidence", True), Column("How"))
        tables.append(Table("mapping-table", "Columns and what they were read as", names, tuple(rows)))
    missing = [(_words(row["concept"]), str(row["cost"])) for row in source.unmapped.to_dict("records")]
    if missing:
        costs = (Column("Without a column"), Column("What that costs"))
        tables.append(Table("unmapped-table", "What the file does not have", costs, tuple(missing)))
    notes: tuple[str, ...] = ()
    if source.unused_columns:
        unused = ", ".join(source.unused_columns[:MOST_ROWS])
        more = len(source.unused_columns) - MOST_ROWS
        notes = (f"Left out: {unused}{f' and {more:,} more' if more > 0 else ''}.",)
    return Section(
        "mapping", "How was the file read?", (_read_as(source, len(rows)),), None, tuple(tables), notes
    )


def _words(concept: object) -> str:
    return str(concept).replace("_", " ")


def _confidence(value: object) -> str:
    return f"{value:.0%}" if isinstance(value, float) else str(value)


def _read_as(source: Import, columns: int) -> str:
    """Return what kind of file it is and how much of it has a known meaning."""
    words = f"{source.source} was read as {_KINDS.get(source.kind, source.kind)}"
    whole = columns + len(source.unused_columns)
    if unit_of(source) != "row":
        return f"{words}; its parts have fixed meanings, so that no column had to be understood."
    return f"{words}; {columns:,} of its {counted(whole, 'column')} have a known meaning and were read."


def payers_section(source: Import) -> Section | None:
    """Return the payers as they are shown and as the file writes them, or nothing where it names none."""
    if not len(source.payers):
        return None
    groups: dict[str, list[dict[str, object]]] = {}
    for row in source.payers.to_dict("records"):
        groups.setdefault(str(row["payer"]), []).append({str(name): value for name, value in row.items()})
    # What was brought together comes first: that is what someone may want to take apart.
    order = sorted(groups, key=lambda payer: (-len(groups[payer]), payer))
    shown = [
        (
            payer,
            _spellings([str(row["written"]) for row in groups[payer]]),
            f"{sum(int(str(row['rows'])) for row in groups[payer]):,}",
            "; ".join(dict.fromkeys(str(row["how"]) for row in groups[payer])),
        )
        for payer in order[:MOST_ROWS]
    ]
    spellings = counted(len(source.payers), "spelling")
    words = f"The file writes {counted(len(groups), 'payer')} in {spellings}."
    if len(source.payers) > len(groups):
        words += " Spellings were brought together where they can mean one payer only: check that they do."
    caption = "Payers as shown and as written"
    if len(order) > MOST_ROWS:
        caption += f": the first {MOST_ROWS} of {len(order):,}"
    columns = (Column("Shown as"), Column("Written in the file as"), Column("Rows", True), Column("How"))
    table = Table("payers-table", caption, columns, tuple(shown))
    return Section("payers", "Which spellings are one payer?", (words,), None, (table,))


def _spellings(written: list[str]) -> str:
    more = len(written) - _MOST_SPELLINGS
    return "; ".join(written[:_MOST_SPELLINGS]) + (f"; and {more:,} more" if more > 0 else "")
