"""How are cents and dates written so that every engine means the same?

Expressions over Narwhals columns, and the small lookup frames that join them. It reads no frame of a caller.
"""

from __future__ import annotations

import contextlib
import contextvars
import datetime as dt
import weakref
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any

import narwhals.stable.v2 as nw

from arlab.errors import InputRefused

__all__ = [
    "as_counts",
    "cents",
    "computing_in",
    "day_number",
    "days_between",
    "dollars",
    "labelled",
    "month",
    "plus_days",
    "small_like",
    "sorted_by",
    "steps",
    "to_date",
    "week",
    "without_order",
]


# The engine that the table function at work computes in. What is said below holds on every engine without it; with
# it some things are said in fewer words, which matters where a frame is small and planning is all the cost.
_ENGINE: contextvars.ContextVar[str] = contextvars.ContextVar("engine", default="")
_TO_1970 = 719_543  # the running day number of 1 January 1970


@contextlib.contextmanager
def computing_in(engine: str) -> Iterator[None]:
    """Let expressions that are written in the block be those of an engine, such as ``polars``."""
    before = _ENGINE.set(engine)
    try:
        yield
    finally:
        _ENGINE.reset(before)


def cents(column: str | nw.Expr) -> nw.Expr:
    """Return an amount in dollars as integer cents: sums of cents are exact and the same on every run.

    Examples
    --------
    >>> import pandas as pd
    >>> frame = nw.from_native(pd.DataFrame({"balance": [10.1, -0.07]}))
    >>> frame.select(cents("balance")).to_native()["balance"].tolist()
    [1010, -7]
    """
    return (_expression(column) * 100).round(0).cast(nw.Int64)


def dollars(column: str | nw.Expr) -> nw.Expr:
    """Return integer cents (or a sum of them) as dollars: the nearest number of two decimals on every engine."""
    # Polars multiplies by 0.01 where one divides by 100, which is off in the last bit; rounding puts it right.
    return (_expression(column).cast(nw.Int64).cast(nw.Float64) / 100).round(2)


def as_counts(*columns: str) -> list[nw.Expr]:
    """Return counts and sums as Int64: engines count in other types, some of which wrap round below zero."""
    return [nw.col(*columns).cast(nw.Int64)]  # one expression: each costs time before a row is read


def day_number(column: str | nw.Expr) -> nw.Expr:
    """Return a date as a running day number (1901 to 2099)."""
    engine = _ENGINE.get()
    if engine == "polars":
        return _expression(column).cast(nw.Int64) + _TO_1970
    if engine == "duckdb":
        return _expression(column) - nw.lit(dt.date(1970, 1, 1)) + _TO_1970
    date = _expression(column).dt  # calendar arithmetic that every engine has
    year = date.year().cast(nw.Int64)
    return year * 365 + (year - 1) // 4 + date.ordinal_day().cast(nw.Int64)


def days_between(earlier: str | nw.Expr, later: str | nw.Expr | dt.date) -> nw.Expr:
    """Return the whole days from one date to another; negative when the first is later.

    Examples
    --------
    >>> import datetime, pandas as pd
    >>> frame = nw.from_native(pd.DataFrame({"service_date": pd.to_datetime(["2026-02-27"])}))
    >>> int(frame.select(days_between("service_date", datetime.date(2026, 3, 1))).item())
    2
    """
    if isinstance(later, dt.date):
        number = 365 * later.year + (later.year - 1) // 4 + later.timetuple().tm_yday
        return nw.lit(number) - day_number(earlier)
    return day_number(later) - day_number(earlier)


def plus_days(column: str | nw.Expr, days: int | str | nw.Expr) -> nw.Expr:
    """Return a date so many days later; the days are a number or another column."""
    step = dt.timedelta(days=1)
    later = dt.timedelta(days=days) if isinstance(days, int) else nw.lit(step) * _expression(days)
    return (_expression(column) + later).cast(nw.Date)


