"""Render what is written from data: the data dictionary in data/README.md.

Run ``python docs/build.py`` after a change of ``data/reference/tables.csv`` or ``columns.csv``.
"""

from pathlib import Path

from arlab.tables import dictionary_text

BEGIN = "<!-- dictionary: rendered by docs/build.py from data/reference, do not edit below -->\n"


def main() -> None:
    """Write the data dictionary below its mark."""
    path = Path(__file__).parents[1] / "data" / "README.md"
    head, _, _ = path.read_text(encoding="utf-8").partition(BEGIN)
    path.write_text(head + BEGIN + "\n" + dictionary_text().rstrip() + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
