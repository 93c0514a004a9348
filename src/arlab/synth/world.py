"""What happens on one working day: which unpaid claims are worked, and how do they come out?

``step`` is one day of the follow-up desk: items in the order of the house, as many as the minutes allow. What an
item is like inside (its luck, its documentation, the payer's delays) was drawn before; what is done, and when,
decides how much of it counts. A remedy that has expired recovers nothing. Patients are not worked here.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from arlab.synth.desk import (
    ATTEMPTS,
    FAR,
    MINUTES,
    NEVER,
    Action,
    End,
    Finding,
    Phase,
    World,
    finish,
    is_unprocessable,
    meet_answers,
)
from arlab.synth.rulebook import GROUPS

__all__ = ["step"]

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

_NEXT_CHECK: Final = 21  # days until a claim in process is looked up again
# Of the chance of recovery, for each 30 days of age (the shape only; domain sheet, section 10).
_DECAY: Final = 0.9
_LATER_TRIES: Final = 0.65  # of the chance, for each try that failed
_PROOF_WINS: Final = 0.93  # the acceptance report shows that the payer is wrong


def step(world: World, day: int, minutes: float) -> None:
    """Work one day: take items by the house order until the minutes are used.

    Unused minutes carry over up to a day's worth, or to what one long item takes where a day is shorter.
    """
    active = world.active
    due = active[world.ready[active] <= day]
    # An answer that has come in the meantime needs nobody to look for it.
    waiting = (world.phase[due] == Phase.UNANSWERED) & ~world.unknown[due]
    meet_answers(world, due[waiting & (world.answers.post_day[due] <= day)])
    due = due[world.phase[due] != Phase.DONE]
    budget = minutes + min(world.minutes_left, max(minutes, float(MINUTES.max())))
    if len(due):
        key = -world.expected[due] if world.scenario.house_order == "largest" else world.ready[due]
        queue = due[np.argsort(key, kind="stable")]
        spent = np.cumsum(world.cost[queue])
        taken = queue[: int(np.searchsorted(spent, budget, side="right"))]
        if len(taken):
            budget -= float(spent[len(taken) - 1])
            staff = np.arange(len(taken)) % world.scenario.staff
            unanswered = world.phase[taken] == Phase.UNANSWERED
            _check_status(world, taken[unanswered], staff[unanswered], day)
            _work_denials(world, taken[~unanswered], staff[~unanswered], day)
    world.minutes_left = budget
    if day + 1 < world.calendar.length and world.calendar.weekday[day] == 0:
        _clean_up(world, day)
        world.active = active[world.phase[active] != Phase.DONE]


def _clean_up(world: World, day: int) -> None:
    """Write off what is not worth the work, and what has had no remedy for long: the manager's review."""
    active = world.active
    item = active[(world.phase[active] != Phase.DONE) & (world.ready[active] <= day)]
    payers, payer = world.rules.payers, world.answers.payer[item]
    filing_due = world.answers.service_day[item] + payers.filing_days[payer]
    denied = world.phase[item] == Phase.DENIED
    last = np.maximum.reduce([world.correct_due[item], world.appeal_1_due[item], world.appeal_2_due[item]])
    last = np.where(denied, last, np.where(world.unknown[item], filing_due, FAR))
    low = denied & (world.expected[item] < world.scenario.small_balance * 100)
    finish(world, item[low], End.WRITTEN_OFF, day, Finding.LOW_VALUE)
    gone = item[~low & (np.maximum(last, world.answers.post_day[item]) + world.latent.cleanup[item] < day)]
    patient = (world.answers.decisions.group[gone] == GROUPS.index("PR")) & (
        world.phase[gone] == Phase.DENIED
    )
    patient &= ~world.answers.late[gone]
    for which, end in ((patient, End.TO_PATIENT), (~patient, End.WRITTEN_OFF)):
        finish(world, gone[which], end, day, Finding.PAST_LIMIT)


def _log(world: World, claim: Ints, staff: Ints, day: int, action: Ints | int, finding: Ints | int) -> None:
    world.action_log.add(
        claim=claim,
        day=day,
        staff=staff,
        action=action,
        finding=finding,
        minutes=MINUTES[action],
        attempt=world.attempt[claim],
    )


