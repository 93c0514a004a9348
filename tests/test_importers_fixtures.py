"""Files that other people wrote: totals checked by another road.

Each total is computed by DuckDB from the file itself, without any code of the importers.
"""

import datetime as dt
from pathlib import Path

import duckdb
import openpyxl
import pandas as pd
import pytest

from arlab.aging import aged_items, aging_table
from arlab.errors import InputRefused
from arlab.importers import read_export

FIXTURES = Path(__file__).parents[1].parent / "shared" / "fixtures" / "csv"
pytestmark = pytest.mark.skipif(
    not FIXTURES.exists(), reason="the folder with files of other projects is not here"
)

CLAIMS = "UVI2k__Healthcare-Insurance-claims-project__claims.csv"
PENDING = "UVI2k__Healthcare-Insurance-claims-project__pending_claims_followup.csv"
SNAPSHOT = "Darshita-dp__Healthcare-Revenue-Cycle-Command-Center__fact_ar_snapshot.csv"
BALANCES = "Darshita-dp__Healthcare-Revenue-Cycle-Command-Center__fact_claims.csv"
SYNTHEA = "OHDSI__dbt-synthea__claims.csv"
BUCKETS = "barbarzilay100-coder__ar-aging-analysis__ar-aging-report.xlsx"
REFUSED = {
    "Darshita-dp__Healthcare-Revenue-Cycle-Command-Center__fact_denials.csv": "'denied_amount'",
    "Darshita-dp__Healthcare-Revenue-Cycle-Command-Center__fact_followup_tasks.csv": "'assigned_team'",
    "Darshita-dp__Healthcare-Revenue-Cycle-Command-Center__fact_payments.csv": "'paid_amount'",
    "OHDSI__dbt-synthea__claims_transactions.csv": "list of postings, because 'TYPE'",
    "OHDSI__dbt-synthea__encounters.csv": "'TOTAL_CLAIM_COST'",
    "OHDSI__dbt-synthea__payers.csv": "'STATE_HEADQUARTERED'",
    "UVI2k__Healthcare-Insurance-claims-project__claims_aging_buckets.csv": "'aging_bucket', 'claim_count'",
    "tuva-health__demo__medical_claim.csv": "no rows of data",
}


def asked(query, name):
    """Return the rows of a query over a file, read as text by DuckDB alone; money in whole cents."""
    with duckdb.connect() as own:
        source = f"read_csv('{FIXTURES / name}', header = true, all_varchar = true)"
        return own.execute(query.format(file=source)).fetchall()


def cents(column):
    return f"coalesce(sum(cast(cast({column} as decimal(18, 2)) * 100 as bigint)), 0)"


def by(frame, name):
    return {str(key): round(total * 100) for key, total in frame.groupby(name)["balance"].sum().items()}


def reconciled(name, **options):
    found = read_export(FIXTURES / name, **options)
    assert found.reconciliation.ties_out
    table = aging_table(aged_items(found.practice), buckets=None)
    assert round(table["balance"].sum() * 100) == found.reconciliation.cents_open
    return found


def test_every_file_is_read_here_or_refused_here():
    names = {path.name for path in FIXTURES.iterdir()}
    assert names == {CLAIMS, PENDING, SNAPSHOT, BALANCES, SYNTHEA, BUCKETS, *REFUSED}


@pytest.mark.parametrize("name", REFUSED)
def test_a_file_that_is_no_list_of_balances_is_refused_in_one_sentence(name):
    with pytest.raises(InputRefused) as caught:
        read_export(FIXTURES / name)
    said = str(caught.value)
    assert REFUSED[name] in said
    assert said.startswith(f"'{name}'")
    assert said.endswith(".")
    assert "\n" not in said


