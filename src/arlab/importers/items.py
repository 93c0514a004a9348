"""Which open items and credits do the accepted rows of a file amount to?

Turns rows into items of the table contract, one per claim and party, and adds up the lines of a claim. It
ages nothing and decides nothing about rows.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from arlab.importers.ages import bucket_range
from arlab.importers.findings import Findings, column, count, rows
from arlab.importers.grid import Coded, Mask
from arlab.importers.layouts import BUCKETS, CLAIMS, Dollars, responsible_of, unapplied_of
from arlab.importers.parsed import Parsed
from arlab.importers.payers import PayerNames
from arlab.importers.people import number_people
from arlab.importers.vocabulary import CLOCKS, PARTY_WORDS, PAYER_CLASS_WORDS, name_key, text_words
from arlab.tables import check_table

__all__ = ["NOT_STATED", "bucket_numbers", "claim_labels", "items_of", "payer_class_of"]

NOT_STATED = "Not stated"
_ONE_VISIT_DAYS = 62
_STANDARD = {
    (0, 30): 0,
    (31, 60): 1,
    (61, 90): 2,
    (91, 120): 3,
    (91, None): 3,
    (120, None): 4,
    (121, None): 4,
}
_KEPT_CREDIT = (
    "practice_id",
    "as_of",
    "claim_id",
    "responsible",
    "amount",
    "payer",
    "payer_class",
    "service_date",
)


def items_of(
    parsed: Parsed,
    dollars: Dollars,
    layout: str,
    *,
    counted: Mask,
    later: Mapping[str, Mask],
    as_of: dt.date,
    practice_id: str,
    payers: PayerNames,
    parties: pd.Series | None = None,
    findings: Findings,
) -> tuple[pd.DataFrame, pd.DataFrame, int, int]:
    """Return ``open_items`` and ``credits`` of the counted rows, and the cents in each.

    Parameters
    ----------
    counted : rows whose amount is open AR
    later : clock -> rows whose date is left empty because it lies after the as-of day
    payers : the names that payers go by
    parties : whose balance each row of a list of postings changes

    Notes
    -----
    Rows with the same claim and party are added up, so that the lines of a claim become one item with the
    earliest date; they stay apart where payer, provider, location or bucket differ, or where the dates are so far
    apart that the number cannot be one visit's. A zero balance becomes no item; a negative one is a credit.
    """
    counted = counted & _some_amount(parsed, dollars, layout)
    facts = _facts(parsed, counted, later, payers)
    people = number_people(parsed, np.flatnonzero(counted), findings)
    if people is not None:
        facts["patient_id"] = people
    if parties is not None:
        long = _by_posting(facts.assign(responsible=parties[counted], cents=dollars.cents[counted]))
    elif layout == BUCKETS:
        long = _with_payer_names(_by_bucket(parsed, facts, counted))
    else:
        long = _with_payer_names(_by_party(parsed, dollars, layout, facts, counted, findings))
    merged = _merged(parsed, long[long["cents"] != 0], findings)
    merged = merged[merged["cents"] != 0]
    merged = merged.assign(practice_id=practice_id, as_of=pd.Timestamp(as_of))
    owed, owing = merged[merged["cents"] > 0], merged[merged["cents"] < 0]
    columns = [name for name in merged.columns if name not in ("cents", "place")]
    items = owed[columns].assign(balance=owed["cents"] / 100)
    credit = owing.assign(amount=-owing["cents"] / 100)
    return (
        check_table(items, "open_items"),
        check_table(credit[[name for name in _KEPT_CREDIT if name in credit]], "credits"),
        int(owed["cents"].sum()),
        -int(owing["cents"].sum()),
    )


def _some_amount(parsed: Parsed, dollars: Dollars, layout: str) -> Mask:
    """Return the rows with an amount that is not zero; the others, often most of a file, become no item."""
    parts = [parsed.amounts[name].cents for name in parsed.columns.buckets] if layout == BUCKETS else []
    return np.logical_or.reduce([values != 0 for values in (dollars.cents, *dollars.parts.values(), *parts)])


def _facts(parsed: Parsed, counted: Mask, later: Mapping[str, Mask], payers: PayerNames) -> pd.DataFrame:
    """Return what is known of each counted row, apart from its amount."""
    places = np.flatnonzero(counted)
    facts: dict[str, Any] = {"place": places, "claim_id": claim_labels(parsed, places)}
    for concept in ("payer", "payer_2", "payer_class", "provider", "location", "patient_id"):
        if parsed.has(concept):
            facts[concept] = parsed.coded(concept).taken(places)
    for concept in {"payer", "payer_2"} & set(facts):
        held = parsed.coded(concept)
        facts[concept] = payers.of(Coded(held.places[places], held.different)).set_axis(places)
    if "patient_id" in facts:
        # A number has a digit; what has none may be a name, and names are dropped.
        number = facts["patient_id"]
        facts["patient_id"] = number.where(number.str.contains(r"[0-9]"))
    if "payer_class" in facts:
        texts = facts["payer_class"]
        facts["payer_class"] = texts.map({text: payer_class_of(text) for text in texts.unique()})
        facts.setdefault("payer", texts)
    dated = [clock for clock in CLOCKS if parsed.has(clock)]
    for clock in dated:
        days = parsed.dates[clock].days
        facts[clock] = days.iloc[places].mask(later[clock][places]) if clock in later else days.iloc[places]
    if not dated:
        if parsed.has("age_days"):
            facts["age_days"] = parsed.days["age_days"].iloc[places]
        elif parsed.has("bucket"):
            labels = parsed.text("bucket")
            numbers = bucket_numbers(list(labels.unique()))
            labels = labels.iloc[places]
            facts["bucket"] = labels.where(labels != "", NOT_STATED)
            facts["bucket_number"] = labels.map(numbers).astype("Int64")
    return pd.DataFrame(facts, index=places)


def claim_labels(parsed: Parsed, places: npt.NDArray[np.intp]) -> pd.Series:
    """Return the claim number of some rows, or the row's own label where there is none."""
    claim = parsed.coded("claim_id").taken(places) if parsed.has("claim_id") else pd.Series("", index=places)
    unnamed = (claim == "").to_numpy(dtype=bool)
    if unnamed.any():
        labels = claim.to_numpy(dtype=object, copy=True)
        labels[unnamed] = [f"row {number}" for number in parsed.table.row_numbers[places[unnamed]]]
        claim = pd.Series(labels, index=claim.index)
    return claim.astype("str")


