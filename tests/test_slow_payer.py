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
from ledgers import claims, ledger, submissions
from test_metrics_agreement import in_engine, plain

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
    rows = known_on(resolutions(*steady(40, slow_from=30)), monday(weeks) - dt.timedelta(days=1))
    series = score_weeks(rows, as_of=monday(weeks), posting_days=0)
    assert len(series) == weeks
    usual = row_of(series, 29)
    assert (usual["waiting"], usual["resolved"], usual["expected"], usual["score"]) == (15, 10, 10.0, 0.0)
    # The first judged week is number 17: 13 weeks known, and 4 between. In week 30, weeks 17 to 25 are known.
    spread = 1.2 * 8 / (8 + 9)
    row = row_of(series, 30)
    assert (row["waiting"], row["resolved"], row["expected"]) == (15, 5, 10.0)
    assert row["high"] == pytest.approx(10 + 3 * math.sqrt(spread * 10))
    step = (10 * 0.35 + 5 * math.log(0.65)) / spread
    assert row["score"] == pytest.approx(min(step, RULE.limit * RULE.most_a_week))
    assert row["claims_delayed"] == pytest.approx(5) and row["dollars_delayed"] == pytest.approx(50)
    assert row["slow_since"] == pd.Timestamp(monday(30))
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
    assert alarm["slow_since"] == pd.Timestamp(monday(30))
    assert pd.Timestamp(monday(30)) <= alarm["alarm_date"] <= pd.Timestamp(monday(34))
    assert alarm["claims_delayed"] == pytest.approx(40) and alarm["dollars_delayed"] == pytest.approx(400)
    words = describe_slow_payers(alarms, as_of=monday(44))
    if alarm["on"]:
        assert "Alder Health" in words and "2025-08-04" in words
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
    return age if age < 42 else 42 + (age - 42) // 7


def loop_weeks(rows, as_of, rule, posting_days):
    """Return {(practice, payer, Sunday): facts}: the whole of it claim by claim and cell by cell."""
    first = min(row["started"] for row in rows)
    sunday = first + dt.timedelta(days=6 - first.weekday())
    ends = []
    while sunday <= as_of:
        ends.append(sunday)
        sunday += dt.timedelta(days=7)
    week = dt.timedelta(days=7)
    groups = defaultdict(list)
    for row in rows:
        if row["started"] <= ends[-1]:
            groups[row["practice"], row["payer"]].append(row)
    cells, facts = {}, {}
    for key, mine in groups.items():
        at_risk, out = defaultdict(float), defaultdict(float)
        money, days = defaultdict(float), defaultdict(set)
        for row in mine:
            for k, end in enumerate(ends):
                over = row["resolved"] is not None and row["resolved"] <= end - week
                age = (end - row["started"]).days
                if age < 0 or over or age >= 182:
                    continue
                at_risk[k, cell(age)] += row["claims"]
                money[k] += row["charge"]
                if row["resolved"] is not None and row["resolved"] <= end:
                    out[k, cell(age)] += row["claims"]
            for k, end in enumerate(ends):
                if row["resolved"] is not None and end - week < row["resolved"] <= end:
                    days[k].add(row["resolved"])
        begins = min(k for k, _ in at_risk)
        hazards, known, short = {}, {}, []
        for k in range(len(ends)):
            base = range(max(k - 4 - 52, 0), max(k - 4, 0))
            known[k] = min(max(k - 4 - begins, 0), 52)
            for c in range(62):
                reached = sum(at_risk[j, c] for j in base)
                if reached >= 5 and known[k] >= 13:
                    hazards[k, c] = sum(out[j, c] for j in base) / reached
            on = [len(days[j]) for j in base if days[j]]
            usual = round(sum(on) / len(on)) if on else 0
            is_short = 0 < usual <= 2 and len(days[k]) < usual
            excused = is_short and sum(short[max(k - 2, 0) :]) < 2
            short.append(is_short)
            facts[*key, k] = {
                "known": known[k],
                "resolved": sum(out[k, c] for c in range(62) if (k, c) in hazards),
                "waiting": sum(at_risk[k, c] for c in range(62) if (k, c) in hazards),
                "plain": sum(at_risk[k, c] * hazards.get((k, c), 0) for c in range(62)),
                "days": len(days[k]) / usual if excused else 1.0,
                "each": money[k] / total if (total := sum(at_risk[k, c] for c in range(62))) else 0.0,
            }
        cells[key] = (at_risk, out, hazards)
    for key in groups:
        others = [other for other in groups if other[0] == key[0] and other != key]
        offs, score, run, on = [], 0.0, None, False
        for k, end in enumerate(ends):
            fact = facts[*key, k]
            seen = sum(facts[*other, k]["resolved"] for other in others) + 20
            should = sum(facts[*other, k]["plain"] for other in others) + 20
            excuse = min(seen / should, 1) * fact["days"]
            expected = fact["plain"] * excuse
            past = [off for off in offs[: max(k - 4, 0)] if off is not None]
            spread = (1.2 * 8 + sum(past)) / (8 + len(past))
            offs.append(min((fact["resolved"] - expected) ** 2 / expected, 9) if expected >= 1 else None)
            step = (expected * (1 - rule.slowed) + fact["resolved"] * math.log(rule.slowed)) / spread
            score = min(score + min(step, rule.most_a_week * rule.limit), 2 * rule.limit)
            if score <= 0:
                score, run, on, late, dollars = 0.0, None, False, 0.0, 0.0
            else:
                run = k if run is None else run
                late = loop_late(groups[key], cells[key], facts, key, others, run, k, ends)
                span = range(run, k + 1)
                sent = [facts[*key, j].get("expected", expected) for j in span]
                value = [n * facts[*key, j]["each"] for n, j in zip(sent, span, strict=True)]
                dollars = late * sum(value) / sum(sent) if sum(sent) else 0.0
                on = on or (score >= rule.limit and late >= rule.least_claims)
            since = None if run is None else ends[run] - dt.timedelta(days=6 + posting_days)
            fact.update(
                expected=expected, score=score, alarm=on, late=late, dollars=dollars, since=since, end=end
            )
    return {(*key, facts[*key, k]["end"]): facts[*key, k] for key in groups for k in range(len(ends))}


