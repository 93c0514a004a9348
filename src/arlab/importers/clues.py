"""Is an amount that stands on each row of a claim the claim's own, where there are too few claims to see it?

Looks at the column's name, at a column of lines beside it, and at charge - paid - adjustment = balance. It
decides nothing and changes no amount: see :mod:`arlab.importers.lines`.
"""

from __future__ import annotations

from collections.abc import Collection

import numpy as np
import numpy.typing as npt
import pandas as pd

from arlab.importers.amounts import parse_amounts
from arlab.importers.findings import column
from arlab.importers.grid import Mask
from arlab.importers.parsed import Parsed
from arlab.importers.vocabulary import name_words

__all__ = ["balance_gaps", "clues_of", "is_constant"]

_MOST_COLUMNS = 60


def is_constant(keys: npt.NDArray[np.int64], cents: npt.NDArray[np.int64]) -> pd.Series:
    """Return, by claim that has the amount at all, whether it is the same on each of its rows."""
    by_claim = pd.Series(cents).groupby(keys)
    low, high = by_claim.min(), by_claim.max()
    filled = (low != 0) | (high != 0)
    return (low == high)[filled]


def balance_gaps(
    parsed: Parsed, keys: npt.NDArray[np.int64], used: Mask, once: Collection[str]
) -> pd.Series | None:
    """Return, by claim, the cents by which the balance is above charge - paid - adjustment.

    Parameters
    ----------
    keys : number of each row's claim
    used : rows that count
    once : concepts whose amount counts once for each claim; the others are added up

    Returns
    -------
    series of cents by key; None where the file lacks one of these columns
    """
    paid = ["paid"] if parsed.has("paid") else [c for c in ("paid_payer", "paid_patient") if parsed.has(c)]
    if not paid or not parsed.has("charge", "adjustment", "balance"):
        return None

    def by_claim(concept: str) -> pd.Series:
        grouped = pd.Series(parsed.amounts[concept].cents[used]).groupby(keys[used])
        return grouped.first() if concept in once else grouped.sum()

    result = by_claim("balance") - by_claim("charge")
    for concept in (*paid, "adjustment"):
        taken = by_claim(concept)
        # Some systems write what was taken off below zero.
        result = result - taken if int(taken.sum()) < 0 else result + taken
    return result


def clues_of(
    parsed: Parsed,
    keys: npt.NDArray[np.int64],
    used: Mask,
    several: npt.NDArray[np.intp],
    *,
    concepts: Collection[str],
    repeated: Collection[str],
) -> dict[str, str | None]:
    """Return, for amounts that are the same on all rows of each claim, what shows that they are the claim's own.

    Parameters
    ----------
    used : accepted rows with a claim number
    several : places of those whose claim has several rows
    concepts : the amounts in question
    repeated : amounts that are known to be the claim's

    Returns
    -------
    concept -> the reason; an empty one where the file shows that they are amounts of lines, None where nothing does
    """
    claims = np.unique(keys[several])
    held = {}
    for way, once in (("once", {*concepts, *repeated}), ("added", set(repeated))):
        gaps = balance_gaps(parsed, keys, used, once)
        held[way] = gaps is not None and bool((gaps[gaps.index.isin(claims)] == 0).all())
    sums = {"charge", "paid", "paid_payer", "paid_patient", "adjustment", "balance"}
    spare = _line_sums(parsed, keys, used, several)
    result: dict[str, str | None] = {}
    for concept in concepts:
        name = parsed.columns.chosen[concept]
        words = name_words(name)
        whole = pd.Series(parsed.amounts[concept].cents[used]).groupby(keys[used]).first()
        parts = next((other for other, total in spare.items() if (total == whole).all()), None)
        if parts is not None:
            result[concept] = f"{column(parts)} adds up to it in every claim"
        elif concept in sums and held["added"] != held["once"]:
            result[concept] = (
                "charge - paid - adjustment comes to the balance only so" if held["once"] else ""
            )
        elif "line" in words:
            result[concept] = ""
        else:
            result[concept] = "its name says that it is of the claim" if "claim" in words else None
    return result


def _line_sums(
    parsed: Parsed, keys: npt.NDArray[np.int64], used: Mask, several: npt.NDArray[np.intp]
) -> dict[str, pd.Series]:
    """Return the sum by claim of each column of amounts that is not used otherwise and looks like one of lines."""
    result: dict[str, pd.Series] = {}
    taken = {*parsed.columns.chosen.values(), *parsed.columns.personal, *parsed.columns.buckets}
    for name in [name for name in parsed.table.columns if name not in taken][:_MOST_COLUMNS]:
        amounts = parse_amounts(parsed.table.coded[name])
        cents = amounts.cents
        if amounts.bad[used].any() or not cents[used].any():
            continue
        if "line" in name_words(name) or not is_constant(keys[several], cents[several]).all():
            result[name] = pd.Series(cents[used]).groupby(keys[used]).sum()
    return result
