"""What is settled in a practice before the follow-up desk opens?

Runs the stages up to the first answers and what is true of each claim from the start, and makes the desk. The
generator and the simulator both begin here, so that they are one world. It works nothing and posts nothing.
"""

from __future__ import annotations

import dataclasses

import numpy as np
import numpy.typing as npt

from arlab.synth.adjudication import Decisions, make_decisions
from arlab.synth.answers import Answers, first_answers
from arlab.synth.chunks import Chunks
from arlab.synth.claim_edits import Edits, stop_claims
from arlab.synth.days import Calendar, make_calendar
from arlab.synth.desk import Latent
from arlab.synth.front_desk import FrontDesk, make_front_desk
from arlab.synth.habits import Habits, make_habits
from arlab.synth.latents import draw_latent
from arlab.synth.lines import Lines, make_lines
from arlab.synth.open_desk import make_world
from arlab.synth.payer_days import make_payer_days
from arlab.synth.people import Patients, make_patients
from arlab.synth.remit_days import RemitDays, draw_answer_lags, make_remit_days
from arlab.synth.rulebook import GROUPS, Rulebook, rules_under
from arlab.synth.scenario import Scenario
from arlab.synth.stakes import Stakes, split_lines
from arlab.synth.streams import Streams
from arlab.synth.submissions import Sent, enter_charges, new_submission_log, send_copies, send_first
from arlab.synth.visits import Visits, make_visits
from arlab.synth.world import World

__all__ = ["RUN_OFF", "Answered", "Opening", "make_answered", "make_desk", "make_opening"]

Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

RUN_OFF = 545  # days of follow-up after the last visit; a practice may be cut up to 365 days after it
QUIET = 600  # further days in which what was set going still happens


@dataclasses.dataclass(frozen=True)
class Answered:
    """A practice up to the payers' first answers.

    ``at_visit`` is the front desk before claim edits, ``front`` after them; ``in_time`` splits the lines as if no
    claim came late.
    """

    scenario: Scenario
    rules: Rulebook
    calendar: Calendar
    streams: Streams
    days: RemitDays
    patients: Patients
    visits: Visits
    lines: Lines
    habits: Habits
    at_visit: FrontDesk
    entry_day: Ints
    edits: Edits
    front: FrontDesk
    sent_log: Chunks
    sent: Sent
    decisions: Decisions
    in_time: Stakes
    answers: Answers


@dataclasses.dataclass(frozen=True)
class Opening(Answered):
    """A practice up to the opening of its follow-up desk.

    ``worked_until`` is the day after the desk's last. The desk changes ``answers`` as claims that were lost reach
    their payer.
    """

    copies: tuple[Ints, Ints, Ints]
    latent: Latent
    expected: Ints
    misposted: Flags
    worked_until: int


def make_answered(scenario: Scenario, streams: Streams) -> Answered:
    """Run the stages up to the first answers, in their causal order."""
    rules = rules_under(scenario.contracts)
    calendar = make_calendar(scenario.start, _service_days(scenario) + RUN_OFF + QUIET)
    days = make_remit_days(
        rules, calendar, streams, scenario.incidents, unapplied_share=scenario.unapplied_share
    )
    patients = make_patients(scenario, rules, streams)
    visits = make_visits(scenario, calendar, patients, streams)
    lines = make_lines(scenario, rules, visits, patients, streams)
    payer = visits.payer
    habits = make_habits(scenario, rules, streams)
    at_visit = make_front_desk(scenario, rules, calendar, visits, patients, lines, habits, streams)
    entry_day = enter_charges(scenario, calendar, visits, at_visit, streams)
    edits = stop_claims(scenario, rules, calendar, visits, at_visit, entry_day, streams)
    front = edits.mended(at_visit)

    sent_log = new_submission_log()
    sent = send_first(scenario, rules, calendar, visits, entry_day, edits, streams, sent_log)
    decisions = make_decisions(scenario, rules, calendar, visits, patients, lines, front, habits, streams)
    in_time = split_lines(rules, lines, decisions, np.zeros(visits.count, dtype=bool))
    pays_something = ~decisions.denied_line | in_time.reduced
    answers = first_answers(
        rules,
        days,
        decisions,
        payer=payer,
        service_day=visits.day,
        lags=draw_answer_lags(rules, days, streams, "first answers", payer),
        has_paid_line=lines.any_of_claim(pays_something),
    )
    on_file = np.flatnonzero(sent.received_day >= 0)
    answers.receive(on_file, sent.submitted_day[on_file], sent.received_day[on_file])
    return Answered(
        scenario=scenario,
        rules=rules,
        calendar=calendar,
        streams=streams,
        days=days,
        patients=patients,
        visits=visits,
        lines=lines,
        habits=habits,
        at_visit=at_visit,
        entry_day=entry_day,
        edits=edits,
        front=front,
        sent_log=sent_log,
        sent=sent,
        decisions=decisions,
        in_time=in_time,
        answers=answers,
    )


def make_opening(scenario: Scenario, streams: Streams) -> Opening:
    """Run the stages that come before follow-up, in their causal order."""
    so_far = make_answered(scenario, streams)
    rules, lines, sent, answers = so_far.rules, so_far.lines, so_far.sent, so_far.answers
    return Opening(
        **vars(so_far),
        copies=send_copies(so_far.calendar, sent, answers, streams, so_far.sent_log),
        latent=draw_latent(scenario, rules, so_far.days, answers, streams),
        expected=_expected(lines, so_far.in_time, answers, sent),
        misposted=_misposted(scenario, answers, streams),
        worked_until=_service_days(scenario) + RUN_OFF,
    )


def _service_days(scenario: Scenario) -> int:
    return (scenario.end - scenario.start).days + 1


def make_desk(opening: Opening) -> World:
    """Return the follow-up desk before its first day, in the order of the house."""
    return make_world(
        opening.scenario,
        opening.rules,
        opening.calendar,
        make_payer_days(opening.rules, opening.calendar, opening.answers, opening.streams.stage("telephone")),
        opening.latent,
        first_sent=opening.sent.first_day,
        unknown=opening.sent.unknown_to_payer,
        expected=opening.expected,
        misposted=opening.misposted,
    )


def _expected(lines: Lines, stakes: Stakes, answers: Answers, sent: Sent) -> Ints:
    """Return what a claim could still bring, by contract: the order of the queue hangs on it."""
    whole = answers.late | sent.unknown_to_payer | (answers.decisions.code < 0)
    denied = np.where(answers.decisions.denied_line, stakes.denied.contract, 0)
    return lines.per_claim(np.where(whole[lines.claim], lines.contract, denied))


def _misposted(scenario: Scenario, answers: Answers, streams: Streams) -> Flags:
    """Return which denials are posted as contractual by mistake, so that nobody follows them."""
    drawn = streams.stage("misposting").share(len(answers.payer)) < scenario.misposted_share
    denied = (answers.post_day >= 0) & (answers.decisions.code >= 0) & ~answers.late
    return drawn & denied & (answers.decisions.group == GROUPS.index("CO"))
