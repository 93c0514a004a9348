"""Movement through a dated ledger: pencil examples, a plain loop, SQL, what must always hold, every engine."""

import datetime as dt
from collections import defaultdict, deque
from itertools import pairwise

import duckdb
import pandas as pd
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from arlab.aging import CLOCKS, add_age, add_bucket, aged_items, aging_table, credit_items
from arlab.errors import InputRefused, NotAvailable, SettingsError
from arlab.ledger import balances, credits, kind_totals, open_items
from arlab.movement import (
    CANNOT_TELL,
    ENTRIES,
    EXITS,
    FIRST_OTHER,
    PARTS,
    describe_roll,
    describe_waterfall,
    describe_weekly_balances,
    describe_weekly_roll,
    movement_of,
    movement_roll_table,
    movement_table,
    roll_table,
    roll_wide_table,
    waterfall_table,
    week_ends,
    weekly_balance_table,
    weekly_roll_table,
)
from arlab.tables import Practice, empty_table, load_sample
from ledgers import START, claims, day, ledger, ledgers, submissions
from small_practice import make_small_practice

EXTRAS = ("submissions", "statements", "coverages")


def ways(table, *by):
    """Return {(groups, from, to): cents}."""
    return {
        (*(getattr(row, name) for name in by), row.from_bucket, row.to_bucket): round(row.balance * 100)
        for row in table.itertuples(index=False)
    }


def dollars_of(table, *by):
    return {key: cents / 100 for key, cents in ways(table, *by).items()}


def polars(*frames):
    """Return frames as Polars: its calls are quick, and a property asks many."""
    return [pl.from_pandas(frame) for frame in frames]


def rolled(rows, visit="2026-01-02", after="2026-01-31", as_of="2026-02-28", **options):
    """Return the ways of one or more claims, all served on one day, by the clock of the visit."""
    names = sorted({row[0] for row in rows})
    visits = claims(*((name, visit) for name in names))
    return dollars_of(roll_table(visits, ledger(*rows), after=after, as_of=as_of, clock="service", **options))


# Pencil examples.


def test_each_way_out_of_a_bucket():
    rows = [("c", "2026-01-05", "charge", "payer_1", 310)]
    rows += [
        ("c", "2026-02-02", "payer_payment", "payer_1", -10),
        ("c", "2026-02-03", "contractual", "payer_1", -20),
        ("c", "2026-02-04", "write_off", "payer_1", -40),
        ("c", "2026-02-05", "transfer", "payer_1", -80),
        ("c", "2026-02-05", "transfer", "patient", 80),
        ("c", "2026-02-09", "patient_payment", "patient", -5),
    ]
    assert rolled(rows) == {
        ("0-30", "31-60"): 160,
        ("0-30", "paid by payer"): 10,
        ("0-30", "contractual"): 20,
        ("0-30", "written off"): 40,
        ("0-30", "moved to patient"): 80,
        ("moved in", "31-60"): 75,
        ("moved in", "paid by patient"): 5,
    }


def test_what_leaves_takes_the_opening_dollars_first_in_the_order_of_days():
    rows = [
        ("c", "2026-01-05", "charge", "payer_1", 100),
        ("c", "2026-02-02", "payer_payment", "payer_1", -60),
        ("c", "2026-02-10", "recoupment", "payer_1", 60),
        ("c", "2026-02-12", "contractual", "payer_1", -30),
        ("c", "2026-02-20", "write_off", "payer_1", -50),
    ]
    assert rolled(rows) == {
        ("0-30", "paid by payer"): 60,
        ("0-30", "contractual"): 30,
        ("0-30", "written off"): 10,
        ("taken back", "written off"): 40,
        ("taken back", "31-60"): 20,
    }


def test_a_payment_keyed_twice_and_reversed_never_happened():
    rows = [
        ("c", "2026-01-05", "charge", "payer_1", 100),
        ("c", "2026-02-02", "payer_payment", "payer_1", -100),
        ("c", "2026-02-03", "reversal", "payer_1", 100, {"reverses_id": "t0001"}),
    ]
    assert rolled(rows) == {("0-30", "31-60"): 100}
    # Taken back in part, the rest was paid; taken back in a later span, it came in again.
    rows[2] = ("c", "2026-02-03", "reversal", "payer_1", 70, {"reverses_id": "t0001"})
    assert rolled(rows) == {("0-30", "31-60"): 70, ("0-30", "paid by payer"): 30}
    assert rolled(rows, after="2026-02-02", as_of="2026-02-28") == {("reversed", "31-60"): 70}


