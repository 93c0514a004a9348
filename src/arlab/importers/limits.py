"""What can this file not tell, and why?

Names the measures that the columns of a file do not support. It computes none of them.
"""

from __future__ import annotations

from arlab.importers.layouts import CLAIMS
from arlab.importers.parsed import Parsed
from arlab.importers.vocabulary import AMOUNTS_BY_PARTY, CLOCKS

__all__ = ["limits_of"]


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
    if len(parties) < 2 and not parsed.has("responsible"):
        why = "the file does not say who owes a balance"
        if layout == CLAIMS:
            why = "the file has no patient balances, only claims that wait for a payer"
        pairs.append(("payer and patient balances apart", why))
    if not parsed.has("payer") and not parsed.has("payer_class"):
        pairs.append(("aging by payer", "the file has no payer names"))
    if not parsed.has("charge"):
        pairs.append(("days in AR and gross collection rate", "the file has no charges"))
    else:
        pairs.append(("days in AR", "the file lists claims, not all charges of a period"))
    pairs.append(
        (
            "AR on any other day, roll-forward and movement between buckets",
            "the file has balances of one day at a time and no dated payments and adjustments",
        )
    )
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
