"""Does ``arlab queue`` say what to work first, write a list that can be worked, and refuse in one line?"""

import csv
import io
import re
import sys

import openpyxl
import pandas as pd
import pytest

from arlab.cli import run as ending
from arlab.errors import NotAvailable
from arlab.priority import make_queue, queue_csv, queue_workbook, shown_queue
from arlab.priority.export import FILL_IN
from arlab.tables import load_sample
from queue_stories import make_stories

MARKER = "Contains protected health information, internal use"
EXPORT = (
    "Claim #,Payer,Date of Service,As Of Date,Balance\n"
    "=1+1,=Oak Health,2026-06-10,2026-06-30,160.00\n"
    "C2,+Ash Health,2026-03-20,2026-06-30,80.00\n"
    "C3,@Elm Mutual,2026-02-01,2026-06-30,40.00\n"
    "C4,Fir Mutual,2026-05-15,2026-06-30,-10.00\n"
)


@pytest.fixture
def call(tmp_path, monkeypatch, capsys):
    """Run the command in a workspace of its own; return exit code, what was said and lines complained."""
    monkeypatch.setenv("ARLAB_WORKSPACE", str(tmp_path / "my workspace"))

    def run(*arguments):
        code = ending.run(["queue", *map(str, arguments)])
        shown = capsys.readouterr()
        assert "Traceback" not in shown.out + shown.err
        return code, shown.out, shown.err.splitlines()

    return run


