"""What was sent, when, to whom: every claim of the 837 files, kept in columns?

A million sendings fit in memory because nothing here is an object per row. Which sendings are one claim is decided
in ``claims``.
"""

from __future__ import annotations

import dataclasses
import sys
from array import array

from arlab.importers.x12.model import ClaimSending
from arlab.importers.x12.parties import Payers

__all__ = ["ORIGINAL", "Sendings", "first_number"]

ORIGINAL = "1"
_CORRECTED = ("7", "8")


def _days() -> array[int]:
    return array("i")


def _cents() -> array[int]:
    return array("q")


@dataclasses.dataclass
class Sendings:
    """Columns of the usable sendings in the order of reading, days as ordinals (0: none), money in cents.

    ``first_line`` of a sending is the place of its first line; the next one's is where they end.
    """

    control: list[str] = dataclasses.field(default_factory=list)
    charge: array[int] = dataclasses.field(default_factory=_cents)
    frequency: list[str] = dataclasses.field(default_factory=list)
    rank: array[int] = dataclasses.field(default_factory=_days)
    payer: array[int] = dataclasses.field(default_factory=_days)
    filing: list[str] = dataclasses.field(default_factory=list)
    sent: array[int] = dataclasses.field(default_factory=_days)
    service: array[int] = dataclasses.field(default_factory=_days)
    replaces: dict[int, str] = dataclasses.field(default_factory=dict)
    provider: list[str] = dataclasses.field(default_factory=list)
    billing: list[str] = dataclasses.field(default_factory=list)
    place: list[str] = dataclasses.field(default_factory=list)
    diagnosis: list[str] = dataclasses.field(default_factory=list)
    patient: array[int] = dataclasses.field(default_factory=_days)
    file: array[int] = dataclasses.field(default_factory=_days)
    segment: array[int] = dataclasses.field(default_factory=_cents)
    repaired: bytearray = dataclasses.field(default_factory=bytearray)
    first_line: array[int] = dataclasses.field(default_factory=lambda: array("q", [0]))
    line_number: list[str] = dataclasses.field(default_factory=list)
    procedure: list[str] = dataclasses.field(default_factory=list)
    modifier: list[str] = dataclasses.field(default_factory=list)
    units: array[int] = dataclasses.field(default_factory=_days)
    line_charge: array[int] = dataclasses.field(default_factory=_cents)
    line_day: array[int] = dataclasses.field(default_factory=_days)

    def __len__(self) -> int:
        return len(self.control)

    def add(self, claim: ClaimSending, payers: Payers, *, file: int) -> None:
        """Add one sending.

        It counts as repaired where an amount was oddly written, where its lines do not add up to the claim and are
        kept as one line with the claim's charge, and where it has no day of its own and takes that of the service.
        """
        day = claim.service_date.toordinal() if claim.service_date else 0
        sent = claim.sent.toordinal() if claim.sent else day
        number = len(self)
        self.control.append(claim.claim_id)
        self.charge.append(claim.charge)
        self.frequency.append(claim.frequency if claim.frequency in _CORRECTED else ORIGINAL)
        self.rank.append(min(max(claim.rank, 1), 3))
        self.payer.append(payers.number(claim.payer, claim.payer_id))
        self.filing.append(sys.intern(claim.filing))
        self.sent.append(sent)
        self.service.append(day)
        if claim.replaces:
            self.replaces[number] = claim.replaces
        self.provider.append(sys.intern(claim.rendering_npi or claim.billing_npi))
        self.billing.append(sys.intern(claim.billing_npi))
        self.place.append(sys.intern(claim.place))
        self.diagnosis.append(sys.intern(claim.diagnoses[0] if claim.diagnoses else ""))
        self.patient.append(claim.patient_key)
        self.file.append(file)
        self.segment.append(claim.segment)
        adds_up = bool(claim.lines) and sum(line.charge for line in claim.lines) == claim.charge
        adds_up = adds_up and all(line.charge >= 0 for line in claim.lines)
        if adds_up:
            for line in claim.lines:
                own = line.service_date.toordinal() if line.service_date else day
                modifier = line.modifiers[0] if line.modifiers else ""
                self._line(line.line_number, line.procedure, modifier, line.units, line.charge, own)
        else:
            first = claim.lines[0] if claim.lines else None
            self._line("", first.procedure if first else "", "", "1", claim.charge, day)
        self.first_line.append(len(self.line_charge))
        self.repaired.append(not adds_up or claim.sent is None or claim.repaired)

    def _line(self, number: str, procedure: str, modifier: str, units: str, charge: int, day: int) -> None:
        self.line_number.append(sys.intern(number))
        self.procedure.append(sys.intern(procedure))
        self.modifier.append(sys.intern(modifier))
        self.units.append(first_number(units))
        self.line_charge.append(charge)
        self.line_day.append(day)

    def lines_of(self, number: int) -> range:
        """Return the places of a sending's lines."""
        return range(self.first_line[number], self.first_line[number + 1])


def first_number(text: str) -> int:
    """Return units as a whole number; 1 where there is none, and parts of a unit are cut.

    >>> first_number("2"), first_number("1.5"), first_number("")
    (2, 1, 1)
    """
    whole = text.partition(".")[0]
    return int(whole) if whole.isascii() and whole.isdigit() and len(whole) < 9 else 1
