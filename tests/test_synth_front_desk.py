"""The front desk: what happens at a visit, in which order, and what it does to denials."""

import dataclasses
import datetime as dt
import functools

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from arlab.errors import SettingsError
from arlab.synth import PRESETS, Scenario, make_practice
from arlab.synth.claim_edits import EDITS
from arlab.synth.front_desk import RESULTS
from arlab.synth.front_tables import registrar_names
from arlab.synth.hazards import make_hazards
from arlab.synth.people import make_name_pool
from arlab.synth.rulebook import CATEGORIES, CLASS_AT
from stages import run_stages, typical_stages

FRONT = ("eligibility", "registration", "wrong_payer")
SMALL = Scenario(claims_per_year=1200, months=6, locations=2)


@functools.cache
def practice():
    return make_practice(dataclasses.replace(PRESETS["typical"], claims_per_year=3_000), seed=5)


def by_claim(table):
    return practice().tables[table].set_index("claim_id").sort_index()


def denied_for(stages, *names):
    """Return which claims are denied for one of some categories, timely filing apart."""
    decisions = stages.decisions
    category = stages.rules.denials.category[np.maximum(decisions.code, 0)]
    wanted = np.isin(category, [CATEGORIES.index(name) for name in names])
    return (decisions.code >= 0) & ~decisions.wrongly_late & wanted


# The tables


def test_every_claim_entered_has_its_visit():
    assert practice().visits["claim_id"].tolist() == practice().claims["claim_id"].tolist()
    assert practice().visits["registrar"].nunique() == practice().truth.scenario.registrars


def test_events_stand_in_their_order():
    claims, visits = by_claim("claims"), by_claim("visits")
    checked = visits["eligibility_checked_date"].dropna()
    assert (checked <= claims.loc[checked.index, "service_date"]).all()
    assert (checked.dt.day_of_week < 5).all()
    assert (visits["documentation_complete_date"] >= claims["service_date"]).all()
    assert (visits["documentation_complete_date"] <= claims["charge_entry_date"]).all()
    edits = practice().claim_edits.set_index("claim_id")
    assert (edits["hit_date"] == claims.loc[edits.index, "charge_entry_date"]).all()
    cleared = edits["cleared_date"].dropna()
    assert (cleared >= edits.loc[cleared.index, "hit_date"]).all()
    first = practice().submissions.query("rank == 1").groupby("claim_id")["submitted_date"].min()
    sent = first[first.index.isin(edits.index)]
    assert len(sent) > 100
    assert (sent >= edits.loc[sent.index, "cleared_date"]).all(), "nothing goes before it is cleared"


def test_due_and_collected_at_the_visit_are_the_rows_of_the_ledger():
    rows = practice().transactions.assign(cents=(practice().transactions["amount"] * 100).round())
    patient = rows[rows["responsible"] == "patient"]
    self_pay = practice().claims.query("payer_class == 'self_pay'")["claim_id"]

    def posted(which):
        sums = which.groupby("claim_id")["cents"].sum()
        return sums.reindex(by_claim("visits").index, fill_value=0)

    asked = posted(patient[(patient["reason"] == "due_at_visit") & (patient["kind"] == "transfer")])
    own = patient["claim_id"].isin(self_pay) & patient["reason"].isin(["", "self_pay_discount"])
    asked += posted(patient[own | (patient["claim_id"].isin(self_pay) & (patient["kind"] == "charge"))])
    visits = by_claim("visits")
    assert (asked == (visits["due_at_visit"] * 100).round()).all()
    collected = -posted(rows[rows["reason"] == "at_visit"])
    assert (collected == (visits["collected_at_visit"] * 100).round()).all()
    assert (
        (visits["collected_at_visit"] == 0) | (visits["collected_at_visit"] == visits["due_at_visit"])
    ).all()
    assert (visits["due_at_visit"] > 0).mean() > 0.3


def test_an_estimate_is_what_was_asked_for():
    visits = by_claim("visits")
    told = visits.dropna(subset="estimate")
    assert 0.15 < len(told) / len(visits) < 0.4
    assert (told["estimate"] == told["due_at_visit"]).all()


