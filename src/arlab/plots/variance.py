"""Which payers allow less than they should, and is it again and again the same?

Draws Axes from the table of :func:`arlab.variance.variance_table`. It compares no line.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from arlab.errors import InputRefused, NotAvailable
from arlab.frames import to_pandas
from arlab.plots.canvas import FONT_SIZE, add_text, add_title, inches_wide, new_axes, style
from arlab.plots.words import dollars_sum, share_text, short_dollars, shorten

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["plot_variance"]

_PARTS = {"systematic": ("again and again in one ratio", "#D55E00"), "isolated": ("single lines", "#0072B2")}


def plot_variance(
    table: Any,
    *,
    by: str = "payer",
    top: int = 10,
    title: str | None = None,
    ax: Axes | None = None,
    width: float = 8.0,
) -> Axes:
    """Draw the dollars short per payer (or other split), biggest first, what comes again and again apart.

    Parameters
    ----------
    table : frame of :func:`arlab.variance.variance_table` with the column ``by``; further splits are added up
    by : column to split by
    top : bars drawn on their own before the rest is pooled as "other"
    title : sentence above the bars; by default the finding, computed from the table
    ax : Axes to draw on; by default on a figure of its own, that no window holds open
    width : width of that figure in inches

    Returns
    -------
    the Axes: a container of bars for ``systematic`` and one for ``isolated``, whose widths are dollars, and names
    and totals as text.

    Raises
    ------
    NotAvailable
        when nothing is short.
    InputRefused
        when a column is missing or ``top`` is below 1.

    Examples
    --------
    >>> table = pd.DataFrame({"payer": ["Oak", "Elm"], "systematic": [0.0, 20.0], "isolated": [10.0, 0.0]})
    >>> [[float(bar.get_width()) for bar in part] for part in plot_variance(table).containers]
    [[20.0, 0.0], [0.0, 10.0]]
    """
    grid = _grid(table, by, top)
    width = width if ax is None else inches_wide(ax)
    with style():
        ax = new_axes(width, 1.1 + 0.56 * len(grid)) if ax is None else ax
        longest = float(grid.sum(axis=1).max())
        places, left = list(range(len(grid))), [0.0] * len(grid)
        for part, (words, colour) in _PARTS.items():
            bars = ax.barh(places, grid[part], left=left, height=0.44, color=colour)
            bars.set_label(words)
            left = [start + value for start, value in zip(left, grid[part], strict=True)]
        letters = int(width * 72 / (FONT_SIZE * 0.62))
        for place, (name, total) in enumerate(zip(grid.index, left, strict=True)):
            add_text(ax, 0, place - 0.31, shorten(name, letters), ha="left", va="bottom", fontsize=FONT_SIZE)
            add_text(ax, total, place, f" {short_dollars(total)}", ha="left", va="center", fontsize=FONT_SIZE,
                     fontweight="bold")  # fmt: skip
        ax.set_xlim(0, longest * 1.2)
        ax.set_ylim(len(grid) - 0.6, -1.15)
        ax.set_xticks([])
        ax.set_yticks([])
        ax.spines[["top", "right", "bottom", "left"]].set_visible(False)
        ax.legend(loc="upper left", ncols=2, frameon=False, borderpad=0, borderaxespad=0, handlelength=1,
                  handleheight=0.9, fontsize=FONT_SIZE, bbox_to_anchor=(0, 1))  # fmt: skip
        add_title(ax, title if title is not None else _title(grid))
    return ax


def _grid(table: Any, by: str, top: int) -> pd.DataFrame:
    """Return one row per name, biggest first, with the two parts in dollars; the rest in one last row."""
    if top < 1:
        raise InputRefused(f"plot_variance was asked for {top} bars: give top=1 or more.")
    frame: pd.DataFrame = to_pandas(table)
    missing = [name for name in (by, *_PARTS) if name not in frame.columns]
    if missing:
        raise InputRefused(
            f"A chart of variance needs the column '{missing[0]}': make the table with variance_table."
        )
    named = frame.assign(
        **{by: frame[by].astype("object").where(frame[by].notna(), "not stated").astype(str)}
    )
    grid = named.groupby(by)[list(_PARTS)].agg(dollars_sum)
    grid = grid[grid.sum(axis=1) > 0]
    if grid.empty:
        raise NotAvailable("There is no underpayment to draw: no compared line is short.")
    totals = {str(name): dollars_sum(row) for name, row in zip(grid.index, grid.to_numpy(), strict=True)}
    grid = grid.reindex(sorted(totals, key=lambda name: (-totals[name], name)))
    rest = grid.iloc[top:]
    if len(rest) < 2:
        return grid
    other = pd.DataFrame([[dollars_sum(rest[part]) for part in _PARTS]], columns=list(_PARTS))
    return pd.concat([grid.iloc[:top], other.set_axis([f"other ({len(rest)} together)"])])


def _title(grid: pd.DataFrame) -> str:
    """Return the finding: who is shortest, and whether it is one mistake made again and again."""
    totals = [dollars_sum(row) for row in grid.to_numpy()]
    whole, again = dollars_sum(totals), dollars_sum(grid["systematic"])
    part = "all" if len(grid) == 1 else share_text(totals[0], whole)
    said = f"{shorten(str(grid.index[0]), 40)}: {part} of the {short_dollars(whole)} allowed short"
    return f"{said}; {share_text(again, whole)} in one ratio again and again" if again else said
