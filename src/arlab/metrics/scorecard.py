"""How is the practice doing on a day, by every measure at once, and against what should each be read?

One row per measure and variant, with numerator, denominator, interval, own baseline, published figure, definition
and source; what the data cannot support says why. It judges no cause.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from arlab.errors import InputRefused, NotAvailable, SettingsError
from arlab.frames import to_date, workbench
from arlab.metrics import measures_money
from arlab.metrics.books import Books
from arlab.metrics.families import FAMILIES, Family
from arlab.metrics.periods import Span, months_before, six_months_before
from arlab.metrics.ratio import Ratio, pooled
from arlab.reference import read_rows
from arlab.tables import Practice

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["COLUMNS", "LEAST", "LOOK_BACK", "MEASURES", "scorecard"]

LOOK_BACK = 90
"""Days of the period that ends on the as-of day."""
LEAST = 30
"""Fewest cases behind a figure: with fewer, one claim more or less changes what one would do."""
_STEPS = 6  # months of the baseline
_ALIKE = 0.05  # of the baseline: a smaller difference of a figure without an interval is no change

COLUMNS = (
    "metric",
    "measure",
    "variant",
    "value",
    "unit",
    "numerator",
    "denominator",
    "n",
    "low",
    "high",
    "baseline",
    "direction",
    "benchmark",
    "benchmark_source",
    "definition",
    "source",
    "why_not",
)
"""The columns of a scorecard."""

_MEASURE_OF = {row["metric"]: row["measure"] for row in read_rows("metric_definitions")}
_METRICS = [metric for family in FAMILIES for metric in family.metrics]
MEASURES = tuple(dict.fromkeys(_MEASURE_OF[metric] for metric in _METRICS))
"""Names of the measures, in the order of the scorecard; variants of one idea share a name."""


def scorecard(
    practice: Practice,
    *,
    as_of: dt.date | str | None = None,
    measures: Sequence[str] | None = None,
    days: int = LOOK_BACK,
    least: int = LEAST,
    baseline: bool = True,
    costs: float | None = None,
    allowance: float = 0.0,
) -> pd.DataFrame:
    """Return every measure of a practice on a day, variants of one idea side by side.

    Parameters
    ----------
    practice : with the tables it has; a measure whose table is missing says so
    as_of : the day, the practice's own when left out; nothing posted, sent, answered or done later is used
    measures : names from ``MEASURES``; all when left out
    days : length of the period that ends on the day, and the look-back of the days in AR
    least : fewest cases behind a figure; with fewer it is not available
    baseline : whether to work out the practice's own six months before
    costs : dollars that the revenue cycle cost in the period, for cost to collect
    allowance : dollars that the books set aside for charity and bad debt, for net days in AR

    Returns
    -------
    pandas frame, one row per measure and variant, with the columns of ``COLUMNS``. ``value`` is a share (0 to 1),
    days or dollars as ``unit`` says; ``low`` and ``high`` are the 95 % Wilson interval where it is a proportion of
    cases; ``baseline`` is the measure's own figure of the six months before (for a figure that stands on a day the
    six month ends before, pooled; else the 26 weeks before the period); ``direction`` compares with it:
    ``better``, ``worse``, ``about the same`` (within the interval, or within 5 %), ``higher`` or ``lower`` where
    neither is good. ``why_not`` says why there is no value.

    Raises
    ------
    NotAvailable
        when the day is later than the practice's data.
    SettingsError
        when a measure has another name, or a number is out of its range.
    """
    import pandas as pd

    day = practice.as_of if as_of is None else to_date(as_of)
    if day > practice.as_of:
        raise NotAvailable(
            f"'{practice.name}' ends on {practice.as_of}: ask for that day or an earlier one, not {day}."
        )
    if days < 1 or least < 1:
        raise SettingsError(f"days ({days}) and least ({least}) must be 1 or more.")
    wanted = MEASURES if measures is None else tuple(measures)
    unknown = [name for name in wanted if name not in MEASURES]
    if unknown:
        raise SettingsError(f"There is no measure '{unknown[0]}': choose {', '.join(MEASURES)}.")
    rows = {row["metric"]: row for row in read_rows("metric_definitions")}
    options: dict[Any, dict[str, Any]] = {
        measures_money.cost: {"costs": costs},
        measures_money.net_days: {"allowance": allowance},
    }
    found: dict[str, dict[str, Any]] = {}
    with workbench(practice.tables.values()) as lay:
        books = Books(practice, day, lay)
        for family in FAMILIES:
            asked = [metric for metric in family.metrics if _MEASURE_OF[metric] in wanted]
            if not asked:
                continue
            extra = options.get(family.function, {})
            now = asked_of(family, books, Span.ending(day, days), extra)
            before = _baseline(family, books, Span.ending(day, days), extra) if baseline else {}
            for metric in asked:
                found[metric] = _row(rows[metric], now[metric], before.get(metric), least)
    order = sorted(found, key=lambda metric: (wanted.index(_MEASURE_OF[metric]), _METRICS.index(metric)))
    frame = pd.DataFrame([found[metric] for metric in order], columns=list(COLUMNS))
    kinds: dict[str, Any] = dict.fromkeys(
        ("value", "numerator", "denominator", "low", "high", "baseline"), "float64"
    )
    return frame.astype({**{name: "str" for name in COLUMNS if name not in kinds}, **kinds, "n": "Int64"})


def asked_of(family: Family, books: Books, span: Span, extra: dict[str, Any]) -> dict[str, Ratio | str]:
    """Return a family's ratios, or the reason why there are none."""
    try:
        return dict(family.function(books, span, **extra))
    except (NotAvailable, InputRefused) as why:
        return dict.fromkeys(family.metrics, str(why).removesuffix("."))


