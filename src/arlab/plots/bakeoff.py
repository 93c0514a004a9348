"""Which order of work brought most, and how near did it come to the best possible?

Draws Axes from the table of a bake-off (``arlab.simulate``) and says it in a sentence. It replays nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from arlab.errors import InputRefused, NotAvailable
from arlab.plots.canvas import FONT_SIZE, GREY, add_text, add_title, new_axes, style

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["describe_bakeoff", "plot_bakeoff"]

_SUBJECT = "#0072B2"
_ROOM = 0.2  # of the widest bar, for its dollars
_WANTED = ("policy", "recovered", "share_of_bound")


def _ranked(table: pd.DataFrame) -> list[tuple[str, float, float]]:
    """Return policy, dollars recovered and share of the bound, the best first."""
    lacking = [name for name in _WANTED if name not in table.columns]
    if lacking:
        raise InputRefused(f"This is no table of a bake-off: the column '{lacking[0]}' is missing.")
    if not len(table):
        raise NotAvailable("No policy can be shown, because none was tried.")
    rows = table.sort_values("recovered", ascending=False, kind="stable")
    return [
        (str(name), float(dollars), float(share))
        for name, dollars, share in zip(
            rows["policy"], rows["recovered"], rows["share_of_bound"], strict=True
        )
    ]


def describe_bakeoff(table: pd.DataFrame) -> str:
    """Return a bake-off as one sentence.

    Parameters
    ----------
    table : ``policy``, ``recovered`` in dollars and ``share_of_bound`` (0 to 1, empty where no bound was computed),
        one row per policy

    Raises
    ------
    NotAvailable
        when no policy was tried.

    Examples
    --------
    >>> table = pd.DataFrame({"policy": ["largest first", "oldest first"], "recovered": [600.0, 300.0],
    ...     "share_of_bound": [0.75, 0.375]})
    >>> describe_bakeoff(table)
    'Most came in by largest first, $600 or 75.0% of the upper bound; least by oldest first, $300 or 37.5%.'
    """
    ranked = _ranked(table)
    (best, most, share), (worst, least, worst_share) = ranked[0], ranked[-1]
    known = share == share and worst_share == worst_share
    of_bound = f" or {share:.1%} of the upper bound" if known else ""
    if len(ranked) == 1:
        return f"By {best} ${most:,.0f} came in{of_bound}."
    other = f" or {worst_share:.1%}" if known else ""
    return f"Most came in by {best}, ${most:,.0f}{of_bound}; least by {worst}, ${least:,.0f}{other}."


def plot_bakeoff(
    table: pd.DataFrame, *, title: str | None = None, ax: Axes | None = None, width: float = 8.0
) -> Axes:
    """Draw the dollars that each policy recovered, the most on top, and a grey line at the upper bound.

    Parameters
    ----------
    table : as for :func:`describe_bakeoff`
    title : sentence above the bars; by default the finding, computed from the table
    ax : Axes to draw on; by default on a figure of its own, that no window holds open
    width : width of that figure in inches

    Returns
    -------
    the Axes: one bar per policy from the bottom up, the best in blue, each labelled with its dollars.

    Raises
    ------
    NotAvailable
        when no policy was tried.
    InputRefused
        when a column is missing.
    """
    ranked = _ranked(table)[::-1]
    bounds = [dollars / share for _, dollars, share in ranked if share == share and share > 0]
    with style():
        ax = ax or new_axes(width, 0.9 + 0.42 * len(ranked))
        best, widest = ranked[-1], max([*bounds, ranked[-1][1]])
        for place, (name, dollars, _) in enumerate(ranked):
            ax.barh(place, dollars, color=_SUBJECT if name == best[0] else GREY, height=0.7)
            inside = dollars > _ROOM * widest  # beside the bar it would meet the line of the bound
            how = {"ha": "right", "color": "white"} if inside else {"ha": "left"}
            add_text(ax, dollars, place, f" ${dollars:,.0f} ", va="center", fontsize=FONT_SIZE, **how)
        ax.set_yticks(range(len(ranked)), [name for name, *_ in ranked])
        if bounds:
            ax.axvline(bounds[-1], color=GREY, linestyle="--", linewidth=1.5)
            add_text(
                ax, bounds[-1], len(ranked) - 0.45, "upper bound", color=GREY, ha="center", fontsize=FONT_SIZE
            )
        ax.set_xlim(0, widest * 1.08 or 1)
        ax.set_xticks([])
        for side in ("top", "right", "bottom"):
            ax.spines[side].set_visible(False)
        finding = f"{best[0].capitalize()} brought most"
        add_title(ax, title or (f"{finding}: {best[2]:.1%} of the upper bound" if bounds else finding))
    return ax
