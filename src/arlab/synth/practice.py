"""How does a scenario become a practice?

Runs the stages in their causal order past the last visit, then cuts the tables at the as-of day: everything is a
dated row, and nothing is decided by looking at that day.
"""

from __future__ import annotations

import datetime as dt

import numpy as np
import numpy.typing as npt
import pandas as pd

from arlab.synth.at_visit import post_charges
from arlab.synth.book import make_book
from arlab.synth.corrections import post_corrections
from arlab.synth.desk import Outcomes
from arlab.synth.facts import claim_tables, make_names, reference_tables
from arlab.synth.follow_up import action_table, appeal_table, patient_tables, submission_table
from arlab.synth.front_tables import edit_table, visit_table
from arlab.synth.ledger import join_rows, remittance_table, transaction_table
from arlab.synth.open_desk import DeskLogs, desk_logs, uncollected
from arlab.synth.opening import Opening, make_desk, make_opening
from arlab.synth.patient_rows import post_patients
from arlab.synth.payer_rows import Postings, post_ends, post_first_answers, post_later_denials
from arlab.synth.people import make_name_pool
from arlab.synth.planted import after_incidents
from arlab.synth.rulebook import CLASS_AT, Rulebook
from arlab.synth.run import Run
from arlab.synth.scenario import Scenario
from arlab.synth.second_payer import post_second_payers
from arlab.synth.stakes import split_lines
from arlab.synth.streams import Streams
from arlab.synth.truth import make_truth
from arlab.synth.world import step
from arlab.tables import Practice, check_practice

__all__ = ["GENERATOR_VERSION", "make_practice", "run_practice", "tables_as_of"]

Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

GENERATOR_VERSION = "2"
"""Rises, with a line in the change log, when the same scenario and seed give other content."""


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
    opening = make_opening(scenario, streams)
    rules, calendar, days, sent_log = opening.rules, opening.calendar, opening.days, opening.sent_log
    visits, patients, lines, answers = opening.visits, opening.patients, opening.lines, opening.answers
    logs, outcomes = _follow_up(opening)
    sent_log.add(**logs.sent, accepted=calendar.plus_working(logs.sent["received"], 1), touched=1)

    book = make_book(rules, lines)
    shares = post_charges(book, visits, patients, opening.sent, opening.front)
    case = Postings(book, answers, shares, split_lines(rules, lines, opening.decisions, answers.late))
    denial_rows = post_first_answers(case, opening.misposted)
    again = post_later_denials(case, logs.denied_again, opening.copies)
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
        front=after_incidents(opening.decisions.planted, opening.front),
        edits=opening.edits,
        sent=opening.sent,
        answers=answers,
        latent=opening.latent,
        expected=opening.expected,
        outcomes=outcomes,
        logs=logs,
        sent_log=sent_log,
        book=book,
        ledger=join_rows(book, days, visits.day, _owes_interest(rules)),
        stakes=case.stakes,
        denial_rows=denial_rows,
        patient_logs=patient_logs,
        names=make_names(scenario, rules, make_name_pool(streams.seed), opening.sent, patients),
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
def _follow_up(opening: Opening) -> tuple[DeskLogs, Outcomes]:
    """Let the desk work every working day before its last; return what it did and how the claims end."""
    world = make_desk(opening)
    numbers = opening.calendar.numbers
    for day in numbers[numbers < opening.worked_until].tolist():
        step(world, day)
    return desk_logs(world), world.outcomes


def _owes_interest(rules: Rulebook) -> Flags:
    """Return which payers are insured plans under state prompt-payment rules."""
    private = np.isin(rules.payers.payer_class, [CLASS_AT["commercial"], CLASS_AT["marketplace"]])
    return private & np.isin(rules.payers.plan_types, ("ppo", "hmo", "epo"))
