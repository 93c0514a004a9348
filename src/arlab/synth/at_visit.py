"""How do the charges, and what is due and collected on the day of the visit, come into the ledger?

Posts every charge once. What is due is decided at the front desk; what payers answer stands in ``payer_rows``.
"""

from __future__ import annotations

import dataclasses

import numpy as np
import numpy.typing as npt

from arlab.synth.book import Book
from arlab.synth.front_desk import FrontDesk
from arlab.synth.people import Patients
from arlab.synth.submissions import Sent
from arlab.synth.visits import Visits

__all__ = ["Shares", "post_charges"]

Ints = npt.NDArray[np.int64]


@dataclasses.dataclass
class Shares:
    """Patient shares that the first payer's answers leave, as pieces.

    ``due_at_visit`` is per line and ``collected`` per claim, in cents. ``owed`` lists (claims, day, cents) of what
    comes to the patient's account, below zero where too much was collected; ``to_second`` the same by line, with
    the payment day, for claims with a second payer.
    """

    due_at_visit: npt.NDArray[np.int32]
    collected: Ints
    second_payer: Ints
    owed: list[tuple[Ints, Ints, npt.NDArray[np.integer]]] = dataclasses.field(default_factory=list)
    to_second: list[tuple[Ints, Ints, Ints, Ints]] = dataclasses.field(default_factory=list)


def post_charges(book: Book, visits: Visits, patients: Patients, sent: Sent, front: FrontDesk) -> Shares:
    """Post every charge once, and what the front desk asked for and collected at the visit."""
    lines, rules = book.lines, book.rules
    self_pay = visits.payer == rules.payers.self_pay
    entry = sent.entry_day
    for which, party in ((~self_pay, "payer_1"), (self_pay, "patient")):
        at = np.flatnonzero(which[lines.claim])
        claim = lines.claim[at]
        book.post(
            "charge", party, claim=claim, posted=entry[claim], amount=lines.charge[at],
            effective=visits.day[claim], line=lines.number[at],
        )  # fmt: skip
    claim = lines.claim[at]
    book.post(
        "write_off", "patient", claim=claim, posted=entry[claim], amount=-front.discount[at],
        reason="self_pay_discount", line=lines.number[at],
    )  # fmt: skip
    book.transfer(
        "payer_1", "patient", claim=lines.claim, posted=entry[lines.claim], amount=front.due_by_line,
        effective=visits.day[lines.claim], reason="due_at_visit", line=lines.number,
    )  # fmt: skip
    at = np.flatnonzero(front.collected)
    book.post(
        "patient_payment", "patient", claim=at, posted=entry[at], amount=-front.collected[at],
        effective=visits.day[at], reason="at_visit",
    )  # fmt: skip
    second = np.where(self_pay, -1, patients.second_payer[visits.patient])
    shares = Shares(due_at_visit=front.due_by_line, collected=front.collected, second_payer=second)
    at = np.flatnonzero(self_pay & (front.collected == 0))
    shares.owed.append((at, entry[at], front.due[at]))
    return shares
