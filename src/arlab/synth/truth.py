"""What is really so in a synthetic practice, which its tables do not show?

The answer key: for each initial denial what it was like inside and how it ends if nothing else changes. Analysis
code never reads it; scoring does.
"""

from __future__ import annotations

import dataclasses

import numpy as np
import pandas as pd

from arlab.synth.desk import End, World
from arlab.synth.facts import Names
from arlab.synth.rulebook import CATEGORIES, Rulebook
from arlab.synth.scenario import Scenario

__all__ = ["Truth", "make_truth"]


@dataclasses.dataclass(frozen=True)
class Truth:
    """The answer key of one practice.

    Parameters
    ----------
    scenario, seed : what the practice was made from
    denials : one row per claim whose first answer denies something, known by the as-of day or not:
        ``claim_id, denied_date, category, carc, came_late`` (the payer truly got it too late), ``wrongly_late``
        (the payer says so wrongly), ``documentation`` (factor on every chance), ``early_chance`` (probability
        that the first action brings the money when done at once), ``end`` and ``end_date`` as the house works it
    """

    scenario: Scenario
    seed: int
    denials: pd.DataFrame


def make_truth(world: World, rules: Rulebook, names: Names, *, seed: int) -> Truth:
    """Return the answer key of a simulated world."""
    answers = world.answers
    every = np.arange(len(answers.payer))
    code = answers.code(every)
    at = np.flatnonzero(code >= 0)
    code = code[at]
    documentation = world.latent.documentation[at]
    wrongly = answers.decisions.wrongly_late[at] & ~answers.late[at]
    base = np.where(wrongly, 0.93, np.where(answers.late[at], 0.0, rules.denials.recover[code]))
    ended = world.end_day[at] >= 0
    denials = pd.DataFrame(
        {
            "claim_id": names.claims[at],
            "denied_date": world.calendar.dates(answers.post_day[at]),
            "category": np.array(CATEGORIES, dtype=object)[rules.denials.category[code]],
            "carc": np.array(rules.denials.carcs, dtype=object)[code],
            "came_late": answers.late[at],
            "wrongly_late": wrongly,
            "documentation": documentation,
            "early_chance": np.minimum(base * documentation, 0.97),
            "end": np.array([end.name.lower() for end in End], dtype=object)[world.end[at]],
            "end_date": world.calendar.dates(world.end_day[at], ended),
        }
    )
    return Truth(world.scenario, seed, denials.sort_values("claim_id", ignore_index=True))
