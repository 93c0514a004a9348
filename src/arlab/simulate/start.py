"""Where does a replay begin: what has happened in the practice until the first day, and what may be drawn anew?

Makes the practice once, works it as the house does until that day, and hands out copies. It tries no policy.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import functools
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from arlab.errors import NotAvailable, SettingsError
from arlab.frames import to_date
from arlab.simulate.facts import Facts, Worth, make_facts, make_worth
from arlab.simulate.history import history_table
from arlab.simulate.seen import Past
from arlab.synth.copies import copy_world
from arlab.synth.desk import Channel, Latent, Queue
from arlab.synth.latents import draw_latent
from arlab.synth.open_desk import uncollected
from arlab.synth.opening import Opening, make_desk, make_opening
from arlab.synth.payer_days import PayerDays, make_payer_days
from arlab.synth.scenario import Scenario
from arlab.synth.streams import Streams
from arlab.synth.world import World, step
from arlab.tables import Practice

__all__ = ["Start", "make_start", "start_of_practice"]

Floats = npt.NDArray[np.float64]


@dataclasses.dataclass(frozen=True)
class Start:
    """A practice on the morning of a day, before anybody works.

    Parameters
    ----------
    opening : what was settled before follow-up began
    world : the house's desk after the day before; it is never worked itself, see :meth:`desk`
    day, date : the first day of a replay
    facts : what the books say of each claim
    worth : what payers would allow: of the answer key
    past : the last action and promise of each claim
    hold : usual minutes of waiting on the telephone, by payer, in the calls made so far
    latent, days : what payers have in store from now on
    """

    opening: Opening
    world: World
    day: int
    date: dt.date
    facts: Facts
    worth: Worth
    past: Past
    hold: Floats
    latent: Latent
    days: PayerDays

    @functools.cached_property
    def history(self) -> pd.DataFrame:
        """What was tried before the day and known by then to have brought money or not."""
        return history_table(self.opening, self.world, self.facts, before=self.day)

    @functools.cached_property
    def paid_at_first(self) -> Floats:
        """The share of what contracts allow that each payer allows at its first answer, in truth."""
        sent = self.facts.first_sent >= 0
        payers = len(self.hold)
        asked, paid = (
            np.bincount(self.facts.payer[sent], weights=cents[sent], minlength=payers)
            for cents in (self.facts.asked, self.worth.first)
        )
        return paid / np.maximum(asked, 1)

    @property
    def skill(self) -> float:
        """The team's factor on chances, by its minutes."""
        team = self.opening.scenario.team
        minutes = sum(one.minutes_per_day for one in team)
        return sum(one.skill * one.minutes_per_day for one in team) / minutes if minutes else 1.0

    def working_days(self, count: int) -> list[int]:
        """Return the numbers of the next so many working days, from the first day on.

        Raises
        ------
        SettingsError
            when there are not so many days left in the practice.
        """
        numbers = self.opening.calendar.numbers
        found = numbers[(numbers >= self.day) & (numbers < self.opening.worked_until)][:count]
        if len(found) < count or count < 1:
            raise SettingsError(
                f"A replay of {count} working days from {self.date} is not possible: the practice has"
                f" {len(found)} left."
            )
        return found.tolist()

    def date_of(self, day: int) -> dt.date:
        """Return the date of a day's number."""
        return self.opening.scenario.start + dt.timedelta(days=day)

    def desk(
        self, *, until: int, queue: Queue | None = None, minutes: list[list[float]] | None = None
    ) -> World:
        """Return a copy of the desk to be worked until a day; the house's own without a ``queue``."""
        return copy_world(
            self.world, until=until, queue=queue, latent=self.latent, days=self.days, minutes=minutes
        )

    def afresh(self, seed: int) -> Start:
        """Return the same morning with other luck: wins, delays and waits from now on are drawn anew.

        What happened before stays, and so do the claims that are still to come.
        """
        opening, streams = self.opening, Streams(seed, practice=_FRESH)
        drawn = draw_latent(opening.scenario, opening.rules, opening.days, opening.answers, streams)
        latent = dataclasses.replace(
            self.latent,
            **{name: getattr(drawn, name) for name in ("luck", "paid_lag", "denied_lag", "decision_lag")},
        )
        days = make_payer_days(opening.rules, opening.calendar, opening.answers, streams.stage("telephone"))
        return dataclasses.replace(self, latent=latent, days=days)


