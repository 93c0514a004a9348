"""How much does a finding about a file weigh: is it to be checked, was something changed, or is it good to know?

Names the codes of the importers' findings and says in words what is to be checked. It reads no file; a code that
nobody weighed is to be checked.
"""

from __future__ import annotations

__all__ = ["CHANGED", "CHECKS", "NOTES", "OTHER", "SET_ASIDE", "WEIGHTS", "weight_of"]

WEIGHTS = ("Check", "Changed", "Note")

# What can change a total, an age or a name. The order is that in which it is named: what moves dollars comes first.
CHECKS = {
    "truncated": "a file that ends too early",
    "not_x12": "files that were not read",
    "second_table": "a second table that was not read",
    "other_set": "transactions that were not read",
    "other_sheet": "another sheet with balances",
    "hidden_sheets": "hidden sheets",
    "formulas": "formulas without a value",
    "totals_row_differs": "a totals row that says another sum",
    "total_column_differs": "a total column that is not the sum of its buckets",
    "balance_parts_differ": "balances that are not the sum of their parts",
    "balance_differs": "balances that are not charge less payments and adjustments",
    "closed_with_balance": "closed or paid claims that have a balance",
    "payment_sum": "payments that are not the sum of their claims",
    "charge_sum": "charges that are not the sum of their lines",
    "claim_sum": "claims whose payment is not their charge less adjustments",
    "line_sum": "lines whose payment is not their charge less adjustments",
    "answer_sums": "adjustments above the charge",
    "beyond_balance": "payers who took off more than was left",
    "answered_twice": "answers to what was settled already",
    "first_answer_missing": "answers of first payers that are missing",
    "takeback_of_nothing": "takebacks of answers that are missing",
    "other_charge": "claims sent again with another charge",
    "number_reused": "control numbers used for several claims",
    "first_not_sent": "claims known only from a correction",
    "voided": "claims that the practice voided",
    "provider_adjustments": "adjustments that belong to no claim",
    "no_835": "answers, of which there are none",
    "claim_amount_repeated": "amounts taken as the claim's own, repeated on its rows",
    "lines_asked": "amounts that may be the claim's own, repeated on its rows",
    "lines_added": "amounts of claims, by the map file, that differ within claims",
    "unapplied_asked": "unapplied money that may be taken off already",
    "transfers_open": "transfers that do not cancel out",
    "postings_mixed": "postings with more than one amount",
    "no_balance": "charges counted as open, because the file has no balance",
    "nothing_open": "a file in which nothing is open",
    "snapshots": "several days in one file",
    "given_differs": "a column that was given a meaning against its name",
    "rival_columns": "a column chosen among several",
    "values": "a column whose values do not fit its name",
    "as_of_assumed": "the day of the balances, which the file does not say",
    "posted_date_asked": "what a posted date is the day of",
    "dates_ambiguous": "dates whose day and month could be swapped",
    "dates_mixed": "dates with the day first and dates with the month first",
    "dates_unreadable": "dates that could not be read",
    "dates_later": "dates that are yet to come",
    "dates_order": "dates of bills or answers before the service",
    "dates_old": "dates before 1990",
    "dates_unused": "columns of dates that are not used",
    "identical_rows": "equal rows that were kept",
    "repeated_claims": "claim numbers that come again with other values",
    "claim_over_time": "claim numbers that were used again",
    "payer_alike": "payers that are spelled almost alike",
    "status_contradiction": "statuses that contradict the balances",
    "statuses_differ": "statuses that contradict each other",
}
OTHER = "findings of other kinds"
# The rows themselves are counted, with their amount.
SET_ASIDE = (
    "ambiguous",
    "claim_quarantined",
    "duplicate_rows",
    "no_first_sending",
    "no_payment_date",
    "quarantine",
    "remittance_read_before",
    "sending_repeated",
    "unmatched",
    "unusable",
)
CHANGED = (
    "claim_missing",
    "dates_serial",
    "dates_time",
    "denial_text",
    "merged_cells",
    "nul",
    "paid_negative",
    "patients_counted_up",
    "payer_spellings",
    "personal",
    "postings_signs",
    "rounded",
    "sent_again",
    "text_before",
    "unapplied",
)
NOTES = (
    "as_of",
    "blank_rows",
    "currency",
    "decimal_comma",
    "duplicates",
    "encoding",
    "last_billed",
    "link",
    "macros",
    "not_ascii",
    "note_rows",
    "payer_codes",
    "payment_date",
    "posting_day",
    "postings",
    "rejected_claims",
    "repeated_headings",
    "reversals",
    "title_rows",
    "total_column",
    "totals_row",
)


def weight_of(code: str) -> int:
    """Return how much a finding weighs, as a place in ``WEIGHTS``.

    Examples
    --------
    >>> WEIGHTS[weight_of("dates_ambiguous")], WEIGHTS[weight_of("title_rows")], WEIGHTS[weight_of("new")]
    ('Check', 'Note', 'Check')
    """
    return 1 if code in CHANGED else 2 if code in NOTES else 0
