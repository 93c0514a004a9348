"""How fast does the backlog burn down with more or fewer minutes, and what does one more hour bring?

Replays one policy with several teams, each over several draws of luck, and gives ranges. It says nothing of what
people cost.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import pandas as pd

from arlab.errors import SettingsError
from arlab.policies import Policy
from arlab.simulate.replay import HOUSE, Replay, replay
from arlab.simulate.start import Start
from arlab.simulate.values import Prepared

__all__ = ["burn_down_table", "staffing_table"]

_LOW, _HIGH = 0.1, 0.9  # quantiles over draws that a range is given by
_FIGURES: Final = ("recovered", "lost", "backlog_items", "backlog_dollars")
_WEEK: Final = 5


def staffing_table(
    start: Start,
    policy: Policy | Prepared | str = HOUSE,
    *,
    minutes_per_day: Sequence[float],
    seeds: Sequence[int],
    days: int = 60,
) -> pd.DataFrame:
    """Return what teams of several sizes bring in the same days, with the range over draws of luck.

    Parameters
    ----------
    start, policy, days : as for :func:`arlab.simulate.replay`
    minutes_per_day : minutes of the whole team, one row each
    seeds : each draws anew what payers have in store; the claims stay

    Returns
    -------
    frame with ``minutes_per_day, hours``; then ``recovered, lost, backlog_items, backlog_dollars``, each as the
    mean and, with ``_low`` and ``_high`` behind the name, the range that holds eight of ten draws; and
    ``next_hour``: dollars recovered for each hour more than the row before has (empty in the first row). Rows are
    in the order of minutes.

    Raises
    ------
    SettingsError
        when there are no minutes or no seeds, or as for :func:`arlab.simulate.replay`.
    """
    rows: list[dict[str, Any]] = []
    for minutes, found in _replays(start, policy, minutes_per_day, seeds, days):
        row = {"minutes_per_day": minutes, "hours": float(np.mean([one.hours for one in found]))}
        for name in _FIGURES:
            row |= _range(name, [float(getattr(one, name)) for one in found])
        rows.append(row)
    table = pd.DataFrame(rows)
    more = table["hours"].diff()
    table["next_hour"] = (table["recovered"].diff() / more).where(more > 0)
    return table


def burn_down_table(
    start: Start,
    policy: Policy | Prepared | str = HOUSE,
    *,
    minutes_per_day: Sequence[float],
    seeds: Sequence[int],
    days: int = 60,
) -> pd.DataFrame:
    """Return how many claims wait each week with teams of several sizes, with the range over draws of luck.

    Returns
    -------
    frame with ``minutes_per_day, date`` (first working day of each week of five) and ``backlog, backlog_low,
    backlog_high``: claims waiting that evening. The other arguments are those of :func:`staffing_table`.
    """
    rows: list[dict[str, Any]] = []
    for minutes, found in _replays(start, policy, minutes_per_day, seeds, days):
        for at in range(0, days, _WEEK):
            waiting = [float(one.daily["backlog"].iloc[at]) for one in found]
            rows.append(
                {
                    "minutes_per_day": minutes,
                    "date": found[0].daily["date"].iloc[at],
                    **_range("backlog", waiting),
                }
            )
    return pd.DataFrame(rows)


def _replays(
    start: Start, policy: Policy | Prepared | str, minutes: Sequence[float], seeds: Sequence[int], days: int
) -> list[tuple[float, list[Replay]]]:
    """Return for each team its replays, one for each draw; the draws are the same for every team."""
    teams, seeds = sorted(set(minutes)), list(seeds)
    if not teams or not seeds:
        raise SettingsError("A staffing table needs at least one number of minutes and one seed.")
    draws = [start.afresh(seed) for seed in seeds]
    found = [
        replay(one, policy, days=days, minutes_per_day=team) for team, one in itertools.product(teams, draws)
    ]
    return [(team, found[at * len(draws) : (at + 1) * len(draws)]) for at, team in enumerate(teams)]


def _range(name: str, values: list[float]) -> dict[str, float]:
    low, high = np.quantile(values, [_LOW, _HIGH])
    return {name: float(np.mean(values)), f"{name}_low": float(low), f"{name}_high": float(high)}