def test_a_credit_is_made_by_what_is_paid_beyond_and_used_by_what_comes_in():
    rows = [
        ("c", "2026-01-05", "charge", "payer_1", 100),
        ("c", "2026-02-02", "contractual", "payer_1", -40),
        ("c", "2026-02-02", "payer_payment", "payer_1", -100),
        ("c", "2026-03-09", "refund_to_payer", "payer_1", 10),
        ("c", "2026-03-10", "charge", "payer_1", 25),
    ]
    assert rolled(rows) == {
        ("0-30", "contractual"): 40,
        ("0-30", "paid by payer"): 60,
        ("paid by payer", "now a credit"): 40,
    }
    assert rolled(rows, after="2026-02-28", as_of="2026-03-31") == {
        ("was a credit", "refunded"): 10,
        ("was a credit", "new charge"): 25,
        ("was a credit", "now a credit"): 5,
    }


def test_a_payment_before_its_charge():
    rows = [
        ("c", "2026-02-02", "patient_payment", "patient", -20),
        ("c", "2026-02-05", "charge", "patient", 80),
    ]
    assert rolled(rows, visit="2026-02-01") == {
        ("new charge", "paid by patient"): 20,
        ("new charge", "0-30"): 60,
    }


def test_a_transfer_between_payers_is_not_the_patient_s():
    rows = [
        ("c", "2026-01-05", "charge", "payer_1", 100),
        ("c", "2026-02-02", "transfer", "payer_1", -30),
        ("c", "2026-02-02", "transfer", "payer_2", 30),
        ("c", "2026-02-02", "transfer", "payer_1", -20),
        ("c", "2026-02-02", "transfer", "patient", 20),
        ("c", "2026-02-09", "transfer", "patient", -20),
        ("c", "2026-02-09", "transfer", "agency", 20),
    ]
    assert rolled(rows) == {
        ("0-30", "moved to another party"): 30,
        ("0-30", "moved to patient"): 20,
        ("0-30", "31-60"): 50,
        ("moved in", "moved to another party"): 20,
        ("moved in", "31-60"): 50,
    }
    by_party = roll_table(
        claims(("c", "2026-01-02")),
        ledger(*rows),
        after="2026-01-31",
        as_of="2026-02-28",
        clock="service",
        by="responsible",
    )
    assert by_party.loc[by_party["to_number"] < FIRST_OTHER, ["responsible", "balance"]].values.tolist() == [
        ["agency", 20.0],
        ["payer_1", 50.0],
        ["payer_2", 30.0],
    ]


def small_roll(**options):
    practice = make_small_practice()
    return movement_of(practice, roll_table, after="2026-04-30", as_of="2026-05-31", **options)


def test_the_small_practice_in_may():
    # c3 was paid in February and is taken back on May 4: its age counts from the first bill, 2026-01-16.
    # c6 is charged on May 19 and sent on May 20.
    assert dollars_of(small_roll()) == {
        ("0-30", "31-60"): 1280
        + 640,  # c7, sent on April 20: 10 and 41 days; c8, stated on April 11: 19 and 50
        ("31-60", "61-90"): 5120,  # c10, sent on March 20: 41 and 72 days
        ("61-90", "91-120"): 15,  # c11, patient from January 20 and 30 days: 70 and 101
        ("over 120", "over 120"): 640,  # c4
        ("new charge", "0-30"): 20,
        ("taken back", "over 120"): 60,
        ("was a credit", "now a credit"): 5,  # c9
    }
    assert describe_roll(small_roll()) == (
        "Of 7,695.00 open on the first day, 7,695.00 (100.0%) is still open, 7,055.00 of it in an older bucket."
        " 80.00 came in (20.00 new charge, 60.00 taken back), of which 80.00 is open on the second day."
        " On the second day 7,775.00 is open. Credits were 5.00 and are 5.00."
    )


def test_the_wide_table_shows_opening_beside_and_closing_below():
    wide = roll_wide_table(small_roll()).set_index("from")
    assert wide.loc["0-30", ["31-60", "total"]].tolist() == [1920, 1920]
    assert wide.loc["total", ["0-30", "31-60", "61-90", "91-120", "over 120"]].tolist() == [
        20, 1920, 5120, 15, 700,
    ]  # fmt: skip
    assert list(wide.columns[5:]) == [*(label for _, label in EXITS.values()), "now a credit", "total"]
    assert list(wide.index[5:]) == [*(label for _, label in ENTRIES.values()), "was a credit", "total"]


def test_weekly_roll_counts_what_would_cross_the_edge_in_the_week():
    visits = claims(*((name, "2026-01-02") for name in "abcd"), ("young", "2026-01-20"))
    rows = [
        (name, "2026-01-05", "charge", "payer_1", size)
        for name, size in zip("abcd", (10, 20, 40, 80), strict=True)
    ]
    rows += [("young", "2026-01-21", "charge", "payer_1", 160)]
    rows += [
        ("a", "2026-02-02", "payer_payment", "payer_1", -10),
        ("b", "2026-02-02", "payer_payment", "payer_1", -5),
        # c is paid and taken back: other dollars are open, not those that were due.
        ("c", "2026-02-02", "payer_payment", "payer_1", -40),
        ("c", "2026-02-03", "recoupment", "payer_1", 40),
    ]
    # Age 28 on January 30 and 35 on February 6; 35 and 42 a week later: nothing is due then.
    table = weekly_roll_table(visits, ledger(*rows), as_of="2026-02-13", weeks=2, clock="service")
    assert table.values.tolist() == [
        [pd.Timestamp("2026-01-30"), pd.Timestamp("2026-02-06"), 30, 4, 150.0, 95.0, 95 / 150]
    ]
    assert describe_weekly_roll(table) == (
        "In the 1 week to 2026-02-06, of what would pass day 30 (150.00) 63.3% did so still open, 63.3% in the last"
        " week."
    )


