"""Which past tries to win a claim are settled, and did they win?

Reads the action log beside the ledger; only what was answered before the day counts. It counts no chances: see
``recovery``.
"""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd

from arlab.denials import first_answers, initial_denials
from arlab.frames import to_date, to_pandas
from arlab.priority.known import KEY, days_between, known_by
from arlab.priority.standing import TRIES
from arlab.tables import OWN_WRITE_OFFS, Practice, empty_table

__all__ = ["call_history", "resolved_patients", "resolved_tries"]

_COLUMNS = [
    *KEY,
    "payer",
    "payer_class",
    "category",
    "carc",
    "date",
    "age_days",
    "try_number",
    "kind",
    "won",
    "resolved_date",
]


def resolved_tries(practice: Practice, *, as_of: dt.date | str) -> pd.DataFrame:
    """Return the past tries whose answer was known before a day.

    Parameters
    ----------
    practice : with claims, a ledger and, for more than the outcome of denials, an action log
    as_of : the day; nothing dated on it or later counts

    Returns
    -------
    frame with ``practice_id``, ``claim_id``, ``payer``, ``payer_class``, ``category`` (of the
    denial; ``no_answer`` or ``not_on_file`` for a look at a claim that nobody had denied), ``carc``, ``date``
    (of the try), ``age_days`` (since the denial, or since the sending), ``try_number``, ``kind``, ``won``,
    ``resolved_date``. A try on a denial has won when the denied lines brought money before the next try; it has
    lost with the next denial, decision or try, or with the write-off. A look at a claim has won when it found
    that the claim had to be sent again and this brought an answer without a denial. Without an action log each
    settled denial is one try of unknown age; where the ledger knows no write-offs there are none, since only
    what was won would count.
    """
    day = to_date(as_of) - dt.timedelta(days=1)
    if not practice.has("claims", "transactions"):
        return _empty()
    if not {"transaction_id", "carc"} <= set(practice.transactions.columns):
        return _empty()
    tables = practice.tables
    lines = tables.get("lines")
    denials = to_pandas(initial_denials(tables["claims"], tables["transactions"], as_of=day, lines=lines))
    lost = denials[["written_off_date", "to_patient_date"]].min(axis=1)
    denials = denials.assign(_lost=lost)
    if not practice.has("actions"):
        # Where nobody writes down what was given up, only what was won is ever settled.
        return _settled(denials) if practice.knows(OWN_WRITE_OFFS) else _empty()
    done = known_by(practice.actions, "date", day)
    parts = [_tries(denials, done, practice, day), _looks(denials, done, practice, day)]
    found = pd.concat([part for part in parts if len(part)] or [_empty()], ignore_index=True)
    return found.sort_values([*KEY, "date", "try_number"], kind="stable", ignore_index=True)


def _empty() -> pd.DataFrame:
    text = {
        name: pd.Series(dtype="str") for name in (*KEY, "payer", "payer_class", "category", "carc", "kind")
    }
    dates = {name: pd.Series(dtype="datetime64[us]") for name in ("date", "resolved_date")}
    numbers = {"age_days": pd.Series(dtype="float64"), "try_number": pd.Series(dtype="int64")}
    return pd.DataFrame({**text, **dates, **numbers, "won": pd.Series(dtype=bool)})[_COLUMNS]


def _settled(denials: pd.DataFrame) -> pd.DataFrame:
    """Return one try for each denial that is settled."""
    over = denials[denials["outcome"] != "open"]
    won = over["paid_date"].notna()
    return over.assign(
        date=over["denied_date"],
        age_days=np.nan,
        try_number=1,
        kind="",
        won=won,
        resolved_date=over["paid_date"].fillna(over["_lost"]),
    )[_COLUMNS].reset_index(drop=True)


