"""What was done at each visit, what is charged, and what does the contract allow?

Also splits each line's allowed amount into the plan's part and the patient's part, as if the payer paid it.
Whether the payer does pay is decided in ``adjudication``.
"""

from __future__ import annotations

import dataclasses

import numpy as np
import numpy.typing as npt

from arlab.synth.people import Patients
from arlab.synth.rulebook import CLASS_AT, FAMILIES, Rulebook
from arlab.synth.scenario import Scenario
from arlab.synth.streams import Streams, pick_table
from arlab.synth.visits import Visits

__all__ = ["Lines", "make_lines", "starts_of"]

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

# None, one, two or three further lines: 1.75 lines a claim (domain sheet, section 10).
_MORE_LINES = (0.48, 0.31, 0.14, 0.07)
_LIST_PRICE_RISE = 0.03
_VISIT, _PREVENTIVE, _THERAPY = (FAMILIES.index(name) for name in ("visit", "preventive", "therapy"))
_TEST, _IMAGING = FAMILIES.index("test"), FAMILIES.index("imaging")


@dataclasses.dataclass(frozen=True)
class Lines:
    """One entry per service line, in claim order; money in cents.

    ``contract`` is what the contract allows, ``allowed`` what the payer's system allows (less where it
    underpays). ``deductible``, ``coinsurance`` and ``copay`` add up to the patient's share of ``allowed``.
    """

    claim: Ints
    number: Ints
    service: Ints
    units: Ints
    charge: Ints
    contract: Ints
    allowed: Ints
    deductible: Ints
    coinsurance: Ints
    copay: Ints
    sequestration: Ints
    abn: Flags
    start: Ints  # per claim: position of its first line
    size: Ints  # per claim: number of its lines

    @property
    def patient_share(self) -> Ints:
        """Deductible, coinsurance and copay together."""
        return self.deductible + self.coinsurance + self.copay

    @property
    def payment(self) -> Ints:
        """What the first payer pays when it pays."""
        return self.allowed - self.patient_share - self.sequestration

    def per_claim(self, values: npt.NDArray[np.generic]) -> Ints:
        """Return the sum of a line value for each claim."""
        return np.add.reduceat(values.astype(np.int64), self.start)


def starts_of(keys: Ints) -> Ints:
    """Return the position of the first entry of each run of equal keys.

    Examples
    --------
    >>> starts_of(np.array([4, 4, 7])).tolist()
    [0, 2]
    """
    return np.flatnonzero(np.concatenate([[True], keys[1:] != keys[:-1]]))


def make_lines(
    scenario: Scenario, rules: Rulebook, visits: Visits, patients: Patients, streams: Streams
) -> Lines:
    """Return the lines of all visits with their amounts."""
    draws = streams.stage("lines")
    claim, number, service = _services(rules, visits, patients, draws.below(1 << 16, (visits.count, 5)))
    total = len(claim)
    payer = patients.payer[visits.patient][claim]
    year = visits.year[claim]
    units = _units(rules, service, draws.share(total))
    price = rules.services.base_fee[service] * scenario.price_markup * (1 + _LIST_PRICE_RISE * year)
    charge = np.maximum(np.floor(price + 0.5).astype(np.int64), 1) * 100 * units
    contract = np.minimum(rules.allowed_cents(payer, service, year) * units, charge)
    underpaid = draws.share(total) < scenario.underpaid_share
    cut = np.array([0.05, 0.1, 0.2, 0.35])[draws.below(4, total)]
    allowed = contract - np.where(underpaid, np.floor(contract * cut).astype(np.int64), 0)
    self_pay = payer == rules.payers.self_pay
    allowed = np.where(self_pay, 0, allowed)

    family = rules.services.family[service]
    medicare = patients.payer_class[visits.patient][claim] == CLASS_AT["medicare"]
    doubtful = np.isin(family, [_TEST, _IMAGING, _PREVENTIVE])
    start = starts_of(claim)
    deductible, coinsurance, copay = _patient_part(
        rules, visits, patients, claim, number, family, allowed, start
    )
    after_share = allowed - deductible - coinsurance - copay
    return Lines(
        claim=claim,
        number=number,
        service=service,
        units=units,
        charge=charge,
        contract=contract,
        allowed=allowed,
        deductible=deductible,
        coinsurance=coinsurance,
        copay=copay,
        sequestration=np.floor(after_share * rules.payers.sequestration[payer] + 0.5).astype(np.int64),
        abn=medicare & doubtful & (draws.share(total) < 0.3),
        start=start,
        size=np.diff(np.append(start, total)),
    )


