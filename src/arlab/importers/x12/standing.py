"""Which answers of payers are in force, and which of them does a reversal take back?

An answer stays in force until the payer repeats it with its signs turned. Nothing is posted here: see ``ledger``.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from arlab.importers.x12.answers import Answer, AnswerLine, Part
from arlab.importers.x12.match import Matcher

__all__ = ["Standing", "Standings", "joined", "signature"]


class Standing(NamedTuple):
    """An answer in force to one line: what it said, and the rows that are posted of it."""

    rank: int
    payer: int
    control: str
    paid: int
    said: str
    settles: bool
    rows: tuple[int, ...]


class Standings:
    """The answers in force by place: that of a claim's line, or below zero for a claim as a whole.

    ``lone_takebacks`` counts reversals of answers that are not in the folder, ``unposted`` their cents.
    """

    def __init__(self, matcher: Matcher) -> None:
        self.matcher = matcher
        self.lone_takebacks = self.unposted = 0
        self._held: dict[int, tuple[Standing, ...]] = {}

    def at(self, place: int) -> tuple[Standing, ...]:
        """Return the answers in force at a place, the latest last."""
        return self._held.get(place, ())

    def add(self, place: int, new: Standing) -> None:
        """Let an answer be in force."""
        self._held[place] = (*self.at(place), new)

    def clear(self) -> None:
        """Forget all answers, once everything is posted."""
        self._held.clear()

    def taken_back(self, claim: int, payer: int, reversals: Sequence[Answer]) -> dict[int, list[Standing]]:
        """Return the answers that reversals take back, by line, and let them be in force no more."""
        back: dict[int, list[Standing]] = {}
        for answer in reversals:
            hits = []
            # One reversal may take back two answers to a line; only what fits none is put together.
            unfit = []
            for place, said in self.matcher.spoken(claim, answer):
                old = self._taken_of_line(payer, place, said, answer)
                if old is None:
                    unfit.append((place, said))
                else:
                    hits.append((place, old))
            for place, said in joined(unfit) if len(unfit) > 1 else ():
                old = self._taken_of_line(payer, place, said, answer)
                if old is not None:
                    hits.append((place, old))
            if not hits:
                hits = self._taken_of_claim(claim, payer, answer)
            for place, old in hits:
                back.setdefault(place, []).append(old)
            rest = -answer.paid - sum(old.paid for _, old in hits)
            if not hits or rest:
                self.lone_takebacks += 1
                self.unposted -= rest
        return back

    def _taken_of_line(self, payer: int, place: int, said: AnswerLine, answer: Answer) -> Standing | None:
        """Return the answer to a line that a reversal repeats with its signs turned: the last that fits best."""
        turned = signature(said.parts, sign=-1)
        fitting = [
            (one.said == turned, one.control == answer.payer_control, one.payer == payer, number, one)
            for number, one in enumerate(self.at(place))
            if one.paid == -said.paid and (one.payer == payer or one.control == answer.payer_control)
        ]
        if not fitting:
            return None
        old = max(fitting, key=lambda entry: entry[:-1])[-1]
        self._forget(place, old)
        return old

    def _taken_of_claim(self, claim: int, payer: int, answer: Answer) -> list[tuple[int, Standing]]:
        """Return what a reversal takes back that speaks of the claim where lines were answered, or the opposite."""
        places = [-claim - 1, *self.matcher.places_of(claim)]
        held = [(place, one) for place in places for one in self.at(place) if one.payer == payer]
        own = [(place, one) for place, one in held if one.control == answer.payer_control]
        for some in (own, held):
            if some and sum(one.paid for _, one in some) == -answer.paid:
                for place, one in some:
                    self._forget(place, one)
                return some
        return []

    def _forget(self, place: int, old: Standing) -> None:
        kept = list(self._held[place])
        del kept[max(at for at, one in enumerate(kept) if one is old)]
        self._held[place] = tuple(kept)


def signature(parts: Iterable[Part], *, sign: int = 1) -> str:
    """Return adjustments as one text, to tell whether two answers say the same."""
    return ",".join(sorted(f"{part.group}{part.carc}:{sign * part.cents}" for part in parts))


def joined(lines: Iterable[tuple[int, AnswerLine]]) -> list[tuple[int, AnswerLine]]:
    """Return the lines by place, what is said of one place put together."""
    found: dict[int, AnswerLine] = {}
    for place, line in lines:
        before = found.get(place)
        if before is not None:
            line = before._replace(
                charge=before.charge + line.charge, paid=before.paid + line.paid,
                parts=_together((*before.parts, *line.parts)), remark=before.remark or line.remark,
            )  # fmt: skip
        found[place] = line
    return list(found.items())


def _together(parts: Iterable[Part]) -> tuple[Part, ...]:
    found: dict[tuple[str, str], Part] = {}
    for part in parts:
        key = part.group, part.carc
        found[key] = part._replace(cents=part.cents + found[key].cents) if key in found else part
    return tuple(found.values())
