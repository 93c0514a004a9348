"""Which rows are data, which are accepted, and which day the file is as of."""

import datetime as dt

import pytest

from arlab.aging import aged_items
from arlab.errors import InputRefused
from arlab.importers import read_export

HEAD = "Claim #,Payer,DOS,Balance"


def read(tmp_path, *lines, head=HEAD, **options):
    path = tmp_path / "a.csv"
    path.write_text("\n".join([head, *lines]) + "\n", encoding="utf-8")
    return read_export(path, **options)


def said(found, code):
    """Return the sentence of the one finding with a code."""
    (sentence,) = found.findings.query("code == @code")["sentence"]
    return sentence


def codes(found):
    return set(found.findings["code"])


ROWS = ["C1,Medicare,2026-05-01,10", "C2,Aetna,2026-05-02,20", "C3,Aetna,2026-05-03,40"]


@pytest.mark.parametrize(
    "label",
    ["Total", "TOTALS", "Grand Total", "Grand Total:", "Total - 3 claims", "Sub-total", "Totals (3)", "Sum",
     "Total for all", "Report total", "Total · 3 claims", "total 3"],
)  # fmt: skip
@pytest.mark.parametrize("place", [0, 1])
def test_a_totals_row_is_checked_and_not_counted(tmp_path, label, place):
    cells = ["", "", "", "70"]
    cells[place] = label
    found = read(tmp_path, *ROWS, ",".join(cells))
    assert (found.reconciliation.rows_in, found.reconciliation.cents_in) == (3, 7000)
    assert (
        said(found, "totals_row")
        == "Row 5 is a totals row and is not counted; its 70.00 equals the sum of its rows."
    )


def test_a_totals_row_that_differs_says_by_what(tmp_path):
    found = read(tmp_path, *ROWS, "Total,,,71")
    assert found.reconciliation.cents_in == 7000
    assert "it says 71.00, but the 3 rows of the file add up to 70.00" in said(found, "totals_row_differs")


def test_a_last_row_without_a_label_is_a_total_when_it_is_the_sum(tmp_path):
    assert read(tmp_path, *ROWS, ",,,70").reconciliation.rows_in == 3
    assert read(tmp_path, *ROWS, ",,,80").reconciliation.rows_in == 4


def test_subtotals_and_a_grand_total(tmp_path):
    found = read(tmp_path, ROWS[0], "Subtotal,,,10", ROWS[1], ROWS[2], "Subtotal,,,60", "Grand total,,,70")
    assert found.reconciliation.cents_in == 7000
    assert found.findings.query("code == 'totals_row'")["where"].tolist() == ["row 3", "row 6", "row 7"]


def test_a_payer_called_total_is_a_payer(tmp_path):
    found = read(tmp_path, *ROWS, "C4,Total Care,2026-05-04,80", "C5,Total,2026-05-04,160")
    assert found.reconciliation.cents_in == 31000
    assert "totals_row" not in codes(found)


def test_a_payer_called_total_in_a_report_by_payer(tmp_path):
    head = "Payer,0-30,31-60"
    found = read(tmp_path, "Aetna,10,20", "Total Care,40,80", "Total,50,100", head=head, as_of="2026-06-30")
    assert found.reconciliation.cents_in == 15000
    assert set(found.practice.open_items["payer"]) == {"Aetna", "Total Care"}


def test_a_single_column_has_no_unlabelled_total(tmp_path):
    found = read(tmp_path, "10", "20", "30", head="Balance", as_of="2026-06-30")
    assert found.reconciliation.cents_in == 6000


def test_blank_rows_notes_and_repeated_headings_are_no_data(tmp_path):
    found = read(
        tmp_path, ROWS[0], ",,,", HEAD, "Page two of three,,,", ROWS[1], "", "Printed by the office,,,"
    )
    assert found.reconciliation.rows_in == 2
    assert said(found, "blank_rows") == "Row 3 is blank and left out."
    assert said(found, "repeated_headings") == "Row 4 is a repeat of the column names and left out."
    assert said(found, "note_rows") == "Rows 5, 8 are each a remark or heading and left out."


