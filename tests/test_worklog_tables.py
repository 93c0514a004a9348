"""What was forgotten, promised and done: by pencil, by SQL, by every engine, and never from the future."""

from __future__ import annotations

import datetime as dt

import duckdb
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import worklog_sql as sql
from arlab import InputRefused, NotAvailable, SettingsError, load_sample, open_items
from arlab.frames import to_pandas
from arlab.tables import empty_table
from arlab.worklog import (
    alert_table,
    broken_promises,
    closed_with_balance,
    closed_without_outcome,
    overdue_actions,
    past_alerts,
    productivity_table,
    promise_table,
    stale_items,
    stale_table,
    upcoming_steps,
    workload_table,
)
from engine_tables import KINDS, in_engine, rows_of
from ledgers import ledger, table

DAY = "2026-06-30"


def log(*rows):
    """Return actions from (claim, day, staff[, other columns]) tuples, numbered in their order."""
    made = []
    for number, (claim, day, staff, *more) in enumerate(rows):
        extra = {
            name: pd.Timestamp(value) if name.endswith("_date") else value
            for name, value in (more[0] if more else {}).items()
        }
        made.append(
            {
                "action_id": f"a{number:02d}",
                "claim_id": claim,
                "date": day,
                "staff": staff,
                "kind": "status_check",
                **extra,
            }
        )
    if not made:
        return empty_table("actions")
    return table("actions", [{**row, "date": pd.Timestamp(row["date"])} for row in made])


def items(*rows):
    """Return open items from (claim, balance, since[, other columns]) tuples."""
    return pd.DataFrame(
        [
            {
                "practice_id": "p",
                "claim_id": claim,
                "responsible": "payer_1",
                "payer": "Alder Health",
                "balance": float(balance),
                "responsibility_date": pd.Timestamp(since),
                **(more[0] if more else {}),
            }
            for claim, balance, since, *more in rows
        ]
    )


OWED = items(
    ("c1", 10, "2026-06-01"),  # worked 13 days before the day
    ("c2", 20, "2026-06-01"),  # worked 14 days before
    ("c3", 40, "2026-01-01"),  # worked 30 days before, with a step planned on the day
    ("c4", 80, "2026-05-31"),  # never worked, owed for 30 days
    ("c5", 160, "2026-06-20"),  # never worked, owed for 10 days
    ("c6", 320, None),  # nothing is known of its days
)
LOG = log(
    ("c1", "2026-06-17", "Amy", {"next_action_date": "2026-06-24", "next_action": "call"}),
    ("c2", "2026-06-01", "Amy", {"next_action_date": "2026-06-10"}),
    ("c2", "2026-06-16", "John"),
    ("c3", "2026-05-31", "John", {"next_action_date": "2026-06-30", "next_action": "ask for the decision"}),
    ("c9", "2026-06-25", "Amy", {"next_action_date": "2026-06-26"}),
    ("c1", "2026-07-01", "John"),  # after the day: not known
)


def test_stale_items_by_pencil():
    found = stale_items(OWED, LOG, as_of=DAY)
    columns = ["claim_id", "stale_days", "days_without_action", "staff", "is_planned"]
    told = found[columns].astype(object).where(found[columns].notna(), None).values.tolist()
    assert told == [
        ["c6", 30, None, None, 0],
        ["c4", 30, 30, None, 0],
        ["c3", 30, 30, "John", 1],
        ["c2", 14, 14, "John", 0],
    ]
    whole = stale_table(OWED, LOG, as_of=DAY)
    assert whole.values.tolist() == [[0, 2, 170.0, 0], [14, 1, 20.0, 0], [30, 3, 440.0, 1]]
    assert stale_items(OWED, LOG, as_of=DAY, days=[100])["claim_id"].tolist() == ["c6"]


