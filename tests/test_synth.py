"""The generator's machinery: streams, calendar, scenario rules, determinism, cutting at a day."""

import dataclasses
import datetime as dt
import os
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from arlab.errors import SettingsError
from arlab.synth import PRESETS, Scenario, find_preset, make_practice
from arlab.synth.chunks import Chunks
from arlab.synth.days import holidays, make_calendar
from arlab.synth.people import make_name_pool
from arlab.synth.streams import Streams, lag_table, pick_table
from arlab.tables import content_digest

PINNED_BELOW = [272, 492, 262, 920, 909]
PINNED_SHARE = [0.49253108475192153, 0.9204596963857321]
ENVIRONMENT = {key: value for key, value in os.environ.items() if key != "PYTHONHASHSEED"}
SMALL = Scenario(claims_per_year=900, months=6, locations=2)


def digests(practice):
    return {name: content_digest(frame, name) for name, frame in practice.tables.items()}


# Streams


def test_a_stream_is_known_by_its_name_and_seed():
    first = Streams(7).stage("visits").below(1000, 20)
    assert first.tolist() == Streams(7).stage("visits").below(1000, 20).tolist()
    assert first.tolist() != Streams(7).stage("lines").below(1000, 20).tolist()
    assert first.tolist() != Streams(8).stage("visits").below(1000, 20).tolist()
    assert first.tolist() != Streams(7, practice=1).stage("visits").below(1000, 20).tolist()


def test_a_stream_is_the_same_on_every_machine():
    # Written down once; another value means that every practice of every seed has changed.
    assert Streams(7).stage("visits").below(1000, 5).tolist() == PINNED_BELOW
    assert Streams(7).stage("visits").share(2).tolist() == PINNED_SHARE


def test_drawing_more_in_one_stage_leaves_the_others_alone():
    streams = Streams(7)
    streams.stage("visits").share(1000)
    assert streams.stage("lines").share(3).tolist() == Streams(7).stage("lines").share(3).tolist()


@pytest.mark.parametrize("seed", [-1, 1.5, "7", True, None])
def test_a_seed_that_is_no_whole_number_is_refused(seed):
    with pytest.raises(SettingsError, match="seed must be a whole number from 0"):
        Streams(seed)


@given(st.lists(st.integers(0, 50), min_size=1, max_size=12).filter(any))
def test_a_pick_table_keeps_the_weights(weights):
    table = pick_table(weights)
    shares = np.bincount(table, minlength=len(weights)) / len(table)
    assert np.abs(shares - np.array(weights) / sum(weights)).max() < 1e-4


def test_a_lag_table_has_its_median_and_never_goes_below_zero():
    table = lag_table(7, 0.5)
    assert np.median(table) == 7
    assert table.min() >= 0 and table.max() <= 400
    assert lag_table(0.01, 0.8).max() == 0


# Calendar


def test_working_days_skip_weekends_and_holidays():
    calendar = make_calendar(dt.date(2025, 7, 1), 20)
    fourth, fifth = calendar.number(dt.date(2025, 7, 4)), calendar.number(dt.date(2025, 7, 5))
    monday = calendar.number(dt.date(2025, 7, 7))
    assert calendar.roll(np.array([fourth, fifth, monday])).tolist() == [monday, monday, monday]
    assert calendar.plus_working(np.array([fourth - 1]), 1).tolist() == [monday]
    assert calendar.dates(np.array([fourth])).astype("datetime64[D]").astype(str).tolist() == ["2025-07-04"]


def test_movable_holidays():
    assert dt.date(2025, 11, 27) in holidays(2025)
    assert dt.date(2026, 9, 7) in holidays(2026)
    assert dt.date(2026, 5, 25) in holidays(2026)


@given(st.integers(0, 300), st.integers(0, 5))
def test_so_many_working_days_later_is_that_many_later(day, count):
    calendar = make_calendar(dt.date(2025, 1, 1), 400)
    later = int(calendar.plus_working(np.array([day]), count)[0])
    first = int(calendar.roll(np.array([day]))[0])
    assert calendar.working[later]
    assert calendar.working[first:later].sum() == count


def test_a_log_refuses_what_it_does_not_know():
    log = Chunks(claim=None, amount=0)
    with pytest.raises(ValueError, match="claim must be given"):
        log.add(amount=20)
    with pytest.raises(ValueError, match="unknown column"):
        log.add(claim=np.array([1]), dollars=20)
    assert Chunks(claim=None).joined()["claim"].tolist() == []


# Scenario


def test_the_service_period():
    assert Scenario(start=dt.date(2024, 11, 1), months=4).end == dt.date(2025, 2, 28)
    assert Scenario().last_known_day == dt.date(2026, 6, 30)
    assert Scenario(claims_per_year=1000, months=6).claims == 500


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"payer_mix": {"commercial": 0.5}}, r"'payer_mix' must add up to 1 \(it adds up to 0.5\)"),
        ({"payer_mix": {"commercial": 1.5, "self_pay": -0.5}}, "'payer_mix' must hold no negative share"),
        ({"payer_mix": {"nobody": 1.0}}, "'payer_mix' must name only"),
        ({"payer_mix": {"other": 1.0}}, "'payer_mix' must name only"),
        ({"staff": 0}, "'staff' must be a whole number from 1 to 500, not 0"),
        ({"claims_per_year": -5}, "'claims_per_year' must be a whole number from 1 to 100,000"),
        ({"claims_per_year": 200_000}, "'claims_per_year' must be a whole number from 1 to 100,000"),
        ({"months": 2.5}, "'months' must be a whole number"),
        ({"providers": {"primary_care": 0}}, "'providers' must hold at least one provider"),
        ({"providers": {"dentistry": 1}}, "'providers' must name only"),
        ({"rejection_share": 1.2}, "'rejection_share' must be a share from 0 to 1, not 1.2"),
        ({"minutes_per_claim": float("nan")}, "'minutes_per_claim' must be a number from 0 to 1000"),
        ({"house_order": "newest"}, "'house_order' must be one of largest, oldest"),
        ({"start": dt.date(2025, 1, 15)}, "'start' must be the first day of a month"),
        ({"as_of": dt.date(2030, 1, 1)}, "'as_of' must lie between 2025-01-01 and 2027-06-30"),
    ],
)
def test_a_bad_setting_is_one_sentence_that_names_field_and_rule(change, sentence):
    with pytest.raises(SettingsError, match=sentence) as caught:
        Scenario(**change)
    assert "\n" not in str(caught.value)


