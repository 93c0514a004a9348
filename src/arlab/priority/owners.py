"""Who takes each item, on which day, and what changes when somebody is away?

Shares work out by skill and minutes, in the order of the queue. It asks nobody and judges no one.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import heapq
from collections.abc import Collection, Sequence
from typing import Any

import numpy as np
import pandas as pd

from arlab.errors import SettingsError
from arlab.frames import to_date
from arlab.reference import SKILLS, PracticeRules
from arlab.tables import Practice

__all__ = ["Owner", "assign_owners", "make_owners", "owner_table", "rebalance"]

ALL = "all"


@dataclasses.dataclass(frozen=True)
class Owner:
    """Somebody who can take items: name, skills (``all`` is every one), minutes on a working day.

    ``practice_id`` is empty for who works for every practice of a company.
    """

    name: str
    skills: frozenset[str]
    minutes_per_day: float
    practice_id: str = ""

    def can(self, skill: str) -> bool:
        """Return whether the person has a skill and any minutes at all."""
        return self.minutes_per_day > 0 and (ALL in self.skills or skill in self.skills)


def make_owners(rules: PracticeRules, practice: Practice | None = None) -> tuple[Owner, ...]:
    """Return the people of the rules, or, when these name none, those of the practice's staff table.

    Somebody whose role there is the name of a skill, such as ``appeals``, has that one; anyone else has all.

    Examples
    --------
    >>> from arlab.reference import load_rules
    >>> make_owners(load_rules())
    ()
    """
    usual = float(rules.value("capacity", "minutes_per_day"))
    if rules.owners:
        return tuple(
            Owner(
                str(one["name"]),
                frozenset(one.get("skills", [ALL])),
                float(one.get("minutes_per_day", usual)),
            )
            for one in rules.owners
        )
    if practice is None or not practice.has("staff"):
        return ()
    staff = practice.staff.sort_values(["practice_id", "staff"], kind="stable")
    several = staff["practice_id"].nunique() > 1
    empty = pd.Series(pd.NA, index=staff.index)
    minutes, role = staff.get("minutes_per_day", empty), staff.get("role", empty)
    return tuple(
        Owner(
            f"{name} ({one})" if several else str(name),
            frozenset([str(part) if str(part) in SKILLS else ALL]),
            usual if pd.isna(daily) else float(daily),
            str(one) if several else "",
        )
        for one, name, part, daily in zip(staff["practice_id"], staff["staff"], role, minutes, strict=True)
    )


def assign_owners(
    queue: pd.DataFrame, owners: Sequence[Owner], *, as_of: dt.date | str, lead: str
) -> pd.DataFrame:
    """Return the queue with an owner and a dated next step for every item.

    Parameters
    ----------
    queue : items in the order of work, with ``skill``, ``minutes``, ``next_action_date`` (the day by rule),
        ``waiting`` and ``action_due_date``; ``last_staff`` (who worked it last) where it has it
    owners : who works; see :func:`make_owners`
    as_of : the first day of work; a weekend starts on Monday
    lead : takes what nobody else can take

    Returns
    -------
    the queue with ``owner``, ``work_date`` and ``late_for_deadline`` (the minutes do not reach
    the item before the last day of its remedy; the date is then that day, or today). An item that waits gets
    the person with least to do and its day by rule. Of those who can take an item it goes to whoever has a free
    minute first; among equals to who worked it last, then to the first by name in the rules.

    Notes
    -----
    A day's minutes are used up in the order of the queue; an item that is longer than a day takes
    several. With nobody at work every item goes to the lead, on its day by rule.

    Examples
    --------
    >>> day = pd.Timestamp("2026-06-29")
    >>> queue = pd.DataFrame({"skill": "status", "minutes": [30, 30, 30], "next_action_date": day, "waiting": False,
    ...     "action_due_date": pd.NaT})
    >>> owners = [Owner("Amy", frozenset(["status"]), 60), Owner("John", frozenset(["appeals"]), 60)]
    >>> found = assign_owners(queue, owners, as_of="2026-06-29", lead="Lead")
    >>> found["owner"].tolist(), found["work_date"].dt.day.tolist()
    (['Amy', 'Amy', 'Amy'], [29, 29, 30])
    """
    start = np.busday_offset(np.datetime64(to_date(as_of)), 0, roll="forward")
    used = [0.0] * len(owners)
    skills = queue["skill"].astype("str").tolist()
    able = {skill: [i for i, one in enumerate(owners) if one.can(skill)] for skill in set(skills)}
    minutes = queue["minutes"].to_numpy(dtype=np.float64, na_value=1.0)
    waiting = queue["waiting"].to_numpy(dtype=bool, na_value=False)
    last = queue["last_staff"].tolist() if "last_staff" in queue.columns else [None] * len(queue)
    names = [one.name for one in owners]
    who = np.full(len(queue), -1, dtype=np.int64)
    offset = np.zeros(len(queue), dtype=np.int64)
    held = [0] * len(owners)  # items that wait, so that they are shared out too
    for place in np.flatnonzero(~waiting).tolist():
        chosen = _first_free(able[skills[place]], used, owners, names, last[place])
        if chosen >= 0:
            who[place] = chosen
            offset[place] = int(used[chosen] // owners[chosen].minutes_per_day)
            used[chosen] += minutes[place]
    for place in np.flatnonzero(waiting).tolist():
        some = able[skills[place]]
        if some:
            chosen = min(some, key=lambda i: (held[i], used[i] / owners[i].minutes_per_day, i))
            who[place] = chosen
            held[chosen] += 1
    return _dated(queue, np.array([*names, lead], dtype=object)[who], start, offset, who)


def _first_free(
    able: Sequence[int], used: Sequence[float], owners: Sequence[Owner], names: Sequence[str], last: Any
) -> int:
    """Return who has a free minute first, -1 when nobody can."""
    if not able:
        return -1
    return min(able, key=lambda i: (int(used[i] // owners[i].minutes_per_day), names[i] != last,
                                    used[i] / owners[i].minutes_per_day, i))  # fmt: skip


def _dated(queue: pd.DataFrame, owner: Any, start: Any, offset: Any, who: Any) -> pd.DataFrame:
    """Add owner and day: the first working day with minutes, never before the day by rule or after the last day."""
    worked = np.busday_offset(start, offset).astype("datetime64[us]")
    by_rule = queue["next_action_date"].to_numpy(dtype="datetime64[us]")
    waiting = queue["waiting"].to_numpy(dtype=bool, na_value=False)
    date = np.where((who < 0) | waiting, by_rule, np.maximum(worked, by_rule))
    due = queue["action_due_date"].to_numpy(dtype="datetime64[us]")
    weekday = np.busday_offset(due.astype("datetime64[D]"), 0, roll="backward").astype("datetime64[us]")
    floor = np.maximum(weekday, start.astype("datetime64[us]"))
    late = ~np.isnat(due) & (date > floor) & ~waiting
    return queue.assign(owner=owner, work_date=np.where(late, floor, date), late_for_deadline=late)


def rebalance(
    queue: pd.DataFrame,
    owners: Sequence[Owner],
    *,
    away: Collection[str],
    since: dt.date | str,
    until: dt.date | str,
    lead: str,
) -> pd.DataFrame:
    """Return the queue after somebody's absence was shared out, changing as little as can be.

    Parameters
    ----------
    queue : frame of :func:`assign_owners`
    owners : as there
    away : names of who is away
    since, until : first and last day of the absence
    lead : takes what nobody else can take

    Returns
    -------
    the queue with ``moved_from``: empty where nothing changed. Only items of those who are
    away, and whose day falls into the absence, change hands; they keep their day. Each goes to whoever has the
    least minutes on that day among those who can take it. Nobody else's items move.

    Raises
    ------
    SettingsError
        when a name is not among the owners of the queue, or the days are in the wrong order.
    """
    first, last = np.datetime64(to_date(since)), np.datetime64(to_date(until))
    if last < first:
        raise SettingsError(
            f"The absence ends on {last} before it begins on {first}: give since before until."
        )
    known = {one.name for one in owners} | set(queue["owner"])
    strangers = sorted(set(away) - known)
    if strangers:
        raise SettingsError(f"Nobody is called '{strangers[0]}': the owners are {', '.join(sorted(known))}.")
    date = queue["work_date"].to_numpy(dtype="datetime64[us]")
    moves = queue["owner"].isin(list(away)).to_numpy() & (date >= first) & (date <= last)
    minutes = queue["minutes"].to_numpy(dtype=np.float64, na_value=1.0)
    stay = queue.loc[~moves, ["owner"]].assign(_day=date[~moves], _minutes=minutes[~moves])
    load: dict[Any, float] = stay.groupby(["owner", "_day"])["_minutes"].sum().to_dict()
    there = [one for one in owners if one.name not in away]
    owner = queue["owner"].to_numpy(dtype=object).copy()
    skills = queue["skill"].astype("str").tolist()
    heaps: dict[tuple[str, Any], list[tuple[float, int, str]]] = {}
    for place in np.flatnonzero(moves).tolist():
        key = (skills[place], date[place])
        if key not in heaps:
            able = [(i, one) for i, one in enumerate(there) if one.can(skills[place])]
            heaps[key] = [
                (load.get((one.name, pd.Timestamp(date[place])), 0.0) / one.minutes_per_day, i, one.name)
                for i, one in able
            ]
            heapq.heapify(heaps[key])
        # Another skill may have given somebody work on that day since: bring the smallest up to date first.
        heap = heaps[key]
        while heap:
            share, i, name = heap[0]
            now = load.get((name, pd.Timestamp(date[place])), 0.0) / there[i].minutes_per_day
            if now == share:
                break
            heapq.heapreplace(heap, (now, i, name))
        owner[place] = heap[0][2] if heap else lead
        day_key = (owner[place], pd.Timestamp(date[place]))
        load[day_key] = load.get(day_key, 0.0) + float(minutes[place])
    before = queue["owner"].to_numpy(dtype=object)
    return queue.assign(owner=owner, moved_from=np.where(owner != before, before, ""))


def owner_table(queue: pd.DataFrame, owners: Sequence[Owner], *, as_of: dt.date | str) -> pd.DataFrame:
    """Return, for each owner, what is waiting for them and when it will be done.

    Returns
    -------
    frame with ``owner``, ``items``, ``due_now``, ``minutes`` (of what is due now), ``minutes_per_day``, ``days``
    (working days that it takes, empty for who has no minutes), ``late`` (items that the minutes do not reach in
    time), ``expected_recovery`` (dollars of what is due now).
    """
    own = {one.name: one.minutes_per_day for one in owners}
    now = ~queue["waiting"].to_numpy(dtype=bool, na_value=False)
    rows = queue.assign(
        _now=now.astype("int64"),
        _minutes=queue["minutes"].where(now, 0.0),
        _late=queue["late_for_deadline"].astype("int64"),
        _expected=queue["expected_recovery"].where(now, 0.0),
    )
    sums = rows.groupby("owner", sort=True).agg(
        items=("owner", "size"),
        due_now=("_now", "sum"),
        minutes=("_minutes", "sum"),
        late=("_late", "sum"),
        expected_recovery=("_expected", "sum"),
    )
    sums = sums.reindex(sorted({*sums.index, *own}), fill_value=0)
    each = sums.index.to_series().map(own).fillna(0.0)
    days = np.ceil(sums["minutes"] / each.where(each > 0))
    table = sums.assign(minutes_per_day=each, days=days, expected_recovery=sums["expected_recovery"].round(2))
    names = ["items", "due_now", "minutes", "minutes_per_day", "days", "late", "expected_recovery"]
    return table[names].rename_axis("owner").reset_index()
