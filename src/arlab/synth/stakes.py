"""Which part of each line does the first answer pay, and which part is at stake when it denies something?

A payer may pay some units of a line, or pay it at a lower level, and deny the rest. Splits amounts in whole cents
so that the two parts add up to the line; posts nothing.
"""

from __future__ import annotations

import dataclasses
from typing import Final

import numpy as np
import numpy.typing as npt

from arlab.synth.adjudication import Decisions
from arlab.synth.lines import Lines
from arlab.synth.rulebook import Rulebook

__all__ = ["Money", "Stakes", "split_lines"]

Ints = npt.NDArray[np.int64]
Cents = npt.NDArray[np.int32]
Flags = npt.NDArray[np.bool_]

_OF_UNITS: Final = ("119", "151", "198")  # codes that question the number of units
_OF_LEVEL: Final = ("150",)  # codes that question the level of the service: two thirds are paid
_ROOM: Final = (
    100  # cents between charge and allowed amount, so that rounding leaves no adjustment below zero
)


_ALLOWED: Final = ("payment", "sequestration", "copay", "deductible", "coinsurance")
_PARTS: Final = ("charge", "contract", "allowed", *_ALLOWED)


@dataclasses.dataclass(frozen=True)
class Money:
    """Amounts by line, in cents, with the meaning that they have in :class:`arlab.synth.lines.Lines`.

    Few lines are split, so only those are kept: ``part`` holds their amounts by name, ``at`` their places.
    """

    lines: Lines
    at: Ints
    part: dict[str, Ints]

    def _amount(self, name: str) -> Cents:
        values: Cents = getattr(self.lines, name).copy()
        values[self.at] = self.part[name]
        return values

    @property
    def charge(self) -> Cents:
        """What is charged."""
        return self._amount("charge")

    @property
    def contract(self) -> Cents:
        """What the contract allows."""
        return self._amount("contract")

    @property
    def allowed(self) -> Cents:
        """What the payer's system allows."""
        return self._amount("allowed")

    @property
    def payment(self) -> Cents:
        """What the payer pays."""
        return self._amount("payment")

    @property
    def sequestration(self) -> Cents:
        """What the budget law keeps back."""
        return self._amount("sequestration")

    @property
    def copay(self) -> Cents:
        """The patient's copay."""
        return self._amount("copay")

    @property
    def deductible(self) -> Cents:
        """The patient's deductible."""
        return self._amount("deductible")

    @property
    def coinsurance(self) -> Cents:
        """The patient's coinsurance."""
        return self._amount("coinsurance")


@dataclasses.dataclass(frozen=True)
class Stakes:
    """``first`` is what the first answer pays on a line that it reduces (the whole line elsewhere); ``denied`` is
    what a denial puts at stake: the rest of a reduced line, the whole line elsewhere.
    """

    reduced: Flags
    first: Money
    denied: Money


def split_lines(rules: Rulebook, lines: Lines, decisions: Decisions, late: Flags) -> Stakes:
    """Return the two parts of every line; a claim that comes ``late`` is denied whole."""
    denied = np.flatnonzero(decisions.denied_line)
    claim = lines.claim[denied]
    code = decisions.code[claim]
    by_units = np.isin(code, [rules.denials.carcs.index(carc) for carc in _OF_UNITS])
    by_level = np.isin(code, [rules.denials.carcs.index(carc) for carc in _OF_LEVEL])
    charge, contract = lines.charge[denied], lines.contract[denied]
    split = ((by_units & (lines.units[denied] > 1)) | by_level) & ~late[claim]
    split &= (charge - contract >= _ROOM) & (contract > 0)
    at = denied[split]
    reduced = np.zeros(len(lines.claim), dtype=bool)
    reduced[at] = True
    units = np.where(by_units[split], lines.units[at].astype(np.int64), 3)
    paid = (units + 1) // 2
    whole = {name: getattr(lines, name)[at] for name in _PARTS}
    first = {name: values * paid // units for name, values in whole.items()}
    # What the payer allows is the sum of its parts.
    first["allowed"] = sum(first[name] for name in _ALLOWED)
    rest = {name: values - first[name] for name, values in whole.items()}
    return Stakes(reduced, Money(lines, at, first), Money(lines, at, rest))
