"""Days as text: forms, the order of day and month, and what is no day."""

import datetime as dt

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from arlab.importers.dates import date_order, parse_dates, read_date

DAY = dt.date(2026, 3, 5)


@pytest.mark.parametrize(
    "text",
    ["2026-03-05", "2026/03/05", "2026-3-5", "20260305", "3/5/2026", "03/05/2026", "3-5-2026", "3/5/26",
     "3/5/2026 10:30", "3/5/2026 10:30:00 AM", "2026-03-05T23:59:59Z", "2026-03-05T23:59:59.123+05:00",
     "2026-03-05 00:00:00", "5-Mar-2026", "5 March 2026", "05-MAR-26", "Mar 5, 2026", "March 5 2026", "46086",
     "46086.75"],
)  # fmt: skip
def test_forms_of_one_day(text):
    assert read_date(text) == DAY


@pytest.mark.parametrize(
    "text",
    ["", "soon", "2026-02-30", "13/13/2026", "2/30/2026", "0/0/0000", "12345678", "99999", "1", "2026",
     "5-Foo-2026",
     "1850-01-01", "3/5", "10.50"],
)  # fmt: skip
def test_what_is_no_day(text):
    assert read_date(text) is None


def test_two_digit_years_turn_at_1970():
    assert read_date("1/2/69").year == 2069
    assert read_date("1/2/70").year == 1970


def test_a_day_above_twelve_shows_the_order():
    found = date_order(
        {
            "us": pd.Series(["1/25/2026", "3/5/2026"]),
            "uk": pd.Series(["25/1/2026", "3/5/2026"]),
            "iso": pd.Series(["2026-03-05"]),
        },
        None,
    )
    assert found == {"us": ("mdy", "shown"), "uk": ("dmy", "shown")}


def test_a_column_that_shows_nothing_follows_the_others():
    found = date_order({"a": pd.Series(["25/1/2026"]), "b": pd.Series(["3/5/2026"])}, None)
    assert found["b"] == ("dmy", "other columns")


def test_when_nothing_shows_the_order_it_is_assumed_and_said():
    assert date_order({"a": pd.Series(["3/5/2026"])}, None) == {"a": ("mdy", "assumed")}


def test_mixed_orders_are_said_and_the_more_frequent_one_is_taken():
    found = date_order({"a": pd.Series(["25/1/2026", "26/1/2026", "1/25/2026"])}, None)
    assert found == {"a": ("dmy", "mixed")}


def test_the_user_knows_better():
    assert date_order({"a": pd.Series(["3/5/2026"])}, "dmy") == {"a": ("dmy", "given")}


def test_a_column_of_days_keeps_its_places():
    dates = parse_dates(pd.Series(["2026-03-05", "", "bad", "2026-03-05T01:02:03Z", "46086"]))
    assert dates.days.isna().tolist() == [False, True, True, False, False]
    assert dates.blank.tolist() == [False, True, False, False, False]
    assert dates.bad.tolist() == [False, False, True, False, False]
    assert (dates.with_time, dates.serial) == (1, 1)
    assert dates.days.dtype == "datetime64[us]"


def test_midnight_is_no_time_of_day():
    assert parse_dates(pd.Series(["2026-03-05 00:00:00", "2026-03-05T00:00:00"])).with_time == 0


@given(
    st.dates(dt.date(1970, 1, 1), dt.date(2069, 12, 31)),
    st.sampled_from(
        ["%Y-%m-%d", "%m/%d/%Y", "%m/%d/%y", "%d-%b-%Y", "%B %d, %Y", "%Y%m%d", "%Y-%m-%dT%H:%M:%SZ"]
    ),
)
def test_every_form_reads_back(day, form):
    assert read_date(day.strftime(form)) == day


@given(st.lists(st.text(max_size=12), max_size=20))
def test_any_text_is_a_day_or_is_marked(texts):
    dates = parse_dates(pd.Series(texts, dtype="str"))
    assert (dates.days.notna().to_numpy() ^ (dates.blank | dates.bad)).all()
