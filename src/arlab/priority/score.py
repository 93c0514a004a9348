"""How many expected dollars does a minute on this item bring, how urgent is it, and which item comes first?

A pure function on plain columns: any frame of open items can be scored. It knows no practice and no chances.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from arlab.errors import InputRefused, SettingsError
from arlab.reference import PracticeRules

__all__ = ["PARTS", "TIERS", "Weights", "make_weights", "most_points", "score_items", "sensitivity_table",
           "work_order"]  # fmt: skip

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

PARTS = ("balance", "chance", "minutes", "deadline")
"""The parts of the score, in the order in which they are told."""

TIERS = {
    0: "a deadline that must not be missed",
    1: "to be worked",
    2: "waiting for an answer or for its day",
    3: "nothing left to win",
}
"""Value of ``tier`` -> what it means; a lower tier comes before every higher one, whatever the points."""

# Between these the parts earn their points, on a logarithmic scale: what is smaller earns none, what is larger the
# most. Our choice: a usual physician claim is some hundred dollars, its work some ten minutes.
_BALANCE = (25.0, 5_000.0)
_CHANCE = (0.01, 1.0)
_MINUTES = (5.0, 60.0)
_NEEDED = ("balance", "expected_recovery", "minutes", "days_left", "remedy_live")


@dataclasses.dataclass(frozen=True)
class Weights:
    """What counts how much.

    Parameters
    ----------
    balance, chance, minutes, deadline : exponents of the four parts: 1 takes a part as it is, 0 leaves it out
    strength : urgency on the last day is 1 + strength
    horizon_days : a deadline farther away adds no urgency
    override_days : a live deadline within so many days comes before everything else; None for never
    override_least : dollars that must be at stake for that
    """

    balance: float = 1.0
    chance: float = 1.0
    minutes: float = 1.0
    deadline: float = 1.0
    strength: float = 1.0
    horizon_days: float = 30.0
    override_days: float | None = 3.0
    override_least: float = 25.0

    def __post_init__(self) -> None:
        for field in dataclasses.fields(self):
            value = getattr(self, field.name)
            if value is None and field.name == "override_days":
                continue
            if not isinstance(value, (int, float)) or isinstance(value, bool) or not 0 <= value < 1e9:
                raise SettingsError(f"The weight '{field.name}' must be a number from 0 on, not {value!r}.")


def make_weights(rules: PracticeRules) -> Weights:
    """Return the weights that a practice's rules set."""
    names = {field.name for field in dataclasses.fields(Weights)}
    given = {**rules.sections["weights"], **rules.sections["deadline"]}
    return Weights(**{name: value for name, value in given.items() if name in names})