def _baseline(family: Family, books: Books, span: Span, extra: dict[str, Any]) -> dict[str, Ratio]:
    """Return a family's ratios of the six months before; none where the ledger does not reach back."""
    if extra.get("costs") is not None:
        return {}
    if family.by_steps:
        days = [months_before(span.until, back) for back in range(1, _STEPS + 1)]
        parts = [asked_of(family, books, Span.ending(day, span.days), extra) for day in days]
    else:
        try:
            books.covers(six_months_before(span))
        except (NotAvailable, InputRefused):
            return {}
        before = six_months_before(span)
        parts = [_scaled(asked_of(family, books, before, extra), span.days / before.days)]
    found = {}
    for metric in family.metrics:
        ratios = [part[metric] for part in parts]
        whole = [ratio for ratio in ratios if isinstance(ratio, Ratio)]
        if len(whole) == len(ratios):
            found[metric] = whole[0] if len(whole) == 1 else pooled(whole)
    return found


def _scaled(part: dict[str, Ratio | str], factor: float) -> dict[str, Ratio | str]:
    """Return sums that are divided by nothing for as many days as the period has."""
    return {
        metric: ratio._replace(numerator=(ratio.numerator or 0) * factor)
        if isinstance(ratio, Ratio) and ratio.denominator is None and ratio.exact is None and ratio.numerator
        else ratio
        for metric, ratio in part.items()
    }


def no_value(found: Ratio | str, least: int) -> str:
    """Return why there is no figure, or nothing when there is one; ``least`` cases are needed behind a quotient."""
    if isinstance(found, str):
        return f"Not available, because {found}."
    divided = found.denominator is not None or found.exact is not None
    if found.n < least and (divided or found.numerator is None):
        many = (
            "is no case" if not found.n else "is only 1 case" if found.n == 1 else f"are only {found.n} cases"
        )
        return f"Not available, because there {many} ({least} are needed)."
    return "" if found.value is not None else "Not available, because there is nothing to divide by."


def _row(definition: dict[str, str], found: Ratio | str, before: Ratio | None, least: int) -> dict[str, Any]:
    """Return one row of the scorecard."""
    row: dict[str, Any] = {
        name: definition[name] for name in ("metric", "measure", "variant", "unit", "source")
    }
    parts = [definition["numerator"], definition["denominator"]]
    row["definition"] = " ÷ ".join(part for part in parts if part)
    row["benchmark"], row["benchmark_source"] = _benchmark(definition["benchmark"])
    row.update(direction="", why_not="", low=None, high=None, value=None)
    row.update(numerator=None, denominator=None, n=None, baseline=None)
    lacks = no_value(found, least)
    if isinstance(found, str):
        return row | {"why_not": lacks}
    row |= {"numerator": found.numerator, "denominator": found.denominator, "n": found.n}
    if lacks or found.value is None:
        return row | {"why_not": lacks}
    divided = found.denominator is not None or found.exact is not None
    low, high = found.interval or (None, None)
    row |= {"value": found.value, "low": low, "high": high}
    if before is not None and before.value is not None and (before.n >= least or not divided):
        row["baseline"] = before.value
        row["direction"] = _direction(found.value, before.value, found.interval, definition["better"])
    return row


def _direction(value: float, baseline: float, interval: tuple[float, float] | None, better: str) -> str:
    """Return how a figure stands to its baseline, in a word."""
    low, high = interval or (value - _ALIKE * abs(baseline), value + _ALIKE * abs(baseline))
    if low <= baseline <= high:
        return "about the same"
    where = "higher" if value > baseline else "lower"
    return where if not better else "better" if where == better else "worse"


def _benchmark(key: str) -> tuple[str, str]:
    """Return a published figure as text, and who published it of whom."""
    if not key:
        return "", ""
    row = next(row for row in read_rows("benchmarks") if row["benchmark"] == key)
    share = row["unit"].startswith("share")

    def shown(number: str) -> str:
        return f"{float(number) * 100:g}%" if share else f"{float(number):g}"

    ends = [shown(row[end]) for end in ("low", "high") if row[end]]
    figure = shown(row["value"]) if row["value"] else " to ".join(ends)
    unit = "" if share else f" {row['unit']}"
    year = f", {row['year']}" if row["year"] else ""
    return f"{figure}{unit} ({row['statistic']})", f"{row['source']}; {row['population']}{year}"
