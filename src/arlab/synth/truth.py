"""What is really so in a synthetic practice, which its tables do not show?

The answer key: what each denied or lost claim is like inside, what follow-up tried, how it ends as the house works
it, and what was planted. Analysis code never reads it; scoring does.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from arlab.synth.chances import BEST, PLAYBOOK, PROOF_WINS, Action
from arlab.synth.desk import ATTEMPTS, NEVER, End
from arlab.synth.habits import Effect
from arlab.synth.open_desk import house_propensity
from arlab.synth.outcome import ACTION_AT, outcome_table
from arlab.synth.planted import incident_table
from arlab.synth.rulebook import CATEGORIES, FAMILIES, GROUPS
from arlab.synth.run import Run
from arlab.synth.scenario import Scenario

__all__ = ["Truth", "make_truth"]

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]


@dataclasses.dataclass(frozen=True)
class Truth:
    """The answer key of one practice.

    Parameters
    ----------
    scenario, seed : what the practice was made from
    denials : one row per claim whose first answer denies something, known by the as-of day or not:
        ``claim_id, denied_date, category, carc, came_late`` (the payer truly got it too late), ``wrongly_late``
        (the payer says so wrongly), ``documentation`` (factor on every chance), ``early_chance`` (probability
        that the first action brings the money when done at once), ``propensity`` (probability that the house
        decides to work it), ``worked_by_house``, ``misposted``, ``incident`` (number of
        the incident that brought it, from 1; empty for none), ``end`` and ``end_date`` as the house works it
    items : the same claims with what a policy can be replayed from: ``claim_id, position`` (place in the streams
        of the stage ``follow-up``), ``payer, denied_date, paid_date`` (of the denial's remittance), ``wanted``
        (the action that serves it best), ``base, quality`` (factors of the chance), ``luck_1`` to ``luck_4``
        (uniform; a try wins when its chance is above), ``expected`` dollars, ``correct_due, appeal_1_due``
        (last days of receipt or postmark), ``postmarked, right_payer, patient_group, came_late``
    tries : what follow-up tried as the house works: ``claim_id, date, action, attempt, decided_date``
    incidents : what was planted, one row per incident, see :func:`arlab.synth.planted.incident_table`; further
        ``excess_dollars`` (charges of the denials it brought), ``answers_slowed`` and ``minutes_missing``
    effects : standing effects that nobody planted: ``kind, categories, payer, family, location, provider,
        registrar, factor`` on the chance of denial, empty where any
    """

    scenario: Scenario
    seed: int
    denials: pd.DataFrame
    items: pd.DataFrame
    tries: pd.DataFrame
    incidents: pd.DataFrame
    effects: pd.DataFrame

    def outcome(self, items: pd.DataFrame, action: str | pd.Series, day: dt.date | str) -> pd.DataFrame:
        """Return the true probability that an action on a day brings the money, and how many dollars.

        Parameters
        ----------
        items : frame with ``claim_id``; claims may repeat. With a column ``attempt`` it gives the number of tries
            that failed before and nothing counts as tried; without it what the house did before ``day`` counts.
        action : one of ``corrected_claim, records_sent, appeal_1, appeal_2, proof_of_timely_filing,
            rebill_other_payer`` (anything else brings nothing), for all items or one for each
        day : the day on which it is done

        Returns
        -------
        frame like ``items`` with ``claim_id, probability, dollars, expected_dollars``. The probability is 0 where
        the claim is not denied on that day or has ended before it, and where the remedy is used or has expired.

        Raises
        ------
        InputRefused
            when an action is unknown or a claim has no denial in the answer key.
        """
        return outcome_table(self.scenario, self.items, self.tries, items, action, day)


def make_truth(run: Run) -> Truth:
    """Return the answer key of everything that happened in a practice."""
    answers, latent, outcomes = run.answers, run.latent, run.outcomes
    every_code = answers.code(np.arange(len(answers.payer)))
    at = np.flatnonzero(every_code >= 0)
    at = at[np.argsort(run.names.claim_number[at])]
    code, payer = every_code[at], answers.payer[at]
    caused_by = answers.decisions.incident[at]
    rules, dates = run.rules, run.calendar.dates
    wrongly = answers.decisions.wrongly_late[at] & ~answers.late[at]
    untimely = code == answers.decisions.late_code
    base = np.where(untimely, np.where(answers.late[at], 0.0, PROOF_WINS), rules.denials.recover[code])
    quality = latent.documentation[at] * latent.leniency[at]
    propensity = house_propensity(run.scenario, run.expected[at])
    misposted = outcomes.end[at] == End.MISPOSTED
    ended = outcomes.end_day[at] >= 0
    shared = {
        "claim_id": run.names.claims[at],
        "denied_date": dates(answers.post_day[at]),
        "came_late": answers.late[at],
    }
    denials = pd.DataFrame(
        shared
        | {
            "category": np.array(CATEGORIES, dtype=object)[rules.denials.category[code]],
            "carc": np.array(rules.denials.carcs, dtype=object)[code],
            "wrongly_late": wrongly,
            "documentation": latent.documentation[at],
            "early_chance": np.minimum(base * quality, BEST),
            "propensity": np.where(misposted, 0.0, propensity),
            "worked_by_house": (latent.triage[at] < propensity) & ~misposted,
            "misposted": misposted,
            "incident": pd.Series(caused_by + 1, dtype="Int64").mask(caused_by < 0).to_numpy(),
            "end": np.array([end.name.lower() for end in End], dtype=object)[outcomes.end[at]],
            "end_date": dates(outcomes.end_day[at], ended),
        }
    )
    wanted = np.array([int(PLAYBOOK[name]) for name in rules.denials.actions])[code]
    items = pd.DataFrame(
        shared
        | {
            "position": at,
            "payer": run.names.payers[payer],
            "paid_date": dates(answers.pay_day[at]),
            "wanted": np.array(list(ACTION_AT), dtype=object)[wanted],
            "base": base,
            "quality": quality,
            **{f"luck_{n + 1}": latent.luck[at, n] for n in range(ATTEMPTS)},
            "expected": run.expected[at] / 100,
            **_first_deadlines(run, at, code, wanted),
            "postmarked": rules.payers.postmarked[payer],
            "right_payer": run.names.payers[latent.right_payer[at]],
            "patient_group": answers.decisions.group[at] == GROUPS.index("PR"),
            "misposted": misposted,
            "end_date": denials["end_date"],
        }
    )
    return Truth(
        scenario=run.scenario,
        seed=run.streams.seed,
        denials=denials,
        items=items,
        tries=_tries(run),
        incidents=_incidents(run, every_code),
        effects=_effects(run, answers.decisions.effects),
    )


def _incidents(run: Run, code: Ints) -> pd.DataFrame:
    """Return what each incident did."""
    answers, planted = run.answers, run.answers.decisions.planted
    answered = answers.post_day >= 0
    table = incident_table(planted, answered=answered, denied=code >= 0, late=answers.late)
    charge = run.lines.per_claim(np.where(answers.decisions.denied_line, run.stakes.denied.charge, 0))
    brought = [(planted.caused_by == n) & answered & ~answers.late for n in range(len(planted.incidents))]
    slowed, minutes = [], []
    for incident in planted.incidents:
        first, last = run.calendar.number(incident.start), run.calendar.number(incident.end)
        in_time = (run.sent.received_day >= first) & (run.sent.received_day <= last)
        is_payer = np.array([name == incident.payer for name in run.rules.payers.names])[answers.payer]
        slowed.append(int((in_time & is_payer).sum()) if incident.kind == "payer_slows" else 0)
        days = int(run.calendar.working[first : last + 1].sum())
        missing = incident.kind == "biller_leaves"
        person = run.scenario.team[max(incident.biller, 1) - 1]
        minutes.append(days * person.minutes_per_day * incident.size if missing else 0.0)
    return table.assign(
        excess_dollars=[float(charge[which].sum()) / 100 for which in brought],
        answers_slowed=slowed,
        minutes_missing=minutes,
    )


def _effects(run: Run, effects: tuple[Effect, ...]) -> pd.DataFrame:
    """Return the standing effects with names instead of places."""
    from arlab.synth.front_tables import registrar_names

    names = {
        "payer": list(run.names.payers),
        "family": list(FAMILIES),
        "location": list(run.names.locations),
        "provider": list(run.names.providers),
        "registrar": list(registrar_names(run.names.pool, run.scenario.registrars)),
    }
    rows = []
    for effect in effects:
        places = {name: getattr(effect, name) for name in names}
        named = {name: (names[name][at] if at >= 0 else None) for name, at in places.items()}
        rows.append(
            {"kind": effect.kind, "categories": "|".join(effect.categories)}
            | named
            | {"factor": effect.factor}
        )
    return pd.DataFrame(rows, columns=["kind", "categories", *names, "factor"])


def _first_deadlines(run: Run, at: Ints, code: Ints, wanted: Ints) -> dict[str, Any]:
    """Return the last days to correct and to appeal that the first denial sets; none where there is none."""
    payers, answers, decisions = run.rules.payers, run.answers, run.answers.decisions
    denials, payer = run.rules.denials, answers.payer[at]
    start, service = answers.pay_day[at], answers.service_day[at]
    place = denials.carcs.index("16")
    unprocessable = (code == place) & (decisions.rarc[at] == denials.rarcs[place].index("MA130"))
    rebill = (wanted == Action.REBILL_OTHER_PAYER) & ~unprocessable
    correct = start + payers.corrected_days[payer]
    correct = np.where(unprocessable, service + payers.filing_days[payer], correct)
    correct = np.where(rebill, service + payers.filing_days[run.latent.right_payer[at]], correct)
    appealable = (denials.appealable[code] | (code == decisions.late_code)) & ~unprocessable
    appeal = start + payers.appeal_1_days[payer]
    dates = run.calendar.dates
    return {"correct_due": dates(correct), "appeal_1_due": dates(appeal, appealable)}


def _tries(run: Run) -> pd.DataFrame:
    """Return what follow-up tried, with the day on which its answer was known."""
    log, calendar = run.logs.actions, run.calendar
    tried = np.flatnonzero(
        (log["action"] >= Action.CORRECTED_CLAIM) & (log["action"] <= Action.REBILL_OTHER_PAYER)
    )
    rows = {name: values[tried] for name, values in log.items()}
    appeals = run.logs.appeals
    decided = pd.Series(
        appeals["decided"], index=pd.MultiIndex.from_arrays([appeals["claim"], appeals["filed"]])
    )
    decided = decided[~decided.index.duplicated()]
    key = pd.MultiIndex.from_arrays([rows["claim"], rows["day"]])
    known = decided.reindex(key).fillna(NEVER).to_numpy().astype(np.int64)
    return pd.DataFrame(
        {
            "claim_id": run.names.claims[rows["claim"]],
            "date": calendar.dates(rows["day"]),
            "action": np.array(list(ACTION_AT), dtype=object)[rows["action"]],
            "attempt": rows["attempt"],
            "decided_date": calendar.dates(known, known >= 0),
        }
    )
