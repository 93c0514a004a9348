"""What does movement look like as pictures: a roll-rate matrix, a waterfall, balances week by week?

Draws Axes from the tables of :mod:`arlab.movement`. It follows no dollar; the words are the ``describe_`` functions
there.
"""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING, Any

import narwhals.stable.v2 as nw
import numpy as np
import pandas as pd

from arlab.aging import NO_DATE
from arlab.errors import InputRefused, NotAvailable
from arlab.movement import FIRST_OTHER, PARTS
from arlab.plots.canvas import (
    FONT_SIZE,
    GREY,
    add_text,
    add_title,
    bucket_colours,
    inches_wide,
    ink_on,
    new_axes,
    plain_labels,
    style,
)
from arlab.plots.words import dollars_sum, share_text, short_dollars

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["plot_roll_matrix", "plot_waterfall", "plot_weekly_balances"]

_BLUE = "#0072B2"
_STEP_NAMES = {
    "charges": "charges",
    "payer_paid": "paid by payers",
    "patient_paid": "paid by patients",
    "contractual": "contractual",
    "written_off": "written off",
    "bad_debt": "bad debt",
    "moved": "moved",
    "refunded": "refunded",
    "taken_back": "taken back",
    "reversed": "reversed",
    "other": "other",
}


def plot_roll_matrix(
    table: Any, *, title: str | None = None, ax: Axes | None = None, width: float = 12.0
) -> Axes:
    """Draw a roll-rate matrix: for each bucket of the first day, which share of its dollars went where.

    Parameters
    ----------
    table : of :func:`arlab.movement.roll_table`, or :func:`arlab.movement.movement_table`; groups are added up
    title : sentence above the matrix; by default the finding, computed from the table
    ax : Axes to draw on; by default on a figure of its own, that no window holds open
    width : width of that figure in inches

    Returns
    -------
    the Axes: a row per bucket that had dollars on the first day, darker for a larger share of the row. What came in
    after the first day is not drawn.

    Raises
    ------
    NotAvailable
        when nothing was open on the first day.
    InputRefused
        when a column is missing.

    Examples
    --------
    >>> table = pd.DataFrame({"from_number": [0, 0], "from_bucket": "0-30", "to_number": [1, 121],
    ...     "to_bucket": ["31-60", "paid by payer"], "balance": [40.0, 120.0]})
    >>> [text.get_text() for text in plot_roll_matrix(table).texts]
    ['25%', '75%', '$160']
    """
    rows = _checked(table, "roll_table", ("from_number", "from_bucket", "to_number", "to_bucket", "balance"))
    rows = rows[rows["from_number"] < FIRST_OTHER]
    if rows.empty:
        raise NotAvailable("There is no roll-rate matrix to draw: nothing was open on the first day.")
    sums = rows.groupby(["from_number", "from_bucket", "to_number", "to_bucket"])["balance"].agg(dollars_sum)
    grid = sums.reset_index()
    froms = grid[["from_number", "from_bucket"]].drop_duplicates().sort_values("from_number")["from_bucket"]
    tos = grid[["to_number", "to_bucket"]].drop_duplicates().sort_values("to_number")["to_bucket"]
    wide = grid.pivot_table(index="from_bucket", columns="to_bucket", values="balance", aggfunc="sum")
    cells = wide.reindex(index=froms, columns=tos).fillna(0.0).to_numpy()
    totals = [dollars_sum(row) for row in cells]
    shares = cells / np.array(totals)[:, None]
    with style():
        from matplotlib.colors import LinearSegmentedColormap

        ax = new_axes(width, 2.0 + 0.5 * len(totals)) if ax is None else ax
        scale = LinearSegmentedColormap.from_list("shares", ["#EAF2F8", _BLUE])
        ax.imshow(np.ma.masked_equal(shares, 0), cmap=scale, vmin=0, vmax=1, aspect="auto")
        for row, total in enumerate(totals):
            for column, share in enumerate(shares[row]):
                if share:
                    red, green, blue = scale(share)[:3]
                    # A cell is narrow: signs in place of words.
                    text = share_text(cells[row, column], total).replace("under ", "<").replace("over ", ">")
                    add_text(ax, column, row, text, ha="center", va="center", fontsize=FONT_SIZE,
                             color=ink_on((float(red), float(green), float(blue))))  # fmt: skip
            add_text(ax, len(tos) - 0.42, row, short_dollars(total), ha="left", va="center",
                     fontsize=FONT_SIZE, fontweight="bold")  # fmt: skip
        ax.set_xlim(-0.5, len(tos) + 0.35)
        ax.set_xticks(range(len(tos)), [_wrapped(name, 9) for name in tos])
        ax.set_yticks(range(len(froms)), list(froms))
        ax.set(xlabel="Where the dollars are on the second day", ylabel="Bucket on the first day")
        ax.spines[["top", "right", "bottom", "left"]].set_visible(False)
        plain_labels(ax)
        add_title(ax, title if title is not None else _matrix_title(rows, dollars_sum(totals)))
    return ax


