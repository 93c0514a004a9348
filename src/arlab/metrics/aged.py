"""Which part of the open balance is older than 60, 90 or 120 days?

Reads aged open items. Accounts at an agency are left out, credits are not open; billed and all AR stand apart.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import narwhals.stable.v2 as nw

from arlab.errors import NotAvailable
from arlab.frames import cents, table_function
from arlab.metrics.periods import counted, only

__all__ = ["OLD_AFTER", "aged_table"]

OLD_AFTER = (60, 90, 120)
"""Days after which a balance is called old."""


@table_function(open_items=("responsible", "balance", "age_days", "first_bill_date?"))
def aged_table(open_items: Any, *, after: Sequence[int] = OLD_AFTER, by: Sequence[str] = ()) -> Any:
    """Return how much is open, how much of it was billed, and how much is older than some ages.

    Parameters
    ----------
    open_items : frame with ``age_days`` (see :func:`arlab.aging.add_age`)
    after : ages in days
    by : columns to split by

    Returns
    -------
    frame with ``by``, ``items``, ``balance``, ``billed`` (first payers' balances that were never sent left out),
    and for each age ``over_60`` and ``billed_over_60``, in dollars, sorted by ``by``.

    Raises
    ------
    NotAvailable
        when two of the ages are the same.

    Examples
    --------
    >>> import pandas as pd
    >>> items = pd.DataFrame({"responsible": ["payer_1", "patient"], "balance": [10.0, 20.0], "age_days": [60, 61]})
    >>> aged_table(items)[["balance", "over_60"]].values.tolist()
    [[30.0, 20.0]]
    """
    if len(set(after)) < len(after):
        raise NotAvailable("Two of the ages are the same: name each once.")
    rows = open_items.filter(nw.col("responsible") != "agency").with_columns(_cents=cents("balance"))
    billed = nw.lit(True)
    if "first_bill_date" in open_items.collect_schema().names():
        billed = (nw.col("responsible") != "payer_1") | ~nw.col("first_bill_date").is_null()
    rows = rows.with_columns(items=nw.lit(1), balance=nw.col("_cents"), billed=only(billed, nw.col("_cents")))
    old = {f"over_{days}": only(nw.col("age_days") > days, nw.col("_cents")) for days in after}
    old |= {f"billed_over_{days}": only(nw.col("age_days") > days, nw.col("billed")) for days in after}
    rows = rows.with_columns(**old)
    return counted(rows, on="", by=by, each="all", counts=("items",), money=("balance", "billed", *old))
