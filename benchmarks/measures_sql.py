# ruff: noqa: S608 - every text here is our own
"""How does one write the measures of the benchmark by hand in DuckDB SQL?

One statement per measure over the views ``claims``, ``transactions`` and so on. It shares no code with the library.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import duckdb

from benchmarks.measures_days import (
    AGREED,
    CHARITY,
    CREDIT,
    EDGES,
    ENTRIES,
    ENTRY,
    EXIT,
    EXITS,
    NEVER,
    PARTS,
    TO_OTHER,
    TO_PATIENT,
    UNLESS,
    Days,
)

__all__ = ["MEASURES"]


def _listed(values: tuple[str, ...]) -> str:
    return "(" + ", ".join(f"'{value}'" for value in values) + ")"


def _bucket(age: str) -> str:
    passed = " + ".join(f"({age} > {edge})::bigint" for edge in EDGES)
    return f"coalesce({passed}, {len(EDGES) + 1})"


_CENTS = "cast(round(amount * 100) as bigint)"
_NET = f"""
known as (
    select practice_id, claim_id, posted_date, responsible, kind, coalesce(reason, '') as reason,
        {_CENTS} as cents, transaction_id, reverses_id
    from transactions where posted_date <= $day),
back as (
    select b.practice_id, b.claim_id, b.posted_date, b.responsible, coalesce(u.kind, b.kind) as kind,
        coalesce(u.reason, b.reason) as reason, b.cents
    from known b left join known u on u.practice_id = b.practice_id and u.transaction_id = b.reverses_id
    where b.kind = 'reversal' and b.reverses_id is not null),
net as (
    select practice_id, claim_id, posted_date, responsible, kind, reason, cents from known
    where kind <> 'reversal' or reverses_id is null
    union all select * from back)"""
_PRICED = """
priced as (
    select practice_id, claim_id, service_date, payer_class, greatest(
        cast(round(charge * 100) as bigint) - cast(round(expected_allowed * 100) as bigint),
        case when expected_allowed is not null then 0 end) as room
    from claims)"""
_ADJUSTED = "kind = 'contractual' and responsible = 'payer_1'"
_OTHER = f"""(kind = 'contractual' and responsible <> 'payer_1') or kind = 'sequestration'
        or (kind = 'write_off' and reason in {_listed(AGREED)})"""


def _sum(condition: str, *, sign: str = "-") -> str:
    return f"coalesce(sum({sign}cents) filter ({condition}), 0)::bigint"


_AGING = f"""
with item as (
    select practice_id, claim_id, responsible, sum({_CENTS})::bigint as cents
    from transactions where posted_date <= $day group by all having cents > 0),
turned as (
    select practice_id, claim_id, min(posted_date) as turned,
        bool_or(kind = 'charge' or coalesce(reason, '') = 'due_at_visit') as at_visit
    from transactions where posted_date <= $day and amount > 0 and kind in ('charge', 'transfer')
        and responsible in ('patient', 'agency') group by all),
sent as (
    select practice_id, claim_id, min(submitted_date) filter (rank = 1) as billed,
        list(distinct 'payer_' || rank) filter (acceptance = 'accepted' and accepted_date <= $day) as on_file
    from submissions where submitted_date <= $day group by all),
stated as (
    select practice_id, claim_id, min(sent_date) as stated from statements where sent_date <= $day group by all),
dated as (
    select i.*, first_payer, service_date::date as service, sent.billed::date as billed, at_visit,
        turned::date + 30 as due, stated.stated::date as stated,
        i.responsible in ('patient', 'agency') as patient,
        not coalesce(list_contains(on_file, i.responsible), false) as off_file, v.payer as later
    from item i left join claims using (practice_id, claim_id) left join sent using (practice_id, claim_id)
    left join turned using (practice_id, claim_id) left join stated using (practice_id, claim_id)
    left join coverages v on v.practice_id = i.practice_id and v.claim_id = i.claim_id
        and i.responsible = 'payer_' || v.rank),
aged as (
    select cents, patient and stated is null as unstated, not patient and off_file as off_file,
        case responsible when 'payer_1' then first_payer when 'patient' then 'Patient' when 'agency' then 'Agency'
            else coalesce(later, responsible) end as payer,
        $day - coalesce(case when not patient then billed when at_visit then service
            else least(stated, due) end, service) as age
    from dated)
select payer, {_bucket("age")} as bucket_number, count(*) as items, sum(cents)::bigint as balance,
    sum(case when off_file then cents else 0 end)::bigint as not_on_file,
    sum(case when unstated then cents else 0 end)::bigint as not_yet_stated
