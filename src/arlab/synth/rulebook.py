"""What do payers, contracts, service codes and denial codes say, as arrays the stages can index?

Reads the reference files once. Positions in these arrays are the codes that all stages use inside.
"""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Mapping
from typing import Final

import numpy as np
import numpy.typing as npt

from arlab.reference import read_rows
from arlab.tables import PAYER_CLASSES

__all__ = [
    "CATEGORIES",
    "CLASS_AT",
    "FAMILIES",
    "GROUPS",
    "SELF_PAY",
    "SPECIALTIES",
    "TERMS",
    "DenialCodes",
    "Payers",
    "Rulebook",
    "Services",
    "load_rulebook",
    "payer_names",
    "rules_under",
]

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

SPECIALTIES: Final = ("primary_care", "orthopaedics", "cardiology", "behavioural_health")
FAMILIES: Final = (
    "visit", "preventive", "laboratory", "test", "imaging", "procedure", "drug", "supply", "therapy"
)  # fmt: skip
GROUPS: Final = ("", "CO", "PR", "OA", "PI")
CATEGORIES: Final = (
    "eligibility",
    "registration",
    "coordination_of_benefits",
    "wrong_payer",
    "claim_data",
    "documentation",
    "coding",
    "authorisation",
    "non_covered",
    "benefit_limit",
    "medical_necessity",
    "credentialing",
    "timely_filing",
    "duplicate",
)
CLASS_AT: Final = {name: place for place, name in enumerate(PAYER_CLASSES)}
SELF_PAY: Final = "Self-pay"
TERMS: Final = (
    "price_ratio", "filing_days", "corrected_days", "appeal_1_days", "appeal_2_days", "secondary_days"
)  # fmt: skip
"""Terms of a contract that a scenario may set."""
PRICE_RISE = 0.02  # contract prices of a year over those of the year before


@dataclasses.dataclass(frozen=True)
class Payers:
    """One entry per payer; the last one stands for patients who pay themselves.

    A deadline of 0 days means that the payer has no such level.
    """

    names: tuple[str, ...]
    codes: tuple[str, ...]
    plan_types: tuple[str, ...]
    channels: tuple[str, ...]
    payer_class: Ints
    class_weight: Floats
    hold_minutes: Ints
    claims_per_call: Ints
    remit_median: Floats
    remit_sigma: Floats
    floor_days: Ints
    late_share: Floats
    pays_on: Flags  # payer x weekday
    price_ratio: Floats
    deductible: Ints  # cents
    coinsurance: Floats
    copay: Ints  # cents
    sequestration: Floats
    crossover: Flags
    network: Flags
    postmarked: Flags
    filing_days: Ints
    corrected_days: Ints
    appeal_1_days: Ints
    appeal_2_days: Ints
    secondary_days: Ints
    reopen_days: Ints

    @property
    def self_pay(self) -> int:
        """Position of the entry for patients without a payer."""
        return len(self.names) - 1


@dataclasses.dataclass(frozen=True)
class Services:
    """One entry per service code; ``weights`` is specialty x code."""

    codes: tuple[str, ...]
    modifiers: tuple[str, ...]
    family: Ints
    base_fee: Floats
    max_units: Ints
    first: Flags
    authorisation: Floats
    weights: Floats


@dataclasses.dataclass(frozen=True)
class DenialCodes:
    """One entry per denial code; ``rarcs`` holds the remark codes that may stand beside it."""

    carcs: tuple[str, ...]
    rarcs: tuple[tuple[str, ...], ...]
    actions: tuple[str, ...]
    category: Ints
    recover: Floats
    weight: Floats
    appealable: Flags
    by_line: Flags
    may_be_patient: Flags
    may_be_other: Flags


@dataclasses.dataclass(frozen=True)
class Rulebook:
    """Everything the stages look up; ``denial_rates`` is payer class x category."""

    payers: Payers
    services: Services
    denials: DenialCodes
    denial_rates: Floats
    diagnoses: tuple[str, ...]
    diagnosis_weights: Floats

    def allowed_cents(self, payer: Ints, service: Ints, year: Ints) -> Ints:
        """Return the contract price in cents of one unit; ``year`` counts from the scenario's first year."""
        price = self.services.base_fee[service] * self.payers.price_ratio[payer]
        return np.floor(price * 100 * (1 + PRICE_RISE * year) + 0.5).astype(np.int64)


def _numbers(rows: list[dict[str, str]], column: str) -> Floats:
    return np.array([float(row[column] or 0) for row in rows])


def _counts(rows: list[dict[str, str]], column: str) -> Ints:
    return _numbers(rows, column).astype(np.int64)


def _texts(rows: list[dict[str, str]], column: str) -> tuple[str, ...]:
    return tuple(row[column] for row in rows)


