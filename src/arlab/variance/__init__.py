"""Did payers allow what their contracts say, line by line?

``prices`` looks the contract up, ``modal`` finds what a payer usually allows where there is none, ``allowed`` reads
the ledger, ``lines`` compares, ``table`` sums and lists. Nothing is sent to a payer, and no chance of success is
told.
"""

from arlab.variance.allowed import ALLOWED_FROM
from arlab.variance.lines import LEAST_ALIKE, SHARE_ALIKE, STATES, variance_lines
from arlab.variance.modal import IN_USE, MODAL_LEAST, MODAL_SHARE
from arlab.variance.prices import PRICED_APART
from arlab.variance.table import (
    contract_variance,
    describe_variance,
    underpaid_items,
    underpaid_lines,
    variance_table,
)

__all__ = [
    "ALLOWED_FROM",
    "IN_USE",
    "LEAST_ALIKE",
    "MODAL_LEAST",
    "MODAL_SHARE",
    "PRICED_APART",
    "SHARE_ALIKE",
    "STATES",
    "contract_variance",
    "describe_variance",
    "underpaid_items",
    "underpaid_lines",
    "variance_lines",
    "variance_table",
]
