"""The measures once more, in plain DuckDB SQL: written from the definitions, sharing nothing with the
library."""

from __future__ import annotations

import calendar
import datetime as dt

from arlab.reference import load_never_denial_codes

BASE = """
create or replace temp table cl as select practice_id || '/' || claim_id as c, service_date::date as s,
    charge_entry_date::date as en, payer_class as pc, lines as nl, cast(round(charge * 100) as bigint) as ch,
    greatest(cast(round(charge * 100) as bigint) - cast(round(expected_allowed * 100) as bigint), 0) as room_,
    expected_allowed is not null as priced from claims where charge_entry_date <= {day};
create or replace temp table t as select x.practice_id || '/' || x.claim_id as c, x.line_number as ln,
    x.posted_date::date as p, x.effective_date::date as e, x.responsible as r, x.kind as k,
        coalesce(o.kind, x.kind) as nk,
    coalesce(case when o.kind is null then x.reason else o.reason end, '') as nr, x.carc, x.remit_id as rm,
    x.transaction_id as id, x.practice_id as pr, cast(round(x.amount * 100) as bigint) as a,
    cast(round(x.memo_amount * 100) as bigint) as m
    from transactions as x left join transactions as o
        on x.kind = 'reversal' and o.practice_id = x.practice_id and o.transaction_id = x.reverses_id
    where x.posted_date <= {day};
create or replace temp table su as select practice_id || '/' || claim_id as c, rank as rk,
    submitted_date::date as d,
    case when acceptance = 'accepted' and accepted_date <= {day} then 'accepted'
         when acceptance = 'rejected' and rejected_date <= {day} then 'rejected' else 'none' end as got,
    row_number() over (partition by practice_id, claim_id, rank order by submitted_date) as n,
    touched_before_send as touched from submissions where submitted_date <= {day};
create or replace temp table said as
    with one as (select t.*, pc from t join cl using (c) where r = 'payer_1' and pc <> 'self_pay' and (
        k = 'payer_payment' or (k = 'denial' and carc <> '18') or (k = 'transfer' and carc in ('1', '2', '3'))
        or (k in ('contractual', 'sequestration') and rm is not null))),
    two as (select * from one qualify p = min(p) over (partition by c))
    select * from two qualify e = min(e) over (partition by c);
create or replace temp table li as with sums as (select c, ln, any_value(p) as p, any_value(e) as e,
        sum(m) filter (k = 'denial' and not exists (select 1 from never where never.carc = said.carc
            and (unless_payer_class = '' or unless_payer_class <> said.pc))) as taken,
        coalesce(-sum(a) filter (k = 'contractual'), 0) as con,
        coalesce(-sum(a) filter (k in ('payer_payment', 'transfer')), 0) as money from said group by all)
    select c, ln, p, e, taken is not null as hit, money, lc,
        taken is not null and lc - con - taken <= 0 as gone, taken from sums left join (
            select practice_id || '/' || claim_id as c, line_number as ln,
                cast(round(charge * 100) as bigint) as lc from lines) using (c, ln);
create or replace temp table fa as select c, pc, nl, ch, fs, p, word, gone, lost, money from cl
    left join (select c, min(d) as fs from su where rk = 1 group by 1) using (c)
    left join (select c, any_value(p) as p, count(*) filter (gone) as gone, sum(lc) filter (gone) as lost,
        sum(money) as money, bool_or(hit) as any_hit from li group by 1) using (c)
    cross join lateral (select case when p is null then null when gone >= nl then 'denied' when gone > 0
        then 'partly'
        when any_hit then 'reduced' else 'fine' end as word)
    where pc <> 'self_pay' and (p is not null or fs is not null);
create or replace temp table de as with hits as (select li.*, word from li join fa using (c) where word
    <> 'fine'
        and word is not null and hit and (li.gone or word = 'reduced')),
    later as (select hits.c, t.* exclude (c) from t join hits on t.c = hits.c and t.ln = hits.ln and t.r
        = 'payer_1'
        and (t.p > hits.p or (t.p = hits.p and t.e > hits.e))),
    ends as (select c, min(p) filter ((k = 'payer_payment' and a < 0) or (k = 'reversal' and a = 0)
            or (k = 'transfer' and a < 0 and carc in ('1', '2', '3'))) as paid,
        min(p) filter (k in ('write_off', 'bad_debt') and a < 0) as gone_on,
        min(p) filter (k = 'transfer' and a < 0 and coalesce(carc, '') not in ('1', '2', '3')) as moved
        from later group by 1)
    select c, fa.p as d, lost, paid, least(paid, gone_on, moved) as over, acted, touches from fa
    left join ends using (c) left join lateral (select min(x.date)::date as acted,
            count(*) filter (x.date <= coalesce(least(paid, gone_on, moved), date '9999-01-01')) as touches
        from actions as x where x.practice_id || '/' || x.claim_id = fa.c and x.date between fa.p and
        {day}) on true
    where word in ('denied', 'partly');
create or replace temp table con as select c, p, sum(-a) as con from t
    where nk = 'contractual' and r = 'payer_1' group by all;
"""

