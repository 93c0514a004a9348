"""What stands on the follow-up desk: which unpaid claims are there, what is true of them, what is known?

Holds the state that ``world.step`` moves on by one day, and the two moves that change what an item is. It chooses
no work.
"""

from __future__ import annotations

import dataclasses
import enum
from typing import Final

import numpy as np
import numpy.typing as npt

from arlab.synth.answers import Answers
from arlab.synth.chunks import Chunks
from arlab.synth.days import Calendar
from arlab.synth.rulebook import Rulebook
from arlab.synth.scenario import Scenario

__all__ = [
    "ATTEMPTS",
    "MINUTES",
    "Action",
    "End",
    "Finding",
    "Latent",
    "Phase",
    "World",
    "finish",
    "is_unprocessable",
    "make_world",
    "meet_answers",
]

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

NEVER: Final = -1
FAR: Final = 1 << 40
FIRST_CHECK: Final = 35  # days after sending at which a claim without an answer is looked up
ATTEMPTS: Final = 4


class Action(enum.IntEnum):
    """What a person can do about an item."""

    STATUS_CHECK = 0
    RESUBMIT = 1
    CORRECTED_CLAIM = 2
    RECORDS_SENT = 3
    APPEAL_1 = 4
    APPEAL_2 = 5
    PROOF_OF_TIMELY_FILING = 6
    WRITE_OFF = 7
    MOVE_TO_PATIENT = 8


MINUTES: Final = np.array([7, 12, 14, 16, 30, 38, 18, 3, 4])
"""Minutes of each action, in the order of :class:`Action`."""


class Finding(enum.IntEnum):
    """What a person found that led to the action."""

    IN_PROCESS = 0
    NOT_ON_FILE = 1
    DENIED = 2
    PAST_LIMIT = 3
    LOW_VALUE = 4
    NO_REMEDY_LEFT = 5


class End(enum.IntEnum):
    """How a claim leaves the first payer."""

    OPEN = 0
    PAID = 1
    WON = 2
    WRITTEN_OFF = 3
    TO_PATIENT = 4


class Phase(enum.IntEnum):
    """Where an item stands on the desk."""

    UNANSWERED = 0
    DENIED = 1
    DONE = 2


_FIRST_ACTION: Final = {
    "appeal": Action.APPEAL_1,
    "send_records": Action.RECORDS_SENT,
    "prove_timely_filing": Action.PROOF_OF_TIMELY_FILING,
}


@dataclasses.dataclass(frozen=True)
class Latent:
    """What is true of each claim from the start; ``luck``, ``paid_lag``, ``denied_lag`` are claim x attempt."""

    luck: Floats
    documentation: Floats
    paid_lag: Ints
    denied_lag: Ints
    decision_lag: Ints
    tries_anyway: Flags
    cleanup: Ints


@dataclasses.dataclass
class World:
    """The follow-up desk: one entry per claim; a claim is an item while its phase is not done."""

    scenario: Scenario
    rules: Rulebook
    calendar: Calendar
    answers: Answers
    latent: Latent
    sent_log: Chunks
    action_log: Chunks
    answer_log: Chunks  # denials of resubmissions
    appeal_log: Chunks
    expected: Ints
    unknown: Flags
    phase: Ints
    ready: Ints
    cost: Ints
    attempt: Ints
    correct_due: Ints
    appeal_1_due: Ints
    appeal_2_due: Ints
    corrected: Flags
    end: Ints
    end_day: Ints
    end_pay_day: Ints
    end_finding: Ints
    first_cost: Ints  # by denial code: minutes of the playbook's first action
    active: Ints  # the claims that are or will be items
    minutes_left: float = 0.0


