"""Which dataframe engine is in hand, and how does one table function serve them all?

Everything that knows about pandas, Arrow, Polars, DuckDB, Spark or Ibis is here: ``functions`` holds the decorator
that checks columns and picks the engine, ``engines`` the way into an engine and back, ``expressions`` the helpers
for cents and dates that mean the same on each. It knows no table and no measure.
"""

from arlab.frames.engines import POLARS_ROWS, parquet_relations, to_pandas, workbench
from arlab.frames.expressions import (
    as_counts,
    cents,
    day_number,
    days_between,
    dollars,
    labelled,
    month,
    plus_days,
    small_like,
    sorted_by,
    steps,
    to_date,
    week,
)
from arlab.frames.functions import table_function

__all__ = [
    "POLARS_ROWS",
    "as_counts",
    "cents",
    "day_number",
    "days_between",
    "dollars",
    "labelled",
    "month",
    "parquet_relations",
    "plus_days",
    "small_like",
    "sorted_by",
    "steps",
    "table_function",
    "to_date",
    "to_pandas",
    "week",
    "workbench",
]
