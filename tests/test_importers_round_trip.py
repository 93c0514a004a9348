"""A generated practice written as each export layout, with each mess, reads back as the ledger has it.

The clocks that a layout has columns for: ``claims`` has the service and the first-bill clock, ``aging`` its own
buckets, which count from the service, and ``transactions`` the service clock, on any day. No layout says when a
balance became the patient's, so none has the responsibility clock.
"""

import functools
import json

import pandas as pd
import pytest

from arlab.aging import add_age, add_bucket, aged_items, aging_table
from arlab.importers import read_export, read_map, write_map
from arlab.ledger import kind_totals
from arlab.synth import Scenario, make_practice
from arlab.synth.export import EXPORT_LAYOUTS, MESSES, truth_path, write_export
from arlab.synth.exports.known import first_billed, ledger_rows, owing_party
from arlab.tables import check_practice, load_sample

CLOCKS = {"claims": ("service", "first_bill"), "aging": ("service",), "transactions": ("service",)}
PAYER_COLUMN = {"claims": "Primary Ins", "aging": "Payer", "transactions": "Payer"}
PATIENTS = ["patient", "agency"]
DAY = "2025-06-30"


@functools.cache
def generated(seed=5):
    return make_practice(Scenario(claims_per_year=700, months=6, locations=2), seed=seed)


@functools.cache
def owed(layout, *, seed=5, as_of=DAY):
    """Return what the ledger says is owed (cents, below zero for a credit), split as the layout can split it."""
    practice = generated(seed)
    rows = ledger_rows(practice)
    rows = rows[rows["posted_date"] <= pd.Timestamp(as_of)]
    claims = practice.claims.set_index("claim_id")
    if layout == "claims":
        # Such a list has one balance with all insurers and one with the patient.
        party = rows["responsible"].isin(PATIENTS).map({True: "patient", False: "payer_1"})
        sums = rows.groupby(["claim_id", party])["cents"].sum().rename_axis(["claim_id", "responsible"])
        items = sums[sums != 0].reset_index()
        payer = items["claim_id"].map(claims["first_payer"])
        items["payer"] = payer.mask(items["responsible"] == "patient", "Patient")
    else:
        sums = rows.groupby(["claim_id", "responsible"])["cents"].sum()
        items = sums[sums != 0].reset_index()
        items["payer"] = owing_party(practice, items).replace("Collections", "Agency")
    return items.assign(
        as_of=pd.Timestamp(as_of),
        service_date=items["claim_id"].map(claims["service_date"]),
        first_bill_date=items["claim_id"].map(first_billed(practice)),
    )


def cents_by(items, by, value="balance"):
    """Return whole cents by some columns, without zeros."""
    sums = (items[value] * 100).round().astype("int64").groupby([items[name] for name in by]).sum()
    return {key: cents for key, cents in sums.items() if cents}


def aged(items, clock):
    return add_bucket(add_age(items, clock=clock))


def written(folder, layout, messy, *, seed=5, drawn=3):
    """Write an export; return its path and the record of what it truly says."""
    path = write_export(generated(seed), folder / "export.csv", layout=layout, messy=messy, seed=drawn)
    return path, json.loads(truth_path(path).read_text(encoding="utf-8"))


