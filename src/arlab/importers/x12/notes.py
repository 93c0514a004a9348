"""What was noticed in an X12 file, without a list that grows with the file?

Keeps the first findings of each kind and counts the rest. It decides nothing.
"""

from __future__ import annotations

from arlab.importers.findings import Findings

__all__ = ["MOST", "Notes"]

MOST = 100
"""So many findings of one kind are listed; the rest is counted."""


class Notes:
    """The findings of one X12 file; ``where`` is the number of a segment, counted from 1 over the whole file."""

    def __init__(self, findings: Findings) -> None:
        self._findings = findings
        self._counts: dict[str, int] = {}

    def add(self, code: str, segment: int, sentence: str) -> None:
        """Note one finding at a segment; segment 0 is the file as a whole."""
        number = self._counts[code] = self._counts.get(code, 0) + 1
        if number <= MOST:
            self._findings.add(code, f"segment {segment}" if segment else "file", sentence)

    def once(self, code: str, segment: int, sentence: str) -> None:
        """Note one finding unless there is one of its kind."""
        if code not in self._counts:
            self.add(code, segment, sentence)

    def close(self) -> None:
        """Say how many findings were counted and not listed."""
        for code, number in self._counts.items():
            if number > MOST:
                self._findings.add(
                    code,
                    "file",
                    f"There are {number - MOST:,} more findings like this, which are not listed.",
                )
        self._counts.clear()
