"""Which clocks run on a claim on a day, and until when can something still be done?

Reads claims, coverages, contract terms, sendings, denials and appeals as they were known on the day. It
recommends nothing and knows no chances.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

import narwhals.stable.v2 as nw

from arlab.frames import as_counts, days_between, plus_days, small_like, sorted_by, table_function, to_date
from arlab.ledger.sums import KEY

__all__ = ["deadlines", "remedies"]

# Remark code of a claim the payer could not process: it is refiled within the filing time, not appealed.
UNPROCESSABLE = "MA130"

_ITEM = (*KEY, "rank")
_TERMS = (
    "filing_days",
    "corrected_days",
    "appeal_1_days",
    "appeal_2_days",
    "secondary_days",
    "reopen_days",
    "basis",
)
# Remedy -> what starts its clock.
STARTS_FROM = {
    "file": "service date",
    "refile_unprocessable": "service date (the claim could not be processed)",
    "correct": "first denial",
    "reopen": "first denial",
    "appeal_1": "first denial",
    "appeal_2": "decision on the first appeal",
    "secondary_file": "remittance of the payer before",
}


def _terms(coverages: Any, claims: Any, contracts: Any) -> nw.LazyFrame[Any]:
    """Return one row per claim and payer rank with the terms that hold on the day of service."""
    base = coverages.join(claims, on=list(KEY), how="inner").filter(~nw.col("contract_id").is_null())
    # Terms that name the service come before those that hold for every service (*).
    named = contracts.with_columns(
        _special=nw.when(nw.col("procedure") == "*").then(nw.lit(0)).otherwise(nw.lit(1)),
        _of=nw.col("procedure"),
    ).drop("procedure")
    both = base.join(named, on=["practice_id", "contract_id"], how="inner").filter(
        (nw.col("_of") == "*") | (nw.col("_of") == nw.col("procedure")),
        nw.col("service_date") >= nw.col("effective_from"),
        nw.col("effective_to").is_null() | (nw.col("service_date") <= nw.col("effective_to")),
    )
    best = both.group_by(*_ITEM).agg(_special=nw.col("_special").max())
    return both.join(best, on=[*_ITEM, "_special"], how="inner").unique(subset=list(_ITEM), keep="any")


def _answers(transactions: Any, as_of: dt.date) -> tuple[nw.LazyFrame[Any], nw.LazyFrame[Any]]:
    """Return the first denials by claim and rank, and the first remittance posting by claim and rank."""
    rank = nw.col("responsible").str.slice(6, 1).cast(nw.Int64)
    payer = transactions.filter(
        (nw.col("posted_date") <= as_of) & nw.col("responsible").is_in(["payer_1", "payer_2", "payer_3"])
    ).with_columns(rank=rank)
    unprocessable = nw.col("rarc").fill_null("") == UNPROCESSABLE
    denied = (
        payer.filter(nw.col("kind") == "denial")
        .with_columns(
            _denied=nw.when(~unprocessable).then(nw.col("posted_date")),
            _unprocessable=nw.when(unprocessable).then(nw.col("posted_date")),
        )
        .group_by(*_ITEM)
        .agg(nw.col("_denied").min(), nw.col("_unprocessable").min())
    )
    answered = (
        payer.filter(nw.col("kind").is_in(["payer_payment", "contractual", "denial", "sequestration"]))
        .with_columns(rank=nw.col("rank") + 1)
        .group_by(*_ITEM)
        .agg(_before=nw.col("posted_date").min())
    )
    return denied, answered


def _sent(base: nw.LazyFrame[Any], submissions: Any, as_of: dt.date) -> nw.LazyFrame[Any]:
    """Add the first acceptance, and the first accepted replacement and refiling after the denial."""
    dates = base.select(*_ITEM, "_denied", "_unprocessable")
    accepted = (
        submissions.filter((nw.col("acceptance") == "accepted") & (nw.col("accepted_date") <= as_of))
        .join(dates, on=list(_ITEM), how="inner")
        .with_columns(
            _corrected=nw.when(
                (nw.col("frequency_code") == "7") & (nw.col("submitted_date") >= nw.col("_denied"))
            ).then(nw.col("accepted_date")),
            _refiled=nw.when(nw.col("submitted_date") >= nw.col("_unprocessable")).then(
                nw.col("accepted_date")
            ),
        )
        .group_by(*_ITEM)
        .agg(
            _accepted=nw.col("accepted_date").min(),
            _corrected=nw.col("_corrected").min(),
            _refiled=nw.col("_refiled").min(),
        )
    )
    return base.join(accepted, on=list(_ITEM), how="left")


def _appealed(
    base: nw.LazyFrame[Any], appeals: Any, denials: nw.LazyFrame[Any], as_of: dt.date
) -> nw.LazyFrame[Any]:
    """Add when the first appeal was filed and decided (not won in full), and when the second was filed."""
    filed = (
        appeals.filter(nw.col("filed_date") <= as_of)
        .join(denials, on=["practice_id", "denial_id"], how="inner")
        .with_columns(
            _filed_1=nw.when(nw.col("level") == 1).then(nw.col("filed_date")),
            _filed_2=nw.when(nw.col("level") == 2).then(nw.col("filed_date")),
            _decided_1=nw.when(
                (nw.col("level") == 1)
                & (nw.col("decision_date") <= as_of)
                & nw.col("outcome").is_in(["lost", "partly_won"])
            ).then(nw.col("decision_date")),
        )
        .group_by(*_ITEM)
        .agg(nw.col("_filed_1").min(), nw.col("_filed_2").min(), nw.col("_decided_1").min())
    )
    return base.join(filed, on=list(_ITEM), how="left")


def _picked(choices: dict[str, nw.Expr]) -> nw.Expr:
    """Return the value of the row's remedy."""
    picked: Any = None
    for remedy, value in choices.items():
        here = nw.col("remedy") == remedy
        picked = nw.when(here).then(value) if picked is None else picked.when(here).then(value)
    return picked


