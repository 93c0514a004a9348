"""Which lines did a payer allow less, or more, for than it should, as known on a day?

One row per answered line of insured claims: expected beside allowed, and why the two may differ without anybody
being short. First payers alone are compared: what a later payer owes follows from the first one's answer.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

import narwhals.stable.v2 as nw

from arlab.errors import SettingsError
from arlab.frames import day_number, dollars, plus_days, sorted_by, table_function, to_date
from arlab.metrics.periods import flag, only
from arlab.variance.allowed import ALLOWED_FROM, LINE, allowed_by_line
from arlab.variance.modal import with_modal
from arlab.variance.prices import KEY, priced_lines

__all__ = ["LEAST_ALIKE", "SHARE_ALIKE", "STATES", "variance_lines"]

STATES = {
    "compared": "a price is known, and the line was answered without a refusal",
    "unpriced": "answered, but neither a contract nor a usual amount says what to expect",
    "denied": "a denial leaves nothing allowed: no underpayment",
    "reduced": "a denial takes part of the line: no underpayment",
    "taken_back": "the payer has taken its payment back",
    "no_price": "paid by the head, or information without a price",
}
"""What can be said of an answered line (column ``state``)."""

LEAST_ALIKE = 5
"""Fewest lines short in the same ratio that are called systematic."""
SHARE_ALIKE = 0.2
"""Least share of a payer's lines of a service, counted from the first of those, that are called systematic."""

_SEQUESTRATION = (
    2  # percent of the payer's part: Budget Control Act of 2011; 42 CFR leaves the allowed amount
)
_UNDER_SEQUESTRATION = ("medicare", "medicare_advantage")
_CENT = 1


