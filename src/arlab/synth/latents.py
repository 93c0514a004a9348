"""What is true of each claim from the start, whether or not anybody ever works it?

Draws the luck, the payer's mood and the delays that follow-up will meet. It decides nothing.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from arlab.synth.answers import Answers
from arlab.synth.desk import ATTEMPTS, Latent
from arlab.synth.remit_days import RemitDays, draw_answer_lags
from arlab.synth.rulebook import CATEGORIES, CLASS_AT, Rulebook
from arlab.synth.scenario import Scenario
from arlab.synth.streams import Streams, lag_table

__all__ = ["LENIENCY", "draw_latent", "payer_leniency"]

Ints = npt.NDArray[np.int64]

LENIENCY: Final = np.array([0.8, 0.9, 1.0, 1.1, 1.2])
"""How much more often a payer gives way on a kind of denial than others do: moderate, and planted nowhere."""
_DOCUMENTATION: Final = (0.85, 0.3)  # factor on every chance: from, and how much more
_WORKLIST_DAYS: Final = (2, 13)  # from the posting of a denial until it stands on a worklist
_DECISION_DAYS: Final = (28, 62)  # from a letter to its answer
# Plans of Medicare Advantage have to answer soon, commercial ones take their time: days more or less.
_DECISION_SHIFT: Final = {"medicare_advantage": -8, "commercial": 10, "marketplace": 6}
# Who should have been billed when the first payer was the wrong one.
_MEANT: Final = {
    "medicare": ("medicare_advantage",),
    "medicare_advantage": ("medicare", "medicare_advantage"),
    "medicaid": ("medicaid_managed",),
    "medicaid_managed": ("medicaid_managed", "medicaid"),
    "commercial": ("commercial", "marketplace"),
}


def payer_leniency(rules: Rulebook, streams: Streams) -> npt.NDArray[np.float64]:
    """Return the factor of each payer and denial category."""
    shape = (len(rules.payers.names), len(CATEGORIES))
    return LENIENCY[streams.stage("leniency").below(len(LENIENCY), shape)]


def draw_latent(
    scenario: Scenario, rules: Rulebook, days: RemitDays, answers: Answers, streams: Streams
) -> Latent:
    """Return what is true of each claim; position in these arrays is the claim's place in every stream."""
    draws = streams.stage("follow-up")
    payer, count = answers.payer, len(answers.payer)
    paid_lag, denied_lag = draw_answer_lags(rules, days, streams, "later answers", np.repeat(payer, ATTEMPTS))
    code = np.where(answers.late, answers.decisions.late_code, answers.decisions.code)
    leniency = payer_leniency(rules, streams)[payer, rules.denials.category[np.maximum(code, 0)]]
    low, more = _DOCUMENTATION
    by_class = np.array([_DECISION_SHIFT.get(name, 0) for name in CLASS_AT])
    shift = by_class[rules.payers.payer_class[payer]]
    return Latent(
        luck=draws.share((count, ATTEMPTS)),
        documentation=low + more * draws.share(count),
        leniency=leniency,
        paid_lag=paid_lag.reshape(count, ATTEMPTS),
        denied_lag=denied_lag.reshape(count, ATTEMPTS),
        decision_lag=draws.between(*_DECISION_DAYS, (count, ATTEMPTS)) + shift[:, None],
        worklist=draws.between(*_WORKLIST_DAYS, count),
        tries_anyway=draws.share(count) < 0.5,
        cleanup=draws.pick(lag_table(scenario.cleanup_days, 0.8, most=2000), count),
        triage=draws.share(count),
        order=draws.share(count),
        promise=draws.share(count),
        right_payer=_right_payers(rules).take(payer * _CHOICES + draws.below(_CHOICES, count)),
    )


_CHOICES: Final = 12


def _right_payers(rules: Rulebook) -> Ints:
    """Return for each payer a lookup table of who may be responsible instead."""
    classes, names = rules.payers.payer_class, list(CLASS_AT)
    by_class = {name: np.flatnonzero(classes == place).tolist() for name, place in CLASS_AT.items()}
    table = np.empty((len(classes), _CHOICES), dtype=np.int64)
    for payer, payer_class in enumerate(classes.tolist()):
        meant = _MEANT.get(names[payer_class], ("commercial",))
        others = [p for name in meant for p in by_class[name] if p != payer]
        table[payer] = [others[choice % len(others)] for choice in range(_CHOICES)]
    return table
