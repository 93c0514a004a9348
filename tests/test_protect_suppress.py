"""No cell of 1 to 10 patients can be computed from what is shown, and the attack that says so does find some."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, Phase, assume, given, settings
from hypothesis import strategies as st

from arlab.errors import NotAvailable
from arlab.protect.audit import known_too_well
from arlab.protect.cells import ALL, DETAILS, OLD, TOTAL, YOUNG, lay_out
from arlab.protect.suppress import Suppressed, choose_details, make_suppressed, pool_small
from share_reader import recovered

BUCKETS = ("0-30", "31-60", "61-90", "91-120", "over 120")
AGED = BUCKETS[3:]
SPANS = {b: (b,) for b in BUCKETS} | {YOUNG: BUCKETS[:3], OLD: AGED, TOTAL: BUCKETS}


def rows_of(suppressed):
    """Return what is shown, as the reader gets it."""
    cells = suppressed.cells
    found = []
    for table in cells.groups:
        for group in cells.groups[table]:
            for column in cells.columns[table]:
                cell = suppressed.cell(table, group, column)
                shown = (
                    ("withheld", "withheld") if cell is None else (str(cell.items), f"{cell.cents / 100:.2f}")
                )
                found.append((table or "all", group, column, *shown))
    return found


def practice(seed, *, patients, items, payers=6):
    """Return open items whose payers differ in size, with a class and a party of their own."""
    draw = np.random.default_rng(seed)
    payer = draw.choice(
        payers, size=items, p=np.array([2.0**-n for n in range(payers)]) / (2 - 2.0 ** (1 - payers))
    )
    owed_by = draw.choice(["Payers", "Patients"], size=items, p=[0.75, 0.25])
    names = np.array([f"Payer {chr(65 + n)}" for n in range(payers)])[payer]
    return pd.DataFrame(
        {
            "patient": draw.integers(0, patients, size=items),
            "bucket": draw.choice(BUCKETS, size=items, p=[0.4, 0.2, 0.15, 0.1, 0.15]),
            "cents": draw.integers(500, 60_000, size=items),
            "payer": np.where(owed_by == "Patients", "Patients", names),
            "payer_class": np.array(["Commercial", "Medicare", "Medicaid"])[payer % 3],
            "owed_by": owed_by,
        }
    )


TABLES = ("owed_by", "payer", "payer_class")


@pytest.mark.parametrize(("patients", "items"), [(60, 90), (200, 320), (400, 700), (1500, 2600)])
@pytest.mark.parametrize("seed", [1, 2])
def test_the_attack_recovers_no_small_cell(patients, items, seed):
    table = practice(seed, patients=patients, items=items)
    suppressed = choose_details(table, tables=TABLES, buckets=BUCKETS, old=AGED)
    tables = [name for name in suppressed.cells.groups if name]
    targets, by_equations, by_bounds = recovered(rows_of(suppressed), table, tables, SPANS)
    assert targets, "there must be something to protect"
    assert by_equations == []
    assert by_bounds == []


@pytest.mark.parametrize("detail", DETAILS)
def test_the_attack_recovers_nothing_where_every_table_is_shown(detail):
    table = practice(5, patients=300, items=500)
    suppressed = make_suppressed(table, tables=dict.fromkeys(TABLES, detail), buckets=BUCKETS, old=AGED)
    _, by_equations, by_bounds = recovered(rows_of(suppressed), table, list(TABLES), SPANS)
    assert (by_equations, by_bounds) == ([], [])


def test_the_attack_finds_cells_when_only_the_small_ones_are_withheld():
    table = practice(5, patients=300, items=500)
    cells = lay_out(table, tables=dict.fromkeys(TABLES, DETAILS[0]), buckets=BUCKETS, old=AGED)
    bare = Suppressed(cells, frozenset(n for n, cell in enumerate(cells.cells) if cell.small))
    _, by_equations, by_bounds = recovered(rows_of(bare), table, list(TABLES), SPANS)
    assert len(by_equations) >= 5
    assert set(by_equations) <= set(by_bounds)
    assert known_too_well(cells, bare.hidden), "and the audit sees it too"


def test_the_attack_finds_what_only_bounds_tell():
    # Eleven withheld cells that sum to eleven items: each must be one, though no equation says so.
    rows = [("all", "Total", TOTAL, "11", "11.00")] + [
        ("payer", f"P{n}", TOTAL, "withheld", "withheld") for n in range(11)
    ]
    table = pd.DataFrame(
        {"patient": range(11), "bucket": "0-30", "cents": 100, "payer": [f"P{n}" for n in range(11)]}
    )
    _, by_equations, by_bounds = recovered(rows, table, ["payer"], {TOTAL: ("0-30",), "0-30": ("0-30",)})
    assert by_equations == []
    assert ("payer", "P3", TOTAL) in by_bounds
    cells = lay_out(table, tables={"payer": DETAILS[2]}, buckets=("0-30",))
    whole = cells.place[ALL, TOTAL, TOTAL]
    assert known_too_well(cells, frozenset(set(range(len(cells.cells))) - {whole}))


@st.composite
def small_practices(draw):
    patients = draw(st.integers(11, 45))
    rows = draw(
        st.lists(
            st.tuples(
                st.integers(0, patients - 1),
                st.sampled_from(BUCKETS),
                st.integers(1, 50_000),
                st.sampled_from(["Oak", "Elm", "Ash", "Fir"]),
                st.sampled_from(["Commercial", "Medicare"]),
            ),
            min_size=20,
            max_size=90,
        )
    )
    table = pd.DataFrame(rows, columns=["patient", "bucket", "cents", "payer", "payer_class"])
    return table.assign(owed_by=np.where(table["payer"] == "Fir", "Patients", "Payers"))


# Making a failure smaller would take minutes of linear programmes.
FAST = settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
)


@given(small_practices(), st.booleans())
@FAST
def test_no_small_practice_gives_anything_away(table, as_chosen):
    try:
        if as_chosen:
            suppressed = choose_details(table, tables=TABLES, buckets=BUCKETS, old=AGED)
        else:
            suppressed = make_suppressed(
                table, tables=dict.fromkeys(TABLES, DETAILS[0]), buckets=BUCKETS, old=AGED
            )
    except NotAvailable:
        assume(False)
    tables = [name for name in suppressed.cells.groups if name]
    _, by_equations, by_bounds = recovered(rows_of(suppressed), table, tables, SPANS)
    assert (by_equations, by_bounds) == ([], [])


@given(small_practices())
@FAST
def test_what_a_sum_gives_away_concerns_more_than_ten_patients(table):
    try:
        suppressed = make_suppressed(table, tables={"payer": DETAILS[0]}, buckets=BUCKETS, old=AGED)
    except NotAvailable:
        assume(False)
    for total, parts in suppressed.cells.sums:
        hidden = [suppressed.cells.cells[n] for n in set(parts) & suppressed.hidden]
        if total in suppressed.hidden or not hidden:
            continue
        atoms = set().union(*(cell.atoms for cell in hidden))
        inside = [
            n
            for n, row in enumerate(table.to_dict("records"))
            if any({"payer": row["payer"], "bucket": row["bucket"]} == key for key in _keys(table, atoms))
        ]
        assert table["patient"].iloc[inside].nunique() > 10


def _keys(table, atoms):
    """Return payer and bucket of atoms, which are numbered in the order of both."""
    pairs = sorted(set(zip(table["payer"], table["bucket"], strict=True)))
    return [{"payer": pairs[n][0], "bucket": pairs[n][1]} for n in atoms]


def test_a_shown_number_is_the_true_one_and_a_large_practice_keeps_its_tables():
    table = practice(3, patients=9000, items=16_000)
    suppressed = choose_details(table, tables=TABLES, buckets=BUCKETS, old=AGED)
    assert suppressed.counts()[0] == 0
    assert suppressed.cells.columns["payer"] == (*BUCKETS, YOUNG, OLD, TOTAL)
    cell = suppressed.cell("payer", "Payer A", "31-60")
    own = table[(table["payer"] == "Payer A") & (table["bucket"] == "31-60")]
    assert (cell.items, cell.cents, cell.patients) == (len(own), own["cents"].sum(), own["patient"].nunique())


def test_patients_are_counted_not_claims():
    # Forty claims of four patients are four patients.
    many = pd.DataFrame({"patient": range(40), "bucket": "0-30", "cents": 100, "payer": "Oak"})
    few = pd.DataFrame({"patient": [90, 91, 92, 93] * 10, "bucket": "31-60", "cents": 100, "payer": "Oak"})
    suppressed = make_suppressed(pd.concat([many, few]), tables={}, buckets=("0-30", "31-60"))
    assert suppressed.cell(ALL, TOTAL, "31-60") is None
    assert suppressed.cell(ALL, TOTAL, "0-30") is None, "else the difference from the total tells"


def test_ten_patients_are_withheld_and_eleven_are_shown():
    def shown(patients):
        items = pd.DataFrame({"patient": range(patients), "bucket": "0-30", "cents": 100, "payer": "Oak"})
        more = pd.DataFrame({"patient": range(100, 140), "bucket": "31-60", "cents": 100, "payer": "Oak"})
        found = make_suppressed(pd.concat([items, more]), tables={}, buckets=("0-30", "31-60", "61-90"))
        assert found.cell(ALL, TOTAL, "61-90").items == 0, "an empty cell is shown as 0"
        return found.cell(ALL, TOTAL, "0-30") is not None

    assert (shown(10), shown(11)) == (False, True)


def test_too_few_patients_share_nothing():
    table = pd.DataFrame({"patient": range(10), "bucket": "0-30", "cents": 100})
    with pytest.raises(NotAvailable, match="Fewer than 11 patients"):
        make_suppressed(table, tables={}, buckets=("0-30",))


def test_the_pool_itself_has_more_than_ten_patients():
    labels = pd.Series(["Oak"] * 30 + ["Elm"] * 11 + ["Ash"] * 2 + ["Fir"] * 3)
    pooled = pool_small(labels, pd.Series(range(len(labels))), other="All other")
    assert pooled.value_counts().to_dict() == {"Oak": 30, "All other": 16}
    assert set(pool_small(labels, pd.Series(0, index=labels.index), other="All other")) == {"All other"}
