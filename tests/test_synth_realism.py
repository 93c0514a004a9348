"""The realism battery: what well-known generators get wrong, checked from the tables alone.

Only the tests that say so look at the answer key.
"""

import dataclasses
import datetime as dt
import functools

import numpy as np
import pandas as pd
import pytest

from arlab.aging import aged_items
from arlab.ledger import balances
from arlab.reference import load_contract_terms, load_denial_codes, load_never_denial_codes, load_payers
from arlab.synth import PRESETS, make_practice
from arlab.tables import TRANSACTION_KINDS

FIRST_ANSWER = ["contractual", "payer_payment", "sequestration", "denial"]


@functools.cache
def practice(seed=5):
    return make_practice(dataclasses.replace(PRESETS["typical"], claims_per_year=8_000), seed=seed)


@functools.cache
def rows(seed=5):
    frame = practice(seed).transactions.copy()
    frame["cents"] = (frame["amount"] * 100).round().astype("int64")
    facts = practice(seed).claims[["claim_id", "payer_class", "first_payer", "service_date", "patient_id"]]
    return frame.merge(facts, on="claim_id")


@functools.cache
def first_answers(seed=5):
    """Return the rows of each claim's first remittance from its first payer."""
    answers = rows(seed)[rows(seed)["remit_id"].notna() & (rows(seed)["responsible"] == "payer_1")]
    in_order = answers.sort_values(["effective_date", "transaction_id"])  # money may lie unapplied for weeks
    first = in_order.groupby("claim_id")["remit_id"].first()
    return answers[answers["remit_id"] == answers["claim_id"].map(first)]


@functools.cache
def initial_denials(seed=5):
    return first_answers(seed).query("kind == 'denial'").drop_duplicates("claim_id")


def known_payers(payer_class):
    return set(load_payers().query("payer_class == @payer_class")["payer"])


# Dollars


def denied_whole(denied):
    """Return the denials of whole lines: a payer may also pay some units and deny the others."""
    lines = practice().lines.set_index(["claim_id", "line_number"])["charge"]
    key = pd.MultiIndex.from_frame(denied[["claim_id", "line_number"]])
    return denied[denied["memo_amount"].to_numpy() == lines.reindex(key).to_numpy()]


def test_some_lines_are_reduced_and_paid_in_part():
    denied = rows().query("kind == 'denial' and responsible == 'payer_1'")
    reduced = denied.drop(denied_whole(denied).index)
    assert 0 < len(reduced) < 0.1 * len(denied)
    assert set(reduced["carc"]) <= {"119", "150", "151", "198"}
    key = ["claim_id", "line_number", "remit_id"]
    answered = rows().query("kind in ['payer_payment', 'contractual', 'transfer']")
    assert len(reduced[key].drop_duplicates().merge(answered[key].drop_duplicates(), on=key)) > 0.8 * len(
        reduced
    )


def test_a_denied_line_is_not_paid_by_the_answer_that_denies_it():
    key = ["claim_id", "line_number", "remit_id"]
    denied = denied_whole(rows().query("kind == 'denial' and responsible == 'payer_1'"))
    assert (denied["cents"] == 0).all() and (denied["memo_amount"] > 0).all()
    # A copy may be turned down on the remittance that pays the claim itself.
    denied, paid = denied.query("carc != '18'"), rows().query("kind == 'payer_payment'")
    assert len(denied) > 500
    assert denied.merge(paid, on=key).empty


def test_a_denied_line_that_is_never_reversed_is_never_paid():
    reversed_rows = set(rows()["reverses_id"].dropna())
    denied = denied_whole(rows().query("kind == 'denial' and responsible == 'payer_1' and carc != '18'"))
    key = ["claim_id", "line_number"]
    won = denied[denied["transaction_id"].isin(reversed_rows)][key].drop_duplicates()
    lost = denied[key].drop_duplicates().merge(won, on=key, how="left", indicator=True)
    lost = lost[lost["_merge"] == "left_only"][key]
    paid = rows().query("kind == 'payer_payment' and responsible == 'payer_1'")
    assert len(lost) > 100
    assert lost.merge(paid, on=key).empty


