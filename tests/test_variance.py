"""Allowed against expected with a pencil: prices, parts, cuts, refusals, patterns, clocks, and what holds."""

from __future__ import annotations

import datetime as dt

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from arlab.errors import NotAvailable, SettingsError
from arlab.tables import Practice, empty_table
from arlab.variance import (
    LEAST_ALIKE,
    STATES,
    contract_variance,
    describe_variance,
    underpaid_items,
    underpaid_lines,
    variance_table,
)
from ledgers import claims, day, ledger, ledgers
from variance_tables import ALDER, AS_OF, answer, compared, contract, coverages, lines, one_claim

PRICES = contract(
    ("A-1", "*", None, "2026-01-01", None),
    ("A-1", "EST-L3", 100.0, "2026-01-01", "2026-06-30"),
    ("A-1", "EST-L3", 104.0, "2026-07-01", None),
    ("A-1", "J1000", 5.0, "2026-01-01", None, {"appeal_1_days": 30}),
)


def of_contract(served, line, rows, **more):
    """Return the one line of a claim under contract A-1."""
    found = compared(
        claims(("c1", served)),
        lines(line),
        ledger(*rows),
        as_of=AS_OF,
        coverages=coverages(("c1", "A-1")),
        contracts=PRICES,
        **more,
    )
    assert len(found) == 1
    return found.iloc[0]


# Prices.


def test_the_price_is_the_contracts_on_the_day_of_service():
    for served, price in (("2026-06-30", 100.0), ("2026-07-01", 104.0)):
        row = of_contract(served, ("c1", 1, "EST-L3", 160), answer("c1", 1, "2026-08-01", 160, 100))
        assert (row["expected"], row["basis"], row["short"]) == (price, "contract", price - 100)


def test_a_later_row_ends_an_open_one():
    rows = contract(
        ("A-1", "EST-L3", 100.0, "2026-01-01", None), ("A-1", "EST-L3", 120.0, "2026-03-01", None)
    )
    tables = (claims(("c1", "2026-03-01")), lines(("c1", 1, "EST-L3", 160)))
    paid = ledger(*answer("c1", 1, "2026-04-01", 160, 120))
    found = compared(*tables, paid, as_of=AS_OF, coverages=coverages(("c1", "A-1")), contracts=rows)
    assert found[["expected", "short"]].values.tolist() == [[120.0, 0.0]]


def test_two_prices_of_one_day_contradict_each_other_and_give_none():
    rows = contract(
        ("A-1", "EST-L3", 100.0, "2026-01-01", None), ("A-2", "EST-L3", 120.0, "2026-01-01", None)
    )
    tables = (claims(("c1", "2026-03-01")), lines(("c1", 1, "EST-L3", 160)))
    paid = ledger(*answer("c1", 1, "2026-04-01", 160, 90))
    # Without coverages the payer's contract is known only where it has one.
    found = compared(*tables, paid, as_of=AS_OF, contracts=rows)
    assert found["state"].tolist() == ["unpriced"] and found["short"].tolist() == [0.0]
    only = compared(*tables, paid, as_of=AS_OF, contracts=rows[rows["contract_id"] == "A-1"])
    assert only[["contract_id", "short"]].values.tolist() == [["A-1", 10.0]]
    both = rows.assign(contract_id="A-1")
    assert compared(*tables, paid, as_of=AS_OF, contracts=both)["basis"].tolist() == ["unknown"]


def test_tables_may_lack_what_the_contract_lets_be_empty():
    tables = (claims(("c1", "2026-03-01")), lines(("c1", 1, "EST-L3", 160)))
    paid = ledger(*answer("c1", 1, "2026-04-01", 160, 90))
    bare = PRICES.drop(columns=["effective_to", "appeal_1_days", "basis"])
    covered = coverages(("c1", "A-1")).drop(columns="contract_id")
    found = compared(*tables, paid, as_of=AS_OF, coverages=covered, contracts=bare)
    assert found[["contract_id", "short"]].values.tolist() == [["A-1", 10.0]]
    assert found["dispute_due_date"].isna().all()
    unpriced = PRICES.drop(columns="allowed")
    found = compared(*tables, paid, as_of=AS_OF, contracts=unpriced)
    assert found["state"].tolist() == ["unpriced"] and found["dispute_days"].tolist() == [60]


