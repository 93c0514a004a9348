"""Is a snapshot whole or not there, whatever happens, and does it come back as it was read?"""

import contextlib
import datetime as dt
import json
import multiprocessing
import os
import shutil
import sqlite3
import sys
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq
import pytest

from arlab.aging import aged_items
from arlab.errors import NotAvailable, SettingsError, WorkspaceError
from arlab.importers import read_export
from arlab.report import write_report
from arlab.snapshots import (
    check_pair,
    file_digest,
    find_snapshot,
    list_snapshots,
    load_snapshot,
    remove_snapshot,
    save_snapshot,
    snapshot_table,
)
from arlab.tables import content_digest, load_practice, load_sample, save_practice
from arlab.workspace import WORK_MARKER

HEAD = "Claim #,Payer,Date of Service,As Of Date,Balance\n"
JUNE = HEAD + "C1,Oak,2026-06-10,2026-06-30,160.00\nC2,Elm,2026-02-01,2026-06-30,-10.00\n"
JULY = HEAD + "C1,Oak,2026-06-10,2026-07-31,80.00\nC3,Elm,2026-07-01,2026-07-31,40.00\n"
OTHER = HEAD + "C1,Oak,2026-06-10,2026-06-30,20.00\n"


def keep(folder, text, workspace, **options):
    path = Path(folder) / f"{abs(hash(text)) % 10**6}.csv"
    path.write_text(text, encoding="utf-8")
    return save_snapshot(read_export(path), workspace, sha256=file_digest(path), **options)


@pytest.fixture
def ready(tmp_path):
    """Two files as read, with their digests: what is done to the workspace is what takes time."""
    found = {}
    for name, text in (("june", JUNE), ("july", JULY), ("other", OTHER)):
        path = tmp_path / f"{name}.csv"
        path.write_text(text, encoding="utf-8")
        found[name] = (read_export(path), file_digest(path))
    return found


def save(ready, name, workspace, **options):
    imported, digest = ready[name]
    return save_snapshot(imported, workspace, sha256=digest, **options)


def days(workspace):
    held, damaged = list_snapshots(workspace)
    assert not damaged
    return [one.as_of.isoformat() for one in held]


def test_what_is_made_from_own_data_is_marked_wherever_it_was_kept(ready, tmp_path):
    save(ready, "june", tmp_path / "own")
    kept = load_snapshot(tmp_path / "own", "2026-06-30")
    (tmp_path / "tables").mkdir()
    save_practice(kept, tmp_path / "tables")
    imported, again = ready["june"][0], load_practice(tmp_path / "tables")
    for number, source in enumerate((imported, imported.practice, kept, again)):
        page = write_report(source, out=tmp_path / f"{number}.html")
        assert WORK_MARKER in page.read_text(encoding="utf-8")
        if os.name == "posix":
            assert page.stat().st_mode & 0o077 == 0
    assert WORK_MARKER not in write_report(load_sample(), out=tmp_path / "sample.html").read_text(
        encoding="utf-8"
    )


def test_a_snapshot_comes_back_as_it_was_read(ready, tmp_path):
    workspace = tmp_path / "my ФИО folder"
    kept, is_new = save(ready, "june", workspace)
    assert is_new
    practice, read = load_snapshot(workspace, "2026-06-30"), ready["june"][0].practice
    assert (practice.name, practice.as_of, practice.cannot_compute) == (
        read.name,
        read.as_of,
        read.cannot_compute,
    )
    for name, frame in read.tables.items():
        assert content_digest(practice.tables[name], name) == content_digest(frame, name)
        assert practice.tables[name].dtypes.to_dict() == frame.dtypes.to_dict()
    assert load_snapshot(workspace, kept.snapshot_id).open_items.equals(practice.open_items)
    assert load_snapshot(workspace, dt.date(2026, 6, 30)).as_of == dt.date(2026, 6, 30)
    assert (kept.rows_in, kept.items, kept.credits, kept.cents_open, kept.cents_credit) == (
        2,
        1,
        1,
        16000,
        1000,
    )
    assert write_report(practice, out=tmp_path / "out").is_file()
    # Names are days and digits: no value from the file, and none that Windows would not take.
    names = {path.name for path in (workspace / "snapshots").rglob("*")}
    assert names == {kept.snapshot_id, "open_items.parquet", "credits.parquet"}


