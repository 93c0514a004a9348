"""How many claims does a file hold, how much was charged and paid, and how many were denied?

Counts what the columns say. It decides nothing about open balances.
"""

from __future__ import annotations

import dataclasses

import numpy as np
import pandas as pd

from arlab.importers.amounts import Mask
from arlab.importers.denied import codes_in, is_denial
from arlab.importers.findings import Findings, column
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
        codes = lines.claim_codes[data]
        claims = len(np.unique(codes[codes >= 0]))
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
    denied = np.zeros(len(data), dtype=bool)
    shows = False
    for concept in ("status", "other_status"):
        if parsed.has(concept):
            shows = True
            denied |= _mask(
                parsed.text(concept), {t for t in parsed.text(concept).unique() if _says_denied(t)}
            )
    if parsed.has("denial"):
        shows = True
        denied |= _by_code(parsed)
    elif parsed.has("denial_text") and not shows and "deni" in parsed.columns.chosen["denial_text"].lower():
        shows = True
        denied |= (~parsed.text("denial_text").str.lower().isin(EMPTY_CELLS)).to_numpy(dtype=bool)
    if not shows:
        return None
    return lines.distinct(denied & data)


def _says_denied(text: str) -> bool:
    words = text_words(text.replace("_", " "))
    return bool(DENIED_WORDS & set(words)) and not {"not", "no", "never"} & set(words)


def _by_code(parsed: Parsed) -> Mask:
    """Return the rows with a code that denies."""
    texts = parsed.text("denial")
    found = {text: codes_in(text) or () for text in texts.unique()}
    surely = {text for text, codes in found.items() if any(is_denial(code) for code in codes)}
    denied = _mask(texts, surely)
    if not parsed.has("payer_class"):
        return denied
    classes = parsed.text("payer_class")
    for said in classes.unique():
        its = payer_class_of(said)
        more = {t for t, codes in found.items() if any(is_denial(c, payer_class=its) for c in codes)} - surely
        if its is not None and more:
            denied |= _mask(texts, more) & (classes == said).to_numpy(dtype=bool)
    return denied


def _mask(texts: pd.Series, wanted: set[str]) -> Mask:
    return texts.isin(wanted).to_numpy(dtype=bool)
