"""What should be worked first, why, by whom and when?

``score`` is a pure function on columns; ``standing``, ``clocks`` and ``recommend`` gather facts and rules;
``history`` and ``recovery`` say how often such work was won; ``queues`` puts it all together. No model is fitted.
"""

from arlab.priority.billing import BARS, billing_bar
from arlab.priority.clocks import add_clocks
from arlab.priority.curves import work_curves
from arlab.priority.export import queue_csv, queue_workbook, shown_queue
from arlab.priority.history import call_history, resolved_patients, resolved_tries
from arlab.priority.owed_back import credit_queue, underpayment_queue
from arlab.priority.owners import Owner, assign_owners, make_owners, owner_table, rebalance
from arlab.priority.patient_queue import patient_queue, patient_rates
from arlab.priority.payer_queue import payer_queue
from arlab.priority.queues import QUEUES, WorkQueue, make_queue
from arlab.priority.recommend import action_facts, add_recommendation
from arlab.priority.recovery import add_chance, prior_chance, recovery_table
from arlab.priority.score import (
    TIERS,
    Weights,
    make_weights,
    most_points,
    score_items,
    sensitivity_table,
    work_order,
)
from arlab.priority.sessions import add_projects, work_sessions
from arlab.priority.standing import add_standing, live_remedies
from arlab.priority.words import add_words, describe_item, describe_points, describe_step

__all__ = [
    "BARS",
    "QUEUES",
    "TIERS",
    "Owner",
    "Weights",
    "WorkQueue",
    "action_facts",
    "add_chance",
    "add_clocks",
    "add_projects",
    "add_recommendation",
    "add_standing",
    "add_words",
    "assign_owners",
    "billing_bar",
    "call_history",
    "credit_queue",
    "describe_item",
    "describe_points",
    "describe_step",
    "live_remedies",
    "make_owners",
    "make_queue",
    "make_weights",
    "most_points",
    "owner_table",
    "patient_queue",
    "patient_rates",
    "payer_queue",
    "prior_chance",
    "queue_csv",
    "queue_workbook",
    "rebalance",
    "recovery_table",
    "resolved_patients",
    "resolved_tries",
    "score_items",
    "sensitivity_table",
    "shown_queue",
    "underpayment_queue",
    "work_curves",
    "work_order",
    "work_sessions",
]
