"""How is a scorecard read: which figures, with what certainty, against which past and which published figure?

Arranges rows of a scorecard for people and puts one into words. It computes no measure.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from arlab.errors import SettingsError
from arlab.reference import read_rows

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["describe_measure", "figure_text", "scorecard_wide_table"]


def figure_text(value: float, unit: str) -> str:
    """Return a figure with its unit, in as many digits as one would say.

    Examples
    --------
    >>> figure_text(0.0704, "share"), figure_text(34.2569, "days"), figure_text(1.0, "days")
    ('7.0%', '34.3 days', '1.0 days')
    >>> figure_text(-1565.3, "dollars"), figure_text(3.864, "accounts per hour"), figure_text(1.1667, "actions")
    ('-$1,565.30', '3.9 accounts per hour', '1.17 actions')
    """
    if unit.startswith("share"):
        return f"{100 * value:.1f}%"
    if unit == "dollars":
        return f"{'-' if round(value, 2) < 0 else ''}${abs(value):,.2f}"
    return f"{value:,.{2 if unit == 'actions' else 1}f} {unit}"


def scorecard_wide_table(scorecard: pd.DataFrame) -> pd.DataFrame:
    """Return a scorecard as it is read: one row per figure, in words.

    Parameters
    ----------
    scorecard : rows of :func:`arlab.metrics.scorecard`

    Returns
    -------
    pandas frame of text with ``Measure``, ``Figure`` (or why there is none), ``95% interval``, ``Own six months``
    (the practice's own past), ``Compared`` and ``Published``; a dash stands for nothing.
    """
    import pandas as pd

    names = _names()
    rows = []
    for row in scorecard.to_dict("records"):
        known = not row["why_not"]
        low, high, before = (row[name] for name in ("low", "high", "baseline"))
        rows.append(
            (
                names[row["metric"]],
                figure_text(row["value"], row["unit"]) if known else row["why_not"],
                f"{figure_text(low, row['unit'])} to {figure_text(high, row['unit'])}" if low == low else "–",
                figure_text(before, row["unit"]) if before == before else "–",
                row["direction"] or "–",
                row["benchmark"] or "–",
            )
        )
    columns = ["Measure", "Figure", "95% interval", "Own six months", "Compared", "Published"]
    return pd.DataFrame(rows, columns=columns).astype("str")


def describe_measure(scorecard: pd.DataFrame, metric: str) -> str:
    """Return one figure of a scorecard as a sentence: value, parts, own past and what it was counted from.

    Raises
    ------
    SettingsError
        when the scorecard has no row of that name.
    """
    found = scorecard[scorecard["metric"] == metric].to_dict("records")
    if not found:
        have = ", ".join(scorecard["metric"])
        raise SettingsError(f"The scorecard has no '{metric}': choose one of {have}.")
    row, name = found[0], _names()[metric]
    if row["why_not"]:
        return f"{name}: {row['why_not'][0].lower()}{row['why_not'][1:]}"
    said = f"{name}: {figure_text(row['value'], row['unit'])}{_parts(row)}"
    if row["low"] == row["low"]:
        ends = (figure_text(row[end], row["unit"]) for end in ("low", "high"))
        said += f", 95% interval {' to '.join(ends)}"
    if row["baseline"] == row["baseline"]:
        said += f"; {row['direction']} against {figure_text(row['baseline'], row['unit'])} in the six months before"
    return f"{said}."


def _names() -> dict[str, str]:
    return {row["metric"]: row["name"] for row in read_rows("metric_definitions")}


def _parts(row: Mapping[Any, Any]) -> str:
    """Return what was divided by what, where a figure is a division."""
    top, below = row["numerator"], row["denominator"]
    if top != top or below != below:
        return ""
    if row["unit"] == "share" and row["low"] == row["low"]:
        return f" ({top:,.0f} of {below:,.0f})"
    return f" ({top:,.2f} ÷ {below:,.2f})"
