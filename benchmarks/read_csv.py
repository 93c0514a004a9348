"""How long does reading an export of a million claims take, against ``pandas.read_csv`` of the same file?

The table part of ``benchmarks.read``; ``python -m benchmarks.read_csv [--quick]`` runs it alone. Files are the
sample practice's claim list, repeated under new claim numbers.
"""

from __future__ import annotations

import itertools
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
import pandas as pd

from arlab.importers import read_export
from arlab.synth.export import make_export
from arlab.tables import load_sample
from benchmarks.report import give, option_parser, say_table, stopwatch

__all__ = ["ASKED", "SLACK", "figures_csv", "write_claims"]

ASKED = {"times_read_csv": 4.0}
SLACK = 0.25  # of the ratio, in quick mode
_ROWS = {"full": 1_000_000, "quick": 200_000}
_RUNS = 5
_FORMS = ("claims", "shuffled", "messy")
_MESSES = ("currency_text", "parentheses", "title_rows", "blank_rows", "crlf")


def figures_csv(*, quick: bool) -> dict[str, Any]:
    """Return the times against ``pandas.read_csv``, as medians of interleaved runs.

    ``times_read_csv`` is of the clean claim list in the order of its numbers, the file that was asked for;
    ``times_read_csv_shuffled`` of the same rows in no order and ``times_read_csv_messy`` of one with amounts as
    text, titles above and blank rows between, which pandas reads without understanding a cell.
    """
    rows = _ROWS["quick" if quick else "full"]
    figures: dict[str, Any] = {"rows": rows}
    with tempfile.TemporaryDirectory() as folder:
        for form in _FORMS:
            path = Path(folder) / f"{form}.csv"
            figures |= _times(path, form, write_claims(path, rows=rows, form=form))
            path.unlink()
    return figures


def write_claims(path: Path, *, rows: int, form: str = "claims") -> int:
    """Write an export of ``rows`` claims and return how many lines stand above its column names.

    Parameters
    ----------
    form : ``claims``, ``shuffled`` (in no order) or ``messy``
    """
    export = make_export(load_sample(), layout="claims", messy=_MESSES if form == "messy" else False, seed=1)
    lines = export.content.decode(export.record["encoding"]).splitlines()
    head = export.record["header_row"]
    numbers = np.arange(rows) if form != "shuffled" else np.random.default_rng(1).permutation(rows)
    left = iter(numbers.tolist())
    with path.open("w", encoding="utf-8", newline="\n") as file:
        file.writelines(f"{line}\n" for line in lines[:head])
        for line in itertools.cycle(lines[head:]):
            own, _, rest = line.partition(",")
            number = next(left, None) if own else 0
            if number is None:
                break
            file.write(f"C{number:08d},{rest}\n" if own else f"{line}\n")
    return int(head) - 1


def _times(path: Path, form: str, above: int) -> dict[str, Any]:
    """Return seconds and ratio of reading a file by pandas and by us, in turn."""
    seconds: dict[str, list[float]] = {"read_csv": [], "read_export": []}
    for _ in range(_RUNS):
        start = stopwatch()
        pd.read_csv(path, skiprows=above)
        seconds["read_csv"].append(stopwatch() - start)
        start = stopwatch()
        found = read_export(path, as_of="2026-06-30")
        seconds["read_export"].append(stopwatch() - start)
        if not (found.reconciliation.ties_out and found.reconciliation.quarantined == 0):
            raise RuntimeError(f"the {form} file was not read as it was written")
    name = "times_read_csv" if form == "claims" else f"times_read_csv_{form}"
    own = {f"{reader}_seconds_{form}": median(each) for reader, each in seconds.items()}
    return {name: median(seconds["read_export"]) / median(seconds["read_csv"]), **own}


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print the table and the JSON object."""
    options = option_parser("read_csv", (__doc__ or "").split("\n")[0], seeds=1).parse_args(arguments)
    figures = figures_csv(quick=options.quick)
    asked = {name: most * (1 + SLACK * options.quick) for name, most in ASKED.items()}
    holds = all(figures[name] <= most for name, most in asked.items())
    say_table([{"figure": n, "measured": value, "asked": asked.get(n)} for n, value in figures.items()])
    settings = {"quick": options.quick, "runs": _RUNS}
    give("read_csv", settings=settings, figures=figures, asked=asked, holds=holds)
    return 0 if holds else 1


if __name__ == "__main__":
    sys.exit(main())
