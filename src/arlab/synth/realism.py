"""Is a generated practice like published ones: each figure beside the published one, in its band or out of it?

``realism_table`` measures the public tables and compares with ``data/reference/bands.csv``. It judges no single
claim (see ``battery``) and never reads the answer key.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

import pandas as pd

from arlab.errors import NotAvailable, SettingsError
from arlab.reference import load_bands
from arlab.synth.realism_claims import CLAIM_MEASURES
from arlab.synth.realism_denials import DENIAL_MEASURES
from arlab.synth.realism_facts import Facts, Figure
from arlab.synth.realism_money import MONEY_MEASURES
from arlab.tables import Practice

__all__ = ["MEASURES", "describe_realism", "realism_table"]

MEASURES: Final[Mapping[str, Callable[[Facts], dict[str, Figure]]]] = MappingProxyType(
    {measure.__name__: measure for measure in (*CLAIM_MEASURES, *DENIAL_MEASURES, *MONEY_MEASURES)}
)
"""Name of a measure -> the function that computes it; its docstring is the definition."""

_COLUMNS = ("measure", "unit", "generated", "low", "high", "published", "basis", "role", "inside", "cases")


def realism_table(practice: Practice, *, preset: str | None = None) -> pd.DataFrame:
    """Return each figure of a practice beside the published one, with its band, source and basis.

    Parameters
    ----------
    practice : with the tables of the contract; measures whose tables it lacks say so
    preset : ``healthy``, ``typical`` or ``distressed``: whose bands hold, besides those that do not depend on how
        well a practice is run. When left out, those of an average practice (``typical``).

    Returns
    -------
    frame with ``measure``, ``unit``, ``generated``, ``low``, ``high``, ``published`` (text), ``basis`` (S
    published, D derived, C our choice and no evidence), ``role`` (tuned, held_out, choice, aim), ``inside`` (empty
    where there is no band or no figure), ``cases`` behind it, ``depends_on_performance``, ``preset``, ``source``,
    ``note`` (why there is no figure, where there is none).

    Raises
    ------
    SettingsError
        when no band is for such a preset.

    Notes
    -----
    All as of the practice's last day. The definition of each measure is the docstring of ``MEASURES[name]``.

    Examples
    --------
    >>> from arlab.synth import Scenario, make_practice
    >>> table = realism_table(make_practice(Scenario(claims_per_year=300, months=3), seed=1))
    >>> table.set_index("measure").loc["net_collection_rate", "note"].tolist()[0]
    'No figure: no visit is long enough ago: collection is measured on visits 270 days old.'
    """
    bands = load_bands()
    known = [name for name in bands["preset"].unique() if name != "any"]
    wanted = "typical" if preset is None else preset
    if wanted not in known:
        raise SettingsError(f"There are no bands for the preset '{wanted}': use {', '.join(known)}.")
    bands = bands[bands["preset"].isin(["any", wanted])].reset_index(drop=True)
    facts = Facts(practice)
    found: dict[str, dict[str, Figure] | str] = {}
    figures, notes = [], []
    for measure, note in bands[["measure", "note"]].itertuples(index=False):
        name, _, part = measure.partition(":")
        if name not in found:
            found[name] = _measured(name, facts)
        figure, lack = _picked(found[name], part)
        figures.append(figure)
        notes.append(f"No figure: {lack}" if lack else note)
    bands["generated"] = [figure.value for figure in figures]
    bands["cases"] = pd.Series([figure.cases for figure in figures], dtype="Int64")
    bands["note"] = pd.Series(notes, dtype="str")
    value = bands["generated"]
    within = (bands["low"].isna() | value.ge(bands["low"])) & (bands["high"].isna() | value.le(bands["high"]))
    no_band = bands["low"].isna() & bands["high"].isna()
    bands["inside"] = within.astype("boolean").mask(value.isna() | no_band)
    return bands[[*_COLUMNS, "depends_on_performance", "preset", "source", "note"]]


def _measured(name: str, facts: Facts) -> dict[str, Figure] | str:
    """Return the figures of a measure, or why there are none."""
    try:
        return MEASURES[name](facts)
    except NotAvailable as lack:
        text = str(lack)
        return text[:1].lower() + text[1:]


def _picked(found: dict[str, Figure] | str, part: str) -> tuple[Figure, str]:
    """Return the figure of a part and, where there is none, why."""
    nothing = Figure(float("nan"), 0)
    if isinstance(found, str):
        return nothing, found
    figure = found.get(part, nothing)
    lack = "the practice has no such case." if figure.value != figure.value else ""
    return figure, lack


def describe_realism(table: pd.DataFrame) -> str:
    """Return the table as one sentence: how many published bands hold, and which do not.

    Examples
    --------
    >>> rows = pd.DataFrame({"measure": ["a", "b", "c"], "basis": ["S", "D", "C"],
    ...     "role": ["tuned", "held_out", "choice"], "generated": [1.0, 9.0, 9.0], "low": 0.0, "high": 2.0,
    ...     "inside": pd.array([True, False, False], dtype="boolean")})
    >>> describe_realism(rows)
    '1 of 2 published bands hold (0 of 1 held out); outside: b (9, band 0 to 2).'
    """
    evidence = table[table["basis"].isin(["S", "D"]) & table["inside"].notna()]
    held_out = evidence[evidence["role"] == "held_out"]
    text = f"{int(evidence['inside'].sum())} of {len(evidence)} published bands hold"
    text += f" ({int(held_out['inside'].sum())} of {len(held_out)} held out)"
    outside = evidence[~evidence["inside"].astype(bool)]
    silent = int((table["basis"].isin(["S", "D"]) & table["generated"].isna()).sum())
    parts = [text]
    if len(outside):
        named = outside[["measure", "generated", "low", "high"]].itertuples(index=False)
        parts.append(
            "outside: " + ", ".join(f"{row[0]} ({row[1]:.3g}, {_band(row[2], row[3])})" for row in named)
        )
    if silent:
        parts.append(f"{silent} could not be measured")
    return "; ".join(parts) + "."


def _band(low: float, high: float) -> str:
    if high != high:
        return f"at least {low:g}"
    return f"at most {high:g}" if low != low else f"band {low:g} to {high:g}"
