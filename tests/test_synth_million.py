"""Dollars tie out in the files themselves: an independent query of the Parquet by claim, portfolio and month."""

import dataclasses

import duckdb
import pandas as pd
import pytest

from arlab.synth import PRESETS, company
from arlab.synth.company import write_company

# Whole cents: no float is ever added up.
ROWS = """
create view rows as select practice_id || '/' || claim_id as claim, practice_id || '/' || transaction_id as id,
    practice_id || '/' || reverses_id as reverses, practice_id || '/' || remit_id as remit, posted_date, kind,
    responsible, cast(round(amount * 100) as bigint) as cents from read_parquet('{transactions}');
create view claims as select practice_id || '/' || claim_id as claim, lines,
    cast(round(charge * 100) as bigint) as cents from read_parquet('{claims}');
create view lines as select practice_id || '/' || claim_id as claim,
    cast(round(charge * 100) as bigint) as cents from read_parquet('{lines}');
create view remits as select practice_id || '/' || remit_id as remit,
    cast(round(amount * 100) as bigint) + coalesce(cast(round(plb_amount * 100) as bigint), 0) as cents
    from read_parquet('{remittances}');
"""
# Each query returns the rows that break its rule.
IDENTITIES = {
    "the charge of a claim is posted once, line by line, and is the sum of its lines": """
        select * from claims
        full join (select claim, sum(cents) as posted, count(*) as posts from rows where kind = 'charge' group by 1)
            using (claim)
        full join (select claim, sum(cents) as of_lines, count(*) as number from lines group by 1) using (claim)
        where cents is distinct from posted or cents is distinct from of_lines or number is distinct from lines
            or posts is distinct from lines
    """,
    "transfers of a claim cancel out each day": """
        select claim, posted_date from rows where kind = 'transfer' group by all having sum(cents) <> 0
    """,
    "a denial moves no money": "select * from rows where kind = 'denial' and cents <> 0",
    "a reversal takes back one earlier row of the same claim and party, whole": """
        select * from rows as back left join rows as taken on back.reverses = taken.id
        where back.kind = 'reversal' and (taken.id is null or taken.claim <> back.claim
            or taken.responsible <> back.responsible or taken.cents <> -back.cents
            or taken.posted_date > back.posted_date)
    """,
    "no row is taken back twice": """
        select reverses from rows where reverses is not null group by 1 having count(*) > 1
    """,
    "charges less payments and adjustments is what is open less credits, claim by claim": """
        with signed as (select claim, responsible, sum(cents) as balance from rows group by all),
        held as (select claim, sum(greatest(balance, 0)) as open, sum(greatest(-balance, 0)) as credit
            from signed group by 1),
        moved as (select claim, sum(cents) filter (kind = 'charge') as charged,
            -coalesce(sum(cents) filter (kind not in ('charge', 'transfer')), 0) as settled from rows group by 1)
        select * from held join moved using (claim) where charged - settled <> open - credit
    """,
    "a remittance pays what its claims were paid": """
        with paid as (select back.remit, -sum(back.cents) as cents from rows as back
            left join rows as taken on back.reverses = taken.id
            where back.remit is not null and coalesce(taken.kind, back.kind) in ('payer_payment', 'recoupment')
            group by 1)
        select * from remits left join paid using (remit) where remits.cents <> coalesce(paid.cents, 0)
    """,
}
# Two ways to the same total: balances of every claim and party on the day, and the running sum of postings by kind.
MONTHS = """
with ends as (select distinct last_day(posted_date) as day from rows),
held as (select day, claim, responsible, sum(cents) as balance from ends join rows on posted_date <= day
    group by all),
balances as (select day, sum(greatest(balance, 0)) as open, sum(greatest(-balance, 0)) as credit from held
    group by 1),
posted as (select last_day(posted_date) as day, sum(cents) filter (kind = 'charge') as charges,
    sum(cents) filter (kind = 'transfer') as moved,
    -sum(cents) filter (kind not in ('charge', 'transfer')) as settled from rows group by 1),
running as (select day, sum(coalesce(charges, 0) - coalesce(settled, 0)) over (order by day) as total, moved
    from posted)
select day, open, credit, total, coalesce(moved, 0) as moved from balances join running using (day) order by day
"""


