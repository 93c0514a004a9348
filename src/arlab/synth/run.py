"""What has happened in a practice, whole, before it is cut at any day?

Holds what the stages left, for the tables and for the answer key. It computes nothing.
"""

from __future__ import annotations

import dataclasses

import numpy as np
import numpy.typing as npt

from arlab.synth.answers import Answers
from arlab.synth.book import Book
from arlab.synth.chunks import Chunks
from arlab.synth.claim_edits import Edits
from arlab.synth.days import Calendar
from arlab.synth.desk import Latent, Outcomes
from arlab.synth.facts import Names
from arlab.synth.front_desk import FrontDesk
from arlab.synth.ledger import Ledger
from arlab.synth.lines import Lines
from arlab.synth.open_desk import DeskLogs
from arlab.synth.patient_rows import PatientLogs
from arlab.synth.people import Patients
from arlab.synth.rulebook import Rulebook
from arlab.synth.scenario import Scenario
from arlab.synth.stakes import Stakes
from arlab.synth.streams import Streams
from arlab.synth.submissions import Sent
from arlab.synth.visits import Visits

__all__ = ["Run"]

Ints = npt.NDArray[np.int64]


@dataclasses.dataclass(frozen=True)
class Run:
    """Everything that happened in a practice, past the last visit and not yet cut at any day."""

    scenario: Scenario
    rules: Rulebook
    calendar: Calendar
    streams: Streams
    patients: Patients
    visits: Visits
    lines: Lines
    front: FrontDesk
    edits: Edits
    sent: Sent
    answers: Answers
    latent: Latent
    expected: Ints
    outcomes: Outcomes
    logs: DeskLogs
    sent_log: Chunks
    book: Book
    ledger: Ledger
    stakes: Stakes
    denial_rows: Ints
    patient_logs: PatientLogs
    names: Names
