"""Where a table stands in a file and what its rows are, whatever stands around and between them."""

import csv
import datetime as dt
import io
import json

import openpyxl
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from arlab.importers import read_export
from arlab.importers.detect import find_table
from arlab.importers.files import open_grids
from arlab.importers.findings import Findings
from arlab.synth.export import make_export
from arlab.tables import load_sample


def read(tmp_path, text, name="a.csv", **options):
    path = tmp_path / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return read_export(path, **options)


def table_of(tmp_path, text):
    path = tmp_path / "t.csv"
    path.write_text(text, encoding="utf-8")
    (grid,) = open_grids(path, sheet=None, findings=Findings())
    return find_table(grid)


def codes(found):
    return set(found.findings["code"])


def balances(found):
    items = found.practice.open_items
    return {(row.claim_id, row.responsible): row.balance for row in items.itertuples()}


# Names in two rows

TWO_ROWS = """Claim #,DOS,Insurance,,Patient,
,,Balance,Paid,Balance,Paid
C1,2026-05-01,10.00,1.00,20.00,2.00
C2,2026-05-02,40.00,4.00,80.00,8.00
"""


def test_names_in_two_rows_are_joined(tmp_path):
    table = table_of(tmp_path, TWO_ROWS)
    assert table.columns == [
        "Claim #", "DOS", "Insurance Balance", "Insurance Paid", "Patient Balance", "Patient Paid",
    ]  # fmt: skip
    assert table.header_row == 2
    found = read(tmp_path, TWO_ROWS)
    assert balances(found) == {
        ("C1", "payer_1"): 10.0, ("C1", "patient"): 20.0, ("C2", "payer_1"): 40.0, ("C2", "patient"): 80.0,
    }  # fmt: skip
    assert found.paid_total == 15.0


def test_a_name_broken_over_two_rows_is_one_name(tmp_path):
    text = (
        "Claim,Service,Insurance,Patient\n#,Date,Balance,Balance\nC1,05/20/2026,10,20\nC2,05/21/2026,40,80\n"
    )
    assert table_of(tmp_path, text).columns == [
        "Claim #",
        "Service Date",
        "Insurance Balance",
        "Patient Balance",
    ]
    assert read(tmp_path, text).reconciliation.cents_open == 15000


def test_groups_above_names_that_say_enough_change_nothing(tmp_path):
    text = "Claim,,Dates,Open\nClaim #,Payer,DOS,Balance\nC1,Aetna,2026-05-01,10\n"
    assert table_of(tmp_path, text).columns == ["Claim #", "Payer", "DOS", "Balance"]


def test_a_title_above_is_no_group(tmp_path):
    text = "Aging report,,\nClaim #,Balance,Balance\nC1,10,20\n"
    assert table_of(tmp_path, text).columns == ["Claim #", "Balance", "Balance (2)"]


def test_a_first_row_of_data_is_no_name(tmp_path):
    text = "Claim #,Payer,DOS,Balance\nC1,Medicare,2026-05-01,10\n"
    assert table_of(tmp_path, text).columns == ["Claim #", "Payer", "DOS", "Balance"]
    assert len(table_of(tmp_path, text).body) == 1


def test_both_rows_of_names_may_come_again_on_every_page(tmp_path):
    head, rows = TWO_ROWS.split("C1")[0], "C1" + TWO_ROWS.split("C1")[1]
    first, second = rows.splitlines()
    found = read(tmp_path, f"{head}{first}\n{head}{second}\n")
    assert found.reconciliation.rows_in == 2
    assert found.reconciliation.cents_open == 15000
    assert found.findings.query("code == 'repeated_headings'")["where"].tolist() == ["rows 4, 5"]


def test_groups_that_come_again_are_no_data(tmp_path):
    head = "Claim,,Dates,Open\nClaim #,Payer,DOS,Balance\n"
    found = read(tmp_path, f"{head}C1,Aetna,2026-05-01,10\n{head}C2,Aetna,2026-05-02,20\n")
    assert (found.reconciliation.rows_in, found.reconciliation.quarantined) == (2, 0)


# Two tables on one sheet

CLAIMS = "Claim #,Payer,DOS,Balance\nC1,Aetna,2026-05-01,10\nC2,Cigna,2026-05-02,20\n"


