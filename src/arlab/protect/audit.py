"""How well could a reader who solves the shown tables as equations know a withheld cell?

Says which cells are known too well. It withholds nothing itself.

The reader is taken to know more than the tables say: which groups meet in which bucket, that every such meeting has
at least one item and some money, and every number that is shown. What they cannot know is then how the numbers
could be moved among the withheld cells without changing a shown one. For a direction ``d`` that changes no shown
number, the amounts can move by ``t * d`` as long as none passes its lower bound; with slack ``x`` to the bounds,
``d = x * z`` and ``|z| * t <= 1``, the best ``z`` in the sense of least squares is the projection of the target on
the directions that change nothing. It gives an interval that is surely open to the true number, no linear
programme needed; the tests attack the result with one.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from arlab.protect.cells import Cell, Cells

__all__ = ["LEAST_WIDTH", "known_too_well"]

LEAST_WIDTH = 0.1
"""A withheld amount must be open by at least this share of itself, up and down."""

_MOST_CENTS = 1_000_000
_NOTHING = 1e-9

Matrix = npt.NDArray[np.float64]


def known_too_well(cells: Cells, hidden: frozenset[int]) -> list[Cell]:
    """Return the small cells, shown or only implied, that the shown cells give away.

    Parameters
    ----------
    hidden : numbers of the cells that are withheld; all others are shown

    Returns
    -------
    cells of 1 to 10 patients, among them meetings of groups that no table shows, whose items a reader could pin to
    one number or whose amount to within ``LEAST_WIDTH``.
    """
    shown = [cell for number, cell in enumerate(cells.cells) if number not in hidden and cell.items]
    inner = {cell.atoms: cell for cell in (*cells.cells, *cells.strands, *cells.atoms) if cell.small}
    if not inner:
        return []
    matrix = np.array([_indicator(cell, len(cells.atoms)) for cell in shown])
    cents = np.array([min(cell.cents, _MOST_CENTS) for cell in cells.atoms], dtype=np.float64)
    spare = np.array([cell.items - 1 for cell in cells.atoms], dtype=np.float64)
    by_cents, by_items = _Directions(matrix, cents), _Directions(matrix, spare)
    found = []
    for cell in inner.values():
        target = _indicator(cell, len(cells.atoms))
        open_cents = by_cents.width(target) >= LEAST_WIDTH * cell.cents
        open_items = by_items.width(target) >= 1 - 1e-6 or any(
            by_items.rise(atom, target) >= 1 - 1e-6 for atom in cell.atoms if not spare[atom]
        )
        if not (open_cents and open_items):
            found.append(cell)
    return found


def _indicator(cell: Cell, atoms: int) -> Matrix:
    vector = np.zeros(atoms)
    vector[list(cell.atoms)] = 1.0
    return vector


class _Directions:
    """The ways to move atoms, each by no more than its slack, that change no shown number."""

    def __init__(self, matrix: Matrix, slack: Matrix) -> None:
        self.matrix, self.slack = matrix, slack
        left, sizes, right = np.linalg.svd(matrix * slack, full_matrices=False)
        rank = int((sizes > _NOTHING * max(float(sizes.max(initial=0.0)), 1.0)).sum())
        self._left, self._sizes, self._right = left[:, :rank], sizes[:rank], right[:rank]

    def _free(self, vector: Matrix) -> Matrix:
        """Return the part of a scaled move that changes nothing that is shown."""
        return np.asarray(vector - self._right.T @ (self._right @ vector))

    def width(self, target: Matrix) -> float:
        """Return how far the target can surely move, up and down."""
        vector = target * self.slack
        free = self._free(vector)
        most = float(np.abs(free).max(initial=0.0))
        return 0.0 if most <= _NOTHING * max(float(np.abs(vector).max()), 1.0) else float(free @ free) / most

    def rise(self, atom: int, target: Matrix) -> float:
        """Return how far the target can surely rise with an atom that has no slack downwards."""
        column = self.matrix[:, atom]
        inside = self._left.T @ column
        if float(np.abs(column - self._left @ inside).max(initial=0.0)) > 1e-7:
            return 0.0
        others = -self._right.T @ (inside / self._sizes)
        gain = 1.0 + float(target @ (others * self.slack))
        most = max(1e-12, float(np.abs(others).max(initial=0.0)))
        return gain / most if gain > 1e-7 else 0.0
