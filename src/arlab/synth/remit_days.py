"""On which day does a payer pay, and when is its remittance posted?

A payer sends one remittance per payment day; the practice posts it whole. Amounts are not known here.
"""

from __future__ import annotations

import dataclasses

import numpy as np
import numpy.typing as npt

from arlab.synth.days import Calendar
from arlab.synth.incidents import Incident
from arlab.synth.rulebook import Rulebook
from arlab.synth.streams import Streams, lag_table

__all__ = ["RemitDays", "draw_answer_lags", "make_remit_days"]

Ints = npt.NDArray[np.int64]

# Working days from payment to posting: most remittances are posted within two days.
_POSTING = np.array([0, 1, 1, 1, 1, 2, 2, 2, 3, 4])
_UNAPPLIED = (8, 30)  # working days until money that was applied to no claim is found and posted
_LATE_ANSWER = (45, 110)  # days in which a claim that a payer sits on is answered
_NO_PAY_FASTER = 0.6  # a payer with a payment floor answers a denial in this part of the time


@dataclasses.dataclass(frozen=True)
class RemitDays:
    """Payment days and posting days; ``next_pay``, ``posting`` and ``extra`` are payer x day.

    ``extra`` is how many days later a payer answers what it receives on a day than it usually does.
    """

    calendar: Calendar
    next_pay: Ints
    posting: Ints
    lags: npt.NDArray[np.integer]
    extra: Ints

    def pay(self, payer: Ints, day: Ints) -> Ints:
        """Return the payer's first payment day on or after a day."""
        return self.next_pay.take(payer * self.calendar.length + self.calendar.clip(day))

    def post(self, payer: Ints, pay_day: Ints) -> Ints:
        """Return the day on which the practice posts the remittance of a payment day."""
        return self.posting.take(payer * self.calendar.length + pay_day)


def make_remit_days(
    rules: Rulebook,
    calendar: Calendar,
    streams: Streams,
    incidents: tuple[Incident, ...] = (),
    *,
    unapplied_share: float = 0.0,
) -> RemitDays:
    """Return the payment and posting days of every payer over the simulated time.

    ``unapplied_share`` of the remittances lie about for weeks: the money is in the bank and on no claim.
    """
    payers = rules.payers
    pays = payers.pays_on[:, calendar.weekday] & calendar.working
    pays[:, -1] = True
    days = np.where(pays, np.arange(calendar.length), calendar.length)
    next_pay = np.ascontiguousarray(np.minimum.accumulate(days[:, ::-1], axis=1)[:, ::-1])
    lag = _POSTING[streams.stage("posting").below(len(_POSTING), pays.shape)]
    unapplied = streams.stage("unapplied money")
    forgotten = unapplied.share(pays.shape) < unapplied_share
    lag = np.where(forgotten, unapplied.between(*_UNAPPLIED, pays.shape), lag)
    posting = calendar.plus_working(np.broadcast_to(np.arange(calendar.length), pays.shape), lag)
    lags = np.array(
        [
            lag_table(*pair)
            for pair in zip(payers.remit_median.tolist(), payers.remit_sigma.tolist(), strict=True)
        ]
    )
    extra = np.zeros(pays.shape, dtype=np.int64)
    for incident in incidents:
        if incident.kind == "payer_slows":
            first, last = calendar.number(incident.start), calendar.number(incident.end)
            extra[payers.names.index(incident.payer), first : last + 1] += round(incident.size)
    return RemitDays(calendar, next_pay, posting, lags, extra)


def draw_answer_lags(
    rules: Rulebook, days: RemitDays, streams: Streams, stage: str, payer: Ints
) -> tuple[Ints, Ints]:
    """Return days from receipt to answer, when the answer is a payment and when it is a denial.

    A payer that must not pay before some day (Medicare) may deny before it.
    """
    draws = streams.stage(stage)
    lag = draws.pick_by(days.lags, payer)
    late = np.flatnonzero(draws.share(len(payer)) < rules.payers.late_share.take(payer))
    lag[late] = draws.between(*_LATE_ANSWER, len(payer))[late]
    floor = rules.payers.floor_days.take(payer)
    at = np.flatnonzero(floor)
    denied = lag.copy()
    denied[at] = np.maximum((lag[at] * _NO_PAY_FASTER).astype(np.int64), 4)
    return np.maximum(lag, floor), denied
