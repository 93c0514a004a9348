"""The simulator: one world with the generator, nothing seen that is not known, minutes alike for all."""

import dataclasses
import datetime as dt
import functools

import numpy as np
import pandas as pd
import pytest

from arlab.errors import InputRefused, NotAvailable, SettingsError
from arlab.ledger import open_items
from arlab.policies import largest_first, oldest_first
from arlab.simulate import BUILT_IN, HOUSE, ITEM_COLUMNS, make_start, need_minutes, replay, start_of_practice
from arlab.simulate.moves import next_moves, state_of, true_chance
from arlab.simulate.queue import DayQueue
from arlab.simulate.replay import _worked
from arlab.synth import PRESETS, Biller, make_practice
from arlab.synth.chances import MINUTES, Action
from arlab.synth.desk import End, Phase
from arlab.synth.open_desk import desk_logs
from arlab.synth.practice import run_practice
from arlab.synth.streams import Streams
from arlab.synth.world import SETUP_MINUTES, next_action
from arlab.tables import TRANSACTION_KINDS, load_sample

DAY = "2025-07-01"


def scenario(preset="typical", **changes):
    return dataclasses.replace(PRESETS[preset], **({"claims_per_year": 3_000, "months": 10} | changes))


@functools.cache
def morning(preset="typical", seed=5, day=DAY):
    return make_start(scenario(preset), seed=seed, day=day)


def first_frame(start):
    """Return the open items of the first morning."""
    seen = []

    def look(items, day):
        seen.append(items)
        return np.full(len(items), np.nan)

    replay(start, look, days=3)  # on the first the team may be behind: a session of the day before ran over
    return seen[0]


# One world


@pytest.mark.parametrize(
    "preset", ["typical", "healthy", "distressed", "deadlines_bind", "behavioural_health"]
)
def test_the_house_worked_again_is_its_own_history_to_the_cent(preset):
    start = make_start(scenario(preset), seed=5, day=DAY)
    run = run_practice(scenario(preset), Streams(5))
    numbers = run.calendar.numbers
    left = numbers[(numbers >= start.day) & (numbers < start.opening.worked_until)]
    found, world = _worked(start, HOUSE, days=len(left), minutes_per_day=None, name=None)
    for field in dataclasses.fields(run.outcomes):
        same = getattr(world.outcomes, field.name) == getattr(run.outcomes, field.name)
        assert same.all(), field.name
    before = len(start.world.actions)
    again, history = desk_logs(world).actions, run.logs.actions
    assert all((history[name][before:] == again[name]).all() for name in again)
    assert found.cash == paid_for_work(run, start.day) / 100
    assert found.cash > 1_000 and found.recovered > found.cash


def paid_for_work(run, day):
    """Return the cents of payer payments in the ledger on claims that work from a day on won or brought on file."""
    log, rows = run.logs.actions, run.ledger.rows
    since = log["day"] >= day
    tries = log["claim"][
        since & (log["action"] >= Action.CORRECTED_CLAIM) & (log["action"] < Action.WRITE_OFF)
    ]
    late_win = run.outcomes.end == End.WON
    won = np.flatnonzero(late_win & np.isin(np.arange(len(late_win)), tries))
    # A claim may have been tried before the day and won by that try: then nothing was tried since.
    filed = np.unique(log["claim"][since & (log["action"] == Action.RESUBMIT)])
    paid = rows["kind"] == TRANSACTION_KINDS.index("payer_payment")
    by_first = rows["responsible"] == 0
    total = 0
    for claims, payer, pay_day in (
        (won, run.outcomes.end_payer, run.outcomes.end_pay_day),
        (filed, run.answers.payer, run.answers.pay_day),
    ):
        mine = paid & by_first & np.isin(rows["claim"], claims)
        mine &= (rows["remit_payer"] == payer[rows["claim"]]) & (rows["remit_day"] == pay_day[rows["claim"]])
        total -= int(rows["amount"][mine].sum())
    return total


def test_a_replay_leaves_its_start_alone_and_gives_the_same_again():
    start = morning()
    before = (start.world.left[:], len(start.world.actions), start.world.outcomes.end.copy())
    found = [replay(start, policy, days=20) for policy in (HOUSE, largest_first, oldest_first) * 2]
    for first, second in zip(found[:3], found[3:], strict=True):
        assert first == second and first.daily.equals(second.daily)
    assert len({one.recovered for one in found}) == 3
    assert before[:2] == (start.world.left, len(start.world.actions))
    assert (before[2] == start.world.outcomes.end).all()
    assert (start.world.days.answers.post_day == start.opening.answers.post_day).all()


