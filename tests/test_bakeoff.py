"""Bounds and bake-offs: no policy beats the bound, the same seeds give the same, the shares are what they say."""

import dataclasses
import functools
import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from arlab.errors import SettingsError
from arlab.policies import largest_first
from arlab.simulate import (
    BUILT_IN,
    ITEM_COLUMNS,
    Deadlines,
    expected_value,
    fit_rates,
    make_start,
    policy_bakeoff,
    replay,
    session_scores,
    upper_bound,
)
from arlab.simulate.bound import _cheapest, _Stage
from arlab.simulate.intervals import half_width
from arlab.simulate.values import _Inflow
from arlab.synth import PRESETS, make_practice
from arlab.synth.chances import Action

DAY = "2025-08-01"


def scenario(preset="typical", **changes):
    return dataclasses.replace(PRESETS[preset], **({"claims_per_year": 4_000, "months": 11} | changes))


@functools.cache
def morning(preset="typical", seed=3):
    return make_start(scenario(preset), seed=seed, day=DAY)


# Sessions


def items_of(lines, setup=3.0, most=40):
    count = len(lines)
    return pd.DataFrame(
        {"session": lines, "setup_minutes": [float(setup)] * count, "session_most": [most] * count}
    )


def slow_scores(value, minutes, lines, setup, most):
    """Return the scores one line after the other, with loops."""
    scores = [0.0] * len(value)
    for line in set(lines):
        mine = sorted(
            (at for at in range(len(lines)) if lines[at] == line), key=lambda at: -value[at] / minutes[at]
        )
        for first in range(0, len(mine), most):
            part = mine[first : first + most]
            rates = [
                sum(value[at] for at in part[: n + 1]) / (setup + sum(minutes[at] for at in part[: n + 1]))
                for n in range(len(part))
            ]
            best = max(rates)
            last = max(n for n, rate in enumerate(rates) if rate >= best - 1e-12)
            for n, at in enumerate(part):
                scores[at] = best if n <= last else value[at] / minutes[at]
    return scores


@given(
    st.lists(st.tuples(st.integers(0, 3), st.integers(0, 500), st.integers(1, 40)), max_size=25),
    st.integers(0, 30),
    st.integers(1, 5),
)
def test_scores_by_session_are_those_of_a_loop(rows, setup, most):
    lines = [line for line, _, _ in rows]
    value = np.array([float(v) for _, v, _ in rows])
    minutes = np.array([float(m) for _, _, m in rows])
    fast = session_scores(value, minutes, items_of(lines, setup, most))
    assert fast == pytest.approx(slow_scores(value, minutes, lines, setup, most))


def test_a_claim_alone_pays_its_whole_set_up_and_no_claim_scores_above_its_own_rate_without():
    assert session_scores(np.array([60.0]), np.array([10.0]), items_of([1], 5.0)).tolist() == [4.0]
    assert session_scores(np.array([60.0]), np.array([10.0]), items_of([1], 0.0)).tolist() == [6.0]
    assert len(session_scores(np.empty(0), np.empty(0), items_of([]))) == 0


# Rates


def tries(rows):
    """Return a history of (payer, category, code, remedy, tries, days, expected, recovered)."""
    names = ["payer", "category", "carc", "remedy", "tries", "denied_days", "expected", "recovered"]
    frame = pd.DataFrame(rows, columns=names)
    words = {
        "payer": ["Alder", "Birch"],
        "category": ["coding", "authorisation"],
        "carc": ["4", "11", "197"],
        "remedy": [one.name.lower() for one in Action],
    }
    for name, known in words.items():
        frame[name] = pd.Categorical(frame[name], categories=known)
    return frame.astype(
        {"tries": "int64", "denied_days": "float64", "expected": "float64", "recovered": "float64"}
    )


def claim(payer="Alder", category="coding", carc="4", remedy="corrected_claim", days=0):
    return tries([(payer, category, carc, remedy, 0, days, 100.0, 0.0)])


def test_without_history_every_try_has_an_even_chance_and_nothing_is_certain():
    table = fit_rates(tries([]))
    assert table.chance(claim())[0] == pytest.approx(0.5)
    assert table.chance(claim(remedy="resubmit"))[0] == pytest.approx(0.5)
    assert table.chance(claim(remedy="status_check", category=None, carc=None))[0] == 0


def test_rates_lean_on_wider_groups():
    won = [("Alder", "coding", "4", "corrected_claim", 0, 0, 100, 1)] * 40
    lost = [("Alder", "authorisation", "197", "corrected_claim", 0, 0, 100, 0)] * 40
    table = fit_rates(tries(won + lost), weight=8.0)
    often, never = table.chance(claim())[0], table.chance(claim(category="authorisation", carc="197"))[0]
    unseen = table.chance(claim(carc="11"))[0]
    assert never < 0.1 < 0.5 < unseen
    assert 0.85 < often <= 0.97
    # 40 wins of 40, leaning with 8 on the category, which leans with 8 on the remedy's one half.
    of_category = (40 + 8 * 0.5) / (40 + 8)
    rate = (40 + 8 * of_category) / (40 + 8)
    assert table.rate[Action.CORRECTED_CLAIM, 0] == pytest.approx(rate, rel=0.03)


