"""Does the wheel work alone: in a new environment, in an empty folder, far from the project?"""

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from copies import ROOT, lend_packages, make_environment


def run_quietly(*command, folder=None):
    """Run a command without the variables that would lead it back to the project; return what it printed."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    done = subprocess.run(
        [str(word) for word in command],
        cwd=folder,
        env={**kept, "PYTHONUTF8": "1"},
        capture_output=True,
        text=True,
        encoding="utf-8",
    )
    assert done.returncode == 0, f"{command} ended with {done.returncode}:\n{done.stdout}\n{done.stderr}"
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """Build the wheel with the hatchling that is installed."""
    out = tmp_path_factory.mktemp("wheel")
    run_quietly(sys.executable, "-P", "-m", "hatchling", "build", "-t", "wheel", "-d", out, folder=ROOT)
    (built,) = out.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel, tmp_path_factory):
    """Install the wheel in a new environment, which then borrows the packages it needs; return its Python."""
    python, packages = make_environment(
        tmp_path_factory.mktemp("far away") / "new environment", with_pip=True
    )
    run_quietly(python, "-m", "pip", "install", "--quiet", "--no-index", "--no-deps", wheel)
    lend_packages(packages)
    return python


def test_the_wheel_holds_the_library_and_its_data_and_nothing_else(wheel):
    names = set(zipfile.ZipFile(wheel).namelist())
    data = {
        f"arlab/_data/{path.relative_to(ROOT / 'data').as_posix()}"
        for folder in ("reference", "sample")
        for path in (ROOT / "data" / folder).rglob("*")
        if path.is_file()
    }
    code = {
        path.relative_to(ROOT / "src").as_posix()
        for path in (ROOT / "src" / "arlab").rglob("*")
        if path.is_file() and path.suffix != ".pyc"
    }
    assert data and "arlab/py.typed" in code
    assert {name for name in names if ".dist-info/" not in name} == data | code
    assert any(name.endswith(".dist-info/licenses/LICENSE") for name in names)


def test_the_installed_library_is_the_wheels_and_reads_the_wheels_data(installed, tmp_path):
    code = (
        "import sys, json, arlab\n"
        "from arlab.reference import data_path, load_payers\n"
        "found = {'code': arlab.__file__, 'data': str(data_path('reference/payers.csv')), 'path': sys.path}\n"
        "print(json.dumps(found | {'payers': len(load_payers())}))\n"
    )
    found = json.loads(run_quietly(installed, "-c", code, folder=tmp_path))
    environment = installed.parents[1]
    assert Path(found["code"]).is_relative_to(environment)
    assert Path(found["data"]).is_relative_to(environment) and "_data" in Path(found["data"]).parts
    assert not [path for path in found["path"] if path and Path(path) in (ROOT, ROOT / "src")]
    assert found["payers"] > 0


def test_report_from_an_empty_folder(installed, tmp_path):
    empty = tmp_path / "empty я"
    empty.mkdir()
    script = installed.with_name("arlab.exe" if os.name == "nt" else "arlab")
    last = run_quietly(script, "report", folder=empty).splitlines()[-1]
    report = empty / last
    assert report.suffix == ".html" and report.is_file()
    assert not report.is_relative_to(ROOT)
    assert "</html>" in report.read_text(encoding="utf-8")
