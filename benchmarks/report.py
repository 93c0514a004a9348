"""How does every benchmark read its options and say what it found?

A table for people goes to standard error, one JSON object to standard output. It measures nothing.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import platform
import sys
import time
from collections.abc import Mapping, Sequence
from typing import Any

__all__ = ["give", "machine", "option_parser", "say", "say_table", "seed_range", "stopwatch"]


def option_parser(name: str, question: str, *, seeds: int, quick_seeds: int = 1) -> argparse.ArgumentParser:
    """Return the options of every benchmark; a script adds its own to them.

    Parameters
    ----------
    name : the script's name in ``benchmarks/``
    question : what it answers, for ``--help``
    seeds, quick_seeds : how many seeds a full and a quick run take; ``--seeds`` overrules both

    Returns
    -------
    parser whose result has ``quick`` and ``seeds`` (``None`` when not given: see ``--help``).
    """
    parser = argparse.ArgumentParser(prog=f"python -m benchmarks.{name}", description=question)
    parser.add_argument("--quick", action="store_true", help="smaller sizes; an answer within 50 seconds")
    usual = f"seeds 1 to N (usually {seeds}, with --quick {quick_seeds})"
    parser.add_argument("--seeds", type=_count, metavar="N", help=usual)
    parser.set_defaults(usual_seeds=(seeds, quick_seeds))
    return parser


def _count(text: str) -> int:
    """Return a whole number from 1, for argparse."""
    if not text.isdigit() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"must be a whole number from 1, not {text}")
    return int(text)


def seed_range(options: argparse.Namespace) -> range:
    """Return the seeds that the options ask for."""
    full, quick = options.usual_seeds
    return range(1, (options.seeds or (quick if options.quick else full)) + 1)


def machine() -> dict[str, Any]:
    """Return the size of the machine, without naming it."""
    return {"cores": os.cpu_count(), "python": platform.python_version(), "system": platform.system()}


def say(*words: object) -> None:
    """Print a line for people on standard error."""
    print(*words, file=sys.stderr, flush=True)


def say_table(rows: Sequence[Mapping[Any, Any]], *, columns: Sequence[str] | None = None) -> None:
    """Print rows as a table for people on standard error; numbers to the right, words to the left.

    Parameters
    ----------
    rows : one mapping of column to value per row
    columns : the columns and their order; those of the first row when left out
    """
    names = list(columns or (rows[0] if rows else ()))
    cells = [names, *([_cell(row.get(name)) for name in names] for row in rows)]
    width = [max(len(line[place]) for line in cells) for place in range(len(names))]
    right = [bool(rows) and all(_is_number(row.get(name)) for row in rows) for name in names]
    for line in cells:
        padded = zip(line, width, right, strict=True)
        say("  ".join(f"{text:>{w}}" if r else f"{text:<{w}}" for text, w, r in padded).rstrip())


def _is_number(value: object) -> bool:
    return value is None or (isinstance(value, (int, float)) and not isinstance(value, bool))


def _cell(value: object) -> str:
    """Return a value as people read it: four significant digits, nothing for what is missing."""
    if value is None or value != value:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:,.4g}" if abs(value) < 1000 else f"{value:,.0f}"
    return f"{value:,}" if isinstance(value, int) else str(value)


def stopwatch() -> float:
    """Return seconds on a clock that only differences mean something of."""
    return time.perf_counter()


def give(
    name: str,
    *,
    settings: Mapping[str, Any],
    figures: Mapping[str, Any],
    asked: Mapping[str, Any],
    holds: bool,
) -> None:
    """Print the one JSON object of a benchmark on standard output.

    Parameters
    ----------
    name : the script's name
    settings : sizes, seeds and mode, so that the run can be repeated; ``machine`` is added
    figures : what was measured
    asked : what the figures were to be, in the same terms; the quick mode says what it asks less
    holds : whether all that was asked is so
    """
    whole = {
        "name": name,
        "settings": {**settings, "machine": machine()},
        "figures": figures,
        "asked": asked,
        "holds": bool(holds),
    }
    print(json.dumps(_plain(whole), allow_nan=False, ensure_ascii=False))


def _plain(value: Any) -> Any:
    """Return a value as JSON knows it: numpy numbers as numbers, what is not a number as null."""
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple, range)):
        return [_plain(item) for item in value]
    if hasattr(value, "item"):
        value = value.item()
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value if isinstance(value, (str, int, float, bool)) or value is None else str(value)
