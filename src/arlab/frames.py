"""Which dataframe engine is in hand, and how does one table function serve them all?

Everything that knows about pandas, Arrow, Polars, DuckDB, Spark or Ibis is here: the decorator that checks
columns and picks the engine, the helpers for cents and dates that mean the same on each, and small lookup
frames. It knows no table and no measure.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import functools
import inspect
import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, ParamSpec, TypeVar

import duckdb
import narwhals.stable.v2 as nw

from arlab.errors import InputRefused

__all__ = [
    "as_counts",
    "cents",
    "day_number",
    "days_between",
    "dollars",
    "month",
    "plus_days",
    "small_like",
    "sorted_by",
    "table_function",
    "to_date",
    "to_pandas",
    "week",
    "workbench",
]

P = ParamSpec("P")
R = TypeVar("R")

# One in-process database; every call works on its own cursor, which is safe under threads.
_DATABASE = duckdb.connect()
_NUMBERS = itertools.count()

_IN_MEMORY = ("pandas", "pyarrow")
_LAZY = ("polars", "duckdb", "pyspark", "pyspark[connect]", "ibis")


def table_function(**needs: Sequence[str]) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Make a function over Narwhals lazy frames take and return the caller's own kind of frame.

    Parameters
    ----------
    needs : parameter name -> columns it must have; a column whose name ends in ``?`` is used when it is
        there, and ``*?`` stands for every other column (for functions that add columns). A parameter whose
        value is ``None`` is passed on as ``None``. Columns named in the call's ``by=`` are kept in the first
        table that has them.

    Returns
    -------
    a decorator. pandas and Arrow frames are computed in DuckDB and come back as pandas and Arrow; eager Polars
    stays eager Polars; lazy frames (Polars, DuckDB relation, Spark, Ibis) stay lazy where they live. Dates
    (with or without a time of day) are days inside; on the way back to pandas they are ``datetime64[us]``.

    Raises
    ------
    InputRefused
        when a column is missing, frames of different engines meet in one call, the engine is not supported,
        or a date carries a time zone.
    """

    def decorate(function: Callable[P, R]) -> Callable[P, R]:
        signature = inspect.signature(function)

        @functools.wraps(function)
        def wrapper(*args: P.args, **kwargs: P.kwargs) -> R:
            bound = signature.bind(*args, **kwargs)
            bound.apply_defaults()
            given = {name: bound.arguments[name] for name in needs if bound.arguments.get(name) is not None}
            nested = any(isinstance(value, nw.LazyFrame) for value in given.values())
            home = _home_of(given, function.__name__)
            by = _names(bound.arguments.get("by", ()))
            cursor = _DATABASE.cursor() if home in _IN_MEMORY else None
            try:
                unplaced = set(by)
                for name, value in given.items():
                    frame, found = _prepared(value, needs[name], by, cursor, f"{function.__name__}: {name}")
                    unplaced -= found
                    bound.arguments[name] = frame
                if unplaced:
                    raise InputRefused(
                        f"{function.__name__} cannot split by {_list(sorted(unplaced))}: no table in the call"
                        f" has such a column; use one of {_list(_columns(next(iter(given.values()))))}."
                    )
                result: Any = function(*bound.args, **bound.kwargs)
                return result if nested else _returned(result, home)
            finally:
                if cursor is not None:
                    cursor.close()

        return wrapper

    return decorate


def _names(by: Any) -> tuple[str, ...]:
    """Return the names of ``by=``, which may be one name or several."""
    return (by,) if isinstance(by, str) else tuple(by or ())


def _columns(frame: Any) -> list[str]:
    """Return the column names of any frame."""
    return list(nw.from_native(frame).collect_schema().names())


def _list(names: Sequence[str], most: int = 12) -> str:
    """Return names as they are shown in a sentence, cut when there are very many."""
    shown = ", ".join(f"'{name}'" for name in names[:most])
    return f"{shown} and {len(names) - most} more" if len(names) > most else shown or "none"


def _home_of(given: Mapping[str, Any], function: str) -> str:
    """Return the engine that all frames of a call share."""
    homes: dict[str, str] = {}
    for name, value in given.items():
        try:
            frame = nw.from_native(value)
        except TypeError:
            raise InputRefused(
                f"{function} was given a {type(value).__name__} as '{name}': give a pandas, Polars, Arrow or"
                " Spark frame, or a DuckDB relation."
            ) from None
        engine = str(frame.implementation.value)
        homes[name] = "polars, eager" if engine == "polars" and isinstance(frame, nw.DataFrame) else engine
        if engine not in (*_IN_MEMORY, *_LAZY):
            raise InputRefused(
                f"{function} was given a {engine} frame as '{name}', which is not supported: write it to Parquet"
                " and pass a DuckDB relation or a Spark DataFrame."
            )
    if len(set(homes.values())) > 1:
        kinds = ", ".join(f"{name} is {engine}" for name, engine in homes.items())
        raise InputRefused(f"{function} was given frames of different kinds ({kinds}): give all of one kind.")
    return next(iter(homes.values()))


