"""How does shared aging read: which sections, sentences, charts and rows?

Turns cells that may be shown into text and pictures; a withheld cell is a word in each of them. It decides nothing
about what is shown.
"""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from arlab.plots import (
    WITHHELD,
    dollar_text,
    dollars_sum,
    plot_aging,
    plot_aging_by,
    share_text,
    shorten,
)
from arlab.protect.cells import ALL, OLD, SMALLEST, TOTAL
from arlab.report.aged import money, percent
from arlab.report.aging import make_chart
from arlab.report.content import Column, Figure, Section, Table
from arlab.report.share_tables import SharedTable, Split

__all__ = ["WITHHELD_MEANS", "shared_figures", "shared_finding", "shared_rows", "shared_sections"]

WITHHELD_MEANS = (
    f"Withheld: a number about 1–{SMALLEST - 1} patients, or one from which such a number could be computed."
)
_HEAD = ("by", "group", "bucket", "items", "balance", "share_of_group")


def shared_sections(shared: SharedTable, *, label: str) -> list[Section]:
    """Return the sections on aging: in all, and by every split that can be shown."""
    return [_total_section(shared, label), *(_split_section(shared, split) for split in shared.splits)]


def shared_finding(shared: SharedTable) -> str:
    """Return the one sentence that the shared report opens with."""
    whole = shared.amount(ALL, TOTAL, TOTAL) or 0.0
    sentence = f"{money(whole)} is open"
    old = shared.amount(ALL, TOTAL, OLD) if shared.over_90 else None
    if old is not None:
        part = f"{money(old)} of it ({share_text(old, whole)})" if old else "none of it"
        sentence += f", {part} for more than 90 days"
    if any(split.by == "payer" for split in shared.splits):
        name = shared.groups("payer")[0]
        largest = shared.amount("payer", name, TOTAL)
        if largest is not None:
            sentence += f"; the largest part is with {shorten(name, 60)} ({share_text(largest, whole)})"
    return f"{sentence}."


def shared_figures(shared: SharedTable) -> tuple[Figure, ...]:
    """Return the numbers for the head of the shared report."""
    whole = shared.amount(ALL, TOTAL, TOTAL) or 0.0
    figures = [Figure("Open balance", money(whole), f"{shared.items:,} items")]
    old = shared.amount(ALL, TOTAL, OLD) if shared.over_90 else None
    if old is not None:
        figures.append(
            Figure("Older than 90 days", money(old), f"{share_text(old, whole)} of the open balance")
        )
    hidden, filled = shared.suppressed.counts()
    figures.append(Figure("Cells withheld", f"{hidden:,}", f"of {filled:,} that hold something"))
    return tuple(figures)


def _amount(value: float | None) -> str:
    return WITHHELD if value is None else money(value)


def _count(value: int | None) -> str:
    return WITHHELD if value is None else f"{value:,}"


def _share(part: float | None, whole: float | None) -> str:
    return WITHHELD if part is None or whole is None else percent(part, whole)


def _total_section(shared: SharedTable, label: str) -> Section:
    """Return the aging of the whole open balance."""
    whole = shared.amount(ALL, TOTAL, TOTAL) or 0.0
    rows, bars = [], []
    for place, bucket in enumerate(shared.buckets):
        amount, number = shared.amount(ALL, TOTAL, bucket), shared.number(ALL, TOTAL, bucket)
        rows.append((bucket, _count(number), _amount(amount), _share(amount, whole)))
        if amount is not None:
            bars.append((place, bucket, amount))
    table = Table(
        "aging-table",
        "Open balance by age",
        (Column(label), Column("Items", True), Column("Balance", True), Column("Share", True)),
        tuple(rows),
        ("Total", f"{shared.items:,}", money(whole), percent(whole, whole)),
    )
    said = [f"{share_text(amount, whole)} in {bucket}" for _, bucket, amount in bars]
    words = f"{money(whole)} is open on {shared.items:,} items: {', '.join(said)}."
    bars += _remainder(len(shared.buckets), whole, bars)
    data = pd.DataFrame(bars, columns=["bucket_number", "bucket", "balance"])
    title = None
    if len(bars) > len(rows) or WITHHELD in set(data["bucket"]):
        title = _title(shared.amount(ALL, TOTAL, OLD) if shared.over_90 else None, whole)
    chart = make_chart(lambda width: plot_aging(data, width=width, title=title, label=label), words)
    return Section("aging", "How old is the open balance?", (words,), chart, (table,))


