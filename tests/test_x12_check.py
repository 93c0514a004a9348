"""The check of one X12 file: counts, dollars, denials, what it cannot tell, and what is refused."""

from __future__ import annotations

import io

import pytest

from arlab.errors import InputRefused
from arlab.importers.findings import Findings
from arlab.importers.x12 import check_x12, iter_835, x12_kind
from x12_files import BODY_277, BODY_837, CLAIM, CLAIM_277, CLAIM_837, body_835, x12

DENIED = ("CLP*C-2*1*40*0**12*K-2", "SVC*HC:A0428*40*0", "CAS*CO*29*40")
DUPLICATE = ("CLP*C-3*4*20*0**12*K-3", "SVC*HC:A0428*20*0", "CAS*OA*18*20")
BACK = ("CLP*C-1*22*-10*-10**12*K-1",)
UNREAD = ("CLP*C-4*1*80*x**12*K-4",)


@pytest.fixture
def check(tmp_path):
    def run(text, name="file.x12"):
        path = tmp_path / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode("latin-1"))
        return check_x12(path)

    return run


def test_an_835_is_counted_and_ties_out(check):
    odd = tuple(part.replace("C-1*1*100*60", "C-5*1*100.*+60") for part in CLAIM)
    done = check(x12(body_835(CLAIM, DENIED, DUPLICATE, BACK, UNREAD, odd, amount="110")))
    assert (done.kind, done.version) == ("835", "005010X221A1")
    assert (done.rows_in, done.claims, done.accepted, done.repaired, done.quarantined) == (6, 6, 5, 1, 1)
    assert (done.cents_in, done.cents_accepted, done.cents_quarantined) == (110_00, 110_00, 0)
    assert (done.charge_total, done.paid_total, done.denied_claims) == (330_00, 110_00, 2)
    assert done.ties_out
    (segment, reason, cents), *more = done.quarantine
    assert (segment, reason, cents, more) == (24, "its payment (CLP04) cannot be read", 0, [])
    codes = {code for code, _, _ in done.findings}
    assert codes == {"amount", "claim_quarantined", "payment_sum", "reversals", "duplicates"}
    assert (
        dict(done.cannot_compute)["patient balances"] == "an 835 carries responsibility, not patient payments"
    )


def test_an_837_is_counted_by_its_charges(check):
    done = check(
        x12([*BODY_837, *CLAIM_837, *[s.replace("C-1*100", "C-2*1OO") for s in CLAIM_837]], kind="837")
    )
    assert (done.kind, done.rows_in, done.accepted, done.quarantined) == ("837", 2, 1, 1)
    assert (done.cents_in, done.charge_total, done.paid_total, done.denied_claims) == (
        100_00,
        100_00,
        None,
        None,
    )
    assert done.ties_out


def test_a_277_has_rejections_and_no_denials(check):
    more = [part.replace("A7:562:85", "A2:20").replace("C-1", "C-2") for part in CLAIM_277]
    done = check(x12([*BODY_277, *CLAIM_277, *more], kind="277"))
    assert (done.kind, done.rows_in, done.accepted, done.charge_total) == ("277", 2, 2, 200_00)
    assert (done.paid_total, done.denied_claims, done.ties_out) == (None, None, True)
    assert (
        "rejected_claims",
        "file",
        "Rejected: 1 claim of 2; a rejection is not a denial.",
    ) in done.findings


def test_a_file_without_claims_says_so(check):
    done = check(x12(body_835(amount="0")))
    assert (done.rows_in, done.ties_out) == (0, True)
    assert ("no_claims", "file", "The file has no claims.") in done.findings


