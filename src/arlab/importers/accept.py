"""Which data rows are accepted, which are quarantined, and why?

Gives every data row one verdict. It moves no money: see :mod:`arlab.importers.items`.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

import numpy as np
import pandas as pd

from arlab.importers.amounts import Mask
from arlab.importers.findings import Findings, column, money, rows
from arlab.importers.layouts import Dollars
from arlab.importers.parsed import Parsed
from arlab.importers.vocabulary import CLOCKS

__all__ = ["Verdict", "judge_rows"]

_LINES_SHARE = 0.1


@dataclasses.dataclass(frozen=True)
class Verdict:
    """``accepted`` data rows, of which some are ``repaired``; ``reasons`` says why the others are not."""

    accepted: Mask
    repaired: Mask
    reasons: pd.Series


def judge_rows(parsed: Parsed, dollars: Dollars, data: Mask, findings: Findings) -> Verdict:
    """Return the verdict on every data row.

    A row is quarantined when it has more cells than there are columns, no amount that can be read, no readable
    day in a file of several snapshots, or repeats another row in every column. It is repaired when its date could
    not be read and is left empty, its amount was rounded to cents, or its claim number was missing.
    """
    reasons = pd.Series("", index=parsed.table.body.index, dtype="str")

    def quarantine(mask: Mask, reason: str) -> None:
        reasons[mask & data & (reasons == "").to_numpy(dtype=bool)] = reason

    quarantine(parsed.table.extra_cells, "it has more cells than there are columns")
    for concept in ("snapshot_date", *dollars.dated_by):
        if parsed.has(concept):
            name = parsed.columns.chosen[concept]
            quarantine(parsed.dates[concept].days.isna().to_numpy(), f"no readable day in {column(name)}")
    quarantine(dollars.foreign, f"an amount in another currency in {dollars.name}")
    quarantine(dollars.bad, f"no readable amount in {dollars.name}")
    quarantine(~dollars.readable, f"no amount in {dollars.name}")
    for place, first in _repeats(
        parsed, dollars, data & (reasons == "").to_numpy(dtype=bool), findings
    ).items():
        reasons.iloc[place] = f"it repeats row {int(parsed.table.row_numbers[first])} in every column"
    accepted = data & (reasons == "").to_numpy(dtype=bool)
    return Verdict(accepted, _repaired(parsed, dollars, accepted, findings), reasons)


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
        missing = (parsed.text("claim_id") == "").to_numpy(dtype=bool) & accepted
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

    Lines of a claim repeat its number, and two equal lines may both be real (the same service twice on a day):
    where the file lists lines without line numbers, equal rows stay and are only noted.
    """
    label = next((concept for concept in ("claim_id", "payer") if parsed.has(concept)), None)
    if label is None or (label == "payer" and not parsed.columns.buckets):
        return {}
    body = parsed.table.body
    named = pd.DataFrame({"label": parsed.text(label)})
    if parsed.has("snapshot_date"):
        named["day"] = parsed.dates["snapshot_date"].days
    places = np.flatnonzero(data & (named["label"] != "").to_numpy(dtype=bool))
    places = places[named.iloc[places].duplicated(keep=False).to_numpy()]
    if not len(places):
        return {}
    held = body.iloc[places]
    same = held.duplicated(keep="first").to_numpy()
    different = named.iloc[places[~held.duplicated(keep=False).to_numpy()]]
    lines = int(different.duplicated(keep="first").sum())
    if lines:
        what = "claim number" if label == "claim_id" else "name"
        findings.add(
            "repeated_claims",
            column(parsed.columns.chosen[label]),
            f"Rows that repeat a {what} with other values: {lines:,}; the rows of one claim are added up.",
        )
    total = named.iloc[np.flatnonzero(data)]["label"].nunique()
    many = parsed.has("procedure") or lines >= _LINES_SHARE * total
    if not same.any():
        return {}
    repeated = places[same]
    cents, numbers = int(dollars.cents[repeated].sum()), parsed.table.row_numbers[repeated]
    if lines and many and not parsed.has("line_number"):
        findings.add(
            "identical_rows",
            rows(numbers),
            f"Rows that equal another row in every column: {len(repeated):,} with {money(cents)}; they are kept,"
            " because this file lists lines and two lines of a claim may be equal.",
        )
        return {}
    findings.add(
        "duplicate_rows",
        rows(numbers),
        f"Quarantined, because they repeat another row in every column: {len(repeated):,} with {money(cents)}.",
    )
    return _first_places(held, places, repeated)


def _first_places(held: pd.DataFrame, places: Sequence[int], repeated: Sequence[int]) -> dict[int, int]:
    """Return, for each repeated row, the place of the first row that it equals."""
    first: dict[tuple[str, ...], int] = {}
    result: dict[int, int] = {}
    again = {int(place) for place in repeated}
    for place, row in zip(places, held.itertuples(index=False), strict=True):
        if int(place) in again:
            result[int(place)] = first[tuple(row)]
        else:
            first.setdefault(tuple(row), int(place))
    return result
