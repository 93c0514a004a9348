"""The action log: nothing acknowledged is lost, nothing is changed, and a worked file comes in once."""

from __future__ import annotations

import datetime as dt
import os
import random
import sqlite3
import stat
import subprocess
import sys
import time
from pathlib import Path

import pandas as pd
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from arlab import InputRefused, SettingsError, WorkspaceError, load_sample
from arlab.tables import TABLES, check_table
from arlab.worklog import LOG_FILE, import_actions, open_worklog, read_actions
from arlab.worklog.record import FIELDS, clean_action, row_key

SOURCE = str(Path(__file__).parents[1] / "src")
WRITER = Path(__file__).with_name("log_writer.py")
DAY = "2026-06-12"


def action(claim="C1", **more):
    return {
        "practice_id": "p",
        "claim_id": claim,
        "date": DAY,
        "staff": "Amy",
        "kind": "status_check",
        **more,
    }


def write(workspace, *rows, day=DAY):
    with open_worklog(workspace) as log:
        return log.append(list(rows), entered_date=day)


# The log itself


def test_what_is_written_is_read_back_with_the_types_of_the_contract(tmp_path):
    ids = write(
        tmp_path / "ws",
        action(promise_amount=12.35, promise_due_date="2026-06-30", minutes=7, channel="Phone", time="9:05"),
        action("C2"),
    )
    found = read_actions(tmp_path / "ws", as_of=DAY)
    assert ids == found["action_id"].tolist() == ["W0000001", "W0000002"]
    assert found.loc[0, ["promise_amount", "minutes", "channel", "time"]].tolist() == [
        12.35,
        7,
        "phone",
        "09:05",
    ]
    assert found["promise_due_date"].isna().tolist() == [False, True]
    contract = found[list(TABLES["actions"].columns)]
    assert check_table(contract, "actions").equals(contract)


def test_the_actions_of_a_practice_come_back_as_they_were(tmp_path):
    actions = load_sample().actions
    write(tmp_path / "ws", *actions.to_dict("records"), day="2026-06-30")
    found = read_actions(tmp_path / "ws", as_of="2026-06-30")[list(actions.columns)]
    pd.testing.assert_frame_equal(found.sort_values("action_id", ignore_index=True), actions)


def test_frames_of_other_kinds_are_taken_too(tmp_path):
    with open_worklog(tmp_path / "ws") as log:
        log.append(pl.DataFrame([action()]), entered_date=DAY)
        log.append(pd.DataFrame([action("C2")]), entered_date=DAY)
        log.append(action("C3"), entered_date=DAY)
        with pytest.raises(InputRefused, match="mappings or a frame"):
            log.append(3, entered_date=DAY)
        assert log.read(as_of=DAY)["claim_id"].tolist() == ["C1", "C2", "C3"]


def test_a_log_that_is_not_there_is_empty_and_none_is_made(tmp_path):
    found = read_actions(tmp_path / "ws", as_of=DAY)
    assert len(found) == 0 and {"claim_id", "entered_date"} <= set(found.columns)
    assert not (tmp_path / "ws").exists()