def test_claims_with_a_status():
    found = reconciled(CLAIMS)
    here = found.reconciliation
    ((rows, dollars),) = asked(f"select count(*), {cents('claim_amount')} from {{file}}", CLAIMS)
    assert (here.rows_in, here.accepted, here.quarantined, here.cents_in) == (rows, rows, 0, dollars)
    by_status = dict(asked(f"select claim_status, {cents('claim_amount')} from {{file}} group by 1", CLAIMS))
    assert here.cents_open == by_status["Pending"]
    assert {what.split()[1]: round(total * 100) for what, total in zip(found.aside["what"], found.aside["dollars"],
                                                                       strict=True)} == {
        "denied,": by_status["Denied"],
        "approved": by_status["Approved"],
    }  # fmt: skip
    by_payer = asked(
        f"select insurance_provider, {cents('claim_amount')} from {{file}} where claim_status = 'Pending'"
        " group by 1",
        CLAIMS,
    )
    assert by(found.practice.open_items, "payer") == dict(by_payer)
    ((latest,),) = asked(
        "select max(greatest(service_date, submission_date, coalesce(decision_date, ''),"
        " coalesce(payment_date, '')))"
        " from {file}",
        CLAIMS,
    )
    assert found.practice.as_of.isoformat() == latest
    assert "as_of_assumed" in set(found.findings["code"])


@pytest.mark.parametrize(
    ("clock", "column"), [("first_bill", "submission_date"), ("service", "service_date")]
)
def test_claims_are_aged_from_their_own_dates(clock, column):
    found = reconciled(CLAIMS, as_of="2025-03-31")
    expected = asked(
        f"""
        select case when age <= 30 then '0-30' when age <= 60 then '31-60' when age <= 90 then '61-90'
                    when age <= 120 then '91-120' else 'over 120' end, {cents("claim_amount")}
        from (select *, date '2025-03-31' - cast({column} as date) as age from {{file}})
        where claim_status = 'Pending' group by 1
        """,
        CLAIMS,
    )
    table = aging_table(aged_items(found.practice, clock=clock))
    got = {row.bucket: round(row.balance * 100) for row in table.itertuples() if row.items}
    assert got == dict(expected)


def test_a_list_of_pending_claims():
    found = reconciled(PENDING)
    ((rows, dollars, day),) = asked(
        f"select count(*), {cents('claim_amount')},"
        " max(cast(submission_date as date) + cast(days_pending as integer))"
        " from {file}",
        PENDING,
    )
    assert (found.reconciliation.rows_in, found.reconciliation.cents_open) == (rows, dollars)
    assert found.practice.as_of == (day.date() if isinstance(day, dt.datetime) else day)
    by_payer = asked(f"select insurance_provider, {cents('claim_amount')} from {{file}} group by 1", PENDING)
    assert by(found.practice.open_items, "payer") == dict(by_payer)


def test_two_snapshots_are_never_added_up():
    found = reconciled(SNAPSHOT)
    days = asked(
        f"select snapshot_date, count(*), {cents('outstanding_amount')} from {{file}} group by 1 order by 1",
        SNAPSHOT,
    )
    assert len(days) == 2
    (early, early_rows, early_cents), (late, _, late_cents) = days
    assert found.practice.as_of.isoformat() == late
    assert found.reconciliation.cents_open == late_cents
    assert found.reconciliation.cents_in == early_cents + late_cents
    aside = found.aside.iloc[0]
    assert (aside["what"], aside["items"], round(aside["dollars"] * 100)) == (
        f"Balances as of {early}", early_rows, early_cents,
    )  # fmt: skip
    by_bucket = asked(
        f"select aging_bucket, {cents('outstanding_amount')} from {{file}} where snapshot_date = '{late}'"
        " group by 1",
        SNAPSHOT,
    )
    assert by(found.practice.open_items, "bucket") == dict(by_bucket)
    earlier = reconciled(SNAPSHOT, as_of=early)
    assert earlier.reconciliation.cents_open == early_cents


