"""Do reasons follow payer and service, and is recovery neither pure chance nor told by a single feature?

Rules of the realism battery on what depends on what: each returns whether it holds, how many cases it looked at,
and what it found.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from arlab.errors import NotAvailable
from arlab.synth.realism_facts import Facts

__all__ = ["best_features", "rank_auc", "reason_depends_on_payer_and_service", "single_features_do_not_tell"]

MOST_AUC = 0.9
_ENDED_DAYS = 180  # from the denial: by then most have come to an end, one way or the other
_FEWEST = 60  # denials below which a feature may tell by chance
_FEWEST_REASONS = 800
_RARE = 0.05  # share of the denials below which a word is pooled with the other rare ones
_DEPENDS = 4.5  # standard errors of the chi-square statistic above what independence gives
_NUMBERS = ("charge", "expected_allowed", "denied", "age", "month", "weekday", "lines", "patient_age")


def rank_auc(score: npt.ArrayLike, truth: npt.ArrayLike) -> float:
    """Return the chance that a true case scores higher than a false one; ties count half.

    Examples
    --------
    >>> rank_auc([1, 2, 3, 4], [False, False, True, True]), rank_auc([1, 1], [True, False])
    (1.0, 0.5)
    """
    truth = np.asarray(truth, dtype=bool)
    rank = pd.Series(np.asarray(score, dtype="float64")).rank().to_numpy()
    yes, no = int(truth.sum()), int((~truth).sum())
    if not yes or not no:
        raise NotAvailable("All cases ended alike: there is nothing to tell apart.")
    return float((rank[truth].sum() - yes * (yes + 1) / 2) / (yes * no))


def best_features(facts: Facts) -> pd.Series:
    """Return how well each feature known on the day of the denial predicts recovery: AUC, best first.

    A word is scored by the share recovered among the same word in the *other* half of the cases, so that a rare
    word does not tell its own end. A number counts both ways round.
    """
    denials = facts.denials[facts.denials["age_days"] >= _ENDED_DAYS].reset_index(drop=True)
    if len(denials) < _FEWEST:
        raise NotAvailable(f"Fewer than {_FEWEST} denials are {_ENDED_DAYS} days old.")
    won = denials["paid_on"].notna().to_numpy()
    features = _features(facts, denials)
    half = np.arange(len(denials)) % 2
    found = {}
    for name, values in features.items():
        if name in _NUMBERS:
            number = values.astype("float64")
            auc = rank_auc(number.fillna(number.median()), won)
            found[str(name)] = max(auc, 1 - auc)
        else:
            found[str(name)] = rank_auc(_learnt_from_other_half(values, won, half), won)
    return pd.Series(found).sort_values(ascending=False)


def _features(facts: Facts, denials: pd.DataFrame) -> pd.DataFrame:
    """Return what is known of a denial on the day it is posted."""
    claims = facts.claims.iloc[denials["claim"].to_numpy()].reset_index(drop=True)
    kept = ["first_payer", "payer_class", "plan_type", "provider", "location", "specialty", "procedure",
            "diagnosis", "charge", "expected_allowed", "lines"]  # fmt: skip
    features = claims[kept].assign(
        carc=denials["carc"],
        group_code=denials["group_code"],
        category=denials["category"],
        denied=denials["cents"],
        age=(denials["posted"] - claims["service_date"]).dt.days,
        month=denials["posted"].dt.month,
        weekday=denials["posted"].dt.day_of_week,
    )
    if facts.practice.has("patients"):
        born = facts.practice.patients.set_index("patient_id")["birth_date"]
        features["patient_age"] = (
            denials["posted"] - born.reindex(claims["patient_id"]).set_axis(denials.index)
        ).dt.days
    return features


def _learnt_from_other_half(
    values: pd.Series, won: npt.NDArray[np.bool_], half: npt.NDArray[np.int64]
) -> npt.NDArray[np.float64]:
    """Return for each case the share won among cases of the other half with the same word."""
    words = values.fillna("").astype("str")
    score = np.full(len(words), won.mean())
    for side in (0, 1):
        other = pd.Series(won[half != side]).groupby(words[half != side].to_numpy()).mean()
        mine = words[half == side].map(other)
        score[half == side] = mine.fillna(won[half != side].mean())
    return score


def single_features_do_not_tell(facts: Facts) -> tuple[bool, int, str]:
    """No single feature known on the day of the denial predicts recovery with an AUC of 0.9 or more."""
    aucs = best_features(facts)
    cases = int((facts.denials["age_days"] >= _ENDED_DAYS).sum())
    text = ", ".join(f"{name} {auc:.2f}" for name, auc in aucs.head(3).items())
    return bool(aucs.max() < MOST_AUC), cases, f"best: {text}"


def reason_depends_on_payer_and_service(facts: Facts) -> tuple[bool, int, str]:
    """Which process a denial comes from depends on the class of payer and on the service, more than by chance.

    Pearson's statistic over its degrees of freedom is 1 when reasons are drawn alike for everybody.
    """
    denials = facts.denials
    if len(denials) < _FEWEST_REASONS:
        raise NotAvailable(
            f"There are fewer than {_FEWEST_REASONS} denials: the reasons may differ by chance."
        )
    process = denials["process"]
    claims = facts.claims.iloc[denials["claim"].to_numpy()]
    parts, holds = [], True
    for name in ("payer_class", "procedure"):
        excess, ratio = _dependence(process.to_numpy(), claims[name].to_numpy())
        holds &= excess > _DEPENDS
        parts.append(f"{name.replace('_', ' ')} {ratio:.1f}")
    return holds, len(denials), "statistic over its expectation: " + ", ".join(parts)


def _dependence(one: npt.NDArray[np.object_], other: npt.NDArray[np.object_]) -> tuple[float, float]:
    """Return how many standard errors Pearson's statistic lies above independence, and its ratio to it.

    Words with less than a twentieth of the cases are pooled, since sparse cells make the statistic jump.
    """
    table = pd.crosstab(_pooled(one), _pooled(other)).to_numpy().astype("float64")
    expected = np.outer(table.sum(axis=1), table.sum(axis=0)) / table.sum()
    freedom = (table.shape[0] - 1) * (table.shape[1] - 1)
    if not freedom:
        return 0.0, 0.0
    statistic = float(((table - expected) ** 2 / expected).sum())
    return (statistic - freedom) / (2 * freedom) ** 0.5, statistic / freedom


def _pooled(words: npt.NDArray[np.object_]) -> npt.NDArray[np.object_]:
    """Return the words with rare ones replaced by one."""
    known = pd.Series(words)
    share = known.map(known.value_counts(normalize=True))
    return known.where(share >= _RARE, "rest").to_numpy(dtype=object)
