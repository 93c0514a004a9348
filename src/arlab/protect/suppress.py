"""Which cells of a set of aging tables must be withheld, so that nothing about 1 to 10 patients can be known?

Pools small groups, withholds small cells and, with them, enough others that no sum or difference gives them away.
It lays nothing out for reading.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence

import pandas as pd

from arlab.errors import NotAvailable
from arlab.protect.audit import known_too_well
from arlab.protect.cells import ALL, DETAILS, OLD, SMALLEST, TOTAL, YOUNG, Cell, Cells, lay_out

__all__ = ["Suppressed", "choose_details", "make_suppressed", "pool_small"]

MOST_HIDDEN = 0.5
MOST_LOST = 2


@dataclasses.dataclass(frozen=True)
class Suppressed:
    """A set of tables and which of their cells are withheld."""

    cells: Cells
    hidden: frozenset[int]

    def cell(self, table: str, group: str, column: str) -> Cell | None:
        """Return a cell, or None when it is withheld."""
        number = self.cells.place[table, group, column]
        return None if number in self.hidden else self.cells.cells[number]

    def counts(self, table: str | None = None) -> tuple[int, int]:
        """Return how many places of a table, or of all, are withheld, and how many hold something."""
        filled = [
            number
            for (own, _, _), number in self.cells.place.items()
            if self.cells.cells[number].items and table in (None, own)
        ]
        return sum(number in self.hidden for number in filled), len(filled)


def pool_small(labels: pd.Series, patients: pd.Series, *, other: str, most: int = 25) -> pd.Series:
    """Return labels with those of 1 to 10 distinct patients pooled under one name.

    Where the pool itself has too few, the smallest of the others joins it. At most ``most`` labels stay.

    Examples
    --------
    >>> labels = pd.Series(["Oak"] * 20 + ["Elm"] * 12 + ["Ash"] * 3)
    >>> pool_small(labels, pd.Series(range(35)), other="All other").value_counts().to_dict()
    {'Oak': 20, 'All other': 15}
    """
    sizes = patients.groupby(labels).nunique().sort_index().sort_values(ascending=False, kind="stable")
    kept = [name for name in sizes.index[:most] if sizes[name] >= SMALLEST and name != other]
    while kept and 0 < patients[~labels.isin(kept)].nunique(dropna=False) < SMALLEST:
        kept.pop()
    return labels.where(labels.isin(kept), other)


def make_suppressed(
    items: pd.DataFrame, *, tables: Mapping[str, str], buckets: Sequence[str], old: Sequence[str] = ()
) -> Suppressed:
    """Return which cells of the tables may be shown.

    Parameters
    ----------
    items, tables, buckets, old : as for :func:`arlab.protect.cells.lay_out`

    Raises
    ------
    NotAvailable
        when there are too few patients to show even the total.

    Notes
    -----
    Withheld are all cells of 1 to 10 distinct patients; then, along every row and column, further cells until what
    can be had by subtracting concerns more than 10 patients; then further cells until the audit finds no small
    cell, shown in a table or only implied by several, that could be computed or narrowed down. A cell without any
    item is shown as 0.
    """
    cells = lay_out(items, tables=tables, buckets=buckets, old=old)
    whole = cells.place[ALL, TOTAL, TOTAL]
    if cells.cells[whole].patients < SMALLEST:
        raise NotAvailable(
            f"Fewer than {SMALLEST} patients have an open balance: nothing about so few may be shared."
        )
    work = _Work(cells, whole)
    while True:
        work.repair_sums()
        weak = known_too_well(cells, frozenset(work.hidden))
        if not weak:
            return Suppressed(cells, frozenset(work.hidden))
        if not work.withhold_beside(weak[0]):
            raise NotAvailable("Too few patients have an open balance: their numbers cannot be kept apart.")


def choose_details(
    items: pd.DataFrame, *, tables: Sequence[str], buckets: Sequence[str], old: Sequence[str] = ()
) -> Suppressed:
    """Return the tables, each as finely divided as its numbers allow, and which of their cells may be shown.

    One table after the other is added, the most wanted first, in the finest detail in which at most
    ``MOST_HIDDEN`` of its cells are withheld and hardly any cell of the earlier tables is lost for it; a table for
    which there is no such detail is left out.
    """
    chosen: dict[str, str] = {}
    best = make_suppressed(items, tables=chosen, buckets=buckets, old=old)
    for table in tables:
        lost = sum(best.counts(name)[0] for name in (ALL, *chosen))
        for detail in DETAILS if old else (DETAILS[0], DETAILS[2]):
            try:
                tried = make_suppressed(items, tables=chosen | {table: detail}, buckets=buckets, old=old)
            except NotAvailable:
                continue
            hidden, filled = tried.counts(table)
            if (
                hidden <= MOST_HIDDEN * filled
                and sum(tried.counts(name)[0] for name in (ALL, *chosen)) <= lost + MOST_LOST
            ):
                chosen[table], best = detail, tried
                break
    return best


class _Work:
    """The choice of cells in progress."""

    def __init__(self, cells: Cells, whole: int) -> None:
        self.cells, self.whole = cells.cells, whole
        self.sums = cells.sums
        self.hidden = {number for number, cell in enumerate(self.cells) if cell.small}
        self._rank = dict.fromkeys(range(len(self.cells)), 0)
        for (table, _, column), number in cells.place.items():
            # Totals are what readers look at first: they go last.
            rank = 2 if column == TOTAL or table == ALL else 1 if column in (OLD, YOUNG) else 0
            self._rank[number] = max(self._rank[number], rank)
        self._in_sums: dict[int, list[int]] = {}
        for place, (total, parts) in enumerate(self.sums):
            for number in {total, *parts}:
                self._in_sums.setdefault(number, []).append(place)

    def repair_sums(self) -> None:
        """Withhold until what each sum gives away by subtracting is empty or concerns more than 10 patients."""
        while True:
            weak = [place for place in range(len(self.sums)) if self._gives_away(place)]
            if not weak:
                return
            _, parts = self.sums[weak[0]]
            self._withhold_best(set(parts), weak)

    def _gives_away(self, place: int) -> bool:
        total, parts = self.sums[place]
        hidden = [self.cells[number] for number in set(parts) if number in self.hidden]
        if total in self.hidden:
            return not hidden
        if not hidden:
            return False
        if any(cell.few is None for cell in hidden):
            # Two or more, one of them large: what is known is their sum, of more than 10 patients.
            return len(hidden) < 2
        return len(frozenset().union(*(cell.few or () for cell in hidden))) < SMALLEST

    def _withhold_best(self, numbers: set[int], weak: Sequence[int]) -> bool:
        """Withhold the cell that costs the reader least and helps most; tell whether there was one."""
        free = [
            number
            for number in numbers
            if number not in self.hidden and number != self.whole and self.cells[number].items
        ]
        if not free:
            return False
        broken = set(weak)
        self.hidden.add(
            min(
                free,
                key=lambda number: (
                    self._rank[number],
                    -len(broken & set(self._in_sums.get(number, ()))),
                    self.cells[number].patients,
                    number,
                ),
            )
        )
        return True

    def withhold_beside(self, weak: Cell) -> bool:
        """Withhold one more cell from a sum that a weak cell is in, or any; tell whether there was one."""
        near = {
            number
            for total, parts in self.sums
            if any(self.cells[part].atoms & weak.atoms for part in parts if part in self.hidden)
            for number in (total, *parts)
        }
        return self._withhold_best(near, ()) or self._withhold_best(set(range(len(self.cells))), ())
