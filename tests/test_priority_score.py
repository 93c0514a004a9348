"""The score: with a pencil, by a second way of counting, and what must always hold."""

import dataclasses
import importlib
import json
import math
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from arlab.errors import InputRefused, SettingsError
from arlab.priority import Weights, make_weights, most_points, score_items, sensitivity_table, work_order
from arlab.reference import load_rules

ROOT = Path(__file__).parents[1]
if str(ROOT) not in sys.path:  # benchmarks/ is no part of what is installed
    sys.path.append(str(ROOT))
bench = importlib.import_module("benchmarks.queue")
POINTS = ["points_balance", "points_chance", "points_minutes", "points_deadline"]


def items(*rows):
    """Return items from (balance, expected recovery, minutes, days left, live[, lost share[, waiting]])."""
    names = ["balance", "expected_recovery", "minutes", "days_left", "remedy_live", "lost_share", "waiting"]
    filled = [(*row, *(1.0, False)[len(row) - 5 :]) for row in rows]
    return pd.DataFrame(filled, columns=names).astype({"days_left": "float64"})


def test_worth_of_a_minute_by_hand():
    # 80 of 160 dollars in 20 minutes; the appeal ends in 12 of 30 days: urgency 1 + 18/30.
    found = score_items(items((160.0, 80.0, 20, 12, True))).iloc[0]
    assert (found["chance"], found["dollars_per_minute"], found["urgency"]) == (0.5, 4.0, 1.6)
    assert found["value"] == pytest.approx(6.4) and found["tier"] == 1


def test_a_large_claim_near_its_appeal_outranks_a_small_old_one():
    # Founding article A4: age alone does not order the queue.
    both = items((40.0, 20.0, 10, None, True), (1840.0, 1104.0, 28, 9, True)).assign(age_days=[400, 30])
    assert work_order(score_items(both)).tolist() == [1, 0]


@pytest.mark.parametrize(
    ("row", "tier"),
    [
        ((160.0, 80.0, 20, 3, True), 0),  # the last days come first
        ((160.0, 80.0, 20, 0, True), 0),  # so does the last day itself
        ((160.0, 80.0, 20, 4, True), 1),
        ((40.0, 20.0, 20, 0, True), 1),  # less than 25 dollars at stake
        ((160.0, 80.0, 20, 0, True, 0.15), 1),  # 12 dollars at stake, since an appeal lives on
        ((160.0, 80.0, 20, 0, True, 0.5), 0),
        ((160.0, 80.0, 20, 0, False), 3),  # nothing is live: not urgent
        ((160.0, 80.0, 20, None, True, 1.0, True), 2),
        ((160.0, 80.0, 20, 2, True, 1.0, True), 0),  # a deadline does not wait for a date of ours
        ((160.0, 0.0, 20, 2, True), 3),
    ],
)
def test_tiers(row, tier):
    assert score_items(items(row))["tier"].tolist() == [tier]


def test_what_has_expired_is_never_urgent_and_has_neither_value_nor_points():
    found = score_items(items((5120.0, 5120.0, 5, -400, False), (5120.0, 5120.0, 5, 1, False)))
    assert found["urgency"].tolist() == [1.0, 1.0]
    assert found[["value", "score", *POINTS]].eq(0).all(axis=None)


def test_a_day_that_is_past_is_no_nearer_than_today():
    found = score_items(items((160.0, 80.0, 20, -5, True), (160.0, 80.0, 20, 0, True)))
    assert found["urgency"].tolist() == [2.0, 2.0]


def test_weights_of_zero_leave_a_part_out():
    both = items((160.0, 16.0, 20, 0, True), (160.0, 160.0, 20, None, True))
    plain = score_items(both, Weights(chance=0, deadline=0, override_days=None))
    assert plain["value"].tolist() == [8.0, 8.0] and plain["points_chance"].tolist() == [0, 0]
    none = Weights(balance=0, chance=0, minutes=0, deadline=0)
    assert most_points(none) == dict.fromkeys(("balance", "chance", "minutes", "deadline"), 0.0)
    found = score_items(both, none)
    assert found["value"].tolist() == [1.0, 1.0] and found["score"].tolist() == [0, 0]


def test_a_horizon_of_no_days_leaves_urgency_to_the_last_day():
    found = score_items(
        items((160.0, 80.0, 20, 0, True), (160.0, 80.0, 20, 1, True)), Weights(horizon_days=0)
    )
    assert found["urgency"].tolist() == [2.0, 1.0]


def test_no_items_and_no_days_are_no_trouble():
    empty = items((1.0, 1.0, 1, 1, True)).iloc[:0]
    scored = score_items(empty)
    assert len(scored) == 0 and work_order(scored).tolist() == []
    assert sensitivity_table(empty)["changed"].eq(0).all()


