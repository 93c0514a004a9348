"""What would be done next about each open claim on a day, by when, and how long does it take?

The house's playbook of ``synth.world``, which asks about one item, for many at once: a test holds the two together.
It ranks nothing.
"""

from __future__ import annotations

import dataclasses
import operator
from collections.abc import Sequence
from typing import Final, TypeAlias

import numpy as np
import numpy.typing as npt

from arlab.synth.chances import BEST, FIT, MINUTES, Action, raw_chance
from arlab.synth.desk import ATTEMPTS, Item, Phase
from arlab.synth.payer_days import PayerDays
from arlab.synth.world import HOPELESS, LARGE

__all__ = [
    "CLAIM_ACTIONS",
    "FIELDS",
    "FOREVER",
    "Moves",
    "State",
    "last_deadlines",
    "next_moves",
    "state_of",
    "true_chance",
]

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

FOREVER: Final = 1 << 40
"""Stands for the day of a deadline that there is not."""
CLAIM_ACTIONS: Final = (Action.CORRECTED_CLAIM, Action.RECORDS_SENT, Action.REBILL_OTHER_PAYER)
_RESUBMIT_MINUTES: Final = int(MINUTES[Action.STATUS_CHECK] + MINUTES[Action.RESUBMIT])
_CLOSE_MINUTES: Final = int(MINUTES[Action.STATUS_CHECK] + MINUTES[Action.WRITE_OFF])

FIELDS: Final = (
    "claim", "payer", "phase", "unknown", "code", "attempt", "corrected", "correct_due", "appeal_1_due",
    "appeal_2_due", "pay_day", "post_day", "service", "expected", "low_value", "late", "patient_group", "wanted",
    "base", "quality",
)  # fmt: skip
"""What of an item decides what may be done about it; ``base`` and ``quality`` also how likely it brings money."""
_VALUES: Final = operator.attrgetter(*FIELDS)  # all at once: many times faster than one by one
State: TypeAlias = dict[str, npt.NDArray[np.float64]]
"""Those fields as arrays, one entry per item; days and cents are whole numbers in them."""


def state_of(items: Sequence[Item]) -> State:
    """Return the fields of items as arrays."""
    table = np.array([_VALUES(item) for item in items], dtype=np.float64).reshape(len(items), len(FIELDS))
    return {name: table[:, place] for place, name in enumerate(FIELDS)}


@dataclasses.dataclass(frozen=True)
class Moves:
    """The next action of each item, its minutes, and the last days of it and of the last remedy that is live.

    ``on_file`` is whether the payer has accepted the claim. Deadlines are :data:`FOREVER` where there is none.
    """

    action: Ints
    minutes: Ints
    due: Ints
    last_due: Ints


