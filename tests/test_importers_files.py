"""What can be opened, with which row numbers; what cannot be opened gets one sentence and never a traceback."""

import datetime as dt
import os
import subprocess
import sys
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from arlab.errors import ArlabError, InputRefused, NotAvailable
from arlab.importers import read_export
from arlab.importers.files import open_grids
from arlab.importers.findings import Findings

ROWS = "Claim #,Payer,DOS,Balance\nC1,Müller,2026-05-01,10\nC2,Aetna,2026-05-02,20\n"
OLE = bytes.fromhex("d0cf11e0a1b11ae1")


def write(tmp_path, name, data):
    path = tmp_path / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    return path


def one_grid(path, **options):
    (grid,) = open_grids(path, sheet=None, findings=options.get("findings", Findings()))
    return grid


def one_sentence(problem):
    """Return the text of an error after checking that it is one sentence for a person."""
    text = str(problem)
    assert "\n" not in text
    assert text.endswith(".")
    assert "Traceback" not in text
    assert len(text) < 1_000
    return text


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"])
def test_encodings(tmp_path, encoding):
    found = read_export(write(tmp_path, "a.csv", ROWS.encode(encoding)))
    assert found.practice.open_items["payer"].tolist() == ["Müller", "Aetna"]
    assert ("encoding" in set(found.findings["code"])) == (encoding == "cp1252")


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_delimiters_and_line_ends(tmp_path, delimiter, ending):
    text = ROWS.replace(",", delimiter).replace("\n", ending)
    found = read_export(write(tmp_path, "a.txt", text))
    assert found.reconciliation.cents_open == 3000


def test_lines_are_numbered_as_an_editor_numbers_them(tmp_path):
    text = 'Title\n\nClaim #,Note,Balance\nC1,"two\nlines",10\n\nC2,one,bad\n'
    grid = one_grid(write(tmp_path, "a.csv", text))
    assert grid.row_numbers.tolist() == [1, 2, 3, 4, 6, 7]
    found = read_export(write(tmp_path, "b.csv", text), as_of="2026-06-30")
    assert found.quarantine["row_number"].tolist() == [7]


def test_a_comma_in_quotation_marks_parts_no_cells(tmp_path):
    found = read_export(
        write(tmp_path, "a.csv", 'Claim #,Payer,DOS,Balance\nC1,"Aetna, Inc",2026-05-01,"1,234.50"\n')
    )
    assert found.practice.open_items["payer"].tolist() == ["Aetna, Inc"]
    assert found.reconciliation.cents_open == 123450


def test_spaces_and_other_letters_in_the_path(tmp_path):
    path = write(tmp_path, "my exports/Überweisung 文件 №1.csv", ROWS)
    found = read_export(path)
    assert found.source == "Überweisung 文件 №1.csv"
    assert found.reconciliation.cents_open == 3000


def test_the_path_may_be_text(tmp_path):
    assert read_export(str(write(tmp_path, "a.csv", ROWS))).reconciliation.accepted == 2


def workbook(tmp_path, name="a.xlsx", **sheets):
    book = openpyxl.Workbook()
    book.remove(book.active)
    for title, rows in sheets.items():
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(row)
    path = tmp_path / name
    book.save(path)
    return path


HEAD = ["Claim #", "Payer", "DOS", "Balance"]


def test_a_workbook_is_read_with_the_row_numbers_of_the_sheet(tmp_path):
    rows = [
        [],
        ["Report"],
        [],
        HEAD,
        ["C1", "Aetna", dt.date(2026, 5, 1), 10.5],
        ["C2", "Aetna", None, "bad"],
    ]
    found = read_export(workbook(tmp_path, Open=rows))
    assert found.kind == "xlsx"
    assert found.quarantine["row_number"].tolist() == [6]
    item = found.practice.open_items.iloc[0]
    assert (item["balance"], item["service_date"]) == (10.5, pd.Timestamp("2026-05-01"))