def make_world(
    scenario: Scenario,
    rules: Rulebook,
    calendar: Calendar,
    answers: Answers,
    latent: Latent,
    *,
    first_sent: Ints,
    unknown: Flags,
    expected: Ints,
    sent_log: Chunks,
) -> World:
    """Return the desk before the first day, with the items that the payers' first answers make."""
    count = len(expected)
    insured = first_sent >= 0
    answered = answers.post_day >= 0
    slow = answered & (answers.post_day > first_sent + FIRST_CHECK)
    waiting = insured & (unknown | slow)
    world = World(
        scenario=scenario,
        rules=rules,
        calendar=calendar,
        answers=answers,
        latent=latent,
        sent_log=sent_log,
        action_log=Chunks(claim=None, day=None, staff=0, action=None, finding=None, minutes=None, attempt=0),
        answer_log=Chunks(claim=None, pay_day=None, post_day=None),
        appeal_log=Chunks(claim=None, level=None, filed=None, decided=None, won=None),
        expected=expected,
        unknown=unknown.copy(),
        phase=np.where(waiting, Phase.UNANSWERED, Phase.DONE),
        ready=np.where(waiting, first_sent + FIRST_CHECK, FAR),
        cost=np.where(
            unknown, MINUTES[Action.STATUS_CHECK] + MINUTES[Action.RESUBMIT], MINUTES[Action.STATUS_CHECK]
        ),
        attempt=np.zeros(count, dtype=np.int64),
        correct_due=np.full(count, NEVER),
        appeal_1_due=np.full(count, NEVER),
        appeal_2_due=np.full(count, NEVER),
        corrected=np.zeros(count, dtype=bool),
        end=np.where(answered, End.PAID, End.OPEN),
        end_day=np.full(count, NEVER),
        end_pay_day=np.full(count, NEVER),
        end_finding=np.full(count, NEVER),
        first_cost=MINUTES[
            [_FIRST_ACTION.get(name, Action.CORRECTED_CLAIM) for name in rules.denials.actions]
        ],
        active=np.empty(0, dtype=np.int64),
    )
    meet_answers(world, np.flatnonzero(answered & ~waiting))
    world.active = np.flatnonzero(world.phase != Phase.DONE)
    return world


def meet_answers(world: World, claim: Ints) -> None:
    """Turn answered claims into denied items, or let them go when nothing is denied."""
    code = world.answers.code(claim)
    world.phase[claim] = np.where(code >= 0, Phase.DENIED, Phase.DONE)
    denied, code = claim[code >= 0], code[code >= 0]
    world.end[claim] = End.PAID
    world.end[denied] = End.OPEN
    payers, payer = world.rules.payers, world.answers.payer[denied]
    start = world.answers.pay_day[denied]
    world.ready[denied] = world.answers.post_day[denied]
    world.correct_due[denied] = start + payers.corrected_days[payer]
    # An unprocessable claim was never filed: only the filing limit counts, and there is nothing to appeal.
    unprocessable = is_unprocessable(world, denied, code)
    filing_due = world.answers.service_day[denied] + payers.filing_days[payer]
    world.correct_due[denied[unprocessable]] = filing_due[unprocessable]
    appealable = world.rules.denials.appealable[code] | (code == world.answers.decisions.late_code)
    world.appeal_1_due[denied] = np.where(
        appealable & ~unprocessable, start + payers.appeal_1_days[payer], NEVER
    )
    world.cost[denied] = world.first_cost[code]


def is_unprocessable(world: World, claim: Ints, code: Ints) -> Flags:
    """Return whether the remark code says that the claim could not be processed at all."""
    denials = world.rules.denials
    place = denials.carcs.index("16")
    return (code == place) & (world.answers.decisions.rarc[claim] == denials.rarcs[place].index("MA130"))


def finish(world: World, claim: Ints, end: End | Ints, day: Ints | int, finding: Ints | int) -> None:
    """Take items off the desk for good."""
    world.phase[claim] = Phase.DONE
    world.ready[claim] = FAR
    world.end[claim] = end
    world.end_day[claim] = day
    world.end_finding[claim] = finding
