"""On which day does a payer get, answer and pay one claim, and until when may one still act?

The same rules as ``remit_days`` and ``answers`` hold for many claims at once, laid out for the desk, which asks
about one claim at a time.
"""

from __future__ import annotations

import dataclasses

import numpy as np

from arlab.synth.answers import Answers
from arlab.synth.chances import PLAYBOOK, PROOF_WINS, Action
from arlab.synth.days import Calendar
from arlab.synth.desk import Channel, Item
from arlab.synth.rulebook import Rulebook
from arlab.synth.streams import Draws

__all__ = ["PayerDays", "make_payer_days"]


@dataclasses.dataclass(frozen=True)
class PayerDays:
    """Calendar and payers as plain lists; those by payer and day are payer x day.

    ``base``, ``wanted`` and ``appealable`` are by denial code: the chance when worked at once, the action of the
    playbook, and whether there is anything to appeal.
    """

    weekday: list[int]
    roll: list[int]
    tomorrow: list[int]
    next_pay: list[list[int]]
    posting: list[list[int]]
    extra: list[list[int]]
    hold: list[list[float]]
    channel: list[int]
    claims_per_call: list[int]
    filing: list[int]
    corrected: list[int]
    appeal_1: list[int]
    appeal_2: list[int]
    postmarked: list[bool]
    reopens: list[bool]
    base: list[float]
    wanted: list[int]
    appealable: list[bool]
    late_code: int
    answers: Answers

    def answer(self, payer: int, received: int, lag: int) -> tuple[int, int]:
        """Return payment and posting day of an answer to what was received on a day."""
        last = len(self.weekday) - 1
        slowed = lag + self.extra[payer][min(received, last)]
        pay_day = self.next_pay[payer][min(received + slowed, last)]
        return pay_day, self.posting[payer][pay_day]

    def receive(self, item: Item, submitted: int, received: int) -> None:
        """Put a claim on file that the payer did not have: is it too late, when is it answered, and how?"""
        answers, claim, payer = self.answers, item.claim, item.payer
        counted = submitted if self.postmarked[payer] else received
        item.late = counted - item.service > self.filing[payer]
        nothing_paid = item.late or not answers.has_paid_line[claim]
        lag = int((answers.denied_lag if nothing_paid else answers.paid_lag)[claim])
        item.pay_day, item.post_day = self.answer(payer, received, lag)
        answers.late[claim] = item.late
        answers.pay_day[claim], answers.post_day[claim] = item.pay_day, item.post_day
        self.set_reason(item, self.late_code if item.late else int(answers.decisions.code[claim]))

    def set_reason(self, item: Item, code: int) -> None:
        """Note for which reason a claim is denied (-1: for none) and what the playbook asks for."""
        item.code = code
        if code < 0:
            return
        untimely = code == self.late_code
        item.wanted = self.wanted[code]
        item.base = (0.0 if item.late else PROOF_WINS) if untimely else self.base[code]
        item.appealable = self.appealable[code] or untimely


def make_payer_days(rules: Rulebook, calendar: Calendar, answers: Answers, draws: Draws) -> PayerDays:
    """Return calendar and payers as lists; ``draws`` gives the wait on the telephone by payer and day."""
    payers, days = rules.payers, answers.days
    every = np.arange(calendar.length)
    usual = payers.hold_minutes[:, None].astype(np.float64)
    hold = usual * (0.3 + 1.4 * draws.share((len(payers.names), calendar.length)) ** 2)
    return PayerDays(
        weekday=calendar.weekday.tolist(),
        roll=calendar.roll(np.arange(calendar.length + 400)).tolist(),
        tomorrow=calendar.plus_working(every, 1).tolist(),
        next_pay=days.next_pay.tolist(),
        posting=days.posting.tolist(),
        extra=days.extra.tolist(),
        hold=hold.tolist(),
        channel=[int(Channel.PHONE if name == "phone" else Channel.PORTAL) for name in payers.channels],
        claims_per_call=payers.claims_per_call.tolist(),
        filing=payers.filing_days.tolist(),
        corrected=payers.corrected_days.tolist(),
        appeal_1=payers.appeal_1_days.tolist(),
        appeal_2=payers.appeal_2_days.tolist(),
        postmarked=payers.postmarked.tolist(),
        reopens=(payers.reopen_days > 0).tolist(),
        base=rules.denials.recover.tolist(),
        wanted=[int(PLAYBOOK.get(name, Action.CORRECTED_CLAIM)) for name in rules.denials.actions],
        appealable=rules.denials.appealable.tolist(),
        late_code=answers.decisions.late_code,
        answers=answers,
    )
