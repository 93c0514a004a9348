"""Which practice is to be made: how large, with which payers, how well run?

Settings and their rules only; ``make_practice`` turns them into tables.
"""

from __future__ import annotations

import calendar
import dataclasses
import datetime as dt
import math
from collections.abc import Mapping
from typing import Any, Final

from arlab.errors import SettingsError
from arlab.synth.incidents import Incident, check_incident
from arlab.synth.rulebook import FAMILIES, SPECIALTIES, TERMS, payer_names
from arlab.tables import PAYER_CLASSES

__all__ = ["HOUSE_ORDERS", "WORK_DAYS_PER_YEAR", "Biller", "Scenario"]

WORK_DAYS_PER_YEAR: Final = 251
HOUSE_ORDERS: Final = ("largest", "oldest", "payer_and_amount", "deadline", "random")
"""Orders in which a house can work its items; ``deadline`` is the first remedy to expire first."""

# Share of patients by class of first payer (domain sheet, section 10; commercial 39.7 makes the sum 100).
_PAYER_MIX = {
    "commercial": 0.397,
    "marketplace": 0.04,
    "medicare": 0.135,
    "medicare_advantage": 0.158,
    "medicaid_managed": 0.13,
    "medicaid": 0.04,
    "self_pay": 0.06,
    "workers_compensation_auto": 0.02,
    "tricare_va": 0.02,
}
_PROVIDERS = {"primary_care": 4, "orthopaedics": 2, "cardiology": 2, "behavioural_health": 1}
_SHARES = (
    "late_charge_share",
    "edit_share",
    "rejection_share",
    "overlooked_share",
    "lost_share",
    "underpaid_share",
    "takeback_share",
    "overpaid_share",
    "wrongly_late_share",
    "copay_collected_share",
    "estimate_share",
    "eligibility_checked_share",
    "authorisation_obtained_share",
    "left_alone_share",
    "poor_note_share",
    "misposted_share",
    "unapplied_share",
    "agency_share",
)


@dataclasses.dataclass(frozen=True, kw_only=True)
class Biller:
    """One person in follow-up.

    Parameters
    ----------
    minutes_per_day : minutes of each working day for follow-up
    skill : factor on the chance that what this person does brings the money; 1 is usual
    """

    minutes_per_day: float
    skill: float = 1.0


