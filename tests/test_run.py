"""Does run.py set up once, tell plainly what is wrong, and pass options, signals and exit codes through?"""

import ast
import hashlib
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import nbformat
import pytest

from copies import ROOT, copy_project, load_run

POSIX_ONLY = pytest.mark.skipif(os.name == "nt", reason="signals work differently on Windows")


@pytest.fixture
def project(tmp_path):
    """Return the module run.py of a folder that holds only what the set-up reads, its steps written down."""
    folder = tmp_path / "my practice я"
    folder.mkdir()
    for name in ("run.py", "pyproject.toml", "requirements.lock"):
        shutil.copy(ROOT / name, folder)
    run = load_run(folder)
    run.steps = []

    def make_venv(_lock):
        run.steps.append("venv")
        run.PYTHON.parent.mkdir(parents=True, exist_ok=True)
        run.PYTHON.touch()

    run.make_venv = make_venv
    run.install = lambda _lock: run.steps.append("install")
    return run


def start(run, *words, folder=None, **variables):
    """Run the project's run.py as a user would and return the finished process."""
    command = [sys.executable, str(run.ROOT / "run.py"), *words]
    environment = {**os.environ, "PYTHONUTF8": "1", **variables}
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, timeout=120)


# ---------------------------------------------------------------- an old Python


@pytest.mark.parametrize("version", [(2, 7, 18), (3, 6, 15), (3, 10, 13)])
def test_an_old_python_is_told_in_one_sentence(version):
    code = "import sys; sys.version_info = {!r}; exec(compile(open({!r}).read(), 'run.py', 'exec'))"
    done = subprocess.run(
        [sys.executable, "-c", code.format(version, str(ROOT / "run.py"))], capture_output=True, text=True
    )
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert f"needs Python 3.11 or newer and this is Python {version[0]}.{version[1]}" in done.stderr


def test_an_old_python_can_read_the_whole_file():
    text = (ROOT / "run.py").read_text(encoding="utf-8")
    assert text.isascii()
    assert not re.search(r"\*\w+,\s*\)", text)
    newer = (ast.JoinedStr, ast.AnnAssign, ast.NamedExpr, ast.AsyncFunctionDef, ast.Nonlocal, ast.YieldFrom)
    for node in ast.walk(ast.parse(text)):
        assert not isinstance(node, newer), ast.dump(node)
        if isinstance(node, ast.FunctionDef):
            assert node.returns is None and not node.args.kwonlyargs and not node.args.posonlyargs
            assert all(argument.annotation is None for argument in node.args.args)
        if isinstance(node, (ast.List, ast.Tuple, ast.Set)):
            assert not any(isinstance(part, ast.Starred) for part in node.elts)
        if isinstance(node, ast.Dict):
            assert None not in node.keys
        if isinstance(node, ast.Raise):
            assert node.cause is None


# ---------------------------------------------------------------- set-up


def test_set_up_runs_once_and_again_when_something_changed(project, monkeypatch):
    project.set_up()
    assert project.steps == ["venv", "install"]
    project.set_up()
    assert project.steps == ["venv", "install"]

    for name in ("pyproject.toml", "requirements.lock"):  # packages: the environment stays
        project.steps.clear()
        with (project.ROOT / name).open("a", encoding="utf-8") as file:
            file.write("# changed\n")
        project.set_up()
        assert project.steps == ["install"]

    project.steps.clear()
    monkeypatch.setattr(project, "base_python", lambda: "/another/python")
    project.set_up()
    assert project.steps == ["venv", "install"]

    project.steps.clear()
    monkeypatch.setattr(sys, "version", "3.99.0 (another Python)")
    project.set_up()
    assert project.steps == ["venv", "install"]


def test_a_moved_folder_is_set_up_anew(project):
    project.set_up()
    moved = project.ROOT.with_name("moved")
    project.ROOT.rename(moved)
    run = load_run(moved)
    assert run.written_stamp()["folder"] == str(project.ROOT)
    run.steps = []
    run.make_venv = lambda _lock: run.steps.append("venv")
    run.install = lambda _lock: run.steps.append("install")
    run.set_up()
    assert run.steps == ["venv", "install"]