def test_units_multiply_the_price_and_the_charge_caps_it():
    rows = answer("c1", 1, "2026-04-01", 160, 40)
    row = of_contract("2026-03-01", ("c1", 1, "J1000", 160, {"units": 10}), rows)
    assert (row["expected"], row["short"]) == (50.0, 10.0)
    row = of_contract(
        "2026-03-01", ("c1", 1, "J1000", 160, {"units": 40}), answer("c1", 1, "2026-04-01", 160, 160)
    )
    assert (row["expected"], row["short"], row["over"]) == (160.0, 0.0, 0.0)


def test_a_modifier_that_changes_the_price_is_not_held_to_the_bare_service():
    rows = answer("c1", 1, "2026-04-01", 160, 30)
    row = of_contract("2026-03-01", ("c1", 1, "EST-L3", 160, {"modifier": "26"}), rows)
    assert (row["state"], row["basis"]) == ("unpriced", "unknown")
    # A side of the body is no other price.
    row = of_contract("2026-03-01", ("c1", 1, "EST-L3", 160, {"modifier": "RT"}), rows)
    assert (row["state"], row["short"]) == ("compared", 70.0)


# Allowed.


def test_allowed_is_the_sum_of_its_parts_and_a_cut_by_law_is_no_underpayment():
    said = {"line_number": 1, "remit_id": "r1"}
    rows = [
        ("c1", "2026-01-02", "charge", "payer_1", 160, {"line_number": 1}),
        ("c1", "2026-02-02", "contractual", "payer_1", -60, {**said, "carc": "45"}),
        ("c1", "2026-02-02", "payer_payment", "payer_1", -78.4, said),
        ("c1", "2026-02-02", "sequestration", "payer_1", -1.6, {**said, "carc": "253"}),
        ("c1", "2026-02-02", "transfer", "payer_1", -20, {**said, "carc": "2", "group_code": "PR"}),
        ("c1", "2026-02-02", "transfer", "patient", 20, {**said, "carc": "2", "group_code": "PR"}),
    ]
    row = one_claim(rows)
    assert (row["allowed"], row["sequestration"], row["short"]) == (100.0, 1.6, 0.0)
    # The same cut posted among the contract adjustments, by its code or, for Medicare, without one.
    folded = [
        *rows[:3],
        ("c1", "2026-02-02", "contractual", "payer_1", -1.6, {**said, "carc": "253"}),
        *rows[4:],
    ]
    assert one_claim(folded)["short"] == 0.0
    bare = [
        rows[0],
        ("c1", "2026-02-02", "contractual", "payer_1", -61.6, {**said, "carc": "45"}),
        rows[2],
        *rows[4:],
    ]
    assert one_claim(bare, claim={"payer_class": "medicare"})["sequestration"] == 1.6
    assert one_claim(bare, claim={"payer_class": "commercial"})["short"] == 1.6


def test_a_cut_for_several_procedures_stands_apart():
    rows = answer("c1", 1, "2026-02-02", 160, 100)
    said = {"line_number": 1, "remit_id": "r1", "carc": "59"}
    half = [rows[0], rows[1], ("c1", "2026-02-02", "payer_payment", "payer_1", -50, {"line_number": 1})]
    row = one_claim([*half, ("c1", "2026-02-02", "contractual", "payer_1", -50, said)])
    assert (row["allowed"], row["multiple_procedure"], row["short"]) == (50.0, 50.0, 0.0)
    # Told by the modifier alone, and only where it is a half.
    by_modifier = answer("c1", 1, "2026-02-02", 160, 50)
    assert one_claim(by_modifier, line={"modifier": "51"})["multiple_procedure"] == 50.0
    assert one_claim(by_modifier)["short"] == 50.0
    assert one_claim(answer("c1", 1, "2026-02-02", 160, 80), line={"modifier": "51"})["short"] == 20.0