@pytest.mark.skipif(os.name != "posix", reason="modes are POSIX")
def test_the_file_and_its_journal_are_for_the_owner_alone(tmp_path):
    write(tmp_path / "ws", action())
    with open_worklog(tmp_path / "ws") as log, log._writing():
        log._connection.execute(
            "INSERT INTO actions (action_id, practice_id, claim_id, date, staff, kind, entered_date, row_key)"
            " VALUES ('x', 'p', 'c', '2026-01-01', 's', 'k', '2026-01-01', 'x')"
        )
        names = sorted(path.name for path in (tmp_path / "ws").iterdir() if path.name.startswith(LOG_FILE))
        modes = {stat.S_IMODE((tmp_path / "ws" / name).stat().st_mode) for name in names}
    assert names == [LOG_FILE, f"{LOG_FILE}-journal"]
    assert modes == {0o600}


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE actions SET note = 'better'",
        "DELETE FROM actions",
        "INSERT OR REPLACE INTO actions SELECT * FROM actions",
        "REPLACE INTO actions (number, action_id, practice_id, claim_id, date, staff, kind, entered_date, row_key)"
        " VALUES (1, 'other', 'p', 'c', '2026-01-01', 's', 'k', '2026-01-01', 'x')",
        "INSERT INTO actions (action_id, practice_id, claim_id, date, staff, kind, entered_date, row_key)"
        " VALUES ('W0000001', 'p', 'c', '2026-01-01', 's', 'k', '2026-01-01', 'x')"
        " ON CONFLICT (action_id) DO UPDATE SET note = 'better'",
    ],
)
def test_nothing_is_changed_or_deleted(tmp_path, statement):
    write(tmp_path / "ws", action(note="as it was"))
    connection = sqlite3.connect(tmp_path / "ws" / LOG_FILE)
    with pytest.raises(sqlite3.IntegrityError, match="only grows"):
        connection.execute(statement)
    connection.close()
    assert read_actions(tmp_path / "ws", as_of=DAY)["note"].tolist() == ["as it was"]


def test_a_correction_stands_from_the_day_it_is_entered(tmp_path):
    (first,) = write(tmp_path / "ws", action(note="wrong"))
    (second,) = write(tmp_path / "ws", action(note="right", corrects=first), day="2026-06-15")
    notes = {
        day: read_actions(tmp_path / "ws", as_of=day)["note"].tolist()
        for day in (DAY, "2026-06-14", "2026-06-15")
    }
    assert notes == {DAY: ["wrong"], "2026-06-14": ["wrong"], "2026-06-15": ["right"]}
    assert read_actions(tmp_path / "ws", as_of="2026-06-11").empty
    assert len(read_actions(tmp_path / "ws", as_of="2026-06-15", history=True)) == 2
    write(tmp_path / "ws", action(kind="withdrawn", corrects=second), day="2026-06-16")
    assert read_actions(tmp_path / "ws", as_of="2026-06-16").empty
    assert read_actions(tmp_path / "ws", as_of="2026-06-15")["action_id"].tolist() == [second]


@pytest.mark.parametrize(
    ("row", "why"),
    [
        ({"corrects": "W0000009"}, "no action of the number in corrects"),
        ({"corrects": "W0000001"}, "corrected by W0000002 already"),
        ({"corrects": "W0000003"}, "a withdrawal"),
        ({"action_id": "W0000001"}, "an action of its action_id already"),
        ({"kind": "withdrawn"}, "does not name it in corrects"),
        ({"staff": None}, "staff is empty"),
        ({"claim_id": " "}, "claim_id is empty"),
        ({"date": "2026-06-31"}, "date is not a day"),
        ({"date": "2026-06-21"}, "date lies after the day on which it is entered"),
        ({"next_action_date": "2026-06-11"}, "next_action_date lies before date"),
        ({"minutes": -1}, "minutes is not whole minutes"),
        ({"minutes": 2.5}, "minutes is not whole minutes"),
        ({"promise_amount": "12 dollars"}, "promise_amount is not an amount"),
        ({"promise_amount": float("inf")}, "promise_amount is not an amount"),
        ({"time": "25:00"}, "time is not a time of day"),
        ({"note": "x" * 5000}, "note is not text of at most 4,000"),
        ({"note": "a\0b"}, "note is not text"),
    ],
)
def test_what_cannot_be_kept_is_refused_whole_with_its_reason(tmp_path, row, why):
    write(tmp_path / "ws", action())
    write(tmp_path / "ws", action(corrects="W0000001"), action("C9", kind="withdrawn", corrects="W0000002"))
    with pytest.raises(InputRefused, match=why):
        write(tmp_path / "ws", action("C2"), action(**row), day="2026-06-20")
    assert "C2" not in set(read_actions(tmp_path / "ws", as_of="2026-06-30", history=True)["claim_id"])


