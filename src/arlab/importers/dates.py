"""Which day does this text mean, and does 3/5 mean March or May?

Reads columns of text and returns days with masks of what was empty or unreadable, and how the order of day
and month is known. It takes no day from the clock of the machine.
"""

from __future__ import annotations

import calendar
import dataclasses
import datetime as dt
import re
from collections.abc import Mapping
from typing import Literal

import numpy as np
import pandas as pd

from arlab.importers.grid import Coded, Mask, coded
from arlab.importers.vocabulary import EMPTY_CELLS

__all__ = ["Dates", "Order", "date_order", "parse_dates", "read_date"]

Order = Literal["mdy", "dmy"]


@dataclasses.dataclass(frozen=True)
class Dates:
    """A column of days: ``days`` is ``datetime64[us]`` with NaT where nothing could be read."""

    days: pd.Series
    blank: Mask
    bad: Mask
    with_time: int
    serial: int


_ISO = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:[T ].*)?")
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})")
_NUMERIC = re.compile(r"(\d{1,2})([-/.])(\d{1,2})\2(\d{4}|\d{2})(?:[T ]+\d{1,2}:\d{2}.*)?")
_DAY_NAME = re.compile(r"(\d{1,2})[-/. ]+([A-Za-z]{3,9})[-/., ]+(\d{4}|\d{2})(?: .*)?")
_NAME_DAY = re.compile(r"([A-Za-z]{3,9})[-/. ]+(\d{1,2})(?:st|nd|rd|th)?[-/., ]+(\d{4}|\d{2})(?: .*)?")
_ISO_TIME = re.compile(r"\d{4}-\d{2}-\d{2}[T ]\d", re.ASCII)
_MIDNIGHT = re.compile(r".{10}[T ]00:00(?::00)?(?:\.0*)?")
_SERIAL = re.compile(r"(\d{5})(?:\.\d+)?")
_MONTHS = {name.lower(): number for number, name in enumerate(calendar.month_abbr) if name}
_EXCEL_DAY_0 = dt.date(1899, 12, 30)


def read_date(text: str, *, order: Order = "mdy") -> dt.date | None:
    """Return the day that a text means; None when it is no day.

    Times of day are dropped; the day is the one that is written. Five digits are an Excel serial number.

    Examples
    --------
    >>> [str(read_date(t)) for t in ("2024-03-05T23:17:47Z", "3/5/2024", "5-Mar-24", "45356", "20240305")]
    ['2024-03-05', '2024-03-05', '2024-03-05', '2024-03-05', '2024-03-05']
    >>> str(read_date("3/5/2024", order="dmy")), read_date("2/30/2024")
    ('2024-05-03', None)
    """
    if found := _ISO.fullmatch(text) or _COMPACT.fullmatch(text):
        year, month, day = (int(part) for part in found.groups())
    elif found := _NUMERIC.fullmatch(text):
        first, second, year = int(found[1]), int(found[3]), _full_year(found[4])
        month, day = (first, second) if order == "mdy" else (second, first)
    elif (found := _DAY_NAME.fullmatch(text)) and found[2][:3].lower() in _MONTHS:
        year, month, day = _full_year(found[3]), _MONTHS[found[2][:3].lower()], int(found[1])
    elif (found := _NAME_DAY.fullmatch(text)) and found[1][:3].lower() in _MONTHS:
        year, month, day = _full_year(found[3]), _MONTHS[found[1][:3].lower()], int(found[2])
    elif (found := _SERIAL.fullmatch(text)) and 20_000 <= int(found[1]) <= 80_000:
        return _EXCEL_DAY_0 + dt.timedelta(days=int(found[1]))
    else:
        return None
    try:
        return dt.date(year, month, day) if 1900 <= year <= 2199 else None
    except ValueError:
        return None


def _full_year(text: str) -> int:
    year = int(text)
    return year if len(text) == 4 else year + (1900 if year >= 70 else 2000)


def date_order(columns: Mapping[str, pd.Series | Coded], given: Order | None) -> dict[str, tuple[Order, str]]:
    """Return, per column with dates like 3/5/2024, the order of day and month and how it is known.

    How is ``given``, ``shown`` (a day above 12 shows it), ``mixed`` (days above 12 in both places; the more
    frequent order is taken), ``other columns`` (shown by them) or ``assumed`` (US order; nothing shows it).

    Examples
    --------
    >>> date_order({"DOS": pd.Series(["25/1/2024"]), "Billed": pd.Series(["3/5/2024"])}, None)
    {'DOS': ('dmy', 'shown'), 'Billed': ('dmy', 'other columns')}
    """
    result: dict[str, tuple[Order, str]] = {}
    for name, text in columns.items():
        different = (text if isinstance(text, Coded) else coded(text)).different
        parts = different.str.extract(r"^(\d{1,2})[-/.](\d{1,2})[-/.]\d{2,4}(?:\D|$)")
        parts = parts.dropna().astype("int64")
        if parts.empty:
            continue
        first, second = int((parts[0] > 12).sum()), int((parts[1] > 12).sum())
        order: Order = "dmy" if first > second else "mdy"
        if given:
            result[name] = (given, "given")
        else:
            result[name] = (order, "mixed" if first and second else "shown" if first or second else "assumed")
    shown = {order for order, how in result.values() if how == "shown"}
    if len(shown) == 1:
        only = shown.pop()
        result = {
            n: (only, "other columns") if how == "assumed" else (o, how) for n, (o, how) in result.items()
        }
    return result


def parse_dates(text: pd.Series | Coded, *, order: Order = "mdy") -> Dates:
    """Return a column of text as days.

    Examples
    --------
    >>> parse_dates(pd.Series(["2024-03-05", "", "tomorrow"])).bad.tolist()
    [False, False, True]
    """
    column = text if isinstance(text, Coded) else coded(text)
    texts = column.different.tolist()
    # A file may hold a time of day in every row: the day is the part that repeats.
    timed = np.array([_ISO_TIME.match(value) is not None for value in texts], dtype=bool)
    midnight = np.array([_MIDNIGHT.fullmatch(value) is not None for value in texts], dtype=bool)
    short = [value[:10] if has_time else value for value, has_time in zip(texts, timed, strict=True)]
    known = {value: read_date(value, order=order) for value in dict.fromkeys(short)}
    serials = {value for value, day in known.items() if day is not None and _SERIAL.fullmatch(value)}
    days = np.array([known[value] for value in short], dtype="datetime64[D]").astype("datetime64[us]")
    blank = np.array([value.lower() in EMPTY_CELLS for value in short], dtype=bool)
    serial = np.array([value in serials for value in short], dtype=bool)
    return Dates(
        days=pd.Series(column.to_rows(days), index=None if isinstance(text, Coded) else text.index),
        blank=column.rows_where(blank),
        bad=column.rows_where(np.isnat(days) & ~blank),
        with_time=int(column.rows_where(timed & ~midnight).sum()),
        serial=int(column.rows_where(serial).sum()),
    )
