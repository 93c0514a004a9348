"""What goes wrong from one day to another, on purpose, so that an analysis can be asked to find it?

Settings of planted incidents and their rules only; the stages make them happen and ``truth`` keeps the count.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import math
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from arlab.errors import SettingsError

__all__ = ["INCIDENT_KINDS", "Incident", "IncidentKind", "check_incident"]


@dataclasses.dataclass(frozen=True)
class IncidentKind:
    """What a kind of incident does.

    Parameters
    ----------
    about : one sentence
    carcs : denial codes that it brings, drawn with equal chance; none where it brings no denials
    size_is : what ``size`` means
    low, high : limits of ``size``
    needs : scope fields without which it has no meaning
    may : further scope fields that narrow it
    """

    about: str
    carcs: tuple[str, ...]
    size_is: str
    low: float
    high: float
    needs: tuple[str, ...]
    may: tuple[str, ...] = ()


_SHARE = "share of the claims in its scope that are denied in addition"
INCIDENT_KINDS: Final[Mapping[str, IncidentKind]] = MappingProxyType(
    {
        "authorisation_required": IncidentKind(
            "A payer starts to require authorisation and nobody asks for it.",
            ("197",), _SHARE, 0.0, 0.9, ("payer",), ("location", "family"),
        ),
        "registrar_errors": IncidentKind(
            "A registrar takes coverage down wrongly.",
            ("27", "31"), _SHARE, 0.0, 0.9, ("registrar",), ("payer",),
        ),
        "coding_rule": IncidentKind(
            "A payer starts to bundle a service with others.",
            ("97", "236"), _SHARE, 0.0, 0.9, ("payer", "family"), ("location",),
        ),
        "records_requested": IncidentKind(
            "A payer starts to ask for records.",
            ("252",), _SHARE, 0.0, 0.9, ("payer",), ("location", "family"),
        ),
        "payer_slows": IncidentKind(
            "A payer takes longer to answer.",
            (), "days added to each answer", 1.0, 120.0, ("payer",),
        ),
        "biller_leaves": IncidentKind(
            "A biller is away and nobody takes over.",
            (), "share of the biller's minutes that is missing", 0.05, 1.0, ("biller",),
        ),
    }
)  # fmt: skip
"""Kind of incident -> what it does."""

_SCOPE = ("payer", "location", "family", "registrar", "biller")


@dataclasses.dataclass(frozen=True, kw_only=True)
class Incident:
    """One planted incident.

    Parameters
    ----------
    kind : one of :data:`INCIDENT_KINDS`
    start, end : first and last day; of service for incidents that bring denials, of receipt by the payer for
        ``payer_slows``, of work for ``biller_leaves``
    size : how large it is; its meaning hangs on the kind
    payer : name of the payer, empty for every payer
    location, registrar, biller : number of the office or person from 1; 0 for every one
    family : kind of service on the claim, such as ``imaging``; empty for every kind
    """

    kind: str
    start: dt.date
    end: dt.date
    size: float
    payer: str = ""
    location: int = 0
    family: str = ""
    registrar: int = 0
    biller: int = 0


def check_incident(
    incident: Incident,
    place: int,
    *,
    first: dt.date,
    last: dt.date,
    known: Mapping[str, tuple[str, ...]],
    counts: Mapping[str, int],
) -> None:
    """Refuse an incident that cannot happen in its scenario.

    Parameters
    ----------
    place : number of the incident in the scenario, from 1; the sentence names it
    first, last : the service period
    known : ``payer`` and ``family`` -> the names that exist
    counts : ``location``, ``registrar`` and ``biller`` -> how many there are

    Raises
    ------
    SettingsError
        one sentence naming field and rule.
    """

    def demand(field: str, holds: bool, rule: str) -> None:
        if not holds:
            value = getattr(incident, field)
            shown = f"'{value}'" if isinstance(value, str) else value
            raise SettingsError(f"Scenario setting 'incidents[{place}].{field}' {rule}, not {shown}.")

    kinds = ", ".join(INCIDENT_KINDS)
    demand("kind", incident.kind in INCIDENT_KINDS, f"must be one of {kinds}")
    kind = INCIDENT_KINDS[incident.kind]
    for field in ("start", "end"):
        is_date = isinstance(getattr(incident, field), dt.date)
        demand(field, is_date, "must be a date")
        inside = first <= getattr(incident, field) <= last
        demand(field, inside, f"must lie in the service period from {first} to {last}")
    demand("end", incident.start <= incident.end, f"must not lie before its start {incident.start}")
    size = incident.size
    is_number = isinstance(size, (int, float)) and not isinstance(size, bool) and math.isfinite(size)
    rule = f"must be from {kind.low:g} to {kind.high:g} ({kind.size_is})"
    demand("size", is_number and kind.low <= size <= kind.high, rule)
    for field in _SCOPE:
        value = getattr(incident, field)
        if field in kind.needs:
            demand(field, bool(value), f"must be given for {incident.kind}")
        elif field not in kind.may:
            demand(field, not value, f"has no meaning for {incident.kind} and must be left out")
        if field in known:
            demand(field, not value or value in known[field], f"must be one of {', '.join(known[field])}")
        else:
            whole = isinstance(value, int) and not isinstance(value, bool)
            demand(field, whole and 0 <= value <= counts[field], f"must be from 1 to {counts[field]}")
