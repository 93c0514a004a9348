"""How is the sending of a claim written in an 837P transaction (005010X222A1)?

The patient is always the subscriber. What a claim is worth to its payer stands in ``x12_835``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from arlab.synth.x12_835 import adjustment_segments
from arlab.synth.x12_answers import Answers, LineAnswer
from arlab.synth.x12_facts import Facts, PayerFacts
from arlab.synth.x12_sendings import Sending
from arlab.synth.x12_text import composite, money, segment

__all__ = ["claims_body", "earlier_answers"]

_ORDER: Final = ("P", "S", "T")
_TELEPHONE: Final = "5555550100"  # kept for fiction

Earlier = dict[tuple[int, str], dict[int, tuple[str, LineAnswer]]]


def earlier_answers(answers: Answers, sending: Sending) -> Earlier:
    """Return what the payers before this one have answered by the day of the sending.

    Returns
    -------
    (rank, payer) -> line -> (payment day, answer in force). Empty for a first payer.
    """
    found: Earlier = {}
    for rank in range(1, sending.rank):
        in_force: dict[int, tuple[str, str, LineAnswer | None]] = {}
        for day, payer, line, answer in answers.course.get((sending.claim, rank), ()):
            if day <= sending.submitted:
                in_force[line] = (payer, day, answer)
        for line, (payer, day, answer) in sorted(in_force.items()):
            if answer is not None:
                found.setdefault((rank, payer), {})[line] = (day, answer)
    return found


def claims_body(
    facts: Facts,
    answers: Answers,
    payer: PayerFacts,
    sendings: Iterable[Sending],
    *,
    sender: str,
    day: str,
    reference: str,
) -> list[str]:
    """Return the segments between ST and SE of all claims sent to one payer on one day."""
    body = [
        segment("BHT", "0019", "00", reference, day, "1200", "CH"),
        segment("NM1", "41", "2", facts.practice, "", "", "", "", "46", sender),
        segment("PER", "IC", "BILLING OFFICE", "TE", _TELEPHONE),
        segment("NM1", "40", "2", payer.name, "", "", "", "", "46", payer.identifier),
        segment("HL", "1", "", "20", "1"),
        segment("NM1", "85", "2", facts.practice, "", "", "", "", "XX", facts.npi),
        segment("N3", "1 SAMPLE STREET"),
        segment("N4", "ANYTOWN", "XX", "00001"),
        segment("REF", "EI", facts.tax_number),
    ]
    for number, sending in enumerate(sendings, start=2):
        body += _claim_segments(facts, answers, payer, sending, number)
    return body


def _claim_segments(
    facts: Facts, answers: Answers, payer: PayerFacts, sending: Sending, number: int
) -> Iterator[str]:
    claim = facts.claims[sending.claim]
    patient = facts.patients[claim.patient]
    insured = segment("NM1", "IL", "1", *patient.name, "", "", "", "MI", patient.member)
    earlier = earlier_answers(answers, sending)
    yield segment("HL", str(number), "1", "22", "0")
    yield segment("SBR", _ORDER[sending.rank - 1], "18", *[""] * 6, payer.filing)
    yield insured
    yield segment("N3", "1 SAMPLE STREET")
    yield segment("N4", "ANYTOWN", "XX", patient.zip)
    if patient.birth_day:
        yield segment("DMG", "D8", patient.birth_day, "U")
    yield segment("NM1", "PR", "2", payer.name, "", "", "", "", "PI", payer.identifier)
    place = composite("11", "B", sending.frequency)
    yield segment("CLM", sending.claim, money(claim.charge), "", "", place, "Y", "A", "Y", "Y")
    if sending.replaces:
        yield segment("REF", "F8", sending.replaces)
    if claim.diagnosis:
        yield segment("HI", composite("ABK", claim.diagnosis))
    yield facts.providers[claim.provider]
    for (rank, other), by_line in earlier.items():
        paid = sum(answer.paid for _, answer in by_line.values())
        about = facts.payers[other]
        first = next(iter(earlier)) == (rank, other) or rank > 1
        yield segment("SBR", _ORDER[rank - 1] if first else "U", "18", *[""] * 6, about.filing)
        yield segment("AMT", "D", money(paid))
        yield segment("OI", "", "", "Y", "", "", "Y")
        yield insured
        yield segment("NM1", "PR", "2", about.name, "", "", "", "", "PI", about.identifier)
    for line in claim.lines:
        yield segment("LX", str(line.number))
        pointer = "1" if claim.diagnosis else ""
        yield segment("SV1", line.service, money(line.charge), "UN", line.units, "", "", pointer)
        yield segment("DTP", "472", "D8", claim.service_day)
        yield segment("REF", "6R", str(line.number))
        for (_, other), by_line in earlier.items():
            if line.number in by_line:
                day, answer = by_line[line.number]
                yield segment(
                    "SVD", facts.payers[other].identifier, money(answer.paid), line.service, "", line.units
                )
                yield from adjustment_segments(answer)
                yield segment("DTP", "573", "D8", day)
