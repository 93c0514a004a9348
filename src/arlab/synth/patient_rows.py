"""What becomes of the balances that patients owe: statements, payments, plans, agency, bad debt, credits?

One episode per claim and day on which something came to the patient's account. Large balances are paid less
often than small ones, and later.
"""

from __future__ import annotations

import dataclasses
from typing import Final

import numpy as np
import numpy.typing as npt

from arlab.synth.at_visit import Shares
from arlab.synth.book import Book
from arlab.synth.chunks import Chunks
from arlab.synth.days import Calendar
from arlab.synth.scenario import Scenario
from arlab.synth.streams import Draws, Streams, lag_table

__all__ = ["PatientLogs", "post_patients"]

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

# Upper ends of the size classes in cents, the share of balances paid in full and the share paid by plan.
# Shape after the hospital figures of the domain sheet (sections 6 and 10); practices collect more.
_SIZES: Final = np.array([5_000, 20_000, 50_000, 100_000, 300_000])
_PAID_IN_FULL: Final = np.array([0.77, 0.65, 0.53, 0.31, 0.17, 0.06])
_PAID_BY_PLAN: Final = np.array([0.0, 0.08, 0.17, 0.19, 0.22, 0.16])
_PLAN_KEPT: Final = 0.75
_LATER_STATEMENTS: Final = 0.65  # each statement brings this part of what the one before brought
_TRIFLE: Final = 2_500  # cents; not worth an agency
_AGENCY_COLLECTS: Final = 0.17
_AGENCY_KEEPS: Final = 180  # days until the agency gives an account back
_PAID_TWICE: Final = 0.006
_KEYED_TWICE: Final = 0.004  # of payments after a statement; the practice finds it within months
_REFUNDED: Final = 0.7  # of credits, within months; the rest lies for a year


@dataclasses.dataclass
class PatientLogs:
    """Statements and payment plans."""

    statements: Chunks
    plans: Chunks


def post_patients(
    scenario: Scenario, book: Book, calendar: Calendar, shares: Shares, streams: Streams
) -> PatientLogs:
    """Post everything that happens to patient balances; return the statements and plans."""
    logs = PatientLogs(
        statements=Chunks(claim=None, sent=None, amount=None),
        plans=Chunks(claim=None, start=None, instalment=None, instalments=None),
    )
    claim, day, amount = _episodes(shares)
    draws = streams.stage("patient balances")
    count = len(claim)
    credit = amount < 0
    _refund(book, calendar, draws, claim[credit], day[credit], -amount[credit], "overpaid_by_patient")

    size = np.searchsorted(_SIZES, amount, side="right")
    weight = _LATER_STATEMENTS ** np.arange(scenario.statements)
    which = np.searchsorted(np.cumsum(weight) / weight.sum(), draws.share(count), side="right")
    fate = draws.share(count)
    delay = draws.pick(lag_table(12, 0.6, most=27), count)
    cycle = draws.below(2, count)
    first = _first_statement(calendar, day, cycle)

    owes = amount > 0
    tiny = owes & (amount < scenario.small_balance * 100)
    paid_in_full = np.minimum(_PAID_IN_FULL * scenario.patient_paying, 0.97)
    by_plan = np.minimum(paid_in_full + _PAID_BY_PLAN * scenario.patient_paying, 0.99)
    full = owes & ~tiny & (fate < paid_in_full[size])
    plan = owes & ~tiny & ~full & (fate < by_plan[size])
    never = owes & ~tiny & ~full & ~plan

    at = np.flatnonzero(tiny)
    book.post(
        "write_off", "patient", claim=claim[at], posted=first[at], amount=-amount[at], reason="small_balance"
    )
    sent = np.where(full, which, np.where(plan, 0, scenario.statements - 1))
    for number in range(scenario.statements):
        at = np.flatnonzero(owes & ~tiny & (number <= sent))
        on = calendar.roll(first[at] + number * scenario.statement_days)
        logs.statements.add(claim=claim[at], sent=on, amount=amount[at])

    at = np.flatnonzero(full)
    paid_on = calendar.roll(first[at] + which[at] * scenario.statement_days + delay[at])
    book.post(
        "patient_payment", "patient", claim=claim[at], posted=paid_on, amount=-amount[at], reason="statement"
    )
    twice = draws.share(len(at)) < _PAID_TWICE
    again = calendar.roll(paid_on[twice] + 9)
    book.post(
        "patient_payment", "patient", claim=claim[at][twice], posted=again, amount=-amount[at][twice],
        reason="paid_twice",
    )  # fmt: skip
    _refund(book, calendar, draws, claim[at][twice], again, amount[at][twice], "overpaid_by_patient")

    keyed = draws.share(len(at)) < _KEYED_TWICE
    rows = book.post(
        "patient_payment", "patient", claim=claim[at][keyed], posted=paid_on[keyed], amount=-amount[at][keyed],
        reason="keyed_twice",
    )  # fmt: skip
    found = calendar.roll(paid_on[keyed] + draws.between(10, 120, len(rows)))
    book.post(
        "reversal", "patient", claim=claim[at][keyed], posted=found, amount=amount[at][keyed],
        reason="keyed_twice", reverses=rows,
    )  # fmt: skip

    left, since = _pay_by_plan(
        book, calendar, draws, logs, claim[plan], first[plan] + delay[plan], amount[plan]
    )
    last = first[never] + scenario.statements * scenario.statement_days
    broken = left > 0
    _give_up(
        scenario,
        book,
        calendar,
        draws,
        np.concatenate([claim[never], claim[plan][broken]]),
        np.concatenate([last, since[broken] + 60]),
        np.concatenate([amount[never], left[broken]]),
    )
    return logs


