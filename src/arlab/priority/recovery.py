"""How often did work of this kind bring the money here, judged by what was settled before the day?

A table of history with shrinkage: the published chance of a denial reason, times what the practice's own settled
tries say of it. It fits no model; a model's chances can be put in its place.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from arlab.aging import BUCKET_EDGES, bucket_labels
from arlab.errors import InputRefused
from arlab.frames import to_date
from arlab.reference import read_rows

__all__ = ["LEVELS", "add_chance", "prior_chance", "recovery_table"]

LEVELS = (
    ("what",),
    ("what", "try_band"),
    ("category",),
    ("payer_class", "category"),
    ("payer_class", "category", "age_band"),
    ("payer", "category"),
)
"""What the history is split by, coarse first: each level corrects what the ones before it expect. ``what`` parts
tries on denials from looks at claims without an answer."""

_DECAY = (
    0.9  # of the chance for each 30 days since the denial (domain sheet, section 10; our choice of shape)
)
_COLUMNS = ("payer", "payer_class", "category", "carc", "age_days", "try_number")
_SPLITS = ("what", "payer_class", "category", "age_band", "payer", "try_band")
_TRY_BANDS = ("1", "2", "3 or more")


def prior_chance(items: pd.DataFrame) -> npt.NDArray[np.float64]:
    """Return the chance of each item before any history is known.

    Parameters
    ----------
    items : frame with ``category``, ``carc`` (empty when nothing was denied) and ``age_days`` (since the denial, or
        since the claim was sent)

    Returns
    -------
    for a denial the early recovery of its code (``denial_codes.csv``: published tiers) times 0.9 for each 30 days;
    for anything else, and for a code that is not known, the chance of its category in the playbook.

    Examples
    --------
    >>> items = pd.DataFrame({"category": "authorisation", "carc": ["197", "197"], "age_days": [0, 30]})
    >>> prior_chance(items).round(3).tolist()
    [0.5, 0.45]
    """
    codes = {row["carc"]: float(row["recover_early"]) for row in read_rows("denial_codes")}
    book = {row["category"]: float(row["chance"]) for row in read_rows("playbook")}
    by_category = _mapped(items["category"], book, book["other"])
    base = _mapped(items["carc"], codes, np.nan)
    base = np.where(np.isnan(base), by_category, base)
    age = np.nan_to_num(items["age_days"].to_numpy(dtype=np.float64, na_value=np.nan), nan=0.0)
    return np.where(_is_denied(items), base * _DECAY ** (np.maximum(age, 0.0) / 30), base)


def _is_denied(items: pd.DataFrame) -> npt.NDArray[np.bool_]:
    return items["carc"].notna().to_numpy() & (items["carc"] != "").to_numpy(dtype=bool, na_value=False)


def _mapped(values: pd.Series, known: dict[str, float], other: float) -> npt.NDArray[np.float64]:
    """Return the number of each text; quick on a million rows of few texts."""
    codes = pd.Index(list(known), dtype="str").get_indexer_for(pd.Index(values))
    return np.append(np.array(list(known.values()), dtype=np.float64), other)[codes]


def _banded(items: pd.DataFrame) -> pd.DataFrame:
    """Return the columns that levels split by, as categories."""
    lacking = [name for name in _COLUMNS if name not in items.columns]
    if lacking:
        raise InputRefused(f"The items have no column '{lacking[0]}': give {', '.join(_COLUMNS)}.")
    age = items["age_days"].to_numpy(dtype=np.float64, na_value=np.nan)
    band = np.where(np.isnan(age), -1, np.searchsorted(BUCKET_EDGES, np.nan_to_num(age), side="left"))
    tries = np.clip(items["try_number"].to_numpy(dtype=np.float64, na_value=1.0), 1, 3).astype(np.int64) - 1
    banded = {name: pd.Categorical(items[name]) for name in ("payer", "payer_class", "category")}
    banded["what"] = _categories(_is_denied(items).astype(np.int8), ["look", "denial"])
    banded["age_band"] = _categories(band.astype(np.int8), list(bucket_labels()))
    banded["try_band"] = _categories(tries.astype(np.int8), list(_TRY_BANDS))
    return pd.DataFrame(banded, index=items.index)


def _categories(codes: Any, labels: list[str]) -> pd.Categorical:
    """Return codes as categories of text; -1 is empty."""
    return pd.Categorical.from_codes(codes.astype(np.int64), pd.Index(labels, dtype="str"))


def recovery_table(
    tries: pd.DataFrame,
    *,
    as_of: dt.date | str,
    shrinkage: float = 20.0,
    levels: Sequence[Sequence[str]] = LEVELS,
) -> pd.DataFrame:
    """Return what history says of each kind of item: how often work was won, and the factor that follows.

    Parameters
    ----------
    tries : frame of :func:`arlab.priority.resolved_tries`: ``payer``, ``payer_class``, ``category``, ``carc``,
        ``age_days`` (on the day of the try), ``try_number`` (1 for the first), ``won``, ``resolved_date``
    as_of : the day; a try whose answer came on it or later does not count
    shrinkage : a kind of which so many wins were expected is believed half
    levels : what is split by, coarse first

    Returns
    -------
    frame with ``level`` (from 1), the columns split by (empty where a level does not use them), ``tries``,
    ``won``, ``rate`` (won over tries), ``expected`` (wins that the coarser levels expect) and ``factor``:
    (won + shrinkage) / (expected + shrinkage). The chance of an item is its published chance times the factors of
    its kinds; a kind without history has the factor 1, which is how the table backs off.

    Examples
    --------
    >>> tries = pd.DataFrame({"payer": "Alder Health", "payer_class": "commercial", "category": "authorisation",
    ...     "carc": "197", "age_days": 0, "try_number": 1, "won": [True] * 8 + [False] * 2,
    ...     "resolved_date": pd.Timestamp("2026-01-31")})
    >>> table = recovery_table(tries, as_of="2026-02-28", levels=[["category"]])
    >>> table[["category", "tries", "won", "rate", "expected"]].values.tolist()
    [['authorisation', 10, 8, 0.8, 5.0]]
    >>> table["factor"].tolist()
    [1.12]
    """
    day = np.datetime64(to_date(as_of))
    known = tries[(tries["resolved_date"] < day).to_numpy(dtype=bool, na_value=False)]
    banded = _banded(known)
    won = known["won"].to_numpy(dtype=np.float64)
    expected = prior_chance(known)
    rows: list[dict[str, Any]] = []
    for number, level in enumerate(levels, start=1):
        code, labels = _groups(banded, level)
        groups = len(labels)
        count = np.bincount(code, minlength=groups)
        wins = np.bincount(code, weights=won, minlength=groups)
        hoped = np.bincount(code, weights=expected, minlength=groups)
        factor = np.divide(
            wins + shrinkage, hoped + shrinkage, out=np.ones(groups), where=hoped + shrinkage > 0
        )
        expected = expected * factor[code]
        rows += [
            {
                "level": number,
                **{name: label.get(name, "") for name in _SPLITS},
                "tries": int(count[i]),
                "won": int(wins[i]),
                "expected": float(hoped[i]),
                "factor": float(factor[i]),
            }
            for i, label in enumerate(labels)
        ]
    columns = ["level", *_SPLITS, "tries", "won", "expected", "factor"]
    table = pd.DataFrame(rows, columns=columns)
    rate = table["won"] / table["tries"].where(table["tries"] > 0)
    table.insert(columns.index("won") + 1, "rate", rate)
    return table.sort_values(["level", *_SPLITS], kind="stable", ignore_index=True)


def _groups(banded: pd.DataFrame, level: Sequence[str]) -> tuple[npt.NDArray[np.int64], list[dict[str, str]]]:
    """Return the number of each row's group, and the labels of the groups that occur."""
    code = np.zeros(len(banded), dtype=np.int64)
    sizes = []
    for name in level:
        own = banded[name].cat
        code = code * (len(own.categories) + 1) + own.codes.to_numpy(dtype=np.int64) + 1
        sizes.append([*map(str, own.categories)])
    found, code = np.unique(code, return_inverse=True)
    labels = []
    for number in found.tolist():
        label: dict[str, str] = {}
        for name, words in zip(reversed(level), reversed(sizes), strict=True):
            number, place = divmod(number, len(words) + 1)
            label[name] = words[place - 1] if place else ""
        labels.append(label)
    return code, labels


