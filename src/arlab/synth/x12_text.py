"""How is a segment, an envelope, an amount or a made-up number written in X12?

Knows the outer form only; what a claim or a remittance must say stands in ``x12_837`` and ``x12_835``.
"""

from __future__ import annotations

import functools
import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from typing import Final, NamedTuple

__all__ = ["Envelope", "clean", "composite", "envelope_lines", "fictional_npi", "money", "segment"]

END: Final = "~\n"
_TIME: Final = "1200"  # the tables know days, no hours
_UNWANTED: Final = re.compile(r"[^A-Z0-9 &'()+,./;?=\-]")


class Envelope(NamedTuple):
    """Who sends what to whom on which day (as ``20260630``), under which control number."""

    group: str
    transaction: str
    version: str
    sender: str
    receiver: str
    day: str
    control: int


def segment(*elements: str) -> str:
    """Return one segment with its terminator; empty elements at its end are left out.

    Examples
    --------
    >>> segment("NM1", "QC", "1", "DOE", "JANE", "", "").strip()
    'NM1*QC*1*DOE*JANE~'
    """
    return "*".join(elements).rstrip("*") + END


def composite(*components: str) -> str:
    """Return one element of several components; empty components at its end are left out.

    Examples
    --------
    >>> composite("ER", "EST-L2", "")
    'ER:EST-L2'
    """
    return ":".join(components).rstrip(":")


@functools.lru_cache(maxsize=1 << 16)
def money(cents: int) -> str:
    """Return cents as dollars, without zeros that say nothing.

    Examples
    --------
    >>> [money(cents) for cents in (10000, 10050, -5, 0)]
    ['100', '100.5', '-0.05', '0']
    """
    dollars, rest = divmod(abs(cents), 100)
    sign = "-" if cents < 0 else ""
    return f"{sign}{dollars}.{rest:02d}".rstrip("0") if rest else f"{sign}{dollars}"


def clean(text: str, most: int = 60) -> str:
    """Return a text in the letters that every receiver reads, without delimiters, at most so long.

    Examples
    --------
    >>> clean("José * Ruiz~ ")
    'JOSE RUIZ'
    """
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().upper()
    return " ".join(_UNWANTED.sub(" ", plain).split())[:most].strip()


def fictional_npi(number: int) -> str:
    """Return ten digits that look like a provider number and cannot be one.

    Real numbers begin with 1 or 2 and end with a Luhn check digit over 80840 and the first nine; these begin
    with 9 and the last digit is one too many.

    Examples
    --------
    >>> fictional_npi(1)
    '9000000016'
    """
    first = f"9{number % 10**8:08d}"
    digits = [int(digit) for digit in reversed("80840" + first)]
    doubled = [2 * digit - 9 * (2 * digit > 9) for digit in digits[::2]]
    right = -(sum(doubled) + sum(digits[1::2])) % 10
    return f"{first}{(right + 1) % 10}"


def envelope_lines(envelope: Envelope, bodies: Iterable[Sequence[str]]) -> Iterator[str]:
    """Yield an interchange of one group: each body of segments becomes a transaction with its count.

    The usage indicator is T: nothing here may ever be paid.
    """
    group, transaction, version, sender, receiver, day, control = envelope
    blank = " " * 10
    parties = f"ZZ*{sender[:15]:<15}*ZZ*{receiver[:15]:<15}"
    yield f"ISA*00*{blank}*00*{blank}*{parties}*{day[2:]}*{_TIME}*^*00501*{control:09d}*0*T*:{END}"
    yield segment("GS", group, sender[:15], receiver[:15], day, _TIME, str(control), "X", version)
    count = 0
    for count, body in enumerate(bodies, start=1):
        number = f"{count:04d}"
        # Only the claim says its version a second time.
        yield segment("ST", transaction, number, version if transaction == "837" else "")
        yield from body
        yield segment("SE", str(len(body) + 2), number)
    yield segment("GE", str(count), str(control))
    yield segment("IEA", "1", f"{control:09d}")
