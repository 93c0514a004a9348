"""How does one ask AR Lab for the measures of the benchmark, with frames of any engine?

Each measure is what a user would write. It computes nothing itself.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from arlab.aging import add_age, add_bucket, aging_table
from arlab.denials import denial_pareto, first_answers, initial_denials
from arlab.ledger import open_items
from arlab.metrics import answer_table, money_table
from arlab.movement import roll_table, waterfall_table, weekly_balance_table
from benchmarks.measures_days import Days

__all__ = ["MEASURES"]

Tables = Mapping[str, Any]


def _aging(tables: Tables, days: Days) -> Any:
    known = {name: tables[name] for name in ("submissions", "statements", "coverages")}
    items = open_items(tables["claims"], tables["transactions"], as_of=days.as_of, **known)
    return aging_table(add_bucket(add_age(items)), by=["payer"])


def _days_in_ar(tables: Tables, days: Days) -> Any:
    columns = ("ar", "charges", "contract", "expected", "contract_to_come")
    pair = (tables["claims"], tables["transactions"])
    return money_table(*pair, as_of=days.as_of, after=days.quarter, columns=columns)


def _denial_rate(tables: Tables, days: Days) -> Any:
    answers = first_answers(tables["claims"], tables["transactions"], as_of=days.as_of, lines=tables["lines"])
    return answer_table(answers, as_of=days.as_of, by=["payer"], each="month")


def _collection(tables: Tables, days: Days) -> Any:
    paid = ("claims", "answered_claims", "charges", "contract", "payer_paid", "patient_paid", "charity")
    after, until = days.cohort
    pair = (tables["claims"], tables["transactions"])
    return money_table(*pair, as_of=days.as_of, served_after=after, served_until=until, columns=paid)


def _pareto(tables: Tables, days: Days) -> Any:
    pair = (tables["claims"], tables["transactions"])
    denials = initial_denials(*pair, as_of=days.as_of, lines=tables["lines"], outcomes=False)
    return denial_pareto(denials, as_of=days.as_of, by=["payer", "carc"])


def _dated(tables: Tables) -> dict[str, Any]:
    return {name: tables[name] for name in ("submissions", "statements")}


def _roll(tables: Tables, days: Days) -> Any:
    pair = (tables["claims"], tables["transactions"])
    return roll_table(*pair, after=days.week, as_of=days.as_of, **_dated(tables))


def _weekly(tables: Tables, days: Days) -> Any:
    pair = (tables["claims"], tables["transactions"])
    return weekly_balance_table(*pair, as_of=days.as_of, weeks=13, **_dated(tables))


def _waterfall(tables: Tables, days: Days) -> Any:
    return waterfall_table(tables["claims"], tables["transactions"], after=days.month, as_of=days.as_of)


MEASURES: dict[str, Callable[[Tables, Days], Any]] = {
    "aging": _aging,
    "days_in_ar": _days_in_ar,
    "denial_rate": _denial_rate,
    "collection": _collection,
    "roll": _roll,
    "weekly": _weekly,
    "waterfall": _waterfall,
    "pareto": _pareto,
}
"""Measure -> function of the tables and the days."""
