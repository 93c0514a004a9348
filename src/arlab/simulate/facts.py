"""What does the practice know of each claim whatever is done about it, and what is the claim worth?

One entry per claim, as arrays that a day's open items are cut from. Amounts that only the answer key knows stand
apart, in :class:`Worth`.
"""

from __future__ import annotations

import dataclasses

import numpy as np
import numpy.typing as npt
import pandas as pd

from arlab.synth.facts import make_names
from arlab.synth.opening import Opening
from arlab.synth.people import make_name_pool
from arlab.synth.rulebook import CATEGORIES
from arlab.synth.texts import Texts

__all__ = ["Facts", "Worth", "make_facts", "make_worth"]

Ints = npt.NDArray[np.int64]


@dataclasses.dataclass(frozen=True)
class Facts:
    """What stands in the practice's own books, by claim; money in cents.

    ``asked`` is what the contract allows for the whole claim, ``at_stake`` what it allows for what the first answer
    denied. ``owed`` and ``owed_after`` are the first payer's balance before the answer and after a denial.
    """

    claim_id: Texts
    payer: Ints
    first_sent: Ints
    service_day: Ints
    asked: Ints
    at_stake: Ints
    owed: Ints
    owed_after: Ints
    labels: dict[str, tuple[Ints, pd.CategoricalDtype]]
    category_of: Ints  # by denial code
    categories: pd.CategoricalDtype
    carcs: pd.CategoricalDtype

    def label(self, name: str, rows: Ints) -> pd.Categorical:
        """Return a column of words for some claims."""
        codes, dtype = self.labels[name]
        return pd.Categorical.from_codes(codes.take(rows), dtype=dtype)


@dataclasses.dataclass(frozen=True)
class Worth:
    """What payers do allow, by claim, in cents: of the answer key, never of a policy's frame.

    ``first`` is what the first answer allows when the claim comes in time, ``denied`` what is allowed once a
    denial is won; ``first_cash`` and ``denied_cash`` the payer's own payment of each.
    """

    first: Ints
    denied: Ints
    first_cash: Ints
    denied_cash: Ints


def make_facts(opening: Opening) -> Facts:
    """Return the books of a practice, by claim."""
    lines, rules, visits = opening.lines, opening.rules, opening.visits
    answers = opening.answers
    names = make_names(
        opening.scenario, rules, make_name_pool(opening.streams.seed), opening.sent, opening.patients
    )
    denied, stakes = answers.late[lines.claim] | answers.decisions.denied_line, opening.in_time
    due = opening.front.due_by_line
    late = answers.late[lines.claim]
    left = np.where(late, lines.charge, stakes.denied.charge)
    due_still = np.where(stakes.reduced & ~late, 0, due)
    payer_class = opening.patients.payer_class[visits.patient]

    def labelled(values: Ints, words: list[str]) -> tuple[Ints, pd.CategoricalDtype]:
        return values, pd.CategoricalDtype(words)

    return Facts(
        claim_id=names.claims,
        payer=answers.payer,
        first_sent=opening.sent.first_day,
        service_day=visits.day,
        asked=lines.per_claim(lines.contract),
        at_stake=lines.per_claim(np.where(denied, np.where(late, lines.contract, stakes.denied.contract), 0)),
        owed=lines.per_claim(lines.charge - due),
        owed_after=lines.per_claim(np.where(denied, left - due_still, 0)),
        labels={
            "payer": labelled(answers.payer, list(names.payers)),
            "payer_class": labelled(payer_class, list(names.classes)),
            "location": labelled(visits.location, list(names.locations)),
            "provider": labelled(visits.provider, list(names.providers)),
        },
        category_of=rules.denials.category,
        categories=pd.CategoricalDtype(list(CATEGORIES)),
        carcs=pd.CategoricalDtype(list(rules.denials.carcs)),
    )


def make_worth(opening: Opening) -> Worth:
    """Return what payers would allow on each claim."""
    lines, stakes = opening.lines, opening.in_time
    denied = opening.decisions.denied_line
    paid = ~denied | stakes.reduced

    def total(first: npt.NDArray[np.integer], rest: npt.NDArray[np.integer]) -> tuple[Ints, Ints]:
        return lines.per_claim(np.where(paid, first, 0)), lines.per_claim(np.where(denied, rest, 0))

    first, rest = total(stakes.first.allowed, stakes.denied.allowed)
    first_cash, rest_cash = total(stakes.first.payment, stakes.denied.payment)
    return Worth(first, rest, first_cash, rest_cash)
