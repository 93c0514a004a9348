"""The search finds what is planted in a file, in any spelling and any place, and no word of the product's own."""

import base64
import html
import io
import json

import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from arlab.importers.personal import FileColumn
from arlab.protect.known import known_of
from arlab.protect.labels import may_stand, shared_labels
from arlab.protect.own import own_texts
from arlab.protect.patterns import patterns_in
from arlab.protect.safe_harbor import CLASSES, safe_harbor_rows
from arlab.protect.scan import check_written

COLUMNS = (
    FileColumn(
        "Patient", "patient_name", 40, frozenset({"Quackenbush, Zoë", "May Day", "Mark Wigglesworth"})
    ),
    FileColumn("Member ID", "contact", 40, frozenset({"XQ 77 4410", "12 Nowhere Lane"})),
    FileColumn("Claim #", "claim_id", 40, frozenset({"CLM-00917", "40417", "12345678"})),
    FileColumn("DOS", "service_date", 40, frozenset({"3/5/2024", "2024-03-05"})),
    FileColumn("Provider", "provider", 40, frozenset({"Dr. Jane Mxyzptlk"})),
    FileColumn("Note", "", 40, frozenset({"called 555-010-4477 about it", "61-90", "1,234.50"})),
)
KNOWN = known_of(COLUMNS, days=("2026-06-30", "June 30, 2026"), texts=("Oak Clinic 2291 export",))


def found(text, name="shared.html"):
    return check_written({name: text.encode()}, known=KNOWN, own=own_texts(), amounts=("items", "balance"))


@pytest.mark.parametrize(
    "text",
    [
        "<p>owed by QUACKENBUSH</p>",
        "<p>owed by Zoe\u0308 K.</p>",
        "<p>Quackenbush&#44; Zo&euml;</p>",
        '<img alt="Wigglesworth">',
        "<!-- Wigglesworth -->",
        "<b>Wiggles</b>worth",
        "<p>Jane Mxyzptlk</p>",
        "<p>12 Nowhere Lane</p>",
        "<p>XQ 77 4410</p>",
        "<p>claim clm-00917.</p>",
        "<p>of 3/5/2024</p>",
        "<p>As of June 30, 2026</p>",
        "<p>078-05-1120</p>",
        "<p>(555) 010-4478</p>",
        "<p>someone@example.org</p>",
        "<p>MRN 4410A</p>",
        "<p>123456789</p>",
        "<p>http://example.org</p>",
        "<p>10.20.30.40</p>",
    ],
)
def test_what_is_planted_is_found(text):
    assert found(text), text


def test_a_planted_name_is_found_in_other_files_and_in_a_file_name():
    assert found(json.dumps({"payer": "Wigglesworth"}), "shared.json")
    assert found("by,items\nWigglesworth,3\n", "shared.csv")
    assert found("by,items\n40417,3\n", "shared.csv"), "a claim number as a label"
    assert found("<p>nothing</p>", "Wigglesworth.html")


@pytest.mark.parametrize(
    "text",
    [
        "<p>The day is not shared, and may not be; 61-90 days and $1,234.50, $12,345,678.00 in all.</p>",
        "<p>of 40,417 items (45%)</p>",
        "<p>Payer K7MPR4 and Claim 99ABCD</p>".replace("A", "X"),
    ],
)
def test_words_and_numbers_of_the_products_own_are_no_alarm(text):
    assert found(text) == ()


def test_numbers_of_an_amount_column_are_no_identifiers():
    assert found("by,items,balance\nOak,40417,12345678.00\n", "shared.csv") == ()


def test_a_picture_may_hold_nothing_but_the_picture():
    plain, told = io.BytesIO(), io.BytesIO()
    info = PngInfo()
    info.add_text("Title", "of a patient")
    Image.new("RGB", (4, 4)).save(plain, "png")
    Image.new("RGB", (4, 4)).save(told, "png", pnginfo=info)
    pages = [
        f'<img src="data:image/png;base64,{base64.b64encode(picture).decode()}">'
        for picture in (plain.getvalue(), told.getvalue(), plain.getvalue() + b"more")
    ]
    assert [bool(found(page)) for page in pages] == [False, True, True]


def test_known_values_are_not_shown_by_accident():
    assert "uackenbush" not in repr(KNOWN) + repr(COLUMNS)


@pytest.mark.parametrize(
    ("label", "may"),
    [
        ("Oak Health", True),
        ("Blue Cross Blue Shield", True),
        ("May Health Plan", False),
        ("Zoë Quackenbush", False),
        ("Jane Mxyzptlk Fund", False),
        ("Oak 078-05-1120", False),
        ("oak@example.org", False),
        ("<script>alert(1)</script>", False),
        ("=HYPERLINK(1)", False),
        ("-Oak", False),
        ("Oak\nHealth", False),
        ("Oak 2024", False),
        ("O" * 61, False),
    ],
)
def test_a_payer_is_named_only_where_its_name_is_nobodys(label, may):
    assert may_stand(label, KNOWN) is may
    written = shared_labels([label], kind="payer", key=bytes(32), known=KNOWN)[label]
    assert (written == label) is may
    assert html.escape(written) == written


def test_patterns_leave_amounts_alone():
    assert patterns_in("1234567.89 and $9,876,543.21 on 1,234,567 items") == ()


def test_the_18_kinds_are_all_there_and_say_what_was_found():
    rows = safe_harbor_rows(COLUMNS, dates_done="weeks", dates_remain="none", codes_remain="codes")
    assert [row.letter for row in rows] == list("ABCDEFGHIJKLMNOPQR")
    assert len(CLASSES) == 18
    by = {row.letter: row for row in rows}
    assert by["A"].columns == ("Patient",)
    assert by["C"].columns == ("DOS",)
    assert "by values" in by["D"].found and by["D"].columns == ("Note",)
    assert by["I"].columns == ("Member ID",)
    assert by["J"].columns == ("Claim #",)
    assert by["L"].found == "not found"
    said = " ".join(text for row in rows for text in (row.found, row.done, row.remains))
    assert "Member ID" not in said and "DOS" not in said, "columns of the file are not published"
