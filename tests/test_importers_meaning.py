"""What columns mean where names mislead: counts, repeated amounts, patients, postings and other traps."""

import duckdb
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from arlab.errors import InputRefused
from arlab.importers import MapFile, read_export
from arlab.importers.denied import codes_in, is_denial
from arlab.ledger import balances
from arlab.tables import check_table


def read(folder, text, **options):
    path = folder / "a.csv"
    path.write_text(text, encoding="utf-8")
    found = read_export(path, **options)
    here = found.reconciliation
    assert here.ties_out
    assert here.cents_in == here.cents_open - here.cents_credit + here.cents_aside + here.cents_quarantined
    items = check_table(found.practice.open_items, "open_items")
    assert round(items["balance"].sum() * 100) == here.cents_open
    return found


def codes(found):
    return found.findings.set_index("code")["sentence"].to_dict()


def by(frame, name, value="balance"):
    return {str(key): round(float(total), 2) for key, total in frame.groupby(name)[value].sum().items()}


# Counts.


def test_claims_charges_payments_and_denials_are_counted(tmp_path):
    text = "Claim #,DOS,Charges,Ins Paid,Pt Paid,Balance,Status,CARC,Fin Class\n"
    text += (
        "C1,2026-05-01,100,10,20,70,Denied,,Commercial\nC2,2026-05-01,200,40,,160,Open,CO-197,Commercial\n"
    )
    text += (
        "C3,2026-05-01,400,,,400,Open,CO-45; PR-1,Commercial\nC4,2026-05-01,800,,,800,Rejected,,Commercial\n"
    )
    text += "C5,2026-05-01,1600,,,1600,Open,24,Medicare\nC6,2026-05-01,3200,,,3200,Open,24,Commercial\n"
    text += "C7,2026-05-01,6400,,,bad,Not denied,,Commercial\nC8,2026-05-01,1,,,1,Appealed,,Commercial\n"
    found = read(tmp_path, text)
    assert (found.claims, found.charge_total, found.paid_total) == (8, 6301.0, 70.0)
    assert found.denied_claims == 3  # C1 by status, C2 by code, C5 because 24 denies in plain Medicare
    assert found.reconciliation.quarantined == 1


def test_what_has_no_column_is_not_counted(tmp_path):
    found = read(tmp_path, "Payer,DOS,Balance\nAetna,2026-05-01,10\n")
    assert (found.claims, found.charge_total, found.paid_total, found.denied_claims) == (None,) * 4
    why = dict(found.cannot_compute)
    assert why["counts of claims"] == "the file has no claim numbers"
    assert {
        "days in AR and gross collection rate",
        "denied claims and the initial denial rate",
        "denial reasons",
        "underpayments and net collection rate",
        "collection rates",
        "write-off rate",
        "days to payment",
        "charge lag",
        "views by provider",
        "views by location",
        "views by service",
        "views by class of payer",
        "items without recent work",
        "counts of patients",
        "aging from the first billing",
        "aging from the day of responsibility",
        "payer and patient balances apart",
    } <= set(why)
    cost = found.unmapped.set_index("concept")["cost"]
    assert cost["first_bill_date"] == "no submission date: aging counts from service date; no days-to-pay"
    assert {"claim_id", "patient_id", "charge", "paid", "denial", "responsible"} <= set(cost.index)
    assert not {"payer", "service_date", "balance", "unapplied"} & set(cost.index)


@pytest.mark.parametrize("name", ["denial_reason", "Reason Code"])
def test_reasons_in_prose_are_no_codes(tmp_path, name):
    text = f"Claim #,DOS,Balance,{name}\nC1,2026-05-01,10,Missing documentation\nC2,2026-05-01,20,\n"
    found = read(tmp_path, text + "C3,2026-05-01,40,Call Ann Example 555-0100\n")
    assert found.mapping.set_index("concept").loc["denial_text", "column"] == name
    assert "words and not adjustment codes" in codes(found)["denial_text"]
    # What is called a denial's reason denies where it is filled; a reason of something may be one of anything.
    assert found.denied_claims == (2 if name == "denial_reason" else None)
    assert "Ann" not in found.practice.open_items.to_csv() + found.findings.to_csv() + found.mapping.to_csv()


