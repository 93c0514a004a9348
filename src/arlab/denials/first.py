"""What was the payer's first answer to each claim, and which lines did it deny?

A claim's first answer is what the first payer's rows say that were posted first. It is fixed on that day: later
payments and reversals never change it. It follows no denial.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

import narwhals.stable.v2 as nw

from arlab.frames import as_counts, cents, day_number, dollars, sorted_by, table_function, to_date
from arlab.reference import read_rows

__all__ = ["DUPLICATE", "first_answers"]

KEY = ("practice_id", "claim_id")
LINE = (*KEY, "_line")

# A copy of a claim that is denied as a copy: no answer to the claim itself, and shown apart.
DUPLICATE = "18"
_DAYS = 1_000_000  # more than any day's number
# Parts two texts that are compared as one: it stands before every letter that is shown.
BETWEEN = "\x1f"
# Deductible, coinsurance, copay: the plan worked as designed.
PATIENT_SHARE = ("1", "2", "3")
SELF_PAY = "self_pay"

CLAIMS = (
    *KEY,
    "first_payer",
    "payer_class",
    "lines",
    "charge",
    "service_date?",
    "charge_entry_date?",
    "provider?",
    "location?",
)
LEDGER = (
    *KEY,
    "posted_date",
    "kind",
    "responsible",
    "amount",
    "carc",
    "memo_amount?",
    "line_number?",
    "effective_date?",
    "transaction_id?",
    "group_code?",
    "remit_id?",
)
LINES = (*KEY, "line_number", "charge")
_SENT = (*KEY, "rank", "submitted_date")


def flag(condition: nw.Expr) -> nw.Expr:
    """Return a condition as 1 or 0; empty is 0."""
    return nw.when(condition).then(nw.lit(1)).otherwise(nw.lit(0)).cast(nw.Int64)


def _when(condition: nw.Expr, value: nw.Expr) -> nw.Expr:
    """Return a value in cents where a condition holds, else 0."""
    return nw.when(condition).then(value).otherwise(nw.lit(0))


def never_denies() -> nw.Expr:
    """Return whether a row's reason code is never a denial (``carc`` and ``payer_class``)."""
    codes = [(row["carc"], row["unless_payer_class"]) for row in read_rows("never_denial_codes")]
    spared = nw.col("carc").is_in([code for code, but_for in codes if not but_for])
    for code, but_for in codes:
        if but_for:
            spared = spared | ((nw.col("carc") == code) & (nw.col("payer_class") != but_for))
    return spared


def _payer_rows(claims: Any, transactions: Any, as_of: dt.date) -> Any:
    """Return what the first payer's remittances put into the ledger, with ``_line``, ``_cents``, ``_memo``.

    Rows that the practice posts by itself, such as a write-off or what is due at a visit, are no answer.
    """
    have = transactions.collect_schema().names()
    text = [name for name in ("carc", "group_code", "remit_id") if name in have]
    line = nw.col("line_number").fill_null(0) if "line_number" in have else nw.lit(0)
    day = nw.col("effective_date" if "effective_date" in have else "posted_date")
    memo = cents("memo_amount") if "memo_amount" in have else nw.lit(None).cast(nw.Int64)
    rows = (
        transactions.filter((nw.col("posted_date") <= as_of) & (nw.col("responsible") == "payer_1"))
        .with_columns(*[nw.col(name).fill_null("").alias(name) for name in text])
        .with_columns(_line=line.cast(nw.Int64), _cents=cents("amount"), _memo=memo, _day=day)
    )
    coded = nw.lit(False)
    for name in text:
        coded = coded | (nw.col(name) != "")
    share = nw.col("carc").is_in(list(PATIENT_SHARE))
    kind = nw.col("kind")
    speaks = (
        kind.is_in(["payer_payment", "denial"])
        | (kind.is_in(["contractual", "sequestration"]) & coded)
        | ((kind == "transfer") & share)
    )
    insured = claims.filter(nw.col("payer_class") != SELF_PAY).select(*KEY, "payer_class")
    return (
        rows.filter(speaks)
        .filter((kind != "denial") | (nw.col("carc") != DUPLICATE))
        .join(insured, on=list(KEY), how="inner")
    )


def answer_rows(claims: Any, transactions: Any, as_of: dt.date) -> Any:
    """Return the rows of every answer, with ``answered_date``, ``adjudicated_date`` and ``_hit`` (denies)."""
    rows = _payer_rows(claims, transactions, as_of)
    hit = (nw.col("kind") == "denial") & ~never_denies()
    return rows.with_columns(
        answered_date=nw.col("posted_date"),
        adjudicated_date=nw.coalesce(nw.col("_day"), nw.col("posted_date")),
        _hit=flag(hit),
    )


