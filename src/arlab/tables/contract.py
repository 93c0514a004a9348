"""What must each table hold, and does this one keep the contract?

The contract (``data/reference/tables.csv`` and ``columns.csv``) is read into pandera schemas, so that code,
data dictionary and check cannot disagree. It checks one table at a time.
"""

from __future__ import annotations

import csv
import functools
from collections.abc import Mapping
from typing import Any

import pandas as pd
import pandera.pandas as pa
from pandera.errors import SchemaError, SchemaErrors

from arlab.errors import InputRefused
from arlab.reference import data_path
from arlab.tables.quick import surely_keeps

__all__ = [
    "PAYER_CLASSES",
    "REMEDIES",
    "RESPONSIBLE",
    "TABLES",
    "TRANSACTION_KINDS",
    "check_table",
    "contract_rows",
    "dictionary_text",
    "empty_table",
    "table_keys",
]

PAYER_CLASSES = (
    "medicare",
    "medicare_advantage",
    "medicaid",
    "medicaid_managed",
    "commercial",
    "marketplace",
    "workers_compensation_auto",
    "tricare_va",
    "self_pay",
    "other",
)
RESPONSIBLE = ("payer_1", "payer_2", "payer_3", "patient", "agency")
TRANSACTION_KINDS = (
    "charge",
    "payer_payment",
    "contractual",
    "sequestration",
    "denial",
    "transfer",
    "patient_payment",
    "write_off",
    "bad_debt",
    "refund_to_payer",
    "refund_to_patient",
    "recoupment",
    "reversal",
)
REMEDIES = ("file", "refile_unprocessable", "correct", "reopen", "appeal_1", "appeal_2", "secondary_file")

_LISTS: dict[str, tuple[str, ...]] = {
    "PAYER_CLASS": PAYER_CLASSES,
    "RESPONSIBLE": RESPONSIBLE,
    "RESPONSIBLE_OR_UNKNOWN": (*RESPONSIBLE, "unknown"),
    "TRANSACTION_KIND": TRANSACTION_KINDS,
    "REMEDY": REMEDIES,
}
_KIND_WORDS = {
    "money": "an amount of money",
    "date": "a day",
    "count": "a whole number",
    "flag": "yes or no",
}
_DTYPES: dict[str, Any] = {
    "id": "str",
    "text": "str",
    "category": "str",
    "money": "float64",
    "count": "Int64",
    "date": "datetime64[us]",
    "flag": "boolean",
}


