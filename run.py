"""AR Lab's front door: which of lab, test and report do you want?

It needs a plain Python 3.11 or newer and nothing else: it makes ``.venv``, installs what
``requirements.lock`` names, and hands over. It computes nothing about accounts receivable itself.

The whole file is written so that even Python 2.7 can read it: an old Python must reach the sentence
that says it is too old. That is why the types stand in comments.
"""

from __future__ import print_function

import sys

USAGE = """\
usage: python3 run.py COMMAND [OPTIONS]

  lab      open the lessons in JupyterLab (--no-browser, --port N and other Jupyter options work)
  test     run every test and every notebook (--slow for the heavy ones too; pytest options work)
  report   write the report on the sample practice, or on your own file: report EXPORT [EXPORT ...]

The first run sets up .venv in this folder and takes a minute or two; after that it starts at once.
"""

if sys.version_info < (3, 11):
    sys.stderr.write(
        "AR Lab needs Python 3.11 or newer and this is Python %d.%d: install a newer Python, "
        "then start run.py with it, for example: python3.11 run.py lab\n" % sys.version_info[:2]
    )
    sys.exit(2)

import contextlib
import hashlib
import importlib.util
import json
import os
import signal
import subprocess
import time
from pathlib import Path

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import FrameType  # noqa: F401 (used in a comment that gives types)

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
WORK = ROOT / "work"
LOG = WORK / "set-up.log"
STAMP = VENV / "set-up.json"
WINDOWS = os.name == "nt"
PYTHON = VENV / "Scripts" / "python.exe" if WINDOWS else VENV / "bin" / "python"

# Variables of the user that would change which code runs, or where pip puts it.
DROPPED = set(
    """
    PYTHONHOME PYTHONPATH PYTHONSTARTUP PYTHONEXECUTABLE PYTHONPLATLIBDIR PYTHONCASEOK PYTHONINSPECT
    PYTHONOPTIMIZE PYTHONWARNINGS PYTHONSAFEPATH __PYVENV_LAUNCHER__ MPLBACKEND MATPLOTLIBRC
    PIP_TARGET PIP_PREFIX PIP_ROOT PIP_USER PIP_DRY_RUN UV_SYSTEM_PYTHON
    """.split()
)
# pytest options whose value is the next word, so that the word is not taken for a path.
PYTEST_VALUES = set("-k -m -p -c -o -n -r -W --deselect --ignore".split())


class Stop(Exception):
    """One sentence for the user: what is wrong and what to do."""


# ---------------------------------------------------------------- the environment


def environment(settings):
    # type: (Path) -> dict[str, str]
    """Return the variables for every program started here; Jupyter keeps its settings in ``settings``.

    Your own PYTHONPATH is left out, because it may name another Python's packages. What really should
    be on the path of all the programs (a debugger, a test's guard) can be named in ARLAB_PYTHONPATH.
    """
    kept = {k: v for k, v in os.environ.items() if k not in DROPPED and not k.startswith("JUPYTER")}
    if os.environ.get("ARLAB_PYTHONPATH"):
        kept["PYTHONPATH"] = os.environ["ARLAB_PYTHONPATH"]
    kept["VIRTUAL_ENV"] = str(VENV)
    kept["PATH"] = str(PYTHON.parent) + os.pathsep + os.environ.get("PATH", os.defpath)
    # Before 3.13 a .pth file is read in the system's encoding: a folder's non-Latin name would break it.
    kept["PYTHONUTF8"] = "1"
    kept["JUPYTER_PREFER_ENV_PATH"] = "0"  # the settings below come before those in .venv
    kept["JUPYTER_CONFIG_DIR"] = str(settings / "config")
    kept["JUPYTER_DATA_DIR"] = str(settings / "data")
    kept["JUPYTER_RUNTIME_DIR"] = str(settings / "runtime")
    kept["IPYTHONDIR"] = str(settings / "ipython")
    return kept


def hand_over(arguments, settings, folder=None):
    # type: (list[str], Path, Path | None) -> int
    """Become the program (or, on Windows, wait for it), so that signals and its exit code pass through."""
    command = [str(PYTHON)] + arguments
    sys.stdout.flush()
    if folder is not None:
        os.chdir(str(folder))
    if not WINDOWS:
        os.execve(command[0], command, environment(settings))
    child = subprocess.Popen(command, env=environment(settings))
    while True:
        try:
            return child.wait()
        except KeyboardInterrupt:  # the child has heard it too, and decides
            continue


# ---------------------------------------------------------------- set-up


def wanted_stamp():
    # type: () -> dict[str, str]
    """Return what this set-up depends on: two files, the Python and the folder."""
    files = hashlib.sha256()
    for name in ("pyproject.toml", "requirements.lock"):
        content = (ROOT / name).read_bytes()
        files.update(b"%d:" % len(content) + content)
    return {
        "packages": files.hexdigest(),
        "python": sys.version,
        "executable": os.path.realpath(base_python()),
        "folder": str(ROOT),
    }


