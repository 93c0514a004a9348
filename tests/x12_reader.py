"""A small X12 reader of its own: it shares nothing with the writer, so that the two can disagree."""

from __future__ import annotations

import dataclasses
from collections import defaultdict
from decimal import Decimal


def segments(text: str) -> list[list[str]]:
    """Return the segments of an interchange as lists of elements; the delimiters stand in its ISA."""
    text = text.lstrip("\ufeff \r\n")
    star, tilde = text[3], text[105]
    return [piece.strip("\r\n").split(star) for piece in text.split(tilde) if piece.strip()]


def cents(text: str) -> int:
    value = Decimal(text or "0") * 100
    assert value == int(value), text
    return int(value)


def at(segment: list[str], place: int) -> str:
    return segment[place] if len(segment) > place else ""


def transactions(text: str) -> list[list[list[str]]]:
    """Return what stands between ST and SE, one list per transaction, with the two."""
    found, inside = [], None
    for segment in segments(text):
        if segment[0] == "ST":
            inside = []
        if inside is not None:
            inside.append(segment)
        if segment[0] == "SE":
            found.append(inside)
            inside = None
    return found


def envelope_faults(text: str) -> list[str]:
    """Return what is wrong with counts and control numbers of an interchange with one group."""
    every = segments(text)
    isa, gs, ge, iea = every[0], every[1], every[-2], every[-1]
    sets = transactions(text)
    faults = [] if [s[0] for s in (isa, gs, ge, iea)] == ["ISA", "GS", "GE", "IEA"] else ["order"]
    faults += ["ISA length"] * (len(text.split("~")[0]) != 105)
    faults += ["ISA control"] * (isa[13] != iea[2] or len(isa[13]) != 9)
    faults += ["GS control"] * (gs[6] != ge[2])
    faults += ["GS count"] * (iea[1] != "1") + ["ST count"] * (int(ge[1]) != len(sets))
    for body in sets:
        faults += ["SE count"] * (int(body[-1][1]) != len(body)) + ["SE control"] * (
            body[-1][2] != body[0][2]
        )
    faults += ["ST twice"] * (len({body[0][2] for body in sets}) != len(sets))
    faults += ["stray segment"] * (len(every) != 4 + sum(map(len, sets)))
    return faults


def adjustments(segment: list[str]) -> list[tuple[str, str, int]]:
    """Return (group, reason, cents) of a CAS segment."""
    return [
        (segment[1], segment[place], cents(at(segment, place + 1)))
        for place in range(2, len(segment), 3)
        if segment[place]
    ]


@dataclasses.dataclass
class Line:
    """A line of an answer or of a claim, or the answer of an earlier payer to it (``earlier``)."""

    number: int = 0
    service: str = ""
    charge: int = 0
    paid: int = 0
    units: str = ""
    day: str = ""
    cas: list[tuple[str, str, int]] = dataclasses.field(default_factory=list)
    remarks: list[str] = dataclasses.field(default_factory=list)
    allowed: int | None = None
    earlier: list[Line] = dataclasses.field(default_factory=list)
    payer: str = ""

    @property
    def rest(self) -> int:
        return self.charge - self.paid - sum(amount for _, _, amount in self.cas)


@dataclasses.dataclass
class Claim:
    """A CLP with its lines, or a CLM with its lines and what it says of earlier payers (``paid_before``)."""

    claim: str
    status: str = ""
    charge: int = 0
    paid: int = 0
    share: int = 0
    control: str = ""
    frequency: str = ""
    order: str = ""
    replaces: str = ""
    day: str = ""
    payer: str = ""
    cas: list[tuple[str, str, int]] = dataclasses.field(default_factory=list)
    remarks: list[str] = dataclasses.field(default_factory=list)
    lines: list[Line] = dataclasses.field(default_factory=list)
    paid_before: dict[str, int] = dataclasses.field(default_factory=dict)


@dataclasses.dataclass
class Remittance:
    """An 835 transaction."""

    amount: int = 0
    day: str = ""
    trace: str = ""
    plb: list[tuple[str, int]] = dataclasses.field(default_factory=list)
    claims: list[Claim] = dataclasses.field(default_factory=list)

    def faults(self) -> list[str]:
        """Return every sum that does not come out."""
        found = []
        for claim in self.claims:
            off = sum(amount for _, _, amount in claim.cas)
            off += sum(amount for line in claim.lines for _, _, amount in line.cas)
            found += [f"claim {claim.claim}"] * (claim.charge - off != claim.paid)
            found += [f"line of {claim.claim}" for line in claim.lines if line.rest]
        adjusted = sum(amount for _, amount in self.plb)
        found += ["transaction"] * (sum(claim.paid for claim in self.claims) - adjusted != self.amount)
        return found


