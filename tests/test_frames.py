"""The engine layer: the same numbers on each engine, the caller's own kind back, and clear refusals."""

import datetime as dt
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import duckdb
import narwhals.stable.v2 as nw
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from arlab.errors import InputRefused
from arlab.frames import (
    as_counts,
    cents,
    day_number,
    days_between,
    dollars,
    month,
    plus_days,
    small_like,
    sorted_by,
    table_function,
    to_date,
    to_pandas,
    week,
    workbench,
)

FRAME = pd.DataFrame(
    {
        "name": ["a", "b", "a", None],
        "day": pd.to_datetime(["2026-01-31", "2024-02-29", "2026-03-01", None]).astype("datetime64[us]"),
        "later": pd.to_datetime(["2026-03-01", "2026-02-28", "2026-03-01", "2026-03-01"]),
        "amount": [10.10, -0.07, 20.0, None],
        "days": pd.array([30, 0, None, 5], dtype="Int64"),
        "kind": pd.Categorical(["x", "y", "x", "y"]),
        "unused": [1, 2, 3, 4],
    }
)


@table_function(frame=("name", "day", "later", "amount", "days", "kind"))
def facts(frame, *, by=()):
    made = frame.with_columns(
        cents=cents("amount"),
        number=day_number("day"),
        between=days_between("day", "later"),
        until=days_between("day", dt.date(2026, 3, 1)),
        plus=plus_days("day", 30),
        plus_column=plus_days("day", "days"),
        month=month("day"),
        week=week("day"),
    )
    return sorted_by(made, "day", "kind")


@table_function(frame=("amount",))
def totals(frame, *, by=()):
    by = tuple(by)
    summed = frame.with_columns(whole=cents("amount")).group_by(*by).agg(nw.col("whole").sum(), rows=nw.len())
    return sorted_by(
        summed.with_columns(*as_counts("rows"), total=dollars("whole")).select(*by, "rows", "total"), *by
    )


def kinds():
    """Return the same frame in every kind, each with a way to plain Python rows."""
    connection = duckdb.connect()
    in_polars = pl.from_pandas(FRAME)
    return {
        "pandas": (FRAME, lambda f: f.to_dict("records")),
        "arrow": (in_polars.to_arrow(), lambda f: f.to_pylist()),
        "polars": (in_polars, lambda f: f.to_dicts()),
        "polars lazy": (in_polars.lazy(), lambda f: f.collect().to_dicts()),
        "duckdb": (connection.from_df(FRAME), lambda f: f.pl().to_dicts()),
    }


def plain(records, columns):
    """Return records as text, with one spelling for every kind of empty, day and number."""
    shown = []
    for record in records:
        row = []
        for column in columns:
            value = record[column]
            if value is None or value is pd.NaT or value is pd.NA or value != value:
                row.append(None)
            elif isinstance(value, dt.datetime | dt.date):
                row.append(f"{value:%Y-%m-%d}")
            else:
                row.append(str(value))
        shown.append(row)
    return shown


def test_date_and_money_helpers_mean_the_same_everywhere():
    columns = ["name", "cents", "number", "between", "until", "plus", "plus_column", "month", "week"]
    results = {name: plain(rows(facts(frame)), columns) for name, (frame, rows) in kinds().items()}
    for name, result in results.items():
        assert result == results["pandas"], name
    by_day = {row[0]: row for row in results["pandas"][:2]}
    assert by_day["b"][3:7] == ["730", "731", "2024-03-30", "2024-02-29"]
    assert by_day["a"][3:7] == ["29", "29", "2026-03-02", "2026-03-02"]


def test_every_kind_comes_back_as_it_went_in():
    for name, (frame, _) in kinds().items():
        result = totals(frame, by=["kind"])
        assert type(result) is type(frame), name


def test_pandas_results_have_the_types_of_the_contract():
    found = facts(FRAME)
    wanted = {
        "name": "str",
        "day": "datetime64[us]",
        "cents": "Int64",
        "plus": "datetime64[us]",
        "month": "str",
    }
    assert {column: str(found[column].dtype) for column in wanted} == wanted


def test_totals_by_a_column_that_only_the_call_names():
    found = totals(FRAME, by=["kind"])
    assert found.values.tolist() == [["x", 2, 30.10], ["y", 2, -0.07]]


@settings(max_examples=50, deadline=None)
@given(
    st.dates(dt.date(1901, 1, 1), dt.date(2099, 12, 31)), st.dates(dt.date(1901, 1, 1), dt.date(2099, 12, 31))
)
def test_days_between_is_the_calendars(first, second):
    frame = nw.from_native(pl.DataFrame({"first": [first], "second": [second]}).lazy())
    found = frame.select(
        between=days_between("first", "second"), until=days_between("first", second), monday=week("first")
    ).collect()
    assert found.to_dict(as_series=False)["between"] == [(second - first).days]
    assert found.to_dict(as_series=False)["until"] == [(second - first).days]
    monday = first - dt.timedelta(days=first.weekday())
    expected = 365 * monday.year + (monday.year - 1) // 4 + monday.timetuple().tm_yday
    if monday.year >= 1901:
        assert found.to_dict(as_series=False)["monday"] == [expected]