def payer_class_of(text: str) -> str | None:
    """Return the payer class that a financial class means; None when it is not one of ours.

    Examples
    --------
    >>> payer_class_of("MEDICARE ADVANTAGE"), payer_class_of("Blue Cross PPO"), payer_class_of("Z7")
    ('medicare_advantage', 'commercial', None)
    """
    words = set(text_words(text))
    return next((name for name, known in PAYER_CLASS_WORDS.items() if words & known), None)


def bucket_numbers(labels: Sequence[str]) -> dict[str, int]:
    """Return the place of each bucket label, 0 for the youngest; what is no bucket comes last.

    Examples
    --------
    >>> bucket_numbers(["61-90", "0-30", ""])
    {'0-30': 0, '61-90': 2, '': 3}
    >>> bucket_numbers(["1-30", "Current", "31-60"])
    {'Current': 0, '1-30': 1, '31-60': 2}
    """
    ranges = {label: bucket_range(label) for label in labels}
    known = {label: days for label, days in ranges.items() if days is not None}
    order = sorted(known, key=lambda label: (known[label][0], known[label][1] or 10_000, label))
    if all(days in _STANDARD for days in known.values()):
        numbers = {label: _STANDARD[known[label]] for label in order}
    else:
        places = {days: n for n, days in enumerate(dict.fromkeys(known[label] for label in order))}
        numbers = {label: places[known[label]] for label in order}
    after = max(numbers.values(), default=-1) + 1
    rest = sorted(label for label in labels if label not in known)
    return numbers | {label: after + n for n, label in enumerate(rest)}


