"""Reading an export from end to end: every layout, every row and cent accounted for, nothing personal kept."""

import datetime as dt
import io
import logging
from decimal import Decimal
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import arlab
from arlab import load_sample
from arlab.aging import aged_items, aging_table, credit_items
from arlab.errors import InputRefused, NotAvailable, SettingsError
from arlab.importers import Import, Reconciliation, read_export
from arlab.reference import data_path
from arlab.tables import check_table

DATA = Path(__file__).parent / "data" / "importers"


def sums(frame, by, value="balance"):
    """Return dollars by a column, as a plain dict."""
    return {str(key): round(float(total), 2) for key, total in frame.groupby(by)[value].sum().items()}


def codes(found):
    return set(found.findings["code"])


def checked(found):
    """Return an import after checking what must hold for every one."""
    here = found.reconciliation
    assert here.ties_out
    assert here.rows_in == here.accepted + here.quarantined
    assert here.cents_in == here.cents_accepted + here.cents_quarantined
    items = check_table(found.practice.open_items, "open_items")
    credit = (
        check_table(found.practice.credits, "credits") if found.practice.has("credits") else pd.DataFrame()
    )
    assert round(items["balance"].sum() * 100) == here.cents_open
    assert (round(credit["amount"].sum() * 100) if len(credit) else 0) == here.cents_credit
    assert round(found.aside["dollars"].sum() * 100) == here.cents_aside
    assert len(found.quarantine) == here.quarantined
    assert round(found.quarantine["dollars"].sum() * 100) == here.cents_quarantined
    assert (items["as_of"] == pd.Timestamp(found.practice.as_of)).all()
    return found


def test_a_printed_report_with_titles_notes_and_a_total():
    found = checked(read_export(DATA / "titled.csv"))
    here = found.reconciliation
    assert (here.rows_in, here.accepted, here.repaired, here.quarantined) == (5, 5, 1, 0)
    assert (here.dollars_in, here.dollars_accepted, here.dollars_quarantined) == (1230.01, 1230.01, 0)
    assert here.dollars_column == "Balance"
    assert found.practice.as_of == dt.date(2026, 6, 30)
    assert sums(found.practice.open_items, "claim_id") == {"A1": 1010.0, "A2": 20.0, "A4": 80.0, "A5": 160.01}
    assert sums(found.practice.credits, "claim_id", "amount") == {"A3": 40.0}
    assert {
        "title_rows",
        "blank_rows",
        "note_rows",
        "totals_row",
        "rounded",
        "dates_unreadable",
        "personal",
    } <= codes(found)
    last = found.practice.open_items.set_index("claim_id").loc["A5"]
    assert pd.isna(last["service_date"])
    assert last["first_bill_date"] == pd.Timestamp("2026-02-27")


def test_a_balance_of_self_pay_is_the_patients():
    items = read_export(DATA / "titled.csv").practice.open_items.set_index("claim_id")
    assert (items.loc["A4", "responsible"], items.loc["A4", "payer"]) == ("patient", "Patient")
    assert (items.loc["A1", "responsible"], items.loc["A1", "payer"]) == ("unknown", "Medicare")


def test_balances_by_party():
    found = checked(read_export(DATA / "parts.csv", as_of="2026-06-30"))
    items = found.practice.open_items
    assert sums(items, ["claim_id", "responsible"]) == {
        "('P1', 'patient')": 40.0,
        "('P1', 'payer_1')": 10.0,
        "('P1', 'payer_2')": 20.0,
        "('P2', 'payer_1')": 80.0,
    }
    assert sums(items, "payer") == {"Medicare": 10.0, "Aetna": 100.0, "Patient": 40.0}
    assert sums(found.practice.credits, ["claim_id", "responsible"], "amount") == {"('P3', 'patient')": 160.0}
    assert found.reconciliation.accepted == 4
    assert set(items["payer_class"]) == {"medicare", "commercial"}
    assert "payer and patient balances apart" not in dict(found.cannot_compute)


