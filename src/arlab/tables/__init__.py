"""What does each table hold, and does this one keep the contract?

``contract`` holds the schemas (``quick`` proves them kept at a glance), ``practice`` the tables that are known of a
practice, ``digest`` tells their content apart, ``files`` writes and reads one table, ``storage`` a whole practice.
Nothing is computed from them here.
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
from arlab.tables.files import FORMS
from arlab.tables.practice import (
    NOT_ON_FILE,
    OWN_WRITE_OFFS,
    PATIENT_BALANCES,
    Practice,
    check_practice,
)
from arlab.tables.storage import (
    SCHEMA_VERSION,
    forget_practice,
    is_practice,
    load_practice,
    load_sample,
    save_company_manifest,
    save_practice,
    save_tables,
)

__all__ = [
    "FORMS",
    "NOT_ON_FILE",
    "OWN_WRITE_OFFS",
    "PATIENT_BALANCES",
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
    "forget_practice",
    "is_practice",
    "load_practice",
    "load_sample",
    "save_company_manifest",
    "save_practice",
    "save_tables",
    "table_keys",
]
