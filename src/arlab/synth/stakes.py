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
Flags = npt.NDArray[np.bool_]

_OF_UNITS: Final = ("119", "151", "198")  # codes that question the number of units
_OF_LEVEL: Final = ("150",)  # codes that question the level of the service: two thirds are paid
_ROOM: Final = (
    100  # cents between charge and allowed amount, so that rounding leaves no adjustment below zero
)


@dataclasses.dataclass(frozen=True)
class Money:
    """Amounts by line, in cents, with the meaning that they have in :class:`arlab.synth.lines.Lines`."""

    charge: Ints
    contract: Ints
    allowed: Ints
    payment: Ints
    sequestration: Ints
    copay: Ints
    deductible: Ints
    coinsurance: Ints


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
    code = decisions.code[lines.claim]
    by_units = np.isin(code, [rules.denials.carcs.index(carc) for carc in _OF_UNITS])
    by_level = np.isin(code, [rules.denials.carcs.index(carc) for carc in _OF_LEVEL])
    reduced = decisions.denied_line & ((by_units & (lines.units > 1)) | by_level) & ~late[lines.claim]
    reduced &= (lines.charge - lines.contract >= _ROOM) & (lines.contract > 0)
    at = np.flatnonzero(reduced)
    units = np.where(by_units[at], lines.units[at], 3)
    paid = (units + 1) // 2
    whole = {name: getattr(lines, name) for name in _PARTS}
    first = {name: values.copy() for name, values in whole.items()}
    denied = {name: values.copy() for name, values in whole.items()}
    for name, values in whole.items():
        first[name][at] = values[at] * paid // units
    # What the payer allows is the sum of its parts.
    first["allowed"][at] = sum(first[name][at] for name in _ALLOWED)
    for name, values in whole.items():
        denied[name][at] = values[at] - first[name][at]
    return Stakes(reduced, Money(**first), Money(**denied))


_ALLOWED: Final = ("payment", "sequestration", "copay", "deductible", "coinsurance")
_PARTS: Final = tuple(field.name for field in dataclasses.fields(Money))
