"""The sample practice computed a second time: by plain loops, by SQL, and on every engine."""

import datetime as dt
from collections import defaultdict

import duckdb
import polars as pl
import pytest

from arlab.aging import add_age, add_bucket, aged_items, aging_table
from arlab.ledger import balances, kind_totals, open_items, remedies
from arlab.reference import data_path
from arlab.tables import load_sample

DAYS = ["2025-03-31", "2025-12-31", "2026-06-30"]
TABLES = ("claims", "transactions", "submissions", "statements", "coverages")


@pytest.fixture(scope="module")
def sample():
    return load_sample()


@pytest.fixture(scope="module")
def sql():
    connection = duckdb.connect()
    for name in load_sample().tables:
        path = str(data_path(f"sample/{name}.parquet")).replace("'", "''")
        connection.execute(f"create view {name} as select * from read_parquet('{path}')")
    return connection


def rows_of(frame):
    """Return a frame as plain dicts with dates as dates and every empty value as None."""
    plain = []
    for row in frame.astype(object).where(frame.notna(), None).to_dict("records"):
        plain.append({k: v.date() if isinstance(v, dt.datetime) else v for k, v in row.items()})
    return plain


def loop_items(practice, as_of):
    """Return {(claim, party): facts} of every open item, found row by row."""
    facts = {row["claim_id"]: row for row in rows_of(practice.claims)}
    cents, turned, at_visit = defaultdict(int), {}, set()
    for row in rows_of(practice.transactions):
        if row["posted_date"] > as_of:
            continue
        key = (row["claim_id"], row["responsible"])
        cents[key] += round(row["amount"] * 100)
        if row["amount"] > 0 and row["kind"] in ("charge", "transfer"):
            owner = (row["claim_id"], "patient" if row["responsible"] == "agency" else row["responsible"])
            turned[owner] = min(turned.get(owner, row["posted_date"]), row["posted_date"])
            if row["kind"] == "charge" or row["reason"] == "due_at_visit":
                at_visit.add(owner)
    billed, accepted = {}, set()
    for row in rows_of(practice.submissions):
        key = (row["claim_id"], row["rank"])
        if row["submitted_date"] <= as_of:
            billed[key] = min(billed.get(key, row["submitted_date"]), row["submitted_date"])
            if row["acceptance"] == "accepted" and row["accepted_date"] <= as_of:
                accepted.add(key)
    stated = {}
    for row in rows_of(practice.statements):
        if row["sent_date"] <= as_of:
            stated[row["claim_id"]] = min(stated.get(row["claim_id"], row["sent_date"]), row["sent_date"])
    found = {}
    for (claim, party), value in cents.items():
        if value <= 0:
            continue
        service = facts[claim]["service_date"]
        first_bill = billed.get((claim, 1))
        if party in ("patient", "agency"):
            owner = (claim, "patient")
            if owner in at_visit:
                responsible = service
            else:
                days = [turned[owner] + dt.timedelta(days=30)] if owner in turned else []
                responsible = min([*days, *([stated[claim]] if claim in stated else [])], default=None)
            on_file = True
        else:
            rank = int(party[-1])
            responsible = first_bill if rank == 1 else billed.get((claim, rank), turned.get((claim, party)))
            on_file = (claim, rank) in accepted
        starts = {
            "service": service,
            "first_bill": first_bill or service,
            "responsibility": responsible or service,
        }
        starts["standard"] = starts["responsibility" if party in ("patient", "agency") else "first_bill"]
        found[claim, party] = {
            "cents": value,
            "on_file": on_file,
            "stated": claim in stated,
            **{clock: max(0, (as_of - start).days) for clock, start in starts.items()},
        }
    return found