def _tries(denials: pd.DataFrame, done: pd.DataFrame, practice: Practice, day: dt.date) -> pd.DataFrame:
    """Return the settled tries on denied claims."""
    tried = done[done["kind"].isin(TRIES)][[*KEY, "date", "kind", "action_id"]]
    known = denials[[*KEY, "payer", "payer_class", "category", "carc", "denied_date", "paid_date", "_lost"]]
    rows = tried.merge(known, on=KEY, how="inner")
    rows = rows[rows["date"] >= rows["denied_date"]].sort_values([*KEY, "date", "action_id"], kind="stable")
    by = rows.groupby(KEY, sort=False)
    rows = rows.assign(try_number=by.cumcount() + 1, _next=by["date"].shift(-1))
    ledger = known_by(practice.transactions, "posted_date", day)
    again = ledger[(ledger["kind"] == "denial") & (ledger["responsible"] == "payer_1")]
    again = again[[*KEY, "posted_date"]].rename(columns={"posted_date": "_on"})
    appeals = practice.appeals if practice.has("appeals") else empty_table("appeals")
    decided = known_by(appeals, "decision_date", day)
    decided = decided[(decided["outcome"] != "won").to_numpy(dtype=bool, na_value=False)]
    decided = decided[[*KEY, "decision_date"]].rename(columns={"decision_date": "_on"})
    answers = pd.concat([again, decided], ignore_index=True)
    later = rows[[*KEY, "try_number", "date"]].merge(answers, on=KEY, how="inner")
    first = later[later["_on"] > later["date"]].groupby([*KEY, "try_number"], sort=False)["_on"].min()
    rows = rows.merge(first.rename("_denied_again").reset_index(), on=[*KEY, "try_number"], how="left")
    ends = rows[["_next", "_lost", "_denied_again"]]
    bad = ends.where(ends.ge(rows["date"], axis=0)).min(axis=1)
    paid = rows["paid_date"].where(rows["paid_date"] >= rows["date"])
    won = (paid.notna() & ~(paid > bad)).to_numpy(dtype=bool, na_value=False)
    resolved = paid.where(won, bad)
    rows = rows.assign(
        won=won, resolved_date=resolved, age_days=days_between(rows["denied_date"], rows["date"])
    )
    return rows[rows["resolved_date"].notna()][_COLUMNS]


def _looks(denials: pd.DataFrame, done: pd.DataFrame, practice: Practice, day: dt.date) -> pd.DataFrame:
    """Return the settled looks at claims that had no answer."""
    if not practice.has("submissions"):
        return _empty()
    looked = done[done["kind"] == "status_check"][[*KEY, "date", "action_id"]]
    again = done[done["kind"] == "resubmit"][[*KEY, "date"]].drop_duplicates().assign(_again=True)
    tables = practice.tables
    sent = known_by(tables["submissions"], "submitted_date", day)
    sent = sent[(sent["rank"] == 1).to_numpy(dtype=bool, na_value=False)]
    accepted = sent[(sent["accepted_date"] <= np.datetime64(day)).to_numpy(dtype=bool, na_value=False)]
    first_sent = sent.groupby(KEY, sort=False)["submitted_date"].min().rename("_sent").reset_index()
    first_in = accepted.groupby(KEY, sort=False)["accepted_date"].min().rename("_accepted").reset_index()
    answers = to_pandas(
        first_answers(tables["claims"], tables["transactions"], as_of=day, lines=tables.get("lines"))
    )[[*KEY, "answered_date", "answer"]]
    claims = tables["claims"][[*KEY, "first_payer", "payer_class"]].rename(columns={"first_payer": "payer"})
    rows = looked.merge(claims, on=KEY, how="inner").merge(again, on=[*KEY, "date"], how="left")
    for frame in (first_sent, first_in, answers):
        rows = rows.merge(frame, on=KEY, how="left")
    rows = rows[~(rows["answered_date"] <= rows["date"])].sort_values(
        [*KEY, "date", "action_id"], kind="stable"
    )
    sent_again = rows["_again"].notna().to_numpy()
    on_file = (rows["_accepted"] <= rows["date"]).to_numpy(dtype=bool, na_value=False)
    paid = rows["answer"].eq("not_denied").to_numpy()
    resolved = rows["date"].where(~sent_again, rows["answered_date"])
    rows = rows.assign(
        category=np.where(on_file, "no_answer", "not_on_file"),
        carc="",
        kind="status_check",
        won=sent_again & paid,
        resolved_date=resolved,
        age_days=days_between(rows["_sent"], rows["date"]),
    )
    rows = rows.assign(try_number=rows.groupby(KEY, sort=False).cumcount() + 1)
    return rows[rows["resolved_date"].notna()][_COLUMNS]


