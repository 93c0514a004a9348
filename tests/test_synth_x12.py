"""Practices as 837P and 835 files: read back by a reader of our own and by oxedi, compared with the tables."""

import dataclasses
import functools
import re
import tempfile
from decimal import Decimal
from pathlib import Path

import numpy as np
import oxedi
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from arlab.errors import InputRefused, NotAvailable
from arlab.reference import load_payers
from arlab.synth import PRESETS, Scenario, make_practice
from arlab.synth.x12 import write_x12
from arlab.synth.x12_text import fictional_npi, money
from arlab.tables import Practice, check_practice, empty_table, load_sample
from ledgers import claims, day, ledger, submissions, table
from x12_claim_rules import claim_rules
from x12_reader import cents, envelope_faults, net_by, remittances, segments, sent_claims

FIXTURES = Path(__file__).parents[1].parent / "shared" / "fixtures" / "835"
ORDINARY = ("45", "253", "1", "2", "3", "23")  # reasons that are no denial
NEEDED = ("claims", "lines", "coverages", "submissions", "transactions", "remittances", "patients", "payers")
MADE = {
    "typical": lambda: make_practice(dataclasses.replace(PRESETS["typical"], claims_per_year=2_000), seed=1),
    "distressed": lambda: make_practice(
        dataclasses.replace(PRESETS["distressed"], claims_per_year=1_200), seed=2
    ),
    "short": lambda: make_practice(Scenario(claims_per_year=400, months=6), seed=1),
    "sample": load_sample,
}
practices = pytest.mark.parametrize("name", MADE)


@dataclasses.dataclass(frozen=True)
class Written:
    practice: Practice
    texts_837: dict[str, str]
    texts_835: dict[str, str]


def write(practice):
    with tempfile.TemporaryDirectory() as folder:
        paths = write_x12(practice, Path(folder))
        assert sorted(path for path in Path(folder).rglob("*.8*")) == sorted(paths)
        texts = {path.name: path.read_bytes().decode("ascii") for path in paths}
    return Written(
        practice,
        {name: text for name, text in texts.items() if name.endswith(".837")},
        {name: text for name, text in texts.items() if name.endswith(".835")},
    )


@functools.cache
def written(name):
    return write(MADE[name]())


@functools.cache
def answers(name):
    """Return every 835 transaction with the number of its remittance."""
    by_trace = written(name).practice.remittances.set_index("trace_number")["remit_id"]
    assert by_trace.index.is_unique
    found = [one for text in written(name).texts_835.values() for one in remittances(text)]
    return {by_trace[one.trace]: one for one in found}


@functools.cache
def sent(name):
    return [claim for text in written(name).texts_837.values() for claim in sent_claims(text)]


def whole(amounts):
    return (amounts.fillna(0) * 100).round().astype("int64")


def ledger_of(name):
    rows = written(name).practice.transactions
    return rows.assign(cents=whole(rows["amount"]), memo=whole(rows["memo_amount"]))


def cash_rows(rows):
    """Return the rows of a remittance that move money: payments, recoupments, payments taken back."""
    paid = set(rows.loc[rows["kind"] == "payer_payment", "transaction_id"])
    back = (rows["kind"] == "reversal") & rows["reverses_id"].isin(paid)
    return rows[(rows["kind"].isin(["payer_payment", "recoupment"]) | back) & rows["remit_id"].notna()]


def nonzero(series):
    return {key: int(value) for key, value in series.items() if value}


# --- a worked example ---------------------------------------------------------------------------------------

FIRST, SECOND, THIRD = "2026-02-02", "2026-03-02", "2026-04-01"


def of_remit(number, line, **more):
    return {"remit_id": f"r{number}", "line_number": line, **more}


def small_practice(*rows, amounts=(80, 40, 0), adjusted=(None, None, -80), lines=(160, 80)):
    """Return a practice of one claim of two lines, with three remittances."""
    return Practice(
        name="Oak Street Clinic",
        as_of=day("2026-06-30"),
        tables={
            "claims": claims(("c1", "2026-01-05", {"charge": float(sum(lines)), "diagnosis": "E11.9"})),
            "lines": table(
                "lines",
                [
                    {
                        "claim_id": "c1",
                        "line_number": at,
                        "procedure": code,
                        "units": 1,
                        "charge": float(charge),
                        "abn_on_file": False,
                    }
                    for at, (code, charge) in enumerate(zip(("EST-L3", "J3301"), lines, strict=True), start=1)
                ],
            ),
            "submissions": submissions(
                ("c1", 1, "2026-01-08", "2026-01-09", {"payer_claim_control_number": "ALD1"}),
                (
                    "c1",
                    1,
                    "2026-02-10",
                    "2026-02-11",
                    {"payer_claim_control_number": "ALD2", "sequence": 2, "frequency_code": "7"},
                ),
            ),
            "transactions": ledger(*rows),
            "remittances": table(
                "remittances",
                [
                    {
                        "remit_id": f"r{number}",
                        "payer": "Alder Health",
                        "trace_number": f"TRACE{number}",
                        "payment_date": pd.Timestamp(on),
                        "amount": float(amount),
                        "plb_amount": adjustment,
                        "plb_reason": "FB" if adjustment else None,
                    }
                    for number, on, amount, adjustment in zip(
                        (1, 2, 3), (FIRST, SECOND, THIRD), amounts, adjusted, strict=True
                    )
                ],
            ),
            "patients": table(
                "patients", [{"patient_id": "patient of c1", "name": "Jane Doe", "zip": "00010"}]
            ),
            "payers": table("payers", [{"payer": "Alder Health", "payer_class": "commercial"}]),
        },
    )


