"""How quickly are the measures computed, against pandas, Polars and SQL written by hand, and in how much memory?

``python -m benchmarks.measures [--quick]``. Eight measures, one after the other: aging by payer, three days in AR,
denial rate by payer and month, net collection of a cohort, weekly roll matrix, 13 weekly balances, waterfall, and
Pareto of denials. Each is computed in six ways, and the results are compared to the cent before anything is timed:

- ``arlab_pandas``: the library's functions, pandas frames in and out; ``pandas``: a straightforward script;
- ``arlab_polars`` and ``polars``: the library and hand-written queries on Polars frames;
- ``arlab_duckdb`` and ``sql``: the library on DuckDB relations and hand-written statements, both on Parquet.

A full run computes the larger sizes in processes of their own, so that their memory is told apart.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
import os
import resource
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from statistics import median
from typing import Any

import duckdb
import pandas as pd
import polars as pl

from arlab.frames import to_pandas, workbench
from arlab.synth import find_preset
from arlab.synth.company import write_company
from benchmarks import measures_library, measures_pandas, measures_polars, measures_sql
from benchmarks.measures_days import COLUMNS, Days
from benchmarks.report import give, option_parser, say, say_table, stopwatch

NAME = "measures"
MEASURES = tuple(measures_sql.MEASURES)
RUNS = 5
LONG = 120.0  # seconds after which the pandas script is not run again
WAYS = ("arlab_pandas", "pandas", "arlab_polars", "polars", "arlab_duckdb", "sql")
ASKED = {
    "times_faster_than_pandas": 5.0,
    "times_hand_written_polars": 1.15,
    "times_hand_written_sql": 1.25,
    "milliseconds_a_call_at_2000_rows": 25.0,
}
# Not judged in quick mode: with so few claims DuckDB mostly plans, and longest what Narwhals writes in many steps.
FULL_ONLY = ("times_hand_written_sql",)
ASKED_OF_LARGE = {"large_times_faster_than_pandas": 8.0, "large_gigabytes": 2.5, "growth_over_rows": 1.0}
AT_LEAST = ("times_faster_than_pandas", "large_times_faster_than_pandas")
SLACK = 0.25  # of a ratio, in quick mode
GROWTH_SLACK = 0.1  # two sizes are timed one after the other
MOST_OF_MACHINE = 0.8  # of its memory, for the pandas script at the largest size
MOST_MEMORY = "1800MB"  # for DuckDB, which spills to disk beyond it

_MONEY = {
    "ar",
    "balance",
    "bad_debt",
    "charge",
    "charge_denied",
    "charges",
    "charity",
    "closing",
    "contract",
    "contract_to_come",
    "contractual",
    "denied_amount",
    "expected",
    "moved",
    "not_on_file",
    "not_yet_stated",
    "opening",
    "patient_paid",
    "payer_paid",
    "refunded",
    "reversed",
    "taken_back",
    "written_off",
}


@dataclasses.dataclass(frozen=True)
class Sizes:
    """Claims of each part of the benchmark."""

    judged: int  # the ratios
    growth: tuple[int, ...] = ()  # in DuckDB from Parquet, smallest first
    large: bool = False  # whether the largest is computed by the pandas script too


FULL = Sizes(judged=1_000_000, growth=(100_000, 1_000_000, 10_000_000), large=True)
QUICK = Sizes(judged=40_000)
TINY = Sizes(judged=1_000)


def main(arguments: Sequence[str] | None = None, sizes: Sizes | None = None) -> int:
    """Measure, print the table and the JSON object."""
    parser = option_parser(NAME, (__doc__ or "").split("\n")[0], seeds=1)
    parser.add_argument("--folder", type=Path, help="where the practices are made and kept for the next run")
    parser.add_argument("--claims", type=int, help="claims of the part that is judged")
    options = parser.parse_args(arguments)
    sizes = sizes or (QUICK if options.quick else FULL)
    sizes = dataclasses.replace(sizes, judged=options.claims or sizes.judged)
    began = stopwatch()
    with tempfile.TemporaryDirectory() as own:
        base = options.folder or Path(own)
        figures = small_calls()
        figures |= judged_part(make_company(base, sizes.judged))
        if sizes.growth:
            figures |= growth(base, sizes)
    asked, verdicts = judge(figures, quick=options.quick)
    say_table(
        [
            {"figure": name, "measured": value, "asked": asked.get(name), "holds": verdicts.get(name)}
            for name, value in figures.items()
        ]
    )
    say(f"{stopwatch() - began:.0f} seconds")
    holds = all(verdicts.values())
    settings = {"quick": options.quick, "runs": RUNS, **dataclasses.asdict(sizes)}
    give(NAME, settings=settings, figures=figures, asked=asked, holds=holds)
    return 0 if holds else 1


def judge(figures: Mapping[str, Any], *, quick: bool) -> tuple[dict[str, float], dict[str, bool]]:
    """Return what is asked in this mode, and which figures are so; what was not measured is not judged."""
    asked = ASKED if quick else ASKED | ASKED_OF_LARGE
    if quick:
        asked = {
            name: value * (1 - SLACK if name in AT_LEAST else 1 + SLACK)
            for name, value in asked.items()
            if name not in FULL_ONLY
        }
    verdicts = {name: bool(value) for name, value in figures.items() if name == "same_to_the_cent"}
    for name, wanted in asked.items():
        value = figures.get(name)
        if value is not None:
            slack = GROWTH_SLACK if name == "growth_over_rows" else 0
            verdicts[name] = value >= wanted if name in AT_LEAST else value <= wanted + slack
    return asked, verdicts


def make_company(base: Path, claims: int) -> Path:
    """Make a practice, or a company of many, of so many claims over 24 months; what is there is kept."""
    folder = base / str(claims)
    if not (folder / "manifest.json").exists():
        began = stopwatch()
        scenario = dataclasses.replace(find_preset("typical"), months=24, claims_per_year=20_000)
        if claims < 80_000:
            scenario = dataclasses.replace(scenario, claims_per_year=max(claims // 2, 1))
        write_company(scenario, folder, claims=claims, seed=1, workers=2)
        say(f"{claims:,} claims made in {stopwatch() - began:.0f} s")
    return folder


def days_of(folder: Path) -> Days:
    """Return the days to ask for: not the last that is known, so that later rows have to be left out."""
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    return Days(dt.date.fromisoformat(manifest["as_of"]) - dt.timedelta(days=14))


def files_of(folder: Path, table: str) -> list[str]:
    """Return the Parquet files of a table."""
    one = folder / f"{table}.parquet"
    return [str(one)] if one.exists() else sorted(map(str, (folder / table).glob("*.parquet")))


def connect(folder: Path) -> duckdb.DuckDBPyConnection:
    """Return a connection with the tables as views of the Parquet files."""
    connection = duckdb.connect()
    connection.execute(f"set memory_limit = '{MOST_MEMORY}'")
    connection.execute("set enable_progress_bar = false")
    connection.execute(
        f"set temp_directory = '{tempfile.gettempdir()}/arlab-benchmark'"
    )  # not where one stands
    for table in COLUMNS:
        relation = connection.read_parquet(files_of(folder, table))
        relation.create_view(table)
    return connection


def in_pandas(folder: Path) -> dict[str, pd.DataFrame]:
    """Read the columns that are needed as pandas frames."""
    return {
        table: pd.concat(
            [pd.read_parquet(file, columns=list(columns)) for file in files_of(folder, table)],
            ignore_index=True,
        )
        for table, columns in COLUMNS.items()
    }


def in_polars(folder: Path) -> dict[str, pl.DataFrame]:
    """Read the columns that are needed as Polars frames."""
    return {
        table: pl.read_parquet(files_of(folder, table), columns=list(columns))
        for table, columns in COLUMNS.items()
    }


Way = Callable[[Sequence[str]], dict[str, Any]]
"""A way of computing measures, named, one after the other; returns their results."""


def ways_of(folder: Path, days: Days) -> dict[str, Way]:
    """Return, for each way, the function that computes measures by their names."""
    frames, eager, views = in_pandas(folder), in_polars(folder), connect(folder)
    relations = {table: views.table(table) for table in COLUMNS}

    def by_hand(functions: Mapping[str, Callable[[Any, Days], Any]], tables: Any) -> Way:
        return lambda measures: {measure: functions[measure](tables, days) for measure in measures}

    return {
        "arlab_pandas": lambda measures: ask_pandas(frames, days, measures),
        "pandas": by_hand(measures_pandas.MEASURES, frames),
        "arlab_polars": lambda measures: ask_polars(eager, days, measures),
        "polars": by_hand(measures_polars.MEASURES, eager),
        "arlab_duckdb": lambda measures: ask_duckdb(relations, days, measures),
        "sql": by_hand(measures_sql.MEASURES, views),
    }


def ask_pandas(tables: Mapping[str, pd.DataFrame], days: Days, measures: Sequence[str]) -> dict[str, Any]:
    """Return measures by the library from pandas frames, laid down once, as pandas frames."""
    with workbench(tables.values()) as lay:
        laid = {name: lay(table) for name, table in tables.items()}
        return {name: to_pandas(measures_library.MEASURES[name](laid, days)) for name in measures}


def ask_polars(tables: Mapping[str, pl.DataFrame], days: Days, measures: Sequence[str]) -> dict[str, Any]:
    """Return measures by the library from Polars frames, lazily as the hand-written queries are."""
    lazy = {name: table.lazy() for name, table in tables.items()}
    return {name: measures_library.MEASURES[name](lazy, days).collect() for name in measures}


def ask_duckdb(tables: Mapping[str, Any], days: Days, measures: Sequence[str]) -> dict[str, Any]:
    """Return measures by the library from DuckDB relations, as pandas frames."""
    return {name: to_pandas(measures_library.MEASURES[name](tables, days)) for name in measures}


def rows_of(result: Any, columns: Sequence[str], *, dollars: bool) -> list[tuple[Any, ...]]:
    """Return a result as rows of plain values, money as whole cents; buckets without an item are left out."""
    frame = to_pandas(result)
    if "items" in frame:
        frame = frame[frame["items"] > 0]

    def plain(name: str, value: Any) -> Any:
        if isinstance(value, str):
            return value
        if isinstance(value, dt.date):
            return value.isoformat()[:10]
        if name == "cumulative_share":
            return round(float(value), 9)
        return round(float(value) * 100) if dollars and name in _MONEY else int(value)

    rows = zip(*(frame[name].tolist() for name in columns), strict=True)
    return sorted(tuple(map(plain, columns, row)) for row in rows)


def check_equal(ways: Mapping[str, Way]) -> bool:
    """Return whether every way gives the same rows for every measure, and say which do not."""
    results = {way: compute(MEASURES) for way, compute in ways.items()}
    same = True
    for measure in MEASURES:
        columns = [str(name) for name in results["sql"][measure].columns]
        expected = rows_of(results["sql"][measure], columns, dollars=False)
        for way, found in results.items():
            rows = rows_of(found[measure], columns, dollars=way.startswith("arlab"))
            if rows != expected or not rows:
                same = False
                say(f"{measure}: {way} differs from SQL")
    return same


def judged_part(folder: Path) -> dict[str, Any]:
    """Compare the results, then time all ways in turn; the ratios are medians of the runs."""
    ways = ways_of(folder, days_of(folder))
    figures: dict[str, Any] = {"same_to_the_cent": check_equal(ways)}
    seconds: dict[str, list[float]] = {way: [] for way in ways}
    for run in range(RUNS):
        for way, compute in ways.items():
            if run and way == "pandas" and seconds[way][0] > LONG:
                continue
            began = stopwatch()
            compute(MEASURES)
            seconds[way].append(stopwatch() - began)
    figures |= {f"seconds_{way}": median(runs) for way, runs in seconds.items()}
    for name, top, bottom in (
        ("times_faster_than_pandas", "pandas", "arlab_pandas"),
        ("times_hand_written_polars", "arlab_polars", "polars"),
        ("times_hand_written_sql", "arlab_duckdb", "sql"),
    ):
        # Run by run, as far as both were run.
        figures[name] = median(a / b for a, b in zip(seconds[top], seconds[bottom], strict=False))
    return figures


def _timed(function: Callable[..., Any], taken: dict[str, list[float]]) -> Callable[..., Any]:
    """Return a function that writes down the milliseconds of each call."""

    def call(*arguments: Any, **settings: Any) -> Any:
        began = stopwatch()
        found = function(*arguments, **settings)
        taken.setdefault(function.__name__, []).append((stopwatch() - began) * 1000)
        return found

    return call


def small_calls(rows: int = 2_000) -> dict[str, Any]:
    """Time each call of a function on pandas frames: so many rows in the ledger, and another day each time."""
    from arlab import load_sample

    sample = load_sample()
    transactions = sample.transactions.iloc[:rows]
    tables = {
        name: frame[frame["claim_id"].isin(transactions["claim_id"].unique())].reset_index(drop=True)
        for name, frame in ((name, sample.tables[name]) for name in COLUMNS)
    } | {"transactions": transactions}
    last = transactions["posted_date"].max().date()
    taken: dict[str, list[float]] = {}
    own = vars(measures_library)
    functions = {name: value for name, value in own.items() if hasattr(value, "__wrapped__")}
    try:
        own.update({name: _timed(function, taken) for name, function in functions.items()})
        for back in range(2 * RUNS):
            if back == 1:
                taken.clear()  # the first round loads what is loaded once
            for measure in MEASURES:
                measures_library.MEASURES[measure](tables, Days(last - dt.timedelta(days=back)))
    finally:
        own.update(functions)
    figures = {f"milliseconds_{name}": median(times) for name, times in taken.items()}
    return figures | {"milliseconds_a_call_at_2000_rows": max(figures.values())}


def growth(base: Path, sizes: Sizes) -> dict[str, Any]:
    """Compute the measures from Parquet at rising sizes, each in its own process, and the largest in pandas."""
    figures: dict[str, Any] = {}
    for claims in sizes.growth:
        folder = make_company(base, claims)
        found = in_process("arlab_duckdb", folder)
        say(f"{claims:,} claims: {found['seconds']:.1f} s, {found['gigabytes']:.2f} GB")
        figures[f"seconds_at_{claims}"] = found["seconds"]
        figures[f"gigabytes_at_{claims}"] = found["gigabytes"]
        figures[f"rows_at_{claims}"] = found["rows"]
    first, last = sizes.growth[0], sizes.growth[-1]
    cost = figures[f"seconds_at_{last}"] / figures[f"seconds_at_{first}"]
    figures["growth_over_rows"] = cost / (figures[f"rows_at_{last}"] / figures[f"rows_at_{first}"])
    figures["large_gigabytes"] = figures[f"gigabytes_at_{last}"]
    if sizes.large:
        try:
            by_hand = in_process("pandas", base / str(last))
        except RuntimeError as why:  # a script that does not fit is the point of it
            say(f"the pandas script at {last:,} claims: {why}")
        else:
            figures["large_seconds_pandas"] = by_hand["seconds"]
            figures["large_gigabytes_pandas"] = by_hand["gigabytes"]
            figures["large_times_faster_than_pandas"] = by_hand["seconds"] / figures[f"seconds_at_{last}"]
    return figures


def in_process(way: str, folder: Path) -> dict[str, Any]:
    """Run the measures once from Parquet in a fresh process; return its seconds, rows and highest memory."""
    script = f"from benchmarks.measures import told; told({way!r}, {str(folder)!r})"
    done = subprocess.run(  # noqa: S603, our own text
        [sys.executable, "-W", "ignore", "-c", script], capture_output=True, text=True, check=False
    )
    if done.returncode:
        last = (done.stderr.strip().splitlines() or [f"ended with {done.returncode}"])[-1]
        raise RuntimeError(last)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def told(way: str, path: str) -> None:
    """Compute the measures once, reading included, and print what it took as JSON (see :func:`in_process`)."""
    folder = Path(path)
    if way == "pandas" and hasattr(os, "sysconf"):
        # What does not fit ends in an error of its own, and not with the machine's other work.
        most = int(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") * MOST_OF_MACHINE)
        resource.setrlimit(resource.RLIMIT_AS, (most, most))
    days = days_of(folder)
    began = stopwatch()
    if way == "pandas":
        frames = in_pandas(folder)
        for compute in measures_pandas.MEASURES.values():
            compute(frames, days)
        rows = len(frames["transactions"])
        seconds = stopwatch() - began
    else:
        views = connect(folder)
        relations = {table: views.table(table) for table in COLUMNS}
        ask_duckdb(relations, days, MEASURES)
        seconds = stopwatch() - began
        counted = views.table("transactions").count("*").fetchall()
        rows = counted[0][0]
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    gigabytes = peak * (1 if sys.platform == "darwin" else 1024) / 1e9
    print(json.dumps({"seconds": seconds, "rows": rows, "gigabytes": gigabytes}))


if __name__ == "__main__":
    sys.exit(main())
