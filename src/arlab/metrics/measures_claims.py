"""Clean, accepted, resolved, denied, overturned: which figures do sendings and answers give?

Each function returns ratios by the key of their definition, or says why there is none.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from arlab.errors import NotAvailable
from arlab.metrics.books import Books, total
from arlab.metrics.outcomes import OUTCOME_DAYS, appeal_table, outcome_table
from arlab.metrics.periods import Span, last_whole_month
from arlab.metrics.rates import (
    FOLLOW_UP_DAYS,
    answer_table,
    clean_claim_table,
    remittance_table,
    sending_table,
)
from arlab.metrics.ratio import Ratio

__all__ = [
    "answered",
    "appealed",
    "clean",
    "first_pass",
    "month",
    "overturned",
    "sendings",
    "sent",
    "zero_paid",
]

_FOUR_WEEKS = 28
_MONTHS_BEFORE = 3


def _share(hits: float, cases: float) -> Ratio:
    return Ratio(hits, cases, int(cases), proportion=True)


def _back(span: Span, days: int) -> Span:
    shift = dt.timedelta(days=days)
    return Span(span.after - shift, span.until - shift)


def clean(books: Books, span: Span) -> dict[str, Ratio]:
    """Clean claim rate."""
    table = books.daily(
        clean_claim_table,
        books.table("claims"),
        books.table("claim_edits"),
        submissions=books.maybe("submissions"),
    )
    claims, untouched, free = total(table, span, "claims", "clean", "no_edit")
    return {
        "clean_claim_rate": _share(untouched, claims),
        "clean_claim_rate_no_edit": _share(free, claims),
    }


def sendings(books: Books, span: Span) -> dict[str, Ratio]:
    """Acceptance and rejection."""
    table = books.daily(sending_table, books.table("submissions"))
    sent, accepted, rejected = total(table, span, "sent", "accepted", "rejected")
    first, first_accepted, first_rejected = total(
        table, span, "first_sent", "first_accepted", "first_rejected"
    )
    return {
        "acceptance_rate": _share(accepted, accepted + rejected),
        "acceptance_rate_first": _share(first_accepted, first_accepted + first_rejected),
        "rejection_rate": _share(rejected, sent),
        "rejection_rate_first": _share(first_rejected, first),
    }


def _sent(books: Books) -> Any:
    sent = books.table("submissions")
    return books.daily(answer_table, books.answers, basis="sent", submissions=sent)


def first_pass(books: Books, span: Span) -> dict[str, Ratio]:
    """First-pass resolution of claims first sent long enough ago."""
    claims, resolved = total(_sent(books), _back(span, FOLLOW_UP_DAYS), "claims", "resolved")
    return {"first_pass_resolution_rate": _share(resolved, claims)}


def sent(books: Books, span: Span) -> dict[str, Ratio]:
    """Initial denials of claims first sent long enough ago: claims, lines, dollars."""
    names = (
        "claims",
        "lines",
        "charge",
        "denied",
        "any_line_denied",
        "lines_denied",
        "charge_of_denied",
        "charge_denied",
    )
    sums = total(_sent(books), _back(span, FOLLOW_UP_DAYS), *names)
    claims, lines, charge, denied, any_line, lines_denied, of_denied, of_lines = sums
    return {
        "initial_denial_rate": _share(denied, claims),
        "initial_denial_rate_any_line": _share(any_line, claims),
        "initial_denial_rate_lines": _share(lines_denied, lines),
        "initial_denial_rate_dollars": Ratio(of_denied, charge, int(claims)),
        "initial_denial_rate_dollars_lines": Ratio(of_lines, charge, int(claims)),
    }


def answered(books: Books, span: Span) -> dict[str, Ratio]:
    """Initial denials among the first answers of the period."""
    table = books.daily(answer_table, books.answers)
    claims, denied = total(table, span, "claims", "denied")
    return {"initial_denial_rate_answered": _share(denied, claims)}


def month(books: Books, span: Span) -> dict[str, Ratio]:
    """Initial denials of the last whole month over the average month sent before (HFMA)."""
    this = last_whole_month(span.until)
    first = this.after
    for _ in range(_MONTHS_BEFORE):
        first = first.replace(day=1) - dt.timedelta(days=1)
    before = Span(first, this.after)
    books.table("submissions")
    books.covers(before)
    denied, dollars = total(books.daily(answer_table, books.answers), this, "denied", "charge_of_denied")
    table = books.daily(answer_table, books.answers, basis="sent", follow_up=0)
    claims, charge = total(table, before, "claims", "charge")
    average, average_dollars = claims / _MONTHS_BEFORE, charge / _MONTHS_BEFORE
    return {
        "initial_denial_rate_month": Ratio(denied, average, int(claims)),
        "initial_denial_rate_month_dollars": Ratio(dollars, average_dollars, int(claims)),
    }


def zero_paid(books: Books, span: Span) -> dict[str, Ratio]:
    """The zero-pay figure that is called primary denial rate, over four weeks."""
    books.table("transactions", "remit_id")
    table = books.daily(remittance_table, books.ledger)
    weeks = Span.ending(span.until, _FOUR_WEEKS)
    listed, nothing = total(table, weeks, "remitted", "zero_paid")
    return {"primary_denial_rate": _share(nothing, listed)}


def overturned(books: Books, span: Span) -> dict[str, Ratio]:
    """Overturn of denials old enough."""
    table = books.daily(outcome_table, books.denials)
    cases, paid, dollars, dollars_paid = total(
        table, _back(span, OUTCOME_DAYS), "denials", "paid", "denied_amount", "paid_amount"
    )
    return {
        "overturn_rate": _share(paid, cases),
        "overturn_rate_dollars": Ratio(dollars_paid, dollars, int(cases)),
    }


def appealed(books: Books, span: Span) -> dict[str, Ratio]:
    """Success of the appeals decided in the period."""
    table = books.daily(appeal_table, books.table("appeals"))
    decided, won = total(table, span, "decided", "won")
    if not decided:
        raise NotAvailable(f"no appeal was decided in the {span.days} days")
    return {"appeal_success_rate": _share(won, decided)}
