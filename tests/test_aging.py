"""How old is the money: pencil examples, edges, properties, the same answer on every engine."""

import datetime as dt

import duckdb
import pandas as pd
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from arlab.aging import (
    BUCKET_EDGES,
    CLOCKS,
    add_age,
    add_bucket,
    add_owner,
    aged_items,
    aging_table,
    aging_wide_table,
    bucket_labels,
    bucket_of,
    credit_items,
    credit_table,
    describe_aging,
)
from arlab.denials import add_denial_category, initial_denials
from arlab.errors import NotAvailable, SettingsError
from arlab.tables import Practice, check_practice, empty_table, load_sample
from ledgers import START, claims, ledger, ledgers, submissions, table

AS_OF = pd.Timestamp("2026-06-30")


def items(*rows):
    """Return aged open items from (age in days, balance[, extra columns]) tuples."""
    return pd.DataFrame(
        [
            {
                "practice_id": "p",
                "as_of": AS_OF,
                "claim_id": f"c{i}",
                "responsible": "payer_1",
                "payer": "Alder",
                "balance": float(row[1]),
                "service_date": AS_OF - pd.Timedelta(days=row[0]),
                **(row[2] if len(row) > 2 else {}),
            }
            for i, row in enumerate(rows)
        ]
    )


def bucketed(*rows, **options):
    return add_bucket(add_age(items(*rows), clock="service"), **options)


def test_bucket_edges():
    assert BUCKET_EDGES == (30, 60, 90, 120)
    assert bucket_of([0, 30, 31, 60, 61, 90, 91, 120, 121]) == [
        "0-30",
        "0-30",
        "31-60",
        "31-60",
        "61-90",
        "61-90",
        "91-120",
        "91-120",
        "over 120",
    ]
    assert bucket_labels([45]) == ("0-45", "over 45")
    assert bucket_of([45, 46], edges=[45]) == ["0-45", "over 45"]


def test_an_aging_report_with_a_pencil():
    table_ = aging_table(bucketed((0, 10), (30, 20), (31, 40), (90, 80), (121, 160)))
    assert table_["bucket"].tolist() == ["0-30", "31-60", "61-90", "91-120", "over 120"]
    assert table_["items"].tolist() == [2, 1, 1, 0, 1]
    assert table_["balance"].tolist() == [30, 40, 80, 0, 160]


def test_by_payer_every_payer_has_every_bucket():
    rows = bucketed((0, 10), (31, 20, {"payer": "Birch"}), (31, 40, {"payer": "Birch"}))
    found = aging_table(rows, by=["payer"])
    assert found["payer"].tolist() == ["Alder"] * 5 + ["Birch"] * 5
    assert found["balance"].tolist() == [10, 0, 0, 0, 0, 0, 60, 0, 0, 0]


def test_a_payer_that_is_not_named_keeps_its_money():
    found = aging_table(bucketed((0, 10), (0, 20, {"payer": None})), by=["payer"])
    assert found["balance"].sum() == 30
    assert len(found) == 10


def test_each_clock_starts_where_it_says():
    frame = items((100, 10), (100, 20, {"responsible": "patient"})).assign(
        first_bill_date=AS_OF - pd.Timedelta(days=80), responsibility_date=AS_OF - pd.Timedelta(days=20)
    )
    ages = {clock: add_age(frame, clock=clock)["age_days"].tolist() for clock in CLOCKS}
    assert ages == {
        "standard": [80, 20],
        "service": [100, 100],
        "first_bill": [80, 80],
        "responsibility": [20, 20],
    }


def test_never_billed_counts_from_the_visit_and_not_yet_due_is_day_zero():
    frame = items((100, 10), (5, 20)).assign(
        first_bill_date=[pd.NaT, AS_OF], responsibility_date=AS_OF + pd.Timedelta(days=12)
    )
    assert add_age(frame, clock="first_bill")["age_days"].tolist() == [100, 0]
    assert add_age(frame, clock="responsibility")["age_days"].tolist() == [0, 0]


