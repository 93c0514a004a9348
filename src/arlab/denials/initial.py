"""Which claims did payers deny at their first answer, and what has become of those denials?

One row per initial denial; its outcome is dated, so that any past day can be told. It groups no causes.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

import narwhals.stable.v2 as nw

from arlab.denials.first import (
    BETWEEN,
    CLAIM_SUMS,
    CLAIMS,
    KEY,
    LEDGER,
    LINE,
    LINES,
    PATIENT_SHARE,
    answer_rows,
    by_line,
    flag,
    with_claim,
)
from arlab.frames import cents, dollars, small_like, sorted_by, table_function, to_date
from arlab.reference import read_rows

__all__ = ["initial_denials"]

# More than any line number: put before it, numbers of as many digits are in order as text too.
_LATER = 1_000_000


def _by_claim(lines_hit: Any) -> Any:
    """Return, of each claim with a denied or reduced line, its sums and the first line's row and reason.

    Denied lines stand before reduced ones.
    """
    hit = nw.col("_hit") == 1
    order = nw.col("_line") + nw.lit(_LATER) * (2 - nw.col("_denied"))
    named = nw.concat_str(order.cast(nw.String), nw.lit(BETWEEN), nw.col("_named"))
    shown = (
        lines_hit.with_columns(
            _all=flag((nw.col("_line") == 0) & (nw.col("_denied") == 1)), _named=nw.when(hit).then(named)
        )
        .group_by(*KEY, "answered_date", "adjudicated_date")
        .agg(
            *[nw.col(name).sum().alias(f"{new}_of_claim") for new, name in CLAIM_SUMS.items()],
            nw.col("_named").min(),
            _all_of_claim=nw.col("_all").max(),
        )
        .filter(~nw.col("_named").is_null())
    )
    parts = nw.col("_named").str
    return shown.with_columns(
        denial_id=parts.replace_all(f"^[^{BETWEEN}]*{BETWEEN}|{BETWEEN}[^{BETWEEN}]*$", ""),
        carc=parts.replace_all(f"^.*{BETWEEN}", ""),
    )


def _followed(lines_hit: Any) -> Any:
    """Return the lines whose outcome counts: the denied ones, or where none is the reduced ones."""
    hits = lines_hit.filter(nw.col("_hit") == 1)
    some = nw.col("_denied").max().over(*KEY)
    return hits.with_columns(_some=some).filter(nw.col("_denied") == nw.col("_some"))


def _ends(denied: Any, transactions: Any, as_of: dt.date) -> Any:
    """Return, by claim, the first day on which a denied line brought something, and on which it was given up."""
    have = transactions.collect_schema().names()
    line = nw.col("line_number").fill_null(0) if "line_number" in have else nw.lit(0)
    day = nw.col("effective_date" if "effective_date" in have else "posted_date")
    rows = (
        transactions.filter((nw.col("posted_date") <= as_of) & (nw.col("responsible") == "payer_1"))
        .with_columns(
            _of=line.cast(nw.Int64), _cents=cents("amount"), _on=day, carc=nw.col("carc").fill_null("")
        )
        .select(*KEY, "_of", "_cents", "_on", "carc", "posted_date", "kind")
        .join(denied.select(*LINE, "answered_date", "adjudicated_date"), on=list(KEY), how="inner")
        .filter((nw.col("_of") == nw.col("_line")) | (nw.col("_of") == 0) | (nw.col("_line") == 0))
        .filter(
            (nw.col("posted_date") > nw.col("answered_date"))
            | (
                (nw.col("posted_date") == nw.col("answered_date"))
                & (nw.col("_on") > nw.col("adjudicated_date"))
            )
        )
    )
    kind, less = nw.col("kind"), nw.col("_cents") < 0
    share = nw.col("carc").is_in(list(PATIENT_SHARE))
    # A reversal that moves no money can only take a denial back.
    paid = ((kind == "payer_payment") & less) | ((kind == "reversal") & (nw.col("_cents") == 0))
    paid = paid | ((kind == "transfer") & less & share)
    lost = kind.is_in(["write_off", "bad_debt"]) & less
    moved = (kind == "transfer") & less & ~share
    posted = nw.col("posted_date")
    return (
        rows.with_columns(
            _paid=nw.when(paid).then(posted),
            _lost=nw.when(lost).then(posted),
            _moved=nw.when(moved).then(posted),
        )
        .group_by(*KEY)
        .agg(
            paid_date=nw.col("_paid").min(),
            written_off_date=nw.col("_lost").min(),
            to_patient_date=nw.col("_moved").min(),
        )
    )


@table_function(claims=CLAIMS, transactions=LEDGER, lines=LINES)
def initial_denials(
    claims: Any, transactions: Any, *, as_of: dt.date | str, lines: Any = None, outcomes: bool = True
) -> Any:
    """Return the initial denials known on a day, one row per claim whose first answer denied or reduced a line.

    Parameters
    ----------
    claims, transactions, lines : as for :func:`first_answers`; the transactions with ``transaction_id``
    as_of : last posting day that counts
    outcomes : whether to follow what became of the denials; without it the columns of the outcome are left out,
        which is quicker

    Returns
    -------
    frame sorted by claim with the columns of ``denials`` in the contract (``denial_id`` is the ledger row of the
    first denied line, whose ``carc`` stands for the claim), and ``payer_class``, ``status`` (``denied``,
    ``partly_denied``, ``reduced``), ``charge`` and ``lines`` of the claim, ``lines_denied``, and the days of the
    outcome so far: ``paid_date``, ``written_off_date``, ``to_patient_date``. ``denied_amount`` is the charge of the
    denied lines, of a reduced claim the part taken. ``outcome``: ``paid`` when the denied lines brought money or
    the payer took the denial back, else ``written_off``, ``to_patient`` or ``open``.
    """
    day = to_date(as_of)
    lines_hit = by_line(answer_rows(claims, transactions, day), lines)
    shown = _by_claim(lines_hit)
    codes = read_rows("denial_codes")
    columns = ("carc", "category", "responsible_process")
    named = small_like(shown, {name: [row[name] for row in codes] for name in columns})
    denied = nw.col("_n_denied_of_claim") > 0
    amount = nw.when(denied).then(nw.col("_lost_of_claim")).otherwise(nw.col("_partly_of_claim"))
    found = (
        with_claim(claims, shown, "inner")
        .join(named, on="carc", how="left")
        .with_columns(
            denied_date=nw.col("answered_date"),
            category=nw.col("category").fill_null("other"),
            responsible_process=nw.col("responsible_process").fill_null("other"),
            denied_amount=dollars(amount),
            status=nw.col("answer"),
        )
    )
    shown_columns = list(_COLUMNS)
    if outcomes:
        ends = _ends(_followed(lines_hit), transactions, day)
        found = _with_outcome(found.join(ends, on=list(KEY), how="left"))
        shown_columns.insert(shown_columns.index("denied_amount") + 1, "outcome")
        shown_columns += ["paid_date", "written_off_date", "to_patient_date"]
    return sorted_by(found.select(*shown_columns), *KEY)


_COLUMNS = (
    "practice_id",
    "denial_id",
    "claim_id",
    "payer",
    "denied_date",
    "carc",
    "category",
    "responsible_process",
    "denied_amount",
    "payer_class",
    "status",
    "charge",
    "lines",
    "lines_denied",
)


def _with_outcome(found: Any) -> Any:
    """Add the word for what became of a denial so far."""
    return found.with_columns(
        outcome=nw.when(~nw.col("paid_date").is_null())
        .then(nw.lit("paid"))
        .when(~nw.col("written_off_date").is_null())
        .then(nw.lit("written_off"))
        .when(~nw.col("to_patient_date").is_null())
        .then(nw.lit("to_patient"))
        .otherwise(nw.lit("open"))
    )