def test_parts_that_do_not_add_up_to_the_balance(tmp_path):
    text = "Claim #,DOS,Balance,Balance Ins,Balance Pt\n"
    text += "C1,2026-05-01,30,10,20\nC2,2026-05-01,80,10,20\nC3,2026-05-01,,40,\n"
    (tmp_path / "a.csv").write_text(text, encoding="utf-8")
    found = checked(read_export(tmp_path / "a.csv"))
    assert sums(found.practice.open_items, "responsible") == {
        "payer_1": 50.0,
        "patient": 20.0,
        "unknown": 80.0,
    }
    assert "balance_parts_differ" in codes(found)


def test_only_the_latest_snapshot_is_open():
    found = checked(read_export(DATA / "snapshots.csv"))
    assert found.practice.as_of == dt.date(2026, 6, 30)
    assert found.practice.open_items["balance"].sum() == 130.0
    assert found.aside[["what", "items", "dollars"]].to_dict("records") == [
        {"what": "Balances as of 2026-05-31", "items": 2, "dollars": 30.0}
    ]
    assert found.reconciliation.dollars_in == 160.0
    items = found.practice.open_items.set_index("claim_id")
    assert items.loc["K4", ["bucket", "bucket_number"]].tolist() == ["91-120", 3]
    assert "age_days" not in items


def test_an_earlier_snapshot_can_be_asked_for_and_no_other_day():
    found = checked(read_export(DATA / "snapshots.csv", as_of="2026-05-31"))
    assert found.practice.open_items["balance"].sum() == 30.0
    assert found.aside["dollars"].tolist() == [130.0]
    with pytest.raises(InputRefused, match="holds balances as of 2026-05-31, 2026-06-30"):
        read_export(DATA / "snapshots.csv", as_of="2026-06-15")


def test_claims_without_balances_count_when_no_one_has_decided():
    found = checked(read_export(DATA / "claims.csv"))
    assert found.practice.as_of == dt.date(2026, 2, 20)
    assert sums(found.practice.open_items, ["claim_id", "responsible"]) == {
        "('D1', 'payer_1')": 10.0,
        "('D4', 'patient')": 80.0,
    }
    assert dict(zip(found.aside["what"], found.aside["dollars"], strict=True)) == {
        "Claims denied, rejected or under appeal": 20.0,
        "Claims approved or paid": 40.0,
        "Claims with an unknown or contradictory status": 480.0,
    }
    assert {"no_balance", "status_contradiction"} <= codes(found)
    assert not found.practice.has("credits")
    why = dict(found.cannot_compute)
    assert why["what is still open of denied claims"] == (
        "the file does not say whether they are still open or written off"
    )
    assert why["what is still open of claims that were paid"] == (
        "the file has no balance, no paid amount and no patient share"
    )


def test_claims_with_a_decision_date_and_no_status(tmp_path):
    text = "Claim #,DOS,Charges,Decision Date\n"
    text += "C1,2026-05-01,10,\nC2,2026-05-02,20,2026-05-20\nC3,2026-05-02,40,illegible\n"
    (tmp_path / "a.csv").write_text(text, encoding="utf-8")
    found = checked(read_export(tmp_path / "a.csv", mapping={"decision_date": "Decision Date"}))
    assert found.practice.open_items["balance"].sum() == 10.0
    assert found.aside["dollars"].tolist() == [60.0]


def test_a_claim_with_a_payment_is_not_open_at_its_full_charge(tmp_path):
    text = "Claim #,DOS,Charges,Ins Paid,Adjustments,Status\n"
    text += "C1,2026-05-01,10,0,0,Open\nC2,2026-05-01,20,5,,Open\n"
    text += "C3,2026-05-01,40,,-5,Open\nC4,2026-05-01,80,,,Open\n"
    (tmp_path / "a.csv").write_text(text, encoding="utf-8")
    found = checked(read_export(tmp_path / "a.csv"))
    assert sums(found.practice.open_items, "claim_id") == {"C1": 10.0, "C4": 80.0}
    assert found.aside["dollars"].tolist() == [60.0]
    assert "status_contradiction" in codes(found)


def test_a_total_beside_dates_is_the_balance_and_beside_buckets_their_sum(tmp_path):
    (tmp_path / "a.csv").write_text("Claim #,DOS,Total AR\nC1,2026-05-01,10\n", encoding="utf-8")
    assert checked(read_export(tmp_path / "a.csv")).reconciliation.cents_open == 1000
    (tmp_path / "b.csv").write_text("Payer,0-30,31-60,Total AR\nAetna,10,20,30\n", encoding="utf-8")
    found = checked(read_export(tmp_path / "b.csv", as_of="2026-06-30"))
    assert found.reconciliation.cents_open == 3000
    assert "total_column" in codes(found)


