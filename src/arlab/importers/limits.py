"""What can this file not tell, and why, and what does each missing column cost?

Names the measures that the columns of a file do not support. It computes none of them.
"""

from __future__ import annotations

import pandas as pd

from arlab.importers.layouts import CLAIMS, POSTINGS, names_parties
from arlab.importers.parsed import Parsed
from arlab.importers.vocabulary import AMOUNTS_BY_PARTY, CLOCKS, COSTS

__all__ = ["limits_of", "unmapped_table"]

_NEEDS: tuple[tuple[str, tuple[str, ...], str], ...] = (
    ("aging by payer", ("payer", "payer_class"), "the file has no payer names"),
    ("views by class of payer", ("payer_class",), "the file has no financial class"),
    ("views by provider", ("provider",), "the file has no provider"),
    ("views by location", ("location",), "the file has no location"),
    ("views by service", ("procedure",), "the file has no procedure codes"),
    ("counts of claims", ("claim_id",), "the file has no claim numbers"),
    (
        "denied claims and the initial denial rate",
        ("status", "denial"),
        "the file has neither a claim status nor denial codes",
    ),
    ("denial reasons", ("denial",), "the file has no denial codes"),
    ("underpayments and net collection rate", ("allowed",), "the file has no allowed amounts"),
    ("collection rates", ("paid", "paid_payer", "paid_patient"), "the file has no payments"),
    ("write-off rate", ("adjustment",), "the file has no adjustments"),
    ("days to payment", ("payment_date",), "the file has no payment date"),
    ("charge lag", ("charge_entry_date",), "the file has no charge entry date"),
    (
        "items without recent work",
        ("last_action_date", "inactive_days"),
        "the file has no date of the last action",
    ),
)
"""Measure, the concepts of which one is enough, and why it cannot be computed without."""


def limits_of(
    parsed: Parsed, layout: str, *, families: frozenset[str], currency: str | None, nothing_open: bool
) -> tuple[tuple[str, str], ...]:
    """Return (measure, why) pairs, the ones that matter most first.

    Parameters
    ----------
    families : status families found in a file of claims
    currency : the currency of the file, when it is known
    nothing_open : whether no balance is open
    """
    pairs: list[tuple[str, str]] = []
    if nothing_open and layout != CLAIMS:
        pairs.append(("aging of any balance", "every balance in the file is zero"))
    if layout == CLAIMS:
        pairs += _limits_of_claims(parsed, families)
    pairs += _limits_of_clocks(parsed)
    parties = [part for part in AMOUNTS_BY_PARTY if parsed.has(part)]
    if len(parties) < 2 and not parsed.has("responsible") and not names_parties(parsed):
        why = "the file does not say who owes a balance"
        if layout == CLAIMS:
            why = "the file has no patient balances, only claims that wait for a payer"
        pairs.append(("payer and patient balances apart", why))
    if not parsed.has("charge"):
        pairs.append(("days in AR and gross collection rate", "the file has no charges"))
    else:
        pairs.append(("days in AR", "the file lists claims, not all charges of a period"))
    if layout != POSTINGS:
        pairs.append(
            (
                "AR on any other day, roll-forward and movement between buckets",
                "the file has balances of one day at a time and no dated payments and adjustments",
            )
        )
    pairs += [(measure, why) for measure, concepts, why in _NEEDS if not any(map(parsed.has, concepts))]
    if not parsed.has("patient_id"):
        why = "the file has no patient numbers"
        if parsed.columns.members:
            pairs.append(("counts of patients beyond doubt", f"{why}, only numbers at payers, which change"))
        elif parsed.columns.names:
            pairs.append(("counts of patients beyond doubt", f"{why}, so that namesakes count as one"))
        else:
            pairs.append(("counts of patients", f"{why} and no names"))
    if currency not in (None, "USD"):
        pairs.append(("amounts in dollars", f"the amounts are in {currency} and are not converted"))
    return tuple(pairs)


def _limits_of_claims(parsed: Parsed, families: frozenset[str]) -> list[tuple[str, str]]:
    pairs = []
    if families & {"paid", "decided"}:
        why = "the file has no balance"
        if not parsed.has("paid") and not parsed.has("paid_payer"):
            why += ", no paid amount and no patient share"
        pairs.append(("what is still open of claims that were paid", why))
    if families & {"denied", "decided"}:
        pairs.append(
            (
                "what is still open of denied claims",
                "the file does not say whether they are still open or written off",
            )
        )
    pairs.append(("credits", "the file has no balances, so overpayments do not show"))
    return pairs


def _limits_of_clocks(parsed: Parsed) -> list[tuple[str, str]]:
    dated = [clock for clock in CLOCKS if parsed.has(clock)]
    if not dated:
        if parsed.columns.buckets or parsed.has("bucket"):
            why = "the file has its own age buckets and no dates, so its balances cannot be aged anew"
        elif parsed.has("age_days"):
            why = "the file has ages in days and no dates, so its balances cannot be aged anew"
        else:
            why = "the file has no service date, no first billing date and no ages"
        return [("aging under another clock or on another day", why)]
    pairs = []
    if "first_bill_date" not in dated:
        why = "the file has no first billing date"
        if parsed.has("last_bill_date"):
            last = parsed.columns.chosen["last_bill_date"]
            why += f" (the last billed date in '{last}' is not used: resending would make old balances look young)"
        pairs.append(("aging from the first billing", why))
    if "service_date" not in dated:
        pairs.append(("aging from the visit", "the file has no service date"))
    pairs.append(
        (
            "aging from the day of responsibility",
            "the file does not say when a balance became the patient's or the next payer's",
        )
    )
    return pairs


def unmapped_table(parsed: Parsed, layout: str) -> pd.DataFrame:
    """Return what has no column and what that costs: ``concept, cost``, one row for each."""
    found = [
        (each.concept, each.cost)
        for each in COSTS
        if not any(map(parsed.has, (each.concept, *each.instead)))
        and parsed.has(*each.required)
        and not any(map(parsed.has, each.without))
        and (not each.layouts or layout in each.layouts)
    ]
    return pd.DataFrame(found, columns=["concept", "cost"], dtype="str")
