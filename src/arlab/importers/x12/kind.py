"""Is this file X12, and which transactions does it hold?

Looks at its first segments, never at its name. It reads no claim.
"""

from __future__ import annotations

import io
from typing import Final

from arlab.errors import InputRefused
from arlab.importers.findings import Findings
from arlab.importers.x12.notes import Notes
from arlab.importers.x12.segments import Segments, Source, opened
from arlab.importers.x12.values import at

__all__ = ["KINDS", "first_set", "x12_kind"]

KINDS: Final = ("835", "837", "277")
_TELLING: Final = {"BPR": "835", "CLP": "835", "CLM": "837", "STC": "277"}
_LOOKED_AT: Final = 1 << 16
_SEGMENTS: Final = 500


def x12_kind(source: Source) -> str | None:
    """Return ``"835"``, ``"837"`` or ``"277"`` for a file of that kind; None when it is none of them.

    Only the first 64 KB are looked at, also of a file without an ISA or with odd delimiters.

    Raises
    ------
    InputRefused
        when the file cannot be read at all.
    """
    with opened(source) as file:
        data = file.read(_LOOKED_AT)
    try:
        found = first_set(io.BytesIO(data))
    except InputRefused:
        return None
    return found if found in KINDS else None


def first_set(source: Source) -> str:
    """Return the code of the first transaction of a kind that is read, else of the first of any; "" without one.

    Raises
    ------
    InputRefused
        when it is not X12.
    """
    first = ""
    for number, elements in Segments(source, Notes(Findings())):
        code = at(elements, 1).strip() if elements[0] == "ST" else _TELLING.get(elements[0], "")
        if code in KINDS:
            return code
        if elements[0] == "ST":
            first = first or code
        if number > _SEGMENTS:
            break
    return first
