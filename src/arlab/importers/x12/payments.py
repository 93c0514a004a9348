"""What does an 835 say of one claim and its lines, and do their amounts add up?

The part of the reader of 835s between a CLP and the next; :mod:`arlab.importers.x12.remittance` has the rest.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from functools import lru_cache

from arlab.importers.findings import Findings, money
from arlab.importers.x12.model import (
    Adjustment,
    ClaimPayment,
    Remittance,
    RemittanceEnd,
    ServicePayment,
)
from arlab.importers.x12.reader import Handler, Reader
from arlab.importers.x12.segments import Source
from arlab.importers.x12.values import at, cents, day, procedure, readable

__all__ = ["PaymentReader", "Record835"]

Record835 = Remittance | ClaimPayment | RemittanceEnd

_REVERSAL = "22"
_MOST_IN_CLAIM = 100_000  # adjustments and lines of one claim; a hundred times what the standard allows
_REMARK_PLACES = {"MOA": range(3, 8), "MIA": (5, 20, 21, 22, 23)}

# The same services come again and again; this alone is a tenth of the time.
_procedure = lru_cache(maxsize=1 << 12)(procedure)


class PaymentReader(Reader[Record835]):
    """The handlers of a claim and its lines in an 835."""

    kind = "835"

    def __init__(self, source: Source, findings: Findings) -> None:
        super().__init__(source, findings)
        self._claim: ClaimPayment | None = None
        self._line: ServicePayment | None = None
        self._clear()

    def _clear(self) -> None:
        """Forget the amounts of a remittance and of its claims."""
        self._paid = 0  # the sum of CLP04
        self._unread = False  # an amount of the remittance could not be read
        self._clear_claim()

    def _clear_claim(self) -> None:
        self._adjusted = 0  # the sum of CAS of the open claim and its lines
        self._shares = 0  # those of group PR
        self._off = 0  # what the open line's amounts leave over
        self._inside = 0  # lines and adjustments of the open claim
        self._doubtful = False  # an amount in the open claim could not be read
        self._first_day: dt.date | None = None  # the earliest of its lines

    def handlers(self) -> Mapping[str, Handler]:
        """Return the handler of each segment that is read."""
        return {
            "CLP": self._clp,
            "CAS": self._cas,
            "SVC": self._svc,
            "REF": self._ref,
            "DTM": self._dtm,
            "AMT": self._amt,
            "LQ": self._lq,
            "MOA": self._remarks,
            "MIA": self._remarks,
        }

    def hand_on_head(self, segment: int) -> None:
        """Hand on the remittance's head before its first claim; begin one where there is none."""
        raise NotImplementedError

    def _clp(self, number: int, elements: list[str]) -> None:
        self.end_claim()
        self.hand_on_head(number)
        self.rows += 1
        self._clear_claim()
        if len(elements) < 10:
            elements += [""] * (10 - len(elements))
        _, claim_id, status, charged, paid_text, shared, filing, control, _, frequency, *_ = elements
        charge, paid, share = cents(charged), cents(paid_text), cents(shared) if shared else 0
        repaired = False
        if charge is None or paid is None or share is None:
            charge, odd = self.amount(number, charged, "CLP03")
            paid, odd_too = self.amount(number, paid_text, "CLP04")
            share, odd_share = self.amount(number, shared, "CLP05") if shared else (0, False)
            repaired = odd or odd_too or odd_share or share is None
        problem = ""
        if charge is None:
            problem = "its charge (CLP03) cannot be read"
        if paid is None:
            problem = "its payment (CLP04) cannot be read"
            self._unread = True
        # By place and not by name: this is done for every claim.
        self._claim = ClaimPayment(
            number,
            readable(claim_id.strip()),
            status.strip(),
            charge or 0,
            paid or 0,
            share or 0,
            filing.strip(),
            readable(control.strip()),
            frequency.strip(),
        )
        if problem or repaired:
            self._claim.problem, self._claim.repaired = problem, repaired
        self._paid += paid or 0
        self.cents += paid or 0
        if not claim_id:
            self.notes.add("claim_number", number, "The claim has no number (CLP01).")

    def _cas(self, number: int, elements: list[str]) -> None:
        claim = self._claim
        if claim is None:
            self.notes.add(
                "out_of_place", number, "An adjustment stands outside of a claim and was passed over."
            )
            return
        held = claim.adjustments if self._line is None else self._line.adjustments
        group, taken = at(elements, 1).strip(), 0
        if self._inside > _MOST_IN_CLAIM:
            held = []
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
            # The same as Adjustment(...), in half of the time.
            held.append(tuple.__new__(Adjustment, (group, carc.strip(), value, number)))
            taken += value
        self._inside += len(elements) // 3
        self._adjusted += taken
        self._off -= taken
        if group == "PR":
            self._shares += taken

    def _svc(self, number: int, elements: list[str]) -> None:
        claim = self._claim
        if claim is None:
            self.notes.add("out_of_place", number, "A service stands outside of a claim and was passed over.")
            return
        if self._line is not None:
            self._end_line(self._line)
        if len(elements) < 6:
            elements += [""] * (6 - len(elements))
        charge, paid = cents(elements[2]), cents(elements[3])
        if charge is None or paid is None:
            charge, odd = self.amount(number, elements[2], "SVC02")
            paid, odd_too = self.amount(number, elements[3], "SVC03")
            claim.repaired |= odd or odd_too
            self._doubtful |= charge is None or paid is None
        code, modifiers = _procedure(elements[1], self.segments.delimiters.component)
        self._line = ServicePayment(number, code, modifiers, charge or 0, paid or 0, elements[5].strip())
        self._off = self._line.charge - self._line.paid
        self._inside += 1
        if self._inside <= _MOST_IN_CLAIM:
            claim.lines.append(self._line)

    def _end_line(self, line: ServicePayment) -> None:
        """Check the sum of the open line."""
        if self._off and self._inside <= _MOST_IN_CLAIM:
            self.notes.add(
                "line_sum",
                line.segment,
                f"The line's charge ({money(line.charge)}) less its adjustments differs from its payment"
                f" ({money(line.paid)}) by {money(self._off)}.",
            )
        self._line = None

    def end_claim(self, *, whole_set: bool = True) -> None:
        """Check the sums of the open claim and hand it on; not ``whole_set``: its transaction has no SE."""
        claim = self._claim
        if claim is None:
            return
        if self._line is not None:
            self._end_line(self._line)
        self._claim = None
        off = claim.charge - self._adjusted - claim.paid
        if off or self._doubtful or not whole_set or self._inside > _MOST_IN_CLAIM:
            self._judge(claim, off, whole_set)
        told = claim.status != _REVERSAL and not claim.problem and not self._doubtful
        if claim.patient_share != self._shares and told:
            self.notes.add(
                "patient_share",
                claim.segment,
                f"CLP05 says {money(claim.patient_share)}, and the adjustments of group PR are"
                f" {money(self._shares)}.",
            )
        if claim.problem:
            self.notes.add("claim_quarantined", claim.segment, f"The claim is set aside: {claim.problem}.")
        if claim.service_date is None:
            claim.service_date = self._first_day
        self.records.append(claim)

    def _judge(self, claim: ClaimPayment, off: int, whole_set: bool) -> None:
        """Set a claim aside whose amounts are not all there, or note by how much it does not add up."""
        if claim.problem:
            return
        if self.broken_off or (off and not whole_set):
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

    # What says more about a claim or a line.

    def _ref(self, number: int, elements: list[str]) -> None:
        if self._line is not None and len(elements) > 2 and elements[1] == "6R":
            self._line.line_number = readable(elements[2].strip())

    def _dtm(self, number: int, elements: list[str]) -> None:
        claim, line = self._claim, self._line
        if claim is None or len(elements) < 3:
            return
        name, text = elements[1], elements[2]
        if name in ("472", "150"):
            if line is not None and line.service_date is None:
                value = line.service_date = day(text) or self.day(number, text, "DTM02")
                if value and (self._first_day is None or value < self._first_day):
                    self._first_day = value
        elif name == "232":
            claim.service_date = self.day(number, text, "DTM02")
        elif name == "050":
            claim.received_date = self.day(number, text, "DTM02")

    def _amt(self, number: int, elements: list[str]) -> None:
        claim = self._claim
        if claim is None or len(elements) < 3 or elements[1] != "B6":
            return
        value = cents(elements[2])
        if value is None:
            value, _ = self.amount(number, elements[2], "AMT02")
            claim.repaired = True
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