LONG = b"x" * 10_000_000
REFUSED = {
    "empty": (b"", "is empty"),
    "blanks": (b"\r\n \0\xef", "is not an X12 file"),
    "a table": (b"claim,charge\n1,2\n", "is not an X12 file"),
    "a table of states": (b"ST,city\nOH,Akron\nST,Salem\n", "is not an X12 file"),
    "eligibility": (x12([], kind="270", version="005010X279A1").encode(), "is a 270 file"),
    "enrolment": (x12([], kind="834", version="005010X220A1").encode(), "is a 834 file"),
    "acknowledgement": (x12([], kind="999", version="005010X231A1").encode(), "is a 999 file"),
    "no transaction": (x12().encode(), "is X12 of another kind"),
    "one line of 10 MB": (LONG, "is not an X12 file"),
    "one segment of 10 MB": (x12(body_835(CLAIM)).encode()[:300] + LONG, "more than 1,048,576 characters"),
    "a workbook": (b"PK\x03\x04" + bytes(range(256)) * 40, "is not an X12 file"),
    "a picture": (b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 40, "is not an X12 file"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_not_read_is_refused_in_one_sentence(check, name):
    data, says = REFUSED[name]
    with pytest.raises(InputRefused, match=r"^[^\n]+[.!]$") as problem:
        check(data)
    assert says in str(problem.value)


WRITTEN = x12(body_835(CLAIM))
KINDS = {
    "835": WRITTEN.encode(),
    "835 with a BOM": b"\xef\xbb\xbf" + WRITTEN.encode(),
    "835 in UTF-16": WRITTEN.encode("utf-16"),
    "835 with NUL bytes": WRITTEN.replace("~\n", "~\n\0").encode("latin-1"),
    "835 without an ISA": WRITTEN[WRITTEN.index("ST*") :].encode(),
    "835 from its first claim on": WRITTEN[WRITTEN.index("CLP*") :].encode(),
    "835 with an ISA that is not filled up": WRITTEN.replace(" " * 10, "").encode(),
    "835 with indented lines": WRITTEN.replace("\n", "\n        ").encode(),
    "835 in lines of 80": "\r\n".join(
        WRITTEN.replace("\n", "")[start : start + 80] for start in range(0, len(WRITTEN), 80)
    ).encode(),
    "835 that ends with a control character": WRITTEN.encode() + b"\x1a",
}


@pytest.mark.parametrize("name", KINDS)
def test_an_835_is_known_and_read_in_whatever_clothes_it_comes(check, name):
    assert x12_kind(io.BytesIO(KINDS[name])) == "835"
    done = check(KINDS[name])
    assert (done.kind, done.rows_in, done.accepted, done.paid_total) == ("835", 1, 1, 60_00)


@pytest.mark.parametrize("data", [b"", b"claim,charge\n1,2\n", b"ISA*", REFUSED["eligibility"][0]])
def test_what_is_none_of_the_three_kinds_has_no_kind(data):
    assert x12_kind(io.BytesIO(data)) is None


def test_payers_with_letters_beyond_ascii_are_read_in_both_writings():
    text = WRITTEN.replace("EXAMPLE PLAN", "SEÑOR – PLAN")
    for encoding in ("utf-8", "cp1252"):
        findings = Findings()
        head = next(iter_835(io.BytesIO(text.encode(encoding)), findings))
        assert head.payer == "SEÑOR – PLAN"
        assert [code for code, _, _ in findings.as_rows()] == ["not_ascii"]


def test_interchanges_with_delimiters_of_their_own_may_follow_each_other(check):
    one = x12(body_835(CLAIM), control="000000901")
    other = x12(body_835(DENIED, amount="0"), signs="|>!", line_end="", control="000000902")
    third = x12(body_835(CLAIM, CLAIM, amount="120"), signs="+:\n", line_end="", control="000000903")
    done = check(one + other + third)
    assert (done.rows_in, done.accepted, done.paid_total, done.denied_claims) == (4, 4, 180_00, 1)
    assert done.findings == []
    # The same where the files are far apart, so that an ISA falls on the border of what is read at once.
    gap = x12(body_835(*[CLAIM] * 10_000, amount="600000"), control="000000904")
    done = check(gap + one + other + third)
    assert (done.rows_in, done.paid_total) == (10_004, 600_180_00)