def test_clinical_codes_are_no_denial_codes(tmp_path):
    found = read(
        tmp_path, "Claim #,DOS,Balance,REASONCODE\nC1,2026-05-01,10,195662009\nC2,2026-05-01,20,410620009\n"
    )
    assert not {"denial", "denial_text"} & set(found.mapping["concept"])
    assert "REASONCODE" in found.unused_columns
    assert found.denied_claims is None


@pytest.mark.parametrize(
    ("cell", "denies"),
    [("CO-197", True), ("co 16, N290", True), ("45", False), ("PR1 PR2", False), ("CO45/CO97", True), ("B7", True),
     ("N290", False), ("016", True), ("n/a", False), ("CO-253", False)],
)  # fmt: skip
def test_cells_of_codes(cell, denies):
    assert any(is_denial(code) for code in codes_in(cell)) is denies


@pytest.mark.parametrize(
    "cell", ["Authorization missing", "call back", "195662009", "A very long story", "CO"]
)
def test_cells_without_codes(cell):
    assert codes_in(cell) is None


def test_the_counts_of_a_file_are_those_of_duckdb(tmp_path):
    rows = pd.DataFrame(
        {
            "Claim #": [f"C{n % 300}" for n in range(400)],
            "Line": [str(n // 300 + 1) for n in range(400)],
            "DOS": "2026-05-01",
            "Charges": [f"{n}.25" for n in range(400)],
            "Paid": [f"{n % 7}.10" for n in range(400)],
            "Balance": [f"{n % 11}.00" for n in range(400)],
            "Status": ["Denied" if n % 9 == 0 else "Open" for n in range(400)],
        }
    )
    rows.to_csv(tmp_path / "a.csv", index=False)
    found = read_export(tmp_path / "a.csv")
    with duckdb.connect() as own:
        said = own.execute(
            'select count(distinct "Claim #"), sum("Charges"::decimal(18, 2)), sum("Paid"::decimal(18, 2)),'
            ' count(distinct "Claim #") filter ("Status" = \'Denied\')'
            f" from read_csv('{tmp_path / 'a.csv'}', all_varchar = true)"
        ).fetchone()
    assert (found.claims, found.charge_total, found.paid_total, found.denied_claims) == tuple(
        float(value) if index in (1, 2) else value for index, value in enumerate(said)
    )


# Claim-level amounts on lines.

LINES = "Claim #,Line,CPT,DOS,Claim Charge Amount,Claim Balance,Line paid amount\n" + "".join(
    f"L{n},{line},9921{line},2026-05-01,{100 * n},{10 * n},{line}\n"
    for n in range(1, 6)
    for line in (1, 2, 3)
)


def test_an_amount_of_the_claim_on_each_of_its_lines_counts_once(tmp_path):
    found = read(tmp_path, LINES)
    assert by(found.practice.open_items, "claim_id") == {f"L{n}": 10.0 * n for n in range(1, 6)}
    assert (found.claims, found.charge_total) == (5, 1500.0)
    where = found.findings.query("code == 'claim_amount_repeated'")["where"].tolist()
    assert where == ["column 'Claim Balance'", "column 'Claim Charge Amount'"]
    sentences = found.findings.query("code == 'claim_amount_repeated'")["sentence"].tolist()
    assert "150.00 in all, not 450.00" in sentences[0]
    assert "1,500.00 in all, not 4,500.00" in sentences[1]
    as_lines = read(tmp_path, LINES, map_file=MapFile(amounts="line"))
    assert as_lines.practice.open_items["balance"].sum() == 450.0
    assert as_lines.charge_total == 4500.0


def test_amounts_of_lines_are_added_up(tmp_path):
    text = "Claim #,Line,DOS,Charges,Balance\n"
    text += "".join(f"L{n},{line},2026-05-01,{line * n},{n + line}\n" for n in range(1, 6) for line in (1, 2))
    found = read(tmp_path, text)
    assert by(found.practice.open_items, "claim_id") == {f"L{n}": 2.0 * n + 3 for n in range(1, 6)}
    assert found.charge_total == 45.0
    assert "claim_amount_repeated" not in codes(found)
    once = read(tmp_path, text, map_file=MapFile(amounts="claim"))
    # They differ within every claim, so they cannot be the claim's own, whatever a map says.
    assert once.practice.open_items["balance"].sum() == found.practice.open_items["balance"].sum()
    assert "differs on the rows of 5 claims" in codes(once)["lines_added"]
    assert "claim_amount_repeated" not in codes(once)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25)
@given(claims=st.lists(st.tuples(st.integers(1, 4), st.integers(-5000, 5000)), min_size=3, max_size=12),
       spoiled=st.integers(0, 3))  # fmt: skip
def test_repeated_amounts_tie_out_whatever_is_quarantined(tmp_path, claims, spoiled):
    text = "Claim #,Line,DOS,Balance\n"
    for n, (lines, cents) in enumerate(claims):
        text += "".join(f"C{n},{line},2026-05-01,{cents / 100:.2f}\n" for line in range(lines))
    text += "".join(f"C0,{n + 9},2026-05-01,ten\n" for n in range(spoiled))
    found = read(tmp_path, text)
    several = {cents for lines, cents in claims if lines > 1 and cents}
    filled = sum(lines > 1 and cents != 0 for lines, cents in claims)
    once = filled >= 3 and len(several) > 1
    net = sum(cents * (1 if once else lines) for lines, cents in claims)
    assert found.reconciliation.cents_open - found.reconciliation.cents_credit == net
    assert found.reconciliation.quarantined == spoiled


# Patients.


def test_patients_are_counted_up_by_name_and_the_names_are_gone(tmp_path):
    text = 'Claim #,Patient,DOS,Balance\nC1,Ann Example,2026-05-01,10\nC2,"EXAMPLE, ANN",2026-05-01,20\n'
    text += "C3,Bob Example,2026-05-01,40\nC4,,2026-05-01,80\n"
    found = read(tmp_path, text)
    ids = found.practice.open_items.set_index("claim_id")["patient_id"]
    assert ids["C1"] == ids["C2"] != ids["C3"]
    assert set(ids.dropna()) == {"person 1", "person 2"}
    assert pd.isna(ids["C4"])
    assert "2 patients with a balance are told apart by name" in codes(found)["patients_counted_up"]
    assert "Example" not in found.practice.open_items.to_csv() + found.findings.to_csv()
    turned = read(tmp_path, "\n".join([text.splitlines()[0], *reversed(text.splitlines()[1:])]) + "\n")
    pd.testing.assert_frame_equal(turned.practice.open_items, found.practice.open_items)


def test_first_and_last_name_make_a_patient_and_a_guarantor_does_not(tmp_path):
    text = "Claim #,First Name,Last Name,Guarantor,DOS,Balance\nC1,Ann,Example,Eve Example,2026-05-01,10\n"
    text += "C2,Bob,Example,Eve Example,2026-05-01,20\n"
    assert read(tmp_path, text).practice.open_items["patient_id"].nunique() == 2
    only = read(tmp_path, "Claim #,Guarantor,DOS,Balance\nC1,Eve Example,2026-05-01,10\n")
    assert "patient_id" not in only.practice.open_items


def test_a_member_number_tells_patients_apart_and_is_dropped(tmp_path):
    text = "Claim #,Patient,Member ID,DOS,Balance\nC1,Ann Lee,W123456789,2026-05-01,10\n"
    text += "C2,Ann Lee,W987654321,2026-05-01,20\n"
    found = read(tmp_path, text)
    assert found.practice.open_items["patient_id"].nunique() == 2
    assert "W123456789" not in found.practice.open_items.to_csv()
    assert "their number at the payer" in codes(found)["patients_counted_up"]


def test_notes_are_known_as_free_text_and_dropped(tmp_path):
    text = "Claim #,DOS,Balance,Last Note,Comments\nC1,2026-05-01,10,called Ann at 555-0100,x\n"
    found = read(tmp_path, text)
    assert "Comments" in codes(found)["personal"]
    assert "Last Note" in codes(found)["personal"]
    assert "Ann" not in found.practice.open_items.to_csv()


# Statuses, dates, credits.


def test_two_statuses_that_contradict_each_other(tmp_path):
    text = "Claim #,DOS,Charges,Claim Status,AR Status\nC1,2026-05-01,10,Pending,Open\n"
    text += "C2,2026-05-01,20,Pending,Paid\nC3,2026-05-01,40,Denied,Open\nC4,2026-05-01,80,Paid,Closed\n"
    found = read(tmp_path, text)
    assert by(found.practice.open_items, "claim_id") == {"C1": 10.0}
    assert "contradict each other in 1 row (row 3)" in codes(found)["statuses_differ"]
    assert by(found.aside, "what", "dollars")["Claims with an unknown or contradictory status"] == 20.0
    assert found.denied_claims == 1


def test_the_last_billed_date_is_never_a_clock(tmp_path):
    found = read(tmp_path, "Claim #,Last Submission,DOS,Balance\nC1,2026-06-01,2026-01-01,10\n")
    assert "first_bill_date" not in found.practice.open_items
    assert "no age is counted from it" in codes(found)["last_billed"]


def test_adjustments_may_be_below_zero_and_ages_may_be_text(tmp_path):
    text = "Claim #,Adjustments,Days in AR,Balance\nC1,-5,45 days,10\nC2,3,100 days old,20\n"
    found = read(tmp_path, text, as_of="2026-06-30")
    assert found.practice.open_items["age_days"].tolist() == [45, 100]
    assert "adjustment" in set(found.mapping["concept"])


@pytest.mark.parametrize("sign", [1, -1])
def test_unapplied_money_beside_buckets_is_a_credit_whatever_its_sign(tmp_path, sign):
    text = f"Payer,0-30,31-60,Total,Unapplied\nAetna,10,20,30,{sign * 5}\nPatient,40,,40,{sign * 7}\n"
    text += "Collections,80,,80,\nSecondary insurance,160,,160,\n"
    found = read(tmp_path, text, as_of="2026-06-30")
    assert (found.reconciliation.cents_open, found.reconciliation.cents_credit) == (31000, 1200)
    assert by(found.practice.credits, "payer", "amount") == {"Aetna": 5.0, "Patient": 7.0}
    assert by(found.practice.open_items, "responsible") == {
        "agency": 80.0, "patient": 40.0, "payer_2": 160.0, "unknown": 30.0,
    }  # fmt: skip
    assert "total_column" in codes(found)
    assert ("above zero" in codes(found)["unapplied"]) is (sign > 0)
    assert "payer and patient balances apart" not in dict(found.cannot_compute)


def test_unapplied_money_beside_a_balance_is_asked(tmp_path):
    found = read(tmp_path, "Claim #,DOS,Balance,Unapplied\nC1,2026-05-01,30,-10\n")
    assert (found.reconciliation.cents_open, found.reconciliation.cents_credit) == (3000, 0)
    assert codes(found)["unapplied_asked"].startswith(
        "It holds 10.00 of unapplied money; is that already taken off"
    )


# Postings.

POSTINGS = """Claim #,Posted,DOS,Payer,Description,Charge,Payment,Adjustment
C1,2026-01-05,2026-01-02,Aetna,Charge,100,,
C1,2026-02-02,2026-01-02,Aetna,Insurance payment,,60,
C1,2026-02-02,2026-01-02,Aetna,Contractual adj CO-45,,,20
C1,2026-02-02,2026-01-02,Aetna,Transfer to patient,,,15
C1,2026-02-02,2026-01-02,Patient,Transfer from Aetna,,,-15
C1,2026-03-01,2026-01-02,Patient,Patient payment,,15,
C1,2026-04-01,2026-01-02,Aetna,Refund to insurance,,-10,
C2,2026-01-06,2026-01-03,Aetna,Charge,200,,
C2,2026-02-06,2026-01-03,Aetna,Zero pay CO-197,,0,
C2,,2026-01-03,Aetna,Insurance payment,,5,
C3,2026-01-07,2026-01-04,Patient,Charge,400,,
C3,2026-03-07,2026-01-04,Patient,Copay,,800,
"""


def test_postings_written_above_zero_are_a_ledger(tmp_path):
    found = read(tmp_path, POSTINGS, as_of="2026-06-30")
    assert by(found.practice.open_items, "claim_id") == {"C1": 15.0, "C2": 200.0}
    assert set(found.practice.open_items["responsible"]) == {"payer_1"}
    assert by(found.practice.credits, ["claim_id", "responsible"], "amount") == {"('C3', 'patient')": 400.0}
    assert found.quarantine["reason"].tolist() == ["no readable day in column 'Posted'"]
    assert (found.claims, found.charge_total, found.paid_total, found.denied_claims) == (3, 700.0, 865.0, 1)
    assert "they are taken off the balance" in codes(found)["postings_signs"]
    table = check_table(found.practice.transactions, "transactions")
    assert by(table, "kind", "amount") == {
        "charge": 700.0, "contractual": -20.0, "denial": 0.0, "patient_payment": -815.0, "payer_payment": -60.0,
        "refund_to_payer": 10.0, "transfer": 0.0,
    }  # fmt: skip
    assert table.set_index("kind").loc["denial", ["group_code", "carc"]].tolist() == ["CO", "197"]
    # A ledger knows every earlier day.
    early = read(tmp_path, POSTINGS, as_of="2026-01-31")
    assert by(early.practice.open_items, "claim_id") == {"C1": 100.0, "C2": 200.0, "C3": 400.0}
    past = balances(table, as_of="2026-02-28")
    assert by(past, ["claim_id", "responsible"])["('C1', 'patient')"] == 15.0


def test_postings_in_one_column_of_amounts_and_types(tmp_path):
    text = "Claim #,Transaction Date,Payer,Transaction Type,Amount\nC1,2026-01-05,Aetna,Charge,100\n"
    text += (
        "C1,2026-02-02,Aetna,Payment,60\nC1,2026-02-02,Aetna,Adjustment,30\nC1,2026-02-09,Aetna,Refund,5\n"
    )
    found = read(tmp_path, text, as_of="2026-06-30")
    assert by(found.practice.open_items, "claim_id") == {"C1": 15.0}
    assert (found.charge_total, found.paid_total) == (100.0, 55.0)


def test_transfers_that_do_not_cancel_out_make_no_ledger_but_balances(tmp_path):
    text = POSTINGS.replace("Transfer from Aetna,,,-15", "Transfer from Aetna,,,-14")
    found = read(tmp_path, text, as_of="2026-06-30")
    assert not found.practice.has("transactions")
    assert "Transfers that do not cancel out within claim and day: 1" in codes(found)["transfers_open"]


def test_charges_of_postings_are_never_open_dollars(tmp_path):
    (tmp_path / "a.csv").write_text(POSTINGS, encoding="utf-8")
    with pytest.raises(InputRefused, match="is a list of postings, because 'Description' tells charges"):
        read_export(tmp_path / "a.csv", mapping={"balance": "Charge"})
    no_day = POSTINGS.replace("Posted", "When")
    (tmp_path / "a.csv").write_text(no_day, encoding="utf-8")
    with pytest.raises(InputRefused, match="but it has no day that each was posted"):
        read_export(tmp_path / "a.csv")
    text = "Claim #,DOS,Charge,Status\nC1,2026-05-01,100,Paid\n"
    found = read(tmp_path, text, mapping={"balance": "Charge"})
    assert "its name says charge: every amount in it counts as open" in codes(found)["given_differs"]


KINDS = st.sampled_from(["Charge", "Payment", "Adjustment", "Void payment"])


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=30)
@given(rows=st.lists(st.tuples(st.integers(1, 4), KINDS,
                               st.sampled_from(["Aetna", "Cigna", "Patient", "Collections", ""]),
                               st.integers(-10_000, 10_000), st.integers(1, 28)),
                     min_size=1, max_size=12))  # fmt: skip
