"""For which reason was an open item denied?

Puts the category of a claim's initial denial on what is open of it. It classifies nothing anew.
"""

from __future__ import annotations

from typing import Any

import narwhals.stable.v2 as nw

from arlab.denials.first import KEY
from arlab.frames import sorted_by, table_function

__all__ = ["NOT_DENIED", "add_denial_category"]

NOT_DENIED = "not denied"
"""What stands in the column of items without an open denial: not answered yet, or answered otherwise."""


@table_function(open_items=(*KEY, "responsible", "*?"), denials=(*KEY, "category", "outcome"))
def add_denial_category(open_items: Any, denials: Any) -> Any:
    """Return the open items with ``denial_category``: why the first payer denied what it still owes.

    Parameters
    ----------
    open_items : frame with ``practice_id``, ``claim_id`` and ``responsible``
    denials : frame of :func:`arlab.denials.initial_denials` of the same day, with outcomes

    Returns
    -------
    the frame with the category of the claim's initial denial where the first payer is responsible and the denial
    is open, else ``not denied``. A claim that was denied in part has one category for all that is open of it.
    Sorted by claim and party.

    Examples
    --------
    >>> import pandas as pd
    >>> items = pd.DataFrame({"practice_id": "p", "claim_id": ["c1", "c2"], "responsible": "payer_1",
    ...     "balance": [10.0, 20.0]})
    >>> denials = pd.DataFrame({"practice_id": "p", "claim_id": ["c1"], "category": ["eligibility"],
    ...     "outcome": ["open"]})
    >>> add_denial_category(items, denials)["denial_category"].tolist()
    ['eligibility', 'not denied']
    """
    hanging = denials.filter(nw.col("outcome") == "open").select(*KEY, _denied=nw.col("category"))
    first = nw.col("responsible") == "payer_1"
    named = nw.when(first).then(nw.col("_denied")).otherwise(nw.lit(None).cast(nw.String))
    items = open_items.join(hanging, on=list(KEY), how="left")
    found = items.with_columns(denial_category=named.fill_null(NOT_DENIED)).drop("_denied")
    return sorted_by(found, *KEY, "responsible")