def test_what_was_sent_for_the_first_time_is_younger_again():
    visits, rows = claims(("c", "2026-01-02")), ledger(("c", "2026-01-05", "charge", "payer_1", 80))
    sent = submissions(("c", 1, "2026-02-03", "2026-02-04"))
    week = {"as_of": "2026-02-06", "weeks": 1}
    assert weekly_roll_table(visits, rows, submissions=sent, **week)[["due", "crossed"]].values.tolist() == [
        [80, 0]
    ]
    sent = submissions(("c", 1, "2026-01-03", "2026-01-04"))
    assert weekly_roll_table(visits, rows, submissions=sent, **week)[["due", "crossed"]].values.tolist() == [
        [80, 80]
    ]


def test_weekly_balances_with_a_pencil():
    table = movement_of(make_small_practice(), weekly_balance_table, as_of="2026-04-18", weeks=3)
    found = [(str(row.day.date()), row.bucket, row.items, row.balance) for row in table.itertuples()]
    assert found == [
        ("2026-04-04", "0-30", 2, 5760.0),  # c10, sent 15 days ago; c8, with the patient since April 1
        ("2026-04-04", "31-60", 1, 15.0),  # c11, the patient's since February 19
        ("2026-04-04", "91-120", 1, 640.0),  # c4, sent on December 22
        ("2026-04-11", "0-30", 2, 5760.0),
        ("2026-04-11", "31-60", 1, 15.0),
        ("2026-04-11", "91-120", 1, 640.0),
        ("2026-04-18", "0-30", 2, 5760.0),
        ("2026-04-18", "31-60", 1, 15.0),
        ("2026-04-18", "91-120", 1, 640.0),
    ]
    assert describe_weekly_balances(table) == (
        "From 2026-04-04 to 2026-04-18 the open balance stayed at 6,415.00; its highest of 3 days was 6,415.00 on"
        " 2026-04-04."
    )


def test_the_waterfall_of_the_small_practice():
    practice = make_small_practice()
    table = movement_of(practice, waterfall_table, after="2026-03-31", as_of="2026-05-31", each="month")
    # c7 is charged, c8 paid and moved in April; c3 taken back and c6 charged in May.
    april, may = pd.Timestamp("2026-04-30"), pd.Timestamp("2026-05-31")
    shown = ["party", "to_day", "opening", "charges", "payer_paid", "moved", "taken_back", "closing"]
    assert table[shown].values.tolist() == [
        ["patient", april, 15, 0, 0, 640, 0, 655],
        ["patient", may, 655, 0, 0, 0, 0, 655],
        ["payer", april, 640 + 2560 + 5120 - 5, 1280, -1920, -640, 0, 7035],
        ["payer", may, 7035, 20, 0, 0, 60, 7115],
    ]
    assert not table[["contractual", "written_off", "bad_debt", "refunded", "reversed", "other"]].any(
        axis=None
    )
    assert describe_waterfall(table) == (
        "AR net of credits went from 8,330.00 on 2026-03-31 to 7,770.00 on 2026-05-31: +1,300.00 charged, -1,920.00"
        " paid by payers, +60.00 taken back by payers."
    )


def test_two_snapshots_say_what_they_cannot_tell():
    practice = make_small_practice()
    sides = [aged_items(practice, as_of=day) for day in ("2026-03-31", "2026-05-31")]
    line = movement_roll_table(movement_table(*sides))
    assert line[["opening", "newly open", "balance fell", "closing"]].values.tolist() == [
        [8335, 1360, -1920, 7775]
    ]
    assert describe_waterfall(line) == (
        "The open balance went from 8,335.00 to 7,775.00: +1,360.00 newly open, -1,920.00 balance fell. "
        + CANNOT_TELL
    )


# Settings and edges.


def test_the_days_of_weeks_and_months():
    rows = ledger(("c", "2026-01-05", "charge", "payer_1", 10))
    visits = claims(("c", "2026-01-02"))
    span = {"after": "2026-01-15", "as_of": "2026-03-10"}
    months = waterfall_table(visits, rows, each="month", **span)
    assert [str(day)[:10] for day in months["to_day"]] == ["2026-01-31", "2026-02-28", "2026-03-10"]
    weeks = waterfall_table(visits, rows, each="week", **span)
    ends = [str(day)[:10] for day in weeks["to_day"]]
    assert ends[:2] == ["2026-01-20", "2026-01-27"] and ends[-1] == "2026-03-10" and len(ends) == 8
    assert week_ends("2026-06-30", weeks=1) == [day("2026-06-30")]
    whole = waterfall_table(visits, rows, after="2025-12-31", as_of="2026-03-31", each="month")
    assert whole["charges"].tolist() == [10, 0, 0] and whole["opening"].tolist() == [0, 10, 10]


