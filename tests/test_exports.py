"""Exports: every layout ties out to the ledger, and a mess changes how a file looks and never what it says."""

import collections
import dataclasses
import datetime as dt
import functools
import hashlib
import json
import os
import subprocess
import sys

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from arlab.errors import InputRefused, SettingsError, WorkspaceError
from arlab.reference import data_path
from arlab.synth import Scenario, make_practice
from arlab.synth.export import (
    EXPORT_LAYOUTS,
    MESSES,
    export_table,
    make_export,
    truth_path,
    write_export,
)
from arlab.synth.exports.messes import choose_messes
from arlab.synth.exports.spellings import spellings_of
from arlab.synth.streams import Streams
from arlab.tables import TABLES, Practice, check_practice, empty_table, load_sample
from export_reader import cents, day, read_back
from ledgers import claims, ledger, ledgers, submissions, table
from small_practice import make_small_practice

EDGES = {"0-30": (0, 30), "31-60": (31, 60), "61-90": (61, 90), "91-120": (91, 120), "Over 120": (121, 99999)}
ASKED = [name for name, mess in MESSES.items() if mess.asked]


@functools.cache
def sample():
    return load_sample()


@functools.cache
def generated():
    return make_practice(Scenario(claims_per_year=700, months=6, locations=2), seed=5)


def practice_of(its_claims, transactions, *, as_of="2026-12-31", names=None, **tables):
    """Return a practice with every table that an export reads."""
    people = [
        {"patient_id": patient, "name": (names or {}).get(patient, f"Ann {patient}")}
        for patient in its_claims["patient_id"].unique()
    ]
    base = {name: empty_table(name) for name in ("submissions", "remittances", "lines")}
    base |= {"claims": its_claims, "transactions": transactions, "patients": table("patients", people)}
    return Practice(name="Test Practice", as_of=day(as_of), tables=base | tables)


def small():
    """Return the practice of lesson 01, with names and lines."""
    practice = make_small_practice()
    each = [
        {
            "claim_id": claim,
            "line_number": 1,
            "procedure": "EST-L3",
            "units": 1,
            "charge": charge,
            "abn_on_file": False,
        }
        for claim, charge in practice.claims[["claim_id", "charge"]].itertuples(index=False)
    ]
    its = practice_of(practice.claims, practice.transactions, lines=table("lines", each))
    return dataclasses.replace(practice, tables={**its.tables, **practice.tables})


def rows_of(practice, layout, **options):
    export = make_export(practice, layout=layout, **options)
    return read_back(export.content, export.record)[0]


@functools.cache
def sample_rows(layout):
    return rows_of(sample(), layout)


def party_balances(practice):
    """Return claim, party -> cents at the as-of day, by a loop over the ledger."""
    sums = collections.Counter()
    for row in practice.transactions.itertuples():
        if row.posted_date.date() <= practice.as_of:
            sums[row.claim_id, row.responsible] += round(row.amount * 100)
    return sums


# A worked example


def test_the_aging_of_the_small_practice():
    # On 2026-06-30, from the visit: c5 is 22 days old, c7 97, c6 102, c10 104, c2 and others paid.
    rows = {(r["Acct #"].split()[-1], r["Payer"]): r for r in rows_of(small(), "aging")}
    young = rows["c5", "Cedar Care"]
    assert (young["0-30"], young["Total"], young["Unapplied"]) == (1024000, 1024000, 0)
    assert rows["c7", "Birch Mutual"]["91-120"] == 128000
    assert rows["c8", "Patient"]["Over 120"] == 64000
    assert rows["c8", "Patient"]["Oldest Visit"] == dt.date(2026, 1, 2)
    credit = rows["c9", "Birch Mutual"]  # paid 5 too much
    assert (credit["Total"], credit["Unapplied"], credit["Last Pmt"]) == (0, -500, dt.date(2026, 3, 2))
    assert ("c1", "Patient") not in rows
    assert ("c8", "Birch Mutual") not in rows


