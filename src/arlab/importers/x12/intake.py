"""What do the files of a folder hold, and which records cannot be used?

Reads every file once, one record at a time, into columns; every record is kept, counted as later than the day asked
for, or quarantined with its dollars. It joins nothing: see ``claims`` and ``posting``.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from arlab.importers.findings import Findings, count, money
from arlab.importers.x12.answers import Remit, Remits, answer_of
from arlab.importers.x12.kind import x12_kind
from arlab.importers.x12.model import ClaimPayment, ClaimSending, ClaimStatus, Remittance, RemittanceEnd
from arlab.importers.x12.parties import Payers
from arlab.importers.x12.reader import Reader
from arlab.importers.x12.remittance import Reader835
from arlab.importers.x12.sending import Reader837
from arlab.importers.x12.sendings import Sendings
from arlab.importers.x12.status277 import Reader277

__all__ = ["CHARGES", "PAYMENTS", "STATUSES", "Intake", "SetAside", "Status"]

CHARGES, PAYMENTS, STATUSES = "CLM", "CLP", "STC"
_READERS: dict[str, type[Reader[Any]]] = {"837": Reader837, "835": Reader835, "277": Reader277}
_MOST_PLACES = 20  # findings of one kind that are shown with their places


class SetAside(NamedTuple):
    """A record that is not used: ``code`` groups the reasons; the dollars are CLM02 or CLP04."""

    kind: str
    file: int
    segment: int
    code: str
    reason: str
    cents: int
    charge: int


class Status(NamedTuple):
    """What a clearinghouse or payer said of a sending before it was decided; days are ordinals."""

    file: int
    segment: int
    control: str
    category: str
    code: str
    day: int
    payer_control: str
    service: int
    charge: int | None


@dataclasses.dataclass
class Intake:
    """Everything that was read of a folder up to a day.

    ``rows`` and ``cents`` count by kind of record what the readers met; ``later`` (records, cents) what is dated
    after ``until``; ``latest`` is the last day that any used record names.
    """

    until: int | None
    findings: Findings
    files: list[str] = dataclasses.field(default_factory=list)
    kinds: dict[str, int] = dataclasses.field(default_factory=dict)
    payers: Payers = dataclasses.field(default_factory=Payers)
    sendings: Sendings = dataclasses.field(default_factory=Sendings)
    remits: Remits = dataclasses.field(default_factory=Remits)
    statuses: list[Status] = dataclasses.field(default_factory=list)
    aside: list[SetAside] = dataclasses.field(default_factory=list)
    rows: dict[str, int] = dataclasses.field(
        default_factory=lambda: dict.fromkeys((CHARGES, PAYMENTS, STATUSES), 0)
    )
    cents: dict[str, int] = dataclasses.field(default_factory=lambda: dict.fromkeys((CHARGES, PAYMENTS), 0))
    later: dict[str, tuple[int, int]] = dataclasses.field(
        default_factory=lambda: dict.fromkeys((CHARGES, PAYMENTS, STATUSES), (0, 0))
    )
    latest: int = 0
    _seen: dict[tuple[str, str, int, int], str] = dataclasses.field(default_factory=dict)
    _counts: dict[str, int] = dataclasses.field(default_factory=dict)
    _patients: dict[bytes, int] = dataclasses.field(default_factory=dict, repr=False)

    def read(self, path: Path, name: str) -> None:
        """Read one file; one that is not X12 is noted and passed over, one that cannot be read is refused."""
        kind = x12_kind(path)
        if kind is None:
            self.note("not_x12", name, "It is no 835, 837 or 277 file, so it is not read.")
            return
        self.files.append(name)
        self.kinds[kind] = self.kinds.get(kind, 0) + 1
        own = Findings()
        reader = _READERS[kind](path, own)
        if isinstance(reader, Reader837):
            reader.patients = self._patients
        records: Iterator[Any] = reader.read()
        file = len(self.files) - 1
        if kind == "837":
            self._take_sendings(records, file)
            self.rows[CHARGES] += reader.rows
            self.cents[CHARGES] += reader.cents
        elif kind == "835":
            self._take_remittances(records, file)
            self.rows[PAYMENTS] += reader.rows
            self.cents[PAYMENTS] += reader.cents
        else:
            self._take_statuses(records, file)
            self.rows[STATUSES] += reader.rows
        for code, where, sentence in own.as_rows():
            self.note(code, name if where == "file" else f"{name}, {where}", sentence)

    def note(self, code: str, where: str, sentence: str) -> None:
        """Note a finding; after the first ones of a kind the rest is only counted."""
        self._counts[code] = self._counts.get(code, 0) + 1
        if self._counts[code] <= _MOST_PLACES:
            self.findings.add(code, where, sentence)

    def close(self) -> None:
        """Say how many findings were only counted."""
        for code, number in self._counts.items():
            if number > _MOST_PLACES:
                more = count(number - _MOST_PLACES, "more finding")
                self.findings.add(
                    code,
                    "folder",
                    f"There {'are' if number - _MOST_PLACES > 1 else 'is'} {more} like this in the files.",
                )

    def set_aside(
        self, kind: str, file: int, segment: int, code: str, reason: str, cents: int, charge: int = 0
    ) -> None:
        """Quarantine a record."""
        self.aside.append(SetAside(kind, file, segment, code, reason, cents, charge))

    def _is_later(self, day: int) -> bool:
        """Return whether a record is dated after the day asked for."""
        if self.until is not None and day > self.until:
            return True
        self.latest = max(self.latest, day)
        return False

    def _leave_later(self, kind: str, cents: int) -> None:
        number, sum_ = self.later[kind]
        self.later[kind] = (number + 1, sum_ + cents)

    def _take_sendings(self, records: Iterator[ClaimSending], file: int) -> None:
        for claim in records:
            reason = claim.problem
            if not reason and not claim.claim_id:
                reason = "it has no claim number (CLM01)"
            if not reason and claim.service_date is None:
                reason = "it has no day of service"
            if not reason and claim.charge < 0:
                reason = "its charge is below zero"
            if reason:
                self.set_aside(CHARGES, file, claim.segment, "unusable", reason, claim.charge, claim.charge)
                continue
            day = claim.sent or claim.service_date
            assert day is not None
            if self._is_later(day.toordinal()):
                self._leave_later(CHARGES, claim.charge)
                continue
            self.sendings.add(claim, self.payers, file=file)

    def _take_remittances(
        self, records: Iterator[Remittance | ClaimPayment | RemittanceEnd], file: int
    ) -> None:
        remit, reason, code = Remit(file, 0, 0, "", 0, 0), "", ""
        is_later, sum_paid = False, 0
        head: Remittance | None = None
        for record in records:
            if isinstance(record, Remittance):
                head, sum_paid = record, 0
                remit = self._remit_of(record, file)
                code, reason = self._why_not(record, remit, file)
                is_later = not reason and self._is_later(remit.day)
            elif isinstance(record, ClaimPayment):
                sum_paid += record.paid
                if reason or record.problem:
                    why = (code, reason) if reason else ("unusable", record.problem)
                    self.set_aside(PAYMENTS, file, record.segment, *why, record.paid, record.charge)
                elif is_later:
                    self._leave_later(PAYMENTS, record.paid)
                else:
                    self.remits.hold(answer_of(record))
            elif not reason and not is_later:
                for part in record.provider_adjustments:
                    remit.adjustment += part.cents
                remit.reasons = ",".join(dict.fromkeys(part.reason for part in record.provider_adjustments))
                if head is not None and head.amount is None:
                    remit.amount = sum_paid - remit.adjustment
                self.remits.close(remit)

    def _remit_of(self, head: Remittance, file: int) -> Remit:
        amount = head.amount or 0
        return Remit(
            file,
            head.segment,
            self.payers.number(head.payer, head.payer_id),
            head.trace,
            head.payment_date.toordinal() if head.payment_date else 0,
            -amount if head.credit == "D" else amount,
            payee=head.payee_id,
        )

    def _why_not(self, head: Remittance, remit: Remit, file: int) -> tuple[str, str]:
        """Return why a remittance cannot be posted, as a code and in words; nothing when it can."""
        where = f"{self.files[file]}, segment {head.segment}"
        if not remit.day:
            return "no_payment_date", "its remittance has no day of payment"
        payer = head.payer_number or head.payer_id or head.payer
        key = (payer.upper(), head.trace, remit.day, remit.amount)
        if (head.trace or remit.amount) and key in self._seen:
            self.note(
                "remittance_read_before",
                where,
                f"A remittance with this payer, trace number, date and amount ({money(remit.amount)}) stands in"
                f" {self._seen[key]} too; it is not posted twice.",
            )
            return "remittance_read_before", f"its remittance was read before, in {self._seen[key]}"
        self._seen[key] = where
        return "", ""

    def _take_statuses(self, records: Iterator[ClaimStatus], file: int) -> None:
        for status in records:
            reason = status.problem or (
                "" if status.claim_id or status.payer_control else "it names no claim"
            )
            if reason:
                self.set_aside(STATUSES, file, status.segment, "unusable", reason, 0, status.charge or 0)
                continue
            day = _ordinal(status.day)
            if self._is_later(day):
                self._leave_later(STATUSES, 0)
                continue
            self.statuses.append(
                Status(
                    file, status.segment, status.claim_id, status.category, status.code, day,
                    status.payer_control, _ordinal(status.service_date), status.charge,
                )
            )  # fmt: skip


def _ordinal(day: dt.date | None) -> int:
    return day.toordinal() if day else 0
