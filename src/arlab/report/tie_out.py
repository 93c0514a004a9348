"""Do charges, payments, adjustments, write-offs, open balances and credits tie out, to the cent?

Builds the proof of a ledger on a day. It ages nothing.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import narwhals.stable.v2 as nw

from arlab.frames import as_counts, cents, dollars, sorted_by, table_function, to_pandas
from arlab.ledger import balances
from arlab.metrics import net_rows
from arlab.plots import dollars_sum
from arlab.report.aged import money
from arlab.report.content import Column, Section, Table
from arlab.tables import PATIENT_BALANCES

if TYPE_CHECKING:
    from arlab.tables import Practice

__all__ = ["tie_out_section"]

# Kind of posting -> how it is called, and its part in charges = payments + adjustments + write-offs + ...
_GROUPS = {
    "charge": ("Charges", "charges"),
    "payer_payment": ("Payments by payers", "payments"),
    "patient_payment": ("Payments by patients", "payments"),
    "refund_to_payer": ("Refunds to payers", "payments"),
    "refund_to_patient": ("Refunds to patients", "payments"),
    "recoupment": ("Taken back by payers", "payments"),
    "contractual": ("Contractual adjustments", "adjustments"),
    "sequestration": ("Sequestration", "adjustments"),
    "write_off": ("Write-offs", "write-offs"),
    "bad_debt": ("Bad debt", "write-offs"),
    "transfer": ("Moved from one party to another", "transfers"),
    "denial": ("Denials (move no money)", "denials"),
    "reversal": ("Reversals that name no row", "other corrections"),
}


def tie_out_section(practice: Practice, *, as_of: dt.date, balance: float, owed_back: float) -> Section:
    """Return the ledger's tie-out: charges = payments + adjustments + write-offs + open - credits."""
    totals = to_pandas(_net_totals(net_rows(practice.transactions), as_of=as_of)).set_index("kind")
    taken_back = dollars_sum(totals["reversed"])
    shown, parts = [], dict.fromkeys((part for _, part in _GROUPS.values()), 0.0)
    for kind, (label, part) in _GROUPS.items():
        if kind not in totals.index:
            continue
        count, amount = int(totals.loc[kind, "rows"]), float(totals.loc[kind, "amount"])
        parts[part] = dollars_sum([parts[part], amount])
        shown.append((label, f"{count:,}", money(amount), money(float(totals.loc[kind, "reversed"]))))
    whole = dollars_sum(totals["amount"])
    net = dollars_sum([balance, -owed_back])
    left = _left_to_patients(practice, as_of=as_of)
    ledger = Table(
        "ledger-table",
        "The ledger by kind of posting; plus raises the balance",
        (Column("Posting"), Column("Rows", True), Column("Amount", True), Column("of it reversals", True)),
        tuple(shown),
        ("Sum of the ledger", f"{int(totals['rows'].sum()):,}", money(whole), money(taken_back)),
    )
    check = Table(
        "tie-out-table",
        "The same sum from the open items",
        (Column("Part"), Column("Amount", True)),
        (
            ("Open balance", money(balance)),
            ("less credits owed back", money(-owed_back)),
            ("Open balance less credits", money(net)),
            *(() if left is None else (("Left to patients; what they have paid is not known", money(left)),)),
            ("Sum of the ledger", money(whole)),
        ),
        ("Difference", money(dollars_sum([net, left or 0.0, -whole]))),
    )
    words = _tie_out_words(parts, balance, owed_back, left, dollars_sum([net, left or 0.0, -whole]))
    return Section("tie-out", "Does the ledger tie out?", (words,), None, (ledger, check))


@table_function(transactions=("kind", "net_kind", "posted_date", "amount"))
def _net_totals(transactions: Any, *, as_of: dt.date) -> Any:
    """Return rows and dollars by kind, a reversal with the kind it takes back, and what reversals are of it."""
    back = nw.when(nw.col("kind") == "reversal").then(cents("amount")).otherwise(nw.lit(0))
    totals = (
        transactions.filter(nw.col("posted_date") <= as_of)
        .with_columns(kind=nw.col("net_kind"), amount=cents("amount"), reversed=back)
        .group_by("kind")
        .agg(nw.col("amount", "reversed").sum(), rows=nw.len())
        .with_columns(*as_counts("rows"), dollars(nw.col("amount", "reversed")))
    )
    return sorted_by(totals.select("kind", "rows", "amount", "reversed"), "kind")


def _left_to_patients(practice: Practice, *, as_of: dt.date) -> float | None:
    """Return what the ledger left to patients where it does not know what they paid; nothing where it does."""
    if practice.knows(PATIENT_BALANCES):
        return None
    owed = to_pandas(balances(practice.transactions, as_of=as_of))
    return dollars_sum(owed.loc[owed["responsible"].isin(["patient", "agency"]), "balance"])


def _tie_out_words(
    parts: dict[str, float], balance: float, owed_back: float, left: float | None, off: float
) -> str:
    """Return the tie-out as a sentence with a plain yes or no; ``off`` is what is unexplained."""
    less = [f"{name} of {money(-parts[name])}" for name in ("payments", "adjustments", "write-offs")]
    if parts["other corrections"]:
        less.append(f"other corrections of {money(-parts['other corrections'])}")
    equation = (
        f"charges of {money(parts['charges'])} = {' + '.join(less)} + open balance of {money(balance)}"
        f" - credits of {money(owed_back)}"
    )
    if left is not None:
        equation += f" + {money(left)} left to patients, of which nobody knows what they have paid"
    if not off and not parts["transfers"]:
        return f"The ledger ties out to the cent: {equation}."
    unexplained = dollars_sum([-off]) or parts["transfers"]
    return f"The ledger does not tie out, {money(unexplained)} is unexplained: {equation} does not hold."
