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


def _ends(curves: pd.DataFrame) -> list[tuple[str, tuple[int, float, float]]]:
    """Return each order with the items, minutes and dollars at its end."""
    lacking = [name for name in _WANTED if name not in curves.columns]
    if lacking:
        raise InputRefused(f"These are no work curves: the column '{lacking[0]}' is missing.")
    if not len(curves) or not curves["items"].gt(0).any():
        raise NotAvailable("No work can be shown, because no item fits into the hours.")
    ends = curves.groupby("order", sort=False).last()
    return [
        (str(name), (int(items), float(minutes), float(brought)))
        for name, items, minutes, brought in zip(
            ends.index, ends["items"], ends["minutes"], ends["expected_recovery"], strict=True
        )
    ]


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
    (first, (items, _, brought)), (other, (other_items, _, other_brought)) = _ends(curves)
    hours = curves["minutes"].max() / 60
    return (
        f"{hours:.1f} hours of work {first} are expected to bring ${brought:,.0f} from {items} items; {other},"
        f" ${other_brought:,.0f} from {other_items}."
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
    ends = [(name, *reached) for name, reached in _ends(curves)]
    with style():
        ax = ax or new_axes(width, 3.8)
        for place, (name, _, minutes, brought) in enumerate(ends):
            rows = curves[curves["order"] == name]
            colour = GREY if place else _SUBJECT
            ax.plot(
                rows["minutes"] / 60,
                rows["expected_recovery"],
                color=colour,
                linewidth=2,
                drawstyle="steps-post",
            )
            words = f"  {name}\n  ${brought:,.0f}"
            how = {"color": colour, "fontsize": FONT_SIZE, "va": "center", "ha": "left"}
            add_text(ax, minutes / 60, brought, words, **how)
        ax.set_xlim(0, curves["minutes"].max() / 60 * 1.35)
        ax.set_ylim(0, None)
        ax.set_xlabel("Hours of work, without logins and waits")
        ax.yaxis.set_major_formatter(lambda value, _: f"${value:,.0f}")
        for side in ("top", "right"):
            ax.spines[side].set_visible(False)
        best, other = ends[0][3], ends[-1][3]
        more = other > 0 and best / other >= _WORTH_SAYING
        finding = (
            f"The same hours, {best / other:.1f} times the dollars" if more else "The same hours, two orders"
        )
        add_title(ax, title or finding)
    return ax
