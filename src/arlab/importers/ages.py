"""How many days, or which age bucket, does this text mean?

Reads texts like "45 days" and labels like "31-60"; counts no age from dates.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd

from arlab.importers.grid import Coded, Mask, coded
from arlab.importers.vocabulary import EMPTY_CELLS

__all__ = ["bucket_range", "parse_days"]

_DAYS = re.compile(
    r"([-\u2212]?\d{1,3}(?:,\d{3}){1,2}|[-\u2212]?\d{1,9})(?:\.0*)?\s*(?:d|days?|days? old)?", re.IGNORECASE
)


def parse_days(text: pd.Series | Coded) -> tuple[pd.Series, Mask]:
    """Return a column of ages as whole days (Int64), and where it could not be read.

    Examples
    --------
    >>> parse_days(pd.Series(["45 days", "1,200", "old"]))[0].tolist()
    [45, 1200, <NA>]
    """
    column = text if isinstance(text, Coded) else coded(text)
    found = [_days_in(value) for value in column.different]
    bad = [
        days is None and value.lower() not in EMPTY_CELLS
        for value, days in zip(column.different, found, strict=True)
    ]
    values = pd.Series(found, dtype="Int64").take(column.places).reset_index(drop=True)
    index = values.index if isinstance(text, Coded) else text.index
    return values.set_axis(index), column.rows_where(np.array(bad, dtype=bool))


def _days_in(text: str) -> int | None:
    match = _DAYS.fullmatch(text)
    days = int(match[1].replace(",", "").replace("\u2212", "-")) if match else None
    return days if days is not None and abs(days) <= 60_000 else None


_BUCKET_FILLER = frozenset(
    re.findall(
        r"\w+",
        "day days amount amt balance bal age aged aging ar bucket old outstanding due past and to of over",
    )
)
_BUCKET_RULES: tuple[tuple[re.Pattern[str], Callable[[Any], tuple[int, int | None]]], ...] = (
    (re.compile(r"(\d+)\s*(?:-|–|—|to|thru|through|\s)\s*(\d+)"), lambda m: (int(m[1]), int(m[2]))),
    (re.compile(r"(?:less than|under|below|<=?|up to)\s*(\d+)"), lambda m: (0, int(m[1]))),
    (
        re.compile(r"(?:more than|older than|greater than|over|above|>(?!=))\s*(\d+)"),
        lambda m: (int(m[1]) + 1, None),
    ),
    (
        re.compile(r"(\d+)\s*(?:days?\s*)?(?:\+|plus|(?:and|or) (?:over|more|older|up|above))"),
        lambda m: (int(m[1]), None),
    ),
    (re.compile(r">=\s*(\d+)"), lambda m: (int(m[1]), None)),
)


def bucket_range(label: str) -> tuple[int, int | None] | None:
    """Return the days that an age bucket's label stands for; None when it is no such label.

    ``current`` is (-1, 0), so that it stands before 1-30; an open end is None.

    Examples
    --------
    >>> [bucket_range(label) for label in ("over_31_60_amount", "120+", "Over 120 days", "Dues")]
    [(31, 60), (120, None), (121, None), None]
    >>> bucket_range("Less than 30 days"), bucket_range("Over 1 year"), bucket_range("Current")
    ((0, 30), (366, None), (-1, 0))
    """
    if len(label) > 60:
        return None
    text = re.sub(r"[_\s]+", " ", label.lower()).strip()
    text = re.sub(r"(\d+)\s*years?", lambda m: str(int(m[1]) * 365), text)
    if [word for word in re.findall(r"[a-z]+", text) if word not in _BUCKET_FILLER] == ["current"]:
        return None if re.search(r"\d", text) or "balance" in text or " ar" in f" {text}" else (-1, 0)
    for pattern, days in _BUCKET_RULES:
        found = pattern.search(text)
        if found is None:
            continue
        around = re.findall(r"[a-z]+|[%#$]", text[: found.start()] + " " + text[found.end() :])
        low, high = days(found)
        # Beyond five years it is no age but a year of the calendar or a code.
        sensible = low <= 1_830 and (high is None or low < high <= 1_830)
        fits = sensible and all(word in _BUCKET_FILLER for word in around)
        return (low, high) if fits else None
    return None
