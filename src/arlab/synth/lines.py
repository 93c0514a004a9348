"""What was done at each visit, what is charged, and what does the contract allow?

Also splits each line's allowed amount into the plan's part and the patient's part, as if the payer paid it.
Whether the payer does pay is decided in ``adjudication``.
"""

from __future__ import annotations

import dataclasses
import functools

import numpy as np
import numpy.typing as npt

from arlab.synth.people import Patients
from arlab.synth.rulebook import CLASS_AT, FAMILIES, Rulebook
from arlab.synth.scenario import Scenario
from arlab.synth.streams import STEPS, Streams, pick_table, pick_tables
from arlab.synth.visits import Visits

__all__ = ["Lines", "make_lines", "starts_of"]

Ints = npt.NDArray[np.int64]
Cents = npt.NDArray[np.int32]  # of one line, which stays below 21 million dollars
Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

# None, one, two or three further lines: 1.75 lines a claim (domain sheet, section 10).
_MORE_LINES = (0.48, 0.31, 0.14, 0.07)
_LIST_PRICE_RISE = 0.03
_SEVERAL_UNITS = 0.15  # of lines of services that come in several units
# Days since the first of January by month, near enough for using up a deductible.
_DAY_OF_YEAR = np.array([0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334]) + 15
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
    units: npt.NDArray[np.int32]
    charge: Cents
    contract: Cents
    allowed: Cents
    deductible: Cents
    coinsurance: Cents
    copay: Cents
    sequestration: Cents
    abn: Flags
    start: Ints  # per claim: position of its first line
    size: Ints  # per claim: number of its lines

    @property
    def patient_share(self) -> Cents:
        """Deductible, coinsurance and copay together."""
        return self.deductible + self.coinsurance + self.copay

    @functools.cached_property
    def payment(self) -> Cents:
        """What the first payer pays when it pays."""
        return self.allowed - self.patient_share - self.sequestration

    def per_claim(self, values: npt.NDArray[np.generic]) -> Ints:
        """Return the sum of a whole line value for each claim (as doubles, which hold such sums exactly)."""
        return np.bincount(self.claim, weights=values, minlength=len(self.start)).astype(np.int64)

    def any_of_claim(self, which: Flags) -> Flags:
        """Return for each claim whether any of its lines is marked."""
        result = np.zeros(len(self.start), dtype=bool)
        result[self.claim[which]] = True
        return result

    def of_claims(self, claim: Ints) -> tuple[Ints, Ints]:
        """Return the positions of all lines of some claims (which may repeat), and which entry each belongs to."""
        size = self.size[claim]
        entry = np.repeat(np.arange(len(claim)), size)
        first = np.cumsum(size) - size
        return np.arange(len(entry)) + (self.start[claim] - first)[entry], entry


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
    claim, start, size, service = _services(rules, visits, draws.steps((5, visits.count)))
    total = len(claim)
    number = np.arange(1, total + 1) - start.take(claim)
    services, payers = len(rules.services.codes), len(rules.payers.names)
    payer = visits.payer.take(claim)
    pair = payer * services + service  # what hangs on payer and service is looked up by this number
    year = visits.year.take(claim)
    units = _units(rules).take(service * 256 + (draws.steps(total) >> 8))
    list_price, allowed_price = _prices(scenario, rules, int(visits.year.max(initial=0)) + 1)
    charge = list_price.take(year * services + service) * units
    contract = np.minimum(allowed_price.take(year * (payers * services) + pair) * units, charge)
    allowed = contract * (payer != rules.payers.self_pay)
    underpaid = np.flatnonzero(draws.share(total) < scenario.underpaid_share)
    cut = np.array([0.05, 0.1, 0.2, 0.35])[draws.below(4, len(underpaid))]
    allowed[underpaid] -= np.floor(allowed[underpaid] * cut).astype(np.int32)

    deductible, coinsurance, copay = _patient_part(
        rules, visits, patients, claim, payer, pair, allowed, start, size
    )
    doubtful = np.zeros((payers, services), dtype=bool)
    medicare = rules.payers.payer_class == CLASS_AT["medicare"]
    doubtful[medicare] = np.isin(rules.services.family, (_TEST, _IMAGING, _PREVENTIVE))
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
        sequestration=(after_share * rules.payers.sequestration.take(payer) + 0.5).astype(np.int32),
        abn=doubtful.take(pair) & (draws.share(total) < 0.3),
        start=start,
        size=size,
    )


def _services(
    rules: Rulebook, visits: Visits, steps: npt.NDArray[np.uint16]
) -> tuple[Ints, Ints, Ints, Ints]:
    """Return the claim of every line, first line and size of every claim, and the service of every line."""
    services = rules.services
    opening = pick_tables(services.weights * services.first)
    adding = pick_tables(services.weights * ~services.first)
    chosen = np.empty((visits.count, 4), dtype=opening.dtype)
    row = visits.specialty * STEPS
    chosen[:, 0] = _right_checkup(rules, visits, opening.take(row + steps[0]))
    for column in (1, 2, 3):
        chosen[:, column] = adding.take(row + steps[column])
    more = pick_table(_MORE_LINES).take(steps[4])
    second, third, fourth = chosen[:, 1], chosen[:, 2], chosen[:, 3]
    kept = np.empty((visits.count, 4), dtype=bool)
    kept[:, 0] = True
    kept[:, 1] = more >= 1
    # The same further service twice on one claim would be a duplicate line.
    kept[:, 2] = (more >= 2) & (third != second)
    kept[:, 3] = (more >= 3) & (fourth != second) & (fourth != third)
    place = np.flatnonzero(kept)
    size = kept[:, 0].astype(np.int64)
    for column in (1, 2, 3):
        size += kept[:, column]
    return place >> 2, np.cumsum(size) - size, size, chosen.take(place).astype(np.int64)


