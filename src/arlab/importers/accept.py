"""Which data rows are accepted, which are quarantined, and why?

Gives every data row one verdict. It moves no money: see :mod:`arlab.importers.items`.
"""

from __future__ import annotations

import dataclasses

import numpy as np
import numpy.typing as npt
import pandas as pd

from arlab.importers.findings import Findings, column, money, rows
from arlab.importers.grid import Coded, Mask
from arlab.importers.layouts import Dollars
from arlab.importers.parsed import Parsed
from arlab.importers.vocabulary import CLOCKS

__all__ = ["Verdict", "judge_rows"]

_LINES_SHARE = 0.1


@dataclasses.dataclass(frozen=True)
class Verdict:
    """``accepted`` data rows, of which some are ``repaired``; ``reasons`` says why each of the others is not."""

    accepted: Mask
    repaired: Mask
    reasons: pd.Series


def judge_rows(parsed: Parsed, dollars: Dollars, data: Mask, findings: Findings) -> Verdict:
    """Return the verdict on every data row; ``reasons`` has the places of the quarantined rows as its index.

    A row is quarantined when it has more cells than there are columns, no amount that can be read, no readable
    day in a file of several snapshots, or repeats another row in every column. It is repaired when its date could
    not be read and is left empty, its amount was rounded to cents, or its claim number was missing.
    """
    left = data.copy()
    reasons: dict[int, str] = {}

    def quarantine(mask: Mask, reason: str) -> None:
        places = np.flatnonzero(mask & left)
        reasons.update(dict.fromkeys(places.tolist(), reason))
        left[places] = False

    quarantine(parsed.table.extra_cells, "it has more cells than there are columns")
    for concept in ("snapshot_date", *dollars.dated_by):
        if parsed.has(concept):
            name = parsed.columns.chosen[concept]
            quarantine(parsed.dates[concept].days.isna().to_numpy(), f"no readable day in {column(name)}")
    quarantine(dollars.foreign, f"an amount in another currency in {dollars.name}")
    quarantine(dollars.bad, f"no readable amount in {dollars.name}")
    quarantine(~dollars.readable, f"no amount in {dollars.name}")
    for place, first in _repeats(parsed, dollars, left, findings).items():
        reasons[place] = f"it repeats row {int(parsed.table.row_numbers[first])} in every column"
        left[place] = False
    places = sorted(reasons)
    told = pd.Series([reasons[place] for place in places], index=places, dtype="str")
    return Verdict(left, _repaired(parsed, dollars, left, findings), told)


def _repaired(parsed: Parsed, dollars: Dollars, accepted: Mask, findings: Findings) -> Mask:
    """Return the accepted rows of which something was changed; each kind of change has a finding of its own."""
    repaired = np.zeros(len(accepted), dtype=bool)
    for clock in CLOCKS:
        if parsed.has(clock):
            repaired |= parsed.dates[clock].bad
    names = {parsed.columns.chosen.get(key, key): values for key, values in parsed.amounts.items()}
    for name in dollars.columns:
        repaired |= names[name].rounded
    if parsed.has("claim_id"):
        missing = parsed.coded("claim_id").rows_with("") & accepted
        if missing.any():
            numbers = parsed.table.row_numbers[missing]
            findings.add(
                "claim_missing",
                column(parsed.columns.chosen["claim_id"]),
                f"Rows without a claim number, named by their row number: {len(numbers):,} ({rows(numbers)}).",
            )
        repaired |= missing
    return repaired & accepted


def _repeats(parsed: Parsed, dollars: Dollars, data: Mask, findings: Findings) -> dict[int, int]:
    """Return the rows that repeat an earlier one in every column: place -> place of the first.

    A row is known by its claim number, or in an aging report by account and payer, or else by payer. Lines of a
    claim repeat its number, and two equal lines may both be real (the same service twice on a day): where the file
    lists lines without line numbers, equal rows stay and are only noted. So they are where nothing names a row.
    """
    names = _labels(parsed)
    if not names:
        return {}
    if any(parsed.table.coded[name].all_differ for name in names):
        return {}
    key = np.zeros(len(data), dtype=np.int64)
    labelled = data & ~parsed.table.coded[names[0]].rows_with("")
    days = ["snapshot_date"] if parsed.has("snapshot_date") else []
    for name in [*names, *(parsed.columns.chosen[day] for day in days)]:
        key = _with_column(key, parsed.table.coded[name])
    places = np.flatnonzero(labelled)
    often = np.bincount(key[places], minlength=1)
    held = places[often[key[places]] > 1]
    if not len(held):
        return {}
    first, again = _equal_rows(parsed, held)
    repeated = held[again]
    # Of the rows that share a label, those that no other row equals differ in something.
    alone = held[~np.isin(first, first[again])]
    lines = len(alone) - len(np.unique(key[alone]))
    by_claim = parsed.has("claim_id")
    if lines and (by_claim or len(names) == 1):
        what = "claim number" if by_claim else "name"
        findings.add(
            "repeated_claims",
            column(names[0]),
            f"Rows that repeat a {what} with other values: {lines:,}; the rows of one claim are taken together.",
        )
    if not len(repeated):
        return {}
    cents, numbers = int(dollars.cents[repeated].sum()), parsed.table.row_numbers[repeated]
    total = int((often > 0).sum())
    lists_lines = by_claim or len(names) == 1
    many = lists_lines and (parsed.has("procedure") or lines >= _LINES_SHARE * total)
    sure = by_claim or bool(parsed.columns.buckets)
    if not sure or (lines and many and not parsed.has("line_number")):
        why = (
            "this file lists lines and two lines of a claim may be equal"
            if sure
            else "no column numbers the rows"
        )
        findings.add(
            "identical_rows",
            rows(numbers),
            f"Rows that equal another row in every column: {len(repeated):,} with {money(cents)}; they are kept,"
            f" because {why}.",
        )
        return {}
    findings.add(
        "duplicate_rows",
        rows(numbers),
        f"Quarantined, because they repeat another row in every column: {len(repeated):,} with {money(cents)}.",
    )
    return dict(zip(repeated.tolist(), held[first[again]].tolist(), strict=True))


def _labels(parsed: Parsed) -> list[str]:
    """Return the columns that say what a row is about: its claim, or else account and payer."""
    if parsed.has("claim_id"):
        return [parsed.columns.chosen["claim_id"]]
    names = [parsed.columns.chosen[concept] for concept in ("payer", "patient_id") if parsed.has(concept)]
    # A person's name is dropped later on; that two rows speak of one person still counts.
    return names + [name for name in parsed.columns.personal if not parsed.has("patient_id")]


def _with_column(key: npt.NDArray[np.int64], column: Coded) -> npt.NDArray[np.int64]:
    """Return one number for each combination of a number and a text."""
    both = key * len(column.different) + column.places
    if int(key.max(initial=0)) == 0:
        return both
    return np.asarray(pd.factorize(both)[0], dtype=np.int64)


def _equal_rows(parsed: Parsed, places: npt.NDArray[np.int64]) -> tuple[npt.NDArray[np.int64], Mask]:
    """Return, for each of some rows, where among them the first equal row stands, and whether it is another one."""
    key = np.zeros(len(places), dtype=np.int64)
    for held in parsed.table.coded.values():
        key = _with_column(key, Coded(held.places[places], held.different))
    _, where, back = np.unique(key, return_index=True, return_inverse=True)
    first = where[back]
    return first, first != np.arange(len(places))
