"""Files that are made to harm: each is refused in one sentence, soon, and without filling the memory."""

import datetime as dt
import io
import os
import struct
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import openpyxl
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from arlab.errors import InputRefused
from arlab.importers import read_export

HEAD = "Claim #,Payer,DOS,Balance\n"
ROW = "C1,Aetna,2026-05-01,10\n"
MOST_SECONDS = 5


def write(tmp_path, name, data):
    path = tmp_path / name
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    return path


def refused(path, **options):
    """Return the one sentence with which a file is refused, after a look at the clock."""
    start = time.monotonic()
    with pytest.raises(InputRefused) as caught:
        read_export(path, **options)
    assert time.monotonic() - start < MOST_SECONDS
    text = str(caught.value)
    assert text.endswith(".")
    assert "\n" not in text
    assert len(text) < 600
    return text


def workbook_parts(rows=((10.0,),), name="Open"):
    """Return the parts of a workbook with a header and some rows, by name."""
    book = openpyxl.Workbook()
    book.active.title = name
    for row in [["Claim #", "Payer", "DOS", "Balance"], ["C1", "Aetna", dt.date(2026, 5, 1), 10]]:
        book.active.append(row)
    held = io.BytesIO()
    book.save(held)
    with zipfile.ZipFile(held) as archive:
        return {part: archive.read(part) for part in archive.namelist()}


def archive_of(parts):
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    return held.getvalue()


def sheet_with(cells):
    parts = workbook_parts()
    sheet = "xl/worksheets/sheet1.xml"
    text = parts[sheet].decode()
    start, end = text.index("<sheetData>") + 11, text.index("</sheetData>")
    parts[sheet] = (text[:start] + cells + text[end:]).encode()
    return archive_of(parts)


def test_the_archive_that_these_tests_change_is_read_when_it_is_not_changed(tmp_path):
    found = read_export(write(tmp_path, "a.xlsx", archive_of(workbook_parts())))
    assert found.reconciliation.cents_open == 1000


# Archives


def test_a_zip_bomb(tmp_path):
    parts = workbook_parts()
    parts["xl/worksheets/sheet1.xml"] += b" " * 60_000_000
    path = write(tmp_path, "bomb.xlsx", archive_of(parts))
    assert path.stat().st_size < 1_000_000
    assert "unpacks to far more" in refused(path)


def test_many_small_bombs(tmp_path):
    parts = workbook_parts() | {f"xl/extra{n}.xml": b"<x/>" for n in range(2_100)}
    assert "unpacks to far more" in refused(write(tmp_path, "bomb.xlsx", archive_of(parts)))


def test_a_bomb_in_an_archive_in_an_archive(tmp_path):
    inner = archive_of({"zeros.xml": b"0" * 50_000_000})
    text = refused(write(tmp_path, "bomb.xlsx", archive_of({"inner.zip": inner})))
    assert "is an archive and no workbook" in text


def test_a_bomb_that_lies_about_its_size(tmp_path):
    parts = workbook_parts()
    sheet = "xl/worksheets/sheet1.xml"
    honest = len(parts[sheet])
    parts[sheet] += b" " * 60_000_000
    data = bytearray(archive_of(parts))
    true = struct.pack("<I", len(parts[sheet]))
    assert data.count(true) == 2
    data = bytes(data).replace(true, struct.pack("<I", honest))
    assert "unpacks to far more" in refused(write(tmp_path, "bomb.xlsx", data))


def test_parts_that_lie_over_one_another(tmp_path):
    parts = archive_of({"xl/workbook.xml": b"0" * 900_000})
    with zipfile.ZipFile(io.BytesIO(parts)) as archive:
        entry = archive.infolist()[0]
        start = archive.start_dir
    record = parts[start : parts.index(b"PK\x05\x06")]
    names = [record.replace(b"xl/workbook.xml", b"xl/w%09d.xml" % n) for n in range(1_500)]
    directory = b"".join(n[:46] + b"xl/w%07d.xml" % i + n[46 + 15 :] for i, n in enumerate([record] * 1_500))
    del names, entry
    end = struct.pack("<4s4H2IH", b"PK\x05\x06", 0, 0, 1_500, 1_500, len(directory), start, 0)
    assert "unpacks to far more" in refused(write(tmp_path, "bomb.xlsx", parts[:start] + directory + end))


