"""What happened at the front desk: who registered, what was checked, asked for, estimated and collected?

What is missing here makes denials likelier later on; ``hazards`` says by how much. Also the day the notes were
complete, before which no charge can be entered.
"""

from __future__ import annotations

import dataclasses
from typing import Final

import numpy as np
import numpy.typing as npt

from arlab.synth.days import Calendar
from arlab.synth.habits import Habits
from arlab.synth.lines import Lines
from arlab.synth.people import Patients
from arlab.synth.rulebook import CATEGORIES, CLASS_AT, FAMILIES, SPECIALTIES, Rulebook
from arlab.synth.scenario import Scenario
from arlab.synth.streams import Draws, Streams, pick_table
from arlab.synth.visits import Visits

__all__ = ["NEVER", "RESULTS", "FrontDesk", "make_front_desk"]

Ints = npt.NDArray[np.int64]
Cents = npt.NDArray[np.int32]
Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

NEVER: Final = -1
RESULTS: Final = ("active", "inactive", "not_found")
"""Answers to a check of eligibility."""
_PREVENTIVE: Final = FAMILIES.index("preventive")

_STAND_IN: Final = 0.08  # of visits are registered by somebody who helps out
_PLAN_YEARS: Final = ("commercial", "marketplace", "medicare_advantage")  # coverage changes in January
_NEW_YEAR, _OTHER_MONTHS = 1.7, 0.8
_TROUBLE: Final = 3.0  # wrong coverage data over denials for them: most are mended, some do no harm
_CHECK_LEADS: Final = np.array([0, 1, 2, 3, 5, 7, 14, 21])  # days from check to visit
_LEAD_WEIGHTS: Final = (20, 25, 20, 15, 8, 5, 4, 3)
_FOUND, _FOUND_EARLY = 0.85, 0.5  # of wrong coverage, by a check within a week before the visit or earlier
_MENDED, _MENDED_SAME_DAY = 0.9, 0.55
_SLIP: Final = 0.01  # of good coverages are not found at first because of a slip of the pen
_REFERRAL_PLANS: Final = ("hmo", "federal")
_REFERRED: Final = 0.93  # of referrals that are needed are there
_TOO_FEW_UNITS: Final = 0.1  # of authorisations for several units
_SERIES: Final = 0.25  # of authorisations are for twice as much, to come back with
_NOTE_LAGS: Final = np.array([0, 1, 2, 3, 5, 7, 12, 20])  # days from visit to complete notes
_NOTE_WEIGHTS: Final = (62, 18, 8, 5, 3, 2, 1.2, 0.8)
_SELF_PAY_DISCOUNT: Final = 0.45
_SELF_PAY_AT_VISIT: Final = 0.6  # of self-pay patients pay at the visit
_SELF_PAY_ESTIMATE: Final = 0.9  # of self-pay patients are given the estimate that the law asks for
_WRONG_COPAY: Final = 0.05  # of preventive visits, where none is due


@dataclasses.dataclass(frozen=True)
class FrontDesk:
    """One entry per visit, but ``due_by_line`` and ``discount``, which are by line; money in cents.

    ``result`` is a place in :data:`RESULTS`, -1 without a check. ``wrong_coverage`` and ``wrong_member`` are true
    where what is on file is wrong and nobody mended it; no table shows them. ``authorised_day`` and
    ``referred_day`` are the days from which the number is on file, -1 where there is none. ``estimate`` is -1 where
    none was given. ``due`` is what was asked for at the visit, of self-pay patients the price after the discount.
    """

    registrar: Ints
    checked_day: Ints
    result: Ints
    wrong_coverage: Flags
    wrong_member: Flags
    referral_required: Flags
    referred_day: Ints
    authorisation_required: Flags
    authorised_day: Ints
    authorised_units: Ints
    units_to_authorise: Ints
    note_lag: Ints
    estimate: Ints
    due: Ints
    collected: Ints
    due_by_line: Cents
    discount: Cents

    @property
    def no_authorisation(self) -> Flags:
        """Where authorisation was required and there is no number."""
        return self.authorisation_required & (self.authorised_day < 0)

    @property
    def no_referral(self) -> Flags:
        """Where a referral was required and there is none."""
        return self.referral_required & (self.referred_day < 0)

    @property
    def too_few_units(self) -> Flags:
        """Where fewer units were authorised than done."""
        return (self.authorised_day >= 0) & (self.authorised_units < self.units_to_authorise)


