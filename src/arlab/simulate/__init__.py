"""What would another order of work have brought, when the truth is known?

Replays a policy from any day of a synthetic practice in the same world that made it, with the same minutes and the
same luck, and compares policies with each other and with the best possible. Real data have no truth to replay.
"""

from arlab.simulate.bakeoff import BUILT_IN, BakeOff, policy_bakeoff
from arlab.simulate.bound import Bound, upper_bound
from arlab.simulate.history import RateTable, fit_rates
from arlab.simulate.replay import HOUSE, Replay, need_minutes, replay
from arlab.simulate.seen import ITEM_COLUMNS
from arlab.simulate.staffing import burn_down_table, staffing_table
from arlab.simulate.start import Start, make_start, start_of_practice
from arlab.simulate.values import (
    DEADLINES,
    Deadlines,
    Prepared,
    dollars_per_minute,
    expected_value,
    points_score,
    session_scores,
    true_value,
)

__all__ = [
    "BUILT_IN",
    "DEADLINES",
    "HOUSE",
    "ITEM_COLUMNS",
    "BakeOff",
    "Bound",
    "Deadlines",
    "Prepared",
    "RateTable",
    "Replay",
    "Start",
    "burn_down_table",
    "dollars_per_minute",
    "expected_value",
    "fit_rates",
    "make_start",
    "need_minutes",
    "points_score",
    "policy_bakeoff",
    "replay",
    "session_scores",
    "staffing_table",
    "start_of_practice",
    "true_value",
    "upper_bound",
]