def test_a_correction_is_not_entered_before_what_it_corrects(tmp_path):
    write(tmp_path / "ws", action(), day="2026-06-20")
    with pytest.raises(InputRefused, match="entered later"):
        write(tmp_path / "ws", action(corrects="W0000001"), day="2026-06-15")


def test_an_id_of_somebody_is_not_given_again(tmp_path):
    write(tmp_path / "ws", action(action_id="W0000002"))
    assert write(tmp_path / "ws", action(), action()) == ["W0000003", "W0000004"]


@settings(max_examples=40)
@given(
    st.fixed_dictionaries(
        {
            "note": st.text(max_size=30).filter(lambda text: "\0" not in text),
            "minutes": st.one_of(st.none(), st.integers(0, 1440)),
            "promise_amount": st.one_of(st.none(), st.integers(0, 10**9).map(lambda cents: cents / 100)),
            "date": st.dates(dt.date(2020, 1, 1), dt.date(2026, 6, 12)),
        }
    )
)
def test_a_cleaned_action_is_clean(row):
    kept = clean_action(action(**row), entered=dt.date(2026, 6, 12))
    again = clean_action(
        {**kept, "promise_amount": None if kept["promise_amount"] is None else kept["promise_amount"] / 100},
        entered=dt.date(2026, 6, 12),
    )
    assert again == kept and set(kept) == set(FIELDS)
    assert row_key(kept) == row_key(again)
    if row["promise_amount"] is not None:
        assert kept["promise_amount"] == round(row["promise_amount"] * 100)


def test_what_is_no_log_or_of_another_version_is_left_alone(tmp_path):
    write(tmp_path / "ws", action())
    path = tmp_path / "ws" / LOG_FILE
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA user_version = 99")
    connection.close()
    with pytest.raises(WorkspaceError, match="another version"):
        read_actions(tmp_path / "ws", as_of=DAY)
    path.write_bytes(b"something else, long enough to be looked at " * 40)
    with pytest.raises(WorkspaceError, match="no log"):
        read_actions(tmp_path / "ws", as_of=DAY)
    assert path.read_bytes().startswith(b"something else")
    path.unlink()
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE mine (a)")
    connection.commit()
    connection.close()
    with pytest.raises(WorkspaceError, match="no log of AR Lab"):
        read_actions(tmp_path / "ws", as_of=DAY)
    with pytest.raises(SettingsError, match="not a day"):
        read_actions(tmp_path / "none", as_of="June")


def test_a_writer_that_waits_too_long_says_so_and_nothing_is_written(tmp_path):
    with open_worklog(tmp_path / "ws") as one, open_worklog(tmp_path / "ws", wait_seconds=0.05) as other:
        with one._writing(), pytest.raises(WorkspaceError, match="in use by another program"):
            other.append(action(), entered_date=DAY)
        assert other.append(action("C2"), entered_date=DAY) == ["W0000001"]


# Crashes and company


def start_writer(workspace, name, batches):
    return subprocess.Popen(
        [sys.executable, str(WRITER), str(workspace), name, str(batches)],
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": SOURCE},
    )


def acknowledged(process):
    """Return the batches whose line came whole: claim -> ids."""
    lines = process.stdout.read().decode().split("\n")[:-1]
    process.stdout.close()
    return {words[0]: words[1:] for words in map(str.split, lines) if words[0] != "open"}


def check_whole(workspace, told):
    """Assert that every acknowledged batch is there and every batch that is there is whole."""
    connection = sqlite3.connect(workspace / LOG_FILE)
    assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    connection.close()
    found = read_actions(workspace, as_of=DAY)
    held = dict(iter(found.groupby("claim_id")))
    for claim, ids in told.items():
        assert held[claim]["action_id"].tolist() == ids
    for rows in held.values():
        assert rows["minutes"].tolist() == [1, 2, 3]
        assert rows["note"].str.len().tolist() == [208] * 3
    assert not found["action_id"].duplicated().any()
    return len(held)


