"""Which ledger rows were posted from a remittance, and what does each say of the charge of its line?

Reads ``transactions`` by kind, group and codes, never by ``reason``. What the rows of a line add up to is judged
in ``x12_answers``.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, NamedTuple

import pandas as pd

from arlab.errors import InputRefused
from arlab.synth.x12_facts import cents, texts

__all__ = ["UNSAID_SHARE", "Part", "Row", "moved_before", "part_of", "remit_rows"]

UNSAID_SHARE: Final = ("PR", "3")
"""Group and reason of a patient's share moved at the visit, of which the ledger does not say the kind."""

_USUAL: Final = {"contractual": ("CO", "45"), "sequestration": ("CO", "253"), "transfer": UNSAID_SHARE}


class Part(NamedTuple):
    """A piece of the charge of a line: paid, taken off, denied, the patient's share, the earlier payer's part.

    ``role`` is one of paid, off, denied, share, earlier, taken; ``row`` the ledger row it was posted as, if any.
    """

    role: str
    group: str
    carc: str
    cents: int
    remark: str = ""
    row: str = ""


class Row(NamedTuple):
    """A ledger row that a remittance explains."""

    remit: str
    claim: str
    rank: int
    line: int
    kind: str
    amount: int
    memo: int
    group: str
    carc: str
    rarc: str
    row: str
    reverses: str


def remit_rows(transactions: pd.DataFrame) -> Iterator[Row]:
    """Yield the rows posted from remittances in order of payment, which may have been posted later."""
    frame = transactions[transactions["remit_id"].notna()] if "remit_id" in transactions else transactions[:0]
    # A transfer is told by what leaves a payer; the other half only says where it goes.
    leaves = (frame["amount"] < 0) & (frame["group_code"] == "PR") if "group_code" in frame else False
    frame = frame[frame["responsible"].str.startswith("payer_") & ((frame["kind"] != "transfer") | leaves)]
    frame = frame.assign(paid=frame.groupby("remit_id")["effective_date"].transform("min"))
    frame = frame.sort_values(
        ["paid", "remit_id", "claim_id", "responsible", "line_number", "transaction_id"]
    )
    rank = frame["responsible"].str[-1].astype(int).tolist()
    line = frame["line_number"].fillna(0).astype(int).tolist()
    yield from map(
        Row,
        texts(frame, "remit_id"),
        texts(frame, "claim_id"),
        rank,
        line,
        texts(frame, "kind"),
        cents(frame, "amount"),
        cents(frame, "memo_amount"),
        texts(frame, "group_code"),
        texts(frame, "carc"),
        texts(frame, "rarc"),
        texts(frame, "transaction_id"),
        texts(frame, "reverses_id"),
    )


def moved_before(transactions: pd.DataFrame) -> dict[tuple[str, int], int]:
    """Return by claim and line (0: none named) what left the first payer for the patient without a remittance."""
    frame = transactions[(transactions["kind"] == "transfer") & (transactions["amount"] < 0)]
    frame = frame[(frame["responsible"] == "payer_1")]
    if "remit_id" in frame:
        frame = frame[frame["remit_id"].isna()]
    keys = zip(texts(frame, "claim_id"), frame["line_number"].fillna(0).astype(int).tolist(), strict=True)
    moved: dict[tuple[str, int], int] = {}
    for key, amount in zip(keys, cents(frame, "amount"), strict=True):
        moved[key] = moved.get(key, 0) - amount
    return moved


def part_of(row: Row) -> Part:
    """Return what a posted row is in an answer."""
    group, carc = _USUAL.get(row.kind, ("CO", ""))
    if row.kind == "payer_payment":
        return Part("paid", "", "", -row.amount, row=row.row)
    role = {"contractual": "off", "sequestration": "off", "denial": "denied", "transfer": "share"}.get(
        row.kind
    )
    if role is None:
        raise InputRefused(
            f"Row {row.row} of kind {row.kind} names a remittance, which cannot say such a thing."
        )
    amount = row.memo if role == "denied" else -row.amount
    return Part(role, row.group or group, row.carc or carc, amount, row.rarc, row.row)
