"""Orders that need only open items, and what a policy may answer."""

import datetime as dt

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from arlab.errors import InputRefused
from arlab.policies import by_payer_and_amount, largest_first, oldest_first, place_order, random_order

DAY = dt.date(2026, 1, 5)
ITEMS = pd.DataFrame(
    {
        "payer": ["Alder", "Birch", "Birch", "Alder", "Cedar"],
        "expected": [10.0, 20.0, 40.0, 80.0, 160.0],
        "age_days": [50, 40, 90, 10, 60],
    }
)


def worked(policy, items=ITEMS):
    """Return what is expected of the claims in the order of working."""
    order = place_order(policy(items, DAY), len(items))
    return items["expected"].iloc[order].astype(int).tolist()


@pytest.mark.parametrize(
    ("policy", "expected"),
    [
        (oldest_first, [40, 160, 10, 20, 80]),
        (largest_first, [160, 80, 40, 20, 10]),
        # Cedar owes 160, Alder 90, Birch 60.
        (by_payer_and_amount, [160, 80, 10, 40, 20]),
    ],
)
def test_each_order_with_five_claims(policy, expected):
    assert worked(policy) == expected
    assert worked(policy, ITEMS.iloc[:0]) == []


def test_payers_may_be_categories_as_the_simulator_has_them():
    items = ITEMS.assign(payer=ITEMS["payer"].astype("category"))
    assert worked(by_payer_and_amount, items) == worked(by_payer_and_amount)


def test_lots_are_drawn_anew_each_day_and_the_same_again():
    lots = random_order(3)
    today, tomorrow = lots(ITEMS, DAY), lots(ITEMS, DAY + dt.timedelta(days=1))
    assert today.tolist() == random_order(3)(ITEMS, DAY).tolist()
    assert today.tolist() != tomorrow.tolist() and today.tolist() != random_order(4)(ITEMS, DAY).tolist()


@given(st.lists(st.one_of(st.just(float("nan")), st.floats(-1e9, 1e9)), max_size=30))
def test_scores_are_worked_from_the_top_and_rows_without_one_not_at_all(scores):
    order = place_order(np.array(scores, dtype=float), len(scores)).tolist()
    expected = [at for at, score in enumerate(scores) if score == score]
    assert order == sorted(expected, key=lambda at: (-scores[at], at))


@given(st.permutations(range(8)), st.integers(0, 8))
def test_positions_are_worked_as_they_stand(rows, count):
    assert place_order(list(rows[:count]), 8).tolist() == list(rows[:count])


@pytest.mark.parametrize("answer", [pd.Series([1.0, 3.0, 2.0]), [1.0, 3.0, 2.0], np.array([1, 2, 0])])
def test_a_series_a_list_and_an_array_will_do(answer):
    assert place_order(answer, 3).tolist() == [1, 2, 0]


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        ([1.0], "returned 1 scores for 3 open items"),
        ([0, 0], "named a row twice"),
        ([3], "named a row twice or one that is not there"),
        ([-1], "named a row twice or one that is not there"),
        (["a", "b", "c"], "returned no row of numbers"),
        ([[1.0, 2.0, 3.0]], "returned no row of numbers"),
    ],
)
def test_a_mistake_is_one_sentence_that_names_the_policy(answer, why):
    with pytest.raises(InputRefused, match=f"'mine'.*{why}|{why}") as caught:
        place_order(answer, 3, policy="mine")
    assert "mine" in str(caught.value) and str(caught.value).count("\n") == 0