def _remainder(
    place: int, whole: float, bars: Sequence[tuple[int, str, float]]
) -> list[tuple[int, str, float]]:
    """Return the part of a bar that is not shown by age: what everyone can subtract, drawn so that bars add up."""
    rest = dollars_sum([whole, *(-amount for *_, amount in bars)])
    return [(place, WITHHELD, rest)] if rest > 0 else []


def _title(old: float | None, whole: float) -> str:
    if old is None:
        return f"{dollar_text(whole)} is open"
    return f"{dollar_text(old)} of {dollar_text(whole)} ({share_text(old, whole)}) is older than 90 days"


def _split_section(shared: SharedTable, split: Split) -> Section:
    """Return the aging by one column."""
    columns = shared.columns(split.by)
    ages = [name for name in columns if name in shared.buckets] or list(columns)
    over = OLD in columns and OLD not in ages
    rows, bars = [], []
    for group in shared.groups(split.by):
        amounts = [shared.amount(split.by, group, column) for column in ages]
        whole = shared.amount(split.by, group, TOTAL)
        last = [_share(shared.amount(split.by, group, OLD), whole)] if over else []
        items = _count(shared.number(split.by, group, TOTAL))
        rows.append((group, items, *map(_amount, amounts), _amount(whole), *last))
        if whole is not None:
            own = [(n, ages[n], a) for n, a in enumerate(amounts) if a is not None]
            own += _remainder(len(ages), whole, own) if ages else [(0, TOTAL, whole)]
            bars += [(group, *bar) for bar in own]
    all_open = shared.amount(ALL, TOTAL, TOTAL)
    last = [_share(shared.amount(ALL, TOTAL, OLD), all_open)] if over else []
    total = (
        "Total",
        f"{shared.items:,}",
        *(_amount(shared.amount(ALL, TOTAL, column)) for column in ages),
        _amount(all_open),
        *last,
    )
    table = Table(
        f"{split.key}-table",
        f"Open balance by {split.words}{' and age' if ages else ''}",
        (
            Column(split.label),
            Column("Items", True),
            *(Column(name, True) for name in ages),
            Column("Total", True),
            *((Column("Over 90", True),) if over else ()),
        ),
        tuple(rows),
        total,
    )
    words = _words(shared, split)
    data = pd.DataFrame(bars, columns=[split.by, "bucket_number", "bucket", "balance"])
    chart = make_chart(
        lambda width: plot_aging_by(data, by=split.by, width=width, title=words.rstrip(".")), words
    )
    notes = [WITHHELD_MEANS] if any(WITHHELD in row for row in rows) else []
    if split.by == "payer_class":
        notes.append("The class is that of the claim's first payer; a patient's share stays with its claim.")
    return Section(split.key, split.title, (words,), chart, (table,), tuple(notes))


def _words(shared: SharedTable, split: Split) -> str:
    """Return where the most is, of the groups whose total is shown."""
    group = shared.groups(split.by)[0]
    amount, whole = shared.amount(split.by, group, TOTAL), shared.amount(ALL, TOTAL, TOTAL) or 0.0
    if amount is None:
        return f"{money(whole)} is open in all."
    share = share_text(amount, whole)
    return f"The largest part is with {shorten(group, 60)}: {money(amount)}, {share} of {money(whole)}."


def shared_rows(shared: SharedTable) -> list[tuple[str, ...]]:
    """Return the shared tables as rows of text, the names of the columns first."""
    rows: list[tuple[str, ...]] = [_HEAD]
    cells = shared.suppressed.cells
    for table in cells.groups:
        for group in shared.groups(table):
            for column in cells.columns[table]:
                amount, number = shared.amount(table, group, column), shared.number(table, group, column)
                share = _share(amount, shared.amount(table, group, TOTAL))
                rows.append(
                    (
                        table or "all",
                        group,
                        column,
                        WITHHELD if number is None else str(number),
                        WITHHELD if amount is None else f"{amount:.2f}",
                        share.replace("–", ""),
                    )
                )
    return rows
