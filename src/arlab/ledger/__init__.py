"""What is owed on a given day, by whom, and until when can it still be collected?

Reads dated ledger rows and sendings, returns balances, open items, credits and remedies as of a day. It
ages nothing (see ``aging``), values nothing, and never looks past the day it is asked for.
"""

from arlab.ledger.items import credits, open_items
from arlab.ledger.remedy import deadlines, remedies
from arlab.ledger.sums import balances, kind_totals

__all__ = ["balances", "credits", "deadlines", "kind_totals", "open_items", "remedies"]
