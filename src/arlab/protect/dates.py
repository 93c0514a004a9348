"""How are all dates of a practice moved together, so that every age stays what it is?

Moves whole tables by whole weeks. It chooses no shift: the key does.
"""

from __future__ import annotations

import dataclasses
import datetime as dt

import pandas as pd

from arlab.errors import SettingsError
from arlab.tables import Practice

__all__ = ["move_practice"]


def move_practice(practice: Practice, *, days: int) -> Practice:
    """Return a practice whose every date, the as-of day included, lies so many days later.

    Raises
    ------
    SettingsError
        when the days are not whole weeks, which would change days of the week.
    """
    if days % 7:
        raise SettingsError(f"days is {days}, which is not a number of whole weeks: give a multiple of 7.")
    step = pd.Timedelta(days=days)
    tables = {
        name: frame.assign(
            **{
                str(column): frame[column] + step
                for column in frame.columns
                if pd.api.types.is_datetime64_any_dtype(frame[column])
            }
        )
        for name, frame in practice.tables.items()
    }
    return dataclasses.replace(practice, as_of=practice.as_of + dt.timedelta(days=days), tables=tables)
