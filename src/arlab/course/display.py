"""How does a table look in a lesson: dollars with cents, days as days, no row numbers?

Writes tables as HTML and as text for a notebook's output, and errors as one sentence. It changes no value.
"""

from __future__ import annotations

import html
import re
from typing import Any

import pandas as pd

from arlab.errors import ArlabError

__all__ = ["Words", "install_display", "table_html", "table_text", "words_html"]

MOST_ROWS = 20
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_UNBROKEN = "; white-space: nowrap"
# Whole numbers that name something rather than count it are written without thousands separators.
_NAMES_A_THING = ("year", "rank", "number", "id")
# Keeps two dollar signs from being read as the ends of a formula, by the older and the newer name of the rule.
_NO_FORMULAS = 'class="tex2jax_ignore mathjax_ignore"'


def words_html(text: str) -> str:
    """Return a sentence as a paragraph that breaks between words and has no formulas in it."""
    return f"<p {_NO_FORMULAS}>{html.escape(text)}</p>"


class Words(str):
    """A sentence that a notebook shows without quotes."""

    __slots__ = ()

    def __repr__(self) -> str:
        return str(self)

    def _repr_html_(self) -> str:
        return words_html(self)


def _shown(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the first rows as text, with a named index as columns of its own."""
    named = [name for name in frame.index.names if name is not None]
    whole = frame.reset_index() if named else frame
    part = whole.head(MOST_ROWS)
    text = {f"{place}": _column(part.iloc[:, place], str(name)) for place, name in enumerate(whole.columns)}
    result = pd.DataFrame(text, dtype=object)
    result.columns = pd.Index([str(name).replace("_", " ") for name in whole.columns])
    return result


def _column(values: pd.Series, name: str) -> list[str]:
    return [_cell(value, name) for value in values]


def _cell(value: Any, name: str) -> str:
    """Return one value as people write it; an empty value is nothing."""
    if isinstance(value, (list, tuple, dict, set)):
        return str(value)
    if pd.isna(value):
        return ""
    if isinstance(value, bool) or type(value).__name__ in ("bool", "bool_"):
        return "yes" if value else "no"
    if hasattr(value, "strftime"):
        return f"{value:%Y-%m-%d}"
    if isinstance(value, float):
        return f"{value:.1%}" if name.endswith("share") else f"{value + 0.0:,.2f}"
    if hasattr(value, "__index__"):
        return f"{value}" if name.split("_")[-1] in _NAMES_A_THING else f"{value:,}"
    return str(value)


def _is_number(values: pd.Series) -> bool:
    return pd.api.types.is_numeric_dtype(values) and not pd.api.types.is_bool_dtype(values)


def _sides(frame: pd.DataFrame) -> list[str]:
    """Return where each shown column is lined up: numbers right, words left."""
    named = [name for name in frame.index.names if name is not None]
    whole = frame.reset_index() if named else frame
    return ["right" if _is_number(whole.iloc[:, i]) else "left" for i in range(whole.shape[1])]


def _more(frame: pd.DataFrame) -> str:
    return f"The first {MOST_ROWS} of {len(frame):,} rows." if len(frame) > MOST_ROWS else ""


def table_html(frame: pd.DataFrame) -> str:
    """Return a table as HTML, every value escaped, words left and numbers right, no day broken at its dashes.

    Examples
    --------
    >>> table_html(pd.DataFrame({"balance": [1234.5]})).count("1,234.50")
    1
    """
    shown, sides = _shown(frame), _sides(frame)
    head = "".join(
        f'<th style="text-align: {side}">{html.escape(name)}</th>'
        for name, side in zip(shown.columns, sides, strict=True)
    )
    rows = [
        "".join(
            f'<td style="text-align: {side}{_UNBROKEN if _DAY.fullmatch(value) else ""}">{html.escape(value)}</td>'
            for value, side in zip(row, sides, strict=True)
        )
        for row in shown.itertuples(index=False, name=None)
    ]
    body = "\n".join(f"<tr>{row}</tr>" for row in rows)
    more = f"\n<p>{_more(frame)}</p>" if _more(frame) else ""
    return (
        f"<table {_NO_FORMULAS}>\n<thead>\n<tr>{head}</tr>\n</thead>\n<tbody>\n{body}\n</tbody>\n"
        f"</table>{more}"
    )


def table_text(frame: pd.DataFrame) -> str:
    """Return a table as lines of text.

    Examples
    --------
    >>> print(table_text(pd.DataFrame({"payer": ["Oak"], "over_90_share": [0.25]})))
    payer  over 90 share
    Oak            25.0%
    """
    shown, sides = _shown(frame), _sides(frame)
    columns = []
    for place, side in enumerate(sides):
        cells = [shown.columns[place], *shown.iloc[:, place]]
        width = max(len(cell) for cell in cells)
        columns.append([cell.rjust(width) if side == "right" else cell.ljust(width) for cell in cells])
    lines = ["  ".join(cells).rstrip() for cells in zip(*columns, strict=True)]
    return "\n".join([*lines, _more(frame)] if _more(frame) else lines)


def install_display() -> None:
    """Let a notebook show every pandas table this way and say our errors in one sentence.

    Outside a notebook nothing happens.
    """
    pd.set_option("display.html.use_mathjax", False)
    try:
        from IPython import get_ipython
    except ImportError:
        return
    shell = get_ipython()
    if shell is None:
        return
    as_html = shell.display_formatter.formatters["text/html"]
    as_text = shell.display_formatter.formatters["text/plain"]
    for kind in (pd.DataFrame, pd.Series):
        as_html.for_type(kind, lambda values: table_html(_frame(values)))
        as_text.for_type(kind, lambda values, printer, _cycle: printer.text(table_text(_frame(values))))
    shell.set_custom_exc((ArlabError,), _one_sentence)


def _one_sentence(shell: Any, kind: Any, error: Any, trace: Any, tb_offset: Any = None) -> list[str]:
    """Show a learner what went wrong and what to do, not the library's own lines above it."""
    sentence = [str(error)]
    shell._showtraceback(kind, error, sentence)
    return sentence


def _frame(values: pd.DataFrame | pd.Series) -> pd.DataFrame:
    return values.to_frame() if isinstance(values, pd.Series) else values
