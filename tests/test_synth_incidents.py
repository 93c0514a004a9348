"""Planted incidents: the same seed with and without, what they bring, and the count in the answer key."""

import dataclasses
import datetime as dt
import functools
import types

import numpy as np
import pytest

from arlab.synth import PRESETS, Incident, Scenario, make_practice
from arlab.synth.days import make_calendar
from arlab.synth.habits import CLINICAL, FRONT
from arlab.synth.incidents import INCIDENT_KINDS
from arlab.synth.planted import after_incidents, claims_in_scope, incident_table, plant
from arlab.synth.rulebook import load_rulebook
from stages import run_stages

FIRST, LAST = dt.date(2025, 3, 1), dt.date(2025, 8, 31)
PLAIN = Scenario(claims_per_year=12_000, months=12)
PLANTED = {
    "authorisation_required": Incident(
        kind="authorisation_required",
        start=FIRST,
        end=LAST,
        size=0.3,
        payer="Silverbirch Advantage",
        location=2,
    ),
    "registrar_errors": Incident(kind="registrar_errors", start=FIRST, end=LAST, size=0.2, registrar=3),
    "coding_rule": Incident(
        kind="coding_rule", start=FIRST, end=LAST, size=0.4, payer="Larkmoor Mutual", family="test"
    ),
    "records_requested": Incident(
        kind="records_requested", start=FIRST, end=LAST, size=0.25, payer="Harrowgate Health"
    ),
}
KINDS = sorted(PLANTED)


@functools.cache
def without():
    return run_stages(PLAIN, 7)


@functools.cache
def with_one(kind):
    return run_stages(dataclasses.replace(PLAIN, incidents=(PLANTED[kind],)), 7)


def same(first, second):
    """Return whether two records of arrays agree in everything."""
    for field in dataclasses.fields(first):
        one, other = getattr(first, field.name), getattr(second, field.name)
        if isinstance(one, np.ndarray) and not np.array_equal(one, other):
            return False
    return True


# By hand


def test_an_incident_takes_its_share_of_what_would_have_been_paid():
    """Five claims of one payer; each is denied as usual below 0.2, and the incident takes half of the rest."""
    rules, calendar = load_rulebook(), make_calendar(dt.date(2025, 3, 1), 40)
    payer = rules.payers.names.index("Harrowgate Health")
    other = rules.payers.names.index("Larkmoor Mutual")
    visits = types.SimpleNamespace(
        count=6,
        day=np.array([0, 0, 1, 2, 3, 9]),
        payer=np.array([payer, payer, payer, payer, other, payer]),
        location=np.zeros(6, dtype=np.int64),
    )
    incident = Incident(
        kind="records_requested",
        start=dt.date(2025, 3, 1),
        end=dt.date(2025, 3, 5),
        size=0.5,
        payer="Harrowgate Health",
    )
    planted = plant(
        (incident,),
        rules,
        calendar,
        visits,
        None,
        None,
        fate=np.array([0.1, 0.2, 0.59, 0.61, 0.3, 0.3]),
        usual=np.full(6, 0.2),
        wrongly_late=np.zeros(6, dtype=bool),
        wrongly_late_share=0.0,
    )
    # Denied anyway; twice denied by it, from 0.2 to 0.6; paid as it lies above; another payer; after its end.
    assert planted.caused_by.tolist() == [-1, 0, 0, -1, -1, -1]
    assert planted.scopes[0].tolist() == [0, 1, 2, 3]
    assert planted.chances[0] == pytest.approx([0.4] * 4)
    answered = np.array([True, True, True, False, True, True])
    table = incident_table(
        planted,
        answered=answered,
        denied=np.array([True, True, True, False, False, False]),
        late=np.zeros(6, dtype=bool),
    )
    row = table.iloc[0]
    assert (row["claims_in_scope"], row["initial_denials"], row["excess_denials"]) == (3, 3, 2)
    assert row["expected_excess"] == pytest.approx(1.2)
    assert row["standard_deviation"] == pytest.approx((3 * 0.4 * 0.6) ** 0.5)


# The pair


@pytest.mark.parametrize("kind", KINDS)
def test_every_other_claim_is_decided_as_without_the_incident(kind):
    plain, planted = without(), with_one(kind)
    for part in ("patients", "visits", "lines", "front", "edits", "mended"):
        assert same(getattr(plain, part), getattr(planted, part)), part
    assert np.array_equal(plain.entry_day, planted.entry_day)
    marked = planted.decisions.incident == 0
    assert marked.sum() > 15
    before, after = plain.decisions, planted.decisions
    assert (before.code[marked] == -1).all() and (after.code[marked] >= 0).all()
    assert ((after.code >= 0) & (before.code < 0)).tolist() == marked.tolist(), (
        "the additional initial denials"
    )
    for name in ("code", "rarc", "group", "wrongly_late"):
        assert np.array_equal(getattr(before, name)[~marked], getattr(after, name)[~marked]), name
    others = ~marked[plain.lines.claim]
    assert np.array_equal(before.denied_line[others], after.denied_line[others])
    assert plain.decisions.effects == planted.decisions.effects