def only_first(answers: Any) -> Any:
    """Return, of rows or sums by answer, those of each claim's first.

    A window and not a join: a DuckDB relation works every branch out anew.
    """
    # Two remittances can be posted on one day: the payer's earlier day is the first answer. Both days are one
    # number, so that the least is looked for once.
    at = day_number("answered_date") * _DAYS + day_number("adjudicated_date")
    return answers.with_columns(_at=at).filter(nw.col("_at") == nw.col("_at").min().over(*KEY))


def by_line(answers: Any, lines: Any) -> Any:
    """Return the first answer by line: flags ``_denied``, ``_reduced``; cents ``_taken`` (denied), ``_brings``.

    With ``transaction_id``, ``_named`` holds the first denying row and its reason, with ``BETWEEN`` between them.
    The rows are those of :func:`answer_rows`: of the few that they add up to by line, the first are looked for.
    """
    kind, gone, hit = nw.col("kind"), -nw.col("_cents"), nw.col("_hit") == 1
    rows = answers.with_columns(
        _contract=_when(kind == "contractual", gone),
        _brings=_when(kind.is_in(["payer_payment", "sequestration", "transfer"]), gone),
        _taken=_when(hit, nw.col("_memo").fill_null(0)),
        _unknown=flag(hit & nw.col("_memo").is_null()),
    )
    shown = []
    if "transaction_id" in answers.collect_schema().names():
        # The first row of several on a line stands for it: row and reason in one text, of which the least is taken.
        named = nw.concat_str(nw.col("transaction_id"), nw.lit(BETWEEN), nw.col("carc"))
        rows = rows.with_columns(_named=nw.when(hit).then(named))
        shown = [nw.col("_named").min()]
    sums = ("_contract", "_brings", "_taken")
    found = only_first(
        rows.group_by(*LINE, "answered_date", "adjudicated_date")
        .agg(
            nw.col(*sums).sum(),
            nw.col("_hit", "_unknown").max(),
            *shown,
        )
        .with_columns(*as_counts(*sums))
    )
    if lines is None:
        found = found.with_columns(_charge=nw.lit(None).cast(nw.Int64))
    else:
        priced = lines.with_columns(_line=nw.col("line_number").cast(nw.Int64), _charge=cents("charge"))
        found = found.join(priced.select(*LINE, "_charge"), on=list(LINE), how="left")
    # What is left of the charge after contract and denial is what was allowed. A row for the whole claim, and a
    # denial without its amount, are judged by what came.
    left = nw.col("_charge") - nw.col("_contract") - nw.col("_taken")
    judged = nw.col("_charge").is_null() | (nw.col("_unknown") == 1)
    none_allowed = (judged & (nw.col("_brings") <= 0)) | (~judged & (left <= 0).fill_null(False))
    hit = nw.col("_hit") == 1
    found = found.with_columns(_denied=flag(hit & none_allowed), _reduced=flag(hit & ~none_allowed))
    lost = _when(nw.col("_denied") == 1, nw.coalesce(nw.col("_charge"), nw.col("_taken")))
    return found.with_columns(_lost=lost)


CLAIM_SUMS = {
    "_lost": "_lost",
    "_brings": "_brings",
    "_n_denied": "_denied",
    "_n_reduced": "_reduced",
    "_partly": "_taken",
}


def _answer() -> nw.Expr:
    """Return the word for a first answer from the claim's counts of lines."""
    return (
        nw.when(nw.col("answered_date").is_null())
        .then(nw.lit(None).cast(nw.String))
        .when(nw.col("lines_denied") >= nw.col("lines"))
        .then(nw.lit("denied"))
        .when(nw.col("lines_denied") > 0)
        .then(nw.lit("partly_denied"))
        .when(nw.col("lines_reduced") > 0)
        .then(nw.lit("reduced"))
        .otherwise(nw.lit("not_denied"))
    )


