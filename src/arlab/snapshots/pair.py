"""Can two snapshots be compared, and what has to be known when they are?

Looks at what is known of each: claim numbers, columns, currency. It opens no table and computes no movement.
"""

from __future__ import annotations

import pandas as pd

from arlab.errors import NotAvailable, SettingsError
from arlab.importers.findings import Findings, column, listed
from arlab.snapshots.entry import Snapshot

__all__ = ["check_pair"]

# Concepts of which it changes the meaning of a balance where they are read from another column.
_MATTER = (
    "claim_id",
    "balance",
    "charge",
    "paid",
    "status",
    "balance_payer",
    "balance_payer_2",
    "balance_patient",
)


def check_pair(opening: Snapshot, closing: Snapshot) -> pd.DataFrame:
    """Return what makes two snapshots differ in more than their balances: ``code, where, sentence``.

    Raises
    ------
    SettingsError
        when the first is not of an earlier day than the second.
    NotAvailable
        when one has no claim numbers, so that no balance can be found again, or they are in two currencies.

    Examples
    --------
    >>> import dataclasses, datetime as dt
    >>> june = Snapshot("2026-06-30-00000000", dt.date(2026, 6, 30), 1, "june.csv", "csv", "", 1, 1, 0, 1600, 0,
    ...                 "USD", (("claim_id", "Claim #"), ("balance", "Balance")), (("A9", 1.0),), "june", ())
    >>> july = dataclasses.replace(june, as_of=dt.date(2026, 7, 31), claim_shapes=(("9", 1.0),))
    >>> check_pair(june, july)["sentence"].tolist()
    ['They are built as A9 on 2026-06-30 and as 9 on 2026-07-31, so that a claim may not be found again.']
    """
    if opening.as_of >= closing.as_of:
        raise SettingsError(
            f"Movement goes from an earlier day to a later one, not from {opening.as_of} to {closing.as_of}: give"
            " the earlier one first."
        )
    for one in (opening, closing):
        if not one.has_claim_numbers:
            raise NotAvailable(
                f"Movement is not available, because '{one.source}' of {one.as_of} has no claim numbers by which a"
                " balance could be found again: export the balances claim by claim."
            )
    if opening.currency != closing.currency:
        raise NotAvailable(
            f"Movement is not available, because the amounts are in {opening.currency} on {opening.as_of} and in"
            f" {closing.currency} on {closing.as_of}: export both in one currency."
        )
    findings = Findings()
    _compare_claims(opening, closing, findings)
    _compare_columns(opening, closing, findings)
    if (opening.credits is None) != (closing.credits is None):
        without = opening if opening.credits is None else closing
        findings.add(
            "credits_unknown",
            without.snapshot_id,
            f"The file of {without.as_of} cannot show credits, so that a credit looks like no balance.",
        )
    return findings.table()


def _compare_claims(opening: Snapshot, closing: Snapshot, findings: Findings) -> None:
    before, after = dict(opening.claim_shapes), dict(closing.claim_shapes)
    if before and after and set(before) != set(after):
        findings.add(
            "claim_shapes",
            "claim numbers",
            f"They are built as {_shapes(before)} on {opening.as_of} and as {_shapes(after)} on {closing.as_of}, so"
            " that a claim may not be found again.",
        )


def _shapes(shapes: dict[str, float]) -> str:
    names = list(shapes)
    return " or ".join(names[:3]) + (f" or {len(names) - 3} others" if len(names) > 3 else "")


def _compare_columns(opening: Snapshot, closing: Snapshot, findings: Findings) -> None:
    if opening.mapping_fingerprint == closing.mapping_fingerprint:
        return
    # Bucket columns stand several times under one concept.
    before, after = _columns(opening), _columns(closing)
    for concept in dict.fromkeys([*before, *after]):
        old, new = before.get(concept, []), after.get(concept, [])
        if old == new:
            continue
        said = [f"from {listed(names)}" if names else "from no column" for names in (old, new)]
        more = "; a difference between the two days may come from that alone" if concept in _MATTER else ""
        findings.add(
            "mapping_differs",
            column(new[0] if new else old[0]),
            f"{concept} is read {said[0]} on {opening.as_of} and {said[1]} on {closing.as_of}{more}.",
        )


def _columns(snapshot: Snapshot) -> dict[str, list[str]]:
    columns: dict[str, list[str]] = {}
    for concept, name in snapshot.mapping:
        columns.setdefault(concept, []).append(name)
    return columns