def kill_and_look(workspace, times, seed):
    told, chance = {}, random.Random(seed)
    for number in range(times):
        process = start_writer(workspace, f"run{number}", 10_000)
        os.read(process.stdout.fileno(), 5)  # the log is open: from here on it writes
        time.sleep(chance.uniform(0.0, 0.12))
        process.kill()
        process.wait()
        told |= acknowledged(process)
    held = check_whole(workspace, told)
    assert len(told) >= times // 5  # it was killed while it wrote, not before
    assert len(told) <= held <= len(told) + times  # at most the last batch of each was not told


def test_nothing_told_is_lost_when_the_process_is_killed_5_times(tmp_path):
    kill_and_look(tmp_path / "ws", 5, seed=1)


@pytest.mark.slow
def test_nothing_told_is_lost_when_the_process_is_killed_50_times(tmp_path):
    kill_and_look(tmp_path / "ws", 50, seed=2)


# A change so large that its rows are in the file, and what stood there in the journal, when the process dies.
DIES_WRITING = """
import os, sys
from arlab.worklog import open_worklog
log = open_worklog(sys.argv[1])
log._connection.execute("PRAGMA cache_size = 5")
log._connection.execute("BEGIN IMMEDIATE")
log._connection.executemany(
    "INSERT INTO actions (action_id, practice_id, claim_id, date, staff, kind, note, entered_date, row_key)"
    " VALUES (?, 'p', 'c', '2026-01-01', 's', 'k', ?, '2026-01-01', 'x')",
    [(str(number), "x" * 2000) for number in range(500)],
)
os._exit(9)
"""
DIES_MAKING = """
import os, sys
from arlab.worklog import store
real = store.log_schema
def half():
    for number, statement in enumerate(real()):
        if number == 3:
            os._exit(9)
        yield statement
store.log_schema = half
store.open_worklog(sys.argv[1])
"""


@pytest.mark.parametrize("code", [DIES_WRITING, DIES_MAKING], ids=["in a change", "while the log is made"])
def test_a_crash_in_the_middle_leaves_nothing_of_the_change(tmp_path, code):
    before = [] if code is DIES_MAKING else write(tmp_path / "ws", action())
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path / "ws")],
        check=False,
        env={**os.environ, "PYTHONPATH": SOURCE},
    )
    assert done.returncode == 9
    if code is DIES_WRITING:
        assert (tmp_path / "ws" / LOG_FILE).stat().st_size > 500_000
        assert (tmp_path / "ws" / f"{LOG_FILE}-journal").exists()
    assert read_actions(tmp_path / "ws", as_of=DAY)["action_id"].tolist() == before
    assert len(write(tmp_path / "ws", action("C5"))) == 1


def test_two_writers_at_once_lose_nothing(tmp_path):
    both = [start_writer(tmp_path / "ws", name, 12) for name in ("left", "right")]
    told = {}
    for process in both:
        assert process.wait(timeout=60) == 0
        told |= acknowledged(process)
    assert len(told) == 24
    assert check_whole(tmp_path / "ws", told) == 24
    numbers = read_actions(tmp_path / "ws", as_of=DAY)["action_id"].sort_values().tolist()
    assert numbers == [f"W{n:07d}" for n in range(1, 73)]


# Worked queue files

HEAD = (
    "claim_id,responsible,as_of,owner,kind,channel,note,promise_amount,promise_due_date,next_action_date,minutes,"
    "outcome\n"
)
WORKED = (
    HEAD
    + 'C1,payer_1,2026-06-12,Amy,Status check,phone,in process,"$1,200.50",6/30/2026,7/1/2026,12,\n'
    + "C2,payer_1,2026-06-12,Amy,,,,,,,,\n"
    + "C3,patient,2026-06-12,John,call,phone,left a message,,,,4,\n"
)


