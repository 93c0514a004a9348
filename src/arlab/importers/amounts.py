"""What amount of money does this text mean?

Reads a column of text and returns integer cents with masks of what was empty, unreadable or rounded;
a decimal comma or a currency is reported beside them. It adds nothing up and knows no file.
"""

from __future__ import annotations

import dataclasses
import re
from decimal import ROUND_HALF_UP, Decimal

import numpy as np
import numpy.typing as npt
import pandas as pd

from arlab.importers.grid import Coded, Mask, coded, matches
from arlab.importers.vocabulary import CURRENCY_CODES, CURRENCY_SIGNS, EMPTY_CELLS

__all__ = ["MOST_CENTS", "Amounts", "Mask", "decimal_marks", "parse_amounts", "read_amount"]

MOST_CENTS = 10**12
"""Ten thousand million dollars: more in one row is a misread number, and below it sums of cents are exact."""

_US_NUMBER = re.compile(r"(?:\d{1,3}(?:([, '\u2019])\d{3})(?:\1\d{3})*|\d+)(?:\.\d*)?|\.\d+")
_COMMA_NUMBER = re.compile(r"(?:\d{1,3}(?:([. '\u2019])\d{3})(?:\1\d{3})*|\d+)(?:,\d*)?|,\d+")
_SCIENTIFIC = re.compile(r"\d+(?:\.\d+)?[eE][+-]?\d{1,2}")
_ONLY_COMMA = r"^[^.]*\d,\d{1,2}\D*$|\d\.\d{3},\d"
_ONLY_POINT = r"^[^,]*\d\.\d{1,2}\D*$|\d,\d{3}\.\d"
_PLAIN = r"^-?[0-9]{1,12}(?:\.[0-9]{1,2})?$"
_SIGNS = "".join(CURRENCY_SIGNS)
_FEW = 1_000
_DASHES = ("-", "--", "\u2014", "\u2013")
_MINUS = "-\u2212\u2013"


@dataclasses.dataclass(frozen=True)
class Amounts:
    """A column of amounts, all arrays as long as the column.

    ``cents`` is 0 where nothing could be read; ``blank`` marks empty cells and ``bad`` unreadable ones;
    ``rounded`` marks amounts that had parts of a cent; ``currency`` is the code beside the amounts, if any;
    ``foreign`` marks amounts in another currency than the rest, which count as unreadable too.
    """

    cents: npt.NDArray[np.int64]
    blank: Mask
    bad: Mask
    rounded: Mask
    foreign: Mask
    decimal_comma: bool
    currency: str | None

    @property
    def readable(self) -> Mask:
        """Where an amount was read."""
        return ~(self.blank | self.bad)


def read_amount(text: str, *, decimal_comma: bool = False) -> tuple[int, bool, str | None] | None:
    """Return an amount as integer cents, whether it was rounded, and its currency; None when it is no amount.

    Parentheses, a minus sign before or after, and a trailing CR make it negative. A lone dash is zero, as in
    accounting. Parts of a cent are rounded half away from zero. A percentage is no amount.

    Examples
    --------
    >>> read_amount("(1,234.50)"), read_amount("$ 12"), read_amount("7.005"), read_amount("12 %")
    ((-123450, False, None), (1200, False, 'USD'), (701, True, None), None)
    >>> read_amount("1.234,50 €", decimal_comma=True)
    (123450, False, 'EUR')
    """
    text = text.replace("\u00a0", " ").replace("\u202f", " ").strip()
    text, negative = _without_sign(text)
    text, currency = _without_currency(text)
    if currency:
        text, inner = _without_sign(text)
        negative = negative or inner
    if text in _DASHES or (currency and negative and not text):
        return 0, False, currency
    if _SCIENTIFIC.fullmatch(text):
        number = Decimal(text)
    elif (_COMMA_NUMBER if decimal_comma else _US_NUMBER).fullmatch(text):
        plain = text.translate({ord(mark): None for mark in (" '\u2019." if decimal_comma else " '\u2019,")})
        number = Decimal(plain.replace(",", "."))
    else:
        return None
    if number.adjusted() > 12:
        return None
    cents = int((number * 100).quantize(Decimal(1), rounding=ROUND_HALF_UP))
    if cents > MOST_CENTS:
        return None
    return (-cents if negative else cents), number * 100 != cents, currency


