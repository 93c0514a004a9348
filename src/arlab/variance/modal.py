"""Where no contract is known, what does the payer usually allow for a service?

The most common amount per unit of a payer, service and modifier in a calendar year serves as the price. A payer
that always pays too little looks right here: only a contract shows that.
"""

from __future__ import annotations

from typing import Any

import narwhals.stable.v2 as nw

from arlab.metrics.periods import flag, only

__all__ = ["IN_USE", "MODAL_LEAST", "MODAL_SHARE", "with_modal"]

MODAL_LEAST = 3
"""Fewest lines with the usual amount before it serves as a price."""
MODAL_SHARE = 0.5
"""Least share of the answered lines of a payer, service and year that must have the usual amount."""
IN_USE = 0.2
"""An amount that so large a share of the lines have is a price of its own (a change within the year, another plan),
and no slip."""


def with_modal(rows: Any) -> Any:
    """Give lines without a price the payer's usual amount (``basis`` is then ``modal``).

    Parameters
    ----------
    rows : frame of lines with ``state``, ``_expected``, ``_allowed``, ``_several``, ``_charge``, ``units``,
    ``basis``

    Returns
    -------
    the frame with ``_expected`` and ``basis`` filled where there is a usual amount. A line whose amount is itself
    in use is expected to have that one.
    """
    year = nw.col("service_date").dt.year().cast(nw.Int64)
    units = nw.max_horizontal(nw.col("units"), nw.lit(1))
    # What is capped at the charge, or cut for several procedures, says nothing of the price.
    says = (nw.col("state") == "answered") & (nw.col("_several") == 0) & (nw.col("_allowed") > 0)
    says = says & (nw.col("_allowed") < nw.col("_charge"))
    group = ("practice_id", "payer", "_contract", "procedure", "modifier", "_year")
    rows = rows.with_columns(
        _year=year,
        _contract=nw.col("contract_id").fill_null(""),
        _says=flag(says),
        _unit=nw.col("_allowed") // units,
    )
    same = nw.col("_says").sum().over(*group, "_unit").cast(nw.Int64)
    every = nw.col("_says").sum().over(*group).cast(nw.Int64)
    rows = rows.with_columns(_same=same, _every=every)
    rows = rows.with_columns(_says_same=only(nw.col("_says") == 1, nw.col("_same")))
    rows = rows.with_columns(_top=nw.col("_says_same").max().over(*group))
    usual = (nw.col("_says") == 1) & (nw.col("_same") == nw.col("_top"))
    rows = rows.with_columns(_usual=only(usual, nw.col("_unit")))
    rows = rows.with_columns(_usual=nw.col("_usual").max().over(*group))
    clear = (nw.col("_top") >= MODAL_LEAST) & (nw.col("_top") >= MODAL_SHARE * nw.col("_every"))
    own = (nw.col("_says") == 1) & (nw.col("_same") >= MODAL_LEAST)
    own = own & (nw.col("_same") >= IN_USE * nw.col("_every"))
    usual_of_line = nw.min_horizontal(nw.col("_usual") * units, nw.col("_charge"))
    modal = nw.when(clear & own).then(nw.col("_allowed")).when(clear).then(usual_of_line)
    known = ~nw.col("_expected").is_null()
    return rows.with_columns(
        _expected=nw.when(known).then(nw.col("_expected")).otherwise(modal),
        basis=nw.when(known).then(nw.col("basis")).when(clear).then(nw.lit("modal")),
    ).drop("_year", "_contract", "_says", "_unit", "_same", "_every", "_says_same", "_top", "_usual")