def test_a_claim_without_anything_else_is_quarantined_not_a_remark(tmp_path):
    found = read(tmp_path, "C0,,,", *ROWS)
    assert found.quarantine["row_number"].tolist() == [2]


def test_rows_that_repeat_are_quarantined_with_their_dollars(tmp_path):
    found = read(tmp_path, *ROWS, ROWS[1])
    assert found.quarantine.to_dict("records") == [
        {"row_number": 5, "reason": "it repeats row 3 in every column", "dollars": 20.0}
    ]
    assert (found.reconciliation.cents_in, found.reconciliation.cents_accepted) == (9000, 7000)
    assert found.reconciliation.ties_out


LINES = "Claim #,CPT,DOS,Balance"


def test_equal_lines_without_numbers_are_kept_and_told(tmp_path):
    rows = ["L1,E1,2026-05-01,10", "L1,E2,2026-05-01,20", "L2,E1,2026-05-02,40", "L2,E1,2026-05-02,40"]
    found = read(tmp_path, *rows, head=LINES)
    assert found.reconciliation.quarantined == 0
    assert found.practice.open_items.set_index("claim_id")["balance"].to_dict() == {"L1": 30.0, "L2": 80.0}
    assert "1 with 40.00; they are kept" in said(found, "identical_rows")


def test_lines_of_a_claim_are_one_item_with_the_earliest_day(tmp_path):
    found = read(tmp_path, "L1,E1,2026-05-03,10", "L1,E2,2026-05-01,20", head=LINES)
    item = found.practice.open_items.iloc[0]
    assert (item["balance"], str(item["service_date"].date())) == (30.0, "2026-05-01")
    assert "repeated_claims" in codes(found)


def test_a_number_that_repeats_over_a_year_is_no_claim(tmp_path):
    found = read(tmp_path, "L1,E1,2025-05-03,10", "L1,E2,2026-05-01,20", head=LINES)
    items = found.practice.open_items
    assert items["claim_id"].tolist() == ["L1", "L1 (2)"]
    assert items["balance"].tolist() == [10.0, 20.0]
    assert "claim_over_time" in codes(found)


def test_one_claim_with_two_payers_keeps_both(tmp_path):
    found = read(tmp_path, "C1,Medicare,2026-05-01,10", "C1,Aetna,2026-05-01,20")
    assert found.practice.open_items.groupby("payer")["balance"].sum().to_dict() == {
        "Medicare": 10.0,
        "Aetna": 20.0,
    }


def test_every_reason_for_the_quarantine(tmp_path):
    found = read(
        tmp_path, ROWS[0], "C2,A,2026-05-01,soon", "C3,A,2026-05-01,", "C4,A,2026-05-01,10,20",
        "C5,A,2026-05-01,€40", "C6,A,2026-05-01,$80", "C7,A,2026-05-01,$160",
    )  # fmt: skip
    assert found.quarantine["reason"].tolist() == [
        "no readable amount in Balance",
        "no amount in Balance",
        "it has more cells than there are columns",
        "an amount in another currency in Balance",
    ]
    assert found.quarantine["row_number"].tolist() == [3, 4, 5, 6]
    # The amount of a row whose cells have shifted may belong to another column: it counts as nothing.
    assert found.quarantine["dollars"].tolist() == [0.0, 0.0, 0.0, 0.0]
    assert found.reconciliation.ties_out


def test_a_row_is_repaired_once_however_much_is_wrong(tmp_path):
    found = read(tmp_path, *ROWS, ",Aetna,never,80.005")
    assert (found.reconciliation.accepted, found.reconciliation.repaired) == (4, 1)
    assert {"claim_missing", "rounded", "dates_unreadable"} <= codes(found)
    last = found.practice.open_items.set_index("claim_id").loc["row 5"]
    assert last["balance"] == 80.01


def test_rounding_elsewhere_repairs_no_row(tmp_path):
    found = read(tmp_path, "C1,2026-05-01,10,1.005", head="Claim #,DOS,Balance,Charges")
    assert found.reconciliation.repaired == 0