def test_the_table_lists_the_oldest_day_first(ready, tmp_path):
    save(ready, "july", tmp_path / "w")
    save(ready, "june", tmp_path / "w")
    table = snapshot_table(tmp_path / "w")
    assert table["as_of"].dt.strftime("%m-%d").tolist() == ["06-30", "07-31"]
    assert table[["items", "balance", "credit_balance", "added"]].to_numpy().tolist() == [
        [1, 160, 10, 2],
        [2, 120, 0, 1],
    ]
    assert snapshot_table(tmp_path / "nowhere").empty
    assert not (tmp_path / "nowhere").exists()


def test_the_same_file_is_kept_once_and_another_of_the_day_is_asked_for(ready, tmp_path):
    workspace = tmp_path / "w"
    first = save(ready, "june", workspace).snapshot
    assert save(ready, "june", workspace) == (first, False)
    with pytest.raises(SettingsError, match=r"already, 2026-06-30-\w+, of 'june.csv': give --replace"):
        save(ready, "other", workspace)
    assert days(workspace) == ["2026-06-30"]
    new, is_new = save(ready, "other", workspace, replace=True)
    assert is_new and new.replaces == (first.snapshot_id,)
    assert load_snapshot(workspace, "2026-06-30").open_items["balance"].tolist() == [20.0]
    assert [path.name for path in (workspace / "snapshots").iterdir()] == [new.snapshot_id]
    # Back again: the first stood in place of nothing that is older than the one that it replaces now.
    again = save(ready, "june", workspace, replace=True).snapshot
    assert (again.snapshot_id, again.order) == (first.snapshot_id, 3)
    assert [one.snapshot_id for one in list_snapshots(workspace)[0]] == [first.snapshot_id]


