"""Are the bars, labels and sentences of a chart the numbers of its table?"""

import io
import subprocess
import sys

import pandas as pd
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib import pyplot as plt
from PIL import Image

from arlab import plots
from arlab.errors import InputRefused, NotAvailable
from arlab.plots import canvas

BUCKETS = ["0-30", "31-60", "61-90", "91-120", "over 120"]


def one_split(balances, buckets=BUCKETS):
    return pd.DataFrame(
        {"bucket_number": range(len(balances)), "bucket": buckets, "items": 1, "balance": balances}
    )


def many(by, column="payer"):
    return pd.concat([one_split(balances).assign(**{column: name}) for name, balances in by.items()])


TABLE = one_split([10.0, 20.0, 40.0, 80.0, 160.0])
PAYERS = many({"Oak": [10.0, 0.0, 0.0, 0.0, 0.0], "Elm": [20.0, 40.0, 0.0, 0.0, 160.0]})


def texts(ax):
    return [text.get_text().strip() for text in ax.texts]


def title(ax):
    return " ".join(ax.get_title(loc="left").split())


def test_bars_are_the_numbers_in_the_table():
    ax = plots.plot_aging(TABLE)
    assert [bar.get_height() for bar in ax.patches] == list(TABLE["balance"])
    assert [label.get_text() for label in ax.get_xticklabels()] == BUCKETS
    assert texts(ax) == ["$10\n3%", "$20\n6%", "$40\n13%", "$80\n26%", "$160\n52%"]
    assert title(ax) == "$240 of $310 (77%) is older than 90 days"
    assert ax.get_ylim()[0] == 0


def test_a_table_split_by_payer_is_added_up_and_the_order_of_rows_does_not_matter():
    ax = plots.plot_aging(PAYERS.sample(frac=1, random_state=1))
    assert [bar.get_height() for bar in ax.patches] == [30.0, 40.0, 0.0, 0.0, 160.0]


def test_bars_by_payer_are_stacked_from_young_to_old_biggest_payer_first():
    ax = plots.plot_aging_by(PAYERS)
    assert [[bar.get_width() for bar in part] for part in ax.containers] == [
        [20.0, 10.0],
        [40.0, 0.0],
        [0.0, 0.0],
        [0.0, 0.0],
        [160.0, 0.0],
    ]
    assert [[bar.get_x() for bar in part] for part in ax.containers][4] == [60.0, 10.0]
    names = [text for text in texts(ax) if not text.startswith("$")]
    assert names == ["Elm", "Oak"]
    assert {"$220", "$10", "$160"} <= set(texts(ax))
    assert [text.get_text() for text in ax.get_legend().get_texts()] == BUCKETS
    assert title(ax) == "Elm: 96% of the $230 that is open"


def test_the_rest_is_pooled_in_one_last_bar():
    table = many({f"Payer {n:02d}": [float(100 - n), 0.0, 0.0, 0.0, 1.0] for n in range(60)})
    ax = plots.plot_aging_by(table, top=10)
    assert len(ax.containers[0]) == 11
    assert sum(bar.get_width() for part in ax.containers for bar in part) == pytest.approx(
        table["balance"].sum()
    )
    assert "other (50 together)" in texts(ax)
    # A "rest" of one payer is drawn under its own name.
    assert "Payer 10" in texts(plots.plot_aging_by(table[table["payer"] <= "Payer 10"], top=10))


def test_any_split_can_be_drawn():
    sides = many({"Payers": [10.0, 20.0, 0, 0, 0], "Patients": [40.0, 0, 0, 0, 0]}, column="owed_by")
    assert title(plots.plot_aging_by(sides, by="owed_by")) == "Patients: 57% of the $70 that is open"
    assert plots.describe_aging_by(sides, by="owed_by") == (
        "The largest of 2 is Patients, with $40.00 of the open balance of $70.00 (57%)."
    )
    assert plots.describe_aging_by(PAYERS[PAYERS["payer"] == "Elm"]) == (
        "The whole open balance of $220.00 is with Elm."
    )


@pytest.mark.filterwarnings("ignore:Glyph")
@pytest.mark.parametrize("width", [4.0, 8.0])
def test_awkward_names_are_drawn_as_they_are(width):
    long = "Blue Hill " * 12
    table = many(
        {long: [80.0, 0, 0, 0, 0], "$x_{2}$ & <b>": [40.0, 0, 0, 0, 0], "Ольга 健康 שלום": [20.0, 0, 0, 0, 0]}
    )
    ax = plots.plot_aging_by(table, width=width)
    assert "$x_{2}$ & <b>" in texts(ax)
    assert all(not text.get_parse_math() for text in [*ax.texts, *ax.get_legend().get_texts()])
    assert plots.render_png(ax).startswith(b"\x89PNG")
    figure = ax.get_figure()
    edge = figure.bbox.width
    assert all(text.get_window_extent().x1 <= edge for text in ax.texts), "a label is cut off"
    assert all(part.get_window_extent().x1 <= edge for part in [ax._left_title]), "the title is cut off"


