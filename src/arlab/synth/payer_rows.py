"""What does the first payer's part of every claim's story look like in the ledger?

First answers, later answers, wins and losses. Follow-up has decided by now;
here it is only written down, line by line.
"""

from __future__ import annotations

import dataclasses

import numpy as np
import numpy.typing as npt

from arlab.synth.answers import Answers
from arlab.synth.at_visit import Shares
from arlab.synth.book import REASONS, Book
from arlab.synth.desk import End, Finding, Outcomes
from arlab.synth.rulebook import CATEGORIES, GROUPS
from arlab.synth.stakes import Money, Stakes

__all__ = ["Postings", "post_ends", "post_first_answers", "post_later_denials"]

Ints = npt.NDArray[np.int64]
Cents = npt.NDArray[np.int32]
Whole = npt.NDArray[np.integer]
Flags = npt.NDArray[np.bool_]

_WRITE_OFF_REASON = {
    "eligibility": "registration_or_coverage",
    "registration": "registration_or_coverage",
    "coordination_of_benefits": "registration_or_coverage",
    "wrong_payer": "registration_or_coverage",
    "claim_data": "claim_data_or_coding",
    "coding": "claim_data_or_coding",
    "documentation": "documentation",
    "authorisation": "no_authorisation",
    "non_covered": "not_covered",
    "benefit_limit": "not_covered",
    "medical_necessity": "medical_necessity",
    "credentialing": "credentialing",
    "timely_filing": "timely_filing",
    "duplicate": "claim_data_or_coding",
}


@dataclasses.dataclass(frozen=True)
class Postings:
    """What every posting of the first payer's part looks at."""

    book: Book
    answers: Answers
    shares: Shares
    stakes: Stakes

    def due_still(self, at: Ints) -> Cents:
        """Return what was moved to the patient at the visit and not used up by a part paid before."""
        return np.where(self.stakes.reduced[at], 0, self.shares.due_at_visit[at])


def post_first_answers(case: Postings, misposted: Flags) -> Ints:
    """Post the first answer to each claim; return for each line the number of its denial row, or -1.

    Denied lines of ``misposted`` claims are posted as if the contract allowed nothing.
    """
    lines, answers = case.book.lines, case.answers
    answered = (answers.post_day >= 0)[lines.claim]
    denied = (answers.late[lines.claim] | answers.decisions.denied_line) & answered
    paid = np.flatnonzero(answered & (~denied | case.stakes.reduced))
    due = case.shares.due_at_visit[paid]
    _post_paid(case, paid, case.stakes.first, due, answers.payer, answers.pay_day, answers.post_day)
    rows = np.full(len(lines.claim), -1)
    wrong = misposted[lines.claim]
    at = np.flatnonzero(denied & ~wrong)
    claim = lines.claim[at]
    rows[at] = _post_denials(case, at, answers.payer[claim], answers.pay_day[claim], answers.post_day[claim])
    _post_as_contractual(case, np.flatnonzero(denied & wrong))
    return rows


def _post_as_contractual(case: Postings, at: Ints) -> None:
    """Post denied lines as if the contract allowed nothing: the mistake of whoever posts the remittance."""
    book, answers = case.book, case.answers
    claim = book.lines.claim[at]
    posted, effective = answers.post_day[claim], answers.pay_day[claim]
    _give_back(case, at, posted, effective)
    book.post(
        "contractual", "payer_1", claim=claim, posted=posted, amount=-case.stakes.denied.charge[at],
        effective=effective, reason="misposted", group="CO", carc=book.denial_carc(answers.code(claim)),
        remit=(answers.payer[claim], effective), line=book.lines.number[at],
    )  # fmt: skip


def _give_back(case: Postings, at: Ints, posted: Ints, effective: Ints | None = None) -> None:
    """Take back what was due at the visit on lines that the patient need not pay."""
    book, due = case.book, case.due_still(at)
    claim = book.lines.claim[at]
    book.transfer(
        "payer_1", "patient", claim=claim, posted=posted, amount=-due, effective=effective,
        reason="not_due_after_all", line=book.lines.number[at],
    )  # fmt: skip
    back = (due > 0) & (case.shares.collected[claim] > 0)
    case.shares.owed.append((claim[back], posted[back], -due[back]))


