"""Cohort curves with a pencil, their immature cells, and what must always hold."""

from __future__ import annotations

import datetime as dt

import pandas as pd
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from arlab.errors import SettingsError
from arlab.frames import to_pandas
from arlab.metrics import RESOLVED_BY, describe_liquidation, liquidation_table
from arlab.tables import empty_table
from ledgers import claims, ledger, ledgers

PARTS = [*RESOLVED_BY, "open_payer", "open_patient"]


def curve(visits, rows, *, as_of, **how):
    """Return the curve as pandas, computed in Polars, where a small call costs least."""
    found = liquidation_table(pl.from_pandas(visits), pl.from_pandas(rows), as_of=as_of, **how)
    return to_pandas(found).set_index("days")


# January: 160 + 80 charged. By day 30 of each visit 40 + 20 are gone, by day 60 further 30.
VISITS = claims(
    ("c1", "2026-01-01", {"expected_allowed": 100.0}),
    ("c2", "2026-01-31", {"payer_class": "self_pay"}),
)
ROWS = ledger(
    ("c1", "2026-01-05", "charge", "payer_1", 160),
    ("c1", "2026-01-31", "contractual", "payer_1", -40),  # day 30
    ("c1", "2026-02-01", "payer_payment", "payer_1", -10),  # day 31
    ("c1", "2026-02-01", "transfer", "payer_1", -50),
    ("c1", "2026-02-01", "transfer", "patient", 50),
    ("c2", "2026-01-31", "charge", "patient", 80),
    ("c2", "2026-02-15", "patient_payment", "patient", -20),
    ("c2", "2026-03-31", "bad_debt", "patient", -20),  # day 59
)


def test_a_month_is_resolved_by_days_since_each_visit():
    found = curve(VISITS, ROWS, as_of="2026-12-31", days=[0, 30, 60])
    assert found["resolved_share"].tolist() == [0, 60 / 240, 90 / 240]
    assert found.loc[60, PARTS].tolist() == [10, 20, 40, 0, 20, 0, 60, 90]
    assert found.loc[30, PARTS].tolist() == [0, 20, 40, 0, 0, 0, 120, 60], "not yet moved"
    assert found.loc[60, ["claims", "charges", "expected", "mature"]].tolist() == [2, 240, 100, 1]
    # Payments of the claim with a price alone.
    assert found["paid_share"].tolist() == [0, 0, 0.1]


def test_a_cell_is_empty_until_the_last_day_of_the_month_is_old_enough():
    for as_of, mature in (("2026-03-01", [1, 0]), ("2026-03-02", [1, 1])):
        found = curve(VISITS, ROWS, as_of=as_of, days=[29, 30])
        assert found["mature"].tolist() == mature
        assert found["resolved_share"].isna().tolist() == [not cell for cell in mature]
        assert found[PARTS].isna().all(axis=1).tolist() == [not cell for cell in mature]


@pytest.mark.parametrize(
    ("visit", "ends"),
    [
        ("2026-02-01", "2026-02-28"),
        ("2028-02-03", "2028-02-29"),
        ("2026-04-30", "2026-04-30"),
        ("2026-12-01", "2026-12-31"),
    ],
)
def test_months_end_where_the_calendar_says(visit, ends):
    visits, rows = claims(("c1", visit)), ledger(("c1", visit, "charge", "payer_1", 10))
    last = dt.date.fromisoformat(ends)
    for as_of, mature in ((last + dt.timedelta(days=29), 0), (last + dt.timedelta(days=30), 1)):
        assert curve(visits, rows, as_of=as_of, days=[30])["mature"].tolist() == [mature]


def test_a_late_charge_joins_its_month_and_an_early_payment_counts():
    rows = ledger(
        ("c1", "2026-01-01", "payer_payment", "payer_1", -20),
        ("c1", "2026-03-15", "charge", "payer_1", 160),
        ("c2", "2026-01-31", "charge", "patient", 80),
    )
    found = curve(VISITS, rows, as_of="2026-06-30", days=[30, 90])
    assert found["charges"].tolist() == [240, 240] and found["open_payer"].tolist() == [140, 140]


