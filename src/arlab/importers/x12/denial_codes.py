"""Was this line or claim of an 835 denied, reduced or paid?

Judges by adjustment codes and never by the claim's status code. It counts nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import Final

from arlab.importers.x12.model import Adjustment, ClaimPayment
from arlab.reference import read_rows

__all__ = ["claim_verdict", "is_denial", "line_verdict", "only_duplicates"]

_REVERSAL: Final = "22"
_DUPLICATE: Final = "18"
_CORRECTION: Final = "CR"  # the group of corrections before 5010
# What these codes take off was allowed: the patient, an earlier payer or a law has it.
_ALLOWED_KINDS: Final = ("patient_share", "prior_payer", "statutory", "paid_elsewhere")
# How an 835 says that the payer is Medicare (CLP06).
_MEDICARE_FILINGS: Final = ("MA", "MB")


@cache
def _never() -> dict[str, tuple[str, str]]:
    """Return the codes that are never a denial: code -> its kind, and the payer class for which it is one."""
    return {row["carc"]: (row["kind"], row["unless_payer_class"]) for row in read_rows("never_denial_codes")}


def is_denial(carc: str, *, group: str = "", payer_class: str = "") -> bool:
    """Return whether an adjustment reason (CARC) denies a service.

    The codes that never do, such as the contract's price or the patient's share, are in
    ``data/reference/never_denial_codes.csv`` with reasons.

    Parameters
    ----------
    carc : the code, such as ``"45"``; an empty one denies nothing
    group : the CAS group; the old group CR (corrections) denies nothing
    payer_class : as in claims; a code may be a denial for one class of payer alone

    Examples
    --------
    >>> [is_denial(carc) for carc in ("45", "1", "16", "197")]
    [False, False, True, True]
    >>> is_denial("24"), is_denial("24", payer_class="medicare")
    (False, True)
    """
    code = carc.strip().upper().lstrip("0")
    if not code or group == _CORRECTION:
        return False
    _, unless = _never().get(code, ("", "*"))
    return unless == "*" or (bool(unless) and unless == payer_class)


def line_verdict(
    charge: int,
    paid: int,
    adjustments: Iterable[Adjustment],
    allowed: int | None = None,
    *,
    payer_class: str = "",
) -> str:
    """Return ``"denied"``, ``"reduced"`` or ``"paid"`` for a line (amounts in cents).

    A line is denied when a denial leaves nothing allowed, reduced when one takes a part. Allowed is what the payer
    sent (AMT*B6), else what was paid, plus the patient's share, an earlier payer's part and what the law takes.

    Examples
    --------
    >>> line_verdict(100_00, 0, [Adjustment("CO", "45", 40_00, 1), Adjustment("PR", "1", 60_00, 1)])
    'paid'
    >>> line_verdict(100_00, 0, [Adjustment("CO", "45", 40_00, 1), Adjustment("CO", "197", 60_00, 1)])
    'denied'
    """
    adjustments = list(adjustments)
    denied = any(
        part.cents > 0 and is_denial(part.carc, group=part.group, payer_class=payer_class)
        for part in adjustments
    )
    if not denied:
        return "paid"
    if allowed is None:
        never = _never()
        allowed = paid + sum(
            part.cents
            for part in adjustments
            if never.get(part.carc.strip().lstrip("0"), ("", ""))[0] in _ALLOWED_KINDS
        )
    return "reduced" if allowed > 0 else "denied"


def claim_verdict(claim: ClaimPayment, *, payer_class: str = "") -> str:
    """Return ``"denied"``, ``"partially_denied"``, ``"reduced"``, ``"paid"``, or for a reversal "".

    Lines decide; a denial at the level of the claim counts for all of it. Lines without a charge only inform and
    count when there are no others.
    """
    if claim.status == _REVERSAL:
        return ""
    payer_class = payer_class or ("medicare" if claim.filing in _MEDICARE_FILINGS else "")
    whole = line_verdict(
        claim.charge,
        claim.paid,
        [*claim.adjustments, *(part for line in claim.lines for part in line.adjustments)]
        if claim.adjustments
        else (),
        claim.allowed,
        payer_class=payer_class,
    )
    if not claim.lines or (whole == "denied" and _denies(claim.adjustments, payer_class)):
        return whole
    lines = [line for line in claim.lines if line.charge or line.paid] or claim.lines
    verdicts = [
        line_verdict(line.charge, line.paid, line.adjustments, line.allowed, payer_class=payer_class)
        for line in lines
    ]
    if all(verdict == "denied" for verdict in verdicts):
        return "denied"
    if "denied" in verdicts:
        return "partially_denied"
    return "reduced" if "reduced" in verdicts or _denies(claim.adjustments, payer_class) else "paid"


def only_duplicates(claim: ClaimPayment) -> bool:
    """Return whether every denial of a claim says that it was sent before (CARC 18)."""
    every = [*claim.adjustments, *(part for line in claim.lines for part in line.adjustments)]
    codes = {part.carc for part in every if part.cents > 0 and is_denial(part.carc, group=part.group)}
    return codes == {_DUPLICATE}


def _denies(adjustments: Iterable[Adjustment], payer_class: str) -> bool:
    return any(
        part.cents > 0 and is_denial(part.carc, group=part.group, payer_class=payer_class)
        for part in adjustments
    )
