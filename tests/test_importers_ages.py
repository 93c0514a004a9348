"""Ages and bucket labels as text."""

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from arlab.importers.ages import bucket_range, parse_days
from arlab.importers.items import bucket_numbers, payer_class_of
from arlab.tables import PAYER_CLASSES


def test_ages_with_and_without_words():
    days, bad = parse_days(
        pd.Series(["45", "45 days", "1 day", "45.0", "1,200", "-3", "", "N/A", "old", "4.5"])
    )
    assert days.tolist()[:6] == [45, 45, 1, 45, 1200, -3]
    assert days[6:].isna().all()
    assert bad.tolist() == [False] * 8 + [True, True]


@pytest.mark.parametrize(
    ("label", "days"),
    [
        ("Current", (-1, 0)),
        ("current_amount", (-1, 0)),
        ("0-30", (0, 30)),
        ("0 - 30 days", (0, 30)),
        ("1-30", (1, 30)),
        ("31 to 60", (31, 60)),
        ("31–60 Days Past Due", (31, 60)),
        ("over_31_60_amount", (31, 60)),
        ("Aging 61-90", (61, 90)),
        ("90+", (90, None)),
        ("120+ days", (120, None)),
        ("120 plus", (120, None)),
        ("121 and over", (121, None)),
        ("Over 120", (121, None)),
        ("> 120", (121, None)),
        (">=121", (121, None)),
        ("older than 90 days", (91, None)),
        ("Less than 30 days", (0, 30)),
        ("<30", (0, 30)),
        ("Over 1 year", (366, None)),
    ],
)
def test_bucket_labels(label, days):
    assert bucket_range(label) == days


@pytest.mark.parametrize(
    "label",
    ["Balance", "Current AR Balance", "Current balance", "CPT 99213 25", "0-30 %", "2023-2024", "60-31",
     "days_to_payment",
     "DOS", "", "9" * 80],
)  # fmt: skip
def test_what_is_no_bucket(label):
    assert bucket_range(label) is None


def test_buckets_are_numbered_by_age_and_keep_standard_places():
    assert bucket_numbers(["over 120", "0-30"]) == {"0-30": 0, "over 120": 4}
    assert bucket_numbers(["90+", "Current", "1-30", "61-90", "31-60"]) == {
        "Current": 0, "1-30": 1, "31-60": 2, "61-90": 3, "90+": 4,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Medicare", "medicare"),
        ("MEDICARE ADVANTAGE", "medicare_advantage"),
        ("Medicaid MCO", "medicaid_managed"),
        ("Workers' Comp", "workers_compensation_auto"),
        ("Self-Pay", "self_pay"),
        ("BCBS PPO", "commercial"),
        ("Exchange", "marketplace"),
        ("Tricare", "tricare_va"),
        ("Z7", None),
        ("", None),
    ],
)
def test_payer_classes(text, name):
    assert payer_class_of(text) == name
    assert name is None or name in PAYER_CLASSES


@given(st.text(max_size=40))
def test_any_label_is_a_bucket_or_not(label):
    days = bucket_range(label)
    assert days is None or days[1] is None or days[0] < days[1]
