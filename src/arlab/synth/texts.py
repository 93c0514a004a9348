"""How do numbers become the columns of a table: ids, words from a short list, text that is only sometimes there?

Whole columns at a time, kept as Arrow text; no value is ever a Python object. It knows no table.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

__all__ = ["Texts", "counts", "joined", "numbered", "only_where", "texts", "words"]

Texts: TypeAlias = pd.arrays.ArrowStringArray
"""A column of text as pandas keeps it (dtype ``str``); whole numbers index it, and it can be added to another."""

_DTYPE = pd.StringDtype("pyarrow", na_value=np.nan)


def texts(values: Any) -> Texts:
    """Return values (a list, an array, text already) as a column of text; None is no text.

    Examples
    --------
    >>> texts(["a", None]).tolist()
    ['a', nan]
    """
    if isinstance(values, pd.arrays.ArrowStringArray):
        return values
    return _column(pa.array(values, pa.large_string(), from_pandas=True))


def words(names: Sequence[str | None] | Texts, at: npt.NDArray[np.integer]) -> Texts:
    """Return for each position its word; an empty word is no text, and a position below 0 has none.

    Examples
    --------
    >>> words(("", "CO", "PR"), np.array([2, 0, -1, 1])).tolist()
    ['PR', nan, nan, 'CO']
    """
    own = names if isinstance(names, pd.arrays.ArrowStringArray) else texts([name or None for name in names])
    return _column(_arrow(own).take(pa.array(at, mask=at < 0)))


def numbered(prefix: str, numbers: npt.NDArray[np.integer], width: int) -> Texts:
    """Return names such as ``C000012``.

    Examples
    --------
    >>> numbered("C", np.array([12]), 6).tolist()
    ['C000012']
    """
    digits = pc.utf8_lpad(pa.array(numbers).cast(pa.large_string()), width, "0")
    return _column(_join(pa.scalar(prefix, pa.large_string()), digits))


def counts(values: npt.NDArray[np.integer], known: npt.NDArray[np.bool_]) -> pd.arrays.IntegerArray:
    """Return whole numbers (dtype ``Int64``), and nothing where they are not known.

    Examples
    --------
    >>> counts(np.array([3, 0]), np.array([True, False])).tolist()
    [3, <NA>]
    """
    return pd.arrays.IntegerArray(values.astype(np.int64), ~known)


def joined(*parts: str | Texts) -> Texts:
    """Return texts put together row by row; nothing where a part is nothing.

    Examples
    --------
    >>> joined("Dr. ", texts(["Lee", None])).tolist()
    ['Dr. Lee', nan]
    """
    return _column(
        _join(*(pa.scalar(p, pa.large_string()) if isinstance(p, str) else _arrow(p) for p in parts))
    )


def only_where(which: npt.NDArray[np.bool_], values: Any) -> Texts:
    """Return the values as text, and nothing where ``which`` is false.

    Examples
    --------
    >>> only_where(np.array([True, False]), np.array(["a", "b"])).tolist()
    ['a', nan]
    """
    return _column(pc.if_else(pa.array(which), _arrow(texts(values)), pa.scalar(None, pa.large_string())))


def _join(*parts: pa.Array | pa.Scalar) -> pa.Array:
    return pc.binary_join_element_wise(*parts, pa.scalar("", pa.large_string()))


def _arrow(column: Texts) -> pa.Array:
    """Return a column as one Arrow array."""
    array = column.__arrow_array__()
    return array.combine_chunks() if isinstance(array, pa.ChunkedArray) else array


def _column(array: pa.Array) -> Texts:
    return pd.array(array, dtype=_DTYPE)
