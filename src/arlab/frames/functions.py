"""How does one function over Narwhals frames take and return the caller's own kind of frame?

The decorator that checks columns and picks the engine. It knows no table and no measure.
"""

from __future__ import annotations

import contextlib
import functools
import inspect
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, ParamSpec, TypeVar

import duckdb
import narwhals.stable.v2 as nw

from arlab.errors import InputRefused
from arlab.frames.engines import (
    IN_MEMORY,
    cursor,
    in_duckdb,
    in_polars,
    pandas_of_polars,
    pandas_of_relation,
    suits_polars,
)
from arlab.frames.expressions import computing_in, sorted_by, without_order

__all__ = ["table_function"]

P = ParamSpec("P")
R = TypeVar("R")

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
    a decorator. pandas frames are computed in Polars where it is installed, else (or when they have very many
    rows) in DuckDB; Arrow tables in DuckDB; both come back as what they were. Eager Polars stays eager Polars;
    lazy frames (Polars, DuckDB relation, Spark, Ibis) stay lazy where they live. Dates (with or without a time
    of day) are days inside; on the way back to pandas they are ``datetime64[us]``.

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
            frames: dict[str, Any] = {name: nw.from_native(value) for name, value in given.items()}
            order: tuple[str, ...] = ()
            for name in frames if home == "duckdb" else ():
                frames[name], columns = without_order(frames[name])
                order = columns if "*?" in needs[name] else order
            keep = {
                name: _kept(frame, needs[name], by, f"{function.__name__}: {name}")
                for name, frame in frames.items()
            }
            unplaced = set(by).difference(*keep.values())
            if unplaced:
                raise InputRefused(
                    f"{function.__name__} cannot split by {_list(sorted(unplaced))}: no table in the call"
                    f" has such a column; use one of {_list(_columns(next(iter(given.values()))))}."
                )
            with _brought_in(frames, keep, home) as brought:
                bound.arguments.update(brought)
                engine = next((frame.implementation.value for frame in brought.values()), "")
                with computing_in(engine):
                    result: Any = function(*bound.args, **bound.kwargs)
                if order:  # rows that were only added to stand as they stood
                    result = _in_order(result, order)
                return result if nested else _returned(result, home)

        return wrapper

    return decorate


def _in_order(result: Any, order: Sequence[str]) -> Any:
    """Return a lazy result in the order that its rows came in, unless it has one or has lost the columns."""
    if not isinstance(result, nw.LazyFrame) or without_order(result)[1]:
        return result
    return sorted_by(result, *order) if set(order) <= set(result.collect_schema().names()) else result


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
        if engine not in (*IN_MEMORY, *_LAZY):
            raise InputRefused(
                f"{function} was given a {engine} frame as '{name}', which is not supported: write it to Parquet"
                " and pass a DuckDB relation or a Spark DataFrame."
            )
    if len(set(homes.values())) > 1:
        kinds = ", ".join(f"{name} is {engine}" for name, engine in homes.items())
        raise InputRefused(f"{function} was given frames of different kinds ({kinds}): give all of one kind.")
    return next(iter(homes.values()))


def _kept(frame: Any, needs: Sequence[str], by: Sequence[str], where: str) -> list[str]:
    """Return the columns of a frame that a function uses, or refuse the frame."""
    schema = frame.collect_schema()
    have = schema.names()
    missing = [name for name in needs if not name.endswith("?") and name not in have]
    if missing:
        raise InputRefused(f"{where} needs the column {_list(missing)}; it has {_list(have)}.")
    if "*?" in needs:  # as the caller had them
        keep = have
    else:
        wanted = [name.removesuffix("?") for name in needs]
        keep = list(dict.fromkeys(name for name in [*wanted, *by] if name in have))
    zoned = [name for name in keep if getattr(schema[name], "time_zone", None)]
    if zoned:
        raise InputRefused(
            f"{where} has a time zone in the date column {_list(zoned)}: give plain days without a time zone."
        )
    return keep


@contextlib.contextmanager
def _brought_in(
    frames: Mapping[str, Any], keep: Mapping[str, list[str]], home: str
) -> Iterator[dict[str, nw.LazyFrame[Any]]]:
    """Yield the kept columns as lazy frames of one engine, with whole days and text instead of categories."""
    lazy: dict[str, Any] = dict(frames) if home not in IN_MEMORY else {}
    own = None
    if home in IN_MEMORY:
        natives = {name: frame.to_native() for name, frame in frames.items()}
        if home == "pandas" and suits_polars(natives, keep):
            lazy = {name: nw.from_native(in_polars(native, keep[name])) for name, native in natives.items()}
        else:
            own = cursor()
            lazy = {
                name: nw.from_native(in_duckdb(native, keep[name], own)) for name, native in natives.items()
            }
    try:
        yield {name: _plain(frame.lazy(), keep[name]) for name, frame in lazy.items()}
    finally:
        if own is not None:
            own.close()


def _plain(frame: nw.LazyFrame[Any], keep: Sequence[str]) -> nw.LazyFrame[Any]:
    """Return the columns with dates as days and categories as text."""
    schema = frame.collect_schema()
    as_day = [nw.col(name).cast(nw.Date) for name in keep if isinstance(schema[name], nw.Datetime)]
    categories = (nw.Categorical, nw.Enum)
    as_text = [nw.col(name).cast(nw.String) for name in keep if isinstance(schema[name], categories)]
    frame = frame if list(keep) == schema.names() else frame.select(*keep)
    return frame.with_columns(*as_day, *as_text) if as_day or as_text else frame


def _returned(result: Any, home: str) -> Any:
    """Bring a lazy result back as the caller's kind of frame."""
    if not isinstance(result, nw.LazyFrame):
        return result
    native: Any = result.to_native()
    if home == "polars, eager":
        return native.collect()
    if home == "pandas":
        if isinstance(native, duckdb.DuckDBPyRelation):
            return pandas_of_relation(native)
        return pandas_of_polars(native.collect())
    if home == "pyarrow":
        return native.to_arrow_table()
    return native
