"""What should be worked first, by whom, on which day: payer, patient, credit and underpayment queues as of a day?

Puts the four queues together so that each account stands in one of them alone, orders them, and gives every item an
owner and a dated next step. It works nothing and sends nothing.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from arlab.aging import aged_items
from arlab.errors import NotAvailable, SettingsError
from arlab.frames import to_date
from arlab.priority.history import call_history
from arlab.priority.known import KEY
from arlab.priority.owed_back import credit_queue, underpayment_queue
from arlab.priority.owners import Owner, assign_owners, make_owners, owner_table
from arlab.priority.patient_queue import patient_queue
from arlab.priority.payer_queue import ChanceOf, payer_queue
from arlab.priority.score import PARTS, make_weights, sensitivity_table, work_order
from arlab.priority.sessions import add_projects, work_sessions
from arlab.reference import PracticeRules, load_rules
from arlab.tables import OWN_WRITE_OFFS, Practice

__all__ = ["QUEUES", "WorkQueue", "make_queue"]

QUEUES = ("payer", "patient", "credit", "underpayment")
"""The queues that are kept apart."""

COLUMNS = (
    *("queue", "place", "practice_id", "claim_id", "responsible", "payer", "payer_class", "balance", "elsewhere"),
    *("credit_elsewhere",),
    *("age_days", "bucket", "category", "carc", "group_code", "cause", "payee", "identified_date", "lines"),
    *("systematic_lines", "statements", "segment", "tries", "last_kind", "last_action_date", "last_staff"),
    *("promise_due_date", "remedy_state", "live_remedies", "next_remedy", "next_due_date", "days_left", "action"),
    *("because", "patient_bar", "escalate_to", "action_due_date", "action_days_left", "lost_share", "waiting"),
    *("next_action_date", "remedy_live", "minutes", "channel", "skill", "collectible", "win_chance", "won_here"),
    *("chance_from", "expected_recovery", "chance", "dollars_per_minute", "urgency", "value", "tier"),
    *(*(f"points_{part}" for part in PARTS), "score"),
    *("project", "session", "owner", "work_date", "late_for_deadline"),
)  # fmt: skip
_MADE_LATER = ("place", "elsewhere", "credit_elsewhere", "escalate_to", "project", "session", "owner",
               "work_date", "late_for_deadline")  # fmt: skip
_DATES = ("identified_date", "last_action_date", "promise_due_date", "next_due_date", "action_due_date",
          "next_action_date")  # fmt: skip
_TEXT = ("queue", "practice_id", "claim_id", "responsible", "payer", "payer_class", "bucket", "category", "carc",
         "group_code", "cause", "payee", "segment", "last_kind", "last_staff", "remedy_state", "live_remedies",
         "next_remedy", "action", "because", "patient_bar", "channel", "skill")  # fmt: skip
_FLAGS = ("waiting", "remedy_live")
_WHOLE = ("tier", "score", *(f"points_{part}" for part in PARTS))
# Which of an account's items is worked: the law's day first, then what has a clock, then the rest.
_FIRST = {
    ("credit", 0): 0,
    ("payer", 0): 1,
    ("underpayment", 0): 2,
    ("payer", 1): 3,
    ("credit", 1): 4,
    ("underpayment", 1): 5,
    ("patient", 1): 6,
    ("payer", 2): 7,
    ("patient", 2): 8,
    ("payer", 3): 9,
}


@dataclasses.dataclass(frozen=True)
class WorkQueue:
    """The queues of a practice on a day.

    ``items`` has one row per item, queue by queue in the order of work (columns: see :func:`make_queue`);
    ``sessions`` the sittings, ``owners`` the people, ``limits`` what the practice's tables cannot tell, as
    (what, why).
    """

    name: str
    as_of: dt.date
    own_data: bool
    rules: PracticeRules
    items: pd.DataFrame
    sessions: pd.DataFrame
    owners: tuple[Owner, ...]
    limits: tuple[tuple[str, str], ...]

    def of(self, queue: str) -> pd.DataFrame:
        """Return the items of one queue, first to work first.

        Raises
        ------
        SettingsError
            when there is no such queue.
        """
        if queue not in QUEUES:
            raise SettingsError(f"There is no queue '{queue}': choose {', '.join(QUEUES)}.")
        return self.items[(self.items["queue"] == queue).to_numpy()].reset_index(drop=True)

    def workload(self) -> pd.DataFrame:
        """Return what each owner has to do; see :func:`arlab.priority.owner_table`."""
        return owner_table(self.items, self.owners, as_of=self.as_of)

    def sensitivity(self, *, queue: str = "payer", top: int = 50) -> pd.DataFrame:
        """Return how the first items change with the weights; see :func:`arlab.priority.sensitivity_table`."""
        items = self.of(queue)
        return sensitivity_table(
            items.assign(days_left=items["action_days_left"]), make_weights(self.rules), top=top
        )


def make_queue(
    practice: Practice,
    *,
    as_of: dt.date | str | None = None,
    rules: PracticeRules | None = None,
    history: pd.DataFrame | None = None,
    chance: ChanceOf | None = None,
    owners: Sequence[Owner] | None = None,
) -> WorkQueue:
    """Return a practice's work queues on a day.

    Parameters
    ----------
    practice : with a ledger, or a snapshot with open items; what it lacks is told in ``limits``
    as_of : the day, the practice's own when left out; nothing later is used
    rules : the practice's rules; the default ones when left out
    history, chance : see :func:`arlab.priority.payer_queue`
    owners : who works; those of the rules or of the staff table when left out

    Returns
    -------
    :class:`WorkQueue`. Its items have ``queue`` (one of ``QUEUES``), ``place`` (from 1 in each
    queue), who owes what since when, ``elsewhere`` and ``credit_elsewhere`` (dollars of the same account, open
    and owed back, that stand in none of the queues, because an account is in one queue only), the remedies
    (``remedy_state``, ``live_remedies``, ``next_remedy``, ``next_due_date``, ``days_left``), ``action`` and
    ``because``, ``patient_bar``, ``expected_recovery``, ``minutes``, the score and its parts, ``project``,
    ``session``, ``owner``, ``next_action_date`` (the day by rule) and ``work_date`` (the day on which the owner
    gets to it).

    Raises
    ------
    NotAvailable
        when the day is later than the practice's data, or nothing says what is open.

    Notes
    -----
    Order: a deadline that must not be missed, then expected dollars a minute times urgency, then what waits for its
    day, then what has nothing left to win.
    """
    day = practice.as_of if as_of is None else to_date(as_of)
    if not practice.has("claims", "transactions") and not practice.has("open_items"):
        raise NotAvailable(
            f"'{practice.name}' has neither a ledger nor open items, so there is nothing to work:"
            " give an export that has one of them."
        )
    rules = load_rules() if rules is None else rules
    clock, edges = str(rules.value("aging", "clock")), tuple(rules.value("aging", "buckets"))
    items = pd.DataFrame(aged_items(practice, as_of=day, clock=clock, edges=edges))
    parts = {
        "payer": payer_queue(items, practice, as_of=day, rules=rules, history=history, chance=chance),
        "patient": patient_queue(items, practice, as_of=day, rules=rules),
        "credit": credit_queue(practice, as_of=day, rules=rules),
        "underpayment": underpayment_queue(practice, as_of=day, rules=rules),
    }
    whole = _in_one_queue_only(_together(parts))
    whole = whole.assign(escalate_to=_escalated(whole, rules))
    whole = _in_order(whole)
    people = make_owners(rules, practice) if owners is None else tuple(owners)
    whole = _with_owners(_by_turns(whole), people, as_of=day, lead=rules.lead).sort_values("_row")
    whole = add_projects(whole.drop(columns="_row").reset_index(drop=True), rules)
    work = float(rules.value("minutes", "call_payer")) + float(rules.value("sessions", "login_minutes"))
    usual = float(rules.value("sessions", "hold_minutes"))
    calls = call_history(practice, as_of=day, usual=usual, work=work)
    sessions, number = work_sessions(whole, rules, calls=calls)
    return WorkQueue(
        name=practice.name,
        as_of=day,
        own_data=practice.own_data,
        rules=rules,
        items=whole.assign(session=number)[list(COLUMNS)],
        sessions=sessions,
        owners=people,
        limits=_limits(practice),
    )


def _with_owners(items: pd.DataFrame, people: Sequence[Owner], *, as_of: dt.date, lead: str) -> pd.DataFrame:
    """Assign the items of each practice of a company to its own people, and to those of no practice."""
    if all(not one.practice_id for one in people):
        return assign_owners(items, people, as_of=as_of, lead=lead)
    frames = []
    for name, own in items.groupby("practice_id", sort=True):
        there = [one for one in people if one.practice_id in ("", name)]
        frames.append(assign_owners(own, there, as_of=as_of, lead=lead))
    return pd.concat(frames) if frames else assign_owners(items, people, as_of=as_of, lead=lead)


def _together(parts: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """Return the queues in one frame with the same columns, in plain types."""
    frames = [_plain(frame.assign(queue=name)) for name, frame in parts.items()]
    filled = [frame for frame in frames if len(frame)]
    return pd.concat(filled or frames[:1], ignore_index=True)


def _plain(frame: pd.DataFrame) -> pd.DataFrame:
    """Return a queue with every column of the whole: text, days, flags and numbers, empty where it has none."""
    columns = {}
    for name in COLUMNS:
        if name in _MADE_LATER:
            continue
        values = frame[name] if name in frame.columns else pd.Series(None, index=frame.index, dtype="object")
        if name in _TEXT:
            values = values.astype("str").where(values.notna(), "")
        elif name in _FLAGS:
            values = values.fillna(False).astype(bool)
        elif name in _DATES:
            values = pd.to_datetime(values).astype("datetime64[us]")
        else:
            values = pd.to_numeric(values).astype("int64" if name in _WHOLE else "float64")
        columns[name] = values
    return pd.DataFrame(columns, index=frame.index)


def _in_one_queue_only(whole: pd.DataFrame) -> pd.DataFrame:
    """Keep the items of each account that stand in the queue where it must be worked first."""
    order = [_FIRST.get(key, 10) for key in zip(whole["queue"], whole["tier"], strict=True)]
    place = {name: number for number, name in enumerate(QUEUES)}
    rank = pd.Series(order, index=whole.index, dtype="int64") * 10 + whole["queue"].map(place).fillna(
        0
    ).astype("int64")
    best = rank.groupby([whole[name] for name in KEY], sort=False).transform("min")
    chosen = whole["queue"].map(place).eq(best % 10).to_numpy(dtype=bool)
    # What is short was paid and written off as contractual: it is no part of what is open.
    kept = whole[chosen].sort_values([*KEY, "responsible"], kind="stable").reset_index(drop=True)
    again = kept.duplicated(KEY)  # what is left out is told once for each account, on its first row
    for name, queues in (("elsewhere", ("payer", "patient")), ("credit_elsewhere", ("credit",))):
        left_out = whole[~chosen & whole["queue"].isin(queues).to_numpy()]
        away = left_out.groupby(KEY, sort=False)["balance"].sum().round(2).rename(name).reset_index()
        kept = kept.merge(away, on=KEY, how="left")
        kept[name] = kept[name].fillna(0.0).mask(again, 0.0)
    return kept


def _escalated(items: pd.DataFrame, rules: PracticeRules) -> Any:
    """Return to whom each account goes by age and dollars, or who may write it off."""
    named = np.full(len(items), "", dtype=object)
    age = items["age_days"].to_numpy(dtype=np.float64, na_value=np.nan)
    balance = items["balance"].to_numpy(dtype=np.float64)
    owed = ~items["queue"].isin(["credit"]).to_numpy()
    for step in rules.escalation:
        named = np.where(owed & (age >= step["day"]) & (balance >= step["dollars"]), step["to"], named)
    # Who may write it off is asked, and not who hears of what is stuck.
    closing = items["action"].isin(["write_off_review", "small_balance_review"]).to_numpy()
    if rules.write_off:
        may = np.full(len(items), rules.lead, dtype=object)
        for step in reversed(rules.write_off):
            may = np.where(balance <= step["up_to"], step["by"], may)
        named = np.where(closing, may, named)
    return named


def _in_order(items: pd.DataFrame) -> pd.DataFrame:
    """Return the items queue by queue in the order of work, with their place."""
    frames = []
    for name in QUEUES:
        own = items[(items["queue"] == name).to_numpy()].reset_index(drop=True)
        own = own.iloc[work_order(own)]
        frames.append(own.assign(place=np.arange(1, len(own) + 1)))
    return pd.concat(frames, ignore_index=True)


def _by_turns(items: pd.DataFrame) -> pd.DataFrame:
    """Return the items of all queues in one order, as the people take them: by tier, then by value."""
    rows = items.assign(_row=np.arange(len(items)))
    return rows.iloc[work_order(rows)].reset_index(drop=True)


def _limits(practice: Practice) -> tuple[tuple[str, str], ...]:
    """Return what cannot be told without some tables."""
    found = []
    if not practice.has("coverages", "contracts", "submissions", "transactions", "claims"):
        found.append(
            (
                "deadlines",
                "no contract terms, sendings and dated denials say until when something can be done",
            )
        )
    if not practice.has("transactions"):
        found.append(
            ("denial reasons", "a list of open items says what is owed and not what the payer answered")
        )
        found.append(
            ("recovery rates of your own", "nothing settled is in the file, so published chances stand alone")
        )
    elif not practice.has("actions") and not practice.knows(OWN_WRITE_OFFS):
        found.append(("recovery rates of your own", "without write-offs only what was won is ever settled"))
    if not practice.has("actions"):
        found.append(("last action", "no log of the work says what was done"))
    if not practice.has("lines", "transactions", "claims"):
        found.append(("underpayments", "no lines with prices and no ledger say what was allowed"))
    if not practice.has("transactions") and not practice.has("credits"):
        found.append(("credits", "the file shows none"))
    return tuple(found)
