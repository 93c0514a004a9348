"""X12 files that other people wrote: values against oxedi's, counts against a plain search for segment names."""

from __future__ import annotations

import functools
import re
from collections import Counter
from decimal import Decimal
from pathlib import Path

import oxedi
import pyarrow as pa
import pytest

from arlab.importers.findings import Findings
from arlab.importers.x12 import check_x12, iter_277, iter_835, iter_837, x12_kind
from arlab.importers.x12.model import ClaimPayment, Remittance, RemittanceEnd

FIXTURES = Path(__file__).parents[1].parent / "shared" / "fixtures"
pytestmark = pytest.mark.skipif(
    not FIXTURES.exists(), reason="the folder with files of other projects is not here"
)


def files(kind):
    return sorted(path.name for path in (FIXTURES / kind).glob("*"))


# What oxedi reads otherwise, and why; a file that is not here must be equal in every value.
SIGN = "ISA16 announces a colon and SVC01 is parted by >: oxedi has no procedure then, we take the code"
UNLIKE_OXEDI = {
    "LinuxForHealth__x12__cob-contractural-adjustment.835": {"lines": SIGN},
    "LinuxForHealth__x12__secondary-payment.835": {"lines": SIGN},
    "mjkubba__edi__edi835-demo-005010X221.edi": {
        "provider": "ISA16 announces | and PLB03 is parted by a colon: oxedi takes it as one reason, we part it"
    },
}
NOT_READ_BY_OXEDI = {
    "keironstoddart__edi-835-parser__blue_cross_nc_sample.txt": "it has no ISA, and oxedi wants one",
}


@functools.cache
def read(name):
    """Return the heads, claims and ends of an 835."""
    records = list(iter_835(FIXTURES / "835" / name, Findings()))
    return tuple(
        [record for record in records if isinstance(record, kind)]
        for kind in (Remittance, ClaimPayment, RemittanceEnd)
    )


def ours(name):
    heads, claims, ends = read(name)
    lines = [line for claim in claims for line in claim.lines]
    # An amount that is missing is 0 here and a finding; oxedi has no value.
    return {
        "payments": [(h.amount, h.credit, h.trace, h.payment_date, h.payer, h.payer_number) for h in heads],
        "claims": [
            (c.segment, c.claim_id, c.status, c.charge, c.paid, c.patient_share, c.payer_control, c.frequency)
            for c in claims
        ],
        "lines": [(x.segment, x.charge, x.paid, x.procedure, x.line_number, x.allowed) for x in lines],
        "adjustments": sorted(
            (part.segment, part.group, part.carc, part.cents)
            for holder in [*claims, *lines]
            for part in holder.adjustments
        ),
        "provider": sorted(
            (part.segment, part.reason, part.cents) for end in ends for part in end.provider_adjustments
        ),
    }


def cents(value):
    return None if value is None else int(value * 100)


def text(value):
    return (value or b"").decode("utf-8").strip()


def theirs(name, component):
    tables = oxedi.parse_file(FIXTURES / "835" / name).tables
    rows = {key: pa.table(tables[key]).to_pylist() for key in tables}
    return {
        "payments": [
            (
                cents(row["total_payment_amount"]),
                text(row["credit_debit_flag"]) or "C",
                text(row["trace_number"]),
                row["payment_date"] or row["production_date"],
                text(row["payer_name"]),
                text(row["payer_identifier"]),
            )
            for row in rows["payments"]
        ],
        "claims": [
            (
                row["segment"] + 1,
                text(row["claim_id"]),
                text(row["claim_status"]),
                cents(row["charge_amount"]),
                cents(row["payment_amount"]),
                cents(row["patient_responsibility"] or Decimal(0)),
                text(row["payer_control_number"]),
                text(row["frequency_code"]),
            )
            for row in rows["claims"]
        ],
        "lines": [
            (
                row["segment"] + 1,
                cents(row["charge_amount"]),
                cents(row["payment_amount"]),
                text(row["procedure_code"]),
                text(row["line_item_control_number"]),
                cents(row["allowed_amount"]),
            )
            for row in rows["services"]
        ],
        "adjustments": sorted(
            (row["segment"] + 1, text(row["group_code"]), text(row["reason_code"]), cents(row["amount"]))
            for row in rows["adjustments"]
        ),
        "provider": sorted(
            (row["segment"] + 1, text(row["reason_code"]).split(component)[0], cents(row["amount"]))
            for row in rows["provider_adjustments"]
        ),
    }


def separators(data):
    """Return the element separator and, as ISA16 says, that of components, found without any reader."""
    head = re.search(rb"(ISA|ST)([^A-Za-z0-9])", data)
    return head[2].decode(), head[2]


def named(data, name):
    """Return how often a segment's name stands in a file: a name is not in the middle of a word or an element."""
    _, element = separators(data)
    return len(re.findall(rb"(?<![A-Za-z0-9" + re.escape(element) + rb"])" + name + re.escape(element), data))