def test_an_unknown_preset_names_those_there_are():
    with pytest.raises(SettingsError, match="no preset 'best': use typical"):
        find_preset("best")
    assert find_preset("typical") is PRESETS["typical"]


def test_a_scenario_keeps_its_own_copy_of_a_mix():
    mix = {"commercial": 1.0}
    scenario = Scenario(payer_mix=mix)
    mix["commercial"] = 0.2
    assert scenario.payer_mix == {"commercial": 1.0}


# The whole


def test_names_come_from_a_pool_and_a_seed():
    pool = make_name_pool(7)
    assert pool.first.tolist() == make_name_pool(7).first.tolist()
    assert pool.first.tolist() != make_name_pool(8).first.tolist()


def test_the_same_seed_gives_the_same_practice_in_another_process():
    code = (
        "from arlab.synth import Scenario, make_practice\n"
        "from arlab.tables import content_digest\n"
        "p = make_practice(Scenario(claims_per_year=900, months=6, locations=2), seed=11)\n"
        "print({n: content_digest(f, n) for n, f in p.tables.items()})"
    )
    here = digests(make_practice(SMALL, seed=11))
    for hash_seed in ("0", "1"):
        done = subprocess.run(
            [sys.executable, "-c", code],
            capture_output=True,
            text=True,
            check=True,
            env={**ENVIRONMENT, "PYTHONHASHSEED": hash_seed},
        )
        assert done.stdout.strip() == str(here)


def test_another_seed_and_another_number_give_another_practice():
    first, second = make_practice(SMALL, seed=11), make_practice(SMALL, seed=12)
    third = make_practice(SMALL, seed=11, number=1)
    assert digests(first)["transactions"] != digests(second)["transactions"]
    assert digests(first)["transactions"] != digests(third)["transactions"]


@pytest.mark.parametrize("as_of", [dt.date(2025, 4, 15), dt.date(2025, 6, 30)])
def test_an_earlier_day_shows_a_part_of_the_same_world(as_of):
    """Nothing is decided by looking at the as-of day: what was known then is what a later cut says of then."""
    early = make_practice(dataclasses.replace(SMALL, as_of=as_of), seed=11)
    late = make_practice(dataclasses.replace(SMALL, as_of=dt.date(2026, 6, 30)), seed=11)
    for table, day in (
        ("transactions", "posted_date"),
        ("claims", "charge_entry_date"),
        ("actions", "date"),
        ("statements", "sent_date"),
        ("payment_plans", "start_date"),
    ):
        whole = late.tables[table]
        then = whole[whole[day] <= np.datetime64(as_of)].reset_index(drop=True)
        assert content_digest(early.tables[table], table) == content_digest(then, table), table
    then = late.submissions[late.submissions["submitted_date"] <= np.datetime64(as_of)]
    facts = ["submission_id", "claim_id", "rank", "payer", "sequence", "frequency_code", "submitted_date"]
    assert early.submissions[facts].equals(then[facts].reset_index(drop=True))
    known = early.submissions
    for column in ("received_date", "accepted_date", "rejected_date"):
        assert not (known[column] > np.datetime64(as_of)).any()
    accepted = then["accepted_date"] <= np.datetime64(as_of)
    assert ((known["acceptance"] == "accepted").to_numpy() == accepted.to_numpy()).all()
    filed = late.appeals[late.appeals["filed_date"] <= np.datetime64(as_of)]
    assert early.appeals["denial_id"].tolist() == filed["denial_id"].tolist()
    undecided = early.appeals["decision_date"].isna()
    assert early.appeals.loc[undecided, "outcome"].isna().all()


def test_a_practice_of_one_claim_and_one_of_self_pay_only():
    one = make_practice(Scenario(claims_per_year=1, months=1), seed=3)
    assert len(one.claims) <= 1
    alone = make_practice(Scenario(claims_per_year=200, months=3, payer_mix={"self_pay": 1.0}), seed=3)
    assert len(alone.submissions) == 0 and len(alone.remittances) == 0
    assert set(alone.claims["first_payer"]) == {"Self-pay"}


def test_a_practice_without_any_follow_up_wins_nothing():
    nobody = make_practice(dataclasses.replace(SMALL, minutes_per_claim=0.0), seed=11)
    assert len(nobody.actions) == 0
    assert not (nobody.truth.denials["end"] == "won").any()
    assert not (nobody.transactions["reason"] == "denial_reversed").any()


def test_more_minutes_recover_more():
    ends = {}
    for minutes in (0.5, 2.0, 20.0):
        practice = make_practice(dataclasses.replace(SMALL, minutes_per_claim=minutes), seed=11)
        ends[minutes] = (practice.truth.denials["end"] == "won").mean()
    assert ends[0.5] < ends[2.0] < ends[20.0]