def test_money_without_a_date_has_its_own_bucket():
    frame = add_bucket(add_age(items((0, 10), (0, 20)).assign(service_date=[pd.NaT, AS_OF]), clock="service"))
    found = aging_table(frame)
    assert found[["bucket", "balance"]].values.tolist()[-1] == ["no date", 10]
    assert found["balance"].sum() == 30
    assert describe_aging(found) == (
        "$30.00 is open on 2 items: 66.7% in the bucket 0-30, 0.0% in over 120;"
        " no date says how old $10.00 is."
    )
    alone = aging_table(frame[frame["bucket"] == "no date"], buckets=None)
    assert describe_aging(alone) == "$10.00 is open on 1 item, and no date says how old it is."


def test_not_on_file_dollars_stand_within_the_balance():
    frame = bucketed((0, 10), (40, 20)).assign(not_on_file=[True, None], not_yet_stated=[False, True])
    found = aging_table(frame)
    assert found["not_on_file"].tolist() == [10, 0, 0, 0, 0]
    assert found["not_yet_stated"].tolist() == [0, 20, 0, 0, 0]


def test_the_printed_report_has_the_largest_payer_first():
    wide = aging_wide_table(bucketed((0, 10), (0, 20, {"payer": "Birch"}), (200, 40, {"payer": "Birch"})))
    assert wide.columns.tolist() == ["payer", *bucket_labels(), "total", "oldest_share"]
    assert wide[["payer", "0-30", "over 120", "total"]].values.tolist() == [
        ["Birch", 20, 40, 60],
        ["Alder", 10, 0, 10],
    ]
    assert wide["oldest_share"].round(4).tolist() == [0.6667, 0]


def test_buckets_of_a_file_are_kept_as_they_are():
    frame = items((0, 10), (0, 20), (0, 40)).assign(
        bucket=["90+", "Current", "1-30"], bucket_number=[4, 0, 1]
    )
    found = aging_table(frame, buckets=None)
    assert found[["bucket", "balance"]].values.tolist() == [["Current", 20], ["1-30", 40], ["90+", 10]]


def test_nothing_open_is_a_table_of_zeros():
    empty = bucketed((0, 10)).iloc[:0]
    assert aging_table(empty)["balance"].tolist() == [0] * 5
    assert aging_table(empty, by=["payer"]).empty
    assert aging_wide_table(empty)["total"].tolist() == []
    assert describe_aging(aging_table(empty)) == "No balance is open."


def test_credits_are_counted_apart():
    owed = pd.DataFrame({"responsible": ["patient", "patient", "payer_1"], "amount": [10.0, 20.0, 40.0]})
    assert credit_table(owed).values.tolist() == [["patient", 2, 30], ["payer_1", 1, 40]]
    assert credit_table(owed, by=()).values.tolist() == [[3, 70]]


PRACTICE = check_practice(
    Practice(
        "Small",
        dt.date(2026, 6, 30),
        {
            "claims": claims(("c1", "2026-04-01"), ("c2", "2026-04-01")),
            "transactions": ledger(
                ("c1", "2026-04-05", "charge", "payer_1", 160),
                ("c1", "2026-06-01", "transfer", "payer_1", -40),
                ("c1", "2026-06-01", "transfer", "patient", 40),
                ("c2", "2026-04-05", "charge", "payer_1", 20),
                ("c2", "2026-05-05", "payer_payment", "payer_1", -30),
            ),
            "submissions": submissions(("c1", 1, "2026-04-20", "2026-04-21")),
        },
    )
)


def test_a_practice_is_aged_on_any_day_it_knows():
    now = aged_items(PRACTICE)
    assert now[["responsible", "age_days", "bucket", "balance"]].values.tolist() == [
        ["patient", 0, "0-30", 40],  # the patient's month runs until 1 July
        ["payer_1", 71, "61-90", 120],
    ]
    assert aged_items(PRACTICE, as_of="2026-04-10")[["claim_id", "balance"]].values.tolist() == [
        ["c1", 160],
        ["c2", 20],
    ]
    assert credit_items(PRACTICE)["amount"].tolist() == [10]
    with pytest.raises(NotAvailable, match="ends on 2026-06-30: ask for that day or an earlier one"):
        aged_items(PRACTICE, as_of="2026-07-01")


def test_total_ar_is_the_same_under_every_clock():
    totals = {clock: aged_items(PRACTICE, clock=clock)["balance"].sum() for clock in CLOCKS}
    assert set(totals.values()) == {160}