def test_the_postings_of_a_claim_that_was_paid_taken_back_and_paid_again():
    remit = {"remit_id": "R1"}
    practice = practice_of(
        claims(("c1", "2026-01-05")),
        ledger(
            ("c1", "2026-01-06", "charge", "payer_1", 160, {"line_number": 1}),
            ("c1", "2026-02-04", "payer_payment", "payer_1", -80, remit),
            ("c1", "2026-02-04", "contractual", "payer_1", -40, {**remit, "carc": "45", "group_code": "CO"}),
            ("c1", "2026-02-04", "transfer", "payer_1", -40, {"reason": "patient_share"}),
            ("c1", "2026-02-04", "transfer", "patient", 40, {"reason": "patient_share"}),
            ("c1", "2026-02-09", "reversal", "payer_1", 80, {"reverses_id": "t0001"}),
            ("c1", "2026-02-11", "patient_payment", "patient", -20),
        ),
        remittances=table(
            "remittances",
            [{"remit_id": "R1", "payer": "Alder Health", "trace_number": "AL-1", "amount": 80.0,
              "payment_date": pd.Timestamp("2026-02-02")}],
        ),
        lines=table(
            "lines",
            [{"claim_id": "c1", "line_number": 1, "procedure": "EST-L3", "units": 1, "charge": 160.0,
              "abn_on_file": False}],
        ),
    )  # fmt: skip
    names = ("Code", "Description", "Payer", "Charge", "Payment", "Adjustment", "Voids", "Check/EFT")
    assert [tuple(row[name] for name in names) for row in rows_of(practice, "transactions")] == [
        ("CHG", "Charge", "Alder Health", 16000, None, None, "", ""),
        ("PMT-I", "Insurance payment", "Alder Health", None, -8000, None, "", "AL-1"),
        ("ADJ-C", "Contractual adj CO-45", "Alder Health", None, None, -4000, "", ""),
        ("TRF", "Transfer: patient share", "Alder Health", None, None, -4000, "", ""),
        ("TRF", "Transfer: patient share", "Patient", None, None, 4000, "", ""),
        ("V-PMT-I", "VOID Insurance payment", "Alder Health", None, 8000, None, "t0001", ""),
        ("PMT-P", "Patient payment", "Patient", None, -2000, None, "", ""),
    ]
    first, paid, *_, last = rows_of(practice, "transactions")
    assert (first["Posted"], first["DOS"], first["Proc"]) == (
        dt.date(2026, 1, 6),
        dt.date(2026, 1, 5),
        "EST-L3",
    )
    assert (paid["Posted"], paid["Deposit Date"]) == (dt.date(2026, 2, 4), dt.date(2026, 2, 2))
    assert last["Deposit Date"] == dt.date(2026, 2, 11)
    assert first["Deposit Date"] is None


# The ledger


@pytest.mark.parametrize("practice", [sample, generated, small], ids=["sample", "generated", "small"])
def test_the_claims_tie_out_by_claim_and_party(practice):
    held = collections.Counter()
    for (claim, party), amount in party_balances(practice()).items():
        held[claim, "Pt" if party in ("patient", "agency") else "Ins"] += amount
    for row in rows_of(practice(), "claims"):
        assert row["Balance Ins"] == held.pop((row["Claim #"], "Ins"), 0)
        assert row["Balance Pt"] == held.pop((row["Claim #"], "Pt"), 0)
        assert row["Charges"] - row["Ins Paid"] - row["Pt Paid"] - row["Adjustments"] == (
            row["Balance Ins"] + row["Balance Pt"]
        )
    assert not any(held.values())