from aged group by all order by all
"""

_DAYS_IN_AR = f"""
with {_NET.strip()}, {_PRICED.strip()},
by_claim as (
    select practice_id, claim_id,
        {_sum(f"{_ADJUSTED} and posted_date <= $quarter")} as before,
        {_sum(_ADJUSTED)} as total,
        {_sum(f"({_OTHER}) and posted_date > $quarter")} as other,
        {_sum("kind = 'charge' and posted_date > $quarter", sign="")} as charges,
        {_sum(f"kind = 'write_off' and reason in {_listed(AGREED + CHARITY)} and posted_date > $quarter")} as less,
        {_sum("responsible <> 'agency'", sign="")} as ar,
        {_sum("responsible = 'payer_1'", sign="")} as first
    from net group by all)
select sum(ar)::bigint as ar, sum(charges)::bigint as charges,
    sum(least(total, coalesce(room, total)) - least(before, coalesce(room, before)) + other)::bigint as contract,
    sum(case when charges > 0 then charges - coalesce(room, 0) else 0 end - less)::bigint as expected,
    sum(least(greatest(coalesce(room, total) - total, 0), greatest(first, 0)))::bigint as contract_to_come
from by_claim join priced using (practice_id, claim_id)
"""

_COLLECTION = f"""
with {_NET.strip()}, {_PRICED.strip()},
cohort as (select * from priced where service_date > $served_after and service_date <= $served_until),
by_claim as (
    select practice_id, claim_id,
        {_sum(_ADJUSTED)} as total, {_sum(_OTHER)} as other, {_sum("kind = 'charge'", sign="")} as charges,
        {_sum("kind in ('payer_payment', 'refund_to_payer', 'recoupment')")} as payer_paid,
        {_sum("kind in ('patient_payment', 'refund_to_patient')")} as patient_paid,
        {_sum(f"kind = 'write_off' and reason in {_listed(CHARITY)}")} as charity,
        {_sum("responsible in ('payer_1', 'payer_2', 'payer_3')", sign="")} as at_payers,
        bool_or(responsible = 'payer_1' and kind in ('payer_payment', 'contractual', 'sequestration', 'denial'))
            as spoke
    from net semi join cohort using (practice_id, claim_id) group by all)
select count(*) as claims, count(*) filter (payer_class = 'self_pay' or spoke or at_payers <= 0) as answered_claims,
    sum(charges)::bigint as charges, sum(least(total, coalesce(room, total)) + other)::bigint as contract,
    sum(payer_paid)::bigint as payer_paid, sum(patient_paid)::bigint as patient_paid,
    sum(charity)::bigint as charity
from by_claim join cohort using (practice_id, claim_id)
"""

_UNLESS = "".join(f" and not (carc = '{code}' and payer_class <> '{but_for}')" for code, but_for in UNLESS)
_LINES = f"""
spoke as (
    select t.practice_id, t.claim_id, coalesce(line_number, 0) as line, posted_date, effective_date, kind,
        transaction_id, coalesce(carc, '') as carc, {_CENTS} as cents,
        cast(round(memo_amount * 100) as bigint) as memo, payer_class
    from transactions t join claims using (practice_id, claim_id)
    where posted_date <= $day and responsible = 'payer_1' and payer_class <> 'self_pay' and (
        kind = 'payer_payment' or (kind = 'denial' and coalesce(carc, '') <> '18')
        or (kind = 'transfer' and carc in ('1', '2', '3'))
        or (kind in ('contractual', 'sequestration')
            and (coalesce(carc, '') <> '' or coalesce(group_code, '') <> '' or coalesce(remit_id, '') <> '')))),
answered as (
    select practice_id, claim_id, min(row(posted_date, effective_date)) as first from spoke group by all),
first as (
    select spoke.*, kind = 'denial' and carc not in {_listed(NEVER)}{_UNLESS} as hit
    from spoke join answered using (practice_id, claim_id)
    where posted_date = first[1] and effective_date = first[2]),
by_line as (
    select practice_id, claim_id, line, posted_date, bool_or(hit) as hit,
        {_sum("kind = 'contractual'")} as contract,
        {_sum("kind in ('payer_payment', 'sequestration', 'transfer')")} as brings,
        coalesce(sum(memo) filter (hit), 0)::bigint as taken,
        coalesce(bool_or(hit and memo is null), false) as unknown,
        min(transaction_id) filter (hit) as denial_id, arg_min(carc, transaction_id) filter (hit) as code
    from first group by all),
