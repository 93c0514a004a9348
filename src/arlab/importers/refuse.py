"""Why can a file not be a list of open balances, in one sentence?

Names the columns that were looked for and those there are, never a value. It reads nothing.
"""

from __future__ import annotations

from collections.abc import Sequence

from arlab.errors import InputRefused
from arlab.importers.detect import Table
from arlab.importers.findings import listed
from arlab.importers.mapping import ColumnMap

__all__ = ["refusal"]

_LOOKED_FOR = (
    "no balance (such as 'Balance', 'outstanding_amount' or 'Balance Ins'), no age buckets (such as '0-30' and"
    " '31-60') and no charge with a claim status or decision date"
)

_POSTINGS_NEED = {"claim_id": "claim numbers", "posted_date": "day that each was posted"}


def refusal(name: str, found: Sequence[tuple[Table, ColumnMap]], *, no_data: bool = False) -> InputRefused:
    """Return the refusal of a file, given its tables and how their columns were understood.

    Parameters
    ----------
    no_data : whether the columns would do, but all rows turned out to be remarks and totals
    """
    if not found:
        return InputRefused(f"'{name}' is empty: export it again.")
    table, columns = max(found, key=lambda entry: (entry[0].names_known, len(entry[1].chosen)))
    sheet = f" (sheet '{table.sheet}')" if table.sheet else ""
    if not table.names_known:
        return InputRefused(
            f"'{name}'{sheet} has no row that looks like column names: export it with its column names, among them"
            " a balance, or a charge and a claim status."
        )
    if no_data or len(table.body) == 0:
        return InputRefused(
            f"'{name}'{sheet} has column names but no rows of data under them: export it again."
        )
    if columns.has("transaction_kind"):
        lacks = [words for concept, words in _POSTINGS_NEED.items() if not columns.has(concept)]
        if not columns.has("charge") and not columns.has("amount"):
            lacks.append("amounts of charges and payments")
        return InputRefused(
            f"'{name}'{sheet} is a list of postings, because '{columns.chosen['transaction_kind']}' tells charges,"
            f" payments and transfers apart, but it has no {' and no '.join(lacks or ['payments'])}: export it with"
            " them, or export the open balances, such as the aging report."
        )
    return InputRefused(
        f"'{name}'{sheet} cannot be an AR export: it has {_LOOKED_FOR}; its columns are {listed(table.columns)}."
    )