def test_whole_numbers_of_a_workbook_stay_whole(tmp_path):
    found = read_export(workbook(tmp_path, Open=[HEAD, [1000123, "Aetna", dt.date(2026, 5, 1), 10.0]]))
    assert found.practice.open_items["claim_id"].tolist() == ["1000123"]


def test_a_sheet_can_be_chosen_by_name_or_number(tmp_path):
    path = workbook(
        tmp_path,
        First=[HEAD, ["C1", "Aetna", dt.date(2026, 5, 1), 10]],
        Second=[HEAD, ["C2", "Aetna", dt.date(2026, 5, 1), 20]],
    )
    assert read_export(path).reconciliation.cents_open == 1000
    assert read_export(path, sheet="Second").reconciliation.cents_open == 2000
    assert read_export(path, sheet=2).reconciliation.cents_open == 2000
    with pytest.raises(InputRefused, match="has no sheet 'Third': it has 'First', 'Second'"):
        read_export(path, sheet="Third")


def test_the_first_sheet_that_fits_is_read_and_the_others_are_compared(tmp_path):
    same = [HEAD, ["C9", "Aetna", dt.date(2026, 5, 1), 10]]
    more = [HEAD, ["C9", "Aetna", dt.date(2026, 5, 1), 40]]
    path = workbook(tmp_path, Cover=[["Hello"], ["World"]], One=same, Two=same, Three=more)
    found = read_export(path)
    said = found.findings.query("code == 'other_sheet'").set_index("where")["sentence"]
    assert "the same total" in said["sheet 'Two'"]
    assert "differs by 30.00" in said["sheet 'Three'"]
    assert found.reconciliation.cents_open == 1000


def test_a_hidden_sheet_is_left_alone(tmp_path):
    path = workbook(
        tmp_path,
        Old=[HEAD, ["C1", "Aetna", dt.date(2026, 5, 1), 10]],
        New=[HEAD, ["C2", "Aetna", dt.date(2026, 5, 1), 20]],
    )
    book = openpyxl.load_workbook(path)
    book["Old"].sheet_state = "hidden"
    book.active = 1
    book.save(path)
    found = read_export(path)
    assert found.reconciliation.cents_open == 2000
    assert "other_sheet" not in set(found.findings["code"])


def test_a_workbook_is_known_by_its_content(tmp_path):
    path = workbook(tmp_path, Open=[HEAD, ["C1", "Aetna", dt.date(2026, 5, 1), 10]])
    assert read_export(path.rename(tmp_path / "export.csv")).kind == "xlsx"
    assert read_export(write(tmp_path, "text.xlsx", ROWS)).kind == "csv"


def test_parquet_of_any_types(tmp_path):
    frame = pd.DataFrame(
        {
            "ClaimID": [1, 2],
            "Payer": pd.Categorical(["Aetna", None]),
            "ServiceDate": pd.to_datetime(["2026-05-01", "2026-05-02"]),
            "Balance": [10.25, 20.0],
            "Flag": [True, False],
        }
    )
    frame.to_parquet(tmp_path / "a.parquet")
    found = read_export(tmp_path / "a.parquet")
    assert (found.kind, found.reconciliation.cents_open) == ("parquet", 3025)
    assert found.practice.open_items["payer"].tolist() == ["Aetna", "Not stated"]
    assert found.unused_columns == ("Flag",)


def test_rows_of_parquet_count_from_one(tmp_path):
    frame = pd.DataFrame({"Claim #": ["C1", "C2"], "DOS": ["2026-05-01"] * 2, "Balance": ["10", "bad"]})
    frame.to_parquet(tmp_path / "a.parquet")
    assert read_export(tmp_path / "a.parquet").quarantine["row_number"].tolist() == [2]


