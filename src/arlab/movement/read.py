"""How is movement read: as a table from bucket to bucket, as one line per payer, as a sentence?

Arranges the rows of ``flows`` and ``roll`` for people. It follows no dollar itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import narwhals.stable.v2 as nw

from arlab.aging import bucket_labels
from arlab.movement.flows import FIRST_OTHER, FROM, TO
from arlab.movement.postings import ENTRIES, EXITS

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "CANNOT_TELL",
    "describe_movement",
    "movement_roll_table",
    "movement_wide_table",
    "roll_wide_table",
]

CANNOT_TELL = (
    "Two snapshots do not show what happened between them: a balance that fell or is no longer open may have been"
    " paid, adjusted or written off, which looks the same here, and what was both billed and settled between the"
    " two days does not show at all."
)


def whole_rows(table: Any) -> pd.DataFrame:
    """Return a movement table as pandas with whole cents."""
    frame = nw.from_native(table)
    rows = (frame.collect() if isinstance(frame, nw.LazyFrame) else frame).to_pandas()
    return rows.assign(cents=(rows["balance"] * 100).round().astype("int64"))


def _names(rows: pd.DataFrame, side: str) -> dict[str, int]:
    """Return the labels that occur on one side, each with its number, in order."""
    found = rows[[f"{side}_number", f"{side}_bucket"]].drop_duplicates().sort_values(f"{side}_number")
    return dict(zip(found[f"{side}_bucket"], found[f"{side}_number"], strict=True))


def movement_wide_table(table: Any, *, buckets: Sequence[str] = bucket_labels()) -> Any:
    """Return movement as people print it: a row for each bucket of the first day, a column for each of the second.

    Parameters
    ----------
    table : of :func:`movement_table`, without groups
    buckets : bucket names that must appear, youngest first; those that occur besides come after them

    Returns
    -------
    pandas frame with ``from``, a column per bucket, a column for each way out of the buckets, and ``total``, all in
    dollars. The column ``total`` holds the opening balance beside each bucket, the last row ``total`` the closing
    balance under each bucket. The rows after the buckets hold what was in none on the first day.
    """
    rows = whole_rows(table)
    before, after = _names(rows, "from"), _names(rows, "to")
    came = [label for key, (_, label) in FROM.items() if key != "group" or label in before]
    went = [label for key, (_, label) in TO.items() if key != "group" or label in after]
    return _wide(rows, buckets, came, went)


def roll_wide_table(table: Any, *, buckets: Sequence[str] = bucket_labels()) -> Any:
    """Return a roll-rate matrix as people print it: a row per bucket of the first day, then a row per way in.

    Parameters
    ----------
    table : of :func:`roll_table`; groups are added up
    buckets : as for :func:`movement_wide_table`

    Returns
    -------
    pandas frame as :func:`movement_wide_table` has it, with a column per way out. What made or used a credit has a
    row or column of its own where it occurs: ``paid by payer`` as a row is what was paid beyond what was owed.
    """
    rows = whole_rows(table)
    before, after = _names(rows, "from"), _names(rows, "to")
    entries, exits = ([label for _, label in ways.values()] for ways in (ENTRIES, EXITS))
    came = [*entries, FROM["credit"][1], *(label for label in exits if label in before)]
    went = [*exits, TO["credit"][1], *(label for label in entries if label in after)]
    return _wide(rows, buckets, came, went)


def _wide(rows: pd.DataFrame, buckets: Sequence[str], came: Sequence[str], went: Sequence[str]) -> Any:
    """Return rows by where they came from and columns by where they went, with sums."""
    before, after = _names(rows, "from"), _names(rows, "to")
    inside = sorted((number, name) for name, number in (before | after).items() if number < FIRST_OTHER)
    names = list(dict.fromkeys([*buckets, *(name for _, name in inside)]))
    wide = rows.pivot_table(
        index="from_bucket", columns="to_bucket", values="cents", aggfunc="sum", fill_value=0
    ).reindex(index=[*names, *came], columns=[*names, *went], fill_value=0)
    wide["total"] = wide.sum(axis=1)
    wide.loc["total"] = wide.sum()
    result: Any = (wide / 100).rename_axis(index="from", columns=None).reset_index()
    return result.astype({"from": "str"})


def movement_roll_table(table: Any, *, by: str | Sequence[str] = ()) -> Any:
    """Return one line per group: how its opening balance became its closing balance, as far as two days tell.

    Parameters
    ----------
    table : of :func:`movement_table` with this ``by``; without ``by`` one line for everything

    Returns
    -------
    pandas frame with ``by``, ``opening``, what was added (``newly open``, ``balance grew``, ``was a credit``,
    ``from another group``), what went (negative: ``balance fell``, ``no longer open``, ``now a credit``,
    ``to another group``), ``closing``, and ``in an older bucket``, the dollars of ``closing`` that were in a
    younger one; largest closing balance first. Opening and changes add up to closing.
    """
    rows = whole_rows(table)
    inside_before, inside_after = rows["from_number"] < FIRST_OTHER, rows["to_number"] < FIRST_OTHER
    older = inside_before & inside_after & (rows["to_number"] > rows["from_number"])
    label = {key: name for key, (_, name) in (FROM | {f"to_{k}": v for k, v in TO.items()}).items()}
    parts = {"opening": rows["cents"].where(inside_before, 0)}
    for key in ("new", "grew", "credit", "group"):
        parts[label[key]] = rows["cents"].where(rows["from_bucket"] == label[key], 0)
    for key in ("to_fell", "to_gone", "to_credit", "to_group"):
        parts[label[key]] = -rows["cents"].where(rows["to_bucket"] == label[key], 0)
    parts["closing"] = rows["cents"].where(inside_after, 0)
    parts["in an older bucket"] = rows["cents"].where(older, 0)
    by = [by] if isinstance(by, str) else list(by)
    if not by:
        return rows[[]].assign(**parts).sum().to_frame().T / 100
    lines = rows[by].assign(**parts).groupby(by, dropna=False, sort=True).sum() / 100
    return lines.sort_values("closing", ascending=False, kind="stable").reset_index()


def describe_movement(table: Any) -> str:
    """Return movement without groups as one or two sentences."""
    rows = whole_rows(table)
    inside_before, inside_after = rows["from_number"] < FIRST_OTHER, rows["to_number"] < FIRST_OTHER
    opening, closing = int(rows["cents"][inside_before].sum()), int(rows["cents"][inside_after].sum())
    still = rows[inside_before & inside_after]
    older = int(still["cents"][still["to_number"] > still["from_number"]].sum())
    kept, added = int(still["cents"].sum()), int(rows["cents"][~inside_before].sum())
    first = (
        f"Of {money_text(opening)} open on the first day, {money_text(kept)} ({kept / opening:.1%}) is still open,"
        f" {money_text(older)} of it in an older bucket, and {money_text(opening - kept)} is not."
        if opening
        else "Nothing was open on the first day."
    )
    return f"{first} {money_text(added)} was added, so that {money_text(closing)} is open on the second day."


def money_text(cents: int) -> str:
    return f"{cents / 100:,.2f}"
