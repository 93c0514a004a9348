"""How well is a practice paid, by which definition, and can the data bear the figure?

``scorecard`` is every measure at once, ``single`` one function each. ``money``, ``flows``, ``rates``, ``outcomes``,
``lags`` and ``aged`` hold the table functions they rest on, which take and return any engine's frames. ``families``
says which function gives which measure, ``read`` puts them into words, ``control`` follows one from period to
period. ``liquidation`` follows charges from the visit on, ``front_desk`` looks at what was asked for at the visit.
No cause is told here.
"""

from arlab.metrics.aged import OLD_AFTER, aged_table
from arlab.metrics.control import control_table, describe_control
from arlab.metrics.flows import flow_table
from arlab.metrics.front_desk import LEAST_VISITS, describe_front_desk, front_desk_table
from arlab.metrics.lags import claim_dates, denial_work, lag_table, work_table
from arlab.metrics.liquidation import CURVE_DAYS, RESOLVED_BY, describe_liquidation, liquidation_table
from arlab.metrics.money import money_table, net_rows
from arlab.metrics.outcomes import appeal_table, outcome_table
from arlab.metrics.rates import answer_table, clean_claim_table, remittance_table, sending_table
from arlab.metrics.ratio import wilson_interval
from arlab.metrics.read import describe_measure, figure_text, scorecard_wide_table
from arlab.metrics.scorecard import LEAST, LOOK_BACK, MEASURES, scorecard
from arlab.metrics.single import (
    acceptance_rate,
    aged_share,
    appeal_success_rate,
    bad_debt_rate,
    charge_lag_days,
    clean_claim_rate,
    cost_to_collect,
    credit_balance,
    days_denial_to_action,
    days_denial_to_resolution,
    days_in_ar,
    days_to_pay,
    final_denial_write_off_rate,
    first_pass_resolution_rate,
    follow_up_speed,
    follow_up_touches,
    gross_collection_rate,
    initial_denial_rate,
    misposted_contractual,
    net_collection_rate,
    overturn_rate,
    point_of_service_share,
    primary_denial_rate,
    rejection_rate,
    submission_lag_days,
)

__all__ = [
    "CURVE_DAYS",
    "LEAST",
    "LEAST_VISITS",
    "LOOK_BACK",
    "MEASURES",
    "OLD_AFTER",
    "RESOLVED_BY",
    "acceptance_rate",
    "aged_share",
    "aged_table",
    "answer_table",
    "appeal_success_rate",
    "appeal_table",
    "bad_debt_rate",
    "charge_lag_days",
    "claim_dates",
    "clean_claim_rate",
    "clean_claim_table",
    "control_table",
    "cost_to_collect",
    "credit_balance",
    "days_denial_to_action",
    "days_denial_to_resolution",
    "days_in_ar",
    "days_to_pay",
    "denial_work",
    "describe_control",
    "describe_front_desk",
    "describe_liquidation",
    "describe_measure",
    "figure_text",
    "final_denial_write_off_rate",
    "first_pass_resolution_rate",
    "flow_table",
    "follow_up_speed",
    "follow_up_touches",
    "front_desk_table",
    "gross_collection_rate",
    "initial_denial_rate",
    "lag_table",
    "liquidation_table",
    "misposted_contractual",
    "money_table",
    "net_collection_rate",
    "net_rows",
    "outcome_table",
    "overturn_rate",
    "point_of_service_share",
    "primary_denial_rate",
    "rejection_rate",
    "remittance_table",
    "scorecard",
    "scorecard_wide_table",
    "sending_table",
    "submission_lag_days",
    "wilson_interval",
    "work_table",
]