def test_a_denial_is_no_underpayment_and_counts_again_once_it_is_paid():
    said = {"line_number": 1, "remit_id": "r1", "carc": "16", "memo_amount": 160.0}
    charged = ("c1", "2026-01-02", "charge", "payer_1", 160, {"line_number": 1})
    denied = [charged, ("c1", "2026-02-02", "denial", "payer_1", 0, said)]
    row = one_claim(denied)
    assert (row["state"], row["short"], row["allowed"]) == ("denied", 0.0, 0.0)
    # What the desk moved to the patient at the visit is no part that the payer allowed.
    asked = [("c1", "2026-01-02", "transfer", party, cents, {"line_number": 1}) for party, cents in
             (("payer_1", -20), ("patient", 20))]  # fmt: skip
    assert one_claim([*denied, *asked])[["state", "allowed"]].tolist() == ["denied", 0.0]
    copy = [charged, ("c1", "2026-02-02", "denial", "payer_1", 0, {**said, "carc": "18"})]
    found = compared(
        claims(("c1", "2026-01-02")), lines(("c1", 1, "EST-L3", 160)), ledger(*copy), as_of=AS_OF
    )
    assert found.empty, "a copy of a claim is no answer to it"
    # Paid later, with or without a row that takes the denial back.
    paid = answer("c1", 1, "2026-04-02", 160, 80)[1:]
    back = ("c1", "2026-04-02", "reversal", "payer_1", 0, {"line_number": 1, "reason": "denial_reversed"})
    for rows in ([*denied, *paid], [*denied, back, *paid]):
        row = one_claim(rows)
        assert (row["state"], row["short"]) == ("compared", 20.0)
        assert row["first_seen_date"] == pd.Timestamp("2026-04-02")


def test_a_denied_part_is_reduced_and_a_denial_posted_as_contractual_is_still_one():
    said = {"line_number": 1, "remit_id": "r1", "carc": "151", "memo_amount": 80.0}
    part = answer("c1", 1, "2026-02-02", 80, 50)
    rows = [("c1", "2026-01-02", "charge", "payer_1", 160, {"line_number": 1}), *part[1:]]
    row = one_claim([*rows, ("c1", "2026-02-02", "denial", "payer_1", 0, said)])
    assert (row["state"], row["short"]) == ("reduced", 0.0)
    wrong = [rows[0], ("c1", "2026-02-02", "contractual", "payer_1", -160, {**said, "memo_amount": None})]
    assert one_claim(wrong)["state"] == "denied"
    # All of it called a contract adjustment: that is short, not denied.
    whole = [rows[0], ("c1", "2026-02-02", "contractual", "payer_1", -160, {**said, "carc": "45"})]
    assert one_claim(whole)[["state", "short"]].tolist() == ["compared", 100.0]


def test_a_payment_made_twice_is_no_higher_price_and_one_taken_back_is_apart():
    rows = answer("c1", 1, "2026-02-02", 160, 80)
    again = ("c1", "2026-03-02", "payer_payment", "payer_1", -80, {"line_number": 1, "remit_id": "r2"})
    assert one_claim([*rows, again])[["allowed", "short", "over"]].tolist() == [80.0, 20.0, 0.0]
    # A whole answer posted twice.
    assert one_claim([*rows, *answer("c1", 1, "2026-03-02", 160, 80)[1:]])["allowed"] == 80.0
    taken = ("c1", "2026-03-02", "recoupment", "payer_1", 80, {"line_number": 1, "remit_id": "r2"})
    assert one_claim([*rows, taken])["state"] == "taken_back"
    why = ("c1", "2026-03-02", "denial", "payer_1", 0, {"line_number": 1, "carc": "22", "remit_id": "r2"})
    assert one_claim([*rows, taken, why])["state"] == "taken_back"
    assert one_claim([*rows, again, taken])["short"] == 20.0