@pytest.mark.parametrize(
    ("change", "error", "words"),
    [
        ({"after": "2026-02-28"}, SettingsError, "There is no movement from 2026-02-28 to 2026-02-28"),
        ({"clock": "moon"}, SettingsError, "There is no aging clock 'moon'"),
        ({"clock": "standard"}, NotAvailable, "have no first_bill_date"),
        ({"edges": (60, 30)}, SettingsError, "not rising whole days"),
        ({"by": "colour"}, InputRefused, "cannot split by 'colour'"),
        ({"by": "kind"}, InputRefused, "cannot split by 'kind': it is no column of the claims"),
    ],
)
def test_what_cannot_be_asked_is_said_in_one_sentence(change, error, words):
    options = {"after": "2026-01-31", "as_of": "2026-02-28", "clock": "service"} | change
    with pytest.raises(error, match=words):
        roll_table(
            claims(("c", "2026-01-02")), ledger(("c", "2026-01-05", "charge", "payer_1", 1)), **options
        )


def test_more_that_cannot_be_asked():
    tables = claims(("c", "2026-01-02")), ledger(("c", "2026-01-05", "charge", "payer_1", 1))
    with pytest.raises(SettingsError, match="0 weeks cannot be shown"):
        weekly_roll_table(*tables, as_of="2026-01-31", weeks=0, clock="service")
    with pytest.raises(SettingsError, match="must rise"):
        weekly_balance_table(*tables, as_of="2026-01-31", days=["2026-01-31", "2026-01-30"], clock="service")
    with pytest.raises(SettingsError, match="no movement for each 'year'"):
        waterfall_table(*tables, after="2026-01-01", as_of="2026-01-31", each="year")
    practice = make_small_practice()
    with pytest.raises(NotAvailable, match="ends on 2026-06-30"):
        movement_of(practice, roll_table, after="2026-06-01", as_of="2026-07-31")
    picture = Practice("Picture", practice.as_of, {"open_items": aged_items(practice)})
    with pytest.raises(NotAvailable, match="is a picture of 2026-06-30: compare two snapshots"):
        movement_of(picture, roll_table, after="2026-06-01")


def test_an_empty_practice_and_a_practice_of_credits():
    nothing = empty_table("claims"), empty_table("transactions")
    span = {"after": "2026-01-31", "as_of": "2026-02-28"}
    table = roll_table(*nothing, clock="service", **span)
    assert table.empty and list(table.columns)[-2:] == ["items", "balance"]
    assert describe_roll(table) == (
        "Nothing was open on the first day. Nothing came in. On the second day 0.00 is open."
    )
    assert roll_wide_table(table).drop(columns="from").to_numpy().sum() == 0
    balances_ = weekly_balance_table(*nothing, as_of="2026-02-28", clock="service")
    edges = weekly_roll_table(*nothing, as_of="2026-02-28", clock="service")
    assert balances_.empty and edges.empty and waterfall_table(*nothing, **span).empty
    assert describe_weekly_balances(balances_) == "No balance is open on any of the days."
    assert describe_weekly_roll(edges) == "No balance would have passed an edge in any of the weeks."
    assert describe_waterfall(waterfall_table(*nothing, **span)) == "Nothing was ever posted."
    paid = claims(("c", "2026-01-02")), ledger(("c", "2026-01-05", "payer_payment", "payer_1", -50))
    assert dollars_of(roll_table(*paid, clock="service", **span)) == {("was a credit", "now a credit"): 50}
    assert weekly_balance_table(*paid, as_of="2026-02-28", clock="service").empty
    assert waterfall_table(*paid, **span)["closing"].tolist() == [-50]


def test_a_ledger_without_patients_or_sendings_shows_what_it_knows():
    practice = make_small_practice()
    tables = {name: practice.tables[name] for name in ("claims", "transactions")}
    blind = Practice("Blind", practice.as_of, tables, (("patient balances", "not in the file"),))
    table = movement_of(blind, roll_table, after="2026-04-30", as_of="2026-05-31")
    wanted = aging_table(aged_items(blind, as_of="2026-05-31"))
    assert closing_of(table) == {
        row.bucket: round(row.balance * 100) for row in wanted.itertuples() if row.items
    }


# A second way to compute it: one item after the other, with queues.


def brought(kind):
    return {"charge": "new charge", "transfer": "moved in", "recoupment": "taken back"}.get(
        kind, "refunded" if kind.startswith("refund") else "reversed"
    )


