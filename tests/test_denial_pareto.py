"""Which groups hold the denied money: a pencil example, edges, what always holds."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from arlab import load_sample
from arlab.denials import denial_pareto, initial_denials
from arlab.errors import InputRefused, SettingsError

AS_OF = "2026-06-30"


def denials(*rows):
    """Return denials of (payer, code, day, dollars, status)."""
    made = [
        {
            "practice_id": "p",
            "claim_id": f"c{number}",
            "payer": payer,
            "carc": code,
            "denied_date": pd.Timestamp(day),
            "denied_amount": float(amount),
            "status": status,
        }
        for number, (payer, code, day, amount, status) in enumerate(rows, start=1)
    ]
    columns = ["practice_id", "claim_id", "payer", "carc", "denied_date", "denied_amount", "status"]
    kinds = {"denied_date": "datetime64[us]", "denied_amount": "float64"}
    return pd.DataFrame(made, columns=columns).astype({name: kinds.get(name, "str") for name in columns})


FIVE = (
    ("Alder", "16", "2026-01-05", 10, "denied"),
    ("Alder", "16", "2026-02-05", 20, "partly_denied"),
    ("Birch", "197", "2026-03-05", 40, "denied"),
    ("Birch", "16", "2026-03-06", 80, "reduced"),  # nothing was denied, only cut
    ("Cedar", "22", "2026-07-01", 160, "denied"),  # later than the day
)


def shown(table):
    return table.drop(columns="rank").values.tolist()


def test_a_pencil_example_by_dollars_and_by_claims():
    by_dollars = denial_pareto(denials(*FIVE), as_of=AS_OF, by=["payer", "carc"])
    assert by_dollars["rank"].tolist() == [1, 2]
    assert shown(by_dollars) == [
        ["Birch", "197", 1, 40.0, 4 / 7, 4 / 7],
        ["Alder", "16", 2, 30.0, 3 / 7, 1.0],
    ]
    by_claims = denial_pareto(denials(*FIVE), as_of=AS_OF, by="payer", rank_by="claims")
    assert shown(by_claims) == [["Alder", 2, 30.0, 2 / 3, 2 / 3], ["Birch", 1, 40.0, 1 / 3, 1.0]]


def test_a_span_ties_and_a_column_called_like_a_sum():
    later = denial_pareto(denials(*FIVE), as_of=AS_OF, after="2026-02-04", by="payer")
    assert later["denied_amount"].tolist() == [40.0, 20.0]
    equal = denials(*[(payer, "16", "2026-01-05", 10, "denied") for payer in ("Cedar", "Alder", "Birch")])
    assert denial_pareto(equal, as_of=AS_OF, by="payer")["payer"].tolist() == ["Alder", "Birch", "Cedar"]
    renamed = denials(*FIVE).rename(columns={"payer": "claims_of"})
    assert len(denial_pareto(renamed, as_of=AS_OF, by="claims_of")) == 2


def test_nothing_denied_and_nothing_to_share():
    assert denial_pareto(denials(), as_of=AS_OF, by="payer").empty
    free = denial_pareto(denials(("Alder", "16", "2026-01-05", 0, "denied")), as_of=AS_OF, by="payer")
    assert free["claims"].tolist() == [1]
    assert free[["share", "cumulative_share"]].isna().all(axis=None)


@given(
    st.lists(
        st.tuples(st.sampled_from("ABC"), st.sampled_from(["16", "197"]), st.sampled_from([10, 20, 40, 80])),
        max_size=12,
    ),
    st.sampled_from(["denied_amount", "claims"]),
)
def test_shares_fall_add_up_and_lose_no_dollar(rows, rank_by):
    made = denials(*[(payer, code, "2026-01-05", amount, "denied") for payer, code, amount in rows])
    table = denial_pareto(made, as_of=AS_OF, by=["payer", "carc"], rank_by=rank_by)
    assert table["denied_amount"].sum() == sum(amount for *_, amount in rows)
    assert table["claims"].sum() == len(rows)
    assert (table["share"].diff().dropna() < 1e-12).all()
    assert table["cumulative_share"].tolist() == pytest.approx(table["share"].cumsum().tolist())
    if rows:
        assert table["cumulative_share"].iloc[-1] == pytest.approx(1.0, abs=1e-12)


def test_the_sample_without_outcomes_is_the_sample_with_them():
    sample = load_sample()
    tables = (sample.claims, sample.transactions)
    whole = initial_denials(*tables, as_of=AS_OF, lines=sample.lines)
    quick = initial_denials(*tables, as_of=AS_OF, lines=sample.lines, outcomes=False)
    pd.testing.assert_frame_equal(quick, whole[quick.columns])
    assert set(whole.columns) - set(quick.columns) == {
        "outcome",
        "paid_date",
        "written_off_date",
        "to_patient_date",
    }
    table = denial_pareto(whole, as_of=AS_OF, by="payer")
    expected = whole[whole["status"] != "reduced"].groupby("payer")["denied_amount"].sum()
    assert dict(zip(table["payer"], table["denied_amount"], strict=True)) == expected.round(2).to_dict()


@pytest.mark.parametrize(
    ("settings", "error", "sentence"),
    [
        ({"by": ()}, SettingsError, "needs groups"),
        ({"by": "payer", "rank_by": "payer"}, SettingsError, "There is no Pareto table by 'payer'"),
        ({"by": "state"}, InputRefused, "cannot split by 'state'"),
    ],
)
def test_refusals_are_one_sentence(settings, error, sentence):
    with pytest.raises(error, match=sentence):
        denial_pareto(denials(*FIVE), as_of=AS_OF, **settings)
