"""What does the payer decide on each claim: paid, denied in whole or in part, and for which reason?

Reasons follow payer, service, place, provider and season. The decision is drawn once per claim and comes into
force when the payer gets the claim; a claim that comes too late is denied for that alone.
"""

from __future__ import annotations

import dataclasses

import numpy as np
import numpy.typing as npt

from arlab.synth.lines import Lines
from arlab.synth.people import Patients
from arlab.synth.rulebook import CATEGORIES, CLASS_AT, FAMILIES, GROUPS, Rulebook
from arlab.synth.scenario import Scenario
from arlab.synth.streams import Draws, Streams, pick_table
from arlab.synth.visits import Visits

__all__ = ["Decisions", "is_late", "make_decisions"]

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

PAID = -1
# Payers differ by kind of service and by office, and providers by habit, within these factors.
_HABITS = np.array([0.7, 0.85, 1.0, 1.2, 1.4])
_NEW_YEAR = 1.7  # coverage errors in January to March, against 0.8 in the rest of the year
_PARTIAL_SHARE = 0.75  # of denials that concern a service and come on a claim with several lines
_NEW_PROVIDER_MONTHS = 5


@dataclasses.dataclass(frozen=True)
class Decisions:
    """The payer's decision on a claim that comes in time; ``code`` is -1 where it pays everything.

    ``denied_line`` marks the lines that are denied; ``late_code`` is the code of claims that come too late.
    """

    code: Ints
    rarc: Ints
    group: Ints
    denied_line: Flags
    wrongly_late: Flags
    late_code: int


def is_late(rules: Rulebook, payer: Ints, service: Ints, submitted: Ints, received: Ints) -> Flags:
    """Return whether a sending misses the filing limit, judged on the day the contract names."""
    counted = np.where(rules.payers.postmarked[payer], submitted, received)
    return counted - service > rules.payers.filing_days[payer]


def make_decisions(
    scenario: Scenario, rules: Rulebook, visits: Visits, patients: Patients, lines: Lines, streams: Streams
) -> Decisions:
    """Draw the first decision on every claim."""
    draws = streams.stage("adjudication")
    count = visits.count
    hazards = _hazards(scenario, rules, visits, patients, lines, streams)
    summed = np.cumsum(hazards, axis=1)
    fate = draws.share(count)
    category = (fate[:, None] >= summed).sum(axis=1)
    denied = category < len(CATEGORIES)
    at = np.flatnonzero(denied)
    code = np.full(count, PAID)
    code[at] = _codes(rules, category[at], patients.payer_class[visits.patient[at]], draws)

    late_code = rules.denials.carcs.index("29")
    payer = patients.payer[visits.patient]
    wrongly = (payer != rules.payers.self_pay) & ~denied
    wrongly &= draws.share(count) < scenario.wrongly_late_share
    code[wrongly] = late_code
    known = np.maximum(code, 0)

    denied_line = (code >= 0)[lines.claim]
    partial = (code >= 0) & rules.denials.by_line[known] & (lines.size > 1)
    partial &= draws.share(count) < _PARTIAL_SHARE
    # One further line is denied, the first stays: what came on top is what payers question.
    denied_number = 2 + np.floor(draws.share(count) * (lines.size - 1)).astype(np.int64)
    denied_line &= ~partial[lines.claim] | (lines.number == denied_number[lines.claim])

    counts = np.array([len(codes) for codes in rules.denials.rarcs])
    return Decisions(
        code=code,
        rarc=np.floor(draws.share(count) * counts[known]).astype(np.int64),
        group=_groups(rules, visits, patients, lines, code, denied_line, draws.share(count)),
        denied_line=denied_line,
        wrongly_late=wrongly,
        late_code=late_code,
    )


def _codes(rules: Rulebook, category: Ints, payer_class: Ints, draws: Draws) -> Ints:
    """Return a denial code of each category by the codes' weights."""
    denials = rules.denials
    tables = []
    for place in range(len(CATEGORIES)):
        weights = np.where(denials.category == place, denials.weight, 0.0)
        tables.append(pick_table(weights))
    code = draws.pick_by(np.array(tables), category)
    # Casualty insurers are workers' compensation and liability: they do not point at themselves.
    casualty = payer_class == CLASS_AT["workers_compensation_auto"]
    own = np.isin(code, [denials.carcs.index(carc) for carc in ("19", "20")])
    return np.where(casualty & own, denials.carcs.index("22"), code)