def test_a_price_put_right_is_short_no_more_but_was_until_then():
    rows = ledger(
        *answer("c1", 1, "2026-02-02", 160, 80),
        ("c1", "2026-05-02", "reversal", "payer_1", 80, {"line_number": 1, "reverses_id": "t0001"}),
        ("c1", "2026-05-02", "reversal", "payer_1", 80, {"line_number": 1, "reverses_id": "t0002"}),
        ("c1", "2026-05-02", "contractual", "payer_1", -60, {"line_number": 1, "carc": "45"}),
        ("c1", "2026-05-02", "payer_payment", "payer_1", -100, {"line_number": 1}),
    )
    tables = (
        claims(("c1", "2026-01-02")),
        lines(("c1", 1, "EST-L3", 160, {"expected_allowed": 100.0})),
        rows,
    )
    short = [
        compared(*tables, as_of=on)["short"].tolist() for on in ("2026-01-31", "2026-05-01", "2026-05-02")
    ]
    assert short == [[], [20.0], [0.0]]


def test_what_is_left_open_below_the_price_is_short_and_more_than_the_price_is_over():
    said = {"line_number": 1, "remit_id": "r1"}
    rows = answer("c1", 1, "2026-02-02", 160, 100)[:2]
    left_open = [*rows, ("c1", "2026-02-02", "payer_payment", "payer_1", -90, said)]
    assert one_claim(left_open)[["allowed", "short"]].tolist() == [90.0, 10.0]
    assert one_claim(answer("c1", 1, "2026-02-02", 160, 120))[["short", "over"]].tolist() == [0.0, 20.0]
    cent = answer("c1", 1, "2026-02-02", 160, 99.99)
    assert one_claim(cent)["short"] == 0.0 and one_claim(cent, tolerance_cents=0)["short"] == 0.01


def test_capitation_has_no_price():
    said = {"line_number": 1, "remit_id": "r1", "carc": "24", "group_code": "CO"}
    rows = [
        ("c1", "2026-01-02", "charge", "payer_1", 160, {"line_number": 1}),
        ("c1", "2026-02-02", "contractual", "payer_1", -160, said),
    ]
    assert one_claim(rows)["state"] == "no_price"


def test_rows_without_a_line_belong_to_the_only_line_of_a_claim():
    rows = [(*row[:5], {**row[5], "line_number": None}) for row in answer("c1", 1, "2026-02-02", 160, 80)]
    assert one_claim(rows)["short"] == 20.0
    two = lines(("c1", 1, "EST-L3", 80), ("c1", 2, "J1000", 80))
    found = compared(claims(("c1", "2026-01-02", {"lines": 2})), two, ledger(*rows), as_of=AS_OF)
    assert found.empty, "of several lines nobody knows which was meant"


def test_a_ledger_that_never_moves_the_patients_part_is_read_by_its_adjustments():
    rows = answer("c1", 1, "2026-02-02", 160, 80, share=30)
    row = one_claim(rows)
    assert row["allowed"] == 80.0
    still = [row for row in rows if row[2] != "transfer"]
    assert one_claim(still)["short"] == 50.0
    assert one_claim(still, allowed_from="adjustment")[["allowed", "short"]].tolist() == [80.0, 20.0]
    # Sequestration cannot be told to the cent then: up to 2 % of the price is lawful.
    cut = answer("c1", 1, "2026-02-02", 160, 98.4)
    for payer_class, short in (("medicare", 0.0), ("commercial", 1.6)):
        row = one_claim(cut, claim={"payer_class": payer_class}, allowed_from="adjustment")
        assert row["short"] == short
    unadjusted = [("c1", "2026-02-02", "payer_payment", "payer_1", -80, {"line_number": 1})]
    assert one_claim(unadjusted, allowed_from="adjustment")["short"] == 0.0, "the rest may be the patient's"
    with pytest.raises(SettingsError, match="choose parts, adjustment"):
        one_claim(rows, allowed_from="guess")


# The payer's usual amount.