def resolved_patients(practice: Practice, *, as_of: dt.date | str) -> pd.DataFrame:
    """Return the patient accounts that were settled before a day, and the share that came.

    Returns
    -------
    frame with ``practice_id``, ``claim_id``, ``owed`` (dollars that became the patient's and were not due at the
    visit), ``paid``, ``share`` (0 to 1), ``resolved_date`` (of the last row). Accounts with less than a cent owed
    are left out.
    """
    day = to_date(as_of) - dt.timedelta(days=1)
    names = ["owed", "paid", "share", "resolved_date"]
    if not practice.has("transactions"):
        return pd.DataFrame(columns=[*KEY, *names])
    ledger = known_by(practice.transactions, "posted_date", day)
    own = ledger[ledger["responsible"].isin(["patient", "agency"])]
    at_visit = _at_visit(own, practice)
    cents = (own["amount"] * 100).round().astype("int64")
    kind = own["kind"]
    rows = own[KEY].assign(
        _left=cents,
        _paid=(-cents).where((kind == "patient_payment") & ~at_visit, 0),
        _given_up=(-cents).where(kind.isin(["bad_debt", "write_off"]) & ~_agreed(own), 0),
        resolved_date=own["posted_date"],
    )
    sums = rows.groupby(KEY, sort=True).agg(
        {"_left": "sum", "_paid": "sum", "_given_up": "sum", "resolved_date": "max"}
    )
    owed = sums["_paid"] + sums["_given_up"]
    found = sums.assign(owed=owed / 100, paid=sums["_paid"] / 100, share=(sums["_paid"] / owed).clip(0, 1))
    return found[(sums["_left"] == 0) & (owed > 0)].reset_index()[[*KEY, *names]]


def _at_visit(rows: pd.DataFrame, practice: Practice) -> pd.Series:
    """Return which rows were posted for money taken at the visit: by their reason, else by their day."""
    if "reason" in rows.columns and rows["reason"].notna().any():
        return rows["reason"].eq("at_visit").fillna(False).astype(bool)
    if not practice.has("claims"):
        return pd.Series(False, index=rows.index)
    seen = rows[KEY].merge(practice.claims[[*KEY, "service_date"]], on=KEY, how="left")["service_date"]
    on = rows["effective_date"] if "effective_date" in rows.columns else rows["posted_date"]
    return pd.Series((on.to_numpy() <= seen.to_numpy()), index=rows.index)


def _agreed(rows: pd.DataFrame) -> pd.Series:
    """Return which rows are a discount that was agreed, which nobody hoped to collect."""
    if "reason" not in rows.columns:
        return pd.Series(False, index=rows.index)
    return rows["reason"].eq("self_pay_discount").fillna(False).astype(bool)


def call_history(practice: Practice, *, as_of: dt.date | str, usual: float, work: float) -> pd.DataFrame:
    """Return how long a call to each payer waits, and how many claims it takes, from the calls logged before a day.

    Parameters
    ----------
    practice : with an action log that names sessions and minutes; without one nothing is known
    as_of : the day
    usual : minutes of wait where nothing is known; counts as much as three calls
    work : minutes of work on the first claim of a call, with the time to begin it, that are not waiting

    Returns
    -------
    frame with ``payer``, ``calls``, ``hold_minutes`` and ``claims_per_call`` (the most claims in one call).
    """
    empty = pd.DataFrame({"payer": [], "calls": [], "hold_minutes": [], "claims_per_call": []}).astype(
        {"payer": "str", "calls": "int64", "hold_minutes": "float64", "claims_per_call": "int64"}
    )
    if not practice.has("actions", "claims"):
        return empty
    done = known_by(practice.actions, "date", to_date(as_of) - dt.timedelta(days=1))
    if not {"channel", "minutes", "session_id", "action_id"} <= set(done.columns):
        return empty
    calls = done[(done["channel"] == "phone").to_numpy(dtype=bool, na_value=False) & done["minutes"].notna()]
    calls = calls.merge(practice.claims[[*KEY, "first_payer"]], on=KEY, how="left")
    calls = calls.sort_values(["date", "action_id"], kind="stable")
    calls = calls.assign(_call=calls["session_id"].fillna(calls["action_id"]))
    # The wait is written with the first claim of a call; two things done about one claim are one claim.
    by_call = calls.groupby(["practice_id", "_call"], sort=False).agg(
        payer=("first_payer", "first"), minutes=("minutes", "first"), claims=("claim_id", "nunique")
    )
    by_call = by_call.assign(waited=(by_call["minutes"].astype("float64") - work).clip(lower=0))
    sums = by_call.groupby("payer", sort=True).agg(
        calls=("waited", "size"), waited=("waited", "sum"), claims_per_call=("claims", "max")
    )
    if not len(sums):
        return empty
    hold = (sums["waited"] + 3 * usual) / (sums["calls"] + 3)
    return sums.assign(hold_minutes=hold).reset_index()[list(empty.columns)]
