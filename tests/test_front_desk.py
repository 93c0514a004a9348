"""The front desk with a pencil: what was due, collected and estimated, and how near the estimates were."""

from __future__ import annotations

import pandas as pd
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from arlab.frames import to_pandas
from arlab.metrics import LEAST_VISITS, describe_front_desk, front_desk_table
from arlab.tables import empty_table
from ledgers import claims, ledger, table

AS_OF = "2026-06-30"


def visits(*rows: tuple) -> pd.DataFrame:
    """Return visits from (claim, registrar, estimate or None, due, collected) tuples."""
    names = ("claim_id", "registrar", "estimate", "due_at_visit", "collected_at_visit")
    frame = table("visits", [dict(zip(names, row, strict=True)) for row in rows])
    return frame.astype({"estimate": "float64"})


def left(claim, on, amount):
    """Return the two rows that leave an amount to the patient."""
    return [(claim, on, "transfer", "payer_1", -amount), (claim, on, "transfer", "patient", amount)]


def desk(of, seen, rows, *, as_of=AS_OF, by=("registrar",), least=1):
    """Return the table as pandas, computed in Polars, where a small call costs least."""
    given = [pl.from_pandas(frame) for frame in (of, seen, rows)]
    return to_pandas(front_desk_table(*given, as_of=as_of, by=by, least=least))


OF = claims(
    ("c1", "2026-01-02"),
    ("c2", "2026-01-02"),
    ("c3", "2026-01-02"),
    ("c4", "2026-01-02"),
    ("c5", "2026-08-01"),
)
SEEN = visits(
    ("c1", "Ann", 40.0, 20.0, 20.0),
    ("c2", "Ann", 80.0, 20.0, 5.0),
    ("c3", "Ann", 160.0, 10.0, 0.0),
    ("c4", "Bo", None, 0.0, 0.0),
    ("c5", "Bo", 20.0, 20.0, 20.0),  # not yet seen
)
ROWS = ledger(
    *[(claim, "2026-01-03", "charge", "payer_1", 200) for claim in ("c1", "c2", "c3", "c4")],
    ("c1", "2026-02-02", "payer_payment", "payer_1", -150),
    *left("c1", "2026-02-02", 50),
    ("c2", "2026-01-20", "contractual", "payer_1", -70),
    ("c2", "2026-02-20", "payer_payment", "payer_1", -70),
    *left("c2", "2026-02-20", 60),
)


def test_estimates_are_judged_by_what_the_payer_left_in_the_end():
    row = desk(OF, SEEN, ROWS).iloc[0]
    assert row[["visits", "due_visits", "paid_visits"]].tolist() == [3, 3, 1]
    assert row[["due", "collected", "collected_ratio"]].tolist() == [50.0, 25.0, 0.5]
    assert row[["estimated", "estimates_final", "estimates_open"]].tolist() == [3, 2, 1], "c3 has no answer"
    assert row[["estimate", "responsibility", "estimate_ratio"]].tolist() == [120.0, 110.0, 120 / 110]
    assert row[["bias", "median_error"]].tolist() == [5.0, 15.0], "10 too low and 20 too high"


def test_a_past_day_knows_only_the_answers_of_then():
    row = desk(OF, SEEN, ROWS, as_of="2026-02-10").iloc[0]
    assert row[["estimates_final", "bias"]].tolist() == [1, -10.0]
    assert desk(OF, SEEN, ROWS, as_of="2026-01-01").empty


def test_few_visits_give_no_ratio():
    row = desk(OF, SEEN, ROWS, least=LEAST_VISITS).iloc[0]
    assert row[["collected_ratio", "estimate_ratio", "bias", "median_error"]].isna().all()
    other = desk(OF, SEEN, ROWS).iloc[1]
    assert other["visits"] == 1 and pd.isna(other["collected_ratio"]), "nothing was due"


def test_a_desk_that_gives_no_estimates_still_collects():
    row = desk(OF, SEEN.drop(columns="estimate"), ROWS).iloc[0]
    assert row[["estimated", "collected_ratio"]].tolist() == [0, 0.5] and pd.isna(row["bias"])