@pytest.mark.parametrize("name", files("835"))
def test_an_835_has_the_values_that_oxedi_reads(name):
    if name in NOT_READ_BY_OXEDI:
        with pytest.raises(oxedi.ParseError):
            oxedi.parse_file(FIXTURES / "835" / name)
        return
    component = oxedi.parse_file(FIXTURES / "835" / name).document.delimiters.component.decode()
    us, them = ours(name), theirs(name, component)
    unlike = {part for part in us if us[part] != them[part]}
    assert unlike == set(UNLIKE_OXEDI.get(name, {})), {part: (us[part], them[part]) for part in unlike}


def test_there_are_as_many_835s_as_were_promised():
    assert len(files("835")) == 35


@pytest.mark.parametrize("name", files("835"))
def test_an_835_has_as_many_segments_as_a_plain_search_finds(name):
    data = (FIXTURES / "835" / name).read_bytes()
    _, claims, ends = read(name)
    lines = [line for claim in claims for line in claim.lines]
    counts = {
        "CLP": len(claims),
        "SVC": len(lines),
        "CAS": len({part.segment for holder in [*claims, *lines] for part in holder.adjustments}),
        "PLB": len({part.segment for end in ends for part in end.provider_adjustments}),
    }
    assert counts == {tag: named(data, tag.encode()) for tag in counts}


@pytest.mark.parametrize("name", files("837"))
def test_an_837_has_as_many_segments_and_dollars_as_a_plain_search_finds(name):
    data = (FIXTURES / "837" / name).read_bytes()
    claims = list(iter_837(FIXTURES / "837" / name, Findings()))
    lines = [line for claim in claims for line in claim.lines]
    counts = {"CLM": len(claims), "SV": sum(bool(line.procedure or line.charge) for line in lines)}
    searched = {"CLM": named(data, b"CLM"), "SV": sum(named(data, tag) for tag in (b"SV1", b"SV2", b"SV3"))}
    assert counts == searched
    _, element = separators(data)
    amounts = re.findall(rb"CLM%b[^%b]*%b([0-9.]+)%b" % ((re.escape(element),) * 4), data)
    assert sum(claim.charge for claim in claims) == sum(int(Decimal(text.decode()) * 100) for text in amounts)


@pytest.mark.parametrize("name", files("277"))
def test_a_277_has_every_claim_that_has_a_status(name):
    data = (FIXTURES / "277" / name).read_bytes().decode("ascii")
    statuses = list(iter_277(FIXTURES / "277" / name, Findings()))
    # A claim's own status follows its TRN*2 at once; that of a batch or line follows something else.
    claims = []
    for part in re.split(r"HL\*", data)[1:]:
        if re.match(r"[^~]*\*(PT|22|23)(\*|~)", part):
            claims += re.findall(
                r"TRN\*2\*([^~*]*)[^~]*~\s*STC\*([A-Z0-9]+)[^*]*\*[^*~]*\*[^*~]*\*?([0-9.]*)", part
            )
    found = [(one.claim_id, one.category, "" if one.charge is None else one.charge) for one in statuses]
    assert found == [(trace, code, int(Decimal(sum_) * 100) if sum_ else "") for trace, code, sum_ in claims]


def test_the_rejections_of_the_277cas_are_those_that_are_marked():
    marked = Counter(
        status.category
        for name in files("277")
        for status in iter_277(FIXTURES / "277" / name, Findings())
        if "277CA" in name
    )
    assert marked == {"A2": 1, "A7": 1, "A0": 1, "A3": 2}


@pytest.mark.parametrize(
    ("kind", "name"), [(kind, name) for kind in ("835", "837", "277") for name in files(kind)]
)
def test_every_x12_file_is_known_by_its_content_and_ties_out(kind, name):
    path = FIXTURES / kind / name
    assert x12_kind(path) == kind
    check = check_x12(path)
    assert check.kind == kind
    assert check.ties_out
    assert check.claims == check.rows_in == check.accepted + check.quarantined
    assert (check.paid_total is None) == (check.denied_claims is None) == (kind != "835")


@pytest.mark.parametrize("name", files("csv"))
def test_no_table_is_taken_for_x12(name):
    assert x12_kind(FIXTURES / "csv" / name) is None


def test_no_name_and_no_number_of_a_person_is_in_a_finding():
    for kind in ("835", "837", "277"):
        for name in files(kind):
            data = (FIXTURES / kind / name).read_bytes().decode("latin-1")
            _, element = separators(data.encode("latin-1"))
            sign = re.escape(element.decode())
            people = re.findall(rf"NM1{sign}(?:QC|IL){sign}1{sign}([^{sign}]{{4,}}){sign}", data)
            ids = re.findall(rf"(?:CLP|CLM){sign}([^{sign}\s]{{5,}}){sign}", data)
            said = " ".join(" ".join(row) for row in check_x12(FIXTURES / kind / name).findings).upper()
            assert not [value for value in {*people, *ids} if value.upper() in said], name