def several(amounts, *, served="2026-01-02", procedure="EST-L3", charge=160, **line):
    """Return claims, lines and ledger of one line each, allowed as given."""
    names = [f"c{n:02d}" for n in range(len(amounts))]
    rows = [
        row
        for n, (name, allowed) in enumerate(zip(names, amounts, strict=True))
        for row in answer(name, 1, f"2026-02-{1 + n % 27:02d}", charge, allowed)
    ]
    of = [(name, 1, procedure, charge, line) for name in names]
    return claims(*[(name, served) for name in names]), lines(*of), ledger(*rows)


def test_without_a_contract_the_payers_usual_amount_is_the_price_and_is_said():
    found = compared(*several([100, 100, 100, 100, 80]), as_of=AS_OF)
    assert found["basis"].tolist() == ["modal"] * 5
    assert found["short"].tolist() == [0, 0, 0, 0, 20]
    # In units, and by year: prices rise in January.
    claims_, of, rows = several([100, 100, 100, 40], units=10)
    of.loc[3, "units"] = 5
    assert compared(claims_, of, rows, as_of=AS_OF)["short"].tolist() == [0, 0, 0, 10]
    claims_.loc[3, "service_date"] = pd.Timestamp("2025-12-31")
    assert compared(claims_, of, rows, as_of=AS_OF)["basis"].tolist() == ["modal"] * 3 + ["unknown"]


def test_no_usual_amount_of_too_few_or_too_mixed_lines():
    for amounts in ([100, 100, 80], [100, 100, 100, 90, 80, 70, 60]):
        found = compared(*several(amounts), as_of=AS_OF)
        assert set(found["state"]) == {"unpriced"} and found["short"].sum() == 0


def test_an_amount_that_a_fifth_of_the_lines_have_is_a_price_of_its_own():
    found = compared(*several([100] * 12 + [90] * 3), as_of=AS_OF)
    assert found["short"].sum() == 0 and set(found["basis"]) == {"modal"}
    found = compared(*several([100] * 13 + [90] * 3), as_of=AS_OF)
    assert found["short"].tolist() == [0] * 13 + [10] * 3


def test_a_usual_amount_knows_only_what_was_answered_by_the_day():
    tables = several([80, 80, 80, 100, 100, 100, 100, 100, 100, 100, 100, 100, 100])
    early = compared(*tables, as_of="2026-02-03")
    assert early["short"].tolist() == [0, 0, 0] and early["expected"].tolist() == [80] * 3
    late = compared(*tables, as_of=AS_OF)
    assert late["expected"].tolist()[:3] == [80] * 3, "three of thirteen are in use"


# Systematic or isolated.


def test_systematic_is_the_same_ratio_again_and_again():
    prices = {"expected_allowed": 100.0}
    found = compared(*several([80] * 5 + [100] * 20, **prices), as_of=AS_OF)
    assert found["pattern"].tolist() == ["systematic"] * 5 + [""] * 20, "a fifth of 25"
    found = compared(*several([80] * 5 + [100] * 21, **prices), as_of=AS_OF)
    assert set(found["pattern"]) == {"isolated", ""}
    found = compared(*several([80] * (LEAST_ALIKE - 1), **prices), as_of=AS_OF)
    assert set(found["pattern"]) == {"isolated"}, "four are too few to say"
    found = compared(*several([95, 90, 85, 80, 75, 70], **prices), as_of=AS_OF)
    assert set(found["pattern"]) == {"isolated"}, "every one in a ratio of its own"


def test_systematic_counts_from_the_first_of_them_on():
    # 21 right answers, then a wrong price list: 5 of 26 in all, but 5 of 5 since.
    found = compared(*several([100] * 21 + [80] * 5, expected_allowed=100.0), as_of=AS_OF)
    assert found["pattern"].tolist() == [""] * 21 + ["systematic"] * 5


# Items and their clock.


