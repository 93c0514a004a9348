"""Every table function gives the same numbers, whichever engine holds the tables and whichever computes them."""

from __future__ import annotations

import importlib
import pkgutil
import sys
from concurrent.futures import ThreadPoolExecutor

import duckdb
import pandas as pd
import pytest

from arlab import load_sample
from arlab.aging import add_age, add_bucket, aging_table
from arlab.denials import first_answers
from arlab.frames import engines, to_pandas, workbench
from arlab.ledger import balances, open_items
from arlab.metrics import scorecard
from arlab.tables import Practice, empty_table
from engine_tables import KINDS, TABLES, every_table, in_engine, rows_of
from small_practice import make_small_practice

AS_OF, BEFORE = "2026-05-17", "2026-04-30"


@pytest.fixture(scope="module")
def sample():
    return load_sample()


@pytest.fixture
def in_duckdb_only(monkeypatch):
    monkeypatch.setattr(engines, "POLARS_ROWS", -1)


def test_every_table_function_of_the_four_packages_is_asked():
    asked = set(every_table({name: empty_table(name) for name in TABLES}, AS_OF, before=BEFORE))
    there = set()
    for package in ("aging", "ledger", "denials", "metrics", "movement"):
        module = importlib.import_module(f"arlab.{package}")
        parts = [name for _, name, _ in pkgutil.iter_modules(getattr(module, "__path__", []))]
        for part in [module, *(importlib.import_module(f"arlab.{package}.{name}") for name in parts)]:
            there |= {
                name
                for name, value in vars(part).items()
                if getattr(value, "__wrapped__", None) is not None
                and getattr(value, "__module__", "").startswith(f"arlab.{package}")
                and value.__code__.co_name == "wrapper"
            }
    assert there - asked == set()
    assert len(there) > 25


def test_every_engine_gives_the_same_cents(sample):
    expected = None
    for kind in KINDS:
        connection = duckdb.connect()
        found = every_table(in_engine(kind, sample.tables, connection), AS_OF, before=BEFORE)
        home = {"arrow": "pyarrow", "polars lazy": "polars"}.get(kind, kind)
        kinds = {
            type(result).__module__.split(".")[0].strip("_") for part in found.values() for result in part
        }
        assert kinds == {home}
        rows = {name: [rows_of(result) for result in part] for name, part in found.items()}
        assert all(all(part) for part in rows.values()), [name for name in rows if not all(rows[name])]
        expected = expected or rows
        for name in rows:
            assert rows[name] == expected[name], (kind, name)


@pytest.mark.parametrize("which", ["sample", "small", "empty"])
def test_small_frames_come_back_as_large_ones_do(sample, monkeypatch, which):
    """Polars computes few rows, DuckDB many: values, types and order are the same."""
    tables = {
        "sample": lambda: sample.tables,
        "small": lambda: make_small_practice().tables,
        "empty": lambda: {name: empty_table(name) for name in TABLES},
    }[which]()
    tables = {name: tables.get(name, empty_table(name)) for name in TABLES}
    in_polars = every_table(tables, AS_OF, before=BEFORE)
    monkeypatch.setattr(engines, "POLARS_ROWS", -1)
    in_duckdb = every_table(tables, AS_OF, before=BEFORE)
    for name, results in in_polars.items():
        for found, expected in zip(results, in_duckdb[name], strict=True):
            pd.testing.assert_frame_equal(found, expected, obj=name)


def test_a_scorecard_is_the_same_from_either_engine(sample, in_duckdb_only, monkeypatch):
    asked = {"measures": ["days_in_ar", "initial_denial_rate", "net_collection_rate"], "baseline": False}
    in_duckdb = scorecard(sample, **asked)
    monkeypatch.undo()
    pd.testing.assert_frame_equal(scorecard(sample, **asked), in_duckdb)


def plain_frame(**columns):
    return pd.DataFrame({"practice_id": "p", "claim_id": ["c1", "c2"], "responsible": "payer_1", **columns})


def ledger_of(**columns):
    days = pd.to_datetime(["2026-01-05", "2026-01-06"])
    return plain_frame(**{"posted_date": days, "amount": [80.0, 40.0], **columns})