HEADER = "Claim #,Payer,DOS,Balance\n"
BAD = {
    "only a header": ("a.csv", HEADER, "no rows of data"),
    "only titles and totals": ("a.csv", f"{HEADER}Total,,,10\n", "no rows of data"),
    "empty": ("a.csv", "", "is empty"),
    "only white space": ("a.csv", " \n\n \n", "is empty"),
    "only a byte order mark": ("a.csv", b"\xef\xbb\xbf", "is empty"),
    "binary with NUL": ("a.csv", bytes(range(256)) * 40, "NUL bytes"),
    "binary without NUL": ("a.csv", bytes([1, 2, 3, 200, 14]) * 400, "not a text file"),
    "NUL in the middle": ("a.csv", HEADER.encode() + b"C1,A\0,2026-05-01,10\n", "NUL bytes"),
    "NUL far down": ("a.csv", HEADER.encode() + b"C1,A,2026-05-01,10\n" * 400 + b"\0", "NUL bytes"),
    "damaged UTF-16": ("a.csv", "Claim,Balance\n".encode("utf-16") + b"\x00\xd8x", "damaged further on"),
    "broken workbook": ("a.xlsx", b"PK\x03\x04 and then nothing", "is damaged or is no workbook"),
    "old workbook, broken": ("a.xls", OLE + bytes(600), "is damaged or is no workbook"),
    "password": (
        "a.xlsx",
        OLE + bytes(600) + "EncryptedPackage".encode("utf-16-le"),
        "protected by a password",
    ),
    "broken Parquet": ("a.parquet", b"PAR1 and then nothing", "damaged Parquet"),
    "X12": ("a.835", "ISA*00*          *00*          *ZZ*A*ZZ*B*260101*1200*^*00501*1*0*P*:~", "X12 file"),
    "web page": ("a.xls", "<html><table><tr><td>Balance</td></tr></table></html>", "web page"),
    "JSON": ("a.csv", '{"claim": 1}', "JSON"),
    "printed": ("a.csv", b"%PDF-1.7\n", "printed document"),
    "an open quotation mark": (
        "a.csv",
        f'{HEADER}C1,"A,2026-05-01,10\nC2,B,2026-05-02,20\n',
        "quotation mark",
    ),
    "two open quotation marks": (
        "a.csv",
        f'{HEADER}C1,"A,2026-05-01,10\nC2,B,2026-05-02,20\nC3,"C,2026-05-02,40\nC4,D,2026-05-02,80\n',
        "quotation mark on line 2",
    ),
    "far too many cells": ("a.csv", HEADER + "," * 5_000 + "\n", "5,001 cells"),
    "no header": (
        "a.csv",
        "C1,Jane Roe,2026-05-01,10\nC2,Jack Roe,2026-05-02,20\n",
        "no row that looks like",
    ),
    "prose": ("a.csv", "Dear Sir,\nplease find the report attached\n", "no row that looks like"),
    "no amount at all": ("a.csv", f"{HEADER}C1,A,2026-05-01,\n", "none of which can be used"),
    "no date at all": ("a.csv", "Claim #,Balance\nC1,10\n", "give the day (--as-of)"),
    "postings": (
        "a.csv",
        "Claim,Type,Date,Outstanding\nC1,CHARGE,2026-05-01,10\nC1,PAYMENT,2026-05-02,10\n",
        "list of postings",
    ),
}


@pytest.mark.parametrize(("name", "data", "says"), BAD.values(), ids=BAD)
def test_what_cannot_be_read_gets_one_sentence(tmp_path, name, data, says):
    with pytest.raises(InputRefused) as caught:
        read_export(write(tmp_path, name, data))
    text = one_sentence(caught.value)
    assert says in text
    assert name in text
    assert str(tmp_path) not in text


def test_a_folder_and_a_missing_file(tmp_path):
    with pytest.raises(InputRefused, match="has no X12 file"):
        read_export(tmp_path)
    with pytest.raises(InputRefused, match="does not exist"):
        read_export(tmp_path / "nothing.csv")
    with pytest.raises(InputRefused, match="not an ordinary file"):
        os.mkfifo(tmp_path / "pipe") if hasattr(os, "mkfifo") else pytest.skip("no pipes on this system")
        read_export(tmp_path / "pipe")
    with pytest.raises(InputRefused):
        read_export("no\0name.csv")


