"""Does the file agree with itself?

Compares totals columns with their parts, and statuses with balances, and notes what was above the table. It
changes no row.
"""

from __future__ import annotations

import numpy as np

from arlab.importers.amounts import Mask
from arlab.importers.detect import Table
from arlab.importers.findings import Findings, column, count, listed, money, rows
from arlab.importers.layouts import (
    BUCKETS,
    POSTINGS,
    Dollars,
    status_families,
    statuses_differ,
    unapplied_of,
)
from arlab.importers.parsed import Parsed

__all__ = [
    "check_total_column",
    "tell_asked",
    "tell_columns",
    "tell_nothing_open",
    "tell_titles",
    "tell_unapplied",
]


_CODE = r"[0-9]+|[0-9a-fA-F]{8}-[0-9a-fA-F-]{27}"


def tell_titles(table: Table, findings: Findings) -> None:
    """Note the rows above the column names; they hold no data."""
    if table.title_rows:
        findings.add(
            "title_rows",
            rows(table.title_rows),
            f"{count(len(table.title_rows), 'row')} above the column names (row {table.header_row}) hold titles.",
        )


def tell_columns(parsed: Parsed, findings: Findings) -> None:
    """Note the columns that were dropped because they hold people, and payers that are only codes."""
    personal = parsed.columns.personal
    if personal:
        findings.add(
            "personal", "file", f"Names, contact data and notes were dropped on reading: {listed(personal)}."
        )
    if parsed.has("payer"):
        payers = parsed.coded("payer")
        often = np.where(payers.different == "", 0, payers.counts())
        codes = payers.different.str.fullmatch(_CODE).to_numpy(dtype=bool)
        if often[codes].sum() > often.sum() / 2:
            where = column(parsed.columns.chosen["payer"])
            findings.add(
                "payer_codes", where, "It holds codes, not names of payers; they are shown as they are."
            )


def tell_asked(parsed: Parsed, layout: str, accepted: Mask, findings: Findings) -> None:
    """Ask what the file alone cannot tell, and say what is dropped because it is free text."""
    if parsed.has("posted_date") and layout != POSTINGS:
        findings.add(
            "posted_date_asked",
            column(parsed.columns.chosen["posted_date"]),
            "Is it the day a charge was posted, or a payment? The file does not say, so no age and no lag is"
            ' counted from it (posted_date = "charge" or "payment" in a map file says which).',
        )
    if parsed.has("denial_text"):
        findings.add(
            "denial_text",
            column(parsed.columns.chosen["denial_text"]),
            "Its reasons are words and not adjustment codes: they are free text and are dropped, and no code is"
            " guessed from them.",
        )
    if parsed.has("last_bill_date"):
        findings.add(
            "last_billed",
            column(parsed.columns.chosen["last_bill_date"]),
            "It is the last time a claim was sent; no age is counted from it, because sending again would make old"
            " balances look young.",
        )
    conflict = accepted & statuses_differ(parsed)
    if conflict.any():
        numbers = parsed.table.row_numbers[np.flatnonzero(conflict)]
        names = [parsed.columns.chosen[concept] for concept in ("status", "other_status")]
        findings.add(
            "statuses_differ",
            f"columns {listed(names)}",
            f"The two contradict each other in {count(len(numbers), 'row')} ({rows(numbers)}), such as paid in one"
            " and denied in the other: which one is right?",
        )


def tell_unapplied(parsed: Parsed, layout: str, accepted: Mask, findings: Findings) -> None:
    """Note how unapplied money was taken."""
    unapplied = unapplied_of(parsed)
    if unapplied is None or layout == POSTINGS:
        return
    where, total = column(parsed.columns.chosen["unapplied"]), int(unapplied.cents[accepted].sum())
    if layout != BUCKETS:
        findings.add(
            "unapplied_asked",
            where,
            f"It holds {money(-total)} of unapplied money; is that already taken off the balance? It is not counted"
            " as a credit, because then it would be counted twice.",
        )
    elif total:
        above = int(parsed.amounts["unapplied"].cents.sum()) > 0
        findings.add(
            "unapplied",
            where,
            f"Unapplied money of {money(-total)} is shown as credits and not taken off the buckets"
            + (" (the file writes it above zero)." if above else "."),
        )


def check_total_column(
    parsed: Parsed, dollars: Dollars, layout: str, accepted: Mask, findings: Findings
) -> None:
    """Note whether a total beside the buckets of a row is their sum; the buckets count."""
    total = next((concept for concept in ("total", "balance") if parsed.has(concept)), None)
    if layout != BUCKETS or total is None:
        return
    values = parsed.amounts[total]
    buckets = dollars.cents
    unapplied = unapplied_of(parsed)
    if unapplied is not None:
        # A total may be before or after what is unapplied.
        gross = dollars.cents - unapplied.cents
        nearer = (values.cents == gross)[accepted].sum() >= (values.cents == dollars.cents)[accepted].sum()
        buckets = gross if nearer else dollars.cents
    wrong = accepted & values.readable & (values.cents != buckets)
    where = column(parsed.columns.chosen[total])
    if wrong.any():
        numbers = parsed.table.row_numbers[wrong]
        off = int((values.cents - buckets)[wrong].sum())
        findings.add(
            "total_column_differs",
            where,
            f"It is not the sum of the buckets in {count(len(numbers), 'row')} ({rows(numbers)}), by {money(off)}"
            " in all; the buckets count.",
        )
    else:
        checked = int((accepted & values.readable).sum())
        findings.add(
            "total_column", where, f"It is the sum of the buckets in all {checked:,} rows that have it."
        )


def tell_nothing_open(parsed: Parsed, accepted: Mask, findings: Findings) -> None:
    """Note that no balance is open, and whether the statuses say otherwise."""
    findings.add(
        "nothing_open",
        "file",
        "No balance is above zero: nothing is open, so there is no aging to show.",
    )
    if parsed.has("status"):
        families, _ = status_families(parsed)
        waiting = accepted & (families == "undecided").to_numpy(dtype=bool)
        if waiting.any():
            numbers = parsed.table.row_numbers[np.flatnonzero(waiting)]
            findings.add(
                "status_contradiction",
                column(parsed.columns.chosen["status"]),
                f"Claims that are open by their status but have no balance: {len(numbers):,} ({rows(numbers)}).",
            )
