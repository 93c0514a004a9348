"""Which payers, offices, providers and registrars are harder than others, for as long as the practice lasts?

Standing effects of moderate size that nobody planted: a screen for sudden trouble must live with them. They move
denials between claims; how many there are of each kind stays with the reference file.
"""

from __future__ import annotations

import dataclasses
from typing import Final

import numpy as np
import numpy.typing as npt

from arlab.synth.rulebook import CLASS_AT, FAMILIES, Rulebook
from arlab.synth.scenario import Scenario
from arlab.synth.streams import Streams

__all__ = ["CLINICAL", "FRONT", "NEW_PROVIDER_MONTHS", "Effect", "Habits", "make_habits"]

Floats = npt.NDArray[np.float64]

FRONT: Final = ("eligibility", "registration", "coordination_of_benefits", "wrong_payer")
"""Categories that begin at the front desk."""
CLINICAL: Final = (
    "documentation", "coding", "authorisation", "non_covered", "benefit_limit", "medical_necessity"
)  # fmt: skip
"""Categories that hang on the service."""
NEW_PROVIDER_MONTHS: Final = 5
_BY_PROVIDER: Final = ("documentation", "coding")
# Twice as many denials at the one end as at the other: to be seen in a year, and not by the naked eye in a month.
_FACTORS: Final = np.array([0.7, 0.85, 1.0, 1.2, 1.4])
_NEW_PROVIDER: Final = 16.0
_MOST_OFFICES, _MOST_REGISTRARS = 50, 200
# How many of the services that may need authorisation do: traditional Medicare asks for next to none.
_STRICT: Final = {
    "medicare": 0.05,
    "medicare_advantage": 1.25,
    "medicaid": 0.7,
    "medicaid_managed": 1.1,
    "commercial": 0.9,
    "marketplace": 1.1,
    "workers_compensation_auto": 1.4,
    "tricare_va": 0.8,
}


@dataclasses.dataclass(frozen=True)
class Effect:
    """One standing effect; places of -1 mean any.

    ``factor`` is on the chance of denial by ``categories``, against the usual one of the payer's class.
    """

    kind: str
    categories: tuple[str, ...]
    factor: float
    payer: int = -1
    family: int = -1
    location: int = -1
    provider: int = -1
    registrar: int = -1


@dataclasses.dataclass(frozen=True)
class Habits:
    """Factors by place of payer, family of services, location, provider and registrar.

    ``newcomer`` is the provider whose enrolment is not complete in the first months; ``wants_authorisation`` says
    which payer wants authorisation for which service.
    """

    payer_family: Floats
    payer_location: Floats
    location: Floats
    provider: Floats
    registrar: Floats
    newcomer: int
    wants_authorisation: npt.NDArray[np.bool_]

    @property
    def effects(self) -> tuple[Effect, ...]:
        """The effects as records, without those that change nothing."""
        found = [Effect("new_provider", ("credentialing",), _NEW_PROVIDER, provider=self.newcomer)]
        for kind, categories, keys in (
            ("payer_family", CLINICAL, ("payer", "family")),
            ("payer_location", (*FRONT, "claim_data"), ("payer", "location")),
            ("location", FRONT, ("location",)),
            ("provider", _BY_PROVIDER, ("provider",)),
            ("registrar", FRONT, ("registrar",)),
        ):
            factors = getattr(self, kind)
            for place in np.argwhere(factors != 1.0).tolist():
                keyed = dict(zip(keys, place, strict=True))
                found.append(Effect(kind, categories, float(factors[tuple(place)]), **keyed))
        return tuple(found)


def make_habits(scenario: Scenario, rules: Rulebook, streams: Streams) -> Habits:
    """Draw the standing effects of a practice; more offices or people leave those of the others alone."""
    payers = len(rules.payers.names)

    def drawn(name: str, *shape: int) -> Floats:
        return _FACTORS[streams.stage(f"habits of {name}").below(len(_FACTORS), shape)]

    providers = sum(scenario.providers.values())
    strict = np.array([_STRICT.get(name, 0.0) for name in CLASS_AT])[rules.payers.payer_class]
    rules_drawn = streams.stage("rules of payers").share((payers, len(rules.services.codes)))
    return Habits(
        payer_family=drawn("payers by family", payers, len(FAMILIES)),
        payer_location=drawn("payers by office", payers, _MOST_OFFICES)[:, : scenario.locations],
        location=drawn("offices", _MOST_OFFICES)[: scenario.locations],
        provider=drawn("providers", providers),
        registrar=drawn("registrars", _MOST_REGISTRARS)[: scenario.registrars],
        newcomer=int(streams.stage("newcomer").below(providers, 1)[0]),
        wants_authorisation=rules_drawn < rules.services.authorisation * strict[:, None],
    )
