"""Which payer has begun to answer more slowly than it used to, since when, and how much money is late by it?

Adds up, payer by payer and week by week, how far the answers fall short of those to expect (see ``expected``), and
raises an alarm when the sum passes a limit. It names no cause and looks at no single claim.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from arlab.frames import to_date, to_pandas
from arlab.movement.cusum import AlarmRule, score_paces
from arlab.movement.expected import LEAST_WEEKS, payer_pace, week_ends
from arlab.movement.resolutions import POSTING_DAYS, resolution_table, waiting_claims

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["describe_slow_payers", "score_weeks", "slow_payer_series", "slow_payer_table"]

Ints = npt.NDArray[np.int64]

ALARM_COLUMNS = (
    "practice_id",
    "payer",
    "alarm_date",
    "slow_since",
    "resolved",
    "expected",
    "claims_delayed",
    "dollars_delayed",
    "last_week",
    "claims_delayed_last",
    "dollars_delayed_last",
    "on",
)
"""The columns of a table of alarms."""

_EPOCH = dt.date(1970, 1, 1)


def slow_payer_series(
    claims: Any,
    transactions: Any,
    submissions: Any,
    *,
    as_of: dt.date | str,
    posting_days: int = POSTING_DAYS,
    rule: AlarmRule | None = None,
) -> pd.DataFrame:
    """Return, by payer and week, the answers beside those to expect, and the sum that raises the alarm.

    Parameters
    ----------
    claims, transactions, submissions : frames of the table contract, of any engine
    as_of : nothing sent, accepted or posted later counts; the last week may not be over
    posting_days : see :func:`arlab.movement.resolution_table`
    rule : when an alarm is raised

    Returns
    -------
    pandas frame, see :func:`score_weeks`.
    """
    waiting = waiting_claims(claims, transactions, submissions, as_of=as_of)
    found = resolution_table(waiting, as_of=as_of, posting_days=posting_days)
    return score_weeks(found, as_of=as_of, posting_days=posting_days, rule=rule)


def score_weeks(
    resolutions: Any, *, as_of: dt.date | str, posting_days: int = POSTING_DAYS, rule: AlarmRule | None = None
) -> pd.DataFrame:
    """Return, by payer and week, answers, what was to be expected, the sum and whether the alarm is on.

    Parameters
    ----------
    resolutions : see :func:`arlab.movement.resolution_table`, made with the same ``as_of`` and ``posting_days``

    Returns
    -------
    pandas frame sorted by ``practice_id``, ``payer``, ``week_ending`` (a Sunday, or ``as_of`` in the last week),

    ``waiting``, ``resolved`` : claims that were with the payer in the week, and those answered that count
    ``expected``, ``low``, ``high`` : answers to expect and their three-sigma limits
    ``score``, ``limit`` : the sum at the week's end and where it raises the alarm
    ``slow_since`` : first day (of the payer's) of the run in which the sum is above 0
    ``claims_delayed``, ``dollars_delayed`` : claims that the usual pace would have answered in that run and that
        still wait, and the payer's mean charge times so many
    ``alarm``, ``alarm_date`` : whether the alarm was on in the week, and the day on which it was raised; it goes
        off when the sum is 0 again: the payer caught up, or the slower pace has become its usual one
    ``why_not`` : why nothing is expected in the week, else empty

    Notes
    -----
    The sum is Page's cumulative sum (Biometrika 1954) of log likelihood ratios of Poisson counts (Lucas,
    Technometrics 1985), taken day by day, divided by how much more than by chance the payer's own earlier weeks
    varied (quasi-likelihood, McCullagh and Nelder 1989). Not expected is what the practice's other payers fall
    short of too (holidays, nobody posts), what is thought to be in a remittance that is missing, and claims that
    most later ones have passed over: they wait for the practice (see ``excuses`` and ``expected``). All of it rests
    on earlier weeks only, so that a week that is over never changes.
    """
    import pandas as pd

    rule = rule or AlarmRule()
    rows = to_pandas(resolutions)
    rows = rows.sort_values(["practice_id", "payer"], kind="stable").reset_index(drop=True)
    last = (to_date(as_of) - _EPOCH).days
    started = _days(rows["started_date"])
    ends = week_ends(int(started.min()), last) if len(rows) else np.empty(0, dtype=np.int64)
    if not len(ends):
        return _frame("", [], ends, {}, None, posting_days, rule, last)
    resolved = np.where(rows["resolved_date"].isna(), last + 14, _days(rows["resolved_date"]))
    claims = rows["claims"].to_numpy(dtype=np.int64)
    cents = (rows["charge"].to_numpy(dtype=np.float64) * 100).round().astype(np.int64)
    parts = []
    for practice, places in rows.groupby("practice_id", sort=True).indices.items():
        payers = rows["payer"].iloc[places]
        names, paces, begins = [], [], []
        for payer, inside in payers.groupby(payers).groups.items():
            at = inside.to_numpy(dtype=np.int64)
            if len(at):
                names.append(str(payer))
                paces.append(payer_pace(started[at], resolved[at], claims[at], cents[at], ends))
                begins.append(int(started[at].min()))
        if names:
            columns = score_paces(paces, rule, days=last - int(ends[0]) + 7)
            shown = ends[None, :] >= np.array(begins)[:, None]
            parts.append(_frame(str(practice), names, ends, columns, shown, posting_days, rule, last))
    return (
        pd.concat(parts, ignore_index=True)
        if parts
        else _frame("", [], ends, {}, None, posting_days, rule, last)
    )


def _days(dates: pd.Series) -> Ints:
    """Return dates as days since 1970."""
    days: Ints = dates.to_numpy(dtype="datetime64[D]").astype(np.int64)
    return days


def _frame(
    practice: str,
    payers: list[str],
    ends: Ints,
    columns: dict[str, Any],
    shown: Any,
    posting_days: int,
    rule: AlarmRule,
    last: int,
) -> pd.DataFrame:
    """Return payer x week columns as one row per payer and week."""
    import pandas as pd

    keep = np.zeros((len(payers), len(ends)), dtype=bool) if shown is None else shown
    place, week = np.nonzero(keep)
    flat = {name: values[keep] for name, values in columns.items()}

    def of(name: str, kind: Any) -> Any:
        return flat.get(name, np.empty(0)).astype(kind)

    known, raised = of("known", np.int64), of("raised", np.int64)
    judged = known >= LEAST_WEEKS
    few = [f"only {weeks} of {LEAST_WEEKS} weeks are known before" for weeks in known]

    def number(name: str) -> Any:
        return np.where(judged, of(name, np.float64), np.nan)

    monday = int(ends[0]) - 6 if len(ends) else 0

    def day(places: Ints, before: int) -> Any:
        """Return places of days as dates; -1 is none."""
        return _dates(np.where(places >= 0, monday - before + places, np.iinfo(np.int64).min))

    return pd.DataFrame(
        {
            "practice_id": pd.Series([practice] * len(place), dtype="str"),
            "payer": pd.Series([payers[at] for at in place], dtype="str"),
            "week_ending": _dates(np.minimum(ends, last)[week]),
            "waiting": pd.array(of("waiting", np.int64), dtype="Int64"),
            "resolved": pd.array(of("resolved", np.int64), dtype="Int64"),
            **{name: number(name) for name in ("expected", "low", "high", "score")},
            "limit": np.where(judged, rule.limit, np.nan),
            "slow_since": day(of("run", np.int64), posting_days),
            "claims_delayed": number("claims_delayed"),
            "dollars_delayed": number("dollars_delayed").round(2),
            "alarm": raised >= 0,
            "alarm_date": day(raised, 0),
            "why_not": pd.Series(np.where(judged, "", np.array(few, dtype=object)), dtype="str"),
        }
    )


def _dates(days: Ints) -> Any:
    """Return days since 1970 as dates; the least whole number is no date."""
    return days.astype("datetime64[D]").astype("datetime64[us]")


def slow_payer_table(series: pd.DataFrame) -> pd.DataFrame:
    """Return the alarms of a series, one row for each time a payer slowed, the latest first.

    Parameters
    ----------
    series : see :func:`slow_payer_series`

    Returns
    -------
    pandas frame with ``practice_id``, ``payer``, ``alarm_date`` (the day on which it was raised), ``slow_since``
    (estimated first day), ``resolved`` and ``expected`` answers of the weeks since then, ``claims_delayed`` and
    ``dollars_delayed`` (charge) at the end of the alarm's week, ``last_week`` (the last week in which it was on),
    ``claims_delayed_last`` and ``dollars_delayed_last`` at its end, and ``on``: whether it is on at the end of the
    series.
    """
    import pandas as pd

    found = []
    ends = series.groupby(["practice_id", "payer"])["week_ending"].transform("max")
    raised = series.assign(_last=ends)[series["alarm"].to_numpy(dtype=bool)]
    for (practice, payer, day), on in raised.groupby(["practice_id", "payer", "alarm_date"], sort=True):
        first, last = on.iloc[0], on.iloc[-1]
        own = (series["practice_id"] == practice) & (series["payer"] == payer)
        since = first["slow_since"] if not pd.isna(first["slow_since"]) else day
        run = series[own & (series["week_ending"] > since) & (series["week_ending"] <= first["week_ending"])]
        found.append(
            {
                "practice_id": practice,
                "payer": payer,
                "alarm_date": day,
                "slow_since": since,
                "resolved": int(run["resolved"].sum()),
                "expected": float(run["expected"].sum()),
                "claims_delayed": float(first["claims_delayed"]),
                "dollars_delayed": float(first["dollars_delayed"]),
                "last_week": last["week_ending"],
                "claims_delayed_last": float(last["claims_delayed"]),
                "dollars_delayed_last": float(last["dollars_delayed"]),
                "on": bool(last["week_ending"] == last["_last"] and last["score"] > 0),
            }
        )
    kinds: dict[str, Any] = dict.fromkeys(("practice_id", "payer"), "str")
    kinds |= dict.fromkeys(("alarm_date", "slow_since", "last_week"), "datetime64[us]")
    kinds |= {"resolved": "Int64", "on": "bool"}
    table = pd.DataFrame(found, columns=list(ALARM_COLUMNS))
    kinds = {name: kinds.get(name, "float64") for name in ALARM_COLUMNS}
    order = ["alarm_date", "dollars_delayed", "practice_id", "payer"]
    return table.astype(kinds).sort_values(order, ascending=[False, False, True, True], ignore_index=True)


def describe_slow_payers(
    table: pd.DataFrame, *, as_of: dt.date | str | None = None, series: pd.DataFrame | None = None
) -> str:
    r"""Return the alarms that are on, as sentences, the most money first.

    Parameters
    ----------
    table : see :func:`slow_payer_table`
    as_of : the day to name where no payer is slow
    series : see :func:`slow_payer_series`; names the payers of which too little is known to tell

    Examples
    --------
    >>> import pandas as pd
    >>> row = {"payer": "Alder Health", "alarm_date": pd.Timestamp("2026-03-08"), "resolved": 40,
    ...     "slow_since": pd.Timestamp("2026-02-18"), "expected": 61.4, "claims_delayed_last": 30.2,
    ...     "dollars_delayed_last": 9120.0, "last_week": pd.Timestamp("2026-03-15"), "on": True}
    >>> print(describe_slow_payers(pd.DataFrame([row])).replace(": ", ":\n").replace("; ", ";\n"))
    Alder Health has answered more slowly since about 2026-02-18:
    40 claims were answered until the alarm on 2026-03-08 where 61 were to be expected;
    by 2026-03-15 about 30 claims of $9,120 are late by it.
    """
    on = table[table["on"].astype(bool)].sort_values("dollars_delayed_last", ascending=False, kind="stable")
    if not len(on):
        when = f" on {to_date(as_of)}" if as_of is not None else ""
        none = f"No payer answers more slowly than it used to{when}"
        return f"{none}." if series is None else _where_known(none, when, series)
    return " ".join(
        f"{row.payer} has answered more slowly since about {row.slow_since:%Y-%m-%d}: {row.resolved:,} claims were"
        f" answered until the alarm on {row.alarm_date:%Y-%m-%d} where {row.expected:,.0f} were to be expected; by"
        f" {row.last_week:%Y-%m-%d} about {row.claims_delayed_last:,.0f} claims of"
        f" ${row.dollars_delayed_last:,.0f} are late by it."
        for row in on.itertuples(index=False)
    )


def _where_known(none: str, when: str, series: pd.DataFrame) -> str:
    """Return that no payer is slow as far as it can be told in the last week, and of whom it cannot."""
    last = series[series["week_ending"] == series["week_ending"].max()]
    dark = last[last["why_not"] != ""]
    if len(dark) == len(last):
        why = dark["why_not"].iloc[0] if len(dark) else "no claim waits or was answered"
        return f"Whether a payer answers more slowly is not available{when}, because {why}."
    names = ", ".join(sorted(dark["payer"]))
    return f"{none}; of {names} too little is known to tell." if names else f"{none}."
