"""Movement: how did the open balance of one day become that of a later day?

From a dated ledger ``roll`` follows the dollars from bucket to bucket and every way in and out, ``weekly`` does so
week by week, ``waterfall`` lists what was posted; ``postings``, ``started`` and ``spans`` are what they rest on,
``of_practice`` hands them a practice's tables, ``tell`` puts them into words. When only the two days are known,
``flows`` compares them, ``owed_back`` does the same for credits, ``aged_pair`` makes two snapshots comparable.
``read`` arranges either for reading.
"""

from arlab.movement.aged_pair import AgedPair, age_pair
from arlab.movement.flows import FIRST_OTHER, FROM, TO, movement_table
from arlab.movement.of_practice import movement_of
from arlab.movement.owed_back import credit_movement_table
from arlab.movement.postings import ENTRIES, EXITS
from arlab.movement.read import (
    CANNOT_TELL,
    describe_movement,
    movement_roll_table,
    movement_wide_table,
    roll_wide_table,
)
from arlab.movement.roll import roll_table
from arlab.movement.spans import week_ends
from arlab.movement.tell import (
    describe_roll,
    describe_waterfall,
    describe_weekly_balances,
    describe_weekly_roll,
)
from arlab.movement.waterfall import PARTS, waterfall_table
from arlab.movement.weekly import weekly_balance_table, weekly_roll_table

__all__ = [
    "CANNOT_TELL",
    "ENTRIES",
    "EXITS",
    "FIRST_OTHER",
    "FROM",
    "PARTS",
    "TO",
    "AgedPair",
    "age_pair",
    "credit_movement_table",
    "describe_movement",
    "describe_roll",
    "describe_waterfall",
    "describe_weekly_balances",
    "describe_weekly_roll",
    "movement_of",
    "movement_roll_table",
    "movement_table",
    "movement_wide_table",
    "roll_table",
    "roll_wide_table",
    "waterfall_table",
    "week_ends",
    "weekly_balance_table",
    "weekly_roll_table",
]