def test_a_self_payers_price_and_an_agency_and_what_is_moved_back():
    of = claims(("c1", "2026-01-02", {"payer_class": "self_pay"}), ("c2", "2026-01-02"))
    seen = visits(("c1", "Ann", 110.0, 110.0, 0.0), ("c2", "Ann", 30.0, 30.0, 30.0))
    rows = ledger(
        ("c1", "2026-01-03", "charge", "patient", 200),
        ("c1", "2026-01-03", "write_off", "patient", -90, {"reason": "self_pay_discount"}),
        ("c1", "2026-05-03", "transfer", "patient", -110),
        ("c1", "2026-05-03", "transfer", "agency", 110),
        ("c2", "2026-01-03", "charge", "payer_1", 200),
        *left("c2", "2026-01-03", 30),
        ("c2", "2026-03-03", "payer_payment", "payer_1", -200),
        *left("c2", "2026-03-03", -30),  # not due after all
    )
    row = desk(of, seen, rows).iloc[0]
    assert row[["estimates_final", "estimate", "responsibility", "bias"]].tolist() == [2, 140.0, 110.0, 15.0]


def test_splits_words_and_empty_tables():
    both = front_desk_table(OF, SEEN, ROWS, as_of=AS_OF, by=("location", "registrar"), least=1)
    assert both[["location", "registrar"]].values.tolist() == [["North", "Ann"], ["North", "Bo"]]
    every = front_desk_table(OF, SEEN, ROWS, as_of=AS_OF, by=(), least=1)
    assert every["visits"].tolist() == [4]
    assert describe_front_desk(every) == (
        "At 4 visits $50.00 was due and $25.00 (50.0%) was collected. 2 estimates can be judged: on average $5.00"
        " too high. 1 more waits for a payer's answer."
    )
    nothing = [empty_table(name) for name in ("claims", "visits", "transactions")]
    assert front_desk_table(*nothing, as_of=AS_OF).empty
    assert describe_front_desk(front_desk_table(*nothing, as_of=AS_OF)) == "No visit is entered yet."


CASES = st.lists(
    st.tuples(
        st.sampled_from(["Ann", "Bo"]), st.none() | st.integers(0, 9000), st.integers(0, 9000), st.booleans()
    ),
    min_size=1,
    max_size=15,
)


@settings(max_examples=20)
@given(CASES)
def test_bias_is_the_difference_of_the_sums_and_groups_add_up(cases):
    names = [f"c{n}" for n in range(len(cases))]
    seen = visits(
        *[
            (name, who, None if told is None else told / 100, owed / 100, owed / 200)
            for name, (who, told, owed, _) in zip(names, cases, strict=True)
        ]
    )
    rows = []
    for name, (_, _, owed, answered) in zip(names, cases, strict=True):
        rows.append((name, "2026-01-03", "charge", "payer_1", 90))
        if answered:
            rows += [
                (name, "2026-02-03", "payer_payment", "payer_1", owed / 100 - 90),
                *left(name, "2026-02-03", owed / 100),
            ]
    found = desk(claims(*[(name, "2026-01-02") for name in names]), seen, ledger(*rows))
    assert found["visits"].sum() == len(cases)
    judged = [
        (who, (told - owed) / 100) for who, told, owed, answered in cases if answered and told is not None
    ]
    assert found["estimates_final"].sum() == len(judged)
    assert (found["estimated"] == found["estimates_final"] + found["estimates_open"]).all()
    for row in found.itertuples():
        errors = pd.Series([error for who, error in judged if who == row.registrar], dtype="float64")
        if errors.empty:
            assert pd.isna(row.bias)
            continue
        assert row.bias == pytest.approx(errors.mean()) and row.median_error == pytest.approx(
            errors.abs().median()
        )
        assert row.estimate - row.responsibility == pytest.approx(row.bias * row.estimates_final)
