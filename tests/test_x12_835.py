"""The reader of 835s on files written by hand: every value, every sum that it checks, every way to be wrong."""

from __future__ import annotations

import datetime as dt
import io
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from arlab.errors import InputRefused
from arlab.importers.findings import Findings
from arlab.importers.x12 import iter_835
from arlab.importers.x12.model import (
    Adjustment,
    ClaimPayment,
    ProviderAdjustment,
    Remittance,
    RemittanceEnd,
)
from x12_files import CLAIM, LINE, body_835, read, x12

GOOD = x12(body_835(CLAIM))
CLP = 9  # the segment of the first claim in such a file, after ISA, GS, ST and five of the head
SVC = 11


def test_every_value_of_a_remittance_is_read():
    (head, claim, end), found = read(iter_835, GOOD)
    assert found == []
    assert head == Remittance(
        3,
        control="0001",
        version="005010X221A1",
        amount=60_00,
        credit="C",
        method="CHK",
        payment_date=dt.date(2026, 3, 10),
        trace="T-1",
        payer_number="1999999999",
        payer="EXAMPLE PLAN",
        payer_id="P01",
        payee_id="1111111112",
    )
    assert (claim.segment, claim.claim_id, claim.status, claim.filing) == (CLP, "C-1", "1", "12")
    assert (claim.charge, claim.paid, claim.patient_share) == (100_00, 60_00, 20_00)
    assert (claim.payer_control, claim.frequency, claim.problem) == ("K-1", "1", "")
    assert claim.service_date == dt.date(2026, 1, 5)
    (line,) = claim.lines
    assert (line.segment, line.procedure, line.modifiers) == (SVC, "A0428", ("25",))
    assert (line.charge, line.paid, line.units, line.line_number, line.allowed) == (
        100_00,
        60_00,
        "1",
        "7",
        80_00,
    )
    assert line.adjustments == [Adjustment("CO", "45", 20_00, SVC + 2), Adjustment("PR", "1", 20_00, SVC + 3)]
    assert end == RemittanceEnd(17)


def test_what_stands_before_a_service_is_the_claims_and_what_follows_is_the_lines():
    claim = (
        "CLP*C-1*2*160*80",
        "CAS*OA*23*10**45*20*1",
        "MIA*0****MA01***************N1*N2*N3*N4",
        "MOA***MA18*N30",
        "DTM*232*20260103",
        "DTM*050*20260107",
        "AMT*B6*130",
        "SVC*HC:A0428*160*80",
        "CAS*PR*2*40**3*10",
        "DTM*150*20260104",
        "LQ*HE*N130",
        "LQ*RX*70",
    )
    (_, claim, _), found = read(iter_835, x12(body_835(claim, amount="80")))
    assert [code for code, _ in found] == [
        "line_sum",
        "patient_share",
    ]  # the line alone does not know the claim's 30
    assert [(part.carc, part.cents) for part in claim.adjustments] == [("23", 10_00), ("45", 20_00)]
    assert [(part.carc, part.cents) for part in claim.lines[0].adjustments] == [("2", 40_00), ("3", 10_00)]
    assert claim.remarks == ["MA01", "N1", "N2", "N3", "N4", "MA18", "N30"]
    assert (claim.allowed, claim.lines[0].allowed) == (130_00, None)
    assert (claim.service_date, claim.received_date) == (dt.date(2026, 1, 3), dt.date(2026, 1, 7))
    assert (claim.lines[0].service_date, claim.lines[0].remarks) == (dt.date(2026, 1, 4), ["N130"])


def test_a_reversal_and_its_correction_add_up():
    back = ("CLP*C-1*22*-100*-60**12*K-1", "SVC*HC:A0428*-100*-60", "CAS*CO*45*-20", "CAS*PR*1*-20")
    (_, one, other, _), found = read(iter_835, x12(body_835(back, CLAIM, amount="0")))
    assert found == []
    assert (one.status, one.charge, one.paid, other.paid) == ("22", -100_00, -60_00, 60_00)


def test_provider_adjustments_lower_the_payment_and_a_debit_turns_its_sign():
    plb = ("PLB*1111111112*20261231*WO:K-9*80*L6*-5", "PLB*1111111112*20261231*FB:K-8*0")
    (_, _, end), found = read(iter_835, x12(body_835(CLAIM, amount="15", credit="D", plb=plb)))
    assert found == []
    assert [(part.reason, part.reference, part.cents) for part in end.provider_adjustments] == [
        ("WO", "K-9", 80_00),
        ("L6", "", -5_00),
        ("FB", "K-8", 0),
    ]
    assert isinstance(end.provider_adjustments[0], ProviderAdjustment)


