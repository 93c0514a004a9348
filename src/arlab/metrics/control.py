"""How did a measure go from month to month, and which of its ups and downs are more than its usual ones?

Control charts of the scorecard's measures: value, centre and limits by period, and signals. It tells no cause.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from arlab.errors import NotAvailable, SettingsError
from arlab.frames import to_date, workbench
from arlab.metrics import measures_claims
from arlab.metrics.books import Books
from arlab.metrics.families import FAMILIES, Family
from arlab.metrics.limits import RUN, chart_limits, signals_of
from arlab.metrics.periods import Span, last_whole_month
from arlab.metrics.ratio import Ratio
from arlab.metrics.scorecard import LEAST, LOOK_BACK, MEASURES, asked_of, no_value
from arlab.reference import read_rows
from arlab.tables import Practice

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["BASELINE_PERIODS", "CONTROL_COLUMNS", "control_table", "describe_control"]

PERIODS = {"month": 18, "week": 52}
"""Periods of a chart, usually."""
BASELINE_PERIODS = {"month": 6, "week": 26}
"""First periods of a chart from which its centre and limits are taken: half a year."""
MOVING = (measures_claims.clean, measures_claims.sendings)
"""What later days still change for a period that is over: an edit is cleared, an acceptance comes in.

The figures of all other families rest on rows dated within the period, or on a follow-up that is over by its end,
so that one look at the books is enough for every period.
"""

CONTROL_COLUMNS = (
    "metric",
    "measure",
    "variant",
    "unit",
    "chart",
    "period",
    "period_end",
    "value",
    "numerator",
    "denominator",
    "n",
    "centre",
    "low",
    "high",
    "baseline",
    "signal",
    "direction",
    "why_not",
)
"""The columns of a control table."""


def control_table(
    practice: Practice,
    *,
    measures: Sequence[str] | str | None = None,
    as_of: dt.date | str | None = None,
    each: str = "month",
    periods: int | None = None,
    baseline: int | None = None,
    least: int = LEAST,
) -> pd.DataFrame:
    """Return measures period by period with centre line, limits and signals.

    Parameters
    ----------
    practice : with the tables it has; a measure whose table is missing says so
    measures : one name or several of ``MEASURES``; all when left out
    as_of : the day, the practice's own when left out; the last whole period before it is the last one shown
    each : ``month``, or ``week`` (Monday to Sunday)
    periods : how many periods, usually 18 months or 52 weeks
    baseline : how many of the first periods that have a value give centre and limits, usually half a year
    least : fewest cases behind a figure; with fewer the period is empty

    Returns
    -------
    pandas frame, one row per measure, variant and period, with the columns of ``CONTROL_COLUMNS``. ``value``,
    ``numerator``, ``denominator`` and ``n`` are what was known on ``period_end``: of the period itself, or for a
    figure that stands on a day (days in AR, aged AR, credits, ...) as the scorecard of that day has it, with its 90
    days. ``chart`` is ``p``, ``p'`` or ``XmR``. ``baseline`` marks the periods that centre and limits come from;
    they stand beside the later periods only, since they were not known before.
    ``signal`` is empty, ``above`` or ``below`` the limits, or ``run above`` or ``run below``: the eighth period or
    a later one in a row on that side of the centre. ``direction`` says whether a signal is ``better`` or ``worse``.
    ``why_not`` says why a period has no value.

    Raises
    ------
    NotAvailable
        when the day is later than the practice's data.
    SettingsError
        when a measure has another name, or a number is out of its range.

    Notes
    -----
    Shares of cases get a p chart, its limits wider where few cases are behind a period; where the baseline varies
    more than such chance allows, Laney's p' chart widens them by how much more (Laney, Quality Engineering 2002).
    Everything else gets an XmR chart: mean plus and minus 2.66 mean moving ranges (Shewhart 1931; Wheeler 1993).
    Eight in a row is the Western Electric rule (1956). Figures that look 90 days back share days from one period to
    the next: a run of them says less, and so does a week of them.
    """
    import pandas as pd

    if each not in PERIODS:
        raise SettingsError(f"There is no control chart for each '{each}': choose {' or '.join(PERIODS)}.")
    count = PERIODS[each] if periods is None else periods
    first = BASELINE_PERIODS[each] if baseline is None else baseline
    if count < 1 or first < 2 or least < 1:
        raise SettingsError(
            f"periods ({count}) and least ({least}) must be 1 or more, and baseline ({first}) 2 or more."
        )
    wanted = MEASURES if measures is None else (measures,) if isinstance(measures, str) else tuple(measures)
    unknown = [name for name in wanted if name not in MEASURES]
    if unknown:
        raise SettingsError(f"There is no measure '{unknown[0]}': choose {', '.join(MEASURES)}.")
    day = practice.as_of if as_of is None else to_date(as_of)
    if day > practice.as_of:
        raise NotAvailable(
            f"'{practice.name}' ends on {practice.as_of}: ask for that day or an earlier one, not {day}."
        )
    spans = _spans(day, each, count)
    definitions = {row["metric"]: row for row in read_rows("metric_definitions")}
    asked = [
        (family, [name for name in family.metrics if definitions[name]["measure"] in wanted])
        for family in FAMILIES
    ]
    asked = [(family, metrics) for family, metrics in asked if metrics]
    found: dict[str, list[Ratio | str]] = {name: [] for _, metrics in asked for name in metrics}
    with workbench() as lay:
        books = Books(practice, day, lay)
        for span in spans:
            for family, metrics in asked:
                ratios = _of_period(family, books, span)
                for name in metrics:
                    found[name].append(ratios[name])
    rows: list[dict[str, Any]] = []
    for name in sorted(found, key=lambda name: wanted.index(definitions[name]["measure"])):
        rows += _rows(definitions[name], found[name], spans, each, first, least)
    frame = pd.DataFrame(rows, columns=list(CONTROL_COLUMNS))
    kinds: dict[str, Any] = dict.fromkeys(CONTROL_COLUMNS, "str")
    kinds |= dict.fromkeys(("value", "numerator", "denominator", "centre", "low", "high"), "float64")
    return frame.astype({**kinds, "n": "Int64", "baseline": "bool", "period_end": "datetime64[us]"})


def _spans(day: dt.date, each: str, count: int) -> list[Span]:
    """Return the last whole months or weeks until a day, oldest first."""
    if each == "week":
        sunday = day - dt.timedelta(days=(day.weekday() + 1) % 7)
        return [Span.ending(sunday - dt.timedelta(days=7 * back), 7) for back in reversed(range(count))]
    spans = [last_whole_month(day)]
    while len(spans) < count:
        spans.append(last_whole_month(spans[-1].after))
    return spans[::-1]


def _of_period(family: Family, books: Books, span: Span) -> dict[str, Ratio | str]:
    """Return a family's figures for a period, as known at its end."""
    then = books.on(span.until) if family.function in MOVING else books
    # A figure that stands on a day is that day's of the scorecard; it has no period of its own.
    return asked_of(family, then, Span.ending(span.until, LOOK_BACK) if family.by_steps else span, {})