@table_function(
    claims=(*KEY, "service_date", "procedure"),
    coverages=(*_ITEM, "contract_id"),
    contracts=("practice_id", "contract_id", "procedure", "effective_from", "effective_to", *_TERMS),
    submissions=(
        *_ITEM,
        "frequency_code",
        "submitted_date",
        "acceptance",
        "accepted_date",
    ),
    transactions=(*KEY, "transaction_id", "posted_date", "kind", "responsible", "rarc"),
    appeals=("practice_id", "denial_id", "level", "filed_date", "decision_date", "outcome"),
)
def remedies(
    claims: Any,
    coverages: Any,
    contracts: Any,
    submissions: Any,
    transactions: Any,
    appeals: Any,
    *,
    as_of: dt.date | str,
) -> Any:
    """Return every remedy of every claim on a day: which clock runs, from when, until when.

    Parameters
    ----------
    claims, coverages, contracts, submissions, transactions, appeals : frames of the table contract
    as_of : the day; denials posted, acceptances received and appeals filed or decided later do not count

    Returns
    -------
    frame with ``practice_id``, ``as_of``, ``claim_id``, ``rank``, ``remedy``, ``starts_from``, ``start_date``,
    ``due_date``, ``basis``, ``state``. State is ``used`` once it was taken, ``not_open`` before its clock starts,
    ``live`` up to and on the due date, ``expired`` after it.

    Notes
    -----
    Filing stops at the payer's acceptance, not at sending, and a rejection never stops it. A claim that could
    not be processed (remark code MA130) is refiled within the filing time and has no appeal from that denial.
    Appeal and correction run from the first denial by that payer; a denial of a resubmission does not restart
    them. The second appeal runs from the first decision that was not a full win. A reopening is never ``used``:
    the tables do not record one. A claim whose coverage names no contract has no known deadline and no row.
    """
    day = to_date(as_of)
    denied, answered = _answers(transactions, day)
    base = _terms(coverages, claims, contracts)
    base = base.join(denied, on=list(_ITEM), how="left").join(answered, on=list(_ITEM), how="left")
    ranks = transactions.filter(nw.col("kind") == "denial").with_columns(
        denial_id=nw.col("transaction_id"), rank=nw.col("responsible").str.slice(6, 1).cast(nw.Int64)
    )
    base = _appealed(_sent(base, submissions, day), appeals, ranks.select(*_ITEM, "denial_id"), day)

    first = nw.col("rank") == 1
    filing_start = nw.when(first).then(nw.col("service_date")).otherwise(nw.col("_before"))
    filing_due = (
        nw.when(first)
        .then(plus_days("service_date", "filing_days"))
        .otherwise(plus_days("_before", "secondary_days"))
    )
    base = base.with_columns(_filing_start=filing_start, _filing_due=filing_due)
    rows = base.join(
        small_like(base, {"remedy": list(STARTS_FROM), "starts_from": list(STARTS_FROM.values())}),
        how="cross",
    )
    was_denied = ~nw.col("_denied").is_null()
    here = {
        "file": first,
        "refile_unprocessable": ~nw.col("_unprocessable").is_null(),
        "correct": was_denied,
        "reopen": was_denied & ~nw.col("reopen_days").is_null(),
        "appeal_1": was_denied,
        "appeal_2": was_denied & ~nw.col("appeal_2_days").is_null(),
        "secondary_file": ~first & ~nw.col("secondary_days").is_null(),
    }
    start = {remedy: nw.col("_denied") for remedy in ("correct", "reopen", "appeal_1")}
    start |= {
        remedy: nw.col("_filing_start") for remedy in ("file", "refile_unprocessable", "secondary_file")
    }
    start["appeal_2"] = nw.col("_decided_1")
    due = {remedy: nw.col("_filing_due") for remedy in ("file", "refile_unprocessable", "secondary_file")}
    due |= {
        "correct": plus_days("_denied", "corrected_days"),
        "reopen": plus_days("_denied", "reopen_days"),
        "appeal_1": plus_days("_denied", "appeal_1_days"),
        "appeal_2": plus_days("_decided_1", "appeal_2_days"),
    }
    used = {
        "file": nw.col("_accepted"),
        "secondary_file": nw.col("_accepted"),
        "refile_unprocessable": nw.col("_refiled"),
        "correct": nw.col("_corrected"),
        "appeal_1": nw.col("_filed_1"),
        "appeal_2": nw.col("_filed_2"),
    }
    rows = (
        rows.with_columns(_here=_picked(here).fill_null(False))
        .filter(nw.col("_here"))
        .with_columns(
            as_of=nw.lit(day).cast(nw.Date),
            start_date=_picked(start),
            due_date=_picked(due),
            _used=_picked(used),
        )
        .with_columns(
            state=nw.when(~nw.col("_used").is_null())
            .then(nw.lit("used"))
            .when(nw.col("start_date").is_null())
            .then(nw.lit("not_open"))
            .when(nw.col("due_date") < day)
            .then(nw.lit("expired"))
            .otherwise(nw.lit("live"))
        )
    )
    return sorted_by(
        rows.select(
            "practice_id",
            "as_of",
            "claim_id",
            "rank",
            "remedy",
            "starts_from",
            "start_date",
            "due_date",
            "basis",
            "state",
        ),
        *_ITEM,
        "remedy",
    )


