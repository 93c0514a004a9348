"""How many claims does a file hold, how much was charged and paid, and how many were denied?

Counts what the columns say. It decides nothing about open balances.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

import numpy as np

from arlab.importers.denied import codes_in, is_denial
from arlab.importers.findings import Findings, column
from arlab.importers.grid import Coded, Mask
from arlab.importers.items import payer_class_of
from arlab.importers.lines import Lines
from arlab.importers.parsed import Parsed
from arlab.importers.postings import Postings, denied_by_postings
from arlab.importers.vocabulary import DENIED_WORDS, EMPTY_CELLS, text_words

__all__ = ["Counts", "count_claims"]


@dataclasses.dataclass(frozen=True)
class Counts:
    """What ``Import`` says of claims and money; None where the file has no such column."""

    claims: int | None
    charge_total: float | None
    paid_total: float | None
    denied_claims: int | None


def count_claims(
    parsed: Parsed,
    lines: Lines,
    *,
    data: Mask,
    accepted: Mask,
    day: Mask,
    findings: Findings,
    postings: Postings | None = None,
) -> Counts:
    """Return the counts of a file.

    Parameters
    ----------
    lines : how the rows of a claim belong together
    data, accepted : the data rows, and those that were accepted
    day : rows of the snapshot that counts; all rows of a file that is one
    postings : what the rows are when they are postings

    Notes
    -----
    Claims and denied claims are counted over all data rows, money over the accepted ones. A claim is denied when a
    status says so or a code of it denies; an appeal alone may be about the amount and a rejection is no denial.
    Where only some words give a reason, a column that is called a denial's counts when it is filled.
    """
    claims = None
    if parsed.has("claim_id"):
        claims = lines.distinct(data & (lines.claim_codes >= 0))
    used = accepted & day
    if postings is not None:
        denied = lines.distinct(denied_by_postings(parsed, postings, data))
        return Counts(
            claims, int(postings.charged[used].sum()) / 100, int(postings.paid[used].sum()) / 100, denied
        )
    charge = _total(parsed, lines, ("charge",), used)
    paid = _total(parsed, lines, ("paid",), used)
    if paid is None:
        paid = _total(parsed, lines, ("paid_payer", "paid_patient"), used)
    if paid is not None and paid < 0:
        name = next(parsed.columns.chosen[c] for c in ("paid", "paid_payer", "paid_patient") if parsed.has(c))
        findings.add(
            "paid_negative", column(name), "Payments are written below zero; they are counted as paid."
        )
        paid = -paid
    return Counts(
        claims,
        None if charge is None else charge / 100,
        None if paid is None else paid / 100,
        _denied(parsed, lines, data),
    )


def _total(parsed: Parsed, lines: Lines, concepts: tuple[str, ...], used: Mask) -> int | None:
    """Return the cents of some columns, an amount that repeats on the rows of a claim once."""
    there = [concept for concept in concepts if parsed.has(concept)]
    if not there:
        return None
    return sum(int(lines.once(concept, parsed.amounts[concept].cents, used)[used].sum()) for concept in there)


def _denied(parsed: Parsed, lines: Lines, data: Mask) -> int | None:
    """Return how many claims the file shows as denied; None when it cannot show any."""
    there = [concept for concept in ("status", "other_status") if parsed.has(concept)]
    denied = [_rows(parsed.coded(concept), _says_denied) for concept in there]
    if parsed.has("denial"):
        denied.append(_by_code(parsed))
    elif parsed.has("denial_text") and not there and "deni" in parsed.columns.chosen["denial_text"].lower():
        denied.append(_rows(parsed.coded("denial_text"), lambda text: text.lower() not in EMPTY_CELLS))
    return lines.distinct(np.logical_or.reduce(denied) & data) if denied else None


def _says_denied(text: str) -> bool:
    words = set(text_words(text.replace("_", " ")))
    return bool(DENIED_WORDS & words) and not {"not", "no", "never"} & words


def _by_code(parsed: Parsed) -> Mask:
    """Return the rows with a code that denies."""
    texts = parsed.coded("denial")
    denied = _rows(texts, _denies)
    if parsed.has("payer_class"):
        classes = parsed.coded("payer_class")
        meant = [payer_class_of(said) for said in classes.different]
        kinds = [None, *sorted({name for name in meant if name is not None})]
        denies = np.zeros((len(kinds), len(texts.different)), dtype=bool)
        for number, its in enumerate(kinds[1:], start=1):
            denies[number] = [_denies(text, payer_class=its) for text in texts.different]
        of_row = classes.to_rows(np.array([kinds.index(its) for its in meant], dtype=np.int64))
        denied = denied | denies[of_row, texts.places]
    return denied


def _denies(text: str, *, payer_class: str | None = None) -> bool:
    """Return whether a cell holds a code that denies."""
    return any(is_denial(code, payer_class=payer_class) for code in codes_in(text) or ())


def _rows(texts: Coded, wanted: Callable[[str], bool]) -> Mask:
    """Return the rows whose text is wanted."""
    return texts.rows_where(np.array([wanted(text) for text in texts.different], dtype=bool))