def _post_denials(case: Postings, at: Ints, payer: Ints, pay_day: Ints, post_day: Ints) -> Ints:
    """Post denial rows for lines, with the codes of the claim's decision."""
    book, answers = case.book, case.answers
    claim = book.lines.claim[at]
    late = answers.late[claim]
    code = np.where(late, answers.decisions.late_code, answers.decisions.code[claim])
    rarc = np.where(late, 0, answers.decisions.rarc[claim])
    return book.post(
        "denial",
        "payer_1",
        claim=claim,
        posted=post_day,
        amount=np.zeros(len(at), dtype=np.int64),
        effective=pay_day,
        group=np.where(late, GROUPS.index("CO"), answers.decisions.group[claim]),
        remit=(payer, pay_day),
        line=book.lines.number[at],
        memo=case.stakes.denied.charge[at],
        carc=book.denial_carc(code),
        rarc=book.rarc_of[code, rarc],
    )


def _post_paid(
    case: Postings, at: Ints, money: Money, due: Cents, payers: Ints, pay_days: Ints, post_days: Ints
) -> None:
    """Post lines as paid: contract adjustment, payment, sequestration, and the patient's share moved on.

    ``money`` is by line of the practice, ``due`` what was moved to the patient at the visit by line of ``at``;
    ``payers``, ``pay_days`` and ``post_days`` are per claim.
    """
    book, shares = case.book, case.shares
    claim, number = book.lines.claim[at], book.lines.number[at]
    posted, effective, payer = post_days[claim], pay_days[claim], payers[claim]

    def row(kind: str, amount: Cents, carc: str) -> None:
        some = np.flatnonzero(amount)
        rows = book.post(
            kind, "payer_1", claim=claim[some], posted=posted[some], amount=-amount[some],
            effective=effective[some], group="CO" if carc else "", carc=book.carc(carc),
            remit=(payer[some], effective[some]), line=number[some],
        )  # fmt: skip
        book.paid_rows.setdefault(kind, np.full(len(book.lines.claim), -1))[at[some]] = rows

    row("contractual", money.charge[at] - money.allowed[at], "45")
    row("payer_payment", money.payment[at], "")
    row("sequestration", money.sequestration[at], "253")

    second = shares.second_payer[claim] >= 0
    # What was asked for at the visit has been moved already: copay first, then deductible, then coinsurance.
    already = due
    owed = np.zeros(len(at), dtype=np.int64)
    for carc, share in (("3", money.copay[at]), ("1", money.deductible[at]), ("2", money.coinsurance[at])):
        moved = np.minimum(share, already)
        already = already - moved
        share = share - moved
        owed += share
        for which, party, reason in (
            (second, "payer_2", "to_second_payer"),
            (~second, "patient", "patient_share"),
        ):
            some = np.flatnonzero(which & (share > 0))
            book.transfer(
                "payer_1", party, claim=claim[some], posted=posted[some], amount=share[some],
                effective=effective[some], reason=reason, group="PR", line=number[some],
                carc=book.carc(carc), remit=(payer[some], effective[some]),
            )  # fmt: skip
    book.transfer(
        "payer_1", "patient", claim=claim, posted=posted, amount=-already, effective=effective,
        reason="not_due_after_all", line=number, remit=(payer, effective),
    )  # fmt: skip
    owed += _not_collected(shares, claim, due) - already
    own = ~second & (owed != 0)
    shares.owed.append((claim[own], posted[own], owed[own]))
    passed = second & (owed > 0)
    shares.to_second.append((at[passed], effective[passed], posted[passed], owed[passed]))


def _not_collected(shares: Shares, claim: Ints, due: Cents) -> Ints:
    """Return what was due at the visit and not collected; it is asked for with the rest."""
    return np.where(shares.collected[claim] == 0, due, 0)


def post_later_denials(
    case: Postings, log: dict[str, Ints], copies: tuple[Ints, Ints, Ints]
) -> tuple[Ints, Ints]:
    """Post the denials of resubmissions (``log``), and of ``copies`` (claims, payment days, posting days).

    Return the lines that resubmissions were denied for, and the numbers of those rows.
    """
    book, answers = case.book, case.answers
    lines = book.lines
    at, event = lines.of_claims(log["claim"])
    hit = answers.late[lines.claim[at]] | answers.decisions.denied_line[at]
    at, event = at[hit], event[hit]
    again = at, _post_denials(case, at, log["payer"][event], log["pay_day"][event], log["post_day"][event])

    claim, pay_day, post_day = copies
    at, event = lines.of_claims(claim)
    code = np.full(len(at), book.rules.denials.carcs.index("18"))
    book.post(
        "denial", "payer_1", claim=lines.claim[at], posted=post_day[event],
        amount=np.zeros(len(at), dtype=np.int64), effective=pay_day[event], group="OA",
        remit=(answers.payer[lines.claim[at]], pay_day[event]), line=lines.number[at],
        memo=lines.charge[at], carc=book.denial_carc(code), rarc=book.rarc_of[code, 0],
    )  # fmt: skip
    return again


