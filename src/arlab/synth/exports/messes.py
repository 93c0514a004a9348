"""Which habits of exporting systems make a file hard to read, and which of them does this file have?

A mess changes how a file is written and never what it says: see ``record`` for what it says. Nothing is written
here.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Final

from arlab.errors import SettingsError
from arlab.synth.streams import Streams

__all__ = ["MESSES", "Mess", "choose_messes"]


@dataclasses.dataclass(frozen=True)
class Mess:
    """A habit, in ``words``; of one ``group`` a file has at most one. ``asked`` ones come by name only."""

    words: str
    group: str = ""
    asked: bool = False


MESSES: Final[Mapping[str, Mess]] = MappingProxyType(
    {
        "currency_text": Mess("amounts are text with a sign and thousands, such as $1,234.50"),
        "parentheses": Mess("amounts below zero stand in parentheses", "negatives"),
        "trailing_minus": Mess("amounts below zero have their minus behind them", "negatives"),
        "mixed_dates": Mess("dates are written as 6/5/2026, 5-Jun-26 or 2026-06-05, cell by cell"),
        "excel_serials": Mess("some dates are a spreadsheet's day numbers, such as 46178"),
        "padded_text": Mess("text has spaces before or behind it"),
        "payer_spellings": Mess("one payer is spelled in several ways"),
        "accented_names": Mess("names have their accents, and report names a dash that is not in ASCII"),
        "title_rows": Mess("practice, report, day and user stand above the header"),
        "two_row_header": Mess("the header has a row of group names above the column names"),
        "repeated_headers": Mess("the header comes again at the top of every printed page"),
        "subtotal_rows": Mess("rows are sorted by payer, with a subtotal after each"),
        "total_row": Mess("a grand total stands at the end"),
        "blank_rows": Mess("empty rows stand between the rows"),
        "duplicate_rows": Mess("some rows stand twice, which the sums do not count", asked=True),
        "utf8_bom": Mess("the file is UTF-8 with a byte order mark", "encoding"),
        "cp1252": Mess("the file is in Windows code page 1252, with accented names", "encoding"),
        "semicolon": Mess("a semicolon separates the cells", "delimiter"),
        "tab": Mess("a tab separates the cells", "delimiter"),
        "crlf": Mess("lines end as on Windows"),
    }
)
"""Name of a mess -> what it is."""

_OR_NONE: Final = ("delimiter",)  # the comma is no mess, and goes with all of them


def choose_messes(messy: bool | str | Sequence[str], streams: Streams) -> tuple[str, ...]:
    """Return the names of a file's messes, in the order of ``MESSES``.

    Parameters
    ----------
    messy : false for none; true for every mess that is not only for the asking, with one drawn of each group
        (and perhaps no delimiter but the comma); or the names wanted

    Raises
    ------
    SettingsError
        when there is no such mess, or two of one group are wanted.

    Examples
    --------
    >>> choose_messes(["total_row", "currency_text"], Streams(7))
    ('currency_text', 'total_row')
    """
    if isinstance(messy, bool):
        return _drawn(streams) if messy else ()
    wanted = (messy,) if isinstance(messy, str) else tuple(messy)
    for name in wanted:
        if name not in MESSES:
            raise SettingsError(f"There is no mess {name!r}: choose from {', '.join(MESSES)}.")
    chosen = tuple(name for name in MESSES if name in wanted)
    for group in {MESSES[name].group for name in chosen} - {""}:
        same = [name for name in chosen if MESSES[name].group == group]
        if len(same) > 1:
            raise SettingsError(f"The messes {' and '.join(same)} exclude each other: choose one of them.")
    return chosen


def _drawn(streams: Streams) -> tuple[str, ...]:
    """Return every mess but those for the asking, one of each group."""
    groups: dict[str, list[str]] = {}
    for name, mess in MESSES.items():
        if mess.group:
            groups.setdefault(mess.group, []).append(name)
    left_out: set[str] = set()
    for group, names in groups.items():
        at = int(streams.stage(f"export messes: {group}").below(len(names) + (group in _OR_NONE), 1)[0])
        left_out |= set(names) - set(names[at : at + 1])
    return tuple(name for name, mess in MESSES.items() if name not in left_out and not mess.asked)
