"""Which claims did the practice send, and what did it charge (837)?

Reads 837P fully, and 837I and 837D as claims with their lines' charges. It keeps no name and no member number:
patients are told apart by a number. It says nothing of what was answered.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from hashlib import blake2b

from arlab.importers.findings import Findings, money
from arlab.importers.x12.model import ClaimSending, SentLine
from arlab.importers.x12.reader import Handler, Reader
from arlab.importers.x12.segments import Source
from arlab.importers.x12.values import at, parts, procedure, readable

__all__ = ["Reader837", "iter_837"]

# The guide a transaction follows -> its form; predeterminations and copies for reporting are no claims to be paid.
_FORMS = {"098": "P", "222": "P", "096": "I", "223": "I", "097": "D", "224": "D"}
_NO_CLAIMS = {
    "291": ("P", "it asks what would be paid (a predetermination) and is no claim"),
    "292": ("I", "it asks what would be paid (a predetermination) and is no claim"),
    "298": ("P", "it reports a claim that was decided elsewhere"),
    "299": ("I", "it reports a claim that was decided elsewhere"),
    "300": ("D", "it reports a claim that was decided elsewhere"),
}
_RANKS = {"P": 1, "S": 2, "T": 3}
_DIAGNOSES = ("ABK", "ABF", "BK", "BF")
_MOST_LINES = 100_000  # lines of one claim; the standard allows 999 at the most
# Service segment -> the places of its procedure, charge and units.
_SERVICES = {"SV1": (1, 2, 4), "SV2": (2, 3, 5), "SV3": (1, 2, 6)}
_FORM_OF_SERVICE = {"SV1": "P", "SV2": "I", "SV3": "D"}


def iter_837(source: Source, findings: Findings) -> Iterator[ClaimSending]:
    """Yield every claim (CLM) of an 837 file, in order.

    Parameters
    ----------
    source : path or binary file
    findings : takes what was noticed, with segment numbers

    Yields
    ------
    ``ClaimSending``; amounts are whole cents. A claim with a ``problem`` cannot be used: its charge is 0 when it
    could not be read. Corrected claims (frequency 7, 8) and those for a second payer (rank 2, 3) are handed on like
    others: whoever adds up charges looks at them.

    Raises
    ------
    InputRefused
        when the file is not X12 or cannot be read.
    """
    return Reader837(source, findings).read()


class Reader837(Reader[ClaimSending]):
    """The handlers of an 837; see :func:`iter_837`.

    ``patients`` holds a digest of each person, never a name; readers of several files may share one.
    """

    kind = "837"

    def __init__(self, source: Source, findings: Findings) -> None:
        super().__init__(source, findings)
        self.patients: dict[bytes, int] = {}
        self._clear()

    def handlers(self) -> Mapping[str, Handler]:
        """Return the handler of each segment that is read."""
        return {
            "BHT": self._bht,
            "HL": self._hl,
            "SBR": self._sbr,
            "NM1": self._nm1,
            "DMG": self._dmg,
            "CLM": self._clm,
            "REF": self._ref,
            "HI": self._hi,
            "DTP": self._dtp,
            "AMT": self._amt,
            "LX": self._lx,
            "SV1": self._service,
            "SV2": self._service,
            "SV3": self._service,
            "SVD": self._svd,
        }

    def _clear(self) -> None:
        self._sent: dt.date | None = None
        self._form, self._excuse = "", ""
        self._billing = ""
        self._rank, self._filing, self._payer, self._payer_id = 1, "", "", ""
        self._person = self._subscriber = ""
        self._claim: ClaimSending | None = None
        self._line: SentLine | None = None
        self._other_payer = False  # inside of what the claim says of another payer
        self._answered = False  # inside of what another payer answered to a line
        self._statement: dt.date | None = None
        self._doubtful = False
        self._charges = self._lines = 0

    # The transaction and the loops above a claim.

    def begin(self, segment: int, control: str, version: str) -> None:
        """Begin a transaction."""
        self._clear()
        guide = version.partition("X")[2][:3]
        self._form = _FORMS.get(guide, "")
        if guide in _NO_CLAIMS:
            self._form, self._excuse = _NO_CLAIMS[guide]

    def end(self, segment: int, *, whole_set: bool) -> None:
        """End a transaction: hand on the open claim."""
        self._end_claim(whole_set=whole_set)

    def _bht(self, number: int, elements: list[str]) -> None:
        self.need_set(number)
        self._sent = self.day(number, at(elements, 4), "BHT04")

    def _hl(self, number: int, elements: list[str]) -> None:
        self._end_claim()
        self.need_set(number)
        level = at(elements, 3).strip()
        self._person = ""
        if level == "20":
            self._billing = ""
        elif level == "22":
            self._subscriber = ""
            self._rank, self._filing, self._payer, self._payer_id = 1, "", "", ""

    def _sbr(self, number: int, elements: list[str]) -> None:
        if self._claim is not None:
            self._other_payer, self._line = True, None
            return
        rank = at(elements, 1).strip()
        self._rank = _RANKS.get(rank, 1)
        if rank not in _RANKS:
            self.notes.add("rank", number, "SBR01 is none of P, S and T: the payer is taken as the first.")
        self._filing = at(elements, 9).strip()

    def _nm1(self, number: int, elements: list[str]) -> None:
        who, identifier = at(elements, 1), at(elements, 9).strip()
        claim = self._claim
        if claim is not None:
            if who == "82" and not self._other_payer and not self._answered and not claim.rendering_npi:
                claim.rendering_npi = identifier
        elif who == "85":
            self._billing = identifier
        elif who == "PR":
            self._payer, self._payer_id = readable(at(elements, 3).strip()), identifier
        elif who in ("IL", "QC"):
            named = "\0".join(at(elements, place).strip().upper() for place in (3, 4))
            self._person = named.strip("\0") and named
            if who == "IL":
                self._subscriber = identifier or self._person
                self._person = self._person or identifier

    def _dmg(self, number: int, elements: list[str]) -> None:
        if self._claim is None and self._person:
            self._person += "\0" + at(elements, 2).strip()

    def _patient_key(self) -> int:
        """Return the number of the claim's patient, counted up over the file, or over all that share ``patients``.

        A name with a day of birth is one person, whoever pays; without one it counts together with the subscriber.
        """
        person = self._person or self._subscriber
        if not person:
            return 0
        if person.count("\0") < 2:
            person += "\0\0" + self._subscriber
        key = blake2b(person.encode("utf-8", "replace"), digest_size=10).digest()
        return self.patients.setdefault(key, len(self.patients) + 1)

    # The claim.

    def _clm(self, number: int, elements: list[str]) -> None:
        self._end_claim()
        self.need_set(number)
        self.rows += 1
        place = parts(at(elements, 5), self.segments.delimiters.component)
        claim = self._claim = ClaimSending(
            number,
            form=self._form or "P",
            claim_id=readable(at(elements, 1).strip()),
            frequency=at(place, 2).strip(),
            place=place[0].strip(),
            rank=self._rank,
            filing=self._filing,
            payer=self._payer,
            payer_id=self._payer_id,
            sent=self._sent,
            billing_npi=self._billing,
            patient_key=self._patient_key(),
            problem=self._excuse,
        )
        self._line = self._statement = None
        self._other_payer = self._answered = self._doubtful = False
        self._charges = self._lines = 0
        charge, claim.repaired = self.amount(number, at(elements, 2), "CLM02")
        claim.charge = charge or 0
        self.cents += claim.charge
        if charge is None:
            claim.problem = "its charge (CLM02) cannot be read"
        if at(elements, 19).strip() == "PB" and not claim.problem:
            claim.problem = _NO_CLAIMS["291"][1]
        if not claim.claim_id:
            self.notes.add("claim_number", number, "The claim has no number (CLM01).")

    def _ref(self, number: int, elements: list[str]) -> None:
        claim, name = self._claim, at(elements, 1)
        if claim is None or self._other_payer:
            return
        if name == "F8" and self._line is None:
            claim.replaces = readable(at(elements, 2).strip())
        elif name == "6R" and self._line is not None and not self._answered:
            self._line.line_number = readable(at(elements, 2).strip())

    def _hi(self, number: int, elements: list[str]) -> None:
        claim = self._claim
        if claim is None or len(claim.diagnoses) > 50:
            return
        codes = []
        for element in elements[1:]:
            pieces = parts(element, self.segments.delimiters.component)
            if pieces[0] in _DIAGNOSES and len(pieces) > 1:
                codes.append(pieces[1].strip())
        claim.diagnoses += tuple(codes)

    def _dtp(self, number: int, elements: list[str]) -> None:
        claim, name = self._claim, at(elements, 1)
        if claim is None or self._other_payer:
            return
        if name == "472":
            value = self.day(number, at(elements, 3), "DTP03")
            if self._line is not None:
                self._line.service_date = value
            else:
                claim.service_date = value
        elif name == "434" and self._line is None:
            self._statement = self.day(number, at(elements, 3), "DTP03")

    def _amt(self, number: int, elements: list[str]) -> None:
        if self._claim is not None and self._other_payer and at(elements, 1) == "D":
            value, odd = self.amount(number, at(elements, 2), "AMT02")
            self._claim.repaired |= odd or value is None
            if value is not None:
                self._claim.paid_before.append(value)

    # The lines.

    def _lx(self, number: int, elements: list[str]) -> None:
        if self._claim is None:
            self.notes.add("out_of_place", number, "A line stands outside of a claim and was passed over.")
            return
        self._other_payer = self._answered = False
        self._line = SentLine(number, line_number=at(elements, 1).strip())
        self._lines += 1
        if self._lines <= _MOST_LINES:
            self._claim.lines.append(self._line)

    def _service(self, number: int, elements: list[str]) -> None:
        claim, tag = self._claim, elements[0].strip().upper()
        if claim is None:
            self.notes.add("out_of_place", number, "A service stands outside of a claim and was passed over.")
            return
        if self._line is None or self._line.procedure or self._line.charge:
            self.notes.add("no_lx", number, "A service has no line number (LX) of its own.")
            self._lx(number, [])
        line = self._line
        if line is None:
            return
        if not self._form:
            claim.form = _FORM_OF_SERVICE[tag]
        place, charged, units = _SERVICES[tag]
        line.procedure, line.modifiers = procedure(at(elements, place), self.segments.delimiters.component)
        if tag == "SV2" and not line.procedure:
            line.procedure = at(elements, 1).strip()
        line.units = at(elements, units).strip()
        charge, odd = self.amount(number, at(elements, charged), f"{tag}{charged:02d}")
        line.charge = charge or 0
        claim.repaired |= odd
        self._doubtful |= charge is None
        self._charges += line.charge

    def _svd(self, number: int, elements: list[str]) -> None:
        self._answered = True

    def _end_claim(self, *, whole_set: bool = True) -> None:
        """Check the open claim's sum and hand it on."""
        claim = self._claim
        if claim is None:
            return
        self._claim = self._line = None
        off = claim.charge - self._charges
        if not claim.problem:
            if self.broken_off or (off and not whole_set):
                claim.problem = "the file ends inside it"
            elif self._lines > _MOST_LINES:
                claim.problem = "it has more lines than a claim can have"
            elif self._doubtful and off:
                claim.problem = "the charge of a line cannot be read"
            elif self._doubtful:
                claim.repaired = True
            elif off and claim.lines:
                self.notes.add(
                    "charge_sum",
                    claim.segment,
                    f"The claim's charge ({money(claim.charge)}) differs from that of its lines"
                    f" ({money(self._charges)}) by {money(off)}.",
                )
        if claim.problem:
            self.notes.add("claim_quarantined", claim.segment, f"The claim is set aside: {claim.problem}.")
        days = [line.service_date for line in claim.lines if line.service_date]
        claim.service_date = min(days, default=claim.service_date or self._statement)
        self.records.append(claim)
