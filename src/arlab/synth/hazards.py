"""How likely is each reason of denial for each claim, given what is known of it?

The reference file says how often each class of payers denies for each reason. What stands here only moves those
denials between the claims of a class: towards hard payers, services, offices and people, and towards claims whose
front-desk facts are wrong.
"""

from __future__ import annotations

import dataclasses
from typing import Final

import numpy as np
import numpy.typing as npt

from arlab.synth.front_desk import FrontDesk
from arlab.synth.habits import NEW_PROVIDER_MONTHS, Habits
from arlab.synth.lines import Lines
from arlab.synth.rulebook import CATEGORIES, CLASS_AT, FAMILIES, Rulebook
from arlab.synth.scenario import Scenario
from arlab.synth.visits import Visits

__all__ = ["make_hazards"]

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Rows = dict[str, Floats]

# Of the denials of a category, the share that falls on claims with the fault, as long as that leaves no claim
# with a higher chance than the most below. Our choice: no source splits denials by fault.
_FROM_WRONG_COVERAGE: Final = 0.5
_FROM_NO_AUTHORISATION: Final = 0.55
_FROM_NO_REFERRAL: Final = 0.12
_FROM_TOO_FEW_UNITS: Final = 0.06
_MOST_FROM_FAULT: Final = 0.6
_TINY, _SMALL = 1e-12, 1e-9  # against division by nothing
_MOST: Final = 0.9  # chance of denial for all reasons together

_PLAN_YEARS: Final = ("commercial", "marketplace", "medicare_advantage")
_NEW_YEAR, _OTHER_MONTHS = 1.7, 0.8  # coverage denials in January to March against the rest of the year
_HEAVY: Final = ("imaging", "procedure", "test", "therapy")
_HEAVY_FACTOR, _LIGHT_FACTOR = 2.0, 0.8
_NOT_REQUIRED, _ASKED_FOR = (
    0.12,
    1.5,
)  # authorisation denials where none was required, and where there is a number
_NOTE_DAYS: Final = 4  # notes completed later than this lack more
_LATE_NOTES, _NOTES_IN_TIME = 2.0, 0.9
_NEW_PROVIDER, _KNOWN_PROVIDER = 8.0, 0.5


@dataclasses.dataclass(frozen=True)
class _Fault:
    """Claims with a fault, the share of a category's denials they have, and factors among them."""

    claims: Ints
    share: float
    factor: Floats


def make_hazards(
    scenario: Scenario, rules: Rulebook, visits: Visits, lines: Lines, front: FrontDesk, habits: Habits
) -> tuple[Rows, Floats]:
    """Return category -> probability of it for each claim, and the probability of any.

    Late and copied claims come by themselves.
    """
    usual = _usual(rules, visits, lines, front, habits)
    faults = _faults(visits, front, habits)
    counts = np.bincount(visits.payer_class, minlength=len(CLASS_AT))
    result = {}
    for place, name in enumerate(CATEGORIES):
        expected = rules.denial_rates[:, place] * scenario.denial_factor * counts
        if expected.any():
            result[name] = _spread(usual[name], faults.get(name, ()), visits.payer_class, expected)
    total = np.zeros(visits.count)
    for row in result.values():
        total += row
    over = np.flatnonzero(total > _MOST)
    if len(over):
        for row in result.values():
            row[over] *= _MOST / total[over]
        total[over] = sum(row[over] for row in result.values())
    return result, total