STORY = [
    ("c1", "2026-01-07", "charge", "payer_1", 160, {"line_number": 1}),
    ("c1", "2026-01-07", "charge", "payer_1", 80, {"line_number": 2}),
    ("c1", "2026-01-07", "transfer", "payer_1", -20, {"line_number": 1, "reason": "due_at_visit"}),
    ("c1", "2026-01-07", "transfer", "patient", 20, {"line_number": 1, "reason": "due_at_visit"}),
    # The first answer: line 1 is paid, line 2 denied.
    ("c1", FIRST, "contractual", "payer_1", -40, of_remit(1, 1, group_code="CO", carc="45")),
    ("c1", FIRST, "payer_payment", "payer_1", -80, of_remit(1, 1)),
    ("c1", FIRST, "transfer", "payer_1", -20, of_remit(1, 1, group_code="PR", carc="2")),
    ("c1", FIRST, "transfer", "patient", 20, of_remit(1, 1, group_code="PR", carc="2")),
    ("c1", FIRST, "denial", "payer_1", 0, of_remit(1, 2, memo_amount=80.0, group_code="CO", carc="16", rarc="M51")),
    # The second: the denial is taken back and line 2 paid.
    ("c1", SECOND, "reversal", "payer_1", 0, of_remit(2, 2, memo_amount=-80.0, reverses_id="t0008")),
    ("c1", SECOND, "contractual", "payer_1", -40, of_remit(2, 2, group_code="CO", carc="45")),
    ("c1", SECOND, "payer_payment", "payer_1", -40, of_remit(2, 2)),
    # The third: the payment of line 1 is taken back, because another payer comes first.
    ("c1", THIRD, "recoupment", "payer_1", 80, of_remit(3, 1, group_code="CO", carc="22")),
]  # fmt: skip


def claim_part(text):
    """Return the segments of an 835 that speak of claims, as they stand."""
    lines = text.split("\n")
    first = next(place for place, line in enumerate(lines) if line.startswith("LX*"))
    return [line for line in lines[first:] if line[:3] in ("CLP", "SVC", "CAS", "AMT", "LQ*", "MOA", "PLB")]


def test_three_remittances_by_hand():
    files = write(check_practice(small_practice(*STORY)))
    names = ["PAYER001-2026-02.835", "PAYER001-2026-03.835", "PAYER001-2026-04.835"]
    assert sorted(files.texts_835) == names
    first, second, third = (files.texts_835[name] for name in names)
    assert claim_part(first) == [
        "CLP*c1*1*240*80*40*12*ALD1*11*1~",
        "SVC*ER:EST-L3*160*80**1~",
        "CAS*CO*45*40~",
        "CAS*PR*2*20**3*20~",  # the copay asked for at the visit is part of the answer
        "AMT*B6*120~",
        "SVC*HC:J3301*80*0**1~",
        "CAS*CO*16*80~",
        "LQ*HE*M51~",
    ]
    assert claim_part(second) == [
        "CLP*c1*22*-80*0**12*ALD1*11*1~",
        "SVC*HC:J3301*-80*0**1~",
        "CAS*CO*16*-80~",
        "LQ*HE*M51~",
        "CLP*c1*1*80*40**12*ALD2*11*7~",
        "SVC*HC:J3301*80*40**1~",
        "CAS*CO*45*40~",
        "AMT*B6*40~",
    ]
    assert claim_part(third) == [
        "CLP*c1*22*-160*-80**12*ALD1*11*1~",
        "SVC*ER:EST-L3*-160*-80**1~",
        "CAS*CO*45*-40~",
        "CAS*PR*2*-20**3*-20~",
        "CLP*c1*1*160*0*40*12*ALD2*11*7~",
        "SVC*ER:EST-L3*160*0**1~",
        "CAS*CO*45*40**22*80~",
        "CAS*PR*2*20**3*20~",
        "AMT*B6*40~",
        "PLB*9000000016*20261231*FB:TRACE3*-80~",
    ]
    assert all(one.faults() == [] for text in files.texts_835.values() for one in remittances(text))


def test_two_sendings_by_hand():
    files = write(small_practice(*STORY))
    assert sorted(files.texts_837) == ["PAYER001-2026-01.837", "PAYER001-2026-02.837"]
    text = files.texts_837["PAYER001-2026-02.837"]
    assert text.split("\n")[2:] == [
        "ST*837*0001*005010X222A1~",
        "BHT*0019*00*0000020001*20260210*1200*CH~",
        "NM1*41*2*OAK STREET CLINIC*****46*ARLAB~",
        "PER*IC*BILLING OFFICE*TE*5555550100~",
        "NM1*40*2*ALDER HEALTH*****46*PAYER001~",
        "HL*1**20*1~",
        "NM1*85*2*OAK STREET CLINIC*****XX*9000000016~",
        "N3*1 SAMPLE STREET~",
        "N4*ANYTOWN*XX*00001~",
        "REF*EI*000000001~",
        "HL*2*1*22*0~",
        "SBR*P*18*******12~",
        "NM1*IL*1*DOE*JANE****MI*MPATIENT OF C1~",
        "N3*1 SAMPLE STREET~",
        "N4*ANYTOWN*XX*00010~",
        "NM1*PR*2*ALDER HEALTH*****PI*PAYER001~",
        "CLM*c1*240***11:B:7*Y*A*Y*Y~",
        "REF*F8*ALD1~",
        "HI*ABK:E119~",
        "NM1*82*1*OAK*****XX*9000010007~",
        "LX*1~",
        "SV1*ER:EST-L3*160*UN*1***1~",
        "DTP*472*D8*20260105~",
        "REF*6R*1~",
        "LX*2~",
        "SV1*HC:J3301*80*UN*1***1~",
        "DTP*472*D8*20260105~",
        "REF*6R*2~",
        "SE*29*0001~",
        "GE*1*2~",
        "IEA*1*000000002~",
        "",
    ]
    assert envelope_faults(text) == []


