"""Which answers did each remittance give, line by line, if the ledger rows posted from it are all we have?

The ledger holds what changed; an 835 repeats the whole answer and takes the earlier one back first. The answers
here add up to the charge of every line, or the practice is refused: nothing is made to fit.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping
from operator import itemgetter
from typing import Final, NamedTuple

import pandas as pd

from arlab.errors import InputRefused
from arlab.synth.x12_facts import Facts, cents, day_texts, texts
from arlab.synth.x12_postings import UNSAID_SHARE, Part, Row, moved_before, part_of, remit_rows
from arlab.synth.x12_sendings import Sending, Sendings
from arlab.tables import Practice

__all__ = ["Answers", "ClaimAnswer", "LineAnswer", "read_answers"]

COPY: Final = "18"  # denied because it is a copy: such an answer stands beside the one to the original
_EARLIER_PAYER: Final = ("OA", "23")


class LineAnswer(NamedTuple):
    """The answer to one line: its parts add up to its charge."""

    number: int
    charge: int
    parts: tuple[Part, ...]

    @property
    def paid(self) -> int:
        """What the payer pays, in cents."""
        return sum(part.cents for part in self.parts if part.role == "paid")


class ClaimAnswer(NamedTuple):
    """The answer to some or all lines of a claim; a ``reversal`` takes an earlier one back."""

    claim: str
    payer: str
    rank: int
    sending: Sending
    reversal: bool
    lines: tuple[LineAnswer, ...]


class _Standing(NamedTuple):
    """An answer in force, with what was answered by it and by whom."""

    line: LineAnswer
    payer: str
    sending: Sending


class Answers(NamedTuple):
    """All answers: by remittance in claim order, and by claim and rank in order of the payment day.

    An entry of ``course`` is (payment day, payer, line, answer or None where it was only taken back).
    """

    by_remit: Mapping[str, tuple[ClaimAnswer, ...]]
    course: Mapping[tuple[str, int], list[tuple[str, str, int, LineAnswer | None]]]


def read_answers(practice: Practice, facts: Facts, sendings: Sendings) -> Answers:
    """Return the answers of every remittance.

    Rows are read by kind, group and codes, never by ``reason``:

    - contractual, sequestration and denial rows are what they are; transfers to the patient or the next payer
      give the patient's share. What of the charge no row explains was moved to the patient at the visit: it is
      given as PR-3, and no more of it than was moved. For a second payer it is what the first one took: OA-23.
    - A reversal row takes back the answer that holds the reversed row; what was not reversed of it stays.
    - A recoupment takes the payment's answer back. Where it names a reason, an answer follows that denies the
      amount for it; where a payment comes again, that answer is taken back.
    - A payment alone on a line already answered repeats the adjustments: the payer paid the claim twice.

    Raises
    ------
    InputRefused
        when an answer cannot add up to its charge or a remittance to its amount, naming it.
    """
    remittances, transactions = practice.remittances, practice.transactions
    pays = dict(
        zip(
            texts(remittances, "remit_id"),
            zip(texts(remittances, "payer"), day_texts(remittances, "payment_date"), strict=True),
            strict=True,
        )
    )
    reader = _Reader(facts, sendings, moved_before(transactions))
    by_remit: dict[str, list[ClaimAnswer]] = {remit: [] for remit in pays}
    for (remit, claim, rank), rows in itertools.groupby(remit_rows(transactions), key=itemgetter(0, 1, 2)):
        if remit not in pays:
            raise InputRefused(f"The ledger names remittance {remit}, which is not in the table remittances.")
        by_remit[remit] += reader.answer(claim, rank, *pays[remit], rows)
    if reader.problems:
        more = f" ({len(reader.problems) - 1} more like it)" if len(reader.problems) > 1 else ""
        raise InputRefused(reader.problems[0] + more)
    _check_amounts(remittances, by_remit)
    return Answers({remit: tuple(answers) for remit, answers in by_remit.items()}, reader.course)


def _check_amounts(remittances: pd.DataFrame, by_remit: Mapping[str, list[ClaimAnswer]]) -> None:
    """Refuse a remittance whose claim payments less the provider-level adjustment are not its amount."""
    amounts = zip(cents(remittances, "amount"), cents(remittances, "plb_amount"), strict=True)
    for remit, (amount, adjustment) in zip(texts(remittances, "remit_id"), amounts, strict=True):
        paid = sum(
            -line.paid if answer.reversal else line.paid
            for answer in by_remit[remit]
            for line in answer.lines
        )
        if paid - adjustment != amount or amount < 0:
            raise InputRefused(
                f"Remittance {remit} pays {amount / 100:.2f}, but its claims come to {paid / 100:.2f} and its"
                f" adjustment to {adjustment / 100:.2f}: correct the ledger rows posted from it."
            )


class _Reader:
    """Reads remittances in order of payment and knows which answers are in force."""

    def __init__(self, facts: Facts, sendings: Sendings, moved: Mapping[tuple[str, int], int]) -> None:
        self.facts, self.sendings, self.moved = facts, sendings, moved
        self.standing: dict[tuple[str, int, int], list[_Standing]] = {}
        self.paid_as: dict[tuple[str, int, int], tuple[Part, ...]] = {}
        self.course: dict[tuple[str, int], list[tuple[str, str, int, LineAnswer | None]]] = {}
        self.problems: list[str] = []

    def answer(self, claim: str, rank: int, payer: str, day: str, rows: Iterable[Row]) -> list[ClaimAnswer]:
        """Return what one remittance says of one claim: what is taken back, then what is answered anew."""
        charges = {line.number: line.charge for line in self.facts.claims[claim].lines}
        original = self.sendings.answered(claim, rank, payer, day, copy=False)
        copied = self.sendings.answered(claim, rank, payer, day, copy=True)
        taken_back: dict[Sending, list[LineAnswer]] = {}
        answered: dict[tuple[bool, int], list[LineAnswer]] = {}
        course = self.course.setdefault((claim, rank), [])
        for number, of_line in itertools.groupby(rows, key=itemgetter(3)):
            line = number or (next(iter(charges)) if len(charges) == 1 else 0)
            if line not in charges:
                self.problems.append(f"A row of claim {claim} names no line of it: X12 answers are by line.")
                continue
            key = (claim, rank, line)
            old, new = self._line(key, charges[line], payer, list(of_line))
            for standing in old:
                taken_back.setdefault(standing.sending, []).append(standing.line)
                course.append((day, payer, line, None))
            standings = self.standing.setdefault(key, [])
            for parts in new:
                is_copy = any(part.role == "denied" and part.carc == COPY for part in parts)
                answer = LineAnswer(line, charges[line], parts)
                if answer.paid:
                    self.paid_as[key] = parts
                standings.append(_Standing(answer, payer, copied if is_copy else original))
                # Two answers to one line on one remittance are two answers to the claim.
                place = sum(
                    number == line
                    for (copy, _), ones in answered.items()
                    if copy == is_copy
                    for number, *_ in ones
                )
                answered.setdefault((is_copy, place), []).append(answer)
                if not is_copy:
                    course.append((day, payer, line, answer))
        back = [ClaimAnswer(claim, payer, rank, to, True, tuple(lines)) for to, lines in taken_back.items()]
        return back + [
            ClaimAnswer(claim, payer, rank, copied if copy else original, False, tuple(lines))
            for (copy, _), lines in sorted(answered.items(), key=itemgetter(0))
        ]

    def _line(
        self, key: tuple[str, int, int], charge: int, payer: str, rows: list[Row]
    ) -> tuple[list[_Standing], list[tuple[Part, ...]]]:
        """Return the answers to a line that are taken back, and the parts of each new one."""
        standings = self.standing.setdefault(key, [])
        undone = {row.reverses for row in rows if row.kind == "reversal"}
        old = [one for one in standings if any(part.row in undone for part in one.line.parts)]
        if undone - {part.row for one in old for part in one.line.parts}:
            self._problem(key, "a reversal takes back a row that no answer in force holds")
            return [], []
        base = [
            part for one in old if one.payer == payer for part in one.line.parts if part.row not in undone
        ]
        posted = [part_of(row) for row in rows if row.kind not in ("reversal", "recoupment")]
        whole = [part for part in posted if part.role == "denied" and part.cents >= charge]
        posted = [part for part in posted if part not in whole]

        taken = sum(row.amount for row in rows if row.kind == "recoupment")
        if taken:
            paid = [
                one for one in standings if one.line.paid >= taken and one not in old and one.payer == payer
            ]
            if not paid:
                self._problem(key, f"{taken / 100:.2f} is taken back that no answer in force has paid")
                return [], []
            old.append(paid[-1])
            base += self._after_taking(key, paid[-1].line, [row for row in rows if row.kind == "recoupment"])
        elif posted and not undone and all(part.role == "paid" for part in posted):
            # Money alone: the payer gives back what it took, or it pays a second time.
            if standings and any(part.role == "taken" for part in standings[-1].line.parts):
                old.append(standings[-1])
                base += [part for part in old[-1].line.parts if part.role != "taken"]
            else:
                base += [part for part in self.paid_as.get(key, ()) if part.role != "paid"]
        parts = [part for part in base if part.role != "earlier"] + posted
        for one in old:
            standings.remove(one)
        new = [self._balanced(key, charge, parts)] if parts else []
        new += [self._balanced(key, charge, [part]) for part in whole]
        # A payer cannot take back what another payer has said: that is the practice's own booking.
        return [one for one in old if one.payer == payer], new

    def _after_taking(self, key: tuple[str, int, int], line: LineAnswer, rows: list[Row]) -> list[Part]:
        """Return the parts of the answer that follows a recoupment; none where the payer names no reason."""
        named = [Part("taken", row.group or "CO", row.carc, row.amount, row.rarc) for row in rows if row.carc]
        left = line.paid - sum(row.amount for row in rows)
        if not named and not left:
            return []
        if len(named) < len(rows):
            self._problem(key, "a payment is taken back in part without a reason code")
        kept = [part for part in line.parts if part.role != "paid"]
        return kept + named + ([Part("paid", "", "", left)] if left else [])

    def _balanced(self, key: tuple[str, int, int], charge: int, parts: list[Part]) -> tuple[Part, ...]:
        """Return the parts with what no row explains; a line that cannot add up is a problem."""
        claim, rank, line = key
        rest = charge - sum(part.cents for part in parts)
        if any(part.role == "denied" and not part.carc for part in parts):
            self._problem(key, "a denial has no reason code")
        if rest < 0:
            self._problem(key, f"the parts of the answer exceed the charge by {-rest / 100:.2f}")
        elif rest and rank > 1:
            parts = [*parts, Part("earlier", *_EARLIER_PAYER, rest)]
        elif rest:
            if rest > self.moved.get((claim, line), 0) + self.moved.get((claim, 0), 0):
                self._problem(key, f"{rest / 100:.2f} of the charge is explained by no row")
            parts = [*parts, Part("share", *UNSAID_SHARE, rest)]
        return tuple(parts)

    def _problem(self, key: tuple[str, int, int], what: str) -> None:
        claim, rank, line = key
        self.problems.append(
            f"Line {line} of claim {claim} cannot be written as an answer of its payer {rank}: {what}."
        )
