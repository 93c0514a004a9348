"""Where in a note does a day stand, however it is written?

Finds days of the calendar, weekdays and spans such as "in 14 days". It does not work out which day is meant.
"""

from __future__ import annotations

import re
from typing import Final

from arlab.worklog.note_words import pattern, piece

__all__ = ["DAY", "days_in"]

DAY: Final = re.compile(piece("day"), re.IGNORECASE)
"""A day or a span of days."""

# What stands before a day that is past: the visit, what was received or done.
_PAST: Final = pattern("day_past")
_PAST_EVEN_AHEAD: Final = pattern("day_past_even_ahead")
# "Two weeks ago" and "the 90 day limit" are no days ahead.
_NO_DAY: Final = re.compile(
    r" ?(?:ago|old|past|prior|late|earlier)\b|(?i:-?\s?(?:day|d)?\s?(?:limit|window|supply|global))"
)


def days_in(text: str, *, ahead: bool = False) -> list[str]:
    """Return the days in a text that may lie ahead, as they are written.

    With ``ahead`` the text is known to tell of what is to be done: in "to be called 7/1" the day has not come.

    Examples
    --------
    >>> days_in("denied 6/2 for DOS 5/3, call again in 14 days or next Tues")
    ['14 days', 'next Tues']
    >>> days_in("CO-16, $6.12 and claim 12-3456-7 on hold")
    []
    """
    past = _PAST_EVEN_AHEAD if ahead else _PAST
    return [
        found[0].strip()
        for found in DAY.finditer(text)
        if not past.search(text[: found.start()]) and not _NO_DAY.match(text[found.end() :])
    ]
