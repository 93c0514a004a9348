"""Can movement be followed through this practice's own ledger, and with which tables?

Hands a practice's tables to the table functions of this package, as far as the practice knows them. It computes
nothing.
"""

from __future__ import annotations

import datetime as dt
import inspect
from collections.abc import Callable
from typing import Any

import narwhals.stable.v2 as nw

from arlab.errors import NotAvailable
from arlab.frames import to_date
from arlab.tables import PATIENT_BALANCES, Practice

__all__ = ["movement_of"]

_TABLES = ("submissions", "statements", "coverages")


def movement_of(
    practice: Practice, function: Callable[..., Any], *, as_of: dt.date | str | None = None, **settings: Any
) -> Any:
    """Return a table of movement of a practice with a dated ledger.

    Parameters
    ----------
    practice : with ``claims`` and ``transactions``
    function : ``roll_table``, ``weekly_balance_table``, ``weekly_roll_table`` or ``waterfall_table``
    as_of : the last day; the practice's own when left out
    settings : the function's own, such as ``after`` and ``by``

    Raises
    ------
    NotAvailable
        when the practice has no dated ledger, or ends before the day.

    Notes
    -----
    As in :func:`arlab.aging.aged_items`, a ledger without sendings is aged from the visit, and one that does not
    know patient balances shows what payers owe alone.
    """
    day = practice.as_of if as_of is None else to_date(as_of)
    if day > practice.as_of:
        raise NotAvailable(
            f"'{practice.name}' ends on {practice.as_of}: ask for that day or an earlier one, not {day}."
        )
    if not practice.has("claims", "transactions"):
        raise NotAvailable(
            f"Movement through the ledger is not available, because '{practice.name}' is a picture of"
            f" {practice.as_of}: compare two snapshots instead."
        )
    takes = inspect.signature(function).parameters
    tables = {name: practice.tables.get(name) for name in _TABLES if name in takes}
    if "clock" in takes and tables.get("submissions") is None:
        settings = {"clock": "service"} | settings
    transactions: Any = practice.transactions
    if not practice.knows(PATIENT_BALANCES):
        of_payers = ~nw.col("responsible").is_in(["patient", "agency"])
        transactions = nw.from_native(transactions).filter(of_payers).to_native()
    return function(practice.claims, transactions, as_of=day, **tables, **settings)
