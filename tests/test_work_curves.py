"""What an order of work brings in the same hours: pencil examples, edges, a loop, and what the picture shows."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from arlab import load_sample
from arlab.errors import InputRefused, NotAvailable, SettingsError
from arlab.plots import describe_work_curves, plot_work_curves
from arlab.priority import make_queue, work_curves


def items(*rows):
    return pd.DataFrame(rows, columns=["balance", "minutes", "expected_recovery"])


PENCIL = items((160.0, 10, 80.0), (640.0, 30, 40.0), (320.0, 20, 20.0))


def rows_of(curves, order):
    found = curves[curves["order"] == order]
    return found[["items", "minutes", "expected_recovery"]].values.tolist()


def test_the_same_hour_in_two_orders():
    curves = work_curves(PENCIL, hours=50 / 60)
    assert rows_of(curves, "by the queue") == [[0, 0, 0], [1, 10, 80], [2, 40, 120]]
    assert rows_of(curves, "largest balance first") == [[0, 0, 0], [1, 30, 40], [2, 50, 60]]
    assert describe_work_curves(curves) == (
        "0.8 hours of work by the queue are expected to bring $120 from 2 items; largest balance first, $60 from 2."
    )


def test_what_waits_stands_aside():
    waiting = PENCIL.assign(waiting=[False, True, False])
    curves = work_curves(waiting, hours=1)
    assert [rows_of(curves, name)[-1] for name in curves["order"].unique()] == [[2, 30, 100], [2, 30, 100]]


@given(
    st.lists(
        st.tuples(st.integers(1, 900), st.integers(1, 90), st.integers(0, 900)), min_size=0, max_size=12
    ),
    st.floats(0.1, 12),
)
@settings(max_examples=60, deadline=None)
def test_against_a_loop(drawn, hours):
    frame = items(*((float(a), b, float(c)) for a, b, c in drawn))
    curves = work_curves(frame, hours=hours)
    done, minutes, brought = 0, 0, 0.0
    for _, each, dollars in drawn:
        if minutes + each > hours * 60:
            break
        done, minutes, brought = done + 1, minutes + each, brought + dollars
    assert rows_of(curves, "by the queue")[-1] == [done, minutes, brought]
    largest = rows_of(curves, "largest balance first")[-1]
    assert largest[1] <= hours * 60 and largest[2] <= sum(c for *_, c in drawn)


def test_the_queue_of_the_sample_brings_more_in_a_day_than_the_largest_balances():
    curves = work_curves(make_queue(load_sample()).of("payer"), hours=8)
    queue, largest = (rows_of(curves, name)[-1] for name in ("by the queue", "largest balance first"))
    assert queue[2] > 1.1 * largest[2] > 0


def test_the_lines_end_at_the_numbers_of_the_table():
    curves = work_curves(PENCIL, hours=50 / 60)
    ax = plot_work_curves(curves)
    assert [line.get_ydata()[-1] for line in ax.lines] == [120, 60]
    assert ax.get_title(loc="left") == "The same hours, 2.0 times the dollars"
    assert [text.get_text().split("\n")[-1].strip() for text in ax.texts] == ["$120", "$60"]
    alike = plot_work_curves(work_curves(PENCIL, hours=2))
    assert alike.get_title(loc="left") == "The same hours, two orders"


def test_nothing_to_work_and_wrong_settings_are_one_sentence():
    nothing = work_curves(PENCIL.iloc[:0], hours=1)
    assert nothing["items"].tolist() == [0, 0]
    for show in (plot_work_curves, describe_work_curves):
        with pytest.raises(NotAvailable, match="no item fits into the hours"):
            show(nothing)
        with pytest.raises(InputRefused, match="'order' is missing"):
            show(PENCIL)
    with pytest.raises(SettingsError, match="above 0"):
        work_curves(PENCIL, hours=0)
    with pytest.raises(InputRefused, match="'minutes'"):
        work_curves(PENCIL.drop(columns="minutes"))
