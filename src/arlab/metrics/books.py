"""What does a practice's scorecard look things up in, and is it there?

The practice's tables, laid down once, and the few tables that many measures share, each made when first asked for.
No measure is computed here.
"""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Callable
from typing import Any

import narwhals.stable.v2 as nw
import numpy as np

from arlab.denials import first_answers, initial_denials
from arlab.errors import NotAvailable
from arlab.frames import to_pandas
from arlab.metrics.flows import flow_table
from arlab.metrics.lags import claim_dates, denial_work
from arlab.metrics.money import net_rows
from arlab.metrics.periods import Span
from arlab.tables import Practice

__all__ = ["Books", "total", "within"]

# A ledger may begin on the first working day after a holiday and still be whole.
_SLACK = 7
_NET = "transactions with net kinds"  # the same rows on every day: each question cuts them at its own


def within(table: Any, span: Span) -> Any:
    """Return the rows of a pandas table by ``day`` that fall into a span."""
    after, until = (np.datetime64(day, "us") for day in span)
    return table[(table["day"] > after) & (table["day"] <= until)]


def total(table: Any, span: Span, *columns: str) -> tuple[float, ...]:
    """Return the sums of columns of a table by ``day`` over a span: whole cents for dollars."""
    inside = within(table, span)
    return tuple(
        float(inside[name].sum())
        if str(inside[name].dtype) == "Int64"
        else float((inside[name] * 100).round().sum()) / 100
        for name in columns
    )


class Books:
    """A practice's tables as known on a day, and what is derived from them once.

    Parameters
    ----------
    practice : the practice
    day : last day that counts
    lay : puts a frame where it is computed (see :func:`arlab.frames.workbench`)
    """

    def __init__(self, practice: Practice, day: dt.date, lay: Callable[[Any], Any]) -> None:
        self.practice = practice
        self.day = day
        self._lay = lay
        self._laid: dict[str, Any] = {}
        self._asked: dict[tuple[Any, ...], Any] = {}

    def on(self, day: dt.date) -> Books:
        """Return the same books as known on another day; what was laid down stays where it lies."""
        other = Books(self.practice, day, self._lay)
        other._laid = self._laid
        return other

    def table(self, name: str, *filled: str) -> Any:
        """Return a table; the columns named must hold something.

        Raises
        ------
        NotAvailable
            when the practice has no such table, or a column of it is empty throughout.
        """
        if not self.practice.has(name):
            raise NotAvailable(f"there is no {name} table")
        if name not in self._laid:
            given: Any = self.practice.tables[name]
            # What is lazy may be larger than memory: it stays where it lives.
            lazy = isinstance(nw.from_native(given), nw.LazyFrame)
            self._laid[name] = given if lazy else self._lay(given)
        for column in filled:
            rows = nw.from_native(self._laid[name]).lazy()
            counts = rows.select(every=nw.len(), filled=nw.col(column).count()).collect().row(0)
            if counts[0] and not counts[1]:
                raise NotAvailable(f"{column} is empty in {name}")
        return self._laid[name]

    def maybe(self, name: str) -> Any:
        """Return a table, or ``None`` when the practice has none."""
        return self.table(name) if self.practice.has(name) else None

    @functools.cached_property
    def ledger(self) -> Any:
        """The ledger with net kinds; one that is lazy is worked out anew by each question."""
        rows = self.table("transactions")
        if isinstance(nw.from_native(self.practice.tables["transactions"]), nw.LazyFrame):
            return rows
        if _NET not in self._laid:
            self._laid[_NET] = self._lay(net_rows(rows))
        return self._laid[_NET]

    @functools.cached_property
    def answers(self) -> Any:
        """The first answers; claims never sent are not among them."""
        lines = self.maybe("lines")
        found = first_answers(
            self.table("claims"),
            self.ledger,
            as_of=self.day,
            submissions=self.maybe("submissions"),
            lines=lines,
        )
        return self._lay(found)

    @functools.cached_property
    def denials(self) -> Any:
        """The initial denials."""
        found = initial_denials(self.table("claims"), self.ledger, as_of=self.day, lines=self.maybe("lines"))
        return self._lay(found)

    @functools.cached_property
    def denial_work(self) -> Any:
        """The initial denials with the work on them."""
        return self._lay(denial_work(self.denials, self.table("actions"), as_of=self.day))

    @functools.cached_property
    def dates(self) -> Any:
        """The first days of each claim's way."""
        found = claim_dates(self.table("claims"), self.ledger, self.table("submissions"), as_of=self.day)
        return self._lay(found)

    def daily(self, table_function: Callable[..., Any], *tables: Any, **options: Any) -> Any:
        """Return a table function's result by day, as pandas, made once for the same question."""
        names = {name: id(value) if name == "submissions" else value for name, value in options.items()}
        question = (table_function.__name__, *map(id, tables), *sorted(names.items()))
        if question not in self._asked:
            asked = table_function(*tables, as_of=self.day, each="day", **options)
            self._asked[question] = to_pandas(asked)
        return self._asked[question]

    @functools.cached_property
    def flows(self) -> Any:
        """The ledger's flows by posting day, as pandas."""
        return to_pandas(flow_table(self.table("claims"), self.ledger, as_of=self.day))

    @functools.cached_property
    def priced_share(self) -> float:
        """The share of the insured claims whose contract price is known; 1 when there are none."""
        claims = nw.from_native(self.table("claims")).lazy()
        entered = nw.col("charge_entry_date") <= self.day
        insured = claims.filter(nw.col("payer_class") != "self_pay").filter(entered)
        counts = insured.select(known=nw.col("expected_allowed").count(), every=nw.col("claim_id").count())
        row = nw.from_native(to_pandas(counts.to_native())).row(0)
        return int(row[0]) / int(row[1]) if row[1] else 1.0

    @functools.cached_property
    def begins(self) -> dt.date:
        """The day of the first charge posted."""
        self.table("transactions")
        charged = self.flows[self.flows["charge_rows"] > 0]
        if charged.empty:
            raise NotAvailable("no charge was ever posted")
        return charged["day"].min().date()

    def covers(self, span: Span) -> None:
        """Say so when the ledger does not reach back to the start of a span."""
        if self.begins > span.after + dt.timedelta(days=_SLACK):
            raise NotAvailable(
                f"the ledger begins on {self.begins} and does not cover the {span.days} days before"
                f" {span.until + dt.timedelta(days=1)}"
            )

    def ar(self, day: dt.date) -> float:
        """Return total AR on a day, accounts at an agency left out."""
        return total(self.flows, Span(dt.date.min, day), "ar_change")[0]
