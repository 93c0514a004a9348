"""What do the curves of the months look like, and is the newest one behind?

Draws Axes from the table of :func:`arlab.metrics.liquidation_table`. It computes no curve and fills no empty cell.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from arlab.errors import InputRefused, NotAvailable
from arlab.frames import to_pandas
from arlab.plots.canvas import FONT_SIZE, GREY, add_text, add_title, new_axes, style
from arlab.plots.words import dollars_sum, share_text

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["plot_liquidation"]

_SUBJECT, _NOTICE = "#0072B2", "#D55E00"
_WANTED = ("month", "days", "mature", "charges", "resolved_share")


def plot_liquidation(
    table: Any, *, title: str | None = None, ax: Axes | None = None, width: float = 8.0
) -> Axes:
    """Draw one curve per month of service, all months together in blue, and the newest with two points in red.

    Parameters
    ----------
    table : frame of :func:`arlab.metrics.liquidation_table` made without ``by``
    title : sentence above the curves; by default the finding, computed from the table
    ax : Axes to draw on; by default on a figure of its own, that no window holds open
    width : width of that figure in inches

    Returns
    -------
    the Axes: a line per month (grey), then the newest month with two mature cells (vermillion), then all mature
    cells together (blue), each point of which is labelled. The heights are shares of the charges.

    Raises
    ------
    NotAvailable
        when no cell is mature.
    InputRefused
        when a column is missing, or the table is split.

    Examples
    --------
    >>> table = pd.DataFrame({"month": "2026-01", "days": [30, 60], "mature": [1, 1], "charges": [80.0, 80.0],
    ...     "resolved_share": [0.5, 0.75]})
    >>> [float(share) for share in plot_liquidation(table).lines[-1].get_ydata()]
    [0.5, 0.75]
    """
    cells = _mature(table)
    together = _together(cells)
    counts = cells.groupby("month")["days"].count()
    newest = max(counts.index[counts > 1], default=None)
    with style():
        ax = new_axes(width, 4.4) if ax is None else ax
        for month, part in cells.groupby("month"):
            if month != newest:
                ax.plot(
                    part["days"], part["resolved_share"], color=GREY, linewidth=0.9, alpha=0.45, marker="."
                )
        if newest is not None:
            part = cells[cells["month"] == newest]
            ax.plot(
                part["days"], part["resolved_share"], color=_NOTICE, linewidth=2, marker="o", markersize=5
            )
            end = part.iloc[-1]
            add_text(ax, end["days"], end["resolved_share"] + 0.04, str(newest), ha="center", va="bottom",
                     color=_NOTICE, fontsize=FONT_SIZE, fontweight="bold")  # fmt: skip
        ax.plot(together["days"], together["share"], color=_SUBJECT, linewidth=2.4, marker="o", markersize=5)
        top = max(1.0, float(cells["resolved_share"].max()))
        lowest = cells.groupby("days")["resolved_share"].min()
        for day, label in _labels(together).items():
            below = float(lowest.loc[day]) - 0.035 * top
            add_text(ax, day, below, label, ha="center", va="top", color=_SUBJECT, fontsize=FONT_SIZE,
                     fontweight="bold")  # fmt: skip
        ax.set_ylim(0, top * 1.12)
        ax.set_xlim(0, float(cells["days"].max()) * 1.06)
        ax.set_xticks(sorted(cells["days"].unique()))
        ax.set_yticks([])
        ax.set(xlabel="Days since the visit", ylabel="")
        ax.spines[["top", "right", "left"]].set_visible(False)
        add_title(ax, title if title is not None else _title(together, cells, newest))
    return ax


def _mature(table: Any) -> pd.DataFrame:
    """Return the cells to draw."""
    frame: pd.DataFrame = to_pandas(table)
    missing = [name for name in _WANTED if name not in frame.columns]
    if missing:
        raise InputRefused(
            f"A chart of liquidation needs the column '{missing[0]}': make the table with liquidation_table."
        )
    if frame.duplicated(["month", "days"]).any():
        raise InputRefused("A chart of liquidation shows one curve per month: make the table without by.")
    cells = frame[(frame["mature"] == 1) & frame["resolved_share"].notna()]
    if cells.empty:
        raise NotAvailable("There is no curve to draw: no month is old enough yet.")
    return cells.astype({"days": "int64"}).sort_values(["month", "days"], ignore_index=True)


def _together(cells: pd.DataFrame) -> pd.DataFrame:
    """Return the share of all mature cells of a day together, weighed by their charges."""
    done = cells["charges"] * cells["resolved_share"]
    sums = cells.assign(done=done).groupby("days")[["charges", "done"]].agg(dollars_sum).reset_index()
    return sums.assign(share=sums["done"] / sums["charges"])


def _labels(together: pd.DataFrame) -> dict[int, str]:
    """Return the share of each day as text."""
    columns = (together[name].tolist() for name in ("days", "done", "charges"))
    return {int(day): share_text(done, charges) for day, done, charges in zip(*columns, strict=True)}


def _title(together: pd.DataFrame, cells: pd.DataFrame, newest: Any) -> str:
    """Return the finding: how much is resolved at two days, and how the newest month compares."""
    labels = list(_labels(together).items())
    (first, share), (last, whole) = labels[0], labels[-1]
    said = f"{share} of the charges are resolved by day {first}"
    if len(labels) > 1:
        said += f", {whole} by day {last}"
    if newest is None:
        return said
    mine = cells[cells["month"] == newest].iloc[-1]
    others = _together(cells[cells["month"] != newest]) if (cells["month"] != newest).any() else None
    if others is None or int(mine["days"]) not in set(others["days"]):
        return said
    usual = float(others.loc[others["days"] == mine["days"], "share"].iloc[0])
    gap = round(100 * (float(mine["resolved_share"]) - usual))
    how = "as the months before" if not gap else f"{abs(gap)} points {'ahead' if gap > 0 else 'behind'}"
    return f"{said}; {newest} is {how} at day {int(mine['days'])}"