def test_a_statement_is_an_action_on_what_the_patient_owes():
    owed = items(("c1", 10, "2026-01-01", {"responsible": "patient"}), ("c2", 20, "2026-01-01"))
    sent = table(
        "statements",
        [
            {
                "statement_id": f"s{n}",
                "patient_id": "x",
                "claim_id": f"c{n}",
                "sent_date": pd.Timestamp("2026-06-25"),
                "statement_number": 1,
                "amount": 1.0,
            }
            for n in (1, 2)
        ],
    )
    assert stale_items(owed, log(), as_of=DAY)["claim_id"].tolist() == ["c2", "c1"]
    assert stale_items(owed, log(), as_of=DAY, statements=sent)["claim_id"].tolist() == ["c2"]


def test_an_action_counts_for_its_party_or_for_all_when_it_names_none():
    owed = items(("c1", 10, "2026-01-01"), ("c1", 20, "2026-01-01", {"responsible": "patient"}))
    acts = log(("c1", "2026-06-29", "Amy")).assign(responsible="patient")
    assert stale_items(owed, acts, as_of=DAY)["responsible"].tolist() == ["payer_1"]
    assert stale_items(owed, acts.assign(responsible=None), as_of=DAY).empty
    step = log(("c1", "2026-06-01", "Amy", {"next_action_date": "2026-06-05"}), ("c1", "2026-06-29", "Amy"))
    assert overdue_actions(step.assign(responsible=["payer_1", "patient"]), as_of=DAY)[
        "action_id"
    ].tolist() == ["a00"]
    assert overdue_actions(step.assign(responsible=["payer_1", None]), as_of=DAY).empty


def test_overdue_steps_by_pencil():
    found = overdue_actions(LOG, as_of=DAY)
    assert found[["claim_id", "staff", "next_action", "days_overdue"]].astype(object).where(
        found[["claim_id", "staff", "next_action", "days_overdue"]].notna(), None
    ).values.tolist() == [
        ["c1", "Amy", "call", 6],
        ["c9", "Amy", None, 4],
    ]
    owing = overdue_actions(LOG, as_of=DAY, open_items=OWED)
    assert owing[["claim_id", "responsible", "payer", "balance"]].values.tolist() == [
        ["c1", "payer_1", "Alder Health", 10.0]
    ]
    assert overdue_actions(LOG, as_of="2026-07-01")["claim_id"].tolist() == ["c9", "c3"]


def test_of_two_actions_of_a_day_the_later_one_counts():
    acts = log(
        ("c1", "2026-06-01", "Amy", {"next_action_date": "2026-06-05"}),
        ("c1", "2026-06-01", "John", {"next_action_date": "2026-06-08"}),
    )
    assert overdue_actions(acts, as_of=DAY)["action_id"].tolist() == ["a01"]


def test_work_that_ended_without_a_word():
    acts = log(
        ("c1", "2026-06-01", "Amy"),
        ("c2", "2026-06-02", "Amy", {"kind": "write_off"}),
        ("c3", "2026-06-03", "Amy", {"next_action": "call"}),
        ("c4", "2026-06-04", "Amy"),
        ("c4", "2026-06-05", "Amy", {"next_action_date": "2026-07-05"}),
        ("c5", "2026-06-06", "John"),
        ("c7", "2026-06-07", "John", {"next_action": ""}),
    ).assign(outcome=[None, None, None, None, None, "paid", ""])
    assert closed_without_outcome(acts, as_of=DAY)["claim_id"].tolist() == ["c1", "c7"]
    assert closed_without_outcome(acts, as_of=DAY, settling=())["claim_id"].tolist() == ["c1", "c2", "c7"]
    owing = closed_with_balance(acts, OWED, as_of=DAY)
    assert owing[["claim_id", "balance", "kind"]].values.tolist() == [
        ["c5", 160.0, "status_check"],
        ["c2", 20.0, "write_off"],
        ["c1", 10.0, "status_check"],
    ]
    assert closed_without_outcome(acts, as_of="2026-06-04")["claim_id"].tolist() == ["c1", "c4"]


