"""Which columns does a policy get of each open claim, and what does the action log say of it?

Holds the words of the columns and the memory of what was done last; the rows are made in ``queue``.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from arlab.synth.desk import NEVER, ActionRow

__all__ = ["ITEM_COLUMNS", "Past"]

ITEM_COLUMNS: Final = {
    "claim_id": "number of the claim",
    "responsible": "who owes it: payer_1",
    "payer": "its name",
    "payer_class": "its class",
    "location": "office of the visit",
    "provider": "who treated the patient",
    "balance": "dollars that the payer's account shows",
    "expected": "dollars that the contract allows for what is open",
    "age_days": "days since the claim was first sent",
    "state": "no_answer or denied",
    "on_file": "whether the payer has accepted the claim",
    "category": "kind of denial; empty while there is no answer",
    "carc": "its adjustment code; empty while there is no answer",
    "denied_days": "days since the payer's denial; empty while there is no answer",
    "tries": "tries that brought nothing",
    "remedy": "what would be done next by the house's playbook",
    "minutes": "minutes that it takes, without the session's set-up",
    "days_left": "days until this remedy ends; empty where it does not end",
    "last_days_left": "days until the last remedy ends, this one or a later one",
    "channel": "how it goes to the payer",
    "session": "number of its line: one payer by one channel",
    "setup_minutes": "minutes that a session of this line takes to begin, with the usual wait on the telephone",
    "session_most": "claims that one session of this line can hold",
    "last_action": "what was done last; empty where nothing was",
    "last_action_days": "days since then",
    "promise_days": "days since a payment that the payer promised was due; below zero: it still is to come",
}
"""Columns of the open items that a policy gets, and what they hold: all of it is known to the practice that day."""


class Past:
    """What was last done about each claim, and what was promised: as far as the action log goes."""

    def __init__(self, count: int) -> None:
        self.action = np.full(count, NEVER)
        self.day = np.full(count, NEVER)
        self.promise = np.full(count, NEVER)

    def copied(self) -> Past:
        """Return a copy that goes on by itself."""
        result = Past(0)
        result.action, result.day, result.promise = self.action.copy(), self.day.copy(), self.promise.copy()
        return result

    def note(self, rows: Sequence[ActionRow]) -> None:
        """Take over rows of the action log, in their order."""
        if rows:
            log = np.array(rows, dtype=np.int64)
            self.action[log[:, 0]], self.day[log[:, 0]], self.promise[log[:, 0]] = (
                log[:, 3],
                log[:, 1],
                log[:, 9],
            )
