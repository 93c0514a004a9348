"""Which adjustment codes does a cell hold, and do they deny the claim?

Reads cells such as ``CO-197`` or ``45; PR 1``. Codes that are never denials come from the reference data with
their reasons; what payers mean by words of their own is not guessed.
"""

from __future__ import annotations

import functools
import re
from typing import NamedTuple

from arlab.importers.vocabulary import EMPTY_CELLS
from arlab.importers.x12.denial_codes import is_denial as denies

__all__ = ["Code", "codes_in", "holds_codes", "is_denial"]

_GROUPS = "CO|PR|OA|PI|CR"
_NUMBER = r"0*(?:[1-9]\d{0,2}|[ABDPWY]\d{1,2})"
_CODE = re.compile(rf"(?:({_GROUPS})[\s:\-]*)?({_NUMBER})(?![A-Z0-9])", re.IGNORECASE)
_REMARK = r"(?:MA|M|N)\d{1,4}"
_ONE = rf"(?:(?:(?:{_GROUPS})[\s:\-]*)?{_NUMBER}|{_REMARK})"
_ALL_CODES = re.compile(rf"{_ONE}(?:[\s,;|/+&]+{_ONE})*", re.IGNORECASE)
_CODE_AND_WORDS = re.compile(rf"({_ONE})\s*(?:[-–—:]\s*|\s)[A-Z(].*", re.IGNORECASE | re.DOTALL)


class Code(NamedTuple):
    """One adjustment reason code; ``group`` is CO, PR, OA, PI, CR, or "" where the file leaves it out."""

    group: str
    carc: str


@functools.lru_cache(maxsize=1 << 14)
def codes_in(text: str) -> tuple[Code, ...] | None:
    """Return the adjustment codes of a cell; None when it holds something else, such as prose.

    Remark codes (M, MA, N and a number) say more about a code and are none of their own.

    Examples
    --------
    >>> codes_in("CO-197"), codes_in("45; PR 1")
    ((Code(group='CO', carc='197'),), (Code(group='', carc='45'), Code(group='PR', carc='1')))
    >>> codes_in("16 - Claim lacks information"), codes_in("Missing documentation"), codes_in("195662009")
    ((Code(group='', carc='16'),), None, None)
    """
    text = text.strip()
    if text.lower() in EMPTY_CELLS:
        return ()
    if not _ALL_CODES.fullmatch(text):
        words = _CODE_AND_WORDS.fullmatch(text)
        if words is None:
            return None
        text = words[1]
    text = re.sub(rf"(?i)(?<![A-Z0-9]){_REMARK}(?![A-Z0-9])", " ", text)
    return tuple(Code((group or "").upper(), carc.upper().lstrip("0")) for group, carc in _CODE.findall(text))


def holds_codes(text: str) -> bool:
    """Return whether a filled cell holds adjustment codes."""
    return codes_in(text) is not None


def is_denial(code: Code, *, payer_class: str | None = None) -> bool:
    """Return whether an adjustment code denies: it does unless it is known never to.

    Examples
    --------
    >>> is_denial(Code("CO", "197")), is_denial(Code("CO", "45"))
    (True, False)
    >>> is_denial(Code("CO", "24")), is_denial(Code("CO", "24"), payer_class="medicare")
    (False, True)
    """
    return denies(code.carc, group=code.group, payer_class=payer_class or "")
