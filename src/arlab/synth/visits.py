"""Who is seen when, by whom and where?

Visits follow the week and the season. What was done is decided in ``lines``.
"""

from __future__ import annotations

import dataclasses

import numpy as np
import numpy.typing as npt

from arlab.synth.days import Calendar
from arlab.synth.people import Patients
from arlab.synth.rulebook import SPECIALTIES
from arlab.synth.scenario import Scenario
from arlab.synth.streams import Streams, pick_table

__all__ = ["Visits", "make_visits", "provider_specialties"]

Ints = npt.NDArray[np.int64]

# Monday to Sunday: a Saturday surgery now and then, next to nothing on Sundays.
_WEEKDAYS = np.array([1.08, 1.06, 1.03, 1.0, 0.83, 0.05, 0.004])
# January to December: fewer visits in the summer and at the end of the year.
_MONTHS = np.array([1.03, 0.98, 1.04, 1.03, 1.0, 0.97, 0.92, 0.98, 1.0, 1.07, 0.99, 0.97])


@dataclasses.dataclass(frozen=True)
class Visits:
    """One entry per visit, in order of the day; ``year`` counts from the first, ``payer`` is the first payer."""

    patient: Ints
    payer: Ints
    payer_class: Ints
    provider: Ints
    specialty: Ints
    location: Ints
    day: Ints
    month: Ints
    year: Ints

    @property
    def count(self) -> int:
        """Number of visits."""
        return len(self.day)


def provider_specialties(scenario: Scenario) -> Ints:
    """Return the specialty of each provider, providers of one specialty side by side."""
    counts = [scenario.providers.get(name, 0) for name in SPECIALTIES]
    return np.repeat(np.arange(len(SPECIALTIES)), counts)


def make_visits(scenario: Scenario, calendar: Calendar, patients: Patients, streams: Streams) -> Visits:
    """Return the visits of the service period; no patient is seen twice on one day."""
    draws = streams.stage("visits")
    days = (scenario.end - scenario.start).days + 1
    dates = calendar.dates(np.arange(days)).astype("datetime64[M]")
    month = dates.astype(np.int64) % 12
    open_days = calendar.working[:days] | (calendar.weekday[:days] >= 5)
    weights = _WEEKDAYS[calendar.weekday[:days]] * _MONTHS[month] * open_days

    wanted = scenario.claims
    drawn = wanted + wanted // 25 + 50
    day = draws.pick(pick_table(weights), drawn)
    # Some patients come often: the square root of a uniform number would make all alike.
    share = draws.share(drawn)
    patient = (patients.count * share * np.sqrt(share)).astype(np.int64)
    kept = np.flatnonzero(~_seen_before(patient, day))[:wanted]
    kept = kept[np.argsort(day[kept].astype(np.uint16), kind="stable")]
    day, patient = day[kept], patient[kept]

    count = len(kept)
    by_specialty = provider_specialties(scenario)
    other = by_specialty[draws.below(len(by_specialty), count)]
    specialty = _mixed(patients.specialty[patient], other, draws.share(count) < 0.75)
    sizes = np.bincount(by_specialty, minlength=len(SPECIALTIES))
    offset = np.concatenate([[0], np.cumsum(sizes)[:-1]])
    provider = offset[specialty] + (draws.share(count) * sizes[specialty]).astype(np.int64)
    elsewhere = draws.below(scenario.locations, count)
    return Visits(
        patient=patient,
        payer=patients.payer[patient],
        payer_class=patients.payer_class[patient],
        provider=provider,
        specialty=specialty,
        location=_mixed(patients.location[patient], elsewhere, draws.share(count) < 0.85),
        day=day,
        month=month[day],
        year=(dates.astype("datetime64[Y]").astype(np.int64) + 1970 - scenario.start.year)[day],
    )


def _seen_before(patient: Ints, day: Ints) -> npt.NDArray[np.bool_]:
    """Return which drawn visits repeat an earlier one of the same patient and day.

    Two stable sorts by small numbers, which NumPy does by counting, are quicker than one by the pair.
    """
    order = np.argsort(day.astype(np.uint16), kind="stable")
    order = order[np.argsort(patient[order].astype(np.uint16), kind="stable")]
    pair = patient[order] << 16 | day[order]
    result = np.zeros(len(day), dtype=bool)
    result[order[1:][pair[1:] == pair[:-1]]] = True
    return result


def _mixed(first: Ints, second: Ints, use_first: npt.NDArray[np.bool_]) -> Ints:
    """Return the first value where told, else the second; arithmetic is quicker than choosing at random places."""
    return second + (first - second) * use_first
