"""Small tables to compare allowed with expected: one payer, one contract, hand-made answers."""

from __future__ import annotations

import pandas as pd
import polars as pl

from arlab.frames import to_pandas
from arlab.variance import variance_lines
from ledgers import claims, day, ledger, table

ALDER = "Alder Health"
AS_OF = day("2026-12-31")


def lines(*rows: tuple) -> pd.DataFrame:
    """Return lines from (claim, number, procedure, charge[, extra columns]) tuples."""
    return table(
        "lines",
        [
            {
                "claim_id": row[0],
                "line_number": row[1],
                "procedure": row[2],
                "charge": float(row[3]),
                "units": 1,
                "abn_on_file": False,
                **(row[4] if len(row) > 4 else {}),
            }
            for row in rows
        ],
    )


def contract(*rows: tuple) -> pd.DataFrame:
    """Return contract rows from (contract, procedure, allowed, from, to or None[, extra columns]) tuples."""
    return table(
        "contracts",
        [
            {
                "contract_id": row[0],
                "payer": ALDER,
                "procedure": row[1],
                "allowed": row[2],
                "effective_from": pd.Timestamp(row[3]),
                "effective_to": pd.Timestamp(row[4]) if row[4] else pd.NaT,
                "filing_days": 180,
                "corrected_days": 90,
                "appeal_1_days": 60,
                "basis": "received",
                **(row[5] if len(row) > 5 else {}),
            }
            for row in rows
        ],
    )


def coverages(*rows: tuple) -> pd.DataFrame:
    """Return first coverages from (claim, contract) tuples."""
    return table(
        "coverages",
        [
            {
                "claim_id": claim,
                "rank": 1,
                "payer": ALDER,
                "payer_class": "commercial",
                "contract_id": contract_id,
            }
            for claim, contract_id in rows
        ],
    )


def answer(
    claim: str, number: int, on: str, charge: float, allowed: float, share: float = 0.0
) -> list[tuple]:
    """Return the ledger rows of a line that was charged and answered in full."""
    where = {"line_number": number}
    said = {**where, "remit_id": f"remit of {on}"}
    rows = [
        (claim, "2026-01-02", "charge", "payer_1", charge, where),
        (claim, on, "contractual", "payer_1", allowed - charge, {**said, "group_code": "CO", "carc": "45"}),
        (claim, on, "payer_payment", "payer_1", share - allowed, said),
    ]
    if share:
        moved = {**said, "group_code": "PR", "carc": "2"}
        rows += [
            (claim, on, "transfer", "payer_1", -share, moved),
            (claim, on, "transfer", "patient", share, moved),
        ]
    return [row for row in rows if row[4]]


def compared(*tables: pd.DataFrame, coverages=None, contracts=None, **how) -> pd.DataFrame:
    """Return the compared lines of pandas tables, computed in Polars, where a small call costs least."""
    more = {"coverages": coverages, "contracts": contracts}
    given = {name: pl.from_pandas(frame) for name, frame in more.items() if frame is not None}
    return to_pandas(variance_lines(*[pl.from_pandas(frame) for frame in tables], **given, **how))


def one_claim(
    rows: list[tuple], *, line: dict | None = None, as_of=AS_OF, claim: dict | None = None, **more
) -> pd.Series:
    """Return the only compared line of a claim of 160 dollars at a contract price of 100."""
    of = lines(("c1", 1, "EST-L3", 160, {"expected_allowed": 100.0, **(line or {})}))
    visits = claims(("c1", "2026-01-02", {"charge": 160.0, **(claim or {})}))
    found = compared(visits, of, ledger(*rows), as_of=as_of, **more)
    assert len(found) == 1
    return found.iloc[0]
