"""What would a practice's answers look like if one payer slowed from a day on, and nothing else changed?

Practices in which a payer has a given share of the claims, and the delay of its answers. The generator's own
incident adds days to what a payer receives from a day on; this lengthens waits, also those that have begun.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import Any

import numpy as np
import pandas as pd

from arlab.reference import read_rows
from arlab.synth import find_preset
from arlab.synth.scenario import Scenario

__all__ = ["KINDS", "delayed", "first_payers", "scenario_of", "start_of"]

KINDS = ("all", "new")
"""What slows: every wait that is not over on the day, or the waits that begin on the day or later."""
_MOST_OF_CLASS = 0.75  # of the patients in one payer class: with more it is no practice any more
_FROM, _DAYS = (
    dt.date(2025, 9, 1),
    210,
)  # days of a practice from January 2025 to June 2026 on which a payer slows


def first_payers(share: float) -> list[str]:
    """Return the payers that may have such a share of a practice's claims, in the order of the reference file."""
    rows = [row for row in read_rows("payers") if float(row["class_weight"]) > 0]
    return [row["payer"] for row in rows if share / float(row["class_weight"]) <= _MOST_OF_CLASS]


def scenario_of(payer: str, share: float, *, claims_per_year: int) -> Scenario:
    """Return the typical scenario with a payer that has a share of the patients; the others divide the rest."""
    row = next(row for row in read_rows("payers") if row["payer"] == payer)
    usual = find_preset("typical")
    mix = dict(usual.payer_mix)
    mine = share / float(row["class_weight"])
    rest = 1 - mix[row["payer_class"]]
    mix = {name: part / rest * (1 - mine) for name, part in mix.items()}
    mix[row["payer_class"]] = 1 - sum(part for name, part in mix.items() if name != row["payer_class"])
    return dataclasses.replace(usual, payer_mix=mix, claims_per_year=claims_per_year, months=18)


def start_of(seed: int) -> dt.date:
    """Return the day on which the payer slows: another weekday and season with each seed."""
    return _FROM + dt.timedelta(days=(seed * 37) % _DAYS)


def delayed(waiting: Any, *, payer: str, start: dt.date, times: float, kind: str) -> pd.DataFrame:
    """Return waiting claims in which a payer's waits are longer from a day on.

    Parameters
    ----------
    waiting : pandas frame of :func:`arlab.movement.waiting_claims`
    payer, start : who slows, and from which day
    times : factor on the remaining wait on that day (kind ``all``), and on every wait that begins later
    kind : one of :data:`KINDS`

    Notes
    -----
    The payer still answers on its own days only: a later answer comes on one of the two that lie beside its day, by
    chance so that waits are longer by the factor on average, and is posted when that day's other answers are.
    """
    there = (waiting["payer"] == payer) & waiting["adjudicated_date"].notna()
    mine = waiting[there]
    begun, answered, posted = (
        mine[name].to_numpy(dtype="datetime64[D]").astype(np.int64)
        for name in ("started_date", "adjudicated_date", "answered_date")
    )
    day = int(np.datetime64(start, "D").astype(np.int64))
    since = np.maximum(begun, day) if kind == "all" else begun
    slowed = (answered > since) & ((kind == "all") | (begun >= day))
    later = since + (answered - since) * times
    days, place = np.unique(answered, return_inverse=True)
    posting = np.full(len(days), -1)
    np.maximum.at(posting, place, posted)
    at = np.searchsorted(days, later)  # the first of its days that is not earlier
    last = np.minimum(at, len(days) - 1)
    before = days[np.maximum(last - 1, 0)]
    part = (later - before) / np.maximum(days[last] - before, 1)
    chance = np.random.default_rng(day).random(len(later))
    last = np.where((chance < part) | (before < answered), last, np.maximum(last - 1, 0))
    # After the last day that is known nothing was answered yet.
    new_day, new_posting = (
        np.where(at < len(days), known[last], later.astype(np.int64) + 400) for known in (days, posting)
    )
    found = waiting.copy()
    for name, old, new in (("adjudicated_date", answered, new_day), ("answered_date", posted, new_posting)):
        values = np.where(slowed, new, old).astype("datetime64[D]").astype("datetime64[us]")
        found.loc[there, name] = values
    return found
