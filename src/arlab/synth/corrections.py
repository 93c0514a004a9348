"""What do payers and the practice put right long after the first answer?

Takebacks, prices corrected, payments made twice and given back. They wait their time and use no desk minutes yet.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from arlab.synth.answers import Answers
from arlab.synth.book import Book
from arlab.synth.remit_days import RemitDays
from arlab.synth.rulebook import CLASS_AT
from arlab.synth.scenario import Scenario
from arlab.synth.streams import Draws, Streams

__all__ = ["post_corrections"]

Ints = npt.NDArray[np.int64]

_IN_ORDER: Final = 9  # days to posting; of money that lies unapplied nobody knows yet what to put right
_PRICE_CORRECTED: Final = 0.3  # of underpaid claims
# Commercial plans audit most and longest: factor on the scenario's share by class of payer.
_AUDITED: Final = {"commercial": 3.4, "medicare": 0.6, "medicare_advantage": 0.4, "medicaid_managed": 0.5}
_TAKEBACK_WON: Final = 0.45
_TAKEBACK_ACCEPTED: Final = 0.35
_REASONS: Final = ("22", "27", "150")  # another payer came first, coverage had ended, level not supported
_RETURNED: Final = 0.6  # of double payments, by the practice; the payer takes back the next quarter
_TAKEN: Final = 0.25
_BOTH_PAY: Final = 0.006  # of claims with a second payer: it pays as if it came first


def post_corrections(
    scenario: Scenario, book: Book, answers: Answers, second_payer: Ints, streams: Streams
) -> None:
    """Post the late corrections of claims that were paid at the first answer."""
    lines = book.lines
    draws = streams.stage("corrections")
    count = len(lines.start)
    denied = lines.any_of_claim(answers.decisions.denied_line)
    paid = (answers.post_day >= 0) & ~answers.late & ~denied & (lines.per_claim(lines.payment) > 0)
    paid &= answers.post_day - answers.pay_day <= _IN_ORDER
    fate = draws.share(count)
    audited = np.array([_AUDITED.get(name, 1.0) for name in CLASS_AT])
    share = scenario.takeback_share * audited[book.rules.payers.payer_class[answers.payer]]
    taken = paid & (fate < share)
    twice = paid & ~taken & (fate < share + scenario.overpaid_share)
    short = paid & ~taken & ~twice & (lines.per_claim(lines.contract - lines.allowed) > 0)
    short &= book.rules.payers.sequestration[answers.payer] == 0
    short &= draws.share(count) < _PRICE_CORRECTED
    _take_back(book, answers, draws, np.flatnonzero(taken))
    _pay_twice(book, answers, draws, np.flatnonzero(twice))
    _correct_price(book, answers, draws, np.flatnonzero(short))
    both = paid & ~taken & ~twice & ~short & (second_payer >= 0) & (draws.share(count) < _BOTH_PAY)
    _pay_beside(book, answers, draws, np.flatnonzero(both), second_payer)


class _Event:
    """One payment day per claim, spread over the claim's lines."""

    def __init__(self, book: Book, days: RemitDays, payer: Ints, claim: Ints, day: Ints) -> None:
        self.at, entry = book.lines.of_claims(claim)
        self.claim = claim[entry]
        self.number = book.lines.number[self.at]
        self.pay_day = days.pay(payer[claim], day)
        self.post_day = days.post(payer[claim], self.pay_day)
        self.effective, self.posted = self.pay_day[entry], self.post_day[entry]
        self.remit = (payer[self.claim], self.effective)
        self.entry = entry


def _take_back(book: Book, answers: Answers, draws: Draws, claim: Ints) -> None:
    """The payer takes its payment back; some of it is won again, some written off, some lies about."""
    calendar = answers.days.calendar
    count = len(claim)
    event = _Event(
        book, answers.days, answers.payer, claim, answers.pay_day[claim] + draws.between(60, 260, count)
    )
    amount = book.lines.payment[event.at]
    cause = np.array([book.carc(number) for number in _REASONS])[draws.below(len(_REASONS), count)]
    book.post(
        "recoupment", "payer_1", claim=event.claim, posted=event.posted, amount=amount,
        effective=event.effective, reason="takeback", group="CO", carc=cause[event.entry],
        remit=event.remit, line=event.number,
    )  # fmt: skip
    fate, wait = draws.share(count), draws.between(45, 110, count)
    won = fate < _TAKEBACK_WON
    again = _Event(book, answers.days, answers.payer, claim[won], event.post_day[won] + wait[won])
    book.post(
        "payer_payment", "payer_1", claim=again.claim, posted=again.posted,
        amount=-book.lines.payment[again.at], effective=again.effective, reason="takeback_reinstated",
        remit=again.remit, line=again.number,
    )  # fmt: skip
    accepted = ~won & (fate < _TAKEBACK_WON + _TAKEBACK_ACCEPTED)
    wait = np.where(accepted, wait, 400 + wait)
    day = calendar.roll(event.post_day + wait)[event.entry]
    lost = np.flatnonzero(~won[event.entry] & (amount > 0))
    book.post(
        "write_off", "payer_1", claim=event.claim[lost], posted=day[lost], amount=-amount[lost],
        reason="takeback_accepted", line=event.number[lost],
    )  # fmt: skip