@table_function(
    claims=(
        *(*KEY, "first_payer", "payer_class", "lines", "service_date"),
        *("provider?", "location?", "specialty?", "plan_type?"),
    ),
    lines=(*LINE, "procedure", "charge", "units?", "modifier?", "expected_allowed?"),
    transactions=(
        *(*KEY, "posted_date", "kind", "responsible", "amount", "line_number?", "effective_date?", "carc?"),
        *(
            "group_code?",
            "remit_id?",
            "reason?",
            "transaction_id?",
            "reverses_id?",
            "net_kind?",
            "net_reason?",
        ),
    ),
    coverages=(*KEY, "rank", "contract_id?"),
    contracts=(
        *("practice_id", "contract_id", "payer", "procedure", "effective_from"),
        *("allowed?", "effective_to?", "appeal_1_days?", "basis?"),
    ),
)
def variance_lines(
    claims: Any,
    lines: Any,
    transactions: Any,
    *,
    as_of: dt.date | str,
    coverages: Any = None,
    contracts: Any = None,
    allowed_from: str = "parts",
    tolerance_cents: int = _CENT,
) -> Any:
    """Return what was expected and allowed on each answered line, and whether a shortfall is systematic.

    Parameters
    ----------
    claims, lines, transactions : frames of the table contract; self-pay claims are left out
    as_of : ledger rows posted later do not count
    coverages, contracts : give the contract price, by contract, service, day of service and units; without them the
        amount on the line serves, and without that the payer's usual (modal) amount
    allowed_from : a key of ``ALLOWED_FROM``
    tolerance_cents : differences up to this are rounding

    Returns
    -------
    frame sorted by line with ``practice_id``, ``claim_id``, ``line_number``, ``payer``, ``payer_class``, where the
    claims have them ``provider``, ``location``, ``specialty`` and ``plan_type``, ``contract_id``, ``procedure``,
    ``modifier``, ``units``, ``service_date``, ``charge``, ``expected``, ``basis`` (``contract``, ``line``,
    ``modal``, ``unknown``), ``allowed`` (with the cuts by law, without those for several procedures),
    ``sequestration`` (cuts by law), ``multiple_procedure`` (cuts for several procedures), ``state`` (a key of
    ``STATES``), ``short`` and ``over`` (dollars; 0 unless compared), ``pattern`` (``systematic``, ``isolated``,
    empty text where nothing is short), ``first_seen_date``, ``remitted_date``, ``dispute_days`` and
    ``dispute_due_date`` (empty where no contract says), ``dispute_counts`` (received or postmarked). Dollars
    throughout.

    Raises
    ------
    SettingsError
        when ``allowed_from`` has another name.

    Notes
    -----
    Allowed is what was paid, plus what was left to the patient (PR-1/2/3), plus sequestration, plus the part of a
    payer before (DESIGN: what is a denial), at most the charge less the contract adjustment, so that a payment made
    twice is no higher price. A Medicare line that is short by 2 % of the payer's part and names no sequestration is
    taken as cut by law. Systematic: at least 5 lines of a payer, contract, service and modifier, and a fifth of
    those answered since the first of them, are short in the same ratio.

    Examples
    --------
    >>> import pandas as pd
    >>> claims = pd.DataFrame({"practice_id": "p", "claim_id": ["c1"], "first_payer": ["Alder Health"],
    ...     "payer_class": ["commercial"], "lines": [1], "service_date": pd.to_datetime(["2026-01-02"])})
    >>> lines = pd.DataFrame({"practice_id": "p", "claim_id": ["c1"], "line_number": [1], "procedure": ["EST-L3"],
    ...     "charge": [160.0], "expected_allowed": [100.0]})
    >>> rows = pd.DataFrame({"practice_id": "p", "claim_id": "c1", "line_number": 1, "responsible": "payer_1",
    ...     "posted_date": pd.to_datetime(["2026-01-05", "2026-02-02", "2026-02-02"]), "carc": [None, "45", None],
    ...     "kind": ["charge", "contractual", "payer_payment"], "amount": [160.0, -80.0, -80.0]})
    >>> variance_lines(claims, lines, rows, as_of="2026-02-28")[["expected", "allowed", "short"]].values.tolist()
    [[100.0, 80.0, 20.0]]
    """
    if allowed_from not in ALLOWED_FROM:
        raise SettingsError(
            f"Allowed cannot be found from '{allowed_from}': choose {', '.join(ALLOWED_FROM)}."
        )
    day = to_date(as_of)
    answers = allowed_by_line(claims, transactions, day)
    rows = priced_lines(claims, lines, coverages, contracts).join(answers, on=list(LINE), how="inner")
    rows = with_modal(_with_allowed(rows, allowed_from))
    rows = _with_pattern(_compared(rows, tolerance_cents, shares_known=allowed_from == "parts"))
    days = nw.col("_days")
    rows = rows.with_columns(
        dispute_days=days,
        dispute_due_date=nw.when(~days.is_null()).then(plus_days("remitted_date", days.fill_null(0))),
        dispute_counts=nw.col("_counted"),
        charge=dollars("_charge"),
        expected=nw.when(~nw.col("_expected").is_null()).then(dollars(nw.col("_expected").fill_null(0))),
        allowed=dollars("_allowed"),
        sequestration=dollars("_sequestration"),
        multiple_procedure=dollars("_several"),
        short=dollars("_short"),
        over=dollars("_over"),
        basis=nw.col("basis").fill_null("unknown"),
    )
    have = rows.collect_schema().names()
    facts = [name for name in ("provider", "location", "specialty", "plan_type") if name in have]
    shown = (
        *(
            *LINE,
            "payer",
            "payer_class",
            *facts,
            "contract_id",
            "procedure",
            "modifier",
            "units",
            "service_date",
        ),
        *("charge", "expected", "basis", "allowed", "sequestration", "multiple_procedure", "state", "short"),
        *("over", "pattern", "first_seen_date", "remitted_date", "dispute_days", "dispute_due_date"),
        "dispute_counts",
    )
    return sorted_by(rows.select(*shown), *LINE)


def _with_allowed(rows: Any, allowed_from: str) -> Any:
    """Add ``_allowed`` in cents: one answer's worth, however often it was paid."""
    parts, charge, gone = nw.col("_parts"), nw.col("_charge"), nw.col("_gone")
    left = charge - gone
    if allowed_from == "adjustment":
        answered = nw.col("state").is_in(["answered", "taken_back"])
        amount = nw.when(answered).then(left).otherwise(parts)
        return rows.with_columns(_allowed=nw.max_horizontal(amount, nw.lit(0)))
    # A whole answer posted twice fills the charge twice: each is a half of it.
    answers = (parts + gone) // nw.max_horizontal(charge, nw.lit(1))
    whole = (charge > 0) & (answers >= 2) & (parts + gone == answers * charge)
    one = nw.min_horizontal(parts, left)
    halves = parts // nw.max_horizontal(answers, nw.lit(1))
    amount = nw.when(nw.col("state") == "denied").then(nw.lit(0)).when(whole).then(halves).otherwise(one)
    return rows.with_columns(_allowed=nw.max_horizontal(amount, nw.lit(0)))


