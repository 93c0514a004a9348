"""What does the second payer do with what the first one left?

Some claims cross over by themselves, the others are sent by the practice. A denial by the second payer is mended
or given up after a wait; that part of follow-up does not use the desk's minutes yet.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from arlab.synth.at_visit import Shares
from arlab.synth.book import Book
from arlab.synth.chunks import Chunks
from arlab.synth.people import Patients
from arlab.synth.remit_days import RemitDays
from arlab.synth.rulebook import CLASS_AT
from arlab.synth.streams import Streams
from arlab.synth.visits import Visits

__all__ = ["post_second_payers"]

Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

_CROSSES: Final = 0.88  # of the claims of a payer that passes claims on by itself
_DENIED: Final = 0.06
_MENDED: Final = 0.75
_MEDICAID_PAYS: Final = 0.35  # the state pays the lesser of two amounts, often nothing
_PAYS_ALL: Final = 0.75  # of other second payers; the rest leave it to their own deductible


def post_second_payers(
    book: Book,
    days: RemitDays,
    visits: Visits,
    patients: Patients,
    shares: Shares,
    streams: Streams,
    sent_log: Chunks,
) -> None:
    """Send, decide and post the second payer's part of every claim that has one."""
    lines, rules, calendar = book.lines, book.rules, days.calendar
    at, paid, posted, amount = (np.concatenate(part) for part in zip(*shares.to_second, strict=True))
    order = np.lexsort((at, paid))
    at, paid, posted, amount = at[order], paid[order], posted[order], amount[order]
    claim = lines.claim[at]
    # What is true of a claim's second payer is drawn per claim, so that its lines share one fate.
    draws = streams.stage("second payer")
    count = visits.count
    crosses = (draws.share(count) < _CROSSES)[claim]
    wait = draws.between(2, 14, count)[claim]
    fate, again, pays = draws.share(count)[claim], draws.share(count)[claim], draws.share(count)[claim]
    payer = shares.second_payer[claim]
    safe = np.maximum(shares.second_payer, 0)
    lag = draws.pick_by(days.lags, safe)[claim]
    slow = draws.between(20, 75, count)[claim]

    first = patients.payer[visits.patient][claim]
    by_itself = crosses & rules.payers.crossover[first]
    submitted = np.where(by_itself, paid, calendar.plus_working(posted, wait))
    received = calendar.plus_working(submitted, 1)
    one = np.concatenate([[True], (claim[1:] != claim[:-1]) | (paid[1:] != paid[:-1])]) if len(at) else at > 0
    sent_log.add(
        claim=claim[one],
        payer=payer[one],
        rank=2,
        submitted=submitted[one],
        received=received[one],
        accepted=calendar.plus_working(received, 1)[one],
        touched=(~by_itself[one]).astype(np.int64),
    )
    pay_day = days.pay(payer, received + lag + days.extra[payer, calendar.clip(received)])
    post_day = days.post(payer, pay_day)
    denied = fate < _DENIED
    settled = ~denied
    _settle(book, patients, visits, shares, at, payer, amount, pays, pay_day, post_day, settled)

    code = np.full(len(at), rules.denials.carcs.index("252"))
    which = np.flatnonzero(denied)
    rows = book.post(
        "denial", "payer_2", claim=claim[which], posted=post_day[which],
        amount=np.zeros(len(which), dtype=np.int64), effective=pay_day[which], group="CO",
        remit=(payer[which], pay_day[which]), line=lines.number[at][which], memo=amount[which],
        carc=book.denial_carc(code)[which], rarc=book.rarc_of[code, 1][which],
    )  # fmt: skip
    mended = denied & (again < _MENDED)
    resent = calendar.roll(post_day + slow)
    arrived = calendar.plus_working(resent, 1)
    send = mended & one
    sent_log.add(
        claim=claim[send],
        payer=payer[send],
        rank=2,
        frequency=7,
        submitted=resent[send],
        received=arrived[send],
        accepted=calendar.plus_working(arrived, 1)[send],
        touched=1,
    )
    pay_2 = days.pay(payer, arrived + lag + days.extra[payer, calendar.clip(arrived)])
    post_2 = days.post(payer, pay_2)
    back = np.flatnonzero(mended[which])
    again_paid = which[back]
    book.post(
        "reversal", "payer_2", claim=claim[again_paid], posted=post_2[again_paid],
        amount=np.zeros(len(back), dtype=np.int64), effective=pay_2[again_paid], reason="denial_reversed",
        remit=(payer[again_paid], pay_2[again_paid]), line=lines.number[at][again_paid],
        memo=-amount[again_paid], reverses=rows[back],
    )  # fmt: skip
    _settle(book, patients, visits, shares, at, payer, amount, pays, pay_2, post_2, mended)

    given_up = calendar.roll(post_day + slow + 30)
    lost = np.flatnonzero(denied & ~mended)
    book.post(
        "write_off", "payer_2", claim=claim[lost], posted=given_up[lost], amount=-amount[lost],
        reason="second_payer_denied", line=lines.number[at][lost],
    )  # fmt: skip


def _settle(
    book: Book,
    patients: Patients,
    visits: Visits,
    shares: Shares,
    at: Ints,
    payer: Ints,
    amount: Ints,
    pays: npt.NDArray[np.float64],
    pay_day: Ints,
    post_day: Ints,
    which: Flags,
) -> None:
    """Post the second payer's answer: it pays, pays nothing more, or leaves its own deductible."""
    some = np.flatnonzero(which)
    at, payer, amount, pays = at[some], payer[some], amount[some], pays[some]
    pay_day, post_day = pay_day[some], post_day[some]
    claim, number = book.lines.claim[at], book.lines.number[at]
    payer_class = book.rules.payers.payer_class[payer]
    medicaid = payer_class == CLASS_AT["medicaid"]
    supplement = payer_class == CLASS_AT["other"]
    paid = supplement | (pays < np.where(medicaid, _MEDICAID_PAYS, _PAYS_ALL))

    def remit(rows: Ints) -> tuple[Ints, Ints]:
        return payer[rows], pay_day[rows]

    rows = np.flatnonzero(paid)
    book.post(
        "payer_payment", "payer_2", claim=claim[rows], posted=post_day[rows], amount=-amount[rows],
        effective=pay_day[rows], remit=remit(rows), line=number[rows],
    )  # fmt: skip
    # Medicaid as second payer closes the account: nobody may bill the patient for the rest.
    rows = np.flatnonzero(~paid & (medicaid | patients.no_cost_share[visits.patient[claim]]))
    book.post(
        "contractual", "payer_2", claim=claim[rows], posted=post_day[rows], amount=-amount[rows],
        effective=pay_day[rows], reason="second_payer_pays_nothing_more", group="CO", carc=book.carc("45"),
        remit=remit(rows), line=number[rows],
    )  # fmt: skip
    rows = np.flatnonzero(~paid & ~medicaid & ~patients.no_cost_share[visits.patient[claim]])
    book.transfer(
        "payer_2", "patient", claim=claim[rows], posted=post_day[rows], amount=amount[rows],
        effective=pay_day[rows], reason="patient_share", group="PR", line=number[rows],
        carc=book.carc("1"), remit=remit(rows),
    )  # fmt: skip
    shares.owed.append((claim[rows], post_day[rows], amount[rows]))
