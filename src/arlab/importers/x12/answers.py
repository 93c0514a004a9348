"""What did payers answer, kept small until every file is read?

An answer is only understood after the ones before it, and files come in any order: remittances are packed, sorted
by their day and handed back one at a time. Nothing is posted here.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import marshal
from collections.abc import Iterator
from typing import Any, NamedTuple

from arlab.importers.x12.denial_codes import claim_verdict, is_denial
from arlab.importers.x12.model import ClaimPayment, ServicePayment

__all__ = ["CUT", "Answer", "AnswerLine", "Part", "Remit", "Remits", "answer_of"]

REVERSAL = "22"
ODD, CUT = 1, 2  # repaired: an amount was oddly written; adjustments that exceed the charge were left out
_MEDICARE = ("MA", "MB")
_GROUPS = ("CO", "PR", "OA", "PI")  # any other, such as the old CR, is read as none


class Part(NamedTuple):
    """One adjustment: group, reason, cents off the charge, and whether it denies."""

    group: str
    carc: str
    cents: int
    denies: bool


class AnswerLine(NamedTuple):
    """What an answer says of one line, or (without a procedure) of the claim as a whole."""

    number: str
    procedure: str
    charge: int
    paid: int
    day: int
    parts: tuple[Part, ...]
    remark: str


class Answer(NamedTuple):
    """One CLP; days are ordinals (0: none), the money of a reversal is negative as in the file.

    ``repaired`` is 0, ``ODD`` or ``CUT``.
    """

    control: str
    status: str
    charge: int
    paid: int
    payer_control: str
    frequency: str
    day: int
    received: int
    filing: str
    segment: int
    denied: bool
    repaired: int
    lines: tuple[AnswerLine, ...]

    @property
    def reversal(self) -> bool:
        """Whether it takes an earlier answer back."""
        return self.status == REVERSAL


@dataclasses.dataclass
class Remit:
    """One remittance; ``day`` is an ordinal, ``adjustment`` the sum of PLB, money in cents."""

    file: int
    segment: int
    payer: int
    trace: str
    day: int
    amount: int
    payee: str = ""
    adjustment: int = 0
    reasons: str = ""
    packed: bytes = b""

    def answers(self) -> Iterator[Answer]:
        """Yield the answers in the order of the file."""
        held: list[Any] = marshal.loads(self.packed) if self.packed else []  # noqa: S302 (packed by ourselves)
        for *head, lines in held:
            spoken = (
                AnswerLine._make((*start, tuple(map(Part._make, parts)), remark))
                for *start, parts, remark in lines
            )
            yield Answer._make((*head, tuple(spoken)))


class Remits:
    """The remittances of a folder."""

    def __init__(self) -> None:
        self.all: list[Remit] = []
        self._waiting: list[Answer] = []

    def hold(self, answer: Answer) -> None:
        """Keep an answer until its remittance ends."""
        self._waiting.append(answer)

    def close(self, remit: Remit) -> None:
        """Keep a remittance with the answers that were held since the last one."""
        remit.packed = marshal.dumps([_plain(answer) for answer in self._waiting])
        self._waiting.clear()
        self.all.append(remit)

    def in_order(self) -> list[Remit]:
        """Return the remittances in the order of their days."""
        return sorted(self.all, key=lambda remit: (remit.day, remit.file, remit.segment))


def _plain(answer: Answer) -> tuple[Any, ...]:
    """Return an answer as tuples of plain values, which is what can be packed."""
    lines = tuple(
        (*line[:5], tuple(tuple(part) for part in line.parts), line.remark) for line in answer.lines
    )
    return (*answer[:-1], lines)


def answer_of(claim: ClaimPayment) -> Answer:
    """Return a claim of an 835 as an answer.

    The last line stands for the claim as a whole where the claim has money or adjustments of its own. Adjustments
    that explain more than the charge would leave a credit that nobody paid: where the same ones stand at the claim
    and at its lines those of the claim count, and else only the payment and denials are kept.
    """
    medicare = "medicare" if claim.filing in _MEDICARE else ""
    own = _parts(claim.adjustments, medicare)
    by_line = [_parts(line.adjustments, medicare) for line in claim.lines]
    sign = -1 if claim.charge < 0 or (claim.status == REVERSAL and claim.charge == 0) else 1
    least = claim.charge - claim.paid

    def too_much(*held: tuple[Part, ...]) -> bool:
        return sign * (sum(part.cents for parts in held for part in parts) - least) > 0

    cut = too_much(own, *by_line)
    if cut:
        if own and not too_much(own):
            by_line = [() for _ in by_line]
        elif own and not too_much(*by_line):
            own = ()
        else:
            own = tuple(part for part in own if part.denies)
            by_line = [tuple(part for part in parts if part.denies) for parts in by_line]
    remark = claim.remarks[0] if claim.remarks else ""
    lines = [_line(line, parts, remark) for line, parts in zip(claim.lines, by_line, strict=True)]
    rest = claim.paid - sum(line.paid for line in claim.lines)
    if own or rest or not lines:
        lines.append(AnswerLine("", "", 0 if claim.lines else claim.charge, rest, 0, own, remark))
    return Answer(
        claim.claim_id,
        claim.status,
        claim.charge,
        claim.paid,
        claim.payer_control,
        claim.frequency,
        _ordinal(claim.service_date),
        _ordinal(claim.received_date),
        claim.filing,
        claim.segment,
        claim_verdict(claim) == "denied",
        CUT if cut else ODD if claim.repaired else 0,
        tuple(lines),
    )


def _parts(adjustments: list[Any], payer_class: str) -> tuple[Part, ...]:
    """Return the adjustments, those of one group and reason together."""
    sums: dict[tuple[str, str], int] = {}
    for group, carc, cents, _ in adjustments:
        sums[group, carc] = sums.get((group, carc), 0) + cents
    return tuple(
        Part(
            group if group in _GROUPS else "",
            carc,
            cents,
            is_denial(carc, group=group, payer_class=payer_class),
        )
        for (group, carc), cents in sums.items()
        if cents
    )


def _line(line: ServicePayment, parts: tuple[Part, ...], remark: str) -> AnswerLine:
    own = line.remarks[0] if line.remarks else remark
    day = _ordinal(line.service_date)
    return AnswerLine(line.line_number, line.procedure, line.charge, line.paid, day, parts, own)


def _ordinal(day: dt.date | None) -> int:
    return day.toordinal() if day else 0
