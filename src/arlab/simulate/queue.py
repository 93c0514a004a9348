"""How does a day's order of single claims become sessions, and what does the policy see of the claims?

The queue that a policy works by: every morning it shows what is open, takes the order, fills the day's minutes from
the top and groups what fits by payer and channel. Outcomes are decided in ``synth.world`` alone.
"""

from __future__ import annotations

import datetime as dt
from collections import deque
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from arlab.policies import Policy, place_order
from arlab.simulate.facts import Facts
from arlab.simulate.moves import FIELDS, FOREVER, Moves, State, next_moves, state_of
from arlab.simulate.seen import Past
from arlab.synth.chances import Action
from arlab.synth.desk import Channel, End, Item, Line, Phase, Queue
from arlab.synth.world import MOST, SETUP_MINUTES, World, let_in

__all__ = ["DayQueue"]

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

_ACTIONS: Final = pd.CategoricalDtype([action.name.lower() for action in Action])
_CHANNELS: Final = pd.CategoricalDtype([channel.name.lower() for channel in Channel])
_STATES: Final = pd.CategoricalDtype(["no_answer", "denied"])
_PAYER_1: Final = pd.CategoricalDtype(["payer_1"])
_LEAST_MINUTES: Final = 30.0  # what is planned at least when estimates were too high and time is left