def check_read(found, record, layout, *, seed=5):
    """Hold an import to the ledger: rows, dollars, credits, and the aging by payer on each clock of the layout."""
    here = found.reconciliation
    assert here.ties_out
    assert here.rows_in == record["rows"] + len(record["duplicate_rows"])
    assert here.quarantined == len(record["duplicate_rows"])
    assert str(found.practice.as_of) == record["as_of"]
    truth = owed(layout, seed=seed)
    assert here.cents_open == truth["cents"].clip(lower=0).sum()
    assert here.cents_credit == -truth["cents"].clip(upper=0).sum()
    assert here.cents_open - here.cents_credit == round(float(record["net"]) * 100)
    real = record["written_as"].get(PAYER_COLUMN[layout], {})
    items, credits = (
        frame.assign(payer=frame["payer"].replace(real))
        for frame in (found.practice.open_items, found.practice.credits)
    )
    due = truth[truth["cents"] > 0].assign(balance=lambda frame: frame["cents"] / 100)
    back = truth[truth["cents"] < 0].assign(amount=lambda frame: -frame["cents"] / 100)
    for clock in CLOCKS[layout]:
        mine = aged(due, clock)
        got = items if layout == "aging" else aged(items, clock)
        assert cents_by(got, ["bucket_number"]) == cents_by(mine, ["bucket_number"]), clock
        assert cents_by(got, ["payer", "bucket_number"]) == cents_by(mine, ["payer", "bucket_number"]), clock
        if layout == "aging":
            # The report tells patients and the agency from insurers, whose order it does not say.
            got = got.assign(
                responsible=got["responsible"].where(got["responsible"].isin(PATIENTS), "insurer")
            )
            mine["responsible"] = mine["responsible"].where(mine["responsible"].isin(PATIENTS), "insurer")
            got["responsible"] = got["responsible"].where(got["payer"] != "Agency", "agency")
        assert cents_by(got, ["responsible", "bucket_number"]) == cents_by(
            mine, ["responsible", "bucket_number"]
        )
    assert cents_by(credits, ["payer"], "amount") == cents_by(back, ["payer"], "amount")


@pytest.mark.parametrize("mess", [False, *MESSES])
@pytest.mark.parametrize("layout", EXPORT_LAYOUTS)
def test_a_layout_with_one_mess_reads_back(tmp_path, layout, mess):
    path, record = written(tmp_path, layout, mess)
    check_read(read_export(path, as_of=DAY), record, layout)


@pytest.mark.parametrize("drawn", range(4))
@pytest.mark.parametrize("layout", EXPORT_LAYOUTS)
def test_a_layout_with_every_mess_at_once_reads_back(tmp_path, layout, drawn):
    seed = 5 + drawn % 2
    path, record = written(tmp_path, layout, True, seed=seed, drawn=drawn)
    check_read(read_export(path, as_of=DAY), record, layout, seed=seed)
    names = [*record["messes"], "duplicate_rows"]
    path, record = written(tmp_path, layout, names, seed=seed, drawn=drawn)
    check_read(read_export(path, as_of=DAY), record, layout, seed=seed)


@pytest.mark.parametrize("layout", EXPORT_LAYOUTS)
def test_the_practices_own_aging_has_the_same_total_and_buckets(tmp_path, layout):
    # Where no claim has a credit beside a debt of another insurer, the ledger's own aging is the file's.
    path, _ = written(tmp_path, layout, True)
    found = read_export(path, as_of=DAY)
    ledger = aging_table(aged_items(generated(), clock="service"))
    file = aging_table(
        aged_items(found.practice, clock="standard" if layout == "aging" else "service"), buckets=None
    )
    assert file["balance"].sum() == pytest.approx(ledger["balance"].sum(), abs=0.004)
    got = {row.bucket_number: round(row.balance * 100) for row in file.itertuples() if row.items}
    assert got == {row.bucket_number: round(row.balance * 100) for row in ledger.itertuples() if row.items}


@pytest.mark.parametrize("messy", [False, True])
def test_postings_read_back_as_the_ledger(tmp_path, messy):
    path, _ = written(tmp_path, "transactions", messy)
    practice, found = generated(), read_export(path, as_of=DAY)
    ledger = ledger_rows(practice)
    table = found.practice.transactions
    assert len(table) == len(ledger)
    key = ["claim_id", "responsible", "posted_date"]
    assert cents_by(table, key, "amount") == cents_by(practice.transactions, key, "amount")
    kinds = kind_totals(table, as_of=DAY)
    pd.testing.assert_frame_equal(kinds, kind_totals(practice.transactions, as_of=DAY))
    both = table.merge(practice.transactions, on="transaction_id", suffixes=("", "_true"), validate="1:1")
    for name in ("kind", "carc", "group_code", "line_number", "reverses_id"):
        same = (both[name] == both[f"{name}_true"]) | (both[name].isna() & both[f"{name}_true"].isna())
        assert same.all(), name
    check_practice(found.practice)