def steps(value: nw.Expr, edges: Sequence[int]) -> nw.Expr:
    """Return how many of the rising edges a whole number lies above; empty where it is empty.

    Examples
    --------
    >>> import pandas as pd
    >>> frame = nw.from_native(pd.DataFrame({"age_days": [-3, 30, 31, 121]}))
    >>> frame.select(steps(nw.col("age_days"), [30, 60, 90, 120])).to_native()["age_days"].tolist()
    [0, 0, 1, 4]
    """
    apart = {later - edge for edge, later in pairwise(edges)}
    if len(apart) == 1:  # one division in place of a comparison for each
        (step,) = apart
        return ((value + (step - 1 - edges[0])).clip(0) // step).clip(upper_bound=len(edges)).cast(nw.Int64)
    passed: Any = value * 0
    for edge in edges:
        passed = passed + (value > edge).cast(nw.Int64)
    return passed.cast(nw.Int64)


def labelled(number: nw.Expr, labels: Sequence[str], *, otherwise: str) -> nw.Expr:
    """Return the label of each whole number from 0, and another text for every number without one.

    A join with a small table would not keep the order of the rows.

    Examples
    --------
    >>> import pandas as pd
    >>> frame = nw.from_native(pd.DataFrame({"bucket_number": [1, 0, 2]}))
    >>> named = labelled(nw.col("bucket_number"), ["0-30", "over 30"], otherwise="no date")
    >>> frame.select(bucket=named).to_native()["bucket"].tolist()
    ['over 30', '0-30', 'no date']
    """
    if _ENGINE.get() in ("polars", "duckdb", "pyspark"):
        places = list(range(len(labels)))
        return number.replace_strict(places, list(labels), default=otherwise, return_dtype=nw.String)
    named: Any = nw.when(number == 0).then(nw.lit(labels[0]))
    for place, label in enumerate(labels[1:], start=1):
        named = named.when(number == place).then(nw.lit(label))
    return named.otherwise(nw.lit(otherwise))


def month(column: str | nw.Expr) -> nw.Expr:
    """Return a date's month as text, such as 2026-03."""
    return _expression(column).dt.to_string("%Y-%m")


def week(column: str | nw.Expr) -> nw.Expr:
    """Return a date's week as the running number of its Monday (see :func:`day_number`)."""
    return day_number(column) - (_expression(column).dt.weekday().cast(nw.Int64) - 1)


def to_date(value: dt.date | dt.datetime | str) -> dt.date:
    """Return a day given as a date or as text like 2026-06-30.

    Raises
    ------
    InputRefused
        when the text is no day of the calendar in that form.
    """
    if isinstance(value, dt.datetime):
        return value.date()
    if isinstance(value, dt.date):
        return value
    try:
        return dt.date.fromisoformat(str(value).strip())
    except ValueError:
        raise InputRefused(
            f"'{value}' is not a day: write it as year-month-day, such as 2026-06-30."
        ) from None


def small_like(frame: nw.LazyFrame[Any], columns: Mapping[str, Sequence[Any]]) -> nw.LazyFrame[Any]:
    """Return a small lookup frame (text and whole numbers) in the same engine and session as ``frame``."""
    native: Any = frame.to_native()
    engine = frame.implementation.value
    if engine == "duckdb":
        rows = ", ".join(
            "(" + ", ".join(_sql_value(value) for value in row) + ")"
            for row in zip(*columns.values(), strict=True)
        )
        names = ", ".join(f'"{name}"' for name in columns)
        return nw.from_native(native.query("given_", f"select * from (values {rows}) as small({names})"))  # noqa: S608, our own text
    if engine == "polars":
        import polars as pl

        return nw.from_native(pl.LazyFrame({name: list(values) for name, values in columns.items()}))
    if engine.startswith("pyspark"):
        rows_ = [tuple(row) for row in zip(*columns.values(), strict=True)]
        return nw.from_native(native.sparkSession.createDataFrame(rows_, list(columns)))
    import ibis

    return nw.from_native(ibis.memtable({name: list(values) for name, values in columns.items()}))


def _sql_value(value: Any) -> str:
    """Return a value of our own small tables as an SQL literal."""
    if isinstance(value, int):
        return f"{value}::bigint"
    return "'" + str(value).replace("'", "''") + "'"


# A DuckDB relation in order -> the same without it, and the columns. DuckDB sorts even what is then only added up:
# a function that is given the one reads the other.
_UNSORTED: weakref.WeakKeyDictionary[Any, tuple[nw.LazyFrame[Any], tuple[str, ...]]] = (
    weakref.WeakKeyDictionary()
)


def sorted_by(frame: nw.LazyFrame[Any], *columns: str) -> nw.LazyFrame[Any]:
    """Return the frame in a fixed order, empty values last."""
    if not columns:
        return frame
    ordered = frame.sort(*columns, nulls_last=True)
    if ordered.implementation.value == "duckdb":
        _UNSORTED[ordered.to_native()] = (frame, columns)
    return ordered


def without_order(frame: nw.LazyFrame[Any]) -> tuple[nw.LazyFrame[Any], tuple[str, ...]]:
    """Return a frame before :func:`sorted_by` and the columns of its order; as it is where it has none."""
    found = _UNSORTED.get(frame.to_native()) if frame.implementation.value == "duckdb" else None
    return found or (frame, ())


def _expression(column: str | nw.Expr) -> nw.Expr:
    return nw.col(column) if isinstance(column, str) else column