PROMISED = log(
    (
        "c1",
        "2026-06-01",
        "Amy",
        {"promise_due_date": "2026-06-10", "promise_amount": 80.0},
    ),  # paid on the last day of grace
    (
        "c2",
        "2026-06-01",
        "Amy",
        {"promise_due_date": "2026-06-10", "promise_amount": 80.0},
    ),  # paid a day too late
    ("c3", "2026-06-01", "Amy", {"promise_due_date": "2026-06-10", "promise_amount": 80.0}),  # paid 40
    (
        "c4",
        "2026-06-01",
        "Amy",
        {"promise_due_date": "2026-06-10", "promise_amount": 80.0},
    ),  # paid before the promise
    (
        "c5",
        "2026-06-01",
        "Amy",
        {"promise_due_date": "2026-06-23", "promise_amount": 80.0},
    ),  # grace ends on the day
    ("c6", "2026-06-01", "Amy", {"promise_due_date": "2026-06-10"}),  # no amount, paid 1
    (
        "c7",
        "2026-06-01",
        "Amy",
        {"promise_due_date": "2026-06-10", "promise_amount": 80.0},
    ),  # paid, then reversed
    (
        "c8",
        "2026-06-01",
        "Amy",
        {"promise_due_date": "2026-06-10", "promise_amount": 80.0},
    ),  # the patient paid
)
PAID = ledger(
    ("c1", "2026-06-17", "payer_payment", "payer_1", -80),
    ("c2", "2026-06-18", "payer_payment", "payer_1", -80),
    ("c3", "2026-06-10", "payer_payment", "payer_2", -40),
    ("c4", "2026-05-31", "payer_payment", "payer_1", -80),
    ("c5", "2026-07-01", "payer_payment", "payer_1", -80),
    ("c6", "2026-06-10", "payer_payment", "payer_1", -1),
    ("c7", "2026-06-10", "payer_payment", "payer_1", -80),
    ("c7", "2026-06-12", "reversal", "payer_1", 80, {"reverses_id": "t0006"}),
    ("c8", "2026-06-10", "patient_payment", "patient", -80),
)


def test_promises_by_pencil():
    found = promise_table(PROMISED, PAID, as_of=DAY).set_index("claim_id")
    assert found["state"].to_dict() == {
        "c1": "kept",
        "c2": "late",
        "c3": "partly kept",
        "c4": "broken",
        "c5": "waiting",
        "c6": "kept",
        "c7": "broken",
        "c8": "broken",
    }
    assert found.loc["c5", "days_past"] == 7
    assert found.loc["c2", ["paid_in_time", "paid"]].tolist() == [0.0, 80.0]
    assert broken_promises(PROMISED, PAID, as_of=DAY)["claim_id"].tolist() == ["c4", "c7", "c8"]
    owing = broken_promises(PROMISED, PAID, as_of=DAY, open_items=OWED)
    assert owing[["claim_id", "responsible", "balance"]].values.tolist() == [["c4", "payer_1", 80.0]]
    assert set(promise_table(PROMISED, PAID, as_of=DAY, grace_days=8)["state"]) >= {"kept", "waiting"}
    assert (
        promise_table(PROMISED, PAID, as_of="2026-06-16")
        .set_index("claim_id")["state"]
        .drop(["c3", "c6"])
        .eq("waiting")
        .all()
    )


def test_a_promise_is_kept_by_the_one_who_gave_it():
    acts = PROMISED.assign(responsible=["payer_2"] * 2 + ["payer_2", None, None, None, None, "patient"])
    found = promise_table(acts, PAID, as_of=DAY).set_index("claim_id")["state"]
    assert found[["c1", "c3", "c8"]].tolist() == ["broken", "partly kept", "kept"]


