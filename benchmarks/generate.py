"""How quickly are practices made, how much memory does that take, and is it the same content each time?

``python -m benchmarks.generate [--quick] [--seeds N]``. Compares the stages up to the first answer with loops over
claims, times the whole world and the writing of a billing company, and weighs one practice and a large company.
"""

from __future__ import annotations

import concurrent.futures
import contextlib
import dataclasses
import json
import multiprocessing
import os
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from statistics import median
from typing import Any

from arlab.synth import find_preset
from arlab.synth.company import write_company
from arlab.synth.scenario import Scenario
from benchmarks.loops import faker_loop, stdlib_loop
from benchmarks.report import give, option_parser, say, say_table, seed_range, stopwatch
from benchmarks.stages import make_first_answers

NAME = "generate"


@dataclasses.dataclass(frozen=True)
class Sizes:
    """Claims of each part of the benchmark; a practice has 20,000 a year for 24 months."""

    ours: int  # practices per run up to the first answer
    stdlib: int  # claims per run of the loops
    faker: int
    world: int  # practices without text tables
    written: int  # practices written to Parquet
    large: int  # practices of the large company, 0 for none
    yearly: int = 20_000


FULL = Sizes(ours=2, stdlib=20_000, faker=6_000, world=25, written=25, large=250)
QUICK = Sizes(ours=2, stdlib=4_000, faker=1_200, world=6, written=3, large=0)
TINY = Sizes(ours=1, stdlib=100, faker=50, world=1, written=1, large=0, yearly=300)
MONTHS, WORKERS = 24, 2
ASKED = {
    "times_stdlib_loop": 75,
    "times_faker_loop": 100,
    "world_claims_a_second": 200_000,
    "bytes_a_claim_of_one_practice": 3_000,
    "large_company_peak_gigabytes": 4,
}
SLACK = 0.25  # of a ratio, in quick mode


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print the table and the JSON object."""
    parser = option_parser(NAME, (__doc__ or "").split("\n")[0], seeds=5, quick_seeds=5)
    options = parser.parse_args(arguments)
    sizes = QUICK if options.quick else FULL
    scenario = dataclasses.replace(find_preset("typical"), months=MONTHS, claims_per_year=sizes.yearly)
    began = stopwatch()
    figures: dict[str, Any] = {}
    figures |= up_to_first_answers(scenario, sizes, seed_range(options))
    figures |= whole_world(scenario, sizes)
    figures |= written(scenario, sizes)
    figures |= weight_of_one_practice(scenario)
    if sizes.large:
        figures |= large_company(scenario, sizes)
    figures["same_content_with_1_and_2_processes"] = same_content(scenario)
    asked, verdicts = judged(figures, quick=options.quick)
    say_table(
        [
            {"figure": name, "measured": value, "asked": asked.get(name), "holds": verdicts.get(name)}
            for name, value in figures.items()
        ]
    )
    say(f"{stopwatch() - began:.0f} seconds")
    holds = all(verdicts.values())
    settings = {
        "quick": options.quick,
        "seeds": list(seed_range(options)),
        "processes": WORKERS,
        **dataclasses.asdict(sizes),
    }
    give(NAME, settings=settings, figures=figures, asked=asked, holds=holds)
    return 0 if holds else 1


def judged(figures: dict[str, Any], *, quick: bool) -> tuple[dict[str, Any], dict[str, bool]]:
    """Return what is asked in this mode, and which figures are so; what was not measured is not judged."""
    asked: dict[str, Any] = dict(ASKED)
    if quick:
        for name in ("times_stdlib_loop", "times_faker_loop", "world_claims_a_second"):
            asked[name] = ASKED[name] * (1 - SLACK)
    asked["same_content_with_1_and_2_processes"] = True
    verdicts = {}
    for name, wanted in asked.items():
        value = figures.get(name)
        if value is not None:
            less = name in ("bytes_a_claim_of_one_practice", "large_company_peak_gigabytes")
            verdicts[name] = bool(value <= wanted if less else value >= wanted)
    return asked, verdicts


def up_to_first_answers(scenario: Scenario, sizes: Sizes, seeds: Sequence[int]) -> dict[str, Any]:
    """Time the stages and the two loops in turn, on one core; the ratios are medians over the seeds."""
    make_first_answers(dataclasses.replace(scenario, claims_per_year=100), 0)  # reads the reference files
    rates: dict[str, list[float]] = {"stages": [], "stdlib": [], "faker": []}
    for seed in seeds:
        began = stopwatch()
        claims = 0
        for practice in range(sizes.ours):
            claims += len(make_first_answers(scenario, seed, practice=practice)["claims"]["claim"])
        rates["stages"].append(claims / (stopwatch() - began))
        for kind, loop, wanted in (
            ("stdlib", stdlib_loop, sizes.stdlib),
            ("faker", faker_loop, sizes.faker),
        ):
            small = dataclasses.replace(scenario, claims_per_year=wanted * 12 // MONTHS)
            began = stopwatch()
            made = len(loop(small, seed)["claims"])
            rates[kind].append(made / (stopwatch() - began))
    ratios = {
        kind: median(ours / other for ours, other in zip(rates["stages"], rates[kind], strict=True))
        for kind in ("stdlib", "faker")
    }
    for kind, values in rates.items():
        say(f"{kind} up to the first answers: {median(values):,.0f} claims a second")
    return {
        "stages_claims_a_second": median(rates["stages"]),
        "stdlib_loop_claims_a_second": median(rates["stdlib"]),
        "faker_loop_claims_a_second": median(rates["faker"]),
        "times_stdlib_loop": ratios["stdlib"],
        "times_faker_loop": ratios["faker"],
    }


def _run(scenario: Scenario, seed: int, practice: int) -> int:
    """Make one practice without its text tables; return its number of claims."""
    from arlab.synth.practice import run_practice
    from arlab.synth.streams import Streams

    return run_practice(scenario, Streams(seed, practice=practice)).visits.count


def whole_world(scenario: Scenario, sizes: Sizes) -> dict[str, Any]:
    """Time everything that happens in many practices, in two processes that were started before."""
    tiny = dataclasses.replace(scenario, claims_per_year=100)
    context = multiprocessing.get_context("spawn")
    with concurrent.futures.ProcessPoolExecutor(WORKERS, mp_context=context) as pool:
        for future in [pool.submit(_run, tiny, 1, number) for number in range(4 * WORKERS)]:
            future.result()
        began = stopwatch()
        futures = [pool.submit(_run, scenario, 1, number) for number in range(1, sizes.world + 1)]
        claims = sum(future.result() for future in futures)
        seconds = stopwatch() - began
    say(f"the whole world: {claims:,} claims in {seconds:.1f} s, {claims / seconds:,.0f} claims a second")
    return {"world_claims": claims, "world_claims_a_second": claims / seconds}


def written(scenario: Scenario, sizes: Sizes) -> dict[str, Any]:
    """Time a billing company from nothing to checked tables, digests and answer keys on disk."""
    with tempfile.TemporaryDirectory() as folder, _peak() as peak:
        began = stopwatch()
        claims = sizes.written * scenario.claims
        _write(scenario, Path(folder) / "company", claims=claims, number=sizes.written)
        seconds = stopwatch() - began
    say(f"with tables, digests and Parquet: {claims / seconds:,.0f} claims a second")
    return {
        "written_claims": claims,
        "written_claims_a_second": claims / seconds,
        "written_peak_gigabytes": peak.gigabytes,
    }


def large_company(scenario: Scenario, sizes: Sizes) -> dict[str, Any]:
    """Write a company ten times as large and weigh all its processes together."""
    with tempfile.TemporaryDirectory() as folder, _peak() as peak:
        began = stopwatch()
        claims = sizes.large * scenario.claims
        _write(scenario, Path(folder) / "company", claims=claims, number=sizes.large)
        seconds = stopwatch() - began
    say(f"{claims:,} claims written in {seconds:,.0f} s, peak {peak.gigabytes} GB")
    return {
        "large_company_claims": claims,
        "large_company_claims_a_second": claims / seconds,
        "large_company_peak_gigabytes": peak.gigabytes,
    }


def _write(scenario: Scenario, folder: Path, *, claims: int, number: int) -> None:
    def step(done: int, every: int) -> None:
        if done % 25 == 0:
            say(f"  {done} of {every} practices")

    manifest = write_company(scenario, folder, claims=claims, seed=1, workers=WORKERS, progress=step)
    practices = json.loads(manifest.read_text(encoding="utf-8")).get("practices", ["one"])
    if claims * 12 / MONTHS > 100_000 and len(practices) != number:
        raise AssertionError(f"{len(practices)} practices instead of {number}")


def same_content(scenario: Scenario) -> bool:
    """Return whether one and two processes write the same manifest, digests and all."""
    small = dataclasses.replace(scenario, claims_per_year=36_000, months=1)
    told = []
    with tempfile.TemporaryDirectory() as folder:
        for workers in (1, WORKERS):
            path = write_company(small, Path(folder) / str(workers), claims=9_000, seed=3, workers=workers)
            told.append(path.read_bytes())
    return told[0] == told[1] and len(json.loads(told[0])["practices"]) == 3


_WEIGH = """
import dataclasses, json, sys
from arlab.synth.practice import make_practice, run_practice
from arlab.synth.scenario_file import make_scenario
from arlab.synth.streams import Streams