def add_chance(items: pd.DataFrame, table: pd.DataFrame, *, best: float = 0.97) -> pd.DataFrame:
    """Return open items with the chance that working them now brings the money.

    Parameters
    ----------
    items : frame with ``payer``, ``payer_class``, ``category``, ``carc``, ``age_days``, ``try_number``
    table : frame of :func:`recovery_table`; empty for the published chances alone
    best : no chance is larger

    Returns
    -------
    the frame with ``chance_from`` (tries of the item's payer and category in the history),
    ``won_here`` (how many of them were won) and ``history_chance``. A kind that never occurred has the factor
    1.

    Examples
    --------
    >>> items = pd.DataFrame({"payer": ["Alder Health"], "payer_class": ["commercial"],
    ...     "category": ["authorisation"], "carc": ["197"], "age_days": [0], "try_number": [1]})
    >>> none = recovery_table(items.iloc[:0].assign(won=True, resolved_date=pd.NaT), as_of="2026-01-01")
    >>> add_chance(items, none)[["history_chance", "chance_from"]].values.tolist()
    [[0.5, 0.0]]
    """
    banded = _banded(items)
    chance = prior_chance(items)
    seen, won = np.zeros(len(items), dtype=np.int64), np.zeros(len(items), dtype=np.int64)
    for _, rows in table.groupby("level", sort=True):
        level = [name for name in _SPLITS if (rows[name] != "").any()]
        place = _places(banded, rows, level)
        chance = chance * np.append(rows["factor"].to_numpy(dtype=np.float64), 1.0)[place]
        if set(level) == {"payer", "category"}:
            seen = np.append(rows["tries"].to_numpy(dtype=np.int64), 0)[place]
            won = np.append(rows["won"].to_numpy(dtype=np.int64), 0)[place]
    return items.assign(history_chance=np.clip(chance, 0.0, best), chance_from=seen, won_here=won)


def _places(banded: pd.DataFrame, rows: pd.DataFrame, level: Sequence[str]) -> npt.NDArray[np.int64]:
    """Return for each item the row of the table that it belongs to, -1 when none does."""
    items, table = np.zeros(len(banded), dtype=np.int64), np.zeros(len(rows), dtype=np.int64)
    size = 1
    for name in level:
        own = banded[name].cat
        words = sorted(set(rows[name]))
        at = {word: place for place, word in enumerate(words)}
        # What is empty is a kind of its own: tries of unknown age, for items of unknown age.
        of_item = np.array([at.get(word, len(words)) for word in [*map(str, own.categories), ""]])
        items = items * (len(words) + 1) + of_item[own.codes]
        table = table * (len(words) + 1) + np.array([at[word] for word in rows[name]])
        size *= len(words) + 1
    found = np.full(size, -1, dtype=np.int64)
    found[table] = np.arange(len(rows))
    return found[items]
