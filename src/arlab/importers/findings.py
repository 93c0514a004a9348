"""What was noticed while a file was read?

A finding is a code, a place and one sentence. This collects them; it decides nothing. Sentences hold counts,
totals, column names and row numbers, never a value from a cell.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Findings", "are", "column", "count", "have", "listed", "money", "rows", "shown"]


class Findings:
    """The findings of one file, in the order in which they were noticed."""

    def __init__(self) -> None:
        self._rows: list[tuple[str, str, str]] = []

    def add(self, code: str, where: str, sentence: str) -> None:
        """Note one finding; the same one twice is kept once."""
        if (code, where, sentence) not in self._rows:
            self._rows.append((code, where, sentence))

    def extend(self, other: Findings) -> None:
        """Note all findings of another list."""
        for row in other._rows:
            self.add(*row)

    def as_rows(self) -> tuple[tuple[str, str, str], ...]:
        """Return the findings as (code, where, sentence)."""
        return tuple(self._rows)

    def table(self) -> pd.DataFrame:
        """Return the findings as a table with ``code``, ``where`` and ``sentence``."""
        import pandas as pd  # only here: X12 files are read with the standard library alone

        return pd.DataFrame(self._rows, columns=["code", "where", "sentence"], dtype="str")


def column(name: str) -> str:
    """Return how a column is named in a finding."""
    return f"column '{name}'"


def count(number: int, thing: str) -> str:
    """Return a number and its thing, in the plural where it is due.

    >>> count(1, "row"), count(1200, "row")
    ('1 row', '1,200 rows')
    """
    return f"{number:,} {thing}{'' if number == 1 else 's'}"


def are(number: int) -> str:
    """Return the verb for so many things."""
    return "is" if number == 1 else "are"


def have(number: int) -> str:
    """Return the verb for so many things that have something."""
    return "has" if number == 1 else "have"


def shown(name: str) -> str:
    """Return the name of a file as it is shown in a sentence: on one line, whatever it holds."""
    return re.sub(r"[\x00-\x1f\x7f]+", " ", name)


def rows(numbers: Iterable[int], *, most: int = 5) -> str:
    """Return row numbers as they are shown in a sentence.

    >>> rows([7]), rows(range(3, 12))
    ('row 7', 'rows 3, 4, 5, 6, 7 and 4 more')
    """
    numbers = list(numbers)
    shown = ", ".join(str(number) for number in numbers[:most])
    more = f" and {len(numbers) - most:,} more" if len(numbers) > most else ""
    return f"{'row' if len(numbers) == 1 else 'rows'} {shown}{more}"


def listed(names: Sequence[str], *, most: int = 15) -> str:
    """Return names as they are shown in a sentence, cut when there are very many or they are very long."""
    shown = ", ".join(f"'{name if len(name) <= 40 else name[:37] + '...'}'" for name in names[:most])
    return f"{shown} and {len(names) - most:,} more" if len(names) > most else shown


def money(cents: int) -> str:
    """Return cents as they are shown in a sentence.

    >>> money(-123450)
    '-1,234.50'
    """
    return f"{'-' if cents < 0 else ''}{abs(cents) // 100:,}.{abs(cents) % 100:02d}"
