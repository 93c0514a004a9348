"""The follow-up desk: sessions, capacity, order, deadlines, promises, and people who come and go."""

import dataclasses
import datetime as dt
import functools
import gc

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from arlab.reference import load_payers
from arlab.synth import PRESETS, Biller, Incident, make_practice
from arlab.synth.chances import Action
from arlab.synth.desk import Channel, Item, Phase, Queue, channel_of
from arlab.synth.open_desk import house_rank, uncollected
from arlab.synth.scenario import HOUSE_ORDERS
from arlab.synth.world import SETUP_MINUTES

SCENARIO = dataclasses.replace(PRESETS["typical"], claims_per_year=6_000)


@functools.cache
def practice(**changes):
    return make_practice(dataclasses.replace(SCENARIO, **changes), seed=5)


def item(claim, **facts):
    """Return an item of which only what is named matters."""
    empty = {field.name: 0 for field in dataclasses.fields(Item)}
    known = {"phase": Phase.DENIED, "correct_due": -1, "appeal_1_due": -1, "appeal_2_due": -1}
    return Item(**(empty | known | {"claim": claim} | facts))


# The queue, with a pencil


def order_of(queue):
    found = []
    while (line := queue.first_line()) is not None:
        found.append(queue.take(line).claim)
    return found


@pytest.mark.parametrize(
    ("order", "expected"),
    [
        ("largest", [3, 2, 1]),
        ("oldest", [1, 3, 2]),
        ("payer_and_amount", [2, 1, 3]),
        ("deadline", [2, 3, 1]),
        ("random", [3, 1, 2]),
    ],
)
def test_each_house_order_with_three_items(order, expected):
    queue = Queue(house_rank(order))
    queue.put(item(1, payer=4, expected=10, first_sent=1, order=0.5), Channel.PORTAL)
    queue.put(item(2, payer=4, expected=20, first_sent=9, order=0.9, appeal_1_due=60), Channel.PORTAL)
    queue.put(item(3, payer=7, expected=40, first_sent=5, order=0.1, correct_due=90), Channel.PHONE)
    assert order in HOUSE_ORDERS
    assert order_of(queue) == expected


def test_items_that_are_done_leave_the_queue_by_themselves():
    queue = Queue(house_rank("largest"))
    first, second = item(1, expected=40), item(2, expected=20)
    queue.put(first, Channel.PORTAL)
    queue.put(second, Channel.PORTAL)
    first.phase = Phase.DONE
    assert order_of(queue) == [2] and queue.first_line() is None


@given(st.lists(st.one_of(st.none(), st.tuples(st.integers(1, 3), st.integers(0, 4))), max_size=40))
def test_the_first_line_is_that_of_the_first_item_whatever_came_and_went(events):
    """Items (payer, cents) come; at None the first one is taken, or leaves the desk while it waits."""
    queue, waiting = Queue(house_rank("largest")), []
    for number, event in enumerate(events):
        if event is not None:
            waiting.append(item(number, payer=event[0], expected=event[1]))
            queue.put(waiting[-1], Channel.PORTAL)
        elif waiting:
            first = max(waiting, key=lambda one: (one.expected, -one.claim))
            assert queue.first_line() == (first.payer, Channel.PORTAL)
            if number % 3:
                assert queue.take((first.payer, Channel.PORTAL)) is first
            else:
                first.phase = Phase.DONE
            waiting.remove(first)
    left = sorted(waiting, key=lambda one: (-one.expected, one.claim))
    assert order_of(queue) == [one.claim for one in left]


def test_the_collector_runs_again_after_the_desk_even_when_it_fails():
    assert gc.isenabled()
    with pytest.raises(ZeroDivisionError), uncollected():
        assert not gc.isenabled()
        _ = 1 / 0
    assert gc.isenabled()


def test_letters_go_by_portal_where_there_is_one():
    assert channel_of(Action.APPEAL_1, Channel.PORTAL) == Channel.PORTAL
    assert channel_of(Action.APPEAL_1, Channel.PHONE) == Channel.FAX
    assert channel_of(Action.CORRECTED_CLAIM, Channel.PHONE) == Channel.CLEARINGHOUSE
    assert channel_of(Action.STATUS_CHECK, Channel.PHONE) == Channel.PHONE
    assert channel_of(Action.WRITE_OFF, Channel.PHONE) == Channel.INTERNAL


# Sessions


def sessions():
    return practice().actions.merge(practice().claims[["claim_id", "first_payer"]], on="claim_id")


def test_a_session_is_one_person_one_day_one_payer():
    by = sessions().groupby("session_id")
    for column in ("staff", "date", "first_payer"):
        assert (by[column].nunique() == 1).all(), column
    outside = sessions().dropna(subset="channel")
    assert (outside.groupby("session_id")["channel"].nunique() == 1).all()


def test_a_call_serves_at_most_as_many_claims_as_the_payer_allows():
    most = load_payers().set_index("payer")["claims_per_call"].astype(int)
    calls = sessions().query("channel == 'phone'")
    served = calls.groupby(["session_id", "first_payer"])["claim_id"].nunique().reset_index()
    assert (served["claim_id"] <= served["first_payer"].map(most)).all()
    assert served["claim_id"].max() > 1, "the wait is shared"