def test_ar_rolls_forward_for_every_month():
    posted = rows()["posted_date"].dt.to_period("M")
    signed = rows().groupby([posted, "kind"])["cents"].sum().unstack(fill_value=0)
    assert (signed["transfer"] == 0).all() and (signed["denial"] == 0).all()
    before = 0
    for month, moved in signed.iterrows():
        less = moved["payer_payment"] + moved["patient_payment"] + moved["contractual"]
        less += moved["sequestration"] + moved["write_off"] + moved["bad_debt"]
        back = moved["refund_to_payer"] + moved["refund_to_patient"] + moved["recoupment"]
        after = before + moved["charge"] + less + back + moved["reversal"]
        held = balances(practice().transactions, as_of=month.end_time.date())
        assert round(held["balance"].sum() * 100) == after
        before = after
    assert len(signed) == 18


def test_signs_follow_the_kind():
    for kind, sign in (("charge", 1), ("contractual", -1), ("sequestration", -1), ("write_off", -1),
                       ("bad_debt", -1), ("payer_payment", -1), ("patient_payment", -1), ("denial", 0),
                       ("recoupment", 1), ("refund_to_payer", 1), ("refund_to_patient", 1)):  # fmt: skip
        cents = rows().loc[rows()["kind"] == kind, "cents"]
        assert (np.sign(cents) == sign).all(), kind


def test_the_charge_is_posted_once_and_is_the_sum_of_the_lines():
    charged = rows().query("kind == 'charge'").groupby("claim_id")["cents"].sum()
    claims = practice().claims.set_index("claim_id")
    lines = practice().lines.groupby("claim_id")["charge"].sum()
    assert (charged == (claims["charge"] * 100).round()).all()
    assert ((lines * 100).round() == (claims["charge"] * 100).round()).all()
    keys = rows().query("kind == 'charge'")[["claim_id", "line_number"]]
    assert not keys.duplicated().any()
    # Claims that were sent more than once, corrected or to a second payer, are no exception.
    again = practice().submissions.query("sequence > 1 or rank > 1")["claim_id"].unique()
    assert len(again) > 1000
    assert (
        charged[charged.index.isin(again)] == (claims["charge"] * 100).round().reindex(again).sort_index()
    ).all()


def test_remittances_tie_out():
    kinds = rows().set_index("transaction_id")["kind"]
    undone = rows()["reverses_id"].map(kinds)
    is_cash = rows()["kind"].isin(["payer_payment", "recoupment"]) | (undone == "payer_payment")
    claims = -rows()["cents"].where(is_cash, 0).groupby(rows()["remit_id"]).sum()
    remits = practice().remittances.set_index("remit_id")
    adjustment = (remits["plb_amount"].fillna(0) * 100).round().astype("int64")
    assert set(claims.index) == set(remits.index)
    assert (claims.reindex(remits.index) - adjustment == (remits["amount"] * 100).round()).all()
    assert (remits["amount"] >= 0).all(), "nobody pays less than nothing: it is carried forward"
    assert {"L6", "FB"} <= set(remits["plb_reason"].dropna())
    assert remits.loc[adjustment != 0, "plb_reason"].notna().all()
    assert not remits.duplicated(["payer", "payment_date"]).any()
    posted = rows().dropna(subset="remit_id").groupby("remit_id")["posted_date"].nunique()
    assert (posted == 1).all(), "a remittance is posted whole"


def test_some_money_lies_unapplied_for_weeks():
    posted = rows().dropna(subset="remit_id").groupby("remit_id")["posted_date"].first()
    remits = practice().remittances.set_index("remit_id")
    wait = (posted.reindex(remits.index) - remits["payment_date"]).dt.days
    assert (wait >= 0).all() and (wait <= 7).mean() > 0.95
    late = (wait > 9).mean()
    assert late == pytest.approx(practice().truth.scenario.unapplied_share, abs=0.006)


