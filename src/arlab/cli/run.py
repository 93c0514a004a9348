"""How does a command end: with which exit code, and with which one line when it fails?

Errors that the user can mend end with 2, the unexpected with 1 and a log without data, a stop with 130. Every
traceback stops here.
"""

from __future__ import annotations

import contextlib
import logging
import os
import platform
import sys
import tempfile
import traceback
import warnings
from collections.abc import Sequence

import typer
from typer.exceptions import TyperException

from arlab import __version__
from arlab.cli.commands import app
from arlab.cli.folders import work_folder
from arlab.cli.terminal import complain
from arlab.errors import ArlabError

__all__ = ["main", "run"]


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and leave with its exit code."""
    for stream in (sys.stdout, sys.stderr):
        # A console that lacks a letter shows another in its place instead of failing.
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    if not sys.warnoptions:
        # Warnings of libraries may quote data, and a user can do nothing about them.
        warnings.simplefilter("ignore")
    logging.getLogger("arlab").addHandler(logging.NullHandler())
    logging.getLogger("matplotlib").setLevel(logging.ERROR)
    code = 1
    try:
        code = run(arguments)
    except SystemExit as stop:  # a reader that left early, as `head` does
        code = stop.code if isinstance(stop.code, int) else 1
    finally:
        _close_quietly()
    sys.exit(code)


def run(arguments: Sequence[str] | None) -> int:
    """Run one command and return the exit code: 0 done, 1 unexpected, 2 the user can mend it, 130 stopped."""
    try:
        command = typer.main.get_command(app)
        given = None if arguments is None else list(arguments)
        result = command.main(args=given, prog_name="arlab", standalone_mode=False)
        sys.stdout.flush()
        if result == 130:
            complain("Stopped.")
        return result if isinstance(result, int) else 0
    except TyperException as problem:
        message = " ".join(problem.format_message().split()).rstrip(".")
        complain(f"{message}. For what can be asked: arlab --help.")
        return 2
    except ArlabError as problem:
        complain(str(problem))
        return 2
    except (KeyboardInterrupt, typer.Abort):
        complain("Stopped.")
        return 130
    except BrokenPipeError:
        return 1
    except Exception as problem:
        where = _log(problem)
        told = f"the details, without any data, are in {where}" if where else "no log could be written"
        complain(f"Something unexpected went wrong ({type(problem).__name__}); {told}.")
        return 1


def _log(problem: BaseException) -> str:
    """Write type and place of an unexpected error, never its words or values: they may come from the data."""
    lines = [f"AR Lab {__version__}, Python {platform.python_version()}, {platform.system()}"]
    seen: BaseException | None = problem
    while seen is not None:
        lines.append(f"{type(seen).__module__}.{type(seen).__qualname__}")
        frames = traceback.extract_tb(seen.__traceback__, limit=-50)
        lines += [f"  {frame.filename}:{frame.lineno} in {frame.name}" for frame in frames]
        seen = seen.__cause__ or (None if seen.__suppress_context__ else seen.__context__)
    work = work_folder()
    for folder in (work / "logs" if work else None, None):
        try:
            if folder is not None:
                folder.mkdir(parents=True, exist_ok=True)
            handle, name = tempfile.mkstemp(prefix="arlab-error-", suffix=".log", dir=folder)
            with os.fdopen(handle, "w", encoding="utf-8", errors="replace") as file:
                file.write("\n".join(lines) + "\n")
            return name
        except OSError:
            continue
    return ""


def _close_quietly() -> None:
    """Write out what is left; when nobody reads any more, point the stream at nothing."""
    try:
        sys.stdout.flush()
    except (OSError, ValueError, AttributeError):
        with contextlib.suppress(OSError, ValueError, AttributeError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
