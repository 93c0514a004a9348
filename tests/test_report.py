"""Does the report say what the tables say, in one file that asks for nothing else?"""

import base64
import dataclasses
import datetime as dt
import html.parser
import io
import os
import re
import stat
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from arlab.errors import InputRefused, NotAvailable, WorkspaceError
from arlab.importers import Reconciliation, read_export
from arlab.report import make_content, save_content, write_report
from arlab.report.files import report_stem
from arlab.report.sources import credits_of, reconciliation_section
from arlab.report.tie_out import tie_out_section
from arlab.tables import Practice

SCRIPT = "<script>alert('x')</script> & \"Co\""
LATE = dt.date(2026, 6, 30)


class Page(html.parser.HTMLParser):
    """The parts of a report: tables by id, headings, links, pictures."""

    def __init__(self, text):
        super().__init__(convert_charrefs=True)
        self.tables, self.headings, self.tags, self.ids, self.text = {}, [], [], [], []
        self._table = self._row = self._cell = self._heading = None
        self._skip = False
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        self.tags.append((tag, attributes))
        if "id" in attributes:
            self.ids.append(attributes["id"])
        if tag == "table":
            self._table = self.tables[attributes["id"]] = {"rows": [], "caption": ""}
        elif tag == "tr":
            self._row = []
            self._table["rows"].append(self._row)
        elif tag in ("td", "th", "caption"):
            self._cell = ""
        elif tag in ("h1", "h2"):
            self._heading = ""
        elif tag == "style":
            self._skip = True

    def handle_data(self, data):
        if self._skip:
            return
        self.text.append(data)
        if self._cell is not None:
            self._cell += data
        if self._heading is not None:
            self._heading += data

    def handle_endtag(self, tag):
        if tag in ("td", "th"):
            self._row.append(self._cell)
            self._cell = None
        elif tag == "caption":
            self._table["caption"], self._cell = self._cell, None
        elif tag in ("h1", "h2"):
            self.headings.append((tag, self._heading))
            self._heading = None
        elif tag == "style":
            self._skip = False

    def words(self):
        return " ".join(" ".join(self.text).split())


def read(path):
    return Page(path.read_text(encoding="utf-8"))


def days(*texts):
    return pd.to_datetime(list(texts)).astype("datetime64[us]")


def small_practice(as_of=LATE):
    """Four claims: one young, one with the patient, one overpaid, one whose payer has an awkward name."""
    claims = pd.DataFrame(
        {
            "practice_id": "p",
            "claim_id": ["c1", "c2", "c3", "c4"],
            "patient_id": ["m1", "m2", "m3", "m4"],
            "provider": "Dr A",
            "location": "North",
            "service_date": days("2026-06-10", "2026-02-01", "2026-01-10", "2026-03-20"),
            "charge_entry_date": days("2026-06-10", "2026-02-01", "2026-01-10", "2026-03-20"),
            "procedure": "A1",
            "lines": 1,
            "charge": [160.0, 80.0, 40.0, 10.0],
            "first_payer": ["Oak", "Elm", "Oak", SCRIPT],
            "payer_class": ["commercial", "medicare", "commercial", "other"],
        }
    )
    rows = [
        ("c1", "2026-06-10", "charge", "payer_1", 160.0, None),
        ("c2", "2026-02-01", "charge", "payer_1", 80.0, None),
        ("c2", "2026-03-01", "contractual", "payer_1", -20.0, None),
        ("c2", "2026-03-01", "payer_payment", "payer_1", -40.0, None),
        ("c2", "2026-03-01", "transfer", "payer_1", -20.0, None),
        ("c2", "2026-03-01", "transfer", "patient", 20.0, None),
        ("c3", "2026-01-10", "charge", "payer_1", 40.0, None),
        ("c3", "2026-02-10", "payer_payment", "payer_1", -40.0, None),
        ("c3", "2026-02-20", "reversal", "payer_1", 40.0, "t8"),
        ("c3", "2026-03-02", "payer_payment", "payer_1", -40.0, None),
        ("c3", "2026-04-02", "payer_payment", "payer_1", -10.0, None),
        ("c4", "2026-03-20", "charge", "payer_1", 10.0, None),
    ]
    names = ["claim_id", "posted_date", "kind", "responsible", "amount", "reverses_id"]
    transactions = pd.DataFrame(rows, columns=names).assign(
        practice_id="p", transaction_id=[f"t{n}" for n in range(1, len(rows) + 1)]
    )
    transactions["posted_date"] = days(*transactions["posted_date"])
    transactions["effective_date"] = transactions["posted_date"]
    tables = {"claims": claims, "transactions": transactions}
    return Practice("Small & Sons", as_of, tables, (("Net collection rate", "no cohort is old enough"),))


