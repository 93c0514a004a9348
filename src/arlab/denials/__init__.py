"""What did payers deny, when was it first known, and what has become of it?

``first`` holds the first answer to every claim, ``initial`` the initial denials: both are fixed by dated rows
of the ledger and never change with a later as-of day. ``pareto`` ranks groups of them, ``on_items`` names the
reason on what is open. No chances are known here.
"""

from arlab.denials.first import DUPLICATE, first_answers
from arlab.denials.initial import initial_denials
from arlab.denials.on_items import NOT_DENIED, add_denial_category
from arlab.denials.pareto import denial_pareto

__all__ = [
    "DUPLICATE",
    "NOT_DENIED",
    "add_denial_category",
    "denial_pareto",
    "first_answers",
    "initial_denials",
]