def test_a_sheet_of_a_text_file_is_refused(tmp_path):
    with pytest.raises(InputRefused, match="has no sheets"):
        read_export(write(tmp_path, "a.csv", ROWS), sheet="One")


# Reads as another user: root may read everything, so the test gives its rights away.
AS_NOBODY = """
import os, sys
os.setgroups([]); os.setgid(65534); os.setuid(65534)
sys.path.insert(0, sys.argv[1])
from arlab.errors import InputRefused
from arlab.importers.files import _bytes_of
from pathlib import Path
try:
    _bytes_of(Path(sys.argv[2]))
except InputRefused as problem:
    print(problem)
"""


def test_no_permission(tmp_path):
    path = write(tmp_path, "locked.csv", ROWS)
    path.chmod(0)
    if not hasattr(os, "geteuid"):
        pytest.skip("this system has no such permissions")
    if os.geteuid():
        with pytest.raises(InputRefused, match="may not be read by this user"):
            read_export(path)
        return
    for folder in [tmp_path, *tmp_path.parents]:
        if folder == tmp_path or folder.name.startswith("pytest"):
            folder.chmod(0o755)
    # Everything is imported before the rights are given away: the library may lie where nobody can read.
    code = AS_NOBODY.replace("import os, sys\n", "import os, sys\nsys.path.insert(0, sys.argv[1])\n"
                             "import arlab.importers.files, arlab.errors\n", 1)  # fmt: skip
    source = Path(__file__).parents[1] / "src"
    done = subprocess.run(
        [sys.executable, "-c", code, str(source), str(path)], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert "'locked.csv' may not be read by this user" in one_sentence(done.stdout.strip())


def test_a_missing_package_for_workbooks_is_one_sentence(tmp_path, monkeypatch):
    path = workbook(tmp_path, Open=[HEAD, ["C1", "Aetna", dt.date(2026, 5, 1), 10]])
    monkeypatch.setitem(sys.modules, "python_calamine", None)
    with pytest.raises(NotAvailable) as caught:
        read_export(path)
    assert "needs the package python-calamine" in one_sentence(caught.value)


def test_formulas_without_values_are_one_sentence(tmp_path):
    rows = [HEAD, ["C1", "Aetna", dt.date(2026, 5, 1), "=5+5"], ["C2", "Aetna", dt.date(2026, 5, 1), "=6+6"]]
    with pytest.raises(InputRefused) as caught:
        read_export(workbook(tmp_path, Open=rows))
    assert "if amounts are formulas" in one_sentence(caught.value)


def test_a_refusal_names_columns_and_no_value(tmp_path):
    text = "Patient,Colour,Visit date\nJane Roe,secret blue,2026-05-01\n"
    with pytest.raises(InputRefused) as caught:
        read_export(write(tmp_path, "a.csv", text))
    said = one_sentence(caught.value)
    assert "'Balance', 'outstanding_amount'" in said
    assert "its columns are 'Patient', 'Colour', 'Visit date'" in said
    assert "Jane" not in said
    assert "secret" not in said


def test_very_many_and_very_long_names_are_cut(tmp_path):
    names = ["DOS", "x" * 500, *(f"extra{n}" for n in range(40))]
    with pytest.raises(InputRefused) as caught:
        read_export(
            write(tmp_path, "a.csv", ",".join(names) + "\n" + ",".join("2026-05-01" for _ in names) + "\n")
        )
    said = one_sentence(caught.value)
    assert "and 27 more" in said
    assert "x" * 50 not in said


def test_a_file_without_column_names_shows_none_of_its_data(tmp_path):
    with pytest.raises(ArlabError) as caught:
        read_export(write(tmp_path, "a.csv", "Jane Roe,Aetna,Paid\nJack Roe,Cigna,Paid\n"))
    assert "Roe" not in str(caught.value)