def snapshot(**columns):
    frame = items((100, 10), (20, 20))[["practice_id", "as_of", "claim_id", "responsible", "balance"]]
    return Practice("Picture", dt.date(2026, 6, 30), {"open_items": frame.assign(**columns)})


def test_a_snapshot_is_aged_as_far_as_its_columns_allow():
    dates = [AS_OF - pd.Timedelta(days=100), AS_OF]
    assert aged_items(snapshot(service_date=dates))["clock"].unique().tolist() == ["service"]
    assert aged_items(snapshot(first_bill_date=dates))["clock"].unique().tolist() == ["first_bill"]
    own = aged_items(snapshot(bucket=["90+", "0-30"], bucket_number=[1, 0]))
    assert own[["clock", "bucket"]].values.tolist() == [["as in the file", "90+"], ["as in the file", "0-30"]]
    with pytest.raises(NotAvailable, match="service clock is not available, because the open items have no"):
        aged_items(snapshot())
    with pytest.raises(NotAvailable, match="is a picture of 2026-06-30 and knows no other day"):
        aged_items(snapshot(service_date=dates), as_of="2026-06-01")
    with pytest.raises(NotAvailable, match="has no credits table"):
        credit_items(snapshot(service_date=dates))


@settings(max_examples=40, deadline=None)
@given(ledgers(), st.integers(0, 200), st.sampled_from(sorted(CLOCKS)))
def test_buckets_add_up_to_all_that_is_open(drawn, after, clock):
    visits, rows = drawn
    as_of = START + dt.timedelta(days=after)
    practice = Practice(
        "Drawn",
        START + dt.timedelta(days=201),
        {"claims": visits, "transactions": rows, "submissions": empty_table("submissions")},
    )
    found = aged_items(practice, as_of=as_of, clock=clock)
    total = round(found["balance"].sum() * 100)
    for by in ([], ["payer"], ["responsible", "location"]):
        table_ = aging_table(found, by=by)
        assert round(table_["balance"].sum() * 100) == total
        assert table_["items"].sum() == len(found)
    assert (found["age_days"] >= 0).all()
    assert found["bucket"].tolist() == bucket_of(found["age_days"].tolist())


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 400), st.integers(1, 10**7)), min_size=1, max_size=40),
    st.lists(st.integers(0, 300), min_size=1, max_size=6, unique=True).map(sorted),
)
def test_any_edges_against_a_loop(rows, edges):
    table_ = aging_table(
        bucketed(*[(age, cents / 100) for age, cents in rows], edges=edges), buckets=bucket_labels(edges)
    )
    expected = [0] * (len(edges) + 1)
    for age, cents in rows:
        place = next((i for i, edge in enumerate(edges) if age <= edge), len(edges))
        expected[place] += cents
    assert [round(value * 100) for value in table_["balance"]] == expected


def test_every_engine_ages_alike_and_keeps_its_kind():
    frame = items(*[(age, 10.01 + age) for age in range(0, 200, 7)]).assign(
        payer=[("Alder", "Birch", None)[i % 3] for i in range(29)]
    )

    def report(native):
        return aging_table(add_bucket(add_age(native, clock="service")), by=["payer"])

    def plain(rows):
        return [(p if isinstance(p, str) else None, int(n), int(k), round(b * 100)) for p, n, k, b in rows]

    wanted = ["payer", "bucket_number", "items", "balance"]
    expected = plain(report(frame)[wanted].values.tolist())
    in_polars = pl.from_pandas(frame)
    connection = duckdb.connect()
    relation = report(connection.from_df(frame))
    assert isinstance(report(in_polars), pl.DataFrame)
    assert isinstance(report(in_polars.lazy()), pl.LazyFrame)
    assert isinstance(relation, duckdb.DuckDBPyRelation)
    for found in (
        report(in_polars).select(wanted),
        report(in_polars.lazy()).select(wanted).collect(),
        relation.pl().select(wanted),
        pl.from_arrow(report(in_polars.to_arrow())).select(wanted),
    ):
        assert plain(found.rows()) == expected


def test_rows_keep_their_order():
    frame = items(*[(age * 37 % 211, 10) for age in range(400)])
    assert add_bucket(add_age(frame, clock="service"))["claim_id"].tolist() == frame["claim_id"].tolist()


