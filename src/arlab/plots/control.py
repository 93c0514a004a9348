"""What do a measure's ups and downs, and a payer's answers week by week, look like beside what is usual?

Draws lines with their limits from the tables of :mod:`arlab.metrics` and :mod:`arlab.movement`. It sets no limit.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from arlab.errors import InputRefused, NotAvailable
from arlab.plots.canvas import FONT_SIZE, GREY, add_text, add_title, new_axes, plain_labels, style
from arlab.plots.words import short_dollars, shorten
from arlab.reference import read_rows

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["plot_control", "plot_slow_payer"]

BLUE, VERMILLION, BAND = "#0072B2", "#D55E00", "#E6E6E6"


def plot_control(
    table: Any,
    *,
    metric: str | None = None,
    title: str | None = None,
    ax: Axes | None = None,
    width: float = 8.0,
) -> Axes:
    """Draw one measure from period to period, with its centre and limits, and its signals marked.

    Parameters
    ----------
    table : of :func:`arlab.metrics.control_table`
    metric : which metric of the table, where it holds several
    title : sentence above the line; by default the finding, computed from the table
    ax : Axes to draw on; by default on a figure of its own, that no window holds open
    width : width of that figure in inches

    Returns
    -------
    the Axes; its first line holds the values (a gap where a period has none), ``ax.collections`` the band between
    the limits and the signals.

    Raises
    ------
    NotAvailable
        when no period has a value.
    InputRefused
        when a column is missing, or the table holds several metrics and none is named.
    """
    frame = _rows(table, ("metric", "unit", "period", "value", "centre", "low", "high", "signal", "why_not"))
    names = list(dict.fromkeys(frame["metric"]))
    if metric is None and len(names) > 1:
        raise InputRefused(
            f"The table holds {len(names)} metrics: name one of {', '.join(names)} as metric=."
        )
    frame = frame[frame["metric"] == (metric or names[0])] if names else frame
    if not len(frame):
        raise NotAvailable(f"There is no chart, because the table has no row of {metric or 'any metric'}.")
    if frame["value"].isna().all():
        raise NotAvailable(f"There is no chart, because no period has a value: {frame['why_not'].iloc[-1]}")
    unit = str(frame["unit"].iloc[0])
    places = np.arange(len(frame), dtype=float)
    with style():
        ax = new_axes(width, 3.9) if ax is None else ax
        _band(ax, places, frame)
        ax.plot(places, frame["value"], color=BLUE, marker="o", markersize=5, linewidth=1.8)
        signals = frame["signal"].to_numpy() != ""
        ax.scatter(places[signals], frame["value"].to_numpy()[signals], color=VERMILLION, s=55, zorder=3)
        centre = frame["centre"].dropna()
        if len(centre):
            _line(ax, places, frame["centre"])
        last = float(frame["value"].dropna().iloc[-1])
        add_text(ax, places[-1] + 0.35, last, _shown(last, unit), ha="left", va="center", color=BLUE,
                 fontweight="bold", fontsize=FONT_SIZE)  # fmt: skip
        _periods(ax, [str(period).removeprefix("week to ") for period in frame["period"]])
        _around_limits(ax, frame, unit)
        if len(centre):
            beside = _apart(ax, float(centre.iloc[-1]), last)
            add_text(ax, places[-1] + 0.35, beside, f"usually {_shown(centre.iloc[-1], unit)}", ha="left",
                     va="center", color=GREY, fontsize=FONT_SIZE)  # fmt: skip
        add_title(ax, title if title is not None else _control_title(frame, unit))
    return ax


def plot_slow_payer(
    series: Any,
    *,
    payer: str,
    title: str | None = None,
    ax: Axes | None = None,
    width: float = 8.0,
) -> Axes:
    """Draw one payer's answers by week beside those to expect, with control limits and the alarm.

    Parameters
    ----------
    series : of :func:`arlab.movement.slow_payer_series`, of one practice
    payer : whose answers
    title, ax, width : as in :func:`plot_control`

    Returns
    -------
    the Axes; its first line holds the answers, the second what was to be expected; weeks in which the alarm is on
    are marked.

    Raises
    ------
    NotAvailable
        when nothing was to be expected of that payer in any week.
    InputRefused
        when a column is missing.
    """
    columns = ("payer", "week_ending", "resolved", "expected", "low", "high", "alarm", "alarm_date",
               "claims_delayed", "dollars_delayed", "slow_since")  # fmt: skip
    frame = _rows(series, columns)
    # A week that is not over has fewer days than the others beside it.
    whole = frame["week_ending"].dt.day_of_week == 6
    frame = frame[(frame["payer"] == payer) & frame["expected"].notna() & whole]
    if not len(frame):
        raise NotAvailable(
            f"There is no chart, because no week of {payer} can be compared with earlier ones."
        )
    places = np.arange(len(frame), dtype=float)
    resolved = frame["resolved"].astype("float64").to_numpy()
    with style():
        ax = new_axes(width, 3.9) if ax is None else ax
        _band(ax, places, frame)
        ax.plot(places, resolved, color=BLUE, marker="o", markersize=4, linewidth=1.8)
        _line(ax, places, frame["expected"])
        on = frame["alarm"].to_numpy(dtype=bool)
        ax.scatter(places[on], resolved[on], color=VERMILLION, s=50, zorder=3)
        add_text(ax, places[-1] + 0.4, resolved[-1], "answered", ha="left", va="center", color=BLUE,
                 fontsize=FONT_SIZE)  # fmt: skip
        _from_zero(ax, frame.assign(value=resolved))
        beside = _apart(ax, float(frame["expected"].iloc[-1]), float(resolved[-1]))
        add_text(ax, places[-1] + 0.4, beside, "expected", ha="left", va="center", color=GREY,
                 fontsize=FONT_SIZE)  # fmt: skip
        if on.any():
            at = int(np.flatnonzero(on & ~np.concatenate([[False], on[:-1]]))[-1])
            top = max(float(frame["high"].max()), float(resolved.max())) * 1.04
            ax.vlines(places[at], 0, top, color=VERMILLION, linewidth=1.2)
            add_text(ax, places[at], top, f"alarm {frame['alarm_date'].iloc[at]:%Y-%m-%d}", ha="center",
                     va="bottom", color=VERMILLION, fontsize=FONT_SIZE)  # fmt: skip
        _periods(ax, [f"{day:%Y-%m-%d}" for day in frame["week_ending"]])
        ax.set_ylabel("Claims answered in the week")
        add_title(ax, title if title is not None else _payer_title(frame, payer))
    return ax


def _rows(table: Any, columns: tuple[str, ...]) -> pd.DataFrame:
    """Return a table as pandas in its own order.

    Raises
    ------
    InputRefused
        when a column is missing.
    """
    frame = table if isinstance(table, pd.DataFrame) else table.to_pandas()
    lacking = [name for name in columns if name not in frame]
    if lacking:
        raise InputRefused(
            f"The table of this chart has no column '{lacking[0]}'; it has {', '.join(map(str, frame.columns))}."
        )
    return frame.reset_index(drop=True)


def _band(ax: Axes, places: Any, frame: pd.DataFrame) -> None:
    """Draw the room between the limits; steps, since each period has its own."""
    low, high = (frame[name].to_numpy(dtype="float64") for name in ("low", "high"))
    ax.fill_between(places, low, high, color=BAND, linewidth=0, step="mid", zorder=0)


def _line(ax: Axes, places: Any, values: pd.Series) -> None:
    ax.plot(
        places, values.to_numpy(dtype="float64"), color=GREY, linewidth=1.4, linestyle=(0, (5, 3)), zorder=1
    )


def _apart(ax: Axes, beside: float, value: float) -> float:
    """Return where a label stands that must not lie on another's."""
    low, high = ax.get_ylim()
    least = (high - low) * 0.075
    if abs(beside - value) >= least:
        return beside
    return value + (least if beside >= value else -least)


