"""The generator's money: carried-forward payments, patient shares, contract prices, the books line by line."""

import dataclasses
import datetime as dt
import functools

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from arlab.synth import PRESETS, Scenario, make_practice
from arlab.synth.days import make_calendar
from arlab.synth.ledger import carried_forward
from arlab.synth.lines import make_lines, starts_of
from arlab.synth.people import make_patients
from arlab.synth.rulebook import SELF_PAY, load_rulebook
from arlab.synth.streams import Streams
from arlab.synth.texts import numbered
from arlab.synth.visits import make_visits


def test_a_payer_that_is_owed_money_pays_less_next_time():
    assert carried_forward(np.array([160, -80, 20, 40, 40])).tolist() == [160, 0, 0, 0, 20]
    assert carried_forward(np.array([-80])).tolist() == [0]
    assert carried_forward(np.array([], dtype=np.int64)).tolist() == []


@given(st.lists(st.integers(-10_000, 10_000), max_size=30))
def test_carrying_forward_is_what_a_bookkeeper_would_do(owed):
    debt, by_hand = 0, []
    for one in owed:
        paid = max(one - debt, 0)
        debt = max(debt - one, 0)
        by_hand.append(paid)
    assert carried_forward(np.array(owed, dtype=np.int64)).tolist() == by_hand


def test_numbers_become_names():
    assert numbered("C", np.array([1, 250]), 4).tolist() == ["C0001", "C0250"]
    assert starts_of(np.array([3, 3, 5, 9, 9])).tolist() == [0, 2, 3]


@functools.cache
def stages(seed):
    scenario = Scenario(claims_per_year=1_500, months=14)
    rules, streams = load_rulebook(), Streams(seed)
    calendar = make_calendar(scenario.start, 800)
    patients = make_patients(scenario, rules, streams)
    visits = make_visits(scenario, calendar, patients, streams)
    return patients, visits, make_lines(scenario, rules, visits, patients, streams)


def test_lines_are_found_and_summed_by_claim():
    lines = stages(1)[2]
    claims = np.array([5, 2, 5])
    at, entry = lines.of_claims(claims)
    assert (lines.claim[at] == claims[entry]).all()
    assert np.bincount(entry).tolist() == lines.size[claims].tolist()
    assert lines.per_claim(lines.charge)[2] == lines.charge[at[entry == 1]].sum()
    assert lines.any_of_claim(lines.number == 2).tolist() == (lines.size > 1).tolist()
    assert lines.of_claims(claims[:0])[0].tolist() == []


@settings(max_examples=8)
@given(st.integers(0, 10_000))
def test_patient_shares_stay_within_what_is_allowed(seed):
    patients, visits, lines = stages(seed)
    assert (lines.deductible >= 0).all() and (lines.coinsurance >= 0).all() and (lines.copay >= 0).all()
    assert (lines.payment >= 0).all() and (lines.sequestration >= 0).all()
    total = lines.payment + lines.sequestration + lines.patient_share
    assert (total == lines.allowed).all()
    assert (lines.allowed <= lines.contract).all() and (lines.contract <= lines.charge).all()
    # Nobody pays more deductible in a year than the plan asks.
    season = visits.patient[lines.claim] * 10 + visits.year[lines.claim]
    taken = np.bincount(season, weights=lines.deductible)
    asked = np.repeat(patients.deductible, 10)[: len(taken)]
    assert (taken <= asked).all()
    assert (lines.size >= 1).all() and lines.size.sum() == len(lines.claim)


@functools.cache
def practice():
    scenario = dataclasses.replace(PRESETS["typical"], claims_per_year=2_000)
    return make_practice(scenario, seed=9)


def test_lines_are_priced_by_their_contract():
    lines = practice().lines.merge(practice().claims[["claim_id", "service_date"]], on="claim_id")
    first = practice().coverages.query("rank == 1")[["claim_id", "contract_id", "payer"]]
    lines = lines.merge(first, on="claim_id")
    priced = lines.merge(practice().contracts, on=["contract_id", "procedure"], suffixes=("", "_of_contract"))
    assert len(priced) == len(lines)
    assert (priced["payer"] == priced["payer_of_contract"]).all()
    assert (priced["service_date"] >= priced["effective_from"]).all()
    assert (priced["service_date"] <= priced["effective_to"]).all()
    by_contract = (priced["allowed"] * 100).round() * priced["units"].astype("int64")
    assert ((priced["expected_allowed"] * 100).round() == by_contract).all()


def test_prices_rise_with_the_year():
    prices = (
        practice()
        .contracts.query("procedure == 'EST-L4'")
        .pivot(index="payer", columns="effective_from", values="allowed")
    )
    first, second = prices.columns
    assert (prices[second] > prices[first]).all()


def test_every_contract_has_a_row_for_its_terms():
    terms = practice().contracts.query("procedure == '*'")
    assert set(terms["contract_id"]) == set(practice().contracts["contract_id"])
    assert terms["allowed"].isna().all()


