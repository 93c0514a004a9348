"""A billing company on disk: its plan, the same content in any order, reading it back, and how it ends badly."""

import dataclasses
import errno
import json
import os
import signal
import subprocess
import sys
import time

import duckdb
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from arlab.errors import InputRefused, SettingsError, WorkspaceError
from arlab.synth import PRESETS, Scenario, company, make_practice
from arlab.synth.company import plan_company, write_company
from arlab.synth.truth_files import load_truth
from arlab.tables import TABLES, check_practice, content_digest, load_practice
from arlab.tables.digest import company_digest

SMALL = Scenario(claims_per_year=160, months=3)


@pytest.fixture
def small_blocks(monkeypatch):
    """Let a practice have 160 claims a year at most, so that 80 claims in 3 months are two practices."""
    monkeypatch.setattr(company, "MOST_CLAIMS", 160)


def manifest(folder):
    return json.loads((folder / "manifest.json").read_text(encoding="utf-8"))


def files(folder):
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def test_a_hundred_thousand_claims_a_year_are_one_practice_and_one_more_is_a_company():
    year = Scenario(claims_per_year=20_000, months=12)
    (alone,) = plan_company(year, claims=100_000)
    assert (alone.claims_per_year, alone.practice_id) == (100_000, "PR01")
    plan = plan_company(year, claims=100_001)
    assert [one.claims_per_year for one in plan] == [16_667] * 5 + [16_666]
    assert [one.practice_id for one in plan] == ["PR001", "PR002", "PR003", "PR004", "PR005", "PR006"]
    assert len({one.practice_name for one in plan}) == 6


def test_a_scenario_that_has_the_claims_stays_as_it_is():
    odd = Scenario(claims_per_year=100, months=7)  # 58 claims in seven months are 99.4 a year
    assert plan_company(odd, claims=odd.claims) == (odd,)


def test_the_company_of_the_benchmark():
    plan = plan_company(dataclasses.replace(PRESETS["typical"], months=24), claims=10_000_000)
    assert len(plan) == 250
    assert {one.claims for one in plan} == {40_000}


@settings(deadline=None, max_examples=40)
@given(st.integers(1, 3_000_000), st.integers(1, 120), st.integers(20_000, 100_000))
def test_a_plan_keeps_to_its_claims_and_to_the_largest_practice(claims, months, size):
    plan = plan_company(Scenario(claims_per_year=size, months=months), claims=claims)
    assert max(one.claims_per_year for one in plan) <= company.MOST_CLAIMS
    assert len({one.practice_id for one in plan}) == len(plan)
    # A year's claims are whole for each practice, so that a month's can be a little off.
    assert abs(sum(one.claims for one in plan) - claims) <= len(plan) + months / 24 + 1


def test_one_or_two_processes_write_the_same(small_blocks, tmp_path):
    seen = []
    for workers in (1, 2):
        folder = tmp_path / f"with {workers}"
        path = write_company(
            SMALL, folder, claims=80, seed=5, workers=workers, progress=lambda *step: seen.append(step)
        )
        assert path == folder / "manifest.json"
    assert seen == [(1, 2), (2, 2)] * 2
    one, two = tmp_path / "with 1", tmp_path / "with 2"
    assert (one / "manifest.json").read_bytes() == (two / "manifest.json").read_bytes()
    assert files(one) == files(two)
    for name in ("denials", "items"):
        for part in ("PR001", "PR002"):
            first, second = (pd.read_parquet(f / "truth" / name / f"{part}.parquet") for f in (one, two))
            pd.testing.assert_frame_equal(first, second)


def test_the_manifest_says_what_stands_there(small_blocks, tmp_path):
    write_company(SMALL, tmp_path, claims=80, seed=5)
    told = manifest(tmp_path)
    assert told["practices"] == ["PR001", "PR002"]
    assert told["about"]["seed"] == 5
    assert told["about"]["scenario"]["claims_per_year"] == 160
    plan = plan_company(SMALL, claims=80)
    made = [make_practice(one, seed=5, number=number) for number, one in enumerate(plan, 1)]
    for name, said in told["tables"].items():
        digests = [content_digest(practice.tables[name], name) for practice in made]
        assert [said["practices"][key]["sha256"] for key in told["practices"]] == digests
        assert said["sha256"] == company_digest(digests)
        assert said["rows"] == sum(len(practice.tables[name]) for practice in made)
    claims = [practice.tables["claims"] for practice in made]
    assert content_digest(claims[0], "claims") != content_digest(claims[1], "claims")


