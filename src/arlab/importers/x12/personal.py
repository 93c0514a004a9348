"""Which names, numbers, addresses and days of persons stand in X12 files?

Collects them for those who must make sure that none is written again. It reads no money and keeps nothing.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

from arlab.errors import InputRefused
from arlab.importers.findings import Findings
from arlab.importers.x12.notes import Notes
from arlab.importers.x12.segments import Segments
from arlab.importers.x12.values import readable
from arlab.importers.x12.walk import files_of

__all__ = ["personal_values"]

# Entities of NM1 and N1 that are payers, clearinghouses or their offices: no persons of the practice's.
_COMPANIES = frozenset(("PR", "40", "41", "PP", "TV", "GK"))
_PROVIDERS = frozenset(("82", "85", "77", "87", "PE", "DN", "DK", "DQ", "71", "72", "FA", "1P", "SJ"))
# Segment -> places of identifiers, and what they are.
_NUMBERS = {
    "CLM": ((1, "claim_id"),),
    "CLP": ((1, "claim_id"), (7, "claim_id")),
    "REF": ((2, "contact"),),
    "TRN": ((2, "contact"),),
    "SBR": ((3, "contact"), (4, "contact")),
}
_DAYS = {"DTP": 3, "DTM": 2, "DMG": 2}

Value = tuple[str, str, str]


def personal_values(path: Path) -> Iterator[Value]:
    """Yield segment, concept and text of everything personal in a file, or in the X12 files of a folder."""
    findings = Findings()
    for file in files_of(path, findings) if path.is_dir() else [path]:
        try:
            yield from _values_of(file, findings)
        except InputRefused:
            # What is not X12 was passed over when the folder was read, too.
            continue


def _values_of(file: Path, findings: Findings) -> Iterator[Value]:
    for _, parts in Segments(file, Notes(findings)):
        kind, parts = parts[0], [readable(part).strip() for part in parts]
        if kind in ("NM1", "N1"):
            yield from _named(parts)
        elif kind in ("N3", "N4"):
            yield from ((kind, "contact", part) for part in parts[1:4] if part)
        elif kind == "PER":
            yield from ((kind, "contact", part) for part in parts[4::2] if part)
        elif kind in _DAYS and len(parts) > _DAYS[kind]:
            yield from ((kind, "service_date", text) for text in _days(parts[_DAYS[kind]]))
        for place, concept in _NUMBERS.get(kind, ()):
            if len(parts) > place and parts[place]:
                yield kind, concept, parts[place]


def _named(parts: list[str]) -> Iterator[Value]:
    """Yield the name and the number of a person or provider."""
    entity = parts[1] if len(parts) > 1 else ""
    if entity in _COMPANIES:
        return
    first, last = (2, 3) if parts[0] == "N1" else (3, 6)
    name = " ".join(part for part in parts[first:last] if part)
    if name:
        yield parts[0], "provider" if entity in _PROVIDERS else "patient_name", name
    number = parts[4:5] if parts[0] == "N1" else parts[9:10]
    if number and number[0]:
        yield parts[0], "contact", number[0]


def _days(text: str) -> Iterator[str]:
    """Yield the days of an element as X12 writes them, and as people do."""
    for part in text.split("-"):
        if len(part) == 8 and part.isdecimal():
            yield part
            try:
                yield dt.date(int(part[:4]), int(part[4:6]), int(part[6:])).isoformat()
            except ValueError:
                continue
