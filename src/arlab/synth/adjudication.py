"""What does the payer decide on each claim: paid, denied in whole or in part, and for which reason?

How likely each reason is stands in ``hazards``. The decision is drawn once per claim and comes into force when the
payer gets the claim; a claim that comes too late is denied for that alone.
"""

from __future__ import annotations

import dataclasses

import numpy as np
import numpy.typing as npt

from arlab.synth.days import Calendar
from arlab.synth.front_desk import FrontDesk
from arlab.synth.habits import Effect, Habits
from arlab.synth.hazards import make_hazards
from arlab.synth.incidents import INCIDENT_KINDS
from arlab.synth.lines import Lines
from arlab.synth.people import Patients
from arlab.synth.planted import Planted, plant
from arlab.synth.rulebook import CATEGORIES, CLASS_AT, FAMILIES, GROUPS, Rulebook
from arlab.synth.scenario import Scenario
from arlab.synth.streams import Streams, pick_tables
from arlab.synth.visits import Visits

__all__ = ["Decisions", "is_late", "make_decisions"]

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

PAID = -1
_PARTIAL_SHARE = 0.97  # of denials that concern a service and come on a claim with several lines
_PROTECTED = ("medicaid", "medicaid_managed", "workers_compensation_auto")
# What a payer says where the fault is plain, and what it says of authorisation otherwise.
_NO_NUMBER, _NO_REFERRAL, _TOO_MANY = ("197", "15"), ("288",), ("198",)
_TOO_MANY_OF_BENEFIT = ("151",)
_OTHER_AUTHORISATION = ("197", "39", "95", "242")


@dataclasses.dataclass(frozen=True)
class Decisions:
    """The payer's decision on a claim that comes in time; ``code`` is -1 where it pays everything.

    ``denied_line`` marks the lines that are denied; ``late_code`` is the code of claims that come too late.
    ``planted`` holds what the incidents did, ``habits`` the standing effects, for the answer key.
    """

    code: Ints
    rarc: Ints
    group: Ints
    denied_line: Flags
    wrongly_late: Flags
    late_code: int
    planted: Planted
    habits: Habits

    @property
    def incident(self) -> Ints:
        """For each claim the place of the incident that brings its denial, -1 for none."""
        return self.planted.caused_by

    @property
    def effects(self) -> tuple[Effect, ...]:
        """The standing effects of payers, offices and people, as records."""
        return self.habits.effects


def is_late(rules: Rulebook, payer: Ints, service: Ints, submitted: Ints, received: Ints) -> Flags:
    """Return whether a sending misses the filing limit, judged on the day the contract names."""
    counted = np.where(rules.payers.postmarked.take(payer), submitted, received)
    return counted - service > rules.payers.filing_days.take(payer)


def make_decisions(
    scenario: Scenario,
    rules: Rulebook,
    calendar: Calendar,
    visits: Visits,
    patients: Patients,
    lines: Lines,
    front: FrontDesk,
    habits: Habits,
    streams: Streams,
) -> Decisions:
    """Draw the first decision on every claim."""
    draws = streams.stage("adjudication")
    count = visits.count
    hazards, chance = make_hazards(scenario, rules, visits, lines, front, habits)
    fate = draws.share(count)
    at = np.flatnonzero(fate < chance)
    drawn, upto, place = fate[at], np.zeros(len(at)), np.zeros(len(at), dtype=np.int64)
    for row in hazards.values():
        upto += row[at]
        place += drawn >= upto
    order = np.array([CATEGORIES.index(name) for name in hazards], dtype=np.int64)
    code = np.full(count, PAID)
    code[at] = _codes(rules, order[place], at, visits, front, draws.steps(count)[at])

    late_code = rules.denials.carcs.index("29")
    wrongly = (draws.share(count) < scenario.wrongly_late_share) & (code == PAID)
    wrongly &= visits.payer != rules.payers.self_pay
    code[wrongly] = late_code
    planted = plant(
        scenario.incidents,
        rules,
        calendar,
        visits,
        lines,
        front,
        fate=fate,
        usual=chance,
        wrongly_late=wrongly,
        wrongly_late_share=scenario.wrongly_late_share,
    )
    _add_incident_codes(rules, planted, code, streams)

    remarks = np.array([len(codes) for codes in rules.denials.rarcs])[np.maximum(code, 0)]
    rarc = (draws.share(count) * remarks).astype(np.int64)
    whether, which = draws.share(count), draws.share(count)
    denied_line = _denied_lines(rules, planted, lines, code, rarc, whether, which)
    return Decisions(
        code=code,
        rarc=rarc,
        group=_groups(rules, visits, patients, lines, code, denied_line, draws.share(count)),
        denied_line=denied_line,
        wrongly_late=wrongly,
        late_code=late_code,
        planted=planted,
        habits=habits,
    )


