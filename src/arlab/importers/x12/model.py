"""What does an X12 file hold once it is read?

Plain records, money in whole cents, days as :class:`datetime.date`. Names, addresses and member numbers are read
past and never kept. Nothing is judged here.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import NamedTuple

__all__ = [
    "Adjustment",
    "ClaimPayment",
    "ClaimSending",
    "ClaimStatus",
    "ProviderAdjustment",
    "Remittance",
    "RemittanceEnd",
    "SentLine",
    "ServicePayment",
]


class Adjustment(NamedTuple):
    """One triple of a CAS segment; ``cents`` is taken off the charge, ``segment`` is where it stands."""

    group: str
    carc: str
    cents: int
    segment: int


class ProviderAdjustment(NamedTuple):
    """One pair of a PLB segment; a positive amount lowers the payment."""

    reason: str
    reference: str
    cents: int
    segment: int


@dataclasses.dataclass(slots=True)
class Remittance:
    """The head of one 835 transaction, up to its first claim (``segment`` is that of its ST).

    ``amount`` is BPR02 and None when it cannot be read; ``credit`` is BPR03 (C or D); ``payer`` and ``payer_id``
    come from N1*PR and its identifiers, ``trace`` from TRN02, ``payer_number`` from TRN03.
    """

    segment: int
    control: str = ""
    version: str = ""
    amount: int | None = None
    credit: str = "C"
    method: str = ""
    payment_date: dt.date | None = None
    trace: str = ""
    payer_number: str = ""
    payer: str = ""
    payer_id: str = ""
    payee_id: str = ""


@dataclasses.dataclass(slots=True)
class ServicePayment:
    """One SVC loop of a claim; ``line_number`` is REF*6R as written, ``allowed`` AMT*B6 or None."""

    segment: int
    procedure: str = ""
    modifiers: tuple[str, ...] = ()
    charge: int = 0
    paid: int = 0
    units: str = ""
    line_number: str = ""
    service_date: dt.date | None = None
    allowed: int | None = None
    adjustments: list[Adjustment] = dataclasses.field(default_factory=list)
    remarks: list[str] = dataclasses.field(default_factory=list)


@dataclasses.dataclass(slots=True)
class ClaimPayment:
    """One CLP loop of an 835; ``repaired`` says that an amount of it was oddly written or left out.

    ``claim_id`` is CLP01 (the practice's control number), ``status`` CLP02, ``payer_control`` CLP07, ``frequency``
    CLP09; ``service_date`` the claim's own (DTM 232), else the earliest of its lines; ``remarks`` those of MOA and
    MIA. ``problem`` says in a few words why its money cannot be used (quarantined), else "".
    """

    segment: int
    claim_id: str = ""
    status: str = ""
    charge: int = 0
    paid: int = 0
    patient_share: int = 0
    filing: str = ""
    payer_control: str = ""
    frequency: str = ""
    service_date: dt.date | None = None
    received_date: dt.date | None = None
    allowed: int | None = None
    adjustments: list[Adjustment] = dataclasses.field(default_factory=list)
    remarks: list[str] = dataclasses.field(default_factory=list)
    lines: list[ServicePayment] = dataclasses.field(default_factory=list)
    problem: str = ""
    repaired: bool = False


@dataclasses.dataclass(slots=True)
class RemittanceEnd:
    """The end of one 835 transaction (``segment`` is that of its SE, or of its last one)."""

    segment: int
    provider_adjustments: list[ProviderAdjustment] = dataclasses.field(default_factory=list)


@dataclasses.dataclass(slots=True)
class SentLine:
    """One LX loop of an 837: SV1, SV2 or SV3."""

    segment: int
    line_number: str = ""
    procedure: str = ""
    modifiers: tuple[str, ...] = ()
    charge: int = 0
    units: str = ""
    service_date: dt.date | None = None


@dataclasses.dataclass(slots=True)
class ClaimSending:
    """One CLM loop of an 837, with what its file, provider, subscriber and payer loops say of it.

    ``form`` is P, I or D; ``sent`` the day of BHT04; ``billing_npi`` and ``rendering_npi`` identify organisations
    and clinicians, never patients; ``patient_key`` tells the patients of one file apart by a number counted up and
    says nothing else; ``rank`` is 1, 2 or 3 from SBR01 (P, S, T); ``replaces`` is REF*F8, the payer's control
    number of the claim that this one corrects; ``paid_before`` holds AMT*D of earlier payers in order.
    ``problem`` says in a few words why it cannot be used (quarantined), else "".
    """

    segment: int
    form: str = "P"
    claim_id: str = ""
    charge: int = 0
    frequency: str = ""
    place: str = ""
    rank: int = 1
    filing: str = ""
    payer: str = ""
    payer_id: str = ""
    sent: dt.date | None = None
    service_date: dt.date | None = None
    replaces: str = ""
    billing_npi: str = ""
    rendering_npi: str = ""
    patient_key: int = 0
    diagnoses: tuple[str, ...] = ()
    lines: list[SentLine] = dataclasses.field(default_factory=list)
    paid_before: list[int] = dataclasses.field(default_factory=list)
    problem: str = ""
    repaired: bool = False


@dataclasses.dataclass(slots=True)
class ClaimStatus:
    """One claim of a 277CA: ``category`` and ``code`` from STC01 (A2 accepted; A3, A6, A7, A8 rejected).

    ``claim_id`` is TRN02 (the practice's control number), ``payer_control`` is REF*1K. ``problem`` and ``repaired``
    as in :class:`ClaimPayment`.
    """

    segment: int
    claim_id: str = ""
    category: str = ""
    code: str = ""
    charge: int | None = None
    day: dt.date | None = None
    payer: str = ""
    payer_control: str = ""
    service_date: dt.date | None = None
    problem: str = ""
    repaired: bool = False