def with_claim(claims: Any, answered: Any, how: Any) -> Any:
    """Join claims with the sums of their first answer; add the counts of lines and the word for it."""
    of_claim = nw.col("lines").cast(nw.Int64)
    denied = nw.when(nw.col("_all_of_claim") == 1).then(of_claim).otherwise(nw.col("_n_denied_of_claim"))
    return (
        claims.filter(nw.col("payer_class") != SELF_PAY)
        .join(answered, on=list(KEY), how=how)
        .with_columns(
            lines=of_claim,
            payer=nw.col("first_payer"),
            charge=dollars(cents("charge")),
            lines_denied=nw.min_horizontal(denied.cast(nw.Int64), of_claim).fill_null(0),
            lines_reduced=nw.col("_n_reduced_of_claim").cast(nw.Int64).fill_null(0),
        )
        .with_columns(answer=_answer())
    )


@table_function(claims=CLAIMS, transactions=LEDGER, submissions=_SENT, lines=LINES)
def first_answers(
    claims: Any, transactions: Any, *, as_of: dt.date | str, submissions: Any = None, lines: Any = None
) -> Any:
    """Return what each insured claim was sent and what its first payer answered first, as known on a day.

    Parameters
    ----------
    claims, transactions : frames of the table contract; self-pay claims are left out
    as_of : rows posted and sendings made later do not count
    submissions : adds ``first_sent_date``, and the claims that have no answer yet
    lines : says what a line was charged; without it a line is denied when nothing was allowed on it

    Returns
    -------
    frame sorted by claim with ``practice_id``, ``claim_id``, ``payer``, ``payer_class``, where the claims have
    them ``provider``, ``location``, ``service_date`` and ``charge_entry_date``, ``charge`` (dollars), ``lines``,
    ``first_sent_date``, ``answered_date`` (posting day of the first answer), ``adjudicated_date`` (the payer's
    day), ``lines_denied``, ``lines_reduced``, ``charge_denied`` (charge of the denied lines), ``brought`` (dollars
    the answer paid or left to the patient), ``answer``: ``denied`` (every line), ``partly_denied``, ``reduced``,
    ``not_denied`` or empty while there is none.

    Notes
    -----
    Denial of a copy (CARC 18) is no answer. Codes that never deny are a data file. A row that is posted later
    never changes an answer, so that a closed month stays as it is.

    Examples
    --------
    >>> import pandas as pd
    >>> claims = pd.DataFrame({"practice_id": "p", "claim_id": ["c1"], "first_payer": ["Alder Health"],
    ...     "payer_class": ["commercial"], "lines": [1], "charge": [80.0]})
    >>> rows = pd.DataFrame({"practice_id": "p", "claim_id": ["c1", "c1"], "responsible": ["payer_1", "payer_1"],
    ...     "posted_date": pd.to_datetime(["2026-02-02", "2026-03-02"]), "kind": ["denial", "payer_payment"],
    ...     "amount": [0.0, -80.0], "memo_amount": [80.0, None], "carc": ["16", None]})
    >>> first_answers(claims, rows, as_of="2026-06-30")[["answer", "charge_denied"]].values.tolist()
    [['denied', 80.0]]
    """
    day = to_date(as_of)
    answered_lines = by_line(answer_rows(claims, transactions, day), lines).with_columns(
        _all=flag((nw.col("_line") == 0) & (nw.col("_denied") == 1))
    )
    answered = answered_lines.group_by(*KEY, "answered_date", "adjudicated_date").agg(
        *[nw.col(name).sum().alias(f"{new}_of_claim") for new, name in CLAIM_SUMS.items()],
        _all_of_claim=nw.col("_all").max(),
    )
    found = with_claim(claims, answered, "left").with_columns(
        charge_denied=dollars(nw.col("_lost_of_claim").fill_null(0)),
        brought=dollars(nw.col("_brings_of_claim").fill_null(0)),
    )
    if submissions is None:
        found = found.with_columns(first_sent_date=nw.lit(None).cast(nw.Date))
    else:
        sent = submissions.filter((nw.col("submitted_date") <= day) & (nw.col("rank") == 1))
        found = found.join(
            sent.group_by(*KEY).agg(first_sent_date=nw.col("submitted_date").min()), on=list(KEY), how="left"
        )
    found = found.filter(~nw.col("answered_date").is_null() | ~nw.col("first_sent_date").is_null())
    have = found.collect_schema().names()
    facts = [name for name in ("provider", "location", "service_date", "charge_entry_date") if name in have]
    return sorted_by(
        found.select(
            *KEY,
            "payer",
            "payer_class",
            *facts,
            "charge",
            "lines",
            "first_sent_date",
            "answered_date",
            "adjudicated_date",
            "lines_denied",
            "lines_reduced",
            "charge_denied",
            "brought",
            "answer",
        ),
        *KEY,
    )
