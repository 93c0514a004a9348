"""When does the payer answer a claim that it has received, and is it too late by then?

Joins receipt, filing limit, decision and payment days. It does not ask who sent the claim or why.
"""

from __future__ import annotations

import dataclasses

import numpy as np
import numpy.typing as npt

from arlab.synth.adjudication import Decisions, is_late
from arlab.synth.remit_days import RemitDays
from arlab.synth.rulebook import Rulebook

__all__ = ["Answers", "first_answers"]

Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]
NEVER = -1


@dataclasses.dataclass
class Answers:
    """The first answer to each claim; filled in as claims reach the payer.

    ``pay_day`` and ``post_day`` are -1 until the claim is on file; ``late`` claims are denied as untimely.
    ``paid_lag`` and ``denied_lag`` are days from receipt when the answer pays something, and when it does not.
    """

    rules: Rulebook
    days: RemitDays
    decisions: Decisions
    payer: Ints
    service_day: Ints
    paid_lag: Ints
    denied_lag: Ints
    has_paid_line: Flags
    pay_day: Ints
    post_day: Ints
    late: Flags

    def receive(self, claim: Ints, submitted: Ints, received: Ints) -> None:
        """Put claims on file: decide on lateness and set the days of payment and posting."""
        payer = self.payer[claim]
        late = is_late(self.rules, payer, self.service_day[claim], submitted, received)
        nothing_paid = late | ~self.has_paid_line[claim]
        lag = np.where(nothing_paid, self.denied_lag[claim], self.paid_lag[claim])
        lag = lag + self.days.extra[payer, self.days.calendar.clip(received)]
        self.late[claim] = late
        self.pay_day[claim] = self.days.pay(payer, received + lag)
        self.post_day[claim] = self.days.post(payer, self.pay_day[claim])

    def code(self, claim: Ints) -> Ints:
        """Return the denial code of the first answer, -1 where nothing is denied or nothing is answered."""
        code = np.where(self.late[claim], self.decisions.late_code, self.decisions.code[claim])
        return np.where(self.post_day[claim] >= 0, code, NEVER)


def first_answers(
    rules: Rulebook,
    days: RemitDays,
    decisions: Decisions,
    *,
    payer: Ints,
    service_day: Ints,
    lags: tuple[Ints, Ints],
    has_paid_line: Flags,
) -> Answers:
    """Return the answers before any claim has reached its payer."""
    nothing = np.full(len(payer), NEVER)
    return Answers(
        rules=rules,
        days=days,
        decisions=decisions,
        payer=payer,
        service_day=service_day,
        paid_lag=lags[0],
        denied_lag=lags[1],
        has_paid_line=has_paid_line,
        pay_day=nothing.copy(),
        post_day=nothing.copy(),
        late=np.zeros(len(payer), dtype=bool),
    )