_FRESH = 1 << 20  # number of a practice that no billing company has: its streams are nobody's


@uncollected()
def make_start(scenario: Scenario, *, seed: int, day: dt.date | str | None = None, number: int = 0) -> Start:
    """Return the morning of a day in a synthetic practice that its house has worked until then.

    Parameters
    ----------
    scenario, seed, number : as for :func:`arlab.synth.make_practice`
    day : the first day of a replay; the same or the next working day is taken. Half of the service period has
        passed when left out.

    Raises
    ------
    SettingsError
        when the day lies outside the practice.
    """
    opening = make_opening(scenario, Streams(seed, practice=number))
    calendar = opening.calendar
    first = (scenario.end - scenario.start).days // 2 if day is None else calendar.number(to_date(day))
    if not 0 <= first < opening.worked_until:
        last = scenario.start + dt.timedelta(days=opening.worked_until - 1)
        raise SettingsError(
            f"A replay cannot begin on {day}: choose a day from {scenario.start} to {last}, while the practice is"
            " worked."
        )
    first = int(calendar.next_working[first])
    facts, worth = make_facts(opening), make_worth(opening)
    world = make_desk(opening)
    for number_of_day in calendar.numbers[calendar.numbers < first].tolist():
        step(world, number_of_day)
    past = Past(len(facts.payer))
    past.note(world.actions)
    return Start(
        opening=opening,
        world=world,
        day=first,
        date=scenario.start + dt.timedelta(days=first),
        facts=facts,
        worth=worth,
        past=past,
        hold=_usual_hold(opening, world),
        latent=opening.latent,
        days=world.days,
    )


def start_of_practice(practice: Practice, *, day: dt.date | str | None = None) -> Start:
    """Return the morning of a day in a practice that :func:`arlab.synth.make_practice` made.

    Raises
    ------
    NotAvailable
        when the practice has no answer key, or its key is of another version of the generator.
    """
    truth: Any = practice.truth
    if truth is None:
        raise NotAvailable(
            f"A replay of '{practice.name}' is not available, because only a synthetic practice has the truth that"
            " says what would have come of other work."
        )
    digits = truth.scenario.practice_id.removeprefix("PR")
    numbers = [0, int(digits)] if digits.isdigit() and len(digits) > 2 else [0]
    for number in numbers:
        start = make_start(truth.scenario, seed=truth.seed, day=day, number=number)
        if _is_of(start, truth):
            return start
    raise NotAvailable(
        f"A replay of '{practice.name}' is not available, because this version of the generator does not make it"
        " again: make the practice anew."
    )


def _is_of(start: Start, truth: Any) -> bool:
    """Return whether the answer key's luck is that of the practice made again."""
    at = truth.items["position"].to_numpy()
    luck = start.opening.latent.luck
    return bool((at < len(luck)).all()) and bool((luck[at, 0] == truth.items["luck_1"].to_numpy()).all())


def _usual_hold(opening: Opening, world: World) -> Floats:
    """Return the mean wait of the calls made so far, by payer; the reference file's where there was none."""
    usual = opening.rules.payers.hold_minutes.astype(np.float64)
    calls = {(opening.answers.payer[row[0]], row[1]) for row in world.actions if row[8] == Channel.PHONE}
    waits: dict[int, list[float]] = {}
    for payer, day in sorted(calls):
        waits.setdefault(int(payer), []).append(world.days.hold[payer][day])
    for payer, minutes in waits.items():
        usual[payer] = np.mean(minutes)
    return usual