@pytest.mark.parametrize("day", DAYS)
def test_open_items_and_every_clock_equal_a_loop(sample, day):
    as_of = dt.date.fromisoformat(day)
    expected = loop_items(sample, as_of)
    for clock in ("standard", "service", "first_bill", "responsibility"):
        found = aged_items(sample, as_of=as_of, clock=clock)
        assert len(found) == len(expected) > 50
        for row in found.itertuples():
            facts = expected[row.claim_id, row.responsible]
            assert round(row.balance * 100) == facts["cents"]
            assert row.age_days == facts[clock], (row.claim_id, row.responsible, clock)
            assert bool(row.not_on_file) is (not facts["on_file"])
            if row.responsible in ("patient", "agency"):
                assert bool(row.not_yet_stated) is (not facts["stated"])


@pytest.mark.parametrize("day", DAYS)
def test_aging_by_payer_equals_sql(sample, sql, day):
    expected = sql.execute(
        """
        with item as (
            select claim_id, responsible, sum(cast(round(amount * 100) as bigint)) as cents
            from transactions where posted_date <= $day group by all having cents > 0
        ), aged as (
            select coalesce(v.payer, case i.responsible when 'patient' then 'Patient' else 'Agency' end) as payer,
                   date_diff('day', cast(c.service_date as date), cast($day as date)) as age, cents
            from item i join claims c using (claim_id)
            left join coverages v on v.claim_id = i.claim_id and 'payer_' || v.rank = i.responsible
        )
        select payer, case when age <= 30 then 0 when age <= 60 then 1 when age <= 90 then 2
                           when age <= 120 then 3 else 4 end as bucket, count(*), cast(sum(cents) as bigint)
        from aged group by all order by all
        """,
        {"day": day},
    ).fetchall()
    table = aging_table(aged_items(sample, as_of=day, clock="service"), by=["payer"])
    found = [
        (row.payer, row.bucket_number, row.items, round(row.balance * 100))
        for row in table[table["items"] > 0].itertuples()
    ]
    assert found == expected


def test_months_roll_forward_to_the_cent(sample, sql):
    months = [f"{y}-{m:02d}" for y in (2025, 2026) for m in range(1, 13) if f"{y}-{m:02d}" <= "2026-06"]
    ends = {m: str(sql.execute(f"select last_day(date '{m}-01')").fetchone()[0]) for m in months}
    before, total_before = (
        "2024-12-31",
        round(balances(sample.transactions, as_of="2024-12-31")["balance"].sum() * 100),
    )
    for month in months:
        moved = kind_totals(sample.transactions, as_of=ends[month], after=before)
        total = round(balances(sample.transactions, as_of=ends[month])["balance"].sum() * 100)
        assert total_before + round(moved["amount"].sum() * 100) == total
        independent = sql.execute(
            "select cast(sum(cast(round(amount * 100) as bigint)) as bigint) from transactions"
            f" where posted_date <= date '{ends[month]}'"
        ).fetchone()[0]
        assert total == independent
        before, total_before = ends[month], total