_FLOWS = """
select sum(a) filter (k = 'charge' and {in}) as charges,
    sum(-a) filter ((nk in ('contractual', 'sequestration') or (nk = 'write_off' and nr =
        'self_pay_discount')) and {in})
        as adjusted,
    sum(-a) filter (nk in ('payer_payment', 'refund_to_payer', 'recoupment', 'patient_payment',
        'refund_to_patient')
        and {in}) as cash,
    sum(-a) filter (nk in ('patient_payment', 'refund_to_patient') and {in}) as patient,
    sum(-a) filter (nk = 'patient_payment' and (nr = 'at_visit' or e <= s) and {in}) as early,
    sum(-a) filter (nk = 'bad_debt' and {in}) as bad,
    sum(-a) filter (nk = 'write_off' and nr in ('charity', 'charity_care', 'financial_assistance') and
        {in}) as free,
    sum(a) filter (r <> 'agency') as ar
from t join cl using (c)
"""
_EXCESS = """
select coalesce(sum(greatest(now - room_, 0) - greatest(before - room_, 0)), 0) from (
    select c, sum(con) as now, coalesce(sum(con) filter (p <= {after}), 0) as before from con group by 1)
join cl using (c) where priced and {which}
"""
_SHARES = {
    "clean_claim_rate": """select count(*) filter (not exists (select 1 from claim_edits as x
        where x.practice_id || '/' || x.claim_id = c and hit_date <= {day} and (manual or cleared_date is null
            or cleared_date > {day})) and not coalesce(touched, false)), count(*)
        from cl left join (select c, bool_or(touched) as touched from su where rk = 1 and d = (select
        min(d) from su as y
            where y.c = su.c and y.rk = 1) group by 1) using (c) where pc <> 'self_pay' and en > {after}""",
    "clean_claim_rate_no_edit": """select count(*) filter (not exists (select 1 from claim_edits as x
        where x.practice_id || '/' || x.claim_id = c and hit_date <= {day})), count(*)
        from cl where pc <> 'self_pay' and en > {after}""",
    "acceptance_rate": """select count(*) filter (got = 'accepted'), count(*) from su where got <> 'none'
        and d > {after}""",
    "acceptance_rate_first": """select count(*) filter (got = 'accepted'), count(*) from su where got <>
        'none'
        and d > {after} and rk = 1 and n = 1""",
    "rejection_rate": "select count(*) filter (got = 'rejected'), count(*) from su where d > {after}",
    "rejection_rate_first": """select count(*) filter (got = 'rejected'), count(*) from su where d > {after}
        and rk = 1 and n = 1""",
    "first_pass_resolution_rate": """select count(*) filter (p <= fs + 90 and word = 'fine' and money > 0
        and (select count(*) = 1 and bool_and(got <> 'rejected') from su where su.c = fa.c and rk = 1 and
        d <= fa.p)),
        count(*) from fa where fs > {after} - 90 and fs <= {day} - 90""",
    "initial_denial_rate": """select count(*) filter (p <= fs + 90 and word = 'denied'), count(*) from fa
        where fs > {after} - 90 and fs <= {day} - 90""",
    "initial_denial_rate_any_line": """select count(*) filter (p <= fs + 90 and word in ('denied',
        'partly')), count(*)
        from fa where fs > {after} - 90 and fs <= {day} - 90""",
    "initial_denial_rate_lines": """select sum(gone) filter (p <= fs + 90), sum(nl)
        from fa where fs > {after} - 90 and fs <= {day} - 90""",
    "initial_denial_rate_dollars": """select sum(ch) filter (p <= fs + 90 and word = 'denied'), sum(ch)
        from fa where fs > {after} - 90 and fs <= {day} - 90""",
    "initial_denial_rate_dollars_lines": """select sum(lost) filter (p <= fs + 90), sum(ch)
        from fa where fs > {after} - 90 and fs <= {day} - 90""",
    "initial_denial_rate_month": """select (select count(*) from fa where word = 'denied' and p > {m0}
        and p <= {m1}),
        (select count(*) / 3 from fa where fs > {m3} and fs <= {m0})""",
    "initial_denial_rate_month_dollars": """select (select sum(ch) from fa where word = 'denied' and p > {m0}
        and p <= {m1}), (select sum(ch) / 3 from fa where fs > {m3} and fs <= {m0})""",
    "initial_denial_rate_answered": """select count(*) filter (word = 'denied'), count(*) from fa where p >
        {after}""",
    "primary_denial_rate": """select count(*) filter (paid <= 0), count(*) from (select c, rm, p,
            coalesce(-sum(a) filter (k = 'payer_payment'), 0) as paid, bool_or(k = 'denial' and carc =
            '18') as copy
            from t where r = 'payer_1' and rm is not null and p > {day} - 28
            and k in ('payer_payment', 'contractual', 'sequestration', 'denial', 'transfer') group by all)
        where not copy""",
    "overturn_rate": """select count(*) filter (paid <= d + 180), count(*) from de where d > {after} - 180
        and d <= {day} - 180""",
    "overturn_rate_dollars": """select sum(lost) filter (paid <= d + 180), sum(lost) from de where d >
        {after} - 180
        and d <= {day} - 180""",
    "appeal_success_rate": """select count(*) filter (outcome in ('won', 'partly_won')), count(*) from appeals
        where decision_date > {after} and decision_date <= {day} and outcome in ('won', 'partly_won',
        'lost')""",
    "charge_lag_days": "select sum(en - s), count(*) from cl where en > {after}",
    "charge_lag_days_lines": """select sum(nl * (en - s)), sum(nl) from cl
        where en > {after}""",
    "submission_lag_days": """select sum(fs - en), count(*) from fa join cl using (c) where fs > {after}""",
    "days_to_pay": """select sum(x - fs), count(*) from fa join (select c, min(p) as x from t
        where k = 'payer_payment' and r = 'payer_1' and a < 0 group by 1) using (c) where x > {after} and
        fs is not null""",
    "days_entry_to_answer": "select sum(p - en), count(*) from fa join cl using (c) where p > {after}",
    "days_denial_to_action": "select sum(acted - d), count(*) from de where acted > {after}",
    "days_denial_to_resolution": "select sum(over - d), count(*) from de where over > {after}",
    "denials_worked_in_30_days": """select count(*) filter (acted <= d + 30), count(*) from de where d >
        {after} - 30
        and d <= {day} - 30""",
    "touches_per_resolved_denial": "select sum(touches), count(*) from de where over > {after}",
    "actions_per_account": """select count(*), count(distinct (practice_id, claim_id, date)) from actions
        where date > {after} and date <= {day}""",
    "accounts_per_hour": """select count(distinct (practice_id, claim_id, date)), sum(minutes) / 60 from
        actions
        where date > {after} and date <= {day}""",
    "final_denial_write_off_rate": """select (select coalesce(sum(-a), 0) from t as w where nk = 'write_off'
        and r like 'payer%' and nr not in ('self_pay_discount', 'charity', 'charity_care',
        'financial_assistance')
        and p > {after} and exists (select 1 from t as x where x.c = w.c and x.r = w.r and x.k = 'denial'
            and x.carc <> '18' and x.p <= w.p)), {net_charges}""",
}
_MEDIANS = {
    "charge_lag_days_median": "select median(en - s) from cl where en > {after}",
    "submission_lag_days_median": "select median(fs - en) from fa join cl using (c) where fs > {after}",
    "days_to_pay_median": """select median(x - fs) from fa join (select c, min(p) as x from t
        where k = 'payer_payment' and r = 'payer_1' and a < 0 group by 1) using (c) where x > {after}""",
    "days_denial_to_action_median": "select median(acted - d) from de where acted > {after}",
    "days_denial_to_resolution_median": "select median(over - d) from de where over > {after}",
}
_DOLLARS = ("dollars", "month_dollars", "dollars_lines")
_ITEMS = """
with b as (select c, r, sum(a) as bal, min(p) filter (k in ('charge', 'transfer') and a > 0) as turned,
        bool_or(a > 0 and (k = 'charge' or (k = 'transfer' and nr = 'due_at_visit'))) as due
        from t where r <> 'agency' group by all having sum(a) > 0),
    st as (select practice_id || '/' || claim_id as c, min(sent_date)::date as stated from statements
        where sent_date <= {day} group by 1),
    fb as (select c, min(d) as fb from su where rk = 1 group by 1),
    ag as (select bal, r = 'payer_1' and fb is null as unbilled, case when r = 'patient' then
        case when due then s else coalesce(least(stated, turned + 30), s) end else coalesce(fb, s) end as
        start
        from b join cl using (c) left join st using (c) left join fb using (c))
select {sums} from ag
"""