judged as (
    select b.*, cast(round(l.charge * 100) as bigint) as line_charge,
        hit and case when line_charge is null or unknown then brings <= 0
            else line_charge - contract - taken <= 0 end as denied
    from by_line b left join lines l on l.practice_id = b.practice_id and l.claim_id = b.claim_id
        and l.line_number = b.line)"""
_LOST = "coalesce(sum(coalesce(line_charge, taken)) filter (denied), 0)::bigint"
_DENIED_LINES = (
    "least(case when bool_or(denied and line = 0) then lines else count(*) filter (denied) end, lines)"
)

_DENIAL_RATE = f"""
with {_LINES.strip()},
by_claim as (
    select first_payer as payer, posted_date, cast(round(claims.charge * 100) as bigint) as charge, lines,
        {_DENIED_LINES} as denied_lines, {_LOST} as lost
    from judged join claims using (practice_id, claim_id)
    group by practice_id, claim_id, first_payer, posted_date, claims.charge, lines)
select payer, strftime(posted_date, '%Y-%m') as month, count(*) as claims,
    count(*) filter (denied_lines >= lines) as denied,
    count(*) filter (denied_lines > 0) as any_line_denied, sum(charge)::bigint as charge,
    sum(lost)::bigint as charge_denied
from by_claim group by all order by all
"""

_PARETO = f"""
with {_LINES.strip()},
by_claim as (
    select first_payer as payer, {_LOST} as lost, arg_min(code, line) filter (denied) as carc
    from judged join claims using (practice_id, claim_id) group by practice_id, claim_id, first_payer, lines having
        bool_or(denied)),
grouped as (select payer, carc, count(*) as claims, sum(lost)::bigint as denied_amount from by_claim group by all)
select row_number() over o as rank, *, sum(denied_amount) over o / sum(denied_amount) over () as cumulative_share
from grouped window o as (order by denied_amount desc, payer, carc) order by rank
"""

# Each clock's day is the first of its kind: what is known on a day is told by comparing it with that day.
_STARTS = """
turned as (
    select practice_id, claim_id, min(posted_date)::date as turned,
        min(posted_date) filter (kind = 'charge' or coalesce(reason, '') = 'due_at_visit')::date as visit
    from transactions where amount > 0 and kind in ('charge', 'transfer')
        and responsible in ('patient', 'agency') group by all),
billed as (
    select practice_id, claim_id, min(submitted_date)::date as billed from submissions where rank = 1 group by all),
stated as (select practice_id, claim_id, min(sent_date)::date as stated from statements group by all)"""
_DATED = """left join claims using (practice_id, claim_id) left join billed using (practice_id, claim_id)
    left join turned using (practice_id, claim_id) left join stated using (practice_id, claim_id)"""


def _age(day: str) -> str:
    """Return the age on a day by the standard clock."""
    known = {name: f"case when {name} <= {day} then {name} end" for name in ("billed", "stated", "turned")}
    return f"""{day} - coalesce(case when responsible not in ('patient', 'agency') then {known["billed"]}
        when visit <= {day} then service_date::date else least({known["stated"]}, {known["turned"]} + 30) end,
        service_date::date)"""


def _way() -> str:
    into = " ".join(f"when cents > 0 and kind = '{kind}' then {way}" for kind, way in ENTRIES.items())
    out = " ".join(f"when kind = '{kind}' then {way}" for kind, way in EXITS.items())
    return f"""case {into} when cents > 0 then {ENTRY} {out}
        when kind = 'transfer' and met and responsible <> 'patient' then {TO_PATIENT}
        when kind = 'transfer' then {TO_OTHER} else {EXIT} end"""


_NONE = 2_000_000_000
_FOUND = f"case when {{0}} in (0, {_NONE}) then {{0}} else 1000 - {{0}} % 1000 end"
_ROLL = f"""
with {_STARTS.strip()},
netted as (
    select practice_id, claim_id, responsible, sum({_CENTS})::bigint as cents,
        min(posted_date)::date - date '1970-01-01' as on_day,
        coalesce(max(case when kind = 'reversal' and reverses_id is not null then null else kind end), 'reversal')
            as kind
    from transactions where posted_date > $week and posted_date <= $day
    group by practice_id, claim_id, responsible,
        case when kind = 'reversal' and reverses_id is not null then reverses_id else transaction_id end
    having cents <> 0),
given as (
    select distinct practice_id, claim_id, on_day, cents as size from netted
    where kind = 'transfer' and responsible = 'patient' and cents > 0),
ways as (
    select n.*, g.size is not null as met from netted n left join given g on g.practice_id = n.practice_id
        and g.claim_id = n.claim_id and g.on_day = n.on_day and g.size = abs(n.cents)),
