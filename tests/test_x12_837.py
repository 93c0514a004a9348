"""The readers of 837s and 277s on files written by hand."""

from __future__ import annotations

import datetime as dt

import pytest

from arlab.importers.x12 import iter_277, iter_837
from arlab.importers.x12.model import ClaimStatus, SentLine
from x12_files import BODY_277, BODY_837, CLAIM_277, CLAIM_837, read, x12

GOOD = x12([*BODY_837, *CLAIM_837], kind="837")
CLM = 14  # the segment of the first claim, after ISA, GS, ST and ten of the body
OTHER_PATIENT = (
    "HL*3*1*22*0",
    "SBR*S*18*******MB",
    "NM1*IL*1*DOE*JOHN****MI*M-2",
    "NM1*PR*2*OTHER PLAN*****PI*P02",
)


def claims_of(text, code=None):
    claims, found = read(iter_837, text)
    assert [one for one, _ in found] == ([code] if code else [])
    return claims


def test_every_value_of_a_claim_is_read():
    (claim,) = claims_of(GOOD)
    assert (claim.segment, claim.form, claim.claim_id, claim.charge) == (CLM, "P", "C-1", 100_00)
    assert (claim.place, claim.frequency, claim.rank, claim.filing) == ("11", "1", 1, "CI")
    assert (claim.payer, claim.payer_id, claim.sent) == ("EXAMPLE PLAN", "P01", dt.date(2026, 3, 1))
    assert (claim.billing_npi, claim.rendering_npi, claim.patient_key) == ("1111111112", "1111111120", 1)
    assert (claim.diagnoses, claim.service_date) == (("R51", "I10"), dt.date(2026, 1, 4))
    assert claim.lines == [
        SentLine(17, "L-1", "A0428", ("25",), 60_00, "1", dt.date(2026, 1, 5)),
        SentLine(21, "2", "A0429", (), 40_00, "2", dt.date(2026, 1, 4)),
    ]
    assert (claim.problem, claim.repaired, claim.replaces, claim.paid_before) == ("", False, "", [])


def test_no_name_and_no_member_number_is_kept():
    (claim,) = claims_of(GOOD)
    assert not {"DOE", "JANE", "M-1", "ROE", "RICHARD", "19700101"} & set(
        repr(claim).replace("'", " ").split()
    )


def test_a_corrected_claim_says_which_one_it_replaces_and_another_payers_number_is_not_it():
    claim = list(CLAIM_837)
    claim[0] = claim[0].replace("11:B:1", "11:B:7")
    claim[1:1] = ["REF*F8*K-1"]
    claim[4:4] = [
        "SBR*S*18*******MB",
        "AMT*D*30",
        "NM1*IL*1*DOE*JANE****MI*M-9",
        "NM1*PR*2*OTHER*****PI*P09",
        "REF*F8*K-9",
    ]
    claim[9:9] = ["SBR*T*18*******MC", "AMT*D*5.5"]
    (one,) = claims_of(x12([*BODY_837, *claim], kind="837"))
    assert (one.frequency, one.replaces, one.paid_before) == ("7", "K-1", [30_00, 5_50])
    assert (one.payer, one.rank, one.filing, one.rendering_npi) == ("EXAMPLE PLAN", 1, "CI", "1111111120")
    assert sum(line.charge for line in one.lines) == one.charge


def test_what_another_payer_answered_to_a_line_is_not_the_lines():
    claim = [
        *CLAIM_837[:7],
        "SVD*P09*30*HC:A0428**1",
        "CAS*PR*1*30",
        "DTP*573*D8*20260201",
        "REF*6R*X",
        *CLAIM_837[7:],
    ]
    (one,) = claims_of(x12([*BODY_837, *claim], kind="837"))
    assert one.lines[0] == SentLine(17, "L-1", "A0428", ("25",), 60_00, "1", dt.date(2026, 1, 5))


def test_patients_are_told_apart_by_name_and_day_of_birth_over_payers_and_transactions():
    again = [*BODY_837[:-2], "DMG*D8*19700101*F", BODY_837[-1].replace("EXAMPLE", "OTHER"), *CLAIM_837]
    text = x12([*BODY_837, *CLAIM_837, *OTHER_PATIENT, *CLAIM_837], again, kind="837")
    one, other, same = claims_of(text)
    assert (one.patient_key, other.patient_key, same.patient_key) == (1, 2, 1)
    assert (other.rank, other.payer, other.payer_id, other.filing) == (2, "OTHER PLAN", "P02", "MB")


def test_a_dependant_is_another_person_than_the_subscriber():
    child = ["HL*3*2*23*0", "PAT*19", "NM1*QC*1*DOE*JIM", "DMG*D8*20150101*M", *CLAIM_837]
    one, other = claims_of(x12([*BODY_837, *CLAIM_837, *child], kind="837"))
    assert (one.patient_key, other.patient_key) == (1, 2)
    assert (other.payer, other.rank) == ("EXAMPLE PLAN", 1)