def test_what_is_carried_forward_comes_back():
    remits = practice().remittances.query("plb_reason == 'FB'")
    net = remits.groupby("payer")["plb_amount"].sum()
    assert len(remits) > 5
    # Minus adds money: what is still owed to a payer at the end cannot be positive.
    assert (net <= 10).all()


def test_header_facts():
    claims, lines = practice().claims, practice().lines
    assert (claims["lines"] == lines.groupby("claim_id").size().reindex(claims["claim_id"]).to_numpy()).all()
    first = lines[lines["line_number"] == 1].set_index("claim_id")["procedure"]
    assert (first.reindex(claims["claim_id"]).to_numpy() == claims["procedure"]).all()
    assert 1.6 <= len(lines) / len(claims) <= 1.9
    assert (lines["expected_allowed"].fillna(0) <= lines["charge"]).all()


def test_balances_lie_in_every_bucket_and_none_is_empty():
    items = aged_items(practice())
    share = items.groupby("bucket")["balance"].sum() / items["balance"].sum()
    assert len(share) == 5
    assert (share > 0.03).all()
    assert share.max() < 0.75


def test_credits_exist_and_are_few():
    held = balances(practice().transactions, as_of=practice().as_of)["balance"]
    owed_back = -held[held < 0].sum()
    assert 0 < owed_back < 0.05 * held[held > 0].sum()


# Time


def test_nothing_piles_up_on_the_last_day_and_nothing_lies_after_it():
    last = pd.Timestamp(practice().as_of)
    for table, column in (("transactions", "posted_date"), ("actions", "date"), ("statements", "sent_date"),
                          ("submissions", "submitted_date")):  # fmt: skip
        days = practice().tables[table][column]
        assert days.max() <= last
        usual = days[days > last - pd.Timedelta(days=90)].value_counts()
        assert (days == last).sum() <= 2.5 * usual.mean(), table


def test_a_later_cut_has_as_much_on_the_former_last_day():
    later = dataclasses.replace(PRESETS["typical"], claims_per_year=8_000, as_of=dt.date(2026, 12, 31))
    whole = make_practice(later, seed=5).transactions
    last = pd.Timestamp(practice().as_of)
    assert (whole["posted_date"] == last).sum() == (rows()["posted_date"] == last).sum()


def test_few_visits_at_weekends_and_none_on_holidays():
    day = practice().claims["service_date"]
    assert 0.001 < (day.dt.day_of_week >= 5).mean() < 0.03
    assert (day.dt.day_of_week == 6).mean() < 0.002
    assert not day.isin(pd.to_datetime(["2025-07-04", "2025-11-27", "2025-12-25"])).any()


def test_charge_lag_is_that_of_practices():
    lag = (practice().claims["charge_entry_date"] - practice().claims["service_date"]).dt.days
    assert 2 <= lag.median() <= 4
    assert 2 <= lag.mean() <= 6
    assert (lag >= 0).all()


def test_no_money_before_the_charge_and_no_answer_before_the_claim_was_received():
    entered = practice().claims.set_index("claim_id")["charge_entry_date"]
    assert (rows()["posted_date"] >= rows()["claim_id"].map(entered)).all()
    received = practice().submissions.query("rank == 1").groupby("claim_id")["received_date"].min()
    answered = first_answers().groupby("claim_id")["effective_date"].min()
    assert (answered >= received.reindex(answered.index)).all()


@functools.cache
def days_to_first_answer():
    sent = practice().submissions.query("rank == 1 and acceptance == 'accepted'")
    received = sent.groupby("claim_id")["received_date"].min()
    answers = (
        first_answers()
        .groupby("claim_id")
        .agg(
            paid_on=("effective_date", "first"),
            payer=("first_payer", "first"),
            pays=("kind", lambda kinds: "payer_payment" in set(kinds)),
        )
    )
    answers["days"] = (answers["paid_on"] - received.reindex(answers.index)).dt.days
    return answers