def take_in(workspace, path, **more):
    with open_worklog(workspace) as log:
        return import_actions(log, path, entered_date=more.pop("entered_date", "2026-06-15"), **more)


def test_every_row_of_a_worked_file_is_entered_or_set_aside_and_only_once(tmp_path):
    (tmp_path / "q.csv").write_text(WORKED)
    first = take_in(tmp_path / "ws", tmp_path / "q.csv")
    assert (first.rows, len(first.action_ids)) == (3, 2)
    assert first.set_aside.values.tolist() == [["", 3, "nothing is filled in"]]
    assert (
        first.describe()
        == "3 rows in 'q.csv': 2 entered, 1 set aside. Set aside: 1 because nothing is filled in."
    )
    again = take_in(tmp_path / "ws", tmp_path / "q.csv", entered_date="2026-06-16")
    assert again.action_ids == () and again.rows == len(again.set_aside) == 3
    found = read_actions(tmp_path / "ws", as_of="2026-06-15")
    assert found["claim_id"].tolist() == ["C1", "C3"]
    assert found.loc[0, ["staff", "kind", "promise_amount", "minutes"]].tolist() == [
        "Amy",
        "status_check",
        1200.5,
        12,
    ]
    assert found.loc[0, "date"] == pd.Timestamp("2026-06-12")
    assert found.loc[0, "next_action_date"] == pd.Timestamp("2026-07-01")


def test_a_file_that_grew_adds_only_what_is_new(tmp_path):
    (tmp_path / "q.csv").write_text(WORKED)
    take_in(tmp_path / "ws", tmp_path / "q.csv")
    (tmp_path / "later.csv").write_text(
        WORKED.replace("C2,payer_1,2026-06-12,Amy,,", "C2,payer_1,2026-06-12,Amy,appeal_1,")
    )
    assert len(take_in(tmp_path / "ws", tmp_path / "later.csv").action_ids) == 1
    assert len(read_actions(tmp_path / "ws", as_of="2026-06-30")) == 3


def test_a_row_that_was_changed_is_not_doubled(tmp_path):
    (tmp_path / "q.csv").write_text(WORKED)
    take_in(tmp_path / "ws", tmp_path / "q.csv")
    changed = WORKED.replace("left a message", "spoke to the patient")
    (tmp_path / "changed.csv").write_text(changed)
    found = take_in(tmp_path / "ws", tmp_path / "changed.csv")
    assert found.action_ids == ()
    assert (
        "W0000002" in found.set_aside["reason"].iloc[-1] and "corrects" in found.set_aside["reason"].iloc[-1]
    )
    lines = [
        line + suffix
        for line, suffix in zip(changed.splitlines(), (",corrects", ",", ",", ",W0000002"), strict=True)
    ]
    (tmp_path / "named.csv").write_text("\n".join(lines))
    assert len(take_in(tmp_path / "ws", tmp_path / "named.csv").action_ids) == 1
    assert read_actions(tmp_path / "ws", as_of="2026-06-15")["note"].tolist() == [
        "in process",
        "spoke to the patient",
    ]
    again = take_in(tmp_path / "ws", tmp_path / "named.csv")
    assert again.action_ids == ()


