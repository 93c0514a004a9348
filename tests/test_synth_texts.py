"""Columns of text from numbers: ids, words, what is missing, and the type that pandas shows."""

import numpy as np
import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from arlab.synth.texts import counts, joined, numbered, only_where, texts, words

WHOLE = st.lists(st.integers(0, 10**9), max_size=8)


@given(WHOLE, st.integers(1, 8))
def test_a_number_becomes_what_python_writes(numbers, width):
    made = numbered("C", np.array(numbers, dtype=np.int64), width)
    assert made.tolist() == [f"C{number:0{width}d}" for number in numbers]


@given(st.lists(st.integers(-1, 2), max_size=8))
def test_words_are_looked_up_and_nothing_stays_nothing(at):
    shown = pd.Series(words(("", "CO", "PR"), np.array(at, dtype=np.int64)))
    assert [None if pd.isna(word) else word for word in shown] == [(None, "CO", "PR", None)[i] for i in at]


def test_ids_can_be_picked_compared_and_put_together():
    ids = numbered("C", np.array([1, 2, 3]), 2)
    assert ids[np.array([2, 0])].tolist() == ["C03", "C01"]
    assert words(ids, np.array([1, -1])).isna().tolist() == [False, True]
    assert (ids == "C02").tolist() == [False, True, False]
    assert joined("Dr. ", ids, "-", ids).tolist() == ["Dr. C01-C01", "Dr. C02-C02", "Dr. C03-C03"]
    assert joined(only_where(np.array([True, False]), ids[:2]), "!").isna().tolist() == [False, True]


def test_only_where_takes_lists_arrays_and_columns():
    which = np.array([True, False])
    for values in (["a", "b"], np.array(["a", "b"]), np.array(["a", "b"], dtype=object), texts(["a", "b"])):
        assert pd.Series(only_where(which, values)).fillna("none").tolist() == ["a", "none"]


def test_the_columns_have_the_types_of_the_contract():
    frame = pd.DataFrame(
        {
            "id": numbered("C", np.array([1]), 2),
            "word": words(("a",), np.array([0])),
            "none": only_where(np.array([False]), ["a"]),
            "count": counts(np.array([3]), np.array([True])),
        }
    )
    assert frame.dtypes.astype(str).tolist() == ["str", "str", "str", "Int64"]
    assert frame["id"].dtype == pd.Series(["a"]).dtype
    nothing = np.array([], dtype=np.int64)
    assert (
        len(numbered("C", nothing, 2))
        == len(words(("a",), nothing))
        == len(counts(nothing, nothing > 0))
        == 0
    )