def _pay_twice(book: Book, answers: Answers, draws: Draws, claim: Ints) -> None:
    """The payer pays a claim a second time; the credit is returned, taken back, or lies about."""
    calendar = answers.days.calendar
    count = len(claim)
    event = _Event(
        book, answers.days, answers.payer, claim, answers.pay_day[claim] + draws.between(8, 40, count)
    )
    amount = book.lines.payment[event.at]
    book.post(
        "payer_payment", "payer_1", claim=event.claim, posted=event.posted, amount=-amount,
        effective=event.effective, reason="duplicate_payment", remit=event.remit, line=event.number,
    )  # fmt: skip
    fate, wait = draws.share(count), draws.between(30, 150, count)
    taken = (fate >= _RETURNED) & (fate < _RETURNED + _TAKEN)
    wait = np.where(fate >= _RETURNED + _TAKEN, 350 + wait, wait)
    back = _Event(book, answers.days, answers.payer, claim[taken], event.post_day[taken] + wait[taken])
    book.post(
        "recoupment", "payer_1", claim=back.claim, posted=back.posted, amount=book.lines.payment[back.at],
        effective=back.effective, reason="duplicate_payment", remit=back.remit, line=back.number,
    )  # fmt: skip
    day = calendar.roll(event.post_day + wait)[event.entry]
    rest = np.flatnonzero(~taken[event.entry])
    book.post(
        "refund_to_payer", "payer_1", claim=event.claim[rest], posted=day[rest], amount=amount[rest],
        reason="overpayment_returned", line=event.number[rest],
    )  # fmt: skip


def _pay_beside(book: Book, answers: Answers, draws: Draws, claim: Ints, second_payer: Ints) -> None:
    """The second payer pays as if it came first; the practice gives it back, sooner or later."""
    calendar, count = answers.days.calendar, len(claim)
    # Long after its own answer: a payer does not turn down and pay a line on one remittance.
    day = answers.pay_day[claim] + draws.between(120, 200, count)
    event = _Event(book, answers.days, second_payer, claim, day)
    amount = book.lines.payment[event.at]
    book.post(
        "payer_payment", "payer_2", claim=event.claim, posted=event.posted, amount=-amount,
        effective=event.effective, reason="other_payer_paid_too", remit=event.remit, line=event.number,
    )  # fmt: skip
    day = calendar.roll(event.post_day + draws.between(40, 260, count))[event.entry]
    book.post(
        "refund_to_payer", "payer_2", claim=event.claim, posted=day, amount=amount,
        reason="overpayment_returned", line=event.number,
    )  # fmt: skip


def _correct_price(book: Book, answers: Answers, draws: Draws, claim: Ints) -> None:
    """The payer reverses a payment below contract and pays the right amount on the same remittance."""
    lines = book.lines
    wait = draws.between(50, 160, len(claim))
    event = _Event(book, answers.days, answers.payer, claim, answers.pay_day[claim] + wait)
    short = np.where(lines.payment[event.at] > 0, lines.contract[event.at] - lines.allowed[event.at], 0)
    allowed = lines.contract[event.at]
    for kind, before, after in (
        ("contractual", lines.charge[event.at] - lines.allowed[event.at], lines.charge[event.at] - allowed),
        ("payer_payment", lines.payment[event.at], lines.payment[event.at] + short),
    ):
        original = book.paid_rows[kind][event.at]
        rows = np.flatnonzero((original >= 0) & (short > 0))
        remit = (event.remit[0][rows], event.remit[1][rows])
        carc = book.carc("45") if kind == "contractual" else 0
        group = "CO" if kind == "contractual" else ""
        book.post(
            "reversal", "payer_1", claim=event.claim[rows], posted=event.posted[rows], amount=before[rows],
            effective=event.effective[rows], reason="price_corrected", group=group, carc=carc, remit=remit,
            line=event.number[rows], reverses=original[rows],
        )  # fmt: skip
        new = np.flatnonzero((short > 0) & (after != 0))
        remit = (event.remit[0][new], event.remit[1][new])
        book.post(
            kind, "payer_1", claim=event.claim[new], posted=event.posted[new], amount=-after[new],
            effective=event.effective[new], reason="price_corrected", group=group, carc=carc, remit=remit,
            line=event.number[new],
        )  # fmt: skip
