"""Does the page "Can I trust this file?" say what became of every row, what to check first, and run nothing?"""

import dataclasses
import datetime as dt
import functools
import re
import shutil
import subprocess

import pandas as pd
import pytest

from arlab.importers import Reconciliation, read_export
from arlab.importers.findings import Findings
from arlab.reference import data_path
from arlab.report import describe_trust, make_content, save_content
from arlab.report.render import render_html
from arlab.report.trust import check_list, trust_section
from arlab.report.weights import CHANGED, CHECKS, NOTES, OTHER, SET_ASIDE, weight_of
from arlab.synth import Scenario, make_practice
from arlab.synth.x12 import write_x12
from arlab.tables import load_sample
from test_report import Page, small_practice, snapshot

TRUE_TOTAL = 97_234.43 - 1_565.30  # open less credits, from the sample's ledger: see test_sample


@functools.cache
def sample_file():
    return read_export(data_path("sample/your_export.csv"))


def write(folder, text, *, name="open.csv", **settings):
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return read_export(path, **settings)


PLAIN = "Claim #,Payer,DOS,First Billed,As Of Date,Balance\n1,Oak,2026-06-10,2026-06-12,2026-06-30,20\n"


def found(source, *rows):
    """Return an import with these findings alone, given as (code, where)."""
    findings = Findings()
    for code, where in rows:
        findings.add(code, where, f"{code} at {where}.")
    return dataclasses.replace(source, findings=findings.table())


def page_of(source):
    return Page(render_html(make_content(source)))


def trust(source):
    (section,) = [part for part in make_content(source).sections if part.key == "trust"]
    return section


# -- the verdict ---------------------------------------------------------------------------------------------


def test_a_file_that_asks_for_nothing_is_called_so(tmp_path):
    assert describe_trust(write(tmp_path, PLAIN)) == (
        "Every row and every cent of the file is accounted for, and nothing in it asks for a check."
    )


def test_what_weighs_most_is_named_first_and_once_for_all_its_places(tmp_path):
    source = found(
        write(tmp_path, PLAIN),
        ("title_rows", "row 1"),
        ("dates_ambiguous", "column 'DOS'"),
        ("dates_ambiguous", "column 'First Billed'"),
        ("rounded", "column 'Balance'"),
        ("totals_row_differs", "row 9"),
    )
    assert describe_trust(source) == (
        "Every row and every cent of the file is accounted for; 2 things to check before you rely on it: a totals"
        " row that says another sum (row 9); dates whose day and month could be swapped (column 'DOS', column"
        " 'First Billed')."
    )


def test_findings_that_nobody_weighed_are_to_be_checked(tmp_path):
    source = found(write(tmp_path, PLAIN), ("new_thing", "row 3"), ("newer", "row 4"), ("values", "row 5"))
    assert check_list(source) == [
        "a column whose values do not fit its name (row 5)",
        "findings of other kinds (row 3, row 4)",
    ]


def test_many_checks_and_places_are_counted_not_listed(tmp_path):
    codes = list(CHECKS)[:9]
    many = found(write(tmp_path, PLAIN), *((code, f"row {n}") for code in codes for n in range(5)))
    words = describe_trust(many)
    assert "9 things to check" in words
    assert words.endswith(f"{CHECKS[codes[5]]} (row 0, row 1, row 2 and 2 more); and 3 more.")


def test_a_finding_has_one_weight():
    every = [*CHECKS, *SET_ASIDE, *CHANGED, *NOTES]
    assert len(every) == len(set(every))
    assert {weight_of(code) for code in [*CHECKS, *SET_ASIDE]} == {0}
    assert len(set(CHECKS.values())) == len(CHECKS)


def test_columns_of_low_confidence_are_to_be_checked(tmp_path):
    source = found(write(tmp_path, PLAIN))
    mapping = source.mapping.assign(
        confidence=[0.6 if c == "payer" else 1.0 for c in source.mapping["concept"]]
    )
    assert check_list(dataclasses.replace(source, mapping=mapping)) == [
        "1 column read with little confidence ('Payer' as payer)"
    ]


def test_rows_set_aside_are_said_with_their_dollars(tmp_path):
    more = "".join(f"{n},Oak,2026-06-10,2026-06-12,2026-06-30,10\n" for n in range(2, 20))
    bad = "20,Oak,2026-06-10,2026-06-12,2026-06-30,x\n" + PLAIN.splitlines()[1] + "\n"
    source = write(tmp_path, PLAIN + more + bad)
    assert describe_trust(source) == (
        "Every row of the file and every cent that could be read is accounted for; 1 thing to check before you rely"
        " on it: why 2 rows with $20.00 were set aside."
    )


def test_a_file_that_does_not_tie_out_is_not_to_be_relied_on(tmp_path):
    off = Reconciliation(3, 2, 0, 0, 7000, 3000, 0, 2000, 0, 0, "Balance")
    source = dataclasses.replace(found(write(tmp_path, PLAIN)), reconciliation=off)
    assert describe_trust(source) == (
        "Do not rely on these numbers: not every row or not every cent is accounted for."
    )


