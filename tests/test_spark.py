"""PySpark gives the same cents as the other engines, and the lines of docs/spark.md run as they stand.

Not in the usual run: it needs Java 17 or newer, and PySpark, which is in the extra ``slow`` and not in the lock.

    .venv/bin/python -m pip install --no-build-isolation --editable ".[slow]"
    .venv/bin/python -m pytest -m slow tests/test_spark.py -s
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import re
import shutil
import sys
import time
from pathlib import Path

import duckdb
import pytest
from benchmarks import measures_library
from benchmarks.measures_days import COLUMNS, Days

from arlab import load_sample
from arlab.aging import aged_items, aging_table
from arlab.errors import InputRefused
from arlab.ledger import balances
from arlab.metrics import money_table
from arlab.reference import data_path
from arlab.synth import PRESETS
from arlab.synth.company import write_company
from engine_tables import TABLES, every_table, rows_of

pytestmark = pytest.mark.slow
ROOT = Path(__file__).parents[1]
AS_OF, BEFORE = "2026-05-17", "2026-04-30"


@pytest.fixture(scope="module")
def spark(tmp_path_factory):
    sql = pytest.importorskip(
        "pyspark.sql", reason="PySpark is not installed: see the first lines of this file"
    )
    if not shutil.which("java"):
        pytest.skip("Java is not installed")
    session = (
        sql.SparkSession.builder.master("local[2]")
        .appName("arlab")
        .config("spark.sql.shuffle.partitions", "2")
        .config("spark.sql.adaptive.enabled", "false")  # it helps large tables, and costs small ones time
        .config("spark.ui.enabled", "false")
        .config("spark.driver.memory", "6g")
        .config("spark.driver.bindAddress", "127.0.0.1")
        .config("spark.driver.host", "127.0.0.1")
        .config("spark.sql.session.timeZone", "UTC")
        .config("spark.sql.warehouse.dir", str(tmp_path_factory.mktemp("warehouse")))
        .getOrCreate()
    )
    session.sparkContext.setLogLevel("ERROR")
    yield session
    session.stop()


def sample_in(spark, names=TABLES):
    return {name: spark.read.parquet(str(data_path(f"sample/{name}.parquet"))) for name in names}


def test_every_table_function_gives_the_same_cents(spark):
    expected = every_table(load_sample().tables, AS_OF, before=BEFORE)
    tables = {name: frame.cache() for name, frame in sample_in(spark).items()}
    found = every_table(tables, AS_OF, before=BEFORE, keep=lambda frame: frame.localCheckpoint())
    assert set(found) == set(expected)
    different = []
    for name, results in found.items():
        for result, wanted in zip(results, expected[name], strict=True):
            assert type(result).__module__.startswith("pyspark"), name
            if rows_of(result) != rows_of(wanted):
                different.append(name)
    assert different == []
    sys.stderr.write(
        f"\nPySpark: {sum(map(len, found.values()))} results of {len(found)} table functions, all the same\n"
    )


def test_the_lines_of_the_manual_run(spark):
    text = (ROOT / "docs" / "spark.md").read_text(encoding="utf-8")
    code = re.search(r"```python\n(.*?)```", text, flags=re.S)[1]
    for database in ("ar", "ar_measures"):
        spark.sql(f"create database if not exists {database}")
    for name, frame in sample_in(spark).items():
        frame.write.mode("overwrite").saveAsTable(f"ar.{name}")
    exec(compile(code, "docs/spark.md", "exec"), {})
    sample = load_sample()
    expected = aging_table(aged_items(sample, as_of="2026-06-30"), by=["practice_id", "payer"])
    found = spark.table("ar_measures.aging").orderBy("practice_id", "payer", "bucket_number")
    columns = ["practice_id", "payer", "bucket_number", "bucket", "items", "balance"]
    assert rows_of(found.select(*columns)) == rows_of(expected[columns])
    for name in ("denials", "money", "roll", "waterfall"):
        assert spark.table(f"ar_measures.{name}").count() > 0, name


def test_a_moment_in_a_time_zone_is_refused(spark):
    rows = spark.sql(
        "select 'p' as practice_id, 'c1' as claim_id, 'payer_1' as responsible, 80.0D as amount,"
        " timestamp '2026-01-05 00:00:00' as posted_date"
    )
    with pytest.raises(InputRefused, match="has a time zone in the date column 'posted_date'"):
        balances(rows, as_of="2026-02-01")
    dated = rows.withColumn("posted_date", rows["posted_date"].cast("date"))
    assert rows_of(balances(dated, as_of="2026-02-01")) == [("p", "c1", "payer_1", 80.0)]


def test_amounts_as_decimals_are_whole_cents_too(spark):
    tables = sample_in(spark, ("claims", "transactions"))
    decimal = tables["transactions"]["amount"].cast("decimal(12,2)")
    exact = tables["transactions"].withColumn("amount", decimal)
    expected = money_table(tables["claims"], tables["transactions"], as_of=AS_OF)
    assert rows_of(money_table(tables["claims"], exact, as_of=AS_OF)) == rows_of(expected)


def test_a_million_claims_are_the_same_in_spark_and_duckdb(spark, tmp_path):
    scenario = dataclasses.replace(PRESETS["typical"], claims_per_year=20_000, months=24)
    write_company(scenario, tmp_path, claims=1_000_000, seed=1, workers=2)
    connection, days = duckdb.connect(), Days(dt.date(2026, 6, 30))
    in_spark = {name: spark.read.parquet(str(tmp_path / name)) for name in COLUMNS}
    in_duckdb = {name: connection.read_parquet(str(tmp_path / name / "*.parquet")) for name in COLUMNS}
    for measure, compute in measures_library.MEASURES.items():
        began = time.perf_counter()
        found = rows_of(compute(in_spark, days))
        seconds = time.perf_counter() - began
        assert found == rows_of(compute(in_duckdb, days)), measure
        assert found, measure
        sys.stderr.write(f"\n{measure}: {len(found)} rows, {seconds:.0f} s in Spark\n")
