"""What is owed on a day: worked examples with a pencil, edges, what must always hold, explained errors."""

import duckdb
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from arlab.errors import InputRefused
from arlab.ledger import balances, credits, kind_totals, open_items
from ledgers import START, claims, day, ledger, ledgers, submissions, table


def balance(rows, as_of, claim="c1"):
    """Return {party: balance} of one claim."""
    found = balances(rows, as_of=as_of)
    found = found[found["claim_id"] == claim]
    return dict(zip(found["responsible"], found["balance"], strict=True))


def test_charge_payment_and_contract_adjustment_leave_the_patient_share():
    rows = ledger(
        ("c1", "2026-01-05", "charge", "payer_1", 160),
        ("c1", "2026-02-02", "payer_payment", "payer_1", -80),
        ("c1", "2026-02-02", "contractual", "payer_1", -40),
        ("c1", "2026-02-02", "transfer", "payer_1", -40),
        ("c1", "2026-02-02", "transfer", "patient", 40),
        ("c1", "2026-03-01", "patient_payment", "patient", -10),
    )
    assert balance(rows, "2026-01-04") == {}
    assert balance(rows, "2026-01-05") == {"payer_1": 160}
    assert balance(rows, "2026-02-02") == {"patient": 40, "payer_1": 0}
    assert balance(rows, "2026-03-01") == {"patient": 30, "payer_1": 0}


def test_a_reversal_raises_the_balance_again_from_its_own_day_only():
    rows = ledger(
        ("c1", "2026-01-05", "charge", "payer_1", 80),
        ("c1", "2026-02-02", "payer_payment", "payer_1", -80),
        ("c1", "2026-04-10", "reversal", "payer_1", 80, {"reverses_id": "t0001"}),
    )
    assert balance(rows, "2026-04-09") == {"payer_1": 0}
    assert balance(rows, "2026-04-10") == {"payer_1": 80}


def test_a_recoupment_takes_back_part_of_a_payment():
    rows = ledger(
        ("c1", "2026-01-05", "charge", "payer_1", 160),
        ("c1", "2026-02-02", "payer_payment", "payer_1", -160),
        ("c1", "2026-05-20", "recoupment", "payer_1", 40),
    )
    assert balance(rows, "2026-05-20") == {"payer_1": 40}


def test_a_secondary_payment_closes_what_was_transferred_to_it():
    rows = ledger(
        ("c1", "2026-01-05", "charge", "payer_1", 160),
        ("c1", "2026-02-02", "payer_payment", "payer_1", -80),
        ("c1", "2026-02-02", "contractual", "payer_1", -40),
        ("c1", "2026-02-02", "transfer", "payer_1", -40),
        ("c1", "2026-02-02", "transfer", "payer_2", 40),
        ("c1", "2026-03-09", "payer_payment", "payer_2", -20),
        ("c1", "2026-03-09", "transfer", "payer_2", -20),
        ("c1", "2026-03-09", "transfer", "patient", 20),
    )
    assert balance(rows, "2026-02-02") == {"payer_1": 0, "payer_2": 40}
    assert balance(rows, "2026-03-09") == {"patient": 20, "payer_1": 0, "payer_2": 0}


def test_an_overpayment_is_a_credit_until_it_is_refunded():
    rows = ledger(
        ("c1", "2026-01-05", "charge", "patient", 40),
        ("c1", "2026-01-06", "patient_payment", "patient", -40),
        ("c1", "2026-01-20", "patient_payment", "patient", -40),
        ("c1", "2026-02-15", "refund_to_patient", "patient", 40),
    )
    visit = claims(("c1", "2026-01-05"))
    before, after = (credits(visit, rows, as_of=on) for on in ("2026-02-14", "2026-02-15"))
    assert before[["responsible", "amount", "payer"]].values.tolist() == [["patient", 40, "Patient"]]
    assert after.empty
    assert open_items(visit, rows, as_of="2026-02-14").empty


def test_a_credit_never_hides_an_open_balance():
    rows = ledger(
        ("c1", "2026-01-05", "charge", "payer_1", 80),
        ("c1", "2026-01-05", "patient_payment", "patient", -20),
        ("c2", "2026-01-05", "charge", "payer_1", 40),
        ("c2", "2026-01-20", "payer_payment", "payer_1", -160),
    )
    visits = claims(("c1", "2026-01-05"), ("c2", "2026-01-05"))
    items = open_items(visits, rows, as_of="2026-02-01")
    owed = credits(visits, rows, as_of="2026-02-01")
    assert items[["claim_id", "responsible", "balance"]].values.tolist() == [["c1", "payer_1", 80]]
    assert owed[["claim_id", "responsible", "amount"]].values.tolist() == [
        ["c1", "patient", 20],
        ["c2", "payer_1", 120],
    ]