def test_rates_fall_with_time_where_history_says_so():
    young = [("Alder", "coding", "4", "corrected_claim", 0, 0, 100, n % 10 < 9) for n in range(300)]
    old = [("Alder", "coding", "4", "corrected_claim", 0, 90, 100, n % 10 < 6) for n in range(300)]
    table = fit_rates(tries(young + old))
    assert table.decay == pytest.approx((6 / 9) ** (1 / 3), abs=0.021)
    assert table.chance(claim(days=90))[0] == pytest.approx(0.6, abs=0.03)
    assert table.chance(claim())[0] > table.chance(claim(), days_on=30.0)[0]


def test_a_payer_that_gives_way_more_often_gets_more_than_the_others():
    rows = [
        (payer, "coding", "4", "corrected_claim", 0, 0, 100, n % 10 < wins)
        for payer, wins in (("Alder", 8), ("Birch", 4))
        for n in range(200)
    ]
    table = fit_rates(tries(rows), payer_weight=20.0)
    assert table.chance(claim("Alder"))[0] > 0.7 > 0.5 > table.chance(claim("Birch"))[0]


def test_history_knows_only_what_was_answered_before_the_day():
    start = morning("distressed")
    history = start.history
    later = make_start(scenario("distressed"), seed=3, day="2025-09-15").history
    assert 100 < len(history) < len(later)
    assert history["recovered"].between(0, 1).all() and history["denied_days"].ge(0).all()
    other = dataclasses.replace(start, latent=start.afresh(8).latent)
    assert other.history.equals(history), "what is still to come is not in it"
    won = history[history["remedy"] != "resubmit"]["recovered"]
    assert set(won) == {0.0, 1.0} and 0.4 < won.mean() < 0.9


# Deadlines


def test_only_what_the_team_would_get_to_is_hurried():
    inflow = _Inflow()
    rates, minutes = np.array([9.0, 5.0, 3.0, 1.0]), np.full(4, 10.0)
    # Two days of 10 minutes hold the two best claims.
    assert inflow.price(np.arange(4), rates, minutes, 10.0, 2.0) == 5.0
    assert inflow.price(np.arange(4), rates, minutes, 10.0, 50.0) == 1.0
    # A claim of 7 dollars a minute comes every day: within two days two more of them, and the list grows shorter.
    for day in range(3):
        price = inflow.price(
            np.array([0, 1, 2, 3, 10 + day]), np.append(rates, 7.0), np.full(5, 10.0), 10.0, 2.0
        )
    assert price == 7.0


def test_a_claim_whose_last_remedy_ends_soon_comes_before_one_that_can_wait():
    start = morning("deadlines_bind")
    seen = {}

    def watch(deadlines):
        policy = expected_value(deadlines)

        def make(start, desk):
            inner = policy.make(start, desk)

            def order(items, day):
                scores = inner(items, day)
                seen.setdefault(deadlines is not None, []).append((items, np.asarray(scores)))
                return scores

            return order

        return dataclasses.replace(policy, make=make)

    for deadlines in (None, Deadlines(strength=5.0, horizon=10.0, plan=1_000.0)):
        replay(start, watch(deadlines), days=1, minutes_per_day=60)
    (items, plain), (_, hurried) = seen[False][0], seen[True][0]
    soon = (items["last_days_left"] <= 10).to_numpy() & (plain > 0)
    apart = ~items["session"].isin(items["session"][soon | (items["days_left"] <= 10).to_numpy()]).to_numpy()
    assert soon.sum() >= 2 and apart.sum() >= 3
    assert (hurried[soon] > plain[soon]).all()
    assert hurried[apart] == pytest.approx(plain[apart])


# Bounds


def stage(gain, minutes):
    gain = np.array(gain, dtype=float)
    shape = gain.shape
    return _Stage(
        gain, np.ones(shape), np.full(shape, float(minutes)), np.full(shape, shape[1]), np.full(shape, 3)
    )


def test_a_bound_with_a_pencil():
    """Four claims of 10 minutes, 25 minutes in all: 160 + 80 and half of 40."""
    one = stage([[160], [80], [40], [20]], 10)
    none = stage(np.zeros((4, 1)), 1)
    bound = _cheapest((one, none, none), np.array([25.0]), 0.0)
    assert bound.dollars == pytest.approx(160 + 80 + 20, rel=1e-3)
    assert bound.prices[0] == pytest.approx(4.0, rel=1e-2)


