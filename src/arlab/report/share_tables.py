"""Which numbers of a practice's aging may be shared, under which names?

Pools, names and withholds; the numbers are those of the report, computed on true dates before. It writes nothing.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from arlab.aging import NO_DATE
from arlab.errors import NotAvailable
from arlab.importers.ages import bucket_range
from arlab.plots import dollars_over_90
from arlab.protect.cells import TOTAL, YOUNG
from arlab.protect.known import Known
from arlab.protect.labels import shared_labels
from arlab.protect.suppress import Suppressed, choose_details, pool_small
from arlab.report.aged import AGENCY, NOT_STATED, PATIENTS, PAYERS, Aged

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["SPLITS", "SharedTable", "Split", "shared_aging"]


@dataclasses.dataclass(frozen=True)
class Split:
    """A way to split the shared aging: the column, and its words."""

    by: str
    key: str
    title: str
    label: str
    words: str
    other: str


SPLITS = (
    Split("owed_by", "owed-by", "Payers or patients?", "Owed by", "who owes it", "Others together"),
    Split("payer", "payer", "Who owes it?", "Payer", "payer", "All other payers"),
    Split("payer_class", "class", "Which classes of payer?", "Class", "class of payer", "All other classes"),
)


@dataclasses.dataclass(frozen=True)
class SharedTable:
    """What may be shared: the cells, the splits that could be shown, and those that could not."""

    suppressed: Suppressed
    buckets: tuple[str, ...]
    splits: tuple[Split, ...]
    left_out: tuple[Split, ...]
    patients: int
    items: int
    over_90: bool

    def amount(self, table: str, group: str, column: str) -> float | None:
        """Return the dollars of a cell, None when withheld."""
        cell = self.suppressed.cell(table, group, column)
        return None if cell is None else cell.cents / 100

    def number(self, table: str, group: str, column: str) -> int | None:
        """Return the items of a cell, None when withheld."""
        cell = self.suppressed.cell(table, group, column)
        return None if cell is None else cell.items

    def columns(self, table: str) -> tuple[str, ...]:
        """Return the columns that a table shows, ``Total`` the last but for the share over 90 days."""
        shown = self.suppressed.cells.columns[table]
        by_bucket = any(name in self.buckets for name in shown)
        return tuple(name for name in shown if name != TOTAL and not (by_bucket and name == YOUNG))

    def groups(self, table: str) -> list[str]:
        """Return the groups of a table, the largest shown total first, withheld totals last."""
        names = self.suppressed.cells.groups[table]
        return sorted(names, key=lambda name: (-(self.amount(table, name, TOTAL) or 0.0), name))


def shared_aging(aged: Aged, *, key: bytes, known: Known) -> SharedTable:
    """Return the aging of a practice as far as it may be shared.

    Raises
    ------
    NotAvailable
        when the items do not say which patient each is of, or there are too few patients.
    """
    items = aged.items
    if "patient_id" not in items or items["patient_id"].isna().all():
        raise NotAvailable(
            "Nothing can be shared, because the source does not say which patient each balance is of and cells are"
            " withheld by the number of patients: export it with a patient number or name."
        )
    patient = items["patient_id"].astype("object").where(items["patient_id"].notna(), "")
    bucket, buckets = _buckets(aged)
    frame = pd.DataFrame(
        {
            "patient": patient.to_numpy(),
            "bucket": bucket,
            "cents": np.rint(items["balance"].to_numpy() * 100).astype("int64"),
        }
    )
    wanted = []
    for split in SPLITS:
        labels = _labels(aged, split)
        if labels is not None:
            pooled = pool_small(labels, frame["patient"], other=split.other)
            frame[split.by] = pooled.map(_names(pooled, split, key=key, known=known)).to_numpy()
            if frame[split.by].nunique() > 1:
                wanted.append(split)
    old = _old(buckets)
    suppressed = choose_details(frame, tables=[split.by for split in wanted], buckets=buckets, old=old)
    shown = tuple(split for split in wanted if split.by in suppressed.cells.groups)
    return SharedTable(
        suppressed=suppressed,
        buckets=buckets,
        splits=shown,
        left_out=tuple(split for split in wanted if split not in shown),
        patients=int(patient.nunique()),
        items=len(items),
        over_90=bool(old),
    )


def _labels(aged: Aged, split: Split) -> pd.Series | None:
    """Return the group of each item, or nothing where the source does not tell."""
    items = aged.items
    if split.by not in items:
        return None
    labels = items[split.by].astype("object").reset_index(drop=True)
    if split.by == "owed_by":
        # As in the report: a list of payer balances alone does not tell what patients owe.
        return labels if labels.isin([PATIENTS, AGENCY]).any() else None
    return labels if (labels != NOT_STATED).any() else None


def _names(labels: pd.Series, split: Split, *, key: bytes, known: Known) -> Mapping[str, str]:
    """Return what each group is called: only a payer's name comes from the file."""
    names = {str(label) for label in labels}
    if split.by != "payer":
        return {name: name for name in names}
    own = {PATIENTS, AGENCY, PAYERS, NOT_STATED, split.other}
    taken = {name.casefold() for name in own} | {TOTAL.casefold()}
    given = shared_labels(names - own, kind="payer", key=key, known=known)
    plain = {name: name for name in names & own}
    return plain | {
        name: label if label.casefold() not in taken else f"{label} (payer)" for name, label in given.items()
    }


def _buckets(aged: Aged) -> tuple[list[str], tuple[str, ...]]:
    """Return the bucket of each item and all buckets, named by their days, never by words of the file."""
    pairs = aged.table[["bucket_number", "bucket"]].sort_values("bucket_number")
    names: dict[str, str] = {}
    for place, bucket in enumerate(pairs["bucket"].astype("str"), start=1):
        days = bucket_range(bucket)
        name = f"bucket {place}"
        if bucket in (NO_DATE, "Not stated"):
            name = bucket.lower()
        elif days is not None and days[0] < 0:
            name = "current"
        elif days is not None:
            first, last = days
            name = f"{first}-{last}" if last else f"over {first - 1}" if first % 10 == 1 else f"{first}+"
        names[bucket] = name if name not in names.values() else f"bucket {place}"
    return [names[str(bucket)] for bucket in aged.items["bucket"]], tuple(names.values())


def _old(buckets: tuple[str, ...]) -> tuple[str, ...]:
    """Return the buckets over 90 days; none where the buckets do not tell, or some have no age."""
    amounts = [
        dollars_over_90(pd.DataFrame({"bucket_number": [0], "bucket": [bucket], "balance": [1.0]}))
        for bucket in buckets
    ]
    if None in amounts or NO_DATE in buckets:
        return ()
    old = tuple(bucket for bucket, amount in zip(buckets, amounts, strict=True) if amount)
    return old if 0 < len(old) < len(buckets) else ()