def snapshot(**columns):
    """Return a practice that is one picture of open items."""
    items = pd.DataFrame(
        {"practice_id": "p", "as_of": pd.Timestamp(LATE), "responsible": "unknown"} | columns
    )
    items["claim_id"] = [f"c{n}" for n in range(len(items))]
    items["as_of"] = days(*["2026-06-30"] * len(items))
    return Practice("Picture", LATE, {"open_items": items})


def test_the_tables_are_the_ledger(tmp_path):
    page = read(write_report(small_practice(), out=tmp_path))
    aging = page.tables["aging-table"]["rows"]
    assert aging == [
        ["Age in days", "Items", "Balance", "Share"],
        ["0-30", "1", "$160.00", "84.2%"],
        ["31-60", "0", "$0.00", "0.0%"],
        ["61-90", "0", "$0.00", "0.0%"],
        ["91-120", "1", "$10.00", "5.3%"],
        ["over 120", "1", "$20.00", "10.5%"],
        ["Total", "3", "$190.00", "100.0%"],
    ]
    payers = page.tables["payer-table"]["rows"]
    assert payers[0] == ["Payer", "Items", *[row[0] for row in aging[1:-1]], "Total", "Over 90"]
    assert payers[1:] == [
        ["Oak", "1", "$160.00", "$0.00", "$0.00", "$0.00", "$0.00", "$160.00", "0.0%"],
        ["Patients", "1", "$0.00", "$0.00", "$0.00", "$0.00", "$20.00", "$20.00", "100.0%"],
        [SCRIPT, "1", "$0.00", "$0.00", "$0.00", "$10.00", "$0.00", "$10.00", "100.0%"],
        ["Total", "3", "$160.00", "$0.00", "$0.00", "$10.00", "$20.00", "$190.00", "15.8%"],
    ]
    assert [row[0] for row in page.tables["class-table"]["rows"]] == [
        "Class",
        "Commercial",
        "Medicare",
        "Other",
        "Total",
    ]
    assert [(row[0], row[-2]) for row in page.tables["owed-by-table"]["rows"][1:]] == [
        ("Payers", "$170.00"),
        ("Patients", "$20.00"),
        ("Total", "$190.00"),
    ]
    assert page.tables["credits-table"]["rows"][1:] == [
        ["First payer", "1", "$10.00"],
        ["Total", "1", "$10.00"],
    ]


def test_the_first_words_are_the_finding(tmp_path):
    content = make_content(small_practice())
    assert content.finding == (
        "$190.00 is open on June 30, 2026, $30.00 of it (16%) for more than 90 days;"
        " the largest part is with Oak (84%)."
    )
    words = read(save_content(content, out=tmp_path)).words()
    assert 0 < words.index(content.finding) < words.index("How old is the open balance?")
    assert "Payers owe $170.00 (89%) and patients $20.00 (11%)." in words


def test_the_ledger_ties_out_by_kind_and_a_reversal_stands_with_what_it_takes_back():
    section = tie_out_section(small_practice(), as_of=LATE, balance=190.0, owed_back=10.0)
    assert section.sentences == (
        "The ledger ties out to the cent: charges of $290.00 = payments of $90.00 + adjustments of $20.00"
        " + write-offs of $0.00 + open balance of $190.00 - credits of $10.00.",
    )
    ledger, check = section.tables
    assert ledger.rows == (
        ("Charges", "4", "$290.00", "$0.00"),
        ("Payments by payers", "5", "-$90.00", "$40.00"),
        ("Contractual adjustments", "1", "-$20.00", "$0.00"),
        ("Moved from one party to another", "2", "$0.00", "$0.00"),
    )
    assert ledger.total == ("Sum of the ledger", "12", "$180.00", "$40.00")
    assert check.total == ("Difference", "$0.00")