# --- what must hold in every practice -----------------------------------------------------------------------


@practices
def test_envelopes_count_right_and_take_their_days_from_the_data(name):
    files = written(name)
    controls = []
    for kind, texts in (("837", files.texts_837), ("835", files.texts_835)):
        assert texts
        for file, text in texts.items():
            assert envelope_faults(text) == []
            isa, gs = segments(text)[:2]
            controls.append(isa[13])
            version, group = {"837": ("005010X222A1", "HC"), "835": ("005010X221A1", "HP")}[kind]
            assert (gs[1], gs[8], isa[15]) == (group, version, "T")
            days = {s[4] for s in segments(text) if s[0] == "BHT"} | {
                s[16] for s in segments(text) if s[0] == "BPR"
            }
            assert gs[4] == max(days) and isa[9] == gs[4][2:]
            assert {f"{d[:4]}-{d[4:6]}" for d in days} == {re.search(r"\d{4}-\d\d", file)[0]}
    assert len(set(controls)) == len(controls)


@practices
def test_every_answer_balances_and_every_remittance_is_there(name):
    found, table_of = answers(name), written(name).practice.remittances.set_index("remit_id")
    assert [fault for one in found.values() for fault in one.faults()] == []
    assert set(found) == set(table_of.index)
    assert {remit: one.amount for remit, one in found.items()} == dict(whole(table_of["amount"]))
    days = table_of["payment_date"].dt.strftime("%Y%m%d")
    assert {remit: one.day for remit, one in found.items()} == dict(days)
    adjusted = {remit: sum(amount for _, amount in one.plb) for remit, one in found.items()}
    assert adjusted == dict(whole(table_of["plb_amount"]))
    reasons = {remit: one.plb[0][0] for remit, one in found.items() if one.plb}
    assert reasons == dict(table_of.loc[whole(table_of["plb_amount"]) != 0, "plb_reason"])


@practices
def test_claim_payments_are_the_cash_rows_of_the_ledger(name):
    cash = cash_rows(ledger_of(name))
    by_claim = nonzero(-cash.groupby(["remit_id", "claim_id"])["cents"].sum())
    paid = {}
    for remit, one in answers(name).items():
        for claim in one.claims:
            paid[remit, claim.claim] = paid.get((remit, claim.claim), 0) + claim.paid
    assert {key: amount for key, amount in paid.items() if amount} == by_claim
    assert by_claim


@practices
def test_denied_amounts_by_reason_are_the_denials_of_the_ledger(name):
    rows = ledger_of(name)
    rows = rows[rows["remit_id"].notna()]
    denied = rows[rows["kind"] == "denial"].assign(size=lambda r: r["memo"])
    taken = rows[(rows["kind"] == "recoupment") & rows["carc"].notna()].assign(size=lambda r: r["cents"])
    # A denial posted as if the contract allowed nothing is a contractual row with the denial's code.
    wrong = rows[(rows["kind"] == "contractual") & ~rows["carc"].isin(ORDINARY)]
    said = pd.concat([denied, taken, wrong.assign(size=-wrong["cents"])])
    expected = nonzero(said.groupby(["remit_id", "claim_id", "group_code", "carc"])["size"].sum())
    found = {}
    for remit, one in answers(name).items():
        for claim in one.claims:
            for line in claim.lines:
                for group, reason, amount in line.cas:
                    if reason not in ORDINARY and claim.status != "22":
                        key = (remit, claim.claim, group, reason)
                        found[key] = found.get(key, 0) + amount
    assert found == expected
    assert expected


@practices
def test_reversals_say_what_the_ledger_takes_back(name):
    rows = ledger_of(name)
    payer_of = written(name).practice.remittances.set_index("remit_id")["payer"]
    denials = rows[rows["kind"] == "denial"].set_index("transaction_id")
    back = rows[(rows["kind"] == "reversal") & rows["reverses_id"].isin(denials.index)]
    original = denials.loc[back["reverses_id"]]
    own = original["remit_id"].map(payer_of).to_numpy() == back["remit_id"].map(payer_of).to_numpy()
    back = back[own].assign(carc=original["carc"].to_numpy()[own])
    expected = nonzero(back.groupby(["remit_id", "claim_id", "carc"])["memo"].sum())
    # Besides denials a reversal takes back an answer that followed a takeback.
    taken = rows[(rows["kind"] == "recoupment") & rows["carc"].notna()]
    taken_claims = set(taken["claim_id"])
    found = {}
    for remit, one in answers(name).items():
        for claim in one.claims:
            if claim.status == "22" and claim.claim not in taken_claims:
                for (number, reason), amount in net_by([claim], without=ORDINARY).items():
                    found[remit, number, reason] = found.get((remit, number, reason), 0) + amount
    assert found == {key: amount for key, amount in expected.items() if key[1] not in taken_claims}
    assert all(
        claim.charge <= 0 and claim.paid <= 0 and not claim.share
        for one in answers(name).values()
        for claim in one.claims
        if claim.status == "22"
    )


