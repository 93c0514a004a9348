"""How is a remittance written as an 835 transaction (005010X221A1)?

Takes answers that add up; decides nothing and reads no ledger.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

from arlab.synth.x12_answers import ClaimAnswer, LineAnswer
from arlab.synth.x12_facts import Facts, LineFacts, PayerFacts
from arlab.synth.x12_text import composite, money, segment

__all__ = ["Remittance", "adjustment_segments", "remittance_body"]

_GROUPS: Final = ("CO", "OA", "PI", "PR")
_SHARE_ROLES: Final = ("paid", "share")
_MEMBER_UNKNOWN: Final = "31"
_MOST_REMARKS: Final = 5  # places of an MOA segment
_TRIPLETS: Final = 6  # reasons that a CAS segment holds
_TELEPHONE: Final = "5555550100"  # kept for fiction


class Remittance(NamedTuple):
    """A row of the table remittances; money in cents, the day like ``20260630``."""

    remit: str
    trace: str
    day: str
    amount: int
    adjustment: int
    adjustment_reason: str


def remittance_body(
    facts: Facts, payer: PayerFacts, remittance: Remittance, answers: Iterable[ClaimAnswer]
) -> list[str]:
    """Return the segments of one remittance between ST and SE.

    Claim payments less the provider-level adjustment are the amount paid. Payment is by cheque, whose number is
    the trace number, so that no bank account has to be made up.
    """
    pays = ("I", "CHK") if remittance.amount else ("H", "NON")
    name, identifier = payer.name, payer.identifier
    body = [
        segment("BPR", pays[0], money(remittance.amount), "C", pays[1], *[""] * 11, remittance.day),
        segment("TRN", "1", remittance.trace, f"1{payer.number:09d}"),
        segment("DTM", "405", remittance.day),
        segment("N1", "PR", name),
        segment("N3", "1 SAMPLE PLAZA"),
        segment("N4", "ANYTOWN", "XX", "00001"),
        segment("REF", "2U", identifier),
        segment("PER", "BL", "REMITTANCES", "TE", _TELEPHONE),
        segment("N1", "PE", facts.practice, "XX", facts.npi),
        segment("REF", "TJ", facts.tax_number),
    ]
    claims = [line for answer in answers for line in _claim_segments(facts, payer, answer)]
    if claims:
        body += [segment("LX", "1"), *claims]
    if remittance.adjustment:
        reason = composite(remittance.adjustment_reason or "CS", remittance.trace)
        year_end = f"{remittance.day[:4]}1231"
        body.append(segment("PLB", facts.npi, year_end, reason, money(remittance.adjustment)))
    return body


def _claim_segments(facts: Facts, payer: PayerFacts, answer: ClaimAnswer) -> Iterator[str]:
    """Yield what the payer says of one claim; a reversal repeats the earlier answer with its signs turned."""
    claim, lines = facts.claims[answer.claim], answer.lines
    patient, sign = facts.patients[claim.patient], -1 if answer.reversal else 1
    share = sum(part.cents for line in lines for part in line.parts if part.group == "PR")
    yield segment(
        "CLP",
        answer.claim,
        _status(answer),
        money(sign * sum(line.charge for line in lines)),
        money(sign * sum(line.paid for line in lines)),
        money(share) if share and not answer.reversal else "",
        payer.filing,
        answer.sending.control,
        "11",
        answer.sending.frequency,
    )
    yield segment("NM1", "QC", "1", *patient.name, "", "", "", "MI", patient.member)
    yield facts.providers[claim.provider]
    about = {remark: "" for line in lines for part in line.parts if (remark := part.remark).startswith("MA")}
    of_claim = list(about)[:_MOST_REMARKS]
    if of_claim:
        yield segment("MOA", "", "", *of_claim)
    services = {line.number: line for line in claim.lines}
    for line in lines:
        yield from _line_segments(services[line.number], claim.service_day, line, sign, of_claim)


def _status(answer: ClaimAnswer) -> str:
    """Return how the claim was processed.

    A denied claim is a processed claim; code 4 stands only where the payer does not know the patient at all.
    """
    if answer.reversal:
        return "22"
    reasons = {part.carc for line in answer.lines for part in line.parts}
    return "4" if reasons == {_MEMBER_UNKNOWN} else str(answer.rank)


def _line_segments(
    service: LineFacts, day: str, line: LineAnswer, sign: int, of_claim: list[str]
) -> Iterator[str]:
    yield segment(
        "SVC", service.service, money(sign * line.charge), money(sign * line.paid), "", service.units
    )
    yield segment("DTM", "472", day)
    yield from adjustment_segments(line, sign)
    yield segment("REF", "6R", str(line.number))
    allowed = sum(part.cents for part in line.parts if part.role in _SHARE_ROLES or part.carc == "253")
    if allowed > 0 and sign > 0:
        yield segment("AMT", "B6", money(allowed))
    for remark in dict.fromkeys(part.remark for part in line.parts):
        if remark and remark not in of_claim:
            yield segment("LQ", "HE", remark)


def adjustment_segments(line: LineAnswer, sign: int = 1) -> Iterator[str]:
    """Yield the adjustments of a line by group, the amounts of one reason together."""
    found: dict[str, dict[str, int]] = {}
    for part in line.parts:
        if part.group and part.role != "paid":
            reasons = found.setdefault(part.group, {})
            reasons[part.carc] = reasons.get(part.carc, 0) + part.cents
    for group in _GROUPS:
        of_group = [(carc, cents) for carc, cents in found.get(group, {}).items() if cents]
        for start in range(0, len(of_group), _TRIPLETS):
            elements = [
                element
                for carc, cents in of_group[start : start + _TRIPLETS]
                for element in (carc, money(sign * cents), "")
            ]
            yield segment("CAS", group, *elements)