def test_bucket_columns_keep_their_names_and_order():
    found = checked(read_export(DATA / "buckets.csv"))
    assert found.practice.as_of == dt.date(2026, 6, 30)
    items = found.practice.open_items
    assert sums(items, "payer") == {"Medicare": 70.0, "Total Care Plan": 80.0, "Aetna": 320.0}
    assert sums(items, "bucket") == {"Current": 90.0, "31-60": 20.0, "91-120": 320.0, "120+": 40.0}
    assert items.sort_values("bucket_number")["bucket"].unique().tolist() == [
        "Current",
        "31-60",
        "91-120",
        "120+",
    ]
    assert sums(found.practice.credits, "payer", "amount") == {"Total Care Plan": 160.0}
    assert found.reconciliation.dollars_in == 310.0
    assert {"totals_row", "total_column_differs"} <= codes(found)
    assert (
        "age buckets and no dates"
        in dict(found.cannot_compute)["aging under another clock or on another day"]
    )
    assert items.loc[items["payer"] == "Aetna", "claim_id"].tolist() == ["row 6, 91-120"]


def test_bucket_columns_beside_dates_are_aged_from_the_dates(tmp_path):
    text = "Claim #,Payer,DOS,0-30,31-60\nC1,Aetna,2026-05-01,10,20\nC2,Aetna,2026-06-01,40,\n"
    (tmp_path / "a.csv").write_text(text, encoding="utf-8")
    found = checked(read_export(tmp_path / "a.csv", as_of="2026-06-30"))
    assert sums(found.practice.open_items, "claim_id") == {"C1": 30.0, "C2": 40.0}
    assert "bucket" not in found.practice.open_items


def test_lines_of_claims():
    found = checked(read_export(DATA / "lines.csv"))
    assert sums(found.practice.open_items, "claim_id") == {"L1": 30.0, "L2": 40.0}
    assert found.quarantine["row_number"].tolist() == [5]
    assert len(found.practice.credits) == 0


def test_every_import_can_be_aged():
    for name, day in {"titled.csv": None, "parts.csv": None, "snapshots.csv": None, "claims.csv": None,
                      "buckets.csv": None, "lines.csv": None}.items():  # fmt: skip
        found = checked(read_export(DATA / name, as_of=day))
        table = aging_table(aged_items(found.practice), buckets=None)
        assert round(table["balance"].sum() * 100) == found.reconciliation.cents_open, name


def test_nothing_open_is_a_report_with_zero(tmp_path):
    text = (
        "Claim #,DOS,LastBilledDate1,STATUS1,OUTSTANDING1,OUTSTANDINGP\nC1,2026-05-01,2026-06-01,BILLED,0,0\n"
    )
    (tmp_path / "a.csv").write_text(text, encoding="utf-8")
    found = checked(read_export(tmp_path / "a.csv"))
    assert len(found.practice.open_items) == 0
    assert len(found.practice.credits) == 0
    assert {"nothing_open", "status_contradiction"} <= codes(found)
    why = dict(found.cannot_compute)
    assert {"aging of any balance", "aging by payer", "days in AR and gross collection rate"} <= set(why)
    assert "is not used: resending would make old balances look young" in why["aging from the first billing"]
    assert "first_bill_date" not in found.practice.open_items


def test_a_responsibility_column_says_who_owes(tmp_path):
    rows = ["Insurance,10", "Patient,20", "Secondary,40", "Collections,80", "someone,160"]
    text = "Claim #,Payer,DOS,Responsibility,Balance\n"
    text += "".join(f"C{n},Aetna,2026-05-01,{row}\n" for n, row in enumerate(rows))
    (tmp_path / "a.csv").write_text(text, encoding="utf-8")
    found = checked(read_export(tmp_path / "a.csv"))
    assert sums(found.practice.open_items, ["responsible", "payer"]) == {
        "('agency', 'Agency')": 80.0,
        "('patient', 'Patient')": 20.0,
        "('payer_1', 'Aetna')": 10.0,
        "('payer_2', 'payer_2')": 40.0,
        "('unknown', 'Aetna')": 160.0,
    }