def test_productivity_by_pencil():
    acts = log(
        ("c1", "2026-06-10", "Amy", {"minutes": 30, "next_action_date": "2026-06-15"}),
        ("c1", "2026-06-15", "John", {"minutes": 10}),
        ("c2", "2026-06-10", "Amy", {"minutes": 30, "next_action_date": "2026-06-12"}),
        ("c2", "2026-06-14", "Amy", {"next_action_date": "2026-06-29"}),
        ("c3", "2026-05-01", "John", {"minutes": 10, "next_action_date": "2026-06-20"}),
        ("c4", "2026-04-01", "John", {"minutes": 10, "next_action_date": "2026-06-20"}),
    )
    books = ledger(
        ("c1", "2026-01-05", "charge", "payer_1", 100),
        ("c2", "2026-01-05", "charge", "payer_1", 500),
        ("c3", "2026-01-05", "charge", "payer_1", 40),
        ("c4", "2026-01-05", "charge", "payer_1", 900),
        ("c1", "2026-06-15", "payer_payment", "payer_1", -20),  # John acted on that day: it is Amy's
        ("c1", "2026-06-16", "payer_payment", "payer_1", -40),  # John's
        ("c1", "2026-06-17", "write_off", "payer_1", -40),
        (
            "c3",
            "2026-06-10",
            "payer_payment",
            "payer_1",
            -40,
        ),  # John's, 40 days before; its step is not needed any more
        ("c4", "2026-06-10", "payer_payment", "payer_1", -80),  # 70 days after: nobody's
        ("c2", "2026-05-30", "payer_payment", "payer_1", -160),  # before the period
        ("c2", "2026-07-01", "payer_payment", "payer_1", -320),  # not known
    )
    found = productivity_table(acts, books, as_of=DAY).set_index("staff")
    assert found.loc[
        "Amy", ["actions", "items", "minutes", "dollars_resolved", "dollars_per_hour"]
    ].tolist() == [3, 2, 60, 20.0, 20.0]
    assert found.loc[
        "John", ["actions", "items", "minutes", "dollars_resolved", "dollars_per_hour"]
    ].tolist() == [1, 1, 10, 80.0, 480.0]
    assert found["dollars_written_off"].to_dict() == {"Amy": 0.0, "John": 40.0, "nobody": 0.0}
    assert found.loc["nobody", "dollars_resolved"] == 80.0
    # Amy's steps: c1 in time, c2 late, c2 of the 29th not taken; John's on c4 not taken, on c3 not needed.
    assert found.loc["Amy", ["steps_due", "steps_done", "steps_on_time"]].tolist() == [3, 2, 1]
    assert found.loc["John", ["steps_due", "steps_done", "completion"]].tolist() == [1, 0, 0.0]
    assert pd.isna(found.loc["nobody", "dollars_per_hour"]) and pd.isna(found.loc["nobody", "completion"])


STAFF = pd.DataFrame({"practice_id": "p", "staff": ["Amy", "John"], "minutes_per_day": [20, 10]})


def test_workload_by_pencil():
    work = pd.DataFrame(
        {
            "owner": ["Amy", "Amy", "Zoe", None],
            "minutes": [80.0, 40.0, 5.0, 2.5],
            "balance": [10.0, 20, 40, 80],
        }
    )
    found = workload_table(work, STAFF, days=5).set_index("staff")
    assert found.loc["Amy"].tolist() == [2, 30.0, 120.0, 100, 1.2, 20.0, 1]
    assert found.loc["John"].tolist() == [0, 0.0, 0.0, 50, 0.0, 0.0, 1]
    assert found.loc["Zoe", ["work_minutes", "capacity_minutes", "over_minutes", "is_known"]].tolist() == [
        5.0,
        0,
        5.0,
        0,
    ]
    assert found.loc["nobody", "balance"] == 80.0 and pd.isna(found.loc["nobody", "load"])
    away = workload_table(work, STAFF, away=["Amy"]).set_index("staff")
    assert away.loc["Amy", "over_minutes"] == 120.0 and pd.isna(away.loc["Amy", "load"])
    with pytest.raises(SettingsError, match="'Zoe', who is not in the staff table"):
        workload_table(work, STAFF, away=["Zoe"])
    with pytest.raises(NotAvailable, match="because nobody is in the staff table"):
        workload_table(work, STAFF.iloc[:0])


