"""What a first-time user's files showed: amounts on few claims, mistyped dates, contradictions, plain sentences."""

import datetime as dt

import pytest

from arlab.errors import InputRefused, SettingsError
from arlab.importers import MapFile, read_export, read_map
from arlab.report.weights import CHECKS

LINES = """Claim ID,Line,CPT,Payer,DOS,Claim Charge,Line Charge,Paid,Adjustment,Claim Balance
K1,1,99213,Aetna,2026-05-01,300.00,150.00,50.00,0.00,200.00
K1,2,73030,Aetna,2026-05-01,300.00,100.00,50.00,0.00,200.00
K1,3,20610,Aetna,2026-05-01,300.00,50.00,0.00,0.00,200.00
K2,1,99214,Cigna,2026-02-01,200.00,200.00,0.00,0.00,200.00
K3,1,99215,Medicare,2026-06-15,500.00,400.00,100.00,50.00,350.00
K3,2,36415,Medicare,2026-06-15,500.00,100.00,0.00,0.00,350.00
"""


def read(folder, text, **options):
    path = folder / "a.csv"
    path.write_text(text, encoding="utf-8")
    found = read_export(path, **options)
    assert found.reconciliation.ties_out
    return found


def codes(found):
    return found.findings.set_index("code")["sentence"].to_dict()


def total(found):
    return round(float(found.practice.open_items["balance"].sum()), 2)


# Amounts of claims on their lines, in a file of few claims.


@pytest.mark.parametrize("amounts", [None, "claim"])
def test_amounts_of_two_claims_count_once(tmp_path, amounts):
    found = read(tmp_path, LINES, as_of="2026-06-30", map_file=MapFile(amounts=amounts))
    assert (total(found), found.charge_total, found.paid_total) == (750.0, 1000.0, 200.0)
    repeated = found.findings.query("code == 'claim_amount_repeated'")["where"].tolist()
    assert repeated == ["column 'Claim Balance'", "column 'Claim Charge'"]
    assert "lines_asked" not in codes(found)


@pytest.mark.parametrize(
    "change, why",
    [
        ([("Claim Charge", "Charges"), ("Claim Balance", "Balance")], "comes to the balance only so"),
        ([("Paid", "X1"), ("Adjustment", "X2"), ("Line Charge", "X3")], "its name says"),
        ([("Claim Charge", "Charges"), ("Paid", "X1")], "column 'Line Charge' adds up to it"),
    ],
)
def test_one_clue_is_enough(tmp_path, change, why):
    text = LINES
    if change[0][0] == "Claim Charge" and len(change) == 2 and change[1][0] == "Claim Balance":
        change = [*change, ("Line Charge", "Note")]
    for old, new in change:
        text = text.replace(old, new)
    found = read(tmp_path, text, as_of="2026-06-30")
    assert (total(found), found.charge_total) == (750.0, 1000.0)
    assert any(why in said for said in found.findings.query("code == 'claim_amount_repeated'")["sentence"])


def test_without_a_clue_it_is_asked(tmp_path):
    text = "Claim ID,Line,DOS,Balance\nK1,1,2026-05-01,200\nK1,2,2026-05-01,200\nK2,1,2026-05-01,50\n"
    found = read(tmp_path, text)
    assert total(found) == 450.0
    assert 'amounts = "claim"' in codes(found)["lines_asked"]
    told = read(tmp_path, text, map_file=MapFile(amounts="claim"))
    assert total(told) == 250.0
    assert "lines_asked" not in codes(told)
    assert "lines_asked" not in codes(read(tmp_path, text, map_file=MapFile(amounts="line")))


def test_lines_that_agree_row_by_row_are_not_asked_about(tmp_path):
    text = "Claim ID,Line,DOS,Charge,Paid,Adjustment,Balance\n"
    text += "K1,1,2026-05-01,100,20,10,70\nK1,2,2026-05-01,100,30,0,70\n"
    found = read(tmp_path, text)
    assert (total(found), found.charge_total) == (140.0, 200.0)
    assert "lines_asked" not in codes(found)


# Mistyped dates.

MISTYPED = """Claim No,Patient Name,Payer,DOS,Balance
C1,A,Aetna,06/05/2026,10
C2,B,Aetna,06/06/2026,20
C3,C,Cigna,05/06/2062,40
"""


@pytest.mark.parametrize("given, day", [("2026-06-30", dt.date(2026, 6, 30)), (None, dt.date(2026, 6, 6))])
def test_one_mistyped_date_does_not_take_the_file(tmp_path, given, day):
    found = read(tmp_path, MISTYPED, as_of=given)
    assert found.practice.as_of == day
    assert total(found) == 70.0
    dates = found.practice.open_items.set_index("claim_id")["service_date"]
    assert dates[dates.isna()].index.tolist() == ["C3"]
    assert f"Dates after {day}" in codes(found)["dates_later"]
    assert "(row 4)" in codes(found)["dates_later"]


def test_more_dates_after_the_given_day_are_refused(tmp_path):
    text = MISTYPED + "C4,D,Cigna,05/07/2026,80\n"
    with pytest.raises(InputRefused, match="shows events up to"):
        read(tmp_path, text, as_of="2026-06-05")
    with pytest.raises(InputRefused, match="shows events up to"):  # one row of a single day later
        read(tmp_path, MISTYPED.replace("2062", "2026"), as_of="2026-06-05")
    twice = MISTYPED + "C4,D,Cigna,05/06/2062,80\n"
    with pytest.raises(InputRefused, match="shows events up to"):
        read(tmp_path, twice, as_of="2026-06-30")


