"""The bundled sample: rebuilt to the byte, tied to its export to the cent, and full of stories to follow."""

import csv
import functools
import json
import subprocess
import sys

import pytest

from arlab.ledger import balances, open_items
from arlab.reference import data_path
from arlab.synth.export import export_table, make_export
from arlab.synth.practice import GENERATOR_VERSION
from arlab.synth.sample import MESSY_EXPORT, SAMPLE_SEED, messy_export, write_sample
from arlab.tables import check_practice, content_digest, load_practice, load_sample


@functools.cache
def sample():
    return load_sample()


@pytest.fixture(scope="module")
def rebuilt(tmp_path_factory):
    folder = tmp_path_factory.mktemp("sample")
    write_sample(folder)
    return folder


def cents(text):
    sign = -1 if text.startswith("-") else 1
    whole, _, rest = text.lstrip("-").partition(".")
    assert len(rest) == 2
    return sign * (int(whole) * 100 + int(rest))


@functools.cache
def export():
    with (data_path("sample") / "export.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_the_sample_is_rebuilt_from_its_seed(rebuilt):
    committed = json.loads((data_path("sample") / "manifest.json").read_text(encoding="utf-8"))
    again = json.loads((rebuilt / "manifest.json").read_text(encoding="utf-8"))
    assert again == committed
    assert committed["about"]["seed"] == SAMPLE_SEED
    assert committed["about"]["generator_version"] == GENERATOR_VERSION


def test_the_tables_on_disk_are_those_of_the_manifest():
    manifest = json.loads((data_path("sample") / "manifest.json").read_text(encoding="utf-8"))
    assert set(manifest["tables"]) == set(sample().tables)
    for name, frame in sample().tables.items():
        about = manifest["tables"][name]
        assert (len(frame), content_digest(frame, name)) == (about["rows"], about["sha256"]), name


@pytest.mark.parametrize("name", ["export.csv", MESSY_EXPORT])
def test_the_exports_are_rebuilt_byte_for_byte(rebuilt, name):
    committed = (data_path("sample") / name).read_bytes()
    assert (rebuilt / name).read_bytes() == committed
    assert b"\r" not in committed


def test_the_messy_export_says_what_the_clean_one_says():
    record = messy_export(sample()).record
    clean = make_export(sample()).record
    assert (data_path("sample") / MESSY_EXPORT).read_bytes() == messy_export(sample()).content
    assert {name: record[name] for name in ("open", "credit", "net", "dollars", "rows")} == {
        name: clean[name] for name in ("open", "credit", "net", "dollars", "rows")
    }
    assert not clean["messes"]
    assert {"title_rows", "total_row", "parentheses", "mixed_dates", "duplicate_rows", "currency_text",
            "payer_spellings"} <= set(record["messes"])  # fmt: skip
    assert record["duplicate_rows"] and record["title_rows"] and record["written_as"]


def test_the_documented_command_writes_the_sample(tmp_path):
    done = subprocess.run(
        [sys.executable, "-m", "arlab.synth.sample", str(tmp_path / "new")],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == str(tmp_path / "new" / "manifest.json")
    assert load_practice(tmp_path / "new").as_of == sample().as_of


def test_size_and_period():
    claims = sample().claims
    assert 3_800 <= len(claims) <= 4_200
    assert claims["service_date"].min().isoformat()[:7] == "2025-01"
    assert sample().as_of.isoformat() == "2026-06-30"
    assert claims["service_date"].max().isoformat()[:10] <= "2026-06-30"
    size = sum(path.stat().st_size for path in data_path("sample").iterdir())
    assert size < 3_000_000


def test_the_sample_keeps_the_contract():
    check_practice(sample())


def test_the_export_holds_every_claim_once():
    numbers = [row["Claim #"] for row in export()]
    assert numbers == sorted(set(numbers))
    assert set(numbers) == set(sample().claims["claim_id"])


def test_the_exports_balances_are_the_ledgers_to_the_cent():
    held = balances(sample().transactions, as_of=sample().as_of)
    total = round(held["balance"].sum() * 100)
    shown = sum(cents(row["Balance Ins"]) + cents(row["Balance Pt"]) for row in export())
    assert shown == total
    of_patient = held["responsible"].isin(["patient", "agency"])
    patient = round(held.loc[of_patient, "balance"].sum() * 100)
    assert sum(cents(row["Balance Pt"]) for row in export()) == patient
    assert any(cents(row["Balance Pt"]) < 0 for row in export()), "credits are negative balances"


def test_every_row_of_the_export_adds_up():
    for row in export():
        paid = cents(row["Ins Paid"]) + cents(row["Pt Paid"]) + cents(row["Adjustments"])
        assert cents(row["Charges"]) - paid == cents(row["Balance Ins"]) + cents(row["Balance Pt"])


def test_the_export_speaks_as_such_systems_do():
    rows = export()
    columns = ["Claim #", "Patient", "Primary Ins", "Financial Class", "DOS", "First Billed", "Charges",
               "Ins Paid", "Pt Paid", "Adjustments", "Balance Ins", "Balance Pt", "Status", "Denial Reason",
               "Provider", "Location"]  # fmt: skip
    assert list(rows[0]) == columns
    assert {row["Status"] for row in rows} == {
        "Billed", "Closed", "Collections", "Credit", "Denied", "Patient", "Rejected", "Unbilled"
    }  # fmt: skip
    for row in rows:
        month, day, year = row["DOS"].split("/")
        assert (len(month), len(day), len(year)) == (2, 2, 4)
        assert (row["Status"] == "Closed") == (cents(row["Balance Ins"]) == cents(row["Balance Pt"]) == 0)
        assert bool(row["Denial Reason"]) >= (row["Status"] == "Denied")
        assert row["Patient"]


def test_an_export_without_open_claims_has_balances_of_nothing():
    table = export_table(sample())
    closed = table[table["Status"] == "Closed"]
    assert set(closed["Balance Ins"]) == {"0.00"} == set(closed["Balance Pt"])


def test_nobody_in_the_sample_can_be_reached():
    patients = sample().patients
    assert patients["phone"].str.fullmatch(r"555-01\d\d").all()
    assert patients["zip"].str.startswith("000").all()


def test_every_bucket_and_every_party_has_money_in_it():
    items = open_items(sample().claims, sample().transactions, as_of=sample().as_of)
    assert set(items["responsible"]) == {"payer_1", "payer_2", "patient", "agency"}


# Stories for the lessons: (name, ledger reasons or kinds that the claim has, and those it has not)
STORIES = {
    "paid, then the patient's share paid": ({"payer_payment", "patient_share", "statement"}, {"denial"}),
    "denied and won": ({"denial", "denial_reversed", "payer_payment"}, {"recoupment"}),
    "second payer": ({"to_second_payer", "payer_payment"}, {"denial"}),
    "taken back and paid again": ({"recoupment", "takeback_reinstated"}, set()),
    "taken back for good": ({"recoupment", "takeback_accepted"}, set()),
    "price corrected by reversal": ({"price_corrected", "reversal"}, set()),
    "filed too late": ({"denial", "timely_filing"}, set()),
    "limit missed": ({"denial", "deadline_missed"}, set()),
    "paid twice and refunded": ({"duplicate_payment", "refund_to_payer"}, set()),
    "agency": ({"to_agency", "bad_debt"}, set()),
    "payment plan": ({"payment_plan"}, set()),
}


@pytest.mark.parametrize("story", STORIES)
def test_each_story_of_the_lessons_is_in_the_sample_and_ends(story):
    wanted, unwanted = STORIES[story]
    rows = sample().transactions
    words = rows.groupby("claim_id").agg(
        kinds=("kind", set), reasons=("reason", lambda r: set(r.dropna())), left=("amount", "sum")
    )
    told = [
        claim
        for claim, kinds, reasons, left in words.itertuples()
        if wanted <= kinds | reasons and not unwanted & (kinds | reasons) and abs(left) < 0.005
    ]
    assert len(told) >= 3


def test_both_levels_of_appeal_are_won_and_lost():
    found = set(
        map(tuple, sample().appeals.dropna(subset="outcome")[["level", "outcome"]].to_numpy().tolist())
    )
    assert found == {(1, "won"), (1, "lost"), (2, "won"), (2, "lost")}
