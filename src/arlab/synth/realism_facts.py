"""What do a practice's tables say of each claim: first sending, first answer, denial and what became of it?

The small joins that every measure of realism needs, made once, from the public tables alone; the answer key is
never read. No measure is computed here.
"""

from __future__ import annotations

import dataclasses
import functools

import numpy as np
import numpy.typing as npt
import pandas as pd

from arlab.ledger import open_items
from arlab.reference import load_denial_codes, load_never_denial_codes
from arlab.tables import Practice

__all__ = ["MATURE_DAYS", "Facts", "Figure", "share_of"]

Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

MATURE_DAYS = 270  # from the visit: by then nearly all of a claim's story has been told
SETTLED_DAYS = 90  # from the first sending: by then nearly every first answer has come
DUPLICATE = "18"
_CODED = ("kind", "responsible", "reason", "group_code", "carc", "remit_id")
_MONEY_KINDS = ("payer_payment", "patient_payment", "recoupment", "refund_to_payer", "refund_to_patient")
_CONTRACT_KINDS = ("contractual", "sequestration")


@dataclasses.dataclass(frozen=True)
class Figure:
    """A measured figure and the number of cases behind it."""

    value: float
    cases: int


def share_of(which: Flags | pd.Series, among: Flags | pd.Series | None = None) -> Figure:
    """Return the share of cases for which something is true, among all or some.

    Examples
    --------
    >>> share_of(np.array([True, False, False, True]), np.array([True, True, False, False]))
    Figure(value=0.5, cases=2)
    """
    which = np.asarray(which, dtype=bool)
    if among is not None:
        which = which[np.asarray(among, dtype=bool)]
    return Figure(float(which.mean()) if len(which) else float("nan"), len(which))


