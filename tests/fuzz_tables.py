"""Changes tables at random, in bytes, rows, cells and parts, and reads each; only tests use it.

The same number gives the same change. A file may be read or refused; anything else is a fault.
"""

from __future__ import annotations

import datetime as dt
import io
import random
import time
import warnings
import zipfile
from pathlib import Path

import openpyxl
import pandas as pd

from arlab.errors import ArlabError
from arlab.importers import read_export

MOST_SECONDS = 5.0
KINDS = ("csv", "xlsx", "parquet")

CLAIMS = """Maple Medical Group
As of: 06/30/2026

Claim #,Patient,Primary Ins,DOS,First Billed,Charges,Balance Ins,Balance Pt,Status
C1,Ann One,Aetna,01/02/2026,01/07/2026,"$1,288.00",$10.00,$0.00,Billed
C2,Bob Two,Medicare,02/03/2026,46061,$636.00,($20.00),$40.00,Denied
C3,Cy Three,"Blue Cross, of X",03/04/2026,9-Mar-26,$435.00,$80.00,$0.00,Billed

C3,Cy Three,"Blue Cross, of X",03/04/2026,9-Mar-26,$435.00,$80.00,$0.00,Billed
Total,,,,,"$2,794.00",$150.00,$40.00,
"""
AGING = """As of 2026-06-30
Account;;Days;;;Balance
Acct #;Payer;0-30;31-60;Over 60;Total
P1;Aetna;10,00;0,00;20,00;30,00
P2;Patient;0,00;40,00;0,00;40,00
P3;Medicare;1.080,50;0,00;0,00;1.080,50
Total;;1.090,50;40,00;20,00;1.150,50
"""
STATUS = "claim_id\tinsurance_provider\tservice_date\tdecision_date\tclaim_amount\tclaim_status\n" + "".join(
    f"{n}\tCigna\t2026-0{n}-15T10:00:00Z\t{decided}\t{10 * 2**n}.5\t{status}\n"
    for n, (decided, status) in enumerate([("", "Pending"), ("2026-06-01", "Denied")] * 3, start=1)
)
SNAPSHOTS = "snapshot_date,claim_id,payer,aging_bucket,outstanding_amount\n" + "".join(
    f"2026-0{month}-30,CLM{n},Aetna,{bucket},{2**n}\n"
    for month in (4, 5)
    for n, bucket in enumerate(["0-30", "31-60", "61-90", "90+"])
)
TEXTS = (CLAIMS, AGING, STATUS, SNAPSHOTS)
CELLS = (
    "", " ", "-", "-0", "1e9", "1e99", "1e-99", "9" * 30, "NaN", "inf", "nan", "12.5%", "(1,234.50)", "5.00-",
    "$", "()", "1,2,3", "€5", "¥5", "0x10", "31/12/2026", "13/13/2026", "2/30/2026", "99999", "45356.5",
    "0000-00-00", "9999-12-31", "1900-01-01", "Total", "Grand Total", "Subtotal", "Claim #", "Balance", "0-30",
    "120+", "Current", "=HYPERLINK(\"x\")", "<script>alert(1)</script>", "\u202eabc", "💊", "a\u0301", "\u00a0",
    "\ufeff", "\x1a", "\x0b", "\x85", "\u2028", "x" * 3_000, "{}", "%s", "\\", "'", "None", "True",
)  # fmt: skip
BYTES = (b"\0", b'"', b'""', b",", b";", b"\t", b"|", b"\n", b"\r", b"\r\n", b"\n\n", b"\xff", b"\xfe\xff", b"\xc3",
         b"\xef\xbb\xbf", b"\x80", b"PK\x03\x04", b"PAR1", b"\x1a", b"(", b"-", b"<", b">", b"&", b"/")  # fmt: skip
VALUES = (None, True, dt.date(2026, 1, 1), b"\xff", [1, 2], {"a": 1}, float("inf"), 2**62, pd.Timedelta(1),
          pd.Timestamp("2026-01-01T00:00:00Z"), pd.Timestamp("1600-01-01"), dt.time(1), "")  # fmt: skip
NEW_XML = ('r="XFD1048576"', 'r="A0"', 'r="4"', "", "<v>1e999</v>", 't="s"', 't="b"', 't="e"', 't="d"', 's="99"',
           "<row r='9'>", '<row r="999999999">', "A1:XFD1048576", '"-1"', "&amp;", "&x;")  # fmt: skip
