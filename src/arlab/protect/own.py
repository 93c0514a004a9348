"""Which words does the product itself write?

Reads the texts of the modules that make a report, so that a patient called Page does not forbid the word "page". It
reads no data.
"""

from __future__ import annotations

import ast
import functools
from importlib import resources

from arlab.reference import read_rows

__all__ = ["own_texts"]

_WRITERS = ("report", "plots", "protect", "aging.py")


@functools.cache
def own_texts() -> tuple[str, ...]:
    """Return every text that stands in the code and the template of a report, docstrings left out."""
    texts: list[str] = []
    for name in _WRITERS:
        place = resources.files("arlab").joinpath(name)
        for file in [place] if place.is_file() else sorted(place.iterdir(), key=lambda f: f.name):
            if file.name.endswith(".py"):
                texts += _texts_of(file.read_text(encoding="utf-8"))
            elif file.name.endswith(".j2"):
                texts.append(file.read_text(encoding="utf-8"))
    texts += [cell for row in read_rows("metric_definitions") for cell in row.values()]
    return tuple(texts)


def _texts_of(source: str) -> list[str]:
    tree = ast.parse(source)
    described = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef)
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    return [
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in described
    ]
