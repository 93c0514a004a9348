"""The delay that the alarm is tried on: with a pencil, against the ledger, and what the benchmark says of it."""

import datetime as dt
import importlib
import json
import math
import sys
from pathlib import Path

import pandas as pd
import pytest

from arlab.movement import resolution_table, waiting_claims
from arlab.tables import load_sample

ROOT = Path(__file__).parents[1]
if str(ROOT) not in sys.path:  # benchmarks/ is no part of what is installed
    sys.path.append(str(ROOT))
alarm, delays = (importlib.import_module(f"benchmarks.{name}") for name in ("alarm", "delays"))
START = dt.date(2026, 3, 2)


def waits(*rows):
    """Return waiting claims of one payer from (first day, payer's day, posting day) tuples."""
    frame = pd.DataFrame(rows, columns=["started_date", "adjudicated_date", "answered_date"])
    frame = frame.apply(pd.to_datetime)
    return frame.assign(practice_id="p", payer="Alder", claim_id="c", charge=10.0)


# The payer answers on every day of March and April 2026; each is posted the next day.
DAYS = [(day, day, day + pd.Timedelta(days=1)) for day in pd.date_range("2026-02-01", "2026-04-30")]


def answer(kind, *row, times=2.0):
    found = delays.delayed(waits(row, *DAYS), payer="Alder", start=START, times=times, kind=kind).iloc[0]
    return f"{found['adjudicated_date']:%m-%d}", f"{found['answered_date']:%m-%d}"


def test_the_rest_of_a_wait_is_twice_as_long():
    assert answer("all", "2026-02-20", "2026-03-06", "2026-03-07") == (
        "03-10",
        "03-11",
    )  # 4 of 14 days were left
    assert answer("all", "2026-03-04", "2026-03-10", "2026-03-11") == ("03-16", "03-17")
    assert answer("all", "2026-02-20", "2026-03-01", "2026-03-02") == ("03-01", "03-02")  # answered before


def test_only_claims_that_come_later_wait_longer():
    assert answer("new", "2026-02-20", "2026-03-06", "2026-03-07") == ("03-06", "03-07")
    assert answer("new", "2026-03-04", "2026-03-10", "2026-03-11") == ("03-16", "03-17")


def test_waits_are_longer_by_the_factor_on_average_though_the_payer_answers_once_a_week():
    weekly = [(d, d, d) for d in pd.date_range("2026-01-07", "2026-12-30", freq="7D")]
    rows = [("2026-03-03", "2026-03-18", "2026-03-19")] * 400
    found = delays.delayed(waits(*rows, *weekly), payer="Alder", start=START, times=1.6, kind="new").iloc[
        :400
    ]
    days = (found["adjudicated_date"] - found["started_date"]).dt.days
    assert set(days) == {22, 29} and days.mean() == pytest.approx(1.6 * 15, abs=0.6)


def test_a_delayed_ledger_gives_the_same_answers():
    sample = load_sample()
    tables = (sample.claims, sample.transactions, sample.submissions)
    waiting = waiting_claims(*tables, as_of=sample.as_of)
    payer = "Larkmoor Mutual"
    slow = delays.delayed(waiting, payer=payer, start=dt.date(2025, 12, 1), times=1.6, kind="all")
    moved = waiting[["claim_id", "answered_date"]].assign(
        by=slow["answered_date"] - waiting["answered_date"],
        by_payer=slow["adjudicated_date"] - waiting["adjudicated_date"],
    )
    rows = sample.transactions.merge(moved, on="claim_id", how="left")
    late = (rows["posted_date"] >= rows["answered_date"]) & (rows[["by", "by_payer"]] > pd.Timedelta(0)).any(
        axis=1
    )
    assert late.sum() > 100
    rows.loc[late, "posted_date"] += rows.loc[late, "by"]
    rows.loc[late, "effective_date"] += rows.loc[late, "by_payer"]
    ledger = rows[sample.transactions.columns]
    day = "2026-04-30"
    from_ledger = waiting_claims(sample.claims, ledger, sample.submissions, as_of=day)
    pd.testing.assert_frame_equal(
        resolution_table(from_ledger, as_of=day), resolution_table(slow, as_of=day), check_exact=False
    )


def test_the_payer_has_its_share_and_the_others_keep_theirs():
    for share in (0.05, 0.10, 0.25):
        for payer in delays.first_payers(share):
            mix = delays.scenario_of(payer, share, claims_per_year=1_000).payer_mix
            assert sum(mix.values()) == pytest.approx(1)
    assert len(delays.first_payers(0.10)) == 13 and "Harrowgate Health" not in delays.first_payers(0.25)
    assert len({delays.start_of(seed).weekday() for seed in range(1, 61)}) == 7


def test_rates_intervals_and_verdicts():
    tries = pd.DataFrame(
        {"kind": "all", "share": 0.1, "times": 1.6, "days": [10.0, 28.0, 29.0, math.inf], "real_share": 0.1}
    )
    row = alarm.detected(tries)[0]
    assert (row["hits"], row["seeds"], row["ever"], row["median_days"]) == (2, 4, 3, 19)
    quiet = pd.DataFrame({"alarms": [1, 0], "weeks": [52, 52], "named": [{"Alder": 1}, {}]})
    false = alarm.false_alarms(quiet)
    assert (false["a_year"], false["of_whom"]) == (0.5, {"Alder": 1}) and false["low"] < 0.5 < false["high"]
    figures = {"detected": {row["case"]: row}, "false_alarms": false}
    assert alarm.judged(figures, quick=False) == {
        row["case"]: False,
        "false alarms": True,
        "practice-years": False,
    }
    assert alarm.judged(figures, quick=True) == {row["case"]: False, "false alarms": True}
    assert alarm.judged({**figures, "detected": {}}, quick=True) == {"false alarms": True}


@pytest.mark.slow
def test_the_quick_run_says_what_it_found(capsys, monkeypatch):
    monkeypatch.setattr(
        alarm, "QUICK", alarm.Plan(times=(2.0,), shares=(0.25,), sizes=(4_000,), planted=False)
    )
    assert alarm.main(["--quick", "--seeds", "1"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert said["name"] == "alarm" and set(said["figures"]["detected"]) == {"all x2, 25%", "new x2, 25%"}
