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
from arlab.tables.quick import all_within

__all__ = ["NOT_ON_FILE", "OWN_WRITE_OFFS", "PATIENT_BALANCES", "Practice", "check_practice", "whole_cents"]

PATIENT_BALANCES = "patient balances"
NOT_ON_FILE = "not on file"
OWN_WRITE_OFFS = "write-offs and bad debt"
"""Measures that results leave out where a practice's ``cannot_compute`` names them."""


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
    own_data : whether the tables come from a practice's own data; what is made from them is then marked and private

    A table is an attribute: ``practice.claims``. Asking for one that is not there raises ``NotAvailable``.
    """

    name: str
    as_of: dt.date
    tables: Mapping[str, pd.DataFrame]
    cannot_compute: tuple[tuple[str, str], ...] = ()
    truth: Any = dataclasses.field(default=None, repr=False, compare=False)
    own_data: bool = False

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

    def knows(self, measure: str) -> bool:
        """Return whether the source can tell a measure: whether ``cannot_compute`` does not name it."""
        return all(name != measure for name, _ in self.cannot_compute)

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
    practices = {name for frame in tables.values() for name in frame["practice_id"].unique()}

    def keys(table: str, column: str) -> pd.Series:
        """Return a column of ids; of many practices each may have its own C000001."""
        frame = tables[table]
        return frame[column] if len(practices) < 2 else frame["practice_id"] + "\n" + frame[column]

    for row in contract_rows("columns"):
        target = row["rule"][2:]
        if row["rule"].startswith("->") and row["table"] in tables and target in tables:
            given, known = keys(row["table"], row["column"]), keys(target, row["column"])
            if not all_within(given, known):
                lost = int((~given.isin(known.tolist())).sum())
                raise InputRefused(
                    f"Table {row['table']} has {lost} rows whose {row['column']} is not in {target}."
                )
    if "claims" in tables and "lines" in tables:
        charge = whole_cents(tables["claims"]["charge"]).set_axis(keys("claims", "claim_id"))
        cents = whole_cents(tables["lines"]["charge"])
        by_line = cents.groupby(keys("lines", "claim_id")).sum().reindex(charge.index, fill_value=0)
        wrong = int((by_line != charge).sum())
        if wrong:
            raise InputRefused(f"The lines of {wrong} claims do not add up to the claim's charge.")
    if "transactions" in tables:
        at = tables["transactions"]["kind"] == "transfer"
        moved = tables["transactions"][at]
        groups = [keys("transactions", "claim_id")[at], moved["posted_date"]]
        if (whole_cents(moved["amount"]).groupby(groups).sum() != 0).any():
            raise InputRefused(
                "Table transactions has transfers that do not cancel out within claim and day."
            )
    return dataclasses.replace(practice, tables=tables)


def whole_cents(amounts: pd.Series) -> pd.Series:
    """Return dollars as whole cents."""
    return (amounts * 100).round().astype("int64")