def _right_checkup(
    rules: Rulebook, visits: Visits, first: npt.NDArray[np.integer]
) -> npt.NDArray[np.integer]:
    """Return the opening services: the wellness visit is Medicare's only, others have the preventive visit."""
    codes = rules.services.codes
    own = np.arange(len(codes), dtype=first.dtype)
    elsewhere, of_medicare = own.copy(), own.copy()
    elsewhere[[codes.index("G0438"), codes.index("G0439")]] = codes.index("PREV-AD")
    of_medicare[codes.index("PREV-AD")] = codes.index("G0439")
    medicare = np.zeros(len(CLASS_AT), dtype=np.int64)
    medicare[[CLASS_AT["medicare"], CLASS_AT["medicare_advantage"]]] = 1
    row = (medicare * len(codes)).take(visits.payer_class)
    return np.concatenate([elsewhere, of_medicare]).take(row + first)


def _units(rules: Rulebook) -> npt.NDArray[np.int32]:
    """Return a table of units, service x 256 steps: one as a rule, a full course for drugs by the milligram."""
    most = rules.services.max_units[:, None]
    step = np.arange(256)
    several = 2 + (step * (most - 1)) // round(256 * _SEVERAL_UNITS)
    return np.where(
        most > 4, most, np.where((step < round(256 * _SEVERAL_UNITS)) & (most > 1), several, 1)
    ).astype(np.int32)


def _prices(scenario: Scenario, rules: Rulebook, years: int) -> tuple[Cents, Cents]:
    """Return the prices of one unit in cents: on the list by year and service, by contract by payer between."""
    services, payers = np.arange(len(rules.services.codes)), np.arange(len(rules.payers.names))
    year = np.arange(years)[:, None]
    listed = rules.services.base_fee * scenario.price_markup * (1 + _LIST_PRICE_RISE * year)
    by_contract = rules.allowed_cents(payers[:, None], services, year[:, None])
    return (np.maximum(np.floor(listed + 0.5), 1) * 100).astype(np.int32), by_contract.astype(np.int32)


def _patient_part(
    rules: Rulebook,
    visits: Visits,
    patients: Patients,
    claim: Ints,
    payer: Ints,
    pair: Ints,
    allowed: Cents,
    start: Ints,
    size: Ints,
) -> tuple[Cents, Cents, Cents]:
    """Return deductible, coinsurance and copay of each line.

    Plans with a copay take it on visits and therapy; everything else meets the deductible first, then the
    coinsurance. Prevention is free. The deductible starts anew each January and other providers use it up too.
    Earlier visits of the patient count in order of service, whenever they are adjudicated: a simplification.
    """
    family = rules.services.family
    with_copay = (rules.payers.copay > 0)[:, None] & np.isin(family, (_VISIT, _THERAPY))
    shared = allowed * (~(with_copay | (family == _PREVENTIVE))).take(pair)
    due = rules.payers.copay.take(visits.payer) * patients.pays_copay.take(visits.patient)
    copay = np.zeros(len(claim), dtype=np.int32)
    copay[start] = np.minimum(due, allowed.take(start)) * with_copay.take(pair.take(start))

    # The claim's deductible, out of what is left of the year's, is taken from its lines in order.
    upto = np.cumsum(shared)
    before_claim = (upto - shared).take(start)
    per_claim = upto.take(start + size - 1) - before_claim
    left = patients.deductible.take(visits.patient) - _used_before(visits, per_claim)
    left -= (patients.outside_use.take(visits.patient) * _DAY_OF_YEAR.take(visits.month)).astype(np.int64)
    ends_at = (before_claim + np.maximum(left, 0)).take(claim)
    deductible = np.minimum(upto, ends_at)
    upto -= shared
    deductible -= np.minimum(upto, ends_at, out=upto)
    deductible = deductible.astype(np.int32)
    coinsurance = ((shared - deductible) * rules.payers.coinsurance.take(payer) + 0.5).astype(np.int32)
    return deductible, coinsurance, copay


def _used_before(visits: Visits, amount: Ints) -> Ints:
    """Return for each visit the sum of an amount over the patient's earlier visits of the year."""
    order = np.argsort(visits.patient.astype(np.uint16), kind="stable")  # within a patient by day, so by year
    season = (visits.patient * 1000 + visits.year)[order]
    mine = amount[order]
    running = np.cumsum(mine) - mine
    first = starts_of(season)
    base = np.repeat(running[first], np.diff(np.append(first, visits.count)))
    result = np.empty(visits.count, dtype=np.int64)
    result[order] = running - base
    return result
