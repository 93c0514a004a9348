"""What happens on one working day: which unpaid claims are worked, and how do they come out?

``step`` is one day of the follow-up desk. Work happens in sessions: one login, or one call with its wait, serves
several claims of one payer. What an item is like inside (its luck, its documentation, the payer's delays) was
drawn before; what is done, when and by whom decides how much of it counts. A remedy that has expired recovers
nothing. Patients are not worked here.
"""

from __future__ import annotations

import dataclasses
from typing import Final

from arlab.synth.chances import BEST, FIT, MINUTES, Action, raw_chance
from arlab.synth.desk import (
    ATTEMPTS,
    NEVER,
    ActionRow,
    Channel,
    End,
    Finding,
    Item,
    Latent,
    Outcomes,
    Phase,
    Queue,
    channel_of,
)
from arlab.synth.payer_days import PayerDays

__all__ = [
    "HOPELESS",
    "LARGE",
    "MOST",
    "SETUP_MINUTES",
    "World",
    "let_in",
    "line_of",
    "meet_answer",
    "next_action",
    "step",
]

NEXT_CHECK: Final = 21  # days until a claim in process is looked up again
SETUP_MINUTES: Final[dict[int, int]] = {
    Channel.PORTAL: 3, Channel.PHONE: 2, Channel.CLEARINGHOUSE: 2, Channel.FAX: 4, Channel.INTERNAL: 0
}  # fmt: skip
"""Minutes that a session takes before its first claim; on the telephone the wait comes on top."""
APPROVAL: Final = 3  # a write-off is approved in this part of the time that a forgotten item lies about
MOST: Final = 40  # claims in one session without a telephone
HOPELESS, LARGE = 0.30, 40_000  # chance and cents below which no letter is written, unless the sum is large
_PROMISES: Final = 0.4  # of calls about claims in process
_PROMISED_IN: Final = 16  # days
_MINUTES: Final = [int(minutes) for minutes in MINUTES]
_FIT: Final = [[float(value) for value in row] for row in FIT]
_UNANSWERED, _DENIED, _DONE, _GIVEN_UP = Phase  # plain names: they are looked at for every item and day
_CLAIM_ACTIONS: Final = (Action.CORRECTED_CLAIM, Action.RECORDS_SENT, Action.REBILL_OTHER_PAYER)


@dataclasses.dataclass
class World:
    """The follow-up desk of one practice.

    Parameters
    ----------
    days : what calendars and payers do
    latent : what is true of each claim from the start
    queue : items that wait for work, in the order of the house
    skills, minutes : per biller: factor on chances, and minutes by day
    triage : whether items that the house leaves alone stay out of the queue
    appeal_from : cents of expected recovery below which no appeal is filed
    left_alone : denied items that the house decided not to work
    """

    days: PayerDays
    latent: Latent
    queue: Queue
    skills: list[float]
    minutes: list[list[float]]
    triage: bool
    appeal_from: float
    outcomes: Outcomes
    due: list[list[Item]]
    sweeps: list[list[tuple[Item, int]]]
    left: list[float] = dataclasses.field(default_factory=list)
    actions: list[ActionRow] = dataclasses.field(default_factory=list)
    sent: list[tuple[int, int, int, int, int]] = dataclasses.field(default_factory=list)
    denied_again: list[tuple[int, int, int, int]] = dataclasses.field(default_factory=list)
    appeals: list[tuple[int, int, int, int, bool]] = dataclasses.field(default_factory=list)
    left_alone: list[Item] = dataclasses.field(default_factory=list)
    seen: int = -1
    sessions: int = 0


def step(world: World, day: int) -> None:
    """Work one day: let in what has become due, clean up on Mondays, then hold sessions while minutes last.

    A session may run over; what it runs over is missing the next day.
    """
    for number in range(world.seen + 1, day + 1):
        for item in world.due[number]:
            let_in(world, item, day)
        world.due[number] = []
    if world.days.weekday[day] == 0:
        _clean_up(world, day)
    world.seen = day
    for biller in _turns(len(world.skills), day):
        world.left[biller] = min(world.left[biller], 0.0) + world.minutes[biller][day]
        while world.left[biller] > 0:
            line = world.queue.first_line()
            if line is None:
                break
            world.left[biller] -= _hold_session(world, biller, line, day)