scenario = make_scenario(json.loads(sys.argv[1]))
what = sys.argv[2]
make_practice(dataclasses.replace(scenario, claims_per_year=100), seed=1)

def told(name):
    with open("/proc/self/status") as file:
        return next(int(line.split()[1]) * 1024 for line in file if line.startswith(name))

before = told("VmRSS")
made = run_practice(scenario, Streams(1)) if what == "run" else make_practice(scenario, seed=1)
print(told("VmHWM") - before)
"""


def weight_of_one_practice(scenario: Scenario) -> dict[str, Any]:
    """Weigh a practice in a fresh process: how far the highest resident memory is above that before, by claim.

    Measured twice: the whole world as whole numbers, and with answer key and checked text tables on top. A
    small practice is made before, so that libraries do not count. Only Linux tells (``VmHWM``):
    elsewhere nothing is measured, and nothing judged.
    """
    settings = json.dumps({"claims_per_year": scenario.claims_per_year, "months": scenario.months})
    weights = {}
    for what in ("run", "tables"):
        done = subprocess.run(  # noqa: S603, our own text
            [sys.executable, "-c", _WEIGH, settings, what], capture_output=True, text=True, check=False
        )
        weights[what] = round(int(done.stdout) / scenario.claims) if done.returncode == 0 else None
    say(f"one practice: {weights['run']} bytes a claim; with tables and answer key {weights['tables']}")
    return {
        "bytes_a_claim_of_one_practice": weights["run"],
        "bytes_a_claim_with_tables_and_answer_key": weights["tables"],
    }


@dataclasses.dataclass
class _Peak:
    """The highest resident memory of this process and its children together, where Linux tells it."""

    gigabytes: float | None = None


@contextlib.contextmanager
def _peak() -> Iterator[_Peak]:
    """Weigh the processes ten times a second; pages that they share count once for each."""
    peak, stop = _Peak(), threading.Event()

    def watch() -> None:
        while not stop.wait(0.1):
            total = sum(map(_resident, _family(os.getpid()))) / 1e9
            peak.gigabytes = max(peak.gigabytes or 0.0, total)

    thread = threading.Thread(target=watch, daemon=True)
    if Path("/proc/self/statm").exists():
        thread.start()
    try:
        yield peak
    finally:
        stop.set()
        if thread.is_alive():
            thread.join()


def _family(pid: int) -> list[int]:
    """Return a process and all below it."""
    found = [pid]
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        with contextlib.suppress(OSError):
            for child in task.read_text().split():
                found += _family(int(child))
    return found


def _resident(pid: int) -> int:
    """Return the resident memory of a process in bytes; nothing when it has just ended."""
    try:
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, IndexError):
        return 0


if __name__ == "__main__":
    sys.exit(main())
