"""The realism scorecard: what each measure counts, which bands there are, and whether practices keep them."""

import dataclasses
import functools

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings

from arlab.aging import aged_items
from arlab.errors import SettingsError
from arlab.reference import load_bands
from arlab.synth import PRESETS, Scenario, describe_realism, make_practice, realism_table
from arlab.synth.realism import MEASURES
from arlab.synth.realism_facts import Facts
from arlab.tables import Practice, check_practice, empty_table
from ledgers import START, claims, day, ledger, ledgers, submissions, table

AS_OF = day("2026-06-30")
SCENARIO = Scenario(claims_per_year=2_000)
# The youngest and the oldest bucket and the levels of January and December were in view when settings were made.
HELD_OUT = {
    "bucket_share:31_60", "bucket_share:61_90", "bucket_share:91_120", "over_90_share:all_medicaid",
    "over_90_share:patient", "patient_share:february", "denial_to_resolution_days:paid",
    "adjusted_days_in_ar", "first_pass_rate", "net_payer_loss:medicare_advantage",
}  # fmt: skip


@functools.cache
def generated():
    return make_practice(SCENARIO, seed=5)


def by_hand() -> Practice:
    """Return five claims: paid; denied, corrected and paid; denied, appealed in vain and written off; two open."""
    visit = {"charge_entry_date": None, "lines": 1, "charge": 160.0, "expected_allowed": 80.0}
    facts = [
        ("c1", "2025-09-01", "2025-09-03", 160, "commercial"),
        ("c2", "2025-09-02", "2025-09-03", 160, "commercial"),
        ("c3", "2025-09-08", "2025-09-09", 160, "medicare"),
        ("c4", "2026-06-10", "2026-06-11", 80, "commercial"),
        ("c5", "2026-02-01", "2026-02-04", 40, "medicaid"),
    ]
    visits = [
        (name, seen, {**visit, "charge_entry_date": entry, "charge": charge, "expected_allowed": charge / 2,
                      "payer_class": payer_class})
        for name, seen, entry, charge, payer_class in facts
    ]  # fmt: skip
    one = {"line_number": 1}
    denial = {**one, "memo_amount": 160.0, "group_code": "CO"}
    charges = [(name, entry, "charge", "payer_1", charge, one) for name, _, entry, charge, _ in facts]
    rows = [
        ("c1", "2025-09-15", "contractual", "payer_1", -80, {**one, "remit_id": "r1"}),
        ("c1", "2025-09-15", "payer_payment", "payer_1", -60, {**one, "remit_id": "r1"}),
        ("c1", "2025-09-15", "transfer", "payer_1", -20, {**one, "remit_id": "r1"}),
        ("c1", "2025-09-15", "transfer", "patient", 20, {**one, "remit_id": "r1"}),
        ("c1", "2025-10-20", "patient_payment", "patient", -20),
        ("c2", "2025-09-22", "denial", "payer_1", 0, {**denial, "carc": "16", "remit_id": "r2"}),
        ("c2", "2025-10-22", "reversal", "payer_1", 0,
         {**one, "memo_amount": -160.0, "remit_id": "r4", "reverses_id": "t0010"}),
        ("c2", "2025-10-22", "contractual", "payer_1", -80, {**one, "remit_id": "r4"}),
        ("c2", "2025-10-22", "payer_payment", "payer_1", -80, {**one, "remit_id": "r4"}),
        ("c3", "2025-10-01", "denial", "payer_1", 0, {**denial, "carc": "50", "remit_id": "r3"}),
        ("c3", "2025-12-10", "contractual", "payer_1", -80, one),
        ("c3", "2025-12-10", "write_off", "payer_1", -80, {**one, "reason": "medical_necessity"}),
    ]  # fmt: skip
    sent = [("c1", 1, "2025-09-04", "2025-09-05"), ("c2", 1, "2025-09-04", "2025-09-05"),
            ("c3", 1, "2025-09-10", "2025-09-11"), ("c4", 1, "2026-06-12", "2026-06-13"),
            ("c5", 1, "2026-02-05", "2026-02-06")]  # fmt: skip
    sent = [(*row, {"received_date": pd.Timestamp(row[3])}) for row in sent]
    lines = [
        {"claim_id": name, "line_number": 1, "procedure": "EST-L3", "units": 1, "charge": float(charge),
         "expected_allowed": charge / 2, "abn_on_file": False}
        for name, _, _, charge, _ in facts
    ]  # fmt: skip
    actions = [
        {"action_id": "a1", "claim_id": "c2", "date": pd.Timestamp("2025-09-30"), "staff": "Ann",
         "kind": "corrected_claim", "minutes": 10},
        {"action_id": "a2", "claim_id": "c3", "date": pd.Timestamp("2025-10-10"), "staff": "Ann",
         "kind": "appeal_1", "minutes": 20},
    ]  # fmt: skip
    appeal = {"claim_id": "c3", "denial_id": "t0014", "level": 1, "filed_date": pd.Timestamp("2025-10-10"),
              "decision_date": pd.Timestamp("2025-11-29"), "outcome": "lost", "amount_won": 0.0}  # fmt: skip
    statement = {"statement_id": "s1", "patient_id": "patient of c1", "claim_id": "c1", "amount": 20.0,
                 "sent_date": pd.Timestamp("2025-10-01"), "statement_number": 1}  # fmt: skip
    tables = {
        "claims": claims(*visits),
        "lines": table("lines", lines),
        "transactions": ledger(*charges, *rows),
        "submissions": submissions(*sent),
        "actions": table("actions", actions),
        "appeals": table("appeals", [appeal]),
        "statements": table("statements", [statement]),
    }
    return check_practice(Practice(name="By hand", as_of=AS_OF, tables=tables))


