"""What did a payer answer and pay, remittance by remittance (835)?

Reads 4010 and 5010 and checks every sum that a remittance carries. It posts nothing and knows no other file.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from hashlib import blake2b

from arlab.importers.findings import Findings, money
from arlab.importers.x12.model import ProviderAdjustment, Remittance, RemittanceEnd
from arlab.importers.x12.payments import PaymentReader, Record835
from arlab.importers.x12.reader import Handler
from arlab.importers.x12.segments import Source
from arlab.importers.x12.values import at, parts, readable

__all__ = ["Reader835", "iter_835"]

_MOST_REMEMBERED = 200_000  # remittances that are known again, so that memory does not grow with the file


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


class Reader835(PaymentReader):
    """The handlers of an 835; see :func:`iter_835`."""

    def __init__(self, source: Source, findings: Findings) -> None:
        super().__init__(source, findings)
        self._seen: set[bytes] = set()
        self._head: Remittance | None = None
        self._waiting = False  # the head is not handed on yet
        self._party = ""
        self._close = RemittanceEnd(0)

    def handlers(self) -> Mapping[str, Handler]:
        """Return the handler of each segment that is read."""
        return {
            **super().handlers(),
            "BPR": self._bpr,
            "TRN": self._trn,
            "N1": self._n1,
            "LX": self._lx,
            "PLB": self._plb,
        }

    # The remittance.

    def begin(self, segment: int, control: str, version: str) -> None:
        """Begin a remittance."""
        self._clear()
        self._party = ""
        self._head = Remittance(segment, control=control, version=version)
        self._close = RemittanceEnd(segment)
        self._waiting = True

    def end(self, segment: int, *, whole_set: bool) -> None:
        """End a remittance: hand on what is open and check its sum."""
        self.end_claim(whole_set=whole_set)
        self.hand_on_head(segment)
        self._close.segment = segment
        self._check_sum(segment)
        self.records.append(self._close)
        self._head = None

    def hand_on_head(self, segment: int) -> None:
        """Hand on the head before its first claim; begin a remittance where there is none."""
        head = self._head
        if head is None:
            self.need_set(segment)
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
        self.end_claim()
        self.hand_on_head(number)
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

    # What the head has in common with a claim.

    def _lx(self, number: int, elements: list[str]) -> None:
        self.end_claim()

    def _ref(self, number: int, elements: list[str]) -> None:
        if self._claim is not None:
            PaymentReader._ref(self, number, elements)
            return
        head = self._head
        if head is not None and self._waiting and self._party == "PR" and at(elements, 1) == "2U":
            head.payer_id = head.payer_id or at(elements, 2).strip()

    def _dtm(self, number: int, elements: list[str]) -> None:
        head = self._head
        if self._claim is not None:
            PaymentReader._dtm(self, number, elements)
        elif head is not None and self._waiting and head.payment_date is None and at(elements, 1) == "405":
            head.payment_date = self.day(number, at(elements, 2), "DTM02")
            if head.payment_date:
                self.notes.add("payment_date", number, "BPR16 has no day: that of DTM*405 is taken.")