def plot_waterfall(
    table: Any, *, title: str | None = None, ax: Axes | None = None, width: float = 10.0
) -> Axes:
    """Draw how AR went from one day to another: a bar for each kind of posting, hung between opening and closing.

    Parameters
    ----------
    table : of :func:`arlab.movement.waterfall_table`; parties, groups and periods are added up
    title, ax, width : as in :func:`plot_roll_matrix`

    Returns
    -------
    the Axes: the first bar is the opening balance, the last the closing one; a kind without dollars has none.

    Raises
    ------
    NotAvailable, InputRefused
        when the table has no row; when a column is missing.

    Examples
    --------
    >>> parts = dict.fromkeys(PARTS, 0.0) | {"charges": 160.0, "payer_paid": -40.0}
    >>> days = {"from_day": pd.to_datetime(["2026-05-31"]), "to_day": pd.to_datetime(["2026-06-30"])}
    >>> ax = plot_waterfall(pd.DataFrame({**days, "opening": [10.0], **parts, "closing": [130.0]}))
    >>> [float(bar.get_height()) for bar in ax.patches]
    [10.0, 160.0, -40.0, 130.0]
    """
    rows = _checked(table, "waterfall_table", ("from_day", "to_day", "opening", *PARTS, "closing"))
    if rows.empty:
        raise NotAvailable("There is no movement to draw: the table has no row.")
    first, last = rows["from_day"].min(), rows["to_day"].max()
    opening = dollars_sum(rows.loc[rows["from_day"] == first, "opening"])
    closing = dollars_sum(rows.loc[rows["to_day"] == last, "closing"])
    steps = [(_STEP_NAMES[part], dollars_sum(rows[part])) for part in PARTS]
    steps = [(name, amount) for name, amount in steps if amount]
    bars = [(_short_day(first), 0.0, opening)]
    level = opening
    for name, amount in steps:
        bars.append((name, level, amount))
        level = dollars_sum([level, amount])
    bars.append((_short_day(last), 0.0, closing))
    with style():
        ax = new_axes(width, 4.2) if ax is None else ax
        reach = max(max(start, start + height) for _, start, height in bars)
        lowest = min(0.0, *(min(start, start + height) for _, start, height in bars))
        unit = max(reach - lowest, 0.01)
        for place, (_, start, height) in enumerate(bars):
            ends = place in (0, len(bars) - 1)
            ax.bar(place, height, bottom=start, width=0.66, color=_BLUE if ends else GREY)
            label = short_dollars(height) if ends or height < 0 else f"+{short_dollars(height)}"
            top = max(start, start + height)
            add_text(ax, place, top + unit * 0.02, label, ha="center", va="bottom", fontsize=FONT_SIZE)
        for place, (_, start, height) in enumerate(bars[:-1]):
            ax.plot([place + 0.33, place + 0.67], [start + height] * 2, color=GREY, linewidth=0.8)
        ax.axhline(0, color=GREY, linewidth=0.8)
        ax.set_ylim(lowest - unit * 0.03, reach + unit * 0.12)
        letters = max(6, int(inches_wide(ax) / len(bars) * 72 / (FONT_SIZE * 0.62)))
        ax.set_xticks(range(len(bars)), [_wrapped(name, letters) for name, *_ in bars])
        ax.set_yticks([])
        ax.spines[["top", "right", "left", "bottom"]].set_visible(False)
        plain_labels(ax)
        add_title(ax, title if title is not None else _waterfall_title(opening, closing))
    return ax


