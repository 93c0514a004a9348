"""In which words and columns do the stages post to the ledger?

The log and its vocabulary, and the rows that several stages write alike. It decides nothing.
"""

from __future__ import annotations

import dataclasses
from typing import Final

import numpy as np
import numpy.typing as npt

from arlab.synth.chunks import Chunks
from arlab.synth.lines import Lines
from arlab.synth.rulebook import GROUPS, Rulebook
from arlab.tables import RESPONSIBLE, TRANSACTION_KINDS

__all__ = ["REASONS", "Book", "make_book"]

Ints = npt.NDArray[np.int64]
Whole = npt.NDArray[np.integer]
Flags = npt.NDArray[np.bool_]

REASONS: Final = (
    "",
    "at_visit",
    "due_at_visit",
    "not_due_after_all",
    "self_pay_discount",
    "to_second_payer",
    "patient_share",
    "denied_to_patient",
    "above_contract",
    "statement",
    "payment_plan",
    "paid_twice",
    "agency_collected",
    "to_agency",
    "from_agency",
    "uncollectible",
    "small_balance",
    "never_filed_in_time",
    "timely_filing",
    "deadline_missed",
    "low_value_not_worked",
    "registration_or_coverage",
    "claim_data_or_coding",
    "documentation",
    "no_authorisation",
    "not_covered",
    "medical_necessity",
    "credentialing",
    "second_payer_pays_nothing_more",
    "second_payer_denied",
    "takeback",
    "takeback_accepted",
    "takeback_reinstated",
    "duplicate_payment",
    "overpayment_returned",
    "overpaid_by_patient",
    "price_corrected",
    "denial_reversed",
    "misposted",
    "keyed_twice",
    "other_payer_paid_too",
)
_OTHER_CARCS = ("", "1", "2", "3", "45", "253", "23")


@dataclasses.dataclass
class Book:
    """The ledger log with its vocabulary: positions of words in ``carcs``, ``rarcs`` and the module's lists.

    ``paid_rows`` holds for each kind of row and each line the number of the row that first paid it, or -1.
    """

    rules: Rulebook
    lines: Lines
    log: Chunks
    carcs: tuple[str, ...]
    rarcs: tuple[str, ...]
    rarc_of: Ints  # denial code x position in its list of remark codes
    paid_rows: dict[str, Ints] = dataclasses.field(default_factory=dict)

    def carc(self, number: str) -> int:
        """Return the position of an adjustment code."""
        return self.carcs.index(number)

    def denial_carc(self, code: Ints) -> Ints:
        """Return the positions of denial codes, given as positions in the rule book."""
        return code + len(_OTHER_CARCS)

    def post(
        self,
        kind: str,
        responsible: str,
        *,
        claim: Ints,
        posted: Ints,
        amount: Whole,
        effective: Ints | None = None,
        reason: str | Ints = "",
        group: str | Ints = "",
        remit: tuple[Ints, Ints] | None = None,
        **more: Whole | int,
    ) -> Ints:
        """Add rows and return their numbers; ``remit`` is payer and payment day."""
        values: dict[str, Whole | int] = dict(more)
        if remit is not None:
            values["remit_payer"], values["remit_day"] = remit
        return self.log.add(
            claim=claim,
            posted=posted,
            effective=posted if effective is None else effective,
            kind=TRANSACTION_KINDS.index(kind),
            responsible=RESPONSIBLE.index(responsible),
            amount=amount,
            reason=REASONS.index(reason) if isinstance(reason, str) else reason,
            group=GROUPS.index(group) if isinstance(group, str) else group,
            **values,
        )

    def transfer(
        self,
        source: str,
        target: str,
        *,
        claim: Ints,
        posted: Ints,
        amount: Whole,
        effective: Ints | None = None,
        reason: str = "",
        group: str = "",
        line: Ints | None = None,
        carc: Ints | int = 0,
        remit: tuple[Ints, Ints] | None = None,
    ) -> None:
        """Add the two rows that move a balance; an amount below zero moves it back, zero moves nothing."""
        at = np.flatnonzero(amount)
        amount, claim, posted = amount[at], claim[at], posted[at]
        effective = None if effective is None else effective[at]
        remit = None if remit is None else (remit[0][at], remit[1][at])
        on_line = 0 if line is None else line[at]
        carc = carc[at] if isinstance(carc, np.ndarray) else carc
        for party, moved in ((source, -amount), (target, amount)):
            self.post(
                "transfer",
                party,
                claim=claim,
                posted=posted,
                amount=moved,
                effective=effective,
                reason=reason,
                group=group,
                remit=remit,
                line=on_line,
                carc=carc,
            )


def make_book(rules: Rulebook, lines: Lines) -> Book:
    """Return an empty ledger log."""
    rarcs = sorted({rarc for codes in rules.denials.rarcs for rarc in codes} - {""})
    names = ("", *rarcs)
    most = max(len(codes) for codes in rules.denials.rarcs)
    rarc_of = np.zeros((len(rules.denials.rarcs), most), dtype=np.int64)
    for code, codes in enumerate(rules.denials.rarcs):
        rarc_of[code, : len(codes)] = [names.index(rarc) for rarc in codes]
    log = Chunks(
        claim=("int32", None),
        line=("int8", 0),
        posted=("int16", None),
        effective=("int16", None),
        kind=("int8", None),
        responsible=("int8", None),
        amount=("int32", None),
        memo=("int32", 0),
        reason=("int8", 0),
        group=("int8", 0),
        carc=("int8", 0),
        rarc=("int8", 0),
        remit_payer=("int8", -1),
        remit_day=("int16", -1),
        reverses=("int32", -1),
    )
    return Book(rules, lines, log, (*_OTHER_CARCS, *rules.denials.carcs), names, rarc_of)