class Facts:
    """The facts of a practice as of its last day, each worked out when first asked for.

    A table that the practice does not have raises ``NotAvailable`` at the first measure that needs it.
    """

    def __init__(self, practice: Practice) -> None:
        self.practice = practice
        self.last_day = pd.Timestamp(practice.as_of)

    @functools.cached_property
    def claims(self) -> pd.DataFrame:
        """The claims, with ``charge_cents``, ``age_days`` and ``matured``; the row number is ``claim``."""
        claims = self.practice.claims.reset_index(drop=True)
        age = (self.last_day - claims["service_date"]).dt.days
        cents = (claims["charge"] * 100).round().astype("int64")
        return claims.assign(charge_cents=cents, age_days=age, matured=age >= MATURE_DAYS)

    def claim_of(self, ids: pd.Series) -> Ints:
        """Return the row numbers of claims by their ids."""
        return self._index.get_indexer(pd.Index(ids))

    @functools.cached_property
    def _index(self) -> pd.Index:
        return pd.Index(self.claims["claim_id"])

    @functools.cached_property
    def rows(self) -> pd.DataFrame:
        """The ledger in order of posting, with ``claim``, ``cents``, ``line_cents`` (charge of the row's line) and
        ``net_kind`` (what a reversal takes back counts with it); words are categories, empty ones ``""``.
        """
        rows = self.practice.transactions
        order = np.lexsort((pd.factorize(rows["transaction_id"], sort=True)[0], rows["posted_date"]))
        rows = rows.iloc[order].reset_index(drop=True)
        kept = {name: rows[name].fillna("").astype("category") for name in _CODED}
        reversed_row = pd.Index(rows["transaction_id"]).get_indexer(pd.Index(rows["reverses_id"]))
        claim, line = self.claim_of(rows["claim_id"]), rows["line_number"].fillna(0).astype("int64")
        frame = pd.DataFrame(kept).assign(
            transaction_id=rows["transaction_id"],
            claim=claim,
            line=line,
            posted=rows["posted_date"],
            effective=rows["effective_date"],
            cents=(rows["amount"] * 100).round().astype("int64"),
            memo_cents=(rows["memo_amount"].fillna(0) * 100).round().astype("int64"),
            reverses=np.where(rows["reverses_id"].isna(), -1, reversed_row),
        )
        undone = frame["kind"].to_numpy()[np.maximum(frame["reverses"], 0)]
        nets = np.where(frame["kind"].eq("reversal") & (frame["reverses"] >= 0), undone, frame["kind"])
        return frame.assign(net_kind=pd.Categorical(nets), line_cents=self._charge_of(claim, line))

    def _charge_of(self, claim: Ints, line: pd.Series) -> Ints:
        """Return the charge in cents of the line of each row, of the claim where a row names no line."""
        whole = self.claims["charge_cents"].to_numpy()[claim]
        if not self.practice.has("lines"):
            return whole
        lines = self.practice.lines
        known = pd.MultiIndex.from_arrays([self.claim_of(lines["claim_id"]), lines["line_number"]])
        at = known.get_indexer(pd.MultiIndex.from_arrays([claim, line]))
        cents = (lines["charge"] * 100).round().astype("int64").to_numpy()
        return np.where(at >= 0, cents[np.maximum(at, 0)], whole) if len(cents) else whole

    def cents_by_claim(self, which: Flags | pd.Series) -> Ints:
        """Return the sum of the amounts of some ledger rows for every claim, in cents."""
        which = np.asarray(which)
        return np.bincount(
            self.rows["claim"].to_numpy()[which],
            weights=self.rows["cents"].to_numpy()[which],
            minlength=len(self.claims),
        ).astype("int64")

    @functools.cached_property
    def is_money(self) -> pd.Series:
        """Whether a ledger row is cash in or out, with what reversals take back of it."""
        return self.rows["net_kind"].isin(_MONEY_KINDS)

    @functools.cached_property
    def is_contract(self) -> pd.Series:
        """Whether a ledger row is an agreed adjustment: contract, sequestration, the self-pay price."""
        agreed = self.rows["net_kind"].isin(_CONTRACT_KINDS)
        return agreed | self.rows["reason"].eq("self_pay_discount")

    @functools.cached_property
    def first_sent(self) -> pd.DataFrame:
        """Per claim that was sent to its first payer: ``claim``, ``submitted``, ``rejected``, ``accepted``,
        ``received`` (of the first sending that was received), ``settled`` (sent long enough ago).
        """
        sent = self.practice.submissions
        sent = sent[sent["rank"] == 1].sort_values(["submitted_date", "submission_id"])
        sent = sent.assign(claim=self.claim_of(sent["claim_id"]))
        first = sent.drop_duplicates("claim")
        got = sent[sent["received_date"].notna()].drop_duplicates("claim").set_index("claim")
        frame = pd.DataFrame(
            {
                "claim": first["claim"].to_numpy(),
                "submitted": first["submitted_date"].to_numpy(),
                "rejected": (first["acceptance"] == "rejected").to_numpy(),
                "accepted": (first["acceptance"] == "accepted").to_numpy(),
            }
        )
        frame["received"] = got["received_date"].reindex(frame["claim"]).to_numpy()
        frame["counted_submitted"] = got["submitted_date"].reindex(frame["claim"]).to_numpy()
        frame["settled"] = (self.last_day - frame["submitted"]).dt.days >= SETTLED_DAYS
        return frame

    @functools.cached_property
    def first_rows(self) -> pd.DataFrame:
        """The ledger rows of each claim's first remittance from its first payer, which may be posted later."""
        rows = self.rows
        answers = rows[(rows["remit_id"] != "") & (rows["responsible"] == "payer_1")]
        in_order = answers.sort_values("effective", kind="stable")
        first = in_order.drop_duplicates("claim").set_index("claim")["remit_id"].astype("object")
        return answers[answers["remit_id"].astype("object") == answers["claim"].map(first)]

    def is_denial(self, rows: pd.DataFrame) -> pd.Series:
        """Whether a ledger row denies a line: no copy, no code that never denies, no mere part of a line."""
        never = load_never_denial_codes()
        always = set(never.loc[never["unless_payer_class"] == "", "carc"])
        other = never[never["unless_payer_class"] != ""].set_index("carc")["unless_payer_class"]
        carc = rows["carc"].astype("object")
        payer_class = self.claims["payer_class"].to_numpy()[rows["claim"]]
        spared = carc.isin(always) | (carc.isin(other.index) & (carc.map(other) != payer_class))
        whole = rows["memo_cents"] >= rows["line_cents"]
        return rows["kind"].eq("denial") & carc.ne(DUPLICATE) & ~spared & whole

    @functools.cached_property
    def answers(self) -> pd.DataFrame:
        """Per claim with a first answer: ``claim``, ``effective``, ``posted``, ``denied`` (a line at least),
        ``pays`` (money came), ``days`` from the payer's receipt, ``settled``, ``lines``, ``lines_denied``.
        """
        rows = self.first_rows
        denial = self.is_denial(rows)
        first = rows.drop_duplicates("claim").set_index("claim")
        frame = pd.DataFrame({"effective": first["effective"], "posted": first["posted"]})
        frame["denied"] = frame.index.isin(rows.loc[denial, "claim"])
        frame["pays"] = frame.index.isin(rows.loc[rows["kind"] == "payer_payment", "claim"])
        lines = rows[["claim", "line"]].drop_duplicates().groupby("claim").size()
        hit = rows.loc[denial, ["claim", "line"]].drop_duplicates().groupby("claim").size()
        frame["lines"] = lines.reindex(frame.index)
        frame["lines_denied"] = hit.reindex(frame.index, fill_value=0)
        sent = self.first_sent.set_index("claim").reindex(frame.index)
        frame["received"] = sent["received"]
        frame["days"] = (frame["effective"] - sent["received"]).dt.days
        frame["settled"] = sent["settled"].eq(True)
        frame["payer"] = self.claims["first_payer"].to_numpy()[frame.index]
        frame["payer_class"] = self.claims["payer_class"].to_numpy()[frame.index]
        return frame.reset_index(names="claim")

    @functools.cached_property
    def denials(self) -> pd.DataFrame:
        """Per initial denial: ``claim``, ``posted``, ``carc``, ``group_code``, ``category``, ``process``, ``cents``
        (charge denied), ``payer_class``, ``paid_on`` (first day on which the denied lines brought money or the
        denial was taken back), ``closed_on`` (written off or left to the patient), ``age_days``.
        """
        rows = self.rows
        first = self.first_rows
        hit = first[self.is_denial(first)].drop_duplicates(["claim", "line"])
        codes = load_denial_codes().set_index("carc")
        frame = hit.drop_duplicates("claim").set_index("claim")
        frame = frame[["posted", "effective", "carc", "group_code", "transaction_id"]].copy()
        for name in ("carc", "group_code"):
            frame[name] = frame[name].astype("object")
        frame["category"] = frame["carc"].map(codes["category"]).fillna("other")
        frame["process"] = frame["carc"].map(codes["responsible_process"]).fillna("other")
        frame["cents"] = hit.groupby("claim")["memo_cents"].sum()
        frame["payer_class"] = self.claims["payer_class"].to_numpy()[frame.index]
        frame["payer"] = self.claims["first_payer"].to_numpy()[frame.index]

        later = rows[rows["claim"].isin(frame.index)]
        key = pd.MultiIndex.from_frame(later[["claim", "line"]])
        of_line = key.isin(pd.MultiIndex.from_frame(hit[["claim", "line"]])) | (later["line"] == 0).to_numpy()
        later = later[of_line & (later["responsible"] == "payer_1")]
        after = later["posted"].to_numpy() > frame["posted"].reindex(later["claim"]).to_numpy()
        brings = later["kind"].eq("payer_payment") | (
            later["kind"].eq("reversal") & later["net_kind"].eq("denial")
        )
        frame["paid_on"] = later[after & brings].groupby("claim")["posted"].min()
        ends = later["kind"].isin(["write_off", "bad_debt"]) | later["reason"].eq("denied_to_patient")
        frame["closed_on"] = later[after & ends].groupby("claim")["posted"].min()
        frame["age_days"] = (self.last_day - frame["posted"]).dt.days
        return frame.reset_index(names="claim")

    @functools.cached_property
    def open_items(self) -> pd.DataFrame:
        """What is owed on the last day, but not at the agency, by the standard clock of ``arlab.aging``.

        ``claim``, ``responsible``, ``cents``, ``age`` (days), ``not_on_file``, ``payer_class``.
        """
        items = open_items(
            self.practice.claims,
            self.practice.transactions,
            as_of=self.practice.as_of,
            submissions=self.practice.submissions,
            statements=self.practice.tables.get("statements"),
        )
        items = items[items["responsible"] != "agency"]
        start = items["first_bill_date"].where(
            items["responsible"] != "patient", items["responsibility_date"]
        )
        claim = self.claim_of(items["claim_id"])
        return pd.DataFrame(
            {
                "claim": claim,
                "responsible": items["responsible"].to_numpy(),
                "cents": (items["balance"] * 100).round().astype("int64").to_numpy(),
                "age": (self.last_day - start.fillna(items["service_date"])).dt.days.clip(lower=0).to_numpy(),
                "not_on_file": items["not_on_file"].eq(True).to_numpy(),
                "payer_class": self.claims["payer_class"].to_numpy()[claim],
            }
        )

    @functools.cached_property
    def worked(self) -> pd.Series:
        """Per claim (by row number), the first day on which staff sent or filed something for it."""
        actions = self.practice.actions
        status = actions["kind"].str.contains("status|write_off|move_to_patient")
        done = actions[~status]
        return done.groupby(self.claim_of(done["claim_id"]))["date"].min().reindex(self.claims.index)
