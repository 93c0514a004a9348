"""Which of the known layouts is this file, and what is each row worth in open dollars?

A layout is how a file says what is open: balances, age-bucket columns, or claims with a status. This names the
amount of every row and the party that owes it; it rejects no row and writes no table.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
import pandas as pd

from arlab.importers.amounts import Amounts, Mask
from arlab.importers.findings import listed
from arlab.importers.mapping import ColumnMap
from arlab.importers.parsed import Parsed
from arlab.importers.vocabulary import (
    AMOUNTS_BY_PARTY,
    CLOCKS,
    PARTY_WORDS,
    RESPONSIBLE_WORDS,
    STATUS_WORDS,
    name_key,
    text_words,
)
from arlab.tables import RESPONSIBLE

__all__ = [
    "BALANCES",
    "BUCKETS",
    "CLAIMS",
    "PAID",
    "POSTINGS",
    "Dollars",
    "choose_layout",
    "dollars_of",
    "names_parties",
    "responsible_of",
    "status_families",
    "statuses_differ",
    "sum_of",
    "unapplied_of",
]

BALANCES, BUCKETS, CLAIMS, POSTINGS = "balances", "buckets", "claims", "postings"
PAID = ("paid", "paid_payer", "paid_patient")
_SURE = 0.7


@dataclasses.dataclass(frozen=True)
class Dollars:
    """The amount of every row that decides open AR.

    ``columns`` are the columns it comes from and ``name`` how they are called together; ``parts`` maps the party
    to its share where the file splits it; ``foreign`` marks amounts in another currency; ``dated_by`` are the
    concepts whose day a row cannot do without.
    """

    name: str
    columns: tuple[str, ...]
    cents: npt.NDArray[np.int64]
    readable: Mask
    bad: Mask
    foreign: Mask
    parts: Mapping[str, npt.NDArray[np.int64]]
    dated_by: tuple[str, ...] = ()


def choose_layout(columns: ColumnMap) -> str | None:
    """Return the layout that the columns allow; None when they say nothing about open balances.

    Bucket columns count when there is no balance that dates could age. Claims without a balance need a charge and
    something that tells decided from undecided: a status, a decision date, or a count of the days pending.
    """
    has_balance = columns.has("balance") or any(columns.has(part) for part in AMOUNTS_BY_PARTY)
    by_columns = columns.has("charge") and any(columns.has(c) for c in (*PAID, "adjustment"))
    numbered = columns.has("transaction_id") and by_columns and not has_balance
    if columns.has("transaction_kind") or numbered:
        # A list of postings repeats the same dollars as charge, payment and transfer: only their sum is open, and
        # only when it is known when each was posted, and to which claim.
        placed = columns.has("claim_id", "posted_date") and (columns.has("amount") or by_columns)
        return POSTINGS if placed else None
    dated = any(columns.has(clock) for clock in CLOCKS)
    if columns.buckets and not dated:
        return BUCKETS
    if has_balance or columns.buckets:
        return BALANCES
    pending = columns.has("age_days") and {"pending", "outstanding", "open"} & set(
        text_words(columns.chosen["age_days"].replace("_", " "))
    )
    tells = columns.has("status") or columns.has("decision_date") or bool(pending)
    sure = columns.has("charge") and columns.confidence["charge"] >= _SURE
    return CLAIMS if sure and tells else None


def dollars_of(parsed: Parsed, layout: str) -> Dollars:
    """Return the amount of every row, as the layout says."""
    amounts, chosen = parsed.amounts, parsed.columns.chosen
    shares = {concept: amounts[concept] for concept in AMOUNTS_BY_PARTY if parsed.has(concept)}
    if layout == CLAIMS:
        return _single(chosen["charge"], amounts["charge"])
    if layout == BUCKETS or not (parsed.has("balance") or shares):
        buckets = {name: amounts[name] for name in parsed.columns.buckets}
        names = {name: name for name in buckets}
        unapplied = unapplied_of(parsed) if layout == BUCKETS else None
        if unapplied is not None:
            buckets, names = {**buckets, "unapplied": unapplied}, {**names, "unapplied": chosen["unapplied"]}
        return sum_of(f"the sum of {listed(list(names.values()))}", buckets, names)
    parts = {AMOUNTS_BY_PARTY[concept]: values.cents for concept, values in shares.items()}
    names = {concept: chosen[concept] for concept in shares}
    split = sum_of(" + ".join(names.values()), shares, names)
    if not parsed.has("balance"):
        return dataclasses.replace(split, parts=parts)
    whole = _single(chosen["balance"], amounts["balance"])
    if not shares:
        return whole
    # A row without a total still says what each party owes.
    use_split = amounts["balance"].blank & split.readable
    return dataclasses.replace(
        whole,
        columns=(*whole.columns, *split.columns),
        cents=np.where(use_split, split.cents, whole.cents),
        readable=whole.readable | use_split,
        parts=parts,
    )


def _single(name: str, values: Amounts) -> Dollars:
    return Dollars(name, (name,), values.cents, values.readable, values.bad, values.foreign, {})


def sum_of(name: str, amounts: Mapping[str, Amounts], columns: Mapping[str, str]) -> Dollars:
    """Return the sum of several columns; an empty cell is zero, as long as one is filled."""
    every = list(amounts.values())
    bad = np.logical_or.reduce([values.bad for values in every])
    return Dollars(
        name=name,
        columns=tuple(columns[key] for key in amounts),
        cents=np.sum([values.cents for values in every], axis=0, dtype=np.int64),
        readable=np.logical_or.reduce([values.readable for values in every]) & ~bad,
        bad=bad,
        foreign=np.logical_or.reduce([values.foreign for values in every]),
        parts={},
    )


def unapplied_of(parsed: Parsed) -> Amounts | None:
    """Return the money that an aging report shows beside its buckets, below zero where it is owed back.

    Some systems write it below zero and some above: what most of it is, is a credit.
    """
    if not parsed.has("unapplied"):
        return None
    values = parsed.amounts["unapplied"]
    return dataclasses.replace(values, cents=-values.cents) if int(values.cents.sum()) > 0 else values


def responsible_of(parsed: Parsed) -> pd.Series:
    """Return, per row, who owes a balance that the file does not split: a party of the contract or ``unknown``."""
    parties = ("unknown", *RESPONSIBLE)
    result = np.zeros(len(parsed.table.body), dtype=np.int8)
    # A column that says who owes goes before one that names payers, among which the patient may stand.
    for concept, known in (("responsible", RESPONSIBLE_WORDS), ("payer", PARTY_WORDS)):
        if parsed.has(concept):
            held = parsed.coded(concept)
            meant = [parties.index(known.get(name_key(text), "unknown")) for text in held.different]
            result = np.where(result == 0, held.to_rows(np.array(meant, dtype=np.int8)), result)
    return pd.Series(parties, dtype="str").take(result).set_axis(parsed.table.body.index)


def names_parties(parsed: Parsed) -> bool:
    """Return whether the payer column names patients beside insurers, so that it says who owes."""
    if not parsed.has("payer"):
        return False
    parties = {PARTY_WORDS.get(name_key(text)) for text in parsed.coded("payer").different if text}
    return "patient" in parties and None in parties


def status_families(parsed: Parsed) -> tuple[pd.Series, Mask]:
    """Return, per row of a file of claims, undecided, denied, paid, void or unclear, and where the file disagrees
    with itself.

    The status decides; where there is none, a decision or payment date does. A claim that is undecided by its
    status but has a decision date, a payment or an adjustment contradicts itself and is unclear: its full charge
    cannot be what is open.
    """
    index = parsed.table.body.index
    decided = np.zeros(len(index), dtype=bool)
    for concept in ("decision_date", "payment_date"):
        if parsed.has(concept):
            # A date that cannot be read is still a sign that something was decided.
            decided |= ~parsed.dates[concept].blank
    for concept in ("paid", "paid_payer", "paid_patient", "adjustment"):
        if parsed.has(concept):
            decided |= parsed.amounts[concept].bad | (parsed.amounts[concept].cents != 0)
    if not parsed.has("status"):
        family = np.where(decided, "decided", "undecided")
        return pd.Series(family, index=index, dtype="str"), np.zeros(len(index), dtype=bool)
    said = parsed.text("status")
    families = {text: _family(text) for text in said.unique()}
    by_status = said.map(families).astype("str")
    # Without a status only a date can tell; without that nothing does.
    by_status = by_status.mask((said == "") & decided, "decided")
    conflict = ((by_status == "undecided") & decided).to_numpy(dtype=bool) | statuses_differ(parsed)
    return by_status.mask(conflict, "unclear"), conflict


def statuses_differ(parsed: Parsed) -> Mask:
    """Return the rows in which two status columns contradict each other.

    A denial that is still open, or a paid claim that is closed, is no contradiction.
    """
    if not parsed.has("status", "other_status"):
        return np.zeros(len(parsed.table.body), dtype=bool)
    one, two = (_families(parsed, concept) for concept in ("status", "other_status"))
    against = [("denied", "paid"), ("paid", "void"), ("undecided", "void"), ("paid", "undecided")]
    return np.logical_or.reduce([((one == a) & (two == b)) | ((one == b) & (two == a)) for a, b in against])


def _families(parsed: Parsed, concept: str) -> npt.NDArray[np.object_]:
    """Return the family of each row's status."""
    said = parsed.coded(concept)
    return said.to_rows(np.array([_family(text) for text in said.different], dtype=object))


def _family(text: str) -> str:
    words = set(text_words(text.replace("_", " ")))
    return next((family for family, known in STATUS_WORDS.items() if words & known), "unclear")
