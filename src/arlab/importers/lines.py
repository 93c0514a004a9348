"""Do the rows of a claim hold its lines, or the claim's own amount again and again?

Tells an amount of a line, which is added up, from an amount of the claim that every line repeats, which counts
once. It changes no amount itself.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
import pandas as pd

from arlab.importers.clues import clues_of, is_constant
from arlab.importers.findings import Findings, column, count, listed, money
from arlab.importers.grid import Mask
from arlab.importers.layouts import BALANCES, CLAIMS, Dollars
from arlab.importers.parsed import Parsed
from arlab.importers.vocabulary import AMOUNTS_BY_PARTY, CONCEPTS

__all__ = ["Lines", "count_once", "find_lines"]

Cents = npt.NDArray[np.int64]
_ENOUGH_CLAIMS = 3
_NEARLY_ALL = 0.95


@dataclasses.dataclass(frozen=True)
class Lines:
    """How the rows of claims belong together.

    ``claim_codes`` numbers the claims of the rows from 0 (-1: no number); ``keys`` does the same by claim and
    snapshot; ``repeated`` are the money concepts whose amount is the claim's and stands on each of its rows.
    """

    claim_codes: npt.NDArray[np.int64]
    keys: npt.NDArray[np.int64]
    repeated: frozenset[str]

    def once(self, concept: str, cents: Cents, used: Mask) -> Cents:
        """Return the cents of a column with an amount that repeats kept on the first used row of its claim."""
        if concept not in self.repeated:
            return cents
        places = np.flatnonzero(used & (self.keys >= 0))
        again = places[pd.Series(self.keys[places]).duplicated().to_numpy()]
        result = cents.copy()
        result[again] = 0
        return result

    def distinct(self, mask: Mask) -> int:
        """Return how many claims some rows belong to; a row without a number is a claim of its own."""
        codes = self.claim_codes[mask]
        return int((np.bincount(codes[codes >= 0]) > 0).sum()) + int((codes < 0).sum())


def find_lines(parsed: Parsed, accepted: Mask, findings: Findings, *, amounts_of: str | None = None) -> Lines:
    """Return how the rows of claims belong together.

    Parameters
    ----------
    accepted : rows to learn it from
    amounts_of : ``claim`` or ``line`` where the user knows what the amounts are of

    Notes
    -----
    An amount is the claim's when nearly all claims of several rows show one amount on all of them and claims
    differ among themselves. Lines of a claim seldom all cost the same. Where there are too few such claims,
    something else must show it, or it is asked. Amounts that differ within claims are added up whatever the user
    says.
    """
    none = np.full(len(accepted), -1, dtype=np.int64)
    if not parsed.has("claim_id"):
        return Lines(none, none, frozenset())
    claim = parsed.coded("claim_id")
    codes = claim.places.astype(np.int64)
    if claim.empty >= 0:
        codes[claim.places == claim.empty] = -1
    if claim.all_differ:
        return Lines(codes, codes, frozenset())
    keys = codes
    if parsed.has("snapshot_date"):
        days = pd.factorize(parsed.dates["snapshot_date"].days)[0].astype(np.int64)
        keys = np.where(codes < 0, -1, codes * (int(days.max(initial=0)) + 2) + days + 1)
    places = np.flatnonzero(accepted & (keys >= 0))
    several = places[pd.Series(keys[places]).duplicated(keep=False).to_numpy()]
    money_columns = [c for c in parsed.columns.chosen if CONCEPTS[c].kind == "money"]
    if not len(several) or amounts_of == "line":
        return Lines(codes, keys, frozenset())
    same = {c: is_constant(keys[several], parsed.amounts[c].cents[several]) for c in money_columns}
    how: dict[str, str] = {}
    if amounts_of == "claim":
        how = {c: "the user says so" for c in money_columns if same[c].mean() >= _NEARLY_ALL}
        _tell_added(parsed, same, findings)
    else:
        for concept in money_columns:
            if _repeats(keys[several], parsed.amounts[concept].cents[several], same[concept]):
                how[concept] = "nearly every claim of several rows shows one amount on all of them"
        how |= _by_clues(parsed, keys, places, several, same, how, findings)
    lines = Lines(codes, keys, frozenset(how))
    _tell(parsed, lines, accepted, several, findings, how=how)
    return lines


def _repeats(keys: npt.NDArray[np.int64], cents: Cents, same: pd.Series) -> bool:
    """Return whether an amount stands on every row of nearly every claim that has one."""
    amounts = pd.Series(cents).groupby(keys).max().loc[same.index]
    enough = len(same) >= _ENOUGH_CLAIMS and amounts.nunique() > 1
    return bool(enough and same.mean() >= _NEARLY_ALL)


def _by_clues(
    parsed: Parsed,
    keys: npt.NDArray[np.int64],
    places: npt.NDArray[np.intp],
    several: npt.NDArray[np.intp],
    same: Mapping[str, pd.Series],
    known: Mapping[str, str],
    findings: Findings,
) -> dict[str, str]:
    """Return the amounts that something else shows to be the claim's, and ask about those that nothing explains."""
    open_question = [c for c, each in same.items() if c not in known and len(each) and each.all()]
    if not open_question:
        return {}
    used = np.zeros(len(keys), dtype=bool)
    used[places] = True
    clues = clues_of(parsed, keys, used, several, concepts=open_question, repeated=known)
    asked = [parsed.columns.chosen[concept] for concept, why in clues.items() if why is None]
    if asked:
        findings.add(
            "lines_asked",
            f"column{'' if len(asked) == 1 else 's'} {listed(asked)}",
            "All rows of a claim show one amount: is it that of each line, or the claim's own, repeated? It is"
            ' added up as of lines; say which with amounts = "line" or amounts = "claim" in a map file (map.toml).',
        )
    return {concept: why for concept, why in clues.items() if why}


