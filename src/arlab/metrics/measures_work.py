"""Lags, follow-up speed and touches: which figures do dates and the follow-up log give?

Each function returns ratios by the key of their definition, or says why there is none.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from arlab.metrics.books import Books, total, within
from arlab.metrics.lags import lag_table, work_table
from arlab.metrics.periods import Span
from arlab.metrics.ratio import Ratio, median_of

__all__ = ["answer_lag", "charge_lag", "denial_lags", "pay_lag", "sending_lag", "taken_up", "touches", "work"]

_SOON = 30  # days from a denial in which somebody should have acted


def _waits(table: Any, span: Span) -> Any:
    """Return the waits of a span by length."""
    return within(table, span).groupby("days", as_index=False)[["n", "weight"]].sum()


def _mean(waits: Any, count: str = "n") -> Ratio:
    cases = int(waits[count].sum())
    return Ratio(float((waits["days"] * waits[count]).sum()), float(cases), int(waits["n"].sum()))


def _median(waits: Any) -> Ratio:
    pairs = zip(waits["days"].tolist(), waits["n"].tolist(), strict=True)
    return Ratio(None, None, int(waits["n"].sum()), exact=median_of(pairs))


def _both(name: str, waits: Any) -> dict[str, Ratio]:
    return {name: _mean(waits), f"{name}_median": _median(waits)}


def charge_lag(books: Books, span: Span) -> dict[str, Ratio]:
    """Days from the visit to charge entry."""
    claims = books.table("claims")
    table = books.daily(lag_table, claims, start="service_date", end="charge_entry_date", weight="lines")
    waits = _waits(table, span)
    return {**_both("charge_lag_days", waits), "charge_lag_days_lines": _mean(waits, "weight")}


def sending_lag(books: Books, span: Span) -> dict[str, Ratio]:
    """Days from charge entry to the first sending."""
    table = books.daily(lag_table, books.dates, start="charge_entry_date", end="first_sent_date")
    return _both("submission_lag_days", _waits(table, span))


def pay_lag(books: Books, span: Span) -> dict[str, Ratio]:
    """Days from the first sending to the first payment."""
    table = books.daily(lag_table, books.dates, start="first_sent_date", end="first_paid_date")
    return _both("days_to_pay", _waits(table, span))


def answer_lag(books: Books, span: Span) -> dict[str, Ratio]:
    """Days from charge entry to the first answer."""
    table = books.daily(lag_table, books.answers, start="charge_entry_date", end="answered_date")
    return {"days_entry_to_answer": _mean(_waits(table, span))}


def denial_lags(books: Books, span: Span) -> dict[str, Ratio]:
    """Days from a denial to the first action and to its end."""
    acted = books.daily(lag_table, books.denial_work, start="denied_date", end="first_action_date")
    ended = books.daily(lag_table, books.denial_work, start="denied_date", end="end_date")
    return {
        **_both("days_denial_to_action", _waits(acted, span)),
        **_both("days_denial_to_resolution", _waits(ended, span)),
    }


def taken_up(books: Books, span: Span) -> dict[str, Ratio]:
    """Share of denials acted on within 30 days."""
    shift = dt.timedelta(days=_SOON)
    cohort = Span(span.after - shift, span.until - shift)
    posted = books.daily(lag_table, books.denial_work, start="denied_date", end="denied_date")
    acted = books.daily(
        lag_table, books.denial_work, start="denied_date", end="first_action_date", on="denied_date"
    )
    cases = int(_waits(posted, cohort)["n"].sum())
    soon = _waits(acted, cohort)
    hits = int(soon.loc[soon["days"] <= _SOON, "n"].sum())
    return {"denials_worked_in_30_days": Ratio(hits, cases, cases, proportion=True)}


def work(books: Books, span: Span) -> dict[str, Ratio | str]:
    """Accounts worked per hour, actions per account."""
    table = books.daily(work_table, books.table("actions"))
    actions, accounts, minutes = total(table, span, "actions", "accounts", "minutes")
    speed = Ratio(accounts, minutes / 60, int(accounts)) if minutes else "no minutes are logged in the period"
    return {"actions_per_account": Ratio(actions, accounts, int(accounts)), "accounts_per_hour": speed}


def touches(books: Books, span: Span) -> dict[str, Ratio]:
    """Actions per denial that ended."""
    table = books.daily(lag_table, books.denial_work, start="denied_date", end="end_date", weight="touches")
    waits = _waits(table, span)
    ended = int(waits["n"].sum())
    return {"touches_per_resolved_denial": Ratio(float(waits["weight"].sum()), float(ended), ended)}