def test_postings_tie_out_to_the_cent(tmp_path, rows):
    text = "Trans #,Claim #,Posted,DOS,Payer,Description,Charge,Payment,Adjustment\n"
    text += "T0,C0,2026-01-01,2026-01-01,Aetna,Charge,1.00,,\nT00,C0,2026-01-01,2026-01-01,Aetna,Payment,,-1.00,\n"
    text += "T000,C0,2026-01-01,2026-01-01,Aetna,Adjustment,,,-900.00\n"
    for n, (claim, kind, payer, cents, day) in enumerate(rows, start=1):
        amount = f"{cents / 100:.2f}"
        cells = {"Charge": f"{amount},,", "Adjustment": f",,{amount}"}.get(kind, f",{amount},")
        text += f"T{n},C{claim},2026-01-{day:02d},2026-01-01,{payer},{kind},{cells}\n"
    found = read(tmp_path, text, as_of="2026-01-31")
    items, credit = found.practice.open_items, found.practice.credits
    assert found.reconciliation.accepted == len(rows) + 3
    net = found.reconciliation.cents_open - found.reconciliation.cents_credit
    assert net == found.reconciliation.cents_in
    if found.practice.has("transactions"):
        table = found.practice.transactions
        assert round(table["amount"].sum() * 100) == net
        ledger = by(table, ["claim_id", "responsible"], "amount")
        mine = by(items, ["claim_id", "responsible"])
        mine |= {key: -value for key, value in by(credit, ["claim_id", "responsible"], "amount").items()}
        assert mine == {key: value for key, value in ledger.items() if value}