@pytest.mark.parametrize("form", ["parquet", "csv"])
def test_a_company_is_read_back_whole_or_in_part(small_blocks, tmp_path, form):
    write_company(SMALL, tmp_path, claims=80, seed=5, form=form)
    whole = check_practice(load_practice(tmp_path))
    first = load_practice(tmp_path, practice_id="PR001", tables=["claims", "lines"])
    both = load_practice(tmp_path, practice_id=["PR001", "PR002"])
    assert set(first.tables) == {"claims", "lines"}
    assert set(whole.claims["practice_id"]) == {"PR001", "PR002"}
    assert set(first.claims["practice_id"]) == {"PR001"}
    assert first.name == "Billing company of 2 practices: PR001"
    said = manifest(tmp_path)["tables"]
    for name, frame in both.tables.items():
        for key, part in frame.groupby("practice_id"):
            assert content_digest(part, name) == said[name]["practices"][key]["sha256"], name
    with pytest.raises(InputRefused, match="has no practice 'PR003': it has PR001 to PR002"):
        load_practice(tmp_path, practice_id="PR003")


@pytest.mark.parametrize("form", ["parquet", "csv"])
def test_one_practice_keeps_one_file_a_table(tmp_path, form):
    write_company(SMALL, tmp_path, claims=40, seed=5, form=form)
    practice = load_practice(tmp_path)
    again = make_practice(dataclasses.replace(SMALL, claims_per_year=160), seed=5)
    for name, said in manifest(tmp_path)["tables"].items():
        assert said["sha256"] == content_digest(practice.tables[name], name)
        assert said["sha256"] == content_digest(again.tables[name], name)
        assert (tmp_path / f"{name}.{form}").is_file()
    assert "practices" not in manifest(tmp_path)


def test_amounts_and_days_in_a_csv_file_are_as_people_write_them(tmp_path):
    write_company(SMALL, tmp_path, claims=40, seed=5, form="csv")
    shown = pd.read_csv(tmp_path / "transactions.csv", dtype=str)
    assert shown["amount"].str.fullmatch(r"-?\d+\.\d\d").all()
    assert shown["posted_date"].str.fullmatch(r"\d{4}-\d\d-\d\d").all()


def test_the_answer_key_lies_apart_and_comes_back(small_blocks, tmp_path):
    write_company(SMALL, tmp_path, claims=80, seed=5)
    assert "truth" not in (tmp_path / "manifest.json").read_text(encoding="utf-8")
    assert not {"denials", "items"} & set(load_practice(tmp_path).tables) - set(TABLES)
    assert load_practice(tmp_path).truth is None
    plan = plan_company(SMALL, claims=80)
    for number, scenario in enumerate(plan, 1):
        truth = make_practice(scenario, seed=5, number=number).truth
        again = load_truth(tmp_path, practice_id=scenario.practice_id)
        assert (again.scenario, again.seed) == (truth.scenario, truth.seed)
        for field in dataclasses.fields(truth):
            frame = getattr(truth, field.name)
            if isinstance(frame, pd.DataFrame):
                pd.testing.assert_frame_equal(getattr(again, field.name), frame, check_dtype=False)
    with pytest.raises(InputRefused, match="holds the answer keys of 2 practices: name one with practice_id"):
        load_truth(tmp_path)
    with pytest.raises(InputRefused, match="has no answer key of a practice 'PR009'"):
        load_truth(tmp_path, practice_id="PR009")
    with pytest.raises(InputRefused, match="has no readable answer key"):
        load_truth(tmp_path / "elsewhere")


def test_a_scenario_with_incidents_and_dates_comes_back_in_the_answer_key(tmp_path):
    wanted = dataclasses.replace(PRESETS["registrar_errors"], claims_per_year=100)
    write_company(wanted, tmp_path, claims=150, seed=1)
    assert load_truth(tmp_path).scenario == wanted


