"""Pairs: the same seed with and without an incident, and the same practice known on one day and on a later one."""

import dataclasses
import datetime as dt
import functools

import numpy as np
import pandas as pd
import pytest

from arlab.synth import PRESETS, make_practice
from arlab.synth.incidents import INCIDENT_KINDS
from arlab.synth.practice import run_practice, tables_as_of
from arlab.synth.streams import Streams

PLANTED = {name: scenario.incidents[0] for name, scenario in PRESETS.items() if scenario.incidents}
BRINGS_DENIALS = [name for name, incident in PLANTED.items() if INCIDENT_KINDS[incident.kind].carcs]
LATE = dt.date(2027, 6, 30)  # a year after the last visit: every first answer is known


@functools.cache
def practice(name, *, planted):
    scenario = dataclasses.replace(PRESETS[name], claims_per_year=6_000, as_of=LATE)
    return make_practice(scenario if planted else dataclasses.replace(scenario, incidents=()), seed=8)


def first_answers(tables):
    """Return for each claim its first answer that is no duplicate: the day it was posted, and whether it denies."""
    rows = tables["transactions"]
    rows = rows[rows["remit_id"].notna() & (rows["responsible"] == "payer_1") & (rows["carc"] != "18")]
    first = rows.sort_values("transaction_id").groupby("claim_id")["remit_id"].transform("first")
    rows = rows[rows["remit_id"] == first]
    denies = rows["kind"].eq("denial") | rows["reason"].eq("misposted")
    return (
        rows.assign(denies=denies)
        .groupby("claim_id")
        .agg(posted=("posted_date", "min"), effective=("effective_date", "min"), denies=("denies", "max"))
    )


@pytest.mark.parametrize("name", BRINGS_DENIALS)
def test_the_excess_of_a_pair_is_the_count_in_the_answer_key(name):
    without, planted = (practice(name, planted=flag) for flag in (False, True))
    denied = [set(first_answers(p.tables).query("denies").index) for p in (without, planted)]
    known = planted.truth.incidents.iloc[0]
    caused = set(planted.truth.denials.query("incident == 1")["claim_id"])
    # Charges are entered, claims are numbered and answered as before: only the decisions of the incident are new.
    assert without.claims["claim_id"].equals(planted.claims["claim_id"])
    assert caused <= denied[1] - denied[0]
    # The desk has more to do: claims that the payer never got are found sooner, later or never.
    others = (denied[1] ^ denied[0]) - caused
    sent = without.submissions.query("rank == 1").sort_values("submitted_date")
    first = sent.groupby("claim_id")["acceptance"].first()
    assert (first.reindex(sorted(others)) != "accepted").all()
    assert abs(len(denied[1]) - len(denied[0]) - len(caused)) <= 2 * known["standard_deviation"]
    assert known["excess_denials"] == len(caused) > 10
    assert abs(known["excess_denials"] - known["expected_excess"]) <= 3 * known["standard_deviation"]


@pytest.mark.parametrize("name", BRINGS_DENIALS)
def test_an_incident_stands_out_in_its_scope_and_nowhere_else(name):
    incident = PLANTED[name]
    rates = []
    for flag in (False, True):
        tables = practice(name, planted=flag).tables
        claims = tables["claims"].merge(tables["visits"][["claim_id", "registrar"]], on="claim_id")
        claims = claims.set_index("claim_id").join(first_answers(tables)["denies"], how="inner")
        inside = claims["service_date"].between(str(incident.start), str(incident.end))
        if incident.payer:
            inside &= claims["first_payer"] == incident.payer
        if incident.location:
            inside &= claims["location"] == sorted_offices(tables)[incident.location - 1]
        rates.append((claims.loc[inside, "denies"].mean(), claims.loc[~inside, "denies"].mean()))
    (before, before_else), (after, after_else) = rates
    assert after > before + 0.02, name
    assert abs(after_else - before_else) < 0.01, name


def sorted_offices(tables):
    """Return the offices in the order of their numbers, which is that of the generator's list of names."""
    from arlab.synth.facts import _OFFICES

    return [name for name in _OFFICES if name in set(tables["claims"]["location"])]


