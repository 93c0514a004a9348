"""Which claim, and which of its lines, does an answer speak of?

By control number, day of service and charge; then by the payer's own number. Two claims that fit are never merged:
the answer stays unmatched. It posts nothing.
"""

from __future__ import annotations

from arlab.importers.x12.answers import Answer, AnswerLine
from arlab.importers.x12.claims import Claims
from arlab.importers.x12.sendings import Sendings

__all__ = ["AMBIGUOUS", "UNMATCHED", "Matcher"]

UNMATCHED = -1
AMBIGUOUS = -2


class Matcher:
    """Finds claims by what an answer says, and remembers the numbers that payers gave them."""

    def __init__(self, claims: Claims, sendings: Sendings) -> None:
        self.claims, self.sendings = claims, sendings
        self._by_payer: dict[tuple[int, str], int] = {}
        self._more: dict[int, list[int]] = {}
        for at, claim in enumerate(claims.of):
            if claim >= 0 and claims.first[claim] != at:
                self._more.setdefault(claim, []).append(at)

    def sendings_of(self, claim: int) -> list[int]:
        """Return all sendings of a claim, the first one first."""
        return [self.claims.first[claim], *self._more.get(claim, ())]

    def claim_of(self, answer: Answer, *, payer: int, payee: str) -> int:
        """Return the claim that an answer speaks of, ``UNMATCHED`` or ``AMBIGUOUS``."""
        named = self.claims.named(answer.control)
        fitting = [claim for claim in named if self._fits(claim, answer)]
        if len(fitting) > 1 and payee:
            billed = [c for c in fitting if self.sendings.billing[self.claims.first[c]] == payee]
            fitting = billed or fitting
        own = self._by_payer.get((payer, answer.payer_control)) if answer.payer_control else None
        if len(fitting) > 1 and own in fitting:
            fitting = [own]
        if not fitting and own is not None and own >= 0 and self._on_day(own, answer):
            fitting = [own]
        if len(fitting) == 1:
            self.remember(payer, answer.payer_control, fitting[0])
            return fitting[0]
        return AMBIGUOUS if fitting else UNMATCHED

    def remember(self, payer: int, number: str, claim: int) -> None:
        """Remember that a payer calls a claim by this number; a number for two claims tells nothing."""
        if number:
            known = self._by_payer.setdefault((payer, number), claim)
            if known != claim:
                self._by_payer[payer, number] = AMBIGUOUS

    def why(self, answer: Answer, found: int) -> str:
        """Return why an answer has no claim."""
        if found == AMBIGUOUS:
            return "several claims have its control number, day and charge, and the payer's number does not decide"
        if not self.claims.named(answer.control):
            return "no claim in the 837 files has its control number or the payer's"
        return "the claims with its control number have another day of service or another charge"

    def _fits(self, claim: int, answer: Answer) -> bool:
        return self._on_day(claim, answer) and self._charged(claim, answer)

    def _on_day(self, claim: int, answer: Answer) -> bool:
        if not answer.day:
            return True
        sendings = self.sendings
        return any(
            sendings.service[at] == answer.day
            or any(sendings.line_day[line] == answer.day for line in sendings.lines_of(at))
            for at in self.sendings_of(claim)
        )

    def _charged(self, claim: int, answer: Answer) -> bool:
        """Return whether a claim was sent with this charge, or with lines that this answer speaks of alone."""
        charge, sendings = abs(answer.charge), self.sendings
        every = self.sendings_of(claim)
        if any(sendings.charge[at] == charge for at in every):
            return True
        asked = sorted(abs(line.charge) for line in answer.lines if line.charge)
        if not asked or sum(asked) != charge:
            return False
        return any(
            _within(asked, [sendings.line_charge[line] for line in sendings.lines_of(at)]) for at in every
        )

    def places_of(self, claim: int) -> range:
        """Return the places of a claim's lines."""
        return self.sendings.lines_of(self.claims.first[claim])

    def spoken(self, claim: int, answer: Answer) -> list[tuple[int, AnswerLine]]:
        """Return the lines of an answer with the place of the claim's line; below zero for the claim as a whole."""
        return [
            (place if place >= 0 else -claim - 1, line)
            for place, line in zip(self.lines_of(claim, answer), answer.lines, strict=True)
        ]

    def lines_of(self, claim: int, answer: Answer) -> list[int]:
        """Return the place of the claim's line for each line of the answer; -1 where none is meant or found."""
        sendings = self.sendings
        every = self.places_of(claim)
        free = list(every)
        found = [-1] * len(answer.lines)
        asked = [at for at, line in enumerate(answer.lines) if line.procedure or line.number or line.charge]
        if len(asked) == 1 and len(free) == 1:
            found[asked[0]] = free[0]
            return found

        def same_number(line: AnswerLine, at: int) -> bool:
            return bool(line.number) and sendings.line_number[at] == line.number

        def same_service(line: AnswerLine, at: int) -> bool:
            return sendings.procedure[at] == line.procedure

        def same_charge(line: AnswerLine, at: int) -> bool:
            return sendings.line_charge[at] == abs(line.charge)

        for rules in (
            (same_number, same_charge),
            (same_service, same_charge),
            (same_number,),
            (same_service,),
            (same_charge,),
        ):
            for place in asked:
                if found[place] < 0:
                    line = answer.lines[place]
                    # A payer may split a line: the same number may be answered more than once.
                    where = every if same_number in rules else free
                    hit = next((at for at in where if all(rule(line, at) for rule in rules)), -1)
                    if hit >= 0:
                        found[place] = hit
                        if hit in free:
                            free.remove(hit)
            if all(found[place] >= 0 for place in asked):
                break
        return found


def _within(asked: list[int], charges: list[int]) -> bool:
    """Return whether every asked amount is one of the charges, each used once."""
    left = list(charges)
    for amount in asked:
        if amount not in left:
            return False
        left.remove(amount)
    return True