@pytest.mark.parametrize("practice", [sample, generated, small], ids=["sample", "generated", "small"])
def test_the_aging_ties_out_by_bucket_and_never_nets_a_credit(practice):
    visits = dict(practice().claims[["claim_id", "service_date"]].itertuples(index=False))
    held = collections.Counter()
    for (claim, _), amount in party_balances(practice()).items():
        age = (practice().as_of - visits[claim].date()).days
        held[next(n for n, (low, high) in EDGES.items() if low <= age <= high)] += max(amount, 0)
        held["Unapplied"] += min(amount, 0)
    rows = rows_of(practice(), "aging")
    assert {name: sum(row[name] for row in rows) for name in held} == held
    assert held["Unapplied"] < 0
    for row in rows:
        assert row["Total"] == sum(row[name] for name in EDGES) >= 0 >= row["Unapplied"]
        assert all(row[name] >= 0 for name in EDGES)
    assert len({(row["Acct #"], row["Payer"]) for row in rows}) == len(rows)


@pytest.mark.parametrize("practice", [sample, generated, small], ids=["sample", "generated", "small"])
def test_the_postings_tie_out_by_claim_and_whoever_owes(practice):
    rows = rows_of(practice(), "transactions")
    assert len(rows) == len(practice().transactions)
    shown = collections.Counter()
    for row in rows:
        amounts = [row[name] for name in ("Charge", "Payment", "Adjustment") if row[name] is not None]
        assert len(amounts) == 1
        who = row["Payer"] if row["Payer"] in ("Patient", "Collections") else "insurance"
        shown[row["Claim #"], who] += amounts[0]
    words = {"patient": "Patient", "agency": "Collections"}
    held = collections.Counter()
    for (claim, party), amount in party_balances(practice()).items():
        held[claim, words.get(party, "insurance")] += amount
    assert shown == held


def test_charges_are_positive_and_money_received_negative():
    rows = sample_rows("transactions")
    by_code = collections.defaultdict(set)
    for row in rows:
        for name in ("Charge", "Payment", "Adjustment"):
            if row[name]:
                by_code[row["Code"]].add((name, row[name] > 0))
    assert by_code["CHG"] == {("Charge", True)}
    assert by_code["PMT-I"] == by_code["PMT-P"] == {("Payment", False)}
    assert by_code["RFD-I"] == by_code["TKB"] == {("Payment", True)}
    assert by_code["TRF"] == {("Adjustment", True), ("Adjustment", False)}
    assert by_code["V-PMT-I"] == {("Payment", True)}


def test_a_void_names_the_row_that_it_takes_back():
    rows = {row["Trans #"]: row for row in sample_rows("transactions")}
    voids = [row for row in rows.values() if row["Voids"]]
    assert len(voids) > 100
    for row in voids:
        voided = rows[row["Voids"]]
        assert row["Code"] == f"V-{voided['Code']}"
        assert row["Claim #"] == voided["Claim #"]
        for name in ("Charge", "Payment", "Adjustment"):
            assert (row[name] is None) == (voided[name] is None)
            assert (row[name] or 0) == -(voided[name] or 0)


def test_insurance_money_is_deposited_no_later_than_it_is_posted():
    rows = [row for row in sample_rows("transactions") if row["Code"] == "PMT-I"]
    assert all(row["Deposit Date"] <= row["Posted"] and row["Check/EFT"] for row in rows)
    assert any(row["Deposit Date"] < row["Posted"] for row in rows)


@pytest.mark.parametrize("layout", EXPORT_LAYOUTS)
def test_what_happened_after_the_day_is_not_shown(layout):
    later = dataclasses.replace(generated(), as_of=generated().as_of - dt.timedelta(days=60))
    held = sum(party_balances(later).values())
    record = make_export(later, layout=layout).record
    assert cents(record["net"]) == held != sum(party_balances(generated()).values())


@settings(max_examples=40, deadline=None)
@given(ledgers(), st.sets(st.sampled_from(sorted(MESSES))), st.integers(0, 99))
def test_any_ledger_in_any_mess_ties_out(made, wanted, seed):
    practice = practice_of(*made)
    for pair in (("parentheses", "trailing_minus"), ("utf8_bom", "cp1252"), ("semicolon", "tab")):
        if wanted.issuperset(pair):
            wanted = wanted - {pair[seed % 2]}
    held = party_balances(practice)
    for layout in EXPORT_LAYOUTS:
        export = make_export(practice, layout=layout, messy=sorted(wanted), seed=seed)
        again = set(export.record["duplicate_rows"])
        rows = [r for r in read_back(export.content, export.record)[0] if r["row"] not in again]
        shown = sum(row[name] or 0 for row in rows for name in export.record["receivable"])
        assert shown == sum(held.values()) == cents(export.record["net"])