def _payers() -> Payers:
    terms = {row["payer"]: row for row in read_rows("contract_terms")}
    rows = [row | terms[row["payer"]] for row in read_rows("payers")]
    nobody = dict.fromkeys(rows[0], "") | {"payer": SELF_PAY, "payer_class": "self_pay", "price_ratio": "1"}
    rows.append(nobody)
    days = [{int(day) for day in row["payment_weekdays"].split("|") if day} for row in rows]
    return Payers(
        names=_texts(rows, "payer"),
        codes=_texts(rows, "payer_code"),
        plan_types=_texts(rows, "plan_type"),
        channels=_texts(rows, "channel"),
        payer_class=np.array([CLASS_AT[row["payer_class"]] for row in rows]),
        class_weight=_numbers(rows, "class_weight"),
        hold_minutes=_counts(rows, "hold_minutes"),
        claims_per_call=np.maximum(_counts(rows, "claims_per_call"), 1),
        remit_median=_numbers(rows, "first_remit_median_days"),
        remit_sigma=_numbers(rows, "first_remit_sigma"),
        floor_days=_counts(rows, "floor_days"),
        late_share=_numbers(rows, "late_share"),
        pays_on=np.array([[day in on for day in range(7)] for on in days]),
        price_ratio=_numbers(rows, "price_ratio"),
        deductible=(_numbers(rows, "deductible") * 100).astype(np.int64),
        coinsurance=_numbers(rows, "coinsurance"),
        copay=(_numbers(rows, "copay") * 100).astype(np.int64),
        sequestration=_numbers(rows, "sequestration"),
        crossover=np.array([row["crossover"] == "yes" for row in rows]),
        network=np.array([row["network"] == "yes" for row in rows]),
        postmarked=np.array([row["basis"] == "postmarked" for row in rows]),
        filing_days=_counts(rows, "filing_days"),
        corrected_days=_counts(rows, "corrected_days"),
        appeal_1_days=_counts(rows, "appeal_1_days"),
        appeal_2_days=_counts(rows, "appeal_2_days"),
        secondary_days=_counts(rows, "secondary_days"),
        reopen_days=_counts(rows, "reopen_days"),
    )


def _services() -> Services:
    rows = read_rows("service_codes")
    return Services(
        codes=_texts(rows, "code"),
        modifiers=_texts(rows, "modifier"),
        family=np.array([FAMILIES.index(row["family"]) for row in rows]),
        base_fee=_numbers(rows, "base_fee"),
        max_units=_counts(rows, "max_units"),
        first=np.array([row["position"] == "first" for row in rows]),
        authorisation=_numbers(rows, "authorisation"),
        weights=np.array([_numbers(rows, specialty) for specialty in SPECIALTIES]),
    )


def _denials() -> DenialCodes:
    rows = read_rows("denial_codes")
    return DenialCodes(
        carcs=_texts(rows, "carc"),
        rarcs=tuple(tuple(row["rarcs"].split("|")) for row in rows),
        actions=_texts(rows, "first_action"),
        category=np.array([CATEGORIES.index(row["category"]) for row in rows]),
        recover=_numbers(rows, "recover_early"),
        weight=_numbers(rows, "weight"),
        appealable=np.array([row["appealable"] == "yes" for row in rows]),
        by_line=np.array([row["line_level"] == "yes" for row in rows]),
        may_be_patient=np.array(["PR" in row["group_codes"].split("|") for row in rows]),
        may_be_other=np.array(["OA" in row["group_codes"].split("|") for row in rows]),
    )


def payer_names() -> tuple[str, ...]:
    """Return the names of the payers, without the entry for patients who pay themselves."""
    return load_rulebook().payers.names[:-1]


def rules_under(contracts: Mapping[str, Mapping[str, float]]) -> Rulebook:
    """Return the rule book with the terms that a scenario sets (payer -> one of :data:`TERMS` -> value)."""
    rules = load_rulebook()
    if not contracts:
        return rules
    columns = {name: getattr(rules.payers, name).copy() for name in TERMS}
    for payer, terms in contracts.items():
        for name, value in terms.items():
            columns[name][rules.payers.names.index(payer)] = value
    return dataclasses.replace(rules, payers=dataclasses.replace(rules.payers, **columns))


@functools.cache
def load_rulebook() -> Rulebook:
    """Return the rule book; the files are read once per process."""
    rates = np.zeros((len(PAYER_CLASSES), len(CATEGORIES)))
    for row in read_rows("denial_rates"):
        for place, category in enumerate(CATEGORIES):
            rates[CLASS_AT[row["payer_class"]], place] = float(row.get(category) or 0)
    diagnoses = read_rows("diagnoses")
    return Rulebook(
        payers=_payers(),
        services=_services(),
        denials=_denials(),
        denial_rates=rates,
        diagnoses=_texts(diagnoses, "code"),
        diagnosis_weights=np.array([_numbers(diagnoses, specialty) for specialty in SPECIALTIES]),
    )
