"""Variance, curves and front desk against independent SQL, the answer key, every engine, and the days before."""

from __future__ import annotations

import dataclasses
import datetime as dt
import functools
import importlib
import json
import random
import sys
from pathlib import Path

import duckdb
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from polars.testing import assert_frame_equal

from arlab import load_sample
from arlab.frames import to_pandas
from arlab.importers.x12.folder import read_x12_folder
from arlab.metrics import front_desk_table, liquidation_table
from arlab.synth import PRESETS
from arlab.synth.practice import run_practice, tables_as_of
from arlab.synth.streams import Streams
from arlab.synth.x12 import write_x12
from arlab.variance import underpaid_items, variance_lines, variance_table

ROOT = Path(__file__).parents[1]
if str(ROOT) not in sys.path:  # benchmarks/ is no part of what is installed
    sys.path.append(str(ROOT))
key = importlib.import_module("benchmarks.variance")
NAMES = ("claims", "lines", "transactions", "coverages", "contracts", "visits")


@functools.cache
def run_of(preset, seed, claims_per_year):
    return run_practice(dataclasses.replace(PRESETS[preset], claims_per_year=claims_per_year), Streams(seed))


def known_on(run, day):
    tables = tables_as_of(run, day)
    for frame in tables.values():
        frame.insert(0, "practice_id", run.scenario.practice_id)
    return tables


def compare(tables, as_of, *, priced=True):
    """Return the compared lines; without prices the payer's usual amounts must serve."""
    lines = tables["lines"]
    if priced:
        more = {"coverages": tables["coverages"], "contracts": tables["contracts"]}
    else:
        bare = [name for name in lines.columns if name != "expected_allowed"]
        lines, more = lines[bare], {}
    return variance_lines(tables["claims"], lines, tables["transactions"], as_of=as_of, **more)


# The answer key: what each line's payer allows below its contract.


@pytest.mark.parametrize(("preset", "seed"), [("typical", 8), ("healthy", 9), ("distressed", 10)])
def test_planted_underpayments_are_found_and_right_lines_left_alone(preset, seed):
    run = run_of(preset, seed, 2_000)
    tables = known_on(run, run.scenario.last_known_day)
    truth = key.planted(run, tables)
    assert (truth["planted"] > 0).sum() > 50
    found, flagged = key.score(truth, compare(tables, run.scenario.last_known_day))
    assert found >= 0.9 and flagged <= 0.01
    # A small practice has few lines of each service: usual amounts find less, but accuse no more.
    found, flagged = key.score(truth, compare(tables, run.scenario.last_known_day, priced=False))
    assert found >= 0.5 and flagged <= 0.01


def test_a_wrong_price_list_is_systematic_by_contract_and_out_of_sight_without_one():
    run = run_of("typical", 8, 2_000)
    tables = known_on(run, run.scenario.last_known_day)
    truth = key.planted(run, tables)
    payer = tables["claims"].query("payer_class == 'commercial'")["first_payer"].mode().iloc[0]
    wrong, more = key.with_wrong_price_list(
        tables, truth, payer=payer, procedure="EST-L4", since=dt.date(2025, 9, 1)
    )
    put_on_top = more["planted"].sum() - truth["planted"].sum()
    found = compare(wrong, run.scenario.last_known_day)
    systematic = found[found["pattern"] == "systematic"]
    assert systematic["short"].sum() == pytest.approx(put_on_top, rel=0.01) and put_on_top > 100
    assert set(systematic["payer"]) == {payer} and set(systematic["procedure"]) == {"EST-L4"}
    assert key.score(more, found)[0] >= 0.9
    usual = compare(wrong, run.scenario.last_known_day, priced=False)
    assert key.score(more, usual)[1] <= 0.01


