"""What do the generator's own stages make up to the payers' first answers, as the columns of the loops?

Lays out what ``arlab.synth`` has made by then; it runs no stage of its own.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from arlab.synth.opening import make_answered
from arlab.synth.scenario import Scenario
from arlab.synth.streams import Streams

__all__ = ["make_first_answers"]

Columns = dict[str, dict[str, npt.NDArray[Any]]]


def make_first_answers(scenario: Scenario, seed: int, *, practice: int = 0) -> Columns:
    """Return claims, lines, submissions and first answers as the columns that the loops fill too."""
    made = make_answered(scenario, Streams(seed, practice=practice))
    visits, lines, front, edits, answers = made.visits, made.lines, made.front, made.edits, made.answers
    decisions, in_time, entry_day, log = made.decisions, made.in_time, made.entry_day, made.sent_log
    on_file = np.flatnonzero(made.sent.received_day >= 0)

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