# Messes


@functools.cache
def clean_export(layout):
    export = make_export(generated(), layout=layout)
    return export, read_back(export.content, export.record)[0]


def without_row_numbers(rows, order):
    return sorted(({k: v for k, v in row.items() if k != "row"} for row in rows), key=order)


@pytest.mark.parametrize("layout", EXPORT_LAYOUTS)
@pytest.mark.parametrize("messy", [*MESSES, 1, 2, 3, 4])
def test_every_mess_can_be_undone_and_changes_the_bytes(layout, messy):
    seed = messy if isinstance(messy, int) else 9
    chosen = True if isinstance(messy, int) else [messy]
    clean, true_rows = clean_export(layout)
    export = make_export(generated(), layout=layout, messy=chosen, seed=seed)
    record = export.record
    if (layout, messy) != ("aging", "title_rows"):  # this report always has them
        assert export.content != clean.content
    rows, found = read_back(export.content, record)
    again = set(record["duplicate_rows"])
    assert bool(again) == (messy in ASKED)
    assert again <= {row["row"] for row in rows}
    key = {"claims": ("Claim #",), "aging": ("Payer", "Acct #"), "transactions": ("Trans #",)}[layout]

    def order(row):
        return tuple(row[name] for name in key)

    kept = [row for row in rows if row["row"] not in again]
    assert without_row_numbers(kept, order) == without_row_numbers(true_rows, order)
    assert found["header"] == [record["header_row"], *record["repeated_header_rows"]]
    assert (found["subtotal"], found["total"]) == (record["subtotal_rows"], record["grand_total_rows"])
    assert found["blank"] == record["blank_rows"]
    assert record["rows"] == clean.record["rows"] == len(kept)
    assert record["dollars"] == clean.record["dollars"]
    for name, total in record["dollars"].items():
        assert sum(row[name] or 0 for row in kept) == cents(total)
    lines = export.content.decode(record["encoding"]).split(record["line_end"])
    assert len(lines) == record["lines"] + 1
    for mess, what in [("subtotal_rows", "subtotal"), ("total_row", "total"), ("blank_rows", "blank")]:
        assert bool(found[what]) == (mess in record["messes"])


def test_totals_and_subtotals_are_true():
    export = make_export(generated(), layout="aging", messy=["subtotal_rows", "total_row", "trailing_minus"])
    lines = export.content.decode("utf-8").splitlines()
    rows, found = read_back(export.content, export.record)
    names = list(export.record["columns"])
    start = export.record["header_row"]
    for number in found["subtotal"]:
        shown = dict(zip(names, lines[number - 1].split(","), strict=True))
        group = [row for row in rows if start < row["row"] < number]
        assert {row["Payer"] for row in group} == {shown["Acct #"].removeprefix("Total ")}
        for name in (*EDGES, "Total", "Unapplied"):
            assert cents(shown[name]) == sum(row[name] for row in group)
        assert int(shown["Visits"]) == sum(row["Visits"] for row in group)
        start = number
    last = dict(zip(names, lines[found["total"][0] - 1].split(","), strict=True))
    assert cents(last["Total"]) == sum(row["Total"] for row in rows)
    assert found["total"] == [len(lines)]


def test_titles_stand_above_the_header():
    lines = make_export(small(), layout="aging").content.decode("utf-8").splitlines()
    assert [line.strip('"') for line in lines[:5]] == [
        "Small Practice", "Aging by Payer - Detail, from Date of Service", "As of: 06/30/2026",
        "Printed by: BILLING", "",
    ]  # fmt: skip
    assert lines[5].startswith("Acct #,Patient,Payer")
    assert make_export(small(), layout="claims").record["header_row"] == 1
    record = make_export(small(), layout="claims", messy=["title_rows", "two_row_header"]).record
    assert (record["title_rows"], record["header_rows"], record["header_row"]) == (5, 2, 7)


