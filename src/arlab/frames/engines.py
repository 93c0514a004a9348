"""How does a frame come into the engine that computes it, and back as the kind it was?

pandas frames are computed in Polars where it is installed, else and beyond many rows in DuckDB; Arrow tables in
DuckDB. Either way the null logic is that of SQL. It knows no columns and checks none.
"""

from __future__ import annotations

import atexit
import contextlib
import functools
import importlib.util
import itertools
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import duckdb
import narwhals.stable.v2 as nw

__all__ = [
    "IN_MEMORY",
    "POLARS_ROWS",
    "cursor",
    "in_duckdb",
    "in_polars",
    "pandas_of_polars",
    "pandas_of_relation",
    "parquet_relations",
    "suits_polars",
    "to_pandas",
    "workbench",
]

IN_MEMORY = ("pandas", "pyarrow")

POLARS_ROWS = 20_000_000
"""Rows of all pandas frames of a call together, up to which Polars computes it where it is installed.

DuckDB plans a query of many steps in 10 to 150 milliseconds however few the rows are, Polars in a few, and Polars
works out what several steps share once. Beyond, DuckDB reads the columns where they lie, and spills to disk."""

# One in-process database; every call works on its own cursor, which is safe under threads.
_DATABASE = duckdb.connect()
_NUMBERS = itertools.count()


def cursor() -> duckdb.DuckDBPyConnection:
    """Return a connection of its own to the one database in memory."""
    return _quiet(_DATABASE.cursor())


def _quiet(connection: duckdb.DuckDBPyConnection) -> duckdb.DuckDBPyConnection:
    """Return a connection that draws no progress of its own: in a notebook or an interactive Python it would."""
    return connection.execute("set enable_progress_bar = false")


@functools.cache
def _has_polars() -> bool:
    # Polars reads pandas text by way of Arrow.
    return all(importlib.util.find_spec(name) is not None for name in ("polars", "pyarrow"))


def suits_polars(frames: Mapping[str, Any], columns: Mapping[str, Sequence[str]]) -> bool:
    """Return whether the named columns of pandas frames are few rows of plain kinds, and Polars is there.

    Plain kinds are those of the table contract, which mean the same on the way into both engines; anything else
    (times of day with a zone, columns of mixed objects) is left to DuckDB.
    """
    if not _has_polars() or sum(map(len, frames.values())) > POLARS_ROWS:
        return False
    return all(_is_plain(frame[column]) for name, frame in frames.items() for column in columns[name])


def _is_plain(values: Any) -> bool:
    import pandas as pd

    kind: Any = getattr(values, "dtype", None)  # none where two columns have one name
    if isinstance(kind, pd.CategoricalDtype):
        return isinstance(kind.categories.dtype, pd.StringDtype) or _is_text(kind.categories)
    if isinstance(kind, pd.StringDtype):
        return True
    if pd.api.types.is_object_dtype(kind):
        return bool(values.isna().all())
    return str(kind) in _PLAIN


_WHOLE = ("int8", "int16", "int32", "int64", "uint8", "uint16", "uint32")
_PLAIN = {
    "float64",
    "bool",
    "boolean",
    *_WHOLE,
    *(name.replace("i", "I", 1).replace("uI", "UI") for name in _WHOLE),
    *(f"datetime64[{unit}]" for unit in ("s", "ms", "us", "ns")),
}


def _is_text(values: Any) -> bool:
    return values.dtype == object and all(isinstance(value, str) for value in values)


def in_polars(native: Any, keep: Sequence[str]) -> Any:
    """Return columns of a pandas frame as a lazy Polars frame; what is not a number there is empty."""
    import polars as pl
    import pyarrow as pa

    arrays = {}
    for name in keep:
        values = native[name]
        kind = (
            pa.string() if values.dtype == object else None
        )  # an object column is here only when it is empty
        arrays[name] = pa.array(values.array, type=kind, from_pandas=True)
    frame: Any = pl.from_arrow(pa.table(arrays))
    return frame.lazy()


def in_duckdb(
    native: Any, keep: Sequence[str], connection: duckdb.DuckDBPyConnection
) -> duckdb.DuckDBPyRelation:
    """Hand columns of an in-memory frame to DuckDB."""
    if type(native).__module__.startswith("pandas"):
        part = native[list(keep)]
        # An object column without a value has no type to go by; text is what it is in every table.
        untyped = [name for name in keep if part[name].dtype == object and part[name].isna().all()]
        return connection.from_df(part.astype(dict.fromkeys(untyped, "str")) if untyped else part)
    return connection.from_arrow(native.select(list(keep)))


