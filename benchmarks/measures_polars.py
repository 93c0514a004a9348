"""How does one write the measures of the benchmark by hand in Polars?

One lazy query per measure over Polars frames. It shares no code with the library.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import polars as pl

from benchmarks.measures_days import (
    AGREED,
    CHARITY,
    CREDIT,
    EDGES,
    ENTRIES,
    ENTRY,
    EXIT,
    EXITS,
    KEY,
    NEVER,
    PARTS,
    TO_OTHER,
    TO_PATIENT,
    UNLESS,
    Days,
)

__all__ = ["MEASURES"]

C = pl.col
Tables = Mapping[str, pl.DataFrame]


def _cents(name: str) -> pl.Expr:
    return (C(name) * 100).round().cast(pl.Int64)


def _bucket(age: pl.Expr) -> pl.Expr:
    passed = pl.sum_horizontal([(age > edge).cast(pl.Int64) for edge in EDGES], ignore_nulls=False)
    return passed.fill_null(len(EDGES) + 1)


def _known(tables: Tables, days: Days, name: str = "transactions", on: str = "posted_date") -> pl.LazyFrame:
    return tables[name].lazy().filter(C(on) <= days.as_of)


def _sum(condition: pl.Expr, value: pl.Expr) -> pl.Expr:
    return pl.when(condition).then(value).otherwise(0).sum()


def aging(tables: Tables, days: Days) -> pl.DataFrame:
    """Open balance by payer and age bucket."""
    items = (
        _known(tables, days)
        .group_by(*KEY, "responsible")
        .agg(cents=_cents("amount").sum())
        .filter(C("cents") > 0)
    )
    turned = (
        _known(tables, days)
        .filter(
            C("amount") > 0,
            C("kind").is_in(["charge", "transfer"]),
            C("responsible").is_in(["patient", "agency"]),
        )
        .group_by(KEY)
        .agg(
            turned=C("posted_date").min(),
            at_visit=((C("kind") == "charge") | (C("reason") == "due_at_visit").fill_null(False)).any(),
        )
    )
    sent = _known(tables, days, "submissions", "submitted_date").with_columns(
        responsible="payer_" + C("rank").cast(pl.String)
    )
    billed = sent.filter(C("rank") == 1).group_by(KEY).agg(billed=C("submitted_date").min())
    on_file = (
        sent.filter(C("acceptance") == "accepted", C("accepted_date") <= days.as_of)
        .select(*KEY, "responsible", on_file=True)
        .unique()
    )
    stated = _known(tables, days, "statements", "sent_date").group_by(KEY).agg(stated=C("sent_date").min())
    later = tables["coverages"].lazy().select(*KEY, "payer", responsible="payer_" + C("rank").cast(pl.String))
    who = C("responsible")
    patient = who.is_in(["patient", "agency"])
    start = (
        pl.when(~patient)
        .then(C("billed"))
        .when(C("at_visit"))
        .then(C("service_date"))
        .otherwise(pl.min_horizontal("stated", C("turned") + pl.duration(days=30)))
    )
    age = (pl.lit(days.as_of) - pl.coalesce(start, "service_date").cast(pl.Date)).dt.total_days()
    return (
        items.join(tables["claims"].lazy().select(*KEY, "first_payer", "service_date"), on=KEY, how="left")
        .join(billed, on=KEY, how="left")
        .join(on_file, on=[*KEY, "responsible"], how="left")
        .join(turned, on=KEY, how="left")
        .join(stated, on=KEY, how="left")
        .join(later, on=[*KEY, "responsible"], how="left")
        .select(
            "cents",
            payer=pl.when(who == "payer_1")
            .then(C("first_payer"))
            .when(who == "patient")
            .then(pl.lit("Patient"))
            .when(who == "agency")
            .then(pl.lit("Agency"))
            .otherwise(pl.coalesce("payer", who)),
            bucket_number=_bucket(age),
            off_file=pl.when(~patient & C("on_file").is_null()).then(C("cents")).otherwise(0),
            unstated=pl.when(patient & C("stated").is_null()).then(C("cents")).otherwise(0),
        )
        .group_by("payer", "bucket_number")
        .agg(
            items=pl.len(),
            balance=C("cents").sum(),
            not_on_file=C("off_file").sum(),
            not_yet_stated=C("unstated").sum(),
        )
        .sort("payer", "bucket_number")
        .collect()
    )


def _net(tables: Tables, days: Days) -> pl.LazyFrame:
    """Return the ledger with a reversal counted with the row that it takes back."""
    known = _known(tables, days).select(
        *KEY,
        "posted_date",
        "responsible",
        "kind",
        "transaction_id",
        "reverses_id",
        C("reason").fill_null(""),
        cents=_cents("amount"),
    )
    is_back = (C("kind") == "reversal") & C("reverses_id").is_not_null()
    undone = known.select("practice_id", "transaction_id", of_kind="kind", of_reason="reason")
    back = (
        known.filter(is_back)
        .join(
            undone,
            left_on=["practice_id", "reverses_id"],
            right_on=["practice_id", "transaction_id"],
            how="left",
        )
        .with_columns(kind=pl.coalesce("of_kind", "kind"), reason=pl.coalesce("of_reason", "reason"))
    )
    names = [*KEY, "posted_date", "responsible", "kind", "reason", "cents"]
    return pl.concat([known.filter(~is_back).select(names), back.select(names)])


def _priced(tables: Tables) -> pl.LazyFrame:
    room = _cents("charge") - _cents("expected_allowed")
    return (
        tables["claims"]
        .lazy()
        .select(
            *KEY,
            "service_date",
            "payer_class",
            room=pl.when(C("expected_allowed").is_not_null()).then(pl.max_horizontal(room, 0)),
        )
    )


_FIRST = C("responsible") == "payer_1"
_ADJUSTED = (C("kind") == "contractual") & _FIRST
_WRITE_OFF = C("kind") == "write_off"
_OTHER = (
    ((C("kind") == "contractual") & ~_FIRST)
    | (C("kind") == "sequestration")
    | (_WRITE_OFF & C("reason").is_in(AGREED))
)
_CHARGED = C("kind") == "charge"


def _capped(name: str) -> pl.Expr:
    return pl.min_horizontal(name, pl.coalesce("room", name))


def days_in_ar(tables: Tables, days: Days) -> pl.DataFrame:
    """AR and what it is divided by, three ways."""
    inside = C("posted_date") > days.quarter
    by_claim = (
        _net(tables, days)
        .group_by(KEY)
        .agg(
            before=_sum(_ADJUSTED & ~inside, -C("cents")),
            total=_sum(_ADJUSTED, -C("cents")),
            other=_sum(_OTHER & inside, -C("cents")),
            charges=_sum(_CHARGED & inside, C("cents")),
            less=_sum(_WRITE_OFF & C("reason").is_in([*AGREED, *CHARITY]) & inside, -C("cents")),
            ar=_sum(C("responsible") != "agency", C("cents")),
            first=_sum(_FIRST, C("cents")),
        )
        .join(_priced(tables), on=KEY)
    )
    expected = pl.when(C("charges") > 0).then(C("charges") - C("room").fill_null(0)).otherwise(0)
    left = pl.max_horizontal(pl.coalesce("room", "total") - C("total"), 0)
    return by_claim.select(
        C("ar").sum(),
        C("charges").sum(),
        contract=(_capped("total") - _capped("before") + C("other")).sum(),
        expected=(expected - C("less")).sum(),
        contract_to_come=pl.min_horizontal(left, pl.max_horizontal("first", 0)).sum(),
    ).collect()


def collection(tables: Tables, days: Days) -> pl.DataFrame:
    """What was paid and agreed off the charges of the visits of a cohort."""
    after, until = days.cohort
    cohort = _priced(tables).filter(C("service_date") > after, C("service_date") <= until)
    kind = C("kind")
    by_claim = (
        _net(tables, days)
        .join(cohort.select(KEY), on=KEY, how="semi")
        .group_by(KEY)
        .agg(
            total=_sum(_ADJUSTED, -C("cents")),
            other=_sum(_OTHER, -C("cents")),
            charges=_sum(_CHARGED, C("cents")),
            payer_paid=_sum(kind.is_in(["payer_payment", "refund_to_payer", "recoupment"]), -C("cents")),
            patient_paid=_sum(kind.is_in(["patient_payment", "refund_to_patient"]), -C("cents")),
            charity=_sum(_WRITE_OFF & C("reason").is_in(CHARITY), -C("cents")),
            at_payers=_sum(C("responsible").is_in(["payer_1", "payer_2", "payer_3"]), C("cents")),
            spoke=(_FIRST & kind.is_in(["payer_payment", "contractual", "sequestration", "denial"])).any(),
        )
        .join(cohort, on=KEY)
    )
    answered = (C("payer_class") == "self_pay") | C("spoke") | (C("at_payers") <= 0)
    return by_claim.select(
        claims=pl.len(),
        answered_claims=answered.sum(),
        charges=C("charges").sum(),
        contract=(_capped("total") + C("other")).sum(),
        payer_paid=C("payer_paid").sum(),
        patient_paid=C("patient_paid").sum(),
        charity=C("charity").sum(),
    ).collect()


def _lines(tables: Tables, days: Days) -> pl.LazyFrame:
    """Return the first answer of the first payer to each insured claim, by line."""
    kind, carc = C("kind"), C("carc")
    coded = pl.any_horizontal([C(name).fill_null("") != "" for name in ("carc", "group_code", "remit_id")])
    speaks = (
        (kind == "payer_payment")
        | ((kind == "denial") & (carc.fill_null("") != "18"))
        | ((kind == "transfer") & carc.is_in(["1", "2", "3"]))
        | (kind.is_in(["contractual", "sequestration"]) & coded)
    )
    insured = tables["claims"].lazy().filter(C("payer_class") != "self_pay").select(*KEY, "payer_class")
    denies = (kind == "denial") & ~carc.fill_null("").is_in(NEVER)
    for code, but_for in UNLESS:
        denies = denies & ~((carc.fill_null("") == code) & (C("payer_class") != but_for))
    spoke = (
        _known(tables, days)
        .filter(_FIRST, speaks)
        .select(
            *KEY,
            "posted_date",
            "effective_date",
            "kind",
            "carc",
            "transaction_id",
            line=C("line_number").fill_null(0),
            cents=_cents("amount"),
            memo=_cents("memo_amount"),
        )
        .join(insured, on=KEY)
        .filter(C("posted_date") == C("posted_date").min().over(KEY))
        .filter(C("effective_date") == C("effective_date").min().over(KEY))
        .with_columns(hit=denies)
        .with_columns(hit_id=pl.when("hit").then("transaction_id"))
    )
    by_line = spoke.group_by(*KEY, "line", "posted_date").agg(
        hit=C("hit").any(),
        contract=_sum(kind == "contractual", -C("cents")),
        brings=_sum(kind.is_in(["payer_payment", "sequestration", "transfer"]), -C("cents")),
        taken=_sum(C("hit"), C("memo").fill_null(0)),
        unknown=(C("hit") & C("memo").is_null()).any(),
        carc=carc.sort_by("hit_id", nulls_last=True).first(),
    )
    charged = tables["lines"].lazy().select(*KEY, line="line_number", line_charge=_cents("charge"))
    none_allowed = (
        pl.when(C("line_charge").is_null() | C("unknown"))
        .then(C("brings") <= 0)
        .otherwise(C("line_charge") - C("contract") - C("taken") <= 0)
    )
    return (
        by_line.join(charged, on=[*KEY, "line"], how="left")
        .with_columns(denied=C("hit") & none_allowed)
        .with_columns(lost=pl.when("denied").then(pl.coalesce("line_charge", "taken")).otherwise(0))
    )


def denial_rate(tables: Tables, days: Days) -> pl.DataFrame:
    """Claims answered and denied, by payer and month of the answer."""
    by_claim = (
        _lines(tables, days)
        .group_by(*KEY, "posted_date")
        .agg(
            C("denied").sum().cast(pl.Int64),
            C("lost").sum(),
            whole=(C("denied") & (C("line") == 0)).any(),
        )
        .join(tables["claims"].lazy().select(*KEY, "first_payer", "lines", charge=_cents("charge")), on=KEY)
        .with_columns(
            denied=pl.when("whole").then(C("lines")).otherwise(pl.min_horizontal("denied", "lines"))
        )
    )
    return (
        by_claim.group_by(payer="first_payer", month=C("posted_date").dt.strftime("%Y-%m"))
        .agg(
            claims=pl.len(),
            denied=(C("denied") >= C("lines")).sum(),
            any_line_denied=(C("denied") > 0).sum(),
            charge=C("charge").sum(),
            charge_denied=C("lost").sum(),
        )
        .sort("payer", "month")
        .collect()
    )


def pareto(tables: Tables, days: Days) -> pl.DataFrame:
    """Denied claims and dollars by payer and reason, largest first."""
    return (
        _lines(tables, days)
        .filter("denied")
        .group_by(KEY)
        .agg(C("lost").sum(), C("carc").sort_by("line").first())
        .join(tables["claims"].lazy().select(*KEY, payer="first_payer"), on=KEY)
        .group_by("payer", "carc")
        .agg(claims=pl.len(), denied_amount=C("lost").sum())
        .sort(["denied_amount", "payer", "carc"], descending=[True, False, False])
        .with_columns(
            rank=pl.int_range(1, pl.len() + 1),
            cumulative_share=C("denied_amount").cum_sum() / C("denied_amount").sum(),
        )
        .collect()
    )


ITEM = [*KEY, "responsible"]
_NONE = 2_000_000_000


def _dated(items: pl.LazyFrame, tables: Tables) -> pl.LazyFrame:
    """Add the days that the standard clock may start on."""
    first = C("kind") == "charge"
    visit = first | (C("reason") == "due_at_visit").fill_null(False)
    turned = (
        tables["transactions"]
        .lazy()
        .filter(
            C("amount") > 0,
            C("kind").is_in(["charge", "transfer"]),
            C("responsible").is_in(["patient", "agency"]),
        )
        .group_by(KEY)
        .agg(turned=C("posted_date").min(), visit=C("posted_date").filter(visit).min())
    )
    billed = (
        tables["submissions"]
        .lazy()
        .filter(C("rank") == 1)
        .group_by(KEY)
        .agg(billed=C("submitted_date").min())
    )
    stated = tables["statements"].lazy().group_by(KEY).agg(stated=C("sent_date").min())
    claims = tables["claims"].lazy().select(*KEY, "service_date")
    for facts in (claims, billed, turned, stated):
        items = items.join(facts, on=KEY, how="left")
    return items


def _age(day: pl.Expr) -> pl.Expr:
    def known(name: str) -> pl.Expr:
        return pl.when(C(name) <= day).then(C(name))

    of_patient = (
        pl.when(C("visit") <= day)
        .then(C("service_date"))
        .otherwise(pl.min_horizontal(known("stated"), known("turned") + pl.duration(days=30)))
    )
    patient = C("responsible").is_in(["patient", "agency"])
    start = pl.when(patient).then(of_patient).otherwise(known("billed"))
    return (day - pl.coalesce(start, "service_date").cast(pl.Date)).dt.total_days()


def roll(tables: Tables, days: Days) -> pl.DataFrame:
    """Dollars from bucket to bucket in a week, with every way in and out."""
    back = (C("kind") == "reversal") & C("reverses_id").is_not_null()
    rows = _known(tables, days)
    netted = (
        rows.filter(C("posted_date") > days.week)
        .group_by(*ITEM, root=pl.when(back).then("reverses_id").otherwise("transaction_id"))
        .agg(
            cents=_cents("amount").sum(),
            on_day=C("posted_date").cast(pl.Date).min().cast(pl.Int64),
            kind=C("kind").filter(~back).max().fill_null("reversal"),
        )
        .filter(C("cents") != 0)
    )
    into, transfer = C("cents") > 0, C("kind") == "transfer"
    given = transfer & (C("responsible") == "patient") & into
    netted = netted.with_columns(met=given.any().over(*KEY, "on_day", C("cents").abs()))
    exits = C("kind").replace_strict(EXITS, default=EXIT, return_dtype=pl.Int64)
    moved = pl.when(C("met") & (C("responsible") != "patient")).then(TO_PATIENT).otherwise(TO_OTHER)
    way = (
        pl.when(into)
        .then(C("kind").replace_strict(ENTRIES, default=ENTRY, return_dtype=pl.Int64))
        .when(transfer)
        .then(moved)
        .otherwise(exits)
    )
    posted = netted.group_by(*ITEM, at=(C("on_day") + 1) * 1000 - way).agg(C("cents").sum())
    there = rows.filter(C("posted_date") <= days.week).group_by(ITEM).agg(cents=_cents("amount").sum())
    there = there.filter(C("cents") != 0).with_columns(at=pl.lit(0, pl.Int64))
    names = [*ITEM, "at", "cents"]
    pieces = pl.concat([posted.select(names), there.select(names)]).with_columns(
        came=C("cents").clip(0).cum_sum().over(ITEM, order_by="at"),
        went=(-C("cents")).clip(0).cum_sum().over(ITEM, order_by="at"),
        source=pl.when(into).then("at").otherwise(_NONE),
        sink=pl.when(into).then(_NONE).otherwise("at"),
    )
    order = ["until", "at"]
    stretches = (
        pieces.with_columns(until=pl.when(into).then("came").otherwise("went"))
        .with_columns(
            before=C("until").shift(1).over(ITEM, order_by=order),
            source=C("source").cum_min(reverse=True).over(ITEM, order_by=order),
            sink=C("sink").cum_min(reverse=True).over(ITEM, order_by=order),
        )
        .with_columns(cents=C("until") - C("before").fill_null(0))
        .filter(into)
    )

    def found(name: str) -> pl.Expr:
        return pl.when(C(name).is_in([0, _NONE])).then(name).otherwise(1000 - C(name) % 1000).alias(name)

    cells = stretches.group_by(*ITEM, found("source"), found("sink")).agg(C("cents").sum())
    source, sink = C("source"), C("sink")
    first, last = (_bucket(_age(pl.lit(day))) for day in (days.week, days.as_of))
    return (
        _dated(cells, tables)
        .group_by(
            from_number=pl.when(sink == 0)
            .then(CREDIT)
            .when(source == 0)
            .then(first)
            .when(source == _NONE)
            .then(sink)
            .otherwise(source),
            to_number=pl.when(source == _NONE)
            .then(CREDIT)
            .when(sink == _NONE)
            .then(last)
            .when(sink == 0)
            .then(source)
            .otherwise(sink),
        )
        .agg(items=pl.len(), balance=C("cents").sum())
        .sort("from_number", "to_number")
        .collect()
    )


def weekly(tables: Tables, days: Days) -> pl.DataFrame:
    """Open balance by bucket on thirteen days a week apart."""
    ends = pl.LazyFrame({"place": range(13), "day": days.week_ends})
    weeks_back = (pl.lit(days.as_of) - C("posted_date").cast(pl.Date)).dt.total_days() // 7
    held = (
        _known(tables, days)
        .group_by(*ITEM, at=(12 - weeks_back).clip(0))
        .agg(cents=_cents("amount").sum())
        .filter(C("cents") != 0)
        .with_columns(
            cents=C("cents").cum_sum().over(ITEM, order_by="at"),
            until=C("at").shift(-1).over(ITEM, order_by="at").fill_null(13),
        )
        .filter(C("cents") > 0)
    )
    return (
        _dated(held, tables)
        .join(ends, how="cross")
        .filter(C("place") >= C("at"), C("place") < C("until"))
        .group_by("day", bucket_number=_bucket(_age(C("day"))))
        .agg(items=pl.len(), balance=C("cents").sum())
        .sort("day", "bucket_number")
        .collect()
    )


def waterfall(tables: Tables, days: Days) -> pl.DataFrame:
    """AR of one day, what was posted in a month, AR of the later day, by party."""
    own = C("responsible").is_in(["patient", "agency"])
    inside = C("posted_date") > days.month
    return (
        _known(tables, days)
        .group_by(
            "kind",
            party=pl.when(own).then(C("responsible")).otherwise(pl.lit("payer")),
            inside=inside,
        )
        .agg(cents=_cents("amount").sum())
        .group_by("party")
        .agg(
            opening=_sum(~C("inside"), C("cents")),
            **{part: _sum(C("inside") & C("kind").is_in(kinds), C("cents")) for part, kinds in PARTS.items()},
            closing=C("cents").sum(),
        )
        .sort("party")
        .collect()
    )


MEASURES: dict[str, Callable[[Tables, Days], Any]] = {
    "aging": aging,
    "days_in_ar": days_in_ar,
    "denial_rate": denial_rate,
    "collection": collection,
    "roll": roll,
    "weekly": weekly,
    "waterfall": waterfall,
    "pareto": pareto,
}
"""Measure -> function of the tables and the days; money in whole cents."""