def test_a_practice_is_replayed_as_its_scenario_is():
    practice = make_practice(scenario(), seed=5)
    mine = replay(start_of_practice(practice, day=DAY), largest_first, days=10)
    assert mine == replay(morning(), largest_first, days=10)
    company = make_practice(dataclasses.replace(scenario(), practice_id="PR003"), seed=5, number=3)
    assert start_of_practice(company, day=DAY).opening.streams.practice == 3


def test_a_practice_without_truth_is_refused_in_one_sentence():
    own = dataclasses.replace(load_sample(), truth=None)
    with pytest.raises(NotAvailable, match="because only a synthetic practice has the truth"):
        start_of_practice(own)


@pytest.mark.slow
def test_with_fresh_luck_the_house_recovers_as_much_on_average():
    """Over 20 seeds the 90 % interval of the mean relative difference lies within 2 %."""
    relative = []
    for seed in range(20):
        start = make_start(scenario(claims_per_year=20_000, months=12), seed=seed, day="2025-02-03")
        days = len(
            [day for day in start.opening.calendar.numbers if start.day <= day < start.opening.worked_until]
        )
        history = replay(start, HOUSE, days=days).recovered
        fresh = [
            replay(start.afresh(1_000 + 10 * seed + again), HOUSE, days=days).recovered for again in range(3)
        ]
        relative.append(np.mean(fresh) / history - 1)
    mean, half = np.mean(relative), 1.729 * np.std(relative, ddof=1) / 20**0.5
    assert mean - half > -0.02 and mean + half < 0.02, (mean, half)


def test_fresh_luck_changes_what_comes_and_not_what_is_known():
    start = morning()
    other = start.afresh(9)
    assert first_frame(start).equals(first_frame(other))
    assert replay(start, largest_first, days=30).recovered != replay(other, largest_first, days=30).recovered
    assert replay(start.afresh(9), HOUSE, days=30) == replay(other, HOUSE, days=30)


# What a policy sees


def test_the_frame_has_the_documented_columns_and_no_others():
    frame = first_frame(morning("distressed"))
    assert list(frame.columns) == list(ITEM_COLUMNS)
    assert len(frame) > 50 and frame["claim_id"].is_unique
    hidden = {"luck", "quality", "base", "documentation", "probability", "chance", "unknown", "late"}
    assert not hidden & set(frame.columns)


def test_what_a_policy_sees_stands_in_the_tables_of_that_day():
    start = morning("distressed")
    practice = make_practice(dataclasses.replace(scenario("distressed"), as_of=start.date), seed=5)
    frame = first_frame(start).set_index("claim_id")
    books = open_items(
        practice.claims, practice.transactions, submissions=practice.submissions, as_of=start.date
    )
    books = books[books["responsible"] == "payer_1"].set_index("claim_id").reindex(frame.index)
    apart = (books["balance"] - frame["balance"]).abs() > 0.005
    assert apart.mean() < 0.02, "but for payments posted to the wrong claim and the like"
    claims = practice.claims.set_index("claim_id").loc[frame.index]
    assert (claims["first_payer"] == frame["payer"].astype(str)).all()
    waiting = frame["state"] == "no_answer"
    assert 5 < waiting.sum() < len(frame)
    assert (claims["expected_allowed"][waiting] - frame["expected"][waiting]).abs().max() < 0.005
    denials = practice.transactions.query("kind == 'denial' and responsible == 'payer_1'")
    first = denials.groupby("claim_id")[["carc", "effective_date"]].first().reindex(frame.index)
    assert (first["carc"][~waiting] == frame["carc"][~waiting].astype(str)).all()
    since = (pd.Timestamp(start.date) - first["effective_date"]).dt.days
    assert (since[~waiting] == frame["denied_days"][~waiting]).all()
    assert first["carc"][waiting].isna().all() and frame["carc"][waiting].isna().all()
    accepted = practice.submissions.query("acceptance == 'accepted'")["claim_id"]
    assert (frame.index.isin(accepted) == frame["on_file"]).all()
    sent = practice.submissions.groupby("claim_id")["submitted_date"].min().reindex(frame.index)
    assert ((pd.Timestamp(start.date) - sent).dt.days == frame["age_days"]).all()
    actions = practice.actions[practice.actions["date"] < pd.Timestamp(start.date)]
    last = actions.groupby("claim_id")["kind"].last().reindex(frame.index)
    assert (last.fillna("-") == frame["last_action"].astype(object).fillna("-")).all()


