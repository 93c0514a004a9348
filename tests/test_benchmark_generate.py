"""The loops that the generator is compared with: the same columns, plausible rates, the same numbers on a rerun."""

import dataclasses
import functools
import importlib
import json
import sys
from pathlib import Path

import numpy as np
import pytest

from arlab.synth import PRESETS

ROOT = Path(__file__).parents[1]
if str(ROOT) not in sys.path:  # benchmarks/ is no part of what is installed
    sys.path.append(str(ROOT))
generate, loops, stages = (
    importlib.import_module(f"benchmarks.{name}") for name in ("generate", "loops", "stages")
)
COLUMNS, faker_loop, stdlib_loop = loops.COLUMNS, loops.faker_loop, loops.stdlib_loop

SCENARIO = dataclasses.replace(PRESETS["typical"], claims_per_year=1_500, months=12)


def as_columns(rows):
    return {
        table: dict(zip(COLUMNS[table], map(np.array, zip(*rows[table], strict=True)), strict=True))
        for table in COLUMNS
    }


@functools.cache
def made(kind):
    if kind == "stages":
        return stages.make_first_answers(SCENARIO, 1)
    scenario = SCENARIO if kind == "stdlib" else dataclasses.replace(SCENARIO, claims_per_year=700)
    return as_columns({"stdlib": stdlib_loop, "faker": faker_loop}[kind](scenario, 1))


KINDS = ["stages", "stdlib", "faker"]


@pytest.mark.parametrize("kind", KINDS)
def test_each_fills_the_same_columns(kind):
    tables = made(kind)
    assert {name: tuple(columns) for name, columns in tables.items()} == COLUMNS
    for columns in tables.values():
        assert len({len(values) for values in columns.values()}) == 1


@pytest.mark.parametrize("kind", KINDS)
def test_each_makes_plausible_claims(kind):
    tables = made(kind)
    claims, lines, sent, answers = (tables[name] for name in COLUMNS)
    assert 1.6 <= len(lines["claim"]) / len(claims["claim"]) <= 1.9
    assert np.bincount(lines["claim"]).tolist() == claims["lines"].tolist()
    assert np.bincount(lines["claim"], weights=lines["charge"]).tolist() == claims["charge"].tolist()
    shares = sum(lines[name] for name in ("deductible", "coinsurance", "copay", "sequestration"))
    assert (shares >= 0).all() and (shares <= lines["allowed"]).all()
    assert (lines["allowed"] <= lines["contract"]).all() and (lines["contract"] <= lines["charge"]).all()
    assert 0.07 <= (answers["code"] >= 0).mean() <= 0.16
    assert 0.02 <= (sent["rejected"] >= 0).sum() / len(claims["claim"]) <= 0.06
    assert 0.03 <= (claims["edit"] >= 0).mean() <= 0.09
    assert 250 <= claims["charge"].mean() / 100 <= 500
    assert (answers["pay_day"] >= 0).all() and (answers["post_day"] >= answers["pay_day"]).all()
    assert ((answers["denied"] > 0) == (answers["code"] >= 0)).all()
    assert (answers["paid"] >= 0).all()
    assert (claims["entry_day"] >= claims["service_day"]).all()
    assert (claims["cleared_day"] >= claims["entry_day"]).all()


def test_the_loops_agree_with_the_stages_on_the_whole():
    """Rates, not rows: each draws in its own way."""
    ours, loop = made("stages"), made("stdlib")
    for table, column in (("claims", "charge"), ("lines", "allowed"), ("answers", "paid")):
        assert np.mean(loop[table][column]) == pytest.approx(np.mean(ours[table][column]), rel=0.2), column
    lag = [np.median(t["claims"]["entry_day"] - t["claims"]["service_day"]) for t in (ours, loop)]
    assert abs(lag[0] - lag[1]) <= 1


def test_a_seed_gives_the_same_rows_again():
    tiny = dataclasses.replace(SCENARIO, claims_per_year=60)
    for loop in (stdlib_loop, faker_loop):
        assert loop(tiny, 3) == loop(tiny, 3) != loop(tiny, 4)


def test_the_benchmark_prints_one_object_and_judges_it(capsys, monkeypatch):
    monkeypatch.setattr(generate, "QUICK", generate.TINY)
    code = generate.main(["--quick", "--seeds", "1"])
    shown = capsys.readouterr()
    told = json.loads(shown.out)
    assert told["name"] == "generate"
    assert set(told) == {"name", "settings", "figures", "asked", "holds"}
    assert told["figures"]["same_content_with_1_and_2_processes"] is True
    assert code == (0 if told["holds"] else 1)
    assert "claims a second" in shown.err