def test_one_bad_row_does_not_keep_the_others_out(tmp_path):
    good = "D1,payer_1,2026-06-12,Amy,appeal_1,,,,,,3,"
    bad = [
        ("C4,payer_1,2026-06-12,Amy,appeal_1,,,,,6/32/2026,,", "next_action_date is not a day"),
        ("C5,payer_1,2026-06-12,Amy,appeal_1,,,much,,,,", "promise_amount is not an amount"),
        ("C6,payer_1,2026-06-12,Amy,appeal_1,,,,,,soon,", "minutes is not whole minutes from 0 to 1,440"),
        (",payer_1,2026-06-12,Amy,appeal_1,,,,,,,", "claim_id is empty"),
        ("C7,payer_1,2026-06-12,,appeal_1,,,,,,,", "staff is empty"),
        ("C8,payer_1,,Amy,appeal_1,,,,,,,", "date is empty"),
        ("C9,payer_1,2026-06-12,Amy,,,only a note,,,,,", "kind is empty"),
        ("C1,payer_1,2026-07-12,Amy,appeal_1,,,,,,,", "date lies after the day on which it is entered"),
        (good, "it repeats row 2"),
    ]
    (tmp_path / "q.csv").write_text(HEAD + "\n".join([good, *(row for row, _ in bad)]) + "\n")
    found = take_in(tmp_path / "ws", tmp_path / "q.csv")
    assert len(found.action_ids) == 1
    assert found.set_aside.values.tolist() == [["", n, why] for n, (_, why) in enumerate(bad, start=3)]


def test_person_and_day_can_be_said_for_the_whole_file(tmp_path):
    (tmp_path / "q.csv").write_text("Claim ID,Action kind,Note\nC1,Call,spoke to Ann\n'-C2,Call,\n")
    found = take_in(
        tmp_path / "ws", tmp_path / "q.csv", staff="Zoe", worked_date="2026-06-14", practice_id="p"
    )
    assert len(found.action_ids) == 2
    held = read_actions(tmp_path / "ws", as_of="2026-06-15")
    assert held[["practice_id", "claim_id", "staff"]].values.tolist() == [
        ["p", "C1", "Zoe"],
        ["p", "-C2", "Zoe"],
    ]
    assert (held["date"] == "2026-06-14").all()


def test_a_workbook_is_read_as_the_csv_is(tmp_path):
    openpyxl = pytest.importorskip("openpyxl")
    book = openpyxl.Workbook()
    book.active.append(["Contains protected health information, internal use"])
    book.active.append(
        ["claim_id", "responsible", "date", "staff", "kind", "note", "promise_amount", "minutes"]
    )
    book.active.append(
        ["C1", "payer_1", dt.date(2026, 6, 12), "Amy", "status_check", "in process", 1200.5, 12]
    )
    book.active.append([None] * 8)
    book.active.append([4711, "payer_1", dt.date(2026, 6, 12), "Amy", "status_check", "=1+1", None, 3])
    other = book.create_sheet("Patient queue")
    other.append(["claim_id", "responsible", "date", "staff", "kind"])
    other.append(["C2", "patient", dt.date(2026, 6, 12), "Amy", "send_statement"])
    other.append(["C3", "patient", dt.date(2026, 6, 12), "Amy", None])
    book.create_sheet("Owners").append(["owner", "minutes"])
    book.save(tmp_path / "q.xlsx")
    found = take_in(tmp_path / "ws", tmp_path / "q.xlsx")
    assert (found.rows, len(found.action_ids)) == (4, 3)
    assert found.set_aside.values.tolist() == [["Patient queue", 3, "nothing is filled in"]]
    held = read_actions(tmp_path / "ws", as_of="2026-06-15")
    assert held["claim_id"].tolist() == ["C1", "4711", "C2"]
    assert held.loc[0, ["promise_amount", "minutes"]].tolist() == [1200.5, 12]


@pytest.mark.parametrize("text", ["claim_id,balance\nC1,3\n", "just words\n", "kind\nappeal\n"])
def test_what_is_no_worked_queue_is_refused_in_one_sentence(tmp_path, text):
    (tmp_path / "q.csv").write_text(text)
    with pytest.raises(InputRefused, match="is no worked queue"):
        take_in(tmp_path / "ws", tmp_path / "q.csv")


def test_a_file_without_rows_adds_nothing(tmp_path):
    (tmp_path / "q.csv").write_text(HEAD)
    found = take_in(tmp_path / "ws", tmp_path / "q.csv")
    assert (
        found.rows == 0
        and found.action_ids == ()
        and found.describe() == "0 rows in 'q.csv': 0 entered, 0 set aside."
    )
