"""What does one X12 file hold, can all of it be accounted for, and what can it not tell?

Adds up what the readers hand on. It builds no practice and posts nothing.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from arlab.errors import InputRefused
from arlab.importers.findings import Findings, count, money, shown
from arlab.importers.x12.denial_codes import claim_verdict, only_duplicates
from arlab.importers.x12.kind import KINDS, first_set
from arlab.importers.x12.model import ClaimPayment, ClaimSending, ClaimStatus
from arlab.importers.x12.reader import Reader
from arlab.importers.x12.remittance import Reader835
from arlab.importers.x12.sending import Reader837
from arlab.importers.x12.status277 import REJECTED, Reader277

__all__ = ["X12Check", "check_x12"]

_MOST_LISTED: Final = 10_000  # quarantined claims that are listed one by one

# Kind -> what a file of that kind alone cannot tell, and why.
_CANNOT: Final[dict[str, tuple[tuple[str, str], ...]]] = {
    "835": (
        ("patient balances", "an 835 carries responsibility, not patient payments"),
        ("aging and AR", "an 835 has answered claims alone: what is still open needs the 837 that sent them"),
        ("days to payment", "an 835 does not say when a claim was sent"),
        ("initial denial rate", "an 835 does not say which claims were sent first and never answered"),
    ),
    "837": (
        ("payments and denials", "an 837 says what was sent, not what was answered: that is in the 835"),
        ("aging and AR", "an 837 has charges and no balances: what was paid is in the 835"),
        ("patient balances", "an 837 has no answer of a payer and no patient payment"),
    ),
    "277": (
        ("payments and denials", "a 277 says whether a claim was taken in: a rejection is not a denial"),
        ("aging and AR", "a 277 has no balances"),
        ("patient balances", "a 277 has no answer of a payer and no patient payment"),
    ),
}


@dataclasses.dataclass(frozen=True)
class X12Check:
    """What one file holds; ``cents_`` count its money: payments (835), charges (837, and 277 where it says them).

    ``claims`` counts CLP, CLM or statuses of claims, reversals and quarantined ones included, and the totals are
    over all of them as far as their amounts can be read. ``accepted`` includes ``repaired``. ``findings`` are
    (code, where, sentence), ``quarantine`` (segment, reason, cents), ``cannot_compute`` (measure, why).
    """

    kind: str
    version: str
    rows_in: int
    accepted: int
    repaired: int
    quarantined: int
    cents_in: int
    cents_accepted: int
    cents_quarantined: int
    claims: int
    charge_total: int | None
    paid_total: int | None
    denied_claims: int | None
    findings: list[tuple[str, str, str]]
    quarantine: list[tuple[int, str, int]]
    cannot_compute: list[tuple[str, str]]

    @property
    def ties_out(self) -> bool:
        """Whether every claim and cent that was met was accepted or quarantined."""
        return (
            self.rows_in == self.accepted + self.quarantined
            and self.cents_in == self.cents_accepted + self.cents_quarantined
        )


@dataclasses.dataclass
class _Tally:
    """Counts that grow claim by claim."""

    accepted: int = 0
    repaired: int = 0
    quarantined: int = 0
    cents_accepted: int = 0
    cents_quarantined: int = 0
    charge: int = 0
    denied: int = 0
    duplicates: int = 0
    reversals: int = 0
    rejected: int = 0
    quarantine: list[tuple[int, str, int]] = dataclasses.field(default_factory=list)

    def add(self, segment: int, cents: int, problem: str, repaired: bool) -> None:
        """Count one claim as accepted or quarantined."""
        if problem:
            self.quarantined += 1
            self.cents_quarantined += cents
            if len(self.quarantine) < _MOST_LISTED:
                self.quarantine.append((segment, problem, cents))
        else:
            self.accepted += 1
            self.repaired += repaired
            self.cents_accepted += cents


def check_x12(path: Path | str) -> X12Check:
    """Read one 835, 837 or 277 file and return what it holds.

    Raises
    ------
    InputRefused
        when the file cannot be read, is not X12, or holds none of the three kinds.
    """
    path, findings = Path(path), Findings()
    kind = first_set(path)
    if kind not in KINDS:
        said = (
            f"a {kind} file"
            if len(kind) == 3 and kind.isascii() and kind.isdigit()
            else "X12 of another kind"
        )
        raise InputRefused(f"'{shown(path.name)}' is {said}: AR Lab reads 835, 837 and 277.")
    reader, take = _READERS[kind]
    reading, tally = reader(path, findings), _Tally()
    for record in reading.read():
        take(tally, record)
    _tell(kind, tally, reading, findings)
    return X12Check(
        kind=kind,
        version=reading.version,
        rows_in=reading.rows,
        accepted=tally.accepted,
        repaired=tally.repaired,
        quarantined=tally.quarantined,
        cents_in=reading.cents,
        cents_accepted=tally.cents_accepted,
        cents_quarantined=tally.cents_quarantined,
        claims=reading.rows,
        charge_total=tally.charge,
        paid_total=tally.cents_accepted + tally.cents_quarantined if kind == "835" else None,
        denied_claims=tally.denied if kind == "835" else None,
        findings=list(findings.as_rows()),
        quarantine=tally.quarantine,
        cannot_compute=list(_CANNOT[kind]),
    )


def _take_payment(tally: _Tally, record: object) -> None:
    if not isinstance(record, ClaimPayment):
        return
    tally.add(record.segment, record.paid, record.problem, record.repaired)
    tally.charge += record.charge
    verdict = claim_verdict(record)
    tally.reversals += not verdict
    if verdict == "denied":
        tally.denied += 1
        tally.duplicates += only_duplicates(record)


def _take_sending(tally: _Tally, record: object) -> None:
    assert isinstance(record, ClaimSending)
    tally.add(record.segment, record.charge, record.problem, record.repaired)
    tally.charge += record.charge


def _take_status(tally: _Tally, record: object) -> None:
    assert isinstance(record, ClaimStatus)
    tally.add(record.segment, record.charge or 0, record.problem, record.repaired)
    tally.charge += record.charge or 0
    tally.rejected += record.category in REJECTED


_READERS: Final[dict[str, tuple[type[Reader[Any]], Callable[[_Tally, object], None]]]] = {
    "835": (Reader835, _take_payment),
    "837": (Reader837, _take_sending),
    "277": (Reader277, _take_status),
}


def _tell(kind: str, tally: _Tally, reading: Reader[Any], findings: Findings) -> None:
    """Note what a count alone would hide."""
    if not reading.rows:
        findings.add("no_claims", "file", "The file has no claims.")
    if tally.reversals:
        findings.add(
            "reversals",
            "file",
            f"Reversals, which are counted as claims and never as denied: {tally.reversals:,}.",
        )
    if tally.duplicates:
        findings.add(
            "duplicates",
            "file",
            f"Denied as duplicates alone (reason 18), and in the count of denied claims: {tally.duplicates:,}.",
        )
    if kind == "277":
        findings.add(
            "rejected_claims",
            "file",
            f"Rejected: {count(tally.rejected, 'claim')} of {tally.accepted + tally.quarantined:,};"
            " a rejection is not a denial.",
        )
    more = tally.quarantined - len(tally.quarantine)
    if more:
        findings.add("quarantine", "file", f"Quarantined and not listed one by one: {count(more, 'claim')}.")
    if tally.cents_quarantined:
        findings.add("quarantine", "file", f"Quarantined: {money(tally.cents_quarantined)}.")