def test_a_missing_column_and_a_wrong_weight_are_one_sentence():
    with pytest.raises(InputRefused, match=r"^The items to score have no column 'minutes': give "):
        score_items(items((160.0, 80.0, 20, 0, True)).drop(columns="minutes"))
    for wrong in (-1.0, float("nan"), float("inf"), "much", True):
        with pytest.raises(SettingsError, match="'chance' must be a number from 0 on"):
            Weights(chance=wrong)


def test_the_rules_are_the_weights():
    assert make_weights(load_rules()) == Weights()


ROW = st.tuples(
    st.floats(0.01, 20_000).map(lambda x: round(x, 2)),
    st.floats(0, 1.2),
    st.integers(0, 90),
    st.one_of(st.none(), st.integers(-500, 500)),
    st.booleans(),
    st.floats(0, 1),
    st.booleans(),
)
WEIGHTS = st.builds(
    Weights,
    balance=st.floats(0, 3),
    chance=st.floats(0, 3),
    minutes=st.floats(0, 3),
    deadline=st.floats(0, 3),
    strength=st.floats(0, 5),
    horizon_days=st.floats(0, 90),
    override_days=st.one_of(st.none(), st.integers(0, 10)),
)


@settings(max_examples=40)
@given(st.lists(ROW, min_size=1, max_size=20), WEIGHTS)
def test_parts_add_up_and_nothing_expired_is_urgent(rows, weights):
    frame = items(*[(row[0], row[0] * row[1], *row[2:]) for row in rows])
    before = frame.copy()
    found = score_items(frame, weights)
    pd.testing.assert_frame_equal(frame, before)
    assert (found[POINTS].sum(axis=1) == found["score"]).all()
    assert found["score"].between(0, 100).all() and (found[POINTS] >= 0).all(axis=None)
    gone = ~found["remedy_live"]
    assert (found.loc[gone, "urgency"] == 1).all() and (found.loc[gone, "tier"] == 3).all()
    assert found["urgency"].ge(1).all() and found["value"].ge(0).all()
    assert np.isfinite(found["value"]).all()
    order = work_order(found)
    assert sorted(order.tolist()) == list(range(len(found)))
    tiers = found["tier"].to_numpy()[order]
    assert (np.diff(tiers) >= 0).all()
    inside = [found["value"].to_numpy()[order][tiers == tier] for tier in range(4)]
    assert all((np.diff(part) <= 0).all() for part in inside)


INSIDE = st.tuples(
    st.floats(30, 4_000), st.floats(0.02, 1), st.integers(5, 60), st.one_of(st.none(), st.integers(0, 60))
)


@settings(max_examples=25)
@given(st.lists(INSIDE, min_size=2, max_size=15))
def test_inside_the_scales_more_points_are_more_value(rows):
    frame = items(
        *[(balance, balance * chance, minutes, days, True) for balance, chance, minutes, days in rows]
    )
    found = score_items(frame, Weights(override_days=None)).sort_values("value")
    assert (found["score"].diff().dropna() >= 0).all()


@pytest.mark.parametrize("seed", [1, 2])
def test_a_loop_over_rows_comes_to_the_same_order(seed):
    made = bench.make_items(1_500, seed)
    history = bench.make_history(made, seed)
    assert bench.ranked(made, history)["claim_id"].tolist() == bench.looped(made, history)


def test_what_moves_when_a_weight_moves_by_half():
    # Ten claims of little chance and much money against ten of much chance and little money.
    rows = [(1_000.0 + i, 100.0, 10, None, True) for i in range(10)]
    rows += [(110.0 + i, 99.0, 10, None, True) for i in range(10)]
    table = sensitivity_table(items(*rows), top=10).set_index(["weight", "moved_to"])
    assert table.loc[("chance", 1.5), ["changed", "changed_share"]].tolist() == [10, 1.0]
    assert table.loc[("balance", 1.5), "changed"] == 0  # they were first already
    assert table.loc[("balance", 0.5), "changed"] == 10
    assert table.loc[("minutes", 0.5), "changed"] == 0  # all take as long
    assert set(table.index.get_level_values(0)) == {field.name for field in dataclasses.fields(Weights)}
    more = sensitivity_table(items(*rows), top=50)
    assert more["top"].eq(20).all() and more["changed"].eq(0).all()


def test_the_benchmark_answers_in_one_json_object(monkeypatch, capsys):
    monkeypatch.setattr(bench, "QUICK_ROWS", 20_000)
    monkeypatch.setattr(bench, "LOOP_ROWS", 500)
    code = bench.main(["--quick"])
    shown = capsys.readouterr()
    whole = json.loads(shown.out)
    assert whole["name"] == "queue" and list(whole) == ["name", "settings", "figures", "asked", "holds"]
    assert whole["holds"] is (code == 0)
    assert whole["figures"]["same_order_as_the_loop"] is True
    assert math.isfinite(whole["figures"]["worst_times_the_sort"])
    assert "times the sort" in shown.err