def _check_status(world: World, claim: Ints, staff: Ints, day: int) -> None:
    """Look up claims that have had no answer; send those again that the payer does not know."""
    if not len(claim):
        return
    unknown = world.unknown[claim]
    _log(
        world,
        claim,
        staff,
        day,
        Action.STATUS_CHECK,
        np.where(unknown, Finding.NOT_ON_FILE, Finding.IN_PROCESS),
    )

    slow = claim[~unknown]
    world.ready[slow] = day + _NEXT_CHECK
    meet_answers(world, slow[world.answers.post_day[slow] <= day + _NEXT_CHECK])

    lost, staff = claim[unknown], staff[unknown]
    if not len(lost):
        return
    payers, payer = world.rules.payers, world.answers.payer[lost]
    tomorrow = world.calendar.plus_working(np.full(len(lost), day), 1)
    past = tomorrow - world.answers.service_day[lost] > payers.filing_days[payer]
    hopeless = past & ~world.latent.tries_anyway[lost]
    _log(world, lost[hopeless], staff[hopeless], day, Action.WRITE_OFF, Finding.PAST_LIMIT)
    finish(world, lost[hopeless], End.WRITTEN_OFF, day, Finding.PAST_LIMIT)

    again, received = lost[~hopeless], tomorrow[~hopeless]
    _log(world, again, staff[~hopeless], day, Action.RESUBMIT, Finding.NOT_ON_FILE)
    world.sent_log.add(
        claim=again,
        payer=world.answers.payer[again],
        submitted=day,
        received=received,
        accepted=world.calendar.plus_working(received, 1),
        touched=1,
    )
    world.unknown[again] = False
    world.answers.receive(again, np.full(len(again), day), received)
    meet_answers(world, again)


def _work_denials(world: World, claim: Ints, staff: Ints, day: int) -> None:
    """Take the next remedy that is still live for each denied item, or end the item."""
    if not len(claim):
        return
    action, finding = _next_action(world, claim, day)
    _log(world, claim, staff, day, action, finding)
    ended = action >= Action.WRITE_OFF
    for kind, end in ((Action.WRITE_OFF, End.WRITTEN_OFF), (Action.MOVE_TO_PATIENT, End.TO_PATIENT)):
        which = action == kind
        finish(world, claim[which], end, day, finding[which])
    claim, action = claim[~ended], action[~ended]
    if not len(claim):
        return
    attempt = np.minimum(world.attempt[claim], ATTEMPTS - 1)
    won = world.latent.luck[claim, attempt] < _chance(world, claim, action, day)
    by_claim = np.isin(action, [Action.CORRECTED_CLAIM, Action.RECORDS_SENT])
    _send_correction(world, claim[by_claim], action[by_claim], won[by_claim], day)
    _file_appeal(world, claim[~by_claim], action[~by_claim], won[~by_claim], day)
    world.attempt[claim] += 1


def _next_action(world: World, claim: Ints, day: int) -> tuple[Ints, Ints]:
    """Return the action for each denied item, and the finding that leads to it."""
    rules, code = world.rules, world.answers.code(claim)
    playbook = np.array(rules.denials.actions)[code]
    payer = world.answers.payer[claim]
    untimely = code == world.answers.decisions.late_code
    arrives = world.calendar.plus_working(np.full(len(claim), day), 1)
    counted = np.where(rules.payers.postmarked[payer], day, arrives)
    may_correct = ~world.corrected[claim] & (counted <= world.correct_due[claim]) & (playbook != "appeal")
    may_appeal_1 = counted <= world.appeal_1_due[claim]
    may_appeal_2 = counted <= world.appeal_2_due[claim]
    records = playbook == "send_records"
    # Only the acceptance report undoes an untimely denial; when it shows late receipt, nothing does.
    proof = untimely & may_appeal_1 & ~world.answers.late[claim] & (world.attempt[claim] == 0)
    low = world.expected[claim] < world.scenario.small_balance * 100
    action = np.select(
        [low, proof, untimely, may_correct & records, may_correct, may_appeal_1, may_appeal_2],
        [
            Action.WRITE_OFF,
            Action.PROOF_OF_TIMELY_FILING,
            Action.WRITE_OFF,
            Action.RECORDS_SENT,
            Action.CORRECTED_CLAIM,
            Action.APPEAL_1,
            Action.APPEAL_2,
        ],
        Action.WRITE_OFF,
    )
    action = np.where(world.attempt[claim] >= ATTEMPTS, Action.WRITE_OFF, action)
    never_worked = world.attempt[claim] == 0
    finding = np.select(
        [action != Action.WRITE_OFF, low, never_worked],
        [Finding.DENIED, Finding.LOW_VALUE, Finding.PAST_LIMIT],
        Finding.NO_REMEDY_LEFT,
    )
    patient = world.answers.decisions.group[claim] == GROUPS.index("PR")
    patient &= (action == Action.WRITE_OFF) & ~world.answers.late[claim] & ~low
    return np.where(patient, Action.MOVE_TO_PATIENT, action), finding