def test_numbers_and_units_stand_only_where_something_was_required():
    visits = by_claim("visits")
    assert visits.loc[visits["authorisation_number"].notna(), "authorisation_required"].all()
    assert visits.loc[visits["referral_number"].notna(), "referral_required"].all()
    assert (visits["authorised_units"].notna() == visits["authorisation_number"].notna()).all()
    assert (visits["authorised_units"].dropna() >= 1).all()
    numbers = visits["authorisation_number"].dropna()
    assert len(numbers) > 50 and numbers.is_unique
    plans = by_claim("claims")["plan_type"]
    assert set(plans[visits["referral_required"]]) == {"hmo", "federal"}
    assert not visits["referral_required"][by_claim("claims")["specialty"] == "primary_care"].any()


def test_patients_who_pay_themselves_have_no_eligibility_to_check():
    nobody = by_claim("claims")["payer_class"] == "self_pay"
    mine = by_claim("visits")[nobody]
    assert mine["eligibility_checked_date"].isna().all() and mine["eligibility_result"].isna().all()
    assert not mine["referral_required"].any() and not mine["authorisation_required"].any()
    assert not practice().claim_edits["claim_id"].isin(mine.index).any()


def test_a_person_touches_what_a_person_clears():
    """One fact in two tables: the first sending was touched where a manual edit stopped it, and only there."""
    sent = (
        practice().submissions.sort_values("submission_id").drop_duplicates("claim_id").set_index("claim_id")
    )
    edits = practice().claim_edits.set_index("claim_id")
    assert (sent["rank"] == 1).all()
    by_hand = sent.index.isin(edits.index[edits["manual"]])
    assert (sent["touched_before_send"].to_numpy() == by_hand).all()
    assert 0.6 < edits["manual"].mean() < 0.95
    share = len(edits) / (by_claim("claims")["payer_class"] != "self_pay").sum()
    assert share == pytest.approx(practice().truth.scenario.edit_share, abs=0.01)


def test_an_earlier_day_knows_no_number_that_came_later():
    as_of = dt.date(2025, 4, 15)
    early = make_practice(dataclasses.replace(SMALL, as_of=as_of), seed=11)
    late = make_practice(dataclasses.replace(SMALL, as_of=dt.date(2026, 6, 30)), seed=11)
    day = np.datetime64(as_of)
    then = late.visits[late.visits["claim_id"].isin(early.claims["claim_id"])].reset_index(drop=True)
    got_later = ["referral_number", "authorisation_number", "authorised_units"]
    assert early.visits.drop(columns=got_later).equals(then.drop(columns=got_later))
    for column in got_later:
        known = early.visits[column].notna()
        assert (early.visits.loc[known, column] == then.loc[known, column]).all()
    hit = late.claim_edits[late.claim_edits["hit_date"] <= day].reset_index(drop=True)
    assert early.claim_edits["claim_id"].tolist() == hit["claim_id"].tolist()
    assert early.claim_edits["cleared_date"].equals(hit["cleared_date"].mask(hit["cleared_date"] > day))
    open_edits = early.claim_edits[early.claim_edits["cleared_date"].isna()]["claim_id"]
    assert not early.submissions["claim_id"].isin(open_edits).any()


# Who and when


def test_registrars_keep_to_their_offices_and_help_out_elsewhere():
    front, visits = typical_stages().front, typical_stages().visits
    for registrar in range(4):
        share = (
            np.bincount(visits.location[front.registrar == registrar]) / (front.registrar == registrar).sum()
        )
        assert 0.5 < share.max() < 0.95
        assert (share > 0.01).sum() > 1


def test_registrars_have_names_of_their_own():
    pool = make_name_pool(7)
    names = registrar_names(pool, 200)
    assert len(set(names)) == 200
    staff = list(dict.fromkeys(pool.first.tolist()))[:20]
    assert not set(names[:20]) & set(staff)


@pytest.mark.parametrize(("locations", "registrars"), [(1, 1), (5, 1), (1, 6), (4, 3)])
def test_any_number_of_offices_and_registrars_works(locations, registrars):
    stages = run_stages(dataclasses.replace(SMALL, locations=locations, registrars=registrars), 3)
    assert set(stages.front.registrar.tolist()) == set(range(registrars))


# Edges


