"""Movement: how did the open balance of one day become that of a later day, when only the two days are known?

``flows`` follows the dollars from bucket to bucket, ``owed_back`` does the same for credits, ``aged_pair`` makes
two snapshots comparable, ``read`` arranges the result for reading. A dated ledger knows more than this can:
``slow_payer`` compares the answers of each payer with its own earlier pace.
"""

from arlab.movement.aged_pair import AgedPair, age_pair
from arlab.movement.cusum import AlarmRule
from arlab.movement.flows import FIRST_OTHER, FROM, TO, movement_table
from arlab.movement.owed_back import credit_movement_table
from arlab.movement.read import (
    CANNOT_TELL,
    describe_movement,
    movement_roll_table,
    movement_wide_table,
)
from arlab.movement.resolutions import resolution_table, waiting_claims
from arlab.movement.slow_payer import (
    describe_slow_payers,
    score_weeks,
    slow_payer_series,
    slow_payer_table,
)

__all__ = [
    "CANNOT_TELL",
    "FIRST_OTHER",
    "FROM",
    "TO",
    "AgedPair",
    "AlarmRule",
    "age_pair",
    "credit_movement_table",
    "describe_movement",
    "describe_slow_payers",
    "movement_roll_table",
    "movement_table",
    "movement_wide_table",
    "resolution_table",
    "score_weeks",
    "slow_payer_series",
    "slow_payer_table",
    "waiting_claims",
]
