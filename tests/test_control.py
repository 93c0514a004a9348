"""Control charts with a pencil, against published arithmetic and SQL, and what must always hold."""

from __future__ import annotations

import dataclasses
import datetime as dt
import math

import duckdb
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from arlab.errors import NotAvailable, SettingsError
from arlab.frames import workbench
from arlab.metrics import MEASURES, control_table, describe_control, scorecard
from arlab.metrics.books import Books
from arlab.metrics.control import CONTROL_COLUMNS, MOVING, PERIODS
from arlab.metrics.families import FAMILIES
from arlab.metrics.limits import RUN, chart_limits, signals_of
from arlab.metrics.periods import Span
from arlab.metrics.ratio import Ratio
from arlab.metrics.scorecard import LOOK_BACK, asked_of
from arlab.tables import Practice, empty_table, load_sample
from ledgers import claims, ledger


def shares(*pairs):
    return [None if pair is None else Ratio(pair[0], pair[1], pair[1], proportion=True) for pair in pairs]


def values(*numbers):
    return [None if number is None else Ratio(number, None, 1) for number in numbers]


# ---- with a pencil


def test_xmr_limits():
    # Mean of 10, 12, 11, 15 is 12; moving ranges 2, 1, 4, their mean 7/3; 3/1.128 of it is 6.2057.
    found = chart_limits(values(10, 12, 11, 15, 19, 18), first=4)
    assert (found.chart, found.centre, found.baseline) == ("XmR", 12, (0, 1, 2, 3))
    assert found.low[:4] == (None,) * 4 == found.high[:4]
    assert found.high[4] == pytest.approx(12 + 3 / 1.128 * 7 / 3)
    assert found.low[4] == pytest.approx(12 - 3 / 1.128 * 7 / 3)
    assert signals_of(values(10, 12, 11, 15, 19, 18), found) == ["", "", "", "", "above", ""]


def test_p_limits_hang_on_the_number_of_cases():
    # 10 of 100, 12 of 100, 8 of 100: 10 %. In 400 cases 3 sigma are 4.5 points, in 25 they are 18.
    points = shares((10, 100), (12, 100), (8, 100), (60, 400), (1, 25))
    found = chart_limits(points, first=3)
    assert found.chart == "p" and found.centre == pytest.approx(0.1)
    assert (found.low[3], found.high[3]) == (pytest.approx(0.055), pytest.approx(0.145))
    assert (found.low[4], found.high[4]) == (0.0, pytest.approx(0.28))
    assert signals_of(points, found) == ["", "", "", "above", ""]


def test_laneys_limits_where_the_baseline_varies_more_than_chance():
    # 5, 15, 5, 15 of 100: sigma 3 points; z of 5/3 on either side, moving range 10/3, sigma of z 2.955.
    points = shares((5, 100), (15, 100), (5, 100), (15, 100), (30, 100), (36, 100))
    found = chart_limits(points, first=4)
    assert found.chart == "p'" and found.centre == pytest.approx(0.1)
    assert found.high[4] == pytest.approx(0.1 + 3 * 0.03 * (10 / 3) / 1.128)
    assert signals_of(points, found) == ["", "", "", "", "", ""]
    assert signals_of(shares((5, 100), (15, 100), (5, 100), (15, 100), (37, 100)), found) == [
        *[""] * 4,
        "above",
    ]


def test_a_run_of_eight_counts_from_the_end_of_the_baseline():
    points = values(10, 14, 10, 14, *[13] * 5, None, 13, 13, 13, 11, 13)
    found = chart_limits(points, first=4)
    signals = signals_of(points, found)
    assert found.centre == 12 and RUN == 8
    assert signals == [*[""] * 12, "run above", "", ""]


def test_a_point_on_the_centre_breaks_a_run():
    points = values(10, 14, *[13] * 7, 12, *[13] * 7)
    assert signals_of(points, chart_limits(points, first=2)) == [""] * len(points)


def test_limits_of_what_may_be_below_zero_and_of_what_may_not():
    assert chart_limits(values(1, 9, 1, 9, 5), first=4).low[4] == 0
    assert chart_limits(values(-1, 9, 1, 9, 5), first=4).low[4] < 0
    found = chart_limits(shares((0, 50), (0, 50), (0, 50), (1, 50)), first=3)
    assert (found.chart, found.centre, found.low[3], found.high[3]) == ("p", 0.0, 0.0, 0.0)
    assert signals_of(shares((0, 50), (0, 50), (0, 50), (1, 50)), found)[3] == "above"