@pytest.mark.parametrize(
    ("version", "service", "form", "procedure"),
    [
        ("005010X223A2", "SV2*0300*HC:A0428*100*UN*1", "I", "A0428"),
        ("005010X223A2", "SV2*0300**100*UN*1", "I", "0300"),
        ("004010X096A1", "SV2*0300*HC:A0428*100*UN*1", "I", "A0428"),
        ("005010X224A2", "SV3*AD:D0120*100", "D", "D0120"),
        ("004010X098A1", "SV1*HC:A0428*100*UN*1", "P", "A0428"),
        ("unknown", "SV3*AD:D0120*100", "D", "D0120"),
    ],
)
def test_the_form_is_that_of_the_guide_or_else_of_the_service(version, service, form, procedure):
    claim = [CLAIM_837[0], "DTP*434*RD8*20260101-20260103", "LX*1", service]
    (one,) = claims_of(x12([*BODY_837, *claim], kind="837", version=version))
    assert (one.form, one.charge, one.service_date) == (form, 100_00, dt.date(2026, 1, 1))
    assert [(line.procedure, line.charge) for line in one.lines] == [(procedure, 100_00)]


@pytest.mark.parametrize("version", ["005010X291", "005010X292", "005010X298"])
def test_what_is_no_claim_to_be_paid_is_set_aside(version):
    (one,) = claims_of(x12([*BODY_837, *CLAIM_837], kind="837", version=version), "claim_quarantined")
    assert one.problem
    assert one.charge == 100_00


def test_a_dental_predetermination_is_set_aside():
    claim = [CLAIM_837[0] + "*" * 10 + "PB", "LX*1", "SV3*AD:D0120*100"]
    assert claim[0].split("*")[19] == "PB"
    (one,) = claims_of(x12([*BODY_837, *claim], kind="837", version="005010X224A2"), "claim_quarantined")
    assert "predetermination" in one.problem


def change(old, new):
    assert old in GOOD
    return GOOD.replace(old, new)


WRONG = {
    "sum of lines": (change("CLM*C-1*100*", "CLM*C-1*110*"), [("charge_sum", CLM)], ""),
    "charge": (
        change("CLM*C-1*100*", "CLM*C-1*hundred*"),
        [("amount", CLM), ("claim_quarantined", CLM)],
        "its charge (CLM02) cannot be read",
    ),
    "charge of a line": (
        change("A0429*40*", "A0429**"),
        [("amount", 22), ("claim_quarantined", CLM)],
        "the charge of a line cannot be read",
    ),
    "day": (change("D8*20260105", "D8*20260231"), [("date", 19)], ""),
    "rank": (change("SBR*P*", "SBR*Q*"), [("rank", 10)], ""),
    "number": (change("CLM*C-1*", "CLM**"), [("claim_number", CLM)], ""),
    "no LX": (change("LX*2~\n", "").replace("SE*22", "SE*21"), [("no_lx", 21)], ""),
    "line outside": (
        change("HL*2*1*22*0", "HL*2*1*22*0~LX*9").replace("SE*22", "SE*23"),
        [("out_of_place", 10)],
        "",
    ),
    "cut": (
        GOOD[: GOOD.index("LX*2")],
        [("truncated", 20), ("claim_quarantined", CLM)],
        "the file ends inside it",
    ),
    "cut in a segment": (
        GOOD[: GOOD.index("DTP*472*D8*20260104") + 12],
        [("date", 23), ("truncated", 23), ("claim_quarantined", CLM)],
        "the file ends inside it",
    ),
    "ends after a whole claim": (GOOD[: GOOD.index("SE*")], [("truncated", 23)], ""),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_is_wrong_is_a_finding_with_its_segment(name):
    text, expected, problem = WRONG[name]
    (claim,), found = read(iter_837, text)
    assert (found, claim.problem) == (expected, problem)


def test_a_line_whose_charge_is_missing_is_repaired_when_the_sum_does_without():
    text = change("A0429*40*", "A0429**").replace("A0428:25*60*", "A0428:25*100*")
    (claim,), found = read(iter_837, text)
    assert (claim.problem, claim.repaired, found) == ("", True, [("amount", 22)])


# 277


def test_every_value_of_a_status_is_read():
    statuses, found = read(iter_277, x12([*BODY_277, *CLAIM_277], kind="277"))
    assert found == []
    assert statuses == [
        ClaimStatus(
            15,
            claim_id="C-1",
            category="A7",
            code="562",
            charge=100_00,
            day=dt.date(2026, 3, 2),
            payer="EXAMPLE PLAN",
            payer_control="K-1",
            service_date=dt.date(2026, 1, 5),
        )
    ]


def test_a_rejection_goes_before_another_status_of_the_same_claim_and_lines_have_their_own():
    claim = [
        *CLAIM_277[:3],
        "STC*A2:20*20260302*WQ*100",
        "STC*A3:21*20260303*U*100",
        "SVC*HC:A0428*60",
        "STC*A8:1",
    ]
    more = [
        "HL*5*3*PT",
        "TRN*2*C-2",
        "STC*A2:20*20260302*WQ*40",
        "SVC*HC:A0428*40",
        "STC*A7:1",
        "TRN*2*C-3",
        "STC*A1:1",
    ]
    statuses, found = read(iter_277, x12([*BODY_277, *claim, *more], kind="277"))
    assert [(one.claim_id, one.category, one.charge) for one in statuses] == [
        ("C-1", "A3", 100_00),
        ("C-2", "A2", 40_00),
        ("C-3", "A1", None),
    ]
    assert found == []


def test_a_status_that_is_not_whole_is_a_finding():
    body = [*BODY_277, "HL*4*3*PT", "STC*A2:20*soon*WQ*x", "HL*5*3*PT", "TRN*2*C-2"]
    statuses, found = read(iter_277, x12(body, kind="277"))
    assert found == [("claim_number", 14), ("date", 14), ("amount", 14), ("no_status", 16)]
    assert [one.problem for one in statuses] == [
        "its charge (STC04) cannot be read",
        "it has no status (STC) of its own",
    ]