def test_a_financial_class_stands_in_for_a_missing_payer(tmp_path):
    (tmp_path / "a.csv").write_text(
        "Claim #,DOS,Fin Class,Balance\nC1,2026-05-01,MEDICARE,10\n", encoding="utf-8"
    )
    item = read_export(tmp_path / "a.csv").practice.open_items.iloc[0]
    assert (item["payer"], item["payer_class"]) == ("MEDICARE", "medicare")


def test_names_and_contact_data_are_gone():
    found = read_export(DATA / "titled.csv")
    assert {"Patient", "Phone", "Collector note"} <= set(found.unused_columns)
    everything = repr([frame.to_csv() for frame in found.practice.tables.values()]) + repr(found)
    everything += found.findings.to_csv() + found.quarantine.to_csv() + found.mapping.to_csv()
    for personal in ("Ann", "Example", "555-01"):
        assert personal not in everything


def test_a_name_in_a_number_column_is_dropped(tmp_path):
    text = "Claim #,MRN,DOS,Balance\nC1,A12,2026-05-01,10\nC2,Ann Example,2026-05-01,20\n"
    (tmp_path / "a.csv").write_text(text, encoding="utf-8")
    items = read_export(tmp_path / "a.csv").practice.open_items
    assert items["patient_id"].tolist()[0] == "A12"
    assert items["patient_id"].isna().tolist() == [False, True]


def test_values_are_data_and_never_formulas(tmp_path):
    text = 'Claim #,Payer,DOS,Balance\n"=HYPERLINK(""x"")",<script>,2026-05-01,10\n'
    text += "=1+1,@SUM(A1),2026-05-01,=10+10\n"
    (tmp_path / "a.csv").write_text(text, encoding="utf-8")
    found = checked(read_export(tmp_path / "a.csv"))
    assert found.practice.open_items["claim_id"].tolist() == ['=HYPERLINK("x")']
    assert found.practice.open_items["payer"].tolist() == ["<script>"]
    assert found.quarantine["reason"].tolist() == ["no readable amount in Balance"]


def test_no_value_of_the_file_is_logged(caplog):
    with caplog.at_level(logging.DEBUG, logger="arlab"):
        read_export(DATA / "titled.csv")
    assert caplog.messages == ["read a csv file: 5 rows, 5 accepted"]


def test_other_money_is_shown_as_it_is(tmp_path):
    text = "Rechnung;Kasse;DOS;Balance (EUR)\n1;AOK;25.12.2025;1.234,50\n2;AOK;24.12.2025;20,00\n"
    (tmp_path / "a.csv").write_text(text, encoding="utf-8")
    found = checked(read_export(tmp_path / "a.csv", mapping={"balance": "Balance (EUR)"}))
    assert found.reconciliation.cents_open == 125450
    assert {"currency", "decimal_comma"} <= codes(found)
    assert dict(found.cannot_compute)["amounts in dollars"] == "the amounts are in EUR and are not converted"


def test_settings_are_checked():
    with pytest.raises(SettingsError, match="dates is 'ymd', which is not possible"):
        read_export(DATA / "titled.csv", dates="ymd")
    with pytest.raises(SettingsError, match="is no concept"):
        read_export(DATA / "titled.csv", mapping={"nothing": "Balance"})


def test_a_mapping_given_by_the_user_wins():
    found = read_export(DATA / "parts.csv", mapping={"balance_patient": "Charges"})
    assert found.mapping.set_index("concept").loc["balance_patient", "how"] == "given by the user"
    assert sums(found.practice.open_items, "responsible")["patient"] == 2000.0


def test_what_an_import_holds():
    found = read_export(DATA / "parts.csv")
    assert isinstance(found, Import)
    assert (found.source, found.kind, found.practice.name) == ("parts.csv", "csv", "parts")
    assert list(found.mapping.columns) == ["concept", "column", "confidence", "how"]
    assert list(found.findings.columns) == ["code", "where", "sentence"]
    assert list(found.quarantine.columns) == ["row_number", "reason", "dollars"]
    assert list(found.aside.columns) == ["what", "items", "dollars", "why"]
    assert found.cannot_compute == found.practice.cannot_compute
    with pytest.raises(NotAvailable, match="no claims table"):
        _ = found.practice.claims
    assert arlab.read_export is read_export


