"""The picture of a bake-off: its bars are the numbers of the table, and the words say the same."""

from __future__ import annotations

import pandas as pd
import pytest

from arlab.errors import InputRefused, NotAvailable
from arlab.plots import describe_bakeoff, plot_bakeoff

TABLE = pd.DataFrame(
    {
        "policy": ["oldest first", "largest first", "by lot"],
        "recovered": [80.0, 640.0, 320.0],
        "share_of_bound": [0.1, 0.8, 0.4],
    }
)


def test_bars_are_the_numbers_of_the_table_and_the_line_is_the_bound():
    ax = plot_bakeoff(TABLE)
    assert [bar.get_width() for bar in ax.patches] == [80, 320, 640]
    assert [label.get_text() for label in ax.get_yticklabels()] == ["oldest first", "by lot", "largest first"]
    (line,) = ax.lines
    assert line.get_xdata()[0] == pytest.approx(800)
    assert [text.get_text().strip() for text in ax.texts] == ["$80", "$320", "$640", "upper bound"]
    assert ax.get_title(loc="left") == "Largest first brought most: 80.0% of the upper bound"


def test_without_a_bound_there_is_no_line_and_no_share():
    bare = TABLE.assign(share_of_bound=float("nan"))
    ax = plot_bakeoff(bare)
    assert len(ax.lines) == 0
    assert ax.get_title(loc="left") == "Largest first brought most"
    assert describe_bakeoff(bare) == "Most came in by largest first, $640; least by oldest first, $80."
    assert describe_bakeoff(TABLE.iloc[1:2]) == "By largest first $640 came in or 80.0% of the upper bound."
    assert plot_bakeoff(TABLE.iloc[:1].assign(recovered=0.0, share_of_bound=0.0)).get_xlim() == (0, 1)


def test_nothing_to_show_is_one_sentence():
    for function in (plot_bakeoff, describe_bakeoff):
        with pytest.raises(NotAvailable, match="none was tried"):
            function(TABLE.iloc[:0])
        with pytest.raises(InputRefused, match="'policy'"):
            function(TABLE.drop(columns="policy"))