@dataclasses.dataclass(frozen=True, kw_only=True)
class Scenario:
    """The settings of a synthetic practice.

    Parameters
    ----------
    name, practice_name, practice_id : what the scenario and the practice are called
    start, months : the service period, from the first day of ``start``'s month
    as_of : last day that the tables know; the last day of the service period when empty
    claims_per_year : number of visits billed in a year
    providers : specialty -> number of providers
    locations : number of offices
    registrars : number of people at the front desk
    payer_mix : payer class -> share of patients; the shares add up to 1
    contracts : payer -> terms that differ from the reference file, such as ``{"filing_days": 60}``
    price_markup : list price over the reference fee
    charge_lag_days : median days from visit to charge entry
    late_charge_share : share of visits whose charge is entered weeks or months late
    edit_share : share of claims stopped by a claim edit before sending
    rejection_share : share of first sendings that are rejected before adjudication
    overlooked_share : share of those rejections that nobody mends until follow-up finds them
    lost_share : share of first sendings that never arrive and are never answered
    denial_factor : how many times the usual denial rates
    wrongly_late_share : share of claims that a payer calls late though they came in time
    underpaid_share : share of lines paid below contract
    takeback_share, overpaid_share : share of paid claims that the payer takes back, or pays twice
    copay_collected_share : share of what is due at the visit that is collected there
    estimate_share : share of visits at which an estimate of deductible and coinsurance is due too
    eligibility_checked_share : share of visits before which eligibility is checked
    authorisation_obtained_share : share of authorisations that payers require and the practice asks for
    staff : number of people in follow-up
    minutes_per_claim : minutes of follow-up the practice can spend, per claim billed, shared by its staff
    billers : the people in follow-up one by one; when given, ``staff`` and ``minutes_per_claim`` say nothing
    house_order : which items are worked first, one of :data:`HOUSE_ORDERS`
    left_alone_share : of items of small value, the share that the house decides not to work until the clean-up
    appeal_from : dollars of expected recovery below which the house files no appeal
    poor_note_share : share of actions whose note says next to nothing
    misposted_share : share of denied lines that are posted as if the contract did not allow them
    unapplied_share : share of remittances whose money lies unapplied for weeks before it is posted to claims
    cleanup_days : median days until an item without any live remedy is written off
    statements, statement_days : statements sent before a balance is given up, and days between them
    agency_share : share of given-up patient balances that go to an agency instead of straight to bad debt
    patient_paying : factor on the share of patient balances that are paid in full or by plan
    small_balance : dollars below which a balance is written off instead of worked
    incidents : what goes wrong on purpose, see :class:`arlab.synth.incidents.Incident`
    """

    name: str = "typical"
    practice_name: str = "Maple Ferry Medical Group"
    practice_id: str = "PR01"
    start: dt.date = dt.date(2025, 1, 1)
    months: int = 18
    as_of: dt.date | None = None
    claims_per_year: int = 20_000
    providers: Mapping[str, int] = dataclasses.field(default_factory=lambda: dict(_PROVIDERS))
    locations: int = 3
    registrars: int = 4
    payer_mix: Mapping[str, float] = dataclasses.field(default_factory=lambda: dict(_PAYER_MIX))
    contracts: Mapping[str, Mapping[str, float]] = dataclasses.field(default_factory=dict)
    price_markup: float = 2.2
    charge_lag_days: float = 2.0
    late_charge_share: float = 0.012
    edit_share: float = 0.06
    rejection_share: float = 0.04
    overlooked_share: float = 0.25
    lost_share: float = 0.016
    denial_factor: float = 1.0
    wrongly_late_share: float = 0.0008
    underpaid_share: float = 0.03
    takeback_share: float = 0.008
    overpaid_share: float = 0.005
    copay_collected_share: float = 0.82
    estimate_share: float = 0.3
    eligibility_checked_share: float = 0.88
    authorisation_obtained_share: float = 0.88
    staff: int = 2
    minutes_per_claim: float = 2.65
    billers: tuple[Biller, ...] = ()
    house_order: str = "largest"
    left_alone_share: float = 0.15
    appeal_from: float = 20.0
    poor_note_share: float = 0.18
    misposted_share: float = 0.01
    unapplied_share: float = 0.01
    cleanup_days: int = 380
    statements: int = 4
    statement_days: int = 30
    agency_share: float = 0.7
    patient_paying: float = 1.0
    small_balance: float = 8.0
    incidents: tuple[Incident, ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "providers", dict(self.providers))  # a copy: the caller may change theirs
        object.__setattr__(self, "payer_mix", dict(self.payer_mix))
        object.__setattr__(self, "contracts", {k: dict(v) for k, v in self.contracts.items()})
        object.__setattr__(self, "billers", tuple(self.billers))
        object.__setattr__(self, "incidents", tuple(self.incidents))
        self._check_period()
        self._check_people()
        self._check_mix()
        for field in _SHARES:
            value = getattr(self, field)
            share = isinstance(value, (int, float)) and not isinstance(value, bool) and 0 <= value <= 1
            self._demand(field, share, "must be a share from 0 to 1")
        self._check_contracts()
        self._check_incidents()

    def _demand(self, field: str, holds: bool, rule: str) -> None:
        if not holds:
            shown = getattr(self, field)
            raise SettingsError(f"Scenario setting '{field}' {rule}, not {shown}.")

    @staticmethod
    def _is_number(value: Any, low: float, high: float) -> bool:
        number = isinstance(value, (int, float)) and not isinstance(value, bool)
        return number and math.isfinite(value) and low <= value <= high

    def _whole(self, field: str, low: int, high: int) -> None:
        value = getattr(self, field)
        whole = isinstance(value, int) and not isinstance(value, bool)
        self._demand(field, whole and low <= value <= high, f"must be a whole number from {low} to {high:,}")

    def _check_period(self) -> None:
        self._demand("start", isinstance(self.start, dt.date), "must be a date")
        self._demand("start", self.start.day == 1, "must be the first day of a month")
        self._demand("start", 1990 <= self.start.year <= 2090, "must lie between 1990 and 2090")
        self._whole("months", 1, 120)
        last_known = self.end + dt.timedelta(days=365)
        rule = f"must lie between {self.start} and {last_known}, a year after the last visit"
        self._demand("as_of", self.as_of is None or self.start <= self.as_of <= last_known, rule)

    def _check_people(self) -> None:
        self._whole("claims_per_year", 1, 100_000)
        self._whole("locations", 1, 50)
        self._whole("registrars", 1, 200)
        self._whole("staff", 1, 500)
        self._whole("statements", 1, 12)
        self._whole("statement_days", 7, 120)
        self._whole("cleanup_days", 1, 2000)
        rule = f"must name only {', '.join(SPECIALTIES)}, each with a whole number from 0"
        counts = self.providers.values()
        known = set(self.providers) <= set(SPECIALTIES) and all(
            isinstance(count, int) and not isinstance(count, bool) and count >= 0 for count in counts
        )
        self._demand("providers", known, rule)
        self._demand("providers", sum(counts) > 0, "must hold at least one provider")
        for field, low, high in (
            ("price_markup", 1.0, 10.0),
            ("charge_lag_days", 0.0, 60.0),
            ("denial_factor", 0.0, 4.0),
            ("minutes_per_claim", 0.0, 1000.0),
            ("patient_paying", 0.0, 2.0),
            ("appeal_from", 0.0, 10_000.0),
            ("small_balance", 0.0, 1000.0),
        ):
            holds = self._is_number(getattr(self, field), low, high)
            self._demand(field, holds, f"must be a number from {low:g} to {high:g}")
        orders = f"must be one of {', '.join(HOUSE_ORDERS)}"
        self._demand("house_order", self.house_order in HOUSE_ORDERS, orders)
        rule = "must hold Biller entries with minutes_per_day from 0 to 720 and a skill from 0.1 to 2"
        fine = all(
            isinstance(one, Biller)
            and self._is_number(one.minutes_per_day, 0, 720)
            and self._is_number(one.skill, 0.1, 2)
            for one in self.billers
        )
        self._demand("billers", fine and len(self.billers) <= 500, rule)

    def _check_mix(self) -> None:
        usable = set(PAYER_CLASSES) - {"other"}
        self._demand(
            "payer_mix", set(self.payer_mix) <= usable, f"must name only {', '.join(sorted(usable))}"
        )
        shares = self.payer_mix.values()
        self._demand("payer_mix", all(share >= 0 for share in shares), "must hold no negative share")
        total = math.fsum(shares)
        self._demand("payer_mix", abs(total - 1) < 1e-6, f"must add up to 1 (it adds up to {total:.4g})")

    def _check_contracts(self) -> None:
        names = payer_names()
        self._demand("contracts", set(self.contracts) <= set(names), f"must name only {', '.join(names)}")
        rule = f"must hold only numbers from 0 to 5,000 under {', '.join(TERMS)}"
        fine = all(
            set(terms) <= set(TERMS) and all(self._is_number(value, 0, 5000) for value in terms.values())
            for terms in self.contracts.values()
        )
        self._demand("contracts", fine, rule)

    def _check_incidents(self) -> None:
        for place, incident in enumerate(self.incidents, 1):
            self._demand("incidents", isinstance(incident, Incident), "must hold Incident entries")
            check_incident(
                incident,
                place,
                first=self.start,
                last=self.end,
                known={"payer": payer_names(), "family": FAMILIES},
                counts={"location": self.locations, "registrar": self.registrars, "biller": len(self.team)},
            )

    @property
    def team(self) -> tuple[Biller, ...]:
        """The people in follow-up: ``billers``, or as many as ``staff`` says, who share the minutes."""
        if self.billers:
            return self.billers
        minutes = self.minutes_per_claim * self.claims_per_year / WORK_DAYS_PER_YEAR / self.staff
        return (Biller(minutes_per_day=minutes),) * self.staff

    @property
    def end(self) -> dt.date:
        """Last day of the service period."""
        months = self.start.year * 12 + self.start.month - 1 + self.months - 1
        year, month = divmod(months, 12)
        return dt.date(year, month + 1, calendar.monthrange(year, month + 1)[1])

    @property
    def last_known_day(self) -> dt.date:
        """The day up to which the tables know."""
        return self.as_of or self.end

    @property
    def claims(self) -> int:
        """Number of visits in the service period."""
        return max(1, round(self.claims_per_year * self.months / 12))