def _turns(count: int, day: int) -> list[int]:
    """Return who chooses first today: everyone in turn."""
    first = day % count
    return [*range(first, count), *range(first)]


def let_in(world: World, item: Item, day: int) -> None:
    """Put an item into the queue, or meet its answer, or leave it alone as the house would."""
    if item.phase == _DONE:
        return
    if item.phase == _GIVEN_UP:
        finish(world, item, End(item.ends_as[0]), day, item.ends_as[1])
        return
    if item.phase == _UNANSWERED and not item.unknown and 0 <= item.post_day <= day:
        meet_answer(world, item)
        if item.phase >= _DONE or item.post_day > day:
            return
    _plan_sweep(world, item)
    if item.phase == _DENIED and world.triage and not item.worked_by_house:
        world.left_alone.append(item)
        return
    world.queue.put(item, line_of(world, item))


def line_of(world: World, item: Item) -> int:
    """Return the channel in whose line an item waits."""
    payer_channel = world.days.channel[item.payer]
    if item.phase == _UNANSWERED:
        return payer_channel
    if item.low_value:
        return int(Channel.INTERNAL)
    return channel_of(item.wanted if item.attempt == 0 else Action.APPEAL_1, payer_channel)


def _schedule(world: World, item: Item, day: int) -> None:
    """Let an item in on a day; days beyond the simulated time never come."""
    if day < len(world.due):
        world.due[max(day, world.seen + 1)].append(item)


def _plan_sweep(world: World, item: Item) -> None:
    """Note when the manager's review gives the item up unless something changes before."""
    item.changes += 1
    if item.phase == _DENIED:
        last = max(item.correct_due, item.appeal_1_due, item.appeal_2_due, item.post_day)
        day = item.post_day if item.low_value else last + item.cleanup + 1
    elif item.unknown:
        day = item.service + world.days.filing[item.payer] + item.cleanup + 1
    else:
        return
    if day < len(world.sweeps):
        world.sweeps[max(day, world.seen + 1)].append((item, item.changes))


def _clean_up(world: World, day: int) -> None:
    """Write off what is not worth the work, and what has had no remedy for long: the manager's review."""
    for number in range(max(0, day - 13), day + 1):
        for item, changes in world.sweeps[number]:
            if item.phase >= _DONE or item.changes != changes:
                continue
            finding = Finding.PAST_LIMIT
            if item.phase == _DENIED and item.low_value:
                finding = Finding.LOW_VALUE
            patient = item.patient_group and item.phase == _DENIED and not item.late
            gives_up = finding == Finding.LOW_VALUE or not patient
            finish(world, item, End.WRITTEN_OFF if gives_up else End.TO_PATIENT, day, finding)
        world.sweeps[number] = []


def _hold_session(world: World, biller: int, line: tuple[int, int], day: int) -> float:
    """Work claims of one payer by one channel until the call is full, the line empty or the day over."""
    payer, channel = line
    spent = float(SETUP_MINUTES[channel])
    most = MOST
    if channel == Channel.PHONE:
        spent += world.days.hold[payer][day]
        most = world.days.claims_per_call[payer]
    left, served, setup = world.left[biller], 0, spent
    world.sessions += 1
    while served < most and (served == 0 or spent < left):
        item = world.queue.take(line)
        if item is None:
            break
        if item.phase == _UNANSWERED and not item.unknown and 0 <= item.post_day <= day:
            let_in(world, item, day)  # the answer has come meanwhile: nobody need look for it
            continue
        rows = len(world.actions)
        spent += _touch(world, item, biller, channel, day)
        if served == 0:  # what the session took to begin is written with its first action
            row = world.actions[rows]
            world.actions[rows] = (*row[:5], row[5] + round(setup), *row[6:])
        served += 1
    return spent if served else 0.0


def _log(
    world: World,
    item: Item,
    biller: int,
    channel: int,
    day: int,
    action: int,
    finding: int,
    promise: int = NEVER,
) -> float:
    minutes = _MINUTES[action]
    where = Channel.INTERNAL if action >= Action.WRITE_OFF else channel
    world.actions.append(
        (item.claim, day, biller, action, finding, minutes, item.attempt, world.sessions, int(where), promise)
    )
    return minutes