def test_the_benchmark_judges_contracts_and_shows_usual_amounts(monkeypatch, capsys):
    monkeypatch.setattr(key, "QUICK_PRESETS", ("typical",))
    monkeypatch.setattr(key, "QUICK_CLAIMS", 2_000)
    assert key.main(["--quick"]) == 0
    shown = capsys.readouterr()
    answer = json.loads(shown.out)
    assert answer["holds"] and answer["name"] == "variance" and len(answer["figures"]["rows"]) == 4
    assert (
        answer["figures"]["least_found_by_contract"] >= 0.9 > answer["figures"]["least_found_by_usual_amount"]
    )
    assert "wrong price list" in shown.err


@pytest.mark.slow
@pytest.mark.parametrize("preset", ["typical", "healthy", "distressed", "orthopaedics", "behavioural_health"])
@pytest.mark.parametrize("seed", [21, 22])
def test_usual_amounts_alone_find_nine_tenths_in_a_practice_of_twenty_thousand_claims_a_year(preset, seed):
    run = run_of(preset, seed, 20_000)
    run_of.cache_clear()
    tables = known_on(run, run.scenario.last_known_day)
    truth = key.planted(run, tables)
    for priced in (True, False):
        found, flagged = key.score(truth, compare(tables, run.scenario.last_known_day, priced=priced))
        assert found >= 0.9 and flagged <= 0.01, (preset, seed, priced)


# Independent SQL.

VARIANCE = """
with t as (select x.*, coalesce(x.carc, '') as code, cast(round(x.amount * 100) as bigint) as a,
        coalesce(case when x.kind = 'reversal' then o.kind end, x.kind) as k
    from transactions as x left join transactions as o on o.transaction_id = x.reverses_id
    where x.posted_date <= date '{day}' and x.responsible = 'payer_1'),
sums as (select claim_id, line_number,
    -sum(a) filter (k in ('payer_payment', 'sequestration') or (k = 'transfer' and code in ('', '1', '2', '3')))
        as parts,
    -sum(a) filter (k = 'contractual' and code in ('', '45')) as gone,
    sum(a) filter (k in ('recoupment', 'refund_to_payer')) as returned,
    -sum(a) filter (k = 'payer_payment') as paid,
    count(*) filter (kind = 'denial' and code <> '18') - count(*) filter (kind = 'reversal' and a = 0) as denials,
    count(*) filter (k = 'contractual' and code not in ('', '45')) as wrong,
    count(*) filter (k in ('payer_payment', 'sequestration') or (k = 'contractual' and remit_id is not null)
        or (k = 'transfer' and code in ('1', '2', '3'))) as said
    from t group by all),
priced as (select l.claim_id, l.line_number, c.first_payer as payer,
        least(cast(round(p.allowed * 100) as bigint) * l.units, cast(round(l.charge * 100) as bigint)) as price,
        cast(round(l.charge * 100) as bigint) as charge
    from lines as l join claims as c using (claim_id) join coverages as v on v.claim_id = l.claim_id and v.rank = 1
    join contracts as p on p.contract_id = v.contract_id and p.procedure = l.procedure
        and c.service_date between p.effective_from and coalesce(p.effective_to, date '9999-01-01'))
select payer, count(*) as compared, count(*) filter (price - allowed > 1) as short_lines,
    sum(price - allowed) filter (price - allowed > 1) as short, sum(price) as expected, sum(allowed) as allowed
from (select *, least(coalesce(parts, 0), charge - coalesce(gone, 0)) as allowed from priced join sums
    using (claim_id, line_number))
where (said > 0) and denials <= 0 and wrong = 0 and not (coalesce(returned, 0) > 0 and paid <= returned)
group by payer order by payer
"""
CURVE = """
with t as (select c.claim_id, strftime(c.service_date, '%Y-%m') as month, last_day(c.service_date) as ends,
        x.kind, x.responsible, date_diff('day', c.service_date, x.posted_date) as age,
        cast(round(x.amount * 100) as bigint) as a
    from transactions as x join claims as c using (claim_id)
    where x.posted_date <= date '{day}' and c.charge_entry_date <= date '{day}')
select month, d.days, sum(a) filter (kind = 'charge') as charges,
    sum(a) filter (kind = 'charge') - sum(a) filter (kind = 'charge' or age <= d.days) as resolved,
    sum(a) filter ((kind = 'charge' or age <= d.days) and responsible in ('patient', 'agency')) as open_patient
from t cross join (values (30), (60), (90), (180)) as d(days)
where ends + d.days <= date '{day}' group by all order by all
"""
DESK = """
with t as (select claim_id, responsible, kind, coalesce(reason, '') as reason,
        cast(round(amount * 100) as bigint) as a from transactions where posted_date <= date '{day}'),
owed as (select claim_id, sum(a) filter (responsible like 'payer%') as payers,
        coalesce(sum(a) filter (kind = 'transfer' and responsible in ('patient', 'agency')), 0) as moved,
        sum(a) filter (kind = 'charge' or reason = 'self_pay_discount') as price from t group by 1)
select registrar, count(*) as visits, sum(due_at_visit) as due, sum(collected_at_visit) as collected,
    avg(e) as bias, median(abs(e)) as median_error, count(e) as final
from (select v.*, case when coalesce(payers, 0) <= 0 then estimate -
        (case when payer_class = 'self_pay' then price else moved end) / 100.0 end as e
    from visits as v join claims as c using (claim_id) join owed using (claim_id)
    where c.charge_entry_date <= date '{day}')
group by 1 order by 1
"""


