"""Who are the patients, and how are they covered?

Names come from a pool that Faker makes once per seed; the rest is drawn. Nobody here is real.
"""

from __future__ import annotations

import dataclasses
import functools

import numpy as np
import numpy.typing as npt

from arlab.synth.rulebook import CLASS_AT, SPECIALTIES, Rulebook
from arlab.synth.scenario import Scenario
from arlab.synth.streams import Streams, pick_table, pick_tables

__all__ = ["NamePool", "Patients", "make_name_pool", "make_patients", "make_provider_names"]

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

PATIENTS_PER_YEARLY_CLAIM = 0.42  # 2.4 visits per patient and year
NONE = -1

# First payer's class -> (class of the second payer, share of patients); the supplement is of class "other".
_SECOND = {
    "medicare": (("other", 0.48), ("medicaid", 0.16), ("commercial", 0.08)),
    "medicare_advantage": (("medicaid", 0.12),),
    "commercial": (("commercial", 0.06),),
    "tricare_va": (("commercial", 0.10),),
}
# Youngest and oldest age by class at the start.
_AGES = {
    "medicare": (65, 93),
    "medicare_advantage": (65, 91),
    "medicaid": (2, 63),
    "medicaid_managed": (1, 60),
}
_POOL_FIRST, _POOL_LAST = 300, 500


@dataclasses.dataclass(frozen=True)
class NamePool:
    """First and last names to combine by number."""

    first: npt.NDArray[np.str_]
    last: npt.NDArray[np.str_]


@dataclasses.dataclass(frozen=True)
class Patients:
    """One entry per patient; ``second_payer`` is -1 where there is none.

    ``deductible`` in cents is what the plan asks each year; ``outside_use`` is how much of it other providers use
    up per day of the year, in cents.
    """

    payer: Ints
    payer_class: Ints
    second_payer: Ints
    no_cost_share: Flags
    deductible: Ints
    outside_use: Floats
    pays_copay: Flags
    specialty: Ints
    location: Ints
    first_name: Ints
    last_name: Ints
    birth_day: Ints
    phone: Ints
    zip: Ints

    @property
    def count(self) -> int:
        """Number of patients."""
        return len(self.payer)


@functools.lru_cache(maxsize=8)
def make_name_pool(seed: int) -> NamePool:
    """Return the pool of names of a seed, made by Faker once and never per row."""
    from faker import Faker  # here: it takes a while to load

    faker = Faker("en_US")
    faker.seed_instance(seed)
    first = [faker.first_name() for _ in range(_POOL_FIRST)]
    last = [faker.last_name() for _ in range(_POOL_LAST)]
    return NamePool(np.array(first), np.array(last))


def make_provider_names(pool: NamePool, count: int) -> npt.NDArray[np.str_]:
    """Return one name per provider, such as ``Dr. Lee 1``; the number keeps them apart."""
    picked = pool.last[np.arange(count) * 7 % len(pool.last)]
    return np.array([f"Dr. {name} {number}" for number, name in enumerate(picked, 1)])


def make_patients(scenario: Scenario, rules: Rulebook, streams: Streams) -> Patients:
    """Return the patients with class, payers, plan and place."""
    draws = streams.stage("patients")
    count = max(20, round(scenario.claims_per_year * PATIENTS_PER_YEARLY_CLAIM))
    classes = list(scenario.payer_mix)
    class_table = pick_table(list(scenario.payer_mix.values()))
    payer_class = np.array([CLASS_AT[name] for name in classes])[draws.pick(class_table, count)]
    payer = draws.pick_by(_payer_tables(rules), payer_class)
    second = _second_payers(rules, payer, payer_class, draws.share(count), draws.share(count))
    medicaid = np.isin(payer_class, [CLASS_AT["medicaid"], CLASS_AT["medicaid_managed"]])
    second_class = np.where(second >= 0, rules.payers.payer_class[second], NONE)
    dual = np.isin(payer_class, [CLASS_AT["medicare"], CLASS_AT["medicare_advantage"]]) & (
        second_class == CLASS_AT["medicaid"]
    )
    # Plans of one payer differ: from a quarter of the usual deductible to twice as much.
    steps = np.array([0.25, 0.5, 1.0, 1.25, 2.0])
    fixed = payer_class == CLASS_AT["medicare"]
    step = np.where(fixed, 1.0, steps[draws.below(len(steps), count)])
    deductible = (rules.payers.deductible[payer] * step).astype(np.int64)
    # How fast other providers use the deductible up: people under Medicare see many of them.
    pace = np.array([0.7, 2.0, 3.5, 6.0, 11.0])[draws.below(5, count)] * np.where(fixed, 3.0, 1.0)
    specialty_weights = [float(scenario.providers.get(name, 0)) for name in SPECIALTIES]
    ages = np.array([_AGES.get(name, (1, 64)) for name in CLASS_AT])
    low, high = ages[payer_class, 0], ages[payer_class, 1]
    age_days = ((low + (high - low) * draws.share(count)) * 365.25).astype(np.int64)
    return Patients(
        payer=payer,
        payer_class=payer_class,
        second_payer=second,
        no_cost_share=dual,
        deductible=deductible,
        outside_use=deductible / 365 * pace,
        pays_copay=~medicaid | (draws.share(count) < 0.4),
        specialty=draws.pick(pick_table(specialty_weights), count),
        location=draws.below(scenario.locations, count),
        first_name=draws.below(_POOL_FIRST, count),
        last_name=draws.below(_POOL_LAST, count),
        birth_day=-age_days,
        phone=draws.below(10_000, count),
        zip=draws.below(100, count),
    )


def _payer_tables(rules: Rulebook) -> npt.NDArray[np.integer]:
    """Return for each class a lookup table of first payers by their weight."""
    payers = rules.payers
    weights = (payers.payer_class == np.arange(len(CLASS_AT))[:, None]) * payers.class_weight
    weights[CLASS_AT["self_pay"], payers.self_pay] = 1.0
    weights[weights.sum(axis=1) == 0] = 1.0
    return pick_tables(weights)


def _second_payers(rules: Rulebook, payer: Ints, payer_class: Ints, which: Floats, spread: Floats) -> Ints:
    """Return the second payer of each patient, or -1."""
    result = np.full(len(payer), NONE)
    classes = rules.payers.payer_class
    for first, options in _SECOND.items():
        low = 0.0
        for second, share in options:
            chosen = (payer_class == CLASS_AT[first]) & (which >= low) & (which < low + share)
            candidates = np.flatnonzero(classes == CLASS_AT[second])
            result[chosen] = candidates[(spread[chosen] * len(candidates)).astype(np.int64)]
            low += share
    # Two coverages by the same payer are one coverage.
    result[result == payer] = NONE
    return result
