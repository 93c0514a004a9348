"""Where did the dollars of each bucket go: pencil examples, a plain search, SQL, properties, every engine."""

import datetime as dt
from collections import defaultdict

import duckdb
import pandas as pd
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from arlab.aging import aged_items, bucket_labels
from arlab.errors import InputRefused, NotAvailable
from arlab.movement import (
    FIRST_OTHER,
    age_pair,
    credit_movement_table,
    describe_movement,
    movement_roll_table,
    movement_table,
    movement_wide_table,
)
from arlab.tables import Practice, check_table, load_sample

BUCKETS = bucket_labels()
PARTIES = ("payer_1", "payer_2", "patient")


def items(*rows):
    """Return open items from (claim, party, bucket number, dollars[, payer]) tuples."""
    frame = pd.DataFrame(
        [
            ("p", row[0], row[1], row[2], BUCKETS[row[2]], float(row[3]), row[4] if len(row) > 4 else "Alder")
            for row in rows
        ],
        columns=["practice_id", "claim_id", "responsible", "bucket_number", "bucket", "balance", "payer"],
    )
    words = dict.fromkeys(("practice_id", "claim_id", "responsible", "bucket", "payer"), "str")
    return frame.astype({**words, "bucket_number": "Int64", "balance": "float64"})


def credits(*rows):
    frame = pd.DataFrame(
        [("p", claim, party, float(amount)) for claim, party, amount in rows],
        columns=["practice_id", "claim_id", "responsible", "amount"],
    )
    words = dict.fromkeys(("practice_id", "claim_id", "responsible"), "str")
    return frame.astype({**words, "amount": "float64"})


def ways(table, *by):
    """Return {(groups, from, to): cents} of a movement table."""
    return {
        (*(getattr(row, name) for name in by), row.from_bucket, row.to_bucket): round(row.balance * 100)
        for row in table.itertuples(index=False)
    }


def test_each_way_that_dollars_can_take():
    opening = items(
        ("stays", "payer_1", 0, 10),
        ("ages", "payer_1", 0, 20),
        ("falls", "payer_1", 1, 100),
        ("gone", "payer_1", 2, 80),
        ("overpaid", "payer_1", 3, 40),
        ("grows", "payer_1", 4, 160),
    )
    closing = items(
        ("stays", "payer_1", 0, 10),
        ("ages", "payer_1", 1, 20),
        ("falls", "payer_1", 2, 60),
        ("grows", "payer_1", 4, 170),
        ("new", "payer_1", 0, 80),
        ("was owed", "payer_1", 1, 20),
    )
    table = movement_table(
        opening,
        closing,
        opening_credits=credits(("was owed", "payer_1", 40)),
        closing_credits=credits(("overpaid", "payer_1", 20)),
    )
    assert ways(table) == {
        ("0-30", "0-30"): 1000,
        ("0-30", "31-60"): 2000,
        ("31-60", "61-90"): 6000,
        ("31-60", "balance fell"): 4000,
        ("61-90", "no longer open"): 8000,
        ("91-120", "now a credit"): 4000,
        ("over 120", "over 120"): 16000,
        ("balance grew", "over 120"): 1000,
        ("was a credit", "31-60"): 2000,
        ("newly open", "0-30"): 8000,
    }
    assert table["items"].sum() == 10
    assert describe_movement(table) == (
        "Of 410.00 open on the first day, 250.00 (61.0%) is still open, 80.00 of it in an older bucket, and 160.00"
        " is not. 110.00 was added, so that 360.00 is open on the second day."
    )


def test_a_claim_whose_payer_settled_passes_the_rest_to_the_patient():
    table = movement_table(items(("c", "payer_1", 2, 160)), items(("c", "patient", 0, 40)))
    assert ways(table) == {("61-90", "0-30"): 4000, ("61-90", "balance fell"): 12000}


def test_without_credits_an_overpaid_claim_is_no_longer_open():
    table = movement_table(items(("c", "payer_1", 2, 160)), items())
    assert ways(table) == {("61-90", "no longer open"): 16000}


def test_a_claim_in_several_buckets_is_followed_from_its_oldest_dollars():
    opening = items(("c", "payer_1", 3, 40), ("c", "payer_1", 1, 20))
    closing = items(("c", "payer_1", 4, 40), ("c", "payer_1", 2, 10))
    assert ways(movement_table(opening, closing)) == {
        ("91-120", "over 120"): 4000,
        ("31-60", "61-90"): 1000,
        ("31-60", "balance fell"): 1000,
    }