def test_an_underpaid_line_has_its_own_clock_from_the_remittance():
    row = answer("c1", 1, "2026-03-02", 160, 80)
    for procedure, days in (("EST-L3", 60), ("J1000", 30), ("NEW-L4", 60)):
        of = ("c1", 1, procedure, 160, {"expected_allowed": 100.0})
        found = of_contract("2026-03-01", of, row)
        assert (found["dispute_days"], found["dispute_counts"]) == (days, "received")
        assert found["dispute_due_date"] == pd.Timestamp("2026-03-02") + pd.Timedelta(days=days)
    found = compared(
        claims(("c1", "2026-03-01")), lines(("c1", 1, "EST-L3", 160)), ledger(*row),
        as_of="2026-05-01", coverages=coverages(("c1", "A-1")), contracts=PRICES,
    )  # fmt: skip
    states = [underpaid_items(found, as_of=on)["dispute"].item() for on in ("2026-05-01", "2026-05-02")]
    assert states == ["live", "expired"]
    bare = compared(*several([100, 100, 100, 100, 80]), as_of=AS_OF)
    items = underpaid_items(bare, as_of=AS_OF)
    assert items["dispute"].tolist() == ["not stated"] and items["dispute_due_date"].isna().all()
    assert underpaid_items(bare, as_of=AS_OF, least=20.01).empty


# Tables, words and practices.


def test_a_table_adds_up_and_says_what_it_left_out():
    said = {"line_number": 1, "remit_id": "r9", "carc": "16", "memo_amount": 160.0}
    visits, of, rows = several([80, 80, 80, 80, 80, 90, 100, 110], expected_allowed=100.0)
    more = ledger(*[(f"d{n}", "2026-01-02", "charge", "payer_1", 160, {"line_number": 1}) for n in range(2)],
                  ("d0", "2026-02-02", "denial", "payer_1", 0, said))  # fmt: skip
    more["transaction_id"] = "m" + more["transaction_id"]
    visits = pd.concat([visits, claims(("d0", "2026-01-02"), ("d1", "2026-01-02"))], ignore_index=True)
    of = pd.concat([of, lines(("d0", 1, "EST-L3", 160), ("d1", 1, "EST-L3", 160))], ignore_index=True)
    found = compared(visits, of, pd.concat([rows, more], ignore_index=True), as_of=AS_OF)
    table = variance_table(found)
    assert table["basis"].tolist() == ["line", "modal"] or table["basis"].tolist() == ["line", "unknown"]
    row = table.iloc[0]
    assert row[["lines", "compared", "short_lines", "over_lines", "systematic_lines"]].tolist() == [
        8,
        8,
        6,
        1,
        5,
    ]
    assert row[["short", "systematic", "isolated", "over"]].tolist() == [110.0, 100.0, 10.0, 10.0]
    assert row["expected"] - row["allowed"] == row["short"] - row["over"]
    assert table["denied"].sum() == 1 and table["denied_charge"].sum() == 160.0, "d1 has no answer"
    words = describe_variance(table)
    assert words == (
        "Of 8 lines with a known price, 6 are short by $110.00 in all ($100.00 of it again and again in the same"
        " ratio); $10.00 more than expected was allowed on 1."
    )


def test_words_for_nothing_short_and_nothing_known():
    none = variance_table(compared(*several([100], expected_allowed=100.0), as_of=AS_OF))
    assert describe_variance(none) == "Of 1 line with a known price, none is short."
    unknown = variance_table(compared(*several([100]), as_of=AS_OF))
    assert describe_variance(unknown).startswith("No answered line has a price")
    modal = variance_table(compared(*several([100] * 4 + [80]), as_of=AS_OF))
    assert "For 5 of them no contract is known" in describe_variance(modal)


def practice_of(tables, **more):
    names = ("claims", "lines", "transactions")
    return Practice("Pencil", AS_OF, {**dict(zip(names, tables, strict=True)), **more})


