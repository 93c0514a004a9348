"""May a patient be asked for this money, and if not, why not?

One list of bars for payer items that somebody might move to the patient and for balances that already stand there.
It sends nothing. Not legal advice: contracts and states say more.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

__all__ = ["BARS", "billing_bar"]

BARS = {
    "no_cost_share": "the law forbids billing a qualified Medicare beneficiary a cost share",
    "late": "a claim that was filed late is the practice's own loss",
    "CO": "the payer says CO: under the contract it is the practice's loss",
    "authorisation": "an authorisation that the practice did not get is its own loss",
    "PI": "the payer says PI, and only PR makes it the patient's",
    "OA": "the payer says OA, and only PR makes it the patient's",
    "notice": "Medicare needs an advance notice signed before the visit, and none is on file",
    "medicaid": "a Medicaid patient owes no more than a nominal copay",
    "unanswered": "the payer has not answered yet",
}
"""Short name of a bar -> why the patient may not be billed, the strongest first (42 CFR 447.15 and 447.52; Social
Security Act 1902(n)(3)(B); 42 CFR 411.408; X12 group codes)."""

_LATE = ("29",)
_MEDICAID = ("medicaid", "medicaid_managed")
_NOTICE = ("medical_necessity", "non_covered")


def billing_bar(items: pd.DataFrame, *, medicaid_copay: float = 4.0) -> npt.NDArray[Any]:
    """Return for each item the bar against billing the patient, empty text where there is none.

    Parameters
    ----------
    items : frame with ``balance`` and, where known, ``payer_class``, ``group_code`` and ``carc`` (of the denial, or
        of the row that moved the money to the patient), ``category``, ``no_cost_share``, ``abn_on_file``,
        ``patient_owes`` (whether the balance is the patient's already)
    medicaid_copay : most that a Medicaid patient may be asked for

    Returns
    -------
    array of keys of ``BARS``. A balance that is the patient's already and came from deductible, coinsurance or
    copay is barred only by law.

    Examples
    --------
    >>> items = pd.DataFrame({"balance": 80.0, "payer_class": "commercial", "group_code": ["CO", "PR"],
    ...     "carc": ["50", "27"], "category": ["medical_necessity", "eligibility"]})
    >>> billing_bar(items).tolist()
    ['CO', '']
    """

    def text(name: str) -> pd.Series:
        values = items[name] if name in items.columns else pd.Series("", index=items.index, dtype="str")
        return values.astype("str").where(values.notna(), "")

    def flag(name: str) -> npt.NDArray[np.bool_]:
        if name not in items.columns:
            return np.zeros(len(items), dtype=bool)
        return items[name].to_numpy(dtype=bool, na_value=False)

    group, carc, category, payer_class = (
        text(name) for name in ("group_code", "carc", "category", "payer_class")
    )
    owes = flag("patient_owes")
    medicaid = payer_class.isin(_MEDICAID) & (items["balance"].to_numpy() > medicaid_copay)
    medicare = payer_class.isin(["medicare"]) & category.isin(_NOTICE) & ~flag("abn_on_file")
    choices: Sequence[tuple[str, Any]] = (
        ("no_cost_share", flag("no_cost_share")),
        ("late", carc.isin(_LATE) | (category == "timely_filing")),
        ("CO", group == "CO"),
        ("authorisation", (category == "authorisation") & ~owes),
        ("PI", group == "PI"),
        ("OA", group == "OA"),
        ("notice", medicare & ~owes),
        ("medicaid", medicaid),
        ("unanswered", (group != "PR") & ~owes),
    )
    return np.select([np.asarray(mask) for _, mask in choices], [name for name, _ in choices], default="")
