"""What does it look like when work is done in one order or in another?

Draws Axes from the table of :func:`arlab.priority.work_curves` and says it in a sentence. It orders nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from arlab.errors import InputRefused, NotAvailable
from arlab.plots.canvas import FONT_SIZE, GREY, add_text, add_title, new_axes, style

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["describe_work_curves", "plot_work_curves"]

_SUBJECT = "#0072B2"
_WORTH_SAYING = 1.05  # less is no finding
_WANTED = ("order", "items", "minutes", "expected_recovery")


def _ends(curves: pd.DataFrame) -> pd.DataFrame:
    """Return the last row of each order, the first order first."""
    lacking = [name for name in _WANTED if name not in curves.columns]
    if lacking:
        raise InputRefused(f"These are no work curves: the column '{lacking[0]}' is missing.")
    if not len(curves) or not curves["items"].gt(0).any():
        raise NotAvailable("No work can be shown, because no item fits into the hours.")
    return curves.groupby("order", sort=False).last().reset_index()


def describe_work_curves(curves: pd.DataFrame) -> str:
    """Return work curves as one sentence.

    Parameters
    ----------
    curves : frame of :func:`arlab.priority.work_curves`

    Raises
    ------
    NotAvailable
        when no item is worked.
    """
    first, other = (row for row in _ends(curves).itertuples())
    hours = curves["minutes"].max() / 60
    return (
        f"{hours:.1f} hours of work {first.order} are expected to bring ${first.expected_recovery:,.0f} from"
        f" {first.items} items; {other.order}, ${other.expected_recovery:,.0f} from {other.items}."
    )


def plot_work_curves(
    curves: pd.DataFrame, *, title: str | None = None, ax: Axes | None = None, width: float = 8.0
) -> Axes:
    """Draw the expected dollars of each order over the hours of work.

    Parameters
    ----------
    curves : frame of :func:`arlab.priority.work_curves`
    title : sentence above the curves; by default the finding, computed from the table
    ax : Axes to draw on; by default on a figure of its own, that no window holds open
    width : width of that figure in inches

    Returns
    -------
    the Axes: one line per order, the first in blue and the others in grey, each labelled at its end.

    Raises
    ------
    NotAvailable
        when no item is worked.
    InputRefused
        when a column is missing.
    """
    ends = _ends(curves)
    with style():
        ax = ax or new_axes(width, 3.8)
        for place, end in enumerate(ends.itertuples()):
            rows = curves[curves["order"] == end.order]
            colour = GREY if place else _SUBJECT
            ax.plot(
                rows["minutes"] / 60,
                rows["expected_recovery"],
                color=colour,
                linewidth=2,
                drawstyle="steps-post",
            )
            add_text(
                ax, end.minutes / 60, end.expected_recovery, f"  {end.order}\n  ${end.expected_recovery:,.0f}",
                color=colour, fontsize=FONT_SIZE, va="center", ha="left",
            )  # fmt: skip
        ax.set_xlim(0, curves["minutes"].max() / 60 * 1.35)
        ax.set_ylim(0, None)
        ax.set_xlabel("Hours of work, without logins and waits")
        ax.yaxis.set_major_formatter(lambda value, _: f"${value:,.0f}")
        for side in ("top", "right"):
            ax.spines[side].set_visible(False)
        best, other = ends.iloc[0], ends.iloc[-1]
        times = best["expected_recovery"] / other["expected_recovery"] if other["expected_recovery"] else None
        finding = (
            f"The same hours, {times:.1f} times the dollars"
            if times and times >= 1.05
            else "The same hours, in two orders"
        )
        add_title(ax, title or finding)
    return ax