@pytest.fixture
def export(tmp_path):
    path = tmp_path / "open claims.csv"
    path.write_text(EXPORT, encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def stories():
    return make_queue(make_stories())


def test_a_list_of_open_items_is_queued_and_marked(call, export, tmp_path):
    out = tmp_path / "lists" / "today.csv"
    code, said, complained = call(export, "--out", out)
    assert (code, complained) == (0, [])
    assert said.startswith("What to work first at open claims, as of 2026-06-30\n" + MARKER)
    assert "Payer queue: 3 items, $280.00" in said and "Credit queue: 1 item, $10.00" in said
    assert "deadlines: no contract terms" in said
    assert said.splitlines()[-1] == str(out.resolve())
    rows = list(csv.DictReader(out.open(encoding="utf-8", newline="")))
    assert [row["claim_id"] for row in rows] == ["'=1+1", "C2", "C3", "C4"]
    assert [row["payer"] for row in rows] == ["'=Oak Health", "'+Ash Health", "'@Elm Mutual", "Fir Mutual"]
    assert {row["notice"] for row in rows} == {MARKER}
    assert {row["owner"] for row in rows} == {"Billing lead"}
    assert not any(row[name] for row in rows for name in FILL_IN)


def test_the_workbook_holds_no_formula_and_is_marked_where_it_must_be(call, export, tmp_path):
    out = tmp_path / "today.xlsx"
    code, _, _ = call(export, "--out", out, "--top", 2)
    assert code == 0
    book = openpyxl.load_workbook(out)
    assert book.sheetnames == [
        *("Payer queue", "Patient queue", "Credit queue", "Underpayment queue", "Sessions", "Owners", "About")
    ]
    for sheet in book:
        assert sheet["A2"].value == f"{MARKER}."
        for cells in sheet.iter_rows():
            assert all(cell.data_type != "f" and cell.hyperlink is None for cell in cells)
            texts = [cell.value for cell in cells if isinstance(cell.value, str)]
            assert not any(text[0] in "=+-@" for text in texts)
    rows = list(book["Payer queue"].values)
    assert rows[2][:4] == ("place", "as_of", "practice_id", "claim_id") and len(rows) == 5
    assert rows[3][3] == "'=1+1" and rows[3][5] == "'=Oak Health"
    assert rows[3][6] == 160 and isinstance(rows[3][6], int | float)


def test_the_workbook_and_the_csv_say_the_same(stories):
    first = shown_queue(stories, top=5)
    table = pd.read_csv(io.BytesIO(queue_csv(first)))
    assert "notice" not in table.columns  # made up: nothing to mark
    book = openpyxl.load_workbook(io.BytesIO(queue_workbook(first)))
    for name, count in first.items["queue"].value_counts().items():
        rows = list(book[f"{name.capitalize()} queue"].values)
        assert len(rows) == 2 + count <= 7
        own = table[table["queue"] == name]
        head = {label: place for place, label in enumerate(rows[1])}
        for label in ("claim_id", "worth_and_why", "do_next", "owner", "work_date", "score", "balance"):
            assert [row[head[label]] for row in rows[2:]] == own[label].tolist()
    assert queue_csv(first) == queue_csv(first) and queue_workbook(first) == queue_workbook(first)


def test_a_workbook_without_its_package_is_one_sentence(stories, monkeypatch):
    monkeypatch.setitem(sys.modules, "xlsxwriter", None)
    with pytest.raises(
        NotAvailable, match="needs the package XlsxWriter: install it with pip install 'arlab"
    ):
        queue_workbook(stories)


def test_what_somebody_fills_in_has_other_names_than_what_is_recommended(stories):
    table = pd.read_csv(io.BytesIO(queue_csv(shown_queue(stories, top=1))))
    assert len(set(table.columns)) == len(table.columns)
    assert table[list(FILL_IN)].isna().all(axis=None)
    assert (
        table[["recommended", "way", "expected_minutes", "due_by_rule", "work_date"]].notna().all(axis=None)
    )


def test_one_owner_and_the_first_items(stories):
    amy = shown_queue(stories, owner="Amy", top=3).items
    assert amy["owner"].eq("Amy").all() and amy["queue"].value_counts().max() == 3
    whole = stories.of("payer")
    assert (
        amy[amy["queue"] == "payer"]["place"].tolist() == whole[whole["owner"] == "Amy"]["place"].tolist()[:3]
    )


def test_the_words_on_the_terminal(call):
    code, said, complained = call("--top", 1, "--as-of", "2026-03-31")
    assert (code, complained) == (0, [])
    assert "as of 2026-03-31" in said and MARKER not in said
    assert len(re.findall(r"^1\. C\d{6}, ", said, re.M)) == 4
    assert re.search(
        r"\d+ points: \d+ for the balance, \d+ for the chance, \d+ for short work, \d+ for the deadline", said
    )
    assert "Sittings worth most" in said and "Who has what" in said


def test_the_rules_are_those_given_or_those_of_the_workspace(call, export, tmp_path):
    owner = '[[owners]]\nname = "Zoe"\nminutes_per_day = 60\n'
    (tmp_path / "mine.toml").write_text(owner, encoding="utf-8")
    assert "Zoe on 2026-06-30" in call(export, "--rules", tmp_path / "mine.toml")[1]
    (tmp_path / "my workspace").mkdir()
    (tmp_path / "my workspace" / "practice_rules.toml").write_text(
        owner.replace("Zoe", "Kim"), encoding="utf-8"
    )
    assert "Kim on 2026-06-30" in call(export)[1]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--out", "today.pdf"], "'today.pdf' is neither .xlsx nor .csv"),
        (
            ["--owner", "Nobody"],
            "Nobody called 'Nobody' has an item in the queue: the owners are Billing lead.",
        ),
        (["--top", "0"], "--top must be a whole number from 1, not 0"),
        (["--rules", "none.toml"], "The rules 'none.toml' cannot be read"),
        (["--as-of", "2026-05-31"], "2026-05-31"),
    ],
)
def test_each_refusal_is_one_line(call, export, arguments, said):
    code, _, complained = call(export, *arguments)
    assert code == 2 and len(complained) == 1 and said in complained[0]


def test_check_names_what_the_rules_leave_open(call, export, capsys):
    assert ending.run(["check", str(export)]) == 0
    said = capsys.readouterr().out
    assert "Rules of the practice that are not defined" in said
    assert "owners: no owner is named" in said and "write_off: nobody is named" in said


def test_a_row_of_the_workbook_is_as_high_as_its_text():
    book = openpyxl.load_workbook(io.BytesIO(queue_workbook(shown_queue(make_queue(load_sample()), top=5))))
    sheet = book["Payer queue"]
    longest = {
        row[0].row: max(len(str(cell.value or "")) for cell in row) for row in sheet.iter_rows(min_row=3)
    }
    assert all(sheet.row_dimensions[number].height >= 30 for number, size in longest.items() if size > 80)
    assert max(longest.values()) > 80 and sheet.page_setup.orientation == "landscape"
