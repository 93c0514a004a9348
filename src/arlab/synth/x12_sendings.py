"""Which sending of a claim does an answer belong to, and what number did the payer give it?

Reads ``submissions`` into look-ups by claim, rank and payer. It writes nothing.
"""

from __future__ import annotations

import bisect
from collections.abc import Mapping
from typing import NamedTuple

from arlab.synth.x12_facts import day_texts, texts
from arlab.tables import Practice

__all__ = ["Sending", "Sendings", "read_sendings"]


class Sending(NamedTuple):
    """One sending of a claim; ``control`` is the payer's number for it, ``""`` while there is none."""

    submitted: str
    sequence: int
    claim: str
    rank: int
    payer: str
    frequency: str
    control: str
    replaces: str  # the payer's number for the sending that this one replaces or voids
    copy: bool  # sent as an original although the payer has an original already


class Sendings(NamedTuple):
    """All sendings in order of the day, and the accepted ones by claim, rank and payer."""

    all: tuple[Sending, ...]
    accepted: Mapping[tuple[str, int, str], list[Sending]]

    def answered(self, claim: str, rank: int, payer: str, day: str, *, copy: bool) -> Sending:
        """Return the sending that a payer answers on a day: the last one by then, copies apart.

        Where the table knows no such sending, the claim's own number stands for the payer's.
        """
        known = self.accepted.get((claim, rank, payer), [])
        known = known[: bisect.bisect_right(known, day, key=lambda sending: sending.submitted)]
        fitting = [sending for sending in known if sending.copy == copy] or known
        return fitting[-1] if fitting else Sending("", 0, claim, rank, payer, "1", claim, "", False)


def read_sendings(practice: Practice) -> Sendings:
    """Return every sending of the practice, whatever became of it."""
    frame = practice.submissions.sort_values(["submitted_date", "claim_id", "rank", "submission_id"])
    columns = zip(
        day_texts(frame, "submitted_date"),
        frame["sequence"].astype(int).tolist(),
        texts(frame, "claim_id"),
        frame["rank"].astype(int).tolist(),
        texts(frame, "payer"),
        texts(frame, "frequency_code"),
        texts(frame, "payer_claim_control_number"),
        strict=True,
    )
    accepted: dict[tuple[str, int, str], list[Sending]] = {}
    found = []
    for day, sequence, claim, rank, payer, frequency, control in columns:
        before = accepted.setdefault((claim, rank, payer), [])
        replaces = before[-1].control if before and frequency != "1" else ""
        sending = Sending(
            day, sequence, claim, rank, payer, frequency, control, replaces, frequency == "1" and bool(before)
        )
        found.append(sending)
        if control:
            before.append(sending)
    return Sendings(tuple(found), accepted)