def test_a_second_table_is_told_and_not_counted(tmp_path):
    found = read(tmp_path, f"{CLAIMS}\nPayment #,Paid Date,Paid Amount\nP1,2026-05-03,40\n")
    assert (found.reconciliation.rows_in, found.reconciliation.cents_in) == (2, 3000)
    told = found.findings.query("code == 'second_table'")
    assert told["where"].tolist() == ["row 5"]
    assert found.reconciliation.quarantined == 0


def test_the_table_that_fits_is_read_when_another_stands_first(tmp_path):
    found = read(tmp_path, f"Payment #,Paid Date,Paid Amount\nP1,2026-05-03,40\n\nOpen claims,,\n{CLAIMS}")
    assert (found.reconciliation.rows_in, found.reconciliation.cents_open) == (2, 3000)
    assert found.findings.query("code == 'title_rows'")["where"].tolist() == ["rows 1, 2, 4"]


def test_the_same_names_after_a_blank_row_are_the_same_table(tmp_path):
    found = read(tmp_path, f"{CLAIMS}\n{CLAIMS.replace('C1', 'C3').replace('C2', 'C4')}")
    assert found.reconciliation.rows_in == 4
    assert "second_table" not in codes(found)


# Rows that are no claims


def test_a_subtotal_that_says_only_so_is_one_whatever_its_sum(tmp_path):
    rows = "".join(f"C{n},P{n},Aetna,2026-05-0{n},10\n" for n in range(1, 5))
    # The copy of C4 is not in the printed sums, and no sum equals the rows above it.
    head = "Claim #,Patient,Payer,DOS,Balance\n"
    text = f"{head}{rows}C4,P4,Aetna,2026-05-04,10\nTotal Aetna,,,,40\nGrand Total,,,,40\n"
    found = read(tmp_path, text)
    assert (found.reconciliation.rows_in, found.reconciliation.cents_open) == (5, 4000)
    assert found.findings.query("code == 'totals_row'")["where"].tolist() == ["row 7", "row 8"]
    assert found.quarantine["row_number"].tolist() == [6]


def test_a_percent_is_no_money(tmp_path):
    rows = ["Aetna,10,33.3%,20,66.7%", "Cigna,40,50.0%,40,50.0%"]
    text = "\n".join(["Payer,0-30,%,31-60,% of total", *rows, ""])
    found = read(tmp_path, text, as_of="2026-06-30")
    assert found.reconciliation.cents_open == 11000
    assert found.mapping.query("concept == 'bucket_amount'")["column"].tolist() == ["0-30", "31-60"]


AGING = "Acct #,Patient,Payer,0-30,31-60\n"


def test_a_copy_in_an_aging_report_is_found_by_account_and_payer(tmp_path):
    rows = [
        "A1,Ann,Aetna,10,0",
        "A2,Bob,Aetna,0,20",
        "A1,Ann,Patient,40,0",
        "A2,Bob,Aetna,0,20",
        "A3,Cy,Aetna,10,0",
    ]
    found = read(tmp_path, AGING + "\n".join(rows) + "\n", as_of="2026-06-30")
    assert found.quarantine.to_dict("records") == [
        {"row_number": 5, "reason": "it repeats row 3 in every column", "dollars": 20.0}
    ]
    assert found.reconciliation.cents_open == 8000


def test_equal_rows_without_a_number_are_kept_and_told(tmp_path):
    text = "Payer,DOS,Balance\nAetna,2026-05-01,10\nAetna,2026-05-01,10\n"
    found = read(tmp_path, text)
    assert found.reconciliation.cents_open == 2000
    (said,) = found.findings.query("code == 'identical_rows'")["sentence"]
    assert "no column numbers the rows" in said


def test_dates_that_fit_both_orders_are_asked_about(tmp_path):
    found = read(tmp_path, "Claim #,DOS,Balance\nC1,03/05/2026,10\n")
    (said,) = found.findings.query("code == 'dates_ambiguous'")["sentence"]
    assert "--dates mdy or --dates dmy" in said


# Workbooks


def book_of(tmp_path, rows, **more):
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    for area in more.get("merged", ()):
        book.active.merge_cells(area)
    book.save(tmp_path / "a.xlsx")
    return tmp_path / "a.xlsx"


