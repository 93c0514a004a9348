"""Do two tables hold the same content, whatever machine, Python or file they come from?

A canonical text of each row, hashed. It reads no file and checks no rule.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from arlab.tables.contract import TABLES, table_keys
from arlab.tables.quick import arrow_of, rises

__all__ = ["company_digest", "content_digest"]

_BLOCK = 100_000  # rows that are made into text at a time
_NEEDS_QUOTES = '[,"\r\n]'
_IS_SPECIAL = np.isin(np.arange(256), list(b',"\r\n'))


def content_digest(frame: pd.DataFrame, name: str) -> str:
    """Return the SHA-256 of a table's content, the same on every machine and Python.

    The text that is hashed is a CSV file in UTF-8: a row of names, columns in contract order, rows in key order,
    money as whole cents, days as text like 2026-06-30, an empty value as nothing, quotes only around a text that
    needs them.

    Parameters
    ----------
    frame : table in the types of the contract
    name : its name in the contract

    Returns
    -------
    64 hexadecimal digits.

    Examples
    --------
    >>> frame = pd.DataFrame({"practice_id": ["p"], "payer": ["Alder"], "payer_class": ["commercial"]})
    >>> content_digest(frame, "payers")[:8], content_digest(frame.assign(payer="Birch"), "payers")[:8]
    ('a2a044d7', '28e0138a')
    """
    schema = TABLES[name]
    columns = [column for column in schema.columns if column in frame.columns]
    digest = hashlib.sha256(",".join(columns).encode("utf-8"))
    if not len(frame):
        digest.update(b"\n")
        return digest.hexdigest()
    kinds = {column: schema.columns[column].metadata["kind"] for column in columns}
    values = {column: _plain(frame[column], kinds[column]) for column in columns}
    order = _key_order([values[column] for column in ("practice_id", *table_keys(name))])
    for start in range(0, len(frame), _BLOCK):
        part = slice(start, start + _BLOCK)
        texts = []
        for column in columns:
            piece = values[column]
            piece = piece.slice(start, _BLOCK) if order is None else piece.take(order[part])
            texts.append(_text(piece, kinds[column]))
        digest.update(_rows(texts))
    digest.update(b"\n")
    return digest.hexdigest()


def company_digest(digests: Iterable[str]) -> str:
    """Return the SHA-256 of one table of many practices: of their digests, one a line, in practice order.

    Examples
    --------
    >>> company_digest(["aa", "bb"])[:8]
    '329d670e'
    """
    return hashlib.sha256("".join(f"{digest}\n" for digest in digests).encode("ascii")).hexdigest()


def _plain(values: pd.Series, kind: str) -> pa.Array:
    """Return a column as an Arrow array: text, whole numbers (also for money), days or flags."""
    if kind == "money":
        cents = np.round(values.to_numpy(dtype="float64", na_value=np.nan) * 100)
        empty = np.isnan(cents)
        return pa.array(np.where(empty, 0, cents).astype(np.int64), mask=empty)
    if kind == "date":
        return pa.array(values.to_numpy().astype("datetime64[D]"))
    wanted = {"count": pa.int64(), "flag": pa.bool_()}.get(kind, pa.large_string())
    return arrow_of(values).cast(wanted)


def _key_order(keys: list[pa.Array]) -> pa.Array | None:
    """Return the order of the rows by their keys, or nothing when they stand in it already."""
    keys = [key for key in keys if pc.min_max(key)["min"] != pc.min_max(key)["max"]]
    if not keys:
        return None
    if rises(keys[0]):
        return None
    if len(keys) == 1:
        return pc.sort_indices(keys[0])
    # Whole numbers sort several times quicker than text.
    ranks = {str(at): _ranks(key) for at, key in enumerate(keys)}
    return pc.sort_indices(pa.table(ranks), sort_keys=[(at, "ascending") for at in ranks])


def _ranks(key: pa.Array) -> pa.Array:
    """Return the place of each value among the values of its column."""
    encoded = key.dictionary_encode()
    words = encoded.dictionary
    place = np.empty(len(words), dtype=np.int64)
    place[pc.sort_indices(words).to_numpy()] = np.arange(len(words))
    return pa.array(place).take(encoded.indices)


def _text(values: pa.Array, kind: str) -> pa.Array:
    """Return a column as text, as it stands in the canonical file."""
    if kind == "flag":
        return pc.if_else(values, pa.scalar("True", pa.large_string()), pa.scalar("False", pa.large_string()))
    text = values.cast(pa.large_string())
    if kind in ("id", "text", "category") and _IS_SPECIAL[np.frombuffer(_bytes(text), dtype=np.uint8)].any():
        doubled = pc.replace_substring(text, '"', '""')
        quote = pa.scalar('"', pa.large_string())
        quoted = pc.binary_join_element_wise(quote, doubled, quote, pa.scalar("", pa.large_string()))
        text = pc.if_else(pc.match_substring_regex(text, _NEEDS_QUOTES), quoted, text)
    return text


def _rows(texts: list[pa.Array]) -> memoryview:
    """Return the lines of a block as a file has them, each after the end of the line before."""
    comma, nothing, end = (pa.scalar(text, pa.large_string()) for text in (",", "", "\n"))
    first = pc.binary_join_element_wise(end, texts[0], nothing)
    return _bytes(
        pc.binary_join_element_wise(first, *texts[1:], comma, null_handling="replace", null_replacement="")
    )


def _bytes(texts: pa.Array) -> memoryview:
    """Return the bytes of texts one after the other, which is how Arrow lays them."""
    _, offsets, data = texts.buffers()
    bounds = np.frombuffer(offsets, dtype=np.int64)[texts.offset : texts.offset + len(texts) + 1]
    return memoryview(data or b"")[int(bounds[0]) : int(bounds[-1])]
