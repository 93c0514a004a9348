"""Lint, format and types are clean, by the settings in pyproject.toml."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


@pytest.mark.parametrize(
    "command",
    [["ruff", "check", "--no-cache"], ["ruff", "format", "--check", "--no-cache"], ["mypy"]],
    ids=" ".join,
)
def test_it_is_clean(command, tmp_path):
    cache = ["--cache-dir", str(tmp_path)] if command == ["mypy"] else ["."]
    done = subprocess.run(
        [sys.executable, "-m", *command, *cache], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
