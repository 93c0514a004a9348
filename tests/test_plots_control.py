"""Are the lines, marks and titles of control charts the numbers of their tables?"""

import numpy as np
import pandas as pd
import pytest

from arlab.errors import InputRefused, NotAvailable
from arlab.plots import plot_control, plot_slow_payer, render_png

CONTROL = pd.DataFrame(
    {
        "metric": "days_to_pay",
        "unit": "days",
        "period": ["2026-01", "2026-02", "2026-03", "2026-04", "2026-05"],
        "value": [20.0, 22.0, np.nan, 21.0, 30.0],
        "centre": [np.nan, np.nan, np.nan, 21.0, 21.0],
        "low": [np.nan, np.nan, np.nan, 15.7, 15.7],
        "high": [np.nan, np.nan, np.nan, 26.3, 26.3],
        "signal": ["", "", "", "", "above"],
        "why_not": ["", "", "Not available, because there is no case.", "", ""],
    }
)
SERIES = pd.DataFrame(
    {
        "payer": "Alder",
        "week_ending": pd.date_range("2026-01-04", periods=4, freq="7D"),
        "resolved": pd.array([10, 11, 4, 3], dtype="Int64"),
        "expected": [10.0, 10.0, 10.0, 12.0],
        "low": 1.0,
        "high": 20.0,
        "alarm": [False, False, False, True],
        "alarm_date": pd.to_datetime([None, None, None, "2026-01-22"]),
        "claims_delayed": [0.0, 0.0, 6.0, 12.4],
        "dollars_delayed": [0.0, 0.0, 600.0, 1240.0],
        "slow_since": pd.to_datetime([None, None, "2026-01-13", "2026-01-13"]),
    }
)


def texts(ax):
    return [text.get_text() for text in ax.texts]


def title(ax):
    return " ".join(ax.get_title(loc="left").split())


def test_the_line_is_the_values_and_signals_are_marked():
    ax = plot_control(CONTROL)
    np.testing.assert_array_equal(ax.lines[0].get_ydata(), CONTROL["value"])
    assert ax.collections[1].get_offsets().tolist() == [[4.0, 30.0]]
    assert texts(ax) == ["30.0", "usually 21.0"]
    assert title(ax) == "Days to pay: 30.0 in 2026-05, above its usual range"
    low, high = ax.get_ylim()
    assert low < 15.7 and high > 30.0 and render_png(ax)[:4] == b"\x89PNG"


def test_other_titles():
    early = CONTROL.iloc[:2]
    assert title(plot_control(early)).endswith("too few periods to say what is usual")
    calm = CONTROL.assign(value=[20.0, 22.0, 21.0, 21.0, 22.0], signal="")
    assert title(plot_control(calm)).endswith("within its usual range")
    run = calm.assign(signal=["", "", "", "", "run above"])
    assert title(plot_control(run)).endswith("long above its centre")
    past = calm.assign(signal=["", "", "", "below", ""])
    assert title(plot_control(past)).endswith("as usual; 2026-04 was below the usual range")


def test_answers_beside_those_to_expect():
    ax = plot_slow_payer(SERIES, payer="Alder")
    np.testing.assert_array_equal(ax.lines[0].get_ydata(), [10, 11, 4, 3])
    np.testing.assert_array_equal(ax.lines[1].get_ydata(), SERIES["expected"])
    assert ax.collections[1].get_offsets().tolist() == [[3.0, 3.0]]
    assert "alarm 2026-01-22" in texts(ax)
    assert title(ax) == "Alder has been slower since about 2026-01-13: 12 claims of $1,240 are late by it"
    over = pd.concat([SERIES, SERIES.iloc[:1].assign(week_ending=pd.Timestamp("2026-02-01"))])
    assert title(plot_slow_payer(over, payer="Alder")).endswith("it was slow until 2026-01-25")
    assert title(plot_slow_payer(SERIES.iloc[:2], payer="Alder")) == "Alder answers as it used to"
    assert ax.get_ylim()[0] == 0


def test_what_cannot_be_drawn_says_why():
    with pytest.raises(InputRefused, match="no column 'signal'"):
        plot_control(CONTROL.drop(columns="signal"))
    with pytest.raises(InputRefused, match="name one of days_to_pay, x"):
        plot_control(pd.concat([CONTROL, CONTROL.assign(metric="x")]))
    with pytest.raises(NotAvailable, match="no period has a value"):
        plot_control(CONTROL.assign(value=np.nan))
    with pytest.raises(NotAvailable, match="no row"):
        plot_control(CONTROL.iloc[:0])
    with pytest.raises(NotAvailable, match="no week of Birch"):
        plot_slow_payer(SERIES, payer="Birch")