def test_reversals_credits_and_rows_without_a_name():
    rows = ledger(
        ("c1", "2026-01-05", "charge", "payer_1", 100),
        ("c1", "2026-01-10", "payer_payment", "payer_1", -160),
        ("c1", "2026-02-20", "reversal", "payer_1", 40, {"reverses_id": "t0001"}),
        ("c1", "2026-03-20", "reversal", "payer_1", 10),
    )
    found = curve(VISITS.head(1), rows, as_of="2026-06-30", days=[30, 60, 90])
    assert found["payer_paid"].tolist() == [160, 120, 120]
    assert found["other"].tolist() == [0, 0, -10]
    assert found["resolved_share"].tolist() == [1.6, 1.2, 1.1], "more than all: a credit"
    assert found["open_payer"].tolist() == [-60, -20, -10]


def test_splits_words_settings_and_empty_tables():
    whole = liquidation_table(VISITS, ROWS, as_of="2026-03-31", days=[30, 60])
    split = liquidation_table(VISITS, ROWS, as_of="2026-03-31", days=[30, 60], by="payer_class")
    assert split["payer_class"].tolist() == ["commercial"] * 2 + ["self_pay"] * 2
    assert split.groupby("days")["charges"].sum().tolist() == whole["charges"].tolist()
    words = describe_liquidation(whole)
    assert words == "Of the charges, resolved: 25.0% by day 30 (month). 1 cell is not old enough and empty."
    assert describe_liquidation(whole[whole["mature"] == 0]).startswith("No month is old enough")
    for days in ([], [30, 30], [-1, 30], [60, 30]):
        with pytest.raises(SettingsError, match="must ascend"):
            liquidation_table(VISITS, ROWS, as_of="2026-03-31", days=days)
    nothing = liquidation_table(empty_table("claims"), empty_table("transactions"), as_of="2026-03-31")
    assert nothing.empty and {"month", "days", "resolved_share"} <= set(nothing.columns)


FORWARD = ("payer_payment", "patient_payment", "contractual", "write_off", "bad_debt")
MOVES = st.lists(
    st.tuples(st.integers(1, 5), st.integers(0, 200), st.sampled_from(FORWARD), st.integers(0, 4000)),
    max_size=20,
)


@settings(max_examples=20)
@given(MOVES, st.integers(0, 330))
def test_a_curve_only_rises_to_one_where_nothing_is_reversed_or_overpaid(moves, after):
    visits = claims(*[(f"c{n}", f"2026-{1 + n % 3:02d}-{n * 5:02d}") for n in range(1, 6)])
    rows = [(f"c{n}", f"2026-{1 + n % 3:02d}-{n * 5:02d}", "charge", "payer_1", 200) for n in range(1, 6)]
    left = dict.fromkeys(range(1, 6), 20000)
    for n, wait, kind, asked in sorted(moves, key=lambda move: move[1]):
        amount = min(asked, left[n])
        left[n] -= amount
        on = dt.date(2026, 1 + n % 3, n * 5) + dt.timedelta(days=wait)
        rows.append((f"c{n}", on.isoformat(), kind, "payer_1", -amount / 100))
    as_of = dt.date(2026, 2, 1) + dt.timedelta(days=after)
    found = curve(visits, ledger(*rows), as_of=as_of, days=[0, 30, 60, 90, 150, 250])
    for _, cells in found.groupby("month"):
        shares = cells["resolved_share"].dropna()
        assert shares.is_monotonic_increasing and shares.between(0, 1).all()
        assert cells["mature"].is_monotonic_decreasing
    # A past day is told as it was known then.
    table = ledger(*rows)
    known = table[table["posted_date"] <= pd.Timestamp(as_of)]
    pd.testing.assert_frame_equal(found, curve(visits, known, as_of=as_of, days=[0, 30, 60, 90, 150, 250]))


@settings(max_examples=20)
@given(ledgers(max_rows=20))
def test_the_kinds_and_what_is_open_add_up_to_the_charges(drawn):
    visits, rows = drawn
    found = curve(visits, rows, as_of="2027-12-31", days=[30, 90, 300])
    assert (found["mature"] == 1).all()
    assert (found[PARTS].sum(axis=1) - found["charges"]).abs().max() < 0.01
    # At the end of the curve everything that was posted is on it.
    assert round(found.loc[300, ["open_payer", "open_patient"]].sum().sum(), 2) == round(
        rows["amount"].sum(), 2
    )
