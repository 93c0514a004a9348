"""How do columns of sendings, answers and postings become the tables of a practice?

Turns numbers into words, ordinals into days and cents into dollars. It decides nothing about money.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from arlab.importers.x12.claims import Claims
from arlab.importers.x12.entries import REASONS
from arlab.importers.x12.intake import Intake
from arlab.importers.x12.parties import NO_PAYER, payer_class
from arlab.importers.x12.posting import Posted
from arlab.tables import RESPONSIBLE, TRANSACTION_KINDS

__all__ = ["make_tables"]

NOT_STATED = "not stated"
_EPOCH = dt.date(1970, 1, 1).toordinal()
Ints = npt.NDArray[np.int64]


def make_tables(
    intake: Intake, claims: Claims, posted: Posted, *, practice_id: str
) -> dict[str, pd.DataFrame]:
    """Return claims, lines, coverages, submissions, transactions and remittances, as the contract wants them."""
    first = np.array(claims.first, dtype=np.int64)
    ids = pd.Series(_claim_ids(intake, claims), dtype="str")
    tables = {
        "claims": _claims(intake, first, ids, posted),
        "lines": _lines(intake, first, ids),
        "coverages": _coverages(intake, claims, ids, posted),
        "submissions": _submissions(intake, claims, ids, posted),
        "transactions": _transactions(ids, posted),
        "remittances": _remittances(intake, posted),
    }
    for frame in tables.values():
        frame.insert(0, "practice_id", pd.Series(practice_id, index=frame.index, dtype="str"))
    return tables


def _claim_ids(intake: Intake, claims: Claims) -> list[str]:
    """Return the control number of each claim, with a number behind it where several claims have the same."""
    control = intake.sendings.control
    ids = [control[at] for at in claims.first]
    if claims.suffix:
        taken = set(ids)
        for claim, number in claims.suffix.items():
            while f"{ids[claim]} ({number})" in taken:
                number += 1
            ids[claim] = f"{ids[claim]} ({number})"
            taken.add(ids[claim])
    return ids


def _claims(intake: Intake, first: Ints, ids: pd.Series, posted: Posted) -> pd.DataFrame:
    held = intake.sendings
    starts = np.array(held.first_line, dtype=np.int64)
    payer = [
        held.payer[at] if held.payer[at] != NO_PAYER else posted.payer_of.get((claim, 1), NO_PAYER)
        for claim, at in enumerate(first)
    ]
    # All whose name is not there are one: what is withheld for having few patients must not be counted too high.
    patient = [f"patient {key:06d}" if key else "unknown" for key in _of(held.patient, first)]
    sent = _days(_of(held.sent, first))
    return pd.DataFrame(
        {
            "claim_id": ids,
            "patient_id": pd.Series(patient, dtype="str"),
            "provider": _text(held.provider[at] or NOT_STATED for at in first),
            "location": _text(
                f"place of service {held.place[at]}" if held.place[at] else NOT_STATED for at in first
            ),
            "service_date": _days(_of(held.service, first)),
            "charge_entry_date": sent,
            "procedure": _text(held.procedure[starts[at]] or NOT_STATED for at in first),
            "diagnosis": _text(held.diagnosis[at] or None for at in first),
            "lines": pd.Series(starts[first + 1] - starts[first], dtype="Int64"),
            "charge": _of(held.charge, first) / 100,
            "first_payer": _text(map(intake.payers.name, payer)),
            "payer_class": _text(payer_class(held.filing[at]) for at in first),
        }
    )


def _lines(intake: Intake, first: Ints, ids: pd.Series) -> pd.DataFrame:
    held = intake.sendings
    starts = np.array(held.first_line, dtype=np.int64)
    counts = starts[first + 1] - starts[first]
    claim = np.repeat(np.arange(len(first)), counts)
    number = np.arange(len(claim)) - np.repeat(np.cumsum(counts) - counts, counts)
    at = np.repeat(starts[first], counts) + number
    return pd.DataFrame(
        {
            "claim_id": ids.iloc[claim].reset_index(drop=True),
            "line_number": pd.Series(number + 1, dtype="Int64"),
            "procedure": _text(held.procedure[place] or NOT_STATED for place in at),
            "modifier": _text(held.modifier[place] or None for place in at),
            "units": pd.Series(_of(held.units, at), dtype="Int64"),
            "charge": _of(held.line_charge, at) / 100,
            # No X12 file says it; no result is computed from it for such a practice.
            "abn_on_file": pd.Series(False, index=range(len(at)), dtype="boolean"),
        }
    )


def _coverages(intake: Intake, claims: Claims, ids: pd.Series, posted: Posted) -> pd.DataFrame:
    """Return the payer of each rank as it was sent to last, or else as it answered."""
    held = intake.sendings
    last: dict[tuple[int, int], int] = {}
    for at, claim in enumerate(claims.of):
        if claim >= 0:
            key = claim, held.rank[at]
            if key not in last or (held.sent[at], at) > (held.sent[last[key]], last[key]):
                last[key] = at
    keys = sorted(last.keys() | posted.payer_of.keys())
    places = [last.get(key, -1) for key in keys]
    sent_to = [held.payer[at] if at >= 0 else NO_PAYER for at in places]
    payers = [
        payer if payer != NO_PAYER else posted.payer_of.get(key, NO_PAYER)
        for key, payer in zip(keys, sent_to, strict=True)
    ]
    return pd.DataFrame(
        {
            "claim_id": ids.iloc[[claim for claim, _ in keys]].reset_index(drop=True),
            "rank": pd.Series([rank for _, rank in keys], dtype="Int64"),
            "payer": _text(map(intake.payers.name, payers)),
            "payer_class": _text(payer_class(held.filing[at] if at >= 0 else "") for at in places),
        }
    )


def _submissions(intake: Intake, claims: Claims, ids: pd.Series, posted: Posted) -> pd.DataFrame:
    held, acceptance = intake.sendings, posted.acceptance
    of = np.array(claims.of, dtype=np.int64)
    used = np.flatnonzero(of >= 0)
    sent, rank, payer = (_of(column, used) for column in (held.sent, held.rank, held.payer))
    order = np.lexsort((used, sent))
    used, sent, rank, payer = used[order], sent[order], rank[order], payer[order]
    claim = of[used]
    keys = pd.DataFrame({"claim": claim, "rank": rank, "payer": payer})
    accepted, rejected = _of(acceptance.accepted, used), _of(acceptance.rejected, used)
    return pd.DataFrame(
        {
            "submission_id": _text(f"S{number:07d}" for number in range(1, len(used) + 1)),
            "claim_id": ids.iloc[claim].reset_index(drop=True),
            "rank": pd.Series(rank, dtype="Int64"),
            "payer": _text(
                intake.payers.name(
                    number if number != NO_PAYER else posted.payer_of.get((one, order_), NO_PAYER)
                )
                for number, one, order_ in zip(payer.tolist(), claim.tolist(), rank.tolist(), strict=True)
            ),
            "sequence": pd.Series(keys.groupby(list(keys)).cumcount() + 1, dtype="Int64"),
            "frequency_code": _text(held.frequency[at] for at in used),
            "submitted_date": _days(sent),
            "received_date": _days(_of(acceptance.received, used)),
            "acceptance": pd.Series(
                np.select([accepted > 0, rejected > 0], ["accepted", "rejected"], "none"), dtype="str"
            ),
            "accepted_date": _days(accepted),
            "rejected_date": _days(np.where(accepted > 0, 0, rejected)),
            "rejection_category": _text(acceptance.category.get(at) for at in used.tolist()),
            "payer_claim_control_number": _text(acceptance.control.get(at) for at in used.tolist()),
        }
    )


def _transactions(ids: pd.Series, posted: Posted) -> pd.DataFrame:
    """Return the ledger in the order of posting days."""
    rows = posted.ledger.rows
    day = np.array(rows.posted, dtype=np.int64)
    order = np.argsort(day, kind="stable")
    place = np.empty(len(order), dtype=np.int64)
    place[order] = np.arange(len(order))
    numbers = pd.Series([f"T{number:07d}" for number in range(1, len(order) + 1)], dtype="str")
    remits = pd.Series(_remit_ids(posted), dtype="str")
    reverses = _of(rows.reverses, order)
    remit, line, memo = _of(rows.remit, order), _of(rows.line, order), _of(rows.memo, order)
    back = np.where(reverses >= 0, place[reverses], -1) if len(order) else reverses
    return pd.DataFrame(
        {
            "transaction_id": numbers,
            "claim_id": ids.iloc[_of(rows.claim, order)].reset_index(drop=True),
            "line_number": pd.Series(line, dtype="Int64").mask(pd.Series(line == 0)),
            "posted_date": _days(day[order]),
            "effective_date": _days(_of(rows.effective, order)),
            "kind": _words(TRANSACTION_KINDS, _of(rows.kind, order)),
            "responsible": _words(RESPONSIBLE, _of(rows.responsible, order)),
            "amount": _of(rows.amount, order) / 100,
            "memo_amount": np.where(memo != 0, memo / 100, np.nan),
            "reason": _words((None, *REASONS[1:]), _of(rows.reason, order)),
            "group_code": _listed(rows.group, order),
            "carc": _listed(rows.carc, order),
            "rarc": _listed(rows.rarc, order),
            "remit_id": _picked(remits, remit),
            "reverses_id": _picked(numbers, back),
        }
    )


def _remittances(intake: Intake, posted: Posted) -> pd.DataFrame:
    remits = posted.remits
    adjusted = np.array([remit.adjustment for remit in remits], dtype=np.int64)
    return pd.DataFrame(
        {
            "remit_id": pd.Series(_remit_ids(posted), dtype="str"),
            "payer": _text(intake.payers.name(remit.payer) for remit in remits),
            "trace_number": _text(remit.trace for remit in remits),
            "payment_date": _days(np.array([remit.day for remit in remits], dtype=np.int64)),
            "amount": np.array([remit.amount for remit in remits], dtype=np.int64) / 100,
            "plb_amount": np.where(adjusted != 0, adjusted / 100, np.nan),
            "plb_reason": _text(remit.reasons or None for remit in remits),
        }
    )


def _remit_ids(posted: Posted) -> list[str]:
    return [f"R{number:05d}" for number in range(1, len(posted.remits) + 1)]


def _of(column: Sequence[int], places: Ints) -> Ints:
    """Return the values of a column at places."""
    found: Ints = np.asarray(column, dtype=np.int64)[places]
    return found


def _days(ordinals: Ints) -> pd.Series:
    """Return ordinals as days, 0 as none."""
    days = (ordinals - _EPOCH).astype("datetime64[D]")
    days[ordinals == 0] = np.datetime64("NaT")
    return pd.Series(days.astype("datetime64[us]"))


def _text(values: Iterable[Any]) -> pd.Series:
    return pd.Series(list(values), dtype="str")


def _words(names: Sequence[str | None], numbers: Ints) -> pd.Series:
    return pd.Series(list(names), dtype="str").iloc[numbers].reset_index(drop=True)


def _listed(values: Sequence[str], order: Ints) -> pd.Series:
    """Return a column of few different words, in order; an empty word is none."""
    codes, names = pd.factorize(np.asarray(values, dtype=object))
    words = [name or None for name in names] or [None]
    return _words(words, codes[order])


def _picked(names: pd.Series, places: Ints) -> pd.Series:
    """Return the names at places; none where the place is -1."""
    return names.reindex(places).reset_index(drop=True)
