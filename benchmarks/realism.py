"""Does a generated practice lie in the bands of the published figures, and does it pass the realism battery?

``python -m benchmarks.realism [--quick] [--seeds N] [--preset NAME]``. It tunes nothing and reads no answer key.
"""

from __future__ import annotations

import dataclasses
import sys
from collections.abc import Sequence
from typing import Any

import pandas as pd

from arlab.synth import check_realism, describe_realism, find_preset, make_practice, realism_table
from benchmarks.report import give, option_parser, say, say_table, seed_range, stopwatch

NAME = "realism"
CLAIMS, QUICK_CLAIMS = 20_000, 8_000
EVIDENCE = ("S", "D")
SHOWN = ("measure", "mean", "least", "most", "low", "high", "published", "basis", "role", "seeds inside")


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure the preset over the seeds, print the table and the JSON object."""
    parser = option_parser(NAME, (__doc__ or "").split("\n")[0], seeds=5, quick_seeds=2)
    parser.add_argument(
        "--preset", default="typical", help="whose practice and whose bands (usually typical)"
    )
    options = parser.parse_args(arguments)
    began = stopwatch()
    scenario = find_preset(options.preset)
    claims = QUICK_CLAIMS if options.quick else CLAIMS
    tables, batteries = [], []
    for seed in seed_range(options):
        practice = make_practice(dataclasses.replace(scenario, claims_per_year=claims), seed=seed)
        tables.append(realism_table(practice, preset=options.preset))
        batteries.append(check_realism(practice).assign(seed=seed))
        say(f"{options.preset}, seed {seed}: {describe_realism(tables[-1])}")
    rows = summary(tables)
    say_table(rows, columns=SHOWN)
    battery = pd.concat(batteries)
    failed = battery[~battery["holds"].fillna(False).astype(bool)]
    say(f"battery: {len(battery) - len(failed)} of {len(battery)} rules hold")
    say_table(failed[["seed", "rule", "detail"]].to_dict("records"))
    evidence = [row for row in rows if row["basis"] in EVIDENCE and row["seeds inside"] is not None]
    own = [row for row in rows if row["role"] == "aim"]
    give(
        NAME,
        settings={
            "preset": options.preset,
            "claims_per_year": claims,
            "seeds": list(seed_range(options)),
            "quick": options.quick,
        },
        figures={
            "rows": {
                _key(row): {"mean": row["mean"], "least": row["least"], "most": row["most"]} for row in rows
            },
            "published_bands_held": sum(row["mean inside"] for row in evidence),
            "own_rows_held": sum(row["mean inside"] for row in own),
            "outside": [_key(row) for row in (*evidence, *own) if not row["mean inside"]],
            "published_bands_held_by_every_seed": sum(row["held"] for row in evidence),
            "outside_in_some_seed": [_key(row) for row in (*evidence, *own) if not row["held"]],
            "battery_failed": [f"seed {row.seed}: {row.rule}" for row in failed.itertuples()],
            "seconds": round(stopwatch() - began, 1),
        },
        asked={
            "published_bands_held": len(evidence),
            "own_rows_held": len(own),
            "battery_failed": [],
            "judged": "the mean over the seeds; what a single practice may miss by chance is shown beside it",
        },
        holds=all(row["mean inside"] for row in (*evidence, *own)) and not len(failed),
    )
    return 0


def summary(tables: Sequence[pd.DataFrame]) -> list[dict[str, Any]]:
    """Return one row per band: the figure over the seeds, the band, and in how many seeds it was inside."""
    rows = []
    for at, band in enumerate(tables[0].to_dict("records")):
        values = pd.Series([table["generated"].iloc[at] for table in tables]).dropna()
        inside = pd.Series([table["inside"].iloc[at] for table in tables]).dropna().astype(bool).tolist()
        mean = float(values.mean()) if len(values) else None
        within = mean is not None and not (mean < band["low"] or mean > band["high"])
        rows.append(
            {
                "measure": band["measure"],
                "mean": mean,
                "least": float(values.min()) if len(values) else None,
                "most": float(values.max()) if len(values) else None,
                "low": _number(band["low"]),
                "high": _number(band["high"]),
                "published": band["published"],
                "basis": band["basis"],
                "role": band["role"],
                "seeds inside": f"{sum(inside)} of {len(inside)}" if inside else None,
                "preset": band["preset"],
                "mean inside": within,
                "held": bool(inside) and all(inside),
            }
        )
    return rows


def _number(value: float) -> float | None:
    return None if value != value else float(value)


def _key(row: dict[str, Any]) -> str:
    """Return the name of a row, with its basis, since a measure may have a published band and one of ours."""
    return f"{row['measure']} ({row['basis']})"


if __name__ == "__main__":
    sys.exit(main())
