"""Which sendings are one claim, and which of them is the first?

A claim is a control number and a day of service; corrected sendings and those to the next payer join it and never
add charge. It reads no answer.
"""

from __future__ import annotations

import dataclasses
from array import array
from collections.abc import Mapping

from arlab.importers.x12.sendings import ORIGINAL, Sendings

__all__ = ["Claims", "make_claims"]

VOID = "8"
NOT_USED = -1


@dataclasses.dataclass
class Claims:
    """Claims in the order of their first sending.

    ``first`` is the sending that the claim's facts, lines and charge come from; ``of`` gives each sending's claim
    or -1; ``reasons`` says why a sending was not used; ``again`` lists original sendings of a claim that had one,
    ``other_charge`` sendings that name another charge than the first, ``lone`` claims known only from a corrected
    sending, ``reused`` claims whose control number another claim has, ``voided`` claims that were voided.
    """

    first: array[int]
    of: array[int]
    by_control: dict[str, int | list[int]]
    reasons: dict[int, tuple[str, str]]
    again: list[int]
    other_charge: list[int]
    lone: list[int]
    reused: list[int]
    voided: list[int]
    suffix: dict[int, int]

    def __len__(self) -> int:
        return len(self.first)

    def named(self, control: str) -> list[int]:
        """Return the claims that were sent under a control number."""
        found = self.by_control.get(control)
        return [] if found is None else [found] if isinstance(found, int) else found


def make_claims(sendings: Sendings, numbers_of: Mapping[str, str], *, places: list[str]) -> Claims:
    """Return the claims of all sendings.

    Parameters
    ----------
    numbers_of : a payer's control number -> the practice's, from the answers: finds the claim that a corrected
        sending under a new number replaces
    places : how each file is named in a reason
    """
    count = len(sendings)
    made = Claims(array("i"), array("i", [NOT_USED]) * count, {}, {}, [], [], [], [], [], {})
    seen: dict[tuple[int, int, int, str, int], int] = {}
    rank, frequency, sent = sendings.rank, sendings.frequency, sendings.sent
    order = sorted(range(count), key=lambda at: (rank[at] > 1, frequency[at] != ORIGINAL, sent[at], at))
    for at in order:
        is_first_kind = rank[at] == 1 and frequency[at] == ORIGINAL
        claim = _claim_of(made, sendings, at, numbers_of, same_day=is_first_kind)
        if claim is None:
            reason = "" if is_first_kind else _why_not(rank[at], frequency[at])
            if reason:
                made.reasons[at] = ("no_first_sending", reason)
                continue
            claim = len(made)
            made.first.append(at)
            others = made.named(sendings.control[at])
            if others:
                made.reused.append(claim)
                made.suffix[claim] = len(others) + 1
            if not is_first_kind:
                made.lone.append(claim)
        key = (claim, rank[at], sendings.payer[at], frequency[at], sent[at])
        if key in seen and sendings.charge[seen[key]] == sendings.charge[at]:
            where = _place(sendings, seen[key], places)
            made.reasons[at] = ("sending_repeated", f"the same sending stands in {where}")
            continue
        seen[key] = at
        made.of[at] = claim
        _join(made.by_control, sendings.control[at], claim)
        first = made.first[claim]
        if at != first:
            if is_first_kind:
                made.again.append(at)
            if sendings.charge[at] != sendings.charge[first]:
                made.other_charge.append(at)
            if frequency[at] == VOID:
                made.voided.append(claim)
    return made


def _claim_of(
    made: Claims, sendings: Sendings, at: int, numbers_of: Mapping[str, str], *, same_day: bool
) -> int | None:
    """Return the claim that a sending belongs to, if it is known already."""
    known = made.named(sendings.control[at])
    if not known and not same_day and at in sendings.replaces:
        known = made.named(numbers_of.get(sendings.replaces[at], ""))
    fitting = [one for one in known if sendings.service[made.first[one]] == sendings.service[at]]
    if fitting:
        # The same number and day under another billing provider is another claim; one not named tells nothing.
        billing = sendings.billing
        own = [
            one
            for one in fitting
            if billing[at] in ("", billing[made.first[one]]) or not billing[made.first[one]]
        ]
        return own[0] if own else (None if same_day else fitting[0])
    return known[0] if len(known) == 1 and not same_day else None


def _why_not(rank: int, frequency: str) -> str:
    """Return why a sending that belongs to no known claim cannot begin one; nothing where it can."""
    if rank > 1:
        return "its sending to the first payer is not in the folder, so what that payer left is not known"
    return "the claim that it voids is not in the folder" if frequency == VOID else ""


def _join(by_control: dict[str, int | list[int]], control: str, claim: int) -> None:
    found = by_control.get(control)
    if found is None:
        by_control[control] = claim
    elif isinstance(found, int):
        if found != claim:
            by_control[control] = [found, claim]
    elif claim not in found:
        found.append(claim)


def _place(sendings: Sendings, at: int, places: list[str]) -> str:
    return f"{places[sendings.file[at]]}, segment {sendings.segment[at]}"
