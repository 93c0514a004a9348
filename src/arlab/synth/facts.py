"""Which tables describe the practice: claims, lines, coverages, contracts, patients, payers, staff?

Turns arrays into frames of the table contract. Only what was entered by the as-of day is shown.
"""

from __future__ import annotations

import dataclasses

import numpy as np
import numpy.typing as npt
import pandas as pd

from arlab.synth.days import Calendar
from arlab.synth.lines import Lines
from arlab.synth.people import NamePool, Patients, make_provider_names
from arlab.synth.rulebook import CLASS_AT, PRICE_RISE, SPECIALTIES, Rulebook
from arlab.synth.scenario import Scenario
from arlab.synth.streams import Streams, pick_table
from arlab.synth.submissions import Sent
from arlab.synth.texts import Texts, counts, joined, numbered, texts, words
from arlab.synth.visits import Visits, provider_specialties

__all__ = ["Names", "claim_tables", "make_names", "reference_tables"]

Ints = npt.NDArray[np.int64]

_OFFICES = ("Main Street", "Riverside", "Hilltop", "Mill Lane", "Station Road", "Orchard Park")


@dataclasses.dataclass(frozen=True)
class Names:
    """The names that stand for numbers in the tables; ``claim_number`` is the number in a claim's name."""

    claim_number: Ints
    claims: Texts
    patients: Texts
    payers: Texts
    classes: Texts
    providers: Texts
    locations: Texts
    staff: Texts
    pool: NamePool


def make_names(scenario: Scenario, rules: Rulebook, pool: NamePool, sent: Sent, patients: Patients) -> Names:
    """Return every name; claims are numbered in the order in which they were entered."""
    rank = np.empty(len(sent.entry_day), dtype=np.int64)
    rank[np.argsort(sent.entry_day.astype(np.uint16), kind="stable")] = np.arange(1, len(rank) + 1)
    offices = [
        name if number < len(_OFFICES) else f"Office {number + 1}"
        for number, name in enumerate((*_OFFICES, *[""] * scenario.locations)[: scenario.locations])
    ]
    first = list(dict.fromkeys(pool.first.tolist()))
    staff = [first[at] if at < len(first) else f"Biller {at + 1}" for at in range(len(scenario.team))]
    return Names(
        claim_number=rank,
        claims=numbered("C", rank, 6),
        patients=numbered("P", np.arange(1, patients.count + 1), 5),
        payers=texts(rules.payers.names),
        classes=texts(list(CLASS_AT)),
        providers=texts(make_provider_names(pool, len(provider_specialties(scenario)))),
        locations=texts(offices),
        staff=texts(staff),
        pool=pool,
    )


def claim_tables(
    scenario: Scenario,
    rules: Rulebook,
    calendar: Calendar,
    names: Names,
    visits: Visits,
    patients: Patients,
    lines: Lines,
    sent: Sent,
    streams: Streams,
    *,
    day: int,
) -> dict[str, pd.DataFrame]:
    """Return claims, lines, coverages and patients as known on a day."""
    known = np.flatnonzero(sent.entry_day <= day)
    known = known[np.argsort(names.claim_number[known])]
    size = lines.size[known]
    on_line = np.arange(size.sum()) + (lines.start[known] - (np.cumsum(size) - size)).repeat(size)
    who, payer = visits.patient, patients.payer[visits.patient]
    codes = texts(rules.services.codes)
    tables = np.array([pick_table(row) for row in rules.diagnosis_weights])
    diagnosis = streams.stage("diagnoses").pick_by(tables, visits.specialty)
    self_pay = payer == rules.payers.self_pay
    expected = np.where(self_pay, np.nan, lines.per_claim(lines.contract) / 100)
    claims = pd.DataFrame(
        {
            "claim_id": names.claims[known],
            "patient_id": names.patients[who[known]],
            "provider": names.providers[visits.provider[known]],
            "location": names.locations[visits.location[known]],
            "specialty": words(SPECIALTIES, visits.specialty[known]),
            "service_date": calendar.dates(visits.day[known]),
            "charge_entry_date": calendar.dates(sent.entry_day[known]),
            "procedure": codes[lines.service[lines.start][known]],
            "diagnosis": words(rules.diagnoses, diagnosis[known]),
            "lines": size,
            "charge": lines.per_claim(lines.charge)[known] / 100,
            "first_payer": names.payers[payer[known]],
            "payer_class": names.classes[patients.payer_class[who[known]]],
            "plan_type": words(rules.payers.plan_types, payer[known]),
            "expected_allowed": expected[known],
        }
    )
    table_of_lines = pd.DataFrame(
        {
            "claim_id": names.claims[lines.claim[on_line]],
            "line_number": lines.number[on_line],
            "procedure": codes[lines.service[on_line]],
            "modifier": words(rules.services.modifiers, lines.service[on_line]),
            "units": lines.units[on_line],
            "charge": lines.charge[on_line] / 100,
            "expected_allowed": np.where(
                self_pay[lines.claim[on_line]], np.nan, lines.contract[on_line] / 100
            ),
            "abn_on_file": lines.abn[on_line],
        }
    )
    return {
        "claims": claims,
        "lines": table_of_lines,
        "coverages": _coverages(scenario, rules, names, visits, patients, known),
        "patients": _patients(calendar, names, patients, np.unique(who[known])),
    }


