"""The tables of the worklog again, in SQL that was written from their definitions alone."""

from __future__ import annotations

PAID = "('payer_payment', 'patient_payment', 'recoupment', 'refund_to_payer', 'refund_to_patient')"

BASE = """
with day as (select date '{day}' as d),
log as (select actions.* replace (date::date as date, next_action_date::date as next_action_date,
          promise_due_date::date as promise_due_date) from actions, day where date <= d),
later as (select a.action_id, min(b.date) as next_date
          from log a join log b on a.claim_id = b.claim_id
           and (b.date > a.date or (b.date = a.date and b.action_id > a.action_id))
          group by a.action_id),
last as (select * from log
         qualify row_number() over (partition by claim_id order by date desc, action_id desc) = 1),
money as (select t.* replace (t.posted_date::date as posted_date),
            case when t.kind = 'reversal' then r.kind else t.kind end as what
          from transactions t left join transactions r on t.reverses_id = r.transaction_id, day
          where t.posted_date <= d)
"""

STALE = """
select i.claim_id, i.responsible, i.balance,
       datediff('day', coalesce(l.date, i.responsibility_date, i.first_bill_date, i.service_date), d) as waited,
       case when waited >= 30 then 30 when waited >= 14 then 14 else 0 end as stale
from items i left join last l on l.claim_id = i.claim_id, day where stale > 0 or waited is null
order by stale desc, i.balance desc, i.claim_id, i.responsible
"""

OVERDUE = """
select claim_id, action_id, datediff('day', next_action_date, d) as late from last, day
where next_action_date < d order by next_action_date, claim_id
"""

CLOSED = """
select claim_id, action_id from last where next_action is null and next_action_date is null
and kind not in ('write_off', 'move_to_patient') order by date, action_id
"""

CLOSED_OWING = """
select i.claim_id, i.responsible, i.balance, l.action_id from items i join last l using (claim_id)
where l.next_action is null and l.next_action_date is null order by i.balance desc, i.claim_id, i.responsible
"""

PROMISES = (
    """
select a.claim_id, a.action_id,
  coalesce(sum(-m.amount) filter (m.posted_date <= promise_due_date + 7), 0) as in_time,
  coalesce(sum(-m.amount), 0) as paid,
  case when round(in_time, 2) > 0
        and round(in_time, 2) >= round(coalesce(any_value(promise_amount), 0.01), 2) then 'kept'
       when round(in_time, 2) > 0 then 'partly kept'
       when any_value(promise_due_date) + 7 >= any_value(d) then 'waiting'
       when round(paid, 2) > 0 then 'late' else 'broken' end as state
from log a cross join day left join money m on m.claim_id = a.claim_id and m.what in """
    + PAID
    + """
   and m.responsible like 'payer%' and m.posted_date >= a.date
where promise_due_date is not null group by a.claim_id, a.action_id, a.promise_due_date
order by a.promise_due_date, a.claim_id
"""
)

PEOPLE = (
    """,
work as (select staff, count(*) as actions, count(distinct claim_id) as items, sum(minutes) as minutes
         from log, day where date > d - 28 group by staff),
given as (select m.transaction_id, m.amount, m.what, (select l.staff from log l where l.claim_id = m.claim_id
            and l.date < m.posted_date and l.date >= m.posted_date - 60
            order by l.date desc, l.action_id desc limit 1) as staff
          from money m, day where m.posted_date > d - 28),
brought as (select coalesce(staff, 'nobody') as staff, -sum(amount) filter (what in """
    + PAID
    + """) as resolved,
              -sum(amount) filter (what in ('write_off', 'bad_debt')) as off from given group by 1),
due as (select l.staff, next_date is not null as done, coalesce(next_date <= l.next_action_date, false) as in_time,
          (select sum(amount) from transactions t where t.claim_id = l.claim_id
            and t.posted_date <= l.next_action_date) as owed
        from log l left join later using (action_id), day
        where l.next_action_date > d - 28 and l.next_action_date < d),
steps as (select staff, count(*) as due, count(*) filter (done) as done, count(*) filter (in_time) as in_time
          from due where done or round(owed, 2) > 0 group by staff)
select staff, coalesce(actions, 0), coalesce(items, 0), coalesce(minutes, 0), round(coalesce(resolved, 0), 2),
  round(coalesce(off, 0), 2), coalesce(due, 0), coalesce(done, 0), coalesce(in_time, 0)
from (select staff from work union select staff from brought union select staff from steps)
left join work using (staff) left join brought using (staff) left join steps using (staff) order by staff
"""
)


def ask(connection, question: str, day: str) -> list[tuple]:
    """Return the rows of a question about a day; the connection has actions, transactions and items."""
    return connection.execute(BASE.format(day=day) + question).fetchall()