def opened(folder, **replaced):
    """Return a database that sees the files of a folder, or of another where a table is replaced."""
    database = duckdb.connect()
    single = (folder / "claims.parquet").exists()
    names = ("transactions", "claims", "lines", "remittances")
    paths = {n: (folder / (f"{n}.parquet" if single else f"{n}/*.parquet")).as_posix() for n in names}
    database.execute(ROWS.format(**(paths | replaced)))
    return database


def broken(database):
    """Return the names of the identities that do not hold."""
    found = [name for name, query in IDENTITIES.items() if database.execute(query).fetchone() is not None]
    months = database.execute(MONTHS).df()
    if (months["open"] - months["credit"] != months["total"]).any() or (months["moved"] != 0).any():
        found.append("the portfolio at every month end")
    return found


@pytest.fixture(scope="module")
def practice(tmp_path_factory):
    folder = tmp_path_factory.mktemp("practice")
    scenario = dataclasses.replace(PRESETS["typical"], claims_per_year=4_000)
    write_company(scenario, folder, claims=6_000, seed=11)
    return folder


def test_the_books_of_a_practice_tie_out(practice):
    database = opened(practice)
    assert database.execute("select count(distinct claim) from rows").fetchone()[0] > 5_000
    assert len(database.execute(MONTHS).df()) == 18
    assert broken(database) == []


@pytest.mark.parametrize(
    ("change", "name"),
    [
        ("amount + 0.01 where kind = 'charge'", "the charge of a claim is posted once"),
        ("amount + 0.01 where kind = 'transfer'", "transfers of a claim cancel out"),
        ("amount + 0.01 where kind = 'denial'", "a denial moves no money"),
        ("amount + 0.01 where kind = 'reversal' and amount <> 0", "a reversal takes back"),
        ("amount + 0.01 where kind = 'payer_payment'", "a remittance pays what its claims were paid"),
    ],
)
def test_one_wrong_cent_is_seen(practice, tmp_path, change, name):
    amount, where = change.split(" where ")
    rows = pd.read_parquet(practice / "transactions.parquet")
    one = rows.query(where.replace(" = ", " == ").replace("<>", "!=")).index[0]
    rows.loc[one, "amount"] += float(amount.split()[-1])
    rows.to_parquet(tmp_path / "wrong.parquet")
    found = broken(opened(practice, transactions=(tmp_path / "wrong.parquet").as_posix()))
    assert any(one.startswith(name) for one in found), found


def test_a_row_posted_twice_or_never_is_seen(practice, tmp_path):
    rows = pd.read_parquet(practice / "transactions.parquet")
    charge = rows.query("kind == 'charge'").index[0]
    back = rows.query("kind == 'reversal'").index[0]
    for wrong in (
        rows.drop(index=charge),
        pd.concat([rows, rows.loc[[charge]]]),
        pd.concat([rows, rows.loc[[back]]]),
    ):
        wrong.to_parquet(tmp_path / "wrong.parquet")
        assert broken(opened(practice, transactions=(tmp_path / "wrong.parquet").as_posix()))


def test_the_books_of_a_company_tie_out(tmp_path, monkeypatch):
    monkeypatch.setattr(company, "MOST_CLAIMS", 400)
    scenario = dataclasses.replace(PRESETS["distressed"], claims_per_year=400, months=6)
    write_company(scenario, tmp_path, claims=400, seed=2)
    assert (tmp_path / "claims" / "PR002.parquet").is_file()
    assert broken(opened(tmp_path)) == []


@pytest.mark.slow
def test_the_books_of_a_million_claims_tie_out(tmp_path):
    scenario = dataclasses.replace(PRESETS["typical"], months=24)
    write_company(scenario, tmp_path, claims=1_000_000, seed=1, workers=2)
    database = opened(tmp_path)
    practices, claims = database.execute(
        "select count(distinct split_part(claim, '/', 1)), count(*) from claims"
    ).fetchone()
    assert practices == 25
    assert 980_000 <= claims <= 1_000_000
    assert broken(database) == []