@settings(max_examples=50, deadline=None)
@given(st.lists(st.integers(-(10**11), 10**11), min_size=1, max_size=20))
def test_cents_survive_the_way_through_dollars(whole):
    frame = pd.DataFrame({"amount": [value / 100 for value in whole]})
    assert round(totals(frame)["total"].item() * 100) == sum(whole)


def test_small_frames_quote_their_text():
    for name, (frame, _) in kinds().items():
        lazy = nw.from_native(frame).lazy() if name.startswith("polars") else None
        if lazy is None and name != "duckdb":
            continue
        lazy = lazy if lazy is not None else nw.from_native(frame)
        found = small_like(lazy, {"number": [0, 1], "text": ["it's", '"; drop']}).collect("polars")
        assert found.to_dict(as_series=False) == {"number": [0, 1], "text": ["it's", '"; drop']}


def test_one_nameless_call_per_thread():
    with ThreadPoolExecutor(8) as pool:
        results = list(pool.map(lambda _: totals(FRAME, by=["kind"]).values.tolist(), range(64)))
    assert all(result == results[0] for result in results)


def test_a_whole_empty_column_is_text():
    frame = FRAME.assign(name=pd.Series([None] * 4, dtype=object))
    assert facts(frame)["name"].isna().all()


def test_functions_compose_without_leaving_the_engine():
    @table_function(frame=("amount", "kind"))
    def outer(frame):
        assert isinstance(totals(frame, by=["kind"]), nw.LazyFrame)
        return totals(frame, by=["kind"])

    assert outer(FRAME).values.tolist() == [["x", 2, 30.10], ["y", 2, -0.07]]


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (
            lambda: totals(FRAME.drop(columns="amount")),
            "totals: frame needs the column 'amount'; it has 'name',",
        ),
        (lambda: totals(FRAME, by=["state"]), "totals cannot split by 'state'"),
        (lambda: totals([1, 2]), "totals was given a list as 'frame'"),
        (
            lambda: facts(FRAME.assign(day=FRAME["day"].dt.tz_localize("UTC"))),
            "has a time zone in the date column 'day'",
        ),
        (lambda: to_date("2026-02-30"), "'2026-02-30' is not a day"),
    ],
)
def test_refusals_are_one_sentence(call, sentence):
    with pytest.raises(InputRefused) as caught:
        call()
    assert sentence in str(caught.value)
    assert "\n" not in str(caught.value)


def test_two_kinds_in_one_call_are_refused():
    @table_function(left=("amount",), right=("amount",))
    def both(left, right):
        return left

    with pytest.raises(InputRefused, match=r"different kinds .*: give all of one kind"):
        both(FRAME[["amount"]], pa.table({"amount": [1.0]}))


def test_a_workbench_lays_frames_down_once_and_clears_up():
    connection = duckdb.connect()
    relation = connection.from_df(FRAME[["name", "amount"]])
    eager = pl.from_pandas(FRAME[["name", "amount"]])
    with workbench() as lay:
        laid = lay(FRAME)
        kept = lay(totals(laid, by=["name"]))  # made from a table that was laid down
        assert to_pandas(kept).equals(totals(FRAME, by=["name"]))
        assert lay(relation).shape == (4, 2)
        assert lay(eager) is eager
        assert len(connection.execute("show tables").fetchall()) == 1
    assert connection.execute("show tables").fetchall() == []


def test_a_small_result_of_any_engine_becomes_pandas():
    eager = pl.from_pandas(FRAME[["day", "days", "name"]])
    for frame in (
        eager,
        eager.lazy(),
        eager.to_arrow(),
        duckdb.connect().from_df(FRAME[["day", "days", "name"]]),
    ):
        found = to_pandas(frame)
        assert [str(kind) for kind in found.dtypes] == ["datetime64[us]", "Int64", "str"]
        assert found["days"].isna().tolist() == [False, False, True, False]
    assert to_pandas(FRAME) is FRAME


def test_no_connection_draws_progress_of_its_own(tmp_path):
    pd.DataFrame({"a": [1]}).to_parquet(tmp_path / "a.parquet")
    code = (
        "from pathlib import Path; import sys; from arlab.frames.engines import cursor, parquet_relations\n"
        "shown = \"select current_setting('enable_progress_bar')::varchar\"\n"
        "table = parquet_relations({'a': [Path(sys.argv[1])]})['a']\n"
        "print(cursor().execute(shown).fetchall(), table.query('t', shown).fetchall())"
    )  # with -c and without a file, as in a notebook, DuckDB takes itself to be watched
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path / "a.parquet")], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[('false',)] [('false',)]"
