"""What does each answer of a payer change in the ledger?

Takes answers in the order of their days and posts what is new against what the same payer said before. It finds no
claim (see ``match``) and knows nothing of what patients pay.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from arlab.importers.x12.answers import Answer, AnswerLine, Part
from arlab.importers.x12.claims import Claims
from arlab.importers.x12.entries import KIND, RESPONSIBLE_AT, Entries
from arlab.importers.x12.match import Matcher
from arlab.importers.x12.sendings import Sendings
from arlab.importers.x12.standing import Standing, Standings, joined, signature

__all__ = ["RANKS", "Ledger"]

RANKS = {"1": 1, "2": 2, "3": 3, "19": 1, "20": 2, "21": 3}
"""CLP02 -> which payer in order answers; other codes do not say."""

_PATIENT = RESPONSIBLE_AT["patient"]
_FORWARDED = ("19", "20")
_NO_ANSWER = ("23", "25")  # not this payer's claim, passed on; only asked what would be paid
_EARLIER_PAYER = "23"
_SEQUESTRATION = "253"
_CASH = (KIND["payer_payment"], KIND["recoupment"])
_ORDER = ("sequestration", "transfer", "contractual", "denial")

Key = tuple[str, str, str]


class _Now(NamedTuple):
    """The remittance that is being posted, and the claim and payer's rank in question."""

    remit: int
    payer: int
    day: int
    claim: int
    rank: int
    target: int


