"""Are the bars, cells and labels of a chart of movement the numbers of its table?"""

import pandas as pd
import pytest

from arlab.errors import InputRefused, NotAvailable
from arlab.movement import PARTS, movement_of, roll_table, waterfall_table, weekly_balance_table
from arlab.plots import plot_roll_matrix, plot_waterfall, plot_weekly_balances, render_png
from small_practice import make_small_practice


def made(function, **options):
    return movement_of(make_small_practice(), function, **options)


def texts(ax):
    return [text.get_text() for text in ax.texts]


def title(ax):
    return " ".join(ax.get_title(loc="left").split())


def ticks(ax):
    return [label.get_text().replace("\n", " ") for label in ax.get_xticklabels()]


def test_each_row_of_the_matrix_is_divided_by_its_opening_balance():
    table = pd.DataFrame(
        [
            (0, "0-30", 0, "0-30", 10.0),
            (0, "0-30", 1, "31-60", 20.0),
            (0, "0-30", 121, "paid by payer", 169.0),
            (0, "0-30", 124, "written off", 1.0),
            (1, "31-60", 2, "61-90", 40.0),
            (111, "new charge", 0, "0-30", 320.0),
        ],
        columns=["from_number", "from_bucket", "to_number", "to_bucket", "balance"],
    )
    ax = plot_roll_matrix(pd.concat([table.assign(payer="Oak"), table.assign(payer="Elm")]))
    assert texts(ax) == ["5%", "10%", "84%", "<1%", "$400", "100%", "$80"]
    assert ticks(ax) == ["0-30", "31-60", "61-90", "paid by payer", "written off"]
    assert [label.get_text() for label in ax.get_yticklabels()] == ["0-30", "31-60"]
    assert title(ax) == "Of $480, 29% is still open, 25% in an older bucket"


def test_the_waterfall_hangs_each_bar_on_the_one_before():
    table = made(waterfall_table, after="2026-03-31", as_of="2026-05-31", each="month")
    ax = plot_waterfall(table)
    assert ticks(ax) == ["Mar 31", "charges", "paid by payers", "taken back", "May 31"]
    bars = [(bar.get_y(), bar.get_height()) for bar in ax.patches]
    assert bars == [(0, 8330), (8330, 1300), (9630, -1920), (7710, 60), (0, 7770)]
    assert texts(ax) == ["$8,330", "+$1,300", "-$1,920", "+$60", "$7,770"]
    assert title(ax) == "AR fell by $560 to $7,770"


def test_the_bars_of_weeks_are_stacked_from_young_to_old():
    table = made(weekly_balance_table, as_of="2026-06-20", weeks=3)
    ax = plot_weekly_balances(table)
    for bars, bucket in zip(ax.containers, ["0-30", "31-60", "61-90", "91-120", "over 120"], strict=True):
        assert bars.get_label() == bucket
        by_day = table[table["bucket"] == bucket].set_index("day")["balance"]
        days = sorted(table["day"].unique())
        assert [bar.get_height() for bar in bars] == [by_day.get(day, 0.0) for day in days]
    assert ticks(ax)[-1] == "Jun 20"
    totals = table.groupby("day")["balance"].sum()
    assert texts(ax)[-1] == f"${totals.iloc[-1]:,.0f}"
    assert title(ax) == "$18,015 is open, $10,240 more than on 2026-06-06"


def test_a_chart_is_the_same_bytes_twice_and_uses_axes_it_is_given():
    table = made(weekly_balance_table, as_of="2026-06-20", weeks=3)
    assert render_png(plot_weekly_balances(table)) == render_png(plot_weekly_balances(table))
    ax = plot_weekly_balances(table)
    ax.clear()
    assert plot_waterfall(made(waterfall_table, after="2026-03-31"), ax=ax, title="Mine $x_1$") is ax
    assert title(ax) == "Mine $x_1$"


@pytest.mark.parametrize(
    ("plot", "table", "error", "words"),
    [
        (plot_roll_matrix, 3, InputRefused, "needs a table, not a int"),
        (plot_roll_matrix, pd.DataFrame({"day": [1]}), InputRefused, "make the table with roll_table"),
        (plot_waterfall, pd.DataFrame({"day": [1]}), InputRefused, "column 'from_day'"),
        (plot_weekly_balances, pd.DataFrame({"day": [1]}), InputRefused, "column 'bucket_number'"),
    ],
)
def test_what_cannot_be_drawn_is_said_in_one_sentence(plot, table, error, words):
    with pytest.raises(error, match=words):
        plot(table)


def test_nothing_to_draw():
    before = {"after": "2024-01-31", "as_of": "2024-02-28"}
    with pytest.raises(NotAvailable, match="nothing was open on the first day"):
        plot_roll_matrix(made(roll_table, **before))
    with pytest.raises(NotAvailable, match="no row"):
        plot_waterfall(made(waterfall_table, **before))
    with pytest.raises(NotAvailable, match="no row"):
        plot_weekly_balances(made(weekly_balance_table, as_of="2024-02-28"))


def test_a_negative_balance_hangs_below_the_line():
    days = {"from_day": pd.to_datetime(["2026-05-31"]), "to_day": pd.to_datetime(["2026-06-30"])}
    parts = dict.fromkeys(PARTS, 0.0) | {"payer_paid": -40.0}
    ax = plot_waterfall(pd.DataFrame({**days, "opening": [10.0], **parts, "closing": [-30.0]}))
    assert [bar.get_height() for bar in ax.patches] == [10, -40, -30]
    assert ax.get_ylim()[0] < -30
    assert title(ax) == "AR fell by $40 to -$30"
