"""How does one write the measures of the benchmark by hand in pandas?

Filter, merge, groupby: straightforward, vectorised, without a loop over rows. It shares no code with the library.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pandas as pd

from benchmarks.measures_days import (
    AGREED,
    CHARITY,
    CREDIT,
    EDGES,
    ENTRIES,
    ENTRY,
    EXIT,
    EXITS,
    KEY,
    NEVER,
    PARTS,
    TO_OTHER,
    TO_PATIENT,
    UNLESS,
    Days,
)

__all__ = ["MEASURES"]

Tables = Mapping[str, pd.DataFrame]
ITEM = [*KEY, "responsible"]
_NONE = 2_000_000_000


def _cents(values: pd.Series) -> pd.Series:
    return (values * 100).round().astype("int64")


def _known(tables: Tables, days: Days, name: str = "transactions", on: str = "posted_date") -> pd.DataFrame:
    rows = tables[name]
    return rows[rows[on] <= pd.Timestamp(days.as_of)]


def _bucket(age: pd.Series) -> pd.Series:
    passed: Any = sum(((age > edge).astype("int64") for edge in EDGES), start=0)
    return passed.where(age.notna(), len(EDGES) + 1)


def _ledger(tables: Tables, days: Days) -> pd.DataFrame:
    rows = _known(tables, days)
    return rows.assign(cents=_cents(rows["amount"]))


def _sum_where(rows: pd.DataFrame, conditions: Mapping[str, Any], *, sign: int = 1) -> pd.DataFrame:
    """Return sums by claim of the cents where each condition holds."""
    values = {name: (sign * rows["cents"]).where(condition, 0) for name, condition in conditions.items()}
    return rows[KEY].assign(**values).groupby(KEY, as_index=False).sum()


def aging(tables: Tables, days: Days) -> pd.DataFrame:
    """Open balance by payer and age bucket."""
    rows, day = _ledger(tables, days), pd.Timestamp(days.as_of)
    items = rows.groupby(ITEM, as_index=False)["cents"].sum()
    items = items[items["cents"] > 0].merge(
        tables["claims"][[*KEY, "first_payer", "service_date"]], on=KEY, how="left"
    )
    raised = rows[
        (rows["amount"] > 0)
        & rows["kind"].isin(["charge", "transfer"])
        & rows["responsible"].isin(["patient", "agency"])
    ]
    raised = raised.assign(at_visit=(raised["kind"] == "charge") | (raised["reason"] == "due_at_visit"))
    turned = raised.groupby(KEY, as_index=False).agg(
        turned=("posted_date", "min"), at_visit=("at_visit", "any")
    )
    sent = _known(tables, days, "submissions", "submitted_date")
    sent = sent.assign(responsible="payer_" + sent["rank"].astype("str"))
    billed = sent[sent["rank"] == 1].groupby(KEY, as_index=False).agg(billed=("submitted_date", "min"))
    accepted = sent[(sent["acceptance"] == "accepted") & (sent["accepted_date"] <= day)]
    on_file = accepted[ITEM].drop_duplicates().assign(on_file=True)
    stated = _known(tables, days, "statements", "sent_date")
    stated = stated.groupby(KEY, as_index=False).agg(stated=("sent_date", "min"))
    later = tables["coverages"]
    later = later[[*KEY, "payer"]].assign(responsible="payer_" + later["rank"].astype("str"))
    for facts, on in ((billed, KEY), (on_file, ITEM), (turned, KEY), (stated, KEY), (later, ITEM)):
        items = items.merge(facts, on=on, how="left")
    who = items["responsible"]
    patient = who.isin(["patient", "agency"])
    due = items["turned"] + pd.Timedelta(days=30)
    of_patient = items[["stated"]].assign(due=due).min(axis=1)
    of_patient = items["service_date"].where(items["at_visit"].eq(True), of_patient)
    start = of_patient.where(patient, items["billed"]).fillna(items["service_date"])
    payer = items["payer"].fillna(who)
    payer = payer.mask(who == "payer_1", items["first_payer"])
    payer = payer.mask(who == "patient", "Patient").mask(who == "agency", "Agency")
    table = pd.DataFrame(
        {
            "payer": payer,
            "bucket_number": _bucket((day - start).dt.days),
            "balance": items["cents"],
            "not_on_file": items["cents"].where(~patient & items["on_file"].isna(), 0),
            "not_yet_stated": items["cents"].where(patient & items["stated"].isna(), 0),
        }
    )
    by = table.groupby(["payer", "bucket_number"], as_index=False)
    return by.agg(
        items=("balance", "size"),
        balance=("balance", "sum"),
        not_on_file=("not_on_file", "sum"),
        not_yet_stated=("not_yet_stated", "sum"),
    )


def _net(tables: Tables, days: Days) -> pd.DataFrame:
    """Return the ledger with a reversal counted with the row that it takes back."""
    rows = _ledger(tables, days)
    rows = rows.assign(reason=rows["reason"].fillna(""))
    back = rows[(rows["kind"] == "reversal") & rows["reverses_id"].notna()]
    undone = rows[["practice_id", "transaction_id", "kind", "reason"]]
    found = back[["practice_id", "reverses_id"]].merge(
        undone,
        left_on=["practice_id", "reverses_id"],
        right_on=["practice_id", "transaction_id"],
        how="left",
    )
    found.index = back.index
    kind, reason = rows["kind"].copy(), rows["reason"].copy()
    kind.loc[back.index] = found["kind"].fillna(back["kind"])
    reason.loc[back.index] = found["reason"].fillna(back["reason"])
    return rows.assign(kind=kind, reason=reason)


def _priced(tables: Tables) -> pd.DataFrame:
    claims = tables["claims"]
    known = claims["expected_allowed"].notna()
    room = (claims["charge"] * 100).round() - (claims["expected_allowed"] * 100).round()
    return claims[[*KEY, "service_date", "payer_class"]].assign(room=room.clip(lower=0).where(known))


def _conditions(net: pd.DataFrame) -> dict[str, Any]:
    kind, first = net["kind"], net["responsible"] == "payer_1"
    write_off = kind == "write_off"
    return {
        "adjusted": (kind == "contractual") & first,
        "other": ((kind == "contractual") & ~first)
        | (kind == "sequestration")
        | (write_off & net["reason"].isin(AGREED)),
        "first": first,
        "write_off": write_off,
    }


def _capped(found: pd.DataFrame, name: str) -> pd.Series:
    return found[name].where(found["room"].isna(), found[[name, "room"]].min(axis=1))


def days_in_ar(tables: Tables, days: Days) -> pd.DataFrame:
    """AR and what it is divided by, three ways."""
    net = _net(tables, days)
    inside, is_it = net["posted_date"] > pd.Timestamp(days.quarter), _conditions(net)
    less = is_it["write_off"] & net["reason"].isin([*AGREED, *CHARITY]) & inside
    taken = _sum_where(
        net,
        {
            "before": is_it["adjusted"] & ~inside,
            "total": is_it["adjusted"],
            "other": is_it["other"] & inside,
            "less": less,
        },
        sign=-1,
    )
    raised = _sum_where(
        net,
        {
            "charges": (net["kind"] == "charge") & inside,
            "ar": net["responsible"] != "agency",
            "first": is_it["first"],
        },
    )
    found = taken.merge(raised, on=KEY).merge(_priced(tables), on=KEY)
    expected = (found["charges"] - found["room"].fillna(0)).where(found["charges"] > 0, 0) - found["less"]
    left = (found["room"] - found["total"]).clip(lower=0).fillna(0)
    contract = _capped(found, "total") - _capped(found, "before") + found["other"]
    to_come = np.minimum(left, found["first"].clip(lower=0))
    return pd.DataFrame(
        {
            "ar": [found["ar"].sum()],
            "charges": [found["charges"].sum()],
            "contract": [contract.sum()],
            "expected": [expected.sum()],
            "contract_to_come": [to_come.sum()],
        }
    ).astype("int64")


def collection(tables: Tables, days: Days) -> pd.DataFrame:
    """What was paid and agreed off the charges of the visits of a cohort."""
    after, until = map(pd.Timestamp, days.cohort)
    priced = _priced(tables)
    cohort = priced[(priced["service_date"] > after) & (priced["service_date"] <= until)]
    net = _net(tables, days).merge(cohort[KEY], on=KEY)
    kind, is_it = net["kind"], _conditions(net)
    taken = _sum_where(
        net,
        {
            "total": is_it["adjusted"],
            "other": is_it["other"],
            "payer_paid": kind.isin(["payer_payment", "refund_to_payer", "recoupment"]),
            "patient_paid": kind.isin(["patient_payment", "refund_to_patient"]),
            "charity": is_it["write_off"] & net["reason"].isin(CHARITY),
        },
        sign=-1,
    )
    at_payers = net["responsible"].isin(["payer_1", "payer_2", "payer_3"])
    raised = _sum_where(net, {"charges": kind == "charge", "at_payers": at_payers})
    spoke = is_it["first"] & kind.isin(["payer_payment", "contractual", "sequestration", "denial"])
    said = net[KEY].assign(spoke=spoke).groupby(KEY, as_index=False)["spoke"].any()
    found = taken.merge(raised, on=KEY).merge(said, on=KEY).merge(cohort, on=KEY)
    answered = (found["payer_class"] == "self_pay") | found["spoke"] | (found["at_payers"] <= 0)
    return pd.DataFrame(
        {
            "claims": [len(found)],
            "answered_claims": [answered.sum()],
            "charges": [found["charges"].sum()],
            "contract": [(_capped(found, "total") + found["other"]).sum()],
            "payer_paid": [found["payer_paid"].sum()],
            "patient_paid": [found["patient_paid"].sum()],
            "charity": [found["charity"].sum()],
        }
    ).astype("int64")


def _lines(tables: Tables, days: Days) -> pd.DataFrame:
    """Return the first answer of the first payer to each insured claim, by line."""
    rows, claims = _ledger(tables, days), tables["claims"]
    rows = rows[rows["responsible"] == "payer_1"]
    kind, carc = rows["kind"], rows["carc"].fillna("")
    coded = (carc != "") | (rows["group_code"].fillna("") != "") | (rows["remit_id"].fillna("") != "")
    speaks = (
        (kind == "payer_payment")
        | ((kind == "denial") & (carc != "18"))
        | ((kind == "transfer") & carc.isin(["1", "2", "3"]))
        | (kind.isin(["contractual", "sequestration"]) & coded)
    )
    insured = claims.loc[claims["payer_class"] != "self_pay", [*KEY, "payer_class"]]
    spoke = rows.assign(carc=carc, line=rows["line_number"].fillna(0))[speaks].merge(insured, on=KEY)
    spoke = spoke[spoke["posted_date"] == spoke.groupby(KEY)["posted_date"].transform("min")]
    spoke = spoke[spoke["effective_date"] == spoke.groupby(KEY)["effective_date"].transform("min")]
    kind = spoke["kind"]
    hit = (kind == "denial") & ~spoke["carc"].isin(NEVER)
    for code, but_for in UNLESS:
        hit &= ~((spoke["carc"] == code) & (spoke["payer_class"] != but_for))
    memo = (spoke["memo_amount"] * 100).round()
    line = [*KEY, "line", "posted_date"]
    by_line = (
        spoke[line]
        .assign(
            hit=hit,
            contract=(-spoke["cents"]).where(kind == "contractual", 0),
            brings=(-spoke["cents"]).where(kind.isin(["payer_payment", "sequestration", "transfer"]), 0),
            taken=memo.where(hit, 0).fillna(0),
            unknown=hit & memo.isna(),
        )
        .groupby(line, as_index=False)
        .agg(
            hit=("hit", "any"),
            contract=("contract", "sum"),
            brings=("brings", "sum"),
            taken=("taken", "sum"),
            unknown=("unknown", "any"),
        )
    )
    reasons = spoke[hit].sort_values("transaction_id").drop_duplicates([*KEY, "line"])
    by_line = by_line.merge(reasons[[*KEY, "line", "carc"]], on=[*KEY, "line"], how="left")
    charged = tables["lines"][[*KEY, "line_number"]].rename(columns={"line_number": "line"})
    charged = charged.assign(line_charge=_cents(tables["lines"]["charge"]))
    found = by_line.merge(charged, on=[*KEY, "line"], how="left")
    judged = found["line_charge"].isna() | found["unknown"]
    none_allowed = (found["line_charge"] - found["contract"] - found["taken"] <= 0).where(
        ~judged, found["brings"] <= 0
    )
    denied = found["hit"] & none_allowed
    lost = found["line_charge"].fillna(found["taken"]).where(denied, 0)
    return found.assign(denied=denied, lost=lost)


def denial_rate(tables: Tables, days: Days) -> pd.DataFrame:
    """Claims answered and denied, by payer and month of the answer."""
    lines, claims = _lines(tables, days), tables["claims"]
    lines = lines.assign(whole=lines["denied"] & (lines["line"] == 0))
    by_claim = lines.groupby([*KEY, "posted_date"], as_index=False).agg(
        denied=("denied", "sum"), lost=("lost", "sum"), whole=("whole", "any")
    )
    facts = claims[[*KEY, "lines"]].assign(payer=claims["first_payer"], charge=_cents(claims["charge"]))
    by_claim = by_claim.merge(facts, on=KEY)
    denied = by_claim[["denied", "lines"]].min(axis=1).mask(by_claim["whole"], by_claim["lines"])
    counted = by_claim[["payer", "charge", "lost"]].assign(
        month=by_claim["posted_date"].dt.strftime("%Y-%m"),
        denied=denied >= by_claim["lines"],
        any_line_denied=denied > 0,
    )
    return counted.groupby(["payer", "month"], as_index=False).agg(
        claims=("charge", "size"),
        denied=("denied", "sum"),
        any_line_denied=("any_line_denied", "sum"),
        charge=("charge", "sum"),
        charge_denied=("lost", "sum"),
    )


def pareto(tables: Tables, days: Days) -> pd.DataFrame:
    """Denied claims and dollars by payer and reason, largest first."""
    lines, claims = _lines(tables, days), tables["claims"]
    denied = lines[lines["denied"]].sort_values([*KEY, "line"])
    by_claim = denied.groupby(KEY, as_index=False).agg(lost=("lost", "sum"), carc=("carc", "first"))
    by_claim = by_claim.merge(claims[[*KEY, "first_payer"]].rename(columns={"first_payer": "payer"}), on=KEY)
    table = by_claim.groupby(["payer", "carc"], as_index=False).agg(
        claims=("lost", "size"), denied_amount=("lost", "sum")
    )
    table = table.sort_values(["denied_amount", "payer", "carc"], ascending=[False, True, True])
    share = table["denied_amount"].cumsum() / table["denied_amount"].sum()
    return table.assign(rank=range(1, len(table) + 1), cumulative_share=share)


def _dated(items: pd.DataFrame, tables: Tables) -> pd.DataFrame:
    """Add the days that the standard clock may start on."""
    rows = tables["transactions"]
    raised = rows[
        (rows["amount"] > 0)
        & rows["kind"].isin(["charge", "transfer"])
        & rows["responsible"].isin(["patient", "agency"])
    ]
    at_visit = (raised["kind"] == "charge") | (raised["reason"] == "due_at_visit")
    raised = raised.assign(visit=raised["posted_date"].where(at_visit))
    turned = raised.groupby(KEY, as_index=False).agg(turned=("posted_date", "min"), visit=("visit", "min"))
    sent = tables["submissions"]
    billed = sent[sent["rank"] == 1].groupby(KEY, as_index=False).agg(billed=("submitted_date", "min"))
    stated = tables["statements"].groupby(KEY, as_index=False).agg(stated=("sent_date", "min"))
    for facts in (tables["claims"][[*KEY, "service_date"]], billed, turned, stated):
        items = items.merge(facts, on=KEY, how="left")
    return items


def _age(items: pd.DataFrame, day: Any) -> pd.Series:
    def known(name: str) -> pd.Series:
        return items[name].where(items[name] <= day)

    due = known("turned") + pd.Timedelta(days=30)
    of_patient = pd.DataFrame({"stated": known("stated"), "due": due}).min(axis=1)
    of_patient = of_patient.mask(items["visit"] <= day, items["service_date"])
    patient = items["responsible"].isin(["patient", "agency"])
    start = of_patient.where(patient, known("billed")).fillna(items["service_date"])
    return (day - start).dt.days


def roll(tables: Tables, days: Days) -> pd.DataFrame:
    """Dollars from bucket to bucket in a week, with every way in and out."""
    rows = _ledger(tables, days)
    first, last = pd.Timestamp(days.week), pd.Timestamp(days.as_of)
    within = rows[rows["posted_date"] > first]
    back = (within["kind"] == "reversal") & within["reverses_id"].notna()
    within = within.assign(
        root=within["reverses_id"].where(back, within["transaction_id"]), kind=within["kind"].mask(back)
    )
    netted = within.groupby([*ITEM, "root"], as_index=False).agg(
        cents=("cents", "sum"), on_day=("posted_date", "min"), kind=("kind", "first")
    )
    netted = netted[netted["cents"] != 0]
    netted = netted.assign(kind=netted["kind"].fillna("reversal"), size=netted["cents"].abs())
    into, transfer = netted["cents"] > 0, netted["kind"] == "transfer"
    met = netted[transfer & into & (netted["responsible"] == "patient")]
    met = met[[*KEY, "on_day", "size"]].drop_duplicates().assign(met=True)
    netted = netted.merge(met, on=[*KEY, "on_day", "size"], how="left")
    into, transfer = netted["cents"] > 0, netted["kind"] == "transfer"
    to_patient = netted["met"].eq(True) & (netted["responsible"] != "patient")
    gone = netted["kind"].map(EXITS).fillna(EXIT)
    moved = pd.Series(TO_OTHER, index=netted.index).mask(to_patient, TO_PATIENT)
    gone = gone.mask(transfer, moved)
    way = netted["kind"].map(ENTRIES).fillna(ENTRY).where(into, gone).astype("int64")
    number = (netted["on_day"] - pd.Timestamp(0)).dt.days
    posted: Any = netted[[*ITEM, "cents"]].assign(at=(number + 1) * 1000 - way)
    posted = posted.groupby([*ITEM, "at"], as_index=False)["cents"].sum()
    there: Any = rows[rows["posted_date"] <= first].groupby(ITEM, as_index=False)["cents"].sum()
    pieces = pd.concat([posted, there[there["cents"] != 0].assign(at=0)], ignore_index=True)
    pieces = pieces.sort_values([*ITEM, "at"])
    into = pieces["cents"] > 0
    lines = pieces[ITEM].assign(came=pieces["cents"].clip(lower=0), went=(-pieces["cents"]).clip(lower=0))
    until = lines.groupby(ITEM)[["came", "went"]].cumsum()
    pieces = pieces.assign(
        until=until["came"].where(into, until["went"]),
        source=pieces["at"].where(into, _NONE),
        sink=pieces["at"].where(~into, _NONE),
    ).sort_values([*ITEM, "until", "at"])
    ahead = pieces.iloc[::-1].groupby(ITEM)[["source", "sink"]].cummin()
    before = pieces.groupby(ITEM)["until"].shift(1).fillna(0).astype("int64")
    stretches = pieces[ITEM].assign(
        cents=pieces["until"] - before, source=ahead["source"], sink=ahead["sink"]
    )
    stretches = stretches[stretches["cents"] > 0]
    for name in ("source", "sink"):
        at = stretches[name]
        stretches = stretches.assign(**{name: at.where(at.isin([0, _NONE]), 1000 - at % 1000)})
    cells = stretches.groupby([*ITEM, "source", "sink"], as_index=False)["cents"].sum()
    cells = _dated(cells, tables)
    source, sink = cells["source"], cells["sink"]
    come = source.mask(source == _NONE, sink).mask(source == 0, _bucket(_age(cells, first)))
    went = sink.mask(sink == 0, source).mask(sink == _NONE, _bucket(_age(cells, last)))
    ways = pd.DataFrame(
        {
            "from_number": come.mask(sink == 0, CREDIT),
            "to_number": went.mask(source == _NONE, CREDIT),
            "balance": cells["cents"],
        }
    )
    by = ways.groupby(["from_number", "to_number"], as_index=False)
    return by.agg(items=("balance", "size"), balance=("balance", "sum"))


def weekly(tables: Tables, days: Days) -> pd.DataFrame:
    """Open balance by bucket on thirteen days a week apart."""
    rows = _ledger(tables, days)
    items = _dated(rows[ITEM].drop_duplicates(), tables)
    found = []
    for day in map(pd.Timestamp, days.week_ends):
        held = rows[rows["posted_date"] <= day].groupby(ITEM, as_index=False)["cents"].sum()
        held = held[held["cents"] > 0].merge(items, on=ITEM, how="left")
        number = _bucket(_age(held, day))
        found.append(held[["cents"]].assign(day=day, bucket_number=number))
    by = pd.concat(found).groupby(["day", "bucket_number"], as_index=False)
    return by.agg(items=("cents", "size"), balance=("cents", "sum"))


def waterfall(tables: Tables, days: Days) -> pd.DataFrame:
    """AR of one day, what was posted in a month, AR of the later day, by party."""
    rows = _ledger(tables, days)
    party = rows["responsible"].where(rows["responsible"].isin(["patient", "agency"]), "payer")
    inside = rows["posted_date"] > pd.Timestamp(days.month)
    values = {"opening": rows["cents"].where(~inside, 0)}
    for part, kinds in PARTS.items():
        values[part] = rows["cents"].where(inside & rows["kind"].isin(kinds), 0)
    return (
        pd.DataFrame({"party": party, **values, "closing": rows["cents"]})
        .groupby("party", as_index=False)
        .sum()
    )


MEASURES: dict[str, Callable[[Tables, Days], Any]] = {
    "aging": aging,
    "days_in_ar": days_in_ar,
    "denial_rate": denial_rate,
    "collection": collection,
    "roll": roll,
    "weekly": weekly,
    "waterfall": waterfall,
    "pareto": pareto,
}
"""Measure -> function of the tables and the days; money in whole cents."""
