"""What is charged, and what is due and collected on the day of the visit?

Posts every charge once. What payers answer stands in ``payer_rows``.
"""

from __future__ import annotations

import dataclasses
from typing import Final

import numpy as np
import numpy.typing as npt

from arlab.synth.book import Book
from arlab.synth.people import Patients
from arlab.synth.rulebook import FAMILIES
from arlab.synth.scenario import Scenario
from arlab.synth.streams import Streams
from arlab.synth.submissions import Sent
from arlab.synth.visits import Visits

__all__ = ["Shares", "post_charges"]

Ints = npt.NDArray[np.int64]

SELF_PAY_DISCOUNT: Final = 0.45
_SELF_PAY_AT_VISIT: Final = 0.6
_WRONG_COPAY: Final = 0.05  # of preventive visits, where none is due


@dataclasses.dataclass
class Shares:
    """Patient shares that the first payer's answers leave, as pieces.

    ``due_at_visit`` is per line and ``collected`` per claim, in cents. ``owed`` lists (claims, day, cents) of what
    comes to the patient's account, below zero where too much was collected; ``to_second`` the same by line, with
    the payment day, for claims with a second payer.
    """

    due_at_visit: Ints
    collected: Ints
    second_payer: Ints
    owed: list[tuple[Ints, Ints, Ints]] = dataclasses.field(default_factory=list)
    to_second: list[tuple[Ints, Ints, Ints, Ints]] = dataclasses.field(default_factory=list)


def post_charges(
    scenario: Scenario, book: Book, visits: Visits, patients: Patients, sent: Sent, streams: Streams
) -> Shares:
    """Post every charge once, and what is due and collected at the visit."""
    draws = streams.stage("at the visit")
    lines, rules = book.lines, book.rules
    payer = patients.payer[visits.patient]
    self_pay = payer == rules.payers.self_pay
    entry = sent.entry_day
    for which, party in ((~self_pay, "payer_1"), (self_pay, "patient")):
        at = np.flatnonzero(which[lines.claim])
        claim = lines.claim[at]
        book.post(
            "charge", party, claim=claim, posted=entry[claim], amount=lines.charge[at],
            effective=visits.day[claim], line=lines.number[at],
        )  # fmt: skip
    at = np.flatnonzero(self_pay[lines.claim])
    discount = np.floor(lines.charge[at] * SELF_PAY_DISCOUNT).astype(np.int64)
    claim = lines.claim[at]
    book.post(
        "write_off", "patient", claim=claim, posted=entry[claim], amount=-discount,
        reason="self_pay_discount", line=lines.number[at],
    )  # fmt: skip

    second = np.where(self_pay, -1, patients.second_payer[visits.patient])
    count = visits.count
    due = _due_at_visit(scenario, book, visits, patients, draws.share(count), draws.share(count))
    due = np.where(((second >= 0) | self_pay)[lines.claim], 0, due)
    book.transfer(
        "payer_1", "patient", claim=lines.claim, posted=entry[lines.claim], amount=due,
        effective=visits.day[lines.claim], reason="due_at_visit", line=lines.number,
    )  # fmt: skip
    owed = lines.per_claim(lines.charge) - lines.per_claim(
        np.floor(lines.charge * SELF_PAY_DISCOUNT).astype(np.int64)
    )
    pays = draws.share(count)
    collected = np.where(pays < scenario.copay_collected_share, lines.per_claim(due), 0)
    collected = np.where(self_pay, np.where(pays < _SELF_PAY_AT_VISIT, owed, 0), collected)
    at = np.flatnonzero(collected)
    book.post(
        "patient_payment", "patient", claim=at, posted=entry[at], amount=-collected[at],
        effective=visits.day[at], reason="at_visit",
    )  # fmt: skip
    shares = Shares(due_at_visit=due, collected=collected, second_payer=second)
    at = np.flatnonzero(self_pay & (collected == 0))
    shares.owed.append((at, entry[at], owed[at]))
    return shares


def _due_at_visit(
    scenario: Scenario,
    book: Book,
    visits: Visits,
    patients: Patients,
    drawn: npt.NDArray[np.float64],
    error: npt.NDArray[np.float64],
) -> Ints:
    """Return what is due at the visit by line: the copay, and at some visits an estimate of the rest.

    Estimates are wrong by some, mostly too low, and now and then a copay is asked for where none is due.
    """
    lines, rules = book.lines, book.rules
    payer = patients.payer[visits.patient]
    usual = rules.payers.copay[payer] * patients.pays_copay[visits.patient]
    preventive = rules.services.family[lines.service[lines.start]] == FAMILIES.index("preventive")
    mistaken = (preventive & (drawn < _WRONG_COPAY))[lines.claim] & (lines.number == 1)
    estimated = (~preventive & (drawn < scenario.estimate_share))[lines.claim]
    rest = lines.deductible + lines.coinsurance
    guess = np.floor(rest * (0.7 + 0.4 * error[lines.claim]) / 500).astype(np.int64) * 500
    due = np.where(mistaken, usual[lines.claim], lines.copay + np.where(estimated, guess, 0))
    return np.minimum(due, lines.charge)