def test_medicare_pays_nothing_before_the_fourteenth_day_but_denies_sooner():
    answers = days_to_first_answer()
    medicare = answers[answers["payer"].isin(known_payers("medicare"))]
    assert medicare.loc[medicare["pays"], "days"].min() == 14
    assert (medicare.loc[~medicare["pays"], "days"] < 14).any()
    payments = rows().query("kind == 'payer_payment' and responsible == 'payer_1'")
    payments = payments[payments["first_payer"].isin(known_payers("medicare"))]
    received = practice().submissions.query("rank == 1").groupby("claim_id")["received_date"].min()
    assert ((payments["effective_date"] - payments["claim_id"].map(received)).dt.days >= 14).all()


def test_medicare_advantage_has_no_such_floor():
    answers = days_to_first_answer()
    advantage = answers[answers["payer"].isin(known_payers("medicare_advantage")) & answers["pays"]]
    assert (advantage["days"] < 14).mean() > 0.3


@pytest.mark.parametrize(
    ("payer", "by_15", "by_30"),
    # Shares of the report card of physicians' claims (domain sheet, section 4): a fast payer, the slowest, one
    # between, one with a long tail, and Medicare.
    [
        ("Larkmoor Mutual", 0.953, 0.990),
        ("Harrowgate Health", 0.634, 0.996),
        ("Tamarack Employers Trust", 0.858, 0.995),
        ("Copperline Benefit", 0.813, 0.958),
        ("Lakeshore Part B", 0.947, 0.995),
    ],
)
def test_first_answers_come_as_fast_as_published(payer, by_15, by_30):
    days = days_to_first_answer().query("payer == @payer")["days"]
    noise = 2 * (0.25 / len(days)) ** 0.5
    assert (days <= 15).mean() == pytest.approx(by_15, abs=0.04 + noise)
    assert (days <= 30).mean() == pytest.approx(by_30, abs=0.04)


def test_the_deductible_starts_anew_in_january():
    shared = rows().query("payer_class == 'commercial' and group_code == 'PR' and carc in ['1', '2', '3']")
    shared = shared[(shared["kind"] == "transfer") & (shared["cents"] > 0)]
    allowed = practice().claims.query("payer_class == 'commercial'")
    month = allowed["service_date"].dt.month
    by_month = allowed.groupby(month)["expected_allowed"].sum()
    deductible = shared.query("carc == '1'")
    taken = deductible.groupby(deductible["service_date"].dt.month)["amount"].sum()
    share = taken / by_month
    assert share[1] > 2.5 * share[[10, 11, 12]].mean()
    assert share.idxmax() == 1


# Denials


def test_denial_rates_are_those_of_practices():
    parts = []
    for seed in (5, 6):  # one practice has too few claims of Medicaid to tell 25 percent from 30
        claims = practice(seed).claims[
            lambda c, seed=seed: c["claim_id"].isin(first_answers(seed)["claim_id"])
        ]
        denied = claims["claim_id"].isin(initial_denials(seed)["claim_id"])
        assert 0.08 <= denied.mean() <= 0.12
        parts.append(claims.assign(denied=denied))
    answered = pd.concat(parts, ignore_index=True)
    denied = answered["denied"]
    by_class = denied.groupby(answered["payer_class"]).mean()
    for payer_class, low, high in (("medicare", 0.055, 0.095), ("medicare_advantage", 0.115, 0.175),
                                   ("medicaid", 0.19, 0.29), ("medicaid_managed", 0.095, 0.165),
                                   ("commercial", 0.05, 0.10), ("marketplace", 0.11, 0.22)):  # fmt: skip
        assert low <= by_class[payer_class] <= high, payer_class
    assert "self_pay" not in by_class[by_class > 0].index


def test_by_line_fewer_are_denied_than_by_claim():
    lines = first_answers()[["claim_id", "line_number", "kind"]].drop_duplicates(["claim_id", "line_number"])
    denied = first_answers().query("kind == 'denial'").drop_duplicates(["claim_id", "line_number"])
    by_line = len(denied) / len(lines)
    by_claim = len(initial_denials()) / first_answers()["claim_id"].nunique()
    assert by_line < by_claim
    size = lines.groupby("claim_id").size()
    hit = denied.groupby("claim_id").size()
    assert (hit < size.reindex(hit.index)).any(), "some claims are denied in part"


