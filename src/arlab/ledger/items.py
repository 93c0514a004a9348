"""What is owed on a day, by whom, and from which dates does its age count?

Joins balances with the facts of the claim, its sendings and its statements, as they were known on the day.
It ages nothing (see ``aging``).
"""

from __future__ import annotations

import datetime as dt
from typing import Any

import narwhals.stable.v2 as nw

from arlab.frames import dollars, plus_days, sorted_by, table_function, to_date
from arlab.ledger.sums import KEY, LEDGER_COLUMNS, balance_cents

__all__ = ["credits", "open_items", "with_payer"]

# A patient has a month to pay after the balance became theirs, statement or not.
PATIENT_GRACE_DAYS = 30
_RANKS = (1, 2, 3)
# Ledger reason of an amount that was due at the visit, such as a copay.
DUE_AT_VISIT = "due_at_visit"


def _first_days(
    submissions: nw.LazyFrame[Any] | None, base: nw.LazyFrame[Any], as_of: dt.date
) -> nw.LazyFrame[Any]:
    """Add the first sending to the first payer, the first to the responsible payer, and its acceptance."""
    if submissions is None:
        return base
    sent = submissions.filter(nw.col("submitted_date") <= as_of)
    accepted = (nw.col("acceptance") == "accepted") & (nw.col("accepted_date") <= as_of)
    # One column for each payer instead of one row: the sendings are then grouped and joined once, by claim.
    days = {}
    for rank in _RANKS:
        days[f"_billed_{rank}"] = nw.when(nw.col("rank") == rank).then(nw.col("submitted_date"))
        days[f"_accepted_{rank}"] = nw.when((nw.col("rank") == rank) & accepted).then(nw.col("accepted_date"))
    by_claim = sent.with_columns(**days).group_by(*KEY).agg(nw.col(*days).min())

    def own(name: str) -> nw.Expr:
        chosen: Any = nw
        for rank in _RANKS:
            chosen = chosen.when(nw.col("responsible") == f"payer_{rank}").then(nw.col(f"{name}_{rank}"))
        return chosen

    return base.join(by_claim, on=list(KEY), how="left").with_columns(
        first_bill_date=nw.col("_billed_1"), _billed=own("_billed"), _accepted=own("_accepted")
    )


def _turns(transactions: nw.LazyFrame[Any], as_of: dt.date, *, but_first: bool) -> nw.LazyFrame[Any]:
    """Return, by claim and party, the first day the party was made to owe, and whether it was at the visit.

    Of the first payer, who owes most rows, it is not asked where the first sending is known.
    """
    raised = transactions.filter((nw.col("posted_date") <= as_of) & (nw.col("amount") > 0)).filter(
        nw.col("kind").is_in(["charge", "transfer"])
    )
    if but_first:
        raised = raised.filter(nw.col("responsible") != "payer_1")
    at_visit = nw.col("kind") == "charge"
    if "reason" in transactions.collect_schema().names():
        at_visit = at_visit | (nw.col("reason").fill_null("") == DUE_AT_VISIT)
    # An agency collects what the patient owed: its clock is the patient's.
    return (
        raised.with_columns(
            _at_visit=nw.when(at_visit).then(nw.lit(1)).otherwise(nw.lit(0)).cast(nw.Int64),
            _party=nw.when(nw.col("responsible") == "agency")
            .then(nw.lit("patient"))
            .otherwise(nw.col("responsible")),
        )
        .group_by(*KEY, "_party")
        .agg(_turned=nw.col("posted_date").min(), _at_visit=nw.col("_at_visit").max())
    )


def _items(
    claims: nw.LazyFrame[Any],
    transactions: nw.LazyFrame[Any],
    submissions: nw.LazyFrame[Any] | None,
    statements: nw.LazyFrame[Any] | None,
    coverages: nw.LazyFrame[Any] | None,
    as_of: dt.date,
) -> nw.LazyFrame[Any]:
    """Return every balance that is not zero, with the facts of its claim and the dates its clocks start from."""
    items = balance_cents(transactions, as_of).filter(nw.col("balance_cents") != 0)
    items = items.join(claims, on=list(KEY), how="left")
    items = _first_days(submissions, items, as_of)
    is_patient = nw.col("responsible").is_in(["patient", "agency"])
    items = items.with_columns(
        _party=nw.when(nw.col("responsible") == "agency")
        .then(nw.lit("patient"))
        .otherwise(nw.col("responsible"))
    ).join(_turns(transactions, as_of, but_first=submissions is not None), on=[*KEY, "_party"], how="left")
    patient_from = plus_days("_turned", PATIENT_GRACE_DAYS)
    if statements is not None:
        stated = (
            statements.filter(nw.col("sent_date") <= as_of)
            .group_by(*KEY)
            .agg(_stated=nw.col("sent_date").min())
        )
        items = items.join(stated, on=list(KEY), how="left")
        patient_from = nw.min_horizontal(nw.col("_stated"), patient_from)
        items = items.with_columns(not_yet_stated=is_patient & nw.col("_stated").is_null())
    patient_from = (
        nw.when(nw.col("_at_visit").fill_null(0) == 1).then(nw.col("service_date")).otherwise(patient_from)
    )
    payer_from = nw.col("_turned")
    if submissions is not None:
        payer_from = (
            nw.when(nw.col("responsible") == "payer_1")
            .then(nw.col("first_bill_date"))
            .otherwise(nw.coalesce(nw.col("_billed"), nw.col("_turned")))
        )
        items = items.with_columns(not_on_file=~is_patient & nw.col("_accepted").is_null())
    items = items.with_columns(
        as_of=nw.lit(as_of).cast(nw.Date),
        responsibility_date=nw.when(is_patient).then(patient_from).otherwise(payer_from),
        balance=dollars("balance_cents"),
    )
    return with_payer(items, coverages)


