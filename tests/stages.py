"""The generator's stages up to the first decision, for tests that look behind the tables."""

import dataclasses
import functools
from typing import Any

from arlab.synth.adjudication import make_decisions
from arlab.synth.claim_edits import stop_claims
from arlab.synth.days import make_calendar
from arlab.synth.front_desk import make_front_desk
from arlab.synth.habits import make_habits
from arlab.synth.lines import make_lines
from arlab.synth.people import make_patients
from arlab.synth.remit_days import make_remit_days
from arlab.synth.rulebook import rules_under
from arlab.synth.streams import Streams
from arlab.synth.submissions import enter_charges
from arlab.synth.visits import make_visits


@dataclasses.dataclass(frozen=True)
class Stages:
    """What the stages returned; ``front`` before the edits, ``mended`` after them."""

    scenario: Any
    rules: Any
    calendar: Any
    days: Any
    patients: Any
    visits: Any
    lines: Any
    habits: Any
    front: Any
    entry_day: Any
    edits: Any
    mended: Any
    decisions: Any


def run_stages(scenario, seed):
    """Run the stages of a scenario."""
    streams, rules = Streams(seed), rules_under(scenario.contracts)
    calendar = make_calendar(scenario.start, (scenario.end - scenario.start).days + 1000)
    patients = make_patients(scenario, rules, streams)
    visits = make_visits(scenario, calendar, patients, streams)
    lines = make_lines(scenario, rules, visits, patients, streams)
    habits = make_habits(scenario, rules, streams)
    front = make_front_desk(scenario, rules, calendar, visits, patients, lines, habits, streams)
    entry_day = enter_charges(scenario, calendar, visits, front, streams)
    edits = stop_claims(scenario, rules, calendar, visits, front, entry_day, streams)
    mended = edits.mended(front)
    return Stages(
        scenario=scenario,
        rules=rules,
        calendar=calendar,
        days=make_remit_days(
            rules, calendar, streams, scenario.incidents, unapplied_share=scenario.unapplied_share
        ),
        patients=patients,
        visits=visits,
        lines=lines,
        habits=habits,
        front=front,
        entry_day=entry_day,
        edits=edits,
        mended=mended,
        decisions=make_decisions(scenario, rules, calendar, visits, patients, lines, mended, habits, streams),
    )


@functools.cache
def typical_stages():
    """Run a large typical practice once: 40,000 claims."""
    from arlab.synth import PRESETS

    return run_stages(dataclasses.replace(PRESETS["typical"], months=24), 5)