def test_money_is_exact_where_floats_are_not():
    rows = ledger(*[("c1", "2026-01-05", "charge", "payer_1", 0.10)] * 3)
    assert balance(rows, "2026-01-05") == {"payer_1": 0.30}


def test_items_know_only_what_was_known_that_day():
    rows = ledger(
        ("c1", "2026-01-05", "charge", "payer_1", 80),
        ("c1", "2026-03-02", "transfer", "payer_1", -80),
        ("c1", "2026-03-02", "transfer", "patient", 80),
    )
    sent = submissions(("c1", 1, "2026-01-10", "2026-01-12"))
    stated = table(
        "statements",
        [
            {
                "statement_id": "m1",
                "patient_id": "x",
                "claim_id": "c1",
                "sent_date": "2026-03-20",
                "statement_number": 1,
                "amount": 80.0,
            }
        ],
    )

    def on(as_of):
        items = open_items(
            claims(("c1", "2026-01-02")), rows, as_of=as_of, submissions=sent, statements=stated
        )
        return items.iloc[0]

    assert on("2026-01-09")[["first_bill_date", "responsibility_date"]].isna().all()
    assert on("2026-01-11")["not_on_file"]
    assert not on("2026-01-12")["not_on_file"]
    assert str(on("2026-01-12")["first_bill_date"].date()) == "2026-01-10"
    assert on("2026-03-19")["not_yet_stated"]
    assert str(on("2026-03-19")["responsibility_date"].date()) == "2026-04-01"  # transfer + 30 days
    assert not on("2026-03-20")["not_yet_stated"]
    assert str(on("2026-03-20")["responsibility_date"].date()) == "2026-03-20"  # the statement was earlier


def test_sending_again_never_moves_the_first_bill():
    rows = ledger(("c1", "2026-01-05", "charge", "payer_1", 80))
    sent = submissions(
        ("c1", 1, "2026-01-10", None, {"acceptance": "rejected"}),
        ("c1", 1, "2026-02-20", "2026-02-21", {"submission_id": "again", "sequence": 2}),
    )
    item = open_items(claims(("c1", "2026-01-02")), rows, as_of="2026-03-01", submissions=sent).iloc[0]
    assert str(item["first_bill_date"].date()) == "2026-01-10"
    assert not item["not_on_file"]


def test_an_amount_due_at_the_visit_counts_from_the_visit():
    rows = ledger(
        ("c1", "2026-01-05", "charge", "payer_1", 80),
        ("c1", "2026-01-05", "transfer", "payer_1", -20, {"reason": "due_at_visit"}),
        ("c1", "2026-01-05", "transfer", "patient", 20, {"reason": "due_at_visit"}),
        ("c2", "2026-01-05", "charge", "patient", 40),
    )
    items = open_items(claims(("c1", "2026-01-02"), ("c2", "2026-01-03")), rows, as_of="2026-01-31")
    starts = items[items["responsible"] == "patient"]["responsibility_date"].dt.strftime("%Y-%m-%d")
    assert starts.tolist() == ["2026-01-02", "2026-01-03"]


def test_the_agency_keeps_the_patients_clock():
    rows = ledger(
        ("c1", "2026-01-05", "charge", "payer_1", 80),
        ("c1", "2026-02-01", "transfer", "payer_1", -80),
        ("c1", "2026-02-01", "transfer", "patient", 80),
        ("c1", "2026-06-01", "transfer", "patient", -80),
        ("c1", "2026-06-01", "transfer", "agency", 80),
    )
    item = open_items(claims(("c1", "2026-01-02")), rows, as_of="2026-06-30").iloc[0]
    assert item["responsible"] == "agency"
    assert str(item["responsibility_date"].date()) == "2026-03-03"


def test_a_row_without_its_claim_is_still_money():
    rows = ledger(("c9", "2026-01-05", "charge", "payer_1", 80))
    items = open_items(claims(("c1", "2026-01-02")), rows, as_of="2026-02-01")
    assert items["balance"].sum() == 80


@pytest.mark.parametrize("as_of", ["2025-12-31", "2026-01-05"])
def test_an_empty_ledger_is_an_empty_answer(as_of):
    rows = ledger(("c1", "2026-01-05", "charge", "payer_1", 80)).iloc[:0]
    assert balances(rows, as_of=as_of).empty
    assert open_items(claims(("c1", "2026-01-02")), rows, as_of=as_of).empty
    assert kind_totals(rows, as_of=as_of).empty


@settings(max_examples=60, deadline=None)
@given(ledgers(), st.integers(-1, 201))
def test_open_less_credits_is_the_sum_of_the_rows_posted_until_then(drawn, after):
    visits, rows = drawn
    as_of = START.fromordinal(START.toordinal() + after)
    expected = 0
    for posted, amount in zip(rows["posted_date"], rows["amount"], strict=True):  # a loop, in cents
        if posted.date() <= as_of:
            expected += round(amount * 100)
    items, owed = (f(visits, rows, as_of=as_of) for f in (open_items, credits))
    assert round(items["balance"].sum() * 100) - round(owed["amount"].sum() * 100) == expected
    assert (items["balance"] > 0).all()
    assert (owed["amount"] > 0).all()
    assert round(balances(rows, as_of=as_of)["balance"].sum() * 100) == expected