# A worked example


@pytest.mark.parametrize(
    ("measure", "value", "cases"),
    [
        ("lines_per_claim", 1.0, 5),
        ("payer_mix:private", 0.6, 5),
        ("payer_mix:self_pay", 0.0, 5),
        ("allowed_to_charge:medicare", 0.5, 1),
        ("mean_claim_value", 60.0, 5),  # (80 + 80 + 80 + 40 + 20) / 5
        ("mean_claim_value:medicaid_to_all", 20 / 60, 1),
        ("charge_lag_days:mean", 1.6, 5),  # 2, 1, 1, 1, 3
        ("charge_lag_days:median", 1.0, 5),
        ("rejection_rate", 0.0, 4),  # c4 was sent less than 90 days ago
        ("first_remit_median_days:alder_health", 17.0, 3),  # 10, 17 and 20 days after receipt
        ("first_remit_within_15:alder_health", 1 / 3, 3),
        ("first_pass_rate", 0.25, 4),  # c1; c5 was never answered
        ("underpaid_lines", 0.0, 1),
        ("initial_denial_rate:all", 2 / 3, 3),
        ("initial_denial_rate:medicare", 1.0, 1),
        ("initial_denial_rate:dollars", 320 / 480, 2),
        ("line_denial_rate:to_claim_rate", 1.0, 3),
        ("denial_reason_share:clinical", 0.5, 2),
        ("denial_reason_share:claim_data", 0.5, 2),
        ("overturn_rate:all", 0.5, 2),
        ("overturn_if_worked_early:billing", 1.0, 1),
        ("overturn_if_worked_early:clinical", 0.0, 1),
        ("never_reworked", 0.0, 2),
        ("appealed_share:medicare", 1.0, 1),
        ("appeal_won_share", 0.0, 1),
        ("appeal_round_days", 50.0, 1),
        ("denial_to_resolution_days:paid", 30.0, 1),
        ("denial_to_resolution_days:all", 50.0, 2),  # 30 to the money, 70 to the write-off
        ("net_payer_loss:medicare", 1.0, 1),
        ("net_payer_loss:commercial", 0.0, 2),
        ("old_money_of_slow_clean_claims", 1.0, 1),  # c5
        ("accounts_per_hour:all", 4.0, 2),
        ("bucket_share:0_30", 80 / 120, 2),
        ("bucket_share:over_120", 40 / 120, 2),
        ("over_90_share:all_medicaid", 1.0, 1),
        ("gross_days_in_ar", 135.0, 1),  # 120 open over 80 charged in 90 days
        ("adjusted_days_in_ar", 270.0, 1),  # half of the matured charges was agreed away
        ("net_collection_rate", 160 / 240, 3),
        ("collection_identity", 0.0, 3),
        ("patient_share:year", 0.25, 1),  # 20 of 20 + 60
        ("patient_paid_in_full:up_to_500", 1.0, 1),
        ("patient_dollars_collected", 1.0, 1),
        ("statements_until_paid", 1.0, 1),
    ],
)
def test_a_measure_counts_what_a_pencil_counts(measure, value, cases):
    name, _, part = measure.partition(":")
    figure = MEASURES[name](Facts(by_hand()))[part]
    assert figure.value == pytest.approx(value)
    assert figure.cases == cases


