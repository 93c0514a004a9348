"""The content digest: the canonical text by hand, quick and slow agree, and what it must and must not see."""

import hashlib

import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from arlab.tables import TABLES, content_digest, empty_table, load_sample, table_keys
from arlab.tables.digest import company_digest
from ledgers import ledger


def slow_digest(frame, name):
    """The definition, row by row and value by value."""
    schema = TABLES[name]
    columns = [column for column in schema.columns if column in frame.columns]

    def text(value, kind):
        if pd.isna(value):
            return ""
        if kind == "money":
            return str(int(np.round(value * 100)))
        if kind == "date":
            return value.strftime("%Y-%m-%d")
        shown = str(value)
        return '"' + shown.replace('"', '""') + '"' if set(shown) & set(',"\r\n') else shown

    keys = ["practice_id", *table_keys(name)]
    rows = sorted(frame.to_dict("records"), key=lambda row: tuple(row[key] for key in keys))
    lines = [",".join(columns)]
    for row in rows:
        lines.append(
            ",".join(text(row[column], schema.columns[column].metadata["kind"]) for column in columns)
        )
    return hashlib.sha256("".join(f"{line}\n" for line in lines).encode("utf-8")).hexdigest()


WORDS = st.text(st.sampled_from('aZé,"\n\r; 診'), max_size=4)
DAYS = st.dates(pd.Timestamp("1990-01-01").date(), pd.Timestamp("2090-12-31").date())
CENTS = st.integers(-(10**9), 10**9)


def typed(name, rows):
    kinds = empty_table(name).dtypes.to_dict()
    return (
        pd.DataFrame(rows).astype({column: kinds[column] for column in rows[0]})
        if rows
        else empty_table(name)
    )


PAYMENTS = st.fixed_dictionaries(
    {
        "practice_id": st.sampled_from(["PR2", "PR10"]),
        "transaction_id": WORDS,
        "claim_id": WORDS,
        "line_number": st.none() | st.integers(0, 12),
        "posted_date": DAYS,
        "kind": st.just("charge"),
        "amount": CENTS.map(lambda cents: cents / 100),
        "memo_amount": st.none() | CENTS.map(lambda cents: cents / 100),
        "reason": st.none() | WORDS,
    }
)
LINES = st.fixed_dictionaries(
    {
        "practice_id": st.just("PR1"),
        "claim_id": st.sampled_from(["C1", "C10", "C2"]),
        "line_number": st.integers(1, 12),
        "abn_on_file": st.none() | st.booleans(),
    }
)


def unique(rows, keys):
    return list({tuple(row[key] for key in keys): row for row in rows}.values())


@settings(max_examples=60, deadline=None)
@given(st.lists(PAYMENTS, max_size=8), st.lists(LINES, max_size=8))
def test_it_is_what_the_definition_says_row_by_row(payments, lines):
    for name, rows in (("transactions", payments), ("lines", lines)):
        frame = typed(name, unique(rows, ("practice_id", *table_keys(name))))
        assert content_digest(frame, name) == slow_digest(frame, name)


def test_the_sample_gives_the_same_digest_by_the_slow_way():
    practice = load_sample()
    for name in ("contracts", "appeals", "staff", "patients"):
        frame = practice.tables[name]
        assert content_digest(frame, name) == slow_digest(frame, name)


def test_the_canonical_text_of_a_small_table():
    rows = pd.DataFrame(
        {
            "practice_id": ["PR1", "PR1"],
            "statement_id": ["M2", "M1"],
            "claim_id": ["C1", "C1"],
            "patient_id": ["P1", 'say "P,2"'],
            "sent_date": pd.to_datetime(["2026-02-01", "2026-01-01"]),
            "statement_number": [2, 1],
            "amount": [-0.2, 0.4],
        }
    )
    text = (
        "practice_id,statement_id,patient_id,claim_id,sent_date,statement_number,amount\n"
        'PR1,M1,"say ""P,2""",C1,2026-01-01,1,40\n'
        "PR1,M2,P1,C1,2026-02-01,2,-20\n"
    )
    assert content_digest(rows, "statements") == hashlib.sha256(text.encode()).hexdigest()


def test_more_rows_than_a_block_are_one_text(monkeypatch):
    entries = [("c1", "2026-01-05", "charge", "payer_1", amount) for amount in (10, 20, 40, 80, 160)]
    rows = ledger(*entries)
    whole = content_digest(rows, "transactions")
    monkeypatch.setattr("arlab.tables.digest._BLOCK", 2)
    assert content_digest(rows, "transactions") == whole
    assert content_digest(rows.iloc[::-1], "transactions") == whole


def test_an_empty_table_and_the_order_of_practices_count():
    assert content_digest(empty_table("staff"), "staff") == slow_digest(empty_table("staff"), "staff")
    assert company_digest(["aa", "bb"]) != company_digest(["bb", "aa"])
