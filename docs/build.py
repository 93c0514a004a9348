"""Render what is written from data: the data dictionary in data/README.md and the picture of the README.

Run ``python docs/build.py`` after a change of ``data/reference/tables.csv`` or ``columns.csv``, or of the sample.
"""

from pathlib import Path

from arlab.aging import aged_items, aging_table
from arlab.plots import plot_aging, render_png
from arlab.tables import dictionary_text, load_sample

DOCS = Path(__file__).parent
BEGIN = "<!-- dictionary: rendered by docs/build.py from data/reference, do not edit below -->\n"


def write_dictionary() -> None:
    """Write the data dictionary below its mark."""
    path = DOCS.parent / "data" / "README.md"
    head, _, _ = path.read_text(encoding="utf-8").partition(BEGIN)
    path.write_text(head + BEGIN + "\n" + dictionary_text().rstrip() + "\n", encoding="utf-8")


def draw_picture() -> None:
    """Draw the aging report of the sample practice, as the report does."""
    table = aging_table(aged_items(load_sample()))
    axes = plot_aging(table)
    path = DOCS / "images" / "aging.png"
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(render_png(axes, dpi=110))


if __name__ == "__main__":
    write_dictionary()
    draw_picture()
