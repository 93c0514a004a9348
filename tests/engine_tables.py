"""Every table function of aging, denials, metrics and movement, called once on the tables of any engine."""

from __future__ import annotations

import datetime as dt

import duckdb
import pandas as pd
import polars as pl
import pyarrow as pa

from arlab.aging import add_age, add_bucket, add_owner, aging_table, credit_table
from arlab.denials import add_denial_category, denial_pareto, first_answers, initial_denials
from arlab.ledger import balances, credits, deadlines, kind_totals, open_items, remedies
from arlab.metrics import (
    aged_table,
    answer_table,
    appeal_table,
    claim_dates,
    clean_claim_table,
    denial_work,
    flow_table,
    front_desk_table,
    lag_table,
    liquidation_table,
    money_table,
    net_rows,
    outcome_table,
    remittance_table,
    sending_table,
    work_table,
)
from arlab.movement import (
    credit_movement_table,
    movement_table,
    resolution_table,
    roll_table,
    waiting_claims,
    waterfall_table,
    weekly_balance_table,
    weekly_roll_table,
)

KINDS = ("pandas", "arrow", "polars", "polars lazy", "duckdb")
TABLES = (
    "claims",
    "transactions",
    "submissions",
    "lines",
    "claim_edits",
    "appeals",
    "actions",
    "statements",
    "coverages",
    "contracts",
    "visits",
)


def in_engine(kind, tables, connection, *, names=TABLES):
    """Return the named tables as frames of a kind; DuckDB relations live on the connection."""
    made = {}
    for name in names:
        frame = tables[name]
        made[name] = {
            "pandas": lambda frame=frame: frame,
            "arrow": lambda frame=frame: pa.Table.from_pandas(frame, preserve_index=False),
            "polars": lambda frame=frame: pl.from_pandas(frame),
            "polars lazy": lambda frame=frame: pl.from_pandas(frame).lazy(),
            "duckdb": lambda frame=frame: connection.from_df(frame),
        }[kind]()
    return made