def test_merged_titles_and_groups_of_a_workbook(tmp_path):
    path = book_of(
        tmp_path,
        [
            ["Aging as of 06/30/2026"],
            ["Claim #", "DOS", "Insurance", None, "Patient"],
            [None, None, "Balance", "Paid", "Balance"],
            ["C1", dt.date(2026, 5, 1), 10, 1, 20],
        ],
        merged=["A1:E1", "A2:A3", "B2:B3", "C2:D2"],
    )
    found = read_export(path)
    assert balances(found) == {("C1", "payer_1"): 10.0, ("C1", "patient"): 20.0}
    assert found.practice.as_of == dt.date(2026, 6, 30)


def test_a_payer_merged_over_its_rows_counts_for_each_of_them_and_an_amount_does_not(tmp_path):
    path = book_of(
        tmp_path,
        [
            ["Payer", "Claim #", "DOS", "Balance"],
            ["Aetna", "C1", dt.date(2026, 5, 1), 10],
            [None, "C2", dt.date(2026, 5, 2), 20],
            ["Cigna", "C3", dt.date(2026, 5, 3), 40],
            [None, "C4", dt.date(2026, 5, 4), None],
        ],
        merged=["A2:A3", "A4:A5", "D4:D5"],
    )
    found = read_export(path)
    assert found.practice.open_items.groupby("payer")["balance"].sum().to_dict() == {
        "Aetna": 30.0,
        "Cigna": 40.0,
    }
    assert found.quarantine["row_number"].tolist() == [5]
    assert "merged_cells" in codes(found)


def test_formulas_without_values_are_told_by_column(tmp_path):
    rows = [
        ["Claim #", "DOS", "Charges", "Balance"],
        ["C1", dt.date(2026, 5, 1), "=1+1", 10],
        ["C2", dt.date(2026, 5, 2), "=2+2", "=5+5"],
    ]
    found = read_export(book_of(tmp_path, rows))
    told = found.findings.query("code == 'formulas'").set_index("where")["sentence"].to_dict()
    assert list(told) == ["column 'Charges'", "column 'Balance'"]
    assert ": 2;" in told["column 'Charges'"]
    assert ": 1;" in told["column 'Balance'"]
    assert found.quarantine["row_number"].tolist() == [3]


def test_macros_are_told_and_hidden_sheets_left_alone(tmp_path):
    path = book_of(tmp_path, [["Claim #", "DOS", "Balance"], ["C1", dt.date(2026, 5, 1), 10]])
    book = openpyxl.load_workbook(path)
    book.create_sheet("Old").sheet_state = "hidden"
    book.save(path)
    import zipfile

    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("xl/vbaProject.bin", b"\0")
    found = read_export(path)
    assert {"macros", "hidden_sheets"} <= codes(found)
    assert found.reconciliation.cents_open == 1000


# The generator's exports: its record of what a file truly says was made without reading it.


@pytest.mark.parametrize("layout", ["claims", "aging"])
@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("copies", [False, True])
def test_a_messy_export_ties_out_to_its_record(tmp_path, layout, seed, copies):
    messes = list(make_export(load_sample(), layout=layout, messy=True, seed=seed).record["messes"])
    messes = [*messes, "duplicate_rows"] if copies else messes
    export = make_export(load_sample(), layout=layout, messy=messes, seed=seed)
    record = export.record
    found = read(tmp_path, export.content)
    rows, twice = found.reconciliation, record["duplicate_rows"]
    assert (rows.rows_in, rows.quarantined) == (record["rows"] + len(twice), len(twice))
    assert found.quarantine["row_number"].tolist() == twice
    assert rows.cents_open == round(float(record["open"].replace(",", "").strip("$")) * 100)
    assert found.practice.as_of.isoformat() == record["as_of"]
    assert json.dumps(record["totals_rows"]) == str(len(record["subtotal_rows"] + record["grand_total_rows"]))
    assert rows.ties_out


# Any file: what was written is known, and the lines are counted by Python's own reader of CSV.

amounts = st.integers(-(10**6), 10**7)
NOTES = ["", "short", "two\nlines", 'with "quotes"', "a, comma; and more", "three\n\nlines", " padded "]


