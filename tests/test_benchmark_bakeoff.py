"""The bake-off's benchmark: what it judges, and that it says what it found."""

import dataclasses
import importlib
import json
import sys
from pathlib import Path

import pytest

from arlab.simulate import policy_bakeoff
from arlab.synth import PRESETS

ROOT = Path(__file__).parents[1]
if str(ROOT) not in sys.path:  # benchmarks/ is no part of what is installed
    sys.path.append(str(ROOT))
bakeoff = importlib.import_module("benchmarks.bakeoff")


def figures(share=(0.92, 0.91, 0.93), information=(0.7, 0.5, 0.9), deadlines=(0.01, 0.002, 0.018)):
    presets = {
        name: {
            "of_bound": {"true value": share, "deadline-aware true value": share},
            "information": {"expected value": information},
            "deadlines": deadlines,
        }
        for name in ("typical", "deadlines_bind")
    }
    return {"presets": presets, "fresh_luck": {"low": -0.01, "high": 0.012}, "bakeoff_seconds": 40.0}


@pytest.mark.parametrize(
    ("changes", "fails"),
    [
        ({}, []),
        (
            {"share": (0.89, 0.87, 0.91)},
            ["true value of the bound", "deadline-aware true value of the bound"],
        ),
        ({"information": (0.55, 0.3, 0.8)}, ["information of expected value"]),
        ({"deadlines": (-0.006, -0.02, 0.01)}, ["deadlines cost nothing", "deadlines pay"]),
        ({"deadlines": (0.004, -0.002, 0.01)}, ["deadlines pay"]),
    ],
)
def test_a_full_run_is_judged_by_its_means_and_a_quick_one_by_intervals(changes, fails):
    found = bakeoff.judged(figures(**changes), seeds=20, quick=False)
    assert {name.split(": ")[1] for name, holds in found.items() if not holds} == set(fails)
    assert all(bakeoff.judged(figures(**changes), seeds=20, quick=True).values())


def test_what_is_wholly_on_the_wrong_side_fails_in_quick_mode_too():
    found = bakeoff.judged(
        figures(share=(0.8, 0.78, 0.82), deadlines=(-0.02, -0.03, -0.01)), seeds=3, quick=True
    )
    assert not found["typical: true value of the bound"] and not found["typical: deadlines cost nothing"]
    assert not found["deadlines_bind: deadlines pay"] and found["typical: information of expected value"]
    slow = bakeoff.judged({**figures(), "bakeoff_seconds": 61.0}, seeds=20, quick=False)
    fresh = bakeoff.judged({**figures(), "fresh_luck": {"low": -0.03, "high": 0.01}}, seeds=20, quick=False)
    assert not slow["seconds"] and not fresh["fresh luck brings the same"]


def test_figures_of_a_bakeoff():
    scenario = dataclasses.replace(PRESETS["typical"], claims_per_year=1_500, months=8)
    found = policy_bakeoff(
        scenario,
        bakeoff.QUICK,
        seeds=[1, 2],
        day="2025-05-01",
        days=15,
        capacity=0.5,
        against="expected value",
    )
    row = bakeoff.figures_of(found)
    assert set(row["recovered"]) == set(bakeoff.QUICK) and row["bound"] > max(row["recovered"].values()) * 0.9
    assert row["best_simple"] in bakeoff.SIMPLE
    middle, low, high = row["deadlines"]
    assert low <= middle <= high
    assert json.dumps(row)


@pytest.mark.slow
def test_the_quick_run_says_what_it_found(capsys, monkeypatch):
    monkeypatch.setattr(bakeoff, "QUICK_CLAIMS", 2_000)
    monkeypatch.setattr(bakeoff, "WORKERS", 1)
    assert bakeoff.main(["--quick", "--seeds", "2"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert said["name"] == "bakeoff" and set(said["figures"]["presets"]) == set(bakeoff.PRESETS)
    assert said["settings"]["seeds"] == [1, 2] and isinstance(said["holds"], bool)