def written_stamp():
    # type: () -> dict[str, str]
    """Return the stamp of the last complete set-up; empty if there is none or it was interrupted."""
    try:
        stamp = json.loads(STAMP.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return stamp if isinstance(stamp, dict) and PYTHON.exists() else {}


def base_python():
    # type: () -> str
    """Return the Python behind this one: inside a virtual environment that is not sys.executable."""
    return str(getattr(sys, "_base_executable", None) or sys.executable)


def set_up():
    # type: () -> None
    """Make or bring up to date ``.venv``; does nothing when the stamp says that it is."""
    if written_stamp() == wanted_stamp():
        return
    check_python()
    try:
        WORK.mkdir(exist_ok=True)
        LOG.touch()
        lock = open(str(WORK / "set-up.lock"), "a+b")  # noqa: SIM115 (held until the set-up is done)
    except OSError:
        raise Stop(
            "This folder cannot be written to (%s): copy the project into a folder of your own and "
            "start run.py there." % ROOT
        )
    with lock:
        wait_for(lock.fileno())
        was, wanted = written_stamp(), wanted_stamp()
        if was == wanted:
            return  # another run.py did it while this one waited
        started = time.monotonic()
        with contextlib.suppress(FileNotFoundError):
            STAMP.unlink()  # from here until the end the set-up counts as interrupted
        LOG.write_text("", encoding="utf-8")
        if was and all(was.get(part) == wanted[part] for part in ("python", "executable", "folder")):
            print("Bringing .venv up to date ...")
        else:
            print("Setting up .venv with Python %d.%d.%d ..." % sys.version_info[:3])
            make_venv(lock.fileno())
        install(lock.fileno())
        STAMP.write_text(json.dumps(wanted, indent=1) + "\n", encoding="utf-8")
        print("Ready after %.0f seconds." % (time.monotonic() - started))


def check_python():
    # type: () -> None
    """Stop with one sentence where Python comes without the parts that make environments."""
    if all(importlib.util.find_spec(name) for name in ("venv", "ensurepip")):
        return
    raise Stop(
        "This Python has no venv and ensurepip modules, which make the environment: on Debian or Ubuntu run "
        "'sudo apt install python3-venv' (or python%d.%d-venv), elsewhere install Python from python.org, "
        "then start this again." % sys.version_info[:2]
    )


def wait_for(lock):
    # type: (int) -> None
    """Hold the set-up for this process; the system lets go of the lock however the process ends."""
    if not try_lock(lock):
        print("Another run.py is setting up this folder; waiting until it is done.")
        while not try_lock(lock):
            time.sleep(0.5)


def try_lock(lock):
    # type: (int) -> bool
    """Take the lock if it is free; on a file system that knows no locks, go on without."""
    try:
        if sys.platform == "win32":
            import msvcrt

            os.lseek(lock, 0, os.SEEK_SET)
            msvcrt.locking(lock, msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except (BlockingIOError, PermissionError):
        return False
    except OSError:
        pass
    return True


def make_venv(lock):
    # type: (int) -> None
    """Make an empty ``.venv``, whatever stood there before."""
    if not run_logged([base_python(), "-I", "-m", "venv", "--clear", str(VENV)], lock):
        raise Stop(
            "The environment .venv could not be made: close programs that use it, look at the end of %s, "
            "then start this again." % LOG
        )


def install(lock):
    # type: (int) -> None
    """Install the lock and then the project, with uv when pip can fetch it and with pip alone otherwise."""
    python = str(PYTHON)
    pip = [python, "-m", "pip", "--disable-pip-version-check", "install"]
    uv = [python, "-m", "uv", "pip", "install", "--python", python, "--compile-bytecode"]
    has_uv = run_logged([python, "-m", "uv", "--version"], lock) or run_logged(pip + ["--quiet", "uv"], lock)
    if has_uv and install_with(uv, lock):
        return
    print("uv could not be used; installing with pip, which takes longer.")
    if not install_with(pip, lock):
        raise Stop(
            "The packages could not be installed: check the internet connection, then start this again "
            "(details at the end of %s)." % LOG
        )


def install_with(installer, lock):
    # type: (list[str], int) -> bool
    """Install the locked packages, then the project itself: editable, built by what was just installed."""
    project = ["--no-deps", "--no-build-isolation", "--editable", "."]
    locked = ["--requirement", "requirements.lock"]
    return run_logged(installer + locked, lock) and run_logged(installer + project, lock)


def run_logged(command, lock):
    # type: (list[str], int) -> bool
    """Run one step of the set-up, its words in the log; it ends when this process is told to end."""
    # The step holds the lock too: should this process be killed, no second set-up starts beside the step.
    shared = () if WINDOWS else (lock,)
    with LOG.open("a", encoding="utf-8") as log:
        log.write("\n$ %s\n" % " ".join(command))
        log.flush()
        child = subprocess.Popen(
            command,
            cwd=str(ROOT),
            env=dict(environment(WORK / "jupyter"), PIP_USER="0"),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            pass_fds=shared,
        )
        try:
            return bool(child.wait() == 0)
        except BaseException:
            child.terminate()
            child.wait()
            raise


# ---------------------------------------------------------------- lab


def lab(options):
    # type: (list[str]) -> int
    """Lay out the learner's copies of the lessons and open JupyterLab on them."""
    lessons, copies, settings = ROOT / "notebooks", WORK / "notebooks", WORK / "jupyter"
    if not any(lessons.glob("*.ipynb")):
        raise Stop("There are no lessons in %s: fetch the whole project again." % lessons)
    if not any((ROOT / "data" / "sample").glob("*")):
        print(
            "The sample practice is missing from data/sample: fetch the project again, the lessons need it."
        )
    fresh = lay_out_lessons(lessons, copies, settings / "lessons.json")
    configure_jupyter(settings, copies)
    if fresh:  # only a trusted notebook shows its tables as they are; the trust is kept below work/
        signer = [str(PYTHON), "-P", "-m", "nbformat.sign"] + [str(copy) for copy in fresh]
        subprocess.run(
            signer,
            env=environment(settings),
            stderr=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            check=False,
        )
    print("Your copies of the lessons are in %s; Ctrl-C ends the lab." % copies)
    return hand_over(["-P", "-m", "jupyterlab"] + options, settings)


def lay_out_lessons(lessons, copies, record):
    # type: (Path, Path, Path) -> list[Path]
    """Give the learner a copy of each lesson and never overwrite one that was changed.

    ``record`` remembers, per lesson, what was given out under which name. A copy whose cells still read as
    they were given follows its lesson, run or not; beside a changed copy the new lesson is laid under a name
    of its own. Returns the copies that were written.
    """
    copies.mkdir(parents=True, exist_ok=True)
    record.parent.mkdir(parents=True, exist_ok=True)
    try:
        given = json.loads(record.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        given = {}  # copies from nobody knows when: those that differ from their lesson count as changed
    written = []
    for lesson in sorted(lessons.glob("*.ipynb")):
        content = lesson.read_bytes()
        new = {"file": hashlib.sha256(content).hexdigest(), "cells": digest_cells(content)}
        handed = given.setdefault(lesson.name, {})
        target = choose_copy(copies / lesson.name, new, handed)
        if target is None:
            continue
        if target.name != lesson.name and not target.exists():
            print("%s has a new version: yours is kept, the new one is '%s'." % (lesson.name, target.name))
        replace_file(target, content)
        handed[target.name] = new
        replace_file(record, json.dumps(given, indent=1, sort_keys=True).encode())
        written.append(target)
    return written


def choose_copy(first, new, handed):
    # type: (Path, dict[str, str], dict[str, dict[str, str]]) -> Path | None
    """Return the file to write the lesson to, or None where there is nothing new for the learner."""
    if not first.exists():
        return first
    if any(old["file"] == new["file"] for old in handed.values()):
        return None
    for copy in [first] + [first.with_name(name) for name in sorted(handed) if name != first.name]:
        if copy.exists():
            cells = digest_cells(copy.read_bytes())
            if cells in (new["cells"], handed.get(copy.name, {}).get("cells")):
                return copy
    if any(old["cells"] == new["cells"] for old in handed.values()):
        return None  # only the lesson's printed results differ; the learner's own copy shows its own
    number = 2
    while first.with_name("%s (new version %d).ipynb" % (first.stem, number)).exists():
        number += 1
    return first.with_name("%s (new version %d).ipynb" % (first.stem, number))


def digest_cells(content):
    # type: (bytes) -> str
    """Return the SHA-256 of what a notebook's cells say, without their results (of the file, if it is none)."""
    try:
        cells = json.loads(content.decode("utf-8"))["cells"]
        text = json.dumps([[cell["cell_type"], "".join(cell["source"])] for cell in cells])
    except (ValueError, KeyError, TypeError):
        return hashlib.sha256(content).hexdigest()
    return hashlib.sha256(text.encode("ascii")).hexdigest()


def replace_file(path, content):
    # type: (Path, bytes) -> None
    """Write a file whole or not at all."""
    part = path.with_name(path.name + ".part")
    part.write_bytes(content)
    os.replace(str(part), str(path))


def configure_jupyter(settings, copies):
    # type: (Path, Path) -> None
    """Write JupyterLab's settings: quiet, alone on this machine, no news, no updates, no installing.

    They stand in files, so that an option of the user still wins over them.
    """
    start = "/lab/tree/00_start_here.ipynb" if (copies / "00_start_here.ipynb").exists() else "/lab"
    server = {
        "root_dir": str(copies),
        "ip": "localhost",
        "allow_root": True,  # containers and classroom machines; only this machine can reach it
        "log_level": "ERROR",
        "jpserver_extensions": {"jupyter_lsp": False, "jupyterlab_jupytext": False},
    }
    lab_app = {
        "log_level": "ERROR",
        "default_url": start,
        "news_url": None,
        "check_for_updates_class": "jupyterlab.NeverCheckForUpdate",
        "extension_manager": "readonly",
    }
    hidden = [
        "@jupyterlab/apputils-extension:announcements",
        "@jupyterlab/lsp-extension",
        "jupyterlab-jupytext",
    ]
    quiet = {"fetchNews": "false", "checkForUpdates": False}
    for name, content in {
        "config/jupyter_server_config.json": {
            "JupyterApp": {"answer_yes": True},  # one Ctrl-C ends the lab, without a question
            "ServerApp": server,
            "KernelSpecManager": {"allowed_kernelspecs": ["python3"]},
            "KernelManager": {"transport_encryption": "auto"},
        },
        "config/jupyter_lab_config.json": {"LabApp": lab_app},
        "config/labconfig/page_config.json": {"disabledExtensions": dict.fromkeys(hidden, True)},
        "config/labconfig/default_setting_overrides.json": {
            "@jupyterlab/apputils-extension:notification": quiet
        },
        # No history file: what is typed may name patients, and a shared drive can lock it.
        "ipython/profile_default/ipython_kernel_config.json": {"HistoryManager": {"enabled": False}},
    }.items():
        path = settings / name
        path.parent.mkdir(parents=True, exist_ok=True)
        replace_file(path, json.dumps(content, indent=1).encode())


# ---------------------------------------------------------------- test and report


def test(options):
    # type: (list[str]) -> int
    """Run pytest over the tests and, with nbval, over the notebooks; what the user names runs instead."""
    arguments = ["-n", "2", "--dist", "loadfile", "--nbval", "--nbval-current-env"]
    arguments += ["--nbval-sanitize-with", str(ROOT / "tests" / "nbval.cfg")]
    if "--slow" in options:  # pyproject.toml leaves them out
        arguments += ["-m", "slow or not slow"]
    named = False
    for before, word in zip([""] + options, options, strict=False):
        place = None if word.startswith("-") or before in PYTEST_VALUES else find_place(word)
        named = named or bool(place)
        if word != "--slow":
            arguments.append(place or word)
    if not named:
        arguments += ["tests"] + sorted(
            "notebooks/" + lesson.name for lesson in ROOT.glob("notebooks/*.ipynb")
        )
    settings = WORK / "jupyter-tests"  # not the learner's: what is set there must not turn a test red
    (settings / "ipython").mkdir(parents=True, exist_ok=True)
    return hand_over(["-m", "pytest"] + arguments, settings, folder=ROOT)


def find_place(word):
    # type: (str) -> str | None
    """Return the full path of a test that was named from here or from the project's folder."""
    place, colons, case = word.partition("::")
    for folder in (Path.cwd(), ROOT):
        if (folder / place).exists():
            return str(folder / place) + colons + case
    if "/" in place or place.endswith((".py", ".ipynb")):
        raise Stop("There is no test '%s': name a file or folder that exists, or none to run all." % place)
    return None


def report(options):
    # type: (list[str]) -> int
    """Write the report on the sample practice or on the files named."""
    return hand_over(["-P", "-m", "arlab.cli", "report"] + options, WORK / "jupyter")


def stop_on_signal(number, _frame):
    # type: (int, FrameType | None) -> None
    """End the set-up, and the step that runs, when told to end."""
    sys.exit(128 + number)


def main(words):
    # type: (list[str]) -> int
    """Run one command and return its exit code."""
    commands = {"lab": lab, "test": test, "report": report}
    if not words or words[0] in ("-h", "--help", "help"):
        print(USAGE, end="")
        return 0 if words else 2
    if words[0] not in commands:
        print("There is no command '%s': choose lab, test or report." % words[0], file=sys.stderr)
        return 2
    # A terminal that lacks a letter of the folder's name must not end the run.
    sys.stdout.reconfigure(errors="backslashreplace", line_buffering=True)  # type: ignore[union-attr]
    signal.signal(signal.SIGTERM, stop_on_signal)
    try:
        set_up()
        return commands[words[0]](words[1:])
    except Stop as error:
        print(error, file=sys.stderr)
        return 2
    except OSError as error:
        print("run.py cannot go on: %s." % error, file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("\nInterrupted; the next run takes up what is missing.", file=sys.stderr)
        return 130


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