pieces as (
    select practice_id, claim_id, responsible, (on_day + 1) * 1000 - ({_way()}) as spot, sum(cents)::bigint as cents
    from ways group by all
    union all
    select practice_id, claim_id, responsible, 0, sum({_CENTS})::bigint as cents from transactions
    where posted_date <= $week group by all having cents <> 0),
ends as (
    select *, case when cents > 0 then sum(greatest(cents, 0)) over line else sum(greatest(-cents, 0)) over line end
        ::bigint as until
    from pieces window line as (partition by practice_id, claim_id, responsible order by spot)),
stretches as (
    select practice_id, claim_id, responsible,
        until - coalesce(lag(until) over rest, 0) as cents,
        min(case when cents > 0 then spot else {_NONE} end) over ahead as source,
        min(case when cents > 0 then {_NONE} else spot end) over ahead as sink
    from ends window rest as (partition by practice_id, claim_id, responsible order by until, spot),
        ahead as (partition by practice_id, claim_id, responsible order by until, spot
            rows between current row and unbounded following)),
cells as (
    select practice_id, claim_id, responsible, {_FOUND.format("source")} as source, {_FOUND.format("sink")} as sink,
        sum(cents)::bigint as cents
    from stretches where cents > 0 group by all),
aged as (
    select cents, source, sink, {_age("$week")} as age_0, {_age("$day")} as age_1
    from cells {_DATED})
select case when sink = 0 then {CREDIT} when source = 0 then {_bucket("age_0")} when source = {_NONE} then sink
        else source end as from_number,
    case when source = {_NONE} then {CREDIT} when sink = {_NONE} then {_bucket("age_1")} when sink = 0 then source
        else sink end as to_number, count(*) as items, sum(cents)::bigint as balance
from aged group by all order by all
"""

_WEEKLY = f"""
with {_STARTS.strip()},
ends as (select unnest(range(13)) as place, $day - cast((12 - place) * 7 as integer) as day),
sums as (
    select practice_id, claim_id, responsible,
        greatest(13 - 1 - ($day - posted_date::date) // 7, 0) as spot, sum({_CENTS})::bigint as cents
    from transactions where posted_date <= $day group by all having cents <> 0),
held as (
    select practice_id, claim_id, responsible, spot, sum(cents) over line::bigint as cents,
        coalesce(lead(spot) over line, 13) as until
    from sums window line as (partition by practice_id, claim_id, responsible order by spot)),
aged as (
    select day, cents, {_age("day")} as age
    from (select * from held where cents > 0) {_DATED} join ends on place >= spot and place < until)
select day, {_bucket("age")} as bucket_number, count(*) as items, sum(cents)::bigint as balance
from aged group by all order by all
"""

_PART_SUMS = ", ".join(
    f"coalesce(sum(cents) filter (inside and kind in ({', '.join(map(repr, kinds))})), 0)::bigint as {part}"
    for part, kinds in PARTS.items()
)
_WATERFALL = f"""
with rows_of as (
    select case when responsible in ('patient', 'agency') then responsible else 'payer' end as party, kind,
        posted_date > $month as inside, {_CENTS} as cents
    from transactions where posted_date <= $day)
select party, coalesce(sum(cents) filter (not inside), 0)::bigint as opening, {_PART_SUMS},
    sum(cents)::bigint as closing
from rows_of group by all order by all
"""


def _asked(statement: str, *names: str) -> Callable[[duckdb.DuckDBPyConnection, Days], Any]:
    """Return a measure: the statement with those of the days that it names."""

    def measure(connection: duckdb.DuckDBPyConnection, days: Days) -> Any:
        known = {
            "day": days.as_of,
            "quarter": days.quarter,
            "week": days.week,
            "month": days.month,
            "served_after": days.cohort[0],
            "served_until": days.cohort[1],
        }
        return connection.execute(statement, {name: known[name] for name in names}).df()

    return measure


MEASURES: dict[str, Callable[[duckdb.DuckDBPyConnection, Days], Any]] = {
    "aging": _asked(_AGING, "day"),
    "days_in_ar": _asked(_DAYS_IN_AR, "day", "quarter"),
    "denial_rate": _asked(_DENIAL_RATE, "day"),
    "collection": _asked(_COLLECTION, "day", "served_after", "served_until"),
    "roll": _asked(_ROLL, "day", "week"),
    "weekly": _asked(_WEEKLY, "day"),
    "waterfall": _asked(_WATERFALL, "day", "month"),
    "pareto": _asked(_PARETO, "day"),
}
"""Measure -> function of a connection with the tables as views, and the days; money in whole cents."""
