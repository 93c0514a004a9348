"""Are planted underpayments found line by line, and are right lines left alone?

``python -m benchmarks.variance [--quick] [--seeds N]``. Scores contract prices and payers' usual amounts against
what the generator made short, also with a wrong price list of one payer put on top. It reads no causes and works no
queue.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import sys
from collections.abc import Sequence
from typing import Any

import pandas as pd

from arlab.synth import find_preset
from arlab.synth.practice import run_practice, tables_as_of
from arlab.synth.run import Run
from arlab.synth.streams import Streams
from arlab.variance import variance_lines
from benchmarks.report import give, option_parser, say, say_table, seed_range, stopwatch

__all__ = ["main", "planted", "score", "with_wrong_price_list"]

NAME = "variance"
PRESETS = ("typical", "healthy", "distressed", "orthopaedics", "behavioural_health")
QUICK_PRESETS = ("typical", "distressed")
CLAIMS, QUICK_CLAIMS = 20_000, 6_000
FOUND, FLAGGED = 0.9, 0.01
LINE = ["claim_id", "line_number"]
_CUT = 0.12  # of the wrong price list


def main(arguments: Sequence[str] | None = None) -> int:
    """Score every preset over the seeds, print the table and the JSON object."""
    options = option_parser(NAME, (__doc__ or "").split("\n")[0], seeds=5).parse_args(arguments)
    began = stopwatch()
    claims = QUICK_CLAIMS if options.quick else CLAIMS
    rows = []
    for preset in QUICK_PRESETS if options.quick else PRESETS:
        for seed in seed_range(options):
            scenario = dataclasses.replace(find_preset(preset), claims_per_year=claims)
            rows += scored(preset, seed, run_practice(scenario, Streams(seed)))
    say_table(rows)
    by_contract = [row for row in rows if row["price"] == "contract"]
    holds = all(row["found"] >= FOUND for row in by_contract) and all(
        row["flagged"] <= FLAGGED for row in rows
    )
    usual = {
        case: min(row["found"] for row in rows if row["price"] == "usual" and row["case"] == case)
        for case in ("as made", "wrong price list")
    }
    say(
        f"usual amounts alone find {usual['as made']:.1%} or more, {usual['wrong price list']:.1%} or more where"
    )
    say("a wrong price list makes a short amount usual: that only a contract shows")
    give(
        NAME,
        settings={"claims_per_year": claims, "seeds": list(seed_range(options)), "quick": options.quick},
        figures={
            "rows": rows,
            "least_found_by_contract": min(row["found"] for row in by_contract),
            "least_found_by_usual_amount": usual["as made"],
            "least_found_by_usual_amount_under_a_wrong_price_list": usual["wrong price list"],
            "most_flagged": max(row["flagged"] for row in rows),
            "seconds": round(stopwatch() - began, 1),
        },
        asked={
            "least_found_by_contract": FOUND,
            "most_flagged": FLAGGED,
            "judged": "every preset and seed; what usual amounts find without contracts is shown beside it",
        },
        holds=holds,
    )
    return 0


def scored(preset: str, seed: int, run: Run) -> list[dict[str, Any]]:
    """Return the scores of one practice, with contracts and without, as made and with a wrong price list."""
    day = run.scenario.last_known_day
    tables = tables_as_of(run, day)
    for frame in tables.values():
        frame.insert(0, "practice_id", run.scenario.practice_id)
    truth = planted(run, tables)
    half = day - dt.timedelta(days=270)
    payer = str(tables["claims"].query("payer_class == 'commercial'")["first_payer"].mode().iloc[0])
    wrong, more = with_wrong_price_list(tables, truth, payer=payer, procedure="EST-L4", since=half)
    bare = {"lines": tables["lines"].drop(columns="expected_allowed"), "coverages": None, "contracts": None}
    rows = []
    for case, given, key in (("as made", tables, truth), ("wrong price list", wrong, more)):
        for price, change in (("contract", {}), ("usual", bare)):
            found = _compared({**given, **change}, day)
            share, flagged = score(key, found)
            systematic = found.loc[found["pattern"] == "systematic", "short"].sum()
            rows.append(
                {
                    "preset": preset, "seed": seed, "case": case, "price": price, "lines": len(key),
                    "planted": float(key["planted"].sum()), "found": float(share), "flagged": float(flagged),
                    "systematic": float(systematic),
                    "unpriced": float((found["state"] == "unpriced").mean()),
                }
            )  # fmt: skip
    return rows


def _compared(tables: dict[str, Any], day: dt.date) -> pd.DataFrame:
    names = ("claims", "lines", "transactions")
    prices = {name: tables[name] for name in ("coverages", "contracts")}
    result: pd.DataFrame = variance_lines(*[tables[name] for name in names], as_of=day, **prices)
    return result


def planted(run: Run, tables: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """Return the lines that a first payer paid something on, and the dollars each was made short (``planted``).

    A price that the payer has put right by the day of the tables is short no more.
    """
    made = run.lines
    truth = pd.DataFrame(
        {
            "claim_id": run.names.claims[made.claim],
            "line_number": made.number.astype("int64"),
            "planted": (made.contract - made.allowed) / 100,
        }
    )
    ledger = tables["transactions"].query("responsible == 'payer_1' and line_number.notna()")
    reason = ledger["reason"].fillna("")
    answered = ledger["kind"].isin(["payer_payment", "contractual"]) & ledger["remit_id"].notna()

    def lines_with(which: pd.Series) -> pd.DataFrame:
        return ledger.loc[which, LINE].astype({"line_number": "int64"}).drop_duplicates()

    truth = truth.merge(lines_with(answered & (reason != "misposted")), on=LINE)
    mended = truth.merge(lines_with(reason == "price_corrected"), on=LINE, how="left", indicator=True)[
        "_merge"
    ]
    return truth.assign(planted=truth["planted"].where(mended == "left_only", 0.0))


def with_wrong_price_list(
    tables: dict[str, pd.DataFrame], truth: pd.DataFrame, *, payer: str, procedure: str, since: dt.date
) -> tuple[dict[str, pd.DataFrame], pd.DataFrame]:
    """Return tables and truth in which a payer pays a service short in one ratio from a day of payment on.

    Only lines that are right, answered once and paid enough are changed: their contract adjustment grows by what
    their payment shrinks.
    """
    ledger = tables["transactions"].reset_index(drop=True)
    of = tables["lines"].merge(tables["claims"][["claim_id", "first_payer"]], on="claim_id")
    of = of[(of["first_payer"] == payer) & (of["procedure"] == procedure)]
    of = of.merge(truth[truth["planted"] == 0][LINE], on=LINE)[[*LINE, "expected_allowed"]]
    own = ledger[(ledger["responsible"] == "payer_1") & ledger["line_number"].notna()]
    own = own[own["kind"].isin(["payer_payment", "contractual", "denial", "recoupment", "reversal"])]
    rows = own.reset_index().astype({"line_number": "int64"}).merge(of, on=LINE)
    count = rows.groupby(LINE)["kind"].agg(lambda kinds: sorted(kinds) == ["contractual", "payer_payment"])
    rows = rows.merge(count[count].reset_index()[LINE], on=LINE)
    rows["cut"] = (rows["expected_allowed"] * _CUT).round(2)
    paid = rows[(rows["kind"] == "payer_payment") & (rows["effective_date"] >= pd.Timestamp(since))]
    paid = paid[-paid["amount"] > paid["cut"]]
    adjusted = rows[(rows["kind"] == "contractual")].merge(paid[LINE], on=LINE)
    ledger.loc[paid["index"], "amount"] += paid["cut"].to_numpy()
    ledger.loc[adjusted["index"], "amount"] -= adjusted["cut"].to_numpy()
    short = truth.merge(paid[[*LINE, "cut"]], on=LINE, how="left")
    truth = truth.assign(planted=truth["planted"].to_numpy() + short["cut"].fillna(0.0).to_numpy())
    return {**tables, "transactions": ledger.assign(amount=ledger["amount"].round(2))}, truth


def score(truth: pd.DataFrame, found: pd.DataFrame) -> tuple[float, float]:
    """Return the share of the planted dollars that were found, and the share of right lines that were flagged."""
    both = truth.merge(found[[*LINE, "short"]], on=LINE, how="left").fillna({"short": 0.0})
    seen = both[["planted", "short"]].min(axis=1)
    right = both["planted"] == 0
    return float(seen.sum() / both["planted"].sum()), float((both.loc[right, "short"] > 0).mean())


if __name__ == "__main__":
    sys.exit(main())
