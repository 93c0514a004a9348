"""What was the first answer, and what became of denials: pencil examples, edges, an own search."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from arlab import load_sample
from arlab.denials import first_answers, initial_denials
from arlab.reference import load_denial_codes, load_never_denial_codes
from arlab.tables import check_table, empty_table
from ledgers import claims, ledger, submissions, table

AS_OF = "2026-06-30"


def denial(carc, memo, line=1, **more):
    return {"carc": carc, "memo_amount": memo, "line_number": line, "group_code": "CO", **more}


def of(line, **more):
    return {"line_number": line, **more}


def one_claim(*charges, **facts):
    """Return claims and lines of a claim with lines of these charges."""
    visit = claims(("c1", "2026-01-02", {"charge": float(sum(charges)), "lines": len(charges), **facts}))
    rows = [
        {
            "claim_id": "c1",
            "line_number": number,
            "procedure": "EST-L3",
            "units": 1,
            "charge": float(charge),
            "abn_on_file": False,
        }
        for number, charge in enumerate(charges, start=1)
    ]
    return visit, table("lines", rows)


def answer(visit, lines, *rows, **options):
    options = {"as_of": AS_OF, "lines": lines, **options}
    found = first_answers(visit, ledger(*rows), **options)
    return found.iloc[0]


def test_all_lines_denied_some_denied_and_part_of_a_line_taken():
    visit, lines = one_claim(80, 40)
    paid = ("c1", "2026-02-02", "payer_payment", "payer_1", -20, of(2))
    first = ("c1", "2026-02-02", "denial", "payer_1", 0, denial("16", 80.0))
    second = ("c1", "2026-02-02", "denial", "payer_1", 0, denial("197", 40.0, line=2))
    part = ("c1", "2026-02-02", "denial", "payer_1", 0, denial("197", 10.0, line=2))
    cases = {
        "denied": ((first, second), 2, 0, 120),
        "partly_denied": ((first, paid, part), 1, 1, 80),
        "reduced": ((paid, part), 0, 1, 0),
        "not_denied": ((paid,), 0, 0, 0),
    }
    for word, (rows, denied, reduced, lost) in cases.items():
        found = answer(visit, lines, *rows)
        assert found["answer"] == word
        assert found[["lines_denied", "lines_reduced", "charge_denied"]].tolist() == [denied, reduced, lost]


def test_a_line_is_denied_when_contract_and_denial_together_leave_nothing():
    visit, lines = one_claim(80)
    contract = ("c1", "2026-02-02", "contractual", "payer_1", -30, of(1, group_code="CO", carc="45"))
    whole = answer(visit, lines, contract, ("c1", "2026-02-02", "denial", "payer_1", 0, denial("16", 50.0)))
    part = answer(visit, lines, contract, ("c1", "2026-02-02", "denial", "payer_1", 0, denial("16", 40.0)))
    assert (whole["answer"], part["answer"]) == ("denied", "reduced")
    assert whole["charge_denied"] == 80


def test_a_deductible_is_no_denial_and_neither_is_a_code_that_never_denies():
    visit, lines = one_claim(80)
    share = [
        ("c1", "2026-02-02", "transfer", "payer_1", -80, of(1, group_code="PR", carc="1")),
        ("c1", "2026-02-02", "transfer", "patient", 80, of(1, group_code="PR", carc="1")),
    ]
    found = answer(visit, lines, *share)
    assert (found["answer"], found["brought"]) == ("not_denied", 80)
    contract = ("c1", "2026-02-02", "denial", "payer_1", 0, denial("45", 80.0))
    assert answer(visit, lines, contract)["answer"] == "not_denied"
    # Paid per head: a contract matter in managed care, a wrong payer under traditional Medicare.
    per_head = ("c1", "2026-02-02", "denial", "payer_1", 0, denial("24", 80.0))
    assert answer(visit, lines, per_head)["answer"] == "not_denied"
    medicare = one_claim(80, payer_class="medicare")[0]
    assert answer(medicare, lines, per_head)["answer"] == "denied"


def test_the_denial_of_a_copy_is_no_answer():
    visit, lines = one_claim(80)
    copy = ("c1", "2026-02-02", "denial", "payer_1", 0, denial("18", 80.0))
    assert first_answers(visit, ledger(copy), as_of=AS_OF, lines=lines).empty
    later = ("c1", "2026-02-09", "payer_payment", "payer_1", -80, of(1))
    found = answer(visit, lines, copy, later)
    assert (found["answer"], found["answered_date"]) == ("not_denied", pd.Timestamp("2026-02-09"))


def test_what_comes_later_never_changes_the_first_answer():
    visit, lines = one_claim(80)
    denied = ("c1", "2026-02-02", "denial", "payer_1", 0, denial("16", 80.0, transaction_id="d1"))
    back = ("c1", "2026-03-02", "reversal", "payer_1", 0, of(1, memo_amount=-80.0, reverses_id="d1"))
    paid = ("c1", "2026-03-02", "payer_payment", "payer_1", -60, of(1))
    before = answer(visit, lines, denied)
    assert answer(visit, lines, denied, back, paid).equals(before)
    found = initial_denials(visit, ledger(denied, back, paid), as_of=AS_OF, lines=lines).iloc[0]
    assert (found["outcome"], found["paid_date"]) == ("paid", pd.Timestamp("2026-03-02"))
    day_before = initial_denials(visit, ledger(denied, back, paid), as_of="2026-03-01", lines=lines).iloc[0]
    assert (day_before["outcome"], day_before["denied_amount"]) == ("open", 80)


def test_of_two_remittances_posted_on_one_day_the_payers_earlier_day_is_first():
    visit, lines = one_claim(80)
    denied = ("c1", "2026-03-02", "denial", "payer_1", 0, denial("16", 80.0, effective_date="2026-01-30"))
    paid = ("c1", "2026-03-02", "payer_payment", "payer_1", -60, of(1, effective_date="2026-02-27"))
    found = answer(visit, lines, paid, denied)
    assert (found["answer"], found["adjudicated_date"]) == ("denied", pd.Timestamp("2026-01-30"))
    outcome = initial_denials(visit, ledger(paid, denied), as_of=AS_OF, lines=lines).iloc[0]
    assert outcome["outcome"] == "paid"


def test_a_denial_of_the_whole_claim_denies_every_line():
    visit, lines = one_claim(80, 40)
    whole = ("c1", "2026-02-02", "denial", "payer_1", 0, {"carc": "29", "memo_amount": 120.0})
    found = answer(visit, lines, whole)
    assert found[["answer", "lines_denied", "charge_denied"]].tolist() == ["denied", 2, 120]


def test_without_lines_or_amounts_it_counts_whether_anything_came():
    visit, _ = one_claim(80)
    bare = ("c1", "2026-02-02", "denial", "payer_1", 0, of(1, carc="16"))
    paid = ("c1", "2026-02-02", "payer_payment", "payer_1", -10, of(1))
    assert answer(visit, None, bare)["answer"] == "denied"
    assert answer(visit, None, bare, paid)["answer"] == "reduced"


def test_the_practices_own_postings_are_no_answer():
    visit, lines = one_claim(80)
    own = [
        ("c1", "2026-01-05", "charge", "payer_1", 80, of(1)),
        ("c1", "2026-01-05", "transfer", "payer_1", -20, of(1, reason="due_at_visit")),
        ("c1", "2026-01-05", "transfer", "patient", 20, of(1, reason="due_at_visit")),
        ("c1", "2026-05-05", "contractual", "payer_1", -30, of(1, reason="above_contract")),
        ("c1", "2026-05-05", "write_off", "payer_1", -30, of(1, reason="never_filed_in_time")),
    ]
    assert first_answers(visit, ledger(*own), as_of=AS_OF, lines=lines).empty
    sent = submissions(("c1", 1, "2026-01-08", None))
    found = first_answers(visit, ledger(*own), as_of=AS_OF, lines=lines, submissions=sent).iloc[0]
    assert found["first_sent_date"] == pd.Timestamp("2026-01-08")
    assert pd.isna(found["answer"]) and pd.isna(found["answered_date"])


def test_self_pay_is_never_asked_and_nothing_is_nothing():
    visit, lines = one_claim(80, payer_class="self_pay")
    paid = ("c1", "2026-01-05", "payer_payment", "payer_1", -80, of(1))
    assert first_answers(visit, ledger(paid), as_of=AS_OF, lines=lines).empty
    none = {name: empty_table(name) for name in ("claims", "transactions", "submissions", "lines")}
    assert first_answers(**none, as_of=AS_OF).empty
    del none["submissions"]
    assert initial_denials(**none, as_of=AS_OF).empty


def test_each_end_of_a_denial_has_its_day():
    visit, lines = one_claim(80, 40)
    denied = ("c1", "2026-02-02", "denial", "payer_1", 0, denial("16", 80.0))
    other_line = ("c1", "2026-02-02", "payer_payment", "payer_1", -20, of(2))
    later_on_other_line = ("c1", "2026-02-20", "payer_payment", "payer_1", -5, of(2))
    ends = {
        "open": [],
        "written_off": [("c1", "2026-04-01", "write_off", "payer_1", -80, of(1))],
        "to_patient": [
            ("c1", "2026-04-01", "transfer", "payer_1", -80, of(1, reason="denied_to_patient")),
            ("c1", "2026-04-01", "transfer", "patient", 80, of(1, reason="denied_to_patient")),
        ],
        "paid": [
            ("c1", "2026-04-01", "transfer", "payer_1", -80, of(1, group_code="PR", carc="2")),
            ("c1", "2026-04-01", "transfer", "patient", 80, of(1, group_code="PR", carc="2")),
        ],
    }
    for word, rows in ends.items():
        book = ledger(denied, other_line, later_on_other_line, *rows)
        found = initial_denials(visit, book, as_of=AS_OF, lines=lines).iloc[0]
        assert (found["outcome"], found["status"]) == (word, "partly_denied")


def test_initial_denials_keep_the_contract_and_name_cause_and_process():
    visit, lines = one_claim(80, 40)
    rows = ledger(
        ("c1", "2026-02-02", "denial", "payer_1", 0, denial("197", 40.0, line=2, transaction_id="a")),
        ("c1", "2026-02-02", "denial", "payer_1", 0, denial("16", 80.0, transaction_id="c")),
        ("c1", "2026-02-02", "denial", "payer_1", 0, denial("252", 0.0, transaction_id="d")),
    )
    found = initial_denials(visit, rows, as_of=AS_OF, lines=lines)
    check_table(found[empty_table("denials").columns], "denials")
    row = found.iloc[0]
    codes = load_denial_codes().set_index("carc").loc["16"]
    assert row[["denial_id", "carc", "denied_amount"]].tolist() == ["c", "16", 120]
    assert (
        row[["category", "responsible_process"]].tolist()
        == codes[["category", "responsible_process"]].tolist()
    )


# On the sample, against a search in plain Python.


@pytest.fixture(scope="module")
def sample():
    return load_sample()


def search(practice, as_of):
    """Return {claim: (answered, answer, lines denied, charge denied, paid, written off, to patient)} by a loop."""
    day = pd.Timestamp(as_of)
    never = load_never_denial_codes()
    charge = {
        (r.claim_id, r.line_number): round(r.charge * 100) for r in practice.lines.itertuples(index=False)
    }
    ledger_of = defaultdict(list)
    for row in practice.transactions.to_dict("records"):
        if row["posted_date"] <= day and row["responsible"] == "payer_1":
            ledger_of[row["claim_id"]].append(row)
    found = {}
    for claim in practice.claims.to_dict("records"):
        if claim["payer_class"] == "self_pay":
            continue
        rows = ledger_of[claim["claim_id"]]
        said = [
            r
            for r in rows
            if (r["kind"] == "payer_payment")
            or (r["kind"] == "denial" and r["carc"] != "18")
            or (r["kind"] in ("contractual", "sequestration") and isinstance(r["remit_id"], str))
            or (r["kind"] == "transfer" and r["carc"] in ("1", "2", "3"))
        ]
        if not said:
            continue
        posted = min(r["posted_date"] for r in said)
        decided = min(r["effective_date"] for r in said if r["posted_date"] == posted)
        first = [r for r in said if (r["posted_date"], r["effective_date"]) == (posted, decided)]
        spared = {
            code
            for code, but in never[["carc", "unless_payer_class"]].values.tolist()
            if but != claim["payer_class"] or not but
        }
        taken, contract = defaultdict(int), defaultdict(int)
        for r in first:
            if r["kind"] == "denial" and r["carc"] not in spared:
                taken[r["line_number"]] += round(r["memo_amount"] * 100)
            if r["kind"] == "contractual":
                contract[r["line_number"]] -= round(r["amount"] * 100)
        denied = {n for n, cents in taken.items() if charge[claim["claim_id"], n] <= cents + contract[n]}
        word = (
            "denied"
            if len(denied) == claim["lines"]
            else "partly_denied"
            if denied
            else "reduced"
            if taken
            else "not_denied"
        )
        lost = sum(charge[claim["claim_id"], n] for n in denied) / 100
        followed = denied or set(taken)
        after = [
            r
            for r in rows
            if (r["line_number"] in followed)
            and (r["posted_date"], r["effective_date"]) > (posted, decided)
            and r["posted_date"] >= posted
        ]

        def first_day(after, test):
            return min((r["posted_date"] for r in after if test(r)), default=None)

        paid = first_day(
            after,
            lambda r: (
                (r["kind"] == "payer_payment" and r["amount"] < 0)
                or (r["kind"] == "reversal" and r["amount"] == 0)
                or (r["kind"] == "transfer" and r["amount"] < 0 and r["carc"] in ("1", "2", "3"))
            ),
        )
        gone = first_day(after, lambda r: r["kind"] in ("write_off", "bad_debt") and r["amount"] < 0)
        moved = first_day(
            after,
            lambda r: r["kind"] == "transfer" and r["amount"] < 0 and r["carc"] not in ("1", "2", "3"),
        )
        found[claim["claim_id"]] = (posted, word, len(denied), lost, paid, gone, moved)
    return found


def none_if_empty(value):
    return None if pd.isna(value) else value


@pytest.mark.parametrize("day", ["2025-06-15", "2026-06-30"])
def test_the_sample_agrees_with_a_search(sample, day):
    expected = search(sample, day)
    found = first_answers(sample.claims, sample.transactions, as_of=day, lines=sample.lines)
    columns = ["claim_id", "answered_date", "answer", "lines_denied", "charge_denied"]
    got = {claim: tuple(rest) for claim, *rest in found[columns].itertuples(index=False)}
    assert got == {claim: facts[:4] for claim, facts in expected.items()}
    denials = initial_denials(sample.claims, sample.transactions, as_of=day, lines=sample.lines)
    days = ["paid_date", "written_off_date", "to_patient_date"]
    ends = {
        claim: tuple(none_if_empty(d) for d in rest)
        for claim, *rest in denials[["claim_id", *days]].itertuples(index=False)
    }
    assert ends == {claim: facts[4:] for claim, facts in expected.items() if facts[1] != "not_denied"}
    assert len(ends) > 50


def test_appeals_of_the_sample_point_at_its_initial_denials(sample):
    denials = initial_denials(sample.claims, sample.transactions, as_of=sample.as_of, lines=sample.lines)
    first = sample.appeals["denial_id"].isin(denials["denial_id"]).mean()
    assert first > 0.9  # the others are appeals of later denials


@settings(max_examples=6)
@given(st.integers(60, 540), st.integers(0, 400))
def test_an_answer_once_known_stays(sample, start, more):
    early = dt.date(2025, 1, 1) + dt.timedelta(days=start)
    late = min(early + dt.timedelta(days=more), sample.as_of)
    early = min(early, late)
    tables = (sample.claims, sample.transactions)
    known = first_answers(*tables, as_of=early, lines=sample.lines)
    after = first_answers(*tables, as_of=late, lines=sample.lines)
    same = after[after["answered_date"] <= pd.Timestamp(early)].reset_index(drop=True)
    pd.testing.assert_frame_equal(same, known)
