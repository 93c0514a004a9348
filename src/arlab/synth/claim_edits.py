"""Which claims does the practice's own software stop before sending, why, and when are they cleared?

An edit sees some of what went wrong at the front desk, and then it is mended in time. The rest are slips that
would have cost a rejection. What payers turn back stands in ``submissions``.
"""

from __future__ import annotations

import dataclasses
from typing import Final

import numpy as np
import numpy.typing as npt

from arlab.synth.days import Calendar
from arlab.synth.front_desk import NEVER, FrontDesk
from arlab.synth.rulebook import Rulebook
from arlab.synth.scenario import Scenario
from arlab.synth.streams import Streams, pick_table
from arlab.synth.visits import Visits

__all__ = ["EDITS", "Edits", "stop_claims"]

Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

EDITS: Final = (
    "authorisation_missing",
    "referral_missing",
    "member_number_format",
    "missing_modifier",
    "diagnosis_pointer",
    "place_of_service",
    "duplicate_line",
    "provider_number",
)
"""Names of the edits; the first three look at what the front desk wrote down."""
_SLIPS: Final = (0, 0, 12, 30, 26, 12, 8, 12)  # how often each comes without a fault of the front desk
_CAUGHT: Final = 0.35  # of missing numbers, in a practice whose edits stop the usual share of claims
_USUAL_SHARE: Final = 0.06
_NUMBER_SEEN: Final = 0.5  # of wrong member numbers have a wrong form too
_BY_HAND: Final = (
    0.75  # of slips; the software mends the rest. What the front desk lacks always takes a person
)
_HAND_DAYS: Final = (2, 11)  # working days until a person has cleared an edit
_MOST_AUTOMATIC_DAYS: Final = 1


@dataclasses.dataclass(frozen=True)
class Edits:
    """One entry per claim; ``edit`` is a place in :data:`EDITS`, -1 for claims that nothing stopped.

    ``cleared_day`` is the day from which the claim can go, the day of charge entry without an edit.
    """

    edit: Ints
    hit_day: Ints
    cleared_day: Ints
    manual: Flags

    def mended(self, front: FrontDesk) -> FrontDesk:
        """Return the front desk's facts after the edits: numbers that were asked for late, members put right."""
        authorised = self.edit == EDITS.index("authorisation_missing")
        referred = self.edit == EDITS.index("referral_missing")
        member = (self.edit == EDITS.index("member_number_format")) & self.manual
        return dataclasses.replace(
            front,
            authorised_day=np.where(authorised, self.cleared_day, front.authorised_day),
            authorised_units=front.authorised_units + front.units_to_authorise * authorised,
            referred_day=np.where(referred, self.cleared_day, front.referred_day),
            wrong_member=front.wrong_member & ~member,
        )


def stop_claims(
    scenario: Scenario,
    rules: Rulebook,
    calendar: Calendar,
    visits: Visits,
    front: FrontDesk,
    entry_day: Ints,
    streams: Streams,
) -> Edits:
    """Stop the scenario's share of the insured claims on the day of charge entry, and clear them."""
    draws = streams.stage("claim edits")
    count = visits.count
    insured = visits.payer != rules.payers.self_pay
    caught = min(_CAUGHT * scenario.edit_share / _USUAL_SHARE, 1.0)
    seen = draws.share(count)
    edit = np.full(count, NEVER)
    for name, lacking, chance in (
        ("member_number_format", front.wrong_member, caught * _NUMBER_SEEN),
        ("referral_missing", front.no_referral, caught),
        ("authorisation_missing", front.no_authorisation, caught),
    ):
        edit[np.flatnonzero(lacking & (seen < chance))] = EDITS.index(name)
    lacks = edit >= 0
    insured_count = max(int(insured.sum()), 1)
    found = lacks.sum() / insured_count
    rest = max(scenario.edit_share - found, 0.0) / max(1 - found, 1e-9)
    slips = np.flatnonzero(insured & ~lacks & (draws.share(count) < rest))
    kind = draws.pick(pick_table(_SLIPS), count)
    edit[slips] = kind[slips]

    stopped = edit >= 0
    manual = stopped & (lacks | (draws.share(count) < _BY_HAND))
    automatic_days = draws.below(_MOST_AUTOMATIC_DAYS + 1, count)
    held = np.where(manual, draws.between(*_HAND_DAYS, count), automatic_days)
    cleared = entry_day.copy()
    at = np.flatnonzero(stopped)
    cleared[at] = calendar.plus_working(entry_day[at], held[at])
    return Edits(edit, entry_day, cleared, manual)