@pytest.mark.parametrize("problem", [KeyboardInterrupt, SystemExit, OSError])
def test_an_interrupted_set_up_starts_afresh(project, monkeypatch, problem):
    project.set_up()
    (project.ROOT / "requirements.lock").write_text("# changed\n", encoding="utf-8")

    def interrupted(_lock):
        raise problem

    with monkeypatch.context() as patch:
        patch.setattr(project, "install", interrupted)
        with pytest.raises(problem):
            project.set_up()
    project.steps.clear()
    project.set_up()
    assert project.steps == ["venv", "install"]


@pytest.mark.parametrize("content", ["", "{", "[]", '{"packages": "old"}', "\udcff"])
def test_a_broken_stamp_counts_as_none(project, content):
    project.set_up()
    project.STAMP.write_bytes(content.encode("utf-8", "surrogateescape"))
    project.steps.clear()
    project.set_up()
    assert project.steps == ["venv", "install"]
    assert project.written_stamp() == project.wanted_stamp()


def test_two_at_once_set_up_one_after_the_other(project, tmp_path):
    driver = tmp_path / "driver.py"
    driver.write_text(
        textwrap.dedent(
            """\
            import sys, time
            sys.path.insert(0, sys.argv[1])
            import run

            def make_venv(lock):
                run.PYTHON.parent.mkdir(parents=True)  # fails if two are here
                run.PYTHON.touch()

            def install(lock):
                print("installing", flush=True)
                time.sleep(2)

            run.make_venv, run.install = make_venv, install
            run.set_up()
            print("done", run.written_stamp() == run.wanted_stamp())
            """
        ),
        encoding="utf-8",
    )
    command = [sys.executable, str(driver), str(project.ROOT)]
    pair = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True, encoding="utf-8") for _ in "12"]
    said = [process.communicate(timeout=60)[0] for process in pair]
    assert [process.returncode for process in pair] == [0, 0]
    assert sum("installing" in words for words in said) == 1
    assert sum("waiting until it is done" in words for words in said) == 1
    assert all("done True" in words for words in said)


@POSIX_ONLY
def test_a_set_up_that_is_told_to_end_ends_its_step(project, tmp_path):
    step = tmp_path / "step"
    driver = tmp_path / "driver.py"
    driver.write_text(
        textwrap.dedent(
            f"""\
            import sys
            sys.path.insert(0, sys.argv[1])
            import run
            code = "import os, time; open({str(step)!r}, 'w').write(str(os.getpid())); time.sleep(60)"
            run.make_venv = lambda lock: None
            run.install = lambda lock: run.run_logged([sys.executable, "-c", code], lock)
            sys.exit(run.main(["report"]))
            """
        ),
        encoding="utf-8",
    )
    process = subprocess.Popen([sys.executable, str(driver), str(project.ROOT)], stdout=subprocess.DEVNULL)
    wait_for(lambda: step.exists() and step.read_text())
    process.send_signal(signal.SIGTERM)
    assert process.wait(timeout=20) == 128 + signal.SIGTERM
    wait_for(lambda: not is_running(int(step.read_text())))
    assert not project.STAMP.exists()


