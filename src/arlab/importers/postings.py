"""What did each posting do, to whose balance, and what is open when all are added up?

Reads a list of charges, payments, adjustments and transfers as a ledger. What a posting means is read from its
words and its column; a balance is the sum of its postings and nothing else.
"""

from __future__ import annotations

import dataclasses
import datetime as dt

import numpy as np
import numpy.typing as npt
import pandas as pd

from arlab.importers.amounts import Amounts, Mask
from arlab.importers.denied import Code, is_denial
from arlab.importers.findings import Findings, column, count, listed, rows
from arlab.importers.layouts import PAID, Dollars, responsible_of, sum_of
from arlab.importers.parsed import Parsed
from arlab.importers.vocabulary import POSTING_WORDS, text_words
from arlab.tables import check_table

__all__ = [
    "Postings",
    "denied_by_postings",
    "parties_of",
    "read_postings",
    "tell_postings",
    "transactions_of",
]

Cents = npt.NDArray[np.int64]
_PAYMENTS = ("payer_payment", "patient_payment")
_BACK = ("recoupment", "refund_to_payer", "refund_to_patient")
_OFF = ("contractual", "sequestration", "write_off", "bad_debt")
_LAST_PARTY = 3


@dataclasses.dataclass(frozen=True)
class Postings:
    """The rows of a ledger: ``kind`` and signed ``dollars`` of each, and whose balance it changes.

    ``charged`` and ``paid`` are the cents of charges and of money received, the latter above zero; ``several``
    marks rows with more than one amount, which are no one posting.
    """

    kind: npt.NDArray[np.object_]
    dollars: Dollars
    charged: Cents
    paid: Cents
    several: Mask


def read_postings(parsed: Parsed, findings: Findings) -> Postings:
    """Return what each row of a list of postings is and what it is worth.

    Notes
    -----
    Charges raise a balance. Whether payments and adjustments are written below or above zero is told by the plain
    ones of them; what takes money back (a refund, a takeback) raises the balance again.
    """
    chosen = parsed.columns.chosen
    names = [c for c in ("charge", *PAID, "adjustment") if parsed.has(c)]
    names = names if "charge" in names else ["amount"]
    raw = {concept: parsed.amounts[concept] for concept in names}
    kind = _kinds(parsed, raw)
    cents: dict[str, Cents] = {}
    flipped = []
    for concept, values in raw.items():
        cents[concept], turned = _signed(concept, kind, values.cents)
        if turned:
            flipped.append(chosen[concept])
    if flipped:
        findings.add(
            "postings_signs",
            f"columns {listed(flipped)}",
            "Payments and adjustments are written above zero there; they are taken off the balance.",
        )
    signed = {concept: dataclasses.replace(raw[concept], cents=cents[concept]) for concept in raw}
    columns = {concept: chosen[concept] for concept in raw}
    dollars = sum_of(" + ".join(columns.values()), signed, columns)
    several = np.sum([values.cents != 0 for values in raw.values()], axis=0) > 1
    is_money = np.isin(kind, (*_PAYMENTS, *_BACK, "denial"))
    in_paid = np.sum([cents[c] for c in PAID if c in cents], axis=0) if "charge" in raw else 0
    paid = -in_paid if "charge" in raw else np.where(is_money, -dollars.cents, 0)
    charged = cents["charge"] if "charge" in raw else np.where(kind == "charge", dollars.cents, 0)
    return Postings(
        kind,
        dataclasses.replace(dollars, dated_by=("posted_date",)),
        charged,
        np.asarray(paid + np.zeros(len(kind), dtype=np.int64)),
        several,
    )


