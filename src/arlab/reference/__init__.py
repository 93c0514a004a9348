"""What is known before any claim is looked at: payers, contracts, codes, benchmarks, definitions, words?

``data_path`` is the only way to bundled data; the loaders return small tables. No measure is computed here.
"""

from arlab.reference.files import data_path, read_rows
from arlab.reference.load import (
    load_bands,
    load_benchmarks,
    load_contract_terms,
    load_denial_codes,
    load_diagnoses,
    load_glossary,
    load_metric_definitions,
    load_never_denial_codes,
    load_payers,
    load_playbook,
    load_service_codes,
)
from arlab.reference.practice_rules import RULES_FILE, SKILLS, PracticeRules, load_rules, undefined_rules

__all__ = [
    "RULES_FILE",
    "SKILLS",
    "PracticeRules",
    "data_path",
    "load_bands",
    "load_benchmarks",
    "load_contract_terms",
    "load_denial_codes",
    "load_diagnoses",
    "load_glossary",
    "load_metric_definitions",
    "load_never_denial_codes",
    "load_payers",
    "load_playbook",
    "load_rules",
    "load_service_codes",
    "read_rows",
    "undefined_rules",
]
