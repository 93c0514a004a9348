"""How does a test get a project, or an environment, of its own without fetching anything?

A copy of this project comes with an environment that borrows the packages of the running Python. Tests may
start its ``run.py``, change its lessons and leave files in it; the real project and its ``.venv`` are not
touched.
"""

import importlib.util
import json
import os
import shutil
import sys
import sysconfig
import venv
from pathlib import Path

ROOT = Path(__file__).parents[1]
LEFT_OUT = shutil.ignore_patterns(
    ".git", ".venv", "work", "__pycache__", ".*_cache", ".hypothesis", "dist", "build"
)


def load_run(project=ROOT):
    """Return the module ``run.py`` of a project."""
    spec = importlib.util.spec_from_file_location("run_of_" + project.name, project / "run.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def make_environment(folder, *, with_pip=False):
    """Make an empty virtual environment; return its Python and the folder of its packages."""
    venv.EnvBuilder(symlinks=os.name != "nt", with_pip=with_pip).create(folder)
    place = {"base": str(folder), "platbase": str(folder)}
    python = "python.exe" if os.name == "nt" else "python"
    return (
        Path(sysconfig.get_path("scripts", "venv", place)) / python,
        Path(sysconfig.get_path("purelib", "venv", place)),
    )


def lend_packages(packages, *first):
    """Let an environment see, after its own packages, ``first`` and then those of the running Python.

    Only folders are lent: what .pth files add to the running Python's path, such as an editable install of
    this project, is not.
    """
    lent = [*map(str, first), sysconfig.get_path("purelib"), sysconfig.get_path("platlib")]
    (packages / "lent.pth").write_text("\n".join(dict.fromkeys(lent)) + "\n", encoding="utf-8")


def copy_project(folder):
    """Copy the project to ``folder``, set up as run.py would have done it; return its module run.py."""
    shutil.copytree(ROOT, folder, ignore=LEFT_OUT)
    run = load_run(folder)
    _, packages = make_environment(run.VENV)
    lend_packages(packages, folder / "src")
    for part in ("share/jupyter", "etc/jupyter"):
        target = run.VENV / part
        target.parent.mkdir(parents=True, exist_ok=True)
        try:
            target.symlink_to(Path(sys.prefix) / part, target_is_directory=True)
        except OSError:  # Windows asks for a right that few people have
            shutil.copytree(Path(sys.prefix) / part, target)
    run.STAMP.write_text(json.dumps(run.wanted_stamp()), encoding="utf-8")
    return run
