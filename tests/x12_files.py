"""Small X12 files written by hand, with every part open to change."""

from __future__ import annotations

import io

from arlab.importers.findings import Findings

HEAD_835 = (
    "BPR*I*{amount}*{credit}*CHK************20260310",
    "TRN*1*T-1*1999999999",
    "N1*PR*EXAMPLE PLAN*XV*P01",
    "N1*PE*EXAMPLE CLINIC*XX*1111111112",
    "LX*1",
)
# Charge 100 = 45: 20 + deductible 20 + paid 60; the amounts of the parts differ, so that every sum is its own.
LINE = (
    "SVC*HC:A0428:25*100*60**1",
    "DTM*472*20260105",
    "CAS*CO*45*20",
    "CAS*PR*1*20",
    "REF*6R*7",
    "AMT*B6*80",
)
CLAIM = ("CLP*C-1*1*100*60*20*12*K-1*11*1", "NM1*QC*1*DOE*JANE****MI*M-1", *LINE)


def body_835(*claims, amount="60", credit="C", plb=()):
    """Return the segments of an 835 between ST and SE."""
    head = [line.format(amount=amount, credit=credit) for line in HEAD_835]
    return [*head, *[segment for claim in claims for segment in claim], *plb]


BODY_837 = (
    "BHT*0019*00*B1*20260301*1200*CH",
    "NM1*41*2*EXAMPLE CLINIC*****46*S1",
    "NM1*40*2*EXAMPLE PLAN*****46*R1",
    "HL*1**20*1",
    "NM1*85*2*EXAMPLE CLINIC*****XX*1111111112",
    "HL*2*1*22*0",
    "SBR*P*18*******CI",
    "NM1*IL*1*DOE*JANE****MI*M-1",
    "DMG*D8*19700101*F",
    "NM1*PR*2*EXAMPLE PLAN*****PI*P01",
)
CLAIM_837 = (
    "CLM*C-1*100***11:B:1*Y*A*Y*Y",
    "HI*ABK:R51*ABF:I10",
    "NM1*82*1*ROE*RICHARD****XX*1111111120",
    "LX*1",
    "SV1*HC:A0428:25*60*UN*1***1",
    "DTP*472*D8*20260105",
    "REF*6R*L-1",
    "LX*2",
    "SV1*HC:A0429*40*UN*2***1",
    "DTP*472*D8*20260104",
)

BODY_277 = (
    "BHT*0085*08*B1*20260302*1200*TH",
    "HL*1**20*1",
    "NM1*PR*2*EXAMPLE PLAN*****PI*P01",
    "HL*2*1*21*1",
    "NM1*41*2*EXAMPLE CLINIC*****46*S1",
    "TRN*2*B1",
    "STC*A1:20*20260302*WQ*100",
    "HL*3*2*19*1",
    "NM1*85*2*EXAMPLE CLINIC*****XX*1111111112",
)
CLAIM_277 = (
    "HL*4*3*PT",
    "NM1*QC*1*DOE*JANE****MI*M-1",
    "TRN*2*C-1",
    "STC*A7:562:85*20260302*U*100",
    "REF*1K*K-1",
    "DTP*472*D8*20260105",
)

VERSIONS = {"835": "005010X221A1", "837": "005010X222A1", "277": "005010X214"}


def isa(control="000000905", signs="*:~"):
    """Return an ISA of 106 characters, its terminator included."""
    element, component, segment = signs
    blank = " " * 10
    head = ("00", blank, "00", blank, "ZZ", f"{'S':15}", "ZZ", f"{'R':15}", "260301", "1200", "^")
    return element.join(("ISA", *head, "00501", control, "0", "T", component)) + segment


def x12(*bodies, kind="835", version=None, signs="*:~", line_end="\n", control="000000905"):
    """Return an interchange with a transaction for each body; ``signs`` part elements, components, segments."""
    version = version or VERSIONS[kind]
    segments = [f"GS*HP*S*R*20260301*1200*1*X*{version}"]
    for number, body in enumerate(bodies, start=1):
        segments += [f"ST*{kind}*{number:04d}*{version}", *body, f"SE*{len(body) + 2}*{number:04d}"]
    segments += [f"GE*{len(bodies)}*1", f"IEA*1*{control}"]
    element, component, segment = signs
    end = segment + line_end
    table = str.maketrans({"*": element, ":": component})
    return isa(control, signs) + line_end + "".join(one.translate(table) + end for one in segments)


def read(reader, text):
    """Return the records of a text or of bytes, and what was found, as (code, segment or "file")."""
    findings = Findings()
    data = text if isinstance(text, bytes) else text.encode("latin-1")
    records = list(reader(io.BytesIO(data), findings))
    return records, [
        (code, int(where.removeprefix("segment ")) if where != "file" else "file")
        for code, where, _ in findings.as_rows()
    ]
