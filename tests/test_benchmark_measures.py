"""The benchmark of the measures: five ways that agree, and a judgement that can fail."""

from __future__ import annotations

import pytest
from benchmarks import measures, measures_library, measures_pandas, measures_polars, measures_sql


def test_all_ways_give_the_same_cents_and_a_wrong_one_is_found(tmp_path, capsys):
    folder = measures.make_company(tmp_path, measures.TINY.judged)
    ways = measures.ways_of(folder, measures.days_of(folder))
    assert set(ways) == set(measures.WAYS)
    assert measures.check_equal(ways)

    def off_by_a_cent(names):
        found = ways["pandas"](names)
        found["weekly"].loc[0, "balance"] += 1
        return found

    assert not measures.check_equal({**ways, "pandas": off_by_a_cent})
    assert "weekly: pandas differs from SQL" in capsys.readouterr().err


def test_every_way_has_the_eight_measures():
    names = list(measures_sql.MEASURES)
    assert len(names) == 8
    for other in (measures_library, measures_pandas, measures_polars):
        assert list(other.MEASURES) == names


@pytest.mark.parametrize(
    ("figure", "holds", "fails"),
    [
        ("times_faster_than_pandas", 3.75, 3.74),
        ("times_hand_written_polars", 1.4375, 1.44),
        ("milliseconds_a_call_at_2000_rows", 31.25, 31.3),
    ],
)
def test_the_quick_mode_gives_a_quarter_of_slack(figure, holds, fails):
    assert measures.judge({figure: holds}, quick=True)[1] == {figure: True}
    assert measures.judge({figure: fails}, quick=True)[1] == {figure: False}


def test_ways_that_differ_hold_nothing_and_sql_is_judged_in_full_alone():
    assert measures.judge({"same_to_the_cent": False}, quick=True)[1] == {"same_to_the_cent": False}
    planning = {"times_hand_written_sql": 1.26}
    assert measures.judge(planning, quick=True)[1] == {}
    assert measures.judge(planning, quick=False)[1] == {"times_hand_written_sql": False}


def test_the_full_mode_asks_what_the_issue_asks():
    figures = {"times_faster_than_pandas": 4.9, "large_gigabytes": 2.4, "growth_over_rows": 1.2}
    verdicts = measures.judge(figures, quick=False)[1]
    assert verdicts == {
        "times_faster_than_pandas": False,
        "large_gigabytes": True,
        "growth_over_rows": False,
    }
