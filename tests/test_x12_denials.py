"""When is a line, and when a claim, of an 835 denied?"""

from __future__ import annotations

import pytest

from arlab.importers.x12.denial_codes import claim_verdict, is_denial, line_verdict, only_duplicates
from arlab.importers.x12.model import Adjustment, ClaimPayment, ServicePayment
from arlab.reference import read_rows


def parts(*triples):
    return [Adjustment(group, carc, dollars * 100, 1) for group, carc, dollars in triples]


def line(charge, paid, *triples, allowed=None):
    return ServicePayment(
        1, charge=charge * 100, paid=paid * 100, allowed=allowed, adjustments=parts(*triples)
    )


def test_no_code_of_the_list_is_a_denial_and_others_are():
    for row in read_rows("never_denial_codes"):
        assert not is_denial(row["carc"])
        if row["unless_payer_class"]:
            assert is_denial(row["carc"], payer_class=row["unless_payer_class"])
    assert all(is_denial(row["carc"]) for row in read_rows("denial_codes") if row["carc"] != "24")
    assert [is_denial(code) for code in ("", " 45 ", "045", "16", "A2", "B7")] == [
        False,
        False,
        False,
        True,
        False,
        True,
    ]
    assert not is_denial("16", group="CR")


@pytest.mark.parametrize(
    ("verdict", "charge", "paid", "triples", "allowed"),
    [
        ("paid", 160, 80, [("CO", "45", 80)], None),
        ("paid", 160, 0, [("CO", "45", 80), ("PR", "1", 80)], None),  # all to the deductible
        ("paid", 160, 0, [("OA", "23", 160)], None),
        ("denied", 160, 0, [("CO", "29", 160)], None),
        ("denied", 160, 0, [("CO", "45", 80), ("PR", "204", 80)], None),
        ("reduced", 160, 80, [("CO", "45", 40), ("CO", "97", 40)], None),
        ("reduced", 160, 0, [("PR", "1", 20), ("CO", "97", 140)], None),
        ("reduced", 160, 0, [("CO", "253", 20), ("CO", "97", 140)], None),
        ("reduced", 160, 0, [("CO", "97", 160)], 80),
        ("denied", 160, 0, [("PR", "1", 20), ("CO", "97", 140)], 0),
        ("paid", 160, 160, [("CO", "97", 0)], None),
        ("paid", 160, 200, [("CO", "97", -40)], None),
    ],
)
def test_a_line_is_denied_when_nothing_is_left_allowed(verdict, charge, paid, triples, allowed):
    assert line_verdict(charge, paid, parts(*triples), allowed) == verdict


PAID, DENIED, REDUCED = (
    line(80, 40, ("CO", "45", 40)),
    line(40, 0, ("CO", "197", 40)),
    line(20, 10, ("CO", "97", 10)),
)
NOTE = line(0, 0)


@pytest.mark.parametrize(
    ("verdict", "lines"),
    [
        ("paid", [PAID]),
        ("denied", [DENIED, DENIED]),
        ("denied", [DENIED, NOTE]),
        ("partially_denied", [PAID, DENIED]),
        ("partially_denied", [REDUCED, DENIED]),
        ("reduced", [PAID, REDUCED]),
        ("paid", [NOTE]),
    ],
)
def test_the_lines_decide_on_the_claim(verdict, lines):
    # Status 4 alone says nothing: whether it is a denial is in the codes.
    for status in ("1", "2", "4"):
        assert claim_verdict(ClaimPayment(1, status=status, lines=lines)) == verdict
    assert claim_verdict(ClaimPayment(1, status="22", lines=lines)) == ""


def test_a_denial_at_the_level_of_the_claim_counts_for_all_of_it():
    whole = parts(("CO", "29", 80))
    assert claim_verdict(ClaimPayment(1, charge=80_00, adjustments=whole)) == "denied"
    assert claim_verdict(ClaimPayment(1, charge=80_00, adjustments=whole, lines=[line(80, 0)])) == "denied"
    part = ClaimPayment(
        1, charge=80_00, paid=40_00, adjustments=parts(("CO", "29", 40)), lines=[line(80, 40)]
    )
    assert claim_verdict(part) == "reduced"
    assert claim_verdict(ClaimPayment(1, charge=80_00, adjustments=parts(("PR", "1", 80)))) == "paid"


def test_capitation_is_a_denial_under_traditional_medicare_alone():
    claim = ClaimPayment(1, charge=80_00, filing="MB", adjustments=parts(("CO", "24", 80)))
    assert claim_verdict(claim) == "denied"
    claim.filing = "HM"
    assert claim_verdict(claim) == "paid"
    assert claim_verdict(claim, payer_class="medicare") == "denied"


def test_a_duplicate_is_told_apart():
    assert only_duplicates(ClaimPayment(1, lines=[line(80, 0, ("CO", "18", 80))]))
    assert not only_duplicates(ClaimPayment(1, lines=[line(80, 0, ("CO", "18", 40), ("CO", "29", 40))]))
    assert not only_duplicates(ClaimPayment(1, lines=[PAID]))