def test_a_claim_that_waits_for_a_later_week_is_paid_from_that_weeks_minutes():
    """Both claims come in the second week, which has minutes for one: the first week's are of no use."""
    late = stage([[0, 100], [0, 90]], 10)
    none = stage(np.zeros((2, 2)), 1)
    bound = _cheapest((late, none, none), np.array([10.0, 10.0]), 0.0)
    assert bound.dollars == pytest.approx(100, rel=0.03)


def test_the_bound_is_that_of_a_linear_programme():
    """Claims without second tries over three weeks, against a solver that knows nothing of prices."""
    optimize = pytest.importorskip("scipy.optimize")
    source = np.random.default_rng(4)
    count, weeks = 30, 3
    ready = source.integers(0, weeks, count)
    gain = (
        source.uniform(10, 300, count)[:, None]
        * 0.97 ** np.arange(weeks)
        * (np.arange(weeks) >= ready[:, None])
    )
    minutes, supply = source.integers(5, 40, count), np.array([60.0, 90.0, 40.0])
    spread = np.repeat(minutes[:, None], weeks, axis=1)
    one = dataclasses.replace(stage(gain, 1), minutes=spread.astype(float))
    none = stage(np.zeros((count, weeks)), 1)
    bound = _cheapest((one, none, none), supply, 0.0)
    each = np.kron(np.eye(count), np.ones(weeks))
    by_week = np.tile(np.eye(weeks), count) * spread.ravel()
    solved = optimize.linprog(
        -gain.ravel(), np.vstack([each, by_week]), np.concatenate([np.ones(count), supply]), bounds=(0, None)
    )
    assert -solved.fun <= bound.dollars + 1e-6
    assert bound.dollars == pytest.approx(-solved.fun, rel=0.02)


@pytest.mark.parametrize("preset", ["typical", "deadlines_bind"])
def test_no_policy_beats_the_clairvoyant_bound_nor_in_expectation_the_other(preset):
    start = morning(preset)
    for minutes in (25.0, 70.0):
        most = upper_bound(start, days=30, minutes_per_day=minutes).dollars
        knowing = upper_bound(start, days=30, minutes_per_day=minutes, clairvoyant=True).dollars
        for name, policy in BUILT_IN.items():
            found = replay(start, policy, days=30, minutes_per_day=minutes)
            assert found.recovered <= knowing, name
            assert found.likely <= most, name
    best = replay(start, BUILT_IN["true value"], days=30, minutes_per_day=70.0)
    assert best.likely > 0.8 * most


def test_without_minutes_the_bound_is_what_people_could_do_by_running_over():
    start = morning()
    assert upper_bound(start, days=10, minutes_per_day=0).dollars < upper_bound(start, days=10).dollars
    assert replay(start, largest_first, days=10, minutes_per_day=0).recovered == 0


# Bake-offs


@functools.cache
def bakeoff():
    return policy_bakeoff(
        scenario("distressed", claims_per_year=2_500), seeds=[1, 2, 3], day=DAY, days=20, capacity=0.5
    )


def test_a_bakeoff_has_every_policy_on_every_seed_and_the_best_first():
    found = bakeoff()
    assert len(found.runs) == 3 * len(BUILT_IN) and set(found.runs["policy"]) == set(BUILT_IN)
    table = found.table
    assert set(table["policy"]) == set(BUILT_IN) and table["recovered"].is_monotonic_decreasing
    assert (found.seeds["bound"] <= found.seeds["clairvoyant"] * 1.2).all()
    assert found.seeds["minutes_per_day"].tolist() == pytest.approx(
        (found.seeds["need_per_day"] / 2).tolist()
    )
    worth = table.set_index("policy")["recovered"]
    assert worth["true value"] > worth["dollars per minute"] > worth["largest first"] > worth["random"]
    assert found.against == "house" and table.set_index("policy").loc["house", "difference"] == 0


def test_differences_and_shares_are_what_they_say():
    found = bakeoff()
    wide = found.runs.pivot_table(index="seed", columns="policy", values="recovered")
    table = found.table.set_index("policy")
    apart = (wide["expected value"] - wide["house"]).to_numpy()
    half = 4.302653 * apart.std(ddof=1) / math.sqrt(3)  # Student's t for two degrees of freedom
    row = table.loc["expected value"]
    assert (row["difference"], row["low"], row["high"]) == pytest.approx(
        (apart.mean(), apart.mean() - half, apart.mean() + half), rel=1e-4
    )
    blind, knowing = wide["dollars per minute"].mean(), wide["true value"].mean()
    assert row["information"] == pytest.approx((wide["expected value"].mean() - blind) / (knowing - blind))
    assert table.loc["true value", "information"] == pytest.approx(1)
    assert table.loc["dollars per minute", "information"] == pytest.approx(0)
    assert row["share_of_bound"] == pytest.approx(wide["expected value"].mean() / found.seeds["bound"].mean())
    assert found.difference("expected value", "house")[0] == pytest.approx(row["difference"])


