"""By which payer, service and contract are lines paid short or over, and which short lines can still be disputed?

Sums and lists what :func:`arlab.variance.variance_lines` found. It looks up no price and asks no payer.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

import narwhals.stable.v2 as nw

from arlab.errors import NotAvailable
from arlab.frames import cents, sorted_by, table_function, to_date, to_pandas
from arlab.metrics.periods import counted, flag, only
from arlab.tables import Practice
from arlab.variance.lines import STATES, variance_lines

__all__ = ["contract_variance", "describe_variance", "underpaid_items", "underpaid_lines", "variance_table"]

LINE = ("practice_id", "claim_id", "line_number")
_STATES = tuple(name for name in STATES if name != "compared")


@table_function(
    lines=("state", "basis", "pattern", "charge", "expected", "allowed", "sequestration", "multiple_procedure",
           "short", "over")
)  # fmt: skip
def variance_table(lines: Any, *, by: Sequence[str] = ("payer", "procedure", "contract_id")) -> Any:
    """Return how many lines were paid short or over, and by how many dollars.

    Parameters
    ----------
    lines : frame of :func:`arlab.variance.variance_lines`
    by : columns to split by; ``basis`` (where the price comes from) is always one of them

    Returns
    -------
    frame sorted by ``by`` and ``basis`` with ``lines`` (answered), ``compared``, ``short_lines``, ``over_lines``,
    ``systematic_lines``, ``unpriced``, ``denied``, ``reduced``, ``taken_back``, ``no_price`` (lines that are not
    compared, by their state), and in dollars ``expected`` and ``allowed`` of the compared lines, ``short``,
    ``over``, ``systematic`` and ``isolated`` (the two parts of ``short``), ``sequestration`` and
    ``multiple_procedure`` (cuts that are no underpayment), ``denied_charge`` (charge of the denied lines). For the
    compared lines ``expected`` - ``multiple_procedure`` - ``allowed`` is ``short`` - ``over``, but for differences
    within the tolerance.

    Examples
    --------
    >>> import pandas as pd
    >>> lines = pd.DataFrame({"payer": "Alder Health", "state": "compared", "basis": "contract", "charge": 160.0,
    ...     "pattern": ["isolated", ""], "expected": 100.0, "allowed": [80.0, 100.0], "sequestration": 0.0,
    ...     "multiple_procedure": 0.0, "short": [20.0, 0.0], "over": 0.0})
    >>> variance_table(lines, by=["payer"])[["compared", "short_lines", "short"]].values.tolist()
    [[2, 1, 20.0]]
    """
    by = (by,) if isinstance(by, str) else tuple(by)
    compared = nw.col("state") == "compared"
    short = {name: nw.col("pattern") == name for name in ("systematic", "isolated")}
    money = {
        "expected": only(compared, cents("expected")),
        "allowed": only(compared, cents("allowed")),
        "short": cents("short"),
        "over": cents("over"),
        "systematic": only(short["systematic"], cents("short")),
        "isolated": only(short["isolated"], cents("short")),
        "sequestration": only(compared, cents("sequestration")),
        "multiple_procedure": only(compared, cents("multiple_procedure")),
        "denied_charge": only(nw.col("state") == "denied", cents("charge")),
    }
    counts = {
        "lines": nw.lit(1),
        "compared": flag(compared),
        "short_lines": flag(nw.col("short") > 0),
        "over_lines": flag(nw.col("over") > 0),
        "systematic_lines": flag(short["systematic"]),
        **{name: flag(nw.col("state") == name) for name in _STATES},
    }
    groups = tuple(dict.fromkeys([*by, "basis"]))
    rows = lines.with_columns(**counts, **money)
    return counted(rows, on="", by=groups, each="all", counts=tuple(counts), money=tuple(money))


@table_function(lines=(*LINE, "short", "dispute_due_date", "*?"))
def underpaid_items(lines: Any, *, as_of: dt.date | str, least: float = 0.0) -> Any:
    """Return the lines that are short, with the state of their dispute clock, for a work queue.

    Parameters
    ----------
    lines : frame of :func:`arlab.variance.variance_lines` made for the same day
    as_of : the day
    least : fewest dollars short that are worth an item

    Returns
    -------
    the columns of ``lines`` for each line short by at least ``least``, sorted by line, and ``dispute`` (``live``:
    the day is not past the due date, ``expired``, or ``not stated`` where no contract names the days).
    """
    day = to_date(as_of)
    found = lines.filter((nw.col("short") > 0) & (nw.col("short") >= least))
    due = nw.col("dispute_due_date")
    state = nw.when(due.is_null()).then(nw.lit("not stated")).when((due >= day).fill_null(False))
    found = found.with_columns(dispute=state.then(nw.lit("live")).otherwise(nw.lit("expired")))
    return sorted_by(found, *LINE)


def _lines_of(practice: Practice, as_of: dt.date | str | None) -> tuple[Any, dt.date]:
    """Return a practice's compared lines, where they live, and the day.

    Raises
    ------
    NotAvailable
        when the day is later than the data, a table is missing, or the ledger does not say what a line was allowed.
    """
    day = practice.as_of if as_of is None else to_date(as_of)
    if day > practice.as_of:
        raise NotAvailable(
            f"'{practice.name}' ends on {practice.as_of}: ask for that day or an earlier one, not {day}."
        )
    for name in ("claims", "lines", "transactions"):
        if not practice.has(name):
            raise NotAvailable(f"Contract variance is not available, because there is no {name} table.")
    tables = practice.tables
    optional: dict[str, Any] = {
        name: tables[name] if practice.has(name) else None for name in ("coverages", "contracts")
    }
    found = variance_lines(
        tables["claims"], tables["lines"], tables["transactions"], as_of=day,
        allowed_from=_allowed_from(tables["transactions"], day), **optional,
    )  # fmt: skip
    return found, day


@table_function(transactions=("posted_date", "responsible", "kind"))
def _kinds(transactions: Any, *, as_of: dt.date) -> Any:
    """Return how many rows of each kind the first payer's ledger has by a day."""
    own = transactions.filter((nw.col("posted_date") <= as_of) & (nw.col("responsible") == "payer_1"))
    return counted(own.with_columns(rows=nw.lit(1)), on="", by=["kind"], each="all", counts=["rows"])