def test_a_line_denied_in_part_is_reduced_and_not_denied():
    rows = by_hand().transactions
    partly = rows["memo_amount"].where(rows["carc"].ne("50").fillna(True), 40.0)
    facts = Facts(
        dataclasses.replace(
            by_hand(), tables={**by_hand().tables, "transactions": rows.assign(memo_amount=partly)}
        )
    )
    assert facts.denials["carc"].tolist() == ["16"]
    assert MEASURES["initial_denial_rate"](facts)["all"].value == pytest.approx(1 / 3)


def test_the_table_sets_the_figure_beside_the_published_one():
    row = realism_table(by_hand()).set_index("measure").loc["bucket_share:0_30"]
    assert row["generated"] == pytest.approx(2 / 3) and (row["low"], row["high"]) == (0.5, 0.66)
    assert not row["inside"] and row["basis"] == "S" and row["role"] == "tuned"
    assert row["published"] == "0.50; 0.537; 0.633; 0.655"


def test_a_figure_that_cannot_be_computed_says_why_and_has_no_number():
    found = realism_table(by_hand()).set_index("measure")
    for measure, why in (
        ("charge_to_medicare", "'By hand' has no payers table"),
        ("initial_denial_rate:marketplace", "the practice has no such case"),
        ("agency_recovery", "nothing was placed with an agency"),
        ("copay_at_visit", "nothing was due at a visit"),
    ):
        row = found.loc[measure]
        assert np.isnan(row["generated"]) and row["inside"] is pd.NA and row["cases"] == 0
        assert why.lower() in row["note"].lower(), row["note"]


def test_a_band_that_is_open_on_one_side_holds_on_the_other():
    found = realism_table(by_hand()).set_index("measure")
    assert np.isnan(found.loc["medicare_first_payment_day", "high"])
    assert realism_table(generated()).set_index("measure").loc["medicare_first_payment_day", "inside"]


# What must always hold


@given(ledgers())
@settings(max_examples=12)
def test_open_items_are_those_of_the_aging_report(drawn):
    visits, rows = drawn
    practice = Practice(
        name="Drawn",
        as_of=START + pd.Timedelta(days=230),
        tables={"claims": visits, "transactions": rows, "submissions": empty_table("submissions")},
    )
    items = Facts(practice).open_items
    known = aged_items(practice)
    known = known[known["responsible"] != "agency"]
    assert items["age"].tolist() == known["age_days"].tolist()
    assert items["cents"].sum() == round(known["balance"].sum() * 100)
    if len(items):
        shares = MEASURES["bucket_share"](Facts(practice))
        assert sum(figure.value for figure in shares.values()) == pytest.approx(1)


def test_the_clock_is_the_standard_clock_also_where_there_are_statements():
    items, known = Facts(generated()).open_items, aged_items(generated())
    known = known[known["responsible"] != "agency"]
    assert len(items) > 100
    assert items["age"].tolist() == known["age_days"].tolist()


def test_shares_are_shares_and_the_answer_key_is_not_read():
    found = realism_table(generated())
    assert generated().truth is not None
    shares = found.loc[found["unit"] == "share", "generated"].dropna()
    assert shares.drop(found.index[found["measure"].isin(["collection_identity"])]).between(-0.2, 1).all()
    blind = realism_table(dataclasses.replace(generated(), truth=None))
    pd.testing.assert_frame_equal(found, blind)


