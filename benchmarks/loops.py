"""What does a straightforward generator look like, one claim after another, up to the payers' first answers?

Two baselines for ``benchmarks.generate``: a loop with the standard library's ``random``, and the same loop with
Faker for the draws that Faker offers. They know the same reference files and fill the same columns as the
generator's stages, and are written as well as their kind allows; they are no part of the library.
"""

from __future__ import annotations

import dataclasses
import math
import random
from bisect import bisect
from collections import OrderedDict, defaultdict
from collections.abc import Callable, Sequence
from typing import Any

from arlab.synth.claim_edits import EDITS
from arlab.synth.days import make_calendar
from arlab.synth.habits import make_habits
from arlab.synth.remit_days import make_remit_days
from arlab.synth.rulebook import CATEGORIES, CLASS_AT, FAMILIES, PRICE_RISE, SPECIALTIES, rules_under
from arlab.synth.scenario import Scenario
from arlab.synth.streams import Streams
from arlab.synth.submissions import REJECTIONS

__all__ = ["COLUMNS", "faker_loop", "stdlib_loop"]

COLUMNS = {
    "claims": (
        "claim", "patient", "provider", "specialty", "location", "service_day", "payer", "payer_class",
        "registrar", "checked_day", "eligibility", "referral_required", "authorisation_required",
        "authorised_units", "note_lag", "due", "collected", "entry_day", "edit", "cleared_day", "lines", "charge",
    ),
    "lines": (
        "claim", "number", "service", "units", "charge", "contract", "allowed", "deductible", "coinsurance",
        "copay", "sequestration", "abn",
    ),
    "submissions": (
        "claim", "payer", "submitted", "received", "accepted", "rejected", "rejection", "touched",
    ),
    "answers": ("claim", "pay_day", "post_day", "code", "rarc", "group", "late", "paid", "denied"),
}  # fmt: skip
"""Table -> columns that every generator compared here fills."""

NEVER = -1
WEEK = (1.08, 1.06, 1.03, 1.0, 0.83, 0.05, 0.004)
YEAR = (1.03, 0.98, 1.04, 1.03, 1.0, 0.97, 0.92, 0.98, 1.0, 1.07, 0.99, 0.97)
SECOND = {
    "medicare": (0.72,),
    "medicare_advantage": (0.12,),
    "commercial": (0.06,),
    "tricare_va": (0.10,),
}
FRONT = ("eligibility", "registration", "coordination_of_benefits", "wrong_payer")
CLINICAL = ("documentation", "coding", "authorisation", "non_covered", "benefit_limit", "medical_necessity")

Rows = dict[str, list[tuple[Any, ...]]]


class Table:
    """Weighted choices, prepared once: cumulative weights, and what Faker wants."""

    def __init__(self, weights: Sequence[float]) -> None:
        total, running = math.fsum(weights), 0.0
        self.steps = []
        for weight in weights:
            running += weight / total
            self.steps.append(running)
        self.steps[-1] = 1.0
        self.named = OrderedDict(
            (place, weight / total) for place, weight in enumerate(weights) if weight > 0
        )


@dataclasses.dataclass(frozen=True)
class Source:
    """How a loop draws: a uniform number, a whole number below another, a weighted choice, a person."""

    share: Callable[[], float]
    below: Callable[[int], int]
    pick: Callable[[Table], int]
    person: Callable[[], tuple[str, str, str]]


def stdlib_loop(scenario: Scenario, seed: int) -> Rows:
    """Return claims, lines, submissions and first answers, drawn with the standard library."""
    source = random.Random(seed)  # noqa: S311, nothing secret is drawn
    share = source.random

    def person() -> tuple[str, str, str]:
        return (
            f"Person {int(share() * 150_000)}",
            f"{int(share() * 100_000):05d}",
            f"{int(share() * 100):02d}",
        )

    return _loop(
        scenario,
        seed,
        Source(share, lambda top: int(share() * top), lambda table: bisect(table.steps, share()), person),
    )


