"""How is a practice written as X12 files: 837P claims as sent, and 835 remittances as received?

Reads only the tables of the contract, so any practice with them will do. The files are marked as tests, every
number in them is made up, and they are the same bytes for the same tables.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Final

from arlab.synth.x12_835 import Remittance, remittance_body
from arlab.synth.x12_837 import claims_body, earlier_answers
from arlab.synth.x12_answers import Answers, read_answers
from arlab.synth.x12_facts import Facts, PayerFacts, cents, day_texts, read_facts, texts
from arlab.synth.x12_sendings import Sending, Sendings, read_sendings
from arlab.synth.x12_text import Envelope, envelope_lines
from arlab.tables import Practice

__all__ = ["write_x12"]

_SENDER: Final = "ARLAB"


def write_x12(practice: Practice, folder: Path) -> list[Path]:
    """Write the practice as 837P and 835 files and return their paths in order.

    One file holds what goes to or comes from one payer in one month: ``837/LKPB-2025-03.837`` with a transaction
    for each day of sending, ``835/LKPB-2025-03.835`` with a transaction for each remittance. Files of the same
    name are replaced, others in the folder are left alone.

    Every sending is written, also one that was rejected or lost on its way, and one that the first payer passed
    on by itself; a sending to a second payer only once the practice knows the answer of the first. An answer
    covers the lines that its remittance speaks of, so the charge of an answer to one line is that line's charge.

    Parameters
    ----------
    practice : with claims, lines, patients, payers, submissions, transactions and remittances
    folder : made if it is not there

    Raises
    ------
    InputRefused
        when an answer or a remittance in the ledger does not add up, naming it; nothing is written then.
    NotAvailable
        when a table is missing.
    """
    facts, sendings = read_facts(practice), read_sendings(practice)
    answers = read_answers(practice, facts, sendings)
    written = []
    control = itertools.count(1)
    for kind, files in (
        ("837", _claim_files(facts, answers, sendings, control)),
        ("835", _remittance_files(facts, answers, practice, control)),
    ):
        (Path(folder) / kind).mkdir(parents=True, exist_ok=True)
        for name, envelope, bodies in files:
            path = Path(folder) / kind / f"{name}.{kind}"
            with path.open("w", encoding="ascii", newline="") as file:
                file.writelines(envelope_lines(envelope, bodies))
            written.append(path)
    return written


Files = Iterator[tuple[str, Envelope, Iterable[Sequence[str]]]]


def _claim_files(facts: Facts, answers: Answers, sendings: Sendings, control: Iterator[int]) -> Files:
    """Yield a file per payer and month of sending."""
    known = [one for one in sendings.all if one.rank == 1 or earlier_answers(answers, one)]

    def month_of(sending: Sending) -> tuple[str, str]:
        return facts.payers[sending.payer].identifier, sending.submitted[:6]

    for (identifier, month), group in itertools.groupby(sorted(known, key=month_of), key=month_of):
        ones = list(group)  # of one payer and month, in order of the day
        payer, number = facts.payers[ones[0].payer], next(control)
        by_day = itertools.groupby(ones, key=lambda sending: sending.submitted)
        bodies = (
            claims_body(
                facts, answers, payer, of_day, sender=_SENDER, day=day, reference=f"{number:06d}{place:04d}"
            )
            for place, (day, of_day) in enumerate(by_day, start=1)
        )
        yield (
            f"{identifier}-{month[:4]}-{month[4:]}",
            Envelope("HC", "837", "005010X222A1", _SENDER, identifier, ones[-1].submitted, number),
            bodies,
        )


def _remittance_files(facts: Facts, answers: Answers, practice: Practice, control: Iterator[int]) -> Files:
    """Yield a file per payer and month of payment."""
    frame = practice.remittances.sort_values(["payment_date", "remit_id"], kind="stable")
    rows = map(
        Remittance,
        texts(frame, "remit_id"),
        texts(frame, "trace_number"),
        day_texts(frame, "payment_date"),
        cents(frame, "amount"),
        cents(frame, "plb_amount"),
        texts(frame, "plb_reason"),
    )
    paid = [(facts.payers[payer], row) for payer, row in zip(texts(frame, "payer"), rows, strict=True)]

    def month_of(one: tuple[PayerFacts, Remittance]) -> tuple[str, str]:
        return one[0].identifier, one[1].day[:6]

    for (identifier, month), group in itertools.groupby(sorted(paid, key=month_of), key=month_of):
        ones = list(group)
        payer, number = ones[0][0], next(control)
        yield (
            f"{identifier}-{month[:4]}-{month[4:]}",
            Envelope("HP", "835", "005010X221A1", identifier, _SENDER, ones[-1][1].day, number),
            (remittance_body(facts, payer, row, answers.by_remit[row.remit]) for _, row in ones),
        )