@pytest.mark.parametrize("part", ["xl/workbook.xml", "xl/styles.xml", "xl/worksheets/sheet1.xml"])
def test_an_xml_bomb(tmp_path, part):
    parts = workbook_parts()
    words = "".join(f'<!ENTITY w{n} "{f"&w{n - 1};" * 10 if n else "ha"}">' for n in range(10))
    text = parts[part].decode()
    rest = text.partition("?>")[2] if text.startswith("<?xml") else text
    parts[part] = f"<?xml version='1.0'?><!DOCTYPE x [{words}]>{rest}".encode()
    assert "words of its own" in refused(write(tmp_path, "bomb.xlsx", archive_of(parts)))


def test_two_cells_in_the_far_corners(tmp_path):
    cells = '<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
    assert "16,384 columns" in refused(write(tmp_path, "far.xlsx", sheet_with(cells)))
    cells = '<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="CV1048576"><v>1</v></c></row>'
    assert "as far down as row 1,048,576" in refused(write(tmp_path, "far.xlsx", sheet_with(cells)))


def test_ten_thousand_columns_in_a_workbook(tmp_path):
    row = "".join("<c><v>1</v></c>" for _ in range(10_000))
    assert "10,000 columns" in refused(write(tmp_path, "wide.xlsx", sheet_with(f'<row r="1">{row}</row>')))


@pytest.mark.parametrize("part", ["xl/workbook.bin", "content.xml"])
def test_a_workbook_of_another_kind(tmp_path, part):
    assert "save it as XLSX or CSV" in refused(write(tmp_path, "a.xlsx", archive_of({part: b"<x/>"})))


def test_an_encrypted_or_odd_packed_part_is_refused(tmp_path):
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_LZMA) as archive:
        for name, data in workbook_parts().items():
            archive.writestr(name, data)
    assert "is damaged or is no workbook" in refused(write(tmp_path, "a.xlsx", held.getvalue()))


# Text


def test_a_line_of_ten_megabytes(tmp_path):
    assert "a line of more than" in refused(write(tmp_path, "a.csv", b"x" * 10_000_000))
    assert "a line of more than" in refused(
        write(tmp_path, "b.csv", HEAD + ROW + "x" * 10_000_000 + "\n" + ROW)
    )
    assert "a line of more than" in refused(
        write(tmp_path, "c.csv", HEAD + ROW + "a,b,c," * 2_000_000 + "\n")
    )


def test_ten_thousand_columns(tmp_path):
    names = ",".join(f"c{n}" for n in range(10_000))
    assert "10,000 cells" in refused(write(tmp_path, "a.csv", f"{names}\n{names}\n"))


def test_one_wide_line_among_very_many(tmp_path):
    wide = "," * 1_900 + "\n"
    assert "1,901 cells" in refused(write(tmp_path, "a.csv", HEAD + wide + "a,b,c,d\n" * 400_000))


def test_more_cells_than_memory(tmp_path):
    line = "," * 999 + "\n"
    assert "more than are read at once" in refused(
        write(tmp_path, "a.csv", ("a," * 999 + "a\n") + line * 70_000)
    )


def test_a_file_that_is_nearly_all_hole(tmp_path):
    path = tmp_path / "a.csv"
    with path.open("wb") as file:
        file.truncate(400_000_000)
    assert "NUL bytes" in refused(path)
    with path.open("wb") as file:
        file.truncate(20_000_000_000)
    assert "more than the" in refused(path)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "is empty"),
        (HEAD, "no rows of data"),
        (ROW, "no row that looks like"),
        (ROW * 5, "no row that looks like"),
        (HEAD + ROW.replace("A", "\0"), "NUL bytes"),
    ],
    ids=["empty", "header only", "one row", "no header", "NUL"],
)
def test_what_is_missing(tmp_path, text, says):
    assert says in refused(write(tmp_path, "a.csv", text))


# Names and places