def _allowed_from(transactions: Any, day: dt.date) -> str:
    """Return how a ledger says what was allowed; see :data:`arlab.variance.ALLOWED_FROM`."""
    counts = to_pandas(_kinds(transactions, as_of=day)).set_index("kind")["rows"]
    moved, adjusted, paid = (
        int(counts.get(kind, 0)) for kind in ("transfer", "contractual", "payer_payment")
    )
    if moved or not paid:
        return "parts"
    if adjusted:
        return "adjustment"
    raise NotAvailable(
        "Contract variance is not available, because the ledger has neither contract adjustments nor what was"
        " left to patients: what a payer allowed cannot be told."
    )


def contract_variance(
    practice: Practice,
    *,
    as_of: dt.date | str | None = None,
    by: Sequence[str] = ("payer", "procedure", "contract_id"),
) -> Any:
    """Return what a practice was allowed against what its contracts say, as a pandas frame.

    Parameters
    ----------
    practice : with claims, lines and a ledger; coverages and contracts give the prices where it has them
    as_of : the day, the practice's own when left out
    by : as for :func:`variance_table`

    Raises
    ------
    NotAvailable
        when the day is later than the data, a table is missing, or the ledger does not say what a line was allowed.
    """
    lines, _ = _lines_of(practice, as_of)
    return to_pandas(variance_table(lines, by=by))


def underpaid_lines(practice: Practice, *, as_of: dt.date | str | None = None, least: float = 0.0) -> Any:
    """Return a practice's underpaid lines on a day as a pandas frame; see :func:`underpaid_items`.

    Raises
    ------
    NotAvailable
        as :func:`contract_variance`
    """
    lines, day = _lines_of(practice, as_of)
    return to_pandas(underpaid_items(lines, as_of=day, least=least))


def describe_variance(table: Any) -> str:
    """Return a variance table in words: what is short, how much of it again and again, and by which price.

    Parameters
    ----------
    table : frame of :func:`variance_table`
    """
    rows = to_pandas(table)

    def dollars_of(which: Any, name: str) -> float:
        return float((which[name] * 100).round().sum()) / 100

    compared = int(rows["compared"].sum())
    if not compared:
        return "No answered line has a price to compare with, so nothing can be said about underpayment."
    lines, short = int(rows["short_lines"].sum()), dollars_of(rows, "short")
    over = dollars_of(rows, "over")
    said = f"Of {compared:,} line{'s' * (compared != 1)} with a known price"
    if lines:
        systematic = dollars_of(rows, "systematic")
        said += f", {lines:,} {'is' if lines == 1 else 'are'} short by ${short:,.2f} in all (${systematic:,.2f} of"
        said += " it again and again in the same ratio)"
    else:
        said += ", none is short"
    if over:
        said += f"; ${over:,.2f} more than expected was allowed on {int(rows['over_lines'].sum()):,}"
    said += "."
    modal = rows[rows["basis"] == "modal"]
    if int(modal["compared"].sum()):
        said += (
            f" For {int(modal['compared'].sum()):,} of them no contract is known: the payer's own usual amount is"
            " the price, and what it always pays too little cannot be seen."
        )
    unpriced = int(rows["unpriced"].sum())
    if unpriced:
        said += f" {unpriced:,} more answered line{'s have' if unpriced != 1 else ' has'} no price at all."
    return said
