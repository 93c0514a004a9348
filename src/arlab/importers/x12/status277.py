"""Which claims did a payer or clearinghouse take in or reject (277CA, 277)?

Reads the status of claims and past that of lines, batches and providers. A rejection is no denial: nothing is
decided here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from arlab.importers.findings import Findings
from arlab.importers.x12.model import ClaimStatus
from arlab.importers.x12.reader import Handler, Reader
from arlab.importers.x12.segments import Source
from arlab.importers.x12.values import at, parts, readable

__all__ = ["REJECTED", "Reader277", "iter_277"]

REJECTED = ("A3", "A6", "A7", "A8")
"""Categories of a claim that was sent back; the rest of its kind was taken in, passed on or not found."""

_LEVELS_OF_CLAIMS = ("PT", "22", "23")


def iter_277(source: Source, findings: Findings) -> Iterator[ClaimStatus]:
    """Yield the status of every claim of a 277CA (005010X214) or a 277 (005010X212), in order.

    Of several statuses of one claim the first counts, but a rejection goes before others.

    Parameters
    ----------
    source : path or binary file
    findings : takes what was noticed, with segment numbers

    Raises
    ------
    InputRefused
        when the file is not X12 or cannot be read.
    """
    return Reader277(source, findings).read()


class Reader277(Reader[ClaimStatus]):
    """The handlers of a 277; see :func:`iter_277`."""

    kind = "277"

    def __init__(self, source: Source, findings: Findings) -> None:
        super().__init__(source, findings)
        self._clear()

    def handlers(self) -> Mapping[str, Handler]:
        """Return the handler of each segment that is read."""
        return {
            "HL": self._hl,
            "NM1": self._nm1,
            "TRN": self._trn,
            "STC": self._stc,
            "REF": self._ref,
            "DTP": self._dtp,
            "SVC": self._svc,
        }

    def _clear(self) -> None:
        self._payer, self._level = "", ""
        self._claim: ClaimStatus | None = None
        self._in_line = False

    def begin(self, segment: int, control: str, version: str) -> None:
        """Begin a transaction."""
        self._clear()

    def end(self, segment: int, *, whole_set: bool) -> None:
        """End a transaction: hand on the open claim."""
        self._end_claim()
        self._clear()

    def _hl(self, number: int, elements: list[str]) -> None:
        self._end_claim()
        self.need_set(number)
        self._level = at(elements, 3).strip()
        if self._level == "20":
            self._payer = ""

    def _nm1(self, number: int, elements: list[str]) -> None:
        if self._level == "20" and at(elements, 1) == "PR":
            self._payer = readable(at(elements, 3).strip())

    def _trn(self, number: int, elements: list[str]) -> None:
        if self._level in _LEVELS_OF_CLAIMS:
            self._end_claim()
            self._begin_claim(number, readable(at(elements, 2).strip()))

    def _begin_claim(self, number: int, claim_id: str) -> ClaimStatus:
        claim = self._claim = ClaimStatus(number, claim_id=claim_id, payer=self._payer)
        self._in_line = False
        self.rows += 1
        return claim

    def _stc(self, number: int, elements: list[str]) -> None:
        if not self._level:
            self.notes.add(
                "out_of_place", number, "A status stands outside of any level (HL) and was passed over."
            )
        if self._level not in _LEVELS_OF_CLAIMS or self._in_line:
            return
        claim = self._claim
        if claim is None:
            self.notes.add("claim_number", number, "The status belongs to a claim without a number (TRN02).")
            claim = self._begin_claim(number, "")
        pieces = parts(at(elements, 1), self.segments.delimiters.component)
        category = pieces[0].strip()
        if not claim.category:
            claim.category, claim.code = category, at(pieces, 1).strip()
            claim.day = self.day(number, at(elements, 2), "STC02")
            text = at(elements, 4)
            if text.strip():
                claim.charge, claim.repaired = self.amount(number, text, "STC04")
                claim.problem = "" if claim.charge is not None else "its charge (STC04) cannot be read"
                self.cents += claim.charge or 0
        elif category in REJECTED and claim.category not in REJECTED:
            claim.category, claim.code = category, at(pieces, 1).strip()

    def _ref(self, number: int, elements: list[str]) -> None:
        if self._claim is not None and not self._in_line and at(elements, 1) == "1K":
            self._claim.payer_control = readable(at(elements, 2).strip())

    def _dtp(self, number: int, elements: list[str]) -> None:
        claim = self._claim
        if claim is not None and at(elements, 1) in ("472", "232") and claim.service_date is None:
            claim.service_date = self.day(number, at(elements, 3), "DTP03")

    def _svc(self, number: int, elements: list[str]) -> None:
        self._in_line = True

    def _end_claim(self) -> None:
        claim = self._claim
        self._claim = None
        if claim is None:
            return
        if not claim.category:
            if self._in_line:
                self.notes.add(
                    "no_status", claim.segment, "The claim has the status of its lines alone (no STC)."
                )
            else:
                self.notes.add("no_status", claim.segment, "The claim has no status (STC).")
            claim.problem = claim.problem or "it has no status (STC) of its own"
        self.records.append(claim)
