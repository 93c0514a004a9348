"""How do the postings become the ledger and the remittances, in the order in which they were known?

Rows are numbered over the whole simulated time and cut at a day afterwards, so that an earlier day shows a part
of the same rows. Nothing is decided here.
"""

from __future__ import annotations

import dataclasses
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from arlab.synth.book import REASONS, Book
from arlab.synth.days import Calendar
from arlab.synth.remit_days import RemitDays
from arlab.synth.rulebook import GROUPS
from arlab.synth.texts import Texts, counts, joined, numbered, only_where, words
from arlab.tables import RESPONSIBLE, TRANSACTION_KINDS

__all__ = [
    "Ledger",
    "carried_forward",
    "join_rows",
    "remittance_table",
    "transaction_table",
]

Ints = npt.NDArray[np.int64]
Whole = npt.NDArray[np.integer]  # whole numbers in the narrowest type that holds them

_INTEREST_AFTER: Final = 45  # days from service without a payment after which insured plans owe interest
_INTEREST: Final = 0.12  # a year
_KIND: Final = {name: place for place, name in enumerate(TRANSACTION_KINDS)}
_SPEAKS_AT_ZERO: Final = (_KIND["denial"], _KIND["reversal"])


@dataclasses.dataclass(frozen=True)
class Ledger:
    """All rows in posting order; ``number`` of a row is its place, ``reverses`` the place of another or -1.

    ``place`` leads from a row's number in the log to its place here (-1: a row of nothing, left out). ``remit`` is
    the remittance's place in ``remits`` or -1.
    """

    rows: dict[str, Whole]
    place: Whole
    reverses: Whole
    remit: Whole
    remits: dict[str, Ints]

    def known(self, day: int) -> int:
        """Return how many rows are posted by a day."""
        return int(np.searchsorted(self.rows["posted"], day, side="right"))


def join_rows(book: Book, days: RemitDays, service_day: Ints, insured_plan: npt.NDArray[np.bool_]) -> Ledger:
    """Return all postings in order, with their remittances; ``insured_plan`` marks payers that owe interest."""
    log = book.log
    kind, amount, reverses = log.column("kind"), log.column("amount"), log.column("reverses")
    speaks = (amount != 0) | (kind == _KIND["denial"]) | (kind == _KIND["reversal"])
    order = _posting_order(log.column("posted"), log.column("claim"), np.flatnonzero(speaks))
    place = np.full(len(speaks), -1, dtype=np.int32)
    place[order] = np.arange(len(order), dtype=np.int32)
    is_cash = (kind == _KIND["payer_payment"]) | (kind == _KIND["recoupment"])
    reversing = np.flatnonzero(reverses >= 0)
    is_cash[reversing] |= is_cash[reverses[reversing]]
    cash = (-amount * (is_cash & (log.column("remit_day") >= 0))).take(order)
    rows = {name: log.column(name).take(order) for name in log.names()}  # one at a time: they are large
    remit, remits = _remits(rows, cash, days, service_day, insured_plan)
    taken_back = np.full(len(order), -1, dtype=np.int32)
    reversing = np.flatnonzero(rows["reverses"] >= 0)
    taken_back[reversing] = place[rows["reverses"][reversing]]
    return Ledger(rows, place, taken_back, remit, remits)


def _posting_order(posted: Whole, claim: Whole, rows: Ints) -> Ints:
    """Return row numbers by posting day, claim and number: one sort of whole numbers that hold all three."""
    claims, bits = int(claim.max(initial=0)) + 1, len(posted).bit_length()
    key = posted.take(rows).astype(np.int64)
    key *= claims
    key += claim.take(rows)
    key <<= bits
    key |= rows
    key.sort()
    return key & ((1 << bits) - 1)