def test_every_denial_keeps_to_the_list_of_codes():
    codes = load_denial_codes().set_index("carc")
    denials = rows().query("kind == 'denial'")
    assert denials["carc"].isin(codes.index).all()
    assert not denials["carc"].isin(set(load_never_denial_codes()["carc"]) - {"24"}).any()
    for carc, group, rarc in (
        denials[["carc", "group_code", "rarc"]].drop_duplicates().itertuples(index=False)
    ):
        assert group in codes.loc[carc, "group_codes"].split("|"), carc
        known = codes.loc[carc, "rarcs"].split("|")
        assert (rarc if isinstance(rarc, str) else "") in known, carc
    needs = denials["carc"].map(codes["rarc_needed"]) == "yes"
    assert denials.loc[needs, "rarc"].notna().all()
    assert denials["carc"].nunique() > 25


def test_reasons_depend_on_payer_service_and_place():
    category = load_denial_codes().set_index("carc")["category"]
    denials = initial_denials().assign(category=initial_denials()["carc"].map(category))
    claims = practice().claims.merge(denials[["claim_id", "category"]], on="claim_id", how="left")
    insured = claims[claims["payer_class"] != "self_pay"]
    wanted = insured["category"] == "authorisation"
    costly = insured["procedure"].isin(["ECHO-TT", "STRESS-NU", "MRI-JOINT", "SURG-KNEE", "SURG-HAND"])
    assert wanted[costly].mean() > 5 * wanted[~costly].mean()
    desk = insured["category"].isin(
        ["eligibility", "registration", "coordination_of_benefits", "wrong_payer"]
    )
    by_office = desk.groupby(insured["location"]).mean()
    assert by_office.max() > 1.15 * by_office.min()
    private = insured[insured["payer_class"].isin(["commercial", "marketplace", "medicare_advantage"])]
    early = private["service_date"].dt.month <= 3
    coverage = private["category"].isin(["eligibility", "registration", "wrong_payer"])
    assert coverage[early].mean() > 1.3 * coverage[~early].mean()


def test_timely_filing_is_denied_when_the_claim_came_late_apart_from_a_stated_share():
    terms = load_contract_terms().set_index("payer")
    denied = initial_denials().query("carc == '29'").set_index("claim_id")
    sent = practice().submissions.query("rank == 1 and received_date.notna()").drop_duplicates("claim_id")
    sent = sent.set_index("claim_id").join(practice().claims.set_index("claim_id")["service_date"])
    limit = sent["payer"].map(terms["filing_days"]).astype("int64")
    postmarked = sent["payer"].map(terms["basis"]) == "postmarked"
    counted = sent["submitted_date"].where(postmarked, sent["received_date"])
    late = (counted - sent["service_date"]).dt.days > limit
    answered = sent.index.isin(first_answers()["claim_id"])
    assert denied.index.isin(sent.index).all()
    # Every claim that came late is denied for it ...
    assert late[answered].sum() > 10
    assert set(late.index[late & answered]) <= set(denied.index)
    # ... and the others are the payer's mistakes, as rare as the scenario says.
    wrong = set(denied.index) - set(late.index[late])
    share = practice().truth.scenario.wrongly_late_share
    assert 0 < len(wrong) <= 3 * share * len(practice().claims)
    truth = practice().truth.denials
    assert wrong == set(truth.query("wrongly_late")["claim_id"]) & set(denied.index)


def test_the_acceptance_report_wins_wrong_timely_filing_denials_and_nothing_wins_right_ones():
    truth = practice().truth.denials.query("carc == '29'")
    assert not (truth.loc[truth["came_late"], "end"] == "won").any()
    assert (truth.loc[truth["wrongly_late"], "end"] == "won").any()