def test_too_few_points_give_no_limits():
    found = chart_limits(values(1, None, 2), first=3)
    assert (found.chart, found.centre, found.baseline) == ("", None, (0, 2))
    assert signals_of(values(1, None, 2), found) == ["", "", ""] and not found.holds(2)


# ---- what must always hold


_POINTS = st.lists(st.one_of(st.none(), st.integers(0, 1000).map(float)), min_size=1, max_size=40)


@given(_POINTS, st.integers(2, 12))
def test_limits_lie_around_the_centre_and_later_points_change_nothing(numbers, first):
    points = values(*numbers)
    found, signals = chart_limits(points, first=first), signals_of(points, chart_limits(points, first=first))
    for place in range(len(points)):
        low, high = found.low[place], found.high[place]
        assert (low is None) == (high is None) == (points[place] is None or not found.holds(place))
        if low is not None:
            assert 0 <= low <= found.centre <= high
            assert (signals[place] == "above") == (points[place].value > high)
    if found.centre is not None:
        upto = found.baseline[-1] + 1 + len(points) // 3
        part = chart_limits(points[:upto], first=first)
        assert part.centre == found.centre and part.high == found.high[:upto]
        assert signals_of(points[:upto], part) == signals[:upto]


@given(_POINTS, st.integers(2, 12), st.sampled_from([0.5, 2.0, 8.0]))
def test_another_unit_gives_the_same_signals(numbers, first, scale):
    scaled = [None if number is None else number * scale for number in numbers]
    found = [signals_of(values(*row), chart_limits(values(*row), first=first)) for row in (numbers, scaled)]
    assert found[0] == found[1]


@given(
    st.lists(st.tuples(st.integers(0, 50), st.integers(0, 200)), min_size=4, max_size=25), st.integers(2, 4)
)
@settings(max_examples=60)
def test_shares_stay_between_none_and_all(pairs, first):
    points = shares(*[(hits, hits + rest) if hits + rest else None for hits, rest in pairs])
    found = chart_limits(points, first=first)
    for low, high in zip(found.low, found.high, strict=True):
        assert low is None or 0 <= low <= found.centre <= high <= 1


# ---- of a practice


@pytest.fixture(scope="module")
def sample():
    return load_sample()


def test_values_by_sql(sample):
    """First answers by posting month, and denials among them, for a measure counted independently."""
    table = control_table(sample, measures="first_pass_resolution_rate", periods=6)
    assert list(table.columns) == list(CONTROL_COLUMNS)
    table = control_table(sample, measures="charge_lag_days", periods=6)
    connection = duckdb.connect()
    connection.register("claims", sample.claims)
    expected = connection.execute(
        "select strftime(charge_entry_date, '%Y-%m'), count(*),"
        " sum(date_diff('day', service_date, charge_entry_date))"
        " from claims where charge_entry_date > '2025-12-31' group by all order by all"
    ).fetchall()
    mine = table[table["metric"] == "charge_lag_days"]
    assert [(row.period, row.n, row.numerator) for row in mine.itertuples()] == expected
    assert mine["value"].tolist() == pytest.approx([days / n for _, n, days in expected])


def test_the_last_point_is_the_scorecards(sample):
    for measure in ("days_in_ar", "aged_share", "credit_balance"):
        mine = control_table(sample, measures=measure, periods=2).groupby("metric").last()
        card = scorecard(sample, measures=[measure], baseline=False).set_index("metric")
        assert mine["value"].to_dict() == pytest.approx(card["value"].to_dict())


def test_one_look_at_the_books_is_enough_but_for_what_still_moves(sample):
    """Figures of a past month out of today's books are those out of that month's books."""
    spans = [
        Span(dt.date(2025, 9, 30), dt.date(2025, 10, 31)),
        Span(dt.date(2026, 4, 30), dt.date(2026, 5, 31)),
    ]
    compared = 0
    with workbench() as lay:
        now = Books(sample, sample.as_of, lay)
        for span in spans:
            then = Books(sample, span.until, lay)
            for family in FAMILIES:
                if family.function in MOVING:
                    continue
                own = Span.ending(span.until, LOOK_BACK) if family.by_steps else span
                assert asked_of(family, now, own, {}) == asked_of(family, then, own, {}), family.metrics
                compared += 1
    assert compared == 2 * (len(FAMILIES) - len(MOVING))


