"""Which part of what was sent was accepted, answered, denied or resolved at once?

Counts claims, lines, dollars and sendings by the day of the event. It divides nothing.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

import narwhals.stable.v2 as nw

from arlab.denials import DUPLICATE
from arlab.errors import SettingsError
from arlab.frames import cents, plus_days, table_function, to_date
from arlab.metrics.periods import counted, flag, only

__all__ = [
    "FOLLOW_UP_DAYS",
    "answer_table",
    "clean_claim_table",
    "remittance_table",
    "sending_table",
]

FOLLOW_UP_DAYS = 90
"""Days from the first sending in which an answer counts: by then nearly every first answer has come."""

KEY = ("practice_id", "claim_id")
SELF_PAY = "self_pay"
_DENIED = ("denied", "partly_denied")

_ANSWERS = (
    *KEY,
    "charge",
    "lines",
    "first_sent_date",
    "answered_date",
    "lines_denied",
    "lines_reduced",
    "charge_denied",
    "brought",
    "answer",
)
_SENT = (*KEY, "rank", "submitted_date", "acceptance", "accepted_date?", "rejected_date?")


@table_function(answers=_ANSWERS, submissions=_SENT)
def answer_table(
    answers: Any,
    *,
    as_of: dt.date | str,
    basis: str = "answered",
    submissions: Any = None,
    by: Sequence[str] = (),
    each: str = "all",
    follow_up: int = FOLLOW_UP_DAYS,
) -> Any:
    """Return how many claims, lines and dollars were sent or answered, and how many of them initially denied.

    Parameters
    ----------
    answers : frame of :func:`arlab.denials.first_answers`
    as_of : answers posted and sendings made later do not count
    basis : ``answered`` counts claims by the posting day of their first answer, ``sent`` by the day of their first
        sending; of these an answer counts within ``follow_up`` days, and claims sent less than that ago are left
        out, so that a row never changes
    submissions : adds ``resolved`` to ``sent``: answered without a denial, never rejected, never sent again before
    by, each : columns to split by; ``day``, ``month`` or ``all``

    Returns
    -------
    frame with ``by``, ``day`` or ``month``, ``claims``, ``lines``, ``charge``, ``answered``, ``denied`` (every
    line), ``any_line_denied``, ``reduced`` (claims), ``lines_denied``, ``charge_of_denied`` (whole charge of denied
    claims), ``charge_denied`` (charge of denied lines) and, with submissions, ``resolved``.

    Raises
    ------
    SettingsError
        when the basis has another name.
    """
    if basis not in ("answered", "sent"):
        raise SettingsError(f"There is no basis '{basis}': choose answered or sent.")
    day = to_date(as_of)
    known = flag(nw.col("answered_date") <= day)
    if basis == "answered":
        rows = answers.filter(nw.col("answered_date") <= day)
    else:
        rows = answers.filter(nw.col("first_sent_date") <= day - dt.timedelta(days=follow_up))
        within = nw.col("answered_date") <= plus_days("first_sent_date", follow_up)
        known = flag(within)
    rows = rows.with_columns(_known=known)
    counts = ["claims", "lines", "answered", "denied", "any_line_denied", "reduced", "lines_denied"]
    if submissions is not None:
        rows = _with_first_pass(rows, submissions, day)
        counts.append("resolved")
    was = nw.col("_known") == 1
    word = nw.col("answer")
    rows = rows.with_columns(
        claims=nw.lit(1),
        answered=nw.col("_known"),
        denied=flag(was & (word == "denied")),
        any_line_denied=flag(was & word.is_in(list(_DENIED))),
        reduced=flag(was & (word == "reduced")),
        lines_denied=only(was, nw.col("lines_denied")),
        charge_of_denied=only(was & (word == "denied"), cents("charge")),
        charge_denied=only(was, cents("charge_denied")),
        charge=cents("charge"),
    )
    money = ("charge", "charge_of_denied", "charge_denied")
    on = "answered_date" if basis == "answered" else "first_sent_date"
    return counted(rows, on=on, by=by, each=each, counts=counts, money=money)


def _with_first_pass(rows: Any, submissions: Any, day: dt.date) -> Any:
    """Add ``resolved``: the first sending brought money or a patient share, and nothing was sent again before."""
    sent = submissions.filter((nw.col("submitted_date") <= day) & (nw.col("rank") == 1)).select(
        *KEY, "submitted_date", "acceptance"
    )
    before = sent.join(rows.select(*KEY, "answered_date"), on=list(KEY), how="inner").filter(
        nw.col("submitted_date") <= nw.col("answered_date")
    )
    before = before.with_columns(_again=nw.lit(1), _rejected=flag(nw.col("acceptance") == "rejected"))
    tries = before.group_by(*KEY).agg(nw.col("_again").sum(), nw.col("_rejected").max())
    rows = rows.join(tries, on=list(KEY), how="left")
    smooth = (nw.col("_again") == 1) & (nw.col("_rejected") == 0)
    clean = (nw.col("answer") == "not_denied") & (nw.col("brought") > 0)
    return rows.with_columns(resolved=flag((nw.col("_known") == 1) & smooth & clean))


@table_function(submissions=_SENT)
def sending_table(
    submissions: Any, *, as_of: dt.date | str, by: Sequence[str] = (), each: str = "all"
) -> Any:
    """Return how many sendings were accepted and rejected, by the day of sending.

    Parameters
    ----------
    submissions : frame of the table contract; every sending to every payer counts
    as_of : sendings, acceptances and rejections of later days do not count; an answer without a day counts as
        known when it was sent
    by, each : columns of the submissions to split by; ``day``, ``month`` or ``all``

    Returns
    -------
    frame with ``by``, ``day`` or ``month``, ``sent``, ``accepted``, ``rejected``, and the same of claims' first
    sendings to their first payer: ``first_sent``, ``first_accepted``, ``first_rejected``.
    """
    day = to_date(as_of)
    have = submissions.collect_schema().names()
    rows = submissions.filter(nw.col("submitted_date") <= day)

    def known(name: str) -> nw.Expr:
        return (nw.col(name) <= day) | nw.col(name).is_null() if name in have else nw.lit(True)

    rows = rows.with_columns(_own=nw.when(nw.col("rank") == 1).then(nw.col("submitted_date")))
    first = nw.col("_own") == nw.col("_own").min().over(*KEY)
    rows = rows.with_columns(
        sent=nw.lit(1),
        accepted=flag((nw.col("acceptance") == "accepted") & known("accepted_date")),
        rejected=flag((nw.col("acceptance") == "rejected") & known("rejected_date")),
        first_sent=flag(first),
    )
    rows = rows.with_columns(
        first_accepted=nw.col("accepted") * nw.col("first_sent"),
        first_rejected=nw.col("rejected") * nw.col("first_sent"),
    )
    counts = ("sent", "accepted", "rejected", "first_sent", "first_accepted", "first_rejected")
    return counted(rows, on="submitted_date", by=by, each=each, counts=counts)


@table_function(
    claims=(*KEY, "payer_class", "charge_entry_date"),
    claim_edits=(*KEY, "hit_date", "manual", "cleared_date?"),
    submissions=(*KEY, "rank", "submitted_date", "touched_before_send?"),
)
def clean_claim_table(
    claims: Any,
    claim_edits: Any,
    *,
    as_of: dt.date | str,
    submissions: Any = None,
    by: Sequence[str] = (),
    each: str = "all",
) -> Any:
    """Return how many insured claims came into the claims tool, and how many passed every edit untouched.

    Parameters
    ----------
    claims, claim_edits : frames of the table contract; self-pay claims are no claims of a payer
    as_of : claims entered and edits hit later do not count
    submissions : a first sending that a person touched is not clean either
    by, each : columns of the claims to split by; ``day``, ``month`` or ``all`` of the charge entry

    Returns
    -------
    frame with ``by``, ``day`` or ``month``, ``claims``, ``clean`` (no edit that a person had to clear and none that
    still stops the claim, first sending untouched), ``no_edit`` (stopped by no edit at all).
    """
    day = to_date(as_of)
    edits = claim_edits.filter(nw.col("hit_date") <= day)
    cleared = nw.lit(True)
    if "cleared_date" in claim_edits.collect_schema().names():
        cleared = (nw.col("cleared_date") <= day).fill_null(False)
    by_hand = nw.col("manual").fill_null(False) | ~cleared
    stopped = edits.with_columns(_hit=nw.lit(1), _hand=flag(by_hand)).group_by(*KEY)
    rows = claims.filter((nw.col("charge_entry_date") <= day) & (nw.col("payer_class") != SELF_PAY)).join(
        stopped.agg(nw.col("_hit").max(), nw.col("_hand").max()), on=list(KEY), how="left"
    )
    touched = nw.col("_hand").fill_null(0)
    if submissions is not None and "touched_before_send" in submissions.collect_schema().names():
        sent = submissions.filter((nw.col("submitted_date") <= day) & (nw.col("rank") == 1))
        sent = sent.filter(nw.col("submitted_date") == nw.col("submitted_date").min().over(*KEY))
        sent = sent.with_columns(_touched=flag(nw.col("touched_before_send")))
        rows = rows.join(sent.group_by(*KEY).agg(nw.col("_touched").max()), on=list(KEY), how="left")
        touched = touched + nw.col("_touched").fill_null(0)
    rows = rows.with_columns(
        claims=nw.lit(1), clean=flag(touched == 0), no_edit=flag(nw.col("_hit").is_null())
    )
    return counted(rows, on="charge_entry_date", by=by, each=each, counts=("claims", "clean", "no_edit"))


@table_function(
    transactions=(
        *KEY,
        "posted_date",
        "kind",
        "responsible",
        "amount",
        "carc?",
        "remit_id",
    ),
)
def remittance_table(
    transactions: Any, *, as_of: dt.date | str, by: Sequence[str] = (), each: str = "all"
) -> Any:
    """Return how many claims first payers' remittances listed, and how many of those they paid nothing on.

    Parameters
    ----------
    transactions : frame of the table contract with ``remit_id``
    as_of : rows posted later do not count
    by, each : columns of the transactions to split by; ``day``, ``month`` or ``all`` of posting

    Returns
    -------
    frame with ``by``, ``day`` or ``month``, ``remitted`` (pairs of claim and remittance; claims denied as
    copies are left out), ``zero_paid`` (those without a payment, whatever the reason: a deductible counts too).
    """
    day = to_date(as_of)
    copy = nw.lit(False)
    if "carc" in transactions.collect_schema().names():
        copy = (nw.col("kind") == "denial") & (nw.col("carc") == DUPLICATE).fill_null(False)
    by = (by,) if isinstance(by, str) else tuple(by)
    rows = (
        transactions.filter((nw.col("posted_date") <= day) & (nw.col("responsible") == "payer_1"))
        .filter(~nw.col("remit_id").is_null())
        .filter(nw.col("kind").is_in(["payer_payment", "contractual", "sequestration", "denial", "transfer"]))
        .with_columns(_copy=flag(copy), _paid=only(nw.col("kind") == "payer_payment", -cents("amount")))
        .group_by(*KEY, "remit_id", "posted_date", *[name for name in by if name not in KEY])
        .agg(nw.col("_copy").max(), nw.col("_paid").sum())
        .filter(nw.col("_copy") == 0)
        .with_columns(remitted=nw.lit(1), zero_paid=flag(nw.col("_paid") <= 0))
    )
    return counted(rows, on="posted_date", by=by, each=each, counts=("remitted", "zero_paid"))