def next_moves(days: PayerDays, state: State, day: int, *, appeal_from: float) -> Moves:
    """Return what the house's playbook does next about each item on a day.

    Parameters
    ----------
    state : see :data:`FIELDS`
    appeal_from : cents of expected recovery below which no appeal is filed
    """
    payer = state["payer"].astype(np.int64)
    tomorrow = days.tomorrow[day]
    arrives = np.where(np.array(days.postmarked)[payer], day, tomorrow)
    denied = state["phase"] == Phase.DENIED
    wanted = state["wanted"].astype(np.int64)
    gives_up = np.where(
        (state["patient_group"] > 0) & (state["late"] == 0), Action.MOVE_TO_PATIENT, Action.WRITE_OFF
    )

    first_due, second_due = state["appeal_1_due"], state["appeal_2_due"]
    proof = wanted == Action.PROOF_OF_TIMELY_FILING
    proves = proof & (state["late"] == 0) & (state["attempt"] == 0) & (arrives <= first_due)
    corrects = (
        ~proof & (wanted != Action.APPEAL_1) & (state["corrected"] == 0) & (arrives <= state["correct_due"])
    )
    first = arrives <= first_due
    hope = np.where(first, state["base"], state["base"] / 2)
    worth = _is_worth_a_letter(days, state, hope, appeal_from)
    appeal_due = np.maximum(first_due, second_due)
    may_appeal = ~proof & (arrives <= appeal_due) & worth
    appeals = ~corrects & may_appeal
    over = (state["low_value"] > 0) | (state["attempt"] >= ATTEMPTS)
    action = np.where(appeals, np.where(first, Action.APPEAL_1, Action.APPEAL_2), gives_up)
    action = np.where(corrects, wanted, action)
    action = np.where(proves, Action.PROOF_OF_TIMELY_FILING, action)
    action = np.where(over, np.where(state["low_value"] > 0, Action.WRITE_OFF, gives_up), action)

    filing_due = state["service"] + np.array(days.filing)[payer]
    sends = (state["unknown"] > 0) & (tomorrow <= filing_due)
    unanswered = np.where(
        sends, Action.RESUBMIT, np.where(state["unknown"] > 0, Action.WRITE_OFF, Action.STATUS_CHECK)
    )
    action = np.where(denied, action, unanswered).astype(np.int64)
    minutes = MINUTES[action]
    minutes = np.where(~denied & sends, _RESUBMIT_MINUTES, minutes)
    minutes = np.where(~denied & (action == Action.WRITE_OFF), _CLOSE_MINUTES, minutes)

    due = np.where(proves, first_due, np.where(corrects, state["correct_due"], appeal_due))
    due = np.where(
        denied, np.where(action >= Action.WRITE_OFF, FOREVER, due), np.where(sends, filing_due, FOREVER)
    )
    last = np.where(corrects & may_appeal, np.maximum(state["correct_due"], appeal_due), due)
    last = np.where(denied & (due < FOREVER), last, due)
    return Moves(action, minutes, due.astype(np.int64), last.astype(np.int64))


def _is_worth_a_letter(days: PayerDays, state: State, hope: Floats, appeal_from: float) -> Flags:
    """Return whether the house would appeal: it writes no letter for little money or without hope."""
    firm = np.where(state["wanted"] == Action.APPEAL_1, 0.8, 0.5)
    hope = np.where(np.array(days.reopens)[state["payer"].astype(np.int64)], hope * firm, hope)
    return (state["expected"] * hope >= appeal_from) & ((hope >= HOPELESS) | (state["expected"] >= LARGE))


def true_chance(state: State, action: Ints, day: int | Ints, skill: float | Floats) -> Floats:
    """Return the true probability that an action on a day brings the money of a denied item; 0 for other items.

    A claim that the payer has not got is no chance: see the share that payers pay at their first answer.
    """
    quality = state["quality"] * skill * FIT[state["wanted"].astype(np.int64), action]
    raw = raw_chance(state["base"], quality, day - state["pay_day"], state["attempt"])
    return np.where(state["phase"] == Phase.DENIED, np.minimum(raw, BEST), 0.0)


def last_deadlines(days: PayerDays, state: State, *, appeal_from: float) -> Ints:
    """Return the last day on which anything could be done about each item that nobody has tried yet.

    Of a denied item it is the end of its last remedy by the house's playbook, of a claim that the payer has not got
    the end of its filing time; :data:`FOREVER` where there was nothing to do, or the claim is on file.
    """
    payer = state["payer"].astype(np.int64)
    wanted = state["wanted"].astype(np.int64)
    proof = wanted == Action.PROOF_OF_TIMELY_FILING
    by_claim = ~proof & (wanted != Action.APPEAL_1)
    appeal = np.where(proof, state["late"] == 0, _is_worth_a_letter(days, state, state["base"], appeal_from))
    last = np.where(by_claim, state["correct_due"], -1)
    last = np.where(appeal, np.maximum(last, state["appeal_1_due"]), last)
    nothing = (state["low_value"] > 0) | (state["late"] > 0) | (last < 0)
    last = np.where(nothing, FOREVER, last)
    filing = np.where(state["unknown"] > 0, state["service"] + np.array(days.filing)[payer], FOREVER)
    return np.where(state["phase"] == Phase.UNANSWERED, filing, last).astype(np.int64)