def _without_sign(text: str) -> tuple[str, bool]:
    """Return the text without marks of a negative amount, and whether there was one."""
    negative = False
    if len(text) > 2 and text[0] == "(" and text[-1] == ")":
        text, negative = text[1:-1].strip(), True
    if len(text) > 1 and text[0] in _MINUS:
        text, negative = text[1:].strip(), True
    elif len(text) > 1 and text[-1] in _MINUS:
        text, negative = text[:-1].strip(), True
    elif text[-2:].lower() == "cr" and text[:1].isdigit() | (text[:1] in _SIGNS):
        text, negative = text[:-2].strip(), True
    elif text[:1] == "+" or text[-2:].lower() == "dr":
        text = text.lstrip("+").removesuffix("DR").removesuffix("dr").removesuffix("Dr").strip()
    return text, negative


def _without_currency(text: str) -> tuple[str, str | None]:
    """Return the text without a currency sign or code at either end, and the code."""
    if text[:3].upper() == "US$":
        return text[3:].strip(), "USD"
    if text[:1] and text[0] in _SIGNS:
        return text[1:].strip(), CURRENCY_SIGNS[text[0]]
    if text[-1:] and text[-1] in _SIGNS:
        return text[:-1].strip(), CURRENCY_SIGNS[text[-1]]
    if text[:3].upper() in CURRENCY_CODES:
        return text[3:].strip(), text[:3].upper()
    if text[-3:].upper() in CURRENCY_CODES:
        return text[:-3].strip(), text[-3:].upper()
    return text, None


def decimal_marks(text: pd.Series | Coded) -> tuple[bool, bool]:
    """Return whether a column of amounts shows a decimal comma, and whether it shows a decimal point.

    >>> decimal_marks(pd.Series(["1.234,50", "7"])), decimal_marks(pd.Series(["1,234.50", "7"]))
    ((True, False), (False, True))
    """
    column = text if isinstance(text, Coded) else coded(text)
    # A point shows itself in the first few amounts: most columns need not be searched to their end.
    point = any(
        matches(texts, _ONLY_POINT).any() for texts in (column.different.iloc[:_FEW], column.different)
    )
    return b"," in column.joined and bool(matches(column.different, _ONLY_COMMA).any()), point


def parse_amounts(text: pd.Series | Coded, *, decimal_comma: bool | None = None) -> Amounts:
    """Return a column of text as amounts; unless told, the column itself shows whether it has a decimal comma.

    Examples
    --------
    >>> parse_amounts(pd.Series(["$1,234.50", "(20)", "", "soon"])).cents.tolist()
    [123450, -2000, 0, 0]
    """
    column = text if isinstance(text, Coded) else coded(text)
    if decimal_comma is None:
        decimal_comma = decimal_marks(column) == (True, False)
    different = column.different
    plain = matches(different, _PLAIN)
    cents = np.zeros(len(different), dtype=np.int64)
    cents[plain] = np.rint(different[plain].astype("float64").to_numpy() * 100).astype(np.int64)
    blank, bad, rounded, foreign = (np.zeros(len(different), dtype=bool) for _ in range(4))
    bad[plain] = np.abs(cents[plain]) > MOST_CENTS
    rest = np.flatnonzero(~plain)
    found = [_amount_or_empty(value, decimal_comma) for value in different.iloc[rest]]
    cents[rest] = [entry[0] for entry in found]
    blank[rest] = [entry[1] == "blank" for entry in found]
    bad[rest] = [entry[1] == "bad" for entry in found]
    rounded[rest] = [entry[2] for entry in found]
    codes = [entry[3] for entry in found]
    currency = None
    if any(codes):
        counts: dict[str, int] = {}
        for code, times in zip(codes, column.counts()[rest].tolist(), strict=True):
            if code is not None:
                counts[code] = counts.get(code, 0) + times
        # The sign that most amounts carry is the file's; sorting makes a draw come out the same in any row order.
        currency = min(counts, key=lambda code: (-counts[code], code))
        foreign[rest] = [code is not None and code != currency for code in codes]
    bad |= foreign
    cents[bad] = 0
    return Amounts(
        column.to_rows(cents),
        column.rows_where(blank),
        column.rows_where(bad),
        column.rows_where(rounded & ~bad),
        column.rows_where(foreign),
        decimal_comma,
        currency,
    )


def _amount_or_empty(text: str, decimal_comma: bool) -> tuple[int, str, bool, str | None]:
    amount = read_amount(text, decimal_comma=decimal_comma)
    if amount is not None:
        return amount[0], "", amount[1], amount[2]
    return 0, "blank" if text.lower() in EMPTY_CELLS else "bad", False, None
