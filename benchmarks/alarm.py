"""How soon is a payer that slows named, and how often is one named that did not?

``python -m benchmarks.alarm [--quick] [--seeds N] [--calibrate]``. Practices of 12,000 to 30,000 claims a year in
which each payer in turn has a given share; the limits were chosen on other seeds, those of ``--calibrate``.
"""

from __future__ import annotations

import concurrent.futures
import dataclasses
import math
import multiprocessing
import sys
from collections.abc import Iterable, Iterator, Sequence
from statistics import median
from typing import Any

import pandas as pd

from arlab.metrics import wilson_interval
from arlab.movement import AlarmRule, resolution_table, score_weeks, slow_payer_table, waiting_claims
from arlab.synth import find_preset, make_practice
from benchmarks.delays import KINDS, delayed, first_payers, scenario_of, start_of
from benchmarks.report import give, option_parser, say, say_table, seed_range, stopwatch

NAME = "alarm"
WORKERS = 2
SIZES = (12_000, 20_000, 30_000)
CALIBRATED_ON = 1_000  # seeds from here on chose the limits, and judge nothing
WITHIN = {"all": 28, "new": 56}
ASKED_TIMES, ASKED_SHARE, ASKED_OF_SEEDS, ASKED_FALSE, ASKED_YEARS = 1.6, 0.10, 0.9, 1.0, 60.0
LIMITS = (4.0, 4.5, 5.0, 5.5, 6.0)


@dataclasses.dataclass(frozen=True)
class Plan:
    """What is tried with each seed."""

    times: tuple[float, ...] = (1.3, 1.6, 2.0)
    shares: tuple[float, ...] = (0.05, 0.10, 0.25)
    sizes: tuple[int, ...] = SIZES
    rules: tuple[AlarmRule, ...] = (AlarmRule(),)
    planted: bool = True


FULL = Plan()
QUICK = Plan(times=(1.6,), shares=(0.10,), planted=False)


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print the table and the JSON object."""
    parser = option_parser(NAME, (__doc__ or "").split("\n")[0], seeds=60, quick_seeds=8)
    parser.add_argument("--calibrate", action="store_true", help="try limits on the seeds that chose them")
    options = parser.parse_args(arguments)
    plan = QUICK if options.quick else FULL
    seeds: Sequence[int] = seed_range(options)
    if options.calibrate:
        rules = tuple(AlarmRule(limit=limit) for limit in LIMITS)
        plan = dataclasses.replace(plan, times=(1.6,), shares=(0.10,), rules=rules, planted=False)
        seeds = [seed + CALIBRATED_ON for seed in seeds]
    began = stopwatch()
    tries, quiet = tried(plan, seeds)
    figures: dict[str, Any] = {}
    for rule in plan.rules:
        found = detected(tries[tries["limit"] == rule.limit])
        false = false_alarms(quiet[quiet["limit"] == rule.limit])
        say(f"limit {rule.limit}: {false['alarms']} false alarms in {false['practice_years']} practice-years")
        say_table(found)
        figures = {"detected": {row["case"]: row for row in found}, "false_alarms": false}
        if options.calibrate:
            continue
    verdicts = judged(figures, quick=options.quick or options.calibrate)
    say_table([{"asked": name, "holds": holds} for name, holds in verdicts.items()])
    give(
        NAME,
        settings={
            "seeds": [min(seeds), max(seeds)],
            "claims_per_year": plan.sizes,
            "times": plan.times,
            "shares": plan.shares,
            "rule": dataclasses.asdict(plan.rules[-1]),
            "calibrate": options.calibrate,
            "quick": options.quick,
        },
        figures={**figures, "seconds": round(stopwatch() - began, 1)},
        asked={
            "all_within_28_days": ASKED_OF_SEEDS,
            "new_within_56_days": ASKED_OF_SEEDS,
            "false_alarms_per_practice_year": ASKED_FALSE,
            "practice_years": None if options.quick else ASKED_YEARS,
            "judged": f"waits times {ASKED_TIMES:g}, a payer with {ASKED_SHARE:.0%} of the claims or more"
            + ("; a rate fails when its 95 % interval is wholly on the wrong side" if options.quick else ""),
        },
        holds=all(verdicts.values()),
    )
    return 0


def tried(plan: Plan, seeds: Iterable[int]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return one row per delay and rule, and one per undisturbed practice and rule."""
    jobs = [(plan, seed, share) for seed in seeds for share in plan.shares]
    if plan.planted:
        jobs += [(plan, seed, 0.0) for seed in seeds]
    rows: list[dict[str, Any]] = []
    spawn = multiprocessing.get_context("spawn")
    with concurrent.futures.ProcessPoolExecutor(WORKERS, mp_context=spawn) as pool:
        for done, found in enumerate(pool.map(one_practice, jobs), start=1):
            rows += found
            if done % 20 == 0:
                say(f"{done} of {len(jobs)} practices")
    frame = pd.DataFrame(rows)
    return frame[frame["kind"] != "none"], frame[frame["kind"] == "none"]


