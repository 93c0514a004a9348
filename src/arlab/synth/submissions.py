"""When is a charge entered, sent, turned back, sent again and accepted?

A rejection is no denial: nobody has decided on the claim. Lost and overlooked claims wait for follow-up.
"""

from __future__ import annotations

import dataclasses
from typing import Final

import numpy as np
import numpy.typing as npt

from arlab.synth.answers import Answers
from arlab.synth.chunks import Chunks
from arlab.synth.days import Calendar
from arlab.synth.people import Patients
from arlab.synth.rulebook import Rulebook
from arlab.synth.scenario import Scenario
from arlab.synth.streams import Streams, lag_table
from arlab.synth.visits import Visits

__all__ = ["NEVER", "REJECTIONS", "Sent", "new_submission_log", "send_copies", "send_first"]

Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

NEVER: Final = -1
REJECTIONS: Final = ("member_number", "provider_number", "patient_data", "payer_number", "code_format")
_LATE_CHARGE = (25, 210)  # days by which a forgotten charge is late
_BATCH_DAYS = 6  # working days within which an entered claim goes out
_QUICK_RESEND = 9  # working days within which a noticed rejection is sent again
_IMPATIENT_AFTER = 20  # days without an answer after which some claims are sent a second time, to no avail
_COPIED_SHARE = 0.12


@dataclasses.dataclass(frozen=True)
class Sent:
    """One entry per claim; -1 where something did not happen.

    ``received_day`` is the day the payer got a sending that it accepted; ``unknown_to_payer`` marks claims that
    stay lost or rejected until follow-up finds them.
    """

    entry_day: Ints
    first_day: Ints
    submitted_day: Ints
    received_day: Ints
    unknown_to_payer: Flags


def new_submission_log() -> Chunks:
    """Return the empty log of sendings."""
    return Chunks(
        claim=None,
        payer=None,
        rank=1,
        frequency=1,
        submitted=None,
        received=NEVER,
        accepted=NEVER,
        rejected=NEVER,
        rejection=NEVER,
        touched=0,
    )


def send_first(
    scenario: Scenario,
    rules: Rulebook,
    calendar: Calendar,
    visits: Visits,
    patients: Patients,
    streams: Streams,
    log: Chunks,
) -> Sent:
    """Enter the charges and send every insured claim for the first time; log the sendings."""
    entry = _entry_days(scenario, calendar, visits, streams)
    draws = streams.stage("submissions")
    count = visits.count
    payer = patients.payer[visits.patient]
    insured = payer != rules.payers.self_pay

    edit = draws.share(count) < scenario.edit_share
    held = np.where(edit, draws.between(2, 12, count), draws.below(_BATCH_DAYS, count))
    first = calendar.plus_working(entry, held)
    fate = draws.share(count)
    rejected = insured & (fate < scenario.rejection_share)
    lost = insured & ~rejected & (fate < scenario.rejection_share + scenario.lost_share)
    overlooked = rejected & (draws.share(count) < scenario.overlooked_share)
    rejected_day = calendar.plus_working(first, draws.below(3, count))
    resent_day = calendar.plus_working(rejected_day, draws.between(1, _QUICK_RESEND, count))
    transit = (draws.share(count) < 0.3).astype(np.int64)
    answer = draws.below(3, count)
    cause = draws.below(len(REJECTIONS), count)

    resent = rejected & ~overlooked
    submitted = np.where(resent, resent_day, first)
    received = calendar.plus_working(submitted, transit)
    accepted = calendar.plus_working(received, answer)
    on_file = insured & ~rejected & ~lost

    def write(which: Flags, **values: Ints | int) -> None:
        at = np.flatnonzero(which)
        columns = {k: v[at] if isinstance(v, np.ndarray) else v for k, v in values.items()}
        log.add(claim=at, payer=payer[at], **columns)

    touched = edit.astype(np.int64)
    write(on_file, submitted=first, received=received, accepted=accepted, touched=touched)
    write(lost, submitted=first, touched=touched)
    write(rejected, submitted=first, rejected=rejected_day, rejection=cause, touched=touched)
    write(resent, submitted=resent_day, received=received, accepted=accepted, touched=1)
    return Sent(
        entry_day=entry,
        first_day=np.where(insured, first, NEVER),
        submitted_day=np.where(on_file | resent, submitted, NEVER),
        received_day=np.where(on_file | resent, received, NEVER),
        unknown_to_payer=lost | overlooked,
    )


def _entry_days(scenario: Scenario, calendar: Calendar, visits: Visits, streams: Streams) -> Ints:
    """Return the day on which each charge is entered; a few tickets lie about for weeks or months."""
    draws = streams.stage("charge entry")
    lag = draws.pick(lag_table(max(scenario.charge_lag_days, 0.01), 0.8), visits.count)
    forgotten = draws.share(visits.count) < scenario.late_charge_share
    lag = np.where(forgotten, draws.between(*_LATE_CHARGE, visits.count), lag)
    return calendar.roll(visits.day + lag)


def send_copies(
    calendar: Calendar, sent: Sent, answers: Answers, streams: Streams, log: Chunks
) -> tuple[Ints, Ints, Ints]:
    """Send some slow claims a second time as originals; return claims, payment and posting days of the denials.

    The payer denies the copy as a duplicate once it has decided on the first: that is how duplicates arise.
    """
    draws = streams.stage("copies")
    count = len(sent.first_day)
    impatient = draws.share(count) < _COPIED_SHARE
    day = calendar.roll(sent.submitted_day + _IMPATIENT_AFTER + draws.below(10, count))
    slow = (sent.received_day >= 0) & (answers.post_day > day)
    at = np.flatnonzero(slow & impatient)
    received = calendar.plus_working(day[at], 1)
    log.add(
        claim=at,
        payer=answers.payer[at],
        submitted=day[at],
        received=received,
        accepted=calendar.plus_working(received, 1),
        touched=1,
    )
    decided = np.maximum(received + answers.denied_lag[at], answers.pay_day[at] + 1)
    pay_day = answers.days.pay(answers.payer[at], decided)
    return at, pay_day, answers.days.post(answers.payer[at], pay_day)