def test_the_head_of_the_report_says_how_much_is_to_be_checked(tmp_path):
    source = found(write(tmp_path, PLAIN), ("dates_mixed", "column 'DOS'"))
    assert [(f.label, f.value) for f in make_content(source).figures][-1] == ("To check first", "1")
    assert "To check first" not in [figure.label for figure in make_content(small_practice()).figures]


# -- the page ------------------------------------------------------------------------------------------------


def test_the_page_holds_every_proof_in_order():
    section = trust(sample_file())
    assert section.title == "Can I trust this file?"
    assert section.sentences[0] == describe_trust(sample_file())
    assert [part.key for part in section.parts] == [
        "reconciliation",
        "findings",
        "quarantine",
        "mapping",
        "payers",
        "cannot",
    ]
    page = page_of(sample_file())
    assert ("h2", "Can I trust this file?") in page.headings
    assert len(page.ids) == len(set(page.ids))


def test_rows_and_dollars_of_the_page_add_up():
    rows = {row[0]: row[1:] for row in page_of(sample_file()).tables["reconciliation-table"]["rows"][1:]}
    number = {part: int(cells[0].replace(",", "")) for part, cells in rows.items()}
    cents = {
        part: round(float(cells[1].replace("$", "").replace(",", "")) * 100)
        for part, cells in rows.items()
        if cells[1] != "–"
    }
    assert number["In the file"] == number["Accepted"] + number["Quarantined"]
    assert cents["In the file"] == cents["Accepted"] + cents["Quarantined"]
    assert number["Quarantined"] > 0 < cents["Quarantined"]
    assert cents["Accepted"] == round(TRUE_TOTAL * 100)
    assert (number["Difference"], cents["Difference"]) == (0, 0)


def test_findings_stand_by_weight():
    rows = page_of(sample_file()).tables["findings-table"]["rows"]
    assert rows[0] == ["Weight", "Where", "What"]
    weights = [row[0] for row in rows[1:]]
    assert weights == sorted(weights, key=["Check", "Changed", "Note"].index)
    assert {"Check", "Changed", "Note"} == set(weights)
    assert len(rows) - 1 == len(sample_file().findings)


def test_the_first_rows_set_aside_are_listed_and_the_file_with_all_of_them_is_named():
    page = page_of(sample_file())
    rows = page.tables["quarantine-table"]["rows"]
    assert len(rows) == 51 < len(sample_file().quarantine) + 1
    first = sample_file().quarantine.iloc[0]
    assert rows[1][:2] == [str(first["row_number"]), first["reason"]]
    assert "writes all of them beside the report, into a .quarantine.csv." in page.words()


def test_every_spelling_of_a_payer_stands_beside_its_name():
    rows = page_of(sample_file()).tables["payers-table"]["rows"][1:]
    payers = sample_file().payers
    assert sorted(row[0] for row in rows) == sorted(payers["payer"].unique())
    written = {row[0]: set(row[1].split("; ")) for row in rows}
    assert written == payers.groupby("payer")["written"].agg(set).to_dict()
    true = set(load_sample().claims["first_payer"])
    assert {row[0] for row in rows} <= true | {name.upper() for name in true}
    assert any(len(spellings) > 1 for spellings in written.values())


def test_what_a_missing_column_costs_is_told(tmp_path):
    page = page_of(write(tmp_path, PLAIN))
    rows = page.tables["unmapped-table"]["rows"]
    assert len(rows) > 1
    assert all(cost for _, cost in rows[1:])


def test_what_is_not_counted_as_open_stands_on_the_page(tmp_path):
    text = "Claim #,Payer,DOS,Charges,Status\n1,Oak,2026-06-10,20,Pending\n2,Oak,2026-06-11,40,Denied\n"
    section = trust(write(tmp_path, text, as_of="2026-06-30"))
    (aside,) = [part for part in section.parts if part.key == "aside"]
    assert [row[1:3] for row in aside.tables[0].rows] == [("1", "$40.00")]


def test_a_file_without_columns_breaks_nothing(tmp_path):
    """X12 has neither a mapping nor unused columns, counts claims, and may have none of the tables."""
    source = write(tmp_path, PLAIN)
    bare = dataclasses.replace(
        source,
        kind="x12",
        mapping=pd.DataFrame(),
        payers=source.payers.head(0),
        unmapped=source.unmapped.head(0),
        findings=source.findings.head(0),
        unused_columns=(),
    )
    page = page_of(bare)
    assert {"mapping-table", "payers-table", "unmapped-table", "findings-table"} & set(page.tables) == set()
    assert "was read as a folder of X12 claims and remittances; its parts have fixed meanings" in page.words()
    assert page.tables["reconciliation-table"]["rows"][0] == ["Part", "Records", "Amount"]
    assert "Every record and every cent of the file is accounted for" in page.words()