def test_most_lines_are_paid_at_the_contract_price_and_some_below():
    rows = practice().transactions
    lines = practice().lines.set_index(["claim_id", "line_number"])
    contract = rows.query("kind == 'contractual' and carc == '45' and responsible == 'payer_1'")
    contract = contract[contract["reason"].isna()].groupby(["claim_id", "line_number"])["amount"].sum()
    denied = (
        rows.query("kind == 'denial' or reason == 'misposted'").groupby(["claim_id", "line_number"]).size()
    )
    contract = contract[~contract.index.isin(denied.index)]
    allowed = (lines["charge"].reindex(contract.index) + contract).round(2)
    expected = lines["expected_allowed"].reindex(contract.index)
    short = (allowed < expected - 0.005).mean()
    assert 0.01 <= short <= 0.06
    assert (allowed <= expected + 0.005).all()


def test_self_pay_has_no_payer_anywhere():
    alone = practice().claims.query("payer_class == 'self_pay'")
    assert (alone["first_payer"] == SELF_PAY).all() and alone["expected_allowed"].isna().all()
    ids = set(alone["claim_id"])
    assert not practice().coverages["claim_id"].isin(ids).any()
    rows = practice().transactions[practice().transactions["claim_id"].isin(ids)]
    assert set(rows["responsible"]) <= {"patient", "agency"}


@pytest.mark.parametrize("responsible", ["payer_1", "payer_2", "patient", "agency"])
def test_no_party_is_taken_below_zero_without_a_reason(responsible):
    rows = practice().transactions
    held = rows[rows["responsible"] == responsible].groupby("claim_id")["amount"].sum().round(2)
    below = rows[rows["claim_id"].isin(held[held < 0].index)]
    causes = below.groupby("claim_id")["reason"].agg(lambda reasons: set(reasons.dropna()))
    known = {"duplicate_payment", "paid_twice", "not_due_after_all", "keyed_twice", "other_payer_paid_too"}
    assert all(reasons & known for reasons in causes)


WORLDS = st.builds(
    dict,
    name=st.sampled_from(
        ["typical", "healthy", "distressed", "deadlines_bind", "orthopaedics", "payer_slows"]
    ),
    seed=st.integers(0, 10_000),
    months=st.integers(1, 3),
    later=st.integers(0, 300),
)


@settings(max_examples=8, deadline=None)
@given(WORLDS)
def test_the_books_tie_out_in_any_world_on_any_day(world):
    """Charges = payments + adjustments + open balance - credits: by claim, by portfolio, on every month end."""
    preset = PRESETS[world["name"]]
    start = preset.incidents[0].start.replace(day=1) if preset.incidents else preset.start
    scenario = dataclasses.replace(
        preset,
        claims_per_year=400,
        start=start,
        months=max(world["months"], 6) if preset.incidents else world["months"],
    )
    scenario = dataclasses.replace(scenario, as_of=scenario.end + dt.timedelta(days=world["later"]))
    made = make_practice(scenario, seed=world["seed"])
    rows, claims = made.transactions, made.claims.set_index("claim_id")
    cents = (rows["amount"] * 100).round().astype("int64")
    kind, by_claim = rows["kind"], rows["claim_id"]

    charged = cents.where(kind == "charge", 0).groupby(by_claim).sum()
    assert (charged.reindex(claims.index) == (claims["charge"] * 100).round()).all()
    assert (cents[kind == "denial"] == 0).all()
    assert (cents.where(kind == "transfer", 0).groupby([by_claim, rows["posted_date"]]).sum() == 0).all()
    assert (rows["posted_date"] <= pd.Timestamp(scenario.last_known_day)).all()
    assert rows["posted_date"].is_monotonic_increasing

    places = rows.set_index("transaction_id").index.get_indexer(rows["reverses_id"].dropna())
    back = np.flatnonzero(rows["reverses_id"].notna())
    assert (places >= 0).all() and len(set(places)) == len(places) and (places < back).all()
    assert (cents.to_numpy()[places] == -cents.to_numpy()[back]).all()
    assert (by_claim.to_numpy()[places] == by_claim.to_numpy()[back]).all()

    settled = -cents.where(~kind.isin(["charge", "transfer"]), 0)
    for day in pd.date_range(scenario.start, scenario.last_known_day, freq="ME"):
        known = rows["posted_date"] <= day
        held = cents[known].groupby([by_claim[known], rows["responsible"][known]]).sum()
        open_cents, credit = held.clip(lower=0), (-held).clip(lower=0)
        charges = cents[known & (kind == "charge")].sum()
        assert charges - settled[known].sum() == open_cents.sum() - credit.sum()
        net = (open_cents - credit).groupby("claim_id").sum()
        moved = (cents.where(kind == "charge", 0) - settled)[known].groupby(by_claim[known]).sum()
        assert (net == moved.reindex(net.index)).all()