def by_sql(tables, query, day):
    connection = duckdb.connect()
    for name in NAMES:
        connection.register(name, tables[name])
    return connection.execute(query.format(day=day)).df()


def check_by_sql(tables, day):
    found = variance_table(compare(tables, day), by=["payer"])
    told = by_sql(tables, VARIANCE, day)
    assert found["payer"].tolist() == told["payer"].tolist() and len(told) > 8
    for name in ("compared", "short_lines"):
        assert found[name].tolist() == told[name].tolist(), name
    for name in ("short", "expected", "allowed"):
        assert (found[name] * 100).round().tolist() == told[name].fillna(0).tolist(), name
    curve = liquidation_table(tables["claims"], tables["transactions"], as_of=day, days=[30, 60, 90, 180])
    curve, told = curve[curve["mature"] == 1].reset_index(drop=True), by_sql(tables, CURVE, day)
    assert (
        curve[["month", "days"]].values.tolist() == told[["month", "days"]].values.tolist() and len(told) > 10
    )
    assert (curve["charges"] * 100).round().tolist() == told["charges"].tolist()
    assert (curve["resolved_share"] - told["resolved"] / told["charges"]).abs().max() < 1e-12
    assert (curve["open_patient"] * 100).round().tolist() == told["open_patient"].fillna(0).tolist()
    desk = front_desk_table(
        tables["claims"], tables["visits"], tables["transactions"], as_of=day, by="registrar", least=1
    )
    told = by_sql(tables, DESK, day)
    assert desk[["registrar", "visits", "estimates_final"]].values.tolist() == (
        told[["registrar", "visits", "final"]].values.tolist()
    )
    for name in ("due", "collected", "bias", "median_error"):
        assert (desk[name] - told[name]).abs().max() < 1e-9, name


@pytest.mark.parametrize("day", [dt.date(2025, 9, 17), dt.date(2026, 6, 30)])
def test_the_sample_agrees_with_sql(day):
    check_by_sql(load_sample().tables, day)


def test_a_generated_practice_agrees_with_sql():
    run = run_of("typical", 8, 2_000)
    check_by_sql(known_on(run, run.scenario.last_known_day), run.scenario.last_known_day)


# Engines.


def in_engine(kind, frame, connection):
    if kind == "duckdb":
        return connection.from_df(frame)
    if kind == "pandas":
        return frame
    arrow = pa.Table.from_pandas(frame, preserve_index=False)
    if kind == "arrow":
        return arrow
    return pl.from_arrow(arrow).lazy() if kind == "polars lazy" else pl.from_arrow(arrow)


