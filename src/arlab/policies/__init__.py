"""In which order do people work open claims who look at nothing but the claims?

The plain orders of the trade: oldest first, largest first, by payer and amount, and no order at all, each a
function from the open items of a day to scores. Chances, minutes and deadlines stand in ``priority``; what an order
is worth is found in ``simulate``.
"""

from arlab.policies.check import Order, Policy, place_order
from arlab.policies.orders import by_payer_and_amount, largest_first, oldest_first, random_order

__all__ = [
    "Order",
    "Policy",
    "by_payer_and_amount",
    "largest_first",
    "oldest_first",
    "place_order",
    "random_order",
]