def test_a_rejection_is_no_denial_and_brings_no_remittance():
    sent = practice().submissions.query("rank == 1")
    rejected = sent.query("acceptance == 'rejected'")
    assert 0.02 <= rejected["claim_id"].nunique() / sent["claim_id"].nunique() <= 0.08
    on_file = set(sent.query("acceptance == 'accepted'")["claim_id"])
    never = set(rejected["claim_id"]) - on_file
    assert len(never) > 3
    assert rows()[rows()["claim_id"].isin(never)]["remit_id"].isna().all()
    assert not rows()[rows()["claim_id"].isin(never)]["kind"].eq("denial").any()
    assert rejected["received_date"].isna().all() and rejected["rejection_category"].notna().all()


def test_copies_are_denied_as_duplicates_and_are_never_first_answers():
    copies = rows().query("carc == '18'")
    assert len(copies) > 5
    assert not initial_denials()["carc"].eq("18").any()
    sent = practice().submissions.query("rank == 1 and frequency_code == '1'").groupby("claim_id").size()
    assert (sent.reindex(copies["claim_id"].unique()) >= 2).all()


def test_payers_are_few_and_come_again():
    counts = practice().claims["first_payer"].value_counts()
    assert len(counts) <= 20
    assert counts.min() > 50


# Follow-up


def test_appeals_are_filed_inside_their_limits_and_second_ones_after_the_first_decision():
    appeals = practice().appeals.merge(practice().claims[["claim_id", "first_payer"]], on="claim_id")
    appeals = appeals.merge(load_contract_terms(), left_on="first_payer", right_on="payer")
    denied = rows().set_index("transaction_id")
    appeals["denied_on"] = appeals["denial_id"].map(denied["effective_date"])
    assert appeals["denial_id"].map(denied["kind"]).eq("denial").all()
    first, second = appeals[appeals["level"] == 1], appeals[appeals["level"] == 2]
    assert len(first) > 50 and len(second) > 5
    waited = (first["filed_date"] - first["denied_on"]).dt.days
    assert (waited >= 0).all() and (waited <= first["appeal_1_days"].astype("int64")).all()
    pair = second.merge(first, on="denial_id", suffixes=("", "_1"))
    assert len(pair) == len(second)
    waited = (pair["filed_date"] - pair["decision_date_1"]).dt.days
    assert (waited >= 0).all() and (waited <= pair["appeal_2_days"].astype("int64")).all()
    assert (pair["outcome_1"] == "lost").all()
    assert {"won", "lost"} <= set(appeals["outcome"].dropna())


def test_no_correction_after_its_limit_ever_wins():
    terms = load_contract_terms().set_index("payer")["corrected_days"].astype("int64")
    corrected = practice().submissions.query("frequency_code == '7' and rank == 1")
    denied = initial_denials().set_index("claim_id")["effective_date"]
    waited = (corrected["submitted_date"] - corrected["claim_id"].map(denied)).dt.days
    assert len(corrected) > 100
    assert (waited >= 0).all() and (waited <= corrected["payer"].map(terms)).all()


def test_staff_do_not_work_more_minutes_than_they_have():
    scenario = practice().truth.scenario
    daily = scenario.minutes_per_claim * scenario.claims_per_year / 251
    spent = practice().actions.groupby("date")["minutes"].sum()
    working = pd.bdate_range(practice().claims["service_date"].min(), practice().as_of)
    spent = spent.astype("int64").reindex(working, fill_value=0)
    # Unused minutes carry over once.
    assert spent.max() <= 2 * daily + 1
    assert spent.rolling(20).sum().max() <= 21 * daily + 1
    assert practice().actions["date"].dt.day_of_week.max() < 5
    assert set(practice().actions["staff"]) == set(practice().staff["staff"])


def ended():
    """Return the answer key of the denials that have come to their end by the as-of day."""
    return practice().truth.denials[lambda t: t["end_date"] <= pd.Timestamp(practice().as_of)]


