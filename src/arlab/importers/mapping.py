"""Which column holds what?

Names, synonyms and values decide together; every choice keeps its confidence and how it was made. What no one
understands is listed as unused. Nothing is computed from the columns here.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable, Collection, Mapping

import numpy as np
import pandas as pd

from arlab.errors import InputRefused, SettingsError
from arlab.importers.ages import bucket_range, parse_days
from arlab.importers.amounts import parse_amounts
from arlab.importers.dates import parse_dates
from arlab.importers.denied import holds_codes
from arlab.importers.findings import Findings, column, listed
from arlab.importers.grid import Coded, coded
from arlab.importers.vocabulary import (
    AMOUNTS_BY_PARTY,
    CLOCKS,
    CONCEPTS,
    PAYER_WORDS,
    PERSONAL,
    RESPONSIBLE_WORDS,
    TRANSACTION_WORDS,
    concepts_named,
    name_key,
    text_words,
)

__all__ = ["RESEARCH_COLUMN", "ColumnMap", "map_columns"]

RESEARCH_COLUMN = "research_export"
"""First column of a claim-level research export, by which it is known and refused."""

_ENOUGH = 0.5
_SURE = 0.7
_MOST_VALUES = 1_000
_HOW = {1.0: "its name is a known one", 0.8: "its name holds the words", 0.6: "its name often means this"}


@dataclasses.dataclass(frozen=True)
class ColumnMap:
    """Which column holds which concept.

    ``chosen`` maps concept to column; ``buckets`` are the columns that hold one age bucket each, youngest first;
    ``personal`` are recognised as names, contact data or notes and are dropped (of them ``names`` hold patients'
    names and ``members`` their numbers at a payer); ``unused`` are all that the result does not use, the personal
    ones included.
    """

    chosen: Mapping[str, str]
    confidence: Mapping[str, float]
    how: Mapping[str, str]
    buckets: tuple[str, ...]
    personal: tuple[str, ...]
    unused: tuple[str, ...]
    names: tuple[str, ...] = ()
    members: tuple[str, ...] = ()

    def has(self, *concepts: str) -> bool:
        """Return whether every one of these concepts has a column."""
        return all(concept in self.chosen for concept in concepts)

    def with_posting(self, what: str | None) -> ColumnMap:
        """Return the map with the posted date as what the user says was posted: a charge or a payment."""
        concept = {"charge": "charge_entry_date", "payment": "payment_date"}.get(what or "")
        if (
            concept is None
            or not self.has("posted_date")
            or self.has(concept)
            or self.has("transaction_kind")
        ):
            return self
        chosen, confidence = dict(self.chosen), dict(self.confidence)
        chosen[concept], confidence[concept] = chosen.pop("posted_date"), confidence.pop("posted_date")
        how = {key: value for key, value in self.how.items() if key != "posted_date"}
        return dataclasses.replace(
            self,
            chosen=chosen,
            confidence=confidence,
            how={**how, concept: "what is posted is given by the user"},
        )

    def table(self) -> pd.DataFrame:
        """Return the mapping to read: ``concept``, ``column``, ``confidence``, ``how``."""
        rows = [
            (concept, self.chosen[concept], self.confidence[concept], self.how[concept])
            for concept in CONCEPTS
            if concept in self.chosen
        ]
        rows += [("bucket_amount", name, 1.0, "its name is an age bucket") for name in self.buckets]
        return pd.DataFrame(rows, columns=["concept", "column", "confidence", "how"]).astype(
            {"concept": "str", "column": "str", "confidence": "float64", "how": "str"}
        )


def map_columns(
    body: pd.DataFrame,
    *,
    given: Mapping[str, str] | None,
    findings: Findings,
    ignore: Collection[str] = (),
    held: Mapping[str, Coded] | None = None,
) -> ColumnMap:
    """Return which column of a table of text holds which concept.

    Parameters
    ----------
    body : table of text, one column per column of the file
    given : concept -> column name, for what the user knows better; it wins
    findings : receives columns that compete, or whose values do not fit their name
    ignore : columns that the user does not want to be read
    held : the same columns by their different texts, from which some rows are taken sooner

    Raises
    ------
    SettingsError
        when ``given`` names a concept, or ``given`` or ``ignore`` a column that there is not.
    InputRefused
        when the table is a research export.
    """
    if RESEARCH_COLUMN in body.columns:
        raise InputRefused(
            "This is a research export, whose dates are moved patient by patient: no aging, movement, denials or"
            " forecast can be computed from it; read the practice's own export instead."
        )
    given = _checked(given or {}, [str(name) for name in body.columns], ignore)
    free = [str(name) for name in body.columns if name not in given.values() and name not in ignore]
    samples = {name: _sample(body[name], (held or {}).get(name)) for name in free}
    buckets = _bucket_columns(free, samples)
    offers: list[tuple[float, float, str, str]] = []
    for name in (name for name in free if name not in buckets):
        # The samples of all columns are thinned alike, so that their filled cells can be compared.
        share_filled = float(len(samples[name].places))
        for concept, score in _offers_of(name, samples[name], findings).items():
            if concept not in given:
                offers.append((-score, -share_filled, name, concept))
    chosen: dict[str, str] = dict(given)
    confidence, how = dict.fromkeys(given, 1.0), dict.fromkeys(given, "given by the user")
    personal: dict[str, str] = {}
    losers: dict[str, list[str]] = {}
    # The best offer first; the name settles ties, so that the order of columns changes nothing.
    for minus_score, _, name, concept in sorted(offers):
        if name in chosen.values() or name in personal:
            continue
        if concept in PERSONAL:
            personal[name] = concept
        elif concept in chosen:
            losers.setdefault(concept, []).append(name)
        elif concept != "total" or buckets:
            chosen[concept] = name
            confidence[concept] = round(-minus_score, 2)
            how[concept] = _how(name, concept, samples[name])
    second = [
        name for name in losers.get("status", ()) if name not in chosen.values() and name not in personal
    ]
    if second and "other_status" not in chosen:
        # Not used for any amount, but two statuses that contradict each other are worth knowing.
        chosen["other_status"] = second[0]
        confidence["other_status"], how["other_status"] = 0.6, "another column with a status, to compare"
    alone = "charge" in chosen and not {"paid", "paid_payer", "paid_patient", "adjustment"} & set(chosen)
    if "transaction_kind" in chosen and "amount" not in chosen and alone and confidence["charge"] < _SURE:
        # One column of amounts beside one that says what each is: "Amount" is not always a charge.
        chosen["amount"], how["amount"] = chosen.pop("charge"), how.pop("charge")
        confidence["amount"] = confidence.pop("charge")
    _tell_rivals(losers, chosen, findings)
    _tell_given(given, findings)
    used = {*chosen.values(), *buckets}
    return ColumnMap(
        chosen=chosen,
        confidence=confidence,
        how=how,
        buckets=buckets,
        personal=tuple(personal),
        unused=tuple(str(name) for name in body.columns if name not in used),
        names=tuple(sorted(name for name, concept in personal.items() if concept == "patient_name")),
        members=tuple(sorted(name for name, concept in personal.items() if concept == "member_id")),
    )


def _checked(given: Mapping[str, str], names: list[str], ignore: Collection[str]) -> dict[str, str]:
    for concept, name in given.items():
        if concept not in CONCEPTS:
            raise SettingsError(
                f"mapping names '{concept}', which is no concept: use one of {listed(list(CONCEPTS), most=60)}."
            )
        if name not in names:
            raise SettingsError(
                f"mapping gives '{concept}' the column '{name}', which the file does not have."
            )
    lost = sorted(set(ignore) - set(names))
    if lost:
        raise SettingsError(
            f"The map file ignores {listed(lost)}, which the file does not have: take it out of ignore."
        )
    return dict(given)


def _sample(text: pd.Series, held: Coded | None) -> Coded:
    """Return the filled cells of a column, evenly thinned out when there are very many."""
    step = max(1, len(text) // _MOST_VALUES)
    thinned = coded(text.iloc[::step]) if held is None else held
    places = thinned.places if held is None else held.places[::step]
    places = places[places != thinned.empty]
    own, back = np.unique(places, return_inverse=True)
    return Coded(back.astype(np.int32), thinned.different.iloc[own].reset_index(drop=True))


def _bucket_columns(names: list[str], samples: Mapping[str, Coded]) -> tuple[str, ...]:
    """Return the columns named like age buckets that hold amounts, youngest first; none when there is only one."""
    found = []
    for name in names:
        days = bucket_range(name)
        if days is not None and _share_that_fits("money", samples[name]) >= _ENOUGH:
            found.append((days[0], days[1] or 10_000, name))
    return tuple(name for _, _, name in sorted(found)) if len(found) > 1 else ()


def _offers_of(name: str, sample: Coded, findings: Findings) -> dict[str, float]:
    """Return the concepts that a column could hold, by its name and its values, each with a score."""
    offers: dict[str, float] = {}
    for concept, score in concepts_named(name).items():
        fits = _share_of_concept(concept, sample)
        if concept == "patient_id" and fits < _ENOUGH:
            offers["patient_name"] = score
        elif concept == "denial" and fits < _ENOUGH:
            # A reason in words is text about a claim; long numbers are clinical codes and no reason at all.
            if _share(sample, lambda text: re.fullmatch(r"[\d .-]{5,}", text) is None) >= _ENOUGH:
                offers["denial_text"] = score
        elif fits >= _ENOUGH:
            offers[concept] = score * fits
        elif score == 1.0 and CONCEPTS[concept].kind in ("money", "date"):
            kind = "amounts" if CONCEPTS[concept].kind == "money" else "days"
            findings.add(
                "values",
                column(name),
                f"Its name says {concept}, but most of its values are not {kind}; it is not used.",
            )
    if set(offers) <= {"provider"} and _share_with_words(sample, PAYER_WORDS) >= _ENOUGH:
        # A column called Provider that lists Medicare and Aetna holds insurance providers.
        offers = {"payer": 0.7}
    return offers


def _share_of_concept(concept: str, sample: Coded) -> float:
    """Return the share of values that fit a concept, beyond what its kind asks for."""
    if not len(sample.places):
        return 1.0
    if concept == "patient_id":
        return _share(sample, lambda text: re.search(r"\d", text) is not None)
    if concept == "status":
        return _share(sample, lambda text: re.search("[A-Za-z]", text) is not None)
    if concept == "denial":
        # Prose stands in columns called reason code, and clinical codes (SNOMED and the like) do too.
        return _share(sample, holds_codes)
    if concept == "transaction_kind":
        return _share_with_words(sample, TRANSACTION_WORDS)
    if concept == "responsible":
        return _share(sample, lambda text: name_key(text) in RESPONSIBLE_WORDS)
    return _share_that_fits(CONCEPTS[concept].kind, sample)


def _share_that_fits(kind: str, sample: Coded) -> float:
    """Return the share of values that can be read as their kind; 1 when there is none to judge by."""
    if not len(sample.places):
        return 1.0
    if kind == "money":
        amounts = parse_amounts(sample)
        filled = (~amounts.blank).sum()
        return float(amounts.readable.sum() / filled) if filled else 1.0
    if kind == "date":
        dates = parse_dates(sample, order="mdy")
        most = int(dates.days.notna().sum())
        filled = (~dates.blank).sum()
        if most < filled:
            most = max(most, int(parse_dates(sample, order="dmy").days.notna().sum()))
        return float(most / filled) if filled else 1.0
    if kind == "days":
        return float(parse_days(sample)[0].notna().mean())
    if kind == "bucket":
        return _share(sample, lambda text: bucket_range(text) is not None)
    return 1.0


def _share(sample: Coded, fits: Callable[[str], bool]) -> float:
    """Return the share of values that something is true of."""
    often = sample.counts()
    return float(often[[fits(text) for text in sample.different]].sum() / often.sum()) if len(often) else 0.0


def _share_with_words(sample: Coded, words: frozenset[str]) -> float:
    return _share(sample, lambda text: bool(words & set(text_words(text))))


def _how(name: str, concept: str, sample: Coded) -> str:
    """Say how a column came to stand for a concept."""
    named = concepts_named(name)
    if concept == "denial_text" and "denial" in named:
        return f"{_HOW[named['denial']]}; its values are words and not codes"
    score = named.get(concept)
    if score is None:
        return "its values are those of payers"
    share = _share_of_concept(concept, sample)
    values = "it has no values to check" if not len(sample.places) else f"{share:.0%} of its values fit"
    return f"{_HOW[score]}; {values}" if CONCEPTS[concept].kind not in ("id", "text") else _HOW[score]


def _tell_rivals(losers: Mapping[str, list[str]], chosen: Mapping[str, str], findings: Findings) -> None:
    """Say where two columns could be the same thing and it matters which one is taken."""
    for concept in ("balance", "charge", *AMOUNTS_BY_PARTY, *CLOCKS, "snapshot_date"):
        others = [name for name in losers.get(concept, ()) if name not in chosen.values()]
        if others:
            findings.add(
                "rival_columns",
                column(chosen[concept]),
                f"It is taken as {concept}; {listed(others)} could also be that and is not used.",
            )


def _tell_given(given: Mapping[str, str], findings: Findings) -> None:
    """Say where the user's word and the name of a column differ about what is open."""
    for concept in ("balance", *AMOUNTS_BY_PARTY):
        says = concepts_named(given.get(concept, ""))
        other = next((c for c in ("charge", "paid", "allowed", "adjustment") if says.get(c, 0) >= 0.8), None)
        if other and not set(says) & {"balance", *AMOUNTS_BY_PARTY}:
            findings.add(
                "given_differs",
                column(given[concept]),
                f"It is given as {concept}, but its name says {other}: every amount in it counts as open.",
            )
