"""The slow-payer alarm with a pencil, by a plain loop, on every engine, and what must always hold."""

from __future__ import annotations

import dataclasses
import datetime as dt
import functools
import math
from collections import defaultdict

import duckdb
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from arlab.errors import SettingsError
from arlab.movement import (
    AlarmRule,
    describe_slow_payers,
    resolution_table,
    score_weeks,
    slow_payer_series,
    slow_payer_table,
    waiting_claims,
)
from arlab.synth import PRESETS, make_practice
from arlab.tables import empty_table, load_sample
from engine_tables import in_engine, rows_of
from ledgers import claims, ledger, submissions

MONDAY = dt.date(2025, 1, 6)
RULE = AlarmRule()


def monday(week):
    return MONDAY + dt.timedelta(days=7 * week)


def resolutions(*rows, payer="Alder Health", practice="p"):
    """Return resolutions from (first day, days until the answer or None, claims) tuples, 10 dollars a claim."""
    frame = pd.DataFrame(
        [
            (
                practice,
                payer,
                start,
                None if wait is None else start + dt.timedelta(days=wait),
                count,
                10.0 * count,
            )
            for start, wait, count in rows
        ],
        columns=["practice_id", "payer", "started_date", "resolved_date", "claims", "charge"],
    )
    for name in ("started_date", "resolved_date"):
        frame[name] = pd.to_datetime(frame[name]).astype("datetime64[us]")
    return frame.astype({"practice_id": "str", "payer": "str", "claims": "Int64"})


def known_on(rows, day):
    """Return resolutions as known on a day."""
    known = rows[rows["started_date"] <= pd.Timestamp(day)].copy()
    known.loc[known["resolved_date"] > pd.Timestamp(day), "resolved_date"] = pd.NaT
    return known


