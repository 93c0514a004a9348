"""How old is the open balance, in all, by payer, by class of payer and by who owes it?

Builds the sections that show aging, with their charts, from aged open items. It ages nothing and reads no file.
"""

from __future__ import annotations

import dataclasses
import struct
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from arlab.aging import CLOCKS, NO_DATE, add_age, add_bucket, aging_table, bucket_labels, describe_aging
from arlab.errors import NotAvailable
from arlab.plots import (
    currency_sign,
    describe_aging_by,
    dollar_text,
    dollars_over_90,
    dollars_sum,
    plot_aging,
    plot_aging_by,
    render_png,
    share_text,
)
from arlab.report.aged import (
    AGENCY,
    NOT_STATED,
    OWN_BUCKETS,
    PATIENTS,
    PAYERS,
    Aged,
    clock_name,
    money,
    percent,
)
from arlab.report.content import Chart, Column, Section, Table

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

__all__ = ["aging_sections", "clock_section", "make_chart"]

# Inches and dots: letters of 11 points are 15 pixels on a desktop and 13 on a phone, and sharp on both.
_WIDE, _NARROW = (8.6, 160), (4.0, 180)


@dataclasses.dataclass(frozen=True)
class _Split:
    """A way to split the aging: the column, and its words."""

    by: str
    key: str
    title: str
    label: str
    words: str


def aging_sections(aged: Aged) -> list[Section]:
    """Return the sections on aging that the items allow: in all, by payer, by class, payers and patients."""
    if aged.items.empty:
        return [Section("aging", "How old is the open balance?", (describe_aging(_no_rows(aged)),))]
    sections = [_total_section(aged)]
    if _is_known(aged.items, "payer"):
        sections.append(_split_section(aged, _Split("payer", "payer", "Who owes it?", "Payer", "payer")))
    if _is_known(aged.items, "payer_class"):
        split = _Split("payer_class", "class", "Which classes of payer?", "Class", "class of payer")
        note = "The class is that of the claim's first payer; a patient's share stays with its claim."
        sections.append(dataclasses.replace(_split_section(aged, split), notes=(note,)))
    # A list of payer balances alone does not tell what patients owe; only one with both can be split.
    if aged.items["owed_by"].isin([PATIENTS, AGENCY]).any():
        split = _Split("owed_by", "owed-by", "Payers or patients?", "Owed by", "who owes it")
        sections.append(_split_section(aged, split))
    return sections


def _no_rows(aged: Aged) -> pd.DataFrame:
    return aging_table(aged.items, buckets=bucket_labels())


def _is_known(items: pd.DataFrame, column: str) -> bool:
    return column in items and bool((items[column] != NOT_STATED).any())


def _total_section(aged: Aged) -> Section:
    """Return the aging of the whole open balance."""
    extra = [name for name in ("not_on_file", "not_yet_stated") if name in aged.table]
    labels = {"not_on_file": "of it not on file", "not_yet_stated": "of it not yet stated"}
    columns = [Column(aged.label), Column("Items", True), Column("Balance", True), Column("Share", True)]
    rows = []
    for row in aged.table.to_dict("records"):
        share = percent(row["balance"], aged.balance)
        cells = (str(row["bucket"]), f"{row['items']:,}", money(row["balance"]), share)
        rows.append((*cells, *(money(row[name]) for name in extra)))
    whole = percent(aged.balance, aged.balance)
    total = ("Total", f"{len(aged.items):,}", money(aged.balance), whole)
    sums = tuple(money(dollars_sum(aged.table[name])) for name in extra)
    table = Table(
        "aging-table",
        "Open balance by age",
        (*columns, *(Column(labels[name], True) for name in extra)),
        tuple(rows),
        (*total, *sums),
    )
    # The sentence opens with the total in dollars.
    words = describe_aging(aged.table).replace("$", currency_sign(), 1)
    title = None
    if aged.clock == OWN_BUCKETS and aged.over_90 is not None:
        # The file may count from the due day: its buckets are named, not called an age.
        share = share_text(aged.over_90, aged.balance)
        part = f"{dollar_text(aged.over_90)} ({share})" if aged.over_90 else "Nothing"
        title = f"{part} stands in the buckets over 90 days"
    chart = make_chart(
        lambda width: plot_aging(aged.table, width=width, title=title, label=aged.label), words
    )
    return Section("aging", "How old is the open balance?", (words,), chart, (table,))