def test_the_shares_reach_from_none_to_all():
    none = run_stages(dataclasses.replace(SMALL, eligibility_checked_share=0.0), 3)
    habit = none.habits.registrar[none.front.registrar]
    assert (none.front.result[habit >= 1] == -1).all()
    every = run_stages(dataclasses.replace(SMALL, eligibility_checked_share=1.0), 3)
    insured = every.visits.payer != every.rules.payers.self_pay
    assert ((every.front.result >= 0) == insured).all()
    asked = run_stages(dataclasses.replace(SMALL, authorisation_obtained_share=1.0), 3)
    assert asked.front.authorisation_required.any() and not asked.front.no_authorisation.any()
    never = run_stages(dataclasses.replace(SMALL, authorisation_obtained_share=0.0), 3)
    assert (never.front.no_authorisation == never.front.authorisation_required).all()
    unedited = run_stages(dataclasses.replace(SMALL, edit_share=0.0), 3)
    assert (unedited.edits.edit == -1).all() and not unedited.edits.manual.any()
    assert (unedited.edits.cleared_day == unedited.entry_day).all()
    stopped = run_stages(dataclasses.replace(SMALL, edit_share=1.0), 3)
    assert ((stopped.edits.edit >= 0) == (stopped.visits.payer != stopped.rules.payers.self_pay)).all()


@pytest.mark.parametrize("field", ["eligibility_checked_share", "authorisation_obtained_share"])
def test_a_share_above_one_is_refused(field):
    with pytest.raises(SettingsError, match=f"'{field}' must be a share from 0 to 1, not 1.2"):
        Scenario(**{field: 1.2})


# What must always hold


@settings(max_examples=15, deadline=None)
@given(
    st.integers(0, 10_000),
    st.sampled_from([0.0, 0.5, 1.0]),
    st.sampled_from([0.0, 0.4, 1.0]),
    st.sampled_from([0.5, 1.0, 4.0]),
)
def test_rates_of_class_and_category_stay_whatever_the_front_desk_does(seed, checked, obtained, factor):
    """The facts move denials between claims: their number is that of the reference file, up to the chance's cap."""
    scenario = dataclasses.replace(
        SMALL,
        eligibility_checked_share=checked,
        authorisation_obtained_share=obtained,
        denial_factor=factor,
    )
    stages = run_stages(scenario, seed)
    hazards, _ = make_hazards(
        scenario, stages.rules, stages.visits, stages.lines, stages.mended, stages.habits
    )
    assert (sum(hazards.values()) <= 0.9 + 1e-12).all() and all((row >= 0).all() for row in hazards.values())
    classes = stages.visits.payer_class
    counts = np.bincount(classes, minlength=len(CLASS_AT))
    uncapped = sum(hazards.values()) < 0.9 - 1e-9
    whole = np.bincount(classes[~uncapped], minlength=len(CLASS_AT)) == 0
    for name, row in hazards.items():
        expected = stages.rules.denial_rates[:, CATEGORIES.index(name)] * factor * counts
        found = np.bincount(classes, weights=row, minlength=len(CLASS_AT))
        assert found[whole] == pytest.approx(expected[whole])
        assert (found <= expected + 1e-9).all()


@settings(max_examples=10, deadline=None)
@given(st.integers(0, 10_000))
def test_order_of_days_always_holds(seed):
    stages = run_stages(SMALL, seed)
    front, visits = stages.front, stages.visits
    assert (front.checked_day <= visits.day).all()
    assert (front.note_lag >= 0).all()
    assert (stages.entry_day >= visits.day + front.note_lag).all()
    assert (stages.edits.cleared_day >= stages.edits.hit_day).all()
    held = stages.edits.cleared_day > stages.edits.hit_day
    assert (stages.edits.edit[held] >= 0).all()
    assert (front.collected <= front.due).all() and (front.due >= 0).all()
    assert (stages.lines.per_claim(front.due_by_line) <= front.due).all()


# Causes


