"""Are the bars and curves of variance and liquidation the numbers of their tables?"""

import pandas as pd
import pytest

from arlab.errors import InputRefused, NotAvailable
from arlab.plots import plot_liquidation, plot_variance, render_png

SHORT = pd.DataFrame(
    {
        "payer": ["Oak", "Elm", "Ash", "Fir", "Oak", "Yew"],
        "systematic": [0.0, 160.0, 0.0, 0.0, 0.0, 0.0],
        "isolated": [10.0, 20.0, 40.0, 0.0, 80.0, 5.0],
    }
)
CURVES = pd.DataFrame(
    {
        "month": ["2026-01"] * 3 + ["2026-02"] * 3 + ["2026-03"] * 3,
        "days": [30, 60, 90] * 3,
        "mature": [1, 1, 1, 1, 1, 0, 1, 0, 0],
        "charges": [100.0] * 3 + [300.0] * 3 + [50.0] * 3,
        "resolved_share": [0.5, 0.75, 0.9, 0.25, 0.5, None, 0.4, None, None],
    }
)


def texts(ax):
    return [text.get_text().strip() for text in ax.texts]


def title(ax):
    return " ".join(ax.get_title(loc="left").split())


def test_bars_are_the_dollars_short_biggest_first():
    ax = plot_variance(SHORT)
    assert [[bar.get_width() for bar in part] for part in ax.containers] == [[160, 0, 0, 0], [20, 90, 40, 5]]
    assert texts(ax) == ["Elm", "$180", "Oak", "$90", "Ash", "$40", "Yew", "$5"], "nothing is short at Fir"
    assert title(ax) == "Elm: 57% of the $315 allowed short; 51% in one ratio again and again"
    assert ax.get_xlim()[0] == 0
    assert texts(plot_variance(SHORT, top=2))[-2:] == ["other (2 together)", "$45"]
    assert title(plot_variance(SHORT.iloc[[0]])) == "Oak: all of the $10 allowed short"


def test_curves_are_the_shares_and_the_newest_is_named():
    ax = plot_liquidation(CURVES)
    drawn = {line.get_color(): line.get_ydata().tolist() for line in ax.lines}
    assert drawn["#D55E00"] == [0.25, 0.5], "the newest month with two points"
    assert drawn["#0072B2"] == [(50 + 75 + 20) / 450, (75 + 150) / 400, 0.9], "weighed by charges"
    assert len(ax.lines) == 4
    assert texts(ax) == ["2026-02", "32%", "56%", "90%"]
    assert (
        title(ax)
        == "32% of the charges are resolved by day 30, 90% by day 90; 2026-02 is 25 points behind at day 60"
    )
    assert ax.get_ylim()[0] == 0
    assert render_png(ax) == render_png(plot_liquidation(CURVES))


def test_what_cannot_be_drawn_says_why():
    with pytest.raises(NotAvailable, match="no compared line is short"):
        plot_variance(SHORT.iloc[[3]])
    with pytest.raises(InputRefused, match="column 'isolated'"):
        plot_variance(SHORT.drop(columns="isolated"))
    with pytest.raises(InputRefused, match="top=1 or more"):
        plot_variance(SHORT, top=0)
    with pytest.raises(NotAvailable, match="old enough"):
        plot_liquidation(CURVES.assign(mature=0))
    with pytest.raises(InputRefused, match="column 'charges'"):
        plot_liquidation(CURVES.drop(columns="charges"))
    with pytest.raises(InputRefused, match="without by"):
        plot_liquidation(pd.concat([CURVES, CURVES]))