def test_what_does_not_tie_out_is_said():
    practice = small_practice()
    off = tie_out_section(practice, as_of=LATE, balance=189.99, owed_back=10.0)
    assert off.sentences[0].startswith(
        "The ledger does not tie out, $0.01 is unexplained: charges of $290.00"
    )
    assert off.tables[1].total == ("Difference", "-$0.01")
    rows = practice.transactions[practice.transactions["transaction_id"] != "t6"]
    torn = dataclasses.replace(practice, tables={**practice.tables, "transactions": rows})
    section = tie_out_section(torn, as_of=LATE, balance=170.0, owed_back=10.0)
    assert "does not tie out, -$20.00 is unexplained" in section.sentences[0]


def test_a_reversal_that_names_no_row_is_a_correction_of_its_own():
    practice = small_practice()
    rows = practice.transactions.drop(columns="reverses_id")
    lost = dataclasses.replace(practice, tables={**practice.tables, "transactions": rows})
    section = tie_out_section(lost, as_of=LATE, balance=190.0, owed_back=10.0)
    assert "payments of $130.00" in section.sentences[0]
    assert "other corrections of -$40.00" in section.sentences[0]
    assert section.sentences[0].startswith("The ledger ties out to the cent")


def test_an_earlier_day_has_its_own_report(tmp_path):
    path = write_report(small_practice(), out=tmp_path, as_of="2026-02-15")
    assert path.name == "Small-Sons_ar_2026-02-15.html"
    page = read(path)
    assert page.tables["aging-table"]["rows"][-1] == ["Total", "1", "$80.00", "100.0%"]
    assert "charges of $120.00 = payments of $40.00 + adjustments of $0.00" in page.words()
    assert "As of February 15, 2026" in page.words()


def test_every_clock_has_the_same_total(tmp_path):
    practice = small_practice()
    submissions = pd.DataFrame(
        {
            "practice_id": "p",
            "submission_id": ["s1"],
            "claim_id": ["c4"],
            "rank": [1],
            "payer": [SCRIPT],
            "sequence": [1],
            "frequency_code": ["1"],
            "submitted_date": days("2026-06-20"),
            "acceptance": ["accepted"],
            "accepted_date": days("2026-06-21"),
        }
    )
    sent = dataclasses.replace(practice, tables={**practice.tables, "submissions": submissions})
    page = read(write_report(sent, out=tmp_path))
    rows = page.tables["clock-table"]["rows"]
    assert rows[0] == ["Age in days", "standard", "service", "first bill", "responsibility"]
    assert rows[-1] == ["Total", *["$190.00"] * 4]
    young = dict(zip(rows[0], rows[1], strict=True))
    assert (young["service"], young["first bill"]) == ("$160.00", "$170.00")
    assert "Age is counted by the standard clock" in page.words()
    by_service = read(write_report(sent, out=tmp_path / "s.html", clock="service"))
    assert by_service.tables["aging-table"]["rows"][1][2] == "$160.00"
    assert "of it not on file" in page.tables["aging-table"]["rows"][0]


def test_values_from_the_data_are_escaped(tmp_path):
    practice = dataclasses.replace(small_practice(), name="<img src=x onerror=alert(1)>")
    path = write_report(practice, out=tmp_path)
    text = path.read_text(encoding="utf-8")
    page = Page(text)
    assert not [tag for tag, _ in page.tags if tag in ("script", "iframe", "object", "link")]
    assert all(attributes["src"].startswith("data:") for tag, attributes in page.tags if tag == "img")
    assert not [name for _, attributes in page.tags for name in attributes if name.startswith("on")]
    assert "&lt;script&gt;alert" in text
    assert page.headings[0] == ("h1", "<img src=x onerror=alert(1)>")


def test_the_file_asks_for_nothing_else(tmp_path):
    path = write_report(small_practice(), out=tmp_path)
    assert [file.name for file in tmp_path.iterdir()] == [path.name]
    page = read(path)
    for tag, attributes in page.tags:
        for name in ("src", "href", "srcset", "action", "data", "poster"):
            target = attributes.get(name)
            assert target is None or target.startswith(("#", "data:")), (tag, name)
    policy = [a["content"] for t, a in page.tags if a.get("http-equiv") == "Content-Security-Policy"]
    assert policy == ["default-src 'none'; img-src data:; style-src 'unsafe-inline'"]
    style = re.search(r"<style>(.*?)</style>", path.read_text(encoding="utf-8"), re.DOTALL).group(1)
    assert "url(" not in style
    assert "@import" not in style


