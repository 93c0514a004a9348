"""What stands on the follow-up desk: which unpaid claims are there, what is true of them, what is known?

Holds the items and the queue that ``world.step`` works on day by day. It chooses no work and decides no outcome.
"""

from __future__ import annotations

import dataclasses
import enum
import heapq
from collections.abc import Callable
from typing import Final, TypeAlias

import numpy as np
import numpy.typing as npt

from arlab.synth.chances import Action

__all__ = [
    "ATTEMPTS",
    "FAR",
    "NEVER",
    "ActionRow",
    "Channel",
    "End",
    "Finding",
    "Item",
    "Latent",
    "Outcomes",
    "Phase",
    "Queue",
    "channel_of",
]

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

NEVER: Final = -1
FAR: Final = 1 << 40
ATTEMPTS: Final = 4


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
    MISPOSTED = 5


class Phase(enum.IntEnum):
    """Where an item stands on the desk."""

    UNANSWERED = 0
    DENIED = 1
    DONE = 2
    GIVEN_UP = 3  # somebody has asked for the write-off, nobody has approved it yet


@dataclasses.dataclass(frozen=True)
class Latent:
    """What is true of each claim from the start, whether or not anybody ever works it.

    ``luck``, ``paid_lag``, ``denied_lag`` and ``decision_lag`` are claim x attempt. ``leniency`` is the payer's
    factor for the claim's denial, ``right_payer`` who should have been billed where the first payer was wrong.
    """

    luck: Floats
    documentation: Floats
    leniency: Floats
    paid_lag: Ints
    denied_lag: Ints
    decision_lag: Ints
    worklist: Ints  # days until a denial stands on a worklist
    tries_anyway: Flags
    cleanup: Ints
    triage: Floats  # uniform; the house works the item when this is below its propensity
    order: Floats  # uniform; the place in a random queue
    promise: Floats
    right_payer: Ints


@dataclasses.dataclass(slots=True)
class Item:
    """One unpaid claim on the desk; days are numbers, -1 where something has not happened.

    ``changes`` counts how often its remedies changed, so that a clean-up planned before knows it is out of date.
    """

    claim: int
    payer: int
    service: int
    expected: int
    low_value: bool
    unknown: bool
    phase: int
    code: int
    late: bool
    wrongly_late: bool
    unprocessable: bool
    patient_group: bool
    worked_by_house: bool
    pay_day: int
    post_day: int
    first_sent: int
    base: float
    quality: float
    wanted: int
    tries_anyway: bool
    cleanup: int
    order: float
    promise: float
    right_payer: int
    appealable: bool
    correct_due: int = NEVER
    appeal_1_due: int = NEVER
    appeal_2_due: int = NEVER
    attempt: int = 0
    corrected: bool = False
    changes: int = 0
    ends_as: tuple[int, int] = (End.OPEN, NEVER)  # once given up: end and finding


ActionRow: TypeAlias = tuple[int, int, int, int, int, int, int, int, int, int]
"""claim, day, biller, action, finding, minutes, attempt, session, channel, day of a promise (-1: none)."""


@dataclasses.dataclass
class Outcomes:
    """How each claim ends with its first payer: one entry per claim."""

    end: Ints
    end_day: Ints
    end_pay_day: Ints
    end_finding: Ints
    end_payer: Ints


_DONE: Final = Phase.DONE

Line: TypeAlias = tuple[int, int]
"""payer and channel"""
Place: TypeAlias = tuple[float, int, Item, Line]
"""rank, number in the order of coming, and who stands where"""


class Queue:
    """Items that wait for work, one line per payer and channel, each in the order of the house.

    Parameters
    ----------
    rank : gives an item's place; the smallest is worked first
    """

    def __init__(self, rank: Callable[[Item], float]) -> None:
        self.rank = rank
        self.lines: dict[Line, list[Place]] = {}
        self._every: list[Place] = []  # the places of all lines; those taken meanwhile are passed over
        self._taken: set[int] = set()
        self._count = 0

    def put(self, item: Item, channel: int) -> None:
        """Put an item into the line of its payer and channel."""
        self._count += 1
        line = (item.payer, channel)
        place = (self.rank(item), self._count, item, line)
        heapq.heappush(self.lines.setdefault(line, []), place)
        heapq.heappush(self._every, place)

    def first_line(self) -> Line | None:
        """Return payer and channel of the line whose first item comes first, or None when nobody waits."""
        while self._every:
            _, number, item, line = self._every[0]
            if item.phase < _DONE and number not in self._taken:
                return line
            heapq.heappop(self._every)
            self._taken.discard(number)
        return None

    def waiting(self) -> list[tuple[Item, int]]:
        """Return who waits, each with the channel, in the order of coming."""
        places = [place for line in self.lines.values() for place in line if place[2].phase < _DONE]
        return [(item, channel) for _, _, item, (_, channel) in sorted(places, key=lambda place: place[1])]

    def copied(self, twin: Callable[[Item], Item]) -> Queue:
        """Return a queue in which everybody's twin stands at the same place."""
        result = Queue(self.rank)

        def places(line: list[Place]) -> list[Place]:
            return [(rank, number, twin(item), where) for rank, number, item, where in line]

        result.lines = {line: places(waiting) for line, waiting in self.lines.items()}
        result._every = places(self._every)
        result._taken, result._count = set(self._taken), self._count
        return result

    def take(self, line: Line) -> Item | None:
        """Take the first item of a line, or None when the line is empty."""
        places = self.lines[line]
        while places:
            _, number, item, _ = heapq.heappop(places)
            self._taken.add(number)
            if item.phase < _DONE:
                return item
        return None


class Channel(enum.IntEnum):
    """How a payer is reached."""

    PORTAL = 0
    PHONE = 1
    CLEARINGHOUSE = 2
    FAX = 3
    INTERNAL = 4


_BY_CLEARINGHOUSE = (Action.CORRECTED_CLAIM, Action.REBILL_OTHER_PAYER)
_BY_LETTER = (Action.RECORDS_SENT, Action.APPEAL_1, Action.APPEAL_2, Action.PROOF_OF_TIMELY_FILING)


def channel_of(action: int, payer_channel: int) -> int:
    """Return the channel of an action; what goes as a letter goes by portal where the payer has one."""
    if action in _BY_CLEARINGHOUSE:
        return Channel.CLEARINGHOUSE
    if action in _BY_LETTER:
        return Channel.PORTAL if payer_channel == Channel.PORTAL else Channel.FAX
    if action >= Action.WRITE_OFF:
        return Channel.INTERNAL
    return payer_channel
