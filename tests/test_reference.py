"""Reference data: every file loads, keys are single, nothing in it is licensed, real or without a source."""

import csv
import re
import subprocess
import sys
from pathlib import Path

import pytest

from arlab import reference
from arlab.errors import NotAvailable
from arlab.reference import data_path, read_rows
from arlab.tables import PAYER_CLASSES

LOADERS = {
    "payers": "payer",
    "contract_terms": "payer",
    "denial_codes": "carc",
    "never_denial_codes": "carc",
    "service_codes": "code",
    "diagnoses": "code",
    "benchmarks": "benchmark",
    "metric_definitions": "metric",
    "glossary": "term",
}
# Words that are part of the names of real payers and of bodies whose texts are licensed.
REAL_PAYERS = (
    "aetna anthem elevance cigna humana unitedhealth uhc optum kaiser centene molina ambetter wellcare oscar"
    ' "blue cross" "blue shield" bcbs highmark carefirst premera regence wellpoint amerigroup tricare'
    " medicare medicaid healthfirst tufts harvard geisinger emblem oxford coventry magellan clover devoted"
    ' bright caresource "health net" ambetter fidelis metroplus healthpartners travelers hartford'
    ' geico progressive "state farm" allstate "liberty mutual" champva aarp'
)
NAMES = [name.strip('"') for name in re.findall(r'"[^"]+"|\S+', REAL_PAYERS)]


@pytest.mark.parametrize(("name", "key"), LOADERS.items())
def test_every_file_loads_and_its_key_is_single(name, key):
    table = getattr(reference, f"load_{name}")()
    assert len(table) > 10
    assert table[key].is_unique
    assert not (table[key] == "").any()


def test_every_csv_is_square_and_clean():
    for path in sorted(data_path("reference").glob("*.csv")):
        raw = path.read_bytes()
        assert b"\r" not in raw and not raw.startswith(b"\xef\xbb\xbf"), path.name
        rows = list(csv.reader(raw.decode("utf-8").splitlines()))
        assert {len(row) for row in rows} == {len(rows[0])}, path.name
        assert all(cell == cell.strip() for row in rows for cell in row), path.name


def test_service_codes_are_fictional_or_hcpcs_level_two():
    codes = reference.load_service_codes()
    of_hcpcs = codes["code_set"] == "hcpcs2"
    assert codes.loc[of_hcpcs, "code"].str.fullmatch(r"[A-V]\d{4}").all()
    assert not codes.loc[of_hcpcs, "code"].str.startswith("D").any(), "dental codes are licensed"
    assert codes.loc[~of_hcpcs, "code"].str.fullmatch(r"[A-Z]{3,8}-[A-Z0-9]{2,5}").all()
    assert set(codes["code_set"]) == {"hcpcs2", "fictional"}
    assert (codes["base_fee"] > 0).all()


def test_no_five_digit_service_code_stands_anywhere():
    # Five digits, or four and F, T or U, are how licensed procedure codes look. Years and counts have fewer
    # digits or a thousands comma.
    pattern = re.compile(r"(?<![\d.,])\d{5}(?![\d.])|\b\d{4}[FTU]\b")
    for path in sorted(data_path("reference").glob("*.csv")):
        assert pattern.findall(path.read_text(encoding="utf-8")) == [], path.name


def test_no_payer_has_the_name_of_a_real_one():
    for payer in reference.load_payers()["payer"]:
        assert [name for name in NAMES if name in payer.lower()] == []


def test_payers_and_their_terms_go_together():
    payers, terms = reference.load_payers(), reference.load_contract_terms()
    assert set(payers["payer"]) == set(terms["payer"])
    assert set(payers["payer_class"]) <= set(PAYER_CLASSES)
    first = payers[payers["class_weight"] > 0]
    assert first.groupby("payer_class")["class_weight"].sum().round(9).eq(1).all()
    days = ["filing_days", "corrected_days", "appeal_1_days"]
    assert (terms[days] > 0).all(axis=None)
    assert set(terms["basis"]) == {"received", "postmarked"}
    marks = terms[["filing_mark", "corrected_mark", "appeal_mark"]]
    assert marks.isin(["S", "S2", "D", "C"]).all(axis=None)
    assert (terms["source"] != "").all()


def test_medicare_has_its_published_limits():
    terms = reference.load_contract_terms().set_index("payer").loc["Lakeshore Part B"]
    assert terms[["filing_days", "appeal_1_days", "appeal_2_days"]].tolist() == [365, 120, 180]


def test_denial_codes_and_codes_that_are_never_denials_do_not_overlap_but_for_one():
    denials, never = reference.load_denial_codes(), reference.load_never_denial_codes()
    both = set(denials["carc"]) & set(never["carc"])
    # Number 24 is a contract matter in managed care and a wrong payer under traditional Medicare.
    assert both == {"24"}
    assert never.set_index("carc").loc["24", "unless_payer_class"] == "medicare"
    assert {"1", "2", "3", "45", "253", "23"} <= set(never["carc"])
    assert (never["reason"].str.len() > 10).all()