def literal(day: dt.date) -> str:
    return f"date '{day.isoformat()}'"


def measures_by_sql(connection, day: dt.date, *, days: int = 90, costs: float = 0.0) -> dict[str, tuple]:
    """Return {metric: (numerator, denominator)}; dollars in dollars; a median or a sum has no denominator."""
    connection.register("never", load_never_denial_codes()[["carc", "unless_payer_class"]])
    after = day - dt.timedelta(days=days)
    ends = day.day == calendar.monthrange(day.year, day.month)[1]
    month_end = day if ends else day.replace(day=1) - dt.timedelta(days=1)
    months = [month_end.replace(day=1) - dt.timedelta(days=1)]
    for _ in range(3):
        months.append(months[-1].replace(day=1) - dt.timedelta(days=1))
    words = {
        "day": literal(day),
        "after": literal(after),
        "m1": literal(month_end),
        "m0": literal(months[0]),
        "m3": literal(months[3]),
    }

    def ask(sql: str, **more: str) -> tuple:
        return connection.execute(sql.format(**words, **more)).fetchall()[0]

    for statement in BASE.format(**words).split(";\n"):
        if statement.strip():
            connection.execute(statement)
    span = {"in": f"p > {words['after']}"}
    charges, adjusted, cash, patient, early, bad, free, ar = (x or 0 for x in ask(_FLOWS, **span))
    (excess,) = ask(_EXCESS, which="true")
    agreed = adjusted - excess
    found = {
        "days_in_ar_gross": (ar / 100, charges / 100 / days),
        "days_in_ar_adjusted": (ar / 100, (charges - agreed) / 100 / days),
        "gross_collection_rate_period": (cash / 100, charges / 100),
        "net_collection_rate_period": (cash / 100, (charges - agreed) / 100),
        "net_collection_rate_period_without_charity": (cash / 100, (charges - agreed - free) / 100),
        "misposted_contractual": (excess / 100, None),
        "point_of_service_share": (early / 100, patient / 100),
        "bad_debt_rate": (bad / 100, charges / 100),
        "cost_to_collect": (costs, cash / 100),
    }
    cohort = f"s > {words['after']} - 180 and s <= {words['day']} - 180"
    charges_, adjusted_, cash_, _, _, _, free_, _ = (x or 0 for x in ask(_FLOWS, **{"in": cohort}))
    words_after = words["after"]
    words["after"] = "date '1900-01-01'"
    (excess_,) = ask(_EXCESS, which=cohort.replace(words["after"], words_after))
    words["after"] = words_after
    base = charges_ - adjusted_ + excess_
    found |= {
        "gross_collection_rate": (cash_ / 100, charges_ / 100),
        "net_collection_rate": (cash_ / 100, base / 100),
        "net_collection_rate_without_charity": (cash_ / 100, (base - free_) / 100),
        "misposted_contractual_matured": (excess_ / 100, None),
    }
    to_come, revenue = ask(
        """with x as (select c, coalesce(sum(a) filter (r = 'payer_1'), 0) as one,
            coalesce(sum(-a) filter (nk = 'contractual' and r = 'payer_1'), 0) as con,
            coalesce(sum(a) filter (k = 'charge' and p > {after}), 0) as charged,
            coalesce(sum(-a) filter (nk = 'write_off' and nr in ('self_pay_discount', 'charity',
            'charity_care',
                'financial_assistance') and p > {after}), 0) as less from t group by 1)
        select sum(case when priced then least(greatest(room_ - con, 0), greatest(one, 0)) else 0 end),
            sum(case when charged > 0 then charged - case when priced then room_ else 0 end else 0 end - less)
        from x join cl using (c)"""
    )
    found["days_in_ar_net"] = ((ar - to_come) / 100, revenue / 100 / days)
    sums = ["sum(bal)", "sum(bal) filter (not unbilled)"]
    for n in (60, 90, 120):
        sums += [f"sum(bal) filter ({words['day']} - start > {n})"]
        sums += [f"sum(bal) filter ({words['day']} - start > {n} and not unbilled)"]
    everything, billed, *old = (x or 0 for x in ask(_ITEMS, sums=", ".join(sums)))
    for n, (all_old, billed_old) in zip((60, 90, 120), zip(old[::2], old[1::2], strict=True), strict=True):
        found[f"share_over_{n}"] = (all_old / 100, everything / 100)
        found[f"share_over_{n}_billed"] = (billed_old / 100, billed / 100)
    (owed,) = ask("select coalesce(sum(-b), 0) from (select sum(a) as b from t group by c, r) where b < 0")
    found["credit_balance"] = (owed / 100, None)
    found["credit_balance_days"] = (owed / 100, charges / 100 / days)
    for metric, sql in _SHARES.items():
        top, bottom = ask(sql, net_charges=str(charges - agreed))
        unit = 100 if metric.endswith(_DOLLARS) or metric == "final_denial_write_off_rate" else 1
        found[metric] = (float(top or 0) / unit, float(bottom or 0) / unit)
    for metric, sql in _MEDIANS.items():
        found[metric] = (ask(sql)[0], None)
    return found
