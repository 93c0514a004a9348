"""How long does it take to score and rank a million open items, against sorting them by balance?

Makes items from a seed, asks the library for chance, score and order, and pandas for a plain sort of the same
frame. It also does the same with a loop over rows, on a part of them, and holds both to the same order.
"""

from __future__ import annotations

import math
import statistics
import sys
from typing import Any

import numpy as np
import pandas as pd

from arlab.priority import Weights, add_chance, recovery_table, score_items, work_order
from arlab.reference import read_rows
from benchmarks.report import give, option_parser, say, say_table, seed_range, stopwatch

NAME = "queue"
QUESTION = "How long do scoring and ranking take, in times of a sort by balance?"
ROWS, QUICK_ROWS, LOOP_ROWS = 1_000_000, 300_000, 5_000
RUNS = 5
MOST = 10.0
SLACK = 1.25  # of the quick mode


def make_items(rows: int, seed: int) -> pd.DataFrame:
    """Return open items as they stand before they are scored, and some history's worth of text columns."""
    draws = np.random.Generator(np.random.PCG64(seed))
    codes = read_rows("denial_codes")
    payers = read_rows("payers")
    code, payer = draws.integers(0, len(codes), rows), draws.integers(0, len(payers), rows)

    def words(of: list[dict[str, str]], column: str, which: Any) -> pd.Series:
        return pd.Series(np.array([row[column] for row in of], dtype=object)[which]).astype("str")

    dated = draws.random(rows) < 0.5
    return pd.DataFrame(
        {
            "claim_id": pd.Series(np.arange(rows)).astype("str"),
            "payer": words(payers, "payer", payer),
            "payer_class": words(payers, "payer_class", payer),
            "category": words(codes, "category", code),
            "carc": words(codes, "carc", code),
            "balance": np.round(np.exp(5.2 + 0.9 * np.sqrt(-2 * np.log(1 - draws.random(rows)))), 2),
            "age_days": draws.integers(0, 400, rows),
            "try_number": draws.integers(1, 4, rows),
            "minutes": draws.integers(3, 40, rows).astype(np.float64),
            "days_left": np.where(dated, draws.integers(0, 365, rows), np.nan),
            "remedy_live": draws.random(rows) < 0.9,
            "waiting": draws.random(rows) < 0.3,
        }
    )  # fmt: skip


def make_history(items: pd.DataFrame, seed: int) -> pd.DataFrame:
    """Return settled tries like the first of the items, half of them won."""
    draws = np.random.Generator(np.random.PCG64(seed + 1_000))
    tries = items.head(3_000)
    return recovery_table(
        tries.assign(won=draws.random(len(tries)) < 0.5, resolved_date=pd.Timestamp("2026-01-31")),
        as_of="2026-06-30",
    )


def ranked(items: pd.DataFrame, history: pd.DataFrame) -> pd.DataFrame:
    """Return the items with chance and score, first to work first: what is timed."""
    found = add_chance(items, history)
    scored = score_items(found.assign(expected_recovery=found["history_chance"] * found["balance"]))
    return scored.iloc[work_order(scored)]


def looped(items: pd.DataFrame, history: pd.DataFrame) -> list[str]:
    """Return the order by a plain loop over rows, for the same rules written a second time."""
    weights, found = Weights(), add_chance(items, history)
    keys = []
    for row in found.to_dict("records"):
        expected = row["history_chance"] * row["balance"]
        if not row["remedy_live"] or expected <= 0:
            keys.append((3, 0.0, -row["age_days"], -row["balance"]))
            continue
        days = row["days_left"]
        urgency = 1.0
        if not math.isnan(days):
            urgency += weights.strength * min(1.0, max(0.0, 1.0 - days / weights.horizon_days))
        tier = 2 if row["waiting"] else 1
        if days <= 3 and expected >= weights.override_least:
            tier = 0
        chance = min(1.0, expected / row["balance"])
        value = row["balance"] * chance * urgency / max(1.0, row["minutes"])
        keys.append((tier, -value, -row["age_days"], -row["balance"]))
    order = sorted(range(len(keys)), key=keys.__getitem__)
    ids = found["claim_id"].tolist()
    return [ids[place] for place in order]


def timed(rows: int, seed: int) -> dict[str, Any]:
    """Return the median seconds of interleaved runs of both, and their ratio."""
    items = make_items(rows, seed)
    history = make_history(items, seed)
    part = items.head(LOOP_ROWS)
    same = ranked(part, history)["claim_id"].tolist() == looped(part, history)
    sorts, ranks = [], []
    for _ in range(RUNS):
        start = stopwatch()
        items.sort_values("balance", ascending=False)
        middle = stopwatch()
        ranked(items, history)
        sorts.append(middle - start)
        ranks.append(stopwatch() - middle)
    ratios = [rank / sort for rank, sort in zip(ranks, sorts, strict=True)]
    return {
        "seed": seed,
        "rows": rows,
        "sort_seconds": statistics.median(sorts),
        "rank_seconds": statistics.median(ranks),
        "times_the_sort": statistics.median(ratios),
        "same_order_as_the_loop": same,
    }


def main(arguments: list[str] | None = None) -> int:
    """Run the benchmark and print its table and its JSON object."""
    options = option_parser(NAME, QUESTION, seeds=3).parse_args(arguments)
    rows = QUICK_ROWS if options.quick else ROWS
    most = MOST * (SLACK if options.quick else 1.0)
    say(f"Chance, score and order of {rows:,} open items, and a sort of the same frame by balance")
    found = [timed(rows, seed) for seed in seed_range(options)]
    say_table(found)
    worst = max(row["times_the_sort"] for row in found)
    same = all(row["same_order_as_the_loop"] for row in found)
    holds = worst <= most and same
    say(f"At most {most:g} times the sort: {'holds' if holds else 'does not hold'} ({worst:.1f}).")
    give(
        NAME,
        settings={"quick": options.quick, "rows": rows, "runs": RUNS, "seeds": list(seed_range(options))},
        figures={"worst_times_the_sort": worst, "same_order_as_the_loop": same, "by_seed": found},
        asked={"worst_times_the_sort": most, "same_order_as_the_loop": True},
        holds=holds,
    )
    return 0 if holds else 1


if __name__ == "__main__":
    sys.exit(main())