def test_a_reconciliation_that_is_off_does_not_tie_out():
    good = Reconciliation(3, 2, 1, 1, 70, 30, 40, 40, 10, 0, "Balance")
    assert good.ties_out
    for field, value in {
        "rows_in": 4,
        "repaired": 3,
        "cents_in": 71,
        "cents_open": 41,
        "cents_aside": 1,
    }.items():
        assert not Reconciliation(**{**vars(good), field: value}).ties_out


# A small export, drawn at random and written in one of many ways.
CENTS = st.integers(-10_000_000, 10_000_000)
PAYERS = st.sampled_from(["Medicare", "Aetna", "Blue Cross, Inc", 'The "Plan"', "Größe KK"])
ROWS = st.lists(
    st.tuples(PAYERS, st.dates(dt.date(2026, 1, 1), dt.date(2026, 6, 30)), CENTS, CENTS),
    min_size=1,
    max_size=12,
)


def us(cents):
    return f"{'-' if cents < 0 else ''}{Decimal(abs(cents)) / 100:.2f}"


MONEY = {
    "plain": us,
    "dollars": lambda c: f"{'-' if c < 0 else ''}${Decimal(abs(c)) / 100:,.2f}",
    "parentheses": lambda c: f"({Decimal(-c) / 100:,.2f})" if c < 0 else f"{Decimal(c) / 100:,.2f}",
    "trailing": lambda c: f"{Decimal(abs(c)) / 100:,.2f}{'-' if c < 0 else ''}",
    "comma": lambda c: us(c).replace(".", ","),
    "spaces": lambda c: f"  {us(c)} ",
}
DAYS = {
    "iso": "%Y-%m-%d",
    "us": "%m/%d/%Y",
    "short": "%m/%d/%y",
    "name": "%d-%b-%Y",
    "stamp": "%Y-%m-%dT08:00:00Z",
}


def export(rows, *, money="plain", day="iso", delimiter=",", extra_line=True):
    """Return rows as the text of an export. One line with a 25th settles the order of day and month."""
    frame = pd.DataFrame(
        [(f"C{n}", payer, date.strftime(DAYS[day]), MONEY[money](ins), MONEY[money](pt), "x" * n)
         for n, (payer, date, ins, pt) in enumerate(rows)],
        columns=["Claim #", "Primary Ins", "DOS", "Balance Ins", "Balance Pt", "Remark"],
    )  # fmt: skip
    if extra_line:
        last = [
            "C999",
            "Aetna",
            dt.date(2026, 1, 25).strftime(DAYS[day]),
            MONEY[money](101),
            MONEY[money](0),
            "",
        ]
        frame.loc[len(frame)] = last
    return frame.to_csv(index=False, sep=delimiter)


def read_text(folder, text, **options):
    path = folder / "drawn.csv"
    path.write_bytes(text.encode())
    return checked(read_export(path, as_of="2026-06-30", **options))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(rows=ROWS, money=st.sampled_from(list(MONEY)), day=st.sampled_from(list(DAYS)),
       delimiter=st.sampled_from([",", ";", "\t", "|"]))  # fmt: skip
