"""What should be done next about an open payer item, until when, and when is it due?

Rules alone, on the facts of :mod:`arlab.priority.standing` and the clocks beside them: bucket, reason, payer, last
action (founding article A3, A11, A18). It values nothing and orders nothing.
"""

from __future__ import annotations

import datetime as dt
import functools
from typing import Any

import numpy as np
import pandas as pd

from arlab.priority.billing import billing_bar
from arlab.priority.known import days_between
from arlab.priority.standing import TRIES
from arlab.reference import PracticeRules, read_rows
from arlab.tables import REMEDIES

__all__ = ["action_facts", "add_recommendation", "letter_channel", "working_day"]

_GIVEN_UP = ("write_off", "move_to_patient")
# Kind of action as logged -> key of [follow_up]: how long until somebody looks again.
_WAITS = {
    "status_check": "unchanged_status",
    "resubmit": "after_resubmit",
    "corrected_claim": "after_correction",
    "rebill_other_payer": "after_resubmit",
    "records_sent": "after_records",
    "appeal_1": "after_appeal",
    "appeal_2": "after_appeal",
    "proof_of_timely_filing": "after_appeal",
}
_OF_APPEAL = ("appeal_1", "appeal_2", "prove_timely_filing")
_SECOND_WAY = 0.15  # of the money is lost with a remedy while an appeal lives on; our choice
_WRONG_WAY = 0.75  # the same where only a correction lives on for what needs an appeal; our choice


@functools.cache
def action_facts() -> dict[str, dict[str, str]]:
    """Return what is known of each kind of work: words, skill, channel, remedies, wait."""
    return {row["action"]: row for row in read_rows("work_actions")}


def letter_channel(payer_channel: pd.Series) -> Any:
    """Return how a letter goes: by the payer's site where there is one, else by fax."""
    return np.where(payer_channel == "portal", "portal", "fax")


def working_day(dates: pd.Series) -> pd.Series:
    """Return each day, or the Monday after it when it is on a weekend; empty stays empty."""
    on = dates.dt.day_of_week.fillna(0)
    return dates + pd.to_timedelta(np.where(on >= 5, 7 - on, 0), unit="D").astype("timedelta64[us]")


def add_recommendation(items: pd.DataFrame, *, as_of: dt.date, rules: PracticeRules) -> pd.DataFrame:
    """Return payer items with the recommended action, why, its last day and its day by rule.

    Parameters
    ----------
    items : frame of :func:`arlab.priority.add_standing` with the columns of :func:`arlab.priority.add_clocks`
    as_of : the day
    rules : waits, minutes, Medicaid copay

    Returns
    -------
    the items with ``action`` (a key of ``work_actions.csv``), ``because`` (a short name of the
    rule that chose it), ``patient_bar`` (why the patient may not be billed, a key of ``BARS``, or empty),
    ``waiting`` (its day by rule is still to come), ``next_action_date`` (that day, or the day itself),
    ``action_due_date`` and ``action_days_left`` (last day on which the remedy can be sent), ``lost_share``
    (part of the money lost after it), ``remedy_live``, ``minutes``, ``channel`` and ``skill``.
    """
    facts = _facts(items, as_of, rules)
    conditions = _decided(items, facts)
    action = np.select(
        [mask for mask, _, _ in conditions], [what for _, what, _ in conditions], "check_status"
    )
    because = np.select([mask for mask, _, _ in conditions], [why for _, _, why in conditions], "no_answer")
    found = items.assign(action=action, because=because, patient_bar=facts["bar"])
    closing = np.isin(action, ["write_off_review", "move_to_patient"])
    waits = facts["waits"] & ~closing & ~facts["protect"]
    on = np.datetime64(as_of)
    next_date = facts["next_date"].where(waits, pd.Timestamp(on))
    found = found.assign(
        waiting=waits,
        next_action_date=working_day(next_date.astype("datetime64[us]")),
        remedy_live=action != "write_off_review",
        age_of_try=facts["age_of_try"],
    )
    transit = pd.Timedelta(days=float(rules.value("deadline", "transit_days")))
    return _with_work(_with_due(found, as_of, transit), rules)


