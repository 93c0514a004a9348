"""What is proven at a glance: never a table that the schema would refuse, and always the sample."""

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pandera.errors import SchemaErrors

from arlab.tables import TABLES, empty_table, load_sample
from arlab.tables.quick import surely_keeps
from ledgers import ledger

TYPES = empty_table("appeals").dtypes.to_dict()
ROW = st.fixed_dictionaries(
    {
        "practice_id": st.sampled_from(["p", "q"]),
        "claim_id": st.just("c1"),
        "denial_id": st.sampled_from(["T1", "T2", "T3"]),
        "level": st.sampled_from([1, 2, None]) | st.just(1),
        "filed_date": st.just(pd.Timestamp("2026-01-01")) | st.none(),
        "outcome": st.sampled_from(["won", "lost", None, "drawn"]),
        "amount_won": st.sampled_from([10.0, 0.0, None, -20.0]),
    }
)


@settings(max_examples=150, deadline=None)
@given(st.lists(ROW, min_size=1, max_size=3))
def test_it_says_what_the_schema_says(rows):
    frame = pd.DataFrame(rows, columns=list(rows[0])).astype({name: TYPES[name] for name in rows[0]})
    try:
        TABLES["appeals"].validate(frame, lazy=True)
        keeps = True
    except SchemaErrors:
        keeps = False
    assert surely_keeps(frame, TABLES["appeals"]) == keeps


@pytest.mark.parametrize("name", list(load_sample().tables))
def test_every_table_of_the_sample_is_proven(name):
    assert surely_keeps(load_sample().tables[name], TABLES[name])


def test_a_doubled_key_is_seen_whether_or_not_the_rows_stand_in_order():
    rows = ledger(
        ("c1", "2026-01-05", "charge", "payer_1", 80), ("c1", "2026-01-06", "charge", "payer_1", 40)
    )
    assert surely_keeps(rows, TABLES["transactions"])
    assert surely_keeps(rows.iloc[::-1], TABLES["transactions"])
    assert not surely_keeps(pd.concat([rows, rows.iloc[::-1]]), TABLES["transactions"])