@settings(max_examples=40, deadline=None)
@given(ledgers(), st.integers(0, 100), st.integers(0, 100))
def test_roll_forward_ties_and_transfers_cancel(drawn, first, more):
    _, rows = drawn
    start = START.fromordinal(START.toordinal() + first)
    end = START.fromordinal(start.toordinal() + more)

    def ar(on):
        return round(balances(rows, as_of=on)["balance"].sum() * 100)

    moved = kind_totals(rows, as_of=end, after=start)
    assert ar(start) + round(moved["amount"].sum() * 100) == ar(end)
    assert moved.loc[moved["kind"] == "transfer", "amount"].abs().sum() == 0


@settings(max_examples=30, deadline=None)
@given(ledgers(), st.integers(0, 200), st.integers(0, 200))
def test_later_rows_change_no_past_day(drawn, on, cut):
    visits, rows = drawn
    as_of = START.fromordinal(START.toordinal() + min(on, cut))
    known = rows[rows["posted_date"].dt.date <= START.fromordinal(START.toordinal() + max(on, cut))]
    whole = open_items(visits, rows, as_of=as_of)
    assert whole.equals(open_items(visits, known, as_of=as_of))


@settings(max_examples=25, deadline=None)
@given(ledgers(), st.integers(0, 200))
def test_an_independent_query_agrees(drawn, after):
    _, rows = drawn
    as_of = START.fromordinal(START.toordinal() + after)
    expected = duckdb.execute(
        """select claim_id, responsible, cast(sum(cast(round(amount * 100) as bigint)) as bigint) as cents
           from rows where posted_date <= $1 group by all order by all""",
        [as_of],
    ).fetchall()
    found = balances(rows, as_of=as_of)
    assert [
        (claim, party, round(value * 100))
        for claim, party, value in zip(found["claim_id"], found["responsible"], found["balance"], strict=True)
    ] == expected


def test_every_engine_gives_the_same_items():
    rows = ledger(
        ("c1", "2026-01-05", "charge", "payer_1", 160.10),
        ("c1", "2026-02-02", "payer_payment", "payer_1", -80.03),
        ("c1", "2026-02-02", "transfer", "payer_1", -20),
        ("c1", "2026-02-02", "transfer", "patient", 20),
        ("c2", "2026-01-09", "charge", "payer_1", 40),
        ("c2", "2026-01-20", "payer_payment", "payer_1", -40.01),
    )
    visits = claims(("c1", "2026-01-02"), ("c2", "2026-01-03"))
    sent = submissions(("c1", 1, "2026-01-10", "2026-01-12"), ("c2", 1, "2026-01-11", None))
    given_ = {"claims": visits, "transactions": rows, "submissions": sent}
    as_of = day("2026-03-01")

    expected = open_items(**given_, as_of=as_of)
    in_polars = {name: pl.from_pandas(frame) for name, frame in given_.items()}
    eager = open_items(**in_polars, as_of=as_of)
    lazy = open_items(**{name: frame.lazy() for name, frame in in_polars.items()}, as_of=as_of)
    connection = duckdb.connect()
    relation = open_items(**{n: connection.from_df(f) for n, f in given_.items()}, as_of=as_of)
    arrow = open_items(**{n: f.to_arrow() for n, f in in_polars.items()}, as_of=as_of)

    assert isinstance(eager, pl.DataFrame)
    assert isinstance(lazy, pl.LazyFrame)
    assert isinstance(relation, duckdb.DuckDBPyRelation)
    shown = [
        [str(v) for v in row]
        for row in expected[["claim_id", "responsible", "balance", "not_on_file", "payer"]].values
    ]
    for frame in (eager, lazy.collect(), relation.pl(), pl.from_arrow(arrow)):
        columns = frame.select("claim_id", "responsible", "balance", "not_on_file", "payer")
        assert [[str(v) for v in row] for row in columns.rows()] == shown


def test_a_missing_column_is_named():
    rows = ledger(("c1", "2026-01-05", "charge", "payer_1", 80)).drop(columns="posted_date")
    with pytest.raises(InputRefused, match=r"balances: transactions needs the column 'posted_date'; it has"):
        balances(rows, as_of="2026-02-01")


def test_a_day_that_is_no_day_is_named():
    rows = ledger(("c1", "2026-01-05", "charge", "payer_1", 80))
    with pytest.raises(InputRefused, match="'31/01/2026' is not a day"):
        balances(rows, as_of="31/01/2026")