def _facts(items: pd.DataFrame, day: dt.date, rules: PracticeRules) -> dict[str, Any]:
    """Return what the rules ask of each item."""
    on = pd.Timestamp(day)
    wait = rules.sections["follow_up"]
    denied = (items["denied_date"].notna() & items["denial_category"].notna()).to_numpy()
    rejected = items["category"].eq("rejected").to_numpy()
    answer = items[["last_denied_date", "last_decision_date"]].max(axis=1)
    answered_try = (answer > items["last_try_date"]).to_numpy(dtype=bool, na_value=False)
    awaiting = denied & (items["tries"] > 0).to_numpy() & ~answered_try
    state = items["remedy_state"]
    newer = (answer > items["last_action_date"]).to_numpy(dtype=bool, na_value=False)
    alive = items["live_remedies"].ne("").to_numpy()
    unknown = state.eq("unknown").to_numpy()
    dead = state.eq("expired").to_numpy()
    dead = dead | denied & ~alive & ~unknown & ~awaiting & state.ne("not_open").to_numpy()

    by_kind = {kind: pd.Timedelta(days=wait[key]) for kind, key in _WAITS.items()}
    called = (items["last_channel"] == "phone").to_numpy(dtype=bool, na_value=False)
    days = items["last_kind"].map(by_kind)
    days = days.mask(
        called & items["last_kind"].eq("status_check").to_numpy(), pd.Timedelta(days=wait["after_call"])
    )
    by_rule = items["last_action_date"] + days
    first_look = items["last_sent_date"] + pd.Timedelta(days=wait["first_look"])
    unconfirmed = items["last_sent_date"] + pd.Timedelta(days=wait["after_resubmit"])
    by_rule = by_rule.fillna(first_look.where(items["was_accepted"], unconfirmed))
    by_rule = by_rule.where(~(items["last_sent_date"] > items["last_action_date"]), unconfirmed)
    if "service_date" in items.columns:
        by_rule = by_rule.fillna(items["service_date"] + pd.Timedelta(days=wait["first_sending"]))
    next_date = pd.concat([by_rule, items["last_next_date"]], axis=1).min(axis=1)
    promise = items["promise_due_date"] + pd.Timedelta(days=wait["after_promise"])
    asked = (items["last_action_date"] > items["promise_due_date"]).to_numpy(dtype=bool, na_value=False)
    pending = promise.notna().to_numpy() & ~items["promise_kept"].to_numpy() & ~newer & ~asked
    next_date = next_date.mask(pd.Series(pending, index=items.index), promise)
    # A denial, a decision, a rejection or an unread answer is news: nobody waits any longer.
    unread = (items["last_answer_date"] > items["last_action_date"]).to_numpy(dtype=bool, na_value=False)
    unread = (unread | items["last_action_date"].isna().to_numpy()) & items["category"].eq(
        "partly_paid"
    ).to_numpy()
    second = items["category"].eq("second_payer").to_numpy() & items["last_action_date"].isna().to_numpy()
    fresh = (denied & ~awaiting) | newer | rejected | unread | second
    waits = (next_date > on).to_numpy(dtype=bool, na_value=False) & ~(fresh & ~pending)
    due_appeal = days_between(on, items["due_appeal_1"]).to_numpy()
    near = due_appeal <= float(rules.value("deadline", "override_days"))
    since = items["denied_date"].where(
        pd.Series(denied, index=items.index), items["last_sent_date"].fillna(items["service_date"])
        if "service_date" in items.columns else items["last_sent_date"],
    )  # fmt: skip
    return {
        "denied": denied,
        "awaiting": awaiting,
        "dead": dead,
        "alive": alive,
        "unknown": unknown,
        "waits": waits,
        "next_date": next_date,
        "pending": pending,
        "broken": pending & (promise <= on).to_numpy(dtype=bool, na_value=False),
        "protect": awaiting & near & alive,
        "bar": billing_bar(items, medicaid_copay=float(rules.value("patients", "medicaid_copay"))),
        "age_of_try": days_between(since, on).clip(lower=0),
        "called": called,
    }


