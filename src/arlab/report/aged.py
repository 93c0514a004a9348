"""Which open items does a source have, how old are they, and how are parties and classes called?

Ages a practice's items for the report and names what is in them. It draws nothing and builds no section.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import TYPE_CHECKING

from arlab.aging import NO_DATE, aged_items, aging_table, bucket_labels
from arlab.plots import dollar_text, dollars_over_90, dollars_sum

if TYPE_CHECKING:
    import datetime as dt

    import pandas as pd

    from arlab.tables import Practice

__all__ = [
    "AGENCY",
    "NOT_STATED",
    "OWN_BUCKETS",
    "PATIENTS",
    "PAYERS",
    "Aged",
    "age_practice",
    "clock_name",
    "money",
    "percent",
]

OWN_BUCKETS = "as in the file"
NOT_STATED = "not stated"
PAYERS, PATIENTS, AGENCY = "Payers", "Patients", "Collection agency"
_PARTIES = {
    "payer_1": PAYERS,
    "payer_2": PAYERS,
    "payer_3": PAYERS,
    "patient": PATIENTS,
    "agency": AGENCY,
    "unknown": NOT_STATED,
}
_CLASSES = {
    "medicare": "Medicare",
    "medicare_advantage": "Medicare Advantage",
    "medicaid": "Medicaid",
    "medicaid_managed": "Medicaid managed care",
    "commercial": "Commercial",
    "marketplace": "Marketplace",
    "workers_compensation_auto": "Workers' compensation and auto",
    "tricare_va": "TRICARE and VA",
    "self_pay": "Self-pay",
    "other": "Other",
}


@dataclasses.dataclass(frozen=True)
class Aged:
    """Open items with ages, and what the sections need to know about them."""

    items: pd.DataFrame
    table: pd.DataFrame
    clock: str
    buckets: tuple[str, ...] | None
    balance: float
    over_90: float | None
    undated: float

    @property
    def label(self) -> str:
        """What the buckets are: ages, or whatever the file counts."""
        return "Bucket of the file" if self.clock == OWN_BUCKETS else "Age in days"


def money(amount: float) -> str:
    """Return dollars with separators and cents, as in every table."""
    return dollar_text(amount, cents=True)


def percent(part: float, whole: float) -> str:
    """Return a share with one decimal, or a dash where there is no whole."""
    return f"{100 * part / whole:.1f}%" if whole else "–"


def clock_name(clock: str) -> str:
    """Return the name of a clock as people write it."""
    return clock.replace("_", " ")


def age_practice(
    practice: Practice, *, as_of: dt.date | None, clock: str, own_buckets: Sequence[str] = ()
) -> Aged:
    """Return a practice's open items on a day, aged, with their total.

    ``own_buckets`` names all buckets that a file has, youngest first, so that an empty one is shown too.
    """
    items = aged_items(_datable(practice), as_of=as_of, clock=clock)
    used = str(items["clock"].iloc[0]) if len(items) else clock
    buckets: tuple[str, ...] | None = bucket_labels()
    if used == OWN_BUCKETS:
        buckets = tuple(own_buckets) if _are_numbered(items, own_buckets) else None
    items = items.assign(owed_by=items["responsible"].map(_PARTIES).fillna(NOT_STATED))
    if "payer" in items:
        # Patients and the agency are in the payer column under one name each.
        payer = items["payer"].where(items["responsible"] != "patient", PATIENTS)
        items = items.assign(payer=payer.where(items["responsible"] != "agency", AGENCY))
    if "payer_class" in items:
        items = items.assign(payer_class=items["payer_class"].map(_CLASSES))
    stated = [name for name in ("payer", "payer_class") if name in items]
    items = items.assign(**{name: items[name].astype("object").fillna(NOT_STATED) for name in stated})
    table = aging_table(items, buckets=buckets)
    balance = dollars_sum(items["balance"])
    undated = dollars_sum(items.loc[items["bucket"] == NO_DATE, "balance"])
    # Where nothing has a date, nothing is known to be old, which is not the same as young.
    over_90 = dollars_over_90(table) if len(table) and undated < balance else None
    return Aged(items, table, used, buckets, balance, over_90, undated)


def _are_numbered(items: pd.DataFrame, buckets: Sequence[str]) -> bool:
    """Return whether the bucket numbers of the items are the places of these names."""
    pairs = items[["bucket_number", "bucket"]].drop_duplicates()
    names = dict(enumerate(buckets))
    return all(
        names.get(int(number)) == bucket
        for number, bucket in zip(pairs["bucket_number"], pairs["bucket"], strict=True)
    )


def _datable(practice: Practice) -> Practice:
    """Return a picture that has neither dates nor ages nor buckets with an empty date: its dollars have no age."""
    if practice.has("claims", "transactions") or not practice.has("open_items"):
        return practice
    items = practice.open_items
    aged_by = ("bucket", "age_days", "service_date", "first_bill_date", "responsibility_date")
    if any(name in items for name in aged_by):
        return practice
    undated = items.assign(service_date=None).astype({"service_date": "datetime64[us]"})
    return dataclasses.replace(practice, tables={**practice.tables, "open_items": undated})
