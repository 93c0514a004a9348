"""What do the generator's own stages make up to the payers' first answers, as the columns of the loops?

Runs the stages of ``arlab.synth`` in the order of ``run_practice`` and stops before follow-up.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from arlab.synth.adjudication import make_decisions
from arlab.synth.answers import first_answers
from arlab.synth.claim_edits import stop_claims
from arlab.synth.days import make_calendar
from arlab.synth.front_desk import make_front_desk
from arlab.synth.habits import make_habits
from arlab.synth.lines import make_lines
from arlab.synth.people import make_patients
from arlab.synth.remit_days import draw_answer_lags, make_remit_days
from arlab.synth.rulebook import rules_under
from arlab.synth.scenario import Scenario
from arlab.synth.stakes import split_lines
from arlab.synth.streams import Streams
from arlab.synth.submissions import enter_charges, new_submission_log, send_first
from arlab.synth.visits import make_visits

__all__ = ["make_first_answers"]

Columns = dict[str, dict[str, npt.NDArray[Any]]]
RUN_OFF = 1145  # days after the last visit that the generator's calendar has


def make_first_answers(scenario: Scenario, seed: int, *, practice: int = 0) -> Columns:
    """Return claims, lines, submissions and first answers as the columns that the loops fill too."""
    streams, rules = Streams(seed, practice=practice), rules_under(scenario.contracts)
    calendar = make_calendar(scenario.start, (scenario.end - scenario.start).days + 1 + RUN_OFF)
    days = make_remit_days(
        rules, calendar, streams, scenario.incidents, unapplied_share=scenario.unapplied_share
    )
    patients = make_patients(scenario, rules, streams)
    visits = make_visits(scenario, calendar, patients, streams)
    lines = make_lines(scenario, rules, visits, patients, streams)
    habits = make_habits(scenario, rules, streams)
    front = make_front_desk(scenario, rules, calendar, visits, patients, lines, habits, streams)
    entry_day = enter_charges(scenario, calendar, visits, front, streams)
    edits = stop_claims(scenario, rules, calendar, visits, front, entry_day, streams)
    front = edits.mended(front)
    log = new_submission_log()
    sent = send_first(scenario, rules, calendar, visits, entry_day, edits, streams, log)
    decisions = make_decisions(scenario, rules, calendar, visits, patients, lines, front, habits, streams)
    in_time = split_lines(rules, lines, decisions, np.zeros(visits.count, dtype=bool))
    pays_something = ~decisions.denied_line | in_time.reduced
    answers = first_answers(
        rules,
        days,
        decisions,
        payer=visits.payer,
        service_day=visits.day,
        lags=draw_answer_lags(rules, days, streams, "first answers", visits.payer),
        has_paid_line=lines.any_of_claim(pays_something),
    )
    on_file = np.flatnonzero(sent.received_day >= 0)
    answers.receive(on_file, sent.submitted_day[on_file], sent.received_day[on_file])

    late = answers.late[lines.claim]
    denied_line = decisions.denied_line | late
    paid = lines.per_claim((lines.payment - in_time.denied.payment * decisions.denied_line) * ~late)
    denied = lines.per_claim(np.where(late, lines.charge, in_time.denied.charge) * denied_line)
    sendings = log.joined()
    return {
        "claims": {
            "claim": np.arange(visits.count),
            "patient": visits.patient,
            "provider": visits.provider,
            "specialty": visits.specialty,
            "location": visits.location,
            "service_day": visits.day,
            "payer": visits.payer,
            "payer_class": visits.payer_class,
            "registrar": front.registrar,
            "checked_day": front.checked_day,
            "eligibility": front.result,
            "referral_required": front.referral_required,
            "authorisation_required": front.authorisation_required,
            "authorised_units": front.authorised_units,
            "note_lag": front.note_lag,
            "due": front.due,
            "collected": front.collected,
            "entry_day": entry_day,
            "edit": edits.edit,
            "cleared_day": edits.cleared_day,
            "lines": lines.size,
            "charge": lines.per_claim(lines.charge),
        },
        "lines": {
            "claim": lines.claim,
            "number": lines.number,
            "service": lines.service,
            "units": lines.units,
            "charge": lines.charge,
            "contract": lines.contract,
            "allowed": lines.allowed,
            "deductible": lines.deductible,
            "coinsurance": lines.coinsurance,
            "copay": lines.copay,
            "sequestration": lines.sequestration,
            "abn": lines.abn,
        },
        "submissions": {
            name: sendings[name]
            for name in (
                "claim", "payer", "submitted", "received", "accepted", "rejected", "rejection", "touched"
            )
        },
        "answers": {
            "claim": on_file,
            "pay_day": answers.pay_day[on_file],
            "post_day": answers.post_day[on_file],
            "code": answers.code(on_file),
            "rarc": decisions.rarc[on_file],
            "group": decisions.group[on_file],
            "late": answers.late[on_file],
            "paid": paid[on_file],
            "denied": denied[on_file],
        },
    }  # fmt: skip
