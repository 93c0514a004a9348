"""The table contract: types, rules in words, what is refused, and a practice that goes to disk and back."""

import datetime as dt
from pathlib import Path

import pandas as pd
import pytest

from arlab.errors import InputRefused, NotAvailable
from arlab.tables import (
    TABLES,
    Practice,
    check_practice,
    check_table,
    content_digest,
    dictionary_text,
    empty_table,
    load_practice,
    save_practice,
    table_keys,
)
from ledgers import claims, ledger, submissions, table

PAYERS = pd.DataFrame({"practice_id": ["p", "p"], "payer": ["Alder", "Birch"], "payer_class": "commercial"})


def small(**tables):
    return Practice(
        "Small Practice",
        dt.date(2026, 6, 30),
        {
            "claims": claims(("c1", "2026-01-02")),
            "transactions": ledger(("c1", "2026-01-05", "charge", "payer_1", 80)),
            **tables,
        },
    )


def test_every_column_says_what_why_and_its_rule():
    for name, schema in TABLES.items():
        assert schema.description.endswith("."), name
        assert table_keys(name), name
        assert next(iter(schema.columns)) == "practice_id", name
        for column, spec in schema.columns.items():
            where = f"{name}.{column}"
            assert spec.description.endswith("."), where
            assert spec.metadata["reason"].endswith("."), where
            assert spec.metadata["rule"], where
            assert spec.metadata["kind"] in {"id", "text", "category", "money", "count", "date", "flag"}, (
                where
            )


def test_types_are_the_contracts():
    found = check_table(empty_table("transactions"), "transactions").dtypes.astype(str)
    assert found[["claim_id", "amount", "posted_date", "line_number"]].tolist() == [
        "str",
        "float64",
        "datetime64[us]",
        "Int64",
    ]


def test_the_data_dictionary_on_disk_is_the_contract():
    path = Path(__file__).parents[1] / "data" / "README.md"
    assert dictionary_text() in path.read_text(encoding="utf-8"), "run: python docs/build.py"


@pytest.mark.parametrize(
    ("frame", "sentence"),
    [
        (
            PAYERS.assign(payer_class="gold"),
            "column 'payer_class' breaks its rule (never empty; one of medicare",
        ),
        (PAYERS.assign(payer=[None, "B"]), "column 'payer' breaks its rule (never empty) in 1 row."),
        (PAYERS.drop(columns="payer"), "lacks the column 'payer': Payer, as named in the other tables."),
        (pd.concat([PAYERS, PAYERS]), "Table payers has rows with the same payer: keep one of each."),
        (PAYERS.assign(colour="red"), "has the column 'colour', which the contract does not know."),
    ],
)
def test_a_broken_table_is_refused_in_one_sentence(frame, sentence):
    with pytest.raises(InputRefused) as caught:
        check_table(frame, "payers")
    assert sentence in str(caught.value)
    assert "gold" not in str(caught.value)  # no value from the data


def test_text_where_money_belongs_is_refused():
    rows = ledger(("c1", "2026-01-05", "charge", "payer_1", 80)).astype({"amount": object})
    rows.loc[0, "amount"] = "eighty"
    with pytest.raises(InputRefused, match="column 'amount' holds something that is not an amount of money"):
        check_table(rows, "transactions")


def test_the_same_claim_number_in_two_practices_is_two_claims():
    one = claims(("c1", "2026-01-02"))
    assert len(check_table(pd.concat([one, one.assign(practice_id="q")]), "claims")) == 2


@pytest.mark.parametrize(
    ("tables", "sentence"),
    [
        (
            {"transactions": ledger(("c7", "2026-01-05", "charge", "payer_1", 80))},
            "Table transactions has 1 rows whose claim_id is not in claims.",
        ),
        (
            {"transactions": ledger(("c1", "2026-01-05", "transfer", "payer_1", 80))},
            "transfers that do not cancel out within claim and day",
        ),
        (
            {
                "lines": table(
                    "lines",
                    [
                        {
                            "claim_id": "c1",
                            "line_number": 1,
                            "procedure": "EST-L3",
                            "units": 1,
                            "charge": 10.0,
                            "abn_on_file": False,
                        }
                    ],
                )
            },
            "The lines of 1 claims do not add up to the claim's charge.",
        ),
    ],
)
def test_tables_that_contradict_each_other_are_refused(tables, sentence):
    with pytest.raises(InputRefused) as caught:
        check_practice(small(**tables))
    assert sentence in str(caught.value)


def test_a_missing_table_is_explained():
    practice = small()
    assert practice.has("claims", "transactions")
    assert not practice.has("claims", "lines")
    with pytest.raises(NotAvailable, match="'Small Practice' has no lines table: one row per service line"):
        _ = practice.lines
    with pytest.raises(AttributeError):
        _ = practice.colour


def test_a_practice_goes_to_disk_and_back(tmp_path):
    folder = tmp_path / "Ärzte und Löwen 診療"
    practice = small(submissions=submissions(("c1", 1, "2026-01-10", None)))
    manifest = save_practice(practice, folder, about={"seed": 7})
    again = load_practice(folder)
    assert again.name == practice.name
    assert again.as_of == practice.as_of
    for name, frame in practice.tables.items():
        assert content_digest(again.tables[name], name) == content_digest(frame, name)
        assert content_digest(frame, name) in manifest.read_text(encoding="utf-8")
    assert set(load_practice(folder, tables=["claims"]).tables) == {"claims"}


def test_the_digest_sees_content_and_not_order():
    rows = ledger(
        ("c1", "2026-01-05", "charge", "payer_1", 80), ("c1", "2026-01-06", "charge", "payer_1", 40)
    )
    digest = content_digest(rows, "transactions")
    assert content_digest(rows.iloc[::-1], "transactions") == digest
    assert content_digest(rows.assign(amount=[80.0, 40.01]), "transactions") != digest
    assert content_digest(rows.assign(carc=["45", None]), "transactions") != digest
    assert content_digest(rows[rows.columns[::-1]], "transactions") == digest


def test_a_folder_that_is_no_practice_is_refused(tmp_path):
    with pytest.raises(InputRefused, match=r"is not a practice: it has no readable manifest.json"):
        load_practice(tmp_path)
    save_practice(small(), tmp_path)
    (tmp_path / "claims.parquet").unlink()
    with pytest.raises(InputRefused, match=r"lacks a readable claims.parquet"):
        load_practice(tmp_path)
    text = (tmp_path / "manifest.json").read_text(encoding="utf-8")
    (tmp_path / "manifest.json").write_text(text.replace('"1"', '"0"'), encoding="utf-8")
    with pytest.raises(InputRefused, match="is of table version 0, this AR Lab reads version 1"):
        load_practice(tmp_path)
