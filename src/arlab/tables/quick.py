"""Does a table surely keep its contract, seen at a glance?

Looks at whole columns by the rules that the schema holds. A table that is not proven right here is not wrong: the
schema itself decides, slowly and in words.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import pandera.pandas as pa
import pyarrow
import pyarrow.compute as pc

__all__ = ["all_within", "arrow_of", "rises", "surely_keeps"]


def surely_keeps(frame: pd.DataFrame, schema: pa.DataFrameSchema) -> bool:
    """Return whether a table in the contract's types is proven to keep its schema."""
    return all(_column_keeps(frame[name], schema.columns[name]) for name in frame.columns) and _unique(
        frame, [name for name in schema.unique or () if name in frame.columns]
    )


def _column_keeps(values: pd.Series, spec: pa.Column) -> bool:
    """Return whether a column keeps its rules: empty values, signs, lists of words."""
    if not spec.nullable and values.isna().any():
        return False
    for check in spec.checks:
        rule = check.statistics or {}
        if check.name == "isin":
            if not all_within(values, pd.Series(list(rule["allowed_values"]), dtype="str")):
                return False
        elif check.name in ("greater_than", "greater_than_or_equal_to"):
            numbers = values.to_numpy(dtype="float64", na_value=np.nan)
            low = rule["min_value"]
            if (numbers <= low if check.name == "greater_than" else numbers < low).any():
                return False
        else:
            return False
    return True


def _unique(frame: pd.DataFrame, key: list[str]) -> bool:
    """Return whether no two rows have the same key."""
    if len(frame) < 2 or not key:
        return True
    columns = [arrow_of(frame[name]) for name in key]
    if any(rises(column) for column in columns):
        return True
    telling = [name for name, column in zip(key, columns, strict=True) if not _constant(column)]
    return bool(telling) and not frame.duplicated(telling).any()


def arrow_of(values: pd.Series) -> pyarrow.Array:
    """Return a column as one Arrow array, empty values as nothing."""
    array = pyarrow.array(values, from_pandas=True)
    return array.combine_chunks() if isinstance(array, pyarrow.ChunkedArray) else array


def rises(values: pyarrow.Array) -> bool:
    """Return whether each value is more than the one before it; an empty one is neither more nor less.

    Examples
    --------
    >>> rises(pyarrow.array([1, 2])), rises(pyarrow.array([1, 1])), rises(pyarrow.array([1, None]))
    (True, False, False)
    """
    more = pc.less(values.slice(0, max(len(values) - 1, 0)), values.slice(1))
    return more.null_count == 0 and bool(pc.all(more, min_count=0).as_py())


def _constant(values: pyarrow.Array) -> bool:
    ends = pc.min_max(values)
    return values.null_count == 0 and ends["min"] == ends["max"]


def all_within(values: pd.Series, allowed: pd.Series) -> bool:
    """Return whether every value is one of those allowed, or empty."""
    found = pc.is_in(arrow_of(values), value_set=arrow_of(allowed), skip_nulls=True)
    return int(pc.sum(found, min_count=0).as_py()) + int(values.isna().sum()) == len(values)
