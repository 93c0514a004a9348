"""What would have come of working the claims in another order, with the same people and the same luck?

Drives ``synth.world`` for a number of working days with a policy and counts. It compares nothing: see ``bakeoff``.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from arlab.errors import SettingsError
from arlab.policies import Policy
from arlab.simulate.moves import State, last_deadlines, next_moves, state_of, true_chance
from arlab.simulate.queue import DayQueue
from arlab.simulate.start import Start
from arlab.simulate.values import Prepared
from arlab.synth.chances import MINUTES, Action
from arlab.synth.desk import End, Item, Phase
from arlab.synth.open_desk import uncollected
from arlab.synth.world import World, step

__all__ = ["HOUSE", "Replay", "need_minutes", "replay", "team_minutes"]

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

_NO_END: Final = 1e7  # minutes of a day

HOUSE: Final = "house"
"""Stands for the practice's own way of working: its order, its sessions and what it leaves alone."""


@dataclasses.dataclass(frozen=True)
class Replay:
    """What a number of working days brought; money in dollars.

    Parameters
    ----------
    policy, start, days : what was replayed, from when, for how many working days
    recovered : what payers allow on claims that work of these days won or brought on file: their payment, what the
        law withholds of it, and the patient's part. It counts on the day of the work; the money comes weeks later.
    cash : of this, the payers' own payment
    likely : the same as ``recovered`` with each try counted by its true chance instead of its luck
    lost : what the contract allows on claims that nobody tried before their last remedy ended in these days
    touches, sessions : claims worked (a claim once a day), and logins, calls and batches that it took
    minutes, setup_minutes : time spent, and of this to begin sessions
    backlog_items, backlog_dollars : claims that something could still be done about at the end, and what the
        contract allows on them
    daily : frame with ``date, recovered, minutes, touches, backlog`` (claims waiting in the
        evening)
    """

    policy: str
    start: dt.date
    days: int
    recovered: float
    cash: float
    likely: float
    lost: float
    touches: int
    sessions: int
    minutes: int
    setup_minutes: int
    backlog_items: int
    backlog_dollars: float
    daily: pd.DataFrame = dataclasses.field(repr=False, compare=False)

    @property
    def hours(self) -> float:
        """Time spent, in hours."""
        return self.minutes / 60

    @property
    def dollars_per_hour(self) -> float:
        """Dollars recovered for an hour of work; not a number where nobody worked."""
        return self.recovered / self.hours if self.minutes else float("nan")


def replay(
    start: Start,
    policy: Policy | Prepared | str = HOUSE,
    *,
    days: int = 60,
    minutes_per_day: float | None = None,
    name: str | None = None,
) -> Replay:
    """Work a practice for some days in the order of a policy, and count what came of it.

    Parameters
    ----------
    start : morning of the first day, see :func:`arlab.simulate.make_start`
    policy : a function from (open items, day) to an order, a prepared policy, or ``"house"``
    days : number of working days
    minutes_per_day : minutes of the whole team each working day, shared as the team's own minutes are; the team's
        own minutes when left out
    name : what the policy is called in messages and results

    Raises
    ------
    SettingsError
        when there are not so many working days, or the minutes are no number from 0.
    InputRefused
        when the policy's answer is no order.
    """
    found, _ = _worked(start, policy, days=days, minutes_per_day=minutes_per_day, name=name)
    return found


@uncollected()
def _worked(
    start: Start,
    policy: Policy | Prepared | str,
    *,
    days: int,
    minutes_per_day: float | None,
    name: str | None,
) -> tuple[Replay, World]:
    """Return what came of the days, and the desk after them."""
    numbers = start.working_days(days)
    minutes = team_minutes(start, minutes_per_day)
    called = str(name or (policy if isinstance(policy, str) else getattr(policy, "__name__", "policy")))
    queue: DayQueue | None = None
    if isinstance(policy, str):
        if policy != HOUSE:
            raise SettingsError(f"There is no way of working called '{policy}': use '{HOUSE}' or a policy.")
    elif not (callable(policy) or isinstance(policy, Prepared)):
        raise SettingsError(f"A policy must be a function of (open items, day), not {policy!r}.")
    else:
        appeal_from = start.world.appeal_from
        queue = DayQueue(
            start.facts, start.past.copied(), name=called, hold=start.hold, appeal_from=appeal_from
        )
        queue.policy = policy.make(start, queue) if isinstance(policy, Prepared) else policy
    world = start.desk(until=numbers[-1], queue=queue, minutes=minutes)
    everybody = _everybody(world, queue, numbers[-1])
    waiting = []
    for day in numbers:
        if queue is not None:
            team = zip(world.left, world.minutes, strict=True)
            today = sum(max(min(left, 0.0) + own[day], 0.0) for left, own in team)
            queue.begin(world, day, start.date_of(day), today)
        step(world, day)
        waiting.append(len(world.queue.waiting()))
    return _counted(start, world, everybody, numbers, waiting, called), world


def team_minutes(start: Start, per_day: float | None) -> list[list[float]] | None:
    """Return the minutes of each biller by day; None for the practice's own."""
    if per_day is None:
        return None
    if not isinstance(per_day, (int, float)) or isinstance(per_day, bool) or not 0 <= per_day < np.inf:
        raise SettingsError(f"minutes_per_day must be a number from 0, not {per_day!r}.")
    team = np.array([one.minutes_per_day for one in start.opening.scenario.team], dtype=np.float64)
    share = team / team.sum() if team.sum() else np.full(len(team), 1 / len(team))
    return np.repeat(share[:, None] * per_day, len(start.world.due), axis=1).tolist()