def _rows(
    definition: dict[str, str],
    found: Sequence[Ratio | str],
    spans: Sequence[Span],
    each: str,
    first: int,
    least: int,
) -> list[dict[str, Any]]:
    """Return the rows of one measure."""
    lacks = [no_value(ratio, least) for ratio in found]
    points = [
        None if why or isinstance(ratio, str) else ratio for why, ratio in zip(lacks, found, strict=True)
    ]
    limits = chart_limits(points, first=first)
    signals = signals_of(points, limits)
    start = {name: definition[name] for name in ("metric", "measure", "variant", "unit")}
    rows = []
    for place, (span, ratio) in enumerate(zip(spans, found, strict=True)):
        counted = ratio if isinstance(ratio, Ratio) else None
        point = points[place]
        rows.append(
            {
                **start,
                "chart": limits.chart if limits.holds(place) else "",
                "period": f"{span.until:%Y-%m}" if each == "month" else f"week to {span.until}",
                "period_end": span.until,
                "value": None if point is None else point.value,
                "numerator": counted.numerator if counted is not None else None,
                "denominator": counted.denominator if counted is not None else None,
                "n": counted.n if counted is not None else None,
                "centre": limits.centre if limits.holds(place) else None,
                "low": limits.low[place],
                "high": limits.high[place],
                "baseline": place in limits.baseline,
                "signal": signals[place],
                "direction": _direction(signals[place], definition["better"]),
                "why_not": lacks[place],
            }
        )
    return rows


def _direction(signal: str, better: str) -> str:
    """Return whether a signal is better or worse; nothing where neither way is good, or there is no signal."""
    if not signal or better not in ("higher", "lower"):
        return ""
    return "better" if signal.endswith("above") == (better == "higher") else "worse"


def describe_control(table: pd.DataFrame) -> str:
    """Return what the last period of each measure in a control table says, a sentence each.

    Parameters
    ----------
    table : see :func:`control_table`

    Examples
    --------
    >>> import pandas as pd
    >>> row = {"metric": "clean_claim_rate", "unit": "share", "period": "2026-05", "value": 0.81, "centre": 0.9,
    ...     "low": 0.86, "high": 0.94, "signal": "below", "direction": "worse", "why_not": ""}
    >>> describe_control(pd.DataFrame([row]))
    'Clean claim rate was 81.0 % in 2026-05, below its usual 86.0 % to 94.0 %, which is worse.'
    """
    names = {row["metric"]: row["name"] for row in read_rows("metric_definitions")}
    return " ".join(
        _sentence(names[str(metric)], rows.iloc[-1]) for metric, rows in table.groupby("metric", sort=False)
    )


def _sentence(name: str, row: Any) -> str:
    def shown(value: float) -> str:
        if row["unit"] == "share":
            return f"{value:.1%}".replace("%", " %")
        return f"{value:,.0f} dollars" if row["unit"] == "dollars" else f"{value:,.1f} {row['unit']}"

    def usual() -> str:
        return f"its usual {shown(row['low'])} to {shown(row['high'])}"

    when = f"in {row['period']}" if not row["period"].startswith("week") else f"in the {row['period']}"
    if row["why_not"]:
        why = row["why_not"].removeprefix("Not available, because ").removesuffix(".")
        return f"{name} is not available {when}, because {why}."
    start = f"{name} was {shown(row['value'])} {when}"
    if row["centre"] != row["centre"]:
        return f"{start}; too few earlier periods have a figure to say what is usual."
    judged = f", which is {row['direction']}" if row["direction"] else ""
    if row["signal"] in ("above", "below"):
        return f"{start}, {row['signal']} {usual()}{judged}."
    if row["signal"]:
        side = row["signal"].removeprefix("run ")
        return (
            f"{start}, inside {usual()}, but it has been {side} its centre of {shown(row['centre'])} for {RUN} or"
            f" more periods in a row{judged}."
        )
    return f"{start}, inside {usual()}."
