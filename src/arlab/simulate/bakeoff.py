"""Which policy recovers most, by how much, and how near is it to the best possible?

Replays every policy from the same mornings with the same luck, and compares seed by seed. It works no claim itself.
"""

from __future__ import annotations

import concurrent.futures
import dataclasses
import datetime as dt
import math
import multiprocessing
import pickle
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final, TypeAlias

import pandas as pd

from arlab.errors import SettingsError
from arlab.policies import Policy, by_payer_and_amount, largest_first, oldest_first, random_order
from arlab.simulate.bound import upper_bound
from arlab.simulate.intervals import half_width, ratio_of_means
from arlab.simulate.replay import HOUSE, need_minutes, replay
from arlab.simulate.start import Start, make_start, start_of_practice
from arlab.simulate.values import (
    DEADLINES,
    Prepared,
    dollars_per_minute,
    expected_value,
    points_score,
    true_value,
)
from arlab.synth.scenario import Scenario
from arlab.tables import Practice

__all__ = ["BUILT_IN", "BakeOff", "policy_bakeoff"]

Choice: TypeAlias = Policy | Prepared | str
Progress: TypeAlias = Callable[[int, int], None]

BLIND, KNOWING = "dollars per minute", "true value"
BUILT_IN: Final[Mapping[str, Choice]] = {
    "house": HOUSE,
    "oldest first": oldest_first,
    "largest first": largest_first,
    "by payer and amount": by_payer_and_amount,
    "random": random_order(),
    "points": points_score,
    BLIND: dollars_per_minute,
    "expected value": expected_value(),
    "deadline-aware value": expected_value(DEADLINES),
    KNOWING: true_value(),
    "deadline-aware true value": true_value(DEADLINES),
}
"""The policies that come with the library; the last two know true probabilities, which nobody has in life."""

_FIGURES: Final = (
    "recovered", "cash", "likely", "lost", "touches", "sessions", "minutes", "setup_minutes", "backlog_items",
    "backlog_dollars",
)  # fmt: skip


@dataclasses.dataclass(frozen=True)
class BakeOff:
    """What policies brought, seed by seed.

    Parameters
    ----------
    runs : one row per seed and policy: ``seed, policy`` and the figures of :class:`arlab.simulate.Replay`
    seeds : one row per seed: ``seed, start, minutes_per_day, need_per_day`` (minutes to do all that comes up), and
        the dollars of the upper ``bound`` and of the ``clairvoyant`` one
    against : the policy that differences are taken from
    """

    runs: pd.DataFrame
    seeds: pd.DataFrame
    against: str

    @property
    def table(self) -> pd.DataFrame:
        """One row per policy, the best first.

        ``recovered`` and its ``share_of_bound`` are means over seeds; ``difference`` from ``against`` is the mean
        of paired differences with its 95 % interval (``low``, ``high``, Student's t); ``information`` is the share
        of information gain: what the policy adds to dollars per minute without probabilities, over what true
        probabilities add to it. Then means of ``lost, touches, hours, setup_share, dollars_per_hour`` and the
        backlog at the end. What was not run is not a number.
        """
        means = self.runs.groupby("policy", sort=False)[list(_FIGURES)].mean()
        known = {KNOWING, BLIND} <= set(means.index)
        rows = []
        for policy, mean in means.iterrows():
            name, worked = str(policy), mean["minutes"] or math.nan
            difference, low, high = self.difference(name, self.against)
            rows.append(
                {
                    "policy": name,
                    "recovered": mean["recovered"],
                    "share_of_bound": self.share_of_bound(name)[0],
                    "difference": difference,
                    "low": low,
                    "high": high,
                    "information": self.information(name)[0] if known else math.nan,
                    "lost": mean["lost"],
                    "touches": mean["touches"],
                    "hours": mean["minutes"] / 60,
                    "setup_share": mean["setup_minutes"] / worked,
                    "dollars_per_hour": mean["recovered"] / worked * 60,
                    "backlog_items": mean["backlog_items"],
                    "backlog_dollars": mean["backlog_dollars"],
                }
            )
        return pd.DataFrame(rows).sort_values("recovered", ascending=False, kind="stable", ignore_index=True)

    @property
    def recovered(self) -> pd.DataFrame:
        """Dollars recovered, seed by policy."""
        return self.runs.pivot_table(index="seed", columns="policy", values="recovered", sort=False)

    def difference(self, policy: str, other: str) -> tuple[float, float, float]:
        """Return the mean of paired differences of dollars recovered, and the ends of its 95 % interval."""
        apart = self.recovered[policy] - self.recovered[other]
        half = half_width(apart)
        return float(apart.mean()), float(apart.mean() - half), float(apart.mean() + half)

    def share_of_bound(self, policy: str) -> tuple[float, float, float]:
        """Return the share of the upper bound that a policy recovers, and the ends of its 95 % interval."""
        return ratio_of_means(self.recovered[policy], self.seeds.set_index("seed")["bound"])

    def information(self, policy: str, *, knowing: str = KNOWING) -> tuple[float, float, float]:
        """Return a policy's share of information gain, and the ends of its 95 % interval.

        The gain is from dollars per minute without probabilities to ``knowing``, which has the true ones.
        """
        blind = self.recovered[BLIND]
        return ratio_of_means(self.recovered[policy] - blind, self.recovered[knowing] - blind)