def test_what_comes_up_is_the_work_of_the_days():
    acts = log(
        ("c1", "2026-06-10", "Amy", {"minutes": 10, "next_action_date": "2026-06-20"}),
        ("c2", "2026-06-10", "Amy", {"minutes": 15, "next_action_date": "2026-07-03"}),
        ("c3", "2026-06-10", "John", {"minutes": 20, "next_action_date": "2026-07-09"}),
        ("c9", "2026-06-10", "John", {"next_action_date": "2026-06-30"}),
        ("c8", "2026-01-10", "John", {"minutes": 90}),
    )
    found = upcoming_steps(acts, as_of=DAY, until="2026-07-03")
    assert found[["claim_id", "owner", "minutes"]].values.tolist() == [
        ["c1", "Amy", 15.0],
        ["c9", "John", 15.0],
        ["c2", "Amy", 15.0],
    ]
    assert upcoming_steps(acts, as_of=DAY, until=DAY, open_items=OWED, minutes_each=4)[
        ["claim_id", "minutes"]
    ].values.tolist() == [["c1", 4.0]]
    assert workload_table(found, STAFF).set_index("staff").loc["Amy", "work_minutes"] == 30.0
    with pytest.raises(SettingsError, match="until"):
        upcoming_steps(acts, as_of=DAY, until="2026-06-01")


def test_alerts_and_what_became_of_them():
    acts = log(
        (
            "c1",
            "2026-05-01",
            "Amy",
            {"next_action_date": "2026-05-10"},
        ),  # raised on the 11th, acted on the 18th
        ("c1", "2026-05-18", "Amy"),
        ("c2", "2026-05-01", "Amy", {"next_action_date": "2026-05-10"}),  # acted on a day too late
        ("c2", "2026-05-19", "Amy"),
        (
            "c3",
            "2026-05-01",
            "Amy",
            {"next_action_date": "2026-06-25"},
        ),  # raised on the 26th of June, still time
        ("c4", "2026-05-01", "Amy", {"next_action_date": "2026-05-10"}),  # paid before
        ("c5", "2026-05-01", "Amy", {"promise_due_date": "2026-05-10"}),  # broken on the 18th
        ("c6", "2026-05-01", "Amy", {"next_action_date": "2026-05-10"}),  # taken in time
        ("c6", "2026-05-10", "Amy"),
    )
    books = ledger(
        *((f"c{n}", "2026-01-05", "charge", "payer_1", 100) for n in range(1, 7)),
        ("c4", "2026-05-09", "payer_payment", "payer_1", -100),
    )
    raised = past_alerts(acts, books, as_of=DAY)
    assert raised[["claim_id", "alert"]].values.tolist() == [
        ["c1", "overdue next step"],
        ["c2", "overdue next step"],
        ["c5", "broken promise"],
        ["c3", "overdue next step"],
    ]
    assert raised["raised_date"].dt.strftime("%m-%d").tolist() == ["05-11", "05-11", "05-18", "06-26"]
    table_ = alert_table(raised, acts, as_of=DAY).set_index("alert")
    assert table_.loc["overdue next step"].tolist() == [3, 1, 0, 1, 1, 0.5]
    assert table_.loc["broken promise"].tolist() == [1, 0, 0, 0, 1, 0.0]
    said = alert_table(
        raised.assign(disposition=[None, "not useful", "acted", None]), acts, as_of=DAY
    ).set_index("alert")
    assert said.loc["overdue next step"].tolist() == [3, 1, 1, 1, 0, 0.5]
    assert said.loc["broken promise", ["acted_on", "share_acted_on"]].tolist() == [1, 1.0]
    payer = pd.DataFrame(
        {"practice_id": "p", "alert": "slow payer", "raised_date": pd.to_datetime(["2026-06-29"])}
    )
    assert pd.isna(alert_table(payer, acts, as_of=DAY)["share_acted_on"][0])
    assert past_alerts(acts, books, as_of=DAY, days=5)["claim_id"].tolist() == ["c3"]


# Agreement


@pytest.fixture(scope="module")
def sample():
    return load_sample()


def owed_on(sample, day):
    more = {name: sample.tables[name] for name in ("submissions", "statements", "coverages")}
    return open_items(sample.claims, sample.transactions, as_of=day, **more)


def plain(frame, *columns):
    """Return columns as tuples with None for nothing."""
    part = frame[list(columns)].astype(object)
    return [tuple(row) for row in part.where(part.notna(), None).values.tolist()]