def score_items(frame: pd.DataFrame, weights: Weights = Weights()) -> pd.DataFrame:
    """Return open items with what a minute on them brings, their urgency, their tier and their points.

    Parameters
    ----------
    frame : one row per item with ``balance`` (dollars above 0), ``expected_recovery`` (dollars that working it
        now is expected to bring), ``minutes`` (on the item itself; below 1 counts as 1), ``days_left`` (until the
        remedy that is to be used ends; empty when no clock runs), ``remedy_live`` (whether anything can still be
        done); and, where it has them, ``lost_share`` (part of ``expected_recovery`` that is lost when
        ``days_left`` run out; 1 when left out), ``waiting`` (its next step is not due yet)
    weights : what counts how much

    Returns
    -------
    the frame with ``chance`` (expected recovery over balance, 0 to 1), ``dollars_per_minute``,
    ``urgency``, ``value`` (with all weights 1: dollars per minute times urgency), ``tier`` (a key of
    ``TIERS``), ``points_balance``, ``points_chance``, ``points_minutes``, ``points_deadline`` and ``score``,
    their sum, from 0 to 100 in whole points.

    Notes
    -----
    Urgency is 1 + strength x lost share x (1 - days left / horizon), and 1 where nothing is live: an item that has
    expired is never urgent, has no value and no points. The points are the logarithm of ``value`` cut into its
    parts, so that more points mean more value, but for rounding and for the ends of the scales. The total is
    rounded once and shared out, so that a part may be a point more in one item than in another like it.

    Raises
    ------
    InputRefused
        when a column is missing.

    Examples
    --------
    >>> items = pd.DataFrame({"balance": [400.0, 400.0], "expected_recovery": [200.0, 200.0], "minutes": [20, 20],
    ...     "days_left": [15.0, None], "remedy_live": True})
    >>> scored = score_items(items)
    >>> scored[["dollars_per_minute", "urgency", "value"]].values.tolist()
    [[10.0, 1.5, 15.0], [10.0, 1.0, 10.0]]
    >>> parts = ["points_balance", "points_chance", "points_minutes", "points_deadline", "score"]
    >>> scored[parts].values.tolist()
    [[21, 30, 9, 3, 63], [21, 30, 8, 0, 59]]
    """
    for name in _NEEDED:
        if name not in frame.columns:
            raise InputRefused(f"The items to score have no column '{name}': give {', '.join(_NEEDED)}.")
    balance, expected = _floats(frame, "balance"), np.maximum(_floats(frame, "expected_recovery"), 0.0)
    minutes = np.maximum(np.nan_to_num(_floats(frame, "minutes"), nan=1.0), 1.0)
    live = frame["remedy_live"].to_numpy(dtype=bool, na_value=False)
    days = _floats(frame, "days_left")
    lost = _floats(frame, "lost_share") if "lost_share" in frame.columns else 1.0
    wins = live & (expected > 0)
    worth = np.where(wins, balance, 1.0)
    chance = np.where(wins, np.clip(expected / np.maximum(balance, 0.01), 0.0, 1.0), 0.0)
    urgency = _urgency(days, lost, wins, weights)
    value = _power(worth, weights.balance) * _power(np.where(wins, chance, 1.0), weights.chance)
    value = value * _power(urgency, weights.deadline) / _power(minutes, weights.minutes)
    value[~wins] = 0.0

    tier = np.where(wins, 1, 3).astype(np.int8)
    if "waiting" in frame.columns:
        tier[wins & frame["waiting"].to_numpy(dtype=bool, na_value=False)] = 2
    if weights.override_days is not None:
        at_stake = expected * lost >= weights.override_least
        tier[wins & (days <= weights.override_days) & at_stake & (np.asarray(lost) > 0)] = 0
    points = _points(balance, chance, minutes, urgency, wins, weights)
    return frame.assign(
        chance=chance,
        dollars_per_minute=np.where(live, expected, 0.0) / minutes,
        urgency=urgency,
        value=value,
        tier=tier,
        **{f"points_{name}": points[name] for name in PARTS},
        score=sum(points.values()),
    )


def _floats(frame: pd.DataFrame, name: str) -> Floats:
    return frame[name].to_numpy(dtype=np.float64, na_value=np.nan)


def _power(values: Floats, exponent: float) -> Floats:
    """Return values to a power; the usual exponents 0 and 1 cost nothing."""
    if exponent == 1:
        return values
    return np.ones_like(values) if exponent == 0 else np.power(values, exponent)


def _urgency(days: Floats, lost: Any, wins: npt.NDArray[np.bool_], weights: Weights) -> Floats:
    if not weights.horizon_days:
        near = (days <= 0).astype(np.float64)
    else:
        near = np.clip(1.0 - np.maximum(days, 0.0) / weights.horizon_days, 0.0, 1.0)
    near = np.where(wins & ~np.isnan(days), near, 0.0)
    return 1.0 + weights.strength * near * np.clip(lost, 0.0, 1.0)


def most_points(weights: Weights) -> dict[str, float]:
    """Return the most points of each part; they add up to 100, or to 0 when no weight counts.

    Examples
    --------
    >>> {name: round(most, 1) for name, most in most_points(Weights()).items()}
    {'balance': 40.5, 'chance': 35.2, 'minutes': 19.0, 'deadline': 5.3}
    """
    decades = {
        "balance": weights.balance * np.log10(_BALANCE[1] / _BALANCE[0]),
        "chance": weights.chance * np.log10(_CHANCE[1] / _CHANCE[0]),
        "minutes": weights.minutes * np.log10(_MINUTES[1] / _MINUTES[0]),
        "deadline": weights.deadline * np.log10(1.0 + weights.strength),
    }
    total = float(sum(decades.values()))
    return {name: 100.0 * float(part) / total if total else 0.0 for name, part in decades.items()}