def test_a_file_of_4010_is_read_alike():
    text = x12(body_835(CLAIM), version="004010X091A1").replace("ST*835*0001*004010X091A1", "ST*835*0001")
    (head, claim, _), found = read(iter_835, text)
    assert (head.version, claim.paid, found) == ("004010X091A1", 60_00, [])


def change(old, new, text=GOOD):
    assert old in text
    return text.replace(old, new)


SUMS = {
    "segments": (change("SE*15*", "SE*14*"), [("se_count", 17)]),
    "segments, no number": (change("SE*15*", "SE*X*"), [("se_count", 17)]),
    "transactions": (change("GE*1*", "GE*2*"), [("ge_count", 18)]),
    "groups": (change("IEA*1*", "IEA*3*"), [("iea_count", 19)]),
    "control of ST": (change("SE*15*0001", "SE*15*0002"), [("control", 17)]),
    "control of GS": (change("GE*1*1", "GE*1*2"), [("control", 18)]),
    "control of ISA": (change("IEA*1*000000905", "IEA*1*000000906"), [("control", 19)]),
    "payment": (change("BPR*I*60*", "BPR*I*61*"), [("payment_sum", 17)]),
    "debit": (change("*C*CHK", "*D*CHK"), [("payment_sum", 17)]),
    "claim": (change("CLP*C-1*1*100*", "CLP*C-1*1*110*"), [("claim_sum", CLP)]),
    "line": (change("SVC*HC:A0428:25*100*60", "SVC*HC:A0428:25*100*70"), [("line_sum", SVC)]),
    "share": (change("*60*20*12*", "*60*10*12*"), [("patient_share", CLP)]),
    "adjustment": (change("CAS*CO*45*20", "CAS*CO*45*25"), [("line_sum", SVC), ("claim_sum", CLP)]),
}


@pytest.mark.parametrize("name", SUMS)
def test_what_does_not_add_up_is_a_finding_with_its_segment(name):
    text, expected = SUMS[name]
    records, found = read(iter_835, text)
    assert found == expected
    assert [type(record) for record in records] == [Remittance, ClaimPayment, RemittanceEnd]
    assert records[1].problem == ""