def post_ends(case: Postings, outcomes: Outcomes, denial_rows: Ints, again: tuple[Ints, Ints]) -> None:
    """Post how denied and never-answered claims end: paid after all, written off, or left to the patient.

    ``again`` holds the lines of later denials and the numbers of those rows.
    """
    book, answers, shares, denied = case.book, case.answers, case.shares, case.stakes.denied
    lines = book.lines
    hit = denial_rows >= 0
    end = outcomes.end[lines.claim]

    at = np.flatnonzero(hit & (end == End.WON))
    pay_day, post_day, payer = outcomes.end_pay_day, outcomes.end_day, outcomes.end_payer
    # A payer that changes its mind takes its denials back first and then pays. Where another payer pays, nothing
    # on its remittance says so: the practice takes the denial back itself.
    later, rows = again
    won_later = hit[later] & (end[later] == End.WON)
    undone, numbers = np.append(at, later[won_later]), np.append(denial_rows[at], rows[won_later])
    by = lines.claim[undone]
    same = payer[by] == answers.payer[by]
    book.post(
        "reversal", "payer_1", claim=by, posted=post_day[by], amount=np.zeros(len(by), dtype=np.int64),
        effective=pay_day[by], reason="denial_reversed",
        remit=(np.where(same, payer[by], -1), np.where(same, pay_day[by], -1)), line=lines.number[undone],
        memo=-denied.charge[undone], reverses=numbers,
    )  # fmt: skip
    _post_paid(case, at, denied, case.due_still(at), payer, pay_day, post_day)

    never_answered = answers.post_day[lines.claim] < 0
    at = np.flatnonzero((end == End.WRITTEN_OFF) & (hit | never_answered))
    _post_given_up(case, outcomes, at)
    at = np.flatnonzero((end == End.TO_PATIENT) & hit)
    claim, due = lines.claim[at], case.due_still(at)
    amount = _down_to_contract(case, outcomes, at, denied.charge[at] - due)
    book.transfer(
        "payer_1", "patient", claim=claim, posted=outcomes.end_day[claim], amount=amount,
        reason="denied_to_patient", group="PR", line=lines.number[at],
        carc=book.denial_carc(np.maximum(answers.code(claim), 0)),
    )  # fmt: skip
    shares.owed.append((claim, outcomes.end_day[claim], amount + _not_collected(shares, claim, due)))


def _down_to_contract(case: Postings, outcomes: Outcomes, at: Ints, left: Whole) -> Whole:
    """Take lines that the payer will not pay down to the contract price; return what is left of ``left``.

    The part of the charge above the contract was never worth anything: only the rest is a loss.
    """
    lines, denied = case.book.lines, case.stakes.denied
    claim = lines.claim[at]
    above = np.minimum(denied.charge[at] - denied.contract[at], left)
    some = np.flatnonzero(above)
    case.book.post(
        "contractual", "payer_1", claim=claim[some], posted=outcomes.end_day[claim[some]], amount=-above[some],
        reason="above_contract", line=lines.number[at][some],
    )  # fmt: skip
    return left - above


def _post_given_up(case: Postings, outcomes: Outcomes, at: Ints) -> None:
    """Write lines off with the reason that the practice would give; money due at the visit goes back."""
    book, answers = case.book, case.answers
    lines = book.lines
    claim = lines.claim[at]
    # What the practice must bear is not the patient's either.
    _give_back(case, at, outcomes.end_day[claim])
    amount = _down_to_contract(case, outcomes, at, case.stakes.denied.charge[at])
    code = answers.code(claim)
    category = book.rules.denials.category[np.maximum(code, 0)]
    by_category = np.array([REASONS.index(_WRITE_OFF_REASON[name]) for name in CATEGORIES])
    finding = outcomes.end_finding[claim]
    untimely = category == CATEGORIES.index("timely_filing")
    reason = np.select(
        [
            code < 0,
            finding == Finding.LOW_VALUE,
            (finding == Finding.PAST_LIMIT) & ~untimely,
        ],
        [
            REASONS.index("never_filed_in_time"),
            REASONS.index("low_value_not_worked"),
            REASONS.index("deadline_missed"),
        ],
        by_category[category],
    )
    some = np.flatnonzero(amount)
    book.post(
        "write_off", "payer_1", claim=claim[some], posted=outcomes.end_day[claim[some]], amount=-amount[some],
        reason=reason[some], line=lines.number[at][some],
    )  # fmt: skip