def loop_late(rows, cells, facts, key, others, run, k, ends):
    """Return how many claims still wait that the usual pace would have answered since the run began."""
    hazards, late = cells[2], 0.0
    for row in rows:
        stays, done = None, False
        for j in range(run, k + 1):
            age, begun = (ends[j] - row["started"]).days, ends[j] - dt.timedelta(days=7)
            answered = row["resolved"] is not None and row["resolved"] <= ends[j]
            if age < 0:
                continue
            if age >= 182 or (j, cell(age)) not in hazards:
                stays = None
                if answered or age >= 182:
                    break
                continue
            if stays is None and answered and row["resolved"] <= begun:
                break
            seen = sum(facts[*other, j]["resolved"] for other in others) + 20
            should = sum(facts[*other, j]["plain"] for other in others) + 20
            share = hazards[j, cell(age)] * min(seen / should, 1) * facts[*key, j]["days"]
            stays = (1.0 if stays is None else stays) * (1 - share)
            done = answered
        if stays is not None:
            late += row["claims"] * ((0 if done else 1) - stays)
    return max(late, 0.0)


def compare_with_loop(rows, as_of, posting_days, *, least_alarms):
    series = score_weeks(rows, as_of=as_of, posting_days=posting_days)
    plain_rows = [
        {
            "practice": row.practice_id,
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
        fact = expected[row.practice_id, row.payer, row.week_ending.date()]
        where = (row.payer, row.week_ending)
        assert (row.why_not == "") == (fact["known"] >= 13), where
        assert (row.waiting, row.resolved, row.alarm) == (fact["waiting"], fact["resolved"], fact["alarm"]), (
            where
        )
        if row.why_not:
            continue
        assert row.expected == pytest.approx(fact["expected"], abs=1e-9), where
        assert row.score == pytest.approx(fact["score"], abs=1e-9), where
        assert row.claims_delayed == pytest.approx(fact["late"], abs=1e-8), where
        assert row.dollars_delayed == pytest.approx(fact["dollars"], abs=0.006), where
        assert (None if pd.isna(row.slow_since) else row.slow_since.date()) == fact["since"], where
    assert int(series["alarm"].sum()) >= least_alarms


@functools.cache
def sample_waits():
    sample = load_sample()
    return waiting_claims(sample.claims, sample.transactions, sample.submissions, as_of=sample.as_of)


def test_a_plain_loop_agrees_on_the_sample():
    rows = resolution_table(sample_waits(), as_of="2025-12-31")
    compare_with_loop(rows, dt.date(2025, 12, 31), 5, least_alarms=0)


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


@given(histories(), st.integers(1, 300))
@settings(max_examples=40)
def test_a_past_week_never_changes(rows, after):
    day, last = MONDAY + dt.timedelta(days=after), MONDAY + dt.timedelta(days=400)
    then = score_weeks(known_on(rows, day), as_of=day)
    now = score_weeks(known_on(rows, last), as_of=last)
    past = now[now["week_ending"] <= pd.Timestamp(day)].reset_index(drop=True)
    pd.testing.assert_frame_equal(then, past, rtol=1e-9, atol=1e-9)


@given(histories())
@settings(max_examples=40)
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
    assert (alarms["claims_delayed"] >= RULE.least_claims).all()
    for alarm in alarms.itertuples():
        started = rows.loc[rows["payer"] == alarm.payer, "started_date"].min()
        assert alarm.slow_since >= started and alarm.slow_since <= alarm.alarm_date
    judged = series[series["why_not"] == ""]
    assert (judged["score"] >= 0).all() and (judged["low"] <= judged["expected"]).all()
    assert (judged["claims_delayed"] <= judged["waiting"] + 1e-9).all()


@given(histories())
@settings(max_examples=20)
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
        past = now[now["week_ending"] <= day].reset_index(drop=True)
        pd.testing.assert_frame_equal(then, past, rtol=1e-9, atol=1e-9)


# ---- engines


@pytest.mark.parametrize("kind", ["arrow", "polars", "polars lazy", "duckdb"])
def test_every_engine_gives_the_same_tables(kind):
    sample = load_sample()
    expected = plain(sample_waits()), plain(resolution_table(sample_waits(), as_of="2025-12-31"))
    with duckdb.connect() as connection:
        tables = in_engine(kind, sample.tables, connection)
        waits = waiting_claims(
            tables["claims"], tables["transactions"], tables["submissions"], as_of=sample.as_of
        )
        found = resolution_table(waits, as_of="2025-12-31")
        assert (plain(waits), plain(found)) == expected
        series = score_weeks(found, as_of="2025-12-31")
    pd.testing.assert_frame_equal(
        series, score_weeks(resolution_table(sample_waits(), as_of="2025-12-31"), as_of="2025-12-31")
    )


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
    assert not len(same_day)


def test_settings_that_make_no_sense_are_refused():
    for wrong in ({"slowed": 1.0}, {"limit": 0}, {"most_a_week": 1.5}, {"least_claims": -1}):
        with pytest.raises(SettingsError, match=next(iter(wrong))):
            AlarmRule(**wrong)
    with pytest.raises(SettingsError, match="posting_days"):
        resolution_table(sample_waits(), as_of="2025-12-31", posting_days=-1)