def faker_loop(scenario: Scenario, seed: int) -> Rows:
    """Return the same, with Faker's own methods wherever it has one for the draw."""
    from faker import Faker

    faker = Faker("en_US")
    faker.seed_instance(seed)
    return _loop(
        scenario,
        seed,
        Source(
            faker.random.random,
            lambda top: faker.random_int(0, top - 1),
            lambda table: faker.random_element(table.named),
            lambda: (faker.name(), faker.zipcode(), faker.numerify("555-01##")),
        ),
    )


def _loop(scenario: Scenario, seed: int, source: Source) -> Rows:
    """Make patients and then each claim with all that happens to it until its first answer."""
    share, below, pick = source.share, source.below, source.pick
    rules = rules_under(scenario.contracts)
    streams = Streams(seed)
    calendar = make_calendar(scenario.start, (scenario.end - scenario.start).days + 1146)
    remit, habits = make_remit_days(rules, calendar, streams), make_habits(scenario, rules, streams)
    last, working = calendar.last, calendar.working.tolist()
    roll, ordinal, open_days = (
        part.tolist() for part in (calendar.next_working, calendar.ordinal, calendar.numbers)
    )
    next_pay, posting = remit.next_pay.tolist(), remit.posting.tolist()
    payer_family, payer_office = habits.payer_family.tolist(), habits.payer_location.tolist()
    office, by_provider, by_registrar = (
        part.tolist() for part in (habits.location, habits.provider, habits.registrar)
    )
    wants = habits.wants_authorisation.tolist()
    payers, services, denials = rules.payers, rules.services, rules.denials
    classes, self_pay = payers.payer_class.tolist(), payers.self_pay
    family, base_fee, most_units = (
        part.tolist() for part in (services.family, services.base_fee, services.max_units)
    )
    ratio, coinsurance, copay = (
        part.tolist() for part in (payers.price_ratio, payers.coinsurance, payers.copay)
    )
    deductible, withheld, filing = (
        part.tolist() for part in (payers.deductible, payers.sequestration, payers.filing_days)
    )
    postmarked, floor, late_share = (
        part.tolist() for part in (payers.postmarked, payers.floor_days, payers.late_share)
    )
    median, sigma = payers.remit_median.tolist(), payers.remit_sigma.tolist()
    rates = [dict(zip(CATEGORIES, row, strict=True)) for row in rules.denial_rates.tolist()]
    rarcs, by_line = [len(codes) for codes in denials.rarcs], denials.by_line.tolist()
    to_patient = denials.may_be_patient.tolist()
    code_tables = {
        name: Table([w if c == place else 0.0 for w, c in zip(denials.weight, denials.category, strict=True)])
        for place, name in enumerate(CATEGORIES)
    }
    late_code = denials.carcs.index("29")

    def plus_working(day: int, count: int) -> int:
        return open_days[min(ordinal[roll[min(day, last)]] + count, len(open_days) - 1)]

    # Patients.
    class_names = list(scenario.payer_mix)
    class_table = Table(list(scenario.payer_mix.values()))
    weights = payers.class_weight.tolist()
    payer_tables = {
        name: Table(
            [1.0 if at == self_pay else 0.0 for at in range(len(classes))]
            if name == "self_pay"
            else [w if c == CLASS_AT[name] else 0.0 for w, c in zip(weights, classes, strict=True)]
        )
        for name in class_names
    }
    specialty_table = Table([scenario.providers.get(name, 0) for name in SPECIALTIES])
    patients = []
    for _ in range(max(20, round(scenario.claims_per_year * 0.42))):
        name = class_names[pick(class_table)]
        payer = pick(payer_tables[name])
        step = (0.0, 0.5, 1.0, 1.0, 2.0)[below(5)]
        patients.append(
            (
                *source.person(),
                payer,
                name,
                share() < SECOND.get(name, (0.0,))[0],
                deductible[payer] * (1.0 if name == "medicare" else step),
                pick(specialty_table),
                below(scenario.locations),
                not name.startswith("medicaid") or share() < 0.4,
            )
        )

    # Visits, in order of the day.
    days = (scenario.end - scenario.start).days + 1
    months = [
        int(text[5:7]) - 1 for text in calendar.dates(_numbers(days)).astype("datetime64[D]").astype(str)
    ]
    weekday = calendar.weekday[:days].tolist()
    day_table = Table(
        [WEEK[w] * YEAR[m] * (w >= 5 or open_) for w, m, open_ in zip(weekday, months, working, strict=False)]
    )
    seen: set[tuple[int, int]] = set()
    visits: list[tuple[int, int]] = []
    while len(visits) < scenario.claims:
        key = (pick(day_table), int(len(patients) * share() ** 1.5))
        if key not in seen:
            seen.add(key)
            visits.append(key)
    visits.sort()

    opening = [Table([w * f for w, f in zip(row, services.first, strict=True)]) for row in services.weights]
    adding = [
        Table([w * (not f) for w, f in zip(row, services.first, strict=True)]) for row in services.weights
    ]
    more_table = Table((0.48, 0.31, 0.14, 0.07))
    edit_table = Table((0, 0, 12, 30, 26, 12, 8, 12))
    lead_table, leads = Table((20, 25, 20, 15, 8, 5, 4, 3)), (0, 1, 2, 3, 5, 7, 14, 21)
    note_table, notes = Table((62, 18, 8, 5, 3, 2, 1.2, 0.8)), (0, 1, 2, 3, 5, 7, 12, 20)
    sizes = [scenario.providers.get(name, 0) for name in SPECIALTIES]
    offsets = [sum(sizes[:place]) for place in range(len(sizes))]
    heavy = {FAMILIES.index(name) for name in ("imaging", "procedure", "test", "therapy")}
    doubtful = {FAMILIES.index(name) for name in ("test", "imaging", "preventive")}
    with_copay, prevention = (
        {FAMILIES.index("visit"), FAMILIES.index("therapy")},
        FAMILIES.index("preventive"),
    )
    referral_plans = [plan in ("hmo", "federal") for plan in payers.plan_types]
    used: defaultdict[tuple[int, int], int] = defaultdict(int)
    rows: Rows = {name: [] for name in COLUMNS}
    lag_median = max(scenario.charge_lag_days, 0.01)

    for claim, (day, who) in enumerate(visits):
        _, _, _, payer, payer_class, has_second, own_deductible, own, home, pays_copay = patients[who]
        month, year = months[day], day // 365
        specialty = own if share() < 0.75 else pick(specialty_table)
        provider = offsets[specialty] + below(sizes[specialty])
        location = home if share() < 0.85 else below(scenario.locations)
        insured = payer != self_pay

        # Lines and prices.
        chosen = [pick(opening[specialty])]
        for _ in range(pick(more_table)):
            service = pick(adding[specialty])
            if service not in chosen:
                chosen.append(service)
        lines, wanted_units = [], 0
        left = max(own_deductible - used[who, year] - own_deductible / 365 * 2.0 * (month * 30 + 15), 0)
        taken_all = 0
        for number, service in enumerate(chosen, 1):
            most = most_units[service]
            units = most if most > 4 else (2 + below(most - 1) if most > 1 and share() < 0.22 else 1)
            charge = (
                max(int(base_fee[service] * scenario.price_markup * (1 + 0.03 * year) + 0.5), 1) * 100 * units
            )
            price = int(base_fee[service] * ratio[payer] * 100 * (1 + PRICE_RISE * year) + 0.5)
            contract = min(price * units, charge)
            allowed = contract if insured else 0
            if share() < scenario.underpaid_share:
                allowed -= int(allowed * (0.05, 0.1, 0.2, 0.35)[below(4)])
            kind = family[service]
            by_copay = kind in with_copay and copay[payer] > 0
            own_copay = min(copay[payer] * pays_copay, allowed) if by_copay and number == 1 else 0
            shared = 0 if by_copay or kind == prevention else allowed
            taken = int(min(shared, left))
            left -= taken
            taken_all += shared
            part = int((shared - taken) * coinsurance[payer] + 0.5)
            held_back = int((allowed - taken - part - own_copay) * withheld[payer] + 0.5)
            abn = payer_class == "medicare" and kind in doubtful and share() < 0.3
            lines.append(
                (
                    claim,
                    number,
                    service,
                    units,
                    charge,
                    contract,
                    allowed,
                    taken,
                    part,
                    own_copay,
                    held_back,
                    abn,
                )
            )
            if wants[payer][service]:
                wanted_units += units
        used[who, year] += taken_all
        total = sum(line[4] for line in lines)

        # Front desk.
        registrar = below(scenario.registrars)
        habit = by_registrar[registrar]
        season = (
            (1.7 if month < 3 else 0.8)
            if payer_class in ("commercial", "marketplace", "medicare_advantage")
            else 1.0
        )
        rate = rates[CLASS_AT[payer_class]]
        ended = 3.0 * (rate["eligibility"] + rate["wrong_payer"]) * season * habit
        fate = share()
        wrong_coverage = fate < ended
        wrong_member = not wrong_coverage and fate < ended + 3.0 * rate["registration"] * season * habit
        checked = insured and share() < 1 - (1 - scenario.eligibility_checked_share) * habit
        lead = leads[pick(lead_table)]
        checked_day, eligibility = (day - lead, 0) if checked else (NEVER, NEVER)
        if checked and (wrong_coverage or wrong_member) and share() < (0.85 if lead <= 7 else 0.5):
            eligibility = 1 if wrong_coverage else 2
            if share() < (0.9 if lead else 0.55):
                wrong_coverage = wrong_member = False
        referral = referral_plans[payer] and specialty != 0 and family[chosen[0]] != prevention
        no_referral = referral and share() >= 0.93
        required = wanted_units > 0
        authorised = required and share() < scenario.authorisation_obtained_share
        note_lag = int(notes[pick(note_table)] * by_provider[provider])
        if insured:
            due = 0 if has_second else sum(line[9] for line in lines)
            if not has_second and share() < scenario.estimate_share:
                due += int((0.7 + 0.4 * share()) * sum(line[7] + line[8] for line in lines) / 500) * 500
            collected = due if share() < scenario.copay_collected_share else 0
        else:
            due = total - sum(int(line[4] * 0.45) for line in lines)
            collected = due if share() < 0.6 else 0

        # Charge entry, claim edits, sending.
        if share() < scenario.late_charge_share:
            lag = 25 + below(186)
        else:
            lag = int(math.exp(math.log(lag_median) + 0.8 * _normal(share)) + 0.5)
        entry = roll[min(day + max(min(lag, 400), note_lag), last)]
        edit, cleared, manual = NEVER, entry, False
        if insured and share() < scenario.edit_share:
            edit = EDITS.index("authorisation_missing") if required and not authorised else pick(edit_table)
            manual = share() < 0.75
            cleared = plus_working(entry, 2 + below(10) if manual else below(2))
        touched = int(manual)
        received = submitted = NEVER
        if insured:
            first = plus_working(cleared, 0 if manual else below(6))
            fate = share()
            if fate < scenario.rejection_share:
                turned_back = plus_working(first, below(3))
                rows["submissions"].append(
                    (claim, payer, first, NEVER, NEVER, turned_back, below(len(REJECTIONS)), touched)
                )
                if share() >= scenario.overlooked_share:
                    submitted, touched = plus_working(turned_back, 1 + below(9)), 1
            elif fate < scenario.rejection_share + scenario.lost_share:
                rows["submissions"].append((claim, payer, first, NEVER, NEVER, NEVER, NEVER, touched))
            else:
                submitted = first
            if submitted >= 0:
                received = plus_working(submitted, int(share() < 0.3))
                accepted = plus_working(received, below(3))
                rows["submissions"].append(
                    (claim, payer, submitted, received, accepted, NEVER, NEVER, touched)
                )
        rows["claims"].append(
            (
                claim, who, provider, specialty, location, day, payer, payer_class, registrar, checked_day,
                eligibility, referral, required, wanted_units if authorised else 0, note_lag, due, collected, entry,
                edit, cleared, len(lines), total,
            )
        )  # fmt: skip
        rows["lines"].extend(lines)
        if received < 0:
            continue

        # The first answer.
        kind = family[chosen[0]]
        desk, clinical = payer_office[payer][location], payer_family[payer][kind]
        fate, category = share() / scenario.denial_factor if scenario.denial_factor else 1.0, ""
        for name, chance in rate.items():
            if not chance:
                continue
            if name in FRONT:
                chance *= desk * office[location] * habit
                if name != "coordination_of_benefits":
                    chance *= season * 0.5
                    if wrong_coverage or wrong_member:
                        chance += 0.15
            elif name in CLINICAL:
                chance *= clinical
                if name in ("documentation", "medical_necessity", "benefit_limit"):
                    chance *= 2.0 if kind in heavy else 0.8
                if name in ("documentation", "coding"):
                    chance *= by_provider[provider]
                if name == "documentation":
                    chance *= 2.0 if note_lag > 4 else 0.9
                elif name == "coding":
                    chance *= 1.4 if len(lines) > 1 else 0.5
                elif name == "authorisation":
                    chance *= 1.5 if required else 0.12
                    if (required and not authorised) or no_referral:
                        chance += 0.25
            elif name == "claim_data":
                chance *= desk
            elif name == "credentialing":
                chance *= 8.0 if provider == habits.newcomer and day < 150 else 0.5
            if fate < chance:
                category = name
                break
            fate -= chance
        code = pick(code_tables[category]) if category else NEVER
        if not category and share() < scenario.wrongly_late_share:
            code = late_code
        late = (submitted if postmarked[payer] else received) - day > filing[payer]
        if late:
            code = late_code
        denied_lines = range(len(lines)) if code >= 0 else range(0)
        if code >= 0 and not late and by_line[code] and len(lines) > 1 and share() < 0.75:
            one = 1 + below(len(lines) - 1)
            denied_lines = range(one, one + 1)
        group = 0 if code < 0 else 2 if to_patient[code] and share() < 0.5 else 1
        paid = sum(
            line[6] - line[7] - line[8] - line[9] - line[10]
            for place, line in enumerate(lines)
            if place not in denied_lines
        )
        denied = sum(lines[place][4] for place in denied_lines)
        lag = min(int(median[payer] * math.exp(sigma[payer] * _normal(share)) + 0.5), 400)
        if share() < late_share[payer]:
            lag = 45 + below(66)
        if len(denied_lines) < len(lines):
            lag = max(lag, floor[payer])
        elif floor[payer]:
            lag = max(int(lag * 0.6), 4)
        pay_day = next_pay[payer][min(received + lag, last)]
        remark = below(rarcs[code]) if code >= 0 else 0
        rows["answers"].append(
            (claim, pay_day, posting[payer][pay_day], code, remark, group, late, paid, denied)
        )
    return rows


def _normal(share: Callable[[], float]) -> float:
    """Return a bell-shaped number, by the formula of Box and Muller."""
    return math.sqrt(-2.0 * math.log(1.0 - share())) * math.cos(2.0 * math.pi * share())


def _numbers(count: int) -> Any:
    import numpy as np

    return np.arange(count)
