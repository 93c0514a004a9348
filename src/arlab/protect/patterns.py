"""Does a text look like a number or address that belongs to one person?

Knows shapes, not values: what a social security number, a telephone number or an e-mail address looks like.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

__all__ = ["PATTERNS", "patterns_in"]

PATTERNS: Mapping[str, re.Pattern[str]] = {
    "social security number": re.compile(r"(?<![\w-])\d{3}[- ]\d{2}[- ]\d{4}(?![\w-])"),
    "telephone number": re.compile(
        r"(?<![\w.,$])(?:\+?1[ .-]?)?(?:\(\d{3}\) ?|\d{3}[ .-])\d{3}[ .-]\d{4}(?![\w])|(?<!\w)\+\d[\d .()-]{8,}\d"
    ),
    "e-mail address": re.compile(r"[\w.%+-]+ ?@ ?[\w-]+(?:\.[\w-]+)+", re.IGNORECASE),
    "web address": re.compile(r"\b(?:https?://|ftp://|www\.)\S+", re.IGNORECASE),
    "internet address": re.compile(r"(?<![\w.])(?:\d{1,3}\.){3}\d{1,3}(?![\w.])"),
    "record number": re.compile(
        r"\b(?:mrn|chart|acct|account|member|policy|claim|ssn|dob)\b[ .:#=-]*(?:no\.?|number|id)?[ .:#=-]*"
        r"(?=[a-z-]*\d)[a-z0-9-]{4,}",
        re.IGNORECASE,
    ),
    "long number": re.compile(r"(?<![\w.,])\d{7,}(?![\w.,]|\.\d)"),
    "date": re.compile(r"(?<![\w.,$/-])(?:\d{4}-\d{1,2}-\d{1,2}|\d{1,2}[/.]\d{1,2}[/.]\d{2,4})(?![\w/-])"),
}
"""Kind -> its shape."""


def patterns_in(text: str) -> tuple[str, ...]:
    """Return the kinds whose shape is in a text.

    Examples
    --------
    >>> patterns_in("call 555-010-4477"), patterns_in("on 078-05-1120"), patterns_in("a.b@c.org")
    (('telephone number',), ('social security number',), ('e-mail address',))
    >>> patterns_in("$1,234,567.89 on 1,234 items, 61-90 days, 12345678.90")
    ()
    """
    return tuple(kind for kind, shape in PATTERNS.items() if shape.search(text))
