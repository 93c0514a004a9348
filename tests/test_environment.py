"""Do pyproject.toml, requirements.lock and environment.yml name the same packages?"""

import re
import tomllib
from pathlib import Path

import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

ROOT = Path(__file__).parents[1]
NOT_INSTALLED = {"slow"}  # extras for the slow tests, installed by hand
CONDA_NAMES = {
    "duckdb": "python-duckdb",
    "matplotlib": "matplotlib-base",
    "playwright": "playwright-python",
    "typst": "typst-py",
}
LOCK = (ROOT / "requirements.lock").read_text(encoding="utf-8").splitlines()
PIN = re.compile(r"(?P<name>[a-z0-9]+(-[a-z0-9]+)*)==(?P<version>[0-9][0-9A-Za-z.]*)( ; (?P<marker>.+))?")


def declared():
    """Return each package that pyproject.toml asks for, with its lowest version."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = project["optional-dependencies"]
    lines = project["dependencies"] + [
        line for name in extras if name not in NOT_INSTALLED for line in extras[name]
    ]
    return {canonicalize_name(Requirement(line).name): lowest(Requirement(line)) for line in lines}


def lowest(requirement):
    """Return the lowest version a requirement allows; it must be written as ``name>=version``."""
    (part,) = requirement.specifier
    assert part.operator == ">=", f"write {requirement} with >="
    return Version(part.version)


def test_every_line_of_the_lock_is_a_name_and_a_version():
    for line in LOCK:
        assert PIN.fullmatch(line), f"requirements.lock says {line!r}: only name==version may stand there"
        assert "://" not in line and "@" not in line
    names = [PIN.fullmatch(line)["name"] for line in LOCK]
    assert len(names) == len(set(names)), "one version of a package for every Python"


def test_the_lock_holds_what_pyproject_asks_for():
    pins = {match["name"]: Version(match["version"]) for match in map(PIN.fullmatch, LOCK)}
    for name, floor in declared().items():
        assert name in pins, f"{name} is in pyproject.toml and not in requirements.lock"
        assert pins[name] >= floor, (
            f"requirements.lock has {name} {pins[name]}, pyproject.toml asks for {floor}"
        )


def test_the_lock_leaves_the_slow_extra_out():
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"][
        "optional-dependencies"
    ]
    names = {PIN.fullmatch(line)["name"] for line in LOCK}
    for extra in NOT_INSTALLED:
        assert not names & {canonicalize_name(Requirement(line).name) for line in extras[extra]}


def test_conda_gets_the_same_packages_with_the_same_lowest_versions():
    settings = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))
    assert settings["channels"] == ["conda-forge"]
    lines = [line for line in settings["dependencies"] if isinstance(line, str)]
    (by_pip,) = [line["pip"] for line in settings["dependencies"] if isinstance(line, dict)]
    assert by_pip[-1] == "--no-deps --no-build-isolation --editable ."  # the project itself
    requirements = [Requirement(line) for line in lines + by_pip[:-1] if line != "pip"]
    found = {canonicalize_name(requirement.name): lowest(requirement) for requirement in requirements}

    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert f">={found.pop('python')}" == project["requires-python"]
    assert found == {CONDA_NAMES.get(name, name): floor for name, floor in declared().items()}


def test_no_address_of_a_package_index():
    for name in ("pyproject.toml", "requirements.lock", "environment.yml"):
        text = (ROOT / name).read_text(encoding="utf-8")
        assert not re.search(r"https?://|--(extra-)?index-url|--find-links", text), name


def test_the_pythons_are_named_once():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    versions = [line.rsplit(" ", 1)[1] for line in project["classifiers"] if "Python :: 3." in line]
    assert versions == ["3.11", "3.12", "3.13"]
    assert project["requires-python"] == f">={versions[0]}"
    run = (ROOT / "run.py").read_text(encoding="utf-8")
    assert f"sys.version_info < ({versions[0].replace('.', ', ')})" in run


def test_ci_runs_the_command_that_the_readme_names():
    command = "python3 run.py test"
    assert (ROOT / ".ci" / "run").read_text(encoding="utf-8").splitlines()[-1] == command
    assert command in (ROOT / "README.md").read_text(encoding="utf-8")
