"""Every measure against independent SQL, every engine against the others, and no day against what came after it."""

from __future__ import annotations

import dataclasses
import datetime as dt
import functools
import random

import duckdb
import pandas as pd
import pytest

from arlab import load_sample
from arlab.aging import CLOCKS, add_owner, aged_items, credit_items
from arlab.denials import add_denial_category, first_answers, initial_denials
from arlab.metrics import (
    answer_table,
    front_desk_table,
    liquidation_table,
    scorecard,
)
from arlab.movement import (
    movement_of,
    roll_table,
    slow_payer_series,
    waterfall_table,
    weekly_balance_table,
    weekly_roll_table,
)
from arlab.synth import PRESETS
from arlab.synth.company import write_company
from arlab.synth.practice import run_practice, tables_as_of
from arlab.synth.streams import Streams
from arlab.tables import Practice
from metric_sql import measures_by_sql

COSTS = 9000.0


@pytest.fixture(scope="module")
def sample():
    return load_sample()


def check_by_sql(practice, connection, day, *, least_compared):
    """Compare numerator and denominator of every measure that there is; return how many were compared."""
    expected = measures_by_sql(connection, day, costs=COSTS)
    found = scorecard(practice, as_of=day, baseline=False, least=1, costs=COSTS)
    assert set(found["metric"]) == set(expected)
    compared = 0
    for row in found.itertuples():
        if row.why_not:
            continue
        top, bottom = expected[row.metric]
        got = row.value if row.metric.endswith("_median") else row.numerator
        assert got == pytest.approx(top, abs=1e-6), row.metric
        assert bottom is None or row.denominator == pytest.approx(bottom, abs=1e-6), row.metric
        compared += 1
    assert compared >= least_compared


@pytest.mark.parametrize("day", [dt.date(2025, 9, 17), dt.date(2026, 6, 30)])
def test_every_measure_of_the_sample_agrees_with_sql(sample, day):
    connection = duckdb.connect()
    for name, frame in sample.tables.items():
        connection.register(name, frame)
    check_by_sql(sample, connection, day, least_compared=50 if day == sample.as_of else 40)


@pytest.mark.slow
def test_every_measure_of_a_million_claims_agrees_with_sql(tmp_path):
    write_company(PRESETS["typical"], tmp_path, claims=1_000_000, seed=5, workers=2)
    connection = duckdb.connect()
    tables = {}
    for folder in sorted(path for path in tmp_path.iterdir() if list(path.glob("*.parquet"))):
        connection.execute(f"create view {folder.name} as select * from read_parquet('{folder}/*.parquet')")
        tables[folder.name] = connection.table(folder.name)
    as_of = connection.execute("select max(posted_date) from transactions").fetchall()[0][0]
    day = as_of if isinstance(as_of, dt.date) and not isinstance(as_of, dt.datetime) else as_of.date()
    lazy = Practice("Company", day, tables)
    check_by_sql(lazy, connection, day, least_compared=50)


# No look-ahead.


@functools.cache
def year_and_a_half():
    scenario = dataclasses.replace(PRESETS["typical"], claims_per_year=2_000)
    return run_practice(scenario, Streams(8)), scenario


def practice_known_on(day):
    run, scenario = year_and_a_half()
    tables = tables_as_of(run, day)
    for frame in tables.values():
        frame.insert(0, "practice_id", scenario.practice_id)
    return Practice("Known then", day, tables)


def check_days(days, **options):
    _, scenario = year_and_a_half()
    later = practice_known_on(scenario.last_known_day)
    for day in days:
        then = scorecard(practice_known_on(day), least=1, costs=COSTS, **options)
        now = scorecard(later, as_of=day, least=1, costs=COSTS, **options)
        pd.testing.assert_frame_equal(now, then, obj=f"scorecard of {day}")
    return now


def test_a_past_day_is_told_as_it_was_known_then():
    found = check_days([dt.date(2026, 2, 19)])
    assert (found["why_not"] == "").sum() > 45


def pictures_of(practice, day):
    """Return AR of a day in every way it is shown: aged by each clock, owed back, moved, denied, waited for."""
    month = day - dt.timedelta(days=30)
    pair, lines = (practice.claims, practice.transactions), practice.tables["lines"]
    denials = initial_denials(*pair, as_of=day, lines=lines)
    aged = {f"aged by {clock}": aged_items(practice, as_of=day, clock=clock) for clock in CLOCKS}
    standard = aged["aged by standard"]
    return aged | {
        "credits": credit_items(practice, as_of=day),
        "owner": add_owner(standard, practice.tables["actions"]),
        "category": add_denial_category(standard, denials),
        "denials": denials,
        "first answers": first_answers(*pair, as_of=day, lines=lines, submissions=practice.submissions),
        "roll": movement_of(practice, roll_table, as_of=day, after=month, by="payer"),
        "waterfall": movement_of(practice, waterfall_table, as_of=day, after=month, each="week"),
        "weekly balances": movement_of(practice, weekly_balance_table, as_of=day),
        "weekly roll": movement_of(practice, weekly_roll_table, as_of=day),
        "slow payer": slow_payer_series(*pair, practice.submissions, as_of=day),
        "front desk": front_desk_table(practice.claims, practice.visits, practice.transactions, as_of=day),
        "liquidation": liquidation_table(*pair, as_of=day),
    }


@pytest.mark.slow
def test_thirty_random_days_are_told_as_they_were_known_then():
    draw = random.Random(5)
    _, scenario = year_and_a_half()
    length = (scenario.last_known_day - scenario.start).days
    days = [scenario.start + dt.timedelta(days=draw.randint(20, length - 1)) for _ in range(30)]
    later = practice_known_on(scenario.last_known_day)
    shown = 0
    for day in days:
        then, now = pictures_of(practice_known_on(day), day), pictures_of(later, day)
        for name, frame in now.items():
            pd.testing.assert_frame_equal(frame, then[name], obj=f"{name} of {day}")
            shown += len(frame)
    assert shown > 30_000
    check_days(days, baseline=False)


def test_the_denial_rate_of_a_closed_month_is_the_same_at_every_later_day(sample):
    tables = (sample.claims, sample.transactions)
    months = {}
    for as_of in ("2025-10-31", "2026-01-15", "2026-06-30"):
        answers = first_answers(*tables, as_of=as_of, submissions=sample.submissions, lines=sample.lines)
        by_answer = answer_table(answers, as_of=as_of, each="month")
        by_sending = answer_table(
            answers, as_of=as_of, basis="sent", each="month", submissions=sample.submissions
        )
        months[as_of] = (
            by_answer[by_answer["month"] <= "2025-10"].reset_index(drop=True),
            by_sending[by_sending["month"] <= "2025-07"].reset_index(drop=True),
        )
    answered, sent = months.pop("2025-10-31")
    assert len(answered) == 10 and len(sent) == 7
    for later_answered, later_sent in months.values():
        pd.testing.assert_frame_equal(later_answered, answered)
        pd.testing.assert_frame_equal(later_sent, sent)