@pytest.mark.parametrize("day", ["2025-09-17", "2026-06-30"])
def test_the_tables_agree_with_sql_on_the_sample(sample, day):
    owed = owed_on(sample, day)
    connection = duckdb.connect()
    for name, frame in {
        "actions": sample.actions,
        "transactions": sample.transactions,
        "items": owed,
    }.items():
        connection.register(name, frame)
    acts, books = sample.actions, sample.transactions

    stale = stale_items(owed, acts, as_of=day)
    assert plain(stale, "claim_id", "responsible", "balance", "days_without_action", "stale_days") == sql.ask(
        connection, sql.STALE, day
    )
    assert plain(overdue_actions(acts, as_of=day), "claim_id", "action_id", "days_overdue") == sql.ask(
        connection, sql.OVERDUE, day
    )
    assert plain(closed_without_outcome(acts, as_of=day), "claim_id", "action_id") == sql.ask(
        connection, sql.CLOSED, day
    )
    owing = closed_with_balance(acts, owed, as_of=day)
    assert plain(owing, "claim_id", "responsible", "balance", "action_id") == sql.ask(
        connection, sql.CLOSED_OWING, day
    )
    promises = sql.ask(connection, sql.PROMISES, day)
    found = promise_table(acts, books, as_of=day)
    assert plain(found, "claim_id", "action_id", "state") == [(row[0], row[1], row[4]) for row in promises]
    assert found["paid"].tolist() == pytest.approx([row[3] for row in promises])
    people = productivity_table(acts, books, as_of=day)
    columns = (
        "staff",
        "actions",
        "items",
        "minutes",
        "dollars_resolved",
        "dollars_written_off",
        "steps_due",
        "steps_done",
        "steps_on_time",
    )
    assert plain(people, *columns) == sql.ask(connection, sql.PEOPLE, day)
    assert len(stale) > 100 and len(owing) > 5 and len(promises) > 3 and people["steps_due"].sum() > 5


def every_table(tables, day):
    acts, books, owed, sent, staff = (
        tables[name] for name in ("actions", "transactions", "items", "statements", "staff")
    )
    coming = upcoming_steps(acts, as_of=day, until="2026-12-31")
    alerts = past_alerts(acts, books, as_of=day)
    return {
        "stale": stale_items(owed, acts, as_of=day, statements=sent),
        "stale table": stale_table(owed, acts, as_of=day, by=["payer"]),
        "overdue": overdue_actions(acts, as_of=day, open_items=owed),
        "closed": closed_without_outcome(acts, as_of=day),
        "closed owing": closed_with_balance(acts, owed, as_of=day),
        "promises": promise_table(acts, books, as_of=day),
        "broken": broken_promises(acts, books, as_of=day, open_items=owed),
        "people": productivity_table(acts, books, as_of=day),
        "coming": coming,
        "workload": workload_table(coming, staff),
        "alerts": alerts,
        "alert table": alert_table(alerts, acts, as_of=day),
    }


def test_every_engine_gives_the_same(sample):
    day = "2026-06-17"
    tables = {
        **{name: sample.tables[name] for name in ("actions", "transactions", "statements", "staff")},
        "items": owed_on(sample, day),
    }
    expected = None
    for kind in KINDS:
        connection = duckdb.connect()
        found = {
            name: rows_of(result)
            for name, result in every_table(in_engine(kind, tables, connection, names=tables), day).items()
        }
        expected = expected or found
        assert all(found.values()), [name for name in found if not found[name]]
        for name, rows in found.items():
            assert rows == expected[name], (kind, name)