def test_input_is_left_unchanged():
    frame = items((10, 10))
    before = frame.copy()
    add_bucket(add_age(frame, clock="service"))
    pd.testing.assert_frame_equal(frame, before)


@pytest.mark.parametrize("edges", [[], [30, 30], [60, 30], [-1], [1.5], ["30"], [True]])
def test_edges_that_do_not_rise_are_refused(edges):
    with pytest.raises(SettingsError, match="are not rising whole days"):
        bucket_labels(edges)


def test_a_clock_of_another_name_is_refused():
    with pytest.raises(SettingsError, match="no aging clock 'billing': choose standard, service"):
        add_age(items((0, 10)), clock="billing")


def test_patient_items_without_a_statement_are_marked():
    statements = table(
        "statements",
        [
            {
                "statement_id": "m1",
                "patient_id": "x",
                "claim_id": "c1",
                "sent_date": "2026-06-05",
                "statement_number": 1,
                "amount": 40.0,
            }
        ],
    )
    practice = Practice("Small", PRACTICE.as_of, {**PRACTICE.tables, "statements": statements})
    before = aging_table(aged_items(practice, as_of="2026-06-04"))
    assert before["not_yet_stated"].sum() == 40
    assert aging_table(aged_items(practice))["not_yet_stated"].sum() == 0


def actions_of(*rows):
    frame = pd.DataFrame(rows, columns=["claim_id", "date", "staff", "action_id"]).assign(practice_id="p")
    return frame.assign(date=pd.to_datetime(frame["date"]))


def test_the_owner_is_who_worked_the_claim_last_by_that_day():
    items = pd.DataFrame({"claim_id": ["c1", "c1", "c2", "c3"], "balance": [10.0, 20.0, 40.0, 80.0]})
    items = items.assign(practice_id="p", as_of=pd.to_datetime("2026-03-31"))
    log = actions_of(
        ("c1", "2026-03-02", "Amy", "a1"),
        ("c1", "2026-03-20", "John", "a2"),
        ("c1", "2026-04-01", "Amy", "a3"),  # not known yet
        ("c2", "2026-03-05", "Zoe", "a4"),
        ("c2", "2026-03-05", "Amy", "a5"),  # the later of one day
    )
    assert add_owner(items, log)["owner"].tolist() == ["John", "John", "Amy", "nobody yet"]
    both_days = pd.concat([items, items.assign(as_of=pd.to_datetime("2026-03-10"))])
    owned = add_owner(both_days, log).query("claim_id == 'c1'")
    assert owned["owner"].tolist() == ["Amy", "Amy", "John", "John"]  # each day with what it knew
    without = add_owner(items, log.drop(columns="action_id"))
    assert without["owner"].tolist() == ["John", "John", "Zoe", "nobody yet"]
    assert add_owner(items, log.iloc[:0])["owner"].unique().tolist() == ["nobody yet"]


def test_by_owner_and_by_denial_category_no_dollar_is_lost():
    practice = load_sample()
    items = aged_items(practice)
    denials = initial_denials(
        practice.claims, practice.transactions, as_of=practice.as_of, lines=practice.tables["lines"]
    )
    marked = add_denial_category(add_owner(items, practice.tables["actions"]), denials)
    assert len(marked) == len(items)
    tables = {"items": marked, "actions": practice.tables["actions"], "denials": denials}
    for column, statement in {
        "owner": """coalesce((select arg_max(staff, action_id) from actions a where a.claim_id = i.claim_id
            and a.date = (select max(date) from actions b where b.claim_id = i.claim_id)), 'nobody yet')""",
        "denial_category": """coalesce((select category from denials d where d.claim_id = i.claim_id
            and d.outcome = 'open' and i.responsible = 'payer_1'), 'not denied')""",
    }.items():
        found = aging_table(marked, by=[column])
        with duckdb.connect() as connection:
            for name, frame in tables.items():
                connection.register(name, frame)
            sums = "bucket_number, sum(round(balance * 100)::bigint)"
            expected = connection.sql(f"select {statement}, {sums} from items i group by all").fetchall()
        rows = found[found["items"] > 0]
        cents = (rows["balance"] * 100).round().astype(int)
        assert sorted(zip(rows[column], rows["bucket_number"], cents, strict=True)) == sorted(expected)
        assert found[column].nunique() > 2