def test_the_group_names_stand_over_the_first_column_of_each_group():
    above, names = make_export(small(), messy="two_row_header").content.decode("utf-8").splitlines()[:2]
    pairs = dict(zip(names.split(","), above.split(","), strict=True))
    assert pairs["Charges"] == "Activity"
    assert pairs["Balance Ins"] == "Open"
    assert pairs["Ins Paid"] == pairs["Balance Pt"] == ""


def test_code_page_1252_is_what_it_says():
    one = practice_of(
        claims(("c1", "2026-01-05")),
        ledger(("c1", "2026-01-06", "charge", "payer_1", 160)),
        names={"patient of c1": "Jose Nunez"},
    )
    export = make_export(one, layout="aging", messy=["cp1252"])
    assert "José Núñez".encode("cp1252") in export.content
    assert b"Payer \x96 Detail" in export.content  # an en dash, which Latin-1 does not have
    with pytest.raises(UnicodeDecodeError):
        export.content.decode("utf-8")
    assert export.record["written_as"]["Patient"] == {"José Núñez": "Jose Nunez"}
    marked = make_export(one, layout="aging", messy=["utf8_bom", "accented_names"]).content
    assert marked.startswith(b"\xef\xbb\xbf")
    assert "José Núñez".encode() in marked


def test_dates_are_mixed_within_a_column():
    table = make_export(generated(), messy=["mixed_dates", "excel_serials"]).content.decode("utf-8")
    column = [line.split(",")[4] for line in table.splitlines()[1:]]
    assert {kind_of(text) for text in column} == {"slashes", "month", "iso", "serial"}


def kind_of(text):
    if "/" in text:
        return "slashes"
    if text.isdigit():
        return "serial"
    return "month" if any(letter.isalpha() for letter in text) else "iso"


def test_payers_are_spelled_in_several_ways_and_never_alike():
    record = make_export(sample(), messy="payer_spellings").record
    spelled = collections.Counter(record["written_as"]["Primary Ins"].values())
    assert max(spelled.values()) == 3
    payers = sorted(sample().payers["payer"])
    every = [name for names in spellings_of(payers).values() for name in names]
    assert len(every) == len(set(every))


def test_true_takes_one_of_each_group_and_none_for_the_asking():
    drawn = [choose_messes(True, Streams(seed)) for seed in range(30)]
    for pair in (("parentheses", "trailing_minus"), ("utf8_bom", "cp1252")):
        assert {tuple(mess in chosen for mess in pair) for chosen in drawn} == {(True, False), (False, True)}
    assert {tuple(mess in chosen for mess in ("semicolon", "tab")) for chosen in drawn} == {
        (True, False), (False, True), (False, False)
    }  # fmt: skip
    together = {name for name, mess in MESSES.items() if not mess.group and not mess.asked}
    assert all(together <= set(chosen) and not set(ASKED) & set(chosen) for chosen in drawn)


# The same again


@pytest.mark.parametrize("layout", EXPORT_LAYOUTS)
def test_the_same_seed_gives_the_same_bytes_and_another_seed_others(layout):
    first = make_export(generated(), layout=layout, messy=True, seed=4)
    assert make_export(generated(), layout=layout, messy=True, seed=4) == first
    assert make_export(generated(), layout=layout, messy=True, seed=5).content != first.content
    assert (
        make_export(generated(), layout=layout, seed=4).content
        == make_export(generated(), layout=layout).content
    )


def test_a_new_process_gives_the_same_bytes():
    code = (
        "import hashlib\nfrom arlab.synth.export import make_export\nfrom arlab.tables import load_sample\n"
        "print(hashlib.sha256(make_export(load_sample(), layout='aging', messy=True, seed=4).content).hexdigest())"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "PYTHONHASHSEED": "7"}, capture_output=True, text=True, check=True,
    )  # fmt: skip
    here = make_export(sample(), layout="aging", messy=True, seed=4).content
    assert done.stdout.strip() == hashlib.sha256(here).hexdigest()


