"""From which day does the age of each item count, as far as it was known on any day?

Every day that a clock can start on is the first of its kind, so that it is known from that day on and never changes
afterwards: found once, it gives the age on every day that is asked for. Buckets are those of ``aging``.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import narwhals.stable.v2 as nw

from arlab.aging import CLOCKS, NO_DATE, bucket_labels
from arlab.errors import InputRefused, NotAvailable, SettingsError
from arlab.frames import day_number, steps
from arlab.ledger.items import DUE_AT_VISIT, PATIENT_GRACE_DAYS, with_payer
from arlab.movement.postings import ITEM

KEY = ITEM[:2]
CLAIMS = (*KEY, "service_date", "first_payer?")
SENT = (*KEY, "rank", "submitted_date")
STATED = (*KEY, "sent_date")
COVERED = (*KEY, "rank", "payer")


def checked_by(by: str | Sequence[str], claims: nw.LazyFrame[Any], function: str) -> tuple[str, ...]:
    """Return the names to split by; each is a fact of the claim, the payer's name or the party."""
    names = (by,) if isinstance(by, str) else tuple(by)
    have = claims.collect_schema().names()
    for name in names:
        if name not in (*have, "payer", "responsible"):
            raise InputRefused(f"{function} cannot split by '{name}': it is no column of the claims.")
        if name == "payer" and "first_payer" not in have:
            raise InputRefused(f"{function} cannot split by 'payer': the claims have no first_payer.")
    return names


def add_facts(
    items: nw.LazyFrame[Any],
    claims: nw.LazyFrame[Any],
    coverages: nw.LazyFrame[Any] | None,
    by: Sequence[str],
) -> nw.LazyFrame[Any]:
    """Add ``_service``, the number of the service day of the claim, and what to split by."""
    have = claims.collect_schema().names()
    facts = [name for name in by if name in have and name not in KEY]
    named = ["first_payer"] if "payer" in by and "first_payer" not in facts else []
    kept = [nw.col(name) for name in (*KEY, *facts, *named)]
    items = items.join(claims.select(*kept, _service=day_number("service_date")), on=list(KEY), how="left")
    return with_payer(items, coverages) if "payer" in by else items


def check_clock(clock: str, submissions: Any) -> None:
    """Say what is wrong with the choice of a clock.

    Raises
    ------
    SettingsError
        when there is no such clock.
    NotAvailable
        when it needs sendings and there are none.
    """
    if clock not in CLOCKS:
        raise SettingsError(f"There is no aging clock '{clock}': choose {', '.join(CLOCKS)}.")
    if submissions is None and clock in ("standard", "first_bill"):
        raise NotAvailable(
            f"The {clock} clock is not available, because the open items have no first_bill_date: choose a clock"
            " whose dates are there."
        )


def add_starts(
    items: nw.LazyFrame[Any],
    transactions: nw.LazyFrame[Any],
    submissions: nw.LazyFrame[Any] | None,
    statements: nw.LazyFrame[Any] | None,
    clock: str,
) -> nw.LazyFrame[Any]:
    """Add the numbers of the days that the clock may start on, but for the service day.

    They become numbers before each join, so that an engine works each out once and not at every use.
    """
    if submissions is not None and clock != "service":
        first = (
            submissions.filter(nw.col("rank") == 1).group_by(*KEY).agg(_bill=nw.col("submitted_date").min())
        )
        items = items.join(first.with_columns(_bill=day_number("_bill")), on=list(KEY), how="left")
    if clock in ("standard", "responsibility"):
        turned = _turned(transactions, clock)
        items = items.with_columns(_party=_payee()).join(turned, on=[*KEY, "_party"], how="left")
        if statements is not None:
            stated = statements.group_by(*KEY).agg(_stated=nw.col("sent_date").min())
            items = items.join(stated.with_columns(_stated=day_number("_stated")), on=list(KEY), how="left")
    if clock == "responsibility" and submissions is not None:
        party = nw.concat_str(nw.lit("payer_"), nw.col("rank").cast(nw.String))
        sent = submissions.with_columns(responsible=party, _billed=day_number("submitted_date"))
        own = sent.group_by(*ITEM).agg(nw.col("_billed").min())
        items = items.join(own, on=list(ITEM), how="left")
    return items


def _payee() -> nw.Expr:
    """Return the party whose clock runs: an agency collects what the patient owed."""
    patients = nw.col("responsible").is_in(["patient", "agency"])
    return nw.when(patients).then(nw.lit("patient")).otherwise(nw.col("responsible"))


def _turned(transactions: nw.LazyFrame[Any], clock: str) -> nw.LazyFrame[Any]:
    """Return, by claim and party, the first days the party was made to owe, and was so at the visit."""
    raised = (nw.col("amount") > 0) & nw.col("kind").is_in(["charge", "transfer"])
    if clock == "standard":
        raised = raised & nw.col("responsible").is_in(["patient", "agency"])
    at_visit = nw.col("kind") == "charge"
    if "reason" in transactions.collect_schema().names():
        at_visit = at_visit | (nw.col("reason") == DUE_AT_VISIT).fill_null(False)
    return (
        transactions.filter(raised)
        .with_columns(_party=_payee(), _visit=nw.when(at_visit).then(nw.col("posted_date")))
        .group_by(*KEY, "_party")
        .agg(_turned=nw.col("posted_date").min(), _visit=nw.col("_visit").min())
        .with_columns(_turned=day_number("_turned"), _visit=day_number("_visit"))
    )


def age_on(day: nw.Expr, items: nw.LazyFrame[Any], clock: str) -> nw.Expr:
    """Return the age in days on a day (a number), below 0 where a balance is not due yet, empty without a date."""
    have = items.collect_schema().names()

    def known(name: str) -> nw.Expr:
        return nw.when(nw.col(name) <= day).then(nw.col(name))

    service = nw.col("_service")
    if clock == "service":
        return day - service
    if clock == "first_bill":
        return day - nw.coalesce(known("_bill"), service)
    of_patient = known("_turned") + PATIENT_GRACE_DAYS
    if "_stated" in have:
        of_patient = nw.min_horizontal(known("_stated"), of_patient)
    of_patient = nw.when((nw.col("_visit") <= day).fill_null(False)).then(service).otherwise(of_patient)
    if clock == "standard":
        of_payer = known("_bill")
    elif "_bill" in have:
        first = nw.col("responsible") == "payer_1"
        later = nw.coalesce(known("_billed"), known("_turned"))
        of_payer = nw.when(first).then(known("_bill")).otherwise(later)
    else:
        of_payer = known("_turned")
    patients = nw.col("responsible").is_in(["patient", "agency"])
    return day - nw.coalesce(nw.when(patients).then(of_patient).otherwise(of_payer), service)


def bucket_at(age: str, edges: Sequence[int]) -> nw.Expr:
    """Return the number of the bucket of an age; one more than the oldest where there is no date."""
    return steps(nw.col(age), edges).fill_null(len(edges) + 1)


def bucket_names(edges: Sequence[int]) -> dict[int, str]:
    """Return the names of the buckets by their numbers, ``no date`` last."""
    return dict(enumerate((*bucket_labels(edges), NO_DATE)))
