"""What do the tables tell of a day: rows known by then, days between dates, how to reach a payer, whom not to bill?

Small look-ups that several files of this package share. It judges nothing.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from arlab.reference import read_rows
from arlab.tables import Practice

__all__ = [
    "KEY",
    "PARTY",
    "days_between",
    "known_by",
    "last_of",
    "no_cost_share",
    "payer_channels",
    "with_columns",
]

KEY = ["practice_id", "claim_id"]
PARTY = [*KEY, "responsible"]


def known_by(frame: pd.DataFrame, column: str, day: dt.date) -> pd.DataFrame:
    """Return the rows dated on a day or before it."""
    return frame[(frame[column] <= np.datetime64(day)).to_numpy(dtype=bool, na_value=False)]


def days_between(start: Any, end: Any) -> pd.Series:
    """Return whole days from one column of dates, or one day, to another, as float64: empty where either is."""
    days: pd.Series = (end - start).dt.days
    return days.astype("float64")


def last_of(rows: pd.DataFrame, by: list[str], order: list[str]) -> pd.DataFrame:
    """Return the last row of each group."""
    return rows.sort_values(order, kind="stable").drop_duplicates(by, keep="last")


def with_columns(frame: pd.DataFrame, **missing: Any) -> pd.DataFrame:
    """Return the frame with empty columns for those that a source does not have."""
    return frame.assign(**{name: value for name, value in missing.items() if name not in frame.columns})


def payer_channels(payers: pd.Series, practice: Practice) -> pd.Series:
    """Return the best way to ask each payer; of one that is not known, its site is tried first."""
    channels = {row["payer"]: row["channel"] for row in read_rows("payers")}
    if practice.has("payers") and "channel" in practice.payers.columns:
        channels |= dict(zip(practice.payers["payer"], practice.payers["channel"], strict=True))
    return payers.map(channels).fillna("portal")


def no_cost_share(items: pd.DataFrame, practice: Practice) -> npt.NDArray[np.bool_]:
    """Return of each item whether the law forbids to bill its patient a cost share; unknown is no."""
    keys = ["practice_id", "patient_id"]
    if not practice.has("patients") or "patient_id" not in items.columns:
        return np.zeros(len(items), dtype=bool)
    people = practice.patients
    if "no_cost_share" not in people.columns:
        return np.zeros(len(items), dtype=bool)
    found = items[keys].merge(people[[*keys, "no_cost_share"]].drop_duplicates(keys), on=keys, how="left")
    return found["no_cost_share"].to_numpy(dtype=bool, na_value=False)
