"""Is every record and cent of a folder accounted for, and what is there to say about it?

Counts, lists and words; money has been moved before (see ``ledger``).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import pandas as pd

from arlab.importers.findings import Findings, count, money
from arlab.importers.result import Reconciliation
from arlab.importers.x12.claims import Claims
from arlab.importers.x12.entries import KIND, RESPONSIBLE_AT
from arlab.importers.x12.intake import CHARGES, PAYMENTS, STATUSES, Intake, SetAside
from arlab.importers.x12.posting import Posted
from arlab.tables import NOT_ON_FILE, OWN_WRITE_OFFS, PATIENT_BALANCES

__all__ = ["aside_table", "limits_of", "mapping_table", "quarantine_table", "reconcile", "tell"]

DOLLARS = "CLM02, the charges sent, and CLP04, the payments"
PATIENT_WHY = "an 835 carries responsibility, not patient payments"
_WORDS = {CHARGES: ("claim", "an 837"), PAYMENTS: ("answer", "an 835"), STATUSES: ("report", "a 277")}
_TOLD = {
    "unmatched": "no claim has their control number, day and charge, nor the payer's number",
    "ambiguous": "several claims fit and they are never merged",
    "remittance_read_before": "their remittance was read before",
    "no_payment_date": "their remittance has no day of payment",
    "sending_repeated": "the same sending stands in the folder already; the charge counts once",
    "no_first_sending": "the sending that they follow is not in the folder",
    "unusable": "an amount, a number or a day in them is missing or cannot be read",
}
_ELEMENTS = (
    ("claim_id", "CLM01, CLP01"),
    ("charge", "CLM02, SV102"),
    ("service_date", "DTP*472"),
    ("first_bill_date", "BHT04"),
    ("payer", "NM1*PR, N1*PR"),
    ("payer_class", "SBR09"),
    ("procedure", "SV101"),
    ("diagnosis", "HI"),
    ("paid", "CLP04, SVC03"),
    ("adjustment", "CAS"),
    ("payment_date", "BPR16"),
    ("denial_code", "CAS, LQ, MOA"),
)


def reconcile(
    intake: Intake, posted: Posted, aside: pd.DataFrame, *, balances: tuple[int, int]
) -> Reconciliation:
    """Return where every record and cent went; ``balances`` are the open and the credit cents of payers."""
    rows, cents = sum(intake.rows.values()), sum(intake.cents.values())
    quarantined = sum(record.cents for record in intake.aside)
    return Reconciliation(
        rows_in=rows,
        accepted=_accepted(intake, posted),
        repaired=posted.repaired,
        quarantined=len(intake.aside),
        cents_in=cents,
        cents_accepted=int(_accepted_cents(intake, posted)),
        cents_quarantined=quarantined,
        cents_open=balances[0],
        cents_credit=balances[1],
        cents_aside=int(aside["cents"].sum()),
        dollars_column=DOLLARS,
    )


def _accepted(intake: Intake, posted: Posted) -> int:
    """Return the records that are used or wait for a later day; counted apart from those that came in."""
    unused = sum(
        record.kind == STATUSES for record in intake.aside if record.code in ("unmatched", "ambiguous")
    )
    later = sum(number for number, _ in intake.later.values())
    return posted.used + posted.matched + len(intake.statuses) - unused + later


def _accepted_cents(intake: Intake, posted: Posted) -> int:
    return posted.used_cents + posted.paid + sum(cents for _, cents in intake.later.values())


def aside_table(intake: Intake, claims: Claims, posted: Posted, *, as_of: dt.date) -> pd.DataFrame:
    """Return what of the accepted dollars is not an open balance: ``what, items, cents, why``."""
    rows = posted.ledger.rows
    patient = (RESPONSIBLE_AT["patient"],)
    sums = {"paid": 0, "off": 0, "patient": 0}
    claims_of: dict[str, set[int]] = {name: set() for name in sums}
    paid = {KIND["payer_payment"], KIND["recoupment"]}
    for place in range(len(rows)):
        kind, back = rows.kind[place], rows.reverses[place]
        if back >= 0:
            kind = rows.kind[back]
        if rows.responsible[place] in patient:
            name = "patient"
            sums[name] += rows.amount[place]
        elif kind in paid:
            name = "paid"
            sums[name] -= rows.amount[place]
        elif kind in (KIND["contractual"], KIND["sequestration"]):
            name = "off"
            sums[name] -= rows.amount[place]
        else:
            continue
        claims_of[name].add(rows.claim[place])
    charged = sum(intake.sendings.charge[at] for at in claims.first)
    later_number, later_cents = (sum(part) for part in zip(*intake.later.values(), strict=True))
    pieces = [
        ("Charges that payers have paid", len(claims_of["paid"]), sums["paid"], "they are no longer owed"),
        (
            "Charges taken off by contract or by law",
            len(claims_of["off"]),
            sums["off"],
            "nobody owes them",
        ),
        ("Charges left to patients by the payers' answers", len(claims_of["patient"]), sums["patient"],
         f"not available as a balance: {PATIENT_WHY}"),
        (
            "Charges of corrected sendings, sendings to a next payer and sendings sent again",
            posted.used - len(claims),
            posted.used_cents - charged,
            "the charge of a claim counts once, from its first sending",
        ),
        (
            "Payments (CLP04), each set against the charges above",
            posted.matched,
            sums["paid"],
            "a payment is no balance of its own",
        ),
        (
            "Takebacks of answers that are not in the folder",
            posted.ledger.standings.lone_takebacks,
            posted.ledger.standings.unposted,
            "what they take back was never posted",
        ),
        (f"Records dated after {as_of.isoformat()}", later_number, later_cents, "they had not happened by then"),
    ]  # fmt: skip
    table = [piece for piece in pieces if piece[1] or piece[2]]
    kinds = {"what": "str", "items": "int64", "cents": "int64", "why": "str"}
    return pd.DataFrame(table, columns=list(kinds)).astype(kinds)


def quarantine_table(intake: Intake) -> pd.DataFrame:
    """Return the quarantined records: ``row_number`` (the segment), ``reason`` with the file, ``dollars``."""
    held = sorted(intake.aside, key=lambda record: (record.file, record.segment))
    return pd.DataFrame(
        {
            "row_number": pd.Series([record.segment for record in held], dtype="Int64"),
            "reason": pd.Series(
                [f"segment of {intake.files[one.file]}: {one.reason}" for one in held], dtype="str"
            ),
            "dollars": pd.Series([record.cents / 100 for record in held], dtype="float64"),
        }
    )


def mapping_table() -> pd.DataFrame:
    """Return which element of X12 is read as what: ``concept, column, confidence, how``."""
    rows = [(concept, column, 1.0, "X12 standard") for concept, column in _ELEMENTS]
    return pd.DataFrame(rows, columns=["concept", "column", "confidence", "how"])


def limits_of(intake: Intake) -> tuple[tuple[str, str], ...]:
    """Return (measure, why) pairs, the ones that matter most first."""
    pairs = [(PATIENT_BALANCES, PATIENT_WHY)]
    if "835" not in intake.kinds:
        pairs.append(("payments and denials", "the folder has no 835, so every claim counts as unanswered"))
    pairs.append(
        (
            OWN_WRITE_OFFS,
            "what the practice itself wrote off stands in no X12 file, so it still counts as open",
        )
    )
    if "277" not in intake.kinds:
        pairs.append(
            (NOT_ON_FILE, "the folder has no 277CA, so nobody knows whether an unanswered claim was accepted")
        )
    pairs += [
        ("days from payment to posting", "an 835 has the day of payment alone; every row stands on it"),
        ("charge lag", "an 837 does not say when a charge was entered; it stands on the day of its first sending"),
        ("deadlines", "X12 files hold no contract terms"),
        ("underpayments", "X12 files hold no contract prices"),
        ("number of patients", "member numbers are not kept, so patients are told apart by name and day of birth"),
    ]  # fmt: skip
    return tuple(pairs)


def tell(intake: Intake, claims: Claims, posted: Posted, findings: Findings) -> None:
    """Note what was done with the records of the folder."""
    for kind in (CHARGES, PAYMENTS, STATUSES):
        for code in dict.fromkeys(one.code for one in intake.aside if one.kind == kind):
            _tell_aside(
                kind, code, [one for one in intake.aside if (one.kind, one.code) == (kind, code)], intake
            )
    sendings, ledger = intake.sendings, posted.ledger

    def charges(places: Sequence[int]) -> str:
        return money(sum(sendings.charge[at] for at in places))

    def note(code: str, sentence: str) -> None:
        findings.add(code, "folder", sentence)

    if claims.again:
        note(
            "sent_again",
            f"Sent again as an original (frequency 1): {count(len(claims.again), 'claim')} with"
            f" {charges(claims.again)}; each charge counts once.",
        )
    if claims.other_charge:
        off = sum(
            sendings.charge[at] - sendings.charge[claims.first[claims.of[at]]] for at in claims.other_charge
        )
        note(
            "other_charge",
            f"Later sendings with another charge than the first: {len(claims.other_charge):,}, by {money(off)} in"
            " all; the first charge counts, so their answers may leave that difference open or as a credit.",
        )
    for code, held, words in (
        ("first_not_sent", claims.lone, "known only from a corrected sending, whose charge counts once"),
        ("number_reused", claims.reused, "with the control number of an earlier claim; each stands alone"),
        ("voided", claims.voided, "voided by the practice (frequency 8); their charge stays open, because no X12"
         " file says how the practice took it off"),
    ):  # fmt: skip
        if held:
            total = charges([claims.first[one] for one in held])
            note(code, f"Claims {words}: {len(held):,} with {total}.")
    if posted.cut:
        note(
            "answer_sums",
            f"Answers whose adjustments exceed the charge: {posted.cut:,}; only those that fit are posted, so that"
            " no credit arises that nobody paid.",
        )
    if ledger.twice:
        note(
            "answered_twice",
            f"Answers to a line that was settled already and not taken back: {ledger.twice:,}; their payments are"
            " posted, their adjustments stand already.",
        )
    if ledger.standings.lone_takebacks:
        note(
            "takeback_of_nothing",
            f"Reversals of answers that are not in the folder: {ledger.standings.lone_takebacks:,} with"
            f" {money(ledger.standings.unposted)}; they are not posted.",
        )
    if ledger.beyond:
        note(
            "beyond_balance",
            f"Later payers take off {money(ledger.beyond)} more than was left for them; that part is not posted.",
        )
    if ledger.missing_first:
        note(
            "first_answer_missing",
            f"Claims that a later payer answered although the first payer's answer is not in the folder:"
            f" {len(ledger.missing_first):,}; the rest of their charge stands as open with the first payer.",
        )
    adjusted = [remit.adjustment for remit in posted.remits if remit.adjustment]
    if adjusted:
        note(
            "provider_adjustments",
            f"Remittances with an adjustment of the provider as a whole (PLB): {len(adjusted):,} with"
            f" {money(sum(adjusted))} taken off; it belongs to no claim and is posted to none.",
        )
    if "835" not in intake.kinds:
        note(
            "no_835",
            "There is no 835, so nothing has been answered as far as the files show: every charge is open.",
        )
    else:
        note("posting_day", "An 835 does not say when it was posted: every row stands on its day of payment.")


def _tell_aside(kind: str, code: str, held: Sequence[SetAside], intake: Intake) -> None:
    """Note how many records of a kind are quarantined for one reason, with their dollars and first places."""
    first = "; ".join(f"{intake.files[one.file]}, segment {one.segment}" for one in held[:3])
    more = f" and {len(held) - 3:,} more" if len(held) > 3 else ""
    charged = f"charged {money(sum(one.charge for one in held))}"
    paid = f", paid {money(sum(one.cents for one in held))}" if kind == PAYMENTS else ""
    intake.findings.add(
        code, f"{first}{more}",
        f"Quarantined: {count(len(held), _WORDS[kind][0])} of {_WORDS[kind][1]}, {charged}{paid}, because"
        f" {_TOLD[code]}.",
    )  # fmt: skip