def _kinds(parsed: Parsed, raw: dict[str, Amounts]) -> npt.NDArray[np.object_]:
    """Return the kind of each posting by its words, or else by the column that its amount stands in."""
    size = len(parsed.table.body)
    kind = np.full(size, "", dtype=object)
    if parsed.has("transaction_kind"):
        said = parsed.text("transaction_kind")
        kind = said.map({text: _kind_of(text) for text in said.unique()}).to_numpy(dtype=object)
    party = responsible_of(parsed).to_numpy(dtype=object)
    by_column = {"charge": "charge", "paid_payer": "payer_payment", "paid_patient": "patient_payment"}
    for concept, values in raw.items():
        here = (kind == "") & values.readable & (values.cents != 0)
        plain = (
            "contractual" if concept in ("adjustment", "amount") else by_column.get(concept, "payer_payment")
        )
        kind[here] = plain
        if concept == "charge":
            # An amount in the column of charges is one, whatever its text says of it.
            kind[(values.cents != 0) & (kind != "reversal")] = "charge"
        elif concept in PAID:
            kind[(values.cents != 0) & np.isin(kind, (*_OFF, "denial", "transfer"))] = "payer_payment"
    kind[kind == ""] = "contractual"
    kind[(kind == "payer_payment") & np.isin(party, ("patient", "agency"))] = "patient_payment"
    moved = np.sum([values.cents != 0 for values in raw.values()], axis=0) > 0
    kind[(kind == "denial") & moved] = "contractual"
    return kind


def _kind_of(text: str) -> str:
    """Return the kind that the words of a posting show, "" when they show none.

    >>> _kind_of("VOID Insurance payment"), _kind_of("Contractual adj CO-45"), _kind_of("Miscellaneous")
    ('reversal', 'contractual', '')
    """
    words = f" {' '.join(text_words(text))} "
    for kind, phrases in POSTING_WORDS.items():
        if any(f" {phrase} " in words for phrase in phrases):
            return kind
    return ""


def _signed(concept: str, kind: npt.NDArray[np.object_], cents: Cents) -> tuple[Cents, bool]:
    """Return a column with what lowers a balance below zero, and whether that turned it round."""
    result = cents.copy()
    turned = False
    families = {"charge": (), "adjustment": (_OFF,), "amount": (_PAYMENTS, _OFF)}.get(concept, (_PAYMENTS,))
    for plain in families:
        family = np.isin(kind, (*plain, *_BACK)) if plain is _PAYMENTS else np.isin(kind, plain)
        if concept != "amount":
            family = np.ones(len(kind), dtype=bool)
        if int(cents[np.isin(kind, plain)].sum()) > 0:
            result[family] = -result[family]
            turned = True
    # Money that goes back is a payment the other way round; an adjustment that speaks of it is still one.
    back = np.isin(kind, _BACK) if concept != "adjustment" else np.zeros(len(kind), dtype=bool)
    if int(result[back].sum()) < 0:
        # Where nothing has a sign, money that goes back is written like any other.
        result[back] = -result[back]
    return result, turned


def parties_of(parsed: Parsed, payer: pd.Series | None, kind: npt.NDArray[np.object_]) -> pd.Series:
    """Return whose balance each posting changes; a payer's rank is the order in which it comes up on the claim."""
    party = responsible_of(parsed)
    if payer is None:
        return party
    frame = pd.DataFrame(
        {"claim": parsed.text("claim_id"), "payer": payer, "day": parsed.dates["posted_date"].days}
    )
    frame = frame.assign(later=kind != "charge", place=np.arange(len(frame)))
    named = frame[((party == "unknown") & (payer != "")).to_numpy(dtype=bool)]
    order = named.sort_values(["later", "day", "place"], kind="stable").drop_duplicates(["claim", "payer"])
    rank = order.groupby("claim").cumcount().clip(upper=_LAST_PARTY - 1) + 1
    ranks = pd.Series(rank.to_numpy(), index=pd.MultiIndex.from_frame(order[["claim", "payer"]]))
    of_rows = ranks.reindex(pd.MultiIndex.from_frame(named[["claim", "payer"]])).to_numpy()
    result = party.copy()
    result.loc[named.index] = [f"payer_{number}" for number in of_rows.tolist()]
    return result.astype("str")


