"""Which tables show what the front desk did and what the practice's own edits stopped?

``visits`` and ``claim_edits`` as known on a day. It decides nothing.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from arlab.synth.claim_edits import EDITS, Edits
from arlab.synth.days import Calendar
from arlab.synth.facts import Names
from arlab.synth.front_desk import RESULTS, FrontDesk
from arlab.synth.people import NamePool
from arlab.synth.submissions import Sent
from arlab.synth.texts import Texts, counts, numbered, only_where, texts, words
from arlab.synth.visits import Visits

__all__ = ["edit_table", "registrar_names", "visit_table"]

Ints = npt.NDArray[np.int64]


def registrar_names(pool: NamePool, count: int) -> Texts:
    """Return one name per registrar, by number from 1; billers are named from the other end of the pool.

    Examples
    --------
    >>> registrar_names(NamePool(np.array(["Ann", "Bo"]), np.array(["Lee"])), 3).tolist()
    ['Bo', 'Ann', 'Registrar 3']
    """
    names = list(dict.fromkeys(pool.first.tolist()))[::-1]
    return texts([*names[:count], *[f"Registrar {at + 1}" for at in range(len(names), count)]])


def visit_table(
    front: FrontDesk, visits: Visits, sent: Sent, calendar: Calendar, names: Names, *, day: int
) -> pd.DataFrame:
    """Return the front desk's facts of the claims entered by a day; a number got later is not yet there."""
    at = np.flatnonzero(sent.entry_day <= day)
    registrars = registrar_names(names.pool, int(front.registrar.max()) + 1)
    result, estimate = front.result[at], front.estimate[at]

    def by_then(got: Ints) -> npt.NDArray[np.bool_]:
        return (got[at] >= 0) & (got[at] <= day)

    authorised, referred = by_then(front.authorised_day), by_then(front.referred_day)
    claim = names.claims[at]
    table = pd.DataFrame(
        {
            "claim_id": claim,
            "registrar": words(registrars, front.registrar[at]),
            "eligibility_checked_date": calendar.dates(front.checked_day[at], result >= 0),
            "eligibility_result": words(RESULTS, result),
            "referral_required": front.referral_required[at],
            "referral_number": only_where(referred, _numbers("R", at)),
            "authorisation_required": front.authorisation_required[at],
            "authorisation_number": only_where(authorised, _numbers("A", at)),
            "authorised_units": counts(front.authorised_units[at], authorised),
            "estimate": np.where(estimate >= 0, estimate / 100, np.nan),
            "due_at_visit": front.due[at] / 100,
            "collected_at_visit": front.collected[at] / 100,
            "documentation_complete_date": calendar.dates(visits.day[at] + front.note_lag[at]),
        }
    )
    return table.sort_values("claim_id", ignore_index=True)


def edit_table(edits: Edits, calendar: Calendar, names: Names, *, day: int) -> pd.DataFrame:
    """Return the claims that an edit has stopped by a day, and whether they are cleared by then."""
    at = np.flatnonzero((edits.edit >= 0) & (edits.hit_day <= day))
    cleared = edits.cleared_day[at]
    table = pd.DataFrame(
        {
            "claim_id": names.claims[at],
            "edit": words(EDITS, edits.edit[at]),
            "hit_date": calendar.dates(edits.hit_day[at]),
            "cleared_date": calendar.dates(cleared, cleared <= day),
            "manual": edits.manual[at],
        }
    )
    return table.sort_values("claim_id", ignore_index=True)


def _numbers(prefix: str, at: Ints) -> Texts:
    """Return numbers as payers give them, in no order that would tell when."""
    return numbered(prefix, at * 7_919 % 1_000_003, 7)