def test_the_day_given_is_taken(tmp_path):
    assert read(tmp_path, *ROWS, as_of="2026-06-30").practice.as_of == dt.date(2026, 6, 30)
    assert read(tmp_path, *ROWS, as_of=dt.date(2026, 6, 30)).practice.as_of == dt.date(2026, 6, 30)


def test_without_a_day_the_latest_date_is_taken_and_told(tmp_path):
    found = read(tmp_path, *ROWS)
    assert found.practice.as_of == dt.date(2026, 5, 3)
    assert "the latest date in it, 2026-05-03 (column 'DOS'), is taken" in said(found, "as_of_assumed")


def test_a_day_before_the_events_of_the_file_is_refused(tmp_path):
    with pytest.raises(InputRefused, match=r"shows events up to 2026-05-03 \(column 'DOS'\)"):
        read(tmp_path, *ROWS, as_of="2026-05-02")


def test_a_word_is_no_day(tmp_path):
    with pytest.raises(InputRefused, match="'yesterday' is not a day"):
        read(tmp_path, *ROWS, as_of="yesterday")


def test_a_few_days_far_ahead_are_typing_errors(tmp_path):
    rows = [f"C{n},Aetna,2026-05-{1 + n % 28:02d},10" for n in range(200)]
    found = read(tmp_path, *rows, "C999,Aetna,2062-05-01,20")
    assert found.practice.as_of == dt.date(2026, 5, 28)
    assert "dates_later" in codes(found)
    assert found.practice.open_items.set_index("claim_id")["service_date"].isna().sum() == 1
    assert found.reconciliation.repaired == 1


def test_dates_and_ages_that_agree_give_the_day(tmp_path):
    head = "Claim #,DOS,Days in AR,Balance"
    rows = ["C1,2026-05-01,60 days,10", "C2,2026-05-31,30 days,20", "C3,2026-06-29,1 day,40"]
    found = read(tmp_path, *rows, head=head)
    assert found.practice.as_of == dt.date(2026, 6, 30)
    assert said(found, "as_of") == (
        "The balances are as of 2026-06-30: every 'DOS' plus 'Days in AR' comes to that day."
    )
    with pytest.raises(InputRefused, match="holds balances as of 2026-06-30"):
        read(tmp_path, *rows, head=head, as_of="2026-07-31")


def test_ages_without_dates_need_a_day_and_stay(tmp_path):
    head = "Claim #,Days in AR,Balance"
    found = read(tmp_path, "C1,45 days,10", "C2,5,20", head=head, as_of="2026-06-30")
    assert found.practice.open_items["age_days"].tolist() == [45, 5]
    assert "bucket" not in found.practice.open_items
    aged = aged_items(found.practice)
    assert aged.set_index("claim_id")["bucket"].to_dict() == {"C1": "31-60", "C2": "0-30"}
    assert set(aged["clock"]) == {"as in the file"}
    with pytest.raises(InputRefused, match=r"give the day \(--as-of\)"):
        read(tmp_path, "C1,45 days,10", "C2,5,20", head=head)


def test_the_day_in_the_title_holds(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text(f"As of 06/30/2026\n{HEAD}\n" + "\n".join(ROWS) + "\n", encoding="utf-8")
    assert read_export(path).practice.as_of == dt.date(2026, 6, 30)
    with pytest.raises(InputRefused, match="holds balances as of 2026-06-30"):
        read_export(path, as_of="2026-07-01")


def test_day_and_month_are_asked_not_guessed(tmp_path):
    found = read(tmp_path, "C1,Aetna,03/05/2026,10")
    assert found.practice.as_of == dt.date(2026, 3, 5)
    assert "--dates mdy or --dates dmy" in said(found, "dates_ambiguous")
    other = read(tmp_path, "C1,Aetna,03/05/2026,10", dates="dmy")
    assert other.practice.as_of == dt.date(2026, 5, 3)
    assert "dates_ambiguous" not in codes(other)
