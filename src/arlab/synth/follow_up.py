"""Which tables tell what was sent and done: submissions, appeals, actions, statements, plans?

Turns the stages' logs into frames as they were known on a day. What was not yet known is empty.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from arlab.synth.book import Book
from arlab.synth.chances import Action
from arlab.synth.chunks import Chunks
from arlab.synth.days import Calendar
from arlab.synth.desk import Channel, Finding
from arlab.synth.facts import Names
from arlab.synth.ledger import Ledger
from arlab.synth.patient_rows import PatientLogs
from arlab.synth.rulebook import Rulebook
from arlab.synth.streams import Streams
from arlab.synth.submissions import REJECTIONS
from arlab.synth.texts import joined, numbered, only_where, words

__all__ = ["action_table", "appeal_table", "patient_tables", "submission_table"]

Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

_ACTIONS: Final = tuple(action.name.lower() for action in Action)
_FINDINGS: Final = tuple(finding.name.lower() for finding in Finding)
_FINDING_WORDS: Final = {
    "in_process": "Claim is on file and in process",
    "not_on_file": "Payer has no such claim",
    "denied": "Denied; reason on the remittance read",
    "past_limit": "Limit has passed",
    "low_value": "Not worth the work under the house rule",
    "no_remedy_left": "No remedy left",
}
_NEXT: Final = {
    "status_check": ("check status again", 21),
    "resubmit": ("confirm acceptance", 7),
    "corrected_claim": ("check status of the corrected claim", 21),
    "records_sent": ("check that records were received", 14),
    "appeal_1": ("ask for the decision", 45),
    "appeal_2": ("ask for the decision", 45),
    "proof_of_timely_filing": ("ask for the decision", 30),
    "rebill_other_payer": ("confirm acceptance by the other payer", 7),
    "write_off": ("", 0),
    "move_to_patient": ("", 0),
}
_WAITS: Final = [_NEXT[name] for name in _ACTIONS]
_DONE_WORDS: Final = {
    "status_check": "Checked status",
    "resubmit": "Sent the claim again",
    "corrected_claim": "Corrected the claim and sent it as a replacement",
    "records_sent": "Sent the records asked for",
    "appeal_1": "Filed the first appeal with records",
    "appeal_2": "Filed the second appeal",
    "proof_of_timely_filing": "Sent the acceptance report as proof of timely filing",
    "rebill_other_payer": "Billed the payer that is responsible",
    "write_off": "Asked for the write-off",
    "move_to_patient": "Asked to move the balance to the patient",
}
_POOR_NOTES: Final = ("called payer", "checked claim", "will follow up")


def submission_table(
    log: Chunks, rules: Rulebook, calendar: Calendar, names: Names, *, day: int
) -> pd.DataFrame:
    """Return the sendings made by a day with the answers known by then."""
    rows = log.joined()
    order = np.lexsort((rows["rank"], rows["claim"], rows["submitted"]))
    rows = {name: values[order] for name, values in rows.items()}
    number = np.arange(1, len(order) + 1)
    # Which sending of the claim to the payer it is.
    party = (rows["claim"].astype(np.int64) * 4 + rows["rank"]) * len(rules.payers.names) + rows["payer"]
    sequence = _place_in_group(party)
    shown = np.flatnonzero(rows["submitted"] <= day)
    rows = {name: values[shown] for name, values in rows.items()}

    def known(name: str) -> Flags:
        return (rows[name] >= 0) & (rows[name] <= day)

    accepted, rejected = known("accepted"), known("rejected")
    control = joined(words(rules.payers.codes, rows["payer"]), numbered("", number[shown], 8))
    return pd.DataFrame(
        {
            "submission_id": numbered("S", number[shown], 7),
            "claim_id": names.claims[rows["claim"]],
            "rank": rows["rank"].astype(np.int64),
            "payer": names.payers[rows["payer"]],
            "sequence": sequence[shown],
            "frequency_code": words(("1", "7"), (rows["frequency"] == 7).astype(np.int64)),
            "submitted_date": calendar.dates(rows["submitted"]),
            "received_date": calendar.dates(rows["received"], known("received")),
            "acceptance": words(("none", "rejected", "accepted"), np.where(accepted, 2, rejected)),
            "accepted_date": calendar.dates(rows["accepted"], accepted),
            "rejected_date": calendar.dates(rows["rejected"], rejected),
            "rejection_category": only_where(rejected, words(REJECTIONS, rows["rejection"])),
            "payer_claim_control_number": only_where(accepted, control),
            "touched_before_send": rows["touched"] == 1,
        }
    )


def _place_in_group(group: Ints) -> Ints:
    """Return for each row which one of its group it is, from 1."""
    order = np.argsort(group, kind="stable")
    first = np.searchsorted(group[order], group[order], side="left")
    place = np.empty(len(group), dtype=np.int64)
    place[order] = np.arange(len(group)) - first + 1
    return place


def appeal_table(
    log: dict[str, Ints],
    book: Book,
    allowed: npt.NDArray[np.integer],
    ledger: Ledger,
    denial_rows: Ints,
    calendar: Calendar,
    names: Names,
    *,
    day: int,
) -> pd.DataFrame:
    """Return the appeals filed by a day; an appeal points at the ledger row of the first line denied.

    ``allowed`` is by line what is at stake.
    """
    order = np.lexsort((log["claim"], log["filed"]))
    rows = {name: values[order][log["filed"][order] <= day] for name, values in log.items()}
    far = np.int64(1 << 40)
    first = np.minimum.reduceat(np.where(denial_rows >= 0, denial_rows, far), book.lines.start)
    place = ledger.place[first[rows["claim"]]]
    at_stake = np.where(denial_rows >= 0, allowed, 0)
    stake = book.lines.per_claim(at_stake)[rows["claim"]] / 100
    decided = rows["decided"] <= day
    won = decided & (rows["won"] == 1)
    return pd.DataFrame(
        {
            "claim_id": names.claims[rows["claim"]],
            "denial_id": numbered("T", place + 1, 7),
            "level": rows["level"],
            "filed_date": calendar.dates(rows["filed"]),
            "decision_date": calendar.dates(rows["decided"], decided),
            "outcome": only_where(decided, np.where(won, "won", "lost")),
            "amount_won": np.where(won, stake, np.where(decided, 0.0, np.nan)),
        }
    )


def action_table(
    log: dict[str, Ints],
    expected: Ints,
    poor_share: float,
    calendar: Calendar,
    names: Names,
    streams: Streams,
    *,
    day: int,
) -> pd.DataFrame:
    """Return the follow-up log by a day; some notes are poor, as they are in life.

    ``log`` is that of the desk, ``expected`` what the contract allows for each claim, in cents. Whoever answers a
    call answers for all its claims, under one reference number.
    """
    draws = streams.stage("notes")
    count = len(log["claim"])
    calls = int(log["session"].max(initial=0)) + 1
    poor = draws.share(count) < poor_share
    which = draws.below(len(_POOR_NOTES), count)
    contact = draws.below(len(names.pool.first), calls)[log["session"]]
    call = draws.below(1_000_000, calls)[log["session"]]
    shown = np.flatnonzero(log["day"] <= day)
    rows = {name: values[shown] for name, values in log.items()}
    poor, contact, call, which = poor[shown], contact[shown], call[shown], which[shown]

    action, channel = rows["action"], rows["channel"]
    spoke = (channel == Channel.PHONE) & ~poor
    promised = rows["promise"] >= 0
    kinds = np.array(_ACTIONS, dtype=object)
    finding = np.array([_FINDING_WORDS[name] for name in _FINDINGS], dtype=object)[rows["finding"]]
    done = np.array([_DONE_WORDS[name] for name in _ACTIONS], dtype=object)[action]
    next_step = np.array([_NEXT[name][0] or None for name in _ACTIONS], dtype=object)[action]
    next_step = np.where(promised, "check that the promised payment came", next_step)
    next_day = np.where(promised, rows["promise"] + 1, rows["day"] + np.array([n for _, n in _WAITS])[action])
    has_next = (next_day > rows["day"]) & ~(poor & (which == 0))
    person, reference = names.pool.first[contact], numbered("REF", call, 6)
    columns = (poor, which, done, finding, spoke, person, reference, promised)
    notes = [_note(*parts) for parts in zip(*(column.tolist() for column in columns), strict=True)]
    status = np.array(["in process", "not on file", "denied", None, None, None], dtype=object)
    channels = np.array([one.name.lower() for one in Channel], dtype=object)
    return pd.DataFrame(
        {
            "action_id": numbered("A", shown + 1, 7),
            "claim_id": names.claims[rows["claim"]],
            "date": calendar.dates(rows["day"]),
            "staff": names.staff[rows["staff"]],
            "kind": kinds[action],
            "channel": only_where(channel != Channel.INTERNAL, channels[channel]),
            "contact": only_where(spoke, person),
            "reference_number": only_where(spoke, reference),
            "payer_status": status[rows["finding"]],
            "finding": only_where(~poor, finding),
            "note": notes,
            "promise_amount": np.where(promised, expected[rows["claim"]] / 100, np.nan),
            "promise_due_date": calendar.dates(rows["promise"], promised),
            "next_action": only_where(has_next, next_step),
            "next_action_date": calendar.dates(calendar.roll(next_day), has_next),
            "minutes": rows["minutes"],
            "session_id": numbered("N", rows["session"], 6),
        }
    )


def _note(
    poor: bool, which: int, done: str, finding: str, spoke: bool, person: str, reference: str, promised: bool
) -> str:
    """Return the note as a biller would write it."""
    if poor:
        return _POOR_NOTES[which]
    told = f" Spoke with {person}, {reference}." if spoke else ""
    told += " Payment promised." if promised else ""
    return f"{finding}.{told} {done}."


def patient_tables(
    logs: PatientLogs, calendar: Calendar, names: Names, patient_of: Ints, *, day: int
) -> dict[str, pd.DataFrame]:
    """Return statements and payment plans by a day; one statement lists all claims of a patient."""
    rows = logs.statements.joined()
    keys, row = np.unique(
        rows["sent"].astype(np.int64) * len(patient_of) + rows["claim"], return_inverse=True
    )
    sent, claim = np.divmod(keys, len(patient_of))
    amount = np.bincount(row, weights=rows["amount"], minlength=len(keys)).astype(np.int64)
    on_one = sent * len(names.patients) + patient_of[claim]
    statement = np.unique(on_one, return_inverse=True)[1] + 1
    number = _place_in_group(claim)
    shown = np.flatnonzero(sent <= day)
    claim, sent = claim[shown], sent[shown]
    statements = pd.DataFrame(
        {
            "statement_id": numbered("M", statement[shown], 6),
            "patient_id": names.patients[patient_of[claim]],
            "claim_id": names.claims[claim],
            "sent_date": calendar.dates(sent),
            "statement_number": number[shown],
            "amount": amount[shown] / 100,
        }
    )
    plans = logs.plans.joined()
    order = np.lexsort((plans["claim"], plans["start"]))
    number = np.arange(1, len(order) + 1)
    begun = plans["start"][order] <= day
    plans = {name: values[order][begun] for name, values in plans.items()}
    table_of_plans = pd.DataFrame(
        {
            "plan_id": numbered("L", number[begun], 5),
            "patient_id": names.patients[patient_of[plans["claim"]]],
            "claim_id": names.claims[plans["claim"]],
            "start_date": calendar.dates(plans["start"]),
            "instalment": plans["instalment"] / 100,
            "instalments": plans["instalments"],
        }
    )
    return {"statements": statements, "payment_plans": table_of_plans}
