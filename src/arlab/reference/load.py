"""What is known of payers, contracts, codes, benchmarks and words before any claim is looked at?

Every loader returns one small pandas table from ``data/reference/``. Nothing here comes from a user's file.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from arlab.reference.files import read_rows

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "load_bands",
    "load_benchmarks",
    "load_contract_terms",
    "load_denial_codes",
    "load_diagnoses",
    "load_glossary",
    "load_metric_definitions",
    "load_never_denial_codes",
    "load_payers",
    "load_playbook",
    "load_service_codes",
]

SPECIALTIES = ("primary_care", "orthopaedics", "cardiology", "behavioural_health")


def _table(name: str, *, counts: Sequence[str] = (), numbers: Sequence[str] = ()) -> pd.DataFrame:
    """Return a reference file with text as it stands, ``counts`` as Int64 and ``numbers`` as float64."""
    import pandas as pd  # here and not above: `import arlab` must stay quick

    rows = read_rows(name)
    frame = pd.DataFrame(rows, columns=list(rows[0])).astype("str")
    for column in (*counts, *numbers):
        values = pd.to_numeric(frame[column].replace("", None))
        frame[column] = values.astype("Int64" if column in counts else "float64")
    return frame


def load_payers() -> pd.DataFrame:
    """Return the fictional payers: class, plan, habits, remittance lags (days) and benefit design (dollars).

    ``class_weight`` is the payer's share of first coverages in its class (0: second payer only).
    ``price_ratio`` is its contract price over the reference fee. ``payment_weekdays`` are the days on which
    it pays (0 is Monday), parted by ``|``. ``late_share`` is the part of claims it answers after 45 days or
    later.

    Examples
    --------
    >>> load_payers().query("payer_class == 'medicare'")[["payer", "floor_days"]].values.tolist()
    [['Lakeshore Part B', 14]]
    """
    return _table(
        "payers",
        counts=["hold_minutes", "claims_per_call", "floor_days"],
        numbers=[
            "class_weight",
            "first_remit_median_days",
            "first_remit_sigma",
            "late_share",
            "price_ratio",
            "deductible",
            "coinsurance",
            "copay",
            "sequestration",
        ],
    )


def load_contract_terms() -> pd.DataFrame:
    """Return the deadlines (days) of each payer's contract, each with its confidence mark and source.

    Empty means that the payer has no such level. ``basis`` says which day must fall inside the limit.
    Marks: S seen at the source, S2 seen on a second page, D derived, C our choice. Contracts and states
    differ: replace them by your own.
    """
    days = [
        "filing_days",
        "corrected_days",
        "appeal_1_days",
        "appeal_2_days",
        "secondary_days",
        "reopen_days",
    ]
    return _table("contract_terms", counts=days)


def load_denial_codes() -> pd.DataFrame:
    """Return the denial codes that AR Lab knows: number, own label, category, process and first action.

    ``carc`` is text. ``group_codes`` and ``rarcs`` are parted by ``|``. ``recover_early`` is the share that
    is paid in the end when worked within 30 days: our choice, after the published tiers by kind of denial.
    The list is not complete: the official list and its wording belong to X12.
    """
    return _table("denial_codes", numbers=["recover_early", "weight"])


def load_never_denial_codes() -> pd.DataFrame:
    """Return the adjustment codes that are never denials, each with the reason.

    ``unless_payer_class`` names a class of payer for which the number does mean a denial.
    """
    return _table("never_denial_codes")


def load_service_codes() -> pd.DataFrame:
    """Return the service codes (fictional and HCPCS Level II): reference fee in dollars, use by specialty.

    ``position`` says whether the code opens a claim or comes with another; ``authorisation`` is the share of
    payers that want it authorised. The four columns named for specialties are weights of use.
    """
    return _table("service_codes", counts=["max_units"], numbers=["base_fee", "authorisation", *SPECIALTIES])


def load_diagnoses() -> pd.DataFrame:
    """Return common diagnoses (ICD-10-CM, public domain) with own labels and weights by specialty."""
    return _table("diagnoses", numbers=SPECIALTIES)


def load_playbook() -> pd.DataFrame:
    """Return, for each denial category and each other kind of open item, what to do first, next and never.

    ``action``, ``skill`` and ``channel`` (``payer`` is the payer's own way) are those of the first step; ``chance``
    is the share that an action wins before a practice's own history is known.

    Examples
    --------
    >>> load_playbook().set_index("category").loc["timely_filing", "action"]
    'prove_timely_filing'
    """
    return _table("playbook", numbers=["chance"])


def load_bands() -> pd.DataFrame:
    """Return the bands in which a practice's figures should lie, each with the published figure behind it.

    ``measure`` is one of ``arlab.synth.realism_table``, with its part after a colon. ``low`` and ``high`` are empty
    where a side is open. ``preset`` is ``any`` where the figure does not depend on how well the practice is run.
    ``basis`` is S (published), D (derived from published figures) or C (our choice, no evidence). ``role`` is
    ``tuned`` (the generator was fitted to it), ``held_out`` (it was not), ``choice`` or ``aim`` (a choice that the
    preset is set up to reach). ``published`` is text: it may name several figures.

    Examples
    --------
    >>> load_bands().set_index("measure").loc["lines_per_claim", ["low", "high"]].astype(float).tolist()
    [1.6, 1.9]
    """
    return _table("bands", numbers=["low", "high"])


def load_benchmarks() -> pd.DataFrame:
    """Return published figures with population, year, source and confidence mark.

    Shares are fractions, money is in dollars. ``mark`` is S (seen at the source), S2 (seen on a second page)
    or D (derived from seen figures); figures that were only recalled are not here.
    """
    return _table("benchmarks", counts=["year"], numbers=["value", "low", "high"])


def load_metric_definitions() -> pd.DataFrame:
    """Return each measure's name, meaning, numerator, denominator, unit, function, source and caution."""
    return _table("metric_definitions")


def load_glossary() -> pd.DataFrame:
    """Return the words of the trade in plain English.

    Examples
    --------
    >>> load_glossary().set_index("term").loc["rejection", "see_also"]
    'denial; acceptance'
    """
    return _table("glossary")