def test_whatever_the_form_the_cents_come_back(tmp_path, rows, money, day, delimiter):
    found = read_text(tmp_path, export(rows, money=money, day=day, delimiter=delimiter))
    here = found.reconciliation
    parts = [cents for _, _, ins, pt in rows for cents in (ins, pt)] + [101]
    assert here.cents_in == sum(parts)
    assert here.cents_open == sum(cents for cents in parts if cents > 0)
    assert here.cents_credit == -sum(cents for cents in parts if cents < 0)
    by_payer: dict = {"Aetna": 101}
    for payer, _, ins, _ in rows:
        by_payer[payer] = by_payer.get(payer, 0) + max(ins, 0)
    items = found.practice.open_items.query("responsible == 'payer_1'")
    got = {payer: round(total * 100) for payer, total in sums(items, "payer").items()}
    assert got == {payer: cents for payer, cents in by_payer.items() if cents}
    days = found.practice.open_items.set_index("claim_id")["service_date"]
    for n, (_, date, ins, pt) in enumerate(rows):
        if ins > 0 or pt > 0:
            assert set(days.loc[[f"C{n}"]]) == {pd.Timestamp(date)}


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)
@given(rows=ROWS, order=st.randoms(use_true_random=False))
def test_shuffled_rows_and_columns_change_nothing(tmp_path, rows, order):
    text = export(rows)
    frame = pd.read_csv(io.StringIO(text), dtype="str", keep_default_na=False)
    columns, places = list(frame.columns), list(range(len(frame)))
    order.shuffle(columns)
    order.shuffle(places)
    shuffled = frame.iloc[places][columns].to_csv(index=False)
    one, two = read_text(tmp_path, text), read_text(tmp_path, shuffled)
    assert one.reconciliation == two.reconciliation
    for table in ("open_items", "credits"):
        pd.testing.assert_frame_equal(one.practice.tables[table], two.practice.tables[table])
    pd.testing.assert_frame_equal(one.mapping, two.mapping)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)
@given(rows=ROWS, bad=st.lists(st.sampled_from(["repeat", "no amount", "word", "too many"]), max_size=4))
def test_every_spoiled_row_is_in_the_quarantine_with_its_dollars(tmp_path, rows, bad):
    lines = export(rows).splitlines()
    width = lines[0].count(",")
    spoiled = {"no amount": "X1,Aetna,2026-01-02,,,", "word": "X2,Aetna,2026-01-02,ten,10,", "repeat": lines[1],
               "too many": "X3,Aetna,2026-01-02,10,10" + "," * (width - 3) + "more"}  # fmt: skip
    added = [spoiled[kind] for kind in dict.fromkeys(bad)]
    found = read_text(tmp_path, "\n".join(lines + added) + "\n")
    clean = read_text(tmp_path, "\n".join(lines) + "\n")
    assert found.reconciliation.quarantined == len(added)
    assert found.quarantine["row_number"].tolist() == [len(lines) + n + 1 for n in range(len(added))]
    pd.testing.assert_frame_equal(found.practice.open_items, clean.practice.open_items)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=150)
@given(data=st.one_of(st.binary(max_size=300), st.text(max_size=300).map(str.encode)))
def test_any_bytes_are_read_or_refused_in_one_sentence(tmp_path, data):
    path = tmp_path / "any.csv"
    for content in (data, b"Claim #,DOS,Balance\n" + data, b"PK\x03\x04" + data, b"PAR1" + data):
        path.write_bytes(content)
        try:
            checked(read_export(path))
        except (InputRefused, NotAvailable) as problem:
            assert "\n" not in str(problem)
            assert str(problem).endswith(".")


def test_the_samples_own_export_has_the_ledgers_total():
    practice = load_sample()
    found = checked(read_export(data_path("sample") / "export.csv", as_of=practice.as_of))
    ledger, owed_back = aged_items(practice), credit_items(practice)
    assert found.reconciliation.cents_open == round(ledger["balance"].sum() * 100)
    assert found.reconciliation.cents_credit == round(owed_back["amount"].sum() * 100)
    assert found.reconciliation.rows_in == len(practice.claims)
    assert found.reconciliation.quarantined == 0
    from_payers = ~ledger["responsible"].isin(["patient", "agency"])
    items = found.practice.open_items
    assert sums(items, "responsible") == {
        "payer_1": round(ledger.loc[from_payers, "balance"].sum(), 2),
        "patient": round(ledger.loc[~from_payers, "balance"].sum(), 2),
    }
    first = ledger["responsible"] == "payer_1"
    both = ledger[first].merge(items.query("responsible == 'payer_1'"), on="claim_id", suffixes=("", "_file"))
    assert len(both) > 100
    assert (both["payer"] == both["payer_file"]).all()
    assert (both["service_date"] == both["service_date_file"]).all()
    assert (both["payer_class"] == both["payer_class_file"]).all()
    sent = both["first_bill_date"].notna()
    assert (both.loc[sent, "first_bill_date"] == both.loc[sent, "first_bill_date_file"]).all()
    names = pd.read_csv(data_path("sample") / "export.csv")["Patient"]
    assert not set(names) & {str(value) for value in items.to_numpy().ravel()}
