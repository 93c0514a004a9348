"""How is a line printed so that no console fails and no name from a file steers it?

Prints and folds text, and shows progress on a terminal. It knows no command.
"""

from __future__ import annotations

import contextlib
import shutil
import sys
import textwrap
import unicodedata
from collections.abc import Callable, Collection, Iterator, Sequence

__all__ = ["complain", "folded", "say", "say_columns", "say_heading", "say_rows", "show_progress"]

STEPS = 5


def say(text: str) -> None:
    """Print one or more lines of answer."""
    print(_printable(text))  # noqa: T201 - the command line is where the library's answers are printed


def complain(text: str) -> None:
    """Print one line on standard error."""
    line = " ".join(_printable(text).split())
    with contextlib.suppress(OSError, ValueError):
        print(f"arlab: {line}", file=sys.stderr)  # noqa: T201


def say_heading(text: str) -> None:
    """Print an empty line and a heading."""
    say(f"\n{text}\n{'-' * len(text)}")


def say_rows(rows: Sequence[Sequence[str]]) -> None:
    """Print short cells aligned, two spaces apart; the last cell of a row may be long."""
    widths = [min(36, max(len(cell) for cell in cells)) for cells in zip(*rows, strict=True)]
    for row in rows:
        say("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())


def say_columns(head: Sequence[str], rows: Sequence[Sequence[str]], *, right: Collection[int]) -> None:
    """Print a table with its head; the columns at these places are amounts and end in line."""
    lines = [tuple(head), *map(tuple, rows)]
    widths = [max(len(cell) for cell in cells) for cells in zip(*lines, strict=True)]
    for line in lines:
        cells = [
            cell.rjust(width) if place in right else cell.ljust(width)
            for place, (cell, width) in enumerate(zip(line, widths, strict=True))
        ]
        say("  ".join(cells).rstrip())


def folded(text: str, *, indent: str = "") -> str:
    """Return a sentence in lines of at most 100 letters."""
    return textwrap.fill(text, 100, initial_indent=indent, subsequent_indent=indent, break_long_words=False,
                         break_on_hyphens=False)  # fmt: skip


@contextlib.contextmanager
def show_progress(name: str, *, steps: int = STEPS) -> Iterator[Callable[[str], None]]:
    """Show on a terminal, and only there, which of so many steps is being worked on."""
    from tqdm import tqdm

    shown = sys.stderr is not None and sys.stderr.isatty()
    bar = tqdm(
        total=steps,
        leave=False,
        disable=not shown,
        mininterval=0,
        ncols=shutil.get_terminal_size().columns,
        nrows=24,  # a terminal that does not know its size would show nothing
        bar_format="{desc} {bar:20} {n_fmt}/{total_fmt}",
    )

    def step(text: str) -> None:
        bar.set_description_str(_printable(f"{name}: {text}"))
        bar.update(1)

    with bar:
        yield step


def _printable(text: str) -> str:
    """Return text without control letters: a name from a file must not steer the terminal."""
    text = text.replace("\u00a0", " ")
    return "".join(c if c == "\n" or unicodedata.category(c) not in ("Cc", "Cf") else " " for c in text)