def test_a_slow_payer_answers_later_by_as_many_days_as_planted():
    incident = PLANTED["payer_slows"]
    days = []
    for flag in (False, True):
        tables = practice("payer_slows", planted=flag).tables
        sent = tables["submissions"].query("rank == 1 and acceptance == 'accepted' and sequence == 1")
        sent = sent[sent["received_date"].between(str(incident.start), str(incident.end))]
        sent = sent[sent["payer"] == incident.payer].set_index("claim_id")["received_date"]
        answered = first_answers(tables)["effective"].reindex(sent.index)
        days.append((answered - sent).dt.days)
    both = pd.concat(days, axis=1, keys=["without", "with"]).dropna()
    assert len(both) > 100
    # The payer pays on two days of the week, so that single answers shift by a few days more or less.
    assert (both["with"] - both["without"]).mean() == pytest.approx(incident.size, abs=1.0)
    assert practice("payer_slows", planted=True).truth.incidents["answers_slowed"].iloc[0] >= len(both)


@functools.cache
def as_known_on(day):
    run = whole_run()
    return tables_as_of(run, day)


@functools.cache
def whole_run():
    return run_practice(dataclasses.replace(PRESETS["typical"], claims_per_year=6_000), Streams(8))


def test_the_initial_denial_rate_of_a_closed_month_is_the_same_at_every_later_day():
    days = [dt.date(2026, 1, 31), dt.date(2026, 3, 17), dt.date(2026, 6, 30), dt.date(2027, 5, 14)]
    tables = [first_answers(as_known_on(day)) for day in days]
    closed = pd.Timestamp(days[0]).to_period("M")
    rates = []
    for answers in tables:
        month = answers["posted"].dt.to_period("M")
        rates.append(answers[month <= closed].groupby(month)["denies"].agg(["sum", "size"]))
    assert len(rates[0]) >= 12
    for later in rates[1:]:
        pd.testing.assert_frame_equal(later, rates[0])
    # It is a rate that could have moved: many of those denials were reversed in the meantime.
    rows = as_known_on(days[-1])["transactions"]
    reversed_later = rows[
        (rows["reason"] == "denial_reversed") & (rows["posted_date"] > pd.Timestamp(days[0]))
    ]
    denied_before = tables[0].query("denies").index
    assert reversed_later["claim_id"].isin(denied_before).sum() > 20


def test_wrong_denials_for_lateness_are_won_with_the_acceptance_report_alone():
    scenario = dataclasses.replace(PRESETS["typical"], wrongly_late_share=0.02, claims_per_year=6_000)
    found = make_practice(scenario, seed=8)
    wrong = found.truth.denials.query("wrongly_late")
    sent = (
        found.submissions.query("rank == 1 and acceptance == 'accepted'")
        .groupby("claim_id")["received_date"]
        .min()
    )
    due = found.contracts.query("procedure == '*'").drop_duplicates("payer").set_index("payer")["filing_days"]
    claims = found.claims[found.claims["claim_id"].isin(wrong["claim_id"])].set_index("claim_id")
    in_time = (sent.reindex(claims.index) - claims["service_date"]).dt.days <= claims["first_payer"].map(due)
    assert len(claims) > 50 and in_time.all()
    proved = set(found.truth.tries.query("action == 'proof_of_timely_filing'")["claim_id"])
    won = set(wrong.query("end == 'won'")["claim_id"])
    assert len(won) > 20 and won <= proved
    truly = set(found.truth.denials.query("came_late and end == 'won'")["claim_id"])
    assert not truly, "what really came too late is never won"


def test_one_stage_changed_leaves_the_draws_of_the_others_alone():
    usual = whole_run()
    other = run_practice(
        dataclasses.replace(PRESETS["typical"], claims_per_year=6_000, statements=2, poor_note_share=0.9),
        Streams(8),
    )
    for part in ("day", "patient", "provider", "location"):
        assert np.array_equal(getattr(usual.visits, part), getattr(other.visits, part)), part
    assert np.array_equal(usual.lines.charge, other.lines.charge)
    assert np.array_equal(usual.answers.decisions.code, other.answers.decisions.code)
    assert np.array_equal(usual.latent.luck, other.latent.luck)
    assert np.array_equal(usual.outcomes.end, other.outcomes.end)
    assert usual.patient_logs.statements.length != other.patient_logs.statements.length