def _codes(
    rules: Rulebook,
    category: Ints,
    claim: Ints,
    visits: Visits,
    front: FrontDesk,
    steps: npt.NDArray[np.uint16],
) -> Ints:
    """Return a denial code of each category by the codes' weights, and by the fault where it is plain."""
    denials = rules.denials
    by_category = (denials.category == np.arange(len(CATEGORIES))[:, None]) * denials.weight

    def only(carcs: tuple[str, ...]) -> Floats:
        return np.array([carc in carcs for carc in denials.carcs]) * denials.weight

    kinds = [only(carcs) for carcs in (_OTHER_AUTHORISATION, _NO_NUMBER, _NO_REFERRAL, _TOO_MANY)]
    tables = pick_tables(np.vstack([by_category, kinds, [only(_TOO_MANY_OF_BENEFIT)]]))
    first = len(CATEGORIES)
    row = category.copy()
    short = front.too_few_units[claim]
    kind = np.where(
        front.no_authorisation[claim], 1, np.where(front.no_referral[claim], 2, np.where(short, 3, 0))
    )
    authorisation = category == CATEGORIES.index("authorisation")
    row[authorisation] = first + kind[authorisation]
    row[(category == CATEGORIES.index("benefit_limit")) & short] = first + len(kinds)
    code = tables[row, steps].astype(np.int64)
    # Casualty insurers are workers' compensation and liability: they do not point at themselves.
    casualty = visits.payer_class[claim] == CLASS_AT["workers_compensation_auto"]
    own = np.isin(code, [denials.carcs.index(carc) for carc in ("19", "20")])
    code[casualty & own] = denials.carcs.index("22")
    return code


def _add_incident_codes(rules: Rulebook, planted: Planted, code: Ints, streams: Streams) -> None:
    """Write the codes of the denials that incidents bring, each code of a kind as often as the others."""
    at = np.flatnonzero(planted.caused_by >= 0)
    if not len(at):
        return
    spread = streams.stage("incidents").share(len(code))[at]
    for place, incident in enumerate(planted.incidents):
        codes = np.array([rules.denials.carcs.index(c) for c in INCIDENT_KINDS[incident.kind].carcs])
        mine = planted.caused_by[at] == place
        code[at[mine]] = codes[(spread[mine] * len(codes)).astype(np.int64)]


def _denied_lines(
    rules: Rulebook,
    planted: Planted,
    lines: Lines,
    code: Ints,
    rarc: Ints,
    whether: Floats,
    which: Floats,
) -> Flags:
    """Return the lines that are denied: all of the claim, or one when the reason concerns a service.

    One further line is denied, the first stays: what came on top is what payers question. An incident that
    concerns a kind of service denies the lines of that kind. A claim that cannot be processed is denied whole.
    """
    at = np.flatnonzero(code >= 0)
    lacks_data = rules.denials.carcs.index("16")
    whole = (code[at] == lacks_data) & (rarc[at] == rules.denials.rarcs[lacks_data].index("MA130"))
    partial = ~whole & rules.denials.by_line[code[at]] & (lines.size[at] > 1) & (whether[at] < _PARTIAL_SHARE)
    only = np.zeros(len(code), dtype=np.int64)
    only[at[partial]] = 2 + (which[at] * (lines.size[at] - 1)).astype(np.int64)[partial]
    line = np.flatnonzero((code >= 0)[lines.claim])
    claim = lines.claim[line]
    denied = (only[claim] == 0) | (lines.number[line] == only[claim])
    for place, incident in enumerate(planted.incidents):
        if incident.family:
            mine = (planted.caused_by[claim] == place) & rules.denials.by_line[code[claim]]
            of_family = rules.services.family[lines.service[line]] == FAMILIES.index(incident.family)
            denied[mine] = of_family[mine]
    result = np.zeros(len(lines.claim), dtype=bool)
    result[line[denied]] = True
    return result


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
    at = np.flatnonzero(code >= 0)
    code, drawn, payer_class = code[at], drawn[at], visits.payer_class[at]
    protected = np.isin(payer_class, [CLASS_AT[name] for name in _PROTECTED])
    protected |= patients.no_cost_share[visits.patient[at]]
    # Traditional Medicare leaves a refusal for need to the patient only with an advance notice for the line.
    notice = np.ones(visits.count, dtype=bool)
    notice[lines.claim[denied_line & ~lines.abn]] = False
    clinical = rules.denials.category[code] == CATEGORIES.index("medical_necessity")
    signed = np.where(payer_class == CLASS_AT["medicare"], notice[at], ~clinical)
    patient = rules.denials.may_be_patient[code] & ~protected & signed & ((drawn < 0.5) | clinical)
    other = rules.denials.may_be_other[code] & (drawn < 0.3)
    result = np.zeros(visits.count, dtype=np.int64)
    result[at] = np.where(
        patient, GROUPS.index("PR"), np.where(other, GROUPS.index("OA"), GROUPS.index("CO"))
    )
    return result