def steady(weeks, count=10, slow_from=None):
    """Return a payer that answers half of each Monday's claims on the Saturday and the rest a week later.

    From the week ``slow_from`` on nothing is answered in its first week, and half in the second and third.
    """
    rows = []
    for week in range(weeks):
        late = slow_from is not None and week >= slow_from
        rows += [
            (monday(week), 12 if late else 5, count // 2),
            (monday(week), 19 if late else 12, count // 2),
        ]
    return rows


def row_of(series, week, payer="Alder Health"):
    found = series[
        (series["payer"] == payer)
        & (series["week_ending"] == pd.Timestamp(monday(week + 1)) - pd.Timedelta(days=1))
    ]
    return found.iloc[0]


# ---- with a pencil


def test_what_is_expected_and_how_it_adds_up():
    # Ten claims a Monday, five answered on the Saturday, five a week later: each week 10 answers. In week 30 the
    # payer answers none of that Monday's ten, five of the Monday's before.
    weeks = 31
    sunday = monday(weeks) - dt.timedelta(days=1)
    series = score_weeks(
        known_on(resolutions(*steady(40, slow_from=30)), sunday), as_of=sunday, posting_days=0
    )
    assert len(series) == weeks
    usual = row_of(series, 29)
    assert (usual["waiting"], usual["resolved"], usual["expected"], usual["score"]) == (15, 10, 10.0, 0.0)
    # The first judged week is number 17: 13 weeks known, and 4 between. In week 30, weeks 17 to 25 are known.
    spread = 1.2 * 8 / (8 + 9)
    row = row_of(series, 30)
    assert (row["waiting"], row["resolved"], row["expected"]) == (15, 5, 10.0)
    assert row["high"] == pytest.approx(10 + 3 * math.sqrt(spread * 10))
    step = (10 * 0.35 + 5 * math.log(0.65)) / spread
    assert row["score"] == pytest.approx(min(step, RULE.limit * RULE.most_a_day))
    assert row["claims_delayed"] == pytest.approx(5) and row["dollars_delayed"] == pytest.approx(50)
    assert row["slow_since"] == pd.Timestamp(monday(30)) + pd.Timedelta(
        days=5
    )  # the Saturday without answers
    assert not row["alarm"]


def test_claims_that_are_late_are_counted_once():
    # Two weeks on: Monday 30's ten: usual pace all answered, five are. Monday 31's: five usual, none. Late: 5 + 5.
    rows = known_on(resolutions(*steady(40, slow_from=30)), monday(33))
    series = score_weeks(rows, as_of=monday(33), posting_days=0)
    assert [round(row_of(series, week)["claims_delayed"]) for week in (30, 31, 32)] == [5, 10, 10]


def test_the_alarm_names_payer_days_claims_and_dollars():
    rows = known_on(resolutions(*steady(44, count=40, slow_from=30)), monday(44))
    series = score_weeks(rows, as_of=monday(44), posting_days=0)
    alarms = slow_payer_table(series)
    assert len(alarms) == 1
    alarm = alarms.iloc[0]
    assert alarm["payer"] == "Alder Health"
    assert alarm["slow_since"] == pd.Timestamp(monday(30)) + pd.Timedelta(days=5)
    assert alarm["alarm_date"] == pd.Timestamp(monday(31)) + pd.Timedelta(days=5)
    assert alarm["claims_delayed"] == pytest.approx(40) and alarm["dollars_delayed"] == pytest.approx(400)
    words = describe_slow_payers(alarms, as_of=monday(44))
    if alarm["on"]:
        assert "Alder Health" in words and "2025-08-09" in words
    else:
        assert words == f"No payer answers more slowly than it used to on {monday(44)}."


def visit(claim, payer="Alder Health", **more):
    return (claim, "2026-01-02", {"charge": 80.0, "first_payer": payer, **more})


def paid(claim, day, effective=None):
    return (claim, day, "payer_payment", "payer_1", -80.0, {"effective_date": effective or day})


def test_who_waits_since_when():
    found = waiting_claims(
        claims(*map(visit, ("c1", "c2", "c3", "c4", "c5")), visit("c6", payer_class="self_pay")),
        ledger(
            paid("c1", "2026-01-20", "2026-01-16"),
            ("c2", "2026-01-22", "denial", "payer_1", 0, {"carc": "18", "memo_amount": 80.0}),
            ("c3", "2026-02-02", "denial", "payer_1", 0, {"carc": "16", "memo_amount": 80.0}),
            ("c3", "2026-03-02", "payer_payment", "payer_1", -80.0),
            ("c4", "2026-01-22", "patient_payment", "patient", -80.0),
        ),
        submissions(
            ("c1", 1, "2026-01-05", "2026-01-07"),
            ("c2", 1, "2026-01-05", "2026-01-07"),
            ("c3", 1, "2026-01-05", None),
            ("c3", 1, "2026-01-12", "2026-01-13"),  # the first never arrived
            ("c4", 1, "2026-01-05", None),
            ("c5", 2, "2026-01-05", "2026-01-06"),  # the second payer's
            ("c6", 1, "2026-01-05", "2026-01-06"),
        ),
        as_of="2026-02-28",
    )
    dates = ["claim_id", "started_date", "adjudicated_date", "answered_date"]
    assert found[dates].astype(str).fillna("NaT").values.tolist() == [
        ["c1", "2026-01-07", "2026-01-16", "2026-01-20"],
        ["c2", "2026-01-07", "NaT", "NaT"],  # the denial of a copy is no answer
        ["c3", "2026-01-13", "2026-02-02", "2026-02-02"],
    ]


def test_without_any_acceptance_the_sending_begins_the_wait():
    found = waiting_claims(
        claims(visit("c1")), ledger(paid("c1", "2026-01-20")), submissions(("c1", 1, "2026-01-05", None)),
        as_of="2026-02-28",
    )  # fmt: skip
    assert found["started_date"].tolist() == [pd.Timestamp("2026-01-05")]


def test_an_answer_before_the_acceptance_shows_no_wait():
    waiting = pd.DataFrame(
        {
            "practice_id": "p",
            "payer": "Alder Health",
            "started_date": pd.to_datetime(["2026-02-10"]),
            "adjudicated_date": pd.to_datetime(["2026-01-12"]),
            "answered_date": pd.to_datetime(["2026-01-13"]),
            "charge": [10.0],
        }
    )
    assert not len(resolution_table(waiting, as_of="2026-02-28"))


# ---- what must not raise an alarm, and what must


def alarms_of(*frames, until):
    rows = pd.concat([known_on(frame, until) for frame in frames], ignore_index=True)
    return slow_payer_table(score_weeks(rows, as_of=until, posting_days=0))


def test_a_steady_payer_is_never_named():
    assert not len(alarms_of(resolutions(*steady(104, count=200)), until=monday(100)))


def test_one_lost_remittance_is_no_slow_payer_and_a_payer_that_stops_is_one():
    rows = steady(60, count=60)
    lost = [
        (
            start,
            wait + 21 if start + dt.timedelta(days=wait) == monday(40) + dt.timedelta(days=5) else wait,
            count,
        )
        for start, wait, count in rows
    ]
    assert not len(alarms_of(resolutions(*lost), until=monday(60)))
    stopped = [
        (start, None if start + dt.timedelta(days=wait) >= monday(40) else wait, count)
        for start, wait, count in rows
    ]
    found = alarms_of(resolutions(*stopped), until=monday(50))
    assert found["payer"].tolist() == ["Alder Health"] and found["on"].tolist() == [True]
    assert "2025" in describe_slow_payers(found)


def test_a_week_in_which_nobody_posts_is_no_payers_fault():
    def idle(rows):
        closed = (monday(40), monday(41))
        return [(s, w + 7 if closed[0] <= s + dt.timedelta(days=w) < closed[1] else w, n) for s, w, n in rows]

    frames = [resolutions(*idle(steady(60, count=60)), payer=f"Payer {n}") for n in range(5)]
    assert not len(alarms_of(*frames, until=monday(60)))


def test_a_payer_that_slows_twice_is_named_twice():
    rows = []
    for week in range(100):
        late = 7 if 30 <= week < 36 or 70 <= week < 76 else 0
        rows += [(monday(week), 5 + late, 30), (monday(week), 12 + late, 30)]
    found = alarms_of(resolutions(*rows), until=monday(99))
    assert len(found) == 2 and not found["on"].any()
    assert found["alarm_date"].is_monotonic_decreasing
    assert describe_slow_payers(found).startswith("No payer")


def test_few_claims_raise_no_alarm():
    rows = [(monday(week), 5 if week < 40 else None, 1) for week in range(46)]
    assert not len(alarms_of(resolutions(*rows), until=monday(46)))


# ---- by a plain loop


def cell(age):
    return age if age < 28 else 28 + (age - 28) // 7


def passed_over(mine):
    """Return {first day: day from which its claims are passed over}."""
    found = {}
    for start in {row["started"] for row in mine}:
        later = sorted(
            row["resolved"] or dt.date.max - dt.timedelta(days=1)
            for row in mine
            for _ in range(row["claims"])
            if 0 < (row["started"] - start).days <= 7
        )
        if len(later) < 4:
            found[start] = dt.date.max
        else:
            found[start] = max(later[len(later) // 2], start + dt.timedelta(days=7)) + dt.timedelta(days=1)
    return found


def paces(mine, monday, days, weeks, *, front):
    """Return {(day, age): (waiting, answered)} and {(week, weekday, cell): share} of one payer."""
    cells, sums = defaultdict(lambda: [0, 0]), defaultdict(lambda: [0, 0])
    passed = passed_over(mine)
    for row in mine:
        for age in range(98):
            day = row["started"] + dt.timedelta(days=age)
            place = (day - monday).days
            over = row["resolved"] is not None and row["resolved"] < day
            if place >= days or over or (front and day >= passed[row["started"]]):
                break
            for counts in (cells[place, age], sums[place // 7, place % 7, cell(age)]):
                counts[0] += row["claims"]
                counts[1] += row["claims"] * (row["resolved"] == day)
    first = (min(row["started"] for row in mine) - monday).days // 7
    known = [min(max(k - 4 - first, 0), 52) for k in range(weeks)]
    share = {}
    for k in range(weeks):
        for weekday, c in {key[1:] for key in sums} if known[k] >= 13 else ():
            parts = [
                sums[j, weekday, c] for j in range(max(k - 56, 0), max(k - 4, 0)) if (j, weekday, c) in sums
            ]
            if sum(n for n, _ in parts) >= 5:
                share[k, weekday, c] = sum(r for _, r in parts) / sum(n for n, _ in parts)
    return cells, share, known


def excuse(of, others, place, kept):
    given = sum(of[other][0].get(day, 0) for other in others for day in place)
    usual = sum(of[other][1].get(day, 0) for other in others for day in place)
    return min((given + kept) / (usual + kept), 1)


def loop_weeks(rows, as_of, rule, posting_days):
    """Return {(payer, last day): facts}: the whole of it claim by claim, day by day, of one practice."""
    first = min(row["started"] for row in rows)
    monday = first - dt.timedelta(days=first.weekday())
    days = (as_of - monday).days + 1
    weeks = -(-days // 7)
    payers = {name: [row for row in rows if row["payer"] == name] for name in {row["payer"] for row in rows}}
    front = {name: paces(mine, monday, days, weeks, front=True) for name, mine in payers.items()}

    def share_of(table, day, age):
        return table.get((day // 7, day % 7, cell(age)))

    plain, kept = {}, {}
    for name, (cells, share, _) in front.items():
        given, usual = defaultdict(float), defaultdict(float)
        for (day, age), (waiting, answered) in cells.items():
            if share_of(share, day, age) is not None:
                given[day] += answered
                usual[day] += waiting * share_of(share, day, age)
        plain[name] = given, usual
    for name, (cells, share, _) in front.items():
        others = [other for other in payers if other != name]
        given, usual, aside, row, lost_in_week = plain[name][0], defaultdict(float), {}, 0, 0
        for day in range(days):
            lost_in_week = 0 if day % 7 == 0 else lost_in_week
            part = excuse(plain, others, [day], 4)
            part = part if part < 0.5 else 1
            now, aside_now = {}, {}
            for age in range(98):
                share_here = share_of(share, day, age)
                waiting = cells[day, age][0] if (day, age) in cells and share_here is not None else 0
                aside_now[age] = min(aside.get(age - 1, 0), waiting)
                now[age] = (waiting - aside_now[age]) * (share_here or 0) * part
            aside, expected = aside_now, sum(now.values())
            if expected >= 6:
                row = row + 1 if given[day] == 0 else 0
                if given[day] == 0 and row <= 2 and lost_in_week < 1:
                    aside, lost_in_week, expected = {age: aside[age] + now[age] for age in now}, 1, 0.0
            usual[day] = expected
        kept[name] = given, usual
    found = {}
    for name, mine in payers.items():
        others = [other for other in payers if other != name]
        factor = [excuse(kept, others, range(max(day - 6, 0), day + 1), 20) for day in range(days)]
        given = kept[name][0]
        usual = [kept[name][1][day] * factor[day] for day in range(days)]
        known = front[name][2]
        offs, score, run, raised = [], 0.0, None, None
        every = paces(mine, monday, days, weeks, front=False)
        dollars = claims = 0.0
        for k in range(weeks):
            inside = range(7 * k, min(7 * k + 7, days))
            past = [off for off in offs[: max(k - 4, 0)] if off is not None]
            spread = (1.2 * 8 + sum(past)) / (8 + len(past))
            resolved, expected = sum(given[day] for day in inside), sum(usual[day] for day in inside)
            offs.append(min((resolved - expected) ** 2 / expected, 9) if expected >= 1 else None)
            shown = None
            for day in inside:
                step = (usual[day] * (1 - rule.slowed) + given[day] * math.log(rule.slowed)) / spread
                score = min(score + min(step, rule.most_a_day * rule.limit), 2 * rule.limit)
                if score <= 0:
                    score, run, raised = 0.0, None, None
                    continue
                run = day if run is None else run
                if raised is None and score >= rule.limit:
                    late = loop_late(mine, every, factor, run, day, monday)
                    raised = day if late >= rule.least_claims else None
                shown = raised if raised is not None else shown
            late = 0.0 if run is None else loop_late(mine, every, factor, run, inside[-1], monday)
            for row in mine:
                if (row["started"] - monday).days // 7 == k:
                    dollars, claims = dollars + row["charge"], claims + row["claims"]
            found[name, monday + dt.timedelta(days=inside[-1])] = {
                "known": known[k], "resolved": resolved, "expected": expected, "score": score, "late": late,
                "dollars": late * dollars / claims if claims else 0.0,
                "since": None if run is None else monday + dt.timedelta(days=run - posting_days),
                "raised": None if shown is None else monday + dt.timedelta(days=shown),
            }  # fmt: skip
    return found


def loop_late(mine, every, factor, run, until, monday):
    """Return how many claims still wait that the usual pace would have answered since the run began."""
    _, share, _ = every
    late, passed = 0.0, passed_over(mine)
    for row in mine:
        if passed[row["started"]] <= monday + dt.timedelta(days=run):
            continue
        stays, done = None, False
        for day in range(run, until + 1):
            date = monday + dt.timedelta(days=day)
            age = (date - row["started"]).days
            if age < 0:
                continue
            if age >= 98:
                stays = None
                break
            usual = share.get((day // 7, day % 7, cell(age)), 0.0)
            answered = row["resolved"] is not None and row["resolved"] <= date
            if stays is None and answered and row["resolved"] < date:
                break
            stays = (1.0 if stays is None else stays) * (1 - usual * factor[day])
            done = answered
        if stays is not None:
            late += row["claims"] * ((0 if done else 1) - stays)
    return max(late, 0.0)


def compare_with_loop(rows, as_of, posting_days, *, least_alarms):
    series = score_weeks(rows, as_of=as_of, posting_days=posting_days)
    plain_rows = [
        {
            "payer": row.payer,
            "started": row.started_date.date(),
            "resolved": None if pd.isna(row.resolved_date) else row.resolved_date.date(),
            "claims": int(row.claims),
            "charge": row.charge,
        }
        for row in rows.itertuples()
    ]
    expected = loop_weeks(plain_rows, as_of, RULE, posting_days)
    assert len(series)
    for row in series.itertuples():
        fact = expected[row.payer, row.week_ending.date()]
        where = (row.payer, row.week_ending)
        assert (row.why_not == "") == (fact["known"] >= 13), where
        if row.why_not:
            continue
        assert row.resolved == fact["resolved"], where
        assert row.expected == pytest.approx(fact["expected"], abs=1e-9), where
        assert row.score == pytest.approx(fact["score"], abs=1e-9), where
        assert row.claims_delayed == pytest.approx(fact["late"], abs=1e-8), where
        assert row.dollars_delayed == pytest.approx(fact["dollars"], abs=0.006), where
        assert (None if pd.isna(row.slow_since) else row.slow_since.date()) == fact["since"], where
        assert (None if pd.isna(row.alarm_date) else row.alarm_date.date()) == fact["raised"], where
    assert int(series["alarm"].sum()) >= least_alarms


@functools.cache
def sample_waits():
    sample = load_sample()
    return waiting_claims(sample.claims, sample.transactions, sample.submissions, as_of=sample.as_of)


def test_a_plain_loop_agrees_on_the_sample():
    rows = resolution_table(sample_waits(), as_of="2025-09-30")
    compare_with_loop(rows, dt.date(2025, 9, 30), 6, least_alarms=0)


def test_a_plain_loop_agrees_when_payers_slow():
    slow = resolutions(*steady(44, count=40, slow_from=30), payer="Slow")
    rows = pd.concat([slow, resolutions(*steady(44, count=8), payer="Steady")], ignore_index=True)
    compare_with_loop(known_on(rows, monday(40)), monday(40), 0, least_alarms=1)


# ---- what must always hold


@st.composite
def histories(draw):
    """Draw resolutions of one to three payers over up to forty weeks."""
    frames = []
    for name in "ABC"[: draw(st.integers(1, 3))]:
        seed, weeks = draw(st.integers(0, 10_000)), draw(st.integers(1, 40))
        rng = np.random.default_rng(seed)
        usual, change = draw(st.integers(1, 25)), draw(st.integers(0, 40))
        rows = []
        for day in range(0, weeks * 7, draw(st.integers(1, 7))):
            wait = int(rng.integers(0, usual + 1)) * (3 if day > change * 7 else 1)
            rows.append(
                (
                    MONDAY + dt.timedelta(days=day),
                    wait if rng.random() < 0.95 else None,
                    int(rng.integers(1, 30)),
                )
            )
        frames.append(resolutions(*rows, payer=f"Payer {name}"))
    return pd.concat(frames, ignore_index=True)


def compare_whole_weeks(then, now, day):
    over = [part[part["week_ending"].dt.day_of_week == 6].reset_index(drop=True) for part in (then, now)]
    past = over[1][over[1]["week_ending"] <= pd.Timestamp(day)].reset_index(drop=True)
    pd.testing.assert_frame_equal(over[0], past, rtol=1e-9, atol=1e-9)


@given(histories(), st.integers(1, 300))
@settings(max_examples=10)
def test_a_past_week_never_changes(rows, after):
    day, last = MONDAY + dt.timedelta(days=after), MONDAY + dt.timedelta(days=400)
    then = score_weeks(known_on(rows, day), as_of=day)
    now = score_weeks(known_on(rows, last), as_of=last)
    compare_whole_weeks(then, now, day)


@given(histories())
@settings(max_examples=10)
def test_names_do_not_matter_and_nothing_comes_before_the_data(rows):
    last = MONDAY + dt.timedelta(days=400)
    series = score_weeks(known_on(rows, last), as_of=last)
    swapped = {"Payer A": "Payer Z", "Payer B": "Payer M", "Payer C": "Payer A"}
    other = score_weeks(known_on(rows.assign(payer=rows["payer"].map(swapped)), last), as_of=last)
    back = other.assign(payer=other["payer"].map({new: old for old, new in swapped.items()}))
    back = back.sort_values(["practice_id", "payer", "week_ending"], ignore_index=True)
    pd.testing.assert_frame_equal(series, back.astype(series.dtypes.to_dict()), rtol=1e-9, atol=1e-9)
    alarms = slow_payer_table(series)
    assert (alarms["alarm_date"] > pd.Timestamp(MONDAY)).all()
    for alarm in alarms.itertuples():
        started = rows.loc[rows["payer"] == alarm.payer, "started_date"].min()
        assert started - pd.Timedelta(days=6) <= alarm.slow_since <= alarm.alarm_date
    judged = series[series["why_not"] == ""]
    assert (judged["score"] >= 0).all() and (judged["low"] <= judged["expected"]).all()


@given(histories())
@settings(max_examples=6)
def test_other_practices_do_not_matter(rows):
    last = MONDAY + dt.timedelta(days=400)
    alone = score_weeks(known_on(rows, last), as_of=last)
    stopped = resolutions(*[(monday(week), None, 50) for week in range(50)], practice="q")
    both = score_weeks(pd.concat([known_on(rows, last), stopped], ignore_index=True), as_of=last)
    mine = both[both["practice_id"] == "p"].reset_index(drop=True)
    pd.testing.assert_frame_equal(alone, mine, rtol=1e-9, atol=1e-9)


def test_a_past_day_of_a_practice_is_that_days():
    scenario = dataclasses.replace(PRESETS["payer_slows"], claims_per_year=6_000, months=15)
    practice = make_practice(scenario, seed=3)
    tables = (practice.claims, practice.transactions, practice.submissions)
    now = slow_payer_series(*tables, as_of=practice.as_of)
    assert now["alarm"].any()
    for text in ("2025-09-17", "2025-12-31"):
        day = pd.Timestamp(text)
        known = (
            practice.claims[practice.claims["charge_entry_date"] <= day],
            practice.transactions[practice.transactions["posted_date"] <= day],
            practice.submissions[practice.submissions["submitted_date"] <= day],
        )
        then = slow_payer_series(*known, as_of=text)
        compare_whole_weeks(then, now, day)


# ---- engines


@pytest.mark.parametrize("kind", ["arrow", "polars", "polars lazy", "duckdb"])
def test_every_engine_gives_the_same_tables(kind):
    sample = load_sample()
    expected = rows_of(sample_waits()), rows_of(resolution_table(sample_waits(), as_of="2025-12-31"))
    with duckdb.connect() as connection:
        tables = in_engine(kind, sample.tables, connection)
        waits = waiting_claims(
            tables["claims"], tables["transactions"], tables["submissions"], as_of=sample.as_of
        )
        found = resolution_table(waits, as_of="2025-12-31")
        assert (rows_of(waits), rows_of(found)) == expected
        series = score_weeks(found, as_of="2025-12-31")
    pd.testing.assert_frame_equal(
        series, score_weeks(resolution_table(sample_waits(), as_of="2025-12-31"), as_of="2025-12-31")
    )


def test_where_too_little_is_known_the_words_say_so():
    rows = resolutions(*steady(20))
    early, later = (score_weeks(known_on(rows, monday(week)), as_of=monday(week)) for week in (6, 20))
    words = [
        describe_slow_payers(slow_payer_table(series), as_of="2026-06-30", series=series)
        for series in (early, later)
    ]
    assert words[0].startswith(
        "Whether a payer answers more slowly is not available on 2026-06-30, because only "
    )
    assert words[1] == "No payer answers more slowly than it used to on 2026-06-30."
    last = later["week_ending"] == later["week_ending"].max()
    dark = later[last].assign(payer="Birch Mutual", why_not="only 2 of 13 weeks are known before")
    both = pd.concat([later, dark], ignore_index=True)
    told = describe_slow_payers(slow_payer_table(both), series=both)
    assert (
        told == "No payer answers more slowly than it used to; of Birch Mutual too little is known to tell."
    )
    none = describe_slow_payers(slow_payer_table(later.iloc[:0]), series=later.iloc[:0])
    assert none.endswith("not available, because no claim waits or was answered.")


# ---- edges


def test_an_empty_practice_one_claim_and_one_day():
    nothing = slow_payer_series(
        *(empty_table(name) for name in ("claims", "transactions", "submissions")), as_of="2026-06-30"
    )
    assert not len(nothing) and not len(slow_payer_table(nothing))
    assert describe_slow_payers(slow_payer_table(nothing)) == "No payer answers more slowly than it used to."
    one = slow_payer_series(
        claims(visit("c1")), ledger(paid("c1", "2026-01-20")), submissions(("c1", 1, "2026-01-05", "2026-01-07")),
        as_of="2026-06-30",
    )  # fmt: skip
    assert (one["why_not"] != "").sum() == 17 and not one["alarm"].any()
    assert one["why_not"].iloc[0] == "only 0 of 13 weeks are known before"
    assert list(nothing.columns) == list(one.columns) and (nothing.dtypes == one.dtypes).all()
    same_day = score_weeks(known_on(resolutions((MONDAY, 5, 3)), MONDAY), as_of=MONDAY)
    assert same_day["waiting"].tolist() == [3] and not same_day["alarm"].any()


def test_settings_that_make_no_sense_are_refused():
    for wrong in ({"slowed": 1.0}, {"limit": 0}, {"most_a_day": 1.5}, {"least_claims": -1}):
        with pytest.raises(SettingsError, match=next(iter(wrong))):
            AlarmRule(**wrong)
    with pytest.raises(SettingsError, match="posting_days"):
        resolution_table(sample_waits(), as_of="2025-12-31", posting_days=-1)
