"""What did payers deny, when was it first known, and what has become of it?

``first`` holds the first answer to every claim, ``initial`` the initial denials: both are fixed by dated rows
of the ledger and never change with a later as-of day. ``pareto`` ranks groups of them. No chances are known here.
"""

from arlab.denials.first import DUPLICATE, first_answers
from arlab.denials.initial import initial_denials
from arlab.denials.pareto import denial_pareto

__all__ = ["DUPLICATE", "denial_pareto", "first_answers", "initial_denials"]
