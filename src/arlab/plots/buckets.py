"""Which numbers does a chart of aging show: per bucket, per name, past day 90?

Checks an aging table and adds it up for drawing. It draws nothing and ages nothing.
"""

from __future__ import annotations

import re
from typing import Any

import narwhals.stable.v2 as nw
import pandas as pd

from arlab.aging import NO_DATE
from arlab.errors import InputRefused, NotAvailable
from arlab.plots.words import dollars_sum

__all__ = ["bucket_totals", "checked_table", "dollars_over_90", "name_grid", "pooled_grid"]


def checked_table(table: Any, by: str | None = None) -> pd.DataFrame:
    """Return the columns to draw as pandas, or say in one sentence why there is nothing to draw."""
    wanted = [*([by] if by else []), "bucket_number", "bucket", "balance"]
    try:
        lazy = nw.from_native(table).lazy()
    except TypeError:
        raise InputRefused(f"A chart needs a table, not a {type(table).__name__}.") from None
    missing = [name for name in wanted if name not in lazy.collect_schema().names()]
    if missing:
        raise InputRefused(
            f"A chart of aging needs the column '{missing[0]}': make the table with aging_table."
        )
    frame: pd.DataFrame = lazy.select(*wanted).collect("pandas").to_native()
    if frame.empty:
        raise NotAvailable("There is no open balance to draw: the table has no row.")
    frame = frame.assign(balance=frame["balance"].astype("float64").fillna(0.0))
    if (frame["balance"] < 0).any():
        raise InputRefused("A chart of aging takes no balance below zero: show credits with credit_table.")
    return frame


def bucket_totals(frame: pd.DataFrame) -> pd.DataFrame:
    """Return one row per bucket, youngest first."""
    grouped = frame.groupby(["bucket_number", "bucket"], sort=True)["balance"]
    return grouped.agg(dollars_sum).reset_index()


def name_grid(frame: pd.DataFrame, *, by: str) -> pd.DataFrame:
    """Return one row per name, biggest first, and one column per bucket, youngest first."""
    buckets = bucket_totals(frame)["bucket"].tolist()
    named = frame.assign(
        **{by: frame[by].astype("object").where(frame[by].notna(), "not stated").astype(str)}
    )
    grid = named.pivot_table(
        index=by, columns="bucket", values="balance", aggfunc=dollars_sum, fill_value=0.0
    )
    grid = grid.reindex(columns=buckets, fill_value=0.0)
    totals = {str(name): dollars_sum(row) for name, row in zip(grid.index, grid.to_numpy(), strict=True)}
    return grid.reindex(sorted(totals, key=lambda name: (-totals[name], name)))


def pooled_grid(frame: pd.DataFrame, *, by: str, top: int) -> pd.DataFrame:
    """Return the grid with everything after the first ``top`` names in one last row."""
    grid = name_grid(frame, by=by)
    rest = grid.iloc[top:]
    if len(rest) < 2:
        return grid
    pooled = pd.DataFrame(
        [[dollars_sum(rest[bucket].to_numpy()) for bucket in grid.columns]], columns=grid.columns
    )
    return pd.concat([grid.iloc[:top], pooled.set_axis([f"other ({len(rest)} together)"])])


def dollars_over_90(table: Any) -> float | None:
    """Return the dollars older than 90 days, or ``None`` where the buckets do not tell.

    Parameters
    ----------
    table : frame with ``bucket_number``, ``bucket`` and ``balance`` in dollars; bucket names are read as a file
        may write them: 61-90, 91 to 120, 90+, over 120, current

    Examples
    --------
    >>> dollars_over_90(pd.DataFrame({"bucket_number": [0, 1], "bucket": ["61-90", "90+"],
    ...                               "balance": [10.0, 20.0]}))
    20.0
    """
    totals = bucket_totals(checked_table(table))
    old = []
    for bucket, balance in zip(totals["bucket"], totals["balance"], strict=True):
        if bucket == NO_DATE or not balance:
            continue
        is_old = _is_over_90(str(bucket))
        if is_old is None:
            return None
        if is_old:
            old.append(balance)
    return dollars_sum(old)


def _is_over_90(bucket: str) -> bool | None:
    """Return whether a bucket lies past day 90; nothing when day 90 is inside it or its name has no days."""
    days = [int(number) for number in re.findall(r"\d+", bucket)]
    name = bucket.casefold()
    if not days:
        return False if re.search(r"current|not (yet )?due|future", name) else None
    if len(days) == 1:
        if re.search(r"\+|over|above|more|older|plus|greater|>|≥", name):
            # "90+" stands after "61-90" and so begins at day 91.
            return True if days[0] >= 90 else None
        return False if days[0] <= 90 and re.search(r"under|less|up to|below|<|≤|^\s*0*\s*$", name) else None
    if days[0] >= 90:
        return True
    return False if days[1] <= 90 else None