def _hazards(
    scenario: Scenario, rules: Rulebook, visits: Visits, patients: Patients, lines: Lines, streams: Streams
) -> Floats:
    """Return for each claim the probability of each category (timely filing and duplicates come by themselves)."""
    payer_class = patients.payer_class[visits.patient]
    factors = np.ones((visits.count, len(CATEGORIES)))

    def scale(names: tuple[str, ...], factor: Floats) -> None:
        for name in names:
            factors[:, CATEGORIES.index(name)] *= factor

    habits = streams.stage("habits")
    payers, providers = len(rules.payers.names), int(visits.provider.max()) + 1
    by_service = _HABITS[habits.below(len(_HABITS), (payers, len(FAMILIES)))]
    by_office = _HABITS[habits.below(len(_HABITS), (payers, 50))]
    front_desk = _HABITS[habits.below(len(_HABITS), 50)]
    by_provider = _HABITS[habits.below(len(_HABITS), providers)]
    newcomer = int(habits.below(providers, 1)[0])

    payer, family = patients.payer[visits.patient], rules.services.family[lines.service[lines.start]]
    clinical = (
        "documentation",
        "coding",
        "authorisation",
        "non_covered",
        "benefit_limit",
        "medical_necessity",
    )
    desk = ("eligibility", "registration", "coordination_of_benefits", "wrong_payer")
    scale(clinical, by_service[payer, family])
    scale((*desk, "claim_data"), by_office[payer, visits.location])
    scale(desk, front_desk[visits.location])
    scale(("documentation", "coding"), by_provider[visits.provider])

    plan_year = np.isin(
        payer_class, [CLASS_AT[n] for n in ("commercial", "marketplace", "medicare_advantage")]
    )
    season = np.where(visits.month < 3, _NEW_YEAR, 0.8)
    scale(("eligibility", "registration", "wrong_payer"), np.where(plan_year, season, 1.0))

    need = np.maximum.reduceat(rules.services.authorisation[lines.service], lines.start)
    scale(("authorisation",), 0.2 + 6 * need)
    heavy = np.isin(family, [FAMILIES.index(name) for name in ("imaging", "procedure", "test", "therapy")])
    scale(("documentation", "medical_necessity", "benefit_limit"), np.where(heavy, 2.0, 0.8))
    scale(("coding",), np.where(lines.size > 1, 1.4, 0.5))
    fresh = (visits.provider == newcomer) & (visits.month + 12 * visits.year < _NEW_PROVIDER_MONTHS)
    scale(("credentialing",), np.where(fresh, 8.0, 0.5))

    # The factors shift denials between claims; the rate of each class and category stays what it is.
    counts = np.maximum(np.bincount(payer_class, minlength=len(rules.denial_rates)), 1)
    for column in range(len(CATEGORIES)):
        mean = np.bincount(payer_class, weights=factors[:, column], minlength=len(counts)) / counts
        factors[:, column] /= mean[payer_class]
    hazards = rules.denial_rates[payer_class] * factors * scenario.denial_factor
    most = hazards.sum(axis=1)
    return hazards * np.minimum(1.0, 0.9 / np.maximum(most, 1e-12))[:, None]


def _groups(
    rules: Rulebook,
    visits: Visits,
    patients: Patients,
    lines: Lines,
    code: Ints,
    denied_line: Flags,
    drawn: Floats,
) -> Ints:
    """Return who is asked to bear a denied amount: the practice, unless the plan may leave it to the patient."""
    known = np.maximum(code, 0)
    payer_class = patients.payer_class[visits.patient]
    protected = np.isin(
        payer_class, [CLASS_AT[n] for n in ("medicaid", "medicaid_managed", "workers_compensation_auto")]
    )
    protected |= patients.no_cost_share[visits.patient]
    # Traditional Medicare leaves a refusal for need to the patient only with an advance notice for the line.
    needs_notice = payer_class == CLASS_AT["medicare"]
    notice = np.minimum.reduceat((lines.abn | ~denied_line).astype(np.int64), lines.start) > 0
    clinical = rules.denials.category[known] == CATEGORIES.index("medical_necessity")
    signed = np.where(needs_notice, notice, ~clinical)
    patient = rules.denials.may_be_patient[known] & ~protected & signed & ((drawn < 0.5) | clinical)
    other = rules.denials.may_be_other[known] & (drawn < 0.3)
    group = np.where(patient, GROUPS.index("PR"), np.where(other, GROUPS.index("OA"), GROUPS.index("CO")))
    return np.where(code >= 0, group, 0)
