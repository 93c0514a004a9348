"""Which days, columns and codes do the measures of the benchmark ask for, the same in every way of writing them?

Holds settings. It computes nothing.
"""

from __future__ import annotations

import datetime as dt
from typing import NamedTuple

from arlab.reference import read_rows

__all__ = [
    "AGREED",
    "CHARITY",
    "COLUMNS",
    "CREDIT",
    "EDGES",
    "ENTRIES",
    "ENTRY",
    "EXIT",
    "EXITS",
    "KEY",
    "NEVER",
    "PARTS",
    "TO_OTHER",
    "TO_PATIENT",
    "UNLESS",
    "Days",
]

KEY = ["practice_id", "claim_id"]
EDGES = (30, 60, 90, 120)
AGREED = ("self_pay_discount",)
CHARITY = ("charity", "charity_care", "financial_assistance")

_CODES = [(row["carc"], row["unless_payer_class"]) for row in read_rows("never_denial_codes")]
NEVER = tuple(code for code, but_for in _CODES if not but_for)
"""Reason codes that are never denials."""
UNLESS = tuple((code, but_for) for code, but_for in _CODES if but_for)
"""Reason codes that are none, unless the payer is of a class."""

COLUMNS = {
    "claims": (*KEY, "service_date", "first_payer", "payer_class", "lines", "charge", "expected_allowed"),
    "transactions": (
        *KEY,
        "transaction_id",
        "line_number",
        "posted_date",
        "effective_date",
        "kind",
        "responsible",
        "amount",
        "memo_amount",
        "reason",
        "group_code",
        "carc",
        "remit_id",
        "reverses_id",
    ),
    "lines": (*KEY, "line_number", "charge"),
    "submissions": (*KEY, "rank", "submitted_date", "acceptance", "accepted_date"),
    "statements": (*KEY, "sent_date"),
    "coverages": (*KEY, "rank", "payer"),
}
"""Table -> the columns that the measures read; nothing else is loaded."""


PARTS = {
    "charges": ("charge",),
    "payer_paid": ("payer_payment",),
    "patient_paid": ("patient_payment",),
    "contractual": ("contractual", "sequestration"),
    "written_off": ("write_off",),
    "bad_debt": ("bad_debt",),
    "moved": ("transfer",),
    "refunded": ("refund_to_payer", "refund_to_patient"),
    "taken_back": ("recoupment",),
    "reversed": ("reversal",),
}
"""Parts of the waterfall -> the kinds of row that they add up."""

ENTRIES = {
    "charge": 111,
    "transfer": 112,
    "recoupment": 114,
    "refund_to_payer": 115,
    "refund_to_patient": 115,
}
ENTRY = 113  # whatever else brings dollars in takes back what took them out
EXITS = {
    **dict.fromkeys(("payer_payment", "recoupment", "refund_to_payer"), 121),
    **dict.fromkeys(("patient_payment", "refund_to_patient"), 122),
    **dict.fromkeys(("contractual", "sequestration"), 123),
    **dict.fromkeys(("write_off", "bad_debt"), 124),
}
TO_PATIENT, TO_OTHER, EXIT = 125, 126, 127
CREDIT = 102
"""Numbers of the ways into and out of the buckets of the roll matrix, by the kind of row."""


class Days(NamedTuple):
    """The days of one run: the as-of day and those counted back from it."""

    as_of: dt.date

    def back(self, days: int) -> dt.date:
        """Return the day so many days before."""
        return self.as_of - dt.timedelta(days=days)

    @property
    def quarter(self) -> dt.date:
        """The day after which the days in AR count."""
        return self.back(90)

    @property
    def week(self) -> dt.date:
        """The first day of the roll matrix."""
        return self.back(7)

    @property
    def month(self) -> dt.date:
        """The first day of the waterfall."""
        return self.back(30)

    @property
    def cohort(self) -> tuple[dt.date, dt.date]:
        """The visits of the collection cohort: after the one day, until the other, 180 days back."""
        return self.back(270), self.back(180)

    @property
    def week_ends(self) -> list[dt.date]:
        """The thirteen days of the weekly balances."""
        return [self.back(7 * weeks) for weeks in range(12, -1, -1)]
