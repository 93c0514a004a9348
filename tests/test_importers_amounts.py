"""Amounts of money as text: what each form means, and that nothing is guessed silently."""

from decimal import Decimal

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from arlab.importers.amounts import MOST_CENTS, decimal_marks, parse_amounts, read_amount


@pytest.mark.parametrize(
    ("text", "cents"),
    [
        ("10", 1000),
        ("10.5", 1050),
        (".5", 50),
        ("10.", 1000),
        ("$10", 1000),
        ("$ 1,234.50", 123450),
        ("1 234.50", 123450),
        ("1'234.50", 123450),
        ("US$10", 1000),
        ("USD 10.00", 1000),
        ("10.00 USD", 1000),
        ("(10)", -1000),
        ("($10.00)", -1000),
        ("$(10.00)", -1000),
        ("(-10)", -1000),
        ("-10", -1000),
        ("-$10", -1000),
        ("$-10", -1000),
        ("10-", -1000),
        ("\u221210", -1000),
        ("10 CR", -1000),
        ("10.00cr", -1000),
        ("10 DR", 1000),
        ("+10", 1000),
        ("-", 0),
        ("$ -", 0),
        ("\u2014", 0),
        ("1e3", 100000),
        ("1.5E+2", 15000),
        ("10.005", 1001),
        ("-10.005", -1001),
        ("\u00a010\u00a0", 1000),
    ],
)
def test_what_an_amount_means(text, cents):
    assert read_amount(text)[0] == cents


@pytest.mark.parametrize(
    "text",
    ["", "abc", "10%", "1,23", "1,2345", "12-34", "2026-06-30", "10 20", "1.2.3", "$", "()", "1e99", "9" * 40,
     "=10+10",
     "10 apples", "--10", "((10)"],
)  # fmt: skip
def test_what_is_no_amount(text):
    assert read_amount(text) is None


def test_ten_thousand_million_is_the_most():
    assert read_amount(str(MOST_CENTS // 100))[0] == MOST_CENTS
    assert read_amount(f"{MOST_CENTS // 100}.01") is None


def test_parts_of_a_cent_are_said():
    assert read_amount("10.005") == (1001, True, None)
    assert read_amount("10.000") == (1000, False, None)


def test_a_decimal_comma_is_known_by_its_column():
    amounts = parse_amounts(pd.Series(["1.234,50", "20,00", "1.000", "40"]))
    assert amounts.decimal_comma
    assert amounts.cents.tolist() == [123450, 2000, 100000, 4000]


def test_a_comma_before_three_digits_parts_thousands():
    amounts = parse_amounts(pd.Series(["1,234", "20"]))
    assert not amounts.decimal_comma
    assert amounts.cents.tolist() == [123400, 2000]


def test_a_column_with_both_marks_keeps_the_point_and_drops_what_does_not_fit():
    amounts = parse_amounts(pd.Series(["1,234.50", "20,00", "40"]))
    assert amounts.cents.tolist() == [123450, 0, 4000]
    assert amounts.bad.tolist() == [False, True, False]
    assert decimal_marks(pd.Series(["1,234.50", "20,00"])) == (True, True)


def test_empty_and_unreadable_cells_are_told_apart():
    amounts = parse_amounts(pd.Series(["", "N/A", "soon", "10"]))
    assert amounts.blank.tolist() == [True, True, False, False]
    assert amounts.bad.tolist() == [False, False, True, False]
    assert amounts.readable.tolist() == [False, False, False, True]


def test_amounts_in_another_currency_are_not_added_up():
    amounts = parse_amounts(pd.Series(["$10", "$20", "€40", "80"]))
    assert amounts.currency == "USD"
    assert amounts.foreign.tolist() == [False, False, True, False]
    assert amounts.cents.tolist() == [1000, 2000, 0, 8000]


@given(st.integers(-MOST_CENTS, MOST_CENTS), st.sampled_from(["plain", "us", "paren", "trailing", "code"]))
def test_every_way_of_writing_an_amount_reads_back(cents, way):
    size = Decimal(abs(cents)) / 100
    text = {
        "plain": f"{'-' if cents < 0 else ''}{size:.2f}",
        "us": f"{'-' if cents < 0 else ''}${size:,.2f}",
        "paren": f"({size:,.2f})" if cents < 0 else f"{size:,.2f}",
        "trailing": f"{size:,.2f}{'-' if cents < 0 else ''}",
        "code": f"USD {'-' if cents < 0 else ''}{size:,.2f}",
    }[way]
    assert read_amount(text)[0] == cents
    assert parse_amounts(pd.Series([text])).cents.tolist() == [cents]


@given(st.lists(st.text(max_size=12), max_size=20))
def test_any_text_is_an_amount_or_is_marked(texts):
    amounts = parse_amounts(pd.Series(texts, dtype="str"))
    assert (amounts.blank | amounts.bad | amounts.readable).all()
    assert not (amounts.blank & amounts.bad).any()
    assert (amounts.cents[~amounts.readable] == 0).all()