def test_a_label_inside_a_bar_is_no_wider_than_its_part():
    ax = plots.plot_aging_by(PAYERS, width=4.0)
    ax.get_figure().draw_without_rendering()
    inside = [text for text in ax.texts if text.get_ha() == "center"]
    assert inside
    bars = [bar.get_window_extent() for part in ax.containers for bar in part]
    for text in inside:
        box = text.get_window_extent()
        assert any(bar.x0 <= box.x0 and box.x1 <= bar.x1 for bar in bars)


def test_letters_are_large_enough_and_stand_out_from_their_ground():
    for ax in (plots.plot_aging(TABLE), plots.plot_aging_by(PAYERS)):
        written = [*ax.texts, *ax.get_xticklabels(), ax._left_title]
        assert min(text.get_fontsize() for text in written) >= 11
    assert canvas.ink_on((0.0, 0.1, 0.3)) == "white"
    assert canvas.ink_on((0.9, 0.9, 0.6)) == "black"
    colours = canvas.bucket_colours(BUCKETS)
    brightness = [sum(colour) for colour in colours]
    assert brightness == sorted(brightness, reverse=True), "old is darker than young"


def test_nothing_owed_is_a_chart_that_says_so():
    zeros = TABLE.assign(balance=0.0)
    assert title(plots.plot_aging(zeros)) == "No open balance"
    assert title(plots.plot_aging_by(zeros.assign(payer="Oak"))) == "No open balance"
    assert plots.describe_aging_by(zeros.assign(payer="Oak")) == "There is no open balance."


def test_titles_follow_the_table():
    assert title(plots.plot_aging(TABLE.assign(balance=[10.0, 0, 0, 0, 0]))) == (
        "None of the $10 is older than 90 days"
    )
    own = one_split([10.0, 20.0, 40.0], ["Current", "1-30", "31+"])
    assert title(plots.plot_aging(own)) == "$40 of $70 is in 31+"
    assert title(plots.plot_aging(one_split([10.0, 20.0], ["61-90", "90+"]))) == (
        "$20 of $30 (67%) is older than 90 days"
    )
    assert title(plots.plot_aging(TABLE, title="My words")) == "My words"
    assert title(plots.plot_aging_by(TABLE.assign(payer="Oak"))) == "Oak: all of the $310 that is open"


def test_balances_without_a_date_are_neither_old_nor_on_the_scale():
    table = one_split([10.0, 20.0, 0.0, 40.0, 80.0, 160.0], [*BUCKETS, "no date"])
    assert plots.dollars_over_90(table) == 120.0
    assert title(plots.plot_aging(table)) == "No date says how old $160 of the $310 is"
    assert title(plots.plot_aging(table.assign(balance=[0, 0, 0, 0, 0, 10.0]))) == (
        "No date says how old the $10 is"
    )
    assert title(plots.plot_aging(table.assign(balance=[40.0, 0, 0, 0, 0, 10.0]))) == (
        "None of the $40 with a date is older than 90 days"
    )
    assert canvas.bucket_colours(["0-30", "no date"], unordered="no date")[1] == (0.82, 0.82, 0.82)


@pytest.mark.parametrize(
    ("bucket", "old"),
    [
        ("61-90", False),
        ("91-120", True),
        ("over 120", True),
        ("90+", True),
        ("> 90 days", True),
        ("91 to 120 days", True),
        ("Current", False),
        ("not yet due", False),
        ("0", False),
        ("< 30", False),
        ("1–30 days", False),
        ("61-120", None),
        ("over 60", None),
        ("31+", None),
        ("old", None),
    ],
)
def test_which_buckets_are_over_90_days(bucket, old):
    table = one_split([10.0, 20.0], ["0-30", bucket])
    assert plots.dollars_over_90(table) == {True: 20.0, False: 0.0, None: None}[old]


def test_over_90_of_a_whole_table():
    assert plots.dollars_over_90(TABLE) == 240.0
    # A bucket that holds nothing cannot blur the answer.
    assert plots.dollars_over_90(one_split([10.0, 0.0], ["0-30", "over 60"])) == 0.0


@pytest.mark.parametrize("draw", [plots.plot_aging, plots.plot_aging_by])
def test_no_row_is_said_in_one_sentence(draw):
    with pytest.raises(NotAvailable, match=r"^There is no open balance to draw: the table has no row\.$"):
        draw(PAYERS.iloc[:0])


