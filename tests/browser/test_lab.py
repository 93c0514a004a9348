"""Does the lab open on the lessons, run them, keep to this machine, and end when it is told to?

The lab runs in a copy of the project with an empty home, and every Python program in it under the guard of
``tests/guard``. The browser tests need Chromium: without it they are skipped, and under CI=true they fail.
"""

import contextlib
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from urllib.parse import urlsplit

import nbformat
import psutil
import pytest
from nbformat.sign import NotebookNotary

from copies import ROOT, copy_project

GUARD = ROOT / "tests" / "guard"
HERE = {"localhost", "127.0.0.1", "::1"}
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome")
CHROMIUM_FLAGS = [
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-gpu",
    "--disable-quic",
    "--disable-sync",
    "--no-first-run",
]
START, AGING = "00_start_here.ipynb", "02_aging.ipynb"
POSIX_ONLY = pytest.mark.skipif(os.name == "nt", reason="signals work differently on Windows")


# ---------------------------------------------------------------- the lab


class Lab:
    """One running lab: where it is, which address it printed, and what its guard wrote."""

    def __init__(self, run, home):
        self.run, self.home = run, home
        self.copies = run.WORK / "notebooks"
        self.log, self.guard_log = home / "lab.log", home / "guard.log"
        self.variables = {
            **{name: value for name, value in os.environ.items() if not name.startswith("XDG_")},
            "HOME": str(home),
            "USERPROFILE": str(home),
            "ARLAB_PYTHONPATH": str(GUARD),
            "ARLAB_GUARD_LOG": str(self.guard_log),
        }
        self.process = None
        self.url = ""

    def start(self):
        port = free_port()
        command = [sys.executable, self.run.ROOT / "run.py", "lab", "--no-browser", "--port", str(port)]
        with self.log.open("w") as log:
            self.process = subprocess.Popen(
                command, cwd=self.home, env=self.variables, stdin=subprocess.DEVNULL, stdout=log, stderr=log
            )
        pattern = re.compile(rf"http://localhost:{port}/lab\S*\?token=\w+")
        self.url = wait_for(lambda: pattern.search(self.printed()), process=self.process, said=self.printed)[
            0
        ]

    def printed(self):
        return self.log.read_text(encoding="utf-8", errors="replace")

    def address_of(self, name):
        return self.url.partition("/lab")[0] + "/lab/tree/" + name

    def post(self, path, content):
        base, _, token = self.url.partition("?token=")
        request = urllib.request.Request(
            base.partition("/lab")[0] + path,
            data=json.dumps(content).encode(),
            headers={"Authorization": f"token {token}", "Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.load(answer)

    def guarded(self):
        """Return the command of each Python program of this lab, by process number."""
        return {
            int(number): command
            for what, number, command in read_guard_log(self.guard_log)
            if what == "watching"
        }

    def end(self):
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(timeout=30)
            self.process.kill()


def read_guard_log(log):
    lines = log.read_text(encoding="utf-8").splitlines() if log.exists() else []
    return [line.split(" ", 2) for line in lines]


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_for(condition, *, seconds=90, process=None, said=lambda: ""):
    """Return the first true answer of ``condition``; fail when it does not come."""
    end = time.monotonic() + seconds
    while not (answer := condition()):
        assert process is None or process.poll() is None, f"ended with {process.returncode}:\n{said()}"
        assert time.monotonic() < end, f"waited {seconds} seconds in vain:\n{said()}"
        time.sleep(0.2)
    return answer


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    """Return the module run.py of a set-up copy, in a folder with a space and Cyrillic letters."""
    return copy_project(tmp_path_factory.mktemp("lab") / "AR Lab для всех")


@pytest.fixture
def lab(project, tmp_path):
    home = tmp_path / "empty home"
    home.mkdir()
    lab = Lab(project, home)
    lab.start()
    yield lab
    lab.end()


# ---------------------------------------------------------------- the browser


@pytest.fixture(scope="module")
def chromium():
    found = next(filter(None, map(shutil.which, BROWSERS)), None)
    if found is None:
        reason = "no Chromium found: install it (Debian: apt install chromium) to try the lab in a browser"
        pytest.fail(reason) if os.environ.get("CI") == "true" else pytest.skip(reason)
    return found


@pytest.fixture
def browser(chromium, tmp_path):
    """Return an empty browser that writes down every request; its own chatter is switched off."""
    from playwright.sync_api import sync_playwright

    flags = list(CHROMIUM_FLAGS)
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        flags.append("--no-sandbox")  # Chromium's sandbox refuses to run as root
    with sync_playwright() as playwright:
        context = playwright.chromium.launch_persistent_context(
            tmp_path / "browser",
            executable_path=chromium,
            args=flags,
            viewport={"width": 1300, "height": 900},
        )
        context.requests = []
        context.on("request", lambda request: context.requests.append(request.url))
        context.on(
            "page", lambda page: page.on("websocket", lambda socket: context.requests.append(socket.url))
        )
        yield context
        context.close()


def outside(requests):
    """Return the requests that left this machine."""
    addresses = [urlsplit(url) for url in requests]
    return [a.geturl() for a in addresses if a.scheme not in ("data", "blob") and a.hostname not in HERE]


def open_notebook(page, address):
    page.goto(address)
    page.locator(".jp-Notebook:visible .jp-Cell").first.wait_for(timeout=90_000)
    page.locator("#jp-main-statusbar", has_text="| Idle").wait_for(timeout=90_000)


def choose(page, menu, entry):
    """Choose an entry of JupyterLab's menu."""
    page.locator(".lm-MenuBar-item", has_text=menu).first.click()
    page.locator(".lm-Menu-item", has_text=re.compile(rf"^\s*{entry}")).first.click()


def run_all_cells(page, file, *, seconds=240):
    """Clear the outputs, run every cell, save; return the notebook as the learner's file then holds it."""

    def save():
        page.keyboard.press("Control+s")
        time.sleep(1)
        code = [cell for cell in nbformat.read(file, as_version=4).cells if cell.cell_type == "code"]
        errors = [output for cell in code for output in cell.outputs if output.output_type == "error"]
        assert not errors, errors[0]
        return [cell for cell in code if cell.source.strip()]

    def clear():
        choose(page, "Edit", "Clear Outputs of All Cells")
        return not any(cell.outputs or cell.execution_count for cell in save())

    wait_for(clear)  # the first click may come before the page knows which notebook is meant
    choose(page, "Run", "Run All Cells")
    wait_for(lambda: all(cell.execution_count for cell in save()), seconds=seconds)
    return save()


@pytest.mark.browser
def test_a_lesson_runs_shows_its_chart_and_nothing_leaves_the_machine(lab, browser, tmp_path):
    page = browser.new_page()
    # The printed address opens the start lesson, in peace.
    open_notebook(page, lab.url)
    assert urlsplit(page.url).path == f"/lab/tree/{START}"
    page.locator(".jp-Notebook:visible h1").first.wait_for()
    time.sleep(5)  # a question about news would come a little after the page
    assert page.locator(".Toastify__toast, .jp-Dialog").count() == 0

    # The aging lesson runs from top to bottom, and its chart is there to see.
    open_notebook(page, lab.address_of(AGING))
    made = [output for cell in run_all_cells(page, lab.copies / AGING) for output in cell.outputs]
    assert [output for output in made if "image/png" in output.get("data", {})]
    chart = page.locator(".jp-Notebook:visible .jp-OutputArea img").first
    chart.scroll_into_view_if_needed()
    assert chart.is_visible()
    assert chart.evaluate("image => image.complete && image.naturalWidth") > 100

    # Neither the page nor the server nor a kernel asked for another machine.
    assert len(browser.requests) > 20
    assert outside(browser.requests) == []
    programs = lab.guarded()
    for needed in ("jupyterlab", "ipykernel_launcher"):
        assert any(f"-m {needed}" in command for command in programs.values()), f"{needed} ran without guard"
    assert [line for line in read_guard_log(lab.guard_log) if line[0] == "refused"] == []
    assert outside_connections(programs) == []

    # And each of these three would have told: the page, the guard, the list of connections.
    page.evaluate("() => fetch('http://outside.invalid/').catch(() => null)")
    assert outside(browser.requests) == ["http://outside.invalid/"]
    assert len(refused_in_control(lab, tmp_path)) == 3

    # The project is as clean as before the learner ran and saved.
    assert git_status(lab.run.ROOT) == ""


def outside_connections(programs):
    """Return the addresses outside this machine that these processes are connected to, compiled code too."""
    found = []
    for number in programs:
        with contextlib.suppress(psutil.NoSuchProcess):
            found += [c.raddr for c in psutil.Process(number).net_connections("inet") if c.raddr]
    return [address for address in found if not address.ip.startswith("127.") and address.ip not in HERE]


def refused_in_control(lab, tmp_path):
    """Try to reach other machines from the lab's Python under the same guard; return what it refused."""
    log = tmp_path / "control.log"
    code = """
import socket, urllib.request
for attempt in (
    lambda: socket.create_connection(("192.0.2.1", 80), timeout=2),
    lambda: socket.getaddrinfo("outside.invalid", 80),
    lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"x", ("192.0.2.1", 53)),
):
    try:
        attempt()
    except PermissionError:
        pass
"""
    variables = {**lab.run.environment(lab.run.WORK), "PYTHONPATH": str(GUARD), "ARLAB_GUARD_LOG": str(log)}
    subprocess.run([lab.run.PYTHON, "-c", code], env=variables, check=True, timeout=60)
    return [line for line in read_guard_log(log) if line[0] == "refused"]


def git_status(folder):
    """Return what git sees as changed in a folder since the last commit made here."""
    git = ["git", "-c", "user.name=test", "-c", "user.email=test@localhost", "-C", str(folder)]
    done = subprocess.run([*git, "status", "--porcelain"], capture_output=True, text=True, check=True)
    return done.stdout


@pytest.fixture(scope="module", autouse=True)
def repository(project):
    """Commit the copy of the project, so that git can tell what the lab changed."""
    git = ["git", "-c", "user.name=test", "-c", "user.email=test@localhost", "-C", str(project.ROOT)]
    for words in (["init", "-q"], ["add", "."], ["commit", "-q", "-m", "as it was"]):
        subprocess.run([*git, *words], check=True)
    assert git_status(project.ROOT) == ""


# ---------------------------------------------------------------- without a browser


def test_copies_are_trusted_and_settings_stay_in_work(lab):
    with NotebookNotary(data_dir=str(lab.run.WORK / "jupyter" / "data")) as notary:
        lessons = sorted((lab.run.ROOT / "notebooks").glob("*.ipynb"))
        assert lessons
        for lesson in lessons:
            assert notary.check_signature(nbformat.read(lab.copies / lesson.name, as_version=4)), lesson.name
    left = {path.relative_to(lab.home).parts[0] for path in lab.home.rglob("*")}
    assert left <= {"lab.log", "guard.log"}, "the lab wrote into the user's home"
    assert git_status(lab.run.ROOT) == ""


def test_the_lab_is_quiet_and_only_this_machine_reaches_it(lab):
    settings = lab.run.WORK / "jupyter" / "config"
    with urllib.request.urlopen(lab.url, timeout=30) as answer:
        page = answer.read().decode("utf-8")
    config = json.loads(re.search(r'<script id="jupyter-config-data"[^>]*>(.*?)</script>', page, re.S)[1])
    assert config["news"] == {"disabled": True}
    assert config["extensionManager"]["can_install"] is False
    disabled = config["disabledExtensions"]
    assert "@jupyterlab/apputils-extension:announcements" in disabled
    overrides = json.loads((settings / "labconfig" / "default_setting_overrides.json").read_text())
    notification = overrides["@jupyterlab/apputils-extension:notification"]
    assert notification == {"fetchNews": "false", "checkForUpdates": False}
    listening = [
        c.laddr.ip for c in psutil.Process(lab.process.pid).net_connections("inet") if c.status == "LISTEN"
    ]
    assert listening and set(listening) <= HERE


@POSIX_ONLY
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_the_lab_and_its_kernels(lab, number):
    lab.post("/api/kernels", {"name": "python3"})
    kernels = wait_for(lambda: [n for n, command in lab.guarded().items() if "ipykernel_launcher" in command])
    programs = lab.guarded()
    assert Path(psutil.Process(kernels[0]).exe()).resolve() == Path(sys.executable).resolve()
    assert f"{lab.run.PYTHON} -m ipykernel_launcher" in programs[kernels[0]]
    time.sleep(1)  # a kernel that is still starting
    lab.process.send_signal(number)
    assert lab.process.wait(timeout=30) == 0
    wait_for(lambda: not any(is_running(n) for n in programs), seconds=20)


def is_running(number):
    try:
        return psutil.Process(number).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def test_a_changed_copy_survives_a_changed_lesson(lab):
    mine = lab.copies / START
    notebook = nbformat.read(mine, as_version=4)
    notebook.cells[0].source += "\nMy own words."
    nbformat.write(notebook, mine)
    kept = mine.read_bytes()
    lab.end()
    lesson = lab.run.ROOT / "notebooks" / START
    before = lesson.read_bytes()
    try:
        notebook = nbformat.reads(before.decode("utf-8"), as_version=4)
        notebook.cells[0].source += "\nA new version of the lesson."
        nbformat.write(notebook, lesson)
        lab.start()
        beside = mine.with_name("00_start_here (new version 2).ipynb")
        assert mine.read_bytes() == kept
        assert beside.read_bytes() == lesson.read_bytes()
        assert beside.name in lab.printed()
        with NotebookNotary(data_dir=str(lab.run.WORK / "jupyter" / "data")) as notary:
            assert notary.check_signature(nbformat.read(beside, as_version=4))
    finally:
        lesson.write_bytes(before)
