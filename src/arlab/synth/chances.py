"""How likely is it that an action brings the money, given what is true of the item on that day?

One formula for the world, which works items one by one, and for the answer key, which asks about many at once.
The numbers are choices of this project, shaped by the domain sheet (sections 3 and 10).
"""

from __future__ import annotations

import enum
from typing import Final, TypeVar

import numpy as np
import numpy.typing as npt

__all__ = ["BEST", "FIT", "MINUTES", "PLAYBOOK", "PROOF_WINS", "Action", "raw_chance"]

Number = TypeVar("Number", float, npt.NDArray[np.float64])

BEST: Final = 0.97  # nothing is certain
PROOF_WINS: Final = 0.93  # the acceptance report shows that the payer is wrong
_DECAY: Final = 0.9  # of the chance, for each 30 days since the denial
_LATER_TRIES: Final = 0.75  # of the chance, for each try that failed


class Action(enum.IntEnum):
    """What a person can do about an item."""

    STATUS_CHECK = 0
    RESUBMIT = 1
    CORRECTED_CLAIM = 2
    RECORDS_SENT = 3
    APPEAL_1 = 4
    APPEAL_2 = 5
    PROOF_OF_TIMELY_FILING = 6
    REBILL_OTHER_PAYER = 7
    WRITE_OFF = 8
    MOVE_TO_PATIENT = 9


MINUTES: Final = np.array([5, 10, 13, 15, 28, 36, 16, 14, 3, 4])
"""Minutes of each action in the order of :class:`Action`, without the login or the wait on the telephone."""

PLAYBOOK: Final = {
    "correct_and_resubmit": Action.CORRECTED_CLAIM,
    "correct_registration": Action.CORRECTED_CLAIM,
    "correct_enrolment": Action.CORRECTED_CLAIM,
    "update_other_coverage": Action.CORRECTED_CLAIM,
    "find_coverage": Action.CORRECTED_CLAIM,
    "check_status": Action.CORRECTED_CLAIM,
    "bill_right_payer": Action.REBILL_OTHER_PAYER,
    "send_records": Action.RECORDS_SENT,
    "appeal": Action.APPEAL_1,
    "prove_timely_filing": Action.PROOF_OF_TIMELY_FILING,
}
"""First action named in the reference file -> what a person does."""


def _fit() -> npt.NDArray[np.float64]:
    """Return how well an action serves an item whose playbook asks for another."""
    fit = np.zeros((len(Action), len(Action)))
    right = (Action.CORRECTED_CLAIM, Action.RECORDS_SENT, Action.REBILL_OTHER_PAYER)
    for wanted in right:
        fit[wanted, wanted] = 1.0
        fit[wanted, [Action.APPEAL_1, Action.APPEAL_2]] = 0.85  # an appeal for what a correction mends
    fit[Action.CORRECTED_CLAIM, Action.RECORDS_SENT] = 0.3
    fit[Action.RECORDS_SENT, Action.CORRECTED_CLAIM] = 0.3
    fit[Action.REBILL_OTHER_PAYER, Action.CORRECTED_CLAIM] = 0.1
    fit[Action.APPEAL_1, [Action.APPEAL_1, Action.APPEAL_2]] = 1.0
    fit[Action.APPEAL_1, Action.RECORDS_SENT] = 0.5
    fit[Action.APPEAL_1, Action.CORRECTED_CLAIM] = 0.25
    fit[Action.PROOF_OF_TIMELY_FILING, Action.PROOF_OF_TIMELY_FILING] = 1.0
    fit[Action.PROOF_OF_TIMELY_FILING, [Action.APPEAL_1, Action.APPEAL_2]] = 0.5
    return fit


FIT: Final = _fit()
"""Wanted action x taken action -> factor on the chance; nothing that is no try has a chance."""


def raw_chance(base: Number, quality: Number, age_days: Number, tries: Number) -> Number:
    """Return the chance before its limits (:data:`BEST` above, an expired remedy below).

    Parameters
    ----------
    base : chance by denial reason when worked at once
    quality : product of documentation, payer's leniency, skill and fit of the action
    age_days : days since the denial
    tries : tries that failed before

    Examples
    --------
    >>> round(raw_chance(0.5, 1.0, 30.0, 1.0), 4)
    0.3375
    """
    return base * quality * _DECAY ** (age_days / 30) * _LATER_TRIES**tries
