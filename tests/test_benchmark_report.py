"""What every benchmark shares: its options, its table for people, its one JSON object."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

ROOT = Path(__file__).parents[1]


@pytest.fixture
def report(monkeypatch):
    monkeypatch.syspath_prepend(str(ROOT))
    from benchmarks import report

    return report


def test_the_options_say_which_seeds(report):
    parser = report.option_parser("none", "What?", seeds=5, quick_seeds=2)
    for given, seeds in (([], 5), (["--quick"], 2), (["--quick", "--seeds", "3"], 3)):
        assert list(report.seed_range(parser.parse_args(given))) == list(range(1, seeds + 1))


@pytest.mark.parametrize("seeds", ["0", "-1", "two"])
def test_a_number_of_seeds_that_is_none_is_refused(report, seeds, capsys):
    with pytest.raises(SystemExit):
        report.option_parser("none", "What?", seeds=5).parse_args(["--seeds", seeds])
    assert f"must be a whole number from 1, not {seeds}" in capsys.readouterr().err


def test_the_answer_is_one_json_object_on_standard_output(report, capsys):
    report.say("for people")
    figures = {"rate": np.float64(0.5), "none": float("nan"), "seeds": range(1, 3), "count": np.int64(7)}
    report.give("none", settings={"claims": 10}, figures=figures, asked={"rate": 0.4}, holds=np.bool_(True))
    shown = capsys.readouterr()
    assert shown.err == "for people\n"
    whole = json.loads(shown.out)
    assert list(whole) == ["name", "settings", "figures", "asked", "holds"]
    assert whole["figures"] == {"rate": 0.5, "none": None, "seeds": [1, 2], "count": 7}
    assert whole["holds"] is True and whole["settings"]["claims"] == 10
    assert set(whole["settings"]["machine"]) == {"cores", "python", "system"}


def test_a_table_has_numbers_to_the_right(report, capsys):
    report.say_table([{"name": "ten", "value": 10}, {"name": "a hundred and sixty", "value": 160.0}])
    assert capsys.readouterr().err.splitlines() == [
        "name                 value",
        "ten                     10",
        "a hundred and sixty    160",
    ]
    report.say_table([])
    assert capsys.readouterr().err == "\n"


@pytest.mark.slow
def test_the_quick_scorecard_answers_in_time():
    command = [sys.executable, "-m", "benchmarks.realism", "--quick"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True, timeout=50)
    whole = json.loads(done.stdout)
    assert whole["name"] == "realism" and whole["settings"]["quick"] is True
    assert whole["figures"]["battery_failed"] == []
    assert whole["figures"]["rows"]["collection_identity (D)"]["mean"] == pytest.approx(0, abs=1e-9)