def test_the_page_can_be_read_without_eyes(tmp_path):
    page = read(write_report(small_practice(), out=tmp_path))
    assert [tag for tag, _ in page.headings] == ["h1"] + ["h2"] * (len(page.headings) - 1)
    assert len(page.ids) == len(set(page.ids))
    assert [a for t, a in page.tags if t == "html"] == [{"lang": "en"}]
    assert all(table["caption"] for table in page.tables.values())
    assert all(attributes.get("scope") in ("col", "row") for tag, attributes in page.tags if tag == "th")
    pictures = [attributes for tag, attributes in page.tags if tag == "img"]
    assert len(pictures) == 4
    assert pictures[0]["alt"].startswith(
        "Bar chart. $30 of $190 (16%) is older than 90 days. $190.00 is open"
    )
    links = [a["href"][1:] for t, a in page.tags if t == "a"]
    assert links
    assert set(links) <= set(page.ids)
    named = {a["aria-labelledby"] for _, a in page.tags if "aria-labelledby" in a}
    assert named <= set(page.ids)


def test_charts_are_in_the_file_in_two_widths(tmp_path):
    page = read(write_report(small_practice(), out=tmp_path))
    wide = [a["src"] for t, a in page.tags if t == "img"]
    narrow = [a["srcset"] for t, a in page.tags if t == "source"]
    assert len(wide) == len(narrow)
    for one, other in zip(wide, narrow, strict=True):
        sizes = [Image.open(io.BytesIO(base64.b64decode(p.split(",", 1)[1]))).size for p in (one, other)]
        assert sizes[0][0] > sizes[1][0] > 600


def test_the_same_input_gives_the_same_bytes_in_any_process(tmp_path):
    first = write_report(small_practice(), out=tmp_path / "a").read_bytes()
    code = (
        f"import sys; sys.path.insert(0, {str(Path(__file__).parent)!r})\n"
        "from test_report import small_practice\nfrom arlab.report import write_report\n"
        f"write_report(small_practice(), out={str(tmp_path / 'b')!r})"
    )
    environment = {**os.environ, "PYTHONHASHSEED": "7", "TZ": "Asia/Tokyo"}
    subprocess.run([sys.executable, "-c", code], check=True, env=environment)
    assert (tmp_path / "b" / "Small-Sons_ar_2026-06-30.html").read_bytes() == first


def test_sixty_payers_and_long_names_are_all_in_the_table(tmp_path):
    names = [f"Payer {n:02d} " + "of the long name " * 7 for n in range(60)]
    practice = snapshot(balance=[10.0] * 60, payer=names, age_days=5, service_date=days(*["2026-06-25"] * 60))
    page = read(write_report(practice, out=tmp_path))
    rows = page.tables["payer-table"]["rows"]
    assert sorted(row[0] for row in rows[1:-1]) == sorted(names)
    assert rows[-1][-2] == "$600.00"


def test_a_picture_with_its_own_buckets_keeps_them(tmp_path):
    practice = snapshot(
        balance=[10.0, 20.0, 40.0], bucket=["Current", "61-90", "90+"], bucket_number=[0, 3, 4]
    )
    page = read(write_report(practice, out=tmp_path))
    assert [row[0] for row in page.tables["aging-table"]["rows"][1:]] == ["Current", "61-90", "90+", "Total"]
    assert "$40.00 of it (57%) in the file's buckets over 90 days" in page.words()
    assert "The buckets are those of the file" in page.words()
    assert "clock-table" not in page.tables
    assert "payer-table" not in page.tables
    assert "owed-by-table" not in page.tables
    assert "does not say what the practice owes back" in page.words()


def test_balances_without_a_date_stand_in_a_row_of_their_own(tmp_path):
    practice = snapshot(balance=[10.0, 20.0], service_date=days("2026-06-25", None))
    page = read(write_report(practice, out=tmp_path))
    assert page.tables["aging-table"]["rows"][-2] == ["no date", "1", "$20.00", "66.7%"]
    assert page.tables["aging-table"]["rows"][-1][2] == "$30.00"


def test_a_picture_without_dates_or_buckets_has_a_total_and_no_age(tmp_path):
    page = read(write_report(snapshot(balance=[10.0, 20.0], payer=["Oak", "Elm"]), out=tmp_path))
    assert page.tables["aging-table"]["rows"][-2:] == [
        ["no date", "2", "$30.00", "100.0%"],
        ["Total", "2", "$30.00", "100.0%"],
    ]
    assert [row[0] for row in page.tables["payer-table"]["rows"][1:]] == ["Elm", "Oak", "Total"]


