"""How quickly is an 835 read against oxedi, and how much memory does a file of 500 MB take?

The X12 part of ``benchmarks.read``; ``python -m benchmarks.read_835 [--quick]`` runs it alone. Files are the sample
practice's remittances, one after the other, until they are large enough.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from typing import Any

import oxedi
import pyarrow as pa

from arlab.importers.findings import Findings
from arlab.importers.x12 import iter_835
from arlab.synth.x12 import write_x12
from arlab.tables import load_sample
from benchmarks.report import give, option_parser, say, say_table, stopwatch

__all__ = ["ASKED", "SLACK", "figures_835"]

ASKED = {"times_oxedi": 3.0, "peak_megabytes": 200.0}
SLACK = 0.25  # of the ratio, in quick mode
_MEGABYTE = 1_000_000
_TIMED = {"full": 50, "quick": 15}  # megabytes
_WEIGHED = {"full": 500, "quick": 60}
_RUNS = 5

# A fresh process reads a file to its end and keeps nothing. Linux alone tells its own peak: ru_maxrss would hand on
# that of the process which started it.
_WEIGH = """
import sys, time
from arlab.importers.findings import Findings
from arlab.importers.x12 import iter_835
began = time.perf_counter()
records = sum(1 for _ in iter_835(sys.argv[1], Findings()))
with open("/proc/self/status") as file:
    peak = next(int(line.split()[1]) * 1024 for line in file if line.startswith("VmHWM"))
print(records, peak / 1e6, time.perf_counter() - began)
"""


def figures_835(*, quick: bool) -> dict[str, Any]:
    """Return the times against oxedi, as medians of interleaved runs, and the peak memory of a large file.

    ``times_oxedi`` is against ``oxedi.parse_file`` alone, which leaves its values in its own tables. Handing them
    on as Arrow columns (``times_oxedi_with_columns``) or as a stream (``times_oxedi_stream``, the one of its ways
    that has bounded memory, too) takes it longer.
    """
    mode = "quick" if quick else "full"
    with tempfile.TemporaryDirectory() as folder:
        text = generated_835(Path(folder))
        timed = repeated(text, _TIMED[mode], Path(folder) / "timed.835")
        figures = _times(timed)
        weighed = repeated(text, _WEIGHED[mode], Path(folder) / "weighed.835")
        figures |= _weight(weighed)
    return figures


def generated_835(folder: Path) -> bytes:
    """Return the remittances of the sample practice as one file of many interchanges."""
    return b"".join(path.read_bytes() for path in write_x12(load_sample(), folder) if path.suffix == ".835")


def repeated(text: bytes, megabytes: int, path: Path) -> Path:
    """Write a text again and again until the file has so many megabytes."""
    with path.open("wb") as file:
        for _ in range(-(-megabytes * _MEGABYTE // len(text))):
            file.write(text)
    return path


def _times(path: Path) -> dict[str, Any]:
    """Return seconds and ratios of reading a file by us and by oxedi in three ways."""
    seconds: dict[str, list[float]] = {"ours": [], "parse": [], "columns": [], "stream": []}
    claims: dict[str, int] = {}
    for _ in range(_RUNS):
        began = stopwatch()
        claims["ours"] = sum(type(record).__name__ == "ClaimPayment" for record in iter_835(path, Findings()))
        seconds["ours"].append(stopwatch() - began)
        began = stopwatch()
        tables = oxedi.parse_file(path).tables
        seconds["parse"].append(stopwatch() - began)
        columns = {name: pa.table(tables[name]) for name in tables}
        seconds["columns"].append(stopwatch() - began)
        claims["oxedi"] = columns["claims"].num_rows
        del tables, columns
        began = stopwatch()
        claims["stream"] = sum(len(batch.tables["claims"]) for batch in oxedi.stream(path.read_bytes()))
        seconds["stream"].append(stopwatch() - began)
    middle = {name: median(values) for name, values in seconds.items()}
    say(
        f"{path.stat().st_size / _MEGABYTE:,.0f} MB: ours {middle['ours']:.2f} s, oxedi {middle['parse']:.2f} s"
    )
    return {
        "claims": claims["ours"],
        "claims_equal_oxedi": len(set(claims.values())) == 1,
        "seconds_ours": round(middle["ours"], 3),
        "seconds_oxedi": round(middle["parse"], 3),
        "times_oxedi": round(_ratio(seconds, "parse"), 2),
        "times_oxedi_with_columns": round(_ratio(seconds, "columns"), 2),
        "times_oxedi_stream": round(_ratio(seconds, "stream"), 2),
    }


def _ratio(seconds: dict[str, list[float]], other: str) -> float:
    """Return the median of the ratios run by run: a machine that is busy for a while slows both."""
    return median(ours / theirs for ours, theirs in zip(seconds["ours"], seconds[other], strict=True))


def _weight(path: Path) -> dict[str, Any]:
    """Return the peak memory of a fresh process that reads a file; None where the system does not tell."""
    size = path.stat().st_size / _MEGABYTE
    done = subprocess.run(  # noqa: S603, our own text
        [sys.executable, "-c", _WEIGH, str(path)], capture_output=True, text=True, check=False
    )
    if done.returncode:
        return {"weighed_megabytes": round(size), "peak_megabytes": None}
    records, peak, took = done.stdout.split()
    say(f"{size:,.0f} MB in {float(took):,.0f} s, {int(records):,} records, peak {float(peak):,.0f} MB")
    return {"weighed_megabytes": round(size), "peak_megabytes": round(float(peak), 1)}


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print the table and the JSON object."""
    options = option_parser("read_835", (__doc__ or "").split("\n")[0], seeds=1).parse_args(arguments)
    figures = figures_835(quick=options.quick)
    asked = {**ASKED, "times_oxedi": ASKED["times_oxedi"] * (1 + SLACK * options.quick)}
    holds = figures["claims_equal_oxedi"] and all(
        figures[name] is None or figures[name] <= most for name, most in asked.items()
    )
    say_table(
        [{"figure": name, "measured": value, "asked": asked.get(name)} for name, value in figures.items()]
    )
    give(
        "read_835",
        settings={"quick": options.quick, "runs": _RUNS},
        figures=figures,
        asked=asked,
        holds=holds,
    )
    return 0 if holds else 1


if __name__ == "__main__":
    sys.exit(main())
