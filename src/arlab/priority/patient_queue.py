"""Which patient balances need a next step, which one, and which may not be billed at all?

Segments by size, age, statements and plan (founding article A8, A28). It writes no letter and threatens nobody.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from arlab.priority.billing import billing_bar
from arlab.priority.history import resolved_patients
from arlab.priority.known import KEY, days_between, known_by, last_of, no_cost_share
from arlab.priority.recommend import action_facts, working_day
from arlab.priority.score import make_weights, score_items
from arlab.reference import PracticeRules, read_rows
from arlab.tables import Practice, empty_table

__all__ = ["patient_queue", "patient_rates", "published_rate"]

_LATER = 0.75  # of the chance after each statement; our choice, as every reminder brings less
_SHARES = ("1", "2", "3")
_MONTH = 30


def patient_rates(practice: Practice, *, as_of: dt.date, shrinkage: float = 10.0) -> pd.DataFrame:
    """Return what patients pay of a balance, by its size: published, here, and the two together.

    Parameters
    ----------
    practice : with a ledger; without one the published bands stand alone
    as_of : the day; only accounts settled before it count
    shrinkage : so many accounts count as much as the published figure

    Returns
    -------
    frame with ``up_to`` (dollars; infinite in the last band), ``published``, ``accounts``,
    ``share_here`` (mean share paid, empty without accounts), ``rate``.
    """
    edges, published = _published()
    settled = resolved_patients(practice, as_of=as_of)
    band = _band(settled["owed"], edges)
    count = np.bincount(band, minlength=len(edges))
    paid = np.bincount(band, weights=settled["share"].to_numpy(dtype=np.float64), minlength=len(edges))
    here = np.divide(paid, count, out=np.full(len(edges), np.nan), where=count > 0)
    rate = np.divide(
        paid + shrinkage * published, count + shrinkage, out=published.copy(), where=count + shrinkage > 0
    )
    return pd.DataFrame(
        {"up_to": edges, "published": published, "accounts": count, "share_here": here, "rate": rate}
    )


def published_rate(balances: pd.Series) -> npt.NDArray[np.float64]:
    """Return the published share that patients pay of balances of each size.

    Examples
    --------
    >>> published_rate(pd.Series([80.0, 500.0, 640.0, 5120.0])).tolist()
    [0.41, 0.41, 0.2, 0.03]
    """
    edges, published = _published()
    return published[_band(balances, edges)]


def _published() -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    rows = read_rows("patient_bands")
    edges = np.array([float(row["up_to"] or "inf") for row in rows])
    return edges, np.array([float(row["chance"]) for row in rows])


def _band(balances: pd.Series, edges: npt.NDArray[np.float64]) -> npt.NDArray[np.int64]:
    return np.searchsorted(edges, balances.to_numpy(dtype=np.float64, na_value=0.0), side="left")


def patient_queue(
    items: pd.DataFrame, practice: Practice, *, as_of: dt.date, rules: PracticeRules
) -> pd.DataFrame:
    """Return a practice's open patient items with the next step, in no order yet.

    Parameters
    ----------
    items : open items with age and bucket (:func:`arlab.aged_items`)
    practice, as_of, rules : as for :func:`arlab.priority.payer_queue`

    Returns
    -------
    one row per claim and party (patient or agency) with ``statements`` (sent so far), ``last_statement_date``,
    ``on_plan``, ``segment`` (size), ``patient_bar``, the columns of a recommendation and those of
    :func:`arlab.priority.score_items`.
    """
    own = items[items["responsible"].isin(["patient", "agency"]).to_numpy()].reset_index(drop=True)
    found = _add_facts(own, practice, as_of)
    limits = rules.sections["patients"]
    found = found.assign(
        patient_owes=True,
        patient_bar=billing_bar(
            found.assign(patient_owes=True), medicaid_copay=float(limits["medicaid_copay"])
        ),
    )
    found = _add_step(found, as_of, rules)
    rates = patient_rates(practice, as_of=as_of, shrinkage=float(rules.value("recovery", "shrinkage")))
    band = _band(found["balance"], rates["up_to"].to_numpy())
    chance = rates["rate"].to_numpy()[band] * _LATER ** found["statements"].to_numpy(dtype=np.float64)
    expected = np.where(found["remedy_live"], chance * found["balance"].to_numpy(), 0.0)
    found = found.assign(
        category="patient",
        segment=_segments(rates)[band],
        win_chance=chance,
        expected_recovery=np.round(expected, 2),
        chance_from=rates["accounts"].to_numpy()[band],
        won_here=np.rint(np.nan_to_num(rates["share_here"].to_numpy())[band] * rates["accounts"].to_numpy()[band]),
        days_left=np.nan,
        lost_share=0.0,
    )  # fmt: skip
    return score_items(found, make_weights(rules))


def _segments(rates: pd.DataFrame) -> Any:
    edges = rates["up_to"].tolist()
    return np.array(
        [f"up to ${edge:,.0f}" for edge in edges[:-1]] + [f"over ${edges[-2]:,.0f}"], dtype=object
    )


def _add_facts(items: pd.DataFrame, practice: Practice, day: dt.date) -> pd.DataFrame:
    """Add statements, plan, agency, and the row that moved the money to the patient."""
    sent = practice.statements if practice.has("statements") else empty_table("statements")
    sent = known_by(sent, "sent_date", day)
    counted = sent.groupby(KEY, sort=False)["sent_date"].agg(statements="nunique", last_statement_date="max")
    found = items.merge(counted.reset_index(), on=KEY, how="left")
    plans = practice.payment_plans if practice.has("payment_plans") else empty_table("payment_plans")
    plans = last_of(known_by(plans, "start_date", day), KEY, ["start_date"])
    ends = plans["start_date"] + pd.to_timedelta(plans["instalments"].astype("float64") * _MONTH, unit="D")
    running = plans[(ends >= pd.Timestamp(day)).to_numpy(dtype=bool, na_value=False)]
    found = found.merge(
        running[[*KEY, "start_date"]].rename(columns={"start_date": "plan_start_date"}), on=KEY, how="left"
    )
    ledger = practice.transactions if practice.has("transactions") else empty_table("transactions")
    ledger = known_by(ledger, "posted_date", day)
    up = ledger[(ledger["amount"] > 0).to_numpy() & (ledger["kind"] == "transfer").to_numpy()]
    placed = (
        up[up["responsible"] == "agency"].groupby(KEY, sort=False)["posted_date"].max().rename("placed_date")
    )
    found = found.merge(placed.reset_index(), on=KEY, how="left")
    # A transfer that is no deductible, coinsurance or copay says by its codes whether it was lawful.
    coded = up[(up["responsible"] == "patient").to_numpy()]
    if {"group_code", "carc"} <= set(coded.columns):
        coded = coded[~coded["carc"].isin(_SHARES)]
        coded = last_of(coded, KEY, ["posted_date"])[[*KEY, "group_code", "carc"]]
    else:
        coded = pd.DataFrame(columns=[*KEY, "group_code", "carc"])
    found = found.merge(coded, on=KEY, how="left")
    return found.assign(
        statements=found["statements"].fillna(0).astype("int64"),
        on_plan=found["plan_start_date"].notna(),
        no_cost_share=no_cost_share(found, practice),
    )


def _add_step(items: pd.DataFrame, day: dt.date, rules: PracticeRules) -> pd.DataFrame:
    """Add the next step of each balance and its day."""
    limits, wait = rules.sections["patients"], rules.sections["follow_up"]
    on = pd.Timestamp(day)
    balance, sent = items["balance"].to_numpy(), items["statements"].to_numpy()
    agency = items["responsible"].eq("agency").to_numpy()
    plan, bar = items["on_plan"].to_numpy(), items["patient_bar"].ne("").to_numpy()
    conditions = [
        (bar, "not_billable_review", "not_billable"),
        (agency, "agency_review", "with_agency"),
        (plan, "await_plan", "on_plan"),
        (balance < limits["smallest_statement"], "small_balance_review", "small_balance"),
        (sent == 0, "send_statement", "no_statement_yet"),
        (sent > limits["statements"], "agency_review", "after_final_notice"),
        (sent >= limits["statements"], "final_notice", "statements_sent"),
        (balance >= limits["plan_from"], "offer_plan", "large"),
        (balance >= limits["call_from"], "call_patient", "middling"),
    ]
    masks = [np.asarray(mask, dtype=bool) for mask, _, _ in conditions]
    action = np.select(masks, [what for _, what, _ in conditions], "send_statement")
    because = np.select(masks, [why for _, _, why in conditions], "reminder")
    statement = items["last_statement_date"] + pd.Timedelta(days=wait["after_statement"])
    placed = items["placed_date"] + pd.Timedelta(days=limits["agency_days"])
    months = (days_between(items["plan_start_date"], on) // _MONTH).fillna(0).astype("int64") + 1
    instalment = items["plan_start_date"] + pd.to_timedelta(months * _MONTH, unit="D")
    due = statement.where(~agency, placed).where(~plan | agency, instalment)
    closing = np.isin(action, ["not_billable_review", "small_balance_review"])
    waits = (due > on).to_numpy(dtype=bool, na_value=False) & ~closing
    facts = action_facts()
    named = pd.Series(action, index=items.index)
    return items.assign(
        action=action,
        because=because,
        waiting=waits,
        next_action_date=working_day(due.where(waits, on).astype("datetime64[us]")),
        remedy_live=~closing,
        remedy_state=np.where(closing, "not_open", "live"),
        minutes=named.map(rules.sections["minutes"]).astype("float64").clip(lower=1.0),
        channel=named.map({name: row["channel"] for name, row in facts.items()}),
        skill=named.map({name: row["skill"] for name, row in facts.items()}),
    )  # fmt: skip