def test_a_later_smaller_run_leaves_nothing_of_the_earlier(small_blocks, tmp_path):
    (tmp_path / "notes.txt").write_text("mine", encoding="utf-8")
    write_company(SMALL, tmp_path, claims=80, seed=5)
    write_company(SMALL, tmp_path, claims=40, seed=5)
    left = files(tmp_path)
    assert "notes.txt" in left
    assert [name for name in left if "PR00" in name] == []
    assert load_truth(tmp_path).scenario.practice_id == "PR01"


def test_the_files_can_be_read_without_the_library(small_blocks, tmp_path):
    write_company(SMALL, tmp_path, claims=80, seed=5)
    rows = duckdb.sql(
        f"select practice_id, count(*) from '{tmp_path.as_posix()}/claims/*.parquet' group by 1 order by 1"
    ).fetchall()
    assert [key for key, _ in rows] == ["PR001", "PR002"]
    assert sum(count for _, count in rows) == manifest(tmp_path)["tables"]["claims"]["rows"]


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"claims": 0}, "claims must be a whole number from 1, not 0"),
        ({"claims": 10**8}, "would take 2,500,000 practices of 160 claims a year, and 5,000 is the most"),
        ({"claims": 1.5}, "claims must be a whole number from 1, not 1.5"),
        ({"workers": 0}, "workers must be a whole number from 1 to 64, not 0"),
        ({"form": "xml"}, "form must be one of parquet, csv, not 'xml'"),
        ({"seed": -1}, "seed must be a whole number from 0"),
    ],
)
def test_a_wrong_argument_is_one_sentence(tmp_path, changes, sentence):
    with pytest.raises(SettingsError, match=sentence):
        write_company(SMALL, tmp_path / "out", **({"claims": 40, "seed": 1} | changes))
    assert not (tmp_path / "out" / "manifest.json").exists()


@pytest.mark.parametrize("claims", [40, 80])
def test_a_full_disk_is_one_sentence_and_leaves_no_practice(small_blocks, tmp_path, monkeypatch, claims):
    write_company(SMALL, tmp_path, claims=claims, seed=5)

    def full(frame, path, name):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(path))

    monkeypatch.setattr("arlab.tables.storage.write_table", full)
    with pytest.raises(WorkspaceError, match="no space left on device"):
        write_company(SMALL, tmp_path, claims=claims, seed=5)
    with pytest.raises(InputRefused, match="is not a practice"):
        load_practice(tmp_path)


def test_a_manifest_that_names_other_places_is_refused(tmp_path):
    write_company(SMALL, tmp_path, claims=40, seed=5)
    path = tmp_path / "manifest.json"
    told = manifest(tmp_path)
    for wrong in (
        {"tables": told["tables"] | {"../secret": {}}},
        {"practices": ["../PR1"]},
        {"form": "exe"},
    ):
        path.write_text(json.dumps(told | wrong), encoding="utf-8")
        with pytest.raises(InputRefused, match="is not a practice"):
            load_practice(tmp_path)


@pytest.mark.skipif(sys.platform == "win32", reason="a console's Ctrl-C cannot be sent to one program there")
def test_ctrl_c_ends_all_processes_and_leaves_no_practice(tmp_path):
    script = tmp_path / "make.py"
    script.write_text(
        "from arlab.synth import Scenario\n"
        "from arlab.synth.company import write_company\n"
        "if __name__ == '__main__':\n"
        "    scenario = Scenario(claims_per_year=6_000, months=1)\n"
        "    step = lambda done, every: print(done, flush=True)\n"
        "    write_company(scenario, 'out', claims=200_000, seed=1, workers=2, progress=step)\n",
        encoding="utf-8",
    )
    run = subprocess.Popen(
        [sys.executable, str(script)],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert run.stdout.readline() == "1\n"
    begin = time.monotonic()
    os.killpg(run.pid, signal.SIGINT)  # as a terminal does: to every process of the group
    _, said = run.communicate(timeout=60)  # returns when the last process that holds the pipes has ended
    assert time.monotonic() - begin < 30
    assert said.splitlines()[-1] == "KeyboardInterrupt"
    assert said.count("Traceback") == 1  # none from the other processes
    assert (tmp_path / "out").is_dir() and not (tmp_path / "out" / "manifest.json").exists()
