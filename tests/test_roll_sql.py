"""Movement through a ledger against SQL that says it another way: the sample, a practice, a million claims."""

import dataclasses
import datetime as dt

import duckdb
import pytest

from arlab import load_sample
from arlab.aging import add_age, add_bucket, aging_table
from arlab.ledger import open_items
from arlab.movement import ENTRIES, EXITS, FIRST_OTHER, roll_table, waterfall_table, weekly_balance_table
from arlab.synth import PRESETS
from arlab.synth.company import write_company
from arlab.synth.practice import run_practice, tables_as_of
from arlab.synth.streams import Streams

TABLES = ("claims", "transactions", "submissions", "statements", "coverages")

# What each row did after its reversals within the span were taken off it: two joins instead of one grouping.
NETTED = """
    create or replace temp table netted as
    with span as (
        select practice_id, transaction_id, claim_id, responsible, kind, reverses_id, posted_date::date as d,
               round(amount * 100)::bigint as cents
        from transactions where posted_date > $after and posted_date <= $as_of),
    pairs as (
        select r.practice_id, r.transaction_id as back, o.transaction_id as first, r.cents
        from span r join span o on r.practice_id = o.practice_id and r.reverses_id = o.transaction_id
             and r.claim_id = o.claim_id and r.responsible = o.responsible
        where r.kind = 'reversal'),
    off as (select practice_id, first, sum(cents) as cents from pairs group by all)
    select s.practice_id, s.claim_id, s.responsible, s.kind, s.d, s.cents + coalesce(off.cents, 0) as cents
    from span s
    left join off on s.practice_id = off.practice_id and s.transaction_id = off.first
    anti join pairs p on s.practice_id = p.practice_id and s.transaction_id = p.back
"""
BY_WAY = """
    with given as (
        select distinct practice_id, claim_id, d, cents from netted
        where kind = 'transfer' and responsible = 'patient' and cents > 0)
    select case
        when n.cents > 0 then case
            when kind = 'charge' then 'new charge' when kind = 'transfer' then 'moved in'
            when kind = 'recoupment' then 'taken back' when kind like 'refund%' then 'refunded' else 'reversed' end
        when kind in ('contractual', 'sequestration') then 'contractual'
        when kind in ('write_off', 'bad_debt') then 'written off'
        when kind in ('payer_payment', 'recoupment', 'refund_to_payer') then 'paid by payer'
        when kind in ('patient_payment', 'refund_to_patient') then 'paid by patient'
        when kind = 'transfer' and g.cents is not null and n.responsible <> 'patient' then 'moved to patient'
        when kind = 'transfer' then 'moved to another party' else 'charge reversed' end as way,
        sum(abs(n.cents))::bigint
    from netted n left join given g
      on n.practice_id = g.practice_id and n.claim_id = g.claim_id and n.d = g.d and -n.cents = g.cents
    where n.cents <> 0 group by all
"""
# Dollars of the first day that are still there on the second, by the age from the visit on either.
STILL = """
    with opening as (
        select practice_id, claim_id, responsible, sum(round(amount * 100)::bigint) as cents
        from transactions where posted_date <= $after group by all having cents > 0),
    gone as (
        select practice_id, claim_id, responsible, -sum(least(cents, 0)) as cents from netted group by all),
    still as (
        select o.practice_id, o.claim_id, o.cents, greatest(o.cents - coalesce(g.cents, 0), 0) as kept
        from opening o left join gone g using (practice_id, claim_id, responsible))
    select bucket($after::date - service_date::date), bucket($as_of::date - service_date::date),
           sum(still.cents)::bigint, sum(kept)::bigint
    from still join claims using (practice_id, claim_id) group by all
"""
BALANCES = """
    with item as (
        select day, practice_id, claim_id, responsible, sum(round(amount * 100)::bigint) as cents
        from (select $as_of::date - 7 * unnest(range(13))::int as day) join transactions on posted_date <= day
        group by all having cents > 0)
    select day, bucket(day - service_date::date), count(*), sum(cents)::bigint
    from item join claims using (practice_id, claim_id) group by all order by all
"""