def _spread(usual: Floats, faults: tuple[_Fault, ...], payer_class: Ints, expected: Floats) -> Floats:
    """Return each claim's share of the denials that its class expects: by fault first, the rest as usual."""
    classes = len(expected)
    whole = np.bincount(payer_class, weights=usual, minlength=classes)
    rest, left = whole.copy(), np.ones(classes)
    at_fault = []
    for fault in faults:
        mine = payer_class[fault.claims]
        rest -= np.bincount(mine, weights=usual[fault.claims], minlength=classes)
        weight = np.bincount(mine, weights=fault.factor, minlength=classes)
        share = np.minimum(fault.share, _MOST_FROM_FAULT * weight / np.maximum(expected, _TINY))
        left -= share
        scale = share * expected / np.maximum(weight, _TINY)
        at_fault.append((fault.claims, fault.factor * scale[mine]))
    alone = rest < _SMALL  # every claim of the class has a fault: then none is worse than the others
    left[alone], rest[alone] = 1.0, np.maximum(whole[alone], _TINY)
    result = (left * expected / rest).take(payer_class)
    result *= usual
    for claims, chance in at_fault:
        other = ~alone[payer_class[claims]]
        result[claims[other]] = chance[other]
    return result


def _usual(rules: Rulebook, visits: Visits, lines: Lines, front: FrontDesk, habits: Habits) -> Rows:
    """Return category -> factor for each claim without a fault."""
    payer = visits.payer
    office = payer * habits.location.size + visits.location
    desk = (habits.payer_location * habits.location).take(office) * habits.registrar.take(front.registrar)
    renewed = np.isin(np.arange(len(CLASS_AT)), [CLASS_AT[name] for name in _PLAN_YEARS])
    season = np.where(renewed[:, None], [_OTHER_MONTHS, _NEW_YEAR], 1.0).ravel()
    coverage = desk * season.take(visits.payer_class * 2 + (visits.month < 3))

    service = payer * len(FAMILIES) + rules.services.family.take(lines.service.take(lines.start))
    plain = habits.payer_family.take(service)
    heavy = np.where(np.isin(FAMILIES, _HEAVY), _HEAVY_FACTOR, _LIGHT_FACTOR)
    weighty = (habits.payer_family * heavy).take(service)
    provider = habits.provider.take(visits.provider)
    notes = np.array([_NOTES_IN_TIME, _LATE_NOTES]).take(front.note_lag > _NOTE_DAYS)
    asked = np.array([_NOT_REQUIRED, _ASKED_FOR]).take(front.authorisation_required)
    fresh = (visits.provider == habits.newcomer) & (visits.month + 12 * visits.year < NEW_PROVIDER_MONTHS)
    return {
        "eligibility": coverage,
        "registration": coverage,
        "wrong_payer": coverage,
        "coordination_of_benefits": desk,
        "claim_data": habits.payer_location.take(office),
        "documentation": weighty * provider * notes,
        "coding": plain * provider * np.array([0.5, 1.4]).take(lines.size > 1),
        "authorisation": plain * asked,
        "non_covered": plain,
        "benefit_limit": weighty,
        "medical_necessity": weighty,
        "credentialing": np.array([_KNOWN_PROVIDER, _NEW_PROVIDER]).take(fresh),
    }


def _faults(visits: Visits, front: FrontDesk, habits: Habits) -> dict[str, tuple[_Fault, ...]]:
    """Return category -> the faults that bring it; no claim is under two of them."""

    def fault(which: npt.NDArray[np.bool_], share: float) -> _Fault:
        claims = np.flatnonzero(which)
        return _Fault(claims, share, np.ones(len(claims)))

    def coverage(which: npt.NDArray[np.bool_]) -> tuple[_Fault, ...]:
        claims = np.flatnonzero(which)
        office = habits.payer_location[visits.payer[claims], visits.location[claims]]
        return (_Fault(claims, _FROM_WRONG_COVERAGE, office),)

    missing, unreferred, short = front.no_authorisation, front.no_referral, front.too_few_units
    ended = coverage(front.wrong_coverage)
    return {
        "eligibility": ended,
        "wrong_payer": ended,
        "registration": coverage(front.wrong_member),
        "authorisation": (
            fault(missing, _FROM_NO_AUTHORISATION),
            fault(unreferred & ~missing, _FROM_NO_REFERRAL),
            fault(short & ~unreferred, _FROM_TOO_FEW_UNITS),
        ),
        "benefit_limit": (fault(short, _FROM_TOO_FEW_UNITS),),
    }