def test_one_young_item_beside_one_old_one_is_no_typing_error(tmp_path):
    text = "Claim No,DOS,Balance\nC1,06/05/2010,10\nC2,06/06/2026,20\n"
    assert read(tmp_path, text).practice.as_of == dt.date(2026, 6, 6)


# Contradictions: noted with their rows and dollars, and nothing is changed.


def test_balances_that_charges_and_payments_do_not_leave_are_noted(tmp_path):
    text = "Claim ID,DOS,Charge,Paid,Adjustment,Balance\n"
    text += "C1,2026-05-01,100,20,10,70\nC2,2026-05-01,100,20,10,75\nC3,2026-05-01,100,0,0,90\n"
    found = read(tmp_path, text)
    assert total(found) == 235.0
    said = codes(found)["balance_differs"]
    assert "in 2 of 3 claims, by 15.00 taken together (rows 3, 4)" in said
    right = text.replace(",75", ",70").replace(",90", ",100")
    assert "balance_differs" not in codes(read(tmp_path, right))
    below = right.replace(",20,10,", ",-20,-10,")
    assert "balance_differs" not in codes(read(tmp_path, below))
    assert "balance_differs" not in codes(read(tmp_path, LINES, as_of="2026-06-30"))


def test_closed_claims_with_a_balance_are_noted(tmp_path):
    text = (
        "Claim ID,DOS,Balance,Status\nC1,2026-05-01,10,Closed\nC2,2026-05-01,20,Paid\nC3,2026-05-01,40,Void\n"
    )
    text += "C4,2026-05-01,80,Partially paid\nC5,2026-05-01,0,Paid\nC6,2026-05-01,160,Not paid\n"
    found = read(tmp_path, text)
    assert total(found) == 310.0
    assert "3 rows with 70.00 (rows 2, 3, 4)" in codes(found)["closed_with_balance"]


def test_dates_that_contradict_each_other_are_noted(tmp_path):
    text = "Claim ID,DOS,First Billed,Denial Date,Balance\nC1,2026-05-01,2026-04-30,2026-05-20,10\n"
    text += "C2,2026-05-01,2026-05-02,2026-03-01,20\nC3,1926-05-01,2026-05-02,2026-05-20,40\n"
    found = read(tmp_path, text)
    where = found.findings.query("code == 'dates_order'").set_index("where")["sentence"].to_dict()
    assert "1 row with 10.00 (row 2)" in where["columns 'DOS', 'First Billed'"]
    assert "1 row with 20.00 (row 3)" in where["columns 'DOS', 'Denial Date'"]
    assert "1 row with 40.00 (row 4)" in codes(found)["dates_old"]
    assert total(found) == 70.0


# Dates of filing, and dates of nobody knows what.


@pytest.mark.parametrize("name", ["Submit Date", "Filed Date", "Date Filed", "File Date"])
def test_dates_of_filing_are_first_bill_dates(tmp_path, name):
    found = read(tmp_path, f"Claim ID,DOS,{name},Balance\nC1,2026-05-01,2026-05-04,10\n")
    assert found.mapping.set_index("concept").loc["first_bill_date", "column"] == name


def test_a_column_of_dates_that_is_not_used_is_named(tmp_path):
    text = "Claim ID,DOS,Wave,Zone,Birth Date,Balance\nC1,2026-05-01,2026-05-04,45356,1960-01-01,10\n"
    text += "C2,2026-05-01,2026-05-05,45357,1960-01-01,10\n"
    found = read(tmp_path, text)
    assert found.findings.query("code == 'dates_unused'")["where"].tolist() == ["column 'Wave'"]
    assert "dates_unused" not in codes(read(tmp_path, text, map_file=MapFile(ignore=("Wave",))))


def test_the_codes_of_these_findings_are_weighed():
    new = "lines_asked lines_added balance_differs closed_with_balance dates_order dates_old dates_unused"
    assert set(new.split()) <= set(CHECKS)


# Sentences.


def refused(folder, text):
    path = folder / "map.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(SettingsError) as caught:
        read_map(path)
    return str(caught.value)


def test_a_mistyped_concept_is_answered_with_the_nearest_one(tmp_path):
    said = refused(tmp_path, '[columns]\nbalence = "Balance"\n')
    assert "is nothing that is read (did you mean 'balance'?): correct it or take it out." in said
    assert "did you mean 'service_date'?" in refused(tmp_path, '[columns]\n"Service Date" = "DOS"\n')
    assert "use 'claim_id', " in refused(tmp_path, '[columns]\nxyzzy = "DOS"\n')


def test_a_choice_that_is_not_possible_is_said_in_grammar(tmp_path):
    said = refused(tmp_path, 'amounts = "both"\n')
    assert "has a value for amounts that is not possible: give 'claim' or 'line'" in said


def test_a_payer_that_the_map_merges_is_said_to_be_by_the_map(tmp_path):
    text = "Claim ID,Payer,DOS,Balance\nC1,Alder Health,2026-05-01,10\nC2,ALDER HEALTH,2026-05-01,20\n"
    text += "C3,Birch Plan,2026-05-01,40\n"
    given = MapFile(payers={"Birch Plan": "Alder Health"})
    said = codes(read(tmp_path, text, map_file=given))["payer_spellings"]
    assert said.startswith("3 spellings are 1 payer: 1 differs from the name it goes by in case,")
    assert "and 1 goes by another name by the map file;" in said
    only = codes(read(tmp_path, text.replace("ALDER HEALTH", "Alder Health"), map_file=given))
    assert "case" not in only["payer_spellings"]