def test_one_mess_does_not_shuffle_another():
    few = make_export(generated(), messy=["mixed_dates"], seed=4).content.decode("utf-8").splitlines()
    more = make_export(generated(), messy=["mixed_dates", "payer_spellings"], seed=4)
    lines = more.content.decode("utf-8").splitlines()
    assert [line.split(",")[4] for line in few] == [line.split(",")[4] for line in lines]


# Files


def test_the_claims_layout_is_the_samples_export_to_the_byte(tmp_path):
    path = write_export(sample(), tmp_path / "export.csv")
    assert path.read_bytes() == (data_path("sample") / "export.csv").read_bytes()


def test_the_truth_stands_beside_the_file(tmp_path):
    path = write_export(generated(), tmp_path / "Ä b.csv", layout="aging", messy=["cp1252", "tab"], seed=2)
    assert path == tmp_path / "Ä b.csv"
    assert truth_path(path) == tmp_path / "Ä b.truth.json"
    record = json.loads(truth_path(path).read_text(encoding="utf-8"))
    made = make_export(generated(), layout="aging", messy=["cp1252", "tab"], seed=2)
    assert path.read_bytes() == made.content
    assert record == {"file": "Ä b.csv", **made.record}
    assert (record["encoding"], record["delimiter"], record["as_of"]) == (
        "cp1252", "\t", generated().as_of.isoformat()
    )  # fmt: skip
    assert record["messes"] == {name: MESSES[name].words for name in ("cp1252", "tab")}
    assert cents(record["open"]) + cents(record["credit"]) == cents(record["net"])


@pytest.mark.parametrize("layout", EXPORT_LAYOUTS)
def test_the_table_is_the_clean_file(layout):
    table = export_table(generated(), layout=layout)
    export = make_export(generated(), layout=layout)
    assert list(table) == list(export.record["columns"])
    rows, _ = read_back(export.content, export.record)
    assert len(table) == len(rows)
    for name, kind in export.record["columns"].items():
        read = {"date": day, "money": cents}.get(
            kind, lambda text, kind=kind: int(text) if kind == "count" else text
        )
        assert [read(text) for text in table[name]] == [row[name] for row in rows]


# Edges


@pytest.mark.parametrize("layout", EXPORT_LAYOUTS)
@pytest.mark.parametrize("messy", [False, True])
def test_a_practice_without_claims_has_a_header_and_no_rows(layout, messy):
    nothing = Practice("Empty", dt.date(2026, 6, 30), {name: empty_table(name) for name in TABLES})
    export = make_export(nothing, layout=layout, messy=messy)
    rows, found = read_back(export.content, export.record)
    assert rows == []
    assert len(found["header"]) == 1
    assert len(found["total"]) == messy
    assert export.record["net"] == "0.00"


@pytest.mark.parametrize("layout", EXPORT_LAYOUTS)
@pytest.mark.parametrize("messy", [False, True])
def test_one_claim(layout, messy):
    one = practice_of(claims(("c1", "2026-12-31")), ledger(("c1", "2026-12-31", "charge", "payer_1", 160)))
    (row,) = rows_of(one, layout, messy=messy, seed=3)
    assert row["Patient"] == "Ann patient of c1"
    export = make_export(one, layout=layout, messy=messy, seed=3)
    assert export.record["net"].strip("$") == "160.00"


@pytest.mark.parametrize(
    ("age", "bucket"), [(0, "0-30"), (30, "0-30"), (31, "31-60"), (120, "91-120"), (121, "Over 120")]
)
def test_bucket_edges(age, bucket):
    visit = (day("2026-12-31") - dt.timedelta(days=age)).isoformat()
    one = practice_of(claims(("c1", visit)), ledger(("c1", "2026-12-31", "charge", "payer_1", 160)))
    (row,) = rows_of(one, "aging")
    assert {name for name in EDGES if row[name]} == {bucket}