def contract_rows(name: str) -> list[dict[str, str]]:
    """Return the rows of one of the two contract files."""
    with data_path(f"reference/{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _rule(row: Mapping[str, str]) -> tuple[list[pa.Check], str]:
    """Return the checks of a contract row and the same rule in words."""
    rule, checks, words = row["rule"], [], []
    if row["may_be_empty"] == "no":
        words.append("never empty")
    if rule.startswith("->"):
        words.append(f"stands in {rule[2:]}")
    elif rule in (">=0", ">0"):
        checks.append(pa.Check.ge(0) if rule == ">=0" else pa.Check.gt(0))
        words.append("zero or more" if rule == ">=0" else "more than zero")
    elif rule:
        allowed = _LISTS.get(rule) or tuple(rule.split(","))
        checks.append(pa.Check.isin(allowed))
        words.append("one of " + ", ".join(allowed))
    return checks, "; ".join(words) or "may be empty"


@functools.cache
def _contract() -> dict[str, pa.DataFrameSchema]:
    """Build every schema from the two contract files."""
    columns: dict[str, dict[str, pa.Column]] = {}
    for row in contract_rows("columns"):
        checks, rule = _rule(row)
        columns.setdefault(row["table"], {})[row["column"]] = pa.Column(
            _DTYPES[row["kind"]],
            checks=checks,
            nullable=row["may_be_empty"] == "yes",
            required=row["may_be_empty"] == "no",
            description=row["description"],
            metadata={"kind": row["kind"], "unit": row["unit"], "rule": rule, "reason": row["reason"]},
        )
    return {
        row["table"]: pa.DataFrameSchema(
            columns[row["table"]],
            unique=["practice_id", *row["key"].split(",")],
            description=row["description"],
            metadata={"derived": row["derived"] == "yes"},
            name=row["table"],
        )
        for row in contract_rows("tables")
    }


TABLES: Mapping[str, pa.DataFrameSchema] = _contract()
"""Table name -> pandera schema; each column's metadata holds kind, unit, rule and reason."""


def table_keys(name: str) -> tuple[str, ...]:
    """Return the columns that tell one row of a table from another."""
    return tuple(column for column in TABLES[name].unique or () if column != "practice_id")


def empty_table(name: str) -> pd.DataFrame:
    """Return a table of the contract without rows, with every column in its type."""
    columns = TABLES[name].columns
    return pd.DataFrame({c: pd.Series(dtype=_DTYPES[s.metadata["kind"]]) for c, s in columns.items()})


def check_table(frame: pd.DataFrame, name: str) -> pd.DataFrame:
    """Return the table with the contract's types and column order, or refuse it in one sentence.

    Columns beyond the contract are refused; columns that may be empty may be missing altogether.

    Raises
    ------
    InputRefused
        naming table, column, rule and how many rows break it.

    Examples
    --------
    >>> empty_table("payers").pipe(check_table, "payers").shape
    (0, 4)
    """
    schema = TABLES[name]
    extra = [column for column in frame.columns if column not in schema.columns]
    if extra:
        raise InputRefused(f"Table {name} has the column '{extra[0]}', which the contract does not know.")
    missing = [c for c, spec in schema.columns.items() if spec.required and c not in frame.columns]
    if missing:
        raise InputRefused(f"Table {name} lacks the column '{missing[0]}': {_describe(name, missing[0])}")
    typed = {}
    for column in (c for c in schema.columns if c in frame.columns):
        kind = schema.columns[column].metadata["kind"]
        try:
            typed[column] = _typed(frame[column], kind)
        except (ValueError, TypeError, OverflowError):
            raise InputRefused(
                f"Table {name}, column '{column}' holds something that is not"
                f" {_KIND_WORDS.get(kind, 'text')}: correct it at the source."
            ) from None
    result = pd.DataFrame(typed, index=range(len(frame)))
    if surely_keeps(result, schema):
        return result
    try:
        return schema.validate(result, lazy=True)
    except (SchemaErrors, SchemaError) as problem:
        raise InputRefused(_sentence(problem, name)) from None


def _typed(values: pd.Series, kind: str) -> pd.Series:
    """Return one column in the type of its kind; money is rounded to whole cents."""
    values = values.reset_index(drop=True)
    if kind == "money":
        return values.astype("float64").round(2) + 0.0
    if kind == "date":
        return pd.to_datetime(values).astype("datetime64[us]").dt.normalize()
    return values.astype(_DTYPES[kind])


def _describe(name: str, column: str) -> str:
    return str(TABLES[name].columns[column].description)


def _sentence(problem: SchemaErrors | SchemaError, name: str) -> str:
    """Say the first broken rule of a table without showing a value from it."""
    cases = problem.failure_cases
    first = cases.iloc[0]
    column = first["column"]
    if first["check"] == "multiple_fields_uniqueness" or column not in TABLES[name].columns:
        return f"Table {name} has rows with the same {' and '.join(table_keys(name))}: keep one of each."
    rows = int((cases["column"] == column).sum())
    rule = TABLES[name].columns[column].metadata["rule"]
    return f"Table {name}, column '{column}' breaks its rule ({rule}) in {rows} row{'s' * (rows != 1)}."


def dictionary_text() -> str:
    """Return the data dictionary as Markdown, one table per section."""
    parts = []
    for name, schema in TABLES.items():
        key = ", ".join(f"`{column}`" for column in table_keys(name))
        derived = " Derived, always as of a day." if schema.metadata["derived"] else ""
        parts.append(f"### {name}\n\n{schema.description}{derived} Key: {key}.\n")
        parts.append("| Column | What it holds | Unit | Rule | Why |\n|---|---|---|---|---|")
        for column, spec in schema.columns.items():
            about = spec.metadata
            parts.append(
                f"| `{column}` | {spec.description} | {about['unit'] or about['kind']} | {about['rule']} "
                f"| {about['reason']} |"
            )
        parts.append("")
    return "\n".join(parts).rstrip()