def one_practice(job: tuple[Plan, int, float]) -> list[dict[str, Any]]:
    """Return what the alarm says of one practice: undisturbed, and with each delay of its payer."""
    plan, seed, share = job
    size = plan.sizes[seed % len(plan.sizes)]
    if not share:
        return list(_planted(plan, seed, size))
    choice = first_payers(share)
    payer = choice[seed % len(choice)]
    practice = make_practice(scenario_of(payer, share, claims_per_year=size), seed=seed)
    waiting = waiting_claims(
        practice.claims, practice.transactions, practice.submissions, as_of=practice.as_of
    )
    start, as_of = start_of(seed), practice.as_of
    real = float((practice.claims["first_payer"] == payer).mean())
    about = {"seed": seed, "payer": payer, "share": share, "real_share": real, "claims_per_year": size}
    usual = resolution_table(waiting, as_of=as_of)
    rows = [_quiet(usual, as_of, rule) | about for rule in plan.rules]
    for kind in KINDS:
        for times in plan.times:
            late = delayed(waiting, payer=payer, start=start, times=times, kind=kind)
            slowed = resolution_table(late, as_of=as_of)
            for rule in plan.rules:
                alarms = slow_payer_table(score_weeks(slowed, as_of=as_of, rule=rule))
                rows.append(
                    {**about, "kind": kind, "times": times, "limit": rule.limit}
                    | _first_alarm(alarms, payer, pd.Timestamp(start), usual, slowed)
                )
    return rows


def _planted(plan: Plan, seed: int, size: int) -> Iterator[dict[str, Any]]:
    """Return what the alarm says of the generator's own incident: days added to what a payer receives."""
    scenario = dataclasses.replace(find_preset("payer_slows"), claims_per_year=size)
    incident = scenario.incidents[0]
    practice = make_practice(scenario, seed=seed)
    waiting = waiting_claims(
        practice.claims, practice.transactions, practice.submissions, as_of=practice.as_of
    )
    found = resolution_table(waiting, as_of=practice.as_of)
    real = float((practice.claims["first_payer"] == incident.payer).mean())
    for rule in plan.rules:
        alarms = slow_payer_table(score_weeks(found, as_of=practice.as_of, rule=rule))
        yield {
            "seed": seed,
            "payer": incident.payer,
            "share": 0.0,
            "real_share": real,
            "claims_per_year": size,
            "kind": "planted",
            "times": float("nan"),
            "limit": rule.limit,
            **_first_alarm(alarms, incident.payer, pd.Timestamp(incident.start), None, found),
        }


def _quiet(usual: Any, as_of: Any, rule: AlarmRule) -> dict[str, Any]:
    """Return the false alarms of a practice in which nothing happened, and for how long it was watched."""
    series = score_weeks(usual, as_of=as_of, rule=rule)
    weeks = series.loc[series["why_not"] == "", "week_ending"].nunique()
    alarms = slow_payer_table(series)
    named = alarms.groupby("payer").size().to_dict()
    return {"kind": "none", "limit": rule.limit, "weeks": weeks, "alarms": len(alarms), "named": named}