def test_a_second_payer_has_its_name_only_once_it_was_billed():
    its = claims(("c1", "2026-01-05"), ("c2", "2026-01-05"))
    rows = ledger(
        ("c1", "2026-02-01", "charge", "payer_2", 10), ("c2", "2026-02-01", "charge", "payer_2", 20)
    )
    sent = submissions(("c1", 2, "2026-02-03", None, {"payer": "Cedar Care"}))
    payers = {
        row["Total"]: row["Payer"] for row in rows_of(practice_of(its, rows, submissions=sent), "aging")
    }
    assert payers == {1000: "Cedar Care", 2000: "Secondary insurance"}


@pytest.mark.parametrize("layout", EXPORT_LAYOUTS)
def test_no_text_would_run_as_a_formula(layout):
    clean = [(make_export(sample(), layout=layout).record, sample_rows(layout))]
    messy = make_export(generated(), layout=layout, messy=True, seed=1)
    for record, rows in [*clean, (messy.record, read_back(messy.content, messy.record)[0])]:
        texts = [name for name, kind in record["columns"].items() if kind == "text"]
        assert not {row[name][:1] for row in rows for name in texts} & set("=+-@")


# Errors


def test_a_text_that_would_run_as_a_formula_is_refused():
    one = practice_of(
        claims(("c1", "2026-01-05")),
        ledger(("c1", "2026-01-06", "charge", "payer_1", 160)),
        names={"patient of c1": "=1+1"},
    )
    with pytest.raises(InputRefused, match=r"column 'Patient' .* runs as a formula: rename"):
        make_export(one)
    with pytest.raises(InputRefused, match="column 'title'"):
        make_export(dataclasses.replace(small(), name="@home"), layout="aging")


def test_two_practices_are_refused():
    two = small()
    frame = two.claims.assign(practice_id=["p", "q"] + ["p"] * (len(two.claims) - 2))
    with pytest.raises(
        InputRefused, match=r"'Small Practice' holds 2 practices.*keep the rows of one practice_id"
    ):
        make_export(dataclasses.replace(two, tables={**two.tables, "claims": frame}))


@pytest.mark.parametrize("layout", EXPORT_LAYOUTS)
def test_a_posting_without_its_claim_is_refused(layout):
    rows = ledger(
        ("c1", "2026-01-06", "charge", "payer_1", 160), ("c2", "2026-01-06", "charge", "payer_1", 20)
    )
    with pytest.raises(InputRefused, match="1 postings whose claim is not in its claims"):
        make_export(practice_of(claims(("c1", "2026-01-05")), rows), layout=layout)


def test_an_unknown_layout_or_mess_is_one_sentence():
    with pytest.raises(
        SettingsError, match=r"no export layout 'ledger': choose from claims, aging, transactions\.$"
    ):
        make_export(small(), layout="ledger")
    with pytest.raises(SettingsError, match=r"no mess 'tabs': choose from currency_text, .*, tab, crlf\.$"):
        make_export(small(), messy=["currency_text", "tabs"])
    with pytest.raises(SettingsError, match="parentheses and trailing_minus exclude each other"):
        make_export(small(), messy=["trailing_minus", "parentheses"])
    with pytest.raises(SettingsError, match="seed must be a whole number"):
        make_export(small(), seed=-1)


def test_a_name_outside_the_code_page_is_one_sentence():
    far = dataclasses.replace(small(), name="Клиника")
    with pytest.raises(SettingsError, match=r"cp1252 is not possible for .*: choose utf8_bom instead"):
        make_export(far, layout="aging", messy="cp1252")
    assert "Клиника".encode() in make_export(far, layout="aging", messy="utf8_bom").content


def test_a_folder_that_is_not_there_is_one_sentence(tmp_path):
    with pytest.raises(WorkspaceError, match=r"could not be written .*: check that its folder exists"):
        write_export(small(), tmp_path / "nowhere" / "export.csv")


def test_the_practices_here_keep_the_contract():
    check_practice(small())