class DayQueue(Queue):
    """Items that wait for work, in an order that is made anew every day.

    Parameters
    ----------
    name : of the ``policy`` that is set before the first day, for messages
    hold : usual minutes of waiting on the telephone, by payer
    appeal_from : cents of expected recovery below which the house files no appeal
    """

    def __init__(self, facts: Facts, past: Past, *, name: str, hold: Floats, appeal_from: float) -> None:
        super().__init__(lambda item: 0.0)
        self.facts, self.past, self.name = facts, past, name
        self.hold, self.appeal_from = hold, appeal_from
        self.policy: Policy | None = None
        self.world: World | None = None
        self.day, self.date = -1, dt.date.min
        self.items: dict[int, Item] = {}
        self._new: list[tuple[Item, int]] = []
        count = len(facts.payer)
        self._state = {name: np.zeros(count, dtype=np.float64) for name in FIELDS}
        self._channel = np.zeros(count, dtype=np.int64)
        self._answer = np.full(count, FOREVER)
        self._noted, self._asked = 0, True
        self._rest: Ints = np.empty(0, dtype=np.int64)
        self._cost = self._setup = np.empty(0)
        self._line = self._most = self._claims = self._rest
        self._sessions: deque[tuple[Line, deque[int]]] = deque()
        self.minutes = self._time = 0.0
        self.rows, self.moves = self._rest, Moves(*[self._rest] * 4)

    # What the world calls

    def put(self, item: Item, channel: int) -> None:
        """Let an item wait in the line of its payer and channel."""
        self.items[item.claim] = item
        self._new.append((item, channel))

    def waiting(self) -> list[tuple[Item, int]]:
        """Return who waits, each with the channel, by claim."""
        channel = self._channel.copy()
        for item, own in self._new:
            channel[item.claim] = own
        return [
            (item, int(channel[claim]))
            for claim, item in sorted(self.items.items())
            if item.phase < Phase.DONE
        ]

    def first_line(self) -> Line | None:
        """Return payer and channel of the next session, or None when there is nothing left to do."""
        if not self._asked:
            self._asked = True
            self._order()
        while True:
            while self._sessions:
                line, claims = self._sessions[0]
                while claims and claims[0] not in self.items:
                    claims.popleft()
                if claims:
                    return line
                self._sessions.popleft()
            if not len(self._rest):
                return None
            self._plan()

    def take(self, line: Line) -> Item | None:
        """Take the next item of the session, or None when the session is over."""
        if not self._sessions or self._sessions[0][0] != line:
            return None
        claims = self._sessions[0][1]
        while claims:
            item = self.items.pop(claims.popleft(), None)
            if item is not None and item.phase < Phase.DONE:
                return item
        self._sessions.popleft()
        return None

    # The morning

    def begin(self, world: World, day: int, date: dt.date, minutes: float) -> None:
        """Set the day; the order is asked for after what has become due was let in."""
        self.world, self.day, self.date, self._time = world, day, date, minutes
        self.minutes = minutes
        self._sessions.clear()
        self._asked = False
        self._rest = np.empty(0, dtype=np.int64)
        self.past.note(world.actions[self._noted :])
        self._noted = len(world.actions)

    def _order(self) -> None:
        """Ask the policy for the day's order; answers that have come meanwhile are read first."""
        assert self.policy is not None
        self._refresh()
        frame = self.frame()
        order = place_order(self.policy(frame, self.date), len(frame), policy=self.name)
        rows = self.rows[order]
        self._claims = rows
        channel = self._channel[rows]
        payer = self.facts.payer[rows]
        self._line = payer * len(Channel) + channel
        self._cost = self.moves.minutes[order].astype(np.float64)
        self._setup, self._most = self._setups(payer, channel)
        self._rest = np.arange(len(rows))

    def _setups(self, payer: Ints, channel: Ints) -> tuple[Floats, Ints]:
        """Return the minutes to begin a session of each line, and the claims that it holds."""
        assert self.world is not None
        begin = np.array([SETUP_MINUTES[int(one)] for one in Channel], dtype=np.float64)[channel]
        calls = channel == Channel.PHONE
        most = np.where(calls, np.array(self.world.days.claims_per_call)[payer], MOST)
        return begin + np.where(calls, self.hold[payer], 0.0), most

    def _refresh(self) -> None:
        """Bring the arrays up to the day: new items, answers that came, items that are done."""
        assert self.world is not None
        self._write()
        waiting = np.fromiter(self.items, dtype=np.int64, count=len(self.items))
        for claim in np.sort(waiting[self._answer[waiting] <= self.day]).tolist():
            item = self.items.pop(claim)
            if item.phase == Phase.UNANSWERED and not item.unknown:
                let_in(self.world, item, self.day)
            elif item.phase < Phase.DONE:
                self.put(item, int(self._channel[claim]))
        self._write()
        waiting = np.sort(np.fromiter(self.items, dtype=np.int64, count=len(self.items)))
        ended = self.world.outcomes.end[waiting] != End.OPEN  # given up by the manager's review, or paid
        for claim in waiting[ended].tolist():
            del self.items[claim]
        self.rows = waiting[~ended]
        self.moves = next_moves(self.world.days, self.state(), self.day, appeal_from=self.appeal_from)

    def _write(self) -> None:
        """Write what is true of items that came since the last time into the arrays."""
        if not self._new:
            return
        new = state_of([item for item, _ in self._new])
        claim = new["claim"].astype(np.int64)
        for name, values in new.items():
            self._state[name][claim] = values
        self._channel[claim] = [channel for _, channel in self._new]
        in_process = (self._state["phase"][claim] == Phase.UNANSWERED) & (self._state["unknown"][claim] == 0)
        comes = self._state["post_day"][claim]
        self._answer[claim] = np.where(in_process & (comes >= 0), comes, FOREVER)
        self._new = []

    def state(self) -> State:
        """Return what is true of the open items today, in the order of the frame: not for a policy's eyes."""
        return {name: values.take(self.rows) for name, values in self._state.items()}

    def frame(self) -> pd.DataFrame:
        """Return the open items as the practice sees them today; see :data:`arlab.simulate.ITEM_COLUMNS`."""
        rows, moves, facts, day = self.rows, self.moves, self.facts, self.day
        state = self._state
        denied = state["phase"].take(rows) == Phase.DENIED
        code = np.where(denied, state["code"].take(rows), -1).astype(np.int64)
        late = state["late"].take(rows) > 0
        asked, at_stake = facts.asked.take(rows), facts.at_stake.take(rows)
        payer, channel = facts.payer.take(rows), self._channel.take(rows)
        setup, most = self._setups(payer, channel)
        last_day, promise = self.past.day.take(rows), self.past.promise.take(rows)

        def until(due: Ints) -> Floats:
            return np.where(due < FOREVER, due - day, np.nan)

        columns = {
            "claim_id": facts.claim_id.take(rows),
            "responsible": pd.Categorical.from_codes(np.zeros(len(rows), dtype=np.int8), dtype=_PAYER_1),
            "payer": facts.label("payer", rows),
            "payer_class": facts.label("payer_class", rows),
            "location": facts.label("location", rows),
            "provider": facts.label("provider", rows),
            "balance": np.where(denied, facts.owed_after.take(rows), facts.owed.take(rows)) / 100,
            "expected": np.where(denied & ~late, at_stake, asked) / 100,
            "age_days": day - facts.first_sent.take(rows),
            "state": pd.Categorical.from_codes(denied.astype(np.int8), dtype=_STATES),
            "on_file": state["unknown"].take(rows) == 0,
            "category": pd.Categorical.from_codes(
                np.append(facts.category_of, -1)[code], dtype=facts.categories
            ),
            "carc": pd.Categorical.from_codes(code, dtype=facts.carcs),
            "denied_days": np.where(denied, day - state["pay_day"].take(rows), np.nan),
            "tries": state["attempt"].take(rows).astype(np.int64),
            "remedy": pd.Categorical.from_codes(moves.action, dtype=_ACTIONS),
            "minutes": moves.minutes,
            "days_left": until(moves.due),
            "last_days_left": until(moves.last_due),
            "channel": pd.Categorical.from_codes(channel, dtype=_CHANNELS),
            "session": payer * len(Channel) + channel,
            "setup_minutes": setup,
            "session_most": most,
            "last_action": pd.Categorical.from_codes(self.past.action.take(rows), dtype=_ACTIONS),
            "last_action_days": np.where(last_day >= 0, day - last_day, np.nan),
            "promise_days": np.where(promise >= 0, day - promise, np.nan),
        }
        return pd.DataFrame(columns, copy=False)

    # The sessions

    def _plan(self) -> None:
        """Take from the top what the day's minutes allow, and group it into sessions.

        Each line pays its set-up once for as many claims as a session holds. The claim that crosses the end of the
        day is begun, as in life.
        """
        rest = self._rest
        line, most = self._line[rest], self._most[rest]
        by_line = np.argsort(line, kind="stable")
        runs = line[by_line]
        place = np.empty(len(rest), dtype=np.int64)
        place[by_line] = np.arange(len(rest)) - np.searchsorted(runs, runs, side="left")
        begins = place % most == 0
        spent = np.cumsum(self._cost[rest] + np.where(begins, self._setup[rest], 0.0))
        available = max(self._time, _LEAST_MINUTES)
        count = min(int(np.searchsorted(spent, available, side="left")) + 1, len(rest))
        self._time -= float(spent[count - 1])
        sessions: dict[tuple[int, int], deque[int]] = {}
        claims = self._claims[rest[:count]].tolist()
        for claim, key in zip(
            claims, zip(line.tolist(), (place // most).tolist(), strict=True), strict=False
        ):
            sessions.setdefault(key, deque()).append(claim)
        for (number, _), waiting in sessions.items():
            self._sessions.append((divmod(number, len(Channel)), waiting))
        self._rest = rest[count:]
