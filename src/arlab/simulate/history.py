"""What has follow-up brought so far, by what was tried on which denial: how often is money recovered?

One row per try whose answer was known before a day, and a table of rates that leans on wider groups where a narrow
one has few tries. It knows no answer key.
"""

from __future__ import annotations

import dataclasses
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from arlab.simulate.facts import Facts
from arlab.simulate.moves import CLAIM_ACTIONS
from arlab.synth.chances import Action
from arlab.synth.desk import ATTEMPTS, End
from arlab.synth.opening import Opening
from arlab.synth.world import World

__all__ = ["PAYER_WEIGHT", "WEIGHT", "RateTable", "fit_rates", "history_table"]

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

_ACTIONS: Final = pd.CategoricalDtype([one.name.lower() for one in Action])
WEIGHT: Final = 32.0
"""Tries that a wider group counts for; chosen on seeds from 1,001. With 2 to 8 a practice that tries much does as
well, and one that tries little takes luck for a good rate and works what it overrates."""
PAYER_WEIGHT: Final = 10.0
_MOST: Final = 0.97  # no table makes anything certain
_DECAYS: Final = np.arange(0.80, 1.001, 0.02)  # of the rate for each 30 days, tried one by one
_LATERS: Final = np.arange(0.5, 1.01, 0.1)  # of the rate for each try before


def history_table(opening: Opening, world: World, facts: Facts, *, before: int) -> pd.DataFrame:
    """Return one row per try whose answer was known before a day.

    Returns
    -------
    frame with ``payer``, ``category``, ``carc``, ``remedy`` (what was done), ``tries`` (that failed before),
    ``denied_days`` (from the denial, or from the first sending for claims sent again), ``expected`` (dollars asked
    for) and ``recovered`` (share of them that came: 1 or 0 for a denial, by the answer for a claim sent again).
    """
    tried = [row for row in world.actions if Action.RESUBMIT <= row[3] < Action.WRITE_OFF]
    log = np.array(tried, dtype=np.int64).reshape(-1, 10)
    claim, day, action, attempt = log[:, 0], log[:, 1], log[:, 3], log[:, 6]
    answers, decisions = world.days.answers, world.days.answers.decisions
    again = action == Action.RESUBMIT
    won = ~again & (world.outcomes.end[claim] == End.WON) & _is_last(claim, again)
    known = _known_on(world, claim, day, action, attempt, won)
    paid = np.where(answers.late, 0, facts.asked - np.where(decisions.code >= 0, facts.at_stake, 0))
    share = np.where(again, paid[claim] / np.maximum(facts.asked[claim], 1), won.astype(np.float64))
    code = np.where(answers.late, decisions.late_code, decisions.code)[claim]
    at = np.flatnonzero((known >= 0) & (known < before))
    code = np.where(again, -1, code)[at]
    start = np.where(again, facts.first_sent[claim], answers.pay_day[claim])
    asked = np.where(again, facts.asked[claim], facts.at_stake[claim])
    return pd.DataFrame(
        {
            "payer": facts.label("payer", claim[at]),
            "category": pd.Categorical.from_codes(
                np.append(facts.category_of, -1)[code], dtype=facts.categories
            ),
            "carc": pd.Categorical.from_codes(code, dtype=facts.carcs),
            "remedy": pd.Categorical.from_codes(action[at], dtype=_ACTIONS),
            "tries": attempt[at],
            "denied_days": (day - start)[at],
            "expected": asked[at] / 100,
            "recovered": share[at],
        }
    )


