"""What is an order of work worth: how near do policies come to the best possible, and do chances and deadlines pay?

``python -m benchmarks.bakeoff [--quick] [--seeds N]``. Each seed is a practice of 20,000 claims a year that its
house has worked for a year; all policies then work the same 60 days with half the minutes that all work would take.
The settings of the policies were chosen on seeds from 1,001.
"""

from __future__ import annotations

import concurrent.futures
import dataclasses
import math
import multiprocessing
import sys
from collections.abc import Mapping, Sequence
from typing import Any

from arlab.simulate import DEADLINES, HOUSE, BakeOff, make_start, policy_bakeoff, replay
from arlab.simulate.intervals import half_width
from arlab.synth import Scenario, find_preset
from benchmarks.report import give, option_parser, say, say_table, seed_range, stopwatch

NAME = "bakeoff"
WORKERS = 2
CLAIMS, QUICK_CLAIMS, DAY, DAYS = 20_000, 12_000, "2025-12-31", 60
CAPACITY, OTHER_CAPACITIES = 0.5, (0.35, 0.6)
PRESETS = ("typical", "distressed", "deadlines_bind")
TIMED = (
    "house", "oldest first", "largest first", "by payer and amount", "points", "dollars per minute",
    "expected value", "deadline-aware value",
)  # fmt: skip
KNOWING = ("true value", "deadline-aware true value")
PAIRS = {"expected value": "true value", "deadline-aware value": "deadline-aware true value"}
QUICK = ("house", "oldest first", "largest first", "dollars per minute", *PAIRS, *PAIRS.values())
SIMPLE = (
    "house",
    "oldest first",
    "largest first",
    "by payer and amount",
    "random",
    "points",
    "dollars per minute",
)
ASKED_BOUND, ASKED_INFORMATION, ASKED_LOSS, ASKED_SECONDS = 0.90, 0.60, -0.005, 60.0
ASKED_SAME, FRESH = 0.02, 3


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print the tables and the JSON object."""
    options = option_parser(NAME, (__doc__ or "").split("\n")[0], seeds=20, quick_seeds=3).parse_args(
        arguments
    )
    seeds, quick = list(seed_range(options)), bool(options.quick)
    began = stopwatch()
    claims = QUICK_CLAIMS if quick else CLAIMS
    timed = _run("typical", seeds, TIMED, claims=claims, bounds=False)
    seconds = stopwatch() - began
    say(f"{len(TIMED)} policies x {len(seeds)} seeds x {DAYS} days: {seconds:.1f} seconds")
    presets = {}
    for preset in PRESETS:
        found = _run(preset, seeds, QUICK if quick else None, claims=claims)
        presets[preset] = figures_of(found)
        say(f"\n{preset}: {CAPACITY:.0%} of what all work would take, differences from expected value")
        say_table(found.table.to_dict("records"))
    figures: dict[str, Any] = {
        "presets": presets,
        "bakeoff_seconds": round(seconds, 1),
        "recovered_by_house": float(timed.recovered["house"].mean()),
    }
    if not quick:
        figures["other_capacities"] = _other_capacities(seeds)
        say_table(figures["other_capacities"])
    figures["fresh_luck"] = fresh_luck(seeds, claims=claims, quick=quick)
    verdicts = judged(figures, seeds=len(seeds), quick=quick)
    say_table([{"asked": name, "holds": holds} for name, holds in verdicts.items()])
    give(
        NAME,
        settings={
            "seeds": [min(seeds), max(seeds)],
            "claims_per_year": claims,
            "start": DAY,
            "days": DAYS,
            "capacity": CAPACITY,
            "deadlines": dataclasses.asdict(DEADLINES),
            "quick": quick,
        },
        figures={**figures, "verdicts": verdicts, "seconds": round(stopwatch() - began, 1)},
        asked={
            "true_value_of_bound": ASKED_BOUND,
            "information": ASKED_INFORMATION,
            "deadlines_at_least": ASKED_LOSS,
            "deadlines_bind": "the 95 % interval of the difference lies above zero",
            "fresh_luck_within": ASKED_SAME,
            "bakeoff_seconds": ASKED_SECONDS * (len(seeds) / 20 if quick else 1),
            "judged": "a figure fails when its 95 % interval lies wholly on the wrong side"
            if quick
            else "the mean over seeds; fresh luck by its 90 % interval",
        },
        holds=all(verdicts.values()),
    )
    return 0


def scenario_of(preset: str, claims: int = CLAIMS) -> Scenario:
    """Return a practice that has been worked for a year when the replay begins, and goes on after it."""
    return dataclasses.replace(find_preset(preset), claims_per_year=claims, months=15)


def _run(
    preset: str,
    seeds: list[int],
    policies: Sequence[str] | None,
    *,
    claims: int = CLAIMS,
    capacity: float = CAPACITY,
    bounds: bool = True,
) -> BakeOff:
    def told(done: int, of: int) -> None:
        if done == of or done % 5 == 0:
            say(f"{preset}: {done} of {of} seeds")

    return policy_bakeoff(
        scenario_of(preset, claims), policies, seeds=seeds, day=DAY, days=DAYS, capacity=capacity, bounds=bounds,
        against="expected value", workers=WORKERS, progress=told,
    )  # fmt: skip


def figures_of(found: BakeOff) -> dict[str, Any]:
    """Return what is judged of one preset; a triple is a figure with the ends of its 95 % interval."""
    means = found.recovered.mean()
    plain = float(means["expected value"])
    simple = [name for name in SIMPLE if name in means]
    best = max(simple, key=lambda name: float(means[name]))
    return {
        "recovered": {str(name): round(float(value)) for name, value in means.items()},
        "lost": {
            str(name): round(float(value))
            for name, value in found.runs.groupby("policy")["lost"].mean().items()
        },
        "bound": round(float(found.seeds["bound"].mean())),
        "clairvoyant": round(float(found.seeds["clairvoyant"].mean())),
        "of_bound": {name: found.share_of_bound(name) for name in means.index},
        "information": {name: found.information(name, knowing=knowing) for name, knowing in PAIRS.items()},
        "deadlines": [part / plain for part in found.difference("deadline-aware value", "expected value")],
        "best_simple": best,
        "simple_against_expected_value": [part / plain for part in found.difference(best, "expected value")],
    }


def _other_capacities(seeds: list[int]) -> list[dict[str, Any]]:
    """Return shares of the bound and of information with fewer and with more minutes."""
    rows = []
    for preset in PRESETS:
        for capacity in OTHER_CAPACITIES:
            found = _run(preset, seeds, ("dollars per minute", *PAIRS, *PAIRS.values()), capacity=capacity)
            figures = figures_of(found)
            rows.append(
                {
                    "preset": preset,
                    "capacity": capacity,
                    **{f"{name}, of bound": figures["of_bound"][name][0] for name in KNOWING},
                    **{f"{name}, information": figures["information"][name][0] for name in PAIRS},
                    "deadlines": figures["deadlines"][0],
                }
            )
    return rows


def fresh_luck(seeds: list[int], *, claims: int, quick: bool) -> dict[str, Any]:
    """Return how much more the house recovers on average when luck is drawn anew, and its 90 % interval."""
    spawn = multiprocessing.get_context("spawn")
    again = 1 if quick else FRESH
    with concurrent.futures.ProcessPoolExecutor(WORKERS, mp_context=spawn) as pool:
        relative = list(pool.map(relative_difference, seeds, [again] * len(seeds), [claims] * len(seeds)))
    import pandas as pd

    half = half_width(pd.Series(relative), level=0.90)
    mean = math.fsum(relative) / len(relative)
    return {"mean": mean, "low": mean - half, "high": mean + half, "seeds": len(relative), "draws": again}


def relative_difference(seed: int, again: int, claims: int = CLAIMS) -> float:
    """Return fresh luck's mean over the history's dollars, less one, over all days from the second month on."""
    start = make_start(
        dataclasses.replace(scenario_of("typical", claims), months=12), seed=seed, day="2025-02-03"
    )
    numbers = start.opening.calendar.numbers
    days = int(((numbers >= start.day) & (numbers < start.opening.worked_until)).sum())
    history = replay(start, HOUSE, days=days).recovered
    fresh = [
        replay(start.afresh(10_000 + again * seed + n), HOUSE, days=days).recovered for n in range(again)
    ]
    return math.fsum(fresh) / again / history - 1


def judged(figures: Mapping[str, Any], *, seeds: int, quick: bool) -> dict[str, bool]:
    """Return which of what is asked holds; in quick mode a figure fails only when its interval lies beyond it."""
    verdicts = {}
    for preset, found in figures["presets"].items():
        at = 2 if quick else 0
        for name in KNOWING:
            verdicts[f"{preset}: {name} of the bound"] = found["of_bound"][name][at] >= ASKED_BOUND
        for name, share in found["information"].items():
            verdicts[f"{preset}: information of {name}"] = share[at] >= ASKED_INFORMATION
        verdicts[f"{preset}: deadlines cost nothing"] = found["deadlines"][at] >= ASKED_LOSS
        if preset == "deadlines_bind":
            verdicts[f"{preset}: deadlines pay"] = found["deadlines"][2 if quick else 1] > 0
    fresh = figures["fresh_luck"]
    inside = fresh["low"] > -ASKED_SAME and fresh["high"] < ASKED_SAME
    apart = fresh["low"] > ASKED_SAME or fresh["high"] < -ASKED_SAME
    verdicts["fresh luck brings the same"] = not apart if quick else inside
    allowed = ASKED_SECONDS * (seeds / 20 if quick else 1) * (1.25 if quick else 1)
    verdicts["seconds"] = figures["bakeoff_seconds"] <= allowed + (8.0 if quick else 0.0)
    return verdicts


if __name__ == "__main__":
    sys.exit(main())
