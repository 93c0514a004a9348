"""What does each table hold, and does this one keep the contract?

The contract (``data/reference/tables.csv`` and ``columns.csv``) is read into pandera schemas, so that code,
data dictionary and check cannot disagree. A :class:`Practice` holds the tables it has. Nothing is computed
from them here.
"""

from __future__ import annotations

import csv
import dataclasses
import datetime as dt
import functools
import hashlib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pandera.pandas as pa
from pandera.errors import SchemaError, SchemaErrors

from arlab.errors import InputRefused, NotAvailable
from arlab.frames import to_date
from arlab.reference import data_path

__all__ = [
    "PAYER_CLASSES",
    "RESPONSIBLE",
    "SCHEMA_VERSION",
    "TABLES",
    "TRANSACTION_KINDS",
    "Practice",
    "check_practice",
    "check_table",
    "content_digest",
    "dictionary_text",
    "empty_table",
    "load_practice",
    "load_sample",
    "save_practice",
    "table_keys",
]

SCHEMA_VERSION = "1"
MANIFEST = "manifest.json"

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


def _contract_rows(name: str) -> list[dict[str, str]]:
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
    for row in _contract_rows("columns"):
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
        for row in _contract_rows("tables")
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
    for row in _contract_rows("columns"):
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
        wrong = int((_cents(by_line) != _cents(charge)).sum())
        if wrong:
            raise InputRefused(f"The lines of {wrong} claims do not add up to the claim's charge.")
    if "transactions" in tables:
        moved = tables["transactions"].loc[lambda t: t["kind"] == "transfer"]
        groups = [moved["claim_id"], moved["posted_date"]]
        if (_cents(moved["amount"]).groupby(groups).sum() != 0).any():
            raise InputRefused(
                "Table transactions has transfers that do not cancel out within claim and day."
            )
    return dataclasses.replace(practice, tables=tables)


def _cents(amounts: pd.Series) -> pd.Series:
    return (amounts * 100).round().astype("int64")


def content_digest(frame: pd.DataFrame, name: str) -> str:
    """Return the SHA-256 of a table's content, the same on every machine and Python.

    Columns stand in contract order, rows in key order, money as whole cents, days as text like 2026-06-30,
    an empty value as nothing.
    """
    schema = TABLES[name]
    columns = [column for column in schema.columns if column in frame.columns]
    ordered = frame.sort_values(["practice_id", *table_keys(name)], kind="stable")
    text = {}
    for column in columns:
        values, kind = ordered[column], schema.columns[column].metadata["kind"]
        if kind == "money":
            whole = (values * 100).round()
            shown = pd.Series(np.where(whole.isna(), None, whole.fillna(0).astype("int64").astype(str)))
        elif kind == "date":
            shown = values.dt.strftime("%Y-%m-%d")
        else:
            shown = values.astype("object").map(lambda value: None if pd.isna(value) else str(value))
        text[column] = shown.astype("object").where(shown.notna(), None).to_numpy()
    canonical = pd.DataFrame(text, columns=columns)
    body = canonical.to_csv(index=False, lineterminator="\n", na_rep="")
    return hashlib.sha256(body.encode("utf-8")).hexdigest()


def save_practice(practice: Practice, folder: Path, *, about: Mapping[str, Any] | None = None) -> Path:
    """Write a practice as one Parquet file per table and a manifest; return the manifest's path.

    The manifest holds name, day, schema version, ``about`` (such as scenario and seed), and for each table the
    number of rows and the content digest. The answer key is not written here.
    """
    folder.mkdir(parents=True, exist_ok=True)
    tables = {}
    for name, frame in practice.tables.items():
        frame.to_parquet(folder / f"{name}.parquet", compression="zstd", index=False)
        tables[name] = {"rows": len(frame), "sha256": content_digest(frame, name)}
    manifest = {
        "name": practice.name,
        "as_of": practice.as_of.isoformat(),
        "schema_version": SCHEMA_VERSION,
        "about": dict(about or {}),
        "cannot_compute": [list(pair) for pair in practice.cannot_compute],
        "tables": tables,
    }
    path = folder / MANIFEST
    path.write_text(json.dumps(manifest, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    return path


def load_practice(folder: Path | str, *, tables: Sequence[str] | None = None) -> Practice:
    """Return a practice written by :func:`save_practice`; ``tables`` limits what is read.

    Raises
    ------
    InputRefused
        when the folder has no manifest, the manifest is of another schema version, or a table is missing.
    """
    folder = Path(folder)
    path = folder / MANIFEST
    try:
        manifest = json.loads(path.read_text(encoding="utf-8"))
        version, names, as_of = manifest["schema_version"], list(manifest["tables"]), manifest["as_of"]
    except (OSError, ValueError, KeyError, TypeError):
        raise InputRefused(
            f"'{folder}' is not a practice: it has no readable {MANIFEST}; make one with arlab generate."
        ) from None
    if version != SCHEMA_VERSION:
        raise InputRefused(
            f"'{folder}' is of table version {version}, this AR Lab reads version {SCHEMA_VERSION}: make it anew."
        )
    frames = {}
    for name in names if tables is None else [name for name in names if name in tables]:
        try:
            frames[name] = pd.read_parquet(folder / f"{name}.parquet")
        except (OSError, ValueError):
            raise InputRefused(
                f"'{folder}' lacks a readable {name}.parquet that its manifest names."
            ) from None
    return Practice(
        name=manifest["name"],
        as_of=to_date(as_of),
        tables={name: check_table(frame, name) for name, frame in frames.items()},
        cannot_compute=tuple((a, b) for a, b in manifest.get("cannot_compute", [])),
    )


def load_sample() -> Practice:
    """Return the bundled sample practice: about 4,000 claims over 18 months, all of it synthetic."""
    return load_practice(data_path("sample"))