def _tell_added(parsed: Parsed, same: Mapping[str, pd.Series], findings: Findings) -> None:
    """Note the amounts that are added up although the user says that amounts are of claims."""
    for concept, each in same.items():
        if len(each) and each.mean() < _NEARLY_ALL:
            findings.add(
                "lines_added",
                column(parsed.columns.chosen[concept]),
                'The map file says amounts = "claim", but it differs on the rows of'
                f" {count(int((~each).sum()), 'claim')}, so it is added up as amounts of lines.",
            )


def _tell(
    parsed: Parsed,
    lines: Lines,
    accepted: Mask,
    several: npt.NDArray[np.intp],
    findings: Findings,
    *,
    how: Mapping[str, str],
) -> None:
    """Note each amount that counts once, with what adding it up would have come to."""
    for concept in sorted(lines.repeated):
        cents: Mapping[bool, int] = {
            once: int((lines.once(concept, parsed.amounts[concept].cents, accepted) if once
                       else parsed.amounts[concept].cents)[accepted].sum())
            for once in (True, False)
        }  # fmt: skip
        if cents[True] != cents[False]:
            claims = len(np.unique(lines.keys[several]))
            findings.add(
                "claim_amount_repeated",
                column(parsed.columns.chosen[concept]),
                f"It is the amount of the claim, repeated on each of its rows ({how[concept]}), and counts once for"
                f" each of {count(claims, 'claim')}: {money(cents[True])} in all, not {money(cents[False])}"
                ' (amounts = "line" in a map file adds it up).',
            )


def count_once(parsed: Parsed, dollars: Dollars, layout: str, lines: Lines, used: Mask) -> Dollars:
    """Return the amounts that decide open AR with those that repeat on the rows of a claim counted once."""
    if layout not in (BALANCES, CLAIMS) or not lines.repeated:
        return dollars
    parts = {
        party: lines.once(concept, dollars.parts[party], used)
        for concept, party in AMOUNTS_BY_PARTY.items()
        if party in dollars.parts
    }
    whole = "charge" if layout == CLAIMS else "balance"
    cents = lines.once(whole, dollars.cents, used)
    if parts and not parsed.has(whole):
        cents = np.sum(list(parts.values()), axis=0, dtype=np.int64)
    return dataclasses.replace(dollars, cents=cents, parts=parts)
