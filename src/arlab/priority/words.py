"""How is an item of the queue told in words: what it is worth, until when, why, what to do, and what not?

Sentences are made for the rows that are shown and for no others. It decides nothing.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from typing import Any

import pandas as pd

from arlab.priority.billing import BARS
from arlab.priority.clocks import remedy_words
from arlab.priority.owed_back import CAUSES
from arlab.priority.recommend import action_facts
from arlab.priority.score import PARTS
from arlab.reference import read_rows

__all__ = ["add_words", "describe_item", "describe_points", "describe_step"]

_FOCUS = {
    "0-30": "confirm the acceptance and watch for early rejections",
    "31-60": "check the status, correct errors, set the next day",
    "61-90": "escalate and prepare the appeal",
    "91-120": "review filing limits, appeal rights and what the payer has promised",
}
_ENOUGH = 10  # tries of which a rate in tenths means something
_OLDEST = "senior review and the proper resolution"
_WHY = {
    "patient_owes": "the payer says PR and nothing is left to do with it",
    "nothing_left": "every limit has passed or every remedy is used",
    "promise": "the payer promised to pay",
    "before_it_ends": "the answer to the correction may come after the appeal has ended",
    "answer_is_due": "the answer to what was sent is awaited",
    "correction_is_used": "the correction was used, the appeal is still open",
    "first_appeal_lost": "the first appeal was not won in full",
    "appeal_is_over": "no appeal is open, a correction or reopening still is",
    "no_plain_remedy": "no plain remedy is left",
    "rejected": "the claim was rejected, so the payer has not got it and the filing clock runs on",
    "first_payer_answered": "the first payer has answered",
    "not_on_file": "the payer has not accepted the claim",
    "sent_lately": "the claim is on its way",
    "young": "the claim was accepted lately",
    "over_120": "it is over 120 days old and was looked at before",
    "over_60": "it is over 60 days old and still open",
    "unchanged_status": "the status has not changed",
    "no_site": "this payer answers by telephone only",
    "rest_open": "the payer answered and a part is still open",
    "nothing_known": "the file does not say what was answered",
    "no_answer": "there is no answer yet",
    "not_billable": "it may not be billed",
    "with_agency": "the account is with an agency",
    "on_plan": "a payment plan is running",
    "small_balance": "a statement would cost more than it brings",
    "no_statement_yet": "no statement was sent yet",
    "after_final_notice": "the last notice was sent",
    "statements_sent": "all statements but the last were sent",
    "large": "the balance is large enough for a plan",
    "middling": "a call helps more than another letter",
    "reminder": "the last statement is a month old",
    "sixty_days": "the law wants it back in 60 days from when it is identified",
    "owed_back": "it is owed back",
    "short": "the payer allowed less than the contract says",
}


@functools.cache
def _playbook() -> dict[str, dict[str, str]]:
    return {row["category"]: row for row in read_rows("playbook")}


def describe_item(item: Mapping[str, Any]) -> str:
    """Return what an item is worth and why, in one sentence.

    Parameters
    ----------
    item : a row of :func:`arlab.priority.make_queue`, as a mapping

    Examples
    --------
    >>> describe_item({"queue": "payer", "balance": 1840.0, "action": "appeal_1", "category": "authorisation",
    ...     "days_left": 9.0, "next_remedy": "appeal_1", "remedy_state": "live", "won_here": 12, "chance_from": 20})
    '$1,840.00, appeal ends in 9 days, authorisation denials at this payer are won 6 times in 10'
    """
    parts = [_dollars(_number(item, "balance")), _clock(item), _odds(item)]
    besides = _number(item, "elsewhere") or 0.0
    if besides:
        parts.append(f"{_dollars(besides)} more is open on this account with somebody else")
    if item.get("queue") == "credit":
        cause = CAUSES.get(str(item.get("cause", "unknown")), CAUSES["unknown"])
        parts = [f"{parts[0]} owed back to {_text(item, 'payee') or 'the payer'}", _clock(item), cause]
    return ", ".join(part for part in parts if part)


def _clock(item: Mapping[str, Any]) -> str:
    days = _number(item, "days_left")
    if item.get("queue") == "credit":
        if days is None:
            return ""
        return f"due in {_days(days)}" if days >= 0 else f"due {_days(-days)} ago"
    state = item.get("remedy_state")
    if state == "expired":
        return "every limit has passed"
    if days is None or days < 0 or state != "live":
        return ""
    what = "dispute" if item.get("queue") == "underpayment" else remedy_words(_text(item, "next_remedy"))
    words = f"{what} ends {'today' if days == 0 else f'in {_days(days)}'}"
    last = _number(item, "action_days_left")
    if last is not None and last > days and what != "dispute":
        words += f" (this step has {_days(last)})"
    return words


def _odds(item: Mapping[str, Any]) -> str:
    tried, won = _number(item, "chance_from") or 0, _number(item, "won_here") or 0
    chance = _number(item, "win_chance")
    what = _playbook().get(_text(item, "category"), {}).get("label", "such items")
    if item.get("action") == "move_to_patient":
        return f"patients pay such a balance {_tenths(chance or 0.0)}"
    if item.get("queue") == "patient":
        return "" if chance is None else f"balances of this size bring about ${10 * chance:.0f} of $10"
    if item.get("tier") == 3 or item.get("queue") == "credit":
        return ""
    if item.get("category") == "unknown":
        return "what was answered is not in the file"
    if item.get("queue") == "underpayment":
        return f"such disputes are taken to be won {_tenths(chance or 0.0)}"
    if tried >= _ENOUGH:
        return f"{what} at this payer are won {_tenths(won / tried)}"
    if tried >= 1:
        here = f"{won:.0f} of {tried:.0f} at this payer {'was' if won == 1 else 'were'} won"
        return f"{what}: {here}; with all that is known of them, {_tenths(chance or 0.0)}"
    if chance is None:
        return ""
    return f"{what} are won {_tenths(chance)} by what is known of them"


def _tenths(share: float) -> str:
    tenths = round(10 * share)
    return f"{tenths} times in 10" if tenths != 1 else "once in 10"


def describe_points(item: Mapping[str, Any]) -> str:
    """Return the score and its parts, which add up; nothing for a credit, which is owed and not won.

    Examples
    --------
    >>> describe_points({"score": 62, "points_balance": 21, "points_chance": 30, "points_minutes": 8,
    ...     "points_deadline": 3})
    '62 points: 21 for the balance, 30 for the chance, 8 for short work, 3 for the deadline'
    """
    if item.get("queue") == "credit":
        return ""
    names = ("the balance", "the chance", "short work", "the deadline")
    told = [f"{int(item[f'points_{part}'])} for {name}" for part, name in zip(PARTS, names, strict=True)]
    return f"{int(item['score'])} points: {', '.join(told)}"


def describe_step(item: Mapping[str, Any]) -> str:
    """Return what to do, why, who does it when, and what never to do.

    Examples
    --------
    >>> describe_step({"action": "check_status", "because": "no_answer", "owner": "Amy",
    ...     "work_date": pd.Timestamp("2026-06-30"), "category": "no_answer"})
    'Amy on 2026-06-30: check the status, because there is no answer yet. Do not send it again while it is on \
file: that makes a duplicate.'
    """
    facts = action_facts().get(_text(item, "action"), {})
    why = _WHY.get(_text(item, "because"))
    book = _playbook().get(_text(item, "category"), {})
    if why is None:
        why = f"it is one of the {book.get('label', 'denials')}"
    day = item.get("work_date")
    when = "" if day is None or pd.isna(day) else f" on {pd.Timestamp(day).date()}"
    told = f"{_text(item, 'owner')}{when}: {facts.get('words', 'look at it')}, because {why}."
    bar = BARS.get(_text(item, "patient_bar"))
    denied = item.get("queue") in ("payer", None) and _text(item, "carc") != ""
    if bar and (denied or item.get("queue") == "patient"):
        told += f" Do not bill the patient: {bar}."
    elif book.get("never"):
        told += f" {book['never']}"
    if _text(item, "escalate_to"):
        closes = _text(item, "action") in ("write_off_review", "small_balance_review")
        told += f" {'Ask' if closes else 'Tell'} {_text(item, 'escalate_to')}."
    return told


def add_words(queue: pd.DataFrame) -> pd.DataFrame:
    """Return a few rows of the queue with ``words`` (worth and why), ``points`` and ``step``, and the ``focus``.

    ``focus`` is what its age bucket asks for (founding article A3); empty for what patients and payers are owed.
    """
    rows: list[Any] = queue.to_dict("records")
    return queue.assign(
        words=[describe_item(row) for row in rows],
        points=[describe_points(row) for row in rows],
        step=[describe_step(row) for row in rows],
        focus=[
            _FOCUS.get(_text(row, "bucket"), _OLDEST if _text(row, "bucket").startswith("over") else "")
            if row.get("queue") == "payer"
            else ""
            for row in rows
        ],
    )


def _number(item: Mapping[str, Any], name: str) -> float | None:
    value = item.get(name)
    return None if value is None or pd.isna(value) else float(value)


def _text(item: Mapping[str, Any], name: str) -> str:
    value = item.get(name)
    return "" if value is None or value != value else str(value)


def _days(days: float) -> str:
    return f"{days:,.0f} day{'s' * (round(days) != 1)}"


def _dollars(amount: float | None) -> str:
    return "" if amount is None else f"${amount:,.2f}"
