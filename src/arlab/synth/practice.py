"""How does a scenario become a practice?

Runs the stages in their causal order past the last visit, then cuts the tables at the as-of day: everything is a
dated row, and nothing is decided by looking at that day.
"""

from __future__ import annotations

import datetime as dt

import numpy as np
import numpy.typing as npt
import pandas as pd

from arlab.synth.adjudication import make_decisions
from arlab.synth.answers import Answers, first_answers
from arlab.synth.at_visit import post_charges
from arlab.synth.book import make_book
from arlab.synth.claim_edits import stop_claims
from arlab.synth.corrections import post_corrections
from arlab.synth.days import Calendar, make_calendar
from arlab.synth.desk import Latent, Outcomes
from arlab.synth.facts import claim_tables, make_names, reference_tables
from arlab.synth.follow_up import action_table, appeal_table, patient_tables, submission_table
from arlab.synth.front_desk import make_front_desk
from arlab.synth.front_tables import edit_table, visit_table
from arlab.synth.habits import make_habits
from arlab.synth.latents import draw_latent
from arlab.synth.ledger import join_rows, remittance_table, transaction_table
from arlab.synth.lines import Lines, make_lines
from arlab.synth.open_desk import DeskLogs, desk_logs, make_world, uncollected
from arlab.synth.patient_rows import post_patients
from arlab.synth.payer_days import make_payer_days
from arlab.synth.payer_rows import Postings, post_ends, post_first_answers, post_later_denials
from arlab.synth.people import make_name_pool, make_patients
from arlab.synth.planted import after_incidents
from arlab.synth.remit_days import draw_answer_lags, make_remit_days
from arlab.synth.rulebook import CLASS_AT, GROUPS, Rulebook, rules_under
from arlab.synth.run import Run
from arlab.synth.scenario import Scenario
from arlab.synth.second_payer import post_second_payers
from arlab.synth.stakes import Stakes, split_lines
from arlab.synth.streams import Streams
from arlab.synth.submissions import Sent, enter_charges, new_submission_log, send_copies, send_first
from arlab.synth.truth import make_truth
from arlab.synth.visits import make_visits
from arlab.synth.world import step
from arlab.tables import Practice, check_practice

__all__ = ["GENERATOR_VERSION", "make_practice", "run_practice", "tables_as_of"]

Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

GENERATOR_VERSION = "2"
"""Rises, with a line in the change log, when the same scenario and seed give other content."""

RUN_OFF = 545  # days of follow-up after the last visit; a practice may be cut up to 365 days after it
QUIET = 600  # further days in which what was set going still happens


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
    run = run_practice(scenario, Streams(seed, practice=number))
    tables = tables_as_of(run, scenario.last_known_day)
    for frame in tables.values():
        frame.insert(0, "practice_id", scenario.practice_id)
    return check_practice(
        Practice(
            name=scenario.practice_name,
            as_of=scenario.last_known_day,
            tables=dict(sorted(tables.items())),
            truth=make_truth(run),
        )
    )


def run_practice(scenario: Scenario, streams: Streams) -> Run:
    """Run the stages in their causal order."""
    rules = rules_under(scenario.contracts)
    service_days = (scenario.end - scenario.start).days + 1
    calendar = make_calendar(scenario.start, service_days + RUN_OFF + QUIET)
    days = make_remit_days(
        rules, calendar, streams, scenario.incidents, unapplied_share=scenario.unapplied_share
    )
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
    copies = send_copies(calendar, sent, answers, streams, sent_log)

    latent = draw_latent(scenario, rules, days, answers, streams)
    expected = _expected(lines, in_time, answers, sent)
    misposted = _misposted(scenario, answers, streams)
    worked_until = service_days + RUN_OFF
    logs, outcomes = _follow_up(
        scenario, rules, calendar, answers, latent, sent, expected, misposted, streams, worked_until
    )
    sent_log.add(**logs.sent, accepted=calendar.plus_working(logs.sent["received"], 1), touched=1)

    book = make_book(rules, lines)
    shares = post_charges(book, visits, patients, sent, front)
    case = Postings(book, answers, shares, split_lines(rules, lines, decisions, answers.late))
    denial_rows = post_first_answers(case, misposted)
    again = post_later_denials(case, logs.denied_again, copies)
    post_ends(case, outcomes, denial_rows, again)
    post_second_payers(book, days, visits, patients, shares, streams, sent_log)
    post_corrections(scenario, book, answers, shares.second_payer, streams)
    patient_logs = post_patients(scenario, book, calendar, shares, streams)
    return Run(
        scenario=scenario,
        rules=rules,
        calendar=calendar,
        streams=streams,
        patients=patients,
        visits=visits,
        lines=lines,
        front=after_incidents(decisions.planted, front),
        edits=edits,
        sent=sent,
        answers=answers,
        latent=latent,
        expected=expected,
        outcomes=outcomes,
        logs=logs,
        sent_log=sent_log,
        book=book,
        ledger=join_rows(book, days, visits.day, _owes_interest(rules)),
        stakes=case.stakes,
        denial_rows=denial_rows,
        patient_logs=patient_logs,
        names=make_names(scenario, rules, make_name_pool(streams.seed), sent, patients),
    )


def tables_as_of(run: Run, as_of: dt.date) -> dict[str, pd.DataFrame]:
    """Return the tables as they were known on a day."""
    calendar, names, streams, logs = run.calendar, run.names, run.streams, run.logs
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
    tables["submissions"] = submission_table(run.sent_log, run.rules, calendar, names, day=day)
    tables["transactions"] = transaction_table(run.ledger, run.book, calendar, names.claims, day)
    tables["remittances"] = remittance_table(run.ledger, run.book, calendar, day)
    tables["appeals"] = appeal_table(
        logs.appeals,
        run.book,
        run.stakes.denied.allowed,
        run.ledger,
        run.denial_rows,
        calendar,
        names,
        day=day,
    )
    tables["actions"] = action_table(
        logs.actions,
        run.lines.per_claim(run.lines.contract),  # what was asked for: what will be denied nobody knows yet
        run.scenario.poor_note_share,
        calendar,
        names,
        streams,
        day=day,
    )
    return tables


@uncollected()
def _follow_up(
    scenario: Scenario,
    rules: Rulebook,
    calendar: Calendar,
    answers: Answers,
    latent: Latent,
    sent: Sent,
    expected: Ints,
    misposted: Flags,
    streams: Streams,
    worked_until: int,
) -> tuple[DeskLogs, Outcomes]:
    """Let the desk work every working day before a day; return what it did and how the claims end."""
    world = make_world(
        scenario,
        rules,
        calendar,
        make_payer_days(rules, calendar, answers, streams.stage("telephone")),
        latent,
        first_sent=sent.first_day,
        unknown=sent.unknown_to_payer,
        expected=expected,
        misposted=misposted,
    )
    for day in calendar.numbers[calendar.numbers < worked_until].tolist():
        step(world, day)
    return desk_logs(world), world.outcomes


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


def _owes_interest(rules: Rulebook) -> Flags:
    """Return which payers are insured plans under state prompt-payment rules."""
    private = np.isin(rules.payers.payer_class, [CLASS_AT["commercial"], CLASS_AT["marketplace"]])
    return private & np.isin(rules.payers.plan_types, ("ppo", "hmo", "epo"))
