"""No X12 file, however broken, ends in anything but records, findings or one sentence."""

from __future__ import annotations

import io
import os
import random
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import fuzz_x12
from arlab.errors import ArlabError
from arlab.importers.findings import Findings
from arlab.importers.x12 import iter_277, iter_835, iter_837, x12_kind

NUMBER = int(os.environ.get("ARLAB_FUZZ_X12", "100000"))


def test_changed_files_are_read_or_refused(tmp_path):
    outcomes, _ = fuzz_x12.run(600, seed=1, path=tmp_path / "file.x12")
    assert set(outcomes) == {"read", "refused"}
    assert min(outcomes.values()) > 10


def test_a_seed_gives_the_same_changes():
    one, other = (
        [fuzz_x12.mutate(fuzz_x12.own_files()[0], rng) for _ in range(20)]
        for rng in (random.Random(5), random.Random(5))
    )
    assert one == other
    assert len(set(one)) > 15


@given(data=st.binary(max_size=300), place=st.integers(0, 2), cut=st.integers(0, 2_000))
def test_any_bytes_anywhere_in_a_file_are_read_or_refused(data, place, cut):
    text = fuzz_x12.own_files()[place]
    for mixed in (data, text[:cut] + data + text[cut:], text[:cut] + data):
        x12_kind(io.BytesIO(mixed))
        for reader in (iter_835, iter_837, iter_277):
            try:
                list(reader(io.BytesIO(mixed), Findings()))
            except ArlabError as problem:
                assert "\n" not in str(problem)


@pytest.mark.slow
def test_a_hundred_thousand_changed_files(tmp_path):
    """ARLAB_FUZZ_X12 sets another number. Memory is that of the whole run, in a process of its own."""
    code = (
        "import sys, fuzz_x12; from pathlib import Path;"
        " print(*fuzz_x12.run(int(sys.argv[1]), 20260601, Path(sys.argv[2])), fuzz_x12.peak_megabytes())"
    )
    command = [sys.executable, "-c", code, str(NUMBER), str(tmp_path / "file.x12")]
    folders = os.pathsep.join((str(Path(__file__).parent), *sys.path))
    done = subprocess.run(
        command, capture_output=True, text=True, env={**os.environ, "PYTHONPATH": folders}, check=False
    )
    print(done.stdout)  # noqa: T201 (the figures are quoted)
    assert done.returncode == 0, done.stderr[-2_000:]
    assert float(done.stdout.split()[-1]) < 1_000
