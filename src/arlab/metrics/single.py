"""What is one measure of a practice on a day, with its variants side by side?

One function per measure; each returns the rows of the scorecard that carry its name. Formulas, sources and
cautions stand in ``data/reference/metric_definitions.csv``.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from arlab.metrics.scorecard import scorecard
from arlab.tables import Practice

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "acceptance_rate",
    "aged_share",
    "appeal_success_rate",
    "bad_debt_rate",
    "charge_lag_days",
    "clean_claim_rate",
    "cost_to_collect",
    "credit_balance",
    "days_denial_to_action",
    "days_denial_to_resolution",
    "days_in_ar",
    "days_to_pay",
    "final_denial_write_off_rate",
    "first_pass_resolution_rate",
    "follow_up_speed",
    "follow_up_touches",
    "gross_collection_rate",
    "initial_denial_rate",
    "misposted_contractual",
    "net_collection_rate",
    "overturn_rate",
    "point_of_service_share",
    "primary_denial_rate",
    "rejection_rate",
    "submission_lag_days",
]

Day = dt.date | str | None


def _one(measure: str, practice: Practice, as_of: Day, settings: dict[str, Any]) -> pd.DataFrame:
    return scorecard(practice, as_of=as_of, measures=[measure], **settings)


def credit_balance(practice: Practice, *, as_of: Day = None, **settings: Any) -> pd.DataFrame:
    """Return what the practice owes back, in dollars and in days of charges."""
    return _one("credit_balance", practice, as_of, settings)


def aged_share(practice: Practice, *, as_of: Day = None, **settings: Any) -> pd.DataFrame:
    """Return the shares of AR older than 60, 90 and 120 days, of all AR and of billed AR."""
    return _one("aged_share", practice, as_of, settings)


def days_in_ar(
    practice: Practice, *, as_of: Day = None, allowance: float = 0.0, **settings: Any
) -> pd.DataFrame:
    """Return days in AR, gross, adjusted and net: three measures of one name, up to twice apart.

    Parameters
    ----------
    practice, as_of : as for :func:`arlab.metrics.scorecard`
    allowance : dollars that the books set aside for charity and bad debt, taken off net AR
    settings : ``days``, ``least``, ``baseline`` of the scorecard
    """
    return _one("days_in_ar", practice, as_of, {"allowance": allowance, **settings})


def clean_claim_rate(practice: Practice, *, as_of: Day = None, **settings: Any) -> pd.DataFrame:
    """Return the clean claim rate (HFMA CL-1): before sending, by edits and hands."""
    return _one("clean_claim_rate", practice, as_of, settings)


def acceptance_rate(practice: Practice, *, as_of: Day = None, **settings: Any) -> pd.DataFrame:
    """Return the share of answered sendings that payers took on file."""
    return _one("acceptance_rate", practice, as_of, settings)


def rejection_rate(practice: Practice, *, as_of: Day = None, **settings: Any) -> pd.DataFrame:
    """Return the share of sendings that were turned back before adjudication."""
    return _one("rejection_rate", practice, as_of, settings)


def first_pass_resolution_rate(practice: Practice, *, as_of: Day = None, **settings: Any) -> pd.DataFrame:
    """Return the share of claims settled by the first sending."""
    return _one("first_pass_resolution_rate", practice, as_of, settings)


def initial_denial_rate(practice: Practice, *, as_of: Day = None, **settings: Any) -> pd.DataFrame:
    """Return initial denial rates: by claim, line and dollars sent, by HFMA's month, by answers."""
    return _one("initial_denial_rate", practice, as_of, settings)


def primary_denial_rate(practice: Practice, *, as_of: Day = None, **settings: Any) -> pd.DataFrame:
    """Return the zero-pay figure that is called primary denial rate; honest zero-pays count in it."""
    return _one("primary_denial_rate", practice, as_of, settings)


def final_denial_write_off_rate(practice: Practice, *, as_of: Day = None, **settings: Any) -> pd.DataFrame:
    """Return what was written off of what payers had denied, over adjusted charges."""
    return _one("final_denial_write_off_rate", practice, as_of, settings)


def overturn_rate(practice: Practice, *, as_of: Day = None, **settings: Any) -> pd.DataFrame:
    """Return the share of initial denials that brought money after all."""
    return _one("overturn_rate", practice, as_of, settings)


def appeal_success_rate(practice: Practice, *, as_of: Day = None, **settings: Any) -> pd.DataFrame:
    """Return the share of decided appeals that won something; not the overturn rate."""
    return _one("appeal_success_rate", practice, as_of, settings)


def gross_collection_rate(practice: Practice, *, as_of: Day = None, **settings: Any) -> pd.DataFrame:
    """Return payments over charges, of matured visits and of the period."""
    return _one("gross_collection_rate", practice, as_of, settings)


def net_collection_rate(practice: Practice, *, as_of: Day = None, **settings: Any) -> pd.DataFrame:
    """Return payments over collectable charges, of matured visits and of the period, charity both ways."""
    return _one("net_collection_rate", practice, as_of, settings)


def misposted_contractual(practice: Practice, *, as_of: Day = None, **settings: Any) -> pd.DataFrame:
    """Return the contract adjustments that the contract cannot explain."""
    return _one("misposted_contractual", practice, as_of, settings)


def charge_lag_days(practice: Practice, *, as_of: Day = None, **settings: Any) -> pd.DataFrame:
    """Return days from the visit to charge entry."""
    return _one("charge_lag_days", practice, as_of, settings)


def submission_lag_days(practice: Practice, *, as_of: Day = None, **settings: Any) -> pd.DataFrame:
    """Return days from charge entry to the first sending."""
    return _one("submission_lag_days", practice, as_of, settings)


def days_to_pay(practice: Practice, *, as_of: Day = None, **settings: Any) -> pd.DataFrame:
    """Return days to the first payment, and from entry to the first answer."""
    return _one("days_to_pay", practice, as_of, settings)


def days_denial_to_action(practice: Practice, *, as_of: Day = None, **settings: Any) -> pd.DataFrame:
    """Return days from a denial to the first action on it."""
    return _one("days_denial_to_action", practice, as_of, settings)


def days_denial_to_resolution(practice: Practice, *, as_of: Day = None, **settings: Any) -> pd.DataFrame:
    """Return days from a denial to its end."""
    return _one("days_denial_to_resolution", practice, as_of, settings)


def follow_up_speed(practice: Practice, *, as_of: Day = None, **settings: Any) -> pd.DataFrame:
    """Return how soon denials are taken up, and accounts worked per hour."""
    return _one("follow_up_speed", practice, as_of, settings)


def follow_up_touches(practice: Practice, *, as_of: Day = None, **settings: Any) -> pd.DataFrame:
    """Return actions per account worked and per denial that ended."""
    return _one("follow_up_touches", practice, as_of, settings)


def point_of_service_share(practice: Practice, *, as_of: Day = None, **settings: Any) -> pd.DataFrame:
    """Return the share of patient money taken at the visit."""
    return _one("point_of_service_share", practice, as_of, settings)


def bad_debt_rate(practice: Practice, *, as_of: Day = None, **settings: Any) -> pd.DataFrame:
    """Return bad debt over charges."""
    return _one("bad_debt_rate", practice, as_of, settings)


def cost_to_collect(
    practice: Practice, *, costs: float | None, as_of: Day = None, **settings: Any
) -> pd.DataFrame:
    """Return the cost of a dollar collected, from the dollars that the revenue cycle cost in the period."""
    return _one("cost_to_collect", practice, as_of, {"costs": costs, **settings})
