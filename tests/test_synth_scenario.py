"""Scenarios: presets, planted incidents, TOML in and out, and the sentence for each mistake."""

import dataclasses
import datetime as dt

import pytest

from arlab.errors import SettingsError
from arlab.synth import PRESETS, Biller, Incident, Scenario
from arlab.synth.incidents import INCIDENT_KINDS
from arlab.synth.rulebook import load_rulebook, rules_under
from arlab.synth.scenario_file import make_scenario, read_scenario, scenario_settings, write_scenario

RULE = {
    "kind": "authorisation_required",
    "start": dt.date(2025, 4, 1),
    "end": dt.date(2025, 9, 30),
    "size": 0.3,
    "payer": "Silverbirch Advantage",
}


@pytest.mark.parametrize("name", PRESETS)
def test_every_preset_goes_to_toml_and_comes_back(name, tmp_path):
    path = write_scenario(PRESETS[name], tmp_path / "scenario.toml")
    assert read_scenario(path) == PRESETS[name]


def test_a_full_scenario_goes_to_toml_and_comes_back(tmp_path):
    scenario = Scenario(
        name="mine",
        practice_name='Übung "Nord"',
        as_of=dt.date(2026, 3, 31),
        contracts={"Thistledown Family Plan": {"filing_days": 60, "price_ratio": 0.8}},
        billers=(Biller(minutes_per_day=60), Biller(minutes_per_day=90, skill=0.8)),
        incidents=(Incident(**RULE, location=2),),
    )
    assert read_scenario(write_scenario(scenario, tmp_path / "s.toml")) == scenario


def test_a_file_names_only_what_differs(tmp_path):
    path = tmp_path / "mine.toml"
    path.write_text('base = "distressed"\nmonths = 9\nprice_markup = 3\n', encoding="utf-8")
    assert read_scenario(path) == dataclasses.replace(PRESETS["distressed"], months=9, price_markup=3.0)
    assert make_scenario({}) == PRESETS["typical"]


def test_every_kind_of_incident_has_a_preset():
    planted = {one.kind for scenario in PRESETS.values() for one in scenario.incidents}
    assert planted == set(INCIDENT_KINDS)
    assert set(INCIDENT_KINDS) >= {
        "authorisation_required",
        "registrar_errors",
        "payer_slows",
        "biller_leaves",
    }
    assert "incidents" not in scenario_settings(PRESETS["typical"])


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"kind": "strike"}, "'incidents[1].kind' must be one of authorisation_required"),
        (
            {"start": dt.date(2024, 12, 31)},
            "'incidents[1].start' must lie in the service period from 2025-01-01",
        ),
        ({"end": dt.date(2026, 7, 1)}, "'incidents[1].end' must lie in the service period"),
        ({"end": dt.date(2025, 3, 1)}, "'incidents[1].end' must not lie before its start 2025-04-01"),
        ({"size": 1.5}, "'incidents[1].size' must be from 0 to 0.9 (share of the claims"),
        ({"size": float("nan")}, "'incidents[1].size' must be from 0 to 0.9"),
        ({"payer": ""}, "'incidents[1].payer' must be given for authorisation_required"),
        ({"payer": "Nobody"}, "'incidents[1].payer' must be one of Lakeshore Part B"),
        ({"location": 4}, "'incidents[1].location' must be from 1 to 3, not 4"),
        ({"registrar": 1}, "'incidents[1].registrar' has no meaning for authorisation_required"),
        ({"family": "magic"}, "'incidents[1].family' must be one of visit"),
    ],
)
def test_an_impossible_incident_is_one_sentence(change, sentence):
    with pytest.raises(SettingsError) as refused:
        Scenario(incidents=(Incident(**(RULE | change)),))
    assert sentence in str(refused.value) and "\n" not in str(refused.value)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("colour = 3", "'colour' is not known: use name,"),
        ("base = 'grand'", "There is no preset 'grand': use typical, healthy"),
        ("staff = 0", "'staff' must be a whole number from 1 to 500, not 0"),
        ("claims_per_year = -5", "'claims_per_year' must be a whole number from 1"),
        ("months = 'six'", "'months' must be a whole number from 1 to 120"),
        ("name = 3", "'name' must be text, not 3"),
        ("start = 2025-01-01T10:00:00", "'start' must be a date without a time"),
        ("[payer_mix]\ncommercial = 0.5", "'payer_mix' must add up to 1 (it adds up to 0.5)"),
        ("[payer_mix]\ncommercial = 'all'", "'payer_mix.commercial' must be a number, not 'all'"),
        ("payer_mix = 3", "'payer_mix' must be a table"),
        ("billers = 2", "'billers' must be a list of tables"),
        ("[[billers]]\nskill = 1.0", "'billers[1].minutes_per_day' is missing"),
        ("[[billers]]\nminutes_per_day = 60\nmood = 1", "'billers[1].mood' is not known"),
        (
            "[[billers]]\nminutes_per_day = -60",
            "'billers' must hold Biller entries with minutes_per_day",
        ),
        ("[[incidents]]\nkind = 'payer_slows'", "'incidents[1].start' is missing"),
        ("[[incidents]]\nkind = 4", "'incidents[1].kind' must be text"),
        ("[contracts.Nobody]\nfiling_days = 30", "'contracts' must name only Lakeshore Part B"),
        ("[contracts]\n'Larkmoor Mutual' = 4", "'contracts' must hold one table of terms per payer"),
        ("[contracts.'Larkmoor Mutual']\nmood = 30", "'contracts' must hold only numbers from 0 to 5,000"),
        ("left_alone_share = 2", "'left_alone_share' must be a share from 0 to 1"),
        ("left_alone_share = 'half'", "'left_alone_share' must be a share from 0 to 1"),
        ("months = [", "is not valid TOML"),
    ],
)
def test_a_mistake_in_the_file_is_one_sentence(text, sentence, tmp_path):
    path = tmp_path / "scenario.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(SettingsError) as refused:
        read_scenario(path)
    assert sentence in str(refused.value) and "\n" not in str(refused.value)


def test_a_file_that_is_not_there_or_not_text_is_one_sentence(tmp_path):
    with pytest.raises(SettingsError, match="cannot be read"):
        read_scenario(tmp_path / "none.toml")
    with pytest.raises(SettingsError, match="cannot be read"):
        read_scenario(tmp_path)
    (tmp_path / "bad.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(SettingsError, match="not text in UTF-8"):
        read_scenario(tmp_path / "bad.toml")


def test_terms_of_a_scenario_leave_the_rule_book_alone():
    usual = load_rulebook()
    place = usual.payers.names.index("Larkmoor Mutual")
    changed = rules_under({"Larkmoor Mutual": {"filing_days": 10, "price_ratio": 0.5}})
    assert changed.payers.filing_days[place] == 10 and changed.payers.price_ratio[place] == 0.5
    assert usual.payers.filing_days[place] != 10 and usual.payers.price_ratio[place] != 0.5
    assert rules_under({}) is usual


def test_the_team_shares_the_minutes():
    assert [one.minutes_per_day for one in Scenario(claims_per_year=2510, minutes_per_claim=2.0).team] == [
        10,
        10,
    ]
    named = (Biller(minutes_per_day=60),)
    assert Scenario(billers=named).team == named
