"""Does a scorecard read as it was computed: figures with units, reasons in place of figures, nothing lost?"""

import pandas as pd
import pytest

from arlab.errors import SettingsError
from arlab.metrics import scorecard
from arlab.metrics.read import describe_measure, scorecard_wide_table
from arlab.metrics.scorecard import COLUMNS
from arlab.reference import read_rows
from arlab.tables import load_sample


def card(**changes):
    row = dict.fromkeys(COLUMNS, "") | dict.fromkeys(("low", "high", "baseline"), float("nan"))
    row |= {"metric": "initial_denial_rate", "unit": "share", "value": 0.125, "numerator": 10.0}
    row |= {"denominator": 80.0, "n": 80} | changes
    return pd.DataFrame([row])


def test_a_proportion_says_its_cases_its_interval_and_its_past():
    rows = card(low=0.07, high=0.21, baseline=0.1, direction="about the same", benchmark="5% to 6% (range)")
    assert scorecard_wide_table(rows).to_dict("records") == [
        {
            "Measure": "Initial denial rate",
            "Figure": "12.5%",
            "95% interval": "7.0% to 21.0%",
            "Own six months": "10.0%",
            "Compared": "about the same",
            "Published": "5% to 6% (range)",
        }
    ]
    assert describe_measure(rows, "initial_denial_rate") == (
        "Initial denial rate: 12.5% (10 of 80), 95% interval 7.0% to 21.0%; about the same against 10.0% in the six"
        " months before."
    )


def test_a_sum_of_dollars_stands_alone():
    rows = card(metric="misposted_contractual", unit="dollars", value=-20.0, denominator=float("nan"))
    assert describe_measure(rows, "misposted_contractual") == "Misposted contractual: -$20.00."


def test_days_are_a_division():
    rows = card(metric="days_in_ar_gross", unit="days", value=8.0, numerator=160.0, denominator=20.0)
    assert describe_measure(rows, "days_in_ar_gross") == "Days in AR, gross: 8.0 days (160.00 ÷ 20.00)."


def test_what_is_not_available_says_why():
    why = "Not available, because there are only 12 cases (30 are needed)."
    rows = card(metric="appeal_success_rate", value=float("nan"), why_not=why)
    assert scorecard_wide_table(rows).loc[0, "Figure"] == why
    assert scorecard_wide_table(rows).loc[0, "95% interval"] == "–"
    assert describe_measure(rows, "appeal_success_rate") == (
        "Appeal success: not available, because there are only 12 cases (30 are needed)."
    )


def test_a_name_that_is_not_there_is_explained():
    with pytest.raises(SettingsError, match="has no 'days'"):
        describe_measure(card(), "days")


def test_every_row_of_a_real_scorecard_can_be_read():
    rows = scorecard(load_sample(), measures=["credit_balance", "cost_to_collect"], baseline=False)
    wide = scorecard_wide_table(rows)
    assert len(wide) == len(rows) == 3
    named = {row["metric"]: row["name"] for row in read_rows("metric_definitions")}
    assert wide["Measure"].tolist() == [named[metric] for metric in rows["metric"]]
    for metric in rows["metric"]:
        assert describe_measure(rows, metric).startswith(named[metric])
