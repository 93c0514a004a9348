"""The answer key: does it say what the world does, and does it know what was not tried?"""

import dataclasses
import functools

import numpy as np
import pandas as pd
import pytest

from arlab.errors import InputRefused
from arlab.synth import PRESETS, make_practice
from arlab.synth.chances import BEST, FIT, MINUTES, PLAYBOOK, Action, raw_chance
from arlab.synth.rulebook import load_rulebook


@functools.cache
def practice():
    return make_practice(dataclasses.replace(PRESETS["typical"], claims_per_year=5_000), seed=5)


def truth():
    return practice().truth


@functools.cache
def tried():
    """Return every try with the chance that the key gives it on its day, and whether it brought the money."""
    parts = []
    for (day, action), rows in truth().tries.groupby(["date", "action"]):
        known = truth().outcome(rows[["claim_id"]], action, day)
        known.insert(1, "attempt", rows["attempt"].to_numpy())
        parts.append(known.assign(action=action, day=day))
    every = pd.concat(parts, ignore_index=True)
    last = every.groupby("claim_id")["attempt"].transform("max")
    end = every["claim_id"].map(truth().denials.set_index("claim_id")["end"])
    return every.assign(won=(end == "won") & (every["attempt"] == last))


def test_a_chance_with_a_pencil():
    # 0.8 at once, a good file (1.1), 60 days on, one try lost: 0.8 x 1.1 x 0.9 x 0.9 x 0.75
    assert raw_chance(0.8, 1.1, 60.0, 1.0) == pytest.approx(0.8 * 1.1 * 0.81 * 0.75)
    many = raw_chance(np.array([0.8, 0.4]), np.array([1.1, 1.0]), np.array([60.0, 0.0]), np.array([1.0, 0.0]))
    assert many == pytest.approx([raw_chance(0.8, 1.1, 60.0, 1.0), 0.4])


def test_every_try_wins_exactly_where_its_luck_lies_below_the_chance_of_the_key():
    key = truth().items.set_index("claim_id")
    column = np.minimum(tried()["attempt"].to_numpy(), 3)
    luck = key.loc[tried()["claim_id"], [f"luck_{n}" for n in (1, 2, 3, 4)]].to_numpy()
    luck = luck[np.arange(len(column)), column]
    assert len(tried()) > 500 and (tried()["probability"] > 0).all()
    assert ((luck < tried()["probability"]) == tried()["won"]).all()


def test_chances_are_kept_over_many_tries():
    by_action = tried().groupby("action")
    for action, rows in by_action:
        sure = 3 * (0.25 / len(rows)) ** 0.5
        assert rows["won"].mean() == pytest.approx(rows["probability"].mean(), abs=sure + 0.01), action


def test_waiting_costs_chance_and_after_the_last_day_there_is_none():
    items = truth().items.query("wanted == 'corrected_claim' and not misposted")
    fresh = items[["claim_id"]].assign(attempt=0)
    day = items["denied_date"].max()
    open_then = items["end_date"].isna() | (items["end_date"] >= day)
    live = open_then & (items["correct_due"] > day + pd.Timedelta(days=5))
    gone = open_then & (items["correct_due"] < day)
    chance = truth().outcome(fresh, "corrected_claim", day)["probability"].to_numpy()
    assert live.sum() > 5 and gone.sum() > 5
    assert (chance[live] > 0).all() and (chance[gone] == 0).all()
    later = truth().outcome(fresh[live.to_numpy()], "corrected_claim", day + pd.Timedelta(days=3))
    assert (later["probability"].to_numpy() <= chance[live]).all()


def test_what_has_ended_or_is_not_yet_denied_brings_nothing():
    items = truth().items
    before = items["denied_date"].min() - pd.Timedelta(days=1)
    assert (truth().outcome(items, "appeal_1", before)["probability"] == 0).all()
    after = items["end_date"].max() + pd.Timedelta(days=1)
    ended = items[items["end_date"].notna()]
    assert (truth().outcome(ended, "corrected_claim", after)["expected_dollars"] == 0).all()


def test_nothing_is_worth_more_than_what_is_at_stake():
    day = pd.Timestamp("2025-09-15")
    for action in (
        "corrected_claim",
        "appeal_1",
        "records_sent",
        "rebill_other_payer",
        "write_off",
        "status_check",
    ):
        known = truth().outcome(truth().items[["claim_id"]], action, day)
        assert known["probability"].between(0, BEST).all()
        assert (known["expected_dollars"] <= known["dollars"] + 1e-9).all()
        if action in ("write_off", "status_check"):
            assert (known["probability"] == 0).all()


def test_one_action_for_each_item_is_the_same_as_one_after_the_other():
    items, day = truth().items[["claim_id"]].head(60), pd.Timestamp("2025-06-16")
    actions = pd.Series(["corrected_claim", "appeal_1", "records_sent"] * 20)
    together = truth().outcome(items, actions, day)["probability"]
    alone = [truth().outcome(items.iloc[[n]], actions[n], day)["probability"].iloc[0] for n in range(60)]
    assert together.tolist() == alone


def test_a_mistake_is_one_sentence():
    items = truth().items[["claim_id"]].head(2)
    with pytest.raises(InputRefused, match="There is no action 'pray': use status_check"):
        truth().outcome(items, "pray", "2025-06-16")
    with pytest.raises(InputRefused, match="1 of the claims have no denial in the answer key"):
        truth().outcome(
            pd.DataFrame({"claim_id": ["C999999", items["claim_id"].iloc[0]]}), "appeal_1", "2025-06-16"
        )


def test_the_propensity_is_the_share_that_the_house_works():
    denials = truth().denials.query("not misposted")
    for propensity, rows in denials.groupby("propensity"):
        sure = 3 * (propensity * (1 - propensity) / len(rows)) ** 0.5
        assert rows["worked_by_house"].mean() == pytest.approx(propensity, abs=sure + 1e-9)
    assert denials["propensity"].nunique() > 2
    left_alone = denials[~denials["worked_by_house"]]["claim_id"]
    assert not truth().tries["claim_id"].isin(left_alone).any()


def test_misposted_denials_are_followed_by_nobody_and_paid_by_nobody():
    lost = truth().denials.query("misposted")["claim_id"]
    assert len(lost) > 3
    assert not truth().tries["claim_id"].isin(lost).any()
    rows = practice().transactions
    wrong = rows.query("reason == 'misposted'")
    assert (wrong["kind"] == "contractual").all() and (wrong["carc"] != "45").all()
    known = lost[lost.isin(wrong["claim_id"])]
    assert not rows[rows["claim_id"].isin(known)]["kind"].eq("denial").any()


def test_every_action_of_the_reference_file_has_its_place():
    rules = load_rulebook()
    assert set(rules.denials.actions) <= set(PLAYBOOK)
    assert len(MINUTES) == len(Action) and FIT.shape == (len(Action), len(Action))
    for wanted in set(PLAYBOOK.values()):
        assert FIT[wanted].argmax() in (wanted, Action.APPEAL_1) and FIT[wanted, wanted] == 1.0
