"""What can still be done about one claim on a day, and how does that change from day to day?

Shows the remedies of the ledger in plain words for a lesson. It recommends nothing.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import pandas as pd

from arlab import ledger
from arlab.course.claims import claim_rows
from arlab.errors import NotAvailable
from arlab.frames import to_date
from arlab.tables import Practice, empty_table

__all__ = ["all_remedies", "claim_remedies", "compare_remedies", "denial_day", "filing_day"]

REMEDY_WORDS = {
    "file": "file the claim",
    "refile_unprocessable": "file again (could not be processed)",
    "correct": "send a corrected claim",
    "reopen": "ask for a reopening",
    "appeal_1": "first appeal",
    "appeal_2": "second appeal",
    "secondary_file": "file with the next payer",
}


def all_remedies(practice: Practice, day: dt.date, claim_id: str | None = None) -> pd.DataFrame:
    """Return the remedies of one claim, or of all, on a day."""
    names = ("claims", "coverages", "submissions", "transactions")
    tables = {name: getattr(practice, name) for name in names}
    if claim_id is not None:
        tables = {name: frame[frame["claim_id"] == claim_id] for name, frame in tables.items()}
    appeals = practice.appeals if practice.has("appeals") else empty_table("appeals")
    return ledger.remedies(contracts=practice.contracts, appeals=appeals, as_of=day, **tables)


def claim_remedies(practice: Practice, claim_id: str, *, as_of: dt.date | str | None = None) -> pd.DataFrame:
    """Return what can still be done about a claim on a day, and until when.

    Parameters
    ----------
    practice : with ``claims``, ``coverages``, ``contracts``, ``submissions`` and ``transactions``
    claim_id : the claim
    as_of : the day; the practice's own when left out

    Returns
    -------
    frame with ``remedy``, ``counted_from``, ``start``, ``last_day`` and ``state`` (not open yet, live, used or
    expired), as it was known on the day.
    """
    _, day = claim_rows(practice, claim_id, as_of)
    order = {remedy: place for place, remedy in enumerate(REMEDY_WORDS)}
    rows = all_remedies(practice, day, claim_id)
    rows = rows.sort_values(
        ["rank", "remedy"], key=lambda v: v.replace(order), kind="stable", ignore_index=True
    )
    words = rows["remedy"].map(REMEDY_WORDS)
    several = (rows["rank"] > 1).any()
    return pd.DataFrame(
        {
            "remedy": words + ", payer " + rows["rank"].astype("str") if several else words,
            "counted_from": rows["starts_from"],
            "start": rows["start_date"],
            "last_day": rows["due_date"],
            "state": rows["state"].replace({"not_open": "not open yet"}),
        }
    )


def compare_remedies(practice: Practice, claim_id: str, *, days: Sequence[dt.date | str]) -> pd.DataFrame:
    """Return a claim's remedies on several days side by side: one claim, seen with what each day knew.

    Returns
    -------
    frame with ``remedy``, ``last_day`` (as the latest day knew it) and one column per day with the state; empty
    where the remedy did not exist yet.
    """
    seen = [(to_date(day), claim_remedies(practice, claim_id, as_of=day)) for day in days]
    latest = max(seen, key=lambda pair: pair[0])[1]
    result = latest[["remedy", "last_day"]].reset_index(drop=True)
    for day, rows in seen:
        states = rows.set_index("remedy")["state"]
        result[f"on_{day}"] = result["remedy"].map(states).fillna("")
    return result


def denial_day(practice: Practice, claim_id: str) -> dt.date:
    """Return the day a claim's first denial was posted.

    Raises
    ------
    NotAvailable
        when the claim was never denied.
    """
    rows, _ = claim_rows(practice, claim_id, None)
    days = rows.loc[rows["kind"] == "denial", "posted_date"]
    if days.empty:
        raise NotAvailable(f"Claim {claim_id} was never denied: take another claim.")
    return _date(days.iloc[0])


def filing_day(practice: Practice, claim_id: str) -> dt.date:
    """Return the last day on which a claim can be filed with its first payer.

    Raises
    ------
    NotAvailable
        when no contract says it.
    """
    rows = all_remedies(practice, practice.as_of, claim_id)
    filing = rows.loc[(rows["remedy"] == "file") & (rows["rank"] == 1), "due_date"]
    if filing.empty:
        raise NotAvailable(f"No contract says until when claim {claim_id} can be filed.")
    return _date(filing.iloc[0])


def _date(day: pd.Timestamp) -> dt.date:
    return day.date()
