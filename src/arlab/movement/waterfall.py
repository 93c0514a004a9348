"""Which charges, payments, adjustments and reversals turned the AR of one day into that of a later day?

Sums a dated ledger by kind, to the cent. It follows no single dollar (see ``roll``), and ages nothing.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

import narwhals.stable.v2 as nw

from arlab.frames import as_counts, cents, dollars, sorted_by, table_function
from arlab.movement.postings import ITEM
from arlab.movement.spans import dated, period_ends, place_table, places
from arlab.movement.started import CLAIMS, COVERED, add_facts, checked_by

__all__ = ["PARTS", "waterfall_table"]

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
    "other": ("denial",),
}
"""Columns of :func:`waterfall_table` between opening and closing -> the kinds of row they add up. A denial moves no
money; ``other`` is 0 unless a ledger says otherwise. What was ``moved`` adds up to 0 over the parties."""


@table_function(claims=CLAIMS, transactions=(*ITEM, "posted_date", "kind", "amount"), coverages=COVERED)
def waterfall_table(
    claims: Any,
    transactions: Any,
    *,
    after: dt.date | str,
    as_of: dt.date | str,
    each: str = "all",
    by: Sequence[str] = (),
    coverages: Any = None,
) -> Any:
    """Return how the AR of one day became that of a later day, in one period or period by period.

    Parameters
    ----------
    claims, transactions : frames of the table contract
    after, as_of : the first day and the second; what was posted on the first day is in its balance
    each : ``all``, ``week`` (seven days, counted back from the last) or ``month`` (of the calendar)
    by : columns to split by: of the claims, ``payer`` (who owes, by name; needs ``coverages``) or ``responsible``
    coverages : names the second and third payer

    Returns
    -------
    frame with ``by``, ``party`` (payer, patient, agency), ``from_day``, ``to_day``, ``opening``, the columns of
    ``PARTS`` and ``closing``, in dollars and signed as in the ledger: what lowers the balance is below zero, so
    that ``opening`` and the parts add up to ``closing``, to the cent. Balances are net of credits: open balances
    less what is owed back. A group has rows from its first posting on.

    Raises
    ------
    SettingsError
        when the second day is not later, or ``each`` is something else.
    InputRefused
        when a column to split by is not there.

    Examples
    --------
    >>> import pandas as pd
    >>> claims = pd.DataFrame({"practice_id": "p", "claim_id": ["c1"],
    ...     "service_date": pd.to_datetime(["2026-01-02"])})
    >>> rows = pd.DataFrame({"practice_id": "p", "claim_id": "c1", "responsible": "payer_1",
    ...     "posted_date": pd.to_datetime(["2026-01-05", "2026-02-02", "2026-02-02"]),
    ...     "kind": ["charge", "contractual", "payer_payment"], "amount": [160.0, -40.0, -100.0]})
    >>> table = waterfall_table(claims, rows, after="2026-01-31", as_of="2026-02-28")
    >>> table[["opening", "payer_paid", "contractual", "closing"]].values.tolist()
    [[160.0, -100.0, -40.0, 20.0]]
    """
    days = period_ends(after, as_of, each)
    by = checked_by(by, claims, "waterfall_table")
    rows = transactions.filter(nw.col("posted_date") <= days[-1])
    rows = rows.with_columns(_cents=cents("amount"), _at=places(days))
    if set(by) - {"responsible"}:
        rows = add_facts(rows, claims, coverages, by)
    groups = dict.fromkeys([*by, "responsible"])
    sums = rows.group_by(*groups, "kind", "_at").agg(nw.col("_cents").sum())
    named = nw.col("responsible").is_in(["patient", "agency"])
    sums = sums.with_columns(party=nw.when(named).then(nw.col("responsible")).otherwise(nw.lit("payer")))
    # A row counts in its own period, and in the opening balance of every later one.
    later = sums.join(place_table(sums, days), how="cross").filter(nw.col("_place") >= nw.col("_at"))
    now, nothing = nw.col("_place") == nw.col("_at"), nw.lit(0).cast(nw.Int64)
    whole = nw.col("_cents").cast(nw.Int64)
    known = {
        part: now & nw.col("kind").is_in(list(kinds)) for part, kinds in PARTS.items() if part != "other"
    }
    parts = {part: nw.when(is_it).then(whole).otherwise(nothing) for part, is_it in known.items()}
    usual = [kind for part, kinds in PARTS.items() if part != "other" for kind in kinds]
    parts["other"] = nw.when(now & ~nw.col("kind").is_in(usual)).then(whole).otherwise(nothing)
    opening = nw.when(now).then(nothing).otherwise(whole)
    # Sums go under names of their own: a column to split by may be called like one.
    columns = {"_opening": opening, **{f"_{part}": value for part, value in parts.items()}, "_closing": whole}
    table = later.with_columns(**columns).group_by(*by, "party", "_first", "_last")
    table = table.agg(*[nw.col(name).sum() for name in columns]).with_columns(*as_counts(*columns))
    money = {name.removeprefix("_"): dollars(name) for name in columns}
    dates = {"from_day": dated("_first", days[0]), "to_day": dated("_last", days[0])}
    table = table.select(*[nw.col(name) for name in (*by, "party")], **dates, **money)
    return sorted_by(table, *by, "party", "from_day")
