"""Small ledgers to compute with: hand-made rows, and a Hypothesis strategy for random ones."""

from __future__ import annotations

import datetime as dt

import pandas as pd
from hypothesis import strategies as st

from arlab.tables import RESPONSIBLE, TRANSACTION_KINDS, check_table, empty_table

START = dt.date(2026, 1, 1)
PARTIES = RESPONSIBLE[:4]


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


def table(name: str, rows: list[dict]) -> pd.DataFrame:
    """Return rows as a table of the contract; columns that are not named stay empty."""
    frame = pd.DataFrame(rows)
    frame.insert(0, "practice_id", "p")
    for column, spec in empty_table(name).items():
        if column not in frame:
            frame[column] = pd.Series([None] * len(frame)).astype(spec.dtype)
    for column in ("posted_date", "service_date", "charge_entry_date", "effective_date"):
        if column in frame:
            frame[column] = pd.to_datetime(frame[column])
    return check_table(frame, name)


def ledger(*rows: tuple) -> pd.DataFrame:
    """Return transactions from (claim, day, kind, party, amount[, extra columns]) tuples."""
    return table(
        "transactions",
        [
            {
                "transaction_id": f"t{i:04d}",
                "claim_id": row[0],
                "posted_date": row[1],
                "effective_date": row[1],
                "kind": row[2],
                "responsible": row[3],
                "amount": float(row[4]),
                **(row[5] if len(row) > 5 else {}),
            }
            for i, row in enumerate(rows)
        ],
    )


def claims(*rows: tuple) -> pd.DataFrame:
    """Return claims from (claim, service day[, extra columns]) tuples."""
    return table(
        "claims",
        [
            {
                "claim_id": row[0],
                "patient_id": f"patient of {row[0]}",
                "provider": "Dr. Oak",
                "location": "North",
                "service_date": row[1],
                "charge_entry_date": row[1],
                "procedure": "EST-L3",
                "lines": 1,
                "charge": 0.0,
                "first_payer": "Alder Health",
                "payer_class": "commercial",
                **(row[2] if len(row) > 2 else {}),
            }
            for row in rows
        ],
    )


def submissions(*rows: tuple) -> pd.DataFrame:
    """Return sendings from (claim, rank, sent, accepted or None[, extra columns]) tuples."""
    return table(
        "submissions",
        [
            {
                "submission_id": f"s{i:04d}",
                "claim_id": row[0],
                "rank": row[1],
                "payer": "Alder Health",
                "sequence": 1,
                "frequency_code": "1",
                "submitted_date": pd.Timestamp(row[2]),
                "acceptance": "accepted" if row[3] else "none",
                "accepted_date": pd.Timestamp(row[3]) if row[3] else pd.NaT,
                **(row[4] if len(row) > 4 else {}),
            }
            for i, row in enumerate(rows)
        ],
    )


_CENTS = st.integers(-200_000, 200_000)
_ROW = st.tuples(
    st.sampled_from(["c1", "c2", "c3", "c4", "c5"]),
    st.integers(0, 200),
    st.sampled_from([kind for kind in TRANSACTION_KINDS if kind != "transfer"]),
    st.sampled_from(PARTIES),
    _CENTS,
)


@st.composite
def ledgers(draw, min_rows: int = 1, max_rows: int = 30) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Draw (claims, transactions): rows of any kind and sign, with transfers that cancel out."""
    rows = []
    for claim, after, kind, party, cents in draw(st.lists(_ROW, min_size=min_rows, max_size=max_rows)):
        posted = (START + dt.timedelta(days=after)).isoformat()
        rows.append((claim, posted, kind, party, cents / 100))
        if draw(st.booleans()):
            other = draw(st.sampled_from([p for p in PARTIES if p != party]))
            rows.append((claim, posted, "transfer", party, -cents / 100))
            rows.append((claim, posted, "transfer", other, cents / 100))
    names = sorted({row[0] for row in rows})
    visits = [(name, (START - dt.timedelta(days=draw(st.integers(0, 60)))).isoformat()) for name in names]
    return claims(*visits), ledger(*rows)