def test_every_engine_gives_the_same_rows():
    tables, expected, day = load_sample().tables, None, "2026-05-17"
    for kind in ("pandas", "arrow", "polars", "polars lazy", "duckdb"):
        connection = duckdb.connect()
        given = {name: in_engine(kind, tables[name], connection) for name in NAMES}
        lines = variance_lines(
            given["claims"], given["lines"], given["transactions"], as_of=day,
            coverages=given["coverages"], contracts=given["contracts"],
        )  # fmt: skip
        ledger = (given["claims"], given["transactions"])
        found = {
            "lines": lines,
            "usual": variance_lines(given["claims"], given["lines"], given["transactions"], as_of=day),
            "table": variance_table(lines),
            "items": underpaid_items(lines, as_of=day),
            "curve": liquidation_table(*ledger, as_of=day, by="payer_class"),
            "desk": front_desk_table(given["claims"], given["visits"], given["transactions"], as_of=day),
        }
        kinds = {type(result).__module__.split(".")[0].lstrip("_") for result in found.values()}
        assert kinds == {{"arrow": "pyarrow", "polars lazy": "polars"}.get(kind, kind)}
        rows = {name: to_pandas(result) for name, result in found.items()}
        assert all(len(table) for table in rows.values())
        expected = expected or rows
        for name, table in rows.items():
            pd.testing.assert_frame_equal(table, expected[name], rtol=1e-12, obj=f"{name} in {kind}")


def test_remittance_files_say_what_the_ledger_says_was_allowed(tmp_path):
    practice = load_sample()
    write_x12(practice, tmp_path)
    read = read_x12_folder(tmp_path).practice
    of_files = variance_lines(read.claims, read.lines, read.transactions, as_of=read.as_of)
    bare = practice.lines.drop(columns="expected_allowed")
    of_ledger = variance_lines(practice.claims, bare, practice.transactions, as_of=practice.as_of)
    columns = [*key.LINE, "expected", "basis", "allowed", "state", "short", "pattern"]
    pd.testing.assert_frame_equal(of_files[columns], of_ledger[columns])
    assert (of_files["short"] > 0).sum() > 80


def test_practices_of_one_table_do_not_mix():
    one = {name: pl.from_pandas(frame) for name, frame in load_sample().tables.items() if name in NAMES}
    other = {name: frame.with_columns(practice_id=pl.lit("another")) for name, frame in one.items()}
    both = {name: pl.concat([one[name], other[name]]) for name in NAMES}
    day = dt.date(2026, 6, 30)
    for make in (
        lambda tables: compare(tables, day),
        lambda tables: liquidation_table(
            tables["claims"], tables["transactions"], as_of=day, by="practice_id"
        ),
        lambda tables: front_desk_table(
            tables["claims"],
            tables["visits"],
            tables["transactions"],
            as_of=day,
            by=["practice_id", "registrar"],
        ),
    ):
        apart = pl.concat([make(one), make(other)])
        assert (
            make(both)
            .sort("practice_id", maintain_order=True)
            .equals(apart.sort("practice_id", maintain_order=True))
        )


# No look-ahead.


def check_days(run, days):
    def polars_on(day):
        return {name: pl.from_pandas(frame) for name, frame in known_on(run, day).items() if name in NAMES}

    later = polars_on(run.scenario.last_known_day)
    for day in days:
        then = polars_on(day)
        for make in (
            lambda tables, day=day: compare(tables, day),
            lambda tables, day=day: compare(tables, day, priced=False),
            lambda tables, day=day: liquidation_table(tables["claims"], tables["transactions"], as_of=day),
            lambda tables, day=day: front_desk_table(
                tables["claims"], tables["visits"], tables["transactions"], as_of=day
            ),
        ):
            now = make(later)
            assert len(now) > 0
            assert_frame_equal(now, make(then))


def test_a_past_day_is_told_as_it_was_known_then():
    check_days(run_of("typical", 8, 2_000), [dt.date(2026, 2, 19)])


@pytest.mark.slow
def test_thirty_random_days_are_told_as_they_were_known_then():
    run, draw = run_of("typical", 8, 2_000), random.Random(6)
    length = (run.scenario.last_known_day - run.scenario.start).days
    check_days(run, [run.scenario.start + dt.timedelta(days=draw.randint(20, length - 1)) for _ in range(30)])