def _first_alarm(
    alarms: pd.DataFrame, payer: str, start: pd.Timestamp, usual: Any, slowed: Any
) -> dict[str, Any]:
    """Return when the payer that slowed was first named, and how its figures compare with what is so."""
    mine = alarms[(alarms["payer"] == payer) & (alarms["alarm_date"] >= start)]
    if not len(mine):
        return {"days": math.inf}
    first = mine.sort_values("alarm_date").iloc[0]
    found = {
        "days": (first["alarm_date"] - start).days,
        "since_error": (first["slow_since"] - start).days,
    }
    if usual is not None:
        late = dict.fromkeys(("claims", "charge"), 0.0)
        for sign, rows in ((1, usual), (-1, slowed)):
            mine = rows[(rows["payer"] == payer) & (rows["resolved_date"] <= first["alarm_date"])]
            for name in late:
                late[name] += sign * float(mine[name].sum())
        if late["claims"] > 0 and late["charge"] > 0:
            found["claims_ratio"] = first["claims_delayed"] / late["claims"]
            found["dollars_ratio"] = first["dollars_delayed"] / late["charge"]
    return found


def detected(tries: pd.DataFrame) -> list[dict[str, Any]]:
    """Return one row per kind, size and share: how many were named in time, and how well."""
    rows = []
    groups = tries.groupby(["kind", "share", "times"], dropna=False, sort=True)
    for (kind, share, times), part in groups:
        within = WITHIN.get(str(kind), WITHIN["new"])
        hits, cases = int((part["days"] <= within).sum()), len(part)
        low, high = wilson_interval(hits, cases)
        named = part[part["days"] <= within]
        case = f"{kind} x{times:g}, {share:.0%}" if kind in KINDS else f"{kind}, 30 days more"
        rows.append(
            {
                "case": case,
                "within_days": within,
                "hits": hits,
                "seeds": cases,
                "rate": hits / cases,
                "low": low,
                "high": high,
                "ever": int((part["days"] < math.inf).sum()),
                "median_days": median(named["days"]) if len(named) else None,
                "real_share": float(part["real_share"].mean()),
                **{name: _middle(named, name) for name in ("since_error", "claims_ratio", "dollars_ratio")},
            }
        )
    return rows


def _middle(rows: pd.DataFrame, name: str) -> float | None:
    values = rows[name].dropna() if name in rows else pd.Series(dtype="float64")
    return float(values.median()) if len(values) else None


def false_alarms(quiet: pd.DataFrame) -> dict[str, Any]:
    """Return how many alarms undisturbed practices gave in a year, with its 95 % interval, and of whom."""
    alarms, years = int(quiet["alarms"].sum()), float(quiet["weeks"].sum()) / 52
    named: dict[str, int] = {}
    for names in quiet["named"]:
        for payer, count in names.items():
            named[payer] = named.get(payer, 0) + count
    low, high = _poisson_interval(alarms)
    return {
        "alarms": alarms,
        "practice_years": round(years, 1),
        "a_year": alarms / years,
        "low": low / years,
        "high": high / years,
        "of_whom": dict(sorted(named.items(), key=lambda pair: -pair[1])),
    }


def _poisson_interval(count: int) -> tuple[float, float]:
    """Return the 95 % interval of a count, by Byar's approximation (Breslow and Day 1987)."""
    z = 1.96
    low = count * (1 - 1 / (9 * count) - z / (3 * math.sqrt(count))) ** 3 if count else 0.0
    more = count + 1
    return low, more * (1 - 1 / (9 * more) + z / (3 * math.sqrt(more))) ** 3


def judged(figures: dict[str, Any], *, quick: bool) -> dict[str, bool]:
    """Return which of what is asked holds; in quick mode a rate fails only when its interval lies beyond it."""
    false = figures["false_alarms"]
    verdicts = {}
    for kind in KINDS:
        for share in (ASKED_SHARE, 0.25):
            row = figures["detected"].get(f"{kind} x{ASKED_TIMES:g}, {share:.0%}")
            if row:
                verdicts[row["case"]] = (row["high"] if quick else row["rate"]) >= ASKED_OF_SEEDS
    verdicts["false alarms"] = (false["low"] if quick else false["a_year"]) <= ASKED_FALSE
    if not quick:
        verdicts["practice-years"] = false["practice_years"] >= ASKED_YEARS
    return verdicts


if __name__ == "__main__":
    sys.exit(main())