def test_by_payer_each_side_ties_out_where_a_claim_changed_its_payer():
    opening = items(("a", "payer_1", 0, 80, "Alder"), ("b", "payer_1", 0, 20, "Birch"))
    closing = items(("a", "payer_1", 1, 80, "Birch"), ("b", "payer_1", 1, 10, "Birch"))
    table = movement_table(opening, closing, by="payer")
    assert ways(table, "payer") == {
        ("Alder", "0-30", "to another group"): 8000,
        ("Birch", "0-30", "31-60"): 1000,
        ("Birch", "0-30", "balance fell"): 1000,
        ("Birch", "from another group", "31-60"): 8000,
    }
    roll = movement_roll_table(table, by="payer").set_index("payer")
    assert roll.loc["Birch", ["opening", "from another group", "balance fell", "closing"]].tolist() == [
        20,
        80,
        -10,
        90,
    ]
    assert roll.loc["Alder", ["opening", "to another group", "closing"]].tolist() == [80, -80, 0]
    assert roll.loc["Birch", "in an older bucket"] == 10


def test_the_wide_table_shows_opening_beside_and_closing_below():
    opening, closing = items(("a", "payer_1", 0, 80), ("b", "payer_1", 4, 20)), items(("a", "payer_1", 1, 40))
    wide = movement_wide_table(movement_table(opening, closing)).set_index("from")
    assert wide.loc["0-30", ["31-60", "balance fell", "total"]].tolist() == [40, 40, 80]
    assert wide.loc["over 120", "total"] == 20
    assert wide.loc["total", list(BUCKETS)].tolist() == [0, 40, 0, 0, 0]
    assert list(wide.index) == [*BUCKETS, "balance grew", "was a credit", "newly open", "total"]


def test_nothing_on_either_side():
    table = movement_table(items(), items())
    assert table.empty
    assert describe_movement(table).startswith("Nothing was open on the first day. 0.00 was added")
    assert movement_wide_table(table).drop(columns="from").to_numpy().sum() == 0
    assert credit_movement_table(credits(), credits()).empty


def test_a_column_that_only_one_side_has_is_refused():
    with pytest.raises(InputRefused, match="cannot split by 'payer': closing has no such column"):
        movement_table(items(("a", "payer_1", 0, 10)), items().drop(columns="payer"), by="payer")


def test_credits_kept_changed_gone_and_new():
    before = credits(("a", "payer_1", 40), ("b", "payer_1", 80), ("c", "payer_1", 10))
    after = credits(("a", "payer_1", 10), ("c", "payer_1", 30), ("d", "patient", 160))
    table = credit_movement_table(before, after)
    assert dict(zip(table["part"], table["amount"], strict=True)) == {
        "kept": 20,
        "fell": 30,
        "gone": 80,
        "grew": 20,
        "new": 160,
    }


# A second way to compute it: claim by claim, cent by cent.
def searched(opening, closing, owed_before, owed_after):
    found = defaultdict(int)
    labels = {claim for claim, *_ in opening} | {claim for claim, *_ in closing}
    for claim in labels:
        before = [row for row in opening if row[0] == claim]
        after = [row for row in closing if row[0] == claim]
        left, right = [], []
        for party in PARTIES:
            one = sorted((row for row in before if row[1] == party), key=lambda row: -row[2])
            other = sorted((row for row in after if row[1] == party), key=lambda row: -row[2])
            for place in range(max(len(one), len(other))):
                have = one[place][3] * 100 if place < len(one) else 0
                get = other[place][3] * 100 if place < len(other) else 0
                for cent in range(max(have, get)):
                    if cent < min(have, get):
                        found[BUCKETS[one[place][2]], BUCKETS[other[place][2]]] += 1
                    elif cent < have:
                        left.append((party, place, BUCKETS[one[place][2]]))
                    else:
                        right.append((party, place, BUCKETS[other[place][2]]))
        # The library takes parties in the order of their names.
        left.sort(key=lambda cent: cent[:2])
        right.sort(key=lambda cent: cent[:2])
        for one, other in zip(left, right, strict=False):
            found[one[2], other[2]] += 1
        for _, _, bucket in left[len(right) :]:
            way = "balance fell" if after else "now a credit" if claim in owed_after else "no longer open"
            found[bucket, way] += 1
        for _, _, bucket in right[len(left) :]:
            way = "balance grew" if before else "was a credit" if claim in owed_before else "newly open"
            found[way, bucket] += 1
    return dict(found)


