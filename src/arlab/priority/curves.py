"""How soon does an order of work bring its expected dollars, against working the largest balance first?

Adds up what the queue already says. It counts no login and no wait; what really comes in is
another matter (see ``simulate``).
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from arlab.errors import InputRefused, SettingsError

__all__ = ["work_curves"]

_NEEDED = ("balance", "minutes", "expected_recovery")
ORDERS = ("by the queue", "largest balance first")


def work_curves(items: pd.DataFrame, *, hours: float = 8.0) -> pd.DataFrame:
    """Return the expected dollars brought after each item, in the queue's order and from the largest balance down.

    Parameters
    ----------
    items : rows of one queue in the order of work, with ``balance``, ``minutes`` and ``expected_recovery``; those
        that are ``waiting`` stand aside in both orders, because to work them before their day brings nothing
    hours : work that is looked at; an item that would end later is left out, and so is all that follows it

    Returns
    -------
    frame with ``order`` (``by the queue``, ``largest balance first``), ``items`` (worked so far), ``minutes`` and
    ``expected_recovery``, both added up, dollars in cents exactly; each order begins with a row of zeros.

    Raises
    ------
    InputRefused
        when a column is missing.
    SettingsError
        when the hours are not above 0.

    Examples
    --------
    >>> items = pd.DataFrame({"balance": [100.0, 400.0], "minutes": [10, 30], "expected_recovery": [60.0, 90.0]})
    >>> work_curves(items, hours=0.6)[["order", "minutes", "expected_recovery"]].values.tolist()[1::2]
    [['by the queue', 10.0, 60.0], ['largest balance first', 30.0, 90.0]]
    """
    lacking = [name for name in _NEEDED if name not in items.columns]
    if lacking:
        raise InputRefused(f"work_curves needs the column '{lacking[0]}': give the items of a queue.")
    if not hours > 0:
        raise SettingsError(f"Hours of work must be above 0, not {hours}.")
    if "waiting" in items.columns:
        items = items[~items["waiting"].to_numpy(dtype=bool)]
    largest = items["balance"].to_numpy(dtype=float).argsort(kind="stable")[::-1]
    parts = []
    for name, places in zip(ORDERS, (np.arange(len(items)), largest), strict=True):
        minutes = items["minutes"].to_numpy(dtype=float)[places].cumsum()
        cents = np.rint(items["expected_recovery"].to_numpy(dtype=float)[places] * 100).cumsum()
        done = int((minutes <= hours * 60).sum())  # minutes only grow
        parts.append(
            pd.DataFrame(
                {
                    "order": name,
                    "items": np.arange(done + 1),
                    "minutes": np.concatenate([[0.0], minutes[:done]]),
                    "expected_recovery": np.concatenate([[0.0], cents[:done]]) / 100,
                }
            )
        )
    return pd.concat(parts, ignore_index=True)