def test_work_changes_outcomes_and_waiting_costs_money():
    truth = ended().query("not came_late")
    tries = ["corrected_claim", "records_sent", "appeal_1", "rebill_other_payer"]
    worked = practice().actions[practice().actions["kind"].isin(tries)]
    first = worked.groupby("claim_id")["date"].min()
    truth = truth.assign(wait=(truth["claim_id"].map(first) - truth["denied_date"]).dt.days)
    assert not (truth.loc[truth["wait"].isna() & ~truth["wrongly_late"], "end"] == "won").any()
    by_chance = truth.dropna(subset="wait").query("early_chance > 0.6")
    soon = by_chance[by_chance["wait"] <= 20]["end"].eq("won").mean()
    assert 0.65 < soon < 0.97
    untouched = truth["wait"].isna().mean()
    assert 0.05 < untouched < 0.6, "capacity binds: some denials are never worked"


def test_no_single_feature_tells_who_will_be_paid():
    truth = ended()
    claims = practice().claims.set_index("claim_id").loc[truth["claim_id"]]
    won = truth["end"].eq("won").to_numpy()
    for feature in (truth["category"], claims["first_payer"], claims["procedure"], claims["location"],
                    claims["expected_allowed"], claims["service_date"].dt.month):  # fmt: skip
        values = feature.to_numpy()
        score = (
            values
            if values.dtype.kind in "fi"
            else pd.Series(won).groupby(values).transform("mean").to_numpy()
        )
        assert max(auc(score, won), 1 - auc(score, won)) < 0.9


def auc(score, won):
    """Return the probability that an item that was won has the higher score."""
    rank = pd.Series(score).rank().to_numpy()
    wins, losses = won.sum(), (~won).sum()
    return (rank[won].sum() - wins * (wins + 1) / 2) / (wins * losses)


def test_truth_stays_out_of_the_tables():
    columns = {column for frame in practice().tables.values() for column in frame.columns}
    assert not {"came_late", "wrongly_late", "documentation", "early_chance"} & columns


# Patients


def test_no_dollar_that_the_practice_must_bear_moves_to_the_patient():
    moved = rows().query("reason == 'denied_to_patient' and responsible == 'patient'")
    denials = rows().query("kind == 'denial' and responsible == 'payer_1' and carc != '18'")
    groups = denials.groupby(["claim_id", "line_number"])["group_code"].agg(set)
    of_line = [groups[(c, n)] for c, n in moved[["claim_id", "line_number"]].itertuples(index=False)]
    assert len(moved) > 10
    assert all(group == {"PR"} for group in of_line)
    to_patient = rows().query("kind == 'transfer' and responsible == 'patient' and cents > 0")
    to_patient = to_patient[to_patient["reason"] != "due_at_visit"]
    assert (to_patient["group_code"] == "PR").all()


def test_a_claim_filed_too_late_costs_the_patient_nothing():
    late = initial_denials().query("carc == '29'")["claim_id"]
    closed = rows().query("reason == 'timely_filing'")["claim_id"].unique()
    mine = rows()[rows()["claim_id"].isin(set(late) & set(closed)) & (rows()["responsible"] == "patient")]
    moved = mine[mine["kind"] == "transfer"].groupby("claim_id")["cents"].sum()
    assert len(closed) > 5
    assert (moved == 0).all(), "what was due at the visit goes back"


def test_people_under_medicaid_owe_a_nominal_copay_at_most():
    mine = rows()[rows()["payer_class"].isin(["medicaid", "medicaid_managed"])]
    owed = mine[(mine["responsible"] == "patient") & (mine["kind"] == "transfer")]
    assert owed.groupby("claim_id")["cents"].sum().max() <= 400
    assert not mine["reason"].eq("denied_to_patient").any()


def test_people_whom_the_law_protects_owe_nothing():
    protected = set(practice().patients.query("no_cost_share")["patient_id"])
    mine = rows()[rows()["patient_id"].isin(protected) & (rows()["responsible"] == "patient")]
    assert len(protected) > 20
    assert mine.empty