@pytest.mark.parametrize(
    "columns",
    [
        {"amount": [80.0, float("nan")]},
        {"amount": pd.array([80, None], dtype="Int64")},
        {"amount": pd.array([80, 40], dtype="uint16")},
        {"posted_date": pd.to_datetime(["2026-01-05 13:30", None]).astype("datetime64[ns]")},
        {"posted_date": pd.to_datetime(["2026-01-05", "2026-01-06"]).astype("datetime64[s]")},
        {"responsible": pd.Categorical(["payer_1", None])},
        {"responsible": pd.Series([None, None], dtype=object)},
        {"responsible": pd.Series(["payer_1", None], dtype="string")},
        {"responsible": pd.Categorical([1, 2])},
        {"responsible": pd.Series(["payer_1", 7], dtype=object).astype("str").astype(object)},
    ],
    ids=lambda columns: f"{next(iter(columns))} {next(iter(columns.values())).__class__.__name__}",
)
def test_every_type_of_column_means_the_same_to_both_engines(columns, monkeypatch):
    rows = ledger_of(**columns)
    found = balances(rows, as_of="2026-02-01")
    monkeypatch.setattr(engines, "POLARS_ROWS", -1)
    pd.testing.assert_frame_equal(found, balances(rows, as_of="2026-02-01"))


def test_what_is_not_plain_is_left_to_duckdb():
    plain, keep = ledger_of(), {"rows": ["responsible", "amount", "posted_date"]}
    assert engines.suits_polars({"rows": plain}, keep)
    odd = [
        plain.assign(responsible=pd.Series(["payer_1", "payer_1"], dtype=object)),
        plain.assign(responsible=pd.Categorical([1, 2])),
        plain.assign(amount=pd.Series([80.0, 40.0], dtype="float32")),
        pd.concat([plain, plain[["amount"]]], axis=1),
    ]
    assert [engines.suits_polars({"rows": frame}, keep) for frame in odd] == [False] * 4
    many = pd.DataFrame({"amount": range(engines.POLARS_ROWS + 1)})
    assert not engines.suits_polars({"rows": many}, {"rows": ["amount"]})


def test_without_polars_duckdb_computes_small_frames_too(sample, monkeypatch):
    expected = balances(sample.transactions, as_of=AS_OF)
    engines._has_polars.cache_clear()
    monkeypatch.setitem(sys.modules, "polars", None)
    try:
        with monkeypatch.context() as patched:
            patched.setattr("importlib.util.find_spec", lambda name: None)
            assert not engines._has_polars()
        pd.testing.assert_frame_equal(balances(sample.transactions, as_of=AS_OF), expected)
    finally:
        engines._has_polars.cache_clear()


@pytest.mark.parametrize("small_rows", [engines.POLARS_ROWS, -1])
def test_eight_threads_of_fifty_calls_give_one_answer(sample, monkeypatch, small_rows):
    monkeypatch.setattr(engines, "POLARS_ROWS", small_rows)
    few = {"transactions": sample.transactions.iloc[::17]}

    def ask(number):
        day = ("2025-06-30", "2025-12-31", "2026-03-31")[number % 3]
        return day, rows_of(balances(few["transactions"], as_of=day))

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(ask, range(8 * 50)))
    expected = dict(answers[:3])
    assert len({str(rows) for rows in expected.values()}) == 3
    assert all(rows == expected[day] for day, rows in answers)


def test_a_workbench_of_small_tables_lays_them_down_in_polars(sample, monkeypatch):
    tables = [sample.claims, sample.transactions]
    with workbench(tables) as lay:
        claims, transactions = map(lay, tables)
        assert type(claims).__module__.startswith("polars.lazyframe")
        found = to_pandas(lay(open_items(claims, transactions, as_of=AS_OF)))
    monkeypatch.setattr(engines, "POLARS_ROWS", -1)
    with workbench(tables) as lay:
        claims, transactions = map(lay, tables)
        assert isinstance(claims, duckdb.DuckDBPyRelation)
        expected = to_pandas(lay(open_items(claims, transactions, as_of=AS_OF)))
    pd.testing.assert_frame_equal(found, expected)


def test_a_practice_of_relations_is_asked_where_it_lives(sample):
    connection = duckdb.connect()
    lazy = Practice("Lazy", sample.as_of, in_engine("duckdb", sample.tables, connection))
    eager = Practice("Lazy", sample.as_of, {name: sample.tables[name] for name in TABLES})
    measures = ["days_in_ar", "net_collection_rate"]
    pd.testing.assert_frame_equal(
        scorecard(lazy, measures=measures, baseline=False),
        scorecard(eager, measures=measures, baseline=False),
    )


def test_a_table_of_items_without_the_optional_columns_is_the_same(sample, monkeypatch):
    items = open_items(sample.claims, sample.transactions, as_of=AS_OF)
    answers = first_answers(sample.claims, sample.transactions, as_of=AS_OF)
    table = aging_table(add_bucket(add_age(items, clock="service")), by="payer")
    monkeypatch.setattr(engines, "POLARS_ROWS", -1)
    again = open_items(sample.claims, sample.transactions, as_of=AS_OF)
    pd.testing.assert_frame_equal(again, items)
    pd.testing.assert_frame_equal(first_answers(sample.claims, sample.transactions, as_of=AS_OF), answers)
    pd.testing.assert_frame_equal(aging_table(add_bucket(add_age(again, clock="service")), by="payer"), table)