@pytest.mark.parametrize(("freedom", "expected"), [(2, 4.3027), (4, 2.7764), (19, 2.0930), (200, 1.9719)])
def test_students_t_by_the_printed_table(freedom, expected):
    values = pd.Series([0.0, 2.0] + [1.0] * (freedom - 1))
    assert half_width(values) / (values.std() / math.sqrt(freedom + 1)) == pytest.approx(expected, abs=2e-3)
    assert math.isnan(half_width(pd.Series([1.0])))


def test_own_policies_and_names_may_be_mixed_and_seeds_of_a_practice_draw_luck_anew():
    practice = make_practice(scenario(), seed=3)

    def newest_first(items, day):
        return -items["age_days"].to_numpy(dtype=float)

    calls = []
    found = policy_bakeoff(
        practice,
        {"newest": newest_first, "house": "house", "largest": largest_first},
        seeds=[7, 8],
        day=DAY,
        days=15,
        bounds=False,
        workers=2,
        against="largest",
        progress=lambda done, of: calls.append((done, of)),
    )
    assert calls == [(1, 2), (2, 2)]
    one = found.runs.set_index(["seed", "policy"])["recovered"]
    assert one[7, "newest"] == replay(morning().afresh(7), newest_first, days=15).recovered
    assert one[7, "newest"] != one[8, "newest"]
    assert found.table["share_of_bound"].isna().all() and found.table["information"].isna().all()


def test_two_processes_find_what_one_finds():
    names = ["largest first", "expected value"]
    same = {"seeds": [1, 2], "day": DAY, "days": 5, "bounds": False}
    one = policy_bakeoff(scenario(claims_per_year=800), names, **same)
    two = policy_bakeoff(scenario(claims_per_year=800), names, workers=2, **same)
    assert one.runs.equals(two.runs) and one.seeds.equals(two.seeds)


@pytest.mark.parametrize(
    ("settings", "why"),
    [
        ({"policies": ["best"]}, "There is no policy 'best': use house, oldest first"),
        ({"policies": []}, "There is no policy ''"),
        ({"seeds": []}, "needs at least one seed"),
        ({"capacity": 0.5, "minutes_per_day": 60}, "Give capacity or minutes_per_day, not both"),
        ({"capacity": -0.1}, "capacity must be a share from 0"),
        ({"against": "nobody"}, "Differences from 'nobody' need it among the policies"),
    ],
)
def test_a_setting_that_cannot_be_is_one_sentence(settings, why):
    with pytest.raises(SettingsError, match=why):
        policy_bakeoff(scenario(), **({"seeds": [1], "policies": ["house"]} | settings))


# The page that shows how to write a policy


def page():
    return (Path(__file__).parents[1] / "docs" / "policies.md").read_text(encoding="utf-8")


def test_the_page_lists_the_columns_that_a_policy_gets():
    block = page().split("<!-- columns -->")[1].split("<!-- /columns -->")[0]
    rows = [line.strip("| ").split(" | ") for line in block.strip().splitlines()[2:]]
    assert {name.strip("`"): what for name, what in rows} == ITEM_COLUMNS


def test_the_policy_on_the_page_runs(capsys):
    code = page().split("```python\n")[1].split("```")[0]
    exec(compile(code, "policies.md", "exec"), {"__name__": "page"})
    said = capsys.readouterr().out
    assert "near deadlines first" in said and "largest first" in said


def test_deadlines_that_weigh_nothing_change_nothing():
    start = morning("deadlines_bind")
    plain, same = (
        replay(start, expected_value(deadlines), days=15, minutes_per_day=60, name="p")
        for deadlines in (None, Deadlines(strength=0.0))
    )
    assert plain == same
    assert (
        replay(start, expected_value(Deadlines(strength=9.0)), days=15, minutes_per_day=60, name="p") != plain
    )


@given(st.integers(0, 2**32 - 1))
@settings(max_examples=6, deadline=None)
def test_no_order_drawn_by_lot_beats_the_clairvoyant_bound(seed):
    start, source = morning(), np.random.default_rng(seed)

    def lots(items, day):
        scores = source.random(len(items))
        return np.where(source.random(len(items)) < 0.2, np.nan, scores)

    found = replay(start, lots, days=30, minutes_per_day=40.0)
    assert found.recovered <= known_most()
    assert found.minutes <= 30 * 40 + 60 and found.cash <= found.recovered


@functools.cache
def known_most():
    return upper_bound(morning(), days=30, minutes_per_day=40.0, clairvoyant=True).dollars
