"""Which payer balances should be worked, how, and what is that worth?

Puts facts, clocks, recommendation, chance and score together for the balances that payers owe. Who works them, and
in which sitting, is decided elsewhere.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any, TypeAlias

import numpy as np
import pandas as pd

from arlab.priority.clocks import add_clocks
from arlab.priority.history import resolved_tries
from arlab.priority.patient_queue import published_rate
from arlab.priority.recommend import add_recommendation
from arlab.priority.recovery import add_chance, recovery_table
from arlab.priority.score import make_weights, score_items
from arlab.priority.standing import add_standing, live_remedies
from arlab.reference import PracticeRules
from arlab.tables import Practice

__all__ = ["ChanceOf", "payer_queue"]

ChanceOf: TypeAlias = Callable[[pd.DataFrame], Any]
"""Takes the payer items with all that is known of them and returns the chance (0 to 1) that working each now, as
recommended, brings the money: a model in place of the table of history."""

_LOOKS = (
    "confirm_acceptance",
    "check_status",
    "call_payer",
    "follow_up_promise",
    "ask_for_decision",
    "senior_review",
)
_BACK = {"_category": "category", "_carc": "carc", "_age_days": "age_days"}
_ANOTHER_WAY = 0.3  # of the chance, where only a correction is left for what needs an appeal; our choice


def payer_queue(
    items: pd.DataFrame,
    practice: Practice,
    *,
    as_of: dt.date,
    rules: PracticeRules,
    history: pd.DataFrame | None = None,
    chance: ChanceOf | None = None,
) -> pd.DataFrame:
    """Return a practice's open payer items with recommendation, chance and score, in no order yet.

    Parameters
    ----------
    items : open items with age and bucket (:func:`arlab.aged_items`)
    practice : the tables there are
    as_of : the day
    rules : the practice's rules
    history : frame of :func:`arlab.priority.recovery_table`; made from the practice when left out
    chance : takes the place of the history

    Returns
    -------
    one row per claim and payer: the columns of :func:`arlab.priority.add_standing`,
    :func:`arlab.priority.add_clocks`, :func:`arlab.priority.add_recommendation` and
    :func:`arlab.priority.score_items`, with ``expected_recovery``, ``chance_from`` and ``won_here``. ``chance`` is
    expected recovery over balance; ``win_chance`` is the chance that the work wins what the contract lets come.
    """
    own = items[~items["responsible"].isin(["patient", "agency"]).to_numpy()]
    found = add_standing(own, practice, as_of=as_of)
    found = add_clocks(found, live_remedies(practice, own, as_of=as_of), as_of=as_of)
    found = add_recommendation(found, as_of=as_of, rules=rules)
    if history is None:
        tries = resolved_tries(practice, as_of=as_of)
        history = recovery_table(tries, as_of=as_of, shrinkage=float(rules.value("recovery", "shrinkage")))
    found = add_chance(_for_chance(found), history, best=float(rules.value("recovery", "best")))
    win = _win_chance(found) if chance is None else np.asarray(chance(found), dtype=np.float64)
    win = np.clip(np.nan_to_num(win, nan=0.0), 0.0, 1.0)
    # Once nothing is left to do with the payer, a patient pays at the published rates: those who owe a copay are no
    # guide to those who hear months later that the plan did not pay.
    moved = found["action"].eq("move_to_patient").to_numpy()
    win = np.where(moved, published_rate(found["collectible"]), win)
    found = found.assign(chance_from=found["chance_from"].where(~moved, 0))
    expected = np.where(found["remedy_live"], win * found["collectible"].to_numpy(), 0.0)
    found = found.assign(win_chance=win, expected_recovery=np.round(expected, 2))
    found = found.drop(columns=["history_chance", "category", "carc", "age_days", "try_number"]).rename(
        columns=_BACK
    )
    # Scored on the last day of the recommended remedy; the next day that anything ends is shown beside it.
    scored = score_items(found.assign(days_left=found["action_days_left"]), make_weights(rules))
    return scored.assign(days_left=found["days_left"]).drop(columns=["age_of_try"])


def _for_chance(items: pd.DataFrame) -> pd.DataFrame:
    """Return the items as :func:`add_chance` wants them: a look at a claim is not a try on its denial."""
    look = items["action"].isin(_LOOKS).to_numpy()
    silent = items["category"].where(items["category"].isin(["not_on_file", "unknown"]), "no_answer")
    return items.rename(columns={own: kept for kept, own in _BACK.items()}).assign(
        category=np.where(look, silent, items["category"]),
        carc=items["carc"].where(~look, ""),
        age_days=items["age_of_try"],
        try_number=items["tries"] + 1,
    )


def _win_chance(items: pd.DataFrame) -> Any:
    chance = items["history_chance"].to_numpy()
    other = (
        items["because"].eq("appeal_is_over").to_numpy() & items["action"].eq("corrected_claim").to_numpy()
    )
    return np.where(other, _ANOTHER_WAY * chance, chance)