def test_a_practice_is_compared_as_of_a_day_or_says_why_not():
    tables = several([80] * 5, expected_allowed=100.0)
    practice = practice_of(tables)
    assert contract_variance(practice)["short"].tolist() == [100.0]
    assert len(underpaid_lines(practice, as_of="2026-02-03", least=5)) == 3
    with pytest.raises(NotAvailable, match="ends on 2026-12-31"):
        contract_variance(practice, as_of="2027-01-01")
    with pytest.raises(NotAvailable, match="because there is no lines table"):
        contract_variance(Practice("Snapshot", AS_OF, {"claims": tables[0], "transactions": tables[2]}))
    # How the ledger says what was allowed is known from the rows of the day, not from later ones.
    shared = several([80] * 3, expected_allowed=100.0)
    later = ledger(
        ("c00", "2026-08-01", "transfer", "payer_1", -1), ("c00", "2026-08-01", "transfer", "patient", 1)
    )
    later["transaction_id"] = "m" + later["transaction_id"]
    rows = pd.concat(
        [shared[2].query("kind != 'payer_payment' or claim_id != 'c01'"), later], ignore_index=True
    )
    early = practice_of((*shared[:2], rows))
    assert contract_variance(early, as_of="2026-07-31")["short"].tolist() == [60.0]
    paid = tables[2][tables[2]["kind"].isin(["charge", "payer_payment"])]
    with pytest.raises(NotAvailable, match="cannot be told"):
        contract_variance(practice_of((*tables[:2], paid)))


def test_empty_tables_and_a_payment_before_its_charge():
    nothing = [empty_table(name) for name in ("claims", "lines", "transactions")]
    assert compared(*nothing, as_of=AS_OF).empty
    assert variance_table(compared(*nothing, as_of=AS_OF)).empty
    early = one_claim(answer("c1", 1, "2026-01-01", 160, 80), as_of=day("2026-01-01"))
    assert early["short"] == 20.0
    credit = one_claim([("c1", "2026-01-05", "payer_payment", "payer_1", -500, {"line_number": 1})])
    assert credit["allowed"] == 160.0, "no line is allowed more than its charge"


ANSWERS = st.lists(
    st.tuples(
        st.integers(0, 16000), st.integers(0, 16000), st.sampled_from(["EST-L3", "J1000"]), st.integers(0, 60)
    ),
    min_size=1,
    max_size=15,
)


@settings(max_examples=15)
@given(ANSWERS, st.integers(0, 70))
def test_short_and_over_are_the_gap_and_never_both(answers, after):
    as_of = dt.date(2026, 2, 1) + dt.timedelta(days=after)
    of, rows = [], []
    for n, (price, allowed, procedure, wait) in enumerate(answers):
        on = (dt.date(2026, 2, 1) + dt.timedelta(days=wait)).isoformat()
        of.append((f"c{n}", 1, procedure, 160, {"expected_allowed": price / 100}))
        rows += answer(f"c{n}", 1, on, 160, allowed / 100)
    tables = (claims(*[(f"c{n}", "2026-01-02") for n in range(len(answers))]), lines(*of), ledger(*rows))
    found = compared(*tables, as_of=as_of)
    assert len(found) == sum(wait <= after for *_, wait in answers)
    gap = (found["expected"] - found["allowed"] - found["multiple_procedure"]).round(2)
    told = (found["short"] - found["over"]).round(2)
    assert ((gap - told).abs() <= 0.011).all()
    assert ((found["short"] == 0) | (found["over"] == 0)).all()
    assert ((found["short"] > 0) == (found["pattern"] != "")).all()
    table = variance_table(found)
    assert round(table["short"].sum(), 2) == round(found["short"].sum(), 2)
    assert ((table["systematic"] + table["isolated"] - table["short"]).abs() < 0.005).all()
    # A past day is told as it was known then.
    known = tables[2][tables[2]["posted_date"] <= pd.Timestamp(as_of)]
    pd.testing.assert_frame_equal(found, compared(*tables[:2], known, as_of=as_of))


@settings(max_examples=15)
@given(ledgers(max_rows=12))
def test_any_ledger_gives_states_and_amounts_in_their_range(drawn):
    visits, rows = drawn
    of = lines(*[(name, 1, "EST-L3", 160, {"expected_allowed": 100.0}) for name in visits["claim_id"]])
    found = compared(visits, of, rows, as_of=AS_OF)
    assert set(found["state"]) <= set(STATES) - {"unpriced"}
    assert found["allowed"].between(0, 160).all() or (found["sequestration"] != 0).any()
    assert (found["short"] >= 0).all() and (found["over"] >= 0).all()
    assert found["payer"].unique().tolist() in ([], [ALDER])