def test_a_practice_that_only_keeps_a_ledger_still_gets_its_table():
    tables = {name: generated().tables[name] for name in ("claims", "transactions")}
    found = realism_table(dataclasses.replace(generated(), tables=tables)).set_index("measure")
    assert found.loc["gross_days_in_ar", "inside"].notna().all()
    assert "no submissions table" in found.loc["first_pass_rate", "note"]


# The bands


def test_every_band_names_a_measure_that_a_generated_practice_has():
    facts, cache = Facts(make_practice(dataclasses.replace(SCENARIO, claims_per_year=4_000), seed=2)), {}
    for measure in load_bands()["measure"].unique():
        name, _, part = measure.partition(":")
        assert name in MEASURES, measure
        if name not in cache:
            cache[name] = MEASURES[name](facts)
        assert part in cache[name], measure
    assert set(MEASURES) == set(cache), "a measure without a band is measured for nothing"


def test_enough_is_held_out_across_what_was_measured():
    bands = load_bands()
    held_out = set(bands.loc[(bands["role"] == "held_out") & bands["basis"].isin(["S", "D"]), "measure"])
    assert held_out >= HELD_OUT
    assert len(held_out) >= 8


@pytest.mark.parametrize(("preset", "days", "over_90", "over_120", "denied", "collected"), [
    ("healthy", 30, 0.11, 0.09, 0.05, 0.97),
    ("typical", 40, 0.20, 0.17, 0.10, 0.95),
    ("distressed", 60, 0.33, 0.25, 0.16, 0.89),
])  # fmt: skip
def test_every_preset_has_its_own_rows(preset, days, over_90, over_120, denied, collected):
    own = load_bands().query("preset == @preset and role == 'aim'").set_index("measure")
    for measure, value in (("gross_days_in_ar", days), ("over_90_share:all", over_90),
                           ("bucket_share:over_120", over_120), ("initial_denial_rate:all", denied)):  # fmt: skip
        assert own.loc[measure, ["low", "high"]].tolist() == pytest.approx([0.85 * value, 1.15 * value])
    low, high = own.loc["net_collection_rate", ["low", "high"]]
    assert (low, high) == pytest.approx((collected - 0.025, min(collected + 0.025, 1)))


def test_bands_of_another_preset_are_not_asked():
    found = realism_table(by_hand(), preset="healthy")
    assert set(found["preset"]) == {"any", "healthy"}
    assert (found.loc[found["preset"] == "any", "depends_on_performance"] == "no").all()


def test_an_unknown_preset_is_one_sentence():
    with pytest.raises(
        SettingsError, match="no bands for the preset 'best': use typical, healthy, distressed"
    ):
        realism_table(by_hand(), preset="best")


def test_the_sentence_counts_only_published_bands_and_names_what_lies_outside():
    found = realism_table(by_hand())
    text = describe_realism(found)
    evidence = found[found["basis"].isin(["S", "D"]) & found["inside"].notna()]
    assert text.startswith(f"{int(evidence['inside'].sum())} of {len(evidence)} published bands hold")
    assert "gross_days_in_ar (135, band 30 to 50)" in text
    assert "payer_mix:commercial" not in text, "our own choice is no evidence"


# The done-when of the synthetic practice, over five seeds


@pytest.mark.slow
@pytest.mark.parametrize("preset", [name for name in PRESETS if name in set(load_bands()["preset"])])
def test_a_preset_lies_in_its_bands_over_five_seeds(preset):
    found = [realism_table(make_practice(PRESETS[preset], seed=seed), preset=preset) for seed in range(1, 6)]
    asked = found[0]["basis"].isin(["S", "D"]) | found[0]["role"].eq("aim")
    figures = pd.concat([one.loc[asked, "generated"] for one in found], axis=1)
    rows = found[0][asked].assign(mean=figures.mean(axis=1))
    outside = rows[(rows["mean"] < rows["low"]) | (rows["mean"] > rows["high"])]
    assert outside[["measure", "mean", "low", "high"]].values.tolist() == []
    assert rows["mean"].notna().mean() > 0.95
    # A single practice may miss a band by chance, but not many.
    for one in found:
        assert one.loc[asked, "inside"].eq(True).sum() >= 0.93 * rows["mean"].notna().sum()