def every_table(tables, as_of, *, before, keep=lambda frame: frame):
    """Return {function: (result, ...)} of every table function; ``before`` is an earlier day.

    ``keep`` lays down what several functions read, so that a lazy engine works it out once.
    """
    claims, transactions, lines = tables["claims"], tables["transactions"], tables["lines"]
    pair, day = (claims, transactions), {"as_of": as_of}
    sent = {"submissions": tables["submissions"]}
    known = {**sent, "statements": tables["statements"], "coverages": tables["coverages"]}
    answers = keep(first_answers(*pair, **day, **sent, lines=lines))
    denials = keep(initial_denials(*pair, **day, lines=lines))
    waiting = keep(waiting_claims(*pair, tables["submissions"], **day))
    worked = keep(denial_work(denials, tables["actions"], **day))
    items = {each: keep(open_items(*pair, as_of=each, **known)) for each in (before, as_of)}
    aged = {each: add_age(found) for each, found in items.items()}
    placed = {each: keep(add_bucket(found)) for each, found in aged.items()}
    owed = {each: keep(credits(*pair, as_of=each, coverages=tables["coverages"])) for each in (before, as_of)}
    rights = keep(
        remedies(
            claims,
            *(tables[name] for name in ("coverages", "contracts", "submissions")),
            transactions,
            tables["appeals"],
            **day,
        )
    )
    found = {
        balances: [balances(transactions, **day)],
        kind_totals: [kind_totals(transactions, **day, after=before)],
        open_items: [items[as_of], open_items(*pair, **day)],
        credits: [owed[as_of]],
        remedies: [rights],
        deadlines: [deadlines(rights)],
        add_age: [aged[as_of], add_age(items[as_of], clock="service")],
        add_bucket: [placed[as_of], add_bucket(aged[as_of], edges=(45, 90))],
        add_owner: [add_owner(items[as_of], tables["actions"])],
        add_denial_category: [add_denial_category(items[as_of], denials)],
        aging_table: [
            aging_table(placed[as_of], by=["payer"]),
            aging_table(placed[as_of], by=["payer_class", "location"], buckets=None),
            aging_table(placed[as_of]),
        ],
        credit_table: [credit_table(owed[as_of])],
        first_answers: [answers, first_answers(*pair, **day)],
        initial_denials: [denials, initial_denials(*pair, **day, outcomes=False)],
        denial_pareto: [
            denial_pareto(denials, **day),
            denial_pareto(denials, **day, after=before, by="carc", rank_by="claims"),
        ],
        aged_table: [aged_table(aged[as_of], by=["payer_class"])],
        answer_table: [
            answer_table(answers, **day, by="payer", each="month"),
            answer_table(answers, **day, basis="sent", by="payer", each="month", **sent),
        ],
        appeal_table: [appeal_table(tables["appeals"], **day, by="level")],
        claim_dates: [claim_dates(*pair, tables["submissions"], **day)],
        clean_claim_table: [clean_claim_table(claims, tables["claim_edits"], **day, each="month", **sent)],
        denial_work: [worked],
        flow_table: [flow_table(*pair, **day, each="month", by=["payer_class"])],
        front_desk_table: [front_desk_table(claims, tables["visits"], transactions, **day)],
        liquidation_table: [
            liquidation_table(*pair, **day),
            liquidation_table(*pair, **day, days=(45, 90), by=["payer_class"]),
        ],
        lag_table: [
            lag_table(worked, start="denied_date", end="end_date", weight="touches", by="payer", **day)
        ],
        money_table: [
            money_table(*pair, **day, after=before, by=["payer_class"]),
            money_table(*pair, **day, served_after="2025-09-30", served_until=before),
            money_table(*pair, **day, after=before, columns=("ar", "charges", "expected"), by="payer_class"),
        ],
        net_rows: [net_rows(transactions)],
        outcome_table: [outcome_table(denials, **day, by="category")],
        remittance_table: [remittance_table(transactions, **day, each="month")],
        sending_table: [sending_table(tables["submissions"], **day, by="payer", each="month")],
        work_table: [work_table(tables["actions"], **day, by="staff", each="month")],
        movement_table: [
            movement_table(
                placed[before],
                placed[as_of],
                opening_credits=owed[before],
                closing_credits=owed[as_of],
                by=by,
            )
            for by in ((), ("payer",))
        ],
        roll_table: [
            roll_table(*pair, after=before, **day, **known),
            roll_table(*pair, after=before, **day, **known, by=["payer"]),
        ],
        weekly_balance_table: [weekly_balance_table(*pair, **day, weeks=5, **known, by="payer")],
        weekly_roll_table: [weekly_roll_table(*pair, **day, weeks=5, **known)],
        waterfall_table: [
            waterfall_table(*pair, after=before, **day, each="week"),
            waterfall_table(*pair, after=before, **day, by="payer", coverages=tables["coverages"]),
        ],
        waiting_claims: [waiting],
        resolution_table: [resolution_table(waiting, **day)],
        credit_movement_table: [credit_movement_table(owed[before], owed[as_of])],
    }
    return {function.__name__: tuple(results) for function, results in found.items()}


def rows_of(result):
    """Return a result of any engine as rows of plain values; the dollars are whole cents divided by 100."""
    if isinstance(result, pl.LazyFrame):
        result = result.collect()
    elif isinstance(result, duckdb.DuckDBPyRelation):
        result = result.to_arrow_table()
    if isinstance(result, pd.DataFrame):
        result = pa.Table.from_pandas(result, preserve_index=False)
    if isinstance(result, pa.Table):
        rows = zip(*(column.to_pylist() for column in result.columns), strict=True)
    elif isinstance(result, pl.DataFrame):
        rows = result.rows()
    else:  # Spark
        rows = map(tuple, result.collect())

    def plain(cell):
        if isinstance(cell, dt.datetime):
            return cell.date()
        if isinstance(cell, float):
            return None if cell != cell else round(cell, 9)
        return cell

    return [tuple(map(plain, row)) for row in rows]
