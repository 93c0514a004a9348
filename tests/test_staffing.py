"""Teams of several sizes: more minutes burn the backlog down, at falling returns, within a range."""

import dataclasses
import functools

import pytest

from arlab.errors import SettingsError
from arlab.policies import largest_first
from arlab.simulate import BUILT_IN, burn_down_table, make_start, replay, staffing_table
from arlab.synth import PRESETS


@functools.cache
def morning():
    scenario = dataclasses.replace(PRESETS["distressed"], claims_per_year=2_000, months=9)
    return make_start(scenario, seed=4, day="2025-06-02")


@functools.cache
def table():
    policy = BUILT_IN["expected value"]
    return staffing_table(morning(), policy, minutes_per_day=[60, 0, 20, 180], seeds=[1, 2, 3, 4], days=25)


def test_more_minutes_bring_more_and_each_hour_less_than_the_one_before():
    found = table()
    assert found["minutes_per_day"].tolist() == [0, 20, 60, 180]
    assert found["recovered"].is_monotonic_increasing and found["backlog_dollars"].is_monotonic_decreasing
    assert found["next_hour"].isna().tolist() == [True, False, False, False]
    assert found["next_hour"].iloc[1:].is_monotonic_decreasing
    assert found["recovered"].iloc[0] == found["hours"].iloc[0] == 0


def test_every_figure_lies_in_its_range_and_the_range_is_over_draws():
    found = table()
    for name in ("recovered", "lost", "backlog_items", "backlog_dollars"):
        assert (found[f"{name}_low"] <= found[name]).all() and (found[name] <= found[f"{name}_high"]).all()
    assert (found["recovered_low"] < found["recovered_high"]).iloc[1:].all()
    alone = staffing_table(morning(), largest_first, minutes_per_day=[60], seeds=[3], days=10)
    same = replay(morning().afresh(3), largest_first, days=10, minutes_per_day=60)
    assert alone["recovered"].iloc[0] == alone["recovered_low"].iloc[0] == same.recovered


def test_the_backlog_burns_down_with_people_and_grows_without():
    found = burn_down_table(morning(), largest_first, minutes_per_day=[0, 180], seeds=[1, 2], days=25)
    assert len(found) == 2 * 5
    teams = found.groupby("minutes_per_day")
    assert all(dates.is_monotonic_increasing for _, dates in teams["date"])
    first, last = teams["backlog"].first(), teams["backlog"].last()
    assert last[180] < first[180] < first[0] < last[0]


@pytest.mark.parametrize("wrong", [{"minutes_per_day": []}, {"seeds": []}])
def test_a_table_needs_minutes_and_seeds(wrong):
    with pytest.raises(SettingsError, match="at least one number of minutes and one seed"):
        staffing_table(morning(), **({"minutes_per_day": [60], "seeds": [1]} | wrong))
