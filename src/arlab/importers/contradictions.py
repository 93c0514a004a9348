"""Do the rows of a file contradict themselves: balances their charges, statuses their balances, dates each other?

Counts the rows and their dollars and names the rows; which of two columns is right it cannot know, and it changes
nothing.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from arlab.importers.clues import balance_gaps
from arlab.importers.findings import Findings, column, count, listed, money, rows
from arlab.importers.grid import Mask
from arlab.importers.layouts import BALANCES, PAID, Dollars
from arlab.importers.lines import Lines
from arlab.importers.parsed import Parsed
from arlab.importers.vocabulary import CLOSED_WORDS, PART_WORDS, name_words, text_words

__all__ = ["tell_contradictions", "tell_unused_dates"]

_OLDEST = pd.Timestamp("1990-01-01")
_ORDER = (
    ("service_date", "first_bill_date"),
    ("service_date", "decision_date"),
    ("service_date", "payment_date"),
)
_NEARLY_ALL = 0.95
_END_WORDS = {"to", "through", "thru", "end", "until"}


def tell_contradictions(
    parsed: Parsed, dollars: Dollars, layout: str, lines: Lines, accepted: Mask, findings: Findings
) -> None:
    """Note what cannot all be true in the accepted rows.

    Parameters
    ----------
    dollars : the amounts that decide open AR, those that repeat on the rows of a claim once
    lines : how the rows of a claim belong together
    """
    if layout == BALANCES:
        _tell_gaps(parsed, lines, accepted, findings)
        _tell_closed(parsed, dollars, accepted, findings)
    for first, second in _ORDER:
        if parsed.has(first, second):
            wrong = (parsed.dates[first].days > parsed.dates[second].days).to_numpy(dtype=bool) & accepted
            if wrong.any():
                names = [parsed.columns.chosen[concept] for concept in (first, second)]
                findings.add(
                    "dates_order",
                    f"columns {listed(names)}",
                    f"The first is after the second, which cannot be, in {_rows(parsed, dollars.cents, wrong)}: one"
                    " of the two is wrong.",
                )
    for concept, dates in parsed.dates.items():
        old = (dates.days < _OLDEST).to_numpy(dtype=bool) & accepted
        if old.any():
            findings.add(
                "dates_old",
                column(parsed.columns.chosen[concept]),
                f"Dates before {_OLDEST.year}, which are likely mistyped or stand for no date, in"
                f" {_rows(parsed, dollars.cents, old)}; they are taken as they are.",
            )


def tell_unused_dates(parsed: Parsed, ignored: tuple[str, ...], findings: Findings) -> None:
    """Note the columns of dates that nobody knows the meaning of.

    The last day of a service has no use here and is not asked about.
    """
    skipped = {*parsed.columns.chosen.values(), *parsed.columns.personal, *ignored}
    found = [
        name
        for name in parsed.table.columns
        if name not in skipped and not _END_WORDS & set(name_words(name)) and _holds_dates(parsed, name)
    ]
    if found:
        findings.add(
            "dates_unused",
            f"column{'' if len(found) == 1 else 's'} {listed(found)}",
            "A column of dates is not used, because its name does not say of what: say in map.toml what it is (such"
            " as first_bill_date), or ignore it.",
        )


def _holds_dates(parsed: Parsed, name: str) -> bool:
    """Return whether nearly all filled cells of a column are written as dates; bare numbers are not."""
    held = parsed.table.coded[name]
    written = held.different.str.fullmatch(
        r"\d{1,4}[-/.]\d{1,2}[-/.]\d{2,4}(?:[T ].*)?|\d{1,2}[-/. ]+[A-Za-z]{3,9}[-/., ]+\d{2,4}"
    ).to_numpy(dtype=bool)
    often = np.where(held.different == "", 0, held.counts())
    return bool(often.sum() > 1 and often[written].sum() >= _NEARLY_ALL * often.sum())


def _rows(parsed: Parsed, cents: npt.NDArray[np.int64], mask: Mask) -> str:
    numbers = parsed.table.row_numbers[mask]
    return f"{count(len(numbers), 'row')} with {money(int(cents[mask].sum()))} ({rows(numbers)})"


def _tell_gaps(parsed: Parsed, lines: Lines, accepted: Mask, findings: Findings) -> None:
    """Note the claims whose balance is not what their charge, payments and adjustments leave."""
    # A row without a number is a claim of its own.
    alone = int(lines.keys.max(initial=-1)) + 1 + np.arange(len(accepted))
    keys = np.where(lines.keys >= 0, lines.keys, alone)
    used = accepted & parsed.amounts["charge"].readable if parsed.has("charge") else accepted
    gaps = balance_gaps(parsed, keys, used, lines.repeated) if used.any() else None
    if gaps is None:
        return
    off = gaps[gaps != 0]
    if off.empty:
        return
    numbers = parsed.table.row_numbers[used & np.isin(keys, off.index.to_numpy())]
    names = [parsed.columns.chosen[c] for c in ("charge", *PAID, "adjustment", "balance") if parsed.has(c)]
    findings.add(
        "balance_differs",
        f"columns {listed(names)}",
        f"The balance is not charge - paid - adjustment in {len(off):,} of {count(len(gaps), 'claim')}, by"
        f" {money(int(off.abs().sum()))} taken together ({rows(numbers)}); this is common where several columns"
        " hold payments or adjustments and not all are read. The balance counts as it is.",
    )


def _tell_closed(parsed: Parsed, dollars: Dollars, accepted: Mask, findings: Findings) -> None:
    """Note the rows that are over by their status and still have a balance."""
    for concept in ("status", "other_status"):
        if not parsed.has(concept):
            continue
        held = parsed.coded(concept)
        over = held.rows_where(np.array([_is_over(text) for text in held.different], dtype=bool))
        wrong = over & accepted & (dollars.cents != 0)
        if wrong.any():
            findings.add(
                "closed_with_balance",
                column(parsed.columns.chosen[concept]),
                f"Closed, void or paid by their status, but with a balance: {_rows(parsed, dollars.cents, wrong)};"
                " the balances count, and what patients still owe of paid claims may be right.",
            )


def _is_over(text: str) -> bool:
    words = set(text_words(text.replace("_", " ")))
    return bool(words & CLOSED_WORDS) and not words & PART_WORDS
