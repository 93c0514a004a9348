"""Which accepted rows are open AR, and which dollars of the file are not counted, and why?

Older snapshots of the same claims, and claims of a file without balances that someone has decided, are shown
apart and never added to open AR. It drops nothing: every accepted row is in one of the two.
"""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd

from arlab.importers.amounts import Mask
from arlab.importers.findings import Findings, column, count, money, rows
from arlab.importers.layouts import CLAIMS, POSTINGS, Dollars, status_families
from arlab.importers.parsed import Parsed

__all__ = ["counted_and_aside"]

_WHY = {
    "denied": (
        "Claims denied, rejected or under appeal",
        "the file does not say whether they are still open or written off",
    ),
    "paid": (
        "Claims approved or paid",
        "the file has no balance, so what is still owed of them cannot be known",
    ),
    "decided": (
        "Claims with a decision date, a payment or an adjustment",
        "the file has neither a status nor a balance, so what is still owed of them cannot be known",
    ),
    "void": ("Void or cancelled claims", "they are no longer owed by their status"),
    "unclear": (
        "Claims with an unknown or contradictory status",
        "the file does not say clearly whether anyone has decided them",
    ),
}


def counted_and_aside(
    parsed: Parsed, layout: str, dollars: Dollars, accepted: Mask, *, as_of: dt.date, findings: Findings
) -> tuple[Mask, pd.DataFrame]:
    """Return the rows whose amount is open AR, and a table of the other accepted rows.

    Returns
    -------
    mask of the counted rows; frame with ``family``, ``what``, ``items``, ``cents``, ``why``
    """
    counted, pieces = accepted.copy(), []
    if parsed.has("snapshot_date"):
        day = parsed.dates["snapshot_date"].days
        counted &= (day == pd.Timestamp(as_of)).to_numpy(dtype=bool)
        for other in sorted(day[accepted & ~counted].unique()):
            mask = (day == other).to_numpy(dtype=bool) & accepted
            words = f"Balances as of {pd.Timestamp(other).date().isoformat()}"
            why = (
                "another snapshot of the same claims; adding snapshots up would count a claim more than once"
            )
            pieces.append(("snapshot", words, mask, why))
        if pieces:
            findings.add(
                "snapshots",
                column(parsed.columns.chosen["snapshot_date"]),
                f"The file holds {len(pieces) + 1} snapshots; the open AR is that of {as_of.isoformat()} alone, and"
                f" the others stand aside ({count(int((accepted & ~counted).sum()), 'row')}).",
            )
    if layout == POSTINGS:
        counted &= (parsed.dates["posted_date"].days <= pd.Timestamp(as_of)).to_numpy(dtype=bool)
        why = "it had not happened yet on that day"
        pieces.append(("later", f"Posted after {as_of.isoformat()}", accepted & ~counted, why))
    if layout == CLAIMS:
        families, conflict = status_families(parsed)
        here = counted.copy()
        counted &= (families == "undecided").to_numpy(dtype=bool)
        for family, (words, why) in _WHY.items():
            pieces.append((family, words, here & (families == family).to_numpy(dtype=bool), why))
        _tell_claims(parsed, dollars, here, counted, here & conflict, findings)
    shown = [
        (family, what, int(mask.sum()), int(dollars.cents[mask].sum()), why)
        for family, what, mask, why in pieces
        if mask.any()
    ]
    kinds = {"family": "str", "what": "str", "items": "int64", "cents": "int64", "why": "str"}
    return counted, pd.DataFrame(shown, columns=list(kinds)).astype(kinds)


def _tell_claims(
    parsed: Parsed, dollars: Dollars, here: Mask, counted: Mask, conflict: Mask, findings: Findings
) -> None:
    """Say how a file without balances was taken."""
    known = [name for name in ("status", "decision_date", "payment_date", "age_days") if parsed.has(name)]
    by = " and ".join(column(parsed.columns.chosen[name]) for name in known)
    findings.add(
        "no_balance",
        column(dollars.name),
        f"The file has no balance. Claims not decided yet by {by} count as open at their full charge:"
        f" {int(counted.sum()):,} with {money(int(dollars.cents[counted].sum()))}; the other"
        f" {int((here & ~counted).sum()):,} are shown apart.",
    )
    if conflict.any():
        numbers = parsed.table.row_numbers[np.flatnonzero(conflict)]
        findings.add(
            "status_contradiction",
            column(parsed.columns.chosen["status"]),
            f"Claims that are open by their status but have a decision date, a payment or an adjustment:"
            f" {len(numbers):,} ({rows(numbers)}); they are shown apart.",
        )
