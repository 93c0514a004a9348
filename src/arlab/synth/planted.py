"""Which claims does a planted incident reach, and how many denials did it bring?

The scope of each incident, its denials and the count for the answer key. The settings stand in ``incidents``;
which code a denial gets is decided in ``adjudication``.
"""

from __future__ import annotations

import dataclasses
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from arlab.synth.days import Calendar
from arlab.synth.front_desk import NEVER, FrontDesk
from arlab.synth.incidents import INCIDENT_KINDS, Incident
from arlab.synth.lines import Lines
from arlab.synth.rulebook import FAMILIES, Rulebook
from arlab.synth.visits import Visits

__all__ = ["Planted", "after_incidents", "claims_in_scope", "incident_table", "plant"]

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]


@dataclasses.dataclass(frozen=True)
class Planted:
    """What the incidents of a scenario did to the payers' decisions.

    ``caused_by`` is for each claim the place of the incident that brings its denial, -1 for none. ``scopes`` and
    ``chances`` hold for each incident the claims in its scope and the chance that it denies them; both are empty
    for incidents that bring no denials.
    """

    incidents: tuple[Incident, ...]
    caused_by: Ints
    scopes: tuple[Ints, ...]
    chances: tuple[Floats, ...]


def claims_in_scope(
    incident: Incident,
    rules: Rulebook,
    calendar: Calendar,
    visits: Visits,
    lines: Lines,
    front: FrontDesk,
) -> Ints:
    """Return the claims that an incident can reach; claims of self-pay patients have no payer to deny them."""
    first, last = calendar.number(incident.start), calendar.number(incident.end)
    low, high = np.searchsorted(visits.day, [first, last + 1])  # visits stand in order of the day
    which = visits.payer[low:high] != rules.payers.self_pay
    if incident.payer:
        which &= visits.payer[low:high] == rules.payers.names.index(incident.payer)
    if incident.location:
        which &= visits.location[low:high] == incident.location - 1
    if incident.registrar:
        which &= front.registrar[low:high] == incident.registrar - 1
    if incident.family:
        of_family = rules.services.family[lines.service] == FAMILIES.index(incident.family)
        which &= np.logical_or.reduceat(of_family, lines.start)[low:high]
    return low + np.flatnonzero(which)


def plant(
    incidents: tuple[Incident, ...],
    rules: Rulebook,
    calendar: Calendar,
    visits: Visits,
    lines: Lines,
    front: FrontDesk,
    *,
    fate: Floats,
    usual: Floats,
    wrongly_late: Flags,
    wrongly_late_share: float,
) -> Planted:
    """Decide which claims the incidents deny in addition.

    A claim is denied as usual where its uniform number ``fate`` lies below ``usual``, its chance of denial. Each
    incident takes its share of what lies above, so that every other claim is decided as without the incident.
    """
    caused_by = np.full(visits.count, NEVER)
    upto = usual.copy() if incidents else usual
    scopes, chances = [], []
    for place, incident in enumerate(incidents):
        at, taken = np.empty(0, dtype=np.int64), np.empty(0)
        if INCIDENT_KINDS[incident.kind].carcs:
            at = claims_in_scope(incident, rules, calendar, visits, lines, front)
            taken = incident.size * (1 - upto[at])
            hit = at[(fate[at] >= upto[at]) & (fate[at] < upto[at] + taken) & ~wrongly_late[at]]
            caused_by[hit] = place
            upto[at] += taken
        scopes.append(at)
        chances.append(taken * (1 - wrongly_late_share))
    return Planted(incidents, caused_by, tuple(scopes), tuple(chances))


def after_incidents(
    planted: Planted,
    front: FrontDesk,
) -> FrontDesk:
    """Return the front desk's facts as the incidents leave them, for the table of visits.

    A payer that starts to require authorisation requires it of every claim in scope, and nobody asks for it: the
    number is missing where none was required before, and where the incident brought the denial.
    """
    required, day = front.authorisation_required.copy(), front.authorised_day.copy()
    units = front.authorised_units.copy()
    for place, incident in enumerate(planted.incidents):
        if incident.kind != "authorisation_required":
            continue
        at = planted.scopes[place]
        lacking = at[~front.authorisation_required[at] | (planted.caused_by[at] == place)]
        required[at] = True
        day[lacking], units[lacking] = NEVER, 0
    return dataclasses.replace(
        front, authorisation_required=required, authorised_day=day, authorised_units=units
    )


def incident_table(planted: Planted, *, answered: Flags, denied: Flags, late: Flags) -> pd.DataFrame:
    """Return what each incident did, one row per incident in the order of the scenario.

    Parameters
    ----------
    answered, denied, late : per claim, whether the first answer has come, denies something, and is that the claim
        really came too late

    Returns
    -------
    frame with ``incident`` (number from 1), its settings (``kind, start_date, end_date, size, payer, location,
    family, registrar, biller``, empty where it has no such limit), ``brings_denials``, ``claims_in_scope`` (of
    those answered that came in time), ``initial_denials`` among them, ``excess_denials`` that the incident
    brought, and ``expected_excess``, the sum of the chances, with ``standard_deviation``, that of the draws.
    """
    rows = []
    for place, incident in enumerate(planted.incidents):
        in_time = (answered & ~late)[planted.scopes[place]]
        scope, chance = planted.scopes[place][in_time], planted.chances[place][in_time]
        rows.append(
            {
                "incident": place + 1,
                "kind": incident.kind,
                "start_date": pd.Timestamp(incident.start),
                "end_date": pd.Timestamp(incident.end),
                "size": float(incident.size),
                "payer": incident.payer or None,
                "location": incident.location or None,
                "family": incident.family or None,
                "registrar": incident.registrar or None,
                "biller": incident.biller or None,
                "brings_denials": bool(INCIDENT_KINDS[incident.kind].carcs),
                "claims_in_scope": len(scope),
                "initial_denials": int(denied[scope].sum()),
                "excess_denials": int((planted.caused_by[scope] == place).sum()),
                "expected_excess": float(chance.sum()),
                "standard_deviation": float(np.sqrt((chance * (1 - chance)).sum())),
            }
        )
    table = pd.DataFrame(rows, columns=_COLUMNS)
    numbers = dict.fromkeys(("location", "registrar", "biller"), "Int64")
    return table.astype(numbers)


_COLUMNS: Final = [
    "incident", "kind", "start_date", "end_date", "size", "payer", "location", "family", "registrar", "biller",
    "brings_denials", "claims_in_scope", "initial_denials", "excess_denials", "expected_excess",
    "standard_deviation",
]  # fmt: skip
