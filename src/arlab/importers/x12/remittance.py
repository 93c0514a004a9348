"""What did a payer answer and pay, remittance by remittance (835)?

Reads 4010 and 5010 and checks every sum that a remittance carries. It posts nothing and knows no other file.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from hashlib import blake2b

from arlab.importers.findings import Findings, money
from arlab.importers.x12.model import (
    Adjustment,
    ClaimPayment,
    ProviderAdjustment,
    Remittance,
    RemittanceEnd,
    ServicePayment,
)
from arlab.importers.x12.reader import Handler, Reader
from arlab.importers.x12.segments import Source
from arlab.importers.x12.values import at, cents, parts, readable

__all__ = ["Reader835", "Record835", "iter_835"]

Record835 = Remittance | ClaimPayment | RemittanceEnd

_REVERSAL = "22"
_MOST_IN_CLAIM = 100_000  # adjustments and lines of one claim; a hundred times what the standard allows
_MOST_REMEMBERED = 200_000
_REMARK_PLACES = {"MOA": range(3, 8), "MIA": (5, 20, 21, 22, 23)}


def iter_835(source: Source, findings: Findings) -> Iterator[Record835]:
    """Yield each remittance of an 835 file as its head, its claims and its end, in order.

    Parameters
    ----------
    source : path or binary file
    findings : takes what was noticed, with segment numbers

    Yields
    ------
    ``Remittance``, then a ``ClaimPayment`` for every CLP, then ``RemittanceEnd``. Amounts are whole cents. A claim
    with a ``problem`` cannot be used: amounts of it that could not be read are 0.

    Raises
    ------
    InputRefused
        when the file is not X12 or cannot be read.
    """
    return Reader835(source, findings).read()


class Reader835(Reader[Record835]):
    """The handlers of an 835; see :func:`iter_835`."""

    kind = "835"

    def __init__(self, source: Source, findings: Findings) -> None:
        super().__init__(source, findings)
        self._seen: set[bytes] = set()
        self._head: Remittance | None = None
        self._claim: ClaimPayment | None = None
        self._line: ServicePayment | None = None
        self._close = RemittanceEnd(0)
        self._waiting = False  # the head is not handed on yet
        self._clear()

    def handlers(self) -> Mapping[str, Handler]:
        """Return the handler of each segment that is read."""
        return {
            "BPR": self._bpr,
            "TRN": self._trn,
            "N1": self._n1,
            "REF": self._ref,
            "DTM": self._dtm,
            "LX": self._lx,
            "CLP": self._clp,
            "CAS": self._cas,
            "SVC": self._svc,
            "AMT": self._amt,
            "LQ": self._lq,
            "MOA": self._remarks,
            "MIA": self._remarks,
            "PLB": self._plb,
        }

    def _clear(self) -> None:
        self._party = ""
        self._paid = 0  # the sum of CLP04
        self._unread = False  # an amount of the remittance could not be read
        self._adjusted = 0  # the sum of CAS of the open claim and its lines
        self._shares = 0  # those of group PR
        self._off = 0  # what the open line's amounts leave over
        self._inside = 0  # lines and adjustments of the open claim
        self._doubtful = False  # an amount in the open claim could not be read

    # The remittance.

    def begin(self, segment: int, control: str, version: str) -> None:
        """Begin a remittance."""
        self._clear()
        self._head = Remittance(segment, control=control, version=version)
        self._close = RemittanceEnd(segment)
        self._waiting = True

    def end(self, segment: int, *, whole_set: bool) -> None:
        """End a remittance: hand on what is open and check its sum."""
        self._end_claim(cut=not whole_set and self.segments.cut)
        self._hand_on_head()
        self._close.segment = segment
        self._check_sum(segment)
        self.records.append(self._close)
        self._head = None

    def _hand_on_head(self) -> None:
        """Hand on the head before its first claim."""
        head = self._head
        if head is None or not self._waiting:
            return
        self._waiting = False
        payer = head.payer_number or head.payer_id or head.payer
        if head.trace and head.payment_date:
            key = "\0".join((payer, head.trace, head.payment_date.isoformat(), str(head.amount), head.credit))
            seen = blake2b(key.encode("utf-8", "replace"), digest_size=8).digest()
            if seen in self._seen:
                self.notes.add(
                    "remittance_repeated",
                    head.segment,
                    "The remittance has the payer, trace number, date and amount of an earlier one in this file:"
                    " post it once.",
                )
            elif len(self._seen) < _MOST_REMEMBERED:
                self._seen.add(seen)
        self.records.append(head)

    def _check_sum(self, segment: int) -> None:
        """Check that the payment is the sum of the claims less the provider's adjustments."""
        head = self._head
        if head is None:
            return
        if head.amount is None or self._unread:
            self.notes.add(
                "payment_sum", segment, "The sum of the payment cannot be checked: an amount is missing."
            )
            return
        less = sum(part.cents for part in self._close.provider_adjustments)
        told = -head.amount if head.credit == "D" else head.amount
        if told != self._paid - less:
            self.notes.add(
                "payment_sum",
                segment,
                f"BPR02 says {money(told)}, and the claims ({money(self._paid)}) less the provider's adjustments"
                f" ({money(less)}) are {money(self._paid - less)}.",
            )

    def _bpr(self, number: int, elements: list[str]) -> None:
        self.need_set(number)
        head = self._head
        if head is None or not self._waiting or head.method or head.amount is not None:
            self.notes.add(
                "out_of_place", number, "A second BPR, or one after the first claim, was passed over."
            )
            return
        head.amount, _ = self.amount(number, at(elements, 2), "BPR02")
        head.credit = at(elements, 3).strip() or "C"
        head.method = at(elements, 4)
        head.payment_date = self.day(number, at(elements, 16), "BPR16")

    def _trn(self, number: int, elements: list[str]) -> None:
        head = self._head
        if head is not None and self._waiting and not head.trace:
            head.trace, head.payer_number = readable(at(elements, 2).strip()), at(elements, 3).strip()

    def _n1(self, number: int, elements: list[str]) -> None:
        head = self._head
        self._party = at(elements, 1)
        if head is None or not self._waiting:
            return
        if self._party == "PR":
            head.payer, head.payer_id = readable(at(elements, 2).strip()), at(elements, 4).strip()
        elif self._party == "PE":
            head.payee_id = at(elements, 4).strip()

    def _plb(self, number: int, elements: list[str]) -> None:
        self._end_claim()
        self.need_set(number)
        self._hand_on_head()
        for place in range(3, len(elements), 2):
            said, text = elements[place], at(elements, place + 1)
            if not said and not text:
                continue
            value, _ = self.amount(number, text, f"PLB{place + 1:02d}")
            self._unread |= value is None
            pieces = parts(said, self.segments.delimiters.component)
            reference = readable(at(pieces, 1).strip())
            self._close.provider_adjustments.append(
                ProviderAdjustment(pieces[0].strip(), reference, value or 0, number)
            )

    # The claim.

    def _lx(self, number: int, elements: list[str]) -> None:
        self._end_claim()

    def _clp(self, number: int, elements: list[str]) -> None:
        self._end_claim()
        self.need_set(number)
        self._hand_on_head()
        self.rows += 1
        self._adjusted = self._shares = self._inside = 0
        self._doubtful = False
        self._line = None
        if len(elements) < 10:
            elements += [""] * (10 - len(elements))
        claim = self._claim = ClaimPayment(
            number,
            claim_id=readable(elements[1].strip()),
            status=elements[2].strip(),
            filing=elements[6].strip(),
            payer_control=readable(elements[7].strip()),
            frequency=elements[9].strip(),
        )
        charge, odd = self.amount(number, elements[3], "CLP03")
        paid, odd_too = self.amount(number, elements[4], "CLP04")
        if elements[5]:
            share, odd_share = self.amount(number, elements[5], "CLP05")
            claim.patient_share = share or 0
            odd |= odd_share or share is None
        claim.repaired = odd or odd_too
        claim.charge, claim.paid = charge or 0, paid or 0
        if charge is None:
            claim.problem = "its charge (CLP03) cannot be read"
        if paid is None:
            claim.problem = "its payment (CLP04) cannot be read"
            self._unread = True
        self._paid += claim.paid
        self.cents += claim.paid
        if not claim.claim_id:
            self.notes.add("claim_number", number, "The claim has no number (CLP01).")

    def _cas(self, number: int, elements: list[str]) -> None:
        claim = self._claim
        if claim is None:
            self.notes.add(
                "out_of_place", number, "An adjustment stands outside of a claim and was passed over."
            )
            return
        held = claim.adjustments if self._line is None else self._line.adjustments
        group = at(elements, 1).strip()
        elements.append("")
        for place in range(2, len(elements) - 1, 3):
            carc, text = elements[place], elements[place + 1]
            if not carc and not text:
                continue
            value = cents(text)
            if value is None:
                value, odd = self.amount(number, text, f"CAS{place + 1:02d}")
                claim.repaired |= odd
                if value is None:
                    self._doubtful = True
                    value = 0
            if not carc:
                self.notes.add("no_reason", number, "An adjustment has no reason code.")
            self._inside += 1
            if self._inside <= _MOST_IN_CLAIM:
                held.append(Adjustment(group, carc.strip(), value, number))
            self._adjusted += value
            self._off -= value
            if group == "PR":
                self._shares += value

    def _svc(self, number: int, elements: list[str]) -> None:
        claim = self._claim
        if claim is None:
            self.notes.add("out_of_place", number, "A service stands outside of a claim and was passed over.")
            return
        if self._line is not None:
            self._end_line()
        if len(elements) < 6:
            elements += [""] * (6 - len(elements))
        pieces = parts(elements[1], self.segments.delimiters.component)
        line = self._line = ServicePayment(
            number,
            procedure=at(pieces, 1).strip() if len(pieces) > 1 else pieces[0].strip(),
            modifiers=tuple(piece for piece in pieces[2:6] if piece),
            units=elements[5].strip(),
        )
        charge, paid = cents(elements[2]), cents(elements[3])
        if charge is None or paid is None:
            charge, odd = self.amount(number, elements[2], "SVC02")
            paid, odd_too = self.amount(number, elements[3], "SVC03")
            claim.repaired |= odd or odd_too
            self._doubtful |= charge is None or paid is None
        line.charge, line.paid = charge or 0, paid or 0
        self._off = line.charge - line.paid
        self._inside += 1
        if self._inside <= _MOST_IN_CLAIM:
            claim.lines.append(line)

    def _end_line(self) -> None:
        """Check the sum of the open line."""
        line = self._line
        if line is None:
            return
        off = self._off
        if off and self._inside <= _MOST_IN_CLAIM:
            self.notes.add(
                "line_sum",
                line.segment,
                f"The line's charge ({money(line.charge)}) less its adjustments differs from its payment"
                f" ({money(line.paid)}) by {money(off)}.",
            )
        self._line = None

    def _end_claim(self, *, cut: bool = False) -> None:
        """Check the sums of the open claim and hand it on."""
        claim = self._claim
        if claim is None:
            return
        self._end_line()
        self._claim = None
        off = claim.charge - self._adjusted - claim.paid
        if not claim.problem:
            if cut:
                claim.problem = "the file ends inside it"
            elif self._inside > _MOST_IN_CLAIM:
                claim.problem = "it has more lines and adjustments than a claim can have"
            elif self._doubtful and off:
                claim.problem = "an amount in it cannot be read, and it does not add up without it"
            elif self._doubtful:
                claim.repaired = True
            elif off:
                self.notes.add(
                    "claim_sum",
                    claim.segment,
                    f"The claim's charge ({money(claim.charge)}) less its adjustments ({money(self._adjusted)})"
                    f" differs from its payment ({money(claim.paid)}) by {money(off)}.",
                )
            if claim.status != _REVERSAL and claim.patient_share != self._shares and not self._doubtful:
                self.notes.add(
                    "patient_share",
                    claim.segment,
                    f"CLP05 says {money(claim.patient_share)}, and the adjustments of group PR are"
                    f" {money(self._shares)}.",
                )
        if claim.problem:
            self.notes.add("claim_quarantined", claim.segment, f"The claim is set aside: {claim.problem}.")
        if claim.service_date is None and claim.lines:
            claim.service_date = min(
                (line.service_date for line in claim.lines if line.service_date), default=None
            )
        self.records.append(claim)

    # What says more about a claim, a line or the payer.

    def _ref(self, number: int, elements: list[str]) -> None:
        if len(elements) < 3:
            return
        name = elements[1]
        if name == "6R":
            if self._line is not None:
                self._line.line_number = readable(elements[2].strip())
        elif name == "2U" and self._party == "PR" and self._claim is None:
            head = self._head
            if head is not None and self._waiting and not head.payer_id:
                head.payer_id = elements[2].strip()

    def _dtm(self, number: int, elements: list[str]) -> None:
        if len(elements) < 3:
            return
        name, text = elements[1], elements[2]
        claim, line = self._claim, self._line
        if name in ("472", "150"):
            if line is not None and line.service_date is None:
                line.service_date = self.day(number, text, "DTM02")
        elif claim is not None:
            if name == "232":
                claim.service_date = self.day(number, text, "DTM02")
            elif name == "050":
                claim.received_date = self.day(number, text, "DTM02")
        elif name == "405" and self._head is not None and self._waiting and self._head.payment_date is None:
            self._head.payment_date = self.day(number, text, "DTM02")
            if self._head.payment_date:
                self.notes.add("payment_date", number, "BPR16 has no day: that of DTM*405 is taken.")

    def _amt(self, number: int, elements: list[str]) -> None:
        claim = self._claim
        if claim is None or at(elements, 1) != "B6":
            return
        value, odd = self.amount(number, at(elements, 2), "AMT02")
        claim.repaired |= odd or value is None
        if self._line is not None:
            self._line.allowed = value
        else:
            claim.allowed = value

    def _lq(self, number: int, elements: list[str]) -> None:
        if self._claim is None or at(elements, 1) != "HE":
            return
        self._inside += 1
        if self._inside <= _MOST_IN_CLAIM:
            (self._line or self._claim).remarks.append(at(elements, 2).strip())

    def _remarks(self, number: int, elements: list[str]) -> None:
        if self._claim is not None:
            found = (at(elements, place).strip() for place in _REMARK_PLACES[elements[0].strip()])
            self._claim.remarks.extend(code for code in found if code)
