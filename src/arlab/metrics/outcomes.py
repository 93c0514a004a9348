"""What became of denials and appeals?

Counts them by the day of the denial or of the decision. It divides nothing.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

import narwhals.stable.v2 as nw

from arlab.frames import cents, plus_days, table_function, to_date
from arlab.metrics.periods import counted, flag, only

__all__ = ["OUTCOME_DAYS", "appeal_table", "outcome_table"]

OUTCOME_DAYS = 180
"""Days from a denial in which money from it counts: by then most denials have come to an end."""

KEY = ("practice_id", "claim_id")


@table_function(denials=(*KEY, "denied_date", "status", "denied_amount", "paid_date", "written_off_date"))
def outcome_table(
    denials: Any,
    *,
    as_of: dt.date | str,
    by: Sequence[str] = (),
    each: str = "all",
    follow_up: int = OUTCOME_DAYS,
) -> Any:
    """Return how many initial denials were overturned within a fixed time, by the day of the denial.

    Parameters
    ----------
    denials : frame of :func:`arlab.denials.initial_denials`; reduced claims are left out
    as_of : denials less than ``follow_up`` days old are left out, so that a row never changes
    by, each : columns of the denials to split by; ``day``, ``month`` or ``all``

    Returns
    -------
    frame with ``by``, ``day`` or ``month``, ``denials``, ``denied_amount``, and of those that brought money or were
    taken back within ``follow_up`` days ``paid`` and ``paid_amount`` (the charge denied, not the payment).
    """
    last = to_date(as_of) - dt.timedelta(days=follow_up)
    rows = denials.filter((nw.col("denied_date") <= last) & (nw.col("status") != "reduced"))
    paid = nw.col("paid_date") <= plus_days("denied_date", follow_up)
    rows = rows.with_columns(
        denials=nw.lit(1),
        paid=flag(paid),
        paid_amount=only(paid, cents("denied_amount")),
        denied_amount=cents("denied_amount"),
    )
    money = ("denied_amount", "paid_amount")
    return counted(rows, on="denied_date", by=by, each=each, counts=("denials", "paid"), money=money)


@table_function(appeals=("practice_id", "decision_date", "outcome"))
def appeal_table(appeals: Any, *, as_of: dt.date | str, by: Sequence[str] = (), each: str = "all") -> Any:
    """Return how many appeals were decided and won, by the day of the decision.

    Returns
    -------
    frame with ``by``, ``day`` or ``month``, ``decided`` (won, partly won or lost; a withdrawn appeal is not
    decided), ``won`` (in full or in part), ``won_in_full``.
    """
    rows = appeals.filter(nw.col("decision_date") <= to_date(as_of))
    rows = rows.filter(nw.col("outcome").is_in(["won", "partly_won", "lost"])).with_columns(
        decided=nw.lit(1),
        won=flag(nw.col("outcome") != "lost"),
        won_in_full=flag(nw.col("outcome") == "won"),
    )
    counts = ("decided", "won", "won_in_full")
    return counted(rows, on="decision_date", by=by, each=each, counts=counts)
