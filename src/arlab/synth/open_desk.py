"""Which claims come to the follow-up desk, in which order does the house work them, and who works?

Makes the desk as it is before the first day, and lets it run. What happens on a day stands in ``world``.
"""

from __future__ import annotations

import contextlib
import dataclasses
import gc
import itertools
from collections.abc import Callable, Iterator
from typing import Final

import numpy as np
import numpy.typing as npt

from arlab.synth.chances import Action
from arlab.synth.days import Calendar
from arlab.synth.desk import FAR, NEVER, End, Item, Latent, Outcomes, Phase, Queue
from arlab.synth.payer_days import PayerDays
from arlab.synth.rulebook import GROUPS, Rulebook
from arlab.synth.scenario import Scenario
from arlab.synth.world import World

__all__ = [
    "FIRST_CHECK",
    "DeskLogs",
    "desk_logs",
    "house_propensity",
    "house_rank",
    "make_world",
    "uncollected",
]

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

FIRST_CHECK: Final = 35  # days after sending at which a claim without an answer is looked up
# Upper ends of what an item is worth (cents), and which part of the scenario's share is left alone below each.
_WORTH: Final = np.array([6_000, 15_000, 35_000])
_LEFT_ALONE: Final = np.array([1.0, 0.8, 0.5, 0.0])
_ALL_MONEY: Final = 1e12


def house_propensity(scenario: Scenario, expected: Ints) -> Floats:
    """Return the probability that the house decides to work an item, which depends on its worth alone."""
    return 1.0 - scenario.left_alone_share * _LEFT_ALONE[np.searchsorted(_WORTH, expected, side="right")]


def house_rank(order: str) -> Callable[[Item], float]:
    """Return how the house ranks items; the smallest comes first.

    ``deadline`` looks at the first remedy to expire; items without one come last, the oldest first.
    """
    if order == "oldest":
        return lambda item: item.first_sent
    if order == "payer_and_amount":
        return lambda item: item.payer * _ALL_MONEY - item.expected
    if order == "random":
        return lambda item: item.order
    if order == "deadline":
        return _first_deadline
    return lambda item: -item.expected


def _first_deadline(item: Item) -> float:
    live = [due for due in (item.correct_due, item.appeal_1_due, item.appeal_2_due) if due != NEVER]
    return min(live) if live else FAR + item.first_sent


def make_world(
    scenario: Scenario,
    rules: Rulebook,
    calendar: Calendar,
    days: PayerDays,
    latent: Latent,
    *,
    first_sent: Ints,
    unknown: Flags,
    expected: Ints,
    misposted: Flags,
    rank: Callable[[Item], float] | None = None,
    triage: bool = True,
) -> World:
    """Return the desk before the first day.

    Parameters
    ----------
    first_sent : per claim the day of its first sending, -1 for patients who pay themselves
    unknown : claims that the payer has not got
    expected : what a claim could still bring, in cents
    misposted : denied claims that were posted as if the contract allowed nothing: nobody follows them
    rank : order of the queue; that of the house when left out
    triage : whether the house leaves items alone; a policy that is tried out sees them all
    """
    answers = days.answers
    count = len(expected)
    every = np.arange(count)
    answered = answers.post_day >= 0
    code = answers.code(every)
    waiting = (first_sent >= 0) & (unknown | (answered & (answers.post_day > first_sent + FIRST_CHECK)))
    on_desk = (waiting | (answered & (code >= 0))) & ~misposted
    outcomes = Outcomes(
        end=np.where(answered & (code < 0) & ~waiting, End.PAID, End.OPEN),
        end_day=np.full(count, NEVER),
        end_pay_day=np.full(count, NEVER),
        end_finding=np.full(count, NEVER),
        end_payer=answers.payer.copy(),
    )
    outcomes.end[misposted] = End.MISPOSTED
    items = _items(scenario, rules, days, latent, np.flatnonzero(on_desk), first_sent, unknown, expected)
    world = World(
        days=days,
        latent=latent,
        queue=Queue(rank or house_rank(scenario.house_order)),
        skills=[one.skill for one in scenario.team],
        minutes=_minutes(scenario, calendar),
        triage=triage,
        appeal_from=scenario.appeal_from * 100,
        outcomes=outcomes,
        due=[[] for _ in range(calendar.length)],
        sweeps=[[] for _ in range(calendar.length)],
        left=[0.0] * len(scenario.team),
    )
    ready_on = np.where(waiting, first_sent + FIRST_CHECK, answers.post_day + latent.worklist).tolist()
    for item in items:
        ready = ready_on[item.claim]
        if ready < calendar.length:
            world.due[ready].append(item)
    return world


