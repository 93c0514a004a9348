"""Where does each open payer item stand on a day: denied why, sent when, worked last how, promised what?

Gathers the facts that a recommendation needs, as they were known on the day. It recommends nothing.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import pandas as pd

from arlab.ledger import remedies
from arlab.priority.known import KEY, PARTY, known_by, last_of, no_cost_share, payer_channels, with_columns
from arlab.reference import read_rows
from arlab.tables import Practice, empty_table

__all__ = ["TRIES", "add_standing", "denied_facts", "live_remedies"]

TRIES = (
    "corrected_claim",
    "records_sent",
    "rebill_other_payer",
    "appeal_1",
    "appeal_2",
    "proof_of_timely_filing",
)
"""Kinds of action that try to win a denied claim."""
_ANSWERS = ("payer_payment", "contractual", "sequestration")


def denied_facts(transactions: pd.DataFrame, *, as_of: dt.date) -> pd.DataFrame:
    """Return the denial that stands on each claim and payer on a day.

    Parameters
    ----------
    transactions : the ledger
    as_of : rows posted later do not count, neither denials nor what takes them back

    Returns
    -------
    frame with ``practice_id``, ``claim_id``, ``responsible``, ``carc``, ``group_code``, ``rarc``, ``category``,
    ``denied_date`` (the first one by that payer, from which its clocks run), ``last_denied_date``. Codes that are
    never denials are left out; of several lines denied on the last day the one with most dollars stands for them.
    """
    ledger = with_columns(
        known_by(transactions, "posted_date", as_of),
        reverses_id=None, memo_amount=np.nan, group_code=None, rarc=None, carc=None, transaction_id="",
    )  # fmt: skip
    of_payer = ledger["responsible"].str.startswith("payer").to_numpy(dtype=bool, na_value=False)
    denied = ledger[(ledger["kind"] == "denial").to_numpy() & of_payer]
    never = [row["carc"] for row in read_rows("never_denial_codes") if not row["unless_payer_class"]]
    denied = denied[~denied["carc"].isin(never)]
    first = denied.groupby(PARTY, sort=False)["posted_date"].min().rename("denied_date")
    taken_back = ledger["reverses_id"].dropna()
    standing = denied[~denied["transaction_id"].isin(taken_back)] if len(taken_back) else denied
    last = last_of(standing, PARTY, ["posted_date", "memo_amount", "transaction_id"])
    found = last[[*PARTY, "carc", "group_code", "rarc", "posted_date"]].rename(
        columns={"posted_date": "last_denied_date"}
    )
    category = {row["carc"]: row["category"] for row in read_rows("denial_codes")}
    found = found.assign(category=found["carc"].map(category).fillna("other"))
    return found.merge(first.reset_index(), on=PARTY, how="left")


def live_remedies(practice: Practice, items: pd.DataFrame, *, as_of: dt.date) -> pd.DataFrame | None:
    """Return the remedies of open items on a day, or None when a practice's tables name no deadlines.

    Parameters
    ----------
    practice : with claims, coverages, contracts, sendings and a ledger; appeals where there are any
    items : open items with ``claim_id``; the remedies of other claims are not looked up
    as_of : the day
    """
    names = ("claims", "coverages", "submissions", "transactions")
    if not practice.has(*names, "contracts"):
        return None
    tables = practice.tables
    if "procedure" not in tables["claims"].columns or "contract_id" not in tables["coverages"].columns:
        return None
    wanted = items["claim_id"].unique()
    own = {name: tables[name][tables[name]["claim_id"].isin(wanted)] for name in names}
    own["transactions"] = with_columns(own["transactions"], rarc=pd.Series(dtype="str"), transaction_id="")
    appeals = tables["appeals"] if practice.has("appeals") else empty_table("appeals")
    days = dict.fromkeys(("appeal_2_days", "secondary_days", "reopen_days"), pd.Series(dtype="Int64"))
    contracts = with_columns(tables["contracts"], effective_to=pd.Series(dtype="datetime64[us]"), **days)
    return pd.DataFrame(remedies(contracts=contracts, appeals=appeals, as_of=as_of, **own))


def add_standing(items: pd.DataFrame, practice: Practice, *, as_of: dt.date) -> pd.DataFrame:
    """Return open payer items with what is known of each on the day.

    Parameters
    ----------
    items : open items whose ``responsible`` is a payer (or unknown, in a snapshot)
    practice : the tables there are; what is missing leaves its columns empty
    as_of : the day

    Returns
    -------
    the items, in their order, with ``rank``; of the denial ``carc``, ``group_code``, ``rarc``,
    ``denied_date``, ``last_denied_date``; of the sendings ``last_sent_date``, ``sent``, ``was_accepted``,
    ``was_rejected``; ``answered`` (the payer has posted something other than a denial); of the work ``tries``,
    ``last_kind``, ``last_action_date``, ``last_channel``, ``last_status``, ``last_try_date``,
    ``last_decision_date`` (of an appeal, not won), ``last_next_date``, ``last_staff``, ``promise_due_date``,
    ``promise_kept``; ``category`` (a row of the playbook), ``collectible`` (dollars that the contract lets
    come), ``payer_channel``, ``no_cost_share``, ``abn_on_file``.
    """
    rank = pd.to_numeric(items["responsible"].str.removeprefix("payer_"), errors="coerce").fillna(1)
    found = items.reset_index(drop=True).assign(rank=rank.to_numpy(dtype=np.int64))
    found = _add_denial(found, practice, as_of)
    found = _add_sendings(found, practice, as_of)
    found = _add_answers(found, practice, as_of)
    found = _add_actions(found, practice, as_of)
    found = _add_facts(found, practice)
    return found.assign(
        category=_category(found, silent="no_answer" if practice.has("transactions") else "unknown")
    )


def _add_denial(items: pd.DataFrame, practice: Practice, day: dt.date) -> pd.DataFrame:
    if practice.has("transactions"):
        facts = denied_facts(practice.transactions, as_of=day)
    else:
        facts = denied_facts(empty_table("transactions"), as_of=day)
    return items.merge(facts.rename(columns={"category": "denial_category"}), on=PARTY, how="left")


def _add_sendings(items: pd.DataFrame, practice: Practice, day: dt.date) -> pd.DataFrame:
    sent = practice.submissions if practice.has("submissions") else empty_table("submissions")
    sent = with_columns(known_by(sent, "submitted_date", day), rejected_date=pd.NaT, sequence=1)
    on = np.datetime64(day)
    sent = sent.assign(
        was_accepted=((sent["acceptance"] == "accepted") & (sent["accepted_date"] <= on)).to_numpy(
            dtype=bool, na_value=False
        ),
        was_rejected=((sent["acceptance"] == "rejected") & (sent["rejected_date"] <= on)).to_numpy(
            dtype=bool, na_value=False
        ),
    )
    by = [*KEY, "rank"]
    last = last_of(sent, by, ["submitted_date", "sequence"])[[*by, "submitted_date", "was_rejected"]]
    last = last.rename(columns={"submitted_date": "last_sent_date"})
    ever = sent.groupby(by, sort=False)["was_accepted"].max().reset_index()
    for frame in (last, ever):
        frame["rank"] = frame["rank"].astype("int64")
    found = items.merge(last, on=by, how="left").merge(ever, on=by, how="left")
    for name in ("was_accepted", "was_rejected"):
        found[name] = found[name].astype("boolean").fillna(False).astype(bool)
    return found.assign(sent=found["last_sent_date"].notna())


def _add_answers(items: pd.DataFrame, practice: Practice, day: dt.date) -> pd.DataFrame:
    ledger = practice.transactions if practice.has("transactions") else empty_table("transactions")
    ledger = known_by(ledger, "posted_date", day)
    said = ledger[ledger["kind"].isin(_ANSWERS)]
    last = said.groupby(PARTY, sort=False)["posted_date"].max().rename("last_answer_date")
    found = items.merge(last.reset_index(), on=PARTY, how="left")
    return found.assign(answered=found["last_answer_date"].notna())


def _add_actions(items: pd.DataFrame, practice: Practice, day: dt.date) -> pd.DataFrame:
    done = practice.actions if practice.has("actions") else empty_table("actions")
    done = with_columns(
        known_by(done, "date", day),
        channel=None, payer_status=None, next_action_date=pd.NaT, promise_due_date=pd.NaT, action_id="",
    )  # fmt: skip
    order = ["date", "action_id"]
    names = {
        "kind": "last_kind",
        "date": "last_action_date",
        "channel": "last_channel",
        "payer_status": "last_status",
        "next_action_date": "last_next_date",
        "staff": "last_staff",
    }
    last = last_of(done, KEY, order)[[*KEY, *names]].rename(columns=names)
    promised = done[done["promise_due_date"].notna()]
    promise = last_of(promised, KEY, order)[[*KEY, "date", "promise_due_date"]].rename(
        columns={"date": "promise_date"}
    )
    found = items.merge(last, on=KEY, how="left").merge(promise, on=KEY, how="left")
    # A log is kept by claim: what was done before a payer denied is no try against that denial.
    tried = done[done["kind"].isin(TRIES)][[*KEY, "date"]].merge(
        found.loc[found["denied_date"].notna(), [*PARTY, "denied_date"]], on=KEY, how="inner"
    )
    tried = tried[tried["date"] >= tried["denied_date"]]
    counted = tried.groupby(PARTY, sort=False)["date"].agg(tries="size", last_try_date="max").reset_index()
    found = found.merge(counted, on=PARTY, how="left").merge(_decisions(practice, day), on=KEY, how="left")
    kept = (found["last_answer_date"] >= found["promise_date"]).to_numpy(dtype=bool, na_value=False)
    return found.assign(tries=found["tries"].fillna(0).astype("int64"), promise_kept=kept)


def _decisions(practice: Practice, day: dt.date) -> pd.DataFrame:
    """Return by claim the last day on which an appeal was decided, and not won in full."""
    appeals = practice.appeals if practice.has("appeals") else empty_table("appeals")
    decided = known_by(appeals, "decision_date", day)
    decided = decided[(decided["outcome"] != "won").to_numpy(dtype=bool, na_value=False)]
    last = decided.groupby(KEY, sort=False)["decision_date"].max().rename("last_decision_date")
    return last.reset_index()


def _add_facts(items: pd.DataFrame, practice: Practice) -> pd.DataFrame:
    """Add what the contract lets come, the payer's channel, and what forbids billing the patient."""
    found = items
    collectible = found["balance"].astype("float64")
    if practice.has("claims") and "expected_allowed" in practice.claims.columns:
        facts = practice.claims[[*KEY, "charge", "expected_allowed"]]
        found = found.merge(facts, on=KEY, how="left")
        share = (found["expected_allowed"] / found["charge"].where(found["charge"] > 0)).clip(0, 1)
        # A payment brings a balance down to contract prices; until then, and where a line was denied, it is gross.
        gross = (found["rank"] == 1) & (~found["answered"] | found["denied_date"].notna())
        collectible = collectible.where(~gross, collectible * share.fillna(1.0)).astype("float64")
        found = found.drop(columns=["charge", "expected_allowed"])
    found = found.assign(collectible=collectible.round(2).to_numpy())
    payer = found["payer"] if "payer" in found.columns else pd.Series("", index=found.index)
    found = found.assign(payer_channel=payer_channels(payer, practice).to_numpy())
    return with_columns(
        _add_bars(found, practice), payer="", payer_class=None, age_days=np.nan, bucket="", not_on_file=False
    )


def _add_bars(found: pd.DataFrame, practice: Practice) -> pd.DataFrame:
    notice = pd.Series(False, index=found.index)
    if practice.has("lines") and "abn_on_file" in practice.tables["lines"].columns:
        signed = practice.lines.groupby(KEY, sort=False)["abn_on_file"].max().reset_index()
        merged = found[KEY].merge(signed, on=KEY, how="left")
        notice = merged["abn_on_file"].astype("boolean").fillna(False).astype(bool)
    return found.assign(no_cost_share=no_cost_share(found, practice), abn_on_file=notice.to_numpy())


def _category(items: pd.DataFrame, *, silent: str) -> Any:
    """Return the row of the playbook that each item belongs to; ``silent`` is that of an item with no answer."""
    missing = items["not_on_file"].astype("boolean").fillna(False).astype(bool)
    later = (items["rank"] > 1) & ~items["sent"] & ~items["answered"]
    return np.select(
        [
            items["denied_date"].notna() & items["denial_category"].notna(),
            later,
            items["was_rejected"] & ~items["was_accepted"],
            items["answered"],
            missing,
        ],
        [items["denial_category"], "second_payer", "rejected", "partly_paid", "not_on_file"],
        default=silent,
    )