def took(kind, to_patient):
    names = {
        "payer_payment": "paid by payer", "recoupment": "paid by payer", "refund_to_payer": "paid by payer",
        "patient_payment": "paid by patient", "refund_to_patient": "paid by patient",
        "contractual": "contractual", "sequestration": "contractual",
        "write_off": "written off", "bad_debt": "written off",
        "transfer": "moved to patient" if to_patient else "moved to another party",
    }  # fmt: skip
    return names.get(kind, "charge reversed")


# What comes first within a day: as the notes of roll_table say.
IN_A_DAY = (
    "charge reversed", "moved to another party", "moved to patient", "written off", "contractual",
    "paid by patient", "paid by payer", "refunded", "taken back", "reversed", "moved in", "new charge",
)  # fmt: skip


def netted(rows, after, as_of):
    """Return {item: [(day, label, cents)]} of the span, postings and their reversals as one."""
    span = [row for row in rows if after < row["posted_date"] <= as_of]
    own = {row["transaction_id"]: dict(row) for row in span}
    for row in span:
        first = own.get(row["reverses_id"]) if row["kind"] == "reversal" else None
        if first is not None and first["kind"] != "reversal":
            first["cents"] += own.pop(row["transaction_id"])["cents"]
    given_ = {
        (row["claim_id"], row["posted_date"], row["cents"])
        for row in own.values()
        if row["kind"] == "transfer" and row["responsible"] == "patient"
    }
    found = defaultdict(lambda: defaultdict(int))
    for row in own.values():
        if row["cents"] > 0:
            label = brought(row["kind"])
        else:
            met = (row["claim_id"], row["posted_date"], -row["cents"]) in given_
            label = took(row["kind"], met and row["responsible"] != "patient")
        if row["cents"]:
            found[row["claim_id"], row["responsible"]][row["posted_date"], IN_A_DAY.index(label), label] += (
                row["cents"]
            )
    return {
        item: [(*key[:2], key[2], cents) for key, cents in sorted(all_.items())]
        for item, all_ in found.items()
    }


def plain_rows(transactions):
    rows = transactions.astype(object).where(transactions.notna(), None).to_dict("records")
    for row in rows:
        row["posted_date"] = row["posted_date"].date()
        row["cents"] = round(row["amount"] * 100)
    return rows


def aged(visits, rows, as_of, clock, extras):
    """Return {item: bucket} by the code of ledger and aging, which finds every day anew."""
    items = add_bucket(add_age(open_items(visits, rows, as_of=as_of, **extras), clock=clock))
    return {(row["claim_id"], row["responsible"]): row["bucket"] for row in nw_rows(items)}


def nw_rows(frame):
    return frame.to_dicts() if isinstance(frame, pl.DataFrame) else frame.to_dict("records")


def searched(transactions, before, after_, after, as_of):
    """Return {(from, to): cents}, by queues of what came in and what went out."""
    rows = plain_rows(transactions)
    there = defaultdict(int)
    for row in rows:
        if row["posted_date"] <= after:
            there[row["claim_id"], row["responsible"]] += row["cents"]
    posted = netted(rows, after, as_of)
    found = defaultdict(int)
    for item in {*there, *posted}:
        came, went = deque(), deque()
        if there[item] > 0:
            came.append([before[item], there[item]])
        elif there[item] < 0:
            went.append(["was a credit", -there[item]])
        for *_, label, cents in posted.get(item, []):
            (came if cents > 0 else went).append([label, abs(cents)])
        while came and went:
            cents = min(came[0][1], went[0][1])
            way = (came[0][0], went[0][0])
            found[way[::-1] if way[1] == "was a credit" else way] += cents
            for line in (came, went):
                line[0][1] -= cents
                if not line[0][1]:
                    line.popleft()
        for label, cents in came:
            found[label, after_[item]] += cents
        for label, cents in went:
            found[label, "now a credit"] += cents
    return dict(found)


@pytest.mark.parametrize("clock", CLOCKS)
def test_the_sample_equals_a_loop_and_its_aging(clock):
    sample = load_sample()
    extras = {name: sample.tables[name] for name in EXTRAS}
    pair = sample.claims, sample.transactions
    for after, as_of in ((day("2026-01-31"), day("2026-04-30")), (day("2026-06-02"), day("2026-06-09"))):
        table = roll_table(*pair, after=after, as_of=as_of, clock=clock, **extras)
        sides = [aged(*pair, on, clock, extras) for on in (after, as_of)]
        wanted = searched(sample.transactions, *sides, after, as_of)
        assert ways(table) == wanted
        assert len(wanted) > 25
        tie_out(table, *pair, after, as_of, clock, extras)


# What must always hold.


def closing_of(table, side="to"):
    inside = table[table[f"{side}_number"] < FIRST_OTHER]
    sums = (inside.groupby(f"{side}_bucket")["balance"].sum() * 100).round().astype(int)
    return sums.to_dict()