def test_no_deadline_that_has_passed_is_shown_as_running():
    for preset in ("distressed", "deadlines_bind"):
        frame = first_frame(morning(preset, day="2025-10-01"))
        assert not (frame["days_left"] < 0).any() and not (frame["last_days_left"] < frame["days_left"]).any()
        gone = frame["remedy"].isin(["write_off", "move_to_patient"])
        assert frame["days_left"][gone].isna().all() and gone.any()


def denied_items(start):
    every = [item for item, _ in start.world.queue.waiting()] + start.world.left_alone
    return [item for item in every if item.phase == Phase.DENIED]


@pytest.mark.parametrize("preset", ["distressed", "deadlines_bind"])
def test_many_moves_at_once_are_the_worlds_moves_one_by_one(preset):
    start = morning(preset)
    items = denied_items(start)
    state = state_of(items)
    met = set()
    for day in start.working_days(200)[::7]:
        moves = next_moves(start.world.days, state, day, appeal_from=start.world.appeal_from)
        alone = [next_action(start.world, item, day)[0] for item in items]
        assert moves.action.tolist() == alone
        assert moves.minutes.tolist() == [int(MINUTES[action]) for action in alone]
        met |= set(alone)
    assert len(items) > 40 and len(met) >= 5


def test_true_chances_are_those_of_the_answer_key():
    practice = make_practice(dataclasses.replace(scenario(), as_of=dt.date(2025, 10, 31)), seed=5)
    start = morning()
    items = [item for item in denied_items(start) if item.attempt == 0 and not item.low_value]
    moves = next_moves(start.world.days, state_of(items), start.day, appeal_from=start.world.appeal_from)
    mine = true_chance(state_of(items), moves.action, start.day, 1.0)
    tried = pd.DataFrame(
        {"claim_id": start.facts.claim_id.take([item.claim for item in items]), "attempt": 0}
    )
    names = [Action(action).name.lower() for action in moves.action]
    key = practice.truth.outcome(tried, pd.Series(names), start.date)
    here = key["probability"] > 0
    assert here.sum() > 20
    assert mine[here] == pytest.approx(key["probability"][here].to_numpy())


# Minutes and sessions


def test_set_up_is_charged_to_every_session_and_calls_hold_no_more_than_the_payer_allows():
    start = morning("distressed")
    for policy in (oldest_first, largest_first, BUILT_IN["expected value"]):
        _, world = _worked(start, policy, days=15, minutes_per_day=300.0, name="p")
        log = pd.DataFrame(desk_logs(world).actions)
        log["payer"] = start.facts.payer[log["claim"]]
        log["extra"] = log["minutes"] - MINUTES[log["action"]]
        by = log.groupby("session")
        assert (by["payer"].nunique() == 1).all() and (by["staff"].nunique() == 1).all()
        assert (by["extra"].apply(lambda one: (one > 0).sum()) <= 1).all()
        outside = by.first()
        for channel, least in SETUP_MINUTES.items():
            assert (outside["extra"][outside["channel"] == channel] >= least).all()
        calls = log[log["channel"] == 1].groupby(["session", "payer"])["claim"].nunique().reset_index()
        most = np.array(world.days.claims_per_call)[calls["payer"]]
        assert len(calls) > 3 and (calls["claim"] <= most).all()


@pytest.mark.parametrize("policy", [HOUSE, oldest_first, BUILT_IN["points"]])
def test_all_have_the_same_minutes(policy):
    start = morning("distressed")
    found = replay(start, policy, days=20, minutes_per_day=100.0)
    assert 0.9 * 2_000 < found.minutes < 2_000 + 2 * 60
    assert found.daily["minutes"].sum() == found.minutes and len(found.daily) == 20
    assert found.daily["recovered"].sum() == pytest.approx(found.recovered)
    assert found.hours == found.minutes / 60
    assert found.dollars_per_hour == pytest.approx(found.recovered / found.hours)


