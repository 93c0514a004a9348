"""The files that reading is timed with: as many claims as asked for, and read to the last row."""

import random
from pathlib import Path

import pandas as pd
import pytest

from arlab.importers import read_export

ROOT = Path(__file__).parents[1]


@pytest.fixture
def bench(monkeypatch):
    monkeypatch.syspath_prepend(str(ROOT))
    from benchmarks import read_csv

    return read_csv


@pytest.mark.parametrize("form", ["claims", "shuffled", "messy"])
def test_every_row_of_the_timed_file_is_a_claim_that_is_read(bench, tmp_path, form):
    path = tmp_path / "a.csv"
    above = bench.write_claims(path, rows=5_000, form=form)
    found = read_export(path, as_of="2026-06-30")
    assert (found.reconciliation.rows_in, found.reconciliation.quarantined) == (5_000, 0)
    assert found.claims == 5_000
    assert found.reconciliation.ties_out
    assert (above > 0) == (form == "messy")


def test_the_order_of_rows_changes_nothing(bench, tmp_path):
    bench.write_claims(tmp_path / "a.csv", rows=4_000)
    head, *rows = (tmp_path / "a.csv").read_text(encoding="utf-8").splitlines()
    random.Random(1).shuffle(rows)
    (tmp_path / "b.csv").write_text("\n".join([head, *rows, ""]), encoding="utf-8")
    one, two = (read_export(tmp_path / f"{name}.csv", as_of="2026-06-30") for name in "ab")
    assert one.reconciliation == two.reconciliation
    for table in ("open_items", "credits"):
        pd.testing.assert_frame_equal(one.practice.tables[table], two.practice.tables[table])


@pytest.mark.slow
def test_a_million_rows_are_read(bench, tmp_path):
    path = tmp_path / "a.csv"
    bench.write_claims(path, rows=1_000_000)
    found = read_export(path, as_of="2026-06-30")
    assert found.reconciliation.accepted == 1_000_000
    assert found.reconciliation.ties_out