@settings(max_examples=6)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["c1", "c2", "c3"]),
            st.dates(dt.date(2026, 5, 1), dt.date(2026, 7, 15)),
            st.sampled_from(["Amy", "John"]),
            st.one_of(st.none(), st.integers(0, 40)),
        ),
        max_size=12,
    )
)
def test_nothing_later_is_known_and_every_item_has_one_class(rows):
    acts = log(
        *(
            (
                claim,
                day,
                who,
                {
                    "minutes": 5,
                    **({} if wait is None else {"next_action_date": day + dt.timedelta(days=wait)}),
                },
            )
            for claim, day, who, wait in sorted(rows, key=lambda row: row[1])
        )
    )
    known = acts[acts["date"] <= DAY]
    books = ledger(*((claim, "2026-05-02", "charge", "payer_1", 160) for claim in ("c1", "c2", "c3")))
    for ask in (
        lambda acts: stale_items(OWED, acts, as_of=DAY),
        lambda acts: overdue_actions(acts, as_of=DAY),
        lambda acts: closed_without_outcome(acts, as_of=DAY),
        lambda acts: productivity_table(acts, books, as_of=DAY),
        lambda acts: past_alerts(acts, books, as_of=DAY),
    ):
        pd.testing.assert_frame_equal(ask(acts), ask(known))
    whole = stale_table(OWED, acts, as_of=DAY)
    assert whole["items"].sum() == len(OWED) and whole["balance"].sum() == OWED["balance"].sum()
    late = overdue_actions(acts, as_of=DAY)
    assert not late["claim_id"].duplicated().any()
    ends = closed_without_outcome(acts, as_of=DAY)
    assert not set(late["claim_id"]) & set(ends["claim_id"])
    people = productivity_table(acts, books, as_of=DAY)
    assert (people["steps_on_time"] <= people["steps_done"]).all() and (
        people["steps_done"] <= people["steps_due"]
    ).all()


# Edges


def test_tables_without_rows_give_tables_without_rows():
    tables = {
        "actions": empty_table("actions"),
        "transactions": empty_table("transactions"),
        "items": OWED.iloc[:0],
        "statements": empty_table("statements"),
    }
    for name, result in every_table({**tables, "staff": STAFF}, DAY).items():
        assert len(result) == (2 if name == "workload" else 0), name
    assert len(stale_items(OWED.iloc[:1], empty_table("actions"), as_of=DAY)) == 1
    assert stale_table(OWED, empty_table("actions"), as_of=DAY)["items"].sum() == 6


def test_columns_that_may_be_missing_may_be_missing():
    acts = LOG[["practice_id", "claim_id", "action_id", "date", "staff"]]
    owed = OWED[["practice_id", "claim_id", "responsible", "balance"]]
    assert overdue_actions(acts, as_of=DAY).empty
    assert closed_without_outcome(acts, as_of=DAY)["claim_id"].tolist() == ["c3", "c2", "c1", "c9"]
    assert stale_items(owed, acts, as_of=DAY)["claim_id"].tolist() == ["c6", "c5", "c4", "c3", "c2"]
    assert promise_table(acts, PAID, as_of=DAY).empty
    assert (
        to_pandas(productivity_table(acts, PAID.drop(columns="reverses_id"), as_of=DAY))["minutes"].sum() == 0
    )
    assert upcoming_steps(acts, as_of=DAY, until=DAY).empty


@pytest.mark.parametrize(
    ("call", "why"),
    [
        (lambda: stale_items(OWED, LOG.drop(columns="staff"), as_of=DAY), "needs the column 'staff'"),
        (lambda: stale_items(OWED.drop(columns="balance"), LOG, as_of=DAY), "needs the column 'balance'"),
        (lambda: overdue_actions(LOG, as_of="yesterday"), "is not a day"),
    ],
)
def test_what_is_needed_is_named(call, why):
    with pytest.raises(InputRefused, match=why):
        call()


@pytest.mark.parametrize(
    "call",
    [
        lambda: stale_items(OWED, LOG, as_of=DAY, days=()),
        lambda: stale_items(OWED, LOG, as_of=DAY, days=(30, 14)),
        lambda: promise_table(PROMISED, PAID, as_of=DAY, grace_days=-1),
        lambda: productivity_table(LOG, PAID, as_of=DAY, days=0),
        lambda: past_alerts(LOG, PAID, as_of=DAY, days=0),
        lambda: alert_table(past_alerts(LOG, PAID, as_of=DAY), LOG, as_of=DAY, within_days=-1),
        lambda: workload_table(pd.DataFrame({"owner": ["Amy"], "minutes": [1.0]}), STAFF, days=0),
    ],
)
def test_settings_out_of_their_rule_are_refused(call):
    with pytest.raises(SettingsError):
        call()