def wait_for(condition, seconds=20):
    """Wait until something is true; fail when it does not come to be."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.1)


def is_running(number):
    try:
        os.kill(number, 0)
    except ProcessLookupError:
        return False
    return True


def test_a_step_writes_its_words_and_its_failure_to_the_log(project):
    project.WORK.mkdir()
    with project.LOG.open("w") as lock:
        assert project.run_logged([sys.executable, "-c", "print('fine words')"], lock.fileno())
        assert not project.run_logged(
            [sys.executable, "-c", "raise SystemExit('no such host')"], lock.fileno()
        )
    log = project.LOG.read_text(encoding="utf-8")
    assert "fine words" in log and "no such host" in log and log.count("\n$ ") == 2


# ---------------------------------------------------------------- what can be wrong


def test_debian_without_venv_is_told_which_package(project, monkeypatch, capsys):
    find_spec = project.importlib.util.find_spec
    monkeypatch.setattr(
        project.importlib.util, "find_spec", lambda name: None if name == "ensurepip" else find_spec(name)
    )
    assert project.main(["test"]) == 2
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    major, minor = sys.version_info[:2]
    assert "sudo apt install python3-venv" in said and f"python{major}.{minor}-venv" in said


def test_a_folder_that_cannot_be_written_to(project, capsys):
    project.WORK.write_text("a file stands where the folder should be", encoding="utf-8")
    assert project.main(["test"]) == 2
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert str(project.ROOT) in said and "cannot be written to" in said


def test_without_uv_pip_is_used_and_without_the_internet_one_sentence_says_so(project, monkeypatch, capsys):
    run = load_run(project.ROOT)
    run.make_venv = project.make_venv
    commands = []

    def offline(command, _lock):
        commands.append(command)
        return False

    monkeypatch.setattr(run, "run_logged", offline)
    assert run.main(["report"]) == 2
    said = capsys.readouterr()
    assert "installing with pip" in said.out
    assert said.err.count("\n") == 1
    assert "check the internet connection" in said.err and str(run.LOG) in said.err
    assert [command[2] for command in commands] == ["uv", "pip", "pip"]
    assert not run.STAMP.exists()


def test_unknown_command_and_help(capsys):
    run = load_run()
    assert run.main(["lib"]) == 2
    assert capsys.readouterr().err == "There is no command 'lib': choose lab, test or report.\n"
    assert run.main([]) == 2
    for word in ("-h", "--help"):
        assert run.main([word]) == 0
        assert all(f"\n  {command} " in capsys.readouterr().out for command in ["lab"])
    for command in ("lab", "test", "report"):
        assert f"\n  {command} " in run.USAGE


# ---------------------------------------------------------------- what is handed over


def handed_over(run, *words, folder=None):
    """Return the arguments, settings and folder that a command hands over."""
    seen = []
    run.set_up = lambda: None
    run.hand_over = lambda arguments, settings, folder=None: seen.append((arguments, settings, folder)) or 7
    assert run.main(list(words)) == 7
    return seen[0]


def test_test_runs_every_test_and_every_notebook(project):
    (project.ROOT / "notebooks").mkdir()
    arguments, _, folder = handed_over(project, "test")
    assert arguments[-1] == "tests" and folder == project.ROOT  # before there are notebooks
    for name in ("02_b.ipynb", "00_a.ipynb"):
        (project.ROOT / "notebooks" / name).touch()
    arguments, _, _ = handed_over(project, "test", "-k", "tests", "-x")
    assert arguments[-3:] == ["tests", "notebooks/00_a.ipynb", "notebooks/02_b.ipynb"]
    joined = " ".join(arguments)
    assert "-m pytest -n 2 --dist loadfile --nbval " in joined
    assert "-k tests -x tests" in joined and "slow" not in joined
    assert "-m slow or not slow" in " ".join(handed_over(project, "test", "--slow")[0])


def test_test_runs_only_what_is_named(project, tmp_path, monkeypatch):
    place = project.ROOT / "tests" / "test_some.py"
    place.parent.mkdir()
    place.touch()
    monkeypatch.chdir(tmp_path)
    for word in ("tests/test_some.py::test_one", os.path.relpath(place) + "::test_one"):
        arguments = handed_over(project, "test", word)[0]
        assert Path(arguments[-1]).resolve() == Path(f"{place}::test_one").resolve()
        assert "tests" not in arguments
    assert project.main(["test", "tests/none.py"]) == 2


def test_report_passes_everything_and_stays_where_the_user_is(project):
    arguments, _, folder = handed_over(project, "report", "my export я.csv", "--as-of", "2024-01-31")
    assert arguments == ["-P", "-m", "arlab.cli", "report", "my export я.csv", "--as-of", "2024-01-31"]
    assert folder is None


def test_variables_of_the_user_do_not_reach_the_programs(project, monkeypatch):
    for name in ("PYTHONPATH", "PYTHONHOME", "JUPYTER_PATH", "JUPYTER_TOKEN", "MPLBACKEND", "PIP_TARGET"):
        monkeypatch.setenv(name, "mine")
    monkeypatch.setenv("HTTPS_PROXY", "kept")
    monkeypatch.delenv("ARLAB_PYTHONPATH", raising=False)
    variables = project.environment(project.WORK / "jupyter")
    assert "mine" not in variables.values()
    assert variables["HTTPS_PROXY"] == "kept"
    for name in ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR", "IPYTHONDIR"):
        assert Path(variables[name]).is_relative_to(project.WORK)
    monkeypatch.setenv("ARLAB_PYTHONPATH", "meant")
    assert project.environment(project.WORK)["PYTHONPATH"] == "meant"


@pytest.fixture(scope="module")
def whole_project(tmp_path_factory):
    """Return the module run.py of a copy that is set up, in a folder with a space and a Cyrillic letter."""
    return copy_project(tmp_path_factory.mktemp("copies") / "AR Lab я")


def test_exit_codes_pass_through_from_any_folder(whole_project, tmp_path):
    (tmp_path / "probe.py").write_text(
        "def test_good(): pass\n\ndef test_bad(): assert False\n", encoding="utf-8"
    )
    (tmp_path / "pandas.py").write_text("raise SystemExit('a stray pandas was imported')\n", encoding="utf-8")

    def probe(*words):
        return start(whole_project, "test", "-n", "0", *words, folder=tmp_path, PYTHONPATH=str(tmp_path))

    good = probe("probe.py::test_good")
    assert good.returncode == 0 and "1 passed" in good.stdout
    bad = probe("probe.py")
    assert bad.returncode == 1 and "1 failed, 1 passed" in bad.stdout
    missing = probe("no_probe.py")
    assert missing.returncode == 2
    assert missing.stderr == (
        "There is no test 'no_probe.py': name a file or folder that exists, or none to run all.\n"
    )


# ---------------------------------------------------------------- the learner's copies

NAME = "02_aging.ipynb"
BESIDE = "02_aging (new version 2).ipynb"


def write_lesson(folder, *sources, result="10"):
    """Write a lesson with one code cell per source, and say what stands in the file."""
    output = nbformat.v4.new_output("execute_result", data={"text/plain": result}, execution_count=1)
    cells = [nbformat.v4.new_code_cell(s, id=f"c{n}", outputs=[output]) for n, s in enumerate(sources)]
    folder.mkdir(parents=True, exist_ok=True)
    nbformat.write(nbformat.v4.new_notebook(cells=cells), folder / NAME)
    return (folder / NAME).read_bytes()


@pytest.fixture
def desk(tmp_path):
    """Return a function that opens the lab and says which copies it wrote, with its three places."""
    run = load_run()

    def open_lab():
        written = run.lay_out_lessons(open_lab.lessons, open_lab.copies, open_lab.record)
        return [copy.name for copy in written]

    open_lab.lessons, open_lab.copies = tmp_path / "lessons", tmp_path / "work" / "notebooks"
    open_lab.record = tmp_path / "work" / "lessons.json"
    return open_lab


def test_a_copy_is_given_once(desk):
    lesson = write_lesson(desk.lessons, "1 + 1")
    assert desk() == [NAME]
    assert (desk.copies / NAME).read_bytes() == lesson
    assert desk() == []
    (desk.copies / NAME).unlink()
    assert desk() == [NAME]  # who deletes a copy gets a new one


def test_a_copy_that_was_only_run_follows_its_lesson(desk):
    write_lesson(desk.lessons, "1 + 1")
    desk()
    write_lesson(desk.copies, "1 + 1", result="run by the learner")
    assert desk() == []
    lesson = write_lesson(desk.lessons, "2 + 2")
    assert desk() == [NAME]
    assert (desk.copies / NAME).read_bytes() == lesson


def test_a_changed_copy_is_kept_and_the_new_lesson_laid_beside_it(desk, capsys):
    write_lesson(desk.lessons, "1 + 1")
    desk()
    mine = write_lesson(desk.copies, "my own 1 + 1")
    assert desk() == []
    second = write_lesson(desk.lessons, "2 + 2")
    assert desk() == [BESIDE]
    assert capsys.readouterr().out == f"{NAME} has a new version: yours is kept, the new one is '{BESIDE}'.\n"
    assert desk() == []
    assert (desk.copies / BESIDE).read_bytes() == second

    third = write_lesson(desk.lessons, "4 + 4")  # the copy beside is untouched: it follows
    assert desk() == [BESIDE]
    assert (desk.copies / BESIDE).read_bytes() == third

    (desk.copies / BESIDE).write_bytes(write_lesson(desk.copies.with_name("other"), "mine too"))
    fourth = write_lesson(desk.lessons, "8 + 8")
    assert desk() == ["02_aging (new version 3).ipynb"]
    assert (desk.copies / "02_aging (new version 3).ipynb").read_bytes() == fourth
    assert (desk.copies / NAME).read_bytes() == mine


def test_a_copy_beside_that_was_deleted_does_not_come_back(desk):
    write_lesson(desk.lessons, "1 + 1")
    desk()
    write_lesson(desk.copies, "my own")
    write_lesson(desk.lessons, "2 + 2")
    desk()
    (desk.copies / BESIDE).unlink()
    assert desk() == []


def test_new_results_of_the_same_cells_are_no_new_version(desk):
    write_lesson(desk.lessons, "1 + 1")
    desk()
    mine = write_lesson(desk.copies, "my own 1 + 1")
    write_lesson(desk.lessons, "1 + 1", result="20")
    assert desk() == []
    assert (desk.copies / NAME).read_bytes() == mine


@pytest.mark.parametrize("mine", [b"", b"not a notebook", b'{"cells": 3}', "я".encode("cp1251")])
def test_a_copy_that_is_no_notebook_is_kept(desk, mine):
    write_lesson(desk.lessons, "1 + 1")
    desk()
    (desk.copies / NAME).write_bytes(mine)
    write_lesson(desk.lessons, "2 + 2")
    assert desk() == [BESIDE]
    assert (desk.copies / NAME).read_bytes() == mine


@pytest.mark.parametrize("record", [None, "", "{"])
def test_without_its_record_a_differing_copy_is_kept(desk, record):
    write_lesson(desk.lessons, "1 + 1")
    desk()
    mine = write_lesson(desk.copies, "my own")
    desk.record.unlink()
    if record is not None:
        desk.record.write_text(record, encoding="utf-8")
    assert desk() == [BESIDE]
    assert (desk.copies / NAME).read_bytes() == mine
    assert set(json.loads(desk.record.read_text())[NAME]) == {BESIDE}


def test_names_are_safe_on_windows(desk):
    write_lesson(desk.lessons, "1 + 1")
    desk()
    write_lesson(desk.copies, "my own")
    write_lesson(desk.lessons, "2 + 2")
    (name,) = desk()
    assert not set(name) & set('<>:"/\\|?*') and not name.endswith((" ", "."))


# ---------------------------------------------------------------- for real


@pytest.mark.slow
def test_set_up_for_real(tmp_path):
    """Fetch and install everything, in a folder with a space and letters that are not Latin."""
    folder = tmp_path / "AR лаб 実"
    copy_project(folder)
    shutil.rmtree(folder / ".venv")
    run = load_run(folder)
    home = tmp_path / "home"
    home.mkdir()
    first = start(run, "test", "-k", "test_bucket", HOME=str(home), folder=tmp_path)
    assert "Setting up .venv" in first.stdout and " passed" in first.stdout, first.stdout + first.stderr
    assert first.returncode == 0
    code = "import arlab; print(arlab.__file__)"
    where = subprocess.run([run.PYTHON, "-c", code], capture_output=True, text=True, check=True).stdout
    assert Path(where.strip()).is_relative_to(folder)
    before = hashlib.sha256(run.STAMP.read_bytes()).hexdigest()
    second = start(run, "test", "-k", "test_bucket", HOME=str(home), folder=tmp_path)
    assert second.returncode == 0 and "Setting up" not in second.stdout
    assert hashlib.sha256(run.STAMP.read_bytes()).hexdigest() == before
