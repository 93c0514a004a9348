"""What do the tables say of each claim, patient, provider and payer that an X12 file must name?

Reads columns of the table contract once into look-ups; identifiers that the tables lack are made up here,
plainly fictional. No money moves here.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping
from typing import Any, Final, NamedTuple

import numpy as np
import pandas as pd

from arlab.errors import InputRefused
from arlab.reference import read_rows
from arlab.synth.x12_text import clean, composite, fictional_npi, segment
from arlab.tables import Practice

__all__ = [
    "ClaimFacts",
    "Facts",
    "LineFacts",
    "PayerFacts",
    "PersonFacts",
    "cents",
    "day_texts",
    "read_facts",
    "texts",
]

_HCPCS_2: Final = re.compile(r"[A-V]\d{4}$")
# The class of the payer in the words of an 835 and of an 837; plans of employers and of individuals by network.
_FILING: Final = {
    "medicare": "MB",
    "medicare_advantage": "16",
    "medicaid": "MC",
    "medicaid_managed": "HM",
    "commercial": "12",
    "marketplace": "14",
    "workers_compensation_auto": "WC",
    "tricare_va": "CH",
}
_OTHER_FILING: Final = "ZZ"
_PRACTICE_NPI: Final = 1
_PROVIDER_NPI: Final = 1_000


class LineFacts(NamedTuple):
    """One service line; ``service`` is the composite of code set, code and modifier."""

    number: int
    service: str
    units: str
    charge: int


class ClaimFacts(NamedTuple):
    """One claim with its lines in order; money in cents, days as ``20260630``."""

    patient: str
    provider: str
    service_day: str
    diagnosis: str
    charge: int
    lines: tuple[LineFacts, ...]


class PayerFacts(NamedTuple):
    """A payer under its identifier; ``filing`` is the code of its class."""

    name: str
    identifier: str
    filing: str
    number: int


class PersonFacts(NamedTuple):
    """A person's name, member number, birth day and postal code, as segments have them."""

    name: tuple[str, ...]
    member: str
    birth_day: str
    zip: str


class Facts(NamedTuple):
    """Everything that an X12 file of one practice names."""

    practice: str
    npi: str
    tax_number: str
    claims: Mapping[str, ClaimFacts]
    patients: Mapping[str, PersonFacts]
    providers: Mapping[str, str]
    payers: Mapping[str, PayerFacts]


def texts(frame: pd.DataFrame, column: str) -> list[str]:
    """Return a column as text, an empty or missing value as ``""``."""
    if column not in frame.columns:
        return [""] * len(frame)
    values = frame[column]
    return values.astype(object).where(values.notna(), "").astype(str).tolist()


def cents(frame: pd.DataFrame, column: str) -> list[int]:
    """Return a column of dollars as whole cents, an empty or missing value as 0."""
    if column not in frame.columns:
        return [0] * len(frame)
    return (frame[column].fillna(0.0) * 100).round().astype("int64").tolist()


def day_texts(frame: pd.DataFrame, column: str) -> list[str]:
    """Return a column of days like ``20260630``, an empty or missing value as ``""``."""
    if column not in frame.columns:
        return [""] * len(frame)
    days = frame[column].to_numpy().astype("datetime64[D]")
    unique, place = np.unique(days, return_inverse=True)
    words = ["" if day == "NaT" else day.replace("-", "") for day in np.datetime_as_string(unique).tolist()]
    return np.array(words, dtype=object)[place].tolist() if len(days) else []


def read_facts(practice: Practice) -> Facts:
    """Return the look-ups of one practice.

    Raises
    ------
    InputRefused
        when the tables hold several practices.
    NotAvailable
        when a table is missing.
    """
    if practice.claims["practice_id"].nunique() > 1:
        raise InputRefused(
            "X12 files are written for one practice at a time: give a Practice whose tables hold one practice_id."
        )
    claims = practice.claims
    names = sorted(set(texts(claims, "provider")))
    providers = {
        name: segment(
            "NM1", "82", "1", _surname(name), "", "", "", "", "XX", fictional_npi(_PROVIDER_NPI + at)
        )
        for at, name in enumerate(names)
    }
    return Facts(
        practice=clean(practice.name) or "PRACTICE",
        npi=fictional_npi(_PRACTICE_NPI),
        tax_number="000000001",
        claims=_claims(claims, practice.lines),
        patients=_patients(practice.patients),
        providers=providers,
        payers=_payers(practice),
    )


def _surname(provider: str) -> str:
    return clean(re.sub(r"^dr\.?\s+", "", provider.strip(), flags=re.IGNORECASE)) or "UNKNOWN"


def _claims(claims: pd.DataFrame, lines: pd.DataFrame) -> dict[str, ClaimFacts]:
    ordered = lines.sort_values(["claim_id", "line_number"], kind="stable")
    of_claim: dict[str, list[LineFacts]] = {}
    codes = [_service(code, modifier) for code, modifier in _both(ordered, "procedure", "modifier")]
    columns = (texts(ordered, "claim_id"), ordered["line_number"].astype(int).tolist(), codes)
    for claim, number, service, units, charge in zip(
        *columns, texts(ordered, "units"), cents(ordered, "charge"), strict=True
    ):
        of_claim.setdefault(claim, []).append(LineFacts(number, service, units, charge))
    found = zip(
        texts(claims, "claim_id"),
        texts(claims, "patient_id"),
        texts(claims, "provider"),
        day_texts(claims, "service_date"),
        texts(claims, "diagnosis"),
        cents(claims, "charge"),
        strict=True,
    )
    return {
        claim: ClaimFacts(
            patient, provider, day, diagnosis.replace(".", ""), charge, tuple(of_claim.get(claim, ()))
        )
        for claim, patient, provider, day, diagnosis, charge in found
    }


def _both(frame: pd.DataFrame, first: str, second: str) -> Any:
    return zip(texts(frame, first), texts(frame, second), strict=True)


@functools.lru_cache(maxsize=1 << 12)
def _service(code: str, modifier: str) -> str:
    """Return a service under its code set: HCPCS level II, or, for our own codes, local codes."""
    return composite("HC" if _HCPCS_2.match(code) else "ER", clean(code), clean(modifier))


def _patients(patients: pd.DataFrame) -> dict[str, PersonFacts]:
    found = zip(
        texts(patients, "patient_id"),
        texts(patients, "name"),
        day_texts(patients, "birth_date"),
        texts(patients, "zip"),
        strict=True,
    )
    return {
        patient: PersonFacts(_person_name(name or patient), f"M{clean(patient)}", birth_day, zip_code)
        for patient, name, birth_day, zip_code in found
    }


def _person_name(name: str) -> tuple[str, str]:
    """Return family name and first name of a name as it is spoken."""
    first, _, last = clean(name).rpartition(" ")
    return last[:60], first[:35]


def _payers(practice: Practice) -> dict[str, PayerFacts]:
    """Return every payer that is named anywhere; ours have a code, others get a number."""
    payer_class = dict(_both(practice.payers, "payer", "payer_class"))
    codes = {row["payer"]: row["payer_code"] for row in read_rows("payers")}
    named = set(payer_class)
    for table in ("coverages", "submissions", "remittances"):
        if practice.has(table):
            named |= set(texts(practice.tables[table], "payer"))
    return {
        payer: PayerFacts(
            name=clean(payer),
            identifier=codes.get(payer) or f"PAYER{number:03d}",
            filing=_FILING.get(payer_class.get(payer, ""), _OTHER_FILING),
            number=number,
        )
        for number, payer in enumerate(sorted(named), start=1)
    }
