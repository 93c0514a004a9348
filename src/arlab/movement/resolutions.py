"""How long has each claim waited for its payer's first answer, and when was the answer known?

Counts claims by payer, first day of waiting and day of the answer. It expects nothing and judges no payer.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

import narwhals.stable.v2 as nw

from arlab.denials.first import SELF_PAY, answer_rows, only_first
from arlab.errors import SettingsError
from arlab.frames import as_counts, cents, dollars, plus_days, sorted_by, table_function, to_date

__all__ = ["POSTING_DAYS", "resolution_table", "waiting_claims"]

POSTING_DAYS = 6
"""Days that a practice may take to post an answer before the delay counts as the payer's."""

_KEY = ("practice_id", "claim_id")
_CLAIMS = (*_KEY, "first_payer", "payer_class", "charge")
_LEDGER = (
    *_KEY,
    "posted_date",
    "kind",
    "responsible",
    "amount",
    "carc",
    "effective_date?",
    "group_code?",
    "remit_id?",
)
_SENT = (*_KEY, "rank", "submitted_date", "accepted_date")
_WAITING = ("practice_id", "payer", "started_date", "adjudicated_date", "answered_date", "charge")


@table_function(claims=_CLAIMS, transactions=_LEDGER, submissions=_SENT)
def waiting_claims(claims: Any, transactions: Any, submissions: Any, *, as_of: dt.date | str) -> Any:
    """Return since when each claim lies with its first payer, and when that payer answered first.

    Parameters
    ----------
    claims, transactions, submissions : frames of the table contract; self-pay claims are left out
    as_of : sendings, acceptances and postings after this day do not count

    Returns
    -------
    frame sorted by claim with ``practice_id``, ``claim_id``, ``payer``, ``started_date`` (first acceptance by the
    payer; first sending where a practice has no acceptances at all), ``adjudicated_date`` (the payer's day of the
    first answer) and ``answered_date`` (its posting day), both empty while there is none, ``charge`` in dollars.
    Claims that the payer never accepted are not there: they wait for somebody else.

    Examples
    --------
    >>> import pandas as pd
    >>> claims = pd.DataFrame({"practice_id": "p", "claim_id": ["c1"], "first_payer": ["Alder Health"],
    ...     "payer_class": ["commercial"], "charge": [80.0]})
    >>> sent = pd.DataFrame({"practice_id": "p", "claim_id": ["c1"], "rank": [1],
    ...     "submitted_date": pd.to_datetime(["2026-01-05"]), "accepted_date": pd.to_datetime(["2026-01-07"])})
    >>> paid = pd.DataFrame({"practice_id": "p", "claim_id": ["c1"], "responsible": ["payer_1"],
    ...     "posted_date": pd.to_datetime(["2026-02-02"]), "kind": ["payer_payment"], "amount": [-80.0],
    ...     "carc": [None]})
    >>> found = waiting_claims(claims, paid, sent, as_of="2026-06-30")
    >>> found[["started_date", "answered_date"]].astype(str).values.tolist()
    [['2026-01-07', '2026-02-02']]
    """
    day = to_date(as_of)
    days = (*_KEY, "answered_date", "adjudicated_date")
    answers = only_first(answer_rows(claims, transactions, day).group_by(*days).agg(_rows=nw.len())).select(
        *days
    )
    accepted = nw.when(nw.col("accepted_date") <= day).then(nw.col("accepted_date"))
    sent = (
        submissions.filter((nw.col("rank") == 1) & (nw.col("submitted_date") <= day))
        .with_columns(_accepted=accepted)
        .group_by(*_KEY)
        .agg(_sent=nw.col("submitted_date").min(), _accepted=nw.col("_accepted").min())
        .with_columns(_says=nw.col("_accepted").max().over("practice_id"))
    )
    started = nw.when(nw.col("_says").is_null()).then(nw.col("_sent")).otherwise(nw.col("_accepted"))
    found = (
        claims.filter(nw.col("payer_class") != SELF_PAY)
        .join(sent, on=list(_KEY), how="inner")
        .join(answers, on=list(_KEY), how="left")
        .with_columns(started_date=started, payer=nw.col("first_payer"), charge=dollars(cents("charge")))
        .filter(~nw.col("started_date").is_null())
    )
    return sorted_by(found.select("practice_id", "claim_id", *_WAITING[1:]), *_KEY)


@table_function(waiting=_WAITING)
def resolution_table(waiting: Any, *, as_of: dt.date | str, posting_days: int = POSTING_DAYS) -> Any:
    """Return how many claims began to wait on a day and were answered on a day, by payer.

    Parameters
    ----------
    waiting : see :func:`waiting_claims`
    as_of : answers that were not known by this day are empty
    posting_days : days that the practice may take to post. An answer counts as known so many days after the
        payer's own day, later when it is posted later: how quickly somebody posts does not look like the payer's
        pace then, and no answer is used before its posting day.

    Returns
    -------
    frame with ``practice_id``, ``payer``, ``started_date``, ``resolved_date`` (the day on which the answer counts
    as known, empty while it is not), ``claims`` and ``charge`` in dollars, sorted. A claim that was answered before
    the payer accepted it shows no wait and is left out.

    Raises
    ------
    SettingsError
        when ``posting_days`` is below 0.

    Examples
    --------
    >>> import pandas as pd
    >>> dates = {"started_date": ["2026-01-05"] * 3, "adjudicated_date": ["2026-01-12", "2026-01-12", None],
    ...     "answered_date": ["2026-01-13", "2026-01-26", None]}
    >>> rows = pd.DataFrame({name: pd.to_datetime(days) for name, days in dates.items()}).assign(
    ...     practice_id="p", payer="Alder Health", charge=[10.0, 20.0, 40.0])
    >>> found = resolution_table(rows, as_of="2026-01-31")
    >>> [str(day)[:10] for day in found["resolved_date"]], found["charge"].tolist()
    (['2026-01-18', '2026-01-26', 'NaT'], [10.0, 20.0, 40.0])
    """
    if posting_days < 0:
        raise SettingsError(f"posting_days must be 0 or more, not {posting_days}.")
    day = to_date(as_of)
    usual = plus_days("adjudicated_date", posting_days)
    known = nw.when(nw.col("answered_date") > usual).then(nw.col("answered_date")).otherwise(usual)
    rows = (
        waiting.filter(nw.col("started_date") <= day)
        .with_columns(_known=known, _cents=cents("charge"))
        .with_columns(resolved_date=nw.when(nw.col("_known") <= day).then(nw.col("_known")))
        .filter(nw.col("_known").is_null() | (nw.col("_known") >= nw.col("started_date")))
    )
    groups = ("practice_id", "payer", "started_date", "resolved_date")
    found = (
        rows.group_by(*groups)
        .agg(claims=nw.len(), _cents=nw.col("_cents").sum())
        .with_columns(*as_counts("claims"), charge=dollars("_cents"))
    )
    return sorted_by(found.select(*groups, "claims", "charge"), *groups)