def test_the_wait_and_the_login_are_paid_once():
    calls = sessions().query("channel == 'phone' and kind == 'status_check'")
    first = ~calls.duplicated("session_id")
    later = ~first & (calls["session_id"].map(calls.groupby("session_id").size()) > 1)
    assert later.sum() > 10
    assert calls.loc[later, "minutes"].eq(5).all()
    assert calls.loc[first, "minutes"].gt(5 + SETUP_MINUTES[Channel.PHONE]).all()


def test_one_call_has_one_reference_number_and_one_voice():
    calls = sessions().dropna(subset="reference_number")
    assert len(calls) > 100
    by = calls.groupby("session_id")
    assert (by["reference_number"].nunique() == 1).all() and (by["contact"].nunique() == 1).all()


def test_promises_have_a_day_an_amount_and_are_looked_at_afterwards():
    promised = practice().actions.dropna(subset="promise_due_date")
    assert len(promised) > 20
    assert (promised["channel"] == "phone").all() and (promised["promise_amount"] > 0).all()
    assert (promised["promise_due_date"] > promised["date"]).all()
    # What is promised is what was asked for: that a part will be denied nobody knows yet.
    allowed = practice().claims.set_index("claim_id")["expected_allowed"]
    assert (promised["promise_amount"] == promised["claim_id"].map(allowed)).all()
    noted = promised.dropna(subset="next_action_date")
    assert (noted["next_action_date"] > noted["promise_due_date"]).all()
    paid = practice().transactions.query("kind == 'payer_payment'").groupby("claim_id")["posted_date"].min()
    due = promised[promised["promise_due_date"] < pd.Timestamp(practice().as_of)]
    kept = due["claim_id"].map(paid) <= due["promise_due_date"] + pd.Timedelta(days=1)
    assert 0.02 < kept.mean() < 0.98, "some promises are kept and some are broken"


# Capacity, people, policy


def test_nobody_works_more_than_the_minutes_allow_in_the_long_run():
    team = (Biller(minutes_per_day=30), Biller(minutes_per_day=45))
    work = practice(billers=team, house_order="oldest").actions
    days = pd.bdate_range(practice().claims["service_date"].min(), practice().as_of)
    by_person = work.groupby("staff")["minutes"].sum().sort_values()
    assert len(by_person) == 2
    for spent, person in zip(by_person, team, strict=True):
        assert spent <= person.minutes_per_day * len(days) + 120  # the last session may run over
    assert by_person.sum() > 0.8 * 75 * len(days)


def test_skill_wins_more():
    def won(skill):
        team = (Biller(minutes_per_day=120, skill=skill),)
        return practice(billers=team).truth.denials["end"].eq("won").sum()

    assert won(0.6) < won(1.0) < won(1.4)


def test_a_biller_who_leaves_is_not_seen_in_that_time_and_money_is_lost():
    away = Incident(
        kind="biller_leaves", start=dt.date(2025, 6, 1), end=dt.date(2025, 12, 31), size=1.0, biller=1
    )
    team = (Biller(minutes_per_day=30), Biller(minutes_per_day=30))
    whole, short = practice(billers=team), practice(billers=team, incidents=(away,))
    name = whole.staff["staff"].iloc[0]
    then = short.actions[short.actions["date"].between("2025-06-03", "2025-12-31")]
    assert name not in set(then["staff"]) and name in set(short.actions["staff"])
    lost = [p.truth.denials["end"].eq("won").sum() for p in (whole, short)]
    assert lost[1] < lost[0] - 20
    assert short.truth.incidents["minutes_missing"].iloc[0] > 4_000
    # What the payers decide is the same in both: only the work differs.
    assert whole.truth.denials["claim_id"].equals(short.truth.denials["claim_id"]) or (
        abs(len(whole.truth.denials) - len(short.truth.denials)) < 0.02 * len(whole.truth.denials)
    )


@pytest.mark.parametrize("order", HOUSE_ORDERS)
def test_every_house_order_runs_and_changes_what_is_worked_first(order):
    worked = practice(house_order=order, minutes_per_claim=1.2).actions
    assert len(worked) > 300
    if order != "largest":
        other = practice(house_order="largest", minutes_per_claim=1.2).actions
        assert worked["claim_id"].head(400).tolist() != other["claim_id"].head(400).tolist()


def test_tight_capacity_lets_deadlines_pass():
    def missed(minutes):
        rows = practice(minutes_per_claim=minutes).transactions
        return rows[rows["reason"].isin(["deadline_missed", "never_filed_in_time"])]["amount"].abs().sum()

    assert missed(0.8) > 2 * missed(4.0)


def test_the_right_payer_is_billed_when_the_first_was_the_wrong_one():
    rebilled = practice().actions.query("kind == 'rebill_other_payer'")
    sent = practice().submissions.merge(practice().claims[["claim_id", "first_payer"]], on="claim_id")
    other = sent.query("rank == 1 and payer != first_payer")
    assert len(rebilled) > 10
    assert set(rebilled["claim_id"]) == set(other["claim_id"])
    assert (other["sequence"] == 1).all() and (other["frequency_code"] == "1").all()
    paid = practice().transactions.merge(practice().remittances[["remit_id", "payer"]], on="remit_id")
    paid = paid.query("kind == 'payer_payment' and responsible == 'payer_1'")
    by_other = paid.merge(practice().claims[["claim_id", "first_payer"]], on="claim_id").query(
        "payer != first_payer"
    )
    assert 0 < by_other["claim_id"].nunique() <= rebilled["claim_id"].nunique()