def transactions_of(
    parsed: Parsed,
    postings: Postings,
    parties: pd.Series,
    claims: pd.Series,
    *,
    used: Mask,
    practice_id: str,
    findings: Findings,
) -> pd.DataFrame | None:
    """Return the rows as the ``transactions`` of the contract; None where they are no whole ledger.

    Parameters
    ----------
    parties, claims : whose balance each row changes, and the claim it belongs to
    used : accepted rows posted until the day

    Notes
    -----
    It is none when a row is of several kinds, nobody is named whose balance changes, or transfers do not cancel
    out within claim and day.
    """
    if (postings.several & used).any() or (parties[used] == "unknown").any():
        return None
    days = parsed.dates["posted_date"].days
    moved = used & (postings.kind == "transfer")
    sums = (
        pd.Series(postings.dollars.cents[moved])
        .groupby([claims[moved].to_numpy(), days[moved].to_numpy()])
        .sum()
    )
    if (sums != 0).any():
        findings.add(
            "transfers_open",
            column(parsed.columns.chosen.get("transaction_kind", postings.dollars.columns[0])),
            f"Transfers that do not cancel out within claim and day: {int((sums != 0).sum()):,}; balances add them"
            " up, but no ledger is kept.",
        )
        return None
    table = pd.DataFrame(
        {
            "practice_id": practice_id,
            "transaction_id": _numbers(parsed, used),
            "claim_id": claims[used],
            "posted_date": days[used],
            "effective_date": days[used],
            "kind": pd.Series(postings.kind[used], index=claims.index[used], dtype="str"),
            "responsible": parties[used],
            "amount": postings.dollars.cents[used] / 100,
        }
    )
    if parsed.has("payment_date"):
        table["effective_date"] = parsed.dates["payment_date"].days[used].fillna(table["effective_date"])
    if parsed.has("line_number"):
        table["line_number"] = pd.to_numeric(parsed.text("line_number")[used], errors="coerce").astype(
            "Int64"
        )
    if parsed.has("transaction_kind"):
        codes = parsed.text("transaction_kind")[used].str.extract(
            r"\b(CO|PR|OA|PI)[- ]?(\d{1,3}|[A-Z]\d{1,2})\b"
        )
        table["group_code"], table["carc"] = codes[0], codes[1]
    if parsed.has("reverses_id") and parsed.has("transaction_id"):
        table["reverses_id"] = parsed.text("reverses_id")[used].replace("", None)
    return check_table(table.reset_index(drop=True), "transactions")


def _numbers(parsed: Parsed, used: Mask) -> pd.Series:
    """Return the number of each posting: the file's own when it numbers them, or else its row."""
    own = [f"row {number}" for number in parsed.table.row_numbers[used]]
    if parsed.has("transaction_id"):
        numbers = parsed.text("transaction_id")[used]
        if not (numbers == "").any() and not numbers.duplicated().any():
            return numbers
    return pd.Series(own, index=parsed.table.body.index[used], dtype="str")


def denied_by_postings(parsed: Parsed, postings: Postings, data: Mask) -> Mask:
    """Return the rows that post a denial; a code beside it that never denies makes it none."""
    denied = data & (postings.kind == "denial")
    if parsed.has("transaction_kind"):
        texts = parsed.text("transaction_kind")
        found = texts.str.extract(r"\b(CO|PR|OA|PI)[- ]?(\d{1,3}|[A-Z]\d{1,2})\b")[1]
        never = {code for code in found.dropna().unique() if not is_denial(Code("", str(code)))}
        denied &= ~found.isin(never).to_numpy(dtype=bool)
    return denied


def tell_postings(
    parsed: Parsed, postings: Postings, accepted: Mask, as_of: dt.date, findings: Findings
) -> None:
    """Say that the file was read as a ledger."""
    used = accepted & (parsed.dates["posted_date"].days <= pd.Timestamp(as_of)).to_numpy(dtype=bool)
    kinds = ", ".join(
        f"{times:,} {str(kind).replace('_', ' ')}"
        for kind, times in sorted(pd.Series(postings.kind[used]).value_counts().items())
    )
    mixed = parsed.table.row_numbers[used & postings.several]
    if len(mixed):
        findings.add(
            "postings_mixed",
            rows(mixed),
            f"Rows with more than one amount: {len(mixed):,}; balances add them up, but no ledger is kept.",
        )
    findings.add(
        "postings",
        "file",
        f"The file is a list of {count(int(used.sum()), 'posting')} until {as_of.isoformat()} ({kinds}); a claim's"
        " balance is the sum of its postings.",
    )