def _items(
    scenario: Scenario,
    rules: Rulebook,
    days: PayerDays,
    latent: Latent,
    at: Ints,
    first_sent: Ints,
    unknown: Flags,
    expected: Ints,
) -> list[Item]:
    """Return an item for each claim in ``at``."""
    answers, decisions = days.answers, days.answers.decisions
    place = rules.denials.carcs.index("16")
    unprocessable = decisions.rarc[at] == rules.denials.rarcs[place].index("MA130")
    unprocessable &= decisions.code[at] == place
    propensity = house_propensity(scenario, expected[at])
    columns = (
        at, answers.payer[at], answers.service_day[at], expected[at],
        expected[at] < scenario.small_balance * 100, unknown[at], np.full(len(at), int(Phase.UNANSWERED)),
        np.full(len(at), NEVER), answers.late[at], decisions.wrongly_late[at] & ~answers.late[at], unprocessable,
        decisions.group[at] == GROUPS.index("PR"), latent.triage[at] < propensity, answers.pay_day[at],
        answers.post_day[at], first_sent[at], np.zeros(len(at)),
        latent.documentation[at] * latent.leniency[at], np.full(len(at), int(Action.CORRECTED_CLAIM)),
        latent.tries_anyway[at], latent.cleanup[at], latent.order[at], latent.promise[at],
        latent.right_payer[at], np.zeros(len(at), dtype=bool),
    )  # fmt: skip
    items = [Item(*values) for values in zip(*(column.tolist() for column in columns), strict=True)]
    for item, code in zip(items, answers.code(at).tolist(), strict=True):
        days.set_reason(item, code)
    return items


def _minutes(scenario: Scenario, calendar: Calendar) -> list[list[float]]:
    """Return the minutes of each biller by day, without the days on which one is missing."""
    minutes = np.array([[one.minutes_per_day] for one in scenario.team]) * np.ones(calendar.length)
    for incident in scenario.incidents:
        if incident.kind == "biller_leaves":
            first, last = calendar.number(incident.start), calendar.number(incident.end)
            minutes[incident.biller - 1, first : last + 1] *= 1 - incident.size
    return minutes.tolist()


@dataclasses.dataclass(frozen=True)
class DeskLogs:
    """What the desk did, as arrays: one entry per action, sending, later denial and appeal."""

    actions: dict[str, Ints]
    sent: dict[str, Ints]
    denied_again: dict[str, Ints]
    appeals: dict[str, Ints]


_COLUMNS: Final = {
    "actions": (
        "claim", "day", "staff", "action", "finding", "minutes", "attempt", "session", "channel", "promise"
    ),
    "sent": ("claim", "payer", "frequency", "submitted", "received"),
    "denied_again": ("claim", "payer", "pay_day", "post_day"),
    "appeals": ("claim", "level", "filed", "decided", "won"),
}  # fmt: skip


def desk_logs(world: World) -> DeskLogs:
    """Return what the desk did, as arrays."""
    logs = {}
    for name, columns in _COLUMNS.items():
        numbers = itertools.chain.from_iterable(getattr(world, name))
        rows = np.fromiter(numbers, dtype=np.int64).reshape(-1, len(columns))
        logs[name] = {column: rows[:, place] for place, column in enumerate(columns)}
    return DeskLogs(**logs)


@contextlib.contextmanager
def uncollected() -> Iterator[None]:
    """Keep Python's garbage collector away: thousands of items wait for months, and none of them is garbage."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
