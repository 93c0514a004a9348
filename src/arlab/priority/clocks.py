"""Until when can something be done about each open item, and by which remedy?

Lays the remedies of a day beside the items. It never calls a day that has passed "approaching": what has ended is
not among the days here.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import pandas as pd

from arlab.ledger import deadlines
from arlab.priority.known import KEY, days_between
from arlab.tables import REMEDIES

__all__ = ["STATES", "add_clocks", "remedy_words"]

STATES = {
    "live": "something can still be done in time",
    "used": "what could be done was done; the answer is awaited or final",
    "expired": "every limit has passed",
    "not_open": "no clock has started",
    "unknown": "no contract says until when",
}
"""Value of ``remedy_state`` -> what it means."""

_WORDS = {
    "file": "filing",
    "refile_unprocessable": "filing again",
    "correct": "correction",
    "reopen": "reopening",
    "appeal_1": "appeal",
    "appeal_2": "second appeal",
    "secondary_file": "filing with the second payer",
}
_ITEM = [*KEY, "rank"]


def remedy_words(remedy: str) -> str:
    """Return a remedy as people say it.

    Examples
    --------
    >>> remedy_words("appeal_1")
    'appeal'
    """
    return _WORDS.get(remedy, remedy.replace("_", " "))


def add_clocks(items: pd.DataFrame, remedies: pd.DataFrame | None, *, as_of: dt.date) -> pd.DataFrame:
    """Return open payer items with their live remedies and the next day that something ends.

    Parameters
    ----------
    items : frame with ``practice_id``, ``claim_id``, ``rank``
    remedies : frame of :func:`arlab.ledger.remedies` for the day, or None when nothing names a deadline
    as_of : the day

    Returns
    -------
    the items with ``remedy_state`` (a key of ``STATES``), ``live_remedies`` (their names, the first to end first),
    ``next_remedy``, ``next_due_date``, ``days_left`` (0 on the last day; empty when nothing is live),
    ``counts_receipt`` (whether the payer's receipt must fall inside the limit, and not the sending), and
    ``due_...`` for each remedy: its last day while it is live.
    """
    due_columns = [f"due_{name}" for name in REMEDIES]
    if remedies is None:
        empty = {name: pd.Series(pd.NaT, index=items.index, dtype="datetime64[us]") for name in due_columns}
        return items.assign(
            remedy_state="unknown",
            live_remedies="",
            next_remedy="",
            next_due_date=pd.Series(pd.NaT, index=items.index, dtype="datetime64[us]"),
            days_left=np.nan,
            counts_receipt=False,
            **empty,
        )
    wanted = items[_ITEM].drop_duplicates()
    own = remedies.astype({"rank": "int64"}).merge(wanted, on=_ITEM, how="inner")
    state = pd.DataFrame(deadlines(own)).astype({"rank": "int64"})[[*_ITEM, "state"]]
    live = own[(own["state"] == "live").to_numpy(dtype=bool, na_value=False)]
    place = {name: number for number, name in enumerate(REMEDIES)}
    live = live.assign(_place=live["remedy"].map(place)).sort_values(["due_date", "_place"], kind="stable")
    found = state.rename(columns={"state": "remedy_state"})
    first = live.drop_duplicates(_ITEM)[[*_ITEM, "remedy", "due_date"]].rename(
        columns={"remedy": "next_remedy", "due_date": "next_due_date"}
    )
    listed = live.groupby(_ITEM, sort=False)["remedy"].agg(", ".join).rename("live_remedies").reset_index()
    ends = live.pivot(index=_ITEM, columns="remedy", values="due_date").reindex(columns=list(REMEDIES))
    ends = ends.astype("datetime64[us]").set_axis(due_columns, axis=1).reset_index()
    received = live[live["basis"] == "received"][_ITEM].drop_duplicates().assign(counts_receipt=True)
    for frame in (first, listed, ends, received):
        found = found.merge(frame, on=_ITEM, how="left")
    found = items.merge(found, on=_ITEM, how="left")
    days: Any = days_between(pd.Timestamp(as_of), found["next_due_date"])
    return found.assign(
        remedy_state=found["remedy_state"].fillna("unknown"),
        live_remedies=found["live_remedies"].fillna(""),
        next_remedy=found["next_remedy"].fillna(""),
        counts_receipt=found["counts_receipt"].notna(),
        days_left=days,
    )
