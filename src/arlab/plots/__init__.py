"""What does a table look like as a picture, and what does the picture say in words?

Draws matplotlib Axes from small result tables and writes the sentence that goes with each. It computes no
measure, opens no window and keeps no figure open.
"""

from arlab.plots.aging import WITHHELD, describe_aging_by, plot_aging, plot_aging_by
from arlab.plots.bakeoff import describe_bakeoff, plot_bakeoff
from arlab.plots.buckets import dollars_over_90
from arlab.plots.canvas import render_png, show
from arlab.plots.control import plot_control, plot_slow_payer
from arlab.plots.liquidation import plot_liquidation
from arlab.plots.movement import plot_roll_matrix, plot_waterfall, plot_weekly_balances
from arlab.plots.queue import describe_work_curves, plot_work_curves
from arlab.plots.variance import plot_variance
from arlab.plots.words import amounts_in, currency_sign, dollar_text, dollars_sum, share_text, shorten

__all__ = [
    "WITHHELD",
    "amounts_in",
    "currency_sign",
    "describe_aging_by",
    "describe_bakeoff",
    "describe_work_curves",
    "dollar_text",
    "dollars_over_90",
    "dollars_sum",
    "plot_aging",
    "plot_aging_by",
    "plot_bakeoff",
    "plot_control",
    "plot_liquidation",
    "plot_roll_matrix",
    "plot_slow_payer",
    "plot_variance",
    "plot_waterfall",
    "plot_weekly_balances",
    "plot_work_curves",
    "render_png",
    "share_text",
    "shorten",
    "show",
]
