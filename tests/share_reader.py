"""What a reader of shared tables can find out: the attack that the suppression must withstand.

Written apart from ``arlab.protect``: it takes the rows of the shared CSV, and what a reader may know besides.
"""

import math

import numpy as np
from scipy.optimize import linprog

# A withheld amount counts as found when the reader knows it to within five per cent.
CLOSE = 0.05


def atoms_of(items, tables):
    """Return the meetings of groups and buckets there are: label -> patients, items, cents."""
    found = {}
    for row in items.to_dict("records"):
        label = (*(row[name] for name in tables), row["bucket"])
        own = found.setdefault(label, {"patients": set(), "items": 0, "cents": 0})
        own["patients"].add(row["patient"])
        own["items"] += 1
        own["cents"] += row["cents"]
    return found


def small_targets(atoms, tables, spans):
    """Return every cell of 1 to 10 patients, shown in a table or only implied: name -> atoms."""
    cells = {}
    for label in atoms:
        for column, buckets in spans.items():
            if label[-1] in buckets:
                cells.setdefault(("all", "Total", column), set()).add(label)
                for place, table in enumerate(tables):
                    cells.setdefault((table, label[place], column), set()).add(label)
        cells.setdefault(("meeting", label[:-1], label[-1]), set()).add(label)
        cells.setdefault(("meeting", label[:-1], "Total"), set()).add(label)
    return {
        name: labels
        for name, labels in cells.items()
        if len(set().union(*(atoms[label]["patients"] for label in labels))) <= 10
    }


def published(rows, tables, spans, atoms):
    """Return the equations that a reader has: one row per shown number, the items and the cents."""
    labels = list(atoms)
    left, items, cents = [], [], []
    for by, group, column, number, amount in rows:
        if number == "withheld":
            continue
        place = None if by == "all" else tables.index(by)
        left.append(
            [
                float(label[-1] in spans[column] and (place is None or label[place] == group))
                for label in labels
            ]
        )
        items.append(float(number))
        cents.append(round(float(amount) * 100.0))
    return np.array(left), np.array(items), np.array(cents, dtype=float)


def interval(left, right, target, least):
    """Return the least and the most that a target can be, or None when the equations contradict each other."""
    ends = []
    for sign in (1.0, -1.0):
        done = linprog(
            sign * target, A_eq=left, b_eq=right, bounds=[(least, None)] * len(target), method="highs"
        )
        if done.status == 3:
            ends.append(math.inf)
        elif done.status == 0:
            ends.append(sign * done.fun)
        else:
            raise AssertionError(f"the shared tables contradict themselves: {done.message}")
    return ends


def recovered(rows, items, tables, spans):
    """Return the small cells that a reader finds: by equations alone, and with all that bounds tell.

    The reader knows which groups meet in which bucket, that each meeting has at least one item and one cent, every
    shown number, and which cells are empty.
    """
    atoms = atoms_of(items, tables)
    left, numbers, cents = published(rows, tables, spans, atoms)
    labels = list(atoms)
    targets = small_targets(atoms, tables, spans)
    by_equations, by_bounds = [], []
    rank = np.linalg.matrix_rank(left)
    for name, inside in targets.items():
        target = np.array([float(label in inside) for label in labels])
        if np.linalg.matrix_rank(np.vstack([left, target])) == rank:
            by_equations.append(name)
        low, high = interval(left, numbers, target, 1.0)
        low_cents, high_cents = interval(left, cents, target, 1.0)
        true = sum(atoms[label]["cents"] for label in inside)
        only_number = math.ceil(low - 1e-6) >= math.floor(high + 1e-6)
        if only_number or high_cents - low_cents < 2 * CLOSE * true:
            by_bounds.append(name)
    return targets, by_equations, by_bounds