ENCODINGS = ("utf-8", "utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252", "utf-32")


def seed_files() -> dict[str, list[bytes]]:
    """Return small files of each kind that are read as they are."""
    frames = [
        pd.DataFrame(
            {
                "Claim #": ["C1", "C2", "C3"],
                "Payer": ["Aetna", None, "Medicare"],
                "DOS": pd.to_datetime(["2026-01-02", "2026-02-03", None]),
                "Balance": [10.0, -20.5, 40.25],
            }
        ),
        pd.DataFrame(
            {"Payer": ["Aetna", "Cigna"], "0-30": [10, 20], "31-60": [40, 80], "As of": ["2026-06-30"] * 2}
        ),
    ]
    parquets = []
    for frame in frames:
        held = io.BytesIO()
        frame.to_parquet(held)
        parquets.append(held.getvalue())
    return {
        "csv": [text.encode() for text in TEXTS],
        "xlsx": [_workbook(), _packed(_workbook())],
        "parquet": parquets,
    }


def _workbook() -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    for row in (
        ["Aging as of 06/30/2026"],
        [],
        ["Claim #", "Payer", "DOS", "Balance", "Note"],
        ["C1", "Aetna", dt.date(2026, 5, 1), 10.5, "=1+1"],
        ["C2", "Aetna", pd.Timestamp("2026-05-02 10:00"), "(20.00)", None],
        ["Total", None, None, -9.5, None],
    ):
        sheet.append(row)
    sheet.merge_cells("A1:E1")
    sheet.merge_cells("B4:B5")
    held = io.BytesIO()
    book.save(held)
    return held.getvalue()


def _packed(data: bytes) -> bytes:
    """Return an archive with its parts stored as they are, so that a changed byte is a changed byte of XML."""
    held = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(held, "w", zipfile.ZIP_STORED) as new:
        for name in old.namelist():
            new.writestr(name, old.read(name))
    return held.getvalue()


def mutated(kind: str, files: dict[str, list[bytes]], number: int) -> bytes:
    """Return the file of a kind that belongs to a number."""
    draw = random.Random(f"{kind} {number}")
    data = draw.choice(files[kind])
    for _ in range(draw.choice((1, 1, 1, 2, 3, 6))):
        way = draw.choice(_WAYS[kind])
        data = way(data, draw)
    return data[:200_000]


def _bytes(data: bytes, draw: random.Random) -> bytes:
    """Change, insert, repeat or take out some bytes."""
    if not data:
        return draw.choice(BYTES)
    at = draw.randrange(len(data))
    to = min(len(data), at + draw.choice((1, 1, 2, 8, 60)))
    what = draw.randrange(6)
    if what == 0:
        return data[:at] + bytes([draw.randrange(256)]) + data[at + 1 :]
    if what == 1:
        return data[:at] + draw.choice(BYTES) + data[at:]
    if what == 2:
        return data[:at] + data[to:]
    if what == 3:
        return data[:to] + data[at:to] * draw.choice((1, 2, 30)) + data[to:]
    if what == 4:
        return data[:at]
    return data[:at] + bytes([data[at] ^ (1 << draw.randrange(8))]) + data[at + 1 :]


def _lines(data: bytes, draw: random.Random) -> bytes:
    """Move, repeat, empty or take out lines."""
    lines = data.split(b"\n")
    at, other = draw.randrange(len(lines)), draw.randrange(len(lines))
    what = draw.randrange(6)
    if what == 0:
        lines[at], lines[other] = lines[other], lines[at]
    elif what == 1:
        lines[at:at] = [lines[other]] * draw.choice((1, 2, 50))
    elif what == 2:
        del lines[at]
    elif what == 3:
        lines[at] = b""
    elif what == 4:
        lines[at] = lines[at] + lines[other]
    else:
        draw.shuffle(lines)
    return b"\n".join(lines)