def _points(
    balance: Floats,
    chance: Floats,
    minutes: Floats,
    urgency: Floats,
    wins: npt.NDArray[np.bool_],
    weights: Weights,
) -> dict[str, npt.NDArray[np.int16]]:
    """Return whole points of each part: the total is rounded once and shared out by the largest remainders."""
    most = most_points(weights)

    def share(values: Floats, low: float, high: float) -> Floats:
        if high <= low:
            return np.zeros_like(values)
        return np.log(np.clip(values, low, high) / low) / np.log(high / low)

    shares = {
        "balance": share(balance, *_BALANCE),
        "chance": share(chance, *_CHANCE),
        "minutes": 1.0 - share(minutes, *_MINUTES),
        "deadline": share(urgency, 1.0, 1.0 + weights.strength),
    }
    exact = [np.where(wins, most[name] * shares[name], 0.0) for name in PARTS]
    whole = [np.floor(part) for part in exact]
    rest = [part - down for part, down in zip(exact, whole, strict=True)]
    left = np.rint(sum(exact)) - sum(whole)
    points = {}
    for i, name in enumerate(PARTS):
        before = sum(
            (rest[j] > rest[i]) | ((rest[j] == rest[i]) & (j < i)) for j in range(len(PARTS)) if j != i
        )
        points[name] = (whole[i] + (before < left)).astype(np.int16)
    return points


def work_order(scored: pd.DataFrame) -> Ints:
    """Return the places of the rows in the order of work: by tier, then value, then age, then balance.

    Parameters
    ----------
    scored : frame of :func:`score_items`; ``age_days`` breaks ties where it is there, the older first

    Examples
    --------
    >>> work_order(pd.DataFrame({"tier": [1, 1, 0], "value": [2.0, 3.0, 1.0], "balance": 10.0})).tolist()
    [2, 1, 0]
    """
    balance = _floats(scored, "balance")
    keys = [-balance]
    if "age_days" in scored.columns:
        keys.append(-np.nan_to_num(_floats(scored, "age_days"), nan=-1.0))
    keys += [-_floats(scored, "value"), scored["tier"].to_numpy(dtype=np.int8)]
    return np.lexsort(keys)


def sensitivity_table(
    frame: pd.DataFrame, weights: Weights = Weights(), *, top: int = 50, moves: Sequence[float] = (0.5, 1.5)
) -> pd.DataFrame:
    """Return how many of the first items are others when each weight moves by half.

    Parameters
    ----------
    frame : items as for :func:`score_items`
    weights : those in use
    top : how many items are looked at; all when there are fewer
    moves : factors on the weight

    Returns
    -------
    frame with ``weight``, ``value``, ``moved_to``, ``top``, ``changed`` (items among the first that were not there
    before) and ``changed_share``. A weight of 0 cannot move by half and changes nothing.

    Examples
    --------
    >>> items = pd.DataFrame({"balance": [900.0, 100.0], "expected_recovery": [90.0, 80.0], "minutes": [10, 10],
    ...     "days_left": None, "remedy_live": True})
    >>> table = sensitivity_table(items, top=1, moves=[1.5])
    >>> table.loc[table["changed"] > 0, "weight"].tolist()
    ['chance']
    """
    count = min(top, len(frame))
    base = set(work_order(score_items(frame, weights))[:count].tolist())
    rows = []
    for field in dataclasses.fields(weights):
        value = getattr(weights, field.name)
        if value is None:
            continue
        for move in moves:
            moved = dataclasses.replace(weights, **{field.name: value * move})
            found = set(work_order(score_items(frame, moved))[:count].tolist())
            rows.append((field.name, float(value), float(value * move), count, len(found - base)))
    table = pd.DataFrame(rows, columns=["weight", "value", "moved_to", "top", "changed"])
    return table.assign(changed_share=table["changed"] / max(count, 1))