rows_of_a_day = st.lists(
    st.tuples(
        st.sampled_from("abcdefghij"),
        st.sampled_from(PARTIES),
        st.integers(0, 4),
        st.sampled_from([0, 1, 2, 4, 8]),
        st.sampled_from(["Alder", "Birch"]),
    ),
    max_size=40,
    unique_by=lambda row: row[:3],
)
owed = st.sets(st.sampled_from("abcdefghij"))


@settings(max_examples=10)
@given(rows_of_a_day, rows_of_a_day, owed, owed)
def test_it_equals_a_search_cent_by_cent_and_ties_out(opening, closing, owed_before, owed_after):
    sides = items(*opening), items(*closing)
    owing = [
        credits(*((claim, "payer_1", 10) for claim in sorted(names))) for names in (owed_before, owed_after)
    ]
    table = movement_table(*sides, opening_credits=owing[0], closing_credits=owing[1])
    wanted = searched([r for r in opening if r[3]], [r for r in closing if r[3]], owed_before, owed_after)
    assert ways(table) == wanted
    by_payer = movement_table(*sides, opening_credits=owing[0], closing_credits=owing[1], by=["payer"])
    for moved, keys in ((table, []), (by_payer, ["payer"])):
        for side, frame in (("from", sides[0]), ("to", sides[1])):
            inside = moved[moved[f"{side}_number"] < FIRST_OTHER]
            shown = inside.groupby([*keys, f"{side}_bucket"])["balance"].sum() * 100
            given_ = frame[frame["balance"] > 0].groupby([*keys, "bucket"])["balance"].sum() * 100
            assert shown.round().astype(int).to_dict() == given_.round().astype(int).to_dict()
    roll = movement_roll_table(by_payer, by="payer")
    changes = roll.drop(columns=["payer", "opening", "closing", "in an older bucket"]).sum(axis=1)
    assert (roll["opening"] + changes - roll["closing"]).abs().max() < 0.005 or roll.empty


def month_ends(first, second, **options):
    """Return the sample's open items and credits of two days, as two snapshots of it would hold them."""
    sample = load_sample()
    from arlab.aging import credit_items

    return [
        (aged_items(sample, as_of=day, **options), credit_items(sample, as_of=day)) for day in (first, second)
    ]


def test_the_sample_month_equals_sql():
    (before, owed_before), (after, owed_after) = month_ends("2026-03-31", "2026-04-30")
    table = movement_table(before, after, opening_credits=owed_before, closing_credits=owed_after)
    base = duckdb.connect()
    for name, frame in (("o", before), ("c", after), ("oc", owed_before), ("cc", owed_after)):
        base.register(name, frame)
    # One item per claim and party, so that a join and two sums per claim say the same in another way.
    wanted = base.execute(
        """
        with party as (
            select claim_id, responsible, o.bucket ob, c.bucket cb,
                   coalesce(round(o.balance * 100), 0)::bigint b, coalesce(round(c.balance * 100), 0)::bigint a
            from o full join c using (claim_id, responsible)),
        claim as (
            select claim_id, sum(b) b, sum(a) a, sum(b - least(a, b)) rb, sum(a - least(a, b)) ra
            from party group by all),
        said as (
            select sum(least(a, b)) from party
            union all select sum(least(rb, ra)) from claim
            union all select sum(rb - least(rb, ra)) from claim where a > 0
            union all select sum(rb) from claim where a = 0 and claim_id in (select claim_id from cc)
            union all select sum(rb) from claim where a = 0 and claim_id not in (select claim_id from cc)
            union all select sum(ra - least(rb, ra)) from claim where b > 0
            union all select sum(ra) from claim where b = 0 and claim_id in (select claim_id from oc)
            union all select sum(ra) from claim where b = 0 and claim_id not in (select claim_id from oc))
        select * from said
        """
    ).fetchall()
    same, passed, fell, credit, gone, grew, was, new = (int(row[0] or 0) for row in wanted)
    sums = table.assign(cents=(table["balance"] * 100).round().astype(int))
    inside = (sums["from_number"] < FIRST_OTHER) & (sums["to_number"] < FIRST_OTHER)
    assert sums["cents"][inside].sum() == same + passed
    assert passed > 0 and credit > 0
    by_end = sums.groupby("to_bucket")["cents"].sum()
    by_start = sums.groupby("from_bucket")["cents"].sum()
    assert [by_end[name] for name in ("balance fell", "now a credit", "no longer open")] == [
        fell,
        credit,
        gone,
    ]
    assert [by_start.get(name, 0) for name in ("balance grew", "was a credit", "newly open")] == [
        grew,
        was,
        new,
    ]
    kept = base.execute(
        """
        select o.bucket, c.bucket, sum(least(round(o.balance * 100), round(c.balance * 100))::bigint)
        from o join c using (claim_id, responsible) group by all
        """
    ).fetchall()
    cells = ways(table)
    assert all(cells[start, end] >= cents for start, end, cents in kept)
    assert sum(cents for *_, cents in kept) == same


