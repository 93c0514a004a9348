"""How does a scenario become a practice?

Runs the stages in their causal order past the last visit, then cuts the tables at the as-of day: everything is a
dated row, and nothing is decided by looking at that day.
"""

from __future__ import annotations

import dataclasses
import datetime as dt

import numpy as np
import pandas as pd

from arlab.synth.adjudication import make_decisions
from arlab.synth.answers import Answers, first_answers
from arlab.synth.at_visit import post_charges
from arlab.synth.book import Book, make_book
from arlab.synth.claim_edits import Edits, stop_claims
from arlab.synth.corrections import post_corrections
from arlab.synth.days import make_calendar
from arlab.synth.desk import ATTEMPTS, Latent, World, make_world
from arlab.synth.facts import Names, claim_tables, make_names, reference_tables
from arlab.synth.follow_up import action_table, appeal_table, patient_tables, submission_table
from arlab.synth.front_desk import FrontDesk, make_front_desk
from arlab.synth.front_tables import edit_table, visit_table
from arlab.synth.habits import make_habits
from arlab.synth.ledger import Ledger, join_rows, remittance_table, transaction_table
from arlab.synth.lines import Lines, make_lines
from arlab.synth.patient_rows import PatientLogs, post_patients
from arlab.synth.payer_rows import post_ends, post_first_answers, post_later_denials
from arlab.synth.people import Patients, make_name_pool, make_patients
from arlab.synth.planted import after_incidents
from arlab.synth.remit_days import RemitDays, draw_answer_lags, make_remit_days
from arlab.synth.rulebook import CLASS_AT, Rulebook, rules_under
from arlab.synth.scenario import Scenario
from arlab.synth.second_payer import post_second_payers
from arlab.synth.streams import Streams, lag_table
from arlab.synth.submissions import Sent, enter_charges, new_submission_log, send_copies, send_first
from arlab.synth.truth import make_truth
from arlab.synth.visits import Visits, make_visits
from arlab.synth.world import step
from arlab.tables import Practice, check_practice

__all__ = ["GENERATOR_VERSION", "make_practice"]

GENERATOR_VERSION = "1"
"""Rises, with a line in the change log, when the same scenario and seed give other content."""

RUN_OFF = 545  # days of follow-up after the last visit; a practice may be cut up to 365 days after it
QUIET = 600  # further days in which what was set going still happens
WORK_DAYS_PER_YEAR = 251


def make_practice(scenario: Scenario, *, seed: int, number: int = 0) -> Practice:
    """Return a synthetic practice with its answer key in ``truth``.

    Parameters
    ----------
    scenario : the settings, such as ``PRESETS["typical"]``
    seed : whole number from 0; the same scenario and seed give the same practice everywhere
    number : which practice of a billing company; practices of one seed differ by it

    Returns
    -------
    practice as of ``scenario.last_known_day``, with claims, lines, coverages, visits, contracts, claim_edits,
    submissions, transactions, remittances, appeals, actions, statements, payment_plans, patients, payers and staff.

    Raises
    ------
    SettingsError
        when the seed is not a whole number from 0.

    Examples
    --------
    >>> practice = make_practice(Scenario(claims_per_year=100, months=3), seed=1)
    >>> practice.has("claims", "transactions"), practice.as_of.isoformat()
    (True, '2025-03-31')
    """
    world = _run(scenario, Streams(seed, practice=number))
    tables = _tables_as_of(world, scenario.last_known_day)
    for frame in tables.values():
        frame.insert(0, "practice_id", scenario.practice_id)
    return check_practice(
        Practice(
            name=scenario.practice_name,
            as_of=scenario.last_known_day,
            tables=dict(sorted(tables.items())),
            truth=make_truth(world.desk, world.rules, world.names, seed=int(seed)),
        )
    )


@dataclasses.dataclass(frozen=True)
class _Run:
    """Everything that happened, past the last visit and not yet cut at any day."""

    scenario: Scenario
    rules: Rulebook
    streams: Streams
    patients: Patients
    visits: Visits
    lines: Lines
    front: FrontDesk
    edits: Edits
    sent: Sent
    desk: World
    book: Book
    ledger: Ledger
    denial_rows: np.ndarray
    patient_logs: PatientLogs
    names: Names