def _by_bucket(parsed: Parsed, facts: pd.DataFrame, counted: Mask) -> pd.DataFrame:
    """Return one row per row of the file and bucket column."""
    numbers = bucket_numbers(parsed.columns.buckets)
    base = facts.assign(responsible=responsible_of(parsed)[counted])
    pieces = []
    for name in parsed.columns.buckets:
        piece = base.assign(
            bucket=name, bucket_number=numbers[name], cents=parsed.amounts[name].cents[counted]
        )
        pieces.append(piece)
    unapplied = unapplied_of(parsed)
    if unapplied is not None:
        name = parsed.columns.chosen["unapplied"]
        after = max(numbers.values()) + 1
        pieces.append(base.assign(bucket=name, bucket_number=after, cents=unapplied.cents[counted]))
    if not parsed.has("claim_id"):
        # A row of a report is no claim: its label says which bucket of which row the dollars are from.
        pieces = [each.assign(claim_id=each["claim_id"] + ", " + each["bucket"]) for each in pieces]
    return pd.concat(pieces, ignore_index=True).astype({"bucket": "str", "bucket_number": "Int64"})


def _by_posting(rows: pd.DataFrame) -> pd.DataFrame:
    """Return one row per claim and party: the sum of its postings, with what is known of the claim."""
    key = ["claim_id", "responsible"]
    sums = rows.groupby(key, sort=False).agg(cents=("cents", "sum"), place=("place", "min")).reset_index()
    blank = rows.replace({"": None})
    shared = [n for n in ("patient_id", "provider", "location", "payer_class") if n in rows]
    if shared:
        sums = sums.merge(blank.groupby("claim_id")[shared].first(), on="claim_id")
    dates = [clock for clock in CLOCKS if clock in rows]
    if dates:
        sums = sums.merge(rows.groupby("claim_id")[dates].min(), on="claim_id")
    if "payer" in rows:
        sums = sums.merge(blank.groupby(key)["payer"].first(), on=key)
        named = {"patient": "Patient", "agency": "Agency"}
        sums["payer"] = sums["responsible"].map(named).fillna(sums["payer"]).fillna(NOT_STATED).astype("str")
    return sums


def _by_party(
    parsed: Parsed, dollars: Dollars, layout: str, facts: pd.DataFrame, counted: Mask, findings: Findings
) -> pd.DataFrame:
    """Return one row per row of the file and party that owes."""
    cents = dollars.cents[counted]
    parts = {party: values[counted] for party, values in dollars.parts.items()}
    agrees = np.sum(list(parts.values()), axis=0) == cents if parts else np.zeros(len(cents), dtype=bool)
    if not (parts and agrees.all()):
        responsible = responsible_of(parsed)[counted]
        if layout == CLAIMS:
            # A claim that no one has decided yet waits for its first payer.
            responsible = responsible.mask(responsible == "unknown", "payer_1")
    if not parts:
        return facts.assign(responsible=responsible, cents=cents).reset_index(drop=True)
    pieces = [facts.assign(responsible=party, cents=np.where(agrees, v, 0)) for party, v in parts.items()]
    if not agrees.all():
        numbers = parsed.table.row_numbers[np.flatnonzero(counted)[~agrees]]
        findings.add(
            "balance_parts_differ",
            column(parsed.columns.chosen["balance"]),
            f"In {count(len(numbers), 'row')} the parts do not add up to it ({rows(numbers)}); its amount counts,"
            " and who owes it is unknown.",
        )
        pieces.append(facts.assign(responsible=responsible, cents=np.where(agrees, 0, cents)))
    return pd.concat(pieces, ignore_index=True)