def test_every_engine_says_the_same_and_keeps_its_kind():
    (before, owed_before), (after, owed_after) = month_ends("2026-05-31", "2026-06-30", clock="service")
    frames = [before, after, owed_before, owed_after]
    wanted = movement_table(*frames[:2], opening_credits=frames[2], closing_credits=frames[3], by=["payer"])
    eager = [pl.from_pandas(frame) for frame in frames]
    base = duckdb.connect()
    for given_ in (eager, [frame.lazy() for frame in eager], [frame.to_arrow() for frame in eager],
                   [base.from_df(frame) for frame in frames]):  # fmt: skip
        found = movement_table(
            *given_[:2], opening_credits=given_[2], closing_credits=given_[3], by=["payer"]
        )
        assert type(found) is type(given_[0])
        plain = found.collect() if isinstance(found, pl.LazyFrame) else found
        if isinstance(plain, duckdb.DuckDBPyRelation):
            plain = plain.df()
        elif not isinstance(plain, pd.DataFrame):
            plain = plain.to_pandas()
        plain = plain.assign(balance=plain["balance"].round(2)).astype(object)
        assert plain.to_numpy().tolist() == wanted.astype(object).to_numpy().tolist()
    assert len(wanted) > 30


def snapshot(day, *rows, **more):
    """Return a practice that knows one day, from (claim, day of service, dollars) tuples."""
    frame = pd.DataFrame(
        {
            "practice_id": "p",
            "as_of": pd.Timestamp(day),
            "claim_id": [row[0] for row in rows],
            "responsible": "payer_1",
            "balance": [float(row[2]) for row in rows],
            **more,
        }
    )
    if "bucket" not in more:
        frame["service_date"] = pd.to_datetime([row[1] for row in rows])
    return Practice(day, dt.date.fromisoformat(day), {"open_items": check_table(frame, "open_items")})


def test_rows_without_a_claim_number_are_never_found_again():
    june = snapshot("2026-06-30", ("row 2", "2026-06-01", 10), ("C7", "2026-06-01", 20))
    july = snapshot("2026-07-31", ("row 2", "2026-06-01", 40), ("C7", "2026-06-01", 20))
    pair = age_pair(june, july)
    assert (pair.unnumbered_items, pair.unnumbered_balance) == (2, 50.0)
    assert (pair.claims_before, pair.claims_after, pair.claims_in_both) == (1, 1, 1)
    assert pair.clock == "service"
    assert ways(movement_table(pair.opening, pair.closing)) == {
        ("0-30", "31-60"): 2000,
        ("0-30", "no longer open"): 1000,
        ("newly open", "31-60"): 4000,
    }


def test_buckets_of_the_file_are_followed_under_the_claim_number():
    june = snapshot(
        "2026-06-30",
        ("C1, 0-30", "", 10),
        ("C1, 31-60", "", 20),
        bucket=["0-30", "31-60"],
        bucket_number=[0, 1],
    )
    july = snapshot("2026-07-31", ("C1", "", 20), bucket=["61 to 90 days"], bucket_number=[0])
    pair = age_pair(june, july)
    assert pair.clock == "as in the file"
    assert pair.buckets == ("0-30", "31-60", "61 to 90 days")
    assert ways(movement_table(pair.opening, pair.closing)) == {
        ("31-60", "61 to 90 days"): 2000,
        ("0-30", "balance fell"): 1000,
    }


def test_two_ways_of_aging_are_refused_in_one_sentence():
    june = snapshot("2026-06-30", ("C1", "2026-06-01", 10))
    july = snapshot("2026-07-31", ("C1", "", 10), bucket=["0-30"], bucket_number=[0])
    with pytest.raises(
        NotAvailable, match="aged by 'service' on 2026-06-30 and by 'as in the file' on 2026-07-31"
    ):
        age_pair(june, july)
    cut = snapshot("2026-08-31", ("C1", "", 10), bucket=["0-60"], bucket_number=[0])
    with pytest.raises(NotAvailable, match="cut across each other"):
        age_pair(july, cut)