def policy_bakeoff(
    practice: Practice | Scenario,
    policies: Mapping[str, Choice] | Sequence[str] | None = None,
    *,
    seeds: Sequence[int],
    day: dt.date | str | None = None,
    days: int = 60,
    capacity: float | None = None,
    minutes_per_day: float | None = None,
    against: str | None = None,
    bounds: bool = True,
    workers: int = 1,
    progress: Progress | None = None,
) -> BakeOff:
    """Replay every policy from the same mornings, with the same minutes and the same luck.

    Parameters
    ----------
    practice : a synthetic practice: each seed then draws anew what payers have in store from the first day on; or a
        scenario: each seed then makes a practice of its own, which its house works until the first day
    policies : names of :data:`BUILT_IN`, or name -> policy; all built-in ones when left out
    seeds : whole numbers from 0
    day : the first day; the middle of the service period when left out
    days : number of working days
    capacity : the team's minutes as a share of what it takes to do all that comes up, see
        :func:`arlab.simulate.need_minutes`
    minutes_per_day : the team's minutes a day; its own when this and ``capacity`` are left out
    against : policy from which differences are taken; the first one when left out
    bounds : whether the two bounds are computed
    workers : processes that take seeds at the same time; a script that asks for more than one keeps its own work
        under ``if __name__ == "__main__":``. Policies written in a notebook or a script run in one process.
    progress : is called with the number of seeds done and in all

    Raises
    ------
    SettingsError
        when a name is unknown, there is no seed, or a number breaks its rule.
    """
    chosen = _chosen(policies)
    seeds = list(seeds)
    if not seeds:
        raise SettingsError("A bake-off needs at least one seed.")
    if capacity is not None and minutes_per_day is not None:
        raise SettingsError("Give capacity or minutes_per_day, not both.")
    if capacity is not None and not 0 <= capacity < math.inf:
        raise SettingsError(f"capacity must be a share from 0, not {capacity!r}.")
    reference = against or next(iter(chosen))
    if reference not in chosen:
        raise SettingsError(
            f"Differences from '{reference}' need it among the policies: {', '.join(chosen)}."
        )
    plan = _Plan(_source(practice, day), chosen, day, days, capacity, minutes_per_day, bounds)
    runs: list[dict[str, Any]] = []
    about: list[dict[str, Any]] = []
    for done, (rows, seed_row) in enumerate(_results(plan, seeds, workers), start=1):
        runs += rows
        about.append(seed_row)
        if progress is not None:
            progress(done, len(seeds))
    return BakeOff(pd.DataFrame(runs), pd.DataFrame(about), reference)