def _touch(world: World, item: Item, biller: int, channel: int, day: int) -> float:
    """Do the next thing about an item and return the minutes it took."""
    if item.phase == _UNANSWERED:
        return _check_status(world, item, biller, channel, day)
    action, finding = next_action(world, item, day)
    minutes = _log(world, item, biller, channel, day, action, finding)
    if finding == Finding.LOW_VALUE:
        finish(world, item, End.WRITTEN_OFF, day, finding)
    elif action >= Action.WRITE_OFF:
        _give_up(world, item, End.WRITTEN_OFF if action == Action.WRITE_OFF else End.TO_PATIENT, day, finding)
    else:
        item.changes += 1
        won = _wins(world, item, action, biller, day)
        if action in _CLAIM_ACTIONS:
            _send_claim(world, item, action, won, day)
        else:
            _file_appeal(world, item, action, won, day)
        item.attempt += 1
    return minutes


def _give_up(world: World, item: Item, end: End, day: int, finding: int) -> None:
    """Ask for an item to be written off or moved: it stays open until somebody approves."""
    item.phase, item.ends_as = _GIVEN_UP, (int(end), int(finding))
    item.changes += 1
    _schedule(world, item, world.days.roll[day + item.cleanup // APPROVAL])


def _wins(world: World, item: Item, action: int, biller: int, day: int) -> bool:
    """Return whether the action brings the money."""
    quality = item.quality * world.skills[biller] * _FIT[item.wanted][action]
    chance = raw_chance(item.base, quality, float(day - item.pay_day), float(item.attempt))
    return bool(world.latent.luck[item.claim, min(item.attempt, ATTEMPTS - 1)] < min(chance, BEST))


def _check_status(world: World, item: Item, biller: int, channel: int, day: int) -> float:
    """Look up a claim that has had no answer; send it again when the payer does not know it."""
    days = world.days
    if not item.unknown:
        promise = NEVER
        if channel == Channel.PHONE and item.promise < _PROMISES:
            promise = days.roll[day + _PROMISED_IN]
        look_again = promise + 1 if promise >= 0 else day + NEXT_CHECK
        minutes = _log(world, item, biller, channel, day, Action.STATUS_CHECK, Finding.IN_PROCESS, promise)
        answered = 0 <= item.post_day <= look_again
        _schedule(world, item, item.post_day if answered else look_again)
        return minutes
    minutes = _log(world, item, biller, channel, day, Action.STATUS_CHECK, Finding.NOT_ON_FILE)
    received = days.tomorrow[day]
    if received - item.service > days.filing[item.payer] and not item.tries_anyway:
        minutes += _log(world, item, biller, channel, day, Action.WRITE_OFF, Finding.PAST_LIMIT)
        _give_up(world, item, End.WRITTEN_OFF, day, Finding.PAST_LIMIT)
        return minutes
    minutes += _log(world, item, biller, channel, day, Action.RESUBMIT, Finding.NOT_ON_FILE)
    item.unknown = False
    item.changes += 1
    world.sent.append((item.claim, item.payer, 1, day, received))
    days.receive(item, day, received)
    _schedule(world, item, item.post_day)
    return minutes


def meet_answer(world: World, item: Item) -> None:
    """Turn an answered claim into a denied item, or let it go when nothing is denied."""
    days = world.days
    if item.code < 0:
        finish(world, item, End.PAID, item.post_day, NEVER)
        return
    item.phase = _DENIED
    start, payer = item.pay_day, item.payer
    item.correct_due = start + days.corrected[payer]
    if item.unprocessable:
        # An unprocessable claim was never filed: only the filing limit counts, and there is nothing to appeal.
        item.correct_due = item.service + days.filing[payer]
    elif item.wanted == Action.REBILL_OTHER_PAYER:
        item.correct_due = item.service + days.filing[item.right_payer]
    if item.appealable and not item.unprocessable:
        item.appeal_1_due = start + days.appeal_1[payer]


def next_action(world: World, item: Item, day: int) -> tuple[Action, Finding]:
    """Return the next remedy that is still live for a denied item, or how the item ends."""
    days, payer = world.days, item.payer
    ends = Action.MOVE_TO_PATIENT if item.patient_group and not item.late else Action.WRITE_OFF
    if item.low_value:
        return Action.WRITE_OFF, Finding.LOW_VALUE
    if item.attempt >= ATTEMPTS:
        return ends, Finding.NO_REMEDY_LEFT
    arrives = day if days.postmarked[payer] else days.tomorrow[day]
    if item.wanted == Action.PROOF_OF_TIMELY_FILING:
        # Only the acceptance report undoes an untimely denial; when it shows late receipt, nothing does.
        if not item.late and item.attempt == 0 and arrives <= item.appeal_1_due:
            return Action.PROOF_OF_TIMELY_FILING, Finding.DENIED
    elif item.wanted != Action.APPEAL_1 and not item.corrected and arrives <= item.correct_due:
        return Action(item.wanted), Finding.DENIED
    elif arrives <= max(item.appeal_1_due, item.appeal_2_due):
        # The house appeals what is worth a letter and not hopeless: a second one finds the payer harder.
        first = arrives <= item.appeal_1_due
        hope = item.base if first else item.base / 2
        if days.reopens[
            payer
        ]:  # such a payer mends clerical errors without an appeal, and is firm about the rest
            hope *= 0.8 if item.wanted == Action.APPEAL_1 else 0.5
        if item.expected * hope < world.appeal_from or (hope < HOPELESS and item.expected < LARGE):
            return ends, Finding.NO_REMEDY_LEFT
        return Action.APPEAL_1 if first else Action.APPEAL_2, Finding.DENIED
    return ends, Finding.PAST_LIMIT if item.attempt == 0 else Finding.NO_REMEDY_LEFT


def _send_claim(world: World, item: Item, action: int, won: bool, day: int) -> None:
    """Send a corrected claim, the records asked for, or the claim to another payer, which decides in its time."""
    days = world.days
    payer = item.right_payer if action == Action.REBILL_OTHER_PAYER else item.payer
    attempt = min(item.attempt, ATTEMPTS - 1)
    received = days.tomorrow[day]
    lag = (world.latent.paid_lag if won else world.latent.denied_lag)[item.claim, attempt]
    pay_day, post_day = days.answer(payer, received, int(lag))
    item.corrected = True
    if action != Action.RECORDS_SENT:
        replaces = action == Action.CORRECTED_CLAIM and not item.unprocessable
        world.sent.append((item.claim, payer, 7 if replaces else 1, day, received))
    if won:
        _win(world, item, payer, pay_day, post_day)
        return
    world.denied_again.append((item.claim, payer, pay_day, post_day))
    _schedule(world, item, post_day)


def _file_appeal(world: World, item: Item, action: int, won: bool, day: int) -> None:
    """File an appeal or the proof of timely filing; a letter decides, a remittance pays."""
    days = world.days
    attempt = min(item.attempt, ATTEMPTS - 1)
    decided = days.roll[day + int(world.latent.decision_lag[item.claim, attempt])]
    real = action != Action.PROOF_OF_TIMELY_FILING
    level = 2 if action == Action.APPEAL_2 else 1
    if real:
        world.appeals.append((item.claim, level, day, decided, won))
    if won:
        pay_day, post_day = days.answer(item.payer, decided, int(world.latent.paid_lag[item.claim, attempt]))
        _win(world, item, item.payer, pay_day, post_day)
        return
    item.appeal_1_due = item.appeal_2_due = NEVER
    second = days.appeal_2[item.payer]
    if real and level == 1 and second > 0:
        item.appeal_2_due = decided + second
    _schedule(world, item, decided)


def _win(world: World, item: Item, payer: int, pay_day: int, post_day: int) -> None:
    """Note that a payer pays after all."""
    finish(world, item, End.WON, post_day, NEVER)
    world.outcomes.end_pay_day[item.claim] = pay_day
    world.outcomes.end_payer[item.claim] = payer


def finish(world: World, item: Item, end: End, day: int, finding: int) -> None:
    """Take an item off the desk for good."""
    item.phase = _DONE
    world.outcomes.end[item.claim] = int(end)
    world.outcomes.end_day[item.claim] = day
    world.outcomes.end_finding[item.claim] = finding