def plot_weekly_balances(
    table: Any, *, title: str | None = None, ax: Axes | None = None, width: float = 10.0
) -> Axes:
    """Draw the open balance of each day as a bar, divided by age, youngest at the bottom.

    Parameters
    ----------
    table : of :func:`arlab.movement.weekly_balance_table`; groups are added up
    title, ax, width : as in :func:`plot_roll_matrix`

    Returns
    -------
    the Axes: one container of bars per bucket, youngest first; the first, the last and the highest bar carry their
    total.

    Raises
    ------
    NotAvailable, InputRefused
        when the table has no row; when a column is missing.

    Examples
    --------
    >>> days = pd.to_datetime(["2026-06-23", "2026-06-30"])
    >>> table = pd.DataFrame({"day": days, "bucket_number": 0, "bucket": "0-30", "balance": [160.0, 200.0]})
    >>> [text.get_text() for text in plot_weekly_balances(table).texts]
    ['$160', '$200']
    """
    rows = _checked(table, "weekly_balance_table", ("day", "bucket_number", "bucket", "balance"))
    if rows.empty:
        raise NotAvailable("There is no open balance to draw: the table has no row.")
    names = rows[["bucket_number", "bucket"]].drop_duplicates().sort_values("bucket_number")["bucket"]
    grid = rows.pivot_table(
        index="day", columns="bucket", values="balance", aggfunc=dollars_sum, fill_value=0.0
    )
    grid = grid.reindex(columns=names)
    totals = [dollars_sum(row) for row in grid.to_numpy()]
    with style():
        ax = new_axes(width, 4.6) if ax is None else ax
        highest = max(max(totals), 0.01)
        below = np.zeros(len(grid))
        for name, colour in zip(names, bucket_colours(names, unordered=(NO_DATE,)), strict=True):
            ax.bar(range(len(grid)), grid[name], bottom=below, width=0.72, color=colour, edgecolor="white",
                   linewidth=0.7, label=name)  # fmt: skip
            below = below + grid[name].to_numpy()
        for place in sorted({0, len(totals) - 1, totals.index(max(totals))}):
            add_text(ax, place, totals[place] + highest * 0.02, short_dollars(totals[place]), ha="center",
                     va="bottom", fontsize=FONT_SIZE, fontweight="bold")  # fmt: skip
        ax.set_ylim(0, highest * 1.24)
        per_label = max(1, -(-len(grid) * 60 // int(inches_wide(ax) * 72)))
        shown = sorted(range(len(grid) - 1, -1, -per_label))
        ax.set_xticks(shown, [_short_day(day) for day in grid.index[shown]])
        ax.set_yticks([])
        ax.spines[["top", "right", "left"]].set_visible(False)
        key = ax.legend(loc="upper left", ncols=len(names), frameon=False, borderpad=0, borderaxespad=0,
                        handlelength=1, handleheight=0.9, columnspacing=1.2, fontsize=FONT_SIZE)  # fmt: skip
        for entry in key.get_texts():
            entry.set_parse_math(False)
        add_title(ax, title if title is not None else _weeks_title(grid.index, totals))
    return ax


def _checked(table: Any, maker: str, wanted: tuple[str, ...]) -> pd.DataFrame:
    """Return the columns to draw as pandas, or say in one sentence why there is nothing to draw."""
    try:
        lazy = nw.from_native(table).lazy()
    except TypeError:
        raise InputRefused(f"A chart needs a table, not a {type(table).__name__}.") from None
    missing = [name for name in wanted if name not in lazy.collect_schema().names()]
    if missing:
        raise InputRefused(f"This chart needs the column '{missing[0]}': make the table with {maker}.")
    frame: pd.DataFrame = lazy.select(*wanted).collect("pandas").to_native()
    return frame


def _matrix_title(rows: pd.DataFrame, total: float) -> str:
    """Return the finding of a roll-rate matrix."""
    still = rows[rows["to_number"] < FIRST_OTHER]
    older = dollars_sum(still.loc[still["to_number"] > still["from_number"], "balance"])
    left = share_text(dollars_sum(still["balance"]), total)
    return f"Of {short_dollars(total)}, {left} is still open, {share_text(older, total)} in an older bucket"


def _waterfall_title(opening: float, closing: float) -> str:
    """Return the finding of a waterfall."""
    change = dollars_sum([closing, -opening])
    if not change:
        return f"AR is what it was: {short_dollars(closing)}"
    return (
        f"AR {'rose' if change > 0 else 'fell'} by {short_dollars(abs(change))} to {short_dollars(closing)}"
    )


def _weeks_title(days: Any, totals: list[float]) -> str:
    """Return the finding of balances week by week."""
    change = dollars_sum([totals[-1], -totals[0]])
    if len(totals) == 1 or not change:
        return f"{short_dollars(totals[-1])} is open on {_day(days[-1])}"
    turn = "more" if change > 0 else "less"
    return f"{short_dollars(totals[-1])} is open, {short_dollars(abs(change))} {turn} than on {_day(days[0])}"


def _wrapped(name: str, letters: int) -> str:
    return textwrap.fill(name, letters, break_long_words=False)


def _short_day(day: Any) -> str:
    return f"{day.strftime('%b')} {day.day}"


def _day(day: Any) -> str:
    return str(day)[:10]
