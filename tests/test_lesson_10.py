"""Lesson 10: every number in its answers is the sample's own, counted a second time without the importer."""

import ast
import csv
import functools
import io
import re
from pathlib import Path

import pytest

from arlab import course
from arlab.aging import aged_items
from arlab.course.exercise import judge
from arlab.course.lesson_10 import EXERCISES
from arlab.errors import InputRefused
from arlab.importers import read_export
from arlab.ledger import balances
from arlab.reference import data_path
from arlab.tables import load_sample
from export_reader import cents

SOURCE = Path(__file__).parents[1] / "notebooks" / "source" / "10_your_own_export.py"
ANSWERS = {exercise.id: exercise for exercise in EXERCISES}


@functools.cache
def sample():
    return load_sample()


@functools.cache
def raw():
    """Return the data rows of the untidy sample as dicts, and its totals row."""
    text = (data_path("sample") / "your_export.csv").read_text(encoding="utf-8")
    lines = text.split("\n")
    start = next(number for number, line in enumerate(lines) if line.startswith("Claim #"))
    rows = [row for row in csv.DictReader(io.StringIO("\n".join(lines[start:]))) if row["Claim #"]]
    return [row for row in rows if row["Claim #"] != "Grand Total"], rows[-1]


def owed(row):
    return cents(row["Balance Ins"]) + cents(row["Balance Pt"])


def right(name, answer):
    return judge(ANSWERS[name], answer, sample()).right


def test_rows_set_aside_are_those_that_stand_twice():
    rows, _ = raw()
    number = len(rows) - len({row["Claim #"] for row in rows})
    assert number > 0
    assert right("10-a", number)
    assert not right("10-a", len(rows))


def test_the_totals_row_differs_by_the_rows_that_stand_twice():
    rows, total = raw()
    twice = sum(map(owed, rows)) - owed(total)
    ledger = round(balances(sample().transactions, as_of=sample().as_of)["balance"].sum() * 100)
    assert owed(total) == ledger
    assert twice > 0
    assert right("10-b", twice / 100)
    # The lesson says that the totals row has the amount of the rows accepted.
    assert owed(total) == read_export(data_path("sample/your_export.csv")).reconciliation.cents_accepted
    seen = {}
    for row in rows:
        seen.setdefault(row["Claim #"], owed(row))
    assert sum(seen.values()) == ledger


def test_counted_from_the_visit_the_file_is_as_old_as_the_ledger():
    items = aged_items(sample(), clock="service")
    old = items.loc[items["age_days"] > 90, "balance"]
    answer = round(sum(round(balance * 100) for balance in old)) / 100
    assert right("10-c", answer)
    assert not right("10-c", answer + 0.01)


@pytest.mark.parametrize("clock", ["service", "first_bill"])
def test_the_untidy_file_has_the_ledgers_dollars_in_every_bucket(clock):
    found = read_export(data_path("sample/your_export.csv"))
    sums = [
        (aged_items(source, clock=clock)["balance"] * 100)
        .round()
        .groupby(aged_items(source, clock=clock)["bucket"])
        .sum()
        .to_dict()
        for source in (sample(), found.practice)
    ]
    assert sums[0] == sums[1]
    assert len(sums[0]) == 5


def test_another_file_is_read_and_the_lessons_own_is_not_another():
    own = read_export(data_path("sample/your_export.csv"))
    tidy = read_export(data_path("sample/export.csv"))
    assert judge(ANSWERS["10-try"], own, sample()).mistake == "unchanged"
    assert judge(ANSWERS["10-try"], tidy, sample()).right
    assert judge(ANSWERS["10-try"], tidy.reconciliation, sample()).right
    assert judge(ANSWERS["10-try"], "export.csv", sample()).mistake == "not readable"


# -- the few lines of the lesson -----------------------------------------------------------------------------


@functools.cache
def texts():
    """Return the small files that stand in the lesson's own cells, by their names."""
    source = "\n".join(line for line in SOURCE.read_text("utf-8").splitlines() if not line.startswith("#"))
    return {
        node.targets[0].id: node.value.value
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Assign)
        and isinstance(node.value, ast.Constant)
        and isinstance(node.value.value, str)
    }


def test_the_pencils_difference_is_explained_to_the_dollar():
    found = course.read_text(texts()["pencil"])
    sums = found.reconciliation
    assert (sums.rows_in, sums.accepted, sums.quarantined) == (6, 4, 2)
    assert sums.cents_in == 128_000 + 16_000 - 2_000 + 4_000 + 4_000
    said = cents(re.search(r'Total,,,,"(.*)"', texts()["pencil"]).group(1))
    # One row too many in the sum (40), one amount missing from it (80).
    assert sums.cents_in - said == 4_000 - 8_000
    reasons = found.quarantine.set_index("row_number")["reason"]
    assert "no readable amount" in reasons[7]
    assert "repeats row 8" in reasons[9]


def test_a_day_written_wrongly_ties_out_and_looks_young():
    text = texts()["pencil"]
    true, wrong = course.read_text(text), course.read_text(text.replace("10/20/2025", "03/25/2026"))
    assert true.reconciliation.ties_out and wrong.reconciliation.ties_out
    assert true.reconciliation == wrong.reconciliation
    ages = [
        aged_items(found.practice, clock="first_bill").set_index("claim_id").loc["A1", "age_days"]
        for found in (true, wrong)
    ]
    assert ages[0] > 120 > 30 > ages[1]
    last = course.read_text(text.replace("First Billed", "Last Billed"))
    assert "first_bill_date" not in set(last.mapping["concept"])


def test_day_first_or_month_first_moves_every_dollar_and_no_total():
    both = {
        order: aged_items(course.read_text(texts()["two_ways"], as_of="2026-06-30", dates=order).practice)
        for order in ("mdy", "dmy")
    }
    assert both["mdy"]["balance"].sum() == both["dmy"]["balance"].sum() == 240
    assert not set(both["mdy"]["bucket"]) & set(both["dmy"]["bucket"])
    silent = course.read_text(texts()["two_ways"], as_of="2026-06-30")
    assert "dates_ambiguous" in set(silent.findings["code"])
    pairs = [items.set_index("claim_id")["bucket"].to_dict() for items in both.values()]
    assert pairs[0] != pairs[1]


def test_the_table_of_a_reconciliation():
    found = course.read_text(texts()["pencil"])
    assert course.reconciliation_table(found).values.tolist() == [
        ["in the file", 6, 1500.0],
        ["accepted", 4, 1460.0],
        ["set aside", 2, 40.0],
        ["difference", 0, 0.0],
    ]
    assert repr(course.describe_file(found)).startswith(
        "Every row of the file and every cent that could be read"
    )


def test_lines_that_are_no_file_of_balances_are_refused_in_a_sentence():
    with pytest.raises(InputRefused, match=r"pencil\.csv"):
        course.read_text("Name,Colour\nA,red\n")


def test_the_reader_changes_one_path():
    after = (
        SOURCE.read_text(encoding="utf-8").partition("# ## Try it\n")[2].partition("# ## Check yourself")[0]
    )
    assert re.findall(r"(?m)^path = .*$", after) == ['path = data_path("sample/your_export.csv")']
    assert len(re.findall(r"(?m)^\w+ = ", after)) == 2