def tie_out(table, visits, rows, after, as_of, clock, extras):
    """Check that rows add up to the opening buckets, columns to the closing ones, ways to what was posted."""
    assert (table["balance"] > 0).all() and (table["items"] > 0).all()
    for side, on in (("from", after), ("to", as_of)):
        items = add_bucket(add_age(open_items(visits, rows, as_of=on, **extras), clock=clock))
        shown = {
            row["bucket"]: round(row["balance"] * 100) for row in nw_rows(aging_table(items)) if row["items"]
        }
        assert closing_of(table, side) == shown
        owed = sum(round(row["amount"] * 100) for row in nw_rows(credits(visits, rows, as_of=on)))
        assert round(table.loc[table[f"{side}_number"] == 102, "balance"].sum() * 100) == owed


def with_reversals(rows, chosen):
    """Return a ledger in which some reversals name a row of their claim and party that was posted before."""
    named = rows.copy()
    for place, row in enumerate(rows.itertuples()):
        before = rows[
            (rows["claim_id"] == row.claim_id)
            & (rows["responsible"] == row.responsible)
            & (rows["posted_date"] <= row.posted_date)
            & ~rows["kind"].isin(["reversal", "transfer"])
        ]
        if row.kind == "reversal" and len(before):
            named.loc[place, "reverses_id"] = before["transaction_id"].iloc[chosen % len(before)]
    return named


@settings(max_examples=15, deadline=None)
@given(
    st.builds(
        lambda tables, chosen: (tables[0], with_reversals(tables[1], chosen)), ledgers(), st.integers(0, 9)
    ),
    st.integers(0, 150),
    st.integers(1, 90),
    st.sampled_from(["service", "responsibility"]),
)
def test_a_random_ledger_ties_out_and_equals_the_loop(tables, first, length, clock):
    after = START + dt.timedelta(days=first)
    as_of = after + dt.timedelta(days=length)
    visits, rows = polars(*tables)
    span = {"after": after, "as_of": as_of, "clock": clock}
    table = roll_table(visits, rows, **span).to_pandas()
    tie_out(table, visits, rows, after, as_of, clock, {})
    sides = [aged(visits, rows, on, clock, {}) for on in (after, as_of)]
    assert ways(table) == searched(tables[1], *sides, after, as_of)
    # Parts add up to the whole.
    whole = ways(table)
    parts = defaultdict(int)
    for (_, *way), cents in ways(
        roll_table(visits, rows, by="responsible", **span).to_pandas(), "responsible"
    ).items():
        parts[tuple(way)] += cents
    assert dict(parts) == whole
    # What was posted later is not known.
    cut = rows.filter(pl.col("posted_date") <= as_of)
    assert roll_table(visits, cut, **span).to_pandas().equals(table)
    # The same dollars under any buckets and any clock.
    coarse = roll_table(visits, rows, **(span | {"edges": (45,), "clock": "service"})).to_pandas()
    for side in ("from", "to"):
        assert sum(closing_of(coarse, side).values()) == sum(closing_of(table, side).values())


@settings(max_examples=15, deadline=None)
@given(ledgers(), st.integers(30, 200))
def test_weeks_of_a_random_ledger_equal_single_days(tables, last):
    as_of = START + dt.timedelta(days=last)
    visits, rows = polars(*tables)
    options = {"clock": "responsibility", "edges": (3, 10, 30)}
    table = weekly_balance_table(visits, rows, as_of=as_of, weeks=5, by="responsible", **options).to_pandas()
    days = week_ends(as_of, weeks=5)
    for on in days:
        items = add_age(open_items(visits, rows, as_of=on), clock=options["clock"])
        wanted = aging_table(
            add_bucket(items, edges=options["edges"]), by="responsible", buckets=None
        ).to_dicts()
        shown = table[table["day"].dt.date == on].to_dict("records")
        # Polars multiplies by a hundredth where it divides by 100: cents are compared, not their last bit.
        found, right = (
            [(row["responsible"], row["bucket"], row["items"], round(row["balance"] * 100)) for row in rows_]
            for rows_ in (shown, wanted)
        )
        assert found == right
    edges = weekly_roll_table(visits, rows, as_of=as_of, weeks=4, **options).to_pandas()
    assert edges["crossed"].le(edges["due"]).all() and edges["due"].gt(0).all()
    found = {
        (row.from_day.date(), row.edge): (row.items, round(row.due * 100), round(row.crossed * 100))
        for row in edges.itertuples()
    }
    assert found == {
        key: value
        for first, second in pairwise(days)
        for key, value in crossings(visits, rows, tables[1], first, second, options).items()
    }