@practices
def test_what_is_left_in_force_is_what_the_books_say(name):
    """Contract adjustments and patient shares of all answers together are those of the ledger."""
    rows = ledger_of(name)
    of_first = rows["responsible"] == "payer_1"
    twice = set(rows.loc[rows["reason"] == "duplicate_payment", "claim_id"])
    found = [c for one in answers(name).values() for c in one.claims]
    reversed_first = rows["reverses_id"].map(rows.set_index("transaction_id")["kind"])
    kind = rows["kind"].where(rows["kind"] != "reversal", reversed_first)
    for reason, wanted in (("45", "contractual"), ("253", "sequestration")):
        posted = rows[(kind == wanted) & rows["remit_id"].notna() & (rows["carc"] == reason)]
        posted = posted[~posted["claim_id"].isin(twice)]
        expected = nonzero(-posted.groupby("claim_id")["cents"].sum())
        net = net_by(found)
        assert {c: a for (c, r), a in net.items() if r == reason and c not in twice} == expected
    # The patient's share of lines that stay paid: moved at the visit or with the answer.
    moved = rows[(rows["kind"] == "transfer") & of_first & ~rows["claim_id"].isin(twice)]
    moved = nonzero(-moved.groupby(["claim_id", "line_number"])["cents"].sum())
    share, paid = {}, {}
    for claim in found:
        if claim.status != "2" and claim.claim not in twice:
            for line in claim.lines:
                key = (claim.claim, line.number)
                paid[key] = paid.get(key, 0) + line.paid
                ours = [a for g, r, a in line.cas if g == "PR" and r in ("1", "2", "3")]
                share[key] = share.get(key, 0) + sum(ours)
    second = {c.claim for c in found if c.status == "2"}
    keys = [key for key, amount in paid.items() if amount > 0 and key[0] not in second]
    assert keys
    assert {key: share[key] for key in keys} == {key: moved.get(key, 0) for key in keys}


@practices
def test_an_answer_says_how_the_claim_was_processed(name):
    seen = set()
    for one in answers(name).values():
        for claim in one.claims:
            seen.add(claim.status)
            assert claim.control and claim.lines
            share = sum(a for line in claim.lines for g, _, a in line.cas if g == "PR")
            assert claim.share == (0 if claim.status == "22" else share)
            if claim.status == "4":
                assert {reason for line in claim.lines for _, reason, _ in line.cas} == {"31"}
            for line in claim.lines:
                if claim.status == "1" and line.paid > 0:
                    seq = sum(a for _, r, a in line.cas if r == "253")
                    ours = sum(a for _, r, a in line.cas if r in ("1", "2", "3"))
                    assert line.allowed == line.paid + seq + ours
    assert {"1", "22"} <= seen <= {"1", "2", "4", "22"}
    remarks = [r for one in answers(name).values() for c in one.claims for r in c.remarks]
    remarks += [
        remark
        for one in answers(name).values()
        for claim in one.claims
        for line in claim.lines
        for remark in line.remarks
    ]
    rows = ledger_of(name)
    assert set(remarks) == set(rows.loc[rows["remit_id"].notna(), "rarc"].dropna())


@practices
def test_the_second_payer_leaves_what_the_first_one_took(name):
    rows = ledger_of(name)
    beside = set(rows.loc[rows["reason"] == "other_payer_paid_too", "claim_id"])
    first = rows[(rows["responsible"] == "payer_1") & rows["remit_id"].notna()]
    first = first[first["kind"].isin(["contractual", "sequestration", "payer_payment"])]
    corrected = set(rows.loc[rows["kind"].isin(["reversal", "recoupment"]), "claim_id"]) | set(
        rows.loc[rows["reason"].isin(["duplicate_payment"]), "claim_id"]
    )
    took = nonzero(-first.groupby(["claim_id", "line_number"])["cents"].sum())
    compared = 0
    for one in answers(name).values():
        for claim in one.claims:
            if claim.status == "2" and claim.claim not in beside | corrected:
                for line in claim.lines:
                    earlier = sum(a for _, reason, a in line.cas if reason == "23")
                    assert earlier == took.get((claim.claim, line.number), 0)
                    compared += 1
    assert compared