def pandas_of_relation(relation: duckdb.DuckDBPyRelation) -> Any:
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


def pandas_of_polars(frame: Any) -> Any:
    """Return a Polars frame as pandas with the types of the table contract."""
    import pandas as pd
    import polars as pl
    import pyarrow as pa

    wide = [name for name, kind in frame.schema.items() if kind.is_integer() and kind != pl.Int64]
    dates = [name for name, kind in frame.schema.items() if kind in (pl.Date, pl.Datetime)]
    if wide or dates:
        frame = frame.with_columns(pl.col(wide).cast(pl.Int64), pl.col(dates).cast(pl.Datetime("us")))

    def kind_of(arrow: Any) -> Any:
        if pa.types.is_integer(arrow):
            return pd.Int64Dtype()
        return pd.StringDtype(na_value=float("nan")) if pa.types.is_large_string(arrow) else None

    table = frame.to_arrow(compat_level=pl.CompatLevel.oldest())
    found = table.to_pandas(types_mapper=kind_of)
    gaps = [name for name, kind in frame.schema.items() if kind == pl.Boolean and frame[name].null_count()]
    return found.astype(dict.fromkeys(gaps, "boolean")) if gaps else found


def to_pandas(result: Any) -> Any:
    """Return a small result of any engine as pandas with the types of the table contract."""
    if isinstance(result, duckdb.DuckDBPyRelation):
        return pandas_of_relation(result)
    frame = nw.from_native(result)
    native: Any = (frame.collect() if isinstance(frame, nw.LazyFrame) else frame).to_native()
    if type(native).__module__.startswith("pandas"):
        return native
    if type(native).__module__.startswith("polars"):
        return pandas_of_polars(native)
    own = cursor()
    try:
        return pandas_of_relation(own.from_arrow(nw.from_native(native, eager_only=True).to_arrow()))
    finally:
        own.close()


@functools.cache
def _spill_folder() -> str:
    """Return a folder for what does not fit into memory: its owner's alone, and gone when the process ends."""
    folder = tempfile.mkdtemp(prefix="arlab-spill-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


def parquet_relations(files: Mapping[str, Sequence[Path]]) -> dict[str, duckdb.DuckDBPyRelation]:
    """Return Parquet files as DuckDB relations of one connection, which reads them anew for each question.

    Parameters
    ----------
    files : table name -> its files; each must be there
    """
    connection = _quiet(duckdb.connect())
    spill = _spill_folder().replace("'", "''")
    connection.execute(f"set temp_directory = '{spill}'")
    return {
        name: connection.read_parquet([str(path) for path in paths], union_by_name=True)
        for name, paths in files.items()
    }


@contextlib.contextmanager
def workbench(tables: Iterable[Any] = ()) -> Iterator[Callable[[Any], Any]]:
    """Yield a function that lays a frame down where it is computed, for work that asks many questions of it.

    pandas tables become lazy Polars frames where Polars computes them (see :data:`POLARS_ROWS`), and what is
    laid down of them is worked out once. Other pandas or Arrow frames, and a DuckDB relation that is worth
    keeping, become a temporary table of their connection; every other frame is passed on as it is. The
    temporary tables are gone when the block ends.

    Parameters
    ----------
    tables : all that will be laid down and asked together, so that they come into one engine
    """
    given = {str(place): table for place, table in enumerate(tables)}
    small = all(type(table).__module__.startswith("pandas") for table in given.values()) and bool(given)
    small = small and suits_polars(given, {name: list(table.columns) for name, table in given.items()})
    own = cursor()
    laid: list[tuple[Any, str]] = []

    def lay(frame: Any) -> Any:
        narwhal = nw.from_native(frame)
        engine = narwhal.implementation.value
        if engine in IN_MEMORY:
            columns = narwhal.collect_schema().names()
            if small and engine == "pandas":
                return in_polars(frame, columns)
            relation = in_duckdb(frame, columns, own)
        elif engine == "duckdb":
            relation = frame
        else:  # what was worked out lazily from a small table is worked out once
            return frame.collect().lazy() if small and isinstance(narwhal, nw.LazyFrame) else frame
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
        own.close()