def _compared(rows: Any, tolerance: int, *, shares_known: bool) -> Any:
    """Add ``state``, ``_short`` and ``_over``; a shortfall that a rule explains is none."""
    answered = nw.col("state") == "answered"
    known = ~nw.col("_expected").is_null()
    rows = rows.with_columns(
        state=nw.when(answered & known)
        .then(nw.lit("compared"))
        .when(answered)
        .then(nw.lit("unpriced"))
        .otherwise(nw.col("state"))
    )
    gap = (nw.col("_expected") - nw.col("_allowed")).fill_null(0)
    # Half for the second procedure, told by the modifier alone.
    second = (nw.col("_several") == 0) & nw.col("modifier").str.contains("51", literal=True)
    second = second & (gap > 0) & ((gap - nw.col("_allowed")) <= 1) & ((nw.col("_allowed") - gap) <= 1)
    by_law = nw.col("payer_class").is_in(list(_UNDER_SEQUESTRATION)) & (nw.col("_sequestration") == 0)
    cut = (nw.col("_expected").fill_null(0) - nw.col("_share")) * _SEQUESTRATION // 100
    by_law = by_law & (gap > 0) & ((gap - cut) <= 1)
    if shares_known:  # else the cut is of an unknown part: anything up to the whole is lawful
        by_law = by_law & ((cut - gap) <= 1)
    compared = nw.col("state") == "compared"
    rows = rows.with_columns(
        _second=only(compared & second, gap),
        _lawful=only(compared & by_law, gap),
    )
    rows = rows.with_columns(
        _several=nw.col("_several") + nw.col("_second"),
        _sequestration=nw.col("_sequestration") + nw.col("_lawful"),
        _allowed=nw.col("_allowed") + nw.col("_lawful"),
    )
    gap = nw.col("_expected").fill_null(0) - nw.col("_allowed") - nw.col("_several")
    return rows.with_columns(
        _short=only(compared & (gap > tolerance), gap),
        _over=only(compared & (-gap > tolerance), -gap),
    )


def _with_pattern(rows: Any) -> Any:
    """Say of each short line whether many lines of its kind are short in the same ratio."""
    group = ("practice_id", "payer", "_contract", "procedure", "modifier")
    expected = nw.max_horizontal(nw.col("_expected").fill_null(1), nw.lit(1))
    per_mille = ((nw.col("_expected").fill_null(0) - nw.col("_short")) * 1000 + expected // 2) // expected
    short = nw.col("_short") > 0
    rows = rows.with_columns(
        _contract=nw.col("contract_id").fill_null(""),
        _is_short=flag(short),
        _is_compared=flag(nw.col("state") == "compared"),
        _ratio=nw.when(short).then(per_mille).otherwise(nw.lit(-1)).cast(nw.Int64),
        _on=day_number("remitted_date").fill_null(0),
    )
    # How many of the group were answered on the line's day or later.
    since = nw.col("_on").rank("max", descending=True).over(*group, "_is_compared").cast(nw.Int64)
    rows = rows.with_columns(_since=since)
    alike = nw.col("_is_short").sum().over(*group, "_ratio").cast(nw.Int64)
    of = nw.col("_since").max().over(*group, "_ratio").cast(nw.Int64)
    rows = rows.with_columns(_alike=alike, _of=of)
    systematic = (nw.col("_alike") >= LEAST_ALIKE) & (nw.col("_alike") >= SHARE_ALIKE * nw.col("_of"))
    pattern = nw.when(short & systematic).then(nw.lit("systematic")).when(short).then(nw.lit("isolated"))
    return rows.with_columns(pattern=pattern.otherwise(nw.lit("")))
