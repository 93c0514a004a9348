"""How did what the practice owes back change from one day to a later one?

Compares two lists of credits; they are never netted with open balances. It reads no file.
"""

from __future__ import annotations

from typing import Any

import narwhals.stable.v2 as nw

from arlab.frames import as_counts, cents, dollars, sorted_by, table_function

__all__ = ["credit_movement_table"]

_CREDIT = ("practice_id?", "claim_id", "responsible", "amount")


@table_function(opening_credits=_CREDIT, closing_credits=_CREDIT)
def credit_movement_table(opening_credits: Any, closing_credits: Any) -> Any:
    """Return what became of the credits of one day, and where those of the later day come from.

    Returns
    -------
    frame with ``part_number``, ``part`` (kept, fell, gone, grew, new), ``items`` and ``amount`` in dollars, the
    parts that occur. Kept, fell and gone add up to the credits of the first day; kept, grew and new to those of the
    second.

    Examples
    --------
    >>> import pandas as pd
    >>> june = pd.DataFrame({"claim_id": ["a", "b"], "responsible": "payer_1", "amount": [40.0, 80.0]})
    >>> july = pd.DataFrame({"claim_id": ["a"], "responsible": "payer_1", "amount": [10.0]})
    >>> credit_movement_table(june, july)[["part", "amount"]].to_numpy().tolist()
    [['kept', 10.0], ['fell', 30.0], ['gone', 80.0]]
    """
    both_have = [set(side.collect_schema().names()) for side in (opening_credits, closing_credits)]
    keys = [
        name for name in ("practice_id", "claim_id", "responsible") if all(name in have for have in both_have)
    ]
    nothing = nw.lit(0).cast(nw.Int64)
    before = opening_credits.select(*keys, before=cents("amount"), after=nothing)
    after = closing_credits.select(*keys, before=nothing, after=cents("amount"))
    both = nw.concat([before, after]).group_by(*keys).agg(nw.col("before").sum(), nw.col("after").sum())
    both = both.with_columns(*as_counts("before", "after"))
    lower = nw.when(nw.col("before") < nw.col("after")).then(nw.col("before")).otherwise(nw.col("after"))
    both = both.with_columns(kept=lower)
    less, more = nw.col("before") - nw.col("kept"), nw.col("after") - nw.col("kept")
    parts = {
        "kept": (nw.col("kept") > 0, nw.col("kept")),
        "fell": (nw.col("after") > 0, less),
        "gone": (nw.col("after") == 0, less),
        "grew": (nw.col("before") > 0, more),
        "new": (nw.col("before") == 0, more),
    }
    pieces = [
        both.filter(is_it).select(part_number=nw.lit(number).cast(nw.Int64), part=nw.lit(name), cents=amount)
        for number, (name, (is_it, amount)) in enumerate(parts.items())
    ]
    found = nw.concat(pieces).filter(nw.col("cents") > 0)
    table = found.group_by("part_number", "part").agg(nw.col("cents").sum(), items=nw.len())
    table = table.with_columns(*as_counts("items"), amount=dollars("cents"))
    return sorted_by(table.select("part_number", "part", "items", "amount"), "part_number")