def test_nothing_owed_is_a_report_too(tmp_path):
    practice = small_practice()
    day = "2026-01-01"
    page = read(write_report(practice, out=tmp_path, as_of=day))
    assert "No balance is open on January 1, 2026." in page.words()
    assert not [tag for tag, _ in page.tags if tag == "img"]
    empty = dataclasses.replace(
        snapshot(balance=[10.0]), tables={"open_items": snapshot(balance=[]).open_items}
    )
    assert "No balance is open" in make_content(empty).finding


def test_what_cannot_be_computed_is_told_with_its_reason(tmp_path):
    page = read(write_report(small_practice(), out=tmp_path))
    assert page.tables["cannot-table"]["rows"] == [
        ["Measure", "Why"],
        ["Net collection rate", "no cohort is old enough"],
    ]


def test_a_report_that_cannot_be_made_leaves_no_file(tmp_path):
    with pytest.raises(NotAvailable, match=r"ends on 2026-06-30: ask for that day or an earlier one"):
        write_report(small_practice(), out=tmp_path, as_of="2026-07-01")
    with pytest.raises(InputRefused, match="'soon' is not a day"):
        write_report(small_practice(), out=tmp_path, as_of="soon")
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_written_is_named(tmp_path):
    (tmp_path / "taken").write_text("a file, no folder", encoding="utf-8")
    with pytest.raises(
        WorkspaceError, match=r"cannot be written to .*taken.*: choose another folder with --out"
    ):
        write_report(small_practice(), out=tmp_path / "taken")
    with pytest.raises(WorkspaceError, match="cannot be written"):
        write_report(small_practice(), out=tmp_path / "taken" / "below")


@given(st.text(max_size=300))
def test_a_file_name_is_safe_on_every_system(name):
    stem = report_stem(name)
    assert stem
    assert len(stem.encode()) <= 155
    assert not set(stem) & set('<>:"/\\|?*\n\r\t\0 ')
    assert stem[-1] not in ". "
    assert stem.split(".")[0].casefold() not in {"con", "prn", "aux", "nul", "com1", "lpt9"}


amounts = st.integers(1, 10**7).map(lambda cents: cents / 100)
kinds = st.sampled_from(
    [
        "payer_payment",
        "contractual",
        "patient_payment",
        "write_off",
        "bad_debt",
        "refund_to_payer",
        "recoupment",
    ]
)


@settings(max_examples=25, deadline=None)
@given(
    st.lists(st.tuples(amounts, st.lists(st.tuples(kinds, amounts), max_size=4)), min_size=1, max_size=8),
)
def test_any_ledger_ties_out(claims):
    from arlab.ledger import open_items

    rows = []
    for number, (charge, others) in enumerate(claims):
        rows.append((f"c{number}", "charge", charge))
        for kind, amount in others:
            sign = 1 if kind in ("refund_to_payer", "recoupment") else -1
            rows.append((f"c{number}", kind, sign * amount))
    ledger = pd.DataFrame(rows, columns=["claim_id", "kind", "amount"]).assign(
        practice_id="p", transaction_id=[f"t{n}" for n in range(len(rows))], responsible="payer_1"
    )
    ledger["posted_date"] = ledger["effective_date"] = days(*["2026-01-05"] * len(rows))
    facts = small_practice().claims.iloc[[0] * len(claims)].reset_index(drop=True)
    facts["claim_id"] = [f"c{n}" for n in range(len(claims))]
    practice = Practice("Any", LATE, {"claims": facts, "transactions": ledger})
    whole = [0, 0]
    for number in range(len(claims)):
        cents = sum(round(amount * 100) for claim, _, amount in rows if claim == f"c{number}")
        whole[cents < 0] += abs(cents)
    balance = open_items(facts, ledger, as_of=LATE)["balance"].sum()
    back = credits_of(practice, as_of=LATE)["amount"].sum()
    assert (round(balance * 100), round(back * 100)) == tuple(whole)
    section = tie_out_section(practice, as_of=LATE, balance=whole[0] / 100, owed_back=whole[1] / 100)
    assert section.sentences[0].startswith("The ledger ties out to the cent")
    assert section.tables[1].total == ("Difference", "$0.00")


