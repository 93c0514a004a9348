"""What would an action on a day bring, if the truth were known?

Answers for many denied claims at once with the same chances as the world, which works them one by one. It knows
the answer key's frames and no practice.
"""

from __future__ import annotations

import datetime as dt
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from arlab.errors import InputRefused
from arlab.frames import to_date
from arlab.synth.chances import BEST, FIT, Action, raw_chance
from arlab.synth.days import make_calendar
from arlab.synth.desk import ATTEMPTS
from arlab.synth.rulebook import rules_under
from arlab.synth.scenario import Scenario

__all__ = ["ACTION_AT", "outcome_table"]

Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

ACTION_AT: Final = {action.name.lower(): action for action in Action}
"""Name of each action -> its number."""
_CLAIM_ACTIONS: Final = (Action.CORRECTED_CLAIM, Action.RECORDS_SENT, Action.REBILL_OTHER_PAYER)
_APPEALS: Final = (Action.APPEAL_1, Action.APPEAL_2, Action.PROOF_OF_TIMELY_FILING)
_FAR: Final = np.datetime64("2200-01-01", "us")


def outcome_table(
    scenario: Scenario,
    key: pd.DataFrame,
    tries: pd.DataFrame,
    items: pd.DataFrame,
    action: str | pd.Series,
    on: dt.date | str,
) -> pd.DataFrame:
    """Return probability and dollars; ``key`` and ``tries`` are frames of :class:`arlab.synth.truth.Truth`.

    The other arguments and the result are those of ``Truth.outcome``.
    """
    day: Any = np.datetime64(to_date(on), "us")
    taken = _actions(action, len(items))
    known = key.set_index("claim_id")
    missing = ~items["claim_id"].isin(known.index)
    if missing.any():
        raise InputRefused(
            f"{int(missing.sum())} of the claims have no denial in the answer key: ask only about denied claims."
        )
    facts = known.loc[items["claim_id"]].reset_index()
    wanted = np.array([ACTION_AT[name] for name in facts["wanted"]], dtype=np.int64)
    past = _history(tries, facts["claim_id"], day)
    if "attempt" in items.columns:
        past = {name: np.zeros(len(items), dtype=values.dtype) for name, values in past.items()}
        past["tries"] = items["attempt"].to_numpy(dtype=np.int64)

    arrives = np.where(facts["postmarked"], day, _tomorrow(scenario, day))
    live = _is_live(scenario, facts, taken, arrives, past, day)
    age = (day - facts["paid_date"].to_numpy()) / np.timedelta64(1, "D")
    quality = facts["quality"].to_numpy() * FIT[wanted, taken]
    raw = raw_chance(facts["base"].to_numpy(), quality, age, past["tries"].astype(np.float64))
    open_then = (facts["denied_date"] <= day) & ~(facts["end_date"] < day) & ~facts["misposted"]
    probability = np.where(live & open_then & (past["tries"] < ATTEMPTS), np.minimum(raw, BEST), 0.0)
    dollars = facts["expected"].to_numpy()
    return pd.DataFrame(
        {
            "claim_id": facts["claim_id"],
            "probability": probability,
            "dollars": dollars,
            "expected_dollars": probability * dollars,
        }
    )


def _actions(action: str | pd.Series, count: int) -> Ints:
    """Return the number of the action of each item."""
    names = [action] * count if isinstance(action, str) else list(action)
    unknown = sorted(set(names) - set(ACTION_AT))
    if unknown:
        raise InputRefused(f"There is no action '{unknown[0]}': use {', '.join(ACTION_AT)}.")
    return np.array([ACTION_AT[name] for name in names], dtype=np.int64)


def _history(tries: pd.DataFrame, claims: pd.Series, day: np.datetime64) -> dict[str, Any]:
    """Return what the house had tried on each claim before a day."""
    before = tries[tries["date"] < day]
    claim, action = before["claim_id"], before["action"]

    def on_claims(values: pd.Series, empty: Any) -> Any:
        return values.reindex(claims, fill_value=empty).to_numpy()

    corrected = action.isin([one.name.lower() for one in _CLAIM_ACTIONS])
    appealed = action.isin([one.name.lower() for one in _APPEALS])
    first = before[action == "appeal_1"].groupby("claim_id")["decided_date"].max()
    return {
        "tries": on_claims(before.groupby("claim_id").size(), 0).astype(np.int64),
        "corrected": on_claims(corrected.groupby(claim).any(), False).astype(bool),
        "appealed": on_claims(appealed.groupby(claim).any(), False).astype(bool),
        "decided": first.reindex(claims).fillna(pd.Timestamp(_FAR)).to_numpy().astype("datetime64[us]"),
        "twice": on_claims((action == "appeal_2").groupby(claim).any(), False).astype(bool),
    }


def _is_live(
    scenario: Scenario,
    facts: pd.DataFrame,
    taken: Ints,
    arrives: npt.NDArray[Any],
    past: dict[str, Any],
    day: np.datetime64,
) -> Flags:
    """Return whether each action may still be taken on the day."""
    payers = rules_under(scenario.contracts).payers
    second = dict(zip(payers.names, payers.appeal_2_days.tolist(), strict=True))
    by_claim = np.isin(taken, _CLAIM_ACTIONS) & ~past["corrected"]
    by_claim &= arrives <= facts["correct_due"].to_numpy()
    in_time = arrives <= facts["appeal_1_due"].fillna(pd.Timestamp("1900-01-01")).to_numpy()
    first = np.isin(taken, [Action.APPEAL_1, Action.PROOF_OF_TIMELY_FILING]) & ~past["appealed"] & in_time
    days = facts["payer"].map(second).to_numpy().astype("timedelta64[D]")
    decided = past["decided"]
    again = (taken == Action.APPEAL_2) & (decided <= day) & (decided > np.datetime64("1900-01-01"))
    again &= ~past["twice"] & (arrives <= decided + days) & (days > np.timedelta64(0, "D"))
    return by_claim | first | again


def _tomorrow(scenario: Scenario, day: Any) -> Any:
    """Return the working day on which what is sent on a day arrives."""
    calendar = make_calendar(scenario.start, (scenario.end - scenario.start).days + 1200)
    number = int((day - np.datetime64(scenario.start)).astype("timedelta64[D]").astype(np.int64))
    return calendar.dates(calendar.plus_working(np.array([max(number, 0)]), 1))[0]