@practices
def test_every_sending_is_written_with_the_lines_of_its_claim(name):
    practice = written(name).practice
    lines = practice.lines.sort_values(["claim_id", "line_number"])
    lines = lines.assign(cents=whole(lines["charge"]))
    by_claim = {
        claim: list(zip(part["line_number"], part["cents"], part["units"].astype(str), strict=True))
        for claim, part in lines.groupby("claim_id")
    }
    codes = {
        claim: [
            code if isinstance(modifier, float) or modifier is None else f"{code}:{modifier}"
            for code, modifier in zip(part["procedure"], part["modifier"], strict=True)
        ]
        for claim, part in lines.groupby("claim_id")
    }
    days = practice.claims.set_index("claim_id")["service_date"].dt.strftime("%Y%m%d")
    for claim in sent(name):
        assert [(line.number, line.charge, line.units) for line in claim.lines] == by_claim[claim.claim]
        assert [line.service.split(":", 1)[1] for line in claim.lines] == codes[claim.claim]
        assert claim.charge == sum(line.charge for line in claim.lines)
        assert {line.day for line in claim.lines} == {days[claim.claim]}
    order = np.array(["", "P", "S", "T"])
    rows = practice.submissions
    expected = sorted(
        zip(
            rows["claim_id"],
            order[rows["rank"].astype(int)].tolist(),
            rows["frequency_code"],
            rows["submitted_date"].dt.strftime("%Y%m%d"),
            strict=True,
        )
    )
    found = sorted((c.claim, c.order, c.frequency, c.day) for c in sent(name))
    written_ones = set(found)
    left_out = [one for one in expected if one not in written_ones]
    assert sorted(found + left_out) == expected
    # Left out is only what a first payer passed on before the practice had posted its answer.
    posted = ledger_of(name).query("responsible == 'payer_1' and remit_id.notna()")["claim_id"]
    assert all(one[1] == "S" and one[0] not in set(posted) for one in left_out)


@practices
def test_a_replacement_quotes_the_payers_number(name):
    rows = written(name).practice.submissions
    numbers = rows.groupby("claim_id")["payer_claim_control_number"].agg(lambda n: set(n.dropna()))
    replacements = [claim for claim in sent(name) if claim.frequency != "1"]
    assert replacements
    for claim in replacements:
        assert claim.replaces in numbers[claim.claim]
    assert not any(claim.replaces for claim in sent(name) if claim.frequency == "1")


@practices
def test_a_claim_to_the_second_payer_carries_the_answer_of_the_first(name):
    rows = ledger_of(name)
    seconds = [claim for claim in sent(name) if claim.order == "S"]
    assert seconds and not any(claim.paid_before for claim in sent(name) if claim.order == "P")
    first = cash_rows(rows).query("responsible == 'payer_1'")
    first = first.assign(day=first["effective_date"].dt.strftime("%Y%m%d"))
    cash = {
        claim: list(zip(part["day"], part["cents"], part["reason"], strict=True))
        for claim, part in first.groupby("claim_id")
    }
    for claim in seconds:
        answered = [answer for line in claim.lines for answer in line.earlier]
        assert len(claim.lines) == len(answered)
        assert [answer.rest for answer in answered] == [0] * len(answered)
        paid_before = sum(claim.paid_before.values())
        assert paid_before == sum(answer.paid for answer in answered)
        off = sum(a for answer in answered for _, _, a in answer.cas)
        assert claim.charge == paid_before + off
        assert max(answer.day for answer in answered) <= claim.day
        mine = [row for row in cash.get(claim.claim, ()) if row[0] <= claim.day]
        if not any(reason == "duplicate_payment" for _, _, reason in mine):
            assert paid_before == -sum(amount for _, amount, _ in mine)


# --- oxedi, an independent reader ---------------------------------------------------------------------------


def moved_up(text, tag, place):
    """Return the text with one dollar more in an element of the first segment of a kind."""
    lines = text.split("\n")
    at = next(n for n, line in enumerate(lines) if line.startswith(f"{tag}*"))
    elements = lines[at].rstrip("~").split("*")
    elements[place] = money(cents(elements[place]) + 100)
    lines[at] = "*".join(elements) + "~"
    return "\n".join(lines).encode()


@practices
def test_oxedi_reads_the_remittances_without_a_finding(name):
    paid = claims_read = 0
    for text in written(name).texts_835.values():
        result = oxedi.parse(text.encode())
        assert [str(finding) for finding in result.diagnostics] == []
        paid += int(result.sum_payments() * 100)
        claims_read += result.count_claims()
    assert paid == whole(written(name).practice.remittances["amount"]).sum()
    assert claims_read == sum(len(one.claims) for one in answers(name).values())


@pytest.mark.parametrize(("tag", "place"), [("BPR", 2), ("CLP", 4), ("SVC", 3), ("CAS", 3)])
def test_oxedi_finds_a_dollar_too_many(tag, place):
    text = write(small_practice(*STORY)).texts_835["PAYER001-2026-02.835"]
    kinds = {finding.kind for finding in oxedi.parse(moved_up(text, tag, place)).diagnostics}
    assert kinds == {"BalanceMismatch"}
    assert [fault for one in remittances(moved_up(text, tag, place).decode()) for fault in one.faults()]


@practices
def test_oxedi_reads_the_claims_without_a_finding(name):
    rules = claim_rules()
    for text in written(name).texts_837.values():
        assert [str(finding) for finding in oxedi.parse(text.encode(), spec=rules).diagnostics] == []


@pytest.mark.parametrize(("tag", "place"), [("CLM", 2), ("SV1", 2)])
def test_oxedi_finds_a_claim_that_is_not_its_lines(tag, place):
    text = write(small_practice(*STORY)).texts_837["PAYER001-2026-01.837"]
    changed = moved_up(text, tag, place)
    assert {finding.kind for finding in oxedi.parse(changed, spec=claim_rules()).diagnostics} == {
        "BalanceMismatch"
    }
    cut = text.replace("SV1*", "SVX*", 1).encode()
    assert "UnknownSegment" in {finding.kind for finding in oxedi.parse(cut, spec=claim_rules()).diagnostics}


