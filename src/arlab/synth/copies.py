"""How do two futures follow from one past?

Copies a follow-up desk as it stands on a day, with all that the next days change; what no day changes is shared.
Which work the copy chooses is left to its queue.
"""

from __future__ import annotations

import dataclasses
import operator

from arlab.synth.desk import Item, Latent, Outcomes, Phase, Queue
from arlab.synth.payer_days import PayerDays
from arlab.synth.world import World, line_of

__all__ = ["copy_world"]

_VALUES = operator.attrgetter(
    *[field.name for field in dataclasses.fields(Item)]
)  # in the order of the class
_OUTCOMES = dataclasses.fields(Outcomes)


def copy_world(
    world: World,
    *,
    until: int,
    queue: Queue | None = None,
    latent: Latent | None = None,
    days: PayerDays | None = None,
    minutes: list[list[float]] | None = None,
) -> World:
    """Return a desk that goes on from where ``world`` stands, up to the day ``until``, and leaves it as it is.

    Parameters
    ----------
    until : last day that the copy will be worked; what falls due later is not copied
    queue : an empty queue that takes over the work; the house's own queue, and what it leaves alone, when left out
    latent, days : what the payers have in store from now on, when it is to be drawn anew
    minutes : minutes of each biller by day, when they are to be others
    """
    twins: dict[int, Item] = {}

    def twin(item: Item) -> Item:
        found = twins.get(id(item))
        if found is None:
            found = twins[id(item)] = Item(*_VALUES(item))
        return found

    last = min(until, len(world.due) - 1)
    due: list[list[Item]] = [[] for _ in world.due]
    sweeps: list[list[tuple[Item, int]]] = [[] for _ in world.sweeps]
    for day in range(world.seen + 1, last + 1):
        due[day] = [twin(item) for item in world.due[day]]
    for day in range(max(0, world.seen - 13), last + 1):
        sweeps[day] = [(twin(item), changes) for item, changes in world.sweeps[day]]
    days = days or world.days
    answers = days.answers
    own = dataclasses.replace(
        answers, late=answers.late.copy(), pay_day=answers.pay_day.copy(), post_day=answers.post_day.copy()
    )
    result = dataclasses.replace(
        world,
        days=dataclasses.replace(days, answers=own),
        latent=latent or world.latent,
        queue=queue or world.queue.copied(twin),
        triage=world.triage and queue is None,
        minutes=minutes or world.minutes,
        outcomes=dataclasses.replace(
            world.outcomes,
            **{one.name: getattr(world.outcomes, one.name).copy() for one in _OUTCOMES},
        ),
        due=due,
        sweeps=sweeps,
        left=list(world.left),
        actions=[],
        sent=[],
        denied_again=[],
        appeals=[],
        left_alone=[twin(item) for item in world.left_alone if item.phase == Phase.DENIED],
    )
    if queue is not None:
        for item, channel in world.queue.waiting():
            queue.put(twin(item), channel)
        for item in result.left_alone:
            queue.put(item, line_of(world, item))
        result.left_alone = []
    return result
