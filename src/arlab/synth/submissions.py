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
from arlab.synth.claim_edits import Edits
from arlab.synth.days import Calendar
from arlab.synth.front_desk import NEVER, FrontDesk
from arlab.synth.rulebook import Rulebook
from arlab.synth.scenario import Scenario
from arlab.synth.streams import Streams, lag_table
from arlab.synth.visits import Visits

__all__ = ["NEVER", "REJECTIONS", "Sent", "enter_charges", "new_submission_log", "send_copies", "send_first"]

Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

REJECTIONS: Final = ("member_number", "provider_number", "patient_data", "payer_number", "code_format")
_LATE_CHARGE = (25, 210)  # days by which a forgotten charge is late
_BATCH_DAYS = 6  # working days within which an entered claim goes out
_QUICK_RESEND = 9  # working days within which a noticed rejection is sent again
_IMPATIENT_AFTER = 20  # days without an answer after which some claims are sent a second time, to no avail
_COPIED_SHARE = 0.08


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
        claim=("int32", None),
        payer=("int8", None),
        rank=("int8", 1),
        frequency=("int8", 1),
        submitted=("int16", None),
        received=("int16", NEVER),
        accepted=("int16", NEVER),
        rejected=("int16", NEVER),
        rejection=("int8", NEVER),
        touched=("int8", 0),
    )


def enter_charges(
    scenario: Scenario, calendar: Calendar, visits: Visits, front: FrontDesk, streams: Streams
) -> Ints:
    """Return the day on which each charge is entered: after the notes; a few tickets lie about for months."""
    draws = streams.stage("charge entry")
    lag = draws.pick(lag_table(max(scenario.charge_lag_days, 0.01), 0.8), visits.count)
    forgotten = np.flatnonzero(draws.share(visits.count) < scenario.late_charge_share)
    lag[forgotten] = draws.between(*_LATE_CHARGE, visits.count)[forgotten]
    return calendar.roll(visits.day + np.maximum(lag, front.note_lag))


def send_first(
    scenario: Scenario,
    rules: Rulebook,
    calendar: Calendar,
    visits: Visits,
    entry_day: Ints,
    edits: Edits,
    streams: Streams,
    log: Chunks,
) -> Sent:
    """Send every insured claim for the first time, once no edit holds it; log the sendings."""
    draws = streams.stage("submissions")
    count = visits.count
    payer = visits.payer
    insured = payer != rules.payers.self_pay

    # A claim that somebody has just cleared goes out with the next batch.
    batch = draws.below(_BATCH_DAYS, count) * ~edits.manual
    first = calendar.plus_working(edits.cleared_day, batch)
    fate = draws.share(count)
    rejected = insured & (fate < scenario.rejection_share)
    lost = insured & ~rejected & (fate < scenario.rejection_share + scenario.lost_share)
    overlooked = rejected & (draws.share(count) < scenario.overlooked_share)
    at = np.flatnonzero(rejected)
    rejected_day = first.copy()
    rejected_day[at] = calendar.plus_working(first[at], draws.below(3, count)[at])
    submitted = first.copy()
    resent = rejected & ~overlooked
    again = np.flatnonzero(resent)
    submitted[again] = calendar.plus_working(
        rejected_day[again], draws.between(1, _QUICK_RESEND, count)[again]
    )
    received = calendar.plus_working(submitted, (draws.share(count) < 0.3).astype(np.int64))
    accepted = calendar.plus_working(received, draws.below(3, count))
    cause = draws.below(len(REJECTIONS), count)
    on_file = insured & ~rejected & ~lost

    def write(which: Flags, **values: Ints | int) -> None:
        at = np.flatnonzero(which)
        columns = {k: v[at] if isinstance(v, np.ndarray) else v for k, v in values.items()}
        log.add(claim=at, payer=payer[at], **columns)

    touched = edits.manual.astype(np.int64)
    write(on_file, submitted=first, received=received, accepted=accepted, touched=touched)
    write(lost, submitted=first, touched=touched)
    write(rejected, submitted=first, rejected=rejected_day, rejection=cause, touched=touched)
    write(resent, submitted=submitted, received=received, accepted=accepted, touched=1)
    arrived = on_file | resent
    return Sent(
        entry_day=entry_day,
        first_day=np.where(insured, first, NEVER),
        submitted_day=np.where(arrived, submitted, NEVER),
        received_day=np.where(arrived, received, NEVER),
        unknown_to_payer=lost | overlooked,
    )


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
