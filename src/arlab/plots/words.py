"""How is an amount, a share or a long name written for people to read?

Returns text. It draws nothing and computes no measure.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

import numpy as np

__all__ = [
    "amounts_in",
    "currency_sign",
    "dollar_text",
    "dollars_sum",
    "share_text",
    "short_dollars",
    "shorten",
]


# An export may be in another currency; its amounts are shown as they are and never called dollars.
_CURRENCY: ContextVar[str] = ContextVar("currency", default="USD")


@contextmanager
def amounts_in(currency: str) -> Iterator[None]:
    r"""Write amounts in a currency, given by its code, until the block ends.

    Examples
    --------
    >>> with amounts_in("ILS"):
    ...     dollar_text(-1234.5), short_dollars(2e6)
    ('-ILS\xa01,235', 'ILS\xa02.00M')
    """
    token = _CURRENCY.set(currency)
    try:
        yield
    finally:
        _CURRENCY.reset(token)


def currency_sign() -> str:
    """Return what stands before an amount: a dollar sign, or another currency's code and a no-break space."""
    return "$" if _CURRENCY.get() == "USD" else f"{_CURRENCY.get()}\u00a0"


def dollar_text(amount: float, *, cents: bool = False) -> str:
    """Return an amount in dollars as text, with thousands separators.

    Examples
    --------
    >>> dollar_text(1234.5), dollar_text(-1234.5, cents=True), dollar_text(0.4)
    ('$1,235', '-$1,234.50', '$0')
    """
    whole = _cents(amount)
    sign = "-" if whole < 0 else ""
    if cents:
        return f"{sign}{currency_sign()}{abs(whole) // 100:,}.{abs(whole) % 100:02d}"
    rounded = (abs(whole) + 50) // 100
    return f"{sign if rounded else ''}{currency_sign()}{rounded:,}"


def short_dollars(amount: float) -> str:
    """Return an amount as a label: whole dollars, or millions where they would be too long to read."""
    if abs(amount) >= 999_999.5:
        return f"{'-' if amount < 0 else ''}{currency_sign()}{abs(amount) / 1e6:,.2f}M"
    return dollar_text(amount)


def share_text(part: float, whole: float) -> str:
    """Return a part of a whole as a percentage that never rounds something to 0 % or less than all to 100 %.

    Examples
    --------
    >>> share_text(1, 3), share_text(0, 3), share_text(1, 1000), share_text(999, 1000), share_text(3, 3)
    ('33%', '0%', 'under 1%', 'over 99%', '100%')
    """
    if not _cents(whole):
        return "0%"
    percent = 100 * _cents(part) / _cents(whole)
    if 0 < percent < 1:
        return "under 1%"
    if 99 < percent < 100:
        return "over 99%"
    return f"{percent:.0f}%"


def shorten(name: str, letters: int) -> str:
    """Return a name on one line, cut in its middle where it is longer than so many letters.

    Examples
    --------
    >>> shorten("Blue Hill Health Plan", 12), shorten("Oak", 12)
    ('Blue … Plan', 'Oak')
    """
    clean = " ".join("".join(" " if unicodedata.category(c) == "Cc" else c for c in name).split())
    if len(clean) <= letters:
        return clean
    head = max(1, (letters - 3) // 2)
    tail = max(1, letters - 3 - head)
    return f"{clean[:head].rstrip()} … {clean[-tail:].lstrip()}"


def dollars_sum(amounts: Iterable[float]) -> float:
    """Return a sum in dollars, added up in whole cents."""
    return sum(_cents(amount) for amount in amounts) / 100


def _cents(amount: float) -> int:
    return int(np.rint(float(amount) * 100))