def _is_last(claim: Ints, again: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    """Return which try is the last of its claim: a claim that is won is won by that one."""
    last = np.zeros(len(claim), dtype=bool)
    own = np.flatnonzero(~again)
    _, first_from_end = np.unique(claim[own][::-1], return_index=True)
    last[own[len(own) - 1 - first_from_end]] = True
    return last


def _known_on(
    world: World, claim: Ints, day: Ints, action: Ints, attempt: Ints, won: npt.NDArray[np.bool_]
) -> Ints:
    """Return the day on which the practice learns what came of each try, -1 where it has none yet."""
    days, latent, answers = world.days, world.latent, world.days.answers
    result = np.full(len(claim), -1)
    for at, (which, when, what, tries) in enumerate(
        zip(claim.tolist(), day.tolist(), action.tolist(), attempt.tolist(), strict=True)
    ):
        if what == Action.RESUBMIT:
            result[at] = answers.post_day[which]
        elif what in CLAIM_ACTIONS:
            lags = latent.paid_lag if won[at] else latent.denied_lag
            payer = world.outcomes.end_payer[which] if won[at] else answers.payer[which]
            lag = int(lags[which, min(tries, ATTEMPTS - 1)])
            result[at] = days.answer(int(payer), days.tomorrow[when], lag)[1]
        else:
            result[at] = days.roll[when + int(latent.decision_lag[which, min(tries, ATTEMPTS - 1)])]
    return result


@dataclasses.dataclass(frozen=True)
class RateTable:
    """Rates of recovery by remedy, denial code and payer.

    ``rate`` is remedy x code, ``of_payer`` a factor by payer x category, ``sent_again`` the share of a claim that
    its payer pays when it is sent again, by payer; ``decay`` is what is left of a rate after 30 days, ``later``
    after a try that failed.
    """

    rate: Floats
    of_payer: Floats
    sent_again: Floats
    decay: float
    later: float

    def chance(self, items: pd.DataFrame, *, remedy: int | None = None, days_on: float = 0.0) -> Floats:
        """Return the estimated chance that the next action of each open item brings the money.

        Parameters
        ----------
        items : open items of a day, see :data:`arlab.simulate.ITEM_COLUMNS`
        remedy : this one for all instead of the one that is due
        days_on : so many days later
        """
        code, payer, category = (_numbers(items[name]) for name in ("carc", "payer", "category"))
        action = _numbers(items["remedy"]) if remedy is None else np.full(len(items), remedy)
        waited = items["denied_days"].fillna(0).to_numpy(dtype=np.float64) + days_on
        raw = self.rate[action, code] * self.of_payer[payer, category]
        raw = raw * self.decay ** (waited / 30) * self.later ** items["tries"].to_numpy()
        again = action == Action.RESUBMIT
        return np.where(again, self.sent_again[payer], np.where(code >= 0, np.minimum(raw, _MOST), 0.0))


def fit_rates(
    history: pd.DataFrame, *, weight: float = WEIGHT, payer_weight: float = PAYER_WEIGHT
) -> RateTable:
    """Return rates that lean on wider groups where a narrow one has few tries.

    A code's rate leans on its category, that on the remedy, that on one half; each with the ``weight`` of so many
    tries (an empirical Bayes estimate with a fixed prior weight). A payer's factor on a category leans on 1 with
    ``payer_weight`` expected wins. How a rate falls with time and with each try is found by maximum likelihood on
    a grid.

    Parameters
    ----------
    history : frame of :func:`history_table`
    """
    again = (history["remedy"] == "resubmit").to_numpy()
    payers, categories = len(history["payer"].cat.categories), len(history["category"].cat.categories)
    codes = len(history["carc"].cat.categories)
    payer, share = _numbers(history["payer"]), history["recovered"].to_numpy(dtype=np.float64)
    asked = history["expected"].to_numpy(dtype=np.float64)
    money = np.bincount(payer[again], weights=(asked * share)[again], minlength=payers)
    whole = np.bincount(payer[again], weights=asked[again], minlength=payers)
    overall = (money.sum() + 100.0) / (whole.sum() + 200.0)
    scale = weight * (asked[again].mean() if again.any() else 1.0)
    sent_again = (money + scale * overall) / (whole + scale)

    rows = history[~again]
    action, code, category = (_numbers(rows[name]) for name in ("remedy", "carc", "category"))
    won, tries = rows["recovered"].to_numpy(dtype=np.float64), rows["tries"].to_numpy(dtype=np.float64)
    months = rows["denied_days"].to_numpy(dtype=np.float64) / 30
    category_of = np.zeros(codes, dtype=np.int64)
    category_of[code] = category
    actions = len(Action)

    def rates(exposed: Floats) -> Floats:
        """Return remedy x code."""
        wins, tried = (
            np.bincount(action * codes + code, weights=w, minlength=actions * codes).reshape(actions, codes)
            for w in (won, exposed)
        )
        group = np.zeros((actions, categories)), np.zeros((actions, categories))
        for values, into in zip((wins, tried), group, strict=True):
            np.add.at(into.T, category_of, values.T)
        of_action = (wins.sum(axis=1) + weight / 2) / (tried.sum(axis=1) + weight)
        of_category = (group[0] + weight * of_action[:, None]) / (group[1] + weight)
        return (wins + weight * of_category[:, category_of]) / (tried + weight)

    best, found = -np.inf, (0.9, 0.75)
    for decay in _DECAYS if len(rows) else ():
        for later in _LATERS:
            exposed = decay**months * later**tries
            guess = np.clip(rates(exposed)[action, code] * exposed, 1e-3, 1 - 1e-3)
            likelihood = float(np.sum(np.where(won > 0, np.log(guess), np.log1p(-guess))))
            if likelihood > best:
                best, found = likelihood, (float(decay), float(later))
    exposed = found[0] ** months * found[1] ** tries
    table = rates(exposed)
    expected_wins, wins = (
        np.bincount(payer[~again] * categories + category, weights=w, minlength=payers * categories)
        for w in (table[action, code] * exposed, won)
    )
    factor = ((wins + payer_weight) / (expected_wins + payer_weight)).reshape(payers, categories)
    return RateTable(table, factor, sent_again, *found)


def _numbers(words: pd.Series) -> Ints:
    """Return the places of words in their list: pandas keeps them in bytes, which products of them overflow."""
    return words.cat.codes.to_numpy().astype(np.int64)