def _with_payer_names(long: pd.DataFrame) -> pd.DataFrame:
    """Name who owes: the patient's part is not the payer's, and a second payer has a name of its own."""
    if "payer" not in long:
        return long.drop(columns="payer_2", errors="ignore")
    payer = long["payer"].where(long["payer"] != "", NOT_STATED)
    second = long["payer_2"].where(long["payer_2"] != "", "payer_2") if "payer_2" in long else "payer_2"
    for party, other in (("payer_2", second), ("payer_3", "payer_3")):
        # "Secondary insurance" in the column of payers is as good a name as there is.
        own = {text for text in payer.unique() if PARTY_WORDS.get(name_key(text)) == party}
        payer = payer.mask((long["responsible"] == party) & ~payer.isin(own), other)
    payer = payer.mask(long["responsible"] == "patient", "Patient").mask(
        long["responsible"] == "agency", "Agency"
    )
    return long.assign(payer=payer.astype("str")).drop(columns="payer_2", errors="ignore")


def _merged(parsed: Parsed, long: pd.DataFrame, findings: Findings) -> pd.DataFrame:
    """Return the rows with those of one claim and party added up, in an order that the file's does not change."""
    key = ["claim_id", "responsible"]
    claim = parsed.coded("claim_id") if parsed.has("claim_id") else None
    if claim is not None and claim.rises and claim.empty < 0 and "bucket" not in long:
        # Every row is another claim, and they stand in their order already.
        return long.sort_values(["place", "responsible"], kind="stable", ignore_index=True)
    again = long.duplicated(key, keep=False)
    if again.any():
        apart = [
            n for n in ("payer", "payer_class", "provider", "location", "patient_id", "bucket") if n in long
        ]
        dates = [n for n in CLOCKS if n in long]
        lines = long[again]
        if any(_spread(lines, key, name) > _ONE_VISIT_DAYS for name in dates):
            apart += dates
            findings.add(
                "claim_over_time",
                column(parsed.columns.chosen["claim_id"]),
                "Some of its values repeat over dates too far apart for one visit; each date is kept apart.",
            )
        how: dict[str, Any] = {"cents": "sum", "place": "min"}
        how |= {name: "min" for name in dates if name not in apart}
        how |= {name: "max" for name in ("age_days",) if name in long}
        how |= {name: "first" for name in ("bucket_number",) if name in long}
        added = lines.groupby([*key, *apart], dropna=False, sort=False).agg(how).reset_index()
        long = pd.concat([long[~again], added[long.columns]], ignore_index=True)
    else:
        # No two share claim and party: nothing else need settle their order.
        return long.sort_values(key, kind="stable", ignore_index=True)
    order = [
        *key,
        *(n for n in ("bucket_number", "payer", "provider", "location", *CLOCKS) if n in long),
        "cents",
    ]
    return _with_own_ids(long.sort_values(order, kind="stable", ignore_index=True))


def _spread(lines: pd.DataFrame, key: Sequence[str], name: str) -> int:
    """Return the most days between two dates of one claim and party."""
    days = lines.groupby(list(key))[name]
    spread = (days.max() - days.min()).dt.days.max()
    return 0 if pd.isna(spread) else int(spread)


def _with_own_ids(items: pd.DataFrame) -> pd.DataFrame:
    """Tell items apart that share claim and party, by their bucket or else by a number."""
    key = ["claim_id", "responsible"]
    again = items.duplicated(key, keep=False)
    if not again.any():
        return items
    ids, parties = items["claim_id"].copy(), items["responsible"]
    if "bucket" in items:
        ids = ids.mask(again, ids + ", " + items["bucket"])
    taken = set(zip(ids[~again], parties[~again], strict=True))
    names = ids.to_numpy(dtype=object, copy=True)
    numbers: dict[tuple[str, str], int] = {}
    for place in np.flatnonzero(again):
        first, party = str(names[place]), str(parties.iloc[place])
        name = first
        while (name, party) in taken:
            # Counted on from the last one: very many rows may share one number.
            numbers[first, party] = numbers.get((first, party), 1) + 1
            name = f"{first} ({numbers[first, party]})"
        taken.add((name, party))
        names[place] = name
    return items.assign(claim_id=pd.Series(names, index=items.index, dtype="str"))
