"""What is asked in lesson 10, your own export, and which mistakes are usual?

The file is the untidy export of the practice at hand, written and read anew: no answer is kept beside it.
"""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import pandas as pd

from arlab.aging import aged_items, credit_items
from arlab.course.exercise import COUNT, DOLLARS, Exercise, Kind, Mistake, once
from arlab.importers import Import, Reconciliation, read_export
from arlab.synth.sample import MESSY_EXPORT, messy_export
from arlab.tables import Practice

__all__ = ["EXERCISES", "RECONCILED", "AnotherFile"]

OLD = 90


@once
def _file(practice: Practice) -> Import:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / MESSY_EXPORT
        path.write_bytes(messy_export(practice).content)
        return read_export(path)


def _sums(practice: Practice) -> Reconciliation:
    return _file(practice).reconciliation


@once
def _said_by_totals_row(practice: Practice) -> float:
    """Return what the totals row of the file says is open, credits taken off."""
    return float(Decimal(messy_export(practice).record["net"]))


@once
def _items(practice: Practice, clock: str) -> pd.DataFrame:
    items: pd.DataFrame = aged_items(_file(practice).practice, clock=clock)
    return items


def _older(practice: Practice, *, clock: str = "service", days: int = OLD, most: int | None = None) -> float:
    items = _items(practice, clock)
    old = items["age_days"] > days
    if most is not None:
        old &= items["age_days"] <= most
    return _dollars(items.loc[old, "balance"])


def _dollars(amounts: pd.Series) -> float:
    return float((amounts * 100).round().sum()) / 100


def _credits(practice: Practice) -> float:
    return _dollars(credit_items(_file(practice).practice)["amount"])


@dataclass(frozen=True)
class AnotherFile:
    """Any file but the one that the lesson came with, if every row and cent of it is accounted for."""

    known: Reconciliation


def _read_file(answer: Any) -> Reconciliation | AnotherFile:
    """Return the reconciliation of a file that was read."""
    answer = getattr(answer, "reconciliation", answer)
    if not isinstance(answer, Reconciliation | AnotherFile):
        raise TypeError
    return answer


def _same_file(given: Reconciliation | AnotherFile, other: Reconciliation | AnotherFile) -> bool:
    if isinstance(other, AnotherFile) and isinstance(given, Reconciliation):
        return given.ties_out and given != other.known
    return given == other


RECONCILED = Kind("a file as read", _read_file, _same_file, "mine")


EXERCISES = (
    Exercise(
        id="10-try",
        question="Set path to another file.",
        kind=RECONCILED,
        answer=lambda practice: AnotherFile(_sums(practice)),
        because=(
            "Another file was read, and every row and cent of it is accounted for. Now read its findings from the"
            " top, and compare its total with the one that your billing system shows."
        ),
        mistakes=(
            Mistake(
                "unchanged",
                _sums,
                "That is still the file the lesson came with. Put another one in its place and run the cell again.",
            ),
        ),
        hints=(
            "A file's name goes in quotes, with its ending, such as .csv or .xlsx.",
            "No file at hand? Write export.csv in the place of your_export.csv: the same practice, tidily written.",
        ),
        otherwise=lambda _practice, _given: "The rows or cents of that file are not all accounted for.",
    ),
    Exercise(
        id="10-a",
        question="How many rows of the whole export are in no figure, because they were set aside?",
        kind=COUNT,
        answer=lambda practice: _sums(practice).quarantined,
        because="Each of them is listed with its row number and the reason, so that someone can look at it.",
        mistakes=(
            Mistake(
                "all rows",
                lambda practice: _sums(practice).rows_in,
                "Those are all the rows of the file. Take the ones that were set aside.",
            ),
            Mistake(
                "accepted rows",
                lambda practice: _sums(practice).accepted,
                "Those are the rows that count. The ones that do not are asked for.",
            ),
            Mistake(
                "dollars",
                lambda practice: _sums(practice).dollars_quarantined,
                "Those are the dollars in them. The number of rows is asked for.",
            ),
        ),
        hints=(
            "The table of the whole export has a line for the rows that were set aside.",
            "Look at the column rows, not at the column dollars.",
        ),
    ),
    Exercise(
        id="10-b",
        question="By how many dollars do the rows of the whole export add up to more than its totals row says?",
        kind=DOLLARS,
        answer=lambda practice: _sums(practice).dollars_in - _said_by_totals_row(practice),
        because=(
            "It is what stands in the rows that were set aside. The billing system counted each of them once, so"
            " its totals row is right and the list is too long."
        ),
        mistakes=(
            Mistake(
                "totals row",
                _said_by_totals_row,
                "That is what the totals row says. Take it away from the sum of the rows.",
            ),
            Mistake(
                "sum of rows",
                lambda practice: _sums(practice).dollars_in,
                "That is what the rows add up to. Take away what the totals row says.",
            ),
            Mistake(
                "credits",
                _credits,
                "Those are the credits. The totals row and the rows have both taken them off.",
            ),
            Mistake(
                "rows instead of dollars",
                lambda practice: _sums(practice).quarantined,
                "Those are rows. The difference in dollars is asked for.",
            ),
        ),
        hints=(
            "One finding of the whole export is about its totals row; the table says what all its rows add up to.",
            "Take the amount of the totals row from the dollars in the file.",
        ),
    ),
    Exercise(
        id="10-c",
        question=(
            "Without the column First Billed, ages count from the visit: how many dollars of the whole export are"
            " then older than 90 days?"
        ),
        kind=DOLLARS,
        answer=_older,
        because="Nothing was lost and nothing was won: only the ages moved, by the days between visit and bill.",
        mistakes=(
            Mistake(
                "wrong clock: first_bill",
                lambda practice: _older(practice, clock="first_bill"),
                "That counts from the first bill. Take the rows of the service clock.",
            ),
            Mistake(
                "off by one bucket: over 120",
                lambda practice: _older(practice, days=120),
                "That is the oldest bucket alone. Add the bucket 91-120.",
            ),
            Mistake(
                "off by one bucket: 91-120",
                lambda practice: _older(practice, most=120),
                "That is the bucket 91-120 alone. Add the oldest bucket.",
            ),
            Mistake(
                "off by one bucket: over 60",
                lambda practice: _older(practice, days=60),
                "That counts the bucket 61-90, too. Its oldest dollars are 90 days old, not older.",
            ),
            Mistake(
                "credits netted",
                lambda practice: _older(practice) - _credits(practice),
                "You took the credits off. They stand apart and make no old balance younger.",
            ),
            Mistake(
                "everything",
                lambda practice: _dollars(_items(practice, "service")["balance"]),
                "That is the whole open balance. Take the two oldest buckets.",
            ),
        ),
        hints=(
            "The table that compares the file with the ledger has rows for both clocks.",
            "In a row of the service clock, add up the columns 91-120 and over 120.",
        ),
    ),
)
