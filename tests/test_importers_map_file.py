"""A map of how a file is to be read: written, corrected, read again, or refused in one sentence."""

import os
import stat

import pytest

from arlab.errors import ArlabError, InputRefused, SettingsError, WorkspaceError
from arlab.importers import MapFile, read_export, read_map, write_map

TEXT = """Claim #,Payer,DOS,PostedDate,Weird,Amount due,Chart
C1,Alder Health,3/5/2026,3/9/2026,10,100,7
C2,Alder Hlth,3/6/2026,3/9/2026,20,200,8
"""


@pytest.fixture
def export(tmp_path):
    path = tmp_path / "export.csv"
    path.write_text(TEXT, encoding="utf-8")
    return path


def mapped(folder, text):
    path = folder / "map.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_map_overrides_what_the_names_say(export, tmp_path):
    path = mapped(tmp_path, """
dates = "dmy"
posted_date = "charge"
ignore = ["Chart"]
[columns]
balance = "Weird"
[payers]
"Alder Hlth" = "Another payer"
""")  # fmt: skip
    found = read_export(export, map_file=path)
    assert found.practice.open_items["balance"].sum() == 30.0
    assert found.practice.open_items["payer"].tolist() == ["Alder Health", "Another payer"]
    assert found.practice.open_items["service_date"].dt.month.tolist() == [5, 6]
    columns = found.mapping.set_index("concept")["column"].to_dict()
    assert columns["balance"] == "Weird"
    assert columns["charge_entry_date"] == "PostedDate"
    assert "Chart" in found.unused_columns
    assert "patient_id" not in found.practice.open_items
    assert "posted_date_asked" not in set(found.findings["code"])
    assert read_export(export, map_file=read_map(path)).map == found.map


def test_the_posted_date_is_asked_and_is_no_clock(export):
    found = read_export(export)
    asked = found.findings.set_index("code").loc["posted_date_asked", "sentence"]
    assert asked.startswith("Is it the day a charge was posted, or a payment?")
    assert "first_bill_date" not in found.practice.open_items
    paid = read_export(export, map_file=MapFile(posted_date="payment"))
    assert paid.mapping.set_index("concept").loc["payment_date", "column"] == "PostedDate"
    assert "charge lag" in dict(paid.cannot_compute)


def test_arguments_win_over_the_map(export):
    wanted = MapFile(columns={"balance": "Weird"}, dates="dmy")
    found = read_export(export, map_file=wanted, dates="mdy", mapping={"balance": "Amount due"})
    assert found.practice.open_items["balance"].sum() == 300.0
    assert found.practice.open_items["service_date"].dt.month.tolist() == [3, 3]


def test_what_is_written_is_read_again_and_is_the_owners_alone(export, tmp_path):
    found = read_export(export, dates="mdy")
    path = write_map(found, tmp_path / "map.toml")
    assert read_map(path) == found.map
    assert not list(tmp_path.glob(".map*"))
    if os.name == "posix":
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    again = read_export(export, map_file=path)
    assert again.reconciliation == found.reconciliation
    assert again.payers.equals(found.payers)
    with pytest.raises(WorkspaceError, match="could not be written"):
        write_map(found, tmp_path / "nowhere" / "map.toml")


def test_names_that_toml_must_quote_come_back(tmp_path):
    names = ['Alder "A" Health', "Größe\\Kasse", "a.b = c", "#1 Plan", "'", "=HYPERLINK(1)"]
    rows = "".join(
        f'C{n},"{name.replace(chr(34), chr(34) * 2)}",2026-05-01,10\n' for n, name in enumerate(names)
    )
    (tmp_path / "a.csv").write_text('Claim #,Payer,DOS,"Bal. ""net"""\n' + rows, encoding="utf-8")
    found = read_export(tmp_path / "a.csv", mapping={"balance": 'Bal. "net"'})
    assert read_map(write_map(found, tmp_path / "map.toml")) == found.map
    assert set(found.map.payers) == set(names)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("colour = 1", "has 'colour', which it cannot have"),
        ('dates = "ymd"', "a value for dates that is not possible: give 'mdy' or 'dmy'"),
        ('posted_date = "soon"', "give 'charge' or 'payment'"),
        ("dates = 3", "a value for dates that is not possible"),
        ("dates = []", "a value for dates that is not possible"),
        ("sheet = 2", "a sheet that is no text"),
        ("ignore = 'Chart'", "an ignore that is no list"),
        ('[columns]\nbalanse = "Weird"', "has 'balanse' under columns, which is nothing that is read"),
        ('[columns]\npatient_name = "Chart"', "has 'patient_name' under columns"),
        ("[columns]\nbalance = 3", "something under columns that is no text"),
        ("columns = 3", "something under columns that is no text"),
        ('[columns]\nbalance = "Weird"\ncharge = "Weird"', "names 'Weird' twice"),
        ('ignore = ["Weird"]\n[columns]\nbalance = "Weird"', "names 'Weird' twice"),
        ('[payers]\nAetna = " "', "something under payers that is no text"),
        ('[columns]\nbalance = "Nowhere"', "'Nowhere', which the file does not have"),
        ('ignore = ["Nowhere"]', "ignores 'Nowhere', which the file does not have"),
    ],
)
def test_a_map_that_is_not_possible_is_refused_in_one_sentence(export, tmp_path, text, said):
    with pytest.raises(SettingsError) as caught:
        read_export(export, map_file=mapped(tmp_path, text))
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)
    assert str(caught.value).endswith(".")


@pytest.mark.parametrize(
    "content", [b"not toml", b"\xff\xfe\x00", b"a = ['", b"a = " + b"[" * 5000, b"x" * 6_000_000]
)
def test_a_map_that_is_no_toml_is_refused(tmp_path, content):
    (tmp_path / "map.toml").write_bytes(content)
    with pytest.raises(InputRefused, match="is not TOML as a map file is"):
        read_map(tmp_path / "map.toml")


def test_a_map_that_is_not_there_is_refused(tmp_path):
    for path in (tmp_path / "none.toml", tmp_path):
        with pytest.raises(ArlabError, match="could not be read"):
            read_map(path)