def test_nobody_is_sent_to_the_agency_without_statements():
    placed = rows().query("reason == 'to_agency' and responsible == 'agency'")["claim_id"].unique()
    stated = practice().statements.groupby("claim_id")["statement_number"].max()
    plans = set(practice().payment_plans["claim_id"])
    assert len(placed) > 10
    assert all(stated[claim] >= 4 or claim in plans for claim in placed)


def test_large_patient_balances_are_paid_less_often():
    first = practice().statements.query("statement_number == 1").set_index("claim_id")
    first = first[first["sent_date"] < "2025-12-01"]
    paid = (
        rows().query("kind == 'patient_payment' and reason == 'statement'").groupby("claim_id")["cents"].sum()
    )
    full = (-paid.reindex(first.index).fillna(0)) >= (first["amount"] * 100).round()
    small, large = full[first["amount"] < 100].mean(), full[first["amount"] >= 200].mean()
    assert small > large + 0.1


# Coverage of what can happen


def test_everything_that_the_contract_knows_happens():
    assert set(rows()["kind"]) == set(TRANSACTION_KINDS)
    reasons = set(rows()["reason"].dropna())
    assert {"takeback", "duplicate_payment", "overpayment_returned", "price_corrected", "denial_reversed",
            "timely_filing", "deadline_missed", "never_filed_in_time", "low_value_not_worked", "to_agency",
            "from_agency", "uncollectible", "payment_plan", "paid_twice", "self_pay_discount",
            "second_payer_pays_nothing_more", "second_payer_denied", "small_balance"} <= reasons  # fmt: skip
    assert set(rows()["responsible"]) == {"payer_1", "payer_2", "patient", "agency"}


def test_reversals_name_what_they_reverse_and_undo_it():
    table = rows().set_index("transaction_id")
    undone = rows().dropna(subset="reverses_id")
    original = table.loc[undone["reverses_id"]]
    assert (rows().query("kind == 'reversal'")["reverses_id"].notna()).all()
    assert (original["cents"].to_numpy() == -undone["cents"].to_numpy()).all()
    assert (original["claim_id"].to_numpy() == undone["claim_id"].to_numpy()).all()
    assert (original["posted_date"].to_numpy() < undone["posted_date"].to_numpy()).all()
    assert not undone["reverses_id"].duplicated().any()


def test_in_the_long_run_every_balance_comes_to_an_end():
    later = dataclasses.replace(PRESETS["typical"], claims_per_year=2_000, as_of=dt.date(2027, 6, 30))
    held = balances(make_practice(later, seed=5).transactions, as_of=later.as_of)
    assert (held["balance"] != 0).sum() < 0.02 * 3_000


def test_the_figures_are_those_of_a_typical_practice():
    items = aged_items(practice())
    own = items[items["responsible"] != "agency"]
    over_90 = own.loc[own["age_days"] > 90, "balance"].sum() / own["balance"].sum()
    assert 0.13 <= over_90 <= 0.27  # about 20 percent
    last = pd.Timestamp(practice().as_of)
    recent = rows()[(rows()["kind"] == "charge") & (rows()["posted_date"] > last - pd.Timedelta(days=90))]
    net = rows().loc[rows()["responsible"] != "agency", "amount"].sum()
    assert 30 <= net / (recent["amount"].sum() / 90) <= 46  # about 40 days
    old = rows()[rows()["service_date"] < last - pd.Timedelta(days=270)]
    kinds = old["reverses_id"].map(rows().set_index("transaction_id")["kind"])
    money = old["kind"].isin(["payer_payment", "patient_payment", "recoupment", "refund_to_payer",
                              "refund_to_patient"]) | (kinds == "payer_payment")  # fmt: skip
    agreed = old["kind"].isin(["charge", "contractual", "sequestration"]) | (kinds == "contractual")
    agreed |= old["reason"] == "self_pay_discount"
    collected = -old.loc[money, "amount"].sum() / old.loc[agreed, "amount"].sum()
    assert 0.91 <= collected <= 0.98  # about 95 percent
