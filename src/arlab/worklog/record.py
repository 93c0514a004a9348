"""What must an action hold before it may enter the log?

Cleans one row and says in words what is wrong with it. It writes nothing and knows no file.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import hashlib
import re
from collections.abc import Iterable, Mapping
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any

__all__ = ["FIELDS", "NEEDED", "WITHDRAWN", "clean_action", "clean_day", "row_key"]

WITHDRAWN = "withdrawn"
"""Kind of a correction that takes an action back: it never happened."""

_LONGEST_TEXT = 4_000
_MOST_DOLLARS = Decimal(10) ** 10
_MOST_MINUTES = 24 * 60
_TIME = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)(?::[0-5]\d)?")


@dataclasses.dataclass(frozen=True)
class Field:
    """``kind`` is text, word (lower case, joined by underscores), date, time, money or count."""

    kind: str
    needed: bool = False


FIELDS: Mapping[str, Field] = {
    "practice_id": Field("text", needed=True),
    "action_id": Field("text"),
    "claim_id": Field("text", needed=True),
    "responsible": Field("word"),
    "date": Field("date", needed=True),
    "time": Field("time"),
    "staff": Field("text", needed=True),
    "kind": Field("word", needed=True),
    "channel": Field("word"),
    "contact": Field("text"),
    "reference_number": Field("text"),
    "payer_status": Field("text"),
    "finding": Field("text"),
    "note": Field("text"),
    "promise_amount": Field("money"),
    "promise_due_date": Field("date"),
    "next_action": Field("text"),
    "next_action_date": Field("date"),
    "minutes": Field("count"),
    "session_id": Field("text"),
    "outcome": Field("word"),
    "corrects": Field("text"),
}
"""What an action holds: the columns of ``actions`` in the table contract, and besides ``responsible`` (whose
balance was worked), ``time`` of day, ``outcome`` (how the item was closed) and ``corrects`` (the action it stands
in for)."""

NEEDED = tuple(name for name, field in FIELDS.items() if field.needed)


def clean_day(value: Any) -> dt.date | None:
    """Return the day that a value means; None for an empty one.

    Raises
    ------
    ValueError
        when it is no day.
    """
    if _is_empty(value):
        return None
    if isinstance(value, dt.datetime):
        return value.date()
    if isinstance(value, dt.date):
        return value
    return dt.datetime.fromisoformat(str(value).strip()).date()  # a time of day may follow


def _is_empty(value: Any) -> bool:
    # What pandas writes for nothing is never equal to itself; its NA is not even that.
    if value is None or type(value).__name__ in ("NaTType", "NAType"):
        return True
    return value != value or (isinstance(value, str) and not value.strip())


def _clean(value: Any, kind: str) -> Any:
    """Return one value in the form it is kept in: ISO text for days, cents for money."""
    if _is_empty(value):
        return None
    if kind == "date":
        day = clean_day(value)
        return day.isoformat() if day else None
    if kind == "money":
        amount = Decimal(str(value).strip())
        if not 0 <= amount <= _MOST_DOLLARS:
            raise ValueError
        return int((amount * 100).quantize(Decimal(1), rounding=ROUND_HALF_UP))
    if kind == "count":
        number = Decimal(str(value).strip())
        if number != int(number) or not 0 <= number <= _MOST_MINUTES:
            raise ValueError
        return int(number)
    text = str(value).strip()
    if "\0" in text or len(text) > _LONGEST_TEXT:
        raise ValueError
    if kind == "time":
        found = _TIME.fullmatch(text)
        if not found:
            raise ValueError
        return f"{int(found[1]):02d}:{found[2]}"
    return re.sub(r"[\s\-/]+", "_", text).lower() if kind == "word" else text


_RULES = {
    "text": f"text of at most {_LONGEST_TEXT:,} characters",
    "word": f"text of at most {_LONGEST_TEXT:,} characters",
    "date": "a day, written year-month-day",
    "time": "a time of day, written 14:05",
    "money": "an amount of zero or more dollars",
    "count": "whole minutes from 0 to 1,440",
}


def clean_action(row: Mapping[str, Any], *, entered: dt.date) -> dict[str, Any] | str:
    """Return an action in the form it is kept in, or in words why it cannot be kept.

    Parameters
    ----------
    row : what is known of the action, by the names of :data:`FIELDS`; other names are passed over
    entered : day it enters the log

    Returns
    -------
    a dict of every field (days as ISO text, ``promise_amount`` in whole cents, None where nothing is said), or a
    reason that follows on "row 3: ".

    Examples
    --------
    >>> day = dt.date(2026, 6, 12)
    >>> row = {"practice_id": "P", "claim_id": "C1", "date": day, "staff": "Amy", "kind": "Status check"}
    >>> clean_action(row, entered=day)["kind"]
    'status_check'
    >>> clean_action(row | {"staff": ""}, entered=day)
    'staff is empty'
    >>> clean_action(row | {"date": "2026-06-13"}, entered=day)
    'date lies after the day on which it is entered'
    """
    kept: dict[str, Any] = {}
    for name, field in FIELDS.items():
        value = row.get(name)
        try:
            kept[name] = _clean(value, field.kind)
        except (ValueError, ArithmeticError, InvalidOperation):
            return f"{name} is not {_RULES[field.kind]}"
        if field.needed and kept[name] is None:
            return f"{name} is empty"
    if kept["date"] > entered.isoformat():
        return "date lies after the day on which it is entered"
    for later in ("promise_due_date", "next_action_date"):
        if kept[later] is not None and kept[later] < kept["date"]:
            return f"{later} lies before date"
    if kept["kind"] == WITHDRAWN and kept["corrects"] is None:
        return "it takes an action back and does not name it in corrects"
    return kept


def row_key(kept: Mapping[str, Any], *, but: Iterable[str] = ("action_id",)) -> str:
    """Return a digest of all that a cleaned action says: the same action read twice has one key."""
    parts = (f"{name}={kept[name]}" for name in FIELDS if name not in set(but) and kept[name] is not None)
    return hashlib.sha256("\x1f".join(parts).encode("utf-8")).hexdigest()
