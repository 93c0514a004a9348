"""What does movement through a ledger say in a sentence or two?

Puts the tables of ``roll``, ``weekly`` and ``waterfall`` into words with their figures. It computes no measure.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import narwhals.stable.v2 as nw

from arlab.movement.flows import FIRST_OTHER, FROM, TO
from arlab.movement.postings import ENTRIES, EXITS
from arlab.movement.read import CANNOT_TELL, money_text, whole_rows
from arlab.movement.waterfall import PARTS

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["describe_roll", "describe_waterfall", "describe_weekly_balances", "describe_weekly_roll"]

_STEPS = {
    "charges": "charged",
    "payer_paid": "paid by payers",
    "patient_paid": "paid by patients",
    "contractual": "contractual adjustments",
    "written_off": "written off",
    "bad_debt": "bad debt",
    "moved": "moved between parties",
    "refunded": "refunded",
    "taken_back": "taken back by payers",
    "reversed": "reversed",
    "other": "other rows",
}


def describe_roll(table: Any) -> str:
    """Return a roll-rate matrix, groups added up, as sentences.

    Examples
    --------
    >>> import pandas as pd
    >>> describe_roll(pd.DataFrame({"from_number": [0, 0], "from_bucket": "0-30", "to_number": [1, 121],
    ...     "to_bucket": ["31-60", "paid by payer"], "balance": [40.0, 120.0]}))
    'Of 160.00 open on the first day, 40.00 (25.0%) is still open, 40.00 of it in an older bucket; 120.00 was paid by payer. Nothing came in. On the second day 40.00 is open.'
    """  # noqa: E501 - one sentence
    rows = whole_rows(table)
    before, after = rows["from_number"] < FIRST_OTHER, rows["to_number"] < FIRST_OTHER
    opening, closing = _sum(rows, before), _sum(rows, after)
    kept, older = before & after, before & after & (rows["to_number"] > rows["from_number"])
    first = "Nothing was open on the first day."
    if opening:
        ways = [(_sum(rows, before & (rows["to_number"] == way)), label) for way, label in EXITS.values()]
        still = _sum(rows, kept)
        first = (
            f"Of {money_text(opening)} open on the first day, {money_text(still)} ({still / opening:.1%}) is still"
            f" open, {money_text(_sum(rows, older))} of it in an older bucket{_listed(ways, '; ', 'was ')}."
        )
    ways = [(_sum(rows, rows["from_number"] == way), label) for way, label in ENTRIES.values()]
    came = sum(amount for amount, _ in ways)
    second = "Nothing came in."
    if came:
        open_yet = _sum(rows, rows["from_number"].isin([way for way, _ in ENTRIES.values()]) & after)
        second = (
            f"{money_text(came)} came in ({_listed(ways, '', '')}), of which {money_text(open_yet)} is open on the"
            " second day."
        )
    owed = [
        _sum(rows, rows[f"{side}_number"] == ways["credit"][0]) for side, ways in (("from", FROM), ("to", TO))
    ]
    credits = f" Credits were {money_text(owed[0])} and are {money_text(owed[1])}." if any(owed) else ""
    return f"{first} {second} On the second day {money_text(closing)} is open.{credits}"


def describe_weekly_balances(table: Any) -> str:
    """Return balances by bucket on many days, groups added up, as one sentence.

    Examples
    --------
    >>> import pandas as pd
    >>> days = pd.to_datetime(["2026-06-23", "2026-06-30"])
    >>> describe_weekly_balances(pd.DataFrame({"day": days, "bucket": "0-30", "balance": [160.0, 200.0]}))
    'From 2026-06-23 to 2026-06-30 the open balance rose from 160.00 to 200.00; its highest of 2 days was 200.00 on 2026-06-30.'
    """  # noqa: E501 - one sentence
    rows = _pandas(table)
    if rows.empty:
        return "No balance is open on any of the days."
    by_day = rows.assign(cents=_cents(rows["balance"])).groupby("day")["cents"].sum()
    first, last = int(by_day.iloc[0]), int(by_day.iloc[-1])
    turn = (
        "stayed at" if first == last else f"{'rose' if last > first else 'fell'} from {money_text(first)} to"
    )
    highest = by_day.idxmax()
    return (
        f"From {_day(by_day.index[0])} to {_day(by_day.index[-1])} the open balance {turn} {money_text(last)}; its"
        f" highest of {len(by_day)} day{'s' * (len(by_day) != 1)} was {money_text(int(by_day.max()))}"
        f" on {_day(highest)}."
    )


def describe_weekly_roll(table: Any) -> str:
    """Return the weekly roll at each edge, groups added up, as one sentence.

    Examples
    --------
    >>> import pandas as pd
    >>> week_ends = pd.to_datetime(["2026-06-23", "2026-06-30"])
    >>> describe_weekly_roll(pd.DataFrame({"to_day": week_ends, "edge": 30, "due": [100.0, 60.0],
    ...     "crossed": [80.0, 20.0]}))
    'In the 2 weeks to 2026-06-30, of what would pass day 30 (160.00) 62.5% did so still open, 33.3% in the last week.'
    """  # noqa: E501 - one sentence
    rows = _pandas(table)
    if rows.empty:
        return "No balance would have passed an edge in any of the weeks."
    rows = rows.assign(due=_cents(rows["due"]), crossed=_cents(rows["crossed"]))
    last = rows["to_day"].max()
    parts = []
    for edge, part in rows.groupby("edge"):
        due, crossed = int(part["due"].sum()), int(part["crossed"].sum())
        now = part[part["to_day"] == last]
        recent = int(now["due"].sum())
        share = f"{int(now['crossed'].sum()) / recent:.1%}" if recent else "nothing due"
        parts.append(
            f"of what would pass day {edge} ({money_text(due)}) {crossed / due:.1%} did so still open, {share} in"
            " the last week"
        )
    weeks = rows["to_day"].nunique()
    return f"In the {weeks} week{'s' * (weeks != 1)} to {_day(last)}, {'; '.join(parts)}."


def describe_waterfall(table: Any) -> str:
    """Return a waterfall, groups and periods added up, as a sentence; with what two snapshots cannot tell.

    Parameters
    ----------
    table : of :func:`waterfall_table`, or of :func:`movement_roll_table` from two snapshots

    Examples
    --------
    >>> import pandas as pd
    >>> parts = dict.fromkeys(PARTS, 0.0) | {"charges": 160.0, "payer_paid": -40.0}
    >>> days = {"from_day": pd.to_datetime(["2026-05-31"]), "to_day": pd.to_datetime(["2026-06-30"])}
    >>> describe_waterfall(pd.DataFrame({**days, "opening": [10.0], **parts, "closing": [130.0]}))
    'AR net of credits went from 10.00 on 2026-05-31 to 130.00 on 2026-06-30: +160.00 charged, -40.00 paid by payers.'
    """  # noqa: E501 - one sentence
    rows = _pandas(table)
    if "charges" not in rows:
        return f"{_between_snapshots(rows)} {CANNOT_TELL}"
    if rows.empty:
        return "Nothing was ever posted."
    first, last = rows["from_day"].min(), rows["to_day"].max()
    opening = _total(rows[rows["from_day"] == first]["opening"])
    # What a later period opens with is counted in the closing balance of the one before.
    closing = _total(rows[rows["to_day"] == last]["closing"])
    steps = [(_total(rows[part]), _STEPS[part]) for part in PARTS]
    words = ", ".join(f"{_signed(amount)} {label}" for amount, label in steps if amount)
    return (
        f"AR net of credits went from {money_text(opening)} on {_day(first)} to {money_text(closing)} on"
        f" {_day(last)}: {words or 'nothing was posted'}."
    )


def _between_snapshots(rows: pd.DataFrame) -> str:
    """Return what two snapshots show of a waterfall."""
    steps = [
        name for name in rows.columns if name in {label for ways in (FROM, TO) for _, label in ways.values()}
    ]
    words = ", ".join(f"{_signed(_total(rows[name]))} {name}" for name in steps if _total(rows[name]))
    opening, closing = (money_text(_total(rows[name])) for name in ("opening", "closing"))
    return f"The open balance went from {opening} to {closing}: {words or 'nothing changed'}."


def _sum(rows: pd.DataFrame, where: pd.Series) -> int:
    return int(rows["cents"][where].sum())


def _listed(ways: Iterable[tuple[int, str]], start: str, verb: str) -> str:
    """Return the ways that dollars took, with their amounts."""
    words = ", ".join(f"{money_text(amount)} {verb}{label}" for amount, label in ways if amount)
    return f"{start}{words}" if words else ""


def _pandas(table: Any) -> pd.DataFrame:
    frame = nw.from_native(table)
    return (frame.collect() if isinstance(frame, nw.LazyFrame) else frame).to_pandas()


def _cents(amounts: pd.Series) -> pd.Series:
    return (amounts * 100).round().astype("int64")


def _total(amounts: pd.Series) -> int:
    return int(_cents(amounts).sum())


def _signed(cents: int) -> str:
    return f"{'-' if cents < 0 else '+'}{money_text(abs(cents))}"


def _day(day: Any) -> str:
    return str(day)[:10]
