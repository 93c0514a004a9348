"""Days in AR, aged AR, credits, collection, bad debt, cost: which figures does the ledger give?

Each function returns ratios by the key of their definition, or says why there is none.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

import narwhals.stable.v2 as nw

from arlab.aging import add_age, aged_items
from arlab.errors import NotAvailable
from arlab.frames import to_pandas
from arlab.ledger import credits, open_items
from arlab.metrics.aged import OLD_AFTER, aged_table
from arlab.metrics.books import Books, total
from arlab.metrics.money import money_table
from arlab.metrics.periods import Span
from arlab.metrics.ratio import Ratio

__all__ = [
    "MATURE_DAYS",
    "aged",
    "bad_debt",
    "cost",
    "credit",
    "days",
    "matured_collection",
    "net_days",
    "period_collection",
    "point_of_service",
]

MATURE_DAYS = 180
"""Days from the visit after which most of a claim's story has been told."""
_ADJUDICATED = 0.97  # of a matured cohort's claims, below which its collection rate means nothing
_PRICED = 0.95  # of claims with a known contract price


def _daily(books: Books, span: Span, amount: float, what: str) -> float:
    books.covers(span)
    if amount <= 0:
        raise NotAvailable(f"no {what} were posted in the {span.days} days")
    return amount / span.days


def days(books: Books, span: Span) -> dict[str, Ratio]:
    """Days in AR, gross and adjusted."""
    charges, contract, rows = total(books.flows, span, "charges", "contract", "charge_rows")
    owed = books.ar(span.until)
    found = {"days_in_ar_gross": Ratio(owed, _daily(books, span, charges, "charges"), int(rows))}
    adjusted = charges - contract
    found["days_in_ar_adjusted"] = Ratio(owed, adjusted / span.days, int(rows))
    return found


def _money(books: Books, span: Span, **options: Any) -> Any:
    table = money_table(books.table("claims"), books.ledger, as_of=span.until, **options)
    return to_pandas(table).iloc[0]


def net_days(books: Books, span: Span, *, allowance: float = 0.0) -> dict[str, Ratio]:
    """Days in AR, net."""
    books.covers(span)
    if _unknown_prices(books):
        raise NotAvailable(_unknown_prices(books))
    money = _money(books, span, after=span.after)
    revenue = _daily(books, span, float(money["expected"]), "charges at contract price")
    owed = round(float(money["ar"]) - float(money["contract_to_come"]) - allowance, 2)
    return {"days_in_ar_net": Ratio(owed, revenue, int(money["charged_claims"]))}


def _unknown_prices(books: Books) -> str:
    """Return why contract prices are not known well enough, or nothing."""
    share = books.priced_share
    if share >= _PRICED:
        return ""
    return f"the expected allowed amount is known of {share:.0%} of the insured claims ({_PRICED:.0%} are needed)"


def aged(books: Books, span: Span) -> dict[str, Ratio | str]:
    """Shares of AR older than 60, 90 and 120 days, of all AR and of billed AR."""
    day = span.until
    sent = books.maybe("submissions")
    if books.practice.has("claims", "transactions"):
        items = open_items(
            books.table("claims"),
            books.ledger,
            as_of=day,
            submissions=sent,
            statements=books.maybe("statements"),
        )
        items = add_age(items, clock="service" if sent is None else "standard")
    else:
        items = aged_items(books.practice, as_of=day)
        if "age_days" not in items:
            raise NotAvailable("the open items have buckets and no ages")
    billed = sent is not None or "first_bill_date" in nw.from_native(items).collect_schema().names()
    row = to_pandas(aged_table(items)).iloc[0]
    count = int(row["items"])
    found: dict[str, Ratio | str] = {
        f"share_over_{n}": Ratio(row[f"over_{n}"], row["balance"], count) for n in OLD_AFTER
    }
    for n in OLD_AFTER:
        ratio = Ratio(row[f"billed_over_{n}"], row["billed"], count)
        found[f"share_over_{n}_billed"] = (
            ratio if billed else "nothing says what was billed: there are no sendings"
        )
    return found


