"""What was posted, row by row, kept in columns until it becomes the ledger?

Knows kinds, parties and reasons by number. It decides nothing: see ``ledger``.
"""

from __future__ import annotations

import dataclasses
import sys
from array import array

from arlab.tables import RESPONSIBLE, TRANSACTION_KINDS

__all__ = ["KIND", "NOTHING", "REASONS", "RESPONSIBLE_AT", "Entries"]

KIND = {name: number for number, name in enumerate(TRANSACTION_KINDS)}
RESPONSIBLE_AT = {name: number for number, name in enumerate(RESPONSIBLE)}
REASONS = (
    "",
    "patient_share",
    "to_next_payer",
    "answer_taken_back",
    "takeback",
    "paid_again",
    "first_answer_not_in_folder",
)
NOTHING = -1


def _ints() -> array[int]:
    return array("i")


def _bytes() -> array[int]:
    return array("b")


@dataclasses.dataclass
class Entries:
    """Columns of the rows in the order of posting; ``claim`` and ``remit`` are numbers, days are ordinals.

    ``line`` is the number of the line in its claim (0: the claim as a whole), ``reverses`` a place here or -1.
    """

    claim: array[int] = dataclasses.field(default_factory=_ints)
    line: array[int] = dataclasses.field(default_factory=_ints)
    posted: array[int] = dataclasses.field(default_factory=_ints)
    effective: array[int] = dataclasses.field(default_factory=_ints)
    kind: array[int] = dataclasses.field(default_factory=_bytes)
    responsible: array[int] = dataclasses.field(default_factory=_bytes)
    amount: array[int] = dataclasses.field(default_factory=lambda: array("q"))
    memo: array[int] = dataclasses.field(default_factory=lambda: array("q"))
    reason: array[int] = dataclasses.field(default_factory=_bytes)
    group: list[str] = dataclasses.field(default_factory=list)
    carc: list[str] = dataclasses.field(default_factory=list)
    rarc: list[str] = dataclasses.field(default_factory=list)
    remit: array[int] = dataclasses.field(default_factory=_ints)
    reverses: array[int] = dataclasses.field(default_factory=_ints)

    def __len__(self) -> int:
        return len(self.claim)

    def add(
        self,
        kind: str,
        party: int,
        amount: int,
        *,
        claim: int,
        line: int,
        posted: int,
        effective: int = 0,
        memo: int = 0,
        reason: str = "",
        group: str = "",
        carc: str = "",
        rarc: str = "",
        remit: int = NOTHING,
        reverses: int = NOTHING,
    ) -> int:
        """Add a row and return its place."""
        self.claim.append(claim)
        self.line.append(line)
        self.posted.append(posted)
        self.effective.append(effective or posted)
        self.kind.append(KIND[kind])
        self.responsible.append(party)
        self.amount.append(amount)
        self.memo.append(memo)
        self.reason.append(REASONS.index(reason))
        self.group.append(sys.intern(group))
        self.carc.append(sys.intern(carc))
        self.rarc.append(sys.intern(rarc))
        self.remit.append(remit)
        self.reverses.append(reverses)
        return len(self.claim) - 1