@st.composite
def files(draw):
    """Return the text of a file, and for each of its rows what it is."""
    delimiter = draw(st.sampled_from(",;\t|"))
    end = draw(st.sampled_from(["\n", "\r\n"]))
    held = io.StringIO()
    writer = csv.writer(held, delimiter=delimiter, lineterminator=end)
    head = ["Claim #", "Payer", "Note", "DOS", "Balance"]
    kinds = []

    def write(kind, row, cents=0):
        # The line on which the row starts is the number of line ends before it, and one.
        kinds.append((kind, held.getvalue().count("\n") + 1, cents))
        writer.writerow(row)

    for title in draw(
        st.lists(st.sampled_from(["Aging report", "Practice of Maple", "Printed by me"]), max_size=3)
    ):
        write("title", [title, "", "", "", ""])
    write("header", head)
    for number in range(draw(st.integers(1, 12))):
        claim = [f"C{number}", draw(st.sampled_from(["Aetna", "Blue Cross, Inc", "Medicare"])),
                 draw(st.sampled_from(NOTES)), f"2026-05-{1 + number:02d}"]  # fmt: skip
        what = draw(
            st.sampled_from(["good", "good", "good", "good", "bad", "empty", "extra", "blank", "header"])
        )
        cents = draw(amounts)
        money = f"{'-' if cents < 0 else ''}{abs(cents) // 100}.{abs(cents) % 100:02d}"
        if what == "good":
            write("good", [*claim, money], cents)
            if draw(st.integers(0, 4)) == 0:
                write("copy", [*claim, money], cents)
        elif what == "bad":
            write("bad", [*claim, draw(st.sampled_from(["soon", "12.5%", "1.2.3", "=5+5"]))])
        elif what == "empty":
            write("bad", [*claim, ""])
        elif what == "extra":
            write("bad", [*claim, money, "one more"])
        elif what == "blank":
            write("blank", ["", "", "", "", ""])
        else:
            write("header", head)
    total = sum(cents for kind, _, cents in kinds if kind == "good")
    if draw(st.booleans()):
        write(
            "total",
            [
                "Grand Total",
                "",
                "",
                "",
                f"{'-' if total < 0 else ''}{abs(total) // 100}.{abs(total) % 100:02d}",
            ],
        )
    # Where most amounts are none, the column is no balance, and the file is refused.
    named = [kind for kind, _, _ in kinds]
    assume(named.count("good") > named.count("bad"))
    return held.getvalue(), kinds, delimiter


@given(files(), st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_every_row_is_accepted_or_quarantined_with_its_line_and_its_dollars(tmp_path, file, encoding):
    text, kinds, _ = file
    lines = {kind: [n for k, n, _ in kinds if k == kind] for kind in ("good", "bad", "copy")}
    found = read(tmp_path, text.encode(encoding), as_of="2026-12-31")
    rows = found.reconciliation
    assert rows.rows_in == sum(map(len, lines.values()))
    assert rows.accepted == len(lines["good"])
    assert found.quarantine["row_number"].tolist() == sorted(lines["bad"] + lines["copy"])
    money = {kind: sum(c for k, _, c in kinds if k == kind) for kind in ("good", "copy")}
    assert (rows.cents_in, rows.cents_accepted) == (money["good"] + money["copy"], money["good"])
    positive = sum(max(c, 0) for k, _, c in kinds if k == "good")
    assert (rows.cents_open, rows.cents_credit) == (positive, positive - money["good"])
    assert rows.ties_out


@given(files())
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_workbook_of_the_same_rows_has_the_same_rows_in_its_own_count(tmp_path, file):
    text, kinds, delimiter = file
    book = openpyxl.Workbook()
    for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter):
        # A cell that begins with an equals sign is a formula in a workbook.
        book.active.append([cell if cell and not cell.startswith("=") else None for cell in row])
    book.save(tmp_path / "a.xlsx")
    found = read_export(tmp_path / "a.xlsx", as_of="2026-12-31")
    bad = [n for n, (kind, _, _) in enumerate(kinds, start=1) if kind in ("bad", "copy")]
    assert found.quarantine["row_number"].tolist() == bad
    assert found.reconciliation.cents_accepted == sum(cents for kind, _, cents in kinds if kind == "good")
    assert found.reconciliation.ties_out