def _episodes(shares: Shares) -> tuple[Ints, Ints, Ints]:
    """Return claim, day and net amount of everything that came to a patient's account on one day."""
    claim, day, amount = (np.concatenate(part) for part in zip(*shares.owed, strict=True))
    order = np.lexsort((day, claim))
    claim, day, amount = claim[order], day[order], amount[order]
    new = np.flatnonzero(np.concatenate([[True], (claim[1:] != claim[:-1]) | (day[1:] != day[:-1])]))
    if not len(claim):
        return claim, day, amount
    return claim[new], day[new], np.add.reduceat(amount, new)


def _first_statement(calendar: Calendar, day: Ints, cycle: Ints) -> Ints:
    """Return the day of the first statement: the next Tuesday run of the patient's billing week."""
    day = calendar.clip(day + 1)
    to_tuesday = (1 - calendar.weekday[day]) % 7
    return calendar.roll(day + to_tuesday + 7 * cycle)


def _refund(
    book: Book, calendar: Calendar, draws: Draws, claim: Ints, day: Ints, amount: Ints, reason: str
) -> None:
    """Give a patient's credit back: most within months, some only when someone looks."""
    soon = draws.share(len(claim)) < _REFUNDED
    wait = np.where(soon, draws.between(20, 120, len(claim)), draws.between(200, 500, len(claim)))
    book.post(
        "refund_to_patient", "patient", claim=claim, posted=calendar.roll(day + wait), amount=amount,
        reason=reason,
    )  # fmt: skip


def _pay_by_plan(
    book: Book, calendar: Calendar, draws: Draws, logs: PatientLogs, claim: Ints, start: Ints, amount: Ints
) -> tuple[Ints, Ints]:
    """Post the instalments of payment plans; return what is left of each and the day of its last instalment."""
    count = len(claim)
    start = calendar.roll(start)
    instalments = draws.between(3, 6, count)
    kept = draws.share(count) < _PLAN_KEPT
    stops_after = np.where(kept, instalments, 1 + np.floor(draws.share(count) * 3).astype(np.int64))
    stops_after = np.minimum(stops_after, instalments)
    instalment = -(-amount // instalments)
    logs.plans.add(claim=claim, start=start, instalment=instalment, instalments=instalments)
    left = amount.copy()
    for number in range(6):
        pays = np.flatnonzero((number < stops_after) & (left > 0))
        part = np.minimum(instalment[pays], left[pays])
        book.post(
            "patient_payment", "patient", claim=claim[pays],
            posted=calendar.roll(start[pays] + 30 * number), amount=-part, reason="payment_plan",
        )  # fmt: skip
        left[pays] -= part
    return left, start + 30 * (stops_after - 1)


def _give_up(
    scenario: Scenario, book: Book, calendar: Calendar, draws: Draws, claim: Ints, day: Ints, amount: Ints
) -> None:
    """Hand balances to the agency or write them off as bad debt."""
    day = calendar.roll(day)
    count = len(claim)
    trifle = amount < _TRIFLE
    agency = ~trifle & (draws.share(count) < scenario.agency_share)
    collects = agency & (draws.share(count) < _AGENCY_COLLECTS)
    collected_on = calendar.roll(day + draws.between(30, 150, count))
    returned_on = calendar.roll(day + _AGENCY_KEEPS)
    for which, kind, reason in (
        (trifle, "write_off", "small_balance"),
        (~trifle & ~agency, "bad_debt", "uncollectible"),
    ):
        book.post(
            kind, "patient", claim=claim[which], posted=day[which], amount=-amount[which], reason=reason
        )
    book.transfer(
        "patient",
        "agency",
        claim=claim[agency],
        posted=day[agency],
        amount=amount[agency],
        reason="to_agency",
    )
    book.post(
        "patient_payment", "agency", claim=claim[collects], posted=collected_on[collects],
        amount=-amount[collects], reason="agency_collected",
    )  # fmt: skip
    lost = agency & ~collects
    book.post(
        "bad_debt", "agency", claim=claim[lost], posted=returned_on[lost], amount=-amount[lost],
        reason="from_agency",
    )  # fmt: skip