def test_a_folder_of_x12_has_the_page_with_its_ledger(tmp_path):
    practice = make_practice(Scenario(claims_per_year=700, months=6, locations=2), seed=5)
    write_x12(practice, tmp_path / "x12")
    source = read_export(tmp_path / "x12")
    section = trust(source)
    keys = [part.key for part in section.parts]
    assert keys[:2] == ["reconciliation", "findings"] and {"mapping", "tie-out", "cannot"} <= set(keys)
    assert "accounted for" in section.sentences[0]
    assert section.sentences[0] == describe_trust(source)
    assert OTHER not in section.sentences[0]
    (ledger,) = [part for part in section.parts if part.key == "tie-out"]
    assert ledger.sentences[0].startswith("The ledger ties out to the cent")


def test_a_practice_with_a_ledger_has_a_short_version():
    section = trust(small_practice())
    assert section.title == "Can I trust these numbers?"
    assert [part.key for part in section.parts] == ["tie-out", "cannot"]
    assert section.sentences[0].startswith("The ledger ties out to the cent")


def test_balances_without_a_ledger_are_not_called_proved():
    section = trust(snapshot(balance=[10.0], service_date=pd.to_datetime(["2026-06-25"])))
    assert "cannot be proved" in section.sentences[0]
    assert [part.key for part in section.parts] == ["cannot"]


def test_a_part_is_a_heading_below_its_page(tmp_path):
    path = save_content(make_content(write(tmp_path, PLAIN)), out=tmp_path / "out")
    text = path.read_text(encoding="utf-8")
    assert text.startswith("<!DOCTYPE html>")
    assert re.search(r'<section id="trust".*<h3 id="reconciliation-title">', text, re.DOTALL)
    assert text.count("<section") == text.count("</section>")


# -- values from a file run nothing --------------------------------------------------------------------------

SCRIPT = "<script>document.title='run';alert(1)</script>"
FORMULA = "=HYPERLINK(0)"
HOSTILE = (
    f"Claim #,Patient Name,Payer,DOS,As Of Date,Balance,{SCRIPT},<img src=x onerror=alert(2)>\n"
    f"1,{FORMULA},{SCRIPT},2026-06-10,2026-06-30,20,{SCRIPT},a\n"
    f"2,{FORMULA},{FORMULA},2026-06-11,2026-06-30,40,{FORMULA},b\n"
    f"3,{FORMULA},{SCRIPT},2026-06-11,2026-06-30,ten,{FORMULA},b\n"
)


@pytest.fixture
def hostile(tmp_path):
    source = write(tmp_path, HOSTILE, name="<b>&.csv" if shutil.which("chromium") else "open.csv")
    return save_content(make_content(source), out=tmp_path / "out")


def test_a_script_in_a_file_is_only_text_in_its_report(hostile):
    text = hostile.read_text(encoding="utf-8")
    page = Page(text)
    assert not [tag for tag, _ in page.tags if tag in ("script", "iframe", "object", "embed", "form", "b")]
    assert not [name for _, attributes in page.tags for name in attributes if name.startswith("on")]
    assert all(a["src"].startswith("data:") for tag, a in page.tags if tag == "img")
    assert all(a["href"].startswith("#") for tag, a in page.tags if tag == "a")
    names = [row[0] for row in page.tables["payer-table"]["rows"]]
    assert {SCRIPT, FORMULA} <= set(names)
    assert "Patient Name" in text
    assert "Content-Security-Policy" in text


@pytest.mark.browser
def test_a_browser_runs_nothing_of_it(hostile):
    browser = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if browser is None:
        pytest.skip("Chromium is not installed")
    # Without the report's own policy a script that slipped through would run.
    text = hostile.read_text(encoding="utf-8")
    policy = re.search(r'<meta http-equiv="Content-Security-Policy"[^>]*>', text).group(0)
    hostile.write_text(text.replace(policy, ""), encoding="utf-8")
    dom = _dom(browser, hostile)
    assert "<title>Accounts receivable: " in dom
    probe = hostile.with_name("probe.html")
    probe.write_text(f"<title>still</title>{SCRIPT.replace('alert(1)', '')}", encoding="utf-8")
    assert "<title>run</title>" in _dom(browser, probe)


def _dom(browser, path):
    """Return a page as the browser has it after its scripts."""
    flags = ["--headless", "--no-sandbox", "--disable-gpu", "--dump-dom"]
    run = subprocess.run([browser, *flags, path.as_uri()], capture_output=True, text=True, timeout=120)
    return run.stdout


def test_the_section_can_be_built_without_a_file():
    section = trust_section(None, tie_out=None, limits=[("Days in AR", "no charges")])
    assert section.parts[0].tables[0].rows == (("Days in AR", "no charges"),)


def test_the_day_of_a_report_is_not_the_clocks(tmp_path):
    source = write(tmp_path, PLAIN)
    assert source.practice.as_of == dt.date(2026, 6, 30)
    assert render_html(make_content(source)) == render_html(make_content(source))