def _run(scenario: Scenario, streams: Streams) -> _Run:
    """Run the stages in their causal order."""
    rules = rules_under(scenario.contracts)
    service_days = (scenario.end - scenario.start).days + 1
    calendar = make_calendar(scenario.start, service_days + RUN_OFF + QUIET)
    days = make_remit_days(rules, calendar, streams, scenario.incidents)
    patients = make_patients(scenario, rules, streams)
    visits = make_visits(scenario, calendar, patients, streams)
    lines = make_lines(scenario, rules, visits, patients, streams)
    payer = visits.payer
    habits = make_habits(scenario, rules, streams)
    front = make_front_desk(scenario, rules, calendar, visits, patients, lines, habits, streams)
    entry_day = enter_charges(scenario, calendar, visits, front, streams)
    edits = stop_claims(scenario, rules, calendar, visits, front, entry_day, streams)
    front = edits.mended(front)

    sent_log = new_submission_log()
    sent = send_first(scenario, rules, calendar, visits, entry_day, edits, streams, sent_log)
    decisions = make_decisions(scenario, rules, calendar, visits, patients, lines, front, habits, streams)
    answers = first_answers(
        rules,
        days,
        decisions,
        payer=payer,
        service_day=visits.day,
        lags=draw_answer_lags(rules, days, streams, "first answers", payer),
        has_paid_line=np.maximum.reduceat((~decisions.denied_line).astype(np.int64), lines.start) > 0,
    )
    on_file = np.flatnonzero(sent.received_day >= 0)
    answers.receive(on_file, sent.submitted_day[on_file], sent.received_day[on_file])
    copies = send_copies(calendar, sent, answers, streams, sent_log)
    desk = make_world(
        scenario,
        rules,
        calendar,
        answers,
        _latent(scenario, rules, days, streams, payer),
        first_sent=sent.first_day,
        unknown=sent.unknown_to_payer,
        expected=_expected(lines, answers, sent),
        sent_log=sent_log,
    )
    minutes = scenario.minutes_per_claim * scenario.claims_per_year / WORK_DAYS_PER_YEAR
    for day in calendar.numbers[calendar.numbers < service_days + RUN_OFF].tolist():
        step(desk, day, minutes)

    book = make_book(rules, lines)
    shares = post_charges(book, visits, patients, sent, front)
    denial_rows = post_first_answers(book, desk, shares)
    post_later_denials(book, desk, copies)
    post_ends(book, desk, shares, denial_rows)
    post_second_payers(book, days, visits, patients, shares, streams, sent_log)
    post_corrections(scenario, book, desk, streams)
    patient_logs = post_patients(scenario, book, calendar, shares, streams)
    return _Run(
        scenario=scenario,
        rules=rules,
        streams=streams,
        patients=patients,
        visits=visits,
        lines=lines,
        front=after_incidents(decisions.planted, front),
        edits=edits,
        sent=sent,
        desk=desk,
        book=book,
        ledger=join_rows(book, days, visits.day, _owes_interest(rules)),
        denial_rows=denial_rows,
        patient_logs=patient_logs,
        names=make_names(scenario, rules, make_name_pool(streams.seed), sent, patients),
    )


def _tables_as_of(run: _Run, as_of: dt.date) -> dict[str, pd.DataFrame]:
    """Return the tables as they were known on a day."""
    calendar, names, streams = run.desk.calendar, run.names, run.streams
    day = calendar.number(as_of)
    tables = claim_tables(
        run.scenario,
        run.rules,
        calendar,
        names,
        run.visits,
        run.patients,
        run.lines,
        run.sent,
        streams,
        day=day,
    )
    tables |= reference_tables(run.scenario, run.rules, names)
    tables["visits"] = visit_table(run.front, run.visits, run.sent, calendar, names, day=day)
    tables["claim_edits"] = edit_table(run.edits, calendar, names, day=day)
    tables |= patient_tables(run.patient_logs, calendar, names, run.visits.patient, day=day)
    tables["submissions"] = submission_table(run.desk.sent_log, run.rules, calendar, names, day=day)
    tables["transactions"] = transaction_table(run.ledger, run.book, calendar, names.claims, day)
    tables["remittances"] = remittance_table(run.ledger, run.book, calendar, day)
    tables["appeals"] = appeal_table(run.desk, run.book, run.ledger, run.denial_rows, names, day=day)
    tables["actions"] = action_table(run.desk, run.rules, names, streams, day=day)
    return tables


def _latent(
    scenario: Scenario, rules: Rulebook, days: RemitDays, streams: Streams, payer: np.ndarray
) -> Latent:
    """Draw what is true of each claim from the start, whether or not anybody ever works it."""
    draws = streams.stage("follow-up")
    count = len(payer)
    again = np.repeat(payer, ATTEMPTS)
    paid_lag, denied_lag = draw_answer_lags(rules, days, streams, "later answers", again)
    return Latent(
        luck=draws.share((count, ATTEMPTS)),
        documentation=0.85 + 0.3 * draws.share(count),
        paid_lag=paid_lag.reshape(count, ATTEMPTS),
        denied_lag=denied_lag.reshape(count, ATTEMPTS),
        decision_lag=draws.between(28, 62, (count, ATTEMPTS)),
        tries_anyway=draws.share(count) < 0.5,
        cleanup=draws.pick(lag_table(scenario.cleanup_days, 0.8, most=2000), count),
    )


def _expected(lines: Lines, answers: Answers, sent: Sent) -> np.ndarray:
    """Return what a claim could still bring, by contract: the order of the queue hangs on it."""
    whole = answers.late | sent.unknown_to_payer
    at_stake = whole[lines.claim] | answers.decisions.denied_line
    nothing = (answers.decisions.code < 0)[lines.claim]
    return lines.per_claim(np.where(at_stake | nothing, lines.contract, 0))


def _owes_interest(rules: Rulebook) -> np.ndarray:
    """Return which payers are insured plans under state prompt-payment rules."""
    private = np.isin(rules.payers.payer_class, [CLASS_AT["commercial"], CLASS_AT["marketplace"]])
    return private & np.isin(rules.payers.plan_types, ("ppo", "hmo", "epo"))