def credit(books: Books, span: Span) -> dict[str, Ratio | str]:
    """What the practice owes back, in dollars and in days of charges."""
    if books.practice.has("claims", "transactions"):
        rows = to_pandas(credits(books.table("claims"), books.ledger, as_of=span.until))
    elif books.practice.has("credits") and span.until == books.practice.as_of:
        rows = books.practice.credits
    else:
        raise NotAvailable("there is no transactions table")
    owed = float((rows["amount"] * 100).round().sum()) / 100
    found: dict[str, Ratio | str] = {"credit_balance": Ratio(owed, None, len(rows))}
    try:
        charges, charged = total(books.flows, span, "charges", "charge_rows")
        found["credit_balance_days"] = Ratio(owed, _daily(books, span, charges, "charges"), int(charged))
    except NotAvailable as why:
        found["credit_balance_days"] = str(why)
    return found


def _collection(
    paid: float, charges: float, contract: float, charity: float, n: int, tail: str
) -> dict[str, Ratio]:
    return {
        f"gross_collection_rate{tail}": Ratio(paid, charges, n),
        f"net_collection_rate{tail}": Ratio(paid, round(charges - contract, 2), n),
        f"net_collection_rate{tail}_without_charity": Ratio(paid, round(charges - contract - charity, 2), n),
    }


def period_collection(books: Books, span: Span) -> dict[str, Ratio | str]:
    """Gross and net collection of the posting period, misposted adjustments, final denial write-offs."""
    books.covers(span)
    names = (
        "payer_paid",
        "patient_paid",
        "charges",
        "contract",
        "charity",
        "misposted",
        "denial_written_off",
    )
    payer, patient, charges, contract, charity, wrong, lost = total(books.flows, span, *names)
    rows = int(total(books.flows, span, "charge_rows")[0])
    found: dict[str, Ratio | str] = {}
    found |= _collection(round(payer + patient, 2), charges, contract, charity, rows, "_period")
    found["misposted_contractual"] = _unknown_prices(books) or Ratio(wrong, None, rows)
    found["final_denial_write_off_rate"] = Ratio(lost, round(charges - contract, 2), rows)
    return found


def matured_collection(books: Books, span: Span) -> dict[str, Ratio | str]:
    """Gross and net collection of visits that ended 180 days before the day."""
    back = dt.timedelta(days=MATURE_DAYS)
    money = _money(books, span, served_after=span.after - back, served_until=span.until - back)
    n = int(money["claims"])
    if not n:
        raise NotAvailable(f"no visit lies {MATURE_DAYS} days back")
    answered = int(money["answered_claims"])
    if answered < _ADJUDICATED * n:
        raise NotAvailable(
            f"only {answered / n:.1%} of the {n} claims of those visits are adjudicated"
            f" ({_ADJUDICATED:.0%} are needed)"
        )
    paid = round(float(money["payer_paid"] + money["patient_paid"]), 2)
    found: dict[str, Ratio | str] = {}
    found |= _collection(paid, money["charges"], money["contract"], money["charity"], n, "")
    found["misposted_contractual_matured"] = _unknown_prices(books) or Ratio(
        float(money["misposted"]), None, n
    )
    return found


def point_of_service(books: Books, span: Span) -> dict[str, Ratio]:
    """Share of patient money taken at the visit."""
    books.table("transactions")
    at_visit, all_money = total(books.flows, span, "at_visit", "patient_paid")
    rows = int(total(books.flows, span, "patient_payments")[0])
    return {"point_of_service_share": Ratio(at_visit, all_money, rows)}


def bad_debt(books: Books, span: Span) -> dict[str, Ratio]:
    """Bad debt over charges."""
    books.covers(span)
    lost, charges, rows = total(books.flows, span, "bad_debt", "charges", "charge_rows")
    return {"bad_debt_rate": Ratio(lost, charges, int(rows))}


def cost(books: Books, span: Span, *, costs: float | None = None) -> dict[str, Ratio]:
    """Cost to collect."""
    if costs is None:
        raise NotAvailable("no costs are given")
    books.covers(span)
    payer, patient = total(books.flows, span, "payer_paid", "patient_paid")
    rows = int(total(books.flows, span, "charge_rows")[0])
    return {"cost_to_collect": Ratio(costs, round(payer + patient, 2), rows)}