def test_a_link_out_of_its_folder(tmp_path):
    (tmp_path / "own").mkdir()
    path = write(tmp_path, "a.csv", HEAD + ROW)
    link = tmp_path / "own" / "b.csv"
    link.symlink_to(path)
    assert "a link to a file outside its folder: give the file itself" in refused(link)
    beside = tmp_path / "c.csv"
    beside.symlink_to("a.csv")
    assert read_export(beside).reconciliation.accepted == 1
    below = tmp_path / "d.csv"
    below.symlink_to(write(tmp_path / "own", "e.csv", HEAD + ROW))
    assert read_export(below).reconciliation.accepted == 1


def test_a_folder_that_is_a_link_itself_does_not_matter(tmp_path):
    (tmp_path / "true").mkdir()
    write(tmp_path / "true", "a.csv", HEAD + ROW)
    (tmp_path / "link").symlink_to(tmp_path / "true")
    assert read_export(tmp_path / "link" / "a.csv").reconciliation.accepted == 1
    (tmp_path / "link" / "b.csv").symlink_to("a.csv")
    assert read_export(tmp_path / "link" / "b.csv").reconciliation.accepted == 1


def test_links_that_lead_nowhere_or_round_and_round(tmp_path):
    link = tmp_path / "a.csv"
    link.symlink_to(tmp_path / "nothing.csv")
    assert "does not exist" in refused(link)
    (tmp_path / "b.csv").symlink_to(tmp_path / "c.csv")
    (tmp_path / "c.csv").symlink_to(tmp_path / "b.csv")
    assert "'b.csv' could not be read" in refused(tmp_path / "b.csv")


@pytest.mark.skipif(not Path("/dev/zero").exists(), reason="this system has no such device")
def test_a_device_and_a_pipe(tmp_path):
    assert "not an ordinary file" in refused(Path("/dev/zero"))
    os.mkfifo(tmp_path / "pipe.csv")
    assert "not an ordinary file" in refused(tmp_path / "pipe.csv")


# Parquet


def test_a_parquet_bomb_of_rows(tmp_path):
    path = tmp_path / "bomb.parquet"
    piece = pa.table(
        {"Balance": pa.DictionaryArray.from_arrays(pa.array([0] * 4_000_000, pa.int8()), ["10"])}
    )
    with pq.ParquetWriter(path, piece.schema) as writer:
        for _ in range(30):
            writer.write_table(piece)
    assert path.stat().st_size < 1_000_000
    assert "more than are read at once" in refused(path)


def test_a_parquet_bomb_of_one_long_text(tmp_path):
    path = tmp_path / "bomb.parquet"
    note = pa.DictionaryArray.from_arrays(pa.array([0] * 1_000_000, pa.int32()), ["x" * 100_000])
    pq.write_table(pa.table({"Claim #": [str(n) for n in range(1_000_000)], "Note": note}), path)
    assert "unpacks to far more" in refused(path)


def test_a_parquet_file_of_very_many_columns(tmp_path):
    pd.DataFrame({f"c{n}": ["1"] for n in range(3_000)}).to_parquet(tmp_path / "a.parquet")
    assert "3,000 columns" in refused(tmp_path / "a.parquet")


MEMORY = """
import sys
from arlab.errors import InputRefused
from arlab.importers import read_export
for name in sys.argv[1:]:
    try:
        read_export(name)
    except InputRefused:
        pass
    else:
        raise SystemExit(f"{name} was read")
# What Linux says of the children of a large process counts the parent's memory in; this does not.
own = [line.split()[1] for line in open("/proc/self/status") if line.startswith("VmHWM")]
print(own[0])
"""


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="this system says no peak of memory")
def test_no_bomb_takes_a_gigabyte(tmp_path):
    test_a_zip_bomb(tmp_path)
    test_a_line_of_ten_megabytes(tmp_path)
    test_a_parquet_bomb_of_one_long_text(tmp_path)
    test_one_wide_line_among_very_many(tmp_path)
    test_two_cells_in_the_far_corners(tmp_path)
    path = tmp_path / "hole.csv"
    with path.open("wb") as file:
        file.truncate(400_000_000)
    names = [str(path) for path in tmp_path.iterdir()]
    assert len(names) > 6
    source = str(Path(__file__).parents[1] / "src")
    own = {**os.environ, "PYTHONPATH": source}
    done = subprocess.run([sys.executable, "-c", MEMORY, *names], capture_output=True, text=True, env=own)
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) * 1024 < 1_000_000_000
