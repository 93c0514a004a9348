"""What amount, day, number or text stands in this X12 element?

Returns None for what cannot be read. It knows no segment.
"""

from __future__ import annotations

import datetime as dt
import re
from functools import lru_cache

__all__ = ["at", "cents", "day", "odd_cents", "parts", "procedure", "readable", "same_control", "whole"]

_PLAIN = re.compile(r"(-?)(?:([0-9]{1,10})(?:\.([0-9]{0,2}))?|\.([0-9]{1,2}))", re.ASCII)
_ODD = re.compile(r"([-+]?)([0-9]{1,3}(?:,[0-9]{3}){1,3}|[0-9]{0,10})(?:\.([0-9]{0,18}))?", re.ASCII)
_DAY = re.compile(r"(\d{8}|\d{6})(?:\d{4})?(?:-\d{6,12})?", re.ASCII)
_COMPOSITE = re.compile(r"[A-Z0-9]{2}([^A-Za-z0-9 .])", re.ASCII)


def at(elements: list[str], place: int) -> str:
    """Return an element, or nothing where the segment is shorter.

    >>> at(["TRN", "1"], 1), at(["TRN", "1"], 2)
    ('1', '')
    """
    return elements[place] if len(elements) > place else ""


@lru_cache(maxsize=1 << 15)
def cents(text: str) -> int | None:
    """Return an amount as X12 writes it in whole cents; None when it is written otherwise.

    Examples
    --------
    >>> [cents(text) for text in ("178", "20.6", "-.5", "", "1,000", "12.345")]
    [17800, 2060, -50, None, None, None]
    """
    found = _PLAIN.fullmatch(text)
    if found is None:
        return None
    sign, dollars, part, lone = found.groups()
    value = int(dollars or 0) * 100 + int(((part or lone or "") + "00")[:2])
    return -value if sign else value


def odd_cents(text: str) -> int | None:
    """Return an amount that is oddly written and yet can be read in one way only; parts of a cent are rounded.

    Examples
    --------
    >>> [odd_cents(text) for text in (" 12.5", "+3", "1,234.50", "12.3450", "-0.005", "12a", "")]
    [1250, 300, 123450, 1235, -1, None, None]
    """
    found = _ODD.fullmatch(text.strip())
    if found is None or not (found[2] or found[3]):
        return None
    part = (found[3] or "") + "00"
    value = int((found[2] or "0").replace(",", "")) * 100 + int(part[:2]) + (part[2:3] >= "5")
    return -value if found[1] == "-" else value


@lru_cache(maxsize=1 << 13)
def day(text: str) -> dt.date | None:
    """Return a day, or the first day of a range; None when it is none of 1950 to 2100.

    Examples
    --------
    >>> day("20050314-20050325"), day("050314"), day("20051314")
    (datetime.date(2005, 3, 14), datetime.date(2005, 3, 14), None)
    """
    found = _DAY.fullmatch(text.strip())
    if found is None:
        return None
    digits = found[1]
    if len(digits) == 6:
        digits = ("19" if digits >= "70" else "20") + digits
    if not "1950" <= digits[:4] <= "2100":
        return None
    try:
        return dt.date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError:
        return None


def parts(text: str, separator: str) -> list[str]:
    """Return the parts of a composite; one that is separated by another sign than announced is parted by that.

    >>> parts("HC:99213:25", ":"), parts("HC>99213", ":"), parts("99213", ":")
    (['HC', '99213', '25'], ['HC', '99213'], ['99213'])
    """
    if separator not in text and (found := _COMPOSITE.match(text)):
        separator = found[1]
    return text.split(separator)


def procedure(text: str, separator: str) -> tuple[str, tuple[str, ...]]:
    """Return the code of a service and its modifiers; the qualifier before the code may be missing.

    >>> procedure("HC:99213:25", ":"), procedure("99213", ":"), procedure("HC", ":")
    (('99213', ('25',)), ('99213', ()), ('', ()))
    """
    pieces = parts(text, separator)
    if len(pieces) == 1:
        code = pieces[0].strip()
        return (code if len(code) > 2 else ""), ()
    return pieces[1].strip(), tuple(piece.strip() for piece in pieces[2:6] if piece)


def readable(text: str) -> str:
    r"""Return a text that was taken byte by byte as the UTF-8, or else Windows-1252, that it is.

    >>> readable("Se\xc3\xb1or"), readable("Se\xf1or")
    ('Señor', 'Señor')
    """
    if text.isascii():
        return text
    try:
        data = text.encode("latin-1")
        return data.decode("utf-8")
    except UnicodeEncodeError:
        return text
    except UnicodeDecodeError:
        return data.decode("cp1252", errors="replace")


def whole(text: str) -> int | None:
    """Return a count; None when it is none.

    >>> whole("0012"), whole("-1"), whole("")
    (12, None, None)
    """
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 12 else None


def same_control(one: str, other: str) -> bool:
    """Return whether two control numbers are equal but for zeros before and blanks around them.

    >>> same_control("000000905", "905 "), same_control("1", "10")
    (True, False)
    """
    return one.strip().lstrip("0") == other.strip().lstrip("0")