def test_claims_with_a_balance():
    found = reconciled(BALANCES)
    ((rows, dollars),) = asked(f"select count(*), {cents('outstanding_amount')} from {{file}}", BALANCES)
    assert (found.reconciliation.rows_in, found.reconciliation.cents_open) == (rows, dollars)
    by_payer = asked(
        f"select payer_id, {cents('outstanding_amount')} from {{file}} where cast(outstanding_amount as double) > 0"
        " group by 1",
        BALANCES,
    )
    assert by(found.practice.open_items, "payer") == dict(by_payer)
    ((days, day),) = asked(
        "select count(distinct d), min(d) from (select cast(claim_submission_date as date)"
        " + cast(claim_age_days as integer) as d from {file})",
        BALANCES,
    )
    assert days == 1
    assert found.practice.as_of == (day.date() if isinstance(day, dt.datetime) else day)
    assert "payer_codes" in set(found.findings["code"])


def test_synthea_says_what_it_cannot_support():
    found = reconciled(SYNTHEA)
    here = found.reconciliation
    ((rows, dollars, billed),) = asked(
        f"select count(*), {cents('OUTSTANDING1')} + {cents('OUTSTANDING2')} + {cents('OUTSTANDINGP')},"
        " count(*) filter (STATUS1 = 'BILLED') from {file}",
        SYNTHEA,
    )
    assert (here.rows_in, here.accepted, here.cents_in, here.cents_open) == (rows, rows, dollars, 0)
    assert len(found.practice.open_items) == 0
    assert list(found.practice.open_items.columns[:3]) == ["practice_id", "as_of", "claim_id"]
    contradiction = found.findings.query("code == 'status_contradiction'")["sentence"].item()
    assert f"have no balance: {billed}" in contradiction
    missing = dict(found.cannot_compute)
    assert missing["aging by payer"] == "the file has no payer names"
    assert missing["days in AR and gross collection rate"] == "the file has no charges"
    assert "LASTBILLEDDATE1" in missing["aging from the first billing"]


def sheet_in_duckdb(title, first_row, columns, own):
    """Load the cells of a sheet, as openpyxl reads them, into a DuckDB table."""
    sheet = openpyxl.load_workbook(FIXTURES / BUCKETS, data_only=True)[title]
    cells = [row for row in sheet.iter_rows(min_row=first_row, values_only=True) if row[1] is not None]
    frame = pd.DataFrame(cells, columns=columns)
    own.register("cells", frame)
    own.execute("create table sheet as select * from cells")


def test_an_aging_report_in_a_workbook():
    found = reconciled(BUCKETS)
    names = ["customer", "b0", "b1", "b2", "b3", "b4", "total"]
    with duckdb.connect() as own:
        sheet_in_duckdb("Aging Report", 6, names, own)
        detail = own.execute(
            "select customer, cast(100 * (b0 + b1 + b2 + b3 + b4) as bigint) from sheet"
            " where customer not like 'Total%'"
        ).fetchall()
        buckets = own.execute(
            "select cast(100 * sum(b0) as bigint), cast(100 * sum(b2) as bigint), cast(100 * sum(b4) as bigint),"
            " cast(100 * sum(total) as bigint), count(*) from sheet where customer not like 'Total%'"
        ).fetchone()
        (printed,) = own.execute(
            "select cast(100 * total as bigint) from sheet where customer like 'Total%'"
        ).fetchone()
    here = found.reconciliation
    assert (here.rows_in, here.cents_in, here.cents_open) == (buckets[4], buckets[3], printed)
    assert by(found.practice.open_items, "payer") == dict(detail)
    assert by(found.practice.open_items, "bucket") == {
        "Current": buckets[0],
        "31-60": buckets[1],
        "90+": buckets[2],
    }
    assert found.practice.as_of == dt.date(2026, 7, 16)
    assert {"title_rows", "totals_row", "note_rows", "total_column", "currency", "other_sheet"} <= set(
        found.findings["code"]
    )
    assert found.findings.query("code == 'totals_row'")["where"].item() == "row 26"
    assert "the same total" in found.findings.query("code == 'other_sheet'")["sentence"].item()
    assert dict(found.cannot_compute)["amounts in dollars"] == "the amounts are in ILS and are not converted"


