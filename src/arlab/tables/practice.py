"""Which tables are known of a practice, and do they agree with each other?

Holds tables and checks them against one another. Nothing is computed from them here.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Mapping
from typing import Any

import pandas as pd

from arlab.errors import InputRefused, NotAvailable
from arlab.tables.contract import TABLES, check_table, contract_rows

__all__ = ["Practice", "check_practice", "whole_cents"]


@dataclasses.dataclass(frozen=True)
class Practice:
    """The tables that are known of one practice (or of many, by ``practice_id``).

    Parameters
    ----------
    name : name to show in titles
    as_of : last day that the tables know; a result may be asked for this day or an earlier one
    tables : table name -> pandas frame that keeps the contract; only the tables there are
    cannot_compute : (measure, why) pairs that are known from the source
    truth : the answer key of a synthetic practice; analysis code never reads it

    A table is an attribute: ``practice.claims``. Asking for one that is not there raises ``NotAvailable``.
    """

    name: str
    as_of: dt.date
    tables: Mapping[str, pd.DataFrame]
    cannot_compute: tuple[tuple[str, str], ...] = ()
    truth: Any = dataclasses.field(default=None, repr=False, compare=False)

    def __getattr__(self, table: str) -> pd.DataFrame:
        if table.startswith("__") or table not in TABLES:
            raise AttributeError(table)
        try:
            return self.__dict__["tables"][table]
        except KeyError:
            raise NotAvailable(
                f"'{self.name}' has no {table} table: {TABLES[table].description[0].lower()}"
                f"{TABLES[table].description[1:]}"
            ) from None

    def has(self, *tables: str) -> bool:
        """Return whether all these tables are there."""
        return all(table in self.tables for table in tables)


def check_practice(practice: Practice) -> Practice:
    """Return the practice with every table checked, alone and against the others.

    Raises
    ------
    InputRefused
        when a table breaks its contract, a row points to nothing, lines do not add up to their claim,
        transfers do not cancel out, or the charge of a claim is not posted once.
    """
    tables = {name: check_table(frame, name) for name, frame in practice.tables.items()}
    for row in contract_rows("columns"):
        target = row["rule"][2:]
        if row["rule"].startswith("->") and row["table"] in tables and target in tables:
            lost = ~tables[row["table"]][row["column"]].isin(tables[target][row["column"]])
            if lost.any():
                raise InputRefused(
                    f"Table {row['table']} has {int(lost.sum())} rows whose {row['column']} is not in {target}."
                )
    if "claims" in tables and "lines" in tables:
        charge = tables["claims"].set_index("claim_id")["charge"]
        by_line = tables["lines"].groupby("claim_id")["charge"].sum().reindex(charge.index, fill_value=0)
        wrong = int((whole_cents(by_line) != whole_cents(charge)).sum())
        if wrong:
            raise InputRefused(f"The lines of {wrong} claims do not add up to the claim's charge.")
    if "transactions" in tables:
        moved = tables["transactions"].loc[lambda t: t["kind"] == "transfer"]
        groups = [moved["claim_id"], moved["posted_date"]]
        if (whole_cents(moved["amount"]).groupby(groups).sum() != 0).any():
            raise InputRefused(
                "Table transactions has transfers that do not cancel out within claim and day."
            )
    return dataclasses.replace(practice, tables=tables)


def whole_cents(amounts: pd.Series) -> pd.Series:
    """Return dollars as whole cents."""
    return (amounts * 100).round().astype("int64")