EXPORT = """Claim #,Payer,Date of Service,As Of Date,Balance,Patient Name,Favourite "Colour"
1,Oak,06/10/2026,06/30/2026,160.00,Jane Doe,red
2,Oak,03/20/2026,06/30/2026,80.00,Jane Doe,red
3,<b>Elm</b>,02/01/2026,06/30/2026,"1,040.00",John Roe,blue
4,Elm,05/15/2026,06/30/2026,(10.00),John Roe,blue
5,Elm,05/15/2026,06/30/2026,twenty,John Roe,blue
"""


@pytest.fixture
def export(tmp_path):
    path = tmp_path / "open AR.csv"
    path.write_text(EXPORT, encoding="utf-8")
    return read_export(path)


def test_a_file_is_reconciled_to_the_cent_and_marked_as_internal(export, tmp_path):
    path = write_report(export, out=tmp_path / "out")
    assert path.name == "open-AR_ar_2026-06-30.html"
    page = read(path)
    assert page.words().count("Contains protected health information, internal use") == 2
    assert page.tables["reconciliation-table"]["rows"][1:] == [
        ["In the file", "5", "$1,270.00"],
        ["Accepted", "4", "$1,270.00"],
        ["of them repaired, with a finding", "0", "–"],
        ["Quarantined", "1", "$0.00"],
        ["Difference", "0", "$0.00"],
    ]
    assert page.tables["accepted-table"]["rows"][1:] == [
        ["Open balance", "$1,280.00"],
        ["less credits owed back", "-$10.00"],
        ["Not counted as open", "$0.00"],
        ["Accepted", "$1,270.00"],
        ["Difference", "$0.00"],
    ]
    assert page.tables["payer-table"]["rows"][1][0] == "<b>Elm</b>"
    assert page.tables["aging-table"]["rows"][-1] == ["Total", "3", "$1,280.00", "100.0%"]
    assert [row[0] for row in page.tables["quarantine-table"]["rows"][1:]] == ["6"]
    assert ["balance", "Balance"] in [row[:2] for row in page.tables["mapping-table"]["rows"]]


def test_a_file_that_does_not_tie_out_says_so(export):
    found = Reconciliation(3, 2, 0, 0, 7000, 3000, 0, 2000, 0, 0, "Balance")
    words = reconciliation_section(dataclasses.replace(export, reconciliation=found)).sentences[0]
    assert words.startswith("The file does not tie out, one of these does not hold: 3 rows and $70.00 in")
    assert found.ties_out is False


def test_names_and_contact_data_of_a_file_are_not_in_its_report(export, tmp_path):
    text = write_report(export, out=tmp_path / "out").read_text(encoding="utf-8")
    assert "Jane" not in text
    assert "Roe" not in text
    assert "Favourite &#34;Colour&#34;" in text


@pytest.mark.skipif(os.name == "nt", reason="permissions are told in another way there")
def test_only_the_owner_can_read_the_report_of_a_file(export, tmp_path):
    own = write_report(export, out=tmp_path / "out")
    sample = write_report(small_practice(), out=tmp_path / "out")
    assert stat.S_IMODE(own.stat().st_mode) == 0o600
    assert stat.S_IMODE(sample.stat().st_mode) == 0o644


def test_a_day_that_the_file_does_not_state_is_marked(tmp_path):
    path = tmp_path / "no day.csv"
    path.write_text(
        "Claim #,Payer,Date of Service,Balance\n1,Oak,2026-06-10,20\n2,Elm,2026-06-12,10\n", "utf-8"
    )
    content = make_content(read_export(path))
    assert content.as_of == "June 12, 2026, the latest date in the file"
    assert make_content(read_export(path, as_of="2026-06-30")).as_of == "June 30, 2026"


def test_bucket_columns_keep_their_order_and_the_empty_ones(tmp_path):
    path = tmp_path / "buckets.csv"
    path.write_text(
        "AR aging of the group\nAs of: 2026-06-30\nPayer,Current,1-30,31-60,61-90,90+,Total\n"
        "Oak,10,0,0,0,80,90\nElm,0,0,40,0,0,40\nTotal,10,0,40,0,80,130\n",
        "utf-8",
    )
    page = read(write_report(read_export(path), out=tmp_path))
    assert page.tables["aging-table"]["rows"][0][0] == "Bucket of the file"
    shown = [(row[0], row[2]) for row in page.tables["aging-table"]["rows"][1:]]
    assert shown == [
        ("Current", "$10.00"),
        ("1-30", "$0.00"),
        ("31-60", "$40.00"),
        ("61-90", "$0.00"),
        ("90+", "$80.00"),
        ("Total", "$130.00"),
    ]
    assert "$80.00 of it (62%) in the file's buckets over 90 days" in page.words()