@table_function(remedies=(*_ITEM, "as_of", "remedy", "due_date", "state"))
def deadlines(remedies: Any) -> Any:
    """Return, for each claim and payer, the next day that something ends, and whether all is over.

    Parameters
    ----------
    remedies : frame of :func:`remedies`

    Returns
    -------
    frame with ``practice_id``, ``claim_id``, ``rank``, ``live`` (number of live remedies), ``next_due_date`` and
    ``days_left`` (of the live ones, empty when none is), ``state``: ``live``; ``used`` when a remedy was taken
    and its answer is awaited or final; ``expired`` only when no remedy is live and none was taken after the
    filing; ``not_open`` when nothing has started.
    """
    filing = nw.col("remedy").is_in(["file", "secondary_file"])
    marks = remedies.with_columns(
        _live=(nw.col("state") == "live").cast(nw.Int64),
        _taken=((nw.col("state") == "used") & ~filing).cast(nw.Int64),
        _filed=((nw.col("state") == "used") & filing).cast(nw.Int64),
        _expired=(nw.col("state") == "expired").cast(nw.Int64),
        _due=nw.when(nw.col("state") == "live").then(nw.col("due_date")),
    )
    by_claim = (
        marks.group_by(*_ITEM)
        .agg(
            nw.col("_taken").max(),
            nw.col("_filed").max(),
            nw.col("_expired").max(),
            nw.col("as_of").max(),
            live=nw.col("_live").sum(),
            next_due_date=nw.col("_due").min(),
        )
        .with_columns(
            *as_counts("live"),
            days_left=days_between("as_of", "next_due_date"),
            state=nw.when(nw.col("live") > 0)
            .then(nw.lit("live"))
            .when(nw.col("_taken") == 1)
            .then(nw.lit("used"))
            .when(nw.col("_expired") == 1)
            .then(nw.lit("expired"))
            .when(nw.col("_filed") == 1)
            .then(nw.lit("used"))
            .otherwise(nw.lit("not_open")),
        )
    )
    return sorted_by(by_claim.select(*_ITEM, "live", "next_due_date", "days_left", "state"), *_ITEM)
