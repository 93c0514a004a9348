"""Which function gives which measures, and against what is each compared?

The list of what a scorecard holds. It computes nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from arlab.metrics import measures_claims as claims
from arlab.metrics import measures_money as money
from arlab.metrics import measures_work as work

__all__ = ["FAMILIES", "Family"]


class Family(NamedTuple):
    """Measures that one function gives.

    ``by_steps`` says that the figure stands on a day (or counts a month): its own baseline is the six month ends
    before, pooled. Else it counts a span, and the baseline is the half year before the span.
    """

    function: Callable[..., dict[str, Any]]
    metrics: tuple[str, ...]
    by_steps: bool = False


_OVER = tuple(f"share_over_{days}{tail}" for days in (60, 90, 120) for tail in ("", "_billed"))

FAMILIES = (
    Family(money.days, ("days_in_ar_gross", "days_in_ar_adjusted"), by_steps=True),
    Family(money.net_days, ("days_in_ar_net",), by_steps=True),
    Family(money.aged, _OVER, by_steps=True),
    Family(claims.clean, ("clean_claim_rate", "clean_claim_rate_no_edit")),
    Family(
        claims.sendings,
        ("acceptance_rate", "acceptance_rate_first", "rejection_rate", "rejection_rate_first"),
    ),
    Family(claims.first_pass, ("first_pass_resolution_rate",)),
    Family(
        claims.sent,
        (
            "initial_denial_rate",
            "initial_denial_rate_any_line",
            "initial_denial_rate_lines",
            "initial_denial_rate_dollars",
            "initial_denial_rate_dollars_lines",
        ),
    ),
    Family(claims.month, ("initial_denial_rate_month", "initial_denial_rate_month_dollars"), by_steps=True),
    Family(claims.answered, ("initial_denial_rate_answered",)),
    Family(claims.zero_paid, ("primary_denial_rate",), by_steps=True),
    Family(claims.overturned, ("overturn_rate", "overturn_rate_dollars")),
    Family(claims.appealed, ("appeal_success_rate",)),
    Family(
        money.matured_collection,
        (
            "gross_collection_rate",
            "net_collection_rate",
            "net_collection_rate_without_charity",
            "misposted_contractual_matured",
        ),
    ),
    Family(
        money.period_collection,
        (
            "gross_collection_rate_period",
            "net_collection_rate_period",
            "net_collection_rate_period_without_charity",
            "misposted_contractual",
            "final_denial_write_off_rate",
        ),
    ),
    Family(work.charge_lag, ("charge_lag_days", "charge_lag_days_lines", "charge_lag_days_median")),
    Family(work.sending_lag, ("submission_lag_days", "submission_lag_days_median")),
    Family(work.pay_lag, ("days_to_pay", "days_to_pay_median")),
    Family(work.answer_lag, ("days_entry_to_answer",)),
    Family(
        work.denial_lags,
        (
            "days_denial_to_action",
            "days_denial_to_action_median",
            "days_denial_to_resolution",
            "days_denial_to_resolution_median",
        ),
    ),
    Family(work.taken_up, ("denials_worked_in_30_days",)),
    Family(work.work, ("actions_per_account", "accounts_per_hour")),
    Family(work.touches, ("touches_per_resolved_denial",)),
    Family(money.point_of_service, ("point_of_service_share",)),
    Family(money.credit, ("credit_balance", "credit_balance_days"), by_steps=True),
    Family(money.bad_debt, ("bad_debt_rate",)),
    Family(money.cost, ("cost_to_collect",)),
)
"""Every measure of the scorecard, by the function that gives it."""