def make_front_desk(
    scenario: Scenario,
    rules: Rulebook,
    calendar: Calendar,
    visits: Visits,
    patients: Patients,
    lines: Lines,
    habits: Habits,
    streams: Streams,
) -> FrontDesk:
    """Return what happened at the front desk at every visit."""
    draws = streams.stage("front desk")
    count = visits.count
    insured = visits.payer != rules.payers.self_pay
    roster = _roster(scenario.locations, scenario.registrars)
    usual = roster[visits.location, calendar.weekday[visits.day]]
    helper = draws.below(scenario.registrars, count)
    registrar = usual + (helper - usual) * (draws.share(count) < _STAND_IN)
    habit = habits.registrar[registrar]
    checks = streams.stage("coverage checks")
    checked_day, result, wrong_coverage, wrong_member = _coverage_checks(
        scenario, rules, calendar, visits, habit, insured, checks
    )

    first_family = rules.services.family[lines.service[lines.start]]
    referral = np.isin(rules.payers.plan_types, _REFERRAL_PLANS)[visits.payer]
    referral &= (visits.specialty != SPECIALTIES.index("primary_care")) & (first_family != _PREVENTIVE)
    referred = referral & (draws.share(count) < _REFERRED)
    wanted, got, granted = _authorisations(scenario, rules, visits, lines, habits, draws)
    lag = _NOTE_LAGS.take(draws.pick(pick_table(_NOTE_WEIGHTS), count))

    till = streams.stage("at the visit")
    due_by_line, estimated = _due_by_line(scenario, rules, visits, patients, lines, first_family, till)
    discount, owed = _self_pay(lines, insured)
    due = lines.per_claim(due_by_line) + owed
    pays = till.share(count) < np.where(insured, scenario.copay_collected_share, _SELF_PAY_AT_VISIT)
    told = (estimated & (due > 0) & insured) | (~insured & (till.share(count) < _SELF_PAY_ESTIMATE))
    return FrontDesk(
        registrar=registrar,
        checked_day=checked_day,
        result=result,
        wrong_coverage=wrong_coverage,
        wrong_member=wrong_member,
        referral_required=referral,
        referred_day=np.where(referred, visits.day, NEVER),
        authorisation_required=wanted > 0,
        authorised_day=np.where(got, visits.day, NEVER),
        authorised_units=granted,
        units_to_authorise=wanted,
        note_lag=(lag * habits.provider[visits.provider]).astype(np.int64),
        estimate=np.where(told, due, NEVER),
        due=due,
        collected=due * pays,
        due_by_line=due_by_line,
        discount=discount,
    )


def _authorisations(
    scenario: Scenario, rules: Rulebook, visits: Visits, lines: Lines, habits: Habits, draws: Draws
) -> tuple[Ints, Flags, Ints]:
    """Return the units that want authorisation, whether there is one, and for how many units."""
    of_line = visits.payer.take(lines.claim) * len(rules.services.codes) + lines.service
    at = np.flatnonzero(habits.wants_authorisation.take(of_line))
    wanted = np.bincount(lines.claim[at], weights=lines.units[at], minlength=visits.count).astype(np.int64)
    got = (wanted > 0) & (draws.share(visits.count) < scenario.authorisation_obtained_share)
    luck = draws.share(visits.count)
    halved = (luck < _TOO_FEW_UNITS) & (wanted > 1)
    doubled = luck > 1 - _SERIES
    return wanted, got, ((wanted >> halved) << doubled) * got


def _self_pay(lines: Lines, insured: Flags) -> tuple[Cents, Ints]:
    """Return the discount of patients who pay themselves by line, and what they owe after it by claim."""
    at = np.flatnonzero(~insured.take(lines.claim))
    discount = np.zeros_like(lines.charge)
    discount[at] = (lines.charge[at] * _SELF_PAY_DISCOUNT).astype(np.int32)
    owed = np.bincount(lines.claim[at], weights=lines.charge[at] - discount[at], minlength=len(insured))
    return discount, owed.astype(np.int64)


