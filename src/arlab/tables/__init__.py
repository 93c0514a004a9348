"""What does each table hold, and does this one keep the contract?

``contract`` holds the schemas, ``practice`` the tables that are known of a practice, ``digest`` tells
their content apart, ``storage`` writes and reads them. Nothing is computed from them here.
"""

from arlab.tables.contract import (
    PAYER_CLASSES,
    REMEDIES,
    RESPONSIBLE,
    TABLES,
    TRANSACTION_KINDS,
    check_table,
    dictionary_text,
    empty_table,
    table_keys,
)
from arlab.tables.digest import content_digest
from arlab.tables.practice import Practice, check_practice
from arlab.tables.storage import SCHEMA_VERSION, load_practice, load_sample, save_practice

__all__ = [
    "PAYER_CLASSES",
    "REMEDIES",
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