def test_the_other_sheet_of_the_workbook():
    found = reconciled(BUCKETS, sheet="Open Invoices")
    names = ["invoice", "customer", "status", "issued", "due", "past_due", "bucket", "open"]
    with duckdb.connect() as own:
        sheet_in_duckdb("Open Invoices", 2, names, own)
        rows, total = own.execute("select count(*), cast(100 * sum(open) as bigint) from sheet").fetchone()
        by_customer = dict(
            own.execute("select customer, cast(100 * sum(open) as bigint) from sheet group by 1").fetchall()
        )
    assert (found.reconciliation.rows_in, found.reconciliation.cents_open) == (rows, total)
    assert by(found.practice.open_items, "payer") == by_customer
    assert found.practice.as_of == dt.date(2026, 7, 16)


def test_shuffled_columns_of_a_real_file_change_nothing(tmp_path):
    frame = pd.read_csv(FIXTURES / CLAIMS, dtype="str", keep_default_na=False)
    shuffled = frame.iloc[::-1][list(frame.columns)[::-1]]
    shuffled.to_csv(tmp_path / CLAIMS, index=False)
    one, two = read_export(FIXTURES / CLAIMS), read_export(tmp_path / CLAIMS)
    assert one.reconciliation == two.reconciliation
    pd.testing.assert_frame_equal(one.practice.open_items, two.practice.open_items)


@pytest.mark.parametrize("kind", ["xlsx", "parquet", "utf-16", "semicolons"])
def test_a_real_file_in_another_form_is_the_same(tmp_path, kind):
    frame = pd.read_csv(FIXTURES / CLAIMS)
    path = tmp_path / f"claims.{kind if kind in ('xlsx', 'parquet') else 'csv'}"
    if kind == "xlsx":
        frame.to_excel(path, index=False)
    elif kind == "parquet":
        frame.to_parquet(path)
    elif kind == "utf-16":
        frame.to_csv(path, index=False, encoding="utf-16", sep="\t")
    else:
        frame.to_csv(path, index=False, sep=";", decimal=",")
    one, two = read_export(FIXTURES / CLAIMS), read_export(path)
    assert one.reconciliation == two.reconciliation
    pd.testing.assert_frame_equal(one.practice.open_items, two.practice.open_items)


@pytest.mark.parametrize(
    ("name", "claim", "charge", "paid", "denied"),
    [
        (CLAIMS, "claim_id", "claim_amount", None, "claim_status = 'Denied'"),
        (PENDING, "claim_id", "claim_amount", None, None),
        (SNAPSHOT, "claim_id", None, None, None),
        (BALANCES, "claim_id", "billed_amount", "paid_amount", "claim_status = 'Denied'"),
        (SYNTHEA, "Id", None, None, "STATUS1 = 'DENIED'"),
    ],
)
def test_claims_and_dollars_are_counted_as_duckdb_counts_them(name, claim, charge, paid, denied):
    found = read_export(FIXTURES / name)
    ((claims, charged, received, refused),) = asked(
        f"select count(distinct {claim}), {cents(charge) if charge else 'null'}, {cents(paid) if paid else 'null'},"
        f" {f'count(distinct {claim}) filter ({denied})' if denied else 'null'} from {{file}}",
        name,
    )
    assert found.claims == claims
    assert found.charge_total == (None if charged is None else charged / 100)
    assert found.paid_total == (None if received is None else received / 100)
    assert found.denied_claims == refused


def test_reasons_of_a_real_file_in_prose_are_dropped():
    found = read_export(FIXTURES / CLAIMS)
    assert found.mapping.set_index("concept").loc["denial_text", "column"] == "denial_reason"
    assert found.payers["rows"].sum() == found.reconciliation.rows_in