def _everybody(world: World, queue: DayQueue | None, until: int) -> list[Item]:
    """Return every item that waits or falls due in the days of the replay, each once, by claim."""
    waiting = list(queue.items.values()) if queue else [item for item, _ in world.queue.waiting()]
    due = [item for day in range(world.seen + 1, until + 1) for item in world.due[day]]
    return [
        item for _, item in sorted({item.claim: item for item in (*waiting, *world.left_alone, *due)}.items())
    ]


def _counted(
    start: Start, world: World, everybody: list[Item], numbers: list[int], waiting: list[int], name: str
) -> Replay:
    """Return the figures of a replay from the log and the outcomes of the desk."""
    log = np.array(world.actions, dtype=np.int64).reshape(-1, 10)
    claim, day, action, minutes, session = (log[:, column] for column in (0, 1, 3, 5, 7))
    worth, outcomes = start.worth, world.outcomes
    tried = (action >= Action.CORRECTED_CLAIM) & (action < Action.WRITE_OFF)
    # A claim that is won is won by the last thing that was tried on it.
    last = np.zeros(len(log), dtype=bool)
    at = np.flatnonzero(tried)
    _, from_end = np.unique(claim[at][::-1], return_index=True)
    last[at[len(at) - 1 - from_end]] = True
    won = last & (outcomes.end[claim] == End.WON)
    filed = (action == Action.RESUBMIT) & ~world.days.answers.late[claim]
    cents = np.where(won, worth.denied[claim], 0) + np.where(filed, worth.first[claim], 0)
    cash = np.where(won, worth.denied_cash[claim], 0) + np.where(filed, worth.first_cash[claim], 0)
    likely = np.where(filed, worth.first[claim], 0).astype(np.float64)
    likely[at] = _chances(start, everybody, log[at]) * worth.denied[claim[at]]

    state = state_of(everybody)
    lost = _lost(start, world, state, numbers)
    live = _still_open(world, everybody, state, numbers[-1])
    expected = np.where(
        (state["phase"] == Phase.DENIED) & (state["late"] == 0),
        start.facts.at_stake[state["claim"].astype(np.int64)],
        start.facts.asked[state["claim"].astype(np.int64)],
    )
    place = np.searchsorted(numbers, day)
    daily = pd.DataFrame(
        {
            "date": pd.to_datetime([start.date_of(one) for one in numbers]),
            "recovered": np.bincount(place, weights=cents, minlength=len(numbers)) / 100,
            "minutes": np.bincount(place, weights=minutes, minlength=len(numbers)).astype(np.int64),
            "touches": np.bincount(
                np.searchsorted(numbers, np.unique(day * len(worth.first) + claim) // len(worth.first)),
                minlength=len(numbers),
            ),
            "backlog": np.array(waiting, dtype=np.int64),
        }
    )
    return Replay(
        policy=name,
        start=start.date,
        days=len(numbers),
        recovered=int(cents.sum()) / 100,
        cash=int(cash.sum()) / 100,
        likely=round(float(likely.sum())) / 100,
        lost=int(lost) / 100,
        touches=int(daily["touches"].sum()),
        sessions=len(np.unique(session)),
        minutes=int(minutes.sum()),
        setup_minutes=int(minutes.sum() - MINUTES[action].sum()),
        backlog_items=int(live.sum()),
        backlog_dollars=int(expected[live].sum()) / 100,
        daily=daily,
    )


def _chances(start: Start, everybody: list[Item], tries: Ints) -> Floats:
    """Return the true chance of each try, from its row in the action log."""
    item_of = {item.claim: item for item in everybody}
    state = state_of([item_of[claim] for claim in tries[:, 0].tolist()])
    skill = np.array(start.world.skills)[tries[:, 2]]
    state |= {"attempt": tries[:, 6].astype(np.float64), "phase": np.full(len(tries), float(Phase.DENIED))}
    return true_chance(state, tries[:, 3], tries[:, 1], skill)


def _lost(start: Start, world: World, state: State, numbers: list[int]) -> float:
    """Return the cents at stake in claims whose last remedy ended in these days before anybody tried anything."""
    last = last_deadlines(world.days, state, appeal_from=world.appeal_from)
    claim = state["claim"].astype(np.int64)
    ended = (last >= numbers[0] - 1) & (last < numbers[-1]) & (state["attempt"] == 0)
    ended &= (world.outcomes.end[claim] != End.WON) & (world.outcomes.end[claim] != End.PAID)
    value = np.where(
        state["phase"] == Phase.UNANSWERED, start.facts.asked[claim], start.facts.at_stake[claim]
    )
    return float(value[ended].sum())


def _still_open(world: World, everybody: list[Item], state: State, day: int) -> Flags:
    """Return which items wait at the end of a day with something left to do about them."""
    moves = next_moves(world.days, state, day, appeal_from=world.appeal_from)
    elsewhere = {item.claim for later in world.due[day + 1 :] for item in later}
    here = ~np.isin(state["claim"], list(elsewhere)) & (state["phase"] < Phase.DONE)
    return here & (moves.action != Action.STATUS_CHECK) & (moves.action < Action.WRITE_OFF)


def need_minutes(start: Start, *, days: int = 60) -> int:
    """Return the minutes it takes to do everything that can bring money on the day it comes up.

    That is a replay with people without end who do no status checks and no closing: every remedy that is live and
    every claim that the payer has not got, with the set-up of their sessions.
    """

    def all_that_pays(items: pd.DataFrame, day: dt.date) -> Ints:
        remedy = items["remedy"].cat.codes.to_numpy()
        return np.flatnonzero((remedy != Action.STATUS_CHECK) & (remedy < Action.WRITE_OFF))

    return replay(start, all_that_pays, days=days, minutes_per_day=_NO_END).minutes
