"""Which spellings are one payer, and that two payers never become one unasked."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from arlab.importers import read_export
from arlab.importers.payers import payer_key, payer_names, payers_table
from arlab.reference import load_payers
from arlab.synth.exports.spellings import spellings_of


@pytest.mark.parametrize(
    "spellings",
    [
        ["Alder Health", "ALDER HEALTH", " alder  health. ", "Alder Hlth", "The Alder Health, Inc.",
         "AlderHealth LLC"],
        ["BCBS of MA", "BCBSMA", "Blue Cross Blue Shield of Massachusetts", "BC/BS of MA",
         "Blue Cross & Blue Shield of Massachusetts", "BlueCross BlueShield of Massachusetts"],
        ["UnitedHealthcare", "United Healthcare", "UNITED HEALTH CARE", "UHC"],
        ["Tricare", "TRI-CARE"],
        ["Workers' Compensation", "Work Comp", "WORKERS COMP"],
        ["Größe Kasse", "GRÖßE KASSE", "Große Kasse"],
    ],
)  # fmt: skip
def test_sure_spellings_are_one(spellings):
    assert len({payer_key(text) for text in spellings}) == 1


@pytest.mark.parametrize(
    ("one", "two"),
    [
        ("BCBS of MA", "BCBS of MI"),
        ("Blue Cross of California", "Blue Shield of California"),
        ("Blue Cross of Idaho", "BCBS of ID"),
        ("Aetna MA", "Aetna"),
        ("Aetna PPO", "Aetna HMO"),
        ("Medicare", "Medicaid"),
        ("Plan 1", "Plan 2"),
        ("Alder Health", "Elder Health"),
        ("Medicare", "Medicare Advantage"),
        ("UHC", "UHC Community Plan"),
    ],
)
def test_different_payers_stay_apart(one, two):
    names = payer_names({one: 5, two: 3}).names
    assert names == {one: one, two: two} or len(set(names.values())) == 2


def test_close_spellings_are_asked_about_and_kept_apart():
    found = payer_names({"Harrowgate Health": 9, "Harowgate Health": 1, "Larkmoor Mutual": 4})
    assert found.alike == (("Harowgate Health", "Harrowgate Health"),)
    table = payers_table(found).set_index("written")
    assert table["payer"].tolist() == table.index.tolist()
    assert table.loc["Harowgate Health", "how"] == "as written; much like 'Harrowgate Health', kept apart"
    assert table["rows"].tolist() == [1, 9, 4]


def test_a_short_word_is_read_as_the_name_that_the_file_has():
    both = {"Alder Community Plan": 3, "Alder Commercial Plan": 2, "Alder Comm Plan": 1}
    assert payer_names(both).names["Alder Comm Plan"] == "Alder Comm Plan"
    one = {"Alder Commercial Plan": 2, "Alder Comm Plan": 1, "ALDER COMM PLN": 1}
    assert set(payer_names(one).names.values()) == {"Alder Commercial Plan"}
    assert len(set(payer_names({"Alder Comm Plan": 1, "ALDER COMM PLN": 1}).names.values())) == 1


def test_the_user_knows_better():
    rows = {"Harrowgate Health": 9, "Harowgate Health": 1, "Aetna": 5, "AETNA, INC": 2}
    given = {"Harowgate Health": "Harrowgate Health", "AETNA, INC": "Aetna of old"}
    found = payer_names(rows, given=given)
    assert found.names == {
        "AETNA, INC": "Aetna of old",
        "Aetna": "Aetna",
        "Harowgate Health": "Harrowgate Health",
        "Harrowgate Health": "Harrowgate Health",
    }
    assert found.how["Harowgate Health"] == "given by the user"
    assert found.alike == ()


def test_every_spelling_of_the_bundled_payers_is_known():
    payers = load_payers()["payer"].tolist()
    spelled = spellings_of(payers)
    rows = {text: 1 for texts in spelled.values() for text in texts}
    names = payer_names(rows).names
    assert all(names[text] == payer for payer, texts in spelled.items() for text in texts)


@given(st.lists(st.text(max_size=30), max_size=12))
def test_any_text_has_a_name_that_it_keeps(texts):
    rows = dict.fromkeys(texts, 1)
    found = payer_names(rows)
    assert set(found.names) == set(rows) - {""}
    assert set(found.names.values()) <= set(rows)
    assert all(found.names[name] == name for name in found.names.values())
    assert payer_names(dict(reversed(rows.items()))).names == found.names


def test_the_list_of_payers_and_its_questions_come_with_an_import(tmp_path):
    text = "Claim #,Payer,DOS,Balance\nC1,Alder Health,2026-05-01,10\nC2,ALDER HLTH,2026-05-01,20\n"
    text += "C3,Alder Heatlh,2026-05-01,40\nC4,Patient,2026-05-01,80\n"
    (tmp_path / "a.csv").write_text(text, encoding="utf-8")
    found = read_export(tmp_path / "a.csv")
    assert found.practice.open_items.groupby("payer")["balance"].sum().to_dict() == {
        "Alder Health": 30.0,
        "Alder Heatlh": 40.0,
        "Patient": 80.0,
    }
    assert found.payers["written"].tolist() == ["ALDER HLTH", "Alder Health", "Alder Heatlh", "Patient"]
    sentences = found.findings.set_index("code")["sentence"]
    assert sentences["payer_alike"].startswith("1 pair of payers is spelled almost alike and kept apart")
    assert "Alder" not in sentences["payer_alike"] + sentences["payer_spellings"]