def _cells(data: bytes, draw: random.Random) -> bytes:
    """Write something else into a cell or a column, or move columns."""
    text = data.decode("utf-8", "replace")
    cut = max(",;\t|", key=text.count)
    rows = [line.split(cut) for line in text.split("\n")]
    row = draw.choice(rows)
    at, what = draw.randrange(len(row)), draw.randrange(5)
    if what == 0:
        row[at] = draw.choice(CELLS)
    elif what == 1:
        value = draw.choice(CELLS)
        for other in rows:
            if at < len(other) and draw.random() < 0.7:
                other[at] = value
    elif what == 2:
        row[at:at] = [draw.choice(CELLS)] * draw.choice((1, 1, 40))
    elif what == 3:
        del row[at]
    else:
        for other in rows:
            if at < len(other):
                del other[at]
    return "\n".join(cut.join(row) for row in rows).encode("utf-8", "replace")


def _encoded(data: bytes, draw: random.Random) -> bytes:
    """Write the text in another encoding, with other delimiters or line ends."""
    text = data.decode("utf-8", "replace").replace("\n", draw.choice(("\n", "\n", "\r\n", "\r")))
    if draw.random() < 0.5:
        text = text.replace(draw.choice(",;\t|"), draw.choice(",;\t|"))
    return text.encode(draw.choice(ENCODINGS), "replace")


def _parts(data: bytes, draw: random.Random) -> bytes:
    """Change the XML of one part of a workbook and pack it again."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            parts = {name: archive.read(name) for name in archive.namelist()}
    except Exception:
        return _bytes(data, draw)
    name = draw.choice(sorted(parts) + [n for n in sorted(parts) if "sheet" in n] * 4)
    what = draw.randrange(8)
    if what == 0:
        del parts[name]
    elif what == 1:
        text = parts[name].decode("utf-8", "replace")
        old = draw.choice(
            (
                'r="D4"',
                "<v>",
                "</v>",
                't="n"',
                't="inlineStr"',
                "<f>",
                's="1"',
                "<row ",
                "A1",
                '"1"',
                "</row>",
            )
        )
        new = draw.choice(NEW_XML)
        parts[name] = text.replace(old, new, draw.choice((1, -1))).encode()
    elif what == 2:
        parts[draw.choice(("xl/vbaProject.bin", "x.csv", "content.xml", "../a", "xl/workbook.xml"))] = parts[
            name
        ]
    else:
        parts[name] = _bytes(parts[name], draw)
    held = io.BytesIO()
    pack = draw.choice((zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED))
    with warnings.catch_warnings(), zipfile.ZipFile(held, "w", pack) as archive:
        warnings.simplefilter("ignore")
        for part, content in parts.items():
            archive.writestr(part, content)
    return held.getvalue()


def _frames(data: bytes, draw: random.Random) -> bytes:
    """Change the cells of a Parquet file, or their types, and write it again."""
    try:
        frame = pd.read_parquet(io.BytesIO(data))
        name = draw.choice(list(frame.columns))
        what = draw.randrange(5)
        if what == 0:
            frame[name] = [draw.choice(CELLS) for _ in range(len(frame))]
        elif what == 1:
            frame[name] = draw.choice(
                [[value] * len(frame) for value in VALUES]
            )  # fmt: skip
        elif what == 2:
            frame = frame.rename(columns={name: draw.choice(CELLS)})
        elif what == 3:
            frame = frame.iloc[:0] if draw.random() < 0.3 else pd.concat([frame] * 3)
        else:
            frame = frame.set_index(name) if draw.random() < 0.5 else frame[[name]]
        held = io.BytesIO()
        frame.to_parquet(held)
        return held.getvalue()
    except Exception:
        return _bytes(data, draw)


_WAYS = {
    "csv": (_bytes, _lines, _cells, _cells, _encoded),
    "xlsx": (_bytes, _parts, _parts, _parts),
    "parquet": (_bytes, _bytes, _frames),
}


def read_mutated(kind: str, data: bytes, path: Path, *, as_of: str | None = None) -> str:
    """Read a file and return ``read``, ``refused``, or what went wrong."""
    path = path.with_name(f"fuzz.{kind}")
    path.write_bytes(data)
    start = time.perf_counter()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        try:
            found = read_export(path, as_of=as_of)
            result = "read" if found.reconciliation.ties_out else "does not tie out"
        except ArlabError as problem:
            text = str(problem)
            result = (
                "refused"
                if text.endswith(".") and "\n" not in text and len(text) < 2_000
                else "not one sentence"
            )
        except BaseException as problem:
            result = f"{type(problem).__name__}: {problem}"[:300]
    seconds = time.perf_counter() - start
    return f"took {seconds:.1f} s" if seconds > MOST_SECONDS else result
