"""How much could the best order have recovered at most?

An upper bound by prices: minutes of each week get a price, every claim then chooses alone what it would do if it
had to pay for its minutes, and what the team's minutes are worth at these prices is added. No order of work can
bring more in expectation, whatever the prices are; they are chosen to make the bound small. It finds no order.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Final

import numpy as np
import numpy.typing as npt

from arlab.simulate.moves import CLAIM_ACTIONS, FOREVER, State, next_moves, state_of, true_chance
from arlab.simulate.replay import team_minutes
from arlab.simulate.start import Start
from arlab.synth.chances import MINUTES, Action
from arlab.synth.desk import ATTEMPTS, Channel, Item, Phase
from arlab.synth.world import MOST, SETUP_MINUTES, World, meet_answer

__all__ = ["Bound", "upper_bound"]

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

WEEK: Final = 5  # working days that share one price
_ROUNDS: Final = 25
_STEP: Final = 0.6  # how boldly prices follow the first rounds' demand
_RUN_OVER: Final = 45.0  # minutes by which a person may end a day late: the longest action and its set-up


@dataclasses.dataclass(frozen=True)
class Bound:
    """An upper bound on what a replay can recover.

    Parameters
    ----------
    dollars : the bound
    prices : dollars for a minute of each week, the value of one minute more
    minutes : minutes of the team in each week
    """

    dollars: float
    prices: Floats
    minutes: Floats


@dataclasses.dataclass(frozen=True)
class _Stage:
    """What can be done about each claim in each week, at one stage of its life; all are claim x week.

    ``gain`` is chance times dollars, ``stay`` the chance that it fails, ``then`` the first week of the next stage
    (the number of weeks where there is none) and ``after`` which stage that is.
    """

    gain: Floats
    stay: Floats
    minutes: Floats
    then: Ints
    after: Ints


_FIRST, _CORRECTED, _APPEALED, _OVER = range(4)


def upper_bound(
    start: Start, *, days: int = 60, minutes_per_day: float | None = None, clairvoyant: bool = False
) -> Bound:
    """Return what no order of work can beat in these days.

    Parameters
    ----------
    start, days, minutes_per_day : as for :func:`arlab.simulate.replay`
    clairvoyant : whether every outcome is known beforehand, instead of its true chance: a knapsack that holds only
        what will be won

    Notes
    -----
    What is relaxed, each time in favour of the best order: a claim may be worked in part; a session is as full as
    it can be, so that its set-up is shared by as many claims as it holds; what is done in a week is done on the
    first day of it that the claim allows; a second appeal never expires. What is kept: nothing is worked before it
    comes, or after its remedy has ended; a second try waits for the answer to the first and has the chance that is
    left.

    The dual of this fluid problem is a sum over claims once minutes have a price: it is solved claim by claim
    (Lagrangian relaxation: Bertsimas and Tsitsiklis, Introduction to Linear Optimization, 1997, chapter 11).
    """
    numbers = np.array(start.working_days(days))
    world = start.desk(until=int(numbers[-1]), minutes=team_minutes(start, minutes_per_day))
    weeks = [numbers[at : at + WEEK] for at in range(0, len(numbers), WEEK)]
    supply = np.array([np.array(world.minutes)[:, week].sum() for week in weeks])
    supply[0] += sum(min(left, 0.0) for left in world.left)
    supply[-1] += _RUN_OVER * len(world.left)
    groups = [
        _denied_claims(start, world, weeks, clairvoyant),
        _lost_claims(start, world, weeks, clairvoyant),
    ]
    stages = tuple(_joined(parts) for parts in zip(*groups, strict=True))
    return _cheapest(stages, np.maximum(supply, 0.0), _RUN_OVER * len(world.left))


def _denied_claims(start: Start, world: World, weeks: list[Ints], clairvoyant: bool) -> tuple[_Stage, ...]:
    """Return the stages of claims that are denied, or will be by an answer that is on its way."""
    ready, items = [], []
    for item, day in _coming(world, int(weeks[-1][-1])):
        if item.phase == Phase.UNANSWERED and not item.unknown and item.post_day >= 0:
            day = max(day, item.post_day)
            meet_answer(world, item)
        if item.phase == Phase.DENIED:
            ready.append(day)
            items.append(item)
    return _stages(start, world, items, np.array(ready, dtype=np.int64), weeks, clairvoyant)


def _coming(world: World, until: int) -> list[tuple[Item, int]]:
    """Return every item that waits or comes, with the day from which it can be worked."""
    waiting = [(item, 0) for item, _ in world.queue.waiting()] + [(item, 0) for item in world.left_alone]
    return waiting + [(item, day) for day in range(world.seen + 1, until + 1) for item in world.due[day]]


def _stages(
    start: Start,
    world: World,
    items: list[Item],
    ready: Ints,
    weeks: list[Ints],
    clairvoyant: bool,
    *,
    fresh: bool = False,
) -> tuple[_Stage, ...]:
    """Return the three stages of denied items; ``fresh`` ones neither age nor miss a deadline."""
    state = state_of(items)
    claim = state["claim"].astype(np.int64)
    payer = state["payer"].astype(np.int64)
    dollars = start.worth.denied[claim] / 100
    second = np.array(world.days.appeal_2)[payer] > 0
    corrected = state | {"corrected": np.ones(len(items)), "attempt": state["attempt"] + 1}
    appealed = state | {
        "corrected": np.ones(len(items)),
        "attempt": state["attempt"] + 1,
        "appeal_1_due": np.full(len(items), -1.0),
        "appeal_2_due": np.where(second, float(FOREVER), -1.0),
    }
    shape = (len(items), len(weeks))
    found = []
    for stage, now in enumerate((state, corrected, appealed)):
        gain, stay, minutes = np.zeros(shape), np.ones(shape), np.ones(shape)
        then, after = np.full(shape, len(weeks)), np.full(shape, _OVER)
        for week, days in enumerate(weeks):
            # The first working day of the week on which the claim is there.
            place = np.searchsorted(days, ready) if stage == _FIRST else np.zeros(len(items), dtype=np.int64)
            for offset, day in enumerate(days.tolist()):
                at = np.flatnonzero(place == offset)
                if len(at):
                    rows = {name: values[at] for name, values in now.items()}
                    made = _tries(
                        start,
                        world,
                        rows,
                        day,
                        fresh=fresh,
                        clairvoyant=clairvoyant,
                        later=stage == _APPEALED,
                    )
                    chance, gain_minutes, action, answer = made
                    gain[at, week] = chance * dollars[at]
                    stay[at, week] = 1 - chance
                    minutes[at, week] = gain_minutes
                    then[at, week] = np.searchsorted([one[-1] for one in weeks], answer)
                    claims_again = np.isin(action, CLAIM_ACTIONS)
                    after[at, week] = np.where(
                        claims_again, _CORRECTED, np.where(action == Action.APPEAL_1, _APPEALED, _OVER)
                    )
        found.append(_Stage(gain, stay, minutes, then, after))
    return tuple(found)


def _tries(
    start: Start, world: World, state: State, day: int, *, fresh: bool, clairvoyant: bool, later: bool
) -> tuple[Floats, Floats, Ints, Ints]:
    """Return chance, minutes, action and day of the answer, should it fail, of working items on a day."""
    days, latent = world.days, start.latent
    if fresh:
        due = np.where(state["appeal_1_due"] >= 0, float(FOREVER), -1.0)
        state = state | {"pay_day": np.full(len(due), float(day)), "appeal_1_due": due}
        state = state | {"correct_due": np.full(len(due), float(FOREVER))}
    moves = next_moves(days, state, day, appeal_from=world.appeal_from)
    action, payer = moves.action, state["payer"].astype(np.int64)
    chance = true_chance(state, action, day, max(start.world.skills))
    claim = state["claim"].astype(np.int64)
    attempt = np.minimum(state["attempt"], ATTEMPTS - 1).astype(np.int64)
    if clairvoyant:
        luck = latent.luck[claim, attempt]
        if later:  # an appeal may be the second or the third try: the better luck counts
            luck = np.minimum(luck, latent.luck[claim, np.minimum(attempt + 1, ATTEMPTS - 1)])
        chance = (luck < chance).astype(np.float64)
    received, remits = days.tomorrow[day], start.opening.days
    lag = latent.denied_lag[claim, attempt] + remits.extra[payer, received]
    posted = remits.post(payer, remits.pay(payer, received + lag))
    decided = start.opening.calendar.roll(day + latent.decision_lag[claim, attempt])
    answer = np.where(np.isin(action, CLAIM_ACTIONS), posted, decided)
    letters = np.where(np.array(days.channel)[payer] == Channel.PORTAL, Channel.PORTAL, Channel.FAX)
    by = np.where(
        np.isin(action, (Action.CORRECTED_CLAIM, Action.REBILL_OTHER_PAYER)), Channel.CLEARINGHOUSE, letters
    )
    setup = np.array([SETUP_MINUTES[int(one)] for one in Channel])[by] / MOST
    return chance, moves.minutes + setup, action, answer


def _lost_claims(start: Start, world: World, weeks: list[Ints], clairvoyant: bool) -> tuple[_Stage, ...]:
    """Return the stages of claims that the payer has not got: sent again, they bring what it pays at first."""
    days, last = world.days, int(weeks[-1][-1])
    found = [
        (item, day) for item, day in _coming(world, last) if item.phase == Phase.UNANSWERED and item.unknown
    ]
    claim = np.array([item.claim for item, _ in found], dtype=np.int64)
    ready = np.array([day for _, day in found], dtype=np.int64)
    state = state_of([item for item, _ in found])
    payer = state["payer"].astype(np.int64)
    shape = (len(found), len(weeks))
    gain = np.zeros(shape)
    for week, numbers in enumerate(weeks):
        place = np.minimum(np.searchsorted(numbers, ready), len(numbers) - 1)
        here = ready <= numbers[-1]
        arrives = np.array(days.tomorrow)[numbers[place]]
        in_time = arrives - state["service"] <= np.array(days.filing)[payer]
        gain[:, week] = np.where(here & in_time, start.worth.first[claim] / 100, 0.0)
    first, last_day = int(weeks[0][0]), last
    phone = np.array(days.channel)[payer] == Channel.PHONE
    waits = np.array(days.hold)[:, first : last_day + 1]
    hold = (waits.min(axis=1) if clairvoyant else waits.mean(axis=1))[payer]
    setup = np.where(
        phone,
        (SETUP_MINUTES[Channel.PHONE] + hold) / np.array(days.claims_per_call)[payer],
        SETUP_MINUTES[Channel.PORTAL] / MOST,
    )
    minutes = np.repeat(
        (MINUTES[Action.STATUS_CHECK] + MINUTES[Action.RESUBMIT] + setup)[:, None], len(weeks), axis=1
    )
    over = np.full(shape, len(weeks)), np.full(shape, _OVER)
    sent = _Stage(gain, np.ones(shape), minutes, *over)
    none = _Stage(np.zeros(shape), np.ones(shape), np.ones(shape), *over)
    # What the payer then denies counts as a claim of its own, fresh from the day on which it could be answered.
    denied = [(item, day) for item, day in found if int(days.answers.decisions.code[item.claim]) >= 0]
    for item, day in denied:
        days.receive(item, max(day, first), days.tomorrow[max(day, first)])
        item.unknown = False
        meet_answer(world, item)
    still = [(item, day) for item, day in denied if item.phase == Phase.DENIED and not item.late]
    answered = np.array([item.post_day for item, _ in still], dtype=np.int64)
    later = _stages(start, world, [item for item, _ in still], answered, weeks, clairvoyant, fresh=True)
    return tuple(_joined(pair) for pair in zip((sent, none, none), later, strict=True))


def _joined(parts: Sequence[_Stage]) -> _Stage:
    """Return the stages of several groups of claims as one."""
    return _Stage(
        *[np.concatenate([getattr(part, one.name) for part in parts]) for one in dataclasses.fields(_Stage)]
    )


def _cheapest(stages: tuple[_Stage, ...], supply: Floats, run_over: float) -> Bound:
    """Return the smallest bound found: prices rise where more is asked for than there is, and fall elsewhere."""
    weeks = len(supply)
    total = float(supply.sum())
    low, high = 0.0, float(max((stage.gain / stage.minutes).max(initial=0.0) for stage in stages))
    for _ in range(18):
        middle = (low + high) / 2
        _, asked = _chosen(stages, np.full(weeks, middle))
        low, high = (middle, high) if asked.sum() > total else (low, middle)
    prices = np.full(weeks, high)
    best = Bound(np.inf, prices, supply)
    usual = max(
        high, float(np.mean(stages[_FIRST].gain / stages[_FIRST].minutes)) if len(stages[0].gain) else 0.0
    )
    for attempt in range(_ROUNDS):
        value, asked = _chosen(stages, prices)
        dollars = value + float(prices @ supply) + run_over * float(np.abs(np.diff(prices)).sum())
        if dollars < best.dollars:
            best = Bound(dollars, prices, supply)
        excess = np.clip((asked - supply) / max(total / weeks, 1e-9), -1, 1)
        prices = np.maximum(prices + _STEP * usual / (1 + attempt / 4) * excess, 0.0)
    return best


def _chosen(stages: tuple[_Stage, ...], prices: Floats) -> tuple[float, Floats]:
    """Return what claims are worth beyond the price of their minutes, and the minutes they ask for, by week."""
    count, weeks = stages[0].gain.shape
    worth = np.zeros((4, count, weeks + 1))  # of being at a stage from a week on
    works = np.zeros((3, count, weeks), dtype=bool)  # rather than waiting
    every = np.arange(count)
    for stage in (_APPEALED, _CORRECTED, _FIRST):
        at = stages[stage]
        for week in range(weeks - 1, -1, -1):
            later = worth[at.after[:, week], every, at.then[:, week]]
            now = at.gain[:, week] - at.minutes[:, week] * prices[week] + at.stay[:, week] * later
            works[stage, :, week] = now > worth[stage, :, week + 1]
            worth[stage, :, week] = np.maximum(now, worth[stage, :, week + 1])
    asked = np.zeros(weeks)
    here = np.zeros((4, count, weeks + 1))
    here[_FIRST, :, 0] = 1.0
    for week in range(weeks):
        for stage in (_FIRST, _CORRECTED, _APPEALED):
            at, mass = stages[stage], here[stage, :, week]
            worked = np.where(works[stage, :, week], mass, 0.0)
            asked[week] += float(worked @ at.minutes[:, week])
            here[stage, :, week + 1] += mass - worked
            np.add.at(here, (at.after[:, week], every, at.then[:, week]), worked * at.stay[:, week])
    return float(worth[_FIRST, :, 0].sum()), asked
