"""How is each cell of an export written?

Amounts, days and names become text, cleanly or with the messes of cells. It adds and moves no row.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Mapping
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from arlab.synth.exports.sheet import Column, Ints, Sheet, Texts
from arlab.synth.exports.spellings import accented, payer_spellings
from arlab.synth.streams import Streams

__all__ = ["amounts", "counts", "day_texts", "sheet_cells"]

_MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_SERIAL_0: Final = dt.date(1899, 12, 30)
_PADS: Final = ("", "", " ", "   ")
_ACCENTS: Final = ("accented_names", "cp1252")

Days = npt.NDArray[np.datetime64]
Form = Callable[[dt.date], str]

_FORMS: Final[Mapping[str, Form]] = {
    "padded": lambda day: f"{day.month:02d}/{day.day:02d}/{day.year}",
    "short": lambda day: f"{day.month}/{day.day}/{day.year}",
    "month": lambda day: f"{day.day}-{_MONTHS[day.month - 1]}-{day.year % 100:02d}",
    "iso": lambda day: day.isoformat(),
    "serial": lambda day: str((day - _SERIAL_0).days),
}


def _by_value(values: npt.NDArray[Any], say: Callable[[Any], str]) -> Texts:
    """Return what ``say`` says of each value, asking it once for each different one."""
    different, places = np.unique(values, return_inverse=True)
    said = np.empty(len(different), dtype=object)
    said[:] = [say(value) for value in different.tolist()]
    return said[places]


def amounts(cents: Ints, messes: Collection[str] = ()) -> Texts:
    """Return cents as amounts of money; no float is involved.

    Examples
    --------
    >>> amounts(np.array([123450, -5])).tolist()
    ['1234.50', '-0.05']
    >>> amounts(np.array([123450, -123450]), ("currency_text", "parentheses")).tolist()
    ['$1,234.50', '($1,234.50)']
    >>> amounts(np.array([-500]), ("trailing_minus",)).tolist()
    ['5.00-']
    """
    money, group = ("$", ",") if "currency_text" in messes else ("", "")
    before, behind = "-", ""
    if "parentheses" in messes:
        before, behind = "(", ")"
    elif "trailing_minus" in messes:
        before, behind = "", "-"

    def say(value: int) -> str:
        whole, rest = divmod(abs(value), 100)
        shown = f"{money}{whole:{group}}.{rest:02d}"
        return f"{before}{shown}{behind}" if value < 0 else shown

    return _by_value(cents, say)


def counts(numbers: Ints) -> Texts:
    """Return whole numbers as text."""
    return _by_value(numbers, str)


def day_texts(days: Days, form: str) -> Texts:
    """Return days as text in a form (``padded``, ``short``, ``month``, ``iso`` or ``serial``); no day is empty.

    Examples
    --------
    >>> day = np.array(["2026-06-05", "NaT"], dtype="datetime64[D]")
    >>> [day_texts(day, form)[0] for form in ("padded", "short", "month", "iso", "serial")]
    ['06/05/2026', '6/5/2026', '5-Jun-26', '2026-06-05', '46178']
    """
    said = np.full(len(days), "", dtype=object)
    there = ~np.isnat(days)
    said[there] = _by_value(days[there], _FORMS[form])
    return said


def sheet_cells(
    sheet: Sheet, messes: Collection[str] = (), streams: Streams | None = None
) -> tuple[pd.DataFrame, dict[str, dict[str, str]]]:
    """Return every cell of a sheet as text, and which words are spelled otherwise than they are.

    Parameters
    ----------
    sheet : the content
    messes : names of ``MESSES``; those of rows and files do nothing here
    streams : needed by the messes that are drawn

    Returns
    -------
    the cells, and column name -> {as written: as it is} where a mess changed a spelling.
    """
    streams = streams or Streams(0)
    spelled: dict[str, dict[str, str]] = {}
    cells = {}
    for column in sheet.columns:
        draws = streams.stage(f"export {sheet.layout}: {column.name}")
        if column.kind == "date":
            cells[column.name] = _days(column.values, messes, draws.below(12, len(sheet)))
            continue
        if column.kind == "money":
            said = amounts(column.values.astype(np.int64), messes)
            cells[column.name] = said if column.shown is None else np.where(column.shown, said, "")
            continue
        if column.kind == "count":
            cells[column.name] = counts(column.values.astype(np.int64))
            continue
        said = column.values.astype(object)
        if column.name == sheet.payer and "payer_spellings" in messes:
            said = payer_spellings(said, draws.below(12, len(sheet)))
        if column.name == sheet.patient and any(mess in messes for mess in _ACCENTS):
            said = _by_value(said, accented)
        if said is not column.values and (said != column.values).any():
            spelled[column.name] = _spelled(said, column)
        if "padded_text" in messes:
            before, behind = draws.below(len(_PADS), (2, len(sheet)))
            pads = np.array(_PADS, dtype=object)
            said = np.where(said == "", "", pads[before] + said + pads[behind])
        cells[column.name] = said
    return pd.DataFrame(cells, dtype=object), spelled


def _days(values: npt.NDArray[Any], messes: Collection[str], drawn: Ints) -> Texts:
    """Return days in one form, or in the forms that the messes mix."""
    forms = ["short", "month", "iso"] if "mixed_dates" in messes else ["padded"]
    if "excel_serials" in messes:
        forms.append("serial")
    said = np.full(len(values), "", dtype=object)
    for place, form in enumerate(forms):
        here = drawn % len(forms) == place
        said[here] = day_texts(values[here], form)
    return said


def _spelled(said: Texts, column: Column) -> dict[str, str]:
    """Return what is written -> what it means, where the two differ."""
    pairs = pd.DataFrame({"written": said, "true": column.values}).drop_duplicates()
    pairs = pairs[pairs["written"] != pairs["true"]].sort_values("written")
    return dict(zip(pairs["written"], pairs["true"], strict=True))