def test_the_same_file_read_another_way_is_told_from_another_file(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text(
        "Claim #,DOS,As Of Date,Balance,Balance 2\nC1,2026-06-10,2026-06-30,10,20\n", encoding="utf-8"
    )
    save_snapshot(read_export(path), tmp_path / "w", sha256=file_digest(path))
    other = read_export(path, mapping={"balance": "Balance 2"})
    with pytest.raises(SettingsError, match="of this file, but it was read another way"):
        save_snapshot(other, tmp_path / "w", sha256=file_digest(path))


def test_a_removed_snapshot_is_gone_and_only_by_its_id(ready, tmp_path):
    workspace = tmp_path / "w"
    kept = save(ready, "june", workspace).snapshot
    with pytest.raises(SettingsError, match="no snapshot with the id '2026-06-30'"):
        remove_snapshot(workspace, "2026-06-30")
    remove_snapshot(workspace, kept.snapshot_id)
    assert days(workspace) == []
    assert list((workspace / "snapshots").iterdir()) == []
    with pytest.raises(SettingsError, match="there are none yet"):
        find_snapshot(workspace, "2026-06-30")


def test_a_practice_with_a_ledger_needs_no_snapshots(ready, tmp_path):
    import dataclasses

    sample = dataclasses.replace(ready["june"][0], practice=load_sample())
    with pytest.raises(NotAvailable, match="it has dated postings"):
        save_snapshot(sample, tmp_path / "w", sha256="")
    assert not (tmp_path / "w").exists()


def test_no_rows_open_is_a_snapshot_too(tmp_path):
    keep(tmp_path, HEAD + "C1,Oak,2026-06-10,2026-06-30,0.00\n", tmp_path / "w")
    practice = load_snapshot(tmp_path / "w", "2026-06-30")
    assert practice.open_items.empty
    assert aged_items(practice).empty


# What the system is asked to do while a snapshot is kept or removed. After a kill nothing more is done, so every
# later call fails as well: no cleaning up can hide that the process is gone.
class Killed(BaseException):
    pass


class Clock:
    def __init__(self):
        self.left, self.seen = None, 0


CLOCK = Clock()
EVENTS = {"open", "os.mkdir", "os.rename", "os.remove", "os.rmdir", "os.chmod", "sqlite3.connect", "os.listdir",
          "os.scandir", "shutil.rmtree"}  # fmt: skip


def _watch(event, arguments):
    if CLOCK.left is None or event not in EVENTS:
        return
    CLOCK.seen += 1
    if CLOCK.seen > CLOCK.left:
        raise Killed


sys.addaudithook(_watch)


def killed_after(steps, action):
    """Do something, and be killed when so many steps are done; return whether it was."""
    CLOCK.left, CLOCK.seen = steps, 0
    try:
        action()
    except Killed:
        return True
    finally:
        CLOCK.left = None
    return False


def every_kill(tmp_path, prepare, action, check):
    """Do the action in as many workspaces as it has steps, killed after each step, and check what is left."""
    for steps in range(400):
        workspace = tmp_path / f"w{steps}"
        prepare(workspace)
        killed = killed_after(steps, lambda place=workspace: action(place))
        check(workspace)
        shutil.rmtree(workspace, ignore_errors=True)
        if not killed:
            return steps
    raise AssertionError("it never came to an end")


def is_whole(workspace):
    """Every listed snapshot can be read, before and after the next change tidies up; nothing half is left then."""
    for one in list_snapshots(workspace)[0]:
        assert len(load_snapshot(workspace, one.snapshot_id).open_items) == one.items


def test_a_kill_at_any_step_of_adding_loses_nothing(ready, tmp_path):
    def check(workspace):
        is_whole(workspace)
        assert days(workspace) in (["2026-06-30"], ["2026-06-30", "2026-07-31"])
        save(ready, "july", workspace)
        assert days(workspace) == ["2026-06-30", "2026-07-31"]
        assert {path.name for path in (workspace / "snapshots").iterdir()} == {
            one.snapshot_id for one in list_snapshots(workspace)[0]
        }
        is_whole(workspace)

    steps = every_kill(tmp_path, lambda w: save(ready, "june", w), lambda w: save(ready, "july", w), check)
    assert steps > 15


def test_a_kill_at_any_step_of_the_first_adding_leaves_a_folder_to_go_on_in(ready, tmp_path):
    def check(workspace):
        save(ready, "june", workspace)
        assert days(workspace) == ["2026-06-30"]
        is_whole(workspace)

    assert every_kill(tmp_path, lambda w: None, lambda w: save(ready, "june", w), check) > 15


def test_a_kill_at_any_step_of_replacing_leaves_the_old_or_the_new(ready, tmp_path):
    def check(workspace):
        is_whole(workspace)
        held, _ = list_snapshots(workspace)
        assert [one.cents_open for one in held] in ([16000], [2000])
        save(ready, "july", workspace)
        assert len(days(workspace)) == 2
        assert len(list((workspace / "snapshots").iterdir())) == 2
        is_whole(workspace)

    def replace(workspace):
        save(ready, "other", workspace, replace=True)

    assert every_kill(tmp_path, lambda w: save(ready, "june", w), replace, check) > 15


def test_a_kill_at_any_step_of_removing_leaves_the_others(ready, tmp_path):
    def prepare(workspace):
        save(ready, "june", workspace)
        save(ready, "july", workspace)

    def check(workspace):
        is_whole(workspace)
        assert days(workspace) in (["2026-06-30", "2026-07-31"], ["2026-07-31"])
        save(ready, "july", workspace)
        assert not [p for p in (workspace / "snapshots").iterdir() if p.name.startswith(".")]
        is_whole(workspace)

    gone = save(ready, "june", tmp_path / "id").snapshot.snapshot_id
    assert every_kill(tmp_path, prepare, lambda w: remove_snapshot(w, gone), check) > 8


def _add_in_a_process(folder, workspace, text, go, said):
    """Keep a file in a process of its own, as soon as all are ready."""
    path = Path(folder) / f"{os.getpid()}.csv"
    path.write_text(text, encoding="utf-8")
    imported = read_export(path)
    go.wait(120)
    try:
        said.put(save_snapshot(imported, workspace, sha256=file_digest(path)).is_new)
    except Exception as problem:
        said.put(type(problem).__name__)


def _die_in_a_process(folder, workspace, text):
    """Be gone, without any cleaning up, when the tables are written and before they have their name."""
    path = Path(folder) / "dies.csv"
    path.write_text(text, encoding="utf-8")
    imported = read_export(path)
    Path.rename = lambda *_: os._exit(9)
    save_snapshot(imported, workspace, sha256=file_digest(path))


def test_processes_that_add_at_once_wait_for_each_other(tmp_path):
    run = multiprocessing.get_context("spawn")
    go, said = run.Barrier(3), run.Queue()
    workspace = tmp_path / "w"
    texts = (JUNE, JULY, OTHER)
    workers = [
        run.Process(target=_add_in_a_process, args=(tmp_path, workspace, text, go, said)) for text in texts
    ]
    for worker in workers:
        worker.start()
    answers = sorted(str(said.get(timeout=180)) for _ in workers)
    for worker in workers:
        worker.join()
    # Two files are of one day: whichever came second was told so.
    assert answers == ["SettingsError", "True", "True"]
    assert days(workspace) == ["2026-06-30", "2026-07-31"]
    assert sorted(one.order for one in list_snapshots(workspace)[0]) == [1, 2]
    is_whole(workspace)


def test_a_process_that_is_gone_leaves_no_lock_and_nothing_half(ready, tmp_path):
    workspace = tmp_path / "w"
    save(ready, "june", workspace)
    worker = multiprocessing.get_context("spawn").Process(
        target=_die_in_a_process, args=(tmp_path, workspace, JULY)
    )
    worker.start()
    worker.join()
    assert worker.exitcode == 9
    assert [p.name[:8] for p in (workspace / "snapshots").iterdir() if p.name.startswith(".")] == [".adding-"]
    assert days(workspace) == ["2026-06-30"]
    save(ready, "july", workspace)
    assert days(workspace) == ["2026-06-30", "2026-07-31"]
    assert not [p for p in (workspace / "snapshots").iterdir() if p.name.startswith(".")]


@pytest.mark.parametrize("harm", ["lost", "damaged", "empty", "older"])
def test_an_index_that_is_lost_or_damaged_is_made_anew(ready, tmp_path, harm):
    workspace = tmp_path / "w"
    before = [save(ready, name, workspace).snapshot for name in ("june", "july")]
    index = workspace / "index.sqlite"
    if harm == "lost":
        index.unlink()
    elif harm == "older":
        with contextlib.closing(sqlite3.connect(index)) as base, base:
            base.execute("pragma user_version = 0")
    else:
        index.write_bytes(
            b"not a database, and long enough to be looked at" * 40 if harm == "damaged" else b""
        )
    assert list_snapshots(workspace) == (before, [])
    assert save(ready, "june", workspace) == (before[0], False)
    with contextlib.closing(sqlite3.connect(index)) as base:
        rows = base.execute(
            "select snapshot_id, as_of, added_order, sha256, rows_in, cents_open, cents_credit, cannot_compute"
            " from snapshots order by as_of"
        ).fetchall()
    assert [row[:7] for row in rows] == [
        (
            one.snapshot_id,
            one.as_of.isoformat(),
            one.order,
            one.sha256,
            one.rows_in,
            one.cents_open,
            one.cents_credit,
        )
        for one in before
    ]
    assert tuple(map(tuple, json.loads(rows[0][7]))) == before[0].cannot_compute


@pytest.mark.parametrize("harm", ["cut", "gone", "other rows", "other cents"])
def test_a_damaged_snapshot_is_one_sentence_and_can_be_removed(ready, tmp_path, harm):
    workspace = tmp_path / "w"
    kept = save(ready, "june", workspace).snapshot
    save(ready, "july", workspace)
    path = workspace / "snapshots" / kept.snapshot_id / "open_items.parquet"
    if harm == "cut":
        path.write_bytes(path.read_bytes()[:200])
    elif harm == "gone":
        path.unlink()
    else:
        table = pq.read_table(path).to_pandas()
        table = (
            pd.concat([table, table.assign(claim_id="C9")])
            if harm == "other rows"
            else table.assign(balance=1.0)
        )
        table.to_parquet(path)
    with pytest.raises(WorkspaceError, match=f"{kept.snapshot_id} is damaged: remove it"):
        load_snapshot(workspace, "2026-06-30")
    (workspace / "index.sqlite").unlink()
    held, damaged = list_snapshots(workspace)
    assert ([one.as_of.isoformat() for one in held], damaged) == (["2026-07-31"], [kept.snapshot_id])
    with pytest.raises(WorkspaceError, match="is damaged"):
        find_snapshot(workspace, "2026-06-30")
    remove_snapshot(workspace, kept.snapshot_id)
    assert days(workspace) == ["2026-07-31"]


def test_a_full_disk_is_one_sentence_and_leaves_what_was_there(ready, tmp_path, monkeypatch):
    workspace = tmp_path / "w"
    save(ready, "june", workspace)
    real = os.fsync

    def full(handle):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(WorkspaceError, match=r"cannot be written \(no space left on device\)"):
        save(ready, "july", workspace)
    monkeypatch.setattr(os, "fsync", real)
    assert days(workspace) == ["2026-06-30"]
    assert len(list((workspace / "snapshots").iterdir())) == 1


def test_an_index_that_cannot_be_written_does_not_undo_a_snapshot(ready, tmp_path, monkeypatch):
    workspace = tmp_path / "w"

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("arlab.snapshots.store.write_index", full)
    assert save(ready, "june", workspace).is_new
    monkeypatch.undo()
    assert days(workspace) == ["2026-06-30"]


def test_reading_needs_no_right_to_write(ready, tmp_path):
    workspace = tmp_path / "w"
    save(ready, "june", workspace)
    (workspace / "index.sqlite").unlink()
    before = sorted(path.name for path in workspace.rglob("*"))
    is_whole(workspace)
    assert sorted(path.name for path in workspace.rglob("*")) == before


def test_of_another_table_version_is_one_sentence(ready, tmp_path, monkeypatch):
    save(ready, "june", tmp_path / "w")
    monkeypatch.setattr("arlab.snapshots.find.SCHEMA_VERSION", "99")
    with pytest.raises(WorkspaceError, match="of table version 1, this AR Lab reads version 99"):
        load_snapshot(tmp_path / "w", "2026-06-30")


def test_pairs_that_differ_in_more_than_balances_are_told(tmp_path):
    workspace = tmp_path / "w"
    keep(tmp_path, JUNE, workspace)
    keep(
        tmp_path,
        "Claim No,Payer,DOS,As Of Date,Outstanding\n000123,Oak,2026-06-10,2026-07-31,20\n",
        workspace,
    )
    findings = check_pair(find_snapshot(workspace, "2026-06-30"), find_snapshot(workspace, "2026-07-31"))
    said = findings.set_index("where")["sentence"]
    assert said["claim numbers"].startswith("They are built as A9 on 2026-06-30 and as 09 on 2026-07-31")
    assert said["column 'Outstanding'"] == (
        "balance is read from 'Balance' on 2026-06-30 and from 'Outstanding' on 2026-07-31; a difference between"
        " the two days may come from that alone."
    )
    assert check_pair(
        find_snapshot(workspace, "2026-06-30"), _later(find_snapshot(workspace, "2026-06-30"))
    ).empty


def _later(one):
    import dataclasses

    return dataclasses.replace(one, as_of=dt.date(2026, 7, 1))


def test_pairs_that_cannot_be_compared_are_refused(tmp_path):
    workspace = tmp_path / "w"
    june = keep(tmp_path, JUNE, workspace).snapshot
    bare = keep(
        tmp_path, "Payer,0-30,31-60,As Of Date\nOak,10,20,2026-08-31\nElm,40,80,2026-08-31\n", workspace
    ).snapshot
    with pytest.raises(NotAvailable, match="has no claim numbers by which"):
        check_pair(june, bare)
    with pytest.raises(SettingsError, match="from an earlier day to a later one"):
        check_pair(june, june)