def _roster(locations: int, registrars: int) -> Ints:
    """Return who sits at the desk, location x weekday: people have an office and help out elsewhere once a week."""
    result = np.empty((locations, 7), dtype=np.int64)
    for location in range(locations):
        own = [who for who in range(registrars) if who % locations == location] or [location % registrars]
        for weekday in range(7):
            away = (weekday + location) % 5 == 0
            result[location, weekday] = (own[weekday % len(own)] + away) % registrars
    return result


def _coverage_checks(
    scenario: Scenario,
    rules: Rulebook,
    calendar: Calendar,
    visits: Visits,
    habit: Floats,
    insured: Flags,
    draws: Draws,
) -> tuple[Ints, Ints, Flags, Flags]:
    """Return day and result of the check, and whether coverage or member number stay wrong.

    Coverage on file goes wrong most often in January, when people change plans, and with registrars who err. A
    check finds most of it, the sooner before the visit the less; what is found in time is mostly mended.
    """
    count = visits.count
    rates = dict(zip(CATEGORIES, rules.denial_rates.T, strict=True))
    renewed = np.isin(np.arange(len(CLASS_AT)), [CLASS_AT[name] for name in _PLAN_YEARS])
    season = np.where(renewed[:, None], [_OTHER_MONTHS, _NEW_YEAR], 1.0)  # class x whether January to March
    place = visits.payer_class * 2 + (visits.month < 3)
    ended = (_TROUBLE * (rates["eligibility"] + rates["wrong_payer"])[:, None] * season).take(place) * habit
    mistyped = (_TROUBLE * rates["registration"][:, None] * season).take(place) * habit
    fate = draws.share(count)
    coverage = fate < ended
    trouble = fate < ended + mistyped

    checked = insured & (draws.share(count) < 1 - (1 - scenario.eligibility_checked_share) * habit)
    lead = _CHECK_LEADS.take(draws.pick(pick_table(_LEAD_WEIGHTS), count))
    day = visits.day - lead
    weekday = (day + calendar.start.weekday()) % 7
    day -= np.maximum(weekday - 4, 0)  # on a Friday instead of a weekend
    seen, mends = draws.share(count), draws.share(count)
    found = checked & trouble & (seen < np.where(lead <= 7, _FOUND, _FOUND_EARLY))
    mended = found & (mends < np.where(lead > 0, _MENDED, _MENDED_SAME_DAY))
    slip = checked & ~trouble & (seen < _SLIP)
    result = found * np.where(coverage, RESULTS.index("inactive"), RESULTS.index("not_found"))
    result += slip * RESULTS.index("not_found")
    open_trouble = trouble & ~mended
    return day, np.where(checked, result, NEVER), open_trouble & coverage, open_trouble & ~coverage


def _due_by_line(
    scenario: Scenario,
    rules: Rulebook,
    visits: Visits,
    patients: Patients,
    lines: Lines,
    first_family: Ints,
    draws: Draws,
) -> tuple[Cents, Flags]:
    """Return what is due at the visit by line, the copay and at some visits an estimate of the rest; and at which.

    Estimates are wrong by some, mostly too low, and now and then a copay is asked for where none is due. Nothing
    is asked for where a second payer may pay it.
    """
    drawn, error = draws.share(visits.count), draws.share(visits.count)
    preventive = first_family == _PREVENTIVE
    estimated = ~preventive & (drawn < scenario.estimate_share)
    rest = lines.deductible + lines.coinsurance
    factor = ((0.7 + 0.4 * error) / 500 * estimated).take(lines.claim)
    due = lines.copay + (rest * factor).astype(np.int32) * 500
    mistaken = np.flatnonzero(preventive & (drawn < _WRONG_COPAY))
    usual = rules.payers.copay[visits.payer[mistaken]] * patients.pays_copay[visits.patient[mistaken]]
    due[lines.start[mistaken]] = usual
    asked = (patients.second_payer[visits.patient] < 0) & (visits.payer != rules.payers.self_pay)
    return np.minimum(due, lines.charge) * asked.take(lines.claim), estimated