def _remits(
    rows: dict[str, Whole],
    cash: Whole,
    days: RemitDays,
    service_day: Ints,
    insured_plan: npt.NDArray[np.bool_],
) -> tuple[Whole, dict[str, Ints]]:
    """Number the remittances by posting day and compute their amounts."""
    payers = len(insured_plan)

    def key_of(at: Ints) -> Ints:
        """Return payment day and payer of rows as one number."""
        return rows["remit_day"].take(at).astype(np.int64) * payers + rows["remit_payer"].take(at)

    has = np.flatnonzero(rows["remit_day"] >= 0)
    key = key_of(has)
    keys, place_of = _distinct(key)
    day, payer = np.divmod(keys, payers)
    posted = days.post(payer, day)
    some = np.flatnonzero(cash)
    place, paid = place_of[key_of(some)], cash[some]
    claims = np.bincount(place, weights=paid, minlength=len(keys)).astype(np.int64)

    # Insured plans owe interest on what they pay late: it comes with the payment and is no claim payment.
    age = day[place] - service_day[rows["claim"][some]]
    late = (paid > 0) & (age > _INTEREST_AFTER) & insured_plan[payer[place]]
    late &= rows["kind"][some] == _KIND["payer_payment"]
    at = np.flatnonzero(late)
    owed = np.floor(paid[at] * _INTEREST * (age[at] - _INTEREST_AFTER) / 365)
    interest = np.bincount(place[at], weights=owed, minlength=len(keys)).astype(np.int64)

    amount = np.empty(len(keys), dtype=np.int64)
    for one in range(payers):
        at = np.flatnonzero(payer == one)  # in order of the day
        amount[at] = carried_forward(claims[at] + interest[at])
    order = np.lexsort((payer, day, posted))
    rank = np.empty(len(keys), dtype=np.int64)
    rank[order] = np.arange(len(keys))
    remit = np.full(len(cash), -1, dtype=np.int32)
    remit[has] = rank[place_of].take(key)
    parts = {
        "payer": payer,
        "day": day,
        "posted": posted,
        "amount": amount,
        "claims": claims,
        "interest": interest,
    }
    return remit, {name: values[order] for name, values in parts.items()}


def _distinct(keys: Ints) -> tuple[Ints, Ints]:
    """Return the distinct keys in order, and a table of each one's place among them; keys are small numbers."""
    there = np.zeros(int(keys.max(initial=-1)) + 1, dtype=bool)
    there[keys] = True
    return np.flatnonzero(there), np.maximum(np.cumsum(there) - 1, 0)


def carried_forward(owed: Ints) -> Ints:
    """Return what a payer pays each time when it may not pay less than nothing.

    What the practice owes back is carried forward to the next payments.

    Examples
    --------
    >>> carried_forward(np.array([100, -80, 20, 90])).tolist()
    [100, 0, 0, 30]
    """
    running = np.cumsum(owed)
    back = np.maximum(np.maximum.accumulate(running), 0) - running if len(owed) else running
    return owed - np.concatenate([[0], back[:-1]])[: len(owed)] + back


def transaction_table(
    ledger: Ledger, book: Book, calendar: Calendar, claim_ids: Texts, day: int
) -> pd.DataFrame:
    """Return the transactions posted by a day."""
    known = ledger.known(day)
    rows = {name: values[:known] for name, values in ledger.rows.items()}
    ids = numbered("T", np.arange(1, known + 1), 7)
    remit = ledger.remit[:known]
    remit_ids = numbered("R", np.arange(1, int(remit.max(initial=0)) + 2), 5)
    reverses = ledger.reverses[:known]
    has_memo = np.isin(rows["kind"], _SPEAKS_AT_ZERO) & (rows["memo"] != 0)
    return pd.DataFrame(
        {
            "transaction_id": ids,
            "claim_id": claim_ids[rows["claim"]],
            "line_number": counts(rows["line"], rows["line"] > 0),
            "posted_date": calendar.dates(rows["posted"]),
            "effective_date": calendar.dates(rows["effective"]),
            "kind": words(TRANSACTION_KINDS, rows["kind"]),
            "responsible": words(RESPONSIBLE, rows["responsible"]),
            "amount": rows["amount"] / 100,
            "memo_amount": np.where(has_memo, rows["memo"] / 100, np.nan),
            "reason": words(REASONS, rows["reason"]),
            "group_code": words(GROUPS, rows["group"]),
            "carc": words(book.carcs, rows["carc"]),
            "rarc": words(book.rarcs, rows["rarc"]),
            "remit_id": words(remit_ids, remit),
            "reverses_id": words(ids, reverses),
        }
    )


def remittance_table(ledger: Ledger, book: Book, calendar: Calendar, day: int) -> pd.DataFrame:
    """Return the remittances posted by a day: claim payments less the provider-level adjustment is the amount."""
    remits = ledger.remits
    known = int(np.searchsorted(remits["posted"], day, side="right"))
    part = {name: values[:known] for name, values in remits.items()}
    payers = book.rules.payers
    adjustment = part["claims"] - part["amount"]
    carried = adjustment + part["interest"] != 0
    place = numbered("-", part["day"] * 100 + part["payer"], 7)
    return pd.DataFrame(
        {
            "remit_id": numbered("R", np.arange(1, known + 1), 5),
            "payer": words(payers.names, part["payer"]),
            "trace_number": joined(words(payers.codes, part["payer"]), place),
            "payment_date": calendar.dates(part["day"]),
            "amount": part["amount"] / 100,
            "plb_amount": np.where(adjustment != 0, adjustment / 100, np.nan),
            "plb_reason": only_where(adjustment != 0, words(("L6", "FB"), carried.astype(np.int64))),
        }
    )