def _services(
    rules: Rulebook, visits: Visits, patients: Patients, drawn: npt.NDArray[np.int64]
) -> tuple[Ints, Ints, Ints]:
    """Return claim, line number and service of every line; ``drawn`` holds five numbers per visit."""
    services = rules.services
    opening = np.array([pick_table(row * services.first) for row in services.weights])
    adding = np.array([pick_table(row * ~services.first) for row in services.weights])
    chosen = np.empty((visits.count, 4), dtype=np.int64)
    chosen[:, 0] = opening[visits.specialty, drawn[:, 0]]
    for column in (1, 2, 3):
        chosen[:, column] = adding[visits.specialty, drawn[:, column]]
    more = pick_table(_MORE_LINES)[drawn[:, 4]]
    kept = np.arange(4) <= more[:, None]
    # The same further service twice on one claim would be a duplicate line.
    kept[:, 2] &= chosen[:, 2] != chosen[:, 1]
    kept[:, 3] &= (chosen[:, 3] != chosen[:, 1]) & (chosen[:, 3] != chosen[:, 2])

    # The yearly wellness visit exists under Medicare only, the preventive visit elsewhere.
    wellness = [services.codes.index(code) for code in ("G0438", "G0439")]
    preventive = services.codes.index("PREV-AD")
    of_medicare = np.isin(
        patients.payer_class[visits.patient], [CLASS_AT["medicare"], CLASS_AT["medicare_advantage"]]
    )
    first = chosen[:, 0]
    first = np.where(~of_medicare & np.isin(first, wellness), preventive, first)
    chosen[:, 0] = np.where(of_medicare & (first == preventive), wellness[1], first)

    claim, place = np.nonzero(kept)
    number = np.arange(len(claim)) - np.repeat(starts_of(claim), kept.sum(axis=1)) + 1
    return claim, number, chosen[claim, place]


def _units(rules: Rulebook, service: Ints, drawn: Floats) -> Ints:
    """Return the units: one as a rule, a full course for drugs sold by the milligram."""
    most = rules.services.max_units[service]
    some = 1 + (drawn * np.minimum(most, 4)).astype(np.int64)
    return np.where(most > 4, most, np.where(drawn < 0.3, some, 1))


def _patient_part(
    rules: Rulebook,
    visits: Visits,
    patients: Patients,
    claim: Ints,
    number: Ints,
    family: Ints,
    allowed: Ints,
    start: Ints,
) -> tuple[Ints, Ints, Ints]:
    """Return deductible, coinsurance and copay of each line.

    Plans with a copay take it on visits and therapy; everything else meets the deductible first, then the
    coinsurance. Prevention is free. The deductible starts anew each January and other providers use it up too.
    Earlier visits of the patient count in order of service, whenever they are adjudicated: a simplification.
    """
    who = visits.patient[claim]
    payer = patients.payer[who]
    copay_due = rules.payers.copay[payer] * patients.pays_copay[who]
    at_copay = np.isin(family, [_VISIT, _THERAPY]) & (rules.payers.copay[payer] > 0)
    copay = np.where(at_copay & (number == 1), np.minimum(copay_due, allowed), 0)
    shared = np.where(at_copay | (family == _PREVENTIVE), 0, allowed)

    # What is left of the deductible when the claim is reached.
    per_claim = np.add.reduceat(shared, start)
    season = visits.patient * 1000 + visits.year
    order = np.lexsort((np.arange(visits.count), season))
    running = np.cumsum(per_claim[order]) - per_claim[order]
    first = starts_of(season[order])
    base = np.repeat(running[first], np.diff(np.append(first, visits.count)))
    before = np.empty(visits.count, dtype=np.int64)
    before[order] = running - base
    january = _day_of_year(visits)
    outside = np.floor(patients.outside_use[visits.patient] * january).astype(np.int64)
    left = np.maximum(patients.deductible[visits.patient] - before - outside, 0)
    of_claim = np.minimum(left, per_claim)

    # The claim's deductible is taken from its lines in order.
    upto = np.cumsum(shared) - np.repeat(
        (np.cumsum(shared) - shared)[start], np.diff(np.append(start, len(claim)))
    )
    cap = of_claim[claim]
    deductible = np.minimum(upto, cap) - np.minimum(upto - shared, cap)
    coinsurance = np.floor((shared - deductible) * rules.payers.coinsurance[payer] + 0.5).astype(np.int64)
    return deductible, coinsurance, copay


def _day_of_year(visits: Visits) -> Ints:
    """Return days since the first of January, near enough for using up a deductible."""
    first_of_month = np.array([0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334])
    return first_of_month[visits.month] + 15
