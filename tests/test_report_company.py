"""A report of a company's Parquet folder: the same from disk as from memory, and by the command alone."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import duckdb
import pytest

from arlab.cli import run as ending
from arlab.errors import InputRefused
from arlab.report import make_content
from arlab.synth import PRESETS
from arlab.synth.company import write_company
from arlab.tables import is_practice, load_practice, storage


@pytest.fixture(scope="module")
def company(tmp_path_factory):
    """Return the folder of three practices with a month of visits each."""
    folder = tmp_path_factory.mktemp("made") / "company"
    scenario = dataclasses.replace(PRESETS["typical"], claims_per_year=36_000, months=1)
    write_company(scenario, folder, claims=9_000, seed=3)
    return folder


def words(content):
    """Return the content without its pictures, of which the words are part of the tables."""
    sections = tuple(dataclasses.replace(section, chart=None) for section in content.sections)
    return dataclasses.replace(content, sections=sections)


@pytest.mark.parametrize("day", [None, "2025-01-20"])
def test_a_report_from_disk_says_what_one_from_memory_says(company, day):
    from_disk = load_practice(company, lazy=True)
    assert isinstance(from_disk.transactions, duckdb.DuckDBPyRelation)
    in_memory = words(make_content(load_practice(company), as_of=day))
    assert words(make_content(from_disk, as_of=day)) == in_memory
    assert "ties out to the cent" in in_memory.proofs[0]


def test_what_is_too_large_for_the_free_memory_stays_on_disk(company, monkeypatch):
    assert not isinstance(load_practice(company, lazy=None).claims, duckdb.DuckDBPyRelation)
    monkeypatch.setattr(storage, "_UNPACKED", 10**9)
    assert isinstance(load_practice(company, lazy=None).claims, duckdb.DuckDBPyRelation)


def test_one_practice_of_a_company_is_read_from_disk_too(company):
    one = load_practice(company, practice_id="PR002", lazy=True, tables=["claims"])
    assert set(one.tables) == {"claims"}
    assert {row[0] for row in one.claims.select("practice_id").fetchall()} == {"PR002"}
    assert one.name.endswith(": PR002")


def test_a_missing_file_is_one_sentence(company, tmp_path):
    assert is_practice(company) and not is_practice(tmp_path)
    scenario = dataclasses.replace(PRESETS["typical"], claims_per_year=300, months=1)
    write_company(scenario, tmp_path, claims=20, seed=3)
    (tmp_path / "claims.parquet").unlink()
    with pytest.raises(InputRefused, match=r"lacks a readable claims.parquet that its manifest names"):
        load_practice(tmp_path, lazy=True)
    (tmp_path / "claims.parquet").write_bytes(b"no Parquet")
    with pytest.raises(InputRefused, match="is not readable"):
        load_practice(tmp_path, lazy=True)


def test_the_command_takes_the_folder(company, tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(storage, "_UNPACKED", 10**9)
    assert ending.run(["report", str(company), "--out", str(tmp_path)]) == 0
    last = capsys.readouterr().out.strip().splitlines()[-1]
    assert "ties out to the cent" in Path(last).read_text(encoding="utf-8")