def loop_remedies(practice, as_of):
    """Return {(claim, rank, remedy): (due day, state)} found claim by claim."""
    facts = {row["claim_id"]: row for row in rows_of(practice.claims)}
    terms = defaultdict(list)
    for row in rows_of(practice.contracts):
        terms[row["contract_id"]].append(row)
    sent, ledger, appeals = defaultdict(list), defaultdict(list), defaultdict(list)
    for row in rows_of(practice.submissions):
        if row["acceptance"] == "accepted" and row["accepted_date"] <= as_of:
            sent[row["claim_id"], row["rank"]].append(row)
    owner = {}
    for row in rows_of(practice.transactions):
        owner[row["transaction_id"]] = (row["claim_id"], row["responsible"])
        if row["posted_date"] <= as_of and row["responsible"].startswith("payer_"):
            ledger[row["claim_id"], int(row["responsible"][-1])].append(row)
    for row in rows_of(practice.appeals):
        if row["filed_date"] <= as_of:
            claim, party = owner[row["denial_id"]]
            appeals[claim, int(party[-1])].append(row)
    found = {}
    for cover in rows_of(practice.coverages):
        key = claim, rank = cover["claim_id"], cover["rank"]
        service, procedure = facts[claim]["service_date"], facts[claim]["procedure"]
        fit = [
            t
            for t in terms[cover["contract_id"]]
            if t["procedure"] in ("*", procedure)
            and t["effective_from"] <= service
            and (t["effective_to"] is None or service <= t["effective_to"])
        ]
        if not fit:
            continue
        term = min(fit, key=lambda t: t["procedure"] == "*")
        posted = ledger[key]
        hard = [r["posted_date"] for r in posted if r["kind"] == "denial" and r["rarc"] != "MA130"]
        soft = [r["posted_date"] for r in posted if r["kind"] == "denial" and r["rarc"] == "MA130"]
        denied, unprocessable = min(hard, default=None), min(soft, default=None)
        answers = [
            r["posted_date"]
            for r in ledger[claim, rank - 1]
            if r["kind"] in ("payer_payment", "contractual", "denial", "sequestration")
        ]
        filing = service if rank == 1 else min(answers, default=None)
        limit = term["filing_days"] if rank == 1 else term["secondary_days"]
        took = sent[key]
        first = [r for r in appeals[key] if r["level"] == 1]
        decided = [
            r["decision_date"]
            for r in first
            if r["decision_date"] and r["decision_date"] <= as_of and r["outcome"] in ("lost", "partly_won")
        ]
        rows = [("file" if rank == 1 else "secondary_file", filing, limit, bool(took))]
        if unprocessable:
            again = any(r["submitted_date"] >= unprocessable for r in took)
            rows.append(("refile_unprocessable", filing, limit, again))
        if denied:
            fixed = any(r["frequency_code"] == "7" and r["submitted_date"] >= denied for r in took)
            second = any(r["level"] == 2 for r in appeals[key])
            rows.append(("correct", denied, term["corrected_days"], fixed))
            rows.append(("reopen", denied, term["reopen_days"], False))
            rows.append(("appeal_1", denied, term["appeal_1_days"], bool(first)))
            rows.append(("appeal_2", min(decided, default=None), term["appeal_2_days"], second))
        for remedy, start, days, used in rows:
            if days is None:
                continue
            due = start + dt.timedelta(days=int(days)) if start else None
            state = "used" if used else "not_open" if due is None else "expired" if as_of > due else "live"
            found[(*key, remedy)] = (due, state)
    return found


@pytest.mark.parametrize("day", DAYS)
def test_remedies_equal_a_loop(sample, day):
    found = remedies(
        sample.claims,
        sample.coverages,
        sample.contracts,
        sample.submissions,
        sample.transactions,
        sample.appeals,
        as_of=day,
    )
    got = {
        (r["claim_id"], r["rank"], r["remedy"]): (r["due_date"], r["state"])
        for r in rows_of(found[["claim_id", "rank", "remedy", "due_date", "state"]])
    }
    assert got == loop_remedies(sample, dt.date.fromisoformat(day))
    assert {state for _, state in got.values()} >= {"live", "used"}


def test_every_engine_ages_the_sample_alike(sample):
    in_polars = {name: pl.from_pandas(sample.tables[name]) for name in TABLES}
    connection = duckdb.connect()
    kinds = {
        "pandas": {name: sample.tables[name] for name in TABLES},
        "polars": in_polars,
        "polars lazy": {name: frame.lazy() for name, frame in in_polars.items()},
        "duckdb": {name: connection.from_df(sample.tables[name]) for name in TABLES},
    }
    results = {}
    for kind, tables in kinds.items():
        report = aging_table(
            add_bucket(add_age(open_items(**tables, as_of="2026-06-30"))), by=["payer", "responsible"]
        )
        if kind == "pandas":
            report = pl.from_pandas(report)
        elif kind == "polars lazy":
            report = report.collect()
        elif kind == "duckdb":
            report = report.pl()
        results[kind] = [
            (
                r["payer"],
                r["responsible"],
                int(r["bucket_number"]),
                int(r["items"]),
                round(r["balance"] * 100),
            )
            for r in report.to_dicts()
        ]
    assert len(results["pandas"]) > 20
    for kind, result in results.items():
        assert result == results["pandas"], kind
