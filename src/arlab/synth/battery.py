"""Does a practice avoid what makes generated claims unreal: money from nowhere, impossible days, loud features?

Each rule is one that a well-known generator fails. All read the public tables alone. Same seed, same bytes is a
test of its own, since tables cannot show it; ``realism`` compares aggregates with published figures.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import pandas as pd

from arlab.errors import NotAvailable
from arlab.synth.battery_chance import reason_depends_on_payer_and_service, single_features_do_not_tell
from arlab.synth.battery_money import (
    ar_rolls_forward,
    balances_lie_in_every_bucket,
    denied_lines_are_not_paid,
    headers_are_the_sum_of_their_lines,
    poor_and_protected_owe_next_to_nothing,
    practice_losses_stay_with_it,
)
from arlab.synth.battery_time import (
    live_deadlines_lie_ahead,
    medicare_keeps_its_floor,
    nothing_piles_up_on_the_last_day,
    payers_are_few_and_repeat,
    remedies_are_taken_in_time,
    untimely_means_received_late,
    weekends_are_quiet,
)
from arlab.synth.realism_facts import Facts
from arlab.tables import Practice

__all__ = ["RULES", "check_realism"]

Rule = Callable[[Facts], tuple[bool, int, str]]

RULES: Final[tuple[Rule, ...]] = (
    denied_lines_are_not_paid,
    ar_rolls_forward,
    headers_are_the_sum_of_their_lines,
    balances_lie_in_every_bucket,
    practice_losses_stay_with_it,
    poor_and_protected_owe_next_to_nothing,
    nothing_piles_up_on_the_last_day,
    weekends_are_quiet,
    medicare_keeps_its_floor,
    untimely_means_received_late,
    live_deadlines_lie_ahead,
    remedies_are_taken_in_time,
    payers_are_few_and_repeat,
    reason_depends_on_payer_and_service,
    single_features_do_not_tell,
)
"""The rules in the order of the report; each docstring is the rule."""


def check_realism(practice: Practice) -> pd.DataFrame:
    """Return every rule of the realism battery and whether the practice keeps it.

    Parameters
    ----------
    practice : with the tables of the contract, synthetic or read

    Returns
    -------
    frame with ``rule`` (its name in words), ``holds`` (empty where there was nothing to look at), ``cases`` looked
    at and ``detail``: what was found.

    Examples
    --------
    >>> from arlab.synth import Scenario, make_practice
    >>> found = check_realism(make_practice(Scenario(claims_per_year=300, months=2), seed=1)).set_index("rule")
    >>> found.loc["headers are the sum of their lines", "holds"]
    np.True_
    """
    facts = Facts(practice)
    rows = []
    for rule in RULES:
        try:
            holds, cases, detail = rule(facts)
        except NotAvailable as lack:
            holds, cases, detail = False, 0, str(lack)
        rows.append((rule.__name__.replace("_", " "), holds if cases else None, cases, detail))
    found = pd.DataFrame(rows, columns=["rule", "holds", "cases", "detail"])
    return found.astype({"rule": "str", "holds": "boolean", "cases": "Int64", "detail": "str"})