def _periods(ax: Axes, names: list[str]) -> None:
    """Write as many of the periods under the axis as have room, the last one among them."""
    every = max(1, math.ceil(len(names) / 7))
    shown = list(range(len(names) - 1, -1, -every))[::-1]
    ax.set_xticks(shown, [names[place] for place in shown])
    ax.set_xlim(-0.6, len(names) - 1 + max(len(names) * 0.17, 1.2))
    plain_labels(ax)


def _around_limits(ax: Axes, frame: pd.DataFrame, unit: str) -> None:
    """Show the values and their limits: against these, not against zero, is a point of a control chart read."""
    seen = frame[["value", "low", "high"]].to_numpy(dtype="float64")
    low, high = float(np.nanmin(seen)), float(np.nanmax(seen))
    room = max(high - low, abs(high) * 0.05, 1e-9) * 0.12
    ax.set_ylim(low - room, high + room)
    ax.yaxis.set_major_formatter(lambda value, _: _shown(value, unit))
    ax.spines[["top", "right", "left"]].set_visible(False)


def _from_zero(ax: Axes, frame: pd.DataFrame) -> None:
    highest = float(np.nanmax(frame[["value", "high"]].to_numpy(dtype="float64")))
    lowest = float(np.nanmin(frame[["value", "low"]].to_numpy(dtype="float64")))
    ax.set_ylim(min(lowest * 1.05, 0.0), max(highest * 1.14, 1e-9))
    ax.spines[["top", "right", "left"]].set_visible(False)


def _shown(value: float, unit: str) -> str:
    """Return a figure as its label."""
    if unit.startswith("share"):
        return f"{value:.1%}"
    return short_dollars(value) if unit == "dollars" else f"{value:,.1f}"


def _control_title(frame: pd.DataFrame, unit: str) -> str:
    """Return the finding of a control chart."""
    names = {row["metric"]: row["name"] for row in read_rows("metric_definitions")}
    metric = str(frame["metric"].iloc[0])
    name = names.get(metric, metric)
    there = frame[frame["value"].notna()]
    last = there.iloc[-1]
    figure = (
        f"{name}: {_shown(last['value'], unit)} in {str(last['period']).replace('week to', 'the week to')}"
    )
    if frame["centre"].isna().all():
        return f"{figure}; too few periods to say what is usual"
    beyond = there[there["signal"].isin(["above", "below"])]
    if last["signal"]:
        side = last["signal"].removeprefix("run ")
        return (
            f"{figure}, {side} its usual range"
            if last["signal"] == side
            else f"{figure}, long {side} its centre"
        )
    if len(beyond):
        one = beyond.iloc[-1]
        return f"{figure}, as usual; {one['period']} was {one['signal']} the usual range"
    return f"{figure}, within its usual range"


def _payer_title(frame: pd.DataFrame, payer: str) -> str:
    """Return the finding of a payer's chart."""
    last, name = frame.iloc[-1], shorten(payer, 40)
    if last["alarm"]:
        return (
            f"{name} has been slower since about {last['slow_since']:%Y-%m-%d}:"
            f" {last['claims_delayed']:,.0f} claims of {short_dollars(last['dollars_delayed'])} are late by it"
        )
    if frame["alarm"].any():
        past = frame.loc[frame["alarm"], "week_ending"].iloc[-1]
        return f"{name} answers as it used to; it was slow until {past:%Y-%m-%d}"
    return f"{name} answers as it used to"
