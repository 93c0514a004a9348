"""Which few groups of denials hold most of the denied money?

Ranks groups of initial denials and adds up their shares. It says where the money is, not why it was denied.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

import narwhals.stable.v2 as nw

from arlab.denials.first import KEY
from arlab.errors import SettingsError
from arlab.frames import as_counts, cents, dollars, sorted_by, table_function, to_date

__all__ = ["denial_pareto"]

RANKED_BY = ("denied_amount", "claims")


@table_function(denials=(*KEY, "denied_date", "status", "denied_amount"))
def denial_pareto(
    denials: Any,
    *,
    as_of: dt.date | str,
    after: dt.date | str | None = None,
    by: Sequence[str] = ("payer", "category"),
    rank_by: str = "denied_amount",
) -> Any:
    """Return the groups of denials, largest first, with their share and the share of all down to them.

    Parameters
    ----------
    denials : frame of :func:`arlab.denials.initial_denials`; claims of which only a part was cut are left out
    as_of : denials posted later do not count
    after : count only denials posted later than this day
    by : columns that make a group, such as ``["payer", "carc"]``
    rank_by : ``denied_amount`` or ``claims``: what is ranked, and shared out in the two shares

    Returns
    -------
    frame with ``rank`` (1 is the largest), ``by``, ``claims``, ``denied_amount`` (charge of the denied lines, in
    dollars), ``share`` and ``cumulative_share`` (0 to 1; empty when there is nothing to share). Groups of the same
    size stand in the order of their names.

    Raises
    ------
    SettingsError
        when no column makes a group, or ``rank_by`` has another name.

    Notes
    -----
    A Pareto table (J. M. Juran, Quality Control Handbook, 1951: the vital few and the trivial many).

    Examples
    --------
    >>> import pandas as pd
    >>> denials = pd.DataFrame({"practice_id": "p", "claim_id": ["c1", "c2", "c3"], "status": "denied",
    ...     "denied_date": pd.to_datetime(["2026-01-05", "2026-01-06", "2026-01-07"]),
    ...     "payer": ["Alder Health", "Birch Mutual", "Alder Health"], "denied_amount": [10.0, 20.0, 50.0]})
    >>> table = denial_pareto(denials, as_of="2026-01-31", by="payer")
    >>> table[["payer", "share", "cumulative_share"]].values.tolist()
    [['Alder Health', 0.75, 0.75], ['Birch Mutual', 0.25, 1.0]]
    """
    by = (by,) if isinstance(by, str) else tuple(by)
    if not by:
        raise SettingsError("A Pareto table needs groups: name a column to split by, such as payer.")
    if rank_by not in RANKED_BY:
        raise SettingsError(f"There is no Pareto table by '{rank_by}': choose {' or '.join(RANKED_BY)}.")
    rows = denials.filter((nw.col("denied_date") <= to_date(as_of)) & (nw.col("status") != "reduced"))
    if after is not None:
        rows = rows.filter(nw.col("denied_date") > to_date(after))
    # Under names of their own: a column to split by may be called like a sum.
    counted = (
        rows.with_columns(_claims=nw.lit(1), _cents=cents("denied_amount"))
        .group_by(*by)
        .agg(nw.col("_claims").sum(), nw.col("_cents").sum())
        .with_columns(*as_counts("_claims", "_cents"))
    )
    size = "_cents" if rank_by == "denied_amount" else "_claims"
    order = {"order_by": ["_order", *by]}
    ranked = counted.with_columns(_order=-nw.col(size), _one=nw.lit(1), _all=nw.col(size).sum())
    ranked = ranked.with_columns(
        _rank=nw.col("_one").cum_sum().over(**order), _until=nw.col(size).cum_sum().over(**order)
    )
    ranked = ranked.with_columns(*as_counts("_rank", "_until", "_all"))
    whole = nw.when(nw.col("_all") > 0).then(nw.col("_all").cast(nw.Float64))
    found = ranked.select(
        nw.col("_rank").alias("rank"),
        *by,
        nw.col("_claims").alias("claims"),
        dollars("_cents").alias("denied_amount"),
        (nw.col(size).cast(nw.Float64) / whole).alias("share"),
        (nw.col("_until").cast(nw.Float64) / whole).alias("cumulative_share"),
    )
    return sorted_by(found, "rank")
