"""Is the user's own folder readable by its owner alone, whole after a crash, and refused in one sentence?"""

import os
import stat
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from arlab.errors import WorkspaceError
from arlab.workspace import (
    lock_workspace,
    make_workspace,
    open_private,
    workspace_errors,
    write_private,
)

posix = pytest.mark.skipif(os.name != "posix", reason="Windows has no such modes")


def mode(path):
    return stat.S_IMODE(path.stat().st_mode)


@posix
def test_folder_and_files_are_their_owners_alone(tmp_path):
    old = os.umask(0)
    try:
        folder = make_workspace(tmp_path / "a b" / "Ärzte ФИО")
        write_private(folder / "one.json", b"1")
        with lock_workspace(folder):
            pass
    finally:
        os.umask(old)
    assert mode(folder) == 0o700
    assert {mode(path) for path in folder.iterdir()} == {0o600}
    folder.chmod(0o755)
    assert mode(make_workspace(folder)) == 0o700


def test_a_workspace_is_left_out_of_git(tmp_path):
    folder = make_workspace(tmp_path / "w")
    write_private(folder / "claims.parquet", b"x")
    try:
        subprocess.run(["git", "init", "-q", str(tmp_path)], check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("needs git")
    shown = subprocess.run(
        ["git", "status", "--porcelain", "--untracked-files=all"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )
    assert shown.stdout == ""


def test_a_folder_in_use_for_other_things_is_not_taken_over(tmp_path):
    (tmp_path / "thesis.txt").write_text("mine", encoding="utf-8")
    before = mode(tmp_path)
    with pytest.raises(WorkspaceError, match="in use for other things"):
        make_workspace(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]
    assert mode(tmp_path) == before


def test_a_workspace_whose_making_was_cut_off_is_finished(tmp_path):
    (tmp_path / ".gitignore.part").write_bytes(b"")
    (tmp_path / "share.key").write_bytes(b"k")
    assert make_workspace(make_workspace(tmp_path)) == tmp_path
    assert (tmp_path / ".gitignore").read_text(encoding="utf-8") == "*\n"
    assert (tmp_path / "share.key").read_bytes() == b"k"


@pytest.mark.parametrize("name", ["file", "file/below", "nul\0byte", "x" * 300])
def test_what_cannot_be_a_folder_is_one_sentence(tmp_path, name):
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(WorkspaceError) as problem:
        make_workspace(tmp_path / name)
    assert "choose another folder with --workspace" in str(problem.value)
    assert "\n" not in str(problem.value)


@posix
@pytest.mark.skipif(hasattr(os, "geteuid") and os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_may_not_be_written_is_one_sentence(tmp_path):
    tmp_path.chmod(0o500)
    try:
        with pytest.raises(WorkspaceError, match="cannot be written \\(permission denied\\)"):
            make_workspace(tmp_path / "w")
    finally:
        tmp_path.chmod(0o700)


def test_other_errors_than_the_systems_are_not_hidden(tmp_path):
    with pytest.raises(ValueError, match="a fault of ours"), workspace_errors(tmp_path, "written"):
        raise ValueError("a fault of ours")


def test_a_file_whose_writing_fails_is_not_there(tmp_path):
    write_private(tmp_path / "a", b"old")
    with pytest.raises(RuntimeError), open_private(tmp_path / "b") as file:
        file.write(b"half")
        raise RuntimeError
    assert {path.name for path in tmp_path.iterdir()} == {"a"}
    write_private(tmp_path / "a", b"new")
    assert (tmp_path / "a").read_bytes() == b"new"


def test_the_lock_is_held_by_one_and_given_back(tmp_path):
    folder = make_workspace(tmp_path / "w")
    inside, go = threading.Event(), threading.Event()

    def hold():
        with lock_workspace(folder):
            inside.set()
            go.wait(10)

    other = threading.Thread(target=hold)
    other.start()
    try:
        assert inside.wait(10)
        with (
            pytest.raises(WorkspaceError, match="being changed by another AR Lab"),
            lock_workspace(folder, tries=2),
        ):
            pass
    finally:
        go.set()
        other.join()
    with lock_workspace(folder, tries=1):
        pass


def test_a_process_that_dies_leaves_no_lock(tmp_path):
    folder = make_workspace(tmp_path / "w")
    code = (
        "import os, sys, pathlib\nfrom arlab.workspace import lock_workspace\n"
        "with lock_workspace(pathlib.Path(sys.argv[1])):\n    os._exit(9)\n"
    )
    died = subprocess.run([sys.executable, "-c", code, str(folder)], check=False)
    assert died.returncode == 9
    with lock_workspace(Path(folder), tries=1):
        pass