class Ledger:
    """The payers' side of the ledger of a folder.

    Parameters
    ----------
    later : (claim, rank) of second and third payers that were sent the claim or answered it
    answered : claims that a first payer has answered anywhere in the folder

    Attributes
    ----------
    rows : what was posted
    twice : answers to lines that were settled already: only their payments are posted
    standings : the answers in force, and takebacks of those that are not in the folder
    beyond : cents that later payers take off beyond what was left for them
    missing_first : claims that a later payer answered although the first one's answer is not in the folder
    """

    def __init__(
        self,
        claims: Claims,
        sendings: Sendings,
        matcher: Matcher,
        *,
        later: set[tuple[int, int]],
        answered: set[int],
    ) -> None:
        self.claims, self.sendings, self.matcher = claims, sendings, matcher
        self.later, self.answered = later, answered
        self.rows = Entries()
        self.twice = self.beyond = 0
        self.missing_first: set[int] = set()
        self.standings = Standings(matcher)
        self._left: dict[tuple[int, int], int] = {}

    def charge_all(self) -> None:
        """Post the charge of every claim line once, on the day of the first sending."""
        sendings = self.sendings
        for claim, at in enumerate(self.claims.first):
            for number, line in enumerate(sendings.lines_of(at), start=1):
                self.rows.add(
                    "charge", 0, sendings.line_charge[line],
                    claim=claim, line=number, posted=sendings.sent[at], effective=sendings.service[at],
                )  # fmt: skip

    def post(self, number: int, *, payer: int, day: int, answers: Iterable[tuple[int, Answer]]) -> None:
        """Post one remittance: for each claim what is taken back, then what is answered anew."""
        by_claim: dict[int, list[Answer]] = {}
        for claim, answer in answers:
            by_claim.setdefault(claim, []).append(answer)
        for claim, ones in by_claim.items():
            now = _Now(number, payer, day, claim, 0, 0)
            back = self.standings.taken_back(claim, payer, [answer for answer in ones if answer.reversal])
            fresh = [
                answer
                for answer in ones
                if not answer.reversal and (answer.status not in _NO_ANSWER or answer.paid)
            ]
            more = sum(answer.paid for answer in fresh) >= sum(
                one.paid for held in back.values() for one in held
            )
            for answer in fresh:
                self._post_answer(now, answer, back)
            for place, held in back.items():
                for old in held:
                    self._undo(self._of_rank(now, old.rank), place, old, pays_more=more and bool(fresh))

    # What is taken back.

    def _undo(self, now: _Now, place: int, old: Standing, *, pays_more: bool) -> None:
        """Take an answer back that no new one to the same line replaces."""
        paid = [row for row in old.rows if self.rows.kind[row] in _CASH]
        if pays_more:
            self._reverse(now, paid)
        elif old.paid:
            self._add(now, "recoupment", old.paid, place, reason="takeback")
        self._reverse(now, [row for row in old.rows if row not in paid])

    def _reverse(self, now: _Now, rows: Iterable[int]) -> None:
        held = self.rows
        for row in rows:
            party = held.responsible[row]
            held.add(
                "reversal", party, -held.amount[row], claim=now.claim, line=held.line[row], posted=now.day,
                memo=-held.memo[row], reason="answer_taken_back", group=held.group[row], carc=held.carc[row],
                rarc=held.rarc[row], remit=now.remit, reverses=row,
            )  # fmt: skip
            self._moved(now.claim, party, -held.amount[row])

    # What is answered anew.

    def _post_answer(self, now: _Now, answer: Answer, back: dict[int, list[Standing]]) -> None:
        rank = RANKS.get(answer.status) or self._rank_of(now)
        now = self._of_rank(now, rank, forwarded=answer.status in _FORWARDED)
        if rank > 1 and now.claim not in self.answered:
            self._lend(now, answer)
        again = False
        for place, said in joined(self.matcher.spoken(now.claim, answer)):
            held = back.get(place, [])
            old = next((one for one in held if one.rank == rank), None)
            if old is not None:
                held.remove(old)
            settled = any(one.rank == rank and one.settles for one in self.standings.at(place))
            again |= settled
            rows = self._post_line(now, place, said, old, settled=settled)
            new = Standing(
                rank, now.payer, answer.payer_control, said.paid, signature(said.parts),
                bool(said.paid) or any(not part.denies for part in said.parts), tuple(rows),
            )  # fmt: skip
            self.standings.add(place, new)
        self.twice += again

    def _post_line(
        self, now: _Now, place: int, said: AnswerLine, old: Standing | None, *, settled: bool
    ) -> list[int]:
        """Post what an answer to a line says beyond the one that it replaces; return all rows in force of it."""
        rows, reasons = self._post_cash(now, place, said, old, again=settled)
        before: dict[Key, list[int]] = {}
        for row in old.rows if old else ():
            if self.rows.kind[row] not in _CASH:
                before.setdefault(self._key(row), []).append(row)
        parts = sorted(
            ((kind, part) for part in said.parts if (kind := _kind_of(part))),
            key=lambda entry: _ORDER.index(entry[0]),
        )
        for kind, part in parts:
            if (kind == "denial" and part in reasons) or (kind != "denial" and settled):
                continue
            same = before.pop((kind, part.group, part.carc), [])
            if same and self._size(same[0]) == part.cents:
                rows += same
                continue
            self._reverse(now, same)
            rows += self._post_part(now, place, kind, part, said.remark)
        for left in before.values():
            self._reverse(now, left)
        return rows

    def _post_cash(
        self, now: _Now, place: int, said: AnswerLine, old: Standing | None, *, again: bool
    ) -> tuple[list[int], list[Part]]:
        """Post what is paid or taken back; return the rows, and the denials that are the reason of a takeback.

        A takeback after payment is a recoupment and no new denial.
        """
        held = [row for row in old.rows if self.rows.kind[row] in _CASH] if old else []
        was = old.paid if old else 0
        if said.paid >= was:
            if said.paid == was:
                named = {(self.rows.group[row], self.rows.carc[row]) for row in held}
                return held, [part for part in said.parts if (part.group, part.carc) in named]
            if was:
                self._reverse(now, held)
            reason = "paid_again" if again else ""
            return [self._add(now, "payer_payment", -said.paid, place, reason=reason)], []
        known = {(self.rows.group[row], self.rows.carc[row]) for row in old.rows} if old else set()
        reasons, less = [], was - said.paid
        for part in said.parts:
            if less > 0 and part.denies and part.cents > 0 and (part.group, part.carc) not in known:
                took = min(less, part.cents)
                reasons.append(part)
                held.append(
                    self._add(now, "recoupment", took, place, part=part, rarc=said.remark, reason="takeback")
                )
                less -= took
        if less:
            held.append(self._add(now, "recoupment", less, place, reason="takeback"))
        return held, reasons

    def _post_part(self, now: _Now, place: int, kind: str, part: Part, remark: str) -> list[int]:
        """Post one adjustment; a later payer can take off no more than was left for it."""
        if kind == "denial":
            return [self._add(now, kind, 0, place, memo=part.cents, part=part, rarc=remark)]
        amount = part.cents
        if now.rank > 1 and kind != "sequestration":
            amount = min(amount, max(self._left.get((now.claim, now.rank), 0), 0))
            self.beyond += part.cents - amount
        if not amount:
            return []
        if kind != "transfer":
            return [self._add(now, kind, -amount, place, part=part)]
        reason = "patient_share" if now.target == _PATIENT else "to_next_payer"
        return [
            self._add(now, kind, -amount, place, part=part, reason=reason),
            self._add(now, kind, amount, place, part=part, reason=reason, party=now.target),
        ]

    def _lend(self, now: _Now, answer: Answer) -> None:
        """Move to a later payer what it settles, where the first payer's answer is not in the folder.

        The rest of the charge stays with the first payer, and no credit arises that nobody owes.
        """
        settles = answer.paid + sum(
            part.cents
            for line in answer.lines
            for part in line.parts
            if _kind_of(part) in ("sequestration", "transfer")
        )
        short = settles - self._left.get((now.claim, now.rank), 0)
        if short > 0:
            self.missing_first.add(now.claim)
            reason = "first_answer_not_in_folder"
            place = -now.claim - 1
            self._add(now, "transfer", -short, place, party=0, reason=reason)
            self._add(now, "transfer", short, place, reason=reason)

    # Helpers.

    def _rank_of(self, now: _Now) -> int:
        """Return the rank under which the claim was sent to a payer last; the first where it never was."""
        sendings = self.sendings
        ranks = [
            (sendings.sent[at], sendings.rank[at])
            for at in self.matcher.sendings_of(now.claim)
            if sendings.payer[at] == now.payer and sendings.sent[at] <= now.day
        ]
        return max(ranks)[1] if ranks else 1

    def _of_rank(self, now: _Now, rank: int, *, forwarded: bool = False) -> _Now:
        has_next = rank < 3 and (forwarded or (now.claim, rank + 1) in self.later)
        return now._replace(rank=rank, target=rank if has_next else _PATIENT)

    def _key(self, row: int) -> Key:
        held = self.rows
        kind = next(name for name in _ORDER if KIND[name] == held.kind[row])
        return kind, held.group[row], held.carc[row]

    def _size(self, row: int) -> int:
        """Return what a row takes off, or denies."""
        return self.rows.memo[row] if self.rows.kind[row] == KIND["denial"] else -self.rows.amount[row]

    def _moved(self, claim: int, party: int, amount: int) -> None:
        if 0 < party < _PATIENT:
            self._left[claim, party + 1] = self._left.get((claim, party + 1), 0) + amount

    def _add(
        self,
        now: _Now,
        kind: str,
        amount: int,
        place: int,
        *,
        party: int | None = None,
        memo: int = 0,
        part: Part | None = None,
        rarc: str = "",
        reason: str = "",
    ) -> int:
        party = now.rank - 1 if party is None else party
        self._moved(now.claim, party, amount)
        first = self.sendings.first_line[self.claims.first[now.claim]]
        return self.rows.add(
            kind, party, amount, claim=now.claim, line=place - first + 1 if place >= 0 else 0, posted=now.day,
            memo=memo, reason=reason, group=part.group if part else "",
            carc=part.carc if part else "", rarc=rarc, remit=now.remit,
        )  # fmt: skip


def _kind_of(part: Part) -> str:
    """Return the kind of row that an adjustment becomes; nothing for what an earlier payer has settled."""
    if part.denies and part.cents > 0:
        return "denial"
    if part.carc == _EARLIER_PAYER:
        return ""
    if part.group == "PR":
        return "transfer"
    return "sequestration" if part.carc == _SEQUESTRATION else "contractual"