def test_a_past_day_is_that_days(sample):
    day = pd.Timestamp("2026-01-31")
    dates = {
        "claims": "charge_entry_date",
        "transactions": "posted_date",
        "submissions": "submitted_date",
        "claim_edits": "hit_date",
    }
    cut = {
        name: frame[frame[dates[name]] <= day].reset_index(drop=True) if name in dates else frame
        for name, frame in sample.tables.items()
    }
    then = Practice(sample.name, day.date(), cut)
    wanted = ["clean_claim_rate", "initial_denial_rate", "acceptance_rate"]
    early = control_table(then, measures=wanted, periods=13)
    late = control_table(sample, measures=wanted, periods=18)
    late = late[late["period_end"] <= day].reset_index(drop=True)
    assert (early["value"].notna()).sum() > 50
    pd.testing.assert_frame_equal(early, late)


def test_weeks_months_and_their_words(sample):
    weeks = control_table(sample, measures="clean_claim_rate", each="week", as_of="2026-06-25")
    one = weeks[weeks["metric"] == "clean_claim_rate"]
    assert len(one) == PERIODS["week"] and one["period_end"].iloc[-1] == pd.Timestamp("2026-06-21")
    assert (one["period_end"].dt.day_of_week == 6).all() and one["baseline"].sum() == 26
    assert one.loc[one["baseline"], "centre"].isna().all() and one["centre"].iloc[-1] > 0
    assert describe_control(one).startswith("Clean claim rate was ")
    assert "week to 2026-06-21" in describe_control(one)


def test_each_sentence():
    row = {
        "metric": "days_to_pay", "unit": "days", "period": "2026-05", "value": 21.0, "centre": 18.0, "low": 15.0,
        "high": 22.0, "signal": "", "direction": "", "why_not": "",
    }  # fmt: skip

    def words(**changes):
        return describe_control(pd.DataFrame([row | changes]))

    assert words() == "Days to pay was 21.0 days in 2026-05, inside its usual 15.0 days to 22.0 days."
    assert "above its centre of 18.0 days for 8 or more" in words(signal="run above", direction="worse")
    assert words(value=9.0, signal="below", direction="better").endswith("which is better.")
    assert "too few earlier periods" in words(centre=math.nan, low=math.nan, high=math.nan)
    lacks = words(why_not="Not available, because there is no case (30 are needed).", value=math.nan)
    assert lacks == "Days to pay is not available in 2026-05, because there is no case (30 are needed)."


def test_edges(sample):
    tables = {name: empty_table(name) for name in sample.tables}
    nothing = control_table(Practice("Empty", dt.date(2026, 6, 30), tables), periods=3)
    assert set(nothing["measure"]) == set(MEASURES)
    assert (nothing["why_not"] != "").sum() >= len(nothing) - 3 * 4  # sums of nothing are nothing
    assert (nothing["signal"] == "").all() and nothing["centre"].isna().all()
    visit = {
        "claims": claims(("c1", "2026-06-01", {"charge": 80.0})),
        "transactions": ledger(("c1", "2026-06-02", "charge", "payer_1", 80)),
    }
    one = Practice("One", dt.date(2026, 6, 30), visit)
    table = control_table(one, measures=["days_in_ar", "clean_claim_rate"], periods=4)
    assert (table["why_not"] != "").all() and table["value"].isna().all()
    ledger_only = dataclasses.replace(sample, tables={"claims": sample.claims})
    lacks = control_table(ledger_only, measures="bad_debt_rate", periods=2)
    assert lacks["why_not"].tolist() == ["Not available, because there is no transactions table."] * 2


def test_settings_that_make_no_sense_are_refused(sample):
    for wrong in ({"each": "day"}, {"periods": 0}, {"baseline": 1}, {"least": 0}, {"measures": "denials"}):
        with pytest.raises(SettingsError):
            control_table(sample, **wrong)
    with pytest.raises(NotAvailable, match="ends on"):
        control_table(sample, as_of="2027-01-01")