def remittances(text: str) -> list[Remittance]:
    """Return the 835 transactions of an interchange."""
    found = []
    for body in transactions(text):
        one = Remittance()
        found.append(one)
        here: Claim | Line | None = None
        for segment in body:
            tag = segment[0]
            if tag == "BPR":
                one.amount, one.day = cents(segment[2]), at(segment, 16)
            elif tag == "TRN":
                one.trace = segment[2]
            elif tag == "PLB":
                for place in range(3, len(segment) - 1, 2):
                    one.plb.append((segment[place].split(":")[0], cents(segment[place + 1])))
            elif tag == "CLP":
                here = Claim(segment[1], segment[2], cents(segment[3]), cents(segment[4]), cents(segment[5]))
                here.control, here.frequency = segment[7], at(segment, 9)
                one.claims.append(here)
            elif tag == "SVC":
                here = Line(0, segment[1], cents(segment[2]), cents(segment[3]), at(segment, 5))
                one.claims[-1].lines.append(here)
            elif tag == "CAS":
                here.cas += adjustments(segment)
            elif tag == "MOA":
                one.claims[-1].remarks += [code for code in segment[3:] if code]
            elif tag == "REF" and segment[1] == "6R":
                here.number = int(segment[2]) if segment[2].isdigit() else 0
            elif tag == "DTM" and segment[1] == "472":
                here.day = segment[2]
            elif tag == "AMT" and segment[1] == "B6":
                here.allowed = cents(segment[2])
            elif tag == "LQ" and segment[1] == "HE":
                here.remarks.append(segment[2])
    return found


def sent_claims(text: str) -> list[Claim]:
    """Return the claims of an 837P interchange, in order."""
    found: list[Claim] = []
    for body in transactions(text):
        day = order = payer = ""
        here: Line | None = None
        inside_other = False
        for segment in body:
            tag = segment[0]
            if tag == "BHT":
                day = segment[4]
            elif tag == "HL":
                inside_other = False
                here = None
            elif tag == "SBR" and here is None and not inside_other:
                order = segment[1]
                inside_other = True  # the next SBR before a line is another payer's
            elif tag == "NM1" and segment[1] == "PR":
                payer = segment[9]
                if found and found[-1].paid_before.get("?") is not None and inside_other:
                    found[-1].paid_before[payer] = found[-1].paid_before.pop("?")
            elif tag == "CLM":
                found.append(Claim(segment[1], charge=cents(segment[2]), day=day, order=order, payer=payer))
                found[-1].frequency = segment[5].split(":")[2]
            elif tag == "REF" and segment[1] == "F8":
                found[-1].replaces = segment[2]
            elif tag == "AMT" and segment[1] == "D":
                found[-1].paid_before["?"] = cents(segment[2])
            elif tag == "LX":
                here = Line(int(segment[1]))
                found[-1].lines.append(here)
            elif tag == "SV1":
                here.service, here.charge, here.units = segment[1], cents(segment[2]), segment[4]
            elif tag == "DTP" and segment[1] == "472":
                here.day = segment[3]
            elif tag == "SVD":
                answer = Line(here.number, segment[3], here.charge, cents(segment[2]), segment[5])
                answer.payer = segment[1]
                here.earlier.append(answer)
            elif tag == "CAS":
                here.earlier[-1].cas += adjustments(segment)
            elif tag == "DTP" and segment[1] == "573":
                here.earlier[-1].day = segment[3]
    return found


def net_by(claims: list[Claim], *, without: tuple[str, ...] = ()) -> dict[tuple[str, str], int]:
    """Return the sum of adjustments by claim and reason."""
    total: dict[tuple[str, str], int] = defaultdict(int)
    for claim in claims:
        for line in claim.lines:
            for _, reason, amount in line.cas:
                if reason not in without:
                    total[claim.claim, reason] += amount
    return {key: amount for key, amount in total.items() if amount}