def test_our_reader_and_oxedi_agree_on_files_that_others_wrote():
    if not FIXTURES.is_dir():
        pytest.skip("the folder shared/fixtures is not beside the project")
    balanced, unbalanced, unread = set(), set(), set()
    for path in FIXTURES.iterdir():
        data = path.read_bytes()
        try:
            kinds = {finding.kind for finding in oxedi.parse(data).diagnostics}
        except oxedi.ParseError:
            unread.add(path.name)
            continue
        faults = [fault for one in remittances(data.decode("latin-1")) for fault in one.faults()]
        assert bool(faults) == ("BalanceMismatch" in kinds), path.name
        (unbalanced if faults else balanced).add(path.name)
    assert len(balanced) >= 20 and len(unbalanced) >= 5 and len(unread) <= 1


# --- what the ledger says in other ways ---------------------------------------------------------------------

ANSWER = [row for row in STORY if row[1] in ("2026-01-07", FIRST) and row[5].get("line_number") == 1]
"""Line 1 of the story is answered (rows t0000 to t0006); line 2 has only its charge, t0001 taken out."""


def told(*rows, **more):
    """Return what the three remittances say: (status, charge, paid, adjustments) of each claim, in dollars."""
    texts = write(small_practice(*rows, **more)).texts_835
    found = []
    for name in sorted(texts):
        for one in remittances(texts[name]):
            assert one.faults() == []
            found.append(
                [
                    (
                        claim.status,
                        claim.charge // 100,
                        claim.paid // 100,
                        [(g, r, a // 100) for line in claim.lines for g, r, a in line.cas],
                    )
                    for claim in one.claims
                ]
            )
    return found


OFF = [("CO", "45", 40), ("PR", "2", 20), ("PR", "3", 20)]
BACK = [(group, reason, -amount) for group, reason, amount in OFF]


def test_a_payment_made_twice_repeats_the_answer_and_is_taken_back_alone():
    said = told(
        *ANSWER,
        ("c1", SECOND, "payer_payment", "payer_1", -80, of_remit(2, 1)),
        ("c1", THIRD, "recoupment", "payer_1", 80, of_remit(3, 1)),
        amounts=(80, 80, 0),
    )
    answer = ("1", 160, 80, OFF)
    assert said == [[answer], [answer], [("22", -160, -80, BACK)]]


def test_a_payment_taken_back_and_given_again_takes_the_refusal_back():
    said = told(
        *ANSWER,
        ("c1", SECOND, "recoupment", "payer_1", 80, of_remit(2, 1, group_code="CO", carc="27")),
        ("c1", THIRD, "payer_payment", "payer_1", -80, of_remit(3, 1)),
        amounts=(80, 0, 80),
        adjusted=(None, -80, None),
    )
    assert said[1] == [
        ("22", -160, -80, BACK),
        ("1", 160, 0, [("CO", "45", 40), ("CO", "27", 80), ("PR", "2", 20), ("PR", "3", 20)]),
    ]
    assert said[2] == [
        ("22", -160, 0, [("CO", "45", -40), ("CO", "27", -80), ("PR", "2", -20), ("PR", "3", -20)]),
        ("1", 160, 80, OFF),
    ]


def test_a_corrected_price_keeps_the_patients_share():
    said = told(
        *ANSWER,
        ("c1", SECOND, "reversal", "payer_1", 40, of_remit(2, 1, reverses_id="t0003", group_code="CO", carc="45")),
        ("c1", SECOND, "reversal", "payer_1", 80, of_remit(2, 1, reverses_id="t0004")),
        ("c1", SECOND, "contractual", "payer_1", -20, of_remit(2, 1, group_code="CO", carc="45")),
        ("c1", SECOND, "payer_payment", "payer_1", -100, of_remit(2, 1)),
        amounts=(80, 20, 0),
        adjusted=(None, None, None),
    )  # fmt: skip
    new = ("1", 160, 100, [("PR", "2", 20), ("PR", "3", 20), ("CO", "45", 20)])
    assert said[1][0] == ("22", -160, -80, BACK)
    assert (said[1][1][:3], sorted(said[1][1][3])) == (new[:3], sorted(new[3]))


def test_units_denied_and_paid_after_all_come_on_top_of_what_was_paid():
    said = told(
        ("c1", "2026-01-07", "charge", "payer_1", 160, {"line_number": 1}),
        ("c1", FIRST, "contractual", "payer_1", -20, of_remit(1, 1, group_code="CO", carc="45")),
        ("c1", FIRST, "payer_payment", "payer_1", -50, of_remit(1, 1)),
        ("c1", FIRST, "transfer", "payer_1", -10, of_remit(1, 1, group_code="PR", carc="2")),
        ("c1", FIRST, "denial", "payer_1", 0, of_remit(1, 1, memo_amount=80.0, group_code="CO", carc="151")),
        ("c1", SECOND, "reversal", "payer_1", 0, of_remit(2, 1, memo_amount=-80.0, reverses_id="t0004")),
        ("c1", SECOND, "contractual", "payer_1", -20, of_remit(2, 1, group_code="CO", carc="45")),
        ("c1", SECOND, "payer_payment", "payer_1", -50, of_remit(2, 1)),
        ("c1", SECOND, "transfer", "payer_1", -10, of_remit(2, 1, group_code="PR", carc="2")),
        amounts=(50, 50, 0),
        adjusted=(None, None, None),
    )
    assert said[0] == [("1", 160, 50, [("CO", "45", 20), ("CO", "151", 80), ("PR", "2", 10)])]
    assert said[1] == [
        ("22", -160, -50, [("CO", "45", -20), ("CO", "151", -80), ("PR", "2", -10)]),
        ("1", 160, 100, [("CO", "45", 40), ("PR", "2", 20)]),
    ]


def test_a_copy_is_denied_beside_the_answer_to_the_original():
    rows = [
        *ANSWER,
        ("c1", FIRST, "denial", "payer_1", 0, of_remit(1, 1, memo_amount=160.0, group_code="OA", carc="18")),
    ]
    said = told(*rows, amounts=(80, 0, 0), adjusted=(None, None, None))
    assert said[0] == [("1", 160, 80, OFF), ("1", 160, 0, [("OA", "18", 160)])]


def test_a_denial_of_one_payer_is_not_taken_back_by_another():
    rows = [
        ("c1", "2026-01-07", "charge", "payer_1", 80, {"line_number": 2}),
        ("c1", FIRST, "denial", "payer_1", 0, of_remit(1, 2, memo_amount=80.0, group_code="CO", carc="109")),
        ("c1", SECOND, "reversal", "payer_1", 0, of_remit(2, 2, memo_amount=-80.0, reverses_id="t0001")),
        ("c1", SECOND, "contractual", "payer_1", -40, of_remit(2, 2, group_code="CO", carc="45")),
        ("c1", SECOND, "payer_payment", "payer_1", -40, of_remit(2, 2)),
    ]
    practice = small_practice(*rows, amounts=(0, 40, 0), adjusted=(None, None, None))
    practice.remittances.loc[1, "payer"] = "Birch Mutual"
    texts = write(practice).texts_835
    assert sorted(texts) == ["PAYER001-2026-02.835", "PAYER001-2026-04.835", "PAYER002-2026-03.835"]
    (one,) = remittances(texts["PAYER002-2026-03.835"])
    assert [(claim.status, claim.charge, claim.paid) for claim in one.claims] == [("1", 8000, 4000)]


def test_only_a_patient_whom_the_payer_does_not_know_is_status_four():
    for carc, status in (("31", "4"), ("27", "1")):
        row = (
            "c1",
            FIRST,
            "denial",
            "payer_1",
            0,
            of_remit(1, 2, memo_amount=80.0, group_code="CO", carc=carc),
        )
        said = told(row, amounts=(0, 0, 0), adjusted=(None, None, None))
        assert said[0] == [(status, 80, 0, [("CO", carc, 80)])]


@functools.cache
def one_line():
    """Return a practice whose one remittance answers line 1 with five rows; their amounts are still to come."""
    rows = [
        ("c1", "2026-01-07", "transfer", "payer_1", -1, {"line_number": 1}),
        ("c1", FIRST, "contractual", "payer_1", -1, of_remit(1, 1, group_code="CO", carc="45")),
        ("c1", FIRST, "payer_payment", "payer_1", -1, of_remit(1, 1)),
        ("c1", FIRST, "sequestration", "payer_1", -1, of_remit(1, 1, group_code="CO", carc="253")),
        ("c1", FIRST, "transfer", "payer_1", -1, of_remit(1, 1, group_code="PR", carc="1")),
    ]
    practice = small_practice(*rows, adjusted=(None, None, None))
    return dataclasses.replace(practice, tables={**practice.tables, "remittances": practice.remittances[:1]})


def split(charge, moved, off, paid, kept, share):
    """Return that practice with these amounts, in cents."""
    tables = dict(one_line().tables)
    amounts = [-amount / 100 for amount in (moved, off, paid, kept, share)]
    tables["transactions"] = tables["transactions"].assign(amount=amounts)
    tables["lines"] = tables["lines"].assign(charge=[charge / 100, 80.0])
    tables["remittances"] = tables["remittances"].assign(amount=[paid / 100])
    return dataclasses.replace(one_line(), tables=tables)


@given(st.integers(1, 50_000), st.lists(st.floats(0, 1), min_size=4, max_size=4))
@settings(max_examples=40)
def test_any_split_of_a_charge_balances_and_a_cent_more_is_refused(charge, shares):
    cuts = sorted(int(charge * one) for one in shares)
    moved, off, paid, kept, share = np.diff([0, *cuts, charge]).tolist()
    (text,) = write(split(charge, moved, off, paid, kept, share)).texts_835.values()
    (one,) = remittances(text)
    assert one.faults() == [] and one.amount == paid
    (claim,) = one.claims
    assert (claim.charge, claim.share) == (charge, share + moved)
    assert sum(amount for _, reason, amount in claim.lines[0].cas if reason == "3") == moved
    with pytest.raises(InputRefused, match=r"exceed the charge by 0\.01"):
        write(split(charge, moved, off + moved + 1, paid, kept, share))


# --- edges and errors ---------------------------------------------------------------------------------------


def test_an_empty_practice_writes_no_file(tmp_path):
    empty = Practice("Empty", day("2026-06-30"), {name: empty_table(name) for name in NEEDED})
    assert write_x12(empty, tmp_path / "new" / "folder") == []


def test_a_practice_of_one_claim_without_an_answer_writes_its_sendings():
    practice = small_practice(("c1", "2026-01-07", "charge", "payer_1", 240))
    practice = dataclasses.replace(
        practice, tables={**practice.tables, "remittances": empty_table("remittances")}
    )
    files = write(practice)
    assert len(files.texts_837) == 2 and files.texts_835 == {}


def test_the_same_tables_give_the_same_bytes_and_stay_as_they_are():
    practice = written("short").practice
    before = {name: frame.copy() for name, frame in practice.tables.items()}
    again = write(practice)
    assert (again.texts_837, again.texts_835) == (written("short").texts_837, written("short").texts_835)
    for name, frame in practice.tables.items():
        pd.testing.assert_frame_equal(frame, before[name])
    shuffled = {name: frame.sample(frac=1, random_state=1) for name, frame in practice.tables.items()}
    assert write(dataclasses.replace(practice, tables=shuffled)).texts_835 == again.texts_835


@practices
def test_nothing_in_the_files_is_real(name):
    ours = {payer.upper() for payer in load_payers()["payer"]}
    codes = set(load_payers()["payer_code"])
    files = written(name)
    for text in (*files.texts_837.values(), *files.texts_835.values()):
        every = segments(text)
        payers = {s[3] for s in every if s[:2] == ["NM1", "PR"]} | {
            s[2] for s in every if s[:2] == ["N1", "PR"]
        }
        assert payers <= ours
        assert {s[9] for s in every if s[:2] == ["NM1", "PR"]} <= codes
        numbers = {s[9] for s in every if s[0] == "NM1" and len(s) > 9 and s[8] == "XX"}
        assert numbers and not any(luhn_holds("80840" + number) for number in numbers)
        services = {s[1] for s in every if s[0] in ("SV1", "SVC")}
        assert not any(re.match(r"[A-Z]{2}:\d{4}[0-9A-Z]\b", service) for service in services)


def luhn_holds(digits):
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (1 + place % 2)
        total += value - 9 * (value > 9)
    return total % 10 == 0


@given(st.integers(0, 10**8 - 1), st.integers(-(10**11), 10**11))
def test_numbers(number, amount):
    assert len(fictional_npi(number)) == 10 and not luhn_holds("80840" + fictional_npi(number))
    assert Decimal(money(amount)) * 100 == amount


def test_luhn_holds_for_a_number_that_is_published_as_an_example():
    assert luhn_holds("808401234567893")  # the worked example in the rules for provider numbers


WRONG = [
    (("payer_payment", -160, {}), r"Line 1 of claim c1 .* parts of the answer exceed the charge by 80\.00"),
    (("recoupment", 40, {}), r"40\.00 is taken back that no answer in force has paid"),
    (("reversal", 40, {"reverses_id": "t0000"}), "a reversal takes back a row that no answer in force holds"),
    (("denial", 0, {"memo_amount": 80.0}), "a denial has no reason code"),
    (("write_off", -40, {}), "Row t0008 of kind write_off names a remittance"),
    (("payer_payment", -80, {"line_number": 3}), "names no line of it"),
    (("payer_payment", -80, {"remit_id": "r9"}), "remittance r9, which is not in the table"),
]


@pytest.mark.parametrize(("wrong", "sentence"), WRONG)
def test_an_answer_that_cannot_add_up_is_named(wrong, sentence, tmp_path):
    kind, amount, more = wrong
    start = [("c1", "2026-01-07", "charge", "payer_1", 160)] * 7
    rows = [*start, ("c1", FIRST, "contractual", "payer_1", -80, of_remit(1, 1, group_code="CO", carc="45"))]
    if kind in ("recoupment", "reversal") or more.get("line_number"):
        rows = [*start, ("c1", FIRST, "charge", "payer_1", 160)]
    rows.append(("c1", FIRST, kind, "payer_1", amount, of_remit(1, 1) | more))
    with pytest.raises(InputRefused, match=sentence):
        write_x12(small_practice(*rows, adjusted=(None, None, None)), tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_money_that_no_row_explains_is_not_given_to_the_patient(tmp_path):
    rows = [("c1", FIRST, "payer_payment", "payer_1", -80, of_remit(1, 1))]
    with pytest.raises(InputRefused, match=r"80\.00 of the charge is explained by no row"):
        write_x12(small_practice(*rows), tmp_path)


def test_a_remittance_that_is_not_its_claims_is_named(tmp_path):
    sentence = r"Remittance r1 pays 81\.00, but its claims come to 80\.00"
    with pytest.raises(InputRefused, match=sentence):
        write_x12(small_practice(*STORY, amounts=(81, 40, 0)), tmp_path)


def test_several_practices_and_missing_tables_are_refused(tmp_path):
    practice = small_practice(*STORY)
    two = pd.concat([practice.claims, practice.claims.assign(practice_id="q")])
    with pytest.raises(InputRefused, match="one practice at a time"):
        write_x12(dataclasses.replace(practice, tables={**practice.tables, "claims": two}), tmp_path)
    rest = {name: frame for name, frame in practice.tables.items() if name != "remittances"}
    with pytest.raises(NotAvailable, match="has no remittances table"):
        write_x12(dataclasses.replace(practice, tables=rest), tmp_path)