def with_payer(items: nw.LazyFrame[Any], coverages: nw.LazyFrame[Any] | None) -> nw.LazyFrame[Any]:
    """Add ``payer``: who owes, by name."""
    owes_first = nw.col("responsible") == "payer_1"
    if coverages is None:
        later = nw.col("responsible")
    else:
        named = (
            coverages.filter(nw.col("rank") > 1)
            .with_columns(
                responsible=nw.concat_str(nw.lit("payer_"), nw.col("rank").cast(nw.String)),
                _later=nw.col("payer"),
            )
            .select(*KEY, "responsible", "_later")
        )
        items = items.join(named, on=[*KEY, "responsible"], how="left")
        later = nw.coalesce(nw.col("_later"), nw.col("responsible"))
    return items.with_columns(
        payer=nw.when(owes_first)
        .then(nw.col("first_payer"))
        .when(nw.col("responsible") == "patient")
        .then(nw.lit("Patient"))
        .when(nw.col("responsible") == "agency")
        .then(nw.lit("Agency"))
        .otherwise(later)
    )


_CLAIM_COLUMNS = (
    *KEY,
    "first_payer",
    "service_date",
    "payer_class?",
    "patient_id?",
    "provider?",
    "location?",
)
_ITEM_COLUMNS = (
    "practice_id",
    "as_of",
    "claim_id",
    "responsible",
    "balance",
    "payer",
    "payer_class",
    "patient_id",
    "provider",
    "location",
    "service_date",
    "first_bill_date",
    "responsibility_date",
    "not_on_file",
    "not_yet_stated",
)
_SENT_COLUMNS = (*KEY, "rank", "submitted_date", "acceptance", "accepted_date")


@table_function(
    claims=_CLAIM_COLUMNS,
    transactions=(*LEDGER_COLUMNS, "kind", "reason?"),
    submissions=_SENT_COLUMNS,
    statements=(*KEY, "sent_date"),
    coverages=(*KEY, "rank", "payer"),
)
def open_items(
    claims: Any,
    transactions: Any,
    *,
    as_of: dt.date | str,
    submissions: Any = None,
    statements: Any = None,
    coverages: Any = None,
) -> Any:
    """Return what is owed on a day, one row per claim and responsible party with a balance above zero.

    Parameters
    ----------
    claims, transactions : frames of the table contract
    as_of : the day; rows posted, sendings made, acceptances received and statements sent later do not count
    submissions : adds ``first_bill_date`` and ``not_on_file`` (no acceptance from the payer that owes)
    statements : adds ``not_yet_stated`` (patient balances without a statement)
    coverages : names the second and third payer

    Returns
    -------
    frame with the columns of ``open_items`` in the contract that the given tables support, sorted by claim and
    party. ``responsibility_date`` is the first sending (first payer), the payer's own first sending or else the
    day it was made to owe (later payers), and for patients the earlier of the first statement and 30 days after
    the transfer, or the visit for amounts due at it. Credits are not here: see :func:`credits`.

    Examples
    --------
    >>> import pandas as pd
    >>> claims = pd.DataFrame({"practice_id": "p", "claim_id": ["c1"], "first_payer": ["Alder Health"],
    ...     "service_date": pd.to_datetime(["2026-01-02"])})
    >>> rows = pd.DataFrame({"practice_id": "p", "claim_id": ["c1", "c1"], "responsible": ["payer_1", "payer_1"],
    ...     "posted_date": pd.to_datetime(["2026-01-05", "2026-02-02"]), "kind": ["charge", "payer_payment"],
    ...     "amount": [80.0, -20.0]})
    >>> open_items(claims, rows, as_of="2026-02-28")[["claim_id", "payer", "balance"]].values.tolist()
    [['c1', 'Alder Health', 60.0]]
    """
    items = _items(claims, transactions, submissions, statements, coverages, to_date(as_of))
    have = items.collect_schema().names()
    found = items.filter(nw.col("balance_cents") > 0).select(
        *[name for name in _ITEM_COLUMNS if name in have]
    )
    return sorted_by(found, *KEY, "responsible")


@table_function(
    claims=_CLAIM_COLUMNS,
    transactions=(*LEDGER_COLUMNS, "kind", "reason?"),
    coverages=(*KEY, "rank", "payer"),
)
def credits(claims: Any, transactions: Any, *, as_of: dt.date | str, coverages: Any = None) -> Any:
    """Return what the practice owes back on a day, one row per claim and party with a balance below zero.

    Returns
    -------
    frame with the columns of ``credits`` in the contract; ``amount`` is above zero. Open balances less credits
    are the sum of the ledger.
    """
    items = _items(claims, transactions, None, None, coverages, to_date(as_of))
    names = (
        "practice_id",
        "as_of",
        "claim_id",
        "responsible",
        "amount",
        "payer",
        "payer_class",
        "service_date",
    )
    have = items.collect_schema().names()
    found = items.filter(nw.col("balance_cents") < 0).with_columns(amount=dollars(-nw.col("balance_cents")))
    return sorted_by(
        found.select(*[name for name in names if name in (*have, "amount")]), *KEY, "responsible"
    )
