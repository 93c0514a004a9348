"""Which claim does every answer and status belong to, and what follows from it for the ledger and the sendings?

Matches first, for all files, and posts then: who the later payers of a claim are is known from all of them. What
matches no claim is quarantined with its dollars.
"""

from __future__ import annotations

import dataclasses
from array import array

from arlab.importers.x12.answers import CUT, Answer, Remit
from arlab.importers.x12.claims import Claims
from arlab.importers.x12.intake import PAYMENTS, STATUSES, Intake, Status
from arlab.importers.x12.ledger import RANKS, Ledger
from arlab.importers.x12.match import AMBIGUOUS, Matcher
from arlab.importers.x12.status277 import REJECTED

__all__ = ["Acceptance", "Posted", "post_answers"]

_ACCEPTED = ("A2",)


@dataclasses.dataclass
class Acceptance:
    """What became of each sending before it was decided: days by sending, as ordinals (0: none)."""

    accepted: array[int]
    rejected: array[int]
    received: array[int]
    category: dict[int, str] = dataclasses.field(default_factory=dict)
    control: dict[int, str] = dataclasses.field(default_factory=dict)


@dataclasses.dataclass
class Posted:
    """The result: the ledger, the remittances in order, acceptance, and what the answers add to the claims.

    ``payer_of`` names the payer of a (claim, rank) that answered; ``matched`` counts answers, ``paid`` their cents,
    ``denied`` those that deny the claim; ``used`` and ``used_cents`` count the sendings that belong to a claim;
    ``repaired`` counts records of both kinds, ``cut`` answers whose adjustments exceed the charge.
    """

    ledger: Ledger
    remits: list[Remit]
    acceptance: Acceptance
    payer_of: dict[tuple[int, int], int]
    matched: int
    paid: int
    denied: int
    used: int
    used_cents: int
    repaired: int
    cut: int


def post_answers(intake: Intake, claims: Claims) -> Posted:
    """Match and post every answer of the folder, remittance by remittance in the order of their days."""
    matcher = Matcher(claims, intake.sendings)
    none = bytes(4 * len(intake.sendings))
    acceptance = Acceptance(array("i", none), array("i", none), array("i", none))
    for status in sorted(intake.statuses, key=lambda one: (one.day, one.file, one.segment)):
        _take_status(intake, matcher, acceptance, status)
    remits, found = intake.remits.in_order(), array("i")
    payer_of: dict[tuple[int, int], int] = {}
    matched = paid = denied = repaired = cut = 0
    for remit in remits:
        for answer in remit.answers():
            claim = matcher.claim_of(answer, payer=remit.payer, payee=remit.payee)
            found.append(claim)
            if claim < 0:
                code = "ambiguous" if claim == AMBIGUOUS else "unmatched"
                reason = matcher.why(answer, claim)
                intake.set_aside(
                    PAYMENTS, remit.file, answer.segment, code, reason, answer.paid, answer.charge
                )
                continue
            matched, paid, denied = matched + 1, paid + answer.paid, denied + answer.denied
            repaired, cut = repaired + bool(answer.repaired), cut + (answer.repaired == CUT)
            rank = RANKS.get(answer.status)
            if rank is None and all(intake.sendings.rank[at] == 1 for at in matcher.sendings_of(claim)):
                rank = 1
            if rank and not answer.reversal:
                payer_of.setdefault((claim, rank), remit.payer)
            if not answer.reversal:
                _accept(matcher, acceptance, claim, answer, remit, rank)
    sendings = intake.sendings
    later = {
        (claims.of[at], rank) for at, rank in enumerate(sendings.rank) if rank > 1 and claims.of[at] >= 0
    }
    later |= {key for key in payer_of if key[1] > 1}
    ledger = Ledger(claims, sendings, matcher, later=later, answered={c for c, rank in payer_of if rank == 1})
    ledger.charge_all()
    place = 0
    for number, remit in enumerate(remits):
        answers = list(remit.answers())
        theirs = zip(found[place : place + len(answers)], answers, strict=True)
        place += len(answers)
        ledger.post(number, payer=remit.payer, day=remit.day, answers=[one for one in theirs if one[0] >= 0])
    ledger.standings.clear()
    used = [at for at, claim in enumerate(claims.of) if claim >= 0]
    charged = sum(sendings.charge[at] for at in used)
    repaired += sum(sendings.repaired[at] for at in used)
    return Posted(
        ledger, remits, acceptance, payer_of, matched, paid, denied, len(used), charged, repaired, cut
    )


def _accept(
    matcher: Matcher, acceptance: Acceptance, claim: int, answer: Answer, remit: Remit, rank: int | None
) -> None:
    """Note that the sending which an answer speaks of was accepted, by the day of the answer at the latest."""
    sendings = matcher.sendings
    sent = [at for at in matcher.sendings_of(claim) if sendings.sent[at] <= remit.day]
    for fits in (
        lambda at: sendings.payer[at] == remit.payer and sendings.frequency[at] == answer.frequency,
        lambda at: sendings.payer[at] == remit.payer,
        lambda at: sendings.rank[at] == (rank or 1),
    ):
        some = [at for at in sent if fits(at)]
        if some:
            at = max(some, key=lambda one: (sendings.sent[one], one))
            if not acceptance.accepted[at]:
                acceptance.accepted[at] = remit.day
            acceptance.rejected[at] = 0
            acceptance.category.pop(at, None)
            if answer.received and not acceptance.received[at]:
                acceptance.received[at] = answer.received
            if answer.payer_control:
                acceptance.control.setdefault(at, answer.payer_control)
            return


def _take_status(intake: Intake, matcher: Matcher, acceptance: Acceptance, status: Status) -> None:
    """Note what a status says of the last sending before it; one that matches no claim is quarantined."""
    sendings = intake.sendings
    named = [
        claim
        for claim in matcher.claims.named(status.control)
        if (not status.service or sendings.service[matcher.claims.first[claim]] == status.service)
        and (
            status.charge is None
            or any(sendings.charge[at] == status.charge for at in matcher.sendings_of(claim))
        )
    ]
    if len(named) != 1:
        code = "ambiguous" if named else "unmatched"
        words = "several claims have its control number, day and charge" if named else (
            "no claim in the 837 files has its control number, day and charge"
        )  # fmt: skip
        intake.set_aside(STATUSES, status.file, status.segment, code, words, 0, status.charge or 0)
        return
    every = matcher.sendings_of(named[0])
    before = [at for at in every if not status.day or sendings.sent[at] <= status.day] or every
    at = max(before, key=lambda one: (sendings.sent[one], one))
    if status.payer_control:
        acceptance.control[at] = status.payer_control
        matcher.remember(sendings.payer[at], status.payer_control, named[0])
    day = status.day or sendings.sent[at]
    if status.category in REJECTED:
        acceptance.rejected[at], acceptance.accepted[at] = day, 0
        acceptance.category[at] = f"{status.category} {status.code}".strip()
    elif status.category in _ACCEPTED and not acceptance.rejected[at]:
        acceptance.accepted[at] = acceptance.accepted[at] or day