def crossings(visits, rows, transactions, first, second, options, extras=None):
    """Return {(day, edge): (items, due, crossed)} of one week, item by item."""
    extras = extras or {}
    ages = []
    for on in (first, second):
        items = add_age(open_items(visits, rows, as_of=on, **extras), clock=options["clock"])
        ages.append({(row["claim_id"], row["responsible"]): row for row in nw_rows(items)})
    posted = netted(plain_rows(transactions), first, second)
    found = {}
    for item, row in ages[0].items():
        due = round(row["balance"] * 100)
        gone = sum(-cents for *_, cents in posted.get(item, []) if cents < 0)
        left = max(0, due - gone)
        for edge in options["edges"]:
            if row["age_days"] <= edge < row["age_days"] + (second - first).days:
                past = item in ages[1] and ages[1][item]["age_days"] > edge
                items, owed, over = found.get((first, edge), (0, 0, 0))
                found[first, edge] = items + 1, owed + due, over + (left if past else 0)
    return found


@settings(max_examples=15, deadline=None)
@given(ledgers(), st.integers(0, 150), st.integers(1, 90), st.sampled_from(["all", "week", "month"]))
def test_a_random_waterfall_adds_up(tables, first, length, each):
    after = START + dt.timedelta(days=first)
    as_of = after + dt.timedelta(days=length)
    visits, rows = polars(*tables)
    span = {"after": after, "as_of": as_of}
    for by in ((), ("payer_class",), ("location", "responsible")):
        table = waterfall_table(visits, rows, each=each, by=by, **span).to_pandas()
        money = (table[["opening", *PARTS, "closing"]] * 100).round().astype("int64")
        assert (money["opening"] + money[list(PARTS)].sum(axis=1) == money["closing"]).all()
        by_period = money.groupby(table["to_day"].dt.date).sum()
        for on, period in by_period.iterrows():
            assert period["closing"] == cents_on(rows, on)
        assert by_period["closing"].tolist()[:-1] == by_period["opening"].tolist()[1:]
        assert (by_period["moved"] == 0).all()
        # The parts are the ledger's own sums by kind.
        kinds = {row["kind"]: round(row["amount"] * 100) for row in kind_totals(rows, **span).to_dicts()}
        for part, names in PARTS.items():
            assert money[part].sum() == sum(kinds.get(name, 0) for name in names)


def cents_on(rows, on):
    return sum(round(row["balance"] * 100) for row in balances(rows, as_of=on).to_dicts())


# The sample, against SQL.


def test_the_weekly_roll_of_the_sample_equals_sql_and_a_loop():
    sample = load_sample()
    extras = {name: sample.tables[name] for name in EXTRAS}
    pair = sample.claims, sample.transactions
    found = weekly_roll_table(*pair, as_of="2026-06-30", weeks=2, **extras)
    options = {"clock": "standard", "edges": (30, 60, 90, 120)}
    days = week_ends("2026-06-30", weeks=3)
    wanted = {}
    for first, second in pairwise(days):
        wanted |= crossings(*pair, sample.transactions, first, second, options, extras)
    assert wanted == {
        (row.from_day.date(), row.edge): (row.items, round(row.due * 100), round(row.crossed * 100))
        for row in found.itertuples()
    }
    base = duckdb.connect()
    base.register("claims", sample.claims)
    base.register("transactions", sample.transactions)
    due = base.execute(
        """
        with week as (select unnest(generate_series(date '2026-04-07', date '2026-06-23', interval 7 day))::date d),
        item as (
            select d, claim_id, responsible, sum(round(amount * 100)::bigint) cents
            from week join transactions on posted_date <= d group by all having cents > 0)
        select d, edge, count(*), sum(cents)::bigint
        from item join claims using (claim_id), unnest([30, 60, 90, 120]) as e(edge)
        where date_diff('day', service_date::date, d) between edge - 6 and edge group by all order by all
        """
    ).fetchall()
    table = weekly_roll_table(*pair, as_of="2026-06-30", weeks=12, clock="service")
    assert due == [
        (row.from_day.date(), row.edge, row.items, round(row.due * 100)) for row in table.itertuples()
    ]


def test_thirteen_weeks_of_the_sample_equal_its_aging():
    sample = load_sample()
    for clock in CLOCKS:
        table = movement_of(sample, weekly_balance_table, by="payer", clock=clock)
        days = sorted(table["day"].unique())
        assert len(days) == 13
        for on in days[::6]:
            items = aged_items(sample, as_of=on.date(), clock=clock)
            wanted = aging_table(items, by="payer", buckets=None)[["payer", "bucket", "items", "balance"]]
            assert plain(table.loc[table["day"] == on, list(wanted)]) == plain(wanted)


def test_parts_of_the_sample_by_payer_add_up_to_the_whole():
    sample = load_sample()
    span = {"after": "2026-03-31", "as_of": "2026-06-30"}
    whole = ways(movement_of(sample, roll_table, **span))
    for by in ("payer", "payer_class", "location", "provider", "responsible"):
        parts = defaultdict(int)
        for (_, *way), cents in ways(movement_of(sample, roll_table, by=by, **span), by).items():
            parts[tuple(way)] += cents
        assert dict(parts) == whole, by
    assert round(sum(cents for way, cents in whole.items() if way[1] == "now a credit")) == round(
        credit_items(sample)["amount"].sum() * 100
    )