def _split_section(aged: Aged, split: _Split) -> Section:
    """Return the aging by one column: a chart of the largest, a table of all."""
    by = split.by
    long = aging_table(aged.items, by=[by], buckets=aged.buckets)
    order = aged.table["bucket"].tolist()
    rows = []
    for name, part in long.groupby(by, sort=False):
        cells = dict(zip(part["bucket"], part["balance"], strict=True))
        whole = dollars_sum(part["balance"])
        over = dollars_over_90(part)
        # Buckets in which nobody of this group owes anything are left out by a file with buckets of its own.
        amounts = [cells.get(bucket, 0.0) for bucket in order]
        rows.append((whole, str(name), int(part["items"].sum()), amounts, over))
    rows.sort(key=lambda row: (-row[0], row[1]))
    has_over = aged.over_90 is not None
    shown = []
    for whole, name, items, amounts, over in rows:
        last = (percent(over or 0.0, whole),) if has_over else ()
        shown.append((name, f"{items:,}", *(money(amount) for amount in amounts), money(whole), *last))
    sums = [money(balance) for balance in aged.table["balance"]]
    last = (percent(aged.over_90 or 0.0, aged.balance),) if has_over else ()
    table = Table(
        f"{split.key}-table",
        f"Open balance by {split.words} and {aged.label.lower()}",
        (
            Column(split.label),
            Column("Items", True),
            *(Column(bucket, True) for bucket in order),
            Column("Total", True),
            *((Column("Over 90", True),) if has_over else ()),
        ),
        tuple(shown),
        ("Total", f"{len(aged.items):,}", *sums, money(aged.balance), *last),
    )
    title = None
    words = describe_aging_by(long, by=by)
    if by == "owed_by":
        words = _parties_words([(name, whole) for whole, name, *_ in rows], aged.balance, exact=True)
        title = _parties_words([(name, whole) for whole, name, *_ in rows], aged.balance, exact=False)
    chart = make_chart(lambda width: plot_aging_by(long, by=by, width=width, title=title), words)
    return Section(split.key, split.title, (words,), chart, (table,))


def _parties_words(parties: Sequence[tuple[str, float]], whole: float, *, exact: bool) -> str:
    """Return who owes how much, or only which share, as a sentence."""
    said = {}
    for name, amount in parties:
        share = share_text(amount, whole)
        said[name] = f"{money(amount)} ({share})" if exact else share
    owed = [f"{name} owe {said[name]}" for name in (PAYERS, PATIENTS) if name in said]
    sentence = " and ".join(owed).replace(f" and {PATIENTS} owe", f" and {PATIENTS.lower()}")
    for name, where in ((AGENCY, "with the collection agency"), (NOT_STATED, "without a stated party")):
        if name in said:
            sentence += f"{'; ' if sentence else ''}{said[name]} is {where}"
    return sentence + "." * exact


def make_chart(draw: Callable[[float], Axes], words: str) -> Chart:
    """Return a chart in both widths; its title, the finding, is part of the words."""
    (wide_inches, wide_dots), (narrow_inches, narrow_dots) = _WIDE, _NARROW
    axes = draw(wide_inches)
    title = " ".join(axes.get_title(loc="left").split())
    wide = render_png(axes, dpi=wide_dots)
    narrow = render_png(draw(narrow_inches), dpi=narrow_dots)
    # Shown at half of the narrow picture's dots, and at 96 dots an inch for the wide one.
    return Chart(
        wide, narrow, _shown(wide, 96 / wide_dots), _shown(narrow, 0.5), f"Bar chart. {title}. {words}"
    )


def _shown(png: bytes, scale: float) -> tuple[int, int]:
    """Return width and height in pixels of the page; a PNG has its own at bytes 16 to 24."""
    width, height = struct.unpack(">II", png[16:24])
    return round(width * scale), round(height * scale)


def clock_section(aged: Aged, *, definitions: Sequence[dict[str, str]]) -> Section:
    """Return which day the age counts from, what the other clocks would say, and the words used."""
    if aged.clock == OWN_BUCKETS:
        first = "The buckets are those of the file; it has no dates from which another age could be counted."
    else:
        first = f"Age is counted by the {clock_name(aged.clock)} clock: {CLOCKS[aged.clock]}."
    tables = []
    by_clock = {} if aged.clock == OWN_BUCKETS else _by_clock(aged)
    if len(by_clock) > 1:
        totals = {name: dollars_sum(table["balance"]) for name, table in by_clock.items()}
        order = [
            *bucket_labels(),
            *([NO_DATE] if any(NO_DATE in set(t["bucket"]) for t in by_clock.values()) else []),
        ]
        rows = []
        for bucket in order:
            sums = [dollars_sum(t.loc[t["bucket"] == bucket, "balance"]) for t in by_clock.values()]
            rows.append((bucket, *(money(amount) for amount in sums)))
        tables.append(
            Table(
                "clock-table",
                "The same open balance by each aging clock",
                (Column("Age in days"), *(Column(clock_name(name), True) for name in by_clock)),
                tuple(rows),
                ("Total", *(money(amount) for amount in totals.values())),
            )
        )
    if definitions:
        cells = [(d["name"], d["meaning"], d["numerator"], d["caution"], d["source"]) for d in definitions]
        labels = ("Word", "Meaning", "Counted as", "Caution", "Source")
        tables.append(
            Table("words-table", "Words used here", tuple(Column(text) for text in labels), tuple(cells))
        )
    return Section("definitions", "How is it counted?", (first,), None, tuple(tables))


def _by_clock(aged: Aged) -> dict[str, pd.DataFrame]:
    """Return the aging table by every clock whose dates the items have."""
    plain = aged.items.drop(columns=["age_days", "bucket", "bucket_number", "clock"])
    tables: dict[str, Any] = {}
    for clock in CLOCKS:
        try:
            tables[clock] = aging_table(add_bucket(add_age(plain, clock=clock)))
        except NotAvailable:
            continue
    return tables
