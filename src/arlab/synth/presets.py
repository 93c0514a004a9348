"""Which scenarios are ready to use?

Well, middling and badly run practices, practices of one specialty, one where deadlines bind, and one for each
kind of planted incident. Their settings stand here; what the settings mean stands in ``scenario``.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

from arlab.errors import SettingsError
from arlab.synth.incidents import Incident
from arlab.synth.scenario import Scenario

__all__ = ["PRESETS", "find_preset"]

_TYPICAL: Final = Scenario()
_HEALTHY: Final[Mapping[str, Any]] = {
    "denial_factor": 0.5,
    "charge_lag_days": 1.2,
    "late_charge_share": 0.004,
    "rejection_share": 0.025,
    "overlooked_share": 0.12,
    "lost_share": 0.012,
    "underpaid_share": 0.02,
    "takeback_share": 0.007,
    "copay_collected_share": 0.88,
    "estimate_share": 0.5,
    "minutes_per_claim": 1.6,
    "left_alone_share": 0.06,
    "cleanup_days": 225,
    "poor_note_share": 0.08,
    "misposted_share": 0.003,
    "patient_paying": 1.15,
    "statements": 3,
}
_DISTRESSED: Final[Mapping[str, Any]] = {
    "denial_factor": 1.7,
    "charge_lag_days": 2.0,
    "late_charge_share": 0.012,
    "rejection_share": 0.078,
    "overlooked_share": 0.55,
    "lost_share": 0.055,
    "underpaid_share": 0.045,
    "takeback_share": 0.012,
    "copay_collected_share": 0.72,
    "estimate_share": 0.45,
    "minutes_per_claim": 3.1,
    "left_alone_share": 0.27,
    "cleanup_days": 190,
    "poor_note_share": 0.4,
    "misposted_share": 0.03,
    "edit_share": 0.45,
    "patient_paying": 0.97,
}

# Patients of one specialty: who comes differs by age, and so does who pays.
_SPECIALTIES: Final[Mapping[str, Mapping[str, Any]]] = {
    "primary_care": {"providers": {"primary_care": 8}, "price_markup": 2.0},
    "orthopaedics": {"providers": {"orthopaedics": 7}, "price_markup": 2.6},
    "cardiology": {
        "providers": {"cardiology": 7},
        "price_markup": 2.5,
        "payer_mix": {
            "commercial": 0.27,
            "marketplace": 0.03,
            "medicare": 0.25,
            "medicare_advantage": 0.28,
            "medicaid_managed": 0.07,
            "medicaid": 0.03,
            "self_pay": 0.04,
            "workers_compensation_auto": 0.01,
            "tricare_va": 0.02,
        },
    },
    "behavioural_health": {
        "providers": {"behavioural_health": 12},
        "price_markup": 1.8,
        "payer_mix": {
            "commercial": 0.42,
            "marketplace": 0.06,
            "medicare": 0.07,
            "medicare_advantage": 0.07,
            "medicaid_managed": 0.21,
            "medicaid": 0.05,
            "self_pay": 0.09,
            "workers_compensation_auto": 0.01,
            "tricare_va": 0.02,
        },
    },
}

_FROM, _UNTIL = dt.date(2025, 10, 1), dt.date(2026, 3, 31)
_INCIDENTS: Final[Mapping[str, Incident]] = {
    "authorisation_rule": Incident(
        kind="authorisation_required",
        start=_FROM,
        end=_UNTIL,
        size=0.25,
        payer="Silverbirch Advantage",
        location=2,
    ),
    "registrar_errors": Incident(kind="registrar_errors", start=_FROM, end=_UNTIL, size=0.10, registrar=3),
    "coding_rule": Incident(
        kind="coding_rule", start=_FROM, end=_UNTIL, size=0.5, payer="Larkmoor Mutual", family="test"
    ),
    "records_requested": Incident(
        kind="records_requested", start=_FROM, end=_UNTIL, size=0.12, payer="Harrowgate Health"
    ),
    "payer_slows": Incident(
        kind="payer_slows", start=_FROM, end=_UNTIL, size=30, payer="Tamarack Employers Trust"
    ),
    "biller_leaves": Incident(kind="biller_leaves", start=_FROM, end=_UNTIL, size=1.0, biller=1),
}


def _named(name: str, **changes: Any) -> Scenario:
    return dataclasses.replace(_TYPICAL, name=name, **changes)


PRESETS: Final[Mapping[str, Scenario]] = MappingProxyType(
    {
        "typical": _TYPICAL,
        "healthy": _named("healthy", **_HEALTHY),
        "distressed": _named("distressed", **_DISTRESSED),
        # Too few people who take the oldest first: what is worth most waits until its time is nearly over.
        "deadlines_bind": _named(
            "deadlines_bind", minutes_per_claim=1.0, left_alone_share=0.0, house_order="oldest"
        ),
        **{name: _named(name, **settings) for name, settings in _SPECIALTIES.items()},
        **{name: _named(name, incidents=(incident,)) for name, incident in _INCIDENTS.items()},
    }
)
"""Ready scenarios by name; change one with ``dataclasses.replace``."""


def find_preset(name: str) -> Scenario:
    """Return a ready scenario.

    Raises
    ------
    SettingsError
        when there is none of that name.
    """
    try:
        return PRESETS[name]
    except KeyError:
        raise SettingsError(f"There is no preset '{name}': use {', '.join(PRESETS)}.") from None