def check_by_sql(tables, connection, after, as_of):
    """Compare margins and still open dollars of the matrix, thirteen weeks and a waterfall with SQL."""
    connection.execute(
        "create or replace temp macro bucket(age) as case when age <= 30 then '0-30' when age <= 60 then '31-60'"
        " when age <= 90 then '61-90' when age <= 120 then '91-120' else 'over 120' end"
    )
    span = {"after": after, "as_of": as_of}
    pair = tables["claims"], tables["transactions"]
    table = local(roll_table(*pair, clock="service", **span))
    table["cents"] = (table["balance"] * 100).round().astype("int64")
    connection.execute(NETTED, span)
    ways = dict(connection.execute(BY_WAY).fetchall())
    for label in [label for both in (ENTRIES, EXITS) for _, label in both.values()]:
        shown = table.loc[(table["from_bucket"] == label) | (table["to_bucket"] == label), "cents"]
        # From a way in to a way out the dollars count for both.
        assert shown.sum() == ways.get(label, 0), label
    found, opened = {}, {}
    for before, later, opening, kept in connection.execute(STILL, span).fetchall():
        opened[before] = opened.get(before, 0) + opening
        if kept:
            found[before, later] = kept
    inside = table[table["from_number"] < FIRST_OTHER]
    assert inside.groupby("from_bucket")["cents"].sum().to_dict() == opened
    both = inside[inside["to_number"] < FIRST_OTHER]
    assert both.set_index(["from_bucket", "to_bucket"])["cents"].to_dict() == found
    weeks = local(weekly_balance_table(*pair, as_of=as_of, clock="service"))
    shown = [(row.day.date(), row.bucket, row.items, round(row.balance * 100)) for row in weeks.itertuples()]
    assert shown == connection.execute(BALANCES, {"as_of": as_of}).fetchall()
    months = local(waterfall_table(*pair, each="month", **span))
    moved = connection.execute(
        "select last_day(posted_date::date), sum(round(amount * 100)::bigint)::bigint from transactions"
        " where posted_date > $after and posted_date <= $as_of group by all order by all",
        span,
    ).fetchall()
    change = months.assign(change=((months["closing"] - months["opening"]) * 100).round()).groupby("to_day")[
        "change"
    ]
    assert [round(cents) for cents in change.sum()] == [cents for _, cents in moved]


def local(result):
    return result.df() if isinstance(result, duckdb.DuckDBPyRelation) else result


def registered(tables):
    connection = duckdb.connect()
    for name in TABLES:
        connection.register(name, tables[name])
    return connection


def test_the_sample_agrees_with_sql():
    tables = load_sample().tables
    check_by_sql(tables, registered(tables), dt.date(2026, 1, 31), dt.date(2026, 4, 30))


def test_a_distressed_practice_agrees_with_sql():
    scenario = dataclasses.replace(PRESETS["distressed"], claims_per_year=1_500)
    tables = tables_as_of(run_practice(scenario, Streams(11)), scenario.last_known_day)
    for frame in tables.values():
        frame.insert(0, "practice_id", scenario.practice_id)
    last = scenario.last_known_day.replace(day=1) - dt.timedelta(days=1)
    check_by_sql(tables, registered(tables), last.replace(day=1) - dt.timedelta(days=90), last)


@pytest.mark.slow
def test_a_million_claims_agree_with_sql(tmp_path):
    write_company(PRESETS["typical"], tmp_path, claims=1_000_000, seed=5, workers=2)
    connection = duckdb.connect()
    tables = {}
    for name in TABLES:
        connection.execute(f"create view {name} as select * from read_parquet('{tmp_path / name}/*.parquet')")
        tables[name] = connection.table(name)
    check_company(tables, connection)


def check_company(tables, connection):
    days = dt.date(2026, 3, 31), dt.date(2026, 4, 30)
    check_by_sql(tables, connection, *days)
    # By the standard clock the buckets of both days are those of ledger and aging, which find each day anew.
    pair, extras = (tables["claims"], tables["transactions"]), {name: tables[name] for name in TABLES[2:]}
    table = local(roll_table(*pair, after=days[0], as_of=days[1], by="payer", **extras))
    for side, day in zip(("from", "to"), days, strict=True):
        items = add_bucket(add_age(open_items(*pair, as_of=day, **extras)))
        aged = local(aging_table(items, by="payer", buckets=None))
        inside = table[table[f"{side}_number"] < FIRST_OTHER]
        shown = inside.groupby(["payer", f"{side}_number"])["balance"].sum().round(2)
        assert shown.tolist() == aged["balance"].round(2).tolist()