@pytest.mark.parametrize("kind", KINDS)
def test_an_incident_keeps_to_its_scope_and_its_codes(kind):
    stages, incident = with_one(kind), PLANTED[kind]
    at = np.flatnonzero(stages.decisions.incident == 0)
    rules, visits = stages.rules, stages.visits
    days = stages.calendar.dates(visits.day[at]).astype("datetime64[D]")
    assert days.min() >= np.datetime64(FIRST) and days.max() <= np.datetime64(LAST)
    if incident.payer:
        assert set(visits.payer[at]) == {rules.payers.names.index(incident.payer)}
    if incident.location:
        assert set(visits.location[at]) == {incident.location - 1}
    if incident.registrar:
        assert set(stages.front.registrar[at]) == {incident.registrar - 1}
        assert not (visits.payer[at] == rules.payers.self_pay).any()
    carcs = set(np.array(rules.denials.carcs)[stages.decisions.code[at]])
    assert carcs == set(INCIDENT_KINDS[kind].carcs)
    denied = np.bincount(stages.lines.claim[stages.decisions.denied_line], minlength=visits.count)
    assert (denied[at] >= 1).all()
    if incident.family:
        line = np.flatnonzero(
            stages.decisions.denied_line & (stages.decisions.incident == 0)[stages.lines.claim]
        )
        families = rules.services.family[stages.lines.service[line]]
        assert len(set(families)) == 1, "only the lines of the service that the payer bundles"


@pytest.mark.parametrize("kind", KINDS)
def test_the_answer_key_expects_what_the_pair_shows(kind):
    """Over four seeds the excess lies within three of its standard deviations."""
    scenario = dataclasses.replace(PLAIN, incidents=(PLANTED[kind],))
    excess = expected = variance = 0.0
    for seed in range(4):
        stages = run_stages(scenario, seed)
        everything = np.ones(stages.visits.count, dtype=bool)
        row = incident_table(
            stages.decisions.planted,
            answered=everything,
            denied=stages.decisions.code >= 0,
            late=~everything,
        ).iloc[0]
        assert row["excess_denials"] == (stages.decisions.incident == 0).sum()
        assert row["initial_denials"] >= row["excess_denials"]
        assert row["expected_excess"] <= row["claims_in_scope"] * scenario.incidents[0].size
        excess += row["excess_denials"]
        expected += row["expected_excess"]
        variance += row["standard_deviation"] ** 2
    assert abs(excess - expected) < 3 * variance**0.5


def test_two_incidents_share_what_is_left():
    both = dataclasses.replace(
        PLAIN,
        incidents=(PLANTED["records_requested"], dataclasses.replace(PLANTED["records_requested"], size=0.5)),
    )
    stages, alone = run_stages(both, 7), with_one("records_requested")
    first, second = (stages.decisions.incident == place for place in (0, 1))
    assert np.array_equal(first, alone.decisions.incident == 0), "the first is not changed by the second"
    assert second.sum() > 20
    table = incident_table(
        stages.decisions.planted,
        answered=np.ones(stages.visits.count, dtype=bool),
        denied=stages.decisions.code >= 0,
        late=np.zeros(stages.visits.count, dtype=bool),
    )
    assert table["incident"].tolist() == [1, 2]
    assert table["claims_in_scope"].nunique() == 1
    ratio = table["expected_excess"][1] / table["expected_excess"][0]
    assert ratio == pytest.approx(0.75 * 0.5 / 0.25, rel=1e-6)


# The tables


def test_authorisation_that_nobody_asks_for_is_seen_at_the_front_desk():
    stages = with_one("authorisation_required")
    scope = claims_in_scope(
        PLANTED["authorisation_required"],
        stages.rules,
        stages.calendar,
        stages.visits,
        stages.lines,
        stages.front,
    )
    before, after = stages.mended, after_incidents(stages.decisions.planted, stages.mended)
    assert after.authorisation_required[scope].all()
    marked = stages.decisions.incident == 0
    assert after.no_authorisation[marked].all()
    new = scope[~before.authorisation_required[scope]]
    assert len(new) > 30
    assert after.no_authorisation[new].all()
    outside = np.ones(stages.visits.count, dtype=bool)
    outside[scope] = False
    assert np.array_equal(after.authorised_day[outside], before.authorised_day[outside])
    assert np.array_equal(after.authorisation_required[outside], before.authorisation_required[outside])