def test_unchecked_coverage_is_denied_more_often():
    stages = typical_stages()
    insured = stages.visits.payer != stages.rules.payers.self_pay
    denied, checked = denied_for(stages, *FRONT), stages.front.result >= 0
    assert denied[insured & ~checked].mean() > 1.5 * denied[insured & checked].mean()
    inactive = stages.front.result == RESULTS.index("inactive")
    good = stages.front.result == RESULTS.index("active")
    assert denied[inactive].mean() > 2 * denied[good].mean()
    assert denied[inactive].mean() < 0.25, "what is found before the visit is mostly mended"
    wrong = stages.mended.wrong_coverage | stages.mended.wrong_member
    assert denied[wrong].mean() > 10 * denied[insured & ~wrong].mean()


def test_a_missing_authorisation_number_is_mostly_denied_and_named():
    stages = typical_stages()
    denied, front = denied_for(stages, "authorisation"), stages.mended
    missing = front.no_authorisation
    there = front.authorisation_required & ~missing
    assert missing.sum() > 80
    assert denied[missing].mean() > 4 * denied[there].mean()
    assert denied[there].mean() > 4 * denied[~front.authorisation_required].mean()
    carcs = np.array(stages.rules.denials.carcs)[stages.decisions.code]
    assert set(carcs[denied & missing]) == {"197", "15"}
    unreferred = front.no_referral & ~missing
    assert denied[unreferred].mean() > 4 * denied[~front.no_referral & ~missing].mean()
    assert set(carcs[denied & unreferred]) == {"288"}


def test_units_beyond_those_authorised_are_denied_as_such():
    scenario = dataclasses.replace(
        PRESETS["orthopaedics"], claims_per_year=30_000, months=12, payer_mix={"medicare_advantage": 1.0}
    )
    stages = run_stages(scenario, 5)
    short = stages.mended.too_few_units & ~stages.mended.no_referral
    denied = denied_for(stages, "authorisation", "benefit_limit")
    carcs = np.array(stages.rules.denials.carcs)[stages.decisions.code]
    assert short.sum() > 20
    assert {"198"} <= set(carcs[denied & short]) <= {"198", "151"}
    assert denied[short].mean() > 4 * denied[~short].mean()


def test_late_notes_lack_more():
    stages = typical_stages()
    denied, late = denied_for(stages, "documentation"), stages.front.note_lag > 4
    assert late.sum() > 1000
    assert denied[late].mean() > 1.4 * denied[~late].mean()


def test_an_edit_mends_what_it_catches():
    stages = typical_stages()
    for name, before, after in (
        ("authorisation_missing", stages.front.no_authorisation, stages.mended.no_authorisation),
        ("referral_missing", stages.front.no_referral, stages.mended.no_referral),
        ("member_number_format", stages.front.wrong_member, stages.mended.wrong_member),
    ):
        hit = stages.edits.edit == EDITS.index(name)
        assert 0 < (hit & before).sum() < before.sum()
        assert not (hit & after & stages.edits.manual).any()
        assert (after[~hit] == before[~hit]).all()
    got = stages.mended.authorised_day != stages.front.authorised_day
    assert (stages.mended.authorised_day[got] == stages.edits.cleared_day[got]).all()


def test_a_careless_registrar_has_more_denials():
    stages = typical_stages()
    denied, registrar = denied_for(stages, *FRONT), stages.front.registrar
    rate = np.array([denied[registrar == who].mean() for who in range(4)])
    habit = stages.habits.registrar
    assert habit.max() > habit.min()
    assert rate[habit.argmax()] > rate[habit.argmin()]


def test_new_coverage_each_january_is_found_by_the_check():
    stages = typical_stages()
    renewed = np.isin(stages.visits.payer_class, [CLASS_AT["commercial"], CLASS_AT["marketplace"]])
    early = stages.visits.month < 3
    inactive = stages.front.result == RESULTS.index("inactive")
    assert inactive[renewed & early].mean() > 1.5 * inactive[renewed & ~early].mean()


def test_the_tables_tell_the_causes_too():
    """What the stages hold is what the tables show: the rates computed from the tables alone."""
    denials = practice().transactions.query("kind == 'denial' and responsible == 'payer_1'")
    first = denials.sort_values("transaction_id").drop_duplicates("claim_id").set_index("claim_id")
    visits = by_claim("visits")
    missing = visits["authorisation_required"] & visits["authorisation_number"].isna()
    named = pd.Series(visits.index.isin(first.index[first["carc"].isin(["197", "15"])]), visits.index)
    assert named[missing].mean() > 10 * named[~missing].mean()
