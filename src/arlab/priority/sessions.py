"""In which sittings should the work be done: which payer, by which way, in which order?

Groups what is due by payer and channel, because a login or a wait on the telephone serves several claims, and makes
one project of many claims with one reason. It changes no item's place in the queue.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from arlab.reference import PracticeRules

__all__ = ["add_projects", "work_sessions"]

REPRESENTATIVE = "payer representative"
_QUEUES = ("payer", "underpayment")
# What one letter to the payer's representative can settle for many claims at once.
_NO_PROJECT = (
    "resubmit",
    "fix_rejection",
    "file_secondary",
    "write_off_review",
    "move_to_patient",
    "confirm_acceptance",
)


def add_projects(queue: pd.DataFrame, rules: PracticeRules) -> pd.DataFrame:
    """Return the queue with ``project``: payer and reason where many items share both, else empty.

    Items that wait, that have nothing left, or whose deadline comes first stay out: a project takes weeks.
    """
    least = max(1, int(rules.value("sessions", "project_least")))
    able = queue["tier"].eq(1).to_numpy() & queue["queue"].isin(_QUEUES).to_numpy()
    able = able & ~queue["action"].isin(_NO_PROJECT).to_numpy()
    payer = queue["payer"].astype("str").where(queue["payer"].notna(), "unknown payer")
    name = payer + ": " + queue["category"].astype("str").str.replace("_", " ")
    count = name.where(able).map(name[able].value_counts()).fillna(0).to_numpy()
    return queue.assign(project=np.where(able & (count >= least), name, ""))


def work_sessions(
    queue: pd.DataFrame, rules: PracticeRules, *, calls: pd.DataFrame | None = None
) -> tuple[pd.DataFrame, npt.NDArray[Any]]:
    """Return the sittings in the order in which they are worth most, and the sitting of each item.

    Parameters
    ----------
    queue : items in the order of work, of one or several queues, with ``queue``, ``payer``, ``channel``, ``tier``,
        ``minutes``, ``expected_recovery``, ``waiting`` and, where there are projects, ``project``
    rules : set-up minutes and sizes
    calls : frame of :func:`arlab.priority.call_history`: wait and claims by payer; the rules hold for the rest

    Returns
    -------
    a frame, one row per sitting in the order of work, with ``session`` (number from 1), ``payer``, ``channel``,
    ``project``, ``items``, ``urgent`` (items whose deadline comes first), ``setup_minutes`` (login, or login and
    wait), ``minutes`` (set-up and work), ``expected_recovery``, ``dollars_per_minute``; and an array with the
    session of each row of the queue, 0 for items that wait or have nothing to win and need no sitting.

    Notes
    -----
    Urgent items make sittings of their own, but for calls, which others may fill. Sittings with an urgent item
    come first, then by expected dollars over set-up and work. A call holds at most the claims that the payer takes,
    a login at most ``claims_per_login``.
    """
    columns = ["session", "payer", "channel", "project", "items", "urgent", "setup_minutes", "minutes",
               "expected_recovery", "dollars_per_minute"]  # fmt: skip
    due = queue["tier"].isin([0, 1]).to_numpy() & ~queue["queue"].eq("credit").to_numpy()
    number = np.zeros(len(queue), dtype=np.int64)
    if not due.any():
        return pd.DataFrame(columns=columns), number
    limits = rules.sections["sessions"]
    rows = queue[due]
    project = rows["project"] if "project" in rows.columns else pd.Series("", index=rows.index)
    in_project = project.ne("").to_numpy()
    payer = rows["payer"].astype("str").where(rows["payer"].notna(), "unknown payer")
    channel = rows["channel"].where(~in_project, REPRESENTATIVE)
    known = {} if calls is None else calls.set_index("payer").to_dict("index")
    per_call = payer.map({name: row["claims_per_call"] for name, row in known.items()})
    most = np.where(
        channel.eq("phone"),
        per_call.fillna(limits["claims_per_call"]),
        np.where(in_project, len(rows) + 1, limits["claims_per_login"]),
    ).astype(np.int64)
    # A wait on the telephone is shared with whoever else is to be asked; elsewhere what is urgent stands alone, so
    # that it does not bring twenty others forward with it.
    alone = (rows["tier"].eq(0) & channel.ne("phone")).astype("str")
    key = payer + "\x1f" + channel.astype("str") + "\x1f" + project + "\x1f" + alone
    # The next full sitting begins where the one before is full, in the order of the queue.
    chunk = key.groupby(key, sort=False).cumcount().to_numpy() // np.maximum(most, 1)
    sitting = pd.factorize(key + "\x1f" + pd.Series(chunk, index=key.index).astype("str"))[0]
    work = np.where(
        in_project, float(limits["project_item_minutes"]), rows["minutes"].to_numpy(dtype=np.float64)
    )
    sums = pd.DataFrame(
        {
            "sitting": sitting,
            "payer": payer.to_numpy(),
            "channel": channel.to_numpy(),
            "project": project.to_numpy(),
            "urgent": rows["tier"].eq(0).to_numpy().astype(np.int64),
            "work": work,
            "expected_recovery": rows["expected_recovery"].to_numpy(dtype=np.float64),
        }
    )  # fmt: skip
    table = sums.groupby("sitting", sort=True).agg(
        payer=("payer", "first"),
        channel=("channel", "first"),
        project=("project", "first"),
        items=("work", "size"),
        urgent=("urgent", "sum"),
        work=("work", "sum"),
        expected_recovery=("expected_recovery", "sum"),
    )
    table = table.assign(setup_minutes=_setup(table, limits, known))
    minutes = table["setup_minutes"] + table["work"]
    table = table.assign(
        minutes=minutes,
        expected_recovery=table["expected_recovery"].round(2),
        dollars_per_minute=table["expected_recovery"] / minutes.clip(lower=1.0),
        _urgent=table["urgent"].gt(0),
    )
    ordered = table.sort_values(["_urgent", "dollars_per_minute", "payer", "channel"],
                                ascending=[False, False, True, True], kind="stable")  # fmt: skip
    place = np.empty(len(ordered), dtype=np.int64)
    place[ordered.index.to_numpy()] = np.arange(1, len(ordered) + 1)
    number[due] = place[sitting]
    shown = ordered.assign(session=np.arange(1, len(ordered) + 1))[columns].reset_index(drop=True)
    return shown, number


def _setup(table: pd.DataFrame, limits: Any, known: dict[Any, dict[Any, Any]]) -> Any:
    """Return what it takes to begin each sitting."""
    login = float(limits["login_minutes"])
    hold = table["payer"].map({name: row["hold_minutes"] for name, row in known.items()})
    # Only a payer's telephone makes people wait; a patient's does not.
    hold = hold.fillna(float(limits["hold_minutes"])).where(table["payer"] != "Patient", 0.0)
    channel = table["channel"]
    return np.select(
        [channel.eq("phone"), channel.eq(REPRESENTATIVE), channel.isin(["internal", "statement"])],
        [login + hold, float(limits["project_minutes"]), 0.0],
        default=login,
    )
