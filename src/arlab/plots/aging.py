"""What do the aging tables look like as pictures, and who owes most, in a sentence?

Draws Axes from the tables of :mod:`arlab.aging`. It computes no measure and ages nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from arlab.aging import NO_DATE
from arlab.errors import InputRefused
from arlab.plots.buckets import bucket_totals, checked_table, dollars_over_90, name_grid, pooled_grid
from arlab.plots.canvas import (
    FONT_SIZE,
    add_text,
    add_title,
    bucket_colours,
    inches_wide,
    ink_on,
    new_axes,
    plain_labels,
    style,
)
from arlab.plots.words import dollar_text, dollars_sum, share_text, short_dollars, shorten

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["WITHHELD", "describe_aging_by", "plot_aging", "plot_aging_by"]

WITHHELD = "withheld"
"""Bucket of the dollars of a shared table that are not shown by age."""

_UNORDERED = (NO_DATE, WITHHELD)


def plot_aging(
    table: Any,
    *,
    title: str | None = None,
    label: str = "Age in days",
    ax: Axes | None = None,
    width: float = 8.0,
) -> Axes:
    """Draw the open balance per age bucket as bars with their values on them.

    Parameters
    ----------
    table : frame with ``bucket_number``, ``bucket`` and ``balance`` in dollars; further splits are added up
    title : sentence above the bars; by default the finding, computed from the table
    label : what the buckets are
    ax : Axes to draw on; by default on a figure of its own, that no window holds open
    width : width of that figure in inches

    Returns
    -------
    the Axes; bar heights are the balances.

    Raises
    ------
    NotAvailable
        when the table has no row.
    InputRefused
        when a column is missing or a balance is below zero (credits are a table of their own).

    Examples
    --------
    >>> table = pd.DataFrame({"bucket_number": [0, 1], "bucket": ["0-30", "over 30"], "balance": [10., 30.]})
    >>> [float(bar.get_height()) for bar in plot_aging(table).patches]
    [10.0, 30.0]
    """
    totals = bucket_totals(checked_table(table))
    total = dollars_sum(totals["balance"])
    with style() as sns:
        ax = new_axes(width, 3.9) if ax is None else ax
        colours = bucket_colours(totals["bucket"], unordered=_UNORDERED)
        sns.barplot(totals, x="bucket", y="balance", hue="bucket", palette=colours, saturation=1, ax=ax,
                    width=0.72, errorbar=None, legend=False)  # fmt: skip
        highest = max(float(totals["balance"].max()), 0.01)
        ax.set_ylim(0, highest * 1.22)
        for place, balance in enumerate(totals["balance"]):
            value = f"{short_dollars(balance)}\n{share_text(balance, total)}"
            add_text(ax, place, balance + highest * 0.02, value, ha="center", va="bottom", fontsize=FONT_SIZE)
        ax.set(xlabel=label, ylabel="")
        ax.set_yticks([])
        ax.spines[["top", "right", "left"]].set_visible(False)
        plain_labels(ax)
        add_title(ax, title if title is not None else _aging_title(totals, total))
    return ax


def plot_aging_by(
    table: Any,
    *,
    by: str = "payer",
    top: int = 10,
    title: str | None = None,
    ax: Axes | None = None,
    width: float = 8.0,
) -> Axes:
    """Draw one bar per payer (or other split), divided by age; biggest first, the rest pooled in one bar.

    Parameters
    ----------
    table : frame with ``by``, ``bucket_number``, ``bucket`` and ``balance`` in dollars
    by : column to split by
    top : bars drawn on their own before the rest is pooled as "other"
    title, ax, width : as in :func:`plot_aging`

    Returns
    -------
    the Axes: one container of bars per bucket, youngest first, and names and totals as text.

    Raises
    ------
    NotAvailable, InputRefused
        as :func:`plot_aging`.
    """
    if top < 1:
        raise InputRefused(f"plot_aging_by was asked for {top} bars: give top=1 or more.")
    grid = pooled_grid(checked_table(table, by), by=by, top=top)
    totals = [dollars_sum(row) for row in grid.to_numpy()]
    width = width if ax is None else inches_wide(ax)
    with style():
        per_row = max(1, int((width - 0.3) / 1.05))
        key_rows = -(-len(grid.columns) // per_row)
        ax = new_axes(width, 0.9 + 0.3 * key_rows + 0.56 * len(grid)) if ax is None else ax
        longest = max(max(totals), 0.01)
        colours = bucket_colours(grid.columns, unordered=_UNORDERED)
        left = np.zeros(len(grid))
        places = [float(place) for place in range(len(grid))]
        for bucket, colour in zip(grid.columns, colours, strict=True):
            values = grid[bucket].to_numpy()
            bars = ax.barh(
                places, values, left=left, height=0.44, color=colour, edgecolor="white", linewidth=0.7
            )
            for place, value, start in zip(places, values, left, strict=True):
                label = short_dollars(value)
                # A label stands inside its part only where it fits: about 0.085 inch a letter at size 11.
                if value / (longest * 1.2) * width > 0.085 * len(label) + 0.18:
                    add_text(ax, start + value / 2, place, label, ha="center", va="center",
                          color=ink_on(colour), fontsize=FONT_SIZE)  # fmt: skip
            bars.set_label(bucket)
            left = left + values
        letters = int(width * 72 / (FONT_SIZE * 0.62))
        for place, name, amount in zip(places, grid.index, totals, strict=True):
            add_text(ax, 0, place - 0.31, shorten(name, letters), ha="left", va="bottom", fontsize=FONT_SIZE)
            label = f" {short_dollars(amount)}"
            add_text(ax, amount, place, label, ha="left", va="center", fontsize=FONT_SIZE, fontweight="bold")
        ax.set_xlim(0, longest * 1.2)
        ax.set_ylim(len(grid) - 0.6, -0.7 - 0.45 * key_rows)
        ax.set_xticks([])
        ax.set_yticks([])
        ax.spines[["top", "right", "bottom", "left"]].set_visible(False)
        key = ax.legend(loc="upper left", ncols=min(per_row, len(grid.columns)), frameon=False, borderpad=0,
                        borderaxespad=0, handlelength=1, handleheight=0.9, columnspacing=1.2,
                        fontsize=FONT_SIZE, bbox_to_anchor=(0, 1))  # fmt: skip
        for entry in key.get_texts():
            entry.set_parse_math(False)
        add_title(ax, title if title is not None else _by_title(list(grid.index), totals))
    return ax


def describe_aging_by(table: Any, *, by: str = "payer", noun: str = "open balance") -> str:
    """Return where the most is, as a sentence computed from the table.

    Parameters
    ----------
    table : frame with ``by``, ``bucket_number``, ``bucket`` and ``balance`` in dollars

    Raises
    ------
    NotAvailable, InputRefused
        as :func:`plot_aging`.

    Examples
    --------
    >>> table = pd.DataFrame({"payer": ["Oak", "Elm"], "bucket_number": [0, 0], "bucket": ["0-30", "0-30"],
    ...                       "balance": [10.0, 30.0]})
    >>> describe_aging_by(table)
    'The largest of 2 is Elm, with $30.00 of the open balance of $40.00 (75%).'
    """
    grid = name_grid(checked_table(table, by), by=by)
    totals = [dollars_sum(row) for row in grid.to_numpy()]
    total = dollars_sum(totals)
    if not total:
        return f"There is no {noun}."
    shown = dollar_text(totals[0], cents=True)
    whole = dollar_text(total, cents=True)
    if len(grid) == 1:
        return f"The whole {noun} of {whole} is with {grid.index[0]}."
    sentence = (
        f"The largest of {len(grid)} is {grid.index[0]}, with {shown} of the {noun} of {whole}"
        f" ({share_text(totals[0], total)})"
    )
    if len(grid) <= 3:
        return f"{sentence}."
    return f"{sentence}; the three largest together have {share_text(dollars_sum(totals[:3]), total)}."


def _aging_title(totals: pd.DataFrame, total: float) -> str:
    """Return the finding of a chart of aging."""
    if not total:
        return "No open balance"
    over = dollars_over_90(totals)
    undated = dollars_sum(totals.loc[totals["bucket"] == NO_DATE, "balance"])
    if undated == total:
        return f"No date says how old the {short_dollars(total)} is"
    if over is None:
        most, bucket = max(
            zip(totals["balance"], totals["bucket"], strict=True), key=lambda pair: float(pair[0])
        )
        return f"{short_dollars(most)} of {short_dollars(total)} is in {bucket}"
    if undated > total / 2:
        return f"No date says how old {short_dollars(undated)} of the {short_dollars(total)} is"
    if not over and undated:
        return f"None of the {short_dollars(total - undated)} with a date is older than 90 days"
    if not over:
        return f"None of the {short_dollars(total)} is older than 90 days"
    share = share_text(over, total)
    return f"{short_dollars(over)} of {short_dollars(total)} ({share}) is older than 90 days"


def _by_title(names: Sequence[str], totals: Sequence[float]) -> str:
    """Return the finding of a chart of aging by name."""
    total = dollars_sum(totals)
    if not total:
        return "No open balance"
    part = "all" if len(names) == 1 else share_text(totals[0], total)
    return f"{shorten(names[0], 40)}: {part} of the {short_dollars(total)} that is open"