def test_the_waterfall_of_the_sample_equals_sql():
    sample = load_sample()
    table = movement_of(sample, waterfall_table, after="2025-12-31", each="month", by="payer_class")
    base = duckdb.connect()
    base.register("claims", sample.claims)
    base.register("transactions", sample.transactions)
    found = base.execute(
        """
        select payer_class, if(responsible in ('patient', 'agency'), responsible, 'payer') party,
               last_day(posted_date::date) m,
               sum(round(amount * 100)::bigint) filter (kind = 'charge') c,
               sum(round(amount * 100)::bigint) filter (kind in ('contractual', 'sequestration')) k,
               sum(round(amount * 100)::bigint) filter (kind = 'payer_payment') p
        from transactions join claims using (claim_id)
        where posted_date > date '2025-12-31' group by all order by all
        """
    ).fetchall()
    shown = {
        (row.payer_class, row.party, row.to_day.date()): tuple(
            round(value * 100) for value in (row.charges, row.contractual, row.payer_paid)
        )
        for row in table.itertuples()
    }
    assert len(found) > 50
    for payer_class, party, month, *parts in found:
        assert shown[payer_class, party, month] == tuple(part or 0 for part in parts)


def test_a_past_day_is_told_as_it_was_known_then():
    sample = load_sample()
    on = pd.Timestamp("2026-02-17")
    until = {"transactions": "posted_date", "submissions": "submitted_date", "statements": "sent_date"}
    cut = {
        name: table[table[until[name]] <= on] if name in until else table
        for name, table in sample.tables.items()
    }
    then = Practice("Known then", on.date(), cut)
    for function, options in (
        (roll_table, {"after": "2026-02-10", "by": "payer"}),
        (roll_table, {"after": "2025-11-30", "clock": "responsibility"}),
        (weekly_balance_table, {}),
        (weekly_roll_table, {}),
        (waterfall_table, {"after": "2025-11-30", "each": "month"}),
    ):
        now = movement_of(sample, function, as_of=on.date(), **options)
        pd.testing.assert_frame_equal(now, movement_of(then, function, **options))
        assert len(now) > 8, function


def every_table(tables):
    """Return one result of each function."""
    pair = tables["claims"], tables["transactions"]
    extras = {name: tables[name] for name in EXTRAS}
    span = {"after": "2026-03-31", "as_of": "2026-04-30"}
    return [
        roll_table(*pair, by=["payer"], **span, **extras),
        roll_table(*pair, clock="responsibility", **span, **extras),
        weekly_balance_table(*pair, as_of="2026-04-30", weeks=4, by=["payer_class"], **extras),
        weekly_roll_table(*pair, as_of="2026-04-30", weeks=4, **extras),
        waterfall_table(*pair, each="month", by=["payer"], coverages=tables["coverages"], **span),
    ]


def test_every_engine_says_the_same_and_keeps_its_kind():
    sample = load_sample()
    names = ("claims", "transactions", *EXTRAS)
    frames = {name: sample.tables[name] for name in names}
    wanted = [plain(table) for table in every_table(frames)]
    assert all(len(rows) > 10 for rows in wanted)
    base = duckdb.connect()
    for make in (
        lambda frame: pl.from_pandas(frame),
        lambda frame: pl.from_pandas(frame).lazy(),
        lambda frame: pl.from_pandas(frame).to_arrow(),
        base.from_df,
    ):
        made = {name: make(frame) for name, frame in frames.items()}
        found = every_table(made)
        assert {type(table) for table in found} == {type(made["claims"])}
        assert [plain(table) for table in found] == wanted


def plain(table):
    """Return a result as rows of plain values, dollars as cents and rates in millionths."""
    if isinstance(table, pl.LazyFrame):
        table = table.collect()
    elif isinstance(table, duckdb.DuckDBPyRelation):
        table = table.pl()
    elif not isinstance(table, pl.DataFrame):
        table = pl.from_pandas(table) if isinstance(table, pd.DataFrame) else pl.from_arrow(table)
    kinds = {float: lambda cell: round(cell * 1e6), dt.datetime: lambda cell: cell.date()}
    return [tuple(kinds.get(type(cell), lambda same: same)(cell) for cell in row) for row in table.rows()]


def test_a_company_is_split_by_its_practices():
    sample = load_sample()
    pair = (sample.claims, sample.transactions)
    extras = {name: sample.tables[name] for name in EXTRAS}
    options = {
        roll_table: {"after": "2026-05-31"},
        weekly_balance_table: {"weeks": 3},
        weekly_roll_table: {"weeks": 3},
    }
    for function, more in options.items():
        whole = function(*pair, as_of="2026-06-30", **more, **extras)
        split = function(*pair, as_of="2026-06-30", by="practice_id", **more, **extras)
        assert split["practice_id"].unique().tolist() == ["PR01"]
        pd.testing.assert_frame_equal(split.drop(columns="practice_id"), whole)
        assert len(whole) > 8