@dataclasses.dataclass(frozen=True)
class _Plan:
    """What each seed does; built-in policies go by name, so that processes can hand them on."""

    source: Scenario | tuple[Scenario, int, int]
    policies: Mapping[str, Choice | None]
    day: dt.date | str | None
    days: int
    capacity: float | None
    minutes_per_day: float | None
    bounds: bool


def _chosen(policies: Mapping[str, Choice] | Sequence[str] | None) -> dict[str, Choice | None]:
    """Return name -> policy, None for one of the library's own."""
    if isinstance(policies, Mapping):
        return {name: None if BUILT_IN.get(name) is policy else policy for name, policy in policies.items()}
    names = list(BUILT_IN if policies is None else policies)
    unknown = [name for name in names if name not in BUILT_IN]
    if unknown or not names:
        raise SettingsError(
            f"There is no policy '{unknown[0] if unknown else ''}': use {', '.join(BUILT_IN)}, or give a function."
        )
    return dict.fromkeys(names)


def _source(practice: Practice | Scenario, day: dt.date | str | None) -> Scenario | tuple[Scenario, int, int]:
    """Return a scenario, or what a practice was made from."""
    if isinstance(practice, Scenario):
        return practice
    streams = start_of_practice(practice, day=day).opening.streams
    return practice.truth.scenario, streams.seed, streams.practice


def _results(
    plan: _Plan, seeds: list[int], workers: int
) -> Iterator[tuple[list[dict[str, Any]], dict[str, Any]]]:
    """Give the rows of each seed, in their order, from as many processes as can be used."""
    if workers < 2 or len(seeds) < 2 or not _can_travel(plan):
        for seed in seeds:
            yield _one_seed(plan, seed)
        return
    spawn = multiprocessing.get_context("spawn")
    with concurrent.futures.ProcessPoolExecutor(min(workers, len(seeds)), mp_context=spawn) as pool:
        yield from pool.map(_one_seed, [plan] * len(seeds), seeds)


def _can_travel(plan: _Plan) -> bool:
    """Return whether another process can be told of every policy: one written in a notebook cannot."""
    try:
        pickle.dumps(plan)
    except (pickle.PicklingError, AttributeError, TypeError):
        return False
    return all(getattr(policy, "__module__", "") != "__main__" for policy in plan.policies.values())


_STARTS: dict[bytes, Start] = {}  # the last practice of this process, for seeds that all begin with it


def _start(plan: _Plan, seed: int) -> Start:
    if isinstance(plan.source, Scenario):
        return make_start(plan.source, seed=seed, day=plan.day)
    key = pickle.dumps((plan.source, plan.day))
    if key not in _STARTS:
        scenario, own_seed, number = plan.source
        _STARTS.clear()
        _STARTS[key] = make_start(scenario, seed=own_seed, day=plan.day, number=number)
    return _STARTS[key].afresh(seed)


def _one_seed(plan: _Plan, seed: int) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """Return the rows of one seed: every policy from the same morning."""
    start = _start(plan, seed)
    minutes, need = plan.minutes_per_day, math.nan
    if plan.capacity is not None:
        need = need_minutes(start, days=plan.days) / plan.days
        minutes = plan.capacity * need
    rows = []
    for name, policy in plan.policies.items():
        found = replay(
            start,
            BUILT_IN[name] if policy is None else policy,
            days=plan.days,
            minutes_per_day=minutes,
            name=name,
        )
        rows.append({"seed": seed, "policy": name, **{figure: getattr(found, figure) for figure in _FIGURES}})
    own = sum(one.minutes_per_day for one in start.opening.scenario.team)
    about = {
        "seed": seed,
        "start": start.date,
        "minutes_per_day": own if minutes is None else minutes,
        "need_per_day": need,
    }
    for name, clairvoyant in (("bound", False), ("clairvoyant", True)):
        about[name] = (
            upper_bound(start, days=plan.days, minutes_per_day=minutes, clairvoyant=clairvoyant).dollars
            if plan.bounds
            else math.nan
        )
    return rows, about