def _decided(items: pd.DataFrame, facts: dict[str, Any]) -> list[tuple[Any, Any, str]]:
    """Return (where, action, rule) in the order in which the rules are asked."""
    category = items["category"]
    book = {row["category"]: row["action"] for row in read_rows("playbook")}
    wanted = category.map(book).fillna("call_payer").to_numpy(dtype=object)
    denied, dead, unknown = facts["denied"], facts["dead"], facts["unknown"]
    given_up = items["last_kind"].isin(_GIVEN_UP).to_numpy() & ~facts["alive"] & ~unknown

    def open_for(action: str) -> Any:
        names = [name for name in action_facts()[action]["remedies"].split("|") if name]
        if not names:
            return np.ones(len(items), dtype=bool)
        some = np.zeros(len(items), dtype=bool)
        for name in names:
            some |= items[f"due_{name}"].notna().to_numpy()
        return some | unknown

    can = np.zeros(len(items), dtype=bool)
    for action in set(wanted.tolist()):
        can |= (wanted == action) & open_for(action)
    # What was tried once is not tried in the same way again; the payer that is responsible is billed once.
    tried = (items["tries"] > 0).to_numpy()
    can &= ~(tried & np.isin(wanted, ["bill_right_payer", "prove_timely_filing"]))
    to_patient = (dead | given_up) & denied & (facts["bar"] == "")
    old = items["age_days"].to_numpy(dtype=np.float64, na_value=np.nan) > 120
    by_phone = (items["payer_channel"] == "phone").to_numpy()
    looked = items["last_kind"].isin(["status_check", "resubmit", *TRIES]).to_numpy()
    over_60 = items["age_days"].to_numpy(dtype=np.float64, na_value=np.nan) > 60
    silent = category.isin(["no_answer", "unknown"]).to_numpy()
    partly = category.eq("partly_paid").to_numpy()
    return [
        (to_patient, "move_to_patient", "patient_owes"),
        (dead | given_up, "write_off_review", "nothing_left"),
        (facts["pending"] & ~facts["protect"], "follow_up_promise", "promise"),
        (facts["protect"], "appeal_1", "before_it_ends"),
        (facts["awaiting"], "ask_for_decision", "answer_is_due"),
        (denied & can, wanted, "reason"),
        (denied & open_for("appeal_1"), "appeal_1", "correction_is_used"),
        (denied & open_for("appeal_2"), "appeal_2", "first_appeal_lost"),
        (denied & open_for("corrected_claim"), "corrected_claim", "appeal_is_over"),
        (denied, "senior_review", "no_plain_remedy"),
        (category.eq("rejected").to_numpy(), "fix_rejection", "rejected"),
        (category.eq("second_payer").to_numpy(), "file_secondary", "first_payer_answered"),
        (category.eq("not_on_file").to_numpy() & ~facts["waits"], "resubmit", "not_on_file"),
        (category.eq("not_on_file").to_numpy(), "confirm_acceptance", "sent_lately"),
        (partly & old & looked, "senior_review", "over_120"),
        (partly, "call_payer", "rest_open"),
        (silent & facts["waits"] & ~looked, "confirm_acceptance", "young"),
        (silent & old & looked, "senior_review", "over_120"),
        (silent & over_60, "call_payer", "over_60"),
        (silent & looked, "call_payer", "unchanged_status"),
        (silent & by_phone, "call_payer", "no_site"),
        (category.eq("unknown").to_numpy(), "check_status", "nothing_known"),
    ]  # fmt: skip


def _with_due(items: pd.DataFrame, day: dt.date, transit: pd.Timedelta) -> pd.DataFrame:
    """Add the last day on which the recommended remedy can be sent, and what is lost with it."""
    due = pd.Series(pd.NaT, index=items.index, dtype="datetime64[us]")
    for action, facts in action_facts().items():
        here = items["action"] == action
        if not facts["remedies"] or not here.any():
            continue
        for name in facts["remedies"].split("|"):
            due = due.mask(here & due.isna(), items[f"due_{name}"])
    last = items[[f"due_{name}" for name in REMEDIES]].max(axis=1)
    appeals = items[["due_appeal_1", "due_appeal_2"]].max(axis=1)
    on_appeal = items["action"].isin(_OF_APPEAL).to_numpy()
    lost = np.select(
        [
            due.isna().to_numpy(),
            ~(last > due).to_numpy(dtype=bool, na_value=False),
            (appeals > due).to_numpy(dtype=bool, na_value=False),
            on_appeal,
        ],
        [0.0, 1.0, _SECOND_WAY, _WRONG_WAY],
        default=_SECOND_WAY,
    )
    # What must be received in time has to leave before; on the very last day it is sent all the same.
    sent = due.where(~items["counts_receipt"], due - transit).astype("datetime64[us]")
    due = (
        sent.where(~(sent < pd.Timestamp(day)), pd.Timestamp(day)).astype("datetime64[us]").where(due.notna())
    )
    days = days_between(pd.Timestamp(day), due)
    return items.assign(action_due_date=due, action_days_left=days, lost_share=lost)


def _with_work(items: pd.DataFrame, rules: PracticeRules) -> pd.DataFrame:
    """Add minutes, channel and skill of the recommended action."""
    facts = action_facts()
    channel = items["action"].map({name: row["channel"] for name, row in facts.items()})
    own = items["payer_channel"]
    asked = channel.eq("payer").to_numpy()
    by_call = asked & own.eq("phone").to_numpy()
    minutes = items["action"].map(rules.sections["minutes"]).astype("float64")
    call = float(rules.value("minutes", "call_payer"))
    return items.assign(
        minutes=minutes.mask(by_call & (minutes < call), call).clip(lower=1.0),
        channel=np.select([asked, channel.eq("letter").to_numpy()], [own, letter_channel(own)], channel),
        skill=items["action"].map({name: row["skill"] for name, row in facts.items()}),
    )
