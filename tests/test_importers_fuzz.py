"""Whatever a table holds, it is read or refused in one sentence, within 5 seconds and a gigabyte.

A few inputs run every time. The many run before a release; ``ARLAB_FUZZ`` sets how many.
"""

import collections
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from fuzz_tables import KINDS, mutated, read_mutated, seed_files

QUICK = {"csv": 300, "xlsx": 300, "parquet": 300}
SHARES = {"csv": 0.5, "xlsx": 0.3, "parquet": 0.2}
MOST_KILOBYTES = 1_000_000

RUN = """
import collections, json, sys
from pathlib import Path
from fuzz_tables import mutated, read_mutated, seed_files
kind, first, last, folder = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), Path(sys.argv[4])
files, results, faults = seed_files(), collections.Counter(), []
for number in range(first, last):
    result = read_mutated(kind, mutated(kind, files, number), folder / "x")
    results[result if result in ("read", "refused") else "fault"] += 1
    if result not in ("read", "refused"):
        faults.append((number, result))
peak = [int(line.split()[1]) for line in open("/proc/self/status") if line.startswith("VmHWM")]
print(json.dumps({"results": results, "faults": faults[:20], "peak": peak[0]}))
"""


@pytest.mark.parametrize("kind", KINDS)
def test_the_files_that_are_changed_are_read_when_they_are_not(kind, tmp_path):
    assert [read_mutated(kind, data, tmp_path / "x") for data in seed_files()[kind]].count("refused") == 0


@pytest.mark.parametrize("kind", KINDS)
def test_changed_tables_are_read_or_refused(kind, tmp_path):
    files, results = seed_files(), collections.Counter()
    for number in range(QUICK[kind]):
        result = read_mutated(kind, mutated(kind, files, number), tmp_path / "x")
        assert result in ("read", "refused"), f"{kind} {number}: {result}"
        results[result] += 1
    # A change that always breaks the file, or never, would test little.
    assert results["read"] > QUICK[kind] // 20
    assert results["refused"] > QUICK[kind] // 20


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
def test_very_many_changed_tables_are_read_or_refused(kind, tmp_path):
    many = round(int(os.environ.get("ARLAB_FUZZ", "100000")) * SHARES[kind])
    tests = str(Path(__file__).parent)
    source = str(Path(__file__).parents[1] / "src")
    own = {**os.environ, "PYTHONPATH": os.pathsep.join([source, tests])}
    done = subprocess.run(
        [sys.executable, "-c", RUN, kind, "0", str(many), str(tmp_path)],
        capture_output=True,
        text=True,
        env=own,
    )
    assert done.returncode == 0, done.stderr[-2_000:]
    assert done.stderr == ""
    said = json.loads(done.stdout)
    sys.stdout.write(f"{kind}: {done.stdout.strip()}\n")  # to be quoted: pytest -s shows it
    assert said["faults"] == []
    assert sum(said["results"].values()) == many
    assert said["peak"] < MOST_KILOBYTES