def test_denial_codes_are_complete():
    codes = reference.load_denial_codes()
    assert codes["carc"].str.fullmatch(r"[AB]?\d{1,3}").all()
    assert codes["group_codes"].str.fullmatch(r"(CO|PR|OA|PI)(\|(CO|PR|OA|PI))*").all()
    assert codes["rarcs"].str.fullmatch(r"((M|MA|N)\d{1,3}\|?)*").all()
    assert (codes.loc[codes["rarc_needed"] == "yes", "rarcs"] != "").all()
    assert codes["recover_early"].between(0, 1).all()
    assert (codes["label"].str.len() <= 60).all()
    late = codes.set_index("carc").loc["29"]
    assert (late["category"], late["rarcs"], late["appealable"]) == ("timely_filing", "N211", "no")


def test_denial_rates_stay_within_the_published_range():
    rates = {
        row["payer_class"]: sum(float(v) for k, v in row.items() if k != "payer_class")
        for row in read_rows("denial_rates")
    }
    # Bands of the domain sheet, section 10: any line denied at first submission, seen from the practice.
    for payer_class, low, high in (
        ("medicare", 0.06, 0.09),
        ("medicare_advantage", 0.12, 0.17),
        ("medicaid", 0.20, 0.27),
        ("medicaid_managed", 0.10, 0.16),
        ("commercial", 0.04, 0.10),
    ):
        assert low <= rates[payer_class] <= high


def test_every_benchmark_has_population_source_and_mark():
    table = reference.load_benchmarks()
    for column in ("population", "source", "unit", "statistic"):
        assert (table[column] != "").all(), column
    assert table["mark"].isin(["S", "S2", "D"]).all(), "figures that were only recalled are not benchmarks"
    undated = table["year"].isna()
    assert table.loc[undated, "source"].str.contains("undated|without a study").all()
    known = table[["value", "low", "high"]].notna().any(axis=1)
    assert known.all()
    assert (table["low"].fillna(0) <= table["high"].fillna(1e9)).all()


def test_every_band_has_a_source_a_basis_and_a_role_that_go_together():
    bands = reference.load_bands()
    assert not bands.duplicated(["preset", "measure", "basis", "role"]).any()
    assert set(bands["preset"]) == {"any", "healthy", "typical", "distressed"}
    assert set(bands["basis"]) == {"S", "D", "C"}
    assert ((bands["basis"] == "C") == bands["role"].isin(["choice", "aim"])).all()
    assert bands.loc[bands["basis"] != "C", "role"].isin(["tuned", "held_out"]).all()
    assert (bands[["unit", "source", "note"]] != "").all(axis=None)
    assert (bands.loc[bands["basis"] != "C", "published"] != "").all()
    assert ((bands["preset"] == "any") == (bands["depends_on_performance"] == "no")).all()
    assert (bands["low"].fillna(-1e9) < bands["high"].fillna(1e9)).all()
    no_band = bands["low"].isna() & bands["high"].isna()
    assert bands.loc[no_band, ["measure", "basis"]].values.tolist() == [["never_reworked", "C"]]


def test_the_payer_mix_adds_up():
    bands = reference.load_bands().query("basis == 'S' and measure.str.startswith('payer_mix')")
    assert bands["published"].astype(float).sum() == pytest.approx(1)
    mix = reference.load_bands().query("basis == 'C' and measure.str.startswith('payer_mix')")
    others = 0.06 + 0.04  # self-pay; compensation, liability and federal plans
    assert mix["published"].astype(float).sum() + others == pytest.approx(1)


def test_measures_name_a_function_that_exists():
    for name in reference.load_metric_definitions()["function"]:
        module, function = name.rsplit(".", 1)
        assert callable(getattr(__import__(module, fromlist=[function]), function)), name


def test_glossary_points_only_at_its_own_words():
    glossary = reference.load_glossary()
    terms = set(glossary["term"])
    pointed = {word for cell in glossary["see_also"] for word in cell.split("; ") if word}
    bare = {term.split(" (")[0] for term in terms}
    assert pointed <= terms | bare
    assert len(terms) >= 40
    assert glossary["meaning"].str.endswith(".").all()


def test_numbers_are_numbers_and_codes_are_text():
    assert str(reference.load_denial_codes()["carc"].dtype) == "str"
    assert str(reference.load_payers()["floor_days"].dtype) == "Int64"
    assert str(reference.load_benchmarks()["value"].dtype) == "float64"


def test_a_missing_file_is_one_sentence():
    with pytest.raises(NotAvailable, match=r"'reference/none.csv' is not part of this installation"):
        data_path("reference/none.csv")


def test_in_a_checkout_data_come_from_the_checkout():
    assert data_path("reference") == Path(__file__).parents[1] / "data" / "reference"


def test_importing_reference_loads_no_pandas():
    code = "import sys, arlab.reference as r; r.read_rows('payers'); print('pandas' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
