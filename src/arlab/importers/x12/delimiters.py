"""Which characters separate the segments and elements of this X12 text?

Looks at the first characters of an interchange, with an ISA or without one. It reads no segment.
"""

from __future__ import annotations

import itertools
import re
from collections import Counter
from typing import NamedTuple

__all__ = ["HEAD", "STARTS", "Delimiters", "find_delimiters", "find_start", "next_interchange"]

HEAD = 1 << 12
"""So many characters are looked at to find the delimiters."""

STARTS = (  # noqa: SIM905 (read at a glance)
    "ISA TA1 GS ST BHT BPR TRN CUR REF DTM N1 N3 N4 PER RDM LX TS2 TS3 CLP CAS NM1 MIA MOA AMT QTY SVC LQ PLB"
    " SE GE IEA HL PRV SBR PAT DMG CLM DTP CL1 PWK CN1 K3 NTE CR1 CR2 CRC HI HCP OI SV1 SV2 SV3 SVD STC LIN CTP"
    " INS EB EQ AAA HD ACT ENT RMR"
).split()
"""Names of segments that are looked for after a terminator."""

_KNOWN = frozenset(STARTS)
# A separator is no letter, digit, blank or line end. Control characters are separators in some files.
_SEPARATOR = r"[^A-Za-z0-9 \r\n\x00]"
_ISA = re.compile(rf"(?<![A-Za-z])ISA({_SEPARATOR})(?:(?!\1)[^\r\n]){{0,12}}\1(?:(?!\1)[^\r\n]){{0,20}}\1")
_ISA_AGAIN = re.compile(rf"ISA({_SEPARATOR})(?:(?:(?!\1).){{0,40}}\1){{11}}", re.DOTALL)
# Without an ISA, the first element must look like that of its segment: a table may have a column named ST.
_FIRST = {
    "GS": "[A-Z]{2}",
    "ST": "[0-9]{3}",
    "BPR": "[A-Z]",
    "BHT": "[0-9]{4}",
    "CLP": ".{1,40}?",
    "CLM": ".{1,40}?",
}
_BARE = re.compile(
    "[ \r\n\t]*(?:"
    + "|".join(f"{name}(?P<{name}>{_SEPARATOR}){first}(?P={name})" for name, first in _FIRST.items())
    + ")"
)
_ELEMENTS_OF_ISA = 16


class Delimiters(NamedTuple):
    r"""The separators of one interchange; ``segment`` is ``"\n"`` or ``"\r"`` where a line end closes segments."""

    element: str
    segment: str
    component: str


def find_start(head: str) -> int | None:
    """Return where X12 begins in the first characters of a file: at an ISA, or with a GS, ST, BPR, CLP or CLM.

    Text before an ISA (as of a mail) is passed over. None when there is no X12.
    """
    found = _ISA.search(head)
    if found and not head[: found.start()].strip(" \r\n\t"):
        return found.start()
    bare = _BARE.match(head)
    if bare:
        sure = find_delimiters(head)
        if sure is not None:
            return len(head) - len(head.lstrip(" \r\n\t"))
    return found.start() if found else None


def next_interchange(text: str, element: str, start: int) -> int:
    """Return where the next ISA stands in a text after ``start``, or -1; one inside of a segment is none."""
    place = text.find("ISA", start)
    while place >= 0:
        before = text[place - 1 : place]
        if before != element and not before.isalpha() and _ISA_AGAIN.match(text, place):
            return place
        place = text.find("ISA", place + 3)
    return -1


def find_delimiters(head: str) -> Delimiters | None:
    """Return the delimiters of a text that begins with a segment; None when they cannot be told.

    Examples
    --------
    >>> find_delimiters("ST*835*1~BPR*I*5*C*CHK~TRN*1*7~SVC*HC>A0428*5*5~")
    Delimiters(element='*', segment='~', component='>')
    """
    head = head.lstrip(" \r\n\t")[:HEAD]
    if head.startswith("ISA") and len(head) > 3:
        element = head[3]
        exact = _from_isa(head, element)
        if exact is not None:
            return exact
    else:
        found = _BARE.match(head)
        if found is None:
            return None
        element = found[found.lastgroup or 0]
    segment = _voted(head, element)
    if segment is None:
        return None
    return Delimiters(element, segment, _component(head, element, segment))


def _from_isa(head: str, element: str) -> Delimiters | None:
    """Return what an ISA announces, whatever its length, when the segment after it bears it out."""
    pieces = head[:400].split(element, _ELEMENTS_OF_ISA)
    if len(pieces) <= _ELEMENTS_OF_ISA or len(pieces[-1]) < 2:
        return None
    component, after = pieces[-1][0], pieces[-1][1:]
    segment, rest = after[0], after[1:].lstrip(" \r\n")
    if segment == "\r" and after[1:2] == "\n":
        segment = "\n"
    follows = rest[:4].split(element)[0] in _KNOWN
    ends = segment in "\r\n" or not segment.isalnum()
    if not (follows and ends) or component.isalnum() or component in "\r\n ":
        return None
    return Delimiters(element, segment, component)


def _voted(head: str, element: str) -> str | None:
    """Return the sign that most often stands before the name of a segment, in the first forty places."""
    votes: Counter[str] = Counter()
    named = re.finditer(rf"(?<![A-Za-z0-9])([A-Z][A-Z0-9]{{1,2}}){re.escape(element)}", head)
    for found in itertools.islice((one for one in named if one[1] in _KNOWN), 40):
        before = head[max(0, found.start() - 40) : found.start()]
        close = before.rstrip(" \r\n")
        gap, sign = before[len(close) :], close[-1:]
        if sign and not sign.isalnum() and sign != element:
            votes[sign] += 1
        elif sign and gap.strip(" "):
            votes["\n" if "\n" in gap else "\r"] += 1
    return votes.most_common(1)[0][0] if votes else None


def _component(head: str, element: str, segment: str) -> str:
    """Return the sign inside of a composite, from an ISA or else from a service or a place of service."""
    sign = re.escape(element)
    isa = head.split(segment, 1)[0].rstrip("\r\n ")
    if isa.startswith("ISA") and not isa[-1].isalnum() and isa[-1] not in (element, " "):
        return isa[-1]
    service = re.search(rf"(?:SVC|SV1|SV3){sign}[A-Z0-9]{{2}}([^A-Za-z0-9\s])", head)
    place = re.search(rf"CLM(?:{sign}[^{sign}]*){{4}}{sign}[A-Z0-9]{{1,2}}([^A-Za-z0-9\s])[AB]\1", head)
    found = service or place
    return found[1] if found and found[1] not in (element, segment) else ":"