def _coverages(
    scenario: Scenario, rules: Rulebook, names: Names, visits: Visits, patients: Patients, known: Ints
) -> pd.DataFrame:
    """Return one row per claim and payer, in the order in which they pay."""
    payers = np.stack([patients.payer, patients.second_payer], axis=1)[visits.patient[known]]
    at, place = np.nonzero((payers >= 0) & (payers != rules.payers.self_pay))
    claim, payer = known[at], payers[at, place]
    year = scenario.start.year + visits.year[claim]
    return pd.DataFrame(
        {
            "claim_id": names.claims[claim],
            "rank": place + 1,
            "payer": names.payers[payer],
            "payer_class": names.classes[rules.payers.payer_class[payer]],
            "contract_id": joined(words(rules.payers.codes, payer), numbered("-", year, 4)),
            "network": rules.payers.network[payer],
            "effective_from": (year - 1970).astype("datetime64[Y]").astype("datetime64[us]"),
        }
    )


def _patients(calendar: Calendar, names: Names, patients: Patients, seen: Ints) -> pd.DataFrame:
    pool = names.pool
    first, last = texts(pool.first)[patients.first_name[seen]], texts(pool.last)[patients.last_name[seen]]
    return pd.DataFrame(
        {
            "patient_id": names.patients[seen],
            "name": joined(first, " ", last),
            "birth_date": calendar.dates(patients.birth_day[seen]),
            "zip": numbered("", patients.zip[seen], 5),  # no postal code begins with 000
            "phone": numbered("555-01", patients.phone[seen] % 100, 2),  # numbers kept for fiction
            "no_cost_share": patients.no_cost_share[seen],
        }
    )


def reference_tables(scenario: Scenario, rules: Rulebook, names: Names) -> dict[str, pd.DataFrame]:
    """Return contracts, payers and staff."""
    payers = rules.payers
    minutes = [max(1, round(one.minutes_per_day)) for one in scenario.team]
    return {
        "contracts": _contracts(scenario, rules, names),
        "payers": pd.DataFrame(
            {
                "payer": names.payers,
                "payer_class": names.classes[payers.payer_class],
                "channel": texts([channel or None for channel in payers.channels]),
            }
        ),
        "staff": pd.DataFrame({"staff": names.staff, "role": "follow_up", "minutes_per_day": minutes}),
    }


def _contracts(scenario: Scenario, rules: Rulebook, names: Names) -> pd.DataFrame:
    """Return price and deadlines by payer, service and year; ``*`` stands for every other service."""
    payers, services = rules.payers, rules.services
    years = np.arange(scenario.end.year - scenario.start.year + 1)
    codes = ("*", *services.codes)
    payer, year, code = (
        part.ravel()
        for part in np.meshgrid(np.arange(payers.self_pay), years, np.arange(len(codes)), indexing="ij")
    )
    fee = np.where(code > 0, services.base_fee[np.maximum(code - 1, 0)], np.nan)
    price = np.floor(fee * payers.price_ratio[payer] * 100 * (1 + PRICE_RISE * year) + 0.5)

    def days(values: Ints) -> pd.arrays.IntegerArray:
        return counts(values[payer], values[payer] > 0)

    first = (scenario.start.year + year - 1970).astype("datetime64[Y]")
    return pd.DataFrame(
        {
            "contract_id": joined(words(payers.codes, payer), numbered("-", scenario.start.year + year, 4)),
            "payer": names.payers[payer],
            "procedure": words(codes, code),
            "allowed": price / 100,
            "effective_from": first.astype("datetime64[us]"),
            "effective_to": ((first + 1).astype("datetime64[D]") - 1).astype("datetime64[us]"),
            "filing_days": payers.filing_days[payer],
            "corrected_days": payers.corrected_days[payer],
            "appeal_1_days": payers.appeal_1_days[payer],
            "appeal_2_days": days(payers.appeal_2_days),
            "secondary_days": days(payers.secondary_days),
            "reopen_days": days(payers.reopen_days),
            "basis": words(("received", "postmarked"), payers.postmarked[payer].astype(np.int64)),
        }
    )