BROKEN = {
    "no charge": (change("*1*100*60*20*", "*1**60*20*"), "its charge (CLP03) cannot be read", ["amount"]),
    "odd charge": (change("*1*100*60*20*", "*1*1OO*60*20*"), "its charge (CLP03) cannot be read", ["amount"]),
    "no payment": (
        change("*1*100*60*20*", "*1*100**20*"),
        "its payment (CLP04) cannot be read",
        ["amount", "payment_sum"],
    ),
    "adjustment": (
        change("CAS*CO*45*20", "CAS*CO*45*2 0"),
        "an amount in it cannot be read, and it does not add up without it",
        ["amount", "line_sum"],
    ),
    "cut": (
        GOOD[: GOOD.index("CAS*PR")] + "CAS*PR*1*2",
        "the file ends inside it",
        ["line_sum", "truncated"],
    ),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_claim_whose_money_cannot_be_read_is_set_aside(name):
    text, problem, codes = BROKEN[name]
    (_, claim, _), found = read(iter_835, text)
    assert claim.problem == problem
    assert ("claim_quarantined", CLP) in found
    assert {code for code, _ in found} >= set(codes)


REPAIRED = {
    "blanks": change("*1*100*60*20*", "*1* 100 *60*20*"),
    "thousands": change("*1*100*60*20*", "*1*+100*60.000*20*"),
    "line without payment, which adds up": (
        change("SVC*HC:A0428:25*100*60", "SVC*HC:A0428*40*").replace(
            "CAS*PR*1*20", "CAS*PR*1*20~\nSVC*HC:A0429*60*60"
        )
    ),
    "allowed amount": change("AMT*B6*80", "AMT*B6*eighty"),
    "share": change("*60*20*12*", "*60*2O*12*"),
}


@pytest.mark.parametrize("name", REPAIRED)
def test_an_amount_that_is_oddly_written_is_read_and_the_claim_counts_as_repaired(name):
    (_, claim, _), found = read(iter_835, REPAIRED[name])
    assert claim.repaired
    assert not claim.problem
    assert (claim.charge, claim.paid) == (100_00, 60_00)
    assert "amount" in {code for code, _ in found}


def test_a_day_that_is_none_is_left_empty():
    (head, claim, _), found = read(iter_835, change("20260105", "20261305").replace("20260310", "soon"))
    assert (head.payment_date, claim.service_date) == (None, None)
    assert found == [("date", 4), ("date", 12)]


def test_the_day_of_the_production_stands_in_for_that_of_the_payment():
    text = change("20260310~\nTRN*1*T-1*1999999999~", "~\nTRN*1*T-1*1999999999~\nDTM*405*20260311~").replace(
        "SE*15", "SE*16"
    )
    (head, *_), found = read(iter_835, text)
    assert (head.payment_date, found) == (dt.date(2026, 3, 11), [("payment_date", 6)])


def test_a_remittance_that_is_there_twice_is_a_finding_and_both_are_handed_on():
    records, found = read(iter_835, x12(body_835(CLAIM), body_835(CLAIM)))
    assert [type(record) for record in records] == [Remittance, ClaimPayment, RemittanceEnd] * 2
    assert found == [("remittance_repeated", 18)]
    other = body_835(CLAIM, CLAIM, amount="120")
    assert read(iter_835, x12(body_835(CLAIM), other))[1] == []


def test_control_numbers_that_come_again():
    text = x12(body_835(CLAIM), body_835(CLAIM, CLAIM, amount="120")).replace("*0002", "*0001")
    assert read(iter_835, text)[1] == [("st_repeated", 18)]
    assert ("isa_repeated", 20) in read(iter_835, GOOD + GOOD)[1]


ENVELOPES = {
    "no ISA": (GOOD[GOOD.index("GS*") :], ["no_isa", "no_isa"]),
    "no ISA and GS": (GOOD[GOOD.index("ST*") : GOOD.index("GE*")], ["no_isa"]),
    "no GS": (GOOD.replace(GOOD[GOOD.index("GS*") : GOOD.index("ST*")], ""), ["no_gs", "no_gs", "iea_count"]),
    "no ST": (
        GOOD.replace(GOOD[GOOD.index("ST*") : GOOD.index("BPR*")], ""),
        ["no_st", "se_count", "control", "ge_count"],
    ),
    "no SE": (GOOD.replace("SE*15*0001~\n", ""), ["no_se"]),
    "no GE": (GOOD.replace("GE*1*1~\n", ""), ["no_ge"]),
    "no IEA": (GOOD.replace("IEA*1*000000905~\n", ""), ["truncated"]),
    "no IEA before another ISA": (
        GOOD.replace("IEA*1*000000905~\n", "")
        + x12(body_835(CLAIM, CLAIM, amount="120"), control="000000906"),
        ["no_iea"],
    ),
    "ends inside": (GOOD[: GOOD.index("SE*")], ["truncated"]),
    "two ends": (GOOD.replace("GE*1", "SE*1*1~GE*1"), ["no_st"]),
    "text after": (GOOD + "Kind regards~", ["no_segment"]),
    "text before": ("Dear all,\n\n" + GOOD, ["text_before"]),
    "a lower-case name": (GOOD.replace("DTM*472", "dtm*472"), ["segment_name"]),
    "a line end for a terminator": (GOOD.replace("T-1*1999999999~", "T-1*1999999999"), ["terminator"]),
    "an adjustment before any claim": (GOOD.replace("LX*1~", "CAS*CO*45*1~"), ["out_of_place"]),
    "a second BPR": (GOOD.replace("LX*1~", "BPR*I*7*C~"), ["out_of_place"]),
    "an adjustment without a reason": (GOOD.replace("CAS*CO*45*20", "CAS*CO**20"), ["no_reason"]),
    "a claim without a number": (GOOD.replace("CLP*C-1*", "CLP**"), ["claim_number"]),
}


@pytest.mark.parametrize("name", ENVELOPES)
def test_an_envelope_that_is_not_whole_is_a_finding_and_the_claim_is_read(name):
    text, codes = ENVELOPES[name]
    records, found = read(iter_835, text)
    assert [code for code, _ in found] == codes
    claims = [record for record in records if isinstance(record, ClaimPayment)]
    assert claims
    assert [(claim.charge, claim.paid, claim.problem) for claim in claims] == [(100_00, 60_00, "")] * len(
        claims
    )


def test_a_transaction_of_another_kind_is_passed_over_with_a_finding():
    other = "ST*837*0002*005010X222A1~\nCLM*C-9*50~\nSE*3*0002~\n"
    text = GOOD.replace("GE*1*1", other + "GE*2*1")
    records, found = read(iter_835, text)
    assert ([type(record) for record in records], found) == (
        [Remittance, ClaimPayment, RemittanceEnd],
        [("other_set", 18)],
    )


def test_many_findings_of_a_kind_are_counted_and_not_listed():
    claims = [tuple(part.replace("C-1*1*100", "C-1*1*110") for part in CLAIM)] * 250
    findings = Findings()
    list(iter_835(io.BytesIO(x12(body_835(*claims, amount="15000")).encode()), findings))
    rows = [row for row in findings.as_rows() if row[0] == "claim_sum"]
    assert len(rows) == 101
    assert rows[-1] == ("claim_sum", "file", "There are 150 more findings like this, which are not listed.")


def test_a_claim_without_end_does_not_fill_the_memory():
    claim = ("CLP*C-1*1*0*0", *["SVC*HC:A0428*0*0"] * 100_001)
    (_, claim, _), _ = read(iter_835, x12(body_835(claim, amount="0")))
    assert len(claim.lines) == 100_000
    assert claim.problem == "it has more lines and adjustments than a claim can have"


def test_a_path_that_cannot_be_read_is_refused_in_one_sentence(tmp_path):
    for path in (tmp_path, tmp_path / "none.835", "a\0b"):
        with pytest.raises(InputRefused, match=r"^[^\n]+$"):
            list(iter_835(path, Findings()))


def test_reading_x12_loads_no_pandas():
    code = (
        "import sys, arlab.importers.x12 as x, arlab.importers.x12.denial_codes as d; d.is_denial('16');"
        " print([m for m in ('pandas', 'numpy', 'pyarrow', 'narwhals') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_a_line_says_what_it_says_wherever_the_lines_end():
    assert len(LINE) == 6
    for signs, line_end in (
        ("*:~", ""),
        ("*:~", "\r\n"),
        ("|>\n", ""),
        ("+>\r", "\n"),
        ("|^~", "\n"),
        ("\x1d\x1f\x1c", ""),
    ):
        records, found = read(iter_835, x12(body_835(CLAIM), signs=signs, line_end=line_end))
        assert found == [], signs
        assert records == read(iter_835, GOOD)[0]


@st.composite
def remittances(draw):
    """Return claims as lists of lines (paid, adjustments), all in cents."""
    amount = st.integers(-9_999_999, 9_999_999)
    adjustment = st.tuples(
        st.sampled_from(["CO", "PR", "OA"]), st.sampled_from(["45", "1", "97", "A2"]), amount
    )
    line = st.tuples(amount, st.lists(adjustment, max_size=7))
    return draw(st.lists(st.lists(line, max_size=3), max_size=4))


def written(cents):
    """Return an amount as payers write it: without a point where there are no cents, without a zero before it."""
    text = f"{abs(cents) // 100 or ''}" + (f".{abs(cents) % 100:02d}" if cents % 100 else "")
    return ("-" if cents < 0 else "") + (text or "0")


@given(
    remittances(),
    st.sampled_from(["*:~", "|>!", "+^\n", "\x1d\x1f\x1e", "*<\r"]),
    st.sampled_from(["", "\n", "\r\n"]),
)
def test_what_was_written_is_read_whatever_the_amounts_and_signs(claims, signs, line_end):
    line_end = line_end if signs[2] not in "\r\n" else ""
    bodies = []
    for number, lines in enumerate(claims):
        taken = sum(cents for _, parts in lines for _, _, cents in parts)
        share = sum(cents for _, parts in lines for group, _, cents in parts if group == "PR")
        paid = sum(cents for cents, _ in lines)
        body = [f"CLP*C{number}*1*{written(paid + taken)}*{written(paid)}*{written(share)}"]
        for cents, parts in lines:
            body.append(f"SVC*HC:A0428*{written(cents + sum(part[2] for part in parts))}*{written(cents)}")
            body += [f"CAS*{group}*{carc}*{written(amount)}" for group, carc, amount in parts]
        bodies.append(body)
    total = sum(cents for lines in claims for cents, _ in lines)
    text = x12(body_835(*bodies, amount=written(total)), signs=signs, line_end=line_end)
    (head, *read_claims, _), found = read(iter_835, text)
    assert found == []
    assert head.amount == total
    assert [
        [
            (line.paid, [(part.group, part.carc, part.cents) for part in line.adjustments])
            for line in claim.lines
        ]
        for claim in read_claims
    ] == claims


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="only Linux tells the peak of one process")
def test_memory_does_not_grow_with_the_file(tmp_path):
    times = 60_000
    path = tmp_path / "large.835"
    path.write_text(x12(body_835(*[CLAIM] * times, amount=str(60 * times))), encoding="ascii", newline="")
    code = (
        "import sys; from arlab.importers.findings import Findings; from arlab.importers.x12 import iter_835;"
        " print(sum(1 for _ in iter_835(sys.argv[1], Findings())),"
        " [line.split()[1] for line in open('/proc/self/status') if line.startswith('VmHWM')][0])"
    )
    done = subprocess.run([sys.executable, "-c", code, str(path)], capture_output=True, text=True, check=True)
    records, kilobytes = map(int, done.stdout.split())
    assert records == times + 2
    # A file of 9 MB: held at once, its segments alone would be 40 MB.
    assert path.stat().st_size > 8_000_000
    assert kilobytes < 45_000