def test_what_cannot_be_drawn_is_explained():
    with pytest.raises(InputRefused, match="needs the column 'bucket': make the table with aging_table"):
        plots.plot_aging(TABLE.drop(columns="bucket"))
    with pytest.raises(InputRefused, match="needs the column 'payer'"):
        plots.plot_aging_by(TABLE)
    with pytest.raises(InputRefused, match="no balance below zero: show credits with credit_table"):
        plots.plot_aging(TABLE.assign(balance=-10.0))
    with pytest.raises(InputRefused, match="not a list"):
        plots.plot_aging([1, 2])
    with pytest.raises(InputRefused, match="asked for 0 bars"):
        plots.plot_aging_by(PAYERS, top=0)


def test_polars_tables_are_drawn_too():
    ax = plots.plot_aging(pl.from_pandas(TABLE))
    assert [bar.get_height() for bar in ax.patches] == list(TABLE["balance"])


def test_a_payer_that_is_not_stated_has_a_bar():
    table = pd.concat([PAYERS, TABLE.assign(payer=None)])
    assert "not stated" in texts(plots.plot_aging_by(table))


amounts = st.lists(
    st.integers(0, 10**11).map(lambda cents: cents / 100), min_size=len(BUCKETS), max_size=len(BUCKETS)
)


@settings(max_examples=15, deadline=None)
@given(st.dictionaries(st.text(min_size=1, max_size=130), amounts, min_size=1, max_size=14))
def test_the_bars_always_add_up_to_the_table(by):
    table = many(by)
    total = round(sum(round(value * 100) for values in by.values() for value in values)) / 100
    split = plots.plot_aging_by(table)
    whole = plots.plot_aging(table)
    drawn = sum(round(bar.get_width() * 100) for part in split.containers for bar in part) / 100
    assert drawn == total
    assert sum(round(bar.get_height() * 100) for bar in whole.patches) / 100 == total
    if 0 < total < 999_999:
        assert plots.dollar_text(total) in title(whole)


def test_another_currency_is_never_called_dollars():
    with plots.amounts_in("ILS"):
        ax = plots.plot_aging_by(PAYERS)
        assert title(ax) == "Elm: 96% of the ILS 230 that is open"
        assert "ILS\u00a0220" in texts(ax)
        assert plots.describe_aging_by(PAYERS).count("ILS\u00a0") == 2
    assert plots.dollar_text(10) == "$10"


def test_amounts_and_shares_in_words():
    assert plots.dollar_text(1234567.005, cents=True) == "$1,234,567.00"
    assert plots.dollar_text(-0.4) == "$0"
    assert plots.dollar_text(-10, cents=True) == "-$10.00"
    assert plots.share_text(0.01, 100000) == "under 1%"
    assert plots.share_text(99999.99, 100000) == "over 99%"
    assert plots.share_text(1, 0) == "0%"
    assert plots.shorten("a\nb\tc", 10) == "a b c"
    assert len(plots.shorten("x" * 500, 30)) <= 30


def test_the_same_table_gives_the_same_picture_and_leaves_nothing_open():
    before = (plt.get_fignums(), dict(plt.rcParams))
    first = plots.render_png(plots.plot_aging_by(PAYERS))
    assert first == plots.render_png(plots.plot_aging_by(PAYERS))
    assert (plt.get_fignums(), dict(plt.rcParams)) == before
    picture = Image.open(io.BytesIO(first))
    assert "Software" not in picture.info
    assert picture.width == 720


def test_a_chart_can_be_drawn_on_given_axes():
    figure, axes = plt.subplots(1, 2, figsize=(12, 4))
    assert plots.plot_aging(TABLE, ax=axes[0]) is axes[0]
    assert plots.plot_aging_by(PAYERS, ax=axes[1]) is axes[1]
    plots.render_png(axes[0])
    plots.show(axes[1], "words")
    assert figure.number not in plt.get_fignums()


def test_show_prints_the_words_outside_a_notebook(capsys):
    assert plots.show(plots.plot_aging(TABLE), "$240 is old.") is None
    assert capsys.readouterr().out == "$240 is old.\n"


def test_show_in_a_notebook_gives_the_picture_then_the_words(tmp_path):
    nbformat = pytest.importorskip("nbformat")
    nbclient = pytest.importorskip("nbclient")
    code = (
        "import pandas as pd\nfrom arlab.plots import plot_aging, show\n"
        "table = pd.DataFrame({'bucket_number': [0], 'bucket': ['0-30'], 'balance': [10.0]})\n"
        "show(plot_aging(table), 'All of it is young.')"
    )
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(code)])
    nbclient.NotebookClient(notebook, timeout=120, resources={"metadata": {"path": str(tmp_path)}}).execute()
    picture, words = notebook.cells[0].outputs
    assert picture.output_type == "display_data"
    assert set(picture.data) >= {"image/png", "text/plain"}
    assert picture.metadata["image/png"]["alt"] == "All of it is young."
    assert (words.output_type, words.text) == ("stream", "All of it is young.\n")


def test_importing_plots_does_not_load_matplotlib():
    code = "import sys, arlab.plots; print('matplotlib' in sys.modules, 'seaborn' in sys.modules)"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.split() == ["False", "False"]