def _prepared(
    value: Any,
    needs: Sequence[str],
    by: Sequence[str],
    cursor: duckdb.DuckDBPyConnection | None,
    where: str,
) -> tuple[nw.LazyFrame[Any], set[str]]:
    """Return the needed columns of a frame as a lazy frame, and which of ``by`` it has."""
    frame = nw.from_native(value)
    schema = frame.collect_schema()
    have = schema.names()
    missing = [name for name in needs if not name.endswith("?") and name not in have]
    if missing:
        raise InputRefused(f"{where} needs the column {_list(missing)}; it has {_list(have)}.")
    wanted = [name.removesuffix("?") for name in needs if name != "*?"] + (have if "*?" in needs else [])
    keep = list(dict.fromkeys(name for name in [*wanted, *by] if name in have))
    if "*?" in needs:  # as the caller had them
        keep = have
    zoned = [name for name in keep if getattr(schema[name], "time_zone", None)]
    if zoned:
        raise InputRefused(
            f"{where} has a time zone in the date column {_list(zoned)}: give plain days without a time zone."
        )
    if cursor is not None:
        frame = nw.from_native(_in_duckdb(frame.to_native(), keep, cursor))
    elif isinstance(frame, nw.DataFrame):
        frame = frame.lazy()
    lazy: nw.LazyFrame[Any] = frame.select(*keep)
    schema = lazy.collect_schema()
    as_day = [nw.col(name).cast(nw.Date) for name in keep if isinstance(schema[name], nw.Datetime)]
    as_text = [
        nw.col(name).cast(nw.String) for name in keep if isinstance(schema[name], (nw.Categorical, nw.Enum))
    ]
    if as_day or as_text:
        lazy = lazy.with_columns(*as_day, *as_text)
    return lazy, {name for name in by if name in have}


def _in_duckdb(
    native: Any, keep: Sequence[str], cursor: duckdb.DuckDBPyConnection
) -> duckdb.DuckDBPyRelation:
    """Hand an in-memory frame to DuckDB: SQL null logic, and several times quicker than pandas."""
    if type(native).__module__.startswith("pandas"):
        part = native[list(keep)]
        # An object column without a value has no type to go by; text is what it is in every table.
        untyped = [name for name in keep if part[name].dtype == object and part[name].isna().all()]
        return cursor.from_df(part.astype(dict.fromkeys(untyped, "str")) if untyped else part)
    return cursor.from_arrow(native.select(list(keep)))


def _returned(result: Any, home: str) -> Any:
    """Bring a lazy result back as the caller's kind of frame."""
    if not isinstance(result, nw.LazyFrame):
        return result
    native: Any = result.to_native()
    if home == "polars, eager":
        return native.collect()
    if home == "pandas":
        return _pandas_from(native)
    if home == "pyarrow":
        return native.to_arrow_table()
    return native


def _pandas_from(relation: duckdb.DuckDBPyRelation) -> Any:
    """Return a relation as pandas with the types of the table contract."""
    import pandas as pd

    frame = relation.df()
    for name, kind in zip(relation.columns, map(str, relation.types), strict=True):
        if kind in ("BIGINT", "INTEGER", "HUGEINT", "UBIGINT", "SMALLINT", "TINYINT", "UINTEGER"):
            frame[name] = frame[name].astype("Int64")
        elif kind in ("DATE", "TIMESTAMP"):
            frame[name] = pd.to_datetime(frame[name]).astype("datetime64[us]")
        elif kind == "VARCHAR":
            frame[name] = frame[name].astype("str")
        elif kind == "BOOLEAN" and frame[name].dtype == object:
            frame[name] = frame[name].astype("boolean")
    return frame


def to_pandas(result: Any) -> Any:
    """Return a small result of any engine as pandas with the types of the table contract."""
    if isinstance(result, duckdb.DuckDBPyRelation):
        return _pandas_from(result)
    frame = nw.from_native(result)
    native: Any = (frame.collect() if isinstance(frame, nw.LazyFrame) else frame).to_native()
    if type(native).__module__.startswith("pandas"):
        return native
    cursor = _DATABASE.cursor()
    try:
        table = nw.from_native(native, eager_only=True).to_arrow()
        return _pandas_from(cursor.from_arrow(table))
    finally:
        cursor.close()


@contextlib.contextmanager
def workbench() -> Iterator[Callable[[Any], Any]]:
    """Yield a function that lays a frame down where it is computed, for work that asks many questions of it.

    A pandas or Arrow frame, and a DuckDB relation that is worth keeping, become a temporary table of their
    connection; every other frame is passed on as it is. The tables are gone when the block ends.
    """
    cursor = _DATABASE.cursor()
    laid: list[tuple[Any, str]] = []

    def lay(frame: Any) -> Any:
        narwhal = nw.from_native(frame)
        engine = narwhal.implementation.value
        if engine in _IN_MEMORY:
            relation = _in_duckdb(frame, narwhal.collect_schema().names(), cursor)
        elif engine == "duckdb":
            relation = frame
        else:
            return frame
        name = f"arlab_laid_{next(_NUMBERS)}"
        relation.query("given_", f"create temp table {name} as select * from given_")  # noqa: S608, our own text
        kept = relation.query("given_", f"select * from {name}")  # noqa: S608, our own text
        laid.append((relation, name))
        return kept

    try:
        yield lay
    finally:
        for relation, name in reversed(laid):  # what was made from a table goes before it
            relation.query("given_", f"drop table {name}")
        cursor.close()


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
    """Return integer cents (or a sum of them) as dollars."""
    return _expression(column).cast(nw.Int64).cast(nw.Float64) / 100


def as_counts(*columns: str) -> list[nw.Expr]:
    """Return counts and sums as Int64: engines count in other types, some of which wrap round below zero."""
    return [nw.col(name).cast(nw.Int64) for name in columns]


def day_number(column: str | nw.Expr) -> nw.Expr:
    """Return a date as a running day number, by calendar arithmetic that every engine has (1901 to 2099)."""
    date = _expression(column).dt
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


def sorted_by(frame: nw.LazyFrame[Any], *columns: str) -> nw.LazyFrame[Any]:
    """Return the frame in a fixed order, empty values last."""
    return frame.sort(*columns, nulls_last=True) if columns else frame


def _expression(column: str | nw.Expr) -> nw.Expr:
    return nw.col(column) if isinstance(column, str) else column
