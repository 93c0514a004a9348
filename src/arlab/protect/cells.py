"""Which cells would a set of aging tables show, and how do they add up to each other?

Lays out the cells of several tables over the same open items: every group by every bucket, with all totals. It
decides nothing about what is shown.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

__all__ = ["ALL", "DETAILS", "OLD", "SMALLEST", "TOTAL", "YOUNG", "Cell", "Cells", "lay_out"]

SMALLEST = 11
"""Fewest distinct patients that a shown cell stands for: cells of 1 to 10 are withheld (CMS cell-size policy)."""

TOTAL, OLD, YOUNG, ALL = "Total", "Over 90", "Up to 90", ""
DETAILS = ("by bucket", "up to and over 90 days", "in total")
"""How finely a table divides its groups, finest first."""


@dataclasses.dataclass(frozen=True)
class Cell:
    """One number-bearing cell: the parts it is made of, and what is in it.

    ``few`` holds its patients when they are too few to be shown, and is None otherwise.
    """

    atoms: frozenset[int]
    items: int
    cents: int
    patients: int
    few: frozenset[int] | None

    @property
    def small(self) -> bool:
        """Whether it stands for 1 to 10 patients."""
        return self.few is not None and bool(self.items)


@dataclasses.dataclass(frozen=True)
class Cells:
    """All cells of a set of tables.

    ``place`` maps (table, group, column) to a cell; cells that hold exactly the same items are one cell, whatever
    they are called. ``sums`` are the ways they add up: a whole and its parts. ``atoms`` are the smallest parts: the
    items of one group of every table in one bucket.
    """

    cells: tuple[Cell, ...]
    place: Mapping[tuple[str, str, str], int]
    sums: tuple[tuple[int, tuple[int, ...]], ...]
    atoms: tuple[Cell, ...]
    strands: tuple[Cell, ...]
    groups: Mapping[str, tuple[str, ...]]
    columns: Mapping[str, tuple[str, ...]]


def lay_out(
    items: pd.DataFrame, *, tables: Mapping[str, str], buckets: Sequence[str], old: Sequence[str] = ()
) -> Cells:
    """Return the cells of the table of all items by bucket and of each of ``tables``.

    Parameters
    ----------
    items : one row per open item: ``patient`` (any key; rows without one count as one patient), ``bucket``,
        ``cents`` above 0, and one column of labels per table
    tables : column to split by -> one of ``DETAILS``
    buckets : all buckets, youngest first
    old : those over 90 days, which also stand together; without any, only buckets and totals can be shown
    """
    patients = pd.factorize(items["patient"], use_na_sentinel=False)[0]
    strand = _numbered([items[name].astype("str") for name in tables], len(items))
    atom = _numbered([pd.Series(strand), pd.Series(pd.factorize(items["bucket"], sort=True)[0])], len(items))
    maker = _Maker(atom, patients, items["cents"].to_numpy(dtype=np.int64))
    spans: dict[str, tuple[str, ...]] = {bucket: (bucket,) for bucket in buckets}
    if old:
        spans |= {YOUNG: tuple(b for b in buckets if b not in old), OLD: tuple(old)}
    spans[TOTAL] = tuple(buckets)
    in_span = {name: items["bucket"].isin(list(span)).to_numpy() for name, span in spans.items()}
    columns = {ALL: tuple(spans)} | {name: _columns(spans, detail) for name, detail in tables.items()}
    place: dict[tuple[str, str, str], int] = {}
    groups: dict[str, tuple[str, ...]] = {}
    for table in columns:
        labels = items[table].astype("str") if table else pd.Series(TOTAL, index=items.index)
        groups[table] = tuple(sorted(set(labels)))
        for group in groups[table]:
            in_group = (labels == group).to_numpy()
            for column in columns[table]:
                place[table, group, column] = maker.cell(in_group & in_span[column])
    return Cells(
        cells=tuple(maker.made),
        place=place,
        sums=_sums(place, groups, columns, spans),
        atoms=maker.parts(atom),
        strands=maker.parts(strand),
        groups=groups,
        columns=columns,
    )


def _columns(spans: Mapping[str, Sequence[str]], detail: str) -> tuple[str, ...]:
    """Return the columns that a table of this detail shows."""
    if detail == DETAILS[0]:
        return tuple(spans)
    return (*(n for n in (YOUNG, OLD) if n in spans and detail == DETAILS[1]), TOTAL)


class _Maker:
    """Makes cells from masks of items, each set of items once."""

    def __init__(
        self, atom: npt.NDArray[np.int64], patients: npt.NDArray[np.int64], cents: npt.NDArray[np.int64]
    ) -> None:
        self.atom, self.patients, self.cents = atom, patients, cents
        self.made: list[Cell] = []
        self._known: dict[frozenset[int], int] = {}

    def _cell(self, mask: npt.NDArray[np.bool_]) -> Cell:
        found = np.unique(self.patients[mask])
        few = frozenset(found.tolist()) if len(found) < SMALLEST else None
        atoms = frozenset(np.unique(self.atom[mask]).tolist())
        return Cell(atoms, int(mask.sum()), int(self.cents[mask].sum()), len(found), few)

    def cell(self, mask: npt.NDArray[np.bool_]) -> int:
        """Return the number of the cell of these items."""
        cell = self._cell(mask)
        if cell.atoms not in self._known:
            self._known[cell.atoms] = len(self.made)
            self.made.append(cell)
        return self._known[cell.atoms]

    def parts(self, number: npt.NDArray[np.int64]) -> tuple[Cell, ...]:
        """Return the cell of every numbered part, in their order."""
        return tuple(self._cell(number == own) for own in range(int(number.max(initial=-1)) + 1))


def _numbered(keys: Sequence[pd.Series], rows: int) -> npt.NDArray[np.int64]:
    """Return the number of each row's combination of keys."""
    number = np.zeros(rows, dtype=np.int64)
    for key in keys:
        own = pd.factorize(key, sort=True)[0].astype(np.int64)
        number = pd.factorize(number * (int(own.max(initial=0)) + 1) + own, sort=True)[0].astype(np.int64)
    return number


def _sums(
    place: Mapping[tuple[str, str, str], int],
    groups: Mapping[str, tuple[str, ...]],
    columns: Mapping[str, tuple[str, ...]],
    spans: Mapping[str, Sequence[str]],
) -> tuple[tuple[int, tuple[int, ...]], ...]:
    """Return every whole with its parts: along the rows, along the columns."""
    found: dict[tuple[int, tuple[int, ...]], None] = {}
    for table, names in groups.items():
        single = {name for name in columns[table] if len(spans[name]) == 1 and name == spans[name][0]}
        for column in columns[table]:
            ways = [[name for name in spans[column] if name in single]]
            if column == TOTAL:
                ways.append([name for name in (YOUNG, OLD) if name in columns[table]])
            for parts in ways:
                if parts and column not in single:
                    for group in names:
                        found[place[table, group, column], tuple(place[table, group, p] for p in parts)] = (
                            None
                        )
            if table != ALL:
                found[place[ALL, TOTAL, column], tuple(place[table, group, column] for group in names)] = None
    # A whole that is its only part says nothing.
    return tuple((whole, parts) for whole, parts in found if set(parts) != {whole})
