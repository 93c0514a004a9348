"""How quickly are files read: CSV against ``pandas.read_csv``, and 835 against oxedi, and in how much memory?

``python -m benchmarks.read [--quick]`` puts ``read_csv`` and ``read_835`` together, which run alone too.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence

from benchmarks import read_835, read_csv
from benchmarks.report import give, option_parser, say_table

__all__ = ["main"]


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print the table and the JSON object."""
    options = option_parser("read", (__doc__ or "").split("\n")[0], seeds=1).parse_args(arguments)
    figures = read_csv.figures_csv(quick=options.quick) | read_835.figures_835(quick=options.quick)
    asked = {name: most * (1 + read_csv.SLACK * options.quick) for name, most in read_csv.ASKED.items()}
    ratio = read_835.ASKED["times_oxedi"] * (1 + read_835.SLACK * options.quick)
    asked |= read_835.ASKED | {"times_oxedi": ratio}
    # What a system cannot tell (the peak outside Linux) is not judged.
    holds = bool(figures["claims_equal_oxedi"]) and all(
        figures[name] is None or figures[name] <= most for name, most in asked.items()
    )
    say_table([{"figure": n, "measured": value, "asked": asked.get(n)} for n, value in figures.items()])
    give("read", settings={"quick": options.quick, "runs": 5}, figures=figures, asked=asked, holds=holds)
    return 0 if holds else 1


if __name__ == "__main__":
    sys.exit(main())