@pytest.mark.parametrize(
    ("owed", "words"),
    [
        ({"patient": 10.0}, "Patients owe $10.00 (100%)."),
        (
            {"payer_1": 10.0, "payer_2": 20.0, "patient": 10.0},
            "Payers owe $30.00 (75%) and patients $10.00 (25%).",
        ),
        (
            {"payer_1": 20.0, "agency": 10.0, "unknown": 10.0},
            "Payers owe $20.00 (50%); $10.00 (25%) is with the collection agency;"
            " $10.00 (25%) is without a stated party.",
        ),
        ({"agency": 10.0}, "$10.00 (100%) is with the collection agency."),
    ],
)
def test_who_owes_it_is_said_in_words(owed, words):
    practice = snapshot(
        balance=list(owed.values()), responsible=list(owed), service_date=days(*["2026-06-01"] * len(owed))
    )
    (section,) = [part for part in make_content(practice).sections if part.key == "owed-by"]
    assert section.sentences == (words,)


def test_another_currency_is_shown_as_it_is(tmp_path):
    path = tmp_path / "shekel.csv"
    path.write_text(
        "Open claims, all figures in ILS\nAs of: 2026-06-30\nClaim #,Payer,Date of Service,Balance\n"
        "1,Oak,2026-06-10,1500.00\n2,Elm,2026-02-10,40\n",
        "utf-8",
    )
    text = write_report(read_export(path), out=tmp_path).read_text(encoding="utf-8")
    assert "ILS\u00a01,540.00 is open on June 30, 2026" in text
    assert not re.search(r"\$\s*\d", text)
    assert "Every amount is in ILS." in text


def test_a_file_without_any_open_balance_says_that_plainly(tmp_path):
    path = tmp_path / "paid.csv"
    path.write_text(
        "Claim #,Payer,Date of Service,Balance\n1,Oak,2026-06-10,0\n2,Elm,2026-06-12,0\n", "utf-8"
    )
    page = read(write_report(read_export(path), out=tmp_path))
    assert (
        "The file shows no open balance on June 12, 2026: none of its 2 accepted rows has one."
        in page.words()
    )
    assert ["aging of any balance", "every balance in the file is zero"] in page.tables["cannot-table"][
        "rows"
    ]


def test_many_quarantined_rows_are_cut_and_counted(tmp_path):
    path = tmp_path / "bad.csv"
    rows = "".join(f"{n},Oak,2026-06-10,2026-06-30,{'x' if n % 2 else 20}\n" for n in range(160))
    path.write_text("Claim #,Payer,Date of Service,As Of Date,Balance\n" + rows, "utf-8")
    table = read(write_report(read_export(path), out=tmp_path)).tables["quarantine-table"]
    assert table["caption"] == "Quarantined rows: the first 50 of 80"
    assert len(table["rows"]) == 51


def test_dollars_without_a_date_are_never_called_young(tmp_path):
    path = tmp_path / "ages.csv"
    path.write_text("Claim #,Payer,Balance\nA1,Alder,10.00\nA2,Birch,20.00\n", encoding="utf-8")
    content = make_content(read_export(path, as_of="2026-03-31"))
    assert "for more than 90 days" not in content.finding
    assert "and no date says how old it is" in content.finding
    assert [figure.label for figure in content.figures][:2] == ["Open balance", "Without a date"]

    path.write_text(
        "Claim #,Payer,DOS,Balance\nA1,Alder,2025-01-02,10.00\nA2,Birch,,20.00\n", encoding="utf-8"
    )
    finding = make_content(read_export(path, as_of="2026-03-31")).finding
    assert "$10.00 of it (33%) for more than 90 days, and no date says how old $20.00 is" in finding


def test_ages_of_a_file_without_dates_are_used(tmp_path):
    path = tmp_path / "ages.csv"
    path.write_text(
        "Claim #,Payer,Balance,Days in AR\nA1,Alder,10.00,12\nA2,Birch,20.00,95\n", encoding="utf-8"
    )
    finding = make_content(read_export(path, as_of="2026-03-31")).finding
    assert "$20.00 of it (67%) in the file's buckets over 90 days" in finding