@pytest.mark.parametrize("day", ["2025-02-28", "2025-05-31"])
def test_postings_know_any_earlier_day(tmp_path, day):
    path, _ = written(tmp_path, "transactions", True)
    found = read_export(path, as_of=day)
    truth = owed("transactions", as_of=day)
    assert found.reconciliation.ties_out
    assert found.reconciliation.cents_open == truth["cents"].clip(lower=0).sum()
    due = truth[truth["cents"] > 0].assign(balance=lambda frame: frame["cents"] / 100)
    got = cents_by(aged(found.practice.open_items, "service"), ["responsible", "bucket_number"])
    assert got == cents_by(aged(due, "service"), ["responsible", "bucket_number"])
    assert found.aside["what"].tolist() == [f"Posted after {day}"]


@pytest.mark.parametrize("layout", EXPORT_LAYOUTS)
def test_what_was_charged_paid_and_denied_is_the_ledgers(tmp_path, layout):
    path, _ = written(tmp_path, layout, True)
    found, rows = read_export(path, as_of=DAY), ledger_rows(generated())
    if layout == "aging":
        assert (found.claims, found.charge_total, found.paid_total, found.denied_claims) == (None,) * 4
        return
    money = rows["of"].isin(
        ["payer_payment", "recoupment", "refund_to_payer", "patient_payment", "refund_to_patient"]
    )
    assert found.claims == rows["claim_id"].nunique()
    assert round(found.charge_total * 100) == rows.loc[rows["of"] == "charge", "cents"].sum()
    assert round(found.paid_total * 100) == -rows.loc[money, "cents"].sum()
    if layout == "transactions":
        assert found.denied_claims == rows.loc[rows["kind"] == "denial", "claim_id"].nunique()
    else:
        file = pd.read_csv(
            write_export(generated(), tmp_path / "clean.csv"), dtype="str", keep_default_na=False
        )
        assert found.denied_claims == int(
            ((file["Status"] == "Denied") | (file["Denial Reason"] != "")).sum()
        )


@pytest.mark.parametrize("layout", EXPORT_LAYOUTS)
def test_an_export_read_with_its_own_map_is_the_same(tmp_path, layout):
    path, _ = written(tmp_path, layout, True)
    found = read_export(path, as_of=DAY)
    again = read_export(path, as_of=DAY, map_file=write_map(found, tmp_path / "map.toml"))
    assert read_map(tmp_path / "map.toml") == found.map == again.map
    assert again.reconciliation == found.reconciliation
    assert again.cannot_compute == found.cannot_compute
    for table in found.practice.tables:
        pd.testing.assert_frame_equal(again.practice.tables[table], found.practice.tables[table])
    for name in ("payers", "unmapped", "findings", "quarantine", "aside"):
        pd.testing.assert_frame_equal(getattr(again, name), getattr(found, name))
    pd.testing.assert_frame_equal(again.mapping[["concept", "column"]], found.mapping[["concept", "column"]])


@pytest.mark.parametrize("layout", EXPORT_LAYOUTS)
@pytest.mark.parametrize("seed", [3, 4])
def test_the_exports_of_a_long_kept_practice_add_up_to_its_ledger(tmp_path, layout, seed):
    # The sample has what a few months do not: takebacks accepted, agencies, corrections of corrections.
    practice = load_sample()
    path = write_export(practice, tmp_path / f"{layout}.csv", layout=layout, messy=True, seed=seed)
    said = json.loads(truth_path(path).read_text(encoding="utf-8"))
    found = read_export(path)
    assert found.reconciliation.ties_out
    assert found.reconciliation.dollars_in - found.reconciliation.dollars_quarantined == float(said["net"])
    assert "totals_row_differs" not in set(found.findings["code"])