def test_the_tables_of_the_pair_differ_by_the_incident_alone():
    scenario = dataclasses.replace(PLAIN, claims_per_year=3_000)
    incident = dataclasses.replace(PLANTED["records_requested"], size=0.5)
    plain = make_practice(scenario, seed=7)
    planted = make_practice(dataclasses.replace(scenario, incidents=(incident,)), seed=7)
    for table in ("claims", "lines", "coverages", "visits", "claim_edits", "patients"):
        assert plain.tables[table].equals(planted.tables[table]), table
    # Claims that follow-up had to find can come at another time: staff have other work now.
    first = plain.submissions.query("rank == 1 and sequence == 1 and acceptance == 'accepted'")

    def initial(practice):
        rows = practice.transactions.query("kind == 'denial' and responsible == 'payer_1'")
        rows = rows[rows["claim_id"].isin(first["claim_id"])].sort_values("transaction_id")
        return rows.drop_duplicates("claim_id").set_index("claim_id")["carc"]

    before, after = initial(plain), initial(planted)
    extra = after[~after.index.isin(before.index) & (after != "18")]
    assert len(extra) > 20
    assert set(extra) == {"252"}
    payer = planted.claims.set_index("claim_id").loc[extra.index, "first_payer"]
    assert set(payer) == {"Harrowgate Health"}
    service = planted.claims.set_index("claim_id").loc[extra.index, "service_date"]
    assert service.between(np.datetime64(FIRST), np.datetime64(LAST)).all()
    assert set(before[before != "18"].index) <= set(after.index), "no denial goes away"


def test_a_slow_payer_adds_days_to_what_it_receives_in_that_time_and_to_nothing_else():
    incident = Incident(kind="payer_slows", start=FIRST, end=LAST, size=30, payer="Tamarack Employers Trust")
    slow, usual = run_stages(dataclasses.replace(PLAIN, incidents=(incident,)), 7), without()
    payer = slow.rules.payers.names.index("Tamarack Employers Trust")
    first, last = slow.calendar.number(FIRST), slow.calendar.number(LAST)
    assert (slow.days.extra[payer, first : last + 1] == 30).all()
    assert slow.days.extra.sum() == 30 * (last - first + 1)
    assert usual.days.extra.sum() == 0
    assert np.array_equal(slow.days.posting, usual.days.posting)
    assert np.array_equal(slow.decisions.code, usual.decisions.code)
    row = incident_table(
        slow.decisions.planted,
        answered=np.ones(slow.visits.count, dtype=bool),
        denied=slow.decisions.code >= 0,
        late=np.zeros(slow.visits.count, dtype=bool),
    ).iloc[0]
    assert not row["brings_denials"] and row["excess_denials"] == 0 and row["claims_in_scope"] == 0


# Standing effects


def test_standing_effects_are_on_record_and_moderate():
    effects = without().decisions.effects
    kinds = {effect.kind for effect in effects}
    assert kinds == {"payer_family", "payer_location", "location", "provider", "registrar", "new_provider"}
    planted_like = [e for e in effects if e.kind in ("payer_family", "payer_location")]
    assert len(planted_like) > 50
    assert all(0.7 <= e.factor <= 1.4 and e.factor != 1.0 for e in planted_like)
    habits = without().habits
    for effect in effects:
        if effect.kind == "payer_family":
            assert effect.factor == habits.payer_family[effect.payer, effect.family]
            assert effect.categories == CLINICAL
        if effect.kind == "payer_location":
            assert effect.factor == habits.payer_location[effect.payer, effect.location]
            assert set(FRONT) < set(effect.categories)


def test_more_people_leave_the_habits_of_the_others_alone():
    more = run_stages(dataclasses.replace(PLAIN, claims_per_year=600, registrars=9, locations=3), 7).habits
    few = run_stages(dataclasses.replace(PLAIN, claims_per_year=600, registrars=2, locations=2), 7).habits
    assert np.array_equal(more.registrar[:2], few.registrar)
    assert np.array_equal(more.payer_location[:, :2], few.payer_location)
    assert np.array_equal(more.wants_authorisation, few.wants_authorisation)


@pytest.mark.parametrize(
    "name", ["authorisation_rule", "registrar_errors", "coding_rule", "records_requested"]
)
def test_every_preset_with_an_incident_brings_enough_to_find(name):
    stages = run_stages(PRESETS[name], 3)
    assert (stages.decisions.incident == 0).sum() > 20