def _chance(world: World, claim: Ints, action: Ints, day: int) -> Floats:
    """Return the probability that the action brings the money, given what is true of the item and its age."""
    code = world.answers.code(claim)
    # Code 29 has next to no chance because most such denials are right; a wrong one is another matter.
    base = np.where(action == Action.PROOF_OF_TIMELY_FILING, _PROOF_WINS, world.rules.denials.recover[code])
    age = day - world.answers.pay_day[claim]
    tries = world.attempt[claim]
    chance = base * world.latent.documentation[claim] * _DECAY ** (age / 30) * _LATER_TRIES**tries
    return np.minimum(chance, 0.97)


def _send_correction(world: World, claim: Ints, action: Ints, won: Flags, day: int) -> None:
    """Send a corrected claim or the records asked for; the payer decides anew in its usual time."""
    if not len(claim):
        return
    answers, payer = world.answers, world.answers.payer[claim]
    attempt = np.minimum(world.attempt[claim], ATTEMPTS - 1)
    received = world.calendar.plus_working(np.full(len(claim), day), 1)
    lag = np.where(won, world.latent.paid_lag[claim, attempt], world.latent.denied_lag[claim, attempt])
    pay_day = answers.days.pay(payer, received + lag)
    post_day = answers.days.post(payer, pay_day)
    world.corrected[claim] = True
    sends = action == Action.CORRECTED_CLAIM
    unprocessable = is_unprocessable(world, claim, answers.code(claim))[sends]
    world.sent_log.add(
        claim=claim[sends],
        payer=payer[sends],
        frequency=np.where(unprocessable, 1, 7),
        submitted=day,
        received=received[sends],
        accepted=world.calendar.plus_working(received, 1)[sends],
        touched=1,
    )
    _win(world, claim[won], pay_day[won], post_day[won])
    lost = claim[~won]
    world.answer_log.add(claim=lost, pay_day=pay_day[~won], post_day=post_day[~won])
    world.ready[lost] = post_day[~won]
    world.cost[lost] = MINUTES[Action.APPEAL_1]


def _file_appeal(world: World, claim: Ints, action: Ints, won: Flags, day: int) -> None:
    """File an appeal or the proof of timely filing; a letter decides, a remittance pays."""
    if not len(claim):
        return
    payer = world.answers.payer[claim]
    attempt = np.minimum(world.attempt[claim], ATTEMPTS - 1)
    decided = world.calendar.roll(day + world.latent.decision_lag[claim, attempt])
    pay_day = world.answers.days.pay(payer, decided + world.latent.paid_lag[claim, attempt])
    post_day = world.answers.days.post(payer, pay_day)
    real = action != Action.PROOF_OF_TIMELY_FILING
    level = np.where(action == Action.APPEAL_2, 2, 1)
    world.appeal_log.add(
        claim=claim[real], level=level[real], filed=day, decided=decided[real], won=won[real].astype(np.int64)
    )
    _win(world, claim[won], pay_day[won], post_day[won])
    lost, decided, level = claim[~won], decided[~won], level[~won]
    world.ready[lost] = decided
    world.appeal_1_due[lost] = NEVER
    second = world.rules.payers.appeal_2_days[world.answers.payer[lost]]
    open_2 = (level == 1) & (second > 0) & real[~won]
    world.appeal_2_due[lost] = np.where(open_2, decided + second, NEVER)
    world.cost[lost] = np.where(open_2, MINUTES[Action.APPEAL_2], MINUTES[Action.WRITE_OFF])


def _win(world: World, claim: Ints, pay_day: Ints, post_day: Ints) -> None:
    """Note that the payer pays after all."""
    finish(world, claim, End.WON, post_day, NEVER)
    world.end_pay_day[claim] = pay_day