def test_a_session_is_what_fits_the_day_grouped_by_payer_and_channel():
    """Claims 1, 2, 4 of one line and 3 of another: 40 minutes hold 1 to 3, and 2 joins 1."""
    facts = morning().facts
    queue = DayQueue(facts, morning().past.copied(), name="p", hold=np.zeros(20), appeal_from=0)
    queue.world = morning().world
    queue._line, queue._claims = np.array([0, 2, 0, 0]), np.array([1, 3, 2, 4])
    queue._cost, queue._setup = np.array([10.0, 10.0, 10.0, 10.0]), np.array([3.0, 2.0, 3.0, 3.0])
    queue._most, queue._rest, queue._time = np.full(4, 40), np.arange(4), 35.0
    queue._plan()
    assert [(line, list(claims)) for line, claims in queue._sessions] == [((0, 0), [1, 2]), ((0, 2), [3])]
    assert queue._rest.tolist() == [3]


def test_more_people_recover_more_and_lose_less():
    start = morning("distressed")
    found = [
        replay(start, BUILT_IN["expected value"], days=40, minutes_per_day=m) for m in (20, 60, 180, 540)
    ]
    recovered, lost = [one.recovered for one in found], [one.lost for one in found]
    assert recovered == sorted(recovered) and lost == sorted(lost, reverse=True)
    assert found[0].backlog_dollars > 2 * found[-1].backlog_dollars
    assert need_minutes(start, days=40) > 40 * 60


# Edges


@pytest.mark.parametrize("minutes", [0, 0.0])
@pytest.mark.parametrize("policy", [HOUSE, largest_first, BUILT_IN["deadline-aware value"]])
def test_nobody_at_work_brings_nothing(policy, minutes):
    found = replay(morning(), policy, days=10, minutes_per_day=minutes)
    assert (found.recovered, found.touches, found.minutes, found.sessions) == (0.0, 0, 0, 0)
    assert found.lost >= 0 and found.backlog_items > 0 and np.isnan(found.dollars_per_hour)


def test_one_minute_a_day_works_a_claim_now_and_then():
    found = replay(morning(), largest_first, days=60, minutes_per_day=1)
    assert 0 < found.touches < 12


def test_a_policy_that_works_nothing_and_one_that_names_a_single_row():
    assert replay(morning(), lambda items, day: np.full(len(items), np.nan), days=5).touches == 0
    assert replay(morning(), lambda items, day: np.array([0]), days=5).touches == 5


@pytest.mark.parametrize("name", list(BUILT_IN))
def test_a_practice_with_next_to_nothing_open(name):
    tiny = make_start(scenario(claims_per_year=12, months=3), seed=1, day="2025-01-02")
    found = replay(tiny, BUILT_IN[name], days=5)
    assert found.recovered == 0 and found.backlog_items == 0


@pytest.mark.parametrize("name", list(BUILT_IN))
def test_long_after_the_last_visit_all_remedies_are_gone(name):
    start = make_start(scenario(claims_per_year=400), seed=2, day="2027-03-01")
    found = replay(start, BUILT_IN[name], days=10, name=name)
    assert found.recovered == 0 and found.lost == 0


@pytest.mark.parametrize("name", ["expected value", "deadline-aware value", "points"])
def test_a_start_without_any_history(name):
    start = make_start(scenario(), seed=5, day="2025-01-01")
    assert len(start.history) == 0
    assert replay(start, BUILT_IN[name], days=70).recovered > 0


def test_people_with_zero_minutes_can_be_given_some():
    nobody = make_start(scenario(billers=(Biller(minutes_per_day=0),)), seed=5, day=DAY)
    assert replay(nobody, largest_first, days=10).touches == 0
    assert replay(nobody, largest_first, days=10, minutes_per_day=100).touches > 0


@pytest.mark.parametrize(
    ("call", "why"),
    [
        (lambda: make_start(scenario(), seed=5, day="2024-12-31"), "A replay cannot begin on 2024-12-31"),
        (lambda: make_start(scenario(), seed=-1), "seed must be a whole number"),
        (lambda: replay(morning(), days=5_000), "A replay of 5000 working days .* is not possible"),
        (lambda: replay(morning(), days=0), "A replay of 0 working days"),
        (lambda: replay(morning(), 7), "A policy must be a function of"),
        (lambda: replay(morning(), "clever"), "There is no way of working called 'clever'"),
        (
            lambda: replay(morning(), largest_first, minutes_per_day=-1),
            "minutes_per_day must be a number from 0",
        ),
    ],
)
def test_a_setting_that_cannot_be_is_one_sentence(call, why):
    with pytest.raises(SettingsError, match=why):
        call()


def test_an_answer_that_is_no_order_names_the_policy():
    def short(items, day):
        return [1.0]

    with pytest.raises(InputRefused, match="Policy 'short' returned 1 scores for"):
        replay(morning(), short, days=1)
